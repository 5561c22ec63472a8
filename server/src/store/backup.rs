//! Copies of a store: taken while it is in use, and put back so that nothing issued since is ever taken for current.

use std::path::{Path, PathBuf};

use super::{OpenError, Store, open};

/// Why a backup was not taken or put back, in a sentence. What stood there stands there still.
#[derive(Clone, Debug, thiserror::Error)]
pub enum BackupError {
    /// The file that is to be copied cannot be used.
    #[error("{0}")]
    Source(#[from] OpenError),
    /// There is no such file.
    #[error("there is no database {0}")]
    Missing(PathBuf),
    /// A file stands where the copy is to be.
    #[error("{0} exists already, and is left as it is; name a new file")]
    Exists(PathBuf),
    /// The file has faults.
    #[error("{path} is damaged ({fault}); take another backup")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The first fault.
        fault: String,
    },
    /// The copy could not be made.
    #[error("{path} cannot be written ({why})")]
    Unwritten {
        /// The copy.
        path: PathBuf,
        /// What the system says.
        why: String,
    },
}

/// What was put back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// The epoch that begins with it.
    pub epoch: u64,
    /// Where what stood there before is now.
    pub aside: Option<PathBuf>,
}

/// Copies the store in the file at `db` to a new file at `to`, as it is at this moment. Others may write meanwhile.
///
/// # Errors
/// [`BackupError`]; there is no file at `to` then, unless one was there before.
pub fn backup(db: &Path, to: &Path) -> Result<(), BackupError> {
    if Store::read_id(db)?.is_none() {
        return Err(BackupError::Missing(db.to_owned()));
    }
    if to.exists() {
        return Err(BackupError::Exists(to.to_owned()));
    }
    let unwritten = |why: String| BackupError::Unwritten { path: to.to_owned(), why };
    let half = tempfile::Builder::new().prefix(HALF).tempfile_in(folder_of(to));
    let half = half.map_err(|fault| unwritten(fault.to_string()))?.into_temp_path();
    copy(db, &half).map_err(unwritten)?;
    // Fails where a file came to stand there meanwhile.
    half.persist_noclobber(to).map_err(|fault| unwritten(fault.to_string()))?;
    sync_folder(to).map_err(|fault| unwritten(fault.to_string()))
}

/// Puts the backup at `from` in the place of the store at `db`, which nobody may have open. What stood there is moved
/// aside. A new epoch begins: no token that was issued since the backup is ever current again, and who followed the
/// feed is told to start anew.
///
/// # Errors
/// [`BackupError`]; what stood at `db` stands there then.
pub fn restore(from: &Path, db: &Path) -> Result<Restored, BackupError> {
    if Store::read_id(from)?.is_none() {
        return Err(BackupError::Missing(from.to_owned()));
    }
    let unwritten = |why: String| BackupError::Unwritten { path: db.to_owned(), why };
    let io = |fault: std::io::Error| unwritten(fault.to_string());
    let room = tempfile::Builder::new().prefix(HALF).tempdir_in(folder_of(db)).map_err(io)?;
    let half = room.path().join("copy.db");
    let before = if db.exists() { marks(db) } else { None };
    copy(from, &half).map_err(unwritten)?;
    let epoch = renew(&half, before).map_err(|fault| match fault {
        BackupError::Damaged { fault, .. } => BackupError::Damaged { path: from.to_owned(), fault },
        fault => fault,
    })?;
    let aside = if db.exists() { Some(put_aside(db).map_err(io)?) } else { None };
    if let Err(fault) = std::fs::rename(&half, db) {
        let back = aside.as_ref().map_or(Ok(()), |aside| move_store(aside, db));
        return Err(unwritten(match (back, &aside) {
            (Err(why), Some(aside)) => format!("{fault}; what stood there is {} now: {why}", aside.display()),
            _ => fault.to_string(),
        }));
    }
    sync_folder(db).map_err(io)?;
    Ok(Restored { epoch, aside })
}

/// How the names of copies begin that are not whole yet; they go with whoever makes them.
const HALF: &str = ".midair-copy-";

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Copies the store in the file at `from`, of one moment, into the file at `to`, which is new or empty, and waits until
/// it is on the disk.
fn copy(from: &Path, to: &Path) -> Result<(), String> {
    let source = open::reader(from, false).map_err(|fault| fault.to_string())?;
    let name = to.to_str().ok_or("its name is not UTF-8")?;
    source.execute("VACUUM INTO ?1", [name]).map_err(|fault| fault.to_string())?;
    std::fs::File::open(to).and_then(|file| file.sync_all()).map_err(|fault| fault.to_string())
}

