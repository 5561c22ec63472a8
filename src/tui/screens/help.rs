//! The help: the table of keys, as it is.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::tui::keys::{Action, Place, TABLE, shown};
use crate::tui::theme::Theme;
use crate::tui::widgets::panel;

/// The help screen, scrolled to a line.
#[derive(Clone, Debug)]
pub struct Help {
    top: usize,
}

enum Line {
    Heading(&'static str),
    Key(String, &'static str),
    Gap,
}

fn lines(first: Place) -> Vec<Line> {
    let places = std::iter::once(first).chain(Place::ALL.into_iter().filter(|place| *place != first));
    let mut lines = Vec::new();
    for place in places {
        lines.push(Line::Heading(place.title()));
        for binding in TABLE.iter().filter(|line| line.place == place) {
            let keys: Vec<String> = binding.keys.iter().map(|key| shown(key)).collect();
            lines.push(Line::Key(keys.join(" "), binding.help));
        }
        lines.push(Line::Gap);
    }
    lines
}

impl Help {
    /// Opens at the top.
    pub fn open() -> Self {
        Help { top: 0 }
    }

    /// Scrolls.
    pub fn act(&mut self, action: Action, page: usize) {
        let last = lines(Place::Browser).len().saturating_sub(page);
        self.top = match action {
            Action::Up => self.top.saturating_sub(1),
            Action::Down => (self.top + 1).min(last),
            Action::PageUp => self.top.saturating_sub(page),
            Action::PageDown => (self.top + page).min(last),
            _ => self.top,
        };
    }

    /// Draws the keys, those of `here` first.
    pub fn draw(&self, here: Place, area: Rect, buf: &mut Buffer, theme: &Theme) {
        let inside = panel::frame(buf, area, "Keys", "", theme);
        for (row, line) in (0..inside.height).zip(lines(here).iter().skip(self.top)) {
            match line {
                Line::Heading(title) => {
                    panel::line(buf, inside, row, &[(" ", theme.plain), (title, theme.title)]);
                }
                Line::Key(keys, help) => {
                    let keys = format!("   {keys:<18} ");
                    panel::line(buf, inside, row, &[(&keys, theme.key), (help, theme.plain)]);
                }
                Line::Gap => {}
            }
        }
    }
}
