//! What of this machine and this terminal midair works with: the terminal, settings, editor, folders, drafts.

use std::io::{IsTerminal, stderr, stdin, stdout};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rustix::fs::{Access, access};

use super::Check;
use crate::cli::places;
use crate::cli::settings::Settings;
use crate::draft_box::DraftBox;
use crate::run::outside;
use crate::tui::app::SMALLEST;

/// The value of a variable; empty where it is not set.
fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_default()
}

/// The terminal that the command stands in.
pub fn terminal(settings: &Settings) -> Vec<Check> {
    let mut checks = Vec::new();
    let term = variable("TERM");
    let (columns, rows) = crossterm::terminal::size().unwrap_or_default();
    let size = format!("{columns}×{rows}");
    let (least_columns, least_rows) = SMALLEST;
    checks.push(match (stdin().is_terminal() || stdout().is_terminal() || stderr().is_terminal(), term.as_str()) {
        (false, _) => Check::warn("terminal", "there is none here", "the screen needs one; commands do not"),
        (true, "") => {
            Check::warn("terminal", "TERM is not set", "set it to what your terminal is, as in xterm-256color")
        }
        (true, "dumb") => Check::bad("terminal", "TERM is dumb", "the screen needs a terminal that can be drawn on"),
        (true, term) if columns < least_columns || rows < least_rows => {
            let least = format!("make it {least_columns}×{least_rows} at least, for the screen to fit");
            Check::bad("terminal", format!("{term}, {size}"), least)
        }
        (true, term) => Check::ok("terminal", format!("{term}, {size}")),
    });
    let environment = |name: &str| std::env::var(name).ok();
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().map(|name| (name, variable(name)));
    let locale = locale.into_iter().find(|(_, said)| !said.is_empty());
    let locale = locale.map_or("no locale is set".to_owned(), |(name, said)| format!("{name}={said}"));
    checks.push(match settings.outcome("ascii", &environment).as_str() {
        "on" => Check::warn(
            "locale",
            format!("{locale}; frames and signs are ASCII"),
            "a UTF-8 locale, or --set ascii=off, shows them whole",
        ),
        _ => Check::ok("locale", locale),
    });
    let colours = settings.outcome("colours", &environment);
    let off = ["NO_COLOR", "CLICOLOR"].into_iter().find(|name| !variable(name).is_empty());
    let by = off.map(|name| format!(" ({name} is set)")).unwrap_or_default();
    checks.push(Check::ok(
        "colours",
        match colours.as_str() {
            "none" => format!("none{by}; every state has a sign and a word"),
            many => format!("{many}{by}, for a {} ground", settings.outcome("theme", &environment)),
        },
    ));
    let mouse = if settings.mouse() { "taken" } else { "left to the terminal" };
    let copies = "copies go by OSC 52, which not every terminal takes, and none says so";
    checks.push(Check::ok("mouse", format!("{mouse}; {copies}")));
    checks
}

/// The file of settings, and what of all settings cannot be read.
pub fn settings(settings: &Settings) -> Vec<Check> {
    let advice = "mend it; midair config --defaults prints a file to start from";
    let mut checks: Vec<Check> = settings.faults.iter().map(|fault| Check::bad("settings", fault, advice)).collect();
    if checks.is_empty() {
        checks.push(match &settings.path {
            Some(path) if path.exists() => Check::ok("settings", path.display().to_string()),
            Some(path) => Check::ok("settings", format!("there is no {}; the defaults stand", path.display())),
            None => Check::bad("settings", "there is no home folder", "set HOME"),
        });
    }
    checks
}

/// Whether the program is there that is started to edit a text.
pub fn editor() -> Check {
    let words = outside::editor();
    let shown = words.to_string_lossy().into_owned();
    // As it is started: by the shell's rules. Only its first word is looked for.
    let script = format!("set -- {shown}\ncommand -v \"$1\"");
    let found = Command::new("sh").arg("-c").arg(script).stdin(Stdio::null()).stderr(Stdio::null()).output();
    match found {
        Ok(output) if output.status.success() => {
            Check::ok("editor", format!("{shown}: {}", String::from_utf8_lossy(&output.stdout).trim()))
        }
        _ => Check::warn(
            "editor",
            format!("{shown} is not found"),
            "set VISUAL or EDITOR to an editor that is installed",
        ),
    }
}

/// The folders that midair writes to.
pub fn folders() -> Vec<Check> {
    let database = places::database().map(|path| path.parent().map(Path::to_owned).unwrap_or_default());
    [("data", database), ("state", places::state())].into_iter().map(|(name, place)| found(name, place.ok())).collect()
}

fn found(name: &'static str, place: Option<PathBuf>) -> Check {
    place.map_or_else(|| Check::bad(name, "there is no home folder", "set HOME"), |place| folder(name, &place))
}

fn folder(name: &'static str, folder: &Path) -> Check {
    let shown = folder.display().to_string();
    let writable = |folder: &Path| access(folder, Access::WRITE_OK | Access::EXEC_OK).is_ok();
    let variable = if name == "data" { "XDG_DATA_HOME" } else { "XDG_STATE_HOME" };
    let elsewhere = format!("make it yours, or set {variable} to a folder of yours");
    match folder.metadata() {
        Ok(found) if !found.is_dir() => Check::bad(name, format!("{shown} is no folder"), elsewhere),
        Ok(_) if !writable(folder) => Check::bad(name, format!("{shown} cannot be written"), elsewhere),
        Ok(found) if found.permissions().mode() & 0o077 != 0 => {
            Check::warn(name, format!("{shown} is open to others on this machine"), format!("chmod 700 {shown}"))
        }
        Ok(_) => Check::ok(name, shown),
        Err(_) => match folder.ancestors().find(|above| above.exists()) {
            Some(above) if writable(above) => Check::ok(name, format!("{shown} is made when it is needed")),
            _ => Check::bad(name, format!("{shown} is not there and cannot be made"), elsewhere),
        },
    }
}

/// The drafts that wait.
pub fn drafts() -> Vec<Check> {
    let Ok(folder) = places::drafts() else { return Vec::new() };
    let drafts = DraftBox::at(&folder);
    let unreadable = drafts.unreadable();
    let advice = "a newer midair may have written it; else move it away";
    let mut checks: Vec<Check> =
        unreadable.iter().map(|fault| Check::warn("drafts", fault.to_string(), advice)).collect();
    let all = drafts.all();
    let open = all.iter().filter(|(_, open)| *open).count();
    let sending = all.iter().filter(|(kept, open)| kept.sending && !open).count();
    checks.push(match all.len() {
        0 => Check::ok("drafts", "none waits"),
        many => {
            let found = format!("{many} on this machine, {open} open in a midair, {sending} sent and not answered");
            match many > open {
                true => Check::warn("drafts", found, "midair inbox lists them"),
                false => Check::ok("drafts", found),
            }
        }
    });
    checks
}
