//! What a merged record looks like in a YAML text.
#![allow(clippy::unwrap_used)]

use midair_formats::yaml::{read, rewritten};
use midair_record::{Object, Pointer, Value};

fn with(text: &str, edits: &[(&str, &str)]) -> Object {
    let mut record = read(text).unwrap();
    for (at, json) in edits {
        let value = (!json.is_empty()).then(|| Value::parse(json).unwrap());
        Pointer::parse(at).unwrap().set(&mut record, value);
    }
    record
}

/// Rewrites and checks the law, member order included.
fn written(base: &str, mine: &str, theirs: &str, merged: &Object) -> String {
    let text = rewritten(Some(base), mine, theirs, merged).unwrap();
    let canonical = |record: &Object| Value::Object(record.clone()).canonical();
    assert_eq!(canonical(&read(&text).unwrap()), canonical(merged), "{text}");
    text
}

/// The lines that are only in one of the two.
fn changes(old: &str, new: &str) -> Vec<String> {
    let (old_lines, new_lines): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let gone = old_lines.iter().filter(|line| !new_lines.contains(line)).map(|line| format!("-{line}"));
    let come = new_lines.iter().filter(|line| !old_lines.contains(line)).map(|line| format!("+{line}"));
    gone.chain(come).collect()
}

const WORKFLOW: &str = r#"# Checks every push.
# And every pull request.

name: CI

on:
  push:
    branches: [main, "release/**"]
  pull_request:

env:
  CARGO_TERM_COLOR: always # colours
  RUSTFLAGS: '-D warnings'

jobs:
  # The tests.
  test:
    runs-on: ${{ matrix.os }}
    strategy:
      matrix:
        os: [ubuntu-latest, windows-latest]
        include:
          - os: ubuntu-latest
            target: x86_64-unknown-linux-gnu # static?
          # The slow one.
          - os: windows-latest
            target: x86_64-pc-windows-msvc
    steps:
      - uses: actions/checkout@v4
      - name: Toolchain
        uses: dtolnay/rust-toolchain@stable
        with:
          components: clippy, rustfmt
      # Everything at once.
      - name: Test
        run: |
          cargo test --all
          # not a YAML comment

          cargo clippy
        env: { RUST_BACKTRACE: 1, A: "b" }

  # The end.
  done:
    needs: [test]
    runs-on: ubuntu-latest
    steps:
      - run: echo done
# That was all.
"#;

const COMPOSE: &str = r#"version: "3.9"   # old
services:
    web:
        image: "nginx:1.25"
        ports:
        - "80:80"
        - "443:443"   # tls
        environment:
            MODE: 'prod'
            DEBUG: "0"
        command: >-
            serve
            --port 80

    db:
        image: postgres:16
        volumes:
        - data:/var/lib/postgresql/data
        mode: 0644
        empty:

volumes:
    data: {}
"#;

#[test]
fn nothing_changes_nothing() {
    let odd = [
        "",
        "# only\n",
        "a: 1",
        "a: 1\r\nb:\r\n- x # c\r\n",
        "\u{feff}a: ü\n",
        "%YAML 1.2\n---\na: 1\n...\n",
        "{}\n",
        "{a: 1, b: [x, y]}\n",
        "a:\t1 # tab\n",
        "a: |+\n  x\n\n\nb: >2\n    y\n\n# end\n",
        "a: 'x\n  y'\nb: plain\n  text\n",
        "a:\n  # in\n  b: 1\n  # out\nc: 2\n",
        "- \n",
        "a:\n  - - 1\n    - 2\n  -\n    k: v\n  - # c\n    k: w\n",
        "  a: 1\n  b: 2\n",
        "a: [\n  1, # one\n  2,\n]\n",
    ];
    for text in [WORKFLOW, COMPOSE].into_iter().chain(odd) {
        let Ok(record) = read(text) else {
            assert_eq!(text, "- \n");
            continue;
        };
        assert_eq!(written(text, text, text, &record), text);
        assert_eq!(rewritten(None, text, "zz: 1\n", &record).unwrap(), text);
        if !text.is_empty() {
            assert_eq!(rewritten(Some("a: 7\n"), text, "zz: 1\n", &record).unwrap(), text, "{text}");
        }
        assert_eq!(rewritten(None, text, "", &record).unwrap(), text);
    }
}

