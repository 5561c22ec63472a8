//! The rows of a CSV file as records; refuses to guess: a cell is text unless told otherwise.

use csv::{ReaderBuilder, StringRecord};
use midair_record::{Object, Pointer, Record, Value};

use super::source::Candidate;

/// Every row below the header as a record. `typed`: cells that are JSON are taken for that, and empty ones are left
/// out. `nest`: a column `a.b` is the member `b` inside of `a`. A header that cannot be meant is a fault of the whole
/// file.
pub fn rows(text: &str, typed: bool, nest: bool) -> Result<Vec<Candidate>, String> {
    let mut reader = ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let header = reader.headers().map_err(|fault| format!("the header cannot be read: {fault}"))?.clone();
    let columns = columns(&header, nest)?;
    let mut candidates = Vec::new();
    for (index, row) in reader.records().enumerate() {
        let line = |row: &StringRecord| row.position().map_or(0, |at| usize::try_from(at.line()).unwrap_or(0));
        candidates.push(match row {
            Ok(row) => Candidate { line: line(&row), number: index + 1, record: record(&columns, &row, typed) },
            Err(fault) => Candidate { line: 0, number: index + 1, record: Err(fault.to_string()) },
        });
    }
    Ok(candidates)
}

fn columns(header: &StringRecord, nest: bool) -> Result<Vec<Pointer>, String> {
    let mut columns: Vec<Pointer> = Vec::new();
    for name in header {
        let names = if nest { name.split('.').map(str::to_owned).collect() } else { vec![name.to_owned()] };
        let column = Pointer::new(names);
        if columns.iter().any(|other| other.overlaps(&column)) {
            return Err(format!("the column {name:?} stands twice in the header, or stands inside of another one"));
        }
        columns.push(column);
    }
    Ok(columns)
}

fn record(columns: &[Pointer], row: &StringRecord, typed: bool) -> Result<Record, String> {
    if row.len() != columns.len() {
        return Err(format!("it has {} cells, the header has {}", row.len(), columns.len()));
    }
    let mut fields = Object::new();
    for (column, cell) in columns.iter().zip(row) {
        column.set(&mut fields, value(cell, typed));
    }
    Ok(Record::of(fields))
}

fn value(cell: &str, typed: bool) -> Option<Value> {
    if !typed {
        return Some(Value::string(cell));
    }
    if cell.is_empty() {
        return None;
    }
    match Value::parse(cell) {
        Ok(Value::String(_)) | Err(_) => Some(Value::string(cell)),
        Ok(value) => Some(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str, typed: bool, nest: bool) -> Vec<(usize, String)> {
        let rows = rows(text, typed, nest).expect("a table");
        let told = |row: Candidate| (row.line, row.record.map_or_else(|why| why, |record| record.text().to_owned()));
        rows.into_iter().map(told).collect()
    }

    #[test]
    fn a_cell_is_text_unless_told_otherwise() {
        let table = "id,n.a,n.b\n1,007,\n\"a \"\"b\"\",\nc\",1.50,null\n";
        assert_eq!(
            texts(table, false, false),
            [
                (2, r#"{"id":"1","n.a":"007","n.b":""}"#.to_owned()),
                (3, r#"{"id":"a \"b\",\nc","n.a":"1.50","n.b":"null"}"#.to_owned()),
            ]
        );
        assert_eq!(
            texts(table, true, true),
            [
                (2, r#"{"id":1,"n":{"a":"007"}}"#.to_owned()),
                (3, r#"{"id":"a \"b\",\nc","n":{"a":1.50,"b":null}}"#.to_owned()),
            ]
        );
    }

    #[test]
    fn a_row_of_another_length_is_told_and_a_header_that_names_twice_is_refused() {
        assert_eq!(texts("a,b\n1\n", false, false), [(2, "it has 1 cells, the header has 2".to_owned())]);
        assert!(rows("a,a\n", false, false).is_err());
        assert!(rows("a,a.b\n", false, true).is_err());
        assert!(rows("a,a.b\n", false, false).is_ok());
    }
}
