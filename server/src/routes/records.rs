//! Records: a page of them, one of them, written, replaced, deleted; each write under a precondition.

mod contract;
mod members;
mod page;

use std::time::SystemTime;

use axum::body::Body;
use axum::extract::State;
use axum::http::header::{CONTENT_TYPE, ETAG, HeaderName, LAST_MODIFIED, LOCATION};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use midair_record::Record;
use midair_record::wire::{Delete, Key, Put, Stored};

use super::query::Asked;
use super::{
    AUTHOR, At, IDEMPOTENCY_REPLAYED, NOTE, PREFER, PREFERENCE_APPLIED, UPDATED_AT, VERSION, body, collection_name,
    encoded, hand, json_text, key, no_conditions, patch,
};
pub(super) use contract::{
    ABSENT, ALWAYS_TOLD, CONDITIONS, RECORD, RECORD_MEDIA, RECORDS, SOMETIMES_TOLD, STALE, UNGUARDED, WRITTEN,
};

use page::Wanted;

use crate::client::Client;
use crate::contract::JSON;
use crate::precondition::{Claim, Conditions, ReadVerdict};
use crate::problem::{self, Problem};
use crate::refusal::{self, Bodies};
use crate::serve::Desk;
use crate::store::{Expect, Found, Glance, Hand, Look, Removal, Removed, Write, Written, whole_seconds};

const JSON_TYPE: HeaderValue = HeaderValue::from_static(JSON);

pub(super) async fn records(
    State(desk): State<Desk>,
    At(collection): At<String>,
    method: Method,
    headers: HeaderMap,
    Asked(wanted): Asked<Wanted>,
    body: Body,
) -> Response {
    if let Some(refused) = RECORDS.refuses(&method) {
        return refused;
    }
    let answer = async {
        collection_name(&collection)?;
        if method == Method::POST {
            return add(&desk, collection, &headers, body).await;
        }
        page::page(&desk, collection, &headers, wanted?).await
    };
    answer.await.unwrap_or_else(Problem::into_response)
}

async fn add(desk: &Desk, collection: String, headers: &HeaderMap, body: Body) -> Result<Response, Problem> {
    body::check(headers, desk.limits.record, &[JSON])?;
    let hand = hand(headers)?;
    no_conditions(headers, "what POST makes is new; leave it out, or PUT the record under an id of your own")?;
    let record = parse(&body::bytes(body, desk.limits.record, desk.limits.body_time).await?)?;
    // The id follows from the edit, where the client named it: the same POST sent twice makes one record.
    let id = match &hand.edit_id {
        Some(edit_id) => uuid_from(edit_id),
        None => uuid::Uuid::new_v4().simple().to_string(),
    };
    let key = key(&collection, &id)?;
    let write = Write { key: key.clone(), record, expect: Expect::absent(), hand };
    let written = desk.store.put(write).await?;
    let standing = standing(&key, written, &Claim { creates: true, ..Claim::default() }, bodies(headers))?;
    let mut response = written_response(&standing, headers);
    insert(&mut response, LOCATION, &format!("/v1/collections/{}/records/{}", key.collection, key.id));
    Ok(response)
}

