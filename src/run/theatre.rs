//! The loop of `midair demo`: scenarios shown step by step in the terminal, keys in, screen out; starts no server itself.

mod acts;
mod pace;
mod show;

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{Event, KeyEventKind};
use ratatui::layout::{Position, Rect};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use self::pace::Pace;
use self::show::{Old, Show};
use super::stage::How;
use super::tape::Out;
use super::wire::{Asked, Exchange, Outcome, Precondition};
use super::{Ending, Signals, TICK, seat::clock, terminal};
use crate::scenario::Scenario;
use crate::tui::app::Around;
use crate::tui::keys::{Action, Keys};
use crate::tui::msg::Press;
use crate::tui::theatre::{self as shown, Cue, Listed, Theatre};
use crate::tui::{App, Effect, Msg, Preferences};

pub use show::{Fresh, Ground};

/// What people on a stage have none of: the terminal is not theirs.
const NOT_HERE: &[Action] = &[Action::Suspend];
/// How long it may take to clear away what was shown.
const CLEARING: Duration = Duration::from_secs(3);

/// What is shown, and how.
pub struct Programme {
    /// All scenarios with their names, in order.
    pub scenarios: Vec<(String, Scenario)>,
    /// Which comes first.
    pub first: usize,
    /// How many times as fast as a person.
    pub speed: f64,
    pub fresh: Fresh,
    pub preferences: Preferences,
    /// Where the screen is written to.
    pub out: Out,
    /// What has to be said before anything else; empty where nothing has.
    pub notice: String,
}

struct House {
    programme: Programme,
    /// How the people on the stage like their screens.
    how: How,
    theatre: Theatre,
    show: Show,
    old: Old,
}

/// Shows scenarios until the person leaves or a signal comes.
///
/// # Errors
/// When the terminal cannot be set up or written to.
pub async fn theatre(programme: Programme) -> anyhow::Result<Ending> {
    let mut signals = Signals::new()?;
    let out = programme.out.clone();
    let mut screen = terminal::enter_onto(&out, "`midair play` plays the same scenarios without one", false)?;
    let mut house = House::open(programme);
    let size = screen.size()?;
    house.theatre.resize(size.width, size.height);
    // None while the terminal is somebody else's.
    let mut reports = Some(terminal::Reports::listen());
    // What was drawn last: the same is not drawn again, and not recorded.
    let mut drawn: Option<(Buffer, Option<Position>)> = None;
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
    let ending = 'show: loop {
        let heard = reports.get_or_insert_with(terminal::Reports::listen);
        house.arrange();
        let picture = house.picture(screen.get_frame().area());
        if drawn.as_ref() != Some(&picture) {
            screen.draw(|frame| {
                frame.buffer_mut().clone_from(&picture.0);
                if let Some(position) = picture.1 {
                    frame.set_cursor_position(position);
                }
            })?;
            drawn = Some(picture);
        }
        let mut event = tokio::select! {
            signal = signals.next() => break Ending::Signal(signal),
            event = heard.next() => match event {
                Some(Ok(event)) => Some(event),
                Some(Err(_)) | None => break Ending::Signal(1),
            },
            came = house.next() => {
                house.takes(came).await;
                None
            }
            _ = ticks.tick() => {
                house.theatre.tick(clock());
                None
            }
        };
        while let Some(happened) = event {
            match house.happened(happened) {
                Then::Stay => {}
                Then::Leave => break 'show Ending::Quit,
                Then::Copy(text) => terminal::copy(&text)?,
                Then::Repaint => (screen, drawn) = (terminal::blank_on(&out)?, None),
                Then::Resized(columns, rows) => {
                    out.resized(columns, rows);
                    (screen, drawn) = (terminal::blank_on(&out)?, None);
                }
                Then::Suspend => {
                    reports = None;
                    (screen, drawn) = (terminal::suspend_from(&out, false).await?, None);
                    let size = screen.size()?;
                    house.theatre.resize(size.width, size.height);
                    break;
                }
            }
            event = heard_more(reports.as_mut())?;
        }
    };
    drop(reports);
    drop(screen);
    terminal::restore();
    house.close().await;
    Ok(ending)
}

