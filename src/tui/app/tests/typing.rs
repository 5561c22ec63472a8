//! What copying, finding, undoing and the mouse look like from the chair.

use super::*;

/// With the notes edited in full, the caret at their end.
fn notes() -> Desk {
    let mut desk = Desk::edits();
    desk.keys("down down down down down down enter");
    desk.shows("notes · text · line 3 of 3");
    desk
}

fn copied(desk: &Desk) -> Vec<&str> {
    let copies = desk.effects.iter().filter_map(|effect| match effect {
        Effect::Copy(text) => Some(text.as_str()),
        _ => None,
    });
    copies.collect()
}

fn quits(desk: &Desk) -> bool {
    desk.effects.contains(&Effect::Quit)
}

#[test]
fn what_is_cut_in_one_field_is_put_into_another_and_given_to_the_terminal() {
    let mut desk = Desk::edits();
    desk.keys("alt-a ctrl-x");
    desk.shows("Cut 6 characters.");
    assert_eq!(copied(&desk), ["Launch"]);
    desk.keys("down down 'x' shift-left ctrl-v ctrl-s");
    assert_eq!(desk.sent_text(), with(BASE, &[("/name", "\"\""), ("/billing/contact", "\"ops@example.orgLaunch\"")]));
}

#[test]
fn ctrl_c_copies_what_is_selected_and_leaves_only_when_it_is_pressed_twice_for_nothing() {
    let mut desk = notes();
    desk.keys("ctrl-a ctrl-c ctrl-c");
    assert_eq!(copied(&desk), ["Call carol on Friday.\nBook the room.\n"; 2]);
    desk.keys("right ctrl-c");
    desk.shows("Nothing is selected");
    desk.keys("'!' ctrl-c");
    assert!(!quits(&desk), "something else was pressed in between");
    desk.keys("ctrl-c");
    assert!(quits(&desk));
    assert!(
        matches!(&desk.effects[desk.effects.len() - 2], Effect::KeepDraft { draft, .. } if !draft.changes().is_empty())
    );
    let mut desk = Desk::sit(Depth::None);
    desk.keys("ctrl-c");
    assert!(quits(&desk), "where nothing is typed it leaves at once");
}

#[test]
fn beside_a_question_it_is_said_that_nothing_is_selected_before_ctrl_c_leaves() {
    let mut desk = Desk::sit(Depth::None);
    desk.keys("n 'new' ctrl-c");
    desk.shows("Nothing is selected; Ctrl-C once more leaves · Id of the new record in projects: new");
    desk.keys("'er' ctrl-c");
    assert!(!quits(&desk), "something else was pressed in between");
    desk.keys("alt-a ctrl-x");
    desk.shows("Cut 5 characters · Id of the new record");
    desk.keys("ctrl-v ctrl-c ctrl-c");
    assert!(quits(&desk));
}

#[test]
fn the_palette_copies_what_is_selected_beneath_it() {
    let mut desk = notes();
    desk.keys("ctrl-home shift-end ctrl-p 'copy' enter");
    desk.shows("Copied 21 characters.");
    assert_eq!(copied(&desk), ["Call carol on Friday."]);
    desk.keys("ctrl-p alt-a ctrl-v");
    desk.shows("> Call carol on Friday.");
}

#[test]
fn long_lines_are_wrapped_as_the_settings_say_until_a_key_says_otherwise() {
    let preferences = crate::tui::preferences::Preferences { wrap: false, ..Theme::new(Depth::None).into() };
    let mut desk = Desk::sit_with(preferences);
    desk.opens();
    desk.keys("down down down down down down enter");
    desk.happens(Msg::Paste("word ".repeat(60)));
    let rows = |desk: &mut Desk| desk.shot(120, 40).lines().filter(|line| line.contains("word word")).count();
    assert_eq!(rows(&mut desk), 1);
    desk.keys("alt-z");
    desk.shows("Long lines are wrapped.");
    assert_eq!(rows(&mut desk), 3);
    desk.keys("esc enter");
    assert_eq!(rows(&mut desk), 3);
}

#[test]
fn a_text_too_long_for_a_clipboard_is_copied_here_alone() {
    let mut desk = notes();
    desk.happens(Msg::Paste("x".repeat(100_000)));
    desk.keys("ctrl-a ctrl-c");
    desk.shows("it is too much for the clipboard of a terminal");
    assert_eq!(copied(&desk), [""; 0]);
    desk.keys("right ctrl-v");
    desk.happens(Msg::Tick(clock()));
    let kept = desk.effects.iter().rev().find_map(|effect| match effect {
        Effect::KeepDraft { draft, .. } => Some(draft.fields["notes"].as_str().unwrap().len()),
        _ => None,
    });
    assert_eq!(kept, Some(2 * (100_000 + BASE_NOTES)));
}

