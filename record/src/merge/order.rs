//! In which order members and elements stand when both sides put some in; never changes what they say.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};

use super::number;
use crate::value::{Number, Value};

/// What an element is sorted by, where it can be sorted.
pub(super) type Rank<'v> = Option<Ranked<'v>>;

/// A text or a number that elements are sorted by.
#[derive(Clone, Copy, Debug)]
pub(super) enum Ranked<'v> {
    Text(&'v str),
    Number(&'v Number),
}

/// What a value is sorted by, when it is what an element is sorted by.
pub(super) fn ranked(value: &Value) -> Rank<'_> {
    match value {
        Value::String(text) => Some(Ranked::Text(text.as_str())),
        Value::Number(number) => Some(Ranked::Number(number)),
        _ => None,
    }
}

/// Members by which lists of objects are kept sorted.
const SORTED_BY: [&str; 6] = ["name", "title", "id", "key", "slug", "value"];

/// How an element of these lists is ranked: itself where it is a scalar, else by the first member that all have.
pub(super) fn ranks_of<'v>(
    base: &[Value],
    mine: &[Value],
    theirs: &[Value],
) -> impl Fn(&'v Value) -> Rank<'v> + use<'v> {
    let has = |name: &str| {
        let mut all = base.iter().chain(mine).chain(theirs);
        all.all(|value| value.as_object().is_some_and(|members| members.contains_key(name)))
    };
    let by = SORTED_BY.into_iter().find(|name| has(name));
    move |value| match by {
        Some(name) => ranked(value.as_object()?.get(name)?),
        None => ranked(value),
    }
}

type Order = fn(Ranked, Ranked) -> Option<Ordering>;

/// The orders that people keep lists in: as the texts stand, without regard to case, and with numbers in them by size.
const ORDERS: [Order; 3] = [
    |a, b| match (a, b) {
        (Ranked::Text(a), Ranked::Text(b)) => Some(a.cmp(b)),
        _ => None,
    },
    |a, b| match (a, b) {
        (Ranked::Text(a), Ranked::Text(b)) => Some(a.to_lowercase().cmp(&b.to_lowercase())),
        _ => None,
    },
    |a, b| match (a, b) {
        (Ranked::Text(a), Ranked::Text(b)) => number::versions(a, b),
        (Ranked::Number(a), Ranked::Number(b)) => number::sizes(a, b),
        _ => None,
    },
];

/// Both runs, put in at one spot, in one order: sorted where the neighbours and both runs are, else mine first. Whether
/// the neighbours say so.
pub(super) fn interleaved<'v, T: Copy>(
    mine: Vec<T>,
    theirs: Vec<T>,
    before: Vec<Rank<'v>>,
    after: Vec<Rank<'v>>,
    rank: impl Fn(T) -> Rank<'v>,
) -> (Vec<T>, bool) {
    if mine.is_empty() || theirs.is_empty() {
        return (mine.into_iter().chain(theirs).collect(), true);
    }
    if before.len() + after.len() >= 2 {
        for order in ORDERS {
            for forward in [true, false] {
                let ascending = |a: Ranked, b: Ranked| match order(a, b) {
                    Some(found) if forward => found != Ordering::Greater,
                    Some(found) => found != Ordering::Less,
                    None => false,
                };
                let sorted = |run: &[T]| {
                    let run = run.iter().map(|one| rank(*one));
                    let all: Option<Vec<Ranked>> =
                        before.iter().copied().chain(run).chain(after.iter().copied()).collect();
                    all.is_some_and(|all| all.is_sorted_by(|a, b| ascending(*a, *b)))
                };
                if !sorted(&mine) || !sorted(&theirs) {
                    continue;
                }
                let tied = |a: &T| {
                    let same = |b: &T| rank(*a).zip(rank(*b)).and_then(|(a, b)| order(a, b)) == Some(Ordering::Equal);
                    theirs.iter().any(same)
                };
                if mine.iter().any(tied) {
                    continue;
                }
                let first = |a: T, b: T| rank(a).zip(rank(b)).is_none_or(|(a, b)| ascending(a, b));
                return (merged(mine, theirs, first), true);
            }
        }
    }
    (mine.into_iter().chain(theirs).collect(), false)
}

fn merged<T: Copy>(mine: Vec<T>, theirs: Vec<T>, first: impl Fn(T, T) -> bool) -> Vec<T> {
    let (mut mine, mut theirs) = (mine.into_iter().peekable(), theirs.into_iter().peekable());
    let mut out = Vec::new();
    loop {
        let next = match (mine.peek(), theirs.peek()) {
            (Some(a), Some(b)) if first(*a, *b) => mine.next(),
            (_, Some(_)) => theirs.next(),
            (Some(_), None) => mine.next(),
            (None, None) => return out,
        };
        out.extend(next);
    }
}

