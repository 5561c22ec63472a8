//! What merge rules, and texts and lists that are decided part by part, look like from the chair.

use super::*;

/// Bob saved v8 with `theirs` while alice made `mine` of v7; the collection's definition is `definition`.
pub fn collided(definition: &str, mine: &[(&str, &str)], theirs: &[(&str, &str)]) -> Desk {
    let mut desk = Desk::edits();
    let before = stored(7, "alice", BASE);
    let mut draft = Draft::of("projects", before.clone(), "seed-draft".into());
    draft.edit(Record::parse(&with(BASE, mine)).unwrap().fields().clone());
    desk.keys("esc");
    desk.waits(draft);
    desk.keys("enter ctrl-s");
    let result = Ok(Some(Record::parse(definition).unwrap()));
    desk.happens(Msg::Defined { collection: "projects".into(), result });
    desk.refused(&before, &stored(8, "bob", &with(BASE, theirs)));
    desk
}

const NOTES: &str = "Call carol on Friday.\\nBook the room.\\n";

fn notes(from: &str, to: &str) -> String {
    format!("\"{}\"", NOTES.replace(from, to))
}

#[test]
fn lines_that_both_changed_are_decided_one_by_one_and_the_rest_merges() {
    let mine =
        notes("on Friday", "before Friday").replace("room.", "large room.").replace("\\n\"", "\\nOrder cake.\\n\"");
    let theirs = notes("on Friday", "after Friday").replace("room.", "small room.");
    let mut desk = collided("{}", &[("/notes", &mine)], &[("/notes", &theirs)]);
    desk.shows("1 part undecided");
    desk.keys("s");
    desk.shows("2 of 2 parts undecided");
    desk.keys("left right");
    desk.shows("decided · Enter saves");
    desk.keys("enter");
    assert!(
        desk.sent_text().contains("Call carol after Friday.\\nBook the large room.\\nOrder cake.\\n"),
        "{}",
        desk.sent_text()
    );
}

#[test]
fn both_can_be_taken_of_a_line_and_not_of_a_name() {
    let (mine, theirs) = (notes("on Friday", "before Friday"), notes("on Friday", "after Friday"));
    let name = |name: &'static str| ("/name", name);
    let mut desk = collided("{}", &[("/notes", &mine), name("\"A\"")], &[("/notes", &theirs), name("\"B\"")]);
    desk.keys("B");
    desk.shows("Both goes with texts and lists");
    desk.keys("left B enter");
    assert!(desk.sent_text().contains("after Friday.\\nCall carol before Friday.\\n"), "{}", desk.sent_text());
}

