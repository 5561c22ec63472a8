//! The pictures of the documentation, played by the real program: `UPDATE_PICTURES=1 cargo test --test pictures`.
#![allow(clippy::unwrap_used)]

mod pty;

use std::path::Path;

use std::time::Duration;

use pty::film::Film;
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
    assert!(picture.matches("<text").count() > 5, "an empty screen: {picture}");
    keeps(&picture, name);
}

fn keeps(picture: &str, name: &str) {
    if std::env::var_os("UPDATE_PICTURES").is_some() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/pictures");
        std::fs::write(folder.join(format!("{name}.svg")), picture).unwrap();
    }
}

/// How large the film may be, in bytes.
const LARGEST_FILM: usize = 300 << 10;

#[test]
fn a_film_of_a_collision_from_both_sides() {
    const SIZE: (u16, u16) = (66, 18);
    let seconds = Duration::from_secs_f32;
    let home = Home::new();
    let mut alice = home.sized(&["--as", "alice"], SIZE.0, SIZE.1);
    alice.shows("live").shows("hotels");
    home.creates(KEY, RECORD);
    let mut bob = home.sized(&["--as", "bob"], SIZE.0, SIZE.1);
    bob.shows("live").shows("hotels");
    for person in [&mut alice, &mut bob] {
        person.keys("left").shows("projects").keys("down down right").shows("projects · 15");
        person.keys("'/' 'prj_' enter").shows("▸prj_apollo").keys("enter").shows("from v1");
    }
    let mut film = Film::of(["alice", "bob"], SIZE);
    film.shoots([&mut alice, &mut bob], "alice and bob edit the same record", seconds(2.5));
    for (letters, shown) in [("' s'", "Launch s"), ("'ite'", "Launch site")] {
        bob.keys(letters).shows(shown);
        film.shoots([&mut alice, &mut bob], "bob changes its name", seconds(0.7));
    }
    for (letters, shown) in [("' d'", "Launch d"), ("'ay'", "Launch day")] {
        alice.keys(letters).shows(shown);
        film.shoots([&mut alice, &mut bob], "so does alice", seconds(0.7));
    }
    alice.keys("down down down down backspace backspace backspace '200'").shows("200");
    film.shoots([&mut alice, &mut bob], "and the quota, which bob does not touch", seconds(1.6));
    bob.keys("ctrl-s").shows("v2");
    alice.shows("bob saved v2");
    film.shoots([&mut alice, &mut bob], "bob saves first", seconds(3.0));
    alice.keys("ctrl-s").shows("1 of 1 undecided");
    film.shoots(
        [&mut alice, &mut bob],
        "alice's save is refused: she sees both sides of what both changed",
        seconds(4.5),
    );
    film.stands_still_here();
    alice.keys("right").shows("replace bob");
    film.shoots([&mut alice, &mut bob], "→ takes hers; her quota merges by itself", seconds(3.5));
    alice.keys("enter").shows("v3");
    bob.shows("v3");
    film.shoots(
        [&mut alice, &mut bob],
        "Enter saves it over the version that she was shown, and over no other",
        seconds(4.5),
    );
    let film = film.svg();
    assert!(film.len() < LARGEST_FILM, "{} bytes", film.len());
    keeps(&film, "film");
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
fn a_text_is_searched_a_command_is_found_and_a_deleted_record_is_not_lost() {
    let home = Home::new();
    let mut alice = home.sized(&["--as", "alice"], 116, 30);
    alice.shows("live").shows("projects");
    home.creates(KEY, RECORD);
    alice.keys("left down down right").shows("projects · 15");
    alice
        .keys("'/' 'prj_' enter")
        .shows("▸prj_apollo")
        .keys("enter")
        .shows("from v1")
        .keys("down down down down down down");
    alice.shows("▸ notes").keys("enter").shows("line 4 of 4").keys("ctrl-f 'r'").shows("Find (");
    drawn(&mut alice, "field");
    alice.keys("esc").hides("Find (").keys("esc").shows("▸ notes").keys("up").shows("▸ tags");
    alice.keys("up backspace backspace backspace '250'").shows("250");
    alice.keys("ctrl-p").shows(" commands").keys("'field'").shows("field");
    drawn(&mut alice, "palette");
    alice.keys("esc").shows("✎").shows("250");
    home.deletes("bob", KEY);
    alice.shows("bob deleted this record").keys("ctrl-s").shows("create");
    drawn(&mut alice, "deleted");
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

#[test]
fn the_theatre_shows_a_collision_from_both_sides_and_on_the_wire() {
    let home = Home::new();
    let mut theatre = home.sized(&["demo", "same-field", "--speed", "100"], 124, 30);
    theatre.shows("▸prj_1").waits_until("both lists", |screen| screen.contents().matches("▸prj_1").count() == 2);
    for number in 1..=5 {
        theatre.keys("' '").waits_until("the end of a step", |screen| {
            let said = screen.contents();
            let under_way = said.contains("typing…") || said.contains("waiting for the answers");
            said.contains(&format!("Step {number} of ")) && !under_way
        });
    }
    theatre.shows("1 of 1 undecided").shows("412 refused");
    drawn(&mut theatre, "theatre");
}

#[test]
fn fields_are_typed_by_their_schema_all_keys_are_listed_and_files_are_merged() {
    let home = Home::new();
    let mut alice = home.sized(&["--as", "alice"], 116, 30);
    alice.shows("live").shows("alpenrose").keys("enter").shows("from v1");
    alice.keys(&"down ".repeat(7)).shows("▸ stars").keys("backspace '9'").shows("✗");
    alice.keys(&"down ".repeat(7)).shows("▸ board").keys("enter").shows("Enter take");
    drawn(&mut alice, "typed");
    alice.keys("esc").hides("Enter take").keys("f1").shows("Editor");
    drawn(&mut alice, "help");

    for (name, text) in [
        ("base.json", r#"{"name":"site","version":"1.4.0","private":true,"license":"MIT"}"#),
        ("mine.json", r#"{"name":"site","version":"1.5.0","private":true,"license":"MIT","type":"module"}"#),
        ("theirs.json", r#"{"name":"site","version":"2.0.0","private":false,"license":"MIT"}"#),
    ] {
        std::fs::write(home.path(name), text).unwrap();
    }
    let mut tool = home.sized(&["mergetool", "base.json", "mine.json", "theirs.json", "site.json"], 116, 18);
    tool.shows("1 of 1 undecided");
    drawn(&mut tool, "mergetool");
}
