//! The mouse in a text: a click puts the caret, two select a word, three a line; a drag goes on from there.

use ratatui::crossterm::event::KeyModifiers;
use ratatui::layout::Rect;

use super::rows::line_around;
use super::{TextArea, graphemes};
use crate::tui::msg::{Mouse, Pointed};

/// How many rows one notch of the wheel scrolls.
const NOTCH: isize = 3;

impl TextArea {
    /// Does what the mouse did over the text drawn in `area`.
    pub fn mouse(&mut self, area: Rect, mouse: Mouse) {
        match mouse.kind {
            Pointed::Scroll(notches) => self.scroll(isize::from(notches) * NOTCH),
            Pointed::Press { clicks } => {
                let at = self.hit(area, mouse.column, mouse.row);
                if mouse.mods.contains(KeyModifiers::SHIFT) {
                    let anchor = self.anchor.unwrap_or(self.caret);
                    self.reach(anchor, at);
                    self.grip = (anchor, anchor);
                } else {
                    self.take_hold(at, clicks);
                }
            }
            Pointed::Drag => {
                let at = self.hit(area, mouse.column, mouse.row);
                let (start, end) = self.grip;
                match () {
                    () if at < start => self.reach(end, at),
                    () => self.reach(start, at.max(end)),
                }
            }
        }
    }

    fn take_hold(&mut self, at: usize, clicks: u8) {
        let (line, end) = line_around(&self.rope, at);
        self.grip = match clicks {
            1 => (at, at),
            2 => match self.mask.around(at) {
                Some(stretch) => (stretch.start.max(line), stretch.end.min(end)),
                None => graphemes::word_around(&self.rope, at, line, end),
            },
            _ => (line, graphemes::after(&self.rope, end)),
        };
        self.reach(self.grip.0, self.grip.1);
    }

    /// Selects from `anchor` to `caret`, where that is anything.
    fn reach(&mut self, anchor: usize, caret: usize) {
        let anchor = graphemes::floor(&self.rope, anchor.min(self.rope.len_chars()));
        self.put(graphemes::floor(&self.rope, caret.min(self.rope.len_chars())));
        self.anchor = (anchor != self.caret).then_some(anchor);
    }
}
