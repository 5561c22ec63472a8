//! Stories of an editor outside: what it is given, and what becomes of what it leaves.

use super::*;
use crate::tui::msg::{Leave, Outside, Written};

impl Desk {
    /// What was given to an editor last.
    fn given(&self) -> Outside {
        let given = self.effects.iter().rev().find_map(|effect| match effect {
            Effect::WriteOutside(outside) => Some(outside.clone()),
            _ => None,
        });
        given.expect("an editor was asked for")
    }

    fn left(&self) -> Option<Leave> {
        self.effects.iter().rev().find_map(|effect| match effect {
            Effect::CloseOutside(leave) => Some(leave.clone()),
            _ => None,
        })
    }

    fn ends(&mut self, text: Option<&str>, trouble: Option<&str>) {
        let (text, trouble) = (text.map(str::to_owned), trouble.map(str::to_owned));
        self.happens(Msg::Written(Written { file: "/state/outside/x.txt".into(), text, trouble }));
    }

    fn writes(&mut self, text: &str) {
        self.ends(Some(text), None);
    }
}

#[test]
fn a_field_goes_to_an_editor_and_comes_back_as_one_step() {
    let mut desk = Desk::edits();
    desk.keys("ctrl-e");
    assert_eq!(desk.given(), Outside { name: "projects/prj_1-name".into(), kind: "txt", text: "Launch\n".into() });
    desk.writes("Launch site\n");
    desk.shows("Took name in from your editor; Ctrl-Z takes it back.");
    assert_eq!(desk.left(), Some(Leave::Nothing));
    desk.keys("ctrl-z");
    desk.shows("▸ name          Launch  ");
    desk.keys("ctrl-y ctrl-s");
    assert_eq!(desk.sent_text(), with(BASE, &[("/name", "\"Launch site\"")]));
}

#[test]
fn what_is_typed_is_on_its_way_to_the_disk_before_the_editor_has_the_terminal() {
    let mut desk = Desk::edits();
    desk.keys("' site'");
    desk.effects.clear();
    desk.keys("ctrl-e");
    assert!(matches!(&desk.effects[..], [Effect::KeepDraft { .. }, Effect::WriteOutside(_)]), "{:?}", desk.effects);
    assert_eq!(desk.given().text, "Launch site\n");
}

#[test]
fn a_text_left_as_it_was_and_an_empty_one_change_nothing_and_say_so() {
    let mut desk = Desk::edits();
    for (text, words) in [
        ("Launch\n", "You changed nothing in your editor; name is as it was."),
        ("Launch", "You changed nothing in your editor; name is as it was."),
        (" \n", "Your editor left nothing; name is as it was."),
    ] {
        desk.keys("ctrl-e");
        desk.writes(text);
        desk.shows(words);
        desk.shows("unchanged");
        assert_eq!(desk.left(), Some(Leave::Nothing));
    }
}

#[test]
fn an_editor_that_fails_loses_nothing() {
    let mut desk = Desk::edits();
    desk.keys("ctrl-e");
    desk.ends(Some("Launch\n"), Some("vi could not be started."));
    desk.shows("vi could not be started. name is as it was.");
    assert_eq!(desk.left(), Some(Leave::Nothing));
    desk.keys("ctrl-e");
    desk.ends(Some("half\n"), Some("vi ended with error 1."));
    desk.shows("vi ended with error 1. name is as it was; what you wrote is kept in /state/outside/x.txt.");
    assert_eq!(desk.left(), Some(Leave::Text("half\n".into())));
    desk.keys("ctrl-e");
    desk.ends(None, Some("What you wrote is not UTF-8."));
    assert_eq!(desk.left(), Some(Leave::AsItIs));
    desk.shows("unchanged");
}

#[test]
fn what_cannot_be_read_goes_back_with_the_reason_on_top_until_it_can_be() {
    let mut desk = Desk::edits();
    desk.keys("down down down down ctrl-e");
    assert_eq!(desk.given().text, "100\n");
    desk.writes("many\n");
    let given = desk.given().text;
    assert!(given.starts_with("# midair: \"many\" is not a number, this line not counted."), "{given}");
    assert!(given.ends_with("\nmany\n"), "{given}");
    desk.writes(&given.replace("many\n", "more\n"));
    assert!(desk.given().text.contains("\"more\" is not a number"));
    assert_eq!(desk.left(), None);
    desk.writes("150\n");
    desk.keys("ctrl-s");
    assert_eq!(desk.sent_text(), with(BASE, &[("/quota", "150")]));
}

