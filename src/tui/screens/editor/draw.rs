//! How the editor looks: a row a field, a sign for what changed on which side, theirs as a ghost beside mine.

use std::borrow::Cow;

use midair_record::merge::known_by;
use midair_record::schema::MASK;
use midair_record::{Pointer, Value};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use super::rows::{Row, elements, step};
use super::{Editor, Now, OnDisk, Saving};
use crate::tui::company::ELSEWHERE;
use crate::tui::field::FieldEditor;
use crate::tui::keys::{Action, Keys, Place};
use crate::tui::msg::Clock;
use crate::tui::theme::Theme;
use crate::tui::when::ago;
use crate::tui::widgets::brief::brief;
use crate::tui::widgets::{glyph, panel};

/// From this width on, theirs stands beside mine; below it, on a line of its own.
const WIDE: u16 = 100;

/// From this height on, a line says what is declared of the field under the caret.
const ROOM_TO_TELL: u16 = 7;

/// A row as it is laid out: which one, and how many lines it takes.
struct Laid {
    row: usize,
    height: u16,
}

impl Editor {
    /// Draws the editor.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, (theme, keys): (&Theme, &Keys), clock: Clock) {
        let look = keys.shown(Place::Editor, Action::LookAtTheirs, theme.ascii);
        let inside = panel::frame(buf, area, &self.title(), &self.elsewhere(&look, clock, area.width), theme);
        if let Some((same, field)) = self.full_field() {
            let (line, _) = field.area.place();
            let title = format!(
                "{} · {} · line {line} of {}",
                self.secrets.label(same),
                field.shape.words(),
                field.area.line_count()
            );
            let inside = panel::frame(buf, inside, &title, "", theme);
            let fault = field.fault();
            let (text, place) = full_parts(inside, fault.is_some());
            field.area.draw(text, buf, theme.plain);
            if let (Some(place), Some(words)) = (place, fault) {
                panel::line(buf, place, 0, &[("✗ ", theme.bad), (&words, theme.bad)]);
            }
            return;
        }
        if self.rows.is_empty() {
            let add = keys.shown(Place::Editor, Action::AddField, theme.ascii);
            panel::line(buf, inside, 0, &[(&format!(" No fields yet. {add} adds one."), theme.dim)]);
        }
        let (inside, told) = self.parts(inside);
        let mut y = 0;
        for Laid { row, height } in self.laid(inside) {
            let place = Rect { y: inside.y + y, height: height.min(inside.height - y), ..inside };
            self.draw_row(row, place, buf, theme);
            y += height;
        }
        if let Some(told) = told {
            panel::line(buf, told, 0, &[(" ", theme.plain), (&self.told(), theme.dim)]);
        }
        if let Some(field) = self.field_area(inside) {
            self.draw_choices(inside, field, buf, theme);
        }
    }

    /// The room for the rows, and for the line that says what is declared of the field under the caret.
    fn parts(&self, inside: Rect) -> (Rect, Option<Rect>) {
        if self.schema.is_none() || inside.height < ROOM_TO_TELL {
            return (inside, None);
        }
        let rows = Rect { height: inside.height - 1, ..inside };
        (rows, Some(Rect { y: rows.bottom(), height: 1, ..inside }))
    }

    /// Which record it is, from which version, and where what is typed stands.
    pub fn title(&self) -> String {
        let from = match self.draft.base.stored() {
            Some(stored) => format!("from v{}", stored.version),
            None => "new".into(),
        };
        let kept = match (&self.saving, &self.on_disk) {
            (Saving::Sent, _) => "saving…".into(),
            (Saving::Waiting(_), _) => "waiting for the server; goes out when it answers".into(),
            (_, OnDisk::Nothing) => "unchanged".into(),
            (_, OnDisk::Behind | OnDisk::Sent(_)) => "edited".into(),
            (_, OnDisk::Kept) => "draft kept".into(),
            (_, OnDisk::Failed(why)) => format!("DRAFT NOT KEPT: {why}"),
        };
        format!("{} · {from} · {kept}", self.draft.key)
    }

    fn elsewhere(&self, look: &str, clock: Clock, width: u16) -> String {
        let Some(theirs) = &self.theirs else { return self.others(width) };
        let (who, what, at) = match &theirs.current {
            Now::Stored(stored) => (&stored.updated_by, format!("saved v{}", stored.version), &stored.updated_at),
            Now::Gone(gone) => (&gone.by, "deleted it".to_owned(), &gone.at),
        };
        let who = if who.is_empty() { "somebody" } else { who };
        let long = format!("{who} {what} {} · {look} to look", ago(at, clock));
        if glyph::width(&long, 500) + glyph::width(&self.title(), 500) + 6 < width {
            return long;
        }
        format!("{who} {what} · {look}")
    }

    /// Who else is editing the record, in as many words as there is room for.
    fn others(&self, width: u16) -> String {
        let verb = |who: &str| if who == ELSEWHERE { ", are" } else { " is" };
        let words = match self.company.as_slice() {
            [] => return String::new(),
            [(who, Some(at))] if !at.is_root() => {
                format!("✎ {who}{} editing {}", verb(who), self.secrets.label(at))
            }
            [(who, _)] => format!("✎ {who}{} editing too", verb(who)),
            [(first, _), rest @ ..] => format!("✎ {first} and {} more are editing too", rest.len()),
        };
        if glyph::width(&words, 500) + glyph::width(&self.title(), 500) + 6 < width {
            return words;
        }
        self.company.first().map(|(who, _)| format!("✎ {who}")).unwrap_or_default()
    }

    /// Who is editing the field of a row.
    fn person_at(&self, row: usize) -> Option<String> {
        let at = &self.rows.get(row)?.same;
        let (who, _) = self.company.iter().find(|(_, there)| there.as_ref() == Some(at))?;
        Some(format!(" ✎ {who} "))
    }

    fn full_field(&self) -> Option<(&Pointer, &FieldEditor)> {
        if self.in_full { self.here().zip(self.field.as_ref()) } else { None }
    }

    /// What they have on a row, where it is not what I started from; of what has rows of its own, these say it.
    fn ghost(&self, row: usize) -> Option<String> {
        let Now::Stored(stored) = &self.theirs.as_ref()?.current else { return None };
        let (at, mine) = (&self.rows[row].same, self.mine(&self.rows[row].at));
        let now = at.get(stored.fields.fields());
        let was = self.base_fields().and_then(|base| at.get(base));
        let inside = same_outline(now, mine) || (elements(mine).is_some() && same_outline(now, was));
        if now == was || inside {
            return None;
        }
        let changes = &self.theirs.as_ref()?.changes;
        let line = changes.iter().rev().find(|line| line.paths.iter().any(|path| path.overlaps(at)));
        let by = line.map_or(&stored.updated_by, |line| &line.by);
        let flows = self.flows(row);
        let (now, mine) = (self.shown(at, now), self.shown(at, self.mine(at)));
        if flows.is_some() && !now.is_secret() && !now.is_masked() {
            return Some(format!("was {}  ({by})", brief(&self.shown(at, was))));
        }
        let words = match now.is_secret() {
            true if now.is_same(&mine) => format!("{MASK} same as yours"),
            true => format!("{MASK} changed"),
            false if now.is_masked() && now.value() == mine.value() && !now.is_same(&mine) => {
                format!("{}  {MASK} changed in it", brief(&now))
            }
            false => brief(&now),
        };
        Some(format!("theirs now: {words}  ({by})"))
    }

    /// What they have on a row that I did not touch and do not stand on: it shows there, in the place of what it was.
    fn flows(&self, row: usize) -> Option<Option<&Value>> {
        let Now::Stored(stored) = &self.theirs.as_ref()?.current else { return None };
        let Row { at, same, .. } = &self.rows[row];
        let (now, was) = (same.get(stored.fields.fields()), same.get(self.base_fields()?));
        let touched = row == self.focus || self.unread.contains_key(at) || self.mine(at) != was;
        (now != was && !touched && !same_outline(now, was)).then_some(now)
    }

    /// What is wrong on a row, and whether this draft is to blame.
    fn fault(&self, row: usize) -> Option<(String, bool)> {
        let at = &self.rows[row].at;
        let field = if row == self.focus { self.field.as_ref() } else { self.unread.get(at) };
        if row == self.focus && self.is_choosing() {
            // What is typed only finds a value so far.
            return None;
        }
        let unread = field.and_then(FieldEditor::fault).map(|words| (words, true));
        unread.or_else(|| self.mark_on(row).map(|mark| (mark.words.clone(), mark.is_new)))
    }

    fn row_height(&self, row: usize, width: u16) -> u16 {
        let ghost_below = width < WIDE && self.ghost(row).is_some();
        1 + u16::from(ghost_below) + u16::from(self.fault(row).is_some())
    }

    /// The rows that show, the one under the caret among them.
    fn laid(&self, inside: Rect) -> Vec<Laid> {
        let mut laid = Vec::new();
        let mut room = inside.height;
        for row in panel::top_row(self.focus, self.rows.len(), inside.height)..self.rows.len() {
            let height = self.row_height(row, inside.width);
            if room == 0 {
                break;
            }
            laid.push(Laid { row, height: height.min(room) });
            room -= height.min(room);
        }
        let shown = |laid: &[Laid]| laid.iter().any(|line| line.row == self.focus);
        if !shown(&laid) && !self.rows.is_empty() {
            laid = vec![Laid { row: self.focus, height: self.row_height(self.focus, inside.width).min(inside.height) }];
        }
        laid
    }

    /// What a row is called; an element by its place, where what it is known by is secret.
    fn label(&self, row: usize) -> Cow<'_, str> {
        let row = &self.rows[row];
        let masked = row.element && self.secrets.label(&row.same) != row.same.label();
        match row.at.last().parse::<usize>() {
            Ok(index) if masked => (index + 1).to_string().into(),
            _ => row.label.as_str().into(),
        }
    }

    fn label_width(&self, width: u16) -> u16 {
        self.label_columns.clamp(6, (width / 3).max(6))
    }

    fn value_area(&self, row: usize, place: Rect) -> Rect {
        let left = 2 + self.label_width(place.width) + 5;
        let person = self.person_at(row).map_or(0, |who| glyph::width(&who, place.width / 3));
        let width = place.width.saturating_sub(left + person);
        let half = width >= WIDE - 30 && self.theirs.is_some();
        Rect { x: place.x + left, width: if half { width * 3 / 5 } else { width }, height: 1, ..place }
    }

    fn draw_row(&self, row: usize, place: Rect, buf: &mut Buffer, theme: &Theme) {
        let at = &self.rows[row].at;
        let focused = row == self.focus;
        let typed = if focused { self.field.as_ref() } else { self.unread.get(at) };
        let mine = self.mine(at);
        let base = self.rows[row].same.get(self.base_fields().unwrap_or(&self.start));
        let ghost = self.ghost(row);
        let edited = match (typed, mine) {
            (Some(field), _) => !field.says(base),
            (None, mine) if same_outline(base, mine) => false,
            (None, mine) => mine != base,
        };
        let (sign, style) = match (edited, &ghost) {
            (true, Some(_)) => ("✎ ↻", theme.asks),
            (true, None) => ("✎  ", theme.mine),
            (false, Some(_)) => ("↻  ", theme.theirs),
            (false, None) => ("   ", theme.plain),
        };
        let label_width = self.label_width(place.width);
        let indent = 2 * self.rows[row].depth;
        let cursor = if focused { "▸ " } else { "  " };
        panel::line(buf, place, 0, &[(cursor, theme.asks)]);
        let label_style = if focused { theme.title } else { theme.dim };
        let label_x = place.x + 2 + indent.min(label_width.saturating_sub(4));
        let room = place.x + 2 + label_width - label_x;
        let used = glyph::put(buf, (label_x, place.y), room, &self.label(row), label_style);
        if self.rows[row].required {
            glyph::put(buf, (label_x + used, place.y), room - used, "*", theme.asks);
        }
        glyph::put(buf, (place.x + 2 + label_width, place.y), 4, &format!(" {sign}"), style);
        let value = self.value_area(row, place);
        if let Some(who) = self.person_at(row) {
            let wide = glyph::width(&who, place.width / 3);
            glyph::put(buf, (place.right() - wide, place.y), wide, &who, theme.theirs);
        }
        match typed {
            Some(field) if focused && (mine.is_some_and(|mine| *mine != Value::Null) || !field.area.is_empty()) => {
                field.area.draw(value, buf, Style::new());
            }
            Some(field) if !focused => {
                field.area.draw(value, buf, theme.bad);
            }
            _ => {
                let flows = self.flows(row);
                let value_here = flows.unwrap_or(mine);
                let style = match value_here {
                    _ if flows.is_some() => theme.theirs,
                    None | Some(Value::Null) => theme.dim,
                    Some(_) => theme.plain,
                };
                let words = match value_here {
                    Some(Value::Object(members)) if !members.is_empty() => count(members.len()),
                    list if elements(list).is_some() => count_elements(elements(list).unwrap_or_default().len()),
                    other => brief(&self.shown(at, other)),
                };
                glyph::put(buf, (value.x, value.y), value.width, &words, style);
            }
        }
        self.draw_asides(row, place, value, ghost, buf, theme);
    }

    fn draw_asides(
        &self,
        row: usize,
        place: Rect,
        value: Rect,
        ghost: Option<String>,
        buf: &mut Buffer,
        theme: &Theme,
    ) {
        let mut below = 1;
        if let Some(ghost) = ghost {
            if place.width < WIDE {
                let under = Rect { x: value.x, width: place.right() - value.x, ..place };
                panel::line(buf, under, below, &[(&ghost, theme.theirs)]);
                below += 1;
            } else {
                let beside =
                    Rect { x: value.right() + 1, width: place.right().saturating_sub(value.right() + 1), ..place };
                panel::line(buf, beside, 0, &[(&ghost, theme.theirs)]);
            }
        }
        if let Some((fault, is_new)) = self.fault(row) {
            let under = Rect { x: value.x, width: place.right() - value.x, ..place };
            let pieces: [panel::Piece; 3] = match is_new {
                true => [("✗ ", theme.bad), (&fault, theme.bad), ("", theme.bad)],
                false => [("· ", theme.dim), (&fault, theme.dim), (", as it was before", theme.dim)],
            };
            panel::line(buf, under, below, &pieces);
        }
    }

    /// Where the text under the caret is drawn when the editor is drawn in `area`.
    pub(super) fn text_area(&self, area: Rect) -> Option<Rect> {
        let inside = within(area);
        if let Some((_, field)) = self.full_field() {
            return Some(full_parts(within(inside), field.fault().is_some()).0);
        }
        self.field_area(self.parts(inside).0)
    }

    /// The room of the rows, and where the field is drawn that a value is chosen for.
    pub(super) fn choice_room(&self, area: Rect) -> Option<(Rect, Rect)> {
        let inside = self.parts(within(area)).0;
        self.field_area(inside).filter(|_| self.is_choosing()).map(|field| (inside, field))
    }

    /// Where the field under the caret is drawn in a row of its own.
    fn field_area(&self, inside: Rect) -> Option<Rect> {
        self.field.as_ref()?;
        let above: u16 =
            self.laid(inside).iter().take_while(|laid| laid.row != self.focus).map(|laid| laid.height).sum();
        let place = Rect { y: inside.y + above, height: 1, ..inside };
        Some(self.value_area(self.focus, place))
    }

    /// The row that is drawn in line `y` when the editor is drawn in `area`.
    pub(super) fn row_in(&self, area: Rect, y: u16) -> Option<usize> {
        let inside = self.parts(within(area)).0;
        let mut left = y.checked_sub(inside.y)?;
        for Laid { row, height } in self.laid(inside) {
            if left < height {
                return Some(row);
            }
            left -= height;
        }
        None
    }

    /// Where the caret stands when the editor is drawn in `area`.
    pub fn caret(&self, area: Rect) -> Option<Position> {
        self.field.as_ref()?.area.caret_in(self.text_area(area)?)
    }
}

