//! What a save, a refusal and the way out of it look like from the chair.

use super::*;
use crate::tui::msg::Unsaved;

/// Alice typed over the name; bob saved v8 with `changes` before her; her save is refused.
fn collided(changes: &[(&str, &str)]) -> (Desk, Stored, Stored) {
    let mut desk = Desk::edits();
    desk.keys("' site' ctrl-s");
    let (before, now) = (stored(7, "alice", BASE), stored(8, "bob", &with(BASE, changes)));
    desk.refused(&before, &now);
    (desk, before, now)
}

#[test]
fn what_is_typed_reaches_the_disk_before_the_wire() {
    let mut desk = Desk::edits();
    desk.keys("' site'");
    desk.effects.clear();
    desk.happens(Msg::Tick(clock()));
    assert!(matches!(&desk.effects[..], [Effect::KeepDraft { draft, .. }, ..] if !draft.changes().is_empty()));
    desk.happens(Msg::Tick(clock()));
    let kept = desk.effects.iter().filter(|effect| matches!(effect, Effect::KeepDraft { .. })).count();
    assert_eq!(kept, 1, "nothing new was typed, nothing is written");
    desk.keys("ctrl-s");
    assert_eq!(desk.sent_text(), with(BASE, &[("/name", "\"Launch site\"")]));
}

#[test]
fn a_save_that_touches_other_fields_goes_through_by_itself_and_says_so() {
    let (mut desk, ..) = collided(&[("/quota", "150")]);
    assert_eq!(desk.sent_text(), with(BASE, &[("/name", "\"Launch site\""), ("/quota", "150")]));
    assert_eq!(desk.sent().base.stored().unwrap().version, 8);
    desk.accepted(9);
    desk.shows("Saved projects/prj_1 as v9, merged with bob's v8: quota.");
}

#[test]
fn theirs_is_taken_with_one_key_and_nothing_is_sent_when_nothing_is_left() {
    let (mut desk, ..) = collided(&[("/name", "\"Launch day\"")]);
    desk.shows("1 of 1 undecided");
    desk.keys("left");
    desk.shows("send nothing");
    desk.keys("enter");
    assert_eq!(desk.sends(), 1, "only the refused one");
    desk.shows("Nothing was sent: v8 already says what you chose.");
}

#[test]
fn mine_is_taken_with_one_key_and_goes_out_with_the_fresh_token() {
    let (mut desk, ..) = collided(&[("/name", "\"Launch day\"")]);
    desk.keys("right");
    desk.shows("! replace bob's name: Launch day → Launch site");
    desk.keys("enter");
    assert_eq!(desk.sent().base.stored().unwrap().token.as_str(), "\"8-t\"");
    assert_eq!(desk.sent().note.unwrap(), "merged with v8 (bob); kept mine: name");
    desk.accepted(9);
    desk.shows("Saved projects/prj_1 as v9.");
    assert!(desk.effects.iter().any(|effect| matches!(effect, Effect::DropDraft { .. })));
}

#[test]
fn nothing_goes_out_while_a_field_is_undecided() {
    let (mut desk, ..) = collided(&[("/name", "\"Launch day\"")]);
    desk.keys("enter");
    assert_eq!(desk.sends(), 1);
    desk.shows("One field is undecided");
    desk.keys("right right enter");
    assert_eq!(desk.sends(), 1, "the same choice twice is undecided again");
}

#[test]
fn a_value_is_written_by_hand_and_esc_keeps_it() {
    let (mut desk, ..) = collided(&[("/name", "\"Launch day\"")]);
    desk.keys("e ' & day' esc enter");
    assert_eq!(desk.sent_text(), with(BASE, &[("/name", "\"Launch site & day\"")]));
}

