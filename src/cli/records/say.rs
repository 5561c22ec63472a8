//! What commands print: lines for people, in which nothing can steer a terminal, and JSON for programs.

use std::io::{self, IsTerminal, Write};

use midair_record::diff::Change;
use midair_record::wire::{Key, Op, Stored, VersionLine};
use midair_record::{Pointer, Value};
use serde::Serialize;

use crate::cli::exit::{Exit, Failure};
use crate::cli::export::visible;

/// Writes to stdout. Whoever closed the pipe has read enough.
pub fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|fault| match fault.kind() {
        io::ErrorKind::BrokenPipe => Failure { exit: Exit::Done, sentence: String::new() },
        _ => Failure::because(format!("stdout cannot be written: {fault}")),
    })
}

/// Writes a line for people.
pub fn line(text: &str) -> Result<(), Failure> {
    print(&format!("{}\n", visible(text)))
}

/// Writes what somebody wrote: to a terminal so that it cannot steer it, elsewhere as it is.
pub fn as_it_is(text: &str) -> Result<(), Failure> {
    if io::stdout().is_terminal() {
        return line(text.strip_suffix('\n').unwrap_or(text));
    }
    print(text)
}

/// Writes a value for programs.
pub fn json(value: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string(value).map_err(Failure::because)?;
    as_it_is(&format!("{text}\n"))
}

/// Says a sentence on stderr, in which nothing can steer a terminal either.
pub fn aside(sentence: &str) {
    // There is nowhere to say that it cannot be said.
    let _ = writeln!(io::stderr(), "midair: {}", visible(sentence));
}

/// A name, or a word for nobody's.
pub fn who(name: &str) -> &str {
    if name.is_empty() { "somebody" } else { name }
}

/// A time as people read it: the day and the second, in UTC.
pub fn when(at: &str) -> String {
    let second = at.split_once('.').map_or(at, |(second, _)| second);
    second.trim_end_matches('Z').replace('T', " ")
}

/// A version with its fields, for programs.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Version<'s> {
    key: String,
    version: u64,
    etag: &'s str,
    updated_at: &'s str,
    updated_by: &'s str,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'s str>,
    fields: Box<serde_json::value::RawValue>,
}

impl<'s> Version<'s> {
    /// What is told of a version; a record is JSON as it stands, and in one line.
    pub fn of(key: &Key, stored: &'s Stored) -> Result<Self, Failure> {
        let text = stored.fields.text().replace(['\n', '\r'], " ");
        Ok(Version {
            key: key.to_string(),
            version: stored.version,
            etag: stored.token.as_str(),
            updated_at: &stored.updated_at,
            updated_by: &stored.updated_by,
            note: stored.note.as_deref(),
            fields: serde_json::value::RawValue::from_string(text).map_err(Failure::because)?,
        })
    }
}

/// One changed place, for programs.
#[derive(Serialize)]
pub struct Changed {
    at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    was: Option<Box<serde_json::value::RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    now: Option<Box<serde_json::value::RawValue>>,
}

impl Changed {
    /// What is told of a change; a side that is absent is left out.
    pub fn of(change: &Change) -> Self {
        let raw = |value: &Option<Value>| {
            value.as_ref().and_then(|value| serde_json::value::RawValue::from_string(value.to_json()).ok())
        };
        Changed { at: change.at.to_string(), was: raw(&change.was), now: raw(&change.now) }
    }
}

/// What a write did to a record, in a word.
pub fn did(op: Op) -> &'static str {
    match op {
        Op::Create => "created",
        Op::Update => "saved",
        Op::Delete => "deleted",
    }
}

/// A version in a line: number, when, who, what, why.
pub fn version_line(line: &VersionLine) -> String {
    let note = line.why.as_ref().map(|why| format!("  {why:?}")).unwrap_or_default();
    let blind = if line.blind { "  (without a precondition)" } else { "" };
    let what = match line.op {
        Op::Update => labels(&line.paths),
        op => did(op).to_owned(),
    };
    format!("v{:<4} {}  {:<12} {what}{note}{blind}", line.version, when(&line.at), who(&line.by))
}

/// Places as people name them.
pub fn labels(paths: &[Pointer]) -> String {
    paths.iter().map(Pointer::label).collect::<Vec<_>>().join(", ")
}

/// A change in lines: one for short values, and for texts of many lines what went and what came.
pub fn change_lines(change: &Change) -> String {
    let label = change.at.label();
    let text = |value: &Option<Value>| value.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned();
    let (was, now) = (text(&change.was), text(&change.now));
    let is_text = |value: &Option<Value>| value.as_ref().is_none_or(|value| value.as_str().is_some());
    if is_text(&change.was) && is_text(&change.now) && (was.contains('\n') || now.contains('\n')) {
        let diff = similar::TextDiff::from_lines(&was, &now);
        let hunks = diff.unified_diff().context_radius(1).missing_newline_hint(false).to_string();
        return format!("{label}:\n{}", indented(&hunks));
    }
    let said = |value: &Option<Value>| value.as_ref().map_or_else(|| "(absent)".to_owned(), Value::to_json);
    format!("{label}: {} → {}", said(&change.was), said(&change.now))
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}
