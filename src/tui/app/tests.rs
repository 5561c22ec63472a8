//! Stories of one person at the screen, told in messages and effects; there is no terminal and no server in them.

mod advertised;
mod fewest;
mod histories;
mod inbox;
mod laid;
mod lists;
mod looks;
mod meeting;
mod odd_text;
mod outside;
pub(in crate::tui) mod pictured;
mod pulses;
mod rules;
mod screens;
mod secrets;
mod stories;
mod taking_back;
mod typed;
mod typing;
mod waits;
mod ways;

use midair_record::diff::diff;
use midair_record::draft::Draft;
use midair_record::wire::{Base, Conflict, Current, Op, Put, Stored, Token, VersionLine};
use midair_record::{Object, Pointer, Record};
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{KeyCode, KeyModifiers};
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use super::App;
use crate::tui::keys::{Action, Place};
use crate::tui::msg::{Clock, CollectionLine, Effect, Link, Mouse, Msg, Page, Pointed, Press, Read};
use crate::tui::preferences::Preferences;
use crate::tui::theme::{Depth, Theme};

pub const BASE: &str = r#"{"name":"Launch","billing":{"contact":"ops@example.org","plan":"team"},"quota":100,"tags":["web","launch"],"notes":"Call carol on Friday.\nBook the room.\n","active":true,"owner":null,"code":""}"#;

fn clock() -> Clock {
    Clock { now: "2026-11-02T14:05:00Z".parse().unwrap(), offset_seconds: 0 }
}

/// Version `version` of projects/prj_1, by `by`, at 14:00 and as many minutes.
pub fn stored(version: u64, by: &str, text: &str) -> Stored {
    Stored {
        id: "prj_1".into(),
        version,
        token: Token::parse(&format!("\"{version}-t\"")).unwrap(),
        updated_at: format!("2026-11-02T14:0{}:00.000Z", version % 5),
        updated_by: by.into(),
        note: None,
        fields: Record::parse(text).unwrap(),
    }
}

/// What a server says that has `now` where `before` was written upon.
pub fn refusal(before: &Stored, now: &Stored) -> Conflict {
    let paths = diff(before.fields.fields(), now.fields.fields()).into_iter().map(|change| change.at).collect();
    let line = VersionLine {
        version: now.version,
        op: Op::Update,
        by: now.updated_by.clone(),
        at: now.updated_at.clone(),
        why: Some("bump after call".into()),
        edit_id: Some("another".into()),
        paths,
        blind: false,
    };
    Conflict {
        current: Current::Stored(now.clone()),
        expected: Some(before.version),
        base: Some(Base { version: before.version, fields: before.fields.clone() }),
        changes: vec![line],
        omitted: 0,
        overlap: Vec::new(),
        unknown_token: false,
        already_applied: false,
        manual: false,
    }
}

/// One person at the screen.
pub struct Desk {
    pub app: App,
    pub effects: Vec<Effect>,
}

impl Desk {
    pub fn sit(depth: Depth) -> Desk {
        Desk::sit_with(Theme::new(depth).into())
    }

    pub fn sit_with(preferences: Preferences) -> Desk {
        let app = App::new("alice", "http://127.0.0.1:4120", "seed", preferences, clock());
        let mut desk = Desk { app, effects: Vec::new() };
        desk.app.resize(120, 40);
        desk.happens(Msg::Link(Link::Live { hosting: false }));
        const NAMES: [(&str, u64); 3] = [("hotels", 50), ("products", 3201), ("projects", 12)];
        let lines = NAMES.map(|(name, records)| CollectionLine { name: name.into(), records }).to_vec();
        desk.happens(Msg::Collections(Ok(lines)));
        for (name, _) in NAMES {
            desk.happens(Msg::Defined { collection: name.into(), result: Ok(None) });
        }
        for action in [Action::Left, Action::Down, Action::Down, Action::Right] {
            let effects = desk.app.perform(Place::Browser, action);
            desk.effects.extend(effects);
        }
        desk.answers_page(vec![stored(7, "alice", BASE)]);
        desk
    }

    /// A draft of alice's that an earlier session left is found.
    pub fn waits(&mut self, draft: Draft) {
        let (slot, who, saved_at) = ("slot".into(), "alice".into(), String::new());
        let waiting = crate::tui::msg::WaitingDraft { slot, who, saved_at, sending: false, draft };
        self.happens(Msg::Waiting { drafts: vec![waiting], unreadable: Vec::new() });
    }

    pub fn answers_page(&mut self, items: Vec<Stored>) {
        let asked = self.effects.iter().rev().find_map(|effect| match effect {
            Effect::LoadPage(asked) => Some(asked.clone()),
            _ => None,
        });
        let total = Some(items.len() as u64);
        self.happens(Msg::Page { asked: asked.unwrap(), result: Ok(Page { items, next: None, total }) });
    }

    /// Opens projects/prj_1 at v7.
    pub fn edits() -> Desk {
        let mut desk = Desk::sit(Depth::None);
        desk.opens();
        desk
    }

    pub fn opens(&mut self) {
        self.keys("enter");
        let key = midair_record::wire::Key::new("projects", "prj_1").unwrap();
        let result = Ok(Read::Stored(Box::new(stored(7, "alice", BASE))));
        self.happens(Msg::Loaded { key, result, changes: Vec::new() });
    }

