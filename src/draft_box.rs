//! Drafts on disk, so that nothing typed is lost with its terminal; refuses to know what a draft says or when to send it.
//!
//! Each draft is one file, written beside its older self and renamed over it. A lock beside the file says that a living
//! process edits it; the system drops the lock with the process, however that dies.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use midair_record::Draft;
use serde::{Deserialize, Serialize};

/// What a draft file begins with; a file of another format is left for the midair that wrote it.
const FORMAT: u32 = 1;
/// A file half written by a process that died is of no use to anybody after this long.
const ABANDONED: Duration = Duration::from_secs(3600);
const HALF_WRITTEN: &str = ".new";

/// A folder of drafts. Cheap to clone; every call may wait for the disk.
#[derive(Clone, Debug)]
pub struct DraftBox {
    dir: PathBuf,
    held: Arc<Mutex<HashMap<String, File>>>,
}

/// A draft as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Kept {
    /// The name of the file: stays while the draft lives, unlike its edit id, which changes with every send.
    pub id: String,
    /// The address of the server that the draft is for.
    pub server: String,
    /// In whose name it was typed.
    pub who: String,
    /// When it was kept: RFC 3339, UTC.
    pub saved_at: String,
    /// Whether it is on its way to the server, which has not answered yet.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sending: bool,
    /// What was typed, and what it was made against.
    pub draft: Draft,
}

/// Why a draft is not on disk, or cannot be read from there; a sentence with the path.
#[derive(Debug, thiserror::Error)]
pub enum DraftFault {
    /// It could not be written. What was kept under this id before is whole.
    #[error("the draft cannot be kept in {}: {fault}; it is safe only while this terminal lives", path.display())]
    NotKept {
        /// Where it should stand.
        path: PathBuf,
        /// Why.
        fault: io::Error,
    },
    /// It is there and cannot be understood. It is left as it is.
    #[error("the draft in {} cannot be read ({why}); it is left there untouched", path.display())]
    Unreadable {
        /// Where it stands.
        path: PathBuf,
        /// Why.
        why: String,
    },
}

#[derive(Serialize)]
struct Written<'k> {
    format: u32,
    kept: &'k Kept,
}

#[derive(Deserialize)]
struct Found {
    format: u32,
    kept: Option<Kept>,
}

impl DraftBox {
    /// Opens the folder, and makes it where it is missing. Only its owner may look into it.
    ///
    /// # Errors
    /// What the system says when the folder cannot be made, read or made private.
    pub fn open(dir: &Path) -> io::Result<Self> {
        make_private(dir)?;
        let drafts = DraftBox::at(dir);
        drafts.clear_half_written()?;
        Ok(drafts)
    }

    /// The folder as it is: nothing is made, mended or cleared up.
    #[must_use]
    pub fn at(dir: &Path) -> Self {
        DraftBox { dir: dir.to_owned(), held: Arc::default() }
    }

    /// Keeps a draft in place of what was kept under its id. On return it is on the disk.
    ///
    /// # Errors
    /// [`DraftFault::NotKept`]; what was kept before is whole.
    pub fn keep(&self, kept: &Kept) -> Result<(), DraftFault> {
        let path = self.file(&kept.id);
        self.write(&path, kept).map_err(|fault| DraftFault::NotKept { path, fault })
    }

