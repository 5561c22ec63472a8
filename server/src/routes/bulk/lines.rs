//! Writes that come line by line (NDJSON): a few at a time, so that neither side ever holds all of them.

use std::time::Duration;

use axum::body::Body;
use futures_util::FutureExt;
use http_body_util::BodyExt;

use crate::problem::{self, Problem};

/// How many lines are taken at once.
const TOGETHER: usize = 256;
/// How many bytes of lines are taken at once, beyond the first line.
const AT_ONCE: usize = 1 << 20;

/// The lines of a body, read as they come.
pub(super) struct Lines {
    body: Body,
    /// The longest line, in bytes.
    limit: usize,
    /// How long the next line may take.
    time: Duration,
    kept: Vec<u8>,
    /// Where the next line starts in `kept`.
    start: usize,
    /// Up to where `kept` is known to hold no end of a line.
    looked: usize,
    number: usize,
    /// The rest of a line that is too long is passed over.
    skipping: bool,
    ended: bool,
}

/// A line and its number, from 1; or why it says no write.
pub(super) type Line = (usize, Result<Vec<u8>, Problem>);

impl Lines {
    pub(super) fn of(body: Body, limit: usize, time: Duration) -> Self {
        let kept = Vec::new();
        Lines { body, limit, time, kept, start: 0, looked: 0, number: 0, skipping: false, ended: false }
    }

    /// Waits for the next line, and takes those along that are there already. Nothing at the end.
    pub(super) async fn next(&mut self) -> Vec<Line> {
        let (mut lines, mut bytes) = (Vec::new(), 0);
        loop {
            while lines.len() < TOGETHER && bytes < AT_ONCE {
                let Some(line) = self.line() else { break };
                bytes += line.1.as_ref().map_or(0, Vec::len);
                lines.push(line);
            }
            if self.ended || lines.len() >= TOGETHER || bytes >= AT_ONCE {
                return lines;
            }
            let frame = if lines.is_empty() {
                tokio::time::timeout(self.time, self.body.frame()).await
            } else {
                match self.body.frame().now_or_never() {
                    Some(frame) => Ok(frame),
                    None => return lines,
                }
            };
            match frame {
                Ok(Some(Ok(frame))) => {
                    if let Ok(bytes) = frame.into_data() {
                        self.kept.drain(..self.start);
                        self.looked -= self.start;
                        self.start = 0;
                        self.kept.extend_from_slice(&bytes);
                    }
                }
                Ok(None) => self.ended = true,
                Ok(Some(Err(fault))) => {
                    lines.push(self.broken(problem::MALFORMED_BODY, &format!("The body broke off: {fault}.")));
                }
                Err(_) => {
                    let detail = format!("The next line did not arrive in {} s.", self.time.as_secs());
                    lines.push(self.broken(problem::TOO_SLOW, &detail));
                }
            }
        }
    }

    /// No more lines come; the one that was not finished is not taken for one.
    fn broken(&mut self, code: problem::Code, why: &str) -> Line {
        self.ended = true;
        self.kept.clear();
        (self.start, self.looked, self.skipping) = (0, 0, false);
        self.number += 1;
        (self.number, Err(Problem::new(code, format!("{why} What was answered before is done."))))
    }

