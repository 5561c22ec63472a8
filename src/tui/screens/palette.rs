//! The palette: every command that is possible where a person is, found by its name; made from the table of keys.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::tui::field::FieldEditor;
use crate::tui::keys::{Action, Bound, Keys, Place, chord, is_typing};
use crate::tui::theme::Theme;
use crate::tui::widgets::{glyph, panel};

/// The palette over a place.
#[derive(Clone, Debug)]
pub struct Palette {
    /// Where the command is to be done.
    pub place: Place,
    query: FieldEditor,
    commands: Vec<Command>,
    focus: usize,
}

/// A line of the palette.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Command {
    action: Action,
    name: String,
    keys: Vec<String>,
    help: &'static str,
}

impl Palette {
    /// Opens over `place`. `works`: whether a command does something as things stand.
    pub fn open(place: Place, keys: &Keys, works: impl Fn(&Bound) -> bool) -> Self {
        let possible = |line: &&Bound| line.action != Action::Palette && !is_typing(line.action) && works(line);
        let command = |line: &Bound| Command {
            action: line.action,
            name: line.action.name().replace('-', " "),
            keys: keys.keys_of(place, line).map(str::to_owned).collect(),
            help: line.help,
        };
        let commands = keys.here(place).into_iter().filter(possible).map(command).collect();
        Palette { place, query: FieldEditor::open(None), commands, focus: 0 }
    }

    /// The commands that what is typed finds, the best first; all of them in the table's order while nothing is typed.
    fn found(&self) -> Vec<&Command> {
        let text = self.query.area.text();
        let pattern = Pattern::parse(text.trim(), CaseMatching::Ignore, Normalization::Smart);
        if pattern.atoms.is_empty() {
            return self.commands.iter().collect();
        }
        let mut matcher = Matcher::new(Config::DEFAULT);
        let mut letters = Vec::new();
        let mut score = |text: &str| pattern.score(Utf32Str::new(text, &mut letters), &mut matcher);
        let mut found: Vec<(u32, &Command)> = self
            .commands
            .iter()
            .filter_map(|command| {
                // A command is found by letters of its name first, then by words of what it does.
                let told = || command.help.to_lowercase().contains(&text.trim().to_lowercase()).then_some(0);
                score(&command.name).or_else(told).map(|score| (score, command))
            })
            .collect();
        found.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
        found.into_iter().map(|(_, command)| command).collect()
    }

    /// The command under the cursor.
    pub fn chosen(&self) -> Option<Action> {
        self.found().get(self.focus).map(|command| command.action)
    }

    /// Moves the cursor.
    pub fn act(&mut self, action: Action) {
        let last = self.found().len().saturating_sub(1);
        self.focus = match action {
            Action::Up => self.focus.saturating_sub(1),
            Action::Down => (self.focus + 1).min(last),
            _ => self.focus,
        };
    }

    /// Takes a key in the palette that may be open, which closes with it or stays. Gives what is to be done, and where.
    pub fn take(open: &mut Option<Self>, action: Action) -> Option<(Place, Action)> {
        let mut palette = open.take()?;
        match (action, palette.chosen()) {
            (Action::Back, _) => None,
            (Action::Submit, Some(chosen)) => Some((palette.place, chosen)),
            _ => {
                palette.act(action);
                *open = Some(palette);
                None
            }
        }
    }

    /// Does something with what is typed; the cursor is on the best where that changed it.
    pub fn edit<R>(&mut self, does: impl FnOnce(&mut FieldEditor) -> R) -> R {
        let before = self.query.area.revision();
        let done = does(&mut self.query);
        if self.query.area.revision() != before {
            self.focus = 0;
        }
        done
    }

    fn parts(area: Rect) -> (Rect, Rect) {
        let inside = Rect::new(area.x + 1, area.y + 1, area.width.saturating_sub(2), area.height.saturating_sub(2));
        let field = Rect { x: inside.x + 2, width: inside.width.saturating_sub(2), height: 1, ..inside };
        (field, Rect { y: inside.y + 1, height: inside.height.saturating_sub(1), ..inside })
    }

    /// Draws the palette over the whole of `area`.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, theme: &Theme) {
        let found = self.found();
        let count = format!("{} of {} commands", found.len(), self.commands.len());
        panel::frame(buf, area, self.place.title(), &count, theme);
        let (field, list) = Self::parts(area);
        glyph::put(buf, (field.x - 2, field.y), 2, "> ", theme.asks);
        self.query.area.draw(field, buf, theme.plain);
        let shown = |command: &Command| {
            let keys: Vec<String> = command.keys.iter().map(|key| chord::shown(key, theme.ascii)).collect();
            keys.join("  ")
        };
        let width = |text: &str| glyph::width(text, 40);
        let names = self.commands.iter().map(|command| width(&command.name)).max().unwrap_or(0);
        let keys = self.commands.iter().map(|command| width(&shown(command))).max().unwrap_or(0).min(area.width / 4);
        if found.is_empty() {
            panel::line(buf, list, 0, &[("  No command here is called that.", theme.dim)]);
        }
        let top = panel::top_row(self.focus, found.len(), list.height);
        for (row, (index, command)) in (0..list.height).zip(found.iter().enumerate().skip(top)) {
            let here = index == self.focus;
            let cursor = if here { "▸ " } else { "  " };
            let style = if here { theme.selected } else { theme.title };
            let y = list.y + row;
            glyph::put(buf, (list.x, y), 2, cursor, theme.asks);
            glyph::put(buf, (list.x + 2, y), names, &command.name, style);
            glyph::put(buf, (list.x + 4 + names, y), keys, &shown(command), theme.key);
            let x = list.x + 6 + names + keys;
            glyph::put(buf, (x, y), list.right().saturating_sub(x), command.help, theme.plain);
        }
    }

    /// Where the caret stands.
    pub fn caret(&self, area: Rect) -> Option<Position> {
        self.query.area.caret_in(Self::parts(area).0)
    }
}
