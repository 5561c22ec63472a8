//! In which order a request is looked at (RFC 9110 section 13.2.1), as a table: what needs no body, then the conditions,
//! then the body. The conditions themselves: preconditions.rs.
#![allow(clippy::unwrap_used)]

mod house;

use house::House;

/// What stands at the key before the request.
#[derive(Clone, Copy, Debug)]
enum Before {
    Nothing,
    /// Version 2; version 1 had another tag.
    Record,
    /// It was deleted.
    Deleted,
}

/// The section of RFC 9110, a request and its answer: a status, with the code of the problem, `=` where the tag stays or
/// `-` where there is nothing more to say. In headers `{now}` is the current tag, `{old}` that of version 1.
type Row =
    (&'static str, Before, &'static str, &'static [(&'static str, &'static str)], &'static str, u16, &'static str);

use Before::{Deleted, Nothing, Record};

const NEW: &str = r#"{"n":3}"#;
const SAME: &str = "{ \"n\" : 2 }";
const BROKEN: &str = r#"{"n":"#;
const MERGE: (&str, &str) = ("content-type", "application/merge-patch+json");

const ROWS: &[Row] = &[
    // What is not there is told before a missing precondition; PUT may be about to make it.
    ("13.2.1", Nothing, "GET", &[("if-match", "*")], "", 404, "not_found"),
    ("13.2.1", Nothing, "PATCH", &[], NEW, 404, "not_found"),
    ("13.2.1", Nothing, "DELETE", &[], "", 404, "not_found"),
    ("13.2.1", Deleted, "PATCH", &[], NEW, 410, "gone"),
    ("13.2.1", Deleted, "DELETE", &[], "", 410, "gone"),
    ("13.2.1", Nothing, "PUT", &[], NEW, 428, "precondition_required"),
    // A header that cannot be read, before what is not there.
    ("13.2.1", Nothing, "GET", &[("if-match", "7")], "", 400, "malformed_header"),
    ("13.2.1", Deleted, "DELETE", &[("if-match", "7")], "", 400, "malformed_header"),
    ("13.2.1", Record, "PUT", &[("if-match", "{now}"), ("idempotency-key", "bare")], NEW, 400, "malformed_header"),
    ("13.2.1", Record, "PUT", &[("if-match", "{now}"), ("midair-author", "%ff")], NEW, 400, "malformed_header"),
    ("13.2.1", Record, "PUT", &[("if-match", "{old}"), ("midair-author", "100%zz")], NEW, 400, "malformed_header"),
    ("14.5", Record, "PUT", &[("if-match", "{old}"), ("content-range", "bytes 0-1/9")], NEW, 400, "malformed_header"),
    // A type that is not taken, before the conditions.
    ("13.2.1", Record, "PUT", &[("if-match", "{old}"), ("content-type", "text/plain")], NEW, 415, "unsupported_type"),
    ("13.2.1", Record, "PUT", &[("content-type", "text/plain")], NEW, 415, "unsupported_type"),
    ("13.2.1", Record, "PATCH", &[("if-match", "{old}")], NEW, 415, "unsupported_type"),
    ("13.2.1", Record, "PATCH", &[], NEW, 415, "unsupported_type"),
    // The conditions, before what only the body tells.
    ("13.2.1", Record, "PUT", &[], BROKEN, 428, "precondition_required"),
    ("13.2.1", Record, "PUT", &[("if-match", "{old}")], BROKEN, 412, "version_conflict"),
    ("13.2.1", Record, "PUT", &[("if-match", "\"9-never\"")], BROKEN, 412, "unknown_token"),
    ("13.2.1", Record, "PUT", &[("if-none-match", "*")], BROKEN, 412, "already_exists"),
    ("13.2.1", Nothing, "PUT", &[("if-match", "*")], BROKEN, 412, "version_conflict"),
    ("13.2.1", Deleted, "PUT", &[("if-match", "{now}")], BROKEN, 412, "version_conflict"),
    ("13.2.1", Record, "PATCH", &[("if-match", "{old}"), MERGE], BROKEN, 412, "version_conflict"),
    ("13.2.1", Record, "PATCH", &[MERGE], BROKEN, 428, "precondition_required"),
    ("13.2.1", Record, "PUT", &[("if-match", "{now}")], BROKEN, 400, "malformed_body"),
    ("13.2.1", Nothing, "PUT", &[("if-none-match", "*")], BROKEN, 400, "malformed_body"),
    ("13.2.1", Record, "PATCH", &[("if-match", "{now}"), MERGE], BROKEN, 400, "malformed_body"),
    ("13.2.1", Record, "PUT", &[("if-match", "{now}")], "[1]", 400, "malformed_body"),
    ("13.2.1", Record, "PUT", &[("if-match", "{now}")], r#"{"a":1,"a":2}"#, 400, "malformed_body"),
    // What would change nothing: the tag stays. A stale token is stale all the same.
    ("9.3.4", Record, "PUT", &[("if-match", "{now}")], SAME, 200, "="),
    ("9.3.4", Record, "PUT", &[("if-match", "*")], SAME, 200, "="),
    ("9.3.4", Record, "PATCH", &[("if-match", "{now}"), MERGE], SAME, 200, "="),
    ("13.1.1", Record, "PUT", &[("if-match", "{old}")], SAME, 412, "version_conflict"),
    // Methods that do nothing to the record know no conditions.
    ("13.2.1", Record, "OPTIONS", &[("if-match", "{old}")], "", 204, "-"),
    ("13.2.1", Record, "OPTIONS", &[("if-match", "7")], "", 204, "-"),
    ("13.2.1", Record, "TRACE", &[("if-match", "{old}")], "", 405, "method_not_allowed"),
    ("13.2.1", Record, "POST", &[("if-match", "7")], NEW, 405, "method_not_allowed"),
];

#[tokio::test]
async fn what_is_wrong_first_is_told_first() {
    let house = House::open().await;
    for (number, (section, before, method, headers, body, status, code)) in ROWS.iter().enumerate() {
        let path = format!("/v1/collections/rows/records/r{number}");
        let (mut old, mut now) = (String::from("\"-\""), String::from("\"-\""));
        if !matches!(before, Nothing) {
            old = house.create(&path, r#"{"n":1}"#).await;
            now = house.replace(&path, &old, "bob", r#"{"n":2}"#).await;
        }
        if matches!(before, Deleted) {
            let answer = house.ask("DELETE", &path, &[("if-match", &now)], "").await;
            assert_eq!(answer.status, 204);
        }
        let headers: Vec<(&str, String)> =
            headers.iter().map(|(name, value)| (*name, value.replace("{now}", &now).replace("{old}", &old))).collect();
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let answer = house.ask(method, &path, &headers, body).await;
        let row = format!("row {number}, section {section}: {before:?} {method} {headers:?} {body} -> {}", answer.text);
        assert_eq!(answer.status, *status, "{row}");
        match *code {
            "-" => {}
            "=" => assert_eq!(answer.etag(), now, "{row}"),
            code => {
                assert_eq!(answer.code(), code, "{row}");
                assert_eq!(answer.header("content-type"), "application/problem+json", "{row}");
                assert!(answer.json()["detail"].as_str().unwrap().ends_with('.'), "{row}");
            }
        }
        // A refused write wrote nothing.
        if *status >= 400 && matches!(before, Record) {
            let after = house.get(&path).await;
            assert_eq!((after.etag(), after.text.as_str()), (now, r#"{"n":2}"#), "{row}");
        }
    }
}

#[tokio::test]
async fn a_name_that_cannot_be_used_is_refused_with_its_character() {
    let house = House::open().await;
    for (path, odd) in [
        ("/v1/collections/Rows/records/a", "'R'"),
        ("/v1/collections/rows/records/a%20b", "' '"),
        ("/v1/collections/rows/records/a%2Fb", "'/'"),
        ("/v1/collections/1rows", "'1'"),
    ] {
        let answer = house.ask("PUT", path, &[("if-none-match", "*")], "{}").await;
        assert_eq!((answer.status, answer.code().as_str()), (400, "malformed_id"), "{path}");
        assert!(answer.json()["detail"].as_str().unwrap().contains(odd), "{}", answer.text);
    }
    let answer = house.ask("POST", "/v1/collections/rows/records/a", &[], "{}").await;
    assert_eq!((answer.status, answer.header("allow")), (405, "GET, HEAD, PUT, PATCH, DELETE"));
    let large = format!(r#"{{"a":"{}"}}"#, "x".repeat(1 << 20));
    let answer = house.ask("PUT", "/v1/collections/rows/records/a", &[], &large).await;
    assert_eq!((answer.status, answer.json()["limit"].as_u64()), (413, Some(1 << 20)));
}
