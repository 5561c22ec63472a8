//! One write of many: read by the rules of a request of its own, and told with the same verdict.

use axum::http::header::{IF_MATCH, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use midair_record::wire::{Key, Token};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::super::records::{self, Standing};
use crate::contract::ProblemMembers;
use crate::observe::Collision;
use crate::precondition::{Claim, Conditions};
use crate::problem::{self, Problem};
use crate::refusal::{self, Bodies};
use crate::store::{BulkItem, BulkOutcome, Expect, Found, Hand, Removal, Write};

/// One of many writes.
#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "BulkItem")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Item {
    /// The id of the record.
    id: String,
    /// What to do with it.
    op: ItemOp,
    /// What `If-Match` says of a request of its own.
    if_match: Option<String>,
    /// What `If-None-Match` says.
    if_none_match: Option<String>,
    /// What `Idempotency-Key` says, without quotes.
    idempotency_key: Option<String>,
    /// The record, of a `put`. What is no record is refused as the rest of the writes go on, as a bad id is.
    #[schemars(with = "Option<serde_json::Value>")]
    fields: Option<Box<RawValue>>,
    /// Why; what `Midair-Note` says where it is left out.
    note: Option<String>,
}

#[derive(Deserialize, JsonSchema)]
#[schemars(inline)]
#[serde(rename_all = "lowercase")]
enum ItemOp {
    Put,
    Delete,
}

/// What holds for every write of a request.
pub(super) struct Whole {
    pub(super) collection: String,
    /// Who writes and why; the edit's name is that of all of them together.
    pub(super) hand: Hand,
    pub(super) bodies: Bodies,
    /// The largest record, in bytes.
    pub(super) limit: usize,
}

/// A write on its way to the store and back.
pub(super) struct Asked {
    key: Key,
    claims: Claim,
    /// What the store is asked; nothing where it is known already that it is refused.
    item: Option<BulkItem>,
    /// It deletes, and says nothing of what: what is not there is told before that.
    unguarded_deletion: bool,
    /// Why it cannot be done, unless the store has a reason that is told before.
    fault: Option<Problem>,
}

/// What became of a write.
pub(super) struct Verdict {
    id: Option<String>,
    outcome: Result<Done, Problem>,
}

/// A write that was done.
struct Done {
    status: u16,
    token: Option<Token>,
    version: u64,
    replayed: bool,
}

impl Asked {
    /// Reads a write; `place` is its place among the others, from 0, and `blind` whether the collection takes writes
    /// that say nothing of what they replace.
    pub(super) fn read(item: Item, place: usize, whole: &Whole, blind: bool) -> Self {
        let key = Key { collection: whole.collection.clone(), id: item.id.clone() };
        let mut asked = Asked { key, claims: Claim::default(), item: None, unguarded_deletion: false, fault: None };
        asked.fault = asked.prepare(item, place, whole, blind).err();
        asked
    }

    /// As `routes::records` reads the headers of a request, in the same order.
    fn prepare(&mut self, item: Item, place: usize, whole: &Whole, blind: bool) -> Result<(), Problem> {
        let key = super::super::key(&whole.collection, &item.id)?;
        let limit = whole.limit;
        let text = item.fields.as_ref().map_or("", |raw| raw.get());
        if text.len() > limit {
            let detail = format!("{key} is larger than {limit} bytes, which is the limit here.");
            return Err(Problem::new(problem::TOO_LARGE, detail).with("limit", &limit));
        }
        let hand = Hand {
            by: whole.hand.by.clone(),
            note: item.note.filter(|note| !note.is_empty()).or_else(|| whole.hand.note.clone()),
            edit_id: match item.idempotency_key {
                Some(own) if super::super::is_edit_name(&own) => Some(own),
                Some(odd) => {
                    let detail = format!("idempotencyKey: {odd:?} is not 1 to 255 characters without \" and \\.");
                    return Err(Problem::new(problem::MALFORMED_BODY, detail));
                }
                None => whole.hand.edit_id.as_ref().map(|all| format!("{all}/{place}")),
            },
        };
        let conditions = conditions(item.if_match.as_deref(), item.if_none_match.as_deref())?;
        let expect = conditions.expect();
        self.claims = conditions.claim();
        let blind = blind && expect == Expect::default();
        match item.op {
            ItemOp::Delete if !conditions.guard_a_deletion() && !blind => {
                self.unguarded_deletion = true;
                self.item = Some(BulkItem::Ask { key: key.clone(), expect: Expect::default() });
                Err(refusal::unguarded(&key, "ifMatch with the etag you read to delete it"))
            }
            ItemOp::Delete => {
                self.item = Some(BulkItem::Delete(Removal { key, expect, hand }));
                Ok(())
            }
            ItemOp::Put if !conditions.guard_a_write() && !blind => {
                let send = "ifMatch with the etag you read to replace it, or ifNoneMatch \"*\" to create it";
                Err(refusal::unguarded(&key, send))
            }
            ItemOp::Put => match records::parse(text.as_bytes()) {
                Ok(record) => {
                    self.item = Some(BulkItem::Put(Write { key, record, expect, hand }));
                    Ok(())
                }
                // A stale token is told before fields that cannot be read (RFC 9110 section 13.2.1).
                Err(fault) => {
                    self.item = Some(BulkItem::Ask { key, expect });
                    Err(fault)
                }
            },
        }
    }

