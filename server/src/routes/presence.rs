//! Presence: "alice is editing /name", said, unsaid, and asked for.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use midair_record::Pointer;

use super::{body, hand, json, key, only};
use crate::problem::{self, Problem};
use crate::serve::Desk;

/// The largest body, in bytes: a pointer.
const LIMIT: usize = 8 << 10;

#[derive(Default, serde::Deserialize)]
struct Said {
    path: Option<String>,
}

pub(super) async fn presence(
    State(desk): State<Desk>,
    Path((collection, id)): Path<(String, String)>,
    method: Method,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let answer = async {
        let key = key(&collection, &id)?;
        if let Some(refused) = only(&method, "GET, HEAD, PUT, DELETE") {
            return Ok(refused);
        }
        if matches!(method, Method::GET | Method::HEAD) {
            let items = serde_json::to_string(&desk.presences.at(&key)).unwrap_or_default();
            return Ok(json(format!(r#"{{"items":{items}}}"#)));
        }
        let by = hand(&headers)?.by;
        if by.is_empty() {
            let detail = "Midair-Author says who is editing; without a name there is nobody to tell of.";
            return Err(Problem::new(problem::MALFORMED_HEADER, detail));
        }
        if method == Method::DELETE {
            desk.presences.left(&key, &by);
            return Ok(StatusCode::NO_CONTENT.into_response());
        }
        body::check(&headers, LIMIT, &["application/json"])?;
        let bytes = body::bytes(body, LIMIT, desk.limits.body_time).await?;
        let malformed = |what: String| Problem::new(problem::MALFORMED_BODY, what);
        let said: Said = if bytes.is_empty() {
            Said::default()
        } else {
            serde_json::from_slice(&bytes).map_err(|fault| malformed(format!("This says nobody's place: {fault}.")))?
        };
        let path = said.path.map(|path| {
            Pointer::parse(&path).ok_or_else(|| malformed(format!("path: {path:?} is not a pointer, as /name is.")))
        });
        desk.presences.came(key, by, path.transpose()?);
        Ok(StatusCode::NO_CONTENT.into_response())
    };
    answer.await.unwrap_or_else(Problem::into_response)
}
