//! Whose turn it is to write a record. Who comes while another writes it waits for what becomes of that, instead of
//! reading or presenting what is about to be replaced; and where many write the same record again and again, each is
//! handed what stands there by itself, so that the one who has it can write before the next has it.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use midair_record::wire::Key;
use tokio::sync::{oneshot, watch};
use tokio::time::{Duration, Instant, sleep_until, timeout};

/// How long a reader waits at the most: a disk that does not answer holds up no read.
const LONGEST: Duration = Duration::from_millis(250);
/// How long who was handed the record alone may take until it writes.
const HANDED: Duration = Duration::from_millis(10);
/// How long a record is taken to be contended for once a write of it was refused.
const HOT: Duration = Duration::from_secs(1);
/// How many records may be contended for before those that no longer are get forgotten.
const MANY: usize = 1_024;

/// Whoever has a turn that was asked for.
pub(super) struct Other(watch::Receiver<()>);

impl Other {
    /// Waits until the turn is over.
    pub(super) async fn over(mut self) {
        // Nothing is ever sent: the turn is dropped.
        let _ = self.0.changed().await;
    }
}

/// What is going on at a record.
#[derive(Default)]
struct Place {
    /// Who writes it.
    writes: Option<watch::Receiver<()>>,
    /// Who wants to, where it is contended for.
    line: Option<Line>,
}

struct Line {
    hot_until: Instant,
    /// Until when it was handed to one of them alone.
    handed: Option<Instant>,
    waiting: VecDeque<oneshot::Sender<()>>,
    /// Whether somebody sees to it that who does not write in time holds up the next no longer.
    is_watched: bool,
}

impl Line {
    fn is_over(&self, now: Instant) -> bool {
        self.waiting.is_empty() && self.hot_until <= now
    }

    /// Hands the record to the next.
    fn next(&mut self, now: Instant) {
        self.handed = None;
        while let Some(next) = self.waiting.pop_front() {
            // Who no longer waits is passed over.
            if next.send(()).is_ok() {
                self.handed = Some(now + HANDED);
                self.hot_until = self.hot_until.max(now + HOT);
                return;
            }
        }
    }
}

type Places = HashMap<Key, Place>;

/// The turns that are taken. Cheap to clone; all clones are one.
#[derive(Clone, Default)]
pub(super) struct Turns {
    places: Arc<Mutex<Places>>,
    /// How many there are, for those who find none and need not look.
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
    fn places<T>(&self, of: impl FnOnce(&mut Places) -> T) -> T {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        let result = of(&mut places);
        self.count.store(places.len(), Ordering::SeqCst);
        result
    }

