//! Records that go: one that I delete, and one that was deleted while I edited it.

use midair_record::draft::Draft;
use midair_record::wire::{Current, Delete, Key, Stored, VersionLine};

use super::{App, Screen};
use crate::tui::keys::{Action, Place};
use crate::tui::msg::{Effect, Unsaved};
use crate::tui::screens::browser::Browser;
use crate::tui::screens::deletion::{Deleted, Deletion, Refused};
use crate::tui::screens::editor::{Now, Saving, Theirs};

impl App {
    /// Keys on the card of a record that was deleted while I edited it.
    pub(super) fn in_deleted(&mut self, action: Action) -> Vec<Effect> {
        let edit_id = self.seat.next_edit_id();
        let Screen::Deleted(deleted) = std::mem::replace(&mut self.screen, Screen::Browser) else { return Vec::new() };
        let Deleted { mut editor, gone } = *deleted;
        match action {
            Action::Recreate => {
                let note = format!("recreated after it was deleted by {}", gone.by);
                let mut draft = Draft::new(editor.draft.key.clone(), editor.draft.fields.clone(), edit_id);
                draft.note = editor.draft.note.clone().or(Some(note));
                editor.go_on_with(draft.clone());
                editor.saving = Saving::Sent;
                let slot = editor.slot.clone();
                self.screen = Screen::Editor(editor);
                self.send(slot, draft, 0, None)
            }
            Action::AcceptDeletion => {
                let list = self.named(Place::Browser, Action::Drafts);
                self.say(format!(
                    "{} stays deleted. Your draft of it is kept on this machine; {list} lists it.",
                    editor.draft.key
                ));
                let (slot, draft) = (editor.slot.clone(), Box::new(editor.everything_typed()));
                vec![Effect::KeepDraft { slot: slot.clone(), draft }, Effect::ReleaseDraft { slot }, self.count_inbox()]
            }
            Action::SaveCopy => {
                self.screen = Screen::Deleted(Box::new(Deleted { editor, gone }));
                self.ask_for_copy();
                Vec::new()
            }
            _ => {
                editor.theirs = Some(Theirs { current: Now::Gone(gone), changes: Vec::new() });
                self.screen = Screen::Editor(editor);
                Vec::new()
            }
        }
    }

    /// Keys on the card of a record that I am about to delete.
    pub(super) fn in_deletion(&mut self, action: Action) -> Vec<Effect> {
        let edit_id = self.seat.next_edit_id();
        let Screen::Deletion(deletion) = &mut self.screen else { return Vec::new() };
        if action != Action::Confirm {
            self.screen = Screen::Browser;
            return Vec::new();
        }
        if std::mem::replace(&mut deletion.sent, true) {
            return Vec::new();
        }
        let key = Key { collection: deletion.collection.clone(), id: deletion.shown.id.clone() };
        vec![Effect::Delete { key, token: deletion.shown.token.clone(), edit_id }]
    }

    /// A deletion was answered.
    pub(super) fn deleted(&mut self, key: Key, result: Result<Delete, Unsaved>) -> Vec<Effect> {
        let Screen::Deletion(deletion) = &mut self.screen else {
            match result {
                Ok(Delete::Deleted(gone)) => self.say(format!("Deleted {key}; its history stays (v{}).", gone.version)),
                Ok(Delete::Gone(_) | Delete::Missing) => self.say(format!("{key} was deleted before.")),
                Ok(Delete::Stale(_)) => self.complain(format!("{key} was not deleted: it was edited before.")),
                Err(Unsaved::Refused(why) | Unsaved::NoAnswer(why) | Unsaved::Invalid { why, .. }) => {
                    self.complain(format!("{key} was not deleted, as far as is known: {why}"));
                }
            }
            return Vec::new();
        };
        deletion.sent = false;
        match result {
            Ok(Delete::Deleted(gone)) => {
                self.screen = Screen::Browser;
                self.say(format!("Deleted {key}; its history stays (v{}).", gone.version));
            }
            Ok(Delete::Gone(gone)) => {
                self.screen = Screen::Browser;
                self.say(format!("{key} was deleted before, by {}.", gone.by));
            }
            Ok(Delete::Missing) => {
                self.screen = Screen::Browser;
                self.say(format!("There is no {key}."));
            }
            Ok(Delete::Stale(conflict)) => match conflict.current {
                Current::Stored(now) => refuse(deletion, &mut self.browser, now, conflict.changes),
                Current::Deleted(_) | Current::Missing => {
                    self.screen = Screen::Browser;
                    self.say(format!("{key} was deleted before."));
                }
            },
            Err(Unsaved::Refused(why) | Unsaved::NoAnswer(why) | Unsaved::Invalid { why, .. }) => {
                self.complain(format!("{key} was not deleted, as far as is known: {why}"));
            }
        }
        Vec::new()
    }
}

fn refuse(deletion: &mut Deletion, browser: &mut Browser, now: Stored, changes: Vec<VersionLine>) {
    browser.refresh(&deletion.collection, &now);
    let seen = match &deletion.refused {
        Some(refused) => refused.seen.clone(),
        None => deletion.shown.fields.fields().clone(),
    };
    deletion.shown = now;
    deletion.refused = Some(Refused { seen, changes });
}
