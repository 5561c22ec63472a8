//! The connections that read: taken for one look, and put back. Refuses to write.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::{StoreError, open};

/// How many connections of a kind are kept open.
const KEPT: usize = 16;
/// How long nothing was written before the file is read where the system keeps it.
const AT_REST: Duration = Duration::from_millis(500);

/// When the file last changed. Cheap to clone; all clones are one.
#[derive(Clone, Debug)]
pub(super) struct LastChange {
    began: Instant,
    /// In milliseconds after that.
    at: Arc<AtomicU64>,
}

impl LastChange {
    pub(super) fn new() -> Self {
        LastChange { began: Instant::now(), at: Arc::default() }
    }

    fn elapsed(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// The file changes now.
    pub(super) fn is_now(&self) {
        self.at.store(self.elapsed(), Ordering::Relaxed);
    }

    fn is_long_ago(&self) -> bool {
        let ago = self.elapsed().saturating_sub(self.at.load(Ordering::Relaxed));
        u128::from(ago) > AT_REST.as_millis()
    }
}

/// Connections of two kinds. Where the file is at rest, its pages are read where the system keeps them, which is the
/// fastest there is. But each change makes a connection that does so map the file anew, which interrupts every core; so
/// while it changes, pages are copied.
pub(super) struct Readers {
    path: PathBuf,
    changed: LastChange,
    mapping: Mutex<Vec<Connection>>,
    copying: Mutex<Vec<Connection>>,
}

impl Readers {
    pub(super) fn of(path: PathBuf, changed: LastChange) -> Self {
        Readers { path, changed, mapping: Mutex::default(), copying: Mutex::default() }
    }

    pub(super) fn look<T>(&self, read: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let maps = self.changed.is_long_ago();
        let kept = if maps { &self.mapping } else { &self.copying };
        let idle = kept.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => open::reader(&self.path, maps)?,
        };
        let result = read(&connection);
        if !connection.is_autocommit() {
            let _ = connection.execute_batch("ROLLBACK");
        }
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        // A burst of readers leaves no more open files behind than the next one needs.
        if kept.len() < KEPT {
            kept.push(connection);
        }
        result
    }
}
