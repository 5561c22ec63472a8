//! Deleted against edited, both ways: they deleted what I edit, or edited what I am about to delete.

use midair_record::wire::{Stored, Tombstone, VersionLine};
use midair_record::{Object, diff};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::editor::Editor;
use crate::tui::msg::Clock;
use crate::tui::theme::Theme;
use crate::tui::when::{ago, time_of_day};
use crate::tui::widgets::brief::brief;
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
}

/// A refused deletion: what I had seen, and the writes since.
#[derive(Clone, Debug)]
pub struct Refused {
    pub seen: Object,
    pub changes: Vec<VersionLine>,
}

fn change_lines(was: &Object, now: &Object) -> Vec<String> {
    let changes = diff::diff(was, now);
    changes
        .iter()
        .map(|change| format!("{}: {} → {}", change.at.label(), brief(change.was.as_ref()), brief(change.now.as_ref())))
        .collect()
}

impl Deleted {
    /// Draws the card.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, theme: &Theme, clock: Clock) {
        let draft = &self.editor.draft;
        let mine = match draft.base.stored() {
            Some(stored) => change_lines(stored.fields.fields(), &draft.fields),
            None => change_lines(&Object::new(), &draft.fields),
        };
        let rows = u16::try_from(mine.len()).unwrap_or(u16::MAX);
        let size = (area.width.saturating_sub(4).min(96), rows.saturating_add(7));
        let inside = panel::card(buf, area, size, "Deleted while you edited it", theme);
        let who = if self.gone.by.is_empty() { "Somebody" } else { &self.gone.by };
        let why = self.gone.why.as_ref().map(|why| format!(" “{why}”")).unwrap_or_default();
        let what = format!(
            "{who} deleted {} at {}, {}{why}. Your changes are here and on disk:",
            draft.key,
            time_of_day(&self.gone.at, clock),
            ago(&self.gone.at, clock)
        );
        draw_lines(inside, buf, theme, &what, &mine);
    }
}

impl Deletion {
    /// Draws the card.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, theme: &Theme, clock: Clock) {
        let name = format!("{}/{}", self.collection, self.shown.id);
        let (title, what, lines) = match &self.refused {
            None => {
                let by = if self.shown.updated_by.is_empty() { "somebody" } else { &self.shown.updated_by };
                let what = format!(
                    "Delete {name}? It is at v{}, by {by}, {}. Its history stays.",
                    self.shown.version,
                    ago(&self.shown.updated_at, clock)
                );
                let fields = self.shown.fields.fields().iter();
                (
                    "Delete",
                    what,
                    fields.map(|(name, value)| format!("{}: {}", name.as_str(), brief(Some(value)))).collect(),
                )
            }
            Some(Refused { seen, changes }) => {
                let who: Vec<String> = changes.iter().map(|line| format!("v{} {}", line.version, line.by)).collect();
                let what = format!(
                    "{name} was not deleted: it changed after you looked at it ({}). This is new:",
                    if who.is_empty() { format!("v{}", self.shown.version) } else { who.join(", ") }
                );
                ("Edited before you deleted it", what, change_lines(seen, self.shown.fields.fields()))
            }
        };
        let rows = u16::try_from(lines.len()).unwrap_or(u16::MAX);
        let size = (area.width.saturating_sub(4).min(96), rows.saturating_add(7));
        let inside = panel::card(buf, area, size, title, theme);
        draw_lines(inside, buf, theme, &what, &lines);
    }
}

fn draw_lines(inside: Rect, buf: &mut Buffer, theme: &Theme, what: &str, lines: &[String]) {
    let mut y = 0;
    for line in panel::wrap(what, inside.width) {
        panel::line(buf, inside, y, &[(&line, theme.title)]);
        y += 1;
    }
    y += 1;
    let room = usize::from(inside.height.saturating_sub(y));
    let fit = if lines.len() > room { room.saturating_sub(1) } else { room };
    for line in lines.iter().take(fit) {
        panel::line(buf, inside, y, &[("  ", theme.plain), (line, theme.mine)]);
        y += 1;
    }
    if lines.len() > fit {
        panel::line(buf, inside, y, &[(&format!("  and {} more", lines.len() - fit), theme.dim)]);
    }
}
