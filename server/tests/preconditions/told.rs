//! What is said of conditions beyond the status: which tag never matches, and which headers no write goes by.

use super::house::House;
use super::place::AT;
use super::table::{BARE, FIXED_FUTURE, FIXED_PAST};

#[tokio::test]
async fn a_refusal_names_the_weak_tag_that_never_matches() {
    let house = House::open().await;
    let at = format!("{AT}/records/a");
    let tag = house.create(&at, "{}").await;
    let weak = format!("\"x\", W/{tag}, W/\"y\"");
    let missing = format!("{AT}/records/b");
    for (method, path) in [("GET", &at), ("PUT", &at), ("DELETE", &at), ("PUT", &missing)] {
        let refused = house.ask(method, path, &[("if-match", &weak)], "{}").await;
        let detail = refused.json()["detail"].as_str().unwrap().to_owned();
        let named = format!(". W/{tag} is a weak tag, which never matches If-Match.");
        assert!(refused.status == 412 && detail.ends_with(&named), "{method} {path}: {}", refused.text);
    }
    let strong = house.ask("PUT", &at, &[("if-match", "\"x\""), ("if-none-match", "W/\"y\"")], "{}").await;
    assert!(strong.status == 412 && !strong.text.contains("weak"), "{}", strong.text);
    house.close().await;
}

#[tokio::test]
async fn what_counts_for_reads_alone_is_passed_over_in_a_write() {
    let house = House::open().await;
    let lax = r#"{"preconditions":"optional"}"#;
    assert_eq!(house.ask("PUT", AT, &[("if-none-match", "*")], lax).await.status, 201);
    let at = format!("{AT}/records/a");
    // Section 13.1.3: of PUT, PATCH and DELETE it says nothing, so that they are blind, which is allowed here.
    for since in [FIXED_PAST, FIXED_FUTURE, "yesterday"] {
        let since = [("if-modified-since", since)];
        assert_eq!(house.ask("PUT", &at, &since, r#"{"n":1}"#).await.status, 201);
        let patch = [since[0], ("content-type", "application/merge-patch+json")];
        assert_eq!(house.ask("PATCH", &at, &patch, r#"{"n":2}"#).await.status, 200);
        assert_eq!(house.ask("DELETE", &at, &since, "").await.status, 204);
    }
    // Section 13.1.4: what is no date is no condition; what is one would have to hold, and a second is long.
    house.ask("PUT", &at, &[], r#"{"n":1}"#).await;
    assert_eq!(house.ask("PUT", &at, &[("if-unmodified-since", "yesterday")], r#"{"n":2}"#).await.status, 200);
    for since in [FIXED_PAST, FIXED_FUTURE] {
        let refused = house.ask("PUT", &at, &[("if-unmodified-since", since)], r#"{"n":3}"#).await;
        assert_eq!((refused.status, refused.code().as_str()), BARE, "{}", refused.text);
    }
    assert_eq!(house.get(&at).await.text, r#"{"n":2}"#);
    house.close().await;
}
