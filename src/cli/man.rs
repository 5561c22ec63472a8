//! `midair man`: the manual pages, one for midair and one for each command, made from what declares the command line, the
//! settings and the exit codes.

use std::collections::BTreeMap;
use std::path::Path;

use clap::{Command, CommandFactory};
use clap_mangen::Man;
use clap_mangen::roff::{Inline, Roff, bold, roman};

use super::arguments::{self, Arguments};
use super::exit::{Exit, Failure};
use super::records::say;
use super::settings::TABLE;

/// What midair heeds that is none of its settings.
const ENVIRONMENT: [(&str, &str); 6] = [
    ("EDITOR", "The editor that a field is given to, where VISUAL names none; else vi."),
    ("VISUAL", "The editor that a field is given to."),
    ("NO_COLOR", "With anything in it, there are no colours. CLICOLOR=0 says the same."),
    ("COLORTERM", "With truecolor or 24bit in it, there are all colours; COLORFGBG and TERM are heeded as well."),
    ("XDG_CONFIG_HOME, XDG_DATA_HOME, XDG_STATE_HOME", "Where the files below are, if not where they usually are."),
    (
        "LISTEN_FDS, NOTIFY_SOCKET, WATCHDOG_USEC",
        "What systemd hands to midair serve: a listening socket, and where to say that it is ready and alive.",
    ),
];

/// Where midair keeps what.
const FILES: [(&str, &str); 4] = [
    ("~/.config/midair/config.toml", "The settings; midair config --defaults prints one to start from."),
    ("~/.local/share/midair/midair.db", "The records of the local server, with -wal, -shm and .lock beside it."),
    ("~/.local/state/midair/drafts", "What was typed and not saved, for its owner's eyes alone."),
    ("~/.local/state/midair/midair.DATE.log", "What happened while the screen was up, for seven days."),
];

/// Prints the page of midair, or writes every page into a folder.
pub fn man(asked: &arguments::Man) -> Result<Exit, Failure> {
    let pages = pages().map_err(Failure::because)?;
    let Some(folder) = &asked.dir else {
        say::print(&String::from_utf8_lossy(pages.get("midair").map_or(b"", Vec::as_slice)))?;
        return Ok(Exit::Done);
    };
    let cannot = |what: &str, path: &Path, fault| {
        Failure::because(format!("cannot {what} {} ({fault}); name another folder with --dir", path.display()))
    };
    std::fs::create_dir_all(folder).map_err(|fault| cannot("make the folder", folder, fault))?;
    for (name, page) in pages {
        let path = folder.join(format!("{name}.1"));
        std::fs::write(&path, page).map_err(|fault| cannot("write", &path, fault))?;
    }
    Ok(Exit::Done)
}

/// Every page, by its name.
fn pages() -> std::io::Result<BTreeMap<String, Vec<u8>>> {
    let mut midair = Arguments::command().disable_help_subcommand(true).subcommand_help_heading("COMMANDS");
    midair = midair.subcommand_value_name("command");
    midair.build();
    let mut pages = BTreeMap::new();
    with_pages_below(&midair, &midair, &mut pages)?;
    Ok(pages)
}

fn with_pages_below(command: &Command, midair: &Command, pages: &mut BTreeMap<String, Vec<u8>>) -> std::io::Result<()> {
    pages.insert(page_name(command), page(command, midair)?);
    below(command).try_for_each(|command| with_pages_below(command, midair, pages))
}

/// The commands of a command that have pages.
fn below(command: &Command) -> impl Iterator<Item = &Command> {
    command.get_subcommands().filter(|command| !command.is_hide_set() && command.get_name() != "help")
}

/// As in midair-inbox-show.
fn page_name(command: &Command) -> String {
    command.get_display_name().unwrap_or_else(|| command.get_name()).to_owned()
}

