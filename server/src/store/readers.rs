//! The connections that read: taken for one look, and put back. Refuses to write.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::{StoreError, open};

/// How many connections of a kind are kept open.
const KEPT: usize = 16;
/// How long nothing was written before the file is read where the system keeps it.
const AT_REST: Duration = Duration::from_millis(500);
/// How long one look's view of the file serves the next, if nothing was written: another process may write, too.
const ONE_VIEW: Duration = Duration::from_millis(100);

/// Connections of two kinds. Where the file is at rest, its pages are read where the system keeps them, which is the
/// fastest there is, and a look may use the view of the file that the one before it had. But each change makes a
/// connection that maps the file map it anew, which interrupts every core; so while it changes, pages are copied.
/// Cheap to clone; all clones are one.
#[derive(Clone)]
pub(super) struct Readers {
    inner: Arc<Inner>,
}

struct Inner {
    path: PathBuf,
    began: Instant,
    /// When the file changed last, in milliseconds since then.
    changed: AtomicU64,
    /// Odd while a commit is under way.
    commits: AtomicU64,
    mapping: Mutex<Vec<Idle>>,
    copying: Mutex<Vec<Idle>>,
}

/// A connection that nobody uses now.
struct Idle {
    connection: Connection,
    /// What it still sees, where it is in the middle of a transaction.
    view: Option<View>,
}

/// A view of the file that serves more than one look.
#[derive(Clone, Copy)]
struct View {
    /// After how many commits.
    commits: u64,
    /// Since when, in milliseconds.
    since: u64,
}

impl Idle {
    fn end(&mut self) {
        self.view = None;
        if !self.connection.is_autocommit() {
            let _ = self.connection.execute_batch("ROLLBACK");
        }
    }
}

impl Readers {
    pub(super) fn of(path: PathBuf) -> Self {
        let (changed, commits, mapping, copying) = Default::default();
        Readers { inner: Arc::new(Inner { path, began: Instant::now(), changed, commits, mapping, copying }) }
    }

    /// A commit begins: nobody goes on with what was seen before it.
    pub(super) fn change_begins(&self) {
        let inner = &self.inner;
        inner.changed.store(inner.elapsed(), Ordering::Relaxed);
        inner.commits.fetch_add(1, Ordering::SeqCst);
        // A view that is held keeps the log from being begun anew.
        locked(&inner.mapping).iter_mut().filter(|idle| idle.view.is_some()).for_each(Idle::end);
    }

    /// The commit is done, or has failed.
    pub(super) fn change_ended(&self) {
        self.inner.commits.fetch_add(1, Ordering::SeqCst);
    }

    /// Somebody else may have written the file: the next look sees it as it stands.
    pub(super) fn look_anew(&self) {
        self.inner.commits.fetch_add(2, Ordering::SeqCst);
    }

    /// Does one statement with the file as it stands.
    pub(super) fn look<T>(&self, read: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        self.inner.look(read)
    }

    /// As [`Readers::look`], with as many statements as it takes: all see the file at one moment.
    pub(super) fn look_longer<T>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.inner.look(|connection| {
            if !connection.is_autocommit() {
                return read(connection);
            }
            connection.prepare_cached("BEGIN")?.execute([])?;
            let result = read(connection);
            connection.prepare_cached("COMMIT")?.execute([])?;
            result
        })
    }
}

fn locked<T>(kept: &Mutex<T>) -> MutexGuard<'_, T> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

impl Inner {
    fn elapsed(&self) -> u64 {
        millis(self.began.elapsed())
    }

    fn look<T>(&self, read: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let now = self.elapsed();
        let at_rest = now.saturating_sub(self.changed.load(Ordering::Relaxed)) > millis(AT_REST);
        let kept = if at_rest { &self.mapping } else { &self.copying };
        let idle = locked(kept).pop();
        let mut idle = match idle {
            Some(idle) => idle,
            None => Idle { connection: open::reader(&self.path, at_rest)?, view: None },
        };
        if at_rest {
            self.renew(&mut idle, now)?;
        }
        let result = read(&idle.connection);
        let mut kept = locked(kept);
        // Looked at under the lock: whoever begins a commit comes for what is held after it has said so.
        if result.is_err() || idle.view.is_none_or(|view| view.commits != self.commits.load(Ordering::SeqCst)) {
            idle.end();
        }
        // A burst of readers leaves no more open files behind than the next one needs.
        if kept.len() < KEPT {
            kept.push(idle);
        }
        result
    }

