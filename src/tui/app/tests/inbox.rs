//! Stories of the inbox: how what waits stands, and one rule for many that is shown before, undone after, and sends nothing.

use midair_record::wire::Key;

use super::*;
use crate::tui::msg::{Unsaved, WaitingDraft};

fn key(id: &str) -> Key {
    Key::new("projects", id).unwrap()
}

fn draft(id: &str, changes: &[(&str, &str)]) -> WaitingDraft {
    let mut base = stored(7, "alice", BASE);
    base.id = id.into();
    let mut draft = Draft::of("projects", base, format!("old-{id}"));
    draft.edit(Record::parse(&with(BASE, changes)).unwrap().fields().clone());
    let (slot, saved_at) = (format!("slot-{id}"), "2026-11-02T13:59:00Z".into());
    WaitingDraft { slot, who: "alice".into(), saved_at, sending: false, draft }
}

impl Desk {
    /// Three drafts that collide with bob in owner and quota; one that nobody met.
    pub(super) fn three_drafts_wait(&mut self) {
        let mine = [("/owner", "\"erin\""), ("/quota", "120")];
        let drafts = vec![
            draft("prj_1", &mine),
            draft("prj_2", &mine),
            draft("prj_3", &mine),
            draft("prj_4", &[("/name", "\"Other\"")]),
        ];
        self.happens(Msg::Waiting { drafts, unreadable: Vec::new() });
        for id in ["prj_1", "prj_2", "prj_3"] {
            self.stands(id, 8, &[("/owner", "\"dana\""), ("/quota", "150")]);
        }
        self.stands("prj_4", 7, &[]);
    }

    fn stands(&mut self, id: &str, version: u64, changes: &[(&str, &str)]) {
        let by = if version > 7 { "bob" } else { "alice" };
        let mut now = stored(version, by, &with(BASE, changes));
        now.id = id.into();
        let lines = if version > 7 { refusal(&stored(7, "alice", BASE), &now).changes } else { Vec::new() };
        self.happens(Msg::Loaded { key: key(id), result: Ok(Read::Stored(Box::new(now))), changes: lines });
    }

    fn kept(&self) -> Vec<(String, bool)> {
        let kept = |effect: &Effect| match effect {
            Effect::KeepDraft { slot, draft } => Some((slot.clone(), draft.settled.is_some())),
            _ => None,
        };
        self.effects.iter().filter_map(kept).collect()
    }
}

#[test]
fn every_draft_says_how_it_stands_against_what_was_saved_since() {
    let mut desk = Desk::sit(Depth::None);
    desk.three_drafts_wait();
    desk.shows("projects/prj_1  ? 2 undecided (quota, owner) · bob, v8 · from v7 · typed by you 6 min ago");
    desk.shows("projects/prj_4  never sent · from v7 · typed by you 6 min ago");
    desk.shows("4 in inbox");
}

#[test]
fn a_rule_is_shown_before_it_decides_and_can_be_undone_and_sends_nothing() {
    let mut desk = Desk::sit(Depth::None);
    desk.three_drafts_wait();
    desk.keys("T");
    desk.shows("Theirs for which field, in every draft that is listed: quota");
    desk.keys("backspace backspace backspace backspace backspace 'owner' enter");
    desk.shows("theirs for owner in all 3 drafts");
    desk.shows("projects/prj_3: dana");
    assert!(desk.kept().is_empty(), "nothing is decided yet");
    desk.keys("y");
    desk.shows("Took theirs for owner in 3 drafts; nothing was sent. u undoes it.");
    desk.shows("? 1 undecided (quota) · bob, v8");
    assert_eq!(desk.kept().len(), 3);
    desk.keys("u");
    desk.shows("? 2 undecided (quota, owner) · bob, v8");
    assert_eq!(desk.kept().len(), 6, "on disk too");
    assert_eq!(desk.sends(), 0);
}

#[test]
fn a_rule_is_for_what_is_listed_and_says_so_where_it_fits_nothing() {
    let mut desk = Desk::sit(Depth::None);
    desk.three_drafts_wait();
    desk.keys("/ 'prj_2' enter");
    desk.shows("1 of 4 drafts");
    desk.keys("M enter");
    desk.shows("mine for quota in 1 draft");
    desk.keys("esc M 'x' enter");
    desk.shows("No draft here is undecided about \"quotax\".");
}