    /// Whether it is refused, whatever the store says.
    pub(super) fn is_refused(&self) -> bool {
        self.fault.is_some()
    }

    /// What the store is to be asked.
    pub(super) fn take(&mut self) -> Option<BulkItem> {
        self.item.take()
    }

    /// What became of it; `outcome` is the store's, where it was asked.
    pub(super) fn judged(self, outcome: Option<BulkOutcome>, bodies: Bodies) -> Verdict {
        let Asked { key, claims, unguarded_deletion, fault, .. } = self;
        let outcome = match (outcome, fault) {
            (Some(BulkOutcome::Asked(Found::Gone(gone), _)), Some(_)) if unguarded_deletion => {
                Err(refusal::gone(&key, &gone))
            }
            (Some(BulkOutcome::Asked(Found::Missing, _)), Some(_)) if unguarded_deletion => Err(records::missing(&key)),
            (Some(BulkOutcome::Asked(_, Some(conflict))), Some(_)) => {
                Err(refusal::stale(&key, &conflict, &claims, bodies))
            }
            (_, Some(fault)) => Err(fault),
            (Some(BulkOutcome::Put(written)), None) => {
                records::standing(&key, written, &claims, bodies).map(Done::written)
            }
            (Some(BulkOutcome::Delete(removed)), None) => records::deleted(&key, removed, &claims, bodies)
                .map(|gone| Done { status: 204, token: None, version: gone.version, replayed: gone.replayed }),
            (Some(BulkOutcome::Asked(..) | BulkOutcome::NotWritten) | None, None) => Err(Problem::new(
                problem::NOT_WRITTEN,
                "Nothing was written: another write of the request was refused.",
            )),
        };
        Verdict { id: Some(key.id), outcome }
    }

    /// What the store's own fault makes of it.
    pub(super) fn failed(self, fault: &crate::store::StoreError) -> Verdict {
        let outcome = Err(self.fault.unwrap_or_else(|| fault.clone().into()));
        Verdict { id: Some(self.key.id), outcome }
    }
}

/// The conditions of an item, which are written as the headers are.
fn conditions(if_match: Option<&str>, if_none_match: Option<&str>) -> Result<Conditions, Problem> {
    let mut headers = HeaderMap::new();
    let members: [(&str, HeaderName, _); 2] =
        [("ifMatch", IF_MATCH, if_match), ("ifNoneMatch", IF_NONE_MATCH, if_none_match)];
    for (member, name, said) in members {
        let Some(said) = said else { continue };
        let odd = |_| Problem::new(problem::MALFORMED_BODY, format!("{member}: {said:?} is no list of entity tags."));
        headers.insert(name, HeaderValue::from_str(said).map_err(odd)?);
    }
    Conditions::read(&headers).map_err(|fault| Problem::new(problem::MALFORMED_BODY, format!("{fault}.")))
}

impl Done {
    fn written(standing: Standing) -> Self {
        let Standing { stored, created, replayed } = standing;
        let status = if created { 201 } else { 200 };
        Done { status, token: Some(stored.token), version: stored.version, replayed }
    }
}

impl Verdict {
    /// Of a line that says no write.
    pub(super) fn of_no_write(fault: Problem) -> Self {
        Verdict { id: None, outcome: Err(fault) }
    }

    /// The id of the record that was written, or what stood in the way of it, if that was another's write.
    pub(super) fn collision(&self) -> Result<&str, Option<Collision>> {
        match (&self.outcome, &self.id) {
            (Ok(_), Some(id)) => Ok(id),
            (Ok(_), None) => Err(None),
            (Err(problem), _) => Err(problem.noted()),
        }
    }

    /// As the answer tells it; `line` is where the write stood, where writes stand in lines.
    pub(super) fn told(&self, line: Option<usize>) -> Told<'_> {
        let id = self.id.as_deref();
        match &self.outcome {
            Ok(done) => Told {
                line,
                id,
                status: done.status,
                etag: done.token.as_ref(),
                version: Some(done.version),
                replayed: done.replayed,
                problem: None,
            },
            Err(problem) => Told {
                line,
                id,
                status: problem.code().status,
                etag: None,
                version: None,
                replayed: false,
                problem: RawValue::from_string(problem.to_json()).ok(),
            },
        }
    }
}

/// What became of one of many writes.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "BulkResult")]
pub(super) struct Told<'v> {
    /// The line that it stood in, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    /// The id of the record, as it was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'v str>,
    /// The status that the same write alone would have been answered with.
    status: u16,
    /// The token of what stands there now.
    #[serde(skip_serializing_if = "Option::is_none")]
    etag: Option<&'v Token>,
    /// Its version.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<u64>,
    /// It had been done before, under the same key.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    replayed: bool,
    /// Why it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "ProblemMembers")]
    problem: Option<Box<RawValue>>,
}
