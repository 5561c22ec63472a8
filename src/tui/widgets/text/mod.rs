//! A text that is being edited: a rope, a caret that moves by what people see as characters, a selection, undo; draws a
//! window of it, and takes as long for a megabyte as for a word.

mod draw;
mod find;
mod graphemes;
mod history;
#[cfg(test)]
mod laws;
mod mask;
mod pointing;
mod rows;

use ropey::Rope;

pub use self::find::Found;
use self::find::Search;
use self::history::{History, Run, Was};
pub use self::mask::Mask;
use self::rows::{Row, Rows, line_around};

/// How far before the caret a column is counted: lines may be a megabyte long, screens are not wide.
const REACH: usize = 8_000;

/// A way of the caret through the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    Left,
    Right,
    WordLeft,
    WordRight,
    LineStart,
    LineEnd,
    Start,
    End,
    /// So many rows up, as they are drawn.
    Up(usize),
    /// So many rows down, as they are drawn.
    Down(usize),
}

/// Which part of the text is drawn: from the row that holds the character `top`, the caret's line from `left` on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct View {
    top: usize,
    left: usize,
}

/// A text under the caret.
#[derive(Clone, Debug)]
pub struct TextArea {
    rope: Rope,
    caret: usize,
    /// Where the selection began; it reaches from there to the caret.
    anchor: Option<usize>,
    /// The column that moves up and down try to keep.
    goal: Option<u16>,
    history: History,
    revision: u64,
    wrap: bool,
    mask: Mask,
    /// How large it was drawn last.
    size: (u16, u16),
    view: View,
    /// The rows at that size, as long as nothing changes.
    laid: Option<Vec<(Row, usize)>>,
    /// Scrolled away from the caret, until a key brings it back.
    free: bool,
    /// What the mouse took hold of, which a drag extends.
    grip: (usize, usize),
    search: Option<Search>,
}

impl TextArea {
    /// A text with the caret at its end.
    pub fn new(text: &str) -> Self {
        TextArea::of(Rope::from_str(text))
    }

    /// A text that is laid out already, with the caret at its end.
    pub fn of(rope: Rope) -> Self {
        let caret = rope.len_chars();
        TextArea {
            rope,
            caret,
            anchor: None,
            goal: None,
            history: History::new(),
            revision: 0,
            wrap: true,
            mask: Mask::default(),
            size: (80, 20),
            view: View::default(),
            laid: None,
            free: false,
            grip: (caret, caret),
            search: None,
        }
    }

    /// The whole text.
    pub fn text(&self) -> String {
        self.rope.to_string()
    }

    /// The whole text, without a copy: a clone of it shares its pieces.
    pub fn rope(&self) -> &Rope {
        &self.rope
    }

    /// A number that is another one after every change of the text.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Whether nothing stands in it.
    pub fn is_empty(&self) -> bool {
        self.rope.len_bytes() == 0
    }

    /// How many lines it has; an empty text has one.
    pub fn line_count(&self) -> usize {
        self.rope.len_lines()
    }

    /// Line and column of the caret, both counted from 1, the column in characters.
    pub fn place(&self) -> (usize, usize) {
        let line = self.rope.char_to_line(self.caret);
        (line + 1, self.caret - self.rope.line_to_char(line) + 1)
    }

    /// Puts the caret before the first character.
    pub fn to_start(&mut self) {
        self.go(Move::Start);
    }

    /// Puts the caret at the start of a line, counted from 1; the last one where there are fewer.
    pub fn go_to_line(&mut self, line: usize) {
        let line = line.clamp(1, self.rope.len_lines()) - 1;
        self.anchor = None;
        self.put(self.rope.line_to_char(line));
    }

    /// Goes to the line that a person asks for.
    ///
    /// # Errors
    /// A sentence where that is no line.
    pub fn go_to_asked(&mut self, line: &str) -> Result<(), String> {
        let count = self.line_count();
        match line.parse() {
            Ok(line) if (1..=count).contains(&line) => self.go_to_line(line),
            _ if count == 1 => return Err("There is only line 1".into()),
            _ => return Err(format!("There are lines 1 to {count}")),
        }
        Ok(())
    }

    /// Inserts at the caret, in the place of what is selected. Letters of a word typed in a row are undone together, a
    /// paste by itself.
    pub fn insert(&mut self, text: &str) {
        let mut letters = text.chars();
        let run = match (letters.next(), letters.next()) {
            (Some('\n'), None) => Run::Step,
            (Some(letter), None) => Run::Typing { spaced: letter.is_whitespace() },
            _ => Run::Step,
        };
        self.replace(self.range(), text, run);
    }

