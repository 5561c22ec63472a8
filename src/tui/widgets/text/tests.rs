//! What a person does to a text, and what comes of it.

use ratatui::buffer::{Buffer, Cell};
use ratatui::crossterm::event::KeyModifiers;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::*;
use crate::tui::msg::{Mouse, Pointed};

fn types(area: &mut TextArea, text: &str) {
    text.chars().for_each(|letter| area.insert(&letter.to_string()));
}

fn shown(area: &TextArea, width: u16, height: u16) -> Vec<String> {
    let place = Rect::new(0, 0, width, height);
    let mut buf = Buffer::empty(place);
    area.draw(place, &mut buf, Style::new());
    let rows = buf.content().chunks(width.into());
    rows.map(|row| row.iter().map(Cell::symbol).collect::<String>().trim_end().to_owned()).collect()
}

/// What is drawn with this modifier.
fn drawn(area: &TextArea, (width, height): (u16, u16), modifier: Modifier) -> String {
    let place = Rect::new(0, 0, width, height);
    let mut buf = Buffer::empty(place);
    area.draw(place, &mut buf, Style::new());
    buf.content().iter().filter(|cell| cell.modifier.contains(modifier)).map(Cell::symbol).collect()
}

#[test]
fn the_caret_moves_by_what_people_see() {
    let mut area = TextArea::new("a👩‍👩‍👧e\u{301}");
    area.erase(Move::Left);
    assert_eq!(area.text(), "a👩‍👩‍👧");
    area.go(Move::Left);
    area.insert("b");
    assert_eq!(area.text(), "ab👩‍👩‍👧");
    area.erase(Move::Right);
    assert_eq!(area.text(), "ab");
}

#[test]
fn a_letter_put_before_a_mark_takes_it_and_the_caret_stands_behind_both() {
    let mut area = TextArea::new("\u{301}x");
    area.to_start();
    area.insert("e");
    area.insert("!");
    assert_eq!(area.text(), "e\u{301}!x");
}

#[test]
fn the_letters_of_a_word_are_undone_together_and_a_paste_by_itself() {
    let mut area = TextArea::new("");
    types(&mut area, "two words");
    area.insert(" pasted text");
    let mut seen = Vec::new();
    while area.undo() {
        seen.push(area.text());
    }
    assert_eq!(seen, ["two words", "two ", ""]);
    assert!(area.redo() && area.redo() && area.redo() && !area.redo());
    assert_eq!(area.text(), "two words pasted text");
    area.erase(Move::Left);
    area.erase(Move::Left);
    assert!(area.undo());
    assert_eq!(area.text(), "two words pasted text", "what is taken away letter by letter comes back at once");
}

#[test]
fn what_is_typed_takes_the_place_of_what_is_selected_and_undo_brings_it_back() {
    let mut area = TextArea::new("one two three");
    area.select(Move::WordLeft);
    assert_eq!(area.selected().unwrap(), "three");
    types(&mut area, "3!");
    assert_eq!(area.text(), "one two 3!");
    assert!(area.undo());
    assert_eq!(area.text(), "one two three");
    area.select_all();
    area.go(Move::Left);
    assert_eq!((area.place(), area.selected()), ((1, 1), None), "left goes to the start of what was selected");
    area.select(Move::Right);
    area.erase(Move::WordRight);
    assert_eq!(area.text(), "ne two three", "of a selection, just that is deleted");
}

#[test]
fn up_and_down_keep_the_column_they_started_in() {
    let mut area = TextArea::new("long line\nab\nlong line");
    area.go(Move::Up(1));
    area.go(Move::Up(1));
    area.insert("!");
    assert_eq!(area.text(), "long line!\nab\nlong line");
    area.go(Move::Down(9));
    assert_eq!(area.place(), (3, 10));
}

