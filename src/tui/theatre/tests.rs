//! The theatre in front of whoever watches, without a terminal: what its keys lead to, and how it looks with real Apps on it.

use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{KeyCode, KeyModifiers};

use super::*;
use crate::tui::App;
use crate::tui::app::Around;
use crate::tui::app::tests::pictured::{pictures_of, text};
use crate::tui::app::tests::{BASE, Desk, stored, with};
use crate::tui::keys::{Keys, Preset, chord};
use crate::tui::msg::Effect;
use crate::tui::theme::Depth;

const SIZES: [(u16, u16); 4] = [(60, 15), (80, 24), (120, 40), (160, 50)];

fn clock() -> Clock {
    Clock { now: "2026-11-02T14:05:00Z".parse().unwrap(), offset_seconds: 0 }
}

/// A theatre with real screens on it.
struct Stage {
    theatre: Theatre,
    desks: Vec<Option<Desk>>,
}

fn play(people: &[(&str, bool)]) -> Play {
    let people = people.iter().map(|&(name, screen)| Person { name: name.into(), screen }).collect();
    Play {
        listed: 1,
        title: "Same field, both".into(),
        about: "alice and bob both rename the project. The second save is refused, and nothing is lost.".into(),
        lost: "Without a precondition bob's save would have replaced alice's name, unseen.".into(),
        people,
        steps: 7,
    }
}

fn listed() -> Vec<Listed> {
    let named = |(name, title): (&str, &str)| Listed { name: name.into(), title: title.into() };
    let all = [
        ("lost-update", "The lost update"),
        ("same-field", "Same field, both"),
        ("delete-against-edit", "A record deleted under the hands of somebody who edits it"),
    ];
    all.into_iter().map(named).collect()
}

impl Stage {
    fn of(people: &[(&str, bool)], desks: Vec<Option<Desk>>) -> Stage {
        Stage::under(Preset::Modern, people, desks)
    }

    fn under(preset: Preset, people: &[(&str, bool)], desks: Vec<Option<Desk>>) -> Stage {
        let preferences = Preferences { keys: Keys::of(preset), ..Theme::new(Depth::None).into() };
        let mut stage = Stage { theatre: Theatre::open(listed(), play(people), &preferences, clock()), desks };
        stage.sized(120, 40);
        stage
    }

    /// Alice typed and saved, bob is asked about what both changed.
    fn two() -> Stage {
        let mut alice = Desk::edits();
        alice.keys("' site' ctrl-s");
        alice.accepted(8);
        let mut bob = Desk::edits();
        bob.keys("' day' ctrl-s");
        bob.refused(&stored(7, "zoe", BASE), &stored(8, "alice", &with(BASE, &[("/name", "\"Launch site\"")])));
        let mut stage = Stage::of(&[("alice", true), ("bob", true)], vec![Some(alice), Some(bob)]);
        stage.tells(4, 1);
        stage
    }

    fn tells(&mut self, step: usize, acting: usize) {
        let caption = "bob's save is refused. Nothing was lost.".into();
        self.theatre.tell(Standing { step, caption, acting: Some(acting), ..Standing::default() }, wire());
    }

    fn sized(&mut self, columns: u16, rows: u16) {
        self.theatre.resize(columns, rows);
        let taken = self.theatre.keyboard_of();
        for (person, (columns, rows)) in self.theatre.screens().into_iter().enumerate() {
            if let Some(desk) = &mut self.desks[person] {
                desk.app.stand(if taken == Some(person) { Around::Keys } else { Around::Nothing });
                desk.app.resize(columns, rows);
            }
        }
    }

    fn drawn(&mut self, theme: Theme, (columns, rows): (u16, u16)) -> Buffer {
        self.theatre.theme = theme;
        self.desks.iter_mut().flatten().for_each(|desk| desk.wears(theme));
        self.sized(columns, rows);
        let area = Rect::new(0, 0, columns, rows);
        let mut buf = Buffer::empty(area);
        self.theatre.draw(area, &mut buf, &self.apps());
        buf
    }

    fn apps(&self) -> Vec<Option<&App>> {
        self.desks.iter().map(|desk| desk.as_ref().map(|desk| &desk.app)).collect()
    }

    fn shot(&mut self, columns: u16, rows: u16) -> String {
        text(&self.drawn(Theme::new(Depth::None), (columns, rows))).join("\n")
    }

