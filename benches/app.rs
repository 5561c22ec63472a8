//! How long it takes from a key to the frame that shows it, on a screen of 120 by 40: `cargo bench -p midair --bench app`.
//! An App can be replayed from its messages: each session is, and of each key the fastest time counts, so that what else
//! the machine does is left out and what the key itself costs is not.
#![allow(clippy::unwrap_used)]

use std::time::{Duration, Instant};

use midair::tui::msg::{Clock, CollectionLine, Link, Mouse, Page, PageWanted, Part, Pointed, Press, Read};
use midair::tui::theme::{Depth, Theme};
use midair::tui::{App, Effect, Msg};
use midair_record::wire::{Key, Stored, Token};
use midair_record::{Record, Value};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::crossterm::event::{KeyCode, KeyModifiers};

// As in the program.
#[global_allocator]
static MEMORY: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

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
    /// What is to be answered.
    todo: Vec<Effect>,
    /// How long it took to show what came.
    came: Vec<Duration>,
}

fn clock() -> Clock {
    Clock { now: "2026-11-02T14:05:00Z".parse().unwrap(), offset_seconds: 0 }
}

fn stored(id: String, record: &str) -> Stored {
    Stored {
        id,
        version: 7,
        token: Token::parse("\"7-t\"").unwrap(),
        updated_at: "2026-11-02T14:00:00.000Z".into(),
        updated_by: "bob".into(),
        note: None,
        fields: Record::parse(record).unwrap(),
    }
}

impl Seat {
    fn before(app: App) -> Seat {
        let screen = Terminal::new(TestBackend::new(120, 40)).unwrap();
        Seat { app, screen, times: Vec::new(), todo: Vec::new(), came: Vec::new() }
    }

    /// At the editor of a record with these members.
    fn edits(record: &str) -> Seat {
        let mut app = App::new("alice", "http://127.0.0.1:4120", "seed", Theme::new(Depth::Full).into(), clock());
        app.resize(120, 40);
        let stored = stored("prj_1".into(), record);
        app.update(Msg::Link(Link::Live { hosting: false }));
        app.update(Msg::Collections(Ok(vec![CollectionLine { name: "projects".into(), records: 1 }])));
        app.update(Msg::Defined { collection: "projects".into(), result: Ok(None) });
        let part = Part { after: None, backwards: false, limit: 100 };
        let asked = PageWanted { collection: "projects".into(), filter: String::new(), part };
        let page = Page { items: vec![stored.clone()], next: None, total: Some(1) };
        app.update(Msg::Page { asked, result: Ok(page) });
        let mut seat = Seat::before(app);
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
        self.todo.extend(effects);
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
            "wheel" => return self.tell(Msg::Mouse(WHEEL)),
            "backspace" => KeyCode::Backspace,
            "f3" => KeyCode::F(3),
            letter => KeyCode::Char(letter.chars().next().unwrap()),
        };
        self.tell(Msg::Key(Press { code, mods }))
    }

    /// Has the server answer what was asked of it, and takes the time until each answer is drawn.
    fn answered(&mut self) {
        while let Some(effect) = self.todo.pop() {
            if let Effect::LoadPage(asked) = effect {
                let result = Ok(of_a_million(&asked.part));
                let took = self.tell(Msg::Page { asked, result });
                self.came.push(took);
            }
        }
    }

    fn keys(&mut self, names: &str) {
        names.split_whitespace().for_each(|name| _ = self.key(name));
    }

    /// Presses these keys in turn, [`KEYS`] times, and says how long they took.
    fn times(&mut self, what: &str, names: &str) {
        let names: Vec<&str> = names.split(' ').collect();
        let times = (0..KEYS).map(|number| {
            let name = names[number % names.len()];
            let took = self.key(if name.is_empty() { " " } else { name });
            self.answered();
            took
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

const MANY: usize = 1_000_000;

const WHEEL: Mouse = Mouse { kind: Pointed::Scroll(3), column: 40, row: 20, mods: KeyModifiers::NONE };

/// What a server answers that has a million records.
fn of_a_million(part: &Part) -> Page {
    let number = |id: &String| id[1..].parse::<usize>().unwrap();
    let numbers: Vec<usize> = match (&part.after, part.backwards) {
        (None, false) => (0..part.limit).collect(),
        (None, true) => (MANY - part.limit..MANY).rev().collect(),
        (Some(after), false) => (number(after) + 1..MANY).take(part.limit).collect(),
        (Some(after), true) => (0..number(after)).rev().take(part.limit).collect(),
    };
    let is_last = numbers.last().is_none_or(|last| *last == if part.backwards { 0 } else { MANY - 1 });
    let record = |at: usize| {
        let fields = format!(r#"{{"name":"Record {at}","quota":{},"text":"{}"}}"#, at % 977, "x".repeat(150));
        stored(format!("r{at:07}"), &fields)
    };
    let items: Vec<Stored> = numbers.into_iter().map(record).collect();
    let next = items.last().filter(|_| !is_last).map(|last| last.id.clone());
    Page { items, next, total: Some(MANY as u64) }
}

/// A session at a list of a million records.
fn list() -> Seat {
    let mut app = App::new("alice", "http://127.0.0.1:4120", "seed", Theme::new(Depth::Full).into(), clock());
    app.resize(120, 40);
    let mut seat = Seat::before(app);
    seat.tell(Msg::Link(Link::Live { hosting: false }));
    seat.tell(Msg::Collections(Ok(vec![CollectionLine { name: "many".into(), records: MANY as u64 }])));
    seat.answered();
    seat.times("  by line", "down");
    seat.times("  by line and back", "down up up");
    seat.times("  by page", "pagedown");
    seat.times("  by page and back", "pagedown pageup pageup");
    seat.times("  by the wheel", "wheel");
    seat.times("  from end to end", "end up pageup home down");
    let came = std::mem::take(&mut seat.came);
    seat.says("  records that come (no key)", came, false);
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
    late |= plays("a list of 1,000,000 records", list);
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
