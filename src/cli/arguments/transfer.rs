//! The words of the commands that bring records in from files, and out into them.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::collection;

#[derive(Args, Debug)]
pub struct Import {
    /// The file to read, or - for stdin
    pub file: PathBuf,

    /// The collection to create the records in
    #[arg(long, value_name = "COLLECTION", value_parser = collection)]
    pub into: String,

    /// The member that holds the id of each record: name, name.inner or /name/inner
    #[arg(long, value_name = "KEY")]
    pub id: String,

    /// What the file is [default: by its name, else by how it begins]
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<Format>,

    /// Create what is good, list what is not, and end with exit code 1 if anything was not
    #[arg(long)]
    pub keep_going: bool,

    /// CSV: take cells that are JSON (12, 1.50, true, null, [..], {..}) for that, and leave empty cells out
    #[arg(long)]
    pub typed: bool,

    /// CSV: make a column a.b the member b inside of a
    #[arg(long)]
    pub nest: bool,

    /// Why, for the history of the records
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,

    /// Tell on stdout in JSON what became of it, each fault and the sum, one value a line
    #[arg(long)]
    pub json: bool,
}

#[derive(Args, Debug)]
pub struct Export {
    /// The collection to write
    #[arg(value_parser = collection)]
    pub collection: String,

    /// Write to this file, which is replaced only when all is written; into a pipe or device
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,

    /// json: one array; ndjson: one record a line; csv: one column for each member
    #[arg(long, value_name = "FORMAT", default_value = "json")]
    pub format: Format,

    /// Put the id of each record first, as a member of this name
    #[arg(long, value_name = "NAME")]
    pub id: Option<String>,

    /// Tell on stdout in JSON how many records were written where
    #[arg(long, requires = "output")]
    pub json: bool,
}

/// How records are written in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// One array of records
    Json,
    /// One record a line
    #[value(alias = "jsonl")]
    Ndjson,
    /// A table with a header
    Csv,
}
