//! An App that stands beside others on a stage: without the line about the connection, in less room, or as one line.

use std::borrow::Cow;

use midair_record::wire::Key;

use super::draw::SMALLEST;
use super::{App, Notice, Over, Screen};
use crate::tui::msg::Link;

/// The least room that an App on a stage is drawn in: columns and rows.
pub const SMALLEST_ON_STAGE: (u16, u16) = (48, 7);

/// What an App draws above and below its screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Around {
    /// The line about the connection, and the keys.
    #[default]
    Everything,
    /// On a stage, for one whose keyboard a person has: the keys.
    Keys,
    /// On a stage: nothing.
    Nothing,
}

impl Around {
    pub(super) fn smallest(self) -> (u16, u16) {
        if self == Around::Everything { SMALLEST } else { SMALLEST_ON_STAGE }
    }

    pub(super) fn has_head(self) -> bool {
        self == Around::Everything
    }

    pub(super) fn has_keys(self) -> bool {
        self != Around::Nothing
    }
}

impl App {
    /// Says what is drawn above and below the screen.
    pub fn stand(&mut self, around: Around) {
        self.around = around;
        self.fit();
    }

    /// The screen as it is in a terminal of its own that has so many columns and rows, and every sign.
    pub fn alone(&self, columns: u16, rows: u16) -> Cow<'_, App> {
        if self.around == Around::Everything && self.size == (columns, rows) && !self.theme.ascii {
            return Cow::Borrowed(self);
        }
        let mut alone = self.clone();
        alone.around = Around::Everything;
        alone.theme.ascii = false;
        alone.resize(columns, rows);
        Cow::Owned(alone)
    }

    /// What the line about the connection would say that is out of the usual: that there is none, and what waits.
    pub fn standing(&self) -> String {
        let link = matches!(self.link, Link::Lost(_)).then(|| "NOT CONNECTED".to_owned());
        let waits = Some(self.inbox + self.queued()).filter(|inbox| *inbox > 0);
        let said = link.into_iter().chain(waits.map(|inbox| format!("{inbox} in inbox")));
        said.collect::<Vec<_>>().join(" · ")
    }

    /// Where the person is and what was said last, for one line.
    pub fn in_a_line(&self) -> String {
        let on = |key: &Key, what: &str| format!("{key} · {what}");
        let place = match (&self.over, &self.screen) {
            (Some(Over::History(_)), _) => "history".to_owned(),
            (Some(Over::Pulse(_)), _) => "pulse".to_owned(),
            (None, Screen::Browser) => match self.browser.collection() {
                Some(name) => format!("the list of {name}"),
                None => "no records yet".to_owned(),
            },
            (None, Screen::Editor(editor)) => editor.title(),
            (None, Screen::Collision(collision)) => match collision.resolution.undecided() {
                0 => on(&collision.editor.draft.key, "mid-air collision, decided"),
                many => on(&collision.editor.draft.key, &format!("mid-air collision, {many} undecided")),
            },
            (None, Screen::Deleted(deleted)) => on(&deleted.editor.draft.key, "deleted while edited"),
            (None, Screen::Deletion(_)) => "about to delete".to_owned(),
            (None, Screen::Drafts(_)) => "inbox".to_owned(),
        };
        match &self.notice {
            Notice::None => place,
            Notice::Good(words) => format!("{place} · {words}"),
            Notice::Bad(words) => format!("{place} · ! {words}"),
        }
    }
}
