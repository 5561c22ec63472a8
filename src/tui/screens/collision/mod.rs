//! The collision screen: theirs and mine side by side, decided field by field; knows no server.

mod draw;
mod sides;
mod words;

use midair_record::draft::Draft;
use midair_record::resolution::{Choice, Resolution};
use ratatui::crossterm::event::KeyCode;

use super::editor::{Editor, Saving};
use crate::tui::field::{FieldEditor, Shape};
use crate::tui::keys::Action;
use crate::tui::msg::Press;

/// A refused save being settled. The editor waits beneath, as it was.
#[derive(Clone, Debug)]
pub struct Collision {
    pub editor: Box<Editor>,
    pub resolution: Resolution,
    pub saving: Saving,
    focus: usize,
    hand: Option<Hand>,
    show: Show,
}

/// A value being written by hand.
#[derive(Clone, Debug)]
struct Hand {
    unit: usize,
    field: FieldEditor,
}

/// What is shown beside the two sides.
#[derive(Clone, Copy, Debug, Default)]
struct Show {
    base: bool,
    merged: bool,
    whole: bool,
}

impl Collision {
    /// Opens a collision on its first undecided unit.
    pub fn open(editor: Box<Editor>, resolution: Resolution) -> Self {
        let mut collision =
            Collision { editor, resolution, saving: Saving::No, focus: 0, hand: None, show: Show::default() };
        collision.show.merged = collision.resolution.asked() == 0;
        collision.focus = collision.visible().first().copied().unwrap_or(0);
        if collision.resolution.choice_is_open(collision.focus) {
            return collision;
        }
        collision.next_undecided();
        collision
    }

    /// The units on the screen: those that ask, then those that merged by themselves, where they are shown.
    fn visible(&self) -> Vec<usize> {
        let asks = |index: &usize| self.resolution.asks(*index);
        let all = 0..self.resolution.units().len();
        let asked = all.clone().filter(asks);
        let rest = all.filter(|index| self.show.merged && !asks(index));
        asked.chain(rest).collect()
    }

    /// How many units merged by themselves.
    fn merged_count(&self) -> usize {
        self.resolution.units().len() - self.resolution.asked()
    }

    /// Whether a value is being written by hand.
    pub fn by_hand(&self) -> bool {
        self.hand.is_some()
    }

    /// Puts a further refusal in place of this one; what it did not touch stays decided.
    pub fn again(&mut self, resolution: Resolution) {
        let at = self.resolution.units().get(self.focus).map(|unit| unit.at.clone());
        self.resolution = resolution;
        self.saving = Saving::No;
        let same = self.resolution.units().iter().position(|unit| Some(&unit.at) == at.as_ref());
        self.focus = same.unwrap_or(0);
        self.show.merged |= self.resolution.asked() == 0;
        if !self.visible().contains(&self.focus) {
            self.focus = self.visible().first().copied().unwrap_or(0);
        }
        self.next_undecided();
    }

    /// The draft as it was, with the decisions so far and a value half written by hand: what is kept on disk.
    pub fn parked(&self) -> Draft {
        let mut resolution = self.resolution.clone();
        if let Some(hand) = &self.hand
            && hand.unit < resolution.units().len()
        {
            resolution.choose(hand.unit, Choice::Hand(hand.field.value_or_text()));
        }
        resolution.park()
    }

    /// Does what a key means here. `true`: a decision changed, and the draft on disk is behind.
    pub fn act(&mut self, action: Action) -> bool {
        let visible = self.visible();
        let place = visible.iter().position(|index| *index == self.focus).unwrap_or(0);
        match action {
            Action::Up => self.focus = visible.get(place.saturating_sub(1)).copied().unwrap_or(self.focus),
            Action::Down => self.focus = visible.get(place + 1).copied().unwrap_or(self.focus),
            Action::TakeTheirs => return self.decide(Choice::Theirs),
            Action::TakeMine => return self.decide(Choice::Mine),
            Action::TakeBase if self.resolution.base().is_some() => return self.decide(Choice::Base),
            Action::ByHand => self.write_by_hand(),
            Action::AllTheirs => return self.decide_all(&Choice::Theirs),
            Action::AllMine => return self.decide_all(&Choice::Mine),
            Action::Undo => return self.went_to(Resolution::undo),
            Action::Redo => return self.went_to(Resolution::redo),
            Action::ShowBase => self.show.base = !self.show.base,
            Action::ShowWhole => self.show.whole = !self.show.whole,
            Action::ShowMerged => {
                self.show.merged = !self.show.merged;
                if !self.visible().contains(&self.focus) {
                    self.focus = self.visible().first().copied().unwrap_or(0);
                }
            }
            Action::NextUndecided => self.next_undecided(),
            Action::PreviousUndecided => self.previous_undecided(),
            _ => {}
        }
        false
    }

