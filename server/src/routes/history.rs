//! The history of a record: a line a version, oldest first, and any version whole.

use axum::extract::{Path, Query, State};
use axum::http::Method;
use axum::response::{IntoResponse, Response};
use midair_record::wire::Key;

use super::{json, key, only, records};
use crate::problem::{self, Problem};
use crate::serve::Desk;
use crate::store::Found;

#[derive(serde::Deserialize)]
pub(super) struct Wanted {
    after: Option<u64>,
    limit: Option<u32>,
}

/// How many lines a page of history has where none is named.
const LIMIT: u32 = 1000;

pub(super) async fn versions(
    State(desk): State<Desk>,
    Path((collection, id)): Path<(String, String)>,
    method: Method,
    wanted: Result<Query<Wanted>, axum::extract::rejection::QueryRejection>,
) -> Response {
    if let Some(refused) = only(&method, "GET, HEAD") {
        return refused;
    }
    let answer = async {
        let key = key(&collection, &id)?;
        let Query(wanted) = wanted.map_err(|fault| Problem::new(problem::MALFORMED_QUERY, fault.to_string()))?;
        let limit = wanted.limit.unwrap_or(LIMIT);
        if !(1..=LIMIT).contains(&limit) {
            return Err(Problem::new(problem::MALFORMED_QUERY, format!("limit is 1 to {LIMIT}, not {limit}.")));
        }
        if desk.store.get(key.clone()).await? == Found::Missing {
            return Err(Problem::new(problem::NOT_FOUND, format!("There is no {key}, and never was.")));
        }
        let mut lines = desk.store.history(key, wanted.after.unwrap_or(0), limit + 1).await?;
        let more = lines.len() > limit as usize;
        lines.truncate(limit as usize);
        let next = lines.last().filter(|_| more).map(|line| line.version);
        let items = serde_json::to_string(&lines).unwrap_or_default();
        let next = next.map_or("null".to_owned(), |next| next.to_string());
        Ok(json(format!(r#"{{"items":{items},"next":{next}}}"#)))
    };
    answer.await.unwrap_or_else(Problem::into_response)
}

pub(super) async fn version(
    State(desk): State<Desk>,
    Path((collection, id, number)): Path<(String, String, String)>,
    method: Method,
) -> Response {
    if let Some(refused) = only(&method, "GET, HEAD") {
        return refused;
    }
    let answer = async {
        let key = key(&collection, &id)?;
        let number = self::number(&number)?;
        match desk.store.version(key.clone(), number).await? {
            Some(stored) => Ok(records::whole(&stored)),
            None => Err(no_version(&key, number)),
        }
    };
    answer.await.unwrap_or_else(Problem::into_response)
}

/// The number of a version, as an address names it.
pub(super) fn number(text: &str) -> Result<u64, Problem> {
    text.parse().map_err(|_| {
        Problem::new(problem::MALFORMED_ID, format!("{text:?} is not a version, which is a number from 1."))
    })
}

pub(super) fn no_version(key: &Key, number: u64) -> Problem {
    Problem::new(problem::NOT_FOUND, format!("{key} has no version {number} that can be shown."))
}
