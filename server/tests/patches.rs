//! PATCH, schemas and the two settings of a collection that loosen what a write must present.
#![allow(clippy::unwrap_used)]

mod house;

use std::sync::Arc;

use house::{Answer, House};

const AT: &str = "/v1/collections/things/records/a";
const MERGE: &str = "application/merge-patch+json";
const JSON: &str = "application/json-patch+json";
const OPS: &str = "application/vnd.midair.ops+json";

async fn define(house: &House, definition: &str) {
    let answer = house.ask("PUT", "/v1/collections/things", &[("if-none-match", "*")], definition).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
}

async fn patch(house: &House, tag: &str, kind: &str, body: &str) -> Answer {
    let mut headers = vec![("content-type", kind)];
    if !tag.is_empty() {
        headers.push(("if-match", tag));
    }
    house.ask("PATCH", AT, &headers, body).await
}

#[tokio::test]
async fn each_kind_of_patch_changes_what_it_names_and_keeps_every_other_byte() {
    let house = House::open().await;
    let tag = house.create(AT, r#"{ "n" : 1.50,  "tags":["a"], "s":"x" }"#).await;
    let first = patch(&house, &tag, MERGE, r#"{"s":null,"t":{"u":1}}"#).await;
    assert_eq!((first.status, first.text.as_str()), (200, r#"{ "n" : 1.50,  "tags":["a"],  "t":{"u":1} }"#));
    let second = patch(&house, &first.etag(), JSON, r#"[{"op":"add","path":"/tags/-","value":"b"}]"#).await;
    assert_eq!(second.json()["tags"], serde_json::json!(["a", "b"]));
    let third = patch(&house, &second.etag(), OPS, r#"[{"op":"increment","path":"/n","by":2}]"#).await;
    assert!(third.text.contains(r#""n" : 3.50"#), "{}", third.text);
    assert_eq!(third.header("midair-version"), "4");
    let nothing = patch(&house, &third.etag(), MERGE, "{}").await;
    assert_eq!((nothing.status, nothing.etag()), (200, third.etag()), "a patch that changes nothing makes no version");
    house.close().await;
}

#[tokio::test]
async fn a_patch_that_cannot_be_done_says_why_and_changes_nothing() {
    let house = House::open().await;
    let tag = house.create(AT, r#"{"n":1,"s":"x"}"#).await;
    let stale = house.replace(AT, &tag, "bob", r#"{"n":2,"s":"x"}"#).await;
    let (tag, stale) = (stale, tag);
    let table: &[(&str, &str, &str, u16, &str)] = &[
        ("", MERGE, "{}", 428, "precondition_required"),
        ("", OPS, r#"[{"op":"increment","path":"/n","by":1}]"#, 428, "precondition_required"),
        (&tag, "application/json", "{}", 415, "unsupported_type"),
        (&tag, MERGE, "{", 400, "malformed_body"),
        (&tag, MERGE, "7", 422, "unfit_patch"),
        (&tag, JSON, r#"[{"op":"fly","path":"/n"}]"#, 400, "malformed_body"),
        (&tag, JSON, r#"[{"op":"test","path":"/n","value":9}]"#, 409, "test_failed"),
        (&tag, JSON, r#"[{"op":"remove","path":"/n"},{"op":"remove","path":"/m"}]"#, 422, "unfit_patch"),
        (&tag, OPS, r#"[{"op":"increment","path":"/s","by":1}]"#, 422, "unfit_patch"),
        (&stale, MERGE, "{", 412, "version_conflict"),
        (&stale, MERGE, r#"{"n":3}"#, 412, "version_conflict"),
        ("\"9-never\"", MERGE, r#"{"n":3}"#, 412, "unknown_token"),
    ];
    for (tag, kind, body, status, code) in table {
        let answer = patch(&house, tag, kind, body).await;
        assert_eq!((answer.status, answer.code().as_str()), (*status, *code), "{kind} {body}: {}", answer.text);
        assert_eq!(house.get(AT).await.text, r#"{"n":2,"s":"x"}"#);
    }
    let overlap = patch(&house, &stale, MERGE, r#"{"n":3}"#).await.json()["overlap"].clone();
    assert_eq!(overlap, serde_json::json!(["/n"]));
    let beside = patch(&house, &stale, MERGE, r#"{"s":"y"}"#).await.json()["overlap"].clone();
    assert_eq!(beside, serde_json::json!([]), "safe to merge and resubmit");
    let unsupported = patch(&house, &tag, "text/plain", "").await;
    assert!(unsupported.header("accept-patch").contains(OPS));
    let missing = house.ask("PATCH", "/v1/collections/things/records/b", &[("content-type", MERGE)], "{}").await;
    assert_eq!(missing.status, 404, "what is not there is told before a missing precondition");
    house.close().await;
}

#[tokio::test]
async fn a_patch_sent_again_under_its_key_is_done_once() {
    let house = House::open().await;
    let tag = house.create(AT, r#"{"n":1}"#).await;
    let send = async |key: &str, body: &str| {
        let headers = [("content-type", OPS), ("if-match", tag.as_str()), ("idempotency-key", key)];
        house.ask("PATCH", AT, &headers, body).await
    };
    let body = r#"[{"op":"increment","path":"/n","by":1}]"#;
    let (first, again) = (send("\"k\"", body).await, send("\"k\"", body).await);
    assert_eq!((first.status, again.status, again.header("idempotency-replayed")), (200, 200, "true"));
    assert_eq!((first.etag(), &first.text), (again.etag(), &again.text));
    let other = send("\"k\"", r#"[{"op":"increment","path":"/n","by":2}]"#).await;
    assert_eq!((other.status, other.code().as_str()), (422, "key_reused"));
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_commutes_goes_without_a_token_and_nothing_is_lost() {
    let house = Arc::new(House::open().await);
    let schema = r#"{"schema":{"properties":{"n":{"x-merge":"counter"},"tags":{"x-merge":"set"}}}}"#;
    define(&house, schema).await;
    house.create(AT, r#"{"n":0,"tags":[],"m":0}"#).await;
    let hands: Vec<_> = (0..16)
        .map(|hand| {
            let house = house.clone();
            tokio::spawn(async move {
                for _ in 0..10 {
                    let body = format!(
                        r#"[{{"op":"increment","path":"/n","by":2}},{{"op":"add","path":"/tags","value":"h{hand}"}}]"#
                    );
                    let answer = patch(&house, "", OPS, &body).await;
                    assert_eq!(answer.status, 200, "{}", answer.text);
                }
            })
        })
        .collect();
    for hand in hands {
        hand.await.unwrap();
    }
    let now = house.get(AT).await.json();
    assert_eq!((now["n"].as_u64(), now["tags"].as_array().unwrap().len()), (Some(320), 16));
    let refused = patch(&house, "", OPS, r#"[{"op":"increment","path":"/m","by":1}]"#).await;
    assert_eq!((refused.status, refused.json()["pointer"].as_str()), (428, Some("/m")));
}

#[tokio::test]
async fn fields_that_break_the_schema_are_refused_each_on_its_pointer() {
    let house = House::open().await;
    let schema = r#"{"schema":{"type":"object","properties":{"n":{"type":"number"}},"required":["name"]}}"#;
    define(&house, schema).await;
    let refused = house.ask("PUT", AT, &[("if-none-match", "*")], r#"{"n":"many"}"#).await;
    assert_eq!((refused.status, refused.code().as_str()), (422, "invalid_fields"), "{}", refused.text);
    let errors = refused.json()["errors"].clone();
    assert_eq!((errors[0]["pointer"].as_str(), errors[1]["pointer"].as_str()), (Some("/n"), Some("/name")));
    let tag = house.create(AT, r#"{"n":1,"name":"x"}"#).await;
    assert_eq!(patch(&house, &tag, MERGE, r#"{"name":null}"#).await.code(), "invalid_fields");
    let stale = house.ask("PUT", AT, &[("if-match", "\"9-never\"")], r#"{"n":"many"}"#).await;
    assert_eq!(stale.status, 412, "a stale token is told before invalid fields");
    let many = format!(r#"{{"items":[{{"id":"a","op":"put","ifMatch":{tag:?},"fields":{{"n":[]}}}}]}}"#);
    let bulk = house.ask("POST", "/v1/collections/things/bulk", &[], &many).await;
    assert_eq!(bulk.json()["items"][0]["status"], 422, "{}", bulk.text);
    let bad = house.ask("PUT", "/v1/collections/other", &[("if-none-match", "*")], r#"{"scope":"planet"}"#).await;
    assert_eq!((bad.status, bad.code().as_str()), (422, "invalid_definition"));
    house.close().await;
}

#[tokio::test]
async fn where_preconditions_are_optional_the_last_write_wins_and_is_marked() {
    let house = House::open().await;
    define(&house, r#"{"preconditions":"optional"}"#).await;
    let made = house.ask("PUT", AT, &[("midair-author", "alice")], r#"{"n":1}"#).await;
    let over = house.ask("PUT", AT, &[("midair-author", "bob")], r#"{"n":2}"#).await;
    assert_eq!((made.status, over.status), (201, 200), "{}", over.text);
    assert_eq!(house.ask("PUT", AT, &[("if-match", &made.etag())], r#"{"n":3}"#).await.status, 412, "who asks is told");
    house.replace(AT, &over.etag(), "carol", r#"{"n":4}"#).await;
    assert_eq!(patch(&house, "", MERGE, r#"{"m":1}"#).await.status, 200);
    assert_eq!(house.ask("DELETE", AT, &[], "").await.status, 204);
    let lines = house.get(&format!("{AT}/versions")).await.json();
    let blind: Vec<bool> =
        lines["items"].as_array().unwrap().iter().map(|line| line["blind"].as_bool().unwrap_or(false)).collect();
    assert_eq!(blind, [true, true, false, true, true]);
    house.close().await;
}

#[tokio::test]
async fn where_the_scope_is_the_field_a_stale_patch_of_another_field_is_done() {
    let house = House::open().await;
    define(&house, r#"{"scope":"field"}"#).await;
    let old = house.create(AT, r#"{"a":1,"b":1}"#).await;
    house.replace(AT, &old, "bob", r#"{"a":2,"b":1}"#).await;
    let beside = patch(&house, &old, MERGE, r#"{"b":9}"#).await;
    assert_eq!((beside.status, beside.text.as_str()), (200, r#"{"a":2,"b":9}"#));
    let same = patch(&house, &old, MERGE, r#"{"a":9}"#).await;
    assert_eq!((same.status, same.json()["overlap"].clone()), (412, serde_json::json!(["/a"])));
    let whole = house.ask("PUT", AT, &[("if-match", &old)], r#"{"a":1,"b":7}"#).await;
    assert_eq!(whole.status, 412, "a write of the whole record touches all of it");
    house.close().await;
}
