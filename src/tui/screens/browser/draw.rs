//! How the browser looks: collections, records, and the record under the cursor.

use midair_record::schema::Secrets;
use midair_record::{Object, Pointer, Value};
use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};

use super::{Browser, Side};
use crate::tui::keys::{Action, Keys, Place};
use crate::tui::msg::Clock;
use crate::tui::theme::Theme;
use crate::tui::when::ago;
use crate::tui::widgets::brief::brief;
use crate::tui::widgets::{glyph, panel};

impl Browser {
    /// Draws what there is room for: records always, collections and the look at one record where they fit.
    /// `here`: who is editing which record of the collection.
    pub fn draw(
        &self,
        area: Rect,
        buf: &mut Buffer,
        (theme, keys): (&Theme, &Keys),
        clock: Clock,
        here: &[(String, String)],
    ) {
        let [left, middle, right] = columns(area);
        if left.width == 0 {
            if self.side == Side::Collections {
                return self.draw_collections(middle, buf, theme);
            }
            return self.draw_records(middle, buf, (theme, keys), clock, here);
        }
        self.draw_collections(left, buf, theme);
        self.draw_records(middle, buf, (theme, keys), clock, here);
        if right.width > 0 {
            self.draw_preview(right, buf, theme, clock);
        }
    }

    fn draw_collections(&self, area: Rect, buf: &mut Buffer, theme: &Theme) {
        let inside = panel::frame(buf, area, "Collections", "", theme);
        let top = panel::top_row(self.collection, self.collections.len(), inside.height);
        for (row, (index, line)) in (0..inside.height).zip(self.collections.iter().enumerate().skip(top)) {
            let here = index == self.collection;
            let cursor = if here { "▸" } else { " " };
            let style = match (here, self.side) {
                (true, Side::Collections) => theme.selected,
                (true, Side::Records) => theme.title,
                _ => theme.plain,
            };
            let count = grouped(line.records);
            let room = inside.width.saturating_sub(2 + u16::try_from(count.len()).unwrap_or(9));
            let name = glyph::padded(&line.name, room);
            panel::line(
                buf,
                inside,
                row,
                &[(cursor, theme.asks), (&glyph::fit(&name, room), style), (" ", style), (&count, style)],
            );
        }
    }

    fn draw_records(
        &self,
        area: Rect,
        buf: &mut Buffer,
        (theme, keys): (&Theme, &Keys),
        clock: Clock,
        people: &[(String, String)],
    ) {
        let name = self.collection().unwrap_or(if self.known { "no collection" } else { "records" });
        let filter = if self.filter.is_empty() { String::new() } else { format!(" · filter: {}", self.filter) };
        let records = |total: u64| format!(" · {} record{}", grouped(total), if total == 1 { "" } else { "s" });
        let count = self.list.total().map(records).unwrap_or_default();
        let title = format!("{name}{count}{filter}");
        let loading = if self.waits() { "loading…" } else { "" };
        let inside = panel::frame(buf, area, &title, loading, theme);
        let top = Rect { x: area.x + 1, width: area.width.saturating_sub(2), height: 1, ..area };
        let used = glyph::width(&title, area.width) + 2;
        panel::line_right(buf, top, 0, used, (&self.whereabouts(area), theme.dim));
        if let Some(trouble) = &self.trouble {
            for (row, line) in (0..).zip(panel::wrap(trouble, inside.width.saturating_sub(2))) {
                panel::line(buf, inside, row, &[(" ", theme.plain), (&line, theme.bad)]);
            }
            if self.list.rows().is_empty() {
                return;
            }
        }
        if self.list.rows().is_empty() && self.asked.is_none() {
            let new = keys.shown(Place::Browser, Action::New, theme.ascii);
            let none = format!(" No records yet. {new} makes one.");
            let words = match self.collection() {
                None if !self.known => " They show as soon as the server answers.",
                None => " No collections yet. `midair import` makes one.",
                Some(_) if self.filter.is_empty() => none.as_str(),
                Some(_) => " No record holds that.",
            };
            panel::line(buf, inside, 0, &[(words, theme.dim)]);
            return;
        }
        let columns = Columns::fit(inside.width, self.list.rows().iter().map(|stored| stored.id.as_str()));
        columns.draw(buf, inside, 0, ["id", "name", "updated", "by", "v"], theme.dim);
        let list = Rect { y: inside.y + 1, height: inside.height.saturating_sub(1), ..inside };
        let top = panel::top_row(self.list.focus(), self.list.rows().len(), list.height);
        for (row, (index, stored)) in (0..list.height).zip(self.list.rows().iter().enumerate().skip(top)) {
            let here = index == self.list.focus();
            let fresh = self.fresh.iter().any(|(id, _)| *id == stored.id);
            let cursor = if here {
                "▸"
            } else if fresh {
                "↻"
            } else {
                " "
            };
            let style = match (here, self.side) {
                (true, Side::Records) => theme.selected,
                (true, Side::Collections) => theme.title,
                _ if fresh => theme.theirs,
                _ => theme.plain,
            };
            let label = label(stored.fields.fields(), &self.secrets);
            let (when, version) = (ago(&stored.updated_at, clock), stored.version.to_string());
            panel::line(buf, list, row, &[(cursor, theme.asks)]);
            columns.draw(buf, list, row, [&stored.id, &label, &when, &stored.updated_by, &version], style);
            if let Some((_, who)) = people.iter().find(|(id, _)| *id == stored.id) {
                columns.draw_person(buf, list, row, who, if here { style } else { theme.theirs });
            }
        }
    }