#[test]
fn a_second_refusal_reopens_only_what_moved() {
    let mut desk = Desk::edits();
    desk.keys("' site' down down down down backspace '5' ctrl-s");
    let before = stored(7, "alice", BASE);
    let v8 = stored(8, "bob", &with(BASE, &[("/name", "\"Launch day\""), ("/quota", "150")]));
    desk.refused(&before, &v8);
    desk.shows("2 of 2 undecided");
    desk.keys("right e ctrl-w '175' enter enter");
    assert_eq!(desk.sends(), 2);
    let v9 = stored(9, "carol", &with(BASE, &[("/name", "\"Launch day\""), ("/quota", "160")]));
    desk.refused(&v8, &v9);
    desk.shows("1 of 2 undecided");
    desk.shows("moved again: was 150, now 160");
    desk.keys("e");
    desk.shows("175");
    desk.keys("esc enter");
    assert_eq!(desk.sent_text(), with(BASE, &[("/name", "\"Launch site\""), ("/quota", "175")]));
}

#[test]
fn esc_from_a_collision_keeps_draft_and_decisions() {
    let (mut desk, ..) = collided(&[("/name", "\"Launch day\"")]);
    desk.keys("right esc");
    desk.shows("Your draft and your decisions are kept");
    desk.keys("ctrl-s");
    desk.shows("decided · Enter saves");
    assert_eq!(desk.sends(), 1, "what is known to be refused is not sent");
}

#[test]
fn a_deleted_record_can_be_made_again_or_left_with_the_draft_kept() {
    let gone = midair_record::wire::Tombstone {
        version: 8,
        by: "bob".into(),
        at: "2026-11-02T14:03:00.000Z".into(),
        why: Some("cancelled".into()),
    };
    let deleted = |desk: &mut Desk| {
        desk.keys("' site' ctrl-s");
        let mut conflict = refusal(&stored(7, "alice", BASE), &stored(8, "bob", BASE));
        conflict.current = Current::Deleted(gone.clone());
        desk.happens(Msg::Saved { sent: Box::new(desk.sent()), result: Ok(Put::Stale(Box::new(conflict))) });
        desk.shows("bob deleted projects/prj_1 at 14:03");
    };
    let mut desk = Desk::edits();
    deleted(&mut desk);
    desk.keys("r");
    assert_eq!(desk.sent().base, midair_record::Basis::New);
    let mut desk = Desk::edits();
    deleted(&mut desk);
    desk.effects.clear();
    desk.keys("k");
    // It is counted among those that wait.
    assert!(matches!(&desk.effects[..], [Effect::KeepDraft { .. }, Effect::ReleaseDraft { .. }, Effect::FindDrafts]));
    let mut desk = Desk::edits();
    deleted(&mut desk);
    desk.keys("c enter");
    assert_eq!(desk.sent().key.id, "prj_1-copy");
}

#[test]
fn a_lost_answer_is_not_a_collision() {
    let mut desk = Desk::edits();
    desk.keys("' site' ctrl-s");
    let sent = desk.sent();
    let lost = Err(Unsaved::NoAnswer("the connection was lost.".into()));
    desk.happens(Msg::Saved { sent: Box::new(sent.clone()), result: lost });
    desk.shows("it is sent again by itself");
    desk.happens(Msg::Link(Link::Lost("gone".into())));
    desk.happens(Msg::Link(Link::Live { hosting: true }));
    assert_eq!((desk.sends(), desk.sent().edit_id), (2, sent.edit_id.clone()));
    let before = stored(7, "alice", BASE);
    let arrived = with(BASE, &[("/name", "\"Launch site\"")]);
    let mut conflict = refusal(&before, &stored(8, "alice", &arrived));
    conflict.changes[0].edit_id = Some(sent.edit_id.clone());
    let now = stored(9, "bob", &with(&arrived, &[("/quota", "150")]));
    conflict.changes.extend(refusal(&stored(8, "alice", &arrived), &now).changes);
    conflict.current = Current::Stored(now);
    desk.happens(Msg::Saved { sent: Box::new(sent), result: Ok(Put::Stale(Box::new(conflict))) });
    assert_eq!(desk.sends(), 2);
    desk.shows("150");
    desk.keys("ctrl-s");
    desk.shows("you changed nothing");
}

