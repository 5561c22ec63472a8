//! Where a merge goes: a file that is replaced, a link, a pipe, mine itself.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use super::{Folder, Run};

#[test]
fn an_output_file_is_replaced_and_keeps_its_permissions() {
    let folder = Folder::with(["{\"a\":1,\"b\":1}", "{\"a\":2,\"b\":1}", "{\"a\":1,\"b\":2}"]);
    assert_eq!(folder.merge(&["-o", "out.json"]), Run::clean(""));
    assert_eq!(folder.read("out.json"), "{\"a\":2,\"b\":2}");

    folder.write("out.json", "older");
    fs::set_permissions(folder.path("out.json"), fs::Permissions::from_mode(0o640)).unwrap();
    symlink("out.json", folder.path("link.json")).unwrap();
    assert_eq!(folder.merge(&["-o", "link.json"]), Run::clean(""));
    assert_eq!((folder.read("out.json").as_str(), folder.mode("out.json")), ("{\"a\":2,\"b\":2}", 0o640));
    assert!(fs::symlink_metadata(folder.path("link.json")).unwrap().is_symlink());
    assert_eq!(folder.names(), ["base.json", "link.json", "mine.json", "out.json", "theirs.json"]);

    assert_eq!(folder.merge(&["-o", "-"]), Run::clean("{\"a\":2,\"b\":2}"));
    let run = folder.merge(&["-o", "none/out.json"]);
    run.refused(&["none/out.json cannot be written: there is no such folder"]);
    let run = folder.merge(&["-o", "out.json/out.json"]);
    run.refused(&["out.json/out.json cannot be written: not a directory"]);
    assert!(!run.err.contains(".tmp"), "{run:?}");
}

#[test]
fn an_output_file_has_what_is_open_as_well() {
    let folder = Folder::with(["{\"a\":1}", "{\"a\":2}", "{\"a\":3}"]);
    assert_eq!(folder.merge(&["-o", "mine.json"]), Run::open("", "1 place is open: a"));
    assert_eq!(folder.read("mine.json"), "{\n<<<<<<< mine\n\"a\":2\n=======\n\"a\":3\n>>>>>>> theirs\n}");
}

#[test]
fn a_merge_driver_writes_into_mine() {
    let folder = Folder::with(["{\"a\":1,\"b\":1}\n", "{\"a\":2,\"b\":1}\n", "{\"a\":1,\"b\":2}\n"]);
    fs::set_permissions(folder.path("mine.json"), fs::Permissions::from_mode(0o600)).unwrap();
    assert_eq!(folder.merge(&["--git"]), Run::clean(""));
    assert_eq!((folder.read("mine.json").as_str(), folder.mode("mine.json")), ("{\"a\":2,\"b\":2}\n", 0o600));
    assert_eq!(folder.read("theirs.json"), "{\"a\":1,\"b\":2}\n");
    folder.write("theirs.json", "{\"a\":3,\"b\":2}\n");
    assert_eq!(folder.merge(&["--git"]), Run::open("", "1 place is open: a"));
    assert_eq!(folder.read("mine.json"), "{\n<<<<<<< mine\n\"a\":2,\n=======\n\"a\":3,\n>>>>>>> theirs\n\"b\":2}\n");
}

#[test]
fn a_pipe_that_is_written_to_stays_a_pipe() {
    use std::os::unix::fs::FileTypeExt;
    let sides = ["{\"a\":1,\"b\":1}", "{\"a\":2,\"b\":1}", "{\"a\":1,\"b\":2}"];
    for words in [
        &["merge", "base.json", "mine.json", "theirs.json", "-o", "link"][..],
        &["mergetool", "--plain", "base.json", "mine.json", "theirs.json", "link"],
    ] {
        let folder = Folder::with(sides);
        assert!(folder.command("mkfifo", &["pipe"]).status().unwrap().success());
        symlink("pipe", folder.path("link")).unwrap();
        // Opened for both, so that neither end waits for the other.
        let mut reader = fs::OpenOptions::new().read(true).write(true).open(folder.path("pipe")).unwrap();
        assert_eq!(folder.midair(words).code, Some(0), "{words:?}");
        assert!(fs::metadata(folder.path("pipe")).unwrap().file_type().is_fifo(), "{words:?}");
        let mut found = [0; 13];
        std::io::Read::read_exact(&mut reader, &mut found).unwrap();
        assert_eq!(&found, b"{\"a\":2,\"b\":2}", "{words:?}");
    }
}
