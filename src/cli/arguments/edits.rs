//! The words of the commands that keep drafts, and of the one that writes many records.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use midair_record::wire::Key;

use super::records::{OnConflict, Told, Writing, key};

#[derive(Args, Debug)]
pub struct Edit {
    /// The record, as collection/id
    #[arg(value_parser = key)]
    pub key: Key,

    /// Make a new record; there must be none under this id
    #[arg(long, conflicts_with = "if_match")]
    pub create: bool,

    /// What to do where somebody saved in between [default: ask on a terminal, else fail]
    #[arg(long, value_name = "WAY")]
    pub on_conflict: Option<OnConflict>,

    #[command(flatten)]
    pub how: Writing,
}

#[derive(Args, Debug)]
pub struct Bulk {
    /// The file with a write a line, or - for stdin
    pub file: PathBuf,

    /// The collection of the lines that name only an id
    #[arg(long, value_name = "COLLECTION", value_parser = super::collection)]
    pub into: Option<String>,

    /// What to do, for each line, where somebody saved in between: fail, merge, mine or theirs
    #[arg(long, value_name = "WAY", default_value = "fail", value_parser = unasked)]
    pub on_conflict: OnConflict,

    /// Why, for the history of the records, where a line says nothing
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,

    #[command(flatten)]
    pub told: Told,
}

/// A way that asks nobody.
fn unasked(text: &str) -> Result<OnConflict, String> {
    match <OnConflict as clap::ValueEnum>::from_str(text, false) {
        Ok(OnConflict::Ask) | Err(_) => Err("there are fail, merge, mine and theirs".into()),
        Ok(way) => Ok(way),
    }
}

#[derive(Args, Debug)]
pub struct Inbox {
    #[command(subcommand)]
    pub does: Option<InboxDoes>,

    #[command(flatten)]
    pub told: Told,
}

#[derive(Debug, Subcommand)]
pub enum InboxDoes {
    /// Show what a draft changes
    Show {
        /// The draft: its id, the beginning of it, or its record as collection/id
        draft: String,

        #[command(flatten)]
        told: Told,
    },

    /// Send drafts to the server they are for
    Send(Send),

    /// Throw a draft away; it is printed, so that it can be got back
    Drop {
        /// The draft: its whole id
        draft: String,
    },
}

#[derive(Args, Debug)]
pub struct Send {
    /// The drafts: ids, beginnings of ids, or records as collection/id
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    pub drafts: Vec<String>,

    /// All of yours for this server
    #[arg(long)]
    pub all: bool,

    /// What to do where somebody saved in between [default: ask on a terminal, else fail]
    #[arg(long, value_name = "WAY")]
    pub on_conflict: Option<OnConflict>,

    #[command(flatten)]
    pub told: Told,
}
