//! Where a person stands at their screen, for whoever presses the keys in their place; changes nothing.

use midair_record::wire::Key;
use midair_record::{Pointer, Value};

use super::{App, Over, Screen};
use crate::tui::field::Shape;
use crate::tui::keys::Keys;
use crate::tui::msg::Link;
use crate::tui::screens::collision::Decidable;

/// Where a person stands in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The collections, as far as they are known.
    pub collections: Vec<String>,
    /// The one that is shown.
    pub collection: Option<String>,
    /// Whether the cursor is among its records.
    pub in_records: bool,
    /// The record under the cursor, by its id.
    pub record: Option<String>,
}

impl App {
    /// The keys of this seat.
    pub fn keys(&self) -> &Keys {
        &self.keyboard.keys
    }

    /// How many columns and rows the screen has.
    pub fn size(&self) -> (u16, u16) {
        self.size
    }

    /// Whether changes come in.
    pub fn is_live(&self) -> bool {
        matches!(self.link, Link::Live { .. })
    }

    /// Whether an answer is waited for.
    pub fn is_waiting(&self) -> bool {
        self.opening.is_some()
            || self.browser.is_loading()
            || !self.flights.is_empty()
            || matches!(&self.over, Some(Over::History(history)) if history.waits())
            || matches!(&self.over, Some(Over::Pulse(pulse)) if pulse.waits())
            || matches!(&self.screen, Screen::Drafts(drafts) if drafts.waits())
            || matches!(&self.screen, Screen::Deletion(deletion) if deletion.sent)
    }

    /// Where the list stands, whether it is up or beneath something.
    pub fn listed(&self) -> Listed {
        Listed {
            collections: self.browser.collections().map(str::to_owned).collect(),
            collection: self.browser.collection().map(str::to_owned),
            in_records: self.browser.in_records(),
            record: self.browser.record().map(|record| record.id.clone()),
        }
    }

    /// The record that is up: being edited, settled or about to be deleted.
    pub fn up(&self) -> Option<Key> {
        match &self.screen {
            Screen::Editor(editor) => Some(editor.draft.key.clone()),
            Screen::Collision(collision) => Some(collision.editor.draft.key.clone()),
            Screen::Deleted(deleted) => Some(deleted.editor.draft.key.clone()),
            Screen::Deletion(deletion) => {
                Some(Key { collection: deletion.collection.clone(), id: deletion.shown.id.clone() })
            }
            Screen::Browser | Screen::Drafts(_) => None,
        }
    }

    /// The field under the caret, or the one that is decided next.
    pub fn at(&self) -> Option<Pointer> {
        match &self.screen {
            Screen::Editor(editor) => editor.at().cloned(),
            Screen::Collision(collision) => collision.at(),
            _ => None,
        }
    }

    /// The fields of the record that is edited, from the top.
    pub fn fields(&self) -> Vec<Pointer> {
        match &self.screen {
            Screen::Editor(editor) => editor.fields().cloned().collect(),
            _ => Vec::new(),
        }
    }

    /// What stands at `at` in the record that is edited; `None` where it is absent.
    pub fn value(&self, at: &Pointer) -> Option<Value> {
        match &self.screen {
            Screen::Editor(editor) => at.get(&editor.draft.fields).cloned(),
            _ => None,
        }
    }

    /// How what is typed under the caret is read; `None` where nothing is typed there.
    pub fn shape(&self) -> Option<Shape> {
        match &self.screen {
            Screen::Editor(editor) => editor.shape(),
            Screen::Collision(collision) => collision.shape(),
            _ => None,
        }
    }

    /// Everything that a collision shows to be decided, from the top, and which of it is next.
    pub fn decidable(&self) -> (Vec<Decidable>, usize) {
        match &self.screen {
            Screen::Collision(collision) => collision.decidable(),
            _ => (Vec::new(), 0),
        }
    }
}
