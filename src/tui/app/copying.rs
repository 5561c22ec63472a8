//! What I have, saved under another id: a record of its own, and nothing of the first one or its draft is touched.

use midair_record::draft::Draft;
use midair_record::wire::{Key, Stored};

use super::saving::Flight;
use super::{App, Screen};
use crate::tui::definition::in_words;
use crate::tui::msg::Effect;
use crate::tui::screens::editor::Editor;
use crate::tui::screens::prompt::{Prompt, Purpose};

impl App {
    /// Asks for the id of a copy.
    pub(super) fn ask_for_copy(&mut self) {
        if let Some(of) = self.copied().map(|editor| editor.draft.key.clone()) {
            let start = format!("{}-copy", of.id);
            self.prompt = Some(Prompt::ask(Purpose::CopyId { of }, &start));
        }
    }

    /// What a copy can be made of: the record in the editor, or the one that was deleted meanwhile.
    fn copied(&mut self) -> Option<&mut Editor> {
        match &mut self.screen {
            Screen::Editor(editor) => Some(editor),
            Screen::Deleted(deleted) => Some(&mut deleted.editor),
            _ => None,
        }
    }

    /// Sends a copy as a new record under `id`.
    ///
    /// # Errors
    /// A sentence about why that cannot be.
    pub(super) fn save_copy(&mut self, id: &str) -> Result<Vec<Effect>, String> {
        let edit_id = self.seat.next_edit_id();
        let deleted = matches!(self.screen, Screen::Deleted(_));
        let Some(editor) = self.copied() else { return Ok(Vec::new()) };
        let of = editor.draft.key.clone();
        let key = Key::new(&of.collection, id).map_err(|fault| fault.to_string())?;
        if key == of && !deleted {
            return Err(format!("{key} is this record itself"));
        }
        let mut copy = Draft::new(key.clone(), editor.ready()?.fields, edit_id.clone());
        copy.note = Some(format!("copy of {of}{}", if deleted { ", which was deleted" } else { "" }));
        let faults = self.definition(&key.collection).new_faults(None, &copy.fields);
        if !faults.is_empty() {
            return Err(format!("Not saved: {}", in_words(&faults)));
        }
        let effects = self.send(edit_id, copy, 0, None);
        if let Some(flight) = self.flights.last_mut() {
            flight.copy_of = Some(of);
        }
        self.say(format!("Saving a copy as {key}…"));
        Ok(effects)
    }

    /// A copy was stored: of a record that was deleted, it is what is gone on with.
    pub(super) fn copy_stored(&mut self, flight: &Flight, of: &Key, stored: &Stored) -> Vec<Effect> {
        let key = &flight.draft.key;
        let version = stored.version;
        if let Screen::Deleted(deleted) = &self.screen
            && deleted.editor.draft.key == *of
        {
            let slot = deleted.editor.slot.clone();
            self.open_stored(&of.collection, stored.clone());
            self.say(format!("Saved a copy of {of} as {key}, v{version}; this is it."));
            return vec![Effect::DropDraft { slot }];
        }
        self.say(format!("Saved a copy of {of} as {key}, v{version}. What you typed in {of} stays as it is."));
        Vec::new()
    }

    /// The id of a copy is taken: another one is asked for.
    pub(super) fn copy_taken(&mut self, flight: &Flight, of: &Key, stands: &Stored) -> Vec<Effect> {
        let key = &flight.draft.key;
        let who = if stands.updated_by.is_empty() { "somebody" } else { &stands.updated_by };
        let fault = format!("{key} is there already, v{} by {who}", stands.version);
        if self.copied().is_some_and(|editor| editor.draft.key == *of) && self.prompt.is_none() {
            let mut prompt = Prompt::ask(Purpose::CopyId { of: of.clone() }, &key.id);
            prompt.fault = Some(fault);
            self.prompt = Some(prompt);
        } else {
            self.complain(format!("The copy of {of} was not saved: {fault}. Nothing of {of} was touched."));
        }
        vec![Effect::DropDraft { slot: flight.slot.clone() }]
    }
}
