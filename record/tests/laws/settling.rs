//! The laws of settling a collision: decisions, undo, further refusals, and the disk in between.

use std::collections::BTreeMap;

use midair_record::diff::{apply, diff};
use midair_record::merge::hunk::HunkChoice;
use midair_record::wire::Stored;
use midair_record::{Choice, Draft, Pointer, Resolution, Value};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use super::generated::schemas::{Schema, schema};
use super::generated::{differing, edited, edits, object, triple, written};
use super::{Step, choices, collision, compact, decide, meets, some_choices, steps, stored, thorough};

fn picks(resolution: &Resolution) -> BTreeMap<Pointer, Choice> {
    let units = resolution.units().iter().enumerate();
    units.map(|(index, unit)| (unit.at.clone(), resolution.choice(index).clone())).collect()
}

/// Everything of a collision that a step can change.
fn state(resolution: &Resolution) -> impl PartialEq + std::fmt::Debug + use<> {
    let choices: Vec<_> = (0..resolution.units().len())
        .map(|index| (resolution.choice(index).clone(), resolution.moved(index).cloned()))
        .collect();
    let units = resolution.units().to_vec();
    (resolution.rules().chosen().clone(), units, choices, resolution.decisions(), compact(&resolution.merged()))
}

/// Decides what is still open for mine.
fn settle(resolution: &mut Resolution) {
    for index in 0..resolution.units().len() {
        if resolution.choice_is_open(index) {
            resolution.choose(index, Choice::Mine);
        }
    }
}