#[test]
fn a_draft_that_collides_is_opened_on_its_collision_with_what_was_decided() {
    let mut desk = Desk::sit(Depth::None);
    desk.three_drafts_wait();
    desk.keys("T enter y enter");
    desk.shows("Mid-air collision · projects/prj_1");
    desk.shows("1 of 2 undecided");
    desk.shows("3 in inbox");
    desk.keys("right enter");
    assert_eq!(desk.sent_text(), with(BASE, &[("/quota", "150"), ("/owner", "\"erin\"")]));
}

#[test]
fn a_seat_that_is_opened_for_a_draft_opens_its_collision_once() {
    let mut desk = Desk::sit(Depth::None);
    desk.app.open_on("slot-prj_2");
    desk.three_drafts_wait();
    desk.shows("Mid-air collision · projects/prj_2");
    assert!(desk.app.errand.is_none(), "what waits later opens nothing by itself");
}

#[test]
fn a_save_that_is_refused_after_the_person_left_waits_in_the_inbox() {
    let mut desk = Desk::edits();
    desk.keys("' site' ctrl-s esc");
    desk.refused(&stored(7, "alice", BASE), &stored(8, "bob", &with(BASE, &[("/name", "\"Launch day\"")])));
    desk.shows("projects/prj_1 was not saved: bob saved v8 before.");
    assert_eq!(desk.effects.last(), Some(&Effect::FindDrafts));
    let one = draft("prj_1", &[("/name", "\"Launch site\"")]);
    desk.happens(Msg::Waiting { drafts: vec![one], unreadable: Vec::new() });
    desk.shows("1 in inbox");
    desk.shows("/ filter");
}

impl Desk {
    /// Edits the record under the cursor and saves it at a server that does not answer.
    fn saves_into_the_void(&mut self, id: &str) {
        self.keys("enter");
        let mut record = stored(7, "alice", BASE);
        record.id = id.into();
        self.happens(Msg::Loaded { key: key(id), result: Ok(Read::Stored(Box::new(record))), changes: Vec::new() });
        self.keys("' site' ctrl-s");
        let result = Err(Unsaved::NoAnswer("127.0.0.1:4120 does not answer.".into()));
        self.happens(Msg::Saved { sent: Box::new(self.sent()), result });
        self.keys("esc");
    }
}

#[test]
fn saves_of_several_records_wait_for_the_server_while_the_person_goes_on() {
    let mut desk = Desk::sit(Depth::None);
    desk.keys("r");
    let named = |id: &str| {
        let mut row = stored(7, "alice", BASE);
        row.id = id.into();
        row
    };
    desk.answers_page(vec![named("prj_1"), named("prj_2")]);
    desk.saves_into_the_void("prj_1");
    desk.keys("down");
    desk.saves_into_the_void("prj_2");
    desk.shows("2 in inbox");
    desk.keys("i");
    desk.happens(Msg::Waiting { drafts: Vec::new(), unreadable: Vec::new() });
    desk.shows("projects/prj_2  saved here; goes out when the server answers");
    desk.keys("esc");
    desk.happens(Msg::Link(Link::Lost("gone.".into())));
    desk.effects.clear();
    desk.happens(Msg::Link(Link::Live { hosting: false }));
    assert_eq!(desk.sends(), 2, "both go when it is back");
    desk.accepted(8);
    desk.shows("1 in inbox");
}

#[test]
fn a_record_whose_save_waits_is_opened_as_it_was_saved() {
    let mut desk = Desk::sit(Depth::None);
    desk.saves_into_the_void("prj_1");
    desk.keys("enter");
    desk.shows("Launch site");
    desk.shows("waiting for the server");
    desk.keys("home 'x' esc");
    desk.shows("projects/prj_1 is still being saved; what you typed since is kept as a draft of its own.");
    desk.keys("enter");
    desk.shows("xLaunch site");
    desk.accepted(8);
    desk.shows("from v8");
    desk.shows("xLaunch site");
}

#[test]
fn what_was_typed_after_a_save_that_waits_is_a_draft_upon_it_once_it_is_stored() {
    let mut desk = Desk::sit(Depth::None);
    desk.saves_into_the_void("prj_1");
    desk.keys("enter home 'x' esc");
    desk.effects.clear();
    let sent = desk.app.flights[0].draft.clone();
    let text = midair_record::Value::Object(sent.fields.clone()).to_json();
    let result = Ok(Put::Stored { stored: stored(8, "alice", &text), created: false });
    desk.happens(Msg::Saved { sent: Box::new(sent), result });
    let kept = desk.effects.iter().find_map(|effect| match effect {
        Effect::KeepDraft { draft, .. } => Some(draft.clone()),
        _ => None,
    });
    let kept = kept.expect("it is kept");
    assert_eq!(kept.base.stored().unwrap().version, 8);
    assert_eq!(kept.fields.get("name").unwrap().as_str(), Some("xLaunch site"));
    assert!(!desk.effects.iter().any(|effect| matches!(effect, Effect::DropDraft { .. })));
    desk.keys("enter");
    desk.shows("xLaunch site");
}

