//! One person's seat: which screen is up, what a message means there, and what is drawn; knows no server and no clock.

mod answered;
mod copying;
mod deletion;
mod drafts;
mod draw;
mod history;
mod live;
mod on_stage;
pub mod outside;
mod palette;
mod pointing;
mod presence;
mod prompt;
mod pulse;
mod record;
mod saving;
mod schema;
mod standing;
mod taking_back;
mod typing;
mod veil;

use std::collections::{HashMap, VecDeque};

use midair_record::draft::Draft;
use midair_record::schema::Secrets;
use midair_record::wire::Key;

use self::drafts::{Find, Orders};
pub use self::draw::SMALLEST;
pub(in crate::tui) use self::draw::{draw_begun, draw_keys};
pub use self::on_stage::{Around, SMALLEST_ON_STAGE};
use self::saving::Flight;
pub use self::standing::Listed;
use super::company::Company;
use super::definition::Definition;
use super::keyboard::{Keyboard, Pressed};
use super::keys::{self, Action, Place};
use super::msg::{Clock, Effect, Link, Msg, Press};
use super::preferences::{Disjoint, Preferences};
use super::screens::browser::Browser;
use super::screens::collision::Collision;
use super::screens::deletion::{Deleted, Deletion};
use super::screens::drafts::Drafts;
use super::screens::editor::Editor;
use super::screens::help::Help;
use super::screens::history::History;
use super::screens::palette::Palette;
use super::screens::prompt::{Prompt, Purpose};
use super::screens::pulse::Pulse;
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

/// What is up in front of the screen, which goes on beneath it.
#[derive(Clone, Debug)]
enum Over {
    History(Box<History>),
    Pulse(Box<Pulse>),
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
    keyboard: Keyboard,
    disjoint: Disjoint,
    motion: bool,
    /// Whether long lines of a text are wrapped.
    wrap: bool,
    clock: Clock,
    link: Link,
    size: (u16, u16),
    around: Around,
    browser: Browser,
    company: Company,
    screen: Screen,
    over: Option<Over>,
    prompt: Option<Prompt>,
    help: Option<Help>,
    palette: Option<Palette>,
    notice: Notice,
    opening: Option<Key>,
    /// Since when something is waited for, in milliseconds since 1970, as far as ticks told.
    waits_since: Option<i64>,
    /// When what is shown was known to be so: now, while the server tells.
    known_at: Clock,
    /// The text that an editor outside has, while it has one.
    away: Option<outside::Away>,
    flights: Vec<Flight>,
    parked: HashMap<Key, (String, Draft)>,
    saves: taking_back::Saves,
    orders: Orders,
    /// Why the drafts on disk were looked for, each time that is not answered yet.
    finds: VecDeque<Find>,
    /// How many drafts wait on disk, as far as is known.
    inbox: usize,
    /// What the collections say of their records, as far as it was asked.
    definitions: HashMap<String, Definition>,
    /// The draft that this seat was opened for, until it is open.
    errand: Option<String>,
}

impl App {
    /// A screen for `who` at `server`. `seed`: a text that no other session has, from which edits are named.
    pub fn new(who: &str, server: &str, seed: &str, preferences: Preferences, clock: Clock) -> Self {
        let Preferences { keys, theme, disjoint, motion, wrap } = preferences;
        App {
            seat: Seat { who: who.into(), server: server.into(), seed: seed.into(), edits: 0 },
            theme,
            keyboard: Keyboard::new(keys),
            disjoint,
            motion,
            wrap,
            clock,
            link: Link::Connecting,
            size: (80, 24),
            around: Around::default(),
            browser: Browser::default(),
            company: Company::default(),
            screen: Screen::Browser,
            over: None,
            prompt: None,
            help: None,
            palette: None,
            notice: Notice::None,
            opening: None,
            waits_since: None,
            known_at: clock,
            away: None,
            flights: Vec::new(),
            parked: HashMap::new(),
            saves: taking_back::Saves::default(),
            orders: Orders::default(),
            finds: VecDeque::new(),
            inbox: 0,
            definitions: HashMap::new(),
            errand: None,
        }
    }

