//! Puts and deletes: the comparison and the write are one statement; why one was refused is read after it.

use midair_record::diff::{diff, overlap};
use midair_record::schema::Violation;
use midair_record::wire::{Base, Conflict, Current, Delete, Event, Key, Op, Put, Stored, Tombstone, VersionLine};
use midair_record::{Object, Pointer, Record};
use rusqlite::{Connection, OptionalExtension, named_params};

use super::read::{self, Found};
use super::{
    Expect, Hand, Pen, Store, StoreError, Tags, Write, collections, digest, nonce, now, record, stored, tag_of, token,
    version_in,
};

/// How many of the writes since the presented version a refusal tells at the most.
const CHANGES_TOLD: u64 = 100;

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
    /// The record is not what the collection's schema says.
    Invalid(Vec<Violation>),
    /// It says nothing of what it replaces, which the collection does not allow.
    Unguarded,
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
        let digest: [u8; 32] = digest(&write.record);
        // What stands there now tells most of what a write needs to know before it takes its turn at the writer.
        let seen = self.glance(&write.key)?.here();
        if let Some(seen) = &seen
            && !write.expect.holds(Some(&seen.tag))
        {
            // A token that is not the current one never will be: the refusal needs no turn. What this very edit wrote
            // before is looked for after the look above, so that it cannot have come in between.
            let asked = write.clone();
            let judged = self.reading(move |connection| match replay(connection, &asked.key, &asked.hand, &digest)? {
                Some(replayed) => Ok(Some(replayed)),
                None if holds(&read::find(connection, &asked.key)?, &asked.expect) => Ok(None),
                None => refused(connection, &asked).map(Some),
            });
            if let Some(judged) = judged.await? {
                return Ok(judged);
            }
        }
        let ahead = match &seen {
            Some(seen) => Some((seen.version, changed_paths(record(&seen.text)?.fields(), write.record.fields()))),
            None => None,
        };
        self.writing(move |pen| {
            let change = Change { ahead: ahead.as_ref(), ..Change::default() };
            put(pen, &write, &digest, &change)
        })
        .await
    }

    /// Deletes a record if what is expected holds.
    ///
    /// # Errors
    /// As [`Store::put`].
    pub async fn delete(&self, removal: Removal) -> Result<Delete, StoreError> {
        self.writing(move |pen| delete(pen, &removal)).await
    }

    /// Does many writes, each under its own condition. With `atomic`, all of them or none.
    ///
    /// # Errors
    /// As [`Store::put`]; nothing at all was written then.
    pub async fn bulk(&self, items: Vec<BulkItem>, atomic: bool) -> Result<Vec<BulkOutcome>, StoreError> {
        self.writing(move |pen| {
            pen.execute_batch("SAVEPOINT many")?;
            let mark = pen.mark();
            let mut outcomes = Vec::with_capacity(items.len());
            for item in &items {
                outcomes.push(match item {
                    BulkItem::Put(write) => {
                        BulkOutcome::Put(put(pen, write, &digest(&write.record), &Change::default())?)
                    }
                    BulkItem::Delete(removal) => BulkOutcome::Delete(delete(pen, removal)?),
                });
            }
            if atomic && outcomes.iter().any(BulkOutcome::is_refused) {
                pen.execute_batch("ROLLBACK TO many")?;
                pen.forget(mark);
                let undo = |outcome: BulkOutcome| if outcome.is_refused() { outcome } else { BulkOutcome::NotWritten };
                outcomes = outcomes.into_iter().map(undo).collect();
            }
            pen.execute_batch("RELEASE many")?;
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

pub(super) fn holds(found: &Found, expect: &Expect) -> bool {
    match found {
        Found::Stored(stored) => expect.holds(Some(stored.token.as_str())),
        Found::Gone(_) | Found::Missing => expect.holds(None),
    }
}

/// What else is known of a write when it takes its turn.
#[derive(Default)]
pub(super) struct Change<'w> {
    /// The members that it changes, if it replaces this version: worked out before.
    pub(super) ahead: Option<&'w (u64, Vec<Pointer>)>,
    /// What was asked for, hashed, where that is not the record itself.
    pub(super) asked: Option<&'w [u8; 32]>,
    /// Whoever wrote did not say what is replaced.
    pub(super) blind: bool,
}

/// What a write made.
struct Made {
    version: u64,
    tag: String,
    at: String,
}

fn changed_paths(before: &Object, after: &Object) -> Vec<Pointer> {
    diff(before, after).into_iter().map(|change| change.at).collect()
}

pub(super) fn put(pen: &Pen, write: &Write, digest: &[u8; 32], change: &Change) -> Result<Written, StoreError> {
    if change.asked.is_none()
        && let Some(replayed) = replay(pen, &write.key, &write.hand, digest)?
    {
        return Ok(replayed);
    }
    let settings = pen.settings(&write.key.collection)?;
    if write.expect == Expect::default() {
        if !settings.blind {
            return Ok(Written::Unguarded);
        }
        let expect = match read::glance(pen, &write.key)?.here() {
            Some(seen) => Expect { matches: Some(Tags::Of(vec![seen.tag])), none_match: None },
            None => Expect::absent(),
        };
        let write = Write { expect, ..write.clone() };
        return put(pen, &write, digest, &Change { blind: true, ..Change::default() });
    }
    // A stale token is told before fields that are not as they should be (RFC 9110 section 13.2.1).
    if let Some(schema) = &settings.schema
        && write.expect.holds(read::glance(pen, &write.key)?.here().as_ref().map(|seen| seen.tag.as_str()))
    {
        let faults = schema.faults(write.record.fields());
        if !faults.is_empty() {
            return Ok(Written::Invalid(faults));
        }
    }
    let creates = write.expect.matches.is_none();
    let made = match (&write.expect.matches, &write.expect.none_match) {
        (Some(Tags::Of(tags)), None) if tags.len() == 1 => update_one(pen, write, &tags[0], digest)?,
        (Some(_), _) => update(pen, write, digest)?,
        (None, Some(Tags::Any)) => create(pen, write, digest)?,
        _ => return Err(StoreError::Fault("a write without a precondition".into())),
    };
    let Some(made) = made else { return refused(pen, write) };
    let paths = match change.ahead {
        Some((version, paths)) if !creates && version + 1 == made.version => paths.clone(),
        _ if creates => changed_paths(&Object::new(), write.record.fields()),
        _ => {
            let before = read::text_of(pen, &write.key, made.version - 1)?;
            changed_paths(before.as_ref().map_or(&Object::new(), Record::fields), write.record.fields())
        }
    };
    if creates {
        collections::count(pen, &write.key.collection, 1)?;
    }
    let op = if creates { Op::Create } else { Op::Update };
    let after = After { record: Some((&write.record, digest)), asked: change.asked, blind: change.blind };
    remember(pen, &write.key, op, &made, paths, &after, &write.hand)?;
    let stored = Stored {
        id: write.key.id.clone(),
        version: made.version,
        token: token(&made.tag)?,
        updated_at: made.at,
        updated_by: write.hand.by.clone(),
        note: write.hand.note.clone(),
        fields: write.record.clone(),
    };
    Ok(Written::Judged(Put::Stored { stored, created: creates }))
}

/// What a write leaves in the history, besides who and when.
#[derive(Default)]
struct After<'w> {
    record: Option<(&'w Record, &'w [u8; 32])>,
    asked: Option<&'w [u8; 32]>,
    blind: bool,
}

/// Why a write touched no row.
fn refused(connection: &Connection, write: &Write) -> Result<Written, StoreError> {
    let found = read::find(connection, &write.key)?;
    if let Found::Stored(stored) = &found
        && holds(&found, &write.expect)
    {
        return Ok(Written::Judged(Put::Unchanged(stored.clone())));
    }
    let conflict = explain(connection, &write.key, &write.expect, Some(&write.record))?;
    Ok(Written::Judged(Put::Stale(Box::new(conflict))))
}

/// The compare-and-write of a write that names one version, which is nearly every one. `None`: it touched no row.
fn update_one(connection: &Connection, write: &Write, tag: &str, digest: &[u8]) -> Result<Option<Made>, StoreError> {
    let mut statement = connection.prepare_cached(
        "UPDATE records SET version = version + 1, token = '\"' || (version + 1) || '-' || :nonce || '\"',
                            at = :at, by = :by, note = :note, text = :text, digest = :digest
         WHERE collection = :collection AND id = :id AND deleted = 0 AND token = :tag AND digest <> :digest
         RETURNING version",
    )?;
    let (nonce, at) = (nonce(), now());
    let version = statement
        .query_row(
            named_params! {
                ":nonce": nonce, ":at": at, ":by": write.hand.by, ":note": write.hand.note,
                ":text": write.record.text(), ":digest": digest, ":collection": write.key.collection,
                ":id": write.key.id, ":tag": tag,
            },
            |row| row.get(0),
        )
        .optional()?;
    Ok(version.map(|version| Made { version, tag: tag_of(version, &nonce), at }))
}

/// The compare-and-write under any condition. `None`: it touched no row.
fn update(connection: &Connection, write: &Write, digest: &[u8]) -> Result<Option<Made>, StoreError> {
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
    let (nonce, at) = (nonce(), now());
    let version = statement
        .query_row(
            named_params! {
                ":nonce": nonce, ":at": at, ":by": write.hand.by, ":note": write.hand.note,
                ":text": write.record.text(), ":digest": digest, ":collection": write.key.collection,
                ":id": write.key.id, ":any": any, ":tags": tags, ":none": none, ":not_tags": not_tags,
            },
            |row| row.get(0),
        )
        .optional()?;
    Ok(version.map(|version| Made { version, tag: tag_of(version, &nonce), at }))
}

/// Creates, or creates again what was deleted. `None`: it stands there.
fn create(connection: &Connection, write: &Write, digest: &[u8]) -> Result<Option<Made>, StoreError> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO records (collection, id, version, token, at, by, note, text, digest)
         VALUES (:collection, :id, 1, '\"1-' || :nonce || '\"', :at, :by, :note, :text, :digest)
         ON CONFLICT (collection, id) DO UPDATE SET
             version = version + 1, token = '\"' || (version + 1) || '-' || :nonce || '\"',
             at = :at, by = :by, note = :note, text = :text, digest = :digest, deleted = 0
         WHERE deleted = 1
         RETURNING version",
    )?;
    let (nonce, at) = (nonce(), now());
    let version = statement
        .query_row(
            named_params! {
                ":nonce": nonce, ":at": at, ":by": write.hand.by, ":note": write.hand.note,
                ":text": write.record.text(), ":digest": digest, ":collection": write.key.collection,
                ":id": write.key.id,
            },
            |row| row.get(0),
        )
        .optional()?;
    Ok(version.map(|version| Made { version, tag: tag_of(version, &nonce), at }))
}

