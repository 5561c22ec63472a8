//! Every key that a screen advertises works there: it is pressed, under every preset, and something comes of it.

use super::*;
use crate::tui::keys::{Action, Bound, Keys, Place, Preset};
use crate::tui::msg::WaitingDraft;
use crate::tui::preferences::Preferences;

/// A desk with what stands on its screen, to be told after a key.
type Look = (Buffer, Option<ratatui::layout::Position>, usize);

fn looked_at(desk: &Desk) -> Look {
    let area = Rect::new(0, 0, 120, 40);
    let mut buf = Buffer::empty(area);
    (&desk.app).render(area, &mut buf);
    (buf, desk.app.cursor(area), desk.effects.len())
}

fn sit(preset: Preset) -> Desk {
    let preferences = Preferences { keys: Keys::of(preset), ..Theme::new(Depth::None).into() };
    let mut desk = Desk::sit_with(preferences);
    let named = |number: u64| {
        let mut row = stored(7, "alice", BASE);
        row.id = format!("prj_{number}");
        row
    };
    desk.app.resize(120, 40);
    desk.does(Action::Reload);
    desk.answers_page((0..200).map(named).collect());
    for _ in 0..50 {
        desk.does(Action::Down);
    }
    desk
}

impl Desk {
    /// Does something as the palette would, whatever its key.
    fn does(&mut self, action: Action) {
        let effects = self.app.perform(self.app.place(), action);
        self.effects.extend(effects);
    }

    fn types(&mut self, text: &str) {
        text.chars().for_each(|letter| self.press(KeyCode::Char(letter), KeyModifiers::NONE));
    }

    /// Presses a key or a sequence as the table spells it.
    fn spelled(&mut self, sequence: &str) {
        for chord in sequence.split(' ') {
            let (mut mods, mut key) = (KeyModifiers::NONE, chord);
            for (word, held) in
                [("ctrl-", KeyModifiers::CONTROL), ("alt-", KeyModifiers::ALT), ("shift-", KeyModifiers::SHIFT)]
            {
                if let Some(rest) = key.strip_prefix(word) {
                    (mods, key) = (mods | held, rest);
                }
            }
            let code = match key {
                "space" => KeyCode::Char(' '),
                "pageup" => KeyCode::PageUp,
                "pagedown" => KeyCode::PageDown,
                "delete" => KeyCode::Delete,
                "f1" => KeyCode::F(1),
                "f3" => KeyCode::F(3),
                "f5" => KeyCode::F(5),
                letter if letter.chars().count() == 1 => KeyCode::Char(letter.chars().next().unwrap()),
                "enter" | "esc" | "tab" | "backtab" | "up" | "down" | "left" | "right" | "home" | "end"
                | "backspace" => {
                    self.keys(key);
                    continue;
                }
                other => panic!("{other} is not known here"),
            };
            self.press(code, mods);
        }
    }
}

/// The record that was asked for last.
fn asked(desk: &Desk) -> midair_record::wire::Key {
    let keys = desk.effects.iter().rev().filter_map(|effect| match effect {
        Effect::Load { key, .. } => Some(key.clone()),
        _ => None,
    });
    keys.take(1).collect::<Vec<_>>().remove(0)
}

fn edits(preset: Preset) -> Desk {
    let mut desk = sit(preset);
    desk.does(Action::Open);
    let key = asked(&desk);
    let mut record = stored(7, "alice", BASE);
    record.id.clone_from(&key.id);
    desk.happens(Msg::Loaded { key, result: Ok(Read::Stored(Box::new(record))), changes: Vec::new() });
    desk
}

/// In the middle of the fields, with something to undo, something to redo, and somebody else's save to look at.
fn in_the_editor(preset: Preset) -> Desk {
    let mut desk = edits(preset);
    desk.types(" site");
    desk.does(Action::NextField);
    desk.does(Action::NextField);
    desk.types("er");
    desk.does(Action::RemoveField);
    desk.does(Action::Undo);
    desk.app.keyboard.copied = "cut".into();
    desk.press(KeyCode::Left, KeyModifiers::NONE);
    let mut now = stored(8, "bob", &with(BASE, &[("/name", "\"Launch day\"")]));
    let key = asked(&desk);
    now.id.clone_from(&key.id);
    desk.happens(Msg::Loaded { key, result: Ok(Read::Stored(Box::new(now))), changes: Vec::new() });
    desk
}

