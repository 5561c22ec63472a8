//! Puts and deletes: the comparison and the write are one statement; why one was refused is read after it.

use midair_record::diff::{diff, overlap};
use midair_record::wire::{Base, Conflict, Current, Delete, Key, Op, Put, Stored, Tombstone};
use midair_record::{Object, Pointer, Record};
use rusqlite::{Connection, OptionalExtension, named_params};

use super::read::{self, Found};
use super::{Expect, Hand, Store, StoreError, Tags, Write, collections, digest, nonce, now, stored};

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
    /// The name of the edit was used for another write of this record.
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

/// One of many writes.
#[derive(Clone, Debug)]
pub enum BulkItem {
    /// Writes a record.
    Put(Write),
    /// Deletes a record.
    Delete(Removal),
}

/// What became of one of many writes.
#[derive(Clone, Debug)]
pub enum BulkOutcome {
    /// A write was judged.
    Put(Written),
    /// A deletion was judged.
    Delete(Delete),
    /// Not written, because another of the writes was refused and all were to be written or none.
    NotWritten,
}

impl BulkOutcome {
    fn is_refused(&self) -> bool {
        match self {
            BulkOutcome::Put(Written::Judged(Put::Stored { .. } | Put::Unchanged(_)) | Written::Replayed { .. }) => {
                false
            }
            BulkOutcome::Delete(Delete::Deleted(_)) => false,
            BulkOutcome::Put(_) | BulkOutcome::Delete(_) | BulkOutcome::NotWritten => true,
        }
    }
}

impl Store {
    /// Writes a record if what is expected holds.
    ///
    /// # Errors
    /// [`StoreError`] where the store gave no verdict; nothing was written then.
    pub async fn put(&self, write: Write) -> Result<Written, StoreError> {
        let digest = digest(&write.record);
        self.writing(move |connection| put(connection, &write, &digest)).await
    }

    /// Deletes a record if what is expected holds.
    ///
    /// # Errors
    /// As [`Store::put`].
    pub async fn delete(&self, removal: Removal) -> Result<Delete, StoreError> {
        self.writing(move |connection| delete(connection, &removal)).await
    }

    /// Does many writes, each under its own condition. With `atomic`, all of them or none.
    ///
    /// # Errors
    /// As [`Store::put`]; nothing at all was written then.
    pub async fn bulk(&self, items: Vec<BulkItem>, atomic: bool) -> Result<Vec<BulkOutcome>, StoreError> {
        self.writing(move |connection| {
            connection.execute_batch("SAVEPOINT many")?;
            let mut outcomes = Vec::with_capacity(items.len());
            for item in &items {
                outcomes.push(match item {
                    BulkItem::Put(write) => BulkOutcome::Put(put(connection, write, &digest(&write.record))?),
                    BulkItem::Delete(removal) => BulkOutcome::Delete(delete(connection, removal)?),
                });
            }
            if atomic && outcomes.iter().any(BulkOutcome::is_refused) {
                connection.execute_batch("ROLLBACK TO many")?;
                let undo = |outcome: BulkOutcome| if outcome.is_refused() { outcome } else { BulkOutcome::NotWritten };
                outcomes = outcomes.into_iter().map(undo).collect();
            }
            connection.execute_batch("RELEASE many")?;
            Ok(outcomes)
        })
        .await
    }

    /// What a write of `key` would be refused with, had it a body: for one whose body cannot be read.
    ///
    /// # Errors
    /// As [`Store::put`].
    pub async fn check(&self, key: Key, expect: Expect) -> Result<Option<Conflict>, StoreError> {
        self.reading(move |connection| {
            let found = read::find(connection, &key)?;
            if holds(&found, &expect) { Ok(None) } else { explain(connection, &key, &expect, None).map(Some) }
        })
        .await
    }
}

/// `Tags` as SQL: whether they are `*`, and the list as JSON.
fn as_sql(tags: Option<&Tags>) -> (bool, String) {
    match tags {
        None => (false, "[]".into()),
        Some(Tags::Any) => (true, "[]".into()),
        Some(Tags::Of(tags)) => (false, serde_json::to_string(tags).unwrap_or_else(|_| "[]".into())),
    }
}

