//! The history of a record, newest page first, and a version of it written again; refuses to go back over what others wrote.

use midair_record::Record;
use midair_record::wire::{Conflict, Current, Key, Put, Stored, Token, VersionLine};
use reqwest::StatusCode;
use reqwest::header::{IF_MATCH, IF_NONE_MATCH};

use super::Backend;
use super::answer::Answer;
use super::fault::{Asks, Fault};

impl Backend {
    /// The `limit` versions that come before version `before`, oldest first. Empty when there are none.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn history_before(&self, key: &Key, before: u64, limit: u64) -> Result<Vec<VersionLine>, Fault> {
        let after = before.saturating_sub(limit + 1);
        let mut url = self.versions(key);
        url.query_pairs_mut().append_pair("after", &after.to_string()).append_pair("limit", &limit.to_string());
        match self.listed::<VersionLine, u64>(url).await {
            Err(Fault::Refused { status: 404, .. }) => Ok(Vec::new()),
            Err(fault) => Err(fault),
            Ok(mut lines) => {
                lines.retain(|line| line.version < before);
                Ok(lines)
            }
        }
    }

    /// Writes version `number` again as the newest, over the version that `token` names; over a deletion where there is
    /// none. What stands in between stays in the history.
    ///
    /// # Errors
    /// [`Fault`]; [`Fault::Refused`] with status 404 for a version whose fields are not kept. After
    /// [`Fault::Uncertain`] the same can be sent again under the same edit id.
    pub async fn restore(&self, key: &Key, number: u64, token: Option<&Token>, edit_id: &str) -> Result<Put, Fault> {
        let traced = self.for_edit(edit_id);
        let mut url = self.versions(key);
        if let Ok(mut path) = url.path_segments_mut() {
            path.extend([number.to_string().as_str(), "restore"]);
        }
        let request = self.signed(self.inner.client.post(url), edit_id).header("prefer", "return=representation");
        let request = match token {
            Some(token) => request.header(IF_MATCH, token.as_str()),
            None => request.header(IF_NONE_MATCH, "*"),
        };
        let answer = traced.exchange(Asks::Write, request).await?;
        match answer.status {
            status if status.is_success() => traced.restored(key, token, &answer).await,
            StatusCode::PRECONDITION_FAILED => {
                let conflict = traced.conflict(key, token, &answer).await?;
                Ok(Put::Stale(Box::new(conflict)))
            }
            StatusCode::GONE => match answer.problem().deleted {
                Some(gone) => Ok(Put::Stale(Box::new(only(Current::Deleted(gone))))),
                None => Err(answer.fault(Asks::Write)),
            },
            _ => Err(answer.fault(Asks::Write)),
        }
    }

    /// What stands there after a restoration: as the answer says, else as it is read.
    async fn restored(&self, key: &Key, over: Option<&Token>, answer: &Answer) -> Result<Put, Fault> {
        let told = match (answer.token(), Record::parse_bytes(&answer.body)) {
            (Ok(Some(token)), Ok(fields)) => answer.version_of(&key.id, token, fields).ok(),
            _ => None,
        };
        let stored = match told {
            Some(stored) => stored,
            None => match self.current(key).await? {
                Current::Stored(stored) => stored,
                elsewhere => return Ok(Put::Stale(Box::new(only(elsewhere)))),
            },
        };
        let created = answer.status == StatusCode::CREATED;
        Ok(if over == Some(&stored.token) { Put::Unchanged(stored) } else { Put::Stored { stored, created } })
    }

    /// One version of a record, whole; `None` where its fields are no longer kept, or it was a deletion.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn version_if_kept(&self, key: &Key, number: u64) -> Result<Option<Stored>, Fault> {
        match self.version(key, number).await {
            Ok(stored) => Ok(Some(stored)),
            Err(Fault::Refused { status: 404, .. }) => Ok(None),
            Err(fault) => Err(fault),
        }
    }
}

/// A refusal of which only this is known.
fn only(current: Current) -> Conflict {
    Conflict {
        current,
        expected: None,
        base: None,
        changes: Vec::new(),
        omitted: 0,
        overlap: Vec::new(),
        unknown_token: false,
        already_applied: false,
        manual: false,
    }
}