#[test]
fn up_and_down_go_by_rows_where_lines_are_wrapped() {
    let mut area = TextArea::new("one two three four");
    area.fit(Rect::new(0, 0, 10, 5));
    assert_eq!(shown(&area, 10, 3), ["one two", "three", "four"]);
    area.go(Move::Up(1));
    area.insert("!");
    assert_eq!(area.text(), "one two thre!e four");
    area.set_wrap(false);
    area.go(Move::Up(1));
    assert_eq!(area.place(), (1, 14), "without wrapping it is one line");
}

#[test]
fn words_and_lines_are_jumped_over_and_deleted_whole() {
    let mut area = TextArea::new("one two, three");
    area.erase(Move::WordLeft);
    assert_eq!(area.text(), "one two, ");
    area.go(Move::LineStart);
    area.go(Move::WordRight);
    area.insert("s");
    area.go(Move::WordLeft);
    area.insert("x");
    assert_eq!(area.text(), "xones two, ");
    area.erase(Move::WordRight);
    assert_eq!(area.text(), "x two, ");
    area.erase(Move::LineEnd);
    area.insert("\nnext");
    area.go(Move::LineStart);
    area.erase(Move::LineStart);
    assert_eq!(area.text(), "xnext", "at the start of a line, the break before it goes");
}

#[test]
fn the_window_stays_until_the_caret_leaves_it() {
    let lines: String = (1..=100).map(|number| format!("{number}\n")).collect();
    let mut area = TextArea::new(&lines);
    area.fit(Rect::new(0, 0, 20, 5));
    assert_eq!(shown(&area, 20, 5), ["97", "98", "99", "100", ""]);
    area.go(Move::Up(3));
    area.fit(Rect::new(0, 0, 20, 5));
    assert_eq!(shown(&area, 20, 5)[0], "97", "it did not move");
    area.go(Move::Up(3));
    area.fit(Rect::new(0, 0, 20, 5));
    assert_eq!(shown(&area, 20, 5)[0], "95", "by no more than it must");
    area.go_to_line(50);
    area.fit(Rect::new(0, 0, 20, 5));
    assert_eq!(shown(&area, 20, 5), ["48", "49", "50", "51", "52"]);
    area.scroll(-10);
    assert_eq!(shown(&area, 20, 5)[0], "38");
    assert_eq!(area.caret_in(Rect::new(0, 0, 20, 5)), None, "the wheel leaves the caret behind");
    area.go(Move::Right);
    area.fit(Rect::new(0, 0, 20, 5));
    assert!(area.caret_in(Rect::new(0, 0, 20, 5)).is_some(), "a key brings the window back to it");
}

#[test]
fn the_rest_of_a_line_is_cut_and_then_its_end() {
    let mut area = TextArea::new("one two\nthree");
    area.to_start();
    area.go(Move::WordRight);
    assert_eq!(area.kill(), " two");
    assert_eq!(area.kill(), "\n");
    assert_eq!((area.text().as_str(), area.kill().as_str(), area.kill().as_str()), ("onethree", "three", ""));
    assert!(area.undo() && area.undo() && area.undo() && !area.undo());
    area.select(Move::End);
    assert_eq!((area.kill().as_str(), area.selected()), ("", None));
}

#[test]
fn the_caret_is_always_in_the_window() {
    let place = Rect::new(0, 0, 20, 3);
    for wrap in [true, false] {
        let mut long = TextArea::new(&"x".repeat(1 << 20));
        long.set_wrap(wrap);
        for way in [Move::LineStart, Move::LineEnd, Move::Left, Move::WordLeft, Move::Up(1_000), Move::Down(3)] {
            long.go(way);
            long.fit(place);
            assert!(long.caret_in(place).unwrap().x < 20, "{way:?}");
        }
    }
    let mut tall = TextArea::new(&"line\n".repeat(70_000));
    tall.go(Move::Up(35_000));
    assert!(tall.caret_in(place).unwrap().y < 3);
    assert_eq!(tall.place(), (35_001, 1));
}

