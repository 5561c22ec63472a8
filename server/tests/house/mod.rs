//! A real server on a port of its own and a file of its own, and a client that asks it anything.
#![allow(dead_code, clippy::unwrap_used)]

pub mod contract;

use std::path::PathBuf;

use contract::Contract;

use midair_server::{Limits, Store, serve};
use reqwest::header::HeaderMap;
use reqwest::{Client, Method};
use serde_json::Value;
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub struct House {
    pub url: String,
    pub store: Store,
    pub client: Client,
    pub file: PathBuf,
    /// What the server says of itself.
    pub contract: Contract,
    folder: TempDir,
    stop: Option<oneshot::Sender<()>>,
    serving: JoinHandle<std::io::Result<()>>,
}

/// A house whose server is not running.
pub struct Closed {
    folder: TempDir,
    pub file: PathBuf,
}

impl Closed {
    fn new() -> Closed {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("midair.db");
        Closed { folder, file }
    }

    pub async fn opened(self) -> House {
        self.opened_with(Limits { record: 1 << 20, bulk: 2 << 20, ..Limits::default() }).await
    }

    async fn opened_with(self, limits: Limits) -> House {
        let Closed { folder, file } = self;
        let store = Store::open(&file).unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (stop, stopped) = oneshot::channel::<()>();
        let told = async {
            let _ = stopped.await;
        };
        let serving = tokio::spawn(serve(listener, store.clone(), limits, told));
        let _ = rustls_ring();
        let client = Client::builder().no_proxy().build().unwrap();
        let document = client.get(format!("{url}/openapi.json")).send().await.unwrap().text().await.unwrap();
        let contract = Contract::read(&document);
        House { url, contract, store, client, file, folder, stop: Some(stop), serving }
    }
}

pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn etag(&self) -> String {
        self.header("etag").to_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    pub fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }
}

impl House {
    pub async fn open() -> House {
        Closed::new().opened().await
    }

    pub async fn open_with(limits: Limits) -> House {
        Closed::new().opened_with(limits).await
    }

    /// Closes the server and its store; the file stays.
    pub async fn closed(self) -> Closed {
        let House { store, folder, file, stop, serving, .. } = self;
        stop.unwrap().send(()).unwrap();
        serving.await.unwrap().unwrap();
        drop(store);
        Closed { folder, file }
    }

    /// Tells the server to stop, and waits until it has.
    pub async fn close(mut self) {
        self.stop.take().unwrap().send(()).unwrap();
        self.serving.await.unwrap().unwrap();
    }

    pub async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut request =
            self.client.request(Method::from_bytes(method.as_bytes()).unwrap(), format!("{}{path}", self.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.body(body.to_owned()).send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let answer = Answer { status, headers, text: response.text().await.unwrap() };
        self.contract.holds(method, path, &answer);
        answer
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[], "").await
    }

    /// Creates a record and gives its tag.
    pub async fn create(&self, path: &str, body: &str) -> String {
        let answer = self.ask("PUT", path, &[("if-none-match", "*"), ("midair-author", "alice")], body).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.etag()
    }

    /// Replaces a record and gives its new tag.
    pub async fn replace(&self, path: &str, tag: &str, by: &str, body: &str) -> String {
        let answer = self.ask("PUT", path, &[("if-match", tag), ("midair-author", by)], body).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.etag()
    }
}

fn rustls_ring() -> Result<(), ()> {
    rustls::crypto::ring::default_provider().install_default().map_err(drop)
}
