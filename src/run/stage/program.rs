//! A program without a screen: it reads, goes by what it read, and writes; also as one that does not care what it replaces.

use std::collections::{BTreeSet, HashMap};

use midair_record::wire::{Delete, Key, Put, Stored};
use midair_record::{Basis, Draft, Object, Record};

use crate::backend::{Backend, Condition, Deed, Fault, OneOfMany, Read, Verdict};
use crate::scenario::Chore;

/// One program.
pub struct Program {
    backend: Backend,
    /// How it writes without a precondition, which a back end does not do.
    plain: reqwest::Client,
    url: String,
    who: String,
    /// What it read last of each record; `None` where there was none.
    read: HashMap<Key, Option<Stored>>,
    /// What it sent and has no answer to: sent once more, it is the same edit.
    unanswered: HashMap<Key, Draft>,
    /// The status of the last answer to a write of each record.
    pub told: HashMap<Key, u16>,
    /// The records that it created among many.
    pub created: BTreeSet<Key>,
}

/// The records that a chore speaks of.
pub fn keys(chore: &Chore) -> Vec<Key> {
    match chore {
        Chore::Read(key) | Chore::Write(key, _) | Chore::Overwrite(key, _) | Chore::Delete(key) => vec![key.clone()],
        Chore::Bulk(collection, records) => {
            records.iter().map(|(id, _)| Key { collection: collection.clone(), id: id.clone() }).collect()
        }
    }
}

impl Program {
    /// A program called `who`, which finds the server at `url`.
    pub fn new(backend: Backend, url: String, who: &str) -> Self {
        Program {
            backend,
            plain: reqwest::Client::builder().no_proxy().build().unwrap_or_default(),
            url,
            who: who.to_owned(),
            read: HashMap::new(),
            unanswered: HashMap::new(),
            told: HashMap::new(),
            created: BTreeSet::new(),
        }
    }

    /// Does something. A write that is refused, or not answered, is done too: what became of it is asked by checks.
    ///
    /// # Errors
    /// A sentence, where it cannot even be tried.
    pub async fn carry_out(&mut self, chore: &Chore) -> Result<(), String> {
        match chore {
            Chore::Read(key) => self.look_at(key).await,
            Chore::Write(key, members) => {
                let draft = self.draft(key, members);
                let outcome = self.backend.save(&draft).await;
                self.put(draft, outcome)
            }
            Chore::Overwrite(key, members) => self.overwrite(key, members).await,
            Chore::Delete(key) => self.delete(key).await,
            Chore::Bulk(collection, records) => self.bulk(collection, records).await,
        }
    }

    async fn look_at(&mut self, key: &Key) -> Result<(), String> {
        let read = match self.backend.read(key).await {
            Ok(Read::Stored(stored)) => Some(stored),
            Ok(Read::Gone(_) | Read::Missing) => None,
            Err(fault) => return Err(format!("{key} cannot be read: {fault}")),
        };
        self.read.insert(key.clone(), read);
        Ok(())
    }

    /// What it read, with these members in it.
    fn fields(&self, key: &Key, members: &Record) -> Object {
        let read = self.read.get(key).and_then(Option::as_ref);
        let mut fields = read.map(|stored| stored.fields.fields().clone()).unwrap_or_default();
        for (name, value) in members.fields() {
            fields.insert(name.clone(), value.clone());
        }
        fields
    }

    fn draft(&mut self, key: &Key, members: &Record) -> Draft {
        let fields = self.fields(key, members);
        if let Some(draft) = self.unanswered.remove(key).filter(|draft| draft.fields == fields) {
            return draft;
        }
        let edit_id = uuid::Uuid::new_v4().to_string();
        match self.read.get(key).cloned().flatten() {
            None => Draft::new(key.clone(), fields, edit_id),
            Some(stored) => {
                let mut draft = Draft::of(&key.collection, stored, edit_id);
                draft.edit(fields);
                draft
            }
        }
    }