/// Waits until the name at `path` is on the disk.
fn sync_folder(path: &Path) -> std::io::Result<()> {
    std::fs::File::open(folder_of(path))?.sync_all()
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// The epoch of a store and the number of its last change; `None` where it cannot be read.
fn marks(db: &Path) -> Option<(u64, i64)> {
    let connection = open::reader(db, false).ok()?;
    let last = connection.query_row("SELECT coalesce(max(seq), 0) FROM versions", [], |row| row.get(0)).ok()?;
    Some((open::epoch(&connection).ok()?, last))
}

/// Checks the copy, and begins a new epoch in it.
fn renew(half: &Path, before: Option<(u64, i64)>) -> Result<u64, BackupError> {
    let unwritten = |fault: rusqlite::Error| BackupError::Unwritten { path: half.to_owned(), why: fault.to_string() };
    // It is brought up to date as well, where an older midair took the backup.
    let connection = open::writing(half)?;
    let fault: String = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0)).map_err(unwritten)?;
    if fault != "ok" {
        return Err(BackupError::Damaged { path: half.to_owned(), fault });
    }
    let (was, last) = before.unwrap_or_default();
    let work = || -> rusqlite::Result<u64> {
        let epoch = was.max(open::epoch(&connection)?) + 1;
        let kept: i64 = connection.query_row("SELECT coalesce(max(seq), 0) FROM versions", [], |row| row.get(0))?;
        // Nobody wrote once a microsecond: the time is past every number that a lost store can have given out.
        let next = last.max(kept).max(jiff::Timestamp::now().as_microsecond()) + 1;
        connection.execute_batch("BEGIN")?;
        let set = "INSERT INTO store (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2";
        connection.execute(set, ("epoch", epoch.to_string()))?;
        connection.execute(set, ("feed_from", next.to_string()))?;
        connection.execute_batch("COMMIT; PRAGMA journal_mode = DELETE; VACUUM")?;
        Ok(epoch)
    };
    work().map_err(unwritten)
}

/// Moves a store out of the way, with its log, to a name that is free.
fn put_aside(db: &Path) -> std::io::Result<PathBuf> {
    let free = (1..).map(|number| beside(db, &format!(".before-restore-{number}"))).find(|name| !name.exists());
    let aside = free.unwrap_or_else(|| beside(db, ".before-restore"));
    move_store(db, &aside)?;
    Ok(aside)
}

/// Moves a store with its log: the log first, so that a store never stands beside the log of another. All of it or, where
/// that fails, nothing: a store without its log lacks what was written last.
fn move_store(from: &Path, to: &Path) -> std::io::Result<()> {
    let mut moved = Vec::new();
    for ending in ["-wal", "-shm", ""] {
        let (old, new) = (beside(from, ending), beside(to, ending));
        match std::fs::rename(&old, &new) {
            Ok(()) => moved.push((old, new)),
            Err(fault) if fault.kind() == std::io::ErrorKind::NotFound && !ending.is_empty() => {}
            Err(fault) => {
                let back = moved.iter().try_for_each(|(old, new)| std::fs::rename(new, old));
                return Err(match back {
                    Ok(()) => fault,
                    Err(why) => {
                        std::io::Error::other(format!("{fault}; its log is beside {} now: {why}", to.display()))
                    }
                });
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(path: &Path) -> Vec<(&'static str, String)> {
        let file = |ending| Some((ending, std::fs::read_to_string(beside(path, ending)).ok()?));
        ["", "-wal", "-shm"].into_iter().filter_map(file).collect()
    }

    #[test]
    fn a_store_that_cannot_be_moved_keeps_its_log() {
        let folder = tempfile::tempdir().unwrap();
        let (db, aside) = (folder.path().join("midair.db"), folder.path().join("aside.db"));
        let whole = [("", "store"), ("-wal", "log"), ("-shm", "index")];
        for (ending, text) in whole {
            std::fs::write(beside(&db, ending), text).unwrap();
        }
        let whole = whole.map(|(ending, text)| (ending, text.to_owned()));
        // No file can take the place of a folder.
        for ending in ["", "-shm", "-wal"] {
            std::fs::create_dir(beside(&aside, ending)).unwrap();
            assert!(move_store(&db, &aside).is_err());
            assert_eq!((written(&db), written(&aside)), (whole.to_vec(), Vec::new()), "{ending:?}");
            std::fs::remove_dir(beside(&aside, ending)).unwrap();
        }
        move_store(&db, &aside).unwrap();
        assert_eq!((written(&db), written(&aside)), (Vec::new(), whole.to_vec()));
        // One that was closed has no log.
        std::fs::write(&db, "another").unwrap();
        move_store(&db, &folder.path().join("other.db")).unwrap();
        assert!(move_store(&db, &aside).is_err(), "there is nothing to move");
        assert_eq!(written(&aside), whole.to_vec());
    }
}
