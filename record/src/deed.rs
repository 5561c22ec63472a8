//! What a save will do, in plain words: the difference between theirs and merged, and whose work it undoes.

use crate::diff::diff;
use crate::merge::Unit;
use crate::merge::differences;
use crate::merge::hunk;
use crate::pointer::Pointer;
use crate::resolution::{Choice, Resolution};
use crate::value::Value;
use crate::wire::VersionLine;

/// What the save does to one member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Gives a new value to a member they did not touch.
    Set,
    /// Adds a member.
    Add,
    /// Removes a member they did not touch.
    Remove,
    /// Takes back their change: what I had loaded stands again. Whose it was, where known.
    Revert(Option<String>),
    /// Replaces their change with something else. Whose it was, where known.
    Replace(Option<String>),
}

/// One thing that a save will do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deed {
    /// Where.
    pub at: Pointer,
    /// What.
    pub verb: Verb,
    /// What stands there now.
    pub from: Option<Value>,
    /// What will stand there.
    pub to: Option<Value>,
}

impl Resolution {
    /// What the save will do as decided so far: the difference from theirs to merged. Empty: there is nothing to send.
    #[must_use]
    pub fn deeds(&self) -> Vec<Deed> {
        let merged = self.merged();
        let deed = |change: crate::diff::Change| {
            let verb = self.verb(&change.at, change.was.as_ref(), change.now.as_ref());
            Deed { at: change.at, verb, from: change.was, to: change.now }
        };
        diff(self.theirs().fields.fields(), &merged).into_iter().map(deed).collect()
    }

    fn verb(&self, at: &Pointer, from: Option<&Value>, to: Option<&Value>) -> Verb {
        let base = self.base().map(|base| at.get(base.fields.fields()));
        let whose = || {
            let line = self.changes().iter().rev().find(|line| line.paths.iter().any(|path| path.overlaps(at)));
            line.map(|line: &VersionLine| line.by.clone()).filter(|by| !by.is_empty())
        };
        let takes_both = |index: &usize| *self.choice(*index) == Choice::Both && self.units()[*index].overlaps(at);
        match base {
            _ if from.is_some() && to.is_some() && (0..self.units().len()).any(|index| takes_both(&index)) => Verb::Set,
            Some(base) if base != from && base == to => Verb::Revert(whose()),
            Some(Some(base)) if *base != *from.unwrap_or(base) && all_stands(base, from, to) => Verb::Set,
            Some(base) if base != from => Verb::Replace(whose()),
            _ if from.is_none() => Verb::Add,
            _ if to.is_none() => Verb::Remove,
            _ => Verb::Set,
        }
    }

    /// The note proposed for the history, so that the other side finds what became of their change:
    /// `merged with v9 (bob); kept mine: priority`.
    #[must_use]
    pub fn proposed_note(&self) -> String {
        self.proposed_note_by(Unit::label)
    }

    /// As [`Resolution::proposed_note`], with the units named by `name`.
    #[must_use]
    pub fn proposed_note_by(&self, name: impl Fn(&Unit) -> String) -> String {
        let theirs = self.theirs();
        let mut note = format!("merged with v{}", theirs.version);
        if !theirs.updated_by.is_empty() {
            note += &format!(" ({})", theirs.updated_by);
        }
        let chosen = |wanted: fn(&Choice) -> bool| {
            let asked = (0..self.units().len()).filter(|&index| self.asks(index) && wanted(self.choice(index)));
            asked.map(|index| name(&self.units()[index])).collect::<Vec<_>>().join(", ")
        };
        for (words, names) in [
            ("kept mine", chosen(|choice| *choice == Choice::Mine)),
            ("took theirs", chosen(|choice| *choice == Choice::Theirs)),
            ("took both", chosen(|choice| *choice == Choice::Both)),
            ("part by part", chosen(|choice| matches!(choice, Choice::Pieces(_)))),
            ("by hand", chosen(|choice| matches!(choice, Choice::Hand(_)))),
            ("back to base", chosen(|choice| *choice == Choice::Base)),
        ] {
            if !names.is_empty() {
                note += &format!("; {words}: {names}");
            }
        }
        note
    }
}

/// Whether everything that they put into a list or a text of lines is still in `to`, and nothing that they took out is.
fn all_stands(base: &Value, theirs: Option<&Value>, to: Option<&Value>) -> bool {
    let parts = |value: &Value| match value {
        Value::Array(elements) => Some(elements.clone()),
        Value::String(text) => Some(hunk::lines(text.as_str()).into_iter().map(Value::string).collect()),
        _ => None,
    };
    let (Some(base), Some(Some(theirs)), Some(Some(to))) = (parts(base), theirs.map(parts), to.map(parts)) else {
        return false;
    };
    let (added, removed) = differences(&base, &theirs);
    let (back, lost) = differences(&theirs, &to);
    lost.iter().all(|value| !added.contains(value)) && back.iter().all(|value| !removed.contains(value))
}
