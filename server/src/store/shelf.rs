//! The records that are asked for again and again, as they stand, in memory: read without the file.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use midair_record::wire::Key;
use quick_cache::Weighter;
use quick_cache::sync::{Cache, GuardResult};

use super::StoreError;

/// What a record takes besides its text, in bytes.
const BESIDES: u64 = 400;
/// How many records there is room for from the start.
const EXPECTED: usize = 1_000;
/// How many records are remembered that were read once.
const READ_ONCE: usize = 1 << 16;

/// A record as the file has it: its text unread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glance {
    /// The number that the history knows the record by.
    pub(super) number: i64,
    /// The number of this version in the feed.
    pub(super) head: u64,
    pub(super) digest: Option<[u8; 32]>,
    /// Its version.
    pub version: u64,
    /// Its entity tag, quotes included.
    pub tag: String,
    /// When it was written: RFC 3339, UTC, milliseconds.
    pub at: String,
    /// Who wrote it; empty when nobody said.
    pub by: String,
    /// Why.
    pub note: Option<String>,
    /// The record's text, byte for byte as it was written.
    pub text: Bytes,
    /// [`Glance::at`] in whole seconds, which is what an HTTP date can say; `None` where it is no time.
    pub written: Option<SystemTime>,
}

/// The time of a write in whole seconds.
pub(crate) fn whole_seconds(at: &str) -> Option<SystemTime> {
    let at: jiff::Timestamp = at.parse().ok()?;
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(u64::try_from(at.as_second()).ok()?))
}

/// What a transaction made of a record; nothing where it was deleted.
pub(super) type Made = (Key, Option<Glance>);

#[derive(Clone)]
struct Weight;

impl Weighter<Key, Arc<Glance>> for Weight {
    fn weight(&self, _: &Key, seen: &Arc<Glance>) -> u64 {
        BESIDES + seen.text.len() as u64
    }
}

/// Records that are kept in memory. What is kept is never older than the last commit: the writer takes out what it is
/// about to change before it commits, and nothing comes in while it does.
#[derive(Clone)]
pub(super) struct Shelf {
    kept: Arc<Cache<Key, Arc<Glance>, Weight>>,
    /// Odd while a commit is under way.
    commits: Arc<AtomicU64>,
    once: Arc<Once>,
    /// As good as full.
    full: Arc<AtomicBool>,
}

/// Which records were read lately. Once there is no more room, a record is kept when it is read again: where there are
/// far more than there is room for, and each is asked for as rarely as the next, to keep the last one costs more than it
/// ever saves.
struct Once {
    /// Of each record a part of its hash, in a place that another part says; the last one to come there stays.
    marks: Box<[AtomicU32]>,
    hasher: RandomState,
}

impl Once {
    fn new() -> Self {
        Once { marks: std::iter::repeat_with(AtomicU32::default).take(READ_ONCE).collect(), hasher: RandomState::new() }
    }

    /// Whether `key` was asked about before, and nothing else came in its place since. It was, from here on.
    fn again(&self, key: &Key) -> bool {
        let hash = self.hasher.hash_one(key);
        let (place, mark) = (hash as usize % READ_ONCE, (hash >> 32) as u32 | 1);
        self.marks[place].load(Ordering::Relaxed) == mark || {
            self.marks[place].store(mark, Ordering::Relaxed);
            false
        }
    }
}

impl Shelf {
    /// With room for so many bytes.
    pub(super) fn new(room: u64) -> Self {
        let kept = Arc::new(Cache::with_weighter(EXPECTED, room, Weight));
        let (commits, full) = Default::default();
        Shelf { kept, commits, once: Arc::new(Once::new()), full }
    }

    /// The record at `key`, if it is in memory.
    pub(super) fn known(&self, key: &Key) -> Option<Arc<Glance>> {
        self.kept.get(key)
    }

