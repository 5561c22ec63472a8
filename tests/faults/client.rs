//! A client that reads and writes under preconditions, asks again until it is answered, and records what it was told.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::value::RawValue;
use tokio::net::TcpStream;

use super::dice::Dice;
use super::framing::{Line, Message};
use super::history::{Act, Name, On, Operation, Outcome, Seen, Stands, Time, Write};

/// How long one answer may take, a restart of the server included.
const ANSWER: Duration = Duration::from_secs(30);
/// How often something is asked before the server counts as gone.
const TRIES: u32 = 1000;
/// Of a thousand writes without an answer, how many are given up: nobody knows then what became of them.
const GIVEN_UP: u64 = 60;

pub const COLLECTION: &str = "faults";

pub fn path(record: Name) -> String {
    format!("/v1/collections/{COLLECTION}/records/r{record}")
}

/// What all clients share.
pub struct Shared {
    began: Instant,
    /// How many operations are over.
    pub operations: AtomicU64,
    /// How many requests brought no answer.
    pub unanswered: AtomicU64,
    pub stop: AtomicBool,
}

impl Shared {
    pub fn new() -> Arc<Shared> {
        Arc::new(Shared {
            began: Instant::now(),
            operations: AtomicU64::new(0),
            unanswered: AtomicU64::new(0),
            stop: AtomicBool::new(false),
        })
    }

    fn now(&self) -> Time {
        u64::try_from(self.began.elapsed().as_nanos()).unwrap()
    }
}

/// A keep-alive connection that is made anew when it breaks.
pub struct Caller {
    to: SocketAddr,
    line: Option<Line>,
}

impl Caller {
    pub fn new(to: SocketAddr) -> Caller {
        Caller { to, line: None }
    }

    /// The answer to one request; `None` where the connection broke first, and nobody knows what became of it.
    pub async fn ask(&mut self, request: &str) -> Option<Message> {
        let answer = tokio::time::timeout(ANSWER, self.send(request)).await.expect("no answer and no end");
        if answer.is_none() {
            self.line = None;
        }
        answer
    }

    async fn send(&mut self, request: &str) -> Option<Message> {
        let line = match &mut self.line {
            Some(line) => line,
            none => none.insert(Line::new(TcpStream::connect(self.to).await.ok()?)),
        };
        line.send(request.as_bytes()).await.ok()?;
        line.message().await.ok()?
    }

    pub async fn get(&mut self, path: &str) -> Option<Message> {
        self.ask(&format!("GET {path} HTTP/1.1\r\nhost: faults\r\n\r\n")).await
    }
}

/// One of many clients.
pub struct Client {
    number: u32,
    dice: Dice,
    caller: Caller,
    shared: Arc<Shared>,
    /// What it last heard of each record.
    known: Vec<Option<Stands>>,
    edits: u64,
    log: Vec<Operation>,
}

#[derive(Deserialize)]
struct Refusal {
    current: Option<Current>,
    deleted: Option<Deleted>,
}

#[derive(Deserialize)]
struct Current {
    version: u64,
    etag: String,
    /// Left out where the client prefers a minimal answer.
    fields: Option<Box<RawValue>>,
}

#[derive(Deserialize)]
struct Deleted {
    version: u64,
}

fn seen(answer: &Message) -> Seen {
    let version = answer.header("midair-version").unwrap_or_default().parse().unwrap();
    Seen { version, token: answer.header("etag").unwrap().to_owned(), value: answer.text() }
}

/// What a read says.
pub fn stands(answer: &Message) -> Stands {
    match answer.status() {
        200 => Stands::Record(seen(answer)),
        404 => Stands::Gone(0),
        410 => refusal(answer),
        status => panic!("a read was answered with {status}: {}", answer.text()),
    }
}

/// What a refusal says to stand there.
fn refusal(answer: &Message) -> Stands {
    let refusal: Refusal = serde_json::from_slice(answer.body()).expect("a problem");
    match (refusal.current, refusal.deleted) {
        (Some(now), _) => {
            let value = now.fields.map(|fields| fields.get().to_owned()).unwrap_or_default();
            Stands::Record(Seen { version: now.version, token: now.etag, value })
        }
        (None, Some(gone)) => Stands::Gone(gone.version),
        (None, None) => Stands::Gone(0),
    }
}

impl Client {
    pub fn new(number: u32, dice: Dice, proxy: SocketAddr, shared: Arc<Shared>, records: u32) -> Client {
        let known = vec![None; records as usize];
        Client { number, dice, caller: Caller::new(proxy), shared, known, edits: 0, log: Vec::new() }
    }

