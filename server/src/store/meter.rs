//! What the writing thread comes to, in numbers: transactions, how long, how many writes each; refuses to slow it down.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use midair_record::wire::Event;

use super::StoreError;
use crate::histogram::{Counts, Histogram, TIMES};
use crate::tally::{OTHER, Tally};

/// For how many collections changes are counted by name.
const COLLECTIONS: usize = 100;
/// How many writes may have shared a transaction, as it is counted.
const SIZES: &[u64] = &[1, 2, 4, 8, 16, 32, 64, 128, 256];

/// The numbers of one store. The writing thread counts, anybody reads.
#[derive(Debug)]
pub struct Meter {
    sizes: Histogram,
    times: Histogram,
    failures: AtomicU64,
    changes: AtomicU64,
    by_collection: Mutex<Tally<String>>,
    began: Instant,
    /// When something was last seen to reach the disk, in milliseconds after `began`, and 1; 0 where that is in doubt.
    proven: AtomicU64,
}

impl Default for Meter {
    fn default() -> Self {
        Meter {
            sizes: Histogram::new(SIZES),
            times: Histogram::new(TIMES),
            failures: AtomicU64::new(0),
            changes: AtomicU64::new(0),
            by_collection: Mutex::new(Tally::of(COLLECTIONS)),
            began: Instant::now(),
            proven: AtomicU64::new(0),
        }
    }
}

impl Meter {
    /// A transaction of `writes` ended after this time, with these changes or none at all.
    pub(super) fn settled(&self, writes: usize, took: Duration, done: &Result<Vec<Event>, StoreError>) {
        let Ok(events) = done else {
            self.failures.fetch_add(1, Ordering::Relaxed);
            self.proven.store(0, Ordering::Relaxed);
            return;
        };
        self.sizes.add(writes as u64);
        self.times.add_time(took);
        if events.is_empty() {
            return;
        }
        self.changes.fetch_add(events.len() as u64, Ordering::Relaxed);
        let mut tally = self.by_collection.lock().unwrap_or_else(PoisonError::into_inner);
        events.iter().for_each(|event| tally.add(event.collection.as_str()));
        drop(tally);
        self.prove();
    }

    /// Something was seen to reach the disk just now.
    pub(super) fn prove(&self) {
        let at = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX - 1) + 1;
        self.proven.store(at, Ordering::Relaxed);
    }

    /// Whether something was seen to reach the disk in the last `time`, and nothing has failed to since.
    pub(super) fn is_proven(&self, time: Duration) -> bool {
        let at = self.proven.load(Ordering::Relaxed);
        at > 0 && self.began.elapsed() < Duration::from_millis(at - 1) + time
    }

    /// How many writes shared each transaction.
    pub(crate) fn sizes(&self) -> Counts {
        self.sizes.read()
    }

    /// How long each transaction took, from its beginning until it was on disk.
    pub(crate) fn times(&self) -> Counts {
        self.times.read()
    }

    /// How many transactions failed.
    pub(crate) fn failures(&self) -> u64 {
        self.failures.load(Ordering::Relaxed)
    }

    /// How many changes are on disk since the store was opened.
    pub(crate) fn changes(&self) -> u64 {
        self.changes.load(Ordering::Relaxed)
    }

    /// The same by collection; those beyond the first hundred together.
    pub(crate) fn changes_by_collection(&self) -> HashMap<String, u64> {
        self.by_collection.lock().unwrap_or_else(PoisonError::into_inner).read(OTHER.to_owned())
    }
}
