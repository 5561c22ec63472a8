//! Counts what falls between fixed bounds, without a lock; refuses to know what is counted.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The bounds of times, in nanoseconds: 10 µs to 10 s in steps of 1, 2, 5.
pub(crate) const TIMES: &[u64] = &[
    10_000,
    20_000,
    50_000,
    100_000,
    200_000,
    500_000,
    1_000_000,
    2_000_000,
    5_000_000,
    10_000_000,
    20_000_000,
    50_000_000,
    100_000_000,
    200_000_000,
    500_000_000,
    1_000_000_000,
    2_000_000_000,
    5_000_000_000,
    10_000_000_000,
];

/// How often something came to how much. All who count share it.
#[derive(Debug)]
pub(crate) struct Histogram {
    bounds: &'static [u64],
    counts: Box<[AtomicU64]>,
    sum: AtomicU64,
}

impl Histogram {
    /// Nothing counted. `bounds` rise; what is above the last one is counted too.
    pub(crate) fn new(bounds: &'static [u64]) -> Self {
        let counts = (0..=bounds.len()).map(|_| AtomicU64::new(0)).collect();
        Histogram { bounds, counts, sum: AtomicU64::new(0) }
    }

    /// Counts one of `value`.
    pub(crate) fn add(&self, value: u64) {
        let place = self.bounds.partition_point(|bound| *bound < value);
        self.counts[place].fetch_add(1, Ordering::Relaxed);
        self.sum.fetch_add(value, Ordering::Relaxed);
    }

    /// Counts one of this time, in nanoseconds.
    pub(crate) fn add_time(&self, took: Duration) {
        self.add(u64::try_from(took.as_nanos()).unwrap_or(u64::MAX));
    }

    /// What is counted so far.
    pub(crate) fn read(&self) -> Counts {
        let counts = self.counts.iter().map(|count| count.load(Ordering::Relaxed)).collect();
        Counts { bounds: self.bounds, counts, sum: self.sum.load(Ordering::Relaxed) }
    }
}

/// What a histogram held at one moment, or between two.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    bounds: &'static [u64],
    counts: Vec<u64>,
    sum: u64,
}

impl Counts {
    /// How often.
    pub(crate) fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// How much in all.
    pub(crate) fn sum(&self) -> u64 {
        self.sum
    }

    /// Each bound, infinity last, with how often something fell under it and above the one before.
    pub(crate) fn parts(&self) -> impl Iterator<Item = (Option<u64>, u64)> {
        let bounds = self.bounds.iter().copied().map(Some).chain([None]);
        bounds.zip(self.counts.iter().copied())
    }

    /// Adds what another histogram of the same bounds held.
    pub(crate) fn add(&mut self, other: &Counts) {
        if self.counts.is_empty() {
            self.clone_from(other);
            return;
        }
        self.counts.iter_mut().zip(&other.counts).for_each(|(count, other)| *count += other);
        self.sum += other.sum;
    }

    /// What came since the histogram held `earlier`.
    pub(crate) fn since(&self, earlier: &Counts) -> Counts {
        let before = earlier.counts.iter().copied().chain(std::iter::repeat(0));
        let counts = self.counts.iter().zip(before).map(|(now, before)| now.saturating_sub(before)).collect();
        Counts { bounds: self.bounds, counts, sum: self.sum.saturating_sub(earlier.sum) }
    }

    /// What `share` of all stays under, taken to lie evenly between two bounds; at the most the last bound. `None`
    /// where nothing was counted.
    pub(crate) fn quantile(&self, share: f64) -> Option<f64> {
        let wanted = share * as_f64(self.count());
        let (mut below, mut lower) = (0, 0);
        for (upper, count) in self.parts() {
            if count > 0 && as_f64(below + count) >= wanted {
                let upper = upper.unwrap_or(lower);
                let part = (wanted - as_f64(below)) / as_f64(count);
                return Some(as_f64(lower) + as_f64(upper - lower) * part);
            }
            below += count;
            lower = upper.unwrap_or(lower);
        }
        None
    }
}

/// A count as the formats of numbers want it; exact up to 2^53.
#[allow(clippy::cast_precision_loss)]
pub(crate) fn as_f64(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_on_a_bound_is_under_it_and_what_is_above_the_last_is_counted() {
        let histogram = Histogram::new(&[10, 20]);
        [10, 11, 20, 21, 4000].into_iter().for_each(|value| histogram.add(value));
        let counts = histogram.read();
        assert_eq!(counts.parts().collect::<Vec<_>>(), [(Some(10), 1), (Some(20), 2), (None, 2)]);
        assert_eq!((counts.count(), counts.sum()), (5, 4062));
    }

    #[test]
    fn a_share_lies_where_it_would_if_all_lay_evenly() {
        let histogram = Histogram::new(&[10, 20, 40]);
        assert_eq!(histogram.read().quantile(0.5), None);
        [12, 14, 16, 18].into_iter().for_each(|value| histogram.add(value));
        let before = histogram.read();
        assert_eq!((before.quantile(0.5), before.quantile(1.0)), (Some(15.0), Some(20.0)));
        [30, 30, 30, 900].into_iter().for_each(|value| histogram.add(value));
        let since = histogram.read().since(&before);
        assert_eq!((since.count(), since.quantile(0.75), since.quantile(0.99)), (4, Some(40.0), Some(40.0)));
    }
}