    /// The next whole line that is not empty, from what was read.
    fn line(&mut self) -> Option<Line> {
        loop {
            let end = self.kept[self.looked..].iter().position(|&byte| byte == b'\n').map(|at| self.looked + at);
            let whole = end.unwrap_or(self.kept.len());
            let line = &self.kept[self.start..whole];
            let too_long = self.skipping || line.len() > self.limit;
            if end.is_none() && !self.ended {
                self.looked = whole;
                if too_long {
                    (self.skipping, self.start) = (true, whole);
                }
                return None;
            }
            if end.is_none() && line.is_empty() && !self.skipping {
                return None;
            }
            self.number += 1;
            let line = line.trim_ascii().to_vec();
            self.start = whole + usize::from(end.is_some());
            (self.looked, self.skipping) = (self.start, false);
            if too_long {
                let detail = format!("The line is longer than {} bytes, which is the limit here.", self.limit);
                return Some((self.number, Err(Problem::new(problem::TOO_LARGE, detail).with("limit", &self.limit))));
            }
            if !line.is_empty() {
                return Some((self.number, Ok(line)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    /// The lines of a body that comes in these pieces: the number of each, and its text or the status that refuses it.
    async fn read(pieces: Vec<Vec<u8>>, limit: usize) -> Vec<(usize, Result<String, u16>)> {
        let pieces = futures_util::stream::iter(pieces.into_iter().map(Ok::<_, Infallible>));
        let mut lines = Lines::of(Body::from_stream(pieces), limit, Duration::from_secs(60));
        let mut all = Vec::new();
        loop {
            let some = lines.next().await;
            if some.is_empty() {
                return all;
            }
            let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
            all.extend(
                some.into_iter().map(|(number, line)| (number, line.map(text).map_err(|fault| fault.code().status))),
            );
        }
    }

    #[tokio::test]
    async fn lines_are_the_same_however_the_body_is_cut() {
        let body = "first\n\r\n  \nsecond\r\nmuch too long a line\nthird\nand this is too long";
        let expected = [(1, Ok("first")), (4, Ok("second")), (5, Err(413)), (6, Ok("third")), (7, Err(413))];
        let expected = expected.map(|(number, line)| (number, line.map(str::to_owned)));
        for size in 1..=body.len() {
            let pieces = body.as_bytes().chunks(size).map(<[u8]>::to_vec).collect();
            assert_eq!(read(pieces, 8).await, expected, "in pieces of {size}");
        }
        assert_eq!(read(vec![b"last".to_vec()], 8).await, [(1, Ok("last".to_owned()))]);
        assert_eq!(read(vec![], 8).await, []);
    }

    #[tokio::test]
    async fn of_many_lines_a_few_are_taken_at_once_and_none_is_lost() {
        let body: String = (0..10_000).map(|n| format!("{n}\n")).collect();
        let lines = read(vec![body.into_bytes()], 8).await;
        assert!(lines.into_iter().enumerate().all(|(n, line)| line == (n + 1, Ok(n.to_string()))));
        let mut lines = Lines::of(Body::from("x\n".repeat(TOGETHER + 1)), 8, Duration::from_secs(60));
        assert_eq!((lines.next().await.len(), lines.next().await.len()), (TOGETHER, 1));
    }

    #[tokio::test]
    async fn a_line_that_is_too_long_is_not_kept() {
        let pieces = (0..100).map(|_| vec![b'x'; 1000]).collect::<Vec<_>>();
        let stream = futures_util::stream::iter(pieces.into_iter().map(Ok::<_, Infallible>));
        let mut lines = Lines::of(Body::from_stream(stream), 8, Duration::from_secs(60));
        assert_eq!(lines.next().await.len(), 1);
        assert!(lines.kept.capacity() < 10_000, "{} bytes are kept", lines.kept.capacity());
    }

    #[tokio::test(start_paused = true)]
    async fn a_line_that_does_not_come_ends_the_reading_and_what_came_before_counts() {
        let pieces = futures_util::stream::iter([Ok::<_, Infallible>("one\ntw")]);
        let stalled = futures_util::StreamExt::chain(pieces, futures_util::stream::pending());
        let mut lines = Lines::of(Body::from_stream(stalled), 8, Duration::from_secs(60));
        assert_eq!(lines.next().await.len(), 1);
        let late = lines.next().await;
        assert!(matches!(&late[..], [(2, Err(fault))] if fault.code() == problem::TOO_SLOW), "{late:?}");
        assert!(lines.next().await.is_empty());
    }
}