fn page(command: &Command, midair: &Command) -> std::io::Result<Vec<u8>> {
    let is_midair = command.get_name() == midair.get_name();
    let of_midair = |id: &str| midair.get_arguments().any(|option| option.get_id() == id);
    let shown = command.clone().mut_args(|option| {
        let of_midair = of_midair(option.get_id().as_str());
        option.hide(of_midair && !is_midair)
    });
    let source = format!("midair {}", midair.get_version().unwrap_or_default());
    let man = Man::new(shown).source(source).manual("midair");

    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    if is_midair || command.get_arguments().any(|option| !of_midair(option.get_id().as_str())) {
        man.render_options_section(&mut page)?;
    }
    if below(command).next().is_some() {
        man.render_subcommands_section(&mut page)?;
    }
    let mut rest = Roff::new();
    if !is_midair {
        rest.control("PP", []);
        rest.text([roman("Every option of "), bold("midair"), roman("(1) may stand here as well.")]);
    }
    terms(&mut rest, "EXIT STATUS", Exit::each().map(|(code, meaning)| (code.to_string(), sentence(meaning))));
    if is_midair {
        terms(&mut rest, "ENVIRONMENT", environment(midair).into_iter());
        terms(&mut rest, "FILES", FILES.into_iter().map(|(path, what)| (path.to_owned(), what.to_owned())));
    }
    rest.control("SH", ["SEE ALSO"]);
    rest.text(others(command, midair));
    rest.to_writer(&mut page)?;
    Ok(in_ascii(&String::from_utf8_lossy(&page)).into_bytes())
}

/// The same page for every reader of pages: what is not ASCII by its number.
fn in_ascii(page: &str) -> String {
    let sign = |c: char| if c.is_ascii() { c.to_string() } else { format!("\\[u{:04X}]", u32::from(c)) };
    page.chars().map(sign).collect()
}

/// A list of terms and what they mean.
fn terms(roff: &mut Roff, heading: &str, terms: impl Iterator<Item = (String, String)>) {
    roff.control("SH", [heading]);
    for (term, meaning) in terms {
        roff.control("TP", []);
        roff.text([bold(term)]);
        roff.text([roman(meaning)]);
    }
}

/// The variables that settings and options are read from, and those that others agreed on.
fn environment(midair: &Command) -> Vec<(String, String)> {
    let settings = TABLE.iter().map(|setting| (setting.variable(), setting.means.to_owned()));
    let mut all: Vec<_> = settings.collect();
    for command in midair.get_subcommands() {
        for option in command.get_arguments() {
            let Some(variable) = option.get_env().map(|name| name.to_string_lossy().into_owned()) else { continue };
            if !all.iter().any(|(known, _)| *known == variable) {
                let long = option.get_long().unwrap_or_default();
                all.push((variable, format!("The same as --{long} of midair {}.", command.get_name())));
            }
        }
    }
    all.extend(ENVIRONMENT.map(|(name, meaning)| (name.to_owned(), meaning.to_owned())));
    all
}

fn others(command: &Command, midair: &Command) -> Vec<Inline> {
    let all = std::iter::once(midair).chain(below(midair)).map(page_name);
    let mut inlines = Vec::new();
    for name in all.filter(|name| *name != page_name(command)) {
        let before = if inlines.is_empty() { "" } else { ", " };
        inlines.extend([roman(before), bold(name), roman("(1)")]);
    }
    inlines
}

/// A meaning as it stands in a list, as a sentence.
fn sentence(meaning: &str) -> String {
    let mut letters = meaning.chars();
    letters.next().map(|first| format!("{}{}.", first.to_uppercase(), letters.as_str())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::places;

    #[test]
    fn the_files_are_where_the_page_says() {
        let ends = |path: &Path, line: usize| {
            let said = FILES[line].0.rsplit_once("midair/").map(|(_, file)| format!("midair/{file}"));
            assert!(path.ends_with(said.as_deref().unwrap_or("?")), "{} is not {}", path.display(), FILES[line].0);
        };
        ends(&places::config().unwrap(), 0);
        ends(&places::database().unwrap(), 1);
        ends(&places::drafts().unwrap(), 2);
        ends(&places::state().unwrap().join("midair.DATE.log"), 3);
    }

    #[test]
    fn every_command_has_a_page_with_the_exit_codes_and_the_way_to_the_others() {
        let pages = pages().unwrap();
        for (name, page) in &pages {
            let page = String::from_utf8_lossy(page);
            for part in [".SH NAME", ".SH SYNOPSIS", ".SH \"EXIT STATUS\"", ".SH \"SEE ALSO\"", "\\fB143\\fR"] {
                assert!(page.contains(part), "{name} has no {part}:\n{page}");
            }
            assert_eq!(page.contains("MIDAIR_THEME"), name == "midair", "{name}");
            assert_eq!(page.contains("MIDAIR_AS"), name == "midair", "{name}");
        }
        for name in ["midair-restore-store", "midair-inbox", "midair-inbox-show"] {
            assert!(pages.contains_key(name), "{name} has no page");
        }
    }
}