proptest! {
    #![proptest_config(thorough())]

    #[test]
    fn all_theirs_sends_nothing(triple in triple(), schema in schema()) {
        let mut settling = collision(&triple, &schema);
        decide(&mut settling, &[Choice::Theirs]);
        prop_assert_eq!(settling.deeds(), vec![]);
        let settled = settling.finish("edit-2".into()).unwrap();
        prop_assert_eq!(settled.changes(), vec![]);
        prop_assert!(!settled.has_something_to_send());
    }

    #[test]
    fn what_the_save_will_do_is_what_it_does(triple in triple(), schema in schema(), steps in steps()) {
        let mut settling = collision(&triple, &schema);
        steps.iter().for_each(|step| step.take(&mut settling));
        settle(&mut settling);
        let deeds: Vec<_> = settling.deeds().into_iter().map(|deed| (deed.at, deed.from, deed.to)).collect();
        let settled = settling.finish("edit-2".into()).unwrap();
        let changes: Vec<_> = settled.changes().into_iter().map(|change| (change.at, change.was, change.now)).collect();
        prop_assert_eq!(deeds, changes);
        prop_assert_eq!(apply(&triple.theirs, &settled.changes()), settled.fields);
    }

    #[test]
    fn what_is_decided_has_a_value(triple in triple(), schema in schema(), steps in steps()) {
        let mut settling = collision(&triple, &schema);
        steps.iter().for_each(|step| step.take(&mut settling));
        for index in 0..settling.units().len() {
            prop_assert_eq!(settling.pick(index).is_none(), settling.choice_is_open(index));
        }
    }

    #[test]
    fn every_piece_of_one_side_makes_that_side(triple in triple(), schema in schema()) {
        let settling = collision(&triple, &schema);
        for (index, unit) in settling.units().iter().enumerate() {
            let mut pieces = settling.pieces(index);
            if pieces.is_empty() {
                continue;
            }
            let sides = [
                (HunkChoice::Theirs, &unit.theirs),
                (HunkChoice::Mine, &unit.mine),
                (HunkChoice::Base, &unit.base),
            ];
            for (choice, side) in sides.into_iter().filter(|(_, side)| side.is_some()) {
                pieces.iter_mut().for_each(|piece| piece.choice = choice);
                prop_assert_eq!(&unit.put_together(&pieces), side, "{:?} at {}", choice, &unit.at);
            }
        }
    }

    #[test]
    fn both_halves_of_a_piece_for_one_side_are_the_piece_for_it(
        triple in triple(),
        schema in schema(),
        cuts in vec((any::<Index>(), 1..4usize), 1..4),
    ) {
        let settling = collision(&triple, &schema);
        for index in 0..settling.units().len() {
            let whole = settling.pieces(index);
            for choice in [HunkChoice::Theirs, HunkChoice::Mine, HunkChoice::Base] {
                let mut split = settling.clone();
                for (piece, lines) in cuts.iter().filter(|_| !whole.is_empty()) {
                    split.split_piece(index, piece.index(split.pieces(index).len()), *lines);
                }
                let [whole, halves] = [whole.clone(), split.pieces(index)].map(|mut pieces| {
                    pieces.iter_mut().filter(|piece| piece.asks).for_each(|piece| piece.choice = choice);
                    settling.units()[index].put_together(&pieces)
                });
                prop_assert_eq!(whole, halves, "{:?}", choice);
            }
        }
    }

    #[test]
    fn a_draft_survives_the_disk(
        triple in triple(),
        schema in schema(),
        steps in steps(),
        record in written(),
    ) {
        let mut settling = collision(&triple, &schema);
        steps.iter().for_each(|step| step.take(&mut settling));
        let loaded = Stored { fields: record, ..stored(7, &triple.base) };
        let drafts = [settling.park(), Draft::of("projects", loaded, "e".into())];
        for draft in drafts {
            let back: Draft = serde_json::from_str(&serde_json::to_string(&draft).unwrap()).unwrap();
            prop_assert_eq!(compact(&back.fields), compact(&draft.fields));
            let text = |draft: &Draft| draft.base.stored().unwrap().fields.text().trim().to_owned();
            prop_assert_eq!(text(&back), text(&draft));
            prop_assert_eq!(back, draft);
        }
    }

    #[test]
    fn absent_null_and_empty_stay_apart_on_the_disk(triple in differing(), at in any::<Index>(), schema in schema()) {
        let settling = collision(&triple, &schema);
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
    fn a_further_refusal_with_the_same_values_loses_no_decision(
        triple in triple(),
        schema in schema(),
        steps in steps(),
    ) {
        let mut settling = collision(&triple, &schema);
        steps.iter().for_each(|step| step.take(&mut settling));
        settle(&mut settling);
        let before = settling.decisions();
        let settled = settling.finish("edit-2".into()).unwrap();
        let again = meets(&settled, &schema, &stored(9, &triple.theirs));
        prop_assert_eq!(again.undecided(), 0);
        prop_assert_eq!(again.decisions(), before);
        prop_assert_eq!(again.merged(), settled.fields);
    }

    #[test]
    fn a_moved_theirs_reopens_only_what_it_moved(
        triple in triple(),
        schema in schema(),
        steps in steps(),
        moves in edits(2),
    ) {
        let mut settling = collision(&triple, &schema);
        steps.iter().for_each(|step| step.take(&mut settling));
        settle(&mut settling);
        let before = settling.clone();
        let settled = settling.finish("edit-2".into()).unwrap();
        let again = meets(&settled, &schema, &stored(9, &edited(&triple.theirs, &moves)));
        for (index, unit) in again.units().iter().enumerate() {
            if let Some(was) = before.units().iter().position(|was| was == unit) {
                prop_assert_eq!(again.choice(index), before.choice(was), "{} did not move", unit.at);
                prop_assert_eq!(again.moved(index), None);
            }
        }
    }

    #[test]
    fn no_decision_is_dropped_in_silence(
        triple in triple(),
        schema in schema(),
        choices in choices(),
        moves in edits(2),
    ) {
        let mut settling = collision(&triple, &schema);
        decide(&mut settling, &choices);
        let decisions = settling.decisions();
        let settled = settling.finish("edit-2".into()).unwrap();
        let theirs = edited(&triple.theirs, &moves);
        let again = meets(&settled, &schema, &stored(9, &theirs));
        let merged = again.merged();
        for decision in decisions {
            let at = &decision.at;
            let decided = at.get(&settled.fields);
            let stands = at.get(&merged) == decided;
            let follows = decision.choice == Choice::Theirs && at.get(&merged) == at.get(&theirs);
            let mut units = again.units().iter().enumerate();
            let asked = units.any(|(index, unit)| unit.overlaps(at) && again.choice_is_open(index));
            prop_assert!(stands || follows || asked, "{at}: decided {decided:?}, now {:?}", at.get(&merged));
        }
    }

    /// But for a choice that was taken back where what was decided before and what the merge does agree: it stands again.
    #[test]
    fn a_collision_left_and_taken_up_again_is_the_same(
        triple in triple(),
        schema in schema(),
        first in steps(),
        moves in edits(2),
        then in steps(),
    ) {
        let mut settling = collision(&triple, &schema);
        first.iter().for_each(|step| step.take(&mut settling));
        settle(&mut settling);
        let theirs = stored(9, &edited(&triple.theirs, &moves));
        let mut again = meets(&settling.finish("edit-2".into()).unwrap(), &schema, &theirs);
        for _ in 0..2 {
            let resumed = meets(&again.park(), &schema, &theirs);
            prop_assert_eq!(picks(&resumed), picks(&again));
            prop_assert_eq!(resumed.merged(), again.merged());
            prop_assert_eq!(resumed.base(), again.base());
            then.iter().filter(|step| !matches!(step, Step::Toggle(..))).for_each(|step| step.take(&mut again));
        }
    }

    #[test]
    fn a_draft_left_in_a_collision_changes_only_what_i_changed(
        triple in triple(),
        schema in schema(),
        choices in choices(),
        moves in edits(2),
    ) {
        let mut settling = collision(&triple, &schema);
        decide(&mut settling, &choices);
        let mine: Vec<_> = settling.park().changes();
        prop_assert_eq!(&mine, &diff(&triple.base, &triple.mine));
        let settled = settling.finish("edit-2".into()).unwrap();
        let again = meets(&settled, &schema, &stored(9, &edited(&triple.theirs, &moves)));
        let parked = again.park();
        prop_assert_eq!(parked.base.stored().map(|stored| &stored.fields), again.base().map(|base| &base.fields));
    }

    #[test]
    fn every_step_can_be_undone_and_made_again(triple in triple(), schema in schema(), steps in steps()) {
        let mut settling = collision(&triple, &schema);
        let mut states = vec![state(&settling)];
        for step in &steps {
            step.take(&mut settling);
            let now = state(&settling);
            if states.last() != Some(&now) {
                states.push(now);
            }
        }
        let end = states.len() - 1;
        for was in states[..end].iter().rev() {
            prop_assert!(settling.undo().is_some());
            while state(&settling) != *was && settling.undo().is_some() {}
            prop_assert_eq!(&state(&settling), was);
        }
        while settling.undo().is_some() {}
        prop_assert_eq!(&state(&settling), &states[0]);
        while settling.redo().is_some() {}
        prop_assert_eq!(&state(&settling), &states[end]);
    }

    #[test]
    fn nothing_makes_it_panic(
        triple in triple(),
        theirs in vec(object(), 1..4),
        schemas in (schema(), schema()),
        choices in some_choices(),
        steps in steps(),
        new in any::<bool>(),
    ) {
        let schema = |version: u64| -> &Schema { if version.is_multiple_of(2) { &schemas.0 } else { &schemas.1 } };
        let mut draft = collision(&triple, schema(8)).park();
        if new {
            draft = Draft::new(draft.key.clone(), draft.fields, "edit-1".into());
        }
        for (version, theirs) in (8..).zip(&theirs) {
            let mut settling = meets(&draft, schema(version), &stored(version, theirs));
            decide(&mut settling, &choices);
            steps.iter().for_each(|step| step.take(&mut settling));
            drop((settling.deeds(), settling.proposed_note(), settling.merged()));
            draft = settling.finish("edit-2".into()).unwrap_or_else(|open| open.park());
        }
    }
}
