//! The pictures of the documentation, played by the real program: `UPDATE_PICTURES=1 cargo test --test pictures`.
#![allow(clippy::unwrap_used)]

mod pty;

use std::path::Path;

use pty::{Home, Terminal, svg};

const KEY: &str = "projects/prj_apollo";

const RECORD: &str = r#"{
  "name": "Launch",
  "billing": { "contact": "ops@example.org", "plan": "team" },
  "quota": 100,
  "tags": ["web", "launch"],
  "notes": "Book the room.\nCall carol on Friday.\nOrder cake.\n",
  "priority": "high",
  "owner": "dana"
}"#;

/// Draws the screen into `docs/pictures`, where that was asked for.
fn drawn(terminal: &mut Terminal, name: &str) {
    terminal.falls_quiet();
    let picture = svg::picture(terminal.cells());
    assert!(picture.contains("midair"));
    if std::env::var_os("UPDATE_PICTURES").is_some() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/pictures");
        std::fs::write(folder.join(format!("{name}.svg")), picture).unwrap();
    }
}

#[test]
fn two_people_collide_and_the_second_sees_both_sides() {
    let home = Home::new();
    let mut alice = home.sized(&["--as", "alice"], 116, 30);
    alice.shows("live").shows("projects");
    home.creates(KEY, RECORD);
    alice.keys("left down down right").shows("projects · 15");
    alice.keys("'/' 'prj_' enter").shows("▸prj_apollo").keys("enter").shows("from v1");
    alice.keys("'ed' down down down down backspace backspace backspace '200' down down enter").shows("line 4 of 4");
    alice.keys("up up end backspace backspace backspace backspace backspace backspace backspace backspace backspace backspace")
        .hides(" on");
    alice.keys("'before Monday.'").shows("before Monday").keys("esc").shows("▸ notes");
    drawn(&mut alice, "editor");
    home.edits("bob", KEY, "\"Launch\"", "\"Launch site\"");
    home.edits("bob", KEY, "on Friday", "after Friday");
    home.edits("carol", KEY, "\"quota\": 100", "\"quota\": 150");
    home.edits("carol", KEY, "\"high\"", "\"low\"");
    alice.shows("carol saved v5").keys("ctrl-s").shows("3 of 3 undecided");
    alice.keys("down left").shows("2 of 3 undecided").shows("▸? part 1/1");
    alice.keys("b").shows("base: what both started from");
    drawn(&mut alice, "collision");
    alice.resize(72, 24);
    alice.shows("◀ theirs  150");
    drawn(&mut alice, "collision-narrow");
}

#[test]
fn the_browser_shows_the_sample_records() {
    let home = Home::new();
    let mut alice = home.sized(&["--as", "alice"], 116, 30);
    alice.shows("live").shows("projects").shows("hotels").hides("loading");
    alice.keys("left down down right").shows("apollo").keys("down").shows("▸beacon");
    drawn(&mut alice, "browser");
}

#[test]
fn what_is_around_a_record_is_a_history_an_inbox_and_a_pulse() {
    let home = Home::new();
    let mut alice = home.sized(&["--as", "alice"], 116, 30);
    alice.shows("live").shows("projects");
    home.creates(KEY, RECORD);
    home.edits("bob", KEY, "\"Launch\"", "\"Launch site\"");
    home.edits("carol", KEY, "\"quota\": 100", "\"quota\": 150");
    home.edits("carol", KEY, "\"high\"", "\"low\"");
    alice.keys("left down down right").shows("projects · 15");
    alice.keys("'/' 'prj_' enter").shows("▸prj_apollo").keys("h").shows("v3 → v4");
    alice.keys("down down ' ' home").shows("v2 → v4 · 2 fields differ");
    drawn(&mut alice, "history");
    alice.keys("esc").shows("/ filter").keys("enter").shows("from v4").keys("'!'").shows("Launch site!");
    home.edits("bob", KEY, "Launch site", "Launch day");
    alice.shows("bob saved v5").keys("ctrl-s").shows("1 of 1 undecided").keys("esc").shows("your decisions are kept");
    alice.keys("esc").shows("1 in inbox").keys("i").shows("prj_apollo");
    drawn(&mut alice, "inbox");
    alice.keys("esc").shows("/ filter").keys("m").shows("1 write refused");
    drawn(&mut alice, "pulse");
}
