//! How the seat looks: a line about the connection, the screen, a line about what happened, a line of keys.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::widgets::Widget;

use super::{App, Notice, Screen};
use crate::tui::keys::{Action, Binding, Place, TABLE, shown};
use crate::tui::msg::Link;
use crate::tui::theme::Theme;
use crate::tui::widgets::{glyph, panel};

/// The smallest terminal that midair draws in.
pub const SMALLEST: (u16, u16) = (60, 15);

/// The lines of the screen, from the top.
pub(super) struct Parts {
    head: Rect,
    pub(super) body: Rect,
    pub(super) notice: Rect,
    foot: Rect,
}

/// How many lines a notice may take.
const LONGEST_NOTICE: usize = 3;

pub(super) fn parts(area: Rect, notice: u16) -> Option<Parts> {
    if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
        return None;
    }
    let line = |y: u16| Rect { y, height: 1, ..area };
    Some(Parts {
        head: line(area.y),
        body: Rect { y: area.y + 1, height: area.height - 2 - notice, ..area },
        notice: Rect { y: area.bottom() - 1 - notice, height: notice, ..area },
        foot: line(area.bottom() - 1),
    })
}

fn height_of(lines: &[String]) -> u16 {
    u16::try_from(lines.len()).unwrap_or(1).max(1)
}

impl Widget for &App {
    fn render(self, area: Rect, buf: &mut Buffer) {
        let lines = self.notice_lines(area.width);
        let Some(Parts { head, body, notice, foot }) = parts(area, height_of(&lines)) else {
            let words = format!(
                "Too small: midair needs {}×{}, this is {}×{}. Nothing is lost.",
                SMALLEST.0, SMALLEST.1, area.width, area.height
            );
            for (row, line) in (0..).zip(panel::wrap(&words, area.width)) {
                panel::line(buf, area, row, &[(&line, self.theme.notice)]);
            }
            return;
        };
        self.draw_head(head, buf);
        self.draw_screen(body, buf);
        self.draw_notice(notice, &lines, buf);
        self.draw_foot(foot, buf);
    }
}

impl App {
    /// Where the caret stands when the app is drawn in `area`; `None` where nothing is typed.
    pub fn cursor(&self, area: Rect) -> Option<Position> {
        let Parts { body, notice, .. } = parts(area, self.notice_height(area.width))?;
        if self.help.is_some() {
            return None;
        }
        match (&self.prompt, &self.screen) {
            (Some(prompt), _) => prompt.caret(notice),
            (None, Screen::Editor(editor)) => editor.caret(body),
            (None, Screen::Collision(collision)) => collision.caret(body),
            _ => None,
        }
    }

    fn draw_head(&self, area: Rect, buf: &mut Buffer) {
        let theme = &self.theme;
        let state = match &self.link {
            Link::Connecting => ("connecting…".to_owned(), theme.dim),
            Link::Live { hosting: false } => ("live".to_owned(), theme.good),
            Link::Live { hosting: true } => ("live, hosted by this terminal".to_owned(), theme.good),
            Link::Lost(_) => ("NOT CONNECTED, trying again".to_owned(), theme.bad),
        };
        let place = format!("  {} · you are {} · ", self.seat.server, self.seat.who);
        let pieces = [
            (" midair", theme.title.add_modifier(Modifier::BOLD)),
            (place.as_str(), theme.plain),
            (state.0.as_str(), state.1),
        ];
        panel::line(buf, area, 0, &pieces);
    }

    fn draw_screen(&self, area: Rect, buf: &mut Buffer) {
        let (theme, clock) = (&self.theme, self.clock);
        if let Some(help) = &self.help {
            return help.draw(self.place_beneath(), area, buf, theme);
        }
        match &self.screen {
            Screen::Browser => self.browser.draw(area, buf, theme, clock),
            Screen::Editor(editor) => editor.draw(area, buf, theme, clock),
            Screen::Collision(collision) => collision.draw(area, buf, theme, clock),
            Screen::Deleted(deleted) => {
                deleted.editor.draw(area, buf, theme, clock);
                deleted.draw(area, buf, theme, clock);
            }
            Screen::Deletion(deletion) => {
                self.browser.draw(area, buf, theme, clock);
                deletion.draw(area, buf, theme, clock);
            }
            Screen::Drafts(drafts) => {
                self.browser.draw(area, buf, theme, clock);
                drafts.draw(area, buf, theme, clock);
            }
        }
    }

    fn place_beneath(&self) -> Place {
        match &self.screen {
            Screen::Browser => Place::Browser,
            Screen::Editor(_) => Place::Editor,
            Screen::Collision(_) => Place::Collision,
            Screen::Deleted(_) => Place::Deleted,
            Screen::Deletion(_) => Place::Deletion,
            Screen::Drafts(_) => Place::Drafts,
        }
    }

