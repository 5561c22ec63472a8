//! `midair backup` and `midair restore-store`: a copy of the local server's database, taken and put back; refuses to replace a
//! file that is in use.

use std::path::PathBuf;

use midair_server::{BackupError, OpenError};
use serde::Serialize;

use super::arguments::{Backup, Common, RestoreStore};
use super::exit::{Exit, Failure};
use super::hosting::{NoHost, alone};
use super::places;
use super::records::say;

fn said(fault: &BackupError) -> Failure {
    match fault {
        BackupError::Missing(_) => Failure { exit: Exit::NotFound, sentence: fault.to_string() },
        BackupError::Exists(_) => Failure { exit: Exit::Conflict, sentence: fault.to_string() },
        BackupError::Source(OpenError::NotADatabase { path }) => {
            Failure::because(format!("{} is not a midair database", path.display()))
        }
        _ => Failure::because(fault.to_string()),
    }
}

/// The database of the local server; a server elsewhere keeps its own.
fn database(common: &Common) -> Result<PathBuf, Failure> {
    if common.server.is_some() {
        return Err(Failure::usage(
            "backups are made where the database is; leave out --server, and name it with --db",
        ));
    }
    common.db.clone().map_or_else(places::database, Ok)
}

/// What was copied where, for programs.
#[derive(Serialize)]
struct Copied {
    backup: String,
    db: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    aside: Option<String>,
}

/// Copies the database to a file.
pub fn backup(common: &Common, asked: &Backup) -> Result<Exit, Failure> {
    let (db, file) = (database(common)?, &asked.file);
    midair_server::backup(&db, file).map_err(|fault| said(&fault))?;
    let (backup, db) = (file.display().to_string(), db.display().to_string());
    match asked.told.json {
        true => say::json(&Copied { backup, db, aside: None })?,
        false => say::line(&format!("{backup} is a backup of {db}"))?,
    }
    Ok(Exit::Done)
}

/// Puts a backup in the place of the database.
pub fn restore(common: &Common, asked: &RestoreStore) -> Result<Exit, Failure> {
    let file = &asked.file;
    let db = database(common)?;
    let _alone = alone(&db).map_err(|obstacle| match obstacle {
        NoHost::Never(why) => Failure::because(why),
        NoHost::PortTaken | NoHost::DatabaseTaken => Failure {
            exit: Exit::Conflict,
            sentence: format!(
                "a midair serves {}; leave every midair on it, stop the server, and try again",
                db.display()
            ),
        },
    })?;
    let restored = midair_server::restore(file, &db).map_err(|fault| said(&fault))?;
    let (backup, db) = (file.display().to_string(), db.display().to_string());
    let aside = restored.aside.map(|aside| aside.display().to_string());
    if asked.told.json {
        say::json(&Copied { backup, db, aside })?;
        return Ok(Exit::Done);
    }
    say::line(&format!("{backup} is in the place of {db}"))?;
    if let Some(aside) = aside {
        say::line(&format!("what stood there is now {aside}"))?;
    }
    Ok(Exit::Done)
}
