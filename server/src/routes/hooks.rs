//! Test hooks carried out: what a request asks to be done to itself, or a script to the writes of a record.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_TYPE, HeaderName, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use midair_record::wire::{Current, Delete, Key, Put};
use percent_encoding::percent_decode_str;
use schemars::{Schema, SchemaGenerator, json_schema};

use super::{At, TESTING, body, key, no_conditions};
use crate::contract::{Answer, Body as Takes, Header, Media, NAMES, Operation, PLAIN, Resource};
use crate::hook::{Applied, Hook, Script, Scripts, Step, Theirs, When};
use crate::problem::{self, Code, Problem};
use crate::refusal;
use crate::serve::Desk;
use crate::store::{Expect, Hand, Patched, Patching, Removal, Removed, StoreError, Tags, Write, Written};

pub(crate) const TEST: HeaderName = HeaderName::from_static("midair-test");
const TEST_APPLIED: HeaderName = HeaderName::from_static("midair-test-applied");

/// What a request may ask to be done to itself.
pub(crate) static ASKED: Header = Header {
    name: TEST,
    about: "What is to happen to this request: a list of hooks (RFC 9651), as `conflict;by=\"bob\", drop`.",
    schema: some_text,
};
/// What was done to it.
pub(crate) static DONE: Header =
    Header { name: TEST_APPLIED, about: "Which test hooks were carried out.", schema: some_text };
/// What goes wrong with any request while hooks are taken.
pub(crate) const REFUSED: &[Code] = &[problem::MALFORMED_HEADER, problem::TEST_HOOK_FAILED, problem::UNAVAILABLE];

fn some_text() -> serde_json::Value {
    serde_json::json!({ "type": "string" })
}

fn a_script(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string" })
}

const TEXT: &str = "text/plain; charset=utf-8";
const SCRIPTED: &[Answer] = &[Answer {
    status: 200,
    about: "What is left of the script.",
    headers: &[],
    sometimes: &[],
    media: &[Media { kind: TEXT, schema: a_script, example: None }],
}];

pub(super) static SCRIPT: Resource = Resource {
    path: "/v1/test-hooks/{collection}/{id}",
    group: &TESTING,
    operations: &[
        Operation {
            name: "readScript",
            summary: "What is left of a script",
            about: "What happens to the next writes of a record.",
            answers: SCRIPTED,
            refusals: &[NAMES],
            ..PLAIN
        },
        Operation {
            method: Method::PUT,
            name: "putScript",
            summary: "Say what happens to the next writes of a record",
            about: "In the words of `Midair-Test`, for clients whose headers cannot be changed.",
            body: Some(Takes {
                needed: true,
                limit: |_| LIMIT,
                media: &[Media { kind: "text/plain", schema: a_script, example: Some("conflict;by=\"bob\", ()") }],
            }),
            answers: SCRIPTED,
            refusals: &[NAMES, &[problem::MALFORMED_BODY, problem::TOO_LARGE, problem::TOO_SLOW]],
            ..PLAIN
        },
        Operation {
            method: Method::DELETE,
            name: "deleteScript",
            summary: "Forget a script",
            about: "",
            answers: &[Answer { status: 204, about: "There is none now.", headers: &[], sometimes: &[], media: &[] }],
            refusals: &[NAMES],
            ..PLAIN
        },
    ],
};

/// The largest script, in bytes.
const LIMIT: usize = 1 << 20;

/// Marks an answer that is never sent: the connection is closed in its place.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("a test hook closed the connection")]
pub(crate) struct Lost;

/// Does to a request what its `Midair-Test` or a waiting script says.
pub(super) async fn obey(State(desk): State<Desk>, request: Request, next: Next) -> Response {
    let told = request.headers().contains_key(&TEST);
    let Some(scripts) = &desk.hooks else {
        return if told { off().into_response() } else { next.run(request).await };
    };
    let written = written(request.method(), request.uri().path());
    let step = if told {
        said(request.headers())
    } else {
        Ok(written.as_ref().and_then(|key| scripts.take(key)).unwrap_or_default())
    };
    match step {
        Ok(step) if step.0.is_empty() => next.run(request).await,
        Ok(step) => carry_out(&desk, &step, written.as_ref(), request, next).await,
        Err(problem) => problem.into_response(),
    }
}

