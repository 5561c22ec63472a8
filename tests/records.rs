//! Single records from a shell: read, written under a precondition, merged as far as was asked for.
#![allow(clippy::unwrap_used)]

mod shell;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::Stdio;

use shell::{Home, Run, Serving};

const KEY: &str = "projects/prj_1";
const RECORD: &str = r#"{ "name":"Launch", "quota":1.50, "tags":["web"],"notes":"a\nb\nc\n" }"#;

/// A server with one record, which alice made.
fn begun() -> (Home, Serving) {
    let home = Home::new();
    let (serving, _) = home.serve(&["--no-seed"]);
    assert_eq!(home.run_with(&["put", KEY, "-", "--as", "alice"], RECORD).code, Some(0));
    (home, serving)
}

fn etag(home: &Home) -> String {
    home.run(&["get", KEY, "--etag"]).out.trim().to_owned()
}

fn done(out: &str) -> Run {
    Run { code: Some(0), out: out.into(), err: String::new() }
}

fn conflict(why: &str) -> Run {
    Run { code: Some(3), out: String::new(), err: format!("midair: {why}\n") }
}

#[test]
fn what_is_put_is_got_byte_for_byte_and_whole_or_in_parts() {
    let (home, _serving) = begun();
    assert_eq!(home.run(&["get", KEY]), done(RECORD));
    assert_eq!(home.run(&["get", KEY, "quota"]), done("1.50\n"));
    assert_eq!(home.run(&["get", KEY, "/notes"]), done("a\nb\nc\n\n"));
    assert_eq!(home.run(&["get", KEY, "notes", "--json"]), done("\"a\\nb\\nc\\n\"\n"));
    let missing = home.run(&["get", KEY, "owner"]);
    assert_eq!((missing.code, missing.err.as_str()), (Some(4), "midair: projects/prj_1 has no owner (v1)\n"));
    assert_eq!(home.run(&["get", "projects/prj_2"]).code, Some(4));
    let told = home.run(&["get", KEY, "--json"]).out;
    assert!(told.starts_with(r#"{"key":"projects/prj_1","version":1,"etag":"\"1-"#), "{told}");
    assert!(told.contains(&format!(r#""updatedBy":"alice","fields":{RECORD}"#)), "{told}");
}

#[test]
fn a_write_over_what_somebody_saved_is_refused_unless_it_may_be_merged() {
    let (home, _serving) = begun();
    let before = etag(&home);
    assert_eq!(home.run(&["patch", KEY, "quota:=2", "--as", "bob"]), done("saved projects/prj_1 as v2\n"));
    let asked = |words: &[&str]| home.run(&[&["patch", KEY, "--if-match", &before], words].concat());
    assert_eq!(
        asked(&["quota:=3"]),
        conflict(
            "bob saved v2 of projects/prj_1 meanwhile; undecided: quota (--on-conflict mine, theirs or ask settles that). Nothing was written"
        )
    );
    let unasked = asked(&["quota:=3", "--on-conflict", "ask"]);
    assert!(unasked.err.starts_with("midair: there is no terminal to ask on: bob saved v2"), "{}", unasked.err);
    let refused = asked(&["name=Moon", "--on-conflict", "fail"]);
    assert_eq!(refused.code, Some(3), "{}", refused.err);
    assert_eq!(asked(&["quota:=3", "--on-conflict", "theirs"]), done("left projects/prj_1 as bob saved it (v2)\n"));
    assert_eq!(asked(&["name=Moon"]), done("saved projects/prj_1 as v3, merged with v2\n"));
    assert_eq!(asked(&["quota:=3", "--on-conflict", "mine"]), done("saved projects/prj_1 as v4, merged with v2, v3\n"));
    assert_eq!(asked(&["quota:=3"]), done("projects/prj_1 says so already (v4)\n"));
    let now = r#"{ "name":"Moon", "quota":3, "tags":["web"],"notes":"a\nb\nc\n" }"#;
    assert_eq!(home.run(&["get", KEY]), done(now));
}

#[test]
fn whoever_takes_theirs_keeps_what_nobody_else_changed() {
    let (home, _serving) = begun();
    let before = etag(&home);
    home.run(&["patch", KEY, "quota:=2", "--as", "bob"]);
    let asked = ["patch", KEY, "quota:=3", "tags-", "--if-match", &before, "--on-conflict", "theirs"];
    assert_eq!(home.run(&asked), done("saved projects/prj_1 as v3, merged with v2\n"));
    assert_eq!(home.run(&["diff", KEY]), done("tags: [\"web\"] → (absent)\n"));
    assert_eq!(home.run(&["get", KEY, "quota"]), done("2\n"));
}

#[test]
fn an_etag_that_was_never_one_of_the_record_merges_nothing() {
    let (home, _serving) = begun();
    let refused = home.run(&["patch", KEY, "quota:=3", "--if-match", "7-abc"]);
    assert_eq!(refused.code, Some(3));
    assert!(refused.err.contains("the etag was never one of this record. Nothing was written"), "{}", refused.err);
    assert_eq!(home.run(&["get", KEY]).out, RECORD);
}

#[test]
fn a_record_is_created_once() {
    let (home, _serving) = begun();
    let again = home.run_with(&["put", KEY, "-", "--create"], RECORD);
    assert_eq!((again.code, again.err.contains("Nothing was written")), (Some(3), true), "{}", again.err);
    assert_eq!(home.run_with(&["put", KEY, "-"], RECORD), done("projects/prj_1 says so already (v1)\n"));
    let odd = home.run_with(&["put", KEY, "-"], "{\"a\":1,\"a\":2}");
    assert_eq!(odd.code, Some(2), "{}", odd.err);
}

#[test]
fn a_deletion_keeps_what_was_saved_meanwhile_unless_it_is_told_not_to() {
    let (home, _serving) = begun();
    let before = etag(&home);
    home.run(&["patch", KEY, "quota:=2", "--as", "bob"]);
    let asked = |words: &[&str]| home.run(&[&["rm", KEY, "--if-match", &before], words].concat());
    let refused = asked(&[]);
    assert_eq!(
        (refused.code, refused.err.contains("bob saved v2 of projects/prj_1 meanwhile. Nothing")),
        (Some(3), true),
        "{}",
        refused.err
    );
    assert_eq!(asked(&["--on-conflict", "theirs"]), done("left projects/prj_1 as bob saved it (v2)\n"));
    assert_eq!(asked(&["--on-conflict", "mine"]), done("deleted projects/prj_1 as v3\n"));
    let gone = home.run(&["rm", KEY]);
    assert_eq!((gone.code, gone.err.contains("deleted it as v3")), (Some(4), true), "{}", gone.err);
    assert_eq!(home.run(&["restore", KEY, "1"]), done("created projects/prj_1 as v4\n"));
    assert_eq!(home.run(&["get", KEY]).out, RECORD);
}

#[test]
fn the_history_is_listed_shown_and_compared() {
    let (home, _serving) = begun();
    home.run(&["patch", KEY, "notes=a\nB\nc\n", "tags-", "--as", "bob", "--note", "after the call"]);
    let log = home.run(&["log", KEY]).out;
    let lines: Vec<&str> = log.lines().collect();
    assert!(lines[0].starts_with("v2 ") && lines[0].ends_with("bob          tags, notes  \"after the call\""), "{log}");
    assert!(lines[1].starts_with("v1 ") && lines[1].ends_with("alice        created"), "{log}");
    let shown = home.run(&["show", KEY]).out;
    assert!(shown.starts_with("projects/prj_1 v2\nbob saved it, "), "{shown}");
    let changes = "tags: [\"web\"] → (absent)\nnotes:\n  @@ -1,3 +1,3 @@\n   a\n  -b\n  +B\n   c\n";
    assert!(shown.ends_with(&format!("\n    after the call\n{changes}")), "{shown}");
    assert_eq!(home.run(&["diff", KEY]), done(changes));
    assert_eq!(home.run(&["diff", KEY, "2", "1", "--json"]).out.matches(r#""was""#).count(), 1);
    let none = home.run(&["show", KEY, "9"]);
    assert_eq!((none.code, none.err.contains("has no v9")), (Some(4), true), "{}", none.err);
}

#[test]
fn a_secret_is_told_where_it_is_asked_for_and_nowhere_else() {
    let (home, _serving) = begun();
    let declared = r#"{"schema":{"properties":{"token":{"writeOnly":true}}}}"#;
    let put = home.define("projects", declared);
    assert!(put.starts_with("HTTP/1.1 20"), "{put}");
    home.run(&["patch", KEY, "token=hunter2"]);
    home.run(&["patch", KEY, "token=hunter3", "quota:=2"]);
    for words in [["show", KEY].as_slice(), &["diff", KEY], &["diff", KEY, "1", "--json"], &["ls", "projects"]] {
        let told = home.run(words);
        assert_eq!((told.code, told.out.contains("hunter")), (Some(0), false), "{words:?} {}", told.out);
    }
    assert!(home.run(&["diff", KEY]).out.contains("token: \"••••\" → \"•••• changed\""));
    assert_eq!(home.run(&["get", KEY, "token"]), done("hunter3\n"));
}

#[test]
fn a_watch_tells_each_change_of_what_it_watches() {
    let (home, _serving) = begun();
    home.run_with(&["put", "other/x", "-"], "{}");
    home.run(&["patch", KEY, "quota:=2", "--as", "bob"]);
    let told = home.run(&["watch", KEY, "--since", "0", "-n", "2"]);
    assert_eq!(told.code, Some(0), "{}", told.err);
    let lines: Vec<&str> = told.out.lines().collect();
    assert!(lines[0].ends_with("alice created projects/prj_1 v1"), "{}", told.out);
    assert!(lines[1].ends_with("bob saved projects/prj_1 v2: quota"), "{}", told.out);
}

#[test]
fn lists_are_for_people_or_for_programs_and_a_value_steers_no_terminal() {
    let (home, _serving) = begun();
    home.run_with(&["put", "projects/prj_0", "-"], r#"{"name":"red \u001b[31m"}"#);
    let list = home.run(&["ls", "projects"]).out;
    assert!(list.lines().next().unwrap().ends_with("red \\u001b[31m"), "{list}");
    assert_eq!(home.run(&["ls", "projects", "-n", "1", "--json"]).out.lines().count(), 1);
    assert_eq!(home.run(&["ls", "projects", "--filter", "Launch", "--json"]).out.lines().count(), 1);
    assert_eq!(home.run(&["ls"]).out.split_whitespace().collect::<Vec<_>>(), ["projects", "2"]);
    let none = home.run(&["ls", "nope"]);
    assert_eq!((none.code, none.err.contains("there are projects")), (Some(4), true), "{}", none.err);
    let away = home.run(&["ls", "--server", "http://127.0.0.1:1"]);
    assert_eq!(away.code, Some(5), "{}", away.err);
}

#[test]
fn a_list_calls_a_record_by_its_name_where_it_has_one() {
    let (home, _serving) = begun();
    home.run_with(&["put", "projects/prj_2", "-"], r#"{"notes":"first text","title":"Moon shot"}"#);
    let list = home.run(&["ls", "projects"]).out;
    let lines: Vec<&str> = list.lines().collect();
    assert!(lines[0].ends_with(" Launch") && lines[1].ends_with(" Moon shot"), "{list}");
}

#[test]
fn a_watch_of_what_is_not_there_says_so_and_tells_it_when_it_comes() {
    let (home, _serving) = begun();
    for (of, says) in [("nope", "there is no collection nope on 127.0.0.1:"), ("nope/a", "nope/a is gone: ")] {
        let mut watch = home.command(&["watch", of, "-n", "1"]);
        let mut watch = watch.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut said = String::new();
        BufReader::new(watch.stderr.take().unwrap()).read_line(&mut said).unwrap();
        assert!(said.contains(says) && said.ends_with("; waiting for it\n"), "{said}");
        // What is said first is said before the feed is open: it is written again until it is told.
        let mut watch = Serving(watch);
        for n in 0.. {
            home.run_with(&["put", "nope/a", "-"], &format!("{{\"n\":{n}}}"));
            if watch.0.try_wait().unwrap().is_some() {
                break;
            }
        }
        assert_eq!(watch.code(), Some(0));
        home.run(&["rm", "nope/a"]);
    }
}

#[test]
fn a_place_inside_a_text_is_refused_and_the_text_stays() {
    let (home, _serving) = begun();
    let refused = home.run(&["patch", KEY, "name.first=Ann"]);
    assert_eq!((refused.code, refused.out.as_str()), (Some(1), ""));
    assert!(refused.err.contains("name of projects/prj_1 is a text and has nothing inside"), "{refused:?}");
    for odd in ["name.=1", ".=1", ".name=1"] {
        assert_eq!(home.run(&["patch", KEY, odd]).code, Some(2), "{odd}");
    }
    assert_eq!(home.run(&["log", KEY]).out.lines().count(), 1);
}

#[test]
fn a_watch_goes_on_when_the_server_comes_back() {
    let (home, serving) = begun();
    let mut watch = home.command(&["watch", "--server", &format!("http://{}", home.listen), "-n", "1"]);
    let mut watch = Serving(watch.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap());
    let is_open = || {
        let mut wire = TcpStream::connect(home.listen).unwrap();
        write!(wire, "GET /metrics HTTP/1.1\r\nHost: midair\r\nConnection: close\r\n\r\n").unwrap();
        let mut told = String::new();
        wire.read_to_string(&mut told).unwrap();
        told.contains("\nmidair_feed_subscribers 1")
    };
    while !is_open() {}
    drop(serving);
    let mut said = String::new();
    let mut aside = BufReader::new(watch.0.stderr.take().unwrap());
    aside.read_line(&mut said).unwrap();
    assert!(said.contains("; what changes until it is back is not told"), "{said}");
    let (_serving, _) = home.serve(&["--no-seed"]);
    for n in 0.. {
        home.run(&["patch", KEY, &format!("quota:={n}")]);
        if watch.0.try_wait().unwrap().is_some() {
            break;
        }
    }
    assert_eq!(watch.code(), Some(0));
}
