//! The editor of one record: what is typed, where the caret is, what was saved elsewhere meanwhile; knows no server.

mod choosing;
mod draw;
mod judging;
mod laid;
#[cfg(test)]
mod laws;
mod lists;
mod members;
mod outside;
mod pointing;
pub mod rows;
mod steps;
mod typed;
mod veil;

use std::collections::BTreeMap;

use midair_record::draft::Draft;
use midair_record::schema::{Schema, Secrets};
use midair_record::wire::{Stored, Tombstone, VersionLine};
use midair_record::{Object, Pointer, Value};
use ratatui::crossterm::event::KeyCode;

use self::judging::{Mark, Refused};
use self::laid::Laid;
use self::rows::Row;
use self::steps::Steps;
use crate::tui::definition::Judged;
use crate::tui::field::{FieldEditor, Shape};
use crate::tui::keys::Action;
use crate::tui::msg::Press;
use crate::tui::widgets::glyph;
use crate::tui::widgets::text::TextArea;

/// What stands in the store while I edit.
#[derive(Clone, Debug)]
pub struct Theirs {
    pub current: Now,
    pub changes: Vec<VersionLine>,
}

impl Theirs {
    /// The version that stands there, also where it is a deletion.
    pub fn version(&self) -> u64 {
        match &self.current {
            Now::Stored(stored) => stored.version,
            Now::Gone(gone) => gone.version,
        }
    }
}

/// A newer version, or nothing any more.
#[derive(Clone, Debug)]
pub enum Now {
    Stored(Box<Stored>),
    Gone(Tombstone),
}

/// How a save stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Saving {
    /// None is under way.
    No,
    /// Sent; waiting for the answer.
    Sent,
    /// Not answered; it goes again when the server answers. The reason is a sentence.
    Waiting(String),
}

/// How the draft stands on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OnDisk {
    /// Nothing typed yet.
    Nothing,
    /// Typed, not written yet.
    Behind,
    /// On its way to the disk, with the order of this number.
    Sent(u64),
    /// Written.
    Kept,
    /// Could not be written, for this reason.
    Failed(String),
}

/// A record being edited.
#[derive(Clone, Debug)]
pub struct Editor {
    pub draft: Draft,
    pub slot: String,
    pub theirs: Option<Theirs>,
    pub saving: Saving,
    pub on_disk: OnDisk,
    /// Who else is editing the record, and where in it.
    pub company: Vec<(String, Option<Pointer>)>,
    /// Whether an editor outside has a text of it, so that what it stands on must not move.
    pub written_outside: bool,
    /// What of the record is not shown.
    pub secrets: Secrets,
    /// Whether the secret under the caret is shown: as long as its field is open.
    shows_secret: bool,
    template: Object,
    /// What the collection asks of its records.
    schema: Option<Schema>,
    /// What a new record began with.
    start: Object,
    rows: Vec<Row>,
    focus: usize,
    field: Option<FieldEditor>,
    in_full: bool,
    /// Which of the values that are found is under the cursor, while one is chosen.
    choosing: Option<usize>,
    unread: BTreeMap<Pointer, FieldEditor>,
    steps: Steps,
    laid: Option<Laid>,
    /// How many columns the names of the fields take at the most.
    label_columns: u16,
    /// A member came, went or holds others now: the rows are to be laid again.
    rows_behind: bool,
    /// Something was typed or changed since it was held against the schema.
    stale: bool,
    judged: Vec<Judged>,
    refused: Vec<Refused>,
    marks: Vec<Mark>,
    /// How long the record was when it was held against the schema.
    length: usize,
    /// Whether a save was tried.
    tried: bool,
}

