//! Whether the file of a store that nobody serves is whole; refuses to mend anything.

use std::path::Path;

use super::open::{MIGRATIONS, reader};
use super::{OpenError, Store};

/// How the file of a store was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// The version of its schema.
    pub schema: i64,
    /// How many versions this midair is ahead of it; below zero it is behind.
    pub ahead: i32,
    /// The first fault that SQLite found; `None` where there is none.
    pub fault: Option<String>,
}

/// Reads through the whole file (`PRAGMA quick_check`). `None` where there is no store.
///
/// # Errors
/// [`OpenError`] where the file is no store, or cannot be read.
pub fn check(path: &Path) -> Result<Option<Checked>, OpenError> {
    if Store::read_id(path)?.is_none() {
        return Ok(None);
    }
    let fault = |error: rusqlite::Error| OpenError::Unreachable { path: path.to_owned(), why: error.to_string() };
    let connection = reader(path, false).map_err(fault)?;
    let schema: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(fault)?;
    let ahead = MIGRATIONS.pending_migrations(&connection).unwrap_or(-1);
    let found = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0));
    let fault = match found {
        Ok(word) if word == "ok" => None,
        Ok(fault) => Some(fault),
        Err(fault) => Some(fault.to_string()),
    };
    Ok(Some(Checked { schema, ahead, fault }))
}
