//! Writes that were refused because somebody else wrote first: where, over what, whose, and how long until they got through.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use midair_record::wire::{Conflict, Current, Key};

use super::minutes::WINDOW;
use crate::histogram::{Counts, Histogram};
use crate::tally::{OTHER, Tally};

/// How many collections, and how many of their fields, collisions are counted for by name.
const NAMED: (usize, usize) = (100, 200);
/// A collision over no field.
pub(super) const NONE: &str = "none";
/// How many writers may be waited for until their refused write gets through, and for how long.
const WAITED_FOR: (usize, Duration) = (10_000, Duration::from_secs(900));
/// How many collisions are remembered one by one.
const REMEMBERED: usize = 2048;
/// How many fields of one collision are told, and how many characters of a name.
const TOLD: (usize, usize) = (16, 64);
/// How many lines a list of the hottest has.
const HOTTEST: usize = 10;
/// The bounds of the times until a refused write got through, in nanoseconds: 100 ms to 15 min.
const UNTIL_THROUGH: &[u64] = &[
    100_000_000,
    500_000_000,
    1_000_000_000,
    2_000_000_000,
    5_000_000_000,
    10_000_000_000,
    20_000_000_000,
    30_000_000_000,
    60_000_000_000,
    120_000_000_000,
    300_000_000_000,
    900_000_000_000,
];

/// A write of a record that was refused because of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Collision {
    key: Key,
    /// The members of the record that both touch, as pointers.
    fields: Vec<String>,
    /// Whose version stands; empty where nobody said, or nothing stands.
    stands: String,
}

impl Collision {
    /// What of a refusal is counted.
    pub(crate) fn of(key: &Key, conflict: &Conflict) -> Self {
        let mut fields: Vec<String> = Vec::new();
        for at in conflict.overlap.iter().filter(|at| !at.is_root()) {
            let long = at.names().iter().map(|name| name.chars().count()).sum::<usize>() > TOLD.1;
            let field = if long { OTHER.to_owned() } else { at.to_string() };
            if fields.len() < TOLD.0 && !fields.contains(&field) {
                fields.push(field);
            }
        }
        if fields.is_empty() {
            fields.push(NONE.to_owned());
        }
        let stands = match &conflict.current {
            Current::Stored(stored) => brief(&stored.updated_by),
            Current::Deleted(gone) => brief(&gone.by),
            Current::Missing => String::new(),
        };
        Collision { key: key.clone(), fields, stands }
    }

    /// Of which record.
    pub(super) fn key(&self) -> &Key {
        &self.key
    }
}

/// As much of a person's name as is kept.
fn brief(name: &str) -> String {
    name.chars().take(TOLD.1).collect()
}

/// What an answer tells whoever counts, beside what it tells the client.
#[derive(Clone, Debug, Default)]
pub(crate) struct Noted {
    /// The writes that were refused.
    pub(crate) refused: Vec<Collision>,
    /// The records that were written, where the path does not name the one.
    pub(crate) written: Vec<Key>,
}

/// All collisions so far, in numbers, and the last of them one by one.
#[derive(Debug)]
pub(super) struct Collisions {
    refused: AtomicU64,
    resubmitted: AtomicU64,
    through: Histogram,
    /// How many are in `Kept::waiting`: while nobody is, an accepted write has nothing to look for.
    waiting: AtomicUsize,
    kept: Mutex<Kept>,
}

#[derive(Debug)]
struct Kept {
    by_collection: Tally<String>,
    by_field: Tally<(String, String)>,
    /// Since when each writer's last write of a record stands refused.
    waiting: HashMap<Attempt, Instant>,
    /// The same in the order of their beginning; who got through is still in it.
    began: VecDeque<(Instant, Attempt)>,
    last: VecDeque<Remembered>,
}

/// Who tried to write what.
type Attempt = (Key, String);

#[derive(Debug)]
struct Remembered {
    at: Instant,
    by: String,
    collision: Collision,
}

