//! YAML and TOML: what becomes of their comments.

use super::{Folder, Run};

#[test]
fn yaml_and_toml_keep_their_comments_and_stop_at_the_open_line_alone() {
    let folder = Folder::with(["", "", ""]);
    let sides = |name: &str, base: &str, mine: [&str; 2], theirs: [&str; 2]| {
        folder.write(&format!("base.{name}"), base);
        folder.write(&format!("mine.{name}"), base.replace("1.0", mine[0]).replace("a: 1", mine[1]));
        folder.write(&format!("theirs.{name}"), base.replace("1.0", theirs[0]).replace("b: 2", theirs[1]));
        let files = ["base", "mine", "theirs"].map(|side| format!("{side}.{name}"));
        Run::of(
            folder.command(env!("CARGO_BIN_EXE_midair"), &["merge", &files[0], &files[1], &files[2]]).output().unwrap(),
        )
    };
    let yaml = "# head\nversion: '1.0'  # bumped\n\nmore:\n  a: 1 # one\n  # two\n  b: 2\n";
    let clean = sides("yaml", yaml, ["2.0", "a: 3"], ["1.0", "b: 4"]);
    assert_eq!(clean, Run::clean(&yaml.replace("1.0", "2.0").replace("a: 1", "a: 3").replace("b: 2", "b: 4")));
    let open = sides("yaml", yaml, ["2.0", "a: 3"], ["3.0", "b: 4"]);
    assert_eq!((open.code, open.err.as_str()), (Some(1), "midair: 1 place is open: version\n"));
    let marked =
        "<<<<<<< mine.yaml\nversion: '2.0'  # bumped\n=======\nversion: '3.0'  # bumped\n>>>>>>> theirs.yaml\n";
    assert!(open.out.starts_with(&format!("# head\n{marked}\nmore:\n  a: 3 # one\n")), "{}", open.out);

    let toml = "# head\n[package]\nversion = \"1.0\" # bumped\n\n[more]\nx = 1 # a: 1\ny = \"b: 2\"\n";
    let open = sides("toml", toml, ["2.0", "a: 1"], ["3.0", "b: 4"]);
    assert_eq!(open.err, "midair: 1 place is open: package.version\n");
    assert!(open.out.starts_with("# head\n[package]\n<<<<<<< mine.toml\nversion = \"2.0\" # bumped\n"), "{}", open.out);
    assert!(open.out.ends_with("x = 1 # a: 1\ny = \"b: 4\"\n"), "{}", open.out);

    folder.write("mine.yaml", "a: &x 1\nb: *x\n");
    let refused = Run::of(
        folder
            .command(env!("CARGO_BIN_EXE_midair"), &["merge", "base.yaml", "mine.yaml", "theirs.yaml"])
            .output()
            .unwrap(),
    );
    assert_eq!(refused.code, Some(2));
    assert!(refused.err.contains("mine.yaml") && refused.err.contains("line 1"), "{}", refused.err);
}

/// Merges three versions of a YAML or TOML file.
fn merged_as(ending: &str, sides: [&str; 3]) -> Run {
    let folder = Folder::with(sides);
    folder.merge(&["--path", &format!("file.{ending}")])
}

#[test]
fn a_comment_that_both_sides_changed_is_asked_and_never_lost() {
    for (ending, is) in [("yaml", ":"), ("toml", " =")] {
        let file = |above: &str, beside: &str, below: &str| {
            format!("# {above}\na{is} 1 # {beside}\n\n\n\nb{is} 1\n\n# {below}\n")
        };
        let both = |mine: [&str; 3], theirs: [&str; 3]| {
            let [mine, theirs] = [mine, theirs].map(|[above, beside, below]| file(above, beside, below));
            merged_as(ending, [&file("x", "y", "z"), &mine, &theirs])
        };
        for (mine, theirs) in
            [(["m", "y", "z"], ["t", "y", "z"]), (["x", "m", "z"], ["x", "t", "z"]), (["x", "y", "m"], ["x", "y", "t"])]
        {
            let run = both(mine, theirs);
            assert_eq!(run.code, Some(1), "{ending} {mine:?} {run:?}");
            assert!(run.out.contains("# m\n=======\n") && run.out.contains("# t\n>>>>>>>"), "{ending} {run:?}");
            assert!(run.err.contains("both sides changed the same comments"), "{run:?}");
            assert!(run.err.ends_with("midair: 1 place is open\n"), "{run:?}");
        }
        let apart = both(["m", "y", "z"], ["x", "t", "z"]);
        assert_eq!(apart, Run::clean(&file("m", "t", "z")), "{ending}");
        assert_eq!(both(["m", "y", "m"], ["m", "t", "z"]), Run::clean(&file("m", "t", "m")), "{ending}");
        let value = file("m", "y", "z").replace("b: 1", "b: 2").replace("b = 1", "b = 2");
        assert_eq!(merged_as(ending, [&file("x", "y", "z"), &file("x", "y", "z"), &value]), Run::clean(&value));

        let tail = |added: &str| format!("a{is} 1\n\n# {added}\n");
        let run = merged_as(ending, [&format!("a{is} 1\n"), &tail("m"), &tail("t")]);
        assert!(run.code == Some(1) && run.out.contains("# m\n") && run.out.contains("# t\n"), "{run:?}");
        let run = merged_as(ending, [&tail("z"), &tail("m"), &tail("z\n# t")]);
        assert!(run.code == Some(1) && run.out.contains("# m\n") && run.out.contains("# t\n"), "{run:?}");
        let gone = format!("b{is} 1\n");
        let base = format!("# x\na{is} 1\n{gone}");
        let run = merged_as(ending, [&base, &base.replace("# x", "# m"), &gone]);
        assert!(run.code == Some(1) && run.out.contains("# m\n"), "its member is gone: {run:?}");
    }
}

#[test]
fn comments_and_values_that_both_changed_are_both_asked() {
    let base = "# x\na: 1\n\n\n\nb: 1\n";
    let run = merged_as(
        "yaml",
        [
            base,
            &base.replace("# x", "# m").replace("b: 1", "b: 2"),
            &base.replace("# x", "# t").replace("b: 1", "b: 3"),
        ],
    );
    assert_eq!(run.err.lines().last(), Some("midair: 2 places are open"));
    // Line by line nothing meets: the list is written over three lines.
    let base = "# x\na: [1,\n  2,\n\n\n\n  2, 3]\n";
    let run = merged_as(
        "yaml",
        [base, &base.replace("# x", "# m").replace("[1,", "[0,"), &base.replace("# x", "# t").replace("3]", "4]")],
    );
    assert_eq!(run.code, Some(1));
    for line in ["# m\n", "# t\n", "a: [0,\n", "  2, 4]\n"] {
        assert!(run.out.contains(line), "{}", run.out);
    }
}

#[test]
fn a_mergetool_says_which_comments_have_no_place() {
    let folder = Folder::with(["# x\na: 1\n", "# m\na: 1\n", "# t\na: 1\n"]);
    let run = folder.midair(&["mergetool", "--plain", "base.json", "mine.json", "theirs.json", "out.yaml"]);
    assert_eq!((run.code, folder.read("out.yaml").as_str()), (Some(0), "# m\na: 1\n"));
    assert_eq!(run.err, "midair: these comments are not in out.yaml: t\n");
}
