//! What a PATCH asks for, and the record that comes of it; refuses to know versions, preconditions and status codes.

mod decimal;
mod fault;
mod json_patch;
mod merge_patch;
mod operation;
mod ops;
#[cfg(test)]
mod tests;

use indexmap::IndexSet;

pub(crate) use decimal::sum;
pub use fault::{PatchFault, Refusal};

use crate::json;
use crate::merge::rule::Rules;
use crate::pointer::Pointer;
use crate::record::Record;
use crate::value::Value;

/// The three kinds of patch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PatchKind {
    /// RFC 7396: an object laid over the record; `null` takes a member away, arrays are replaced whole.
    MergePatch,
    /// RFC 6902: a list of `add`, `remove`, `replace`, `move`, `copy` and `test`, at places named by RFC 6901.
    JsonPatch,
    /// midair's own (3-api, "Preconditions" 9): a list of `increment`, `add`, `remove` and `append`, which may come in
    /// any order where the schema says so.
    Ops,
}

impl PatchKind {
    /// Every kind, in the order in which `Accept-Patch` tells them.
    pub const ALL: [PatchKind; 3] = [PatchKind::MergePatch, PatchKind::JsonPatch, PatchKind::Ops];

    /// The media type by which a request says that it is of this kind.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            PatchKind::MergePatch => "application/merge-patch+json",
            PatchKind::JsonPatch => "application/json-patch+json",
            PatchKind::Ops => "application/vnd.midair.ops+json",
        }
    }

    /// The kind that a `Content-Type` names: letters of either case, parameters ignored (RFC 9110 section 8.3.1; none of
    /// the three has any). `None` for any other type.
    #[must_use]
    pub fn of_media_type(text: &str) -> Option<Self> {
        let essence = text.split(';').next().unwrap_or_default().trim_matches([' ', '\t']);
        Self::ALL.into_iter().find(|kind| kind.media_type().eq_ignore_ascii_case(essence))
    }
}

/// A patch that was read and can be applied to any record.
#[derive(Clone, Debug)]
pub struct Patch(Body);

#[derive(Clone, Debug)]
enum Body {
    MergePatch(Value),
    JsonPatch(Vec<json_patch::Operation>),
    Ops(Vec<ops::Op>),
}

impl Patch {
    /// Reads the bytes of a patch. Members of an operation that its kind does not know are ignored (RFC 6902 section 4).
    /// Any JSON value is a merge patch; one that is no object fits no record, which [`Patch::apply`] says.
    ///
    /// # Errors
    /// [`PatchFault::Malformed`]: for bytes that are not JSON as [`json::parse_bytes`] reads it (a name twice in one
    /// object included, RFC 6902 appendix A.13), with line and column; for an operation that lacks a member, has one of
    /// the wrong type, or has a pointer that RFC 6901 does not allow, with its index and the pointer in the patch.
    pub fn parse(kind: PatchKind, bytes: &[u8]) -> Result<Self, PatchFault> {
        let patch = json::parse_bytes(bytes)?;
        Ok(Patch(match kind {
            PatchKind::MergePatch => Body::MergePatch(patch),
            PatchKind::JsonPatch => Body::JsonPatch(json_patch::read(patch)?),
            PatchKind::Ops => Body::Ops(ops::read(patch)?),
        }))
    }

    /// Which kind it is.
    #[must_use]
    pub fn kind(&self) -> PatchKind {
        match &self.0 {
            Body::MergePatch(_) => PatchKind::MergePatch,
            Body::JsonPatch(_) => PatchKind::JsonPatch,
            Body::Ops(_) => PatchKind::Ops,
        }
    }

    /// The record after the patch: all of it, or none. Members that it does not touch keep their bytes, patched ones
    /// their place and the spelling of their names; new ones come last in their object. A patch that changes nothing
    /// gives the same text back.
    ///
    /// - Merge patch: RFC 7396 section 2.
    /// - JSON patch: RFC 6902 section 4. Steps lead into arrays by index or `-` alone, never by `key=value`; `test`
    ///   compares numbers by size, so that `1.0` is `1` there.
    /// - Ops: `increment` adds exactly and writes the sum without an exponent, with as many places after the point as
    ///   the more exact of the two numbers (`10.50` and `1` give `11.50`); a missing member counts as 0. `add` puts a
    ///   value at the end of an array unless an equal one ([`Value`]: `1.0` is not `1`) stands in it; `remove` takes out
    ///   every equal one; `append` puts it at the end in any case, or a text after a text. `add` and `append` make an
    ///   array of one for a missing member, `remove` leaves it missing. The object around the member must be there.
    ///   Steps lead into arrays by index, or by `key=value` as in [`Pointer::get`].
    ///
    /// # Errors
    /// [`PatchFault::TestFailed`] for a `test` that finds another value. [`PatchFault::Unprocessable`] where the place
    /// of an operation is missing (of a `test` too), out of range, or of the wrong type; where a value would be moved
    /// into itself, the record would be no object, be nested deeper than [`json::MAX_DEPTH`], or be copied into itself
    /// beyond 16 MiB; and for sums of numbers that have more than a thousand digits when they are written out.
    pub fn apply(&self, record: &Record) -> Result<Record, PatchFault> {
        let fields = match &self.0 {
            Body::MergePatch(patch) => merge_patch::apply(record.fields(), patch)?,
            Body::JsonPatch(operations) => json_patch::apply(record.fields(), operations)?,
            Body::Ops(ops) => ops::apply(record.fields(), ops)?,
        };
        Ok(record.rewritten(&fields))
    }

    /// Every place that it writes, once each, in the order of the patch; what it only reads (`test`, and `from` of a
    /// `copy`) is not among them. It is known without the record, so that a step of a JSON patch or of an op that reads
    /// as an index, or is `-`, ends the pointer: the array is what is written (or, where a member is called `7`, the
    /// object around it). A merge patch names the members it gives or takes; where one of the parents turns out to be no
    /// object, it is replaced by one (RFC 7396 section 2), which can be felt everywhere in that parent.
    #[must_use]
    pub fn touches(&self) -> Vec<Pointer> {
        let touched: IndexSet<Pointer> = match &self.0 {
            Body::MergePatch(patch) => merge_patch::touches(patch),
            Body::JsonPatch(operations) => operations.iter().flat_map(json_patch::Operation::touches).collect(),
            Body::Ops(ops) => ops.iter().map(ops::Op::touches).collect(),
        };
        touched.into_iter().collect()
    }

    /// Whether it may go without a token: all that it does may come in any order with what others do, because the
    /// collection's schema declares every place of an `increment` a `counter`, of an `add` or `remove` a `set`, of an
    /// `append` an `append` ([`Rules::declared_at`]). A patch of another kind does so only where it writes nothing.
    ///
    /// # Errors
    /// The first place at which it does not.
    pub fn commutes_by(&self, rules: &Rules) -> Result<(), Pointer> {
        let bound = match &self.0 {
            Body::Ops(ops) => ops.iter().find_map(|op| op.bound_by(rules)).cloned(),
            _ => self.touches().into_iter().next(),
        };
        bound.map_or(Ok(()), Err)
    }
}
