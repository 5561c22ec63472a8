//! A text that is being edited: a rope, a caret that moves by what people see as characters, undo; draws a window of it.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ropey::{Rope, RopeSlice};
use unicode_segmentation::UnicodeSegmentation;

use super::glyph;

/// How far around the caret a line is looked at: lines may be a megabyte long, screens are not wide.
const REACH: usize = 2_000;

/// A text under the caret.
#[derive(Clone, Debug)]
pub struct TextArea {
    rope: Rope,
    caret: usize,
    column: Option<u16>,
    undo: Vec<(Rope, usize)>,
    redo: Vec<(Rope, usize)>,
    typing: bool,
}

impl TextArea {
    /// A text with the caret at its end.
    pub fn new(text: &str) -> Self {
        let rope = Rope::from_str(text);
        let caret = rope.len_chars();
        TextArea { rope, caret, column: None, undo: Vec::new(), redo: Vec::new(), typing: false }
    }

    /// The whole text.
    pub fn text(&self) -> String {
        self.rope.to_string()
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
        self.move_to(0);
    }

    /// Inserts at the caret. Letters typed in a row are undone together, a paste by itself.
    pub fn insert(&mut self, text: &str) {
        let letter = text.chars().count() == 1 && text != "\n";
        self.remember(letter);
        self.rope.insert(self.caret, text);
        self.caret += text.chars().count();
    }

    /// Deletes what stands before the caret: one visible character.
    pub fn backspace(&mut self) {
        let start = self.before(self.caret);
        self.delete_range(start, self.caret);
    }

    /// Deletes what stands after the caret: one visible character.
    pub fn delete(&mut self) {
        let end = self.after(self.caret);
        self.delete_range(self.caret, end);
    }

    /// Deletes the word before the caret.
    pub fn backspace_word(&mut self) {
        let start = self.word_before();
        self.delete_range(start, self.caret);
    }

    /// Deletes the rest of the line, or the line break where nothing is left of it. Gives what was deleted.
    pub fn kill(&mut self) -> String {
        let end = self.line_end(self.rope.char_to_line(self.caret));
        let end = if end == self.caret { self.after(end) } else { end };
        let cut = self.rope.slice(self.caret..end).to_string();
        self.delete_range(self.caret, end);
        cut
    }

    fn delete_range(&mut self, start: usize, end: usize) {
        if start < end {
            self.remember(false);
            self.rope.remove(start..end);
            self.caret = start;
        }
    }

    fn remember(&mut self, letter: bool) {
        if !(letter && self.typing) {
            self.undo.push((self.rope.clone(), self.caret));
        }
        self.redo.clear();
        self.typing = letter;
        self.column = None;
    }

    /// Takes the last change back. `false` when there is none.
    pub fn undo(&mut self) -> bool {
        let Some((rope, caret)) = self.undo.pop() else { return false };
        self.redo.push((std::mem::replace(&mut self.rope, rope), self.caret));
        self.move_to(caret);
        true
    }

    /// Makes the change again that was taken back last. `false` when there is none.
    pub fn redo(&mut self) -> bool {
        let Some((rope, caret)) = self.redo.pop() else { return false };
        self.undo.push((std::mem::replace(&mut self.rope, rope), self.caret));
        self.move_to(caret);
        true
    }

    fn move_to(&mut self, caret: usize) {
        self.caret = caret;
        self.column = None;
        self.typing = false;
    }

    pub fn left(&mut self) {
        self.move_to(self.before(self.caret));
    }

    pub fn right(&mut self) {
        self.move_to(self.after(self.caret));
    }

    pub fn word_left(&mut self) {
        self.move_to(self.word_before());
    }

    pub fn word_right(&mut self) {
        let end = (self.caret + REACH).min(self.rope.len_chars());
        let ahead = self.rope.slice(self.caret..end).to_string();
        let mut seen_word = false;
        let mut target = end;
        for (at, part) in ahead.split_word_bound_indices() {
            let word = part.chars().any(char::is_alphanumeric);
            if seen_word && !word {
                target = self.caret + ahead[..at].chars().count();
                break;
            }
            seen_word |= word;
        }
        self.move_to(target);
    }

