//! What a record looks like whose collection declares its fields: what is offered, how it is typed, and what is wrong.

use super::*;
use crate::tui::msg::Unsaved;
use midair_record::schema::Violation;

const SCHEMA: &str = r#"{"schema":{"type":"object","required":["name","quota"],"properties":{
    "name":{"type":"string","title":"Project","description":"as customers know it","maxLength":20},
    "priority":{"enum":["low","medium","high"]},
    "quota":{"type":"integer","minimum":0,"maximum":500},
    "due":{"type":["string","null"],"format":"date"},
    "active":{"type":"boolean","default":true},
    "tags":{"type":"array","items":{"type":"string"}},
    "billing":{"type":"object","properties":{"plan":{"enum":["team","business"]},"seats":{"type":"integer"}}},
    "steps":{"type":"array","items":{"type":"object","required":["name"],
        "properties":{"name":{"type":"string"},"done":{"type":"boolean","default":false}}}}}}}"#;

const TYPED: &str = r#"{"name":"Launch","priority":"medium","quota":100,"due":"2026-12-31","steps":[{"name":"plan","done":true},{"name":"build","done":false}]}"#;

/// Opens projects/prj_1 with these fields, of a collection with the schema.
fn edits(fields: &str) -> Desk {
    let mut desk = Desk::sit(Depth::None);
    desk.keys("enter");
    desk.defined("projects", SCHEMA);
    let key = midair_record::wire::Key::new("projects", "prj_1").unwrap();
    let result = Ok(Read::Stored(Box::new(stored(7, "alice", fields))));
    desk.happens(Msg::Loaded { key, result, changes: Vec::new() });
    desk
}

/// Goes to the row that begins with `label`.
fn goes_to(desk: &mut Desk, label: &str) {
    for _ in 0..40 {
        if desk.shot(120, 40).lines().any(|line| line.contains('▸') && line.contains(label)) {
            return;
        }
        desk.keys("tab");
    }
    panic!("there is no row {label}:\n{}", desk.shot(120, 40));
}

fn line(desk: &mut Desk, words: &str) -> String {
    desk.shot(120, 40).lines().find(|line| line.contains(words)).expect(words).to_owned()
}

fn hides(desk: &mut Desk, words: &str) {
    let shot = desk.shot(120, 40);
    assert!(!shot.contains(words), "{words:?} is on the screen:\n{shot}");
}

#[test]
fn a_choice_is_found_by_typing_and_taken_with_enter() {
    let mut desk = edits(TYPED);
    goes_to(&mut desk, "priority");
    desk.keys("'hi'");
    desk.shows("▸ high");
    hides(&mut desk, "▸ low");
    desk.keys("enter ctrl-s");
    assert_eq!(desk.sent_text(), with(TYPED, &[("/priority", "\"high\"")]));
}

#[test]
fn what_is_no_choice_is_kept_and_refused_on_its_row() {
    let mut desk = edits(TYPED);
    goes_to(&mut desk, "priority");
    desk.keys("'urgent'");
    desk.shows("nothing is called that");
    desk.keys("esc ctrl-s");
    desk.shows("✗ should be one of \"low\", \"medium\", \"high\"");
    desk.shows("Not saved: priority should be one of");
    desk.shows("urgent");
    assert_eq!(desk.sends(), 0);
    desk.keys("ctrl-z ctrl-z ctrl-z ctrl-z ctrl-z ctrl-z");
    hides(&mut desk, "✗");
}

#[test]
fn all_choices_are_shown_with_the_one_that_stands_there_under_the_cursor() {
    let mut desk = edits(TYPED);
    goes_to(&mut desk, "priority");
    desk.keys("enter");
    desk.shows("▸ medium");
    desk.keys("down");
    desk.shows("▸ high");
    desk.keys("tab");
    assert!(line(&mut desk, "priority").contains("✎   high"), "{}", line(&mut desk, "priority"));
    assert!(line(&mut desk, "quota").contains('▸'));
}

