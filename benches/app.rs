//! How long it takes from a key to the frame that shows it, on a screen of 120 by 40: `cargo bench -p midair --bench app`.
//! An App can be replayed from its messages: each session is, and of each key the fastest time counts, so that what else
//! the machine does is left out and what the key itself costs is not.
#![allow(clippy::unwrap_used)]

use std::time::{Duration, Instant};

use midair::tui::msg::{Clock, CollectionLine, Link, Page, PageWanted, Press, Read};
use midair::tui::theme::{Depth, Theme};
use midair::tui::{App, Msg};
use midair_record::wire::{Key, Stored, Token};
use midair_record::{Record, Value};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::crossterm::event::{KeyCode, KeyModifiers};

/// How many keys are measured of each kind.
const KEYS: usize = 400;
/// What a key may take, of a hundred all but one.
const MOST: Duration = Duration::from_millis(2);

/// How often a session is replayed.
const ROUNDS: usize = 5;

/// The times of one kind of key; `counts` where it is a key.
struct Times {
    what: String,
    each: Vec<Duration>,
    counts: bool,
}

struct Seat {
    app: App,
    screen: Terminal<TestBackend>,
    times: Vec<Times>,
}

fn clock() -> Clock {
    Clock { now: "2026-11-02T14:05:00Z".parse().unwrap(), offset_seconds: 0 }
}

impl Seat {
    /// At the editor of a record with these members.
    fn edits(record: &str) -> Seat {
        let mut app = App::new("alice", "http://127.0.0.1:4120", "seed", Theme::new(Depth::Full).into(), clock());
        app.resize(120, 40);
        let stored = Stored {
            id: "prj_1".into(),
            version: 7,
            token: Token::parse("\"7-t\"").unwrap(),
            updated_at: "2026-11-02T14:00:00.000Z".into(),
            updated_by: "bob".into(),
            note: None,
            fields: Record::parse(record).unwrap(),
        };
        app.update(Msg::Link(Link::Live { hosting: false }));
        app.update(Msg::Collections(Ok(vec![CollectionLine { name: "projects".into(), records: 1 }])));
        app.update(Msg::Defined { collection: "projects".into(), result: Ok(None) });
        let asked = PageWanted { collection: "projects".into(), after: None, filter: String::new() };
        let page = Page { items: vec![stored.clone()], next: None, total: Some(1) };
        app.update(Msg::Page { asked, result: Ok(page) });
        let mut seat = Seat { app, screen: Terminal::new(TestBackend::new(120, 40)).unwrap(), times: Vec::new() };
        seat.key("enter");
        let result = Ok(Read::Stored(Box::new(stored)));
        seat.tell(Msg::Loaded { key: Key::new("projects", "prj_1").unwrap(), result, changes: Vec::new() });
        seat
    }

    /// Tells the app something and draws; how long both took.
    fn tell(&mut self, msg: Msg) -> Duration {
        let start = Instant::now();
        let effects = self.app.update(msg);
        let app = &self.app;
        self.screen
            .draw(|frame| {
                let area = frame.area();
                frame.render_widget(app, area);
                if let Some(place) = app.cursor(area) {
                    frame.set_cursor_position(place);
                }
            })
            .unwrap();
        let took = start.elapsed();
        drop(effects);
        took
    }

    fn key(&mut self, name: &str) -> Duration {
        let (mods, key) = match name.split_once('-') {
            Some(("ctrl", key)) => (KeyModifiers::CONTROL, key),
            Some(("shift", key)) => (KeyModifiers::SHIFT, key),
            Some(("alt", key)) => (KeyModifiers::ALT, key),
            _ => (KeyModifiers::NONE, name),
        };
        let code = match key {
            "enter" => KeyCode::Enter,
            "esc" => KeyCode::Esc,
            "up" => KeyCode::Up,
            "down" => KeyCode::Down,
            "left" => KeyCode::Left,
            "right" => KeyCode::Right,
            "home" => KeyCode::Home,
            "end" => KeyCode::End,
            "pageup" => KeyCode::PageUp,
            "pagedown" => KeyCode::PageDown,
            "backspace" => KeyCode::Backspace,
            "f3" => KeyCode::F(3),
            letter => KeyCode::Char(letter.chars().next().unwrap()),
        };
        self.tell(Msg::Key(Press { code, mods }))
    }

    fn keys(&mut self, names: &str) {
        names.split_whitespace().for_each(|name| _ = self.key(name));
    }

    /// Presses these keys in turn, [`KEYS`] times, and says how long they took.
    fn times(&mut self, what: &str, names: &str) {
        let names: Vec<&str> = names.split(' ').collect();
        let times = (0..KEYS).map(|number| {
            let name = names[number % names.len()];
            self.key(if name.is_empty() { " " } else { name })
        });
        let times = times.collect();
        self.says(what, times, true);
    }

