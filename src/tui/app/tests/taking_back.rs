//! Stories of a save taken back and made again, and of copies: each is a write like any other, and what others wrote stays.

use super::*;

const SITE: (&str, &str) = ("/name", "\"Launch site\"");

fn saved() -> Desk {
    let mut desk = Desk::edits();
    desk.keys("' site' ctrl-s");
    desk.accepted(8);
    desk
}

/// Bob saves v9 with these changes of what Alice saved, and she sees it.
fn bob_saves(desk: &mut Desk, changes: &[(&str, &str)]) -> Stored {
    let all: Vec<(&str, &str)> = [SITE].iter().chain(changes).copied().collect();
    let now = stored(9, "bob", &with(BASE, &all));
    let key = midair_record::wire::Key::new("projects", "prj_1").unwrap();
    desk.happens(Msg::Loaded { key, result: Ok(Read::Stored(Box::new(now.clone()))), changes: Vec::new() });
    desk.shows("bob saved v9; this is it.");
    now
}

fn v8() -> Stored {
    stored(8, "alice", &with(BASE, &[SITE]))
}

#[test]
fn a_save_is_taken_back_as_a_new_version_and_made_again_as_another() {
    let mut desk = saved();
    desk.shows("Saved projects/prj_1 as v8. Ctrl-Z takes it back.");
    desk.keys("ctrl-z");
    desk.shows("Ctrl-Z again takes your v8 of projects/prj_1 back, as a new version: name: Launch site → Launch.");
    assert_eq!(desk.sends(), 1, "it is said before it is done");
    desk.keys("ctrl-z");
    assert_eq!((desk.sent_text(), desk.sent().base.stored().unwrap().version), (with(BASE, &[]), 8));
    assert_eq!(desk.sent().note.unwrap(), "takes back v8");
    assert_ne!(desk.sent().edit_id, "");
    desk.accepted(9);
    desk.shows("Took v8 of projects/prj_1 back, as v9. Ctrl-Y brings it back.");
    desk.keys("ctrl-y");
    desk.shows(
        "Ctrl-Y again brings back what v9 of projects/prj_1 took back, as a new version: name: Launch → Launch site.",
    );
    desk.keys("ctrl-y");
    assert_eq!((desk.sent_text(), desk.sent().base.stored().unwrap().version), (with(BASE, &[SITE]), 9));
    desk.accepted(10);
    desk.shows("Brought back what v9 of projects/prj_1 took back, as v10. Ctrl-Z takes it back.");
    desk.keys("ctrl-y");
    desk.shows("Nothing is left to redo.");
    desk.keys("ctrl-z ctrl-z");
    assert_eq!((desk.sent_text(), desk.sends()), (with(BASE, &[]), 4));
}

#[test]
fn a_save_after_one_was_taken_back_leaves_nothing_to_bring_back() {
    let mut desk = saved();
    desk.keys("ctrl-z ctrl-z");
    desk.accepted(9);
    desk.keys("'!' ctrl-s");
    desk.accepted(10);
    desk.keys("ctrl-y");
    desk.shows("Nothing is left to redo.");
    desk.keys("ctrl-z ctrl-z");
    assert_eq!((desk.sent_text(), desk.sent().base.stored().unwrap().version), (with(BASE, &[]), 10));
}

#[test]
fn what_others_wrote_since_stays() {
    let mut desk = saved();
    let now = bob_saves(&mut desk, &[("/quota", "150")]);
    desk.keys("ctrl-z ctrl-z");
    desk.refused(&v8(), &now);
    assert_eq!(desk.sent_text(), with(BASE, &[("/quota", "150")]));
    assert_eq!(desk.sent().base.stored().unwrap().version, 9);
    desk.accepted(10);
    desk.shows("Took v8 of projects/prj_1 back, as v10, merged with bob's v9: quota. Ctrl-Y brings it back.");
    desk.keys("ctrl-y ctrl-y");
    assert_eq!(desk.sent_text(), with(BASE, &[SITE, ("/quota", "150")]), "and stays when it is made again");
}

#[test]
fn where_others_changed_the_same_field_it_is_asked_like_any_other_write() {
    let mut desk = saved();
    let now = stored(9, "bob", &with(BASE, &[("/name", "\"Launch day\"")]));
    desk.keys("ctrl-z ctrl-z");
    desk.refused(&v8(), &now);
    desk.shows("1 of 1 undecided");
    desk.keys("right enter");
    assert_eq!(desk.sent_text(), with(BASE, &[]));
}

