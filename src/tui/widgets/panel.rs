//! Frames and lines of several styles; nothing in it knows a record.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::{Block, Clear, Widget};

use super::glyph;
use crate::tui::theme::Theme;

/// A piece of a line: text and its style.
pub type Piece<'a> = (&'a str, Style);

/// Draws pieces one after the other on one line. Gives the columns used.
pub fn line(buf: &mut Buffer, area: Rect, row: u16, pieces: &[Piece]) -> u16 {
    if row >= area.height {
        return 0;
    }
    let mut used = 0;
    for (text, style) in pieces {
        used += glyph::put(buf, (area.x + used, area.y + row), area.width - used, text, *style);
    }
    used
}

/// Draws `text` at the right end of the line, if it fits beside the `used` columns at its left.
pub fn line_right(buf: &mut Buffer, area: Rect, row: u16, used: u16, (text, style): Piece) {
    let wide = glyph::width(text, area.width);
    if row < area.height && used + wide < area.width {
        glyph::put(buf, (area.right() - wide, area.y + row), wide, text, style);
    }
}

/// Draws a frame with a title at its left and one at its right, and gives the room inside.
pub fn frame(buf: &mut Buffer, area: Rect, title: &str, right: &str, theme: &Theme) -> Rect {
    let block = Block::bordered().border_style(theme.frame);
    let inside = block.inner(area);
    block.render(area, buf);
    let top = Rect { x: area.x + 1, width: area.width.saturating_sub(2), height: 1, ..area };
    let used = line(buf, top, 0, &[(" ", theme.plain), (title, theme.title), (" ", theme.plain)]);
    if !right.is_empty() {
        line_right(buf, top, 0, used, (&format!(" {right} "), theme.asks));
    }
    inside
}

/// A card in the middle of `area`, at most `width` by `height`, with everything under it wiped.
pub fn card(buf: &mut Buffer, area: Rect, (width, height): (u16, u16), title: &str, theme: &Theme) -> Rect {
    let (width, height) = (width.min(area.width), height.min(area.height));
    let place = Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 2, width, height };
    Clear.render(place, buf);
    let inside = frame(buf, place, title, "", theme);
    Rect { x: inside.x + 1, width: inside.width.saturating_sub(2), ..inside }
}

/// Empties a place of what was drawn there before.
pub fn wipe(buf: &mut Buffer, place: Rect) {
    Clear.render(place, buf);
}

/// Breaks `text` at spaces into lines of at most `room` columns; a longer word is cut.
pub fn wrap(text: &str, room: u16) -> Vec<String> {
    let room = room.max(1);
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let mut current = String::new();
        for word in paragraph.split(' ') {
            let gap = u16::from(!current.is_empty());
            if !current.is_empty() && glyph::width(&current, 500) + gap + glyph::width(word, 500) > room {
                lines.push(std::mem::take(&mut current));
            } else if gap == 1 {
                current.push(' ');
            }
            current.push_str(word);
        }
        lines.push(current);
    }
    lines
}

/// Which of `count` rows is drawn first so that `selected` shows in `height` rows: it stays in the middle.
pub fn top_row(selected: usize, count: usize, height: u16) -> usize {
    let height = usize::from(height);
    selected.saturating_sub(height / 2).min(count.saturating_sub(height))
}
