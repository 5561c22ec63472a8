//! Why a patch was refused, sorted by whose fault it is; refuses to know status codes and never quotes the record.

use std::fmt;

use crate::json::Malformed;
use crate::pointer::Pointer;

/// Why a patch was not applied. Nothing of it was: a patch applies whole or not at all (RFC 5789 section 2).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatchFault {
    /// The text is no patch of its kind, whatever the record holds (RFC 5789 section 2.2, "malformed": 400).
    #[error("{0}")]
    Malformed(Refusal),
    /// A `test` found something else than it should (RFC 6902 section 4.6; "conflicting state": 409).
    #[error("{0}")]
    TestFailed(Refusal),
    /// The patch is well-formed, and cannot be applied to this record ("unprocessable": 422).
    #[error("{0}")]
    Unprocessable(Refusal),
}

/// What is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// A sentence that names the place: line and column, or the operation, counted from 0, and its pointer.
    pub what: String,
    /// Which operation, counted from 0; `None` where it is the patch as a whole.
    pub operation: Option<usize>,
    /// Of a malformed patch: where in the patch (`/2/value`). Else the place in the record that the operation names.
    pub at: Pointer,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl PatchFault {
    /// What is wrong, and where.
    #[must_use]
    pub fn refusal(&self) -> &Refusal {
        match self {
            PatchFault::Malformed(refusal) | PatchFault::TestFailed(refusal) | PatchFault::Unprocessable(refusal) => {
                refusal
            }
        }
    }

    /// The patch as a whole is not of its kind.
    pub(super) fn no_patch(what: &str) -> Self {
        PatchFault::Malformed(Refusal { what: what.to_owned(), operation: None, at: Pointer::root() })
    }

    /// The member `name` of an operation, or the operation itself, is not as it should be.
    pub(super) fn bad_operation(index: usize, name: Option<&str>, what: &str) -> Self {
        let operation = Pointer::new(vec![index.to_string()]);
        let at = name.map_or(operation.clone(), |name| operation.child(name));
        PatchFault::Malformed(Refusal {
            what: format!("operation {index}: {what} (in {at})"),
            operation: Some(index),
            at,
        })
    }

    /// The patch as a whole cannot be applied.
    pub(super) fn unfit(what: &str) -> Self {
        PatchFault::Unprocessable(Refusal { what: what.to_owned(), operation: None, at: Pointer::root() })
    }
}

impl From<Malformed> for PatchFault {
    fn from(fault: Malformed) -> Self {
        PatchFault::Malformed(Refusal { what: fault.to_string(), operation: None, at: fault.at })
    }
}

/// Why one operation stops, before it is known which one it is.
pub(super) enum Stop {
    /// A `test` did not hold.
    Test(String),
    /// It cannot be done.
    Cannot(String),
}

impl From<String> for Stop {
    fn from(what: String) -> Self {
        Stop::Cannot(what)
    }
}

impl Stop {
    /// The fault of operation `index`, which does `verb` at `at`.
    pub(super) fn of(self, index: usize, verb: &str, at: &Pointer) -> PatchFault {
        let refusal = |what: String| Refusal {
            what: format!("operation {index} ({verb} {}): {what}", shown(at)),
            operation: Some(index),
            at: at.clone(),
        };
        match self {
            Stop::Test(what) => PatchFault::TestFailed(refusal(what)),
            Stop::Cannot(what) => PatchFault::Unprocessable(refusal(what)),
        }
    }
}

/// The longest pointer or name that a sentence quotes whole, in characters.
const LONGEST: usize = 120;

/// A place as a sentence names it.
pub(super) fn shown(at: &Pointer) -> String {
    if at.is_root() { "the record".into() } else { clipped(&at.to_string()) }
}

/// `text`, or its beginning.
pub(super) fn clipped(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