fn off() -> Problem {
    let detail = "Midair-Test is taken by a test server alone, and nothing was done: start it with midair serve \
                  --test-hooks, or leave the header out.";
    Problem::new(problem::TEST_HOOKS_OFF, detail)
}

/// What the request says: its header lines are one field (RFC 9651 section 4.2).
fn said(headers: &HeaderMap) -> Result<Step, Problem> {
    let lines: Vec<_> = headers.get_all(&TEST).iter().map(|line| String::from_utf8_lossy(line.as_bytes())).collect();
    Step::read(&lines.join(", ")).map_err(|bad| Problem::new(problem::MALFORMED_HEADER, format!("Midair-Test: {bad}.")))
}

/// The one record that a request writes.
fn written(method: &Method, path: &str) -> Option<Key> {
    let path: Vec<_> = path.strip_prefix("/v1/collections/")?.split('/').collect();
    let (collection, id) = match (method.as_str(), path.as_slice()) {
        ("PUT" | "PATCH" | "DELETE", &[collection, "records", id]) => (collection, id),
        ("POST", &[collection, "records", id, "versions", _, "restore"]) => (collection, id),
        _ => return None,
    };
    let plain = |name| percent_decode_str(name).decode_utf8().ok();
    Key::new(&plain(collection)?, &plain(id)?).ok()
}

async fn carry_out(desk: &Desk, step: &Step, written: Option<&Key>, request: Request, next: Next) -> Response {
    tracing::info!(method = %request.method(), path = request.uri().path(), hooks = ?step, "test hooks");
    let mut applied = Applied::default();
    let mut answer = None;
    for hook in &step.0 {
        match hook {
            Hook::Conflict { theirs, by, note } => match collide(desk, written, theirs, by, note.as_deref()).await {
                Ok(version) => applied.conflict(by, version),
                Err(problem) => return problem.into_response(),
            },
            Hook::Delay { time, when: When::Before } => {
                tokio::time::sleep(*time).await;
                applied.delay(*time, When::Before);
            }
            Hook::Drop { when: When::Before } => return lost(),
            Hook::Unavailable { retry_after } => {
                applied.unavailable(*retry_after);
                answer = Some(unavailable(*retry_after));
            }
            Hook::Delay { .. } | Hook::Drop { .. } => {}
        }
    }
    let mut answer = match answer {
        Some(answer) => answer,
        None => next.run(request).await,
    };
    for hook in &step.0 {
        match hook {
            Hook::Delay { time, when: When::After } => {
                tokio::time::sleep(*time).await;
                applied.delay(*time, When::After);
            }
            Hook::Drop { when: When::After } => return lost(),
            Hook::Delay { .. } | Hook::Drop { .. } | Hook::Conflict { .. } | Hook::Unavailable { .. } => {}
        }
    }
    if let Some(applied) = applied.text().and_then(|text| HeaderValue::try_from(text).ok()) {
        answer.headers_mut().insert(TEST_APPLIED, applied);
    }
    answer
}

fn lost() -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    response.extensions_mut().insert(Lost);
    response
}

fn unavailable(retry_after: u16) -> Response {
    let detail = format!("A test hook answers; nothing was done. Try again in {retry_after} s.");
    let mut response = Problem::new(problem::UNAVAILABLE, detail).into_response();
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(retry_after));
    response
}

