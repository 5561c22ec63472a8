//! Many records created in one request, all together or each for itself; refuses to replace a record that exists.

use midair_record::Record;
use reqwest::header::CONTENT_TYPE;
use serde::{Deserialize, Serialize};

use super::Backend;
use super::fault::{Asks, Fault};

/// A record to create.
#[derive(Clone, Debug)]
pub struct Creation {
    /// Its id.
    pub id: String,
    /// What it says, byte for byte.
    pub fields: Record,
}

/// Whether one refusal stops the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Together {
    /// All are created, or none.
    AllOrNone,
    /// Each is created or refused for itself.
    EachAlone,
}

/// What became of one of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was created.
    Created,
    /// It was not, for this reason.
    Refused {
        /// The HTTP status it would have had alone.
        status: u16,
        /// The stable name of the refusal.
        code: String,
        /// One sentence.
        detail: String,
    },
}

#[derive(Serialize)]
struct Request<'r> {
    items: Vec<Item<'r>>,
}

/// A write of a bulk request. It is a creation and nothing else, so its precondition is part of its shape.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Item<'r> {
    id: &'r str,
    op: &'static str,
    if_none_match: &'static str,
    fields: &'r Record,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'r str>,
}

#[derive(Deserialize)]
struct Results {
    items: Vec<Verdict>,
}

#[derive(Deserialize)]
struct Verdict {
    status: u16,
    #[serde(default)]
    problem: Option<Why>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Why {
    code: String,
    detail: String,
}

impl Backend {
    /// Creates records in one request and says what became of each, in their order. Under [`Together::AllOrNone`] a
    /// refusal of one leaves all of them unwritten.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn create(
        &self,
        collection: &str,
        records: &[Creation],
        note: Option<&str>,
        together: Together,
    ) -> Result<Vec<Outcome>, Fault> {
        let items = records.iter().map(|record| Item {
            id: &record.id,
            op: "put",
            if_none_match: "*",
            fields: &record.fields,
            note,
        });
        let request = Request { items: items.collect() };
        let body = serde_json::to_string(&request)
            .map_err(|fault| Fault::Broken(format!("the records cannot be written: {fault}")))?;
        let mut url = self.url(&["v1", "collections", collection, "bulk"]);
        let atomic = together == Together::AllOrNone;
        url.query_pairs_mut().append_pair("atomic", if atomic { "true" } else { "false" });
        let request = self
            .signed(self.inner.client.post(url), &uuid::Uuid::new_v4().to_string())
            .header(CONTENT_TYPE, "application/json")
            .body(body);
        let answer = self.exchange(Asks::Write, request).await?;
        if !answer.status.is_success() {
            return Err(answer.fault(Asks::Write));
        }
        let results: Results = answer.json()?;
        Ok(results.items.into_iter().map(Outcome::from).collect())
    }
}

impl From<Verdict> for Outcome {
    fn from(result: Verdict) -> Self {
        if (200..300).contains(&result.status) {
            return Outcome::Created;
        }
        let why = result.problem.unwrap_or_default();
        Outcome::Refused { status: result.status, code: why.code, detail: why.detail }
    }
}
