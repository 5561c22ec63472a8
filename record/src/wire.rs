//! The words that a store, the HTTP contract and the client share; refuses to know how they travel.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::pointer::Pointer;
use crate::record::Record;

/// What a write must present: a strong entity tag (RFC 9110 section 8.8.3), quotes included. Opaque: it is compared,
/// byte for byte, and never looked into.
#[derive(Clone, Debug, PartialEq, Eq, Hash, JsonSchema)]
pub struct Token(#[schemars(regex(pattern = TAG), extend("examples" = ["\"7-b3f0c2a9d4e15867\""]))] Box<str>);

/// What a strong entity tag looks like, for schemas: a regular expression of [`Token::parse`].
pub const TAG: &str = r#"^"[^\x00-\x20"\x7f]*"$"#;

impl Token {
    /// Takes a strong entity tag, quotes included. `None` for a weak one (`W/"…"`) and for anything else.
    #[must_use]
    pub fn parse(tag: &str) -> Option<Self> {
        let inner = tag.strip_prefix('"')?.strip_suffix('"')?;
        let allowed = |byte: u8| byte == 0x21 || (0x23..=0x7e).contains(&byte) || byte >= 0x80;
        inner.bytes().all(allowed).then(|| Token(tag.into()))
    }

    /// What stands for a token where no server gave one: version `version` of a file.
    #[must_use]
    pub fn of_file(version: u64) -> Self {
        Token(format!("\"{version}-file\"").into())
    }

    /// The tag as it is sent, quotes included.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Token {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Token {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let tag = String::deserialize(deserializer)?;
        Token::parse(&tag).ok_or_else(|| serde::de::Error::custom(format!("{tag:?} is not a strong entity tag")))
    }
}

/// Why a name cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadName(String);

/// What the id of a record looks like, for schemas: a regular expression of [`check_id`].
pub const ID: &str = r"^(?:\.{0,2}[A-Za-z0-9_~-][A-Za-z0-9._~-]*|\.{3}[A-Za-z0-9._~-]*)$";
/// How many characters the id of a record has at the most.
pub const ID_LENGTH: usize = 128;
/// What the name of a collection looks like, for schemas: a regular expression of [`check_collection`].
pub const COLLECTION: &str = "^[a-z][a-z0-9_-]*$";
/// How many characters the name of a collection has at the most.
pub const COLLECTION_LENGTH: usize = 63;

/// Checks the id of a record: 1 to 128 of `A-Z a-z 0-9 . _ ~ -`.
///
/// # Errors
/// [`BadName`], a sentence that names the character.
pub fn check_id(id: &str) -> Result<(), BadName> {
    if id.is_empty() {
        return Err(BadName("a record id cannot be empty".into()));
    }
    if id == "." || id == ".." {
        return Err(BadName(format!("a record id cannot be {id:?}, which every URL library takes for a folder")));
    }
    let allowed = |c: char| c.is_ascii_alphanumeric() || "._~-".contains(c);
    if let Some(odd) = id.chars().find(|&c| !allowed(c)) {
        return Err(BadName(format!("a record id cannot hold {odd:?}; allowed are A-Z a-z 0-9 . _ ~ -")));
    }
    if id.len() > ID_LENGTH {
        return Err(BadName(format!("a record id has at most {ID_LENGTH} characters, this one has {}", id.len())));
    }
    Ok(())
}

/// Checks the name of a collection: `[a-z][a-z0-9_-]{0,62}`.
///
/// # Errors
/// [`BadName`], a sentence that names the character.
pub fn check_collection(name: &str) -> Result<(), BadName> {
    let Some(first) = name.chars().next() else {
        return Err(BadName("a collection name cannot be empty".into()));
    };
    if !first.is_ascii_lowercase() {
        return Err(BadName(format!("a collection name starts with a letter a to z, not with {first:?}")));
    }
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-';
    if let Some(odd) = name.chars().find(|&c| !allowed(c)) {
        return Err(BadName(format!("a collection name cannot hold {odd:?}; allowed are a-z 0-9 _ -")));
    }
    if name.len() > COLLECTION_LENGTH {
        let length = name.len();
        let what = format!("a collection name has at most {COLLECTION_LENGTH} characters, this one has {length}");
        return Err(BadName(what));
    }
    Ok(())
}

/// Which record: a collection and an id in it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Key {
    /// The collection.
    #[schemars(regex(pattern = COLLECTION), length(max = COLLECTION_LENGTH))]
    pub collection: String,
    /// The id in the collection.
    #[schemars(regex(pattern = ID), length(max = ID_LENGTH))]
    pub id: String,
}

impl Key {
    /// A key of checked names.
    ///
    /// # Errors
    /// [`BadName`] of the first name that is not allowed.
    pub fn new(collection: &str, id: &str) -> Result<Self, BadName> {
        check_collection(collection)?;
        check_id(id)?;
        Ok(Key { collection: collection.into(), id: id.into() })
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.collection, self.id)
    }
}

/// A version of a record that a store holds or held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Stored {
    /// The record's id in its collection.
    pub id: String,
    /// 1, 2, 3 …, for people. Goes on over delete and re-create.
    pub version: u64,
    /// What a write that replaces this version must present.
    #[serde(rename = "etag")]
    pub token: Token,
    /// When it was written: RFC 3339, UTC, milliseconds, the server's clock.
    pub updated_at: String,
    /// Who wrote it; empty when nobody said.
    #[serde(default)]
    pub updated_by: String,
    /// Why, in the writer's words.
    #[serde(default)]
    pub note: Option<String>,
    /// The record.
    pub fields: Record,
}

