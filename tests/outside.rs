//! An editor of one's own on a field, a record and a unit of a collision, each a small program in a real terminal.
#![allow(clippy::unwrap_used)]

mod pty;

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use pty::{Home, Terminal};

const KEY: &str = "projects/prj_1";
const RECORD: &str = r#"{"name":"Launch","quota":100}"#;

/// An editor that does what `script` says to the file `$1`.
fn program(home: &Home, script: &str) -> String {
    let path = home.path("my editor.sh");
    std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
    format!("'{}'", path.display())
}

/// Alice edits the record, with `editor` as her editor.
fn alice(home: &Home, editor: &str, record: &str) -> Terminal {
    let midair = Path::new(env!("CARGO_BIN_EXE_midair"));
    let environment = [("VISUAL", editor), ("EDITOR", "/no/such/editor")];
    let mut alice = home.start(midair, &["--as", "alice", "--no-seed"], 120, 40, &environment);
    alice.shows("live");
    if home.reads(KEY).status == 404 {
        home.creates(KEY, record);
    }
    alice.shows("prj_1").keys("enter").shows("from v1");
    alice
}

/// The files that were left for their owner.
fn left(home: &Home) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(home.path("state/midair/outside")).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.extension().is_none_or(|end| end != "lock")).collect()
}

