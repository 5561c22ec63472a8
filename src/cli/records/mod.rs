//! The commands that read and write single records, for shells and scripts; each write says what it replaces.

pub mod read;
pub mod say;
pub mod settle;
mod watch;
pub mod write;

pub use read::{diff, get, list, log, show};
pub use watch::watch;
pub use write::{patch, put, remove, restore};

use midair_record::wire::{Key, Tombstone};

use super::exit::{Exit, Failure};
use crate::backend::Read;

/// That there is no such record, and why, where that is known.
pub fn missing(key: &Key, gone: Option<&Tombstone>) -> Failure {
    let sentence = match gone {
        Some(gone) => format!("{key} is gone: {} deleted it as v{}, {}", say::who(&gone.by), gone.version, gone.at),
        None => format!("there is no record {key}"),
    };
    Failure { exit: Exit::NotFound, sentence }
}

/// The record that was read.
fn there(key: &Key, read: Read) -> Result<midair_record::wire::Stored, Failure> {
    match read {
        Read::Stored(stored) => Ok(stored),
        Read::Gone(gone) => Err(missing(key, Some(&gone))),
        Read::Missing => Err(missing(key, None)),
    }
}