#[test]
fn one_value_changes_one_line() {
    let merged = with(
        WORKFLOW,
        &[
            ("/jobs/test/strategy/matrix/include/1/target", "\"arm\""),
            ("/env/RUSTFLAGS", "\"-D all\""),
            ("/on/push/branches/0", "\"trunk\""),
            ("/jobs/test/steps/2/env/A", "\"c\""),
            ("/jobs/test/steps/1/name", "\"Tools\""),
        ],
    );
    assert_eq!(
        changes(WORKFLOW, &written(WORKFLOW, WORKFLOW, WORKFLOW, &merged)),
        [
            "-    branches: [main, \"release/**\"]",
            "-  RUSTFLAGS: '-D warnings'",
            "-            target: x86_64-pc-windows-msvc",
            "-      - name: Toolchain",
            "-        env: { RUST_BACKTRACE: 1, A: \"b\" }",
            "+    branches: [trunk, \"release/**\"]",
            "+  RUSTFLAGS: '-D all'",
            "+            target: arm",
            "+      - name: Tools",
            "+        env: { RUST_BACKTRACE: 1, A: \"c\" }",
        ]
    );
    let merged = with(
        COMPOSE,
        &[
            ("/services/web/ports/1", "\"8443:443\""),
            ("/services/web/environment/MODE", "\"it's\""),
            ("/services/web/command", "\"one\\ntwo\\n\""),
            ("/services/db/empty", "\"no\""),
        ],
    );
    assert_eq!(
        changes(COMPOSE, &written(COMPOSE, COMPOSE, COMPOSE, &merged)),
        [
            "-        - \"443:443\"   # tls",
            "-            MODE: 'prod'",
            "-        command: >-",
            "-            serve",
            "-            --port 80",
            "-        empty:",
            "+        - \"8443:443\"   # tls",
            "+            MODE: 'it''s'",
            "+        command: |",
            "+            one",
            "+            two",
            "+        empty: \"no\"",
        ]
    );
}

#[test]
fn theirs_text_comes_with_theirs_values() {
    let mine = WORKFLOW.replace("name: CI", "name: Checks").replace("echo done", "echo 'all done'");
    let theirs = WORKFLOW
        .replace(
            "      - name: Toolchain\n",
            "      # Speeds it up.\n      - uses: 'Swatinem/rust-cache@v2' # cache\n\n      - name: Toolchain\n",
        )
        .replace("[ubuntu-latest, windows-latest]", "[ubuntu-latest, macos-latest, windows-latest]")
        .replace("          cargo clippy\n", "          cargo clippy --all\n          cargo doc\n")
        .replace(
            "  # The end.\n",
            "  # In between.\n  lint:\n    # here\n    runs-on: \"ubuntu-latest\"\n\n  # The end.\n",
        )
        .replace("A: \"b\"", "A: 'b', C: [1]")
        .replace("  pull_request:\n", "  pull_request: # all\n    types: [opened]\n");
    let merged = with(&theirs, &[("/name", "\"Checks\""), ("/jobs/done/steps/0/run", "\"echo 'all done'\"")]);
    let expected = theirs.replace("name: CI", "name: Checks").replace("echo done", "echo 'all done'");
    assert_eq!(written(WORKFLOW, &mine, &theirs, &merged), expected);
}

#[test]
fn theirs_text_is_moved_to_mines_columns() {
    let base = "a:\n  b:\n    - x: 1\nz: 0\n";
    let mine = "a:\n    b:\n    - x: 1\n      m: 2\nz: 0\n";
    let theirs = "a:\n  b:\n    # two\n    - x: 2\n      y: |\n        text\n          deeper\n      # after\n    - x: 1\n  n:\n    - k:\n        v: 'q'\nz: 0\n";
    let merged = with(theirs, &[("/a/b/1/m", "2")]);
    assert_eq!(
        written(base, mine, theirs, &merged),
        "a:\n    b:\n    # two\n    - x: 2\n      y: |\n        text\n          deeper\n      # after\n    - x: 1\n      m: 2\n    n:\n      - k:\n          v: 'q'\nz: 0\n"
    );
}

#[test]
fn a_change_of_formatting_alone_is_taken_over() {
    let mine = WORKFLOW.replace("name: CI", "name: Checks").replace("done # x", "done");
    let theirs = WORKFLOW
        .replace("'-D warnings'", "\"-D warnings\" # strict")
        .replace("# The slow one.", "# The slower one.")
        .replace("always # colours", "always # colors")
        .replace("# And every pull", "# And each pull")
        .replace("components: clippy, rustfmt", "components: 'clippy, rustfmt'");
    assert_eq!(written(WORKFLOW, &mine, &theirs, &read(&mine).unwrap()), theirs.replace("name: CI", "name: Checks"));
    assert_eq!(written(WORKFLOW, WORKFLOW, &theirs, &read(WORKFLOW).unwrap()), theirs);
    assert_eq!(written(WORKFLOW, &mine, WORKFLOW, &read(&mine).unwrap()), mine);
}