    fn word_before(&self) -> usize {
        let start = self.caret.saturating_sub(REACH);
        let behind = self.rope.slice(start..self.caret).to_string();
        let mut words = behind.split_word_bound_indices().rev();
        let word = words.find(|(_, part)| part.chars().any(char::is_alphanumeric));
        word.map_or(start, |(at, _)| start + behind[..at].chars().count())
    }

    pub fn home(&mut self) {
        self.move_to(self.line_start(self.caret));
    }

    pub fn end(&mut self) {
        self.move_to(self.line_end(self.rope.char_to_line(self.caret)));
    }

    /// Moves `lines` up; keeps the column it started in. `false` at the first line.
    pub fn up(&mut self, lines: usize) -> bool {
        let line = self.rope.char_to_line(self.caret);
        line > 0 && self.go_to_line(line.saturating_sub(lines))
    }

    /// Moves `lines` down; keeps the column it started in. `false` at the last line.
    pub fn down(&mut self, lines: usize) -> bool {
        let (line, last) = (self.rope.char_to_line(self.caret), self.rope.len_lines() - 1);
        line < last && self.go_to_line((line + lines).min(last))
    }

    fn go_to_line(&mut self, line: usize) -> bool {
        let start = self.line_start(self.caret);
        let column = self
            .column
            .unwrap_or_else(|| self.columns_between(start.max(self.caret.saturating_sub(REACH)), self.caret));
        let mut caret = self.rope.line_to_char(line);
        let end = self.line_end(line);
        let mut used = 0;
        let near = self.rope.slice(caret..end.min(caret + REACH)).to_string();
        for grapheme in near.graphemes(true) {
            used += glyph::visible(grapheme).1;
            if used > column {
                break;
            }
            caret += grapheme.chars().count();
        }
        self.move_to(caret);
        self.column = Some(column);
        true
    }

    fn line_start(&self, caret: usize) -> usize {
        self.rope.line_to_char(self.rope.char_to_line(caret))
    }

    fn line_end(&self, line: usize) -> usize {
        let slice = self.rope.line(line);
        self.rope.line_to_char(line) + slice.len_chars() - break_len(slice)
    }

    fn before(&self, caret: usize) -> usize {
        let start = caret.saturating_sub(64);
        let near = self.rope.slice(start..caret).to_string();
        near.graphemes(true).next_back().map_or(caret, |last| caret - last.chars().count())
    }

    fn after(&self, caret: usize) -> usize {
        let end = (caret + 64).min(self.rope.len_chars());
        let near = self.rope.slice(caret..end).to_string();
        near.graphemes(true).next().map_or(caret, |first| caret + first.chars().count())
    }

    fn columns_between(&self, start: usize, end: usize) -> u16 {
        glyph::width(&self.rope.slice(start..end).to_string(), u16::MAX)
    }

    /// The character at which the caret's line begins to be drawn, so that the caret is among `width` columns.
    fn first_drawn(&self, width: u16) -> usize {
        let start = self.line_start(self.caret);
        if self.caret - start < REACH && self.columns_between(start, self.caret) < width {
            return start;
        }
        let from = self.caret.saturating_sub(usize::from(width) * 2).max(start);
        let near = self.rope.slice(from..self.caret).to_string();
        let mut room = width.saturating_sub(width / 4).max(1) - 1;
        let mut first = self.caret;
        for grapheme in near.graphemes(true).rev() {
            let wide = glyph::visible(grapheme).1;
            if wide > room {
                break;
            }
            room -= wide;
            first -= grapheme.chars().count();
        }
        first
    }

    fn first_line(&self, height: u16) -> usize {
        super::panel::top_row(self.rope.char_to_line(self.caret), self.rope.len_lines(), height)
    }

