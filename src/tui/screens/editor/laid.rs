//! The long text that was edited last, as it is laid out for editing: to open it again takes no longer than a word.

use midair_record::Value;
use ropey::Rope;

use super::Editor;
use crate::tui::field::{FieldEditor, LONG, Shape};

/// A text, and the same as a rope.
#[derive(Clone, Debug)]
pub(super) struct Laid {
    value: Value,
    rope: Rope,
}

impl Editor {
    /// Keeps the text of the field that is left, where it is long.
    pub(super) fn keep_laid(&mut self) {
        let Some(field) = self.field.as_ref().filter(|field| field.shape == Shape::Text) else { return };
        let (Some(at), rope) = (self.at(), field.area.rope()) else { return };
        if rope.len_bytes() > LONG
            && let Some(value) = self.mine(at)
        {
            self.laid = Some(Laid { value: value.clone(), rope: rope.clone() });
        }
    }

    /// Opens a value: where it is the text that was kept, as it was laid out.
    pub(super) fn opened(&self, value: Option<&Value>) -> FieldEditor {
        match (&self.laid, value) {
            (Some(laid), Some(value)) if laid.value == *value => FieldEditor::open_laid(value, laid.rope.clone()),
            _ => FieldEditor::open(value),
        }
    }
}
