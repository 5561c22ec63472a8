//! The one loop: owns the terminal and the tasks, feeds messages to the screen and does what the screen wants done.

mod connection;
mod drafts;
mod errands;
mod history;
mod merge_files;
pub mod outside;
mod pointer;
mod seat;
pub mod stage;
mod tape;
mod terminal;
mod theatre;
pub mod wire;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use midair_record::wire::{Key, Put, Stored};
use ratatui::crossterm::event::{Event, KeyEventKind};
use tokio::signal::unix::{Signal, SignalKind, signal};

use self::seat::{Seat, clock};
use crate::tui::msg::Press;
use crate::tui::{Effect, Msg};

pub use merge_files::{Merged, merge_files};
pub use seat::Place;
pub use tape::Out;
pub use terminal::restore;
pub use theatre::{Fresh, Ground, Programme, theatre};

/// How often the screen is told the time; also how long typed text stays off the disk at the most.
const TICK: Duration = Duration::from_millis(400);

/// The Ctrl-C that ended an editor reaches midair too, and may be heard of after the editor's end, by this much.
const LATE: Duration = Duration::from_millis(500);

/// Makes sure that a server answers at the usual place. Gives whether this process hosts it now.
pub type Revive = Arc<dyn Fn() -> Pin<Box<dyn Future<Output = Result<bool, String>> + Send>> + Send + Sync>;

/// Stops the server, where this process hosts it, so that another one can.
pub type Rest = Arc<dyn Fn() -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync>;

/// A seat at the terminal that midair was started in.
pub struct Session {
    pub place: Place,
    /// How to let go of the server while midair is suspended; `None` for one that is not ours to stop.
    pub rest: Option<Rest>,
    pub hosting: bool,
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
    let mut screen = terminal::enter("for scripts there are `midair import`, `export` and `serve`", session.mouse)?;
    let Session { mouse, rest, hosting, notice, place } = session;
    let size = screen.size()?;
    let mut outside = outside::Outside::new(place.outside.clone());
    let (mut seat, mut todo) = Seat::take(place, (size.width, size.height), hosting);
    if let Some(errand) = &errand {
        seat.settles(&errand.slot);
    }
    // None while the terminal is somebody else's.
    let mut reports = Some(terminal::Reports::listen());
    let mut pointer = pointer::Pointer::default();
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
    if !notice.is_empty() {
        seat.app.warn(notice);
    }
    // When the editor outside ended last.
    let mut written_at: Option<Instant> = None;
    let ending = 'seat: loop {
        for effect in std::mem::take(&mut todo) {
            match effect {
                Effect::Quit => break 'seat Ending::Quit,
                Effect::Copy(text) => terminal::copy(&text)?,
                Effect::Repaint => screen = terminal::blank()?,
                Effect::Suspend => {
                    seat.disconnect();
                    reports = None;
                    if let Some(rest) = &rest {
                        rest().await;
                    }
                    screen = terminal::suspend(mouse).await?;
                    let size = screen.size()?;
                    seat.app.resize(size.width, size.height);
                    todo.extend(seat.lost("midair was suspended."));
                    seat.connect(false);
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
                        seat.app.warn(why);
                    }
                }
                // The draft that the seat was taken for is settled.
                Effect::DropDraft { .. } => {
                    seat.part();
                    break 'seat Ending::Quit;
                }
                other => todo.extend(seat.carry_out(vec![other])),
            }
        }
        if outside.is_open() {
            // The terminal is the editor's; what happens meanwhile is taken in all the same.
            tokio::select! {
                signal = signals.next() => if signal != 2 { break Ending::Signal(signal) },
                _ = ticks.tick() => todo.extend(seat.tick()),
                message = seat.next() => todo.extend(heard(&mut seat, errand.as_deref_mut(), message)),
                written = outside.ended() => {
                    written_at = Some(Instant::now());
                    screen = terminal::take_over(mouse)?;
                    let size = screen.size()?;
                    seat.app.resize(size.width, size.height);
                    todo.extend(seat.update(Msg::Written(written)));
                }
            }
            continue;
        }
        let listening = reports.get_or_insert_with(terminal::Reports::listen);
        screen.draw(|frame| {
            let area = frame.area();
            frame.render_widget(&seat.app, area);
            if let Some(position) = seat.app.cursor(area) {
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
            _ = ticks.tick() => todo.extend(seat.tick()),
            message = seat.next() => todo.extend(heard(&mut seat, errand.as_deref_mut(), message)),
            event = listening.next() => match event {
                Some(Ok(event)) => todo.extend(happened(&mut seat, &mut pointer, event)),
                Some(Err(_)) | None => break Ending::Signal(1),
            },
        }
        while let Some(message) = seat.waiting() {
            todo.extend(heard(&mut seat, errand.as_deref_mut(), message));
        }
        while let Some(Ok(event)) = listening.waiting() {
            todo.extend(happened(&mut seat, &mut pointer, event));
        }
    };
    if let Ending::Signal(_) = ending {
        seat.part();
    }
    drop(screen);
    if !outside.is_open() {
        terminal::restore();
    }
    seat.leave().await;
    Ok(ending)
}

fn heard(seat: &mut Seat, errand: Option<&mut Errand>, message: Msg) -> Vec<Effect> {
    if let Some(errand) = errand {
        errand.hear(&message);
    }
    seat.update(message)
}

fn happened(seat: &mut Seat, pointer: &mut pointer::Pointer, event: Event) -> Vec<Effect> {
    match event {
        Event::Key(key) if key.kind != KeyEventKind::Release => {
            terminal::panic_on_cue(key.code);
            seat.update(Msg::Key(Press { code: key.code, mods: key.modifiers }))
        }
        Event::Paste(text) => seat.update(Msg::Paste(text)),
        Event::Mouse(event) => match pointer.told(event, std::time::Instant::now()) {
            Some(mouse) => seat.update(Msg::Mouse(mouse)),
            None => Vec::new(),
        },
        Event::Resize(columns, rows) => {
            seat.app.resize(columns, rows);
            vec![Effect::Repaint]
        }
        _ => Vec::new(),
    }
}
