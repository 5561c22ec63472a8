//! The list of units as it is laid out: which lines belong to what, and which of them show.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::sides::{SideLine, WHOLE};
use super::{Collision, Focus};
use crate::tui::keys::{Action, Keys, Place};
use crate::tui::msg::Clock;
use crate::tui::theme::Theme;
use crate::tui::widgets::{glyph, panel};

/// From this width on, that is in a terminal of 100 columns, the sides stand side by side.
pub(super) const WIDE: u16 = 98;

/// How many lines a value may take where all of them find room.
const AT_EASE: usize = 24;

/// A line of the list of units: pieces of text, each with its style, at columns of its own.
pub(in crate::tui::screens) type Line = Vec<(u16, String, Style)>;

/// The list of units as it is laid out: its lines, which of them belong to what, and the first that shows.
struct Laid {
    area: Rect,
    lines: Vec<Line>,
    blocks: Vec<(Focus, Range<usize>)>,
    focused: Range<usize>,
    top: usize,
}

impl Collision {
    pub(super) fn draw_units(&self, area: Rect, buf: &mut Buffer, (theme, keys): (&Theme, &Keys)) {
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
        let Laid { area, blocks, top, .. } = self.laid(self.list_in(area, clock), look);
        let line = top + usize::from(y.checked_sub(area.y).filter(|row| *row < area.height)?);
        blocks.into_iter().find(|(_, lines)| lines.contains(&line)).map(|(focus, _)| focus)
    }

    /// How many lines of what is focused do not show at once, when the collision is drawn in `area`.
    pub(super) fn hidden_lines(&self, area: Rect, look: (&Theme, &Keys), clock: Clock) -> usize {
        let Laid { area, focused, .. } = self.laid(self.list_in(area, clock), look);
        focused.len().saturating_sub(area.height.into())
    }

    fn laid(&self, area: Rect, look: (&Theme, &Keys)) -> Laid {
        let wide = area.width >= WIDE;
        let area = if wide { Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area } } else { area };
        let height = usize::from(area.height);
        let few = if wide { (height / 3).clamp(2, 6) } else { 3.min(height / 3).max(2) };
        let mut laid = self.lay(area, if self.show.whole { WHOLE } else { few }, look);
        if !self.show.whole && laid.lines.len() * 2 < height {
            let at_ease = self.lay(area, AT_EASE, look);
            laid = if at_ease.lines.len() <= height { at_ease } else { laid };
        }
        let (first, last) = (laid.focused.start, laid.focused.end.saturating_sub(1).max(laid.focused.start));
        laid.top = if laid.focused.len() > height {
            first + self.scroll.min(laid.focused.len() - height)
        } else {
            panel::top_row(first.midpoint(last), laid.lines.len(), area.height).min(first)
        };
        laid
    }

    /// The lines of everything that is visible, with at most `most` of them for each value.
    fn lay(&self, area: Rect, most: usize, (theme, keys): (&Theme, &Keys)) -> Laid {
        let wide = area.width >= WIDE;
        let visible = self.visible();
        let mut laid = Laid { area, lines: Vec::new(), blocks: Vec::new(), focused: 0..0, top: 0 };
        for (place, index) in visible.iter().enumerate() {
            if place == self.resolution.asked() && place > 0 {
                laid.lines.push(vec![(1, "merged without a question:".into(), theme.dim)]);
            }
            let mut block = |row: Focus, block: Vec<Line>| {
                let range = laid.lines.len()..laid.lines.len() + block.len();
                if row == self.focus {
                    laid.focused = range.clone();
                }
                laid.blocks.push((row, range));
                laid.lines.extend(block);
            };
            let parts = self.parts(*index);
            let unit = Focus::unit(*index);
            match (parts.is_empty(), wide) {
                (true, true) => block(unit, self.wide_block(*index, area, most, theme)),
                (true, false) => block(unit, self.stacked_block(*index, area, most, theme)),
                (false, _) => {
                    block(unit, self.head_of_parts(*index, &parts, area.width, theme));
                    for (number, (piece, part)) in parts.iter().enumerate() {
                        let row = Focus { unit: *index, piece: Some(*piece) };
                        let name = format!("part {}/{}", number + 1, parts.len());
                        let drawn = if wide {
                            self.wide_part(row, part, &name, (area, most), theme)
                        } else {
                            self.stacked_part(row, part, &name, (area, most), theme)
                        };
                        block(row, drawn);
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
            laid.lines.push(vec![(1, fold, theme.dim)]);
        }
        if visible.is_empty() && self.merged_count() == 0 {
            laid.lines.push(vec![(1, "Both sides are the same.".into(), theme.dim)]);
        }
        laid
    }

    /// Column of the first side, and the width of each side.
    pub(super) fn columns(&self, width: u16) -> (u16, u16) {
        let label = (width / 5).clamp(20, 40);
        let sides = if self.show.base { 3 } else { 2 };
        (label, (width - label) / sides)
    }

    /// Where the column of mine begins.
    pub(super) fn mine_at(&self, width: u16) -> u16 {
        let (label, side) = self.columns(width);
        label + side * if self.show.base { 2 } else { 1 }
    }

    fn draw_heads(&self, area: Rect, buf: &mut Buffer, theme: &Theme) {
        let (label, side) = self.columns(area.width);
        let theirs = self.resolution.theirs();
        let (theirs, mine) = match &self.files {
            None => (format!("{} (v{})", theirs.updated_by, theirs.version), format!("you, from {}", self.from())),
            Some(files) => (files.theirs.clone(), files.mine.clone()),
        };
        let room = side.saturating_sub(2);
        let base = "base: what both started from";
        let base = if glyph::width(base, room + 1) <= room { base } else { "base" };
        let heads = [
            (label, format!("◀ theirs: {theirs}"), theme.theirs),
            (label + side, base.to_owned(), theme.dim),
            (self.mine_at(area.width), format!("mine: {} ▶", glyph::fit(&mine, room.saturating_sub(8))), theme.mine),
        ];
        for (place, (column, text, style)) in heads.iter().enumerate() {
            if place != 1 || self.show.base {
                glyph::put(buf, (area.x + column, area.y), room, text, style.add_modifier(Modifier::BOLD));
            }
        }
    }
}

/// The key that shows what merged by itself.
pub(super) fn shows_merged(theme: &Theme, keys: &Keys) -> String {
    keys.shown(Place::Collision, Action::ShowMerged, theme.ascii)
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
