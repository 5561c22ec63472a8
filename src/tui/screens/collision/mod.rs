//! The collision screen: theirs and mine side by side, decided field by field; knows no server.

mod block;
mod draw;
mod hand;
pub(super) mod list;
mod outside;
mod parts;
mod pointing;
pub(super) mod sides;
mod veil;
pub mod words;

pub use self::parts::Decidable;
use midair_record::Value;
use midair_record::draft::Draft;
use midair_record::merge::Unit;
use midair_record::merge::hunk::{self, HunkChoice, Piece};
use midair_record::merge::rule::Rule;
use midair_record::resolution::{Choice, Resolution};
use midair_record::schema::{Secrets, Violation};

use super::editor::{Editor, Saving};
use crate::tui::field::FieldEditor;
use crate::tui::keys::{Action, Bound};
use crate::tui::widgets::glyph;

/// A refused save being settled. The editor waits beneath, as it was.
#[derive(Clone, Debug)]
pub struct Collision {
    pub editor: Box<Editor>,
    pub resolution: Resolution,
    pub saving: Saving,
    pub secrets: Secrets,
    focus: Focus,
    /// How many lines of what is focused are scrolled past, where not all of them show.
    scroll: usize,
    /// How many more can be.
    hidden: usize,
    hand: Option<Hand>,
    show: Show,
    /// What the result broke of the collection's schema when it was to be saved.
    faults: Vec<Violation>,
    /// The files that are merged, where it is no record of a server.
    files: Option<Files>,
}

/// What three files that are merged are called, and the one that the result goes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Files {
    pub base: String,
    pub mine: String,
    pub theirs: String,
    pub merged: String,
}

/// What is decided next: a unit, or one part of a text or list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Focus {
    unit: usize,
    piece: Option<usize>,
}

impl Focus {
    fn unit(unit: usize) -> Self {
        Focus { unit, piece: None }
    }
}

/// Whether a side of a unit may be cut where it is drawn: it has more than two lines, or a long one.
fn is_long(unit: &Unit) -> bool {
    let long = |value: &Value| match value {
        Value::String(text) => glyph::width(text.as_str(), 41) > 40 || text.as_str().lines().nth(2).is_some(),
        Value::Array(elements) => elements.len() > 2,
        Value::Object(members) => members.len() > 2,
        _ => false,
    };
    [&unit.mine, &unit.theirs].into_iter().flatten().any(long)
}

/// A value being written by hand.
#[derive(Clone, Debug)]
struct Hand {
    unit: usize,
    field: FieldEditor,
    /// Whether a secret that is written is shown.
    shows: bool,
}

/// What is shown beside the two sides.
#[derive(Clone, Copy, Debug, Default)]
struct Show {
    base: bool,
    merged: bool,
    whole: bool,
}

impl Collision {
    /// Opens a collision on its first undecided unit.
    pub fn open(editor: Box<Editor>, resolution: Resolution) -> Self {
        let mut collision = Collision {
            secrets: editor.secrets.clone(),
            editor,
            resolution,
            saving: Saving::No,
            focus: Focus::default(),
            scroll: 0,
            hidden: 0,
            hand: None,
            show: Show::default(),
            faults: Vec::new(),
            files: None,
        };
        collision.show.merged = collision.resolution.asked() == 0;
        collision.focus = collision.rows().first().copied().unwrap_or_default();
        if !collision.is_open(collision.focus) {
            collision.next_undecided();
        }
        collision
    }

    /// Opens a collision of three files.
    pub fn of_files(mut editor: Box<Editor>, resolution: Resolution, files: Files) -> Self {
        editor.veil(&Secrets::none());
        Collision { files: Some(files), ..Self::open(editor, resolution) }
    }

    /// What the result does, a sentence a line, each of about `room` columns.
    pub fn will(&self, room: u16) -> Vec<String> {
        let mut lines = words::save_will(&self.resolution, &self.secrets, room);
        if self.files.is_some()
            && let [only] = lines.as_mut_slice()
            && only.starts_with("send nothing")
        {
            *only = "change nothing: it says what theirs says".into();
        }
        lines
    }

