//! What came back over HTTP, read with suspicion: size, kind, entity tag, problem details; refuses to know what it is for.

use jiff::Timestamp;
use midair_record::Pointer;
use midair_record::Record;
use midair_record::schema::Violation;
use midair_record::wire::{Base, Stored, Token, Tombstone, VersionLine};
use reqwest::header::{CONTENT_TYPE, DATE, ETAG, HeaderMap, LAST_MODIFIED};
use reqwest::{RequestBuilder, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::Revival;
use super::fault::{Asks, Fault};
use super::{ANSWER_WITHIN, Backend};

/// No answer of the contract comes near this; one that does is not kept in memory.
const MOST_BYTES: usize = 256 << 20;

/// A whole answer.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
    server: String,
}

/// Problem details (RFC 9457) with the members that midair adds. Members that are absent stay absent.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Problem {
    pub(super) code: String,
    pub(super) title: String,
    pub(super) detail: String,
    pub(super) current: Option<CurrentVersion>,
    pub(super) deleted: Option<Tombstone>,
    pub(super) expected: Option<ExpectedVersion>,
    pub(super) base: Option<Base>,
    pub(super) changes: Vec<VersionLine>,
    pub(super) overlap: Vec<Pointer>,
    pub(super) already_applied: bool,
    pub(super) changes_omitted: u64,
    pub(super) suggestion: String,
    pub(super) errors: Vec<ProblemError>,
}

/// One of several things that are wrong, as a problem tells it.
#[derive(Debug, Deserialize)]
pub(super) struct ProblemError {
    pointer: Pointer,
    detail: String,
}

/// The version whose token was presented, as a problem tells it.
#[derive(Debug, Deserialize)]
pub(super) struct ExpectedVersion {
    pub(super) version: u64,
}

/// What stands there now, as a problem tells it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CurrentVersion {
    version: u64,
    etag: Token,
    fields: Record,
    updated_at: String,
    #[serde(default)]
    updated_by: String,
    #[serde(default)]
    note: Option<String>,
}

impl CurrentVersion {
    pub(super) fn of(self, id: &str) -> Stored {
        Stored {
            id: id.to_owned(),
            version: self.version,
            token: self.etag,
            updated_at: self.updated_at,
            updated_by: self.updated_by,
            note: self.note,
            fields: self.fields,
        }
    }
}

/// How often a server is brought back for one request: of several processes that host it by turns, the next may end as well.
const REVIVALS: usize = 5;

impl Backend {
    /// Sends, and reads the answer to its end. Every request but the feed goes through here.
    pub(super) async fn exchange(&self, asks: Asks, request: RequestBuilder) -> Result<Answer, Fault> {
        let Some(Revival(revive)) = &self.revival else { return self.once(asks, request).await };
        let mut request = request;
        for _ in 0..REVIVALS {
            let Some(again) = request.try_clone() else { break };
            // Nothing was sent, or nothing was asked for but a read: it is as if it had not been tried.
            match self.once(asks, request).await {
                Err(Fault::Unreachable(_)) if revive().await => request = again,
                answer => return answer,
            }
        }
        self.once(asks, request).await
    }

    async fn once(&self, asks: Asks, request: RequestBuilder) -> Result<Answer, Fault> {
        let lost = |fault: reqwest::Error| Fault::of(self.name(), asks, &fault);
        let response = self.traced(request).timeout(ANSWER_WITHIN).send().await.map_err(lost)?;
        self.whole(asks, response).await
    }

    /// Reads an answer to its end.
    pub(super) async fn whole(&self, asks: Asks, mut response: reqwest::Response) -> Result<Answer, Fault> {
        let lost = |fault: reqwest::Error| Fault::of(self.name(), asks, &fault);
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(lost)? {
            if body.len() + chunk.len() > MOST_BYTES {
                return Err(Fault::Broken(format!(
                    "{} answered with more than {} MiB; this is not a midair server",
                    self.name(),
                    MOST_BYTES >> 20
                )));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer {
            status: response.status(),
            headers: response.headers().clone(),
            body,
            server: self.name().to_owned(),
        })
    }
}

impl Answer {
    /// The body as this shape.
    pub(super) fn json<T: DeserializeOwned>(&self) -> Result<T, Fault> {
        if !self.is_json() {
            return Err(self.not_midair());
        }
        serde_json::from_slice(&self.body).map_err(|fault| {
            Fault::Broken(format!(
                "{} answered {} with JSON that is not what the contract says ({fault})",
                self.server, self.status
            ))
        })
    }

