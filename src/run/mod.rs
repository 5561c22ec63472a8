//! The one loop: owns the terminal and the tasks, feeds messages to the screen and does what the screen wants done.

mod connection;
mod drafts;
mod errands;
mod history;
mod merge_files;
pub mod outside;
mod pointer;
mod terminal;

use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::{Timestamp, tz::TimeZone};
use midair_record::wire::{Key, Put, Stored};
use ratatui::crossterm::event::{Event, KeyEventKind};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc;

use crate::backend::Backend;
use crate::draft_box::DraftBox;
use crate::tui::msg::{Clock, Link, Press};
use crate::tui::{App, Effect, Msg, Preferences};

pub use merge_files::{Merged, merge_files};
pub use terminal::restore;

/// How often the screen is told the time; also how long typed text stays off the disk at the most.
const TICK: Duration = Duration::from_millis(400);

/// The Ctrl-C that ended an editor reaches midair too, and may be heard of after the editor's end, by this much.
const LATE: Duration = Duration::from_millis(500);

/// Makes sure that a server answers at the usual place. Gives whether this process hosts it now.
pub type Revive = Arc<dyn Fn() -> Pin<Box<dyn Future<Output = Result<bool, String>> + Send>> + Send + Sync>;

/// Stops the server, where this process hosts it, so that another one can.
pub type Rest = Arc<dyn Fn() -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync>;

/// What a seat needs: a server, a place for drafts, a name.
pub struct Session {
    pub backend: Backend,
    pub drafts: DraftBox,
    /// Where texts stand while they are written in an editor outside.
    pub outside: PathBuf,
    pub server: String,
    pub who: String,
    /// How to get a server back that went away; `None` for one that is not ours to start.
    pub revive: Option<Revive>,
    /// How to let go of the server while midair is suspended; `None` for one that is not ours to stop.
    pub rest: Option<Rest>,
    pub hosting: bool,
    pub preferences: Preferences,
    /// Whether the mouse is taken.
    pub mouse: bool,
    /// What has to be said before anything else; empty where nothing has.
    pub notice: String,
}

/// How a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The person left.
    Quit,
    /// A signal ended it: this one.
    Signal(i32),
}

struct Signals {
    hangup: Signal,
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Signals {
            hangup: signal(SignalKind::hangup())?,
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) -> i32 {
        tokio::select! {
            _ = self.hangup.recv() => 1,
            _ = self.interrupt.recv() => 2,
            _ = self.terminate.recv() => 15,
        }
    }
}

/// A draft that a seat is opened for alone: the seat is left as soon as it is settled.
pub struct Errand {
    /// The draft's name in the box.
    pub slot: String,
    /// The record that it is of.
    pub key: Key,
    /// The version that came of it.
    pub saved: Option<Stored>,
}

impl Errand {
    fn hear(&mut self, message: &Msg) {
        if let Msg::Saved { sent, result: Ok(Put::Stored { stored, .. }) } = message
            && sent.key == self.key
        {
            self.saved = Some(stored.clone());
        }
    }
}

