//! A field or the whole record, written in an editor outside and taken in again as one step.

use midair_record::{Object, Pointer};

use super::Editor;
use crate::tui::field::FieldEditor;

impl Editor {
    /// The field under the caret, as it is given to an editor outside.
    pub fn outside(&self) -> Option<(Pointer, FieldEditor)> {
        let at = self.at()?.clone();
        let field = self.field.clone().unwrap_or_else(|| FieldEditor::open(self.mine(&at)));
        Some((at, field))
    }

    /// Takes `text` for the field under the caret.
    ///
    /// # Errors
    /// Why it cannot be read; the field stays as it is.
    pub fn take_text(&mut self, text: &str) -> Result<(), String> {
        let Some((_, mut field)) = self.outside() else { return Ok(()) };
        field.area.select_all();
        field.area.insert(text);
        let value = field.value()?;
        let in_full = self.in_full;
        self.set_here(value);
        if in_full {
            self.enter_field();
        }
        Ok(())
    }

    /// Takes these fields in place of mine.
    pub fn take_fields(&mut self, fields: Object) {
        self.leave_field();
        self.remember();
        self.unread.clear();
        self.replace(fields);
        self.lay_rows();
        let focus = self.focus;
        self.focus_on(focus);
    }
}