fn uuid_from(edit_id: &str) -> String {
    use sha2::Digest;
    let hash = sha2::Sha256::digest(edit_id.as_bytes());
    hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

pub(super) async fn record(
    State(desk): State<Desk>,
    At((collection, id)): At<(String, String)>,
    method: Method,
    headers: HeaderMap,
    body: Body,
) -> Response {
    at(&desk, (&collection, &id), &method, &headers, body, None).await
}

/// Does with the record of this name what is asked, by whoever is at the other end, where that is known.
pub(crate) async fn at(
    desk: &Desk,
    (collection, id): (&str, &str),
    method: &Method,
    headers: &HeaderMap,
    body: Body,
    client: Option<&Client>,
) -> Response {
    let answer = async {
        if let Some(mut refused) = RECORD.refuses(method) {
            patch::advertise(&mut refused);
            return Ok(refused);
        }
        let key = key(collection, id)?;
        if let Some(client) = client.filter(|_| matches!(*method, Method::PUT | Method::PATCH)) {
            client.writes(&key);
        }
        match method.as_str() {
            "PUT" => replace(desk, key, headers, body).await,
            "PATCH" => patch::patch(desk, key, headers, body).await,
            "DELETE" => remove(desk, key, headers).await,
            _ => read(desk, key, headers, client).await,
        }
    };
    answer.await.unwrap_or_else(Problem::into_response)
}

pub(super) fn malformed(fault: crate::precondition::MalformedCondition) -> Problem {
    Problem::new(problem::MALFORMED_HEADER, format!("{fault}."))
}

pub(super) fn missing(key: &Key) -> Problem {
    Problem::new(problem::NOT_FOUND, format!("There is no {key}."))
}

async fn read(desk: &Desk, key: Key, headers: &HeaderMap, client: Option<&Client>) -> Result<Response, Problem> {
    let conditions = Conditions::read(headers).map_err(malformed)?;
    // Who has what stands now is told so at once, whatever is being written.
    if conditions.may_have_it()
        && let Look::Here(known) = desk.store.glance(&key)?
        && conditions.judge_read(&known.tag, known.written) == ReadVerdict::NotModified
    {
        return Ok(not_modified(&known.tag));
    }
    desk.store.settled(&key, client.is_some_and(|client| client.is_writing(&key))).await;
    let seen = match desk.store.glance(&key)? {
        Look::Here(seen) => seen,
        Look::Gone(gone) => return Err(refusal::gone(&key, &gone)),
        Look::Missing => return Err(missing(&key)),
    };
    match conditions.judge_read(&seen.tag, seen.written) {
        ReadVerdict::Whole => {
            let mut response = Response::new(Body::empty());
            response.headers_mut().insert(CONTENT_TYPE, JSON_TYPE);
            About::of(&seen).describe(&mut response);
            *response.body_mut() = Body::from(seen.text.clone());
            Ok(response)
        }
        ReadVerdict::NotModified => Ok(not_modified(&seen.tag)),
        ReadVerdict::Failed => {
            let conflict = desk.store.check(key.clone(), conditions.expect()).await?;
            let detail = format!("{key} is not what your condition names.");
            Err(conflict.map_or_else(
                || Problem::new(problem::VERSION_CONFLICT, detail).header(ETAG, &seen.tag),
                |conflict| {
                    let claims = Claim { creates: false, ..conditions.claim() };
                    refusal::stale(&key, &conflict, &claims, Bodies::Told)
                },
            ))
        }
    }
}

pub(super) fn not_modified(tag: &str) -> Response {
    let mut response = StatusCode::NOT_MODIFIED.into_response();
    insert(&mut response, ETAG, tag);
    response
}

async fn replace(desk: &Desk, key: Key, headers: &HeaderMap, body: Body) -> Result<Response, Problem> {
    body::check(headers, desk.limits.record, &[JSON])?;
    if headers.contains_key("content-range") {
        return Err(Problem::new(problem::MALFORMED_HEADER, "Content-Range: a record is written whole."));
    }
    let hand = hand(headers)?;
    let conditions = Conditions::read(headers).map_err(malformed)?;
    if !conditions.guard_a_write() && !may_be_blind(desk, &key, &conditions)? {
        return Err(refusal::unguarded(&key, TO_REPLACE));
    }
    let (expect, claims) = (conditions.expect(), conditions.claim());
    let record =
        match body::bytes(body, desk.limits.record, desk.limits.body_time).await.and_then(|bytes| parse(&bytes)) {
            Ok(record) => record,
            // A stale token is told before a body that cannot be read (RFC 9110 section 13.2.1).
            Err(fault) => match desk.store.check(key.clone(), expect).await? {
                Some(conflict) => {
                    return Err(refusal::stale(&key, &conflict, &claims, bodies(headers)));
                }
                None => return Err(fault),
            },
        };
    let written = desk.store.put(Write { key: key.clone(), record, expect, hand }).await?;
    Ok(written_response(&standing(&key, written, &claims, bodies(headers))?, headers))
}

/// What a deletion has to send.
const TO_DELETE: &str = "If-Match with the ETag you read to delete it";
/// What a write of a whole record has to send.
const TO_REPLACE: &str = "If-Match with the ETag you read to replace it, or If-None-Match: * to create it";

/// Whether a write that says nothing at all of what it replaces is taken: in a collection that is set up to show what
/// comes of it.
pub(super) fn may_be_blind(desk: &Desk, key: &Key, conditions: &Conditions) -> Result<bool, Problem> {
    Ok(conditions.leave_a_write_blind() && desk.store.settings(&key.collection)?.blind)
}

pub(super) fn parse(bytes: &[u8]) -> Result<Record, Problem> {
    Record::parse_bytes(bytes).map_err(|fault| {
        let (line, column) = (fault.line, fault.column);
        Problem::new(problem::MALFORMED_BODY, format!("{fault}."))
            .with("line", &line)
            .with("column", &column)
            .with("pointer", &fault.at)
    })
}

/// The answer to a write that stands.
pub(super) fn written_response(Standing { stored, created, replayed }: &Standing, headers: &HeaderMap) -> Response {
    let mut response = match preference(headers) {
        Some("return=minimal") => {
            let mut response = StatusCode::NO_CONTENT.into_response();
            describe(&mut response, stored);
            insert(&mut response, PREFERENCE_APPLIED, "return=minimal");
            response
        }
        applied => {
            let mut response = whole(stored);
            if let Some(applied) = applied {
                insert(&mut response, PREFERENCE_APPLIED, applied);
            }
            response
        }
    };
    if *created {
        *response.status_mut() = StatusCode::CREATED;
    }
    if *replayed {
        insert(&mut response, IDEMPOTENCY_REPLAYED, "true");
    }
    response
}

/// A version that stands after a write.
pub(super) struct Standing {
    pub(super) stored: Stored,
    /// Whether the record was created.
    pub(super) created: bool,
    /// Whether it was this very edit that made it, before.
    pub(super) replayed: bool,
}

/// What came of a write, or why nothing did.
pub(super) fn standing(key: &Key, written: Written, claims: &Claim, bodies: Bodies) -> Result<Standing, Problem> {
    match written {
        Written::Judged(Put::Stored { stored, created }) => Ok(Standing { stored, created, replayed: false }),
        Written::Judged(Put::Unchanged(stored)) => Ok(Standing { stored, created: false, replayed: false }),
        Written::Replayed { stored, created } => Ok(Standing { stored, created, replayed: true }),
        Written::Judged(Put::Stale(conflict)) => Err(refusal::stale(key, &conflict, claims, bodies)),
        Written::Invalid(faults) => Err(refusal::invalid(key, &faults)),
        Written::Unguarded => Err(refusal::unguarded(key, TO_REPLACE)),
        Written::Forgotten(version) => Err(refusal::forgotten(key, version)),
        Written::KeyReused => Err(key_reused(key)),
    }
}

fn key_reused(key: &Key) -> Problem {
    let detail = format!("This Idempotency-Key was used for another write of {key}; take a new one for a new write.");
    Problem::new(problem::KEY_REUSED, detail)
}

/// What a refusal tells of the records, as the client prefers.
pub(super) fn bodies(headers: &HeaderMap) -> Bodies {
    if preference(headers) == Some("return=minimal") { Bodies::LeftOut } else { Bodies::Told }
}

/// The preference that is honoured (RFC 7240).
fn preference(headers: &HeaderMap) -> Option<&'static str> {
    let lines = headers.get_all(PREFER).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).find_map(|one| match one.trim().to_ascii_lowercase().as_str() {
        "return=minimal" => Some("return=minimal"),
        "return=representation" => Some("return=representation"),
        _ => None,
    })
}

