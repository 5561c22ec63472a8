//! The browser: collections, their records page by page, and a look at the one under the cursor; knows no server.

mod draw;

use midair_record::Object;
use midair_record::wire::{Event, Key, Op, Stored};
use ratatui::layout::{Position, Rect};

use self::draw::columns;
use crate::tui::keys::Action;
use crate::tui::msg::{CollectionLine, Effect, Mouse, Page, PageWanted, Pointed};
use crate::tui::widgets::panel;

/// How near to the end of what is loaded the cursor comes before more is asked for.
const AHEAD: usize = 100;

/// How many records one notch of the wheel moves.
const NOTCH: usize = 3;

/// Which list the cursor is in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Side {
    Collections,
    #[default]
    Records,
}

/// The browser. By default: empty, before anything came.
#[derive(Clone, Debug, Default)]
pub struct Browser {
    collections: Vec<CollectionLine>,
    collection: usize,
    side: Side,
    records: Vec<Stored>,
    next: Option<String>,
    /// How many records there are, those that are not loaded included, where that is known.
    total: Option<u64>,
    asked: Option<PageWanted>,
    focus: usize,
    pub filter: String,
    pub trouble: Option<String>,
    /// Ids of the records that somebody saved just now: they are marked for a moment.
    fresh: Vec<String>,
    /// Records came that the lists do not show yet.
    behind: bool,
}

impl Browser {
    /// The collection that is shown.
    pub fn collection(&self) -> Option<&str> {
        self.collections.get(self.collection).map(|line| line.name.as_str())
    }

    /// The record under the cursor.
    pub fn record(&self) -> Option<&Stored> {
        self.records.get(self.focus)
    }

    /// The key of the record under the cursor.
    pub fn key(&self) -> Option<Key> {
        Some(Key { collection: self.collection()?.to_owned(), id: self.record()?.id.clone() })
    }

    /// Whether the cursor is among the records.
    pub fn in_records(&self) -> bool {
        self.side == Side::Records
    }

    /// The members that a new record of this collection is likely to have.
    pub fn template(&self) -> Object {
        self.record().or(self.records.first()).map(|stored| stored.fields.fields().clone()).unwrap_or_default()
    }

    /// Asks for everything again.
    pub fn reload(&mut self) -> Vec<Effect> {
        self.asked = None;
        self.fresh.clear();
        let mut effects = vec![Effect::LoadCollections];
        effects.extend(self.ask(None));
        effects
    }

    /// Whether a page is on its way.
    pub fn is_loading(&self) -> bool {
        self.asked.is_some()
    }

    /// Takes the list of collections.
    pub fn take_collections(&mut self, lines: Vec<CollectionLine>) -> Vec<Effect> {
        let shown = self.collection().map(str::to_owned);
        self.collections = lines;
        self.collection = self.collections.iter().position(|line| Some(&line.name) == shown.as_ref()).unwrap_or(0);
        self.trouble = None;
        let scrolled_away = self.records.len() > AHEAD * 2;
        if scrolled_away { Vec::new() } else { self.ask(None) }
    }

    fn ask(&mut self, after: Option<String>) -> Vec<Effect> {
        let Some(collection) = self.collection().map(str::to_owned) else { return Vec::new() };
        let wanted = PageWanted { collection, after, filter: self.filter.clone() };
        if self.asked.as_ref() == Some(&wanted) {
            return Vec::new();
        }
        self.asked = Some(wanted.clone());
        vec![Effect::LoadPage(wanted)]
    }

    /// Takes a page, if it is the one that was asked for last. The cursor stays on its record. Where the page is short,
    /// asks for the next one.
    pub fn take_page(&mut self, asked: &PageWanted, page: Page) -> Vec<Effect> {
        if self.asked.as_ref() != Some(asked) {
            return Vec::new();
        }
        self.asked = None;
        let short = page.items.len() < AHEAD;
        let focused = self.record().map(|stored| stored.id.clone());
        if asked.after.is_none() {
            self.records = page.items;
            let same = self.records.iter().position(|stored| Some(&stored.id) == focused.as_ref());
            self.focus = same.unwrap_or(self.focus.min(self.records.len().saturating_sub(1)));
        } else {
            self.records.extend(page.items);
        }
        self.next = page.next;
        let known = if asked.after.is_some() { self.total } else { None };
        self.total = page.total.or(known).or_else(|| self.next.is_none().then_some(self.records.len() as u64));
        self.trouble = None;
        if short { self.ask_ahead() } else { Vec::new() }
    }

    /// A page could not be had.
    pub fn page_failed(&mut self, why: String) {
        self.asked = None;
        self.trouble = Some(why);
    }

    /// Somebody wrote a record: what has to be asked again for the lists to be true.
    pub fn changed(&mut self, event: &Event) -> Vec<Effect> {
        let shown = self.collection() == Some(&event.collection);
        if !shown || event.line.op == Op::Create {
            self.behind |= event.line.op != Op::Update;
            return Vec::new();
        }
        match event.line.op {
            Op::Update => {
                let listed = self.records.iter().any(|stored| stored.id == event.id);
                let key = Key { collection: event.collection.clone(), id: event.id.clone() };
                if listed { vec![Effect::Load { key, since: None }] } else { Vec::new() }
            }
            Op::Delete => {
                if let Some(at) = self.records.iter().position(|stored| stored.id == event.id) {
                    self.records.remove(at);
                    self.focus = self.focus.min(self.records.len().saturating_sub(1));
                }
                self.total = self.total.map(|total| total.saturating_sub(1));
                self.recount(-1);
                Vec::new()
            }
            Op::Create => Vec::new(),
        }
    }

