//! What holds whatever is done to a text, tried with texts that break lesser editors.

use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::KeyModifiers;
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_segmentation::UnicodeSegmentation;

use super::*;
use crate::tui::msg::{Mouse, Pointed};

#[derive(Clone, Debug)]
enum Deed {
    Insert(String),
    Go(Move),
    Select(Move),
    Erase(Move),
    SelectAll,
    Wrap,
    Undo,
    Redo,
    Scroll(isize),
    Fit(u16, u16),
    Look(String),
    Next,
    Previous,
    Mouse(Pointed, u16, u16),
    Line(usize),
}

fn piece() -> impl Strategy<Value = String> {
    let pieces = [
        "a",
        "word",
        " ",
        "  ",
        "-",
        "\n",
        "\r\n",
        "\r",
        "\t",
        "日本",
        "👩‍👩‍👧",
        "\u{301}",
        "\u{200d}",
        "🇩🇪",
        "🇫",
        "é",
        "\u{2028}",
        "\u{1b}",
        "\u{600}",
        "नि",
        "\u{1100}\u{1161}",
        "A",
        "\u{200b}",
        "xxxxxxxxxxxxxxxxxxxxxxxxx",
    ];
    prop::sample::select(pieces.to_vec()).prop_map(str::to_owned)
}

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(piece(), 0..60).prop_map(|pieces| pieces.concat())
}

fn way() -> impl Strategy<Value = Move> {
    prop_oneof![
        prop::sample::select(vec![
            Move::Left,
            Move::Right,
            Move::WordLeft,
            Move::WordRight,
            Move::LineStart,
            Move::LineEnd,
            Move::Start,
            Move::End,
        ]),
        (0..9usize).prop_map(Move::Up),
        (0..9usize).prop_map(Move::Down),
    ]
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        6 => piece().prop_map(Deed::Insert),
        1 => text().prop_map(Deed::Insert),
        6 => way().prop_map(Deed::Go),
        4 => way().prop_map(Deed::Select),
        4 => way().prop_map(Deed::Erase),
        1 => Just(Deed::SelectAll),
        1 => Just(Deed::Wrap),
        3 => Just(Deed::Undo),
        2 => Just(Deed::Redo),
        1 => (-9..9isize).prop_map(Deed::Scroll),
        2 => (0..30u16, 0..9u16).prop_map(|(width, height)| Deed::Fit(width, height)),
        1 => piece().prop_map(Deed::Look),
        1 => Just(Deed::Next),
        1 => Just(Deed::Previous),
        2 => (pointed(), 0..40u16, 0..12u16).prop_map(|(kind, column, row)| Deed::Mouse(kind, column, row)),
        1 => (0..40usize).prop_map(Deed::Line),
    ]
}

fn pointed() -> impl Strategy<Value = Pointed> {
    prop_oneof![
        (1..4u8).prop_map(|clicks| Pointed::Press { clicks }),
        Just(Pointed::Drag),
        (-3..3i8).prop_map(Pointed::Scroll),
    ]
}

fn does(area: &mut TextArea, deed: &Deed) {
    match deed {
        Deed::Insert(text) => area.insert(text),
        Deed::Go(way) => area.go(*way),
        Deed::Select(way) => area.select(*way),
        Deed::Erase(way) => area.erase(*way),
        Deed::SelectAll => area.select_all(),
        Deed::Wrap => area.set_wrap(!area.wrap),
        Deed::Undo => _ = area.undo(),
        Deed::Redo => _ = area.redo(),
        Deed::Scroll(rows) => area.scroll(*rows),
        Deed::Fit(width, height) => area.fit(Rect::new(1, 1, *width, *height)),
        Deed::Look(needle) => {
            area.begin_search();
            area.look_for(needle);
        }
        Deed::Next => _ = area.find_next(),
        Deed::Previous => _ = area.find_previous(),
        Deed::Mouse(kind, column, row) => {
            let mouse = Mouse { kind: *kind, column: *column, row: *row, mods: KeyModifiers::NONE };
            area.mouse(Rect::new(2, 2, 17, 5), mouse);
        }
        Deed::Line(line) => area.go_to_line(*line),
    }
}

