//! The feed of changes: every change once, in order, resumed without a gap; ends when the server stops.
#![allow(clippy::unwrap_used)]

mod house;

use house::House;

/// A feed that is being read.
struct Feed {
    response: reqwest::Response,
    text: String,
}

impl Feed {
    async fn open(house: &House, query: &str, last: Option<u64>) -> Feed {
        let mut request = house.client.get(format!("{}/v1/changes{query}", house.url));
        if let Some(last) = last {
            request = request.header("last-event-id", last.to_string());
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Feed { response, text: String::new() }
    }

    /// The next event: its position, and `id v-version op`.
    async fn next(&mut self) -> Option<(u64, String)> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let line =
                    |name: &str| event.lines().find_map(|line| line.strip_prefix(name)).unwrap().trim().to_owned();
                let (id, data) = (line("id:"), line("data:"));
                self.text = rest.to_owned();
                let data: serde_json::Value = serde_json::from_str(&data).unwrap();
                let told =
                    format!("{} v{} {}", data["id"].as_str().unwrap(), data["version"], data["op"].as_str().unwrap());
                return Some((id.parse().unwrap(), told));
            }
            let chunk = self.response.chunk().await.ok()??;
            self.text += std::str::from_utf8(&chunk).unwrap();
        }
    }
}

#[tokio::test]
async fn every_change_comes_once_and_a_feed_resumes_where_it_broke() {
    let house = House::open().await;
    let mut live = Feed::open(&house, "", None).await;
    let tag = house.create("/v1/collections/a/records/x", r#"{"n":1}"#).await;
    assert_eq!(live.next().await.unwrap(), (1, "x v1 create".into()));
    drop(live);
    let tag = house.replace("/v1/collections/a/records/x", &tag, "bob", r#"{"n":2}"#).await;
    house.create("/v1/collections/b/records/y", "{}").await;
    house.ask("DELETE", "/v1/collections/a/records/x", &[("if-match", &tag)], "").await;
    let mut resumed = Feed::open(&house, "?since=0", Some(1)).await;
    assert_eq!(resumed.next().await.unwrap(), (2, "x v2 update".into()));
    assert_eq!(resumed.next().await.unwrap(), (3, "y v1 create".into()));
    assert_eq!(resumed.next().await.unwrap(), (4, "x v3 delete".into()));
    let mut one = Feed::open(&house, "?since=0&collection=b", None).await;
    assert_eq!(one.next().await.unwrap().0, 3);
    let ahead = house.get("/v1/changes?since=99").await;
    assert_eq!((ahead.status, ahead.json()["restart"].as_u64()), (410, Some(4)));
    assert_eq!(house.get("/v1/changes?since=x").await.code(), "malformed_query");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_subscribers_each_get_every_change_in_order() {
    use std::sync::Arc;
    use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
    use tokio::sync::Barrier;
    const CHANGES: u64 = 60;
    rlimit::increase_nofile_limit(4_096).unwrap();
    let house = House::open().await;
    let server = house.url.strip_prefix("http://").unwrap().to_owned();
    let all_listen = Arc::new(Barrier::new(1_001));
    let subscribers: Vec<_> = (0..1_000)
        .map(|_| {
            let (server, all_listen) = (server.clone(), all_listen.clone());
            tokio::spawn(async move {
                let mut stream = tokio::net::TcpStream::connect(&server).await.unwrap();
                stream.write_all(b"GET /v1/changes HTTP/1.1\r\nHost: midair\r\n\r\n").await.unwrap();
                let mut lines = BufReader::new(stream).lines();
                while !lines.next_line().await.unwrap().unwrap().is_empty() {}
                all_listen.wait().await;
                let mut told = Vec::new();
                while told.last() != Some(&CHANGES) {
                    let line = lines.next_line().await.unwrap().unwrap();
                    told.extend(line.strip_prefix("id:").map(|seq| seq.trim().parse::<u64>().unwrap()));
                }
                told
            })
        })
        .collect();
    all_listen.wait().await;
    for n in 0..CHANGES {
        house.create(&format!("/v1/collections/c/records/r{n}"), "{}").await;
    }
    for subscriber in subscribers {
        assert_eq!(subscriber.await.unwrap(), (1..=CHANGES).collect::<Vec<_>>());
    }
    house.close().await;
}

#[tokio::test]
async fn a_feed_ends_when_the_server_stops() {
    let house = House::open().await;
    let mut feed = Feed::open(&house, "", None).await;
    house.close().await;
    assert_eq!(feed.next().await, None);
}

#[tokio::test]
async fn who_is_editing_is_told_to_those_who_ask_and_kept_in_no_history() {
    let house = House::open().await;
    let at = "/v1/collections/a/records/x";
    let mut deaf = Feed::open(&house, "", None).await;
    let response = house.client.get(format!("{}/v1/changes?presence=true&record=x", house.url)).send().await.unwrap();
    let mut near = Feed { response, text: String::new() };
    let there = format!("{at}/presence");
    let alice = [("midair-author", "alice")];
    let elsewhere = house.ask("PUT", "/v1/collections/a/records/z/presence", &alice, "").await;
    let said = house.ask("PUT", &there, &alice, r#"{"path":"/name"}"#).await;
    assert_eq!((elsewhere.status, said.status), (204, 204), "{}", said.text);
    let here = house.get(&there).await.json();
    assert_eq!((&here["items"][0]["by"], &here["items"][0]["path"]), (&"alice".into(), &"/name".into()));
    let response = house.client.get(format!("{}/v1/changes?presence=true&record=x", house.url)).send().await.unwrap();
    let mut late = Feed { response, text: String::new() };
    while !late.text.contains("\n\n") {
        late.text += std::str::from_utf8(&late.response.chunk().await.unwrap().unwrap()).unwrap();
    }
    assert!(late.text.contains(r#""by":"alice","path":"/name","here":true"#), "who comes late is told: {}", late.text);
    assert_eq!(house.ask("DELETE", &there, &alice, "").await.status, 204);
    house.create(at, "{}").await;
    while !near.text.contains("id: 1") && !near.text.contains("id:1") {
        near.text += std::str::from_utf8(&near.response.chunk().await.unwrap().unwrap()).unwrap();
    }
    let told: Vec<&str> = near.text.split("\n\n").collect();
    assert!(told[0].contains("event: presence") && told[0].contains(r#""here":true"#), "{}", near.text);
    assert!(told[0].contains(r#""path":"/name""#) && !told[0].contains("id:"), "{}", near.text);
    assert!(told[1].contains(r#""here":false"#), "{}", near.text);
    assert_eq!(deaf.next().await.unwrap(), (1, "x v1 create".into()), "who did not ask hears of changes alone");
    assert_eq!(house.ask("PUT", &there, &[], "").await.code(), "malformed_header");
    assert_eq!(house.ask("PUT", &there, &alice, r#"{"path":"name"}"#).await.code(), "malformed_body");
    house.close().await;
}
