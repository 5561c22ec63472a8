//! A save on its way: from the editor or a collision to the disk and the wire, and back onto the screen where it collides.

use midair_record::draft::Draft;
use midair_record::resolution::Resolution;
use midair_record::wire::{Key, Stored, Tombstone};

use super::answered::{invalid, merged_words, secrets_of};
use super::drafts::keep_collision;
use super::taking_back::Way;
use super::{App, Screen};
use crate::tui::definition::in_words;
use crate::tui::keys::{Action, Place};
use crate::tui::msg::Effect;
use crate::tui::screens::collision::Collision;
use crate::tui::screens::collision::words::label;
use crate::tui::screens::deletion::Deleted;
use crate::tui::screens::editor::{Editor, Now, Saving};

/// After so many refusals in a row of saves that merge by themselves, the person is shown what goes on.
pub(super) const RESUBMITS: u32 = 5;

/// A save that is under way.
#[derive(Clone, Debug)]
pub(super) struct Flight {
    pub(super) slot: String,
    pub(super) draft: Draft,
    /// How often it was resubmitted because it merged by itself.
    pub(super) resubmits: u32,
    /// The note that midair wrote, not the person: the next refusal makes another one.
    pub(super) proposed_note: Option<String>,
    /// What was merged by itself on the way, to be said when it is saved.
    pub(super) merged: Option<String>,
    /// When it goes again, in seconds since 1970, and how often it went; set while there is no answer.
    pub(super) again: Option<(i64, u32)>,
    /// Whether the feed told of it: it arrived, whatever became of its answer.
    pub(super) arrived: bool,
    /// Whether something was read meanwhile that was not shown, because mine is among it.
    pub(super) missed: bool,
    /// What was typed after it when its editor was left.
    pub(super) typed_since: Option<Draft>,
    /// Set where it takes a save back, or makes it again.
    pub(super) way: Option<Way>,
    /// The record that it is a copy of.
    pub(super) copy_of: Option<Key>,
}

impl App {
    /// Ctrl-S in the editor.
    pub(super) fn save(&mut self) -> Vec<Effect> {
        let Screen::Editor(editor) = &mut self.screen else { return Vec::new() };
        if editor.saving != Saving::No {
            let words = "The save before is not answered yet; what you typed since is kept and can be saved after it.";
            self.say(words);
            return self.resend(true);
        }
        let draft = match editor.ready() {
            Ok(draft) => draft,
            Err(why) => {
                self.complain(why);
                return Vec::new();
            }
        };
        if let Some(theirs) = &editor.theirs
            && let (Now::Stored(_), true) = (&theirs.current, draft.settled.is_some())
        {
            return self.look_at_theirs();
        }
        if !draft.has_something_to_send() {
            self.say("Nothing to save: you changed nothing.");
            return Vec::new();
        }
        let slot = editor.slot.clone();
        let definition = self.definition(&draft.key.collection);
        let faults = definition.new_faults(draft.base.stored().map(|stored| stored.fields.fields()), &draft.fields);
        if !faults.is_empty() {
            if let Screen::Editor(editor) = &mut self.screen {
                editor.held_back(&faults);
            }
            self.complain(format!("Not saved: {} What you typed is here.", in_words(&faults)));
            return Vec::new();
        }
        self.set_saving(&slot, Saving::Sent);
        self.send(slot, draft, 0, None)
    }

    pub(super) fn send(&mut self, slot: String, draft: Draft, resubmits: u32, merged: Option<String>) -> Vec<Effect> {
        self.flights.retain(|flight| flight.slot != slot);
        self.flights.push(Flight {
            slot: slot.clone(),
            draft: draft.clone(),
            resubmits,
            proposed_note: draft.note.clone().filter(|note| note.starts_with("merged with v")),
            merged,
            again: None,
            arrived: false,
            missed: false,
            typed_since: None,
            way: None,
            copy_of: None,
        });
        vec![Effect::Save { slot, draft: Box::new(draft) }]
    }

