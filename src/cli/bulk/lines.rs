//! The writes of a file, a line each; every line that says none is named before anything is sent.

use midair_record::wire::{Key, check_collection, check_id};
use midair_record::{Patch, PatchKind, Record};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::backend::{Condition, Deed};

/// A line that says a write.
#[derive(Debug)]
pub struct Line {
    /// Its number, from 1.
    pub number: usize,
    pub key: Key,
    pub deed: Deed,
    /// The patch of a patch, read.
    pub patch: Option<Patch>,
    /// What it says itself of what it replaces.
    pub condition: Option<Condition>,
    pub edit_id: Option<String>,
    pub note: Option<String>,
    pub size: usize,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Said {
    op: Op,
    key: Option<String>,
    id: Option<String>,
    fields: Option<Box<RawValue>>,
    patch: Option<Box<RawValue>>,
    content_type: Option<String>,
    if_match: Option<String>,
    if_none_match: Option<String>,
    idempotency_key: Option<String>,
    note: Option<String>,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum Op {
    Put,
    Patch,
    Delete,
}

/// The writes of `text`; `into`: the collection of the lines that name only an id. Else the lines that say none, each with
/// the reason.
pub fn read(text: &[u8], into: Option<&str>) -> Result<Vec<Line>, Vec<(usize, String)>> {
    let (mut lines, mut faults) = (Vec::new(), Vec::new());
    for (index, bytes) in text.split(|byte| *byte == b'\n').enumerate() {
        if bytes.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        match line(index + 1, bytes, into) {
            Ok(line) => lines.push(line),
            Err(why) => faults.push((index + 1, why)),
        }
    }
    if faults.is_empty() { Ok(lines) } else { Err(faults) }
}

fn line(number: usize, bytes: &[u8], into: Option<&str>) -> Result<Line, String> {
    // A name that stands twice, and what is no object, is told as it is of a record.
    let whole = Record::parse_bytes(bytes).map_err(|fault| fault.to_string())?;
    let said: Said = serde_json::from_str(whole.text()).map_err(|fault| reason(&fault))?;
    let key = key(&said, into)?;
    let other = [
        ("fields", said.fields.is_some(), Op::Put),
        ("patch", said.patch.is_some(), Op::Patch),
        ("contentType", said.content_type.is_some(), Op::Patch),
    ];
    if let Some((member, _, op)) = other.into_iter().find(|(_, there, op)| *there && *op != said.op) {
        return Err(format!("{member} is taken by a {}, and by nothing else", format!("{op:?}").to_lowercase()));
    }
    let condition = condition(&said)?;
    let (deed, patch) = match (said.op, said.fields, said.patch) {
        (Op::Put, Some(fields), _) => {
            let record = Record::parse(fields.get()).map_err(|fault| format!("fields is no record: {fault}"))?;
            (Deed::Put(record), None)
        }
        (Op::Patch, _, Some(text)) => {
            let kind = kind(said.content_type.as_deref(), text.get())?;
            let patch = Patch::parse(kind, text.get().as_bytes()).map_err(|fault| format!("patch: {fault}"))?;
            (Deed::Patch(kind, text), Some(patch))
        }
        (Op::Delete, ..) => (Deed::Delete, None),
        (Op::Put, ..) => return Err("a put needs fields".into()),
        (Op::Patch, ..) => return Err("a patch needs patch".into()),
    };
    if condition == Some(Condition::Absent) && said.op != Op::Put {
        return Err("ifNoneMatch is for a put: there is nothing to change or to delete under it".into());
    }
    let (edit_id, note) = (said.idempotency_key, said.note.filter(|note| !note.is_empty()));
    Ok(Line { number, key, deed, patch, condition, edit_id, note, size: bytes.len() })
}

/// Why a line says no write, without the place in it, which is the line.
fn reason(fault: &serde_json::Error) -> String {
    let text = fault.to_string();
    text.split_once(" at line ").map_or(text.clone(), |(reason, _)| reason.to_owned())
}

fn key(said: &Said, into: Option<&str>) -> Result<Key, String> {
    let (collection, id) = match (&said.key, &said.id, into) {
        (Some(_), Some(_), _) => return Err("key and id name the record twice".into()),
        (Some(key), None, _) => {
            key.split_once('/').ok_or_else(|| format!("key is {key:?}, where a collection and an id belong"))?
        }
        (None, Some(id), Some(into)) => (into, id.as_str()),
        (None, Some(_), None) => return Err("id is in no collection: write key, or name one with --into".into()),
        (None, None, _) => return Err("key is missing, as in \"projects/prj_1\"".into()),
    };
    check_collection(collection).map_err(|fault| fault.to_string())?;
    check_id(id).map_err(|fault| fault.to_string())?;
    Ok(Key { collection: collection.into(), id: id.into() })
}

fn condition(said: &Said) -> Result<Option<Condition>, String> {
    match (&said.if_match, said.if_none_match.as_deref()) {
        (Some(_), Some(_)) => Err("ifMatch and ifNoneMatch cannot both hold".into()),
        (Some(words), None) => Ok(Some(Condition::Is(words.clone()))),
        (None, Some("*")) => Ok(Some(Condition::Absent)),
        (None, Some(_)) => Err("ifNoneMatch can only be \"*\"".into()),
        (None, None) => Ok(None),
    }
}

fn kind(named: Option<&str>, text: &str) -> Result<PatchKind, String> {
    match named {
        Some(named) => PatchKind::of_media_type(named).ok_or_else(|| {
            let known = PatchKind::ALL.map(PatchKind::media_type).join(", ");
            format!("contentType {named:?} is no patch; there are {known}")
        }),
        None if text.trim_start().starts_with('[') => Ok(PatchKind::JsonPatch),
        None => Ok(PatchKind::MergePatch),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn why(line: &str) -> String {
        read(line.as_bytes(), None).unwrap_err().remove(0).1
    }

    #[test]
    fn every_line_that_says_no_write_is_named_with_its_number() {
        let text = "{\"op\":\"delete\",\"key\":\"a/b\"}\n\n[]\n{\"op\":\"delete\",\"id\":\"b\"}\n";
        let faults = read(text.as_bytes(), None).unwrap_err();
        assert_eq!(faults.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [3, 4]);
        let lines = read(text.replace("[]", "").as_bytes(), Some("c")).unwrap();
        assert_eq!(lines.iter().map(|line| line.key.to_string()).collect::<Vec<_>>(), ["a/b", "c/b"]);
    }

    #[test]
    fn what_cannot_be_meant_is_told_as_a_reason() {
        for (line, says) in [
            (r#"{"op":"put","key":"a/b"}"#, "a put needs fields"),
            (r#"{"op":"put","key":"a/b","fields":[]}"#, "fields is no record"),
            (r#"{"op":"put","key":"a/b","fields":{"x":1,"x":2}}"#, "stands twice"),
            (r#"{"op":"put","op":"put","key":"a/b","fields":{}}"#, "stands twice"),
            (r#"{"op":"steal","key":"a/b"}"#, "unknown variant `steal`, expected one of"),
            (r#"{"op":"delete","key":"a/b","fields":{}}"#, "fields is taken by a put"),
            (r#"{"op":"delete","key":"a/b","if_match":"*"}"#, "unknown field `if_match`"),
            (r#"{"op":"delete","key":"a/b","ifNoneMatch":"*"}"#, "ifNoneMatch is for a put"),
            (r#"{"op":"put","key":"a/b","ifMatch":"*","ifNoneMatch":"*","fields":{}}"#, "cannot both hold"),
            (
                r#"{"op":"patch","key":"a/b","patch":{},"contentType":"text/plain"}"#,
                "is no patch; there are application",
            ),
            (r#"{"op":"patch","key":"a/b","patch":[{"op":"add"}]}"#, "patch: "),
            (r#"{"op":"delete","key":"ab"}"#, "where a collection and an id belong"),
        ] {
            assert!(why(line).contains(says), "{line}: {}", why(line));
        }
    }
}
