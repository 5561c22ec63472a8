//! Saves that wait for a server, over quitting, kills and changes of who sits there: each goes out once, in its own name.
#![allow(clippy::unwrap_used)]

mod pty;

use pty::{Home, Terminal};

const KEY: &str = "projects/prj_1";

fn server(home: &Home) -> Terminal {
    let db = home.path("records.db");
    let mut server = home.midair(&["serve", "--no-seed", "--listen", &home.listen(), "--db", db.to_str().unwrap()]);
    server.shows("midair server on http://");
    server
}

fn person(home: &Home, name: &str) -> Terminal {
    home.midair(&["--as", name, "--server", &format!("http://{}", home.listen())])
}

/// Alice saves at a server that went away.
fn saves_into_the_void(home: &Home) -> Terminal {
    let mut first = server(home);
    home.creates(KEY, r#"{"name":"Launch","quota":100}"#);
    let mut alice = person(home, "alice");
    alice.shows("prj_1").keys("enter").shows("from v1").keys("' site'").shows("Launch site");
    first.signal("TERM");
    first.ends();
    alice.shows("NOT CONNECTED since").keys("ctrl-s").shows("is not saved yet").shows("waiting for the server");
    alice
}

#[test]
fn a_save_that_waited_when_midair_was_killed_goes_out_at_the_next_start_and_once() {
    let home = Home::new();
    saves_into_the_void(&home).kill_9();
    let _server = server(&home);
    let mut again = person(&home, "alice");
    again.shows("Saved projects/prj_1 as v2");
    assert_eq!(home.reads(KEY).body, r#"{"name":"Launch site","quota":100}"#);
    again.keys("i").shows("No drafts wait").keys("q");
    again.ends();
    let mut third = person(&home, "alice");
    third.shows("Launch site").keys("i").shows("No drafts wait");
    assert!(!home.history(KEY).contains(r#""version":3"#));
}

#[test]
fn a_save_that_waited_when_its_person_quit_is_asked_about_where_somebody_was_faster() {
    let home = Home::new();
    let mut alice = saves_into_the_void(&home);
    alice.keys("ctrl-q");
    alice.ends();
    let _server = server(&home);
    home.edits("bob", KEY, "Launch", "Launch day");
    let mut again = person(&home, "alice");
    again.shows("projects/prj_1 was not saved: bob saved v2 before").shows("1 in inbox");
    again.keys("i").shows("? 1 undecided (name) · bob, v2").keys("enter").shows("Mid-air collision");
    again.keys("right enter").shows("as v3");
}

#[test]
fn a_save_of_somebody_else_is_told_as_theirs_and_goes_out_in_nobodys_name() {
    let home = Home::new();
    saves_into_the_void(&home).kill_9();
    let _server = server(&home);
    let mut bob = person(&home, "bob");
    bob.shows("alice's").shows("waiting to be sent").shows("typed by alice");
    bob.keys("X").shows("X again throws alice's draft away for good").keys("down enter");
    bob.shows("Enter again goes on with alice's draft; what is saved carries your name").keys("esc").shows("/ filter");
    bob.keys("q");
    bob.ends();
    assert!(!home.history(KEY).contains(r#""version":2"#), "bob sent nothing");
    let mut alice = person(&home, "alice");
    alice.shows("Saved projects/prj_1 as v2");
    assert!(home.history(KEY).contains(r#""by":"alice""#));
}

#[test]
fn a_save_is_taken_back_at_a_real_server_and_what_others_wrote_since_stays() {
    let home = Home::new();
    let _server = server(&home);
    home.creates(KEY, r#"{"name":"Launch","quota":100}"#);
    let mut alice = person(&home, "alice");
    alice.shows("prj_1").keys("enter").shows("from v1").keys("' site' ctrl-s").shows("as v2. Ctrl-Z takes it back.");
    home.edits("bob", KEY, "100", "150");
    alice
        .shows("bob saved v3; this is it.")
        .keys("ctrl-z")
        .shows("takes your v2 of projects/prj_1 back, as a new version");
    alice.shows("name: Launch site → Launch").keys("ctrl-z").shows("Took v2 of projects/prj_1 back, as v4");
    assert_eq!(home.reads(KEY).body, r#"{"name":"Launch","quota":150}"#);
    alice.keys("ctrl-y").shows("brings back what v4").keys("ctrl-y").shows("as v5");
    assert_eq!(home.reads(KEY).body, r#"{"name":"Launch site","quota":150}"#);
    let history = home.history(KEY);
    assert!(history.contains("takes back v2") && history.contains("brings back what v4 took back"), "{history}");
    alice
        .keys("esc")
        .shows("/ filter")
        .keys("u")
        .shows("u again takes your v5")
        .keys("u")
        .shows("Took v5 of projects/prj_1 back, as v6");
    home.edits("bob", KEY, "\"Launch\"", "\"Launch day\"");
    alice.shows("bob saved v7").keys("ctrl-y").shows("brings back what v6").keys("ctrl-y").shows("Mid-air collision");
    alice.keys("right enter").shows("as v8");
}

#[test]
fn a_copy_is_saved_under_an_id_that_is_free() {
    let home = Home::new();
    let _server = server(&home);
    home.creates(KEY, r#"{"name":"Launch","quota":100}"#);
    home.creates("projects/prj_2", r#"{"name":"Another"}"#);
    let mut alice = person(&home, "alice");
    alice.shows("prj_1").keys("enter").shows("from v1").keys("' site'").shows("Launch site");
    alice.keys("ctrl-d").shows("under the id: prj_1-copy").keys("ctrl-u 'prj_2' enter");
    alice.shows("projects/prj_2 is there already, v1 by seed").keys("backspace '3' enter");
    alice.shows("Saved a copy of projects/prj_1 as projects/prj_3, v1").shows("projects/prj_1 · from v1");
    assert_eq!(home.reads("projects/prj_3").body, r#"{"name":"Launch site","quota":100}"#);
    assert_eq!(home.reads("projects/prj_2").body, r#"{"name":"Another"}"#);
    assert_eq!(home.reads(KEY).body, r#"{"name":"Launch","quota":100}"#);
    alice.shows("Launch site").keys("ctrl-s").shows("as v2");
}
