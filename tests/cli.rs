//! The commands, as a script meets them: files, pipes, exit codes.

mod shell;

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Command, Stdio};

use shell::{Home, Run, Serving};

const ODD: &str = "[\n{ \"id\":\"a\", \"n\":1.50 },\n{\"id\":\"b\",\"s\":\"\\u00e9\\/\",\"n\":null}\n]\n";

#[test]
fn a_backup_is_put_back_only_where_no_server_runs_and_what_stood_there_is_kept() {
    let home = Home::new();
    let db = home.folder.path().join("records.db").display().to_string();
    let copy = home.folder.path().join("copy.db").display().to_string();
    let missing = home.run(&["backup", "--db", &db, &copy]);
    assert_eq!((missing.code, missing.err.contains("there is no database")), (Some(4), true), "{}", missing.err);
    let (serving, _) = home.serve(&["--db", &db, "--no-seed"]);
    let taken = home.run(&["backup", "--db", &db, &copy]);
    assert_eq!((taken.code, taken.out.contains("is a backup of")), (Some(0), true), "{}", taken.err);
    assert_eq!(home.run(&["backup", "--db", &db, &copy]).code, Some(3), "a backup replaces nothing");
    let served = home.run(&["restore-store", "--db", &db, &copy]);
    assert_eq!((served.code, served.err.contains("stop the server")), (Some(3), true), "{}", served.err);
    drop(serving);
    let restored = home.run(&["restore-store", "--db", &db, &copy]);
    assert_eq!(restored.code, Some(0), "{}", restored.err);
    assert!(restored.out.contains("records.db.before-restore-1"), "{}", restored.out);
    let (_serving, line) = home.serve(&["--db", &db, "--no-seed"]);
    assert!(line.contains("midair server on"), "{line}");
}

#[test]
fn what_goes_in_comes_out_byte_for_byte() {
    let home = Home::new();
    let file = home.file("odd.json", ODD);
    let imported = home.run(&["import", &file, "--into", "things", "--id", "id"]);
    assert_eq!(imported, Run { code: Some(0), out: String::new(), err: "2 records into things, 0 faults\n".into() });
    assert_eq!(home.run(&["export", "things"]).out, ODD);

    let lines = home.run(&["export", "things", "--format", "ndjson"]).out;
    assert_eq!(home.run_with(&["import", "-", "--into", "again", "--id", "/id"], &lines).code, Some(0));
    let copy = home.folder.path().join("copy.json").display().to_string();
    assert_eq!(home.run(&["export", "again", "-o", &copy]).code, Some(0));
    assert_eq!(std::fs::read_to_string(copy).expect("written"), ODD);
}

#[test]
fn one_fault_keeps_every_record_out_unless_told_to_keep_going() {
    let home = Home::new();
    let file = home.file("mixed.ndjson", "{\"id\":\"a\"}\n{\"id\":\"b\",}\n\n{\"id\":\"c/d\"}\n{\"id\":\"e\"}\n");
    let words = ["import", &file, "--into", "things", "--id", "id"];
    let strict = home.run(&words);
    let faults = format!(
        "{file}:2: record 2: a comma before the closing brace at line 2, column 11\n\
         {file}:4: record 3: a record id cannot hold '/'; allowed are A-Z a-z 0-9 . _ ~ -\n"
    );
    let nothing = "0 records into things, 2 faults; nothing was written (see --keep-going)\n";
    assert_eq!(strict, Run { code: Some(1), out: String::new(), err: format!("{faults}{nothing}") });
    assert_eq!(home.run(&["export", "things"]).code, Some(4));

    let going = home.run(&[&words[..], &["--keep-going"]].concat());
    let some = "2 records into things, 2 faults\n";
    assert_eq!(going, Run { code: Some(1), out: String::new(), err: format!("{faults}{some}") });
    assert_eq!(home.run(&["export", "things", "--format", "ndjson"]).out, "{\"id\":\"a\"}\n{\"id\":\"e\"}\n");
}

