//! Drafts: what was typed on its way to the disk, and what an earlier session left there.

use super::{App, Screen};
use crate::tui::keys::Action;
use crate::tui::msg::{Effect, NotKept, WaitingDraft};
use crate::tui::screens::collision::Collision;
use crate::tui::screens::drafts::Drafts;
use crate::tui::screens::editor::{OnDisk, Saving};

/// How many drafts were ordered to be kept, and how many of these orders were carried out: they are, one after the other,
/// and each is answered.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Orders {
    given: u64,
    answered: u64,
}

impl Orders {
    /// The number of the next order.
    fn next(self) -> u64 {
        self.given + 1
    }

    /// Counts the orders among these effects.
    pub(super) fn count(&mut self, effects: &[Effect]) {
        let keeps = |effect: &&Effect| matches!(effect, Effect::KeepDraft { .. } | Effect::Save { .. });
        self.given += effects.iter().filter(keeps).count() as u64;
    }

    /// One more was carried out: its number.
    fn carried_out(&mut self) -> u64 {
        self.answered += 1;
        self.answered
    }
}

impl App {
    /// Orders what was typed to be kept, before anything else that a tick orders.
    pub(super) fn keep_typed(&mut self) -> Vec<Effect> {
        match &mut self.screen {
            Screen::Editor(editor) if editor.on_disk == OnDisk::Behind => {
                editor.look();
                let draft = Box::new(editor.everything_typed());
                editor.on_disk = OnDisk::Sent(self.orders.next());
                vec![Effect::KeepDraft { slot: editor.slot.clone(), draft }]
            }
            Screen::Collision(collision) if collision.by_hand() => {
                collision.look();
                vec![keep_collision(collision)]
            }
            _ => Vec::new(),
        }
    }

    pub(super) fn draft_kept(&mut self, slot: &str, result: Result<(), NotKept>) -> Vec<Effect> {
        let (own_name, carried_out) = (self.seat.next_edit_id(), self.orders.carried_out());
        let editor = match &mut self.screen {
            Screen::Editor(editor) => editor,
            Screen::Collision(collision) => {
                if collision.editor.slot == slot && result == Err(NotKept::Taken) {
                    collision.saving = Saving::No;
                }
                &mut collision.editor
            }
            _ => return Vec::new(),
        };
        if editor.slot == slot {
            match result {
                Ok(()) => match editor.on_disk {
                    OnDisk::Failed(_) => editor.on_disk = OnDisk::Kept,
                    OnDisk::Sent(order) if order <= carried_out => editor.on_disk = OnDisk::Kept,
                    _ => {}
                },
                Err(NotKept::Taken) => {
                    let words = format!(
                        "Another terminal has this draft of {} open; yours goes on as a draft of its own.",
                        editor.draft.key
                    );
                    // Nothing is sent whose draft is not on disk, so no answer will come.
                    editor.saving = Saving::No;
                    editor.draft.edit_id.clone_from(&own_name);
                    editor.slot = own_name;
                    editor.on_disk = OnDisk::Behind;
                    self.say(words);
                }
                Err(NotKept::Failed(why)) => {
                    editor.on_disk = OnDisk::Failed(why.clone());
                    self.complain(why);
                }
            }
        }
        Vec::new()
    }

    /// Keys on the list of drafts that wait.
    pub(super) fn in_drafts(&mut self, action: Action) -> Vec<Effect> {
        let Screen::Drafts(drafts) = &mut self.screen else { return Vec::new() };
        match action {
            Action::Back => self.screen = Screen::Browser,
            Action::Open => {
                if let Some(WaitingDraft { slot, draft, .. }) = drafts.take() {
                    self.parked.remove(&draft.key);
                    self.say(format!("This is your draft of {}, as you left it.", draft.key));
                    return self.open_draft(slot, draft);
                }
            }
            Action::ThrowAway => {
                let Some(slot) = drafts.focused().map(|waiting| waiting.slot.clone()) else { return Vec::new() };
                if drafts.doomed.as_ref() != Some(&slot) {
                    drafts.doomed = Some(slot);
                    return Vec::new();
                }
                drafts.take();
                self.parked.retain(|_, (parked, _)| *parked != slot);
                if drafts.waiting.is_empty() {
                    self.screen = Screen::Browser;
                }
                return vec![Effect::DropDraft { slot }];
            }
            _ => drafts.act(action),
        }
        Vec::new()
    }

    /// Drafts that an earlier session left.
    pub(super) fn waiting(&mut self, drafts: Vec<WaitingDraft>, unreadable: Vec<String>) -> Vec<Effect> {
        if !matches!(self.screen, Screen::Browser) {
            return Vec::new();
        }
        if drafts.is_empty() && unreadable.is_empty() {
            if self.asked_for_drafts {
                self.say("No drafts wait on this machine for this server.");
            }
        } else {
            self.screen = Screen::Drafts(Box::new(Drafts::open(drafts, unreadable)));
        }
        Vec::new()
    }
}

/// Orders what was decided in a collision to be kept.
pub(super) fn keep_collision(collision: &Collision) -> Effect {
    Effect::KeepDraft { slot: collision.editor.slot.clone(), draft: Box::new(collision.parked()) }
}
