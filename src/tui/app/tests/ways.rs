//! Every place of the program, and how one gets there.

use super::*;
use crate::tui::keys::{Keys, Preset};

pub(super) fn sit(preset: Preset) -> Desk {
    let preferences = Preferences { keys: Keys::of(preset), ..Theme::new(Depth::None).into() };
    let mut desk = Desk::sit_with(preferences);
    let named = |number: u64| {
        let mut row = stored(7, "alice", BASE);
        row.id = format!("prj_{number}");
        row
    };
    desk.app.resize(120, 40);
    desk.does(Action::Reload);
    desk.answers_page((0..200).map(named).collect());
    for _ in 0..50 {
        desk.does(Action::Down);
    }
    desk
}

impl Desk {
    /// Does something as the palette would, whatever its key.
    pub(super) fn does(&mut self, action: Action) {
        let effects = self.app.perform(self.app.place(), action);
        self.effects.extend(effects);
    }

    pub(super) fn types(&mut self, text: &str) {
        text.chars().for_each(|letter| self.press(KeyCode::Char(letter), KeyModifiers::NONE));
    }

    /// Presses a key or a sequence as the table spells it.
    pub(super) fn spelled(&mut self, sequence: &str) {
        for chord in sequence.split(' ') {
            let (mut mods, mut key) = (KeyModifiers::NONE, chord);
            for (word, held) in
                [("ctrl-", KeyModifiers::CONTROL), ("alt-", KeyModifiers::ALT), ("shift-", KeyModifiers::SHIFT)]
            {
                if let Some(rest) = key.strip_prefix(word) {
                    (mods, key) = (mods | held, rest);
                }
            }
            let code = match key {
                "space" => KeyCode::Char(' '),
                "pageup" => KeyCode::PageUp,
                "pagedown" => KeyCode::PageDown,
                "delete" => KeyCode::Delete,
                "f1" => KeyCode::F(1),
                "f3" => KeyCode::F(3),
                "f5" => KeyCode::F(5),
                letter if letter.chars().count() == 1 => KeyCode::Char(letter.chars().next().unwrap()),
                "enter" | "esc" | "tab" | "backtab" | "up" | "down" | "left" | "right" | "home" | "end"
                | "backspace" => {
                    self.keys(chord);
                    continue;
                }
                other => panic!("{other} is not known here"),
            };
            self.press(code, mods);
        }
    }
}

/// The record that was asked for last.
fn asked(desk: &Desk) -> midair_record::wire::Key {
    let keys = desk.effects.iter().rev().filter_map(|effect| match effect {
        Effect::Load { key, .. } => Some(key.clone()),
        _ => None,
    });
    keys.take(1).collect::<Vec<_>>().remove(0)
}

pub(super) fn edits(preset: Preset) -> Desk {
    let mut desk = sit(preset);
    desk.does(Action::Open);
    let key = asked(&desk);
    let mut record = stored(7, "alice", BASE);
    record.id.clone_from(&key.id);
    desk.happens(Msg::Loaded { key, result: Ok(Read::Stored(Box::new(record))), changes: Vec::new() });
    desk
}

/// In the middle of the fields, with something to undo, something to redo, and somebody else's save to look at.
pub(super) fn in_the_editor(preset: Preset) -> Desk {
    let mut desk = edits(preset);
    desk.types(" site");
    desk.does(Action::NextField);
    desk.does(Action::NextField);
    desk.types("er");
    desk.does(Action::RemoveField);
    desk.does(Action::Undo);
    desk.app.keyboard.copied = "cut".into();
    desk.press(KeyCode::Left, KeyModifiers::NONE);
    let mut now = stored(8, "bob", &with(BASE, &[("/name", "\"Launch day\"")]));
    let key = asked(&desk);
    now.id.clone_from(&key.id);
    desk.happens(Msg::Loaded { key, result: Ok(Read::Stored(Box::new(now))), changes: Vec::new() });
    desk
}

/// What a collection asks that has a choice and a list of objects, and a record of it.
const DECLARED: &str = r#"{"schema":{"properties":{"size":{"enum":["high","higher","highest","low"]}}}}"#;
const LISTED: &str = r#"{"a":"x","size":"low","steps":[{"id":"a","n":1},{"id":"b","n":1234},{"id":"c","n":3}],"z":1}"#;

fn edits_listed(preset: Preset) -> Desk {
    let mut desk = sit(preset);
    desk.does(Action::Open);
    let key = asked(&desk);
    desk.defined(&key.collection, DECLARED);
    let mut record = stored(7, "alice", LISTED);
    record.id.clone_from(&key.id);
    desk.happens(Msg::Loaded { key, result: Ok(Read::Stored(Box::new(record))), changes: Vec::new() });
    desk
}

