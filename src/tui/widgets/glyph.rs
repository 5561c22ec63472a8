//! Puts text on the screen so that it cannot steer the terminal: controls and bidi marks become visible placeholders.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::style::Style;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// What is drawn for one grapheme, and how many columns it takes. Never empty, never zero wide, never a control.
pub fn visible(grapheme: &str) -> (Cow<'_, str>, u16) {
    let mut chars = grapheme.chars();
    let first = chars.next().unwrap_or(' ');
    let safe = if grapheme == "\r\n" {
        Cow::Borrowed("␍")
    } else if first < ' ' {
        Cow::Owned(char::from_u32(0x2400 + first as u32).unwrap_or('?').to_string())
    } else if first == '\u{7f}' {
        Cow::Borrowed("␡")
    } else if grapheme.chars().any(steers) {
        Cow::Owned(grapheme.chars().map(|one| if steers(one) { placeholder(one) } else { one.to_string() }).collect())
    } else if grapheme.width() == 0 {
        Cow::Owned(grapheme.chars().map(placeholder).collect())
    } else {
        Cow::Borrowed(grapheme)
    };
    let width = u16::try_from(safe.width()).unwrap_or(u16::MAX);
    (safe, width)
}

fn placeholder(one: char) -> String {
    format!("‹{:x}›", one as u32)
}

/// Characters that change how the terminal treats what follows: C1 controls, bidi marks, embeddings and isolates, line
/// separators, tags.
fn steers(one: char) -> bool {
    matches!(one,
        '\u{80}'..='\u{9f}' | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{206f}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}

/// How many columns `text` takes when drawn with [`put`], counted up to `most`.
pub fn width(text: &str, most: u16) -> u16 {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return u16::try_from(text.len()).unwrap_or(u16::MAX).min(most);
    }
    let mut total = 0u16;
    for grapheme in text.graphemes(true) {
        total = total.saturating_add(visible(grapheme).1);
        if total >= most {
            return most;
        }
    }
    total
}

/// Draws `text` from column `x` on, in at most `room` columns; text that is cut ends in `…`. Gives the columns used.
pub fn put(buf: &mut Buffer, (x, y): (u16, u16), room: u16, text: &str, style: Style) -> u16 {
    let mut used = 0u16;
    let mut graphemes = text.graphemes(true).peekable();
    while let Some(grapheme) = graphemes.next() {
        let (safe, wide) = visible(grapheme);
        let last = graphemes.peek().is_none();
        if used + wide > room || (!last && used + wide == room) {
            if used < room {
                buf.set_stringn(x + used, y, "…", 1, style);
                used += 1;
            }
            return used;
        }
        buf.set_stringn(x + used, y, safe, wide.into(), style);
        used += wide;
    }
    used
}

/// The start of `text` that takes at most `room` columns; what is cut ends in `…`.
pub fn fit(text: &str, room: u16) -> String {
    let mut shown = String::new();
    let mut used = 0;
    let mut graphemes = text.graphemes(true).peekable();
    while let Some(grapheme) = graphemes.next() {
        let wide = visible(grapheme).1;
        let last = graphemes.peek().is_none();
        if used + wide > room || (!last && used + wide == room) {
            shown.push('…');
            return shown;
        }
        used += wide;
        shown.push_str(grapheme);
    }
    shown
}

/// `text`, and as many spaces as make it `columns` wide.
pub fn padded(text: &str, columns: u16) -> String {
    let spaces = columns.saturating_sub(width(text, columns));
    text.to_owned() + &" ".repeat(spaces.into())
}

/// The part of `text` that shows on one line: up to its first line break.
pub fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::layout::Rect;

    fn drawn(text: &str, room: u16) -> String {
        let mut buf = Buffer::empty(Rect::new(0, 0, 30, 1));
        put(&mut buf, (0, 0), room, text, Style::new());
        buf.content().iter().map(ratatui::buffer::Cell::symbol).collect::<String>().trim_end().to_owned()
    }

    #[test]
    fn nothing_that_steers_a_terminal_is_drawn_raw() {
        assert_eq!(drawn("a\u{1b}[31mb\u{7f}", 30), "a␛[31mb␡");
        assert_eq!(drawn("\u{9b}31m", 30), "‹9b›31m");
        assert_eq!(drawn("x\u{202e}y", 30), "x‹202e›y");
        assert_eq!(drawn("a\tb\r\nc", 30), "a␉b␍c");
        assert_eq!(drawn("z\u{200b}z", 30), "z‹200b›z");
    }

    #[test]
    fn what_does_not_fit_ends_in_an_ellipsis() {
        assert_eq!(drawn("abcdef", 4), "abc…");
        assert_eq!(drawn("abcd", 4), "abcd");
        assert_eq!(drawn("日本語", 4).replace(' ', ""), "日…");
        assert_eq!(drawn("", 4), "");
    }

    #[test]
    fn a_family_is_one_glyph() {
        assert_eq!(visible("👩‍👩‍👧").1, 2);
        assert_eq!(visible("e\u{301}").1, 1);
    }
}
