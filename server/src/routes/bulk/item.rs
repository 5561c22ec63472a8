//! One write of many: read by the rules of a request of its own, and told with the same verdict.

use axum::http::header::{IF_MATCH, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use midair_record::PatchKind;
use midair_record::wire::Key;
use schemars::JsonSchema;
use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::super::{patch, records};
use super::verdict::{Done, Verdict};
use crate::precondition::{Claim, Conditions};
use crate::problem::{self, Problem};
use crate::refusal::{self, Bodies};
use crate::store::{BulkItem, BulkOutcome, Expect, Found, Hand, Patching, Removal, Write};

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
    #[serde(default, deserialize_with = "as_written")]
    #[schemars(with = "Option<serde_json::Value>")]
    fields: Option<Box<RawValue>>,
    /// What `Content-Type` says of a `patch`: a type that `Accept-Patch` tells of. Another one is refused as the rest of the
    /// writes go on.
    content_type: Option<String>,
    /// The patch, of a `patch`.
    #[serde(default, deserialize_with = "as_written")]
    #[schemars(with = "Option<serde_json::Value>")]
    patch: Option<Box<RawValue>>,
    /// Why; what `Midair-Note` says where it is left out.
    note: Option<String>,
}

#[derive(Clone, Copy, PartialEq, JsonSchema)]
#[schemars(inline, rename_all = "lowercase")]
enum ItemOp {
    Put,
    Patch,
    Delete,
}

impl ItemOp {
    const ALL: [ItemOp; 3] = [ItemOp::Put, ItemOp::Patch, ItemOp::Delete];

    fn name(self) -> &'static str {
        match self {
            ItemOp::Put => "put",
            ItemOp::Patch => "patch",
            ItemOp::Delete => "delete",
        }
    }
}

/// By its name alone: what serde makes by itself takes `{"put": null}` as well.
impl<'de> Deserialize<'de> for ItemOp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Named;
        impl Visitor<'_> for Named {
            type Value = ItemOp;

            fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
                f.write_str("op to be \"put\", \"patch\" or \"delete\"")
            }

            fn visit_str<E: Error>(self, name: &str) -> Result<ItemOp, E> {
                let known = ItemOp::ALL.into_iter().find(|op| op.name() == name);
                known.ok_or_else(|| E::invalid_value(Unexpected::Str(name), &self))
            }
        }
        deserializer.deserialize_str(Named)
    }
}

/// A value as it was written, `null` included.
fn as_written<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Box<RawValue>>, D::Error> {
    Box::<RawValue>::deserialize(deserializer).map(Some)
}

impl Item {
    /// Refuses a member that is for writes of another kind: what was meant by it would not be done.
    fn takes_what_it_says(&self) -> Result<(), Problem> {
        let says = |value: &Option<Box<RawValue>>| value.as_ref().is_some_and(|value| value.get() != "null");
        let members = [
            ("fields", says(&self.fields), ItemOp::Put),
            ("contentType", self.content_type.is_some(), ItemOp::Patch),
            ("patch", says(&self.patch), ItemOp::Patch),
        ];
        match members.into_iter().find(|(_, is_there, op)| *is_there && *op != self.op) {
            None => Ok(()),
            Some((member, _, op)) => {
                let detail = format!("{member} is taken by op {:?}, and not by {:?}.", op.name(), self.op.name());
                Err(Problem::new(problem::MALFORMED_BODY, detail))
            }
        }
    }

    /// Who writes this, why, and under which name.
    fn hand(&self, place: usize, whole: &Whole) -> Result<Hand, Problem> {
        let edit_id = match &self.idempotency_key {
            Some(own) if super::super::is_edit_name(own) => Some(own.clone()),
            Some(odd) => {
                let detail = format!("idempotencyKey: {odd:?} is not 1 to 255 characters without \" and \\.");
                return Err(Problem::new(problem::MALFORMED_BODY, detail));
            }
            None => whole.hand.edit_id.as_ref().map(|all| format!("{all}/{place}")),
        };
        let own = self.note.clone().filter(|note| !note.is_empty());
        Ok(Hand { by: whole.hand.by.clone(), note: own.or_else(|| whole.hand.note.clone()), edit_id })
    }
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
    /// That there is no such record is told before the fault.
    first_missing: bool,
    /// That it was deleted is.
    first_gone: bool,
    /// Why it cannot be done, unless the store has a reason that is told before.
    fault: Option<Problem>,
}

impl Asked {
    /// Reads a write; `place` is its place among the others, from 0, and `blind` whether the collection takes writes
    /// that say nothing of what they replace.
    pub(super) fn read(item: Item, place: usize, whole: &Whole, blind: bool) -> Self {
        let key = Key { collection: whole.collection.clone(), id: item.id.clone() };
        let mut asked =
            Asked { key, claims: Claim::default(), item: None, first_missing: false, first_gone: false, fault: None };
        asked.fault = asked.prepare(item, place, whole, blind).err();
        asked
    }

