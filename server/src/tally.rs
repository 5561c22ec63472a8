//! Counts by name, for so many names and no more: what comes after them is counted together; refuses to grow.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;

/// What is counted under no name of its own is counted under this one.
pub(crate) const OTHER: &str = "other";

/// Counts by name.
#[derive(Debug)]
pub(crate) struct Tally<K> {
    most: usize,
    counts: HashMap<K, u64>,
    other: u64,
}

impl<K: Clone + Eq + Hash> Tally<K> {
    /// Nothing counted, with room for `most` names.
    pub(crate) fn of(most: usize) -> Self {
        Tally { most, counts: HashMap::new(), other: 0 }
    }

    /// Counts one of `name`.
    pub(crate) fn add<N: ?Sized + Eq + Hash + ToOwned<Owned = K>>(&mut self, name: &N)
    where
        K: Borrow<N>,
    {
        if let Some(count) = self.counts.get_mut(name) {
            *count += 1;
        } else if self.counts.len() < self.most {
            self.counts.insert(name.to_owned(), 1);
        } else {
            self.other += 1;
        }
    }

    /// Each name with its count, in no order; what is counted together, if anything is, under `other`.
    pub(crate) fn read(&self, other: K) -> HashMap<K, u64> {
        let mut counts = self.counts.clone();
        if self.other > 0 {
            *counts.entry(other).or_default() += self.other;
        }
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_beyond_the_limit_are_counted_together_and_none_is_lost() {
        let mut tally = Tally::of(2);
        ["a", "b", "c", "a", "d"].into_iter().for_each(|name| tally.add(name));
        let counts = tally.read(OTHER.to_owned());
        assert_eq!((counts["a"], counts["b"], counts[OTHER], counts.len()), (2, 1, 2, 3));
        let mut clash = Tally::of(1);
        [OTHER, "x"].into_iter().for_each(|name| clash.add(name));
        assert_eq!(clash.read(OTHER.to_owned())[OTHER], 2, "a name that is the word for all others joins them");
    }
}
