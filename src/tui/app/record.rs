//! One record on the screen: how it is opened, what its keys mean, and how it is left without losing anything.

use midair_record::Object;
use midair_record::draft::Draft;
use midair_record::wire::{Key, Stored};

use super::drafts::keep_collision;
use super::{App, Screen, live};
use crate::tui::keys::{Action, Place};
use crate::tui::msg::Effect;
use crate::tui::screens::editor::{Editor, OnDisk, Saving};
use crate::tui::screens::prompt::{Prompt, Purpose};

impl App {
    /// Opens a record: where I left off with it in this session, else as it stands on the server.
    pub(super) fn open(&mut self, key: Key) -> Vec<Effect> {
        if let Some(flight) = self.flights.iter_mut().find(|flight| flight.draft.key == key) {
            let draft = flight.typed_since.take().unwrap_or_else(|| flight.draft.clone());
            let mut editor = Editor::open(draft, flight.slot.clone(), Object::new());
            editor.on_disk = OnDisk::Kept;
            editor.saving = match flight.again {
                Some(_) => Saving::Waiting("The server does not answer.".into()),
                None => Saving::Sent,
            };
            self.screen = Screen::Editor(Box::new(editor));
            self.say(format!("Your save of {key} is still on its way; this is what it says."));
            return Vec::new();
        }
        if let Some((slot, draft)) = self.parked.remove(&key) {
            self.say(format!("This is your draft of {key}, as you left it."));
            self.inbox = self.inbox.saturating_sub(1);
            return self.open_draft(slot, draft);
        }
        self.opening = Some(key.clone());
        vec![Effect::Load { key, since: None }]
    }

    /// Goes on with a draft.
    pub(super) fn open_draft(&mut self, slot: String, mut draft: Draft) -> Vec<Effect> {
        if draft.settled.is_some() && draft.note.as_ref().is_some_and(|note| note.starts_with("merged with v")) {
            // midair's own note on a result that was on its way; the next collision writes another one.
            draft.note = None;
        }
        let key = draft.key.clone();
        let since = draft.base.stored().map(|stored| stored.version);
        let keep = Effect::KeepDraft { slot: slot.clone(), draft: Box::new(draft.clone()) };
        let same = self.browser.collection() == Some(draft.key.collection.as_str());
        let template = if same && since.is_none() { self.browser.template() } else { Object::new() };
        let mut editor = Editor::open(draft, slot, template);
        editor.on_disk = OnDisk::Kept;
        self.screen = Screen::Editor(Box::new(editor));
        vec![keep, Effect::Load { key, since }]
    }

    /// Opens a version that came.
    pub(super) fn open_stored(&mut self, collection: &str, stored: Stored) {
        let draft = Draft::of(collection, stored, self.seat.next_edit_id());
        let slot = draft.edit_id.clone();
        self.screen = Screen::Editor(Box::new(Editor::open(draft, slot, Object::new())));
    }

