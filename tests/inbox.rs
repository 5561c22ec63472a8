//! `midair inbox` and `midair doctor`: drafts on this machine from a shell, and what stands in the way of working here.
#![allow(clippy::unwrap_used)]

mod shell;

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use shell::{Home, Run, Serving};

const KEY: &str = "projects/prj_1";

/// A server with one record that says a token, which is declared a secret.
fn begun() -> (Home, Serving) {
    let home = Home::new();
    let (serving, _) = home.serve(&["--no-seed"]);
    let record = r#"{"name":"Launch","quota":1,"token":"hunter2"}"#;
    assert_eq!(home.run_with(&["put", KEY, "-", "--as", "alice"], record).code, Some(0));
    let declared = home.define("projects", r#"{"schema":{"properties":{"token":{"writeOnly":true}}}}"#);
    assert!(declared.starts_with("HTTP/1.1 20"), "{declared}");
    (home, serving)
}

/// Carol edits by `sed`, after bob saved this; the draft that comes of the refusal.
fn refused(home: &Home, bob: &str, sed: &str) -> String {
    let path = home.folder.path().join("editor.sh");
    let midair = env!("CARGO_BIN_EXE_midair");
    let script = format!("#!/bin/sh\n'{midair}' patch {KEY} {bob} --as bob > /dev/null; sed -i '{sed}' \"$1\"\n");
    std::fs::write(&path, script).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
    let mut command = home.command(&["edit", KEY, "--as", "carol"]);
    let run = Run::of(command.env("VISUAL", &path).output().unwrap());
    assert_eq!(run.code, Some(3), "{run:?}");
    run.err.split_once("kept as draft ").unwrap().1.split_once(' ').unwrap().0.to_owned()
}

fn drafts(home: &Home) -> PathBuf {
    home.folder.path().join("state/midair/drafts")
}

#[test]
fn a_refused_edit_waits_is_shown_and_goes_out_as_it_is_asked_to() {
    let (home, _serving) = begun();
    let id = refused(&home, "quota:=2", "s/\"quota\": 1/\"quota\": 3/; s/Launch/Site/");
    let list = home.run(&["inbox"]);
    assert_eq!(list.code, Some(0));
    assert!(list.out.starts_with(&format!("{id}  {KEY}")) && list.out.ends_with("  waits: name, quota\n"), "{list:?}");
    let told: serde_json::Value = serde_json::from_str(&home.run(&["inbox", "--json"]).out).unwrap();
    assert_eq!((&told["by"], &told["sending"], &told["from"]), (&"carol".into(), &false.into(), &1.into()));
    let shown = home.run(&["inbox", "show", KEY]).out;
    assert!(shown.contains(", from v1, for 127.0.0.1:"), "{shown}");
    assert!(shown.ends_with("\nname: \"Launch\" → \"Site\"\nquota: 1 → 3\n"), "{shown}");
    let again = home.run(&["inbox", "send", &id[..8], "--as", "carol"]);
    assert_eq!(
        (again.code, again.err.contains("bob saved v2 of projects/prj_1 meanwhile")),
        (Some(3), true),
        "{again:?}"
    );
    let merge = home.run(&["inbox", "send", "--all", "--as", "carol", "--on-conflict", "merge"]);
    assert_eq!((merge.code, merge.err.contains("undecided: quota")), (Some(3), true), "{merge:?}");
    let others = home.run(&["inbox", "send", "--all", "--as", "dave", "--on-conflict", "mine"]);
    assert_eq!(
        (others.code, others.err.contains("is carol's; it goes out only by its id")),
        (Some(0), true),
        "{others:?}"
    );
    let mine = home.run(&["inbox", "send", "--all", "--as", "carol", "--on-conflict", "mine"]);
    assert_eq!(
        mine,
        Run { code: Some(0), out: "saved projects/prj_1 as v3, merged with v2\n".into(), err: String::new() }
    );
    assert!(home.run(&["inbox"]).out.is_empty());
    assert_eq!(std::fs::read_dir(drafts(&home)).unwrap().count(), 0);
    assert_eq!(home.run(&["get", KEY, "quota"]).out, "3\n");
}

#[test]
fn a_dropped_draft_is_printed_and_can_be_got_back() {
    let (home, _serving) = begun();
    let id = refused(&home, "quota:=2", "s/\"quota\": 1/\"quota\": 3/");
    let short = home.run(&["inbox", "drop", &id[..8]]);
    assert_eq!((short.code, short.err.contains(&id)), (Some(2), true), "{short:?}");
    let before = std::fs::read_to_string(drafts(&home).join(format!("{id}.json"))).unwrap();
    let dropped = home.run(&["inbox", "drop", &id]);
    assert_eq!((dropped.code, &dropped.out), (Some(0), &before), "{dropped:?}");
    assert!(home.run(&["inbox"]).out.is_empty());
    assert_eq!(home.run(&["inbox", "drop", &id]).code, Some(4));
    let path = dropped.err.split_once("written to ").unwrap().1.split_once(", is").unwrap().0;
    std::fs::write(path, &dropped.out).unwrap();
    assert!(home.run(&["inbox"]).out.contains(&id));
}

#[test]
fn a_draft_that_a_living_process_has_is_told_as_such_and_left_alone() {
    let (home, _serving) = begun();
    let id = refused(&home, "quota:=2", "s/\"quota\": 1/\"quota\": 3/");
    let lock = std::fs::File::create(drafts(&home).join(format!("{id}.lock"))).unwrap();
    lock.lock().unwrap();
    assert!(home.run(&["inbox"]).out.contains("open in another midair"));
    for words in [&["inbox", "drop", &id][..], &["inbox", "send", &id, "--on-conflict", "mine"]] {
        let run = home.run(words);
        assert_eq!((run.code, run.err.contains("is left alone")), (Some(3), true), "{run:?}");
    }
    drop(lock);
    assert_eq!(home.run(&["inbox", "send", &id, "--on-conflict", "mine"]).code, Some(0));
}

#[test]
fn what_is_secret_in_a_draft_is_told_by_no_list_and_no_server_that_is_away() {
    let (home, serving) = begun();
    refused(&home, "quota:=2", "s/\"quota\": 1/\"quota\": 3/; s/••••/hunter3/");
    let told = |words: &[&str]| home.run(words).out;
    for words in [&["inbox"][..], &["inbox", "--json"], &["inbox", "show", KEY], &["inbox", "show", KEY, "--json"]] {
        let said = told(words);
        assert!(said.contains("token") && !said.contains("hunter"), "{words:?} {said}");
    }
    assert!(told(&["inbox", "show", KEY]).contains("quota: 1 → 3"));
    drop(serving);
    let away = home.run(&["inbox", "show", KEY]);
    assert!(away.err.contains("no value is shown"), "{away:?}");
    assert!(!away.out.contains("hunter") && !away.out.contains("→ 3"), "{away:?}");
}

/// What the doctor says of one thing: its state and what it found.
fn said(run: &Run, check: &str) -> (String, String) {
    let lines = run.out.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).expect(line));
    let mut found: Vec<_> = lines.filter(|line| line["check"] == check).collect();
    let found = found.pop().unwrap_or_else(|| panic!("no {check}: {run:?}"));
    (found["state"].as_str().unwrap().to_owned(), found["found"].as_str().unwrap().to_owned())
}

