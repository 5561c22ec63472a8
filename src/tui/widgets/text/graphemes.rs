//! What people see as one character, found in a rope: boundaries, a walk over them, words. Exact wherever it begins.

use std::borrow::Cow;

use ropey::Rope;
use unicode_segmentation::{GraphemeCursor, GraphemeIncomplete, UnicodeSegmentation};

/// How far a word is looked for: a text may be a megabyte without a space.
const REACH: usize = 2_000;

/// The boundary after the character `at`; the end of the text where there is none.
pub fn after(text: &Rope, at: usize) -> usize {
    let byte = text.char_to_byte(at);
    if let Some(next) = plain(text, byte) {
        return text.byte_to_char(next);
    }
    text.byte_to_char(byte_after(text, byte))
}

/// The boundary after byte `at` where two plain letters stand there, which is known without looking further.
fn plain(text: &Rope, at: usize) -> Option<usize> {
    let bytes = text.get_byte_slice(at..(at + 2).min(text.len_bytes()))?.bytes();
    let mut seen = bytes.take(2);
    matches!((seen.next(), seen.next()), (Some(b' '..=b'~'), Some(b' '..=b'~'))).then_some(at + 1)
}

fn byte_after(text: &Rope, at: usize) -> usize {
    if at >= text.len_bytes() {
        return text.len_bytes();
    }
    let mut cursor = GraphemeCursor::new(at, text.len_bytes(), true);
    let (mut chunk, mut start, ..) = text.chunk_at_byte(at);
    loop {
        match cursor.next_boundary(chunk, start) {
            Ok(next) => return next.unwrap_or(text.len_bytes()),
            Err(GraphemeIncomplete::NextChunk) => (chunk, start, ..) = text.chunk_at_byte(start + chunk.len()),
            Err(GraphemeIncomplete::PreContext(end)) => give_context(&mut cursor, text, end),
            Err(_) => return text.len_bytes(),
        }
    }
}

/// The boundary before the character `at`; 0 where there is none.
pub fn before(text: &Rope, at: usize) -> usize {
    let byte = text.char_to_byte(at);
    if byte == 0 {
        return 0;
    }
    let mut cursor = GraphemeCursor::new(byte, text.len_bytes(), true);
    let (mut chunk, mut start, ..) = text.chunk_at_byte(byte - 1);
    loop {
        match cursor.prev_boundary(chunk, start) {
            Ok(previous) => return text.byte_to_char(previous.unwrap_or(0)),
            Err(GraphemeIncomplete::PrevChunk) => (chunk, start, ..) = text.chunk_at_byte(start - 1),
            Err(GraphemeIncomplete::PreContext(end)) => give_context(&mut cursor, text, end),
            Err(_) => return 0,
        }
    }
}

/// Whether a caret may stand at `at`.
pub fn is_boundary(text: &Rope, at: usize) -> bool {
    let byte = text.char_to_byte(at);
    if byte == 0 || byte == text.len_bytes() {
        return true;
    }
    let mut cursor = GraphemeCursor::new(byte, text.len_bytes(), true);
    let (chunk, start, ..) = text.chunk_at_byte(byte);
    loop {
        match cursor.is_boundary(chunk, start) {
            Ok(boundary) => return boundary,
            Err(GraphemeIncomplete::PreContext(end)) => give_context(&mut cursor, text, end),
            Err(_) => return true,
        }
    }
}

fn give_context(cursor: &mut GraphemeCursor, text: &Rope, end: usize) {
    let (chunk, start, ..) = text.chunk_at_byte(end - 1);
    cursor.provide_context(&chunk[..end - start], start);
}

/// The boundary at `at` or after it.
pub fn ceil(text: &Rope, at: usize) -> usize {
    if is_boundary(text, at) { at } else { after(text, at) }
}

/// The boundary at `at` or before it.
pub fn floor(text: &Rope, at: usize) -> usize {
    if is_boundary(text, at) { at } else { before(text, at) }
}

/// The characters from the boundary `from` on, each with the place where it begins.
pub fn walk(text: &Rope, from: usize) -> Walk<'_> {
    let byte = text.char_to_byte(from);
    Walk { text, byte, place: from, chunk: "", chunk_start: 0 }
}

/// See [`walk`].
pub struct Walk<'r> {
    text: &'r Rope,
    byte: usize,
    place: usize,
    chunk: &'r str,
    chunk_start: usize,
}

