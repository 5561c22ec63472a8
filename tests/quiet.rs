//! What commands print: nothing that steers a terminal, no escape code where there is none, and no word where nobody reads on.
#![allow(clippy::unwrap_used)]

mod pty;
#[path = "shell/mod.rs"]
mod shell;

use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Stdio;

use pty::{Home, Terminal};
use shell::Serving;

const MIDAIR: &str = env!("CARGO_BIN_EXE_midair");
const KEY: &str = "things/a";
/// Colours, a title, a clipboard, a C1 sequence, a line of its own, and letters that turn the line around: in values, names
/// and notes.
const STEERS: &str = "\u{1b}[31m\u{1b}]0;title\u{7}\u{1b}]52;c;eA==\u{7}\u{9b}31m\u{202e}\u{2066}\u{7f}\rgone";

/// A command of a person at a terminal, and everything that it wrote there.
fn told(home: &Home, words: &[&str], environment: &[(&str, &str)]) -> (u32, String) {
    let mut terminal = home.start(Path::new(MIDAIR), words, 120, 40, environment);
    let code = terminal.ends().exit_code();
    (code, String::from_utf8_lossy(terminal.raw()).into_owned())
}

/// A server with a record whose values, names and note are full of escape sequences.
fn begun(home: &Home) -> Terminal {
    let listen = home.listen();
    let mut server = home.midair(&["serve", "--no-seed", "--listen", &listen]);
    server.shows("midair server on");
    let value = STEERS.replace('\u{1b}', "\\u001b").replace('\u{7}', "\\u0007").replace('\r', "\\r");
    for (number, version) in [(1, ""), (2, "2")] {
        let record = format!("{{\"name\":\"{value}{version}\",\"{value}\":\"{value}\",\"n\":{number}}}");
        let file = home.path("record.json");
        std::fs::write(&file, record).unwrap();
        let note = format!("why {STEERS}");
        let words = ["put", KEY, &file.display().to_string(), "--note", &note];
        assert_eq!(told(home, &words, &[]).0, 0);
    }
    server
}

/// What of this text steers a terminal.
fn steers(text: &str) -> Option<char> {
    let plain = |letter: char| matches!(letter, '\n' | '\t' | '\r');
    let turns = |letter: char| matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    // The line discipline of a terminal puts a return before each line's end; no other is allowed.
    if text.replace("\r\n", "").contains('\r') {
        return Some('\r');
    }
    text.chars().find(|letter| (letter.is_control() && !plain(*letter)) || turns(*letter))
}

#[test]
fn no_escape_sequence_of_a_value_reaches_a_terminal() {
    let home = Home::new();
    let _server = begun(&home);
    let odd = home.path("odd.json");
    std::fs::write(&odd, format!("{{\"a\":\"{STEERS}\"}}")).unwrap();
    let merged = home.path("merge.json");
    std::fs::write(&merged, "{\"a\":\"\u{9b}31m\u{202e}\"}").unwrap();
    let lines = home.path("odd.ndjson");
    let line = |id: &str| format!("{{\"op\":\"put\",\"key\":\"things/{id}\",\"fields\":{{\"\u{9b}31m\":1}}}}\n");
    std::fs::write(&lines, line("x") + &line("\u{9b}31m")).unwrap();
    let [odd, merged, lines] = [odd, merged, lines].map(|path| path.display().to_string());
    let field = format!("/{STEERS}");
    for (words, code) in [
        (&["get", KEY][..], 0),
        (&["get", KEY, "--json"], 0),
        (&["get", KEY, "name"], 0),
        (&["get", KEY, "name", "--json"], 0),
        (&["get", KEY, &format!("none{STEERS}")], 4),
        (&["get", STEERS], 2),
        (&["ls"], 0),
        (&["ls", "things"], 0),
        (&["ls", "things", "--json"], 0),
        (&["log", KEY], 0),
        (&["log", KEY, "--json"], 0),
        (&["show", KEY], 0),
        (&["show", KEY, "--json"], 0),
        (&["diff", KEY], 0),
        (&["diff", KEY, "--json"], 0),
        (&["watch", KEY, "--since", "0", "-n", "2"], 0),
        (&["watch", KEY, "--since", "0", "-n", "2", "--json"], 0),
        (&["export", "things"], 0),
        (&["export", "things", "--format", "ndjson"], 0),
        (&["export", "things", "--format", "csv"], 0),
        (&["patch", KEY, &format!("{field}={STEERS}2")], 0),
        (&["put", KEY, &odd], 2),
        (&["import", &odd, "--into", "things", "--id", "a"], 1),
        (&["bulk", &lines], 2),
        (&["merge", &merged, &merged, &merged], 0),
        (&["rm", KEY, "--if-match", "1-x"], 3),
        (&["restore", KEY, "1", "--if-match", "1-x"], 3),
        (&["ls", "--as", STEERS], 2),
        (&["ls", "--server", &format!("http://{STEERS}")], 2),
        (&["config", "--set", &format!("server=http://{STEERS}")], 0),
        (&["doctor", "--server", &format!("http://{STEERS}")], 1),
        (&["inbox", "show", STEERS], 4),
    ] {
        let (ended, text) = told(&home, words, &[]);
        assert_eq!(ended, code, "{words:?} {text:?}");
        assert_eq!(steers(&text), None, "{words:?} {text:?}");
        assert!(!text.is_empty(), "{words:?}");
    }
    let shown = told(&home, &["get", KEY, "name"], &[]).1;
    assert!(shown.starts_with("\\u001b[31m\\u001b]0;title\\u0007") && shown.ends_with("\\u000dgone2\r\n"), "{shown:?}");
}

