//! What a merged record looks like in a TOML document.
#![allow(clippy::unwrap_used)]

use midair_formats::toml::{read, rewritten};
use midair_record::{Object, Pointer, Value};

fn with(text: &str, edits: &[(&str, &str)]) -> Object {
    let mut record = read(text).unwrap();
    for (at, json) in edits {
        let value = (!json.is_empty()).then(|| Value::parse(json).unwrap());
        Pointer::parse(at).unwrap().set(&mut record, value);
    }
    record
}

/// Rewrites and checks the law.
fn written(base: &str, mine: &str, theirs: &str, merged: &Object) -> String {
    let text = rewritten(Some(base), mine, theirs, merged).unwrap();
    assert_eq!(read(&text).unwrap(), *merged, "{text}");
    text
}

/// The lines that are only in one of the two.
fn changes(old: &str, new: &str) -> Vec<String> {
    let (old_lines, new_lines): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let gone = old_lines.iter().filter(|line| !new_lines.contains(line)).map(|line| format!("-{line}"));
    let come = new_lines.iter().filter(|line| !old_lines.contains(line)).map(|line| format!("+{line}"));
    gone.chain(come).collect()
}

const CARGO: &str = r#"# The workspace of everything.
# Second line.

# the package
[package]
name = "demo" # the name
version = '0.1.0'
edition = "2024"
authors = [
    "Ada <ada@example.org>", # first
    # the second one
    "Bob <bob@example.org>",
]

[dependencies]
serde = { version = "1", features = ["derive"] } # needed
tokio.version = "1"
tokio.features = ["rt", "macros"]
# json
serde_json   = "1.0"

[target.'cfg(unix)'.dependencies]
libc = "0.2"

[[bin]]
name = "one"
path = "src/one.rs"

# the second
[[bin]]
name = "two"
path = "src/two.rs"

[profile.release]
lto = true
opt-level = 0x3
debug = 1_0
"#;

#[test]
fn nothing_changes_nothing() {
    for text in
        [CARGO, "", "a = 1", "\u{feff}a = 1\r\nb = [\r\n  1, # x\r\n]\r\n", "# only a comment\n", "\t a\t=\t1 \n"]
    {
        assert_eq!(written(text, text, text, &read(text).unwrap()), text);
        assert_eq!(rewritten(None, text, "zz = 1\n", &read(text).unwrap()).unwrap(), text);
        let theirs = format!("{text}\nzzz = 1\n");
        if !text.contains('[') {
            assert_eq!(written(text, text, text, &read(text).unwrap()), text, "{theirs}");
        }
    }
}

#[test]
fn one_value_changes_one_line() {
    let merged = with(CARGO, &[("/package/version", "\"0.2.0\""), ("/dependencies/tokio/version", "\"1.40\"")]);
    assert_eq!(
        changes(CARGO, &written(CARGO, CARGO, CARGO, &merged)),
        ["-version = '0.1.0'", "-tokio.version = \"1\"", "+version = '0.2.0'", "+tokio.version = \"1.40\""]
    );
    let merged = with(CARGO, &[("/package/authors/0", "\"Ada Lovelace\""), ("/dependencies/serde/version", "\"1.1\"")]);
    assert_eq!(
        changes(CARGO, &written(CARGO, CARGO, CARGO, &merged)),
        [
            "-    \"Ada <ada@example.org>\", # first",
            "-serde = { version = \"1\", features = [\"derive\"] } # needed",
            "+    \"Ada Lovelace\", # first",
            "+serde = { version = \"1.1\", features = [\"derive\"] } # needed",
        ]
    );
}

#[test]
fn theirs_text_comes_with_theirs_values() {
    let mine = CARGO.replace("edition = \"2024\"", "edition = \"2021\"");
    let theirs = CARGO
        .replace("libc = \"0.2\"", "# raised\nlibc = '0.3' # why")
        .replace("[profile.release]", "# fast\n[profile.bench]\nlto = false # never\n\n[profile.release]")
        .replace("    # the second one\n", "    # new\n    'Eve', # third\n    # the second one\n")
        .replace("debug = 1_0", "debug = 0xF # hex");
    let mut merged = read(&theirs).unwrap();
    Pointer::parse("/package/edition").unwrap().set(&mut merged, Some(Value::string("2021")));
    assert_eq!(written(CARGO, &mine, &theirs, &merged), theirs.replace("2024", "2021"));
}

