//! Stories of the history: what is compared, and what a restoration asks before it writes.

use midair_record::wire::Key;

use super::*;
use crate::tui::msg::{HistoryPage, Unsaved};

pub(super) fn key() -> Key {
    Key::new("projects", "prj_1").unwrap()
}

pub(super) fn line(version: u64, by: &str, op: Op, paths: &[&str]) -> VersionLine {
    VersionLine {
        version,
        op,
        by: by.into(),
        at: format!("2026-11-02T13:{:02}:00.000Z", version % 60),
        why: None,
        edit_id: None,
        paths: paths.iter().map(|path| Pointer::parse(path).unwrap()).collect(),
        blind: false,
    }
}

pub(super) fn lines() -> Vec<VersionLine> {
    let mut lines = vec![
        line(1, "alice", Op::Create, &["/name"]),
        line(2, "bob", Op::Update, &["/quota"]),
        line(3, "bob", Op::Delete, &["/name", "/quota"]),
        line(4, "carol", Op::Create, &["/name", "/quota"]),
        line(5, "", Op::Update, &["/quota", "/owner"]),
        line(6, "carol", Op::Update, &["/notes"]),
        line(7, "alice", Op::Update, &["/name"]),
    ];
    lines[4].blind = true;
    lines[5].why = Some("carol called".into());
    lines
}

pub(super) fn page(lines: Vec<VersionLine>) -> Result<HistoryPage, String> {
    let now = Some(Read::Stored(Box::new(stored(7, "alice", BASE))));
    Ok(HistoryPage { now, lines, older: false })
}

impl Desk {
    /// Answers every version that was asked for with `BASE` and its own name in it.
    pub(super) fn answers_versions(&mut self) {
        while let Some(at) = self.effects.iter().position(|effect| matches!(effect, Effect::LoadVersion { .. })) {
            let Effect::LoadVersion { key, number } = self.effects.remove(at) else { unreachable!() };
            let notes = format!("\"Call carol on day {number}.\\nBook the room.\\nBring cake.\\n\"");
            let name = format!("\"Launch {number}\"");
            let fields = with(BASE, &[("/name", &name), ("/notes", &notes)]);
            let said = Some(Box::new(stored(number, "bob", &fields)));
            self.happens(Msg::Version { key, number, result: Ok(said) });
        }
    }

    pub(super) fn looks_back(&mut self) {
        self.keys("h");
        self.happens(Msg::History { key: key(), before: None, result: page(lines()) });
        self.answers_versions();
    }

    fn restores(&self) -> Vec<(u64, Option<String>)> {
        let restored = |effect: &Effect| match effect {
            Effect::Restore { number, token, .. } => Some((*number, token.as_ref().map(ToString::to_string))),
            _ => None,
        };
        self.effects.iter().filter_map(restored).collect()
    }
}

#[test]
fn a_version_is_compared_with_the_one_before_it_and_with_any_other() {
    let mut desk = Desk::sit(Depth::None);
    desk.looks_back();
    desk.shows("v6 → v7 · 2 fields differ");
    desk.shows("Launch 6");
    desk.keys("space end");
    desk.answers_versions();
    desk.shows("v1 → v7 · 2 fields differ");
    desk.shows("v7 marked");
    desk.keys("home space");
    desk.shows("v6 → v7");
}

#[test]
fn deletions_and_blind_writes_are_named_and_a_creation_comes_from_nothing() {
    let mut desk = Desk::sit(Depth::None);
    desk.looks_back();
    desk.shows("✗ deleted");
    desk.shows("! blind: quota, owner");
    desk.keys("down down");
    desk.answers_versions();
    desk.shows("v5: somebody saved at 13:05, 1 h ago, blind: it overwrote whatever stood there, unseen");
    desk.keys("down down");
    desk.answers_versions();
    desk.shows("v2 → v3");
    desk.shows("∅ deleted");
    desk.keys("end");
    desk.answers_versions();
    desk.shows("nothing → v1");
}

#[test]
fn a_version_whose_fields_were_trimmed_says_so_and_cannot_be_restored() {
    let mut desk = Desk::sit(Depth::None);
    desk.looks_back();
    desk.keys("down");
    desk.answers_versions();
    desk.keys("down down");
    let asked = desk.effects.iter().rev().find_map(|effect| match effect {
        Effect::LoadVersion { number, .. } => Some(*number),
        _ => None,
    });
    assert_eq!(asked, Some(4), "v5 is known");
    desk.happens(Msg::Version { key: key(), number: 4, result: Ok(None) });
    desk.shows("The fields of v4 are no longer kept");
    desk.keys("r");
    desk.shows("The fields of v4 are no longer kept, so that it cannot be restored.");
    assert!(desk.restores().is_empty());
}

