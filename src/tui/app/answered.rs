//! What becomes of a save: stored, refused because somebody was faster, deleted under my hands, or not answered.

use std::collections::HashMap;

use midair_record::draft::Draft;
use midair_record::resolution::Resolution;
use midair_record::schema::{Secrets, Violation};
use midair_record::wire::{Conflict, Current, Put, Stored, Tombstone, VersionLine};

use super::saving::{Flight, RESUBMITS};
use super::taking_back::Way;
use super::{App, Screen};
use crate::tui::definition::{Definition, in_words};
use crate::tui::keys::{Action, Place};
use crate::tui::msg::{Effect, Unsaved};
use crate::tui::preferences::Disjoint;
use crate::tui::screens::collision::words::label;
use crate::tui::screens::editor::Saving;

impl App {
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
                let shown = self.editor_of(&flight.slot).and_then(|editor| editor.theirs.as_ref());
                let newer = shown.is_some_and(|theirs| theirs.version() > stored.version);
                effects.extend(self.stored(&flight, stored));
                if flight.missed || newer {
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
pub(super) fn invalid(definitions: &HashMap<String, Definition>, merged: &Draft) -> Vec<Violation> {
    let was = merged.base.stored().map(|stored| stored.fields.fields());
    definitions.get(&merged.key.collection).map_or_else(Vec::new, |known| known.new_faults(was, &merged.fields))
}

/// What of a draft is not shown.
pub(super) fn secrets_of(definitions: &HashMap<String, Definition>, draft: &Draft) -> Secrets {
    definitions.get(&draft.key.collection).map(|known| known.secrets.clone()).unwrap_or_default()
}

/// What was taken in of theirs, and whose it was: `bob's v8: quota`.
pub(super) fn merged_words(resolution: &Resolution, secrets: &Secrets) -> String {
    let theirs = resolution.theirs();
    let who = if theirs.updated_by.is_empty() { "somebody" } else { &theirs.updated_by };
    let taken = resolution.units().iter().filter(|unit| unit.theirs != unit.base);
    let names: Vec<String> = taken.map(|unit| label(unit, secrets)).collect();
    format!("{who}'s v{}: {}", theirs.version, names.join(", "))
}
