//! The contract itself: `/openapi.json` for programs and `/docs` for people, both made from the tables beside the routes.

use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderName, Method};
use axum::response::{IntoResponse, Response};
use schemars::{Schema, SchemaGenerator, json_schema};

use super::{SERVER, document, resources};
use crate::contract::headers::CACHE_CONTROL as MAY_BE_KEPT;
use crate::contract::{Answer, JSON, Media, Operation, PLAIN, Resource, page};
use crate::serve::Desk;

const HTML: &str = "text/html; charset=utf-8";

pub(super) static OPENAPI: Resource = Resource {
    path: "/openapi.json",
    group: &SERVER,
    operations: &[Operation {
        name: "readContract",
        summary: "This contract as OpenAPI 3.1",
        about: "Generated from the code that answers, with the limits of this very server.",
        answers: &[Answer {
            status: 200,
            about: "The document.",
            headers: &[&MAY_BE_KEPT],
            sometimes: &[],
            media: &[Media { kind: JSON, schema: any_object, example: None }],
        }],
        ..PLAIN
    }],
};

pub(super) static DOCS: Resource = Resource {
    path: "/docs",
    group: &SERVER,
    operations: &[Operation {
        name: "readDocs",
        summary: "This contract as a page",
        about: "Made from the same document. It asks nothing of any other server.",
        answers: &[Answer {
            status: 200,
            about: "The page.",
            headers: &[&MAY_BE_KEPT],
            sometimes: &[],
            media: &[Media { kind: HTML, schema: any_text, example: None }],
        }],
        ..PLAIN
    }],
};

fn any_object(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "object" })
}

fn any_text(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string" })
}

pub(super) async fn openapi(State(desk): State<Desk>, method: Method) -> Response {
    if let Some(refused) = OPENAPI.refuses(&method) {
        return refused;
    }
    (as_kind(JSON), format!("{:#}", document(&desk.limits))).into_response()
}

pub(super) async fn docs(State(desk): State<Desk>, method: Method) -> Response {
    if let Some(refused) = DOCS.refuses(&method) {
        return refused;
    }
    let order: Vec<&str> = resources().iter().map(|resource| resource.path).collect();
    (as_kind(HTML), page(&document(&desk.limits), &order)).into_response()
}

fn as_kind(kind: &'static str) -> [(HeaderName, &'static str); 2] {
    [(CONTENT_TYPE, kind), (CACHE_CONTROL, "no-cache")]
}