/// The room inside a frame.
fn within(area: Rect) -> Rect {
    Rect::new(area.x + 1, area.y + 1, area.width.saturating_sub(2), area.height.saturating_sub(2))
}

/// Whether both are objects, or lists of as many objects: what differs is said on the rows inside.
fn same_outline(one: Option<&Value>, other: Option<&Value>) -> bool {
    match (one, other) {
        (Some(Value::Object(_)), Some(Value::Object(_))) => true,
        (one, other) => match (elements(one), elements(other)) {
            (Some(one), Some(other)) => names(one) == names(other),
            _ => false,
        },
    }
}

/// What the elements are called, in their order.
fn names(list: &[Value]) -> Vec<String> {
    let key = known_by(list, None);
    (0..list.len()).map(|index| step(list, key.as_deref(), index)).collect()
}

fn count_elements(elements: usize) -> String {
    if elements == 1 { "[ 1 element ]".into() } else { format!("[ {elements} elements ]") }
}

fn count(members: usize) -> String {
    if members == 1 { "{ 1 field }".into() } else { format!("{{ {members} fields }}") }
}

/// The room for the text, and for the line that says what is wrong with it.
fn full_parts(inside: Rect, faulty: bool) -> (Rect, Option<Rect>) {
    if !faulty || inside.height < 2 {
        return (inside, None);
    }
    let text = Rect { height: inside.height - 1, ..inside };
    (text, Some(Rect { y: text.bottom(), height: 1, ..inside }))
}
