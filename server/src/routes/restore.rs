//! A version of the history written again as the newest: a write like every other, under the same conditions.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method};
use axum::response::{IntoResponse, Response};
use midair_record::wire::{Current, Key, Put};

use super::records::{first_tag, malformed, may_be_blind, missing, written_response};
use super::{hand, history, key, only};
use crate::precondition::Conditions;
use crate::problem::Problem;
use crate::refusal;
use crate::serve::Desk;
use crate::store::{Found, Write, Written};

/// What a restoration has to send.
const TO_RESTORE: &str = "If-Match with the ETag you read, or If-None-Match: * where it was deleted";

pub(super) async fn restore(
    State(desk): State<Desk>,
    Path((collection, id, number)): Path<(String, String, String)>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    let answer = async {
        let key = key(&collection, &id)?;
        let number = history::number(&number)?;
        match only(&method, "POST") {
            Some(refused) => Ok(refused),
            None => carry_out(&desk, key, number, &headers).await,
        }
    };
    answer.await.unwrap_or_else(Problem::into_response)
}

async fn carry_out(desk: &Desk, key: Key, number: u64, headers: &HeaderMap) -> Result<Response, Problem> {
    let mut hand = hand(headers)?;
    hand.note.get_or_insert_with(|| format!("restored v{number}"));
    let conditions = Conditions::read(headers).map_err(malformed)?;
    let expect = conditions.expect();
    let (presented, creates) = (first_tag(&expect), expect.matches.is_none());
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
        && let (Current::Deleted(gone), false) = (&conflict.current, creates)
    {
        return Err(refusal::gone(&key, gone));
    }
    written_response(&key, written, presented.as_deref(), creates, headers)
}
