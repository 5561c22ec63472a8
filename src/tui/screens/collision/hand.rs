//! A unit of a collision written by hand.

use midair_record::Value;
use midair_record::resolution::Choice;
use ratatui::crossterm::event::KeyCode;

use super::{Collision, Focus, Hand};
use crate::tui::field::{FieldEditor, Shape};
use crate::tui::keys::Action;
use crate::tui::msg::Press;
use crate::tui::widgets::text::TextArea;

impl Collision {
    /// Opens the focused unit for writing: on what was written before, else on mine, else on theirs. A value that was
    /// written before theirs moved is offered again.
    pub(super) fn write_by_hand(&mut self) {
        self.hand = self.begun_by_hand();
        self.veil_hand();
    }

    pub(super) fn begun_by_hand(&self) -> Option<Hand> {
        let unit = self.resolution.units().get(self.focus.unit)?;
        let moved = self.resolution.moved(self.focus.unit).map(|decision| &decision.choice);
        let picked = self.resolution.pick(self.focus.unit).flatten();
        let start = match (self.resolution.choice(self.focus.unit), moved) {
            (Choice::Hand(value), _) | (_, Some(Choice::Hand(value))) => value.as_ref(),
            (Choice::Theirs, _) => unit.theirs.as_ref(),
            (Choice::Both | Choice::Pieces(_), _) if picked.is_some() => picked.as_ref(),
            _ => unit.mine.as_ref().or(unit.theirs.as_ref()),
        };
        let shape = match start {
            Some(Value::Null) | None => Shape::of(unit.mine.as_ref().or(unit.theirs.as_ref())),
            value => Shape::of(value),
        };
        Some(Hand { unit: self.focus.unit, field: FieldEditor::open_as(shape, start), shows: false })
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
                self.focus = Focus::unit(hand.unit);
                self.resolution.choose(hand.unit, Choice::Hand(value));
                self.faults.clear();
                self.next_undecided();
                Ok(())
            }
            Err(fault) => {
                self.hand = Some(hand);
                Err(format!("{fault}. Undo takes it back."))
            }
        }
    }

    /// Takes a key that types into the value written by hand.
    pub fn key(&mut self, press: Press) -> bool {
        let Some(hand) = &mut self.hand else { return false };
        let one_line = matches!(hand.field.shape, Shape::Number);
        if one_line && press.code == KeyCode::Enter {
            return false;
        }
        hand.field.key(press)
    }

    /// Undo, redo and other commands in the value written by hand.
    pub fn hand_act(&mut self, action: Action) {
        if let Some(hand) = &mut self.hand {
            hand.field.act(action, false, 1);
        }
    }

    /// How what is written by hand is read; `None` where nothing is.
    pub fn shape(&self) -> Option<Shape> {
        self.hand.as_ref().map(|hand| hand.field.shape)
    }

    /// The text that is written by hand.
    pub fn text(&mut self) -> Option<&mut TextArea> {
        self.hand.as_mut().map(|hand| &mut hand.field.area)
    }

    /// Time went on: a long text is read again, where it changed.
    pub fn look(&mut self) {
        if let Some(hand) = &mut self.hand {
            hand.field.look();
        }
    }

    /// Does something with the value that is written by hand.
    pub fn edit<R>(&mut self, does: impl FnOnce(&mut FieldEditor) -> R) -> Option<R> {
        self.hand.as_mut().map(|hand| does(&mut hand.field))
    }
}
