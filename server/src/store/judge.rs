//! The verdict on a write, in its turn at the writer: compared and written by one statement, remembered in the history.

use bytes::Bytes;
use midair_record::wire::{Delete, Event, Key, Op, Put, Stored, Tombstone, VersionLine};
use midair_record::{Object, Pointer, Record};
use rusqlite::{Connection, OptionalExtension};

use super::explain::{self, changed_paths};
use super::row::Row;
use super::sorted::{self, Moved};
use super::{
    Expect, Glance, Hand, Pen, Removal, Removed, StoreError, Tags, Write, Written, collections, digest, history, nonce,
    record, tag_of, token, trim,
};

/// What a turn at the writer came to.
pub(super) enum Verdict {
    /// It was judged, and written where that was the verdict.
    Written(Written),
    /// What it expected does not hold.
    Refused,
}

/// What else is known of a write when it takes its turn.
#[derive(Default)]
pub(super) struct Change<'w> {
    /// What was asked for, hashed, where that is not the record itself.
    pub(super) asked: Option<&'w [u8; 32]>,
    /// Whoever wrote did not say what is replaced.
    pub(super) blind: bool,
    /// The row comes from memory, and these are the members in which the write differs from it.
    pub(super) paths: Option<Vec<Pointer>>,
}

/// Judges a write of the record whose row is `row`. Where that comes from memory, the write is done if the file still has
/// it, and whatever else there is to say is left to a look at the file.
pub(super) fn put(
    pen: &Pen,
    row: Option<&Row>,
    write: &Write,
    digest: &[u8; 32],
    change: &Change,
) -> Result<Verdict, StoreError> {
    if change.asked.is_none()
        && let Some(replayed) = replay(pen, row, &write.key, &write.hand, digest)?
    {
        return Ok(Verdict::Written(replayed));
    }
    let from_memory = change.paths.is_some();
    let settings = pen.settings(&write.key.collection)?;
    let stands = row.and_then(Row::tag);
    let unguarded = write.expect == Expect::default();
    if unguarded && !settings.blind {
        return Ok(Verdict::Written(Written::Unguarded));
    }
    if !write.expect.holds(stands) {
        return Ok(Verdict::Refused);
    }
    let faults = settings.schema.as_ref().map(|schema| schema.faults(write.record.fields())).unwrap_or_default();
    let same = row.filter(|row| row.text.is_some() && row.digest.as_ref() == Some(digest));
    if from_memory && (!faults.is_empty() || same.is_some()) {
        return Ok(Verdict::Refused);
    }
    // A stale token is told before fields that are not as they should be (RFC 9110 section 13.2.1).
    if !faults.is_empty() {
        return Ok(Verdict::Written(Written::Invalid(faults)));
    }
    if let Some(stored) = same.map(|row| row.stored(&write.key)).transpose()?.flatten() {
        return Ok(Verdict::Written(Written::Judged(Put::Unchanged(stored))));
    }
    let created = stands.is_none();
    let paths = match &change.paths {
        Some(paths) => paths.clone(),
        None => {
            let before = row.map(Row::record).transpose()?.flatten();
            changed_paths(before.as_ref().map_or(&Object::new(), Record::fields), write.record.fields())
        }
    };
    let mark = pen.mark();
    let Some(made) = stand(pen, row, write, digest)? else {
        pen.forget(&mark);
        return if from_memory { Ok(Verdict::Refused) } else { Err(changed_in_turn()) };
    };
    if created {
        collections::count(pen, &write.key.collection, 1)?;
        pen.redefined();
    }
    let moved = Moved { key: &write.key, number: made.number, was: row, is: Some(&write.record), paths: &paths };
    sorted::follow(pen, &settings.indexes, &moved)?;
    let line = Line {
        op: if created { Op::Create } else { Op::Update },
        paths,
        text: Some((write.record.text(), digest)),
        asked: Some(change.asked.unwrap_or(digest)),
        blind: change.blind || unguarded,
    };
    remember(pen, &write.key, &made, line, &write.hand)?;
    if let Some(row) = row {
        trim::pushed_out(pen, row, settings.history)?;
    }
    let stored = Stored {
        id: write.key.id.clone(),
        version: made.version,
        token: token(&made.tag)?,
        updated_at: made.at,
        updated_by: write.hand.by.clone(),
        note: write.hand.note.clone(),
        fields: write.record.clone(),
    };
    Ok(Verdict::Written(Written::Judged(Put::Stored { stored, created })))
}