    /// Works until it is told to stop, and gives what it recorded.
    pub async fn work(mut self) -> Vec<Operation> {
        while !self.shared.stop.load(Ordering::Relaxed) {
            let record = u32::try_from(self.dice.below(self.known.len() as u64)).unwrap();
            let writes = self.dice.happens(450);
            // Some writes rest on what was heard long ago, and are refused.
            if !writes || self.known[record as usize].is_none() || !self.dice.happens(150) {
                self.read(record).await;
            }
            if writes {
                self.write(record).await;
            }
        }
        self.log
    }

    async fn read(&mut self, record: Name) {
        let start = self.shared.now();
        let known = self.known[record as usize].clone().filter(|_| self.dice.happens(500));
        let unless = match &known {
            Some(Stands::Record(seen)) => format!("if-none-match: {}\r\n", seen.token),
            _ => String::new(),
        };
        let request = format!("GET {} HTTP/1.1\r\nhost: faults\r\n{unless}\r\n", path(record));
        let (mut tries, mut answer) = (0, None);
        while answer.is_none() {
            (tries, answer) = (tries + 1, self.send(&request, tries).await);
        }
        let answer = answer.unwrap();
        let stands = match (answer.status(), known) {
            (304, Some(known)) => known,
            _ => stands(&answer),
        };
        self.record(record, start, tries, Act::Read, Outcome::Read(stands.clone()));
        self.known[record as usize] = Some(stands);
    }

    async fn write(&mut self, record: Name) {
        let Some(known) = self.known[record as usize].clone() else { return };
        self.edits += 1;
        let edit = format!("c{}-{}", self.number, self.edits);
        let value = format!(r#"{{"by":"c{}","edit":"{edit}","on":{}}}"#, self.number, known.version());
        let (on, value) = match known {
            Stands::Gone(_) => (On::Nothing, Some(value)),
            Stands::Record(seen) => (On::Token(seen.token), Some(value).filter(|_| !self.dice.happens(30))),
        };
        let write = Write { edit, on, value };
        let request = self.request(record, &write);
        let start = self.shared.now();
        let (mut tries, mut answer) = (0, None);
        while answer.is_none() && (tries == 0 || !self.dice.happens(GIVEN_UP)) {
            (tries, answer) = (tries + 1, self.send(&request, tries).await);
        }
        let outcome = answer.map_or(Outcome::Unknown, |answer| told(&answer));
        match (&outcome, &write.value) {
            (Outcome::Written { version, token: Some(token), .. }, Some(value)) => {
                let seen = Seen { version: *version, token: token.clone(), value: value.clone() };
                self.known[record as usize] = Some(Stands::Record(seen));
            }
            (Outcome::Written { version, .. }, _) => self.known[record as usize] = Some(Stands::Gone(*version)),
            (Outcome::Refused(stands), _) => self.known[record as usize] = Some(stands.clone()),
            _ => {}
        }
        self.record(record, start, tries, Act::Write(write), outcome);
    }

    fn request(&mut self, record: Name, write: &Write) -> String {
        let condition = match &write.on {
            On::Nothing => "if-none-match: *".to_owned(),
            On::Token(token) => format!("if-match: {token}"),
        };
        let prefer = if self.dice.happens(500) { "prefer: return=minimal\r\n" } else { "" };
        let method = if write.value.is_some() { "PUT" } else { "DELETE" };
        let body = write.value.as_deref().unwrap_or_default();
        format!(
            "{method} {} HTTP/1.1\r\nhost: faults\r\n{condition}\r\nidempotency-key: \"{}\"\r\n{prefer}\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            path(record),
            write.edit,
            body.len()
        )
    }

    async fn send(&mut self, request: &str, tries: u32) -> Option<Message> {
        assert!(tries < TRIES, "no answer after {tries} tries to {request}");
        let answer = self.caller.ask(request).await;
        if answer.is_none() {
            self.shared.unanswered.fetch_add(1, Ordering::Relaxed);
        }
        answer
    }

    fn record(&mut self, record: Name, start: Time, tries: u32, act: Act, outcome: Outcome) {
        let end = self.shared.now();
        self.log.push(Operation { client: self.number, record, start, end, tries, act, outcome });
        self.shared.operations.fetch_add(1, Ordering::Relaxed);
    }
}

fn told(answer: &Message) -> Outcome {
    match answer.status() {
        200 | 201 | 204 => {
            let version = answer.header("midair-version").unwrap_or_default().parse().unwrap();
            let token = answer.header("etag").map(str::to_owned);
            Outcome::Written { version, token, replayed: answer.header("idempotency-replayed").is_some() }
        }
        404 | 410 | 412 => Outcome::Refused(refusal(answer)),
        status => panic!("a write was answered with {status}: {}", answer.text()),
    }
}
