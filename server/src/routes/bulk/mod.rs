//! Many writes in one request, each under its own precondition and with its own result; all or none on demand.

mod item;
mod lines;
mod verdict;

use std::convert::Infallible;

use axum::body::Body;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue, Method};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use midair_record::wire::Key;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::body::Members;
use super::query;
use super::records::bodies;
use super::{At, RECORDS, body, collection_name, hand, json, no_conditions};
use crate::contract::headers::{AUTHOR, IDEMPOTENCY_KEY, NOTE, PREFER};
use crate::contract::{
    Answer, Ask, BODY, Body as Takes, JSON, Media, NAMES, Operation, Resource, STORE, of, written_out,
};
use crate::observe::Noted;
use crate::problem::{self, Problem};
use crate::serve::Desk;
use crate::store::{BulkOutcome, StoreError};
use item::{Asked, Item, Whole};
use lines::{Line, Lines};
use verdict::{Told, Verdict};

const LINES: &str = "application/x-ndjson";
const TYPES: &[&str] = &[JSON, LINES];

pub(super) static BULK: Resource = Resource {
    path: "/v1/collections/{collection}/bulk",
    group: &RECORDS,
    operations: &[Operation {
        method: Method::POST,
        name: "writeMany",
        summary: "Many writes in one request",
        about: "Each under its own precondition, in this order, and with the verdict that it would get alone. With \
                `atomic=true` all are done or none; those that were not refused themselves then say `not_written`. As \
                `application/x-ndjson` each write is a line, an element of `items`, and each is answered by a line as it \
                comes, however many there are. An `Idempotency-Key` of the whole request names every write in it that has \
                none of its own.",
        headers: &[Ask::may(&AUTHOR), Ask::may(&NOTE), Ask::may(&IDEMPOTENCY_KEY), Ask::may(&PREFER)],
        query: Some(written_out::<Wanted>),
        body: Some(Takes {
            needed: true,
            limit: |limits| limits.bulk,
            media: &[
                Media {
                    kind: JSON,
                    schema: of::<Items>,
                    example: Some(
                        r#"{"items":[{"id":"moon","op":"put","ifNoneMatch":"*","fields":{"name":"Moon","quota":100}},{"id":"venus","op":"patch","ifMatch":"\"2-5e8b1c7a9d3f2460\"","contentType":"application/merge-patch+json","patch":{"quota":150}},{"id":"mars","op":"delete","ifMatch":"\"3-9f2c4e6a8b0d1357\""}]}"#,
                    ),
                },
                Media {
                    kind: LINES,
                    schema: some_lines,
                    example: Some(
                        "{\"op\":\"put\",\"id\":\"moon\",\"ifNoneMatch\":\"*\",\"fields\":{\"name\":\"Moon\"}}\n\
                         {\"op\":\"delete\",\"id\":\"mars\",\"ifMatch\":\"*\"}\n",
                    ),
                },
            ],
        }),
        answers: &[Answer {
            status: 200,
            about: "What became of each, in the order of the request; a refusal of one does not show in this status.",
            headers: &[],
            sometimes: &[],
            media: &[
                Media { kind: JSON, schema: of::<Results>, example: None },
                Media { kind: LINES, schema: some_lines, example: None },
            ],
        }],
        refusals: &[NAMES, &[problem::MALFORMED_QUERY, problem::MALFORMED_HEADER], BODY, STORE],
    }],
};

/// Lines, of which each is JSON, or told that it is not. OpenAPI 3.1 has no word for a body of many.
fn some_lines(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "contentMediaType": LINES })
}
/// What a line may have besides its record, in bytes.
const ENVELOPE: usize = 64 << 10;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    /// All or none.
    #[serde(default)]
    atomic: bool,
}

/// Many writes.
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "Bulk")]
struct Items {
    #[schemars(with = "Vec<Item>")]
    items: Vec<Members<Item>>,
}