#[test]
fn what_arrived_without_an_answer_is_never_shown_as_theirs() {
    let mut desk = Desk::edits();
    desk.keys("' site' ctrl-s");
    let sent = desk.sent();
    let lost = Err(Unsaved::NoAnswer("the connection was lost.".into()));
    desk.happens(Msg::Saved { sent: Box::new(sent.clone()), result: lost });
    let mine = stored(8, "alice", &with(BASE, &[("/name", "\"Launch site\"")]));
    let mut line = refusal(&stored(7, "alice", BASE), &mine).changes.remove(0);
    line.edit_id = Some(sent.edit_id);
    let key = midair_record::wire::Key::new("projects", "prj_1").unwrap();
    let event = midair_record::wire::Event { seq: 30, collection: "projects".into(), id: "prj_1".into(), line };
    desk.happens(Msg::Changed(event));
    desk.happens(Msg::Loaded { key, result: Ok(Read::Stored(Box::new(mine))), changes: Vec::new() });
    let shot = desk.shot(120, 40);
    assert!(!shot.contains("alice saved") && !shot.contains("theirs now"), "{shot}");
    desk.happens(Msg::Tick(clock()));
    assert_eq!(desk.sends(), 2, "it is asked about at once");
    desk.accepted(8);
    desk.shows("from v8 · unchanged");
    let key = midair_record::wire::Key::new("projects", "prj_1").unwrap();
    assert_eq!(desk.effects.last(), Some(&Effect::Load { key, since: Some(8) }), "what came after it is asked for");
}

#[test]
fn what_stands_after_a_save_that_is_answered_late_is_asked_for_again() {
    let mut desk = Desk::edits();
    desk.keys("' site' ctrl-s");
    let result = Err(Unsaved::NoAnswer("the connection was lost.".into()));
    desk.happens(Msg::Saved { sent: Box::new(desk.sent()), result });
    // Read before the server told that mine, version 8, is among what stands there.
    let now = stored(9, "bob", &with(BASE, &[("/name", "\"Launch day\"")]));
    let key = midair_record::wire::Key::new("projects", "prj_1").unwrap();
    desk.happens(Msg::Loaded { key: key.clone(), result: Ok(Read::Stored(Box::new(now))), changes: Vec::new() });
    desk.shows("theirs now: Launch day  (bob)");
    desk.accepted(8);
    assert_eq!(desk.effects.last(), Some(&Effect::Load { key, since: Some(8) }), "version 9 is not forgotten");
}

#[test]
fn somebody_elses_save_is_noticed_while_i_type() {
    let mut desk = Desk::edits();
    desk.keys("' site'");
    let now = stored(8, "bob", &with(BASE, &[("/name", "\"Launch day\""), ("/quota", "150")]));
    let conflict = refusal(&stored(7, "alice", BASE), &now);
    let key = midair_record::wire::Key::new("projects", "prj_1").unwrap();
    let event = midair_record::wire::Event {
        seq: 30,
        collection: "projects".into(),
        id: "prj_1".into(),
        line: conflict.changes[0].clone(),
    };
    desk.happens(Msg::Changed(event));
    assert_eq!(desk.effects.last(), Some(&Effect::Load { key: key.clone(), since: Some(7) }));
    desk.happens(Msg::Loaded { key, result: Ok(Read::Stored(Box::new(now))), changes: conflict.changes });
    desk.shows("theirs now: Launch day  (bob)");
    desk.shows("bob saved v8");
    let row = |desk: &mut Desk| desk.shot(120, 40).lines().find(|line| line.contains("quota")).unwrap().to_owned();
    let flown = row(&mut desk);
    assert!(flown.contains("↻   150") && flown.contains("was 100  (bob)"), "{flown}");
    desk.keys("tab tab tab tab");
    let here = row(&mut desk);
    assert!(
        here.contains("▸ quota") && here.contains("theirs now: 150  (bob)"),
        "what is under the caret stays: {here}"
    );
    desk.keys("ctrl-r right");
    desk.shows("decided · Enter saves");
}

#[test]
fn a_number_that_is_none_is_not_sent_and_not_lost() {
    let mut desk = Desk::edits();
    desk.keys("down down down down 'x' ctrl-s");
    assert_eq!(desk.sends(), 0);
    desk.shows("\"100x\" is not a number");
    desk.keys("down");
    desk.happens(Msg::Tick(clock()));
    let kept = desk.effects.iter().rev().find_map(|effect| match effect {
        Effect::KeepDraft { draft, .. } => Some(draft.clone()),
        _ => None,
    });
    assert_eq!(kept.unwrap().fields.get("quota").unwrap().as_str(), Some("100x"));
    desk.keys("ctrl-s");
    assert_eq!(desk.sends(), 0);
    desk.keys("backspace ctrl-s");
    desk.shows("Nothing to save: you changed nothing.");
}

