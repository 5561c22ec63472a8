//! Who is editing what at this moment: told to whoever follows the feed, kept by nobody, over after a while by itself.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use midair_record::Pointer;
use midair_record::wire::Key;
use schemars::JsonSchema;
use serde::Serialize;
use tokio::sync::broadcast;
use tokio::time::Instant;

/// How long a person is taken to be there after the last word of it.
const LASTS: Duration = Duration::from_secs(15);
/// How many people may be said to be there at once; who comes after them is not told of.
const MOST: usize = 10_000;
/// How many tidings wait for a follower that is slow to take them.
const WAITING: usize = 256;

/// That somebody is editing a record, or no longer is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Presence {
    #[serde(flatten)]
    pub(crate) key: Key,
    /// Who.
    pub(crate) by: String,
    /// Where in the record; `None` where it is not said.
    pub(crate) path: Option<Pointer>,
    /// Whether they are there.
    pub(crate) here: bool,
}

struct Seen {
    path: Option<Pointer>,
    until: Instant,
}

#[derive(Default)]
struct Rooms(HashMap<Key, HashMap<String, Seen>>);

/// The people who are editing. Cheap to clone; all clones are one.
#[derive(Clone)]
pub(crate) struct Presences {
    rooms: Arc<Mutex<Rooms>>,
    told: broadcast::Sender<Arc<Presence>>,
}

impl Presences {
    pub(crate) fn new() -> Self {
        Presences { rooms: Arc::default(), told: broadcast::channel(WAITING).0 }
    }

    /// `by` is editing, for the next 15 s.
    pub(crate) fn came(&self, key: Key, by: String, path: Option<Pointer>) {
        let until = Instant::now() + LASTS;
        let mut rooms = self.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        let known = rooms.0.get(&key).is_some_and(|room| room.contains_key(&by));
        if !known && rooms.0.values().map(HashMap::len).sum::<usize>() >= MOST {
            return;
        }
        let room = rooms.0.entry(key.clone()).or_default();
        let moved = room.insert(by.clone(), Seen { path: path.clone(), until }).is_none_or(|seen| seen.path != path);
        drop(rooms);
        if moved {
            self.tell(Presence { key: key.clone(), by: by.clone(), path, here: true });
        }
        if !known {
            let presences = self.clone();
            tokio::spawn(async move { presences.wait_out(key, by).await });
        }
    }

    /// `by` is no longer editing.
    pub(crate) fn left(&self, key: &Key, by: &str) {
        let mut rooms = self.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(room) = rooms.0.get_mut(key) else { return };
        let gone = room.remove(by).is_some();
        if room.is_empty() {
            rooms.0.remove(key);
        }
        drop(rooms);
        if gone {
            self.tell(Presence { key: key.clone(), by: by.to_owned(), path: None, here: false });
        }
    }

    /// Who is editing the record, by name.
    pub(crate) fn at(&self, key: &Key) -> Vec<Presence> {
        let rooms = self.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        let room = rooms.0.get(key).into_iter().flatten();
        let mut here: Vec<Presence> = room
            .map(|(by, seen)| Presence { key: key.clone(), by: by.clone(), path: seen.path.clone(), here: true })
            .collect();
        here.sort_by(|a, b| a.by.cmp(&b.by));
        here
    }

    /// Who is editing which record, by record and name.
    pub(crate) fn everyone(&self) -> Vec<Arc<Presence>> {
        let rooms = self.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        let mut here: Vec<Arc<Presence>> = Vec::new();
        for (key, room) in &rooms.0 {
            for (by, seen) in room {
                let presence = Presence { key: key.clone(), by: by.clone(), path: seen.path.clone(), here: true };
                here.push(Arc::new(presence));
            }
        }
        drop(rooms);
        here.sort_by(|a, b| (&a.key, &a.by).cmp(&(&b.key, &b.by)));
        here
    }

    /// How many people are editing; who edits two records counts twice.
    pub(crate) fn count(&self) -> usize {
        let rooms = self.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        rooms.0.values().map(HashMap::len).sum()
    }

    /// What is told from now on.
    pub(crate) fn follow(&self) -> broadcast::Receiver<Arc<Presence>> {
        self.told.subscribe()
    }

    fn tell(&self, presence: Presence) {
        // Nobody may be listening.
        let _ = self.told.send(Arc::new(presence));
    }

    /// Lets somebody be gone when the last word of them is old; ends when they are.
    async fn wait_out(&self, key: Key, by: String) {
        loop {
            let until = {
                let rooms = self.rooms.lock().unwrap_or_else(PoisonError::into_inner);
                let Some(seen) = rooms.0.get(&key).and_then(|room| room.get(&by)) else { return };
                seen.until
            };
            if until <= Instant::now() {
                return self.left(&key, &by);
            }
            tokio::time::sleep_until(until).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn who_says_no_more_is_gone_after_fifteen_seconds() {
        let (presences, key) = (Presences::new(), Key::new("c", "r").unwrap());
        let mut told = presences.follow();
        presences.came(key.clone(), "alice".into(), Some(Pointer::parse("/name").unwrap()));
        assert!(told.recv().await.unwrap().here);
        tokio::time::advance(Duration::from_secs(10)).await;
        presences.came(key.clone(), "alice".into(), Some(Pointer::parse("/name").unwrap()));
        assert!(told.try_recv().is_err(), "the same again is no news");
        tokio::time::advance(Duration::from_secs(10)).await;
        assert_eq!(presences.at(&key).len(), 1, "the second word holds for 15 s more");
        let gone = told.recv().await.unwrap();
        assert_eq!((gone.by.as_str(), gone.here), ("alice", false));
        assert!(presences.at(&key).is_empty());
    }
}
