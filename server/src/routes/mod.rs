//! The resources of the contract, one file each, and what they all do with a request before it reaches the store.

mod body;
mod bulk;
pub(crate) mod changes;
mod collections;
mod contract;
mod health;
mod history;
mod hooks;
mod numbers;
pub(crate) mod patch;
mod presence;
mod query;
mod records;
mod restore;

use axum::Router;
use axum::extract::{FromRequestParts, Path};
use axum::http::header::{HeaderName, IF_MATCH, IF_NONE_MATCH};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Uri};
use axum::middleware::from_fn_with_state;
use axum::response::Response;
use axum::routing::{MethodRouter, any};
use midair_record::wire::{Key, check_collection};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::contract::{Group, JSON, Resource};
use crate::problem::{self, Problem};
use crate::serve::{Desk, Limits};
use crate::store::Hand;

pub(crate) use hooks::{ASKED, DONE, Lost, REFUSED, TEST};
pub(crate) use records::at as record;

pub(crate) const VERSION: HeaderName = HeaderName::from_static("midair-version");
pub(crate) const AUTHOR: HeaderName = HeaderName::from_static("midair-author");
pub(crate) const NOTE: HeaderName = HeaderName::from_static("midair-note");
pub(crate) const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
pub(crate) const IDEMPOTENCY_REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
pub(crate) const UPDATED_AT: HeaderName = HeaderName::from_static("midair-updated-at");
pub(crate) const PREFER: HeaderName = HeaderName::from_static("prefer");
pub(crate) const PREFERENCE_APPLIED: HeaderName = HeaderName::from_static("preference-applied");

/// How many characters an idempotency key has at the most.
pub(crate) const LONGEST_KEY: usize = 255;

/// What a header value may hold unescaped.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b'@');

/// Every resource there is, in the order in which the contract tells of them.
fn table() -> Vec<(&'static Resource, MethodRouter<Desk>)> {
    vec![
        (&records::RECORD, any(records::record)),
        (&records::RECORDS, any(records::records)),
        (&bulk::BULK, any(bulk::bulk)),
        (&history::VERSIONS, any(history::versions)),
        (&history::VERSION, any(history::version)),
        (&restore::RESTORE, any(restore::restore)),
        (&changes::CHANGES, any(changes::changes)),
        (&presence::PRESENCE, any(presence::presence)),
        (&collections::COLLECTIONS, any(collections::list)),
        (&collections::COLLECTION, any(collections::collection)),
        (&health::HEALTHZ, any(health::healthz)),
        (&health::READYZ, any(health::readyz)),
        (&numbers::METRICS, any(numbers::metrics)),
        (&numbers::STATS, any(numbers::stats)),
        (&contract::OPENAPI, any(contract::openapi)),
        (&contract::DOCS, any(contract::docs)),
        (&hooks::SCRIPT, any(hooks::script)),
    ]
}

pub(crate) fn router(desk: Desk) -> Router {
    let mut router = Router::new();
    for (resource, route) in table() {
        router = router.route(resource.path, route);
    }
    let watched = desk.observed.layer();
    router.fallback(nothing_here).layer(from_fn_with_state(desk.clone(), hooks::obey)).layer(watched).with_state(desk)
}

/// The path of a record, with its names in braces.
pub(crate) fn record_path() -> &'static str {
    records::RECORD.path
}

/// What the contract tells of.
pub(crate) fn resources() -> Vec<&'static Resource> {
    table().into_iter().map(|(resource, _)| resource).collect()
}

/// The contract under these limits, as OpenAPI.
pub(crate) fn document(limits: &Limits) -> serde_json::Value {
    let mut resources = resources();
    resources.retain(|resource| limits.test_hooks || !std::ptr::eq(*resource, &raw const hooks::SCRIPT));
    crate::contract::document(&resources, limits)
}

static RECORDS: Group = Group {
    name: "Records",
    about: "JSON objects under a collection and an id, each write under a precondition. A collection comes with its \
            first record.",
};
static HISTORY: Group =
    Group { name: "History", about: "Every version of a record: who wrote it, when, why, and what it said." };
static COLLECTIONS: Group =
    Group { name: "Collections", about: "What a collection asks of its records, and of those who write them." };