fn is_boundary(text: &str, at: usize) -> bool {
    let mut places = text.grapheme_indices(true).map(|(byte, _)| text[..byte].chars().count());
    at == text.chars().count() || places.any(|place| place == at)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn undo_to_the_end_gives_back_the_first_text_and_redo_the_last(
        first in text(),
        deeds in prop::collection::vec(deed(), 0..60),
    ) {
        let mut area = TextArea::new(&first);
        deeds.iter().for_each(|deed| does(&mut area, deed));
        while area.redo() {}
        let last = area.text();
        while area.undo() {}
        prop_assert_eq!(area.text(), first);
        while area.redo() {}
        prop_assert_eq!(area.text(), last);
    }

    #[test]
    fn the_caret_and_the_selection_never_cut_a_character(
        first in text(),
        deeds in prop::collection::vec(deed(), 1..40),
    ) {
        let mut area = TextArea::new(&first);
        for deed in &deeds {
            does(&mut area, deed);
            let (text, (start, end)) = (area.text(), area.range());
            prop_assert!(is_boundary(&text, start) && is_boundary(&text, end), "{deed:?} {text:?} {start} {end}");
        }
    }

    #[test]
    fn drawing_never_fails_changes_nothing_and_shows_the_caret(
        first in text(),
        deeds in prop::collection::vec(deed(), 0..30),
        (width, height) in (0..25u16, 0..8u16),
    ) {
        let mut area = TextArea::new(&first);
        deeds.iter().for_each(|deed| does(&mut area, deed));
        let place = Rect::new(3, 1, width, height);
        let before = format!("{area:?}");
        let mut buf = Buffer::empty(Rect::new(0, 0, 30, 10));
        area.draw(place, &mut buf, Style::new());
        let caret = area.caret_in(place);
        prop_assert_eq!(before, format!("{area:?}"));
        for cell in buf.content().iter().enumerate().filter(|(at, _)| {
            let (x, y) = ((at % 30) as u16, (at / 30) as u16);
            !place.contains((x, y).into())
        }) {
            prop_assert_eq!(cell.1.symbol(), " ", "outside of its area");
        }
        area.go(Move::Right);
        area.go(Move::Left);
        let shown = area.caret_in(place);
        prop_assert!(shown.is_some() || width == 0 || height == 0, "{caret:?}");
        prop_assert!(shown.is_none_or(|at| width == 0 || place.contains(at)));
    }

    #[test]
    fn the_rows_put_together_are_the_text(text in text(), width in 1..30u16, times in prop::sample::select(vec![1usize, 2, 60])) {
        let text = text.repeat(times);
        let rope = Rope::from_str(&text);
        let mask = super::Mask::default();
        let rows = Rows { text: &rope, wrap: Some(width), mask: &mask };
        let all = rows.from(0, usize::MAX >> 8);
        let mut place = 0;
        for row in &all {
            prop_assert_eq!(row.start, place);
            prop_assert!(rows::width_fits(&rope, *row, width), "{row:?}");
            place = row.end;
            if row.last && place < rope.len_chars() {
                place = rope.line_to_char(rope.char_to_line(place) + 1);
            }
        }
        prop_assert_eq!(place, rope.len_chars());
        prop_assert_eq!(all.iter().filter(|row| row.last).count(), rope.len_lines());
    }

    #[test]
    fn a_click_where_the_caret_is_drawn_puts_it_there(
        first in text(),
        deeds in prop::collection::vec(deed(), 0..20),
        (width, height) in (9..25u16, 1..8u16),
    ) {
        let mut area = TextArea::new(&first);
        deeds.iter().for_each(|deed| does(&mut area, deed));
        area.go(Move::Left);
        let place = Rect::new(3, 1, width, height);
        area.fit(place);
        let at = area.caret_in(place).unwrap();
        if at.x + 1 < place.right() {
            prop_assert_eq!(area.hit(place, at.x, at.y), area.caret);
        }
    }
}
