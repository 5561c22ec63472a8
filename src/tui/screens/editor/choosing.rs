//! The values that can be chosen for a field, as a small list below its row, or above it where there is more room.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::widgets::{Block, Clear, Widget};

use super::Editor;
use crate::tui::keys::Action;
use crate::tui::theme::Theme;
use crate::tui::widgets::{glyph, panel};

/// So many values show at once.
const MOST: u16 = 8;

/// Where the list is drawn, and which of the values it begins with.
struct List {
    frame: Rect,
    top: usize,
}

impl List {
    /// The room for the values.
    fn inside(&self) -> Rect {
        Block::bordered().inner(self.frame)
    }
}

impl Editor {
    /// Where the list stands beside the text of the field, which is drawn in `field`, in the room of `inside`.
    fn list(&self, lines: &[String], inside: Rect, field: Rect) -> Option<List> {
        let cursor = self.choosing.filter(|_| self.is_choosing())?;
        let (above, below) = (field.y - inside.y, inside.bottom().saturating_sub(field.bottom()));
        let room = above.max(below);
        let height = u16::try_from(lines.len()).unwrap_or(MOST).min(MOST).min(room.saturating_sub(2));
        if height == 0 {
            return None;
        }
        let widest = lines.iter().map(|line| glyph::width(line, inside.width)).max().unwrap_or(0);
        let x = field.x.saturating_sub(2).max(inside.x);
        let width = (widest + 5).min(inside.right() - x);
        let y = if below >= above || below >= height + 2 { field.bottom() } else { field.y - height - 2 };
        let frame = Rect { x, y, width, height: height + 2 };
        Some(List { frame, top: panel::top_row(cursor, lines.len(), height) })
    }

    /// What the list says: the values that are found, or that there is none.
    fn lines(&self) -> (Vec<String>, bool) {
        let found = self.found();
        if found.is_empty() {
            return (vec!["nothing is called that; it can be kept as it is".to_owned()], false);
        }
        (found, true)
    }

    /// Draws the list.
    pub(super) fn draw_choices(&self, inside: Rect, field: Rect, buf: &mut Buffer, theme: &Theme) {
        let (lines, found) = self.lines();
        let Some(list) = self.list(&lines, inside, field) else { return };
        Clear.render(list.frame, buf);
        Block::bordered().border_style(theme.frame).render(list.frame, buf);
        let room = list.inside();
        for (row, (index, line)) in (0..room.height).zip(lines.iter().enumerate().skip(list.top)) {
            let chosen = found && Some(index) == self.choosing;
            let (sign, style) = if chosen { ("▸ ", theme.title) } else { ("  ", theme.plain) };
            panel::line(buf, room, row, &[(sign, theme.asks), (line, style)]);
        }
    }

    /// Takes the value that was pressed on. `false`: it was pressed elsewhere.
    pub(super) fn press_choice(&mut self, inside: Rect, field: Rect, at: Position) -> bool {
        let (lines, _) = self.lines();
        let Some(list) = self.list(&lines, inside, field).filter(|list| list.frame.contains(at)) else { return false };
        if list.inside().contains(at) {
            self.choosing = Some(list.top + usize::from(at.y - list.inside().y));
            self.choosing_act(Action::Submit);
        }
        true
    }
}