async fn remove(desk: &Desk, key: Key, headers: &HeaderMap) -> Result<Response, Problem> {
    let hand: Hand = hand(headers)?;
    let conditions = Conditions::read(headers).map_err(malformed)?;
    let blind = may_be_blind(desk, &key, &conditions)?;
    // What is not there is told before a missing precondition; nothing is decided by this look.
    match desk.store.get(key.clone()).await? {
        Found::Stored(_) => {}
        // It may have been deleted by this very edit, whose answer was lost.
        Found::Gone(_) if hand.edit_id.is_some() && (conditions.guard_a_deletion() || blind) => {}
        Found::Gone(gone) => return Err(refusal::gone(&key, &gone)),
        Found::Missing => return Err(missing(&key)),
    }
    if !conditions.guard_a_deletion() && !blind {
        return Err(refusal::unguarded(&key, TO_DELETE));
    }
    let removed = desk.store.delete(Removal { key: key.clone(), expect: conditions.expect(), hand }).await?;
    let Deletion { version, replayed } = deleted(&key, removed, &conditions.claim(), bodies(headers))?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    response.headers_mut().insert(VERSION, HeaderValue::from(version));
    if replayed {
        insert(&mut response, IDEMPOTENCY_REPLAYED, "true");
    }
    Ok(response)
}

