//! Pages over HTTP: in an order, of some members, while others write; and what is refused, and why.
#![allow(clippy::unwrap_used)]

mod house;

use house::{Answer, House};
use midair_server::store::{BulkItem, Expect, Hand, Write};
use serde_json::{Value, json};

const LIST: &str = "/v1/collections/projects/records";
const COLLECTION: &str = "/v1/collections/projects";

async fn list(house: &House, query: &str) -> Answer {
    house.get(&format!("{LIST}?{query}")).await
}

fn ids(page: &Value) -> Vec<String> {
    page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

/// Every id from `query` on, page by page.
async fn all(house: &House, query: &str) -> Vec<String> {
    let (mut seen, mut after) = (Vec::new(), String::new());
    loop {
        let page = list(house, &format!("{query}{after}")).await.json();
        seen.extend(ids(&page));
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => return seen,
        }
    }
}

async fn define(house: &House, definition: &str) -> String {
    let standing = house.get(COLLECTION).await;
    let condition = match standing.status {
        200 => ("if-match", standing.etag()),
        _ => ("if-none-match", "*".to_owned()),
    };
    let defined = house.ask("PUT", COLLECTION, &[(condition.0, &condition.1)], definition).await;
    assert!([200, 201].contains(&defined.status), "{}", defined.text);
    defined.etag()
}

