//! The signs and frames of midair, and what each is in ASCII: one table, applied to what was drawn.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Every sign that midair draws by itself and that is not ASCII, with its form in ASCII. Both take one column.
const SIGNS: &[(char, char)] = &[
    ('◀', '<'),
    ('▶', '>'),
    ('▸', '>'),
    ('▽', '^'),
    ('✎', '*'),
    ('↻', '@'),
    ('✓', 'v'),
    ('✗', 'x'),
    ('●', '*'),
    ('○', 'o'),
    ('∅', '0'),
    ('⋯', '~'),
    ('…', '~'),
    ('·', '-'),
    ('•', '*'),
    ('−', '-'),
    ('×', 'x'),
    ('→', '>'),
    ('←', '<'),
    ('↑', '^'),
    ('↓', 'v'),
    ('“', '"'),
    ('”', '"'),
    ('‹', '<'),
    ('›', '>'),
    ('▁', '_'),
    ('▂', '.'),
    ('▃', ':'),
    ('▄', '-'),
    ('▅', '='),
    ('▆', '+'),
    ('▇', '*'),
    ('█', '#'),
    ('─', '-'),
    ('│', '|'),
    ('┌', '+'),
    ('┐', '+'),
    ('└', '+'),
    ('┘', '+'),
];

/// The pictures of control characters, which stand in for them.
const CONTROLS: std::ops::RangeInclusive<char> = '\u{2400}'..='\u{2426}';

/// Follows a sign that a record holds, so that it can be told from one of midair's own. It is never sent to a terminal.
const HELD: char = '\u{34f}';

/// What a record holds, so that its signs stay what they are.
pub fn held(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_marked) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for one in text.chars() {
        out.push(one);
        if is_marked(one) {
            out.push(HELD);
        }
    }
    Cow::Owned(out)
}

/// Whether a sign that a record holds is told apart from midair's own. The dot is not: it stands for what is masked, which
/// looks like any other text until it is drawn.
fn is_marked(sign: char) -> bool {
    sign != '•' && in_ascii(sign).is_some()
}

fn in_ascii(sign: char) -> Option<char> {
    if CONTROLS.contains(&sign) {
        return Some('^');
    }
    SIGNS.iter().find(|(own, _)| *own == sign).map(|(_, ascii)| *ascii)
}

/// Ends a drawing: midair's own signs become ASCII where that is wanted, those of records stay.
pub fn settle(buf: &mut Buffer, area: Rect, ascii: bool) {
    for position in area.positions() {
        let Some(cell) = buf.cell_mut(position) else { continue };
        let mut letters = cell.symbol().chars();
        match (letters.next(), letters.next(), letters.next()) {
            (Some(sign), None, _) if ascii => {
                if let Some(plain) = in_ascii(sign) {
                    cell.set_char(plain);
                }
            }
            (Some(sign), Some(HELD), None) => _ = cell.set_char(sign),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use ratatui::style::Style;

    use super::*;
    use crate::tui::widgets::glyph;

    fn drawn(text: &str, ascii: bool) -> String {
        let area = Rect::new(0, 0, 20, 1);
        let mut buf = Buffer::empty(area);
        glyph::put(&mut buf, (0, 0), 20, text, Style::new());
        settle(&mut buf, area, ascii);
        buf.content().iter().map(ratatui::buffer::Cell::symbol).collect::<String>().trim_end().to_owned()
    }

    #[test]
    fn signs_of_a_record_stay_what_they_are() {
        let text = format!("a → {}", held("b → ○é"));
        assert_eq!(drawn(&text, true), "a > b → ○é");
        assert_eq!(drawn(&text, false), "a → b → ○é");
    }

    #[test]
    fn every_sign_takes_one_column_and_has_an_ascii_form() {
        for (sign, ascii) in SIGNS {
            assert!(ascii.is_ascii_graphic(), "{sign}");
            assert_eq!(glyph::width(&sign.to_string(), 9), 1, "{sign}");
            assert_eq!(glyph::width(&held(&sign.to_string()), 9), 1, "{sign}");
        }
    }
}
