//! Where records live: a SQLite file behind one writer and several readers; the only room that sees SQL, and no HTTP.

pub mod backup;
mod bulk;
pub mod check;
mod collections;
mod explain;
mod history;
mod judge;
mod meter;
mod open;
mod order;
mod page;
mod patch;
mod read;
mod readers;
mod ready;
mod recent;
mod row;
mod settings;
mod shelf;
mod sorted;
mod trim;
mod turns;
mod write;
mod writer;

use std::path::PathBuf;
use std::sync::Arc;

use midair_record::Record;
use midair_record::wire::{Key, Stored, Token};
use rusqlite::Connection;
use tokio::sync::watch;

use writer::Pen;

pub use bulk::{BulkItem, BulkOutcome};
pub use collections::{Collection, CollectionLine, Definition, PutDefinition, RemoveCollection};
pub use meter::Meter;
pub use open::OpenError;
pub use order::{By, CURSOR, Cursor, Order};
pub use page::{Filter, LONGEST_FILTER, Listed, Page, PageWanted, SORTED};
pub use patch::{Patched, Patching};
pub use read::{Found, Look};
pub use recent::Change;
pub use settings::{DefinitionSays, Settings};
pub use shelf::Glance;
pub(crate) use shelf::whole_seconds;
pub use trim::Keep;
pub use write::{Removal, Removed, Written};

/// A store that is open. Cheap to clone; the last clone closes it.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    path: PathBuf,
    id: String,
    epoch: u64,
    feed_from: u64,
    writer: writer::Writer,
    readers: readers::Readers,
    recent: recent::Recent,
    shelf: shelf::Shelf,
    turns: turns::Turns,
    known: settings::Known,
    meter: Arc<Meter>,
    trial: ready::LastTrial,
}

/// Which tags a precondition names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tags {
    /// `*`: whatever stands there.
    Any,
    /// One of these entity tags, quotes included. Only strong ones are ever equal to what stands there.
    Of(Vec<String>),
}

/// What must hold for a write to be done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expect {
    /// `If-Match`: the record stands there, with one of these tags.
    pub matches: Option<Tags>,
    /// `If-None-Match`: the record does not stand there, or with none of these tags.
    pub none_match: Option<Tags>,
}

impl Expect {
    /// The record must be this version.
    #[must_use]
    pub fn token(token: &Token) -> Self {
        Expect { matches: Some(Tags::Of(vec![token.as_str().to_owned()])), none_match: None }
    }

    /// Whether it holds of what stands there: this tag, or nothing.
    #[must_use]
    pub fn holds(&self, tag: Option<&str>) -> bool {
        let named = |tags: &Tags| match (tags, tag) {
            (_, None) => false,
            (Tags::Any, Some(_)) => true,
            (Tags::Of(tags), Some(tag)) => tags.iter().any(|one| one == tag),
        };
        self.matches.as_ref().is_none_or(named) && !self.none_match.as_ref().is_some_and(named)
    }

    /// The record must not be there.
    #[must_use]
    pub fn absent() -> Self {
        Expect { matches: None, none_match: Some(Tags::Any) }
    }
}

/// Who writes, why, and under which name for the edit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hand {
    /// Who; empty when nobody said.
    pub by: String,
    /// Why.
    pub note: Option<String>,
    /// The writer's name for this very edit.
    pub edit_id: Option<String>,
}

/// A write: which record, what, under which condition, by whom.
#[derive(Clone, Debug)]
pub struct Write {
    /// Which record.
    pub key: Key,
    /// What it is to be.
    pub record: Record,
    /// What must hold.
    pub expect: Expect,
    /// Who writes.
    pub hand: Hand,
}

/// Why the store gave no verdict. Nothing was written.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// The disk holding the file is full.
    #[error(
        "the disk is full: nothing was written, and nothing that was written is lost; free some space and try again"
    )]
    Full,
    /// The file can be read and not written: it is read-only, or the system refuses every write.
    #[error(
        "the file of the store cannot be written ({0}): nothing was written, and all that was is still read; see that \
         the file, the -wal beside it and its folder can be written, and try again"
    )]
    Unwritable(String),
    /// The file cannot be used at the moment.
    #[error("the store cannot be used at the moment ({0}); nothing was written; try again")]
    Unavailable(String),
    /// A fault in the store itself.
    #[error("the store has a fault ({0}); nothing was written")]
    Fault(String),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode as Code;
        match error.sqlite_error_code() {
            Some(Code::DiskFull) => StoreError::Full,
            _ if is_of_writing(&error) => StoreError::Unwritable(error.to_string()),
            Some(
                Code::SystemIoFailure
                | Code::CannotOpen
                | Code::DatabaseBusy
                | Code::DatabaseLocked
                | Code::OutOfMemory,
            ) => StoreError::Unavailable(error.to_string()),
            _ => StoreError::Fault(error.to_string()),
        }
    }
}

