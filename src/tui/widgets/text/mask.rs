//! Which characters of a text are masked: drawn as dots, and not told apart by words.

use std::ops::Range;
use std::sync::Arc;

/// The stretches of a text that are masked, in characters, in order and apart from each other. By default: none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mask(Arc<[Range<usize>]>);

impl Mask {
    /// Everything is masked, whatever is typed.
    pub fn all() -> Self {
        Mask(std::iter::once(0..usize::MAX).collect())
    }

    /// These stretches are masked.
    pub fn of(stretches: Vec<Range<usize>>) -> Self {
        Mask(stretches.into())
    }

    /// Whether the character at `at` is masked.
    pub fn hides(&self, at: usize) -> bool {
        self.around(at).is_some()
    }

    /// The stretch that the character at `at` is in.
    pub fn around(&self, at: usize) -> Option<&Range<usize>> {
        let next = self.0.partition_point(|stretch| stretch.end <= at);
        self.0.get(next).filter(|stretch| stretch.contains(&at))
    }
}

#[cfg(test)]
mod tests {
    use ratatui::buffer::Buffer;
    use ratatui::layout::{Position, Rect};
    use ratatui::style::Style;

    use super::*;
    use crate::tui::widgets::text::{Move, TextArea};

    fn drawn(area: &TextArea, place: Rect) -> Vec<String> {
        let mut buf = Buffer::empty(place);
        area.draw(place, &mut buf, Style::new());
        let line = |y| (0..place.width).map(|x| buf[(x, y)].symbol()).collect::<String>().trim_end().to_owned();
        (0..place.height).map(line).collect()
    }

    #[test]
    fn every_character_that_is_masked_is_one_dot_however_wide_it_is() {
        let mut area = TextArea::new("日本 e\u{301}\u{1f}x");
        area.set_mask(Mask::all());
        let place = Rect::new(0, 0, 4, 3);
        assert_eq!(drawn(&area, place), ["•••", "•••", ""], "it is not broken at the space");
        assert_eq!(drawn(&area, Rect::new(0, 0, 9, 1)), ["••••••"]);
        assert_eq!(area.caret_in(Rect::new(0, 0, 9, 1)), Some(Position { x: 6, y: 0 }));
        area.insert("y");
        assert_eq!(area.text(), "日本 e\u{301}\u{1f}xy");
    }

    #[test]
    fn what_is_masked_is_one_word() {
        let mut area = TextArea::new("one two three");
        area.set_mask(Mask::of(vec![4..10, 11..12]));
        assert_eq!(drawn(&area, Rect::new(0, 0, 20, 1)), ["one ••••••r•e"]);
        let mut stops = Vec::new();
        for way in [Move::WordLeft, Move::WordLeft, Move::WordLeft, Move::WordRight, Move::WordRight] {
            area.go(way);
            stops.push(area.place().1 - 1);
        }
        assert_eq!(stops, [10, 4, 0, 3, 4]);
        area.set_mask(Mask::all());
        area.go(Move::WordLeft);
        assert_eq!(area.place(), (1, 1));
    }
}
