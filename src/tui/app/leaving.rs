//! The ways out: of a collision, of a record, of midair; what was typed is kept on each.

use super::drafts::keep_collision;
use super::{App, Screen};
use crate::tui::keys::{Action, Place};
use crate::tui::msg::Effect;
use crate::tui::screens::editor::{Editor, Saving};

impl App {
    /// Out of the record: to the browser from the editor, to the editor from a collision. Nothing is lost on the way.
    pub(super) fn back(&mut self) -> Vec<Effect> {
        match std::mem::replace(&mut self.screen, Screen::Browser) {
            Screen::Collision(collision) => {
                let parked = collision.parked();
                let theirs =
                    super::live::theirs(collision.resolution.theirs().clone(), collision.resolution.changes().to_vec());
                let mut editor = collision.editor;
                editor.saving = Saving::No;
                editor.go_on_with(parked.clone());
                editor.theirs = Some(theirs);
                let slot = editor.slot.clone();
                self.screen = Screen::Editor(editor);
                let save = self.named(Place::Editor, Action::Save);
                self.say(format!("Your draft and your decisions are kept. {save} takes the collision up again."));
                vec![Effect::KeepDraft { slot, draft: Box::new(parked) }]
            }
            Screen::Editor(mut editor) => self.leave(&mut editor),
            _ => Vec::new(),
        }
    }

    fn leave(&mut self, editor: &mut Editor) -> Vec<Effect> {
        let slot = editor.slot.clone();
        if self.flights.iter().any(|flight| flight.slot == slot) {
            self.say(format!("{} is still being saved; its draft stays until the server has it.", editor.draft.key));
            return Vec::new();
        }
        if !editor.has_typed() {
            return vec![Effect::DropDraft { slot }];
        }
        let draft = editor.everything_typed();
        let open = self.named(Place::Browser, Action::Open);
        self.say(format!("Your draft of {} is kept. {open} goes on with it.", draft.key));
        self.parked.insert(draft.key.clone(), (slot.clone(), draft.clone()));
        vec![Effect::KeepDraft { slot: slot.clone(), draft: Box::new(draft) }, Effect::ReleaseDraft { slot }]
    }

    /// What has to be kept on disk before this screen goes away, for whatever reason.
    pub fn parting(&mut self) -> Vec<Effect> {
        let editor = match &mut self.screen {
            Screen::Collision(collision) => return vec![keep_collision(collision)],
            Screen::Editor(editor) => editor,
            Screen::Deleted(deleted) => &mut deleted.editor,
            _ => return Vec::new(),
        };
        if !editor.has_typed() {
            return vec![Effect::DropDraft { slot: editor.slot.clone() }];
        }
        vec![Effect::KeepDraft { slot: editor.slot.clone(), draft: Box::new(editor.everything_typed()) }]
    }

    pub(super) fn quit(&mut self) -> Vec<Effect> {
        let mut effects = self.parting();
        effects.push(Effect::Quit);
        effects
    }
}
