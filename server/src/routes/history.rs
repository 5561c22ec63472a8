//! The history of a record: a line a version, oldest first, and any version whole.

use axum::extract::State;
use axum::http::header::ETAG;
use axum::http::{HeaderMap, Method};
use axum::response::{IntoResponse, Response};
use midair_record::Record;
use midair_record::wire::{Key, VersionLine};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::query::{self, Asked};
use super::{At, HISTORY, json, key, records};
use crate::contract::headers;
use crate::contract::{Answer, JSON, Media, NAMES, Operation, PLAIN, Resource, STORE, of, written_out};
use crate::precondition::{Conditions, ReadVerdict};
use crate::problem::{self, Problem};
use crate::serve::Desk;
use crate::store::{Found, whole_seconds};

pub(super) static VERSIONS: Resource = Resource {
    path: "/v1/collections/{collection}/records/{id}/versions",
    group: &HISTORY,
    operations: &[Operation {
        name: "listVersions",
        summary: "The history of a record",
        about: "A line a version, oldest first, deletions included; it goes on over delete and re-create.",
        query: Some(written_out::<Wanted>),
        answers: &[Answer {
            status: 200,
            about: "A page of the history.",
            headers: &[],
            sometimes: &[],
            media: &[Media { kind: JSON, schema: of::<History>, example: None }],
        }],
        refusals: &[NAMES, &[problem::MALFORMED_QUERY, problem::NOT_FOUND], STORE],
        ..PLAIN
    }],
};

pub(super) static VERSION: Resource = Resource {
    path: "/v1/collections/{collection}/records/{id}/versions/{number}",
    group: &HISTORY,
    operations: &[Operation {
        name: "readVersion",
        summary: "What a version said",
        about: "The record as that version left it, byte for byte. A deletion left nothing, and is 404.",
        headers: records::CONDITIONS,
        answers: &[
            Answer {
                status: 200,
                about: "The version.",
                headers: records::ALWAYS_TOLD,
                sometimes: records::SOMETIMES_TOLD,
                media: &[Media { kind: JSON, schema: of::<Record>, example: None }],
            },
            Answer { status: 304, about: "You have it.", headers: &[&headers::ETAG], sometimes: &[], media: &[] },
        ],
        refusals: &[NAMES, &[problem::MALFORMED_HEADER, problem::NOT_FOUND, problem::VERSION_CONFLICT], STORE],
        ..PLAIN
    }],
};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    /// Only versions after this one: what the page before gave as `next`.
    #[schemars(extend("maximum" = u64::MAX))]
    after: Option<u64>,
    /// How many lines at the most.
    #[schemars(range(min = 1, max = LIMIT), extend("default" = LIMIT))]
    limit: Option<u32>,
}

/// How many lines a page of history has where none is named.
const LIMIT: u32 = 1000;

/// A page of a record's history.
#[derive(Serialize, JsonSchema)]
struct History {
    /// Oldest first.
    items: Vec<VersionLine>,
    /// The version after which the next page begins; `null` on the last one.
    next: Option<u64>,
}

pub(super) async fn versions(
    State(desk): State<Desk>,
    At((collection, id)): At<(String, String)>,
    method: Method,
    Asked(wanted): Asked<Wanted>,
) -> Response {
    if let Some(refused) = VERSIONS.refuses(&method) {
        return refused;
    }
    let answer = async {
        let key = key(&collection, &id)?;
        let wanted = wanted?;
        let limit = wanted.limit.unwrap_or(LIMIT);
        if !(1..=LIMIT).contains(&limit) {
            return Err(query::out_of_range::<Wanted>("limit", limit));
        }
        if desk.store.get(key.clone()).await? == Found::Missing {
            return Err(Problem::new(problem::NOT_FOUND, format!("There is no {key}, and never was.")));
        }
        let mut items = desk.store.history(key, wanted.after.unwrap_or(0), limit + 1).await?;
        let more = items.len() > limit as usize;
        items.truncate(limit as usize);
        let next = items.last().filter(|_| more).map(|line| line.version);
        Ok(json(&History { items, next }))
    };
    answer.await.unwrap_or_else(Problem::into_response)
}

pub(super) async fn version(
    State(desk): State<Desk>,
    At((collection, id, number)): At<(String, String, String)>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    if let Some(refused) = VERSION.refuses(&method) {
        return refused;
    }
    let answer = async {
        let key = key(&collection, &id)?;
        let number = self::number(&number)?;
        let conditions = Conditions::read(&headers).map_err(records::malformed)?;
        let Some(stored) = desk.store.version(key.clone(), number).await? else {
            return Err(no_version(&key, number));
        };
        let tag = stored.token.as_str();
        match conditions.judge_read(tag, whole_seconds(&stored.updated_at)) {
            ReadVerdict::Whole => Ok(records::whole(&stored)),
            ReadVerdict::NotModified => Ok(records::not_modified(tag)),
            ReadVerdict::Failed => {
                let detail = format!("Version {number} of {key} is not what your condition names.");
                Err(Problem::new(problem::VERSION_CONFLICT, detail).header(ETAG, tag))
            }
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
