//! What went over the wire: who asked what of which record, under which condition, and what came back.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use hyper::header::{ETAG, HeaderMap, IF_MATCH, IF_NONE_MATCH};
use jiff::Timestamp;
use midair_record::wire::Key;
use percent_encoding::percent_decode_str;
use tokio::sync::watch;

/// One exchange of records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// When it was asked.
    pub at: Timestamp,
    pub who: String,
    pub method: String,
    pub asked: Asked,
    pub precondition: Precondition,
    pub outcome: Outcome,
}

/// Of what something was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// One record.
    Record(Key),
    /// Many records of a collection in one request.
    Many(String),
}

/// What had to hold for it to happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Precondition {
    /// It said nothing of that.
    None,
    /// The record is this version.
    IfMatch(String),
    /// There is no such record, where it is `*`.
    IfNoneMatch(String),
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing yet.
    Waiting,
    /// This.
    Answered(Answer),
    /// This, and it was lost on the way.
    Lost(Answer),
    /// The connection was cut before.
    Cut,
}

/// The head of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub etag: Option<String>,
}

impl Exchange {
    /// Whether it could change something.
    pub fn writes(&self) -> bool {
        !matches!(self.method.as_str(), "GET" | "HEAD" | "OPTIONS")
    }

    /// The answer that the server gave, whether it arrived or not.
    pub fn answer(&self) -> Option<&Answer> {
        match &self.outcome {
            Outcome::Answered(answer) | Outcome::Lost(answer) => Some(answer),
            Outcome::Waiting | Outcome::Cut => None,
        }
    }
}

impl fmt::Display for Asked {
    /// `projects/prj_1`, or `projects` for many.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Asked::Record(key) => key.fmt(f),
            Asked::Many(collection) => f.write_str(collection),
        }
    }
}

impl fmt::Display for Exchange {
    /// `bob PUT projects/prj_1 If-Match "7-…" → 412`, without the time.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.who, self.method, self.asked)?;
        match &self.precondition {
            Precondition::None => {}
            Precondition::IfMatch(tag) => write!(f, " If-Match {tag}")?,
            Precondition::IfNoneMatch(tag) => write!(f, " If-None-Match {tag}")?,
        }
        let told = |f: &mut fmt::Formatter<'_>, answer: &Answer| {
            let etag = answer.etag.as_ref().map(|etag| format!(" {etag}")).unwrap_or_default();
            write!(f, "{}{etag}", answer.status)
        };
        f.write_str(" → ")?;
        match &self.outcome {
            Outcome::Waiting => f.write_str("…"),
            Outcome::Answered(answer) => told(f, answer),
            Outcome::Lost(answer) => {
                told(f, answer)?;
                f.write_str(", lost on the way back")
            }
            Outcome::Cut => f.write_str("cut"),
        }
    }
}

/// What a request to `path` under the root of the server is about; `None` where that is no record.
pub(super) fn asked(path: &str, method: &str) -> Option<Asked> {
    let mut segments = path.trim_matches('/').split('/').map(|part| percent_decode_str(part).decode_utf8_lossy());
    let (Some("v1"), Some("collections")) = (segments.next().as_deref(), segments.next().as_deref()) else {
        return None;
    };
    let collection = segments.next()?.into_owned();
    match (segments.next()?.as_ref(), segments.next(), segments.next().as_deref()) {
        ("bulk", None, _) => Some(Asked::Many(collection)),
        ("records", Some(id), None) => Some(Asked::Record(Key { collection, id: id.into_owned() })),
        // What is restored is written.
        ("records", Some(id), Some("versions" | "restore")) if method == "POST" => {
            Some(Asked::Record(Key { collection, id: id.into_owned() }))
        }
        _ => None,
    }
}

/// The exchanges, in the order in which they were asked.
#[derive(Debug, Default)]
pub(super) struct Log {
    exchanges: Mutex<Vec<Exchange>>,
    changes: watch::Sender<u64>,
}

impl Log {
    fn locked(&self) -> MutexGuard<'_, Vec<Exchange>> {
        self.exchanges.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn exchanges(&self) -> Vec<Exchange> {
        self.locked().clone()
    }

    pub(super) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// Notes what is asked; gives its number.
    pub(super) fn ask(&self, who: &str, method: &str, asked: Asked, headers: &HeaderMap) -> usize {
        let header = |name| {
            headers
                .get(name)
                .map(|value| String::from_utf8_lossy(hyper::header::HeaderValue::as_bytes(value)).into_owned())
        };
        let precondition = match (header(IF_MATCH), header(IF_NONE_MATCH)) {
            (Some(tag), _) => Precondition::IfMatch(tag),
            (None, Some(tag)) => Precondition::IfNoneMatch(tag),
            (None, None) => Precondition::None,
        };
        let exchange = Exchange {
            at: Timestamp::now(),
            who: who.to_owned(),
            method: method.to_owned(),
            asked,
            precondition,
            outcome: Outcome::Waiting,
        };
        let number = {
            let mut exchanges = self.locked();
            exchanges.push(exchange);
            exchanges.len() - 1
        };
        self.changes.send_modify(|count| *count += 1);
        number
    }

    /// Notes what came back of the exchange of this number, where nothing did yet.
    pub(super) fn went(&self, number: usize, outcome: Outcome) {
        if let Some(exchange) = self.locked().get_mut(number).filter(|one| one.outcome == Outcome::Waiting) {
            exchange.outcome = outcome;
        }
        self.changes.send_modify(|count| *count += 1);
    }
}

/// The head of an answer, as it is noted.
pub(super) fn answer(status: u16, headers: &HeaderMap) -> Answer {
    let etag = headers.get(ETAG).map(|tag| String::from_utf8_lossy(tag.as_bytes()).into_owned());
    Answer { status, etag }
}
