//! `midair export`: the records of a collection as text, byte for byte where the format can hold them; refuses to leave
//! half a file behind, and to let a value steer a terminal.

use std::fs::{self, Permissions};
use std::io::{self, IsTerminal, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use midair_record::wire::Stored;
use midair_record::{Object, Pointer, Record, Value};

use super::arguments::{Common, Export, Format};
use super::exit::{Exit, Failure};
use super::records::say;
use super::target::Target;
use crate::backend::Backend;

const PAGE: u32 = 500;

/// Reads page after page, and writes.
pub async fn export(common: &Common, export: &Export) -> Result<Exit, Failure> {
    let target = Target::of(common).await?;
    let written = match &export.output {
        Some(file) => to_file(&target.backend, export, file).await,
        None => to_stdout(&target.backend, export).await,
    };
    target.leave().await;
    let records = written?;
    if let (true, Some(file)) = (export.json, &export.output) {
        let file = file.display().to_string();
        say::json(&Written { collection: &export.collection, records, file })?;
    }
    Ok(Exit::Done)
}

/// What was written where, for programs.
#[derive(serde::Serialize)]
struct Written<'w> {
    collection: &'w str,
    records: u64,
    file: String,
}

async fn to_file(backend: &Backend, export: &Export, file: &Path) -> Result<u64, Failure> {
    let cannot = |fault: io::Error| Failure::because(format!("{} cannot be written: {fault}", file.display()));
    let there = fs::metadata(file).ok();
    if there.as_ref().is_some_and(|there| !there.is_file()) {
        // A pipe or a device stays what it is, and is written into.
        let mut into = io::BufWriter::new(fs::OpenOptions::new().write(true).open(file).map_err(cannot)?);
        let records = write(backend, export, &mut into, cannot).await?;
        into.flush().map_err(cannot)?;
        return Ok(records);
    }
    let permissions = there.map_or_else(|| Permissions::from_mode(0o666), |there| there.permissions());
    if permissions.readonly() {
        return Err(cannot(io::ErrorKind::PermissionDenied.into()));
    }
    let file = fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let half = tempfile::Builder::new().prefix(".midair-export-").permissions(permissions).tempfile_in(folder);
    let mut half = half.map_err(|fault| match fault.kind() {
        io::ErrorKind::NotFound => cannot(io::Error::new(fault.kind(), "there is no such folder")),
        _ => cannot(fault),
    })?;
    let records = write(backend, export, &mut half, cannot).await?;
    half.as_file().sync_all().map_err(cannot)?;
    half.persist(&file).map_err(|failed| cannot(failed.error))?;
    Ok(records)
}

async fn to_stdout(backend: &Backend, export: &Export) -> Result<u64, Failure> {
    let stdout = io::stdout();
    // Whoever closed the pipe has read enough.
    let cannot = |fault: io::Error| match fault.kind() {
        io::ErrorKind::BrokenPipe => Failure { exit: Exit::Done, sentence: String::new() },
        _ => Failure::because(format!("stdout cannot be written: {fault}")),
    };
    if stdout.is_terminal() {
        write(backend, export, &mut Shown(stdout), cannot).await
    } else {
        write(backend, export, &mut io::BufWriter::new(stdout), cannot).await
    }
}

async fn write(
    backend: &Backend,
    export: &Export,
    out: &mut impl Write,
    cannot: impl Fn(io::Error) -> Failure,
) -> Result<u64, Failure> {
    let mut writer = Writer { out, export, rows: Vec::new(), any: false };
    let mut after: Option<String> = None;
    let mut records = 0;
    loop {
        let page = backend.page(&export.collection, after.as_deref(), PAGE, None).await?;
        if page.items.is_empty() && after.is_none() {
            exists(backend, &export.collection).await?;
        }
        for stored in &page.items {
            let record = named(stored, export)?;
            writer.record(record).map_err(&cannot)?;
            records += 1;
        }
        match page.next {
            Some(next) => after = Some(next),
            None => return writer.end().map(|()| records).map_err(&cannot),
        }
    }
}

/// An empty collection and none at all look the same page by page.
pub(super) async fn exists(backend: &Backend, collection: &str) -> Result<(), Failure> {
    let collections = backend.collections().await?;
    if collections.iter().any(|line| line.name == collection) {
        return Ok(());
    }
    let names: Vec<_> = collections.into_iter().map(|line| line.name).collect();
    let there = if names.is_empty() { "there is none yet".into() } else { format!("there are {}", names.join(", ")) };
    let sentence = format!("there is no collection {collection} on {}; {there}", backend.name());
    Err(Failure { exit: Exit::NotFound, sentence })
}

/// The record, with its id as a member where one is asked for.
fn named(stored: &Stored, export: &Export) -> Result<Record, Failure> {
    let Some(name) = &export.id else { return Ok(stored.fields.clone()) };
    if stored.fields.fields().contains_key(name.as_str()) {
        let sentence =
            format!("{}/{} has a member {name:?} already; choose another name with --id", export.collection, stored.id);
        return Err(Failure::because(sentence));
    }
    let mut fields: Object = [(name.as_str().into(), Value::string(&stored.id))].into_iter().collect();
    fields.extend(stored.fields.fields().clone());
    Ok(stored.fields.rewritten(&fields))
}