/// A deletion that was done.
pub(super) struct Deletion {
    /// The version that it made.
    pub(super) version: u64,
    /// Whether it was this very edit that made it, before.
    pub(super) replayed: bool,
}

/// What came of a deletion, or why nothing did.
pub(super) fn deleted(key: &Key, removed: Removed, claims: &Claim, bodies: Bodies) -> Result<Deletion, Problem> {
    match removed {
        Removed::Judged(Delete::Deleted(gone)) => Ok(Deletion { version: gone.version, replayed: false }),
        Removed::Replayed(gone) => Ok(Deletion { version: gone.version, replayed: true }),
        Removed::Judged(Delete::Stale(conflict)) => Err(refusal::stale(key, &conflict, claims, bodies)),
        Removed::Judged(Delete::Gone(gone)) => Err(refusal::gone(key, &gone)),
        Removed::Judged(Delete::Missing) => Err(missing(key)),
        Removed::KeyReused => Err(key_reused(key)),
    }
}

/// A record as it was written, with what is known about it in headers.
pub(super) fn whole(stored: &Stored) -> Response {
    let mut response = json_text(stored.fields.text().to_owned());
    describe(&mut response, stored);
    response
}

fn describe(response: &mut Response, stored: &Stored) {
    About {
        version: stored.version,
        tag: stored.token.as_str(),
        at: &stored.updated_at,
        written: whole_seconds(&stored.updated_at),
        by: &stored.updated_by,
        note: stored.note.as_deref(),
    }
    .describe(response);
}

/// What is known about a record, apart from what it says.
struct About<'r> {
    version: u64,
    tag: &'r str,
    at: &'r str,
    written: Option<SystemTime>,
    by: &'r str,
    note: Option<&'r str>,
}

impl<'r> About<'r> {
    fn of(seen: &'r Glance) -> Self {
        let (version, written, note) = (seen.version, seen.written, seen.note.as_deref());
        About { version, tag: &seen.tag, at: &seen.at, written, by: &seen.by, note }
    }

    fn describe(&self, response: &mut Response) {
        insert(response, ETAG, self.tag);
        if let Some(at) = self.written {
            insert(response, LAST_MODIFIED, &httpdate::fmt_http_date(at));
        }
        insert(response, UPDATED_AT, self.at);
        response.headers_mut().insert(VERSION, HeaderValue::from(self.version));
        insert(response, AUTHOR, &encoded(self.by));
        if let Some(note) = self.note {
            insert(response, NOTE, &encoded(note));
        }
    }
}

fn insert(response: &mut Response, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}
