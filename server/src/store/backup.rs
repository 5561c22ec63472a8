//! Copies of a store: taken while it is in use, and put back so that nothing issued since is ever taken for current.

use std::path::{Path, PathBuf};

use super::{OpenError, Store, open};

/// How far the numbers of the feed jump when a backup is put back: further than any follower can have come since.
const JUMP: i64 = 1_000_000_000;

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
    let half = beside(to, ".half");
    let copy = || -> Result<(), String> {
        let connection = open::reader(db).map_err(|fault| fault.to_string())?;
        let name = half.to_str().ok_or("its name is not UTF-8")?;
        connection.execute("VACUUM INTO ?1", [name]).map_err(|fault| fault.to_string())?;
        std::fs::File::open(&half).and_then(|file| file.sync_all()).map_err(|fault| fault.to_string())?;
        // Fails where a file came to stand there meanwhile.
        std::fs::hard_link(&half, to).map_err(|fault| fault.to_string())
    };
    let copied = copy();
    let _ = std::fs::remove_file(&half);
    copied.map_err(unwritten)
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
    let half = beside(db, ".half");
    let unwritten = |why: String| BackupError::Unwritten { path: db.to_owned(), why };
    let io = |fault: std::io::Error| unwritten(fault.to_string());
    let _ = std::fs::remove_file(&half);
    let before = if db.exists() { marks(db) } else { None };
    let name = half.to_str().ok_or_else(|| unwritten("its name is not UTF-8".into()))?;
    let made = open::reader(from)
        .and_then(|source| source.execute("VACUUM INTO ?1", [name]))
        .map_err(|fault| unwritten(fault.to_string()))
        .and_then(|_| renew(&half, before));
    let epoch = match made {
        Ok(epoch) => epoch,
        Err(fault) => {
            let _ = std::fs::remove_file(&half);
            return Err(fault);
        }
    };
    let aside = if db.exists() { Some(put_aside(db).map_err(io)?) } else { None };
    std::fs::rename(&half, db).map_err(io)?;
    if let Some(folder) = db.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(io)?;
    }
    Ok(Restored { epoch, aside })
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// The epoch of a store and the number of its last change; `None` where it cannot be read.
fn marks(db: &Path) -> Option<(u64, i64)> {
    let connection = open::reader(db).ok()?;
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
        let next = last.max(kept) + JUMP;
        connection.execute_batch("BEGIN")?;
        let set = "INSERT INTO store (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2";
        connection.execute(set, ("epoch", epoch.to_string()))?;
        connection.execute(set, ("feed_from", next.to_string()))?;
        connection.execute("DELETE FROM sqlite_sequence WHERE name = 'versions'", [])?;
        connection.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('versions', ?1)", [next])?;
        connection.execute_batch("COMMIT; PRAGMA journal_mode = DELETE; VACUUM")?;
        Ok(epoch)
    };
    let epoch = work().map_err(unwritten)?;
    drop(connection);
    for ending in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(beside(half, ending));
    }
    Ok(epoch)
}

/// Moves a store out of the way, with its log, to a name that is free.
fn put_aside(db: &Path) -> std::io::Result<PathBuf> {
    let free = (1..).map(|number| beside(db, &format!(".before-restore-{number}"))).find(|name| !name.exists());
    let aside = free.unwrap_or_else(|| beside(db, ".before-restore"));
    for ending in ["-wal", "-shm"] {
        match std::fs::rename(beside(db, ending), beside(&aside, ending)) {
            Err(fault) if fault.kind() != std::io::ErrorKind::NotFound => return Err(fault),
            _ => {}
        }
    }
    std::fs::rename(db, &aside)?;
    Ok(aside)
}
