//! What the server counts of itself: for Prometheus, and for the screen that draws the last minutes.

use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderValue, Method};
use axum::response::{IntoResponse, Response};

use schemars::{Schema, SchemaGenerator, json_schema};

use super::{SERVER, json};
use crate::contract::headers::CACHE_CONTROL as MAY_BE_KEPT;
use crate::contract::{Answer, JSON, Media, Operation, PLAIN, Resource, STORE, of};
use crate::observe::{Sources, Stats, exposition};
use crate::problem::{self, Problem};
use crate::serve::Desk;

const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

pub(super) static METRICS: Resource = Resource {
    path: "/metrics",
    group: &SERVER,
    operations: &[Operation {
        name: "readMetrics",
        summary: "What the server counts, for Prometheus",
        about: "",
        answers: &[Answer {
            status: 200,
            about: "OpenMetrics 1.0.",
            headers: &[&MAY_BE_KEPT],
            sometimes: &[],
            media: &[Media { kind: OPEN_METRICS, schema: some_text, example: None }],
        }],
        refusals: &[STORE],
        ..PLAIN
    }],
};

pub(super) static STATS: Resource = Resource {
    path: "/v1/stats",
    group: &SERVER,
    operations: &[Operation {
        name: "readStats",
        summary: "The last minutes, for a screen that draws them",
        about: "In steps of a few seconds: reads, writes, conflicts and what became of them; which records, members and \
                people collide most.",
        answers: &[Answer {
            status: 200,
            about: "The last 15 minutes.",
            headers: &[&MAY_BE_KEPT],
            sometimes: &[],
            media: &[Media { kind: JSON, schema: of::<Stats>, example: None }],
        }],
        ..PLAIN
    }],
};

fn some_text(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string" })
}

pub(super) async fn metrics(State(desk): State<Desk>, method: Method) -> Response {
    if let Some(refused) = METRICS.refuses(&method) {
        return refused;
    }
    let collections = match desk.store.collections().await {
        Ok(collections) => collections,
        Err(error) => return Problem::from(error).into_response(),
    };
    let (observed, meter) = (&desk.observed, &desk.store.meter());
    match exposition(&Sources { observed, meter, presences: desk.presences.count(), collections }) {
        Ok(text) => fresh(([(CONTENT_TYPE, HeaderValue::from_static(OPEN_METRICS))], text).into_response()),
        Err(_) => Problem::new(problem::INTERNAL, "The metrics cannot be written.").into_response(),
    }
}

pub(super) async fn stats(State(desk): State<Desk>, method: Method) -> Response {
    if let Some(refused) = STATS.refuses(&method) {
        return refused;
    }
    fresh(json(&desk.observed.stats(&desk.store.meter(), desk.presences.count())))
}

/// An answer that is of this moment and no other.
fn fresh(mut response: Response) -> Response {
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
