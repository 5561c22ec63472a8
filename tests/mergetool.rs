//! Three files settled on the screen and line by line, by hand and through git.
#![allow(clippy::unwrap_used)]

mod pty;

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use pty::{Home, Terminal};

const BASE: &str = r#"{
  "name": "midair",
  "version": "1.0.0",
  "notes": "one\ntwo\nthree\nfour\n",
  "dependencies": {
    "alpha": "1",
    "zeta": "1"
  }
}
"#;

fn mine() -> String {
    BASE.replace("1.0.0", "1.1.0")
        .replace("\"alpha\": \"1\",", "\"alpha\": \"1\",\n    \"beta\": \"2\",")
        .replace("two", "TWO")
}

fn theirs() -> String {
    BASE.replace("1.0.0", "2.0.0")
        .replace("\"alpha\": \"1\",", "\"alpha\": \"1\",\n    \"gamma\": \"2\",")
        .replace("four", "FOUR")
}

fn merged(version: &str) -> String {
    let added = "\"alpha\": \"1\",\n    \"beta\": \"2\",\n    \"gamma\": \"2\",";
    BASE.replace("1.0.0", version).replace("\"alpha\": \"1\",", added).replace("two", "TWO").replace("four", "FOUR")
}

/// A home with the three files in it.
fn files() -> Home {
    let home = Home::new();
    for (name, text) in [("base.json", BASE), ("mine.json", &mine()), ("theirs.json", &theirs())] {
        std::fs::write(home.path(name), text).unwrap();
    }
    home
}

const FILES: [&str; 5] = ["mergetool", "base.json", "mine.json", "theirs.json", "merged.json"];

fn settles(home: &Home) -> Terminal {
    let mut terminal = home.sized(&FILES, 120, 30);
    terminal.shows("Merge · merged.json");
    terminal
}

#[test]
fn one_key_decides_the_one_field_that_both_changed() {
    let home = files();
    settles(&home).shows("1 of 1 undecided").keys("right").shows("decided · Enter writes").keys("enter").ends();
    assert_eq!(std::fs::read_to_string(home.path("merged.json")).unwrap(), merged("1.1.0"));
}

#[test]
fn what_is_decided_outlives_the_terminal_and_nothing_is_written_before_the_end() {
    let home = files();
    let mut killed = settles(&home);
    killed.keys("right").shows("decided · Enter writes");
    killed.signal("KILL");
    killed.ends();
    assert!(!home.path("merged.json").exists());
    let mut left = settles(&home);
    left.shows("decided · Enter writes").keys("esc");
    assert_eq!(left.ends().exit_code(), 1);
    assert!(!home.path("merged.json").exists());
    settles(&home).shows("what you decided before").keys("enter").ends();
    assert_eq!(std::fs::read_to_string(home.path("merged.json")).unwrap(), merged("1.1.0"));
    settles(&home).shows("1 of 1 undecided");
}

#[test]
fn the_same_questions_are_asked_line_by_line() {
    let home = files();
    let answered = |answers: &str| {
        let mut plain = Command::new(env!("CARGO_BIN_EXE_midair"));
        plain.args(FILES).arg("--plain").current_dir(home.path("")).env("HOME", home.path("home"));
        plain.env("XDG_STATE_HOME", home.path("state")).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut plain = plain.stderr(Stdio::piped()).spawn().unwrap();
        plain.stdin.take().unwrap().write_all(answers.as_bytes()).unwrap();
        let output = plain.wait_with_output().unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
    };
    let (code, said) = answered("x\n");
    assert_eq!(code, 1, "the answers ended");
    assert!(said.contains("\"x\" is none of the answers.") && said.contains("theirs | \"2.0.0\""), "{said}");
    assert!(!home.path("merged.json").exists());
    assert_eq!(answered("= \"3.0.0\"\n").0, 0);
    assert_eq!(std::fs::read_to_string(home.path("merged.json")).unwrap(), merged("3.0.0"));
}

/// Runs git in `home/repo`, away from whatever the machine has configured.
fn git(home: &Home, words: &[&str]) -> bool {
    let mut git = Command::new("git");
    git.args(words).current_dir(home.path("repo")).env("HOME", home.path("home")).env("GIT_CONFIG_NOSYSTEM", "1");
    let output = git.output().expect("git is installed");
    output.status.success()
}

/// A repository configured as the README says, with two branches that disagree.
fn repository() -> Home {
    let home = Home::new();
    std::fs::create_dir_all(home.path("repo")).unwrap();
    assert!(git(&home, &["init", "-q", "-b", "main"]));
    for (name, value) in [("user.name", "tester"), ("user.email", "tester@example.org"), ("merge.tool", "midair")] {
        assert!(git(&home, &["config", name, value]));
    }
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let lines: Vec<&str> =
        readme.lines().map(str::trim).filter(|line| line.starts_with("git config --global ")).collect();
    assert_eq!(lines.len(), 5, "the README configures git in five lines");
    for line in lines {
        let line =
            line.replace("--global ", "").replace("midair merge ", &format!("{} merge ", env!("CARGO_BIN_EXE_midair")));
        let line = line.replace("midair mergetool ", &format!("{} mergetool ", env!("CARGO_BIN_EXE_midair")));
        let done = Command::new("sh").args(["-c", &line]).current_dir(home.path("repo")).status().unwrap();
        assert!(done.success(), "{line}");
    }
    let commit = |text: &str| {
        std::fs::write(home.path("repo/package.json"), text).unwrap();
        assert!(git(&home, &["add", "-A"]) && git(&home, &["commit", "-qm", "a change"]));
    };
    std::fs::write(home.path("repo/.gitattributes"), "*.json merge=midair\n").unwrap();
    commit(BASE);
    assert!(git(&home, &["checkout", "-qb", "other"]));
    commit(&theirs());
    assert!(git(&home, &["checkout", "-q", "main"]));
    commit(&mine());
    home
}

#[test]
fn git_stops_at_the_one_field_and_its_mergetool_opens_on_it() {
    let home = repository();
    assert!(!git(&home, &["merge", "other"]), "one field is open");
    let left = std::fs::read_to_string(home.path("repo/package.json")).unwrap();
    let open = "<<<<<<< mine\n  \"version\": \"1.1.0\",\n=======\n  \"version\": \"2.0.0\",\n>>>>>>> theirs\n";
    assert_eq!(left, merged("?").replace("  \"version\": \"?\",\n", open));
    let config = [("GIT_CONFIG_NOSYSTEM", "1")];
    let tool = ["-c", "cd repo && git mergetool --no-prompt"];
    let mut terminal = home.start(Path::new("/bin/sh"), &tool, 100, 30, &config);
    terminal.shows("Merge · package.json").shows("1 of 1 undecided").keys("left").shows("decided").keys("enter");
    assert_eq!(terminal.ends().exit_code(), 0);
    assert_eq!(std::fs::read_to_string(home.path("repo/package.json")).unwrap(), merged("2.0.0"));
    assert!(git(&home, &["commit", "-qm", "merged"]), "nothing is left open");
}
