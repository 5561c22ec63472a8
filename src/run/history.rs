//! Reads a record's history for the screen, one page at a time, from its newest version back.

use midair_record::wire::Key;

use super::errands::seen;
use crate::backend::{Backend, Fault, Read};
use crate::tui::msg::HistoryPage;

/// How many versions a page has.
const PAGE: u64 = 200;

/// The versions before `before`; without one, the newest, with what stands there now.
pub(super) async fn page(backend: &Backend, key: &Key, before: Option<u64>) -> Result<HistoryPage, Fault> {
    let (before, now) = match before {
        Some(before) => (before, None),
        None => match backend.read(key).await? {
            Read::Stored(stored) => (stored.version + 1, Some(Read::Stored(stored))),
            Read::Gone(gone) => (gone.version + 1, Some(Read::Gone(gone))),
            Read::Missing => (1, Some(Read::Missing)),
        },
    };
    let lines = backend.history_before(key, before, PAGE).await?;
    let older = lines.first().is_some_and(|line| line.version > 1) && before > PAGE + 1;
    Ok(HistoryPage { now: now.map(seen), lines, older })
}
