//! Whether a record could be written now: known from the last write, or else tried; refuses to write a record for it.

use std::time::{Duration, Instant};

use tokio::sync::Mutex;

use super::{Pen, Store, StoreError};

/// How long a write that reached the disk says that the next one will.
const HOLDS: Duration = Duration::from_secs(10);
/// How long a trial that failed is not repeated, however many ask.
const AGAIN: Duration = Duration::from_secs(1);

/// The last trial that failed, for all who ask meanwhile.
#[derive(Default)]
pub(super) struct LastTrial(Mutex<Option<(Instant, StoreError)>>);

impl Store {
    /// Whether a write would reach the disk. Where none has in the last 10 s, or the last one failed, a row that is no
    /// record is written and taken back in one transaction, at most once a second.
    ///
    /// # Errors
    /// [`StoreError`], as a write would get it now.
    pub async fn can_write(&self) -> Result<(), StoreError> {
        let meter = &self.inner.meter;
        if meter.is_proven(HOLDS) {
            return Ok(());
        }
        let mut last = self.inner.trial.0.lock().await;
        // Somebody else may have tried while this one waited for the turn.
        if meter.is_proven(HOLDS) {
            return Ok(());
        }
        if let Some((at, error)) = &*last
            && at.elapsed() < AGAIN
        {
            return Err(error.clone());
        }
        match self.writing(attempt).await {
            Ok(()) => {
                *last = None;
                meter.prove();
                Ok(())
            }
            Err(error) => {
                *last = Some((Instant::now(), error.clone()));
                Err(error)
            }
        }
    }
}

/// Takes a few pages and gives them back: both go into the log of the file, where every write of a record goes first.
fn attempt(pen: &Pen) -> Result<(), StoreError> {
    pen.prepare_cached("INSERT INTO store (name, value) VALUES ('trial', hex(zeroblob(8200)))")?.execute([])?;
    pen.prepare_cached("DELETE FROM store WHERE name = 'trial'")?.execute([])?;
    Ok(())
}