impl<'r> Iterator for Walk<'r> {
    type Item = (usize, Cow<'r, str>);

    fn next(&mut self) -> Option<Self::Item> {
        if self.byte >= self.text.len_bytes() {
            return None;
        }
        if self.byte - self.chunk_start >= self.chunk.len() {
            (self.chunk, self.chunk_start, ..) = self.text.chunk_at_byte(self.byte);
        }
        let from = self.byte - self.chunk_start;
        let end = match self.chunk.as_bytes()[from..] {
            [b' '..=b'~', b' '..=b'~', ..] => self.byte + 1,
            _ => match alone(&self.chunk[from..]) {
                Some(length) => self.byte + length,
                None => byte_after(self.text, self.byte),
            },
        };
        let part = match self.chunk.get(from..end - self.chunk_start) {
            Some(part) => Cow::Borrowed(part),
            None => Cow::Owned(self.text.byte_slice(self.byte..end).to_string()),
        };
        let place = self.place;
        self.place += if part.len() == 1 { 1 } else { part.chars().count() };
        self.byte = end;
        Some((place, part))
    }
}

/// How many bytes the first character takes, where it and the next are letters that never join others.
fn alone(near: &str) -> Option<usize> {
    let mut letters = near.chars();
    let (first, next) = (letters.next()?, letters.next()?);
    (is_plain(first) && is_plain(next)).then(|| first.len_utf8())
}

/// Letters of the commonest scripts that are one visible character each: Latin, Greek, Cyrillic, kana, ideographs and their
/// punctuation. Those that join are left to Unicode's rules.
pub fn is_plain(letter: char) -> bool {
    matches!(letter,
        ' '..='~' | '\u{c0}'..='\u{2ff}' | '\u{370}'..='\u{482}' | '\u{48a}'..='\u{52f}' | '\u{3001}'..='\u{3029}'
        | '\u{3041}'..='\u{3096}' | '\u{30a0}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{ff01}'..='\u{ff5e}')
}

fn is_word(part: &str) -> bool {
    part.chars().any(|one| one.is_alphanumeric() || one == '_')
}

/// The end of the word after `at`; looks no further than [`REACH`].
pub fn word_end(text: &Rope, at: usize) -> usize {
    let end = (at + REACH).min(text.len_chars());
    let ahead = text.slice(at..end).to_string();
    let word = ahead.split_word_bound_indices().find(|(_, part)| is_word(part));
    let target = word.map_or(end, |(start, part)| at + ahead[..start + part.len()].chars().count());
    ceil(text, target)
}

/// The start of the word before `at`; looks no further than [`REACH`].
pub fn word_start(text: &Rope, at: usize) -> usize {
    let start = floor(text, at.saturating_sub(REACH));
    let behind = text.slice(start..at).to_string();
    let word = behind.split_word_bound_indices().rev().find(|(_, part)| is_word(part));
    floor(text, word.map_or(start, |(from, _)| start + behind[..from].chars().count()))
}

/// The word, the run of spaces or the sign around `at`, within its line from `start` to `end`.
pub fn word_around(text: &Rope, at: usize, start: usize, end: usize) -> (usize, usize) {
    let from = floor(text, at.saturating_sub(REACH).max(start));
    let to = (at + REACH).min(end);
    let near = text.slice(from..to).to_string();
    let mut place = from;
    for part in near.split_word_bounds() {
        let next = place + part.chars().count();
        if at < next || next == to {
            return (floor(text, place), ceil(text, next));
        }
        place = next;
    }
    (at, at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_walk_sees_what_a_reader_of_the_whole_text_sees() {
        let odd = "aéß αж、かカ日本語ｘa👩‍👩‍👧e\u{301}🇩🇪🇫🇷\r\n\u{1100}\u{1161}\u{11a8}नि ".repeat(700);
        let rope = Rope::from_str(&odd);
        let walked: Vec<String> = walk(&rope, 0).map(|(_, part)| part.into_owned()).collect();
        let whole: Vec<&str> = odd.graphemes(true).collect();
        assert_eq!(walked, whole);
        let mut back = vec![rope.len_chars()];
        while back[back.len() - 1] > 0 {
            back.push(before(&rope, back[back.len() - 1]));
        }
        let places: Vec<usize> = walk(&rope, 0).map(|(place, _)| place).chain([rope.len_chars()]).collect();
        back.reverse();
        assert_eq!(back, places);
        assert!((0..=rope.len_chars()).all(|at| is_boundary(&rope, at) == places.binary_search(&at).is_ok()));
    }
}
