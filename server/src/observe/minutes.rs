//! The last quarter of an hour in steps of five seconds, as differences between readings; refuses to grow beyond it.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::histogram::{Counts, as_f64};

/// How far back it goes.
pub(super) const WINDOW: Duration = Duration::from_secs(900);
/// How often the numbers are read.
pub(super) const STEP: Duration = Duration::from_secs(5);
/// How many readings there are at the most: one before each step, and one before the first.
const READINGS: usize = 181;

/// Everything that was counted until one moment.
#[derive(Clone, Debug, Default)]
pub(super) struct Totals {
    pub(super) reads: Counts,
    pub(super) writes: Counts,
    pub(super) changes: u64,
    pub(super) conflicts: u64,
    pub(super) resubmitted: u64,
    pub(super) replayed: u64,
    pub(super) until_through: Counts,
    pub(super) commits: Counts,
    pub(super) writes_in_commits: u64,
    pub(super) by_collection: HashMap<String, Collection>,
    /// How many feeds were open then.
    pub(super) subscribers: usize,
}

/// What was counted of a collection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Collection {
    pub(super) changes: u64,
    pub(super) conflicts: u64,
}

#[derive(Debug)]
struct Reading {
    at: Timestamp,
    instant: Instant,
    totals: Totals,
}

/// The readings of the last quarter of an hour, oldest first.
#[derive(Debug)]
pub(super) struct Minutes {
    readings: VecDeque<Reading>,
}

impl Minutes {
    /// Begins with nothing counted.
    pub(super) fn from(at: Timestamp, instant: Instant) -> Self {
        Minutes { readings: VecDeque::from([Reading { at, instant, totals: Totals::default() }]) }
    }

    /// Keeps a reading.
    pub(super) fn add(&mut self, at: Timestamp, instant: Instant, totals: Totals) {
        if self.readings.len() >= READINGS {
            self.readings.pop_front();
        }
        self.readings.push_back(Reading { at, instant, totals });
    }

    /// What happened from the oldest reading until now, step by step; the last step is not over yet.
    pub(super) fn told(&self, at: Timestamp, instant: Instant, totals: Totals) -> Told {
        let now = Reading { at, instant, totals };
        let ends = self.readings.iter().skip(1).chain([&now]);
        let steps = self.readings.iter().zip(ends).map(|(start, end)| Step::between(start, end)).collect();
        let start = self.readings.front().unwrap_or(&now);
        let before = &start.totals.by_collection;
        let since = |(name, count): (&String, &Collection)| {
            let before = before.get(name).copied().unwrap_or_default();
            HotCollection {
                name: name.clone(),
                writes: count.changes.saturating_sub(before.changes),
                conflicts: count.conflicts.saturating_sub(before.conflicts),
            }
        };
        let mut collections: Vec<_> = now.totals.by_collection.iter().map(since).collect();
        collections.retain(|hot| hot.writes + hot.conflicts > 0);
        collections.sort_by(|a, b| (b.conflicts, b.writes, &a.name).cmp(&(a.conflicts, a.writes, &b.name)));
        Told { window: Step::between(start, &now), collections, steps }
    }
}

/// What happened in the last minutes.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Told {
    /// In all of them.
    window: Step,
    /// In each collection, the most conflicts first.
    collections: Vec<HotCollection>,
    /// In each step, the oldest first.
    steps: Vec<Step>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct HotCollection {
    name: String,
    writes: u64,
    conflicts: u64,
}

/// What happened between two readings.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Step {
    at: String,
    seconds: f64,
    /// Requests that read records, histories or definitions.
    reads: u64,
    /// Changes that reached the disk.
    writes: u64,
    /// Writes of records that were refused with 412.
    conflicts: u64,
    /// Writes from somebody whose last one of the record was refused.
    resubmitted: u64,
    /// Writes that were sent again under the same Idempotency-Key.
    replayed: u64,
    /// Refused writers whose write then got through.
    resolved: u64,
    /// Feeds that were open at the end.
    subscribers: usize,
    /// Transactions.
    commits: u64,
    /// How many writes shared one, on average.
    batch: Option<f64>,
    read_seconds: Option<Quantiles>,
    write_seconds: Option<Quantiles>,
    commit_seconds: Option<Quantiles>,
    resolved_seconds: Option<Quantiles>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Quantiles {
    p50: f64,
    p99: f64,
}

