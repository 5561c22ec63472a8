//! What is secret is never drawn, said, noted or copied, wherever one is and whatever key one presses.

use super::ways::PLACES;
use super::*;
use crate::tui::app::Notice;
use crate::tui::keys::{Keys, Preset};
use crate::tui::msg::HistoryPage;

/// Everything in every record is secret.
const ALL: &str = r#"{"schema":{"writeOnly":true}}"#;

/// What stands in the records of [`PLACES`], or is typed there.
const TOLD: [&str; 8] =
    ["Launch", "example.org", "Call carol", "Book the room", "alice 17", "bob 17", "base 17", "two words"];

/// Whether one of these words is told: on the screen, in what is said, or by an effect to somebody else.
fn leak(desk: &mut Desk, words: &[&str], sizes: &[(u16, u16)]) -> Option<String> {
    let mut told: Vec<String> = sizes.iter().map(|(columns, rows)| desk.shot(*columns, *rows)).collect();
    told.extend(match &desk.app.notice {
        Notice::None => None,
        Notice::Good(words) | Notice::Bad(words) => Some(words.clone()),
    });
    told.push(desk.app.keyboard.copied.clone());
    told.extend(desk.effects.iter().filter_map(|effect| match effect {
        Effect::Copy(text) => Some(text.clone()),
        Effect::Save { draft, .. } | Effect::KeepDraft { draft, .. } => draft.note.clone(),
        Effect::SayHere { path, .. } => path.as_ref().map(ToString::to_string),
        _ => None,
    }));
    told.into_iter().find(|text| words.iter().any(|word| text.contains(word)))
}

#[test]
fn in_no_place_does_any_key_tell_a_secret() {
    let keys = Keys::default();
    for (name, make) in PLACES {
        if name == "help" || name.starts_with("secret") {
            continue;
        }
        let mut start = make(Preset::Modern);
        start.defined("projects", ALL);
        let told = leak(&mut start, &TOLD, &[(60, 15), (80, 24), (100, 30), (120, 40), (200, 60)]);
        assert_eq!(told, None, "{name}");
        let place = start.app.place();
        for line in keys.here(place).into_iter().filter(|line| start.app.works_now(line)) {
            let Some(key) = keys.keys_of(place, line).next() else { continue };
            if matches!(line.action, Action::ShowSecret | Action::Help) {
                continue;
            }
            let mut desk = Desk { app: start.app.clone(), effects: start.effects.clone() };
            desk.spelled(key);
            assert_eq!(leak(&mut desk, &TOLD, &[(60, 15), (120, 40)]), None, "{name}, {key}");
        }
    }
}

const SCHEMA: &str = r##"{"schema":{"properties":{"pin":{"writeOnly":true,"maxLength":30},"cert":{"$ref":"#/$defs/secret"},
    "code":{"x-secret":true},"tokens":{"items":{"properties":{"key":{"x-secret":true}}}},"login":{"properties":{"pass":{"x-secret":true}}},"vault":{"x-secret":true},
    "users":{"items":{"properties":{"key":{"x-secret":true}}}},"keys":{"items":{"anyOf":[{},{"writeOnly":true}]}}},
    "$defs":{"secret":{"allOf":[{"x-secret":true}]}}}}"##;

/// A record in which everything that holds `c4n` or 7411 is secret.
fn record(side: &str, code: &str) -> String {
    let cert: String = (0..8).map(|line| format!(r"c4n {side} {line}\n")).collect();
    format!(
        r#"{{"name":"Safe","pin":"c4n{side}","cert":"{cert}","code":7411{code},"login":{{"user":"{side}","pass":"c4n{side}"}},
        "vault":{{"a":"c4n{side}","b":["c4n"]}},"users":[{{"id":"ann","key":"c4n{side}"}},{{"id":"bob","key":"c4n"}}],
        "keys":["c4n{side}","c4n"],"both":"{side}","tokens":[{{"key":"c4nT","use":"{side}"}},{{"key":"c4nU","use":"x"}}]}}"#
    )
}

const SECRET: [&str; 2] = ["c4n", "7411"];
const SIZES: [(u16, u16); 4] = [(60, 15), (80, 24), (120, 40), (200, 60)];

fn keeps(desk: &mut Desk, what: &str) {
    assert_eq!(leak(desk, &SECRET, &SIZES), None, "{what}");
}

/// In the editor of the record at v7.
fn edits() -> Desk {
    let mut desk = Desk::sit(Depth::None);
    desk.defined("projects", SCHEMA);
    desk.does(Action::Reload);
    desk.answers_page(vec![stored(7, "alice", &record("base", "0"))]);
    keeps(&mut desk, "the browser");
    desk.does(Action::Open);
    let key = midair_record::wire::Key::new("projects", "prj_1").unwrap();
    let result = Ok(Read::Stored(Box::new(stored(7, "alice", &record("base", "0")))));
    desk.happens(Msg::Loaded { key, result, changes: Vec::new() });
    desk
}

