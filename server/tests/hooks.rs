//! Test hooks: each does on cue what otherwise takes bad luck, leaves real versions behind, and says that it was done.
#![allow(clippy::unwrap_used)]

mod house;

use std::time::{Duration, Instant};

use house::{Answer, House};
use midair_server::Limits;
use serde_json::json;

const AT: &str = "/v1/collections/things/records/a";
const SCRIPT: &str = "/v1/test-hooks/things/a";

async fn testing() -> House {
    House::open_with(Limits { test_hooks: true, ..Limits::default() }).await
}

/// A PUT of `body` over the version `tag`, with this hook.
async fn put(house: &House, tag: &str, hook: &str, body: &str) -> Answer {
    let mut headers = vec![("if-match", tag), ("midair-author", "alice")];
    if !hook.is_empty() {
        headers.push(("midair-test", hook));
    }
    house.ask("PUT", AT, &headers, body).await
}

async fn history(house: &House) -> serde_json::Value {
    let lines = house.get(&format!("{AT}/versions")).await.json();
    lines["items"].as_array().unwrap().iter().map(|line| json!([line["version"], line["op"], line["by"]])).collect()
}

#[tokio::test]
async fn a_server_that_takes_no_hooks_refuses_who_asks_for_one_and_writes_nothing() {
    let house = House::open().await;
    for hook in ["conflict;by=\"bob\";patch=\"{}\"", "what is this", ""] {
        let headers = [("if-none-match", "*"), ("midair-test", hook)];
        let refused = house.ask("PUT", AT, &headers, "{}").await;
        assert_eq!((refused.status, refused.code().as_str()), (400, "test_hooks_off"), "{}", refused.text);
        assert!(refused.text.contains("midair serve --test-hooks"), "{}", refused.text);
    }
    assert_eq!(house.get(AT).await.status, 404);
    for method in ["GET", "PUT", "DELETE"] {
        assert_eq!(house.ask(method, SCRIPT, &[], "drop").await.code(), "test_hooks_off");
    }
    house.close().await;
}

