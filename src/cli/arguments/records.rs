//! The words of the commands that read and write single records.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use midair_record::wire::{Key, Token, check_collection, check_id};
use midair_record::{Pointer, Value};

/// What a write does where somebody saved in between.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OnConflict {
    /// Write nothing, say who saved what, and end with the exit code of a conflict
    Fail,
    /// Merge; where both sides changed the same, ask on the terminal
    Ask,
    /// Merge; where both sides changed the same, write nothing and end with the exit code of a conflict
    Merge,
    /// Merge; where both sides changed the same, take mine
    Mine,
    /// Merge; where both sides changed the same, leave theirs
    Theirs,
}

/// How a command answers.
#[derive(Args, Clone, Copy, Debug)]
pub struct Told {
    /// Answer in JSON, one value a line
    #[arg(long)]
    pub json: bool,
}

/// How a record is written.
#[derive(Args, Debug)]
pub struct Writing {
    /// Write only over the version with this etag [default: the one that is read just before]
    #[arg(long, value_name = "ETAG", value_parser = token)]
    pub if_match: Option<Token>,

    /// Why, for the history of the record
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,

    #[command(flatten)]
    pub told: Told,
}

#[derive(Args, Debug)]
pub struct Get {
    /// The record, as collection/id
    #[arg(value_parser = key)]
    pub key: Key,

    /// Only the value at this place: name, name.inner or /name/inner; a text is written without its quotes
    #[arg(value_parser = place)]
    pub field: Option<Pointer>,

    /// An older version
    #[arg(long, value_name = "NUMBER")]
    pub version: Option<u64>,

    /// Only the etag, which a write can present with --if-match
    #[arg(long, conflicts_with_all = ["field", "json"])]
    pub etag: bool,

    #[command(flatten)]
    pub told: Told,
}

#[derive(Args, Debug)]
pub struct List {
    /// The collection; without one, the collections
    #[arg(value_parser = super::collection)]
    pub collection: Option<String>,

    /// Only records that hold this text
    #[arg(long, value_name = "TEXT", requires = "collection")]
    pub filter: Option<String>,

    /// At most so many
    #[arg(long, short = 'n', value_name = "NUMBER", requires = "collection")]
    pub limit: Option<usize>,

    #[command(flatten)]
    pub told: Told,
}

#[derive(Args, Debug)]
pub struct Put {
    /// The record, as collection/id
    #[arg(value_parser = key)]
    pub key: Key,

    /// The file that holds it, or - for stdin
    pub file: PathBuf,

    /// Only if there is no such record
    #[arg(long, conflicts_with = "if_match")]
    pub create: bool,

    /// What to do where somebody saved in between
    #[arg(long, value_name = "WAY", default_value = "fail")]
    pub on_conflict: OnConflict,

    #[command(flatten)]
    pub how: Writing,
}

#[derive(Args, Debug)]
pub struct Patch {
    /// The record, as collection/id
    #[arg(value_parser = key)]
    pub key: Key,

    /// What changes: name=text, name:=JSON, or name- to remove it; name.inner and /name/inner reach inside
    #[arg(value_parser = assignment, required_unless_present = "file", conflicts_with = "file")]
    pub changes: Vec<(Pointer, Option<Value>)>,

    /// A patch in a file, or - for stdin: an array is a JSON patch (RFC 6902), an object a merge patch (RFC 7396)
    #[arg(long, value_name = "FILE")]
    pub file: Option<PathBuf>,

    /// What to do where somebody saved in between
    #[arg(long, value_name = "WAY", default_value = "merge")]
    pub on_conflict: OnConflict,

    #[command(flatten)]
    pub how: Writing,
}

/// What a deletion does where somebody saved in between.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OnEdited {
    /// Delete nothing, say who saved what, and end with the exit code of a conflict
    Fail,
    /// Delete what they saved as well
    Mine,
    /// Leave what stands there, and end well
    Theirs,
}

#[derive(Args, Debug)]
pub struct Remove {
    /// The record, as collection/id
    #[arg(value_parser = key)]
    pub key: Key,

    /// What to do where somebody saved in between
    #[arg(long, value_name = "WAY", default_value = "fail")]
    pub on_conflict: OnEdited,

    #[command(flatten)]
    pub how: Writing,
}

#[derive(Args, Debug)]
pub struct Log {
    /// The record, as collection/id
    #[arg(value_parser = key)]
    pub key: Key,

    /// At most so many versions
    #[arg(long, short = 'n', value_name = "NUMBER")]
    pub limit: Option<usize>,

    #[command(flatten)]
    pub told: Told,
}

