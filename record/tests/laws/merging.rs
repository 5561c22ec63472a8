//! The laws of every merge, by inferred rules and by declared ones that fit or do not.

use std::collections::{BTreeMap, HashSet};

use midair_record::diff::{apply, diff};
use midair_record::merge::rule::Rule;
use midair_record::merge::{Kind, State, Unit, merge, merge_by};
use midair_record::{Choice, Object, Pointer, Resolution, Value};
use proptest::prelude::*;

use super::generated::schemas::schema;
use super::generated::{Triple, triple};
use super::reading::{atoms, leaves, way, without_order};
use super::{collision, compact, decide, side, some_choices, steps, thorough};

fn mirrored(state: State) -> State {
    match state {
        State::OnlyMine => State::OnlyTheirs,
        State::OnlyTheirs => State::OnlyMine,
        State::Conflict(Kind::EditDelete) => State::Conflict(Kind::DeleteEdit),
        State::Conflict(Kind::DeleteEdit) => State::Conflict(Kind::EditDelete),
        other => other,
    }
}

fn states(resolution: &Resolution, state: fn(State) -> State) -> BTreeMap<Pointer, String> {
    resolution.units().iter().map(|unit| (unit.at.clone(), format!("{:?}", state(unit.state)))).collect()
}

/// What of a unit stands in `fields`, as the unit would say it.
fn standing(unit: &Unit, fields: &Object) -> Option<Value> {
    if unit.at.is_root() {
        return Some(Value::Object(fields.clone()));
    }
    if !unit.is_group() {
        return unit.at.get(fields).cloned();
    }
    let part = |at: &Pointer| Some((at.last().into(), at.get(fields)?.clone()));
    let members: Object = unit.places().filter_map(part).collect();
    (!members.is_empty()).then_some(Value::Object(members))
}

/// The way to what the value of a unit belongs to: of a group, the object that it is in.
fn around(unit: &Unit) -> String {
    let way = way(&unit.at);
    if unit.is_group() { way[..way.rfind('/').unwrap()].to_owned() } else { way }
}

