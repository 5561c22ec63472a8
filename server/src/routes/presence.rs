//! Presence: "alice is editing /name", said, unsaid, and asked for.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use midair_record::Pointer;
use schemars::JsonSchema;

use super::body::Members;
use super::{At, body, hand, json, key, no_conditions};
use crate::contract::headers::AUTHOR;
use crate::contract::{Answer, Ask, BODY, Body as Takes, Group, JSON, Media, NAMES, Operation, PLAIN, Resource, of};
use crate::presence::Presence;
use crate::problem::{self, Problem};
use crate::serve::Desk;

/// The largest body, in bytes: a pointer.
const LIMIT: usize = 8 << 10;

pub(super) static PRESENCE: Resource = Resource {
    path: "/v1/collections/{collection}/records/{id}/presence",
    group: &Group {
        name: "Presence",
        about: "\"alice is editing /name\". Kept in memory alone, for 15 seconds after the last word of it; told to \
                feeds that ask with `presence=true`.",
    },
    operations: &[
        Operation {
            name: "listPresence",
            summary: "Who is editing a record",
            answers: &[Answer {
                status: 200,
                about: "Who is there, by name.",
                headers: &[],
                sometimes: &[],
                media: &[Media { kind: JSON, schema: of::<Here>, example: None }],
            }],
            refusals: &[NAMES],
            ..PLAIN
        },
        Operation {
            method: Method::PUT,
            name: "sayPresence",
            summary: "Say that you are editing a record",
            about: "Say it again before 15 seconds are over. The record need not exist yet.",
            headers: &[Ask::must(&AUTHOR, "alice")],
            body: Some(Takes {
                needed: false,
                limit: |_| LIMIT,
                media: &[Media { kind: JSON, schema: of::<Said>, example: Some(r#"{"path":"/name"}"#) }],
            }),
            answers: &[SAID],
            refusals: &[NAMES, &[problem::MALFORMED_HEADER], BODY],
            ..PLAIN
        },
        Operation {
            method: Method::DELETE,
            name: "endPresence",
            summary: "Say that you no longer are",
            headers: &[Ask::must(&AUTHOR, "alice")],
            answers: &[SAID],
            refusals: &[NAMES, &[problem::MALFORMED_HEADER]],
            ..PLAIN
        },
    ],
};

const SAID: Answer = Answer { status: 204, about: "It is told.", headers: &[], sometimes: &[], media: &[] };

/// Where in a record somebody is.
#[derive(Default, serde::Deserialize, JsonSchema)]
#[schemars(rename = "Whereabouts")]
struct Said {
    /// Where in the record you are; nowhere in particular where it is left out.
    #[schemars(with = "Option<Pointer>")]
    path: Option<String>,
}

/// Who is editing a record.
#[derive(serde::Serialize, JsonSchema)]
struct Here {
    items: Vec<Presence>,
}

pub(super) async fn presence(
    State(desk): State<Desk>,
    At((collection, id)): At<(String, String)>,
    method: Method,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let answer = async {
        if let Some(refused) = PRESENCE.refuses(&method) {
            return Ok(refused);
        }
        let key = key(&collection, &id)?;
        if matches!(method, Method::GET | Method::HEAD) {
            return Ok(json(&Here { items: desk.presences.at(&key) }));
        }
        no_conditions(&headers, "presence has no versions; leave it out")?;
        let by = hand(&headers)?.by;
        if by.is_empty() {
            let detail = "Midair-Author says who is editing; without a name there is nobody to tell of.";
            return Err(Problem::new(problem::MALFORMED_HEADER, detail));
        }
        if method == Method::DELETE {
            desk.presences.left(&key, &by);
            return Ok(StatusCode::NO_CONTENT.into_response());
        }
        body::check(&headers, LIMIT, &[JSON])?;
        let bytes = body::bytes(body, LIMIT, desk.limits.body_time).await?;
        let malformed = |what: String| Problem::new(problem::MALFORMED_BODY, what);
        let Members(said) = if bytes.is_empty() {
            Members(Said::default())
        } else {
            serde_json::from_slice(&bytes).map_err(|fault| malformed(format!("This says nobody's place: {fault}.")))?
        };
        let path = said.path.map(|path| {
            // By the letter of RFC 6901: a tilde that escapes nothing would be written otherwise.
            let pointer = Pointer::parse(&path).filter(|pointer| pointer.to_string() == path);
            pointer.ok_or_else(|| malformed(format!("path: {path:?} is not a pointer, as /name is.")))
        });
        desk.presences.came(key, by, path.transpose()?);
        Ok(StatusCode::NO_CONTENT.into_response())
    };
    answer.await.unwrap_or_else(Problem::into_response)
}
