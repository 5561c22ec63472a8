//! What is around one record, told by real terminals: its history, who is there, what collides, and what waits.
#![allow(clippy::unwrap_used)]

mod pty;

use pty::Home;

const KEY: &str = "projects/prj_1";
const RECORD: &str = r#"{"name":"Launch","quota":100,"owner":"dana","notes":"Call carol."}"#;

#[test]
fn a_version_of_the_history_is_compared_and_restored_and_nothing_is_rewound() {
    let home = Home::new();
    let mut alice = home.person("alice");
    alice.shows("live");
    home.creates(KEY, RECORD);
    home.edits("bob", KEY, "Launch", "Launch day");
    home.edits("carol", KEY, "100", "150");
    alice.shows("Launch day").keys("h").shows("History · projects/prj_1 · v3 now");
    alice.shows("v2 → v3 · 1 field differs").shows("100").shows("150");
    alice.keys("down").shows("v1 → v2").shows("bob saved at");
    alice.keys("down").shows("nothing → v1");
    alice.keys("' ' home").shows("v1 → v3 · 2 fields differ");
    alice.keys("end r").shows("Write v1 again as the newest version, over v3 by carol?").shows("quota: 150 → 100");
    alice.keys("y").shows("Restored v1 of projects/prj_1; it is v4 now").shows("v4 now");
    assert_eq!(home.reads(KEY).body, RECORD);
    alice.keys("esc").shows("/ filter");
}

#[test]
fn who_is_editing_is_seen_from_a_second_terminal_and_goes_when_they_leave() {
    let home = Home::new();
    let mut alice = home.person("alice");
    alice.shows("live");
    home.creates(KEY, RECORD);
    alice.shows("prj_1");
    let mut carol = home.person("carol");
    carol.shows("prj_1").keys("enter").shows("from v1");
    alice.shows("✎ carol").shows("2 people here");
    carol.keys("down down down").shows("▸ notes");
    alice.keys("enter").shows("✎ carol is editing notes");
    carol.shows("✎ alice is editing name");
    let mut other = home.person("alice");
    other.shows("✎ carol +1");
    alice.keys("' site' ctrl-s").shows("as v2");
    carol.shows("alice saved v2").keys("esc").shows("/ filter");
    alice.hides("✎ carol").hides("people here");
}

#[test]
fn the_pulse_tells_of_a_real_collision_who_and_over_what() {
    let home = Home::new();
    let mut alice = home.person("alice");
    alice.shows("live");
    home.creates(KEY, RECORD);
    alice.shows("prj_1").keys("enter").shows("from v1").keys("' site'").shows("Launch site");
    home.edits("bob", KEY, "Launch", "Launch day");
    alice.shows("bob saved v2").keys("ctrl-s").shows("Mid-air collision");
    alice.keys("right enter").shows("as v3").keys("esc").shows("m pulse").keys("m");
    alice.shows("1 write refused").shows("25.0 % of the writes").shows("resolved").hides("half in");
    alice.shows("projects/prj_1").shows("projects · name").shows("refused 1 time · was first 0 times");
    alice.keys("esc").shows("/ filter");
}

#[test]
fn two_collisions_wait_in_the_inbox_and_one_rule_decides_both() {
    let home = Home::new();
    let mut alice = home.person("alice");
    alice.shows("live");
    for id in ["prj_1", "prj_2"] {
        home.creates(&format!("projects/{id}"), RECORD);
    }
    alice.shows("prj_2");
    for (id, waits) in [("prj_1", "1 in inbox"), ("prj_2", "2 in inbox")] {
        alice.keys("enter").shows(&format!("projects/{id} · from v1")).keys("' site'").shows("Launch site");
        alice.keys("esc").shows(waits).keys("down").shows("▸prj_2");
        home.edits("bob", &format!("projects/{id}"), "Launch", "Launch day");
    }
    alice.keys("i").shows("2 drafts were typed here").shows("? 1 undecided (name) · bob, v2");
    alice.keys("T").shows("Theirs for which field").keys("enter").shows("theirs for name in all 2 drafts");
    alice.keys("y").shows("Took theirs for name in 2 drafts; nothing was sent").shows("✓ decided · bob, v2");
    assert!(!home.history("projects/prj_1").contains(r#""version":3"#), "nothing was sent");
    alice.keys("u").shows("Took the rule back in 2 drafts").shows("? 1 undecided (name)");
    alice.keys("enter").shows("Mid-air collision").keys("right enter").shows("as v3");
    assert!(home.reads("projects/prj_2").body.contains("Launch site"), "what was typed last stands first");
    assert!(home.reads("projects/prj_1").body.contains("Launch day"), "the other one still waits");
}

#[test]
fn a_draft_waits_beneath_the_history_that_was_opened_from_it() {
    let home = Home::new();
    let mut alice = home.person("alice");
    alice.shows("live");
    home.creates(KEY, RECORD);
    alice.shows("prj_1").keys("enter").shows("from v1").keys("' site'").shows("Launch site");
    home.edits("bob", KEY, "100", "150");
    alice.shows("bob saved v2").keys("ctrl-o").shows("History · projects/prj_1 · v2 now").shows("quota");
    home.edits("carol", KEY, "150", "175");
    alice.shows("· v3 now").keys("esc").shows("Launch site").shows("carol saved v3");
    alice.keys("ctrl-s").shows("as v4, merged with carol's v3: quota.");
}
