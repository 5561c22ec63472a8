//! What survives: the records when the hosting terminal goes, the typed text when the program is killed, the terminal.
#![allow(clippy::unwrap_used)]

mod pty;

use std::path::Path;

use pty::{Home, Terminal};

const KEY: &str = "projects/prj_1";

fn edits(home: &Home, name: &str) -> Terminal {
    let mut person = home.person(name);
    person.shows("live");
    if home.reads(KEY).status == 404 {
        home.creates(KEY, r#"{"name":"Launch","quota":100}"#);
    }
    person.shows("prj_1").keys("enter").shows("from v");
    person
}

#[test]
fn when_the_host_quits_another_terminal_takes_the_server_over() {
    let home = Home::new();
    let mut alice = edits(&home, "alice");
    alice.shows("hosted by this terminal");
    let mut bob = edits(&home, "bob");
    bob.keys("' site'").shows("Launch site");
    alice.keys("ctrl-q");
    assert!(alice.ends().success());
    bob.shows("hosted by this terminal");
    bob.keys("' two' ctrl-s").shows("Saved projects/prj_1 as v2");
    assert_eq!(home.reads(KEY).body, r#"{"name":"Launch site two","quota":100}"#);
}

#[test]
fn when_the_host_is_killed_the_save_goes_out_once_the_server_is_back() {
    let home = Home::new();
    let alice = edits(&home, "alice");
    let mut bob = edits(&home, "bob");
    let mut carol = edits(&home, "carol");
    bob.keys("' site'").shows("Launch site");
    alice.kill_9();
    bob.keys("ctrl-s").shows("Saved projects/prj_1 as v2");
    carol.shows("bob saved v2");
    // Which of them hosts is open; the one who saved may hear of the save before its own feed is back.
    Terminal::one_shows([&mut bob, &mut carol], "hosted by this terminal");
}

#[test]
fn what_was_typed_before_a_kill_is_offered_at_the_next_start() {
    let home = Home::new();
    let mut alice = edits(&home, "alice");
    alice.keys("' site'").shows("Launch site").shows("draft kept");
    alice.kill_9();
    let mut again = home.person("alice");
    again.shows("One draft was typed here and never saved").shows("name: Launch site");
    again.keys("enter").shows("from v1 · draft kept").shows("Launch site");
    again.keys("ctrl-s").shows("Saved projects/prj_1 as v2");
    again.keys("ctrl-q");
    assert!(again.ends().success());
    let left = std::fs::read_dir(home.path("state/midair/drafts")).unwrap();
    let left: Vec<_> =
        left.map(|file| file.unwrap().file_name()).filter(|name| name.to_string_lossy().ends_with(".json")).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn decisions_of_a_collision_survive_a_kill() {
    let home = Home::new();
    let mut alice = edits(&home, "alice");
    alice.keys("' site' down backspace '5'").shows("105");
    let first = home.reads(KEY);
    home.edits("bob", KEY, "Launch\",\"quota\":100", "Launch day\",\"quota\":107");
    alice.shows("bob saved v2").keys("ctrl-s").shows("2 of 2 undecided").keys("right").shows("1 of 2 undecided");
    alice.keys("u").shows("2 of 2 undecided").keys("right").shows("1 of 2 undecided");
    assert_ne!(first.etag, home.reads(KEY).etag);
    alice.keys("ctrl-q");
    alice.ends();
    let mut again = home.person("alice");
    again.shows("One draft").keys("enter").shows("bob saved v2").keys("ctrl-s").shows("1 of 2 undecided");
    again.keys("left enter").shows("as v3");
    assert_eq!(home.reads(KEY).body, r#"{"name":"Launch site","quota":107}"#);
}

/// Whether the terminal is as it was: main screen, caret shown, no bracketed paste, no mouse.
fn is_restored(terminal: &Terminal) {
    let raw = String::from_utf8_lossy(terminal.raw()).into_owned();
    let last = |sequence: &str| raw.rfind(sequence).unwrap_or_else(|| panic!("{sequence:?} never came"));
    assert!(last("\u{1b}[?1049l") > last("\u{1b}[?1049h"), "the alternate screen is left");
    assert!(last("\u{1b}[?25h") > last("\u{1b}[?25l"), "the caret is shown");
    assert!(last("\u{1b}[?2004l") > last("\u{1b}[?2004h"), "pastes are no longer bracketed");
    assert!(last("\u{1b}[?1002l") > last("\u{1b}[?1002h"), "the mouse is given back");
}

#[test]
fn the_terminal_comes_back_after_quit_a_signal_and_a_panic() {
    let home = Home::new();
    let mut quits = home.person("alice");
    quits.shows("live").keys("q");
    assert!(quits.ends().success());
    is_restored(&quits);

    let mut told = edits(&home, "alice");
    told.keys("' site'").shows("Launch site");
    told.signal("TERM");
    assert_eq!(told.ends().exit_code(), 143);
    is_restored(&told);

    let midair = Path::new(env!("CARGO_BIN_EXE_midair"));
    let mut panics = home.start(midair, &["--as", "alice"], 120, 40, &[("MIDAIR_PANIC_KEY", "f12")]);
    panics.shows("name: Launch site").keys("f12");
    assert!(!panics.ends().success());
    is_restored(&panics);
    assert!(panics.screen().contains("What you typed is kept as a draft"), "{}", panics.screen());
}
