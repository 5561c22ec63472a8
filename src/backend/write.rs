//! Saves and deletions, each with its precondition; refuses, by its types, to send a write without one.

use std::time::Duration;

use midair_record::wire::{Conflict, Current, Delete, Key, Put, Token, Tombstone};
use midair_record::{Basis, Draft, Record};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::header::{CONTENT_TYPE, HeaderName, IF_MATCH, IF_NONE_MATCH};
use reqwest::{Method, RequestBuilder, StatusCode};

use super::answer::Answer;
use super::fault::{Asks, Fault};
use super::{Backend, Read};

/// How long to wait before asking again a server that still shows the version it has just refused.
const STALE_REPLICA: [Duration; 3] =
    [Duration::from_millis(100), Duration::from_millis(300), Duration::from_millis(900)];

/// Names and notes in headers stay readable where they can: only what a header cannot carry plainly is escaped.
pub(super) const IN_HEADER: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What must hold for a write to happen. There is no third.
enum Precondition<'w> {
    /// The record is this version.
    Is(&'w Token),
    /// There is no such record.
    Absent,
}

/// One write of one record.
struct Write<'w> {
    method: Method,
    key: &'w Key,
    precondition: Precondition<'w>,
    edit_id: &'w str,
    note: Option<&'w str>,
    record: Option<&'w Record>,
}

impl Backend {
    /// Sends a draft against the version it was made from, or as a new record. Members that the draft does not change
    /// keep their bytes.
    ///
    /// # Errors
    /// [`Fault`]. After [`Fault::Uncertain`] the same draft can be sent again: its edit id makes it one write.
    pub async fn save(&self, draft: &Draft) -> Result<Put, Fault> {
        self.for_edit(&draft.edit_id).send(draft, draft.record()).await
    }

    /// As [`Backend::save`], in just these bytes. `record` says what the draft says.
    ///
    /// # Errors
    /// As [`Backend::save`].
    pub async fn save_exactly(&self, draft: &Draft, record: &Record) -> Result<Put, Fault> {
        self.for_edit(&draft.edit_id).send(draft, record.clone()).await
    }

    async fn send(&self, draft: &Draft, record: Record) -> Result<Put, Fault> {
        let precondition = match &draft.base {
            Basis::New => Precondition::Absent,
            Basis::Version(base) => Precondition::Is(&base.token),
        };
        let write = Write {
            method: Method::PUT,
            key: &draft.key,
            precondition,
            edit_id: &draft.edit_id,
            note: draft.note.as_deref(),
            record: Some(&record),
        };
        let answer = self.exchange(Asks::Write, self.request(&write)).await?;
        match answer.status {
            status if status.is_success() => self.adopt(draft, record, &answer).await,
            StatusCode::PRECONDITION_FAILED => {
                let presented = draft.base.stored().map(|base| &base.token);
                let conflict = self.conflict(&draft.key, presented, &answer).await?;
                Ok(Put::Stale(Box::new(conflict)))
            }
            _ => Err(answer.fault(Asks::Write)),
        }
    }

    /// Defines a collection that there is not yet.
    ///
    /// # Errors
    /// [`Fault`]; [`Fault::Refused`] with status 412 where it is defined already.
    pub async fn define(&self, collection: &str, definition: &Record) -> Result<(), Fault> {
        let request = self.inner.client.put(self.url(&["v1", "collections", collection]));
        let request = self.signed(request, &uuid::Uuid::new_v4().to_string()).header(IF_NONE_MATCH, "*");
        let request = request.header(CONTENT_TYPE, "application/json").body(definition.text().to_owned());
        let answer = self.exchange(Asks::Write, request).await?;
        if answer.status.is_success() { Ok(()) } else { Err(answer.fault(Asks::Write)) }
    }

    /// Removes the definition of a collection that holds no records. One that is not there is removed.
    ///
    /// # Errors
    /// [`Fault`]; [`Fault::Refused`] where records stand in it, or somebody defined it anew meanwhile.
    pub async fn undefine(&self, collection: &str) -> Result<(), Fault> {
        let url = self.url(&["v1", "collections", collection]);
        let now = self.exchange(Asks::Read, self.inner.client.get(url.clone())).await?;
        let token = match now.status {
            StatusCode::NOT_FOUND => return Ok(()),
            StatusCode::OK => now.token()?,
            _ => return Err(now.fault(Asks::Read)),
        };
        let request = self.signed(self.inner.client.delete(url), &uuid::Uuid::new_v4().to_string());
        let request = token.iter().fold(request, |request, token| request.header(IF_MATCH, token.as_str()));
        let answer = self.exchange(Asks::Write, request).await?;
        if answer.status.is_success() { Ok(()) } else { Err(answer.fault(Asks::Write)) }
    }

    /// Deletes the version that `token` names.
    ///
    /// # Errors
    /// [`Fault`]. After [`Fault::Uncertain`] the same deletion can be sent again under the same edit id.
    pub async fn delete(&self, key: &Key, token: &Token, note: Option<&str>, edit_id: &str) -> Result<Delete, Fault> {
        let write =
            Write { method: Method::DELETE, key, precondition: Precondition::Is(token), edit_id, note, record: None };
        let traced = self.for_edit(edit_id);
        let answer = traced.exchange(Asks::Write, self.request(&write)).await?;
        match answer.status {
            status if status.is_success() => traced.tombstone(key, note).await.map(Delete::Deleted),
            StatusCode::PRECONDITION_FAILED => {
                let conflict = traced.conflict(key, Some(token), &answer).await?;
                Ok(Delete::Stale(Box::new(conflict)))
            }
            StatusCode::GONE => match answer.problem().deleted {
                Some(tombstone) => Ok(Delete::Gone(tombstone)),
                None => Ok(Delete::Missing),
            },
            StatusCode::NOT_FOUND if !answer.problem().code.is_empty() => Ok(Delete::Missing),
            _ => Err(answer.fault(Asks::Write)),
        }
    }