impl Collisions {
    pub(super) fn new() -> Self {
        Collisions {
            refused: AtomicU64::new(0),
            resubmitted: AtomicU64::new(0),
            through: Histogram::new(UNTIL_THROUGH),
            waiting: AtomicUsize::new(0),
            kept: Mutex::new(Kept {
                by_collection: Tally::of(NAMED.0),
                by_field: Tally::of(NAMED.1),
                waiting: HashMap::new(),
                began: VecDeque::new(),
                last: VecDeque::new(),
            }),
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether anybody's refused write is waited for.
    pub(super) fn are_open(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) > 0
    }

    /// `by` tried to write `key`, again or for the first time, and got through or did not.
    pub(super) fn tried(&self, key: Key, by: &str, accepted: bool, now: Instant) {
        let mut kept = self.kept();
        kept.forget(now);
        let attempt = (key, by.to_owned());
        if let Some(since) = kept.waiting.get(&attempt).copied() {
            self.resubmitted.fetch_add(1, Ordering::Relaxed);
            if accepted {
                kept.waiting.remove(&attempt);
                self.through.add_time(now.saturating_duration_since(since));
            }
        }
        self.waiting.store(kept.waiting.len(), Ordering::Relaxed);
    }

    /// A write of `by` was refused. Who gives no name is counted, and not waited for.
    pub(super) fn refused(&self, collision: Collision, by: &str, now: Instant) {
        self.refused.fetch_add(1, Ordering::Relaxed);
        let mut kept = self.kept();
        kept.by_collection.add(collision.key.collection.as_str());
        for field in &collision.fields {
            kept.by_field.add(&(collision.key.collection.clone(), field.clone()));
        }
        kept.forget(now);
        let attempt = (collision.key.clone(), by.to_owned());
        if !by.is_empty() && !kept.waiting.contains_key(&attempt) {
            if kept.began.len() >= WAITED_FOR.0 {
                kept.forget_oldest();
            }
            kept.began.push_back((now, attempt.clone()));
            kept.waiting.insert(attempt, now);
        }
        self.waiting.store(kept.waiting.len(), Ordering::Relaxed);
        if kept.last.len() >= REMEMBERED {
            kept.last.pop_front();
        }
        kept.last.push_back(Remembered { at: now, by: brief(by), collision });
    }

    /// How many writes were refused.
    pub(super) fn count(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    /// How many writes came from somebody whose last one of the record was refused.
    pub(super) fn resubmitted(&self) -> u64 {
        self.resubmitted.load(Ordering::Relaxed)
    }

    /// How long it took from a refusal until the same writer's write of the record was accepted.
    pub(super) fn until_through(&self) -> Counts {
        self.through.read()
    }

    /// How many by collection.
    pub(super) fn by_collection(&self) -> HashMap<String, u64> {
        self.kept().by_collection.read(OTHER.to_owned())
    }

    /// How many by collection and field; one collision may be over several.
    pub(super) fn by_field(&self) -> HashMap<(String, String), u64> {
        self.kept().by_field.read((OTHER.to_owned(), OTHER.to_owned()))
    }

    /// Where the last collisions were.
    pub(super) fn hottest(&self, now: Instant) -> Hottest {
        let mut kept = self.kept();
        kept.forget(now);
        let mut hottest = Counted::default();
        for Remembered { by, collision, .. } in &kept.last {
            let Key { collection, id } = &collision.key;
            *hottest.records.entry((collection, id)).or_default() += 1;
            for field in &collision.fields {
                *hottest.fields.entry((collection, field)).or_default() += 1;
            }
            hottest.authors.entry(by).or_default().0 += 1;
            if collision.stands != *by {
                hottest.authors.entry(&collision.stands).or_default().1 += 1;
            }
        }
        hottest.told(kept.last.len())
    }
}

impl Kept {
    /// Forgets what is older than it is kept.
    fn forget(&mut self, now: Instant) {
        while self.began.front().is_some_and(|(since, _)| now.saturating_duration_since(*since) >= WAITED_FOR.1) {
            self.forget_oldest();
        }
        while self.last.front().is_some_and(|one| now.saturating_duration_since(one.at) >= WINDOW) {
            self.last.pop_front();
        }
    }

    fn forget_oldest(&mut self) {
        let Some((since, attempt)) = self.began.pop_front() else { return };
        // Who got through and was refused again waits since then.
        if self.waiting.get(&attempt) == Some(&since) {
            self.waiting.remove(&attempt);
        }
    }
}

#[derive(Default)]
struct Counted<'k> {
    records: HashMap<(&'k String, &'k String), u64>,
    fields: HashMap<(&'k String, &'k String), u64>,
    authors: HashMap<&'k String, (u64, u64)>,
}

impl Counted<'_> {
    fn told(self, collisions: usize) -> Hottest {
        let records = self.records.into_iter().map(|((collection, id), conflicts)| HotRecord {
            collection: collection.clone(),
            id: id.clone(),
            conflicts,
        });
        let fields = self.fields.into_iter().map(|((collection, field), conflicts)| HotField {
            collection: collection.clone(),
            field: field.clone(),
            conflicts,
        });
        let authors =
            self.authors.into_iter().map(|(by, (refused, stood))| HotAuthor { author: by.clone(), refused, stood });
        let authors = authors.filter(|hot| !hot.author.is_empty());
        Hottest {
            collisions,
            records: top(records, |hot| (hot.conflicts, &hot.collection, &hot.id)),
            fields: top(fields, |hot| (hot.conflicts, &hot.collection, &hot.field)),
            authors: top(authors, |hot| (hot.refused + hot.stood, &hot.author, "")),
        }
    }
}