/// Writes the history line of what was just written, and notes it for the feed.
fn remember(
    pen: &Pen,
    key: &Key,
    op: Op,
    made: &Made,
    paths: Vec<Pointer>,
    after: &After,
    hand: &Hand,
) -> Result<(), StoreError> {
    let of_op = match op {
        Op::Create => "create",
        Op::Update => "update",
        Op::Delete => "delete",
    };
    let json = serde_json::to_string(&paths).map_err(|fault| StoreError::Fault(fault.to_string()))?;
    pen.prepare_cached(
        "INSERT INTO versions
             (collection, id, version, token, op, at, by, note, edit_id, paths, text, digest, asked, blind)
         VALUES
             (:collection, :id, :version, :token, :op, :at, :by, :note, :edit_id, :paths, :text, :digest, :asked, :blind)",
    )?
    .execute(named_params! {
        ":collection": key.collection, ":id": key.id, ":version": made.version, ":token": made.tag, ":op": of_op,
        ":at": made.at, ":by": hand.by, ":note": hand.note, ":edit_id": hand.edit_id, ":paths": json,
        ":text": after.record.map(|(record, _)| record.text()), ":digest": after.record.map(|(_, digest)| digest),
        ":asked": after.asked, ":blind": after.blind,
    })?;
    let line = VersionLine {
        version: made.version,
        op,
        by: hand.by.clone(),
        at: made.at.clone(),
        why: hand.note.clone(),
        edit_id: hand.edit_id.clone(),
        paths,
        blind: after.blind,
    };
    let seq = u64::try_from(pen.last_insert_rowid()).unwrap_or_default();
    pen.changed(Event { seq, collection: key.collection.clone(), id: key.id.clone(), line });
    Ok(())
}

