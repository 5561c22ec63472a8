//! One unit as it looks: its name and state, both sides, and what became of it; a sign and a word for each state.

use midair_record::merge::State;
use midair_record::merge::rule::Reason;
use midair_record::resolution::Choice;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::list::{Line, push_side};
use super::sides::{self, SideLine};
use super::{Collision, Focus};
use crate::tui::theme::Theme;
use crate::tui::widgets::brief::brief;
use crate::tui::widgets::{glyph, panel};

impl Collision {
    /// A unit with its sides beside each other, each in at most `most` lines.
    pub(super) fn wide_block(&self, index: usize, area: Rect, most: usize, theme: &Theme) -> Vec<Line> {
        let (label, side) = self.columns(area.width);
        let (room, mine_at) = (side.saturating_sub(4), self.mine_at(area.width));
        let sides::Three { base, mine, theirs } = self.three(index);
        let left = sides::lines(&theirs, &mine, &base, room, most);
        let right = sides::lines(&mine, &theirs, &base, room, most);
        let middle = if self.show.base { sides::lines(&base, &mine, &base, room, most) } else { Vec::new() };
        let mut names = self.names(index, label.saturating_sub(1), theme);
        let height = left.len().max(right.len()).max(middle.len()).max(names.len());
        names.resize(height, Line::new());
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
        names.extend(self.outcome(index, label, area.width, most, theme));
        names
    }

    /// A unit with its sides one below the other, each in at most `most` lines.
    pub(super) fn stacked_block(&self, index: usize, area: Rect, most: usize, theme: &Theme) -> Vec<Line> {
        let mut block = self.names(index, area.width, theme);
        let (dot_theirs, dot_mine) = self.dots(index);
        let sides::Three { base, mine, theirs } = self.three(index);
        let room = area.width.saturating_sub(16);
        let mut side = |head: String, lines: &[SideLine], choice: &Choice| {
            let style = self.side_style(index, choice, theme);
            for (row, text) in lines.iter().enumerate() {
                let mut line = Line::new();
                if row == 0 {
                    line.push((2, head.clone(), style));
                }
                push_side(&mut line, 14, room, Some(text), style);
                block.push(line);
            }
        };
        let left = sides::lines(&theirs, &mine, &base, room, most);
        side(format!("{dot_theirs} ◀ theirs"), &left, &Choice::Theirs);
        if self.show.base {
            side("    base".into(), &sides::lines(&base, &mine, &base, room, most), &Choice::Base);
        }
        side(format!("{dot_mine} ▶ mine"), &sides::lines(&mine, &theirs, &base, room, most), &Choice::Mine);
        block.extend(self.outcome(index, 2, area.width, most, theme));
        block
    }

    /// What is said below both sides: that theirs moved again, what the result breaks, what was made of both.
    pub(super) fn outcome(&self, index: usize, column: u16, width: u16, most: usize, theme: &Theme) -> Vec<Line> {
        let mut said = Vec::new();
        let mut say = |column: u16, words: &str, style: Style| {
            let lines = SideLine::plain(words).wrapped(width.saturating_sub(column + 1));
            said.extend(lines.into_iter().take(most.max(3)).map(|line| vec![(column, line.text, style)]));
        };
        if let Some(words) = self.moved_words(index) {
            say(3, &words, theme.asks);
        }
        for words in self.fault_words(index) {
            say(3, &words, theme.bad);
        }
        if let Some(words) = self.hand_words(index) {
            say(column, &words, theme.good);
        }
        said
    }

    /// The sign, the name, which version set it, and what kind of difference it is.
    pub(super) fn names(&self, index: usize, room: u16, theme: &Theme) -> Vec<Line> {
        let unit = &self.resolution.units()[index];
        let (sign, style) = self.sign(index, theme);
        let focused = self.focus == Focus::unit(index);
        let cursor = if focused { "▸" } else { " " };
        let name_style = if focused { theme.title } else { theme.plain };
        let set_by = self.resolution.set_by(index).map(|line| format!("(v{})", line.version));
        let kind = match unit.state {
            State::Conflict(kind) => kind.words(),
            State::Same => "same on both",
            State::OnlyMine => "only you changed it",
            State::OnlyTheirs => "only they changed it",
            State::Merged => "both changed it, merged",
        };
        let mut kind = match self.rule_words(index) {
            Some(rule) => format!("{kind} · {rule}"),
            None => kind.to_owned(),
        };
        let narrow = room.saturating_sub(4);
        let mut names = broken(&self.label(index), narrow);
        match set_by {
            Some(set_by) if glyph::width(&format!("{} {set_by}", names[0]), room) <= narrow && names.len() == 1 => {
                names[0] += &format!(" {set_by}");
            }
            Some(set_by) => kind = format!("{set_by} {kind}"),
            None => {}
        }
        let kind = &kind;
        let mut lines: Vec<Line> = names.iter().map(|name| vec![(3, name.clone(), name_style)]).collect();
        lines[0].splice(0..0, [(0, cursor.into(), theme.asks), (1, sign.into(), style)]);
        let taken = 3 + glyph::width(&names[0], room) + 2;
        let kind_width = glyph::width(kind, 500) + 2;
        if names.len() == 1 && room > 50 && taken + kind_width < room {
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
    fn fault_words(&self, index: usize) -> Vec<String> {
        let unit = &self.resolution.units()[index];
        let faults = self.faults.iter().filter(|fault| unit.overlaps(&fault.at));
        faults.map(|fault| format!("✗ {}", fault.what)).collect()
    }

    /// That theirs changed after it was decided, and what had been decided.
    fn moved_words(&self, index: usize) -> Option<String> {
        let was = self.resolution.moved(index)?;
        let unit = &self.resolution.units()[index];
        let [before, now] = [&was.theirs, &unit.theirs].map(|value| brief(&self.shown(index, value.as_ref())));
        let mut words = match before == now {
            true => "moved again".into(),
            false => format!("moved again: was {before}, now {now}"),
        };
        match &was.choice {
            Choice::Hand(value) => {
                let written = brief(&self.shown(index, value.as_ref()));
                words += &format!("; you had written {written}, which writing by hand offers");
            }
            Choice::Mine => words += "; you had taken mine",
            Choice::Theirs => words += "; you had taken theirs",
            Choice::Base => words += "; you had taken base",
            Choice::Both => words += "; you had taken both",
            Choice::Pieces(_) => words += "; what you decided of its parts stands where they are the same",
            Choice::Undecided => {}
        }
        Some(words)
    }

    fn hand_words(&self, index: usize) -> Option<String> {
        let sign = match self.resolution.choice(index) {
            Choice::Hand(_) => "✎ by hand: ",
            Choice::Base => "▽ base: ",
            Choice::Both => "+ both: ",
            _ => return None,
        };
        let value = self.resolution.pick(index).flatten();
        Some(format!("{sign}{}", brief(&self.shown(index, value.as_ref()))))
    }
}

/// A name in lines of at most `room` columns: broken after a dot or at a space, elsewhere where it must be.
fn broken(name: &str, room: u16) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for piece in name.split_inclusive(['.', ' ']) {
        match lines.last_mut() {
            Some(last) if glyph::width(last, 500) + glyph::width(piece.trim_end(), 500) <= room => last.push_str(piece),
            _ => lines.extend(SideLine::plain(piece).wrapped(room).into_iter().map(|line| line.text)),
        }
    }
    if lines.is_empty() { vec![String::new()] } else { lines }
}
