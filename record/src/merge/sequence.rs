//! Three-way comparison of sequences (diff3), for lines of text and for elements of lists; knows neither.

use std::collections::HashMap;
use std::hash::Hash;
use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices};

/// A place where at least one side differs from base: which part of each it concerns.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Span {
    /// Which lines or elements of base.
    pub base: Range<usize>,
    /// What I have in their place.
    pub mine: Range<usize>,
    /// What the server has in their place.
    pub theirs: Range<usize>,
}

/// One change of one side: `base[old]` became `side[new]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Edit {
    pub(super) old: Range<usize>,
    pub(super) new: Range<usize>,
}

impl Edit {
    pub(super) fn inserts(&self) -> bool {
        self.old.is_empty()
    }

    pub(super) fn deletes(&self) -> bool {
        self.new.is_empty()
    }
}

/// Numbers that are equal where the items are, from 0 on.
pub(super) fn numbered<'i, T: Eq + Hash>([base, mine, theirs]: [&'i [T]; 3]) -> [Vec<u32>; 3] {
    let mut numbers: HashMap<&'i T, u32> = HashMap::with_capacity(base.len());
    let mut number = |item| {
        let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
        *numbers.entry(item).or_insert(next)
    };
    let of_base: Vec<u32> = base.iter().map(&mut number).collect();
    let [of_mine, of_theirs] = [mine, theirs].map(|side| {
        // What follows an item of base follows it here as well, mostly: then no hash is needed.
        let mut expected = 0;
        let mut number = |item| {
            if base.get(expected).is_some_and(|other| other == item) {
                expected += 1;
                return of_base[expected - 1];
            }
            let found = number(item);
            if let Some(index) = first_of(&of_base, expected, found) {
                expected = index + 1;
            }
            found
        };
        side.iter().map(&mut number).collect()
    });
    [of_base, of_mine, of_theirs]
}

/// Where `number` stands in the next few places from `start` on.
fn first_of(numbers: &[u32], start: usize, number: u32) -> Option<usize> {
    const NEAR: usize = 8;
    let near = numbers.get(start..)?.iter().take(NEAR).position(|other| *other == number)?;
    Some(start + near)
}

/// What `side` changed of `base`, in order. No two edits touch.
pub(super) fn edits(base: &[u32], side: &[u32]) -> Vec<Edit> {
    let start = base.iter().zip(side).take_while(|(a, b)| a == b).count();
    let (base, side) = (&base[start..], &side[start..]);
    let end = base.iter().rev().zip(side.iter().rev()).take_while(|(a, b)| a == b).count();
    let (base, side) = (&base[..base.len() - end], &side[..side.len() - end]);
    let mut found: Vec<Edit> = Vec::new();
    for op in capture_diff_slices(Algorithm::Myers, base, side) {
        if matches!(op, DiffOp::Equal { .. }) {
            continue;
        }
        let (old, new) = (op.old_range(), op.new_range());
        let (old, new) = (old.start + start..old.end + start, new.start + start..new.end + start);
        match found.last_mut() {
            Some(last) if last.old.end == old.start && last.new.end == new.start => {
                (last.old.end, last.new.end) = (old.end, new.end);
            }
            _ => found.push(Edit { old, new }),
        }
    }
    found
}

/// Edits of both sides that have to be seen together, and what they span.
#[derive(Clone, Debug)]
pub(super) struct Meeting<'e> {
    pub(super) span: Span,
    pub(super) mine: &'e [Edit],
    pub(super) theirs: &'e [Edit],
}

/// Sorts the edits of both sides into meetings, in order. `meet` says whether an edit of one side and one of the other
/// are one question; edits that overlap always should be.
pub(super) fn meetings<'e>(
    mine: &'e [Edit],
    theirs: &'e [Edit],
    meet: impl Fn(&Edit, &Edit) -> bool,
) -> Vec<Meeting<'e>> {
    let (mut at, mut shift) = ([0, 0], [0isize, 0]);
    let sides = [mine, theirs];
    let mut found = Vec::new();
    while at[0] < mine.len() || at[1] < theirs.len() {
        let starts = at;
        let first = match (mine.get(at[0]), theirs.get(at[1])) {
            (Some(a), Some(b)) => usize::from((b.old.start, b.old.end) < (a.old.start, a.old.end)),
            (Some(_), None) => 0,
            _ => 1,
        };
        at[first] += 1;
        loop {
            let grown = [0, 1].into_iter().find(|&side| {
                let Some(next) = sides[side].get(at[side]) else { return false };
                let others = &sides[1 - side][starts[1 - side]..at[1 - side]];
                others.iter().any(|other| meet(next, other))
            });
            match grown {
                Some(side) => at[side] += 1,
                None => break,
            }
        }
        let here = [&mine[starts[0]..at[0]], &theirs[starts[1]..at[1]]];
        let all = || here.into_iter().flatten();
        let from = all().map(|edit| edit.old.start).min().unwrap_or(0);
        let to = all().map(|edit| edit.old.end).max().unwrap_or(0);
        let range = |side: usize, shift: &mut [isize; 2]| {
            let start = from.wrapping_add_signed(shift[side]);
            let grown = |edit: &Edit| edit.new.len().cast_signed() - edit.old.len().cast_signed();
            shift[side] += here[side].iter().map(grown).sum::<isize>();
            start..to.wrapping_add_signed(shift[side])
        };
        let span = Span { base: from..to, mine: range(0, &mut shift), theirs: range(1, &mut shift) };
        found.push(Meeting { span, mine: here[0], theirs: here[1] });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spans(base: &str, mine: &str, theirs: &str) -> Vec<(String, String, String)> {
        let sides = [base, mine, theirs].map(|text| text.chars().collect::<Vec<_>>());
        let [b, m, t] = numbered([&sides[0], &sides[1], &sides[2]]);
        let (mine, theirs) = (edits(&b, &m), edits(&b, &t));
        let touch = |a: &Edit, b: &Edit| a.old.start <= b.old.end && b.old.start <= a.old.end;
        let text = |side: usize, range: Range<usize>| sides[side][range].iter().collect::<String>();
        let found = meetings(&mine, &theirs, touch);
        found
            .into_iter()
            .map(|one| (text(0, one.span.base), text(1, one.span.mine), text(2, one.span.theirs)))
            .collect()
    }

    fn three(base: &str, mine: &str, theirs: &str) -> (String, String, String) {
        (base.into(), mine.into(), theirs.into())
    }

    #[test]
    fn edits_apart_are_apart_and_edits_that_touch_are_one() {
        assert_eq!(spans("abcdef", "aBcdef", "abcdEf"), [three("b", "B", "b"), three("e", "e", "E")]);
        assert_eq!(spans("abcdef", "aBcdef", "abCdef"), [three("bc", "Bc", "bC")]);
        assert_eq!(spans("abcdef", "abxcdef", "abycdef"), [three("", "x", "y")]);
        assert_eq!(spans("abcdef", "af", "abcXdef"), [three("bcde", "", "bcXde")]);
        assert_eq!(spans("abc", "xabc", "abcy"), [three("", "x", ""), three("", "", "y")]);
    }

    #[test]
    fn a_chain_of_overlaps_is_one_meeting() {
        assert_eq!(spans("abcdefgh", "aXYdeZWh", "abQRSTgh"), [three("bcdefg", "XYdeZW", "bQRSTg")]);
    }
}
