//! Stories of collisions being settled, and of further refusals while they are.

use super::*;
use crate::deed::Verb;
use crate::record::Record;
use crate::wire::{Op, Token};

fn stored(version: u64, text: &str) -> Stored {
    Stored {
        id: "prj_1".into(),
        version,
        token: Token::parse(&format!("\"{version}-x\"")).unwrap(),
        updated_at: "2026-11-01T14:02:00.000Z".into(),
        updated_by: "bob".into(),
        note: None,
        fields: Record::parse(text).unwrap(),
    }
}

fn line(version: u64, by: &str, paths: &[&str]) -> VersionLine {
    VersionLine {
        version,
        op: Op::Update,
        by: by.into(),
        at: "2026-11-01T14:02:00.000Z".into(),
        why: None,
        edit_id: None,
        paths: paths.iter().map(|path| Pointer::parse(path).unwrap()).collect(),
        blind: false,
    }
}

fn draft(base: &str, mine: &str) -> Draft {
    let mut draft = Draft::of("projects", stored(7, base), "edit-1".into());
    draft.edit(Record::parse(mine).unwrap().fields().clone());
    draft
}

fn text(fields: &Object) -> String {
    Value::Object(fields.clone()).to_json()
}

const BASE: &str = r#"{"name":"Launch","quota":100,"owner":"dana"}"#;
const MINE: &str = r#"{"name":"Website","quota":200,"owner":"dana"}"#;

