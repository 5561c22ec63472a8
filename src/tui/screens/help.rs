//! The help: the table of keys as they are here, place by place, searched by what is typed.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::tui::field::FieldEditor;
use crate::tui::keys::{Action, Bound, Keys, Place, chord};
use crate::tui::theme::Theme;
use crate::tui::widgets::{glyph, panel};

/// The help screen, scrolled to a line.
#[derive(Clone, Debug)]
pub struct Help {
    top: usize,
    search: FieldEditor,
    searching: bool,
}

enum Line {
    Heading(&'static str),
    Key(String, &'static str),
    Words(&'static str),
    Gap,
}

/// Where the keys end, unless there are many.
const COLUMN: u16 = 20;

/// What stands in the frame before the text that is searched for.
const SEARCH: &str = "/ ";

impl Default for Help {
    fn default() -> Self {
        Help::open()
    }
}

impl Help {
    /// Opens at the top.
    pub fn open() -> Self {
        Help { top: 0, search: FieldEditor::open(None), searching: false }
    }

    /// Whether letters go into the search.
    pub fn searching(&self) -> bool {
        self.searching
    }

    /// Does something with what is searched for, while that is typed.
    pub fn edit<R>(&mut self, does: impl FnOnce(&mut FieldEditor) -> R) -> Option<R> {
        if !self.searching {
            return None;
        }
        self.top = 0;
        Some(does(&mut self.search))
    }

    /// Takes a key in the help that may be open, and closes it where the person leaves.
    pub fn take(open: &mut Option<Self>, action: Action, keys: &Keys, here: Place, page: usize) {
        let mut help = open.take();
        *open = help.take_if(|help| help.act(action, keys, here, page));
    }

    /// Does what a key means here; `keys` and `here` are those that are shown. `false`: the person leaves.
    fn act(&mut self, action: Action, keys: &Keys, here: Place, page: usize) -> bool {
        let searched = !self.search.area.text().is_empty();
        match action {
            Action::Filter => self.searching = true,
            Action::Submit => self.searching = false,
            Action::Back if self.searching || searched => {
                self.searching = false;
                self.search = FieldEditor::open(None);
                self.top = 0;
            }
            Action::Back => return false,
            _ => self.scroll(action, keys, here, page),
        }
        true
    }

    fn scroll(&mut self, action: Action, keys: &Keys, here: Place, page: usize) {
        let last = self.lines(keys, here, false).len().saturating_sub(page);
        self.top = match action {
            Action::Up => self.top.saturating_sub(1),
            Action::Down => (self.top + 1).min(last),
            Action::PageUp => self.top.saturating_sub(page),
            Action::PageDown => (self.top + page).min(last),
            Action::First => 0,
            Action::Last => last,
            _ => self.top,
        };
    }

    /// The lines, those of `here` first; those that hold what is searched for, under the headings they stand under.
    fn lines(&self, keys: &Keys, here: Place, ascii: bool) -> Vec<Line> {
        let wanted = self.search.area.text().trim().to_lowercase();
        let near = here.scopes().iter().copied();
        let mut places: Vec<Place> = Vec::new();
        for place in near.chain(Place::ALL) {
            if !places.contains(&place) {
                places.push(place);
            }
        }
        let mut lines = Vec::new();
        for place in places {
            let shown = |line: &Bound| {
                let keys: Vec<String> = line.keys.iter().map(|key| chord::shown(key, ascii)).collect();
                if keys.is_empty() { "in the palette".to_owned() } else { keys.join("  ") }
            };
            let holds = |line: &Bound| {
                let text = format!("{} {} {} {}", shown(line), line.action.name(), line.help, place.title());
                text.to_lowercase().contains(&wanted)
            };
            let found: Vec<&Bound> =
                keys.lines().iter().filter(|line| line.place == place).filter(|line| holds(line)).collect();
            if !found.is_empty() {
                lines.push(Line::Heading(place.title()));
                lines.extend(found.into_iter().map(|line| Line::Key(shown(line), line.help)));
                lines.push(Line::Gap);
            }
        }
        if lines.is_empty() {
            lines.push(Line::Words("No key does that."));
        }
        lines
    }

    /// Draws the keys, those of `here` first.
    pub fn draw(&self, here: Place, keys: &Keys, area: Rect, buf: &mut Buffer, theme: &Theme) {
        let inside = panel::frame(buf, area, "Keys", "", theme);
        if self.searching || !self.search.area.text().is_empty() {
            let field = field_place(area);
            glyph::put(buf, (field.x - 3, field.y), 3, &format!(" {SEARCH}"), theme.asks);
            glyph::put(buf, (field.x, field.y), field.width, &" ".repeat(field.width.into()), theme.plain);
            self.search.area.draw(field, buf, theme.title);
        }
        let lines = self.lines(keys, here, theme.ascii);
        for (row, line) in (0..inside.height).zip(lines.iter().skip(self.top)) {
            match line {
                Line::Heading(title) => {
                    panel::line(buf, inside, row, &[(" ", theme.plain), (title, theme.title)]);
                }
                Line::Key(keys, help) => {
                    let used = panel::line(buf, inside, row, &[("   ", theme.plain), (keys, theme.key)]);
                    let x = inside.x + used.max(COLUMN) + 2;
                    glyph::put(buf, (x, inside.y + row), inside.right().saturating_sub(x), help, theme.plain);
                }
                Line::Words(words) => {
                    panel::line(buf, inside, row, &[(" ", theme.plain), (words, theme.dim)]);
                }
                Line::Gap => {}
            }
        }
    }

    /// Where the caret stands: in the search.
    pub fn caret(&self, area: Rect) -> Option<Position> {
        if self.searching { self.search.area.caret_in(field_place(area)) } else { None }
    }
}

/// The room for the search, in the upper edge of the frame.
fn field_place(area: Rect) -> Rect {
    Rect { x: area.x + 11, y: area.y, width: area.width.saturating_sub(13).min(40), height: 1 }
}
