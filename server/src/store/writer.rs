//! The one writer: many writes, one transaction, one sync, each with a verdict of its own; never dies of one of them.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::ops::Deref;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant, SystemTime};

use midair_record::wire::{Event, Key};
use rusqlite::Connection;
use tokio::sync::oneshot;

use super::meter::Meter;
use super::readers::Readers;
use super::recent::Recent;
use super::settings::{Known, Settings};
use super::shelf::{Glance, Made, Shelf, whole_seconds};
use super::trim;
use super::{StoreError, now};

/// How many writes share a transaction at the most.
const TOGETHER: usize = 256;

/// How long nobody writes before the log is brought into the file.
const QUIET: Duration = Duration::from_millis(200);

/// How often the history is looked through for what need not be kept.
const SWEEPS: Duration = Duration::from_secs(600);

/// What a write writes with: the connection, and the list of what it changed, for the feed.
pub(super) struct Pen<'c> {
    connection: &'c Connection,
    known: &'c Known,
    events: RefCell<Vec<Event>>,
    /// What was written, as it stands then.
    made: RefCell<Vec<Made>>,
    /// The number of the last change.
    last: Cell<u64>,
    /// When this is: all that is written together has one time.
    now: (String, Option<SystemTime>),
    /// What the collections ask that were asked for.
    asks: RefCell<HashMap<String, Arc<Settings>>>,
}

/// How far a transaction has come.
pub(super) struct Mark {
    events: usize,
    last: u64,
}

impl<'c> Pen<'c> {
    fn new(connection: &'c Connection, known: &'c Known, last: u64) -> Self {
        let now = now();
        let now = (now.clone(), whole_seconds(&now));
        let (events, made, asks) = Default::default();
        Pen { connection, known, events, made, last: Cell::new(last), now, asks }
    }

    /// The number of the next change.
    pub(super) fn next(&self) -> u64 {
        self.last.update(|last| last + 1);
        self.last.get()
    }

    /// What a collection asks, as it stands in this transaction.
    pub(super) fn settings(&self, collection: &str) -> Result<Arc<Settings>, StoreError> {
        if let Some(settings) = self.asks.borrow().get(collection) {
            return Ok(settings.clone());
        }
        let settings = self.known.of(self.connection, collection)?;
        self.asks.borrow_mut().insert(collection.to_owned(), settings.clone());
        Ok(settings)
    }

    /// A collection may ask something else from here on.
    pub(super) fn redefined(&self) {
        self.asks.borrow_mut().clear();
    }

    /// When this is: RFC 3339, and in whole seconds.
    pub(super) fn now(&self) -> (&str, Option<SystemTime>) {
        (&self.now.0, self.now.1)
    }

    /// Notes a change, which the feed tells once it is on disk, and how the record stands by it.
    pub(super) fn changed(&self, event: Event, stands: Option<Glance>) {
        let key = Key { collection: event.collection.clone(), id: event.id.clone() };
        self.made.borrow_mut().push((key, stands));
        self.events.borrow_mut().push(event);
    }

    /// How far it has come.
    pub(super) fn mark(&self) -> Mark {
        Mark { events: self.events.borrow().len(), last: self.last.get() }
    }

    /// Forgets what was changed since `mark`: it was rolled back.
    pub(super) fn forget(&self, mark: &Mark) {
        self.events.borrow_mut().truncate(mark.events);
        self.made.borrow_mut().truncate(mark.events);
        self.last.set(mark.last);
        self.redefined();
    }
}

impl Deref for Pen<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.connection
    }
}

/// A write that waits for its verdict. It may be tried more than once: a transaction that fails takes all its writes
/// with it, and each is then tried alone.
trait Job: Send {
    /// Tries the write, and remembers what it came to.
    fn attempt(&mut self, pen: &Pen) -> Result<(), StoreError>;
    /// Tells whoever waits: what the last attempt came to, or why nothing came of it.
    fn tell(self: Box<Self>, committed: Result<(), StoreError>);
}

struct Waiting<T, W> {
    write: W,
    result: Option<T>,
    tell: oneshot::Sender<Result<T, StoreError>>,
}

