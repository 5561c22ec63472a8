//! The feed: every change once, in order, from a position on; resumes without a gap.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderName, Method};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::{Stream, stream};
use tokio::sync::{broadcast, watch};

use super::only;
use crate::presence::Presence;
use crate::problem::{self, Problem};
use crate::serve::Desk;
use crate::store::{Change, Store};

/// How often a silent feed says that it is still there.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// How many changes are read at once.
const BATCH: u32 = 500;
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

#[derive(serde::Deserialize)]
pub(super) struct Wanted {
    since: Option<String>,
    collection: Option<String>,
    record: Option<String>,
    /// Whether the feed also tells who is editing.
    #[serde(default)]
    presence: bool,
}

struct Feed {
    store: Store,
    wanted: Wanted,
    since: u64,
    read: VecDeque<Arc<Change>>,
    changed: watch::Receiver<u64>,
    presences: Option<broadcast::Receiver<Arc<Presence>>>,
    stopping: watch::Receiver<bool>,
}

pub(super) async fn changes(
    State(desk): State<Desk>,
    method: Method,
    headers: HeaderMap,
    wanted: Result<Query<Wanted>, axum::extract::rejection::QueryRejection>,
) -> Response {
    if let Some(refused) = only(&method, "GET") {
        return refused;
    }
    let Query(wanted) = match wanted {
        Ok(wanted) => wanted,
        Err(fault) => return Problem::new(problem::MALFORMED_QUERY, fault.to_string()).into_response(),
    };
    let changed = desk.store.watch();
    let named = headers.get(LAST_EVENT_ID).map(|value| value.to_str().unwrap_or("?").to_owned());
    let since = match named.or_else(|| wanted.since.clone()) {
        None => *changed.borrow(),
        Some(text) => match text.parse() {
            Ok(since) => since,
            Err(_) => {
                let detail = format!("{text:?} is not a position in the feed, which is a number.");
                return Problem::new(problem::MALFORMED_QUERY, detail).into_response();
            }
        },
    };
    let newest = *changed.borrow();
    let restored = since < desk.store.feed_from() && since > 0;
    if since > newest || restored {
        let why = if restored { "comes from before a backup was put back" } else { "was never given out" };
        let detail = format!("The feed is at position {newest}; {since} {why}. Start again from {newest}.");
        return Problem::new(problem::GONE, detail).with("restart", &newest).into_response();
    }
    let presences = wanted.presence.then(|| desk.presences.follow());
    let feed =
        Feed { store: desk.store, wanted, presences, since, read: VecDeque::new(), changed, stopping: desk.stopping };
    Sse::new(events(feed)).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response()
}

fn events(feed: Feed) -> impl Stream<Item = Result<Event, Infallible>> {
    stream::unfold(feed, |mut feed| async move {
        let event = match feed.next().await? {
            Told::Change(change) => Event::default().id(change.event.seq.to_string()).data(change.json()),
            // Without an id: who resumes, resumes after a change.
            Told::Presence(presence) => {
                Event::default().event("presence").data(serde_json::to_string(&*presence).unwrap_or_default())
            }
        };
        Some((Ok(event), feed))
    })
}

/// What a feed tells.
#[derive(Debug)]
enum Told {
    Change(Arc<Change>),
    Presence(Arc<Presence>),
}

/// The next word of who is editing; waits forever where none is wanted.
async fn next_presence(presences: &mut Option<broadcast::Receiver<Arc<Presence>>>) -> Arc<Presence> {
    while let Some(told) = presences {
        match told.recv().await {
            Ok(presence) => return presence,
            // Some were missed; the next says what holds by then.
            Err(broadcast::error::RecvError::Lagged(_)) => {}
            Err(broadcast::error::RecvError::Closed) => *presences = None,
        }
    }
    std::future::pending().await
}

impl Feed {
    fn wants(&self, collection: &str, id: &str) -> bool {
        let passes = |wanted: &Option<String>, is: &str| wanted.as_ref().is_none_or(|wanted| wanted == is);
        passes(&self.wanted.collection, collection) && passes(&self.wanted.record, id)
    }

    /// The next change that is wanted; `None` when the server stops or the store cannot be read.
    async fn next(&mut self) -> Option<Told> {
        loop {
            while let Some(change) = self.read.pop_front() {
                self.since = change.event.seq;
                if self.wants(&change.event.collection, &change.event.id) {
                    return Some(Told::Change(change));
                }
            }
            if *self.stopping.borrow() {
                return None;
            }
            let announced = *self.changed.borrow_and_update();
            if announced > self.since {
                self.read = self.store.changes(self.since, BATCH).await.ok()?.into();
                // The file may hold more already; whoever heard of that would be told that it was never given out.
                self.read.retain(|change| change.event.seq <= announced);
                continue;
            }
            let presence = tokio::select! {
                changed = self.changed.changed() => {
                    changed.ok()?;
                    continue;
                }
                presence = next_presence(&mut self.presences) => presence,
                _ = self.stopping.wait_for(|stop| *stop) => return None,
            };
            if self.wants(&presence.key.collection, &presence.key.id) {
                return Some(Told::Presence(presence));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use midair_record::Record;
    use midair_record::wire::Key;

    use super::*;
    use crate::store::{Expect, Hand, Write};

    #[tokio::test]
    async fn a_feed_never_runs_ahead_of_what_was_announced() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("midair.db")).unwrap();
        for id in ["a", "b"] {
            let (key, record) = (Key::new("things", id).unwrap(), Record::parse("{}").unwrap());
            store.put(Write { key, record, expect: Expect::absent(), hand: Hand::default() }).await.unwrap();
        }
        // Both are in the file, and the writer has not come to announcing the second.
        let (announce, changed) = watch::channel(1);
        let (_stop, stopping) = watch::channel(false);
        let wanted = Wanted { since: None, collection: None, record: None, presence: false };
        let mut feed = Feed { store, wanted, presences: None, since: 0, read: VecDeque::new(), changed, stopping };
        let seq = |told: Option<Told>| match told {
            Some(Told::Change(change)) => change.event.seq,
            other => panic!("{other:?}"),
        };
        assert_eq!(seq(feed.next().await), 1);
        assert!(feed.next().now_or_never().is_none());
        announce.send_replace(2);
        assert_eq!(seq(feed.next().await), 2);
    }
}
