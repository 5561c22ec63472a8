//! Reads the body of a request: its type, its length, its bytes, no further than the limit.

use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::problem::{self, Problem};

/// A value of `T`, from a JSON object. By itself serde takes an array of the members as well, in the order in which they
/// happen to be declared.
pub(super) struct Members<T>(pub(super) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Members<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersOf(PhantomData)).map(Members)
    }
}

struct MembersOf<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for MembersOf<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(members))
    }
}

/// What can be known of a body without reading it: 413 by length, 415.
pub(super) fn check(headers: &HeaderMap, limit: usize, types: &[&str]) -> Result<(), Problem> {
    check_length(headers, limit)?;
    check_type(headers, types)
}

/// The type that the body is said to have, in small letters and without parameters.
pub(super) fn media_type(headers: &HeaderMap) -> Option<String> {
    let said = headers.get(CONTENT_TYPE)?.to_str().unwrap_or_default();
    Some(said.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
}

/// 415.
pub(super) fn check_type(headers: &HeaderMap, types: &[&str]) -> Result<(), Problem> {
    let Some(essence) = media_type(headers) else { return Ok(()) };
    if types.contains(&essence.as_str()) {
        return Ok(());
    }
    Err(Problem::new(problem::UNSUPPORTED_TYPE, format!("{essence:?} is not taken here; send {}.", types.join(" or "))))
}

/// 413 by length.
pub(super) fn check_length(headers: &HeaderMap, limit: usize) -> Result<(), Problem> {
    let length = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if length.is_some_and(|length| length > limit) { Err(too_large(limit)) } else { Ok(()) }
}

fn too_large(limit: usize) -> Problem {
    Problem::new(problem::TOO_LARGE, format!("The body is larger than {limit} bytes, which is the limit here."))
        .with("limit", &limit)
}

/// The bytes of the body.
pub(super) async fn bytes(body: Body, limit: usize, time: Duration) -> Result<Bytes, Problem> {
    let Ok(read) = tokio::time::timeout(time, Limited::new(body, limit).collect()).await else {
        let detail = format!("The body did not arrive in {} s; nothing was written.", time.as_secs());
        return Err(Problem::new(problem::TOO_SLOW, detail));
    };
    match read {
        Ok(read) => Ok(read.to_bytes()),
        Err(fault) if fault.is::<LengthLimitError>() => Err(too_large(limit)),
        Err(fault) => Err(Problem::new(problem::MALFORMED_BODY, format!("The body broke off: {fault}."))),
    }
}
