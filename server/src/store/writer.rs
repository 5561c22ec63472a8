//! The one writer: many writes, one transaction, one sync, each with a verdict of its own; never dies of one of them.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};

use rusqlite::Connection;
use tokio::sync::{oneshot, watch};

use super::StoreError;

/// How many writes share a transaction at the most.
const TOGETHER: usize = 64;

type Verdict = Box<dyn FnOnce(Result<(), StoreError>) + Send>;
type Job = Box<dyn FnOnce(&Connection) -> Verdict + Send>;

/// A handle on the writing thread; the thread ends with the last one.
pub(super) struct Writer {
    jobs: Sender<Job>,
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
        write: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (tell, told) = oneshot::channel();
        let job: Job = Box::new(move |connection| {
            let result = apart(connection, write);
            Box::new(move |committed| {
                let _ = tell.send(committed.and(result));
            })
        });
        let stopped = || StoreError::Unavailable("it is being closed".into());
        self.jobs.send(job).map_err(|_| stopped())?;
        told.await.unwrap_or_else(|_| Err(stopped()))
    }
}

fn serve(connection: &Connection, waiting: &Receiver<Job>, announce: &watch::Sender<u64>) {
    while let Ok(first) = waiting.recv() {
        let mut jobs = vec![first];
        jobs.extend(waiting.try_iter().take(TOGETHER - 1));
        let verdicts = match connection.execute_batch("BEGIN IMMEDIATE") {
            Ok(()) => jobs.into_iter().map(|job| job(connection)).collect(),
            Err(error) => {
                refuse(jobs, &error.into());
                continue;
            }
        };
        finish(connection, verdicts, announce);
    }
}

/// Gives every job of a transaction that could not begin its refusal. The jobs run against an empty database in memory,
/// where they can do nothing, because only they know whom to tell.
fn refuse(jobs: Vec<Job>, why: &StoreError) {
    let Ok(nowhere) = Connection::open_in_memory() else { return };
    for job in jobs {
        job(&nowhere)(Err(why.clone()));
    }
}

fn finish(connection: &Connection, verdicts: Vec<Verdict>, announce: &watch::Sender<u64>) {
    let committed = connection.execute_batch("COMMIT").map_err(StoreError::from);
    if committed.is_err() && !connection.is_autocommit() {
        let _ = connection.execute_batch("ROLLBACK");
    }
    if committed.is_ok()
        && let Ok(last) = connection.query_row("SELECT coalesce(max(seq), 0) FROM versions", [], |row| row.get(0))
    {
        announce.send_if_modified(|known: &mut u64| std::mem::replace(known, last) != last);
    }
    for verdict in verdicts {
        verdict(committed.clone());
    }
}

/// Does `write` so that its failure takes back nothing but itself.
fn apart<T>(
    connection: &Connection,
    write: impl FnOnce(&Connection) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    connection.execute_batch("SAVEPOINT one")?;
    let result = catch_unwind(AssertUnwindSafe(|| write(connection)))
        .unwrap_or_else(|_| Err(StoreError::Fault("a write panicked".into())));
    // SQLite rolls the whole transaction back by itself after some faults, a full disk among them.
    if connection.is_autocommit() {
        return result.and(Err(StoreError::Unavailable("the transaction was rolled back".into())));
    }
    if result.is_err() {
        connection.execute_batch("ROLLBACK TO one")?;
    }
    connection.execute_batch("RELEASE one")?;
    result
}