/// What one write did to a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Op {
    /// A record that did not exist, or was deleted, was written.
    Create,
    /// A record was replaced.
    Update,
    /// A record was deleted.
    Delete,
}

/// One line of a record's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct VersionLine {
    /// The version that the write made.
    pub version: u64,
    /// What the write did.
    pub op: Op,
    /// Who wrote; empty when nobody said.
    #[serde(default)]
    pub by: String,
    /// When: RFC 3339, UTC, milliseconds.
    pub at: String,
    /// Why, in the writer's words.
    #[serde(default)]
    pub why: Option<String>,
    /// The writer's name for this very edit, by which it recognises its own work after a lost response.
    #[serde(default)]
    pub edit_id: Option<String>,
    /// What it changed. For a create or a delete, the members that came or went.
    #[serde(default)]
    pub paths: Vec<Pointer>,
    /// The writer did not say what the write was to replace: whatever stood there was overwritten unseen.
    #[serde(default, skip_serializing_if = "is_false")]
    pub blind: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde asks for it")]
fn is_false(flag: &bool) -> bool {
    !*flag
}

/// That a record was deleted: by whom, when and why, and which version the deletion made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Tombstone {
    /// The version that the deletion made.
    pub version: u64,
    /// Who deleted; empty when nobody said.
    #[serde(default)]
    pub by: String,
    /// When: RFC 3339, UTC, milliseconds.
    pub at: String,
    /// Why, in the deleter's words.
    #[serde(default)]
    pub why: Option<String>,
}

/// A version and what it said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Base {
    /// The version.
    pub version: u64,
    /// The record in that version.
    pub fields: Record,
}

/// What stands in the store now, as far as a refused write is concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Current {
    /// This version.
    Stored(Stored),
    /// Nothing: it was deleted.
    Deleted(Tombstone),
    /// Nothing: it never existed.
    Missing,
}

/// A write that was refused because the record is not what the writer had seen. Nothing was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// What stands there now.
    pub current: Current,
    /// The version whose token the writer presented; of several the latest.
    pub expected: Option<u64>,
    /// That version, while the history keeps what it said.
    pub base: Option<Base>,
    /// The writes since that version, oldest first; of very many the newest.
    pub changes: Vec<VersionLine>,
    /// How many older writes since that version are left out of `changes`.
    pub omitted: u64,
    /// The places that the refused write touches and others have touched since. Empty: safe to merge and resubmit.
    pub overlap: Vec<Pointer>,
    /// The presented token was never issued by this store for this record.
    pub unknown_token: bool,
    /// What the refused write asked for stands there already.
    pub already_applied: bool,
    /// One side touches a place that the collection wants a person to decide (`"x-merge": "manual"`).
    pub manual: bool,
}

/// What became of a write that the store could judge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Put {
    /// It was written, and made this version.
    Stored {
        /// The version that stands now.
        stored: Stored,
        /// Whether the record was created by this write.
        created: bool,
    },
    /// It would have changed nothing; the version and the token stay.
    Unchanged(Stored),
    /// It was refused: the precondition did not hold.
    Stale(Box<Conflict>),
}

/// What became of a deletion that the store could judge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delete {
    /// The record is gone.
    Deleted(Tombstone),
    /// It was refused: the precondition did not hold.
    Stale(Box<Conflict>),
    /// There was nothing to delete: it was deleted before.
    Gone(Tombstone),
    /// There was nothing to delete: it never existed.
    Missing,
}

/// One change in the feed of a store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// The place of the change in the feed; rises.
    pub seq: u64,
    /// The collection of the record.
    pub collection: String,
    /// The id of the record.
    pub id: String,
    /// What happened to the record: version, who, when, why, which members.
    #[serde(flatten)]
    pub line: VersionLine,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_weak_or_unquoted_tag_is_no_token() {
        assert!(Token::parse("\"7-abc\"").is_some());
        for odd in ["W/\"7\"", "7", "\"7", "\"a b\"", "\"a\"b\"", "\""] {
            assert_eq!(Token::parse(odd), None, "{odd}");
        }
    }

    #[test]
    fn a_bad_name_is_told_by_its_character() {
        assert!(check_id("a/b").expect_err("slash").to_string().contains("'/'"));
        assert!(check_id("").is_err() && check_id(&"x".repeat(129)).is_err() && check_id("..").is_err());
        assert!(check_id("prj_1.2~3-A").is_ok());
        assert!(check_collection("Projects").expect_err("upper").to_string().contains("'P'"));
        assert!(check_collection("projects-2_x").is_ok());
    }

    fn fits(value: &str, pattern: &str, most: usize) -> bool {
        let schema = serde_json::json!({ "pattern": pattern, "minLength": 1, "maxLength": most });
        jsonschema::is_valid(&schema, &value.into())
    }

    proptest! {
        #[test]
        fn what_schemas_say_of_names_and_tags_is_what_is_checked(text in "[a-cA._~/é\"-]{0,4}|[a.]{126,130}|a{62,65}") {
            prop_assert_eq!(fits(&text, ID, ID_LENGTH), check_id(&text).is_ok());
            prop_assert_eq!(fits(&text, COLLECTION, COLLECTION_LENGTH), check_collection(&text).is_ok());
            prop_assert_eq!(fits(&text, TAG, usize::MAX >> 1), Token::parse(&text).is_some());
        }
    }
}
