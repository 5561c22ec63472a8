//! The exit codes: each kind of failure has one of its own, whatever the command.
#![allow(clippy::unwrap_used)]

mod shell;

use std::io::{Read, Write};
use std::net::TcpListener;

use shell::{Home, Run};

/// Every command that asks a server for `a/b`, or for the collection `a`.
fn commands<'w>(record: &'w str, lines: &'w str) -> Vec<Vec<&'w str>> {
    [
        "get a/b",
        "ls a",
        "put a/b FILE --if-match 1-x",
        "patch a/b n=1",
        "edit a/b",
        "rm a/b",
        "log a/b",
        "show a/b",
        "diff a/b",
        "restore a/b 1",
        "bulk LINES",
        "export a",
    ]
    .iter()
    .map(|words| {
        let filled = |word| match word {
            "FILE" => record,
            "LINES" => lines,
            word => word,
        };
        words.split(' ').map(filled).collect()
    })
    .collect()
}

fn files(home: &Home) -> (String, String) {
    let record = home.file("record.json", "{\"id\":\"b\"}\n");
    (record, home.file("writes.ndjson", "{\"op\":\"delete\",\"key\":\"a/b\"}\n"))
}

#[test]
fn what_is_not_there_a_server_that_is_away_and_a_line_that_cannot_be_meant_are_told_apart() {
    let home = Home::new();
    let (record, lines) = files(&home);
    let (_serving, _) = home.serve(&["--no-seed"]);
    for words in commands(&record, &lines) {
        let missing = home.run(&words);
        assert_eq!((missing.code, missing.out.as_str()), (Some(4), ""), "{words:?} {missing:?}");
        let away = home.run(&[&words[..], &["--server", "http://127.0.0.1:1"]].concat());
        assert_eq!((away.code, away.out.as_str()), (Some(5), ""), "{words:?} {away:?}");
        assert!(away.err.contains("no connection to 127.0.0.1:1"), "{words:?} {away:?}");
        for odd in [&["--server", "127.0.0.1:1"][..], &["--as", ""], &["--no-such-option"], &["--set", "theme=pink"]] {
            let meant = home.run(&[&words[..], odd].concat());
            assert_eq!((meant.code, meant.out.as_str()), (Some(2), ""), "{words:?} {odd:?} {meant:?}");
        }
    }
    let import = ["import", &record, "--into", "a", "--id", "id", "--server", "http://127.0.0.1:1"];
    assert_eq!(home.run(&import).code, Some(5));
    assert_eq!(home.run(&["watch", "--server", "http://127.0.0.1:1"]).code, Some(5));
}

#[test]
fn what_somebody_else_saved_and_would_be_overwritten_ends_with_the_code_of_a_conflict() {
    let home = Home::new();
    let (record, _) = files(&home);
    let (_serving, _) = home.serve(&["--no-seed"]);
    assert_eq!(home.run(&["put", "a/b", &record]).code, Some(0));
    assert_eq!(home.run(&["patch", "a/b", "n:=2"]).code, Some(0));
    let line = "{\"op\":\"delete\",\"key\":\"a/b\",\"ifMatch\":\"\\\"1-x\\\"\"}\n";
    let lines = home.file("stale.ndjson", line);
    let taken = home.folder.path().join("copy.db").display().to_string();
    assert_eq!(home.run(&["backup", &taken]).code, Some(0));
    for words in [
        &["put", "a/b", &record, "--if-match", "1-x"][..],
        &["put", "a/b", &record, "--create"],
        &["patch", "a/b", "n:=3", "--if-match", "1-x"],
        &["edit", "a/b", "--if-match", "1-x"],
        &["edit", "a/b", "--create"],
        &["rm", "a/b", "--if-match", "1-x"],
        &["restore", "a/b", "1", "--if-match", "1-x"],
        &["bulk", &lines],
        &["import", &record, "--into", "a", "--id", "id"],
        &["backup", &taken],
        &["restore-store", &taken],
    ] {
        let run = home.run(words);
        assert_eq!((run.code, run.out.as_str()), (Some(3), ""), "{words:?} {run:?}");
    }
}

