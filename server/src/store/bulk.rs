//! Many writes in one transaction, each judged as it would be alone; all of them or none on demand.

use midair_record::wire::{Conflict, Delete, Key, Put};

use super::row::Row;
use super::{
    Expect, Found, Patched, Patching, Pen, Removal, Removed, Store, StoreError, Write, Written, explain, judge, patch,
};

/// One of many writes.
#[derive(Clone, Debug)]
pub enum BulkItem {
    /// Writes a record.
    Put(Write),
    /// Changes part of a record.
    Patch(Patching),
    /// Deletes a record.
    Delete(Removal),
    /// Writes nothing: asks what a write that cannot be done would be refused with before that is told.
    Ask {
        /// Which record.
        key: Key,
        /// What must hold.
        expect: Expect,
    },
}

/// What became of one of many writes.
#[derive(Clone, Debug)]
pub enum BulkOutcome {
    /// A write was judged.
    Put(Written),
    /// A patch was judged.
    Patch(Patched),
    /// A deletion was judged.
    Delete(Removed),
    /// What stands there, and what refuses the write that asked, if its condition does not hold.
    Asked(Found, Option<Box<Conflict>>),
    /// Not written, because another of the writes was refused and all were to be written or none.
    NotWritten,
}

impl BulkOutcome {
    fn is_refused(&self) -> bool {
        match self {
            BulkOutcome::Put(written) | BulkOutcome::Patch(Patched::Written(written)) => {
                !matches!(written, Written::Judged(Put::Stored { .. } | Put::Unchanged(_)) | Written::Replayed { .. })
            }
            BulkOutcome::Delete(removed) => {
                !matches!(removed, Removed::Judged(Delete::Deleted(_)) | Removed::Replayed(_))
            }
            BulkOutcome::Patch(_) | BulkOutcome::Asked(..) | BulkOutcome::NotWritten => true,
        }
    }
}

impl Store {
    /// Does many writes, each under its own condition. With `atomic`, all of them or none.
    ///
    /// # Errors
    /// As [`Store::put`]; nothing at all was written then.
    pub async fn bulk(&self, items: Vec<BulkItem>, atomic: bool) -> Result<Vec<BulkOutcome>, StoreError> {
        self.writing(move |pen| {
            pen.execute_batch("SAVEPOINT many")?;
            let mark = pen.mark();
            let mut outcomes = Vec::with_capacity(items.len());
            for item in &items {
                outcomes.push(match item {
                    BulkItem::Put(write) => BulkOutcome::Put(judge::put_or_explain(pen, write)?),
                    BulkItem::Patch(patching) => BulkOutcome::Patch(patch::patch(pen, patching)?),
                    BulkItem::Delete(removal) => BulkOutcome::Delete(judge::delete(pen, removal)?),
                    BulkItem::Ask { key, expect } => ask(pen, key, expect)?,
                });
            }
            if atomic && outcomes.iter().any(BulkOutcome::is_refused) {
                pen.execute_batch("ROLLBACK TO many")?;
                pen.forget(&mark);
                let undo = |outcome: BulkOutcome| if outcome.is_refused() { outcome } else { BulkOutcome::NotWritten };
                outcomes = outcomes.into_iter().map(undo).collect();
            }
            pen.execute_batch("RELEASE many")?;
            Ok(outcomes)
        })
        .await
    }
}

fn ask(pen: &Pen, key: &Key, expect: &Expect) -> Result<BulkOutcome, StoreError> {
    let row = Row::find(pen, key)?;
    let conflict = match expect.holds(row.as_ref().and_then(Row::tag)) {
        true => None,
        false => {
            let rules = &pen.settings(&key.collection)?.rules;
            Some(Box::new(explain::conflict(pen, rules, row.as_ref(), key, expect, None)?))
        }
    };
    let found = match &row {
        Some(row) => row.stored(key)?.map_or_else(|| Found::Gone(row.tombstone()), Found::Stored),
        None => Found::Missing,
    };
    Ok(BulkOutcome::Asked(found, conflict))
}