    /// Sends again what was not answered: at once, or what is due.
    pub(super) fn resend(&mut self, at_once: bool) -> Vec<Effect> {
        let now = self.clock.now.as_second();
        let mut effects = Vec::new();
        for flight in &mut self.flights {
            let due = flight.again.is_some_and(|(when, _)| at_once || when <= now);
            if due {
                let times = flight.again.map_or(0, |(_, times)| times);
                flight.again = Some((i64::MAX, times));
                effects.push(Effect::Save { slot: flight.slot.clone(), draft: Box::new(flight.draft.clone()) });
            }
        }
        effects
    }

    /// Enter on the collision screen.
    pub(super) fn submit(&mut self) -> Vec<Effect> {
        let edit_id = self.seat.next_edit_id();
        let Screen::Collision(collision) = &mut self.screen else { return Vec::new() };
        if collision.saving != Saving::No {
            self.say("The save before is not answered yet.");
            return self.resend(true);
        }
        let secrets = secrets_of(&self.definitions, collision.resolution.draft());
        let note = collision.resolution.proposed_note_by(|unit| label(unit, &secrets));
        let open = collision.resolution.undecided();
        match collision.resolution.clone().finish(edit_id) {
            Err(_) => {
                collision.act(Action::NextUndecided);
                let words = if open == 1 { "One field is".to_owned() } else { format!("{open} fields are") };
                let keys = [Action::TakeTheirs, Action::TakeMine, Action::ByHand];
                let [theirs, mine, hand] = keys.map(|action| self.named(Place::Collision, action));
                self.complain(format!(
                    "{words} undecided: {theirs} takes theirs, {mine} takes mine, {hand} writes it by hand."
                ));
                Vec::new()
            }
            Ok(draft) if !draft.has_something_to_send() => {
                let (stored, slot) = (collision.resolution.theirs().clone(), collision.editor.slot.clone());
                self.say(format!("Nothing was sent: v{} already says what you chose.", stored.version));
                self.settle_on(stored);
                vec![Effect::DropDraft { slot }]
            }
            Ok(mut draft) => {
                let faults = invalid(&self.definitions, &draft);
                if !faults.is_empty() {
                    let words = format!("Not saved: {} Your decisions stay.", in_words(&faults));
                    collision.show_faults(faults);
                    self.complain(words);
                    return Vec::new();
                }
                draft.note = draft.note.or(Some(note));
                collision.saving = Saving::Sent;
                let slot = collision.editor.slot.clone();
                self.send(slot, draft, 0, None)
            }
        }
    }

    /// From a collision back to the editor, which now stands on `stored` with nothing typed.
    pub(super) fn settle_on(&mut self, stored: Stored) {
        let edit_id = self.seat.next_edit_id();
        if let Screen::Collision(collision) = std::mem::replace(&mut self.screen, Screen::Browser) {
            let mut editor = collision.editor;
            let key = editor.draft.key.clone();
            editor.go_on_with(Draft::of(&key.collection, stored.clone(), edit_id.clone()));
            editor.adopt(stored, edit_id);
            self.screen = Screen::Editor(editor);
        }
    }

