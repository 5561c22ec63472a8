//! Turns a refused write into the problem that shows both sides: current, base, who wrote since, what overlaps.

use axum::http::header::ETAG;
use midair_record::Pointer;
use midair_record::schema::Violation;
use midair_record::wire::{Conflict, Current, Key, Stored, Token, Tombstone, VersionLine};
use schemars::JsonSchema;
use serde::Serialize;

use crate::observe::Collision;
use crate::precondition::Claim;
use crate::problem::{self, Problem};
use crate::store::Collection;

/// What a refused write was to replace.
#[derive(Serialize, JsonSchema)]
pub struct Expected<'a> {
    version: u64,
    /// The token that it presented, where it presented this version's.
    etag: Option<&'a str>,
}

/// What stands in the place of a refused write: the record, or a collection's definition without its fields.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Current")]
#[serde(rename_all = "camelCase")]
pub struct CurrentMember<'a> {
    version: u64,
    etag: &'a Token,
    #[serde(skip_serializing_if = "Option::is_none")]
    fields: Option<&'a midair_record::Record>,
    updated_at: &'a str,
    updated_by: &'a str,
    note: Option<&'a str>,
}

impl<'a> CurrentMember<'a> {
    fn of(stored: &'a Stored, bodies: Bodies) -> Self {
        CurrentMember {
            version: stored.version,
            etag: &stored.token,
            fields: Some(&stored.fields).filter(|_| bodies == Bodies::Told),
            updated_at: &stored.updated_at,
            updated_by: &stored.updated_by,
            note: stored.note.as_deref(),
        }
    }

    /// The definition of a collection, without what it says.
    pub fn of_definition(collection: &'a Collection) -> Self {
        CurrentMember {
            version: collection.version,
            etag: &collection.token,
            fields: None,
            updated_at: &collection.at,
            updated_by: &collection.by,
            note: None,
        }
    }
}

/// What to do about a refused write.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Suggestion {
    /// Put both sides together, and send the result with the current token.
    Merge,
    /// Have a person look: one side touches a member that the collection wants decided by one (`"x-merge": "manual"`).
    Review,
    /// It is gone: create it again, or let it be.
    Recreate,
}

/// What breaks the schema of the collection, and where.
#[derive(Serialize, JsonSchema)]
pub struct Fault<'f> {
    pointer: &'f Pointer,
    detail: &'f str,
}

/// Whether a refusal tells what the records say, or just which versions there are (RFC 7240 `return=minimal`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bodies {
    /// With the fields of both sides.
    Told,
    /// Without.
    LeftOut,
}

/// The problem of a write that `conflict` refused, whatever it was that it `claims`.
pub fn stale(key: &Key, conflict: &Conflict, claims: &Claim, bodies: Bodies) -> Problem {
    let code = match &conflict.current {
        Current::Stored(_) if claims.creates => problem::ALREADY_EXISTS,
        _ if conflict.unknown_token => problem::UNKNOWN_TOKEN,
        _ => problem::VERSION_CONFLICT,
    };
    let mut problem = Problem::new(code, detail(key, conflict, claims));
    if let Some(version) = conflict.expected {
        let is_its_own = |tag: &&str| tag.trim_matches('"').split('-').next() == Some(&version.to_string());
        let etag = claims.presented.as_deref().filter(is_its_own);
        problem = problem.with("expected", &Expected { version, etag });
    }
    if let Some(base) = conflict.base.as_ref().filter(|_| bodies == Bodies::Told) {
        problem = problem.with("base", base);
    }
    match &conflict.current {
        Current::Stored(stored) => {
            problem = problem.with("current", &CurrentMember::of(stored, bodies)).header(ETAG, stored.token.as_str());
        }
        Current::Deleted(gone) => problem = problem.with("deleted", gone),
        Current::Missing => {}
    }
    problem = problem.with("changes", &conflict.changes).with("overlap", &conflict.overlap);
    if conflict.omitted > 0 {
        problem = problem.with("changesOmitted", &conflict.omitted);
    }
    if conflict.already_applied {
        problem = problem.with("alreadyApplied", &true);
    }
    let stands = matches!(conflict.current, Current::Stored(_));
    let suggestion = match stands {
        true if conflict.manual => Suggestion::Review,
        true => Suggestion::Merge,
        false => Suggestion::Recreate,
    };
    problem.with("suggestion", &suggestion).noting(Collision::of(key, conflict))
}

