//! The settings: each declared once, gathered from defaults, `config.toml`, the environment and the command line; refuses
//! to know what is done with them.

mod effect;
mod file;
pub mod show;

use std::path::{Path, PathBuf};

use clap::ArgMatches;
use clap::parser::ValueSource;

use super::arguments::{self, Command, Common};
use crate::nearest;

/// A setting.
#[derive(Debug)]
pub struct Setting {
    pub name: &'static str,
    /// A sentence.
    pub means: &'static str,
    /// As it would stand in the file; empty where there is none.
    pub default: &'static str,
    reads: Reads,
    /// The option of the command line that says the same, by its id.
    option: Option<&'static str>,
}

/// How a setting is read.
#[derive(Clone, Copy, Debug)]
enum Reads {
    /// One of these words. `on` and `off` are true and false as well.
    OneOf(&'static [&'static str]),
    /// A name that changes are signed with; none where it is empty.
    Name,
    Address,
    /// Any text; none where it is empty.
    Text,
}

const ON_OFF: Reads = Reads::OneOf(&["on", "off"]);

/// Every setting, in the order in which they are shown.
pub const TABLE: &[Setting] = &[
    setting(
        "keymap",
        "The preset of keys: as in most programs of today, lists as in vim, or texts and files as in emacs.",
        "modern",
        Reads::OneOf(&["modern", "vim", "emacs"]),
    ),
    setting(
        "theme",
        "What the colours stand on; auto goes by COLORFGBG, else takes dark.",
        "auto",
        Reads::OneOf(&["auto", "dark", "light", "high-contrast"]),
    ),
    setting(
        "colours",
        "How many colours there are; auto goes by NO_COLOR, CLICOLOR, COLORTERM and TERM.",
        "auto",
        Reads::OneOf(&["auto", "none", "16", "full"]),
    ),
    setting(
        "ascii",
        "Frames and signs in ASCII; auto: where the locale is not UTF-8. What records hold stays as it is.",
        "auto",
        Reads::OneOf(&["auto", "on", "off"]),
    ),
    setting("mouse", "Whether midair listens to the mouse; off leaves it to the terminal.", "on", ON_OFF),
    setting(
        "motion",
        "Whether anything moves by itself: with reduced no sign turns, and the mark of a save stays until you ask again.",
        "full",
        Reads::OneOf(&["full", "reduced"]),
    ),
    setting(
        "disjoint",
        "When a save is refused and all changes fit together: auto sends the merged record, ask shows it first.",
        "auto",
        Reads::OneOf(&["auto", "ask"]),
    ),
    setting("wrap", "Whether long lines of a text are wrapped, until a key says otherwise.", "on", ON_OFF),
    Setting {
        option: Some("who"),
        ..setting("as", "The name that your changes carry; else your login name.", "", Reads::Name)
    },
    Setting {
        option: Some("server"),
        ..setting("server", "The server to work on, instead of the local one.", "", Reads::Text)
    },
    Setting {
        option: Some("db"),
        ..setting(
            "db",
            "The database file of the local server; else midair/midair.db in the XDG data folder.",
            "",
            Reads::Text,
        )
    },
    Setting {
        option: Some("listen"),
        ..setting("listen", "Where the local server listens, and is looked for.", arguments::LISTEN, Reads::Address)
    },
];

const fn setting(name: &'static str, means: &'static str, default: &'static str, reads: Reads) -> Setting {
    Setting { name, means, default, reads, option: None }
}

impl Setting {
    /// The setting of this name.
    ///
    /// # Errors
    /// A sentence with the nearest name.
    pub fn named(name: &str) -> Result<&'static Setting, String> {
        let found = TABLE.iter().find(|setting| setting.name == name);
        found.ok_or_else(|| {
            let known = TABLE.iter().map(|setting| setting.name).chain(["keys"]);
            format!("there is no setting {name:?}; {}", nearest::known(name, known))
        })
    }

    /// The variable of the environment that sets it.
    pub fn variable(&self) -> String {
        format!("MIDAIR_{}", self.name.to_uppercase())
    }

    /// Reads a value.
    ///
    /// # Errors
    /// A sentence that says what is known.
    fn read(&self, text: &str) -> Result<String, String> {
        let fault = |why: String| format!("{} cannot be {text:?}: {why}", self.name);
        match self.reads {
            Reads::OneOf(words) => match (text, words.contains(&text), words.contains(&"on")) {
                (_, true, _) => Ok(text.to_owned()),
                ("true", _, true) => Ok("on".into()),
                ("false", _, true) => Ok("off".into()),
                _ => Err(fault(nearest::known(text, words.iter().copied()))),
            },
            Reads::Name | Reads::Text if text.is_empty() => Ok(String::new()),
            Reads::Name => arguments::name(text).map_err(fault),
            Reads::Address => arguments::socket_address(text).map(|address| address.to_string()).map_err(fault),
            Reads::Text => Ok(text.to_owned()),
        }
    }
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    Default,
    /// `config.toml`, this line.
    File(usize),
    /// This variable.
    Environment(String),
    CommandLine,
}

/// A setting that has a value.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Value {
    text: String,
    source: Source,
}

/// An action that `config.toml` gives other keys.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Remap {
    place: Option<String>,
    action: String,
    keys: Vec<String>,
    line: usize,
}

/// What is set, and by whom.
#[derive(Debug)]
pub struct Settings {
    /// The place of `config.toml`; `None` without a home.
    pub path: Option<PathBuf>,
    values: Vec<Value>,
    remaps: Vec<Remap>,
    /// What cannot be read, a sentence each; there, what comes before it in the order of sources stands.
    pub faults: Vec<String>,
}