fn holds(found: &Found, expect: &Expect) -> bool {
    match found {
        Found::Stored(stored) => expect.holds(Some(stored.token.as_str())),
        Found::Gone(_) | Found::Missing => expect.holds(None),
    }
}

fn put(connection: &Connection, write: &Write, digest: &[u8]) -> Result<Written, StoreError> {
    if let Some(replayed) = replay(connection, write, digest)? {
        return Ok(replayed);
    }
    let made = if write.expect.matches.is_some() {
        update(connection, write, digest)?
    } else if write.expect.none_match == Some(Tags::Any) {
        create(connection, write, digest)?
    } else {
        return Err(StoreError::Fault("a write without a precondition".into()));
    };
    if let Some((version, deleted_before)) = made {
        let created = write.expect.matches.is_none();
        let op = if created { Op::Create } else { Op::Update };
        let before = if deleted_before { None } else { read::text_of(connection, &write.key, version - 1)? };
        remember(connection, &write.key, op, before.as_ref(), Some(&write.record), &write.hand)?;
        if created {
            collections::count(connection, &write.key.collection, 1)?;
        }
        return match read::find(connection, &write.key)? {
            Found::Stored(stored) => Ok(Written::Judged(Put::Stored { stored, created })),
            _ => Err(StoreError::Fault("a written record is not there".into())),
        };
    }
    let found = read::find(connection, &write.key)?;
    if let Found::Stored(stored) = &found
        && holds(&found, &write.expect)
    {
        return Ok(Written::Judged(Put::Unchanged(stored.clone())));
    }
    let conflict = explain(connection, &write.key, &write.expect, Some(&write.record))?;
    Ok(Written::Judged(Put::Stale(Box::new(conflict))))
}

/// The compare-and-write. `None`: it touched no row. The version it made, and whether the record was deleted before.
fn update(connection: &Connection, write: &Write, digest: &[u8]) -> Result<Option<(u64, bool)>, StoreError> {
    let (any, tags) = as_sql(write.expect.matches.as_ref());
    let (none, not_tags) = as_sql(write.expect.none_match.as_ref());
    let mut statement = connection.prepare_cached(
        "UPDATE records SET version = version + 1, token = '\"' || (version + 1) || '-' || :nonce || '\"',
                            at = :at, by = :by, note = :note, text = :text, digest = :digest
         WHERE collection = :collection AND id = :id AND deleted = 0
           AND (:any OR token IN (SELECT value FROM json_each(:tags)))
           AND NOT :none AND token NOT IN (SELECT value FROM json_each(:not_tags))
           AND digest <> :digest
         RETURNING version",
    )?;
    let version = statement
        .query_row(
            named_params! {
                ":nonce": nonce(), ":at": now(), ":by": write.hand.by, ":note": write.hand.note,
                ":text": write.record.text(), ":digest": digest, ":collection": write.key.collection,
                ":id": write.key.id, ":any": any, ":tags": tags, ":none": none, ":not_tags": not_tags,
            },
            |row| row.get(0),
        )
        .optional()?;
    Ok(version.map(|version| (version, false)))
}

/// Creates, or creates again what was deleted. `None`: it stands there.
fn create(connection: &Connection, write: &Write, digest: &[u8]) -> Result<Option<(u64, bool)>, StoreError> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO records (collection, id, version, token, at, by, note, text, digest)
         VALUES (:collection, :id, 1, '\"1-' || :nonce || '\"', :at, :by, :note, :text, :digest)
         ON CONFLICT (collection, id) DO UPDATE SET
             version = version + 1, token = '\"' || (version + 1) || '-' || :nonce || '\"',
             at = :at, by = :by, note = :note, text = :text, digest = :digest, deleted = 0
         WHERE deleted = 1
         RETURNING version",
    )?;
    let version = statement
        .query_row(
            named_params! {
                ":nonce": nonce(), ":at": now(), ":by": write.hand.by, ":note": write.hand.note,
                ":text": write.record.text(), ":digest": digest, ":collection": write.key.collection,
                ":id": write.key.id,
            },
            |row| row.get(0),
        )
        .optional()?;
    Ok(version.map(|version| (version, true)))
}

