//! The local server among several terminals: found, started, taken over, and never in two places at once.

mod house;

use std::net::SocketAddr;
use std::path::Path;

use house::{Answerer, answer};
use midair::backend::Backend;
use midair::cli::local::{LocalServer, Standing};

/// An address that was free a moment ago.
fn free() -> SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address")
}

fn terminal(listen: SocketAddr, folder: &Path) -> LocalServer {
    LocalServer::new(listen, folder.join("data/midair.db"), false, true)
}

async fn store_at(local: &LocalServer) -> String {
    let hello = Backend::connect(&local.url(), "test").expect("an address").hello().await;
    hello.expect("a server").store
}

#[tokio::test]
async fn the_first_hosts_the_second_joins_and_takes_over_when_the_first_leaves() {
    let (folder, listen) = (tempfile::tempdir().expect("a folder"), free());
    let (first, second) = (terminal(listen, folder.path()), terminal(listen, folder.path()));
    assert_eq!(first.ensure().await, Ok(Standing::Hosting));
    assert_eq!(first.ensure().await, Ok(Standing::Hosting));
    assert_eq!(second.ensure().await, Ok(Standing::Attached));
    let store = store_at(&second).await;

    first.stop().await;
    assert_eq!(second.ensure().await, Ok(Standing::Hosting));
    assert_eq!(store_at(&second).await, store);
    let third = terminal(listen, folder.path());
    assert_eq!(third.ensure().await, Ok(Standing::Attached));
    second.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_that_start_at_once_one_hosts_and_all_are_served() {
    let (folder, listen) = (tempfile::tempdir().expect("a folder"), free());
    let starts = (0..6).map(|_| {
        let local = terminal(listen, folder.path());
        tokio::spawn(async move { (local.ensure().await, local) })
    });
    let mut hosts = Vec::new();
    for start in starts.collect::<Vec<_>>() {
        let (standing, local) = start.await.expect("no panic");
        match standing {
            Ok(Standing::Hosting) => hosts.push(local),
            standing => assert_eq!(standing, Ok(Standing::Attached)),
        }
    }
    assert_eq!(hosts.len(), 1);
    let backend = Backend::connect(&hosts[0].url(), "test").expect("an address");
    let names: Vec<String> =
        backend.collections().await.expect("an answer").into_iter().map(|line| line.name).collect();
    assert_eq!(names, ["hotels", "products", "projects"]);
}

#[tokio::test]
async fn sample_records_come_once_and_only_where_nothing_stands() {
    let (folder, listen) = (tempfile::tempdir().expect("a folder"), free());
    let bare = LocalServer::new(listen, folder.path().join("bare.db"), false, false);
    assert_eq!(bare.ensure().await, Ok(Standing::Hosting));
    let backend = Backend::connect(&bare.url(), "test").expect("an address");
    assert_eq!(backend.collections().await.expect("an answer"), []);
    bare.stop().await;

    let seeded = terminal(listen, folder.path());
    assert_eq!(seeded.ensure().await, Ok(Standing::Hosting));
    let page = backend.page("projects", None, 100, None).await.expect("an answer");
    assert!(page.total >= Some(12) && page.items.iter().all(|stored| stored.updated_by == "midair"));
    seeded.stop().await;
}

#[tokio::test]
async fn whatever_else_holds_the_port_is_named_with_a_way_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let page = answer("200 OK", &["content-type: text/html"], "<html>");
    let contract = answer("200 OK", &["content-type: application/json"], r#"{"service":"midair","contract":2}"#);
    for (odd, word) in [(page, "does not answer like midair"), (contract, "contract 2")] {
        let server = Answerer::with(&[&odd]).await;
        let listen: SocketAddr = server.url.trim_start_matches("http://").parse().expect("an address");
        let sentence = terminal(listen, folder.path()).ensure().await.expect_err("in the way");
        assert!(
            sentence.contains(word) && sentence.contains("--listen") && sentence.contains("--server"),
            "{sentence}"
        );
    }
}

#[tokio::test]
async fn a_port_that_takes_connections_and_never_answers_is_given_up_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let hanging = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let listen = hanging.local_addr().expect("an address");
    let sentence = terminal(listen, folder.path()).ensure().await.expect_err("in the way");
    assert!(sentence.contains("does not answer"), "{sentence}");
}

#[tokio::test]
async fn a_database_asked_for_by_name_is_the_one_or_none() {
    let (folder, listen) = (tempfile::tempdir().expect("a folder"), free());
    let first = terminal(listen, folder.path());
    assert_eq!(first.ensure().await, Ok(Standing::Hosting));
    let same = LocalServer::new(listen, folder.path().join("data/midair.db"), true, true);
    assert_eq!(same.ensure().await, Ok(Standing::Attached));
    let other = LocalServer::new(listen, folder.path().join("other.db"), true, true);
    let sentence = other.ensure().await.expect_err("another database");
    assert!(sentence.contains("other.db") && sentence.contains("--listen"), "{sentence}");
    assert!(!folder.path().join("other.db").exists());
    first.stop().await;
}

#[tokio::test]
async fn one_database_is_not_served_at_two_addresses() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = terminal(free(), folder.path());
    assert_eq!(first.ensure().await, Ok(Standing::Hosting));
    let sentence = terminal(free(), folder.path()).ensure().await.expect_err("taken");
    assert!(sentence.contains("another midair serves"), "{sentence}");
    first.stop().await;
}

#[tokio::test]
async fn a_takeover_does_not_end_up_on_other_records() {
    let (folder, listen) = (tempfile::tempdir().expect("a folder"), free());
    let (first, second) = (terminal(listen, folder.path()), terminal(listen, folder.path()));
    assert_eq!(first.ensure().await, Ok(Standing::Hosting));
    assert_eq!(second.ensure().await, Ok(Standing::Attached));
    first.stop().await;
    let stranger = LocalServer::new(listen, folder.path().join("stranger.db"), false, false);
    assert_eq!(stranger.ensure().await, Ok(Standing::Hosting));
    let sentence = second.ensure().await.expect_err("other records");
    assert!(sentence.contains("another database"), "{sentence}");
    stranger.stop().await;
}

#[tokio::test]
async fn a_file_that_is_no_database_is_left_alone_and_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("notes.txt");
    let text = "this is a text of mine, and it is longer than the header of a database: ".repeat(20);
    std::fs::write(&path, &text).expect("written");
    let sentence = LocalServer::new(free(), path.clone(), true, true).ensure().await.expect_err("no database");
    assert!(sentence.contains("notes.txt") && sentence.contains("--db"), "{sentence}");
    assert_eq!(std::fs::read_to_string(&path).expect("there"), text);

    let beneath_a_file = LocalServer::new(free(), path.join("midair.db"), true, true);
    let sentence = beneath_a_file.ensure().await.expect_err("no folder");
    assert!(sentence.contains("notes.txt") && sentence.contains("--db"), "{sentence}");
}
