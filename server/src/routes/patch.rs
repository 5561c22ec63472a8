//! PATCH: part of a record changed in place, in three media types; what commutes may go without a token.

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, HeaderName};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use midair_record::wire::Key;
use midair_record::{Patch, PatchFault, PatchKind, Pointer};
use schemars::JsonSchema;
use serde_json::{Map, Number, Value};

use super::records::{self, Standing, bodies, malformed, may_be_blind, missing, written_response};
use super::{body, hand};
use crate::precondition::{Claim, Conditions};
use crate::problem::{self, Problem};
use crate::refusal::{self, Bodies};
use crate::serve::Desk;
use crate::store::{Found, Patched, Patching};

/// One step of a JSON patch (RFC 6902), for schemas; [`Patch::parse`] reads it. Members that are not listed are passed
/// over.
#[derive(JsonSchema)]
#[schemars(tag = "op", rename_all = "lowercase")]
#[expect(dead_code, reason = "only its schema is wanted")]
pub(super) enum JsonPatchOperation {
    /// Puts a member there, or an element before the one that is there; `-` is the end of an array.
    Add { path: Pointer, value: Value },
    /// Takes it away.
    Remove { path: Pointer },
    /// Puts another value in its place.
    Replace { path: Pointer, value: Value },
    /// Takes it away from `from`, and adds it at `path`.
    Move { from: Pointer, path: Pointer },
    /// Adds at `path` what stands at `from`.
    Copy { from: Pointer, path: Pointer },
    /// Refuses the whole patch, with 409, unless this stands there.
    Test { path: Pointer, value: Value },
}

/// An operation that may come in any order with those of others, where the collection's schema says so.
#[derive(JsonSchema)]
#[schemars(rename = "CommutingOperation", tag = "op", rename_all = "lowercase")]
#[expect(dead_code, reason = "only its schema is wanted")]
pub(super) enum Operation {
    /// Adds to a number, exactly; a missing one counts as 0. Commutes in a `counter`.
    Increment { path: Pointer, by: Number },
    /// Puts a value into a list, unless an equal one stands in it. Commutes in a `set`.
    Add { path: Pointer, value: Value },
    /// Takes every equal value out of a list. Commutes in a `set`.
    Remove { path: Pointer, value: Value },
    /// Puts a value at the end of a list, or a text after a text. Commutes in an `append`.
    Append { path: Pointer, value: Value },
}

/// An object laid over the record: `null` takes a member away, arrays are replaced whole (RFC 7396).
#[derive(JsonSchema)]
#[schemars(transparent)]
#[expect(dead_code, reason = "only its schema is wanted")]
pub(super) struct MergePatch(Map<String, Value>);

/// Which patches are taken here.
pub(crate) const ACCEPT_PATCH: HeaderName = HeaderName::from_static("accept-patch");

/// The media types of a patch, as `Accept-Patch` lists them.
pub(crate) fn media_types() -> String {
    PatchKind::ALL.map(PatchKind::media_type).join(", ")
}

pub(super) async fn patch(desk: &Desk, key: Key, headers: &HeaderMap, body: Body) -> Result<Response, Problem> {
    let hand = hand(headers)?;
    let conditions = Conditions::read(headers).map_err(malformed)?;
    // What is not there is told before a missing precondition; nothing is decided by this look.
    match desk.store.get(key.clone()).await? {
        Found::Stored(_) => {}
        Found::Gone(_) if hand.edit_id.is_some() => {}
        Found::Gone(gone) => return Err(refusal::gone(&key, &gone)),
        Found::Missing => return Err(missing(&key)),
    }
    body::check_length(headers, desk.limits.record)?;
    let said = headers.get(CONTENT_TYPE).map(|value| value.to_str().unwrap_or("?"));
    let kind = kind(said, "a body without a Content-Type")?;
    let unguarded = conditions.leave_a_write_blind();
    if !conditions.guard_a_deletion() && !unguarded
        || unguarded && kind != PatchKind::Ops && !may_be_blind(desk, &key, &conditions)?
    {
        return Err(refusal::unguarded(&key, "If-Match with the ETag you read"));
    }
    let (expect, claims) = (conditions.expect(), conditions.claim());
    let limit = desk.limits.record;
    let read = body::bytes(body, limit, desk.limits.body_time).await;
    let (patch, asked) = match read.and_then(|bytes| parse(&key, kind, &bytes)) {
        Ok(parsed) => parsed,
        // A stale token is told before a body that cannot be read (RFC 9110 section 13.2.1).
        Err(fault) => match desk.store.check(key.clone(), expect).await? {
            Some(conflict) if !unguarded => {
                return Err(refusal::stale(&key, &conflict, &claims, bodies(headers)));
            }
            _ => return Err(fault),
        },
    };
    let patched = desk.store.patch(Patching { key: key.clone(), patch, expect, hand, asked, limit }).await?;
    let standing = standing(&key, patched, limit, TO_COMMUTE, &claims, bodies(headers))?;
    Ok(written_response(&standing, headers))
}