    /// Ctrl-R in the editor: settles with what was saved meanwhile.
    pub(super) fn look_at_theirs(&mut self) -> Vec<Effect> {
        let edit_id = self.seat.next_edit_id();
        let Screen::Editor(editor) = &mut self.screen else { return Vec::new() };
        let draft = match (&editor.theirs, editor.saving.clone()) {
            (None, _) => {
                self.say("Nobody saved this record since you opened it.");
                return Vec::new();
            }
            (_, Saving::No) => editor.ready(),
            _ => Err("The save before is not answered yet.".into()),
        };
        let Screen::Editor(editor) = &mut self.screen else { return Vec::new() };
        let (draft, theirs) = match (draft, editor.theirs.clone()) {
            (Ok(draft), Some(theirs)) => (draft, theirs),
            (Err(why), _) => {
                self.complain(why);
                return Vec::new();
            }
            _ => return Vec::new(),
        };
        match theirs.current {
            Now::Gone(gone) => self.deleted_under(gone),
            Now::Stored(stored) => {
                let taken_up_again = draft.settled.is_some();
                let definition = self.definition(&draft.key.collection);
                let resolution = draft.rebase_by(&definition.rules, *stored, None, theirs.changes);
                let looks = definition.fault.is_some() || (taken_up_again && resolution.asked() > 0);
                if resolution.undecided() > 0 || looks {
                    return self.collide(resolution);
                }
                let Screen::Editor(editor) = &mut self.screen else { return Vec::new() };
                let words = merged_words(&resolution, &definition.secrets);
                if let Ok(draft) = resolution.finish(edit_id) {
                    editor.go_on_with(draft);
                    self.say(format!("Took in {words}. Nothing of yours was touched."));
                }
                Vec::new()
            }
        }
    }

    pub(super) fn collide(&mut self, resolution: Resolution) -> Vec<Effect> {
        let (open, theirs) = (resolution.undecided(), resolution.theirs());
        let who = super::live::name(&self.seat.who, &theirs.updated_by);
        let need = match open {
            0 => format!("Everything merged; {} saves.", self.named(Place::Collision, Action::Submit)),
            1 => "One field needs you.".to_owned(),
            many => format!("{many} fields need you."),
        };
        let what = match resolution.draft().base.stored() {
            Some(_) => format!("{who} saved v{} while you were editing.", theirs.version),
            None => format!("{} is there already: {who} saved v{}.", resolution.draft().key, theirs.version),
        };
        let words = format!("{what} {need}");
        self.notice = match self.definition(&resolution.draft().key.collection).fault {
            Some(fault) => super::Notice::Bad(format!("{words} {fault} Look before you save.")),
            None => super::Notice::Good(words),
        };
        match std::mem::replace(&mut self.screen, Screen::Browser) {
            Screen::Editor(mut editor) => {
                editor.saving = Saving::No;
                let collision = Collision::open(editor, resolution);
                let keep = keep_collision(&collision);
                self.screen = Screen::Collision(Box::new(collision));
                vec![keep]
            }
            Screen::Collision(mut collision) => {
                collision.again(resolution);
                let keep = keep_collision(&collision);
                self.screen = Screen::Collision(collision);
                vec![keep]
            }
            other => {
                self.screen = other;
                Vec::new()
            }
        }
    }

    pub(super) fn deleted_under(&mut self, gone: Tombstone) -> Vec<Effect> {
        let editor = match std::mem::replace(&mut self.screen, Screen::Browser) {
            Screen::Editor(editor) => editor,
            Screen::Collision(collision) => {
                let parked = collision.parked();
                let mut editor = collision.editor;
                editor.go_on_with(parked);
                editor
            }
            other => {
                self.screen = other;
                return Vec::new();
            }
        };
        let mut editor = editor;
        editor.saving = Saving::No;
        let keep = Effect::KeepDraft { slot: editor.slot.clone(), draft: Box::new(editor.everything_typed()) };
        self.screen = Screen::Deleted(Box::new(Deleted { editor, gone }));
        vec![keep]
    }

    /// The editor that a flight belongs to, if it is still on the screen.
    pub(super) fn editor_of(&mut self, slot: &str) -> Option<&mut Editor> {
        match &mut self.screen {
            Screen::Editor(editor) if editor.slot == slot => Some(editor),
            Screen::Collision(collision) if collision.editor.slot == slot => Some(&mut collision.editor),
            _ => None,
        }
    }

    pub(super) fn set_saving(&mut self, slot: &str, saving: Saving) {
        if let Screen::Collision(collision) = &mut self.screen
            && collision.editor.slot == slot
        {
            collision.saving = saving.clone();
        }
        if let Some(editor) = self.editor_of(slot) {
            editor.saving = saving;
        }
    }
}
