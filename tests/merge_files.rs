//! `midair merge` as a script and as git meet it: what it prints, what it writes, how it ends.
#![allow(clippy::unwrap_used)]

#[path = "merge_files/comments.rs"]
mod comments;
#[path = "merge_files/git.rs"]
mod git;
#[path = "merge_files/output.rs"]
mod output;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

/// A folder of its own, which is home as well.
struct Folder(tempfile::TempDir);

#[derive(Debug, PartialEq, Eq)]
struct Run {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Run {
    fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Run { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }

    fn clean(out: &str) -> Self {
        Run { code: Some(0), out: out.to_owned(), err: String::new() }
    }

    fn open(out: &str, err: &str) -> Self {
        Run { code: Some(1), out: out.to_owned(), err: format!("midair: {err}\n") }
    }

    /// It was refused: nothing on stdout, and a sentence with all of `says` on stderr.
    fn refused(&self, says: &[&str]) {
        assert_eq!((self.code, self.out.as_str(), self.err.lines().count()), (Some(2), "", 1), "{self:?}");
        assert!(says.iter().all(|word| self.err.contains(word)), "{self:?} should say {says:?}");
    }
}

const THREE: [&str; 3] = ["base.json", "mine.json", "theirs.json"];

impl Folder {
    fn new() -> Self {
        Folder(tempfile::tempdir().unwrap())
    }

    /// One with three versions of a file in it.
    fn with(sides: [impl AsRef<[u8]>; 3]) -> Self {
        let folder = Self::new();
        for (name, side) in THREE.into_iter().zip(sides) {
            folder.write(name, side);
        }
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.path(name), bytes).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    fn command(&self, program: &str, words: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.args(words).current_dir(self.0.path()).stdin(Stdio::null());
        for name in ["MIDAIR_SERVER", "MIDAIR_DB", "MIDAIR_AS", "MIDAIR_LOG", "GIT_DIR", "GIT_WORK_TREE"] {
            command.env_remove(name);
        }
        command
            .env("HOME", self.0.path())
            .env("XDG_CONFIG_HOME", self.path("config"))
            .env("XDG_DATA_HOME", self.path("data"))
            .env("XDG_STATE_HOME", self.path("state"))
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null");
        command
    }

    fn midair(&self, words: &[&str]) -> Run {
        Run::of(self.command(env!("CARGO_BIN_EXE_midair"), words).output().unwrap())
    }

    /// Merges the three versions, labelled as what they are.
    fn merge(&self, words: &[&str]) -> Run {
        self.midair(&[&["merge", "-L", "mine", "-L", "base", "-L", "theirs"], words, &THREE].concat())
    }