/// What the same edit made before, if it asked for the same.
pub(super) fn replay(
    connection: &Connection,
    key: &Key,
    hand: &Hand,
    asked: &[u8; 32],
) -> Result<Option<Written>, StoreError> {
    let Some(edit_id) = &hand.edit_id else { return Ok(None) };
    let sql = "SELECT version, op, coalesce(asked, digest) FROM versions
               WHERE collection = ?1 AND id = ?2 AND edit_id = ?3";
    let known = connection
        .prepare_cached(sql)?
        .query_row((&key.collection, &key.id, edit_id), |row| {
            Ok((row.get::<_, u64>(0)?, row.get::<_, String>(1)?, row.get::<_, Option<Vec<u8>>>(2)?))
        })
        .optional()?;
    match known {
        None => Ok(None),
        Some((version, op, Some(known))) if known == asked => match read::version(connection, key, version)? {
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

fn delete(pen: &Pen, removal: &Removal) -> Result<Delete, StoreError> {
    let (key, hand) = (&removal.key, &removal.hand);
    if let Some(gone) = replayed_deletion(pen, removal)? {
        return Ok(Delete::Deleted(gone));
    }
    let blind = removal.expect == Expect::default();
    if removal.expect.matches.is_none() && !(blind && pen.settings(&key.collection)?.blind) {
        return Err(StoreError::Fault("a deletion without a precondition".into()));
    }
    let (any, tags) = as_sql(removal.expect.matches.as_ref().or(blind.then_some(&Tags::Any)));
    let (none, not_tags) = as_sql(removal.expect.none_match.as_ref());
    let (nonce, at) = (nonce(), now());
    let version: Option<u64> = pen
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
                ":nonce": nonce, ":at": at, ":by": hand.by, ":note": hand.note, ":collection": key.collection,
                ":id": key.id, ":any": any, ":tags": tags, ":none": none, ":not_tags": not_tags,
            },
            |row| row.get(0),
        )
        .optional()?;
    if let Some(version) = version {
        let before = read::text_of(pen, key, version - 1)?;
        let paths = changed_paths(before.as_ref().map_or(&Object::new(), Record::fields), &Object::new());
        let made = Made { version, tag: tag_of(version, &nonce), at };
        remember(pen, key, Op::Delete, &made, paths, &After { blind, ..After::default() }, hand)?;
        collections::count(pen, &key.collection, -1)?;
    }
    match (read::find(pen, key)?, version) {
        (Found::Gone(gone), Some(_)) => Ok(Delete::Deleted(gone)),
        (Found::Gone(gone), None) => Ok(Delete::Gone(gone)),
        (Found::Missing, _) => Ok(Delete::Missing),
        (Found::Stored(_), _) => {
            let conflict = explain(pen, key, &removal.expect, None)?;
            Ok(Delete::Stale(Box::new(conflict)))
        }
    }
}

/// Why a write was refused: what stands there, what the writer had seen, and who wrote since.
pub(super) fn explain(
    connection: &Connection,
    key: &Key,
    expect: &Expect,
    mine: Option<&Record>,
) -> Result<Conflict, StoreError> {
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
    // Of a record that others wrote a thousand times since, a person wants to know the last, and what is now other.
    let newest = match &current {
        Found::Stored(stored) => stored.version,
        Found::Gone(gone) => gone.version,
        Found::Missing => 0,
    };
    let omitted = expected.map_or(0, |version| newest.saturating_sub(version).saturating_sub(CHANGES_TOLD));
    let changes = match expected {
        Some(version) => read::history(connection, key, version + omitted, i64::MAX)?,
        None => Vec::new(),
    };
    let mut touched: Vec<Pointer> = changes.iter().flat_map(|line| line.paths.iter().cloned()).collect();
    if omitted > 0
        && let Some(base) = &base
    {
        let nothing = Object::new();
        let now = if let Found::Stored(now) = &current { now.fields.fields() } else { &nothing };
        touched.extend(changed_paths(base.fields.fields(), now));
    }
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
    Ok(Conflict { current, base, changes, omitted, overlap: shared, unknown_token, already_applied })
}

/// The latest version that one of these tags was the token of.
pub(super) fn presented_version(
    connection: &Connection,
    key: &Key,
    tags: &[String],
) -> Result<Option<u64>, StoreError> {
    let sql = "SELECT token FROM versions WHERE collection = ?1 AND id = ?2 AND version = ?3";
    let mut statement = connection.prepare_cached(sql)?;
    let mut latest = None;
    for tag in tags {
        let Some(version) = version_in(tag) else { continue };
        let issued: Option<String> =
            statement.query_row((&key.collection, &key.id, version), |row| row.get(0)).optional()?;
        if issued.as_ref() == Some(tag) {
            latest = latest.max(Some(version));
        }
    }
    Ok(latest)
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