fn waits() -> Desk {
    let mut desk = edits();
    let mut draft = Draft::of("projects", stored(7, "alice", &record("base", "0")), "seed-draft".into());
    draft.edit(Record::parse(&record("mine", "1")).unwrap().fields().clone());
    desk.does(Action::Back);
    desk.waits(draft);
    desk
}

fn collides() -> Desk {
    let mut desk = waits();
    desk.does(Action::Open);
    desk.does(Action::Save);
    desk.refused(&stored(7, "alice", &record("base", "0")), &stored(8, "bob", &record("theirs", "2")));
    desk
}

#[test]
fn a_secret_is_masked_in_every_row_of_the_editor_and_in_full() {
    let mut desk = edits();
    let now = stored(8, "bob", &record("theirs", "2"));
    let key = midair_record::wire::Key::new("projects", "prj_1").unwrap();
    desk.keys("down");
    desk.types("x");
    desk.happens(Msg::Loaded { key, result: Ok(Read::Stored(Box::new(now))), changes: Vec::new() });
    for _ in 0..16 {
        keeps(&mut desk, "a row");
        desk.does(Action::EnterField);
        keeps(&mut desk, "a field in full");
        if desk.app.types_secret() {
            desk.happens(Msg::Paste("c4n".into()));
        }
        keeps(&mut desk, "typed in full");
        desk.does(Action::Undo);
        desk.does(Action::LeaveField);
        desk.does(Action::NextField);
    }
    desk.shows("theirs now: •••• changed  (bob)");
    desk.does(Action::History);
    keeps(&mut desk, "the history");
}

#[test]
fn a_secret_is_shown_only_while_its_field_is_open() {
    let mut desk = edits();
    desk.keys("down");
    desk.shows("•••••••");
    desk.shows("Alt-s show");
    desk.press(KeyCode::Char('s'), KeyModifiers::ALT);
    desk.shows("c4nbase");
    desk.press(KeyCode::Char('s'), KeyModifiers::ALT);
    keeps(&mut desk, "masked again");
    desk.press(KeyCode::Char('s'), KeyModifiers::ALT);
    desk.keys("down");
    keeps(&mut desk, "left");
    desk.keys("up");
    keeps(&mut desk, "come back");
    desk.press(KeyCode::Char('s'), KeyModifiers::ALT);
    desk.keys("alt-a ctrl-c");
    desk.shows("A secret is not copied");
    desk.keys("ctrl-x");
    assert!(!desk.effects.iter().any(|effect| matches!(effect, Effect::Copy(_))));
    desk.keys("ctrl-z up");
    assert!(!desk.shot(120, 40).contains("Alt-s show"), "the name is no secret");
}

