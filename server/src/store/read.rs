//! What stands in the store: records, histories, the changes in their order; changes nothing.

use std::sync::Arc;

use midair_record::wire::{Key, Stored, Tombstone, VersionLine};
use rusqlite::Connection;

use super::recent::Change;
use super::row::Row;
use super::shelf::{Glance, whole_seconds};
use super::{Store, StoreError, VERSION, history, stored};

/// What stands at a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// This version.
    Stored(Stored),
    /// Nothing any more.
    Gone(Tombstone),
    /// Nothing ever.
    Missing,
}

/// What stands at a key, unread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Look {
    /// This version.
    Here(Arc<Glance>),
    /// Nothing any more.
    Gone(Tombstone),
    /// Nothing ever.
    Missing,
}

impl Look {
    /// The record, where one stands there.
    #[must_use]
    pub fn here(&self) -> Option<&Arc<Glance>> {
        match self {
            Look::Here(seen) => Some(seen),
            Look::Gone(_) | Look::Missing => None,
        }
    }
}

impl Store {
    /// What stands at `key`.
    ///
    /// # Errors
    /// [`StoreError`] where the file cannot be read.
    pub async fn get(&self, key: Key) -> Result<Found, StoreError> {
        self.reading(move |connection| find(connection, &key)).await
    }

    /// Waits until the write of `key` that is under way now, if there is one, is over: who reads a record that is about
    /// to be replaced would only present a token that is no longer current.
    ///
    /// Where many write it again and again, one who reads it to write it waits until it is handed to that one alone.
    pub async fn settled(&self, key: &Key, writes: bool) {
        if writes { self.inner.turns.in_line(key).await } else { self.inner.turns.settled(key).await }
    }

    /// The record at `key`, unread, without leaving the thread: from memory, or else by a look at the file's pages, which
    /// takes microseconds.
    ///
    /// # Errors
    /// As [`Store::get`].
    pub fn glance(&self, key: &Key) -> Result<Look, StoreError> {
        let read = || self.look(|connection| glance(connection, key));
        self.inner.shelf.of(key, Look::Here, read, Look::here)
    }

    /// The record at `key`, if it is in memory.
    pub fn known(&self, key: &Key) -> Option<Arc<Glance>> {
        self.inner.shelf.known(key)
    }

    /// The history of a record, oldest first: versions after `after`, `limit` of them at the most.
    ///
    /// # Errors
    /// As [`Store::get`].
    pub async fn history(&self, key: Key, after: u64, limit: u32) -> Result<Vec<VersionLine>, StoreError> {
        self.reading(move |connection| {
            let Some(row) = Row::find(connection, &key)? else { return Ok(Vec::new()) };
            history::lines(connection, &row, after, limit.into())
        })
        .await
    }

    /// A version of a record; `None` where there is none, or it was a deletion.
    ///
    /// # Errors
    /// As [`Store::get`].
    pub async fn version(&self, key: Key, number: u64) -> Result<Option<Stored>, StoreError> {
        self.reading(move |connection| {
            let Some(row) = Row::find(connection, &key)? else { return Ok(None) };
            let Some(place) = history::place(connection, &row, number)? else { return Ok(None) };
            let sql = format!("SELECT ?2, {VERSION} FROM versions WHERE seq = ?1 AND text IS NOT NULL");
            let mut statement = connection.prepare_cached(&sql)?;
            let mut rows = statement.query((place, &key.id))?;
            rows.next()?.map(stored).transpose()
        })
        .await
    }

    /// The changes after position `since`, in order, `limit` of them at the most.
    ///
    /// # Errors
    /// As [`Store::get`].
    pub async fn changes(&self, since: u64, limit: u32) -> Result<Vec<Arc<Change>>, StoreError> {
        if let Some(changes) = self.inner.recent.after(since, limit as usize) {
            return Ok(changes);
        }
        let events = self.reading(move |connection| history::changes(connection, since, limit)).await?;
        Ok(events.into_iter().map(|event| Arc::new(event.into())).collect())
    }
}

fn glance(connection: &Connection, key: &Key) -> Result<Look, StoreError> {
    let Some(row) = Row::find(connection, key)? else { return Ok(Look::Missing) };
    let Row { number, head, digest, version, token: tag, at, by, note, text } = row;
    Ok(match text {
        Some(text) => {
            let written = whole_seconds(&at);
            Look::Here(Arc::new(Glance { number, head, digest, version, tag, at, by, note, text, written }))
        }
        None => Look::Gone(Tombstone { version, at, by, why: note }),
    })
}

fn find(connection: &Connection, key: &Key) -> Result<Found, StoreError> {
    let Some(row) = Row::find(connection, key)? else { return Ok(Found::Missing) };
    Ok(row.stored(key)?.map_or_else(|| Found::Gone(row.tombstone()), Found::Stored))
}
