//! Opens the file of a store: makes it, brings it up to date, or says in a sentence why it cannot be used.

use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension};
use rusqlite_migration::{M, Migrations};

use super::{Inner, Meter, Store, readers, ready, recent, settings, shelf, turns, writer};

/// Why a file cannot be opened as a store: a sentence that says what to do.
#[derive(Clone, Debug, thiserror::Error)]
pub enum OpenError {
    /// There is no way to the file.
    #[error(
        "the database {path} cannot be opened ({why}); check the folder and its permissions, or name another file with --db"
    )]
    Unreachable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        why: String,
    },
    /// The file holds something else.
    #[error("{path} is not a midair database; move it away, or name another file with --db")]
    NotADatabase {
        /// The file.
        path: PathBuf,
    },
    /// A later midair wrote the file.
    #[error("the database {path} was written by a newer midair; update this one, or name another file with --db")]
    Newer {
        /// The file.
        path: PathBuf,
    },
    /// The disk is full.
    #[error(
        "the database {path} cannot be opened because the disk is full; free some space, or name a file on another disk with --db"
    )]
    Full {
        /// The file.
        path: PathBuf,
    },
}

/// The schema, step by step. A step that has been released is never changed.
pub(super) static MIGRATIONS: LazyLock<Migrations<'static>> = LazyLock::new(|| {
    Migrations::new(vec![
        M::up(
            "CREATE TABLE store (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
         CREATE TABLE collections (
             name TEXT PRIMARY KEY, version INTEGER NOT NULL, token TEXT NOT NULL, definition TEXT NOT NULL,
             records INTEGER NOT NULL DEFAULT 0, at TEXT NOT NULL, by TEXT NOT NULL, deleted INTEGER NOT NULL DEFAULT 0
         ) STRICT;
         CREATE TABLE records (
             collection TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, token TEXT NOT NULL,
             at TEXT NOT NULL, by TEXT NOT NULL, note TEXT, text TEXT, digest BLOB, deleted INTEGER NOT NULL DEFAULT 0,
             UNIQUE (collection, id)
         ) STRICT;
         CREATE TABLE versions (
             seq INTEGER PRIMARY KEY AUTOINCREMENT,
             collection TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, token TEXT NOT NULL,
             op TEXT NOT NULL, at TEXT NOT NULL, by TEXT NOT NULL, note TEXT, edit_id TEXT,
             paths TEXT NOT NULL, text TEXT, digest BLOB,
             UNIQUE (collection, id, version)
         ) STRICT;
         CREATE INDEX versions_by_edit ON versions (collection, id, edit_id) WHERE edit_id IS NOT NULL;",
        ),
        M::up(
            "ALTER TABLE versions ADD COLUMN asked BLOB;
         ALTER TABLE versions ADD COLUMN blind INTEGER NOT NULL DEFAULT 0;",
        ),
        // A record has a number, which its history knows it by; each version knows the one before it. What is long
        // stands last in its row, so that the rest is read without it.
        M::up(
            "CREATE TABLE numbered (
             number INTEGER PRIMARY KEY,
             collection TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, head INTEGER NOT NULL,
             token TEXT NOT NULL, at TEXT NOT NULL, by TEXT NOT NULL, note TEXT, digest BLOB, text TEXT,
             UNIQUE (collection, id)
         ) STRICT;
         INSERT INTO numbered (collection, id, version, head, token, at, by, note, digest, text)
             SELECT collection, id, version,
                    (SELECT seq FROM versions v
                     WHERE v.collection = r.collection AND v.id = r.id AND v.version = r.version),
                    token, at, by, note, digest, text
             FROM records r ORDER BY rowid;
         CREATE TABLE chained (
             seq INTEGER PRIMARY KEY,
             record INTEGER NOT NULL, version INTEGER NOT NULL, before INTEGER,
             token TEXT NOT NULL, op TEXT NOT NULL, at TEXT NOT NULL, by TEXT NOT NULL, note TEXT, edit_id TEXT,
             asked BLOB, blind INTEGER NOT NULL DEFAULT 0, paths TEXT NOT NULL, text TEXT
         ) STRICT;
         INSERT INTO chained (seq, record, version, before, token, op, at, by, note, edit_id, asked, blind, paths, text)
             SELECT seq, number, v.version, lag(seq) OVER (PARTITION BY number ORDER BY v.version),
                    v.token, op, v.at, v.by, v.note, edit_id, iif(edit_id IS NULL, NULL, coalesce(asked, v.digest)),
                    blind, paths, v.text
             FROM versions v JOIN numbered USING (collection, id) ORDER BY seq;
         DROP TABLE versions;
         DROP TABLE records;
         ALTER TABLE numbered RENAME TO records;
         ALTER TABLE chained RENAME TO versions;
         CREATE INDEX versions_by_number ON versions (record, version) WHERE version % 16 = 0;
         CREATE INDEX versions_by_edit ON versions (record, edit_id) WHERE edit_id IS NOT NULL;",
        ),
        // The orders that collections declare, and every record in its place in them.
        M::up(
            "CREATE TABLE orders (
             number INTEGER PRIMARY KEY, collection TEXT NOT NULL, place TEXT NOT NULL, UNIQUE (collection, place)
         ) STRICT;
         CREATE TABLE ordered (
             in_order INTEGER NOT NULL, key BLOB NOT NULL, id TEXT NOT NULL, record INTEGER NOT NULL,
             PRIMARY KEY (in_order, key, id)
         ) STRICT, WITHOUT ROWID;",
        ),
    ])
});

