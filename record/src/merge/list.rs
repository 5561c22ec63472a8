//! The rules for arrays that are not matched by a key: list, set and append; and where an array gets its rule from.

use std::collections::{HashMap, HashSet};

use super::hunk::{Hunk, HunkState, Side};
use super::order;
use super::sequence::{Edit, Meeting, edits, meetings, numbered};
use crate::value::{Object, Value};

/// Members by which the elements of an array are known, the surest first. Counted in real merges: `uuid`, `id`, `name`,
/// `title`, `value` and `slug` are what people's arrays have.
const KEYS: [&str; 11] = ["uuid", "guid", "id", "_id", "key", "name", "slug", "title", "code", "path", "value"];

/// A value as it is compared: the canonical text, in which order and escapes make no difference.
fn key_text(value: &Value) -> String {
    match value {
        Value::Array(_) | Value::Object(_) => sorted(value).canonical(),
        scalar => scalar.canonical(),
    }
}

/// `value` with the members of every object in it in the order of their names.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Array(elements) => Value::Array(elements.iter().map(sorted).collect()),
        Value::Object(members) => {
            let mut members: Object = members.iter().map(|(name, value)| (name.clone(), sorted(value))).collect();
            members.sort_by(|a, _, b, _| a.as_str().cmp(b.as_str()));
            Value::Object(members)
        }
        scalar => scalar.clone(),
    }
}

/// The key of an element: the canonical text of its member `key`, where that is a text or a number.
pub(super) fn key_of(element: &Value, key: &str) -> Option<String> {
    match element.as_object()?.get(key)? {
        value @ (Value::String(_) | Value::Number(_)) => Some(value.canonical()),
        _ => None,
    }
}

/// Whether every element of every side is an object with a member `key`, unique on its side.
pub(super) fn is_key(key: &str, sides: &[&[Value]]) -> bool {
    sides.iter().all(|side| {
        let mut seen = HashSet::with_capacity(side.len());
        side.iter().all(|element| key_of(element, key).is_some_and(|key| seen.insert(key)))
    })
}

/// The first member by which the elements of all sides can be told apart.
pub(super) fn inferred_key(sides: &[&[Value]]) -> Option<&'static str> {
    let first = sides.iter().flat_map(|side| side.iter()).next()?.as_object()?;
    KEYS.into_iter().find(|key| first.contains_key(*key) && is_key(key, sides))
}

fn is_scalar(value: &Value) -> bool {
    !matches!(value, Value::Array(_) | Value::Object(_))
}

/// Whether a scalar stands twice in one side: then no position can be told from another.
pub(super) fn repeats_scalars(sides: &[&[Value]]) -> bool {
    sides.iter().any(|side| {
        let mut seen = HashSet::new();
        side.iter().filter(|value| is_scalar(value)).any(|value| !seen.insert(value.canonical()))
    })
}

/// Whether it looks like a tuple, in which each place has a meaning: true/false or null in it, or numbers alone, as
/// many on every side.
pub(super) fn is_tuple(sides: &[&[Value]]) -> bool {
    let long = sides.first().map_or(0, |side| side.len());
    let numbers = |side: &&[Value]| side.len() == long && side.iter().all(|one| matches!(one, Value::Number(_)));
    let flags = |side: &&[Value]| side.iter().any(|one| matches!(one, Value::Bool(_) | Value::Null));
    sides.iter().any(flags) || sides.iter().all(numbers)
}

/// The hunks of three arrays, element by element.
///
/// Additions of both sides at one spot both stand, sorted where the neighbours are sorted. Where they are not, `certain`
/// says whether mine come first without a question: an inferred rule asks. Changes that only touch are apart, but for
/// scalars: there a replacement beside another change is one question.
pub(super) fn hunks(base: &[Value], mine: &[Value], theirs: &[Value], certain: bool) -> Vec<Hunk> {
    let lists = [base, mine, theirs];
    let texts = lists.map(|side| side.iter().map(key_text).collect::<Vec<_>>());
    let numbers = numbered([&texts[0], &texts[1], &texts[2]]);
    let (my_edits, their_edits) = (edits(&numbers[0], &numbers[1]), edits(&numbers[0], &numbers[2]));
    let scalars = lists.iter().all(|side| side.iter().all(is_scalar));
    let meet = |one: &Edit, other: &Edit| {
        let (a, b) = (&one.old, &other.old);
        let touch = a.start <= b.end && b.start <= a.end;
        let replaces = |edit: &Edit| !edit.inserts() && !edit.deletes();
        if a.is_empty() && b.is_empty() || scalars && (replaces(one) || replaces(other)) {
            touch
        } else {
            a.start < b.end && b.start < a.end
        }
    };
    let compared = Compared { numbers: &numbers, lists, certain };
    meetings(&my_edits, &their_edits, meet).into_iter().map(|met| compared.hunk(&met)).collect()
}

struct Compared<'c> {
    numbers: &'c [Vec<u32>; 3],
    lists: [&'c [Value]; 3],
    certain: bool,
}