    /// The definition of a collection came.
    pub fn defined(&mut self, collection: &str, definition: &str) {
        let result = Ok(Some(Record::parse(definition).unwrap()));
        self.happens(Msg::Defined { collection: collection.into(), result });
    }

    pub fn happens(&mut self, msg: Msg) {
        let effects = self.app.update(msg);
        self.effects.extend(effects);
    }

    /// Presses keys by the names of the table; what is in single quotes is typed.
    pub fn keys(&mut self, names: &str) {
        for (place, part) in names.split('\'').enumerate() {
            if place % 2 == 1 {
                part.chars().for_each(|letter| self.press(KeyCode::Char(letter), KeyModifiers::NONE));
            } else {
                part.split_whitespace().for_each(|name| self.named(name));
            }
        }
    }

    fn named(&mut self, name: &str) {
        let (mods, key) = match name.split_once('-') {
            Some(("ctrl", key)) => (KeyModifiers::CONTROL, key),
            Some(("alt", key)) => (KeyModifiers::ALT, key),
            Some(("shift", key)) => (KeyModifiers::SHIFT, key),
            _ => (KeyModifiers::NONE, name),
        };
        let code = match key {
            "enter" => KeyCode::Enter,
            "esc" => KeyCode::Esc,
            "tab" => KeyCode::Tab,
            "backtab" => KeyCode::BackTab,
            "up" => KeyCode::Up,
            "down" => KeyCode::Down,
            "left" => KeyCode::Left,
            "right" => KeyCode::Right,
            "home" => KeyCode::Home,
            "end" => KeyCode::End,
            "backspace" => KeyCode::Backspace,
            "f3" => KeyCode::F(3),
            "space" => KeyCode::Char(' '),
            letter => KeyCode::Char(letter.chars().next().unwrap()),
        };
        self.press(code, mods);
    }

    /// Presses the left button, for the `clicks`th time in a row, on the first place of the screen that says `words`.
    pub fn clicks(&mut self, clicks: u8, words: &str) {
        let shot = self.shot(120, 40);
        let (row, line) = shot.lines().enumerate().find(|(_, line)| line.contains(words)).expect(words);
        let column = line[..line.find(words).unwrap()].chars().count();
        self.mouse(Pointed::Press { clicks }, column, row);
    }

    pub fn mouse(&mut self, kind: Pointed, column: usize, row: usize) {
        let (column, row) = (u16::try_from(column).unwrap(), u16::try_from(row).unwrap());
        self.happens(Msg::Mouse(Mouse { kind, column, row, mods: KeyModifiers::NONE }));
    }

    /// Looks as `theme` says from here on.
    pub fn wears(&mut self, theme: Theme) {
        self.app.theme = theme;
    }

    fn press(&mut self, code: KeyCode, mods: KeyModifiers) {
        self.happens(Msg::Key(Press { code, mods }));
    }

    /// The draft that was sent last.
    pub fn sent(&self) -> Draft {
        let sent = self.effects.iter().rev().find_map(|effect| match effect {
            Effect::Save { draft, .. } => Some((**draft).clone()),
            _ => None,
        });
        sent.expect("something was sent")
    }

    pub fn sends(&self) -> usize {
        self.effects.iter().filter(|effect| matches!(effect, Effect::Save { .. })).count()
    }

    pub fn sent_text(&self) -> String {
        midair_record::Value::Object(self.sent().fields).to_json()
    }

    /// The last save is refused: `now` was saved over `before`.
    pub fn refused(&mut self, before: &Stored, now: &Stored) {
        let result = Ok(Put::Stale(Box::new(refusal(before, now))));
        self.happens(Msg::Saved { sent: Box::new(self.sent()), result });
    }

    /// The last save is stored as `version`.
    pub fn accepted(&mut self, version: u64) {
        let sent = self.sent();
        let text = midair_record::Value::Object(sent.fields.clone()).to_json();
        let result = Ok(Put::Stored { stored: stored(version, "alice", &text), created: false });
        self.happens(Msg::Saved { sent: Box::new(sent), result });
    }

    pub fn shot(&mut self, columns: u16, rows: u16) -> String {
        self.app.resize(columns, rows);
        let area = Rect::new(0, 0, columns, rows);
        let mut buf = Buffer::empty(area);
        (&self.app).render(area, &mut buf);
        let line = |y| (0..columns).map(|x| buf[(x, y)].symbol()).collect::<String>().trim_end().to_owned();
        (0..rows).map(line).collect::<Vec<_>>().join("\n")
    }

    pub fn shows(&mut self, words: &str) {
        let shot = self.shot(120, 40);
        assert!(shot.contains(words), "{words:?} is not on the screen:\n{shot}");
    }
}

/// `text` with the member at `at` set to `value` (JSON).
pub fn with(text: &str, changes: &[(&str, &str)]) -> String {
    let mut fields: Object = Record::parse(text).unwrap().fields().clone();
    for (at, value) in changes {
        let value = (!value.is_empty()).then(|| midair_record::Value::parse(value).unwrap());
        Pointer::parse(at).unwrap().set(&mut fields, value);
    }
    midair_record::Value::Object(fields).to_json()
}

/// Somebody at every place of the program.
pub fn everywhere() -> impl Iterator<Item = (&'static str, Desk)> {
    ways::PLACES.into_iter().map(|(name, make)| (name, make(crate::tui::keys::Preset::Modern)))
}
