//! Many writes in one request, each under its own precondition and with its own result; all or none on demand.

use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, Method};
use axum::response::{IntoResponse, Response};
use midair_record::Record;
use midair_record::wire::{Delete, Key, Put, Token};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{body, collection_name, hand, json, only};
use crate::problem::{self, Problem};
use crate::refusal::{self, Bodies};
use crate::serve::Desk;
use crate::store::{BulkItem, BulkOutcome, Expect, Hand, Removal, Tags, Write, Written};

#[derive(Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    atomic: bool,
}

#[derive(Deserialize)]
struct Items {
    items: Vec<Item>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Item {
    id: String,
    op: ItemOp,
    if_match: Option<String>,
    if_none_match: Option<String>,
    fields: Option<Box<RawValue>>,
    note: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum ItemOp {
    Put,
    Delete,
}

pub(super) async fn bulk(
    State(desk): State<Desk>,
    Path(collection): Path<String>,
    method: Method,
    headers: HeaderMap,
    wanted: Result<Query<Wanted>, axum::extract::rejection::QueryRejection>,
    body: Body,
) -> Response {
    if let Some(refused) = only(&method, "POST") {
        return refused;
    }
    let answer = async {
        collection_name(&collection)?;
        let Query(Wanted { atomic }) =
            wanted.map_err(|fault| Problem::new(problem::MALFORMED_QUERY, fault.to_string()))?;
        body::check(&headers, desk.limits.bulk, &["application/json"])?;
        let hand = hand(&headers)?;
        let bytes = body::bytes(body, desk.limits.bulk, desk.limits.body_time).await?;
        let items: Items = serde_json::from_slice(&bytes).map_err(|fault| {
            Problem::new(problem::MALFORMED_BODY, format!("The list of writes cannot be read: {fault}."))
        })?;
        run(&desk, &collection, hand, items.items, atomic).await
    };
    answer.await.unwrap_or_else(Problem::into_response)
}

async fn run(desk: &Desk, collection: &str, hand: Hand, items: Vec<Item>, atomic: bool) -> Result<Response, Problem> {
    let mut keys = Vec::with_capacity(items.len());
    let mut prepared = Vec::new();
    let mut faults: Vec<Option<Problem>> = Vec::new();
    let blind = desk.store.settings(collection)?.blind;
    for item in items {
        keys.push(Key { collection: collection.to_owned(), id: item.id.clone() });
        match prepare(collection, &hand, item, desk.limits.record, blind) {
            Ok(item) => {
                prepared.push(item);
                faults.push(None);
            }
            Err(fault) => faults.push(Some(fault)),
        }
    }
    let refused = atomic && faults.iter().any(Option::is_some);
    let outcomes = if refused {
        prepared.iter().map(|_| BulkOutcome::NotWritten).collect()
    } else {
        desk.store.bulk(prepared, atomic).await?
    };
    let mut outcomes = outcomes.into_iter();
    let mut results = Vec::with_capacity(keys.len());
    for (key, fault) in keys.iter().zip(faults) {
        let (status, tag_and_version, problem) = match fault {
            Some(fault) => (fault.code().status, None, Some(fault)),
            None => told(key, outcomes.next().unwrap_or(BulkOutcome::NotWritten)),
        };
        let id = serde_json::to_string(&key.id).unwrap_or_default();
        let mut result = format!(r#"{{"id":{id},"status":{status}"#);
        if let Some((token, version)) = tag_and_version {
            let etag = serde_json::to_string(&token).unwrap_or_default();
            result += &format!(r#","etag":{etag},"version":{version}"#);
        }
        if let Some(problem) = problem {
            result += &format!(r#","problem":{}"#, problem.to_json());
        }
        results.push(result + "}");
    }
    Ok(json(format!(r#"{{"items":[{}]}}"#, results.join(","))))
}

fn prepare(collection: &str, hand: &Hand, item: Item, limit: usize, blind: bool) -> Result<BulkItem, Problem> {
    let key = super::key(collection, &item.id)?;
    let matches = match item.if_match.as_deref() {
        None => None,
        Some("*") => Some(Tags::Any),
        Some(tag) => match Token::parse(tag) {
            Some(token) => Some(Tags::Of(vec![token.as_str().to_owned()])),
            None => {
                return Err(Problem::new(problem::MALFORMED_BODY, format!("ifMatch: {tag:?} is not an entity tag.")));
            }
        },
    };
    let none_match = match item.if_none_match.as_deref() {
        None => None,
        Some("*") => Some(Tags::Any),
        Some(other) => {
            return Err(Problem::new(problem::MALFORMED_BODY, format!("ifNoneMatch is \"*\", not {other:?}.")));
        }
    };
    let hand = Hand { note: item.note.or_else(|| hand.note.clone()), edit_id: None, by: hand.by.clone() };
    let expect = Expect { matches, none_match };
    let malformed = |fault| Problem::new(problem::MALFORMED_BODY, format!("{key}: {fault}."));
    let record = item.fields.map(|raw| Record::parse(raw.get())).transpose().map_err(malformed)?;
    let unguarded = expect == Expect::default() && !blind;
    match (item.op, record) {
        (ItemOp::Delete, _) if expect.matches.is_some() || blind && expect.none_match.is_none() => {
            Ok(BulkItem::Delete(Removal { key, expect, hand }))
        }
        (ItemOp::Delete, _) => Err(required(&key)),
        (ItemOp::Put, None) => Err(Problem::new(problem::MALFORMED_BODY, "A put has to carry fields.")),
        (ItemOp::Put, Some(record)) if record.text().len() > limit => {
            let detail = format!("{key} is larger than {limit} bytes, which is the limit here.");
            Err(Problem::new(problem::TOO_LARGE, detail))
        }
        (ItemOp::Put, Some(_)) if unguarded => Err(required(&key)),
        (ItemOp::Put, Some(record)) => Ok(BulkItem::Put(Write { key, record, expect, hand })),
    }
}

fn required(key: &Key) -> Problem {
    refusal::unguarded(key, "ifMatch with the etag, or ifNoneMatch \"*\" to create it")
}

fn told(key: &Key, outcome: BulkOutcome) -> (u16, Option<(Token, u64)>, Option<Problem>) {
    let stands = |status, stored: midair_record::wire::Stored| (status, Some((stored.token, stored.version)), None);
    let refused = |problem: Problem| (problem.code().status, None, Some(problem));
    match outcome {
        BulkOutcome::Put(Written::Judged(Put::Stored { stored, created })) => {
            stands(if created { 201 } else { 200 }, stored)
        }
        BulkOutcome::Put(Written::Judged(Put::Unchanged(stored)) | Written::Replayed { stored, .. }) => {
            stands(200, stored)
        }
        BulkOutcome::Put(Written::Judged(Put::Stale(conflict))) => {
            let creates = conflict.base.is_none() && !conflict.unknown_token;
            refused(refusal::stale(key, &conflict, None, creates, Bodies::Told))
        }
        BulkOutcome::Put(Written::Invalid(faults)) => refused(refusal::invalid(key, &faults)),
        BulkOutcome::Put(Written::Unguarded) => refused(required(key)),
        BulkOutcome::Put(Written::Forgotten(version)) => refused(refusal::forgotten(key, version)),
        BulkOutcome::Put(Written::KeyReused) => refused(Problem::new(problem::KEY_REUSED, "The key was used before.")),
        BulkOutcome::Delete(Delete::Deleted(_)) => (204, None, None),
        BulkOutcome::Delete(Delete::Stale(conflict)) => {
            refused(refusal::stale(key, &conflict, None, false, Bodies::Told))
        }
        BulkOutcome::Delete(Delete::Gone(gone)) => refused(refusal::gone(key, &gone)),
        BulkOutcome::Delete(Delete::Missing) => {
            refused(Problem::new(problem::NOT_FOUND, format!("There is no {key}.")))
        }
        BulkOutcome::NotWritten => refused(Problem::new(
            problem::NOT_WRITTEN,
            "Nothing was written: another write of the request was refused.",
        )),
    }
}
