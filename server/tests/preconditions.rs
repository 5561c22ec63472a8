//! Every row of the contract about preconditions, as a table; the order of checks, as another.
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

/// A request and its answer. In headers and answers `{now}` is the current tag, `{old}` that of version 1.
type Row = (Before, &'static str, &'static [(&'static str, &'static str)], &'static str, u16, &'static str);

use Before::{Deleted, Nothing, Record};

const NEW: &str = r#"{"n":3}"#;
const SAME: &str = "{ \"n\" : 2 }";
const BROKEN: &str = r#"{"n":"#;
const PAST: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
const FUTURE: &str = "Sat, 06 Nov 2094 08:49:37 GMT";

const ROWS: &[Row] = &[
    // PUT with If-Match.
    (Record, "PUT", &[("if-match", "{now}")], NEW, 200, ""),
    (Record, "PUT", &[("if-match", "{old}")], NEW, 412, "version_conflict"),
    (Record, "PUT", &[("if-match", "\"9-never\"")], NEW, 412, "unknown_token"),
    (Record, "PUT", &[("if-match", "W/{now}")], NEW, 412, "version_conflict"),
    (Record, "PUT", &[("if-match", "*")], NEW, 200, ""),
    (Record, "PUT", &[("if-match", "\"x\", {now}")], NEW, 200, ""),
    (Record, "PUT", &[("if-match", ", {now} ,,")], NEW, 200, ""),
    (Record, "PUT", &[("if-match", "\"x\""), ("if-match", "{now}")], NEW, 200, ""),
    (Record, "PUT", &[("if-match", "\"x\""), ("if-match", "\"y\"")], NEW, 412, "unknown_token"),
    (Nothing, "PUT", &[("if-match", "\"1-x\"")], NEW, 412, "unknown_token"),
    (Nothing, "PUT", &[("if-match", "*")], NEW, 412, "version_conflict"),
    (Deleted, "PUT", &[("if-match", "{old}")], NEW, 412, "version_conflict"),
    (Deleted, "PUT", &[("if-match", "*")], NEW, 412, "version_conflict"),
    // PUT with If-None-Match.
    (Nothing, "PUT", &[("if-none-match", "*")], NEW, 201, ""),
    (Deleted, "PUT", &[("if-none-match", "*")], NEW, 201, ""),
    (Record, "PUT", &[("if-none-match", "*")], NEW, 412, "already_exists"),
    (Record, "PUT", &[("if-none-match", "{now}")], NEW, 428, "precondition_required"),
    (Nothing, "PUT", &[("if-none-match", "\"x\"")], NEW, 428, "precondition_required"),
    // Both together.
    (Record, "PUT", &[("if-match", "{now}"), ("if-none-match", "*")], NEW, 412, "version_conflict"),
    (Record, "PUT", &[("if-match", "{now}"), ("if-none-match", "{now}")], NEW, 412, "version_conflict"),
    (Record, "PUT", &[("if-match", "{now}"), ("if-none-match", "W/{now}")], NEW, 412, "version_conflict"),
    (Record, "PUT", &[("if-match", "{now}"), ("if-none-match", "{old}")], NEW, 200, ""),
    (Nothing, "PUT", &[("if-match", "*"), ("if-none-match", "*")], NEW, 412, "version_conflict"),
    // Neither.
    (Record, "PUT", &[], NEW, 428, "precondition_required"),
    (Nothing, "PUT", &[], NEW, 428, "precondition_required"),
    (Record, "PUT", &[("if-unmodified-since", FUTURE)], NEW, 428, "precondition_required"),
    (Record, "DELETE", &[], "", 428, "precondition_required"),
    (Record, "DELETE", &[("if-none-match", "*")], "", 428, "precondition_required"),
    // Malformed: never treated as absent.
    (Record, "PUT", &[("if-match", "7")], NEW, 400, "malformed_header"),
    (Record, "PUT", &[("if-match", "\"7")], NEW, 400, "malformed_header"),
    (Record, "PUT", &[("if-match", "")], NEW, 400, "malformed_header"),
    (Record, "PUT", &[("if-match", "*, {now}")], NEW, 400, "malformed_header"),
    (Record, "PUT", &[("if-match", "{now} {old}")], NEW, 400, "malformed_header"),
    (Record, "PUT", &[("if-match", "w/{now}")], NEW, 400, "malformed_header"),
    (Record, "PUT", &[("if-none-match", "7")], NEW, 400, "malformed_header"),
    (Record, "PUT", &[("if-match", "{now}"), ("if-none-match", "x")], NEW, 400, "malformed_header"),
    (Record, "DELETE", &[("if-match", "7")], "", 400, "malformed_header"),
    (Record, "GET", &[("if-none-match", "7")], "", 400, "malformed_header"),
    (Record, "PUT", &[("if-match", "{now}"), ("idempotency-key", "bare")], NEW, 400, "malformed_header"),
    (Record, "PUT", &[("if-match", "{now}"), ("midair-author", "%ff")], NEW, 400, "malformed_header"),
    (Record, "PUT", &[("if-match", "{now}"), ("midair-author", "100%zz")], NEW, 400, "malformed_header"),
    // DELETE.
    (Record, "DELETE", &[("if-match", "{now}")], "", 204, ""),
    (Record, "DELETE", &[("if-match", "*")], "", 204, ""),
    (Record, "DELETE", &[("if-match", "{old}")], "", 412, "version_conflict"),
    (Record, "DELETE", &[("if-match", "W/{now}")], "", 412, "version_conflict"),
    (Record, "DELETE", &[("if-match", "{now}"), ("if-none-match", "{now}")], "", 412, "version_conflict"),
    (Nothing, "DELETE", &[("if-match", "*")], "", 404, "not_found"),
    (Deleted, "DELETE", &[("if-match", "{old}")], "", 410, "gone"),
    (Nothing, "DELETE", &[], "", 404, "not_found"),
    // GET and HEAD.
    (Record, "GET", &[], "", 200, ""),
    (Record, "GET", &[("if-none-match", "{now}")], "", 304, ""),
    (Record, "GET", &[("if-none-match", "W/{now}")], "", 304, ""),
    (Record, "GET", &[("if-none-match", "*")], "", 304, ""),
    (Record, "GET", &[("if-none-match", "{old}, {now}")], "", 304, ""),
    (Record, "GET", &[("if-none-match", "{old}")], "", 200, ""),
    (Record, "GET", &[("if-match", "{now}")], "", 200, ""),
    (Record, "GET", &[("if-match", "{old}")], "", 412, "version_conflict"),
    (Record, "GET", &[("if-match", "W/{now}")], "", 412, "version_conflict"),
    (Record, "GET", &[("if-modified-since", FUTURE)], "", 304, ""),
    (Record, "GET", &[("if-modified-since", PAST)], "", 200, ""),
    (Record, "GET", &[("if-modified-since", "yesterday")], "", 200, ""),
    (Record, "GET", &[("if-modified-since", FUTURE), ("if-none-match", "{old}")], "", 200, ""),
    (Record, "GET", &[("if-modified-since", FUTURE), ("if-modified-since", FUTURE)], "", 200, ""),
    (Record, "GET", &[("if-unmodified-since", PAST)], "", 412, "version_conflict"),
    (Record, "GET", &[("if-unmodified-since", FUTURE)], "", 200, ""),
    (Record, "GET", &[("if-unmodified-since", PAST), ("if-match", "{now}")], "", 200, ""),
    (Record, "HEAD", &[("if-none-match", "{now}")], "", 304, ""),
    (Record, "HEAD", &[], "", 200, ""),
    (Record, "HEAD", &[("if-match", "{old}")], "", 412, "-"),
    (Nothing, "GET", &[("if-match", "*")], "", 404, "not_found"),
    (Nothing, "GET", &[], "", 404, "not_found"),
    (Deleted, "GET", &[], "", 410, "gone"),
    (Deleted, "HEAD", &[], "", 410, "-"),
    // Changes nothing: the tag stays.
    (Record, "PUT", &[("if-match", "{now}")], SAME, 200, "="),
    // The order: what needs no body comes before the conditions, the body after them.
    (Record, "PUT", &[("if-match", "{old}")], BROKEN, 412, "version_conflict"),
    (Record, "PUT", &[("if-match", "{now}")], BROKEN, 400, "malformed_body"),
    (Record, "PUT", &[], BROKEN, 428, "precondition_required"),
    (Record, "PUT", &[("if-match", "{old}"), ("content-type", "text/plain")], NEW, 415, "unsupported_type"),
    (Record, "PUT", &[("content-type", "text/plain")], NEW, 415, "unsupported_type"),
    (Record, "PUT", &[("if-match", "{now}")], "[1]", 400, "malformed_body"),
    (Record, "PUT", &[("if-match", "{now}")], r#"{"a":1,"a":2}"#, 400, "malformed_body"),
    (Record, "PATCH", &[("if-match", "{old}")], NEW, 415, "unsupported_type"),
    (Record, "OPTIONS", &[("if-match", "{old}")], "", 204, ""),
];

#[tokio::test]
async fn every_precondition_is_answered_as_the_contract_says() {
    let house = House::open().await;
    for (number, (before, method, headers, body, status, code)) in ROWS.iter().enumerate() {
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
        let row = format!("row {number}: {before:?} {method} {headers:?} {body} -> {}", answer.text);
        assert_eq!(answer.status, *status, "{row}");
        let writes = matches!(*method, "PUT" | "DELETE");
        match *code {
            "" if writes && *status < 300 => assert_ne!(answer.etag(), now, "{row}"),
            "" if *status == 304 => assert!(answer.etag() == now && answer.text.is_empty(), "{row}"),
            "" | "-" => {}
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
