//! One person's seat: which screen is up, what a message means there, and what is drawn; knows no server and no clock.

mod deletion;
mod drafts;
mod draw;
mod live;
mod pointing;
mod saving;
mod typing;

use std::collections::HashMap;

use midair_record::Object;
use midair_record::draft::Draft;
use midair_record::wire::{Key, Stored};

use self::drafts::{Orders, keep_collision};
pub use self::draw::SMALLEST;
pub(in crate::tui) use self::draw::draw_keys;
use self::saving::Flight;
pub(in crate::tui) use self::typing::NOTHING_SELECTED;
use super::definition::Definition;
use super::keys::{self, Action, Place};
use super::msg::{Clock, Effect, Link, Msg, Press};
use super::screens::browser::Browser;
use super::screens::collision::Collision;
use super::screens::deletion::{Deleted, Deletion};
use super::screens::drafts::Drafts;
use super::screens::editor::{Editor, OnDisk, Saving};
use super::screens::help::Help;
use super::screens::prompt::{Prompt, Purpose};
use super::theme::Theme;

/// What is up in front of the browser.
#[derive(Clone, Debug)]
enum Screen {
    Browser,
    Editor(Box<Editor>),
    Collision(Box<Collision>),
    Deleted(Box<Deleted>),
    Deletion(Box<Deletion>),
    Drafts(Box<Drafts>),
}

/// Who sits here, at which server, and how names for edits are made.
#[derive(Clone, Debug)]
struct Seat {
    who: String,
    server: String,
    seed: String,
    edits: u64,
}

impl Seat {
    fn next_edit_id(&mut self) -> String {
        self.edits += 1;
        format!("{}-{}", self.seed, self.edits)
    }
}

/// A sentence about what happened, in the line above the keys.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Notice {
    None,
    Good(String),
    Bad(String),
}

/// The whole state of one person's screen.
#[derive(Clone, Debug)]
pub struct App {
    seat: Seat,
    theme: Theme,
    clock: Clock,
    link: Link,
    size: (u16, u16),
    browser: Browser,
    screen: Screen,
    prompt: Option<Prompt>,
    help: Option<Help>,
    notice: Notice,
    opening: Option<Key>,
    flights: Vec<Flight>,
    parked: HashMap<Key, (String, Draft)>,
    orders: Orders,
    asked_for_drafts: bool,
    /// What the collections say of their records, as far as it was asked.
    definitions: HashMap<String, Definition>,
    /// What was copied or cut here.
    clipboard: String,
}

impl App {
    /// A screen for `who` at `server`. `seed`: a text that no other session has, from which edits are named.
    pub fn new(who: &str, server: &str, seed: &str, theme: Theme, clock: Clock) -> Self {
        App {
            seat: Seat { who: who.into(), server: server.into(), seed: seed.into(), edits: 0 },
            theme,
            clock,
            link: Link::Connecting,
            size: (80, 24),
            browser: Browser::default(),
            screen: Screen::Browser,
            prompt: None,
            help: None,
            notice: Notice::None,
            opening: None,
            flights: Vec::new(),
            parked: HashMap::new(),
            orders: Orders::default(),
            asked_for_drafts: false,
            definitions: HashMap::new(),
            clipboard: String::new(),
        }
    }

    /// What is to be done first.
    pub fn start(&mut self) -> Vec<Effect> {
        vec![Effect::LoadCollections, Effect::FindDrafts]
    }

    /// Tells the screen how large it is.
    pub fn resize(&mut self, columns: u16, rows: u16) {
        self.size = (columns, rows);
        self.fit();
    }

    /// Takes a message, and says what is to be done.
    pub fn update(&mut self, msg: Msg) -> Vec<Effect> {
        let effects = self.take(msg);
        self.fit();
        self.orders.count(&effects);
        effects
    }

    fn take(&mut self, msg: Msg) -> Vec<Effect> {
        match msg {
            Msg::Key(press) => self.key(press),
            Msg::Paste(text) => self.paste(&text),
            Msg::Mouse(mouse) => self.mouse(mouse),
            Msg::Tick(clock) => self.tick(clock),
            Msg::Collections(Ok(lines)) => self.browser.take_collections(lines),
            Msg::Collections(Err(why)) => self.load_failed(why),
            Msg::Page { asked, result: Ok(page) } => self.browser.take_page(&asked, page),
            Msg::Page { result: Err(why), .. } => self.load_failed(why),
            Msg::Loaded { key, result, changes } => self.loaded(key, result, changes),
            Msg::Defined { collection, result } => {
                self.definitions.insert(collection.clone(), Definition::of(&collection, result));
                Vec::new()
            }
            Msg::Saved { sent, result } => self.saved(*sent, result),
            Msg::Deleted { key, result } => self.deleted(key, result),
            Msg::Changed(event) => self.changed(&event),
            Msg::Link(link) => self.linked(link),
            Msg::DraftKept { slot, result } => self.draft_kept(&slot, result),
            Msg::Waiting { drafts, unreadable } => self.waiting(drafts, unreadable),
        }
    }