impl Compared<'_> {
    fn hunk(&self, met: &Meeting) -> Hunk {
        let span = met.span.clone();
        if met.theirs.is_empty() {
            return Hunk::in_turn(span, HunkState::OnlyMine);
        }
        if met.mine.is_empty() {
            return Hunk::in_turn(span, HunkState::OnlyTheirs);
        }
        if self.numbers[1][span.mine.clone()] == self.numbers[2][span.theirs.clone()] {
            return Hunk::in_turn(span, HunkState::Same);
        }
        if met.mine.iter().chain(met.theirs).all(Edit::deletes) {
            let kept = |index: &usize| met.mine.iter().chain(met.theirs).all(|edit| !edit.old.contains(index));
            let both = span.base.clone().filter(kept).map(|index| (Side::Base, index)).collect();
            return Hunk { span, state: HunkState::Merged, both };
        }
        if !span.base.is_empty() {
            return Hunk::in_turn(span, HunkState::Conflict);
        }
        self.both_added(span)
    }

    /// Both added at one spot. What both added stands once.
    fn both_added(&self, span: super::Span) -> Hunk {
        let [base, mine, theirs] = self.lists;
        let mine_has: HashSet<u32> = self.numbers[1][span.mine.clone()].iter().copied().collect();
        let their_own = span.theirs.clone().filter(|index| !mine_has.contains(&self.numbers[2][*index]));
        let ranks = order::ranks_of(base, mine, theirs);
        let before = base[..span.base.start].iter().rev().take(3).rev().map(&ranks).collect();
        let after = base[span.base.end..].iter().take(3).map(&ranks).collect();
        let my_run: Vec<_> = span.mine.clone().map(|index| (Side::Mine, index)).collect();
        let their_run: Vec<_> = their_own.map(|index| (Side::Theirs, index)).collect();
        let element = |(side, index): (Side, usize)| &self.lists[side as usize][index];
        let kin = my_run.iter().any(|a| their_run.iter().any(|b| are_kin(element(*a), element(*b), base)));
        let (both, sorted) = order::interleaved(my_run, their_run, before, after, |one| ranks(element(one)));
        let state = if !kin && (sorted || self.certain) { HunkState::Merged } else { HunkState::Conflict };
        Hunk { span, state, both }
    }
}

/// Whether two added objects may be the same one, written down twice: they share the value of a member by which the
/// elements of base differ from each other.
fn are_kin(a: &Value, b: &Value, base: &[Value]) -> bool {
    let (Some(a), Some(b)) = (a.as_object(), b.as_object()) else { return false };
    a.iter().filter(|(name, value)| b.get(*name) == Some(*value)).any(|(name, value)| {
        let mut seen = HashSet::new();
        let others: Vec<_> = base.iter().filter_map(|one| one.as_object()?.get(name)).collect();
        !matches!(value, Value::Bool(_) | Value::Null)
            && others.len() >= 2
            && others.iter().all(|other| *other != value && seen.insert(key_text(other)))
    })
}

/// Three arrays of scalars that stand once each, merged as ordered sets: for changes of order, in which comparing
/// element by element would have one stand twice. `None` where the order is disputed.
pub(super) fn ordered_set(base: &[Value], mine: &[Value], theirs: &[Value], certain: bool) -> Option<Vec<Value>> {
    let texts = [base, mine, theirs].map(|side| side.iter().map(key_text).collect::<Vec<_>>());
    let [b, m, t] = [0, 1, 2].map(|side: usize| texts[side].iter().map(String::as_str).collect::<Vec<_>>());
    let values: HashMap<&str, &Value> =
        b.iter().chain(&t).chain(&m).copied().zip(base.iter().chain(theirs).chain(mine)).collect();
    let woven = order::woven(&b, &m, &t, |name| values.get(name).copied().and_then(order::ranked));
    if woven.disputed || woven.unsure && !certain {
        return None;
    }
    let [b, m, t] = [b, m, t].map(|side| side.into_iter().collect::<HashSet<&str>>());
    let stays = |name: &&str| if b.contains(*name) { m.contains(*name) && t.contains(*name) } else { true };
    Some(
        woven
            .names
            .into_iter()
            .filter(stays)
            .filter_map(|name| values.get(name).map(|value| (*value).clone()))
            .collect(),
    )
}

/// Theirs, without what I removed and with what I added; no element twice.
pub(super) fn set(base: &[Value], mine: &[Value], theirs: &[Value]) -> Vec<Value> {
    let texts = |side: &[Value]| side.iter().map(key_text).collect::<HashSet<_>>();
    let (in_base, in_mine) = (texts(base), texts(mine));
    let mut taken = HashSet::new();
    let kept = theirs.iter().filter(|value| {
        let text = key_text(value);
        in_mine.contains(&text) || !in_base.contains(&text)
    });
    let added = mine.iter().filter(|value| !in_base.contains(&key_text(value)));
    kept.chain(added).filter(|value| taken.insert(key_text(value))).cloned().collect()
}

/// What was there, then their additions, then mine; what both added first stands once. `None` where a side changed what
/// was there.
pub(super) fn appended<T: PartialEq + Clone>(base: &[T], mine: &[T], theirs: &[T]) -> Option<Vec<T>> {
    let (mine, theirs) = (mine.strip_prefix(base)?, theirs.strip_prefix(base)?);
    let both = mine.iter().zip(theirs).take_while(|(a, b)| a == b).count();
    Some([base, theirs, &mine[both..]].concat())
}

/// How often each element stands in `side`, by its text.
#[must_use]
pub fn counted(side: &[Value]) -> HashMap<String, usize> {
    let mut counts = HashMap::new();
    for value in side {
        *counts.entry(key_text(value)).or_insert(0) += 1;
    }
    counts
}

/// The elements of `b` that `a` has not, and those of `a` that `b` has not: what was added and what was removed.
#[must_use]
pub fn differences<'v>(a: &'v [Value], b: &'v [Value]) -> (Vec<&'v Value>, Vec<&'v Value>) {
    let only = |of: &'v [Value], other: &[Value]| {
        let mut left = counted(other);
        let surplus = move |value: &&Value| match left.get_mut(&key_text(value)) {
            Some(count) if *count > 0 => {
                *count -= 1;
                false
            }
            _ => true,
        };
        of.iter().filter(surplus).collect()
    };
    (only(b, a), only(a, b))
}
