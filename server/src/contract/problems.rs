//! What a refusal looks like in the contract: the members of every problem, and who gets which.

use midair_record::Pointer;
use midair_record::wire::{Base, Tombstone, VersionLine};
use schemars::JsonSchema;

use crate::problem::CODES;
use crate::refusal::{CurrentMember, Expected, Fault, Suggestion};

/// A refusal (RFC 9457): which it is, and one sentence that a person can act on. The other members stand there where
/// they have something to say. Nothing was written.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
#[expect(dead_code, reason = "only its schema is wanted; crate::problem writes it")]
pub(crate) struct Problem<'p> {
    /// `/problems/` and the code, with hyphens.
    #[schemars(rename = "type")]
    kind: String,
    /// What the code means.
    title: String,
    /// The HTTP status.
    status: u16,
    /// Which refusal it is. Stable, for programs.
    #[schemars(extend("enum" = CODES.iter().map(|code| code.name).collect::<Vec<_>>()))]
    code: String,
    /// What was refused and why, and what to do.
    detail: String,
    /// What the write was to replace, by the token it presented.
    #[schemars(skip_serializing_if = "absent")]
    expected: Expected<'p>,
    /// What stands there now.
    #[schemars(skip_serializing_if = "absent")]
    current: CurrentMember<'p>,
    /// What the presented version said, while the history keeps it.
    #[schemars(skip_serializing_if = "absent")]
    base: Base,
    /// The writes since the presented version, oldest first; of very many the newest.
    #[schemars(skip_serializing_if = "absent")]
    changes: Vec<VersionLine>,
    /// How many older ones `changes` leaves out.
    #[schemars(skip_serializing_if = "absent")]
    changes_omitted: u64,
    /// The places that the refused write touches and others have touched since. Empty: safe to merge and resubmit.
    #[schemars(skip_serializing_if = "absent")]
    overlap: Vec<Pointer>,
    /// What the refused write asked for stands there already.
    #[schemars(skip_serializing_if = "absent")]
    already_applied: bool,
    /// What to do next.
    #[schemars(skip_serializing_if = "absent")]
    suggestion: Suggestion,
    /// Who deleted it, when and why.
    #[schemars(skip_serializing_if = "absent")]
    deleted: Tombstone,
    /// What breaks the collection's schema, each on its place.
    #[schemars(skip_serializing_if = "absent")]
    errors: Vec<Fault<'p>>,
    /// The most bytes that are taken.
    #[schemars(skip_serializing_if = "absent")]
    limit: usize,
    /// The line of the body, from 1.
    #[schemars(skip_serializing_if = "absent")]
    line: usize,
    /// The character in that line, from 1.
    #[schemars(skip_serializing_if = "absent")]
    column: usize,
    /// The place that is at fault.
    #[schemars(skip_serializing_if = "absent")]
    pointer: Pointer,
    /// Which operation of the patch, from 0.
    #[schemars(skip_serializing_if = "absent")]
    operation: usize,
    /// The position at which a feed can start anew.
    #[schemars(skip_serializing_if = "absent")]
    restart: u64,
}