/// The problem of fields that are not what the schema of the collection says.
pub fn invalid(key: &Key, faults: &[Violation]) -> Problem {
    let errors: Vec<Fault> = faults.iter().map(|fault| Fault { pointer: &fault.at, detail: &fault.what }).collect();
    let detail = format!("{key} was not written: {}.", violations(faults));
    Problem::new(problem::INVALID_FIELDS, detail).with("errors", &errors)
}

/// What is wrong with fields, in a clause: the first few faults, and how many more there are.
pub fn violations(faults: &[Violation]) -> String {
    let said: Vec<String> = faults.iter().take(3).map(|fault| format!("{} {}", fault.at, fault.what)).collect();
    let more =
        if faults.len() > said.len() { format!(", and {} more", faults.len() - said.len()) } else { String::new() };
    said.join("; ") + &more
}

/// The problem of a write that does not say what it replaces. `send`: the headers that would.
pub fn unguarded(key: &Key, send: &str) -> Problem {
    let detail = format!("A write of {key} has to say what it replaces: read it first, then send {send}.");
    Problem::new(problem::PRECONDITION_REQUIRED, detail)
}

/// The problem of a read or deletion of what was deleted.
pub fn gone(key: &Key, gone: &Tombstone) -> Problem {
    let why = gone.why.as_ref().map(|why| format!(" ({why})")).unwrap_or_default();
    let detail =
        format!("{key} was deleted by {} at {}{why}. Create it again with If-None-Match: *.", who(&gone.by), gone.at);
    Problem::new(problem::GONE, detail).with("deleted", gone)
}

/// The problem of a write that was done before, as `version`, whose fields the history no longer keeps.
pub fn forgotten(key: &Key, version: u64) -> Problem {
    let detail =
        format!("This very write made version {version} of {key}, whose fields are no longer kept. Read {key} again.");
    Problem::new(problem::GONE, detail)
}

fn who(by: &str) -> &str {
    if by.is_empty() { "somebody" } else { by }
}

/// What happened and what to do, in a sentence or two.
fn detail(key: &Key, conflict: &Conflict, claims: &Claim) -> String {
    let mut detail = happened(key, conflict, claims.creates);
    if let Some(weak) = &claims.weak {
        detail += &format!(" {weak} is a weak tag, which never matches If-Match.");
    }
    detail
}

fn happened(key: &Key, conflict: &Conflict, creates: bool) -> String {
    let what_to_do = "Merge, and resubmit with the current ETag.";
    match &conflict.current {
        Current::Stored(now) if creates => {
            format!(
                "{key} exists already, at version {}, by {}. To replace it, read it and send If-Match.",
                now.version,
                who(&now.updated_by)
            )
        }
        Current::Stored(now) if conflict.already_applied => {
            format!("{key} is at version {} and already says what you sent. Adopt the current ETag.", now.version)
        }
        Current::Stored(now) => match conflict.expected {
            Some(version) => format!(
                "{key} is at version {}; you presented version {version}. {} {what_to_do}",
                now.version,
                since(&conflict.changes)
            ),
            None if conflict.unknown_token => {
                format!(
                    "{key} is at version {}; the token you presented was never issued for it. Read it again.",
                    now.version
                )
            }
            None => format!("{key} is at version {}. {what_to_do}", now.version),
        },
        Current::Deleted(gone) => {
            format!("{key} was deleted by {} at {}. To create it again, send If-None-Match: *.", who(&gone.by), gone.at)
        }
        Current::Missing => format!("There is no {key}. To create it, send If-None-Match: *."),
    }
}

fn since(changes: &[VersionLine]) -> String {
    let mut people: Vec<&str> = changes.iter().map(|line| who(&line.by)).collect();
    people.dedup();
    let mut paths: Vec<String> = Vec::new();
    for path in changes.iter().flat_map(|line| &line.paths) {
        let path = path.to_string();
        if !paths.contains(&path) && paths.len() < 8 {
            paths.push(path);
        }
    }
    if people.is_empty() {
        return String::new();
    }
    format!(
        "{} changed {} since.",
        people.join(" and "),
        if paths.is_empty() { "it".into() } else { paths.join(" and ") }
    )
}