    /// The units on the screen: those that ask, then those that merged by themselves, where they are shown.
    fn visible(&self) -> Vec<usize> {
        let asks = |index: &usize| self.resolution.asks(*index);
        let all = 0..self.resolution.units().len();
        let asked = all.clone().filter(asks);
        let rest = all.filter(|index| self.show.merged && !asks(index));
        asked.chain(rest).collect()
    }

    /// Which parts of unit `index` are decided one by one: those that ask, in a unit that asks and is not written by hand.
    fn parts(&self, index: usize) -> Vec<(usize, Piece)> {
        let by_hand = matches!(self.resolution.choice(index), Choice::Hand(_));
        let plain = self.resolution.units()[index].hunks.is_empty();
        if by_hand || !self.resolution.asks(index) || plain || self.is_secret(index) {
            return Vec::new();
        }
        self.resolution.pieces(index).into_iter().enumerate().filter(|(_, piece)| piece.asks).collect()
    }

    /// Everything that can be focused: each unit, and below it its parts.
    fn rows(&self) -> Vec<Focus> {
        let mut rows = Vec::new();
        for unit in self.visible() {
            rows.push(Focus::unit(unit));
            rows.extend(self.parts(unit).iter().map(|(piece, _)| Focus { unit, piece: Some(*piece) }));
        }
        rows
    }

    /// Whether a row waits for a decision. Of a unit with parts, the parts do.
    fn is_open(&self, row: Focus) -> bool {
        match row.piece {
            Some(piece) => {
                self.resolution.pieces(row.unit).get(piece).is_some_and(|one| one.choice == HunkChoice::Undecided)
            }
            None => self.resolution.choice_is_open(row.unit) && self.parts(row.unit).is_empty(),
        }
    }

    /// How many units merged by themselves.
    fn merged_count(&self) -> usize {
        self.resolution.units().len() - self.resolution.asked()
    }

    /// Whether a value is being written by hand.
    pub fn by_hand(&self) -> bool {
        self.hand.is_some()
    }

    /// Puts a further refusal in place of this one; what it did not touch stays decided.
    pub fn again(&mut self, resolution: Resolution) {
        let at = self.resolution.units().get(self.focus.unit).map(|unit| unit.at.clone());
        self.resolution = resolution;
        self.saving = Saving::No;
        let same = self.resolution.units().iter().position(|unit| Some(&unit.at) == at.as_ref());
        self.focus = Focus::unit(same.unwrap_or(0));
        self.show.merged |= self.resolution.asked() == 0;
        self.keep_focus_on_screen();
        if !self.is_open(self.focus) {
            self.next_undecided();
        }
    }

    fn keep_focus_on_screen(&mut self) {
        let rows = self.rows();
        if !rows.contains(&self.focus) {
            let same_unit = rows.iter().find(|row| row.unit == self.focus.unit);
            self.focus = same_unit.or(rows.first()).copied().unwrap_or_default();
        }
    }

    /// The draft as it was, with the decisions so far and a value half written by hand: what is kept on disk.
    pub fn parked(&self) -> Draft {
        let mut resolution = self.resolution.clone();
        if let Some(hand) = &self.hand
            && hand.unit < resolution.units().len()
        {
            resolution.choose(hand.unit, Choice::Hand(hand.field.value_or_text()));
        }
        resolution.park()
    }

    /// Shows what the result breaks, each on its field, and goes to the first.
    pub fn show_faults(&mut self, faults: Vec<Violation>) {
        let concerns = |unit: &Unit| faults.iter().any(|fault| unit.overlaps(&fault.at));
        if let Some(unit) = self.resolution.units().iter().position(concerns) {
            self.focus = Focus::unit(unit);
            self.show.merged |= !self.resolution.asks(unit);
        }
        self.faults = faults;
    }