#[test]
fn a_field_is_written_in_an_editor_that_is_started_with_words_of_its_own() {
    let home = Home::new();
    let editor = program(
        &home,
        r#"[ "$1" = --wait ] && [ "$2" = 'two words' ] && shift 2
ls -l "$1" | cut -c1-10 > mode; sed -i 's/Launch$/Launch site/' "$1""#,
    );
    let mut alice = alice(&home, &format!("{editor} --wait 'two words'"), RECORD);
    alice.keys("ctrl-e").shows("Took name in from your editor").shows("Launch site");
    alice.keys("ctrl-s").shows("as v2");
    assert_eq!(home.reads(KEY).body, r#"{"name":"Launch site","quota":100}"#);
    assert_eq!(std::fs::read_to_string(home.path("mode")).unwrap(), "-rw-------\n");
    assert!(left(&home).is_empty(), "{:?}", left(&home));
}

#[test]
fn a_whole_record_is_written_and_what_nobody_touched_keeps_its_bytes() {
    let home = Home::new();
    let editor = program(&home, r#"cp "$1" seen.json; sed -i 's/Launch/Site/' "$1""#);
    let record = "{ \"name\": \"Launch\",\n  \"quota\":1.0e2,  \"e\": \"\\u0301\" }\n";
    let mut alice = alice(&home, &editor, record);
    alice.keys("esc").shows("/ filter").keys("enter").shows("from v1");
    alice.keys("' site'").shows("Launch site").shows("draft kept");
    // Alt-E, as a terminal sends it.
    alice.keys("\u{1b}e").shows("Took projects/prj_1 in from your editor").shows("Site site");
    assert_eq!(std::fs::read_to_string(home.path("seen.json")).unwrap(), record.replace("Launch", "Launch site"));
    alice.keys("ctrl-s").shows("as v2");
    assert_eq!(home.reads(KEY).body, record.replace("Launch", "Site site"));
}

#[test]
fn what_cannot_be_read_comes_back_with_the_reason_and_giving_up_keeps_it() {
    let home = Home::new();
    let editor = program(
        &home,
        r##"echo once more >> times
case $(wc -l < times) in
1) printf '{"name": Launch}\n' > "$1" ;;
2) head -n 1 "$1" > reason; tail -n +2 "$1" | sed 's/Launch/"Site"/' > new; cat new > "$1" ;;
3) printf '{"name": 01}\n' > "$1" ;;
esac"##,
    );
    let mut alice = alice(&home, &editor, RECORD);
    alice.keys("\u{1b}e").shows("Took projects/prj_1 in").shows("Site");
    let reason = std::fs::read_to_string(home.path("reason")).unwrap();
    assert!(reason.starts_with("# midair: not a record yet: a value should stand here"), "{reason}");
    alice.keys("\u{1b}e").shows("is as it was; what you wrote is kept in").shows("Site");
    let left = left(&home);
    let [file] = left.as_slice() else { panic!("{left:?}") };
    assert!(alice.screen().replace(['\n', ' '], "").contains(&*file.to_string_lossy()), "{}", alice.screen());
    assert_eq!(std::fs::read_to_string(file).unwrap(), "{\"name\": 01}\n");
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn while_an_editor_is_open_the_server_goes_on_and_others_saves_are_there_afterwards() {
    let home = Home::new();
    let editor = program(&home, r#"echo "writing"; read go; sed -i 's/Launch/Launch site/' "$1""#);
    let mut alice = alice(&home, &editor, RECORD);
    alice.keys("ctrl-e").shows("midair waits for").shows("writing");
    home.edits("bob", KEY, "100", "150");
    alice.keys("enter").shows("Launch site").shows("was 100  (bob)").shows("hosted by this terminal");
    alice.keys("ctrl-s").shows("as v3, merged with bob's v2: quota");
    assert_eq!(home.reads(KEY).body, r#"{"name":"Launch site","quota":150}"#);
}

#[test]
fn an_editor_that_cannot_be_started_fails_or_is_left_by_ctrl_c_takes_nothing_along() {
    let home = Home::new();
    let mut first = alice(&home, "no-such-editor --wait", RECORD);
    first.keys("' site'").shows("Launch site").keys("ctrl-e");
    first.shows("no-such-editor --wait could not be started; $VISUAL or $EDITOR names your editor. name is as it was.");
    first.keys("ctrl-s").shows("as v2").keys("ctrl-q");
    assert!(first.ends().success());
    let editor =
        program(&home, r#"echo x >> times; echo half > "$1"; echo "writing $(wc -l < times)"; read go; exit 3"#);
    let midair = Path::new(env!("CARGO_BIN_EXE_midair"));
    let mut alice = home.start(midair, &["--as", "alice", "--no-seed"], 120, 40, &[("EDITOR", &editor)]);
    alice.shows("prj_1").keys("enter").shows("from v2").keys("ctrl-e").shows("writing 1").keys("enter");
    alice.shows("ended with error 3. name is as it was; what you wrote is kept in").shows("Launch site");
    alice
        .keys("ctrl-e")
        .shows("writing 2")
        .keys("ctrl-c")
        .shows("was ended by signal 2. name is as it was")
        .shows("Launch site");
    alice.keys("'!' ctrl-s").shows("as v3");
}

#[test]
fn what_was_being_written_when_midair_died_is_told_at_the_next_start() {
    let home = Home::new();
    let editor = program(&home, r#"echo half > "$1"; echo "writing"; read go"#);
    let mut alice = alice(&home, &editor, RECORD);
    alice.keys("ctrl-e").shows("writing");
    alice.kill_9();
    let mut again = home.person("alice");
    again.shows("midair ended while you wrote this in your editor").shows("projects-prj_1-name.txt");
    let left = left(&home);
    assert_eq!(std::fs::read_to_string(&left[0]).unwrap(), "half\n");
}

#[test]
fn a_unit_of_a_collision_is_written_in_an_editor() {
    let home = Home::new();
    let editor = program(&home, r#"printf 'Launch site & day' > "$1""#);
    let mut alice = alice(&home, &editor, RECORD);
    alice.keys("' site'").shows("Launch site");
    home.edits("bob", KEY, "Launch", "Launch day");
    alice.shows("bob saved v2").keys("ctrl-s").shows("1 of 1 undecided");
    alice.keys("E").shows("✎ by hand: Launch site & day").keys("enter").shows("as v3");
    assert_eq!(home.reads(KEY).body, r#"{"name":"Launch site & day","quota":100}"#);
}
