//! Patches: applied to what stands there, in the turn in which the result is compared and written.

use midair_record::wire::{Key, Put, Tombstone};
use midair_record::{Patch, PatchFault, Pointer, Record};

use super::read::{self, Found};
use super::write::{Change, explain, holds, presented_version, put, replay};
use super::{Expect, Hand, Pen, Store, StoreError, Tags, Write, Written};

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
        self.writing(move |pen| patch(pen, &patching)).await
    }
}

fn patch(pen: &Pen, patching: &Patching) -> Result<Patched, StoreError> {
    let Patching { key, patch, expect, hand, asked, limit } = patching;
    if let Some(replayed) = replay(pen, key, hand, asked)? {
        return Ok(Patched::Written(replayed));
    }
    let found = read::find(pen, key)?;
    let Found::Stored(stored) = &found else {
        return Ok(match found {
            Found::Gone(gone) => Patched::Gone(gone),
            _ => Patched::Missing,
        });
    };
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
    let fresh = holds(&found, expect) || settings.by_field && untouched(pen, key, patch, expect)?;
    if !fresh {
        return refused(pen, patching).map(Patched::Written);
    }
    let record = match patch.apply(&stored.fields) {
        Ok(record) => record,
        Err(fault) => return Ok(Patched::Unfit(fault)),
    };
    if record.text().len() > *limit {
        return Ok(Patched::TooLarge);
    }
    let write = Write { key: key.clone(), record, expect: Expect::token(&stored.token), hand: hand.clone() };
    let change = Change { asked: Some(asked), blind, ..Change::default() };
    put(pen, &write, &super::digest(&write.record), &change).map(Patched::Written)
}

/// Whether nothing that the patch touches has changed since the version that it names.
fn untouched(pen: &Pen, key: &Key, patch: &Patch, expect: &Expect) -> Result<bool, StoreError> {
    let (Some(Tags::Of(tags)), None) = (&expect.matches, &expect.none_match) else { return Ok(false) };
    let Some(version) = presented_version(pen, key, tags)? else { return Ok(false) };
    let since = read::history(pen, key, version, i64::MAX)?;
    let touches = patch.touches();
    Ok(!since.iter().flat_map(|line| &line.paths).any(|path| touches.iter().any(|at| at.overlaps(path))))
}

/// Why a patch was refused; what it touches is told by what it would have made of the version that it names.
fn refused(pen: &Pen, patching: &Patching) -> Result<Written, StoreError> {
    let Patching { key, patch, expect, .. } = patching;
    let base = match &expect.matches {
        Some(Tags::Of(tags)) => presented_version(pen, key, tags)?,
        _ => None,
    };
    let base = base.map(|version| read::text_of(pen, key, version)).transpose()?.flatten();
    let mine: Option<Record> = base.and_then(|base| patch.apply(&base).ok());
    let mut conflict = explain(pen, key, expect, mine.as_ref())?;
    if mine.is_none() {
        let theirs: Vec<Pointer> = conflict.overlap.clone();
        conflict.overlap = patch.touches().into_iter().filter(|at| theirs.iter().any(|one| one.overlaps(at))).collect();
    }
    Ok(Written::Judged(Put::Stale(Box::new(conflict))))
}