/// In a text of some lines, in the middle of one, with something to undo and to redo.
fn in_a_field(preset: Preset) -> Desk {
    let mut desk = edits(preset);
    for _ in 0..6 {
        desk.does(Action::NextField);
    }
    desk.does(Action::EnterField);
    desk.happens(Msg::Paste("one\ntwo words\nthree\n".into()));
    desk.happens(Msg::Paste("four".into()));
    desk.does(Action::Undo);
    desk.app.keyboard.copied = "cut".into();
    for code in [KeyCode::Up, KeyCode::Up, KeyCode::End, KeyCode::Left] {
        desk.press(code, KeyModifiers::NONE);
    }
    desk
}

/// Thirteen fields in conflict and a text in two parts; the cursor is in the middle, one step can be taken back and one
/// made again.
fn in_a_collision(preset: Preset) -> Desk {
    let fields = |side: &str| {
        let many: String = (0..12).map(|number| format!(r#""f{number:02}":"{side}","#)).collect();
        let merged = if side == "bob" { "2" } else { "1" };
        let long: String = (0..30).map(|number| format!(r"{side} {number}\n")).collect();
        format!(
            r#"{{"long":"{long}",{many}"merged":{merged},"text":"{side}\nsame\nsame\n{side}\n","tags":["{side}"]}}"#
        )
    };
    let mut desk = edits(preset);
    let before = stored(7, "alice", &fields("base"));
    let mut draft = Draft::of("projects", before.clone(), "seed-draft".into());
    draft.edit(Record::parse(&fields("alice")).unwrap().fields().clone());
    desk.does(Action::Back);
    let waiting = WaitingDraft { slot: "slot".into(), saved_at: String::new(), draft };
    desk.happens(Msg::Waiting { drafts: vec![waiting], unreadable: Vec::new() });
    desk.does(Action::Open);
    desk.does(Action::Save);
    desk.refused(&before, &stored(8, "bob", &fields("bob")));
    desk.does(Action::TakeMine);
    desk.does(Action::TakeTheirs);
    desk.does(Action::Undo);
    desk
}

/// The same, on a part of the text, which can be split and taken both.
fn on_a_part(preset: Preset) -> Desk {
    let mut desk = edits(preset);
    let text = |side: &str| {
        let long: String = (0..30).map(|number| format!(r"{side} {number}\n")).collect();
        format!(r#"{{"a":"{side}","text":"{long}same\nsame\n{side} 3\n","z":1}}"#)
    };
    let before = stored(7, "alice", &text("base"));
    let mut draft = Draft::of("projects", before.clone(), "seed-draft".into());
    draft.edit(Record::parse(&text("alice")).unwrap().fields().clone());
    desk.does(Action::Back);
    let waiting = WaitingDraft { slot: "slot".into(), saved_at: String::new(), draft };
    desk.happens(Msg::Waiting { drafts: vec![waiting], unreadable: Vec::new() });
    desk.does(Action::Open);
    desk.does(Action::Save);
    desk.refused(&before, &stored(8, "bob", &text("bob")));
    desk.does(Action::Down);
    desk.does(Action::Down);
    desk
}

fn looking_for_something(preset: Preset) -> Desk {
    let mut desk = in_a_field(preset);
    desk.does(Action::Find);
    desk.types("oo");
    for code in [KeyCode::Backspace, KeyCode::Char('o'), KeyCode::Left] {
        desk.press(code, KeyModifiers::NONE);
    }
    desk
}

fn by_hand(preset: Preset) -> Desk {
    let mut desk = on_a_part(preset);
    desk.does(Action::ByHand);
    desk.happens(Msg::Paste("two\nlines".into()));
    desk.happens(Msg::Paste("more".into()));
    desk.does(Action::Undo);
    desk.app.keyboard.copied = "cut".into();
    for code in [KeyCode::Up, KeyCode::Left] {
        desk.press(code, KeyModifiers::NONE);
    }
    desk
}

fn on_the_card_of_a_deleted_record(preset: Preset) -> Desk {
    let mut desk = edits(preset);
    desk.types(" site");
    desk.does(Action::Save);
    let mut conflict = refusal(&stored(7, "alice", BASE), &stored(8, "bob", BASE));
    conflict.current =
        Current::Deleted(midair_record::wire::Tombstone { version: 8, by: "bob".into(), at: String::new(), why: None });
    desk.happens(Msg::Saved { sent: Box::new(desk.sent()), result: Ok(Put::Stale(Box::new(conflict))) });
    desk
}

fn about_to_delete(preset: Preset) -> Desk {
    let mut desk = sit(preset);
    desk.does(Action::Delete);
    desk
}

fn at_the_drafts(preset: Preset) -> Desk {
    let mut desk = with_three_drafts(preset);
    desk.does(Action::Down);
    desk.does(Action::AllTheirs);
    desk.keys("enter");
    desk.does(Action::Confirm);
    desk
}

fn about_to_rule(preset: Preset) -> Desk {
    let mut desk = with_three_drafts(preset);
    desk.does(Action::AllTheirs);
    desk.keys("enter");
    desk
}

fn with_three_drafts(preset: Preset) -> Desk {
    let mut desk = sit(preset);
    desk.three_drafts_wait();
    desk
}

fn looking_back(preset: Preset) -> Desk {
    let mut desk = sit(preset);
    desk.does(Action::History);
    let asked = desk.effects.iter().rev().find_map(|effect| match effect {
        Effect::LoadHistory { key, .. } => Some(key.clone()),
        _ => None,
    });
    let lines = (1..=40).map(|version| histories::line(version, "bob", Op::Update, &["/quota"])).collect();
    let now = Some(Read::Stored(Box::new(stored(40, "alice", BASE))));
    let page = crate::tui::msg::HistoryPage { now, lines, older: false };
    desk.happens(Msg::History { key: asked.unwrap(), before: None, result: Ok(page) });
    desk.answers_versions();
    for _ in 0..20 {
        desk.does(Action::Down);
        desk.answers_versions();
    }
    desk
}

fn about_to_restore(preset: Preset) -> Desk {
    let mut desk = looking_back(preset);
    desk.does(Action::Restore);
    desk
}

fn at_the_pulse(preset: Preset) -> Desk {
    let mut desk = sit(preset);
    desk.does(Action::Pulse);
    desk.happens(Msg::Pulse(Ok(Box::new(pulses::pulse()))));
    for _ in 0..4 {
        desk.does(Action::Down);
    }
    desk
}

fn at_a_question(preset: Preset) -> Desk {
    let mut desk = sit(preset);
    desk.does(Action::New);
    desk.types("my new project");
    desk.app.keyboard.copied = "cut".into();
    for code in [KeyCode::Left, KeyCode::Left] {
        desk.press(code, KeyModifiers::NONE);
    }
    desk
}

fn in_the_help(preset: Preset) -> Desk {
    let mut desk = sit(preset);
    desk.does(Action::Help);
    for _ in 0..3 {
        desk.does(Action::Down);
    }
    desk
}

fn in_the_palette(preset: Preset) -> Desk {
    let mut desk = sit(preset);
    desk.does(Action::Palette);
    desk.types("a e");
    desk.app.keyboard.copied = "cut".into();
    desk.press(KeyCode::Left, KeyModifiers::NONE);
    desk.does(Action::Down);
    desk
}

/// What a place is called, and how to get there.
type Way = (&'static str, fn(Preset) -> Desk);

pub(super) const PLACES: [Way; 17] = [
    ("browser", sit),
    ("editor", in_the_editor),
    ("field", in_a_field),
    ("collision", in_a_collision),
    ("part", on_a_part),
    ("by hand", by_hand),
    ("deleted", on_the_card_of_a_deleted_record),
    ("deletion", about_to_delete),
    ("drafts", at_the_drafts),
    ("ruling", about_to_rule),
    ("history", looking_back),
    ("restoring", about_to_restore),
    ("pulse", at_the_pulse),
    ("question", at_a_question),
    ("finding", looking_for_something),
    ("help", in_the_help),
    ("palette", in_the_palette),
];

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
        // A line of text has no line above and below, and no page.
        ("question" | "palette", Action::CaretUp | Action::CaretDown)
            | ("question" | "palette" | "finding", Action::CaretPageUp | Action::CaretPageDown)
    )
}

#[test]
fn every_line_of_the_table_is_tried_somewhere() {
    let mut tried: Vec<(Place, Action)> = Vec::new();
    for (_, make) in PLACES {
        tried.extend(offered(&make(Preset::Modern)).iter().map(|line| (line.place, line.action)));
    }
    let untried = Keys::default();
    let untried = untried.lines().iter().filter(|line| line.place != Place::Files);
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