#[test]
fn who_gives_up_finds_the_text_where_it_is_said() {
    let mut desk = Desk::edits();
    desk.keys("alt-e");
    desk.writes("{\"name\":");
    let given = desk.given().text;
    assert!(given.starts_with("# midair: not a record yet: the text ends"), "{given}");
    desk.writes(&given);
    desk.shows("projects/prj_1 is as it was; what you wrote is kept in /state/outside/x.txt.");
    assert_eq!(desk.left(), Some(Leave::Text("{\"name\":\n".into())));
    desk.shows("unchanged");
}

#[test]
fn a_whole_record_is_written_as_json_and_keeps_how_its_members_are_written() {
    let text = r#"{"name":"e\u0301","quota":1.0,"tags":["a","b"]}"#;
    let mut desk = Desk::sit(Depth::None);
    desk.keys("enter");
    let key = midair_record::wire::Key::new("projects", "prj_1").unwrap();
    let result = Ok(Read::Stored(Box::new(stored(7, "alice", text))));
    desk.happens(Msg::Loaded { key, result, changes: Vec::new() });
    desk.keys("alt-e");
    let given = desk.given();
    assert_eq!((given.kind, &*given.name), ("json", "projects/prj_1"));
    assert_eq!(given.text, "{\n  \"name\": \"e\\u0301\",\n  \"quota\": 1.0,\n  \"tags\": [\"a\",\"b\"]\n}\n");
    desk.writes(&given.text.replace("[\"a\",\"b\"]", "[\"a\"]").replace("1.0,", "1.0,\n  \"new\": null,"));
    desk.shows("Took projects/prj_1 in from your editor");
    desk.keys("ctrl-s");
    let sent = desk.sent();
    let sent = sent.base.stored().unwrap().fields.rewritten(&sent.fields);
    assert_eq!(sent.text(), r#"{"name":"e\u0301","quota":1.0,"new":null,"tags":["a"]}"#);
}

#[test]
fn a_save_of_somebody_else_meanwhile_does_not_move_what_is_written_upon() {
    let mut desk = Desk::edits();
    desk.keys("ctrl-e");
    let key = midair_record::wire::Key::new("projects", "prj_1").unwrap();
    let now = stored(8, "bob", &with(BASE, &[("/name", "\"Launch day\"")]));
    desk.happens(Msg::Loaded { key, result: Ok(Read::Stored(Box::new(now))), changes: Vec::new() });
    desk.writes("Launch site\n");
    desk.shows("theirs now: Launch day  (bob)");
    desk.keys("ctrl-s");
    assert_eq!(desk.sent().base.stored().unwrap().version, 7, "theirs is not taken for what was loaded");
}

#[test]
fn a_unit_of_a_collision_is_written_outside_as_by_hand() {
    let mut desk = Desk::edits();
    desk.keys("' site' ctrl-s");
    desk.refused(&stored(7, "alice", BASE), &stored(8, "bob", &with(BASE, &[("/name", "\"Launch day\"")])));
    desk.keys("E");
    assert_eq!(desk.given().text, "Launch site\n");
    desk.writes("Launch site & day\n");
    desk.shows("✎ by hand: Launch site & day");
    desk.keys("e ctrl-e");
    assert_eq!(desk.given().text, "Launch site & day\n", "what is being written by hand");
    desk.writes("Both\n");
    desk.keys("esc enter");
    assert_eq!(desk.sent_text(), with(BASE, &[("/name", "\"Both\"")]));
}

#[test]
fn nothing_is_written_outside_while_a_save_is_under_way() {
    let mut desk = Desk::edits();
    desk.keys("' site' ctrl-s ctrl-e");
    desk.shows("The save before is not answered yet; wait for it, then write in your editor.");
    assert!(!desk.effects.iter().any(|effect| matches!(effect, Effect::WriteOutside(_))));
}
