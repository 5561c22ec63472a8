//! The browser: collections, their records page by page, and a look at the one under the cursor; knows no server.

mod draw;
mod window;

use midair_record::Object;
use midair_record::schema::Secrets;
use midair_record::wire::{Event, Key, Op, Stored};
use ratatui::layout::{Position, Rect};

use self::draw::columns;
use self::window::Window;
use crate::tui::keys::Action;
use crate::tui::msg::{CollectionLine, Effect, Mouse, Page, PageWanted, Part, Pointed};
use crate::tui::widgets::panel;

/// How many records one notch of the wheel moves.
const NOTCH: isize = 3;

/// For how many ticks a record is marked that somebody saved: some ten seconds.
const MARKED: u8 = 25;

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
    /// Whether it is known which collections there are.
    known: bool,
    collections: Vec<CollectionLine>,
    collection: usize,
    side: Side,
    list: Window,
    asked: Option<PageWanted>,
    /// An end of the list was asked for, to which the cursor goes, and so many records from there.
    jump: Option<isize>,
    pub filter: String,
    pub trouble: Option<String>,
    /// What of the records is not shown.
    pub secrets: Secrets,
    /// Ids of the records that somebody saved just now, and for how many ticks they are marked yet.
    fresh: Vec<(String, u8)>,
    /// Records came or went that the collections do not count yet.
    behind: bool,
    /// Nothing came that may stand among the records that are loaded.
    current: bool,
}

impl Browser {
    /// The names of the collections.
    pub fn collections(&self) -> impl Iterator<Item = &str> {
        self.collections.iter().map(|line| line.name.as_str())
    }

    /// The collection that is shown.
    pub fn collection(&self) -> Option<&str> {
        self.collections.get(self.collection).map(|line| line.name.as_str())
    }

    /// The record under the cursor.
    pub fn record(&self) -> Option<&Stored> {
        self.list.focused()
    }

    /// Whether a record of this id stands among those that are loaded.
    pub fn lists(&self, id: &str) -> bool {
        self.list.holds(id)
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
        self.record().or(self.list.rows().first()).map(|stored| stored.fields.fields().clone()).unwrap_or_default()
    }

    /// Asks for everything again.
    pub fn reload(&mut self) -> Vec<Effect> {
        self.fresh.clear();
        let mut effects = vec![Effect::LoadCollections];
        effects.extend(self.ask_again());
        effects
    }

    /// Whether a page is on its way.
    pub fn is_loading(&self) -> bool {
        self.asked.is_some()
    }

    /// Takes the list of collections.
    pub fn take_collections(&mut self, lines: Vec<CollectionLine>) -> Vec<Effect> {
        let shown = self.collection().map(str::to_owned);
        (self.known, self.collections) = (true, lines);
        let same = self.collections.iter().position(|line| Some(&line.name) == shown.as_ref());
        self.collection = same.unwrap_or(0);
        self.trouble = None;
        match same {
            None => self.ask_anew(),
            Some(_) if self.current => Vec::new(),
            Some(_) => self.ask_again(),
        }
    }

    /// Asks for another list, from its start on.
    fn ask_anew(&mut self) -> Vec<Effect> {
        self.list = Window::default();
        self.jump = None;
        self.ask_again()
    }

    /// Asks for what is loaded, as it is now.
    fn ask_again(&mut self) -> Vec<Effect> {
        self.asked = None;
        let part = self.list.again();
        let first = part.after.is_some().then(|| self.list.rows().first()).flatten();
        let first = first.map(|first| first.id.clone()).zip(self.collection());
        let first = first.map(|(id, collection)| Key { collection: collection.to_owned(), id });
        let mut effects = self.ask(part);
        self.current = !effects.is_empty();
        effects.extend(first.map(|key| Effect::Load { key, since: None }));
        effects
    }

    fn ask(&mut self, part: Part) -> Vec<Effect> {
        let Some(collection) = self.collection().map(str::to_owned) else { return Vec::new() };
        let wanted = PageWanted { collection, filter: self.filter.clone(), part };
        if self.asked.as_ref() == Some(&wanted) {
            return Vec::new();
        }
        self.asked = Some(wanted.clone());
        vec![Effect::LoadPage(wanted)]
    }

    /// Takes a page, if it is the one that was asked for last. The cursor stays on its record, unless an end of the list was
    /// asked for. Where the page is short, asks for the next one.
    pub fn take_page(&mut self, asked: &PageWanted, page: Page) -> Vec<Effect> {
        if self.asked.as_ref() != Some(asked) {
            return Vec::new();
        }
        self.asked = None;
        self.trouble = None;
        let jump = self.jump.take();
        if jump.is_some() {
            self.list = Window::default();
        }
        self.list.take(&asked.part, page);
        if let Some(further) = jump {
            self.list.go_to(if asked.part.backwards { usize::MAX } else { 0 });
            self.list.go(further);
        }
        self.ask_ahead()
    }