    fn press(&mut self, code: KeyCode) -> Cue {
        self.theatre.key(Press { code, mods: KeyModifiers::NONE })
    }

    fn types(&mut self, letter: char) -> Cue {
        self.press(KeyCode::Char(letter))
    }
}

fn wire() -> Vec<Exchange> {
    let status = |status: u16, etag: &str| Answer::Status(status, (!etag.is_empty()).then(|| etag.into()));
    let of = |second: u8, who: &str, method: &str, condition: &str, answer: Answer| Exchange {
        at: format!("2026-11-02T14:04:{second:02}Z").parse().unwrap(),
        who: who.into(),
        method: method.into(),
        record: "projects/prj_1".into(),
        condition: (!condition.is_empty()).then(|| condition.into()),
        answer,
    };
    vec![
        of(1, "alice", "GET", "", status(200, "\"7-9f3a61c07b2d44e1\"")),
        of(2, "bob", "GET", "", status(200, "\"7-9f3a61c07b2d44e1\"")),
        of(10, "alice", "PUT", "If-Match \"7-9f3a61c07b2d44e1\"", status(200, "\"8-0c11d2e3f4a5b697\"")),
        of(12, "bob", "PUT", "If-Match \"7-9f3a61c07b2d44e1\"", status(412, "")),
    ]
}

#[test]
fn two_screens_and_the_wire() {
    let mut stage = Stage::two();
    pictures_of("theatre", &SIZES, |theme, size| stage.drawn(theme, size));
}

#[test]
fn three_screens_and_a_program_while_somebody_has_a_keyboard() {
    let desks = vec![Some(Desk::edits()), None, Some(Desk::sit(Depth::None)), Some(Desk::edits())];
    let people = [("alice", true), ("nightly import", false), ("bob", true), ("carol", true)];
    let mut stage = Stage::of(&people, desks);
    stage.tells(3, 0);
    let mut wire = wire();
    wire[1].who = "nightly import".into();
    wire[1].method = "PUT".into();
    wire[2].answer = Answer::Lost;
    wire.push(Exchange { answer: Answer::Unreachable, ..wire[3].clone() });
    wire.push(Exchange { answer: Answer::Awaited, ..wire[3].clone() });
    let standing =
        Standing { misfit: Some("alice is not editing projects/prj_1".into()), ..stage.theatre.standing.clone() };
    stage.theatre.tell(standing, wire);
    stage.press(KeyCode::Tab);
    pictures_of("theatre-taken", &SIZES, |theme, size| stage.drawn(theme, size));
}

#[test]
fn the_card_at_the_end() {
    let mut stage = Stage::two();
    stage.tells(7, 1);
    let standing = Standing { taken_over: true, passed_over: 2, ..stage.theatre.standing.clone() };
    stage.theatre.tell(standing, wire());
    assert_eq!(stage.types(' '), Cue::Stay);
    pictures_of("theatre-ending", &SIZES, |theme, size| stage.drawn(theme, size));
}

#[test]
fn the_list_of_scenarios() {
    let mut stage = Stage::two();
    stage.types('s');
    pictures_of("theatre-list", &SIZES, |theme, size| stage.drawn(theme, size));
}

#[test]
fn space_goes_on_says_the_end_and_then_the_next_scenario() {
    let mut stage = Stage::two();
    assert_eq!(stage.types(' '), Cue::Next);
    stage.theatre.tell(Standing { step: 7, doing: Doing::Types, ..Standing::default() }, wire());
    assert_eq!(stage.types(' '), Cue::Next, "the rest of the last step at once");
    stage.tells(7, 1);
    assert_eq!(stage.types(' '), Cue::Stay);
    let shot = stage.shot(120, 40);
    assert!(shot.contains("What was at stake") && shot.contains("would have replaced alice's name"), "{shot}");
    assert_eq!(stage.press(KeyCode::Esc), Cue::Stay);
    assert!(!stage.shot(120, 40).contains("What was at stake"));
    assert_eq!(stage.types(' '), Cue::Stay);
    assert_eq!(stage.types(' '), Cue::Scenario(2));
    stage.theatre.play.listed = 2;
    assert_eq!(stage.types(' '), Cue::Scenario(0), "after the last comes the first");
    assert_eq!(stage.press(KeyCode::Left), Cue::StepBack);
}