    /// Has `idle` see the file as it stands, by a new view where the one it has may not be the newest.
    fn renew(&self, idle: &mut Idle, now: u64) -> Result<(), StoreError> {
        let commits = self.commits.load(Ordering::SeqCst);
        let fresh = |view: View| view.commits == commits && now.saturating_sub(view.since) < millis(ONE_VIEW);
        if idle.view.is_some_and(fresh) {
            return Ok(());
        }
        idle.end();
        // While a commit is under way, what one look sees may be old before the next one begins.
        if commits.is_multiple_of(2) {
            idle.connection.prepare_cached("BEGIN")?.execute([])?;
            idle.view = Some(View { commits, since: now });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(connection: &Connection) -> Result<i64, StoreError> {
        Ok(connection.query_row("SELECT count(*) FROM t", [], |row| row.get(0))?)
    }

    fn at_rest(path: &std::path::Path) -> (Connection, Readers) {
        let writer = Connection::open(path).unwrap();
        writer
            .execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE t (n INTEGER); INSERT INTO t VALUES (1)")
            .unwrap();
        let readers = Readers::of(path.to_owned());
        let while_ago = Instant::now().checked_sub(Duration::from_secs(60)).unwrap();
        let inner = Inner { began: while_ago, ..Arc::into_inner(readers.inner).unwrap() };
        (writer, Readers { inner: Arc::new(inner) })
    }

    #[test]
    fn a_view_serves_until_the_next_commit_begins_and_none_is_held_from_then_on() {
        let folder = tempfile::tempdir().unwrap();
        let (writer, readers) = at_rest(&folder.path().join("t.db"));
        let held = |readers: &Readers| locked(&readers.inner.mapping).iter().filter(|idle| idle.view.is_some()).count();
        assert_eq!((readers.look(count).unwrap(), held(&readers)), (1, 1));
        readers.change_begins();
        assert_eq!(held(&readers), 0, "the log can be begun anew");
        // Still long ago, as far as this look knows.
        readers.inner.changed.store(0, Ordering::Relaxed);
        assert_eq!((readers.look(count).unwrap(), held(&readers)), (1, 0), "nobody knows yet whether it is done");
        writer.execute("INSERT INTO t VALUES (2)", []).unwrap();
        assert_eq!(readers.look(count).unwrap(), 2);
        readers.change_ended();
        assert_eq!((readers.look_longer(count).unwrap(), held(&readers)), (2, 1));
        // A commit that begins and ends while somebody looks.
        let seen = readers.look(|connection| {
            readers.change_begins();
            writer.execute("INSERT INTO t VALUES (3)", [])?;
            readers.change_ended();
            count(connection)
        });
        assert_eq!((seen.unwrap(), held(&readers)), (2, 0), "it is put back without its view");
        readers.inner.changed.store(0, Ordering::Relaxed);
        assert_eq!(readers.look(count).unwrap(), 3);
    }

    #[test]
    fn what_another_process_writes_is_seen_when_the_view_is_old_or_in_doubt() {
        let folder = tempfile::tempdir().unwrap();
        let (writer, readers) = at_rest(&folder.path().join("t.db"));
        assert_eq!(readers.look(count).unwrap(), 1);
        writer.execute("INSERT INTO t VALUES (2)", []).unwrap();
        readers.look_anew();
        assert_eq!(readers.look(count).unwrap(), 2);
        writer.execute("INSERT INTO t VALUES (3)", []).unwrap();
        for idle in locked(&readers.inner.mapping).iter_mut() {
            idle.view = idle.view.map(|view| View { since: 0, ..view });
        }
        assert_eq!(readers.look(count).unwrap(), 3);
    }
}
