//! What others do while I look: their saves, records that come, the connection, time.

use midair_record::wire::{Event, Key, Stored, VersionLine};

use super::{App, Notice, Screen};
use crate::tui::keys::{Action, Place};
use crate::tui::msg::{Clock, Effect, Link, Read};
use crate::tui::screens::editor::{Now, Theirs};

/// What is waited for longer than this, in milliseconds, has a sign that turns.
const LONG: i64 = 400;

pub(super) fn theirs(stored: Stored, changes: Vec<VersionLine>) -> Theirs {
    Theirs { current: Now::Stored(Box::new(stored)), changes }
}

impl App {
    /// Time went on: what was typed is kept, what waits for an answer goes again.
    pub(super) fn tick(&mut self, clock: Clock) -> Vec<Effect> {
        self.clock = clock;
        if matches!(self.link, Link::Live { .. }) {
            self.known_at = clock;
        }
        self.count_the_wait();
        let mut effects = self.keep_typed();
        effects.extend(self.browser.tick(self.motion));
        effects.extend(self.resend(false));
        effects.extend(self.say_where());
        effects.extend(self.pulse_tick());
        effects
    }

    /// Takes note of how long something is waited for, and says what it is where that is a record that is opened.
    fn count_the_wait(&mut self) {
        if !self.is_waiting() {
            self.waits_since = None;
            return;
        }
        self.waits_since.get_or_insert(self.clock.now.as_millisecond());
        if let (Some(key), true, Notice::None) = (&self.opening, self.waits_long(), &self.notice) {
            let stop = self.named(Place::Browser, Action::Back);
            self.say(format!("Waiting for {key}; {stop} stops waiting."));
        }
    }

    /// Whether something is waited for, and not only since just now.
    pub(super) fn waits_long(&self) -> bool {
        self.waits_since.is_some_and(|since| self.clock.now.as_millisecond() - since >= LONG)
    }

    /// A record came: because I opened it, or because somebody saved it.
    pub(super) fn loaded(&mut self, key: Key, result: Result<Read, String>, changes: Vec<VersionLine>) -> Vec<Effect> {
        self.stands_against(&key, &result, &changes);
        let read = match result {
            Ok(read) => read,
            Err(why) => {
                if self.opening.take_if(|opening| *opening == key).is_some() {
                    self.complain(format!("{key} could not be opened: {why}"));
                }
                return Vec::new();
            }
        };
        match &read {
            Read::Stored(stored) => self.browser.refresh(&key.collection, stored),
            Read::Gone(_) | Read::Missing => self.browser.forget(&key),
        }
        if self.opening.take_if(|opening| *opening == key).is_some() {
            self.notice = Notice::None;
            match read {
                Read::Stored(stored) => self.open_stored(&key.collection, *stored),
                Read::Gone(gone) => {
                    let who = if gone.by.is_empty() { "somebody" } else { &gone.by };
                    self.complain(format!("{key} was deleted by {who}."));
                }
                Read::Missing => self.complain(format!("There is no {key} any more.")),
            }
            return Vec::new();
        }
        self.meanwhile(&key, read, changes);
        Vec::new()
    }

