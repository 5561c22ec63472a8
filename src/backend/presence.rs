//! "alice is editing /name", said to the server and heard from it; a server that knows nothing of it loses nothing.

use midair_record::Pointer;
use midair_record::wire::Key;
use percent_encoding::utf8_percent_encode;
use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use serde::Deserialize;

use super::Backend;
use super::fault::{Asks, Fault};
use super::write::IN_HEADER;

/// That somebody is editing a record, or no longer is.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Presence {
    /// Which record.
    #[serde(flatten)]
    pub key: Key,
    /// Who.
    pub by: String,
    /// Where in the record; `None` where it is not said.
    #[serde(default)]
    pub path: Option<Pointer>,
    /// Whether they are there.
    pub here: bool,
}

impl Backend {
    /// Says that I am editing a record, at `path` in it. It holds for 15 s.
    ///
    /// # Errors
    /// [`Fault`]; [`Fault::Refused`] from a server that has no such thing.
    pub async fn say_here(&self, key: &Key, path: Option<&Pointer>) -> Result<(), Fault> {
        let body = serde_json::json!({ "path": path.map(ToString::to_string) });
        self.say_presence(Method::PUT, key, Some(body.to_string())).await
    }

    /// Says that I no longer am.
    ///
    /// # Errors
    /// As [`Backend::say_here`].
    pub async fn say_gone(&self, key: &Key) -> Result<(), Fault> {
        self.say_presence(Method::DELETE, key, None).await
    }

    async fn say_presence(&self, method: Method, key: &Key, body: Option<String>) -> Result<(), Fault> {
        let mut url = self.record(key);
        if let Ok(mut path) = url.path_segments_mut() {
            path.push("presence");
        }
        let who = utf8_percent_encode(self.who(), IN_HEADER).to_string();
        let request = self.inner.client.request(method, url).header("midair-author", who);
        let request = match body {
            Some(body) => request.header(CONTENT_TYPE, "application/json").body(body),
            None => request,
        };
        let answer = self.exchange(Asks::Read, request).await?;
        if answer.status.is_success() { Ok(()) } else { Err(answer.fault(Asks::Read)) }
    }
}
