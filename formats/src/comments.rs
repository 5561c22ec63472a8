//! What three versions of a text say in their comments, beside a merged one; refuses to know how a comment is found.

use std::collections::{BTreeMap, BTreeSet};

use crate::fault::Fault;

/// Comments, and how often each stands in a text.
pub(crate) type Counted = BTreeMap<String, i64>;

/// How often each comment stands among these.
pub(crate) fn counted<'t>(comments: impl Iterator<Item = &'t str>) -> Counted {
    let mut out = Counted::new();
    for comment in comments.map(str::trim).filter(|comment| !comment.is_empty()) {
        *out.entry(comment.to_owned()).or_insert(0) += 1;
    }
    out
}

/// The comments of base, mine and theirs.
pub(crate) struct Versions {
    pub(crate) base: Counted,
    pub(crate) mine: Counted,
    pub(crate) theirs: Counted,
}

fn count(comments: &Counted, comment: &str) -> i64 {
    comments.get(comment).copied().unwrap_or(0)
}

impl Versions {
    /// Of three texts, each of whose comments `comments` counts.
    pub(crate) fn read(texts: [&str; 3], comments: impl Fn(&str) -> Result<Counted, Fault>) -> Result<Self, Fault> {
        let [base, mine, theirs] = texts.map(comments);
        Ok(Versions { base: base?, mine: mine?, theirs: theirs? })
    }

    fn all(&self) -> BTreeSet<&str> {
        [&self.base, &self.mine, &self.theirs].into_iter().flat_map(BTreeMap::keys).map(String::as_str).collect()
    }

    /// How often mine and theirs have a comment beyond base.
    fn added(&self, comment: &str) -> [i64; 2] {
        let base = count(&self.base, comment);
        [count(&self.mine, comment) - base, count(&self.theirs, comment) - base]
    }

    /// The comments that one side wrote and that are in none of `merged`.
    pub(crate) fn lost(&self, merged: &[Counted]) -> Vec<String> {
        let is_lost = |comment: &&str| {
            let there = merged.iter().map(|text| count(text, comment)).max().unwrap_or(0);
            let [mine, theirs] = self.added(comment);
            let wanted = if mine > 0 && theirs > 0 { mine.max(theirs) } else { mine + theirs };
            (mine > 0 || theirs > 0) && there < count(&self.base, comment) + wanted
        };
        self.all().into_iter().filter(is_lost).map(str::to_owned).collect()
    }

    /// Whether `merged`, the ways in which a merge may end, lost a comment of one side, kept one that a side took away,
    /// or decided between two sides that both replaced one.
    pub(crate) fn are_contested(&self, merged: &[Counted]) -> bool {
        if self.base == self.mine && merged.iter().all(|merged| *merged == self.theirs)
            || self.base == self.theirs && merged.iter().all(|merged| *merged == self.mine)
        {
            return false;
        }
        let kept = |comment: &&str| {
            let there = merged.iter().map(|text| count(text, comment)).min().unwrap_or(0);
            let [mine, theirs] = self.added(comment);
            let one_sided = mine == 0 || theirs == 0;
            one_sided && mine + theirs < 0 && there > count(&self.base, comment) + mine + theirs
        };
        // What both took away was removed by both or replaced by both: by the same words, as far as both wrote the same.
        let all = self.all();
        let sum = |part: fn([i64; 2]) -> i64| all.iter().map(|comment| part(self.added(comment))).sum::<i64>();
        let both_took = sum(|[mine, theirs]| (-mine).max(0).min((-theirs).max(0)));
        let both_wrote = sum(|[mine, theirs]| mine.max(0).min(theirs.max(0)));
        let one_wrote = sum(|[mine, theirs]| mine.max(0).abs_diff(theirs.max(0)).cast_signed());
        let replaced_apart = both_took > both_wrote && one_wrote > 0;
        !self.lost(merged).is_empty() || all.iter().any(kept) || replaced_apart
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contested(base: &[&str], mine: &[&str], theirs: &[&str], merged: &[&str]) -> bool {
        let [base, mine, theirs, merged] = [base, mine, theirs, merged].map(|list| counted(list.iter().copied()));
        Versions { base, mine, theirs }.are_contested(&[merged])
    }

    #[test]
    fn one_side_alone_may_write_change_and_remove_comments() {
        assert!(!contested(&["a"], &["b"], &["a"], &["b"]));
        assert!(!contested(&["a"], &["a"], &[], &[]));
        assert!(!contested(&["a"], &["a", "m"], &["a", "t"], &["a", "m", "t"]));
        assert!(!contested(&["a"], &["b"], &["b"], &["b"]));
        assert!(!contested(&["a", "b", "c"], &["m", "b", "d"], &["m", "e", "c"], &["m", "e", "d"]));
        assert!(!contested(&["a", "a"], &["a"], &["a", "a", "a"], &["a", "a"]));
    }

    #[test]
    fn what_both_changed_differently_is_contested_whoever_is_taken() {
        assert!(contested(&["a"], &["m"], &["t"], &["m"]));
        assert!(contested(&["a"], &["m"], &["t"], &["t"]));
        assert!(contested(&["a"], &["m"], &[], &["m"]), "changed here, removed there");
        assert!(contested(&["a", "b"], &["m", "b"], &["a"], &["m", "b"]), "theirs removed b");
        assert!(contested(&["a"], &["a", "m"], &["a", "t"], &["a", "m"]));
        assert!(contested(&["a"], &["a", "a"], &["a", "b"], &["a", "b"]), "one of two alike");
    }
}
