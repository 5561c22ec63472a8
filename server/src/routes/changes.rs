//! The feed: every change once, in order, from a position on; resumes without a gap.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, Method};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::{Stream, stream};
use midair_record::wire::Event as Line;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use tokio::sync::{broadcast, watch};

use super::query::Asked;
use crate::contract::headers::CACHE_CONTROL;
use crate::contract::{self, Answer, Ask, Group, Media, Operation, PLAIN, Resource, written_out};
use crate::observe::Counted;
use crate::presence::Presence;
use crate::problem::{self, Problem};
use crate::serve::Desk;
use crate::store::{Change, Store};

/// How often a silent feed says that it is still there.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// How many changes are read at once.
const BATCH: u32 = 500;
pub(crate) const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

pub(super) static CHANGES: Resource = Resource {
    path: "/v1/changes",
    group: &Group { name: "Changes", about: "Every change of every record, once, in order, as it is written." },
    operations: &[Operation {
        name: "followChanges",
        summary: "Follow the changes",
        about: "Server-Sent Events: `data` is a change, `id` its place in the feed. It goes on until you hang up; a \
                comment every 15 seconds says that it is still there. Send the last `id` as `Last-Event-ID` to go on \
                without a gap. A place that was never given out, or that comes from before a backup was put back, is 410 \
                with where to start anew.",
        headers: &[Ask::may(&contract::headers::LAST_EVENT_ID)],
        query: Some(written_out::<Wanted>),
        answers: &[Answer {
            status: 200,
            about: "The feed.",
            headers: &[&CACHE_CONTROL],
            sometimes: &[],
            media: &[Media { kind: "text/event-stream", schema: contract::of::<FeedEvent>, example: None }],
        }],
        refusals: &[&[problem::MALFORMED_QUERY, problem::MALFORMED_HEADER, problem::GONE]],
        ..PLAIN
    }],
};

/// One event of the feed, as whoever reads `text/event-stream` gets it. OpenAPI 3.1 has no word for a body of many.
struct FeedEvent;

impl JsonSchema for FeedEvent {
    fn schema_name() -> Cow<'static, str> {
        "FeedEvent".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let data = |schema: Schema| json_schema!({ "type": "string", "contentMediaType": contract::JSON, "contentSchema": schema });
        let (change, presence) = (contract::of::<Line>(generator), contract::of::<Presence>(generator));
        json_schema!({
            "description": "One event of the feed, after `text/event-stream` was read.",
            "oneOf": [
                {
                    "description": "A change, under the place that it has in the feed.",
                    "type": "object",
                    "properties": {
                        "id": { "type": "string", "pattern": "^[0-9]+$" },
                        "event": { "const": "message" },
                        "data": data(change)
                    },
                    "required": ["id", "data"]
                },
                {
                    "description": "Who came or went. Without an `id`: who resumes, resumes after a change.",
                    "type": "object",
                    "properties": { "event": { "const": "presence" }, "data": data(presence) },
                    "required": ["event", "data"]
                }
            ]
        })
    }
}

#[derive(serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    /// Only changes after this place in the feed; without it, and without `Last-Event-ID`, those that come from now on.
    #[schemars(extend("maximum" = u64::MAX))]
    since: Option<u64>,
    /// Only changes in this collection.
    collection: Option<String>,
    /// Only changes of records with this id.
    record: Option<String>,
    /// Whether the feed also tells who is editing: first who is, then who comes and goes.
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
    /// Who was there when the feed was opened, and is not told of yet.
    here: VecDeque<Arc<Presence>>,
    stopping: watch::Receiver<bool>,
}

pub(super) async fn changes(
    State(desk): State<Desk>,
    method: Method,
    headers: HeaderMap,
    Asked(wanted): Asked<Wanted>,
) -> Response {
    if let Some(refused) = CHANGES.refuses(&method) {
        return refused;
    }
    let wanted = match wanted {
        Ok(wanted) => wanted,
        Err(refused) => return refused.into_response(),
    };
    let changed = desk.store.watch();
    let named = headers.get(LAST_EVENT_ID).map(|value| {
        let detail = format!("Last-Event-ID: {value:?} is not a position in the feed, which is a number.");
        let read = value.to_str().ok().and_then(|text| text.parse().ok());
        read.ok_or_else(|| Problem::new(problem::MALFORMED_HEADER, detail))
    });
    let since: u64 = match named.transpose() {
        Ok(named) => named.or(wanted.since).unwrap_or(*changed.borrow()),
        Err(refused) => return refused.into_response(),
    };
    let newest = *changed.borrow();
    let restored = since < desk.store.feed_from() && since > 0;
    if since > newest || restored {
        let why = if restored { "comes from before a backup was put back" } else { "was never given out" };
        let detail = format!("The feed is at position {newest}; {since} {why}. Start again from {newest}.");
        return Problem::new(problem::GONE, detail).with("restart", &newest).into_response();
    }
    // Followed first: who comes in between is told of twice rather than not at all.
    let presences = wanted.presence.then(|| desk.presences.follow());
    let here = if wanted.presence { desk.presences.everyone().into() } else { VecDeque::new() };
    let counted = desk.observed.subscribed();
    let feed = Feed {
        store: desk.store.clone(),
        wanted,
        presences,
        here,
        since,
        read: VecDeque::new(),
        changed,
        stopping: desk.stopping.clone(),
    };
    Sse::new(events(feed, counted)).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response()
}

/// The events of a feed, which is counted as long as somebody takes them.
fn events(feed: Feed, counted: Counted) -> impl Stream<Item = Result<Event, Infallible>> {
    stream::unfold((feed, counted), |(mut feed, counted)| async move {
        let event = match feed.next().await? {
            Told::Change(change) => Event::default().id(change.event.seq.to_string()).data(change.json()),
            // Without an id: who resumes, resumes after a change.
            Told::Presence(presence) => {
                Event::default().event("presence").data(serde_json::to_string(&*presence).unwrap_or_default())
            }
        };
        Some((Ok(event), (feed, counted)))
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
            while let Some(presence) = self.here.pop_front() {
                if self.wants(&presence.key.collection, &presence.key.id) {
                    return Some(Told::Presence(presence));
                }
            }
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
        let mut feed = Feed {
            store,
            wanted,
            presences: None,
            here: VecDeque::new(),
            since: 0,
            read: VecDeque::new(),
            changed,
            stopping,
        };
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
