//! The editor of one record: what is typed, where the caret is, what was saved elsewhere meanwhile; knows no server.

mod draw;
mod laid;
mod pointing;
pub mod rows;
mod steps;

use std::collections::BTreeMap;

use midair_record::draft::Draft;
use midair_record::wire::{Stored, Tombstone, VersionLine};
use midair_record::{Number, Object, Pointer, Value};
use ratatui::crossterm::event::KeyCode;

use self::laid::Laid;
use self::rows::Row;
use self::steps::Steps;
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
    template: Object,
    rows: Vec<Row>,
    focus: usize,
    field: Option<FieldEditor>,
    in_full: bool,
    unread: BTreeMap<Pointer, FieldEditor>,
    steps: Steps,
    laid: Option<Laid>,
    /// How many columns the names of the fields take at the most.
    label_columns: u16,
    /// A member came, went or holds others now: the rows are to be laid again.
    rows_behind: bool,
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
            template,
            rows: Vec::new(),
            focus: 0,
            field: None,
            in_full: false,
            unread: BTreeMap::new(),
            steps: Steps::default(),
            laid: None,
            label_columns: 0,
            rows_behind: true,
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
        self.rows = rows::rows(self.base_fields(), &self.draft.fields, &self.template);
        let columns = |row: &Row| 2 * row.depth + glyph::width(row.at.last(), 40);
        self.label_columns = self.rows.iter().map(columns).max().unwrap_or(0);
    }

    /// Whether a field is edited in full.
    pub fn in_full(&self) -> bool {
        self.in_full
    }

    /// The place under the caret.
    pub fn at(&self) -> Option<&Pointer> {
        self.rows.get(self.focus).map(|row| &row.at)
    }

    /// What stands at `at` in mine, as far as it was taken over.
    fn mine(&self, at: &Pointer) -> Option<&Value> {
        at.get(&self.draft.fields)
    }

    fn focus_on(&mut self, row: usize) {
        self.focus = row.min(self.rows.len().saturating_sub(1));
        self.field = self.open_field();
    }

    /// The field editor for the row under the caret, where typing means something there.
    fn open_field(&mut self) -> Option<FieldEditor> {
        let at = self.rows.get(self.focus)?.at.clone();
        if let Some(field) = self.unread.remove(&at) {
            return Some(field);
        }
        let mine = self.mine(&at);
        let usual = mine
            .filter(|value| **value != Value::Null)
            .or_else(|| at.get(self.base_fields()?).filter(|value| **value != Value::Null));
        let usual = usual.or_else(|| at.get(&self.template));
        match (mine, usual) {
            (Some(Value::String(_)), _) if self.was_number(&at) => Some(FieldEditor::open_as(Shape::Number, mine)),
            // A text of many lines is looked at by its first line, and edited in full.
            (Some(Value::String(text)), _) if text.as_str().contains('\n') => None,
            (Some(Value::String(_) | Value::Number(_)), _) => Some(self.opened(mine)),
            (None | Some(Value::Null), Some(Value::Number(_))) => Some(FieldEditor::open_as(Shape::Number, mine)),
            (None | Some(Value::Null), None | Some(Value::String(_) | Value::Null)) => {
                Some(FieldEditor::open_as(Shape::Text, mine))
            }
            _ => None,
        }
    }

    /// A draft keeps a number that cannot be read yet as text; it goes on as a number.
    fn was_number(&self, at: &Pointer) -> bool {
        matches!(self.base_fields().and_then(|base| at.get(base)), Some(Value::Number(_)))
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
        let alone = |value: Option<&Value>| value.is_some_and(|value| value.as_object().is_none());
        self.rows_behind |= !alone(self.mine(at)) || !alone(value.as_ref());
        let mut fields = self.draft.fields.clone();
        at.set(&mut fields, value);
        self.replace(fields);
    }

    fn replace(&mut self, fields: Object) {
        self.draft.edit(fields);
        self.on_disk = OnDisk::Behind;
    }

    fn leave_field(&mut self) {
        self.take_over();
        self.keep_laid();
        self.remember_field();
        if let (Some(row), Some(field)) = (self.rows.get(self.focus), self.field.take())
            && !field.is_readable()
        {
            self.unread.insert(row.at.clone(), field);
        }
        self.in_full = false;
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

    /// Whether there is anything that would be lost.
    pub fn has_typed(&mut self) -> bool {
        self.everything_typed().has_something_to_send() || self.draft.settled.is_some()
    }

    /// The draft, ready to be sent.
    ///
    /// # Errors
    /// A sentence about the first field that cannot be read; the caret goes there.
    pub fn ready(&mut self) -> Result<Draft, String> {
        self.take_over();
        let row = self.focus;
        if let Some(Err(fault)) = self.field.as_ref().map(FieldEditor::value) {
            let name = self.rows.get(row).map(|row| row.at.label()).unwrap_or_default();
            return Err(format!("{name}: {fault}. Nothing was sent."));
        }
        if let Some(at) = self.unread.keys().next().cloned() {
            let row = self.rows.iter().position(|row| row.at == at).unwrap_or(0);
            self.go_to(row);
            let fault = self.field.as_ref().and_then(|field| field.value().err()).unwrap_or_default();
            return Err(format!("{}: {fault}. Nothing was sent.", at.label()));
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
            Action::Undo => self.undo(),
            Action::Redo => self.redo(),
            Action::RemoveField => self.set_here(None),
            _ => {}
        }
    }

    fn enter_field(&mut self) {
        let Some(at) = self.at().cloned() else { return };
        match self.mine(&at).cloned() {
            Some(Value::Bool(truth)) => self.set_here(Some(Value::Bool(!truth))),
            value => {
                let mut field = self.field.take().unwrap_or_else(|| self.opened(value.as_ref()));
                if field.shape != Shape::Text {
                    field.area.to_start();
                }
                self.field = Some(field);
                self.in_full = true;
            }
        }
    }

    /// Gives the member under the caret a value, or removes it.
    pub fn set_here(&mut self, value: Option<Value>) {
        let Some(at) = self.at().cloned() else { return };
        self.take_over();
        if value.as_ref() != self.mine(&at) {
            self.change(&at, value);
        }
        self.field = None;
        self.unread.remove(&at);
        let focus = self.focus;
        self.go_to(focus);
    }

    /// Makes the member under the caret what `letter` stands for, with as much of its text as fits. `false` where the
    /// letter stands for nothing.
    pub fn set_type(&mut self, letter: char) -> bool {
        self.take_over();
        let text = match (&self.field, self.at().and_then(|at| self.mine(at))) {
            (Some(field), _) => field.area.text(),
            (None, Some(Value::Bool(truth))) => truth.to_string(),
            (None, Some(value)) => value.to_json(),
            (None, None) => String::new(),
        };
        let value = match letter {
            't' => Some(Value::string(&text)),
            'n' => Number::parse(text.trim()).or_else(|| Number::parse("0")).map(Value::Number),
            'b' => Some(Value::Bool(text.trim() == "true")),
            'z' => Some(Value::Null),
            'l' if text.is_empty() => Some(Value::Array(Vec::new())),
            'l' => Some(Value::Array(vec![Value::string(&text)])),
            'o' => Some(Value::Object(Object::new())),
            'a' => None,
            _ => return false,
        };
        self.set_here(value);
        true
    }

    /// Adds an empty text member named `name` beside the one under the caret; inside it, where that is an empty object.
    ///
    /// # Errors
    /// A sentence where there is such a member.
    pub fn add(&mut self, name: &str) -> Result<(), String> {
        let here = self.at().cloned().unwrap_or_default();
        let parent = match self.mine(&here) {
            Some(Value::Object(members)) if members.is_empty() => here.names().to_vec(),
            _ => here.names().split_last().map(|(_, parents)| parents.to_vec()).unwrap_or_default(),
        };
        let at = Pointer::new(parent).child(name);
        if self.mine(&at).is_some() {
            return Err(format!("There is a field {} already.", at.label()));
        }
        self.leave_field();
        self.change(&at, Some(Value::string("")));
        self.lay_rows();
        let row = self.rows.iter().position(|row| row.at == at).unwrap_or(0);
        self.focus_on(row);
        Ok(())
    }

    /// Takes a key that types into the field under the caret. `false`: it types nothing here.
    pub fn key(&mut self, press: Press) -> bool {
        if matches!(press.code, KeyCode::Char(_)) {
            self.enter_lines();
        }
        if self.field.is_none() {
            let truth = self.at().and_then(|at| self.mine(at)).and_then(|value| match value {
                Value::Bool(truth) => Some(*truth),
                _ => None,
            });
            let flipped = match (truth, press.code) {
                (Some(truth), KeyCode::Char(' ')) => !truth,
                (Some(_), KeyCode::Char('t')) => true,
                (Some(_), KeyCode::Char('f')) => false,
                _ => return false,
            };
            self.set_here(Some(Value::Bool(flipped)));
            return true;
        }
        self.edit(|field| field.key(press)).unwrap_or(false)
    }

    /// Does something with the field under the caret, and takes note where that changed its text.
    pub fn edit<R>(&mut self, does: impl FnOnce(&mut FieldEditor) -> R) -> Option<R> {
        let field = self.field.as_mut()?;
        let before = field.area.revision();
        let done = does(field);
        if field.area.revision() != before {
            self.steps.forget_forth();
            self.on_disk = OnDisk::Behind;
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
