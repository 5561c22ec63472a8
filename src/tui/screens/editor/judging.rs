//! What a record breaks of its collection's schema, said on the row of each field as it is typed; never while drawing.

use midair_record::schema::Violation;
use midair_record::{Object, Pointer, Record, Value};

use super::Editor;
use crate::tui::definition::{Judged, judged};

/// A longer record is not checked with each key, but when time goes on.
const LONG: usize = 16_384;

/// What is said on a row, and whether this draft is to blame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) row: usize,
    pub(super) words: String,
    pub(super) is_new: bool,
}

/// What a server refused, and what stood there.
#[derive(Clone, Debug)]
pub(super) struct Refused {
    fault: Violation,
    was: Option<Value>,
}

impl Editor {
    /// Holds what is typed against the schema, where that changed. `time_went_on`: a long record is looked at too.
    pub fn judge(&mut self, time_went_on: bool) {
        let long = self.length > LONG || self.field.as_ref().is_some_and(|field| field.area.rope().len_bytes() > LONG);
        if !self.stale || (long && !time_went_on) {
            return;
        }
        self.stale = false;
        if self.schema.is_none() && self.refused.is_empty() {
            return;
        }
        let fields = self.fields_typed();
        if let Some(schema) = &self.schema {
            self.judged = judged(schema, self.base_fields(), &fields);
            self.length = Record::of(fields.clone()).text().len();
        }
        self.refused.retain(|refused| refused.fault.at.get(&fields) == refused.was.as_ref());
        self.mark();
    }

    /// Mine with what is typed into the open field, where that can be read.
    fn fields_typed(&self) -> Object {
        let mut fields = self.draft.fields.clone();
        if let (Some(at), Some(field)) = (self.at(), &self.field)
            && !field.says(at.get(&fields))
            && let Ok(value) = field.value()
        {
            at.set(&mut fields, value);
        }
        fields
    }

    /// Finds the row of each fault.
    pub(super) fn mark(&mut self) {
        let refused = self.refused.iter().map(|refused| Judged { fault: refused.fault.clone(), is_new: true });
        let all: Vec<Judged> = refused.chain(self.judged.iter().cloned()).collect();
        self.marks.clear();
        for Judged { fault, is_new } in all {
            // In a new record everything is missing at first: that is said when a save was tried.
            let lacking = is_new && fault.at.get(&self.draft.fields).is_none() && self.draft.base.stored().is_none();
            let Some(row) = self.row_of(&fault.at).filter(|_| !lacking || self.tried) else { continue };
            let inside = fault.at.names().get(self.rows[row].at.names().len()..).unwrap_or_default();
            let words = match Pointer::new(inside.to_vec()).label() {
                inside if inside.is_empty() => fault.what,
                inside => format!("{inside} {}", fault.what),
            };
            match self.marks.iter_mut().find(|mark| mark.row == row) {
                Some(mark) if mark.words == words => {}
                Some(mark) if mark.is_new == is_new => mark.words += &format!("; {words}"),
                Some(mark) if is_new => *mark = Mark { row, words, is_new },
                Some(_) => {}
                None => self.marks.push(Mark { row, words, is_new }),
            }
        }
    }

    /// The row of a place: its own, or of what it is in.
    fn row_of(&self, at: &Pointer) -> Option<usize> {
        let holds = |(_, row): &(usize, &super::Row)| row.at.contains(at);
        let rows = self.rows.iter().enumerate().filter(holds);
        rows.max_by_key(|(_, row)| row.at.names().len()).map(|(row, _)| row)
    }

    /// What is said on a row of what stands there.
    pub(super) fn mark_on(&self, row: usize) -> Option<&Mark> {
        self.marks.iter().find(|mark| mark.row == row)
    }

    /// A save was held back for these faults: each is said on its row, and the caret goes to the first.
    pub fn held_back(&mut self, faults: &[Violation]) {
        self.tried = true;
        self.go_to_fault(faults);
    }

    /// A server refused a save for these faults, which it alone knows of.
    pub fn refused_for(&mut self, faults: &[Violation]) {
        self.take_over();
        let known =
            |fault: &Violation| Refused { was: fault.at.get(&self.draft.fields).cloned(), fault: fault.clone() };
        self.refused =
            faults.iter().filter(|fault| !self.judged.iter().any(|one| one.fault == **fault)).map(known).collect();
        self.held_back(faults);
    }

    fn go_to_fault(&mut self, faults: &[Violation]) {
        if let Some(row) = faults.iter().find_map(|fault| self.row_of(&fault.at)) {
            self.go_to(row);
        }
        self.mark();
    }
}