/// How many bytes of records are kept in memory, unless said otherwise.
const KEPT: u64 = 32 << 20;

/// How much of the file a reader maps, in bytes: all of it, as a rule.
const MAPPED: i64 = 1 << 40;

fn set_up(connection: &Connection) -> rusqlite::Result<()> {
    // During a takeover two processes may hold the file for a moment.
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "cache_size", -16_000)?;
    // A checkpoint syncs twice and writes each page once, however often the log has it: rarer is cheaper.
    connection.pragma_update(None, "wal_autocheckpoint", 4_000)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(())
}

/// A connection that only reads; one that `maps` reads pages where the system keeps them, instead of copying them.
pub(super) fn reader(path: &Path, maps: bool) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.pragma_update(None, "mmap_size", if maps { MAPPED } else { 0 })?;
    connection.pragma_update(None, "cache_size", -1_000)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

fn named(path: &Path, error: &rusqlite::Error) -> OpenError {
    let path = path.to_owned();
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => OpenError::NotADatabase { path },
        Some(ErrorCode::DiskFull) => OpenError::Full { path },
        _ => OpenError::Unreachable { path, why: error.to_string() },
    }
}

/// What the system says of a file that SQLite only calls "unable to open".
fn first_look(path: &Path) -> Result<(), OpenError> {
    let unreachable = |why: String| OpenError::Unreachable { path: path.to_owned(), why };
    if path.is_dir() {
        return Err(unreachable("it is a folder".into()));
    }
    if let Err(fault) = std::fs::File::open(path)
        && fault.kind() != std::io::ErrorKind::NotFound
    {
        return Err(unreachable(fault.to_string()));
    }
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() && !folder.is_dir() => {
            Err(unreachable(format!("there is no folder {}", folder.display())))
        }
        _ => Ok(()),
    }
}

fn is_foreign(connection: &Connection) -> rusqlite::Result<bool> {
    let count = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0));
    let tables = count("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")?;
    let ours = count("SELECT count(*) FROM sqlite_schema WHERE name = 'store'")?;
    Ok(tables > 0 && ours == 0)
}

fn name_of(connection: &Connection) -> rusqlite::Result<Option<String>> {
    connection.query_row("SELECT value FROM store WHERE name = 'id'", [], |row| row.get(0)).optional()
}

