//! Many writers at once: nothing is lost, nothing is counted twice, and the history has no gap.
#![allow(clippy::unwrap_used)]

mod house;

use std::sync::Arc;

use house::House;

const WRITERS: u64 = 50;
const TIMES: u64 = 200;
const AT: &str = "/v1/collections/counters/records/hits";

/// Adds one, as often as it takes; a refusal carries the current record, so nothing is read again.
async fn add_one(house: &House, tag: &mut String, count: &mut u64) {
    for refusals in 0u32.. {
        let body = format!(r#"{{"n":{}}}"#, *count + 1);
        let answer = house.ask("PUT", AT, &[("if-match", tag)], &body).await;
        if answer.status == 200 {
            (*tag, *count) = (answer.etag(), *count + 1);
            return;
        }
        assert_eq!(answer.status, 412, "{}", answer.text);
        *count = answer.json()["current"]["fields"]["n"].as_u64().unwrap();
        *tag = answer.etag();
        backoff(refusals).await;
    }
}

/// What a well-behaved client does after a refusal: backs off for a random time that grows, or fifty of them would
/// mostly refuse each other.
async fn backoff(refusals: u32) {
    let random = u64::from(uuid::Uuid::new_v4().as_bytes()[0]);
    let most = 100u64.min(2 << refusals.min(6));
    tokio::time::sleep(std::time::Duration::from_millis(most * random / 255)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_writers_add_one_two_hundred_times_each_and_nothing_is_lost() {
    let house = Arc::new(House::open().await);
    let tag = house.create(AT, r#"{"n":0}"#).await;
    let writers: Vec<_> = (0..WRITERS)
        .map(|_| {
            let (house, mut tag) = (house.clone(), tag.clone());
            tokio::spawn(async move {
                let mut count = 0;
                for _ in 0..TIMES {
                    add_one(&house, &mut tag, &mut count).await;
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    assert_eq!(house.get(AT).await.text, format!(r#"{{"n":{}}}"#, WRITERS * TIMES));
    let mut versions = Vec::new();
    loop {
        let after = versions.last().copied().unwrap_or(0);
        let page = house.get(&format!("{AT}/versions?after={after}")).await.json();
        versions.extend(page["items"].as_array().unwrap().iter().map(|line| line["version"].as_u64().unwrap()));
        if page["next"].is_null() {
            break;
        }
    }
    // One version created the counter, ten thousand added one.
    assert_eq!(versions, (1..=WRITERS * TIMES + 1).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_that_create_one_record_one_does() {
    let house = Arc::new(House::open().await);
    let makers: Vec<_> = (0..20)
        .map(|number| {
            let house = house.clone();
            tokio::spawn(async move {
                house.ask("PUT", AT, &[("if-none-match", "*")], &format!(r#"{{"n":{number}}}"#)).await.status
            })
        })
        .collect();
    let mut made = 0;
    for maker in makers {
        made += u32::from(maker.await.unwrap() == 201);
    }
    assert_eq!(made, 1);
}