#[test]
fn of_a_merged_and_of_a_settled_save_only_mine_is_taken_back() {
    let mut desk = Desk::edits();
    desk.keys("' site' down down down down backspace '5' ctrl-s");
    let theirs = with(BASE, &[("/quota", "150"), ("/code", "\"X\"")]);
    desk.refused(&stored(7, "alice", BASE), &stored(8, "bob", &theirs));
    desk.keys("left enter");
    assert_eq!(desk.sent_text(), with(&theirs, &[SITE]));
    desk.accepted(9);
    desk.keys("ctrl-z ctrl-z");
    assert_eq!(desk.sent_text(), theirs, "bob's code and quota stay");
}

#[test]
fn what_is_typed_comes_before_a_save_and_any_other_key_asks_anew() {
    let mut desk = saved();
    desk.keys("'!' ctrl-z");
    desk.shows("▸ name          Launch site  ");
    desk.keys("ctrl-z down ctrl-z");
    desk.shows("Ctrl-Z again takes your v8");
    assert_eq!(desk.sends(), 1);
    let mut desk = saved();
    desk.keys("ctrl-z '!'");
    assert!(!desk.shot(120, 40).contains("again takes"), "that is no longer what the key does");
    desk.keys("ctrl-z ctrl-z");
    desk.shows("Ctrl-Z again takes your v8");
    desk.happens(Msg::Paste("!".into()));
    desk.keys("ctrl-z ctrl-z");
    desk.shows("Ctrl-Z again takes your v8");
    assert_eq!(desk.sends(), 1);
    let mut desk = saved();
    desk.keys("'!' tab ctrl-k");
    desk.app.take_back(Action::Undo, None);
    desk.shows("You typed something in projects/prj_1 since; save or undo it, then v8 can be taken back.");
}

#[test]
fn in_the_list_it_is_the_last_save_whichever_record_that_was() {
    let mut desk = Desk::sit(Depth::None);
    desk.keys("u");
    desk.shows("Nothing is left to undo");
    let mut desk = saved();
    desk.keys("esc u");
    desk.shows("u again takes your v8 of projects/prj_1 back");
    desk.keys("u");
    assert_eq!(desk.sent_text(), with(BASE, &[]));
    desk.accepted(9);
    desk.shows("Took v8 of projects/prj_1 back, as v9. Ctrl-Y brings it back.");
    desk.shows("projects/prj_1 · from v9 · unchanged");
}

#[test]
fn what_a_save_created_is_deleted_and_not_taken_back() {
    let mut desk = Desk::sit(Depth::None);
    desk.keys("n 'prj_2' enter 'New' ctrl-s");
    desk.accepted(1);
    desk.keys("ctrl-z");
    desk.shows("v1 created projects/prj_2; d in the list deletes it.");
    assert_eq!(desk.sends(), 1);
}

#[test]
fn a_copy_is_created_under_another_id_and_the_draft_stays_as_it_was() {
    let mut desk = Desk::edits();
    desk.keys("' site' ctrl-d");
    desk.shows("Save the copy of projects/prj_1 under the id: prj_1-copy");
    desk.keys("enter");
    let copy = desk.sent();
    assert_eq!((copy.key.id.as_str(), &copy.base), ("prj_1-copy", &midair_record::Basis::New));
    assert_eq!(desk.sent_text(), with(BASE, &[SITE]));
    desk.accepted(1);
    desk.shows(
        "Saved a copy of projects/prj_1 as projects/prj_1-copy, v1. What you typed in projects/prj_1 stays as it is.",
    );
    desk.shows("projects/prj_1 · from v7 · edited");
    desk.shows("✎   Launch site");
    desk.keys("ctrl-s");
    assert_eq!(desk.sent().key.id, "prj_1");
}

#[test]
fn the_id_of_a_copy_that_is_taken_is_said_and_another_one_asked_for() {
    let mut desk = Desk::edits();
    desk.keys("' site' ctrl-d enter");
    desk.refused(&stored(1, "bob", BASE), &stored(3, "bob", BASE));
    desk.shows(
        "projects/prj_1-copy is there already, v3 by bob · Save the copy of projects/prj_1 under the id: prj_1-copy",
    );
    desk.keys("'2' enter");
    assert_eq!(desk.sent().key.id, "prj_1-copy2");
    desk.keys("ctrl-d ctrl-u 'prj_1' enter");
    desk.shows("projects/prj_1 is this record itself");
    desk.keys("esc");
    desk.shows("✎   Launch site");
}
