//! Deleted against edited, both ways: they deleted what I edit, or edited what I am about to delete.

use midair_record::Object;
use midair_record::diff::diff;
use midair_record::schema::Secrets;
use midair_record::wire::{Stored, Tombstone, VersionLine};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::changes::{self, Listed};
use super::editor::Editor;
use crate::tui::msg::Clock;
use crate::tui::theme::Theme;
use crate::tui::when::{ago, time_of_day};
use crate::tui::widgets::panel;

/// They deleted the record that I edit.
#[derive(Clone, Debug)]
pub struct Deleted {
    pub editor: Box<Editor>,
    pub gone: Tombstone,
}

/// I am about to delete a record: this version of it.
#[derive(Clone, Debug)]
pub struct Deletion {
    pub collection: String,
    pub shown: Stored,
    /// What stood there when I first asked, and who wrote since: there when the deletion was refused.
    pub refused: Option<Refused>,
    pub sent: bool,
    /// What of the record is not shown.
    pub secrets: Secrets,
}

/// A refused deletion: what I had seen, and the writes since.
#[derive(Clone, Debug)]
pub struct Refused {
    pub seen: Object,
    pub changes: Vec<VersionLine>,
}

impl Deleted {
    /// Draws the card.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, theme: &Theme, clock: Clock) {
        let draft = &self.editor.draft;
        let who = if self.gone.by.is_empty() { "Somebody" } else { &self.gone.by };
        let why = self.gone.why.as_ref().map(|why| format!(" “{why}”")).unwrap_or_default();
        let what = format!(
            "{who} deleted {} at {}, {}{why}. Your changes are here and on disk:",
            draft.key,
            time_of_day(&self.gone.at, clock),
            ago(&self.gone.at, clock)
        );
        draw_card(
            area,
            buf,
            theme,
            ("Deleted while you edited it", &what),
            Listed::Changes(&draft.changes()),
            &self.editor.secrets,
        );
    }
}

impl Deletion {
    /// Draws the card.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, theme: &Theme, clock: Clock) {
        let name = format!("{}/{}", self.collection, self.shown.id);
        let changes;
        let (title, what, listed) = match &self.refused {
            None => {
                let by = if self.shown.updated_by.is_empty() { "somebody" } else { &self.shown.updated_by };
                let what = format!(
                    "Delete {name}? It is at v{}, by {by}, {}. Its history stays.",
                    self.shown.version,
                    ago(&self.shown.updated_at, clock)
                );
                ("Delete", what, Listed::Record(self.shown.fields.fields()))
            }
            Some(Refused { seen, changes: writes }) => {
                changes = diff(seen, self.shown.fields.fields());
                let who: Vec<String> = writes.iter().map(|line| format!("v{} {}", line.version, line.by)).collect();
                let what = format!(
                    "{name} was not deleted: it changed after you looked at it ({}). This is new:",
                    if who.is_empty() { format!("v{}", self.shown.version) } else { who.join(", ") }
                );
                ("Edited before you deleted it", what, Listed::Changes(&changes))
            }
        };
        draw_card(area, buf, theme, (title, &what), listed, &self.secrets);
    }
}

fn draw_card(
    area: Rect,
    buf: &mut Buffer,
    theme: &Theme,
    (title, what): (&str, &str),
    listed: Listed,
    secrets: &Secrets,
) {
    let size = changes::card(area, what, listed, secrets, 1);
    let inside = panel::card(buf, area, size, title, theme);
    let mut y = 0;
    for line in panel::wrap(what, inside.width) {
        panel::line(buf, inside, y, &[(&line, theme.title)]);
        y += 1;
    }
    y += 1;
    for line in changes::lines(listed, secrets, inside.width, inside.height.saturating_sub(y)) {
        panel::line(buf, inside, y, &[(&line, theme.mine)]);
        y += 1;
    }
}
