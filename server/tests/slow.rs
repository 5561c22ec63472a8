//! Clients that take their time, or come too many at once: each is cut off or waits, and the others never notice.
#![allow(clippy::unwrap_used)]

mod house;

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use house::House;
use midair_server::Limits;

/// Long enough for whatever is expected, however busy the machine is.
const PATIENCE: Duration = Duration::from_secs(60);
const SHORT: Duration = Duration::from_millis(200);
const AT: &str = "/v1/collections/things/records/a";

fn connected(house: &House) -> TcpStream {
    let address: SocketAddr = house.url.trim_start_matches("http://").parse().unwrap();
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// Everything that comes until the server closes the connection.
fn to_its_end(mut stream: TcpStream) -> String {
    let mut said = Vec::new();
    match stream.read_to_end(&mut said) {
        Ok(_) => {}
        Err(fault) if fault.kind() == ErrorKind::ConnectionReset => {}
        Err(fault) => panic!("the connection is not closed: {fault}"),
    }
    String::from_utf8(said).unwrap()
}

#[tokio::test]
async fn headers_that_do_not_end_are_cut_off() {
    let house = House::open_with(Limits { header_time: SHORT, ..Limits::default() }).await;
    let mut half = connected(&house);
    half.write_all(b"GET /healthz HTTP/1.1\r\nhost: here\r\nx-slow: ").unwrap();
    let silent = connected(&house);
    tokio::task::spawn_blocking(|| (to_its_end(half), to_its_end(silent))).await.unwrap();
    assert_eq!(house.get("/healthz").await.status, 200);
    house.close().await;
}

#[tokio::test]
async fn a_body_that_does_not_come_is_told_so_and_nothing_is_written() {
    let house = House::open_with(Limits { body_time: SHORT, ..Limits::default() }).await;
    let mut half = connected(&house);
    let head = format!("PUT {AT} HTTP/1.1\r\nhost: here\r\nif-none-match: *\r\ncontent-length: 100\r\n\r\n{{\"n\":");
    half.write_all(head.as_bytes()).unwrap();
    let said = tokio::task::spawn_blocking(|| to_its_end(half)).await.unwrap();
    assert!(said.starts_with("HTTP/1.1 408 ") && said.contains(r#""code":"too_slow""#), "{said}");
    assert_eq!(house.get(AT).await.status, 404);
    house.close().await;
}

#[tokio::test]
async fn whoever_does_not_take_the_answer_loses_the_connection() {
    let house = House::open_with(Limits { write_time: SHORT, ..Limits::default() }).await;
    house.create(AT, &format!(r#"{{"text":"{}"}}"#, "x".repeat(1_000_000))).await;
    let mut greedy = connected(&house);
    let request = format!("GET {AT} HTTP/1.1\r\nhost: here\r\n\r\n");
    greedy.set_write_timeout(Some(PATIENCE)).unwrap();
    // Far more than the system keeps for a reader who does not read: the connection breaks under the asking.
    let asked =
        tokio::task::spawn_blocking(move || (0..1_000_000).try_for_each(|_| greedy.write_all(request.as_bytes())));
    let fault = asked.await.unwrap().map_or_else(|fault| fault.kind(), |()| ErrorKind::Other);
    assert!(matches!(fault, ErrorKind::ConnectionReset | ErrorKind::BrokenPipe), "{fault:?}");
    assert_eq!(house.get(AT).await.status, 200);
    house.close().await;
}

#[tokio::test]
async fn whoever_comes_when_every_seat_is_taken_waits_and_is_served() {
    let house = House::open_with(Limits { connections: 1, ..Limits::default() }).await;
    let mut first = connected(&house);
    first.write_all(b"GET /healthz HTTP/1.1\r\nhost: here\r\n\r\n").unwrap();
    let first = tokio::task::spawn_blocking(move || {
        let mut start = [0; 12];
        first.read_exact(&mut start).unwrap();
        assert_eq!(&start, b"HTTP/1.1 200");
        first
    });
    let first = first.await.unwrap();
    let mut second = connected(&house);
    second.write_all(b"GET /healthz HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n").unwrap();
    second.set_read_timeout(Some(SHORT)).unwrap();
    let second = tokio::task::spawn_blocking(move || {
        let waits = second.read(&mut [0; 1]).unwrap_err().kind();
        assert!(matches!(waits, ErrorKind::WouldBlock | ErrorKind::TimedOut), "{waits:?}");
        second
    });
    let second = second.await.unwrap();
    drop(first);
    second.set_read_timeout(Some(PATIENCE)).unwrap();
    let said = tokio::task::spawn_blocking(|| to_its_end(second)).await.unwrap();
    assert!(said.starts_with("HTTP/1.1 200 "), "{said}");
    house.close().await;
}