impl Quantiles {
    fn of(times: &Counts) -> Option<Self> {
        let seconds = |share| times.quantile(share).map(|nanoseconds| nanoseconds / 1e9);
        Some(Quantiles { p50: seconds(0.5)?, p99: seconds(0.99)? })
    }
}

impl Step {
    fn between(start: &Reading, end: &Reading) -> Self {
        let (before, now) = (&start.totals, &end.totals);
        let reads = now.reads.since(&before.reads);
        let writes = now.writes.since(&before.writes);
        let commits = now.commits.since(&before.commits);
        let resolved = now.until_through.since(&before.until_through);
        let in_commits = now.writes_in_commits.saturating_sub(before.writes_in_commits);
        Step {
            at: start.at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string(),
            seconds: end.instant.saturating_duration_since(start.instant).as_secs_f64(),
            reads: reads.count(),
            writes: now.changes.saturating_sub(before.changes),
            conflicts: now.conflicts.saturating_sub(before.conflicts),
            resubmitted: now.resubmitted.saturating_sub(before.resubmitted),
            replayed: now.replayed.saturating_sub(before.replayed),
            resolved: resolved.count(),
            subscribers: now.subscribers,
            commits: commits.count(),
            batch: (commits.count() > 0).then(|| as_f64(in_commits) / as_f64(commits.count())),
            read_seconds: Quantiles::of(&reads),
            write_seconds: Quantiles::of(&writes),
            commit_seconds: Quantiles::of(&commits),
            resolved_seconds: Quantiles::of(&resolved),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_step_has_what_came_in_it_and_the_window_moves_on() {
        let (at, start) = ("2026-01-02T03:04:05Z".parse::<Timestamp>().unwrap(), Instant::now());
        let mut minutes = Minutes::from(at, start);
        let totals = |changes, conflicts| Totals {
            changes,
            conflicts,
            by_collection: HashMap::from([("things".to_owned(), Collection { changes, conflicts })]),
            ..Totals::default()
        };
        let later = |steps: u32| (at + STEP * steps, start + STEP * steps);
        minutes.add(later(1).0, later(1).1, totals(10, 1));
        minutes.add(later(2).0, later(2).1, totals(10, 4));
        let half = (at + STEP * 2 + STEP / 2, start + STEP * 2 + STEP / 2);
        let told = serde_json::to_value(minutes.told(half.0, half.1, totals(17, 4))).unwrap();
        let steps = told["steps"].as_array().unwrap();
        let lines: Vec<_> = steps.iter().map(|step| [&step["seconds"], &step["writes"], &step["conflicts"]]).collect();
        assert_eq!(serde_json::json!(lines), serde_json::json!([[5.0, 10, 1], [5.0, 0, 3], [2.5, 7, 0]]));
        assert_eq!((&steps[1]["at"], &steps[1]["readSeconds"]), (&"2026-01-02T03:04:10.000Z".into(), &().into()));
        assert_eq!(told["window"]["writes"], 17);
        assert_eq!(told["collections"], serde_json::json!([{"name":"things","writes":17,"conflicts":4}]));
        for n in 3..500 {
            minutes.add(later(n).0, later(n).1, totals(17, 4));
        }
        let told = serde_json::to_value(minutes.told(later(500).0, later(500).1, totals(18, 4))).unwrap();
        assert_eq!((&told["window"]["writes"], &told["window"]["seconds"]), (&1.into(), &905.0.into()));
        assert_eq!(told["steps"].as_array().unwrap().len(), READINGS);
    }
}
