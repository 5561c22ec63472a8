//! The collections: their definitions, themselves versioned, and how many records each holds.

use midair_record::Record;
use midair_record::wire::Token;
use rusqlite::{Connection, OptionalExtension};

use super::settings::Settings;
use super::{Expect, Store, StoreError, Tags, nonce, now, record, sorted, token};

/// A collection in the list.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct CollectionLine {
    /// Its name.
    pub name: String,
    /// How many records stand in it.
    pub records: u64,
}

/// What a collection is defined as: settings and schema, as a JSON object that is kept as it was written.
#[derive(Clone, Debug)]
pub struct Definition {
    /// The name of the collection.
    pub name: String,
    /// Its definition.
    pub definition: Record,
    /// Who defines it; empty when nobody said.
    pub by: String,
}

/// A collection as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collection {
    /// The version of its definition.
    pub version: u64,
    /// What a write of the definition must present.
    pub token: Token,
    /// When the definition was written: RFC 3339, UTC, milliseconds.
    pub at: String,
    /// Who wrote it.
    pub by: String,
    /// How many records stand in it.
    pub records: u64,
    /// The definition.
    pub definition: Record,
}

/// What became of the write of a definition.
#[derive(Clone, Debug)]
pub enum PutDefinition {
    /// It was written.
    Stored {
        /// The collection as it stands now.
        collection: Collection,
        /// Whether the collection was made by it.
        created: bool,
    },
    /// The precondition did not hold. The collection as it stands, where it does.
    Stale(Option<Collection>),
}

/// What became of the deletion of a collection.
#[derive(Clone, Debug)]
pub enum RemoveCollection {
    /// It is gone.
    Removed,
    /// It holds so many records, and stays.
    HoldsRecords(u64),
    /// The precondition did not hold.
    Stale(Collection),
    /// There is none.
    Missing,
}

