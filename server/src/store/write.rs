//! Puts and deletes: who writes takes a turn at the writer, and is told what came of it.

use midair_record::Record;
use midair_record::schema::Violation;
use midair_record::wire::{Conflict, Delete, Key, Put, Stored, Tombstone};

use super::judge::{self, Change, Verdict};
use super::row::Row;
use super::{Expect, Hand, Look, Store, StoreError, Write, digest, explain};

/// What became of a write.
#[derive(Clone, Debug)]
pub enum Written {
    /// The store judged it.
    Judged(Put),
    /// The same edit was written before: this is what it made.
    Replayed {
        /// The version that it made.
        stored: Stored,
        /// Whether it created the record.
        created: bool,
    },
    /// The same edit was written before, as this version, whose fields the history no longer keeps.
    Forgotten(u64),
    /// The name of the edit was used for another write of this record.
    KeyReused,
    /// The record is not what the collection's schema says.
    Invalid(Vec<Violation>),
    /// It says nothing of what it replaces, which the collection does not allow.
    Unguarded,
}

/// What became of a deletion.
#[derive(Clone, Debug)]
pub enum Removed {
    /// The store judged it.
    Judged(Delete),
    /// The same edit had deleted the record before.
    Replayed(Tombstone),
    /// The name of the edit was used for a write of this record that was no deletion.
    KeyReused,
}

/// A deletion: which record, under which condition, by whom.
#[derive(Clone, Debug)]
pub struct Removal {
    /// Which record.
    pub key: Key,
    /// What must hold.
    pub expect: Expect,
    /// Who deletes.
    pub hand: Hand,
}

/// Up to this many bytes of text, two records are compared on the thread that answers.
const QUICK: usize = 32 << 10;

impl Store {
    /// Writes a record if what is expected holds.
    ///
    /// # Errors
    /// [`StoreError`] where the store gave no verdict; nothing was written then.
    pub async fn put(&self, write: Write) -> Result<Written, StoreError> {
        let digest: [u8; 32] = digest(&write.record);
        // A write that names a token cannot be done after another of the same record: it waits for what becomes of that
        // one. Then it is mostly stale, which needs no turn to be seen, for no token ever comes back.
        let named = write.expect.matches.is_some();
        let mut from_memory = named;
        loop {
            let known = if named { self.known(&write.key) } else { None };
            if known.is_some_and(|known| !write.expect.holds(Some(&known.tag))) {
                // The refusal says what stands there: where it is contended for, that is handed to this writer alone.
                self.inner.turns.in_line(&write.key).await;
                if let Some(refused) = self.refusal(&write, &digest).await? {
                    self.inner.turns.refused(&write.key);
                    return Ok(refused);
                }
            }
            let turn = match named.then(|| self.inner.turns.try_take(&write.key)).transpose() {
                Ok(turn) => turn,
                Err(other) => {
                    other.over().await;
                    continue;
                }
            };
            let (asked, drafted) = (write.clone(), if from_memory { self.drafted(&write) } else { None });
            let verdict = self.writing(move |pen| match &drafted {
                Some((row, change)) => judge::put(pen, Some(row), &asked, &digest, change),
                None => {
                    let row = Row::find(pen, &asked.key)?;
                    judge::put(pen, row.as_ref(), &asked, &digest, &Change::default())
                }
            });
            match verdict.await? {
                Verdict::Written(written) => return Ok(written),
                Verdict::Refused => drop(turn),
            }
            from_memory = false;
            // What the file says counts, even if somebody else has written it.
            self.inner.shelf.forget(&write.key);
            self.inner.readers.look_anew();
            // Unless what was refused holds by now: then it is tried again.
            if let Some(refused) = self.refusal(&write, &digest).await? {
                self.inner.turns.refused(&write.key);
                return Ok(refused);
            }
        }
    }

