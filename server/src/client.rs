//! What is known of who is at the other end of a connection: which records it lately wrote, or tried to.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use midair_record::wire::Key;
use tokio::time::{Duration, Instant};

/// How many records are remembered.
const RECORDS: usize = 4;
/// For how long.
const LATELY: Duration = Duration::from_secs(2);

/// One end of a connection. Cheap to clone; all clones are one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Client {
    wrote: Arc<Mutex<VecDeque<(Key, Instant)>>>,
}

impl Client {
    fn wrote<T>(&self, of: impl FnOnce(&mut VecDeque<(Key, Instant)>) -> T) -> T {
        of(&mut self.wrote.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// It writes this record, or tries to.
    pub(crate) fn writes(&self, key: &Key) {
        let now = Instant::now();
        self.wrote(|wrote| {
            if let Some(known) = wrote.iter_mut().find(|(one, _)| one == key) {
                known.1 = now;
                return;
            }
            if wrote.len() == RECORDS {
                wrote.pop_front();
            }
            wrote.push_back((key.clone(), now));
        });
    }

    /// Whether it lately wrote this record, or tried to: then it reads it to write it again.
    pub(crate) fn is_writing(&self, key: &Key) -> bool {
        self.wrote(|wrote| wrote.iter().any(|(one, at)| one == key && at.elapsed() < LATELY))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_last_records_are_known_for_a_while() {
        let (client, key) = (Client::default(), |id: usize| Key::new("c", &id.to_string()).unwrap());
        (0..6).for_each(|id| client.writes(&key(id)));
        let known = |client: &Client| (0..7).filter(|id| client.is_writing(&key(*id))).collect::<Vec<_>>();
        assert_eq!(known(&client), [2, 3, 4, 5], "the last four");
        tokio::time::advance(LATELY / 2).await;
        client.writes(&key(3));
        tokio::time::advance(LATELY / 2).await;
        assert_eq!(known(&client), [3]);
    }
}
