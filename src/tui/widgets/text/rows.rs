//! Which characters stand on which row: a line a row, or lines wrapped at words; worked out around a place, never of the
//! whole text.

use ropey::{Rope, RopeSlice};
use unicode_width::UnicodeWidthChar;

use super::{Mask, graphemes};
use crate::tui::widgets::glyph;

/// A longer line is wrapped in blocks of about so many characters, each for itself, so that no row depends on a megabyte.
const BLOCK: usize = 2_048;
/// How far before its usual end a block may end, to end after a space.
const SLACK: usize = 256;

/// A row: the characters from `start` to before `end`, without the line break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    pub start: usize,
    pub end: usize,
    /// Whether it ends its line.
    pub last: bool,
}

/// How a text is laid out: wrapped at so many columns, or not at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rows<'r> {
    pub text: &'r Rope,
    pub wrap: Option<u16>,
    /// What takes one column a character, and is not broken at words.
    pub mask: &'r Mask,
}

impl Rows<'_> {
    /// The row on which a caret before the character `at` stands.
    pub fn at(self, at: usize) -> Row {
        let rows = self.block(at);
        let found = rows.partition_point(|row| row.start <= at);
        rows[found.saturating_sub(1)]
    }

    /// The rows from the one around `at` on, `count` of them or as many as there are.
    pub fn from(self, at: usize, count: usize) -> Vec<Row> {
        let mut rows: Vec<Row> = Vec::with_capacity(count.min(64));
        let mut next = Some(at);
        while let Some(place) = next
            && rows.len() < count
        {
            let block = self.block(place);
            let first = block.partition_point(|row| row.start <= place).saturating_sub(1);
            rows.extend_from_slice(&block[first..]);
            next = self.after(block[block.len() - 1]);
        }
        rows.truncate(count);
        rows
    }

    /// Where the row after `row` begins.
    fn after(self, row: Row) -> Option<usize> {
        if !row.last {
            return Some(row.end);
        }
        let line = self.text.char_to_line(row.start) + 1;
        (line < self.text.len_lines()).then(|| self.text.line_to_char(line))
    }

    /// The row that stands `count` rows above the one around `at`, or the first.
    pub fn above(self, at: usize, count: usize) -> Row {
        let mut left = count;
        let mut block = self.block(at);
        let mut place = block.partition_point(|row| row.start <= at).saturating_sub(1);
        loop {
            let first = block[0];
            if left <= place || first.start == 0 {
                return block[place.saturating_sub(left)];
            }
            left -= place + 1;
            block = self.block(first.start - 1);
            // The line break before a line belongs to the last row of the line above, and so does its end.
            place = block.len() - 1;
        }
    }

    /// The rows of the line around `at`, or of its block where the line is long. There is always one.
    fn block(self, at: usize) -> Vec<Row> {
        let (start, end) = line_around(self.text, at);
        let Some(width) = self.wrap else { return vec![Row { start, end, last: true }] };
        let (from, to) = block_around(self.text, (start, end), at.min(end));
        let mut rows = Vec::new();
        wrap(self, (from, to), width.max(1), |start, end| rows.push(Row { start, end, last: false }));
        if let Some(row) = rows.last_mut() {
            row.last = to == end;
        }
        rows
    }
}

/// The block of the line from `start` to `end` in which `at` stands.
fn block_around(text: &Rope, (start, end): (usize, usize), at: usize) -> (usize, usize) {
    if end - start <= 2 * BLOCK {
        return (start, end);
    }
    let last = (end - start) / BLOCK;
    let bound = |number: usize| match number {
        0 => start,
        number if number >= last => end,
        number => block_end(text, start + number * BLOCK),
    };
    let mut number = (at - start) / BLOCK;
    while number + 1 < last && bound(number + 1) <= at {
        number += 1;
    }
    number = number.min(last - 1);
    while number > 0 && bound(number) > at {
        number -= 1;
    }
    (bound(number), bound(number + 1))
}

/// Where a block ends that would end at `usual`: after a space, where one is near.
fn block_end(text: &Rope, usual: usize) -> usize {
    let near = text.slice(usual - SLACK..usual);
    let mut back = near.chars_at(near.len_chars()).reversed().enumerate();
    let space = back.find(|(_, one)| *one == ' ').map_or(0, |(behind, _)| behind);
    graphemes::floor(text, usual - space)
}