/// Writes the history line of what was just written.
fn remember(
    connection: &Connection,
    key: &Key,
    op: Op,
    before: Option<&Record>,
    after: Option<&Record>,
    hand: &Hand,
) -> Result<(), StoreError> {
    let nothing = Object::new();
    let [before, after] = [before, after].map(|record| record.map_or(&nothing, Record::fields));
    let paths: Vec<Pointer> = diff(before, after).into_iter().map(|change| change.at).collect();
    let op = serde_json::to_string(&op).unwrap_or_default();
    let paths = serde_json::to_string(&paths).map_err(|fault| StoreError::Fault(fault.to_string()))?;
    connection
        .prepare_cached(
            "INSERT INTO versions (collection, id, version, token, op, at, by, note, edit_id, paths, text, digest)
             SELECT collection, id, version, token, ?3, at, by, note, ?4, ?5, text, digest FROM records
             WHERE collection = ?1 AND id = ?2",
        )?
        .execute((&key.collection, &key.id, op.trim_matches('"'), &hand.edit_id, paths))?;
    Ok(())
}

fn replay(connection: &Connection, write: &Write, digest: &[u8]) -> Result<Option<Written>, StoreError> {
    let Some(edit_id) = &write.hand.edit_id else { return Ok(None) };
    let key = &write.key;
    let sql = "SELECT version, op, digest FROM versions WHERE collection = ?1 AND id = ?2 AND edit_id = ?3";
    let known = connection
        .prepare_cached(sql)?
        .query_row((&key.collection, &key.id, edit_id), |row| {
            Ok((row.get::<_, u64>(0)?, row.get::<_, String>(1)?, row.get::<_, Option<Vec<u8>>>(2)?))
        })
        .optional()?;
    match known {
        None => Ok(None),
        Some((version, op, Some(known))) if known == digest => match read::version(connection, key, version)? {
            Some(stored) => Ok(Some(Written::Replayed { stored, created: op == "create" })),
            None => Ok(None),
        },
        Some(_) => Ok(Some(Written::KeyReused)),
    }
}

/// The deletion that this very edit made before.
fn replayed_deletion(connection: &Connection, removal: &Removal) -> Result<Option<Tombstone>, StoreError> {
    let Removal { key, hand, .. } = removal;
    let sql = "SELECT version, at, by, note FROM versions
               WHERE collection = ?1 AND id = ?2 AND edit_id = ?3 AND op = 'delete'";
    let known = connection.prepare_cached(sql)?.query_row((&key.collection, &key.id, &hand.edit_id), tombstone);
    Ok(known.optional()?)
}

fn delete(connection: &Connection, removal: &Removal) -> Result<Delete, StoreError> {
    let (key, hand) = (&removal.key, &removal.hand);
    if let Some(gone) = replayed_deletion(connection, removal)? {
        return Ok(Delete::Deleted(gone));
    }
    if removal.expect.matches.is_none() {
        return Err(StoreError::Fault("a deletion without a precondition".into()));
    }
    let (any, tags) = as_sql(removal.expect.matches.as_ref());
    let (none, not_tags) = as_sql(removal.expect.none_match.as_ref());
    let version: Option<u64> = connection
        .prepare_cached(
            "UPDATE records SET version = version + 1, token = '\"' || (version + 1) || '-' || :nonce || '\"',
                                at = :at, by = :by, note = :note, text = NULL, digest = NULL, deleted = 1
             WHERE collection = :collection AND id = :id AND deleted = 0
               AND (:any OR token IN (SELECT value FROM json_each(:tags)))
               AND NOT :none AND token NOT IN (SELECT value FROM json_each(:not_tags))
             RETURNING version",
        )?
        .query_row(
            named_params! {
                ":nonce": nonce(), ":at": now(), ":by": hand.by, ":note": hand.note, ":collection": key.collection,
                ":id": key.id, ":any": any, ":tags": tags, ":none": none, ":not_tags": not_tags,
            },
            |row| row.get(0),
        )
        .optional()?;
    if let Some(version) = version {
        let before = read::text_of(connection, key, version - 1)?;
        remember(connection, key, Op::Delete, before.as_ref(), None, hand)?;
        collections::count(connection, &key.collection, -1)?;
    }
    match (read::find(connection, key)?, version) {
        (Found::Gone(gone), Some(_)) => Ok(Delete::Deleted(gone)),
        (Found::Gone(gone), None) => Ok(Delete::Gone(gone)),
        (Found::Missing, _) => Ok(Delete::Missing),
        (Found::Stored(_), _) => {
            let conflict = explain(connection, key, &removal.expect, None)?;
            Ok(Delete::Stale(Box::new(conflict)))
        }
    }
}

