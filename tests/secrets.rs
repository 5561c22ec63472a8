//! A secret on its way through two real terminals: it is typed, saved, collides and is looked back at, and no byte of it
//! comes to either screen.
#![allow(clippy::unwrap_used)]

mod pty;

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use pty::{Home, Terminal};

const KEY: &str = "projects/prj_1";
const SCHEMA: &str = r#"{"schema":{"properties":{"pin":{"writeOnly":true}}}}"#;

/// A home with a record whose pin is secret.
fn with_a_pin() -> (Home, Terminal) {
    let home = Home::new();
    let mut alice = home.person("alice");
    alice.shows("live");
    let answer = home.ask("PUT", "/v1/collections/projects", &[("If-None-Match", "*")], SCHEMA);
    assert!(matches!(answer.status, 200 | 201), "{}", answer.body);
    home.creates(KEY, r#"{"name":"Safe","pin":"c4n0"}"#);
    (home, alice)
}

fn tells(terminal: &Terminal) -> bool {
    terminal.raw().windows(3).any(|bytes| bytes == b"c4n")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[test]
fn no_byte_of_a_secret_comes_to_a_terminal() {
    let (home, mut alice) = with_a_pin();
    let mut bob = home.person("bob");
    for person in [&mut alice, &mut bob] {
        person.shows("prj_1").shows("••••").keys("enter").shows("from v1").keys("down").shows("Alt-s show");
    }
    alice.keys("'c4n1'").shows("••••••••").shows("draft kept");
    let drafts: Vec<PathBuf> = files(&home.path("state")).into_iter().filter(|path| holds(path, "c4n0c4n1")).collect();
    assert_eq!(drafts.len(), 1, "{drafts:?}");
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&drafts[0]), mode(drafts[0].parent().unwrap())), (0o600, 0o700));
    bob.keys("'c4n2' ctrl-s").shows("Saved projects/prj_1 as v2");
    alice.shows("bob saved v2").shows("theirs now: •••• changed");
    alice.keys("ctrl-s").shows("Mid-air collision").shows("•••• changed").keys("b v").shows("base");
    alice.keys("e").shows("pin by hand").keys("'c4n3' esc").shows("✎ by hand: ••••");
    alice.shows("change bob's pin: •••• changed").keys("enter").shows("as v3");
    assert_eq!(home.reads(KEY).body, r#"{"name":"Safe","pin":"c4n0c4n1c4n3"}"#);
    alice
        .keys("esc")
        .shows("h history")
        .keys("h")
        .shows("History")
        .shows("•••• changed")
        .keys("down r")
        .shows("Restore v2");
    alice.keys("esc").hides("Restore v2").keys("esc").shows("h history").keys("d").shows("pin: ••••");
    bob.shows("alice saved v3").keys("ctrl-o").shows("History").shows("•••• changed");
    assert!(!tells(&alice), "alice's terminal was told");
    assert!(!tells(&bob), "bob's terminal was told");
}

fn holds(path: &Path, text: &str) -> bool {
    std::fs::read(path).is_ok_and(|bytes| String::from_utf8_lossy(&bytes).contains(text))
}

#[test]
fn a_secret_comes_to_the_terminal_when_it_is_asked_for_and_goes_with_its_field() {
    let (_home, mut alice) = with_a_pin();
    alice.shows("prj_1").keys("enter").shows("from v1").keys("down").shows("Alt-s show");
    assert!(!tells(&alice));
    alice.keys("'\x1bs'").shows("c4n0").keys("up").hides("c4n0");
}
