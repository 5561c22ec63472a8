//! `midair backup` and `midair restore-store`: a copy of the local server's database, taken and put back; refuses to replace a
//! file that is in use.

use std::path::{Path, PathBuf};
use std::time::Duration;

use midair_server::{BackupError, OpenError, Store};
use serde::Serialize;

use super::arguments::{Backup, Common, RestoreStore};
use super::exit::{Exit, Failure};
use super::hosting::{self, NoHost, alone};
use super::places;
use super::records::say;
use crate::backend::Backend;

/// A server on this machine answers in a few milliseconds.
const ANSWER_WITHIN: Duration = Duration::from_secs(1);

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

/// Refuses where no database was named, and the server that commands find here has its records in another one than the usual.
async fn is_the_one_in_use(common: &Common, db: &Path) -> Result<(), Failure> {
    if common.db.is_some() {
        return Ok(());
    }
    let backend = Backend::connect(&hosting::url(common.listen()), "midair")?;
    let Ok(Ok(hello)) = tokio::time::timeout(ANSWER_WITHIN, backend.hello()).await else { return Ok(()) };
    match Store::read_id(db) {
        Ok(Some(id)) if id == hello.store => Ok(()),
        _ => Err(Failure {
            exit: Exit::Conflict,
            sentence: format!(
                "the server at {} has its records in another database than {}; name the one that is meant with --db",
                backend.name(),
                db.display()
            ),
        }),
    }
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
pub async fn backup(common: &Common, asked: &Backup) -> Result<Exit, Failure> {
    let (db, file) = (database(common)?, &asked.file);
    is_the_one_in_use(common, &db).await?;
    midair_server::backup(&db, file).map_err(|fault| said(&fault))?;
    let (backup, db) = (file.display().to_string(), db.display().to_string());
    match asked.told.json {
        true => say::json(&Copied { backup, db, aside: None })?,
        false => say::line(&format!("{backup} is a backup of {db}"))?,
    }
    Ok(Exit::Done)
}

/// Puts a backup in the place of the database.
pub async fn restore(common: &Common, asked: &RestoreStore) -> Result<Exit, Failure> {
    let file = &asked.file;
    let db = database(common)?;
    is_the_one_in_use(common, &db).await?;
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