    /// Opens on the draft `slot`, which waits on disk, as soon as it is known how it stands.
    pub fn open_on(&mut self, slot: &str) {
        self.errand = Some(slot.into());
    }

    /// What is to be done first.
    pub fn start(&mut self) -> Vec<Effect> {
        vec![Effect::LoadCollections, Effect::FindDrafts]
    }

    /// Says something that went wrong before there was a screen.
    pub fn warn(&mut self, words: String) {
        self.complain(words);
    }

    /// Tells the screen how large it is.
    pub fn resize(&mut self, columns: u16, rows: u16) {
        self.size = (columns, rows);
        self.fit();
    }

    /// Takes a message, and says what is to be done.
    pub fn update(&mut self, msg: Msg) -> Vec<Effect> {
        let time_went_on = matches!(msg, Msg::Tick(_));
        let effects = self.take(msg);
        self.hold_against_schema(time_went_on);
        self.meet();
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
            Msg::Defined { collection, result } => self.defined(collection, result),
            Msg::Saved { sent, result } => self.saved(*sent, result),
            Msg::Deleted { key, result } => self.deleted(key, result),
            Msg::Changed(event) => self.changed(&event),
            Msg::Present { key, by, path, here } => self.present(key, by, path, here),
            Msg::Link(link) => self.linked(link),
            Msg::History { key, before, result } => self.history_came(&key, before, result),
            Msg::Version { key, number, result } => self.version_came(&key, number, result),
            Msg::Restored { key, number, result } => self.restored(&key, number, result),
            Msg::Pulse(result) => self.pulse_came(result),
            Msg::DraftKept { slot, result } => self.draft_kept(&slot, result),
            Msg::Written(written) => self.written(written),
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
    pub fn place(&self) -> Place {
        match (&self.palette, &self.help) {
            (Some(_), _) => Place::Palette,
            (None, Some(help)) if help.searching() => Place::Prompt,
            (None, Some(_)) => Place::Help,
            (None, None) => self.place_beneath(),
        }
    }

    /// Where keys mean something beneath the palette and the help.
    fn place_beneath(&self) -> Place {
        match (&self.prompt, &self.over) {
            _ if self.is_finding() => return Place::Find,
            (Some(_), _) => return Place::Prompt,
            (None, Some(Over::History(history))) if history.asking.is_some() => return Place::Restoring,
            (None, Some(Over::History(_))) => return Place::History,
            (None, Some(Over::Pulse(_))) => return Place::Pulse,
            (None, None) => {}
        }
        match &self.screen {
            Screen::Browser => Place::Browser,
            Screen::Editor(editor) if editor.in_full() => Place::Field,
            Screen::Editor(editor) if editor.is_choosing() => Place::Choice,
            Screen::Editor(_) => Place::Editor,
            Screen::Collision(collision) if collision.by_hand() => Place::Field,
            Screen::Collision(_) => Place::Collision,
            Screen::Deleted(_) => Place::Deleted,
            Screen::Deletion(_) => Place::Deletion,
            Screen::Drafts(drafts) if drafts.rule.is_some() => Place::Ruling,
            Screen::Drafts(_) => Place::Drafts,
        }
    }

    /// How the key of an action is read: for sentences that name it.
    fn named(&self, place: Place, action: Action) -> String {
        self.keyboard.shown(place, action, self.theme.ascii)
    }

    fn key(&mut self, press: Press) -> Vec<Effect> {
        let place = self.place();
        match self.keyboard.press(place, press) {
            Pressed::Selects(action) if keys::is_typing(action) => self.in_typing(action, true),
            Pressed::Does(action) | Pressed::Selects(action) => return self.perform(place, action),
            Pressed::Types(press) => return self.type_key(press),
            Pressed::Nothing(words) => self.complain(words),
            Pressed::Waits => {}
        }
        Vec::new()
    }

    /// Does what a person means in `place`, by a key or by the palette.
    fn perform(&mut self, place: Place, action: Action) -> Vec<Effect> {
        if !matches!(action, Action::Undo | Action::Redo) {
            self.saves.disarm();
        }
        match action {
            Action::QuitNow => return self.quit(),
            Action::Repaint => return vec![Effect::Repaint],
            Action::Suspend => return vec![Effect::Suspend],
            Action::Palette => {
                self.toggle_palette();
                return Vec::new();
            }
            Action::Help => {
                self.palette = None;
                self.help = Some(Help::open());
                return Vec::new();
            }
            _ if self.keeps_secret(action).is_some() => {
                self.say(self.keeps_secret(action).unwrap_or_default());
                return Vec::new();
            }
            Action::ShowSecret => {
                self.toggle_secret();
                return Vec::new();
            }
            Action::Copy | Action::Cut | Action::Paste | Action::Kill => return self.in_clipboard(place, action),
            _ if keys::is_of_text(action) => {
                self.in_typing(action, false);
                return Vec::new();
            }
            _ => self.notice = Notice::None,
        }
        let page = self.page();
        match place {
            Place::Pulse => return self.in_pulse(action, page),
            Place::History | Place::Restoring => return self.in_history(action, page),
            Place::Palette => return self.in_palette(action),
            _ if self.help.is_some() => self.in_help(action, page),
            Place::Prompt => return self.in_prompt(action),
            Place::Find => self.in_find(action),
            Place::Field if self.in_full_text(action) => {}
            Place::Browser => return self.in_browser(action, page),
            Place::Editor | Place::Field | Place::Choice | Place::Collision => return self.in_record(action, page),
            Place::Deleted => return self.in_deleted(action),
            Place::Deletion => return self.in_deletion(action),
            Place::Drafts | Place::Ruling => return self.in_drafts(action),
            Place::Help | Place::Files | Place::Text | Place::Everywhere => {}
            Place::Theatre | Place::Seat | Place::Scenarios => {}
        }
        Vec::new()
    }

    fn in_help(&mut self, action: Action, page: usize) {
        let beneath = self.place_beneath();
        Help::take(&mut self.help, action, &self.keyboard.keys, beneath, page);
    }

    fn in_browser(&mut self, action: Action, page: usize) -> Vec<Effect> {
        match action {
            Action::Quit => return self.quit(),
            Action::Reload => return self.browser.reload(),
            Action::Drafts => {
                self.finds.push_back(Find::Shows);
                return vec![Effect::FindDrafts];
            }
            Action::Pulse => return self.open_pulse(),
            Action::Back => return self.stop_waiting(),
            Action::Undo | Action::Redo => return self.take_back(action, None),
            Action::History => return self.open_history(),
            Action::Filter => self.prompt = Some(Prompt::ask(Purpose::Filter, &self.browser.filter)),
            Action::New => match self.browser.collection() {
                Some(name) => self.prompt = Some(Prompt::ask(Purpose::NewId { collection: name.into() }, "")),
                None => self.complain("There is no collection yet. `midair import` makes one."),
            },
            Action::Open if self.browser.in_records() => {
                if let Some(key) = self.browser.key() {
                    return self.open(key);
                }
            }
            Action::Delete if self.browser.in_records() => {
                if let (Some(collection), Some(record)) = (self.browser.collection(), self.browser.record()) {
                    let (collection, shown) = (collection.to_owned(), record.clone());
                    self.screen = Screen::Deletion(Box::new(Deletion {
                        collection,
                        shown,
                        refused: None,
                        sent: false,
                        secrets: Secrets::default(),
                    }));
                }
            }
            _ => return self.browser.act(action, page),
        }
        Vec::new()
    }

    /// Esc in the list: a record that does not come is not waited for any more; else all records are listed again.
    fn stop_waiting(&mut self) -> Vec<Effect> {
        if let Some(key) = self.opening.take() {
            self.say(format!("{key} is not waited for any more."));
        } else if !self.browser.filter.is_empty() {
            return self.browser.set_filter(String::new());
        } else {
            let quit = self.named(Place::Browser, Action::Quit);
            self.say(format!("This is the list; {quit} leaves midair."));
        }
        Vec::new()
    }

    fn quit(&mut self) -> Vec<Effect> {
        let mut effects = self.parting();
        effects.push(Effect::Quit);
        effects
    }
}

#[cfg(test)]
pub(in crate::tui) mod tests;
