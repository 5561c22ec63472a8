//! The algebra of the pure core, each law tried on thousands of small odd records; tells no stories.

#![allow(clippy::unwrap_used)]

mod generated;

use std::collections::{BTreeMap, HashMap, HashSet};

use generated::{Triple, differing, edited, edits, object, places, text, triple, value, written};
use midair_record::diff::{apply, diff};
use midair_record::merge::{Kind, State, merge};
use midair_record::wire::{Stored, Token};
use midair_record::{Choice, Draft, Object, Pointer, Record, Resolution, Text, Value, json};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::RngAlgorithm;
use serde_json::value::RawValue;

fn stored(version: u64, fields: &Object) -> Stored {
    Stored {
        id: "prj_1".into(),
        version,
        token: Token::parse(&format!("\"{version}-x\"")).unwrap(),
        updated_at: "2026-11-01T14:02:00.000Z".into(),
        updated_by: "bob".into(),
        note: None,
        fields: Record::of(fields.clone()),
    }
}

fn collision(Triple { base, mine, theirs }: &Triple) -> Resolution {
    let mut draft = Draft::of("projects", stored(7, base), "edit-1".into());
    draft.edit(mine.clone());
    draft.rebase(stored(8, theirs), None, vec![])
}

fn choice() -> impl Strategy<Value = Choice> {
    prop_oneof![
        3 => Just(Choice::Theirs),
        3 => Just(Choice::Mine),
        1 => Just(Choice::Base),
        1 => Just(Choice::Hand(None)),
        1 => Just(Choice::Hand(Some(Value::Null))),
        1 => Just(Choice::Hand(Some(Value::string("")))),
        2 => value().prop_map(|value| Choice::Hand(Some(value))),
    ]
}

/// Decides every unit by the choices in turn; with `Undecided` among them, some stay open.
fn decide(resolution: &mut Resolution, choices: &[Choice]) {
    for (index, choice) in (0..resolution.units().len()).zip(choices.iter().cycle()) {
        if *choice != Choice::Undecided {
            resolution.choose(index, choice.clone());
        }
    }
}

fn choices() -> impl Strategy<Value = Vec<Choice>> {
    vec(choice(), 1..6)
}

fn some_choices() -> impl Strategy<Value = Vec<Choice>> {
    vec(prop_oneof![2 => choice(), 1 => Just(Choice::Undecided)], 1..6)
}

fn picks(resolution: &Resolution) -> BTreeMap<Pointer, Choice> {
    let units = resolution.units().iter().enumerate();
    units.map(|(index, unit)| (unit.at.clone(), resolution.choice(index).clone())).collect()
}

fn compact(fields: &Object) -> String {
    Value::Object(fields.clone()).to_json()
}

/// What stands at every place where no object stands.
fn leaves(fields: &Object) -> Vec<(Pointer, Value)> {
    let leaf = |at: Pointer| at.get(fields).cloned().map(|value| (at, value));
    places(fields).into_iter().filter_map(leaf).filter(|(_, value)| value.as_object().is_none()).collect()
}

/// A step of a path as [`atoms`] writes it: one element of an array is as good as another.
fn place(name: &str) -> String {
    if name.contains('=') { "/*".to_owned() } else { format!("/{name}") }
}

/// Every scalar, and every line of a text, with the names on the way to it.
fn atoms(value: &Value, at: &str, found: &mut HashSet<String>) {
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, value)| atoms(value, &format!("{at}{}", place(name.as_str())), found))
        }
        Value::Array(elements) => elements.iter().for_each(|element| atoms(element, &format!("{at}/*"), found)),
        Value::String(text) => found.extend(text.as_str().split('\n').map(|line| format!("{at}: {line:?}"))),
        other => drop(found.insert(format!("{at}: {}", other.to_json()))),
    }
}

/// `fields` with the elements of every array in one order.
fn without_order(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            Value::Object(members.iter().map(|(name, value)| (name.clone(), without_order(value))).collect())
        }
        Value::Array(elements) => {
            let mut elements: Vec<Value> = elements.iter().map(without_order).collect();
            elements.sort_by_key(Value::canonical);
            Value::Array(elements)
        }
        other => other.clone(),
    }
}