impl Store {
    /// Every collection, by name.
    ///
    /// # Errors
    /// [`StoreError`] where the file cannot be read.
    pub async fn collections(&self) -> Result<Vec<CollectionLine>, StoreError> {
        self.reading(|connection| {
            let sql = "SELECT name, records FROM collections WHERE deleted = 0 ORDER BY name";
            let mut statement = connection.prepare_cached(sql)?;
            let lines =
                statement.query_map([], |row| Ok(CollectionLine { name: row.get(0)?, records: row.get(1)? }))?;
            Ok(lines.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// A collection; `None` where there is none.
    ///
    /// # Errors
    /// As [`Store::collections`].
    pub async fn collection(&self, name: String) -> Result<Option<Collection>, StoreError> {
        self.reading(move |connection| find(connection, &name)).await
    }

    /// Defines a collection if what is expected holds.
    ///
    /// # Errors
    /// [`StoreError`] where the store gave no verdict; nothing was written then.
    pub async fn define(&self, definition: Definition, expect: Expect) -> Result<PutDefinition, StoreError> {
        self.writing(move |pen| {
            pen.redefined();
            define(pen, &definition, &expect)
        })
        .await
    }

    /// Deletes a collection that holds no records, if what is expected holds.
    ///
    /// # Errors
    /// As [`Store::define`].
    pub async fn remove_collection(&self, name: String, expect: Expect) -> Result<RemoveCollection, StoreError> {
        self.writing(move |pen| {
            pen.redefined();
            remove(pen, &name, &expect)
        })
        .await
    }
}

fn find(connection: &Connection, name: &str) -> Result<Option<Collection>, StoreError> {
    let sql = "SELECT version, token, at, by, records, definition FROM collections WHERE name = ?1 AND deleted = 0";
    let row = connection
        .prepare_cached(sql)?
        .query_row([name], |row| {
            let (tag, text): (String, String) = (row.get(1)?, row.get(5)?);
            Ok((row.get(0)?, tag, row.get(2)?, row.get(3)?, row.get(4)?, text))
        })
        .optional()?;
    let Some((version, tag, at, by, records, text)) = row else { return Ok(None) };
    Ok(Some(Collection { version, token: token(&tag)?, at, by, records, definition: record(&text)? }))
}

/// Takes `by` records more or less into account; the first record makes the collection.
pub(super) fn count(connection: &Connection, name: &str, by: i64) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO collections (name, version, token, definition, records, at, by)
             VALUES (?1, 1, '\"1-' || ?3 || '\"', '{}', ?2, ?4, '')
             ON CONFLICT (name) DO UPDATE SET records = records + ?2, deleted = 0",
        )?
        .execute((name, by, nonce(), now()))?;
    Ok(())
}

fn define(connection: &Connection, wanted: &Definition, expect: &Expect) -> Result<PutDefinition, StoreError> {
    let created = expect.matches.is_none();
    let (name, text) = (&wanted.name, wanted.definition.text());
    let touched = match (&expect.matches, &expect.none_match) {
        (None, Some(Tags::Any)) => connection.execute(
            "INSERT INTO collections (name, version, token, definition, at, by)
             VALUES (?1, 1, '\"1-' || ?2 || '\"', ?3, ?4, ?5)
             ON CONFLICT (name) DO UPDATE SET version = version + 1, definition = ?3, at = ?4, by = ?5, deleted = 0,
                 token = '\"' || (version + 1) || '-' || ?2 || '\"'
             WHERE deleted = 1",
            (name, nonce(), text, now(), &wanted.by),
        )?,
        (Some(_), _) => {
            let ((any, tags), (none, others)) = (named(expect.matches.as_ref()), named(expect.none_match.as_ref()));
            connection.execute(
                "UPDATE collections SET version = version + 1, definition = ?3, at = ?4, by = ?5,
                     token = '\"' || (version + 1) || '-' || ?2 || '\"'
                 WHERE name = ?1 AND deleted = 0 AND definition <> ?3
                   AND (?6 OR token IN (SELECT value FROM json_each(?7)))
                   AND NOT (?8 OR token IN (SELECT value FROM json_each(?9)))",
                (name, nonce(), text, now(), &wanted.by, any, tags, none, others),
            )?
        }
        _ => 0,
    };
    if touched == 1 {
        let settings = Settings::of(&wanted.definition).unwrap_or_default();
        sorted::keep(connection, name, &settings.indexes)?;
    }
    match (find(connection, name)?, touched) {
        (Some(collection), 1) => Ok(PutDefinition::Stored { collection, created }),
        (Some(collection), _)
            if !created
                && expect.holds(Some(collection.token.as_str()))
                && collection.definition.text() == wanted.definition.text() =>
        {
            Ok(PutDefinition::Stored { collection, created })
        }
        (current, _) => Ok(PutDefinition::Stale(current)),
    }
}

/// Whether every token is named, and else which, as a list in JSON.
fn named(tags: Option<&Tags>) -> (bool, String) {
    match tags {
        Some(Tags::Any) => (true, "[]".to_owned()),
        Some(Tags::Of(tags)) => (false, serde_json::to_string(tags).unwrap_or_default()),
        None => (false, "[]".to_owned()),
    }
}

fn remove(connection: &Connection, name: &str, expect: &Expect) -> Result<RemoveCollection, StoreError> {
    let ((any, tags), (none, others)) = (named(expect.matches.as_ref()), named(expect.none_match.as_ref()));
    let touched = connection.execute(
        "UPDATE collections SET deleted = 1, definition = '{}', version = version + 1,
             token = '\"' || (version + 1) || '-' || ?2 || '\"'
         WHERE name = ?1 AND deleted = 0 AND records = 0
           AND (?3 OR token IN (SELECT value FROM json_each(?4)))
           AND NOT (?5 OR token IN (SELECT value FROM json_each(?6)))",
        (name, nonce(), any, tags, none, others),
    )?;
    if touched == 1 {
        sorted::keep(connection, name, &[])?;
    }
    match find(connection, name)? {
        _ if touched == 1 => Ok(RemoveCollection::Removed),
        None => Ok(RemoveCollection::Missing),
        Some(current) if expect.holds(Some(current.token.as_str())) => {
            Ok(RemoveCollection::HoldsRecords(current.records))
        }
        Some(current) => Ok(RemoveCollection::Stale(current)),
    }
}