#[test]
fn numbers_and_the_list_choose_a_scenario() {
    let mut stage = Stage::two();
    assert_eq!(stage.types('3'), Cue::Scenario(2));
    assert_eq!(stage.types('4'), Cue::Stay);
    assert!(stage.shot(80, 24).contains("There are 3 scenarios; there is no number 4."));
    stage.types('s');
    assert!(!stage.shot(80, 24).contains("no number 4"), "it was said once");
    stage.press(KeyCode::Down);
    stage.press(KeyCode::Down);
    assert_eq!(stage.press(KeyCode::Enter), Cue::Scenario(2));
    stage.types('s');
    assert_eq!(stage.types('1'), Cue::Scenario(0));
}

#[test]
fn the_keyboard_goes_round_and_programs_have_none() {
    let desks = vec![None, Some(Desk::edits()), Some(Desk::edits())];
    let mut stage = Stage::of(&[("import", false), ("alice", true), ("bob", true)], desks);
    let mut whose = || {
        let cue = stage.press(KeyCode::F(6));
        (cue, stage.theatre.keyboard_of())
    };
    assert_eq!([whose(), whose(), whose()], [(Cue::Passed, Some(1)), (Cue::Passed, Some(2)), (Cue::Passed, None)]);
}

#[test]
fn whoever_has_a_keyboard_has_every_key_of_it_but_two() {
    for preset in Preset::ALL {
        let mut stage =
            Stage::under(preset, &[("alice", true), ("bob", true)], vec![Some(Desk::edits()), Some(Desk::edits())]);
        stage.press(KeyCode::Tab);
        let theirs = Keys::of(preset);
        let own = |line: &&Bound| !matches!(line.place, Place::Theatre | Place::Seat | Place::Scenarios);
        for key in theirs.lines().iter().filter(own).flat_map(|line| &line.keys).flat_map(|keys| keys.split(' ')) {
            let Some(press) = pressed(key) else { panic!("{key} is not known here") };
            assert_eq!(stage.theatre.key(press), Cue::Press(0, press), "{key} under {}", preset.name());
        }
        assert_eq!(stage.theatre.paste("a\nb"), Cue::Paste(0, "a\nb".into()));
        let ctrl = |letter: char| Press { code: KeyCode::Char(letter), mods: KeyModifiers::CONTROL };
        // As terminals send Ctrl-], which is one code with Ctrl-5.
        assert_eq!(stage.theatre.key(ctrl('5')), Cue::Passed);
        assert_eq!(stage.theatre.keyboard_of(), None);
    }
}

/// The key of this name, as a terminal reports it.
fn pressed(name: &str) -> Option<Press> {
    let held = [("ctrl-", KeyModifiers::CONTROL), ("alt-", KeyModifiers::ALT), ("shift-", KeyModifiers::SHIFT)];
    let codes = (32..127_u8).map(|code| KeyCode::Char(code.into())).chain((1..=12).map(KeyCode::F)).chain([
        KeyCode::Enter,
        KeyCode::Esc,
        KeyCode::Tab,
        KeyCode::BackTab,
        KeyCode::Up,
        KeyCode::Down,
        KeyCode::Left,
        KeyCode::Right,
        KeyCode::Home,
        KeyCode::End,
        KeyCode::PageUp,
        KeyCode::PageDown,
        KeyCode::Delete,
        KeyCode::Backspace,
    ]);
    let mods = held.iter().filter(|(word, _)| name.contains(word)).fold(KeyModifiers::NONE, |all, (_, one)| all | *one);
    codes.map(|code| Press { code, mods }).find(|press| chord::name(*press) == name)
}

