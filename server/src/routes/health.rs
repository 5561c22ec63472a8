//! Whether the server lives, what it is, and whether its store can write.

use axum::extract::State;
use axum::http::Method;
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Serialize;

use super::{SERVER, json};
use crate::contract::{Answer, JSON, Media, Operation, PLAIN, Resource, STORE, of};
use crate::serve::Desk;

/// The contract that this server speaks.
const CONTRACT: u32 = 1;

pub(super) static HEALTHZ: Resource = Resource {
    path: "/healthz",
    group: &SERVER,
    operations: &[Operation {
        name: "readHealth",
        summary: "Whether the server lives, and what it is",
        answers: &[Answer {
            status: 200,
            about: "It lives.",
            headers: &[],
            sometimes: &[],
            media: &[Media { kind: JSON, schema: of::<Health>, example: None }],
        }],
        ..PLAIN
    }],
};

pub(super) static READYZ: Resource = Resource {
    path: "/readyz",
    group: &SERVER,
    operations: &[Operation {
        name: "readReadiness",
        summary: "Whether the store answers",
        answers: &[Answer {
            status: 200,
            about: "It does.",
            headers: &[],
            sometimes: &[],
            media: &[Media { kind: JSON, schema: of::<Readiness>, example: None }],
        }],
        refusals: &[STORE],
        ..PLAIN
    }],
};

/// What the server is.
#[derive(Serialize, JsonSchema)]
struct Health<'s> {
    /// `midair`.
    service: &'static str,
    /// The contract that it speaks; another number is another contract.
    contract: u32,
    /// The version of the program.
    version: &'static str,
    /// The name of the store, made with its file and kept in it.
    store: &'s str,
    /// How often a backup was put back in the store's place.
    epoch: u64,
}

/// That the store answers.
#[derive(Serialize, JsonSchema)]
struct Readiness {
    ready: bool,
}

pub(super) async fn healthz(State(desk): State<Desk>, method: Method) -> Response {
    if let Some(refused) = HEALTHZ.refuses(&method) {
        return refused;
    }
    let (store, epoch) = (desk.store.id(), desk.store.epoch());
    json(&Health { service: "midair", contract: CONTRACT, version: env!("CARGO_PKG_VERSION"), store, epoch })
}

pub(super) async fn readyz(State(desk): State<Desk>, method: Method) -> Response {
    if let Some(refused) = READYZ.refuses(&method) {
        return refused;
    }
    match desk.store.can_write().await {
        Ok(()) => json(&Readiness { ready: true }),
        Err(error) => crate::problem::Problem::from(error).into_response(),
    }
}
