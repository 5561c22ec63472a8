//! A record whose collection declares its fields, in a real terminal: typed by the schema, held back by it, and mended.
#![allow(clippy::unwrap_used)]

mod pty;

use pty::{Home, Terminal};

const KEY: &str = "projects/prj_1";
const SCHEMA: &str = r#"{"schema":{"type":"object","required":["name"],"properties":{
    "name":{"type":"string","title":"Project","maxLength":20},"priority":{"enum":["low","medium","high"]},
    "due":{"type":["string","null"],"format":"date"},"quota":{"type":"integer","minimum":0,"maximum":500},
    "billing":{"type":"object","properties":{"plan":{"enum":["team","business"]},"seats":{"type":"integer"}}},
    "steps":{"type":"array","items":{"type":"object","required":["name"],"properties":{"name":{"type":"string"},
    "done":{"type":"boolean","default":false}}}}}}}"#;
const RECORD: &str = r#"{ "name":"Launch","priority":"low", "due":"2026-12-31","quota":1.0e2,"billing":{"plan":"team"},
  "steps":[{"name":"plan","done":true},{"name":"build","done":false}]}"#;

/// How terminals report Ctrl-Up and Alt-Up.
const CTRL_UP: &str = "'\u{1b}[1;5A'";
const ALT_UP: &str = "'\u{1b}[1;3A'";

/// Alice has the record open, of a collection that declares its fields.
fn edits(home: &Home, columns: u16, rows: u16) -> Terminal {
    let mut alice = home.sized(&["--as", "alice", "--no-seed"], columns, rows);
    alice.shows("live");
    home.defines("projects", SCHEMA);
    home.creates(KEY, RECORD);
    alice.shows("▸prj_1").keys("enter").shows("from v1");
    alice
}

#[test]
fn each_field_is_typed_as_its_collection_declares_it_and_the_rest_keeps_its_bytes() {
    let home = Home::new();
    let mut alice = edits(&home, 120, 40);
    alice.shows("Project · text, at most 20 characters · required");
    alice.keys("tab 'hi'").shows("▸ high").keys("enter tab").shows("date, as 2026-03-31 or null");
    alice.keys(CTRL_UP).shows("2027-01-01");
    alice.keys("tab tab tab tab").shows("whole number").keys("'12'").shows("12");
    alice.keys("tab tab").shows("▸   plan").keys("ctrl-a 'ship'").shows("▸     name* ✎   ship");
    alice.keys(ALT_UP).keys("ctrl-s").shows("Saved projects/prj_1 as v2");
    let typed = RECORD
        .replace("low", "high")
        .replace("2026-12-31", "2027-01-01")
        .replace(r#"{"plan":"team"}"#, r#"{"plan":"team","seats":12}"#);
    let (before, _) = typed.split_once(r#"[{"name""#).unwrap();
    let steps = r#"[{"done":false,"name":"ship"},{"name":"plan","done":true},{"name":"build","done":false}]}"#;
    assert_eq!(home.reads(KEY).body, format!("{before}{steps}"));
}

#[test]
fn what_is_wrong_is_said_on_its_row_stops_the_save_and_goes_when_it_is_mended() {
    let home = Home::new();
    let mut alice = edits(&home, 60, 15);
    alice.keys("tab tab backspace '9'").shows("✗ should be a date such as 2026-03-31");
    alice.keys("tab ctrl-s").shows("Not saved: due should be a date").shows("▸ due");
    assert!(!home.history(KEY).contains(r#""version":2"#), "nothing was sent");
    alice.keys("backspace '0'").hides("✗").keys("ctrl-s").shows("Saved projects/prj_1 as v2");
    assert!(home.reads(KEY).body.contains(r#""due":"2026-12-30""#));
}

#[test]
fn what_only_the_server_knows_lands_on_the_row_of_its_field() {
    let home = Home::new();
    let mut alice = edits(&home, 80, 24);
    alice.keys("'!' tab tab tab").shows("whole number, 0 to 500");
    home.defines("projects", &SCHEMA.replace("500", "50").replace("20}", "6}"));
    alice.keys("ctrl-s").shows("was not saved: name should be at most 6 characters");
    alice.shows("▸ name").shows("✗ should be at most 6 characters").shows("✗ should be at most 50");
    alice.keys("backspace").hides("✗ should be at most 6").keys("tab tab tab").shows("whole number, 0 to 50");
    alice.keys("ctrl-u '50'").hides("✗").keys("ctrl-s").shows("Saved projects/prj_1 as v2");
    assert!(home.reads(KEY).body.contains(r#""quota":50,"#));
}

#[test]
fn a_new_record_begins_with_what_is_declared_and_is_no_draft_until_something_is_typed() {
    let home = Home::new();
    let mut alice = edits(&home, 100, 30);
    alice.keys("esc").shows("▸prj_1").keys("n 'prj_2' enter").shows("new · unchanged").shows("name*");
    alice.keys("esc").shows("▸prj_1").hides("in inbox");
    alice.keys("n 'prj_2' enter").shows("name*").keys("ctrl-s").shows("✗ is missing");
    alice.keys("'Second' ctrl-s").shows("Saved projects/prj_2 as v1");
    assert_eq!(home.reads("projects/prj_2").body, r#"{"name":"Second"}"#);
}