/// Opens the screen and stays until the person leaves or a signal comes, or until the draft is settled that it is opened
/// for. Whatever is typed is on disk afterwards.
///
/// # Errors
/// When the terminal cannot be set up or written to.
pub async fn run(session: Session, mut errand: Option<&mut Errand>) -> anyhow::Result<Ending> {
    let mut signals = Signals::new()?;
    let (send, mut messages) = mpsc::unbounded_channel();
    let mut screen = terminal::enter("for scripts there are `midair import`, `export` and `serve`", session.mouse)?;
    let size = screen.size()?;
    let seed = uuid::Uuid::new_v4().simple().to_string();
    let mut app = App::new(&session.who, &session.server, &seed, session.preferences, clock());
    app.resize(size.width, size.height);
    if let Some(errand) = &errand {
        app.open_on(&errand.slot);
    }
    let keeper = drafts::Keeper::start(session.drafts.clone(), &session.outside, &session.backend, send.clone());
    let mut outside = outside::Outside::new(session.outside);
    let errands = errands::Errands { backend: session.backend.clone(), keeper: keeper.clone(), send: send.clone() };
    let connect = |hosting: bool| {
        tokio::spawn(connection::keep(session.backend.clone(), session.revive.clone(), hosting, send.clone()))
    };
    let mut connection = connect(session.hosting);
    // None while the terminal is somebody else's.
    let mut reports = Some(terminal::Reports::listen());
    let mut pointer = pointer::Pointer::default();
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
    let mut todo = app.start();
    if !session.notice.is_empty() {
        app.warn(session.notice.clone());
    }
    // When the editor outside ended last.
    let mut written_at: Option<Instant> = None;
    let ending = 'seat: loop {
        for effect in todo.drain(..) {
            match effect {
                Effect::Quit => break 'seat Ending::Quit,
                Effect::Copy(text) => terminal::copy(&text)?,
                Effect::Repaint => screen = terminal::blank()?,
                Effect::Suspend => {
                    connection.abort();
                    reports = None;
                    if let Some(rest) = &session.rest {
                        rest().await;
                    }
                    screen = terminal::suspend(session.mouse).await?;
                    let size = screen.size()?;
                    app.resize(size.width, size.height);
                    let _ = send.send(Msg::Link(Link::Lost("midair was suspended.".into())));
                    connection = connect(false);
                }
                Effect::WriteOutside(text) => {
                    if let Some(reports) = reports.take() {
                        reports.end().await;
                    }
                    terminal::restore();
                    outside.begin(&text);
                }
                Effect::CloseOutside(leave) => {
                    if let Err(why) = outside.close(&leave) {
                        app.warn(why);
                    }
                }
                Effect::DropDraft { slot } if errand.as_ref().is_some_and(|errand| errand.slot == slot) => {
                    errands.run(Effect::DropDraft { slot });
                    app.parting().into_iter().for_each(|effect| errands.run(effect));
                    break 'seat Ending::Quit;
                }
                other => errands.run(other),
            }
        }
        if outside.is_open() {
            // The terminal is the editor's; what happens meanwhile is taken in all the same.
            tokio::select! {
                signal = signals.next() => if signal != 2 { break Ending::Signal(signal) },
                _ = ticks.tick() => todo.extend(app.update(Msg::Tick(clock()))),
                Some(message) = messages.recv() => todo.extend(heard(&mut app, errand.as_deref_mut(), message)),
                written = outside.ended() => {
                    written_at = Some(Instant::now());
                    screen = terminal::take_over(session.mouse)?;
                    let size = screen.size()?;
                    app.resize(size.width, size.height);
                    todo.extend(app.update(Msg::Written(written)));
                }
            }
            continue;
        }
        let listening = reports.get_or_insert_with(terminal::Reports::listen);
        screen.draw(|frame| {
            let area = frame.area();
            frame.render_widget(&app, area);
            if let Some(position) = app.cursor(area) {
                frame.set_cursor_position(position);
            }
        })?;
        tokio::select! {
            signal = signals.next() => {
                let of_editor = signal == 2 && written_at.is_some_and(|at| at.elapsed() < LATE);
                if !of_editor {
                    break Ending::Signal(signal);
                }
            }
            _ = ticks.tick() => todo.extend(app.update(Msg::Tick(clock()))),
            Some(message) = messages.recv() => todo.extend(heard(&mut app, errand.as_deref_mut(), message)),
            event = listening.next() => match event {
                Some(Ok(event)) => todo.extend(happened(&mut app, &mut pointer, event)),
                Some(Err(_)) | None => break Ending::Signal(1),
            },
        }
        while let Ok(message) = messages.try_recv() {
            todo.extend(heard(&mut app, errand.as_deref_mut(), message));
        }
        while let Some(Ok(event)) = listening.waiting() {
            todo.extend(happened(&mut app, &mut pointer, event));
        }
    };
    if let Ending::Signal(_) = ending {
        app.parting().into_iter().for_each(|effect| errands.run(effect));
    }
    drop(screen);
    if !outside.is_open() {
        terminal::restore();
    }
    keeper.finish().await;
    Ok(ending)
}

fn heard(app: &mut App, errand: Option<&mut Errand>, message: Msg) -> Vec<Effect> {
    if let Some(errand) = errand {
        errand.hear(&message);
    }
    app.update(message)
}

fn happened(app: &mut App, pointer: &mut pointer::Pointer, event: Event) -> Vec<Effect> {
    match event {
        Event::Key(key) if key.kind != KeyEventKind::Release => {
            terminal::panic_on_cue(key.code);
            app.update(Msg::Key(Press { code: key.code, mods: key.modifiers }))
        }
        Event::Paste(text) => app.update(Msg::Paste(text)),
        Event::Mouse(event) => match pointer.told(event, std::time::Instant::now()) {
            Some(mouse) => app.update(Msg::Mouse(mouse)),
            None => Vec::new(),
        },
        Event::Resize(columns, rows) => {
            app.resize(columns, rows);
            vec![Effect::Repaint]
        }
        _ => Vec::new(),
    }
}

/// The time, here.
fn clock() -> Clock {
    let now = Timestamp::now();
    Clock { now, offset_seconds: TimeZone::system().to_offset(now).seconds() }
}
