//! The editor of a person's own: a file that only they can read, the program on it, and what it left; refuses to know what
//! the text is for.

use std::ffi::OsString;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;

use tokio::process::{Child, Command};
use tokio::signal::unix::{SignalKind, signal};

use crate::tui::msg::{self, Leave, Written};

/// How the name of a lock ends: while a living midair holds it, its file is being written.
const LOCK: &str = "lock";
/// How much of a record's name goes into the name of a file.
const NAME: usize = 60;

/// Texts that are written outside, one at a time.
pub struct Outside {
    folder: PathBuf,
    /// Whether it is said on stdout what is waited for.
    says: bool,
    held: Option<Held>,
    running: Option<Running>,
}

/// A text that was given to an editor and is not settled yet.
struct Held {
    file: PathBuf,
    /// Says that a living midair has the file; the system frees it with the process, however that ends.
    _lock: File,
}

struct Running {
    editor: OsString,
    child: io::Result<Child>,
    given: String,
}

impl Outside {
    /// Texts in files in `folder`, which is made when one is written.
    pub fn new(folder: PathBuf) -> Self {
        Outside { folder, says: true, held: None, running: None }
    }

    /// As [`Outside::new`], and says nothing of it on stdout.
    pub fn silent(folder: PathBuf) -> Self {
        Outside { says: false, ..Outside::new(folder) }
    }

    /// Whether an editor has the terminal.
    pub fn is_open(&self) -> bool {
        self.running.is_some()
    }

    /// Starts the editor on a text. The terminal is to be given back before. What goes wrong is told by
    /// [`Outside::ended`].
    pub fn begin(&mut self, text: &msg::Outside) {
        // An editor that is left by Ctrl-C or Ctrl-\ must not take midair with it.
        let _ = signal(SignalKind::quit());
        let editor = editor();
        let child = self.write(text).and_then(|file| {
            if self.says {
                println!("midair waits for {} to end: {}", editor.display(), file.display());
            }
            let mut words = editor.clone();
            words.push(" \"$@\"");
            Command::new("sh").arg("-c").arg(words).arg(&editor).arg(&file).spawn()
        });
        self.running = Some(Running { editor, child, given: text.text.clone() });
    }

    /// Waits until the editor has ended.
    pub async fn ended(&mut self) -> Written {
        let Some(Running { editor, child, .. }) = &mut self.running else { return std::future::pending().await };
        let editor = editor.display().to_string();
        let (trouble, begun) = match child {
            Ok(child) => match child.wait().await {
                Ok(status) => (trouble(&editor, status), true),
                Err(fault) => (Some(format!("How {editor} ended is not known: {fault}.")), true),
            },
            Err(fault) => (Some(format!("The text could not be given to {editor}: {fault}.")), false),
        };
        let given = self.running.take().map(|running| running.given);
        let file = self.held.as_ref().map_or(&self.folder, |held| &held.file);
        let (text, trouble) = match fs::read(file).map(String::from_utf8) {
            _ if !begun => (given, trouble),
            Ok(Ok(text)) => (Some(text), trouble),
            Ok(Err(_)) => (None, Some("What you wrote is not UTF-8.".into())),
            Err(fault) => (None, Some(format!("What you wrote cannot be read: {fault}."))),
        };
        Written { file: file.display().to_string(), text, trouble }
    }

    /// Settles what was given to the editor.
    ///
    /// # Errors
    /// A sentence where it could not be left as it should be.
    pub fn close(&mut self, leave: &Leave) -> Result<(), String> {
        let Some(Held { file, _lock }) = self.held.take() else { return Ok(()) };
        let done = match leave {
            Leave::Nothing => fs::remove_file(&file),
            Leave::AsItIs => Ok(()),
            Leave::Text(text) => write_over(&file, text),
        };
        let _ = fs::remove_file(lock_of(&file));
        match done {
            Err(fault) if fault.kind() != io::ErrorKind::NotFound => {
                Err(format!("{} could not be left as it should be: {fault}.", file.display()))
            }
            _ => Ok(()),
        }
    }

    /// Writes a text into the file that is held; into a new one where none is.
    fn write(&mut self, text: &msg::Outside) -> io::Result<PathBuf> {
        if self.held.is_none() {
            self.held = Some(self.begun(text)?);
        }
        let file = self.held.as_ref().map(|held| held.file.clone()).unwrap_or_default();
        write_over(&file, &text.text)?;
        Ok(file)
    }

