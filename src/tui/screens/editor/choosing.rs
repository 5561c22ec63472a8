//! How the values look that can be chosen for a field: a small list below its row, or above it where there is more room.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::{Block, Clear, Widget};

use super::Editor;
use crate::tui::theme::Theme;
use crate::tui::widgets::{glyph, panel};

/// So many values show at once.
const MOST: u16 = 8;

impl Editor {
    /// Draws the list beside the text of the field, which is drawn in `field`, in the room of `inside`.
    pub(super) fn draw_choices(&self, inside: Rect, field: Rect, buf: &mut Buffer, theme: &Theme) {
        let Some(cursor) = self.choosing.filter(|_| self.is_choosing()) else { return };
        let found = self.found();
        let none = ["nothing is called that; it can be kept as it is".to_owned()];
        let lines = if found.is_empty() { none.as_slice() } else { found.as_slice() };
        let (above, below) = (field.y - inside.y, inside.bottom().saturating_sub(field.bottom()));
        let room = above.max(below);
        let height = u16::try_from(lines.len()).unwrap_or(MOST).min(MOST).min(room.saturating_sub(2));
        if height == 0 {
            return;
        }
        let widest = lines.iter().map(|line| glyph::width(line, inside.width)).max().unwrap_or(0);
        let x = field.x.saturating_sub(2).max(inside.x);
        let width = (widest + 5).min(inside.right() - x);
        let y = if below >= above || below >= height + 2 { field.bottom() } else { field.y - height - 2 };
        let place = Rect { x, y, width, height: height + 2 };
        Clear.render(place, buf);
        let frame = Block::bordered().border_style(theme.frame);
        let list = frame.inner(place);
        frame.render(place, buf);
        let top = panel::top_row(cursor, lines.len(), height);
        for (row, (index, line)) in (0..height).zip(lines.iter().enumerate().skip(top)) {
            let chosen = index == cursor && !found.is_empty();
            let (sign, style) = if chosen { ("▸ ", theme.title) } else { ("  ", theme.plain) };
            panel::line(buf, list, row, &[(sign, theme.asks), (line, style)]);
        }
    }
}