    fn load_failed(&mut self, why: String) -> Vec<Effect> {
        self.browser.page_failed(why);
        Vec::new()
    }

    /// What `collection` says of its records.
    fn definition(&self, collection: &str) -> Definition {
        self.definitions.get(collection).cloned().unwrap_or_default()
    }

    fn say(&mut self, words: impl Into<String>) {
        self.notice = Notice::Good(words.into());
    }

    fn complain(&mut self, words: impl Into<String>) {
        self.notice = Notice::Bad(words.into());
    }

    /// How many lines a page has.
    fn page(&self) -> usize {
        usize::from(self.size.1.saturating_sub(6)).max(1)
    }

    /// Where keys mean something now.
    fn place(&self) -> Place {
        match &self.screen {
            _ if self.help.is_some() => Place::Help,
            _ if self.is_finding() => Place::Find,
            _ if self.prompt.is_some() => Place::Prompt,
            Screen::Browser => Place::Browser,
            Screen::Editor(editor) if editor.in_full() => Place::Field,
            Screen::Editor(_) => Place::Editor,
            Screen::Collision(collision) if collision.by_hand() => Place::Field,
            Screen::Collision(_) => Place::Collision,
            Screen::Deleted(_) => Place::Deleted,
            Screen::Deletion(_) => Place::Deletion,
            Screen::Drafts(_) => Place::Drafts,
        }
    }

    fn is_finding(&self) -> bool {
        matches!(&self.prompt, Some(Prompt { purpose: Purpose::Find { .. }, .. }))
    }

    fn key(&mut self, press: Press) -> Vec<Effect> {
        let place = self.place();
        if let Some(effects) = self.clipboard_key(place, press) {
            return effects;
        }
        let Some(action) = keys::action(place, press) else {
            return self.type_key(press);
        };
        match action {
            Action::QuitNow => return self.quit(),
            Action::Repaint => return vec![Effect::Repaint],
            Action::Help => {
                self.help = Some(Help::open());
                return Vec::new();
            }
            _ => self.notice = Notice::None,
        }
        let page = self.page();
        match place {
            Place::Help => self.in_help(action, page),
            Place::Prompt => return self.in_prompt(action),
            Place::Find => self.in_find(action),
            Place::Field if self.in_text(action) => {}
            Place::Browser => return self.in_browser(action, page),
            Place::Editor | Place::Field | Place::Collision => return self.in_record(action, page),
            Place::Deleted => return self.in_deleted(action),
            Place::Deletion => return self.in_deletion(action),
            Place::Drafts => return self.in_drafts(action),
            Place::Text | Place::Files | Place::Everywhere => {}
        }
        Vec::new()
    }

    fn in_help(&mut self, action: Action, page: usize) {
        match (action, &mut self.help) {
            (Action::Back, _) => self.help = None,
            (_, Some(help)) => help.act(action, page),
            _ => {}
        }
    }

    fn in_browser(&mut self, action: Action, page: usize) -> Vec<Effect> {
        match action {
            Action::Quit => return self.quit(),
            Action::Reload => return self.browser.reload(),
            Action::Drafts => {
                self.asked_for_drafts = true;
                return vec![Effect::FindDrafts];
            }
            Action::Filter => self.prompt = Some(Prompt::ask(Purpose::Filter, &self.browser.filter)),
            Action::New => match self.browser.collection() {
                Some(name) => self.prompt = Some(Prompt::ask(Purpose::NewId { collection: name.into() }, "")),
                None => self.complain("There is no collection yet. `midair import` makes one."),
            },
            Action::Open if self.browser.in_records() => {
                if let (Some(collection), Some(record)) = (self.browser.collection(), self.browser.record()) {
                    let key = Key { collection: collection.into(), id: record.id.clone() };
                    return self.open(key);
                }
            }
            Action::Delete if self.browser.in_records() => {
                if let (Some(collection), Some(record)) = (self.browser.collection(), self.browser.record()) {
                    let (collection, shown) = (collection.to_owned(), record.clone());
                    self.screen =
                        Screen::Deletion(Box::new(Deletion { collection, shown, refused: None, sent: false }));
                }
            }
            _ => return self.browser.act(action, page),
        }
        Vec::new()
    }

