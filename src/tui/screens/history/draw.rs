//! How the history looks: a line a version above, and below what two of them differ in, side by side where there is room.

use midair_record::diff::Change;
use midair_record::schema;
use midair_record::wire::{Op, VersionLine};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

use super::{History, Shown, Side};
use crate::tui::keys::{Action, Keys, Place};
use crate::tui::msg::{Clock, Read};
use crate::tui::screens::changes::{self, Listed};
use crate::tui::screens::collision::list::{Line, push_side};
use crate::tui::screens::collision::sides::{self, SideLine, WHOLE};
use crate::tui::theme::Theme;
use crate::tui::when::{ago, time_of_day};
use crate::tui::widgets::brief::ABSENT;
use crate::tui::widgets::signs::held;
use crate::tui::widgets::{glyph, panel};

/// From this width on the two sides of a change stand beside each other.
const WIDE: u16 = 98;

impl History {
    /// Draws the history.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, (theme, keys): (&Theme, &Keys), clock: Clock) {
        let lines = u16::try_from(self.lines.len()).unwrap_or(u16::MAX).saturating_add(2);
        let above = (area.height * 2 / 5).min(lines).max(5).min(area.height);
        let versions = Rect { height: above, ..area };
        let changes = Rect { y: versions.bottom(), height: area.height - above, ..area };
        self.draw_versions(versions, buf, theme, clock);
        self.draw_changes(changes, buf, theme, clock);
        if let Some(number) = self.asking {
            self.draw_question(number, area, buf, (theme, keys));
        }
    }

    fn title(&self) -> String {
        let now = match &self.now {
            Some(Read::Stored(now)) => format!(" · v{} now", now.version),
            Some(Read::Gone(gone)) => format!(" · deleted in v{}", gone.version),
            Some(Read::Missing) => " · there is none".into(),
            None => String::new(),
        };
        format!("History · {}{now}", self.key)
    }

    fn draw_versions(&self, area: Rect, buf: &mut Buffer, theme: &Theme, clock: Clock) {
        let right = match (self.asked, self.marked) {
            (Some(_), _) => "loading…".to_owned(),
            (None, Some(marked)) => format!("v{marked} marked"),
            (None, None) => String::new(),
        };
        let inside = panel::frame(buf, area, &self.title(), &right, theme);
        let mut y = 0;
        if let Some(trouble) = &self.trouble {
            for line in panel::wrap(trouble, inside.width.saturating_sub(2)) {
                panel::line(buf, inside, y, &[(" ", theme.plain), (&line, theme.bad)]);
                y += 1;
            }
        } else if self.lines.is_empty() && self.asked.is_none() {
            panel::line(buf, inside, 0, &[(" Nobody has saved this record yet.", theme.dim)]);
        }
        let list = Rect { y: inside.y + y, height: inside.height.saturating_sub(y), ..inside };
        let top = panel::top_row(self.focus, self.lines.len(), list.height);
        for (row, (index, line)) in (0..list.height).zip(self.lines.iter().enumerate().skip(top)) {
            self.draw_version(index, line, Rect { y: list.y + row, height: 1, ..list }, buf, theme, clock);
        }
    }

    fn draw_version(
        &self,
        index: usize,
        line: &VersionLine,
        place: Rect,
        buf: &mut Buffer,
        theme: &Theme,
        clock: Clock,
    ) {
        let here = index == self.focus;
        let older = self.pair().and_then(|(older, _)| older);
        let sign = match line.version {
            version if self.marked == Some(version) => "●",
            version if older == Some(version) => "○",
            _ => " ",
        };
        let style = match (here, self.side) {
            (true, Side::Versions) => theme.selected,
            (true, Side::Changes) => theme.title,
            _ => theme.plain,
        };
        let (who, when) = (who(&line.by), ago(&line.at, clock));
        let [by, at] = if place.width < 80 { [10, 12] } else { [16, 14] };
        let cursor = if here { "▸" } else { " " };
        let start = panel::line(buf, place, 0, &[(cursor, theme.asks), (sign, theme.asks), (" ", style)]);
        let rest = Rect { x: place.x + start, width: place.width.saturating_sub(start), ..place };
        buf.set_style(rest, style);
        let version = format!("v{}", line.version);
        for (column, width, text) in [(0, 6, version.as_str()), (7, by, who), (8 + by, at, when.as_str())] {
            glyph::put(
                buf,
                (rest.x + column, rest.y),
                width.min(rest.width.saturating_sub(column)),
                &glyph::fit(text, width),
                style,
            );
        }
        let told = 9 + by + at;
        let words = did(line);
        let room = rest.width.saturating_sub(told);
        glyph::put(buf, (rest.x + told, rest.y), room, &glyph::fit(&words, room), style);
    }

    /// What stands over the changes: which two versions they are between.
    fn heading(&self) -> String {
        let Some((older, newer)) = self.pair() else { return String::new() };
        let count = self.changes().map(|changes| match changes.len() {
            0 => "nothing differs".to_owned(),
            1 => "1 field differs".to_owned(),
            many => format!("{many} fields differ"),
        });
        let older = older.map_or("nothing".to_owned(), |older| format!("v{older}"));
        format!("{older} → v{newer}{}", count.map(|count| format!(" · {count}")).unwrap_or_default())
    }

    fn draw_changes(&self, area: Rect, buf: &mut Buffer, theme: &Theme, clock: Clock) {
        let inside = panel::frame(buf, area, &self.heading(), if self.whole { "whole" } else { "" }, theme);
        let Some((older, newer)) = self.pair() else { return };
        let mut y = 0;
        if let Some(words) = self.lines.iter().find(|line| line.version == newer).map(|line| told(line, clock)) {
            for line in
                panel::wrap(&words, inside.width.saturating_sub(2)).iter().take(usize::from(inside.height / 4).max(1))
            {
                panel::line(buf, inside, y, &[(" ", theme.plain), (line, theme.dim)]);
                y += 1;
            }
        }
        let mut place = Rect { y: inside.y + y, height: inside.height.saturating_sub(y), ..inside };
        let lacking = older.into_iter().chain([newer]).find_map(|number| self.lacks(number));
        if let Some(words) = lacking {
            for (row, line) in (0..).zip(panel::wrap(&words, place.width.saturating_sub(2))) {
                panel::line(buf, place, row, &[(" ", theme.plain), (&line, theme.asks)]);
            }
            return;
        }
        let changes = self.changes().unwrap_or_default();
        if place.width >= WIDE && !changes.is_empty() {
            let (label, side) = columns(place.width);
            for (column, version, style) in [
                (label, older.map_or("before".into(), |older| format!("v{older}")), theme.theirs),
                (label + side, format!("v{newer}"), theme.mine),
            ] {
                glyph::put(buf, (place.x + column + 2, place.y), side, &version, style.add_modifier(Modifier::BOLD));
            }
            place = Rect { y: place.y + 1, height: place.height.saturating_sub(1), ..place };
        }
        let mut lines: Vec<Line> = Vec::new();
        let mut focused = 0..0;
        for (index, change) in changes.iter().enumerate() {
            let block = self.block(index, change, place, theme);
            if index == self.change {
                focused = lines.len()..lines.len() + block.len();
            }
            lines.extend(block);
        }
        let middle = focused.start.midpoint(focused.end.saturating_sub(1).max(focused.start));
        let top = panel::top_row(middle, lines.len(), place.height).min(focused.start);
        for (row, line) in (0..place.height).zip(&lines[top..]) {
            for (column, text, style) in line.iter().filter(|(column, ..)| *column < place.width) {
                glyph::put(buf, (place.x + column, place.y + row), place.width - column, text, *style);
            }
        }
    }

    /// Why a version cannot be compared, as a sentence.
    fn lacks(&self, number: u64) -> Option<String> {
        match self.shown(number) {
            Shown::Fields(_) | Shown::Nothing => None,
            Shown::Coming => Some(format!("v{number} is on its way…")),
            Shown::Failed(why) => Some(format!("v{number} could not be read: {why}")),
            Shown::Trimmed => Some(format!(
                "The fields of v{number} are no longer kept: this collection keeps only some of its history. Who wrote \
                 it, when, and which fields it changed is still known."
            )),
        }
    }

    /// One field: both sides beside each other, or one above the other.
    fn block(&self, index: usize, change: &Change, place: Rect, theme: &Theme) -> Vec<Line> {
        let focused = index == self.change && self.side == Side::Changes;
        let (cursor, style) = if focused { ("▸", theme.title) } else { (" ", theme.plain) };
        let [was, now] = [&change.was, &change.now].map(|value| self.secrets.shown(&change.at, value.as_ref()));
        let name = self.secrets.label(&change.at);
        let most = if self.whole { WHOLE } else { usize::from(place.height / 3).clamp(2, 6) };
        if place.width >= WIDE {
            let (label, side) = columns(place.width);
            let room = side.saturating_sub(4);
            let left = before(&was, &now, room, most);
            let right = sides::lines(&now, &was, &was, room, most);
            let mut lines = vec![Line::new(); left.len().max(right.len())];
            for (row, line) in lines.iter_mut().enumerate() {
                if row == 0 {
                    line.push((0, cursor.into(), theme.asks));
                    line.push((2, glyph::fit(&name, label.saturating_sub(3)), style));
                }
                push_side(line, label + 2, room, left.get(row), theme.theirs);
                push_side(line, label + side + 2, room, right.get(row), theme.mine);
            }
            return lines;
        }
        let mut lines =
            vec![vec![(0, cursor.into(), theme.asks), (2, glyph::fit(&name, place.width.saturating_sub(3)), style)]];
        let room = place.width.saturating_sub(7);
        let most = if self.whole { WHOLE } else { most.min(3) };
        for (sign, value, other, style) in [("−", &was, &now, theme.theirs), ("+", &now, &was, theme.mine)] {
            let shown = match sign {
                "−" => before(value, other, room, most),
                _ => sides::lines(value, other, other, room, most),
            };
            for (row, text) in shown.iter().enumerate() {
                let mut line = Line::new();
                if row == 0 {
                    line.push((4, sign.into(), style));
                }
                push_side(&mut line, 6, room, Some(text), style);
                lines.push(line);
            }
        }
        lines
    }

    /// The question before a restoration: what it will change.
    fn draw_question(&self, number: u64, area: Rect, buf: &mut Buffer, (theme, keys): (&Theme, &Keys)) {
        let Ok(changes) = self.restoring(number) else { return };
        let over = match &self.now {
            Some(Read::Stored(now)) => format!("over v{} by {}", now.version, who(&now.updated_by)),
            _ => "although it was deleted".into(),
        };
        let what = format!("Write v{number} again as the newest version, {over}? It will change:");
        let size = changes::card(area, &what, Listed::Changes(&changes), &self.secrets, 2);
        let inside = panel::card(buf, area, size, &format!("Restore v{number} of {}", self.key), theme);
        let mut y = 0;
        for line in panel::wrap(&what, inside.width) {
            panel::line(buf, inside, y, &[(&line, theme.title)]);
            y += 1;
        }
        let room = inside.height.saturating_sub(y + 1);
        for line in changes::lines(Listed::Changes(&changes), &self.secrets, inside.width, room) {
            panel::line(buf, inside, y, &[(&line, theme.mine)]);
            y += 1;
        }
        let [yes, no] = [Action::Confirm, Action::Back].map(|action| keys.shown(Place::Restoring, action, theme.ascii));
        let words =
            if self.sent { "on its way…".into() } else { format!("{yes} restores · {no} leaves it as it is") };
        panel::line(buf, inside, y, &[(&words, theme.asks)]);
    }
}

