//! Three-way merge, field by field: sorts every difference into what is certain and what a person must decide.

pub mod hunk;
mod infer;
mod list;
mod number;
mod order;
mod print;
pub mod rule;
mod sequence;
pub mod text;
mod tree;
mod walk;

pub use list::{differences, known_by};
pub(crate) use number::sizes;
pub use print::{Pick, Printed, Texts, markers};
pub use sequence::Span;

use hunk::Hunk;
use rule::{Reason, Rule, Rules};
use tree::Node;

use crate::pointer::Pointer;
use crate::value::{Object, Value};

/// Where a unit stands between base, mine and theirs (2-collisions, "classifying a unit"). What is the same on all three
/// sides is no unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Only I changed it: merged takes mine.
    OnlyMine,
    /// Only they changed it: merged takes theirs.
    OnlyTheirs,
    /// Both changed it to the same: never a conflict.
    Same,
    /// Both changed it, and its rule put both changes together.
    Merged,
    /// Both changed it, differently: a person decides.
    Conflict(Kind),
}

/// What kind of conflict it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Both edited the value.
    EditEdit,
    /// I edited what they deleted.
    EditDelete,
    /// I deleted what they edited.
    DeleteEdit,
    /// Both added it, with different values.
    AddAdd,
    /// Both changed it, and at least one side changed its type.
    TypeChange,
    /// One side deleted an object in which the other side edited a member.
    ParentDeleted,
    /// Its rule is that a person decides, and both sides changed the record.
    Manual,
    /// What I started from is not known: every difference is asked.
    BaseUnknown,
}

impl Kind {
    /// The kind in words, for a screen.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Kind::EditEdit => "both edited",
            Kind::EditDelete => "you edited, they deleted",
            Kind::DeleteEdit => "you deleted, they edited",
            Kind::AddAdd => "both added",
            Kind::TypeChange => "type changed",
            Kind::ParentDeleted => "deleted on one side, edited inside on the other",
            Kind::Manual => "always asked",
            Kind::BaseUnknown => "two-way: base unknown",
        }
    }
}

/// What is decided at once: a place, and what stands there on each side. `None` is absent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// Where. Of a group: its first member.
    pub at: Pointer,
    /// The other members of a group: they are decided together, and the values are objects of the members there are.
    pub with: Vec<Pointer>,
    /// What I loaded.
    pub base: Option<Value>,
    /// What I have now.
    pub mine: Option<Value>,
    /// What the server has now.
    pub theirs: Option<Value>,
    /// How the three compare.
    pub state: State,
    /// By which rule they were compared.
    pub rule: Rule,
    /// Where the rule comes from.
    pub reason: Reason,
    /// The parts of a text or list that were changed, where it merges by parts and both sides changed it.
    pub hunks: Vec<Hunk>,
    /// What its rule made of both changes, in [`State::Merged`].
    pub merged: Option<Value>,
}

impl Unit {
    /// Whether a person has to decide it.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        matches!(self.state, State::Conflict(_))
    }

    /// Whether it is a group of members that are decided together.
    #[must_use]
    pub fn is_group(&self) -> bool {
        !self.with.is_empty()
    }

    /// Every place it concerns.
    pub fn places(&self) -> impl Iterator<Item = &Pointer> {
        std::iter::once(&self.at).chain(&self.with)
    }

    /// How people read where it is: `billing.email`, `price + currency`.
    #[must_use]
    pub fn label(&self) -> String {
        let names: Vec<String> = self.places().map(Pointer::label).collect();
        names.join(" + ")
    }

    /// Whether it concerns a member in which a change at `path` can be felt.
    #[must_use]
    pub fn overlaps(&self, path: &Pointer) -> bool {
        self.places().any(|at| at.overlaps(path))
    }

    /// The rules that these values can follow, the one in force first.
    #[must_use]
    pub fn rules(&self) -> Vec<Rule> {
        infer::fitting(self)
    }

    /// What both sides together come to, never base: what the rule made of them, or, in the parts of a text or list in
    /// which they differ, theirs and then mine. `None` where there is no such thing.
    #[must_use]
    pub fn both(&self) -> Option<Value> {
        if self.merged.is_some() {
            return self.merged.clone();
        }
        let mut pieces = hunk::pieces(&self.hunks);
        for piece in pieces.iter_mut().filter(|piece| piece.asks) {
            piece.choice = hunk::HunkChoice::Both;
        }
        if pieces.is_empty() { None } else { self.put_together(&pieces) }
    }

    /// The text or list that these pieces of it make; `None` while one is undecided.
    #[must_use]
    pub fn put_together(&self, pieces: &[hunk::Piece]) -> Option<Value> {
        hunk::put_together(pieces, &self.hunks, [self.base.as_ref(), self.mine.as_ref(), self.theirs.as_ref()])
    }

    /// What it says where everything that is not certain in it is as on one side; what is certain stays merged.
    #[must_use]
    pub fn leaning(&self, side: hunk::Side) -> Option<Value> {
        let (choice, whole) = match side {
            hunk::Side::Base => return self.base.clone(),
            hunk::Side::Mine => (hunk::HunkChoice::Mine, &self.mine),
            hunk::Side::Theirs => (hunk::HunkChoice::Theirs, &self.theirs),
        };
        let mut pieces = hunk::pieces(&self.hunks);
        pieces.iter_mut().filter(|piece| piece.asks).for_each(|piece| piece.choice = choice);
        let put = if pieces.is_empty() { None } else { self.put_together(&pieces) };
        put.or_else(|| whole.clone())
    }

    /// What it takes as long as nobody says otherwise: `None` where a person decides, `Some(None)` for absent.
    #[must_use]
    pub fn automatic(&self) -> Option<Option<Value>> {
        match self.state {
            State::OnlyMine | State::Same => Some(self.mine.clone()),
            State::OnlyTheirs => Some(self.theirs.clone()),
            State::Merged => Some(self.merged.clone()),
            State::Conflict(_) => None,
        }
    }
}

