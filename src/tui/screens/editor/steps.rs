//! Undo and redo over a whole record: each field keeps its own steps, and gives them back when the way leads through it.

use std::collections::BTreeMap;

use midair_record::{Object, Pointer};

use super::{Editor, OnDisk};
use crate::tui::field::FieldEditor;

/// A place that can be gone back to: mine as it was, the row, the field with its own steps, and what could not be read
/// elsewhere.
#[derive(Clone, Debug)]
struct Step {
    fields: Object,
    focus: usize,
    at: Option<Pointer>,
    field: Option<FieldEditor>,
    unread: BTreeMap<Pointer, FieldEditor>,
}

/// The way back and the way forth.
#[derive(Clone, Debug, Default)]
pub(super) struct Steps {
    back: Vec<Step>,
    forth: Vec<Step>,
}

impl Steps {
    /// Something else was done: there is no way forth any more.
    pub(super) fn forget_forth(&mut self) {
        self.forth.clear();
    }
}

impl Editor {
    fn step_here(&self) -> Step {
        Step {
            fields: self.draft.fields.clone(),
            focus: self.focus,
            at: self.at().cloned(),
            field: self.field.clone(),
            unread: self.unread.clone(),
        }
    }

    /// A member is about to be changed other than by typing.
    pub(super) fn remember(&mut self) {
        self.steps.back.push(self.step_here());
        self.steps.forget_forth();
    }

    /// The field is about to be left: where it has steps of its own, they are kept.
    pub(super) fn remember_field(&mut self) {
        if self.field.as_ref().is_some_and(|field| field.area.has_history()) {
            self.steps.back.push(self.step_here());
        }
    }

    /// Takes the last change back, in whichever field it was. What was typed in full is gone through in full. `false`: there
    /// was none.
    pub fn undo(&mut self) -> bool {
        loop {
            if self.field.as_mut().is_some_and(|field| field.area.undo()) {
                self.on_disk = OnDisk::Behind;
                self.stale = true;
                return true;
            }
            if self.in_full {
                return false;
            }
            self.take_over();
            let Some(step) = self.steps.back.pop() else { return false };
            let here = self.step_here();
            self.steps.forth.push(here);
            if self.go_back_to(step) {
                return true;
            }
        }
    }

    /// Makes the change again that was taken back last. `false`: there was none.
    pub fn redo(&mut self) -> bool {
        loop {
            if self.field.as_mut().is_some_and(|field| field.area.redo()) {
                self.on_disk = OnDisk::Behind;
                self.stale = true;
                return true;
            }
            if self.in_full {
                return false;
            }
            self.take_over();
            let Some(step) = self.steps.forth.pop() else { return false };
            let here = self.step_here();
            self.steps.back.push(here);
            if self.go_back_to(step) {
                return true;
            }
        }
    }

    /// Whether anything is another than it was.
    fn go_back_to(&mut self, step: Step) -> bool {
        let changed = step.fields != self.draft.fields;
        self.replace(step.fields);
        self.lay_rows();
        self.shows_secret = false;
        let row = self.rows.iter().position(|row| Some(&row.at) == step.at.as_ref());
        self.focus = row.unwrap_or(step.focus).min(self.rows.len().saturating_sub(1));
        self.unread = step.unread;
        if let Some(at) = self.at().cloned() {
            self.unread.remove(&at);
        }
        self.choosing = None;
        self.field = step.field.or_else(|| self.open_field());
        changed
    }
}
