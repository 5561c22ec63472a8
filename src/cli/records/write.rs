//! `put`, `patch`, `rm` and `restore`: each write over a version that is named, or was read just before.

use std::io::Read as _;
use std::path::Path;

use midair_record::draft::Basis;
use midair_record::wire::{Conflict, Current, Delete, Key, Put as Verdict, Stored, Token};
use midair_record::{Draft, Object, Patch as RecordPatch, PatchKind, Pointer, Record, Value};
use serde::Serialize;

use super::settle::{Ending, edit_id, refused, settle, under};
use super::{missing, say, there};
use crate::backend::{Backend, Read};
use crate::cli::arguments::{Common, OnEdited, Patch, Put, Remove, Restore, Told};
use crate::cli::exit::{Exit, Failure};
use crate::cli::target::Target;

/// How often a deletion is sent again over what others save meanwhile.
const ATTEMPTS: u32 = 50;

/// What was done, for programs.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Done {
    /// The line of a file that said it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    key: String,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    etag: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    merged_with: Vec<u64>,
}

impl Done {
    fn of(key: &Key, status: &'static str, stored: Option<&Stored>, merged_with: &[u64]) -> Self {
        let (version, etag) = (stored.map(|stored| stored.version), stored.map(|stored| stored.token.to_string()));
        Done { line: None, key: key.to_string(), status, version, etag, merged_with: merged_with.to_vec() }
    }
}

/// Tells how a write ended.
pub fn told(key: &Key, ending: &Ending, how: Told) -> Result<Exit, Failure> {
    let (done, words) = outcome(key, ending);
    match how.json {
        true => say::json(&done)?,
        false => say::line(&words)?,
    }
    Ok(Exit::Done)
}

/// What is told of a write.
pub fn outcome(key: &Key, ending: &Ending) -> (Done, String) {
    match ending {
        Ending::Stored { stored, created, merged } => {
            let status = if *created { "created" } else { "saved" };
            let with = match merged.as_slice() {
                [] => String::new(),
                versions => {
                    format!(", merged with {}", versions.iter().map(|v| format!("v{v}")).collect::<Vec<_>>().join(", "))
                }
            };
            (Done::of(key, status, Some(stored), merged), format!("{status} {key} as v{}{with}", stored.version))
        }
        Ending::Unchanged(stored) => {
            (Done::of(key, "unchanged", Some(stored), &[]), format!("{key} says so already (v{})", stored.version))
        }
        Ending::Left(current) => {
            let (stored, words) = match current {
                Current::Stored(stored) => (
                    Some(stored),
                    format!("left {key} as {} saved it (v{})", say::who(&stored.updated_by), stored.version),
                ),
                Current::Deleted(gone) => {
                    (None, format!("left {key} deleted, as {} did (v{})", say::who(&gone.by), gone.version))
                }
                Current::Missing => (None, format!("{key} is not there")),
            };
            (Done::of(key, "left", stored, &[]), words)
        }
    }
}

/// What a file holds, or stdin.
pub fn bytes_of(file: &Path) -> Result<Vec<u8>, Failure> {
    let cannot = |fault: std::io::Error| Failure::usage(format!("{} cannot be read: {fault}", file.display()));
    if file == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes).map_err(cannot)?;
        return Ok(bytes);
    }
    std::fs::read(file).map_err(cannot)
}

/// `midair put`.
pub async fn put(common: &Common, asked: &Put) -> Result<Exit, Failure> {
    let record = Record::parse_bytes(&bytes_of(&asked.file)?)
        .map_err(|fault| Failure::usage(format!("{} is no record: {fault}", asked.file.display())))?;
    let target = Target::of(common).await?;
    let ending = put_over(&target.backend, asked, &record).await;
    target.leave().await;
    told(&asked.key, &ending?, asked.how.told)
}

async fn put_over(backend: &Backend, asked: &Put, record: &Record) -> Result<Ending, Failure> {
    let key = asked.key.clone();
    let read = if asked.create { Read::Missing } else { backend.read(&key).await? };
    let base = match (read, &asked.how.if_match) {
        (Read::Stored(stored), token) => Basis::Version(Box::new(under(stored, token.as_ref()))),
        (Read::Gone(gone), Some(_)) => return Err(missing(&key, Some(&gone))),
        (Read::Missing, Some(_)) => return Err(missing(&key, None)),
        (Read::Gone(_) | Read::Missing, None) => Basis::New,
    };
    let mut draft = Draft::new(key, record.fields().clone(), edit_id());
    (draft.base, draft.note) = (base, asked.how.note.clone());
    settle(backend, draft, Some(record), asked.on_conflict).await
}

/// `midair patch`.
pub async fn patch(common: &Common, asked: &Patch) -> Result<Exit, Failure> {
    let patch = match &asked.file {
        Some(file) => Some(patch_of(file)?),
        None => None,
    };
    let target = Target::of(common).await?;
    let ending = patched(&target.backend, asked, patch.as_ref()).await;
    target.leave().await;
    told(&asked.key, &ending?, asked.how.told)
}

