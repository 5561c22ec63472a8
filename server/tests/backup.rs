//! Backup and restore: what was issued since yesterday's backup is refused, and none of it matches by accident.
#![allow(clippy::unwrap_used)]

mod house;

use house::House;
use midair_server::store::backup::BackupError;
use midair_server::{backup, restore};

const AT: &str = "/v1/collections/things/records/a";
const OTHER: &str = "/v1/collections/things/records/b";

#[tokio::test]
async fn a_restored_backup_refuses_every_token_that_was_issued_since() {
    let house = House::open().await;
    let folder = tempfile::tempdir().unwrap();
    let kept = folder.path().join("yesterday.db");
    let first = house.create(AT, r#"{"n":1}"#).await;
    backup(&house.file, &kept).unwrap();
    let second = house.replace(AT, &first, "bob", r#"{"n":2}"#).await;
    let third = house.replace(AT, &second, "bob", r#"{"n":3}"#).await;
    let made_since = house.create(OTHER, "{}").await;
    let before = house.get(AT).await.text;
    let db = house.file.clone();
    let house = house.closed().await;

    let restored = restore(&kept, &db).unwrap();
    assert_eq!(restored.epoch, 1);
    assert!(restored.aside.as_ref().unwrap().exists(), "what stood there is kept");
    let house = house.opened().await;
    assert_eq!((before.as_str(), house.get(AT).await.text.as_str()), (r#"{"n":3}"#, r#"{"n":1}"#));
    for since in [&second, &third] {
        let answer = house.ask("PUT", AT, &[("if-match", since)], r#"{"n":9}"#).await;
        assert_eq!((answer.status, answer.code().as_str()), (412, "unknown_token"), "{}", answer.text);
    }
    assert_eq!(house.ask("PUT", OTHER, &[("if-match", &made_since)], "{}").await.status, 412);
    // The same versions are written again, by the same people, with the same words; their tokens are others.
    let again = house.replace(AT, &first, "bob", r#"{"n":2}"#).await;
    assert_ne!(again, second);
    assert_eq!(house.ask("PUT", AT, &[("if-match", &second)], r#"{"n":3}"#).await.status, 412);
    assert_ne!(house.create(OTHER, "{}").await, made_since);
    // Whoever followed the feed is told to start anew, and misses nothing from there on.
    let gone = house.get("/v1/changes?since=2").await;
    assert_eq!((gone.status, gone.code().as_str()), (410, "gone"));
    assert_eq!(gone.json()["restart"].as_u64().unwrap(), house.store.feed_from() + 2);
    assert_eq!(house.get("/healthz").await.json()["epoch"], 1);
    house.close().await;
}

#[tokio::test]
async fn a_backup_is_of_one_moment_while_others_write_and_replaces_nothing() {
    let house = House::open().await;
    let folder = tempfile::tempdir().unwrap();
    let mut tag = house.create(AT, r#"{"n":0}"#).await;
    for round in 1..=5 {
        let file = folder.path().join(format!("{round}.db"));
        backup(&house.file, &file).unwrap();
        tag = house.replace(AT, &tag, "bob", &format!(r#"{{"n":{round}}}"#)).await;
        let copy = midair_server::Store::open(&file).unwrap();
        let key = midair_record::wire::Key::new("things", "a").unwrap();
        assert_eq!(copy.history(key, 0, 100).await.unwrap().len(), round);
    }
    let taken = folder.path().join("1.db");
    assert!(matches!(backup(&house.file, &taken), Err(BackupError::Exists(_))));
    assert!(matches!(backup(&folder.path().join("none.db"), &taken), Err(BackupError::Missing(_))));
    let odd = folder.path().join("odd.db");
    std::fs::write(&odd, "this is no database at all, but it is long enough to be looked at").unwrap();
    assert!(matches!(restore(&odd, &taken), Err(BackupError::Source(_))));
    assert!(midair_server::Store::open(&taken).is_ok(), "what stood there stands there still");
    house.close().await;
}

#[tokio::test]
async fn files_that_stand_beside_are_nobodys_business_and_a_lost_store_never_gives_its_numbers_again() {
    let house = House::open().await;
    let folder = tempfile::tempdir().unwrap();
    let kept = folder.path().join("kept.db");
    let neighbour = folder.path().join("kept.db.half");
    std::fs::write(&neighbour, "mine").unwrap();
    house.create(AT, r#"{"n":1}"#).await;
    backup(&house.file, &kept).unwrap();
    assert_eq!(std::fs::read_to_string(&neighbour).unwrap(), "mine");

    let db = house.file.clone();
    let mut house = house.closed().await;
    let mut furthest = 0;
    for round in 1..=3 {
        restore(&kept, &db).unwrap();
        house = {
            let house = house.opened().await;
            assert!(house.store.feed_from() > furthest, "restore {round} gives out numbers again");
            house.create(OTHER, "{}").await;
            furthest = house.store.feed_from() + 100;
            house.closed().await
        };
        // Nothing can be known of what stood there.
        std::fs::write(&db, "no database any more, and long enough to be looked at as one").unwrap();
    }
    let left: Vec<String> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.starts_with("kept.db"))
        .collect();
    assert_eq!(left, Vec::<String>::new(), "nothing half made is left");
}