fn number_of(connection: &Connection, name: &str) -> rusqlite::Result<u64> {
    let value: Option<String> =
        connection.query_row("SELECT value FROM store WHERE name = ?1", [name], |row| row.get(0)).optional()?;
    Ok(value.and_then(|value| value.parse().ok()).unwrap_or_default())
}

/// How often a backup was put back.
pub(super) fn epoch(connection: &Connection) -> rusqlite::Result<u64> {
    number_of(connection, "epoch")
}

/// A connection to the file at `path` that may write: the file is made where there is none, and brought up to date.
pub(super) fn writing(path: &Path) -> Result<Connection, OpenError> {
    first_look(path)?;
    let fault = |error: rusqlite::Error| named(path, &error);
    let mut connection = Connection::open(path).map_err(fault)?;
    if is_foreign(&connection).map_err(fault)? {
        return Err(OpenError::NotADatabase { path: path.to_owned() });
    }
    let version: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(fault)?;
    set_up(&connection).map_err(fault)?;
    MIGRATIONS.to_latest(&mut connection).map_err(|error| match error {
        rusqlite_migration::Error::RusqliteError { err, .. } => named(path, &err),
        rusqlite_migration::Error::MigrationDefinition(_) => OpenError::Newer { path: path.to_owned() },
        other => OpenError::Unreachable { path: path.to_owned(), why: format!("schema {version}: {other}") },
    })?;
    let fresh = uuid::Uuid::new_v4().simple().to_string();
    connection.execute("INSERT OR IGNORE INTO store (name, value) VALUES ('id', ?1)", [&fresh]).map_err(fault)?;
    Ok(connection)
}

impl Store {
    /// Opens the store in the file at `path`, and makes it where there is none.
    ///
    /// # Errors
    /// [`OpenError`], a sentence for a person.
    pub fn open(path: &Path) -> Result<Store, OpenError> {
        Self::open_with(path, KEPT)
    }

