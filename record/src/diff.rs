//! What changed between two records, member by member; refuses to look inside lists and scalars.

use serde::{Deserialize, Serialize};

use crate::pointer::Pointer;
use crate::value::{Object, Value};

/// One member that differs. `None` is absent, which is neither `null` nor `""`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Where.
    pub at: Pointer,
    /// What stood there before.
    #[serde(with = "crate::value::none_or_one")]
    pub was: Option<Value>,
    /// What stands there now.
    #[serde(with = "crate::value::none_or_one")]
    pub now: Option<Value>,
}

/// The members in which `b` differs from `a`, in the order of `a`, then those that are new. Objects that stand on both
/// sides are looked into; everything else changes as a whole. `apply(&a, &diff(&a, &b))` equals `b`.
#[must_use]
pub fn diff(a: &Object, b: &Object) -> Vec<Change> {
    let mut changes = Vec::new();
    walk(&Pointer::root(), a, b, &mut changes);
    changes
}

fn walk(at: &Pointer, a: &Object, b: &Object, changes: &mut Vec<Change>) {
    for (name, was) in a {
        match (was, b.get(name)) {
            (was, Some(now)) if was == now => {}
            (Value::Object(was), Some(Value::Object(now))) => walk(&at.child(name.as_str()), was, now, changes),
            (was, now) => {
                changes.push(Change { at: at.child(name.as_str()), was: Some(was.clone()), now: now.cloned() });
            }
        }
    }
    for (name, now) in b {
        if !a.contains_key(name) {
            changes.push(Change { at: at.child(name.as_str()), was: None, now: Some(now.clone()) });
        }
    }
}

/// `fields` with every change made to it. New members stand last, in the order of the changes.
#[must_use]
pub fn apply(fields: &Object, changes: &[Change]) -> Object {
    let mut fields = fields.clone();
    for change in changes {
        change.at.set(&mut fields, change.now.clone());
    }
    fields
}

/// The places of `mine` that a change in `theirs` can be felt at.
#[must_use]
pub fn overlap(mine: &[Change], theirs: &[Pointer]) -> Vec<Pointer> {
    mine.iter().map(|change| &change.at).filter(|at| theirs.iter().any(|other| at.overlaps(other))).cloned().collect()
}
