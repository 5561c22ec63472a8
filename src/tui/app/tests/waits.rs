//! Stories of waiting: each wait can be left, and shows that it is one; what is known stands there, with its time. And what a
//! newcomer found odd in the list and at questions.

use super::*;
use crate::tui::msg::Unsaved;

fn tick(desk: &mut Desk, seconds: i64) {
    let now = clock().now + jiff::SignedDuration::from_secs(seconds);
    desk.happens(Msg::Tick(Clock { now, ..clock() }));
}

impl Desk {
    fn head(&mut self, columns: u16) -> String {
        self.shot(columns, 15).lines().next().unwrap().to_owned()
    }
}

#[test]
fn a_record_that_does_not_come_is_waited_for_with_a_sign_and_left_with_esc() {
    let mut desk = Desk::sit(Depth::None);
    desk.keys("enter");
    tick(&mut desk, 1);
    assert!(desk.head(80).ends_with("live"), "nothing turns for what comes at once");
    tick(&mut desk, 2);
    desk.shows("Waiting for projects/prj_1; Esc stops waiting.");
    let one = desk.head(80);
    tick(&mut desk, 3);
    assert_ne!(one, desk.head(80), "the sign turns");
    desk.keys("esc");
    desk.shows("projects/prj_1 is not waited for any more.");
    tick(&mut desk, 4);
    assert!(desk.head(80).ends_with("live"), "{}", desk.head(80));
    let key = midair_record::wire::Key::new("projects", "prj_1").unwrap();
    let result = Ok(Read::Stored(Box::new(stored(7, "alice", BASE))));
    desk.happens(Msg::Loaded { key, result, changes: Vec::new() });
    desk.shows("/ filter");
}