/// The names of all three sides, each once, in the order in which the merged ones should stand.
pub(super) struct Woven<'n> {
    /// The names.
    pub(super) names: Vec<&'n str>,
    /// Whether a side put what both have in common into another order.
    pub(super) moved: bool,
    /// Whether both sides put what they have in common into another order, each its own.
    pub(super) disputed: bool,
    /// Whether both sides put something in at one spot, and nothing there says which comes first.
    pub(super) unsure: bool,
}

/// Weaves the names of three sides into one order: mine where theirs kept the order of base, else theirs; what only the
/// other side has follows the neighbour that it follows there; at one spot both sides' own are interleaved. `rank` is
/// what a name is sorted by.
pub(super) fn woven<'n>(
    base: &[&'n str],
    mine: &[&'n str],
    theirs: &[&'n str],
    rank: impl Fn(&'n str) -> Rank<'n>,
) -> Woven<'n> {
    if mine == theirs {
        let names: Vec<&str> = mine.to_vec();
        return Woven { names, moved: false, disputed: false, unsure: false };
    }
    let sets = [base, mine, theirs].map(|side| side.iter().copied().collect::<HashSet<&str>>());
    let [in_base, in_mine, in_theirs] = &sets;
    fn among<'a, 'n>(side: &'a [&'n str], set: &'a HashSet<&'n str>) -> impl Iterator<Item = &'n str> + 'a {
        side.iter().copied().filter(|name| set.contains(name))
    }
    let agree = among(mine, in_theirs).eq(among(theirs, in_mine));
    let they_kept = among(base, in_theirs).eq(among(theirs, in_base));
    let i_kept = among(base, in_mine).eq(among(mine, in_base));
    let mine_leads = agree || they_kept || !i_kept;
    let disputed = !agree && they_kept == i_kept;
    let (first, second, in_first) = if mine_leads { (mine, theirs, in_mine) } else { (theirs, mine, in_theirs) };
    let in_second = if mine_leads { in_theirs } else { in_mine };

    let mut runs: HashMap<Option<&str>, Vec<&str>> = HashMap::new();
    let mut neighbour = None;
    for name in second {
        if in_first.contains(name) {
            neighbour = Some(*name);
        } else {
            runs.entry(neighbour).or_default().push(*name);
        }
    }
    let mut names: Vec<&str> = Vec::with_capacity(first.len() + second.len());
    let mut at = 0;
    let mut spot = None;
    let mut unsure = false;
    loop {
        // What follows `spot` on the leading side alone, and what follows it on the other.
        let end = first[at..].iter().position(|name| in_second.contains(name)).map_or(first.len(), |found| at + found);
        let (own, other) = (first[at..end].to_vec(), runs.remove(&spot).unwrap_or_default());
        if other.is_empty() || own.is_empty() {
            names.extend(own.iter().chain(&other));
        } else {
            let (my_run, their_run) = if mine_leads { (own, other) } else { (other, own) };
            let before: Vec<Rank> = names.iter().rev().take(3).rev().map(|name| rank(name)).collect();
            let after: Vec<Rank> = first[end..].iter().take(3).map(|name| rank(name)).collect();
            let news = |run: &[&str]| run.iter().any(|name| !in_base.contains(name));
            match (news(&my_run), news(&their_run)) {
                (true, true) => {
                    let (run, sure) = interleaved(my_run, their_run, before, after, |name: &'n str| rank(name));
                    unsure |= !sure;
                    names.extend(run);
                }
                (true, false) => names.extend(my_run.iter().chain(&their_run)),
                (false, true) => names.extend(their_run.iter().chain(&my_run)),
                (false, false) => {
                    let left: HashSet<&str> = my_run.iter().chain(&their_run).copied().collect();
                    let of_base: Vec<&str> = among(base, &left).collect();
                    let in_order =
                        |run: &[&str]| among(&of_base, &run.iter().copied().collect()).eq(run.iter().copied());
                    if in_order(&my_run) && in_order(&their_run) {
                        names.extend(of_base);
                    } else {
                        names.extend(my_run.iter().chain(&their_run));
                    }
                }
            }
        }
        let Some(next) = first.get(end) else { break };
        names.push(next);
        spot = Some(*next);
        at = end + 1;
    }
    Woven { names, moved: !agree, disputed, unsure }
}