#[test]
fn a_line_that_is_not_wrapped_says_where_it_goes_on() {
    let mut area = TextArea::new("abcdefghijklmnopqrstuvwxyz");
    area.to_start();
    assert_eq!(shown(&area, 10, 1), ["abcdefghi…"]);
    (0..12).for_each(|_| area.go(Move::Right));
    let line = &shown(&area, 10, 1)[0];
    assert!(line.starts_with('…') && line.ends_with('…') && line.contains('m'), "{line}");
}

#[test]
fn what_is_looked_for_is_selected_counted_and_marked() {
    let mut area = TextArea::new("Launch the launch, LAUNCH");
    area.to_start();
    area.begin_search();
    assert_eq!(area.look_for("launch").words(), "1 of 3");
    assert_eq!(area.selected().unwrap(), "Launch");
    assert_eq!(drawn(&area, (40, 3), Modifier::UNDERLINED), "launchLAUNCH");
    assert_eq!(drawn(&area, (40, 3), Modifier::REVERSED), "Launch");
    assert_eq!(area.find_previous().words(), "3 of 3", "it goes round");
    assert_eq!(area.find_next().words(), "1 of 3");
    assert_eq!(area.look_for("LAUNCH").words(), "1 of 1", "capitals count where any are typed");
    assert_eq!(area.look_for("lunch").words(), "nowhere");
    assert_eq!((area.place(), area.selected()), ((1, 1), None), "back where it began");
    area.stop_marking();
    assert_eq!(drawn(&area, (40, 3), Modifier::UNDERLINED), "");
}

#[test]
fn the_place_before_is_found_however_far_back_it_is() {
    let far = format!("here {}here{}", "x".repeat(50_000), "y".repeat(40_000));
    let mut area = TextArea::new(&far);
    area.begin_search();
    assert_eq!(area.look_for("here").words(), "1 of 2");
    assert_eq!(area.find_previous().words(), "2 of 2");
    assert_eq!(area.place().1, 50_010);
    assert_eq!(area.find_previous().words(), "1 of 2");
    area.go(Move::End);
    assert_eq!(area.find_previous().words(), "2 of 2");
}

#[test]
fn a_letter_is_not_found_in_another_that_is_written_with_it() {
    let mut area = TextArea::new("e\u{301} e");
    area.to_start();
    area.begin_search();
    assert_eq!(area.look_for("e").words(), "1 of 1");
    assert_eq!(area.place(), (1, 5));
}

#[test]
fn a_place_is_marked_over_the_edge_of_a_row() {
    let mut area = TextArea::new(&"abcdef".repeat(4));
    area.to_start();
    area.begin_search();
    area.look_for("fa");
    assert_eq!(shown(&area, 7, 4), ["abcdef"; 4]);
    assert_eq!(drawn(&area, (7, 4), Modifier::REVERSED), "fa");
    assert_eq!(drawn(&area, (7, 4), Modifier::UNDERLINED), "fafa");
}

#[test]
fn the_mouse_puts_the_caret_and_selects_words_and_lines() {
    let place = Rect::new(5, 2, 20, 4);
    let mut area = TextArea::new("one two\n日本語 three\nfour");
    let mouse = |kind, column, row| Mouse { kind, column, row, mods: KeyModifiers::NONE };
    let press = |clicks, column, row| mouse(Pointed::Press { clicks }, column, row);
    area.mouse(place, press(1, 8, 3));
    assert_eq!(area.place(), (2, 2), "on the second half of a wide glyph it stands before it");
    area.mouse(place, press(1, 24, 2));
    assert_eq!(area.place(), (1, 8), "behind a line it stands at its end");
    area.mouse(place, press(2, 6, 2));
    assert_eq!(area.selected().unwrap(), "one");
    area.mouse(place, mouse(Pointed::Drag, 10, 2));
    assert_eq!(area.selected().unwrap(), "one t", "a drag goes on from the word");
    area.mouse(place, press(3, 6, 3));
    assert_eq!(area.selected().unwrap(), "日本語 three\n");
    area.mouse(place, press(1, 7, 2));
    area.mouse(place, mouse(Pointed::Drag, 7, 4));
    assert_eq!(area.selected().unwrap(), "e two\n日本語 three\nfo");
}
