//! Every refusal of the server, declared once; each goes out as `application/problem+json` (RFC 9457).

use axum::body::Body;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER};
use axum::response::{IntoResponse, Response};

use crate::observe::{Collision, Noted};
use crate::store::StoreError;

/// What every refusal goes out as (RFC 9457).
pub const MEDIA_TYPE: &str = "application/problem+json";

/// A kind of refusal: its stable name, its status, its title.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    /// The stable name, for programs.
    pub name: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// What it is, for people.
    pub title: &'static str,
}

macro_rules! codes {
    ($($konst:ident = $name:literal, $status:literal, $title:literal;)*) => {
        $(#[doc = $title] pub const $konst: Code = Code { name: $name, status: $status, title: $title };)*
        /// Every kind of refusal there is.
        pub const CODES: &[Code] = &[$($konst),*];
    };
}

codes! {
    MALFORMED_BODY = "malformed_body", 400, "The body is not what was promised";
    MALFORMED_HEADER = "malformed_header", 400, "A header is not what the contract says";
    MALFORMED_ID = "malformed_id", 400, "A name cannot be used";
    MALFORMED_QUERY = "malformed_query", 400, "The query is not what the contract says";
    TEST_HOOKS_OFF = "test_hooks_off", 400, "This server takes no test hooks";
    NOT_FOUND = "not_found", 404, "There is nothing here";
    GONE = "gone", 410, "It is gone";
    METHOD_NOT_ALLOWED = "method_not_allowed", 405, "This cannot be done here";
    UNSUPPORTED_TYPE = "unsupported_type", 415, "The body has a type that is not taken here";
    TOO_SLOW = "too_slow", 408, "The request took too long";
    NOT_EMPTY = "not_empty", 409, "The collection still holds records";
    TEST_FAILED = "test_failed", 409, "The record is not what the patch expects";
    TEST_HOOK_FAILED = "test_hook_failed", 409, "A test hook cannot be carried out";
    VERSION_CONFLICT = "version_conflict", 412, "The record changed after you loaded it";
    ALREADY_EXISTS = "already_exists", 412, "The record exists already";
    UNKNOWN_TOKEN = "unknown_token", 412, "The token was never issued for this record";
    TOO_LARGE = "too_large", 413, "The body is too large";
    INVALID_FIELDS = "invalid_fields", 422, "The record is not what its schema says";
    INVALID_DEFINITION = "invalid_definition", 422, "The definition cannot be used";
    UNFIT_PATCH = "unfit_patch", 422, "The patch cannot be applied to the record";
    NOT_IN_ORDER = "not_in_order", 422, "The collection is not kept in this order";
    KEY_REUSED = "key_reused", 422, "The idempotency key was used for another write";
    PRECONDITION_REQUIRED = "precondition_required", 428, "The write does not say what it replaces";
    NOT_WRITTEN = "not_written", 424, "Another write of the same request was refused";
    INTERNAL = "internal", 500, "The server has a fault";
    UNAVAILABLE = "unavailable", 503, "The store cannot be used at the moment";
    STORAGE_FULL = "storage_full", 507, "The disk is full";
}

/// A refusal on its way out.
#[derive(Debug)]
pub struct Problem {
    code: Code,
    detail: String,
    members: Vec<(&'static str, String)>,
    headers: Vec<(HeaderName, HeaderValue)>,
    collision: Option<Box<Collision>>,
}

impl Problem {
    /// A refusal with a sentence that a person can act on.
    #[must_use]
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Problem { code, detail: detail.into(), members: Vec::new(), headers: Vec::new(), collision: None }
    }

    /// With one more member; what cannot be serialised is left out.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: &impl serde::Serialize) -> Self {
        if let Ok(json) = serde_json::to_string(value) {
            self.members.push((name, json));
        }
        self
    }

    /// With one more header; a value that is no header value is left out.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.push((name, value));
        }
        self
    }

    /// Of a write that met another: whoever counts will hear of it.
    pub(crate) fn noting(mut self, collision: Collision) -> Self {
        self.collision = Some(Box::new(collision));
        self
    }

    /// What is to be counted of it.
    pub(crate) fn noted(&self) -> Option<Collision> {
        self.collision.as_deref().cloned()
    }

    /// Which refusal it is.
    #[must_use]
    pub fn code(&self) -> Code {
        self.code
    }

    /// The document, without status line and headers.
    #[must_use]
    pub fn to_json(&self) -> String {
        let text = |text: &str| serde_json::to_string(text).unwrap_or_default();
        let Code { name, status, title } = self.code;
        let mut json = format!(
            r#"{{"type":"/problems/{}","title":{},"status":{status},"code":{},"detail":{}"#,
            name.replace('_', "-"),
            text(title),
            text(name),
            text(&self.detail)
        );
        for (name, value) in &self.members {
            json += &format!(r#","{name}":{value}"#);
        }
        json.push('}');
        json
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.to_json()));
        *response.status_mut() = StatusCode::from_u16(self.code.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if self.code.status == 503 {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        headers.extend(self.headers);
        if let Some(collision) = self.collision {
            response.extensions_mut().insert(Noted { refused: vec![*collision], written: Vec::new() });
        }
        response
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        let code = match error {
            StoreError::Full => STORAGE_FULL,
            StoreError::Unavailable(_) | StoreError::Unwritable(_) => UNAVAILABLE,
            StoreError::Fault(_) => {
                let id = uuid::Uuid::new_v4();
                tracing::error!(%id, %error, "store fault");
                return Problem::new(INTERNAL, format!("The server has a fault; its log names it {id}."));
            }
        };
        Problem::new(code, format!("{error}."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_declared_once() {
        let names: std::collections::HashSet<_> = CODES.iter().map(|code| code.name).collect();
        assert_eq!(names.len(), CODES.len());
    }

    #[test]
    fn a_problem_is_json_whatever_its_sentence_says() {
        let problem = Problem::new(MALFORMED_HEADER, "If-Match: \"7\u{1}").with("expected", &7);
        let read: serde_json::Value = serde_json::from_str(&problem.to_json()).unwrap();
        assert_eq!((&read["status"], &read["expected"]), (&400.into(), &7.into()));
        assert_eq!(read["type"], "/problems/malformed-header");
    }
}
