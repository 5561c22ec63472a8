//! Values that break lesser programs: opened, edited elsewhere, saved, and back byte for byte; nothing raw on the screen.
#![allow(clippy::unwrap_used)]

mod pty;

use pty::Home;

const KEY: &str = "odd/values";

/// Opens a record with the member `"odd": VALUE`, changes another one, saves, and looks whether every other byte stayed.
fn survives(value: &str) -> Vec<u8> {
    let home = Home::new();
    let mut alice = home.person("alice");
    alice.shows("live");
    let record = |name: &str| format!("{{ \"name\" : \"{name}\",\n  \"odd\":{value} , \"after\": [1.0,  2e1] }}\n");
    home.creates(KEY, &record("first"));
    alice.shows("values").keys("enter").shows("from v1");
    // Through the odd field and back, with the caret in it.
    alice.keys("down end left right home").shows("▸ odd").keys("up").shows("▸ name");
    alice.keys("'!'").shows("first!").keys("ctrl-s").shows("Saved odd/values as v2");
    assert_eq!(home.reads(KEY).body, record("first!"));
    let raw = alice.raw().to_vec();
    alice.keys("ctrl-q");
    alice.ends();
    raw
}

#[test]
fn escape_sequences_never_reach_the_terminal() {
    let value = r#""\u001b]0;owned\u0007\u001b[31mred\u009b5m\u007f\u202eright\u2066to left\u200b""#;
    let raw = String::from_utf8_lossy(&survives(value)).into_owned();
    assert!(!raw.contains("\u{1b}]0;") && !raw.contains("\u{1b}[31mred"), "an escape sequence came through");
    assert!(!raw.contains(['\u{7}', '\u{9b}', '\u{7f}', '\u{202e}', '\u{2066}', '\u{200b}']), "a control came through");
    assert!(raw.contains("red"), "the text itself is shown");
}

#[test]
fn emoji_families_combining_marks_and_right_to_left_text_survive() {
    survives("\"👩‍👩‍👧e\\u0301\"");
    survives("\"\\ud83d\\udc69\\u200d\\ud83d\\udc67 שלום עולם مرحبا\"");
}

#[test]
fn numbers_that_no_machine_holds_survive() {
    for number in ["9007199254740993", "1e400", "1.0", "-0", "1E+2", "0.10"] {
        survives(number);
    }
}

#[test]
fn a_text_of_one_mebibyte_survives() {
    survives(&format!("\"{}\"", "x".repeat(1 << 20)));
}

#[test]
fn a_text_of_seventy_thousand_lines_survives_and_can_be_edited_in_full() {
    let lines: String = (0..70_000).map(|number| format!("line {number}\\n")).collect();
    survives(&format!("\"{lines}\""));
    let home = Home::new();
    let mut alice = home.person("alice");
    alice.shows("live");
    home.creates(KEY, &format!("{{\"odd\":\"{lines}\"}}"));
    alice.shows("values").keys("enter").shows("from v1").keys("enter").shows("of 70001");
    alice.keys("up 'last: '").shows("last: line 69999").keys("ctrl-s").shows("Saved odd/values as v2");
    assert!(home.reads(KEY).body.ends_with("line 69998\\nlast: line 69999\\n\"}"));
}

#[test]
fn a_long_paste_is_one_undo() {
    let home = Home::new();
    let mut alice = home.person("alice");
    alice.shows("live");
    home.creates(KEY, r#"{"name":"first"}"#);
    alice.shows("values").keys("enter").shows("from v1");
    alice.paste(" and a pasted text").shows("first and a pasted text").keys("ctrl-z").hides("pasted");
    alice.keys("ctrl-s").shows("you changed nothing");
}
