//! The drafts that an earlier session left on this machine, offered back; nothing is thrown away unasked.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::tui::keys::{Action, Keys, Place};
use crate::tui::msg::{Clock, WaitingDraft};
use crate::tui::theme::Theme;
use crate::tui::when::ago;
use crate::tui::widgets::brief::brief;
use crate::tui::widgets::panel;

/// The list of waiting drafts.
#[derive(Clone, Debug)]
pub struct Drafts {
    pub waiting: Vec<WaitingDraft>,
    pub unreadable: Vec<String>,
    focus: usize,
    /// The draft that was asked to be thrown away once; the second time it is.
    pub doomed: Option<String>,
}

impl Drafts {
    /// Opens the list.
    pub fn open(waiting: Vec<WaitingDraft>, unreadable: Vec<String>) -> Self {
        Drafts { waiting, unreadable, focus: 0, doomed: None }
    }

    /// The draft under the cursor.
    pub fn focused(&self) -> Option<&WaitingDraft> {
        self.waiting.get(self.focus)
    }

    /// Takes the draft under the cursor out of the list.
    pub fn take(&mut self) -> Option<WaitingDraft> {
        let taken = (self.focus < self.waiting.len()).then(|| self.waiting.remove(self.focus));
        self.focus = self.focus.min(self.waiting.len().saturating_sub(1));
        taken
    }

    /// Moves the cursor.
    pub fn act(&mut self, action: Action) {
        self.doomed = None;
        match action {
            Action::Up => self.focus = self.focus.saturating_sub(1),
            Action::Down => self.focus = (self.focus + 1).min(self.waiting.len().saturating_sub(1)),
            Action::First => self.focus = 0,
            Action::Last => self.focus = self.waiting.len().saturating_sub(1),
            _ => {}
        }
    }

    /// Draws the list as a card over what is beneath.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, (theme, keys): (&Theme, &Keys), clock: Clock) {
        let rows = u16::try_from(self.waiting.len() * 2 + self.unreadable.len()).unwrap_or(u16::MAX);
        let size = (area.width.saturating_sub(4).min(90), rows.saturating_add(5));
        let inside = panel::card(buf, area, size, "Drafts of an earlier session", theme);
        let intro = match self.waiting.len() {
            0 => "No drafts wait for this server.".to_owned(),
            1 => "One draft was typed here and never saved.".to_owned(),
            many => format!("{many} drafts were typed here and never saved."),
        };
        panel::line(buf, inside, 0, &[(&intro, theme.plain)]);
        let room = usize::from(inside.height.saturating_sub(2)) / 2;
        let top = panel::top_row(self.focus, self.waiting.len(), u16::try_from(room).unwrap_or(1));
        let mut y = 2;
        for (index, waiting) in self.waiting.iter().enumerate().skip(top).take(room) {
            let draft = &waiting.draft;
            let cursor = if index == self.focus { "▸ " } else { "  " };
            let name = draft.key.to_string();
            let from = draft.base.stored().map_or("new".to_owned(), |stored| format!("from v{}", stored.version));
            let when = format!("  {from} · typed {}", ago(&waiting.saved_at, clock));
            let style = if index == self.focus { theme.title } else { theme.plain };
            panel::line(buf, inside, y, &[(cursor, theme.asks), (&name, style), (&when, theme.dim)]);
            let changes: Vec<String> = draft
                .changes()
                .iter()
                .take(5)
                .map(|change| format!("{}: {}", change.at.label(), brief(change.now.as_ref())))
                .collect();
            let doomed = self.doomed.as_deref() == Some(&waiting.slot);
            let again = keys.shown(Place::Drafts, Action::ThrowAway, theme.ascii);
            let words = if doomed { format!("{again} again throws it away for good") } else { changes.join(" · ") };
            panel::line(
                buf,
                inside,
                y + 1,
                &[("    ", theme.plain), (&words, if doomed { theme.bad } else { theme.mine })],
            );
            y += 2;
        }
        for words in &self.unreadable {
            panel::line(buf, inside, y, &[(words, theme.bad)]);
            y += 1;
        }
    }
}
