//! A collision being settled: what was decided of each unit, with undo; ends as an ordinary draft against theirs.

use serde::{Deserialize, Serialize};

use crate::draft::{Basis, Draft, Settled};
use crate::merge::{self, Merge, State, Unit};
use crate::pointer::Pointer;
use crate::value::{Object, Value};
use crate::wire::{Base, Stored, VersionLine};

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
    /// What a person typed; `None` removes the member.
    Hand(#[serde(with = "crate::value::none_or_one")] Option<Value>),
}

/// A choice, and everything it was made on: it stands only as long as all of that stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// Where.
    pub at: Pointer,
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
    fn has_its_unit(&self, merge: &Merge) -> bool {
        merge.units().iter().any(|unit| unit.at == self.at)
    }

    /// Whether it was made on this very unit, and all three sides are what they were.
    fn is_on(&self, unit: &Unit) -> bool {
        self.at == unit.at && self.base == unit.base && self.mine == unit.mine && self.theirs == unit.theirs
    }

    /// Whether what the merge now does by itself is what was wanted, so that nothing has to be asked again.
    fn agrees_with(&self, unit: &Unit) -> bool {
        match &self.choice {
            Choice::Theirs => matches!(unit.state, State::OnlyTheirs | State::Same),
            Choice::Mine => matches!(unit.state, State::OnlyMine | State::Same),
            Choice::Hand(typed) => unit.state == State::Same && self.at == unit.at && *typed == unit.mine,
            Choice::Base | Choice::Undecided => false,
        }
    }
}

/// Units decided at once, each with the choice it had before.
type Step = Vec<(usize, Choice)>;

/// A collision on its way to being settled.
#[derive(Clone, Debug)]
pub struct Resolution {
    draft: Draft,
    base: Option<Base>,
    theirs: Stored,
    changes: Vec<VersionLine>,
    merge: Merge,
    choices: Vec<Choice>,
    moved: Vec<Option<Decision>>,
    done: Vec<Step>,
    undone: Vec<Step>,
}

impl Resolution {
    /// Compares `draft` with `theirs`. Of `earlier` decisions those stand whose unit is what it was; a unit whose theirs
    /// moved is open again and remembers what it was. A value that was typed for a unit that is no more becomes mine, so
    /// that it is not lost.
    pub(crate) fn begin(
        mut draft: Draft,
        base: Option<Base>,
        theirs: Stored,
        changes: Vec<VersionLine>,
        earlier: &[Decision],
    ) -> Self {
        let base_fields = base.as_ref().map(|base| base.fields.fields());
        let mut merge = merge::merge(base_fields, &draft.fields, theirs.fields.fields());
        let typed: Vec<_> = earlier.iter().filter(|decision| !decision.has_its_unit(&merge)).collect();
        for decision in typed {
            if let Choice::Hand(value) = &decision.choice {
                decision.at.set(&mut draft.fields, value.clone());
                merge = merge::merge(base_fields, &draft.fields, theirs.fields.fields());
            }
        }
        let mut choices: Vec<Choice> = merge.units().iter().map(automatic).collect();
        let mut moved = vec![None; choices.len()];
        for (index, unit) in merge.units().iter().enumerate() {
            let exact = earlier.iter().find(|decision| decision.at == unit.at);
            let mut around = earlier.iter().filter(|one| one.at.overlaps(&unit.at) && !one.has_its_unit(&merge));
            let decision =
                exact.or_else(|| around.clone().find(|one| !one.agrees_with(unit))).or_else(|| around.next());
            let Some(decision) = decision else {
                continue;
            };
            if decision.is_on(unit) {
                choices[index] = decision.choice.clone();
                continue;
            }
            if !decision.agrees_with(unit) {
                choices[index] = Choice::Undecided;
            }
            moved[index] = Some(decision.clone());
        }
        Resolution { draft, base, theirs, changes, merge, choices, moved, done: Vec::new(), undone: Vec::new() }
    }

    /// Every difference, in the order of the record.
    #[must_use]
    pub fn units(&self) -> &[Unit] {
        self.merge.units()
    }

    /// What the draft was made against; `None` where it is not known.
    #[must_use]
    pub fn base(&self) -> Option<&Base> {
        self.base.as_ref()
    }

    /// What the server has now.
    #[must_use]
    pub fn theirs(&self) -> &Stored {
        &self.theirs
    }

    /// The writes since my version, oldest first.
    #[must_use]
    pub fn changes(&self) -> &[VersionLine] {
        &self.changes
    }

    /// The draft that collided.
    #[must_use]
    pub fn draft(&self) -> &Draft {
        &self.draft
    }

    /// What unit `index` takes.
    #[must_use]
    pub fn choice(&self, index: usize) -> &Choice {
        &self.choices[index]
    }

    /// What was decided of unit `index` before theirs moved.
    #[must_use]
    pub fn moved(&self, index: usize) -> Option<&Decision> {
        self.moved[index].as_ref()
    }

    /// The last write that touched unit `index`.
    #[must_use]
    pub fn set_by(&self, index: usize) -> Option<&VersionLine> {
        let at = &self.units()[index].at;
        self.changes.iter().rev().find(|line| line.paths.iter().any(|path| path.overlaps(at)))
    }

    /// The value that unit `index` has in the merged record: `None` while undecided, `Some(None)` for absent.
    #[must_use]
    pub fn pick(&self, index: usize) -> Option<Option<Value>> {
        let unit = &self.units()[index];
        match &self.choices[index] {
            Choice::Undecided => None,
            Choice::Theirs => Some(unit.theirs.clone()),
            Choice::Mine => Some(unit.mine.clone()),
            Choice::Base => Some(unit.base.clone()),
            Choice::Hand(value) => Some(value.clone()),
        }
    }

