//! What others save while I type, and saves that fit together: told at real terminals, without a question where none is due.
#![allow(clippy::unwrap_used)]

mod pty;

use pty::{Home, Terminal};

const KEY: &str = "projects/prj_1";
const RECORD: &str = r#"{"name":"Launch","quota":100,"owner":"dana"}"#;

/// A server that can be told what happens to the next writes.
fn server(home: &Home) -> Terminal {
    let mut server = home.midair(&["serve", "--test-hooks", "--no-seed", "--listen", &home.listen()]);
    server.shows("midair server on http://");
    home.creates(KEY, RECORD);
    server
}

fn editor(home: &Home) -> Terminal {
    let mut alice = home.midair(&["--as", "alice", "--server", &format!("http://{}", home.listen())]);
    alice.shows("prj_1").keys("enter").shows("from v1");
    alice
}

#[test]
fn what_others_save_is_marked_on_its_field_and_the_caret_and_what_is_typed_stay() {
    let home = Home::new();
    let _server = server(&home);
    let mut alice = editor(&home);
    alice.keys("' site' left left").shows("Launch site");
    home.edits("bob", KEY, "100", "150");
    alice.shows("was 100  (bob)").shows("↻   150").keys("'X'").shows("Launch siXte");
    home.edits("carol", KEY, "Launch", "Launch day");
    alice.shows("theirs now: Launch day  (carol)").shows("was 100  (bob)").keys("'Y'").shows("Launch siXYte");
    alice.shows("▸ name").shows("✎ ↻").shows("carol saved v3");
}

#[test]
fn who_looks_early_settles_before_the_save_is_refused() {
    let home = Home::new();
    let _server = server(&home);
    let mut alice = editor(&home);
    alice.keys("' site'").shows("Launch site");
    home.edits("bob", KEY, "Launch", "Launch day");
    alice.shows("Ctrl-R to look").keys("ctrl-r").shows("1 of 1 undecided").keys("right enter").shows("as v3");
    assert_eq!(home.reads(KEY).body, RECORD.replace("Launch", "Launch site"));
}

#[test]
fn versions_that_say_the_same_are_no_collision() {
    let home = Home::new();
    let _server = server(&home);
    let mut alice = editor(&home);
    alice.keys("' site'").shows("Launch site");
    home.edits("bob", KEY, "Launch", "Launch day");
    alice.shows("bob saved v2");
    home.edits("bob", KEY, "Launch day", "Launch");
    alice.shows("bob saved v3").hides("theirs now").keys("ctrl-s").shows("as v4");
    assert_eq!(home.reads(KEY).body, RECORD.replace("Launch", "Launch site"));
}

#[test]
fn a_save_that_is_refused_again_and_again_stops_and_shows_what_goes_on() {
    let home = Home::new();
    let _server = server(&home);
    let first = r#"conflict;by="bob";ops="[{\"op\":\"increment\",\"path\":\"/quota\",\"by\":1}]";times=30"#;
    let told = home.ask("PUT", &format!("/v1/test-hooks/{KEY}"), &[], first);
    assert_eq!(told.status / 100, 2, "{}", told.body);
    let mut alice = editor(&home);
    alice.keys("' site' ctrl-s").shows("Everything merged; Enter saves.").shows("nothing to decide");
    home.ask("DELETE", &format!("/v1/test-hooks/{KEY}"), &[], "");
    alice.keys("enter").shows("Saved projects/prj_1 as v");
    assert!(home.reads(KEY).body.starts_with(r#"{"name":"Launch site","quota":10"#), "{}", home.reads(KEY).body);
}

#[test]
fn two_saves_that_fit_together_but_not_the_collection_are_shown_with_the_reason() {
    let home = Home::new();
    let _server = server(&home);
    let now = home.ask("GET", "/v1/collections/projects", &[], "");
    let conditions = if now.etag.is_empty() { ("If-None-Match", "*".to_owned()) } else { ("If-Match", now.etag) };
    let schema = r#"{"schema":{"maxProperties":4}}"#;
    let made = home.ask("PUT", "/v1/collections/projects", &[(conditions.0, &conditions.1)], schema);
    assert_eq!(made.status / 100, 2, "{}", made.body);
    let mut alice = editor(&home);
    alice.keys("ctrl-a").shows("Name of the new field").keys("'mine' enter 'x'").shows("mine");
    home.edits("bob", KEY, "}", r#","bobs":1}"#);
    alice.shows("bob saved v2").keys("ctrl-s").shows("The two saves fit together, but not the collection");
    assert!(!home.history(KEY).contains(r#""version":3"#), "nothing was sent");
    alice.keys("left").shows("send nothing").keys("enter").shows("v2 already says what you chose");
}