impl<T: Send, W: Fn(&Pen) -> Result<T, StoreError> + Send> Job for Waiting<T, W> {
    fn attempt(&mut self, pen: &Pen) -> Result<(), StoreError> {
        let result = catch_unwind(AssertUnwindSafe(|| (self.write)(pen)))
            .unwrap_or_else(|_| Err(StoreError::Fault("a write panicked".into())));
        self.result = Some(result?);
        Ok(())
    }

    fn tell(self: Box<Self>, committed: Result<(), StoreError>) {
        let nothing = || Err(StoreError::Fault("a write was not tried".into()));
        let Waiting { result, tell, .. } = *self;
        // Who no longer waits has hung up; what was written is in the history all the same.
        let _ = tell.send(committed.and_then(|()| result.map_or_else(nothing, Ok)));
    }
}

/// A handle on the writing thread; the thread ends with the last one.
pub(super) struct Writer {
    jobs: Sender<Box<dyn Job>>,
}

impl Writer {
    /// `floor`: no change has a number up to this one, whatever the history still has.
    pub(super) fn start(connection: Connection, floor: u64, told: Tells) -> Self {
        let (jobs, waiting) = channel();
        let desk = Desk { connection, floor, told, known: Known::default() };
        // Where no thread can be had, every write is told that the store is closed.
        let _ = std::thread::Builder::new().name("writer".into()).spawn(move || desk.serve(&waiting));
        Writer { jobs }
    }

    /// Does `write` in a transaction. What it gives is handed on once the transaction is on disk.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        write: impl Fn(&Pen) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (tell, told) = oneshot::channel();
        let stopped = || StoreError::Unavailable("it is being closed".into());
        self.jobs.send(Box::new(Waiting { write, result: None, tell })).map_err(|_| stopped())?;
        told.await.unwrap_or_else(|_| Err(stopped()))
    }
}

/// Who is told of what is written.
pub(super) struct Tells {
    pub(super) recent: Recent,
    pub(super) shelf: Shelf,
    pub(super) meter: Arc<Meter>,
    pub(super) readers: Readers,
}

/// What the writing thread works with.
struct Desk {
    connection: Connection,
    floor: u64,
    told: Tells,
    known: Known,
}

impl Desk {
    fn serve(&self, waiting: &Receiver<Box<dyn Job>>) {
        let mut logged = true;
        let (mut swept, mut next_sweep) = (0, Instant::now());
        loop {
            match waiting.recv_timeout(if logged { QUIET } else { SWEEPS }) {
                Ok(first) => {
                    let mut jobs = vec![first];
                    jobs.extend(waiting.try_iter().take(TOGETHER - 1));
                    self.settle(jobs);
                    logged = true;
                }
                // A page is read faster from the file than from the log. What a reader holds back is brought in later.
                Err(RecvTimeoutError::Timeout) => {
                    let _ = self.connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
                    logged = false;
                }
                Err(RecvTimeoutError::Disconnected) => return,
            }
            if next_sweep <= Instant::now() {
                let more = self.sweep(swept);
                swept = more.unwrap_or_default();
                next_sweep = Instant::now() + if more.is_some() { QUIET } else { SWEEPS };
                logged |= more.is_some();
            }
        }
    }

    /// Forgets what the history need not keep, from here on; where to go on from, unless that was the end.
    fn sweep(&self, since: u64) -> Option<u64> {
        let swept = self.connection.execute_batch("BEGIN IMMEDIATE").map_err(StoreError::from);
        let swept = swept.and_then(|()| trim::sweep(&self.connection, &self.known, since));
        let kept = if swept.is_ok() { "COMMIT" } else { "ROLLBACK" };
        self.told.readers.change_begins();
        let ended = self.connection.execute_batch(kept);
        self.told.readers.change_ended();
        // What cannot be forgotten now, on a full disk, say, will be another time.
        ended.ok().and(swept.ok().flatten())
    }

    /// Does the jobs in one transaction. Where that fails, each gets one of its own, so that none fails for another.
    fn settle(&self, mut jobs: Vec<Box<dyn Job>>) {
        let began = Instant::now();
        let done = self.together(&mut jobs);
        self.told.meter.settled(jobs.len(), began.elapsed(), &done);
        if done.is_err() && !self.connection.is_autocommit() {
            let _ = self.connection.execute_batch("ROLLBACK");
        }
        match done {
            Err(_) if jobs.len() > 1 => jobs.into_iter().for_each(|job| self.settle(vec![job])),
            done => {
                let committed = done.map(|events| self.told.recent.add(events));
                jobs.into_iter().for_each(|job| job.tell(committed.clone()));
            }
        }
    }

