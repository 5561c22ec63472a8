//! Drafts: what was typed on its way to the disk, and the inbox of those that wait there.

use midair_record::wire::{Key, VersionLine};

use super::saving::Flight;
use super::{App, Screen};
use crate::tui::keys::{Action, Place};
use crate::tui::msg::{Effect, NotKept, Read, WaitingDraft};
use crate::tui::screens::collision::Collision;
use crate::tui::screens::drafts::Drafts;
use crate::tui::screens::editor::{OnDisk, Saving};
use crate::tui::screens::prompt::{Prompt, Purpose};

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

    /// Keys in the inbox.
    pub(super) fn in_drafts(&mut self, action: Action) -> Vec<Effect> {
        let undo = self.named(Place::Drafts, Action::Undo);
        let Screen::Drafts(drafts) = &mut self.screen else { return Vec::new() };
        match (action, drafts.rule.clone()) {
            (Action::Confirm, Some(rule)) => {
                let (count, effects) = drafts.apply();
                let side = if rule.theirs { "theirs" } else { "mine" };
                let count = drafts_in_words(count);
                self.say(format!(
                    "Took {side} for {} in {count}; nothing was sent. {undo} undoes it.",
                    rule.under.label()
                ));
                return effects;
            }
            (Action::Back, Some(_)) => drafts.rule = None,
            (_, Some(_)) => {}
            (Action::Back, None) => self.screen = Screen::Browser,
            (Action::Open, None) => return self.open_waiting(),
            (Action::Filter, None) => {
                let filter = drafts.filter.clone();
                self.prompt = Some(Prompt::ask(Purpose::FilterDrafts, &filter));
            }
            (Action::AllTheirs | Action::AllMine, None) => {
                let (likely, theirs) = (drafts.likely(), action == Action::AllTheirs);
                self.prompt = Some(Prompt::ask(Purpose::Rule { theirs }, &likely));
            }
            (Action::Undo, None) => {
                let (count, effects) = drafts.undo();
                if count > 0 {
                    self.say(format!("Took the rule back in {}.", drafts_in_words(count)));
                }
                return effects;
            }
            (Action::ThrowAway, None) => {
                let Some(slot) = drafts.focused().map(|waiting| waiting.slot.clone()) else { return Vec::new() };
                drafts.lent = None;
                if drafts.doomed.as_ref() != Some(&slot) {
                    drafts.doomed = Some(slot);
                    return Vec::new();
                }
                drafts.take();
                self.inbox = drafts.waiting.len();
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

    /// Opens the draft under the cursor: its collision, where it has one, else its record.
    fn open_waiting(&mut self) -> Vec<Effect> {
        let Screen::Drafts(drafts) = &mut self.screen else { return Vec::new() };
        if !drafts.may_open() {
            return Vec::new();
        }
        let me = self.seat.who.clone();
        let Some(WaitingDraft { slot, draft, who, .. }) = drafts.take() else { return Vec::new() };
        let collision = drafts.collision(&slot);
        self.inbox = drafts.waiting.len();
        self.parked.remove(&draft.key);
        self.say(match who == me {
            true => format!("This is your draft of {}, as you left it.", draft.key),
            false => format!("This is {who}'s draft of {}. What you save of it carries your name, {me}.", draft.key),
        });
        let mut effects = self.open_draft(slot, draft);
        if let Some(resolution) = collision {
            effects.retain(|effect| !matches!(effect, Effect::Load { .. }));
            effects.extend(self.collide(resolution));
        }
        effects
    }

    /// Opens the draft that this seat was opened for, once it is known how it stands.
    pub(super) fn begin_errand(&mut self) -> Option<Vec<Effect>> {
        let Screen::Drafts(drafts) = &mut self.screen else { return None };
        let known = drafts.go_to_known(self.errand.as_ref()?);
        known.then(|| {
            self.errand = None;
            self.open_waiting()
        })
    }

    /// What stands on the server at a key, for the drafts that wait for it.
    pub(super) fn stands_against(&mut self, key: &Key, result: &Result<Read, String>, changes: &[VersionLine]) {
        let definition = self.definition(&key.collection);
        if let Screen::Drafts(drafts) = &mut self.screen {
            drafts.take_standing(key, result, changes, &definition);
        }
    }

    /// How many saves wait for the server, beside the one on the screen.
    pub(super) fn queued(&self) -> usize {
        let on_screen = match &self.screen {
            Screen::Editor(editor) => Some(&editor.slot),
            Screen::Collision(collision) => Some(&collision.editor.slot),
            _ => None,
        };
        let waits = |flight: &&Flight| flight.again.is_some() && Some(&flight.slot) != on_screen;
        self.flights.iter().filter(waits).count()
    }

    /// Counts anew what waits on disk, and shows nothing.
    pub(super) fn count_inbox(&mut self) -> Effect {
        self.finds.push_back(Find::Counts);
        Effect::FindDrafts
    }

    /// Drafts that wait on disk: of an earlier session, and of this one where they were left.
    pub(super) fn waiting(&mut self, mut drafts: Vec<WaitingDraft>, unreadable: Vec<String>) -> Vec<Effect> {
        let why = self.finds.pop_front();
        let mut sends = Vec::new();
        if why.is_none() {
            sends = self.send_what_waited(&mut drafts);
        }
        self.inbox = drafts.len();
        if why == Some(Find::Counts) || !matches!(self.screen, Screen::Browser) {
            return sends;
        }
        let waits = |flight: &&Flight| flight.again.is_some() || !sends.is_empty();
        let queued: Vec<Key> = self.flights.iter().filter(waits).map(|flight| flight.draft.key.clone()).collect();
        let nothing = drafts.is_empty() && unreadable.is_empty();
        if nothing && (queued.is_empty() || why.is_none()) {
            if why == Some(Find::Shows) {
                self.say("No drafts wait on this machine for this server.");
            }
            return sends;
        }
        let mut inbox = Drafts::open(drafts, unreadable, &self.seat.who);
        inbox.queued = queued;
        let mut effects = sends;
        effects.extend(inbox.ask());
        self.screen = Screen::Drafts(Box::new(inbox));
        effects
    }
}

impl App {
    /// Sends again what an earlier session of mine sent and got no answer for: under the same names, so that what did arrive
    /// is not written twice.
    fn send_what_waited(&mut self, drafts: &mut Vec<WaitingDraft>) -> Vec<Effect> {
        let mine = |one: &mut WaitingDraft| one.sending && one.who == self.seat.who;
        let sent: Vec<WaitingDraft> = drafts.extract_if(.., mine).collect();
        let mut effects = Vec::new();
        match sent.as_slice() {
            [] => {}
            [one] => {
                self.say(format!("Your save of {} was not answered before you left; it goes out now.", one.draft.key))
            }
            many => self.say(format!("{} saves were not answered before you left; they go out now.", many.len())),
        }
        for WaitingDraft { slot, draft, .. } in sent {
            effects.extend(self.send(slot, draft, 0, None));
        }
        effects
    }
}

fn drafts_in_words(count: usize) -> String {
    if count == 1 { "1 draft".into() } else { format!("{count} drafts") }
}

/// Why the drafts on disk are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Find {
    /// Somebody asked for the inbox.
    Shows,
    /// Only their number is wanted.
    Counts,
}

/// Orders what was decided in a collision to be kept.
pub(super) fn keep_collision(collision: &Collision) -> Effect {
    Effect::KeepDraft { slot: collision.editor.slot.clone(), draft: Box::new(collision.parked()) }
}
