//! Many writes in one request: each gets the verdict that it would get alone, line by line or all at once.
#![allow(clippy::unwrap_used)]

mod house;

use std::collections::BTreeSet;

use futures_util::{StreamExt, stream};
use house::{Answer, House};
use midair_server::Limits;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

const LINES: (&str, &str) = ("content-type", "application/x-ndjson");

/// One way of writing: to which collection, on what stands there, under which condition, what, under which name.
#[derive(Clone, Debug)]
struct Row {
    collection: &'static str,
    state: &'static str,
    matches: Option<&'static str>,
    none_match: Option<&'static str>,
    does: Does,
    key: Option<&'static str>,
}

#[derive(Clone, Debug)]
enum Does {
    Put(String),
    /// Of which type, if that is said, and what.
    Patch(Option<&'static str>, String),
    Delete,
}

const MERGE: Option<&str> = Some("application/merge-patch+json");
const STEPS: Option<&str> = Some("application/json-patch+json");
const OPS: Option<&str> = Some("application/vnd.midair.ops+json");

/// What is written, and under how many of the names of an edit: none, one that was used, a fresh one.
fn writes() -> Vec<(Does, usize)> {
    let long = format!(r#"{{"n":3,"long":"{}"}}"#, "x".repeat(200));
    let put = |text: &str, names| (Does::Put(text.to_owned()), names);
    let patch = |kind, text: &str, names| (Does::Patch(kind, text.to_owned()), names);
    vec![
        put(r#"{"n":3}"#, 3),
        put(r#"{"n":2}"#, 2),
        put(r#"{"n":"three"}"#, 2),
        put(r#"{"n":1,"n":2}"#, 2),
        put("7", 2),
        put("null", 1),
        put(&long, 2),
        patch(MERGE, r#"{"n":3}"#, 3),
        patch(MERGE, r#"{"n":2}"#, 1),
        patch(MERGE, r#"{"n":"three"}"#, 1),
        patch(MERGE, r#"{"n":1,"n":2}"#, 3),
        patch(MERGE, "null", 1),
        patch(MERGE, &long, 2),
        patch(MERGE, &format!(r#"{{"m":"{}"}}"#, "x".repeat(90)), 1),
        patch(STEPS, r#"[{"op":"replace","path":"/n","value":3}]"#, 1),
        patch(STEPS, r#"[{"op":"test","path":"/n","value":2},{"op":"test","path":"/n","value":9}]"#, 1),
        patch(STEPS, r#"[{"op":"fly","path":"/n"}]"#, 1),
        patch(OPS, r#"[{"op":"increment","path":"/n","by":1}]"#, 3),
        patch(OPS, r#"[{"op":"increment","path":"/m","by":1}]"#, 1),
        patch(OPS, r#"[{"op":"append","path":"/n","value":1}]"#, 1),
        patch(Some("text/plain"), "{}", 2),
        patch(None, "{}", 1),
        (Does::Delete, 3),
    ]
}

/// Conditions that are read the same in every collection.
const ODD: [&str; 4] = ["W/current", "\"x\", current", "7", "nonsense"];

fn rows() -> Vec<Row> {
    let conditions = [
        (None, None),
        (Some("current"), None),
        (Some("old"), None),
        (Some("\"9-never\""), None),
        (Some("W/current"), None),
        (Some("\"x\", current"), None),
        (Some("*"), None),
        (Some("7"), None),
        (None, Some("*")),
        (None, Some("\"x\"")),
        (None, Some("nonsense")),
        (Some("current"), Some("*")),
    ];
    let mut rows = Vec::new();
    for collection in ["required", "optional", "strict"] {
        for state in ["absent", "standing", "deleted"] {
            for (matches, none_match) in conditions {
                let odd = [matches, none_match].into_iter().flatten().any(|said| ODD.contains(&said));
                if odd && collection != "required" {
                    continue;
                }
                for (does, names) in writes() {
                    for key in [None, Some("used"), Some("fresh")].into_iter().take(names) {
                        rows.push(Row { collection, state, matches, none_match, does: does.clone(), key });
                    }
                }
            }
        }
    }
    rows
}

/// The tokens of versions 1 and 2 of a record.
type Tags = (String, String);

impl Row {
    fn said(&self, condition: Option<&str>, (old, current): &Tags) -> Option<String> {
        condition.map(|text| text.replace("current", current).replace("old", old))
    }

    fn item(&self, id: &str, tags: &Tags) -> String {
        let mut members = vec![format!(r#""id":"{id}""#)];
        match &self.does {
            Does::Put(text) => members.push(format!(r#""op":"put","fields":{text}"#)),
            // What is null is left out, where it is not what is written.
            Does::Delete => members.push(r#""op":"delete","fields":null,"patch":null,"contentType":null"#.into()),
            Does::Patch(kind, text) => {
                members.push(format!(r#""op":"patch","patch":{text}"#));
                members.extend(kind.map(|kind| format!(r#""contentType":"{kind}""#)));
            }
        }
        for (name, said) in [("ifMatch", self.matches), ("ifNoneMatch", self.none_match), ("idempotencyKey", self.key)]
        {
            members.extend(self.said(said, tags).map(|said| format!(r#""{name}":{}"#, json!(said))));
        }
        format!("{{{}}}", members.join(","))
    }

    async fn alone(&self, house: &House, id: &str, tags: &Tags) -> Value {
        let mut headers = Vec::new();
        for (name, said) in [("if-match", self.matches), ("if-none-match", self.none_match)] {
            headers.extend(self.said(said, tags).map(|said| (name, said)));
        }
        headers.extend(self.key.map(|key| ("idempotency-key", format!("\"{key}\""))));
        let (method, kind, body) = match &self.does {
            Does::Put(text) => ("PUT", None, text.as_str()),
            Does::Patch(kind, text) => ("PATCH", *kind, text.as_str()),
            Does::Delete => ("DELETE", None, ""),
        };
        headers.extend(kind.map(|kind| ("content-type", kind.to_owned())));
        let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let path = format!("/v1/collections/{}/records/{id}", self.collection);
        let answer = house.ask(method, &path, &headers, body).await;
        if answer.status >= 400 {
            return json!({"status": answer.status, "problem": answer.json()});
        }
        let mut told =
            json!({"status": answer.status, "version": answer.header("midair-version").parse::<u64>().unwrap()});
        if !answer.etag().is_empty() {
            told["etag"] = json!(answer.etag());
        }
        if answer.header("idempotency-replayed") == "true" {
            told["replayed"] = json!(true);
        }
        told
    }
}

/// A verdict without what differs from record to record: tokens, times, names, and how conditions are spelled.
fn essence(verdict: &Value, stands: &Answer) -> Value {
    let problem = &verdict["problem"];
    let code = match &problem["code"] {
        code if code == "malformed_header" => json!("malformed_body"),
        code => code.clone(),
    };
    let fields = if stands.status == 200 { json!(stands.text) } else { Value::Null };
    json!({
        "status": verdict["status"], "version": verdict["version"], "replayed": verdict["replayed"], "code": code,
        "token is the current one": verdict["etag"].as_str().map(|etag| etag == stands.etag()),
        "expected": problem["expected"]["version"], "its token": problem["expected"]["etag"].is_string(),
        "current": [problem["current"]["version"], problem["current"]["fields"]], "base": problem["base"],
        "deleted": problem["deleted"]["version"], "overlap": problem["overlap"], "errors": problem["errors"],
        "changes": problem["changes"].as_array().map(Vec::len), "applied": problem["alreadyApplied"],
        "suggestion": problem["suggestion"], "limit": problem["limit"],
        "pointer": problem["pointer"], "operation": problem["operation"],
        "after": [stands.status, stands.header("midair-version"), fields],
    })
}

async fn bulk(house: &House, collection: &str, items: &[String]) -> Vec<Value> {
    let body = format!(r#"{{"items":[{}]}}"#, items.join(","));
    let answer = house.ask("POST", &format!("/v1/collections/{collection}/bulk"), &[], &body).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()["items"].as_array().unwrap().clone()
}

async fn in_lines(house: &House, path: &str, headers: &[(&str, &str)], lines: &str) -> Vec<Value> {
    let headers: Vec<_> = [LINES].iter().chain(headers).copied().collect();
    let answer = house.ask("POST", path, &headers, lines).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/x-ndjson"), "{}", answer.text);
    answer.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn each_of_many_writes_gets_the_verdict_that_it_would_get_alone() {
    let house = House::open_with(Limits { record: 100, ..Limits::default() }).await;
    for (name, definition) in [
        ("required", "{}"),
        ("optional", r#"{"preconditions":"optional"}"#),
        ("strict", r#"{"schema":{"properties":{"n":{"type":"integer","x-merge":"counter"}}}}"#),
    ] {
        let path = format!("/v1/collections/{name}");
        assert_eq!(house.ask("PUT", &path, &[("if-none-match", "*")], definition).await.status, 201);
    }
    let mut statuses = BTreeSet::new();
    for collection in ["required", "optional", "strict"] {
        let rows: Vec<Row> = rows().into_iter().filter(|row| row.collection == collection).collect();
        // Three records for each row, in the state that it asks for: for a request, for an item, for a line.
        let ids: Vec<[String; 3]> = (0..rows.len()).map(|n| ["r", "i", "l"].map(|way| format!("{way}{n}"))).collect();
        let there: Vec<(&Row, &String)> =
            rows.iter().zip(&ids).flat_map(|(row, ids)| ids.iter().map(move |id| (row, id))).collect();
        let stands = |row: &Row| row.state != "absent";
        let tag = |verdict: &Value| verdict["etag"].as_str().unwrap().to_owned();
        let creations: Vec<String> = there
            .iter()
            .filter(|(row, _)| stands(row))
            .map(|(_, id)| json!({"id": id, "op": "put", "ifNoneMatch": "*", "fields": {"n": 1}}).to_string())
            .collect();
        let old: Vec<String> = bulk(&house, collection, &creations).await.iter().map(tag).collect();
        let mut olds = old.iter();
        let writes: Vec<String> = there
            .iter()
            .filter(|(row, _)| stands(row))
            .map(|(_, id)| {
                let tag = olds.next().unwrap();
                json!({"id": id, "op": "put", "ifMatch": tag, "idempotencyKey": "used", "fields": {"n": 2}}).to_string()
            })
            .collect();
        let current: Vec<String> = bulk(&house, collection, &writes).await.iter().map(tag).collect();
        let mut tags = old.into_iter().zip(current);
        let tags: Vec<Tags> = there
            .iter()
            .map(
                |(row, _)| {
                    if stands(row) { tags.next().unwrap() } else { ("\"1-old\"".into(), "\"2-current\"".into()) }
                },
            )
            .collect();
        let deletions: Vec<String> = there
            .iter()
            .filter(|(row, _)| row.state == "deleted")
            .map(|(_, id)| json!({"id": id, "op": "delete", "ifMatch": "*"}).to_string())
            .collect();
        assert!(bulk(&house, collection, &deletions).await.iter().all(|verdict| verdict["status"] == 204));

        let of_row = |n: usize, way: usize| (&ids[n][way], &tags[3 * n + way]);
        let alone: Vec<Value> = stream::iter(rows.iter().enumerate())
            .map(|(n, row)| row.alone(&house, of_row(n, 0).0, of_row(n, 0).1))
            .buffered(16)
            .collect()
            .await;
        let items = |way: usize| -> Vec<String> {
            rows.iter().enumerate().map(|(n, row)| row.item(of_row(n, way).0, of_row(n, way).1)).collect()
        };
        let as_items = bulk(&house, collection, &items(1)).await;
        let path = format!("/v1/collections/{collection}/bulk");
        let as_lines = in_lines(&house, &path, &[], &(items(2).join("\n") + "\n")).await;
        assert_eq!((as_items.len(), as_lines.len()), (rows.len(), rows.len()));
        for (n, row) in rows.iter().enumerate() {
            let look =
                async |way: usize| house.get(&format!("/v1/collections/{collection}/records/{}", ids[n][way])).await;
            let expected = essence(&alone[n], &look(0).await);
            assert_eq!(essence(&as_items[n], &look(1).await), expected, "{row:?}: {}", as_items[n]);
            assert_eq!(essence(&as_lines[n], &look(2).await), expected, "{row:?}: {}", as_lines[n]);
            assert_eq!((&as_lines[n]["line"], &as_lines[n]["id"]), (&json!(n + 1), &json!(ids[n][2])));
            statuses.insert(alone[n]["status"].as_u64().unwrap());
        }
    }
    let all = [200, 201, 204, 400, 404, 409, 410, 412, 413, 415, 422, 428];
    assert_eq!(statuses.into_iter().collect::<Vec<_>>(), all, "the table leads to every verdict");
    house.close().await;
}

#[tokio::test]
async fn a_request_that_is_sent_again_does_nothing_twice() {
    let house = House::open().await;
    let path = "/v1/collections/b/bulk";
    let lines = concat!(
        r#"{"id":"a","op":"put","ifNoneMatch":"*","fields":{"n":1}}"#,
        "\n\n",
        r#"{"id":"own","op":"put","ifNoneMatch":"*","fields":{"n":1},"idempotencyKey":"mine"}"#,
        "\nno write\n",
        r#"{"id":"a","op":"put","ifMatch":"*","fields":{"n":2}}"#,
        "\n",
        r#"{"id":"brief","op":"put","ifNoneMatch":"*","fields":{"n":1}}"#,
        "\n",
        r#"{"id":"brief","op":"delete","ifMatch":"*"}"#,
    );
    let send = async |key: &str| in_lines(&house, path, &[("idempotency-key", key)], lines).await;
    let status = |told: &[Value]| -> Value { told.iter().map(|one| json!([one["line"], one["status"]])).collect() };
    let first = send("\"k\"").await;
    assert_eq!(status(&first), json!([[1, 201], [3, 201], [4, 400], [5, 200], [6, 201], [7, 204]]));
    let mut second = send("\"k\"").await;
    for (first, second) in first.iter().zip(&mut second) {
        if second["problem"].is_null() {
            assert_eq!(second.as_object_mut().unwrap().remove("replayed"), Some(json!(true)));
        }
        assert_eq!(first, second);
    }
    let other = send("\"other\"").await;
    let expected = json!([[1, 412], [3, 201], [4, 400], [5, 200], [6, 201], [7, 204]]);
    assert_eq!(status(&other), expected, "the item's own key is the item's");
    let alone = [("if-none-match", "*"), ("idempotency-key", "\"mine\"")];
    let alone = house.ask("PUT", "/v1/collections/b/records/own", &alone, r#"{"n":1}"#).await;
    assert_eq!((alone.status, alone.header("idempotency-replayed")), (201, "true"), "one edit, however it is sent");
    assert_eq!(house.get("/v1/collections/b/records/a").await.header("midair-version"), "2");
    let patch = [("if-match", "*"), ("idempotency-key", "\"p\""), ("content-type", "application/merge-patch+json")];
    assert_eq!(house.ask("PATCH", "/v1/collections/b/records/a", &patch, r#"{"n":3}"#).await.status, 200);
    let item = r#"{"id":"a","op":"patch","ifMatch":"*","idempotencyKey":"p","patch":{"n":3},"#;
    let again = format!(r#"{item}"contentType":"application/merge-patch+json"}}"#);
    let again = bulk(&house, "b", &[again]).await;
    assert_eq!((&again[0]["version"], &again[0]["replayed"]), (&json!(3), &json!(true)), "of a patch as well");
    house.close().await;
}

#[tokio::test]
async fn what_says_no_write_is_told_what_is_wanted() {
    let house = House::open().await;
    let wanted = r#"expected op to be "put", "patch" or "delete""#;
    for (members, detail) in [
        (r#""op":{"put":null},"ifNoneMatch":"*","fields":{}"#, wanted),
        (r#""op":{"delete":null},"ifMatch":"*""#, wanted),
        (r#""op":"fly""#, wanted),
        (r#""op":null"#, wanted),
        (r#""op":0"#, wanted),
        (r#""op":["put"]"#, wanted),
        (r#""ifMatch":"*""#, "missing field `op`"),
        (r#""op":"put","ifNoneMatch":"*""#, "fields is missing, which says what is to be written."),
        (r#""op":"put","ifNoneMatch":"*","patch":{}"#, r#"patch is taken by op "patch", and not by "put"."#),
        (r#""op":"delete","ifMatch":"*","fields":{}"#, r#"fields is taken by op "put", and not by "delete"."#),
        (r#""op":"patch","ifMatch":"*","fields":{}"#, r#"fields is taken by op "put", and not by "patch"."#),
    ] {
        let item = format!(r#"{{"id":"a",{members}}}"#);
        let line = in_lines(&house, "/v1/collections/b/bulk", &[], &item).await;
        let body = format!(r#"{{"items":[{item}]}}"#);
        let list = house.ask("POST", "/v1/collections/b/bulk", &[], &body).await.json();
        let among = if list["code"].is_null() { &list["items"][0]["problem"] } else { &list };
        for problem in [&line[0]["problem"], among] {
            assert_eq!(problem["code"], "malformed_body", "{item}: {problem}");
            assert!(problem["detail"].as_str().unwrap().contains(detail), "{item}: {problem}");
        }
    }
    assert_eq!(house.get("/v1/collections/b/records").await.json()["items"], json!([]));
    house.close().await;
}

#[tokio::test]
async fn lines_that_are_all_or_none_are_none_when_one_is_refused() {
    let house = House::open().await;
    let path = "/v1/collections/b/bulk?atomic=true";
    let put =
        |id: &str, key: &str| json!({"id": id, "op": "put", "ifNoneMatch": "*", "fields": {}, "idempotencyKey": key});
    let lines = |last: &str| format!("{}\n{}\n{last}", put("x", "1"), put("y", "2"));
    let statuses = |told: Vec<Value>| -> Value { told.iter().map(|one| one["status"].clone()).collect() };
    assert_eq!(statuses(in_lines(&house, path, &[], &lines("{")).await), json!([424, 424, 400]));
    let twice = lines(&put("x", "3").to_string());
    assert_eq!(statuses(in_lines(&house, path, &[], &twice).await), json!([424, 424, 412]));
    let patch =
        r#"{"id":"x","op":"patch","ifMatch":"\"9-x\"","contentType":"application/merge-patch+json","patch":{}}"#;
    assert_eq!(statuses(in_lines(&house, path, &[], &lines(patch)).await), json!([424, 424, 412]));
    assert_eq!(house.get("/v1/collections/b/records").await.json()["total"], 0);
    assert_eq!(statuses(in_lines(&house, path, &[], &lines("")).await), json!([201, 201]));
    assert_eq!(statuses(in_lines(&house, path, &[], &lines("")).await), json!([201, 201]), "the same edits again");
    house.close().await;
    let small = House::open_with(Limits { bulk: 100, ..Limits::default() }).await;
    let refused = small.ask("POST", path, &[LINES], &lines("")).await;
    assert_eq!((refused.status, refused.code().as_str()), (413, "too_large"), "all of it has to be there first");
    assert_eq!(in_lines(&small, "/v1/collections/b/bulk", &[], &lines("")).await.len(), 2, "and else it has not");
    small.close().await;
}

#[tokio::test]
async fn a_line_is_answered_before_the_next_one_is_sent() {
    let house = House::open().await;
    let mut stream = TcpStream::connect(house.url.trim_start_matches("http://")).await.unwrap();
    let (read, mut write) = stream.split();
    let mut read = BufReader::new(read);
    let head = "POST /v1/collections/b/bulk HTTP/1.1\r\nhost: here\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\
                content-type: application/x-ndjson\r\nexpect: 100-continue\r\n\r\n";
    write.write_all(head.as_bytes()).await.unwrap();
    let mut told = String::new();
    let mut until = async |what: &str| {
        while !told.contains(what) {
            assert_ne!(read.read_line(&mut told).await.unwrap(), 0, "{told}");
        }
    };
    until("100 Continue").await;
    for n in 1..=3 {
        let line = format!("{{\"id\":\"r{n}\",\"op\":\"put\",\"ifNoneMatch\":\"*\",\"fields\":{{}}}}\n");
        write.write_all(format!("{:x}\r\n{line}\r\n", line.len()).as_bytes()).await.unwrap();
        until(&format!(r#"{{"line":{n},"id":"r{n}","status":201"#)).await;
    }
    write.write_all(b"5\r\n{\"id\"\r\n").await.unwrap();
    write.shutdown().await.unwrap();
    until(r#"{"line":4,"status":400,"problem""#).await;
    read.read_to_string(&mut told).await.unwrap();
    assert!(told.contains("The body broke off") && told.ends_with("\r\n0\r\n\r\n"), "{told}");
    assert_eq!(house.get("/v1/collections/b/records").await.json()["total"], 3);
    house.close().await;
}
