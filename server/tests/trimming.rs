//! A collection that need not keep its whole history: old versions lose their fields, and nothing else.
#![allow(clippy::unwrap_used)]

mod house;

use house::House;

const AT: &str = "/v1/collections/things/records/a";

#[tokio::test]
async fn old_versions_lose_their_fields_and_who_wrote_them_stays() {
    let house = House::open().await;
    let policy = r#"{"history":{"versions":3}}"#;
    let defined = house.ask("PUT", "/v1/collections/things", &[("if-none-match", "*")], policy).await;
    assert_eq!(defined.status, 201, "{}", defined.text);
    let first = house.ask("PUT", AT, &[("if-none-match", "*"), ("idempotency-key", "\"e1\"")], r#"{"n":1}"#).await;
    let mut tags = vec![first.etag()];
    for n in 2..=6 {
        let tag = house.replace(AT, &tags[n - 2], "bob", &format!(r#"{{"n":{n}}}"#)).await;
        tags.push(tag);
    }
    for n in 1..=6 {
        let kept = house.get(&format!("{AT}/versions/{n}")).await.status;
        assert_eq!(kept, if n > 3 { 200 } else { 404 }, "version {n}");
    }
    let history = house.get(&format!("{AT}/versions")).await.json();
    let by: Vec<&str> = history["items"].as_array().unwrap().iter().map(|line| line["by"].as_str().unwrap()).collect();
    assert_eq!(by, ["", "bob", "bob", "bob", "bob", "bob"]);

    // A refusal says who wrote since, without a base that is no longer there.
    let stale = house.ask("PUT", AT, &[("if-match", &tags[1])], r#"{"n":9}"#).await;
    let problem = stale.json();
    assert_eq!((stale.status, stale.code().as_str()), (412, "version_conflict"), "{}", stale.text);
    assert_eq!((problem.get("base"), problem["changes"].as_array().unwrap().len()), (None, 4));
    assert_eq!(problem["expected"], serde_json::json!({"version": 2, "etag": tags[1]}));
    let detail = problem["detail"].as_str().unwrap();
    assert!(detail.contains("is at version 6; you presented version 2. bob changed /n since."), "{detail}");
    let stale = house.ask("PUT", AT, &[("if-match", &tags[3])], r#"{"n":9}"#).await.json();
    assert_eq!(stale["base"]["fields"]["n"], 4);

    // The same create again: it was done, and what it made is not known any more.
    let again = house.ask("PUT", AT, &[("if-none-match", "*"), ("idempotency-key", "\"e1\"")], r#"{"n":1}"#).await;
    assert_eq!((again.status, again.code().as_str()), (410, "gone"), "{}", again.text);
    house.close().await;
}

#[tokio::test]
async fn what_was_written_before_the_policy_is_looked_through_when_the_server_starts() {
    let house = House::open().await;
    let mut tag = house.create(AT, r#"{"n":1}"#).await;
    for n in 2..=20 {
        tag = house.replace(AT, &tag, "bob", &format!(r#"{{"n":{n}}}"#)).await;
    }
    let now = house.get("/v1/collections/things").await.etag();
    let bad = house.ask("PUT", "/v1/collections/things", &[("if-match", &now)], r#"{"history":{"versions":0}}"#).await;
    assert_eq!((bad.status, bad.code().as_str()), (422, "invalid_definition"), "{}", bad.text);
    let policy = r#"{"history":{"versions":2,"days":1}}"#;
    assert_eq!(house.ask("PUT", "/v1/collections/things", &[("if-match", &now)], policy).await.status, 200);
    assert_eq!(house.get(&format!("{AT}/versions/5")).await.status, 200);

    let house = house.closed().await.opened().await;
    // The first look through comes with the first write.
    house.create("/v1/collections/things/records/b", "{}").await;
    let mut left = 20;
    for _ in 0..10_000 {
        left = 0;
        for n in 1..=20 {
            left += usize::from(house.get(&format!("{AT}/versions/{n}")).await.status == 200);
        }
        if left == 2 {
            break;
        }
    }
    assert_eq!(left, 2);
    assert_eq!(house.get(AT).await.text, r#"{"n":20}"#);
    house.close().await;
}