/// On a number in the middle one of three elements, with something to undo and to redo.
fn in_a_list(preset: Preset) -> Desk {
    let mut desk = edits_listed(preset);
    for _ in 0..8 {
        desk.does(Action::NextField);
    }
    desk.types("5");
    desk.does(Action::RemoveField);
    desk.does(Action::Undo);
    desk.app.keyboard.copied = "cut".into();
    desk.press(KeyCode::Left, KeyModifiers::NONE);
    desk
}

/// With three values to choose from, the cursor on the second.
fn choosing(preset: Preset) -> Desk {
    let mut desk = edits_listed(preset);
    desk.does(Action::NextField);
    desk.types("hi");
    desk.press(KeyCode::Down, KeyModifiers::NONE);
    desk.app.keyboard.copied = "cut".into();
    desk.press(KeyCode::Left, KeyModifiers::NONE);
    desk
}

/// In a text of some lines, in the middle of one, with something to undo and to redo.
pub(super) fn in_a_field(preset: Preset) -> Desk {
    let mut desk = edits(preset);
    for _ in 0..6 {
        desk.does(Action::NextField);
    }
    desk.does(Action::EnterField);
    desk.happens(Msg::Paste("one\ntwo words\nthree\n".into()));
    desk.happens(Msg::Paste("four".into()));
    desk.does(Action::Undo);
    desk.app.keyboard.copied = "cut".into();
    for code in [KeyCode::Up, KeyCode::Up, KeyCode::End, KeyCode::Left] {
        desk.press(code, KeyModifiers::NONE);
    }
    desk
}