    /// A name that nothing stands under, with its lock.
    fn begun(&self, text: &msg::Outside) -> io::Result<Held> {
        DirBuilder::new().recursive(true).mode(0o700).create(&self.folder)?;
        let name = plain(&text.name);
        let names = std::iter::once(name.clone()).chain((2..).map(|number| format!("{name}-{number}")));
        for name in names {
            let file = self.folder.join(format!("{name}.{}", text.kind));
            if file.exists() {
                continue;
            }
            match OpenOptions::new().create_new(true).write(true).mode(0o600).open(lock_of(&file)) {
                Ok(lock) => {
                    lock.try_lock()?;
                    return Ok(Held { file, _lock: lock });
                }
                Err(fault) if fault.kind() == io::ErrorKind::AlreadyExists => {}
                Err(fault) => return Err(fault),
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }
}

/// What a midair that ended meanwhile left of texts that were written outside, a sentence a file.
pub fn left(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok).map(|entry| entry.path());
    let (locks, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.extension().is_some_and(|end| end == LOCK));
    let free = |lock: &PathBuf| File::open(lock).is_ok_and(|lock| lock.try_lock_shared().is_ok());
    for lock in locks.iter().filter(|lock| free(lock) && !lock.with_extension("").exists()) {
        let _ = fs::remove_file(lock);
    }
    let lost = files.iter().filter(|file| locks.contains(&lock_of(file)) && free(&lock_of(file)));
    let words =
        |file: &PathBuf| format!("midair ended while you wrote this in your editor; it is kept in {}.", file.display());
    lost.map(words).collect()
}

/// The words that start the editor: what people set for it, else the one that is there everywhere.
pub fn editor() -> OsString {
    let named = |name| std::env::var_os(name).filter(|words| !words.is_empty());
    named("VISUAL").or_else(|| named("EDITOR")).unwrap_or_else(|| "vi".into())
}

/// What went wrong with the editor, as a sentence.
fn trouble(editor: &str, status: ExitStatus) -> Option<String> {
    match (status.code(), status.signal()) {
        (Some(0), _) => None,
        (Some(126 | 127), _) => Some(format!("{editor} could not be started; $VISUAL or $EDITOR names your editor.")),
        (Some(code), _) => Some(format!("{editor} ended with error {code}.")),
        (None, Some(number)) => Some(format!("{editor} was ended by signal {number}.")),
        (None, None) => Some(format!("{editor} ended, it is not known how.")),
    }
}

/// What can be the name of a file everywhere, and reads like the name of the record.
fn plain(name: &str) -> String {
    let plain = |letter: char| if letter.is_ascii_alphanumeric() || "_.-".contains(letter) { letter } else { '-' };
    name.trim_start_matches('.').chars().take(NAME).map(plain).collect()
}

fn lock_of(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".");
    name.push(LOCK);
    name.into()
}

/// Writes a file that only its owner reads, in place of what stands there.
fn write_over(file: &Path, text: &str) -> io::Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    let mut new = tempfile::Builder::new().suffix(".lock").tempfile_in(folder)?;
    new.write_all(text.as_bytes())?;
    new.as_file().sync_all()?;
    new.persist(file).map(drop).map_err(|failed| failed.error)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn text(name: &str) -> msg::Outside {
        msg::Outside { name: name.into(), kind: "txt", text: "a\n".into() }
    }

    #[test]
    fn a_text_that_is_written_is_its_owners_and_named_after_its_record() {
        let folder = tempfile::tempdir().unwrap();
        let mut outside = Outside::new(folder.path().join("outside"));
        let file = outside.write(&text("projects/../prj 1-name")).unwrap();
        assert!(file.ends_with("outside/projects-..-prj-1-name.txt"), "{}", file.display());
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&file), mode(file.parent().unwrap())), (0o600, 0o700));
        assert_eq!(outside.write(&text("another")).unwrap(), file, "the same text once more");
        let mut beside = Outside::new(folder.path().join("outside"));
        assert!(beside.write(&text("projects/../prj 1-name")).unwrap().ends_with("projects-..-prj-1-name-2.txt"));
    }

    #[test]
    fn what_is_left_by_one_that_died_is_told_and_nothing_that_is_written_or_was_settled() {
        let folder = tempfile::tempdir().unwrap();
        let mut dies = Outside::new(folder.path().to_owned());
        let file = dies.write(&text("a")).unwrap();
        let mut lives = Outside::new(folder.path().to_owned());
        lives.write(&text("b")).unwrap();
        assert!(left(folder.path()).is_empty(), "both live");
        drop(dies);
        assert_eq!(left(folder.path()).len(), 1);
        assert!(left(folder.path())[0].contains(&file.display().to_string()));
        lives.close(&Leave::Text("kept\n".into())).unwrap();
        assert_eq!(left(folder.path()).len(), 1, "what was kept was told");
        assert_eq!(fs::read_to_string(folder.path().join("b.txt")).unwrap(), "kept\n");
        fs::remove_file(file).unwrap();
        assert!(left(folder.path()).is_empty());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "the lock of what is gone is gone");
    }
}