    /// The problem in the body, or an empty one where there is none that can be read.
    pub(super) fn problem(&self) -> Problem {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The answer as a fault, for a status that nothing else is made of.
    pub(super) fn fault(&self, asks: Asks) -> Fault {
        let status = self.status.as_u16();
        if asks == Asks::Write && matches!(status, 500 | 502 | 504) {
            return Fault::Uncertain(format!(
                "{} failed while it held the write ({}); it may have been written, and can safely be sent again",
                self.server, self.status
            ));
        }
        let barred = match status {
            401 => Some(format!("{} asks for credentials, and midair has none to send", self.server)),
            403 => Some(format!("{} does not allow that", self.server)),
            _ => None,
        };
        let readable = self.is_json() || barred.is_some();
        if !readable || self.status.is_redirection() || self.status.is_informational() {
            return self.not_midair();
        }
        let problem = self.problem();
        let detail = [problem.detail, problem.title]
            .into_iter()
            .find(|text| !text.is_empty())
            .or(barred)
            .unwrap_or_else(|| format!("{} refused without saying why", self.server));
        let fault = |one: ProblemError| Violation { at: one.pointer, what: one.detail };
        let faults = problem.errors.into_iter().map(fault).collect();
        Fault::Refused { status, code: problem.code, faults, detail: detail.trim_end_matches('.').to_owned() }
    }

    /// The token of the version in this answer: `None` when there is none.
    ///
    /// # Errors
    /// [`Fault::Broken`] for a weak tag, which no write may present, and for what is no tag at all.
    pub(super) fn token(&self) -> Result<Option<Token>, Fault> {
        let Some(tag) = self.headers.get(ETAG) else {
            return Ok(None);
        };
        let tag = String::from_utf8_lossy(tag.as_bytes());
        let because = match Token::parse(&tag) {
            Some(token) => return Ok(Some(token)),
            None if tag.starts_with("W/") => "a weak one, which no write may present (a compressing proxy in between?)",
            None => "which is not an entity tag",
        };
        Err(Fault::Broken(format!(
            "{} gave the ETag {tag}, {because}; nothing can be saved safely until the server is mended",
            self.server
        )))
    }

    /// The version that the headers and this record tell of.
    pub(super) fn version_of(&self, id: &str, token: Token, fields: Record) -> Result<Stored, Fault> {
        let lacks = |name: &str| {
            Fault::Broken(format!("{} left out {name}, without which a version cannot be named", self.server))
        };
        let version = self.header("midair-version").and_then(|number| number.parse().ok());
        Ok(Stored {
            id: id.to_owned(),
            version: version.ok_or_else(|| lacks("Midair-Version"))?,
            token,
            updated_at: self.written_at().ok_or_else(|| lacks("Last-Modified"))?,
            updated_by: self.decoded("midair-author").unwrap_or_default(),
            note: self.decoded("midair-note"),
            fields,
        })
    }

    /// To the millisecond where the server says so, else to the second.
    fn written_at(&self) -> Option<String> {
        if let Some(exact) = self.header("midair-updated-at") {
            return Some(exact.to_owned());
        }
        let date = self.header(LAST_MODIFIED.as_str())?;
        let at = jiff::fmt::rfc2822::parse(date).ok()?.timestamp();
        Some(at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string())
    }

    /// What the server's clock said (RFC 9110 section 6.6.1).
    pub(super) fn date(&self) -> Option<Timestamp> {
        Some(jiff::fmt::rfc2822::parse(self.header(DATE.as_str())?).ok()?.timestamp())
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    fn decoded(&self, name: &str) -> Option<String> {
        let text = percent_encoding::percent_decode_str(self.header(name)?);
        Some(text.decode_utf8_lossy().into_owned())
    }

    fn is_json(&self) -> bool {
        let kind = self.header(CONTENT_TYPE.as_str()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        kind == "application/json" || kind.ends_with("+json")
    }

    pub(super) fn not_midair(&self) -> Fault {
        let kind = match self.header(CONTENT_TYPE.as_str()) {
            Some(kind) => kind.to_owned(),
            None => "nothing".into(),
        };
        Fault::NotMidair(format!(
            "{} does not answer like midair ({}, {kind}); check the address",
            self.server, self.status
        ))
    }
}