    /// Whether a person has a say in unit `index`: a conflict, or one that moved after it was decided.
    #[must_use]
    pub fn asks(&self, index: usize) -> bool {
        self.units()[index].is_conflict() || self.moved[index].is_some()
    }

    /// How many units a person has a say in.
    #[must_use]
    pub fn asked(&self) -> usize {
        (0..self.units().len()).filter(|&index| self.asks(index)).count()
    }

    /// Whether unit `index` is not decided yet.
    #[must_use]
    pub fn choice_is_open(&self, index: usize) -> bool {
        self.choices.get(index) == Some(&Choice::Undecided)
    }

    /// How many units are not decided yet.
    #[must_use]
    pub fn undecided(&self) -> usize {
        self.choices.iter().filter(|choice| **choice == Choice::Undecided).count()
    }

    /// Decides unit `index`. The same choice once more takes it back: to undecided for a unit that asks, else to what the
    /// merge does by itself.
    pub fn toggle(&mut self, index: usize, choice: Choice) {
        let choice = if self.choices[index] != choice {
            choice
        } else if self.asks(index) {
            Choice::Undecided
        } else {
            automatic(&self.units()[index])
        };
        self.step(vec![(index, choice)]);
    }

    /// Decides unit `index`, whatever it was before.
    pub fn choose(&mut self, index: usize, choice: Choice) {
        self.step(vec![(index, choice)]);
    }

    /// Decides every unit that asks, as one step. What a person wrote by hand stays.
    pub fn choose_all(&mut self, choice: &Choice) {
        let by_hand = |index: usize| matches!(self.choices[index], Choice::Hand(_));
        let asked = (0..self.units().len()).filter(|&index| self.asks(index) && !by_hand(index));
        self.step(asked.map(|index| (index, choice.clone())).collect());
    }

    fn step(&mut self, step: Step) {
        let back = self.swap(step);
        if !back.is_empty() {
            self.done.push(back);
            self.undone.clear();
        }
    }

    fn swap(&mut self, step: Step) -> Step {
        let mut back = Step::new();
        for (index, choice) in step {
            if self.choices[index] != choice {
                back.push((index, std::mem::replace(&mut self.choices[index], choice)));
            }
        }
        back
    }

    /// Takes the last step back. Gives the first unit it concerned.
    pub fn undo(&mut self) -> Option<usize> {
        let step = self.done.pop()?;
        let first = step.first().map(|(index, _)| *index);
        let forth = self.swap(step);
        self.undone.push(forth);
        first
    }

    /// Makes the step again that was taken back last. Gives the first unit it concerned.
    pub fn redo(&mut self) -> Option<usize> {
        let step = self.undone.pop()?;
        let first = step.first().map(|(index, _)| *index);
        let back = self.swap(step);
        self.done.push(back);
        first
    }

    /// The merged record as it stands; what is undecided is still theirs in it.
    #[must_use]
    pub fn merged(&self) -> Object {
        let units = self.units().iter().enumerate();
        let picks: Vec<_> = units.map(|(index, unit)| self.pick(index).unwrap_or(unit.theirs.clone())).collect();
        self.merge.assemble(&picks)
    }

    /// What a person decided so far: what differs from what the merge does by itself, and every unit that was asked again.
    #[must_use]
    pub fn decisions(&self) -> Vec<Decision> {
        let said =
            |index: &usize| self.moved[*index].is_some() || self.choices[*index] != automatic(&self.units()[*index]);
        let decide = |index: usize| {
            let Unit { at, base, mine, theirs, .. } = self.units()[index].clone();
            Decision { at, base, theirs, mine, choice: self.choices[index].clone() }
        };
        let decided = (0..self.choices.len()).filter(|&index| !self.choice_is_open(index));
        decided.filter(said).map(decide).collect()
    }

    fn settled(&self) -> Option<Box<Settled>> {
        let mut decisions = self.decisions();
        let open = (0..self.choices.len()).filter(|&index| self.choice_is_open(index));
        for reopened in open.filter_map(|index| self.moved(index)) {
            if !decisions.contains(reopened) {
                decisions.push(reopened.clone());
            }
        }
        let (base, mine, changes) = (self.draft.base.clone(), self.draft.fields.clone(), self.changes.clone());
        (!decisions.is_empty()).then(|| Box::new(Settled { base, mine, decisions, changes }))
    }

    /// The draft as it was, with what is decided so far: what is kept when a collision is left unsettled.
    #[must_use]
    pub fn park(&self) -> Draft {
        Draft { settled: self.settled(), ..self.draft.clone() }
    }

    /// The merged record as a draft against theirs, ready to be sent with the fresh token.
    ///
    /// # Errors
    /// The resolution itself, while anything is undecided.
    pub fn finish(self, edit_id: String) -> Result<Draft, Box<Resolution>> {
        if self.undecided() > 0 {
            return Err(Box::new(self));
        }
        Ok(Draft {
            key: self.draft.key.clone(),
            base: Basis::Version(Box::new(self.theirs.clone())),
            fields: self.merged(),
            edit_id,
            note: self.draft.note.clone(),
            settled: self.settled(),
        })
    }
}

/// What a unit takes as long as nobody says otherwise.
fn automatic(unit: &Unit) -> Choice {
    match unit.state {
        State::OnlyMine | State::Same => Choice::Mine,
        State::OnlyTheirs => Choice::Theirs,
        State::Conflict(_) => Choice::Undecided,
    }
}

#[cfg(test)]
mod tests;