/// The older side of a change: what was not there yet is absent, and was not deleted.
fn before(was: &schema::Shown, now: &schema::Shown, room: u16, most: usize) -> Vec<SideLine> {
    match was.value() {
        None => vec![SideLine::plain(ABSENT)],
        Some(_) => sides::lines(was, now, now, room, most),
    }
}

fn who(by: &str) -> &str {
    if by.is_empty() { "somebody" } else { by }
}

fn columns(width: u16) -> (u16, u16) {
    let label = (width / 5).clamp(16, 32);
    (label, (width - label) / 2)
}

/// What a version did, on one line: the fields it changed, and why.
fn did(line: &VersionLine) -> String {
    let fields: Vec<String> = line.paths.iter().take(40).map(midair_record::Pointer::label).collect();
    let fields = fields.join(", ");
    let what = match line.op {
        Op::Create => "created".to_owned(),
        Op::Delete => "✗ deleted".to_owned(),
        Op::Update if fields.is_empty() => "no field changed".into(),
        Op::Update => fields,
    };
    let blind = if line.blind { "! blind: " } else { "" };
    let why = line.why.as_ref().map(|why| format!(" · “{}”", held(why))).unwrap_or_default();
    format!("{blind}{what}{why}")
}

/// A version in a sentence.
fn told(line: &VersionLine, clock: Clock) -> String {
    let did = match line.op {
        Op::Create => "created it",
        Op::Update => "saved",
        Op::Delete => "deleted it",
    };
    let blind = if line.blind { ", blind: it overwrote whatever stood there, unseen" } else { "" };
    let why = line.why.as_ref().map(|why| format!(": “{}”", held(why))).unwrap_or_default();
    format!(
        "v{}: {} {did} at {}, {}{blind}{why}",
        line.version,
        who(&line.by),
        time_of_day(&line.at, clock),
        ago(&line.at, clock)
    )
}