struct Writer<'w, W> {
    out: &'w mut W,
    export: &'w Export,
    /// The columns of a table are known only when every record was seen.
    rows: Vec<Record>,
    any: bool,
}

impl<W: Write> Writer<'_, W> {
    fn record(&mut self, record: Record) -> io::Result<()> {
        match self.export.format {
            Format::Json => write!(self.out, "{}{}", if self.any { ",\n" } else { "[\n" }, record.text())?,
            // A line can hold no line ends: those between members become spaces, and a text holds none as itself.
            Format::Ndjson => writeln!(self.out, "{}", record.text().replace(['\n', '\r'], " "))?,
            Format::Csv => self.rows.push(record),
        }
        self.any = true;
        Ok(())
    }

    fn end(self) -> io::Result<()> {
        match self.export.format {
            Format::Json => self.out.write_all(if self.any { b"\n]\n" } else { b"[]\n" })?,
            Format::Ndjson => {}
            Format::Csv => table(self.out, &self.rows)?,
        }
        self.out.flush()
    }
}

/// One column for each member that is no object, by its names with dots between; lists and null as JSON.
fn table(out: &mut impl Write, rows: &[Record]) -> io::Result<()> {
    let mut columns: Vec<Pointer> = Vec::new();
    let mut known = std::collections::HashSet::new();
    for row in rows {
        leaves(&Pointer::root(), row.fields(), &mut |at| {
            if known.insert(at.clone()) {
                columns.push(at);
            }
        });
    }
    if columns.is_empty() {
        return Ok(());
    }
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(columns.iter().map(Pointer::label)).map_err(plain)?;
    for row in rows {
        writer.write_record(columns.iter().map(|column| cell(column.get(row.fields())))).map_err(plain)?;
    }
    writer.flush()
}

/// What the system said, where it is that: by it is told whether somebody closed the pipe.
fn plain(fault: csv::Error) -> io::Error {
    match fault.into_kind() {
        csv::ErrorKind::Io(fault) => fault,
        other => io::Error::other(format!("{other:?}")),
    }
}

fn leaves(at: &Pointer, fields: &Object, found: &mut impl FnMut(Pointer)) {
    for (name, value) in fields {
        let here = at.child(name.as_str());
        match value {
            Value::Object(inside) if !inside.is_empty() => leaves(&here, inside, found),
            _ => found(here),
        }
    }
}

fn cell(value: Option<&Value>) -> String {
    match value {
        None => String::new(),
        // In another row this is the parent of columns of its own.
        Some(Value::Object(members)) if !members.is_empty() => String::new(),
        Some(Value::String(text)) => text.as_str().to_owned(),
        Some(other) => other.to_json(),
    }
}

/// A terminal: control and bidi characters arrive as the escapes that JSON has for them.
struct Shown<W>(W);

impl<W: Write> Write for Shown<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all(visible(&String::from_utf8_lossy(bytes)).as_bytes())
    }

    fn write_fmt(&mut self, text: std::fmt::Arguments<'_>) -> io::Result<()> {
        self.write_all(text.to_string().as_bytes())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

pub(super) fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let steers = (c.is_control() && c != '\n' && c != '\t')
            || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if steers {
            out += &format!("\\u{:04x}", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(format: Format, records: &[&str]) -> String {
        let export = Export { collection: "c".into(), output: None, format, id: None, json: false };
        let mut out = Vec::new();
        let mut writer = Writer { out: &mut out, export: &export, rows: Vec::new(), any: false };
        for text in records {
            writer.record(Record::parse(text).expect(text)).expect("written");
        }
        writer.end().expect("written");
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn records_are_written_as_they_are() {
        let records = ["{ \"n\": 1.50 }", "{\"s\":\"\\u00e9\"}"];
        assert_eq!(written(Format::Json, &records), "[\n{ \"n\": 1.50 },\n{\"s\":\"\\u00e9\"}\n]\n");
        assert_eq!(written(Format::Ndjson, &records), "{ \"n\": 1.50 }\n{\"s\":\"\\u00e9\"}\n");
        assert_eq!(written(Format::Ndjson, &["{\n\"n\":1\r\n}"]), "{ \"n\":1  }\n");
        assert_eq!(written(Format::Json, &[]), "[]\n");
    }

    #[test]
    fn a_table_has_a_column_for_each_member_that_any_record_has() {
        assert_eq!(
            written(Format::Csv, &["{\"a\":{\"b\":1.0},\"t\":[1,2]}", "{\"a\":null,\"s\":\"x,y\"}"]),
            "a.b,t,a,s\n1.0,\"[1,2]\",,\n,,null,\"x,y\"\n"
        );
        assert_eq!(written(Format::Csv, &[]), "");
    }

    #[test]
    fn nothing_in_a_value_steers_the_terminal() {
        let mut shown = Shown(Vec::new());
        shown.write_all("\"\u{9b}31m \u{202e}evil \u{1b}]0;x\u{7} é\"\n".as_bytes()).expect("written");
        assert_eq!(String::from_utf8_lossy(&shown.0), "\"\\u009b31m \\u202eevil \\u001b]0;x\\u0007 é\"\n");
    }
}
