//! Records over HTTP: their bytes, their history, what a refusal shows, what a deletion leaves.
#![allow(clippy::unwrap_used)]

mod house;

use house::House;
use serde_json::json;

const AT: &str = "/v1/collections/projects/records/prj_1";

#[tokio::test]
async fn a_refusal_tells_the_last_hundred_writes_and_still_knows_what_overlaps() {
    let house = House::open().await;
    let at = "/v1/collections/things/records/busy";
    let old = house.create(at, r#"{"first":0,"n":0,"still":0}"#).await;
    let mut tag = house.replace(at, &old, "early", r#"{"first":1,"n":0,"still":0}"#).await;
    for n in 1..=120 {
        tag = house.replace(at, &tag, "bob", &format!(r#"{{"first":1,"n":{n},"still":0}}"#)).await;
    }
    let refused = house.ask("PUT", at, &[("if-match", &old)], r#"{"first":7,"n":0,"still":7}"#).await;
    let told = refused.json();
    assert_eq!((refused.status, told["changesOmitted"].as_u64()), (412, Some(21)));
    assert_eq!(told["changes"].as_array().unwrap().len(), 100);
    assert_eq!(told["changes"][99]["version"], 122);
    assert_eq!(told["overlap"], serde_json::json!(["/first"]), "changed by a write that is not told any more");
    house.close().await;
}

#[tokio::test]
async fn a_stale_write_is_refused_with_both_sides_and_who_wrote_between() {
    let house = House::open().await;
    let v1 = house.create(AT, r#"{"name":"Launch","quota":100}"#).await;
    let headers = [("if-match", v1.as_str()), ("midair-author", "bob"), ("midair-note", "bump%20after%20call")];
    let v2 = house.ask("PUT", AT, &headers, r#"{"name":"Launch site","quota":100}"#).await.etag();
    house.replace(AT, &v2, "carol", r#"{"name":"Launch site","quota":150}"#).await;
    let refused = house.ask("PUT", AT, &[("if-match", &v1)], r#"{"name":"Launch","quota":200}"#).await;
    let problem = refused.json();
    assert_eq!((refused.status, problem["code"].as_str()), (412, Some("version_conflict")));
    assert_eq!(problem["expected"], json!({"version": 1, "etag": v1}));
    assert_eq!(problem["base"], json!({"version": 1, "fields": {"name": "Launch", "quota": 100}}));
    assert_eq!(problem["current"]["fields"], json!({"name": "Launch site", "quota": 150}));
    assert_eq!(
        (problem["current"]["version"].as_u64(), problem["current"]["updatedBy"].as_str()),
        (Some(3), Some("carol"))
    );
    assert_eq!(problem["current"]["etag"].as_str(), Some(refused.header("etag")));
    let changes = problem["changes"].as_array().unwrap();
    let told: Vec<_> =
        changes.iter().map(|line| (&line["version"], &line["by"], &line["why"], &line["paths"])).collect();
    assert_eq!(json!(told), json!([[2, "bob", "bump after call", ["/name"]], [3, "carol", null, ["/quota"]]]));
    assert_eq!(problem["overlap"], json!(["/quota"]));
    assert_eq!(problem["suggestion"], "merge");
    assert_eq!(
        problem["detail"],
        "projects/prj_1 is at version 3; you presented version 1. bob and carol changed /name and /quota since. Merge, and resubmit with the current ETag."
    );
    let disjoint = house.ask("PUT", AT, &[("if-match", &v1)], r#"{"name":"Launch","quota":100,"new":1}"#).await;
    assert_eq!(disjoint.json()["overlap"], json!([]));
    let same = house.ask("PUT", AT, &[("if-match", &v1)], r#"{"name":"Launch site","quota":150}"#).await;
    assert_eq!((same.status, same.json()["alreadyApplied"].as_bool()), (412, Some(true)));
}

#[tokio::test]
async fn who_counts_what_another_counted_as_well_has_not_been_counted_yet() {
    let house = House::open().await;
    let counter = r#"{"schema":{"properties":{"stock":{"x-merge":"counter"}}}}"#;
    house.ask("PUT", "/v1/collections/projects", &[("if-none-match", "*")], counter).await;
    let v1 = house.create(AT, r#"{"name":"Launch","stock":10}"#).await;
    house.replace(AT, &v1, "bob", r#"{"name":"Launch","stock":8}"#).await;
    let two_more = house.ask("PUT", AT, &[("if-match", &v1)], r#"{"name":"Launch","stock":8}"#).await;
    assert_eq!((two_more.status, &two_more.json()["alreadyApplied"]), (412, &json!(null)));
    assert_eq!(two_more.json()["overlap"], json!(["/stock"]));
}

#[tokio::test]
async fn whoever_prefers_little_is_told_the_versions_and_not_the_fields() {
    let house = House::open().await;
    let first = house.create(AT, r#"{"n":1}"#).await;
    let second = house.replace(AT, &first, "bob", r#"{"n":2}"#).await;
    let stale = [("if-match", first.as_str()), ("prefer", "return=minimal")];
    for (method, body) in [("PUT", r#"{"n":3}"#), ("PUT", "no json"), ("DELETE", "")] {
        let answer = house.ask(method, AT, &stale, body).await;
        let problem = answer.json();
        assert_eq!((answer.status, &problem["current"]["etag"]), (412, &second.as_str().into()), "{}", answer.text);
        assert_eq!((&problem["current"]["version"], &problem["expected"]["version"]), (&2.into(), &1.into()));
        assert_eq!((&problem["changes"][0]["by"], &problem["overlap"][0]), (&"bob".into(), &"/n".into()));
        assert!(problem["current"].get("fields").is_none() && problem.get("base").is_none(), "{}", answer.text);
    }
    house.close().await;
}

#[tokio::test]
async fn a_record_comes_back_byte_for_byte() {
    let house = House::open().await;
    let text = "\n{ \"a\" : 1.0,\n\t\"big\":9007199254740993, \"huge\":1e400, \"s\":\"e\\u0301\\/\", \"z\":{\"b\":1,\"a\":2} }\n";
    house.create(AT, text).await;
    let read = house.get(AT).await;
    assert_eq!(read.text, text);
    assert_eq!((read.header("midair-version"), read.header("midair-author")), ("1", "alice"));
    let listed = house.get("/v1/collections/projects/records").await;
    assert!(listed.text.contains("\"huge\":1e400, \"s\":\"e\\u0301\\/\""), "{}", listed.text);
    assert_eq!(house.get(&format!("{AT}/versions/1")).await.text, text);
    let same = house.ask("PUT", AT, &[("if-match", &read.etag())], &text.replace(' ', "")).await;
    assert_eq!((same.status, same.etag()), (200, read.etag()), "white space is no change");
    let other = house.ask("PUT", AT, &[("if-match", &read.etag())], &text.replace("1.0", "1")).await;
    assert_ne!(other.etag(), read.etag(), "number text is a change");
}

#[tokio::test]
async fn a_deletion_leaves_a_tombstone_and_the_version_goes_on() {
    let house = House::open().await;
    let v1 = house.create(AT, r#"{"n":1}"#).await;
    let headers = [("if-match", v1.as_str()), ("midair-author", "bob"), ("midair-note", "cancelled")];
    let deleted = house.ask("DELETE", AT, &headers, "").await;
    assert_eq!((deleted.status, deleted.header("midair-version")), (204, "2"));
    let gone = house.get(AT).await;
    assert_eq!(
        (gone.status, &gone.json()["deleted"]["by"], &gone.json()["deleted"]["why"]),
        (410, &json!("bob"), &json!("cancelled"))
    );
    let edit = house.ask("PUT", AT, &[("if-match", &v1)], r#"{"n":2}"#).await;
    assert_eq!(
        (edit.status, &edit.json()["deleted"]["by"], edit.json()["suggestion"].as_str()),
        (412, &json!("bob"), Some("recreate"))
    );
    assert_eq!(edit.json()["base"]["fields"], json!({"n": 1}));
    let headers = [("if-match", "*"), ("idempotency-key", "\"never-sent\"")];
    assert_eq!(house.ask("DELETE", AT, &headers, "").await.status, 410);
    let again = house.ask("PUT", AT, &[("if-none-match", "*")], r#"{"n":1}"#).await;
    assert_eq!((again.status, again.header("midair-version")), (201, "3"));
    let aba = house.ask("PUT", AT, &[("if-match", &v1)], r#"{"n":2}"#).await;
    assert_eq!(aba.status, 412, "the token of version 1 never comes back, though the record says the same again");
    let history = house.get(&format!("{AT}/versions")).await.json();
    let lines: Vec<_> =
        history["items"].as_array().unwrap().iter().map(|line| (&line["version"], &line["op"])).collect();
    assert_eq!(json!(lines), json!([[1, "create"], [2, "delete"], [3, "create"]]));
    assert_eq!(house.get("/v1/collections").await.json(), json!({"items": [{"name": "projects", "records": 1}]}));
}

#[tokio::test]
async fn the_same_edit_sent_twice_is_done_once() {
    let house = House::open().await;
    let v1 = house.create(AT, r#"{"n":1}"#).await;
    let headers = [("if-match", v1.as_str()), ("idempotency-key", "\"edit-1\"")];
    let first = house.ask("PUT", AT, &headers, r#"{"n":2}"#).await;
    house.replace(AT, &first.etag(), "bob", r#"{"n":3}"#).await;
    let second = house.ask("PUT", AT, &headers, r#"{"n":2}"#).await;
    assert_eq!((second.status, second.etag(), second.header("idempotency-replayed")), (200, first.etag(), "true"));
    let other = house.ask("PUT", AT, &headers, r#"{"n":9}"#).await;
    assert_eq!((other.status, other.code().as_str()), (422, "key_reused"));
    let third = house.get(AT).await.etag();
    let headers = [("if-match", third.as_str()), ("idempotency-key", "\"edit-1\"")];
    let other = house.ask("DELETE", AT, &headers, "").await;
    assert_eq!((other.status, other.code().as_str()), (422, "key_reused"), "that edit was no deletion");
    let headers = [("if-match", third.as_str()), ("idempotency-key", "\"edit-2\"")];
    for replayed in ["", "true"] {
        let deleted = house.ask("DELETE", AT, &headers, "").await;
        assert_eq!((deleted.status, deleted.header("midair-version")), (204, "4"));
        assert_eq!(deleted.header("idempotency-replayed"), replayed);
    }
    let records = "/v1/collections/projects/records";
    let headers = [("idempotency-key", "\"new-1\"")];
    let made = house.ask("POST", records, &headers, "{}").await;
    assert_eq!(made.status, 201);
    assert_eq!(house.get(made.header("location")).await.text, "{}");
    assert_eq!(house.ask("POST", records, &headers, "{}").await.header("location"), made.header("location"));
}

#[tokio::test]
async fn pages_follow_each_other_and_a_filter_narrows_them() {
    let house = House::open().await;
    for number in 0..25 {
        house
            .create(&format!("/v1/collections/many/records/r{number:02}"), &format!(r#"{{"name":"Num {number}%"}}"#))
            .await;
    }
    let (mut seen, mut after) = (Vec::new(), String::new());
    loop {
        let page = house.get(&format!("/v1/collections/many/records?limit=10{after}")).await.json();
        assert_eq!(page["total"], 25);
        seen.extend(page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()));
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
    }
    assert!(seen.len() == 25 && seen.is_sorted());
    let found = house.get("/v1/collections/many/records?filter=NUM%202").await;
    assert_eq!((found.json()["total"].as_u64(), found.json()["items"].as_array().unwrap().len()), (Some(6), 6));
    assert_eq!(house.get("/v1/collections/many/records?filter=%25").await.json()["total"], 25);
    let first = house.get("/v1/collections/many/records?filter=%25&limit=5").await.json();
    assert_eq!((&first["total"], &first["next"]), (&25.into(), &"r04".into()));
    let second = house.get("/v1/collections/many/records?filter=%25&limit=5&after=r04").await.json();
    assert_eq!((second.get("total"), &second["items"][0]["id"]), (None, &"r05".into()), "it was counted before");
    let path = "/v1/collections/many/records?filter=NUM%202";
    assert_eq!(house.ask("GET", path, &[("if-none-match", &found.etag())], "").await.status, 304);
    for (query, detail) in [
        ("limit=0", "limit: \"0\" is not a number from 1 to 1000."),
        ("limit=x", "limit: \"x\" is not a number from 1 to 1000."),
        ("limit=1001", "limit: \"1001\" is not a number from 1 to 1000."),
        ("limit=1&limit=2", "limit stands there twice; once is enough."),
        ("order=name", "\"order\" cannot be asked for here; these can: after, fields, filter, limit, sort."),
    ] {
        let answer = house.get(&format!("/v1/collections/many/records?{query}")).await;
        assert_eq!((answer.status, answer.code().as_str()), (400, "malformed_query"), "{query}");
        assert_eq!(answer.json()["detail"], detail, "{query}");
    }
}

#[tokio::test]
async fn many_writes_go_in_one_request_each_with_its_verdict_or_all_or_none() {
    let house = House::open().await;
    let tag = house.create("/v1/collections/b/records/there", r#"{"n":1}"#).await;
    let items = json!({"items": [
        {"id": "new", "op": "put", "ifNoneMatch": "*", "fields": {"n": 1}},
        {"id": "there", "op": "put", "ifNoneMatch": "*", "fields": {"n": 2}},
        {"id": "there", "op": "put", "fields": {"n": 2}},
        {"id": "bad/id", "op": "put", "ifNoneMatch": "*", "fields": {}},
        {"id": "there", "op": "delete", "ifMatch": tag},
    ]});
    let ask = async |query: &str| {
        let answer = house.ask("POST", &format!("/v1/collections/b/bulk{query}"), &[], &items.to_string()).await.json();
        answer["items"].as_array().unwrap().iter().map(|item| item["status"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(ask("?atomic=true").await, [424, 424, 428, 400, 424]);
    assert_eq!(house.get("/v1/collections/b/records").await.json()["total"], 1);
    assert_eq!(ask("").await, [201, 412, 428, 400, 204]);
    assert_eq!(house.get("/v1/collections/b/records").await.json()["total"], 1);
    let items = json!({"items": [
        {"id": "x", "op": "put", "ifNoneMatch": "*", "fields": {}},
        {"id": "new", "op": "put", "ifNoneMatch": "*", "fields": {}},
    ]});
    let answer = house.ask("POST", "/v1/collections/b/bulk?atomic=true", &[], &items.to_string()).await.json();
    assert_eq!((&answer["items"][0]["status"], &answer["items"][1]["status"]), (&json!(424), &json!(412)));
    assert_eq!(house.get("/v1/collections/b/records/x").await.status, 404);
}

#[tokio::test]
async fn a_definition_is_a_versioned_resource_of_its_own() {
    let house = House::open().await;
    let made = house.ask("PUT", "/v1/collections/c", &[("if-none-match", "*")], r#"{"schema":{}}"#).await;
    assert_eq!(made.status, 201);
    assert_eq!(house.ask("PUT", "/v1/collections/c", &[], "{}").await.status, 428);
    let exists = house.ask("PUT", "/v1/collections/c", &[("if-none-match", "*")], "{}").await;
    assert_eq!((exists.status, exists.code().as_str()), (412, "already_exists"));
    let stale = house.ask("PUT", "/v1/collections/c", &[("if-match", "\"1-old\"")], "{").await;
    assert_eq!(stale.status, 412, "stale is told before malformed");
    let same = house.ask("PUT", "/v1/collections/c", &[("if-match", &made.etag())], r#"{"schema":{}}"#).await;
    assert_eq!((same.status, same.etag()), (200, made.etag()));
    let changed = house.ask("PUT", "/v1/collections/c", &[("if-match", &made.etag())], "{ }").await;
    assert_eq!((changed.status, changed.header("midair-version")), (200, "2"));
    assert_eq!(house.ask("PUT", "/v1/collections/c", &[("if-match", &made.etag())], "{}").await.status, 412);
    house.create("/v1/collections/c/records/a", "{}").await;
    assert_eq!(house.ask("DELETE", "/v1/collections/c", &[("if-match", "*")], "").await.status, 409);
    assert_eq!(house.get("/v1/collections/c").await.text, "{ }");
    assert_eq!(house.get("/v1/collections/nope").await.status, 404);
}

#[tokio::test]
async fn a_refusal_suggests_that_a_person_looks_where_one_side_touches_what_is_to_be_decided_by_one() {
    let house = House::open().await;
    let definition = r#"{"schema":{"properties":{"price":{"x-merge":"manual"}}}}"#;
    house.ask("PUT", "/v1/collections/shop", &[("if-none-match", "*")], definition).await;
    let suggests = async |id: &str, theirs: &str, method: &str, kind: &str, mine: &str| {
        let at = format!("/v1/collections/shop/records/{id}");
        let old = house.create(&at, r#"{"name":"Bed","price":{"eur":1}}"#).await;
        house.replace(&at, &old, "bob", theirs).await;
        let refused = house.ask(method, &at, &[("if-match", &old), ("content-type", kind)], mine).await;
        assert_eq!(refused.status, 412, "{}", refused.text);
        refused.json()["suggestion"].as_str().unwrap().to_owned()
    };
    let (json, patch) = ("application/json", "application/merge-patch+json");
    let (bed, named) = (r#"{"name":"Cot","price":{"eur":1}}"#, r#"{"name":"Sofa","price":{"eur":1}}"#);
    let dearer = r#"{"name":"Bed","price":{"eur":2}}"#;
    assert_eq!(suggests("a", bed, "PUT", json, named).await, "merge");
    assert_eq!(suggests("b", dearer, "PUT", json, named).await, "review", "theirs touches it");
    assert_eq!(suggests("c", bed, "PUT", json, dearer).await, "review", "mine touches it");
    assert_eq!(suggests("d", bed, "PATCH", patch, r#"{"price":{"eur":3}}"#).await, "review");
    assert_eq!(suggests("e", dearer, "DELETE", json, "").await, "review");
    house.close().await;
}