    /// What the writer would otherwise read and compare in its turn, from memory: the row that the write replaces, and the
    /// members in which it differs from it.
    fn drafted(&self, write: &Write) -> Option<(Row, Change<'static>)> {
        let known = self.known(&write.key)?;
        if known.text.len().max(write.record.text().len()) > QUICK || !write.expect.holds(Some(&known.tag)) {
            return None;
        }
        let before = Record::parse_bytes(&known.text).ok()?;
        let paths = Some(explain::changed_paths(before.fields(), write.record.fields()));
        Some((Row::from(&*known), Change { paths, ..Change::default() }))
    }

    /// The refusal of a write whose expectation does not hold, or what this very edit made before; `None` where it holds.
    async fn refusal(&self, write: &Write, digest: &[u8; 32]) -> Result<Option<Written>, StoreError> {
        let seen = self.glance(&write.key)?;
        if let Look::Here(seen) = &seen
            && write.expect.holds(Some(&seen.tag))
        {
            return Ok(None);
        }
        let size = if let Look::Here(seen) = &seen { seen.text.len() } else { 0 };
        let (asked, digest, known) = (write.clone(), *digest, self.inner.known.clone());
        let quick = size.max(write.record.text().len()) <= QUICK;
        self.reading_where(quick, move |connection| {
            let row = Row::find(connection, &asked.key)?;
            // Looked for after the look above, so that it cannot have come in between.
            if let Some(replayed) = judge::replay(connection, row.as_ref(), &asked.key, &asked.hand, &digest)? {
                return Ok(Some(replayed));
            }
            if asked.expect.holds(row.as_ref().and_then(Row::tag)) {
                return Ok(None);
            }
            let asks = known.of(connection, &asked.key.collection)?;
            let (row, mine) = (row.as_ref(), Some(&asked.record));
            let conflict = explain::conflict(connection, &asks.rules, row, &asked.key, &asked.expect, mine)?;
            Ok(Some(Written::Judged(Put::Stale(Box::new(conflict)))))
        })
        .await
    }

    /// Deletes a record if what is expected holds.
    ///
    /// # Errors
    /// As [`Store::put`].
    pub async fn delete(&self, removal: Removal) -> Result<Removed, StoreError> {
        let _turn = self.inner.turns.take(&removal.key).await;
        self.writing(move |pen| judge::delete(pen, &removal)).await
    }

    /// What a write of `key` would be refused with, had it a body: for one whose body cannot be read.
    ///
    /// # Errors
    /// As [`Store::put`].
    pub async fn check(&self, key: Key, expect: Expect) -> Result<Option<Conflict>, StoreError> {
        let known = self.inner.known.clone();
        self.reading(move |connection| {
            let row = Row::find(connection, &key)?;
            if expect.holds(row.as_ref().and_then(Row::tag)) {
                return Ok(None);
            }
            let asks = known.of(connection, &key.collection)?;
            explain::conflict(connection, &asks.rules, row.as_ref(), &key, &expect, None).map(Some)
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use rusqlite::Connection;

    use super::super::Hand;
    use super::*;

    #[tokio::test]
    async fn what_the_file_says_counts_even_if_somebody_else_has_written_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("midair.db");
        let store = Store::open(&path).unwrap();
        let key = Key::new("c", "a").unwrap();
        let write = |text: &str, expect| {
            let record = Record::parse(text).unwrap();
            store.put(Write { key: key.clone(), record, expect, hand: Hand::default() })
        };
        let Written::Judged(Put::Stored { stored, .. }) = write(r#"{"n":1}"#, Expect::absent()).await.unwrap() else {
            panic!("nothing was there")
        };
        let by_hand = "UPDATE records SET version = 2, token = '\"2-b\"', text = '{\"n\":2}', digest = NULL";
        assert_eq!(Connection::open(&path).unwrap().execute(by_hand, []).unwrap(), 1);
        let late = write(r#"{"n":3}"#, Expect::token(&stored.token));
        let refused = tokio::time::timeout(Duration::from_secs(20), late).await.expect("it is judged").unwrap();
        let Written::Judged(Put::Stale(conflict)) = refused else { panic!("{refused:?}") };
        assert_eq!(conflict.expected, Some(1));
        assert_eq!(store.glance(&key).unwrap().here().unwrap().version, 2, "memory does not say otherwise for long");
    }
}