#[test]
fn a_choice_is_taken_with_the_mouse() {
    let mut desk = edits(TYPED);
    goes_to(&mut desk, "priority");
    desk.keys("enter");
    desk.clicks(1, "high");
    hides(&mut desk, "▸ medium");
    desk.keys("ctrl-s");
    assert_eq!(desk.sent_text(), with(TYPED, &[("/priority", "\"high\"")]));
}

#[test]
fn a_key_steps_numbers_days_choices_and_truth() {
    let mut desk = edits(&with(TYPED, &[("/quota", "499"), ("/due", "\"2026-12-31\"")]));
    goes_to(&mut desk, "priority");
    desk.keys("ctrl-up ctrl-up");
    goes_to(&mut desk, "quota");
    desk.keys("ctrl-up ctrl-up ctrl-up");
    goes_to(&mut desk, "due");
    desk.keys("ctrl-up");
    goes_to(&mut desk, "done");
    desk.keys("ctrl-down ctrl-s");
    let changes = [("/priority", "\"low\""), ("/quota", "500"), ("/due", "\"2027-01-01\""), ("/steps/0/done", "false")];
    assert_eq!(desk.sent_text(), with(TYPED, &changes));
}

#[test]
fn a_step_on_what_is_absent_begins_where_it_should() {
    let mut desk = edits(r#"{"name":"x","quota":1,"due":null}"#);
    goes_to(&mut desk, "due");
    desk.keys("ctrl-up");
    goes_to(&mut desk, "active");
    desk.keys("space ctrl-s");
    assert_eq!(desk.sent_text(), r#"{"name":"x","quota":1,"due":"2026-11-02","active":true}"#);
}

#[test]
fn a_wrong_value_says_why_on_its_row_at_once_and_stops_the_save() {
    let mut desk = edits(TYPED);
    goes_to(&mut desk, "due");
    desk.keys("backspace");
    desk.shows("✗ should be a date such as 2026-03-31");
    desk.keys("tab ctrl-s");
    assert_eq!(desk.sends(), 0);
    assert!(line(&mut desk, "due").contains('▸'), "the caret goes there");
    desk.keys("'0'");
    hides(&mut desk, "✗");
    desk.keys("ctrl-s");
    assert_eq!(desk.sends(), 1);
}

#[test]
fn what_was_wrong_before_is_said_too_and_holds_nothing_back() {
    let mut desk = edits(&with(TYPED, &[("/priority", "\"urgent\"")]));
    desk.shows("· should be one of \"low\", \"medium\", \"high\", as it was before");
    hides(&mut desk, "✗");
    desk.keys("'!' ctrl-s");
    assert_eq!(desk.sends(), 1);
}

#[test]
fn an_element_is_added_moved_and_removed_and_each_step_is_taken_back() {
    let mut desk = edits(TYPED);
    goes_to(&mut desk, "build");
    desk.keys("ctrl-a 'ship' ctrl-s");
    let three = r#"[{"name":"plan","done":true},{"name":"build","done":false},{"done":false,"name":"ship"}]"#;
    assert_eq!(desk.sent_text(), with(TYPED, &[("/steps", three)]));
    desk.accepted(8);
    desk.keys("alt-up alt-up ctrl-s");
    let moved = r#"[{"done":false,"name":"ship"},{"name":"plan","done":true},{"name":"build","done":false}]"#;
    assert_eq!(desk.sent_text(), with(TYPED, &[("/steps", moved)]));
    desk.accepted(9);
    goes_to(&mut desk, "plan");
    desk.keys("ctrl-k ctrl-z ctrl-s");
    desk.shows("you changed nothing");
    goes_to(&mut desk, "plan");
    desk.keys("ctrl-k ctrl-s");
    let two = r#"[{"done":false,"name":"ship"},{"name":"build","done":false}]"#;
    assert_eq!(desk.sent_text(), with(TYPED, &[("/steps", two)]));
}

#[test]
fn a_list_of_objects_and_an_object_begin_with_enter() {
    let mut desk = edits(r#"{"name":"x","quota":1}"#);
    goes_to(&mut desk, "billing");
    desk.keys("'x'");
    desk.shows("billing is to be an object. Enter makes it one.");
    desk.keys("enter tab enter");
    desk.shows("▸ team");
    desk.keys("enter");
    goes_to(&mut desk, "steps");
    desk.keys("enter 'plan' ctrl-s");
    let begun = r#"{"name":"x","quota":1,"billing":{"plan":"team"},"steps":[{"done":false,"name":"plan"}]}"#;
    assert_eq!(desk.sent_text(), begun);
}

#[test]
fn what_is_declared_of_the_field_under_the_caret_is_said_in_a_line() {
    let mut desk = edits(TYPED);
    desk.shows("Project · text, at most 20 characters · required · as customers know it");
    goes_to(&mut desk, "quota");
    desk.shows("whole number, 0 to 500 · required");
    assert!(line(&mut desk, "quota").contains("quota*"));
    goes_to(&mut desk, "build");
    desk.shows(" 2 of 2 ");
    goes_to(&mut desk, "done");
    desk.keys("'x'");
    desk.shows("is true or false: Space flips it, t and f set it.");
}

/// Begins projects/new.
fn creates() -> Desk {
    let mut desk = Desk::sit(Depth::None);
    desk.answers_page(Vec::new());
    desk.keys("n 'new' enter");
    assert!(desk.effects.contains(&Effect::LoadDefinition { collection: "projects".into() }));
    desk.defined("projects", SCHEMA);
    desk
}

#[test]
fn a_new_record_begins_with_what_is_declared_and_says_what_is_missing_when_it_is_saved() {
    let mut desk = creates();
    desk.shows("name*");
    hides(&mut desk, "missing");
    goes_to(&mut desk, "name");
    desk.keys("'Site' ctrl-s");
    desk.shows("✗ is missing");
    assert!(line(&mut desk, "quota").contains('▸'));
    desk.keys("'7' ctrl-s");
    assert_eq!(desk.sent_text(), r#"{"name":"Site","quota":7,"active":true}"#);
}

#[test]
fn a_new_record_that_nothing_was_typed_into_is_no_draft() {
    let mut desk = creates();
    desk.keys("tab tab esc");
    let kept = |desk: &Desk| desk.effects.iter().any(|effect| matches!(effect, Effect::KeepDraft { .. }));
    assert!(!kept(&desk) && matches!(desk.effects.last(), Some(Effect::DropDraft { .. })));
    let mut desk = creates();
    desk.keys("'x' backspace esc");
    assert!(!kept(&desk), "nothing is left of it");
    let mut desk = creates();
    desk.keys("'x' esc");
    assert!(kept(&desk));
}

#[test]
fn what_only_the_server_knows_to_be_wrong_is_said_on_its_row() {
    let mut desk = edits(TYPED);
    desk.keys("'!' ctrl-s");
    let faults = vec![Violation { at: Pointer::parse("/steps/1/name").unwrap(), what: "should be unique".into() }];
    let result = Err(Unsaved::Invalid { why: "no.".into(), faults });
    desk.happens(Msg::Saved { sent: Box::new(desk.sent()), result });
    desk.shows("projects/prj_1 was not saved: steps.1.name should be unique. What you typed is here.");
    desk.shows("✗ should be unique");
    desk.keys("' 2'");
    hides(&mut desk, "✗");
    desk.keys("ctrl-s");
    assert_eq!(desk.sent_text(), with(TYPED, &[("/name", "\"Launch!\""), ("/steps/1/name", "\"build 2\"")]));
}

#[test]
fn theirs_is_found_in_an_element_that_i_moved() {
    let mut desk = edits(TYPED);
    goes_to(&mut desk, "build");
    desk.keys("alt-up");
    let now = stored(8, "bob", &with(TYPED, &[("/steps/0/done", "false")]));
    let conflict = refusal(&stored(7, "alice", TYPED), &now);
    let key = midair_record::wire::Key::new("projects", "prj_1").unwrap();
    desk.happens(Msg::Loaded { key, result: Ok(Read::Stored(Box::new(now))), changes: conflict.changes });
    let shot = desk.shot(120, 40);
    let plan = shot.lines().skip_while(|line| !line.contains("plan        {")).find(|line| line.contains("done"));
    hides(&mut desk, "theirs now: {");
    assert!(plan.is_some_and(|line| line.contains("false") && line.contains("was true  (bob)")), "{shot}");
}
