//! What the history may forget: the texts of old versions, where the collection's definition says so. Who wrote when,
//! why and what stays for ever, so that the feed has no gap and a token that was issued once is known again.

use midair_record::Value;
use rusqlite::{Connection, OptionalExtension};

use super::row::Row;
use super::settings::Known;
use super::{StoreError, history};

/// How many versions are looked at in one go, while somebody else may want to write.
const BATCH: u32 = 500;

/// How much of a record's history is kept whole. The version that stands is always kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Keep {
    /// So many versions, that which stands included; `None`: all.
    pub versions: Option<u64>,
    /// Those that were written in the last so many days; `None`: all.
    pub days: Option<u32>,
}

impl Keep {
    /// Reads the `history` of a definition: `{"versions": 100, "days": 30}`, either or both.
    ///
    /// # Errors
    /// A clause that says what is wrong.
    pub fn of(history: Option<&Value>) -> Result<Self, String> {
        const HOW: &str = "history is {\"versions\": a number from 1, \"days\": a number from 1}, either or both";
        let Some(history) = history else { return Ok(Keep::default()) };
        let Value::Object(members) = history else { return Err(HOW.into()) };
        let mut keep = Keep::default();
        for (name, value) in members {
            let number = match value {
                Value::Number(number) => whole(number.as_str()).filter(|number| *number > 0),
                _ => None,
            };
            match (name.as_str(), number) {
                ("versions", Some(number)) => keep.versions = Some(number.into()),
                ("days", Some(number)) => keep.days = Some(number),
                _ => return Err(HOW.into()),
            }
        }
        Ok(keep)
    }
}

/// A whole number, however it is written: `100`, `100.0` or `1e2`.
fn whole(number: &str) -> Option<u32> {
    let number = number.parse::<f64>().ok().filter(|number| number.fract() == 0.0)?;
    format!("{number:.0}").parse().ok()
}

/// Forgets the version that a write has pushed out; `row` is the record as it stood before the write.
pub(super) fn pushed_out(connection: &Connection, row: &Row, keep: Keep) -> Result<(), StoreError> {
    let Some(versions) = keep.versions else { return Ok(()) };
    // The version before the new one is the second that is kept.
    let Some(number) = (row.version + 1).checked_sub(versions) else { return Ok(()) };
    if let Some(seq) = history::place(connection, row, number)? {
        connection.prepare_cached("UPDATE versions SET text = NULL WHERE seq = ?1")?.execute([seq])?;
    }
    Ok(())
}

/// Forgets what is to be forgotten among the next versions after number `since` of the feed. Gives the number to go on
/// from, or `None` at the end.
pub(super) fn sweep(connection: &Connection, known: &Known, since: u64) -> Result<Option<u64>, StoreError> {
    let any = "SELECT 1 FROM collections WHERE deleted = 0 AND definition LIKE '%\"history\"%' LIMIT 1";
    if connection.prepare_cached(any)?.query_row([], |_| Ok(())).optional()?.is_none() {
        return Ok(None);
    }
    let sql = "SELECT seq, versions.version, versions.at, collection, records.version, versions.text IS NULL
               FROM versions JOIN records ON number = record WHERE seq > ?1 ORDER BY seq LIMIT ?2";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query((since, BATCH))?;
    let (mut last, mut old) = (None, Vec::new());
    let now = jiff::Timestamp::now();
    while let Some(row) = rows.next()? {
        let (seq, version, at): (u64, u64, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let (collection, newest, forgotten): (String, u64, bool) = (row.get(3)?, row.get(4)?, row.get(5)?);
        last = Some(seq);
        if forgotten || version == newest {
            continue;
        }
        let keep = known.of(connection, &collection)?.history;
        let too_many = keep.versions.is_some_and(|versions| version + versions <= newest);
        let too_old = keep.days.is_some_and(|days| {
            let age = at.parse().map_or(0, |at: jiff::Timestamp| now.duration_since(at).as_secs());
            age > i64::from(days) * 24 * 60 * 60
        });
        if too_many || too_old {
            old.push(seq);
        }
    }
    let mut forget = connection.prepare_cached("UPDATE versions SET text = NULL WHERE seq = ?1")?;
    for seq in old {
        forget.execute([seq])?;
    }
    Ok(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_says_what_is_wrong_with_it() {
        let read = |text: &str| Keep::of(Some(&Value::parse(text).unwrap()));
        assert_eq!(Keep::of(None), Ok(Keep::default()));
        assert_eq!(read(r#"{"versions":100,"days":30}"#), Ok(Keep { versions: Some(100), days: Some(30) }));
        for bad in ["3", r#"{"versions":0}"#, r#"{"days":1.5}"#, r#"{"weeks":2}"#, r#"{"days":"30"}"#] {
            assert!(read(bad).unwrap_err().contains("a number from 1"), "{bad}");
        }
    }
}