    /// What stands at `key`, from memory or else by `read`; `here` picks what is kept of it.
    pub(super) fn of<T>(
        &self,
        key: &Key,
        kept: impl FnOnce(Arc<Glance>) -> T,
        read: impl FnOnce() -> Result<T, StoreError>,
        here: impl FnOnce(&T) -> Option<&Arc<Glance>>,
    ) -> Result<T, StoreError> {
        if let Some(seen) = self.kept.get(key) {
            return Ok(kept(seen));
        }
        if self.full.load(Ordering::Relaxed) && !self.once.again(key) {
            return read();
        }
        let guard = match self.kept.get_value_or_guard(key, Some(Duration::ZERO)) {
            GuardResult::Value(seen) => return Ok(kept(seen)),
            GuardResult::Guard(guard) => Some(guard),
            GuardResult::Timeout => None,
        };
        // A commit that begins from here on takes the guard's place away. One that is under way may have done so before.
        let quiet = self.commits.load(Ordering::SeqCst).is_multiple_of(2);
        let read = read()?;
        if let (Some(guard), Some(seen), true) = (guard, here(&read), quiet) {
            let _ = guard.insert(seen.clone());
            if !self.full.load(Ordering::Relaxed) && self.kept.weight() >= self.kept.capacity() / 10 * 9 {
                self.full.store(true, Ordering::Relaxed);
            }
        }
        Ok(read)
    }

    /// Takes the record at `key` out of memory.
    pub(super) fn forget(&self, key: &Key) {
        self.kept.remove(key);
    }

    /// A commit of these changes begins.
    pub(super) fn begin(&self, made: &[Made]) {
        self.commits.fetch_add(1, Ordering::SeqCst);
        for (key, _) in made {
            self.kept.remove(key);
        }
    }

    /// The commit has failed, or it is done and this is what stands now, in the order in which it was written.
    pub(super) fn end(&self, made: Vec<Made>) {
        for (key, seen) in made {
            match seen {
                Some(seen) => self.kept.insert(key, Arc::new(seen)),
                None => {
                    self.kept.remove(&key);
                }
            }
        }
        self.commits.fetch_add(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(tag: &str, text: &str) -> Glance {
        let (at, by, text) = (String::new(), String::new(), Bytes::copy_from_slice(text.as_bytes()));
        Glance {
            number: 1,
            head: 1,
            digest: None,
            version: 1,
            tag: tag.into(),
            at,
            by,
            note: None,
            text,
            written: None,
        }
    }

    /// The tag of what a reader is told, who would read `read` in the file.
    fn told(shelf: &Shelf, key: &Key, read: impl FnOnce() -> Option<Glance>) -> Option<String> {
        let read = || Ok(read().map(Arc::new));
        shelf.of(key, Some, read, Option::as_ref).unwrap().map(|seen| seen.tag.clone())
    }

    #[test]
    fn what_was_read_before_a_commit_is_never_told_after_it() {
        let (shelf, key) = (Shelf::new(32 << 20), Key::new("c", "r").unwrap());
        let reads = |read: &str| told(&shelf, &key, || Some(seen(read, ""))).unwrap();
        assert_eq!((reads("old"), reads("not read")), ("old".into(), "old".into()), "kept");
        let made = |new: Option<&str>| vec![(key.clone(), new.map(|new| seen(new, "")))];
        shelf.begin(&made(Some("new")));
        assert_eq!(reads("old"), "old", "not committed yet");
        shelf.end(made(Some("new")));
        assert_eq!(reads("not read"), "new");
        shelf.begin(&made(None));
        shelf.end(Vec::new());
        assert_eq!(reads("still new"), "still new", "the commit failed");
        shelf.begin(&made(None));
        shelf.end(made(None));
        assert_eq!(told(&shelf, &key, || None), None, "deleted");
        // A commit that begins and ends while a reader reads.
        let (shelf, key) = (Shelf::new(32 << 20), Key::new("c", "r").unwrap());
        let late = told(&shelf, &key, || {
            let made = || vec![(key.clone(), Some(seen("new", "")))];
            shelf.begin(&made());
            shelf.end(made());
            Some(seen("old", ""))
        });
        assert_eq!(late.unwrap(), "old");
        assert_eq!(told(&shelf, &key, || Some(seen("not read", ""))).unwrap(), "new");
    }

    #[test]
    fn the_shelf_has_room_for_so_much_and_no_more() {
        let shelf = Shelf::new(32 << 20);
        let long = "x".repeat(10_000);
        for n in 0..10_000 {
            let key = Key::new("c", &format!("r{n}")).unwrap();
            assert_eq!(told(&shelf, &key, || Some(seen(&n.to_string(), &long))).unwrap(), n.to_string());
        }
        let (weight, room) = (shelf.kept.weight(), 32 << 20);
        assert!(weight <= room && weight > room / 2, "{weight}");
    }
}