    /// Removes a draft that was saved or thrown away, and lets go of it.
    pub fn forget(&self, id: &str) {
        let path = self.file(id);
        if let Err(fault) = fs::remove_file(&path)
            && fault.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(path = %path.display(), %fault, "a draft that is no longer needed stays");
        }
        if self.holding().contains_key(id) {
            let _ = fs::remove_file(self.lock(id));
        }
        self.release(id);
    }

    /// Takes a draft for this process. False when another one has it, or no lock can be had here.
    #[must_use]
    pub fn claim(&self, id: &str) -> bool {
        let mut held = self.holding();
        if held.contains_key(id) {
            return true;
        }
        match lock_exclusively(&self.lock(id)) {
            Ok(Some(lock)) => {
                held.insert(id.to_owned(), lock);
                true
            }
            Ok(None) => false,
            Err(fault) => {
                tracing::warn!(id, %fault, "a draft cannot be claimed");
                false
            }
        }
    }

    /// Lets go of a draft; it stays on disk, and others may claim it.
    pub fn release(&self, id: &str) {
        self.holding().remove(id);
    }

    /// The drafts for a server that no living process holds, newest first.
    #[must_use]
    pub fn waiting(&self, server: &str) -> Vec<Kept> {
        let mut waiting: Vec<Kept> = self
            .drafts()
            .filter_map(Result::ok)
            .filter(|kept| kept.server == server && self.is_free(&kept.id))
            .collect();
        waiting.sort_by(|a, b| b.saved_at.cmp(&a.saved_at));
        waiting
    }

    /// Every draft that can be read, newest first, and whether a living process holds it.
    #[must_use]
    pub fn all(&self) -> Vec<(Kept, bool)> {
        let mut all: Vec<Kept> = self.drafts().filter_map(Result::ok).collect();
        all.sort_by(|a, b| b.saved_at.cmp(&a.saved_at));
        let with_held = |kept: Kept| {
            let held = !self.is_free(&kept.id);
            (kept, held)
        };
        all.into_iter().map(with_held).collect()
    }

    /// The whole text of a draft's file, and where it stands.
    ///
    /// # Errors
    /// What the system says where it cannot be read.
    pub fn text(&self, id: &str) -> io::Result<(String, PathBuf)> {
        let path = self.file(id);
        Ok((fs::read_to_string(&path)?, path))
    }

    /// The files that stand here as drafts and cannot be read. They are never touched.
    #[must_use]
    pub fn unreadable(&self) -> Vec<DraftFault> {
        self.drafts().filter_map(Result::err).collect()
    }

    fn write(&self, path: &Path, kept: &Kept) -> io::Result<()> {
        if kept.id.is_empty() || kept.id.starts_with('.') || kept.id.contains(['/', '\0']) {
            let odd = format!("{:?} cannot be the name of a file", kept.id);
            return Err(io::Error::new(io::ErrorKind::InvalidInput, odd));
        }
        make_private(&self.dir)?;
        let mut file = tempfile::Builder::new().suffix(HALF_WRITTEN).tempfile_in(&self.dir)?;
        let format = FORMAT;
        serde_json::to_writer(&mut file, &Written { format, kept })?;
        file.write_all(b"\n")?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|failed| failed.error)?;
        File::open(&self.dir)?.sync_all()
    }

    fn drafts(&self) -> impl Iterator<Item = Result<Kept, DraftFault>> {
        let entries = fs::read_dir(&self.dir).into_iter().flatten();
        entries
            .filter_map(Result::ok)
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|kind| kind == "json"))
            .filter_map(|path| read(&path).transpose())
    }

    fn is_free(&self, id: &str) -> bool {
        if self.holding().contains_key(id) {
            return false;
        }
        match File::open(self.lock(id)) {
            Ok(lock) => !matches!(lock.try_lock_shared(), Err(TryLockError::WouldBlock)),
            Err(_) => true,
        }
    }

    fn clear_half_written(&self) -> io::Result<()> {
        for entry in fs::read_dir(&self.dir)?.filter_map(Result::ok) {
            let half = entry.file_name().to_string_lossy().ends_with(HALF_WRITTEN);
            let age = entry.metadata().and_then(|of| of.modified()).ok();
            let age = age.and_then(|written| written.elapsed().ok());
            if half && age.is_some_and(|age| age > ABANDONED) {
                let _ = fs::remove_file(entry.path());
            }
        }
        Ok(())
    }

    fn file(&self, id: &str) -> PathBuf {
        self.dir.join(format!("{id}.json"))
    }

    fn lock(&self, id: &str) -> PathBuf {
        self.dir.join(format!("{id}.lock"))
    }

    fn holding(&self) -> MutexGuard<'_, HashMap<String, File>> {
        self.held.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

