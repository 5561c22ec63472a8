//! The resources of the contract, one file each, and what they all do with a request before it reaches the store.

mod body;
mod bulk;
mod changes;
mod collections;
mod health;
mod history;
mod hooks;
mod patch;
mod presence;
mod records;
mod restore;

use axum::Router;
use axum::http::header::{ALLOW, HeaderName};
use axum::http::{HeaderMap, HeaderValue, Method, Uri};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use midair_record::wire::{Key, check_collection};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::problem::{self, Problem};
use crate::serve::Desk;
use crate::store::Hand;

pub(crate) use hooks::Lost;

pub(crate) const VERSION: HeaderName = HeaderName::from_static("midair-version");
pub(crate) const AUTHOR: HeaderName = HeaderName::from_static("midair-author");
pub(crate) const NOTE: HeaderName = HeaderName::from_static("midair-note");
pub(crate) const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
pub(crate) const IDEMPOTENCY_REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// What a header value may hold unescaped.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b'@');

pub(crate) fn router(desk: Desk) -> Router {
    Router::new()
        .route("/healthz", any(health::healthz))
        .route("/readyz", any(health::readyz))
        .route("/v1/changes", any(changes::changes))
        .route("/v1/collections", any(collections::list))
        .route("/v1/collections/{collection}", any(collections::collection))
        .route("/v1/collections/{collection}/records", any(records::records))
        .route("/v1/collections/{collection}/records/{id}", any(records::record))
        .route("/v1/collections/{collection}/records/{id}/presence", any(presence::presence))
        .route("/v1/collections/{collection}/records/{id}/versions", any(history::versions))
        .route("/v1/collections/{collection}/records/{id}/versions/{number}", any(history::version))
        .route("/v1/collections/{collection}/records/{id}/versions/{number}/restore", any(restore::restore))
        .route("/v1/collections/{collection}/bulk", any(bulk::bulk))
        .route("/v1/test-hooks/{collection}/{id}", any(hooks::script))
        .fallback(nothing_here)
        .layer(from_fn_with_state(desk.clone(), hooks::obey))
        .with_state(desk)
}

async fn nothing_here(uri: Uri) -> Problem {
    Problem::new(
        problem::NOT_FOUND,
        format!("There is no resource {}. The records are under /v1/collections.", uri.path()),
    )
}

/// What a method gets that is not among `allowed`: `OPTIONS` is answered with them, anything else refused with them.
fn only(method: &Method, allowed: &'static str) -> Option<Response> {
    if allowed.split(", ").any(|one| one == method.as_str()) {
        return None;
    }
    if method == Method::OPTIONS {
        let headers = [(ALLOW, HeaderValue::from_static(allowed))];
        return Some((axum::http::StatusCode::NO_CONTENT, headers).into_response());
    }
    let problem =
        Problem::new(problem::METHOD_NOT_ALLOWED, format!("{method} cannot be done here; these can: {allowed}."));
    Some(problem.header(ALLOW, allowed).into_response())
}

fn collection_name(name: &str) -> Result<(), Problem> {
    check_collection(name).map_err(|fault| Problem::new(problem::MALFORMED_ID, format!("{fault}.")))
}

fn key(collection: &str, id: &str) -> Result<Key, Problem> {
    Key::new(collection, id).map_err(|fault| Problem::new(problem::MALFORMED_ID, format!("{fault}.")))
}

/// Who writes, why, and under which name, from the headers.
fn hand(headers: &HeaderMap) -> Result<Hand, Problem> {
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
    !name.is_empty() && name.len() <= 255 && !name.contains(['"', '\\'])
}

fn json(body: String) -> Response {
    let mut response = Response::new(body.into());
    response.headers_mut().insert(axum::http::header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
