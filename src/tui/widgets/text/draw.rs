//! What of a text is on the screen: the same reckoning for drawing it, for its caret and for a click.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};

use super::rows::{Row, line_around};
use super::{TextArea, View, graphemes};
use crate::tui::widgets::{glyph, signs};

/// What is drawn for a character that is masked.
const MASKED: &str = "•";

impl TextArea {
    /// Takes note of the size it is drawn in, and scrolls as far as the caret asks for.
    pub fn fit(&mut self, area: Rect) {
        let size = (area.width, area.height);
        if self.laid.is_none() || self.size != size {
            self.size = size;
            self.lay();
        }
    }

    fn lay(&mut self) {
        let (view, rows) = self.view_in(self.size);
        self.view = view;
        self.laid = Some(self.drawn_from(view, rows, self.size));
    }

    /// Scrolls by rows, up where negative; the caret stays where it is in the text.
    pub fn scroll(&mut self, rows: isize) {
        let top = self.view_in(self.size).0.top;
        let laid = self.rows(self.size);
        self.view.top = match usize::try_from(rows) {
            Ok(down) => laid.from(top, down + 1).last().map_or(top, |row| row.start),
            Err(_) => laid.above(top, rows.unsigned_abs()).start,
        };
        self.free = true;
        self.lay();
    }

    /// What is drawn at a size: what was drawn last, as far as the caret shows there, else as little off as can be; far
    /// off, the caret comes to the middle.
    fn view_in(&self, size: (u16, u16)) -> (View, Vec<Row>) {
        let rows = self.rows(size);
        let height = usize::from(size.1).max(1);
        let mut shown = rows.from(self.view.top.min(self.rope.len_chars()), height);
        if !self.free && self.row_of_caret(&shown).is_none() {
            let caret = rows.at(self.caret);
            let lowest = rows.above(caret.start, height - 1);
            let top = if caret.start < shown[0].start && rows.from(caret.start, height).contains(&shown[0]) {
                caret
            } else if caret.start > shown[0].start && shown.contains(&lowest) {
                lowest
            } else {
                rows.above(caret.start, height / 2)
            };
            shown = rows.from(top.start, height);
        }
        if shown.len() < height {
            let top = rows.above(shown[shown.len() - 1].start, height - 1).start;
            shown = rows.from(top, height);
        }
        (View { top: shown[0].start, left: self.left_in(size) }, shown)
    }

    /// Which of these rows the caret stands in.
    fn row_of_caret(&self, rows: &[Row]) -> Option<usize> {
        let found = rows.partition_point(|row| row.start <= self.caret).checked_sub(1)?;
        let row = rows[found];
        (self.caret < row.end || (row.last && self.caret == row.end)).then_some(found)
    }

    /// Where the caret's line begins to be drawn, so that the caret is among the columns.
    fn left_in(&self, size: (u16, u16)) -> usize {
        let (start, end) = line_around(&self.rope, self.caret);
        if self.rows(size).wrap.is_some() {
            return start;
        }
        let width = size.0.max(1);
        // The last column says that the line goes on.
        let room = if self.caret == end { width } else { (width - 1).max(1) };
        let kept = self.view.left;
        if (start + 1..=self.caret).contains(&kept) && graphemes::is_boundary(&self.rope, kept) {
            let column = self.columns(kept, self.caret, width);
            if column >= (width / 8).min(4) && column < room {
                return kept;
            }
        }
        if self.caret - start < usize::from(width) * 64 && self.columns(start, self.caret, width) < room {
            return start;
        }
        let mut left = self.caret;
        let mut used = 0;
        while left > start {
            let before = graphemes::before(&self.rope, left);
            used += self.columns(before, left, width);
            if used > width - width / 4 - 1 {
                break;
            }
            left = before;
        }
        left
    }