    /// What stands on the server now of the record on the screen.
    pub(super) fn meanwhile(&mut self, key: &Key, read: Read, changes: Vec<VersionLine>) {
        let (edit_id, me) = (self.seat.next_edit_id(), self.seat.who.clone());
        let look = self.named(Place::Editor, Action::LookAtTheirs);
        if let Some(flight) = self.flights.iter_mut().find(|flight| flight.arrived && flight.draft.key == *key) {
            // Mine is among what stands there now: what is theirs of it is asked for once mine is answered.
            flight.missed = true;
            return;
        }
        match &mut self.screen {
            Screen::Editor(editor) if editor.draft.key == *key => {
                let from = editor.draft.base.stored().map_or(0, |stored| stored.version);
                match read {
                    Read::Stored(stored) if stored.version <= from => {}
                    Read::Stored(stored) if !editor.has_typed() && !editor.written_outside && from > 0 => {
                        let words = format!("{} saved v{}; this is it.", name(&me, &stored.updated_by), stored.version);
                        editor.go_on_with(midair_record::Draft::of(
                            &key.collection,
                            (*stored).clone(),
                            edit_id.clone(),
                        ));
                        editor.adopt(*stored, edit_id);
                        self.say(words);
                    }
                    Read::Stored(stored) => {
                        let words = format!(
                            "{} saved v{} while you edit. {look} to look.",
                            name(&me, &stored.updated_by),
                            stored.version
                        );
                        editor.theirs = Some(theirs(*stored, changes));
                        self.say(words);
                    }
                    Read::Gone(gone) => {
                        let words =
                            format!("{} deleted this record while you edit. {look} to look.", name(&me, &gone.by));
                        editor.theirs = Some(Theirs { current: Now::Gone(gone), changes });
                        self.complain(words);
                    }
                    Read::Missing => {}
                }
            }
            Screen::Collision(collision) if *collision.resolution.draft().key.id == key.id => {
                if let Read::Stored(stored) = read
                    && stored.version > collision.resolution.theirs().version
                {
                    let who = name(&me, &stored.updated_by);
                    self.say(format!(
                        "{who} saved v{} meanwhile. It is taken in when you submit; your decisions stay.",
                        stored.version
                    ));
                }
            }
            _ => {}
        }
    }

    /// Somebody wrote a record.
    pub(super) fn changed(&mut self, event: &Event) -> Vec<Effect> {
        if let Some(flight) =
            self.flights.iter_mut().find(|one| event.line.edit_id.as_ref() == Some(&one.draft.edit_id))
        {
            flight.arrived = true;
            if let Some((when, _)) = flight.again.as_mut().filter(|(when, _)| *when != i64::MAX) {
                *when = 0;
            }
        }
        let own = event.line.edit_id.as_ref().is_some_and(|id| id.starts_with(&self.seat.seed));
        let mut effects = self.browser.changed(event);
        effects.extend(self.history_changed(event));
        let key = Key { collection: event.collection.clone(), id: event.id.clone() };
        let (open, since) = match &self.screen {
            Screen::Editor(editor) => (&editor.draft.key, editor.draft.base.stored().map(|stored| stored.version)),
            Screen::Collision(collision) => {
                (&collision.resolution.draft().key, Some(collision.resolution.theirs().version))
            }
            _ => return effects,
        };
        if !own && *open == key && since.is_none_or(|since| event.line.version > since) {
            effects.retain(|effect| !matches!(effect, Effect::Load { key: other, .. } if *other == key));
            effects.push(Effect::Load { key, since });
        }
        effects
    }

    /// The connection came or went. What was not answered goes again when it comes.
    pub(super) fn linked(&mut self, link: Link) -> Vec<Effect> {
        let came = matches!(link, Link::Live { .. }) && !matches!(self.link, Link::Live { .. });
        let back = came && matches!(self.link, Link::Lost(_));
        self.link = link;
        if matches!(self.link, Link::Live { .. }) {
            self.known_at = self.clock;
        }
        if !matches!(self.link, Link::Live { .. }) {
            self.company.forget();
        }
        if !came {
            return Vec::new();
        }
        let mut effects = self.browser.reload();
        if back {
            if self.flights.is_empty() {
                self.notice = Notice::Good("Connected again.".into());
            }
            effects.extend(self.resend(true));
            if let Screen::Editor(editor) = &self.screen {
                let since = editor.draft.base.stored().map(|stored| stored.version);
                effects.push(Effect::Load { key: editor.draft.key.clone(), since });
            }
        }
        effects
    }
}

/// Who wrote, at the start of a sentence: what is mine is from another terminal of mine.
pub(super) fn name<'n>(me: &str, by: &'n str) -> &'n str {
    match by {
        "" => "Somebody",
        by if by == me => "You, in another terminal,",
        by => by,
    }
}