/// Writes in somebody else's name, over whatever stands there, and gives the version that came of it.
async fn collide(
    desk: &Desk,
    written: Option<&Key>,
    theirs: &Theirs,
    by: &str,
    note: Option<&str>,
) -> Result<u64, Problem> {
    let Some(key) = written else {
        let detail = "Midair-Test: conflict is for a write of one record whose id is in the address; nothing was done.";
        return Err(Problem::new(problem::MALFORMED_HEADER, detail));
    };
    let hand = Hand { by: by.to_owned(), note: note.map(str::to_owned), edit_id: None };
    let failed = |why: String| {
        let detail = format!("{by} was to write {key} first, and could not: {why}. Nothing was done.");
        Problem::new(problem::TEST_HOOK_FAILED, detail)
    };
    let made = match theirs {
        Theirs::Deletion => deletion(desk, key.clone(), hand).await?,
        Theirs::Fields(record) => judged(key, replacement(desk, key, record, hand).await?),
        Theirs::Patch(patch) => {
            let (key, patch, limit) = (key.clone(), patch.clone(), desk.limits.record);
            let patching = Patching { key: key.clone(), patch, expect: whatever(), hand, asked: [0; 32], limit };
            match desk.store.patch(patching).await? {
                Patched::Written(written) => judged(&key, written),
                Patched::Unfit(fault) => Err(fault.refusal().to_string()),
                Patched::TooLarge => Err(format!("it would be larger than {limit} bytes")),
                Patched::Gone(_) => Err("it was deleted, and a patch needs a record".into()),
                Patched::Missing | Patched::NeedsToken(_) => Err("there is none, and a patch needs one".into()),
            }
        }
    };
    made.map_err(failed)
}

/// Any record, as long as one stands there.
fn whatever() -> Expect {
    Expect { matches: Some(Tags::Any), none_match: None }
}

async fn replacement(
    desk: &Desk,
    key: &Key,
    record: &midair_record::Record,
    hand: Hand,
) -> Result<Written, StoreError> {
    let write = |expect| Write { key: key.clone(), record: record.clone(), expect, hand: hand.clone() };
    match desk.store.put(write(whatever())).await? {
        Written::Judged(Put::Stale(conflict)) if !matches!(conflict.current, Current::Stored(_)) => {
            desk.store.put(write(Expect::absent())).await
        }
        written => Ok(written),
    }
}

async fn deletion(desk: &Desk, key: Key, hand: Hand) -> Result<Result<u64, String>, StoreError> {
    Ok(match desk.store.delete(Removal { key, expect: whatever(), hand }).await? {
        Removed::Judged(Delete::Deleted(gone)) | Removed::Replayed(gone) => Ok(gone.version),
        Removed::Judged(Delete::Gone(_)) => Err("it is deleted already".into()),
        Removed::Judged(Delete::Missing | Delete::Stale(_)) | Removed::KeyReused => {
            Err("there is nothing to delete".into())
        }
    })
}

fn judged(key: &Key, written: Written) -> Result<u64, String> {
    match written {
        Written::Judged(Put::Stored { stored, .. }) => Ok(stored.version),
        Written::Judged(Put::Unchanged(_)) => {
            Err("it says that already, so nothing would collide; ops, as an increment, change it every time".into())
        }
        Written::Invalid(faults) => Err(refusal::violations(&faults)),
        Written::Judged(Put::Stale(_))
        | Written::Replayed { .. }
        | Written::Forgotten(_)
        | Written::KeyReused
        | Written::Unguarded => Err(format!("somebody else wrote {key} at the same moment")),
    }
}

/// The script that waits for the writes of a record.
pub(super) async fn script(
    State(desk): State<Desk>,
    At((collection, id)): At<(String, String)>,
    method: Method,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let answer = async {
        let scripts = desk.hooks.as_ref().ok_or_else(off)?;
        if let Some(refused) = SCRIPT.refuses(&method) {
            return Ok(refused);
        }
        let key = key(&collection, &id)?;
        if matches!(method, Method::PUT | Method::DELETE) {
            no_conditions(&headers, "a script has no versions; leave it out")?;
        }
        match method.as_str() {
            "PUT" => {
                let bytes = body::bytes(body, LIMIT, desk.limits.body_time).await?;
                put(scripts, key.clone(), &String::from_utf8_lossy(&bytes))?;
            }
            "DELETE" => {
                scripts.remove(&key);
                return Ok(StatusCode::NO_CONTENT.into_response());
            }
            _ => {}
        }
        let headers = [(CONTENT_TYPE, HeaderValue::from_static(TEXT))];
        Ok((headers, scripts.get(&key).text()).into_response())
    };
    answer.await.unwrap_or_else(Problem::into_response)
}

fn put(scripts: &Scripts, key: Key, text: &str) -> Result<(), Problem> {
    let script = Script::read(text).map_err(|bad| Problem::new(problem::MALFORMED_BODY, format!("{bad}.")))?;
    scripts.put(key, script).map_err(|full| Problem::new(problem::TOO_LARGE, format!("{full}.")))
}
