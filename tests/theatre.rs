//! The theatre in a real terminal: stepped, played, taken over, gone back in, switched, recorded, and left without a trace.
#![allow(clippy::unwrap_used)]

mod pty;

use std::path::Path;
use std::time::Duration;

use midair::scenario::{BUNDLED, Scenario};
use pty::{Home, Terminal};
use regex::Regex;

/// A theatre that is as fast as it can be; its folders are in `tmp`.
fn theatre(home: &Home, arguments: &[&str], columns: u16, rows: u16) -> Terminal {
    let tmp = home.path("tmp");
    std::fs::create_dir_all(&tmp).unwrap();
    let all: Vec<&str> = ["demo", "--speed", "100"].into_iter().chain(arguments.iter().copied()).collect();
    let environment = [("TMPDIR", tmp.to_str().unwrap()), ("MIDAIR_PANIC_KEY", "f12")];
    let mut terminal = home.start(Path::new(env!("CARGO_BIN_EXE_midair")), &all, columns, rows, &environment);
    ready(&mut terminal);
    terminal
}

/// Waits until the scenario can begin.
fn ready(terminal: &mut Terminal) {
    terminal.waits_until("the stage", |screen| {
        let said = screen.contents();
        said.contains("Space next") && !said.contains("being set up") && !said.contains("setting up")
    });
}

/// Does the next step, and waits until it is done. Gives its number and how many there are.
fn steps(terminal: &mut Terminal, number: usize) -> usize {
    terminal.keys("' '");
    rests(terminal, number)
}

/// Waits until step `number` is shown and done. The line above the wire says what is under way, and is drawn before the
/// caption; where there is none, the line of keys says it, and half a frame must not be taken for a whole one.
fn rests(terminal: &mut Terminal, number: usize) -> usize {
    let said = format!("Step {number} of ");
    let done = |screen: &vt100::Screen| {
        let screen = screen.contents();
        let under_way = ["typing…", "waiting for the answers", "setting up", "at once"];
        screen.contains(&said) && !under_way.iter().any(|words| screen.contains(words))
    };
    loop {
        terminal.waits_until(&format!("the end of step {number}"), done);
        if terminal.screen().contains("on the wire") || done(terminal.falls_quiet().cells()) {
            break;
        }
    }
    let of = Regex::new(r"Step \d+ of (\d+)").unwrap();
    of.captures(&terminal.screen()).unwrap()[1].parse().unwrap()
}

/// Does every step that is left, and comes to the card at the end.
fn steps_to_the_end(terminal: &mut Terminal, from: usize) {
    let mut number = from;
    loop {
        let of = steps(terminal, number);
        let screen = terminal.screen();
        assert!(!screen.contains("no longer fits"), "{screen}");
        if number == of {
            break;
        }
        number += 1;
    }
    terminal.keys("' '").shows("What was at stake");
}