/// The first by count, then by name.
fn top<T>(all: impl Iterator<Item = T>, by: impl Fn(&T) -> (u64, &str, &str)) -> Vec<T> {
    let mut all: Vec<T> = all.collect();
    all.sort_by(|a, b| {
        let ((count_a, a, more_a), (count_b, b, more_b)) = (by(a), by(b));
        count_b.cmp(&count_a).then_with(|| (a, more_a).cmp(&(b, more_b)))
    });
    all.truncate(HOTTEST);
    all
}

/// Where the last collisions were: of the last 2,048 of the last 15 minutes.
#[derive(Debug, serde::Serialize, schemars::JsonSchema)]
pub(super) struct Hottest {
    collisions: usize,
    records: Vec<HotRecord>,
    fields: Vec<HotField>,
    authors: Vec<HotAuthor>,
}

#[derive(Debug, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
struct HotRecord {
    collection: String,
    id: String,
    conflicts: u64,
}

#[derive(Debug, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
struct HotField {
    collection: String,
    field: String,
    conflicts: u64,
}

#[derive(Debug, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
struct HotAuthor {
    author: String,
    /// How many of their writes were refused.
    refused: u64,
    /// How many of others' writes were refused while theirs stood.
    stood: u64,
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use midair_record::Pointer;

    use super::*;

    fn at(id: &str) -> Key {
        Key::new("things", id).unwrap()
    }

    fn collision(id: &str, stands: &str) -> Collision {
        Collision { key: at(id), fields: vec!["/name".into(), "/quota".into()], stands: stands.into() }
    }

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_refused_writer_is_waited_for_from_the_first_refusal_until_a_write_gets_through() {
        let (collisions, start) = (Collisions::new(), Instant::now());
        collisions.refused(collision("a", "bob"), "alice", start);
        collisions.tried(at("b"), "alice", true, start + SECOND);
        collisions.tried(at("a"), "bob", true, start + SECOND);
        assert_eq!((collisions.resubmitted(), collisions.are_open()), (0, true), "another record, another writer");
        collisions.tried(at("a"), "alice", false, start + SECOND * 4);
        collisions.refused(collision("a", "bob"), "alice", start + SECOND * 4);
        collisions.tried(at("a"), "alice", true, start + SECOND * 9);
        collisions.tried(at("a"), "alice", true, start + SECOND * 10);
        let through = collisions.until_through();
        assert_eq!((collisions.resubmitted(), through.count(), through.sum()), (2, 1, 9_000_000_000));
        assert!(!collisions.are_open());
    }