#[test]
fn comments_stay_when_their_value_changes_and_go_with_their_entry() {
    let text = "# head\n\n# about a\na: 1 # one\n\n# section\n\n# about b\nb:\n  # first\n  - x # ex\n  # second\n  - y # why\n  # end\nc: 3\n";
    let merged = with(text, &[("/a", "{\"k\":[1]}"), ("/b", "[\"z\",\"y\"]")]);
    assert_eq!(
        written(text, text, text, &merged),
        "# head\n\n# about a\na: # one\n  k:\n    - 1\n\n# section\n\n# about b\nb:\n  # first\n  - z # ex\n  # second\n  - y # why\n  # end\nc: 3\n"
    );
    let merged = with(text, &[("/b/0", ""), ("/a", "")]);
    assert_eq!(
        written(text, text, text, &merged),
        "# head\n\n\n# section\n\n# about b\nb:\n  # second\n  - y # why\n  # end\nc: 3\n"
    );
    assert_eq!(
        written(text, text, text, &with(text, &[("/b", "")])),
        "# head\n\n# about a\na: 1 # one\n\n# section\n\nc: 3\n"
    );
}

#[test]
fn new_members_are_written_like_their_neighbours() {
    let merged = with(
        COMPOSE,
        &[
            ("/services/db/ports", "[\"5432:5432\",\"yes\"]"),
            ("/services/db/build", "{\"args\":{\"A\":\"1\",\"B\":\"x y\"}}"),
            ("/services/cache", "{\"image\":\"redis\",\"list\":[{\"a\":1,\"b\":[]}]}"),
            ("/services/web/environment/NEW", "\"text\""),
        ],
    );
    let new = written(COMPOSE, COMPOSE, COMPOSE, &merged);
    let added: Vec<String> = changes(COMPOSE, &new);
    assert_eq!(
        added,
        [
            "+            NEW: 'text'",
            "+        - 5432:5432",
            "+        - \"yes\"",
            "+        build:",
            "+            args:",
            "+                A: \"1\"",
            "+                B: x y",
            "+    cache:",
            "+        image: redis",
            "+        list:",
            "+        - a: 1",
            "+          b: []",
        ]
        .map(|line| line.replace("- 5432:5432", "- \"5432:5432\"")),
        "{new}"
    );
}

#[test]
fn line_ends_and_the_last_newline_are_mines() {
    let base = "a: 1\nb: |\n  x\n  y\nc: 3";
    let mine = base.replace('\n', "\r\n").replace('3', "4");
    let theirs = base.replace("a: 1", "# new\na: 2");
    let merged = with(&theirs, &[("/c", "4")]);
    assert_eq!(written(base, &mine, &theirs, &merged), theirs.replace('\n', "\r\n").replace('3', "4"));
}