#[test]
fn nothing_is_sent_while_something_is_undecided() {
    let theirs = stored(8, r#"{"name":"Site","quota":150,"owner":"erin"}"#);
    let mut settling = draft(BASE, MINE).rebase(theirs, None, vec![]);
    assert_eq!((settling.undecided(), settling.asked()), (2, 2));
    settling.choose(0, Choice::Theirs);
    let mut settling = *settling.finish("edit-2".into()).unwrap_err();
    settling.choose(1, Choice::Mine);
    let settled = settling.finish("edit-2".into()).unwrap();
    assert_eq!(text(&settled.fields), r#"{"name":"Site","quota":200,"owner":"erin"}"#);
    assert_eq!(settled.base.stored().unwrap().version, 8);
}

#[test]
fn the_same_choice_once_more_takes_it_back() {
    let mut settling =
        draft(BASE, MINE).rebase(stored(8, r#"{"name":"Site","quota":100,"owner":"erin"}"#), None, vec![]);
    settling.toggle(0, Choice::Mine);
    settling.toggle(0, Choice::Mine);
    assert_eq!(settling.choice(0), &Choice::Undecided);
    settling.toggle(2, Choice::Mine);
    assert_eq!(settling.pick(2), Some(Some(Value::string("dana"))));
    settling.toggle(2, Choice::Mine);
    assert_eq!(settling.choice(2), &Choice::Theirs, "a unit that merged by itself goes back to what the merge does");
}

#[test]
fn one_choice_for_all_leaves_what_is_decided() {
    let mut settling =
        draft(BASE, MINE).rebase(stored(8, r#"{"name":"Site","quota":150,"owner":"dana"}"#), None, vec![]);
    settling.choose(0, Choice::Mine);
    settling.choose_all(&Choice::Theirs);
    assert_eq!((settling.choice(0), settling.choice(1)), (&Choice::Mine, &Choice::Theirs));
    settling.choose_all(&Choice::Mine);
    assert_eq!(settling.choice(1), &Choice::Theirs);
    settling.undo();
    assert_eq!((settling.choice(0), settling.undecided()), (&Choice::Mine, 1), "what changed nothing is no step");
}

#[test]
fn every_step_can_be_undone_and_redone() {
    let mut settling =
        draft(BASE, MINE).rebase(stored(8, r#"{"name":"Site","quota":150,"owner":"dana"}"#), None, vec![]);
    settling.choose_all(&Choice::Mine);
    settling.choose(1, Choice::Hand(None));
    assert_eq!(settling.undo(), Some(1));
    assert_eq!(settling.undo(), Some(0));
    assert_eq!((settling.undecided(), settling.undo()), (2, None));
    settling.redo();
    settling.redo();
    assert_eq!(settling.choice(1), &Choice::Hand(None));
    assert_eq!(settling.redo(), None);
}

#[test]
fn a_second_refusal_keeps_the_decisions_it_did_not_touch() {
    let mut settling =
        draft(BASE, MINE).rebase(stored(8, r#"{"name":"Site","quota":150,"owner":"dana"}"#), None, vec![]);
    settling.choose(0, Choice::Hand(Some(Value::string("Web site"))));
    settling.choose(1, Choice::Theirs);
    let settled = settling.finish("edit-2".into()).unwrap();

    let again = settled.rebase(stored(9, r#"{"name":"Site","quota":175,"owner":"carol"}"#), None, vec![]);
    assert_eq!(again.choice(0), &Choice::Hand(Some(Value::string("Web site"))));
    assert_eq!(again.choice(1), &Choice::Undecided);
    assert_eq!(again.moved(1).unwrap().theirs, Value::parse("150").ok());
    assert_eq!(again.moved(1).unwrap().choice, Choice::Theirs);
    assert_eq!(again.choice(2), &Choice::Theirs, "carol's owner came without a question");
    assert_eq!((again.undecided(), again.draft().edit_id.as_str()), (1, "edit-2"));
}

#[test]
fn a_collision_that_is_left_can_be_taken_up_again() {
    let theirs = stored(8, r#"{"name":"Site","quota":150,"owner":"dana"}"#);
    let mut settling = draft(BASE, MINE).rebase(theirs.clone(), None, vec![]);
    settling.choose(0, Choice::Hand(Some(Value::Null)));
    let kept = serde_json::to_string(&settling.park()).unwrap();
    let parked: Draft = serde_json::from_str(&kept).unwrap();
    assert_eq!(parked.base.stored().unwrap().version, 7);
    let resumed = parked.rebase(theirs, None, vec![]);
    assert_eq!((resumed.choice(0), resumed.undecided()), (&Choice::Hand(Some(Value::Null)), 1));
}

#[test]
fn editing_on_after_a_collision_makes_the_decisions_part_of_mine() {
    let mut settling =
        draft(BASE, MINE).rebase(stored(8, r#"{"name":"Site","quota":150,"owner":"dana"}"#), None, vec![]);
    settling.choose_all(&Choice::Mine);
    let mut settled = settling.finish("edit-2".into()).unwrap();
    settled.edit(Record::parse(r#"{"name":"Website","quota":300,"owner":"dana"}"#).unwrap().fields().clone());
    let again = settled.rebase(stored(9, r#"{"name":"Site","quota":175,"owner":"dana"}"#), None, vec![]);
    assert_eq!(again.undecided(), 1);
    assert_eq!(text(&again.merged()), r#"{"name":"Website","quota":175,"owner":"dana"}"#);
}

#[test]
fn what_the_save_will_do_says_whose_work_it_undoes() {
    let theirs = stored(9, r#"{"name":"Site","quota":150,"owner":"erin"}"#);
    let changes = vec![line(8, "bob", &["/name"]), line(9, "carol", &["/quota", "/owner"])];
    let mut settling = draft(BASE, MINE).rebase(theirs, None, changes);
    assert_eq!(settling.deeds(), []);
    settling.choose(0, Choice::Base);
    settling.choose(1, Choice::Mine);
    let verbs: Vec<_> = settling.deeds().into_iter().map(|deed| (deed.at.to_string(), deed.verb)).collect();
    assert_eq!(
        verbs,
        [
            ("/name".to_owned(), Verb::Revert(Some("bob".into()))),
            ("/quota".to_owned(), Verb::Replace(Some("carol".into())))
        ]
    );
    assert_eq!(settling.set_by(0).unwrap().version, 8);
    assert_eq!(settling.proposed_note(), "merged with v9 (bob); kept mine: quota; back to base: name");
}

#[test]
fn two_creations_of_one_record_meet_without_a_base() {
    let key = crate::wire::Key::new("projects", "prj_1").unwrap();
    let mine = Record::parse(r#"{"name":"A","quota":1}"#).unwrap();
    let made = Draft::new(key, mine.fields().clone(), "edit-1".into());
    let settling = made.rebase(stored(1, r#"{"name":"B","quota":1}"#), None, vec![]);
    assert!(settling.base().is_none());
    assert_eq!(settling.undecided(), 1);
}

#[test]
fn leaving_a_second_collision_takes_nothing_of_others_back() {
    let mine = BASE.replace("Launch", "Website");
    let mut settling =
        draft(BASE, &mine).rebase(stored(8, r#"{"name":"Site","quota":150,"owner":"dana"}"#), None, vec![]);
    settling.choose(0, Choice::Mine);
    let settled = settling.finish("edit-2".into()).unwrap();
    let theirs = stored(9, r#"{"name":"Page","quota":150,"owner":"dana"}"#);
    let parked = settled.rebase(theirs.clone(), None, vec![]).park();
    assert_eq!(parked.base.stored().unwrap().version, 7);
    let mut resumed = parked.rebase(theirs, None, vec![]);
    assert_eq!(resumed.moved(0).unwrap().choice, Choice::Mine, "what was decided before is still known");
    resumed.choose(0, Choice::Mine);
    assert_eq!(text(&resumed.merged()), r#"{"name":"Website","quota":150,"owner":"dana"}"#);
}

#[test]
fn what_was_typed_for_a_unit_that_is_no_more_becomes_mine() {
    let typed = |theirs: &str| {
        let moved = r#"{"o":{"a":2}}"#;
        let mut settling = draft(r#"{"o":{"a":1}}"#, r#"{"o":{"a":1}}"#).rebase(stored(8, moved), None, vec![]);
        settling.choose(0, Choice::Hand(Some(Value::string("typed"))));
        settling.finish("edit-2".into()).unwrap().rebase(stored(9, theirs), None, vec![])
    };
    for again in [typed(r#"{"o":{"a":1}}"#), typed("{}")] {
        assert_eq!(again.undecided(), 1);
        assert_eq!(text(&again.draft().fields), r#"{"o":{"a":"typed"}}"#);
    }
}

#[test]
fn what_was_typed_is_asked_again_when_theirs_moves_to_mine() {
    let mut settling =
        draft(BASE, MINE).rebase(stored(8, r#"{"name":"Site","quota":200,"owner":"dana"}"#), None, vec![]);
    settling.choose(0, Choice::Hand(Some(Value::string("Web site"))));
    let settled = settling.finish("edit-2".into()).unwrap();
    let again = settled.rebase(stored(9, MINE), None, vec![]);
    assert_eq!((again.undecided(), again.choice(0)), (1, &Choice::Undecided));
}

#[test]
fn another_rule_does_not_make_a_unit_forget_that_it_moved() {
    let mut settling =
        draft(BASE, MINE).rebase(stored(8, r#"{"name":"Site","quota":150,"owner":"dana"}"#), None, vec![]);
    settling.choose_all(&Choice::Mine);
    let settled = settling.finish("edit-2".into()).unwrap();
    let mut again = settled.rebase(stored(9, r#"{"name":"Site","quota":175,"owner":"dana"}"#), None, vec![]);
    again.choose_rule(1, Rule::Counter);
    assert_eq!(again.moved(1).unwrap().choice, Choice::Mine);
    assert_eq!(again.pick(1), Some(Value::parse("275").ok()));
}
