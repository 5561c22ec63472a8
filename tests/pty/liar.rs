//! A server that stands before the real one and changes its answers on the way: what a good server never says.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};

/// An answer as it came, to be told otherwise: the request's head, and the answer, whole.
type Lie = dyn FnMut(&str, String) -> String + Send;

/// Takes the requests meant for `server`, and changes the answers by `lie`. Gives the address at which it listens; a feed is
/// passed on as it is.
pub fn before(server: String, lie: impl FnMut(&str, String) -> String + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let lie: std::sync::Arc<std::sync::Mutex<Box<Lie>>> = std::sync::Arc::new(std::sync::Mutex::new(Box::new(lie)));
    std::thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            let (server, lie) = (server.clone(), lie.clone());
            std::thread::spawn(move || carry(client, &server, |head, answer| (lie.lock().unwrap())(head, answer)));
        }
    });
    address
}

/// One request, one answer, one connection.
fn carry(mut client: TcpStream, server: &str, lie: impl FnOnce(&str, String) -> String) -> Option<()> {
    let (head, body) = message(&mut client)?;
    let head = head.replacen("\r\n", "\r\nConnection: close\r\n", 1);
    let mut server = TcpStream::connect(server).ok()?;
    server.write_all(head.as_bytes()).ok()?;
    server.write_all(&body).ok()?;
    if head.to_lowercase().contains("text/event-stream") {
        std::io::copy(&mut server, &mut client).ok()?;
        return None;
    }
    let mut answer = Vec::new();
    server.read_to_end(&mut answer).ok()?;
    client.write_all(lie(&head, String::from_utf8(answer).ok()?).as_bytes()).ok()
}

fn message(from: &mut TcpStream) -> Option<(String, Vec<u8>)> {
    let (mut bytes, mut byte) = (Vec::new(), [0]);
    while !bytes.ends_with(b"\r\n\r\n") {
        from.read_exact(&mut byte).ok()?;
        bytes.push(byte[0]);
    }
    let head = String::from_utf8(bytes).ok()?;
    let length = |line: &str| line.to_lowercase().strip_prefix("content-length:")?.trim().parse().ok();
    let mut body = vec![0; head.lines().find_map(length).unwrap_or(0)];
    from.read_exact(&mut body).ok()?;
    Some((head, body))
}

/// The answer without the header lines that begin with `name`.
pub fn without(answer: &str, name: &str) -> String {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let lines = head.split("\r\n").filter(|line| !line.to_lowercase().starts_with(name));
    format!("{}\r\n\r\n{body}", lines.collect::<Vec<_>>().join("\r\n"))
}
