//! Pictures of every screen: each state once, at every size and in every look.

use super::pictured::pictures;
use super::*;
use crate::tui::msg::WaitingDraft;

fn collided() -> Desk {
    let mut desk = Desk::edits();
    desk.keys("' site' down down ctrl-k down down backspace '5' down down enter ' Tell bob.' esc ctrl-s");
    let before = stored(7, "alice", BASE);
    let changes = [
        ("/name", "\"Launch day\""),
        ("/billing/contact", "\"billing@example.org\""),
        ("/quota", "150"),
        ("/notes", "\"Call carol before Friday.\\nBook the room.\\n\""),
        ("/owner", "\"dana\""),
        ("/active", "false"),
    ];
    desk.refused(&before, &stored(8, "bob", &with(BASE, &changes)));
    desk
}

#[test]
fn the_browser() {
    let mut desk = Desk::sit(Depth::None);
    desk.keys("r");
    let named = |number: u64| {
        let mut row = stored(number, ["alice", "bob"][usize::from(number.is_multiple_of(2))], BASE);
        row.id = format!("prj_{number}");
        row
    };
    desk.answers_page((1..60).map(named).collect());
    pictures("browser", desk);
}

#[test]
fn the_editor() {
    let mut desk = Desk::edits();
    desk.keys("' site' down down ctrl-k down down 'x' down down");
    let now = stored(8, "bob", &with(BASE, &[("/name", "\"Launch day\""), ("/active", "false")]));
    let key = midair_record::wire::Key::new("projects", "prj_1").unwrap();
    let changes = refusal(&stored(7, "alice", BASE), &now).changes;
    desk.happens(Msg::Loaded { key, result: Ok(Read::Stored(Box::new(now))), changes });
    pictures("editor", desk);
}

#[test]
fn one_field_in_full() {
    let mut desk = Desk::edits();
    desk.keys("down down down down down down enter up 'Remember: '");
    pictures("field", desk);
}

#[test]
fn the_collision() {
    let mut desk = collided();
    desk.keys("left");
    pictures("collision", desk);
}

#[test]
fn the_collision_with_base_and_what_merged_by_itself() {
    let mut desk = collided();
    desk.keys("left right b a");
    pictures("collision-base", desk);
}

#[test]
fn the_collision_settled_by_hand() {
    let mut desk = collided();
    desk.keys("e ' and more' esc M b");
    pictures("collision-settled", desk);
}

#[test]
fn writing_by_hand() {
    let mut desk = collided();
    desk.keys("e ' and more'");
    pictures("by-hand", desk);
}

#[test]
fn deleted_while_i_edited() {
    let mut desk = Desk::edits();
    desk.keys("' site' ctrl-s");
    let mut conflict = refusal(&stored(7, "alice", BASE), &stored(8, "bob", BASE));
    conflict.current = Current::Deleted(midair_record::wire::Tombstone {
        version: 8,
        by: "bob".into(),
        at: "2026-11-02T14:03:00.000Z".into(),
        why: Some("cancelled".into()),
    });
    desk.happens(Msg::Saved { sent: Box::new(desk.sent()), result: Ok(Put::Stale(Box::new(conflict))) });
    pictures("deleted", desk);
}

#[test]
fn deleting() {
    let mut desk = Desk::sit(Depth::None);
    desk.keys("d");
    pictures("deleting", desk);
}

#[test]
fn waiting_drafts() {
    let mut desk = Desk::sit(Depth::None);
    let mut draft = Draft::of("projects", stored(7, "alice", BASE), "old-1".into());
    draft.edit(Record::parse(&with(BASE, &[("/name", "\"Launch site\"")])).unwrap().fields().clone());
    let waiting = WaitingDraft {
        slot: "old-1".into(),
        who: "alice".into(),
        saved_at: "2026-11-02T13:59:00Z".into(),
        sending: false,
        draft,
    };
    desk.happens(Msg::Waiting { drafts: vec![waiting], unreadable: Vec::new() });
    pictures("drafts", desk);
}

#[test]
fn the_history() {
    let mut desk = Desk::sit(Depth::None);
    desk.looks_back();
    desk.keys("down space up");
    desk.answers_versions();
    desk.keys("down down down");
    desk.answers_versions();
    pictures("history", desk);
}

#[test]
fn restoring_a_version() {
    let mut desk = Desk::sit(Depth::None);
    desk.looks_back();
    desk.keys("down down");
    desk.answers_versions();
    desk.keys("r");
    pictures("restoring", desk);
}

#[test]
fn others_in_the_browser_and_in_the_editor() {
    let mut desk = Desk::sit(Depth::None);
    desk.meets("carol", Some("/quota"));
    desk.meets("bob", None);
    pictures("company-browser", desk);
    let mut desk = Desk::edits();
    desk.meets("carol", Some("/quota"));
    pictures("company-editor", desk);
}

#[test]
fn the_pulse() {
    let mut desk = Desk::sit(Depth::None);
    desk.feels_the_pulse();
    desk.keys("down down down down");
    pictures("pulse", desk);
}

#[test]
fn the_inbox() {
    let mut desk = Desk::sit(Depth::None);
    desk.three_drafts_wait();
    desk.keys("down");
    pictures("inbox", desk);
    let mut desk = Desk::sit(Depth::None);
    desk.three_drafts_wait();
    desk.keys("T enter");
    pictures("ruling", desk);
}

#[test]
fn the_help() {
    let mut desk = Desk::sit(Depth::None);
    desk.keys("?");
    pictures("help", desk);
}

#[test]
fn not_connected_and_a_question() {
    let mut desk = Desk::sit(Depth::None);
    desk.happens(Msg::Link(Link::Lost("The server at 127.0.0.1:4120 does not answer.".into())));
    pictures("lost", desk);
    let mut desk = Desk::sit(Depth::None);
    desk.keys("n 'my project' enter");
    pictures("question", desk);
}

#[test]
fn before_the_server_answers() {
    let mut desk = Desk::sit(Depth::None);
    desk.app = App::new("alice", "http://127.0.0.1:4120", "seed", Theme::new(Depth::None).into(), clock());
    pictures("connecting", desk);
}

#[test]
fn lists_that_are_empty() {
    let mut desk = Desk::sit(Depth::None);
    desk.happens(Msg::Collections(Ok(Vec::new())));
    pictures("no-collections", desk);
    let mut desk = Desk::sit(Depth::None);
    desk.keys("r");
    desk.answers_page(Vec::new());
    pictures("no-records", desk);
    let mut desk = Desk::sit(Depth::None);
    desk.keys("/ 'launch' enter");
    desk.answers_page(Vec::new());
    pictures("no-match", desk);
    let mut desk = Desk::sit(Depth::None);
    desk.keys("i");
    desk.happens(Msg::Waiting { drafts: Vec::new(), unreadable: Vec::new() });
    pictures("no-drafts", desk);
}

#[test]
fn a_part_of_a_text_the_search_in_it_and_the_palette() {
    for name in ["part", "finding", "palette"] {
        let (_, make) = super::ways::PLACES.into_iter().find(|(place, _)| *place == name).unwrap();
        pictures(name, make(crate::tui::keys::Preset::Modern));
    }
}

#[test]
fn too_small() {
    let mut desk = collided();
    insta::assert_snapshot!("too-small", desk.shot(59, 15));
}