#[test]
fn a_declared_counter_adds_up_and_a_declared_set_is_merged_without_a_question() {
    let definition = r#"{"schema":{"properties":{"quota":{"x-merge":"counter"},"tags":{"x-merge":"set"}}}}"#;
    let mine = [("/quota", "120"), ("/tags", r#"["web","b"]"#)];
    let desk = collided(definition, &mine, &[("/quota", "150"), ("/tags", r#"["web","launch","a"]"#)]);
    let text = desk.sent_text();
    assert!(text.contains(r#""quota":170"#) && text.contains(r#""tags":["web","a","b"]"#), "{text}");
}

#[test]
fn a_field_that_needs_a_person_is_asked_though_only_they_changed_it() {
    let definition = r#"{"schema":{"properties":{"quota":{"x-merge":"manual"}}}}"#;
    let mut desk = collided(definition, &[("/name", "\"Site\"")], &[("/quota", "150")]);
    desk.shows("always asked");
    desk.shows("manual, declared");
}

#[test]
fn fields_of_a_group_are_taken_together() {
    let definition = r#"{"schema":{"x-merge-groups":[["quota","code"]]}}"#;
    let mut desk = collided(definition, &[("/quota", "120")], &[("/code", "\"EUR\"")]);
    desk.shows("quota + code");
    desk.keys("right enter");
    let text = desk.sent_text();
    assert!(text.contains(r#""quota":120"#) && text.contains(r#""code":"""#), "{text}");
}

#[test]
fn another_rule_can_be_chosen_and_taken_back() {
    let mut desk = collided("{}", &[("/quota", "120")], &[("/quota", "150")]);
    desk.shows("1 of 1 undecided");
    desk.keys("r");
    desk.shows("+ both: 170");
    desk.shows("set quota: 150 → 170");
    desk.keys("u");
    desk.shows("1 of 1 undecided");
}

#[test]
fn rules_that_cannot_be_read_let_nothing_through_unseen() {
    let mut desk = collided(r#"{"schema":{"x-merge":"sets"}}"#, &[("/name", "\"Site\"")], &[("/quota", "150")]);
    assert_eq!(desk.sends(), 1, "only the refused one");
    desk.shows("The merge rules of projects cannot be read");
    desk.keys("enter");
    assert_eq!(desk.sends(), 2);
}

const CAPPED: &str = r#"{"schema":{"properties":{"quota":{"x-merge":"counter","maximum":160}}}}"#;

#[test]
fn two_saves_that_break_the_schema_only_together_are_shown_and_not_sent() {
    let mut desk = collided(CAPPED, &[("/quota", "120")], &[("/quota", "150")]);
    assert_eq!(desk.sends(), 1, "only the refused one");
    desk.shows("The two saves fit together, but not the collection: quota should be at most 160.");
    desk.shows("✗ should be at most 160");
    desk.keys("enter");
    desk.shows("Not saved: quota should be at most 160. Your decisions stay.");
    assert_eq!(desk.sends(), 1);
    desk.keys("left enter");
    desk.shows("Nothing was sent");
}

#[test]
fn a_value_that_breaks_the_schema_is_not_sent_and_one_that_did_before_does_no_harm() {
    let mut desk = Desk::edits();
    let schema = r#"{"schema":{"properties":{"name":{"maxLength":8},"owner":{"type":"string"}}}}"#;
    let result = Ok(Some(Record::parse(schema).unwrap()));
    desk.happens(Msg::Defined { collection: "projects".into(), result });
    desk.keys("' site' ctrl-s");
    desk.shows("Not saved: name should be at most 8 characters");
    assert_eq!(desk.sends(), 0);
    desk.keys("backspace backspace backspace ctrl-s");
    assert_eq!(desk.sends(), 1, "owner was null before");
}

#[test]
fn what_the_server_refuses_lands_on_its_field_with_every_decision_intact() {
    let mine = [("/name", "\"Site\""), ("/code", "\"a\""), ("/quota", "120")];
    let theirs = [("/name", "\"Day\""), ("/code", "\"b\""), ("/quota", "150")];
    let mut desk = collided("{}", &mine, &theirs);
    desk.keys("right right left");
    desk.shows("all 3 decided");
    desk.keys("enter");
    // The collection was defined anew since it was asked, and the server knows.
    desk.defined("projects", r#"{"schema":{"properties":{"quota":{"maximum":110}}}}"#);
    let result = Err(crate::tui::msg::Unsaved::Refused("quota should be at most 110.".into()));
    let sent = Box::new(desk.sent());
    desk.happens(Msg::Saved { sent, result });
    desk.shows("projects/prj_1 was not saved: quota should be at most 110.");
    desk.shows("✗ should be at most 110");
    desk.shows("▸▶ quota");
    desk.shows("all 3 decided");
}

#[test]
fn why_a_value_was_refused_is_not_said_any_more_once_it_is_changed() {
    let mut desk = collided("{}", &[("/quota", "120")], &[("/quota", "150")]);
    desk.keys("e 'x' ctrl-s");
    desk.shows("\"120x\" is not a number. Undo takes it back.");
    desk.shows("Ctrl-S done");
    assert!(!desk.shot(120, 40).contains("Ctrl-S save"));
    desk.keys("backspace");
    assert!(!desk.shot(120, 40).contains("is not a number"));
}