/// The screen, without what is another in each run: times and tokens.
fn lasting(terminal: &mut Terminal) -> String {
    terminal.falls_quiet();
    let masked = Regex::new(r"\d\d:\d\d:\d\d").unwrap().replace_all(&terminal.screen(), "hh:mm:ss").into_owned();
    let masked = Regex::new(r#""(\d+)-[0-9a-f]{4}…""#).unwrap().replace_all(&masked, "\"$1-xxxx…\"").into_owned();
    masked.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

/// Whether nothing is left of a server in `tmp`.
fn leaves_nothing(home: &Home) {
    let left: Vec<_> = std::fs::read_dir(home.path("tmp")).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(left.is_empty(), "{left:?}");
}

fn lost_update(columns: u16, rows: u16) {
    let home = Home::new();
    let mut terminal = theatre(&home, &["lost-update"], columns, rows);
    terminal.shows("A lost update");
    for number in 1..=3 {
        steps(&mut terminal, number);
    }
    insta::assert_snapshot!(format!("lost-update-{columns}x{rows}-half-way"), lasting(&mut terminal));
    steps_to_the_end(&mut terminal, 4);
    insta::assert_snapshot!(format!("lost-update-{columns}x{rows}-end"), lasting(&mut terminal));
    terminal.keys("esc").hides("What was at stake").keys("q").ends();
    leaves_nothing(&home);
}

#[test]
fn a_lost_update_is_stepped_to_its_end_in_a_small_terminal() {
    lost_update(80, 24);
}

#[test]
fn a_lost_update_is_stepped_to_its_end_in_a_large_terminal() {
    lost_update(160, 50);
}

fn taken_over(columns: u16, rows: u16) {
    let home = Home::new();
    let mut terminal = theatre(&home, &["lost-update"], columns, rows);
    for number in 1..=3 {
        steps(&mut terminal, number);
    }
    terminal.keys("tab").shows("carol · you have the keyboard").shows("Ctrl-S save");
    terminal.keys("' gate' down backspace '4' ctrl-s").shows("Saved counters/door as v3");
    terminal.keys("ctrl-]").hides("you have the keyboard");
    insta::assert_snapshot!(format!("lost-update-{columns}x{rows}-taken-over"), lasting(&mut terminal));
    // Ben writes over what was typed, too; the version that stands there then is another one than in the scenario.
    let mut number = 4;
    while steps(&mut terminal, number) > number {
        number += 1;
    }
    terminal.shows("no longer fits").keys("' '").shows("You took a keyboard over");
    insta::assert_snapshot!(format!("lost-update-{columns}x{rows}-taken-over-end"), lasting(&mut terminal));
}

#[test]
fn a_keyboard_is_taken_over_half_way_and_the_scenario_goes_on_in_a_small_terminal() {
    taken_over(80, 24);
}

#[test]
fn a_keyboard_is_taken_over_half_way_and_the_scenario_goes_on_in_a_large_terminal() {
    taken_over(160, 50);
}

#[test]
fn every_scenario_that_midair_brings_along_is_stepped_to_its_end() {
    for (name, _) in BUNDLED {
        let home = Home::new();
        let mut terminal = theatre(&home, &[name], 80, 24);
        steps_to_the_end(&mut terminal, 1);
        terminal.keys("q").ends();
        leaves_nothing(&home);
    }
}

#[test]
fn one_goes_back_a_step_and_on_again() {
    let home = Home::new();
    let mut terminal = theatre(&home, &["same-field"], 120, 40);
    for number in 1..=3 {
        steps(&mut terminal, number);
    }
    terminal.shows("Saved projects/prj_1 as v2").keys("left");
    rests(&mut terminal, 2);
    terminal.hides("Saved projects/prj_1 as v2").shows("Artemis");
    assert!(!terminal.screen().contains("Apollo 2"), "she has typed nothing yet:\n{}", terminal.screen());
    steps(&mut terminal, 3);
    terminal.shows("Saved projects/prj_1 as v2").keys("left");
    rests(&mut terminal, 2);
    terminal.keys("left");
    rests(&mut terminal, 1);
    terminal.keys("left").hides("Step 1 of");
    ready(&mut terminal);
    terminal.waits_until("both lists", |screen| screen.contents().matches("▸prj_1").count() == 2);
    steps_to_the_end(&mut terminal, 1);
}

#[test]
fn a_step_is_typed_as_a_person_types_and_the_rest_of_it_comes_at_once() {
    let home = Home::new();
    let mut terminal = home.sized(&["demo", "same-field", "--speed", "0.2"], 120, 40);
    ready(&mut terminal);
    terminal.keys("' '").shows("typing…").shows("Space at once").keys("' '");
    rests(&mut terminal, 1);
    terminal.keys("' '").shows("typing…").keys("' '");
    rests(&mut terminal, 2);
    terminal.shows("Artemis");
}

#[test]
fn a_scenario_plays_by_itself_pauses_and_comes_to_its_end() {
    let home = Home::new();
    let mut terminal = home.sized(&["demo", "same-field", "--speed", "10"], 120, 40);
    ready(&mut terminal);
    terminal.keys("p").shows("plays").shows("Step 2 of").shows("p pause");
    terminal.keys("p").shows("p play").hides("plays");
    terminal.keys("p").shows("plays").shows("What was at stake").hides("plays");
}

#[test]
fn numbers_and_the_list_put_another_scenario_on() {
    let titles: Vec<String> =
        BUNDLED.iter().map(|(_, text)| format!("{}. ", Scenario::parse(text).unwrap().title)).collect();
    let home = Home::new();
    let mut terminal = theatre(&home, &[], 100, 30);
    terminal.shows(&titles[0]).keys("4").shows(&titles[3]);
    ready(&mut terminal);
    steps(&mut terminal, 1);
    terminal.keys("s").shows(BUNDLED[4].0).keys("up enter").shows(&titles[2]);
    ready(&mut terminal);
    steps_to_the_end(&mut terminal, 1);
    terminal.keys("' '").shows(&titles[3]);
    ready(&mut terminal);
    steps(&mut terminal, 1);
    terminal.keys("r").hides("Step 1 of");
    ready(&mut terminal);
    terminal.keys("q").ends();
    leaves_nothing(&home);
}

#[test]
fn what_is_recorded_plays_back_to_the_same_screen() {
    let home = Home::new();
    let file = home.path("show.cast");
    let mut terminal = theatre(&home, &["same-field", "--record", file.to_str().unwrap()], 80, 24);
    steps(&mut terminal, 1);
    terminal.resize(120, 40);
    terminal.waits_until("the larger screen", |screen| screen.contents().contains("─ alice ─────────"));
    steps(&mut terminal, 2);
    steps(&mut terminal, 3);
    terminal.falls_quiet();
    let (seen, caret) = (terminal.screen(), terminal.cells().cursor_position());
    terminal.keys("q").ends();

    let text = std::fs::read_to_string(&file).unwrap();
    let mut lines = text.lines();
    let head: serde_json::Value = serde_json::from_str(lines.next().unwrap()).unwrap();
    assert_eq!((&head["version"], &head["width"], &head["height"]), (&2.into(), &80.into(), &24.into()));
    assert_eq!(head["env"]["TERM"], "xterm-256color");
    let mut player = vt100::Parser::new(24.try_into().unwrap(), 80.try_into().unwrap(), 0);
    let mut before = 0.0;
    for line in lines {
        let (at, kind, words): (f64, String, String) = serde_json::from_str(line).unwrap();
        assert!(at >= before, "time goes on: {line}");
        before = at;
        match kind.as_str() {
            "o" => player.process(words.as_bytes()),
            "r" => {
                let (columns, rows) = words.split_once('x').unwrap();
                player.screen_mut().set_size(rows.parse().unwrap(), columns.parse().unwrap());
            }
            other => panic!("{other} is no event here"),
        }
    }
    assert_eq!(player.screen().contents(), seen);
    assert_eq!(player.screen().cursor_position(), caret);
    assert!(player.screen().alternate_screen(), "what gives the terminal back is not on it");

    let mut again = home.sized(&["demo", "--record", file.to_str().unwrap()], 80, 24);
    again.shows("it is there already, and stays as it is");
    assert_eq!(again.ends().exit_code(), 1);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
}

#[test]
fn a_terminal_of_another_size_shows_the_same_scenario() {
    let home = Home::new();
    let mut terminal = theatre(&home, &["same-field"], 60, 15);
    for number in 1..=2 {
        steps(&mut terminal, number);
    }
    terminal.shows("▶ bob").resize(120, 40);
    terminal.waits_until("both screens", |screen| {
        screen.contents().lines().any(|line| line.contains("─ alice ─") && line.contains("▶ bob"))
    });
    terminal.resize(40, 10);
    terminal.shows("Too small: midair needs 60×15").resize(80, 24);
    terminal.shows("▶ bob");
    steps_to_the_end(&mut terminal, 3);
}

#[test]
fn somebody_whose_keyboard_was_taken_cannot_leave_the_stage() {
    let home = Home::new();
    let mut terminal = theatre(&home, &["same-field"], 120, 40);
    terminal.keys("tab").shows("alice · you have the keyboard").keys("q").shows("Nobody leaves the stage");
    terminal.keys("ctrl-]").hides("you have the keyboard").keys("q").ends();
    leaves_nothing(&home);
}

#[test]
fn a_signal_or_a_fault_gives_the_terminal_back_and_throws_the_server_away() {
    let home = Home::new();
    let mut terminal = theatre(&home, &["same-field"], 80, 24);
    steps(&mut terminal, 1);
    terminal.signal("TERM");
    assert_eq!(terminal.ends().exit_code(), 143);
    assert!(!terminal.cells().alternate_screen());
    leaves_nothing(&home);
    let mut terminal = theatre(&home, &["same-field"], 80, 24);
    terminal.keys("f12");
    assert_ne!(terminal.ends().exit_code(), 0);
    assert!(!terminal.cells().alternate_screen() && terminal.screen().contains("midair has a fault"));
    leaves_nothing(&home);
}

#[test]
fn without_a_terminal_the_way_without_one_is_named() {
    let home = Home::new();
    let midair = |words: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_midair"));
        command.args(words).env_clear().env("HOME", home.path("home")).stdin(std::process::Stdio::null());
        command.output().unwrap()
    };
    let refused = midair(&["demo"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("midair play plays the same scenarios without one"));
    let listed = midair(&["demo", "--list"]);
    let listed = String::from_utf8(listed.stdout).unwrap();
    assert!(BUNDLED.iter().all(|(name, _)| listed.contains(name)), "{listed}");
    let fast = midair(&["demo", "--speed", "0"]);
    assert!(String::from_utf8_lossy(&fast.stderr).contains("a number from 0.1 to 100 belongs here"));
}

#[test]
fn a_file_of_ones_own_is_shown_and_one_with_a_fault_is_refused_with_its_line() {
    let home = Home::new();
    let (_, text) = BUNDLED.iter().find(|(name, _)| *name == "same-field").unwrap();
    let own = home.path("own.scenario");
    std::fs::write(&own, text.replace("title: The same field", "title: A field of mine")).unwrap();
    let mut terminal = theatre(&home, &[own.to_str().unwrap()], 80, 24);
    terminal.shows("A field of mine.").keys("q").ends();
    std::fs::write(&own, text.replace("alice saves", "alice sves")).unwrap();
    let mut refused = home.sized(&["demo", own.to_str().unwrap()], 120, 24);
    refused.shows("line ");
    assert_eq!(refused.ends().exit_code(), 2);
    assert!(refused.watches(Duration::ZERO).screen().contains("own.scenario: line "));
}
