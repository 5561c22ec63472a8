//! A collision being settled: what was decided of each unit, with undo; ends as an ordinary draft against theirs.

mod decision;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::draft::{Basis, Draft, Settled};
use crate::merge::hunk::{self, HunkChoice, Piece};
use crate::merge::rule::{Rule, Rules};
use crate::merge::{self, Merge, Pick, Printed, State, Texts, Unit};
use crate::pointer::Pointer;
use crate::value::{Object, Value};
use crate::wire::{Base, Stored, VersionLine};

pub use self::decision::{Choice, Decision, Which};

/// Everything that a step can change.
#[derive(Clone, Debug)]
struct Snapshot {
    rules: BTreeMap<Pointer, Rule>,
    choices: Vec<Choice>,
    moved: Arc<Vec<Option<Decision>>>,
}

/// A collision on its way to being settled.
#[derive(Clone, Debug)]
pub struct Resolution {
    draft: Draft,
    base: Option<Base>,
    theirs: Stored,
    changes: Vec<VersionLine>,
    rules: Rules,
    merge: Merge,
    choices: Vec<Choice>,
    moved: Arc<Vec<Option<Decision>>>,
    done: Vec<Snapshot>,
    undone: Vec<Snapshot>,
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
        rules: Rules,
    ) -> Self {
        let base_fields = base.as_ref().map(|base| base.fields.fields());
        let compare = |mine: &Object| merge::merge_by(&rules, base_fields, mine, theirs.fields.fields());
        let mut merge = compare(&draft.fields);
        let typed: Vec<_> = earlier.iter().filter(|decision| !decision.has_its_unit(&merge)).collect();
        for decision in typed {
            if let Choice::Hand(value) = &decision.choice {
                decision.put(&mut draft.fields, value.as_ref());
                merge = compare(&draft.fields);
            }
        }
        let mut choices: Vec<Choice> = merge.units().iter().map(automatic).collect();
        let mut moved = vec![None; choices.len()];
        for (index, unit) in merge.units().iter().enumerate() {
            if earlier.is_empty() {
                break;
            }
            let exact = earlier.iter().find(|decision| decision.at == unit.at);
            let mut around = earlier.iter().filter(|one| unit.overlaps(&one.at) && !one.has_its_unit(&merge));
            let decision =
                exact.or_else(|| around.clone().find(|one| !one.agrees_with(unit))).or_else(|| around.next());
            let Some(decision) = decision else {
                continue;
            };
            if decision.is_on(unit) {
                choices[index] = decision.choice.clone();
                continue;
            }
            choices[index] = decision.reopened_on(unit);
            moved[index] = Some(decision.clone());
        }
        let moved = Arc::new(moved);
        Resolution { draft, base, theirs, changes, rules, merge, choices, moved, done: Vec::new(), undone: Vec::new() }
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
        let unit = &self.units()[index];
        self.changes.iter().rev().find(|line| line.paths.iter().any(|path| unit.overlaps(path)))
    }

    /// The rules in force: the collection's, and those chosen here.
    #[must_use]
    pub fn rules(&self) -> &Rules {
        &self.rules
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
            Choice::Both => unit.both().map(Some),
            Choice::Hand(value) => Some(value.clone()),
            Choice::Pieces(pieces) => unit.put_together(pieces).map(Some),
        }
    }

    /// The changed parts of unit `index`, each with what it takes; none where it does not merge by parts.
    #[must_use]
    pub fn pieces(&self, index: usize) -> Vec<Piece> {
        match &self.choices[index] {
            Choice::Pieces(pieces) => pieces.clone(),
            choice => {
                let mut pieces = hunk::pieces(&self.units()[index].hunks);
                pieces.iter_mut().filter(|piece| piece.asks).for_each(|piece| piece.choice = choice.of_a_piece());
                pieces
            }
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
        self.choices.get(index).is_some_and(Choice::is_open)
    }

    /// How many units are not decided yet.
    #[must_use]
    pub fn undecided(&self) -> usize {
        self.choices.iter().filter(|choice| choice.is_open()).count()
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
        self.choose(index, choice);
    }

    /// Decides unit `index`, whatever it was before.
    pub fn choose(&mut self, index: usize, choice: Choice) {
        self.step(|choices| choices[index] = choice);
    }

    /// Decides all that is still undecided, as one step. Units and parts that are decided stay.
    pub fn choose_all(&mut self, choice: &Choice) {
        self.choose_where(&Which { open: true, ..Which::default() }, choice);
    }

    /// Decides, as one step, every unit that asks and is meant by `which`. What a person wrote by hand stays. Gives how
    /// many units are meant.
    pub fn choose_where(&mut self, which: &Which, choice: &Choice) -> usize {
        let meant: Vec<usize> = (0..self.units().len()).filter(|&index| self.is_meant(index, which)).collect();
        let decided: Vec<(usize, Choice)> =
            meant.iter().map(|&index| (index, self.for_what_asks(index, which, choice))).collect();
        self.step(|choices| decided.into_iter().for_each(|(index, choice)| choices[index] = choice));
        meant.len()
    }

    /// `choice` for the parts of unit `index` that are meant, where it has some: what merged beside them stays merged.
    fn for_what_asks(&self, index: usize, which: &Which, choice: &Choice) -> Choice {
        let mut pieces = self.pieces(index);
        let one = choice.of_a_piece();
        if one == HunkChoice::Undecided || !pieces.iter().any(|piece| piece.asks) {
            return choice.clone();
        }
        let is_meant = |piece: &&mut Piece| piece.asks && (!which.open || piece.choice == HunkChoice::Undecided);
        pieces.iter_mut().filter(is_meant).for_each(|piece| piece.choice = one);
        Choice::Pieces(pieces)
    }

    fn is_meant(&self, index: usize, which: &Which) -> bool {
        let unit = &self.units()[index];
        let by = || self.set_by(index).map_or(&self.theirs.updated_by, |line| &line.by);
        self.asks(index)
            && !matches!(self.choices[index], Choice::Hand(_))
            && (!which.open || self.choice_is_open(index))
            && which.under.as_ref().is_none_or(|under| unit.places().any(|at| under.contains(at)))
            && which.by.as_ref().is_none_or(|wanted| wanted == by())
            && which.kind.is_none_or(|kind| unit.state == State::Conflict(kind))
    }

    /// Decides one part of a text or list. The same choice once more takes it back.
    pub fn toggle_piece(&mut self, index: usize, piece: usize, choice: HunkChoice) {
        let mut pieces = self.pieces(index);
        let start = hunk::pieces(&self.units()[index].hunks);
        let Some(one) = pieces.get_mut(piece) else { return };
        one.choice = if one.choice != choice {
            choice
        } else {
            start.iter().find(|hunk| hunk.span == one.span).map_or(HunkChoice::Undecided, |hunk| hunk.choice)
        };
        self.choose(index, Choice::Pieces(pieces));
    }

    /// Splits one part of a text or list after its first `lines`, so that each half is decided for itself. Whether it
    /// could be split.
    pub fn split_piece(&mut self, index: usize, piece: usize, lines: usize) -> bool {
        let mut pieces = self.pieces(index);
        let split = hunk::split(&mut pieces, piece, lines);
        if split {
            self.choose(index, Choice::Pieces(pieces));
        }
        split
    }

    /// Compares unit `index` by another rule, in this collision alone. Every other unit keeps what was decided.
    pub fn choose_rule(&mut self, index: usize, rule: Rule) {
        let before = self.snapshot();
        self.rules.choose(self.units()[index].at.clone(), Some(rule));
        self.compare_again();
        self.done.push(before);
        self.undone.clear();
    }

    fn compare_again(&mut self) {
        let base = self.base.as_ref().map(|base| base.fields.fields());
        let merge = merge::merge_by(&self.rules, base, &self.draft.fields, self.theirs.fields.fields());
        let kept: Vec<(Choice, Option<Decision>)> = merge
            .units()
            .iter()
            .map(|unit| match self.units().iter().position(|was| was.at == unit.at) {
                Some(was) if self.units()[was] == *unit => (self.choices[was].clone(), self.moved[was].clone()),
                Some(was) => match &self.moved[was] {
                    Some(decision) if automatic(unit).is_open() => (decision.reopened_on(unit), Some(decision.clone())),
                    decision => (automatic(unit), decision.clone()),
                },
                None => (automatic(unit), None),
            })
            .collect();
        let (choices, moved) = kept.into_iter().unzip();
        (self.merge, self.choices, self.moved) = (merge, choices, Arc::new(moved));
    }

    fn snapshot(&self) -> Snapshot {
        Snapshot { rules: self.rules.chosen().clone(), choices: self.choices.clone(), moved: self.moved.clone() }
    }

    fn step(&mut self, decide: impl FnOnce(&mut Vec<Choice>)) {
        let before = self.snapshot();
        decide(&mut self.choices);
        if self.choices != before.choices {
            self.done.push(before);
            self.undone.clear();
        }
    }

    fn go_to(&mut self, state: Snapshot) -> (Snapshot, usize) {
        let here = self.snapshot();
        if *self.rules.chosen() != state.rules {
            self.rules = self.rules.with(state.rules);
            self.compare_again();
        }
        (self.choices, self.moved) = (state.choices, state.moved);
        let first = self.choices.iter().zip(&here.choices).position(|(now, was)| now != was);
        (here, first.unwrap_or(0))
    }

    /// Whether there is a step to be taken back.
    pub fn can_undo(&self) -> bool {
        !self.done.is_empty()
    }

    /// Whether there is a step to be made again.
    pub fn can_redo(&self) -> bool {
        !self.undone.is_empty()
    }

    /// Takes the last step back. Gives the first unit it concerned.
    pub fn undo(&mut self) -> Option<usize> {
        let before = self.done.pop()?;
        let (here, first) = self.go_to(before);
        self.undone.push(here);
        Some(first)
    }

    /// Makes the step again that was taken back last. Gives the first unit it concerned.
    pub fn redo(&mut self) -> Option<usize> {
        let after = self.undone.pop()?;
        let (here, first) = self.go_to(after);
        self.done.push(here);
        Some(first)
    }

    /// The merged record as it stands; what is undecided is still theirs in it.
    #[must_use]
    pub fn merged(&self) -> Object {
        let units = self.units().iter().enumerate();
        let picks: Vec<_> = units.map(|(index, unit)| self.pick(index).unwrap_or(unit.theirs.clone())).collect();
        self.merge.assemble(&picks)
    }

    /// The merged record as text, every part in the bytes of the side it comes from; what is undecided is open in it.
    #[must_use]
    pub fn print(&self, texts: Texts) -> Vec<Printed> {
        let picks: Vec<Pick> =
            (0..self.units().len()).map(|index| self.pick(index).map_or(Pick::Open, Pick::Value)).collect();
        self.merge.print(&picks, texts)
    }

    /// What a person decided so far: what differs from what the merge does by itself, and every unit that was asked again.
    #[must_use]
    pub fn decisions(&self) -> Vec<Decision> {
        let said =
            |index: &usize| self.moved[*index].is_some() || self.choices[*index] != automatic(&self.units()[*index]);
        let decide = |index: usize| {
            let Unit { at, with, base, mine, theirs, .. } = self.units()[index].clone();
            Decision { at, with, base, theirs, mine, choice: self.choices[index].clone() }
        };
        let decided = (0..self.choices.len()).filter(|&index| self.choices[index] != Choice::Undecided);
        decided.filter(said).map(decide).collect()
    }

    fn settled(&self) -> Option<Box<Settled>> {
        let mut decisions = self.decisions();
        let open = (0..self.choices.len()).filter(|&index| self.choices[index] == Choice::Undecided);
        for reopened in open.filter_map(|index| self.moved(index)) {
            if !decisions.contains(reopened) {
                decisions.push(reopened.clone());
            }
        }
        let (base, mine, changes) = (self.draft.base.clone(), self.draft.fields.clone(), self.changes.clone());
        let rules = self.rules.chosen().clone();
        let said = !decisions.is_empty() || !rules.is_empty();
        said.then(|| Box::new(Settled { base, mine, decisions, changes, rules }))
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
        State::Merged => Choice::Both,
        State::Conflict(_) => Choice::Undecided,
    }
}

#[cfg(test)]
mod tests;