impl Editor {
    /// Opens a draft. `slot`: its name on disk. `template`: a record whose members are offered where mine has none.
    pub fn open(draft: Draft, slot: String, template: Object) -> Self {
        let mut editor = Editor {
            draft,
            slot,
            theirs: None,
            saving: Saving::No,
            on_disk: OnDisk::Nothing,
            company: Vec::new(),
            written_outside: false,
            secrets: Secrets::default(),
            shows_secret: false,
            template,
            schema: None,
            start: Object::new(),
            rows: Vec::new(),
            focus: 0,
            field: None,
            in_full: false,
            choosing: None,
            unread: BTreeMap::new(),
            steps: Steps::default(),
            laid: None,
            label_columns: 0,
            rows_behind: true,
            stale: false,
            judged: Vec::new(),
            refused: Vec::new(),
            marks: Vec::new(),
            length: 0,
            tried: false,
        };
        editor.lay_rows();
        editor.focus_on(0);
        editor
    }

    fn base_fields(&self) -> Option<&Object> {
        self.draft.base.stored().map(|stored| stored.fields.fields())
    }

    fn lay_rows(&mut self) {
        self.rows_behind = false;
        self.rows = rows::rows(self.base_fields(), &self.draft.fields, &self.template, self.schema.as_ref());
        let columns = |row: &Row| 2 * row.depth + glyph::width(&row.label, 40) + u16::from(row.required);
        self.label_columns = self.rows.iter().map(columns).max().unwrap_or(0);
        self.mark();
    }

    /// Whether a field is edited in full.
    pub fn in_full(&self) -> bool {
        self.in_full
    }

    /// The places that have a row, from the top.
    pub fn fields(&self) -> impl Iterator<Item = &Pointer> {
        self.rows.iter().map(|row| &row.at)
    }

    /// How what is typed under the caret is read; `None` where nothing is typed.
    pub fn shape(&self) -> Option<Shape> {
        self.field.as_ref().map(|field| field.shape)
    }

    /// The place under the caret.
    pub fn at(&self) -> Option<&Pointer> {
        self.rows.get(self.focus).map(|row| &row.at)
    }

    /// The place under the caret as others know it: elements by what they are called, not by their place.
    pub fn here(&self) -> Option<&Pointer> {
        self.rows.get(self.focus).map(|row| &row.same)
    }

    /// What stands at `at` in mine, as far as it was taken over.
    fn mine(&self, at: &Pointer) -> Option<&Value> {
        at.get(&self.draft.fields)
    }

    fn focus_on(&mut self, row: usize) {
        self.focus = row.min(self.rows.len().saturating_sub(1));
        self.shows_secret = false;
        self.field = self.open_field();
    }

    /// Takes over what was typed into the field under the caret. What cannot be read stays in the field.
    pub fn take_over(&mut self) {
        let (Some(row), Some(field)) = (self.rows.get(self.focus), &self.field) else { return };
        if field.says(self.mine(&row.at)) {
            return;
        }
        if let Ok(value) = field.value() {
            let at = row.at.clone();
            self.put(&at, value);
        }
    }

    /// Changes a member, as a step that can be taken back.
    fn change(&mut self, at: &Pointer, value: Option<Value>) {
        self.remember();
        self.put(at, value);
    }

    fn put(&mut self, at: &Pointer, value: Option<Value>) {
        let nested = |value: &Value| matches!(value, Value::Object(_) | Value::Array(_));
        let alone = |value: Option<&Value>| value.is_some_and(|value| !nested(value));
        let in_list = self.rows.iter().any(|row| row.element && row.at.contains(at));
        self.rows_behind |= in_list || !alone(self.mine(at)) || !alone(value.as_ref());
        let mut fields = self.draft.fields.clone();
        at.set(&mut fields, value);
        if self.schema.is_some() && self.base_fields().is_none() {
            fields = rows::in_row_order(&self.rows, &fields);
        }
        self.replace(fields);
    }

    fn replace(&mut self, fields: Object) {
        self.draft.edit(fields);
        self.on_disk = OnDisk::Behind;
        self.stale = true;
    }