#[test]
fn a_machine_that_is_well_is_found_so_and_nothing_is_made_on_it() {
    let home = Home::new();
    let doctor = |home: &Home| {
        Run::of(home.command(&["doctor", "--json"]).env("EDITOR", "true").env_remove("VISUAL").output().unwrap())
    };
    let run = doctor(&home);
    assert_eq!((run.code, run.err.as_str()), (Some(0), ""), "{run:?}");
    for (check, says) in
        [("server", "none runs at 127.0.0.1:"), ("store", "is made when"), ("drafts", "none waits"), ("editor", "true")]
    {
        let (state, found) = said(&run, check);
        assert!(state == "ok" && found.contains(says), "{check} {found}");
    }
    assert_eq!(std::fs::read_dir(home.folder.path()).unwrap().count(), 0, "nothing was made");
    let (serving, _) = home.serve(&["--no-seed"]);
    let run = doctor(&home);
    assert!(said(&run, "server").1.contains("contract 1") && said(&run, "readiness").0 == "ok", "{run:?}");
    assert_eq!(said(&run, "clock"), ("ok".into(), "as the server's".into()));
    assert!(said(&run, "store").1.contains("is served by a midair"), "{run:?}");
    drop(serving);
    let (state, found) = said(&doctor(&home), "store");
    assert!(state == "ok" && found.contains("is whole, schema "), "{found}");
}

#[test]
fn what_is_wrong_is_told_with_what_to_do() {
    let home = Home::new();
    let put = |name: &str, text: &[u8]| {
        let path = home.folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    };
    put("config/midair/config.toml", b"theme = \"pink\"\n");
    let db = put(
        "data/midair/midair.db",
        b"no database at all, and longer than a header of one would be: a hundred bytes and more stand here.",
    );
    put("state/midair/drafts/odd.json", b"{");
    let mut command = home.command(&["doctor", "--json"]);
    command.env("VISUAL", "no-such-editor --wait").env("TERM", "xterm").env("LANG", "C");
    let run = Run::of(command.output().unwrap());
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(said(&run, "settings").1.contains("config.toml line 1: theme cannot be \"pink\""), "{run:?}");
    assert_eq!(said(&run, "editor"), ("warn".into(), "no-such-editor --wait is not found".into()));
    assert_eq!((said(&run, "store").0.as_str(), said(&run, "data").0.as_str()), ("bad", "warn"), "{run:?}");
    assert!(run.out.contains("odd.json cannot be read") && run.out.contains("chmod 700"), "{run:?}");
    assert!(std::fs::read(db).unwrap().starts_with(b"no database"), "left as it is");
    let text = home.run(&["doctor"]).out;
    assert!(text.contains("\n                 → ") && !text.contains('\u{1b}'), "{text}");
    let away = home.run(&["doctor", "--json", "--server", "http://127.0.0.1:1"]);
    assert_eq!((away.code, said(&away, "server").0.as_str()), (Some(1), "bad"), "{away:?}");
}