    fn put(&mut self, draft: Draft, outcome: Result<Put, Fault>) -> Result<(), String> {
        let key = draft.key.clone();
        let status = match outcome {
            Ok(Put::Stored { stored, created }) => {
                self.read.insert(key.clone(), Some(stored));
                if created { 201 } else { 200 }
            }
            Ok(Put::Unchanged(stored)) => {
                self.read.insert(key.clone(), Some(stored));
                200
            }
            Ok(Put::Stale(_)) => 412,
            Err(Fault::Refused { status, .. }) => status,
            Err(Fault::Uncertain(_) | Fault::Unreachable(_)) => {
                self.told.remove(&key);
                self.unanswered.insert(key, draft);
                return Ok(());
            }
            Err(fault) => return Err(format!("{key} cannot be written: {fault}")),
        };
        self.told.insert(key, status);
        Ok(())
    }

    async fn delete(&mut self, key: &Key) -> Result<(), String> {
        let Some(stored) = self.read.get(key).cloned().flatten() else {
            return Err(format!("{} has not read {key}, so that it cannot say which version it deletes", self.who));
        };
        let edit_id = uuid::Uuid::new_v4().to_string();
        let status = match self.backend.delete(key, &stored.token, None, &edit_id).await {
            Ok(Delete::Deleted(_)) => {
                self.read.insert(key.clone(), None);
                204
            }
            Ok(Delete::Stale(_)) => 412,
            Ok(Delete::Gone(_)) => 410,
            Ok(Delete::Missing) => 404,
            Err(Fault::Refused { status, .. }) => status,
            Err(Fault::Uncertain(_) | Fault::Unreachable(_)) => {
                self.told.remove(key);
                return Ok(());
            }
            Err(fault) => return Err(format!("{key} cannot be deleted: {fault}")),
        };
        self.told.insert(key.clone(), status);
        Ok(())
    }

    /// Writes as one does who knows of no precondition. No back end does this: it is what the others are shown beside.
    async fn overwrite(&mut self, key: &Key, members: &Record) -> Result<(), String> {
        let record = Record::of(self.fields(key, members));
        let url = format!("{}/v1/collections/{}/records/{}", self.url, key.collection, key.id);
        let request = self.plain.put(url).header("content-type", "application/json").header("midair-author", &self.who);
        match request.body(record.text().to_owned()).send().await {
            Ok(answer) => _ = self.told.insert(key.clone(), answer.status().as_u16()),
            Err(_) => _ = self.told.remove(key),
        }
        Ok(())
    }

    async fn bulk(&mut self, collection: &str, records: &[(String, Record)]) -> Result<(), String> {
        let key = |id: &String| Key { collection: collection.to_owned(), id: id.clone() };
        let drafts: Vec<Draft> = records.iter().map(|(id, members)| self.draft(&key(id), members)).collect();
        let deeds: Vec<Deed> = drafts.iter().map(|draft| Deed::Put(draft.record())).collect();
        let write = |(draft, deed)| one_of_many(draft, deed);
        let writes: Vec<OneOfMany<'_>> = drafts.iter().zip(&deeds).map(write).collect();
        match self.backend.write_many(collection, &writes).await {
            Ok(verdicts) => {
                for (draft, verdict) in drafts.into_iter().zip(verdicts) {
                    let status = match verdict {
                        Verdict::Done { created: true, .. } => {
                            self.created.insert(draft.key.clone());
                            201
                        }
                        Verdict::Done { .. } => 200,
                        Verdict::Refused(Fault::Refused { status, .. }) => status,
                        Verdict::Refused(fault) => return Err(format!("{} cannot be written: {fault}", draft.key)),
                    };
                    self.told.insert(draft.key, status);
                }
                Ok(())
            }
            Err(Fault::Uncertain(_) | Fault::Unreachable(_)) => {
                for draft in drafts {
                    self.told.remove(&draft.key);
                    self.unanswered.insert(draft.key.clone(), draft);
                }
                Ok(())
            }
            Err(fault) => Err(format!("{collection} cannot be written: {fault}")),
        }
    }
}

fn one_of_many<'w>(draft: &'w Draft, deed: &'w Deed) -> OneOfMany<'w> {
    let condition = match &draft.base {
        Basis::New => Condition::Absent,
        Basis::Version(base) => Condition::Is(base.token.as_str().to_owned()),
    };
    OneOfMany { id: &draft.key.id, deed, condition, edit_id: draft.edit_id.clone(), note: draft.note.as_deref() }
}
