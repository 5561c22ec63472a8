//! Collections: the list, and each one's definition, itself a versioned resource.

use axum::body::Body;
use axum::extract::State;
use axum::http::header::ETAG;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use midair_record::Record;
use schemars::JsonSchema;
use serde::Serialize;

use super::{At, COLLECTIONS as GROUP, VERSION, body, collection_name, hand, json, json_text};
use crate::contract::headers::{self, AUTHOR, IF_MATCH, IF_NONE_MATCH};
use crate::contract::{
    Answer, Ask, BODY, Body as Takes, Header, JSON, Media, NAMES, Operation, PLAIN, Resource, STORE, of,
};
use crate::precondition::{Conditions, ReadVerdict};
use crate::problem::{self, Problem};
use crate::refusal::CurrentMember;
use crate::serve::Desk;
use crate::store::{Collection, CollectionLine, Definition, DefinitionSays, PutDefinition, RemoveCollection, Settings};

pub(super) static COLLECTIONS: Resource = Resource {
    path: "/v1/collections",
    group: &GROUP,
    operations: &[Operation {
        name: "listCollections",
        summary: "Every collection",
        answers: &[Answer {
            status: 200,
            about: "All of them, by name.",
            headers: &[],
            sometimes: &[],
            media: &[Media { kind: JSON, schema: of::<Collections>, example: None }],
        }],
        refusals: &[STORE],
        ..PLAIN
    }],
};

/// What an answer that tells a definition carries.
const TOLD: &[&Header] = &[&headers::ETAG, &headers::VERSION];
const DEFINITION: &[Media] = &[Media { kind: JSON, schema: of::<DefinitionSays>, example: None }];

pub(super) static COLLECTION: Resource = Resource {
    path: "/v1/collections/{collection}",
    group: &GROUP,
    operations: &[
        Operation {
            name: "readDefinition",
            summary: "What a collection is defined as",
            about: "As it was written, byte for byte.",
            headers: &[Ask::may(&IF_NONE_MATCH), Ask::may(&IF_MATCH)],
            answers: &[
                Answer { status: 200, about: "The definition.", headers: TOLD, sometimes: &[], media: DEFINITION },
                Answer { status: 304, about: "You have it.", headers: TOLD, sometimes: &[], media: &[] },
            ],
            refusals: &[NAMES, &[problem::MALFORMED_HEADER, problem::NOT_FOUND, problem::VERSION_CONFLICT], STORE],
            ..PLAIN
        },
        Operation {
            method: Method::PUT,
            name: "define",
            summary: "Define a collection",
            about: "A definition is versioned as records are. What it asks holds for every write from then on; records \
                    that stand there stay as they are.",
            headers: &[Ask::may(&IF_MATCH), Ask::mostly(&IF_NONE_MATCH, "*"), Ask::may(&AUTHOR)],
            body: Some(Takes {
                needed: true,
                limit: |limits| limits.record,
                media: &[Media {
                    kind: JSON,
                    schema: of::<DefinitionSays>,
                    example: Some(
                        r#"{"schema":{"type":"object","properties":{"quota":{"type":"integer","x-merge":"counter"}}}}"#,
                    ),
                }],
            }),
            answers: &[
                Answer { status: 200, about: "It was defined anew.", headers: TOLD, sometimes: &[], media: DEFINITION },
                Answer { status: 201, about: "It was made.", headers: TOLD, sometimes: &[], media: DEFINITION },
            ],
            refusals: &[
                NAMES,
                &[problem::MALFORMED_HEADER, problem::PRECONDITION_REQUIRED],
                &[problem::VERSION_CONFLICT, problem::ALREADY_EXISTS, problem::INVALID_DEFINITION],
                BODY,
                STORE,
            ],
            ..PLAIN
        },
        Operation {
            method: Method::DELETE,
            name: "removeCollection",
            summary: "Delete a collection that holds no records",
            headers: &[Ask::mostly(&IF_MATCH, "\"1-9f2c4e6a8b0d1357\""), Ask::may(&IF_NONE_MATCH)],
            answers: &[Answer { status: 204, about: "It is gone.", headers: &[], sometimes: &[], media: &[] }],
            refusals: &[
                NAMES,
                &[problem::MALFORMED_HEADER, problem::NOT_FOUND, problem::PRECONDITION_REQUIRED],
                &[problem::VERSION_CONFLICT, problem::NOT_EMPTY],
                STORE,
            ],
            ..PLAIN
        },
    ],
};

/// Every collection.
#[derive(Serialize, JsonSchema)]
struct Collections {
    items: Vec<CollectionLine>,
}

pub(super) async fn list(State(desk): State<Desk>, method: Method) -> Response {
    if let Some(refused) = COLLECTIONS.refuses(&method) {
        return refused;
    }
    match desk.store.collections().await {
        Ok(items) => json(&Collections { items }),
        Err(error) => Problem::from(error).into_response(),
    }
}