/// What became of many writes.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "BulkResults")]
struct Results<'r> {
    items: Vec<Told<'r>>,
}

pub(super) async fn bulk(
    State(desk): State<Desk>,
    At(collection): At<String>,
    method: Method,
    headers: HeaderMap,
    query::Asked(wanted): query::Asked<Wanted>,
    body: Body,
) -> Response {
    if let Some(refused) = BULK.refuses(&method) {
        return refused;
    }
    let answer = async {
        collection_name(&collection)?;
        let Wanted { atomic } = wanted?;
        body::check_type(&headers, TYPES)?;
        no_conditions(&headers, "each write has its own, as ifMatch or ifNoneMatch beside its id")?;
        let in_lines = body::media_type(&headers).as_deref() == Some(LINES);
        let limit = desk.limits.record;
        let whole = Whole { collection, hand: hand(&headers)?, bodies: bodies(&headers), limit };
        if in_lines && !atomic {
            return Ok(streamed(desk, whole, body).await);
        }
        body::check_length(&headers, desk.limits.bulk)?;
        let bytes = body::bytes(body, desk.limits.bulk, desk.limits.body_time).await?;
        if in_lines {
            let mut lines = Lines::of(Body::from(bytes), limit + ENVELOPE, desk.limits.body_time);
            let mut all = Vec::new();
            loop {
                let some = lines.next().await;
                if some.is_empty() {
                    break;
                }
                all.extend(some);
            }
            let (numbers, items) = read(all);
            let verdicts = judge(&desk, &whole, items, 0, atomic).await.or_fault()?;
            let mut response = ndjson(Body::from(in_lines_of(&numbers, &verdicts)));
            response.extensions_mut().insert(noted(&whole.collection, &verdicts));
            return Ok(response);
        }
        let Members(Items { items }) = serde_json::from_slice(&bytes).map_err(|fault| {
            Problem::new(
                problem::MALFORMED_BODY,
                format!("The list of writes cannot be read: {}.", reason(&bytes, &fault)),
            )
        })?;
        let items = items.into_iter().map(|Members(item)| Ok(item)).collect();
        let verdicts = judge(&desk, &whole, items, 0, atomic).await.or_fault()?;
        let mut response = json(&Results { items: verdicts.iter().map(|verdict| verdict.told(None)).collect() });
        response.extensions_mut().insert(noted(&whole.collection, &verdicts));
        Ok(response)
    };
    answer.await.unwrap_or_else(Problem::into_response)
}

/// What is to be counted of writes that were all judged before the answer began.
fn noted(collection: &str, verdicts: &[Verdict]) -> Noted {
    let mut noted = Noted::default();
    for verdict in verdicts {
        match verdict.collision() {
            Ok(id) => noted.written.push(Key { collection: collection.to_owned(), id: id.to_owned() }),
            Err(collision) => noted.refused.extend(collision),
        }
    }
    noted
}

fn ndjson(body: Body) -> Response {
    let mut response = Response::new(body);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(LINES));
    response
}

/// Each write answered soon after it came, however many there are: what waits is a few lines.
async fn streamed(desk: Desk, whole: Whole, body: Body) -> Response {
    let mut lines = Lines::of(body, whole.limit + ENVELOPE, desk.limits.body_time);
    // The first lines are waited for, so that a client that waits for 100 (Continue) is told to go on.
    let first = lines.next().await;
    let results =
        stream::unfold((desk, whole, lines, Some(first), 0), |(desk, whole, mut lines, first, done)| async move {
            let some = match first {
                Some(first) => first,
                None => lines.next().await,
            };
            if some.is_empty() {
                return None;
            }
            let done_now = done + some.len();
            let (numbers, items) = read(some);
            // The writes of a store that cannot be used at the moment are each told so.
            let told = in_lines_of(&numbers, &judge(&desk, &whole, items, done, false).await.verdicts);
            Some((Ok::<_, Infallible>(told), (desk, whole, lines, None, done_now)))
        });
    ndjson(Body::from_stream(results))
}