#[test]
fn nothing_that_exists_is_replaced() {
    let home = Home::new();
    home.run_with(&["import", "-", "--into", "things", "--id", "id"], "{\"id\":\"b\",\"first\":true}");
    let file = home.file("more.json", r#"[{"id":"a"},{"id":"b"}]"#);
    let refused = home.run(&["import", &file, "--into", "things", "--id", "id"]);
    assert_eq!(refused.code, Some(3), "{refused:?}");
    assert!(refused.err.starts_with(&format!("{file}:1: record 2: things/b exists already\n")), "{refused:?}");
    assert_eq!(home.run(&["export", "things", "--format", "ndjson"]).out, "{\"id\":\"b\",\"first\":true}\n");
}

#[test]
fn a_table_becomes_records_and_records_a_table() {
    let home = Home::new();
    let table = "code,name.common,area,landlocked\nABW,Aruba,180,false\nAFG,\"Afghanistan, the\",652230,true\n";
    let file = home.file("countries.csv", table);
    home.run(&["import", &file, "--into", "plain", "--id", "code"]);
    let first = home.run(&["export", "plain", "--format", "ndjson"]).out.lines().next().map(str::to_owned);
    let text = r#"{"code":"ABW","name.common":"Aruba","area":"180","landlocked":"false"}"#;
    assert_eq!(first.as_deref(), Some(text));
    home.run(&["import", &file, "--into", "typed", "--id", "code", "--typed", "--nest"]);
    let first = home.run(&["export", "typed", "--format", "ndjson"]).out.lines().next().map(str::to_owned);
    let text = r#"{"code":"ABW","name":{"common":"Aruba"},"area":180,"landlocked":false}"#;
    assert_eq!(first.as_deref(), Some(text));
    assert_eq!(home.run(&["export", "typed", "--format", "csv"]).out, table);
}

#[test]
fn an_export_can_carry_the_ids_that_the_records_do_not() {
    let home = Home::new();
    let run = home.run(&["export", "projects", "--id", "key", "--format", "ndjson"]);
    assert!(run.out.starts_with("{\"key\":\"apollo\",\"name\":\"Apollo\","), "{run:?}");
    let taken = home.run(&["export", "projects", "--id", "name"]);
    assert!(taken.code == Some(1) && taken.err.contains("has a member \"name\" already"), "{taken:?}");
}

#[test]
fn an_export_that_fails_leaves_the_older_file() {
    let home = Home::new();
    let file = home.file("kept.json", "older");
    assert_eq!(home.run(&["export", "none", "-o", &file]).code, Some(4));
    assert_eq!(std::fs::read_to_string(&file).expect("there"), "older");
    let names = std::fs::read_dir(home.folder.path()).expect("a folder").filter_map(Result::ok);
    let left = names.filter(|entry| entry.file_name().to_string_lossy().contains("export")).count();
    assert_eq!(left, 0);
}

#[test]
fn every_way_to_fail_has_its_exit_code_and_one_sentence_on_stderr() {
    let home = Home::new();
    for (words, code, says) in [
        (&["export", "nothing-here"][..], 4, "there is no collection nothing-here"),
        (&["--server", "http://127.0.0.1:9", "export", "projects"], 5, "no connection to 127.0.0.1:9"),
        (&["--server", "127.0.0.1:9", "export", "projects"], 2, "http://127.0.0.1:9?"),
        (&["--as", "", "export", "projects"], 2, "a name cannot be empty"),
        (&["--as", "a\u{1b}b", "export", "projects"], 2, "control character"),
        (&["export", "Projects"], 2, "'P'"),
        (&["--listen", "nowhere", "export", "projects"], 2, "127.0.0.1:4120"),
        (&["import", "no-such-file", "--into", "x", "--id", "id"], 1, "no-such-file cannot be read"),
        (&["--no-such-option"], 2, "--no-such-option"),
        (&[], 2, "needs a terminal"),
    ] {
        let run = home.run(words);
        assert_eq!((run.code, run.out.as_str()), (Some(code), ""), "{words:?} {run:?}");
        assert!(run.err.contains(says), "{words:?} {run:?}");
    }
}

#[test]
fn help_is_on_stdout_and_tells_the_exit_codes() {
    let home = Home::new();
    for words in [&["--help"][..], &["import", "--help"]] {
        let run = home.run(words);
        assert_eq!((run.code, run.err.as_str()), (Some(0), ""));
        assert!(run.out.contains("Exit codes:\n    0  done\n"), "{}", run.out);
    }
}

#[test]
fn a_server_says_when_it_is_ready_and_ends_when_told_to() {
    let home = Home::new();
    let (mut server, line) = home.serve(&["--no-seed"]);
    let db = home.folder.path().join("data/midair/midair.db");
    assert_eq!(line, format!("midair server on http://{} · {}\n", home.listen, db.display()));
    assert_eq!(home.run(&["export", "projects"]).code, Some(4));

    let second = home.run(&["serve"]);
    assert!(second.code == Some(1) && second.err.contains("is taken"), "{second:?}");
    let (mut elsewhere, line) = home.serve(&["--listen", "127.0.0.1:0"]);
    assert_eq!(line, "", "one database at two addresses");
    assert_eq!(elsewhere.code(), Some(1));

    let told = Command::new("kill").args(["-TERM", &server.0.id().to_string()]).status().expect("told");
    assert!(told.success());
    assert_eq!(server.code(), Some(143));
    let (_again, line) = home.serve(&[]);
    assert!(line.starts_with("midair server on "), "the port and the database are free again: {line:?}");
}

#[test]
fn a_server_takes_test_hooks_where_it_is_told_to_and_nowhere_else() {
    for (words, status) in [(&["--no-seed"][..], "400"), (&["--no-seed", "--test-hooks"], "200")] {
        let home = Home::new();
        let (_serving, _) = home.serve(words);
        let mut stream = std::net::TcpStream::connect(home.listen).expect("a connection");
        let request = b"GET /v1/test-hooks/projects/moon HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n";
        stream.write_all(request).expect("asked");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{words:?}: {answer}");
    }
}

#[test]
fn a_server_logs_each_request_where_that_is_asked_for_and_only_trouble_where_it_is_not() {
    let logged = |words: &[&str], level: Option<&str>| {
        let home = Home::new();
        let mut command = home.command(&[&["serve", "--no-seed"], words].concat());
        command.envs(level.map(|level| ("MIDAIR_LOG", level))).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut server = Serving(command.spawn().expect("it runs"));
        BufReader::new(server.0.stdout.take().expect("a pipe")).read_line(&mut String::new()).expect("a line");
        assert_eq!(home.run(&["export", "projects"]).code, Some(4));
        let told = Command::new("kill").args(["-TERM", &server.0.id().to_string()]).status().expect("told");
        assert!(told.success() && server.code() == Some(143));
        let mut text = String::new();
        server.0.stderr.take().expect("a pipe").read_to_string(&mut text).expect("text");
        text
    };
    let json = logged(&["--log", "json"], None);
    let lines: Vec<serde_json::Value> = json.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    let listed = lines.iter().find(|line| line["route"] == "/v1/collections").unwrap_or_else(|| panic!("{json}"));
    assert_eq!((&listed["method"], &listed["status"], &listed["level"]), (&"GET".into(), &200.into(), &"INFO".into()));
    let text = logged(&["--log", "text"], None);
    assert!(text.contains("INFO midair::request: request id=") && text.contains("status=200"), "{text}");
    assert!(!text.contains('\u{1b}'), "{text}");
    assert_eq!(logged(&[], None), "");
    assert_eq!(logged(&["--log", "json", "--log-level", "warn"], None), "");
    assert!(logged(&[], Some("midair::request=info")).contains("status=200"));
    let bad = Home::new().run(&["serve", "--log-level", "a=b=c"]);
    assert!(bad.code == Some(2) && bad.err.contains("not a level"), "{bad:?}");
}

#[test]
fn a_reader_that_has_enough_is_no_failure() {
    let home = Home::new();
    let many: String = (0..3000).map(|n| format!("{{\"id\":{n},\"text\":\"{}\"}}\n", "x".repeat(100))).collect();
    assert_eq!(home.run_with(&["import", "-", "--into", "many", "--id", "id"], &many).code, Some(0));
    let mut child =
        home.command(&["export", "many"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs");
    let mut little = [0; 64];
    child.stdout.take().expect("a pipe").read_exact(&mut little).expect("read");
    let output = child.wait_with_output().expect("it ends");
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
}

#[test]
fn an_export_goes_into_a_pipe_and_through_a_link_and_leaves_what_they_are() {
    use std::os::unix::fs::{FileTypeExt, PermissionsExt};
    let home = Home::new();
    let records = home.file("a.json", r#"[{"id":"x","n":1.0}]"#);
    assert_eq!(home.run(&["--no-seed", "import", &records, "--into", "a", "--id", "id"]).code, Some(0));
    let path = |name: &str| home.folder.path().join(name);
    assert!(std::process::Command::new("mkfifo").arg(path("pipe")).status().expect("mkfifo").success());
    let reader = std::thread::spawn({
        let pipe = path("pipe");
        move || std::fs::read_to_string(pipe).expect("read")
    });
    assert_eq!(home.run(&["export", "a", "-o", &path("pipe").display().to_string()]).code, Some(0));
    assert!(reader.join().expect("read").contains("1.0"));
    assert!(std::fs::metadata(path("pipe")).expect("a pipe").file_type().is_fifo());

    let file = home.file("mine.json", "older");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).expect("changed");
    std::os::unix::fs::symlink(&file, path("link")).expect("a link");
    assert_eq!(home.run(&["export", "a", "-o", &path("link").display().to_string()]).code, Some(0));
    assert!(path("link").is_symlink() && std::fs::read_to_string(&file).expect("read").contains("1.0"));
    assert_eq!(std::fs::metadata(&file).expect("a file").permissions().mode() & 0o777, 0o600);
}

#[test]
fn a_backup_is_of_the_database_in_use_or_of_the_one_that_is_named() {
    let home = Home::new();
    let other = home.folder.path().join("other.db").display().to_string();
    let (_serving, _) = home.serve(&["--no-seed", "--db", &other]);
    let copy = home.folder.path().join("copy.db").display().to_string();
    for words in [["backup", &copy], ["restore-store", &copy]] {
        let refused = home.run(&words);
        assert_eq!(refused.code, Some(3), "{refused:?}");
        assert!(refused.err.contains("in another database than"), "{refused:?}");
    }
    assert_eq!(home.run(&["--db", &other, "backup", &copy]).code, Some(0));
}

#[test]
fn commands_that_host_the_server_by_turns_get_through() {
    let home = Home::new();
    assert_eq!(home.run(&["--no-seed", "put", "a/b", &home.file("b.json", "{}")]).code, Some(0));
    let all: Vec<_> = (0..12)
        .map(|n| {
            let mut command = home.command(&["--no-seed", "patch", "a/b", &format!("f{n}:=1")]);
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs")
        })
        .collect();
    for child in all {
        let run = shell::Run::of(child.wait_with_output().expect("it ends"));
        assert_eq!(run.code, Some(0), "{run:?}");
    }
    assert_eq!(home.run(&["get", "a/b"]).out.matches(":1").count(), 12);
}