    /// Draws as many lines as fit, the caret's among them; long lines are cut, the caret's line scrolls sideways.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, style: Style) {
        let caret_line = self.rope.char_to_line(self.caret);
        let first = self.first_line(area.height);
        for row in 0..area.height {
            let line = first + usize::from(row);
            if line >= self.rope.len_lines() {
                break;
            }
            let start = if line == caret_line { self.first_drawn(area.width) } else { self.rope.line_to_char(line) };
            let end = self.line_end(line).min(start + usize::from(area.width) * 4 + 8);
            let text = self.rope.slice(start..end.max(start)).to_string();
            glyph::put(buf, (area.x, area.y + row), area.width, &super::signs::held(&text), style);
        }
    }

    /// Where in `area` the caret stands when drawn there.
    pub fn caret_in(&self, area: Rect) -> Option<Position> {
        let row = self.rope.char_to_line(self.caret) - self.first_line(area.height);
        let column = self.columns_between(self.first_drawn(area.width), self.caret);
        let row = u16::try_from(row).ok().filter(|row| *row < area.height)?;
        Some(Position { x: area.x + column.min(area.width.saturating_sub(1)), y: area.y + row })
    }
}

fn break_len(line: RopeSlice) -> usize {
    let mut tail = line.chars_at(line.len_chars());
    match (tail.prev(), tail.prev()) {
        (Some('\n'), Some('\r')) => 2,
        (Some('\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}'), _) => 1,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caret_moves_by_what_people_see() {
        let mut area = TextArea::new("a👩‍👩‍👧e\u{301}");
        area.backspace();
        assert_eq!(area.text(), "a👩‍👩‍👧");
        area.left();
        area.insert("b");
        assert_eq!(area.text(), "ab👩‍👩‍👧");
        area.delete();
        assert_eq!(area.text(), "ab");
    }

    #[test]
    fn letters_are_undone_together_and_a_paste_by_itself() {
        let mut area = TextArea::new("");
        "word".chars().for_each(|letter| area.insert(&letter.to_string()));
        area.insert(" pasted text");
        assert!(area.undo());
        assert_eq!(area.text(), "word");
        assert!(area.undo());
        assert_eq!(area.text(), "");
        assert!(!area.undo());
        assert!(area.redo() && area.redo() && !area.redo());
        assert_eq!(area.text(), "word pasted text");
    }

    #[test]
    fn up_and_down_keep_the_column_they_started_in() {
        let mut area = TextArea::new("long line\nab\nlong line");
        assert!(area.up(1) && area.up(1) && !area.up(1));
        area.insert("!");
        assert_eq!(area.text(), "long line!\nab\nlong line");
        assert!(area.down(2) && !area.down(1));
    }

    #[test]
    fn words_are_jumped_over_and_deleted_whole() {
        let mut area = TextArea::new("one two, three");
        area.backspace_word();
        assert_eq!(area.text(), "one two, ");
        area.home();
        area.word_right();
        area.insert("s");
        assert_eq!(area.text(), "ones two, ");
        area.word_left();
        area.insert("x");
        assert_eq!(area.text(), "xones two, ");
    }

    #[test]
    fn the_rest_of_a_line_is_cut_and_then_its_end() {
        let mut area = TextArea::new("one two\nthree");
        area.to_start();
        area.word_right();
        assert_eq!(area.kill(), " two");
        assert_eq!(area.kill(), "\n");
        assert_eq!((area.text().as_str(), area.kill().as_str(), area.kill().as_str()), ("onethree", "three", ""));
        assert!(area.undo() && area.undo() && area.undo() && !area.undo());
    }

    #[test]
    fn the_caret_is_always_in_the_window() {
        let area = Rect::new(0, 0, 20, 3);
        let mut long = TextArea::new(&"x".repeat(1 << 20));
        for step in [TextArea::home, TextArea::end, TextArea::left, TextArea::word_left] {
            step(&mut long);
            let caret = long.caret_in(area).unwrap();
            assert!(caret.x < 20);
            let mut buf = Buffer::empty(area);
            long.draw(area, &mut buf, Style::new());
        }
        let mut tall = TextArea::new(&"line\n".repeat(70_000));
        tall.up(35_000);
        assert!(tall.caret_in(area).unwrap().y < 3);
        assert_eq!(tall.place(), (35_001, 1));
    }
}
