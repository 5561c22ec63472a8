//! `midair play` plays scenarios: those that midair brings along, those with faults, those that fail, in every format.
#![allow(clippy::unwrap_used)]

mod house;
mod unguarded;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use house::House;
use midair::scenario::{BUNDLED, FORMS};
use tempfile::TempDir;

/// A folder that no other test has, for files and for what midair keeps.
struct Desk(TempDir);

impl Desk {
    fn new() -> Self {
        Desk(tempfile::tempdir().unwrap())
    }

    fn file(&self, name: &str, text: &str) -> String {
        let path = self.0.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    }

    fn play(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_midair"));
        command.arg("play").args(arguments).env_clear().env("HOME", self.0.path()).env("LANG", "C.UTF-8");
        command
    }
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn bundled(name: &str) -> &'static str {
    midair::scenario::bundled(name).unwrap()
}

/// A scenario that waits for a word that never comes.
fn hopeless() -> String {
    bundled("same-field").replace("bob sees \"1 of 1 undecided\"", "bob sees \"a <word> & that never comes\"")
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios")
}

#[test]
fn every_scenario_that_midair_brings_along_goes_well() {
    let played = Desk::new().play(&["--format", "tap"]);
    let told = out(&played);
    assert_eq!(played.status.code(), Some(0), "{told}{}", err(&played));
    assert!(told.starts_with(&format!("TAP version 14\n1..{}\n", BUNDLED.len())), "{told}");
    for (number, (name, _)) in BUNDLED.iter().enumerate() {
        assert!(told.contains(&format!("\nok {} - {name}: ", number + 1)), "{name} in {told}");
    }
}

#[test]
fn every_file_of_the_folder_is_brought_along_and_no_other() {
    let files = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<String> = files.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    let mut names: Vec<&str> = BUNDLED.iter().map(|(name, _)| *name).collect();
    files.sort();
    names.sort();
    assert_eq!(files, names);
    for (name, text) in BUNDLED {
        let path = folder().join(format!("{name}.scenario"));
        assert_eq!(std::fs::read_to_string(path).unwrap(), *text, "{name} is called after its file");
    }
}

#[test]
fn a_fault_in_a_file_is_named_with_its_line_before_anything_is_played() {
    let desk = Desk::new();
    let text = bundled("same-field").replace("bob saves\nwire", "bob safes\nwire");
    let line = text.lines().position(|line| line == "bob safes").unwrap() + 1;
    let file = desk.file("odd.scenario", &text);
    let played = desk.play(&["prevented", &file]);
    assert_eq!((played.status.code(), out(&played)), (Some(2), String::new()));
    let told = err(&played);
    assert!(told.contains(&format!("odd.scenario: line {line}: \"safes\" means nothing after \"bob\"")), "{told}");
    assert!(told.contains("did you mean \"saves\"?"), "{told}");
}

#[test]
fn a_scenario_that_there_is_not_is_refused_with_the_one_that_was_meant() {
    let played = Desk::new().play(&["same-feild"]);
    assert_eq!(played.status.code(), Some(2));
    assert!(err(&played).contains("did you mean \"same-field\"?"), "{}", err(&played));
}

#[test]
fn a_server_that_does_not_answer_is_told_by_the_exit_code() {
    let played = Desk::new().play(&["--server", "http://127.0.0.1:9", "prevented"]);
    assert_eq!((played.status.code(), out(&played)), (Some(5), String::new()));
    assert!(err(&played).contains("no connection to 127.0.0.1:9"), "{}", err(&played));
}