    /// Where the cursor is in a list that is longer than the screen.
    fn whereabouts(&self, area: Rect) -> String {
        let rows = u64::from(area.height.saturating_sub(3));
        match (self.list.place(), self.list.total()) {
            (Some(place), Some(total)) if total > rows && !self.waits() => {
                format!(" {} of {} ", grouped(place), grouped(total))
            }
            _ => String::new(),
        }
    }

    fn draw_preview(&self, area: Rect, buf: &mut Buffer, theme: &Theme, clock: Clock) {
        let Some(stored) = self.record() else {
            panel::frame(buf, area, "", "", theme);
            return;
        };
        let title = format!("{} · v{}", stored.id, stored.version);
        let inside = panel::frame(buf, area, &title, "", theme);
        let by = format!(" {} · {}", stored.updated_by, ago(&stored.updated_at, clock));
        let note = stored.note.as_ref().map(|note| format!(" · “{note}”")).unwrap_or_default();
        let mut row = panel::line(buf, inside, 0, &[(&by, theme.dim), (&note, theme.dim)]).min(1);
        if !self.secrets.are_known() {
            let words = "Which values are secret is not known; none is shown.";
            for line in panel::wrap(words, inside.width.saturating_sub(1)) {
                row += panel::line(buf, inside, row, &[(" ", theme.plain), (&line, theme.asks)]).min(1);
            }
        }
        self.draw_fields(buf, inside, &mut row, &Pointer::root(), stored.fields.fields(), theme);
    }

    fn draw_fields(&self, buf: &mut Buffer, area: Rect, row: &mut u16, at: &Pointer, fields: &Object, theme: &Theme) {
        for (name, value) in fields {
            if *row >= area.height {
                return;
            }
            let at = at.child(name.as_str());
            let indent = " ".repeat(2 * at.names().len() - 1);
            let name = glyph::padded(name.as_str(), 12) + " ";
            let shown = self.secrets.shown(&at, Some(value));
            match value {
                Value::Object(inside) if !inside.is_empty() && !shown.is_secret() => {
                    panel::line(buf, area, *row, &[(&indent, theme.plain), (&name, theme.dim)]);
                    *row += 1;
                    self.draw_fields(buf, area, row, &at, inside, theme);
                }
                _ => {
                    let pieces = [(&*indent, theme.plain), (&*name, theme.dim), (&*brief(&shown), theme.plain)];
                    panel::line(buf, area, *row, &pieces);
                    *row += 1;
                }
            }
        }
    }
}

/// The room for the collections, the records and the look at one record.
pub(super) fn columns(area: Rect) -> [Rect; 3] {
    let widths = match area.width {
        ..80 => [0, area.width, 0],
        80..120 => [20, area.width - 20, 0],
        _ => [24, (area.width - 24) * 3 / 5, area.width - 24 - (area.width - 24) * 3 / 5],
    };
    Layout::horizontal(widths.map(Constraint::Length)).areas(area)
}

/// What a record is called in a list: its name, title or first text that is no secret.
pub fn label(fields: &Object, secrets: &Secrets) -> String {
    let shown = |name: &str, value| {
        let shown = secrets.shown(&Pointer::root().child(name), Some(value));
        if shown.is_secret() { None } else { shown.value().cloned() }
    };
    let named = ["name", "title", "label"].iter().find_map(|name| shown(name, fields.get(*name)?));
    let inside = |value: Value| {
        value.as_str().map(str::to_owned).or_else(|| {
            let inside = value.as_object()?;
            ["common", "official", "en"].iter().find_map(|name| inside.get(*name)?.as_str()).map(str::to_owned)
        })
    };
    let mut others = fields.iter().filter(|(_, value)| value.as_str().is_some());
    let text = named
        .and_then(inside)
        .or_else(|| others.find_map(|(name, value)| shown(name.as_str(), value)).and_then(inside));
    glyph::first_line(&text.unwrap_or_default()).chars().take(200).collect()
}

/// Where the columns of the list stand, and how wide they are.
struct Columns([(u16, u16); 5]);

impl Columns {
    fn fit<'i>(width: u16, ids: impl Iterator<Item = &'i str>) -> Self {
        let id = ids.map(|id| glyph::width(id, 24) + 1).max().unwrap_or(3).clamp(4, (width / 4).max(4));
        let (updated, by, version) = match width {
            ..50 => (0, 0, 4),
            50..56 => (12, 0, 4),
            56..80 => (12, 9, 4),
            _ => (13, 14, 6),
        };
        let name = width.saturating_sub(2 + id + updated + by + version + 3);
        let starts = [1, id + 2, id + name + 3, id + name + updated + 3, id + name + updated + by + 3];
        Columns([(starts[0], id), (starts[1], name), (starts[2], updated), (starts[3], by), (starts[4], version)])
    }

    /// Who is editing the record, at the end of its name.
    fn draw_person(&self, buf: &mut Buffer, area: Rect, row: u16, who: &str, style: ratatui::style::Style) {
        let (start, width) = self.0[1];
        let words = glyph::fit(&format!(" ✎ {who}"), (width * 2 / 3).max(8).min(width));
        let wide = glyph::width(&words, width);
        glyph::put(buf, (area.x + start + width.saturating_sub(wide + 1), area.y + row), wide, &words, style);
    }

    fn draw(&self, buf: &mut Buffer, area: Rect, row: u16, words: [&str; 5], style: ratatui::style::Style) {
        let place = Rect { x: area.x + 1, y: area.y + row, width: area.width.saturating_sub(1), height: 1 };
        if row >= area.height {
            return;
        }
        buf.set_style(place, style);
        for ((start, width), word) in self.0.iter().zip(words) {
            if *width > 1 {
                glyph::put(buf, (area.x + start, area.y + row), width - 1, word, style);
            }
        }
    }
}

/// A count with its thousands apart: `1,204`.
fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