#[derive(Args, Debug)]
pub struct Show {
    /// The record, as collection/id
    #[arg(value_parser = key)]
    pub key: Key,

    /// Which version [default: the newest]
    pub version: Option<u64>,

    #[command(flatten)]
    pub told: Told,
}

#[derive(Args, Debug)]
pub struct Diff {
    /// The record, as collection/id
    #[arg(value_parser = key)]
    pub key: Key,

    /// The older version [default: the one before the newer]
    pub from: Option<u64>,

    /// The newer version [default: the newest]
    pub to: Option<u64>,

    #[command(flatten)]
    pub told: Told,
}

#[derive(Args, Debug)]
pub struct Restore {
    /// The record, as collection/id
    #[arg(value_parser = key)]
    pub key: Key,

    /// The version to write again
    pub version: u64,

    #[command(flatten)]
    pub how: Writing,
}

#[derive(Args, Debug)]
pub struct Watch {
    /// A collection, or a record as collection/id; without one, everything
    #[arg(value_parser = scope)]
    pub of: Option<Scope>,

    /// Begin after this place in the feed, as --json tells it (seq) [default: from now on]
    #[arg(long, value_name = "SEQ")]
    pub since: Option<u64>,

    /// End after so many changes
    #[arg(long, short = 'n', value_name = "NUMBER")]
    pub limit: Option<usize>,

    #[command(flatten)]
    pub told: Told,
}

/// Whose changes are meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    Collection(String),
    Record(Key),
}

fn scope(text: &str) -> Result<Scope, String> {
    match text.contains('/') {
        true => key(text).map(Scope::Record),
        false => super::collection(text).map(Scope::Collection),
    }
}

pub(super) fn key(text: &str) -> Result<Key, String> {
    let (collection, id) = text.split_once('/').ok_or("a collection and an id belong here, as in projects/prj_1")?;
    check_collection(collection).map_err(|fault| fault.to_string())?;
    check_id(id).map_err(|fault| fault.to_string())?;
    Ok(Key { collection: collection.into(), id: id.into() })
}

fn token(text: &str) -> Result<Token, String> {
    let quoted = if text.starts_with('"') { text.to_owned() } else { format!("\"{text}\"") };
    Token::parse(&quoted).ok_or_else(|| format!("{text:?} is no strong etag, as \"3-9f2c4e6a8b0d1357\" is"))
}

/// A place in a record: a name, names with dots between them, or a JSON Pointer.
fn place(text: &str) -> Result<Pointer, String> {
    if text.starts_with('/') {
        return Pointer::parse(text).ok_or_else(|| format!("{text:?} is no JSON Pointer"));
    }
    if text.split('.').any(str::is_empty) {
        return Err(format!(
            "a name is missing in {text:?}; a member whose name is empty, or holds a dot, is named as in /a.b"
        ));
    }
    Ok(Pointer::new(text.split('.').map(str::to_owned).collect()))
}

/// `name=text`, `name:=JSON`, `name-`.
fn assignment(text: &str) -> Result<(Pointer, Option<Value>), String> {
    if let Some((at, value)) = text.split_once('=') {
        return match at.strip_suffix(':') {
            Some(at) => {
                let value = Value::parse(value)
                    .map_err(|fault| format!("{value:?} is not JSON: {fault}; {at}={value} would make it a text"))?;
                Ok((place(at)?, Some(value)))
            }
            None => Ok((place(at)?, Some(Value::string(value)))),
        };
    }
    match text.strip_suffix('-') {
        Some(at) => Ok((place(at)?, None)),
        None => Err(format!("{text:?} says no change; write name=text, name:=JSON, or name- to remove it")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_a_text_json_or_a_removal() {
        let said =
            |text: &str| assignment(text).map(|(at, value)| (at.to_string(), value.map(|value| value.to_json())));
        assert_eq!(said("name=Launch = now"), Ok(("/name".into(), Some("\"Launch = now\"".into()))));
        assert_eq!(said("quota:=1.50"), Ok(("/quota".into(), Some("1.50".into()))));
        assert_eq!(said("/a~1b/c="), Ok(("/a~1b/c".into(), Some("\"\"".into()))));
        assert_eq!(said("address.city-"), Ok(("/address/city".into(), None)));
        assert!(said("quota:=many").unwrap_err().contains("quota=many would make it a text"));
        assert!(said("quota").unwrap_err().contains("says no change"));
    }

    #[test]
    fn an_etag_may_leave_its_quotes_to_the_shell() {
        assert_eq!(token("3-ab"), token("\"3-ab\""));
        assert!(token("W/\"3-ab\"").is_err());
    }
}