/// What a patch that does not commute has to send.
const TO_COMMUTE: &str = "If-Match with its ETag";

/// What came of a patch, or why nothing did. `limit`: how large the record may become; `send`: what it lacks where what it
/// does needs a token.
pub(super) fn standing(
    key: &Key,
    patched: Patched,
    limit: usize,
    send: &str,
    claims: &Claim,
    bodies: Bodies,
) -> Result<Standing, Problem> {
    match patched {
        Patched::Written(written) => records::standing(key, written, claims, bodies),
        Patched::Unfit(fault) => Err(unfit(key, &fault)),
        Patched::TooLarge => {
            let detail = format!("{key} would be larger than {limit} bytes, which is the limit here.");
            Err(Problem::new(problem::TOO_LARGE, detail).with("limit", &limit))
        }
        Patched::NeedsToken(place) => {
            let detail = format!(
                "What the patch does at {place} does not commute by the schema of {}: read {key} first, then send \
                 {send}.",
                key.collection
            );
            Err(Problem::new(problem::PRECONDITION_REQUIRED, detail).with("pointer", &place))
        }
        Patched::Gone(gone) => Err(refusal::gone(key, &gone)),
        Patched::Missing => Err(missing(key)),
    }
}

/// The kind that a media type names; `absent` is what a patch is called that is `said` to be nothing.
pub(super) fn kind(said: Option<&str>, absent: &str) -> Result<PatchKind, Problem> {
    said.and_then(PatchKind::of_media_type).ok_or_else(|| {
        let types = media_types();
        let said = said.map_or(absent.to_owned(), |said| format!("{said:?}"));
        let detail = format!("A patch cannot be {said}; send one of {types}.");
        Problem::new(problem::UNSUPPORTED_TYPE, detail).header(ACCEPT_PATCH, &types)
    })
}

/// Reads a patch, and what it is known by when it is sent again.
pub(super) fn parse(key: &Key, kind: PatchKind, bytes: &[u8]) -> Result<(Patch, [u8; 32]), Problem> {
    let patch = Patch::parse(kind, bytes).map_err(|fault| unfit(key, &fault))?;
    Ok((patch, asked(kind, bytes)))
}

fn asked(kind: PatchKind, bytes: &[u8]) -> [u8; 32] {
    use sha2::Digest;
    let hash = sha2::Sha256::new().chain_update(kind.media_type()).chain_update([0]).chain_update(bytes);
    hash.finalize().into()
}

fn unfit(key: &Key, fault: &PatchFault) -> Problem {
    let code = match fault {
        PatchFault::Malformed(_) => problem::MALFORMED_BODY,
        PatchFault::TestFailed(_) => problem::TEST_FAILED,
        PatchFault::Unprocessable(_) => problem::UNFIT_PATCH,
    };
    let refusal = fault.refusal();
    let mut problem = Problem::new(code, format!("{key} was not patched: {refusal}.")).with("pointer", &refusal.at);
    if let Some(operation) = refusal.operation {
        problem = problem.with("operation", &operation);
    }
    problem
}

/// Adds to an answer which patches are taken.
pub(super) fn advertise(response: &mut Response) {
    if let Ok(types) = HeaderValue::from_str(&media_types()) {
        response.headers_mut().insert(ACCEPT_PATCH, types);
    }
}