    fn recount(&mut self, by: i64) {
        if let Some(line) = self.collections.get_mut(self.collection) {
            line.records = line.records.saturating_add_signed(by);
        }
    }

    /// Puts a newer version of a record in its row.
    pub fn refresh(&mut self, collection: &str, newer: &Stored) {
        if self.collection() != Some(collection) {
            return;
        }
        if let Some(row) = self.records.iter_mut().find(|row| row.id == newer.id && row.version < newer.version) {
            *row = newer.clone();
            self.fresh.push(newer.id.clone());
        }
    }

    /// Time went on: asks for what came meanwhile, all at once.
    pub fn tick(&mut self) -> Vec<Effect> {
        if std::mem::take(&mut self.behind) { vec![Effect::LoadCollections] } else { Vec::new() }
    }

    /// Forgets which records were saved just now.
    pub fn settle(&mut self) {
        self.fresh.clear();
    }

    /// Shows only records that hold `text`.
    pub fn set_filter(&mut self, text: String) -> Vec<Effect> {
        self.filter = text;
        self.focus = 0;
        self.ask(None)
    }

    /// Does what a key means here, where it concerns the lists alone.
    pub fn act(&mut self, action: Action, page: usize) -> Vec<Effect> {
        match (action, self.side) {
            (Action::Left, _) => self.side = Side::Collections,
            (Action::Right, _) | (Action::Open | Action::OtherList, Side::Collections) => self.side = Side::Records,
            (Action::OtherList, Side::Records) => self.side = Side::Collections,
            (_, Side::Collections) => return self.move_collection(action),
            (_, Side::Records) => return self.move_record(action, page),
        }
        Vec::new()
    }

    fn move_collection(&mut self, action: Action) -> Vec<Effect> {
        let last = self.collections.len().saturating_sub(1);
        let to = match action {
            Action::Up => self.collection.saturating_sub(1),
            Action::Down => (self.collection + 1).min(last),
            Action::First | Action::PageUp => 0,
            Action::Last | Action::PageDown => last,
            _ => self.collection,
        };
        self.choose_collection(to)
    }

    fn choose_collection(&mut self, to: usize) -> Vec<Effect> {
        if to == self.collection {
            return Vec::new();
        }
        self.collection = to;
        self.filter.clear();
        self.records.clear();
        self.focus = 0;
        self.next = None;
        self.ask(None)
    }

    fn move_record(&mut self, action: Action, page: usize) -> Vec<Effect> {
        let last = self.records.len().saturating_sub(1);
        self.focus = match action {
            Action::Up => self.focus.saturating_sub(1),
            Action::Down => (self.focus + 1).min(last),
            Action::PageUp => self.focus.saturating_sub(page),
            Action::PageDown => (self.focus + page).min(last),
            Action::First => 0,
            Action::Last => last,
            _ => self.focus,
        };
        self.ask_ahead()
    }

    /// Asks for more where the cursor comes near the end of what is loaded.
    fn ask_ahead(&mut self) -> Vec<Effect> {
        match &self.next {
            Some(next) if self.focus + AHEAD > self.records.len() => {
                let next = next.clone();
                self.ask(Some(next))
            }
            _ => Vec::new(),
        }
    }

    /// Does what the mouse did over the browser drawn in `area`: a click goes to a row, the second opens it (`true`).
    pub fn mouse(&mut self, area: Rect, mouse: Mouse) -> (Vec<Effect>, bool) {
        let [left, middle, _] = columns(area);
        let over = |place: Rect| place.contains(Position { x: mouse.column, y: mouse.row });
        let alone = left.width == 0 && self.side == Side::Collections;
        let side = match () {
            () if over(left) || (alone && over(middle)) => Side::Collections,
            () if over(middle) => Side::Records,
            () => return (Vec::new(), false),
        };
        match mouse.kind {
            Pointed::Scroll(notches) => {
                self.side = side;
                let rows = usize::from(notches.unsigned_abs()) * NOTCH;
                let action = if notches < 0 { Action::PageUp } else { Action::PageDown };
                let effects = match side {
                    Side::Records => self.move_record(action, rows),
                    Side::Collections => Vec::new(),
                };
                (effects, false)
            }
            Pointed::Drag => (Vec::new(), false),
            Pointed::Press { clicks } => self.click(side, if alone { middle } else { left }, middle, mouse.row, clicks),
        }
    }

    fn click(&mut self, side: Side, left: Rect, middle: Rect, y: u16, clicks: u8) -> (Vec<Effect>, bool) {
        // One line of frame above each list; records have a line of headings too.
        let (place, heads, focus, count) = match side {
            Side::Collections => (left, 1, self.collection, self.collections.len()),
            Side::Records => (middle, 2, self.focus, self.records.len()),
        };
        let height = place.height.saturating_sub(heads + 1);
        let row = y.checked_sub(place.y + heads).filter(|row| *row < height);
        let row = row.map(|row| panel::top_row(focus, count, height) + usize::from(row)).filter(|row| *row < count);
        self.side = side;
        match (side, row) {
            (_, None) => (Vec::new(), false),
            (Side::Collections, Some(row)) => {
                if row == focus && clicks == 2 {
                    self.side = Side::Records;
                }
                (self.choose_collection(row), false)
            }
            (Side::Records, Some(row)) => {
                self.focus = row;
                (self.ask_ahead(), row == focus && clicks == 2)
            }
        }
    }
}
