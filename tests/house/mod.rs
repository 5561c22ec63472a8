//! What the end-to-end tests share: a real server on a port of its own, and an answerer for answers no server gives.
#![allow(dead_code)]

use std::sync::{Arc, Mutex};

use midair::backend::{Backend, Creation, Outcome, Read, Together};
use midair_record::wire::{Key, Stored};
use midair_record::{Draft, Pointer, Record, Value};
use midair_server::{Limits, Store};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// A server with a database of its own; both are gone with it.
pub struct House {
    pub url: String,
    stop: oneshot::Sender<()>,
    task: JoinHandle<std::io::Result<()>>,
    folder: tempfile::TempDir,
}

impl House {
    pub async fn open() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(&folder.path().join("test.db")).expect("a store");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let (stop, stopped) = oneshot::channel::<()>();
        let told = async move { drop(stopped.await) };
        let task = tokio::spawn(midair_server::serve(listener, store, Limits::default(), told));
        House { url, stop, task, folder }
    }

    pub fn as_(&self, who: &str) -> Backend {
        Backend::connect(&self.url, who).expect("an address")
    }

    pub async fn close(self) {
        let _ = self.stop.send(());
        self.task.await.expect("no panic").expect("a good end");
        drop(self.folder);
    }
}

pub fn key(id: &str) -> Key {
    Key::new("projects", id).expect("a key")
}

/// Creates `projects/{id}` with exactly this text.
pub async fn given(backend: &Backend, id: &str, text: &str) -> Stored {
    let creation = Creation { id: id.into(), fields: Record::parse(text).expect(text) };
    let outcomes = backend.create("projects", &[creation], None, Together::AllOrNone).await.expect("an answer");
    assert_eq!(outcomes, [Outcome::Created]);
    stored(backend, id).await
}

pub async fn stored(backend: &Backend, id: &str) -> Stored {
    match backend.read(&key(id)).await.expect("an answer") {
        Read::Stored(stored) => stored,
        other => panic!("projects/{id} is {other:?}"),
    }
}

/// A draft of `stored` in which `at` is `value`.
pub fn edited(stored: &Stored, at: &str, value: &str, edit_id: &str) -> Draft {
    let mut draft = Draft::of("projects", stored.clone(), edit_id.into());
    let mut fields = draft.fields.clone();
    Pointer::parse(at).expect("a pointer").set(&mut fields, Some(Value::parse(value).expect(value)));
    draft.edit(fields);
    draft
}

/// Gives each request the next of some answers, as they stand, and keeps the requests. An empty answer is a connection
/// that is closed without one.
pub struct Answerer {
    pub url: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Answerer {
    pub async fn with(answers: &[&str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (kept, answers) = (requests.clone(), answers.iter().map(|&text| text.to_owned()).collect::<Vec<_>>());
        tokio::spawn(async move {
            for answer in answers {
                let Ok((mut connection, _)) = listener.accept().await else { return };
                let mut request = Vec::new();
                while !is_whole(&request) {
                    if connection.read_buf(&mut request).await.unwrap_or(0) == 0 {
                        break;
                    }
                }
                kept.lock().expect("whole").push(String::from_utf8_lossy(&request).into_owned());
                let _ = connection.write_all(answer.as_bytes()).await;
            }
        });
        Answerer { url, requests }
    }

    pub fn as_(&self, who: &str) -> Backend {
        Backend::connect(&self.url, who).expect("an address")
    }

    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().expect("whole").clone()
    }
}

/// An answer with these header lines and this body, after which the connection closes.
pub fn answer(status: &str, headers: &[&str], body: &str) -> String {
    let lines: String = headers.iter().map(|line| format!("{line}\r\n")).collect();
    format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n{lines}\r\n{body}", body.len())
}

fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.trim().parse().ok()).unwrap_or(0);
    body.len() >= length
}
