//! Tokens at a real terminal: one write at a time, the token of its answer and no other; and servers that get theirs wrong.
#![allow(clippy::unwrap_used)]

mod pty;

use std::sync::mpsc::channel;

use pty::{Home, Terminal, liar};

const KEY: &str = "projects/prj_1";
const RECORD: &str = r#"{"name":"Launch","quota":100}"#;

/// A server of its own, with one record.
fn server(home: &Home) -> Terminal {
    let mut server = home.midair(&["serve", "--test-hooks", "--no-seed", "--listen", &home.listen()]);
    server.shows("midair server on http://");
    home.creates(KEY, RECORD);
    server
}

fn editor(home: &Home, server: &str) -> Terminal {
    let mut alice = home.midair(&["--as", "alice", "--server", &format!("http://{server}")]);
    alice.shows("prj_1").keys("enter").shows("from v1");
    alice
}

#[test]
fn one_write_is_under_way_at_a_time_and_the_next_one_carries_its_token() {
    let home = Home::new();
    let _server = server(&home);
    let slow = home.ask("PUT", &format!("/v1/test-hooks/{KEY}"), &[], "delay;ms=1500");
    assert_eq!(slow.status / 100, 2, "{}", slow.body);
    let mut alice = editor(&home, &home.listen());
    alice.keys("' site' ctrl-s").shows("saving…").keys("'!' ctrl-s").shows("The save before is not answered yet");
    alice.shows("Saved projects/prj_1 as v2").shows("Launch site!").keys("ctrl-s").shows("as v3");
    assert_eq!(home.reads(KEY).body, r#"{"name":"Launch site!","quota":100}"#);
    assert!(!alice.screen().contains("merged"), "nothing was refused");
}

#[test]
fn a_stored_save_without_a_token_is_read_again_before_it_is_believed() {
    let home = Home::new();
    let _server = server(&home);
    let (told, reads) = channel();
    let liar = liar::before(home.listen(), move |head, answer| match head.split(' ').next() {
        Some("PUT") => liar::without(&answer, "etag:"),
        Some("GET") if head.contains("/records/prj_1 ") => {
            told.send(()).unwrap();
            answer
        }
        _ => answer,
    });
    let mut alice = editor(&home, &liar.to_string());
    let before = reads.try_iter().count();
    assert_eq!(before, 1);
    alice.keys("' site' ctrl-s").shows("Saved projects/prj_1 as v2").keys("'!' ctrl-s").shows("as v3");
    assert!(reads.try_iter().count() >= 2, "each save was verified");
    assert!(!alice.screen().contains("merged"), "the token that was read is the one that stands");
    assert_eq!(home.reads(KEY).body, r#"{"name":"Launch site!","quota":100}"#);
}

#[test]
fn a_weak_tag_is_told_as_the_servers_fault_and_nothing_is_edited_upon_it() {
    let home = Home::new();
    let _server = server(&home);
    let liar = liar::before(home.listen(), |head, answer| match head.contains("/records/prj_1 ") {
        true => answer.replace("etag: \"", "etag: W/\""),
        false => answer,
    });
    let mut alice = home.midair(&["--as", "alice", "--server", &format!("http://{liar}")]);
    alice.shows("prj_1").keys("enter").shows("projects/prj_1 could not be opened").shows("weak");
    alice.shows("/ filter");
}

#[test]
fn a_replica_that_shows_the_refused_version_is_asked_again() {
    let home = Home::new();
    let _server = server(&home);
    let mut old = None;
    let mut refused = false;
    let (told, stale) = channel();
    let liar = liar::before(home.listen(), move |head, answer| {
        if head.starts_with("PUT") && answer.starts_with("HTTP/1.1 412") {
            refused = true;
            return "HTTP/1.1 412 Precondition Failed\r\ncontent-type: application/problem+json\r\ncontent-length: 2\r\n\
                connection: close\r\n\r\n{}"
                .into();
        }
        if head.starts_with("GET") && head.contains("/records/prj_1 ") {
            let first = old.get_or_insert_with(|| answer.clone());
            if std::mem::take(&mut refused) {
                told.send(()).unwrap();
                return first.clone();
            }
        }
        answer
    });
    let mut alice = editor(&home, &liar.to_string());
    alice.keys("' site'").shows("Launch site");
    home.edits("bob", KEY, "Launch", "Launch day");
    alice.keys("ctrl-s").shows("Mid-air collision").shows("Launch day");
    stale.try_recv().expect("the replica lagged behind once");
    alice.keys("right enter").shows("as v3");
    assert_eq!(home.reads(KEY).body, r#"{"name":"Launch site","quota":100}"#);
}