#[test]
fn what_commands_do_is_told_in_json_where_it_is_asked_for() {
    let home = Home::new();
    let (record, _) = files(&home);
    let lines = home.file("writes.ndjson", "{\"op\":\"delete\",\"key\":\"a/b\"}\n");
    let [copy, out] = ["copy.db", "a.json"].map(|name| home.folder.path().join(name).display().to_string());
    let (serving, ready) = home.serve(&["--no-seed", "--json"]);
    assert!(ready.starts_with(&format!("{{\"server\":\"http://{}\",\"db\":\"/", home.listen)), "{ready}");
    for (words, begins) in [
        (&["import", &record, "--into", "a", "--id", "id"][..], r#"{"collection":"a","written":1,"faults":0}"#),
        (&["put", "a/b", &record], r#"{"key":"a/b","status":"unchanged","version":1,"etag":"#),
        (&["patch", "a/b", "n:=1"], r#"{"key":"a/b","status":"saved","version":2,"etag":"#),
        (&["ls"], r#"{"name":"a","records":1}"#),
        (&["log", "a/b"], r#"{"version":2,"#),
        (&["watch", "--since", "0", "-n", "1"], r#"{"seq":"#),
        (&["export", "a", "-o", &out], r#"{"collection":"a","records":1,"file":"#),
        (&["backup", &copy], r#"{"backup":"#),
        (&["bulk", &lines], r#"{"line":1,"key":"a/b","status":"deleted","version":3}"#),
        (&["doctor"], r#"{"check":"terminal","#),
        (&["config"], "{"),
    ] {
        let run = home.run(&[words, &["--json"]].concat());
        assert_eq!(run.code, Some(0), "{words:?} {run:?}");
        assert!(run.out.starts_with(begins) && run.err.is_empty(), "{words:?} {run:?}");
        let values = serde_json::Deserializer::from_str(&run.out).into_iter::<serde_json::Value>();
        let values: Result<Vec<_>, _> = values.collect();
        assert!(!values.expect("JSON").is_empty(), "{words:?}");
    }
    let again =
        home.run(&["import", &home.file("odd.ndjson", "{\"id\":\"x y\"}\n"), "--into", "a", "--id", "id", "--json"]);
    assert!(again.out.starts_with(r#"{"line":1,"record":1,"fault":"a record id cannot hold ' '"#), "{again:?}");
    assert_eq!((again.code, again.err.as_str()), (Some(1), ""), "{again:?}");
    drop(serving);
    let back = home.run(&["restore-store", &copy, "--json"]);
    assert!(back.out.contains(r#","aside":"#) && back.code == Some(0), "{back:?}");
}

/// A server that answers everything so.
fn answers(status: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut wire in listener.incoming().map_while(Result::ok) {
            let mut head = Vec::new();
            let mut byte = [0];
            while !head.ends_with(b"\r\n\r\n") && wire.read_exact(&mut byte).is_ok() {
                head.push(byte[0]);
            }
            let _ = write!(
                wire,
                "HTTP/1.1 {status}\r\nContent-Type: text/html\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno"
            );
        }
    });
    address
}

#[test]
fn whoever_is_not_let_in_ends_with_an_exit_code_of_its_own() {
    let home = Home::new();
    let (record, lines) = files(&home);
    for (status, says) in [("401 Unauthorized", "asks for credentials"), ("403 Forbidden", "does not allow that")] {
        let server = answers(status);
        let import = vec!["import", &record, "--into", "a", "--id", "id"];
        for words in commands(&record, &lines).into_iter().chain([import, vec!["watch", "a"], vec!["ls"]]) {
            let run = home.run(&[&words[..], &["--server", &server]].concat());
            assert_eq!((run.code, run.out.as_str()), (Some(6), ""), "{words:?} {run:?}");
            assert!(run.err.contains(says), "{words:?} {run:?}");
        }
        let doctor = home.run(&["doctor", "--json", "--server", &server]);
        let bad = |run: &Run| run.out.lines().any(|line| line.starts_with(r#"{"check":"server","state":"bad""#));
        assert!(doctor.code == Some(1) && bad(&doctor), "{doctor:?}");
    }
}
