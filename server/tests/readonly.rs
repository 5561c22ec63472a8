//! A file that cannot be written for a while: who writes is told so, who reads goes on, and nobody has to start anything
//! again. Alone in its program, since what stops the writing stops it for the whole of a process.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod house;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use house::House;
use rustix::process::{Resource, Rlimit, Signal, getrlimit, setrlimit};
use tokio::signal::unix::{SignalKind, signal};

const AT: &str = "/v1/collections/things/records/a";

/// What makes a file read-only that is open already. As permissions do not, a mount cannot be changed under it, and root
/// may do anything, it is one of these.
enum Lock {
    /// No file may grow or be written past its first byte, in this process: everywhere.
    Limit(Rlimit),
    /// The files are immutable, as root can make them on some file systems.
    Immutable(Vec<PathBuf>),
}

impl Lock {
    fn limit() -> Lock {
        let before = getrlimit(Resource::Fsize);
        setrlimit(Resource::Fsize, Rlimit { current: Some(0), ..before }).unwrap();
        Lock::Limit(before)
    }

    /// `None` where that stops nobody from writing.
    fn immutable(file: &Path) -> Option<Lock> {
        let beside = |ending: &str| PathBuf::from(format!("{}{ending}", file.display()));
        let mut probe = std::fs::File::create(beside("-probe")).unwrap();
        let files = vec![beside(""), beside("-wal"), beside("-probe"), file.parent().unwrap().to_owned()];
        let changed = attribute("+i", &files);
        let lock = Lock::Immutable(files);
        (changed && probe.write_all(b"x").is_err()).then_some(lock)
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        match self {
            Lock::Limit(before) => setrlimit(Resource::Fsize, *before).unwrap(),
            Lock::Immutable(files) => drop(attribute("-i", files)),
        }
    }
}

/// Changes an attribute of files; false where that cannot be done.
fn attribute(change: &str, files: &[PathBuf]) -> bool {
    let changed = Command::new("chattr").arg(change).args(files).output();
    changed.is_ok_and(|output| output.status.success())
}

/// The story, with the file locked as `lock` does it; false where it does not.
async fn locked_for_a_while(lock: impl FnOnce(&Path) -> Option<Lock>) -> bool {
    let house = House::open().await;
    let tag = house.create(AT, r#"{"n":1}"#).await;
    let Some(locked) = lock(&house.file) else { return false };
    let told = |answer: &house::Answer| (answer.status, answer.code());
    let unavailable = (503, "unavailable".to_owned());

    let refused = house.ask("PUT", AT, &[("if-match", &tag)], r#"{"n":2}"#).await;
    assert_eq!(told(&refused), unavailable, "{}", refused.text);
    assert_eq!(refused.header("retry-after"), "1");
    let detail = refused.json()["detail"].as_str().unwrap().to_owned();
    let which = format!("the file of the store cannot be written ({}: ", house.file.display());
    assert!(detail.starts_with(&which), "{detail}");
    assert!(detail.ends_with("see that the file, the -wal beside it and its folder can be written, and try again."));
    assert!(detail.contains("nothing was written, and all that was is still read"), "{detail}");
    // Every way of writing.
    let patch = [("if-match", tag.as_str()), ("content-type", "application/merge-patch+json")];
    let created = [("if-none-match", "*")];
    for (method, path, headers, body) in [
        ("PATCH", AT, patch.as_slice(), r#"{"n":2}"#),
        ("DELETE", AT, &patch[..1], ""),
        ("PUT", "/v1/collections/things/records/b", &created, "{}"),
        ("POST", "/v1/collections/things/records", &[], "{}"),
        ("PUT", "/v1/collections/others", &created, "{}"),
        (
            "POST",
            "/v1/collections/things/bulk",
            &[],
            r#"{"items":[{"id":"b","op":"put","ifNoneMatch":"*","fields":{}}]}"#,
        ),
    ] {
        let answer = house.ask(method, path, headers, body).await;
        assert_eq!(told(&answer), unavailable, "{method} {path}: {}", answer.text);
    }
    // Who reads notices nothing, and neither does who looks whether the server lives; a refusal is one as ever.
    let read = house.get(AT).await;
    assert_eq!((read.status, read.text.as_str(), read.etag()), (200, r#"{"n":1}"#, tag.clone()));
    assert_eq!(house.ask("GET", AT, &[("if-none-match", &tag)], "").await.status, 304);
    assert_eq!(house.get("/v1/collections/things/records").await.json()["total"], 1);
    assert_eq!(house.get(&format!("{AT}/versions")).await.json()["items"].as_array().unwrap().len(), 1);
    assert_eq!(house.get("/v1/collections/things/records/b").await.status, 404);
    assert_eq!(house.ask("PUT", AT, &[("if-match", "\"9-never\"")], "{}").await.code(), "unknown_token");
    assert_eq!((house.get("/healthz").await.status, house.get("/readyz").await.status), (200, 503));

    drop(locked);
    let tag = house.replace(AT, &tag, "alice", r#"{"n":2}"#).await;
    house.create("/v1/collections/things/records/b", "{}").await;
    assert_eq!(house.get("/readyz").await.status, 200);
    assert_eq!(*house.store.watch().borrow(), 3, "what was refused has no place in the feed");
    let house = house.closed().await.opened().await;
    assert_eq!(
        (house.get(AT).await.etag(), house.get("/v1/collections/things/records").await.json()["total"].as_u64()),
        (tag, Some(2))
    );
    house.close().await;
    true
}

#[tokio::test]
async fn while_the_file_cannot_be_written_writes_are_refused_and_reads_go_on() {
    // Else a write past the limit ends the program.
    let _past_the_limit = signal(SignalKind::from_raw(Signal::XFSZ.as_raw())).unwrap();
    assert!(locked_for_a_while(|_| Some(Lock::limit())).await);
    if !locked_for_a_while(Lock::immutable).await {
        let _ =
            writeln!(std::io::stderr(), "NOT RUN, no file can be made immutable here: the same of an immutable file");
    }
}
