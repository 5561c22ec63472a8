//! Every key that a screen advertises works there: it is pressed, under every preset, and something comes of it.

use super::ways::{PLACES, edits, in_a_field, in_the_editor, sit};
use super::*;
use crate::tui::keys::{Action, Bound, Keys, Place, Preset};
use crate::tui::preferences::Preferences;

/// A desk with what stands on its screen, to be told after a key.
type Look = (Buffer, Option<ratatui::layout::Position>, usize);

fn looked_at(desk: &Desk) -> Look {
    let area = Rect::new(0, 0, 120, 40);
    let mut buf = Buffer::empty(area);
    (&desk.app).render(area, &mut buf);
    (buf, desk.app.cursor(area), desk.effects.len())
}

/// The lines of the table that the palette, the help and the footer offer here.
fn offered(desk: &Desk) -> Vec<Bound> {
    let lines = desk.app.keyboard.keys.here(desk.app.place()).into_iter();
    lines.filter(|line| desk.app.works_now(line)).cloned().collect()
}

#[test]
fn every_advertised_key_works_in_the_mode_that_advertises_it() {
    let mut idle = Vec::new();
    for preset in Preset::ALL {
        for (name, make) in PLACES {
            let start = make(preset);
            let (before, place) = (looked_at(&start), start.app.place());
            for line in offered(&start) {
                let keys: Vec<String> = start.app.keyboard.keys.keys_of(place, &line).map(str::to_owned).collect();
                for key in keys {
                    let mut desk = Desk { app: start.app.clone(), effects: start.effects.clone() };
                    desk.spelled(&key);
                    let here = (preset.name(), name, line.action);
                    if looked_at(&desk) == before && !may_be_idle(here) {
                        idle.push(format!("{key:?} ({:?}) in {name} under {}", line.action, preset.name()));
                    }
                }
            }
        }
    }
    assert!(idle.is_empty(), "nothing came of:\n{}", idle.join("\n"));
}

/// What has nothing to do at this one spot, and does it at another that is tried as well.
fn may_be_idle((_, name, action): (&str, &str, Action)) -> bool {
    matches!(
        (name, action),
        // The cursor is among the records, which stand at the right.
        ("browser", Action::Right)
        // A line of text has no line above and below, and no page.
            | ("question" | "palette", Action::CaretUp | Action::CaretDown)
            | ("question" | "palette" | "finding" | "choosing", Action::CaretPageUp | Action::CaretPageDown)
    )
}

#[test]
fn every_line_of_the_table_is_tried_somewhere() {
    let mut tried: Vec<(Place, Action)> = Vec::new();
    for (_, make) in PLACES {
        tried.extend(offered(&make(Preset::Modern)).iter().map(|line| (line.place, line.action)));
    }
    let untried = Keys::default();
    let elsewhere = [Place::Files, Place::Theatre, Place::Seat, Place::Scenarios];
    let untried = untried.lines().iter().filter(|line| !elsewhere.contains(&line.place));
    let untried: Vec<_> = untried.filter(|line| !tried.contains(&(line.place, line.action))).collect();
    assert!(untried.is_empty(), "{untried:?}");
}

#[test]
fn a_sequence_that_was_begun_shows_in_the_footer_what_can_follow() {
    let mut desk = in_the_editor(Preset::Emacs);
    desk.keys("ctrl-x");
    desk.shows("Ctrl-X … · Ctrl-S save · u undo · h select all · Ctrl-C quit now");
    desk.keys("esc");
    desk.shows("Ctrl-X Ctrl-S save");
    desk.keys("ctrl-x k");
    desk.shows("Ctrl-X k means nothing here.");
    desk.keys("ctrl-x ctrl-s");
    assert_eq!(desk.sends(), 1);
}

#[test]
fn vim_moves_in_lists_and_types_in_texts() {
    let mut desk = sit(Preset::Vim);
    desk.keys("G");
    desk.shows("▸prj_199");
    desk.keys("g g j");
    desk.shows("▸prj_1 ");
    desk.keys("enter");
    let mut desk = edits(Preset::Vim);
    desk.keys("'gg'");
    desk.shows("Launchgg");
}

