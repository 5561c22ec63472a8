//! Many records written in one request, all together or each for itself; refuses to write one without a precondition.

use midair_record::wire::Token;
use midair_record::{Basis, Draft, Record};
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

/// A write of a bulk request: over a version, or of what is not there.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Item<'r> {
    id: &'r str,
    op: &'static str,
    #[serde(flatten)]
    precondition: Precondition<'r>,
    fields: &'r Record,
    #[serde(skip_serializing_if = "Option::is_none")]
    idempotency_key: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'r str>,
}

/// What must hold for a write to happen. There is no third.
#[derive(Serialize)]
enum Precondition<'r> {
    #[serde(rename = "ifMatch")]
    Is(&'r Token),
    #[serde(rename = "ifNoneMatch")]
    Absent(&'static str),
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
            precondition: Precondition::Absent("*"),
            fields: &record.fields,
            idempotency_key: None,
            note,
        });
        let verdicts = self.send_many(collection, items.collect(), together).await?;
        Ok(verdicts.into_iter().map(Outcome::from).collect())
    }

    /// Sends drafts of records of one collection in one request, each for itself, and says with which status each was
    /// answered, in their order.
    ///
    /// # Errors
    /// [`Fault`]. After [`Fault::Uncertain`] the same drafts can be sent again: their edit ids make each one write.
    pub async fn save_each(&self, collection: &str, drafts: &[Draft]) -> Result<Vec<u16>, Fault> {
        let record = |draft: &Draft| match &draft.base {
            Basis::New => Record::of(draft.fields.clone()),
            Basis::Version(base) => base.fields.rewritten(&draft.fields),
        };
        let records: Vec<Record> = drafts.iter().map(record).collect();
        let items = drafts.iter().zip(&records).map(|(draft, fields)| Item {
            id: &draft.key.id,
            op: "put",
            precondition: match &draft.base {
                Basis::New => Precondition::Absent("*"),
                Basis::Version(base) => Precondition::Is(&base.token),
            },
            fields,
            idempotency_key: Some(&draft.edit_id),
            note: draft.note.as_deref(),
        });
        let verdicts = self.send_many(collection, items.collect(), Together::EachAlone).await?;
        Ok(verdicts.into_iter().map(|verdict| verdict.status).collect())
    }

    async fn send_many(
        &self,
        collection: &str,
        items: Vec<Item<'_>>,
        together: Together,
    ) -> Result<Vec<Verdict>, Fault> {
        let body = serde_json::to_string(&Request { items })
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
        Ok(results.items)
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
