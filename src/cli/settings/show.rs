//! `midair config`: what is set and where it comes from, the place of the file, a file to start from.

use super::{Settings, Source, TABLE};
use crate::cli::arguments::Config;
use crate::cli::exit::{Exit, Failure};
use crate::cli::export::visible;
use crate::tui::keys::Place;

/// Prints what was asked for. A file that cannot be read as it stands is a fault of its own, except where only its place
/// or the defaults are asked for.
pub fn config(settings: &Settings, asked: &Config) -> Result<Exit, Failure> {
    let text = match asked {
        Config { path: true, .. } => match &settings.path {
            Some(path) => format!("{}\n", path.display()),
            None => return Err(crate::cli::places::config().err().unwrap_or_else(|| Failure::usage("no home folder"))),
        },
        Config { defaults: true, .. } => defaults(),
        Config { actions: true, .. } => {
            settings.sound()?;
            actions(settings)
        }
        _ => {
            settings.sound()?;
            if asked.json { json(settings) } else { table(settings) }
        }
    };
    // Whoever closed the pipe has read enough.
    let _ = std::io::Write::write_all(&mut std::io::stdout(), text.as_bytes());
    Ok(Exit::Done)
}

impl Settings {
    /// Refuses settings that cannot be read, for a command that has nowhere to say so and go on.
    ///
    /// # Errors
    /// All of it, as one sentence a line.
    pub fn sound(&self) -> Result<(), Failure> {
        if self.faults.is_empty() { Ok(()) } else { Err(Failure::usage(self.faults.join("\nmidair: "))) }
    }

    fn from(&self, source: &Source) -> String {
        match source {
            Source::Default => "default".into(),
            Source::File(line) => {
                format!("{} line {line}", self.path.as_ref().map(|path| path.display().to_string()).unwrap_or_default())
            }
            Source::Environment(name) => name.clone(),
            Source::CommandLine => "command line".into(),
        }
    }
}

fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn table(settings: &Settings) -> String {
    let mut lines = Vec::new();
    for (setting, value) in TABLE.iter().zip(&settings.values) {
        let outcome = settings.outcome(setting.name, &environment);
        let text = match value.text.as_str() {
            "" => "-".into(),
            text if outcome == text => text.to_owned(),
            text => format!("{text} ({outcome})"),
        };
        lines.push((setting.name.to_owned(), text, settings.from(&value.source)));
    }
    for remap in &settings.remaps {
        let place = remap.place.as_ref().map(|place| format!("{place}.")).unwrap_or_default();
        let keys = if remap.keys.is_empty() { "none".into() } else { remap.keys.join(", ") };
        lines.push((format!("keys.{place}{}", remap.action), keys, settings.from(&Source::File(remap.line))));
    }
    let widest = |column: fn(&(String, String, String)) -> &String| {
        lines.iter().map(|line| column(line).chars().count()).max().unwrap_or(0)
    };
    let (names, values) = (widest(|line| &line.0), widest(|line| &line.1));
    let line = |(name, value, from): &(String, String, String)| {
        format!("{name:<names$}  {:<values$}  {}\n", visible(value), visible(from))
    };
    lines.iter().map(line).collect()
}

fn json(settings: &Settings) -> String {
    let mut all = serde_json::Map::new();
    for (setting, value) in TABLE.iter().zip(&settings.values) {
        let text = Some(&value.text).filter(|text| !text.is_empty());
        let entry = serde_json::json!({
            "value": text,
            "effective": text.map(|_| settings.outcome(setting.name, &environment)),
            "source": settings.from(&value.source),
        });
        all.insert(setting.name.into(), entry);
    }
    let keys: Vec<_> = settings
        .remaps
        .iter()
        .map(|remap| {
            serde_json::json!({
                "place": remap.place, "action": remap.action, "keys": remap.keys,
                "source": settings.from(&Source::File(remap.line)),
            })
        })
        .collect();
    let document = serde_json::json!({ "file": settings.path, "settings": all, "keys": keys });
    format!("{document:#}\n")
}

/// Every action that keys can be given, and the keys that it has.
fn actions(settings: &Settings) -> String {
    let (keys, _) = settings.keys();
    let line = |place: Place| {
        let lines = keys.lines().iter().filter(move |line| line.place == place);
        lines.map(|line| {
            let keys = line.keys.join(", ");
            format!("{:<12}{:<20}{:<32}{}\n", line.place.name(), line.action.name(), keys, line.help)
        })
    };
    Place::ALL.into_iter().flat_map(line).collect()
}

/// A file in which every setting stands as a comment.
pub fn defaults() -> String {
    let mut text = String::from(
        "# midair's settings. What stands here is said by MIDAIR_NAME in the environment and by\n# --set NAME=VALUE on the command line as well, and these come first.\n",
    );
    for setting in TABLE {
        let words = match setting.reads {
            super::Reads::OneOf(words) => format!(" ({})", words.join(", ")),
            _ => String::new(),
        };
        text += &format!("\n# {}{words}\n# {} = \"{}\"\n", setting.means, setting.name, setting.default);
    }
    text += "\n# Keys: an action and its keys, wherever it is known; `midair config --actions` lists them.\n# [keys]\n# save = \"ctrl-s\"\n\n\
             # And in one place alone; an empty list leaves the action to the palette.\n# [keys.browser]\n# new = [\"n\", \"ctrl-x n\"]\n";
    text
}
