//! What is chosen for a unit, and everything it was chosen on.

use serde::{Deserialize, Serialize};

use crate::merge::hunk::{self, HunkChoice, Piece};
use crate::merge::{Kind, Merge, State, Unit};
use crate::pointer::Pointer;
use crate::value::{Object, Value};

use super::automatic;

/// What a unit of the merged record takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Choice {
    /// Not decided yet; blocks the save.
    Undecided,
    /// What the server has.
    Theirs,
    /// What I have.
    Mine,
    /// What I started from.
    Base,
    /// What both come to: what the rule makes of them, or theirs and then mine; never base.
    Both,
    /// What a person typed; `None` removes the member.
    Hand(#[serde(with = "crate::value::none_or_one")] Option<Value>),
    /// A text or list of which each changed part is decided for itself.
    Pieces(Vec<Piece>),
}

impl Choice {
    /// Whether something is left to decide.
    #[must_use]
    pub fn is_open(&self) -> bool {
        match self {
            Choice::Undecided => true,
            Choice::Pieces(pieces) => pieces.iter().any(|piece| piece.choice == HunkChoice::Undecided),
            _ => false,
        }
    }

    /// The same for each part of a text or list.
    pub(super) fn of_a_piece(&self) -> HunkChoice {
        match self {
            Choice::Theirs => HunkChoice::Theirs,
            Choice::Mine => HunkChoice::Mine,
            Choice::Base => HunkChoice::Base,
            Choice::Both => HunkChoice::Both,
            Choice::Undecided | Choice::Hand(_) | Choice::Pieces(_) => HunkChoice::Undecided,
        }
    }
}

/// Which units a rule for many is for: those that meet every wish that is made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Which {
    /// At this place or inside it.
    pub under: Option<Pointer>,
    /// Last set by this author.
    pub by: Option<String>,
    /// This kind of conflict.
    pub kind: Option<Kind>,
    /// Not decided yet.
    pub open: bool,
}

/// A choice, and everything it was made on: it stands only as long as all of that stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// Where. Of a group: its first member.
    pub at: Pointer,
    /// The other members of a group.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub with: Vec<Pointer>,
    /// What I had loaded.
    #[serde(with = "crate::value::none_or_one")]
    pub base: Option<Value>,
    /// What the server had when I decided.
    #[serde(with = "crate::value::none_or_one")]
    pub theirs: Option<Value>,
    /// What I had.
    #[serde(with = "crate::value::none_or_one")]
    pub mine: Option<Value>,
    /// What I decided.
    pub choice: Choice,
}

impl Decision {
    pub(super) fn has_its_unit(&self, merge: &Merge) -> bool {
        merge.units().iter().any(|unit| unit.at == self.at)
    }

    /// Whether it was made on this very unit, and all three sides are what they were.
    pub(super) fn is_on(&self, unit: &Unit) -> bool {
        self.at == unit.at && self.base == unit.base && self.mine == unit.mine && self.theirs == unit.theirs
    }

    /// Whether what the merge now does by itself is what was wanted, so that nothing has to be asked again.
    pub(super) fn agrees_with(&self, unit: &Unit) -> bool {
        match &self.choice {
            Choice::Theirs => matches!(unit.state, State::OnlyTheirs | State::Same),
            Choice::Mine => matches!(unit.state, State::OnlyMine | State::Same),
            Choice::Hand(typed) => unit.state == State::Same && self.at == unit.at && *typed == unit.mine,
            Choice::Both => unit.state == State::Merged,
            Choice::Base | Choice::Undecided | Choice::Pieces(_) => false,
        }
    }

    /// What `unit` takes now that it is not what was decided on: what the merge does, where that is what was wanted.
    pub(super) fn reopened_on(&self, unit: &Unit) -> Choice {
        if self.agrees_with(unit) { automatic(unit) } else { self.carried_to(unit).unwrap_or(Choice::Undecided) }
    }

    /// Puts a value that was typed for it into `fields`.
    pub(super) fn put(&self, fields: &mut Object, typed: Option<&Value>) {
        if self.with.is_empty() {
            return self.at.set(fields, typed.cloned());
        }
        for at in std::iter::once(&self.at).chain(&self.with) {
            let part = typed.and_then(Value::as_object).and_then(|members| members.get(at.last()));
            at.set(fields, part.cloned());
        }
    }

    /// The pieces of `unit`, those decided as here whose lines or elements are what they were.
    pub(super) fn carried_to(&self, unit: &Unit) -> Option<Choice> {
        let Choice::Pieces(before) = &self.choice else { return None };
        let contents = |piece: &Piece, sides: [Option<&Value>; 3]| {
            let ranges = [&piece.span.base, &piece.span.mine, &piece.span.theirs];
            let texts = |side: usize| -> Option<Vec<String>> {
                Some(match sides[side] {
                    None => Vec::new(),
                    Some(Value::String(text)) => hunk::lines(text.as_str())
                        .get(ranges[side].clone())?
                        .iter()
                        .map(|line| (*line).to_owned())
                        .collect(),
                    Some(Value::Array(elements)) => {
                        elements.get(ranges[side].clone())?.iter().map(Value::to_json).collect()
                    }
                    Some(_) => return None,
                })
            };
            Some([texts(0)?, texts(1)?, texts(2)?])
        };
        let (was, now) = (
            [self.base.as_ref(), self.mine.as_ref(), self.theirs.as_ref()],
            [unit.base.as_ref(), unit.mine.as_ref(), unit.theirs.as_ref()],
        );
        let mut pieces = hunk::pieces(&unit.hunks);
        let mut carried = false;
        for piece in pieces.iter_mut().filter(|piece| piece.asks) {
            let Some(says) = contents(piece, now) else { continue };
            let same = before.iter().find(|old| old.asks && contents(old, was).as_ref() == Some(&says));
            if let Some(old) = same {
                piece.choice = old.choice;
                carried |= old.choice != HunkChoice::Undecided;
            }
        }
        carried.then_some(Choice::Pieces(pieces))
    }
}
