//! What becomes of a save: stored, refused because somebody was faster, deleted under my hands, or not answered.

use std::collections::HashMap;

use midair_record::draft::Draft;
use midair_record::resolution::Resolution;
use midair_record::schema::{Secrets, Violation};
use midair_record::wire::{Conflict, Current, Key, Put, Stored, Tombstone, VersionLine};

use super::drafts::keep_collision;
use super::taking_back::Way;
use super::{App, Screen};
use crate::tui::definition::{Definition, in_words};
use crate::tui::keys::{Action, Place};
use crate::tui::msg::{Effect, Unsaved};
use crate::tui::preferences::Disjoint;
use crate::tui::screens::collision::Collision;
use crate::tui::screens::collision::words::label;
use crate::tui::screens::deletion::Deleted;
use crate::tui::screens::editor::{Editor, Now, Saving};

/// After so many refusals in a row of saves that merge by themselves, the person is shown what goes on.
const RESUBMITS: u32 = 5;

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
    fn settle_on(&mut self, stored: Stored) {
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
        let words = format!("{who} saved v{} while you were editing. {need}", theirs.version);
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

    fn deleted_under(&mut self, gone: Tombstone) -> Vec<Effect> {
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
    fn editor_of(&mut self, slot: &str) -> Option<&mut Editor> {
        match &mut self.screen {
            Screen::Editor(editor) if editor.slot == slot => Some(editor),
            Screen::Collision(collision) if collision.editor.slot == slot => Some(&mut collision.editor),
            _ => None,
        }
    }

    fn set_saving(&mut self, slot: &str, saving: Saving) {
        if let Screen::Collision(collision) = &mut self.screen
            && collision.editor.slot == slot
        {
            collision.saving = saving.clone();
        }
        if let Some(editor) = self.editor_of(slot) {
            editor.saving = saving;
        }
    }

    /// A save was answered.
    pub(super) fn saved(&mut self, sent: Draft, result: Result<Put, Unsaved>) -> Vec<Effect> {
        let Some(at) = self.flights.iter().position(|flight| flight.draft.edit_id == sent.edit_id) else {
            return Vec::new();
        };
        if let Err(Unsaved::NoAnswer(why)) = result {
            return self.not_answered(at, why);
        }
        let flight = self.flights.remove(at);
        if let Screen::Drafts(drafts) = &mut self.screen {
            drafts.queued.retain(|key| *key != sent.key);
        }
        match result {
            Ok(Put::Stored { stored, .. }) => {
                let merged = flight.merged.as_ref().map(|words| format!(", merged with {words}")).unwrap_or_default();
                let (key, version) = (&sent.key, stored.version);
                let words = match flight.way {
                    Some(Way::Back(was)) => format!("Took v{was} of {key} back, as v{version}{merged}."),
                    Some(Way::Forth(was)) => {
                        format!("Brought back what v{was} of {key} took back, as v{version}{merged}.")
                    }
                    None => format!("Saved {key} as v{version}{merged}."),
                };
                self.told_stored(&flight, &stored, words);
                let mut effects = Vec::new();
                if let Some(of) = &flight.copy_of {
                    effects = self.copy_stored(&flight, of, &stored);
                }
                let since = Some(stored.version);
                effects.extend(self.stored(&flight, stored));
                if flight.missed {
                    effects.push(Effect::Load { key: sent.key, since });
                }
                effects
            }
            Ok(Put::Unchanged(stored)) => {
                self.say(format!("Nothing to save: v{} of {} says this already.", stored.version, sent.key));
                self.stored(&flight, stored)
            }
            Ok(Put::Stale(conflict)) => {
                let mut effects = vec![Effect::DraftAnswered { slot: flight.slot.clone() }];
                effects.extend(self.refused(flight, *conflict));
                effects
            }
            Err(unsaved) => {
                self.set_saving(&flight.slot, Saving::No);
                if let Screen::Collision(collision) = &mut self.screen
                    && collision.editor.slot == flight.slot
                {
                    collision.show_faults(invalid(&self.definitions, &sent));
                }
                // Nothing was written, and the next try is another edit.
                let next = self.seat.next_edit_id();
                if let Some(editor) = self.editor_of(&flight.slot) {
                    editor.draft.edit_id = next;
                }
                let mut effects = vec![Effect::DraftAnswered { slot: flight.slot.clone() }];
                let why = match unsaved {
                    Unsaved::Invalid { faults, .. } if self.editor_of(&flight.slot).is_some() => {
                        effects.extend(self.invalid_there(&sent, &flight.slot, faults));
                        return effects;
                    }
                    Unsaved::Invalid { why, .. } | Unsaved::Refused(why) | Unsaved::NoAnswer(why) => why,
                };
                let here = match self.editor_of(&flight.slot).is_some() {
                    true => "What you typed is here.".to_owned(),
                    false => format!("{} lists what you typed.", self.named(Place::Browser, Action::Drafts)),
                };
                self.complain(format!("{} was not saved: {why} {here}", sent.key));
                if self.editor_of(&flight.slot).is_none() {
                    effects.extend([Effect::ReleaseDraft { slot: flight.slot }, self.count_inbox()]);
                }
                effects
            }
        }
    }

    fn not_answered(&mut self, at: usize, why: String) -> Vec<Effect> {
        let now = self.clock.now.as_second();
        let flight = &mut self.flights[at];
        let times = flight.again.map_or(0, |(_, times)| times) + 1;
        let wait = if flight.arrived { 0 } else { 1i64 << times.min(4) };
        flight.again = Some((now + wait, times));
        let (slot, key) = (flight.slot.clone(), flight.draft.key.clone());
        self.set_saving(&slot, Saving::Waiting(why.clone()));
        self.complain(format!("{key} is not saved yet: {why} Your draft is kept; it is sent again by itself."));
        Vec::new()
    }

    /// The store has what was sent: the draft leaves the disk, unless more was typed since.
    fn stored(&mut self, flight: &Flight, stored: Stored) -> Vec<Effect> {
        let key = &flight.draft.key;
        self.browser.refresh(&key.collection, &stored);
        self.browser.settle();
        let slot = flight.slot.clone();
        let edit_id = self.seat.next_edit_id();
        self.parked.retain(|_, (parked, _)| *parked != slot);
        match &mut self.screen {
            Screen::Collision(collision) if collision.editor.slot == slot => {
                self.settle_on(stored);
                vec![Effect::DropDraft { slot }]
            }
            Screen::Editor(editor) if editor.slot == slot => {
                editor.adopt(stored, edit_id);
                if editor.has_typed() { Vec::new() } else { vec![Effect::DropDraft { slot }] }
            }
            _ => match &flight.typed_since {
                Some(typed) => {
                    let mut draft = Draft::of(&key.collection, stored, edit_id);
                    draft.edit(typed.fields.clone());
                    self.parked.insert(key.clone(), (slot.clone(), draft.clone()));
                    let kept = Effect::KeepDraft { slot: slot.clone(), draft: Box::new(draft) };
                    vec![kept, Effect::ReleaseDraft { slot }, self.count_inbox()]
                }
                None => vec![Effect::DropDraft { slot }],
            },
        }
    }

    /// A save was refused: somebody was faster, or an earlier answer was lost.
    fn refused(&mut self, flight: Flight, conflict: Conflict) -> Vec<Effect> {
        let mine = conflict.changes.iter().find(|line| line.edit_id.as_ref() == Some(&flight.draft.edit_id)).cloned();
        let Conflict { current, base, changes, already_applied, .. } = conflict;
        match current {
            Current::Stored(stored) if already_applied && mine.is_none() => {
                self.say(format!("Nothing to save: v{} of {} says this already.", stored.version, flight.draft.key));
                self.stored(&flight, stored)
            }
            Current::Stored(stored) => match mine {
                Some(line) => self.had_arrived(&flight, &line, stored, changes),
                None => match &flight.copy_of {
                    Some(of) => self.copy_taken(&flight, of, &stored),
                    None => self.somebody_was_faster(flight, stored, base, changes),
                },
            },
            Current::Deleted(gone) => self.deleted_under(gone),
            Current::Missing => {
                let unknown = Tombstone { version: 0, by: String::new(), at: String::new(), why: None };
                self.deleted_under(unknown)
            }
        }
    }

    /// A lost response is not a collision: the save is in the history, and what came after it is theirs.
    fn had_arrived(
        &mut self,
        flight: &Flight,
        line: &VersionLine,
        now: Stored,
        changes: Vec<VersionLine>,
    ) -> Vec<Effect> {
        let words = format!("Your save did arrive, as v{}; only its answer was lost.", line.version);
        if now.version == line.version {
            self.told_stored(flight, &now, words);
            return self.stored(flight, now);
        }
        let Some(was) = flight.draft.base.stored() else {
            self.say(words);
            return self.stored(flight, now);
        };
        let mut arrived = was.clone();
        arrived.version = line.version;
        arrived.fields = was.fields.rewritten(&flight.draft.fields);
        self.told_stored(flight, &arrived, words);
        let since: Vec<VersionLine> = changes.into_iter().filter(|one| one.version > line.version).collect();
        let effects = self.stored(flight, arrived);
        if let Some(editor) = self.editor_of(&flight.slot) {
            editor.theirs = Some(super::live::theirs(now, since));
            let mut more = self.look_at_theirs();
            more.extend(effects);
            return more;
        }
        effects
    }

    fn somebody_was_faster(
        &mut self,
        flight: Flight,
        theirs: Stored,
        base: Option<midair_record::wire::Base>,
        changes: Vec<VersionLine>,
    ) -> Vec<Effect> {
        self.browser.refresh(&flight.draft.key.collection, &theirs);
        let next = self.seat.next_edit_id();
        let slot = flight.slot.clone();
        self.set_saving(&slot, Saving::No);
        let draft = match &mut self.screen {
            Screen::Editor(editor) if editor.slot == slot => match editor.ready() {
                Ok(draft) => draft,
                Err(_) => flight.draft.clone(),
            },
            Screen::Collision(collision) if collision.editor.slot == slot => flight.draft.clone(),
            _ => {
                let (by, list) = (&theirs.updated_by, self.named(Place::Browser, Action::Drafts));
                self.complain(format!(
                    "{} was not saved: {by} saved v{} before. Your draft is kept; {list} lists it.",
                    flight.draft.key, theirs.version
                ));
                return vec![Effect::ReleaseDraft { slot }, self.count_inbox()];
            }
        };
        let taken_up_again = matches!(self.screen, Screen::Editor(_)) && draft.settled.is_some();
        let mut draft = draft;
        if flight.proposed_note.is_some() && draft.note == flight.proposed_note {
            draft.note = None;
        }
        let definition = self.definition(&draft.key.collection);
        let resolution = draft.rebase_by(&definition.rules, theirs, base, changes);
        let asks_again = definition.fault.is_some() || (taken_up_again && resolution.asked() > 0);
        let asks_first = self.disjoint == Disjoint::Ask;
        if resolution.undecided() > 0 || asks_again || asks_first || flight.resubmits >= RESUBMITS {
            return self.collide(resolution);
        }
        let words = merged_words(&resolution, &definition.secrets);
        let note = resolution.proposed_note_by(|unit| label(unit, &definition.secrets));
        match resolution.clone().finish(next) {
            Ok(merged) if !invalid(&self.definitions, &merged).is_empty() => {
                let faults = invalid(&self.definitions, &merged);
                let effects = self.collide(resolution);
                self.complain(format!("The two saves fit together, but not the collection: {}", in_words(&faults)));
                if let Screen::Collision(collision) = &mut self.screen {
                    collision.show_faults(faults);
                }
                effects
            }
            Ok(mut merged) => {
                merged.note = merged.note.or(Some(note));
                if let Some(editor) = self.editor_of(&slot) {
                    editor.go_on_with(merged.clone());
                }
                self.set_saving(&slot, Saving::Sent);
                let words = match flight.merged {
                    Some(before) => format!("{before}, {words}"),
                    None => words,
                };
                let effects = self.send(slot, merged, flight.resubmits + 1, Some(words));
                if let Some(sent) = self.flights.last_mut() {
                    sent.way = flight.way;
                }
                effects
            }
            Err(resolution) => self.collide(*resolution),
        }
    }
}

/// What a merged draft breaks of its collection's schema that the server's version does not.
fn invalid(definitions: &HashMap<String, Definition>, merged: &Draft) -> Vec<Violation> {
    let was = merged.base.stored().map(|stored| stored.fields.fields());
    definitions.get(&merged.key.collection).map_or_else(Vec::new, |known| known.new_faults(was, &merged.fields))
}

/// What of a draft is not shown.
fn secrets_of(definitions: &HashMap<String, Definition>, draft: &Draft) -> Secrets {
    definitions.get(&draft.key.collection).map(|known| known.secrets.clone()).unwrap_or_default()
}

/// What was taken in of theirs, and whose it was: `bob's v8: quota`.
fn merged_words(resolution: &Resolution, secrets: &Secrets) -> String {
    let theirs = resolution.theirs();
    let who = if theirs.updated_by.is_empty() { "somebody" } else { &theirs.updated_by };
    let taken = resolution.units().iter().filter(|unit| unit.theirs != unit.base);
    let names: Vec<String> = taken.map(|unit| label(unit, secrets)).collect();
    format!("{who}'s v{}: {}", theirs.version, names.join(", "))
}