/// The next event, if it is there.
fn heard_more(reports: Option<&mut terminal::Reports>) -> std::io::Result<Option<Event>> {
    reports.and_then(terminal::Reports::waiting).transpose()
}

/// What came by itself.
enum Came {
    /// The stage is set, or cannot be; with what was shown before, to be cleared away.
    Set(Result<Option<JoinHandle<()>>, String>),
    /// Something on the stage.
    Heard,
    /// The next small thing is due.
    Due,
}

/// What the terminal is to do.
enum Then {
    Stay,
    Leave,
    Copy(String),
    Repaint,
    Resized(u16, u16),
    Suspend,
}

impl House {
    fn open(programme: Programme) -> House {
        let listed = programme.scenarios.iter();
        let listed = listed.map(|(name, scenario)| Listed { name: name.clone(), title: scenario.title.clone() });
        let how = How {
            size: (0, 0),
            // A scenario is written for midair as it comes; only how it looks is as whoever watches wants it.
            preferences: Preferences {
                keys: Keys::default().without(NOT_HERE),
                motion: programme.preferences.motion,
                ..programme.preferences.theme.into()
            },
            patience: Duration::ZERO,
        };
        let mut show = Self::shown(&programme, programme.first);
        let mut theatre = Theatre::open(listed.collect(), show.play(), &programme.preferences, clock());
        show.set(&programme.fresh, &how, 0);
        theatre.say(programme.notice.clone());
        House { programme, how, theatre, show, old: Vec::new() }
    }

    fn shown(programme: &Programme, number: usize) -> Show {
        Show::of(programme.scenarios[number].1.clone(), number, Pace::of(programme.speed))
    }

    /// The screens of everybody, `None` of a program.
    fn apps(&self) -> Vec<Option<&App>> {
        let Some(stage) = self.show.seen() else { return Vec::new() };
        let scenario = stage.scenario();
        let terminals = (0..scenario.terminals.len()).map(|terminal| Some(stage.app(terminal)));
        terminals.chain(scenario.clients.iter().map(|_| None)).collect()
    }

    /// What is to be seen in a terminal of this size, and where the caret stands.
    fn picture(&self, area: Rect) -> (Buffer, Option<Position>) {
        let (apps, mut buffer) = (self.apps(), Buffer::empty(area));
        self.theatre.draw(area, &mut buffer, &apps);
        (buffer, self.theatre.cursor(area, &apps))
    }

    /// Tells the theatre how it stands, and gives each screen its size.
    fn arrange(&mut self) {
        let wire = self.show.seen().map(|stage| stage.wire().iter().map(line).collect()).unwrap_or_default();
        self.theatre.tell(self.show.standing(), wire);
        let (sizes, taken) = (self.theatre.screens(), self.theatre.keyboard_of());
        let Some(stage) = self.show.stage() else { return };
        for (terminal, (columns, rows)) in sizes.into_iter().enumerate().take(stage.scenario().terminals.len()) {
            let around = if taken == Some(terminal) { Around::Keys } else { Around::Nothing };
            stage.stand(terminal, around);
            if stage.app(terminal).size() != (columns, rows) {
                stage.resize(terminal, columns, rows);
            }
        }
    }

    /// Waits for what comes next by itself. May be dropped at any time.
    async fn next(&mut self) -> Came {
        if self.show.is_being_set() {
            return Came::Set(self.show.comes_up().await);
        }
        let due = self.show.due();
        let waits = async {
            match due {
                Some(due) => tokio::time::sleep_until(due).await,
                None => std::future::pending().await,
            }
        };
        match self.show.stage() {
            None => std::future::pending().await,
            Some(stage) => tokio::select! {
                () = waits => Came::Due,
                () = stage.heard() => Came::Heard,
            },
        }
    }

