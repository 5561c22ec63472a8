//! The words of the commands that keep drafts.

use clap::Args;
use midair_record::wire::Key;

use super::records::{OnConflict, Writing, key};

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
