//! Somebody who follows the feed of changes over many connections, each from where the last one broke.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde::Deserialize;

use super::history::Event;

/// How long the rest of the changes may take once the last one is known.
const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    seq: u64,
    id: String,
    version: u64,
    op: String,
    edit_id: Option<String>,
}

/// Follows from the first change on, in the background.
pub struct Follower {
    task: tokio::task::JoinHandle<()>,
    heard: Arc<Mutex<Heard>>,
    last: tokio::sync::watch::Receiver<u64>,
}

#[derive(Default)]
pub struct Heard {
    pub events: Vec<Event>,
    pub connections: u64,
}

impl Follower {
    pub fn start(proxy: SocketAddr) -> Follower {
        let heard = Arc::new(Mutex::new(Heard::default()));
        let (tell, last) = tokio::sync::watch::channel(0);
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0).build().unwrap();
        let url = format!("http://{proxy}/v1/changes?since=0");
        let into = heard.clone();
        let task = tokio::spawn(async move {
            loop {
                let since = *tell.borrow();
                let mut request = client.get(&url);
                if since > 0 {
                    request = request.header("last-event-id", since.to_string());
                }
                let Ok(mut response) = request.send().await else { continue };
                assert_eq!(
                    response.status(),
                    200,
                    "a feed that had said {since} goes on with {:?}",
                    response.text().await
                );
                into.lock().unwrap().connections += 1;
                let mut text = String::new();
                while let Ok(Some(piece)) = response.chunk().await {
                    text += std::str::from_utf8(&piece).unwrap();
                    while let Some((said, rest)) = text.split_once("\n\n") {
                        if let Some(event) = event(said) {
                            tell.send_replace(event.seq);
                            into.lock().unwrap().events.push(event);
                        }
                        text = rest.to_owned();
                    }
                }
            }
        });
        Follower { task, heard, last }
    }

    /// Whether it was never refused a position that it had been told.
    pub fn follows(&self) -> bool {
        !self.task.is_finished()
    }

    /// Everything it heard once it heard of the change `last`, or once that is overdue.
    pub async fn until(mut self, last: u64) -> Heard {
        let _ = tokio::time::timeout(PATIENCE, self.last.wait_for(|seq| *seq >= last)).await;
        if self.task.is_finished() {
            self.task.await.unwrap();
            unreachable!("a follower ends only by a panic");
        }
        self.task.abort();
        std::mem::take(&mut self.heard.lock().unwrap())
    }
}

/// An event of the feed; `None` for a comment.
fn event(said: &str) -> Option<Event> {
    let line = |name: &str| said.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
    let told: Told = serde_json::from_str(line("data:")?).unwrap();
    assert_eq!(line("id:"), Some(told.seq.to_string().as_str()), "{said}");
    let record = told.id.trim_start_matches('r').parse().unwrap();
    Some(Event { seq: told.seq, record, version: told.version, op: told.op, edit: told.edit_id })
}
