//! The database of the local server: whether it is whole, of which schema, and whether its disk has room.

use std::path::Path;

use rustix::fs::statvfs;

use super::Check;
use crate::cli::arguments::Common;
use crate::cli::{hosting, places};

/// Room below which is told, and below which nothing much fits, in MiB.
const LITTLE: u64 = 256;
const NONE: u64 = 16;

/// The store, where it is here.
pub fn store(common: &Common) -> Vec<Check> {
    let Ok(db) = common.db.clone().map_or_else(places::database, Ok) else { return Vec::new() };
    let mut checks = vec![file(&db)];
    if let Some(folder) = db.ancestors().skip(1).find(|folder| folder.exists() || folder.as_os_str().is_empty()) {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        checks.extend(statvfs(folder).ok().map(|disk| room(disk.f_bavail.saturating_mul(disk.f_frsize) >> 20)));
    }
    checks
}

fn file(db: &Path) -> Check {
    let shown = db.display();
    if hosting::is_served(db) {
        return Check::ok("store", format!("{shown} is served by a midair, which keeps it"));
    }
    if !db.exists() {
        return Check::ok("store", format!("{shown} is made when it is needed"));
    }
    match midair_server::check(db) {
        Ok(None) => Check::ok("store", format!("{shown} is empty")),
        Ok(Some(found)) => match (found.fault, found.ahead, found.schema) {
            (Some(fault), ..) => {
                let advice = "midair restore-store puts a backup in its place, and moves it aside";
                Check::bad("store", format!("{shown} is damaged: {fault}"), advice)
            }
            (None, ..0, schema) => {
                Check::bad("store", format!("{shown} has schema {schema}, of a newer midair"), "update midair")
            }
            (None, 1.., schema) => Check::warn(
                "store",
                format!("{shown} is whole, with the older schema {schema}"),
                "it is brought up to date when it is next served; older versions of midair cannot read it then",
            ),
            (None, 0, schema) => Check::ok("store", format!("{shown} is whole, schema {schema}")),
        },
        Err(fault) => {
            Check::bad("store", fault.to_string(), "name another file with --db, or put a backup in its place")
        }
    }
}

fn room(mebibytes: u64) -> Check {
    let found = format!("{mebibytes} MiB are free beside the store");
    match mebibytes {
        ..NONE => Check::bad("disk", found, "make room: saves will be refused, and drafts cannot be kept"),
        NONE..LITTLE => Check::warn("disk", found, "make room"),
        _ => Check::ok("disk", found),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::doctor::State;

    #[test]
    fn a_disk_is_told_before_it_is_full() {
        assert_eq!(
            [0, 15, 16, 255, 256].map(|free| room(free).state),
            [State::Bad, State::Bad, State::Warn, State::Warn, State::Ok]
        );
    }

    #[test]
    fn a_file_that_is_no_store_is_bad_and_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let db = folder.path().join("x.db");
        assert_eq!(file(&db).state, State::Ok);
        assert!(!db.exists());
        std::fs::write(&db, "no database").unwrap();
        assert_eq!(file(&db).state, State::Bad);
        assert_eq!(std::fs::read_to_string(&db).unwrap(), "no database");
    }
}
