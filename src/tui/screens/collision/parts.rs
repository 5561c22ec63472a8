//! How a text or list that is decided part by part looks: its head, and each part with both sides.

use midair_record::Pointer;
use midair_record::merge::hunk::{HunkChoice, Piece, Side};
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::list::{Line, push_side};
use super::{Collision, Focus, sides};
use crate::tui::theme::Theme;
use crate::tui::widgets::glyph;

/// Something to decide: fields that are decided together, or a part of one, counted from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decidable {
    pub fields: Vec<Pointer>,
    pub part: Option<usize>,
}

impl Collision {
    /// Everything that can be focused, and which of it is.
    pub fn decidable(&self) -> (Vec<Decidable>, usize) {
        let (mut rows, mut focused, mut part) = (Vec::new(), 0, 0);
        for row in self.rows() {
            if row == self.focus {
                focused = rows.len();
            }
            part = if row.piece.is_some() { part + 1 } else { 0 };
            let unit = &self.resolution.units()[row.unit];
            let fields = std::iter::once(&unit.at).chain(&unit.with).cloned().collect();
            rows.push(Decidable { fields, part: row.piece.map(|_| part) });
        }
        (rows, focused)
    }

    /// The name of the field, and how many of its parts are open.
    pub(super) fn head_of_parts(&self, index: usize, parts: &[(usize, Piece)], width: u16, theme: &Theme) -> Vec<Line> {
        let mut head = self.names(index, width, theme);
        let open = parts.iter().filter(|(_, piece)| piece.choice == HunkChoice::Undecided).count();
        let merged = self.resolution.pieces(index).len() - parts.len();
        let open = match (open, parts.len()) {
            (0, _) => "decided".to_owned(),
            (_, 1) => "1 part undecided".to_owned(),
            (open, all) => format!("{open} of {all} parts undecided"),
        };
        let words = match merged {
            0 => open,
            1 => format!("{open} · 1 other part merged"),
            many => format!("{open} · {many} other parts merged"),
        };
        head.push(vec![(3, words, theme.dim)]);
        head.extend(self.outcome(index, 3, width, 3, theme));
        head
    }

    fn part_name(&self, row: Focus, part: &Piece, name: &str, theme: &Theme) -> Line {
        let focused = row == self.focus;
        let (sign, style) = match part.choice {
            HunkChoice::Undecided => ("?", theme.asks),
            HunkChoice::Theirs => ("◀", theme.theirs),
            HunkChoice::Mine => ("▶", theme.mine),
            HunkChoice::Base => ("▽", theme.good),
            HunkChoice::Both => ("+", theme.good),
        };
        let cursor = if focused { "▸" } else { " " };
        let name_style = if focused { theme.title } else { theme.plain };
        vec![(3, cursor.into(), theme.asks), (4, sign.into(), style), (6, name.to_owned(), name_style)]
    }

    fn part_style(part: &Piece, side: HunkChoice, theme: &Theme) -> Style {
        let own = match side {
            HunkChoice::Theirs => theme.theirs,
            HunkChoice::Mine => theme.mine,
            _ => theme.dim,
        };
        match part.choice {
            HunkChoice::Undecided => own,
            choice if choice == side => own.add_modifier(Modifier::BOLD),
            HunkChoice::Both if side != HunkChoice::Base => own.add_modifier(Modifier::BOLD),
            _ => theme.dim,
        }
    }

    fn part_dot(part: &Piece, side: HunkChoice) -> &'static str {
        match part.choice {
            HunkChoice::Undecided => " ",
            choice if choice == side || choice == HunkChoice::Both => "●",
            _ => "○",
        }
    }

    /// A part with its sides beside each other, each in at most `most` lines.
    pub(super) fn wide_part(
        &self,
        row: Focus,
        part: &Piece,
        name: &str,
        (area, most): (Rect, usize),
        theme: &Theme,
    ) -> Vec<Line> {
        let three = self.three(row.unit);
        let (label, side) = self.columns(area.width);
        let (room, mine_at) = (side.saturating_sub(4), self.mine_at(area.width));
        let middle = if self.show.base { Some(label + side) } else { None };
        let mut block = vec![self.part_name(row, part, name, theme)];
        if let Some(context) = sides::before(&three, &part.span) {
            for column in [Some(label), middle, Some(mine_at)].into_iter().flatten() {
                block[0].push((column + 2, glyph::fit(&format!("⋯ {context}"), room), theme.dim));
            }
            block.push(Line::new());
        }
        let first = block.len() - 1;
        let mut put = |column: u16, of: Side, choice: HunkChoice, dot: &str| {
            let style = Self::part_style(part, choice, theme);
            for (row, line) in sides::part(&three, &part.span, of, room, most).iter().enumerate() {
                if block.len() == first + row {
                    block.push(Line::new());
                }
                if row == 0 {
                    block[first].push((column, dot.into(), style));
                }
                push_side(&mut block[first + row], column + 2, room, Some(line), style);
            }
        };
        put(label, Side::Theirs, HunkChoice::Theirs, Self::part_dot(part, HunkChoice::Theirs));
        if let Some(column) = middle {
            put(column, Side::Base, HunkChoice::Base, " ");
        }
        put(mine_at, Side::Mine, HunkChoice::Mine, Self::part_dot(part, HunkChoice::Mine));
        block
    }

    /// A part with its sides one below the other, each in at most `most` lines.
    pub(super) fn stacked_part(
        &self,
        row: Focus,
        part: &Piece,
        name: &str,
        (area, most): (Rect, usize),
        theme: &Theme,
    ) -> Vec<Line> {
        let three = self.three(row.unit);
        let room = area.width.saturating_sub(17);
        let mut name = self.part_name(row, part, name, theme);
        if let Some(context) = sides::before(&three, &part.span) {
            name.push((16, glyph::fit(&format!("⋯ {context}"), area.width.saturating_sub(17)), theme.dim));
        }
        let mut block = vec![name];
        let mut put = |head: String, of: Side, choice: HunkChoice| {
            let style = Self::part_style(part, choice, theme);
            for (row, line) in sides::part(&three, &part.span, of, room, most).iter().enumerate() {
                let mut drawn = Line::new();
                if row == 0 {
                    drawn.push((4, head.clone(), style));
                }
                push_side(&mut drawn, 16, room, Some(line), style);
                block.push(drawn);
            }
        };
        put(format!("{} ◀ theirs", Self::part_dot(part, HunkChoice::Theirs)), Side::Theirs, HunkChoice::Theirs);
        if self.show.base {
            put("    base".into(), Side::Base, HunkChoice::Base);
        }
        put(format!("{} ▶ mine", Self::part_dot(part, HunkChoice::Mine)), Side::Mine, HunkChoice::Mine);
        block
    }
}
