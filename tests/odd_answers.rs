//! Answers that a good server never gives: each is named for what it is, and none is believed.

mod house;

use futures_util::{StreamExt, pin_mut};
use house::{Answerer, House, answer, edited, given, key};
use midair::backend::{Backend, Fault};
use midair_record::wire::{Current, Delete, Put, Stored, Token};

const JSON: &str = "content-type: application/json";
const PROBLEM: &str = "content-type: application/problem+json";
const WHOLE: [&str; 4] = [JSON, "etag: \"2-new\"", "midair-version: 2", "last-modified: Sun, 06 Nov 1994 08:49:37 GMT"];

/// A version that was loaded earlier, from somewhere.
fn loaded() -> Stored {
    serde_json::from_str(
        r#"{"id":"apollo","version":1,"etag":"\"1-old\"","updatedAt":"2026-01-01T00:00:00.000Z","fields":{"n":1}}"#,
    )
    .expect("a version")
}

fn says(fault: Fault, words: &[&str]) {
    let text = fault.to_string();
    assert!(words.iter().all(|word| text.contains(word)), "{text:?} lacks one of {words:?}");
}

#[tokio::test]
async fn a_web_site_is_not_midair() {
    for page in [
        answer("200 OK", &["content-type: text/html"], "<html>"),
        answer("302 Found", &["location: https://elsewhere/"], ""),
        answer("200 OK", &[JSON], r#"{"service":"other","contract":1}"#),
    ] {
        let server = Answerer::with(&[&page]).await;
        assert!(matches!(server.as_("alice").hello().await, Err(Fault::NotMidair(_))), "{page}");
    }
    let server = Answerer::with(&[&answer("200 OK", &["content-type: text/html"], "<html>")]).await;
    assert!(matches!(server.as_("alice").collections().await, Err(Fault::NotMidair(_))));
}

#[tokio::test]
async fn another_contract_is_named() {
    let server = Answerer::with(&[&answer("200 OK", &[JSON], r#"{"service":"midair","contract":2}"#)]).await;
    let fault = server.as_("alice").hello().await.expect_err("another contract");
    assert_eq!(fault, Fault::OtherContract { found: 2 });
    says(fault, &["contract 2", "contract 1"]);
}

#[tokio::test]
async fn where_nobody_listens_nothing_was_written() {
    let house = House::open().await;
    let backend = house.as_("alice");
    let draft = edited(&given(&backend, "apollo", "{}").await, "/n", "2", "e1");
    house.close().await;
    assert!(matches!(backend.save(&draft).await, Err(Fault::Unreachable(_) | Fault::Uncertain(_))));
    let fresh = Backend::connect(&format!("http://{}", backend.name()), "alice").expect("an address");
    assert!(matches!(fresh.save(&draft).await, Err(Fault::Unreachable(_))));
}

#[tokio::test]
async fn a_lost_answer_leaves_a_write_uncertain_and_a_question_unanswered() {
    let server = Answerer::with(&["", ""]).await;
    let backend = server.as_("alice");
    assert!(matches!(backend.save(&edited(&loaded(), "/n", "2", "e1")).await, Err(Fault::Uncertain(_))));
    assert!(matches!(backend.read(&key("apollo")).await, Err(Fault::Unreachable(_))));
}

#[tokio::test]
async fn a_server_that_fails_half_way_may_have_written_and_one_that_is_busy_has_not() {
    let failing = answer("500 Internal Server Error", &[PROBLEM], r#"{"code":"internal"}"#);
    let busy = answer("503 Service Unavailable", &[PROBLEM], r#"{"code":"unavailable","detail":"The disk is slow."}"#);
    let server = Answerer::with(&[&failing, &busy]).await;
    let draft = edited(&loaded(), "/n", "2", "e1");
    assert!(matches!(server.as_("alice").save(&draft).await, Err(Fault::Uncertain(_))));
    let fault = server.as_("alice").save(&draft).await.expect_err("busy");
    assert_eq!(fault.to_string(), "The disk is slow (503 unavailable)");
}

#[tokio::test]
async fn a_weak_tag_is_the_servers_fault() {
    let weak = answer("200 OK", &[JSON, "etag: W/\"2\"", "midair-version: 2"], "{}");
    let server = Answerer::with(&[&weak]).await;
    let fault = server.as_("alice").read(&key("apollo")).await.expect_err("weak");
    says(fault, &["W/\"2\"", "weak", "server"]);
}

#[tokio::test]
async fn every_write_carries_its_precondition_its_author_and_its_edit() {
    let done = answer("200 OK", &WHOLE, "{\"n\":2}");
    let gone = answer("204 No Content", &[], "");
    let tombstone =
        answer("410 Gone", &[PROBLEM], r#"{"code":"gone","deleted":{"version":3,"by":"a","at":"t","why":null}}"#);
    let server = Answerer::with(&[&done, &done, &gone, &tombstone]).await;
    let backend = server.as_("Zoë");
    let mut draft = edited(&loaded(), "/n", "2", "e1");
    draft.note = Some("50 % off".into());
    let put = backend.save(&draft).await.expect("an answer");
    assert!(matches!(put, Put::Stored { stored, .. } if stored.updated_at == "1994-11-06T08:49:37.000Z"));
    draft.base = midair_record::Basis::New;
    backend.save(&draft).await.expect("an answer");
    let token = Token::parse("\"1-old\"").expect("a token");
    assert!(matches!(backend.delete(&key("apollo"), &token, None, "e3").await, Ok(Delete::Deleted(_))));

    let requests = server.requests();
    for (request, line) in requests.iter().zip(["if-match: \"1-old\"", "if-none-match: *", "if-match: \"1-old\""]) {
        assert!(request.contains(&format!("\r\n{line}\r\n")), "{request}");
        assert!(request.contains("\r\nmidair-author: Zo%C3%AB\r\n"), "{request}");
    }
    assert!(requests[0].contains("\r\nmidair-note: 50%20%25%20off\r\n"), "{}", requests[0]);
    assert!(requests[0].contains("\r\nidempotency-key: \"e1\"\r\n"), "{}", requests[0]);
}

#[tokio::test]
async fn an_accepted_save_without_a_usable_tag_is_read_again_and_compared() {
    let bare = answer("200 OK", &[JSON], "{\"n\":2}");
    let mine = answer("200 OK", &WHOLE, "{ \"n\": 2 }");
    let draft = edited(&loaded(), "/n", "2", "e1");
    let server = Answerer::with(&[&bare, &mine]).await;
    match server.as_("alice").save(&draft).await.expect("an answer") {
        Put::Stored { stored, .. } => assert_eq!(stored.token.as_str(), "\"2-new\""),
        other => panic!("{other:?}"),
    }

    let theirs = answer("200 OK", &WHOLE, "{\"n\":3}");
    let line = r#"{"items":[{"version":1,"op":"create","at":"t"},{"version":2,"op":"update","by":"bob","at":"t"}]}"#;
    let server = Answerer::with(&[&bare, &theirs, &answer("200 OK", &[JSON], line)]).await;
    match server.as_("alice").save(&draft).await.expect("an answer") {
        Put::Stale(conflict) => {
            assert_eq!(conflict.changes.iter().map(|line| line.by.as_str()).collect::<Vec<_>>(), ["bob"]);
            assert_eq!(conflict.base.map(|base| base.version), Some(1));
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_refusal_that_does_not_show_the_record_is_completed_and_a_lagging_replica_is_not_believed() {
    let refusal = answer("412 Precondition Failed", &[], "");
    let old = ["content-type: application/json", "etag: \"1-old\"", "midair-version: 1", "midair-updated-at: t"];
    let lagging = answer("200 OK", &old, "{\"n\":1}");
    let fresh = answer("200 OK", &WHOLE, "{\"n\":3}");
    let server = Answerer::with(&[&refusal, &lagging, &fresh]).await;
    match server.as_("alice").save(&edited(&loaded(), "/n", "2", "e1")).await.expect("an answer") {
        Put::Stale(conflict) => match conflict.current {
            Current::Stored(stored) => assert_eq!(stored.token.as_str(), "\"2-new\""),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_token_that_was_never_issued_is_said_to_be_one() {
    let current = r#"{"version":2,"etag":"\"2-new\"","fields":{"n":3},"updatedAt":"t","updatedBy":"bob"}"#;
    let body = format!(r#"{{"code":"unknown_token","current":{current},"changes":[],"overlap":[]}}"#);
    let server = Answerer::with(&[&answer("412 Precondition Failed", &[PROBLEM], &body)]).await;
    match server.as_("alice").save(&edited(&loaded(), "/n", "2", "e1")).await.expect("an answer") {
        Put::Stale(conflict) => assert!(conflict.unknown_token && conflict.base.is_none()),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_feed_that_is_refused_or_makes_no_sense_ends_with_its_reason() {
    let gone = answer("410 Gone", &[PROBLEM], r#"{"code":"gone","detail":"Start anew."}"#);
    let odd = answer("200 OK", &["content-type: text/event-stream"], ": hello\n\ndata: {\"seq\":\n\n");
    let server = Answerer::with(&[&gone, &odd]).await;
    for wanted in ["410", "not what the contract says"] {
        let feed = server.as_("alice").watch(Some(1));
        pin_mut!(feed);
        let fault = feed.next().await.expect("an item").expect_err("a fault");
        says(fault, &[wanted]);
        assert!(feed.next().await.is_none());
    }
}
