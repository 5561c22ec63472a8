//! How a collision looks: two columns where there is room, stacked where there is not; a sign and a word for each state.

use std::ops::Range;

use midair_record::Pointer;
use midair_record::merge::State;
use midair_record::merge::rule::Reason;
use midair_record::resolution::Choice;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};

use super::sides::{self, SideLine};
use super::{Collision, Focus, Saving};
use crate::tui::keys::{Action, Keys, Place};
use crate::tui::msg::Clock;
use crate::tui::theme::Theme;
use crate::tui::when::{ago, time_of_day};
use crate::tui::widgets::brief::brief;
use crate::tui::widgets::{glyph, panel};

/// From this width on, that is in a terminal of 100 columns, the sides stand side by side.
const WIDE: u16 = 98;

/// A line of the list of units: pieces of text, each with its style, at columns of its own.
pub(in crate::tui::screens) type Line = Vec<(u16, String, Style)>;

/// The list of units as it is laid out: its lines, which of them belong to what, and the first that shows.
struct Laid {
    area: Rect,
    lines: Vec<Line>,
    blocks: Vec<(Focus, Range<usize>)>,
    top: usize,
}

impl Collision {
    /// Draws the collision.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, (theme, keys): (&Theme, &Keys), clock: Clock) {
        let title = match &self.files {
            None => format!("Mid-air collision · {}", self.resolution.draft().key),
            Some(files) => format!("Merge · {}", files.merged),
        };
        let room = area.width.saturating_sub(glyph::width(&title, area.width) + 8);
        let inside = panel::frame(buf, area, &title, &self.count(room, theme, keys), theme);
        let versions = self.version_lines(inside, clock);
        for (y, line) in (0..).zip(&versions) {
            panel::line(buf, inside, y, &[(" ", theme.plain), (line, theme.theirs)]);
        }
        let list = self.list_area(inside, versions.len());
        self.draw_units(list, buf, (theme, keys));
        let will = Rect { y: list.bottom(), height: self.will_height(inside.height), ..inside };
        self.draw_will(will, buf, theme);
        if let Some(hand) = &self.hand {
            let place = hand_place(inside);
            let at = &self.resolution.units()[hand.unit].at;
            let title = format!("{} by hand · {}", at.label(), hand.field.shape.words());
            ratatui::widgets::Widget::render(ratatui::widgets::Clear, place, buf);
            let text = panel::frame(buf, place, &title, "", theme);
            hand.field.area.draw(text, buf, theme.plain);
            if let Some(fault) = hand.field.fault() {
                let last =
                    Rect { x: place.x + 1, y: place.bottom() - 1, width: place.width.saturating_sub(2), height: 1 };
                panel::line(buf, last, 0, &[(" ✗ ", theme.bad), (&fault, theme.bad), (" ", theme.bad)]);
            }
        }
    }

    /// The lines that tell whose versions these are.
    fn version_lines(&self, inside: Rect, clock: Clock) -> Vec<String> {
        let mut versions = match &self.files {
            None => self.versions(clock),
            Some(files) => format!("theirs: {} | mine: {} | base: {}", files.theirs, files.mine, files.base),
        };
        if inside.width < WIDE && self.files.is_none() {
            versions += &format!(" | you, from {}", self.from());
        }
        let mut lines = panel::wrap(&versions, inside.width.saturating_sub(1));
        lines.truncate(usize::from((inside.height / 5).max(1)));
        lines
    }

    /// Where the units stand, below so many lines of versions.
    fn list_area(&self, inside: Rect, versions: usize) -> Rect {
        let (above, below) = (u16::try_from(versions).unwrap_or(1), self.will_height(inside.height));
        Rect { y: inside.y + above, height: inside.height.saturating_sub(above + below), ..inside }
    }

    /// How far the person is, in as many words as fit in `room` columns.
    fn count(&self, room: u16, theme: &Theme, keys: &Keys) -> String {
        let place = if self.files.is_some() { Place::Files } else { Place::Collision };
        let submit = keys.shown(place, Action::Submit, theme.ascii);
        let (open, asked, merged) = (self.resolution.undecided(), self.resolution.asked(), self.merged_count());
        let enter = if self.files.is_some() { "writes" } else { "saves" };
        let open = match (&self.saving, open, asked) {
            (Saving::Sent, ..) => "saving…".to_owned(),
            (Saving::Waiting(_), ..) => "waiting for the server".to_owned(),
            (_, 0, 0) => format!("nothing to decide · {submit} {enter}"),
            (_, 0, 1) => format!("decided · {submit} {enter}"),
            (_, 0, _) => format!("all {asked} decided · {submit} {enter}"),
            _ => format!("{open} of {asked} undecided"),
        };
        let long = match (merged, self.show.merged) {
            (0, _) => return open,
            (_, true) => format!("{open} · {merged} merged"),
            (_, false) => format!("{open} · {merged} merged ({} to show)", shows_merged(theme, keys)),
        };
        if glyph::width(&long, room + 1) <= room { long } else { open }
    }

    /// Every version since mine, by whom, when and why.
    fn versions(&self, clock: Clock) -> String {
        let theirs = self.resolution.theirs();
        let mut lines: Vec<String> = self
            .resolution
            .changes()
            .iter()
            .map(|line| {
                let why = line.why.as_ref().map(|why| format!(" “{why}”")).unwrap_or_default();
                format!("v{} {} {}, {}{why}", line.version, line.by, time_of_day(&line.at, clock), ago(&line.at, clock))
            })
            .collect();
        if lines.is_empty() {
            lines.push(format!("v{} {} {}", theirs.version, theirs.updated_by, ago(&theirs.updated_at, clock)));
        }
        lines.join(" · ")
    }

    /// What I started from.
    fn from(&self) -> String {
        self.resolution.base().map_or("scratch".into(), |base| format!("v{}", base.version))
    }

    fn will_height(&self, height: u16) -> u16 {
        let lines = u16::try_from(self.will().len()).unwrap_or(u16::MAX);
        lines.saturating_add(1).min((height / 3).max(2))
    }

    fn draw_will(&self, area: Rect, buf: &mut Buffer, theme: &Theme) {
        if area.height == 0 {
            return;
        }
        let rule = "─".repeat(area.width.into());
        let heading = if self.files.is_some() { "Against theirs, the result will " } else { "Your save will " };
        panel::line(buf, area, 0, &[(&rule, theme.frame)]);
        panel::line(buf, area, 0, &[("─ ", theme.frame), (heading, theme.title)]);
        let lines = self.will();
        let room = usize::from(area.height - 1);
        for (row, line) in (1..).zip(lines.iter().take(room)) {
            let style = match line.chars().next() {
                Some('?') => theme.asks,
                Some('!') => theme.bad,
                _ => theme.plain,
            };
            panel::line(buf, area, row, &[(" ", theme.plain), (line, style)]);
        }
        if lines.len() > room {
            panel::line_right(
                buf,
                area,
                area.height - 1,
                0,
                (&format!(" and {} more ", lines.len() - room), theme.dim),
            );
        }
    }

    fn draw_units(&self, area: Rect, buf: &mut Buffer, (theme, keys): (&Theme, &Keys)) {
        if area.width >= WIDE {
            self.draw_heads(area, buf, theme);
        }
        let Laid { area, lines, top, .. } = self.laid(area, (theme, keys));
        for (row, line) in (0..area.height).zip(&lines[top..]) {
            for (column, text, style) in line {
                let x = area.x + column;
                if x < area.right() {
                    glyph::put(buf, (x, area.y + row), area.right() - x, text, *style);
                }
            }
        }
    }

    /// What can be focused at line `y` of the screen, when the collision is drawn in `area`.
    pub(super) fn focus_in(&self, area: Rect, y: u16, look: (&Theme, &Keys), clock: Clock) -> Option<Focus> {
        let inside = Rect::new(area.x + 1, area.y + 1, area.width.saturating_sub(2), area.height.saturating_sub(2));
        let list = self.list_area(inside, self.version_lines(inside, clock).len());
        let Laid { area, blocks, top, .. } = self.laid(list, look);
        let line = top + usize::from(y.checked_sub(area.y).filter(|row| *row < area.height)?);
        blocks.into_iter().find(|(_, lines)| lines.contains(&line)).map(|(focus, _)| focus)
    }

    fn laid(&self, area: Rect, (theme, keys): (&Theme, &Keys)) -> Laid {
        let wide = area.width >= WIDE;
        let area = if wide { Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area } } else { area };
        let visible = self.visible();
        let mut lines: Vec<Line> = Vec::new();
        let mut blocks = Vec::new();
        let mut focused = 0..0;
        for (place, index) in visible.iter().enumerate() {
            if place == self.resolution.asked() && place > 0 {
                lines.push(vec![(1, "merged without a question:".into(), theme.dim)]);
            }
            let mut block = |lines: &mut Vec<Line>, row: Focus, block: Vec<Line>| {
                let range = lines.len()..lines.len() + block.len();
                if row == self.focus {
                    focused = range.clone();
                }
                blocks.push((row, range));
                lines.extend(block);
            };
            let parts = self.parts(*index);
            let unit = Focus::unit(*index);
            match (parts.is_empty(), wide) {
                (true, true) => block(&mut lines, unit, self.wide_block(*index, area, theme)),
                (true, false) => block(&mut lines, unit, self.stacked_block(*index, area, theme)),
                (false, _) => {
                    block(&mut lines, unit, self.head_of_parts(*index, &parts, area.width, theme));
                    for (number, (piece, part)) in parts.iter().enumerate() {
                        let row = Focus { unit: *index, piece: Some(*piece) };
                        let name = format!("part {}/{}", number + 1, parts.len());
                        let drawn = if wide {
                            self.wide_part(row, part, &name, area, theme)
                        } else {
                            self.stacked_part(row, part, &name, area, theme)
                        };
                        block(&mut lines, row, drawn);
                    }
                }
            }
        }
        if !self.show.merged && self.merged_count() > 0 {
            let key = shows_merged(theme, keys);
            let fold = match self.merged_count() {
                1 => format!("+ 1 field merged by itself ({key} to show)"),
                many => format!("+ {many} fields merged by themselves ({key} to show)"),
            };
            lines.push(vec![(1, fold, theme.dim)]);
        }
        if visible.is_empty() && self.merged_count() == 0 {
            lines.push(vec![(1, "Both sides are the same.".into(), theme.dim)]);
        }
        let (first, last) = (focused.start, focused.end.saturating_sub(1).max(focused.start));
        let height = usize::from(area.height);
        let middle = if last - first >= height { first + height / 2 } else { first.midpoint(last) };
        let top = panel::top_row(middle, lines.len(), area.height).min(first);
        Laid { area, lines, blocks, top }
    }

    /// Column of the first side, and the width of each side.
    pub(super) fn columns(&self, width: u16) -> (u16, u16) {
        let label = (width / 5).clamp(20, 32);
        let sides = if self.show.base { 3 } else { 2 };
        (label, (width - label) / sides)
    }

    fn draw_heads(&self, area: Rect, buf: &mut Buffer, theme: &Theme) {
        let (label, side) = self.columns(area.width);
        let theirs = self.resolution.theirs();
        let (theirs, mine) = match &self.files {
            None => (format!("{} (v{})", theirs.updated_by, theirs.version), format!("you, from {}", self.from())),
            Some(files) => (files.theirs.clone(), files.mine.clone()),
        };
        let heads = [
            (label, format!("◀ theirs: {theirs}"), theme.theirs),
            (label + side, "base: what both started from".to_owned(), theme.dim),
            (label + side * if self.show.base { 2 } else { 1 }, format!("mine: {mine} ▶"), theme.mine),
        ];
        for (place, (column, text, style)) in heads.iter().enumerate() {
            if place != 1 || self.show.base {
                glyph::put(buf, (area.x + column, area.y), side, text, style.add_modifier(Modifier::BOLD));
            }
        }
    }

    pub(super) fn most_lines(&self, area: Rect) -> usize {
        if self.show.whole { usize::from(area.height).max(6) } else { usize::from(area.height / 3).clamp(2, 6) }
    }

    fn wide_block(&self, index: usize, area: Rect, theme: &Theme) -> Vec<Line> {
        let unit = &self.resolution.units()[index];
        let (label, side) = self.columns(area.width);
        let room = side.saturating_sub(4);
        let most = self.most_lines(area);
        let (theirs, mine, base) = (unit.theirs.as_ref(), unit.mine.as_ref(), unit.base.as_ref());
        let left = sides::lines(theirs, mine, base, room, most);
        let right = sides::lines(mine, theirs, base, room, most);
        let middle = if self.show.base { sides::lines(base, mine, base, room, most) } else { Vec::new() };
        let mut names = self.names(index, label.saturating_sub(1), theme);
        let height = left.len().max(right.len()).max(middle.len()).max(names.len());
        names.resize(height, Line::new());
        let mine_at = label + side * if self.show.base { 2 } else { 1 };
        let dots = self.dots(index);
        for (row, line) in names.iter_mut().enumerate() {
            if row == 0 {
                line.push((label, dots.0.into(), self.side_style(index, &Choice::Theirs, theme)));
                line.push((mine_at, dots.1.into(), self.side_style(index, &Choice::Mine, theme)));
            }
            push_side(line, label + 2, room, left.get(row), self.side_style(index, &Choice::Theirs, theme));
            push_side(line, label + side + 2, room, middle.get(row), self.side_style(index, &Choice::Base, theme));
            push_side(line, mine_at + 2, room, right.get(row), self.side_style(index, &Choice::Mine, theme));
        }
        names.extend(self.moved_line(index, theme));
        names.extend(self.fault_lines(index, theme));
        names.extend(self.hand_line(index, label, theme));
        names
    }

    fn stacked_block(&self, index: usize, area: Rect, theme: &Theme) -> Vec<Line> {
        let unit = &self.resolution.units()[index];
        let most = self.most_lines(area).min(if self.show.whole { usize::MAX } else { 3 });
        let mut block = self.names(index, area.width, theme);
        let (dot_theirs, dot_mine) = self.dots(index);
        let (theirs, mine, base) = (unit.theirs.as_ref(), unit.mine.as_ref(), unit.base.as_ref());
        let side = |block: &mut Vec<Line>, head: String, value, other, style: Style| {
            let lines = sides::lines(value, other, base, area.width.saturating_sub(16), most);
            for (row, text) in lines.iter().enumerate() {
                let mut line = Line::new();
                if row == 0 {
                    line.push((2, head.clone(), style));
                }
                push_side(&mut line, 14, area.width.saturating_sub(15), Some(text), style);
                block.push(line);
            }
        };
        side(
            &mut block,
            format!("{dot_theirs} ◀ theirs"),
            theirs,
            mine,
            self.side_style(index, &Choice::Theirs, theme),
        );
        if self.show.base {
            side(&mut block, "    base".into(), base, mine, self.side_style(index, &Choice::Base, theme));
        }
        side(&mut block, format!("{dot_mine} ▶ mine"), mine, theirs, self.side_style(index, &Choice::Mine, theme));
        block.extend(self.moved_line(index, theme));
        block.extend(self.fault_lines(index, theme));
        block.extend(self.hand_line(index, 2, theme));
        block
    }

    /// The sign, the name, which version set it, and what kind of difference it is.
    pub(super) fn names(&self, index: usize, room: u16, theme: &Theme) -> Vec<Line> {
        let unit = &self.resolution.units()[index];
        let (sign, style) = self.sign(index, theme);
        let focused = self.focus == Focus::unit(index);
        let cursor = if focused { "▸" } else { " " };
        let name_style = if focused { theme.title } else { theme.plain };
        let set_by = self.resolution.set_by(index).map(|line| format!(" (v{})", line.version)).unwrap_or_default();
        let name = glyph::fit(&format!("{}{set_by}", unit.label()), room.saturating_sub(4));
        let kind = match unit.state {
            State::Conflict(kind) => kind.words(),
            State::Same => "same on both",
            State::OnlyMine => "only you changed it",
            State::OnlyTheirs => "only they changed it",
            State::Merged => "both changed it, merged",
        };
        let kind = &match self.rule_words(index) {
            Some(rule) => format!("{kind} · {rule}"),
            None => kind.to_owned(),
        };
        let mut lines =
            vec![vec![(0, cursor.into(), theme.asks), (1, sign.into(), style), (3, name.clone(), name_style)]];
        let taken = 3 + glyph::width(&name, room) + 2;
        if room > 40 && taken + 10 < room {
            lines[0].push((taken, format!("· {kind}"), theme.dim));
        } else {
            let kind = panel::wrap(kind, room.saturating_sub(4));
            lines.extend(kind.into_iter().map(|line| vec![(3, line, theme.dim)]));
        }
        lines
    }

    /// The rule of a unit and where it comes from, unless it is the default.
    fn rule_words(&self, index: usize) -> Option<String> {
        let unit = &self.resolution.units()[index];
        match unit.reason {
            Reason::Default => None,
            reason => Some(format!("{}, {}", unit.rule, reason.words())),
        }
    }

    fn sign(&self, index: usize, theme: &Theme) -> (&'static str, Style) {
        match (self.resolution.choice(index), self.resolution.units()[index].state) {
            (choice, _) if choice.is_open() => ("?", theme.asks),
            (Choice::Undecided, _) => ("?", theme.asks),
            (Choice::Both, _) => ("+", theme.good),
            (Choice::Pieces(_), _) => ("✓", theme.good),
            (Choice::Hand(_), _) => ("✎", theme.good),
            (_, State::Same) => ("=", theme.dim),
            (Choice::Theirs, _) => ("◀", theme.theirs),
            (Choice::Mine, _) => ("▶", theme.mine),
            (Choice::Base, _) => ("▽", theme.good),
        }
    }

    fn dots(&self, index: usize) -> (&'static str, &'static str) {
        match self.resolution.choice(index) {
            Choice::Undecided => (" ", " "),
            Choice::Theirs => ("●", "○"),
            Choice::Mine => ("○", "●"),
            Choice::Both => ("●", "●"),
            Choice::Base | Choice::Hand(_) | Choice::Pieces(_) => ("○", "○"),
        }
    }

    fn side_style(&self, index: usize, side: &Choice, theme: &Theme) -> Style {
        let own = match side {
            Choice::Theirs => theme.theirs,
            Choice::Mine => theme.mine,
            _ => theme.dim,
        };
        match self.resolution.choice(index) {
            _ if !self.resolution.asks(index) && self.resolution.choice(index) != side => theme.dim,
            Choice::Undecided => own,
            choice if choice == side => own.add_modifier(Modifier::BOLD),
            _ => theme.dim,
        }
    }

    /// What the result breaks here.
    pub(super) fn fault_lines(&self, index: usize, theme: &Theme) -> Vec<Line> {
        let unit = &self.resolution.units()[index];
        let faults = self.faults.iter().filter(|fault| unit.overlaps(&fault.at));
        faults.map(|fault| vec![(3, format!("✗ {}", fault.what), theme.bad)]).collect()
    }

    /// That theirs changed after it was decided, and what had been decided.
    pub(super) fn moved_line(&self, index: usize, theme: &Theme) -> Option<Line> {
        let was = self.resolution.moved(index)?;
        let now = brief(self.resolution.units()[index].theirs.as_ref());
        let mut words = format!("moved again: was {}, now {now}", brief(was.theirs.as_ref()));
        match &was.choice {
            Choice::Hand(value) => {
                words += &format!("; you had written {}, which writing by hand offers", brief(value.as_ref()))
            }
            Choice::Mine => words += "; you had taken mine",
            Choice::Theirs => words += "; you had taken theirs",
            Choice::Base => words += "; you had taken base",
            Choice::Both => words += "; you had taken both",
            Choice::Pieces(_) => words += "; what you decided of its parts stands where they are the same",
            Choice::Undecided => {}
        }
        Some(vec![(3, words, theme.asks)])
    }

    pub(super) fn hand_line(&self, index: usize, column: u16, theme: &Theme) -> Option<Line> {
        let sign = match self.resolution.choice(index) {
            Choice::Hand(_) => "✎ by hand: ",
            Choice::Base => "▽ base: ",
            Choice::Both => "+ both: ",
            _ => return None,
        };
        let value = self.resolution.pick(index).flatten();
        Some(vec![(column, format!("{sign}{}", brief(value.as_ref())), theme.good)])
    }

    /// Where the value written by hand is drawn when the collision is drawn in `area`.
    pub(super) fn hand_area(&self, area: Rect) -> Rect {
        let inside = Rect::new(area.x + 1, area.y + 1, area.width.saturating_sub(2), area.height.saturating_sub(2));
        let place = hand_place(inside);
        Rect::new(place.x + 1, place.y + 1, place.width.saturating_sub(2), place.height.saturating_sub(2))
    }

    /// Where the caret stands: in the value written by hand.
    pub fn caret(&self, area: Rect) -> Option<Position> {
        self.hand.as_ref()?.field.area.caret_in(self.hand_area(area))
    }

    /// The place of the unit under the cursor.
    pub fn at(&self) -> Option<&Pointer> {
        self.resolution.units().get(self.focus.unit).map(|unit| &unit.at)
    }
}

/// The key that shows what merged by itself.
fn shows_merged(theme: &Theme, keys: &Keys) -> String {
    keys.shown(Place::Collision, Action::ShowMerged, theme.ascii)
}

/// The lower half of the screen.
fn hand_place(inside: Rect) -> Rect {
    let height = (inside.height / 2).max(3).min(inside.height);
    Rect { y: inside.bottom() - height, height, ..inside }
}

pub(in crate::tui::screens) fn push_side(
    line: &mut Line,
    column: u16,
    room: u16,
    side: Option<&SideLine>,
    style: Style,
) {
    let Some(SideLine { text, changed }) = side else { return };
    let marked = style.add_modifier(Modifier::UNDERLINED);
    let mut at = column;
    let mut push = |part: &str, style: Style| {
        let left = (column + room).saturating_sub(at);
        if !part.is_empty() && left > 0 {
            let shown = glyph::fit(part, left);
            let width = glyph::width(&shown, left);
            line.push((at, shown, style));
            at += width;
        }
    };
    let mut from = 0;
    for range in changed {
        push(&text[from..range.start], style);
        push(&text[range.clone()], marked);
        from = range.end;
    }
    push(&text[from..], style);
}
