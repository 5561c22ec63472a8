//! The row of a record: what stands there, under a number of its own, and where its history begins.

use bytes::Bytes;
use midair_record::Record;
use midair_record::wire::{Key, Stored, Tombstone};
use rusqlite::{Connection, OptionalExtension};

use super::{Glance, StoreError, token};

/// A record as its row has it.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// The number that the history knows the record by.
    pub(super) number: i64,
    pub(super) version: u64,
    /// The number of its newest version in the feed.
    pub(super) head: u64,
    pub(super) token: String,
    pub(super) at: String,
    pub(super) by: String,
    pub(super) note: Option<String>,
    pub(super) digest: Option<[u8; 32]>,
    /// `None` where it was deleted.
    pub(super) text: Option<Bytes>,
}

impl From<&Glance> for Row {
    fn from(seen: &Glance) -> Self {
        Row {
            number: seen.number,
            version: seen.version,
            head: seen.head,
            token: seen.tag.clone(),
            at: seen.at.clone(),
            by: seen.by.clone(),
            note: seen.note.clone(),
            digest: seen.digest,
            text: Some(seen.text.clone()),
        }
    }
}

impl Row {
    /// The row of the record at `key`; `None` where there never was one.
    pub(super) fn find(connection: &Connection, key: &Key) -> Result<Option<Row>, StoreError> {
        let sql = "SELECT number, version, head, token, at, by, note, digest, text FROM records
                   WHERE collection = ?1 AND id = ?2";
        let row = connection.prepare_cached(sql)?.query_row((&key.collection, &key.id), |row| {
            Ok(Row {
                number: row.get(0)?,
                version: row.get(1)?,
                head: row.get(2)?,
                token: row.get(3)?,
                at: row.get(4)?,
                by: row.get(5)?,
                note: row.get(6)?,
                digest: row.get(7)?,
                text: row.get::<_, Option<String>>(8)?.map(Bytes::from),
            })
        });
        Ok(row.optional()?)
    }

    /// The tag of the record, if it stands there.
    pub(super) fn tag(&self) -> Option<&str> {
        self.text.as_ref().map(|_| self.token.as_str())
    }

    /// What the record says, if it stands there.
    pub(super) fn record(&self) -> Result<Option<Record>, StoreError> {
        let Some(text) = &self.text else { return Ok(None) };
        let read = |fault| StoreError::Fault(format!("a kept record cannot be read: {fault}"));
        Record::parse_bytes(text).map(Some).map_err(read)
    }

    /// The record, if it stands there.
    pub(super) fn stored(&self, key: &Key) -> Result<Option<Stored>, StoreError> {
        let Some(fields) = self.record()? else { return Ok(None) };
        Ok(Some(Stored {
            id: key.id.clone(),
            version: self.version,
            token: token(&self.token)?,
            updated_at: self.at.clone(),
            updated_by: self.by.clone(),
            note: self.note.clone(),
            fields,
        }))
    }

    /// That it is gone; meant for a row that was deleted.
    pub(super) fn tombstone(&self) -> Tombstone {
        Tombstone { version: self.version, at: self.at.clone(), by: self.by.clone(), why: self.note.clone() }
    }
}