/// Every difference between three versions of a record, and what is needed to put them together again.
#[derive(Clone, Debug)]
pub struct Merge {
    units: Vec<Unit>,
    root: Node,
    base: Option<Value>,
    mine: Value,
    theirs: Value,
}

/// Compares three versions of a record by inferred rules. Without a base nothing is certain: every difference is a
/// conflict.
#[must_use]
pub fn merge(base: Option<&Object>, mine: &Object, theirs: &Object) -> Merge {
    merge_by(&Rules::default(), base, mine, theirs)
}

/// Compares three versions of a record by these rules; where they say nothing, by inferred ones.
#[must_use]
pub fn merge_by(rules: &Rules, base: Option<&Object>, mine: &Object, theirs: &Object) -> Merge {
    let value = |fields: &Object| Value::Object(fields.clone());
    Merge::of(rules, base.map(value), value(mine), value(theirs))
}

impl Merge {
    /// Compares three versions of any value.
    #[must_use]
    pub fn of(rules: &Rules, base: Option<Value>, mine: Value, theirs: Value) -> Self {
        let (units, root) = walk::compared(rules, base.as_ref(), &mine, &theirs);
        Merge { units, root, base, mine, theirs }
    }

    /// The differences: conflicts, one-sided changes and equal changes, in the order of the record.
    #[must_use]
    pub fn units(&self) -> &[Unit] {
        &self.units
    }

    /// What I started from, where it is known.
    #[must_use]
    pub fn base(&self) -> Option<&Value> {
        self.base.as_ref()
    }

    /// Whether what I started from is known.
    #[must_use]
    pub fn base_known(&self) -> bool {
        self.base.is_some()
    }

    /// How many units a person has to decide.
    #[must_use]
    pub fn conflicts(&self) -> usize {
        self.units.iter().filter(|unit| unit.is_conflict()).count()
    }

    /// The merged record, when nothing is in conflict.
    #[must_use]
    pub fn clean(&self) -> Option<Object> {
        let picks = self.units.iter().map(Unit::automatic).collect::<Option<Vec<_>>>()?;
        Some(self.assemble(&picks))
    }

    /// The record in which unit `i` has the value `picks[i]`, `None` for absent; members that are in no unit stay. The
    /// order of members is mine where they kept base's, else theirs. Empty, where the three are no records.
    #[must_use]
    pub fn assemble(&self, picks: &[Option<Value>]) -> Object {
        match self.assemble_value(picks) {
            Some(Value::Object(fields)) => fields,
            _ => Object::new(),
        }
    }

    /// As [`Merge::assemble`], for any value; `None` where the whole was decided to be absent.
    #[must_use]
    pub fn assemble_value(&self, picks: &[Option<Value>]) -> Option<Value> {
        tree::assembled(&self.root, picks, [self.base.as_ref(), Some(&self.mine), Some(&self.theirs)])
    }
}

#[cfg(test)]
mod tests;
