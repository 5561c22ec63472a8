//! Whose turn it is to write a record: who comes while another writes it waits for what becomes of that, instead of
//! reading or presenting what is about to be replaced.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use midair_record::wire::Key;
use tokio::sync::watch;

/// Whoever has a turn that was asked for.
pub(super) struct Other(watch::Receiver<()>);

impl Other {
    /// Waits until the turn is over.
    pub(super) async fn over(mut self) {
        // Nothing is ever sent: the turn is dropped.
        let _ = self.0.changed().await;
    }
}

type Taken = HashMap<Key, watch::Receiver<()>>;

/// The turns that are taken. Cheap to clone; all clones are one.
#[derive(Clone, Default)]
pub(super) struct Turns {
    taken: Arc<Mutex<Taken>>,
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
    fn taken<T>(&self, of: impl FnOnce(&mut Taken) -> T) -> T {
        of(&mut self.taken.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes the turn at a record, unless another has it.
    pub(super) fn try_take(&self, key: &Key) -> Result<Turn, Other> {
        self.taken(|taken| match taken.entry(key.clone()) {
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

    /// Waits until the write of a record that is under way now, if there is one, is over.
    pub(super) async fn settled(&self, key: &Key) {
        if self.count.load(Ordering::SeqCst) == 0 {
            return;
        }
        if let Some(other) = self.taken(|taken| taken.get(key).cloned()) {
            Other(other).over().await;
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.turns.taken(|taken| taken.remove(&self.key));
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
        assert!(turns.taken(|taken| taken.is_empty()));
    }
}