    fn leave_field(&mut self) {
        self.take_over();
        self.keep_laid();
        self.remember_field();
        if let (Some(row), Some(mut field)) = (self.rows.get(self.focus), self.field.take())
            && !field.is_readable()
        {
            // The way back has them; what is typed here later comes after what is typed elsewhere meanwhile.
            field.area.forget_history();
            self.unread.insert(row.at.clone(), field);
        }
        self.in_full = false;
        self.choosing = None;
    }

    fn go_to(&mut self, row: usize) {
        self.leave_field();
        let mut row = row.min(self.rows.len().saturating_sub(1));
        if self.rows_behind {
            let at = self.rows.get(row).map(|row| row.at.clone());
            self.lay_rows();
            row = self.rows.iter().position(|row| Some(&row.at) == at.as_ref()).unwrap_or(0);
        }
        self.focus_on(row);
    }

    /// The draft with everything that is typed in it, also what cannot be read yet, as text: what is kept on disk.
    pub fn everything_typed(&mut self) -> Draft {
        self.take_over();
        let mut draft = self.draft.clone();
        let open = self.rows.get(self.focus).map(|row| &row.at).zip(self.field.as_ref());
        for (at, field) in self.unread.iter().chain(open) {
            if !field.is_readable() {
                at.set(&mut draft.fields, field.value_or_text());
                draft.settled = None;
            }
        }
        draft
    }

    /// Whether there is anything that would be lost. A new record that is as it began is nothing.
    pub fn has_typed(&mut self) -> bool {
        let typed = self.everything_typed();
        let differs = match typed.base.stored() {
            Some(_) => typed.has_something_to_send(),
            None => typed.fields != self.start,
        };
        differs || self.draft.settled.is_some()
    }

    /// The draft, ready to be sent.
    ///
    /// # Errors
    /// A sentence about the first field that cannot be read; the caret goes there.
    pub fn ready(&mut self) -> Result<Draft, String> {
        self.take_over();
        let row = self.focus;
        if let Some(Err(fault)) = self.field.as_ref().map(FieldEditor::value) {
            let name = self.rows.get(row).map(|row| self.secrets.label(&row.same)).unwrap_or_default();
            return Err(format!("{name}: {fault}. Nothing was sent."));
        }
        if let Some(at) = self.unread.keys().next().cloned() {
            let row = self.rows.iter().position(|row| row.at == at).unwrap_or(0);
            self.go_to(row);
            let fault = self.field.as_ref().and_then(|field| field.value().err()).unwrap_or_default();
            let name = self.here().map(|at| self.secrets.label(at)).unwrap_or_default();
            return Err(format!("{name}: {fault}. Nothing was sent."));
        }
        Ok(self.draft.clone())
    }

    /// After a save: `stored` is what the draft stands against now; what was typed since it was sent stays.
    pub fn adopt(&mut self, stored: Stored, next_edit_id: String) {
        self.take_over();
        self.draft.base = midair_record::Basis::Version(Box::new(stored));
        self.draft.edit_id = next_edit_id;
        self.draft.note = None;
        self.draft.settled = None;
        self.theirs = None;
        self.refused.clear();
        self.tried = false;
        self.stale = true;
        self.saving = Saving::No;
        self.on_disk = if self.has_typed() { OnDisk::Behind } else { OnDisk::Nothing };
        self.rows_behind = true;
        let focus = self.focus;
        self.go_to(focus);
        self.forget_steps();
    }

    /// Steps end where the base moves: going back over it would take back what others did.
    fn forget_steps(&mut self) {
        self.steps = Steps::default();
    }

    /// Goes on with another draft of the same record, one that came out of a collision.
    pub fn go_on_with(&mut self, draft: Draft) {
        self.forget_steps();
        self.field = None;
        self.unread.clear();
        self.draft = draft;
        self.on_disk = OnDisk::Behind;
        self.stale = true;
        self.theirs = None;
        let focus = self.focus;
        self.lay_rows();
        self.focus_on(focus);
    }

