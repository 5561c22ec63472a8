//! The wire between a client and a real server: what it notes, and how it breaks on cue.
#![allow(clippy::unwrap_used)]

mod house;

use futures_util::StreamExt;
use house::{House, edited, given, key, stored};
use midair::backend::{Backend, Fault};
use midair::run::wire::{Outcome, Wire};
use midair_record::wire::Put;

/// A house, the wire to it, and one who was there before.
async fn wired() -> (House, Wire) {
    let house = House::open().await;
    given(&house.as_("zoe"), "prj_1", r#"{"name":"Apollo"}"#).await;
    let wire = Wire::to(&house.url).unwrap();
    (house, wire)
}

fn lines(wire: &Wire) -> Vec<String> {
    let tokens = regex::Regex::new(r#""(\d+)-[0-9a-f]+""#).unwrap();
    wire.exchanges().iter().map(|one| tokens.replace_all(&one.to_string(), "v$1").into_owned()).collect()
}

#[tokio::test]
async fn what_is_said_of_records_is_noted_and_nothing_else_is() {
    let (house, wire) = wired().await;
    let line = wire.line("bob").await.unwrap();
    let bob = Backend::connect(&line.url(), "bob").unwrap();
    bob.hello().await.unwrap();
    bob.collections().await.unwrap();
    bob.page("projects", None, 10, None).await.unwrap();
    bob.definition("projects").await.unwrap();
    bob.history(&key("prj_1")).await.unwrap();
    bob.say_here(&key("prj_1"), None).await.unwrap();
    assert_eq!(lines(&wire), [""; 0]);
    let first = stored(&bob, "prj_1").await;
    bob.save(&edited(&first, "/name", "\"Artemis\"", "one")).await.unwrap();
    bob.save(&edited(&first, "/name", "\"Gemini\"", "two")).await.unwrap();
    given(&bob, "prj_2", r#"{"name":"Mercury"}"#).await;
    assert_eq!(
        lines(&wire),
        [
            "bob GET projects/prj_1 → 200 v1",
            "bob PUT projects/prj_1 If-Match v1 → 200 v2",
            "bob PUT projects/prj_1 If-Match v1 → 412 v2",
            "bob POST projects → 200",
            "bob GET projects/prj_2 → 200 v1",
        ]
    );
    house.close().await;
}

#[tokio::test]
async fn a_feed_streams_through() {
    let (house, wire) = wired().await;
    let line = wire.line("bob").await.unwrap();
    let feed = Backend::connect(&line.url(), "bob").unwrap().open(None).await.unwrap();
    let mut feed = std::pin::pin!(feed);
    let zoe = house.as_("zoe");
    for version in 2..5 {
        let now = stored(&zoe, "prj_1").await;
        zoe.save(&edited(&now, "/name", &format!("\"{version}\""), &format!("edit-{version}"))).await.unwrap();
        assert_eq!(feed.next().await.unwrap().unwrap().line.version, version);
    }
    line.go_offline().await.unwrap();
    assert!(!matches!(feed.next().await, Some(Ok(_))), "it is cut");
    house.close().await;
}

#[tokio::test]
async fn a_write_whose_answer_is_lost_arrived_and_is_known_when_it_comes_again() {
    let (house, wire) = wired().await;
    let line = wire.line("bob").await.unwrap();
    let bob = Backend::connect(&line.url(), "bob").unwrap();
    let draft = edited(&stored(&bob, "prj_1").await, "/name", "\"Artemis\"", "one");
    line.lose_next_answer();
    // A read is no write: its answer comes.
    stored(&bob, "prj_1").await;
    assert!(matches!(bob.save(&draft).await, Err(Fault::Uncertain(_))));
    assert_eq!(stored(&house.as_("zoe"), "prj_1").await.version, 2, "it arrived");
    assert!(matches!(bob.save(&draft).await, Ok(Put::Stored { stored, .. }) if stored.version == 2));
    let lost = wire.exchanges().into_iter().filter(|one| matches!(one.outcome, Outcome::Lost(_))).count();
    assert_eq!(lost, 1, "{:?}", lines(&wire));
    house.close().await;
}

#[tokio::test]
async fn a_line_that_is_cut_refuses_and_comes_back_at_its_address() {
    let (house, wire) = wired().await;
    let [bob, carol] = [wire.line("bob").await.unwrap(), wire.line("carol").await.unwrap()];
    let client = Backend::connect(&bob.url(), "bob").unwrap();
    for _ in 0..3 {
        stored(&client, "prj_1").await;
        bob.go_offline().await.unwrap();
        assert!(bob.is_cut() && matches!(client.read(&key("prj_1")).await, Err(Fault::Unreachable(_))));
        stored(&Backend::connect(&carol.url(), "carol").unwrap(), "prj_1").await;
        bob.come_back().await.unwrap();
        assert!(!bob.is_cut());
    }
    stored(&client, "prj_1").await;
    house.close().await;
}

#[tokio::test]
async fn a_line_is_cut_right_after_a_write_that_arrives() {
    let (house, wire) = wired().await;
    let line = wire.line("bob").await.unwrap();
    let bob = Backend::connect(&line.url(), "bob").unwrap();
    let draft = edited(&stored(&bob, "prj_1").await, "/name", "\"Artemis\"", "one");
    line.cut_after_write();
    assert!(matches!(bob.save(&draft).await, Err(Fault::Uncertain(_))));
    assert!(line.is_cut());
    assert!(matches!(bob.save(&draft).await, Err(Fault::Unreachable(_))));
    assert_eq!(stored(&house.as_("zoe"), "prj_1").await.version, 2);
    house.close().await;
}

#[tokio::test]
async fn a_stale_replica_shows_what_stood_there_and_writes_go_to_the_server() {
    let (house, wire) = wired().await;
    let line = wire.line("bob").await.unwrap();
    let (bob, zoe) = (Backend::connect(&line.url(), "bob").unwrap(), house.as_("zoe"));
    line.read_stale([key("prj_1"), key("prj_9")]).await.unwrap();
    let first = stored(&zoe, "prj_1").await;
    zoe.save(&edited(&first, "/name", "\"Artemis\"", "one")).await.unwrap();
    given(&zoe, "prj_9", "{}").await;
    assert_eq!(stored(&bob, "prj_1").await, first);
    assert!(matches!(bob.read(&key("prj_9")).await, Ok(midair::backend::Read::Missing)));
    assert!(matches!(bob.save(&edited(&first, "/name", "\"Gemini\"", "two")).await, Ok(Put::Stale(_))));
    line.read_fresh();
    assert_eq!(stored(&bob, "prj_1").await.version, 2);
    house.close().await;
}
