//! `midair edit`: a record in an editor of one's own, by one person and by a hundred at once, and what becomes of the drafts.
#![allow(clippy::unwrap_used)]

mod shell;

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::JoinHandle;

use shell::{Home, Run, Serving};

const KEY: &str = "projects/prj_1";
const RECORD: &str = "{ \"name\": \"Launch\",\n  \"quota\":1.50, \"e\": \"\\u0301\" }\n";

/// A server with one record, which alice made.
fn begun() -> (Home, Serving) {
    let home = Home::new();
    let (serving, _) = home.serve(&["--no-seed"]);
    assert_eq!(home.run_with(&["put", KEY, "-", "--as", "alice"], RECORD).code, Some(0));
    (home, serving)
}

/// An editor that does what `script` says to the file `$1`.
fn editor(home: &Home, script: &str) -> String {
    let path = home.folder.path().join("editor.sh");
    std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
    format!("'{}'", path.display())
}

fn edit(home: &Home, script: &str, words: &[&str]) -> Run {
    let mut command = home.command(&[&["edit", KEY, "--as", "carol"], words].concat());
    command.env("VISUAL", editor(home, script)).env("EDITOR", "/no/such/editor");
    Run::of(command.output().unwrap())
}

fn files(home: &Home, folder: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(home.folder.path().join("state/midair").join(folder)).into_iter().flatten();
    let files = entries.map(|entry| entry.unwrap().path());
    files.filter(|path| path.extension().is_none_or(|end| end != "lock")).collect()
}

fn done(out: &str) -> Run {
    Run { code: Some(0), out: out.into(), err: String::new() }
}

#[test]
fn a_record_is_edited_and_what_nobody_touched_keeps_its_bytes() {
    let (home, _serving) = begun();
    let edited = edit(&home, "sed -i 's/Launch/Site/' \"$1\"", &["--note", "after the call"]);
    assert_eq!(edited, done("saved projects/prj_1 as v2\n"));
    assert_eq!(home.run(&["get", KEY]).out, RECORD.replace("Launch", "Site"));
    assert!(home.run(&["log", KEY]).out.contains("carol        name  \"after the call\""));
    assert!(files(&home, "drafts").is_empty() && files(&home, "outside").is_empty());
}