#[test]
fn a_step_that_is_not_met_shows_every_screen_and_the_wire() {
    let desk = Desk::new();
    let text = hopeless();
    let line = text.lines().position(|line| line.contains("never comes")).unwrap() + 1;
    let file = desk.file("hopeless.scenario", &text);
    let played = desk.play(&["--patience", "1", &file, "prevented"]);
    let told = out(&played);
    assert_eq!(played.status.code(), Some(1), "{told}");
    for part in [
        &format!("line {line}: bob sees"),
        "alice's screen:",
        "Apollo 2",
        "bob's screen:",
        "Mid-air collision",
        "on the wire:",
        "bob PUT projects/prj_1 If-Match \"1-",
        "→ 412 \"2-",
        "ok   prevented",
        "1 of 2 failed.",
    ] {
        assert!(told.contains(part), "{part} is not in {told}");
    }
}

#[test]
fn a_failure_in_tap_is_a_yaml_block_with_screens_and_wire() {
    let desk = Desk::new();
    let file = desk.file("hopeless.scenario", &hopeless());
    let told = out(&desk.play(&["--patience", "1", "--format", "tap", &file]));
    let (head, block) = told.split_once("\n  ---\n").unwrap();
    assert!(head.starts_with("TAP version 14\n1..1\nnot ok 1 - "), "{head}");
    let (block, rest) = block.split_once("\n  ...\n").unwrap();
    assert_eq!(rest, "");
    assert!(block.lines().all(|line| line.is_empty() || line.starts_with("  ")), "{block}");
    for part in
        ["  message: \"line ", "    line: ", "\n    \"bob\": |2\n", "\n    - \"bob PUT projects/prj_1 If-Match \\\"1-"]
    {
        assert!(block.contains(part), "{part:?} is not in {block}");
    }
}

#[test]
fn junit_has_its_totals_and_escapes_what_it_quotes() {
    let desk = Desk::new();
    let file = desk.file("hopeless.scenario", &hopeless());
    let played = desk.play(&["--patience", "1", "--format", "junit", &file, "prevented"]);
    assert_eq!(played.status.code(), Some(1));
    let told = out(&played);
    assert!(
        told.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites tests=\"2\" failures=\"1\""),
        "{told}"
    );
    assert!(told.contains("a &lt;word&gt; &amp; that never comes"), "{told}");
    assert!(told.contains("<testcase classname=\"prevented\" name=\"The same, prevented\" time=\""), "{told}");
    let mut open = Vec::new();
    for tag in told.split('<').skip(2).map(|tag| tag.split_once('>').unwrap().0) {
        match tag.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name)),
            None if tag.ends_with('/') => {}
            None => open.push(tag.split(' ').next().unwrap()),
        }
    }
    assert!(open.is_empty() && !told.contains('\u{1b}'), "{open:?}");
}

