//! The trace that a request is part of (W3C Trace Context), by which a save is found in the server's log; keeps none.

use std::hash::{DefaultHasher, Hash, Hasher};

use reqwest::header::HeaderName;
use uuid::Uuid;

pub(super) const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// A trace: all requests that belong to one save, or one request by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Trace(u128);

impl Trace {
    /// A new one.
    pub(super) fn new() -> Self {
        Trace(Uuid::new_v4().as_u128())
    }

    /// That of an edit, the same whenever it is sent.
    pub(super) fn of_edit(edit_id: &str) -> Self {
        let half = |which: u8| {
            let mut hasher = DefaultHasher::new();
            (which, edit_id).hash(&mut hasher);
            u128::from(hasher.finish())
        };
        // A trace of zeros is none.
        Trace((half(0) << 64 | half(1)).max(1))
    }

    /// The `traceparent` of a further request.
    pub(super) fn header(self) -> String {
        // The last 64 bits of a version 4 UUID are never all zero.
        format!("00-{:032x}-{:016x}-01", self.0, Uuid::new_v4().as_u64_pair().1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edit_is_one_trace_and_each_request_a_step_of_its_own() {
        let (first, again) = (Trace::of_edit("e-1").header(), Trace::of_edit("e-1").header());
        assert_eq!((first.len(), &first[..36]), (55, &again[..36]));
        assert_ne!(first, again);
        assert_ne!(Trace::of_edit("e-2"), Trace::of_edit("e-1"));
        assert_ne!(Trace::new(), Trace::new());
    }
}
