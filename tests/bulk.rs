//! `midair bulk`: many writes of a file, each over a version that is named or was read just before.
#![allow(clippy::unwrap_used)]

mod shell;

use shell::{Home, Run, Serving};

/// A server with the records `things/a` and `things/b`.
fn begun() -> (Home, Serving) {
    let home = Home::new();
    let (serving, _) = home.serve(&["--no-seed"]);
    for id in ["things/a", "things/b"] {
        assert_eq!(home.run_with(&["put", id, "-"], r#"{"n":1.0, "t":"x"}"#).code, Some(0));
    }
    (home, serving)
}

fn etag(home: &Home, key: &str) -> String {
    home.run(&["get", key, "--etag"]).out.trim().replace('"', "\\\"")
}

#[test]
fn every_line_is_done_in_its_order_and_told_with_its_number() {
    let (home, _serving) = begun();
    let lines = r#"{"op":"put","key":"things/c","fields":{ "n":1.50 },"note":"new"}
{"op":"patch","key":"things/a","patch":{"n":2}}

{"op":"patch","key":"things/a","patch":[{"op":"replace","path":"/t","value":"y"}]}
{"op":"put","key":"other/x","fields":{}}
{"op":"delete","key":"things/b"}
{"op":"put","key":"things/c","fields":{ "n":1.50 }}
"#;
    let told = "1: created things/c as v1\n2: saved things/a as v2\n4: saved things/a as v3\n5: created other/x as v1\n\
                6: deleted things/b as v2\n7: things/c says so already (v1)\n";
    assert_eq!(
        home.run_with(&["bulk", "-"], lines),
        Run { code: Some(0), out: told.into(), err: "6 done, 0 refused\n".into() }
    );
    assert_eq!(home.run(&["get", "things/a"]).out, r#"{"n":2, "t":"y"}"#);
    assert_eq!(home.run(&["get", "things/c"]).out, r#"{ "n":1.50 }"#);
    assert!(home.run(&["log", "things/c"]).out.contains("\"new\""));
}

#[test]
fn one_faulty_line_keeps_all_from_being_sent() {
    let (home, _serving) = begun();
    let file = home
        .file("writes.ndjson", "{\"op\":\"delete\",\"key\":\"things/a\"}\n{\"op\":\"put\",\"key\":\"things/b\"}\nno\n");
    let run = home.run(&["bulk", &file]);
    assert_eq!((run.code, run.out.as_str()), (Some(2), ""), "{run:?}");
    assert!(run.err.starts_with(&format!("{file}:2: a put needs fields\n{file}:3: ")), "{run:?}");
    assert!(run.err.ends_with("midair: 2 lines say no write; nothing was sent\n"), "{run:?}");
    assert_eq!(home.run(&["get", "things/a", "n"]).out, "1.0\n");
}

#[test]
fn a_line_over_what_somebody_saved_is_refused_or_merged_as_it_was_asked_for() {
    let (home, _serving) = begun();
    let (a, b) = (etag(&home, "things/a"), etag(&home, "things/b"));
    for key in ["things/a", "things/b"] {
        home.run(&["patch", key, "n:=2", "--as", "bob"]);
    }
    let file = home.file(
        "writes.ndjson",
        &format!(
            "{{\"op\":\"patch\",\"key\":\"things/a\",\"ifMatch\":\"{a}\",\"patch\":{{\"t\":\"y\"}}}}\n\
             {{\"op\":\"patch\",\"key\":\"things/b\",\"ifMatch\":\"{b}\",\"patch\":{{\"n\":3}}}}\n\
             {{\"op\":\"put\",\"key\":\"things/a\",\"ifNoneMatch\":\"*\",\"fields\":{{\"n\":9}}}}\n\
             {{\"op\":\"patch\",\"key\":\"things/none\",\"patch\":{{}}}}\n"
        ),
    );
    let refused = home.run(&["bulk", &file]);
    assert_eq!((refused.code, refused.out.as_str()), (Some(3), ""), "{refused:?}");
    assert!(refused.err.contains(&format!("{file}:4: there is no record things/none\n")), "{refused:?}");
    assert!(refused.err.ends_with("0 done, 4 refused\n"), "{refused:?}");
    let merged = home.run(&["bulk", &file, "--on-conflict", "merge"]);
    assert_eq!(
        (merged.code, merged.out.as_str()),
        (Some(3), "1: saved things/a as v3, merged with v2\n"),
        "{merged:?}"
    );
    assert!(merged.err.contains(&format!("{file}:2: bob saved v2 of things/b meanwhile; undecided: n")), "{merged:?}");
    let mine = home.run(&["bulk", &file, "--on-conflict", "mine", "--json"]);
    let lines: Vec<serde_json::Value> = mine.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((&lines[1]["line"], &lines[1]["status"], &lines[1]["version"]), (&2.into(), &"saved".into(), &3.into()));
    assert_eq!((&lines[3]["status"], &lines[3]["code"]), (&"refused".into(), &"not_found".into()));
    assert_eq!(lines[4], serde_json::json!({"written": 3, "refused": 1}));
    assert_eq!((mine.code, mine.err.as_str()), (Some(4), ""), "{mine:?}");
    assert_eq!(home.run(&["get", "things/b", "n"]).out, "3\n");
}

#[test]
fn a_thousand_lines_and_more_go_out_and_a_deletion_of_what_was_saved_is_not_done_unseen() {
    let (home, _serving) = begun();
    let lines: String =
        (0..1_234).map(|n| format!("{{\"op\":\"put\",\"id\":\"r{n}\",\"fields\":{{\"n\":{n}}}}}\n")).collect();
    let run = home.run_with(&["bulk", "-", "--into", "many"], &lines);
    assert_eq!((run.code, run.err.as_str()), (Some(0), "1234 done, 0 refused\n"));
    assert_eq!(home.run(&["ls"]).out.split_whitespace().collect::<Vec<_>>(), ["many", "1234", "things", "2"]);
    let a = etag(&home, "things/a");
    home.run(&["patch", "things/a", "n:=2", "--as", "bob"]);
    let delete = format!("{{\"op\":\"delete\",\"key\":\"things/a\",\"ifMatch\":\"{a}\"}}");
    for (way, code, out) in [
        ("merge", 3, ""),
        ("theirs", 0, "1: left things/a as bob saved it (v2)\n"),
        ("mine", 0, "1: deleted things/a as v3\n"),
    ] {
        let run = home.run_with(&["bulk", "-", "--on-conflict", way], &delete);
        assert_eq!((run.code, run.out.as_str()), (Some(code), out), "{way} {run:?}");
    }
    assert_eq!(home.run_with(&["bulk", "-", "--server", "http://127.0.0.1:1"], &delete).code, Some(5));
    assert_eq!(home.run(&["bulk", "no-such-file"]).code, Some(2));
    assert_eq!(home.run_with(&["bulk", "-", "--on-conflict", "ask"], &delete).code, Some(2));
}