#[test]
fn a_change_of_formatting_alone_is_taken_over() {
    let mine = CARGO.replace("name = \"demo\" # the name", "name = \"mine\" # the name");
    let theirs = CARGO
        .replace("serde_json   = \"1.0\"", "serde_json = '1.0' # aligned")
        .replace("# first", "# the first")
        .replace("# the package", "# our package")
        .replace("Second line", "2nd line")
        .replace("# the name", "# the crate")
        .replace("0x3", "3");
    let merged = read(&mine).unwrap();
    assert_eq!(written(CARGO, &mine, &theirs, &merged), theirs.replace("\"demo\"", "\"mine\""));
    assert_eq!(written(CARGO, CARGO, &theirs, &read(CARGO).unwrap()), theirs);
    assert_eq!(written(CARGO, &mine, CARGO, &merged), mine);
}

#[test]
fn members_come_after_what_they_follow() {
    let text = "[a]\nx=1\nz=3\n\n[b]\nq = { k = 1 }\n\n[c]\nr = [1, 2]\n";
    let mut merged = Object::new();
    for (name, json) in [
        ("a", r#"{"x":1,"y":2,"z":3}"#),
        ("n", r#"{"deep":{"t":true}}"#),
        ("b", r#"{"q":{"k":1,"l":2}}"#),
        ("c", r#"{"r":[1,5,2]}"#),
    ] {
        merged.insert(name.into(), Value::parse(json).unwrap());
    }
    assert_eq!(
        written(text, text, text, &merged),
        "[a]\nx=1\ny=2\nz=3\n\n[n]\n\n[n.deep]\nt = true\n\n[b]\nq = { k = 1, l = 2 }\n\n[c]\nr = [1, 5, 2]\n"
    );
}

#[test]
fn arrays_of_tables_grow_and_shrink() {
    let theirs = CARGO.replace("# the second\n", "# in between\n[[bin]]\nname = \"mid\" # m\n\n# the second\n");
    let mine = CARGO.replace("[[bin]]\nname = \"one\"\npath = \"src/one.rs\"\n\n", "");
    let mut merged = read(&theirs).unwrap();
    Pointer::parse("/bin/0").unwrap().set(&mut merged, None);
    let text = written(CARGO, &mine, &theirs, &merged);
    assert!(
        text.contains("# in between\n[[bin]]\nname = \"mid\" # m\n\n# the second\n[[bin]]\nname = \"two\""),
        "{text}"
    );
}

#[test]
fn a_comment_set_apart_stays_when_what_is_below_goes() {
    let text = "# head\n\na = 1\n\n# section\n\n# about b\nb = 2\nc = 3\n";
    assert_eq!(written(text, text, text, &with(text, &[("/b", ""), ("/a", "")])), "# head\n\n\n# section\n\nc = 3\n");
}

#[test]
fn numbers_and_dates_are_what_they_say() {
    let text = "h = 0x1F\nu = 1_000\np = +1\nf = 1_0.5e+1_0\ni = -inf\nd = 2024-05-01\nt = 2024-05-01 10:00:00Z\nq = \"2024-05-01\"\n\
                m = \"!date 2024-05-01\"\nmm = \"!!float inf\"\nno = \"!date x\"\n";
    let record = read(text).unwrap();
    let json = Value::Object(record.clone()).to_json();
    assert_eq!(
        json,
        r#"{"h":31,"u":1000,"p":1,"f":10.5e+10,"i":"!float -inf","d":"!date 2024-05-01","t":"!datetime 2024-05-01T10:00:00Z","q":"2024-05-01","m":"!!date 2024-05-01","mm":"!!!float inf","no":"!date x"}"#
    );
    assert_eq!(written(text, text, text, &record), text);
    let mut merged = record;
    merged.insert("d".into(), Value::string("!date 2025-01-01"));
    merged.insert("q".into(), Value::string("!time 10:00:00"));
    merged.insert("m".into(), Value::string("!!float nan"));
    let new = written(text, text, text, &merged);
    assert!(
        new.contains("d = 2025-01-01\n") && new.contains("q = 10:00:00\n") && new.contains("m = \"!float nan\""),
        "{new}"
    );
}

#[test]
fn line_ends_and_the_last_newline_are_mines() {
    let base = "a = 1\nb = \"\"\"x\ny\"\"\"\nc = 3";
    let mine = base.replace('\n', "\r\n").replace('3', "4");
    let theirs = base.replace("a = 1", "# new\na = 2");
    let merged = with(&theirs, &[("/c", "4")]);
    assert_eq!(written(base, &mine, &theirs, &merged), theirs.replace('\n', "\r\n").replace('3', "4"));
    assert_eq!(read(&mine).unwrap()["b"], Value::string("x\ny"));
}

#[test]
fn kinds_change() {
    let text = "a = 1 # one\nb.c.d = 2\ne = [] # none\n\n[t]\nx = 1\n[t.u]\ny = 2\n\n[[l]]\nz = 1\n";
    for (at, json) in [
        ("/a", r#"{"x":{"y":[{"z":1}]}}"#),
        ("/a", "[1,[2]]"),
        ("/b", "1"),
        ("/b/c", "{}"),
        ("/b/c/n", r#"{"m":{}}"#),
        ("/b", "{}"),
        ("/e", r#"[{"a":1},{"b":{}}]"#),
        ("/t/u", ""),
        ("/t", "{}"),
        ("/t", "\"x\""),
        ("/l", "[]"),
        ("/l", r#"[1,{"z":1}]"#),
        ("/l/0/n", r#"{"a":{"b":1}}"#),
    ] {
        let merged = with(text, &[(at, json)]);
        let other = rewritten(None, "", "", &merged).unwrap();
        assert_eq!(read(&other).unwrap(), merged);
        let new = written(text, text, text, &merged);
        assert!(at == "/a" || new.contains("# one"), "{new}");
        written(text, text, &other, &merged);
        written(text, &other, text, &read(text).unwrap());
    }
}

#[test]
fn pyproject() {
    let base = "[project]\nname = \"x\"\ndependencies = [\n  \"httpx\",\n  \"rich\" # pretty\n]\n\n[tool.ruff]\nline-length = 120\n\n[tool.ruff.lint]\nselect = [\"E\", \"F\"]\n";
    let mine = base.replace("\"rich\" # pretty", "\"rich\", # pretty\n  \"typer\"");
    let theirs = base
        .replace("  \"httpx\",\n", "  \"anyio\",\n  \"httpx\",\n")
        .replace("[\"E\", \"F\"]", "[\"E\", \"F\", \"I\"]");
    let merged = with(&theirs, &[("/project/dependencies", r#"["anyio","httpx","rich","typer"]"#)]);
    assert_eq!(
        written(base, &mine, &theirs, &merged),
        theirs.replace("\"rich\" # pretty", "\"rich\", # pretty\n  \"typer\"")
    );
}

#[test]
fn faults_are_sentences_with_a_place() {
    assert_eq!(read("a = 1\na = 2\n").unwrap_err().to_string(), "duplicate key at line 2, column 1");
    assert!(read("a = é\n").unwrap_err().to_string().ends_with("at line 1, column 5"));
    let null = with("a = 1\n", &[("/b", "[null]")]);
    assert_eq!(
        rewritten(None, "", "", &null).unwrap_err().to_string(),
        r#"TOML has no word for null, which "b" is or has"#
    );
    let big = with("a = 1\n", &[("/b", "9223372036854775808")]);
    assert!(rewritten(None, "", "", &big).is_err());
}

#[test]
fn comments_that_were_all_there_was_stand_once() {
    for head in ["# only\n", "# only\n\n", "\u{feff}# only\n"] {
        let [a, b] = ["a = 1\n", "b = 2\n"].map(|line| format!("{head}{line}"));
        let merged = with("a = 1\nb = 2\n", &[]);
        assert_eq!(written(head, &a, &b, &merged), format!("{head}a = 1\nb = 2\n"));
        assert_eq!(written(head, head, &b, &with("b = 2\n", &[])), b);
    }
}

#[test]
fn a_table_of_theirs_stands_as_close_as_it_stood() {
    let base = "a = 1\n";
    let merged = with("a = 2\n[b]\nx = 1\n[b.c]\ny = 1\n", &[]);
    let theirs = "a = 1\n[b]\nx = 1\n[b.c]\ny = 1\n";
    assert_eq!(written(base, "a = 2\n", theirs, &merged), "a = 2\n[b]\nx = 1\n[b.c]\ny = 1\n");
    let merged = with("[a]\nx = 2\n[b]\nx = 1\n", &[]);
    assert_eq!(
        written("[a]\nx = 1\n", "[a]\nx = 2\n", "[b]\nx = 1\n[a]\nx = 1\n", &merged),
        "[a]\nx = 2\n\n[b]\nx = 1\n"
    );
}
