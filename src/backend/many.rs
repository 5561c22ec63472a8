//! Many writes of one collection in one request, each under its own precondition and with its own verdict; refuses, by its
//! types, to send one without.

use midair_record::wire::Token;
use midair_record::{PatchKind, Record};
use reqwest::header::CONTENT_TYPE;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::Backend;
use super::bulk::Together;
use super::fault::{Asks, Fault};

/// What must hold for a write to happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// `If-Match` in these words.
    Is(String),
    /// There is no such record.
    Absent,
}

/// What a write does.
#[derive(Clone, Debug)]
pub enum Deed {
    /// Writes the record in these bytes.
    Put(Record),
    /// Changes part of it.
    Patch(PatchKind, Box<RawValue>),
    /// Deletes it.
    Delete,
}

/// One of many writes.
#[derive(Clone, Debug)]
pub struct OneOfMany<'w> {
    /// The id of the record.
    pub id: &'w str,
    /// What is done with it.
    pub deed: &'w Deed,
    /// Under which precondition.
    pub condition: Condition,
    /// The name of this edit, by which it is done once however often it is sent.
    pub edit_id: String,
    /// Why.
    pub note: Option<&'w str>,
}

/// What became of one of them.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// It was done, and this is the version that stands now; without a token where it was a deletion.
    Done {
        /// There was no such record before.
        created: bool,
        /// The number of the version.
        version: u64,
        /// Its token.
        token: Option<Token>,
    },
    /// It was refused, as it would have been alone.
    Refused(Fault),
}

#[derive(Serialize)]
struct Request<'w> {
    items: Vec<Item<'w>>,
}

/// A write, as it stands in the request.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Item<'w> {
    id: &'w str,
    op: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    if_match: Option<&'w str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    if_none_match: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    idempotency_key: Option<&'w str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fields: Option<&'w Record>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    patch: Option<&'w RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'w str>,
}

impl<'w> Item<'w> {
    fn of(write: &'w OneOfMany<'w>) -> Self {
        let (if_match, if_none_match) = match &write.condition {
            Condition::Is(words) => (Some(words.as_str()), None),
            Condition::Absent => (None, Some("*")),
        };
        let (op, fields, content_type, patch) = match write.deed {
            Deed::Put(record) => ("put", Some(record), None, None),
            Deed::Patch(kind, patch) => ("patch", None, Some(kind.media_type()), Some(&**patch)),
            Deed::Delete => ("delete", None, None, None),
        };
        let OneOfMany { id, edit_id, note, .. } = write;
        let idempotency_key = Some(edit_id.as_str());
        Item { id, op, if_match, if_none_match, idempotency_key, fields, content_type, patch, note: *note }
    }

    /// The creation of a record. It has no name: sent again, it is refused by what it made.
    pub(super) fn creation(id: &'w str, fields: &'w Record, note: Option<&'w str>) -> Self {
        let (op, if_none_match, fields) = ("put", Some("*"), Some(fields));
        let (if_match, idempotency_key, content_type, patch) = (None, None, None, None);
        Item { id, op, if_match, if_none_match, idempotency_key, fields, content_type, patch, note }
    }
}

#[derive(Deserialize)]
struct Results {
    items: Vec<Told>,
}

#[derive(Deserialize)]
struct Told {
    status: u16,
    #[serde(default)]
    etag: Option<Token>,
    #[serde(default)]
    version: u64,
    #[serde(default)]
    problem: Why,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Why {
    code: String,
    detail: String,
}

impl Backend {
    /// Sends writes of one collection in one request, and says what became of each, in their order.
    ///
    /// # Errors
    /// [`Fault`]. After [`Fault::Uncertain`] the same writes can be sent again: their names make each one write.
    pub async fn write_many(&self, collection: &str, writes: &[OneOfMany<'_>]) -> Result<Vec<Verdict>, Fault> {
        self.send_many(collection, writes.iter().map(Item::of).collect(), Together::EachAlone).await
    }

    pub(super) async fn send_many(
        &self,
        collection: &str,
        items: Vec<Item<'_>>,
        together: Together,
    ) -> Result<Vec<Verdict>, Fault> {
        let sent = items.len();
        let body = serde_json::to_string(&Request { items })
            .map_err(|fault| Fault::Broken(format!("the writes cannot be put together: {fault}")))?;
        let mut url = self.url(&["v1", "collections", collection, "bulk"]);
        url.query_pairs_mut().append_pair("atomic", if together == Together::AllOrNone { "true" } else { "false" });
        let request = self
            .signed(self.inner.client.post(url), &uuid::Uuid::new_v4().to_string())
            .header(CONTENT_TYPE, "application/json")
            .body(body);
        let answer = self.exchange(Asks::Write, request).await?;
        if !answer.status.is_success() {
            return Err(answer.fault(Asks::Write));
        }
        let results: Results = answer.json()?;
        if results.items.len() != sent {
            let told = results.items.len();
            return Err(Fault::Broken(format!("{} told of {told} writes, and {sent} were sent", self.name())));
        }
        Ok(results.items.into_iter().map(Verdict::from).collect())
    }
}

impl From<Told> for Verdict {
    fn from(told: Told) -> Self {
        let Told { status, etag: token, version, problem: Why { code, detail } } = told;
        if (200..300).contains(&status) {
            return Verdict::Done { created: status == 201, version, token };
        }
        let detail = detail.trim_end_matches('.').to_owned();
        Verdict::Refused(Fault::Refused { status, code, detail, faults: Vec::new() })
    }
}
