//! The versions of a record. Each knows the one before it; every sixteenth is found at once, the others from the next of
//! those: an index over all of them would cost each write more than everything else in it.

use midair_record::Record;
use midair_record::wire::{Event, Op, VersionLine};
use rusqlite::{Connection, OptionalExtension};

use super::row::Row;
use super::{StoreError, record};

/// Which versions are indexed. The schema has the number as well.
const SIGNPOST: u64 = 16;

/// The columns of [`line`], in its order.
const LINE: &str = "version, op, by, at, note, edit_id, paths, blind";

fn line(row: &rusqlite::Row) -> Result<VersionLine, StoreError> {
    let (op, paths): (String, String) = (row.get(1)?, row.get(6)?);
    let kept = |fault: serde_json::Error| StoreError::Fault(format!("a kept history line cannot be read: {fault}"));
    let op = match op.as_str() {
        "create" => Op::Create,
        "delete" => Op::Delete,
        _ => Op::Update,
    };
    Ok(VersionLine {
        version: row.get(0)?,
        op,
        by: row.get(2)?,
        at: row.get(3)?,
        why: row.get(4)?,
        edit_id: row.get(5)?,
        paths: serde_json::from_str(&paths).map_err(kept)?,
        blind: row.get(7)?,
    })
}

/// Where version `number` of the record stands in the feed; `None` where there is none, or none any more.
pub(super) fn place(connection: &Connection, row: &Row, number: u64) -> Result<Option<u64>, StoreError> {
    if number == 0 || number > row.version {
        return Ok(None);
    }
    let signpost = number.next_multiple_of(SIGNPOST);
    let mut place = Some(row.head);
    if signpost < row.version {
        let sql = "SELECT seq FROM versions WHERE record = ?1 AND version = ?2 AND version % 16 = 0";
        place = connection.prepare_cached(sql)?.query_row((row.number, signpost), |found| found.get(0)).optional()?;
    }
    let mut statement = connection.prepare_cached("SELECT version, before FROM versions WHERE seq = ?1")?;
    while let Some(seq) = place {
        let found: Option<(u64, Option<u64>)> =
            statement.query_row([seq], |found| Ok((found.get(0)?, found.get(1)?))).optional()?;
        match found {
            Some((version, _)) if version == number => return Ok(Some(seq)),
            Some((version, before)) if version > number => place = before,
            _ => return Ok(None),
        }
    }
    Ok(None)
}

/// What version `number` said; `None` where there is none, or it was a deletion.
pub(super) fn text_of(connection: &Connection, row: &Row, number: u64) -> Result<Option<Record>, StoreError> {
    let Some(seq) = place(connection, row, number)? else { return Ok(None) };
    let text: Option<String> = connection
        .prepare_cached("SELECT text FROM versions WHERE seq = ?1")?
        .query_row([seq], |found| found.get(0))
        .optional()?
        .flatten();
    text.map(|text| record(&text)).transpose()
}

/// The token of version `number`.
pub(super) fn token_of(connection: &Connection, row: &Row, number: u64) -> Result<Option<String>, StoreError> {
    let Some(seq) = place(connection, row, number)? else { return Ok(None) };
    let sql = "SELECT token FROM versions WHERE seq = ?1";
    Ok(connection.prepare_cached(sql)?.query_row([seq], |found| found.get(0)).optional()?)
}

/// The lines of the versions after `after`, oldest first, `limit` of them at the most.
pub(super) fn lines(
    connection: &Connection,
    row: &Row,
    after: u64,
    limit: u64,
) -> Result<Vec<VersionLine>, StoreError> {
    let after = after.min(row.version);
    let last = row.version.min(after.saturating_add(limit));
    let mut place = if last == row.version { Some(row.head) } else { place(connection, row, last)? };
    let sql = format!("SELECT {LINE}, before FROM versions WHERE seq = ?1 AND version > ?2");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut lines = Vec::new();
    while let Some(seq) = place {
        let mut rows = statement.query((seq, after))?;
        let Some(found) = rows.next()? else { break };
        place = found.get(8)?;
        lines.push(line(found)?);
    }
    lines.reverse();
    Ok(lines)
}

/// The changes of all records after position `since`, in order, `limit` of them at the most.
pub(super) fn changes(connection: &Connection, since: u64, limit: u32) -> Result<Vec<Event>, StoreError> {
    let sql = format!(
        "SELECT {LINE}, seq, collection, id
         FROM (SELECT {LINE}, seq, record FROM versions WHERE seq > ?1 ORDER BY seq LIMIT ?2)
         JOIN (SELECT number, collection, id FROM records) ON number = record ORDER BY seq"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query((since, limit))?;
    let mut events = Vec::new();
    while let Some(row) = rows.next()? {
        events.push(Event { seq: row.get(8)?, collection: row.get(9)?, id: row.get(10)?, line: line(row)? });
    }
    Ok(events)
}

#[cfg(test)]
mod tests {
    use midair_record::wire::{Key, Put};

    use crate::store::{Expect, Hand, Store, Write, Written};

    #[tokio::test]
    async fn every_version_of_a_long_history_is_found_by_its_number() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("long.db")).unwrap();
        let (key, other) = (Key::new("c", "a").unwrap(), Key::new("c", "b").unwrap());
        let mut expect = [Expect::absent(), Expect::absent()];
        for version in 1..=100u64 {
            for (key, expect) in [&key, &other].into_iter().zip(&mut expect) {
                let record = midair_record::Record::parse(&format!(r#"{{"n":{version}}}"#)).unwrap();
                let write = Write { key: key.clone(), record, expect: expect.clone(), hand: Hand::default() };
                let Written::Judged(Put::Stored { stored, .. }) = store.put(write).await.unwrap() else {
                    panic!("version {version} was not written");
                };
                *expect = Expect::token(&stored.token);
            }
        }
        for version in 1..=100u64 {
            let stored = store.version(key.clone(), version).await.unwrap().unwrap();
            assert_eq!((stored.version, stored.fields.text()), (version, format!(r#"{{"n":{version}}}"#).as_str()));
        }
        assert!(store.version(key.clone(), 0).await.unwrap().is_none());
        assert!(store.version(key.clone(), 101).await.unwrap().is_none());
        for (after, limit) in [(0, 100), (0, 7), (15, 1), (15, 2), (16, 16), (90, 50), (99, 1), (100, 5), (7, 0)] {
            let lines = store.history(key.clone(), after, limit).await.unwrap();
            let versions: Vec<u64> = lines.iter().map(|line| line.version).collect();
            let expected: Vec<u64> = (after + 1..=100).take(limit as usize).collect();
            assert_eq!(versions, expected, "after {after}, {limit} of them");
        }
    }
}