const BASE_NOTES: usize = "Call carol on Friday.\nBook the room.\n".len();

#[test]
fn finding_goes_along_while_it_is_typed_and_esc_stays_there() {
    let mut desk = notes();
    desk.keys("ctrl-f 'ro'");
    desk.shows("Find (1 of 2): ro");
    desk.keys("enter");
    desk.shows("Find (2 of 2): ro");
    desk.keys("up esc 'lou'");
    desk.shows("Call caloul on Friday.");
    desk.keys("f3");
    desk.shows("Found 1 of 1.");
    desk.keys("ctrl-f ctrl-u 'nothing'");
    desk.shows("Find (nowhere): nothing");
}

#[test]
fn a_line_is_gone_to_by_its_number() {
    let mut desk = notes();
    desk.keys("ctrl-g '9' enter");
    desk.shows("There are lines 1 to 3 · Go to line: 9");
    desk.keys("backspace '2' enter");
    desk.shows("line 2 of 3");
}

#[test]
fn undo_goes_back_through_fields_word_by_word_and_redo_forth_again() {
    let mut desk = Desk::edits();
    desk.keys("' is on'");
    desk.happens(Msg::Tick(clock()));
    desk.keys("down down '.de' ctrl-k down 'x' up ctrl-z ctrl-z");
    desk.shows("ops@example.org.de");
    desk.keys("ctrl-z ctrl-z");
    desk.shows("Launch is ");
    desk.keys("ctrl-z ctrl-z ctrl-z ctrl-z ctrl-s");
    desk.shows("you changed nothing");
    desk.keys("ctrl-y ctrl-y ctrl-y ctrl-y ctrl-y ctrl-y ctrl-y ctrl-s");
    let sent = with(BASE, &[("/name", "\"Launch is on\""), ("/billing/contact", ""), ("/billing/plan", "\"teamx\"")]);
    assert_eq!(desk.sent_text(), sent);
}

#[test]
fn a_click_goes_to_a_record_and_a_second_one_opens_it() {
    let mut desk = Desk::sit(Depth::None);
    let named = |number: u64| {
        let mut row = stored(number, "bob", BASE);
        row.id = format!("prj_{number}");
        row
    };
    desk.keys("r");
    desk.answers_page((1..60).map(named).collect());
    desk.clicks(1, "prj_7 ");
    desk.shows("▸prj_7 ");
    desk.mouse(Pointed::Scroll(4), 40, 10);
    desk.shows("▸prj_19 ");
    desk.clicks(1, "hotels");
    desk.shows("▸hotels");
    let mut desk = Desk::sit(Depth::None);
    desk.clicks(2, "prj_1  ");
    let key = midair_record::wire::Key::new("projects", "prj_1").unwrap();
    assert_eq!(desk.effects.last(), Some(&Effect::Load { key, since: None }));
}

#[test]
fn a_click_goes_to_a_field_and_into_its_text() {
    let mut desk = Desk::edits();
    desk.clicks(1, "example.org");
    desk.keys("'new.'");
    desk.shows("▸   contact");
    desk.shows("ops@new.example.org");
    desk.clicks(1, "2 lines: Call");
    desk.clicks(2, "2 lines: Call");
    desk.shows("notes · text · line");
    desk.clicks(2, "carol");
    desk.keys("'dana'");
    desk.shows("Call dana on Friday.");
}

#[test]
fn a_click_chooses_what_is_decided_next() {
    let mut desk = Desk::edits();
    desk.keys("' site' down down down down backspace '5' ctrl-s");
    let now = stored(8, "bob", &with(BASE, &[("/name", "\"Launch day\""), ("/quota", "150")]));
    desk.refused(&stored(7, "alice", BASE), &now);
    desk.clicks(1, "quota");
    desk.keys("left");
    desk.shows("1 of 2 undecided");
    desk.clicks(1, "name");
    desk.clicks(2, "name");
    desk.keys("ctrl-a 'By hand' esc enter");
    assert_eq!(desk.sent_text(), with(BASE, &[("/name", "\"By hand\""), ("/quota", "150")]));
}
