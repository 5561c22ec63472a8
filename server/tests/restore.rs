//! A version written again as the newest: under a condition, once, in the history, and within the schema of today.
#![allow(clippy::unwrap_used)]

mod house;

use house::{Answer, House};
use serde_json::json;

const AT: &str = "/v1/collections/things/records/a";

async fn restore(house: &House, version: &str, headers: &[(&str, &str)]) -> Answer {
    house.ask("POST", &format!("{AT}/versions/{version}/restore"), headers, "").await
}

#[tokio::test]
async fn a_version_comes_back_byte_for_byte_as_the_newest() {
    let house = House::open().await;
    let text = "{ \"n\" : 1.0,\n \"s\":\"\\u00e9\" }";
    let v1 = house.create(AT, text).await;
    let v2 = house.replace(AT, &v1, "bob", r#"{"n":2}"#).await;
    let stale = restore(&house, "1", &[("if-match", &v1)]).await;
    assert_eq!((stale.status, stale.code().as_str(), stale.etag()), (412, "version_conflict", v2.clone()));
    assert_eq!(stale.json()["overlap"], json!([]), "version 1 over version 1 changes nothing");
    let back = restore(&house, "1", &[("if-match", &v2), ("midair-author", "carol")]).await;
    assert_eq!((back.status, back.text.as_str(), back.header("midair-version")), (200, text, "3"));
    assert_eq!((back.header("midair-note"), back.header("midair-author")), ("restored%20v1", "carol"));
    let again = restore(&house, "1", &[("if-match", &back.etag())]).await;
    assert_eq!((again.status, again.etag()), (200, back.etag()), "it says that already: no version");
    let own = restore(&house, "2", &[("if-match", "*"), ("midair-note", "bob%20was%20right")]).await;
    assert_eq!((own.status, own.header("midair-note")), (200, "bob%20was%20right"));
    let lines = house.get(&format!("{AT}/versions")).await.json();
    let paths: Vec<_> = lines["items"].as_array().unwrap().iter().map(|line| &line["paths"]).collect();
    assert_eq!(paths[2], &json!(["/n", "/s"]), "what it changed: {lines}");
    house.close().await;
}

#[tokio::test]
async fn what_was_deleted_comes_back_under_a_new_token() {
    let house = House::open().await;
    let v1 = house.create(AT, r#"{"n":1}"#).await;
    house.ask("DELETE", AT, &[("if-match", &v1), ("midair-author", "bob")], "").await;
    for headers in [vec![], vec![("if-match", v1.as_str())], vec![("if-match", "*")]] {
        let gone = restore(&house, "1", &headers).await;
        assert_eq!((gone.status, &gone.json()["deleted"]["by"]), (410, &json!("bob")), "{headers:?}");
    }
    let edit = [("if-none-match", "*"), ("idempotency-key", "\"undo\"")];
    let back = restore(&house, "1", &edit).await;
    assert_eq!((back.status, back.text.as_str(), back.header("midair-version")), (201, r#"{"n":1}"#, "3"));
    assert_ne!(back.etag(), v1);
    let exists = restore(&house, "1", &[("if-none-match", "*")]).await;
    assert_eq!((exists.status, exists.code().as_str()), (412, "already_exists"));
    let replayed = restore(&house, "1", &edit).await;
    assert_eq!((replayed.status, replayed.etag(), replayed.header("idempotency-replayed")), (201, back.etag(), "true"));
    house.ask("DELETE", AT, &[("if-match", "*")], "").await;
    assert_eq!(restore(&house, "1", &edit).await.etag(), back.etag(), "done once, whatever came after");
    house.close().await;
}

#[tokio::test]
async fn what_cannot_be_restored_is_refused_for_its_own_reason() {
    let house = House::open().await;
    assert_eq!(restore(&house, "1", &[("if-none-match", "*")]).await.status, 404, "there never was one");
    let v1 = house.create(AT, r#"{"n":1}"#).await;
    let v2 = house.replace(AT, &v1, "bob", r#"{"n":2,"name":"x"}"#).await;
    let unguarded = restore(&house, "1", &[]).await;
    assert_eq!((unguarded.status, unguarded.code().as_str()), (428, "precondition_required"));
    for (version, status, code) in [("3", 404, "not_found"), ("0", 404, "not_found"), ("x", 400, "malformed_id")] {
        let refused = restore(&house, version, &[("if-match", &v2)]).await;
        assert_eq!((refused.status, refused.code().as_str()), (status, code), "{version}");
    }
    let bad = restore(&house, "1", &[("if-match", "7")]).await;
    assert_eq!((bad.status, bad.code().as_str()), (400, "malformed_header"));
    let schema = r#"{"schema":{"required":["name"]}}"#;
    assert_eq!(house.ask("PUT", "/v1/collections/things", &[("if-match", "*")], schema).await.status, 200);
    let invalid = restore(&house, "1", &[("if-match", &v2)]).await;
    assert_eq!((invalid.status, invalid.code().as_str()), (422, "invalid_fields"), "{}", invalid.text);
    assert_eq!(house.get(AT).await.etag(), v2);
    house.ask("DELETE", AT, &[("if-match", &v2)], "").await;
    assert_eq!(restore(&house, "3", &[("if-none-match", "*")]).await.status, 404, "a deletion says nothing");
    assert_eq!(house.get(&format!("{AT}/versions/1/restore")).await.header("allow"), "POST");
    house.close().await;
}