/// Why bytes say no write: what is no JSON is told as it is of a record.
fn reason(bytes: &[u8], fault: &serde_json::Error) -> String {
    match midair_record::json::parse_bytes(bytes) {
        Err(malformed) if !fault.is_data() => format!("it is not JSON: {malformed}"),
        _ => fault.to_string(),
    }
}

/// The numbers of lines, and the writes that they say.
fn read(lines: Vec<Line>) -> (Vec<usize>, Vec<Result<Item, Problem>>) {
    let read = |(number, line): Line| {
        let item = |bytes: Vec<u8>| {
            let item = serde_json::from_slice(&bytes).map(|Members(item)| item);
            item.map_err(|fault| {
                let detail = format!("Line {number} says no write: {}.", reason(&bytes, &fault));
                Problem::new(problem::MALFORMED_BODY, detail)
            })
        };
        (number, line.and_then(item))
    };
    lines.into_iter().map(read).unzip()
}

fn in_lines_of(numbers: &[usize], verdicts: &[Verdict]) -> String {
    let line = |told: &Told| serde_json::to_string(told).unwrap_or_default() + "\n";
    numbers.iter().zip(verdicts).map(|(number, verdict)| line(&verdict.told(Some(*number)))).collect()
}

/// What became of writes. Where the store gave no verdict, each says so, and the fault comes along.
struct Judged {
    verdicts: Vec<Verdict>,
    fault: Option<StoreError>,
}

impl Judged {
    fn or_fault(self) -> Result<Vec<Verdict>, Problem> {
        self.fault.map_or(Ok(self.verdicts), |fault| Err(fault.into()))
    }
}

/// Has writes done, of which the first has this place among those of the request.
async fn judge(desk: &Desk, whole: &Whole, items: Vec<Result<Item, Problem>>, first: usize, atomic: bool) -> Judged {
    let settings = desk.store.settings(&whole.collection);
    let blind = settings.as_ref().is_ok_and(|settings| settings.blind);
    let mut asked: Vec<Result<Asked, Problem>> =
        (first..).zip(items).map(|(place, item)| item.map(|item| Asked::read(item, place, whole, blind))).collect();
    let is_refused = |asked: &Result<Asked, Problem>| asked.as_ref().map_or(true, Asked::is_refused);
    let outcomes: Result<Vec<Option<BulkOutcome>>, StoreError> = if atomic && asked.iter().any(is_refused) {
        Ok(asked.iter().map(|_| None).collect())
    } else {
        let items: Vec<_> = asked.iter_mut().map(|asked| asked.as_mut().ok().and_then(Asked::take)).collect();
        let there: Vec<bool> = items.iter().map(Option::is_some).collect();
        let outcomes = match settings {
            Ok(_) => desk.store.bulk(items.into_iter().flatten().collect(), atomic).await,
            Err(fault) => Err(fault),
        };
        outcomes.map(|outcomes| {
            let mut outcomes = outcomes.into_iter();
            there.into_iter().map(|there| if there { outcomes.next() } else { None }).collect()
        })
    };
    match outcomes {
        Ok(outcomes) => {
            let judged = |(asked, outcome): (Result<Asked, Problem>, _)| match asked {
                Ok(asked) => asked.judged(outcome, whole),
                Err(fault) => Verdict::of_no_write(fault),
            };
            Judged { verdicts: asked.into_iter().zip(outcomes).map(judged).collect(), fault: None }
        }
        Err(fault) => {
            let failed = |asked: Result<Asked, Problem>| match asked {
                Ok(asked) => asked.failed(&fault),
                Err(fault) => Verdict::of_no_write(fault),
            };
            Judged { verdicts: asked.into_iter().map(failed).collect(), fault: Some(fault) }
        }
    }
}