fn patch_of(file: &Path) -> Result<RecordPatch, Failure> {
    let bytes = bytes_of(file)?;
    let is_list = bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[');
    let kind = if is_list { PatchKind::JsonPatch } else { PatchKind::MergePatch };
    RecordPatch::parse(kind, &bytes).map_err(|fault| Failure::usage(format!("{} is no patch: {fault}", file.display())))
}

async fn patched(backend: &Backend, asked: &Patch, patch: Option<&RecordPatch>) -> Result<Ending, Failure> {
    let stored = there(&asked.key, backend.read(&asked.key).await?)?;
    let fields = match patch {
        Some(patch) => {
            let applied = patch.apply(&stored.fields);
            applied
                .map_err(|fault| Failure::because(format!("the patch does not fit {}: {fault}", asked.key)))?
                .fields()
                .clone()
        }
        None => {
            let mut fields = stored.fields.fields().clone();
            for (at, value) in &asked.changes {
                leads_into_something(&asked.key, &fields, at)?;
                at.set(&mut fields, value.clone());
            }
            fields
        }
    };
    let mut draft = Draft::of(&asked.key.collection, under(stored, asked.how.if_match.as_ref()), edit_id());
    draft.note.clone_from(&asked.how.note);
    draft.edit(fields);
    settle(backend, draft, None, asked.on_conflict).await
}

/// Refuses a place inside a value that has no inside: what stands there would be gone.
fn leads_into_something(key: &Key, fields: &Object, at: &Pointer) -> Result<(), Failure> {
    let names = at.names();
    for end in 1..names.len() {
        let outer = Pointer::new(names[..end].to_vec());
        match outer.get(fields) {
            None => break,
            Some(Value::Object(_) | Value::Array(_)) => {}
            Some(value) => {
                return Err(Failure::because(format!(
                    "{} of {key} is a {} and has nothing inside; nothing was written",
                    outer.label(),
                    value.type_name(),
                )));
            }
        }
    }
    Ok(())
}

/// `midair rm`.
pub async fn remove(common: &Common, asked: &Remove) -> Result<Exit, Failure> {
    let target = Target::of(common).await?;
    let removed = removed(&target.backend, asked).await;
    target.leave().await;
    removed
}

async fn removed(backend: &Backend, asked: &Remove) -> Result<Exit, Failure> {
    let (key, how) = (&asked.key, &asked.how);
    let stored = there(key, backend.read(key).await?)?;
    let token = how.if_match.clone().unwrap_or(stored.token.clone());
    let deletion = delete_over(backend, key, stored, token, how.note.as_deref(), asked.on_conflict).await?;
    let (done, words) = deleted(key, &deletion);
    match how.told.json {
        true => say::json(&done)?,
        false => say::line(&words)?,
    }
    Ok(Exit::Done)
}

/// What became of a deletion.
pub enum Deletion {
    /// It stands, as this version.
    Done(u64),
    /// What somebody else saved was left.
    Left(Current),
}

/// What is told of a deletion.
pub fn deleted(key: &Key, deletion: &Deletion) -> (Done, String) {
    match deletion {
        Deletion::Done(version) => {
            let done = Done { version: Some(*version), ..Done::of(key, "deleted", None, &[]) };
            (done, format!("deleted {key} as v{version}"))
        }
        Deletion::Left(current) => outcome(key, &Ending::Left(current.clone())),
    }
}

/// Deletes the version that `token` names, and does what `ways` says where it is refused. `read`: the record before.
pub async fn delete_over(
    backend: &Backend,
    key: &Key,
    read: Stored,
    mut token: Token,
    note: Option<&str>,
    ways: OnEdited,
) -> Result<Deletion, Failure> {
    for attempt in 1.. {
        match backend.delete(key, &token, note, &edit_id()).await? {
            Delete::Deleted(gone) => return Ok(Deletion::Done(gone.version)),
            Delete::Gone(gone) => return Err(missing(key, Some(&gone))),
            Delete::Missing => return Err(missing(key, None)),
            Delete::Stale(conflict) => match (&conflict.current, ways) {
                (current, OnEdited::Theirs) => return Ok(Deletion::Left(current.clone())),
                (Current::Stored(theirs), OnEdited::Mine) if attempt < ATTEMPTS => token = theirs.token.clone(),
                _ => {
                    // A deletion changes no field that somebody else could have changed as well.
                    let conflict = Conflict { overlap: Vec::new(), ..*conflict };
                    return Err(refused(&Draft::of(&key.collection, read, edit_id()), &conflict, &[]));
                }
            },
        }
    }
    Err(Failure::because(format!("{key} was changed again and again")))
}

/// `midair restore`.
pub async fn restore(common: &Common, asked: &Restore) -> Result<Exit, Failure> {
    let target = Target::of(common).await?;
    let ending = restored(&target.backend, asked).await;
    target.leave().await;
    told(&asked.key, &ending?, asked.how.told)
}

async fn restored(backend: &Backend, asked: &Restore) -> Result<Ending, Failure> {
    let key = &asked.key;
    let (token, read) = match backend.read(key).await? {
        Read::Stored(stored) => (Some(asked.how.if_match.clone().unwrap_or(stored.token.clone())), Some(stored)),
        Read::Gone(_) => (None, None),
        Read::Missing => return Err(missing(key, None)),
    };
    match backend.restore(key, asked.version, token.as_ref(), &edit_id()).await? {
        Verdict::Stored { stored, created } => Ok(Ending::Stored { stored, created, merged: Vec::new() }),
        Verdict::Unchanged(stored) => Ok(Ending::Unchanged(stored)),
        Verdict::Stale(conflict) => {
            let draft = match read {
                Some(stored) => Draft::of(&key.collection, stored, edit_id()),
                None => Draft::new(key.clone(), midair_record::Object::new(), edit_id()),
            };
            Err(refused(&draft, &conflict, &[]))
        }
    }
}
