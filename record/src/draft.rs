//! What a person has typed and what it was made against; refuses to exist without the second.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::diff::{self, Change};
use crate::merge::rule::{Rule, Rules};
use crate::pointer::Pointer;
use crate::record::Record;
use crate::resolution::{Decision, Resolution};
use crate::value::Object;
use crate::wire::{Base, Key, Stored, VersionLine};

/// What a draft was made against.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Basis {
    /// Nothing: the record is to be created.
    New,
    /// This version of the record, as it was loaded.
    Version(Box<Stored>),
}

impl Basis {
    /// The version it was made against.
    #[must_use]
    pub fn stored(&self) -> Option<&Stored> {
        match self {
            Basis::New => None,
            Basis::Version(stored) => Some(stored),
        }
    }

    fn known(&self) -> Option<Base> {
        self.stored().map(|stored| Base { version: stored.version, fields: stored.fields.clone() })
    }
}

/// An edit of one record that is not saved yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// Which record.
    pub key: Key,
    /// What it was made against.
    pub base: Basis,
    /// What I have now: mine.
    #[serde(with = "crate::value::members")]
    pub fields: Object,
    /// The name of this very edit, sent with the write, by which a lost answer is recognised.
    pub edit_id: String,
    /// Why, in my words.
    #[serde(default)]
    pub note: Option<String>,
    /// What was decided in a collision, and on what it was decided.
    #[serde(default)]
    pub settled: Option<Box<Settled>>,
}

/// The collision that a draft came out of, kept so that a further refusal reopens only what moved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settled {
    /// What mine was made against before the collision. The two belong together: mine against anything newer would
    /// read as if I took back what others did in between.
    pub base: Basis,
    /// Mine before the collision.
    #[serde(with = "crate::value::members")]
    pub mine: Object,
    /// What was decided; a decision under which theirs moved stays until it is made again.
    pub decisions: Vec<Decision>,
    /// The writes that the collision was with, oldest first.
    #[serde(default)]
    pub changes: Vec<VersionLine>,
    /// The merge rules that were chosen in it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub rules: BTreeMap<Pointer, Rule>,
}

impl Draft {
    /// A draft of a loaded record that changes nothing yet. `edit_id`: any text that no other edit has, a UUID say.
    #[must_use]
    pub fn of(collection: &str, stored: Stored, edit_id: String) -> Self {
        let key = Key { collection: collection.into(), id: stored.id.clone() };
        let fields = stored.fields.fields().clone();
        Draft { key, base: Basis::Version(Box::new(stored)), fields, edit_id, note: None, settled: None }
    }

    /// A draft of a record that does not exist yet.
    #[must_use]
    pub fn new(key: Key, fields: Object, edit_id: String) -> Self {
        Draft { key, base: Basis::New, fields, edit_id, note: None, settled: None }
    }

    /// What I have, as it is written: members that it does not change keep their bytes.
    #[must_use]
    pub fn record(&self) -> Record {
        match &self.base {
            Basis::New => Record::of(self.fields.clone()),
            Basis::Version(base) => base.fields.rewritten(&self.fields),
        }
    }

    /// What it changes against what it was made against.
    #[must_use]
    pub fn changes(&self) -> Vec<Change> {
        match &self.base {
            Basis::New => diff::diff(&Object::new(), &self.fields),
            Basis::Version(stored) => diff::diff(stored.fields.fields(), &self.fields),
        }
    }

    /// Whether there is something to send: a change, or a record to create.
    #[must_use]
    pub fn has_something_to_send(&self) -> bool {
        match &self.base {
            Basis::New => true,
            Basis::Version(stored) => *stored.fields.fields() != self.fields,
        }
    }

    /// Replaces what I have. What was decided in an earlier collision is then part of mine, and no longer tracked.
    pub fn edit(&mut self, fields: Object) {
        if fields != self.fields {
            self.fields = fields;
            self.settled = None;
        }
    }

    /// Puts the draft against what the server has now, by inferred merge rules. `base` is what the refusal said of the
    /// version I started from; it is used where the draft does not know it by itself. `changes` are the writes since,
    /// oldest first.
    #[must_use]
    pub fn rebase(&self, theirs: Stored, base: Option<Base>, changes: Vec<VersionLine>) -> Resolution {
        self.rebase_by(&Rules::default(), theirs, base, changes)
    }

    /// As [`Draft::rebase`], by the collection's merge rules.
    #[must_use]
    pub fn rebase_by(
        &self,
        rules: &Rules,
        theirs: Stored,
        base: Option<Base>,
        changes: Vec<VersionLine>,
    ) -> Resolution {
        let mut origin = self.clone();
        match origin.settled.take() {
            Some(settled) => {
                let Settled { base, mine, decisions, changes: mut before, rules: chosen } = *settled;
                let known = base.known();
                (origin.base, origin.fields) = (base, mine);
                before.retain(|line| changes.iter().all(|newer| newer.version != line.version));
                before.extend(changes);
                before.sort_by_key(|line| line.version);
                Resolution::begin(origin, known, theirs, before, &decisions, rules.with(chosen))
            }
            None => {
                let known = self.base.known().or(base);
                Resolution::begin(origin, known, theirs, changes, &[], rules.clone())
            }
        }
    }
}