static TESTING: Group = Group {
    name: "Test hooks",
    about: "For those who write clients: collisions, delays and lost answers on cue, with `midair serve --test-hooks`.",
};
static SERVER: Group = Group { name: "Server", about: "Whether it lives, and what it takes." };

async fn nothing_here(uri: Uri) -> Problem {
    Problem::new(
        problem::NOT_FOUND,
        format!("There is no resource {}. The records are under /v1/collections.", uri.path()),
    )
}

/// What the path names.
pub(crate) struct At<T>(T);

impl<T: serde::de::DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for At<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Path::from_request_parts(parts, state).await {
            Ok(Path(names)) => Ok(At(names)),
            Err(fault) => Err(Problem::new(problem::MALFORMED_ID, format!("{}.", fault.body_text()))),
        }
    }
}

fn collection_name(name: &str) -> Result<(), Problem> {
    check_collection(name).map_err(|fault| Problem::new(problem::MALFORMED_ID, format!("{fault}.")))
}

fn key(collection: &str, id: &str) -> Result<Key, Problem> {
    Key::new(collection, id).map_err(|fault| Problem::new(problem::MALFORMED_ID, format!("{fault}.")))
}

/// Refuses conditions where there is no version that they could name: a write would be done as if they held.
fn no_conditions(headers: &HeaderMap, why: &str) -> Result<(), Problem> {
    match [("If-Match", IF_MATCH), ("If-None-Match", IF_NONE_MATCH)].iter().find(|(_, name)| headers.contains_key(name))
    {
        Some((name, _)) => Err(Problem::new(problem::MALFORMED_HEADER, format!("{name} cannot be kept here: {why}."))),
        None => Ok(()),
    }
}

/// Who writes, why, and under which name, from the headers.
pub(crate) fn hand(headers: &HeaderMap) -> Result<Hand, Problem> {
    Ok(Hand {
        by: decoded(headers, &AUTHOR)?.unwrap_or_default(),
        note: decoded(headers, &NOTE)?.filter(|note| !note.is_empty()),
        edit_id: edit_id(headers)?,
    })
}

/// A header of percent-encoded UTF-8.
fn decoded(headers: &HeaderMap, name: &HeaderName) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get(name) else { return Ok(None) };
    let read = value.to_str().ok().filter(|text| is_percent_encoded(text));
    let read = read.and_then(|text| percent_decode_str(text).decode_utf8().ok());
    match read {
        Some(text) => Ok(Some(text.into_owned())),
        None => {
            let detail = format!("{name}: {value:?} is not percent-encoded UTF-8.");
            Err(Problem::new(problem::MALFORMED_HEADER, detail))
        }
    }
}

/// Whether two hexadecimal digits follow every percent sign.
fn is_percent_encoded(text: &str) -> bool {
    text.split('%').skip(1).all(|rest| rest.len() >= 2 && rest.bytes().take(2).all(|byte| byte.is_ascii_hexdigit()))
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, PLAIN).to_string()
}

/// The idempotency key: a structured-field string, as `"uuid"`.
fn edit_id(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get(IDEMPOTENCY_KEY) else { return Ok(None) };
    let text = value.to_str().unwrap_or_default().trim();
    let inner = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    match inner.filter(|inner| is_edit_name(inner)) {
        Some(inner) => Ok(Some(inner.to_owned())),
        None => {
            let detail = format!("Idempotency-Key: {value:?} is not a string in double quotes, as \"8e03978e-40d5\".");
            Err(Problem::new(problem::MALFORMED_HEADER, detail))
        }
    }
}

/// Whether an edit may be called this.
fn is_edit_name(name: &str) -> bool {
    !name.is_empty() && name.len() <= LONGEST_KEY && !name.contains(['"', '\\'])
}

/// A JSON answer.
fn json(told: &impl serde::Serialize) -> Response {
    json_text(serde_json::to_string(told).unwrap_or_default())
}

fn json_text(body: String) -> Response {
    let mut response = Response::new(body.into());
    response.headers_mut().insert(axum::http::header::CONTENT_TYPE, HeaderValue::from_static(JSON));
    response
}