#[test]
fn a_restoration_says_what_it_changes_and_is_written_under_the_fresh_token() {
    let mut desk = Desk::sit(Depth::None);
    desk.looks_back();
    desk.keys("down r");
    desk.shows("Restore v6 of projects/prj_1");
    desk.shows("name: Launch → Launch 6");
    assert!(desk.restores().is_empty(), "only asked");
    desk.keys("esc");
    assert!(!desk.shot(120, 40).contains("Restore v6"));
    desk.keys("r y y");
    assert_eq!(desk.restores(), [(6, Some("\"7-t\"".to_owned()))]);
    let now = stored(8, "alice", &with(BASE, &[("/name", "\"Launch 6\"")]));
    let result = Ok(Put::Stored { stored: now, created: false });
    desk.happens(Msg::Restored { key: key(), number: 6, result });
    desk.shows("Restored v6 of projects/prj_1; it is v8 now, and nothing before it is lost.");
    assert!(matches!(desk.effects.last(), Some(Effect::LoadHistory { before: None, .. })), "the list is read anew");
}

#[test]
fn who_saved_meanwhile_is_named_and_nothing_is_restored_over_it() {
    let mut desk = Desk::sit(Depth::None);
    desk.looks_back();
    desk.keys("down r y");
    let conflict = refusal(&stored(7, "alice", BASE), &stored(8, "bob", &with(BASE, &[("/quota", "150")])));
    desk.happens(Msg::Restored { key: key(), number: 6, result: Ok(Put::Stale(Box::new(conflict))) });
    desk.shows("bob saved v8 meanwhile; v6 was not restored.");
    assert!(matches!(desk.effects.last(), Some(Effect::LoadHistory { before: None, .. })));
    assert_eq!(desk.restores().len(), 1, "never again by itself");
}

#[test]
fn a_save_between_the_question_and_the_answer_takes_the_question_back() {
    let mut desk = Desk::sit(Depth::None);
    desk.looks_back();
    desk.keys("down r");
    let event = midair_record::wire::Event {
        seq: 9,
        collection: "projects".into(),
        id: "prj_1".into(),
        line: line(8, "bob", Op::Update, &["/quota"]),
    };
    desk.happens(Msg::Changed(event));
    desk.shows("bob wrote v8 meanwhile; v6 was not restored.");
    desk.keys("y");
    assert!(desk.restores().is_empty());
}

#[test]
fn a_restoration_without_an_answer_says_that_it_is_not_known() {
    let mut desk = Desk::sit(Depth::None);
    desk.looks_back();
    desk.keys("down r y");
    let result = Err(Unsaved::NoAnswer("127.0.0.1:4120 does not answer.".into()));
    desk.happens(Msg::Restored { key: key(), number: 6, result });
    desk.shows("Whether v6 was restored is not known");
}

#[test]
fn a_draft_waits_beneath_its_history_and_what_is_typed_there_does_not_reach_it() {
    let mut desk = Desk::edits();
    desk.keys("' site' ctrl-o");
    desk.happens(Msg::History { key: key(), before: None, result: page(lines()) });
    desk.answers_versions();
    desk.keys("'xyz'");
    desk.happens(Msg::Paste("pasted".into()));
    desk.shows("History · projects/prj_1 · v7 now");
    desk.keys("esc");
    desk.shows("Launch site");
    let shot = desk.shot(120, 40);
    assert!(!shot.contains("xyz") && !shot.contains("pasted"), "{shot}");
}

#[test]
fn older_versions_are_asked_for_where_the_cursor_comes_near_them() {
    let mut desk = Desk::sit(Depth::None);
    desk.keys("h");
    let many = |from: u64| (from..from + 200).map(|version| line(version, "bob", Op::Update, &["/quota"])).collect();
    let now = Some(Read::Stored(Box::new(stored(1200, "alice", BASE))));
    desk.happens(Msg::History {
        key: key(),
        before: None,
        result: Ok(HistoryPage { now, lines: many(1001), older: true }),
    });
    desk.answers_versions();
    let older = |desk: &Desk| desk.effects.contains(&Effect::LoadHistory { key: key(), before: Some(1001) });
    assert!(!older(&desk), "not before the cursor comes near");
    desk.keys("end");
    assert!(older(&desk));
    desk.happens(Msg::History {
        key: key(),
        before: Some(1001),
        result: Ok(HistoryPage { now: None, lines: many(801), older: true }),
    });
    desk.shows("▸  v1001");
    desk.shows("v1000");
}