proptest! {
    #![proptest_config(thorough())]

    #[test]
    fn edits_to_different_members_both_land(Triple { base, mine, theirs } in triple()) {
        let my_edits = diff(&base, &mine);
        let mut their_edits = diff(&base, &theirs);
        their_edits.retain(|theirs| my_edits.iter().all(|mine| !mine.at.overlaps(&theirs.at)));
        let mut theirs = apply(&base, &their_edits);
        theirs.insert("only theirs".into(), Value::Bool(true));
        let merged = merge(Some(&base), &mine, &theirs).clean();
        let mut both = apply(&mine, &their_edits);
        both.insert("only theirs".into(), Value::Bool(true));
        prop_assert_eq!(merged, Some(both));
    }

    #[test]
    fn a_record_that_only_i_changed_is_mine_to_the_byte(
        Triple { base, mine, .. } in triple(),
        schema in schema(),
    ) {
        let merged = merge_by(&schema.rules(), Some(&base), &mine, &base).clean();
        prop_assert_eq!(merged.as_ref().map(compact), Some(compact(&mine)));
    }

    #[test]
    fn a_record_that_only_they_changed_is_theirs_to_the_byte(
        Triple { base, theirs, .. } in triple(),
        schema in schema(),
    ) {
        let merged = merge_by(&schema.rules(), Some(&base), &base, &theirs).clean();
        prop_assert_eq!(merged.as_ref().map(compact), Some(compact(&theirs)));
    }

    #[test]
    fn the_same_edit_on_both_sides_is_no_conflict(Triple { base, mine, .. } in triple(), schema in schema()) {
        let merged = merge_by(&schema.rules(), Some(&base), &mine, &mine).clean();
        prop_assert_eq!(merged.as_ref().map(compact), Some(compact(&mine)));
    }

    #[test]
    fn without_a_base_nothing_is_certain(Triple { mine, theirs, .. } in triple(), schema in schema()) {
        let merge = merge_by(&schema.rules(), None, &mine, &theirs);
        prop_assert!(merge.units().iter().all(|unit| unit.state == State::Conflict(Kind::BaseUnknown)));
        prop_assert_eq!(merge.units().is_empty(), mine == theirs);
    }

    #[test]
    fn sides_that_differ_have_something_to_choose(Triple { base, mine, theirs } in triple(), schema in schema()) {
        let merge = merge_by(&schema.rules(), Some(&base), &mine, &theirs);
        prop_assert_eq!(merge.units().is_empty(), mine == theirs && mine == base);
    }

    #[test]
    fn no_place_is_decided_twice(Triple { base, mine, theirs } in triple(), schema in schema()) {
        let merge = merge_by(&schema.rules(), Some(&base), &mine, &theirs);
        for (index, unit) in merge.units().iter().enumerate() {
            for other in &merge.units()[index + 1..] {
                prop_assert!(unit.places().all(|at| !other.overlaps(at)), "{} and {}", unit.label(), other.label());
            }
        }
    }

    #[test]
    fn swapping_the_sides_swaps_states_and_decisions(
        triple in triple(),
        schema in schema(),
        sides in proptest::collection::vec(side(), 1..6),
    ) {
        let swapped = Triple { base: triple.base.clone(), mine: triple.theirs.clone(), theirs: triple.mine.clone() };
        let (mut here, mut there) = (collision(&triple, &schema), collision(&swapped, &schema));
        prop_assert_eq!(states(&here, |state| state), states(&there, mirrored));
        for ((index, unit), choice) in here.units().to_vec().iter().enumerate().zip(sides.iter().cycle()) {
            let other = match choice {
                Choice::Theirs => Choice::Mine,
                Choice::Mine => Choice::Theirs,
                choice => choice.clone(),
            };
            here.choose(index, choice.clone());
            let place = there.units().iter().position(|other| other.at == unit.at).unwrap();
            there.choose(place, other);
        }
        prop_assert_eq!(without_order(&Value::Object(here.merged())), without_order(&Value::Object(there.merged())));
    }

    /// What is appended to a text stands in the order of the sides, so that such a text differs when they are swapped.
    #[test]
    fn swapping_the_sides_of_a_merge_changes_no_more_than_the_order_of_elements(
        Triple { base, mine, theirs } in triple(),
        schema in schema(),
    ) {
        let rules = schema.rules();
        let (here, there) = (merge_by(&rules, Some(&base), &mine, &theirs), merge_by(&rules, Some(&base), &theirs, &mine));
        let ordered = |unit: &Unit| unit.rule == Rule::Append && matches!(unit.mine, Some(Value::String(_)));
        if !here.units().iter().any(ordered) {
            let [here, there] =
                [here, there].map(|merge| merge.clean().map(|merged| without_order(&Value::Object(merged))));
            prop_assert_eq!(here, there);
        }
    }

    /// But for what a counter comes to, and for a text of which every line was taken out.
    #[test]
    fn every_value_of_merged_was_written_by_somebody(
        triple in triple(),
        schema in schema(),
        choices in some_choices(),
        steps in steps(),
    ) {
        let mut settling = collision(&triple, &schema);
        decide(&mut settling, &choices);
        steps.iter().for_each(|step| step.take(&mut settling));
        let mut written = HashSet::new();
        for side in [&triple.base, &triple.mine, &triple.theirs] {
            atoms(&Value::Object(side.clone()), "", &mut written);
        }
        for (index, unit) in settling.units().iter().enumerate() {
            if let Choice::Hand(Some(value)) = settling.choice(index) {
                atoms(value, &around(unit), &mut written);
            }
            if let Choice::Pieces(_) = settling.choice(index) {
                atoms(&Value::string(""), &way(&unit.at), &mut written);
            }
            if let (Rule::Counter, Some(value)) = (&unit.rule, &unit.merged) {
                atoms(value, &way(&unit.at), &mut written);
            }
        }
        let mut found = HashSet::new();
        atoms(&Value::Object(settling.merged()), "", &mut found);
        let made_up: Vec<_> = found.difference(&written).collect();
        prop_assert!(made_up.is_empty(), "nobody wrote {:?}", made_up);
    }

    /// But for what a person wrote by hand for an element of a keyed array, which it is found no more by, and for a group,
    /// which takes no more than its members.
    #[test]
    fn every_unit_gets_what_was_picked(
        triple in triple(),
        schema in schema(),
        choices in some_choices(),
        steps in steps(),
    ) {
        let mut settling = collision(&triple, &schema);
        decide(&mut settling, &choices);
        steps.iter().for_each(|step| step.take(&mut settling));
        let merged = settling.merged();
        for (index, unit) in settling.units().iter().enumerate() {
            let picked = settling.pick(index).unwrap_or(unit.theirs.clone());
            let by_hand = matches!(settling.choice(index), Choice::Hand(_));
            let rekeyed = by_hand && (unit.at.last().contains('=') || unit.is_group());
            let whole = unit.at.is_root() && !matches!(picked, Some(Value::Object(_)));
            if !rekeyed && !whole {
                prop_assert_eq!(standing(unit, &merged), picked, "at {}", unit.label());
            }
        }
    }

    #[test]
    fn what_nobody_changed_stays(triple in triple(), schema in schema(), choices in some_choices()) {
        let mut settling = collision(&triple, &schema);
        decide(&mut settling, &choices);
        let merged = settling.merged();
        for (at, value) in leaves(&triple.base) {
            let decided = settling.units().iter().any(|unit| unit.overlaps(&at));
            prop_assert!(decided || at.get(&merged) == Some(&value), "{at} was lost");
        }
    }

    /// Where a rule puts both together, or they are decided by parts, other laws say what stays of mine.
    #[test]
    fn all_mine_keeps_all_i_did_and_all_they_did_elsewhere(triple in triple(), schema in schema()) {
        let Triple { base, mine, theirs } = &triple;
        let mut settling = collision(&triple, &schema);
        settling.choose_all(&Choice::Mine);
        let merged = settling.merged();
        let mine_did = diff(base, mine);
        let by_parts = |at: &Pointer| {
            let mut units = settling.units().iter();
            units.any(|unit| {
                let part = unit.state == State::Merged || !unit.hunks.is_empty() || unit.at.to_string().contains('=');
                unit.overlaps(at) && part
            })
        };
        for change in mine_did.iter().filter(|change| !by_parts(&change.at)) {
            if change.now.is_none() {
                prop_assert_eq!(change.at.get(&merged), None);
            }
            for (at, value) in leaves(mine) {
                prop_assert!(!change.at.contains(&at) || at.get(&merged) == Some(&value), "{} lost mine", at);
            }
        }
        let mut asked = settling.units().iter().filter(|unit| unit.is_conflict()).collect::<Vec<_>>();
        let manual = State::Conflict(Kind::Manual);
        asked.retain(|unit| unit.is_group() || unit.state == manual || unit.rule == Rule::Atomic);
        for change in diff(base, theirs) {
            let apart = mine_did.iter().all(|mine| !mine.at.overlaps(&change.at));
            let free = apart && !asked.iter().any(|unit| unit.overlaps(&change.at));
            prop_assert!(!free || change.at.get(&merged) == change.now.as_ref(), "{} lost theirs", change.at);
        }
    }

    /// From the same base only where nothing is counted, and nothing is compared by its place: there a change can look
    /// like another one once the other side's stands beside it, as in any diff3.
    #[test]
    fn a_clean_merge_merged_again_is_itself(Triple { base, mine, theirs } in triple(), schema in schema()) {
        let rules = schema.rules();
        let first = merge_by(&rules, Some(&base), &mine, &theirs);
        if let Some(merged) = first.clean() {
            let again = merge_by(&rules, Some(&theirs), &merged, &theirs).clean();
            prop_assert_eq!(again.as_ref().map(compact), Some(compact(&merged)));
            let repeats = |side: &Option<Value>| {
                let Some(Value::Array(list)) = side else { return false };
                list.iter().enumerate().any(|(at, one)| list[..at].contains(one))
            };
            // Places are counted from base, and a set says each element once: done again, both are done to more.
            let by_place = |unit: &Unit| match unit.rule {
                Rule::Set => [&unit.base, &unit.mine, &unit.theirs].into_iter().any(repeats),
                Rule::Append | Rule::Max => false,
                _ => unit.state == State::Merged,
            };
            if !first.units().iter().any(by_place) {
                let again = merge_by(&rules, Some(&base), &merged, &theirs).clean();
                prop_assert_eq!(again.as_ref().map(compact), Some(compact(&merged)));
            }
        }
    }
}
