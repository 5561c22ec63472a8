//! The one writer: many writes, one transaction, one sync, each with a verdict of its own; never dies of one of them.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};

use rusqlite::Connection;
use tokio::sync::{oneshot, watch};

use super::StoreError;

/// How many writes share a transaction at the most.
const TOGETHER: usize = 64;

/// A write that waits for its verdict. It may be tried more than once: a transaction that fails takes all its writes
/// with it, and each is then tried alone.
trait Job: Send {
    /// Tries the write, and remembers what it came to.
    fn attempt(&mut self, connection: &Connection) -> Result<(), StoreError>;
    /// Tells whoever waits: what the last attempt came to, or why nothing came of it.
    fn tell(self: Box<Self>, committed: Result<(), StoreError>);
}

struct Waiting<T, W> {
    write: W,
    result: Option<T>,
    tell: oneshot::Sender<Result<T, StoreError>>,
}

impl<T: Send, W: Fn(&Connection) -> Result<T, StoreError> + Send> Job for Waiting<T, W> {
    fn attempt(&mut self, connection: &Connection) -> Result<(), StoreError> {
        let result = catch_unwind(AssertUnwindSafe(|| (self.write)(connection)))
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
    pub(super) fn start(connection: Connection, announce: watch::Sender<u64>) -> Self {
        let (jobs, waiting) = channel();
        std::thread::spawn(move || serve(&connection, &waiting, &announce));
        Writer { jobs }
    }

    /// Does `write` in a transaction. What it gives is handed on once the transaction is on disk.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        write: impl Fn(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (tell, told) = oneshot::channel();
        let stopped = || StoreError::Unavailable("it is being closed".into());
        self.jobs.send(Box::new(Waiting { write, result: None, tell })).map_err(|_| stopped())?;
        told.await.unwrap_or_else(|_| Err(stopped()))
    }
}

fn serve(connection: &Connection, waiting: &Receiver<Box<dyn Job>>, announce: &watch::Sender<u64>) {
    while let Ok(first) = waiting.recv() {
        let mut jobs = vec![first];
        jobs.extend(waiting.try_iter().take(TOGETHER - 1));
        settle(connection, jobs, announce);
    }
}

/// Does the jobs in one transaction. Where that fails, each gets one of its own, so that none fails for another.
fn settle(connection: &Connection, mut jobs: Vec<Box<dyn Job>>, announce: &watch::Sender<u64>) {
    let done = together(connection, &mut jobs);
    if done.is_err() && !connection.is_autocommit() {
        let _ = connection.execute_batch("ROLLBACK");
    }
    match done {
        Err(_) if jobs.len() > 1 => jobs.into_iter().for_each(|job| settle(connection, vec![job], announce)),
        done => {
            if done.is_ok() {
                announce_last(connection, announce);
            }
            jobs.into_iter().for_each(|job| job.tell(done.clone()));
        }
    }
}

fn together(connection: &Connection, jobs: &mut [Box<dyn Job>]) -> Result<(), StoreError> {
    connection.execute_batch("BEGIN IMMEDIATE")?;
    for job in jobs {
        job.attempt(connection)?;
        // SQLite rolls a transaction back by itself after some faults; what follows would then stand alone.
        if connection.is_autocommit() {
            return Err(StoreError::Unavailable("the transaction was rolled back".into()));
        }
    }
    Ok(connection.execute_batch("COMMIT")?)
}

fn announce_last(connection: &Connection, announce: &watch::Sender<u64>) {
    let last = connection.query_row("SELECT coalesce(max(seq), 0) FROM versions", [], |row| row.get(0));
    if let Ok(last) = last {
        announce.send_if_modified(|known: &mut u64| std::mem::replace(known, last) != last);
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
        write: impl Fn(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> (Box<dyn Job>, Told<T>) {
        let (tell, told) = oneshot::channel();
        (Box::new(Waiting { write, result: None, tell }), told)
    }

    fn add(n: i64) -> (Box<dyn Job>, Told<usize>) {
        job(move |connection| Ok(connection.execute("INSERT INTO versions (n) VALUES (?1)", [n])?))
    }

    #[test]
    fn a_write_that_takes_the_transaction_with_it_fails_alone() {
        let connection = table();
        let (announce, _seen) = watch::channel(0);
        let (first, mut first_told) = add(1);
        // What SQLite does by itself when the disk is full in the middle of a transaction.
        let (broken, mut broken_told) = job(|connection| -> Result<(), StoreError> {
            connection.execute_batch("ROLLBACK")?;
            Err(StoreError::Full)
        });
        let (panics, mut panics_told) = job(|_| -> Result<(), StoreError> { panic!("made to order") });
        let (last, mut last_told) = add(2);
        settle(&connection, vec![first, broken, panics, last], &announce);
        assert!(matches!(broken_told.try_recv(), Ok(Err(StoreError::Full))));
        assert!(matches!(panics_told.try_recv(), Ok(Err(StoreError::Fault(_)))));
        assert!(matches!((first_told.try_recv(), last_told.try_recv()), (Ok(Ok(1)), Ok(Ok(1)))));
        let sum: i64 = connection.query_row("SELECT sum(n) FROM versions", [], |row| row.get(0)).unwrap();
        assert_eq!((sum, *announce.borrow()), (3, 2), "acknowledged writes are there once, others are not");
    }
}
