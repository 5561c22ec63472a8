//! What became of one of many writes, and how the answer tells it.

use midair_record::wire::Token;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::value::RawValue;

use super::super::records::{Deletion, Standing};
use crate::contract::ProblemMembers;
use crate::observe::Collision;
use crate::problem::Problem;

/// What became of a write.
pub(super) struct Verdict {
    /// The id of the record; nothing where no write was said.
    pub(super) id: Option<String>,
    pub(super) outcome: Result<Done, Problem>,
}

/// A write that was done.
pub(super) struct Done {
    status: u16,
    token: Option<Token>,
    version: u64,
    replayed: bool,
}

impl Done {
    pub(super) fn written(standing: Standing) -> Self {
        let Standing { stored, created, replayed } = standing;
        let status = if created { 201 } else { 200 };
        Done { status, token: Some(stored.token), version: stored.version, replayed }
    }

    pub(super) fn deleted(Deletion { version, replayed }: Deletion) -> Self {
        Done { status: 204, token: None, version, replayed }
    }
}

impl Verdict {
    /// Of a line that says no write.
    pub(super) fn of_no_write(fault: Problem) -> Self {
        Verdict { id: None, outcome: Err(fault) }
    }

    /// The id of the record that was written, or what stood in the way of it, if that was another's write.
    pub(super) fn collision(&self) -> Result<&str, Option<Collision>> {
        match (&self.outcome, &self.id) {
            (Ok(_), Some(id)) => Ok(id),
            (Ok(_), None) => Err(None),
            (Err(problem), _) => Err(problem.noted()),
        }
    }

    /// As the answer tells it; `line` is where the write stood, where writes stand in lines.
    pub(super) fn told(&self, line: Option<usize>) -> Told<'_> {
        let id = self.id.as_deref();
        match &self.outcome {
            Ok(done) => Told {
                line,
                id,
                status: done.status,
                etag: done.token.as_ref(),
                version: Some(done.version),
                replayed: done.replayed,
                problem: None,
            },
            Err(problem) => Told {
                line,
                id,
                status: problem.code().status,
                etag: None,
                version: None,
                replayed: false,
                problem: RawValue::from_string(problem.to_json()).ok(),
            },
        }
    }
}

/// What became of one of many writes.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "BulkResult")]
pub(super) struct Told<'v> {
    /// The line that it stood in, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    /// The id of the record, as it was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'v str>,
    /// The status that the same write alone would have been answered with.
    status: u16,
    /// The token of what stands there now.
    #[serde(skip_serializing_if = "Option::is_none")]
    etag: Option<&'v Token>,
    /// Its version.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<u64>,
    /// It had been done before, under the same key.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    replayed: bool,
    /// Why it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "ProblemMembers")]
    problem: Option<Box<RawValue>>,
}