    /// Why a key does nothing on the focused field, as a sentence.
    pub fn refuses(&self, action: Action) -> Option<&'static str> {
        let unit = self.resolution.units().get(self.focus.unit)?;
        match action {
            Action::TakeBase if self.resolution.base().is_none() => Some("What you started from is not known."),
            Action::TakeBoth if self.is_secret(self.focus.unit) => {
                Some("A secret is one or the other, or written by hand.")
            }
            Action::TakeBoth if self.focus.piece.is_none() && unit.both().is_none() => {
                Some("Both goes with texts and lists; here it is one or the other, or written by hand.")
            }
            Action::Split if self.focus.piece.is_none() => Some("Only a part of a text or list can be split."),
            Action::Split if !self.can_split() => {
                Some("This part is one line on each side; there is nothing to split.")
            }
            Action::AllTheirs | Action::AllMine if self.resolution.undecided() == 0 => {
                Some("Nothing is undecided; what is decided stays.")
            }
            Action::ChangeRule if unit.rules().len() < 2 => Some("No other merge rule fits this field."),
            _ => None,
        }
    }

    /// Whether a key does something as things stand; only such keys are advertised.
    pub fn works_now(&self, action: Action) -> bool {
        match action {
            Action::ShowMerged => self.merged_count() > 0,
            Action::ShowBase => self.resolution.base().is_some(),
            Action::ShowWhole => self.resolution.units().iter().any(is_long),
            Action::ShowSecret => false,
            Action::Undo => self.resolution.can_undo(),
            Action::Redo => self.resolution.can_redo(),
            Action::NextUndecided | Action::PreviousUndecided => self.resolution.undecided() > 0,
            action => self.refuses(action).is_none(),
        }
    }

    /// How the footer says a key: while a value is written by hand, what saves elsewhere is done with it.
    pub fn said(&self, line: &Bound) -> Option<Bound> {
        match line.action {
            Action::LeaveField if self.by_hand() => None,
            Action::Save if self.by_hand() => {
                let mut line = line.clone();
                line.hint = "done";
                Some(line)
            }
            _ => Some(line.clone()),
        }
    }

    /// Whether a key is the one to press next: the one that ends it, when all is decided.
    pub fn comes_first(&self, action: Action) -> bool {
        action == Action::Submit && self.resolution.undecided() == 0
    }

    /// Does what a key means here. `true`: a decision changed, and the draft on disk is behind.
    pub fn act(&mut self, action: Action) -> bool {
        let was = self.focus;
        let decided = self.does(action);
        if decided {
            self.faults.clear();
        }
        if self.focus != was || action == Action::ShowWhole {
            self.scroll = 0;
        }
        decided
    }

    fn does(&mut self, action: Action) -> bool {
        let rows = self.rows();
        let place = rows.iter().position(|row| *row == self.focus).unwrap_or(0);
        match action {
            Action::Up | Action::PageUp if self.scroll > 0 => self.scroll_by(action),
            Action::Down | Action::PageDown if self.scroll < self.hidden => self.scroll_by(action),
            Action::Up => self.focus = rows.get(place.saturating_sub(1)).copied().unwrap_or(self.focus),
            Action::Down => self.focus = rows.get(place + 1).copied().unwrap_or(self.focus),
            Action::PageUp => self.focus = rows.get(place.saturating_sub(10)).copied().unwrap_or(self.focus),
            Action::PageDown => self.focus = rows.get(place + 10).or(rows.last()).copied().unwrap_or(self.focus),
            Action::First => self.focus = rows.first().copied().unwrap_or(self.focus),
            Action::Last => self.focus = rows.last().copied().unwrap_or(self.focus),
            Action::TakeTheirs => return self.decide(Choice::Theirs, HunkChoice::Theirs),
            Action::TakeMine => return self.decide(Choice::Mine, HunkChoice::Mine),
            Action::TakeBase => return self.decide(Choice::Base, HunkChoice::Base),
            Action::TakeBoth => return self.decide(Choice::Both, HunkChoice::Both),
            Action::Split => return self.split(),
            Action::ChangeRule => return self.change_rule(),
            Action::ByHand => self.write_by_hand(),
            Action::AllTheirs => return self.decide_all(&Choice::Theirs),
            Action::AllMine => return self.decide_all(&Choice::Mine),
            Action::Undo => return self.went_to(Resolution::undo),
            Action::Redo => return self.went_to(Resolution::redo),
            Action::ShowBase => self.show.base = !self.show.base,
            Action::ShowWhole => self.show.whole = !self.show.whole,
            Action::ShowMerged => {
                self.show.merged = !self.show.merged;
                self.keep_focus_on_screen();
            }
            Action::NextUndecided => self.next_undecided(),
            Action::PreviousUndecided => self.previous_undecided(),
            _ => {}
        }
        false
    }

    fn decide(&mut self, choice: Choice, of_a_part: HunkChoice) -> bool {
        if self.focus.unit >= self.resolution.units().len() {
            return false;
        }
        match self.focus.piece {
            Some(piece) => self.resolution.toggle_piece(self.focus.unit, piece, of_a_part),
            None => self.resolution.toggle(self.focus.unit, choice),
        }
        if !self.is_open(self.focus) && self.resolution.asks(self.focus.unit) {
            self.next_undecided();
        }
        true
    }

    /// Scrolls in what is focused, which is taller than the list.
    fn scroll_by(&mut self, action: Action) {
        let rows = if matches!(action, Action::Up | Action::Down) { 1 } else { 10 };
        self.scroll = match action {
            Action::Up | Action::PageUp => self.scroll.saturating_sub(rows),
            _ => (self.scroll + rows).min(self.hidden),
        };
    }

    fn can_split(&self) -> bool {
        let Focus { unit, piece: Some(piece) } = self.focus else { return false };
        hunk::split(&mut self.resolution.pieces(unit), piece, 1)
    }

    fn split(&mut self) -> bool {
        let Focus { unit, piece: Some(piece) } = self.focus else { return false };
        self.resolution.split_piece(unit, piece, 1)
    }

    /// Puts the next rule that fits in force, in the order in which the rules are declared.
    fn change_rule(&mut self) -> bool {
        let Some(unit) = self.resolution.units().get(self.focus.unit) else { return false };
        let (at, rules) = (unit.at.clone(), unit.rules());
        let place = |rule: &Rule| Rule::ALL.iter().position(|one| one.word() == rule.word());
        let now = rules.first().and_then(place);
        let next = rules.iter().skip(1).find(|rule| place(rule) > now).or(rules.get(1)).cloned();
        let Some(next) = next else { return false };
        self.resolution.choose_rule(self.focus.unit, next);
        let units = self.resolution.units();
        let unit = units.iter().position(|unit| unit.at == at || at.contains(&unit.at)).unwrap_or(0);
        self.focus = Focus::unit(unit);
        self.show.merged |= !self.resolution.asks(unit);
        true
    }

    fn decide_all(&mut self, choice: &Choice) -> bool {
        self.resolution.choose_all(choice);
        true
    }

    fn went_to(&mut self, step: fn(&mut Resolution) -> Option<usize>) -> bool {
        let Some(unit) = step(&mut self.resolution) else { return false };
        self.show.merged |= !self.resolution.units().is_empty() && !self.resolution.asks(unit);
        if self.focus.unit != unit {
            self.focus = Focus::unit(unit);
        }
        self.keep_focus_on_screen();
        true
    }

    fn next_undecided(&mut self) {
        let rows = self.rows();
        let place = rows.iter().position(|row| *row == self.focus).unwrap_or(0);
        let after = rows.iter().cycle().skip(place + 1).take(rows.len());
        if let Some(next) = after.copied().find(|row| self.is_open(*row)) {
            self.focus = next;
        }
    }

    fn previous_undecided(&mut self) {
        let rows = self.rows();
        let place = rows.iter().rev().position(|row| *row == self.focus).unwrap_or(0);
        let before = rows.iter().rev().cycle().skip(place + 1).take(rows.len());
        if let Some(next) = before.copied().find(|row| self.is_open(*row)) {
            self.focus = next;
        }
    }
}
