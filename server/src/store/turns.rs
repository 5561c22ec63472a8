//! Whose turn it is to write a record: who comes while another writes it waits for what becomes of that, instead of
//! reading or presenting what is about to be replaced.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use midair_record::wire::Key;
use tokio::sync::{oneshot, watch};

/// Whoever has a turn that was asked for.
pub(super) struct Other(watch::Receiver<()>);

impl Other {
    /// Waits until the turn is over.
    pub(super) async fn over(mut self) {
        // Nothing is ever sent: the turn is dropped.
        let _ = self.0.changed().await;
    }
}

/// How long a refusal waits in line at the most.
const IN_LINE: Duration = Duration::from_millis(50);

#[derive(Default)]
struct Busy {
    /// The records that are being written.
    taken: HashMap<Key, watch::Receiver<()>>,
    /// Who was refused while others write the same record, in the order of coming.
    refused: HashMap<Key, VecDeque<oneshot::Sender<()>>>,
}

/// The turns that are taken. Cheap to clone; all clones are one.
#[derive(Clone, Default)]
pub(super) struct Turns {
    busy: Arc<Mutex<Busy>>,
    count: Arc<AtomicUsize>,
}

/// A turn at a record, until it is dropped.
pub(super) struct Turn {
    turns: Turns,
    key: Key,
    /// Dropping it wakes who waits.
    _wakes: watch::Sender<()>,
}

impl Turns {
    fn busy<T>(&self, of: impl FnOnce(&mut Busy) -> T) -> T {
        of(&mut self.busy.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes the turn at a record, unless another has it.
    pub(super) fn try_take(&self, key: &Key) -> Result<Turn, Other> {
        self.busy(|busy| match busy.taken.entry(key.clone()) {
            Entry::Occupied(other) => Err(Other(other.get().clone())),
            Entry::Vacant(free) => {
                let (wakes, wait) = watch::channel(());
                free.insert(wait);
                self.count.fetch_add(1, Ordering::SeqCst);
                Ok(Turn { turns: self.clone(), key: key.clone(), _wakes: wakes })
            }
        })
    }

    /// Takes the turn at a record, once nobody has it.
    pub(super) async fn take(&self, key: &Key) -> Turn {
        loop {
            match self.try_take(key) {
                Ok(turn) => return turn,
                Err(other) => other.over().await,
            }
        }
    }

    /// Waits until a refusal is best told. While many write one record, each turn lets one of those go who were refused:
    /// let go all at once, they would mostly refuse each other again. Where nobody else is at it, that is now.
    pub(super) async fn line_up(&self, key: &Key) {
        let wait = self.busy(|busy| {
            if !busy.taken.contains_key(key) && !busy.refused.contains_key(key) {
                return None;
            }
            let (go, wait) = oneshot::channel();
            busy.refused.entry(key.clone()).or_default().push_back(go);
            Some(wait)
        });
        if let Some(wait) = wait
            && tokio::time::timeout(IN_LINE, wait).await.is_err()
        {
            // Whoever was to take a turn has gone: who stands behind is let go as well.
            self.busy(|busy| busy.next_in_line(key));
        }
    }

    /// Waits until the write of a record that is under way now, if there is one, is over.
    pub(super) async fn settled(&self, key: &Key) {
        if self.count.load(Ordering::SeqCst) == 0 {
            return;
        }
        if let Some(other) = self.busy(|busy| busy.taken.get(key).cloned()) {
            Other(other).over().await;
        }
    }
}

impl Busy {
    /// Lets the next go who was refused and still waits.
    fn next_in_line(&mut self, key: &Key) {
        let Some(line) = self.refused.get_mut(key) else { return };
        while let Some(next) = line.pop_front() {
            if next.send(()).is_ok() {
                return;
            }
        }
        self.refused.remove(key);
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.turns.busy(|busy| {
            busy.taken.remove(&self.key);
            busy.next_in_line(&self.key);
        });
        self.turns.count.fetch_sub(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn who_comes_later_waits_until_the_turn_is_over_and_others_do_not() {
        let (turns, key, other) = (Turns::default(), Key::new("c", "a").unwrap(), Key::new("c", "b").unwrap());
        assert!(turns.settled(&key).now_or_never().is_some());
        let first = turns.take(&key).await;
        assert!(turns.try_take(&key).is_err());
        assert!(turns.settled(&key).now_or_never().is_none() && turns.settled(&other).now_or_never().is_some());
        assert!(turns.take(&key).now_or_never().is_none());
        let (reader, writer) = (turns.settled(&key), turns.take(&key));
        tokio::pin!(reader, writer);
        assert!(reader.as_mut().now_or_never().is_none() && writer.as_mut().now_or_never().is_none());
        drop(first);
        assert!(reader.now_or_never().is_some());
        drop(writer.now_or_never().unwrap());
        assert_eq!(turns.count.load(Ordering::SeqCst), 0);
        assert!(turns.busy(|busy| busy.taken.is_empty()));
    }

    #[tokio::test(start_paused = true)]
    async fn of_those_who_were_refused_each_turn_lets_one_go_in_the_order_of_coming() {
        let (turns, key) = (Turns::default(), Key::new("c", "a").unwrap());
        assert!(turns.line_up(&key).now_or_never().is_some(), "nobody else is at it");
        let turn = turns.take(&key).await;
        let (first, second) = (turns.line_up(&key), turns.line_up(&key));
        tokio::pin!(first, second);
        assert!(first.as_mut().now_or_never().is_none() && second.as_mut().now_or_never().is_none());
        drop(turn);
        assert!(first.now_or_never().is_some() && second.as_mut().now_or_never().is_none());
        drop(turns.take(&key).await);
        assert!(second.now_or_never().is_some());

        // Nobody takes a turn any more.
        let turn = turns.take(&key).await;
        let waiting = turns.line_up(&key);
        tokio::pin!(waiting);
        assert!(waiting.as_mut().now_or_never().is_none());
        std::mem::forget(turn);
        let began = tokio::time::Instant::now();
        waiting.await;
        assert_eq!(began.elapsed(), IN_LINE);
        assert!(turns.busy(|busy| busy.refused.is_empty()), "nothing is left of it");
    }
}
