//! `/openapi.json` says what the server does: each path and method is there, nothing else is, and so for whatever cannot
//! be read. Every other test of the server holds its answers against it too (house/contract.rs).
#![allow(clippy::unwrap_used)]

mod house;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use house::House;
use house::contract::Contract;

const AT: &str = "/v1/collections/things/records/a";

/// Paths of the contract, with something in place of the names.
fn paths(house: &House) -> Vec<(String, Vec<String>)> {
    let named = |path: &str| path.replace("{collection}", "things").replace("{id}", "a").replace("{number}", "1");
    let items = house.contract.document["paths"].as_object().unwrap().iter();
    items.map(|(path, item)| (named(path), Contract::methods(item.as_object().unwrap()))).collect()
}

#[tokio::test]
async fn whatever_the_contract_tells_of_is_there_and_nothing_else() {
    let house = House::open().await;
    house.create(AT, "{}").await;
    let paths = paths(&house);
    assert!(paths.len() >= 13);
    for (path, methods) in paths {
        for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "OPTIONS", "QUERY", "get"] {
            // A feed goes on for ever; what HEAD says of it ends.
            if path == "/v1/changes" && method == "GET" {
                continue;
            }
            // House::ask holds the answer against the contract: 405 with this very list, or one that it tells of.
            let answer = house.ask(method, &path, &[], "").await;
            let there = methods.iter().any(|one| one == method);
            assert_eq!(there, ![405, 204].contains(&answer.status), "{method} {path}: {}", answer.status);
        }
    }
    house.close().await;
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_by_name_wherever_it_stands() {
    let house = House::open().await;
    house.create(AT, "{}").await;
    let huge = "9".repeat(40);
    for (path, code) in [
        ("/v1/collections/%FF".to_owned(), "malformed_id"),
        ("/v1/collections/things/records/%C3%28".to_owned(), "malformed_id"),
        ("/v1/collections/things/records/a%00".to_owned(), "malformed_id"),
        (format!("{AT}/versions/{huge}"), "malformed_id"),
        (format!("{AT}/versions/{}", u64::MAX), "not_found"),
        (format!("{AT}/versions?after={huge}"), "malformed_query"),
        (format!("{AT}/versions?limit=-1"), "malformed_query"),
        (format!("{AT}/versions?after=1&after=2"), "malformed_query"),
        ("/v1/collections/things/records?limit=4294967296".to_owned(), "malformed_query"),
        ("/v1/collections/things/records?limti=4".to_owned(), "malformed_query"),
        (format!("/v1/changes?since={huge}"), "malformed_query"),
        (format!("/v1/changes?since={}", u64::MAX), "gone"),
        ("/v1/changes?presence=perhaps".to_owned(), "malformed_query"),
        ("/v1/nothing".to_owned(), "not_found"),
        (format!("{AT}/"), "not_found"),
    ] {
        assert_eq!(house.get(&path).await.code(), code, "{path}");
    }
    assert_eq!(house.get(&format!("{AT}/versions?after={}", u64::MAX)).await.json()["items"], serde_json::json!([]));
    for (headers, body, code) in [
        ([("content-type", "text/plain"), ("if-none-match", "*")], "{}", "unsupported_type"),
        ([("content-type", "é"), ("if-none-match", "*")], "{}", "unsupported_type"),
        ([("midair-author", "%FF"), ("if-none-match", "*")], "{}", "malformed_header"),
        ([("idempotency-key", "bare"), ("if-none-match", "*")], "{}", "malformed_header"),
        ([("midair-note", "caf\u{e9}"), ("if-none-match", "*")], "{}", "malformed_header"),
        ([("midair-author", "alice"), ("if-match", "7")], "{}", "malformed_header"),
        ([("midair-author", "alice"), ("if-none-match", "*")], "{\"a\":\"\u{0}\"}", "malformed_body"),
    ] {
        let answer = house.ask("PUT", "/v1/collections/things/records/new", &headers, body).await;
        assert_eq!(answer.code(), code, "{headers:?}");
    }
    let presence = format!("{AT}/presence");
    let said = house.ask("PUT", &presence, &[("midair-author", "alice")], r#"{"path":"/a~2"}"#).await;
    assert_eq!(said.code(), "malformed_body");
    house.close().await;
}

#[tokio::test]
async fn an_array_is_no_object_whatever_it_holds() {
    let house = House::open().await;
    let (lines, bulk) = (("content-type", "application/x-ndjson"), "/v1/collections/things/bulk");
    let (alice, presence) = (("midair-author", "alice"), format!("{AT}/presence"));
    let item = r#"["a","put",null,"*",null,{},null]"#;
    for (method, path, header, body) in [
        ("PUT", presence.as_str(), alice, r#"["/name"]"#.to_owned()),
        ("POST", bulk, alice, format!(r#"{{"items":[{item}]}}"#)),
        ("POST", bulk, alice, r#"[[]]"#.to_owned()),
    ] {
        let answer = house.ask(method, path, &[header], &body).await;
        assert_eq!((answer.status, answer.code().as_str()), (400, "malformed_body"), "{method} {path} {body}");
        assert!(answer.text.contains("invalid type: sequence, expected an object"), "{}", answer.text);
    }
    let line = house.ask("POST", bulk, &[lines], item).await;
    assert!(line.text.contains("Line 1 says no write: invalid type: sequence, expected an object"), "{}", line.text);
    let line = house.ask("POST", bulk, &[lines], "{\"id\":mate}").await;
    let no_json = "Line 1 says no write: it is not JSON: a value should stand here, found 'm' at line 1, column 7";
    assert!(line.text.contains(no_json), "{}", line.text);
    assert_eq!(house.get(&presence).await.json()["items"], serde_json::json!([]));
    assert_eq!(house.get(AT).await.status, 404);
    house.close().await;
}

#[tokio::test]
async fn what_is_no_http_request_is_answered_without_a_body() {
    let house = House::open().await;
    let address: SocketAddr = house.url.trim_start_matches("http://").parse().unwrap();
    let said = move |request: Vec<u8>| {
        let mut stream = TcpStream::connect(address).unwrap();
        // The server may hang up before it was sent whole.
        let _ = stream.write_all(&request);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8(answer).unwrap()
    };
    let asked = tokio::task::spawn_blocking(move || {
        [
            said(b"HELLO\r\n\r\n".to_vec()),
            said(b"GET /v1/collections/\xff HTTP/1.1\r\nhost: here\r\n\r\n".to_vec()),
            said([b"GET /".as_slice(), &[b'a'; 70_000], b" HTTP/1.1\r\nhost: here\r\n\r\n"].concat()),
            said([b"GET / HTTP/1.1\r\nhost: here\r\n".as_slice(), &b"a: b\r\n".repeat(200), b"\r\n"].concat()),
        ]
    });
    for (answer, status) in asked.await.unwrap().iter().zip(["400", "400", "414", "431"]) {
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")) && answer.ends_with("\r\n\r\n"), "{answer}");
    }
    house.close().await;
}

#[tokio::test]
async fn the_contract_tells_the_limits_of_this_very_server() {
    let house = House::open().await;
    let told = |path: &str, method: &str| {
        let pointer = format!("/paths/{}/{method}/requestBody/description", path.replace('/', "~1"));
        house.contract.document.pointer(&pointer).unwrap().as_str().unwrap().to_owned()
    };
    assert_eq!(told("/v1/collections/{collection}/records/{id}", "put"), format!("At most {} bytes.", 1 << 20));
    assert_eq!(told("/v1/collections/{collection}/bulk", "post"), format!("At most {} bytes.", 2 << 20));
    house.close().await;
}

#[tokio::test]
async fn the_page_is_served_as_html() {
    let house = House::open().await;
    let page = house.get("/docs").await;
    assert!(page.text.starts_with("<!DOCTYPE html>") && page.text.contains("/v1/collections/{collection}/bulk"));
    house.close().await;
}