/// As [`put`], with the reason of a refusal as it is in this turn.
pub(super) fn put_or_explain(pen: &Pen, write: &Write) -> Result<Written, StoreError> {
    let row = Row::find(pen, &write.key)?;
    match put(pen, row.as_ref(), write, &digest(&write.record), &Change::default())? {
        Verdict::Written(written) => Ok(written),
        Verdict::Refused => {
            let conflict = explain::conflict(
                pen,
                &pen.settings(&write.key.collection)?.rules,
                row.as_ref(),
                &write.key,
                &write.expect,
                Some(&write.record),
            )?;
            Ok(Written::Judged(Put::Stale(Box::new(conflict))))
        }
    }
}

/// What the same edit made before, if it asked for the same.
pub(super) fn replay(
    connection: &Connection,
    row: Option<&Row>,
    key: &Key,
    hand: &Hand,
    asked: &[u8; 32],
) -> Result<Option<Written>, StoreError> {
    let (Some(edit_id), Some(row)) = (&hand.edit_id, row) else { return Ok(None) };
    let sql = "SELECT op, asked, version, token, at, by, note, text FROM versions
               WHERE record = ?1 AND edit_id = ?2";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query((row.number, edit_id))?;
    let Some(found) = rows.next()? else { return Ok(None) };
    if found.get::<_, Option<[u8; 32]>>(1)?.as_ref() != Some(asked) {
        return Ok(Some(Written::KeyReused));
    }
    let (op, tag): (String, String) = (found.get(0)?, found.get(3)?);
    let Some(text) = found.get::<_, Option<String>>(7)? else {
        return Ok(Some(Written::Forgotten(found.get(2)?)));
    };
    let stored = Stored {
        id: key.id.clone(),
        version: found.get(2)?,
        token: token(&tag)?,
        updated_at: found.get(4)?,
        updated_by: found.get(5)?,
        note: found.get(6)?,
        fields: record(&text)?,
    };
    Ok(Some(Written::Replayed { stored, created: op == "create" }))
}

/// The deletion that this very edit made before, or that it made something else.
fn replayed_deletion(pen: &Pen, row: &Row, hand: &Hand) -> Result<Option<Removed>, StoreError> {
    let Some(edit_id) = &hand.edit_id else { return Ok(None) };
    let sql = "SELECT version, at, by, note, op FROM versions WHERE record = ?1 AND edit_id = ?2";
    let known = pen.prepare_cached(sql)?.query_row((row.number, edit_id), |found| {
        let gone = Tombstone { version: found.get(0)?, at: found.get(1)?, by: found.get(2)?, why: found.get(3)? };
        Ok(if found.get::<_, String>(4)? == "delete" { Removed::Replayed(gone) } else { Removed::KeyReused })
    });
    Ok(known.optional()?)
}

/// Judges a deletion.
pub(super) fn delete(pen: &Pen, removal: &Removal) -> Result<Removed, StoreError> {
    let (key, hand) = (&removal.key, &removal.hand);
    let Some(row) = Row::find(pen, key)? else { return Ok(Removed::Judged(Delete::Missing)) };
    if let Some(before) = replayed_deletion(pen, &row, hand)? {
        return Ok(before);
    }
    let blind = removal.expect == Expect::default();
    if removal.expect.matches.is_none() && !(blind && pen.settings(&key.collection)?.blind) {
        return Err(StoreError::Fault("a deletion without a precondition".into()));
    }
    let Some(stands) = row.record()? else { return Ok(Removed::Judged(Delete::Gone(row.tombstone()))) };
    if !removal.expect.holds(row.tag()) {
        let conflict =
            explain::conflict(pen, &pen.settings(&key.collection)?.rules, Some(&row), key, &removal.expect, None)?;
        return Ok(Removed::Judged(Delete::Stale(Box::new(conflict))));
    }
    let paths = changed_paths(stands.fields(), &Object::new());
    let made = Made::after(pen, Some(&row));
    let touched = pen
        .prepare_cached(
            "UPDATE records SET version = ?1, head = ?2, token = ?3, at = ?4, by = ?5, note = ?6, digest = NULL, text = NULL
             WHERE number = ?7 AND text IS NOT NULL AND token = ?8",
        )?
        .execute((made.version, made.seq, &made.tag, &made.at, &hand.by, &hand.note, row.number, &row.token))?;
    if touched != 1 {
        return Err(changed_in_turn());
    }
    let settings = pen.settings(&key.collection)?;
    let moved = Moved { key, number: row.number, was: Some(&row), is: None, paths: &paths };
    sorted::follow(pen, &settings.indexes, &moved)?;
    remember(pen, key, &made, Line { op: Op::Delete, paths, text: None, asked: None, blind }, hand)?;
    trim::pushed_out(pen, &row, settings.history)?;
    collections::count(pen, &key.collection, -1)?;
    let gone = Tombstone { version: made.version, at: made.at, by: hand.by.clone(), why: hand.note.clone() };
    Ok(Removed::Judged(Delete::Deleted(gone)))
}

