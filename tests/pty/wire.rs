//! The other person, at the wire: plain HTTP to the server of a test.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use super::Home;

/// An answer, as it came.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub etag: String,
    pub body: String,
}

impl Home {
    /// Sends a request and reads its answer to the end.
    pub fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut stream = TcpStream::connect(self.listen()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let mut request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n",
            self.listen(),
            body.len()
        );
        for (name, value) in headers {
            request += &format!("{name}: {value}\r\n");
        }
        stream.write_all((request + "\r\n" + body).as_bytes()).unwrap();
        let mut text = Vec::new();
        stream.read_to_end(&mut text).unwrap();
        let text = String::from_utf8(text).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let etag = head.lines().find_map(|line| line.strip_prefix("etag: ")).unwrap_or_default();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Answer { status, etag: etag.to_owned(), body: body.to_owned() }
    }

    fn at(key: &str) -> String {
        let (collection, id) = key.split_once('/').unwrap();
        format!("/v1/collections/{collection}/records/{id}")
    }

    pub fn creates(&self, key: &str, body: &str) {
        let answer = self.ask("PUT", &Home::at(key), &[("If-None-Match", "*"), ("Midair-Author", "seed")], body);
        assert_eq!(answer.status, 201, "{}", answer.body);
    }

    /// Defines a collection, or defines it anew.
    pub fn defines(&self, collection: &str, definition: &str) {
        let path = format!("/v1/collections/{collection}");
        let now = self.ask("GET", &path, &[], "");
        let condition = if now.status == 404 { ("If-None-Match", "*") } else { ("If-Match", now.etag.as_str()) };
        let answer = self.ask("PUT", &path, &[condition], definition);
        assert!(matches!(answer.status, 200 | 201), "{}", answer.body);
    }

    pub fn reads(&self, key: &str) -> Answer {
        self.ask("GET", &Home::at(key), &[], "")
    }

    /// `by` reads the record, replaces `old` in it by `new`, and saves it.
    pub fn edits(&self, by: &str, key: &str, old: &str, new: &str) {
        let now = self.reads(key);
        assert!(now.body.contains(old), "{old} is not in {}", now.body);
        let headers = [("If-Match", now.etag.as_str()), ("Midair-Author", by)];
        let answer = self.ask("PUT", &Home::at(key), &headers, &now.body.replacen(old, new, 1));
        assert_eq!(answer.status, 200, "{}", answer.body);
    }

    /// `by` replaces the whole record, whatever it says.
    pub fn replaces(&self, by: &str, key: &str, body: &str) {
        let now = self.reads(key);
        let headers = [("If-Match", now.etag.as_str()), ("Midair-Author", by)];
        let answer = self.ask("PUT", &Home::at(key), &headers, body);
        assert_eq!(answer.status, 200, "{}", answer.body);
    }

    pub fn deletes(&self, by: &str, key: &str) {
        let now = self.reads(key);
        let headers = [("If-Match", now.etag.as_str()), ("Midair-Author", by)];
        assert_eq!(self.ask("DELETE", &Home::at(key), &headers, "").status, 204);
    }

    pub fn history(&self, key: &str) -> String {
        self.ask("GET", &format!("{}/versions", Home::at(key)), &[], "").body
    }
}
