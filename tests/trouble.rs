//! What goes wrong around midair: each time a sentence that says what to do, and nothing lost.
#![allow(clippy::unwrap_used)]

mod pty;

use std::path::Path;
use std::process::Command;

use pty::{Home, Terminal};

const KEY: &str = "projects/prj_1";

/// A server of its own, in a terminal of its own, that no editor may take over.
fn server(home: &Home, db: &Path) -> Terminal {
    let db = db.to_str().unwrap().to_owned();
    let mut server = home.midair(&["serve", "--no-seed", "--listen", &home.listen(), "--db", &db]);
    server.shows("midair server on http://");
    server
}

fn editor(home: &Home) -> Terminal {
    home.midair(&["--as", "alice", "--server", &format!("http://{}", home.listen())])
}

#[test]
fn a_server_that_goes_down_and_comes_back_loses_nothing() {
    let home = Home::new();
    let db = home.path("records.db");
    let mut first = server(&home, &db);
    home.creates(KEY, r#"{"name":"Launch"}"#);
    let mut alice = editor(&home);
    alice.shows("prj_1").keys("enter").shows("from v1").keys("' site'").shows("Launch site");
    first.signal("TERM");
    assert_eq!(first.ends().exit_code(), 143);
    alice.shows("NOT CONNECTED").keys("ctrl-s").shows("is not saved yet").shows("it is sent again");
    alice.keys("'!'").shows("Launch site!");
    let _second = server(&home, &db);
    alice.shows("Saved projects/prj_1 as v2").shows("live");
    assert_eq!(home.reads(KEY).body, r#"{"name":"Launch site"}"#);
    alice.shows("Launch site!").keys("ctrl-s").shows("Saved projects/prj_1 as v3");
    assert_eq!(home.reads(KEY).body, r#"{"name":"Launch site!"}"#);
}

#[test]
fn no_server_at_all_is_said_before_the_screen_is_touched() {
    let home = Home::new();
    let mut alice = editor(&home);
    alice.shows("no connection to 127.0.0.1").shows("see that the server runs");
    assert_eq!(alice.ends().exit_code(), 5);
}

#[test]
fn what_cannot_be_opened_is_told_before_the_screen_is_touched() {
    let home = Home::new();
    std::fs::write(home.path("letter.db"), "Dear grandmother, ".repeat(1000)).unwrap();
    let mut alice = home.midair(&["--db", "letter.db"]);
    alice.shows("is not a midair database; move it away, or name another file with --db");
    assert_eq!(alice.ends().exit_code(), 1);
    let mut alice = home.midair(&["--db", "no/such/folder/x.db", "--server", "127.0.0.1:1"]);
    alice.shows("http://");
    assert_eq!(alice.ends().exit_code(), 2);
    let _taken = std::net::TcpListener::bind(home.listen()).unwrap();
    let mut alice = home.person("alice");
    alice.shows("something else is at").shows("--listen");
    assert_eq!(alice.ends().exit_code(), 1);
    assert!(!String::from_utf8_lossy(alice.raw()).contains("\u{1b}[?1049h"), "the screen was never opened");
}

/// A folder of its own on a disk of `kilobytes`, where this machine lets us mount one.
struct SmallDisk(std::path::PathBuf);

impl SmallDisk {
    fn mount(at: &Path, kilobytes: u32) -> Option<SmallDisk> {
        std::fs::create_dir_all(at).unwrap();
        let size = format!("size={kilobytes}k");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(at).status();
        mounted.is_ok_and(|status| status.success()).then(|| SmallDisk(at.to_owned()))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

/// Only root may mount. Written past the capture of the test runner, so that it is seen; the server's own tests fill a
/// database to its page limit everywhere.
fn not_run(what: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stderr(), "NOT RUN, no small disk can be mounted here: {what}");
}

/// Fills what is left of the disk that `folder` is on.
fn fill(folder: &Path) -> std::path::PathBuf {
    use std::io::Write;
    let ballast = folder.join("ballast");
    let mut file = std::fs::File::create(&ballast).unwrap();
    while file.write_all(&[0; 4096]).is_ok() {}
    ballast
}

#[test]
fn a_full_disk_under_the_records_refuses_the_save_and_keeps_the_draft() {
    let home = Home::new();
    let folder = home.path("disk");
    let Some(disk) = SmallDisk::mount(&folder, 2048) else {
        return not_run("a full disk under the records");
    };
    let _server = server(&home, &folder.join("records.db"));
    home.creates(KEY, r#"{"name":"Launch"}"#);
    let mut alice = editor(&home);
    alice.shows("prj_1").keys("enter").shows("from v1");
    // More than there is room for in the log that the database has already.
    alice.paste(&" site".repeat(60_000)).keys("'!'").shows("site!");
    let ballast = fill(&folder);
    alice.keys("ctrl-s").shows("the disk is full").shows("What you typed is here.").shows("draft kept");
    assert_eq!(home.reads(KEY).body, r#"{"name":"Launch"}"#);
    std::fs::remove_file(ballast).unwrap();
    alice.keys("ctrl-s").shows("Saved projects/prj_1 as v2");
    drop((alice, disk));
}

#[test]
fn a_full_disk_under_the_drafts_is_said_and_nothing_is_sent_without_its_draft() {
    let home = Home::new();
    let folder = home.path("state");
    let Some(disk) = SmallDisk::mount(&folder, 256) else {
        return not_run("a full disk under the drafts");
    };
    let mut alice = home.person("alice");
    alice.shows("live");
    home.creates(KEY, r#"{"name":"Launch"}"#);
    alice.shows("prj_1").keys("enter").shows("from v1");
    let ballast = fill(&folder);
    alice.keys("' site'").shows("DRAFT NOT KEPT").keys("ctrl-s").shows("was not saved");
    assert_eq!(home.reads(KEY).body, r#"{"name":"Launch"}"#);
    alice.shows("Launch site");
    std::fs::remove_file(ballast).unwrap();
    alice.keys("ctrl-s").shows("Saved projects/prj_1 as v2");
    drop((alice, disk));
}

#[test]
fn a_server_of_another_contract_is_named() {
    let home = Home::new();
    let listener = std::net::TcpListener::bind(home.listen()).unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            use std::io::{Read, Write};
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 4096]);
            let body = r#"{"service":"midair","contract":2,"version":"9.0.0","store":"x"}"#;
            let _ = write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        }
    });
    let mut alice = home.person("alice");
    alice.shows("contract 2").shows("update the older of the two");
    assert_eq!(alice.ends().exit_code(), 1);
}

#[test]
fn a_terminal_too_small_keeps_what_was_typed() {
    let home = Home::new();
    let mut alice = home.person("alice");
    alice.shows("live");
    home.creates(KEY, r#"{"name":"Launch"}"#);
    alice.shows("prj_1").keys("enter").shows("from v1").keys("' site'").shows("Launch site");
    alice.resize(40, 10);
    alice.shows("Too small").keys("'!'");
    alice.resize(60, 15);
    alice.shows("Launch site!").keys("ctrl-s").shows("as v2");
}
