//! A save taken back, and made again: each time a new version that changes only what I changed, against whatever stands
//! there by then; never a rewind.

use midair_record::draft::Draft;
use midair_record::schema::Secrets;
use midair_record::wire::{Key, Stored};
use midair_record::{Object, Value, diff};

use super::saving::Flight;
use super::{App, Screen};
use crate::tui::keys::{Action, Place};
use crate::tui::msg::Effect;
use crate::tui::screens::editor::{Editor, Saving};
use crate::tui::widgets::brief::brief;

/// How many saves are known.
const MOST: usize = 100;
/// How many of its fields a sentence names.
const NAMED: usize = 3;

/// A save of this session.
#[derive(Clone, Debug)]
struct Done {
    key: Key,
    /// What it overwrote; `None` where it created the record.
    was: Option<Object>,
    /// What it came to.
    stored: Stored,
}

impl Done {
    fn is(&self, key: &Key, version: u64) -> bool {
        self.key == *key && self.stored.version == version
    }

    /// What taking it back changes, in words.
    fn words(&self, was: &Object, secrets: &Secrets) -> String {
        let changes = diff::diff(self.stored.fields.fields(), was);
        let change = |change: &diff::Change| {
            let shown = |value: &Option<Value>| brief(&secrets.shown(&change.at, value.as_ref()));
            format!("{}: {} → {}", secrets.label(&change.at), shown(&change.was), shown(&change.now))
        };
        let mut words: Vec<String> = changes.iter().take(NAMED).map(change).collect();
        if changes.len() > NAMED {
            words.push(format!("and {} more", changes.len() - NAMED));
        }
        words.join(" · ")
    }
}

/// Which way a save goes through the saves before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// It takes version `.0` back.
    Back(u64),
    /// It brings back what version `.0` took back.
    Forth(u64),
}

/// The saves of this session: those that can be taken back, and those that took one back, the last one last.
#[derive(Clone, Debug, Default)]
pub(super) struct Saves {
    done: Vec<Done>,
    back: Vec<Done>,
    /// What was said to be done if the same key is pressed again.
    armed: Option<(Key, Way)>,
}

impl Saves {
    /// Something else was done: what was said to be done is not done by the next key. `true` where something was said.
    pub(super) fn disarm(&mut self) -> bool {
        self.armed.take().is_some()
    }

    /// A save was stored.
    fn take(&mut self, flight: &Flight, stored: &Stored) {
        let was = flight.draft.base.stored().map(|base| base.fields.fields().clone());
        if was.as_ref() == Some(stored.fields.fields()) {
            return;
        }
        let key = flight.draft.key.clone();
        let list = match flight.way {
            Some(Way::Back(version)) => {
                self.done.retain(|done| !done.is(&key, version));
                &mut self.back
            }
            Some(Way::Forth(version)) => {
                self.back.retain(|done| !done.is(&key, version));
                &mut self.done
            }
            None => {
                self.back.retain(|done| done.key != key);
                &mut self.done
            }
        };
        list.push(Done { key, was, stored: stored.clone() });
        if list.len() > MOST {
            list.remove(0);
        }
    }

    /// The save that an undo (`back`) or redo is about: the last one, of this record where one is meant.
    fn last(&self, back: bool, key: Option<&Key>) -> Option<(&Done, Way)> {
        let list = if back { &self.done } else { &self.back };
        let done = list.iter().rev().find(|done| key.is_none_or(|key| done.key == *key))?;
        let version = done.stored.version;
        Some((done, if back { Way::Back(version) } else { Way::Forth(version) }))
    }
}

impl App {
    /// Takes the last save back, or makes it again (`action`): of the record that is meant, else of any. Says first what that
    /// will do, and does it when the key is pressed once more.
    pub(super) fn take_back(&mut self, action: Action, of: Option<&Key>) -> Vec<Effect> {
        let press = self.named(self.place(), action);
        let back = action == Action::Undo;
        let Some((done, way)) = self.saves.last(back, of) else {
            self.say(match back {
                true => "Nothing is left to undo: nothing was saved here that could be taken back.",
                false => "Nothing is left to redo.",
            });
            return Vec::new();
        };
        let (done, version) = (done.clone(), done.stored.version);
        let Some(was) = &done.was else {
            let delete = self.named(Place::Browser, Action::Delete);
            self.say(format!("v{version} created {}; {delete} in the list deletes it.", done.key));
            return Vec::new();
        };
        if self.flights.iter().any(|flight| flight.draft.key == done.key) {
            self.say(format!("{} is still being saved; wait for the answer.", done.key));
            return Vec::new();
        }
        let typed = match &mut self.screen {
            Screen::Editor(editor) => editor.has_typed(),
            _ => self.parked.contains_key(&done.key),
        };
        if typed {
            self.say(format!(
                "You typed something in {} since; save or undo it, then v{version} can be taken back.",
                done.key
            ));
            return Vec::new();
        }
        if self.saves.armed.take() != Some((done.key.clone(), way)) {
            let (what, changes) = (&done.key, done.words(was, &self.secrets(&done.key.collection)));
            self.say(match back {
                true => format!("{press} again takes your v{version} of {what} back, as a new version: {changes}."),
                false => {
                    format!(
                        "{press} again brings back what v{version} of {what} took back, as a new version: {changes}."
                    )
                }
            });
            self.saves.armed = Some((done.key, way));
            return Vec::new();
        }
        let mut draft = Draft::of(&done.key.collection, done.stored.clone(), self.seat.next_edit_id());
        draft.edit(was.clone());
        draft.note = Some(match back {
            true => format!("takes back v{version}"),
            false => format!("brings back what v{version} took back"),
        });
        self.send_on_its_way(draft, way)
    }

    /// Sends a draft that takes a save back, from the editor of its record.
    fn send_on_its_way(&mut self, draft: Draft, way: Way) -> Vec<Effect> {
        if !matches!(&self.screen, Screen::Editor(editor) if editor.draft.key == draft.key) {
            let slot = draft.edit_id.clone();
            self.screen = Screen::Editor(Box::new(Editor::open(draft.clone(), slot, Object::new())));
        }
        let Screen::Editor(editor) = &mut self.screen else { return Vec::new() };
        editor.go_on_with(draft.clone());
        editor.saving = Saving::Sent;
        let slot = editor.slot.clone();
        let effects = self.send(slot, draft, 0, None);
        if let Some(flight) = self.flights.last_mut() {
            flight.way = Some(way);
        }
        effects
    }

    /// Takes note of a save that was stored, and says so.
    pub(super) fn told_stored(&mut self, flight: &Flight, stored: &Stored, words: String) {
        self.saves.take(flight, stored);
        let at_it = matches!(&self.screen, Screen::Editor(editor) if editor.slot == flight.slot)
            || matches!(&self.screen, Screen::Collision(collision) if collision.editor.slot == flight.slot);
        let place = if at_it { Place::Editor } else { Place::Browser };
        let words = match flight.way {
            Some(Way::Back(_)) => {
                format!("{words} {} brings it back.", self.named(place, Action::Redo))
            }
            _ if flight.draft.base.stored().is_none() => words,
            _ => format!("{words} {} takes it back.", self.named(place, Action::Undo)),
        };
        self.say(words);
    }
}
