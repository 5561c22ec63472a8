//! The file underneath: what cannot be opened is told in a sentence, a full disk loses nothing, a restart neither.
#![allow(clippy::unwrap_used)]

mod house;

use house::House;
use midair_server::{OpenError, Store};

#[test]
fn a_file_that_is_no_store_is_refused_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("garbage.db"), "this is not a database, it is a letter to my grandmother".repeat(200)).unwrap();
    assert!(matches!(Store::open(&at("garbage.db")), Err(OpenError::NotADatabase { .. })));
    let other = rusqlite::Connection::open(at("other.db")).unwrap();
    other.execute_batch("CREATE TABLE birds (name TEXT)").unwrap();
    assert!(matches!(Store::open(&at("other.db")), Err(OpenError::NotADatabase { .. })));
    assert!(matches!(Store::open(&at("no/such/folder.db")), Err(OpenError::Unreachable { .. })));
    assert!(matches!(Store::open(folder.path()), Err(OpenError::Unreachable { .. })));
    drop(Store::open(&at("newer.db")).unwrap());
    let newer = rusqlite::Connection::open(at("newer.db")).unwrap();
    newer.execute_batch("PRAGMA user_version = 99").unwrap();
    let Err(refused) = Store::open(&at("newer.db")) else { panic!("opened") };
    assert!(refused.to_string().contains("newer midair; update this one"), "{refused}");
}

#[test]
fn a_store_keeps_its_name_and_can_be_asked_without_being_made() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("midair.db");
    assert_eq!(Store::read_id(&file).unwrap(), None);
    assert!(!file.exists());
    let id = Store::open(&file).unwrap().id().to_owned();
    assert_eq!(Store::read_id(&file).unwrap(), Some(id.clone()));
    assert_eq!(Store::open(&file).unwrap().id(), id);
}

#[tokio::test]
async fn a_full_disk_refuses_the_write_keeps_what_was_and_recovers() {
    let house = House::open().await;
    let at = "/v1/collections/big/records/a";
    let tag = house.create(at, r#"{"n":1}"#).await;
    house.store.limit_pages(40).await.unwrap();
    let large = format!(r#"{{"n":"{}"}}"#, "x".repeat(500_000));
    let refused = house.ask("PUT", at, &[("if-match", &tag)], &large).await;
    assert_eq!((refused.status, refused.code().as_str()), (507, "storage_full"), "{}", refused.text);
    assert_eq!(house.get(at).await.text, r#"{"n":1}"#);
    house.store.limit_pages(100_000).await.unwrap();
    house.replace(at, &tag, "alice", &large).await;
}

#[tokio::test]
async fn a_second_server_takes_the_file_over_with_tokens_and_feed_intact() {
    let house = House::open().await;
    let at = "/v1/collections/projects/records/a";
    let tag = house.create(at, r#"{"n":1}"#).await;
    let second = Store::open(&house.file).unwrap();
    let events = second.changes(0, 10).await.unwrap();
    assert_eq!((events.len(), *second.watch().borrow()), (1, 1));
    drop(second);
    house.replace(at, &tag, "bob", r#"{"n":2}"#).await;
}