    /// As [`Store::open`]; up to `memory` bytes of the records that are asked for most are kept in memory.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn open_with(path: &Path, memory: u64) -> Result<Store, OpenError> {
        let fault = |error: rusqlite::Error| named(path, &error);
        let connection = writing(path)?;
        let id = name_of(&connection).map_err(fault)?.unwrap_or_default();
        let last: i64 =
            connection.query_row("SELECT coalesce(max(seq), 0) FROM versions", [], |row| row.get(0)).map_err(fault)?;
        let (epoch, feed_from) =
            epoch(&connection).and_then(|epoch| Ok((epoch, number_of(&connection, "feed_from")?))).map_err(fault)?;
        let recent = recent::Recent::from(u64::try_from(last).unwrap_or_default().max(feed_from));
        let shelf = shelf::Shelf::new(memory);
        let meter = Arc::<Meter>::default();
        let readers = readers::Readers::of(path.to_owned());
        let tells = writer::Tells {
            recent: recent.clone(),
            shelf: shelf.clone(),
            meter: meter.clone(),
            readers: readers.clone(),
        };
        let writer = writer::Writer::start(connection, feed_from, tells);
        Ok(Store {
            inner: Arc::new(Inner {
                path: path.to_owned(),
                id,
                epoch,
                feed_from,
                writer,
                readers,
                recent,
                shelf,
                turns: turns::Turns::default(),
                known: settings::Known::default(),
                meter,
                trial: ready::LastTrial::default(),
            }),
        })
    }

    /// The name of the store in the file at `path`, without changing the file. `None` where there is no file, or no
    /// store in it yet.
    ///
    /// # Errors
    /// [`OpenError`], for a file that is no store or cannot be read.
    pub fn read_id(path: &Path) -> Result<Option<String>, OpenError> {
        first_look(path)?;
        if std::fs::metadata(path).map_or(0, |file| file.len()) == 0 {
            return Ok(None);
        }
        let fault = |error: rusqlite::Error| named(path, &error);
        let connection = reader(path, false).map_err(fault)?;
        if is_foreign(&connection).map_err(fault)? {
            return Err(OpenError::NotADatabase { path: path.to_owned() });
        }
        Ok(name_of(&connection).unwrap_or(None))
    }

    /// As [`Store::open`], with a file that cannot grow beyond `pages` database pages: what a full disk does to it.
    ///
    /// # Errors
    /// As [`Store::open`].
    #[doc(hidden)]
    pub async fn limit_pages(&self, pages: i64) -> Result<(), super::StoreError> {
        self.writing(move |connection| {
            connection.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()))?;
            Ok(())
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use midair_record::wire::Key;

    use super::*;

    /// A file as a midair of the second schema left it: three versions of one record, a deletion of another.
    fn older(path: &Path) {
        let mut connection = Connection::open(path).unwrap();
        MIGRATIONS.to_version(&mut connection, 2).unwrap();
        connection
            .execute_batch(
                r#"INSERT INTO store VALUES ('id', 'the-store');
                   INSERT INTO collections VALUES ('c', 1, '"1-c"', '{}', 1, 'then', '', 0);
                   INSERT INTO records VALUES ('c', 'a', 3, '"3-a"', 'at3', 'bob', 'why', '{"n":3}', zeroblob(32), 0);
                   INSERT INTO records VALUES ('c', 'b', 2, '"2-b"', 'at5', 'eve', NULL, NULL, NULL, 1);
                   INSERT INTO versions (collection, id, version, token, op, at, by, note, edit_id, paths, text, digest)
                   VALUES ('c', 'a', 1, '"1-a"', 'create', 'at1', 'ann', NULL, 'e1', '["/n"]', '{"n":1}', zeroblob(32)),
                          ('c', 'a', 2, '"2-a"', 'update', 'at2', 'bob', NULL, NULL, '["/n"]', '{"n":2}', zeroblob(32)),
                          ('c', 'b', 1, '"1-b"', 'create', 'at4', 'eve', NULL, NULL, '[]', '{}', zeroblob(32)),
                          ('c', 'a', 3, '"3-a"', 'update', 'at3', 'bob', 'why', NULL, '["/n"]', '{"n":3}', zeroblob(32)),
                          ('c', 'b', 2, '"2-b"', 'delete', 'at5', 'eve', NULL, NULL, '[]', NULL, NULL);"#,
            )
            .unwrap();
    }

    #[tokio::test]
    async fn a_file_of_an_older_midair_keeps_its_records_its_history_and_its_tokens() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("old.db");
        older(&path);
        let store = Store::open(&path).unwrap();
        assert_eq!(store.id(), "the-store");
        let (a, b) = (Key::new("c", "a").unwrap(), Key::new("c", "b").unwrap());
        let now = store.glance(&a).unwrap().here().cloned().unwrap();
        assert_eq!((now.version, now.tag.as_str(), &now.text[..]), (3, "\"3-a\"", br#"{"n":3}"#.as_slice()));
        let by: Vec<String> = store.history(a.clone(), 0, 100).await.unwrap().into_iter().map(|line| line.by).collect();
        assert_eq!(by, ["ann", "bob", "bob"]);
        assert_eq!(store.version(a.clone(), 2).await.unwrap().unwrap().fields.text(), r#"{"n":2}"#);
        assert!(matches!(store.glance(&b).unwrap(), super::super::Look::Gone(gone) if gone.by == "eve"));
        let told = store.changes(0, 100).await.unwrap();
        let told: Vec<(u64, &str)> = told.iter().map(|change| (change.event.seq, change.event.id.as_str())).collect();
        assert_eq!(told, [(1, "a"), (2, "a"), (3, "b"), (4, "a"), (5, "b")]);
        assert_eq!(*store.watch().borrow(), 5);
    }
}