#[test]
fn what_is_typed_of_a_secret_is_masked_and_saved() {
    let mut desk = edits();
    desk.keys("down 'c4n'");
    keeps(&mut desk, "typed");
    desk.keys("ctrl-s");
    keeps(&mut desk, "saving");
    assert!(desk.sent_text().contains(r#""pin":"c4nbasec4n""#));
    desk.accepted(8);
    keeps(&mut desk, "saved");
    desk.keys("'c4n and more than may stand here' ctrl-s");
    desk.shows("Not saved: pin should be at most 30 characters");
    keeps(&mut desk, "what breaks the schema");
    let mut desk = edits();
    desk.keys("down down down 'c4n' ctrl-s");
    desk.shows("code: cannot be read as number yet");
    keeps(&mut desk, "what is no number");
}

#[test]
fn a_collision_tells_of_a_secret_only_how_it_compares() {
    let mut desk = collides();
    keeps(&mut desk, "the collision");
    desk.shows("•••• changed");
    desk.keys("b a");
    keeps(&mut desk, "with base");
    desk.keys("v");
    keeps(&mut desk, "whole");
    desk.keys("home");
    for _ in 0..14 {
        for choice in [Action::TakeTheirs, Action::TakeMine, Action::TakeBase, Action::TakeBoth, Action::ChangeRule] {
            let mut desk = Desk { app: desk.app.clone(), effects: desk.effects.clone() };
            desk.does(choice);
            keeps(&mut desk, "decided");
        }
        let mut by_hand = Desk { app: desk.app.clone(), effects: desk.effects.clone() };
        by_hand.does(Action::ByHand);
        keeps(&mut by_hand, "by hand");
        if by_hand.app.types_secret() {
            by_hand.happens(Msg::Paste("c4n".into()));
        }
        keeps(&mut by_hand, "typed by hand");
        by_hand.does(Action::LeaveField);
        keeps(&mut by_hand, "written by hand");
        desk.keys("down");
    }
    desk.keys("M");
    desk.shows("tokens[••••].use");
    desk.shows("! change bob's pin: •••• changed");
    desk.keys("enter");
    keeps(&mut desk, "on its way");
    assert_eq!(Record::parse(&desk.sent_text()).unwrap(), Record::parse(&record("mine", "1")).unwrap());
    let moved = stored(9, "carol", &record("again", "3"));
    desk.refused(&stored(8, "bob", &record("theirs", "2")), &moved);
    desk.shows("moved again; you had taken mine");
    keeps(&mut desk, "moved again");
    desk.keys("esc");
    keeps(&mut desk, "back in the editor");
}

#[test]
fn the_same_secret_on_both_sides_is_said_to_be_the_same() {
    let mut desk = waits();
    desk.does(Action::Open);
    desk.does(Action::Save);
    let theirs = record("theirs", "2").replacen("c4ntheirs", "c4nmine", 1);
    desk.refused(&stored(7, "alice", &record("base", "0")), &stored(8, "bob", &theirs));
    desk.keys("a");
    desk.shows("•••• same on both");
    keeps(&mut desk, "the collision");
}

#[test]
fn cards_the_inbox_and_the_history_mask_secrets() {
    let mut desk = waits();
    keeps(&mut desk, "the inbox");
    let key = midair_record::wire::Key::new("projects", "prj_1").unwrap();
    let now = stored(8, "bob", &record("theirs", "2"));
    desk.happens(Msg::Loaded {
        key: key.clone(),
        result: Ok(Read::Stored(Box::new(now.clone()))),
        changes: Vec::new(),
    });
    desk.does(Action::AllTheirs);
    keeps(&mut desk, "a rule");
    desk.types("pin");
    desk.does(Action::Submit);
    keeps(&mut desk, "a rule asked about");
    let mut desk = edits();
    desk.does(Action::Back);
    desk.does(Action::Delete);
    desk.shows("pin: ••••");
    keeps(&mut desk, "the deletion");
    desk.does(Action::Confirm);
    let conflict = refusal(&stored(7, "alice", &record("base", "0")), &now);
    let result = Ok(midair_record::wire::Delete::Stale(Box::new(conflict.clone())));
    desk.happens(Msg::Deleted { key: key.clone(), result });
    desk.shows("pin: •••• changed");
    keeps(&mut desk, "what was edited before it was deleted");
    desk.does(Action::Back);
    desk.does(Action::History);
    let lines = (7..=8).map(|version| histories::line(version, "bob", Op::Update, &["/pin"])).collect();
    let page = HistoryPage { now: Some(Read::Stored(Box::new(now))), lines, older: false };
    desk.happens(Msg::History { key: key.clone(), before: None, result: Ok(page) });
    let older = Ok(Some(Box::new(stored(7, "alice", &record("base", "0")))));
    desk.happens(Msg::Version { key, number: 7, result: older });
    desk.shows("•••• changed");
    keeps(&mut desk, "the history");
    desk.keys("v");
    keeps(&mut desk, "the history, whole");
    desk.keys("down r");
    desk.shows("It will change:");
    keeps(&mut desk, "a restoration");
    let mut desk = edits();
    desk.keys("down 'c4n' ctrl-s");
    let mut conflict = conflict;
    conflict.current =
        Current::Deleted(midair_record::wire::Tombstone { version: 8, by: "bob".into(), at: String::new(), why: None });
    desk.happens(Msg::Saved { sent: Box::new(desk.sent()), result: Ok(Put::Stale(Box::new(conflict))) });
    desk.shows("pin: •••• changed");
    keeps(&mut desk, "the card of a deleted record");
}

#[test]
fn until_the_definition_is_known_no_value_is_shown() {
    let mut desk = edits();
    let unknown = Msg::Defined { collection: "projects".into(), result: Err("no answer.".into()) };
    desk.happens(unknown.clone());
    desk.shows("Safe");
    keeps(&mut desk, "what was known before");
    desk.app.definitions.clear();
    desk.happens(unknown);
    assert_eq!(leak(&mut desk, &["Safe", "ann"], &SIZES), None);
    desk.keys("esc");
    desk.shows("Which values are secret is not");
    desk.shows("name         ••••");
    assert_eq!(leak(&mut desk, &["Safe", "ann"], &SIZES), None);
}

/// At the start of the list of users, in full.
fn in_the_users() -> Desk {
    let mut desk = edits();
    while !desk.shot(120, 40).contains("▸ users") {
        desk.keys("down");
    }
    desk.keys("enter");
    desk
}

#[test]
fn of_a_json_text_only_the_secrets_are_masked() {
    let mut desk = in_the_users();
    desk.shows(r#"[{"id":"ann","key":•••••••••},{"id":"bob","key":•••••}]"#);
    desk.keys("ctrl-right ctrl-right ctrl-right ctrl-right right '4n'");
    keeps(&mut desk, "typed into a secret");
    desk.shows(r#"[{"id":"ann","key":•••••••••••},"#);
}

#[test]
fn a_json_text_that_is_being_changed_tells_no_secret_by_the_way() {
    let mut desk = in_the_users();
    desk.keys("end backspace backspace backspace");
    keeps(&mut desk, "what cannot be read any more");
    let mut desk = in_the_users();
    for _ in 0..17 {
        desk.keys("right");
    }
    desk.keys("backspace");
    keeps(&mut desk, "whose name is changed");
    desk.shows("│••••••");
    desk.keys("'y'");
    desk.shows("│••••••");
}
