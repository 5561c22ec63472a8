//! Every metric of the server, declared once, with how it is read; `/metrics` and docs/metrics.md are made from it.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, MetricEncoder};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::{Registry, Unit};

use super::Observed;
use crate::histogram::{Counts, as_f64};
use crate::store::{CollectionLine, Meter};
use crate::tally::OTHER;

/// For how many collections records are told by name.
const COLLECTIONS: usize = 100;

/// What the metrics are read from.
pub(crate) struct Sources<'s> {
    pub(crate) observed: &'s Observed,
    pub(crate) meter: &'s Meter,
    pub(crate) presences: usize,
    pub(crate) collections: Vec<CollectionLine>,
}

/// A metric: its name, what it is, its labels, a sentence.
struct Metric {
    name: &'static str,
    kind: MetricType,
    in_seconds: bool,
    labels: &'static [&'static str],
    help: &'static str,
    read: fn(&Sources) -> Vec<Series>,
}

/// One line of numbers of a metric.
#[derive(Debug)]
struct Series {
    labels: Vec<String>,
    value: Value,
}

#[derive(Debug)]
enum Value {
    Count(u64),
    Level(f64),
    Spread(Counts),
}

fn one(value: Value) -> Vec<Series> {
    vec![Series { labels: Vec::new(), value }]
}

fn counts(by_name: impl IntoIterator<Item = (String, u64)>) -> Vec<Series> {
    let sorted: BTreeMap<String, u64> = by_name.into_iter().collect();
    sorted.into_iter().map(|(name, count)| Series { labels: vec![name], value: Value::Count(count) }).collect()
}

#[allow(clippy::cast_precision_loss)]
fn level(of: usize) -> Vec<Series> {
    one(Value::Level(of as f64))
}

macro_rules! metrics {
    ($($name:literal, $kind:ident $(in $unit:ident)?, [$($label:literal),*], $help:literal, $read:expr;)*) => {
        const METRICS: &[Metric] = &[$(Metric {
            name: $name,
            kind: MetricType::$kind,
            in_seconds: false $(|| matches!(Unit::$unit, Unit::Seconds))?,
            labels: &[$($label),*],
            help: $help,
            read: $read,
        }),*];
    };
}

metrics! {
    "midair_requests", Counter, ["route", "method", "status"],
        "Requests that were answered; a route that the server does not have is \"none\"",
        |from| from.observed.requests.read().into_iter().flat_map(|seen| {
            let (route, method) = (seen.route.to_owned(), seen.method.to_owned());
            seen.statuses.into_iter().map(move |(status, count)| Series {
                labels: vec![route.clone(), method.clone(), status], value: Value::Count(count),
            })
        }).collect();
    "midair_request_duration", Histogram in Seconds, ["route", "method"],
        "Time from the headers of a request to the head of its answer",
        |from| from.observed.requests.read().into_iter().map(|seen| Series {
            labels: vec![seen.route.to_owned(), seen.method.to_owned()], value: Value::Spread(seen.times),
        }).collect();
    "midair_changes", Counter, ["collection"],
        "Changes of records that are on disk, each of a bulk request for itself; collections beyond the first 100 are \"other\"",
        |from| counts(from.meter.changes_by_collection());
    "midair_conflicts", Counter, ["collection"],
        "Writes of records that were refused with 412; collections beyond the first 100 are \"other\"",
        |from| counts(from.observed.collisions.by_collection());
    "midair_conflict_fields", Counter, ["collection", "field"],
        "The same by each member of the record that both sides changed, \"none\" where there is none; pairs beyond the first 200 are \"other\"",
        |from| {
            let sorted: BTreeMap<_, _> = from.observed.collisions.by_field().into_iter().collect();
            sorted.into_iter().map(|((collection, field), count)| Series {
                labels: vec![collection, field], value: Value::Count(count),
            }).collect()
        };
    "midair_conflict_resolution", Histogram in Seconds, [],
        "Time from a refusal with 412 until the same author's write of the same record was accepted, within 15 minutes",
        |from| one(Value::Spread(from.observed.collisions.until_through()));
    "midair_resubmissions", Counter, [],
        "Writes of a record, accepted or refused with 412 again, by an author whose last one of it was refused with 412",
        |from| one(Value::Count(from.observed.collisions.resubmitted()));
    "midair_replays", Counter, [],
        "Writes that came again under the same Idempotency-Key, and were given their first answer",
        |from| one(Value::Count(from.observed.replayed()));
    "midair_commit_writes", Histogram, [],
        "How many writes shared a transaction; a bulk request is one",
        |from| one(Value::Spread(from.meter.sizes()));
    "midair_commit_duration", Histogram in Seconds, [],
        "Time from the beginning of a transaction until it was on disk",
        |from| one(Value::Spread(from.meter.times()));
    "midair_commit_failures", Counter, [],
        "Transactions that failed; the writes of one are then tried each alone",
        |from| one(Value::Count(from.meter.failures()));
    "midair_feed_subscribers", Gauge, [], "Feeds of changes that are open",
        |from| level(from.observed.subscribers());
    "midair_connections", Gauge, [], "Connections that are open",
        |from| level(from.observed.connections());
    "midair_presences", Gauge, [], "People who are editing a record, once for each record",
        |from| level(from.presences);
    "midair_records", Gauge, ["collection"],
        "Records that stand in a collection; collections beyond the first 100 by name are \"other\"",
        |from| {
            let mut records = BTreeMap::<&str, u64>::new();
            for (place, line) in from.collections.iter().enumerate() {
                *records.entry(if place < COLLECTIONS { &line.name } else { OTHER }).or_default() += line.records;
            }
            records.into_iter().map(|(name, count)| Series {
                labels: vec![name.to_owned()], value: Value::Level(as_f64(count)),
            }).collect()
        };
    "midair_uptime", Gauge in Seconds, [], "Time since the server began to serve",
        |from| one(Value::Level(from.observed.uptime().as_secs_f64()));
}

