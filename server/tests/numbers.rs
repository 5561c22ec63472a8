//! What the server tells of itself: a collision played, and read back from its numbers; whether it is ready; names.
#![allow(clippy::unwrap_used)]

mod house;

use std::path::Path;

use house::{Answer, House};
use serde_json::{Value, json};

const AT: &str = "/v1/collections/projects/records/moon";

/// The number of a series, as it stands in the exposition.
fn number(text: &str, series: &str) -> f64 {
    let found = text.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
    found.unwrap_or_else(|| panic!("there is no {series} in\n{text}")).parse().unwrap()
}

async fn put(house: &House, tag: &str, by: &str, body: &str) -> Answer {
    house.ask("PUT", AT, &[("if-match", tag), ("midair-author", by)], body).await
}

/// Bob saves first; alice is refused twice, and then gets through.
async fn a_collision(house: &House) {
    let first = house.create(AT, r#"{"name":"Moon","quota":100,"tags":[]}"#).await;
    let second = house.replace(AT, &first, "bob", r#"{"name":"Luna","quota":100,"tags":[]}"#).await;
    let mine = r#"{"name":"Moonshot","quota":100,"tags":[]}"#;
    assert_eq!(put(house, &first, "alice", mine).await.status, 412);
    assert_eq!(house.ask("PUT", &format!("{AT}/presence"), &[("midair-author", "alice")], "").await.status, 204);
    assert_eq!(put(house, &first, "alice", mine).await.status, 412);
    assert_eq!(put(house, &second, "alice", mine).await.status, 200);
    // Somebody else's field: nothing overlaps.
    let elsewhere = r#"{"name":"Moon","quota":7,"tags":[]}"#;
    assert_eq!(put(house, &first, "carol", elsewhere).await.status, 412);
}

#[tokio::test]
async fn a_collision_is_in_the_metrics_by_collection_and_field_until_its_writer_got_through() {
    let house = House::open().await;
    a_collision(&house).await;
    let answer = house.get("/metrics").await;
    assert_eq!(answer.header("content-type"), "application/openmetrics-text; version=1.0.0; charset=utf-8");
    let text = answer.text;
    let record = "/v1/collections/{collection}/records/{id}";
    for (series, count) in [
        (format!(r#"midair_requests_total{{route="{record}",method="PUT",status="412"}}"#), 3.0),
        (format!(r#"midair_requests_total{{route="{record}",method="PUT",status="201"}}"#), 1.0),
        (format!(r#"midair_request_duration_seconds_count{{route="{record}",method="PUT"}}"#), 6.0),
        (format!(r#"midair_request_duration_seconds_bucket{{le="+Inf",route="{record}",method="PUT"}}"#), 6.0),
        (r#"midair_changes_total{collection="projects"}"#.into(), 3.0),
        (r#"midair_conflicts_total{collection="projects"}"#.into(), 3.0),
        (r#"midair_conflict_fields_total{collection="projects",field="/name"}"#.into(), 2.0),
        (r#"midair_conflict_fields_total{collection="projects",field="none"}"#.into(), 1.0),
        ("midair_resubmissions_total".into(), 2.0),
        ("midair_conflict_resolution_seconds_count".into(), 1.0),
        ("midair_replays_total".into(), 0.0),
        ("midair_commit_writes_count".into(), 3.0),
        (r#"midair_records{collection="projects"}"#.into(), 1.0),
        ("midair_presences".into(), 1.0),
        ("midair_connections".into(), 1.0),
    ] {
        assert_eq!(number(&text, &series), count, "{series}");
    }
    assert!(number(&text, "midair_commit_duration_seconds_sum") > 0.0);
    assert!(number(&text, "midair_uptime_seconds") > 0.0);
    let other = House::open().await;
    let fresh = other.get("/metrics").await.text;
    assert!(!fresh.contains("midair_conflicts_total{"), "servers of one process have nothing in common");
    other.close().await;
    house.close().await;
}

#[tokio::test]
async fn a_collision_is_in_the_last_minutes_with_where_over_what_and_who() {
    let house = House::open().await;
    a_collision(&house).await;
    house.get(AT).await;
    house.get(&format!("{AT}/presence")).await;
    let stats = house.get("/v1/stats").await.json();
    let window = &stats["window"];
    for (name, count) in [("reads", 1), ("writes", 3), ("conflicts", 3), ("resubmitted", 2), ("resolved", 1)] {
        let steps = stats["steps"].as_array().unwrap();
        assert_eq!(window[name], count, "{name}: {stats}");
        assert_eq!(steps.iter().map(|step| step[name].as_u64().unwrap()).sum::<u64>(), count, "{name}: {stats}");
    }
    assert_eq!((&window["commits"], &window["batch"]), (&json!(3), &json!(1.0)));
    for name in ["readSeconds", "writeSeconds", "commitSeconds", "resolvedSeconds"] {
        let (middle, worst) = (window[name]["p50"].as_f64().unwrap(), window[name]["p99"].as_f64().unwrap());
        assert!(0.0 < middle && middle <= worst, "{name}: {stats}");
    }
    assert_eq!(stats["collections"], json!([{"name":"projects","writes":3,"conflicts":3}]));
    let hottest = &stats["hottest"];
    assert_eq!(hottest["records"], json!([{"collection":"projects","id":"moon","conflicts":3}]));
    assert_eq!(
        hottest["fields"],
        json!([
            {"collection":"projects","field":"/name","conflicts":2},
            {"collection":"projects","field":"none","conflicts":1},
        ])
    );
    let authors: Vec<&Value> = hottest["authors"].as_array().unwrap().iter().map(|line| &line["author"]).collect();
    assert_eq!(authors, ["alice", "bob", "carol"]);
    assert_eq!(hottest["authors"][0], json!({"author":"alice","refused":2,"stood":1}));
    assert_eq!((&stats["stepSeconds"], &stats["presences"]), (&json!(5), &json!(1)));
    house.close().await;
}

#[tokio::test]
async fn writes_of_a_bulk_request_collide_and_get_through_each_for_itself() {
    let house = House::open().await;
    let stale = house.create(AT, r#"{"n":1}"#).await;
    let fresh = house.replace(AT, &stale, "bob", r#"{"n":2}"#).await;
    let bulk = async |tag: &str| {
        let items = json!({"items":[{"id":"moon","op":"put","ifMatch":tag,"fields":{"n":3}}]}).to_string();
        let headers = [("content-type", "application/json"), ("midair-author", "alice")];
        house.ask("POST", "/v1/collections/projects/bulk", &headers, &items).await.json()["items"][0]["status"].clone()
    };
    assert_eq!((bulk(&stale).await, bulk(&stale).await, bulk(&fresh).await), (412.into(), 412.into(), 200.into()));
    let text = house.get("/metrics").await.text;
    assert_eq!(number(&text, r#"midair_conflict_fields_total{collection="projects",field="/n"}"#), 2.0);
    assert_eq!(number(&text, "midair_resubmissions_total"), 2.0);
    assert_eq!(number(&text, "midair_conflict_resolution_seconds_count"), 1.0);
    house.close().await;
}

#[tokio::test]
async fn a_read_that_fails_its_condition_is_no_collision_and_a_replay_is_a_replay() {
    let house = House::open().await;
    let tag = house.create(AT, r#"{"n":1}"#).await;
    let edit = [("if-match", tag.as_str()), ("midair-author", "bob"), ("idempotency-key", "\"e1\"")];
    for _ in 0..3 {
        assert_eq!(house.ask("PUT", AT, &edit, r#"{"n":2}"#).await.status, 200);
    }
    assert_eq!(house.ask("GET", AT, &[("if-match", &tag)], "").await.status, 412);
    let text = house.get("/metrics").await.text;
    assert_eq!(number(&text, "midair_replays_total"), 2.0);
    assert!(!text.contains("midair_conflicts_total{"), "{text}");
    house.close().await;
}

#[tokio::test]
async fn a_feed_is_counted_while_somebody_follows_it() {
    let house = House::open().await;
    let subscribers = async || house.get("/v1/stats").await.json()["subscribers"].as_u64().unwrap();
    let feed = house.client.get(format!("{}/v1/changes", house.url)).send().await.unwrap();
    assert_eq!((feed.status().as_u16(), subscribers().await), (200, 1));
    drop(feed);
    while subscribers().await > 0 {}
    assert_eq!(house.get("/v1/changes?since=99").await.status, 410);
    assert_eq!(subscribers().await, 0);
    house.close().await;
}

#[tokio::test]
async fn what_is_asked_for_in_vain_is_counted_under_no_name_of_its_own() {
    let house = House::open().await;
    for path in ["/x", "/y", "/v1/z"] {
        assert_eq!(house.get(path).await.status, 404);
    }
    assert_eq!(house.ask("BREW", "/metrics", &[], "").await.status, 405);
    let text = house.get("/metrics").await.text;
    assert_eq!(number(&text, r#"midair_requests_total{route="none",method="GET",status="404"}"#), 3.0);
    assert_eq!(number(&text, r#"midair_requests_total{route="/metrics",method="other",status="405"}"#), 1.0);
    assert!(!text.contains("/v1/z"), "{text}");
    house.close().await;
}

#[tokio::test]
async fn a_server_that_was_never_written_to_tries_whether_it_is_ready_and_leaves_nothing_behind() {
    let house = House::open().await;
    assert_eq!(house.get("/readyz").await.status, 200);
    let commits = number(&house.get("/metrics").await.text, "midair_commit_writes_count");
    assert_eq!(house.get("/readyz").await.status, 200);
    let text = house.get("/metrics").await.text;
    assert_eq!((commits, number(&text, "midair_commit_writes_count")), (1.0, 1.0), "once holds for a while");
    assert!(house.store.collections().await.unwrap().is_empty());
    assert_eq!(*house.store.watch().borrow(), 0, "the feed tells nobody");
    house.close().await;
}

#[tokio::test]
async fn a_server_is_not_ready_while_the_disk_is_full_and_lives_all_the_same() {
    let house = House::open().await;
    let tag = house.create(AT, r#"{"n":1}"#).await;
    house.store.limit_pages(1).await.unwrap();
    let large = format!(r#"{{"n":"{}"}}"#, "x".repeat(200_000));
    assert_eq!(put(&house, &tag, "alice", &large).await.status, 507);
    // What is free in the file still takes something small.
    let small = format!(r#"{{"n":"{}"}}"#, "x".repeat(3_000));
    for number in 0.. {
        let at = format!("/v1/collections/ballast/records/r{number}");
        if house.ask("PUT", &at, &[("if-none-match", "*")], &small).await.status == 507 {
            break;
        }
    }
    let full = house.get("/readyz").await;
    assert_eq!((full.status, full.code().as_str()), (507, "storage_full"), "{}", full.text);
    assert_eq!((house.get("/healthz").await.status, house.get(AT).await.status), (200, 200));
    house.store.limit_pages(100_000).await.unwrap();
    while house.get("/readyz").await.status != 200 {}
    house.close().await;
}

#[tokio::test]
async fn an_answer_names_its_request_and_goes_on_with_its_trace() {
    let house = House::open().await;
    let trace = "0af7651916cd43dd8448eb211c80319c";
    let asked = format!("00-{trace}-b7ad6b7169203331-01");
    let named = house.ask("GET", "/healthz", &[("x-request-id", "req-1"), ("traceparent", &asked)], "").await;
    let parent = named.header("traceparent");
    assert_eq!(named.header("x-request-id"), "req-1");
    assert!(parent.starts_with(&format!("00-{trace}-")) && parent.ends_with("-01") && parent != asked, "{parent}");
    let refused = house.ask("GET", AT, &[("x-request-id", "not sane"), ("traceparent", "00-zz")], "").await;
    assert_eq!((refused.status, refused.header("x-request-id").len()), (404, 33));
    assert_eq!((refused.header("traceparent").len(), refused.header("traceparent").contains("zz")), (55, false));
    let bare = house.get("/nowhere").await;
    assert_eq!((bare.header("x-request-id").len(), bare.header("traceparent")), (33, ""));
    assert_ne!(bare.header("x-request-id"), refused.header("x-request-id"));
    house.close().await;
}

/// `UPDATE_METRICS=1 cargo test -p midair-server --test numbers` writes the table anew.
#[tokio::test]
async fn the_document_lists_the_metrics_of_the_program_and_a_server_tells_them_all() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/metrics.md");
    let document = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = document.split_once("<!-- metrics -->\n").unwrap();
    let (listed, after) = rest.split_once("<!-- /metrics -->").unwrap();
    let table = midair_server::metrics_markdown();
    if std::env::var_os("UPDATE_METRICS").is_some() {
        let text = format!("{before}<!-- metrics -->\n\n{table}\n<!-- /metrics -->{after}");
        return std::fs::write(&path, text).unwrap();
    }
    assert_eq!(listed.trim(), table.trim(), "write it anew with UPDATE_METRICS=1");
    let house = House::open().await;
    a_collision(&house).await;
    let text = house.get("/metrics").await.text;
    assert!(text.ends_with("# EOF\n"));
    for line in table.lines().skip(2) {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let (name, kind) = (cells[1].trim_matches('`'), cells[2]);
        let family = name.trim_end_matches("_total");
        assert!(text.contains(&format!("# TYPE {family} {kind}\n")), "{family} {kind} is not in\n{text}");
        let first = text.lines().find(|line| line.starts_with(family)).unwrap_or_else(|| panic!("no series of {name}"));
        for label in cells[3].split_whitespace() {
            assert!(first.contains(&format!("{}=\"", label.trim_matches('`'))), "{label} is not in {first}");
        }
    }
    house.close().await;
}