impl Settings {
    /// Gathers all sources: defaults, the file at `path`, `environment`, `--set`, the options.
    pub fn gather(
        path: Option<&Path>,
        environment: &dyn Fn(&str) -> Option<String>,
        sets: &[(String, String)],
        options: &dyn Fn(&str) -> Option<Source>,
        common: &Common,
    ) -> Self {
        let default = |setting: &Setting| Value { text: setting.default.into(), source: Source::Default };
        let mut settings = Settings {
            path: path.map(Path::to_owned),
            values: TABLE.iter().map(default).collect(),
            remaps: Vec::new(),
            faults: Vec::new(),
        };
        if let Some(path) = path {
            settings.read_file(path);
        }
        for (at, setting) in TABLE.iter().enumerate() {
            let no_colour = ["NO_COLOR", "CLICOLOR"].into_iter().find(|name| switches_off(name, environment));
            if let ("colours", Some(name)) = (setting.name, no_colour) {
                settings.values[at] = Value { text: "none".into(), source: Source::Environment(name.into()) };
            }
            let variable = setting.variable();
            if let (None, Some(text)) = (setting.option, environment(&variable).filter(|text| !text.is_empty())) {
                match setting.read(&text) {
                    Ok(text) => settings.values[at] = Value { text, source: Source::Environment(variable) },
                    Err(fault) => settings.faults.push(format!("{variable}: {fault}")),
                }
            }
            for (_, text) in sets.iter().filter(|(name, _)| name == setting.name) {
                settings.values[at] = Value { text: text.clone(), source: Source::CommandLine };
            }
            if setting.name == "mouse" && common.no_mouse {
                settings.values[at] = Value { text: "off".into(), source: Source::CommandLine };
            }
            if let Some(source) = setting.option.and_then(options) {
                let text = match setting.name {
                    "as" => common.who.clone(),
                    "server" => common.server.clone(),
                    "db" => common.db.as_ref().map(|path| path.display().to_string()),
                    _ => common.listen.map(|address| address.to_string()),
                };
                settings.values[at] = Value { text: text.unwrap_or_default(), source };
            }
        }
        settings
    }

    /// Gathers what is set for this process.
    pub fn of(matches: &ArgMatches, common: &Common) -> Self {
        let path = super::places::config().ok();
        let environment = |name: &str| std::env::var(name).ok();
        let options = |id: &str| match matches.value_source(id) {
            Some(ValueSource::CommandLine) => Some(Source::CommandLine),
            Some(ValueSource::EnvVariable) => {
                let setting = TABLE.iter().find(|setting| setting.option == Some(id));
                setting.map(|setting| Source::Environment(setting.variable()))
            }
            _ => None,
        };
        Settings::gather(path.as_deref(), &environment, &common.set, &options, common)
    }

    fn read_file(&mut self, path: &Path) {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(fault) if fault.kind() == std::io::ErrorKind::NotFound => return,
            Err(fault) => return self.faults.push(format!("{} cannot be read: {fault}", path.display())),
        };
        let read = file::read(&text);
        for (line, name, given) in read.values {
            let value = Setting::named(&name).and_then(|setting| setting.read(&given));
            match value {
                Ok(text) => {
                    let at = TABLE.iter().position(|setting| setting.name == name).unwrap_or_default();
                    self.values[at] = Value { text, source: Source::File(line) };
                }
                Err(fault) => self.faults.push(format!("{} line {line}: {fault}", path.display())),
            }
        }
        self.remaps = read.remaps;
        self.faults.extend(read.faults.iter().map(|(line, fault)| format!("{} line {line}: {fault}", path.display())));
        let (_, faults) = self.keys();
        self.faults.extend(faults);
    }

    fn value(&self, name: &str) -> &str {
        let at = TABLE.iter().position(|setting| setting.name == name);
        at.map_or("", |at| &self.values[at].text)
    }

    /// Puts what is set in the place of options that were not given. A server of its own takes no notice of another one.
    pub fn complete(&self, common: &mut Common, command: Option<&Command>) {
        let own = matches!(
            command,
            Some(
                Command::Serve(_) | Command::Backup(_) | Command::RestoreStore(_) | Command::Play(_) | Command::Demo(_)
            )
        );
        let set = |name: &str| Some(self.value(name).to_owned()).filter(|text| !text.is_empty());
        common.who = common.who.take().or_else(|| set("as"));
        if !own && common.db.is_none() {
            common.server = common.server.take().or_else(|| set("server"));
        }
        common.db = common.db.take().or_else(|| set("db").map(PathBuf::from));
        common.listen = common.listen.or_else(|| arguments::socket_address(self.value("listen")).ok());
    }
}

/// Whether a variable that others agreed on switches colours off: `NO_COLOR` with anything in it, `CLICOLOR=0`.
fn switches_off(name: &str, environment: &dyn Fn(&str) -> Option<String>) -> bool {
    environment(name).is_some_and(|text| if name == "CLICOLOR" { text == "0" } else { !text.is_empty() })
}

/// Reads `NAME=VALUE` of the command line.
///
/// # Errors
/// A sentence.
pub fn assignment(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("a setting and its value belong here, as in theme=light")?;
    let setting = Setting::named(name.trim())?;
    Ok((setting.name.into(), setting.read(value.trim())?))
}

#[cfg(test)]
mod tests;
