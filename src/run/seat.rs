//! One person's seat: a screen, the tasks that do what it wants done, and its connection; knows no terminal.

use std::collections::HashMap;
use std::path::PathBuf;

use jiff::{Timestamp, tz::TimeZone};
use midair_record::wire::Key;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::drafts::Keeper;
use super::errands::Errands;
use super::{Revive, connection};
use crate::backend::Backend;
use crate::draft_box::DraftBox;
use crate::tui::msg::{Clock, Link};
use crate::tui::{App, Effect, Msg, Preferences};

/// What a seat is made of.
pub struct Place {
    pub backend: Backend,
    pub drafts: DraftBox,
    /// Where texts stand while they are written in an editor outside.
    pub outside: PathBuf,
    /// What the server is called on the screen.
    pub server: String,
    pub who: String,
    /// How to get a server back that went away; `None` for one that is not ours to start.
    pub revive: Option<Revive>,
    pub preferences: Preferences,
}

/// A seat that is taken. Dropping it leaves without waiting for drafts.
pub struct Seat {
    pub app: App,
    errands: Errands,
    keeper: Keeper,
    send: UnboundedSender<Msg>,
    messages: UnboundedReceiver<Msg>,
    revive: Option<Revive>,
    connection: Option<JoinHandle<()>>,
    /// How many orders for drafts are not answered yet.
    orders: usize,
    /// The newest version of each record that the feed told of.
    told: HashMap<Key, u64>,
}

impl Seat {
    /// Takes a seat at a screen of `columns` by `rows`, connects it, and does what is to be done first. What only the
    /// owner of the terminal can do is given back, here and by everything else that takes a message. `hosting`: the
    /// server runs in this process.
    pub fn take(place: Place, (columns, rows): (u16, u16), hosting: bool) -> (Self, Vec<Effect>) {
        let Place { backend, drafts, outside, server, who, revive, preferences } = place;
        let (send, messages) = unbounded_channel();
        let seed = uuid::Uuid::new_v4().simple().to_string();
        let mut app = App::new(&who, &server, &seed, preferences, clock());
        app.resize(columns, rows);
        let keeper = Keeper::start(drafts, &outside, &backend, send.clone());
        let errands = Errands::new(backend, keeper.clone(), send.clone());
        let mut seat =
            Seat { app, errands, keeper, send, messages, revive, connection: None, orders: 0, told: HashMap::new() };
        seat.connect(hosting);
        let first = seat.app.start();
        let left = seat.carry_out(first);
        (seat, left)
    }

    /// Connects, or connects anew.
    pub fn connect(&mut self, hosting: bool) {
        self.disconnect();
        let backend = self.errands.backend.clone();
        let task = connection::keep(backend, self.revive.clone(), hosting, self.send.clone());
        self.connection = Some(tokio::spawn(task));
    }

    /// Ends the connection; nobody brings it back.
    pub fn disconnect(&mut self) {
        if let Some(connection) = self.connection.take() {
            connection.abort();
        }
    }

    /// Says that the connection was lost, and why.
    pub fn lost(&mut self, why: &str) -> Vec<Effect> {
        self.update(Msg::Link(Link::Lost(why.into())))
    }

    /// Takes a message, and starts what is to be done.
    pub fn update(&mut self, msg: Msg) -> Vec<Effect> {
        match &msg {
            Msg::DraftKept { .. } | Msg::Waiting { .. } => self.orders = self.orders.saturating_sub(1),
            Msg::Changed(event) => {
                let key = Key { collection: event.collection.clone(), id: event.id.clone() };
                let newest = self.told.entry(key).or_default();
                *newest = event.line.version.max(*newest);
            }
            _ => {}
        }
        let effects = self.app.update(msg);
        self.carry_out(effects)
    }

    /// Tells the time.
    pub fn tick(&mut self) -> Vec<Effect> {
        self.update(Msg::Tick(clock()))
    }

    /// Starts what is to be done, and gives back what only the owner of the terminal can do.
    pub fn carry_out(&mut self, effects: Vec<Effect>) -> Vec<Effect> {
        let mut left = Vec::new();
        for effect in effects {
            match effect {
                Effect::Quit
                | Effect::Copy(_)
                | Effect::Repaint
                | Effect::Suspend
                | Effect::WriteOutside(_)
                | Effect::CloseOutside(_) => left.push(effect),
                errand => {
                    let ordered = matches!(errand, Effect::KeepDraft { .. } | Effect::Save { .. } | Effect::FindDrafts);
                    self.orders += usize::from(ordered);
                    self.errands.run(errand);
                }
            }
        }
        left
    }

    /// Waits for the next message.
    pub async fn next(&mut self) -> Msg {
        match self.messages.recv().await {
            Some(msg) => msg,
            // The seat itself can send, so that this does not end.
            None => std::future::pending().await,
        }
    }

    /// As [`Seat::next`], without waiting.
    pub fn waiting(&mut self) -> Option<Msg> {
        self.messages.try_recv().ok()
    }

    /// How many errands are under way, now and whenever that changes.
    pub fn afoot(&self) -> watch::Receiver<usize> {
        self.errands.afoot.subscribe()
    }

    /// Whether nothing is under way, and nothing waits to be taken.
    pub fn is_quiet(&self) -> bool {
        *self.errands.afoot.borrow() == 0 && self.orders == 0 && self.messages.is_empty()
    }

    /// Whether the feed told of this version of a record, or of a later one.
    pub fn was_told(&self, key: &Key, version: u64) -> bool {
        self.told.get(key).is_some_and(|told| *told >= version)
    }

    /// Takes it that all up to this version of a record is known.
    pub fn knows(&mut self, key: &Key, version: u64) {
        let newest = self.told.entry(key.clone()).or_default();
        *newest = version.max(*newest);
    }

    /// Orders what is typed to be kept, where the person did not leave by a key.
    pub fn part(&mut self) {
        let parting = self.app.parting();
        self.carry_out(parting);
    }

    /// Leaves, and waits until everything that was ordered is on disk.
    pub async fn leave(mut self) {
        self.disconnect();
        self.keeper.clone().finish().await;
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.disconnect();
    }
}

/// The time, here.
pub fn clock() -> Clock {
    let now = Timestamp::now();
    Clock { now, offset_seconds: TimeZone::system().to_offset(now).seconds() }
}
