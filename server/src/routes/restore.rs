//! A version of the history written again as the newest: a write like every other, under the same conditions.

use axum::extract::State;
use axum::http::{HeaderMap, Method};
use axum::response::{IntoResponse, Response};
use midair_record::wire::{Current, Key, Put};

use super::records::{self, malformed, may_be_blind, missing, written_response};
use super::{At, HISTORY, hand, history, key};
use crate::contract::headers::{AUTHOR, IDEMPOTENCY_KEY, IF_MATCH, IF_NONE_MATCH, NOTE, PREFER};
use crate::contract::{Answer, Ask, NAMES, Operation, PLAIN, Resource, STORE};
use crate::precondition::Conditions;
use crate::problem::{self, Problem};
use crate::refusal;
use crate::serve::Desk;
use crate::store::{Found, Write, Written};

pub(super) static RESTORE: Resource = Resource {
    path: "/v1/collections/{collection}/records/{id}/versions/{number}/restore",
    group: &HISTORY,
    operations: &[Operation {
        method: Method::POST,
        name: "restoreVersion",
        summary: "Write a version again as the newest",
        about: "A write like every other: `If-Match` with the token you read, or `If-None-Match: *` where the record was \
                deleted. Without a `Midair-Note` it says which version was restored.",
        headers: &[
            Ask::may(&IF_MATCH),
            Ask::may(&IF_NONE_MATCH),
            Ask::may(&AUTHOR),
            Ask::may(&NOTE),
            Ask::may(&IDEMPOTENCY_KEY),
            Ask::may(&PREFER),
        ],
        answers: &[
            Answer {
                status: 200,
                about: "It stands there again, or did.",
                headers: records::ALWAYS_TOLD,
                sometimes: records::WRITTEN,
                media: records::RECORD_MEDIA,
            },
            Answer {
                status: 201,
                about: "The record was deleted, and is there again.",
                headers: records::ALWAYS_TOLD,
                sometimes: records::WRITTEN,
                media: records::RECORD_MEDIA,
            },
            Answer {
                status: 204,
                about: "It stands there again, and is left out as `Prefer: return=minimal` asks.",
                headers: records::ALWAYS_TOLD,
                sometimes: records::WRITTEN,
                media: &[],
            },
        ],
        refusals: &[
            NAMES,
            records::UNGUARDED,
            records::ABSENT,
            records::STALE,
            &[problem::ALREADY_EXISTS, problem::INVALID_FIELDS, problem::KEY_REUSED],
            STORE,
        ],
        ..PLAIN
    }],
};

/// What a restoration has to send.
const TO_RESTORE: &str = "If-Match with the ETag you read, or If-None-Match: * where it was deleted";

pub(super) async fn restore(
    State(desk): State<Desk>,
    At((collection, id, number)): At<(String, String, String)>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    if let Some(refused) = RESTORE.refuses(&method) {
        return refused;
    }
    let answer = async {
        let key = key(&collection, &id)?;
        let number = history::number(&number)?;
        carry_out(&desk, key, number, &headers).await
    };
    answer.await.unwrap_or_else(Problem::into_response)
}

async fn carry_out(desk: &Desk, key: Key, number: u64, headers: &HeaderMap) -> Result<Response, Problem> {
    let mut hand = hand(headers)?;
    hand.note.get_or_insert_with(|| format!("restored v{number}"));
    let conditions = Conditions::read(headers).map_err(malformed)?;
    let (expect, claims) = (conditions.expect(), conditions.claim());
    let guarded = conditions.guard_a_write() || may_be_blind(desk, &key, &conditions)?;
    // What is not there is told before a missing precondition; nothing is decided by this look.
    match desk.store.get(key.clone()).await? {
        Found::Gone(gone) if !guarded => return Err(refusal::gone(&key, &gone)),
        Found::Stored(_) | Found::Gone(_) => {}
        Found::Missing => return Err(missing(&key)),
    }
    // A version never changes, so that it may be read before the turn in which it is written again.
    let Some(version) = desk.store.version(key.clone(), number).await? else {
        return Err(history::no_version(&key, number));
    };
    if !guarded {
        return Err(refusal::unguarded(&key, TO_RESTORE));
    }
    let written = desk.store.put(Write { key: key.clone(), record: version.fields, expect, hand }).await?;
    if let Written::Judged(Put::Stale(conflict)) = &written
        && let (Current::Deleted(gone), false) = (&conflict.current, claims.creates)
    {
        return Err(refusal::gone(&key, gone));
    }
    let standing = records::standing(&key, written, &claims, records::bodies(headers))?;
    Ok(written_response(&standing, headers))
}
