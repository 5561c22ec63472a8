//! What a scenario begins with: made where nothing stands, and removed again where nobody else has touched it.

use std::collections::{BTreeMap, BTreeSet};

use midair_record::wire::{Delete, Key, Put};
use midair_record::{Draft, Object};

use crate::backend::{Backend, Fault, Read};
use crate::scenario::Scenario;

/// Nobody writes any more when it is removed, so that the second try of a deletion is the last.
const TRIES: usize = 2;

/// What was made on a server.
#[derive(Clone, Debug)]
pub struct Made {
    server: Backend,
    /// The records, and the version that each began as.
    records: BTreeMap<Key, u64>,
    collections: BTreeSet<String>,
}

impl Made {
    /// Nothing yet.
    pub fn on(server: Backend) -> Self {
        Made { server, records: BTreeMap::new(), collections: BTreeSet::new() }
    }

    /// Makes what the scenario begins with.
    ///
    /// # Errors
    /// A sentence about what stands there already, or why it cannot be made.
    pub async fn make(&mut self, scenario: &Scenario) -> Result<(), String> {
        let name = self.server.name().to_owned();
        self.server.hello().await.map_err(|fault| fault.to_string())?;
        for (collection, definition) in &scenario.collections {
            match self.server.define(collection, definition).await {
                Ok(()) => _ = self.collections.insert(collection.clone()),
                Err(Fault::Refused { status: 412, .. }) => {
                    return Err(format!(
                        "{name} has a collection {collection} of its own, which is left as it is; play this against a \
                         server without one"
                    ));
                }
                Err(fault) => return Err(format!("{collection} cannot be defined: {fault}")),
            }
        }
        for (key, record) in &scenario.records {
            let mut draft = Draft::new(key.clone(), Object::new(), uuid::Uuid::new_v4().to_string());
            draft.fields = record.fields().clone();
            match self.server.save_exactly(&draft, record).await {
                Ok(Put::Stored { stored, .. } | Put::Unchanged(stored)) => {
                    self.records.insert(key.clone(), stored.version);
                }
                Ok(Put::Stale(_)) => {
                    return Err(format!(
                        "{name} has a record {key} of its own, which is left as it is; play this against a server \
                         without one"
                    ));
                }
                Err(fault) => return Err(format!("{key} cannot be created: {fault}")),
            }
        }
        Ok(())
    }

    /// Which version a record began as; 1 for one that the scenario did not begin with.
    pub fn first(&self, key: &Key) -> u64 {
        self.records.get(key).copied().unwrap_or(1)
    }

    /// These were made, too.
    pub fn also(&mut self, keys: impl IntoIterator<Item = Key>) {
        for key in keys {
            self.records.entry(key).or_insert(1);
        }
    }

    /// Removes everything. Gives a sentence for each that stays.
    pub async fn clear(self) -> Vec<String> {
        let mut stays = Vec::new();
        for key in self.records.keys() {
            if let Err(why) = self.remove(key).await {
                stays.push(format!("{key} stays on {}: {why}", self.server.name()));
            }
        }
        for collection in &self.collections {
            if let Err(fault) = self.server.undefine(collection).await {
                stays.push(format!("the collection {collection} stays on {}: {fault}", self.server.name()));
            }
        }
        stays
    }

    async fn remove(&self, key: &Key) -> Result<(), String> {
        for _ in 0..TRIES {
            let stored = match self.server.read(key).await.map_err(|fault| fault.to_string())? {
                Read::Stored(stored) => stored,
                Read::Gone(_) | Read::Missing => return Ok(()),
            };
            let edit_id = uuid::Uuid::new_v4().to_string();
            match self.server.delete(key, &stored.token, None, &edit_id).await.map_err(|fault| fault.to_string())? {
                Delete::Stale(_) => {}
                Delete::Deleted(_) | Delete::Gone(_) | Delete::Missing => return Ok(()),
            }
        }
        Err("somebody else writes it".into())
    }
}