    /// Lets time go on after each of a few letters: what was typed is ordered to be kept.
    fn ticks(&mut self) {
        let tick = |_| {
            self.key("x");
            self.tell(Msg::Tick(clock()))
        };
        let times = (0..40).map(tick).collect();
        self.says("  a tick after a letter (no key)", times, false);
    }

    fn says(&mut self, what: &str, each: Vec<Duration>, counts: bool) {
        self.times.push(Times { what: what.to_owned(), each, counts });
    }

    fn text(&mut self) {
        for (place, go) in [("start", "ctrl-home"), ("middle", ""), ("end", "ctrl-end")] {
            match go {
                "" => self.middle(),
                go => self.keys(go),
            }
            self.times(&format!("  typing at the {place}"), "a b c  d");
            self.times(&format!("  moving at the {place}"), "left up down right pageup pagedown ctrl-left ctrl-right");
            self.times(
                &format!("  selecting and deleting at the {place}"),
                "shift-left shift-down x backspace backspace",
            );
        }
        self.middle();
        self.times("  home and end, of line and text", "home end ctrl-home ctrl-end");
        self.middle();
        self.times("  undo", "ctrl-z");
        self.times("  undo and redo", "ctrl-y ctrl-z");
        self.keys("ctrl-f");
        self.times("  typing what to find", "l i n backspace backspace backspace");
        self.times("  the next place that says it", "down down up");
        self.keys("esc");
        self.keys("alt-z");
        self.times("  typing without wrapping", "a b c  d");
        self.times("  moving without wrapping", "left up down right pageup pagedown home end");
        self.keys("alt-z");
        self.ticks();
    }

    /// Goes some thousands of rows down.
    fn middle(&mut self) {
        self.keys("ctrl-home");
        (0..120).for_each(|_| _ = self.key("pagedown"));
    }
}

/// A session with a record of so many fields.
fn fields(count: usize) -> Seat {
    let members: Vec<String> = (0..count).map(|number| format!(r#""field_{number:04}":"value {number}""#)).collect();
    let mut seat = Seat::edits(&format!("{{{}}}", members.join(",")));
    for (place, way) in [("start", "up"), ("middle", "down"), ("end", "down")] {
        (0..count / 2).for_each(|_| _ = seat.key(way));
        seat.times(&format!("  typing at the {place}"), "a b c  d");
        seat.times(&format!("  from field to field at the {place}"), "down up");
        seat.times(&format!("  typing in each at the {place}"), "x down x up");
    }
    seat.times("  undo", "ctrl-z");
    seat.ticks();
    seat
}

/// A session with a long text.
fn long(text: &str) -> Seat {
    let mut seat = Seat::edits(&format!(r#"{{"name":"x","notes":{}}}"#, Value::string(text).to_json()));
    seat.keys("down enter");
    seat.text();
    seat.keys("esc up");
    seat.times("  typing in the field beside it", "a b c  d");
    seat.times("  from it to the field beside it", "down up");
    seat.times("  opening it, typing, leaving it", "down enter x esc up");
    seat
}

/// Replays a session and says how long its keys took. Whether any was late.
fn plays(name: &str, session: impl Fn() -> Seat) -> bool {
    println!("{name}");
    let mut fastest = session().times;
    for _ in 1..ROUNDS {
        for (best, again) in fastest.iter_mut().zip(session().times) {
            best.each.iter_mut().zip(again.each).for_each(|(best, again)| *best = again.min(*best));
        }
    }
    let mut any_late = false;
    for Times { what, mut each, counts } in fastest {
        each.sort_unstable();
        let ms = |time: Duration| time.as_secs_f64() * 1e3;
        let (median, p99) = (each[each.len() / 2], each[each.len() * 99 / 100]);
        let late = counts && p99 > MOST;
        let mark = if late { "  TOO SLOW" } else { "" };
        println!("{what:<44} median {:7.3} ms   p99 {:7.3} ms{mark}", ms(median), ms(p99));
        any_late |= late;
    }
    any_late
}

fn main() {
    let mut late = false;
    for count in [20, 1_000] {
        late |= plays(&format!("a record of {count} fields"), || fields(count));
    }
    let word = "Carol calls the harbour on Friday, and books the long room for the launch. ";
    let mebi = |line: String| line.repeat((1 << 20) / line.len());
    let texts = [
        ("a text of 1 MiB in a few long lines", mebi(word.repeat(1_800) + "\n")),
        ("a text of 1 MiB in one line", mebi(word.to_owned())),
        ("a text of 1 MiB in one word", "x".repeat(1 << 20)),
        ("a text of 1 MiB of wide glyphs", mebi("日本語の文章。".repeat(60) + "\n")),
        ("a text of 70,000 lines", (0..70_000).map(|number| format!("line {number}\n")).collect()),
    ];
    for (name, text) in &texts {
        late |= plays(name, || long(text));
    }
    std::process::exit(i32::from(late));
}