/// Whether an error is of a file that can be read and not written. A file system that turns read-only under an open file
/// fails its writes; SQLite finds a file read-only by itself where it has to open it again.
fn is_of_writing(error: &rusqlite::Error) -> bool {
    use rusqlite::ffi;
    let Some(fault) = error.sqlite_error() else { return false };
    let failed = [
        ffi::SQLITE_IOERR_WRITE,
        ffi::SQLITE_IOERR_FSYNC,
        ffi::SQLITE_IOERR_DIR_FSYNC,
        ffi::SQLITE_IOERR_TRUNCATE,
        ffi::SQLITE_IOERR_DELETE,
    ];
    let refused = matches!(fault.code, rusqlite::ErrorCode::ReadOnly | rusqlite::ErrorCode::PermissionDenied);
    refused || failed.contains(&fault.extended_code)
}

impl Store {
    /// The name of the store, made with the file and kept in it.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.inner.id
    }

    /// How often a backup was put back in its place.
    #[must_use]
    pub fn epoch(&self) -> u64 {
        self.inner.epoch
    }

    /// The number before the first change of this epoch. A feed that resumes before it may have seen what is no more.
    #[must_use]
    pub fn feed_from(&self) -> u64 {
        self.inner.feed_from
    }

    /// The last change there is, and every later one: what a feed waits on.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.inner.recent.watch()
    }

    /// What the store's writing comes to, in numbers.
    #[must_use]
    pub fn meter(&self) -> Arc<Meter> {
        self.inner.meter.clone()
    }

    /// What a collection asks of those who write.
    ///
    /// # Errors
    /// [`StoreError`] where the file cannot be read.
    pub fn settings(&self, collection: &str) -> Result<Arc<Settings>, StoreError> {
        self.look(|connection| self.inner.known.of(connection, collection))
    }

    /// A look that takes microseconds, done where it is asked for: handing it to another thread would take longer.
    fn look<T>(&self, read: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        self.inner.readers.look(read)
    }

    async fn reading<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.reading_where(false, read).await
    }

    /// Reads what one answer needs, as it is at one moment: here, where it is `quick`, else on a thread for such work.
    async fn reading_where<T: Send + 'static>(
        &self,
        quick: bool,
        read: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let inner = self.inner.clone();
        let read = move || inner.readers.look_longer(read);
        if quick {
            return read();
        }
        tokio::task::spawn_blocking(read).await.unwrap_or_else(|fault| Err(StoreError::Fault(fault.to_string())))
    }

    async fn writing<T: Send + 'static>(
        &self,
        write: impl Fn(&Pen) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.inner.writer.write(write).await.map_err(|fault| match fault {
            StoreError::Unwritable(why) => StoreError::Unwritable(format!("{}: {why}", self.inner.path.display())),
            fault => fault,
        })
    }
}

/// The time, as it is kept: RFC 3339, UTC, milliseconds.
fn now() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// The rest of a new token: enough that none ever comes back.
fn nonce() -> String {
    uuid::Uuid::new_v4().simple().to_string()[..16].to_owned()
}

/// The token of a version; the number in it is a hint by which a presented one is found again.
fn tag_of(version: u64, nonce: &str) -> String {
    format!("\"{version}-{nonce}\"")
}

/// The version that a tag would be of, if it is one of ours.
fn version_in(tag: &str) -> Option<u64> {
    tag.strip_prefix('"')?.split_once('-')?.0.parse().ok()
}

/// What the comparison of two records rests on: their canonical text, hashed.
fn digest(record: &Record) -> [u8; 32] {
    use sha2::Digest;
    sha2::Sha256::digest(record.canonical().as_bytes()).into()
}

/// A text of the file that should be a record.
fn record(text: &str) -> Result<Record, StoreError> {
    Record::parse(text).map_err(|fault| StoreError::Fault(format!("a kept record cannot be read: {fault}")))
}

/// A tag of the file that should be a token.
fn token(tag: &str) -> Result<Token, StoreError> {
    Token::parse(tag).ok_or_else(|| StoreError::Fault(format!("a kept token is none: {tag}")))
}

/// The columns of [`stored`] after the first, which is the id of the record.
const VERSION: &str = "version, token, at, by, note, text";

fn stored(row: &rusqlite::Row) -> Result<Stored, StoreError> {
    let text: String = row.get(6)?;
    let tag: String = row.get(2)?;
    Ok(Stored {
        id: row.get(0)?,
        version: row.get(1)?,
        token: token(&tag)?,
        updated_at: row.get(3)?,
        updated_by: row.get(4)?,
        note: row.get(5)?,
        fields: record(&text)?,
    })
}