#[test]
fn a_file_and_a_pipe_get_every_byte_as_it_is() {
    let home = shell::Home::new();
    let (_serving, _) = home.serve(&["--no-seed"]);
    let record = "{\"name\":\"\u{9b}31m \u{202e} \u{7f}\"}\n";
    home.run_with(&["put", KEY, "-"], record);
    assert_eq!(home.run(&["get", KEY]).out, record);
    assert_eq!(home.run(&["get", KEY, "name"]).out, "\u{9b}31m \u{202e} \u{7f}\n");
    assert!(home.run(&["get", KEY, "--json"]).out.contains("\u{9b}31m \u{202e} \u{7f}"));
    assert_eq!(steers(&home.run(&["ls", "things"]).out), None, "lines for people are harmless wherever they go");
}

#[test]
fn without_colours_no_escape_code_is_written() {
    let home = Home::new();
    let _server = begun(&home);
    let records: String = (0..500).map(|n| format!("{{\"id\":{n}}}\n")).collect();
    std::fs::write(home.path("many.ndjson"), records).unwrap();
    let many = home.path("many.ndjson").display().to_string();
    for words in [
        &["--help"][..],
        &["edit", "--help"],
        &["--no-such-option"],
        &["ls"],
        &["config"],
        &["doctor"],
        &["import", &many, "--into", "many", "--id", "id"],
    ] {
        let (_, text) = told(&home, words, &[("NO_COLOR", "1")]);
        assert!(!text.contains('\u{1b}') && !text.is_empty(), "{words:?} {text:?}");
    }
    let home = shell::Home::new();
    for words in [&["--help"][..], &["ls"], &["--no-such-option"], &["doctor"], &["log", "projects/apollo"]] {
        let run = home.run(words);
        assert!(!(run.out + &run.err).contains('\u{1b}'), "{words:?}");
    }
}

#[test]
fn whoever_reads_no_further_hears_no_complaint() {
    let home = shell::Home::new();
    let (_serving, _) = home.serve(&["--no-seed"]);
    let many: String = (0..3_000).map(|n| format!("{{\"id\":{n},\"text\":\"{}\"}}\n", "x".repeat(200))).collect();
    assert_eq!(home.run_with(&["import", "-", "--into", "many", "--id", "id"], &many).code, Some(0));
    let long = "y\n".repeat(100_000);
    for n in 0..2 {
        home.run_with(&["put", "long/a", "-"], &format!("{{\"t\":{:?},\"n\":{n}}}", format!("{long}{n}")));
    }
    let lines: String = (0..2_000).map(|n| format!("{{\"op\":\"put\",\"id\":\"r{n}\",\"fields\":{{}}}}\n")).collect();
    let bulk = home.file("writes.ndjson", &lines);
    for words in [
        &["ls", "many"][..],
        &["ls", "many", "--json"],
        &["get", "long/a"],
        &["get", "long/a", "t"],
        &["export", "many"],
        &["export", "many", "--format", "csv"],
        &["diff", "long/a"],
        &["show", "long/a", "1"],
        &["watch", "--since", "0"],
        &["watch", "--since", "0", "--json"],
        &["bulk", &bulk, "--into", "more"],
        &["log", "long/a"],
        &["--help"],
        &["config"],
        &["config", "--actions"],
        &["doctor"],
        &["inbox"],
        &["play", "--list"],
        &["play", "same-field", "disjoint"],
        &["demo", "--list"],
    ] {
        let mut child = home.command(words).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut reader = BufReader::with_capacity(64, child.stdout.take().unwrap());
        let _ = reader.read_line(&mut String::new());
        drop(reader);
        let mut complaint = String::new();
        child.stderr.take().unwrap().read_to_string(&mut complaint).unwrap();
        let mut child = Serving(child);
        let said = complaint.lines().filter(|line| !line.contains("no drafts wait")).collect::<String>();
        assert_eq!((child.code(), said.as_str()), (Some(0), ""), "{words:?}");
    }
}