/// All metrics as OpenMetrics text.
///
/// # Errors
/// None that can happen: text is written into memory.
pub(crate) fn exposition(sources: &Sources) -> Result<String, fmt::Error> {
    let mut registry = Registry::default();
    let read = METRICS.iter().map(|metric| (metric.read)(sources)).collect();
    registry.register_collector(Box::new(Read(read)));
    let mut text = String::new();
    prometheus_client::encoding::text::encode(&mut text, &registry)?;
    Ok(text)
}

/// The series of each metric, in the order of the table.
#[derive(Debug)]
struct Read(Vec<Vec<Series>>);

impl Collector for Read {
    fn encode(&self, mut encoder: DescriptorEncoder) -> fmt::Result {
        for (metric, series) in METRICS.iter().zip(&self.0) {
            let unit = metric.in_seconds.then_some(Unit::Seconds);
            let mut family = encoder.encode_descriptor(metric.name, metric.help, unit.as_ref(), metric.kind)?;
            for Series { labels, value } in series {
                let labels: Vec<(&str, &str)> =
                    metric.labels.iter().copied().zip(labels.iter().map(String::as_str)).collect();
                if labels.is_empty() {
                    value.encode(&mut family, metric.in_seconds)?;
                } else {
                    value.encode(&mut family.encode_family(&labels)?, metric.in_seconds)?;
                }
            }
        }
        Ok(())
    }
}

impl Value {
    fn encode(&self, encoder: &mut MetricEncoder, in_seconds: bool) -> fmt::Result {
        use prometheus_client::encoding::NoLabelSet;
        match self {
            Value::Count(count) => encoder.encode_counter::<NoLabelSet, _, u64>(count, None),
            Value::Level(level) => encoder.encode_gauge(level),
            Value::Spread(counts) => {
                // Times are counted in nanoseconds and told in seconds.
                let scale = if in_seconds { 1e9 } else { 1.0 };
                let bound = |bound: Option<u64>| bound.map_or(f64::INFINITY, |bound| as_f64(bound) / scale);
                let parts: Vec<(f64, u64)> = counts.parts().map(|(upper, count)| (bound(upper), count)).collect();
                encoder.encode_histogram::<NoLabelSet>(as_f64(counts.sum()) / scale, counts.count(), &parts, None)
            }
        }
    }
}

/// The metrics as a table in Markdown, for docs/metrics.md.
#[must_use]
pub fn markdown() -> String {
    let mut text = String::from("| metric | kind | labels | what it tells |\n| --- | --- | --- | --- |\n");
    for Metric { name, kind, in_seconds, labels, help, .. } in METRICS {
        let unit = if *in_seconds { "_seconds" } else { "" };
        let suffix = if matches!(kind, MetricType::Counter) { "_total" } else { "" };
        let labels: Vec<String> = labels.iter().map(|label| format!("`{label}`")).collect();
        let _ = writeln!(text, "| `{name}{unit}{suffix}` | {} | {} | {help} |", kind.as_str(), labels.join(" "));
    }
    text
}
