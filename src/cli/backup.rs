//! `midair backup` and `midair restore-store`: a copy of the local server's database, taken and put back; refuses to replace a
//! file that is in use.

use std::io::Write;
use std::path::{Path, PathBuf};

use midair_server::{BackupError, OpenError};

use super::arguments::Common;
use super::exit::{Exit, Failure};
use super::hosting::{NoHost, alone};
use super::places;

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

fn tell(sentence: &str) {
    // Whoever closed the pipe does not want to know.
    let _ = writeln!(std::io::stdout(), "{sentence}");
}

/// Copies the database to `file`.
pub fn backup(common: &Common, file: &Path) -> Result<Exit, Failure> {
    let db = database(common)?;
    midair_server::backup(&db, file).map_err(|fault| said(&fault))?;
    tell(&format!("{} is a backup of {}", file.display(), db.display()));
    Ok(Exit::Done)
}

/// Puts the backup `file` in the place of the database.
pub fn restore(common: &Common, file: &Path) -> Result<Exit, Failure> {
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
    tell(&format!("{} is in the place of {}", file.display(), db.display()));
    if let Some(aside) = restored.aside {
        tell(&format!("what stood there is now {}", aside.display()));
    }
    Ok(Exit::Done)
}