/// An editor that does what `script` says to the file `$1`.
fn editor(home: &Home, script: &str) -> String {
    let path = home.path("editor.sh");
    std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
    path.display().to_string()
}

#[test]
fn an_edit_that_collides_opens_the_screen_on_it_and_ends_when_it_is_settled() {
    let home = Home::new();
    let listen = home.listen();
    let mut server = home.midair(&["serve", "--no-seed", "--listen", &listen]);
    server.shows("midair server on");
    home.creates("projects/prj_1", r#"{"name":"Launch","quota":100}"#);
    let script = r#"echo "writing"; read go; sed -i 's/100/300/' "$1""#;
    let visual = editor(&home, script);
    let words = ["edit", "projects/prj_1", "--as", "alice"];
    let edit = || home.start(Path::new(MIDAIR), &words, 120, 40, &[("VISUAL", &visual)]);
    let mut alice = edit();
    alice.shows("writing");
    home.edits("bob", "projects/prj_1", "100", "150");
    alice.keys("enter").shows("One field needs you").shows("bob");
    alice.keys("right").shows("replace bob's quota: 150 → 300").keys("enter");
    assert_eq!(alice.ends().exit_code(), 0);
    assert!(String::from_utf8_lossy(alice.raw()).contains("saved projects/prj_1 as v3"), "{}", alice.screen());
    assert_eq!(home.reads("projects/prj_1").body, r#"{"name":"Launch","quota":300}"#);
    assert_eq!(std::fs::read_dir(home.path("state/midair/drafts")).unwrap().count(), 0);

    std::fs::write(&visual, format!("#!/bin/sh\n{}\n", script.replace("100/300", "300/500"))).unwrap();
    let mut alice = edit();
    alice.shows("writing");
    home.edits("bob", "projects/prj_1", "300", "400");
    alice.keys("enter").shows("One field needs you").keys("ctrl-q");
    assert_eq!(alice.ends().exit_code(), 3);
    let said = String::from_utf8_lossy(alice.raw()).into_owned();
    assert!(said.contains("is not settled; your edit is kept as draft"), "{said}");
    assert_eq!(home.reads("projects/prj_1").body, r#"{"name":"Launch","quota":400}"#);
    let mut inbox = home.midair(&["inbox"]);
    assert_eq!(inbox.ends().exit_code(), 0);
    assert!(inbox.screen().contains("waits: quota"), "{}", inbox.screen());
    let send = ["inbox", "send", "projects/prj_1", "--as", "alice"];
    let mut alice = home.start(Path::new(MIDAIR), &send, 120, 40, &[]);
    alice.shows("One field needs you").keys("right").shows("replace bob's quota: 400 → 500").keys("enter");
    assert_eq!(alice.ends().exit_code(), 0);
    assert_eq!(home.reads("projects/prj_1").body, r#"{"name":"Launch","quota":500}"#);
}

#[test]
fn on_a_terminal_what_cannot_be_read_comes_back_with_the_reason_on_top() {
    let home = Home::new();
    let listen = home.listen();
    let mut server = home.midair(&["serve", "--no-seed", "--listen", &listen]);
    server.shows("midair server on");
    home.creates("projects/prj_1", r#"{"name":"Launch"}"#);
    let script = r##"echo once more >> times
case $(wc -l < times) in
1) printf '{"name": Site}\n' > "$1" ;;
2) head -n 1 "$1" > reason; tail -n +2 "$1" | sed 's/Site/"Site"/' > new; cat new > "$1" ;;
3) printf '{"name": 01}\n' > "$1" ;;
esac"##;
    let visual = editor(&home, script);
    let mut edit = home.start(Path::new(MIDAIR), &["edit", "projects/prj_1"], 120, 40, &[("VISUAL", &visual)]);
    assert_eq!(edit.ends().exit_code(), 0, "{}", edit.screen());
    let reason = std::fs::read_to_string(home.path("reason")).unwrap();
    assert!(reason.starts_with("# midair: not a record yet: a value should stand here"), "{reason}");
    assert_eq!(home.reads("projects/prj_1").body, r#"{"name":"Site"}"#);
    let mut given_up = home.start(Path::new(MIDAIR), &["edit", "projects/prj_1"], 120, 40, &[("VISUAL", &visual)]);
    assert_eq!(given_up.ends().exit_code(), 1);
    assert!(given_up.screen().contains("what you wrote is kept in"), "{}", given_up.screen());
    let kept = home.path("state/midair/outside/projects-prj_1.json");
    assert_eq!(std::fs::read_to_string(kept).unwrap(), "{\"name\": 01}\n");
}
