//! Two real terminals on one server collide: every way out of it, each as a story.
#![allow(clippy::unwrap_used)]

mod pty;

use pty::{Home, Terminal};

const KEY: &str = "projects/prj_1";
const RECORD: &str = r#"{"name":"Launch","quota":100,"owner":"dana","notes":"Call carol."}"#;

fn record(name: &str, quota: &str, owner: &str) -> String {
    format!(r#"{{"name":"{name}","quota":{quota},"owner":"{owner}","notes":"Call carol."}}"#)
}

/// Alice and bob, each in a terminal, with the same record open at its first version.
fn both_edit(home: &Home) -> (Terminal, Terminal) {
    let mut alice = home.person("alice");
    alice.shows("live");
    home.creates(KEY, RECORD);
    let mut bob = home.person("bob");
    for person in [&mut alice, &mut bob] {
        person.shows("prj_1").keys("enter").shows("from v1");
    }
    (alice, bob)
}

/// Alice appends `hers` to the name, bob `his`; bob saves first, alice's save is refused.
fn names_collide(home: &Home) -> (Terminal, Terminal) {
    let (mut alice, mut bob) = both_edit(home);
    alice.keys("' site'").shows("Launch site");
    bob.keys("' day' ctrl-s").shows("Saved projects/prj_1 as v2");
    alice.shows("bob saved v2");
    alice.keys("ctrl-s").shows("Mid-air collision").shows("1 of 1 undecided");
    (alice, bob)
}

#[test]
fn theirs_is_accepted() {
    let home = Home::new();
    let (mut alice, _bob) = names_collide(&home);
    alice.shows("Launch day").shows("Launch site");
    alice.keys("left").shows("decided · Enter saves").keys("enter");
    alice.shows("v2 already says what you chose");
    assert_eq!(home.reads(KEY).body, record("Launch day", "100", "dana"));
    assert!(!home.history(KEY).contains(r#""version":3"#), "nothing was sent");
}

#[test]
fn mine_is_accepted_and_the_other_terminal_sees_it() {
    let home = Home::new();
    let (mut alice, mut bob) = names_collide(&home);
    alice.keys("right").shows("replace bob's name: Launch day → Launch site").keys("enter");
    alice.shows("Saved projects/prj_1 as v3");
    assert_eq!(home.reads(KEY).body, record("Launch site", "100", "dana"));
    assert!(home.history(KEY).contains("merged with v2 (bob); kept mine: name"));
    bob.shows("alice saved v3").shows("Launch site");
}

#[test]
fn some_of_theirs_and_some_of_mine_are_accepted() {
    let home = Home::new();
    let (mut alice, mut bob) = both_edit(&home);
    alice.keys("' site' down backspace '5'").shows("105");
    bob.keys("' day' down backspace '7' ctrl-s").shows("as v2");
    alice.keys("ctrl-s").shows("2 of 2 undecided");
    alice.keys("left").shows("1 of 2 undecided").keys("right").shows("all 2 decided").keys("enter").shows("as v3");
    assert_eq!(home.reads(KEY).body, record("Launch day", "105", "dana"));
}

#[test]
fn a_value_is_written_by_hand() {
    let home = Home::new();
    let (mut alice, _bob) = names_collide(&home);
    alice.keys("e").shows("name by hand").keys("' & day'").shows("Launch site & day");
    alice.keys("esc").shows("✎ by hand: Launch site & day").keys("enter").shows("as v3");
    assert_eq!(home.reads(KEY).body, record("Launch site & day", "100", "dana"));
}

#[test]
fn edits_of_different_fields_merge_without_a_question() {
    let home = Home::new();
    let (mut alice, mut bob) = both_edit(&home);
    alice.keys("' site'").shows("Launch site");
    bob.keys("down backspace '7' ctrl-s").shows("as v2");
    alice.keys("ctrl-s").shows("as v3, merged with bob's v2: quota.");
    assert_eq!(home.reads(KEY).body, record("Launch site", "107", "dana"));
}

#[test]
fn a_second_refusal_while_resolving_keeps_what_it_did_not_touch() {
    let home = Home::new();
    let (mut alice, mut bob) = both_edit(&home);
    alice.keys("' site' down backspace '5'").shows("105");
    bob.keys("' day' down backspace '7' ctrl-s").shows("as v2");
    alice.keys("ctrl-s").shows("2 of 2 undecided").keys("right left").shows("all 2 decided");
    home.edits("carol", KEY, "107", "108");
    alice.shows("carol saved v3 meanwhile");
    alice.keys("enter").shows("1 of 2 undecided").shows("moved again: was 107, now 108");
    alice.keys("left").shows("all 2 decided").keys("enter").shows("as v4");
    assert_eq!(home.reads(KEY).body, record("Launch site", "108", "dana"));
}

#[test]
fn a_record_deleted_under_my_hands_can_be_made_again() {
    let home = Home::new();
    let (mut alice, _bob) = both_edit(&home);
    alice.keys("' site'").shows("Launch site");
    home.deletes("bob", KEY);
    alice.shows("bob deleted this record");
    alice.keys("ctrl-s").shows("Deleted while you edited it").shows("name: Launch → Launch site");
    alice.keys("r").shows("as v3");
    assert_eq!(home.reads(KEY).body, record("Launch site", "100", "dana"));
}

#[test]
fn a_record_edited_before_i_delete_it_is_shown_first() {
    let home = Home::new();
    let mut alice = home.person("alice");
    alice.shows("live");
    home.creates(KEY, RECORD);
    alice.shows("prj_1").keys("d").shows("Delete projects/prj_1?");
    home.edits("bob", KEY, "100", "150");
    alice.keys("y").shows("Edited before you deleted it").shows("quota: 100 → 150");
    assert_eq!(home.reads(KEY).status, 200);
    alice.keys("y").shows("Deleted projects/prj_1");
    assert_eq!(home.reads(KEY).status, 410);
}

#[test]
fn a_record_is_created_with_fields_of_every_type() {
    let home = Home::new();
    let mut alice = home.person("alice");
    alice.shows("live");
    home.creates(KEY, RECORD);
    alice.shows("prj_1").keys("n").shows("Id of the new record").keys("'prj_2' enter").shows("new · ");
    alice.keys("'Second' down '7' down ctrl-t").shows("Make it:").keys("z").shows("null");
    alice.keys("ctrl-a").shows("Name of the new field").keys("'open' enter ctrl-t").shows("Make it:").keys("b");
    alice.shows("false").keys("' '").shows("true").keys("ctrl-s").shows("Saved projects/prj_2 as v1");
    let made = home.reads("projects/prj_2").body;
    assert_eq!(made, r#"{"name":"Second","quota":7,"owner":null,"open":true}"#);
}

/// The record of alice is deleted by bob while she has typed.
fn deleted_under_hands(home: &Home) -> (Terminal, Terminal) {
    let (mut alice, bob) = both_edit(home);
    alice.keys("' site'").shows("Launch site");
    home.deletes("bob", KEY);
    alice.shows("bob deleted this record");
    alice.keys("ctrl-s").shows("Deleted while you edited it");
    (alice, bob)
}

#[test]
fn a_deletion_is_accepted_and_mine_waits_as_a_draft() {
    let home = Home::new();
    let (mut alice, _bob) = deleted_under_hands(&home);
    alice.keys("k").shows("projects/prj_1 stays deleted").keys("i").shows("name: Launch site").shows("deleted by bob");
    assert_eq!(home.reads(KEY).status, 410);
}

#[test]
fn a_record_deleted_under_my_hands_is_saved_as_a_copy() {
    let home = Home::new();
    let (mut alice, _bob) = deleted_under_hands(&home);
    alice.keys("c").shows("under the id: prj_1-copy").keys("enter");
    alice.shows("Saved a copy of projects/prj_1 as projects/prj_1-copy, v1; this is it.").shows("from v1");
    assert_eq!(home.reads("projects/prj_1-copy").body, record("Launch site", "100", "dana"));
    assert_eq!(home.reads(KEY).status, 410);
    alice.keys("esc").shows("/ filter").keys("i").shows("No drafts wait");
}
