//! Why a write was refused: what stands there, what the writer had seen, and who wrote since.

use midair_record::diff::{diff, overlap};
use midair_record::merge::merge_by;
use midair_record::merge::rule::{Rule, Rules};
use midair_record::wire::{Base, Conflict, Current, Key, Stored};
use midair_record::{Object, Pointer, Record};
use rusqlite::Connection;

use super::row::Row;
use super::{Expect, StoreError, Tags, history, version_in};

/// How many of the writes since the presented version a refusal tells at the most.
const CHANGES_TOLD: u64 = 100;

/// The conflict between what stands at `key`, in `row`, and a write that expected something else. `mine`: what it was to
/// be, if that is known. `rules`: how the collection wants it merged.
pub(super) fn conflict(
    connection: &Connection,
    rules: &Rules,
    row: Option<&Row>,
    key: &Key,
    expect: &Expect,
    mine: Option<&Record>,
) -> Result<Conflict, StoreError> {
    let now = row.map(|row| row.stored(key)).transpose()?.flatten();
    let presented = match &expect.matches {
        Some(Tags::Of(tags)) => tags.as_slice(),
        _ => &[],
    };
    let expected = presented_version(connection, row, presented)?;
    let (base, changes, omitted) = match (row, expected) {
        (Some(row), Some(version)) => {
            let base = history::text_of(connection, row, version)?.map(|fields| Base { version, fields });
            // Of a record that others wrote a thousand times since, a person wants to know the last, and what is now other.
            let omitted = row.version.saturating_sub(version).saturating_sub(CHANGES_TOLD);
            (base, history::lines(connection, row, version + omitted, u64::MAX)?, omitted)
        }
        _ => (None, Vec::new(), 0),
    };
    let mut touched: Vec<Pointer> = changes.iter().flat_map(|line| line.paths.iter().cloned()).collect();
    if omitted > 0
        && let Some(base) = &base
    {
        let nothing = Object::new();
        let now = now.as_ref().map_or(&nothing, |now| now.fields.fields());
        touched.extend(changed_paths(base.fields.fields(), now));
    }
    let asks = |at: &Pointer| {
        let mut place = Pointer::root();
        at.names().iter().any(|name| {
            place = place.child(name);
            rules.declared_at(&place) == Some(&Rule::Manual)
        })
    };
    let mine_asks = || {
        let (Some(base), Some(mine)) = (&base, mine) else { return false };
        changed_paths(base.fields.fields(), mine.fields()).iter().any(asks)
    };
    let manual = touched.iter().any(asks) || mine_asks();
    let (already_applied, shared) = match (&now, mine) {
        (Some(now), Some(mine)) => {
            let same = now.fields.canonical() == mine.canonical() && adds_nothing(rules, base.as_ref(), mine, now);
            let shared = match &base {
                Some(base) => overlap(&diff(base.fields.fields(), mine.fields()), &touched),
                None => changed_paths(now.fields.fields(), mine.fields()),
            };
            (same, shared)
        }
        (None, Some(mine)) => {
            let was = base.as_ref().map(|base| base.fields.fields().clone()).unwrap_or_default();
            (false, changed_paths(&was, mine.fields()))
        }
        (_, None) => (false, touched),
    };
    let unknown_token = !presented.is_empty() && expected.is_none();
    let current = match (now, row) {
        (Some(now), _) => Current::Stored(now),
        (None, Some(row)) => Current::Deleted(row.tombstone()),
        (None, None) => Current::Missing,
    };
    Ok(Conflict { current, expected, base, changes, omitted, overlap: shared, unknown_token, already_applied, manual })
}

/// Whether a write of what stands there already is that very change: of two who took the same number from a counter, the
/// second one took it as well.
fn adds_nothing(rules: &Rules, base: Option<&Base>, mine: &Record, now: &Stored) -> bool {
    let Some(base) = base else { return true };
    let merged = merge_by(rules, Some(base.fields.fields()), mine.fields(), now.fields.fields()).clean();
    merged.is_none_or(|merged| merged == *now.fields.fields())
}

/// The members in which two records differ.
pub(super) fn changed_paths(before: &Object, after: &Object) -> Vec<Pointer> {
    diff(before, after).into_iter().map(|change| change.at).collect()
}

/// The latest version that one of these tags was the token of.
pub(super) fn presented_version(
    connection: &Connection,
    row: Option<&Row>,
    tags: &[String],
) -> Result<Option<u64>, StoreError> {
    let Some(row) = row else { return Ok(None) };
    let mut latest = None;
    for tag in tags {
        let Some(version) = version_in(tag) else { continue };
        if history::token_of(connection, row, version)?.as_ref() == Some(tag) {
            latest = latest.max(Some(version));
        }
    }
    Ok(latest)
}