async fn some(house: &House) {
    for (id, text) in [
        ("a", r#"{"name":"Moon","quota":100,"at":{"city":"Rome","zip":"00100"}}"#),
        ("b", r#"{"quota":20,"name":"Mars"}"#),
        ("c", r#"{"name":"Moon","quota":"none"}"#),
        ("d", r#"{"name":null,"quota":1e2}"#),
        ("e", r#"{"quota":-7.5}"#),
    ] {
        house.create(&format!("{LIST}/{id}"), text).await;
    }
}

#[tokio::test]
async fn a_list_comes_in_the_order_that_is_asked_for_with_an_index_and_without() {
    let house = House::open().await;
    some(&house).await;
    for indexes in ["[]", r#"["/name","/quota","/at/city"]"#] {
        define(&house, &format!(r#"{{"indexes":{indexes}}}"#)).await;
        for (sort, expected) in [
            ("id", "abcde"),
            ("-id", "edcba"),
            ("name", "dbace"),
            ("-name", "cabde"),
            ("quota", "ebadc"),
            ("/quota", "ebadc"),
            ("-/quota", "cdabe"),
            ("/at/city", "abcde"),
            ("-/at/city", "aedcb"),
        ] {
            for limit in [1, 2, 50] {
                let seen = all(&house, &format!("sort={sort}&limit={limit}")).await;
                assert_eq!(seen.concat(), expected, "{sort} by {limit} with {indexes}");
            }
        }
        assert_eq!(all(&house, "sort=-quota&filter=MOON&limit=1").await, ["c", "a"]);
    }
    house.close().await;
}

#[tokio::test]
async fn a_place_in_one_order_is_refused_in_another() {
    let house = House::open().await;
    some(&house).await;
    let next = async |query: &str| list(&house, query).await.json()["next"].as_str().unwrap().to_owned();
    assert_eq!(next("limit=2").await, "b");
    assert_eq!(next("limit=2&sort=-id").await, "d", "either way");
    let by_name = next("limit=2&sort=name").await;
    for (sort, after) in [("id", &by_name), ("-name", &by_name), ("quota", &by_name), ("name", &"b".to_owned())] {
        let refused = list(&house, &format!("sort={sort}&after={after}")).await;
        assert_eq!((refused.status, refused.code().as_str()), (400, "malformed_query"), "{sort} after {after}");
        assert!(refused.text.contains(sort) && refused.text.contains(after), "{}", refused.text);
    }
    assert_eq!(all(&house, &format!("sort=/name&after={by_name}")).await.concat(), "ace", "name and /name are one");
    for (query, quoted) in [("sort=--x", "--x"), ("sort=", "sort"), ("fields=name,/a~2", "/a~2"), ("after=", "after")] {
        let refused = list(&house, query).await;
        assert_eq!((refused.status, refused.code().as_str()), (400, "malformed_query"), "{query}");
        assert!(refused.json()["detail"].as_str().unwrap().contains(quoted), "{}", refused.text);
    }
    let long = list(&house, &format!("filter={}", "x".repeat(1001))).await;
    assert_eq!((long.status, long.code().as_str()), (400, "malformed_query"));
    house.close().await;
}

#[tokio::test]
async fn a_list_tells_the_members_that_are_asked_for() {
    let house = House::open().await;
    some(&house).await;
    let page = list(&house, "fields=/at/city,quota&limit=2").await;
    assert!(page.text.contains(r#""fields":{"quota":100,"at":{"city":"Rome"}}"#), "{}", page.text);
    assert_eq!(page.json()["items"][1]["fields"], json!({"quota": 20}));
    let last = list(&house, "fields=quota&sort=-id&limit=2").await;
    assert!(last.text.contains(r#""fields":{"quota":1e2}"#), "numbers stay as they were written: {}", last.text);
    house.create(&format!("{LIST}/odd"), r#"{"a,b":1,"c":{"d,e":2,"f":3}}"#).await;
    let odd = list(&house, "fields=%22a%2Cb%22,%22/c/d%2Ce%22&sort=-id&limit=1").await.json();
    assert_eq!(odd["items"][0]["fields"], json!({"a,b": 1, "c": {"d,e": 2}}));
    assert_eq!(list(&house, "fields=nothing&limit=1").await.json()["items"][0]["fields"], json!({}));
    house.close().await;
}

#[tokio::test]
async fn while_others_write_what_stands_all_the_time_is_listed_once() {
    let house = House::open().await;
    define(&house, r#"{"indexes":["/n"],"preconditions":"optional"}"#).await;
    let put = async |id: &str, n: u32| {
        let answer = house.ask("PUT", &format!("{LIST}/{id}"), &[], &format!(r#"{{"n":{n}}}"#)).await;
        assert!(answer.status < 300, "{}", answer.text);
    };
    for n in 0..20 {
        put(&format!("stays{n:02}"), n).await;
        put(&format!("moves{n:02}"), n).await;
    }
    for sort in ["id", "-id", "n", "-n"] {
        let (mut seen, mut after, mut round) = (Vec::new(), String::new(), 0);
        loop {
            let page = list(&house, &format!("limit=9&sort={sort}{after}")).await.json();
            seen.extend(ids(&page));
            // Of the others some come, some go and some move, before the place of the next page and after it.
            put(&format!("moves{:02}", round * 7 % 20), round * 11 % 20).await;
            put(&format!("comes{sort}{round:02}"), round * 13 % 20).await;
            let last = ids(&page).into_iter().rev().find(|id| !id.starts_with("stays"));
            if let Some(id) = last {
                house.ask("DELETE", &format!("{LIST}/{id}"), &[], "").await;
            }
            round += 1;
            match page["next"].as_str() {
                Some(next) => after = format!("&after={next}"),
                None => break,
            }
        }
        seen.retain(|id| id.starts_with("stays"));
        let mut expected: Vec<String> = (0..20).map(|n| format!("stays{n:02}")).collect();
        if sort.starts_with('-') {
            expected.reverse();
        }
        assert_eq!(seen, expected, "{sort}");
    }
    house.close().await;
}

/// More records than are put in order without an index, and than a page looks at.
async fn many(house: &House, count: usize) {
    let write = |n: usize| {
        let key = midair_record::wire::Key::new("projects", &format!("r{n:05}")).unwrap();
        let record = midair_record::Record::parse(&format!(r#"{{"n":{},"word":"w{n}"}}"#, count - n)).unwrap();
        BulkItem::Put(Write { key, record, expect: Expect::absent(), hand: Hand::default() })
    };
    house.store.bulk((0..count).map(write).collect(), true).await.unwrap();
}

#[tokio::test]
async fn a_large_collection_is_put_in_order_only_where_it_declares_that() {
    let house = House::open().await;
    many(&house, 10_001).await;
    let refused = list(&house, "sort=-/n").await;
    assert_eq!((refused.status, refused.code().as_str()), (422, "not_in_order"));
    let detail = refused.json()["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains(r#"PUT /v1/collections/projects with "indexes": ["/n"]"#), "{detail}");
    define(&house, r#"{"indexes":["/n"]}"#).await;
    assert_eq!(ids(&list(&house, "sort=n&limit=2").await.json()), ["r10000", "r09999"]);
    define(&house, r#"{"indexes":["/word"]}"#).await;
    assert_eq!(list(&house, "sort=n").await.code(), "not_in_order", "what is no longer declared is not kept");
    assert_eq!(ids(&list(&house, "sort=-word&limit=1").await.json()), ["r09999"]);
    let house = house.closed().await.opened().await;
    assert_eq!(
        ids(&list(&house, "sort=-word&limit=1").await.json()),
        ["r09999"],
        "a store that is opened again has it"
    );
    house.close().await;
}

#[tokio::test]
async fn a_filter_looks_at_so_many_records_and_says_where_to_go_on() {
    let house = House::open().await;
    many(&house, 20_001).await;
    let first = list(&house, "filter=W20000").await.json();
    assert_eq!((&first["items"], &first["next"]), (&json!([]), &json!("r19999")));
    assert!(first.get("total").is_none(), "so many are not counted");
    let second = list(&house, "filter=W20000&after=r19999").await.json();
    assert_eq!((ids(&second), &second["next"]), (vec!["r20000".to_owned()], &Value::Null));
    assert_eq!(list(&house, "limit=1").await.json()["total"], 20_001);
    house.close().await;
}

#[tokio::test]
async fn a_page_ends_before_it_is_too_large_and_holds_one_record_at_least() {
    let house = House::open().await;
    let text = format!(r#"{{"text":"{}"}}"#, "x".repeat(1_000_000));
    for n in 0..9 {
        house.create(&format!("{LIST}/r{n}"), &text).await;
    }
    let first = list(&house, "").await.json();
    assert_eq!((ids(&first).len(), &first["next"], &first["total"]), (8, &json!("r7"), &json!(9)));
    assert_eq!(all(&house, "").await.len(), 9);
    house.close().await;
}

#[tokio::test]
async fn a_collection_that_was_deleted_comes_back_with_nothing_of_its_definition() {
    let house = House::open().await;
    let tag = define(&house, r#"{"indexes":["/n"],"schema":{"required":["n"]}}"#).await;
    assert_eq!(house.ask("DELETE", COLLECTION, &[("if-match", &tag)], "").await.status, 204);
    house.create(&format!("{LIST}/a"), "{}").await;
    assert_eq!(house.get(COLLECTION).await.text, "{}");
    define(&house, r#"{"indexes":["/n"]}"#).await;
    assert_eq!(all(&house, "sort=n").await, ["a"]);
    house.close().await;
}