#[test]
fn every_key_that_the_theatre_advertises_leads_to_something() {
    for preset in Preset::ALL {
        let start = || {
            let mut stage = Stage::two();
            stage.theatre.keyboard = Keyboard::new(Keys::of(preset));
            stage
        };
        let on_card = || {
            let mut stage = start();
            stage.tells(7, 1);
            stage.theatre.ends();
            stage
        };
        let in_list = || {
            let mut stage = start();
            stage.theatre.card = Some(Card::List(1));
            stage
        };
        let seated = || {
            let mut stage = start();
            stage.theatre.taken = Some(0);
            stage
        };
        let ways: [(&str, &dyn Fn() -> Stage); 4] =
            [("stage", &start), ("ending", &on_card), ("list", &in_list), ("seat", &seated)];
        let mut tried = Vec::new();
        for (name, way) in ways {
            let stage = way();
            let place = stage.theatre.place();
            for line in Keys::of(preset).lines().iter().filter(|line| line.place == place) {
                if !stage.theatre.works_now(line.action) {
                    continue;
                }
                tried.push((line.place, line.action));
                for key in &line.keys {
                    let mut stage = way();
                    let before = stage.shot(120, 40);
                    let cues: Vec<Cue> = key.split(' ').map(|key| stage.theatre.key(pressed(key).unwrap())).collect();
                    let came = cues.iter().any(|cue| *cue != Cue::Stay) || stage.shot(120, 40) != before;
                    assert!(came, "nothing came of {key} ({:?}) at the {name} under {}", line.action, preset.name());
                }
            }
        }
        let all = Keys::of(preset);
        let own =
            all.lines().iter().filter(|line| matches!(line.place, Place::Theatre | Place::Seat | Place::Scenarios));
        let untried: Vec<&Bound> = own.filter(|line| !tried.contains(&(line.place, line.action))).collect();
        assert!(untried.is_empty(), "{untried:?}");
    }
}

#[test]
fn a_command_is_found_in_the_palette_and_all_keys_in_the_help() {
    let mut stage = Stage::two();
    stage.types(':');
    "begin an".chars().for_each(|letter| _ = stage.types(letter));
    assert!(stage.shot(80, 24).contains("begin anew"));
    assert_eq!(stage.press(KeyCode::Enter), Cue::Anew);
    stage.types('?');
    let shot = stage.shot(80, 24);
    assert!(shot.contains("Theatre (midair demo)") && shot.contains("take the keyboard of the first"), "{shot}");
    assert_eq!(stage.types('q'), Cue::Stay, "out of the help");
    assert_eq!(stage.types('q'), Cue::Leave);
}

#[test]
fn the_caret_is_where_somebody_types() {
    let mut stage = Stage::of(&[("alice", true), ("bob", true)], vec![Some(Desk::edits()), Some(Desk::edits())]);
    stage.tells(2, 1);
    let area = Rect::new(0, 0, 120, 40);
    let caret = stage.theatre.cursor(area, &stage.apps()).unwrap();
    assert!(caret.x > 60, "bob acts: {caret}");
    stage.press(KeyCode::Tab);
    let caret = stage.theatre.cursor(area, &stage.apps()).unwrap();
    assert!(caret.x < 60, "the keyboard is alice's: {caret}");
    stage.sized(80, 24);
    let caret = stage.theatre.cursor(Rect::new(0, 0, 80, 24), &stage.apps()).unwrap();
    assert!(caret.y < 16, "her screen is the one that is shown: {caret}");
}

#[test]
fn a_name_and_a_caption_cannot_steer_the_terminal() {
    let mut stage = Stage::of(&[("al\u{1b}[2Jice", true)], vec![Some(Desk::edits())]);
    let standing = Standing { step: 1, caption: "\u{202e}x\u{7}".into(), acting: Some(0), ..Standing::default() };
    let mut wire = wire();
    wire[0].who = "\u{1b}]0;x\u{7}".into();
    stage.theatre.tell(standing, wire);
    let shot = stage.shot(120, 40);
    assert!(!shot.chars().any(|sign| (sign.is_control() && sign != '\n') || sign == '\u{202e}'), "{shot:?}");
}

#[test]
fn an_app_on_a_stage_is_whole_in_little_room() {
    use crate::tui::app::SMALLEST_ON_STAGE;
    for (name, mut desk) in crate::tui::app::tests::everywhere() {
        let by_itself = desk.shot(120, 40);
        for around in [Around::Nothing, Around::Keys] {
            for (columns, rows) in [SMALLEST_ON_STAGE, (50, 10), (58, 28), (78, 14)] {
                desk.app.stand(around);
                let shot = desk.shot(columns, rows);
                assert!(!shot.contains("Too small") && shot.lines().any(|line| line.len() > 20), "{name}:\n{shot}");
                let mut buf = Buffer::empty(Rect::new(0, 0, 120, 40));
                ratatui::widgets::Widget::render(desk.app.alone(120, 40).as_ref(), buf.area, &mut buf);
                // A line that is typed keeps how far it was pushed aside.
                let same = text(&buf).join("\n") == by_itself;
                assert!(same || name == "question", "{name} in a terminal of its own:\n{}", text(&buf).join("\n"));
            }
        }
        assert!(!desk.effects.contains(&Effect::Quit));
    }
}
