//! What the server sees of itself: numbers for machines and screens, one line a request for the log; refuses to see a
//! body, a token or a credential.

mod collisions;
mod line;
mod minutes;
mod requests;
mod table;
mod trace;
mod watched;

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use tokio::sync::watch;
use tokio::time::MissedTickBehavior;

pub(crate) use collisions::{Collision, Noted};
pub use line::REQUEST_TARGET;
pub use table::markdown;
pub(crate) use table::{Sources, exposition};

use crate::store::Meter;
use collisions::{Collisions, Hottest};
use minutes::{Minutes, STEP, Told, Totals};
use requests::Requests;
use trace::RequestIds;
pub(crate) use trace::{REQUEST_ID, TRACEPARENT};

/// The numbers of one server. Cheap to clone; all clones are one.
#[derive(Clone, Debug)]
pub(crate) struct Observed {
    inner: Arc<Inner>,
}

#[derive(Debug)]
pub(crate) struct Inner {
    began: Instant,
    ids: RequestIds,
    requests: Requests,
    collisions: Collisions,
    replayed: AtomicU64,
    subscribers: Arc<AtomicUsize>,
    connections: Arc<AtomicUsize>,
    minutes: Mutex<Minutes>,
}

impl std::ops::Deref for Observed {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.inner
    }
}

/// One that is counted while it is there.
#[derive(Debug)]
pub(crate) struct Counted(Arc<AtomicUsize>);

impl Counted {
    fn among(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Counted(count.clone())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// What the Pulse screen draws.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Stats {
    at: String,
    uptime_seconds: f64,
    step_seconds: u64,
    connections: usize,
    subscribers: usize,
    presences: usize,
    #[serde(flatten)]
    minutes: Told,
    hottest: Hottest,
}

impl Observed {
    /// Nothing seen yet.
    pub(crate) fn new() -> Self {
        let began = Instant::now();
        let inner = Inner {
            began,
            ids: RequestIds::new(),
            requests: Requests::new(),
            collisions: Collisions::new(),
            replayed: AtomicU64::new(0),
            subscribers: Arc::default(),
            connections: Arc::default(),
            minutes: Mutex::new(Minutes::from(Timestamp::now(), began)),
        };
        Observed { inner: Arc::new(inner) }
    }

    /// A feed is open while what is returned lives.
    pub(crate) fn subscribed(&self) -> Counted {
        Counted::among(&self.subscribers)
    }

    /// A connection is open while what is returned lives.
    pub(crate) fn connected(&self) -> Counted {
        Counted::among(&self.connections)
    }

    fn subscribers(&self) -> usize {
        self.subscribers.load(Ordering::Relaxed)
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }

    /// Writes that were given their first answer again.
    fn replayed(&self) -> u64 {
        self.replayed.load(Ordering::Relaxed)
    }

    fn uptime(&self) -> Duration {
        self.began.elapsed()
    }

    /// Reads the numbers every 5 s, until the server stops.
    pub(crate) async fn read_on(self, meter: Arc<Meter>, mut stopping: watch::Receiver<bool>) {
        let mut steps = tokio::time::interval(STEP);
        steps.set_missed_tick_behavior(MissedTickBehavior::Delay);
        steps.tick().await;
        loop {
            tokio::select! {
                _ = steps.tick() => {}
                // Also where who could have told it is no more.
                _ = stopping.wait_for(|stop| *stop) => return,
            }
            let totals = self.totals(&meter);
            let mut minutes = self.minutes.lock().unwrap_or_else(PoisonError::into_inner);
            minutes.add(Timestamp::now(), Instant::now(), totals);
        }
    }

    fn totals(&self, meter: &Meter) -> Totals {
        let mut totals = Totals {
            changes: meter.changes(),
            conflicts: self.collisions.count(),
            resubmitted: self.collisions.resubmitted(),
            replayed: self.replayed(),
            until_through: self.collisions.until_through(),
            commits: meter.times(),
            writes_in_commits: meter.sizes().sum(),
            subscribers: self.subscribers(),
            ..Totals::default()
        };
        for seen in self.requests.read() {
            let of_records = seen.route.starts_with("/v1/collections") && !seen.route.ends_with("/presence");
            match seen.method {
                "GET" | "HEAD" if of_records => totals.reads.add(&seen.times),
                "PUT" | "POST" | "PATCH" | "DELETE" if of_records => totals.writes.add(&seen.times),
                _ => {}
            }
        }
        for (name, changes) in meter.changes_by_collection() {
            totals.by_collection.entry(name).or_default().changes = changes;
        }
        for (name, conflicts) in self.collisions.by_collection() {
            totals.by_collection.entry(name).or_default().conflicts = conflicts;
        }
        totals
    }

    /// The last minutes as JSON: what docs/metrics.md says of `/v1/stats`.
    pub(crate) fn stats(&self, meter: &Meter, presences: usize) -> Stats {
        let (totals, at, now) = (self.totals(meter), Timestamp::now(), Instant::now());
        Stats {
            at: at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string(),
            uptime_seconds: self.uptime().as_secs_f64(),
            step_seconds: STEP.as_secs(),
            connections: self.connections(),
            subscribers: self.subscribers(),
            presences,
            minutes: self.minutes.lock().unwrap_or_else(PoisonError::into_inner).told(at, now, totals),
            hottest: self.collisions.hottest(now),
        }
    }
}
