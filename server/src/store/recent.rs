//! The last changes, kept in memory for the feeds that follow them; what is older is read from the file.

use std::collections::VecDeque;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use midair_record::wire::Event;
use tokio::sync::watch;

/// How many changes are kept, and how many changed members they may name. A feed that is further behind reads the file.
const KEPT: (usize, usize) = (4096, 32_768);

/// The last changes and the number of the newest. Cheap to clone; all clones are one.
#[derive(Clone)]
pub(super) struct Recent {
    kept: Arc<RwLock<Kept>>,
    newest: Arc<watch::Sender<u64>>,
}

#[derive(Default)]
struct Kept {
    changes: VecDeque<Arc<Change>>,
    members: usize,
}

/// A change, and how the feed says it: written once for all who follow.
#[derive(Debug)]
pub struct Change {
    /// The change.
    pub event: Event,
    json: OnceLock<String>,
}

impl Change {
    /// The change as JSON.
    #[must_use]
    pub fn json(&self) -> &str {
        self.json.get_or_init(|| serde_json::to_string(&self.event).unwrap_or_default())
    }
}

impl From<Event> for Change {
    fn from(event: Event) -> Self {
        Change { event, json: OnceLock::new() }
    }
}

impl Recent {
    /// Nothing kept, after change number `newest`.
    pub(super) fn from(newest: u64) -> Self {
        Recent { kept: Arc::default(), newest: Arc::new(watch::Sender::new(newest)) }
    }

    /// Keeps these changes, the next in order, and wakes who waits for them.
    pub(super) fn add(&self, events: Vec<Event>) {
        let Some(last) = events.last().map(|event| event.seq) else { return };
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        for event in events {
            kept.members += event.line.paths.len();
            kept.changes.push_back(Arc::new(event.into()));
        }
        while kept.changes.len() > KEPT.0 || kept.members > KEPT.1 {
            let Some(oldest) = kept.changes.pop_front() else { break };
            kept.members -= oldest.event.line.paths.len();
        }
        drop(kept);
        self.newest.send_replace(last);
    }

    /// The changes after number `since`; `None` where they are not all kept.
    pub(super) fn after(&self, since: u64, limit: usize) -> Option<Vec<Arc<Change>>> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        if since + 1 < kept.changes.front()?.event.seq {
            return None;
        }
        let from = kept.changes.partition_point(|change| change.event.seq <= since);
        Some(kept.changes.iter().skip(from).take(limit).cloned().collect())
    }

    /// The number of the newest change, and of every later one.
    pub(super) fn watch(&self) -> watch::Receiver<u64> {
        self.newest.subscribe()
    }
}