    fn decide(&mut self, choice: Choice) -> bool {
        if self.focus >= self.resolution.units().len() {
            return false;
        }
        self.resolution.toggle(self.focus, choice);
        if !self.resolution.choice_is_open(self.focus) && self.resolution.asks(self.focus) {
            self.next_undecided();
        }
        true
    }

    fn decide_all(&mut self, choice: &Choice) -> bool {
        self.resolution.choose_all(choice);
        true
    }

    fn went_to(&mut self, step: fn(&mut Resolution) -> Option<usize>) -> bool {
        let Some(unit) = step(&mut self.resolution) else { return false };
        self.show.merged |= !self.resolution.asks(unit);
        self.focus = unit;
        true
    }

    fn next_undecided(&mut self) {
        let visible = self.visible();
        let place = visible.iter().position(|index| *index == self.focus).unwrap_or(0);
        let after = visible.iter().cycle().skip(place + 1).take(visible.len());
        if let Some(next) = after.copied().find(|index| self.resolution.choice_is_open(*index)) {
            self.focus = next;
        }
    }

    fn previous_undecided(&mut self) {
        let visible = self.visible();
        let place = visible.iter().rev().position(|index| *index == self.focus).unwrap_or(0);
        let before = visible.iter().rev().cycle().skip(place + 1).take(visible.len());
        if let Some(next) = before.copied().find(|index| self.resolution.choice_is_open(*index)) {
            self.focus = next;
        }
    }

    /// Opens the focused unit for writing: on what was written before, else on mine, else on theirs. A value that was
    /// written before theirs moved is offered again.
    fn write_by_hand(&mut self) {
        let Some(unit) = self.resolution.units().get(self.focus) else { return };
        let moved = self.resolution.moved(self.focus).map(|decision| &decision.choice);
        let start = match (self.resolution.choice(self.focus), moved) {
            (Choice::Hand(value), _) | (_, Some(Choice::Hand(value))) => value.as_ref(),
            (Choice::Theirs, _) => unit.theirs.as_ref(),
            _ => unit.mine.as_ref().or(unit.theirs.as_ref()),
        };
        let shape = match start {
            Some(midair_record::Value::Null) | None => Shape::of(unit.mine.as_ref().or(unit.theirs.as_ref())),
            value => Shape::of(value),
        };
        self.hand = Some(Hand { unit: self.focus, field: FieldEditor::open_as(shape, start) });
    }

    /// Ends writing by hand: what is written is the choice.
    ///
    /// # Errors
    /// A sentence while it cannot be read; the field stays open.
    pub fn hand_done(&mut self) -> Result<(), String> {
        let Some(hand) = self.hand.take() else { return Ok(()) };
        let was_by_hand = matches!(self.resolution.choice(hand.unit), Choice::Hand(_))
            || self.resolution.moved(hand.unit).is_some_and(|was| matches!(was.choice, Choice::Hand(_)));
        if hand.field.is_untouched() && !was_by_hand {
            return Ok(());
        }
        match hand.field.value() {
            Ok(value) => {
                self.focus = hand.unit;
                self.resolution.choose(hand.unit, Choice::Hand(value));
                self.next_undecided();
                Ok(())
            }
            Err(fault) => {
                self.hand = Some(hand);
                Err(format!("{fault}. Ctrl-Z takes it back."))
            }
        }
    }

    /// Takes a key that types or moves in the value written by hand.
    pub fn key(&mut self, press: Press, page: usize) -> bool {
        let Some(hand) = &mut self.hand else { return false };
        let one_line = matches!(hand.field.shape, Shape::Number);
        if one_line && press.code == KeyCode::Enter {
            return false;
        }
        hand.field.key(press, page)
    }

    /// Undo and redo in the value written by hand.
    pub fn hand_act(&mut self, action: Action) {
        let Some(hand) = &mut self.hand else { return };
        match action {
            Action::Undo => _ = hand.field.area.undo(),
            Action::Redo => _ = hand.field.area.redo(),
            _ => {}
        }
    }

    /// Takes pasted text into the value written by hand.
    pub fn paste(&mut self, text: &str) {
        if let Some(hand) = &mut self.hand {
            hand.field.area.insert(text);
        }
    }
}