#[test]
fn what_is_not_changed_is_not_sent() {
    let (home, _serving) = begun();
    assert_eq!(edit(&home, ":", &[]), done("you changed nothing; nothing was sent of projects/prj_1\n"));
    assert_eq!(
        edit(&home, "sed -i 's/  / /' \"$1\"", &[]).out,
        "you changed nothing; nothing was sent of projects/prj_1\n"
    );
    assert_eq!(edit(&home, ": > \"$1\"", &[]), done("your editor left nothing; nothing was sent of projects/prj_1\n"));
    let told = edit(&home, ":", &["--json"]).out;
    assert!(told.starts_with(r#"{"key":"projects/prj_1","status":"unchanged","version":1,"#), "{told}");
    assert!(files(&home, "drafts").is_empty() && files(&home, "outside").is_empty());
}

#[test]
fn a_new_record_is_made_only_where_that_is_asked_for() {
    let (home, _serving) = begun();
    let new = |words: &[&str]| {
        let mut command = home.command(&[&["edit", "projects/new"], words].concat());
        Run::of(command.env("VISUAL", editor(&home, r#"printf '{"a": 1.0}' > "$1""#)).output().unwrap())
    };
    let missing = new(&[]);
    assert_eq!((missing.code, missing.err.contains("--create makes it")), (Some(4), true), "{missing:?}");
    assert_eq!(new(&["--create"]), done("created projects/new as v1\n"));
    assert_eq!(home.run(&["get", "projects/new"]).out, "{\"a\": 1.0}");
    assert_eq!(new(&["--create"]).code, Some(3));
}

#[test]
fn what_cannot_be_read_is_kept_in_a_file_that_is_named() {
    let (home, _serving) = begun();
    for (script, says) in [
        (r#"printf '{"name": Launch}\n' > "$1""#, "not a record yet: a value should stand here"),
        (r#"printf '{"name": Launch}\n' > "$1"; exit 3"#, "ended with error 3"),
        (r#"printf '\377' > "$1""#, "not UTF-8"),
    ] {
        let failed = edit(&home, script, &[]);
        assert_eq!((failed.code, failed.out.as_str()), (Some(1), ""), "{failed:?}");
        let left = files(&home, "outside");
        let [file] = left.as_slice() else { panic!("{left:?}") };
        assert!(failed.err.contains(says) && failed.err.contains(&*file.to_string_lossy()), "{failed:?}");
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        std::fs::remove_file(file).unwrap();
    }
    let none = edit(&home, "exit 7", &[]);
    assert_eq!((none.code, none.err.contains("Nothing was sent")), (Some(1), true), "{none:?}");
    assert!(files(&home, "outside").is_empty(), "nothing was written");
    assert_eq!(home.run(&["get", KEY]).out, RECORD);
}

#[test]
fn a_secret_goes_out_masked_and_comes_back_as_it_was_and_a_schema_is_kept() {
    let (home, _serving) = begun();
    let declared = r#"{"schema":{"properties":{"token":{"writeOnly":true},"quota":{"type":"number"}}}}"#;
    assert!(home.define("projects", declared).starts_with("HTTP/1.1 20"));
    home.run(&["patch", KEY, "token=hunter2"]);
    let seen = home.folder.path().join("seen");
    let script = format!("cat \"$1\" >> '{}'; sed -i 's/Launch/Site/' \"$1\"", seen.display());
    assert_eq!(edit(&home, &script, &[]), done("saved projects/prj_1 as v3\n"));
    let seen = std::fs::read_to_string(seen).unwrap();
    assert!(seen.contains("••••") && !seen.contains("hunter2"), "{seen}");
    assert_eq!(home.run(&["get", KEY, "token"]), done("hunter2\n"));
    let broken = edit(&home, "sed -i 's/1.50/\"many\"/' \"$1\"", &[]);
    assert_eq!((broken.code, broken.err.contains("quota")), (Some(1), true), "{broken:?}");
    assert_eq!(files(&home, "outside").len(), 1);
}

#[test]
fn an_edit_that_is_refused_or_not_answered_stays_as_a_draft() {
    let (home, mut serving) = begun();
    let midair = env!("CARGO_BIN_EXE_midair");
    let bob = format!("'{midair}' patch {KEY} quota:=2 --as bob > /dev/null; sed -i 's/1.50/3/' \"$1\"");
    let refused = edit(&home, &bob, &[]);
    assert_eq!((refused.code, refused.out.as_str()), (Some(3), ""), "{refused:?}");
    assert!(refused.err.starts_with("midair: bob saved v2 of projects/prj_1 meanwhile; both sides changed quota"));
    assert!(refused.err.contains("your edit is kept as draft "), "{refused:?}");
    let draft = std::fs::read_to_string(&files(&home, "drafts")[0]).unwrap();
    assert!(draft.contains("\"quota\":3") && !draft.contains("\"sending\":true"), "{draft}");
    assert_eq!(home.run(&["get", KEY, "quota"]), done("2\n"));
    let other = edit(&home, &bob.replace("1.50/3", "Launch/Site").replace("=2", "=4"), &["--on-conflict", "merge"]);
    assert_eq!(other, done("saved projects/prj_1 as v4, merged with v3\n"));
    assert_eq!(files(&home, "drafts").len(), 1, "what was stored is gone from the box");
    // The server dies under the editor; the one that is started in its place cannot come up.
    let script = format!("kill -9 {}; sed -i 's/Site/Moon/' \"$1\"", serving.0.id());
    let server = format!("http://{}", home.listen);
    let lost = edit(&home, &script, &["--server", &server]);
    serving.code();
    assert_eq!((lost.code, lost.err.contains("your edit is kept as draft")), (Some(5), true), "{lost:?}");
    let waits = |path: &&PathBuf| std::fs::read_to_string(path).unwrap().contains("Moon");
    assert_eq!(files(&home, "drafts").iter().filter(waits).count(), 1);
}

#[test]
fn an_etag_that_is_not_the_current_one_opens_no_editor() {
    let (home, _serving) = begun();
    let before = home.run(&["get", KEY, "--etag"]).out.trim().to_owned();
    home.run(&["patch", KEY, "quota:=2", "--as", "bob"]);
    let refused = edit(&home, "sed -i 's/Launch/Site/' \"$1\"; touch opened", &["--if-match", &before]);
    assert_eq!((refused.code, refused.err.contains("v2 now, which bob saved")), (Some(3), true), "{refused:?}");
    let merged = edit(&home, "sed -i 's/Launch/Site/' \"$1\"", &["--if-match", &before, "--on-conflict", "merge"]);
    assert_eq!(merged, done("saved projects/prj_1 as v3, merged with v2\n"));
    let off = edit(&home, ":", &["--on-conflict", "ask"]);
    assert_eq!((off.code, off.err.contains("there is no terminal to ask on")), (Some(2), true), "{off:?}");
}

/// A hundred edits of one record, of which each read the record before any is written: an editor waits until all are open.
fn all_at_once(home: &Home, script: &str, ways: &str) -> Vec<Run> {
    const MANY: usize = 100;
    let [ready, go] = ["ready", "go"].map(|name| home.folder.path().join(name));
    for fifo in [&ready, &go] {
        assert!(Command::new("mkfifo").arg(fifo).status().unwrap().success());
    }
    let editor = editor(home, &format!("echo > '{}'; : < '{}'; {script}", ready.display(), go.display()));
    let server = format!("http://{}", home.listen);
    let start = |number: usize| {
        let mut command = home.command(&["edit", KEY, "--on-conflict", ways, "--server", &server]);
        command.env("VISUAL", &editor).env("NUMBER", number.to_string());
        let ready = ready.clone();
        std::thread::spawn(move || {
            let run = Run::of(command.output().unwrap());
            // One that ends without an editor is not waited for.
            writeln!(both_ways(&ready)).unwrap();
            run
        })
    };
    let edits: Vec<JoinHandle<Run>> = (0..MANY).map(start).collect();
    assert_eq!(BufReader::new(both_ways(&ready)).lines().take(MANY).count(), MANY);
    let _begin = both_ways(&go);
    edits.into_iter().map(|edit| edit.join().unwrap()).collect()
}

/// A pipe opened to read and to write: it waits for nobody, and sees no end while nobody writes.
fn both_ways(fifo: &Path) -> File {
    OpenOptions::new().read(true).write(true).open(fifo).unwrap()
}

#[test]
fn a_hundred_edits_of_a_hundred_fields_are_all_stored() {
    let home = Home::new();
    let (_serving, _) = home.serve(&["--no-seed"]);
    let fields: Vec<String> = (0..100).map(|number| format!("\"f{number}\": 0")).collect();
    home.run_with(&["put", KEY, "-"], &format!("{{\n{}\n}}", fields.join(",\n")));
    let runs = all_at_once(&home, "sed -i \"s/\\\"f$NUMBER\\\": 0/\\\"f$NUMBER\\\": 1/\" \"$1\"", "merge");
    for run in &runs {
        assert_eq!((run.code, run.err.as_str()), (Some(0), ""), "{run:?}");
    }
    assert_eq!(home.run(&["get", KEY]).out, format!("{{\n{}\n}}", fields.join(",\n").replace(": 0", ": 1")));
    assert_eq!(home.run(&["log", KEY]).out.lines().count(), 101);
    assert!(files(&home, "drafts").is_empty() && files(&home, "outside").is_empty());
}

#[test]
fn of_a_hundred_edits_of_one_field_the_refused_ones_and_no_others_end_with_a_conflict() {
    let home = Home::new();
    let (_serving, _) = home.serve(&["--no-seed"]);
    home.run_with(&["put", KEY, "-"], "{\"n\": \"nobody\"}");
    let runs = all_at_once(&home, "sed -i \"s/nobody/number $NUMBER/\" \"$1\"", "fail");
    let (stored, refused): (Vec<_>, Vec<_>) = runs.iter().partition(|run| run.code == Some(0));
    assert_eq!(stored.len(), home.run(&["log", KEY]).out.lines().count() - 1);
    assert_eq!(stored.len(), 1, "all of them read version 1");
    for run in &refused {
        assert!(run.code == Some(3) && run.err.contains("saved v2 of projects/prj_1 meanwhile"), "{run:?}");
    }
    let kept: String = files(&home, "drafts").iter().map(|path| std::fs::read_to_string(path).unwrap()).collect();
    let now = home.run(&["get", KEY, "n"]).out;
    for number in 0..100 {
        let said = format!("\"number {number}\"");
        assert_ne!(kept.contains(&said), now.trim() == format!("number {number}"), "number {number} is in one place");
    }
}