#[tokio::test]
async fn somebody_else_writes_first_and_a_real_version_refuses_the_write() {
    let house = testing().await;
    let v1 = house.create(AT, r#"{"name":"Moon","quota":100}"#).await;
    let hook = r#"conflict;by="bob";note="by phone";patch="{\"quota\":150}""#;
    let refused = put(&house, &v1, hook, r#"{"name":"Moonshot","quota":100}"#).await;
    let problem = refused.json();
    assert_eq!((refused.status, refused.header("midair-test-applied")), (412, r#"conflict;by="bob";version=2"#));
    assert_eq!(problem["current"]["fields"], json!({"name": "Moon", "quota": 150}));
    assert_eq!((&problem["changes"][0]["by"], &problem["changes"][0]["why"]), (&json!("bob"), &json!("by phone")));
    assert_eq!(problem["overlap"], json!([]));
    let merged = put(&house, &refused.etag(), "", r#"{"name":"Moonshot","quota":150}"#).await;
    assert_eq!((merged.status, merged.header("midair-test-applied")), (200, ""));
    assert_eq!(history(&house).await, json!([[1, "create", "alice"], [2, "update", "bob"], [3, "update", "alice"]]));
    house.close().await;
}

#[tokio::test]
async fn somebody_else_creates_or_deletes_what_was_to_be_written() {
    let house = testing().await;
    let fields = r#"conflict;by=%"Zo%c3%ab";fields="{\"n\":1}""#;
    let headers = [("if-none-match", "*"), ("midair-test", fields)];
    let refused = house.ask("PUT", AT, &headers, r#"{"n":2}"#).await;
    assert_eq!((refused.status, refused.code().as_str()), (412, "already_exists"));
    assert_eq!(refused.header("midair-test-applied"), r#"conflict;by=%"Zo%c3%ab";version=1"#);
    let headers = [("if-match", refused.etag()), ("midair-test", "conflict;delete".into())];
    let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let gone = house.ask("DELETE", AT, &headers, "").await;
    assert_eq!((gone.status, &gone.json()["deleted"]["by"]), (410, &json!("midair-test")));
    let back = [("if-none-match", "*"), ("midair-test", r#"(conflict;fields="{}" conflict;delete)"#)];
    let back = house.ask("PUT", AT, &back, r#"{"n":3}"#).await;
    assert_eq!(back.status, 201, "created and deleted again: nothing is in the way");
    assert_eq!(
        back.header("midair-test-applied"),
        r#"conflict;by="midair-test";version=3, conflict;by="midair-test";version=4"#
    );
    house.close().await;
}

#[tokio::test]
async fn a_script_gives_each_write_of_its_record_what_comes_next() {
    let house = testing().await;
    let mut tag = house.create(AT, r#"{"n":0}"#).await;
    let script = "unavailable;retry-after=2,\n();times=1,\nconflict;ops=\"[{\\\"op\\\":\\\"increment\\\",\\\"path\\\":\
                  \\\"/n\\\",\\\"by\\\":1}]\";times=2";
    let set = house.ask("PUT", SCRIPT, &[], script).await;
    assert_eq!((set.status, set.text.starts_with("unavailable;retry-after=2, (), conflict;")), (200, true));
    assert_eq!(house.get(AT).await.header("midair-test-applied"), "", "reads take nothing");
    house.create("/v1/collections/things/records/b", "{}").await;
    let busy = put(&house, &tag, "", r#"{"n":7}"#).await;
    assert_eq!((busy.status, busy.code().as_str()), (503, "unavailable"));
    assert_eq!(busy.headers.get_all("retry-after").iter().collect::<Vec<_>>(), ["2"]);
    assert_eq!(busy.header("midair-test-applied"), "unavailable;retry-after=2");
    let through = put(&house, &tag, "", r#"{"n":7}"#).await;
    assert_eq!((through.status, through.header("midair-test-applied")), (200, ""));
    tag = through.etag();
    for _ in 0..2 {
        let hook = put(&house, &tag, "delay;ms=0", r#"{"n":7}"#).await;
        assert_eq!((hook.status, hook.etag()), (200, tag), "whoever brings a hook takes none from the script");
        let refused = house.ask("PATCH", AT, &[("if-match", &hook.etag()), MERGE], r#"{"x":1}"#).await;
        assert_eq!((refused.status, &refused.json()["current"]["fields"]["n"]), (412, &json!(8)));
        tag = put(&house, &refused.etag(), "delay;ms=0", r#"{"n":7}"#).await.etag();
    }
    assert_eq!((house.get(SCRIPT).await.text.as_str(), put(&house, &tag, "", "{}").await.status), ("", 200));
    house.ask("PUT", SCRIPT, &[], "drop").await;
    assert_eq!(house.get(SCRIPT).await.text, "drop");
    assert_eq!(house.ask("DELETE", SCRIPT, &[], "").await.status, 204);
    assert_eq!(house.get(SCRIPT).await.text, "");
    assert_eq!(house.ask("POST", SCRIPT, &[], "").await.header("allow"), "GET, HEAD, PUT, DELETE");
    house.close().await;
}

const MERGE: (&str, &str) = ("content-type", "application/merge-patch+json");

#[tokio::test]
async fn an_answer_is_lost_after_the_commit_and_the_same_edit_finds_its_own_work() {
    let house = testing().await;
    let v1 = house.create(AT, r#"{"n":1}"#).await;
    let lost = async |hook: &str, key: &str| {
        let request = house.client.put(format!("{}{AT}", house.url)).body(r#"{"n":2}"#);
        let request = request.header("if-match", &v1).header("idempotency-key", key).header("midair-test", hook);
        request.send().await.is_err()
    };
    assert!(lost("drop;when=before", "\"one\"").await);
    assert_eq!(house.get(AT).await.etag(), v1, "the request never arrived");
    assert!(lost("drop", "\"one\"").await);
    assert_eq!(house.get(AT).await.header("midair-version"), "2");
    let again = house.ask("PUT", AT, &[("if-match", &v1), ("idempotency-key", "\"one\"")], r#"{"n":2}"#).await;
    assert_eq!(
        (again.status, again.header("idempotency-replayed"), again.header("midair-version")),
        (200, "true", "2")
    );
    house.close().await;
}

#[tokio::test]
async fn a_write_waits_before_or_after_it_is_done() {
    let house = testing().await;
    const WAIT: Duration = Duration::from_millis(300);
    let mut changes = house.store.watch();
    let send = |hook: &str, body: &'static str| {
        let request = house.client.put(format!("{}{AT}", house.url)).header("midair-test", hook).body(body);
        tokio::spawn(request.header("if-none-match", "*").send())
    };
    let begun = Instant::now();
    let before = send("delay;ms=300", "{}");
    changes.changed().await.unwrap();
    assert!(begun.elapsed() >= WAIT, "written after {:?}", begun.elapsed());
    assert_eq!(before.await.unwrap().unwrap().headers()["midair-test-applied"], "delay;ms=300;when=before");
    house.ask("DELETE", AT, &[("if-match", "*")], "").await;
    changes.changed().await.unwrap();
    let after = send("delay;ms=300;when=after", "{}");
    changes.changed().await.unwrap();
    assert!(!after.is_finished(), "written, and not yet answered");
    let after = after.await.unwrap().unwrap();
    assert_eq!(after.status().as_u16(), 201);
    assert_eq!(after.headers()["midair-test-applied"], "delay;ms=300;when=after");
    house.close().await;
}

#[tokio::test]
async fn a_hook_that_cannot_be_read_or_done_is_told_and_nothing_is_written() {
    let house = testing().await;
    let v1 = house.create(AT, r#"{"n":1}"#).await;
    let headers = [("if-none-match", "*")];
    house.ask("PUT", "/v1/collections/strict", &headers, r#"{"schema":{"required":["n"]}}"#).await;
    let strict = "/v1/collections/strict/records/a";
    house.create(strict, r#"{"n":1}"#).await;
    for (hook, status, code, says) in [
        ("collide", 400, "malformed_header", r#"Midair-Test: "collide" is no test hook"#),
        (r#"conflict;patch="{}""#, 409, "test_hook_failed", "says that already"),
        (r#"conflict;fields="{\"n\":1}""#, 409, "test_hook_failed", "says that already"),
        (r#"conflict;patch="7""#, 409, "test_hook_failed", "could not"),
    ] {
        let refused = put(&house, &v1, hook, r#"{"n":2}"#).await;
        assert_eq!((refused.status, refused.code().as_str()), (status, code), "{hook}: {}", refused.text);
        assert!(refused.json()["detail"].as_str().unwrap().contains(says), "{hook}: {}", refused.text);
    }
    for (path, hook, says) in [
        (strict, r#"conflict;patch="{\"n\":null}""#, "/n is missing"),
        ("/v1/collections/things/records/none", r#"conflict;patch="{}""#, "there is none"),
        ("/v1/collections/things/records/none", "conflict;delete", "nothing to delete"),
    ] {
        let refused = house.ask("PUT", path, &[("if-match", "*"), ("midair-test", hook)], r#"{"n":2}"#).await;
        assert_eq!((refused.status, refused.code().as_str()), (409, "test_hook_failed"), "{}", refused.text);
        assert!(refused.text.contains(says), "{}", refused.text);
    }
    assert_eq!(house.get(AT).await.etag(), v1);
    for (method, path) in [("GET", AT), ("POST", "/v1/collections/things/records"), ("PUT", "/v1/collections/x")] {
        let refused = house.ask(method, path, &[("midair-test", "conflict;delete")], "{}").await;
        assert_eq!((refused.status, refused.code().as_str()), (400, "malformed_header"), "{method} {path}");
    }
    let bad = house.ask("PUT", SCRIPT, &[], "drop;times=many").await;
    assert_eq!((bad.status, bad.code().as_str()), (400, "malformed_body"));
    assert!(bad.text.contains(r#"\"drop;times=many\" is no test hook"#), "{}", bad.text);
    house.close().await;
}