    fn request(&self, write: &Write) -> RequestBuilder {
        let mut request = self.inner.client.request(write.method.clone(), self.record(write.key));
        request = match write.precondition {
            Precondition::Is(token) => request.header(IF_MATCH, token.as_str()),
            Precondition::Absent => request.header(IF_NONE_MATCH, "*"),
        };
        request = self.signed(request, write.edit_id).header("prefer", "return=representation");
        if let Some(note) = write.note.filter(|note| !note.is_empty()) {
            request = request
                .header(HeaderName::from_static("midair-note"), utf8_percent_encode(note, IN_HEADER).to_string());
        }
        match write.record {
            Some(record) => request.header(CONTENT_TYPE, "application/json").body(record.text().to_owned()),
            None => request,
        }
    }

    /// A request that says who writes and which edit it is.
    pub(super) fn signed(&self, request: RequestBuilder, edit_id: &str) -> RequestBuilder {
        let who = utf8_percent_encode(self.who(), IN_HEADER).to_string();
        request.header("midair-author", who).header("idempotency-key", format!("\"{edit_id}\""))
    }

    /// Makes the answer to an accepted save into the version that now stands. An answer without a strong entity tag
    /// is not believed: what stands there is read and compared first.
    async fn adopt(&self, draft: &Draft, sent: Record, answer: &Answer) -> Result<Put, Fault> {
        let created = answer.status == StatusCode::CREATED;
        let Ok(Some(token)) = answer.token() else {
            return self.verify(draft, &sent, created).await;
        };
        let unchanged = draft.base.stored().filter(|base| base.token == token);
        if let Some(base) = unchanged {
            return Ok(Put::Unchanged(base.clone()));
        }
        match answer.version_of(&draft.key.id, token, sent.clone()) {
            Ok(stored) => Ok(Put::Stored { stored, created }),
            Err(_) => self.verify(draft, &sent, created).await,
        }
    }

    async fn verify(&self, draft: &Draft, sent: &Record, created: bool) -> Result<Put, Fault> {
        let current = self.current(&draft.key).await?;
        if let Current::Stored(stored) = &current
            && stored.fields.canonical() == sent.canonical()
        {
            let stored = stored.clone();
            return Ok(Put::Stored { stored, created });
        }
        let base = draft.base.stored();
        let since = base.map_or(0, |base| base.version);
        let mut changes = self.history(&draft.key).await.map_err(after_a_write)?;
        changes.retain(|line| line.version > since);
        Ok(Put::Stale(Box::new(Conflict {
            current,
            expected: base.map(|base| base.version),
            base: base.map(|base| midair_record::wire::Base { version: base.version, fields: base.fields.clone() }),
            changes,
            omitted: 0,
            overlap: Vec::new(),
            unknown_token: false,
            already_applied: false,
            manual: false,
        })))
    }

    /// What a refusal says, completed by a read where it leaves out what stands there now.
    pub(super) async fn conflict(
        &self,
        key: &Key,
        presented: Option<&Token>,
        answer: &Answer,
    ) -> Result<Conflict, Fault> {
        let problem = answer.problem();
        let current = match (problem.current, problem.deleted) {
            (Some(current), _) => Current::Stored(current.of(&key.id)),
            (None, Some(tombstone)) => Current::Deleted(tombstone),
            (None, None) => self.fresh(key, presented).await?,
        };
        Ok(Conflict {
            current,
            expected: problem.expected.map(|expected| expected.version),
            base: problem.base,
            changes: problem.changes,
            omitted: problem.changes_omitted,
            overlap: problem.overlap,
            unknown_token: problem.code == "unknown_token",
            already_applied: problem.already_applied,
            manual: problem.suggestion == "review",
        })
    }

    /// What stands there now, asked of a server that has just refused `presented`: an answer that shows that very
    /// token comes from a replica that lags behind.
    async fn fresh(&self, key: &Key, presented: Option<&Token>) -> Result<Current, Fault> {
        for pause in STALE_REPLICA {
            match self.current(key).await? {
                Current::Stored(stored) if Some(&stored.token) == presented => {
                    tokio::time::sleep(pause).await;
                }
                current => return Ok(current),
            }
        }
        Err(Fault::Broken(format!(
            "{} refuses the version of {key} that it shows; it may be a replica that lags behind, try again later",
            self.name()
        )))
    }

    pub(super) async fn current(&self, key: &Key) -> Result<Current, Fault> {
        match self.read(key).await.map_err(after_a_write)? {
            Read::Stored(stored) => Ok(Current::Stored(stored)),
            Read::Gone(tombstone) => Ok(Current::Deleted(tombstone)),
            Read::Missing => Ok(Current::Missing),
        }
    }

    async fn tombstone(&self, key: &Key, note: Option<&str>) -> Result<Tombstone, Fault> {
        match self.current(key).await? {
            Current::Deleted(tombstone) => Ok(tombstone),
            // Created again by somebody in the meantime, or a store that keeps no tombstones: what is known is said.
            Current::Stored(_) | Current::Missing => {
                Ok(Tombstone { version: 0, by: self.who().to_owned(), at: String::new(), why: note.map(str::to_owned) })
            }
        }
    }
}

/// A question that belongs to a write and stays without an answer leaves the write's outcome open.
fn after_a_write(fault: Fault) -> Fault {
    match fault {
        Fault::Unreachable(why) => {
            Fault::Uncertain(format!("{why}; the write may have arrived, and can safely be sent again"))
        }
        other => other,
    }
}