    /// A page could not be had.
    pub fn page_failed(&mut self, why: String) {
        self.asked = None;
        self.jump = None;
        self.trouble = Some(why);
    }

    /// Somebody wrote a record: what has to be asked again for the lists to be true.
    pub fn changed(&mut self, event: &Event) -> Vec<Effect> {
        self.behind |= event.line.op == Op::Create;
        if self.collection() != Some(&event.collection) {
            self.behind |= event.line.op == Op::Delete;
            return Vec::new();
        }
        let listed = self.filter.is_empty();
        match event.line.op {
            Op::Create => self.current &= !self.list.created(&event.id, listed),
            Op::Update if self.list.holds(&event.id) => {
                let key = Key { collection: event.collection.clone(), id: event.id.clone() };
                return vec![Effect::Load { key, since: None }];
            }
            Op::Update => {}
            Op::Delete => {
                self.list.deleted(&event.id, listed);
                self.recount(-1);
                return self.ask_ahead();
            }
        }
        Vec::new()
    }

    /// A record is no longer there.
    pub fn forget(&mut self, key: &Key) {
        if self.collection() == Some(&key.collection) && self.list.holds(&key.id) {
            self.list.deleted(&key.id, true);
        }
    }

    /// How many records are loaded.
    #[cfg(test)]
    pub fn loaded(&self) -> usize {
        self.list.rows().len()
    }

    fn recount(&mut self, by: i64) {
        if let Some(line) = self.collections.get_mut(self.collection) {
            line.records = line.records.saturating_add_signed(by);
        }
    }

    /// Puts a newer version of a record in its row.
    pub fn refresh(&mut self, collection: &str, newer: &Stored) {
        if self.collection() == Some(collection) && self.list.refresh(newer) {
            self.fresh.retain(|(id, _)| *id != newer.id);
            self.fresh.push((newer.id.clone(), MARKED));
        }
    }

    /// Time went on: asks for what came meanwhile, all at once. `fades`: marks go by themselves.
    pub fn tick(&mut self, fades: bool) -> Vec<Effect> {
        self.fresh.retain(|(id, _)| self.list.holds(id));
        if fades {
            self.fresh.iter_mut().for_each(|(_, left)| *left -= 1);
            self.fresh.retain(|(_, left)| *left > 0);
        }
        if std::mem::take(&mut self.behind) { vec![Effect::LoadCollections] } else { Vec::new() }
    }

    /// Forgets which records were saved just now.
    pub fn settle(&mut self) {
        self.fresh.clear();
    }

    /// Shows only records that hold `text`.
    pub fn set_filter(&mut self, text: String) -> Vec<Effect> {
        self.filter = text;
        self.jump(false)
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
        self.ask_anew()
    }

    fn move_record(&mut self, action: Action, page: usize) -> Vec<Effect> {
        let page = page.cast_signed();
        match action {
            Action::Up => self.go(-1),
            Action::Down => self.go(1),
            Action::PageUp => self.go(-page),
            Action::PageDown => self.go(page),
            Action::First if self.list.go_to_first() => self.stay(),
            Action::Last if self.list.go_to_last() => self.stay(),
            Action::First => self.jump(false),
            Action::Last => self.jump(true),
            _ => Vec::new(),
        }
    }

    /// Moves the cursor; while an end of the list is awaited, from there.
    fn go(&mut self, records: isize) -> Vec<Effect> {
        if let Some(further) = &mut self.jump {
            *further += records;
            return Vec::new();
        }
        self.list.go(records);
        self.ask_ahead()
    }

    /// No end of the list is awaited any more.
    fn stay(&mut self) -> Vec<Effect> {
        if self.jump.take().is_some() {
            self.asked = None;
        }
        self.ask_ahead()
    }

    /// Goes to an end of the list that has to be asked for.
    fn jump(&mut self, backwards: bool) -> Vec<Effect> {
        self.jump = Some(0);
        self.ask(Part { after: None, backwards, limit: window::AHEAD })
    }

    /// Asks for more where the cursor comes near an end of what is loaded.
    fn ask_ahead(&mut self) -> Vec<Effect> {
        match self.list.lacks() {
            Some(part) if self.asked.is_none() => self.ask(part),
            _ => Vec::new(),
        }
    }

    /// Whether what is asked for has to come before anything more can be shown.
    fn waits(&self) -> bool {
        let near = |asked: &PageWanted| asked.part.after.is_none() && self.list.rows().is_empty();
        self.asked.as_ref().is_some_and(|asked| self.jump.is_some() || near(asked) || self.list.waits_for_more())
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
                let effects = match side {
                    Side::Records => self.go(isize::from(notches) * NOTCH),
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
            Side::Records => (middle, 2, self.list.focus(), self.list.rows().len()),
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
                self.list.go_to(row);
                (self.stay(), row == focus && clicks == 2)
            }
        }
    }
}