impl Desk {
    /// What an earlier session left, at the start of this one.
    fn starts_with(drafts: Vec<WaitingDraft>) -> Desk {
        let mut desk = Desk::sit(Depth::None);
        desk.effects.clear();
        desk.happens(Msg::Waiting { drafts, unreadable: Vec::new() });
        desk
    }
}

fn of(who: &str, sending: bool, id: &str) -> WaitingDraft {
    WaitingDraft { who: who.into(), sending, ..draft(id, &[("/name", "\"Launch site\"")]) }
}

#[test]
fn a_save_that_was_not_answered_before_midair_ended_goes_out_at_the_next_start() {
    let mut desk = Desk::starts_with(vec![of("alice", true, "prj_1")]);
    desk.shows("Your save of projects/prj_1 was not answered before you left; it goes out now.");
    assert_eq!((desk.sends(), desk.sent().edit_id.as_str()), (1, "old-prj_1"), "as the same edit");
    desk.accepted(8);
    desk.shows("Saved projects/prj_1 as v8.");
    assert!(desk.effects.iter().any(|effect| matches!(effect, Effect::DropDraft { slot } if slot == "slot-prj_1")));
}

#[test]
fn a_save_that_goes_out_late_and_is_refused_waits_in_the_inbox_to_be_asked_about() {
    let mut desk = Desk::starts_with(vec![of("alice", true, "prj_1"), of("alice", false, "prj_2")]);
    desk.shows("projects/prj_1  saved here; goes out when the server answers");
    desk.shows("One draft was typed here and never saved.");
    desk.keys("esc");
    desk.refused(&stored(7, "alice", BASE), &stored(8, "bob", &with(BASE, &[("/name", "\"Launch day\"")])));
    desk.shows("projects/prj_1 was not saved: bob saved v8 before. Your draft is kept; i lists it.");
    assert!(desk.effects.contains(&Effect::DraftAnswered { slot: "slot-prj_1".into() }), "it is not sent once more");
}

#[test]
fn a_draft_of_somebody_else_is_told_as_theirs_and_never_sent_under_another_name() {
    let mut desk = Desk::starts_with(vec![of("bob", true, "prj_1"), of("alice", false, "prj_2")]);
    assert_eq!(desk.sends(), 0);
    desk.shows("projects/prj_1  bob's · waiting to be sent · from v7 · typed by bob 6 min ago");
    desk.keys("enter");
    desk.shows("Enter again goes on with bob's draft; what is saved carries your name");
    desk.keys("down up");
    assert!(!desk.shot(120, 40).contains("Enter again"), "another key takes it back");
    desk.keys("enter enter");
    desk.shows("This is bob's draft of projects/prj_1. What you save of it carries your name, alice.");
    desk.shows("Launch site");
}

#[test]
fn a_draft_of_somebody_else_is_named_before_it_is_thrown_away() {
    let mut desk = Desk::starts_with(vec![of("bob", false, "prj_1")]);
    desk.keys("X");
    desk.shows("X again throws bob's draft away for good, not one of yours");
    desk.keys("enter");
    assert!(!desk.shot(120, 40).contains("X again"));
    desk.keys("X");
    desk.shows("X again throws bob's draft away");
    desk.keys("X");
    assert_eq!(desk.effects.last(), Some(&Effect::DropDraft { slot: "slot-prj_1".into() }));
}

#[test]
fn a_rule_decides_nothing_in_the_draft_of_somebody_else() {
    let mut desk = Desk::sit(Depth::None);
    desk.happens(Msg::Waiting {
        drafts: vec![of("bob", false, "prj_1"), of("alice", false, "prj_2")],
        unreadable: Vec::new(),
    });
    for id in ["prj_1", "prj_2"] {
        desk.stands(id, 8, &[("/name", "\"Launch day\"")]);
    }
    desk.keys("T enter");
    desk.shows("theirs for name in 1 draft");
    desk.shows("projects/prj_2: Launch day");
}