    fn mode(&self, name: &str) -> u32 {
        fs::metadata(self.path(name)).unwrap().permissions().mode() & 0o777
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path()).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

fn merged(sides: [&str; 3]) -> Run {
    Folder::with(sides).merge(&[])
}

const PACKAGE: &str = r#"{
  "name": "app",
  "version": "1.0.0",
  "dependencies": {
    "axios": "^1.0.0",
    "zod": "^3.0.0"
  }
}
"#;

fn package(version: &str, added: &str) -> String {
    let added = if added.is_empty() { String::new() } else { format!("    \"{added}\": \"^2.0.0\",\n") };
    PACKAGE
        .replace("1.0.0\",\n  \"dep", &format!("{version}\",\n  \"dep"))
        .replace("    \"zod", &format!("{added}    \"zod"))
}

#[test]
fn dependencies_added_beside_each_other_both_stand() {
    let both = package("1.1.0", "lodash").replace("    \"zod", "    \"react\": \"^2.0.0\",\n    \"zod");
    assert_eq!(merged([PACKAGE, &package("1.0.0", "react"), &package("1.1.0", "lodash")]), Run::clean(&both));
}

#[test]
fn markers_stand_around_the_undecided_member_alone() {
    let open = Run::open(
        &package("?", "lodash").replace(
            "  \"version\": \"?\",\n",
            "<<<<<<< mine\n  \"version\": \"1.1.0\",\n=======\n  \"version\": \"2.0.0\",\n>>>>>>> theirs\n",
        ),
        "1 place is open: version",
    );
    assert_eq!(merged([PACKAGE, &package("1.1.0", ""), &package("2.0.0", "lodash")]), open);
}

#[test]
fn base_stands_between_the_markers_where_it_is_asked_for_and_markers_are_as_long_as_asked() {
    let folder = Folder::with(["{\n\t\"a\": 1\n}", "{\n\t\"a\": 2\n}", "{\n\t\"a\": 3\n}"]);
    assert_eq!(
        folder.merge(&["--diff3", "--marker-size", "3"]).out,
        "{\n<<< mine\n\t\"a\": 2\n||| base\n\t\"a\": 1\n===\n\t\"a\": 3\n>>> theirs\n}"
    );
}

#[test]
fn a_minified_record_is_broken_around_the_undecided_member_alone() {
    assert_eq!(
        merged([r#"{"a":1,"b":1,"c":1}"#, r#"{"a":1,"b":2,"c":1}"#, r#"{"a":5,"b":3,"c":1}"#]),
        Run::open(
            "{\"a\":5,\n<<<<<<< mine\n\"b\":2,\n=======\n\"b\":3,\n>>>>>>> theirs\n\"c\":1}",
            "1 place is open: b"
        )
    );
}

#[test]
fn several_open_places_are_all_named() {
    let run = merged([r#"{"a":1,"b":{"c":1}}"#, r#"{"a":2,"b":{"c":2}}"#, r#"{"a":3,"b":{"c":3}}"#]);
    assert_eq!((run.code, run.err.as_str()), (Some(1), "midair: 2 places are open: a, b.c\n"));
    assert_eq!(run.out.matches("<<<<<<< mine\n").count(), 2);
}

#[test]
fn the_last_member_keeps_its_missing_comma() {
    assert_eq!(
        merged(["{\n  \"a\": 1\n}\n", "{\n  \"a\": 1,\n  \"m\": 1\n}\n", "{\n  \"a\": 2\n}\n"]),
        Run::clean("{\n  \"a\": 2,\n  \"m\": 1\n}\n")
    );
    assert_eq!(
        merged(["{\n  \"a\": 1,\n  \"b\": 1\n}\n", "{\n  \"a\": 1\n}\n", "{\n  \"a\": 2,\n  \"b\": 1\n}\n"]),
        Run::clean("{\n  \"a\": 2\n}\n")
    );
}

/// The sides of a file with markers: all mine, all theirs.
fn taken(marked: &str) -> [String; 2] {
    let (mut sides, mut within) = ([String::new(), String::new()], [true, true]);
    for line in marked.split_inclusive('\n') {
        match line.split_whitespace().next() {
            Some("<<<<<<<") => within = [true, false],
            Some("=======") => within = [false, true],
            Some(">>>>>>>") => within = [true, true],
            _ => sides.iter_mut().zip(within).filter(|(_, within)| *within).for_each(|(side, _)| *side += line),
        }
    }
    sides
}

#[test]
fn either_side_of_the_last_member_leaves_no_comma_too_many() {
    let run = merged(["{\n  \"a\": 1,\n  \"b\": 2\n}\n", "{\n  \"a\": 1\n}\n", "{\n  \"a\": 1,\n  \"b\": 3\n}\n"]);
    let open = "{\n<<<<<<< mine\n  \"a\": 1\n=======\n  \"a\": 1,\n  \"b\": 3\n>>>>>>> theirs\n}\n";
    assert_eq!(run, Run::open(open, "1 place is open: b"));
    let mut seen = 0;
    let sides = [r#"{"a":1,"b":1,"c":1}"#, r#"{"a":2,"b":2,"c":2}"#, r#"{"a":3,"b":3,"c":3}"#];
    for dropped in 0..64 {
        let side = |text: &str, bits: u8, indent: &str| {
            let mut fields: serde_json::Map<String, serde_json::Value> = serde_json::from_str(text).unwrap();
            let names = ["a", "b", "c"];
            names
                .iter()
                .enumerate()
                .filter(|(bit, _)| bits >> bit & 1 == 1)
                .for_each(|(_, name)| drop(fields.remove(*name)));
            let text = serde_json::Value::Object(fields).to_string();
            if indent.is_empty() {
                text
            } else {
                text.replace(['{', ','], indent)
                    .replacen(indent, "{\n  ", 1)
                    .replace('}', "\n}\n")
                    .replace("\n  \n", "\n")
            }
        };
        for indent in ["", ",\n  "] {
            let run = merged([
                &side(sides[0], 0, indent),
                &side(sides[1], dropped & 7, indent),
                &side(sides[2], dropped >> 3, indent),
            ]);
            for text in taken(&run.out) {
                seen += 1;
                assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok(), "{dropped} {text:?} of {}", run.out);
            }
        }
    }
    assert_eq!(seen, 256);
}

#[test]
fn every_byte_that_nobody_changed_stays() {
    for (base, mine, theirs, both) in [
        ("{\r\n  \"a\": 1,\r\n  \"b\": 1\r\n}\r\n", ("1", "2"), ("1", "3"), "carriage returns"),
        ("{\n\t\"a\" : 1,\n\t\"b\" : 1\n}", ("1", "2"), ("1", "3"), "tabs, odd spaces and no last line feed"),
        ("\u{feff}{\"a\": 1, \"b\": 1}\n", ("1", "2"), ("1", "3"), "a byte order mark"),
        ("{\"x\":[ 1.0,1e400 , -0 ],\"a\": 1,\"y\":\"\\u00e9\\/é\", \"b\": 1 }", ("1", "2"), ("1", "3"), "spellings"),
        ("\n\n{\"a\": 1,\n\n\n\"b\": 1}\n\n", ("1", "2"), ("1", "3"), "empty lines"),
    ] {
        let a =
            |to: &str| base.replace("\"a\": 1", &format!("\"a\": {to}")).replace("\"a\" : 1", &format!("\"a\" : {to}"));
        let b = |text: &str, to: &str| {
            text.replace("\"b\": 1", &format!("\"b\": {to}")).replace("\"b\" : 1", &format!("\"b\" : {to}"))
        };
        let expected = b(&a(mine.1), theirs.1);
        assert_eq!(merged([base, &a(mine.1), &b(base, theirs.1)]), Run::clean(&expected), "{both}");
    }
}

#[test]
fn markers_in_a_file_with_carriage_returns_end_in_both() {
    let side = |number: u8| format!("{{\r\n  \"a\": {number}\r\n}}\r\n");
    let run = merged([&side(1), &side(2), &side(3)]);
    let lines = ["{", "<<<<<<< mine", "  \"a\": 2", "=======", "  \"a\": 3", ">>>>>>> theirs", "}", ""];
    assert_eq!(run.out, lines.join("\r\n"));
}

#[test]
fn a_side_that_only_changed_its_white_space_keeps_it() {
    let minified = r#"{"a":1,"b":[1,2]}"#;
    let pretty = "{\n  \"a\": 1,\n  \"b\": [1, 2]\n}\n";
    assert_eq!(merged([minified, minified, pretty]), Run::clean(pretty));
    assert_eq!(merged([minified, pretty, r#"{"a":2,"b":[1,2]}"#]), Run::clean(&pretty.replace("\"a\": 1", "\"a\": 2")));
}

#[test]
fn a_file_that_is_no_json_is_named_with_the_place_and_nothing_is_written() {
    let good = "{\"a\": 1}\n";
    let bad = "{\n  \"a\": 1,\n}\n";
    for (place, name) in THREE.into_iter().enumerate() {
        let mut sides = [good; 3];
        sides[place] = bad;
        let folder = Folder::with(sides);
        folder.write("out.json", "older");
        let run = folder.merge(&["-o", "out.json"]);
        run.refused(&[&format!("{name}: a comma before the closing brace at line 3, column 1")]);
        assert_eq!(folder.read("out.json"), "older");
        assert_eq!(folder.names(), ["base.json", "mine.json", "out.json", "theirs.json"]);
    }
}

#[test]
fn a_name_that_stands_twice_is_refused() {
    let good = "{\"a\": {\"b\": 1}}";
    let twice = "{\"a\": {\"b\": 1,\n \"b\": 2}}";
    merged([good, twice, good])
        .refused(&["mine.json: the name \"b\" stands twice in one object at line 2, column 2 (in /a)"]);
}

#[test]
fn what_cannot_be_read_is_named() {
    let good = "{\"a\": 1}";
    let folder = Folder::with([good; 3]);
    for name in THREE {
        fs::remove_file(folder.path(name)).unwrap();
        folder.merge(&[]).refused(&[&format!("{name} cannot be read")]);
        folder.merge(&["--git"]).refused(&[&format!("{name} cannot be read")]);
        folder.write(name, good);
    }
    fs::remove_file(folder.path("theirs.json")).unwrap();
    fs::create_dir(folder.path("theirs.json")).unwrap();
    folder.merge(&[]).refused(&["theirs.json cannot be read", "directory"]);
    Folder::with([good.as_bytes(), b"{\n\"a\": \"\xff\"}", good.as_bytes()])
        .merge(&[])
        .refused(&["mine.json is not valid UTF-8, in line 2"]);
    Folder::with([good, "", good]).merge(&[]).refused(&["mine.json: the text ends"]);
}

#[test]
fn a_command_line_that_cannot_be_meant_is_refused() {
    let folder = Folder::with(["{}"; 3]);
    for (words, says) in [
        (&["--rule", "tags=set"][..], "JSON Pointer"),
        (&["--rule", "/tags=sets"], "no merge rule"),
        (&["--git", "-o", "out.json"], "cannot be used with"),
        (&["--git", "--json"], "cannot be used with"),
        (&["--marker-size", "0"], "0 is not in 1..=100"),
        (&["--marker-size", "100000000000"], "is not in 1..=100"),
        (&["--schema", "none.json"], "none.json cannot be read"),
    ] {
        let run = folder.merge(words);
        assert!(run.code == Some(2) && run.out.is_empty() && run.err.contains(says), "{words:?} {run:?}");
    }
    assert_eq!(folder.midair(&["merge", "base.json", "mine.json"]).code, Some(2));
}

#[test]
fn a_mergetool_without_a_terminal_says_what_there_is_instead() {
    let folder = Folder::with(["{\"a\":1}", "{\"a\":2}", "{\"a\":3}"]);
    let run = folder.midair(&["mergetool", "base.json", "mine.json", "theirs.json", "out.json"]);
    assert!(run.code == Some(1) && run.err.contains("--plain") && !run.err.contains("import"), "{run:?}");
}

#[test]
fn a_byte_order_mark_merges_as_anything_else() {
    let (plain, marked) = ("{\"a\":1,\"b\":1}", "\u{feff}{\"a\":1,\"b\":1}");
    let mine = plain.replace("\"a\":1", "\"a\":2");
    assert_eq!(merged([plain, &mine, marked]), Run::clean(&format!("\u{feff}{mine}")));
    assert_eq!(merged([marked, &format!("\u{feff}{mine}"), plain]), Run::clean(&mine));
    assert_eq!(merged(["", &mine, &format!("\u{feff}{mine}")]), Run::clean(&mine));
}

#[test]
fn a_file_that_both_sides_added_has_an_empty_base() {
    for base in ["", "\n"] {
        let folder = Folder::with([base, "{\n  \"a\": 1,\n  \"b\": 1\n}\n", "{\n  \"a\": 1,\n  \"b\": 2\n}\n"]);
        let open = "{\n  \"a\": 1,\n<<<<<<< mine\n  \"b\": 1\n=======\n  \"b\": 2\n>>>>>>> theirs\n}\n";
        assert_eq!(folder.merge(&[]), Run::open(open, "1 place is open: b"));
    }
    let same = "{\n  \"a\": 1\n}\n";
    assert_eq!(merged(["", same, same]), Run::clean(same));
}

#[test]
fn an_array_or_a_scalar_merges_as_a_whole_file_too() {
    assert_eq!(
        merged([r#"[{"id":1,"n":1}]"#, r#"[{"id":1,"n":2}]"#, r#"[{"id":1,"n":1},{"id":2,"n":1}]"#]),
        Run::clean(r#"[{"id":1,"n":2},{"id":2,"n":1}]"#)
    );
    assert_eq!(merged(["1\n", "2\n", "1\n"]), Run::clean("2\n"));
    let run = merged(["1\n", "2\n", "3\n"]);
    assert_eq!((run.code, run.out.as_str()), (Some(1), "<<<<<<< mine\n2\n=======\n3\n>>>>>>> theirs\n"));
    assert_eq!(run.err, "midair: 1 place is open: the whole document\n");
}

#[test]
fn the_units_are_listed_as_json() {
    let folder = Folder::with([
        r#"{"a":1,"b":1,"t":["x"]}"#,
        r#"{"a":2,"b":2,"t":["x","m"]}"#,
        r#"{"a":1,"b":3,"t":["x","z"]}"#,
    ]);
    let run = folder.merge(&["--json", "--rule", "/t=set"]);
    let listed: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!((run.code, run.err.as_str()), (Some(1), "midair: 1 place is open: b\n"));
    assert_eq!(
        listed,
        serde_json::json!({
            "clean": false,
            "open": 1,
            "faults": [],
            "units": [
                {"at": "/a", "state": "only mine", "rule": "atomic", "reason": "default", "base": 1, "mine": 2, "theirs": 1},
                {"at": "/b", "state": "conflict", "kind": "both edited", "rule": "atomic", "reason": "default",
                 "base": 1, "mine": 2, "theirs": 3},
                {"at": "/t", "state": "merged", "rule": "set", "reason": "chosen here", "base": ["x"],
                 "mine": ["x", "m"], "theirs": ["x", "z"], "merged": ["x", "z", "m"]},
            ]
        })
    );
    folder.write("mine.json", folder.read("base.json"));
    folder.write("theirs.json", folder.read("base.json"));
    assert_eq!(
        folder.merge(&["--json"]),
        Run::clean("{\n  \"clean\": true,\n  \"open\": 0,\n  \"faults\": [],\n  \"units\": []\n}\n")
    );
}

#[test]
fn a_schema_says_by_which_rules_members_merge() {
    let folder = Folder::with([
        r#"{"stock": 10, "price": 1, "currency": "EUR", "seen": "2026-01-01", "log": ["a"]}"#,
        r#"{"stock": 7, "price": 2, "currency": "EUR", "seen": "2026-03-01", "log": ["a", "m"]}"#,
        r#"{"stock": 15, "price": 1, "currency": "USD", "seen": "2026-02-01", "log": ["a", "t"]}"#,
    ]);
    folder.write(
        "schema.json",
        r#"{"properties": {"stock": {"x-merge": "counter"}, "seen": {"x-merge": "max"}, "log": {"x-merge": "append"}},
            "x-merge-groups": [["price", "currency"]]}"#,
    );
    let run = folder.merge(&["--schema", "schema.json"]);
    assert_eq!((run.code, run.err.as_str()), (Some(1), "midair: 1 place is open: price + currency\n"));
    assert!(run.out.starts_with("{\"stock\": 12,") && run.out.contains("\"seen\": \"2026-03-01\""), "{run:?}");
    assert!(run.out.contains("\"log\": [\"a\", \"t\", \"m\"]"), "{run:?}");
    let run = folder.merge(&["--schema", "schema.json", "--rule", "/stock=atomic", "--rule", "/log=set"]);
    assert_eq!(run.err, "midair: 2 places are open: stock, price + currency\n");

    folder.write("schema.json", r#"{"properties": {"stock": {"x-merge": "counter", "maximum": 11}}}"#);
    folder.write("theirs.json", folder.read("base.json").replace("10", "15"));
    let run = folder.merge(&["--schema", "schema.json"]);
    assert_eq!(run.err, "midair: the merged file breaks the schema: stock should be at most 11.\n");
    assert_eq!(run.code, Some(1));

    folder.write("schema.json", "{\"x-merge\": \"sets\"}");
    folder.merge(&["--schema", "schema.json"]).refused(&["schema.json: ", "\"sets\" is no merge rule"]);
}

#[test]
fn a_second_member_is_spaced_as_the_first_one_is() {
    assert_eq!(merged(["{}", r#"{"m":1}"#, r#"{"t":1}"#]), Run::clean(r#"{"m":1,"t":1}"#));
    assert_eq!(merged(["{}", r#"{"m": 1}"#, r#"{"t": 1}"#]), Run::clean(r#"{"m": 1, "t": 1}"#));
}