/// Thirteen fields in conflict and a text in two parts; the cursor is in the middle, one step can be taken back and one
/// made again.
pub(super) fn in_a_collision(preset: Preset) -> Desk {
    let fields = |side: &str| {
        let many: String = (0..12).map(|number| format!(r#""f{number:02}":"{side}","#)).collect();
        let merged = if side == "bob" { "2" } else { "1" };
        let long: String = (0..30).map(|number| format!(r"{side} {number}\n")).collect();
        format!(
            r#"{{"long":"{long}",{many}"merged":{merged},"text":"{side}\nsame\nsame\n{side}\n","tags":["{side}"]}}"#
        )
    };
    let mut desk = edits(preset);
    let before = stored(7, "alice", &fields("base"));
    let mut draft = Draft::of("projects", before.clone(), "seed-draft".into());
    draft.edit(Record::parse(&fields("alice")).unwrap().fields().clone());
    desk.does(Action::Back);
    desk.waits(draft);
    desk.does(Action::Open);
    desk.does(Action::Save);
    desk.refused(&before, &stored(8, "bob", &fields("bob")));
    desk.does(Action::TakeMine);
    desk.does(Action::TakeTheirs);
    desk.does(Action::Undo);
    desk
}

/// The same, on a part of the text, which can be split and taken both.
fn on_a_part(preset: Preset) -> Desk {
    let mut desk = edits(preset);
    let text = |side: &str| {
        let long: String = (0..30).map(|number| format!(r"{side} {number}\n")).collect();
        format!(r#"{{"a":"{side}","text":"{long}same\nsame\n{side} 3\n","z":1}}"#)
    };
    let before = stored(7, "alice", &text("base"));
    let mut draft = Draft::of("projects", before.clone(), "seed-draft".into());
    draft.edit(Record::parse(&text("alice")).unwrap().fields().clone());
    desk.does(Action::Back);
    desk.waits(draft);
    desk.does(Action::Open);
    desk.does(Action::Save);
    desk.refused(&before, &stored(8, "bob", &text("bob")));
    desk.does(Action::Down);
    desk.does(Action::Down);
    desk
}

fn looking_for_something(preset: Preset) -> Desk {
    let mut desk = in_a_field(preset);
    desk.does(Action::Find);
    desk.types("oo");
    for code in [KeyCode::Backspace, KeyCode::Char('o'), KeyCode::Left] {
        desk.press(code, KeyModifiers::NONE);
    }
    desk
}

fn by_hand(preset: Preset) -> Desk {
    let mut desk = on_a_part(preset);
    desk.does(Action::ByHand);
    desk.happens(Msg::Paste("two\nlines".into()));
    desk.happens(Msg::Paste("more".into()));
    desk.does(Action::Undo);
    desk.app.keyboard.copied = "cut".into();
    for code in [KeyCode::Up, KeyCode::Left] {
        desk.press(code, KeyModifiers::NONE);
    }
    desk
}

/// On a field of the editor that is secret.
fn at_a_secret(preset: Preset) -> Desk {
    let mut desk = in_the_editor(preset);
    desk.defined("projects", r#"{"schema":{"properties":{"name":{"writeOnly":true}}}}"#);
    for _ in 0..3 {
        desk.does(Action::PreviousField);
    }
    desk.types(" ab");
    desk.happens(Msg::Paste("c".into()));
    desk.does(Action::Undo);
    desk.press(KeyCode::Left, KeyModifiers::NONE);
    desk
}

fn in_a_secret(preset: Preset) -> Desk {
    let mut desk = at_a_secret(preset);
    desk.does(Action::EnterField);
    desk.happens(Msg::Paste("\ntwo\nlines\n".into()));
    desk.happens(Msg::Paste("more".into()));
    desk.does(Action::Undo);
    for code in [KeyCode::Up, KeyCode::Right, KeyCode::Right] {
        desk.press(code, KeyModifiers::NONE);
    }
    desk
}

fn on_the_card_of_a_deleted_record(preset: Preset) -> Desk {
    let mut desk = edits(preset);
    desk.types(" site");
    desk.does(Action::Save);
    let mut conflict = refusal(&stored(7, "alice", BASE), &stored(8, "bob", BASE));
    conflict.current =
        Current::Deleted(midair_record::wire::Tombstone { version: 8, by: "bob".into(), at: String::new(), why: None });
    desk.happens(Msg::Saved { sent: Box::new(desk.sent()), result: Ok(Put::Stale(Box::new(conflict))) });
    desk
}

fn about_to_delete(preset: Preset) -> Desk {
    let mut desk = sit(preset);
    desk.does(Action::Delete);
    desk
}

fn at_the_drafts(preset: Preset) -> Desk {
    let mut desk = with_three_drafts(preset);
    desk.does(Action::Down);
    desk.does(Action::AllTheirs);
    desk.keys("enter");
    desk.does(Action::Confirm);
    desk
}

fn about_to_rule(preset: Preset) -> Desk {
    let mut desk = with_three_drafts(preset);
    desk.does(Action::AllTheirs);
    desk.keys("enter");
    desk
}

fn with_three_drafts(preset: Preset) -> Desk {
    let mut desk = sit(preset);
    desk.three_drafts_wait();
    desk
}

fn looking_back(preset: Preset) -> Desk {
    let mut desk = sit(preset);
    desk.does(Action::History);
    let asked = desk.effects.iter().rev().find_map(|effect| match effect {
        Effect::LoadHistory { key, .. } => Some(key.clone()),
        _ => None,
    });
    let lines = (1..=40).map(|version| histories::line(version, "bob", Op::Update, &["/quota"])).collect();
    let now = Some(Read::Stored(Box::new(stored(40, "alice", BASE))));
    let page = crate::tui::msg::HistoryPage { now, lines, older: false };
    desk.happens(Msg::History { key: asked.unwrap(), before: None, result: Ok(page) });
    desk.answers_versions();
    for _ in 0..20 {
        desk.does(Action::Down);
        desk.answers_versions();
    }
    desk
}

fn about_to_restore(preset: Preset) -> Desk {
    let mut desk = looking_back(preset);
    desk.does(Action::Restore);
    desk
}

fn at_the_pulse(preset: Preset) -> Desk {
    let mut desk = sit(preset);
    desk.does(Action::Pulse);
    desk.happens(Msg::Pulse(Ok(Box::new(pulses::pulse()))));
    for _ in 0..4 {
        desk.does(Action::Down);
    }
    desk
}

fn at_a_question(preset: Preset) -> Desk {
    let mut desk = sit(preset);
    desk.does(Action::New);
    desk.types("my new project");
    desk.app.keyboard.copied = "cut".into();
    for code in [KeyCode::Left, KeyCode::Left] {
        desk.press(code, KeyModifiers::NONE);
    }
    desk
}

fn in_the_help(preset: Preset) -> Desk {
    let mut desk = sit(preset);
    desk.does(Action::Help);
    for _ in 0..3 {
        desk.does(Action::Down);
    }
    desk
}

fn in_the_palette(preset: Preset) -> Desk {
    let mut desk = sit(preset);
    desk.does(Action::Palette);
    desk.types("a e");
    desk.app.keyboard.copied = "cut".into();
    desk.press(KeyCode::Left, KeyModifiers::NONE);
    desk.does(Action::Down);
    desk
}

/// What a place is called, and how to get there.
type Way = (&'static str, fn(Preset) -> Desk);

pub(super) const PLACES: [Way; 21] = [
    ("browser", sit),
    ("editor", in_the_editor),
    ("field", in_a_field),
    ("list", in_a_list),
    ("choosing", choosing),
    ("collision", in_a_collision),
    ("part", on_a_part),
    ("by hand", by_hand),
    ("secret", at_a_secret),
    ("secret in full", in_a_secret),
    ("deleted", on_the_card_of_a_deleted_record),
    ("deletion", about_to_delete),
    ("drafts", at_the_drafts),
    ("ruling", about_to_rule),
    ("history", looking_back),
    ("restoring", about_to_restore),
    ("pulse", at_the_pulse),
    ("question", at_a_question),
    ("finding", looking_for_something),
    ("help", in_the_help),
    ("palette", in_the_palette),
];