/// What a write makes.
struct Made {
    /// The number of the record.
    number: i64,
    version: u64,
    /// Its place in the feed, and that of the version before it.
    seq: u64,
    before: Option<u64>,
    tag: String,
    at: String,
}

impl Made {
    fn after(pen: &Pen, row: Option<&Row>) -> Made {
        let version = row.map_or(0, |row| row.version) + 1;
        Made {
            number: row.map_or(0, |row| row.number),
            version,
            seq: pen.next(),
            before: row.map(|row| row.head),
            tag: tag_of(version, &nonce()),
            at: pen.now().0.to_owned(),
        }
    }
}

/// The statement that compares and writes touches the row that was read: nobody else writes in this turn.
fn changed_in_turn() -> StoreError {
    StoreError::Fault("the record changed in the turn of its writer".into())
}

/// Writes the record in the place of what was judged: the same version, the same tombstone, or nothing. `None` where
/// something else stands there.
fn stand(pen: &Pen, row: Option<&Row>, write: &Write, digest: &[u8; 32]) -> Result<Option<Made>, StoreError> {
    let made = Made::after(pen, row);
    let (key, hand, text) = (&write.key, &write.hand, write.record.text());
    let Made { version, seq, tag, at, .. } = &made;
    let Some(row) = row else {
        let touched = pen
            .prepare_cached(
                "INSERT INTO records (collection, id, version, head, token, at, by, note, digest, text)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
                 ON CONFLICT DO NOTHING",
            )?
            .execute((&key.collection, &key.id, version, seq, tag, at, &hand.by, &hand.note, digest, text))?;
        return Ok((touched == 1).then(|| Made { number: pen.last_insert_rowid(), ..made }));
    };
    let touched = pen
        .prepare_cached(
            "UPDATE records SET version = ?1, head = ?2, token = ?3, at = ?4, by = ?5, note = ?6, digest = ?7, text = ?8
             WHERE number = ?9 AND token = ?10",
        )?
        .execute((version, seq, tag, at, &hand.by, &hand.note, digest, text, row.number, &row.token))?;
    Ok((touched == 1).then_some(made))
}

/// What the history says of a write, besides who and when.
struct Line<'w> {
    op: Op,
    paths: Vec<Pointer>,
    /// What it says, and that hashed; nothing where it was deleted.
    text: Option<(&'w str, &'w [u8; 32])>,
    asked: Option<&'w [u8; 32]>,
    blind: bool,
}

/// Writes the history line of what was just written, and notes it for the feed.
fn remember(pen: &Pen, key: &Key, made: &Made, line: Line, hand: &Hand) -> Result<(), StoreError> {
    let of_op = match line.op {
        Op::Create => "create",
        Op::Update => "update",
        Op::Delete => "delete",
    };
    let json = serde_json::to_string(&line.paths).map_err(|fault| StoreError::Fault(fault.to_string()))?;
    // By what was asked for an edit that is sent again is known; without a name it is not.
    let asked = line.asked.filter(|_| hand.edit_id.is_some());
    pen.prepare_cached(
        "INSERT INTO versions (seq, record, version, before, token, op, at, by, note, edit_id, paths, asked, blind, text)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
    )?
    .execute((
        made.seq, made.number, made.version, made.before, &made.tag, of_op, &made.at, &hand.by, &hand.note,
        &hand.edit_id, json, asked, line.blind, line.text.map(|(text, _)| text),
    ))?;
    let told = VersionLine {
        version: made.version,
        op: line.op,
        by: hand.by.clone(),
        at: made.at.clone(),
        why: hand.note.clone(),
        edit_id: hand.edit_id.clone(),
        paths: line.paths,
        blind: line.blind,
    };
    let stands = line.text.map(|(text, digest)| Glance {
        number: made.number,
        head: made.seq,
        digest: Some(*digest),
        version: made.version,
        tag: made.tag.clone(),
        at: made.at.clone(),
        by: hand.by.clone(),
        note: hand.note.clone(),
        text: Bytes::copy_from_slice(text.as_bytes()),
        written: pen.now().1,
    });
    pen.changed(Event { seq: made.seq, collection: key.collection.clone(), id: key.id.clone(), line: told }, stands);
    Ok(())
}

/// Whether nothing of `touches` has changed since the version that `expect` names.
pub(super) fn untouched(pen: &Pen, row: &Row, expect: &Expect, touches: &[Pointer]) -> Result<bool, StoreError> {
    let (Some(Tags::Of(tags)), None) = (&expect.matches, &expect.none_match) else { return Ok(false) };
    let Some(version) = explain::presented_version(pen, Some(row), tags)? else { return Ok(false) };
    let since = history::lines(pen, row, version, u64::MAX)?;
    Ok(!since.iter().flat_map(|line| &line.paths).any(|path| touches.iter().any(|at| at.overlaps(path))))
}