    /// Takes the turn at a record, unless another has it.
    pub(super) fn try_take(&self, key: &Key) -> Result<Turn, Other> {
        self.places(|places| {
            let place = places.entry(key.clone()).or_default();
            if let Some(other) = &place.writes {
                return Err(Other(other.clone()));
            }
            let (wakes, wait) = watch::channel(());
            place.writes = Some(wait);
            if let Some(line) = &mut place.line {
                line.handed = None;
            }
            Ok(Turn { turns: self.clone(), key: key.clone(), _wakes: wakes })
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
        if let Some(other) = self.places(|places| places.get(key).and_then(|place| place.writes.clone())) {
            let _ = timeout(LONGEST, Other(other).over()).await;
        }
    }

    /// A write of this record was refused: it is contended for.
    pub(super) fn refused(&self, key: &Key) {
        let now = Instant::now();
        self.places(|places| {
            if places.len() >= MANY {
                places.retain(|_, place| {
                    place.line.take_if(|line| line.is_over(now));
                    place.line.is_some() || place.writes.is_some()
                });
            }
            let new = || Line { hot_until: now, handed: None, waiting: VecDeque::new(), is_watched: false };
            places.entry(key.clone()).or_default().line.get_or_insert_with(new).hot_until = now + HOT;
        });
    }

    /// Waits until it is the turn of one who reads this record to write it. Where it is not contended for, that is as soon
    /// as nobody else writes it.
    pub(super) async fn in_line(&self, key: &Key) {
        if self.count.load(Ordering::SeqCst) == 0 {
            return;
        }
        let now = Instant::now();
        let waits = self.places(|places| {
            let place = places.get_mut(key)?;
            let line = place.line.as_mut().filter(|line| !line.is_over(now))?;
            let is_free = place.writes.is_none() && line.waiting.is_empty();
            if is_free && line.handed.is_none_or(|until| until <= now) {
                line.handed = Some(now + HANDED);
                return Some(None);
            }
            let (tell, told) = oneshot::channel();
            line.waiting.push_back(tell);
            let watch = !std::mem::replace(&mut line.is_watched, true);
            Some(Some((told, watch)))
        });
        match waits {
            None => self.settled(key).await,
            Some(None) => {}
            Some(Some((told, watch))) => {
                if watch {
                    tokio::spawn(self.clone().watches(key.clone()));
                }
                let _ = timeout(LONGEST, told).await;
            }
        }
    }

    /// Sees to it that the line goes on where who has the record does not write it in time; until nobody waits.
    async fn watches(self, key: Key) {
        loop {
            let now = Instant::now();
            let until = self.places(|places| {
                let place = places.get_mut(&key)?;
                let line = place.line.as_mut()?;
                if place.writes.is_none() && line.handed.is_none_or(|until| until <= now) {
                    line.next(now);
                }
                line.waiting.retain(|waiting| !waiting.is_closed());
                line.is_watched = !line.waiting.is_empty();
                line.is_watched.then(|| line.handed.unwrap_or(now + HANDED))
            });
            match until {
                Some(until) => sleep_until(until).await,
                None => return,
            }
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let now = Instant::now();
        self.turns.places(|places| {
            let Entry::Occupied(mut entry) = places.entry(self.key.clone()) else { return };
            let place = entry.get_mut();
            place.writes = None;
            if let Some(line) = &mut place.line {
                line.next(now);
            }
            if place.line.as_ref().is_none_or(|line| line.is_over(now)) {
                entry.remove();
            }
        });
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
        assert!(turns.places(|places| places.is_empty()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_reader_waits_for_a_disk_that_does_not_answer_only_so_long() {
        let (turns, key, began) = (Turns::default(), Key::new("c", "a").unwrap(), Instant::now());
        let _stuck = turns.take(&key).await;
        turns.settled(&key).await;
        assert_eq!(began.elapsed().as_millis(), LONGEST.as_millis());
        turns.refused(&key);
        turns.in_line(&key).await;
        assert!(began.elapsed() <= 2 * LONGEST + HANDED);
    }

    #[tokio::test(start_paused = true)]
    async fn a_contended_record_is_handed_to_one_after_the_other() {
        let (turns, key) = (Turns::default(), Key::new("c", "a").unwrap());
        assert!(turns.in_line(&key).now_or_never().is_some() && turns.in_line(&key).now_or_never().is_some());
        turns.refused(&key);
        assert!(turns.in_line(&key).now_or_never().is_some(), "the first has it");
        let (second, third) = (turns.in_line(&key), turns.in_line(&key));
        tokio::pin!(second, third);
        assert!(second.as_mut().now_or_never().is_none() && third.as_mut().now_or_never().is_none());
        assert!(turns.settled(&key).now_or_never().is_some(), "who only reads waits for no line");
        drop(turns.try_take(&key).ok().unwrap());
        assert!(second.as_mut().now_or_never().is_some(), "the first has written");
        assert!(third.as_mut().now_or_never().is_none());
        let began = Instant::now();
        third.await;
        assert!(began.elapsed() <= HANDED * 2, "who has it and does not write holds up the next for a moment only");
        tokio::time::advance(HOT * 2).await;
        drop(turns.try_take(&key).ok().unwrap());
        assert!(turns.places(|places| places.is_empty()), "it is contended for no longer");
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_contended_for_once_is_forgotten() {
        let turns = Turns::default();
        for n in 0..MANY {
            turns.refused(&Key::new("c", &n.to_string()).unwrap());
        }
        tokio::time::advance(HOT * 2).await;
        turns.refused(&Key::new("c", "last").unwrap());
        assert_eq!(turns.count.load(Ordering::SeqCst), 1);
    }
}
