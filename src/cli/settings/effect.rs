//! What the settings come to for the screen: keys, colours and signs, where `auto` is said, as the environment has it.

use super::Settings;
use crate::tui::keys::{Keys, Preset};
use crate::tui::preferences::{Disjoint, Preferences};
use crate::tui::theme::{Depth, Ground, Theme};

type Environment<'e> = &'e dyn Fn(&str) -> Option<String>;

impl Settings {
    /// The keys of the preset with those of the file, and what cannot be used of these. Where two meet on one key, the
    /// keys of the preset stand.
    pub(super) fn keys(&self) -> (Keys, Vec<String>) {
        let preset = Preset::ALL.into_iter().find(|preset| preset.name() == self.value("keymap")).unwrap_or_default();
        let mut keys = Keys::of(preset);
        let file = self.path.as_ref().map(|path| path.display().to_string()).unwrap_or_default();
        let mut faults = Vec::new();
        let (anywhere, placed): (Vec<_>, Vec<_>) = self.remaps.iter().partition(|remap| remap.place.is_none());
        for remap in anywhere.into_iter().chain(placed) {
            if let Err(fault) = keys.remap(remap.place.as_deref(), &remap.action, &remap.keys) {
                faults.push(format!("{file} line {}: {fault}", remap.line));
            }
        }
        if let Err(fault) = keys.check() {
            let line = self.remaps.iter().map(|remap| remap.line).min().unwrap_or(1);
            faults.push(format!("{file}, keys from line {line} on: {fault}"));
            keys = Keys::of(preset);
        }
        (keys, faults)
    }

    /// The preferences of a seat in this terminal.
    pub fn here(&self) -> Preferences {
        self.preferences(&|name| std::env::var(name).ok())
    }

    /// Whether the mouse is taken.
    pub fn mouse(&self) -> bool {
        self.value("mouse") == "on"
    }

    /// What is said on the first screen of settings that cannot be read; empty where all can.
    pub fn complaint(&self) -> String {
        match self.faults.as_slice() {
            [] => String::new(),
            [one] => format!("{one}. What stands there is passed over."),
            [first, rest @ ..] => {
                format!("{first}. This and {} more are passed over; `midair config` lists them.", rest.len())
            }
        }
    }

    /// The preferences of a seat.
    pub(super) fn preferences(&self, environment: Environment) -> Preferences {
        let ground = match self.outcome("theme", environment).as_str() {
            "light" => Ground::Light,
            "high-contrast" => Ground::HighContrast,
            _ => Ground::Dark,
        };
        let depth = match self.outcome("colours", environment).as_str() {
            "none" => Depth::None,
            "full" => Depth::Full,
            _ => Depth::Sixteen,
        };
        Preferences {
            keys: self.keys().0,
            theme: Theme::on(ground, depth).in_ascii(self.outcome("ascii", environment) == "on"),
            disjoint: if self.value("disjoint") == "ask" { Disjoint::Ask } else { Disjoint::Auto },
            motion: self.value("motion") == "full",
            wrap: self.value("wrap") == "on",
        }
    }

    /// The value of a setting, with `auto` replaced by what it comes to.
    pub fn outcome(&self, name: &str, environment: Environment) -> String {
        let var = |name: &str| environment(name).unwrap_or_default();
        match (name, self.value(name)) {
            ("theme", "auto") => {
                let ground = var("COLORFGBG").rsplit(';').next().and_then(|ground| ground.parse::<u8>().ok());
                if matches!(ground, Some(7 | 15)) { "light" } else { "dark" }
            }
            ("colours", "auto") => match (var("TERM").as_str(), var("COLORTERM").as_str()) {
                ("dumb", _) => "none",
                (_, "truecolor" | "24bit") => "full",
                (term, _) if term.contains("256color") || term.ends_with("-direct") => "full",
                _ => "16",
            },
            ("ascii", "auto") => {
                let locale = ["LC_ALL", "LC_CTYPE", "LANG"].map(var).into_iter().find(|text| !text.is_empty());
                let locale = locale.unwrap_or_default().to_lowercase();
                if locale.contains("utf-8") || locale.contains("utf8") { "off" } else { "on" }
            }
            (_, said) => said,
        }
        .to_owned()
    }
}