    async fn takes(&mut self, came: Came) {
        match came {
            Came::Set(Ok(old)) => {
                self.old.extend(old);
                if self.theatre.keyboard_of().is_some() {
                    self.show.rests();
                }
            }
            Came::Set(Err(why)) => self.theatre.say(format!("This scenario cannot be shown: {why}")),
            Came::Heard => self.show.heard(),
            Came::Due => {
                if self.show.goes_on().await {
                    self.theatre.ends();
                }
            }
        }
    }

    fn happened(&mut self, event: Event) -> Then {
        match event {
            Event::Key(key) if key.kind != KeyEventKind::Release => {
                terminal::panic_on_cue(key.code);
                let cue = self.theatre.key(Press { code: key.code, mods: key.modifiers });
                self.cued(cue)
            }
            Event::Paste(text) => {
                let cue = self.theatre.paste(&text);
                self.cued(cue)
            }
            Event::Resize(columns, rows) => {
                self.theatre.resize(columns, rows);
                Then::Resized(columns, rows)
            }
            _ => Then::Stay,
        }
    }

    fn cued(&mut self, cue: Cue) -> Then {
        match cue {
            Cue::Stay => {}
            Cue::Next => self.show.go_on(),
            Cue::Play => self.show.plays_or_not(),
            Cue::StepBack => {
                if self.show.was_taken_over() {
                    self.theatre.say("Back before this step, as the scenario has it; what you typed is gone.");
                }
                let act = self.show.before();
                self.show.set(&self.programme.fresh, &self.how, act);
            }
            Cue::Anew => {
                self.theatre.put_on(self.show.play());
                self.show.set(&self.programme.fresh, &self.how, 0);
            }
            Cue::Scenario(number) => self.put_on(number),
            Cue::Passed => {
                if self.theatre.keyboard_of().is_some() {
                    self.show.rests();
                }
            }
            Cue::Press(person, press) => return self.told(person, Msg::Key(press)),
            Cue::Paste(person, text) => return self.told(person, Msg::Paste(text)),
            Cue::Repaint => return Then::Repaint,
            Cue::Suspend => return Then::Suspend,
            Cue::Leave => return Then::Leave,
        }
        Then::Stay
    }

    fn put_on(&mut self, number: usize) {
        self.show.stop();
        self.old.extend(self.show.clear());
        self.show = Self::shown(&self.programme, number);
        self.theatre.put_on(self.show.play());
        self.show.set(&self.programme.fresh, &self.how, 0);
    }

    /// Tells a person's screen what whoever has their keyboard did.
    fn told(&mut self, person: usize, msg: Msg) -> Then {
        let Some(stage) = self.show.stage() else { return Then::Stay };
        let mut then = Then::Stay;
        for effect in stage.tell(person, msg) {
            match effect {
                Effect::Quit => {
                    self.theatre.say("Nobody leaves the stage: give the keyboard back, then leave the theatre.");
                }
                Effect::Copy(text) => then = Then::Copy(text),
                Effect::Repaint => then = Then::Repaint,
                _ => {}
            }
        }
        then
    }

    /// Clears everything away.
    async fn close(mut self) {
        self.show.stop();
        self.old.extend(self.show.clear());
        let until = Instant::now() + CLEARING;
        for task in self.old {
            let _ = tokio::time::timeout_at(until, task).await;
        }
    }
}

/// An exchange, as the theatre shows it.
fn line(exchange: &Exchange) -> shown::Exchange {
    let Exchange { at, who, method, asked, precondition, outcome } = exchange;
    shown::Exchange {
        at: *at,
        who: who.clone(),
        method: method.clone(),
        record: match asked {
            Asked::Record(key) => key.to_string(),
            Asked::Many(collection) => format!("many {collection}"),
        },
        condition: match precondition {
            Precondition::None => None,
            Precondition::IfMatch(tag) => Some(format!("If-Match {tag}")),
            Precondition::IfNoneMatch(tag) => Some(format!("If-None-Match {tag}")),
        },
        answer: match outcome {
            Outcome::Waiting => shown::Answer::Awaited,
            Outcome::Answered(answer) => shown::Answer::Status(answer.status, answer.etag.clone()),
            Outcome::Lost(_) => shown::Answer::Lost,
            Outcome::Cut => shown::Answer::Unreachable,
        },
    }
}