fn strings(value: &Value, found: &mut Vec<Text>) {
    match value {
        Value::String(text) => found.push(text.clone()),
        Value::Array(elements) => elements.iter().for_each(|element| strings(element, found)),
        Value::Object(members) => {
            found.extend(members.keys().cloned());
            members.values().for_each(|member| strings(member, found));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn mirrored(state: State) -> State {
    match state {
        State::OnlyMine => State::OnlyTheirs,
        State::OnlyTheirs => State::OnlyMine,
        State::Conflict(Kind::EditDelete) => State::Conflict(Kind::DeleteEdit),
        State::Conflict(Kind::DeleteEdit) => State::Conflict(Kind::EditDelete),
        other => other,
    }
}

/// The source of every member that says the same in `now` as in `was`, as somebody else's reader finds it.
fn untouched<'t>(was: &'t str, now: &'t str, found: &mut Vec<(&'t str, &'t str)>) {
    let members = |text| serde_json::from_str::<HashMap<String, &RawValue>>(text).unwrap();
    let (was, now) = (members(was), members(now));
    for (name, was) in was {
        let Some(now) = now.get(&name) else { continue };
        let [before, after] = [was.get(), now.get()].map(|text| json::parse(text).unwrap());
        if before.canonical() == after.canonical() {
            found.push((was.get(), now.get()));
        } else if let (Value::Object(_), Value::Object(_)) = (before, after) {
            untouched(was.get(), now.get(), found);
        }
    }
}

/// The default generator takes longer, built without optimisation, than the laws themselves.
fn thorough() -> ProptestConfig {
    let rng_algorithm = RngAlgorithm::XorShift;
    ProptestConfig { cases: 10_000, failure_persistence: None, rng_algorithm, ..ProptestConfig::default() }
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
    fn a_record_that_only_i_changed_is_mine(Triple { base, mine, .. } in triple()) {
        let merged = merge(Some(&base), &mine, &base).clean().unwrap();
        prop_assert_eq!(places(&merged), places(&mine), "in another order");
        prop_assert_eq!(merged, mine);
    }

    #[test]
    fn a_record_that_only_they_changed_is_theirs(Triple { base, theirs, .. } in triple()) {
        let merged = merge(Some(&base), &base, &theirs).clean().unwrap();
        prop_assert_eq!(places(&merged), places(&theirs), "in another order");
        prop_assert_eq!(merged, theirs);
    }

    #[test]
    fn the_same_edit_on_both_sides_is_no_conflict(Triple { base, mine, .. } in triple()) {
        prop_assert_eq!(merge(Some(&base), &mine, &mine).clean(), Some(mine.clone()));
    }

    #[test]
    fn without_a_base_nothing_is_certain(Triple { mine, theirs, .. } in triple()) {
        let merge = merge(None, &mine, &theirs);
        prop_assert!(merge.units().iter().all(|unit| unit.state == State::Conflict(Kind::BaseUnknown)));
        prop_assert_eq!(merge.units().is_empty(), mine == theirs);
    }

    #[test]
    fn swapping_the_sides_swaps_states_and_decisions(triple in triple()) {
        let swapped = Triple { base: triple.base.clone(), mine: triple.theirs.clone(), theirs: triple.mine.clone() };
        let (mut here, mut there) = (collision(&triple), collision(&swapped));
        let states = |resolution: &Resolution, state: fn(State) -> State| {
            let units = resolution.units().iter();
            units.map(|unit| (unit.at.clone(), format!("{:?}", state(unit.state)))).collect::<BTreeMap<_, _>>()
        };
        prop_assert_eq!(states(&here, |state| state), states(&there, mirrored));
        here.choose_all(&Choice::Theirs);
        there.choose_all(&Choice::Mine);
        prop_assert_eq!(without_order(&Value::Object(here.merged())), without_order(&Value::Object(there.merged())));
    }

    #[test]
    fn every_value_of_merged_was_written_by_somebody(triple in triple(), choices in some_choices()) {
        let mut settling = collision(&triple);
        decide(&mut settling, &choices);
        let mut written = HashSet::new();
        for side in [&triple.base, &triple.mine, &triple.theirs] {
            atoms(&Value::Object(side.clone()), "", &mut written);
        }
        for index in 0..settling.units().len() {
            if let Choice::Hand(Some(value)) = settling.choice(index) {
                let at = settling.units()[index].at.names().iter().map(|name| place(name)).collect::<String>();
                atoms(value, &at, &mut written);
            }
        }
        let mut found = HashSet::new();
        atoms(&Value::Object(settling.merged()), "", &mut found);
        let made_up: Vec<_> = found.difference(&written).collect();
        prop_assert!(made_up.is_empty(), "nobody wrote {:?}", made_up);
    }

    #[test]
    fn every_unit_gets_what_was_picked(triple in triple(), choices in some_choices()) {
        let mut settling = collision(&triple);
        decide(&mut settling, &choices);
        let merged = settling.merged();
        for (index, unit) in settling.units().iter().enumerate() {
            let picked = settling.pick(index).unwrap_or(unit.theirs.clone());
            prop_assert_eq!(unit.at.get(&merged), picked.as_ref(), "at {}", &unit.at);
        }
    }

    #[test]
    fn what_nobody_changed_stays(triple in triple(), choices in some_choices()) {
        let mut settling = collision(&triple);
        decide(&mut settling, &choices);
        let merged = settling.merged();
        for (at, value) in leaves(&triple.base) {
            let decided = settling.units().iter().any(|unit| unit.at.contains(&at));
            prop_assert!(decided || at.get(&merged) == Some(&value), "{at} was lost");
        }
    }

    #[test]
    fn all_theirs_sends_nothing(triple in triple()) {
        let mut settling = collision(&triple);
        decide(&mut settling, &[Choice::Theirs]);
        prop_assert_eq!(settling.deeds(), vec![]);
        let settled = settling.finish("edit-2".into()).unwrap();
        prop_assert_eq!(settled.changes(), vec![]);
        prop_assert!(!settled.has_something_to_send());
    }

    #[test]
    fn all_mine_keeps_all_i_did_and_all_they_did_elsewhere(triple in triple()) {
        let Triple { base, mine, theirs } = &triple;
        let mut settling = collision(&triple);
        settling.choose_all(&Choice::Mine);
        let merged = settling.merged();
        let mine_did = diff(base, mine);
        let by_parts = |at: &Pointer| {
            let mut units = settling.units().iter();
            units.any(|unit| at.overlaps(&unit.at) && (unit.state == State::Merged || unit.at.to_string().contains('=')))
        };
        for change in mine_did.iter().filter(|change| !by_parts(&change.at)) {
            if change.now.is_none() {
                prop_assert_eq!(change.at.get(&merged), None);
            }
            for (at, value) in leaves(mine) {
                prop_assert!(!change.at.contains(&at) || at.get(&merged) == Some(&value), "{} lost mine", at);
            }
        }
        for change in diff(base, theirs) {
            let apart = mine_did.iter().all(|mine| !mine.at.overlaps(&change.at));
            prop_assert!(!apart || change.at.get(&merged) == change.now.as_ref(), "{} lost theirs", change.at);
        }
    }

    #[test]
    fn a_clean_merge_merged_again_is_itself(Triple { base, mine, theirs } in triple()) {
        if let Some(merged) = merge(Some(&base), &mine, &theirs).clean() {
            prop_assert_eq!(merge(Some(&base), &merged, &theirs).clean(), Some(merged.clone()));
            prop_assert_eq!(merge(Some(&theirs), &merged, &theirs).clean(), Some(merged));
        }
    }

    #[test]
    fn what_the_save_will_do_is_what_it_does(triple in triple(), choices in choices()) {
        let mut settling = collision(&triple);
        decide(&mut settling, &choices);
        let deeds: Vec<_> = settling.deeds().into_iter().map(|deed| (deed.at, deed.from, deed.to)).collect();
        let settled = settling.finish("edit-2".into()).unwrap();
        let changes: Vec<_> = settled.changes().into_iter().map(|change| (change.at, change.was, change.now)).collect();
        prop_assert_eq!(deeds, changes);
        prop_assert_eq!(apply(&triple.theirs, &settled.changes()), settled.fields);
    }

    #[test]
    fn a_difference_applied_gives_the_other(a in object(), b in object(), edits in edits(4)) {
        prop_assert_eq!(apply(&a, &diff(&a, &b)), b);
        let b = edited(&a, &edits);
        prop_assert_eq!(apply(&a, &diff(&a, &b)), b);
    }

    #[test]
    fn compact_text_comes_back_byte_for_byte(text in text()) {
        let read = json::parse(&text).unwrap();
        prop_assert_eq!(read.to_json(), text.as_str());
        prop_assert_eq!(json::parse(&read.canonical()), Ok(read));
    }

    #[test]
    fn strings_say_what_other_readers_read(text in text()) {
        let mut found = Vec::new();
        strings(&json::parse(&text).unwrap(), &mut found);
        for string in found {
            for literal in [string.to_json(), string.canonical()] {
                prop_assert_eq!(serde_json::from_str::<String>(&literal).unwrap(), string.as_str());
            }
        }
    }

    #[test]
    fn an_unchanged_record_is_rewritten_byte_for_byte(record in written()) {
        let rewritten = record.rewritten(record.fields());
        prop_assert_eq!(rewritten.text(), record.text());
    }

    #[test]
    fn an_edited_record_says_the_edit_and_keeps_every_other_byte(record in written(), edits in edits(3)) {
        let fields = edited(record.fields(), &edits);
        let rewritten = record.rewritten(&fields);
        let read = Record::parse(rewritten.text()).unwrap();
        prop_assert_eq!(read.canonical(), Record::of(fields).canonical());
        let mut same = Vec::new();
        untouched(record.text(), rewritten.text(), &mut same);
        for (was, now) in same {
            prop_assert_eq!(was, now);
        }
        for name in record.fields().keys() {
            if let Some((kept, _)) = read.fields().get_key_value(name) {
                prop_assert_eq!(kept.to_json(), name.to_json());
            }
        }
    }

    #[test]
    fn a_draft_survives_the_disk(triple in triple(), choices in some_choices(), record in written()) {
        let mut settling = collision(&triple);
        decide(&mut settling, &choices);
        let drafts = [settling.park(), Draft::of("projects", Stored { fields: record, ..stored(7, &triple.base) }, "e".into())];
        for draft in drafts {
            let back: Draft = serde_json::from_str(&serde_json::to_string(&draft).unwrap()).unwrap();
            prop_assert_eq!(compact(&back.fields), compact(&draft.fields));
            let text = |draft: &Draft| draft.base.stored().unwrap().fields.text().trim().to_owned();
            prop_assert_eq!(text(&back), text(&draft));
            prop_assert_eq!(back, draft);
        }
    }

    #[test]
    fn absent_null_and_empty_stay_apart_on_the_disk(triple in differing(), at in any::<Index>()) {
        let settling = collision(&triple);
        let unit = at.index(settling.units().len());
        let hands = [None, Some(Value::Null), Some(Value::string("")), Some(Value::Array(vec![]))];
        let kept = hands.clone().map(|hand| {
            let mut settling = settling.clone();
            settling.choose(unit, Choice::Hand(hand));
            serde_json::from_str::<Draft>(&serde_json::to_string(&settling.park()).unwrap()).unwrap()
        });
        for (kept, hand) in kept.iter().zip(hands) {
            prop_assert_eq!(&kept.settled.as_ref().unwrap().decisions[0].choice, &Choice::Hand(hand));
        }
    }

    #[test]
    fn a_further_refusal_with_the_same_values_loses_no_decision(triple in triple(), choices in choices()) {
        let mut settling = collision(&triple);
        decide(&mut settling, &choices);
        let before = settling.decisions();
        let settled = settling.finish("edit-2".into()).unwrap();
        let again = settled.rebase(stored(9, &triple.theirs), None, vec![]);
        prop_assert_eq!(again.undecided(), 0);
        prop_assert_eq!(again.decisions(), before);
        prop_assert_eq!(again.merged(), settled.fields);
    }

    #[test]
    fn a_moved_theirs_reopens_only_what_it_moved(triple in triple(), choices in choices(), moves in edits(2)) {
        let mut settling = collision(&triple);
        decide(&mut settling, &choices);
        let before = settling.clone();
        let settled = settling.finish("edit-2".into()).unwrap();
        let again = settled.rebase(stored(9, &edited(&triple.theirs, &moves)), None, vec![]);
        for (index, unit) in again.units().iter().enumerate() {
            if let Some(was) = before.units().iter().position(|was| was == unit) {
                prop_assert_eq!(again.choice(index), before.choice(was), "{} did not move", unit.at);
                prop_assert_eq!(again.moved(index), None);
            }
        }
    }

    #[test]
    fn no_decision_is_dropped_in_silence(triple in triple(), choices in choices(), moves in edits(2)) {
        let mut settling = collision(&triple);
        decide(&mut settling, &choices);
        let decisions = settling.decisions();
        let settled = settling.finish("edit-2".into()).unwrap();
        let theirs = edited(&triple.theirs, &moves);
        let again = settled.rebase(stored(9, &theirs), None, vec![]);
        let merged = again.merged();
        for decision in decisions {
            let at = &decision.at;
            let decided = at.get(&settled.fields);
            let stands = at.get(&merged) == decided;
            let follows = decision.choice == Choice::Theirs && at.get(&merged) == at.get(&theirs);
            let mut units = again.units().iter().enumerate();
            let asked = units.any(|(index, unit)| unit.at.overlaps(at) && again.choice_is_open(index));
            prop_assert!(stands || follows || asked, "{at}: decided {decided:?}, now {:?}", at.get(&merged));
        }
    }

    #[test]
    fn a_collision_left_and_taken_up_again_is_the_same(
        triple in triple(),
        first in choices(),
        moves in edits(2),
        then in some_choices(),
    ) {
        let mut settling = collision(&triple);
        decide(&mut settling, &first);
        let theirs = stored(9, &edited(&triple.theirs, &moves));
        let mut again = settling.finish("edit-2".into()).unwrap().rebase(theirs.clone(), None, vec![]);
        for _ in 0..2 {
            let resumed = again.park().rebase(theirs.clone(), None, vec![]);
            prop_assert_eq!(picks(&resumed), picks(&again));
            prop_assert_eq!(resumed.merged(), again.merged());
            prop_assert_eq!(resumed.base(), again.base());
            decide(&mut again, &then);
        }
    }

    #[test]
    fn a_draft_left_in_a_collision_changes_only_what_i_changed(
        triple in triple(),
        choices in choices(),
        moves in edits(2),
    ) {
        let mut settling = collision(&triple);
        decide(&mut settling, &choices);
        let mine: Vec<_> = settling.park().changes();
        prop_assert_eq!(&mine, &diff(&triple.base, &triple.mine));
        let settled = settling.finish("edit-2".into()).unwrap();
        let again = settled.rebase(stored(9, &edited(&triple.theirs, &moves)), None, vec![]);
        let parked = again.park();
        prop_assert_eq!(parked.base.stored().map(|stored| &stored.fields), again.base().map(|base| &base.fields));
    }

    #[test]
    fn every_step_can_be_undone_and_made_again(triple in differing(), steps in vec((any::<Index>(), choice(), 0..3u8), 1..8)) {
        let mut settling = collision(&triple);
        let start = picks(&settling);
        for (at, choice, how) in steps {
            let index = at.index(settling.units().len());
            match how {
                0 => settling.choose(index, choice),
                1 => settling.toggle(index, choice),
                _ => settling.choose_all(&choice),
            }
        }
        let end = picks(&settling);
        let mut steps = 0;
        while settling.undo().is_some() {
            steps += 1;
        }
        prop_assert_eq!(picks(&settling), start);
        for _ in 0..steps {
            prop_assert!(settling.redo().is_some());
        }
        prop_assert_eq!(settling.redo(), None);
        prop_assert_eq!(picks(&settling), end);
    }

    #[test]
    fn nothing_makes_it_panic(
        triple in triple(),
        theirs in vec(object(), 1..4),
        choices in some_choices(),
        new in any::<bool>(),
    ) {
        let mut draft = collision(&triple).park();
        if new {
            draft = Draft::new(draft.key.clone(), draft.fields, "edit-1".into());
        }
        for (version, theirs) in (8..).zip(&theirs) {
            let mut settling = draft.rebase(stored(version, theirs), None, vec![]);
            decide(&mut settling, &choices);
            drop((settling.deeds(), settling.proposed_note(), settling.merged()));
            draft = settling.finish("edit-2".into()).unwrap_or_else(|open| open.park());
        }
    }
}