    /// The sentence above the keys: what happened, else that the connection is lost. Its sign, its words, its style.
    fn sentence(&self) -> Option<(&'static str, String, Style)> {
        let theme = &self.theme;
        match (&self.notice, &self.link) {
            (Notice::Bad(words), _) => Some(("! ", words.clone(), theme.bad)),
            (Notice::Good(words), _) => Some(("", words.clone(), theme.notice)),
            (Notice::None, Link::Lost(why)) => {
                let words = format!("{why} What you see may be old; what you type is kept.");
                Some(("! ", words, theme.bad))
            }
            (Notice::None, _) => None,
        }
    }

    /// How many lines the notice takes in a screen of so many columns.
    pub(super) fn notice_height(&self, width: u16) -> u16 {
        height_of(&self.notice_lines(width))
    }

    fn notice_lines(&self, width: u16) -> Vec<String> {
        if self.prompt.is_some() {
            return Vec::new();
        }
        let words = self.sentence().map(|(sign, words, _)| format!("{sign}{words}")).unwrap_or_default();
        let mut lines = panel::wrap(&words, width.saturating_sub(2));
        if lines.len() > LONGEST_NOTICE {
            lines.truncate(LONGEST_NOTICE);
            lines[LONGEST_NOTICE - 1].push('…');
        }
        lines
    }

    fn draw_notice(&self, area: Rect, lines: &[String], buf: &mut Buffer) {
        let theme = &self.theme;
        if let Some(prompt) = &self.prompt {
            return prompt.draw(area, buf, theme);
        }
        let style = self.sentence().map_or(theme.plain, |(.., style)| style);
        for (row, line) in (0..).zip(lines) {
            panel::line(buf, area, row, &[(" ", theme.plain), (line, style)]);
        }
    }

    fn draw_foot(&self, area: Rect, buf: &mut Buffer) {
        let place = self.place();
        let here = TABLE.iter().filter(|line| line.place == place);
        let said = |action: Action| {
            TABLE.iter().any(|line| line.place == place && line.action == action && !line.hint.is_empty())
        };
        let everywhere = TABLE.iter().filter(|line| line.place == Place::Everywhere);
        let everywhere = everywhere.filter(|line| match line.action {
            Action::Help => !said(Action::Help) && place != Place::Help,
            Action::QuitNow => !said(Action::Quit),
            _ => true,
        });
        let all = here.chain(everywhere).filter(|line| !line.hint.is_empty() && self.works_now(line));
        let mut all: Vec<&Binding> = all.collect();
        if let (Screen::Collision(collision), Place::Collision) = (&self.screen, place) {
            all.sort_by_key(|line| !collision.comes_first(line.action));
        }
        draw_keys(area, buf, &self.theme, all.into_iter());
        debug_assert!(
            TABLE
                .iter()
                .all(|line| line.hint.is_empty() || line.keys.iter().any(|key| line.hint.contains(&shown(key))))
        );
    }

    /// Whether a key does something as things stand; only such keys are advertised.
    fn works_now(&self, line: &Binding) -> bool {
        match (&self.screen, line.action) {
            (Screen::Editor(editor), Action::LookAtTheirs) => editor.theirs.is_some(),
            (Screen::Browser, Action::Open | Action::Delete) => {
                self.browser.record().is_some() && self.browser.in_records()
            }
            (Screen::Collision(collision), action) => collision.works_now(action),
            (Screen::Drafts(drafts), Action::Open | Action::ThrowAway) => drafts.focused().is_some(),
            _ => true,
        }
    }
}

/// Draws as many keys as there is room for; the way to all of them always is among them, where the
/// place has one, and so is the way out of a collision.
pub(in crate::tui) fn draw_keys<'k>(
    area: Rect,
    buf: &mut Buffer,
    theme: &Theme,
    keys: impl Iterator<Item = &'k Binding>,
) {
    let keys: Vec<&Binding> = keys.collect();
    let wide = |line: &Binding, first: bool| glyph::width(line.hint, 200) + if first { 0 } else { 3 };
    let always = |line: &Binding| match line.action {
        Action::Help => line.place != Place::Everywhere,
        Action::Back => matches!(line.place, Place::Collision | Place::Files),
        _ => false,
    };
    let mut kept_free: u16 = keys.iter().filter(|line| always(line)).map(|line| wide(line, false)).sum();
    let mut used = 1;
    for line in keys.iter().copied() {
        if always(line) {
            kept_free -= wide(line, false);
        } else if used + wide(line, used == 1) + kept_free > area.width {
            if kept_free > 0 {
                continue;
            }
            break;
        }
        let (key, words) = line.hint.split_once(' ').unwrap_or((line.hint, ""));
        let room = Rect { x: area.x + used, width: area.width.saturating_sub(used), ..area };
        let gap = if used > 1 { " · " } else { "" };
        used +=
            panel::line(buf, room, 0, &[(gap, theme.frame), (key, theme.key), (" ", theme.plain), (words, theme.dim)]);
    }
}