    /// The rows on the screen, each with the character from which on it is drawn.
    fn shown(&self, size: (u16, u16)) -> Cow<'_, [(Row, usize)]> {
        if let (Some(laid), true) = (&self.laid, self.size == size) {
            return Cow::Borrowed(laid);
        }
        let (view, rows) = self.view_in(size);
        Cow::Owned(self.drawn_from(view, rows, size))
    }

    fn drawn_from(&self, view: View, rows: Vec<Row>, size: (u16, u16)) -> Vec<(Row, usize)> {
        let wraps = self.rows(size).wrap.is_some();
        let caret_line = (!wraps).then(|| line_around(&self.rope, self.caret).0);
        let from = |row: Row| if Some(row.start) == caret_line { (row, view.left) } else { (row, row.start) };
        rows.into_iter().take(size.1.into()).map(from).collect()
    }

    /// Draws as many rows as fit. Without wrapping, long lines are cut and the caret's line scrolls sideways.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, style: Style) {
        if area.width == 0 {
            return;
        }
        let size = (area.width, area.height);
        let cut = self.rows(size).wrap.is_none();
        for (y, (row, from)) in (area.y..area.bottom()).zip(self.shown(size).iter().copied()) {
            self.draw_row((row, from), cut, Rect { y, height: 1, ..area }, buf, style);
        }
    }

    /// `cut`: what does not fit ends in `…`.
    fn draw_row(&self, (row, from): (Row, usize), cut: bool, place: Rect, buf: &mut Buffer, style: Style) {
        let (start, end) = self.range();
        let to = row.end.min(from + usize::from(place.width) * 8);
        let marks = self.marks(from, to);
        let style_at = |at: usize| match () {
            () if (start..end).contains(&at) => style.add_modifier(Modifier::REVERSED),
            () if marks.iter().any(|mark| mark.contains(&at)) => {
                style.add_modifier(Modifier::BOLD | Modifier::UNDERLINED)
            }
            () => style,
        };
        let mut used = 0;
        for (at, part) in graphemes::walk(&self.rope, from).take_while(|(at, _)| *at < row.end) {
            let x = place.x + used;
            let part_held = signs::held(&part);
            let (safe, wide) =
                if self.mask.hides(at) { (Cow::Borrowed(MASKED), 1) } else { glyph::visible(&part_held) };
            let goes_on = at + part.chars().count() < row.end;
            if used + wide > place.width || (cut && goes_on && used + wide == place.width) {
                if cut && used < place.width {
                    buf.set_stringn(x, place.y, "…", 1, style);
                }
                return;
            }
            if at == from && from > row.start {
                buf.set_stringn(x, place.y, "…", 1, style);
            } else if wide == 1 {
                buf[(x, place.y)].set_symbol(&safe).set_style(style_at(at));
            } else {
                buf.set_stringn(x, place.y, safe, wide.into(), style_at(at));
            }
            used += wide;
        }
        // A selected line break is a space.
        if row.last && (start..end).contains(&row.end) && used < place.width {
            buf[(place.x + used, place.y)].set_style(style.add_modifier(Modifier::REVERSED));
        }
    }

    /// Where in `area` the caret stands when drawn there; nowhere when it was scrolled away.
    pub fn caret_in(&self, area: Rect) -> Option<Position> {
        let size = (area.width, area.height);
        let shown = self.shown(size);
        let rows: Vec<Row> = shown.iter().map(|(row, _)| *row).collect();
        let found = self.row_of_caret(&rows)?;
        let (y, from) = (area.y + u16::try_from(found).ok()?, shown[found].1);
        let column = self.columns(from, self.caret, area.width);
        Some(Position { x: area.x + column.min(area.width.saturating_sub(1)), y })
    }

    /// The place in the text that is drawn at this column and row of the screen. Above and below the area: on the row that
    /// would come next there.
    pub(super) fn hit(&self, area: Rect, column: u16, row: u16) -> usize {
        let size = (area.width, area.height);
        let column = column.saturating_sub(area.x);
        let rows = self.rows(size);
        let shown = self.shown(size);
        let Some(&(first, _)) = shown.first() else { return self.caret };
        if row < area.y {
            let above = rows.above(first.start, 1);
            return self.place_in(above, above.start, column);
        }
        let wanted = usize::from(row - area.y);
        if row >= area.bottom() {
            let below = rows.from(first.start, usize::from(area.height) + 1);
            let below = below[below.len() - 1];
            return self.place_in(below, below.start, column);
        }
        let (row, from) = shown[wanted.min(shown.len() - 1)];
        self.place_in(row, from, column)
    }
}
