//! Where an HTTP/1.1 message ends: a head, then as many bytes as Content-Length says; knows no other framing.

use std::io;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A request or an answer, whole; of an answer without an end of its own, the head.
#[derive(Debug)]
pub struct Message {
    /// As it came, head and body.
    pub bytes: Vec<u8>,
    /// Where the body begins.
    body: usize,
    /// The body has no length: it goes on until the connection ends.
    pub endless: bool,
}

impl Message {
    /// The status of an answer; 0 of a request.
    pub fn status(&self) -> u16 {
        status(self.head())
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        header(self.head(), name)
    }

    pub fn body(&self) -> &[u8] {
        &self.bytes[self.body..]
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(self.body()).into_owned()
    }

    fn head(&self) -> &str {
        std::str::from_utf8(&self.bytes[..self.body]).unwrap_or_default()
    }
}

fn header<'h>(head: &'h str, name: &str) -> Option<&'h str> {
    head.split("\r\n").skip(1).find_map(|line| {
        let (is, value) = line.split_once(':')?;
        is.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

fn status(head: &str) -> u16 {
    head.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)?.parse().ok()).unwrap_or(0)
}

/// A connection that is read message by message.
pub struct Line {
    stream: TcpStream,
    read: Vec<u8>,
}

impl Line {
    pub fn new(stream: TcpStream) -> Line {
        let _ = stream.set_nodelay(true);
        Line { stream, read: Vec::with_capacity(2048) }
    }

    pub async fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes).await
    }

    /// Says that nothing more will be sent.
    pub async fn hush(&mut self) -> io::Result<()> {
        self.stream.shutdown().await
    }

    /// The next message; `None` where the connection ended between two.
    pub async fn message(&mut self) -> io::Result<Option<Message>> {
        let mut searched = 0;
        let body = loop {
            if let Some(at) = self.read[searched..].windows(4).position(|four| four == b"\r\n\r\n") {
                break searched + at + 4;
            }
            searched = self.read.len().saturating_sub(3);
            if self.stream.read_buf(&mut self.read).await? == 0 {
                return if self.read.is_empty() { Ok(None) } else { Err(io::ErrorKind::UnexpectedEof.into()) };
            }
        };
        let head = std::str::from_utf8(&self.read[..body]).map_err(|_| io::ErrorKind::InvalidData)?;
        let length = match (header(head, "content-length"), status(head)) {
            (Some(length), _) => Some(length.parse().map_err(|_| io::ErrorKind::InvalidData)?),
            (None, 0 | 204 | 304) => Some(0),
            (None, _) => None,
        };
        let end = body + length.unwrap_or(0);
        while self.read.len() < end {
            if self.stream.read_buf(&mut self.read).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        let rest = self.read.split_off(end);
        let bytes = std::mem::replace(&mut self.read, rest);
        Ok(Some(Message { bytes, body, endless: length.is_none() }))
    }

    /// What comes next, whatever it is; nothing at the end.
    pub async fn piece(&mut self) -> io::Result<Vec<u8>> {
        if self.read.is_empty() {
            self.stream.read_buf(&mut self.read).await?;
        }
        Ok(std::mem::take(&mut self.read))
    }
}
