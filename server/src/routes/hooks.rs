//! Test hooks carried out: what a request asks to be done to itself, or a script to the writes of a record.

use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::header::{CONTENT_TYPE, HeaderName, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use midair_record::wire::{Current, Delete, Key, Put};
use percent_encoding::percent_decode_str;

use super::{body, key, only};
use crate::hook::{Applied, Hook, Script, Scripts, Step, Theirs, When};
use crate::problem::{self, Problem};
use crate::refusal;
use crate::serve::Desk;
use crate::store::{Expect, Hand, Patched, Patching, Removal, StoreError, Tags, Write, Written};

const TEST: HeaderName = HeaderName::from_static("midair-test");
const TEST_APPLIED: HeaderName = HeaderName::from_static("midair-test-applied");

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
        Delete::Deleted(gone) => Ok(gone.version),
        Delete::Gone(_) => Err("it is deleted already".into()),
        Delete::Missing | Delete::Stale(_) => Err("there is nothing to delete".into()),
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
    Path((collection, id)): Path<(String, String)>,
    method: Method,
    body: Body,
) -> Response {
    let answer = async {
        let scripts = desk.hooks.as_ref().ok_or_else(off)?;
        let key = key(&collection, &id)?;
        if let Some(refused) = only(&method, "GET, HEAD, PUT, DELETE") {
            return Ok(refused);
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
        let headers = [(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"))];
        Ok((headers, scripts.get(&key).text()).into_response())
    };
    answer.await.unwrap_or_else(Problem::into_response)
}

fn put(scripts: &Scripts, key: Key, text: &str) -> Result<(), Problem> {
    let script = Script::read(text).map_err(|bad| Problem::new(problem::MALFORMED_BODY, format!("{bad}.")))?;
    scripts.put(key, script).map_err(|full| Problem::new(problem::TOO_LARGE, format!("{full}.")))
}