/// Goes through the rows from `from` to `to`; an empty stretch has one empty row. A space never begins a row that a word
/// could begin: the one that does not fit hangs over the edge.
fn wrap(rows: Rows, (from, to): (usize, usize), width: u16, mut row: impl FnMut(usize, usize)) {
    let Rows { text, mask, .. } = rows;
    let (mut start, mut used) = (from, 0u16);
    // Where the row can be broken, and the columns up to there.
    let mut gap: Option<(usize, u16)> = None;
    for (at, part) in graphemes::walk(text, from).take_while(|(at, _)| *at < to) {
        let masked = mask.hides(at);
        let wide = width_of(&part, masked);
        let space = !masked && matches!(&*part, " " | "\t" | "\u{3000}");
        if used + wide > width && used > 0 && !(space && used <= width) {
            match gap {
                Some((place, columns)) => {
                    row(start, place);
                    (start, used) = (place, used - columns);
                }
                None => {
                    row(start, at);
                    (start, used) = (at, 0);
                }
            }
            gap = None;
            if used + wide > width && used > 0 {
                row(start, at);
                (start, used) = (at, 0);
            }
        }
        used = used.saturating_add(wide);
        if space || (!masked && &*part == "-") {
            gap = Some((at + part.chars().count(), used));
        }
    }
    row(start, to);
}

/// The columns of one visible character.
pub fn width_of(part: &str, masked: bool) -> u16 {
    if masked {
        return 1;
    }
    let mut letters = part.chars();
    match (letters.next(), letters.next()) {
        (Some(' '..='~'), None) => 1,
        (Some(letter), None) if graphemes::is_plain(letter) => {
            letter.width().and_then(|width| width.try_into().ok()).unwrap_or(1)
        }
        _ => glyph::visible(part).1,
    }
}

/// Where the line around `at` begins and ends, its break left out.
pub fn line_around(text: &Rope, at: usize) -> (usize, usize) {
    let line = text.char_to_line(at);
    let slice = text.line(line);
    let start = text.line_to_char(line);
    (start, start + slice.len_chars() - break_len(slice))
}

fn break_len(line: RopeSlice) -> usize {
    let mut tail = line.chars_at(line.len_chars());
    match (tail.prev(), tail.prev()) {
        (Some('\n'), Some('\r')) => 2,
        (Some('\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}'), _) => 1,
        _ => 0,
    }
}

/// Whether no row is wider than it may be, but for a space that hangs over the edge or one glyph that is wider itself.
#[cfg(test)]
pub fn width_fits(text: &Rope, row: Row, width: u16) -> bool {
    let parts: Vec<_> = graphemes::walk(text, row.start).take_while(|(at, _)| *at < row.end).collect();
    let total: u16 = parts.iter().map(|(_, part)| width_of(part, false)).sum();
    total <= width + 1 || parts.len() <= 2
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, width: u16) -> Vec<String> {
        let rope = Rope::from_str(text);
        let rows = Rows { text: &rope, wrap: Some(width), mask: &Mask::default() };
        rows.from(0, 1_000).into_iter().map(|row| rope.slice(row.start..row.end).to_string()).collect()
    }

    #[test]
    fn a_plain_letter_is_as_wide_as_it_is_drawn() {
        for letter in ('\0'..='\u{ffff}').filter(|letter| graphemes::is_plain(*letter)) {
            let part = letter.to_string();
            assert_eq!(width_of(&part, false), glyph::visible(&part).1, "{letter:?}");
        }
    }

    #[test]
    fn lines_are_broken_after_a_space_and_long_words_where_they_must() {
        assert_eq!(shown("one two three", 7), ["one two ", "three"]);
        assert_eq!(shown("well-known", 6), ["well-", "known"]);
        assert_eq!(shown("abcdefgh ij", 3), ["abc", "def", "gh ", "ij"]);
        assert_eq!(shown("日本語", 5), ["日本", "語"]);
        assert_eq!(shown("\n\na\n", 5), ["", "", "a", ""]);
        assert_eq!(shown("日", 1), ["日"]);
    }

    #[test]
    fn a_row_above_and_below_is_the_next_one_in_any_line() {
        let text = format!("short\n{}\n{}\n", "word ".repeat(2_000), "x".repeat(9_000));
        let rope = Rope::from_str(&text);
        let rows = Rows { text: &rope, wrap: Some(33), mask: &Mask::default() };
        let all = rows.from(0, usize::MAX >> 8);
        assert_eq!(all.last().unwrap().end, rope.len_chars());
        for (number, row) in all.iter().enumerate().step_by(5) {
            assert_eq!(rows.at(row.start), *row);
            assert_eq!(rows.above(row.start, 3), all[number.saturating_sub(3)]);
            assert_eq!(rows.from(row.start, 2).get(1), all.get(number + 1));
        }
        assert_eq!(rows.above(rope.len_chars(), all.len()), all[0]);
    }
}