    /// As `routes::records` reads the headers of a request, in the same order.
    fn prepare(&mut self, item: Item, place: usize, whole: &Whole, blind: bool) -> Result<(), Problem> {
        let key = super::super::key(&whole.collection, &item.id)?;
        item.takes_what_it_says()?;
        if item.op == ItemOp::Put {
            within(&key.to_string(), item.fields.as_deref(), whole.limit)?;
        }
        let hand = item.hand(place, whole)?;
        let conditions = conditions(item.if_match.as_deref(), item.if_none_match.as_deref())?;
        self.claims = conditions.claim();
        let blind = blind && conditions.leave_a_write_blind();
        match item.op {
            ItemOp::Put => self.put(key, &item, hand, &conditions, blind),
            ItemOp::Patch => self.patch(key, &item, hand, &conditions, blind, whole.limit),
            ItemOp::Delete => self.delete(key, hand, &conditions, blind),
        }
    }

    fn put(&mut self, key: Key, item: &Item, hand: Hand, conditions: &Conditions, blind: bool) -> Result<(), Problem> {
        if !conditions.guard_a_write() && !blind {
            let send = "ifMatch with the etag you read to replace it, or ifNoneMatch \"*\" to create it";
            return Err(refusal::unguarded(&key, send));
        }
        let expect = conditions.expect();
        match written(item.fields.as_deref(), "fields").and_then(records::parse) {
            Ok(record) => {
                self.item = Some(BulkItem::Put(Write { key, record, expect, hand }));
                Ok(())
            }
            // A stale token is told before fields that cannot be read (RFC 9110 section 13.2.1).
            Err(fault) => {
                self.item = Some(BulkItem::Ask { key, expect });
                Err(fault)
            }
        }
    }

    fn patch(
        &mut self,
        key: Key,
        item: &Item,
        hand: Hand,
        conditions: &Conditions,
        blind: bool,
        limit: usize,
    ) -> Result<(), Problem> {
        // What is not there is told before anything that is wrong with the patch, unless this very edit deleted it.
        (self.first_missing, self.first_gone) = (true, hand.edit_id.is_none());
        self.item = Some(BulkItem::Ask { key: key.clone(), expect: Expect::default() });
        within(&format!("The patch of {key}"), item.patch.as_deref(), limit)?;
        let kind = patch::kind(item.content_type.as_deref(), "without a contentType")?;
        let commutes = kind == PatchKind::Ops && conditions.leave_a_write_blind();
        if !conditions.guard_a_deletion() && !commutes && !blind {
            return Err(refusal::unguarded(&key, "ifMatch with the etag you read"));
        }
        let expect = conditions.expect();
        self.item = Some(BulkItem::Ask { key: key.clone(), expect: expect.clone() });
        let text = written(item.patch.as_deref(), "patch")?;
        let (patch, asked) = patch::parse(&key, kind, text)?;
        self.item = Some(BulkItem::Patch(Patching { key, patch, expect, hand, asked, limit }));
        Ok(())
    }

    fn delete(&mut self, key: Key, hand: Hand, conditions: &Conditions, blind: bool) -> Result<(), Problem> {
        if conditions.guard_a_deletion() || blind {
            self.item = Some(BulkItem::Delete(Removal { key, expect: conditions.expect(), hand }));
            return Ok(());
        }
        // What is not there is told before a missing precondition.
        (self.first_missing, self.first_gone) = (true, true);
        self.item = Some(BulkItem::Ask { key: key.clone(), expect: Expect::default() });
        Err(refusal::unguarded(&key, "ifMatch with the etag you read to delete it"))
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
    pub(super) fn judged(self, outcome: Option<BulkOutcome>, whole: &Whole) -> Verdict {
        let Asked { key, claims, first_missing, first_gone, fault, .. } = self;
        let bodies = whole.bodies;
        let outcome = match (outcome, fault) {
            (Some(BulkOutcome::Asked(Found::Gone(gone), _)), Some(_)) if first_gone => Err(refusal::gone(&key, &gone)),
            (Some(BulkOutcome::Asked(Found::Missing, _)), Some(_)) if first_missing => Err(records::missing(&key)),
            (Some(BulkOutcome::Asked(_, Some(conflict))), Some(_)) => {
                Err(refusal::stale(&key, &conflict, &claims, bodies))
            }
            (_, Some(fault)) => Err(fault),
            (Some(BulkOutcome::Put(written)), None) => {
                records::standing(&key, written, &claims, bodies).map(Done::written)
            }
            (Some(BulkOutcome::Patch(patched)), None) => {
                patch::standing(&key, patched, whole.limit, "ifMatch with its etag", &claims, bodies).map(Done::written)
            }
            (Some(BulkOutcome::Delete(removed)), None) => {
                records::deleted(&key, removed, &claims, bodies).map(Done::deleted)
            }
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

/// 413.
fn within(what: &str, value: Option<&RawValue>, limit: usize) -> Result<(), Problem> {
    if value.is_none_or(|value| value.get().len() <= limit) {
        return Ok(());
    }
    let detail = format!("{what} is larger than {limit} bytes, which is the limit here.");
    Err(Problem::new(problem::TOO_LARGE, detail).with("limit", &limit))
}

/// The bytes of the member that is written.
fn written<'v>(value: Option<&'v RawValue>, member: &str) -> Result<&'v [u8], Problem> {
    let missing =
        || Problem::new(problem::MALFORMED_BODY, format!("{member} is missing, which says what is to be written."));
    value.map(|value| value.get().as_bytes()).ok_or_else(missing)
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