    #[test]
    fn nobody_is_waited_for_longer_than_fifteen_minutes_and_no_more_than_ten_thousand_are() {
        let (collisions, start) = (Collisions::new(), Instant::now());
        collisions.refused(collision("a", "bob"), "", start);
        assert!(!collisions.are_open(), "who has no name cannot be known again");
        for n in 0..=WAITED_FOR.0 {
            collisions.refused(collision("a", "bob"), &format!("w{n}"), start);
        }
        assert_eq!(collisions.waiting.load(Ordering::Relaxed), WAITED_FOR.0);
        collisions.tried(at("a"), "w0", true, start);
        assert_eq!(collisions.resubmitted(), 0, "the first gave way to the last");
        collisions.tried(at("a"), "w1", true, start + WAITED_FOR.1 - SECOND);
        assert_eq!(collisions.until_through().count(), 1);
        collisions.tried(at("a"), "w2", true, start + WAITED_FOR.1);
        assert_eq!((collisions.until_through().count(), collisions.are_open()), (1, false));
        assert_eq!(collisions.kept().began.len(), 0);
    }

    #[test]
    fn the_hottest_are_of_the_last_fifteen_minutes_and_who_stood_is_named_with_who_was_refused() {
        let (collisions, start) = (Collisions::new(), Instant::now());
        collisions.refused(collision("old", "eve"), "mallory", start);
        let now = start + WINDOW;
        for (id, by) in [("a", "alice"), ("b", "alice"), ("b", "carol")] {
            collisions.refused(collision(id, "bob"), by, now);
        }
        let hottest = serde_json::to_value(collisions.hottest(now)).unwrap();
        assert_eq!(hottest["collisions"], 3);
        let line = |id: &str, conflicts: u64| serde_json::json!({"collection":"things","id":id,"conflicts":conflicts});
        assert_eq!(hottest["records"], serde_json::json!([line("b", 2), line("a", 1)]));
        assert_eq!(hottest["fields"][0]["field"], "/name");
        assert_eq!(
            hottest["authors"],
            serde_json::json!([
                {"author":"bob","refused":0,"stood":3},
                {"author":"alice","refused":2,"stood":0},
                {"author":"carol","refused":1,"stood":0},
            ])
        );
        assert_eq!((collisions.count(), collisions.by_collection()["things"]), (4, 4), "the totals forget nothing");
        assert_eq!(collisions.by_field()[&("things".to_owned(), "/quota".to_owned())], 4);
    }

    #[test]
    fn a_collision_is_over_the_members_that_both_changed_however_deep_these_are() {
        let pointer = |text: &str| Pointer::parse(text).unwrap();
        let long = format!("/{}", "x".repeat(200));
        let over = |overlap: &[&str]| {
            let overlap = overlap.iter().map(|text| pointer(text)).collect();
            let conflict = Conflict {
                current: Current::Missing,
                expected: None,
                base: None,
                changes: Vec::new(),
                omitted: 0,
                overlap,
                unknown_token: false,
                already_applied: false,
                manual: false,
            };
            Collision::of(&at("a"), &conflict).fields
        };
        assert_eq!(over(&["/a/b", "/a/c", "/d~1e"]), ["/a/b", "/a/c", "/d~1e"]);
        assert_eq!(over(&[]), [NONE]);
        assert_eq!(over(&[&long, "/n"]), [OTHER, "/n"]);
        let many: HashSet<String> = (0..100).map(|n| format!("/f{n}")).collect();
        assert_eq!(over(&many.iter().map(String::as_str).collect::<Vec<_>>()).len(), TOLD.0);
    }
}
