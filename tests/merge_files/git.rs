//! `midair merge` as git's merge driver: any file, and whole merges of branches.

use std::fs;

use super::{Folder, PACKAGE, Run, package};

#[test]
fn a_merge_driver_merges_what_is_no_json_line_by_line_and_says_so() {
    let folder = Folder::with(["// a\none: 1\n\ntwo: 1\n", "// a\none: 2\n\ntwo: 1\n", "// a\none: 1\n\ntwo: 3\n"]);
    let run = folder.merge(&["--git", "--path", "conf/settings.json"]);
    assert!(run.code == Some(0) && run.out.is_empty(), "{run:?}");
    assert!(run.err.starts_with("midair: merged line by line, for ") && run.err.lines().count() == 1, "{run:?}");
    assert_eq!(folder.read("mine.json"), "// a\none: 2\n\ntwo: 3\n");

    let folder = Folder::with(["a: 1\r\n\r\nb: 1\r\n", "a: 2\r\n\r\nb: 1\r\n", "a: 3\r\n\r\nb: 1\r\n"]);
    let run = folder.merge(&["--git"]);
    assert!(run.code == Some(1) && run.err.ends_with("midair: 1 place is open\n"), "{run:?}");
    let lines = ["<<<<<<< mine", "a: 2", "=======", "a: 3", ">>>>>>> theirs", "", "b: 1", ""];
    assert_eq!(folder.read("mine.json"), lines.join("\r\n"));
}

#[test]
fn a_merge_driver_merges_any_bytes_line_by_line() {
    let side = |one: u8, two: u8| [b"caf\xe9: ", [one].as_slice(), b"\n\n\n", &[two, b'\n']].concat();
    let folder = Folder::with([side(1, 1), side(0xff, 1), side(1, 0xc3)]);
    assert_eq!(folder.merge(&["--git"]).code, Some(0));
    assert_eq!(fs::read(folder.path("mine.json")).unwrap(), side(0xff, 0xc3));

    let folder = Folder::with([side(1, 1), side(0xff, 1), side(0xfe, 1)]);
    let run = folder.merge(&["--git", "-L", "ours é"]);
    assert!(run.code == Some(1) && run.err.ends_with("midair: 1 place is open\n"), "{run:?}");
    assert!(run.err.contains("base.json is not valid UTF-8, in line 1"), "{run:?}");
    let marked = [b"<<<<<<< mine\ncaf\xe9: \xff\n=======\ncaf\xe9: \xfe\n".as_slice(), b">>>>>>> theirs\n\n\n\x01\n"];
    assert_eq!(fs::read(folder.path("mine.json")).unwrap(), marked.concat());

    let folder = Folder::with([side(1, 1), side(2, 1), side(3, 1)]);
    folder.midair(&["merge", "--git", "-L", "é", "base.json", "mine.json", "theirs.json"]);
    assert!(fs::read(folder.path("mine.json")).unwrap().starts_with("<<<<<<< é\n".as_bytes()));
}

#[test]
fn a_merge_driver_leaves_mine_alone_where_a_side_is_binary() {
    let folder = Folder::with([b"{}".as_slice(), b"{\"a\":1}", b"\xff\xfea\0"]);
    let run = folder.merge(&["--git"]);
    assert_eq!(run, Run::open("", "a side is binary, and cannot be merged; mine stays as it is"));
    assert_eq!(folder.read("mine.json"), "{\"a\":1}");
}

impl Folder {
    fn git(&self, words: &[&str]) -> Run {
        let settings = ["-c", "user.name=tester", "-c", "user.email=tester@example.org", "-c", "commit.gpgsign=false"];
        Run::of(self.command("git", &[&settings, words].concat()).output().expect("git is installed"))
    }

    fn commits(&self, text: &str) {
        self.write("package.json", text);
        let run = self.git(&["commit", "-qam", "a change"]);
        assert_eq!(run.code, Some(0), "{run:?}");
    }

    /// A repository in which git merges JSON by midair.
    fn repository(text: &str) -> Self {
        let folder = Self::new();
        assert_eq!(folder.git(&["init", "-q", "-b", "main"]).code, Some(0));
        let driver = "merge --git -L %X -L %S -L %Y --marker-size %L --path %P %O %A %B";
        folder.git(&["config", "merge.midair.driver", &format!("'{}' {driver}", env!("CARGO_BIN_EXE_midair"))]);
        folder.write(".gitattributes", "*.json merge=midair\n");
        folder.write("package.json", text);
        folder.git(&["add", "."]);
        folder.commits(text);
        folder
    }

    /// Both branches change the file, and main takes the other one in.
    fn branches(&self, mine: &str, theirs: &str) -> Run {
        assert_eq!(self.git(&["checkout", "-qb", "other"]).code, Some(0));
        self.commits(theirs);
        assert_eq!(self.git(&["checkout", "-q", "main"]).code, Some(0));
        self.commits(mine);
        self.git(&["merge", "--no-edit", "other"])
    }
}

#[test]
fn two_branches_that_add_dependencies_beside_each_other_merge_in_git() {
    let folder = Folder::repository(PACKAGE);
    let run = folder.branches(&package("1.0.0", "react"), &package("1.1.0", "lodash"));
    assert_eq!(run.code, Some(0), "{run:?}");
    let both = package("1.1.0", "lodash").replace("    \"zod", "    \"react\": \"^2.0.0\",\n    \"zod");
    assert_eq!(folder.read("package.json"), both);
    assert_eq!(folder.git(&["status", "--porcelain", "--untracked-files=no"]).out, "");
}

#[test]
fn two_branches_that_change_the_version_stop_git_at_the_version_alone() {
    let folder = Folder::repository(PACKAGE);
    let run = folder.branches(&package("1.2.0", "react"), &package("2.0.0", "lodash"));
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.out.contains("CONFLICT (content): Merge conflict in package.json"), "{run:?}");
    let both = package("?", "lodash").replace("    \"zod", "    \"react\": \"^2.0.0\",\n    \"zod");
    let open = "<<<<<<< HEAD\n  \"version\": \"1.2.0\",\n=======\n  \"version\": \"2.0.0\",\n>>>>>>> other\n";
    assert_eq!(folder.read("package.json"), both.replace("  \"version\": \"?\",\n", open));
    assert_eq!(folder.git(&["status", "--porcelain", "--untracked-files=no"]).out, "UU package.json\n");
}

#[test]
fn a_file_that_both_branches_added_merges_in_git() {
    let folder = Folder::repository(PACKAGE);
    folder.git(&["checkout", "-qb", "other"]);
    folder.write("new.json", "{\n  \"a\": 1,\n  \"b\": 2\n}\n");
    folder.git(&["add", "."]);
    folder.commits(PACKAGE);
    folder.git(&["checkout", "-q", "main"]);
    folder.write("new.json", "{\n  \"a\": 1,\n  \"b\": 3\n}\n");
    folder.git(&["add", "."]);
    folder.commits(PACKAGE);
    assert_eq!(folder.git(&["merge", "--no-edit", "other"]).code, Some(1));
    let open = "{\n  \"a\": 1,\n<<<<<<< HEAD\n  \"b\": 3\n=======\n  \"b\": 2\n>>>>>>> other\n}\n";
    assert_eq!(folder.read("new.json"), open);
}