    /// Keys on a record that is open.
    pub(super) fn in_record(&mut self, action: Action, page: usize) -> Vec<Effect> {
        if let Screen::Collision(collision) = &self.screen
            && collision.saving != Saving::No
            && !matches!(action, Action::Submit | Action::Back)
        {
            // What is decided now could not be part of it, and a draft that is left now would stand against the wrong base.
            let back = self.named(Place::Collision, Action::Back);
            self.say(format!("The result is on its way; wait for the answer. {back} leaves, and it goes on."));
            return Vec::new();
        }
        if self.in_declared(action) {
            return Vec::new();
        }
        match (&mut self.screen, action) {
            (Screen::Editor(_), Action::History) => return self.open_history(),
            (Screen::Editor(_), Action::Save) => return self.save(),
            (Screen::Editor(_) | Screen::Collision(_), Action::WriteOutside | Action::WriteRecord) => {
                return self.write_outside(action);
            }
            (Screen::Editor(editor), Action::Undo | Action::Redo) => {
                let key = editor.draft.key.clone();
                let went = if action == Action::Undo { editor.undo() } else { editor.redo() };
                return if went || editor.in_full() { Vec::new() } else { self.take_back(action, Some(&key)) };
            }
            (Screen::Editor(_), Action::SaveCopy) => self.ask_for_copy(),
            (Screen::Editor(_), Action::LookAtTheirs) => return self.look_at_theirs(),
            (Screen::Editor(_) | Screen::Collision(_), Action::Back) => return self.back(),
            (Screen::Editor(_), Action::AddField) => self.prompt = Some(Prompt::ask(Purpose::AddField, "")),
            (Screen::Editor(_), Action::ChangeType) => self.prompt = Some(Prompt::ask(Purpose::Type, "")),
            (Screen::Editor(editor), Action::Note) => {
                let note = editor.draft.note.clone().unwrap_or_default();
                self.prompt = Some(Prompt::ask(Purpose::Note, &note));
            }
            (Screen::Editor(editor), _) => editor.act(action, page),
            (Screen::Collision(collision), Action::LeaveField | Action::Save) if collision.by_hand() => {
                return self.hand_done();
            }
            (Screen::Collision(collision), _) if collision.by_hand() => collision.hand_act(action),
            (Screen::Collision(_), Action::Submit) => return self.submit(),
            (Screen::Collision(collision), _) => {
                if let Some(why) = collision.refuses(action) {
                    self.say(why);
                    return Vec::new();
                }
                let decided = collision.act(action);
                return if decided { vec![keep_collision(collision)] } else { Vec::new() };
            }
            _ => {}
        }
        Vec::new()
    }

    /// Takes what was written by hand.
    pub(super) fn hand_done(&mut self) -> Vec<Effect> {
        let Screen::Collision(collision) = &mut self.screen else { return Vec::new() };
        match collision.hand_done() {
            Ok(()) => vec![keep_collision(collision)],
            Err(why) => {
                self.complain(why);
                Vec::new()
            }
        }
    }

    /// Out of the record: to the browser from the editor, to the editor from a collision. Nothing is lost on the way.
    fn back(&mut self) -> Vec<Effect> {
        match std::mem::replace(&mut self.screen, Screen::Browser) {
            Screen::Collision(collision) if collision.saving != Saving::No => {
                let key = &collision.editor.draft.key;
                self.say(format!("{key} is still being saved; its draft stays until the server has it."));
                Vec::new()
            }
            Screen::Collision(collision) => {
                let parked = collision.parked();
                let theirs =
                    live::theirs(collision.resolution.theirs().clone(), collision.resolution.changes().to_vec());
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
            Screen::Editor(editor) => self.leave(editor),
            _ => Vec::new(),
        }
    }

    fn leave(&mut self, mut editor: Box<Editor>) -> Vec<Effect> {
        let slot = editor.slot.clone();
        if let Some(flight) = self.flights.iter_mut().find(|flight| flight.slot == slot) {
            let typed = editor.everything_typed();
            if typed.fields != flight.draft.fields {
                flight.typed_since = Some(typed.clone());
                let key = &editor.draft.key;
                self.say(format!("{key} is still being saved; what you typed since is kept as a draft of its own."));
                return vec![Effect::KeepDraft { slot, draft: Box::new(typed) }];
            }
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
        let kept = Effect::KeepDraft { slot: slot.clone(), draft: Box::new(draft) };
        vec![kept, Effect::ReleaseDraft { slot }, self.count_inbox()]
    }

    /// What has to be kept on disk before this screen goes away, for whatever reason.
    pub fn parting(&mut self) -> Vec<Effect> {
        let mut effects = self.say_gone();
        effects.extend(self.keep_all());
        effects
    }

    fn keep_all(&mut self) -> Vec<Effect> {
        let editor = match &mut self.screen {
            // What was sent is on the disk, with what was decided.
            Screen::Collision(collision) if collision.saving != Saving::No => return Vec::new(),
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
}
