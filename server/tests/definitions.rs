//! The definition of a collection under every condition (RFC 9110 section 13), a version under those of a read, and the
//! resources whose writes no condition fits.
#![allow(clippy::unwrap_used)]

mod house;

use house::House;
use midair_server::Limits;

type Told = (u16, &'static str);

const READ: Told = (200, "");
const HAVE: Told = (304, "");
const DONE: Told = (200, "");
const AWAY: Told = (204, "");
const STALE: Told = (412, "version_conflict");
const THERE: Told = (412, "already_exists");
const BARE: Told = (428, "precondition_required");
const ODD: Told = (400, "malformed_header");

/// What follows the conditions: the answers to GET, PUT and DELETE. `{now}` is the current tag, `{old}` that before it.
type Row = (&'static [(&'static str, &'static str)], [Told; 3]);

const PAST: &str = "Sun, 06 Nov 1994 08:49:37 GMT";

#[rustfmt::skip]
const ROWS: &[Row] = &[
    (&[], [READ, BARE, BARE]),
    (&[("if-match", "{now}")], [READ, DONE, AWAY]),
    (&[("if-match", "\"x\", {now}")], [READ, DONE, AWAY]),
    (&[("if-match", "*")], [READ, DONE, AWAY]),
    (&[("if-match", "{old}")], [STALE; 3]),
    (&[("if-match", "W/{now}")], [STALE; 3]),
    (&[("if-match", "7")], [ODD; 3]),
    (&[("if-none-match", "*")], [HAVE, THERE, BARE]),
    (&[("if-none-match", "{now}")], [HAVE, BARE, BARE]),
    (&[("if-none-match", "{old}")], [READ, BARE, BARE]),
    (&[("if-none-match", "nonsense")], [ODD; 3]),
    // Both: first If-Match, then If-None-Match (section 13.2.2).
    (&[("if-match", "{now}"), ("if-none-match", "{old}")], [READ, DONE, AWAY]),
    (&[("if-match", "*"), ("if-none-match", "W/\"x\", {old}")], [READ, DONE, AWAY]),
    (&[("if-match", "{now}"), ("if-none-match", "{now}")], [HAVE, STALE, STALE]),
    (&[("if-match", "{now}"), ("if-none-match", "W/{now}")], [HAVE, STALE, STALE]),
    (&[("if-match", "{now}"), ("if-none-match", "*")], [HAVE, STALE, STALE]),
    (&[("if-match", "*"), ("if-none-match", "{old}, {now}")], [HAVE, STALE, STALE]),
    (&[("if-match", "{old}"), ("if-none-match", "{now}")], [STALE; 3]),
    // A definition has no date of its last change (sections 13.1.3 and 13.1.4).
    (&[("if-unmodified-since", PAST)], [READ, BARE, BARE]),
    (&[("if-unmodified-since", PAST), ("if-match", "{now}")], [READ, DONE, AWAY]),
    (&[("if-modified-since", PAST), ("if-match", "{now}")], [READ, DONE, AWAY]),
];

#[tokio::test]
async fn a_definition_is_read_written_and_deleted_under_the_conditions_that_are_sent() {
    let house = House::open().await;
    let mut wrong = Vec::new();
    for (number, (headers, expected)) in ROWS.iter().enumerate() {
        for (method, (status, code)) in ["GET", "PUT", "DELETE"].into_iter().zip(expected) {
            let path = format!("/v1/collections/{}{number}", method.to_ascii_lowercase());
            let old = house.ask("PUT", &path, &[("if-none-match", "*")], "{}").await.etag();
            let now = house.ask("PUT", &path, &[("if-match", &old)], r#"{"x":2}"#).await.etag();
            let filled = |value: &str| value.replace("{now}", &now).replace("{old}", &old);
            let headers: Vec<(&str, String)> = headers.iter().map(|(name, value)| (*name, filled(value))).collect();
            let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let answer = house.ask(method, &path, &headers, r#"{"x":3}"#).await;
            let after = house.get(&path).await;
            let left = match (method, answer.status) {
                ("PUT", 200) => after.text == r#"{"x":3}"# && after.etag() != now,
                ("DELETE", 204) => after.status == 404,
                _ => after.text == r#"{"x":2}"# && after.etag() == now,
            };
            if (answer.status, answer.code().as_str()) != (*status, *code) || !left {
                wrong.push(format!("{method} {headers:?}: {} {}; {}", answer.status, answer.text, after.text));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let nowhere = async |method: &str, headers: &[(&str, &str)]| {
        let answer = house.ask(method, "/v1/collections/nowhere", headers, "{}").await;
        (answer.status, answer.code())
    };
    assert_eq!(nowhere("DELETE", &[]).await, (404, "not_found".into()));
    assert_eq!(nowhere("DELETE", &[("if-match", "*"), ("if-none-match", "*")]).await, (404, "not_found".into()));
    assert_eq!(nowhere("PUT", &[("if-match", "*"), ("if-none-match", "*")]).await, (412, "version_conflict".into()));
    house.close().await;
}

#[tokio::test]
async fn a_version_is_not_sent_to_who_has_it() {
    let house = House::open().await;
    let at = "/v1/collections/c/records/a";
    let old = house.create(at, r#"{"n":1}"#).await;
    let now = house.replace(at, &old, "bob", r#"{"n":2}"#).await;
    let ask = async |header: (&str, &str)| {
        let answer = house.ask("GET", &format!("{at}/versions/1"), &[header], "").await;
        assert!([&old, ""].contains(&answer.etag().as_str()), "{}", answer.etag());
        (answer.status, answer.text)
    };
    for header in [("if-none-match", old.as_str()), ("if-none-match", "*")] {
        assert_eq!(ask(header).await, (304, String::new()));
    }
    for header in [("if-none-match", now.as_str()), ("if-match", &old), ("if-modified-since", PAST)] {
        assert_eq!(ask(header).await, (200, r#"{"n":1}"#.into()));
    }
    for header in [("if-match", now.as_str()), ("if-unmodified-since", PAST)] {
        assert_eq!(ask(header).await.0, 412);
    }
    assert_eq!(ask(("if-match", "7")).await.0, 400);
    house.close().await;
}

#[tokio::test]
async fn a_condition_that_nothing_could_keep_is_refused_and_not_passed_over() {
    let house = House::open_with(Limits { test_hooks: true, ..Limits::default() }).await;
    let records = "/v1/collections/c/records";
    let presence = format!("{records}/a/presence");
    let item = r#"{"items":[{"id":"b","op":"put","ifNoneMatch":"*","fields":{}}]}"#;
    for (method, path, body, hint) in [
        ("POST", records, "{}", "PUT the record under an id of your own"),
        ("POST", "/v1/collections/c/bulk", item, "ifMatch or ifNoneMatch beside its id"),
        ("PUT", &presence, "", "presence has no versions"),
        ("DELETE", &presence, "", "presence has no versions"),
        ("PUT", "/v1/test-hooks/c/a", "drop", "a script has no versions"),
        ("DELETE", "/v1/test-hooks/c/a", "", "a script has no versions"),
    ] {
        for condition in [("if-match", "*"), ("if-match", "\"1-x\""), ("if-none-match", "*")] {
            let refused = house.ask(method, path, &[condition, ("midair-author", "alice")], body).await;
            assert_eq!((refused.status, refused.code().as_str()), ODD, "{method} {path}: {}", refused.text);
            assert!(refused.text.contains(hint), "{}", refused.text);
        }
    }
    assert_eq!(house.get(records).await.json()["total"], 0);
    assert_eq!(house.get(&presence).await.json()["items"], serde_json::json!([]));
    assert_eq!(house.get("/v1/test-hooks/c/a").await.text, "");
    house.close().await;
}