/// What is waited for, and how that begins.
type Begin = (&'static str, fn(&mut Desk));

#[test]
fn every_wait_has_a_sign_that_turns_and_none_is_left_without_one() {
    let waits: [Begin; 6] = [
        ("a record", |desk| desk.keys("enter")),
        ("a page", |desk| desk.keys("r")),
        ("a save", |desk| {
            desk.opens();
            desk.keys("' site' ctrl-s");
        }),
        ("a history", |desk| desk.keys("h")),
        ("the pulse", |desk| desk.keys("m")),
        ("a deletion", |desk| desk.keys("d y")),
    ];
    for (what, begin) in waits {
        let mut desk = Desk::sit(Depth::None);
        begin(&mut desk);
        tick(&mut desk, 1);
        tick(&mut desk, 2);
        assert!(!desk.head(80).ends_with("live"), "{what}: {}", desk.head(80));
        desk.keys("esc");
        assert_eq!(desk.app.place(), Place::Browser, "{what} is left");
    }
    let mut desk = Desk::sit(Depth::None);
    desk.three_drafts_wait();
    tick(&mut desk, 1);
    tick(&mut desk, 2);
    assert!(desk.head(80).contains("· live  "), "all is known: {}", desk.head(80));
}

#[test]
fn a_result_on_its_way_is_left_with_esc_and_goes_on() {
    let mut desk = Desk::edits();
    desk.keys("' site' ctrl-s");
    desk.refused(&stored(7, "alice", BASE), &stored(8, "bob", &with(BASE, &[("/name", "\"Launch day\"")])));
    desk.keys("right enter esc");
    desk.shows("projects/prj_1 is still being saved; its draft stays until the server has it.");
    desk.shows("/ filter");
    desk.accepted(9);
    desk.shows("Saved projects/prj_1 as v9.");
    assert!(desk.effects.iter().any(|effect| matches!(effect, Effect::DropDraft { .. })));
}

#[test]
fn leaving_midair_over_a_result_on_its_way_keeps_what_was_sent() {
    let mut desk = Desk::edits();
    desk.keys("' site' ctrl-s");
    desk.refused(&stored(7, "alice", BASE), &stored(8, "bob", &with(BASE, &[("/name", "\"Launch day\"")])));
    desk.keys("right enter");
    let result = Err(Unsaved::NoAnswer("127.0.0.1:4120 does not answer.".into()));
    desk.happens(Msg::Saved { sent: Box::new(desk.sent()), result });
    desk.effects.clear();
    desk.keys("ctrl-q");
    let kept = desk.effects.iter().any(|effect| matches!(effect, Effect::KeepDraft { .. } | Effect::DropDraft { .. }));
    assert!(!kept, "the draft that was sent stands on the disk: {:?}", desk.effects);
}

#[test]
fn a_server_that_is_lost_is_told_with_the_time_that_what_is_shown_is_of() {
    let mut desk = Desk::sit(Depth::None);
    tick(&mut desk, 60);
    desk.happens(Msg::Link(Link::Lost("The server went away.".into())));
    tick(&mut desk, 600);
    desk.shows("NOT CONNECTED since 14:06, trying again");
    desk.shows("The server went away. What you see was so at 14:06; what you type is kept.");
    desk.shows("Launch");
    desk.happens(Msg::Link(Link::Live { hosting: true }));
    desk.shows("live, hosted by this terminal");
}

#[test]
fn what_waits_in_the_inbox_stands_in_the_first_line_however_narrow_it_is() {
    let mut desk = Desk::sit(Depth::None);
    desk.happens(Msg::Link(Link::Live { hosting: true }));
    desk.app.inbox = 1;
    assert!(desk.head(60).ends_with("1 in inbox"), "{}", desk.head(60));
    assert!(desk.head(60).contains("127.0.0.1:4120 · you are alice · live"), "{}", desk.head(60));
    desk.happens(Msg::Link(Link::Lost("gone".into())));
    assert!(desk.head(60).ends_with("1 in inbox") && desk.head(60).contains("NOT CONNECTED"), "{}", desk.head(60));
    desk.app.inbox = 0;
    desk.happens(Msg::Link(Link::Live { hosting: true }));
    assert!(desk.head(60).ends_with("live"), "no half of a word: {}", desk.head(60));
}

#[test]
fn right_stays_among_the_records_and_tab_goes_between_the_lists() {
    let mut desk = Desk::sit(Depth::None);
    desk.keys("right right");
    assert!(desk.app.browser.in_records());
    desk.keys("tab");
    assert!(!desk.app.browser.in_records());
    desk.keys("right");
    assert!(desk.app.browser.in_records());
}

#[test]
fn esc_in_the_list_takes_the_filter_back_and_leaves_nothing_else() {
    let mut desk = Desk::sit(Depth::None);
    desk.keys("/ 'launch' enter");
    desk.shows("filter: launch");
    desk.keys("esc");
    assert!(!desk.shot(120, 40).contains("filter: launch"));
    desk.keys("esc");
    desk.shows("This is the list; q leaves midair.");
}

#[test]
fn an_answer_takes_no_tab() {
    let mut desk = Desk::sit(Depth::None);
    desk.keys("n 'prj' tab '_2' enter");
    desk.shows("projects/prj_2 · new");
}

#[test]
fn the_types_are_asked_for_whole_where_it_is_narrow() {
    let mut desk = Desk::edits();
    desk.keys("ctrl-t");
    assert!(
        desk.shot(60, 15).contains("t text n number b bool z null l list o object a absent"),
        "{}",
        desk.shot(60, 15)
    );
    assert!(desk.shot(100, 15).contains("o object · a absent"));
}

#[test]
fn the_history_calls_absent_what_was_never_there() {
    let mut desk = Desk::sit(Depth::None);
    desk.keys("h");
    let key = midair_record::wire::Key::new("projects", "prj_1").unwrap();
    let lines = vec![histories::line(1, "bob", Op::Create, &["/name"])];
    let now = Some(Read::Stored(Box::new(stored(1, "bob", r#"{"name":"Launch"}"#))));
    let page = crate::tui::msg::HistoryPage { now, lines, older: false };
    desk.happens(Msg::History { key, before: None, result: Ok(page) });
    for columns in [120, 60] {
        let shot = desk.shot(columns, 30);
        assert!(shot.contains("∅ absent") && !shot.contains("deleted"), "{shot}");
    }
}