#[test]
fn the_list_names_every_scenario() {
    let told = out(&Desk::new().play(&["--list"]));
    assert_eq!(told.lines().count(), BUNDLED.len());
    let named = |line: &str| line.split_once(' ').map(|(name, title)| (name.to_owned(), title.trim().to_owned()));
    assert!(
        told.lines().filter_map(named).any(|line| line == ("lost-response".into(), "A lost response".into())),
        "{told}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_given_server_what_was_made_is_removed_and_what_is_there_is_left_alone() {
    let (house, desk) = (House::open().await, Desk::new());
    for _ in 0..2 {
        let played = desk.play(&["--server", &house.url, "lost-update", "delete-against-edit"]);
        assert_eq!(played.status.code(), Some(0), "{}{}", out(&played), err(&played));
        let left = house.as_("alice").collections().await.unwrap();
        assert!(left.iter().all(|line| line.records == 0 && line.name != "counters"), "{left:?}");
    }
    let mine = house::given(&house.as_("alice"), "prj_1", r#"{"name":"Mine"}"#).await;
    let played = desk.play(&["--server", &house.url, "same-field"]);
    assert_eq!(played.status.code(), Some(1));
    assert!(
        out(&played).contains("has a record projects/prj_1 of its own, which is left as it is"),
        "{}",
        out(&played)
    );
    assert_eq!(house::stored(&house.as_("alice"), "prj_1").await, mine);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_only_exported_is_none_to_try_things_on() {
    let (house, desk) = (House::open().await, Desk::new());
    let played = desk.command(&["prevented"]).env("MIDAIR_SERVER", &house.url).output().unwrap();
    assert_eq!(played.status.code(), Some(0), "{}", out(&played));
    assert!(house.as_("alice").collections().await.unwrap().is_empty());
    house.close().await;
}

fn documentation() -> (PathBuf, String) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/scenarios.md");
    let text = std::fs::read_to_string(&path).unwrap();
    (path, text)
}

/// `UPDATE_SCENARIOS=1 cargo test --test scenarios` writes the table anew.
#[test]
fn the_steps_of_the_documentation_are_those_that_are_read() {
    let (path, text) = documentation();
    let (before, rest) = text.split_once("<!-- steps -->\n").unwrap();
    let (listed, after) = rest.split_once("<!-- /steps -->").unwrap();
    let steps = midair::scenario::markdown();
    if std::env::var_os("UPDATE_SCENARIOS").is_some() {
        std::fs::write(path, format!("{before}<!-- steps -->\n{steps}<!-- /steps -->{after}")).unwrap();
        return;
    }
    assert_eq!(listed, steps, "write it anew with UPDATE_SCENARIOS=1");
}

#[test]
fn the_scenario_of_the_documentation_goes_well() {
    let (_, text) = documentation();
    let example = text.split_once("<!-- example -->\n```\n").unwrap().1.split_once("```\n<!-- /example -->").unwrap().0;
    let desk = Desk::new();
    let played = desk.play(&[&desk.file("example.scenario", example)]);
    assert_eq!(played.status.code(), Some(0), "{}{}", out(&played), err(&played));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_scenario_fails_where_its_protection_is_taken_away() {
    let (house, desk) = (House::open().await, Desk::new());
    let unguarded = unguarded::in_front_of(&house.url).await;
    // It teaches what comes of having none.
    for (name, _) in BUNDLED.iter().filter(|(name, _)| *name != "lost-update") {
        let played = desk.play(&["--patience", "3", "--server", &unguarded, name]);
        assert_eq!(played.status.code(), Some(1), "{name}: {}{}", out(&played), err(&played));
        assert!(out(&played).contains("\n     line "), "{name} fails by a step: {}", out(&played));
    }
    house.close().await;
}

#[test]
fn the_lost_update_cannot_even_be_written_where_preconditions_are_asked() {
    let desk = Desk::new();
    let text = bundled("lost-update").replace("collection counters {\"preconditions\": \"optional\"}\n", "");
    let played = desk.play(&[&desk.file("guarded.scenario", &text)]);
    assert_eq!(played.status.code(), Some(2));
    assert!(err(&played).contains("counters takes no write that does not say what it replaces"), "{}", err(&played));
}

#[test]
fn every_form_of_a_step_goes_well_in_a_scenario_and_none_is_left_untried() {
    let files = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/forms");
    let files = std::fs::read_dir(files).unwrap().map(|entry| entry.unwrap().path());
    let files: Vec<String> = files.map(|path| path.display().to_string()).collect();
    let named: Vec<&str> = files.iter().map(String::as_str).collect();
    let played = Desk::new().play(&named);
    assert_eq!(played.status.code(), Some(0), "{}{}", out(&played), err(&played));
    let texts: Vec<String> = files.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect();
    let all = texts.iter().map(String::as_str).chain(BUNDLED.iter().map(|(_, text)| *text));
    let lines: Vec<&str> = all.flat_map(str::lines).collect();
    for form in FORMS {
        let is_place = |word: &&str| word.chars().all(|letter| letter.is_ascii_uppercase());
        let fixed: Vec<&str> = form.pattern.split(' ').filter(|word| !is_place(word)).collect();
        let has = |line: &&str| {
            let mut words = line.split(' ');
            fixed.iter().all(|fixed| words.any(|word| word == *fixed))
        };
        assert!(lines.iter().any(has), "nothing tries {:?}", form.pattern);
    }
}
