//! Whether the server lives, what it is, and whether its store answers.

use axum::extract::State;
use axum::http::Method;
use axum::response::{IntoResponse, Response};

use super::{json, only};
use crate::serve::Desk;

/// The contract that this server speaks.
const CONTRACT: u32 = 1;

pub(super) async fn healthz(State(desk): State<Desk>, method: Method) -> Response {
    if let Some(refused) = only(&method, "GET, HEAD") {
        return refused;
    }
    let (version, store, epoch) = (env!("CARGO_PKG_VERSION"), desk.store.id(), desk.store.epoch());
    json(format!(
        r#"{{"service":"midair","contract":{CONTRACT},"version":"{version}","store":"{store}","epoch":{epoch}}}"#
    ))
}

pub(super) async fn readyz(State(desk): State<Desk>, method: Method) -> Response {
    if let Some(refused) = only(&method, "GET, HEAD") {
        return refused;
    }
    match desk.store.collections().await {
        Ok(_) => json(r#"{"ready":true}"#.into()),
        Err(error) => crate::problem::Problem::from(error).into_response(),
    }
}