#[test]
fn emacs_cuts_and_puts_in_again() {
    let mut desk = edits(Preset::Emacs);
    desk.keys("ctrl-a ctrl-f ctrl-k ctrl-n ctrl-n ctrl-y ctrl-x ctrl-s");
    let text = desk.sent_text();
    assert!(text.contains(r#""name":"L""#) && text.contains(r#""contact":"ops@example.orgaunch""#), "{text}");
}

#[test]
fn emacs_finds_copies_and_goes_to_a_line() {
    let mut desk = in_a_field(Preset::Emacs);
    desk.keys("alt-g g '2' enter");
    desk.shows("line 2 of");
    desk.keys("ctrl-s 'words'");
    desk.shows("Find (1 of 1): words");
    desk.keys("enter alt-w");
    desk.shows("Copied 5 characters.");
    desk.keys("alt-> ctrl-y ctrl-w");
    desk.shows("Nothing is selected. A move with Shift selects.");
    desk.keys("alt-w");
    assert!(!desk.effects.contains(&Effect::Quit), "Alt-w leaves nowhere");
    desk.keys("ctrl-x h ctrl-w");
    desk.shows("Cut 62 characters.");
    desk.keys("ctrl-c");
    assert!(desk.effects.contains(&Effect::Quit));
}

#[test]
fn a_move_on_a_key_of_ones_own_selects_with_shift() {
    let mut keys = Keys::default();
    keys.remap(Some("text"), "word-left", &["f6".into()]).unwrap();
    keys.remap(Some("text"), "copy", &["f7".into()]).unwrap();
    keys.check().unwrap();
    let mut desk = Desk::sit_with(Preferences { keys, ..Theme::new(Depth::None).into() });
    desk.opens();
    desk.press(KeyCode::F(6), KeyModifiers::SHIFT);
    desk.press(KeyCode::F(7), KeyModifiers::NONE);
    desk.shows("Copied 6 characters.");
    desk.press(KeyCode::F(6), KeyModifiers::NONE);
    desk.press(KeyCode::F(7), KeyModifiers::NONE);
    desk.shows("Nothing is selected");
    desk.keys("ctrl-c");
    assert!(desk.effects.contains(&Effect::Quit), "a key that does not copy leaves at once");
}

#[test]
fn a_key_that_was_taken_away_does_nothing_any_more() {
    let mut keys = Keys::default();
    keys.remap(Some("text"), "line-start", &["ctrl-a".into()]).unwrap();
    keys.remap(Some("editor"), "add-field", &["f2".into()]).unwrap();
    keys.check().unwrap();
    let mut desk = Desk::sit_with(Preferences { keys, ..Theme::new(Depth::None).into() });
    desk.opens();
    desk.keys("home 'x' ctrl-a 'y'");
    desk.shows("yLaunchx");
    desk.shows("F2 add");
}

#[test]
fn the_palette_finds_a_command_and_does_it_where_it_was_opened() {
    let mut desk = edits(Preset::Modern);
    desk.keys("ctrl-p");
    desk.shows("save, if nobody saved since");
    desk.keys("'rmfi'");
    desk.shows("▸ remove field");
    desk.keys("enter");
    desk.shows("∅ absent");
    desk.keys("ctrl-p 'xyzzy'");
    desk.shows("No command here is called that.");
    desk.keys("enter esc");
    desk.shows("∅ absent");
    desk.keys("ctrl-p 'suspend' enter");
    assert_eq!(desk.effects.last(), Some(&Effect::Suspend));
}

#[test]
fn the_palette_offers_only_what_is_possible() {
    let mut desk = edits(Preset::Modern);
    desk.keys("ctrl-p 'look theirs'");
    desk.shows("No command here is called that.");
    let mut desk = in_the_editor(Preset::Modern);
    desk.keys("ctrl-p 'look theirs'");
    desk.shows("▸ look at theirs");
}

#[test]
fn the_help_is_searched_and_what_was_found_is_left_in_two_steps() {
    let mut desk = sit(Preset::Modern);
    desk.keys("? / 'undecided'");
    desk.shows("the next undecided field");
    assert!(!desk.shot(120, 40).contains("delete the record"));
    desk.keys("enter esc");
    desk.shows("delete the record");
    desk.keys("esc");
    desk.shows("▸prj_51");
}

#[test]
fn sentences_name_the_keys_as_they_are() {
    let mut keys = Keys::default();
    keys.remap(None, "take-theirs", &["t".into()]).unwrap();
    keys.remap(Some("collision"), "submit", &["f2".into()]).unwrap();
    let mut desk = Desk::sit_with(Preferences { keys, ..Theme::new(Depth::None).into() });
    desk.opens();
    desk.keys("' site' ctrl-s");
    desk.refused(&stored(7, "alice", BASE), &stored(8, "bob", &with(BASE, &[("/name", "\"Launch day\"")])));
    desk.does(Action::Submit);
    desk.shows("One field is undecided: t takes theirs, → takes mine, e writes it by hand.");
    desk.keys("t");
    desk.shows("decided · F2 saves");
}

#[test]
fn asked_to_ask_a_save_that_fits_together_is_shown_before_it_goes_out() {
    let preferences =
        Preferences { disjoint: crate::tui::preferences::Disjoint::Ask, ..Theme::new(Depth::None).into() };
    let mut desk = Desk::sit_with(preferences);
    desk.opens();
    desk.keys("' site' ctrl-s");
    desk.refused(&stored(7, "alice", BASE), &stored(8, "bob", &with(BASE, &[("/quota", "150")])));
    assert_eq!(desk.sends(), 1, "only the refused one");
    desk.shows("Everything merged; Enter saves.");
    desk.shows("nothing to decide");
    desk.keys("enter");
    assert_eq!(desk.sent_text(), with(BASE, &[("/name", "\"Launch site\""), ("/quota", "150")]));
}
