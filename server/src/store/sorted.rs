//! The orders that collections declare (`indexes` of a definition), kept beside the records in the transaction that writes
//! them; a collection that declares none pays nothing for it.

use midair_record::wire::Key;
use midair_record::{Pointer, Record, Value};
use rusqlite::functions::FunctionFlags;
use rusqlite::{Connection, OptionalExtension};

use super::row::Row;
use super::{StoreError, order, record};

/// How many a collection may declare.
pub const MOST: usize = 8;

/// Reads the `indexes` of a definition: JSON Pointers, as `["/name", "/address/city"]`.
///
/// # Errors
/// A clause that says what is wrong.
pub(super) fn declared(indexes: Option<&Value>) -> Result<Vec<Pointer>, String> {
    let how = || format!("indexes is a list of {MOST} different JSON Pointers at the most, as [\"/name\"]");
    let Some(indexes) = indexes else { return Ok(Vec::new()) };
    let Value::Array(texts) = indexes else { return Err(how()) };
    let mut places = Vec::new();
    for text in texts {
        let read = text.as_str().and_then(|text| Pointer::parse(text).filter(|place| place.to_string() == text));
        match read.filter(|place| !place.is_root() && !places.contains(place)) {
            Some(place) if places.len() < MOST => places.push(place),
            _ => return Err(how()),
        }
    }
    Ok(places)
}

/// The number of the order of a collection by what stands at `place`, where it is kept.
pub(super) fn find(connection: &Connection, collection: &str, place: &Pointer) -> Result<Option<i64>, StoreError> {
    let sql = "SELECT number FROM orders WHERE collection = ?1 AND place = ?2";
    let found = connection.prepare_cached(sql)?.query_row((collection, place.to_string()), |row| row.get(0));
    Ok(found.optional()?)
}

/// Keeps these orders of a collection and no others; one that is new is made of all records that stand there.
pub(super) fn keep(connection: &Connection, collection: &str, places: &[Pointer]) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached("SELECT number, place FROM orders WHERE collection = ?1")?;
    let kept: Vec<(i64, String)> =
        statement.query_map([collection], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
    for (number, place) in &kept {
        if !places.iter().any(|wanted| wanted.to_string() == *place) {
            connection.execute("DELETE FROM ordered WHERE in_order = ?1", [number])?;
            connection.execute("DELETE FROM orders WHERE number = ?1", [number])?;
        }
    }
    for place in places {
        if !kept.iter().any(|(_, kept)| *kept == place.to_string()) {
            make(connection, collection, place)?;
        }
    }
    Ok(())
}

fn make(connection: &Connection, collection: &str, place: &Pointer) -> Result<(), StoreError> {
    connection.execute("INSERT INTO orders (collection, place) VALUES (?1, ?2)", (collection, place.to_string()))?;
    let number = connection.last_insert_rowid();
    let at = place.clone();
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function("order_key", 1, flags, move |call| {
        let read = |fault: StoreError| rusqlite::Error::UserFunctionError(fault.into());
        let text = call.get_raw(0).as_str().map_err(|fault| rusqlite::Error::UserFunctionError(fault.into()))?;
        Ok(order::key(record(text).map_err(read)?.fields(), &at))
    })?;
    // In their order, so that pages are filled one after the other.
    let made = connection.execute(
        "INSERT INTO ordered (in_order, key, id, record)
         SELECT ?1, order_key(text), id, number FROM records WHERE collection = ?2 AND text IS NOT NULL ORDER BY 2, 3",
        (number, collection),
    );
    connection.remove_function("order_key", 1)?;
    made?;
    Ok(())
}

/// A record that was just written: where it stands, what was there, what is there now, and which members changed.
pub(super) struct Moved<'m> {
    pub(super) key: &'m Key,
    pub(super) number: i64,
    pub(super) was: Option<&'m Row>,
    pub(super) is: Option<&'m Record>,
    pub(super) paths: &'m [Pointer],
}

/// Puts a record where it belongs by now in the orders of its collection, of which `declared` are said to be kept.
pub(super) fn follow(connection: &Connection, declared: &[Pointer], moved: &Moved) -> Result<(), StoreError> {
    let stays = moved.is.is_some() && moved.was.is_some_and(|was| was.text.is_some());
    // A list tells of its elements by their keys or by their numbers, so only the first name is compared.
    let touches = |place: &Pointer, path: &Pointer| path.is_root() || path.names().first() == place.names().first();
    let touched = |place: &&Pointer| !stays || moved.paths.iter().any(|path| touches(place, path));
    let mut touched = declared.iter().filter(touched).peekable();
    if touched.peek().is_none() {
        return Ok(());
    }
    let was = moved.was.map(Row::record).transpose()?.flatten();
    for place in touched {
        let Some(number) = find(connection, &moved.key.collection, place)? else { continue };
        let key = |record: &Record| order::key(record.fields(), place);
        let (before, after) = (was.as_ref().map(key), moved.is.map(key));
        if before == after {
            continue;
        }
        if let Some(before) = before {
            let sql = "DELETE FROM ordered WHERE in_order = ?1 AND key = ?2 AND id = ?3";
            connection.prepare_cached(sql)?.execute((number, before, &moved.key.id))?;
        }
        if let Some(after) = after {
            let sql = "INSERT INTO ordered (in_order, key, id, record) VALUES (?1, ?2, ?3, ?4)";
            connection.prepare_cached(sql)?.execute((number, after, &moved.key.id, moved.number))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_declared_is_a_list_of_places() {
        let read = |text: &str| declared(Some(&Value::parse(text).unwrap()));
        assert_eq!(declared(None), Ok(vec![]));
        assert_eq!(read(r#"["/a/b","/c~1d"]"#).unwrap().len(), 2);
        let nine: Vec<String> = (0..9).map(|n| format!("\"/{n}\"")).collect();
        for bad in
            ["1", "[1]", r#"["name"]"#, r#"[""]"#, r#"["/a","/a"]"#, r#"["/a~2"]"#, &format!("[{}]", nine.join(","))]
        {
            assert!(read(bad).unwrap_err().contains("at the most"), "{bad}");
        }
    }
}
