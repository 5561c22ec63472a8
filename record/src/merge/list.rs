//! The rules for arrays that are not matched by a key: list, set and append; and where an array gets its rule from.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

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

/// The member by which the elements of a list are known: `declared`, where it tells them apart, else the first that does;
/// elements that lack it are no obstacle, for an element that was just added has no name yet.
#[must_use]
pub fn known_by(elements: &[Value], declared: Option<&str>) -> Option<String> {
    let fits = |key: &str| {
        let mut seen = HashSet::new();
        elements.iter().filter_map(|element| key_of(element, key)).all(|name| seen.insert(name)) && !seen.is_empty()
    };
    declared.into_iter().chain(KEYS).find(|key| fits(key)).map(str::to_owned)
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

/// An element of one of the three.
type Place = (Side, usize);

fn run(side: Side, range: &Range<usize>) -> Vec<Place> {
    range.clone().map(|index| (side, index)).collect()
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
        let (my_run, their_run) = (run(Side::Mine, &span.mine), run(Side::Theirs, &span.theirs));
        let (my_own, their_own) = (self.missing(&my_run, &their_run), self.missing(&their_run, &my_run));
        let ranks = order::ranks_of(base, mine, theirs);
        let element = |(side, index): Place| &self.lists[side as usize][index];
        let interleaved = |mine: &[Place], theirs: &[Place]| {
            let before = base[..span.base.start].iter().rev().take(3).rev().map(&ranks).collect();
            let after = base[span.base.end..].iter().take(3).map(&ranks).collect();
            order::interleaved(mine.to_vec(), theirs.to_vec(), before, after, |one| ranks(element(one)))
        };
        let kin = my_own.iter().any(|a| their_own.iter().any(|b| are_kin(element(*a), element(*b), base)));
        let agree = self.agree((&my_run, &my_own), (&their_run, &their_own));
        let (both, sorted) = match (my_own.is_empty(), their_own.is_empty()) {
            (_, true) => (my_run, agree),
            (true, false) => (their_run, agree),
            (false, false) => {
                let (both, sorted) = interleaved(&my_run, &their_own);
                (both, agree && sorted && interleaved(&my_own, &their_run).1)
            }
        };
        let state = if !kin && (sorted || self.certain) { HunkState::Merged } else { HunkState::Conflict };
        Hunk { span, state, both }
    }

    fn number(&self, (side, index): Place) -> u32 {
        self.numbers[side as usize][index]
    }

    /// Whether two runs, each given with what it alone has, have the rest in the same order.
    fn agree(&self, mine: (&[Place], &[Place]), theirs: (&[Place], &[Place])) -> bool {
        let [mine, theirs] = [mine, theirs].map(|(run, own)| {
            let common = self.missing(run, own);
            common.into_iter().map(|one| self.number(one)).collect::<Vec<_>>()
        });
        mine == theirs
    }

    /// What `run` has more of than `other`.
    fn missing(&self, run: &[Place], other: &[Place]) -> Vec<Place> {
        let mut there: HashMap<u32, usize> = HashMap::with_capacity(other.len());
        for one in other {
            *there.entry(self.number(*one)).or_insert(0) += 1;
        }
        let is_missing = |one: &Place| match there.get_mut(&self.number(*one)) {
            Some(count) if *count > 0 => {
                *count -= 1;
                false
            }
            _ => true,
        };
        run.iter().copied().filter(is_missing).collect()
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

/// Whether `merged` has of every element as many as both sides come to: where one side kept the number, that of the
/// other; where both added some or both took some away, no more are added or gone than on either side. Never where one
/// side added what the other took away.
pub(super) fn adds_up(base: &[Value], mine: &[Value], theirs: &[Value], merged: &[Value]) -> bool {
    let sides = [base, mine, theirs, merged].map(counted);
    let fits = |element: &String| {
        let [base, mine, theirs, merged] = sides.each_ref().map(|side| side.get(element).copied().unwrap_or(0));
        match () {
            () if theirs == base => merged == mine,
            () if mine == base => merged == theirs,
            () if mine > base && theirs > base => merged == mine.max(theirs),
            () if mine < base && theirs < base => merged == mine.min(theirs),
            () => false,
        }
    };
    sides.iter().flat_map(HashMap::keys).all(fits)
}

/// Three arrays whose elements stand once each, merged as ordered sets: for changes of order, in which comparing
/// element by element would have one stand twice. `None` where an element stands twice, and where the order is disputed.
pub(super) fn ordered_set(base: &[Value], mine: &[Value], theirs: &[Value], certain: bool) -> Option<Vec<Value>> {
    let texts = [base, mine, theirs].map(|side| side.iter().map(key_text).collect::<Vec<_>>());
    if texts.iter().any(|side| side.iter().collect::<HashSet<_>>().len() < side.len()) {
        return None;
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn list(text: &str) -> Vec<Value> {
        match Value::parse(text) {
            Ok(Value::Array(elements)) => elements,
            other => panic!("{other:?} is no array"),
        }
    }

    fn state(base: &str, mine: &str, theirs: &str) -> HunkState {
        let [base, mine, theirs] = [base, mine, theirs].map(list);
        match &hunks(&base, &mine, &theirs, false)[..] {
            [one] => one.state.clone(),
            other => panic!("expected one hunk, got {other:?}"),
        }
    }

    #[test]
    fn who_adds_all_that_the_other_side_adds_is_who_both_are() {
        assert_eq!(state("[]", r#"["x"]"#, r#"["a","x"]"#), HunkState::Merged);
        assert_eq!(state("[]", r#"["a","x"]"#, r#"["x"]"#), HunkState::Merged);
        assert_eq!(state("[]", r#"["a","x"]"#, r#"["x","a"]"#), HunkState::Conflict);
        assert_eq!(state("[]", "[true,true]", "[true]"), HunkState::Merged);
    }

    #[test]
    fn runs_are_interleaved_only_where_both_are_sorted_as_a_whole() {
        assert_eq!(state(r#"["1","2"]"#, r#"["1","2","3","5"]"#, r#"["1","2","4"]"#), HunkState::Merged);
        assert_eq!(state(r#"["1","2"]"#, r#"["1","2","3","5"]"#, r#"["1","2","4","3"]"#), HunkState::Conflict);
        assert_eq!(state(r#"["1","2"]"#, r#"["1","2","4","3"]"#, r#"["1","2","3","5"]"#), HunkState::Conflict);
    }

    #[test]
    fn a_merged_list_has_what_both_sides_come_to() {
        let fits = |sides: [&str; 4]| {
            let [base, mine, theirs, merged] = sides.map(list);
            adds_up(&base, &mine, &theirs, &merged)
        };
        assert!(fits(["[1,2]", "[1,2,3]", "[2]", "[2,3]"]));
        assert!(!fits(["[{},1]", "[1,{}]", "[1]", "[1,{}]"]), "what one side moved the other side removed");
        assert!(!fits(["[[1]]", "[[2],[1]]", "[[2],[3]]", "[[2],[2],[3]]"]), "what both added stands once");
        assert!(!fits(["[1]", "[1,1]", "[]", "[1]"]), "one side added what the other took away");
    }
}