    /// Does what a key means here, where it concerns the fields alone. `page`: how many lines a page has.
    pub fn act(&mut self, action: Action, page: usize) {
        match action {
            Action::NextField => self.go_to(self.focus + 1),
            Action::PreviousField => self.go_to(self.focus.saturating_sub(1)),
            Action::PageDown => self.go_to(self.focus + page),
            Action::PageUp => self.go_to(self.focus.saturating_sub(page)),
            Action::EnterField => self.enter_field(),
            Action::LeaveField => {
                let focus = self.focus;
                self.go_to(focus);
            }
            Action::Undo => _ = self.undo(),
            Action::Redo => _ = self.redo(),
            Action::RemoveField => self.remove_here(),
            Action::MoveUp | Action::MoveDown => self.move_element(action),
            _ => {}
        }
    }

    fn enter_field(&mut self) {
        let Some(at) = self.at().cloned() else { return };
        if let Some(field) = self.field.as_mut().filter(|field| field.shape == Shape::Choice) {
            field.area.select_all();
            return self.choose();
        }
        match (self.truth(), self.mine(&at).cloned()) {
            (Some(truth), _) => self.set_here(Some(Value::Bool(!truth))),
            _ if self.begin_here() => {}
            (None, value) => {
                let mut field = self.field.take().unwrap_or_else(|| self.opened(value.as_ref()));
                if field.shape != Shape::Text {
                    field.area.to_start();
                }
                self.field = Some(field);
                self.in_full = true;
            }
        }
    }

    /// Takes a key that types into the field under the caret. `false`: it types nothing here.
    pub fn key(&mut self, press: Press) -> bool {
        if matches!(press.code, KeyCode::Char(_)) {
            self.enter_lines();
        }
        if self.field.is_none() {
            let flipped = match (self.truth(), press.code) {
                (Some(truth), KeyCode::Char(' ')) => !truth,
                (Some(_), KeyCode::Char('t')) => true,
                (Some(_), KeyCode::Char('f')) => false,
                _ => return false,
            };
            self.set_here(Some(Value::Bool(flipped)));
            return true;
        }
        // What is typed on a choice is what to find, not more of what stands there.
        if let (Some(field), None) = (self.field.as_mut().filter(|field| field.shape == Shape::Choice), self.choosing) {
            field.area.select_all();
        }
        let typed = self.edit(|field| field.key(press)).unwrap_or(false);
        if typed {
            self.choose();
        }
        typed
    }

    /// Does something with the field under the caret, and takes note where that changed its text.
    pub fn edit<R>(&mut self, does: impl FnOnce(&mut FieldEditor) -> R) -> Option<R> {
        let field = self.field.as_mut()?;
        let before = field.area.revision();
        let done = does(field);
        if field.area.revision() != before {
            self.steps.forget_forth();
            self.on_disk = OnDisk::Behind;
            self.stale = true;
            if self.choosing.is_some() {
                self.choose();
            }
        }
        Some(done)
    }

    /// Opens the field in full where it is a text of many lines, which is typed into there.
    pub fn enter_lines(&mut self) {
        if !self.in_full && self.has_lines() {
            self.enter_field();
        }
    }

    /// Time went on: a long text is read again, where it changed.
    pub fn look(&mut self) {
        if let Some(field) = &mut self.field {
            field.look();
        }
    }

    /// The text under the caret.
    pub fn text(&mut self) -> Option<&mut TextArea> {
        self.field.as_mut().map(|field| &mut field.area)
    }

    /// Whether the field is a text of many lines, which is typed into in full.
    fn has_lines(&self) -> bool {
        match (&self.field, self.at().and_then(|at| self.mine(at))) {
            (Some(field), _) => field.shape == Shape::Text && field.area.line_count() > 1,
            (None, Some(Value::String(text))) => text.as_str().contains('\n'),
            _ => false,
        }
    }
}