    /// Deletes what is selected; else what stands between the caret and the place to which `way` leads. Where a line ends
    /// already, deleting to its end takes the line break.
    pub fn erase(&mut self, way: Move) {
        let mut range = self.range();
        let mut run = Run::Step;
        if range.0 == range.1 {
            let target = match (self.target(way), way) {
                (target, Move::LineEnd) if target == self.caret => self.target(Move::Right),
                (target, Move::LineStart) if target == self.caret => self.target(Move::Left),
                (target, _) => target,
            };
            range = (target.min(self.caret), target.max(self.caret));
            run = match way {
                Move::Left => Run::Erasing,
                Move::Right => Run::Deleting,
                _ => Run::Step,
            };
        }
        if range.0 < range.1 {
            self.replace(range, "", run);
        }
    }

    /// Deletes the rest of the line, or the line break where nothing is left of it. Gives what was deleted.
    pub fn kill(&mut self) -> String {
        let (was, from) = (self.rope.clone(), self.caret);
        self.anchor = None;
        self.erase(Move::LineEnd);
        was.slice(from..from + was.len_chars() - self.rope.len_chars()).to_string()
    }

    fn replace(&mut self, (start, end): (usize, usize), text: &str, run: Run) {
        if start == end && text.is_empty() {
            return;
        }
        let now = || (self.rope.clone(), self.caret);
        self.history.remember(now, run);
        self.rope.remove(start..end);
        self.rope.insert(start, text);
        self.changed();
        // What was put in may have joined what stands after it: a mark, say, now belongs to the letter before it.
        let caret = graphemes::ceil(&self.rope, start + text.chars().count());
        self.stand_at(caret);
    }

    fn changed(&mut self) {
        self.revision += 1;
        self.anchor = None;
        self.stop_marking();
    }

    /// Takes the last change back. `false` when there is none.
    pub fn undo(&mut self) -> bool {
        let now = self.now();
        let was = self.history.back(now);
        self.restore(was)
    }

    /// Makes the change again that was taken back last. `false` when there is none.
    pub fn redo(&mut self) -> bool {
        let now = self.now();
        let next = self.history.forth(now);
        self.restore(next)
    }

    /// Whether anything can be taken back or made again.
    pub fn has_history(&self) -> bool {
        !self.history.is_empty()
    }

    /// Begins a history of its own: there is nothing to undo, and nothing to redo.
    pub fn forget_history(&mut self) {
        self.history = History::new();
    }

    fn now(&self) -> Was {
        (self.rope.clone(), self.caret)
    }

    fn restore(&mut self, was: Option<Was>) -> bool {
        let Some((rope, caret)) = was else { return false };
        self.rope = rope;
        self.changed();
        self.stand_at(caret);
        true
    }

    /// Moves the caret; nothing is selected then.
    pub fn go(&mut self, way: Move) {
        let (start, end) = self.range();
        self.anchor = None;
        match way {
            Move::Left if start < end => self.put(start),
            Move::Right if start < end => self.put(end),
            way => self.walk(way),
        }
    }

    /// Moves the caret and selects what it passes.
    pub fn select(&mut self, way: Move) {
        let anchor = self.anchor.unwrap_or(self.caret);
        self.walk(way);
        self.anchor = Some(anchor);
    }

    /// Selects the whole text.
    pub fn select_all(&mut self) {
        self.put(self.rope.len_chars());
        self.anchor = Some(0);
    }

    /// What is selected, if anything is.
    pub fn selected(&self) -> Option<String> {
        let (start, end) = self.range();
        (start < end).then(|| self.rope.slice(start..end).to_string())
    }

    /// From where to where it is selected; empty, at the caret, where nothing is.
    fn range(&self) -> (usize, usize) {
        let anchor = self.anchor.unwrap_or(self.caret);
        (anchor.min(self.caret), anchor.max(self.caret))
    }

    /// Wraps long lines where `wrap` says so, else cuts them.
    pub fn set_wrap(&mut self, wrap: bool) {
        if wrap != self.wrap {
            self.wrap = wrap;
            self.goal = None;
            self.laid = None;
        }
    }

    /// Masks a part of the text: each character is a dot, and words are not told apart.
    pub fn set_mask(&mut self, mask: Mask) {
        if mask != self.mask {
            self.mask = mask;
            self.goal = None;
            self.laid = None;
        }
    }

