//! Settings, keys and the shell, as a person at a terminal and a script meet them.
#![allow(clippy::unwrap_used)]

mod pty;

use std::path::Path;
use std::process::{Command, Output};

use pty::Home;

fn configured(home: &Home, text: &str) {
    std::fs::create_dir_all(home.path("config/midair")).unwrap();
    std::fs::write(home.path("config/midair/config.toml"), text).unwrap();
}

fn midair(home: &Home, words: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_midair"));
    command.env_clear().args(words).env("HOME", home.path("home")).env("XDG_CONFIG_HOME", home.path("config"));
    command.env("TERM", "xterm-256color").env("LANG", "C.UTF-8").output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn a_broken_file_stops_no_screen_and_is_told_on_it() {
    let home = Home::new();
    configured(&home, "thme = \"light\"\n[keys.browser]\nquit = \"Q\"\n");
    let mut alice = home.person("alice");
    alice.shows("line 1: there is no setting \"thme\"; did you mean \"theme\"?").shows("live").shows("Q quit");
    alice.keys("'Q'");
    assert_eq!(alice.ends().exit_code(), 0);
}

#[test]
fn a_broken_file_stops_a_command_with_the_sentence_and_the_code_of_usage() {
    let home = Home::new();
    configured(&home, "\nthme = \"light\"\n");
    for words in [&["config"][..], &["export", "projects"]] {
        let run = midair(&home, words);
        assert_eq!(run.status.code(), Some(2), "{words:?}");
        let said = text(&run.stderr);
        assert!(said.contains("config.toml line 2: there is no setting \"thme\"; did you mean \"theme\"?"), "{said}");
    }
    let run = midair(&home, &["config", "--path"]);
    assert_eq!(text(&run.stdout).trim(), home.path("config/midair/config.toml").display().to_string());
}

#[test]
fn a_server_that_is_set_is_for_records_and_not_for_the_database_of_this_machine() {
    let home = Home::new();
    configured(&home, "server = \"http://127.0.0.1:1\"\n");
    assert_eq!(midair(&home, &["restore", "projects/prj_1", "1"]).status.code(), Some(5));
    let back = midair(&home, &["restore-store", "no-such.db"]);
    assert_eq!(back.status.code(), Some(4), "{}", text(&back.stderr));
}

#[test]
fn what_is_set_is_told_with_where_it_comes_from() {
    let home = Home::new();
    configured(&home, "theme = \"light\"\n[keys.editor]\nsave = \"f2\"\n");
    let run = midair(&home, &["config", "--set", "motion=reduced"]);
    let told = text(&run.stdout);
    let line = |name: &str| told.lines().find(|line| line.starts_with(name)).unwrap_or_default().to_owned();
    assert!(line("theme").ends_with("config.toml line 1"), "{told}");
    assert!(line("motion").contains("reduced") && line("motion").ends_with("command line"), "{told}");
    assert!(line("colours").contains("auto (full)") && line("colours").ends_with("default"), "{told}");
    assert!(line("keys.editor.save").contains("f2"), "{told}");
    let run = midair(&home, &["config", "--json"]);
    let told: serde_json::Value = serde_json::from_slice(&run.stdout).unwrap();
    assert_eq!(told["settings"]["theme"]["value"], "light");
    assert_eq!(told["settings"]["colours"]["effective"], "full");
    assert_eq!(told["keys"][0]["action"], "save");
    let run = midair(&home, &["config", "--actions"]);
    assert!(text(&run.stdout).lines().any(|line| line.starts_with("editor      save                f2 ")));
    assert_eq!(midair(&home, &["--set", "theme=blue", "config"]).status.code(), Some(2));
}

#[test]
fn a_record_is_edited_and_saved_by_the_keys_of_emacs() {
    let home = Home::new();
    configured(&home, "keymap = \"emacs\"\n");
    let mut alice = home.person("alice");
    alice.shows("live");
    home.creates("projects/prj_1", r#"{"name":"Launch","quota":100}"#);
    alice.shows("prj_1").keys("enter").shows("from v1");
    alice.keys("ctrl-a ctrl-k 'Site'").shows("Site");
    alice.keys("ctrl-x").shows("Ctrl-X …").keys("ctrl-s").shows("Saved projects/prj_1 as v2");
    assert_eq!(home.reads("projects/prj_1").body, r#"{"name":"Site","quota":100}"#);
    alice.keys("ctrl-x ctrl-c");
    assert_eq!(alice.ends().exit_code(), 0);
}

#[test]
fn where_the_locale_is_not_utf_8_only_records_leave_ascii() {
    let home = Home::new();
    let midair = Path::new(env!("CARGO_BIN_EXE_midair"));
    let mut alice = home.start(midair, &["--as", "alice", "--no-seed"], 120, 40, &[("LC_ALL", "C")]);
    alice.shows("live");
    home.creates("projects/prj_1", r#"{"name":"a → é"}"#);
    alice.shows("prj_1").shows("+ Collections").shows("a → é").keys("enter").shows("from v1").shows("Ctrl-S save");
    let others: String = alice.screen().replace("a → é", "").chars().filter(|one| !one.is_ascii()).collect();
    assert_eq!(others, "");
}

#[test]
fn a_suspended_midair_gives_the_terminal_back_and_goes_on_where_it_was() {
    let home = Home::new();
    let program = env!("CARGO_BIN_EXE_midair");
    let mut shell = home.start(Path::new("/bin/sh"), &["-i"], 120, 40, &[("PS1", "shell> ")]);
    shell.shows("shell>").keys(&format!("'{program} --as alice --no-seed' enter")).shows("live");
    home.creates("projects/prj_1", r#"{"name":"Launch"}"#);
    shell.shows("prj_1").keys("enter").shows("from v1").keys("' site'").shows("Launch site");
    shell.keys("ctrl-p").shows("commands").keys("'suspend'").shows("▸ suspend").keys("enter");
    shell.waits_until("the shell", |screen| !screen.alternate_screen() && screen.contents().contains("Stopped"));
    // Whoever else wants the records hosts them meanwhile.
    let mut bob = home.person("bob");
    bob.shows("live").shows("prj_1");
    shell.keys("'fg' enter").shows("Launch site").shows("live");
    shell.waits_until("the screen", vt100::Screen::alternate_screen);
    bob.keys("enter").shows("from v1").keys("' day' ctrl-s").shows("as v2");
    shell.shows("bob saved v2").keys("ctrl-q").shows("shell>");
}