#[test]
fn absent_null_and_empty_are_set_and_told_apart() {
    let mut desk = Desk::edits();
    desk.keys("ctrl-t z down ctrl-k");
    desk.shows("∅ absent");
    desk.keys("ctrl-s");
    assert_eq!(desk.sent_text(), with(BASE, &[("/name", "null"), ("/billing", "")]));
    let mut desk = Desk::edits();
    desk.keys("ctrl-k 'x' backspace ctrl-s");
    assert_eq!(desk.sent_text(), with(BASE, &[("/name", "")]));
}

#[test]
fn undo_and_redo_go_over_fields() {
    let mut desk = Desk::edits();
    desk.keys("' site' down down down down backspace backspace '5' ctrl-z ctrl-z ctrl-z ctrl-z ctrl-z ctrl-z ctrl-s");
    desk.shows("you changed nothing");
    desk.keys("ctrl-y ctrl-y ctrl-s");
    assert_eq!(desk.sent_text(), with(BASE, &[("/name", "\"Launch site\"")]));
}

#[test]
fn leaving_a_record_keeps_its_draft_for_the_next_enter() {
    let mut desk = Desk::edits();
    desk.keys("' site' esc");
    desk.shows("Your draft of projects/prj_1 is kept");
    desk.keys("enter");
    desk.shows("Launch site");
}

#[test]
fn a_refused_deletion_shows_what_changed_and_offers_the_fresh_token() {
    let mut desk = Desk::sit(Depth::None);
    desk.keys("d y");
    let (before, now) = (stored(7, "alice", BASE), stored(8, "bob", &with(BASE, &[("/quota", "150")])));
    let key = midair_record::wire::Key::new("projects", "prj_1").unwrap();
    let stale = midair_record::wire::Delete::Stale(Box::new(refusal(&before, &now)));
    desk.happens(Msg::Deleted { key, result: Ok(stale) });
    desk.shows("quota: 100 → 150");
    desk.keys("y");
    let token = |effect: &Effect| match effect {
        Effect::Delete { token, .. } => Some(token.as_str().to_owned()),
        _ => None,
    };
    assert_eq!(desk.effects.iter().filter_map(token).collect::<Vec<_>>(), ["\"7-t\"", "\"8-t\""]);
}

#[test]
fn nothing_in_a_value_reaches_the_screen_raw() {
    let evil = with(BASE, &[("/name", "\"\\u001b]0;x\\u0007\\u009b31m\\u202eevil\"")]);
    let mut desk = Desk::sit(Depth::None);
    desk.keys("r");
    desk.answers_page(vec![stored(8, "\u{1b}[31mbob", &evil)]);
    desk.keys("enter");
    let key = midair_record::wire::Key::new("projects", "prj_1").unwrap();
    let result = Ok(Read::Stored(Box::new(stored(8, "\u{1b}[31mbob", &evil))));
    for _ in 0..2 {
        let shot = desk.shot(200, 60);
        assert!(!shot.contains(['\u{1b}', '\u{9b}', '\u{202e}', '\u{7}']), "{shot}");
        desk.happens(Msg::Loaded { key: key.clone(), result: result.clone(), changes: Vec::new() });
    }
    assert!(desk.shot(120, 40).contains("evil"));
}

#[test]
fn a_draft_is_called_kept_once_all_of_it_is_on_disk() {
    let mut desk = Desk::edits();
    let ticks = |desk: &mut Desk, typed: &str| {
        desk.keys(typed);
        desk.effects.clear();
        desk.happens(Msg::Tick(clock()));
        match &desk.effects[..] {
            [Effect::KeepDraft { slot, .. }, ..] => slot.clone(),
            other => panic!("{other:?}"),
        }
    };
    let slot = ticks(&mut desk, "' site'");
    let kept = || Msg::DraftKept { slot: slot.clone(), result: Ok(()) };
    assert!(!desk.shot(120, 40).contains("draft kept"), "it is on its way");
    assert_eq!(ticks(&mut desk, "' two'"), slot);
    desk.happens(kept());
    assert!(!desk.shot(120, 40).contains("draft kept"), "the second half is on its way");
    desk.happens(kept());
    desk.shows("draft kept");
    desk.keys("'!'");
    assert!(!desk.shot(120, 40).contains("draft kept"));
}