#[test]
fn numbers_stay_as_they_are_spelled() {
    let text = "a: 0x1F\nb: +1\nc: .5\nd: 0644\ne: .inf\nf: \"0644\"\ng: \"!int 0644\"\nh: 1_000\n0x10: k\n";
    let record = read(text).unwrap();
    assert_eq!(
        Value::Object(record.clone()).to_json(),
        r#"{"a":31,"b":1,"c":0.5,"d":"!int 0644","e":"!float .inf","f":"0644","g":"!!int 0644","h":"1_000","0x10":"k"}"#
    );
    let merged =
        with(text, &[("/a", "32"), ("/d", r#""!int 0755""#), ("/f", r#""!float .nan""#), ("/e", r#""!!float .inf""#)]);
    assert_eq!(
        written(text, text, text, &merged),
        "a: 32\nb: +1\nc: .5\nd: 0755\ne: \"!float .inf\"\nf: .nan\ng: \"!int 0644\"\nh: 1_000\n0x10: k\n"
    );
}

#[test]
fn kinds_change() {
    let text =
        "a: 1 # one\nb:\n- x: 1\n  y: 2 # two\n- - 3\n  - 4\nc: {k: v, l: [1, 2]}\nd: |\n  text\ne:\nf: [] # none\n";
    for (at, json) in [
        ("/a", r#"{"x":{"y":[{"z":1}]}}"#),
        ("/a", "[1,[2]]"),
        ("/a", "\"l1\\nl2\""),
        ("/b", "1"),
        ("/b/0", "\"s\""),
        ("/b/0/x", ""),
        ("/b/0", "[]"),
        ("/b/0", "[1,2]"),
        ("/b/1", r#"{"p":1,"q":[1]}"#),
        ("/b/1/0", "[5,6]"),
        ("/b", "{}"),
        ("/c", "{}"),
        ("/c/m", r#"{"p":[1,{"q":"a, b"}]}"#),
        ("/c/l", "[]"),
        ("/c/l/0", ""),
        ("/c", "null"),
        ("/d", "null"),
        ("/d", "\"  x\\n\""),
        ("/d", "\"x\\n\\n\""),
        ("/d", "[1]"),
        ("/e", "{\"k\":1}"),
        ("/e", "\"\""),
        ("/e", "\"a\\tb\\u0000\\u0085\\u2028\""),
        ("/f", "[{\"a\":{}}]"),
        ("/f", "\"yes\""),
        ("/b/0/x", "{\"deep\":[{\"er\":null}]}"),
        ("/new: key", "\"- x\""),
        ("/é \"q\"", "true"),
        ("/", "1"),
    ] {
        let merged = with(text, &[(at, json)]);
        let other = rewritten(None, "", "", &merged).unwrap();
        assert_eq!(read(&other).unwrap(), merged);
        let new = written(text, text, text, &merged);
        assert!(new.contains("# one") && (at.starts_with("/b") || new.contains("# two")), "{at} {json}\n{new}");
        written(text, text, &other, &merged);
        written(text, &other, text, &read(text).unwrap());
    }
}

#[test]
fn order_is_mergeds() {
    let text = "a: 1 # a\n# on b\nb: 2\nc:\n  - x: 1\n    y: 2 # y\n";
    let merged = Value::parse(r#"{"c":[{"y":2,"x":1}],"m":0,"b":2,"a":1}"#).unwrap();
    assert_eq!(
        written(text, text, text, merged.as_object().unwrap()),
        "c:\n  - y: 2 # y\n    x: 1\nm: 0\n# on b\nb: 2\na: 1 # a\n"
    );
}

#[test]
fn what_a_record_cannot_say_is_refused() {
    let says = |text: &str| read(text).unwrap_err().to_string();
    for (text, start) in [
        ("a: 1\n---\nb: 2\n", "there are several documents in one text at line 2, column 1"),
        ("é: 1\na: &x 1\n", "an anchor stands here, which a record cannot say at line 2"),
        ("a: 1\nb: !t 1\n", "a tag stands here, which a record cannot say at line 2"),
        ("a: 1\nb: 2\na: 3\n", "the name \"a\" stands twice in one mapping at line 3, column 1"),
        ("? [a]\n: 1\n", "only a scalar can be the key"),
        ("? a\n: 1\n", "a key written with ?"),
        ("- 1\n", "the text is no mapping at its top level at line 1, column 1"),
        ("a\n", "the text is no mapping"),
        ("a: [b: c]\n", "a pair without braces in a list"),
        ("a: b: c\n", "mapping values are not allowed in this context at line 1, column 5"),
    ] {
        assert!(says(text).starts_with(start), "{text}: {}", says(text));
    }
    assert!(read(&format!("a: {}", "[".repeat(300))).is_err());
    assert!(read(&format!("a: {}{}", "[".repeat(200), "]".repeat(200))).unwrap_err().to_string().contains("deeper"));
    assert!(read("a: *x\n").is_err());
}

#[test]
fn what_cannot_be_put_together_is_written_afresh_where_it_stands() {
    // The blank line above theirs' member would be one more line of the text above it.
    let base = "# head\nz: 0 # z\na: |+ # k\n  x\nb: 1 # b\n# c\nc: 2\n";
    let theirs = "# head\nz: 0 # z\na: |+ # k\n  x\nb: 1 # b\n\n# two\nn: 2\n# c\nc: 3\n";
    let mut merged = read(theirs).unwrap();
    merged.shift_remove("b");
    assert_eq!(written(base, base, theirs, &merged), "# head\nz: 0 # z\na: |\n  x\n\n# two\nn: 2\n# c\nc: 3\n");
}

#[test]
fn comments_that_were_all_there_was_stand_once() {
    for head in ["# only\n", "# only\n\n", "\u{feff}# only\n"] {
        let [a, b] = ["a: 1\n", "b: 2\n"].map(|line| format!("{head}{line}"));
        let merged = with("a: 1\nb: 2\n", &[]);
        assert_eq!(written(head, &a, &b, &merged), format!("{head}a: 1\nb: 2\n"));
        assert_eq!(written(head, head, &b, &with("b: 2\n", &[])), b);
    }
}
