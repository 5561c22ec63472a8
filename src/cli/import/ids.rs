//! Where the id of a record stands in the record, and which ids a file has used; refuses to make one up.

use std::collections::HashMap;

use midair_record::wire::check_id;
use midair_record::{Pointer, Record, Value};

/// The ids of a file so far.
pub struct Register {
    key: String,
    path: Pointer,
    lines: HashMap<String, usize>,
}

impl Register {
    /// Takes ids from the member `key`: its name, or the names on the way to it, with dots or as a pointer.
    pub fn new(key: &str) -> Self {
        let path = match Pointer::parse(key) {
            Some(pointer) if !pointer.is_root() => pointer,
            _ => Pointer::new(key.split('.').map(str::to_owned).collect()),
        };
        Register { key: key.to_owned(), path, lines: HashMap::new() }
    }

    /// The id of a record that starts in `line`; else a clause that says why it has none.
    pub fn enter(&mut self, record: &Record, line: usize) -> Result<String, String> {
        let key = &self.key;
        let found = record.fields().get(key.as_str()).or_else(|| self.path.get(record.fields()));
        let id = match found {
            None => return Err(format!("it has no member {key:?} to take its id from")),
            Some(Value::String(text)) => text.as_str().to_owned(),
            Some(Value::Number(number)) => number.as_str().to_owned(),
            Some(other) => {
                return Err(format!("its member {key:?} is {}; an id is a text or a number", other.type_name()));
            }
        };
        check_id(&id).map_err(|fault| fault.to_string())?;
        if let Some(earlier) = self.lines.get(&id) {
            return Err(format!("its id {id:?} is that of the record in line {earlier}, too"));
        }
        self.lines.insert(id.clone(), line);
        Ok(id)
    }
}