#[test]
fn a_draft_that_another_terminal_has_open_goes_on_under_a_name_of_its_own() {
    let mut desk = Desk::edits();
    desk.keys("' site'");
    let slots = |desk: &mut Desk| {
        desk.effects.clear();
        desk.happens(Msg::Tick(clock()));
        match &desk.effects[..] {
            [Effect::KeepDraft { slot, .. }, ..] => slot.clone(),
            other => panic!("{other:?}"),
        }
    };
    let first = slots(&mut desk);
    desk.happens(Msg::DraftKept { slot: first.clone(), result: Err(crate::tui::msg::NotKept::Taken) });
    desk.shows("yours goes on as a draft of its own");
    assert_ne!(slots(&mut desk), first);
    desk.keys("ctrl-s");
    assert_eq!(desk.sends(), 1, "it can be saved all the same");
}

#[test]
fn undo_after_a_merged_save_does_not_take_back_what_others_did() {
    let (mut desk, ..) = collided(&[("/quota", "150")]);
    desk.accepted(9);
    desk.keys("ctrl-z ctrl-s");
    desk.shows("you changed nothing");
    desk.keys("ctrl-z ctrl-z");
    assert_eq!(desk.sent_text(), with(BASE, &[("/quota", "150")]));
}

#[test]
fn mine_for_all_leaves_what_was_written_by_hand() {
    let (mut desk, ..) = collided(&[("/name", "\"Launch day\"")]);
    desk.keys("e esc");
    desk.shows("1 of 1 undecided");
    desk.keys("e '!' esc M enter");
    assert_eq!(desk.sent_text(), with(BASE, &[("/name", "\"Launch site!\"")]));
}

#[test]
fn the_note_of_a_second_collision_names_the_second_version() {
    let (mut desk, _, v8) = collided(&[("/name", "\"Launch day\"")]);
    desk.keys("right enter");
    let v9 = stored(9, "carol", &with(BASE, &[("/name", "\"Launch night\"")]));
    desk.refused(&v8, &v9);
    desk.keys("right enter");
    assert_eq!(desk.sent().note.unwrap(), "merged with v9 (carol); kept mine: name");
}

/// The last page that was asked for comes.
fn page_comes(desk: &mut Desk, items: Vec<Stored>, next: Option<&str>) {
    let wanted = |effect: &Effect| if let Effect::LoadPage(asked) = effect { Some(asked.clone()) } else { None };
    let asked = desk.effects.iter().rev().find_map(wanted).unwrap();
    desk.effects.clear();
    let page = Page { items, next: next.map(str::to_owned), total: None };
    desk.happens(Msg::Page { asked, result: Ok(page) });
}

#[test]
fn a_filter_goes_on_by_itself_until_there_are_records_to_show() {
    let mut desk = Desk::sit(Depth::None);
    desk.keys("/ 'launch' enter");
    page_comes(&mut desk, vec![], Some("prj_0"));
    let asks = |desk: &Desk, place: &str| match &desk.effects[..] {
        [Effect::LoadPage(asked)] => asked.part.after.as_deref() == Some(place) && asked.filter == "launch",
        _ => false,
    };
    assert!(asks(&desk, "prj_0"), "{:?}", desk.effects);
    let shot = desk.shot(120, 40);
    assert!(shot.contains("projects · filter: launch") && shot.contains("loading…"), "no count is made up:\n{shot}");
    assert!(!shot.contains("No record holds that."), "that is not known yet:\n{shot}");
    page_comes(&mut desk, vec![stored(7, "alice", BASE)], Some("prj_2"));
    assert!(asks(&desk, "prj_2"), "{:?}", desk.effects);
    page_comes(&mut desk, vec![], None);
    assert!(desk.effects.is_empty(), "that was the last page: {:?}", desk.effects);
    desk.shows("projects · 1 record · filter: launch");
}
