//! In which order members and elements stand when both sides put some in; never changes what they say.

use std::cmp::Ordering;
use std::collections::HashSet;

use super::hunk::Side;
use super::number;
use super::sequence::numbered;
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
    let sides = numbered([base, mine, theirs]);
    let [of_base, of_mine, of_theirs] = &sides;
    let mut name_of: Vec<&str> = Vec::with_capacity(base.len());
    let mut has = Vec::with_capacity(base.len());
    for (side, names) in [base, mine, theirs].into_iter().enumerate() {
        for (number, name) in sides[side].iter().zip(names) {
            let number = *number as usize;
            if number == name_of.len() {
                name_of.push(name);
                has.push([false; 3]);
            }
            has[number][side] = true;
        }
    }
    let is_in = |number: u32, side: Side| has[number as usize][side as usize];
    let among = |numbers: &[u32], side: Side| -> Vec<u32> {
        numbers.iter().copied().filter(|number| is_in(*number, side)).collect()
    };
    let agree = among(of_mine, Side::Theirs) == among(of_theirs, Side::Mine);
    // Whoever moved only what the other side took out moved nothing that is left.
    let left_of_base = among(&among(of_base, Side::Mine), Side::Theirs);
    let they_kept = left_of_base == among(&among(of_theirs, Side::Base), Side::Mine);
    let i_kept = left_of_base == among(&among(of_mine, Side::Base), Side::Theirs);
    let mine_leads = agree || they_kept || !i_kept;
    let disputed = !agree && they_kept == i_kept;
    let (first, first_side, second, second_side) = if mine_leads {
        (of_mine, Side::Mine, of_theirs, Side::Theirs)
    } else {
        (of_theirs, Side::Theirs, of_mine, Side::Mine)
    };

    // What only the second side has, by the neighbour that it follows there; what follows none, first of all.
    let mut runs: Vec<Vec<u32>> = vec![Vec::new(); name_of.len() + 1];
    let mut spot = 0;
    for number in second {
        if is_in(*number, first_side) {
            spot = *number as usize + 1;
        } else {
            runs[spot].push(*number);
        }
    }
    let rank = |number: u32| rank(name_of[number as usize]);
    let mut woven: Vec<u32> = Vec::with_capacity(name_of.len());
    let mut at = 0;
    let mut spot = 0;
    let mut unsure = false;
    loop {
        // What follows `spot` on the leading side alone, and what follows it on the other.
        let shared = first[at..].iter().position(|number| is_in(*number, second_side));
        let end = shared.map_or(first.len(), |found| at + found);
        let (own, other) = (&first[at..end], std::mem::take(&mut runs[spot]));
        if other.is_empty() || own.is_empty() {
            woven.extend(own.iter().chain(&other));
        } else {
            let own = own.to_vec();
            let (my_run, their_run) = if mine_leads { (own, other) } else { (other, own) };
            let before: Vec<Rank> = woven.iter().rev().take(3).rev().map(|number| rank(*number)).collect();
            let after: Vec<Rank> = first[end..].iter().take(3).map(|number| rank(*number)).collect();
            let news = |run: &[u32]| run.iter().any(|number| !is_in(*number, Side::Base));
            match (news(&my_run), news(&their_run)) {
                (true, true) => {
                    let (run, sure) = interleaved(my_run, their_run, before, after, rank);
                    unsure |= !sure;
                    woven.extend(run);
                }
                (true, false) => woven.extend(my_run.iter().chain(&their_run)),
                (false, true) => woven.extend(their_run.iter().chain(&my_run)),
                (false, false) => {
                    let left: HashSet<u32> = my_run.iter().chain(&their_run).copied().collect();
                    let kept: Vec<u32> = of_base.iter().copied().filter(|number| left.contains(number)).collect();
                    let in_order = |run: &[u32]| {
                        let run_has: HashSet<u32> = run.iter().copied().collect();
                        kept.iter().filter(|number| run_has.contains(number)).eq(run)
                    };
                    if in_order(&my_run) && in_order(&their_run) {
                        woven.extend(kept);
                    } else {
                        woven.extend(my_run.iter().chain(&their_run));
                    }
                }
            }
        }
        let Some(next) = first.get(end) else { break };
        woven.push(*next);
        spot = *next as usize + 1;
        at = end + 1;
    }
    let names = woven.into_iter().map(|number| name_of[number as usize]).collect();
    Woven { names, moved: !agree, disputed, unsure }
}
