//! What of typing only a terminal can show: the mouse as it reports it, its clipboard, and a text far larger than it.
#![allow(clippy::unwrap_used)]

mod pty;

use pty::{Home, Terminal};

const KEY: &str = "texts/one";

fn edits(home: &Home, arguments: &[&str], value: &str) -> Terminal {
    let mut alice = home.midair(&[&["--as", "alice", "--no-seed"], arguments].concat());
    alice.shows("live");
    home.creates(KEY, &format!(r#"{{"name":"first","text":{value}}}"#));
    alice.shows("▸one").keys("enter").shows("from v1");
    alice
}

/// Where `words` stand on the screen, as a terminal counts: from 1.
fn place(terminal: &Terminal, words: &str) -> (usize, usize) {
    let screen = terminal.screen();
    let (row, line) = screen.lines().enumerate().find(|(_, line)| line.contains(words)).unwrap();
    (line[..line.find(words).unwrap()].chars().count() + 1, row + 1)
}

fn clicks(terminal: &mut Terminal, words: &str, times: usize) {
    let (column, row) = place(terminal, words);
    let click = format!("\u{1b}[<0;{column};{row}M\u{1b}[<0;{column};{row}m").repeat(times);
    terminal.keys(&format!("'{click}'"));
}

#[test]
fn a_word_is_clicked_copied_to_the_terminal_and_found_again() {
    let home = Home::new();
    let mut alice = edits(&home, &[], r#""Call carol.\nBook the room for carol.\n""#);
    clicks(&mut alice, "2 lines: Call", 1);
    alice.shows("▸ text");
    clicks(&mut alice, "2 lines: Call", 2);
    alice.shows("text · text · line");
    clicks(&mut alice, "carol.", 2);
    alice.keys("ctrl-c").shows("Copied 5 characters.");
    let raw = String::from_utf8_lossy(alice.raw()).into_owned();
    assert!(raw.contains("\u{1b}]52;c;Y2Fyb2w="), "carol, in base64");
    alice.keys("ctrl-f").shows("Find (1 of 2): carol").keys("enter").shows("Find (2 of 2): carol");
    alice.keys("esc").hides("Find (").keys("'dana' ctrl-s").shows("Saved texts/one as v2");
    assert!(home.reads(KEY).body.ends_with("\"Call carol.\\nBook the room for dana.\\n\"}"));
}

#[test]
fn the_mouse_is_left_to_the_terminal_where_that_is_asked_for() {
    let home = Home::new();
    let mut alice = edits(&home, &["--no-mouse"], r#""x""#);
    alice.keys("ctrl-q");
    assert!(alice.ends().success());
    let raw = String::from_utf8_lossy(alice.raw()).into_owned();
    assert!(!raw.contains("\u{1b}[?1002h") && !raw.contains("\u{1b}[?1000h"), "the mouse was asked for");
}