fn make_private(dir: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
    if dir.metadata()?.permissions().mode() & 0o077 != 0 {
        fs::set_permissions(dir, fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}

/// The draft in a file; nothing when it has just been removed by another process.
fn read(path: &Path) -> Result<Option<Kept>, DraftFault> {
    let unreadable = |why: String| DraftFault::Unreadable { path: path.to_owned(), why };
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(fault) => return Err(unreadable(fault.to_string())),
    };
    let found: Found = serde_json::from_slice(&bytes).map_err(|fault| unreadable(fault.to_string()))?;
    match found {
        Found { format: FORMAT, kept: Some(kept) } => Ok(Some(kept)),
        Found { format, .. } => Err(unreadable(format!("it has format {format}, this midair knows {FORMAT}"))),
    }
}

/// Locks the file at `path`. `None` when somebody else holds it. The one who holds a lock may remove its file, so a
/// lock counts only if its file still stands there once it is had.
fn lock_exclusively(path: &Path) -> io::Result<Option<File>> {
    // A look at the list of drafts holds a lock for an instant: not for long enough to outlast these attempts.
    for attempt in 0..4 {
        if attempt > 0 {
            std::thread::sleep(Duration::from_millis(5));
        }
        let lock = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(path)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => continue,
            Err(TryLockError::Error(fault)) => return Err(fault),
        }
        let stands = fs::metadata(path).is_ok_and(|there| {
            lock.metadata().is_ok_and(|mine| (mine.dev(), mine.ino()) == (there.dev(), there.ino()))
        });
        if stands {
            return Ok(Some(lock));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use midair_record::wire::Key;
    use midair_record::{Object, Value};

    use super::*;

    fn kept(id: &str, at: &str, name: &str) -> Kept {
        let key = Key::new("projects", "apollo").expect("key");
        let fields: Object = [("name".into(), Value::string(name))].into_iter().collect();
        Kept {
            id: id.into(),
            server: "http://127.0.0.1:4120".into(),
            who: "alice".into(),
            saved_at: at.into(),
            sending: false,
            draft: Draft::new(key, fields, "edit-1".into()),
        }
    }

    fn open() -> (tempfile::TempDir, DraftBox) {
        let dir = tempfile::tempdir().expect("a folder");
        let drafts = DraftBox::open(&dir.path().join("midair/drafts")).expect("opens");
        (dir, drafts)
    }

    fn ids(drafts: &DraftBox) -> Vec<String> {
        let waiting = drafts.waiting("http://127.0.0.1:4120");
        waiting.into_iter().map(|kept| kept.id).collect()
    }

    #[test]
    fn what_was_kept_comes_back_newest_first_and_only_for_its_server() {
        let (_dir, drafts) = open();
        let older = kept("a", "2026-01-01T00:00:00.000Z", "older");
        let newer = kept("b", "2026-01-02T00:00:00.000Z", "newer");
        let elsewhere = Kept { server: "http://other:1".into(), ..kept("c", "2026-01-03T00:00:00.000Z", "elsewhere") };
        for kept in [&older, &newer, &elsewhere] {
            drafts.keep(kept).expect("kept");
        }
        assert_eq!(drafts.waiting(&older.server), [newer, older]);
    }

    #[test]
    fn a_draft_is_for_its_owners_eyes_only() {
        let (_dir, drafts) = open();
        drafts.keep(&kept("a", "1", "x")).expect("kept");
        let mode = |path: &Path| path.metadata().expect("there").permissions().mode() & 0o777;
        assert_eq!(mode(&drafts.dir), 0o700);
        assert_eq!(mode(&drafts.file("a")), 0o600);
    }

    #[test]
    fn a_write_that_fails_or_dies_half_way_leaves_the_older_draft_whole() {
        let (_dir, drafts) = open();
        let older = kept("a", "1", "older");
        drafts.keep(&older).expect("kept");
        fs::write(drafts.dir.join("dead.new"), "{\"format\":1,\"kep").expect("half a file");
        assert_eq!(drafts.waiting(&older.server), std::slice::from_ref(&older));
        assert!(drafts.unreadable().is_empty());

        let (_dir, blocked) = open();
        fs::create_dir_all(blocked.file("a").join("in the way")).expect("a folder in the way");
        let fault = blocked.keep(&older).expect_err("cannot be renamed");
        assert!(fault.to_string().contains("a.json"), "{fault}");
        assert_eq!(fs::read_dir(&blocked.dir).expect("dir").count(), 1);
    }

    #[test]
    fn a_draft_that_another_terminal_edits_is_not_offered() {
        let (dir, mine) = open();
        let theirs = DraftBox::open(&dir.path().join("midair/drafts")).expect("opens");
        mine.keep(&kept("a", "1", "x")).expect("kept");
        assert!(mine.claim("a") && mine.claim("a"));
        assert!(!theirs.claim("a"));
        assert!(ids(&theirs).is_empty() && ids(&mine).is_empty());
        assert!(theirs.all().iter().all(|(kept, held)| kept.id == "a" && *held));

        mine.release("a");
        assert_eq!(ids(&theirs), ["a"]);
        assert!(theirs.claim("a"));
        assert!(!mine.claim("a"));
    }

    #[test]
    fn the_lock_of_a_process_that_died_holds_nothing_back() {
        let (dir, mine) = open();
        mine.keep(&kept("a", "1", "x")).expect("kept");
        assert!(mine.claim("a"));
        drop(mine);
        let theirs = DraftBox::open(&dir.path().join("midair/drafts")).expect("opens");
        assert_eq!(ids(&theirs), ["a"]);
        assert!(theirs.claim("a"));
    }

    #[test]
    fn a_draft_that_was_saved_leaves_nothing_behind() {
        let (_dir, drafts) = open();
        assert!(drafts.claim("a"));
        drafts.keep(&kept("a", "1", "x")).expect("kept");
        drafts.forget("a");
        assert_eq!(fs::read_dir(&drafts.dir).expect("dir").count(), 0);
        assert!(drafts.claim("a"));
    }

    #[test]
    fn a_file_that_cannot_be_read_is_reported_with_its_path_and_left() {
        let (_dir, drafts) = open();
        drafts.keep(&kept("newer", "1", "x")).expect("kept");
        let whole = fs::read_to_string(drafts.file("newer")).expect("there");
        fs::write(drafts.file("newer"), whole.replace("\"format\":1", "\"format\":2")).expect("written");
        fs::write(drafts.file("broken"), &whole[..whole.len() / 2]).expect("written");
        assert!(ids(&drafts).is_empty());
        let mut faults: Vec<String> = drafts.unreadable().iter().map(ToString::to_string).collect();
        faults.sort();
        assert!(faults[0].contains("broken.json"), "{faults:?}");
        assert!(faults[1].contains("it has format 2"), "{faults:?}");
        assert!(drafts.file("broken").exists() && drafts.file("newer").exists());
    }

    #[test]
    fn an_id_that_leads_out_of_the_folder_is_refused() {
        let (_dir, drafts) = open();
        for odd in ["", "../a", ".a", "a/b"] {
            assert!(drafts.keep(&kept(odd, "1", "x")).is_err(), "{odd:?}");
        }
    }
}