    /// Opens a record: where I left off with it in this session, else as it stands on the server.
    fn open(&mut self, key: Key) -> Vec<Effect> {
        if let Some((slot, draft)) = self.parked.remove(&key) {
            self.say(format!("This is your draft of {key}, as you left it."));
            return self.open_draft(slot, draft);
        }
        self.opening = Some(key.clone());
        vec![Effect::Load { key, since: None }]
    }

    fn open_draft(&mut self, slot: String, mut draft: Draft) -> Vec<Effect> {
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

    fn open_stored(&mut self, collection: &str, stored: Stored) {
        let draft = Draft::of(collection, stored, self.seat.next_edit_id());
        let slot = draft.edit_id.clone();
        self.screen = Screen::Editor(Box::new(Editor::open(draft, slot, Object::new())));
    }

    fn in_record(&mut self, action: Action, page: usize) -> Vec<Effect> {
        if let Screen::Collision(collision) = &self.screen
            && collision.saving != Saving::No
            && action != Action::Submit
        {
            // What is decided now could not be part of it, and a draft that is left now would stand against the wrong base.
            self.say("The result is on its way; wait for the answer. Ctrl-Q leaves, and the draft is kept.");
            return Vec::new();
        }
        match (&mut self.screen, action) {
            (Screen::Editor(_), Action::Save) => return self.save(),
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

    fn hand_done(&mut self) -> Vec<Effect> {
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
                self.say("Your draft and your decisions are kept. Ctrl-S takes the collision up again.");
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
        self.say(format!("Your draft of {} is kept. Enter goes on with it.", draft.key));
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

    fn quit(&mut self) -> Vec<Effect> {
        let mut effects = self.parting();
        effects.push(Effect::Quit);
        effects
    }

    fn in_prompt(&mut self, action: Action) -> Vec<Effect> {
        let Some(mut prompt) = self.prompt.take() else { return Vec::new() };
        if action != Action::Submit {
            return Vec::new();
        }
        match self.answered(&prompt) {
            Ok(effects) => effects,
            Err(fault) => {
                prompt.fault = Some(fault);
                self.prompt = Some(prompt);
                Vec::new()
            }
        }
    }

    fn answered(&mut self, prompt: &Prompt) -> Result<Vec<Effect>, String> {
        let text = prompt.text();
        match (&prompt.purpose, &mut self.screen) {
            (Purpose::Line, _) => self.go_to_line(&text)?,
            (Purpose::Filter, _) => return Ok(self.browser.set_filter(text)),
            (Purpose::NewId { collection }, _) => {
                let edit_id = self.seat.next_edit_id();
                let id = if text.is_empty() { short_id(&edit_id) } else { text };
                let key = Key::new(collection, &id).map_err(|fault| fault.to_string())?;
                let draft = Draft::new(key, Object::new(), edit_id.clone());
                self.screen = Screen::Editor(Box::new(Editor::open(draft, edit_id, self.browser.template())));
            }
            (Purpose::AddField, Screen::Editor(editor)) => editor.add(&prompt.answer.area.text())?,
            (Purpose::Note, Screen::Editor(editor)) => editor.draft.note = Some(text).filter(|note| !note.is_empty()),
            (Purpose::CopyId { of }, Screen::Deleted(deleted)) => {
                let key = Key::new(&of.collection, &text).map_err(|fault| fault.to_string())?;
                let mut copy = Draft::new(key, deleted.editor.draft.fields.clone(), self.seat.next_edit_id());
                copy.note = Some(format!("copy of {of}, which was deleted"));
                let slot = deleted.editor.slot.clone();
                self.screen = Screen::Editor(Box::new(Editor::open(copy, slot, Object::new())));
                return Ok(self.save());
            }
            _ => {}
        }
        Ok(Vec::new())
    }
}

/// An id for a record whose maker does not care: the start and the end of an edit's name.
fn short_id(edit_id: &str) -> String {
    let plain: String = edit_id.chars().filter(char::is_ascii_alphanumeric).collect();
    let end = edit_id.rsplit('-').next().unwrap_or_default();
    format!("{}{end}", plain.chars().take(10).collect::<String>())
}

#[cfg(test)]
mod tests;