pub(super) async fn collection(
    State(desk): State<Desk>,
    At(name): At<String>,
    method: Method,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let answer = async {
        if let Some(refused) = COLLECTION.refuses(&method) {
            return Ok(refused);
        }
        collection_name(&name)?;
        let conditions =
            Conditions::read(&headers).map_err(|fault| Problem::new(problem::MALFORMED_HEADER, format!("{fault}.")))?;
        match method.as_str() {
            "PUT" => define(&desk, name, &headers, &conditions, body).await,
            "DELETE" => remove(&desk, name, &conditions).await,
            _ => read(&desk, name, &conditions).await,
        }
    };
    answer.await.unwrap_or_else(Problem::into_response)
}

fn missing(name: &str) -> Problem {
    Problem::new(problem::NOT_FOUND, format!("There is no collection {name}."))
}

async fn read(desk: &Desk, name: String, conditions: &Conditions) -> Result<Response, Problem> {
    let found = desk.store.collection(name.clone()).await?.ok_or_else(|| missing(&name))?;
    match conditions.judge_read(found.token.as_str(), None) {
        ReadVerdict::Whole => Ok(described(json_text(found.definition.text().to_owned()), &found)),
        ReadVerdict::NotModified => Ok(described(StatusCode::NOT_MODIFIED.into_response(), &found)),
        ReadVerdict::Failed => Err(stale(&name, Some(&found), false)),
    }
}

fn described(mut response: Response, collection: &Collection) -> Response {
    let headers = response.headers_mut();
    if let Ok(tag) = HeaderValue::from_str(collection.token.as_str()) {
        headers.insert(ETAG, tag);
    }
    headers.insert(VERSION, HeaderValue::from(collection.version));
    response
}

fn stale(name: &str, current: Option<&Collection>, creates: bool) -> Problem {
    let Some(current) = current else {
        return Problem::new(
            problem::VERSION_CONFLICT,
            format!("There is no collection {name}. To make it, send If-None-Match: *."),
        );
    };
    let (code, detail) = if creates {
        let detail = format!("{name} is defined already. To replace its definition, read it and send If-Match.");
        (problem::ALREADY_EXISTS, detail)
    } else {
        let version = current.version;
        let detail = format!("The definition of {name} is at version {version}. Read it again, merge, and resubmit.");
        (problem::VERSION_CONFLICT, detail)
    };
    Problem::new(code, detail)
        .header(ETAG, current.token.as_str())
        .with("current", &CurrentMember::of_definition(current))
}

async fn define(
    desk: &Desk,
    name: String,
    headers: &HeaderMap,
    conditions: &Conditions,
    body: Body,
) -> Result<Response, Problem> {
    body::check(headers, desk.limits.record, &[JSON])?;
    let hand = hand(headers)?;
    if !conditions.guard_a_write() {
        let detail = format!(
            "A write of the definition of {name} has to say what it replaces: send If-Match or If-None-Match: *."
        );
        return Err(Problem::new(problem::PRECONDITION_REQUIRED, detail));
    }
    let (expect, creates) = (conditions.expect(), conditions.expect().matches.is_none());
    let malformed = |fault| Problem::new(problem::MALFORMED_BODY, format!("{fault}."));
    let read = body::bytes(body, desk.limits.record, desk.limits.body_time).await;
    let definition = match read.and_then(|bytes| Record::parse_bytes(&bytes).map_err(malformed)) {
        Ok(definition) => definition,
        // A stale token is told before a body that cannot be read (RFC 9110 section 13.2.1).
        Err(fault) => {
            let current = desk.store.collection(name.clone()).await?;
            let holds = expect.holds(current.as_ref().map(|current| current.token.as_str()));
            return Err(if holds { fault } else { stale(&name, current.as_ref(), creates) });
        }
    };
    if let Err(why) = Settings::of(&definition) {
        let current = desk.store.collection(name.clone()).await?;
        if !expect.holds(current.as_ref().map(|current| current.token.as_str())) {
            return Err(stale(&name, current.as_ref(), creates));
        }
        return Err(Problem::new(problem::INVALID_DEFINITION, format!("{name} was not defined: {why}.")));
    }
    let definition = Definition { name: name.clone(), definition, by: hand.by };
    match desk.store.define(definition, expect).await? {
        PutDefinition::Stored { collection, created } => {
            let mut response = described(json_text(collection.definition.text().to_owned()), &collection);
            if created {
                *response.status_mut() = StatusCode::CREATED;
            }
            Ok(response)
        }
        PutDefinition::Stale(current) => Err(stale(&name, current.as_ref(), creates)),
    }
}

async fn remove(desk: &Desk, name: String, conditions: &Conditions) -> Result<Response, Problem> {
    desk.store.collection(name.clone()).await?.ok_or_else(|| missing(&name))?;
    if !conditions.guard_a_deletion() {
        let detail = format!("Deleting {name} has to say which version of its definition: send If-Match.");
        return Err(Problem::new(problem::PRECONDITION_REQUIRED, detail));
    }
    match desk.store.remove_collection(name.clone(), conditions.expect()).await? {
        RemoveCollection::Removed => Ok(StatusCode::NO_CONTENT.into_response()),
        RemoveCollection::HoldsRecords(count) => {
            let detail = format!("{name} still holds {count} records; delete them first.");
            Err(Problem::new(problem::NOT_EMPTY, detail))
        }
        RemoveCollection::Stale(current) => Err(stale(&name, Some(&current), false)),
        RemoveCollection::Missing => Err(missing(&name)),
    }
}