    /// What the jobs changed, once it is on disk.
    fn together(&self, jobs: &mut [Box<dyn Job>]) -> Result<Vec<Event>, StoreError> {
        let connection = &self.connection;
        connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        // Read in each transaction: for a moment, while one midair takes over from another, two may write the file.
        let last: Option<u64> =
            connection.prepare_cached("SELECT max(seq) FROM versions")?.query_row([], |row| row.get(0))?;
        let pen = Pen::new(connection, &self.known, last.unwrap_or_default().max(self.floor));
        for job in jobs {
            job.attempt(&pen)?;
            // SQLite rolls a transaction back by itself after some faults; what follows would then stand alone.
            if connection.is_autocommit() {
                return Err(StoreError::Unavailable("the transaction was rolled back".into()));
            }
        }
        let (events, made) = (pen.events.into_inner(), pen.made.into_inner());
        self.told.readers.change_begins();
        self.told.shelf.begin(&made);
        let committed = connection.prepare_cached("COMMIT").and_then(|mut commit| commit.execute([]));
        self.told.readers.change_ended();
        self.told.shelf.end(if committed.is_ok() { made } else { Vec::new() });
        committed?;
        Ok(events)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch("CREATE TABLE versions (seq INTEGER PRIMARY KEY, n INTEGER)").unwrap();
        connection
    }

    type Told<T> = oneshot::Receiver<Result<T, StoreError>>;

    fn job<T: Send + 'static>(
        write: impl Fn(&Pen) -> Result<T, StoreError> + Send + 'static,
    ) -> (Box<dyn Job>, Told<T>) {
        let (tell, told) = oneshot::channel();
        (Box::new(Waiting { write, result: None, tell }), told)
    }

    fn add(n: i64) -> (Box<dyn Job>, Told<usize>) {
        job(move |pen| {
            let rows = pen.execute("INSERT INTO versions (n) VALUES (?1)", [n])?;
            let (seq, collection) = (u64::try_from(pen.last_insert_rowid()).unwrap(), "c".to_owned());
            let line = midair_record::wire::VersionLine {
                version: 1,
                op: midair_record::wire::Op::Create,
                by: String::new(),
                at: String::new(),
                why: None,
                edit_id: None,
                paths: Vec::new(),
                blind: false,
            };
            pen.changed(Event { seq, collection, id: "r".into(), line }, None);
            Ok(rows)
        })
    }

    #[test]
    fn a_write_that_takes_the_transaction_with_it_fails_alone() {
        let (recent, shelf, meter) = (Recent::from(0), Shelf::new(1 << 20), Arc::<Meter>::default());
        let told = Tells { recent, shelf, meter, readers: Readers::of(std::path::PathBuf::new()) };
        let desk = Desk { connection: table(), floor: 0, told, known: Known::default() };
        let (first, mut first_told) = add(1);
        // What SQLite does by itself when the disk is full in the middle of a transaction.
        let (broken, mut broken_told) = job(|connection| -> Result<(), StoreError> {
            connection.execute_batch("ROLLBACK")?;
            Err(StoreError::Full)
        });
        let (panics, mut panics_told) = job(|_| -> Result<(), StoreError> { panic!("made to order") });
        let (last, mut last_told) = add(2);
        desk.settle(vec![first, broken, panics, last]);
        assert!(matches!(broken_told.try_recv(), Ok(Err(StoreError::Full))));
        assert!(matches!(panics_told.try_recv(), Ok(Err(StoreError::Fault(_)))));
        assert!(matches!((first_told.try_recv(), last_told.try_recv()), (Ok(Ok(1)), Ok(Ok(1)))));
        let sum: i64 = desk.connection.query_row("SELECT sum(n) FROM versions", [], |row| row.get(0)).unwrap();
        assert_eq!(
            (sum, *desk.told.recent.watch().borrow()),
            (3, 2),
            "acknowledged writes are there once, others are not"
        );
        let (meter, sizes) = (&desk.told.meter, desk.told.meter.sizes());
        assert_eq!((sizes.count(), sizes.sum(), meter.changes(), meter.failures()), (2, 2, 2, 3), "and so they count");
    }
}
