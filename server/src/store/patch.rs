//! Patches: applied to what stands there, in the turn in which the result is compared and written.

use midair_record::wire::{Key, Put, Tombstone};
use midair_record::{Patch, PatchFault, Pointer, Record};

use super::judge::{self, Change, Verdict};
use super::row::Row;
use super::{Expect, Hand, Pen, Store, StoreError, Tags, Write, Written, digest, explain, history, token};

/// A patch of a record: which, what, under which condition, by whom.
#[derive(Clone, Debug)]
pub struct Patching {
    /// Which record.
    pub key: Key,
    /// What is to be done to it.
    pub patch: Patch,
    /// What must hold.
    pub expect: Expect,
    /// Who writes.
    pub hand: Hand,
    /// What was asked for, hashed: by it a patch that is sent again under the same name of the edit is known again.
    pub asked: [u8; 32],
    /// The largest record, in bytes, that may come of it.
    pub limit: usize,
}

/// What became of a patch.
#[derive(Clone, Debug)]
pub enum Patched {
    /// The store judged it.
    Written(Written),
    /// It cannot be applied to what stands there.
    Unfit(PatchFault),
    /// The record that came of it is larger than it may be.
    TooLarge,
    /// It says nothing of what it replaces, and what it does at this place does not commute.
    NeedsToken(Pointer),
    /// The record was deleted.
    Gone(Tombstone),
    /// There is no such record.
    Missing,
}

impl Store {
    /// Patches a record if what is expected holds.
    ///
    /// # Errors
    /// [`StoreError`] where the store gave no verdict; nothing was written then.
    pub async fn patch(&self, patching: Patching) -> Result<Patched, StoreError> {
        // One that names a token waits for what becomes of the write before it; one that commutes need not.
        let _turn = match &patching.expect.matches {
            Some(_) => Some(self.inner.turns.take(&patching.key).await),
            None => None,
        };
        let key = patching.key.clone();
        let patched = self.writing(move |pen| patch(pen, &patching)).await?;
        if let Patched::Written(Written::Judged(Put::Stale(_))) = &patched {
            self.inner.turns.refused(&key);
        }
        Ok(patched)
    }
}

/// Judges a patch.
pub(super) fn patch(pen: &Pen, patching: &Patching) -> Result<Patched, StoreError> {
    let Patching { key, patch, expect, hand, asked, limit } = patching;
    let Some(row) = Row::find(pen, key)? else { return Ok(Patched::Missing) };
    if let Some(replayed) = judge::replay(pen, Some(&row), key, hand, asked)? {
        return Ok(Patched::Written(replayed));
    }
    let Some(stands) = row.record()? else { return Ok(Patched::Gone(row.tombstone())) };
    let settings = pen.settings(&key.collection)?;
    let mut blind = false;
    if *expect == Expect::default()
        && let Err(place) = patch.commutes_by(&settings.rules)
    {
        if !settings.blind {
            return Ok(Patched::NeedsToken(place));
        }
        blind = true;
    }
    let fresh = expect.holds(row.tag()) || settings.by_field && judge::untouched(pen, &row, expect, &patch.touches())?;
    if !fresh {
        return refused(pen, &row, patching).map(Patched::Written);
    }
    let record = match patch.apply(&stands) {
        Ok(record) => record,
        Err(fault) => return Ok(Patched::Unfit(fault)),
    };
    if record.text().len() > *limit {
        return Ok(Patched::TooLarge);
    }
    let expect = Expect::token(&token(&row.token)?);
    let write = Write { key: key.clone(), record, expect, hand: hand.clone() };
    let change = Change { asked: Some(asked), blind, paths: None };
    match judge::put(pen, Some(&row), &write, &digest(&write.record), &change)? {
        Verdict::Written(written) => Ok(Patched::Written(written)),
        Verdict::Refused => Err(StoreError::Fault("a patch was refused by what it was applied to".into())),
    }
}

/// Why a patch was refused; what it touches is told by what it would have made of the version that it names.
fn refused(pen: &Pen, row: &Row, patching: &Patching) -> Result<Written, StoreError> {
    let Patching { key, patch, expect, .. } = patching;
    let base = match &expect.matches {
        Some(Tags::Of(tags)) => explain::presented_version(pen, Some(row), tags)?,
        _ => None,
    };
    let base = base.map(|version| history::text_of(pen, row, version)).transpose()?.flatten();
    let mine: Option<Record> = base.and_then(|base| patch.apply(&base).ok());
    let mut conflict =
        explain::conflict(pen, &pen.settings(&key.collection)?.rules, Some(row), key, expect, mine.as_ref())?;
    if mine.is_none() {
        let theirs: Vec<Pointer> = conflict.overlap.clone();
        conflict.overlap = patch.touches().into_iter().filter(|at| theirs.iter().any(|one| one.overlaps(at))).collect();
    }
    Ok(Written::Judged(Put::Stale(Box::new(conflict))))
}