/// Why a write was refused: what stands there, what the writer had seen, and who wrote since.
fn explain(connection: &Connection, key: &Key, expect: &Expect, mine: Option<&Record>) -> Result<Conflict, StoreError> {
    let current = read::find(connection, key)?;
    let presented = match &expect.matches {
        Some(Tags::Of(tags)) => tags.as_slice(),
        _ => &[],
    };
    let expected = presented_version(connection, key, presented)?;
    let base = match expected {
        Some(version) => read::text_of(connection, key, version)?.map(|fields| Base { version, fields }),
        None => None,
    };
    let changes = match expected {
        Some(version) => read::history(connection, key, version, i64::MAX)?,
        None => Vec::new(),
    };
    let touched: Vec<Pointer> = changes.iter().flat_map(|line| line.paths.iter().cloned()).collect();
    let (already_applied, shared) = match (&current, mine) {
        (Found::Stored(now), Some(mine)) => {
            let same = now.fields.canonical() == mine.canonical();
            let shared = match &base {
                Some(base) => overlap(&diff(base.fields.fields(), mine.fields()), &touched),
                None => diff(now.fields.fields(), mine.fields()).into_iter().map(|change| change.at).collect(),
            };
            (same, shared)
        }
        (_, Some(mine)) => {
            let was = base.as_ref().map(|base| base.fields.fields().clone()).unwrap_or_default();
            (false, diff(&was, mine.fields()).into_iter().map(|change| change.at).collect())
        }
        (_, None) => (false, touched),
    };
    let unknown_token = !presented.is_empty() && expected.is_none();
    let current = match current {
        Found::Stored(stored) => Current::Stored(stored),
        Found::Gone(gone) => Current::Deleted(gone),
        Found::Missing => Current::Missing,
    };
    Ok(Conflict { current, base, changes, overlap: shared, unknown_token, already_applied })
}

/// The latest version that one of these tags was the token of.
fn presented_version(connection: &Connection, key: &Key, tags: &[String]) -> Result<Option<u64>, StoreError> {
    let tags = serde_json::to_string(tags).unwrap_or_else(|_| "[]".into());
    let sql = "SELECT max(version) FROM versions WHERE collection = ?1 AND id = ?2
               AND token IN (SELECT value FROM json_each(?3))";
    Ok(connection.prepare_cached(sql)?.query_row((&key.collection, &key.id, tags), |row| row.get(0))?)
}

/// Reads a row of `records` or `versions` as a stored version; only here so that `read` and `write` agree.
pub(super) fn stored_row(
    connection: &Connection,
    sql: &str,
    params: impl rusqlite::Params,
) -> Result<Option<Stored>, StoreError> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    match rows.next()? {
        Some(row) => stored(row).map(Some),
        None => Ok(None),
    }
}

/// That a record is gone, from its row.
pub(super) fn tombstone(row: &rusqlite::Row) -> rusqlite::Result<Tombstone> {
    Ok(Tombstone { version: row.get(0)?, at: row.get(1)?, by: row.get(2)?, why: row.get(3)? })
}