    /// The start of the word before the caret; what is masked is one word in its line.
    fn word_left(&self) -> usize {
        let before = |at: usize| self.mask.around(at.checked_sub(1)?);
        if let Some(stretch) = before(self.caret) {
            return stretch.start.max(line_around(&self.rope, self.caret).0).min(self.caret);
        }
        let start = graphemes::word_start(&self.rope, self.caret);
        self.mask.around(start).map_or(start, |stretch| stretch.end.min(self.caret))
    }

    /// The end of the word after the caret; what is masked is one word in its line.
    fn word_right(&self) -> usize {
        if let Some(stretch) = self.mask.around(self.caret) {
            return stretch.end.min(line_around(&self.rope, self.caret).1).max(self.caret);
        }
        let end = graphemes::word_end(&self.rope, self.caret);
        let inside = end.checked_sub(1).and_then(|last| self.mask.around(last));
        inside.map_or(end, |stretch| stretch.start.max(self.caret))
    }

    /// Takes the caret along `way`; up and down keep the column they started in.
    fn walk(&mut self, way: Move) {
        let goal = match way {
            Move::Up(_) | Move::Down(_) => Some(self.goal.unwrap_or_else(|| self.column())),
            _ => None,
        };
        let target = match goal {
            Some(column) => self.in_column(way, column),
            None => self.target(way),
        };
        self.put(target);
        self.goal = goal;
    }

    fn target(&self, way: Move) -> usize {
        let text = &self.rope;
        match way {
            Move::Left => graphemes::before(text, self.caret),
            Move::Right => graphemes::after(text, self.caret),
            Move::WordLeft => self.word_left(),
            Move::WordRight => self.word_right(),
            Move::LineStart => line_around(text, self.caret).0,
            Move::LineEnd => line_around(text, self.caret).1,
            Move::Start => 0,
            Move::End => text.len_chars(),
            Move::Up(_) | Move::Down(_) => self.in_column(way, self.column()),
        }
    }

    /// The column of the caret in its row.
    fn column(&self) -> u16 {
        let row = self.rows(self.size).at(self.caret);
        let near = graphemes::floor(&self.rope, self.caret.saturating_sub(REACH));
        self.columns(row.start.max(near), self.caret, u16::MAX)
    }

    /// Where `way` leads up or down, as near to `column` as there is text.
    fn in_column(&self, way: Move, column: u16) -> usize {
        let rows = self.rows(self.size);
        let here = rows.at(self.caret);
        let there = match way {
            Move::Up(count) => rows.above(here.start, count),
            Move::Down(count) => rows.from(here.start, count.saturating_add(1)).pop().unwrap_or(here),
            _ => here,
        };
        if there == here { self.caret } else { self.place_in(there, there.start, column) }
    }

    /// The place nearest to `column` in a row that is drawn from the character `from` on. The end of a row that goes on
    /// is the start of the next.
    fn place_in(&self, row: Row, from: usize, column: u16) -> usize {
        let (mut place, mut used) = (from, 0u16);
        for (at, part) in graphemes::walk(&self.rope, from).take_while(|(at, _)| *at < row.end) {
            place = at;
            used = used.saturating_add(rows::width_of(&part, self.mask.hides(at)));
            if used > column {
                return at;
            }
        }
        if row.last { row.end } else { place }
    }

    /// How many columns the characters from `from` to `to` take, counted up to `most`.
    fn columns(&self, from: usize, to: usize, most: u16) -> u16 {
        let mut total = 0u16;
        for (at, part) in graphemes::walk(&self.rope, from).take_while(|(at, _)| *at < to) {
            total = total.saturating_add(rows::width_of(&part, self.mask.hides(at)));
            if total >= most {
                return most;
            }
        }
        total
    }

    /// Puts the caret somewhere: what is typed next is a step of its own.
    fn put(&mut self, caret: usize) {
        self.history.pause();
        self.stop_marking();
        self.stand_at(caret);
    }

    fn stand_at(&mut self, caret: usize) {
        self.caret = caret;
        self.goal = None;
        self.free = false;
        self.laid = None;
    }

    /// How it is laid out at a size: a text of one row is never wrapped.
    fn rows(&self, (width, height): (u16, u16)) -> Rows<'_> {
        // A column is kept free for the caret at the end of a full row.
        let wrap = (self.wrap && height > 1).then(|| width.saturating_sub(1).max(1));
        Rows { text: &self.rope, wrap, mask: &self.mask }
    }
}

#[cfg(test)]
mod tests;
