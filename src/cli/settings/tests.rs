//! What becomes of settings from every source, and what is said of those that cannot be read.

use clap::Parser;

use super::*;
use crate::cli::arguments::Arguments;
use crate::tui::keys::{Action, Place};
use crate::tui::theme::{Depth, Theme};

fn gathered(file: &str, environment: &[(&str, &str)], sets: &[&str]) -> (Settings, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    std::fs::write(&path, file).unwrap();
    let common = Arguments::try_parse_from(["midair", "--as", "zoe"]).unwrap().common;
    let var = |name: &str| environment.iter().find(|(known, _)| *known == name).map(|(_, text)| (*text).to_owned());
    let sets: Vec<_> = sets.iter().map(|text| assignment(text).unwrap()).collect();
    let options = |id: &str| (id == "who").then_some(Source::CommandLine);
    (Settings::gather(Some(&path), &var, &sets, &options, &common), folder)
}

fn of(settings: &Settings, name: &str) -> (String, Source) {
    let at = TABLE.iter().position(|setting| setting.name == name).unwrap();
    (settings.values[at].text.clone(), settings.values[at].source.clone())
}

#[test]
fn what_comes_later_stands_and_is_named() {
    let file = "theme = \"light\"\nmouse = false\nmotion = \"reduced\"\nkeymap = \"vim\"\nas = \"bob\"\n";
    let environment = [("MIDAIR_MOTION", "full"), ("MIDAIR_KEYMAP", "emacs"), ("NO_COLOR", "1")];
    let (settings, _folder) = gathered(file, &environment, &["keymap=modern"]);
    assert_eq!(settings.faults, [""; 0]);
    assert_eq!(of(&settings, "wrap"), ("on".into(), Source::Default));
    assert_eq!(of(&settings, "theme"), ("light".into(), Source::File(1)));
    assert_eq!(of(&settings, "mouse"), ("off".into(), Source::File(2)));
    assert_eq!(of(&settings, "motion"), ("full".into(), Source::Environment("MIDAIR_MOTION".into())));
    assert_eq!(of(&settings, "colours"), ("none".into(), Source::Environment("NO_COLOR".into())));
    assert_eq!(of(&settings, "keymap"), ("modern".into(), Source::CommandLine));
    assert_eq!(of(&settings, "as"), ("zoe".into(), Source::CommandLine));
}

#[test]
fn no_mouse_says_what_the_setting_says() {
    let common = Arguments::try_parse_from(["midair", "--no-mouse"]).unwrap().common;
    let settings =
        Settings::gather(None, &|name| (name == "MIDAIR_MOUSE").then(|| "on".into()), &[], &|_| None, &common);
    assert_eq!(of(&settings, "mouse"), ("off".into(), Source::CommandLine));
    assert!(!settings.mouse());
}

#[test]
fn what_cannot_be_read_is_told_with_its_line_and_what_is_known_and_the_rest_stands() {
    let file = "motion = \"reduced\"\nthme = \"light\"\ntheme = \"ligth\"\nlisten = \"nowhere\"\nmouse = [1]\n\n\
                [keys]\nsafe = \"f2\"\n[keys.edtor]\nsave = \"f2\"\n[keys.browser]\nopen = 7\nnew = \"pgup\"\n";
    let (settings, folder) = gathered(file, &[("MIDAIR_WRAP", "maybe")], &[]);
    let path = folder.path().join("config.toml").display().to_string();
    for (line, why) in [
        (2, "there is no setting \"thme\"; did you mean \"theme\"? Known are keymap, theme, "),
        (3, "theme cannot be \"ligth\": did you mean \"light\"? Known are auto, dark, light, high-contrast"),
        (4, "listen cannot be \"nowhere\": not an address and a port"),
        (5, "mouse is one word, in quotes"),
        (8, "\"safe\" is no action; did you mean \"save\"?"),
        (10, "\"edtor\" is no place for keys; did you mean \"editor\"?"),
        (12, "the keys of open are \"ctrl-s\", or a list of such"),
        (13, "\"pgup\" is no key"),
    ] {
        let start = format!("{path} line {line}: {why}");
        assert!(settings.faults.iter().any(|fault| fault.starts_with(&start)), "{start} in {:#?}", settings.faults);
    }
    assert!(settings.faults.iter().any(|fault| fault.starts_with("MIDAIR_WRAP: wrap cannot be \"maybe\"")));
    assert_eq!(settings.faults.len(), 9);
    assert_eq!(of(&settings, "motion").0, "reduced");
    assert_eq!(settings.sound().unwrap_err().exit, crate::cli::exit::Exit::Usage);
    assert!(settings.complaint().ends_with("This and 8 more are passed over; `midair config` lists them."));
}

#[test]
fn a_file_that_is_no_toml_is_told_with_its_line() {
    let (settings, _folder) = gathered("theme = \"light\"\nmotion = reduced =\n", &[], &[]);
    assert_eq!(settings.faults.len(), 1);
    assert!(settings.faults[0].contains("config.toml line 2: this is not TOML: "), "{}", settings.faults[0]);
}

#[test]
fn keys_of_the_file_are_laid_over_the_preset() {
    let file = "keymap = \"vim\"\n[keys]\nsave = [\"f2\", \"ctrl-w\"]\n[keys.browser]\nnew = \"g n\"\n";
    let (settings, _folder) = gathered(file, &[], &[]);
    let (keys, faults) = settings.keys();
    assert_eq!(faults, [""; 0]);
    assert_eq!(keys.shown(Place::Editor, Action::Save, false), "F2");
    assert_eq!(keys.shown(Place::Browser, Action::New, false), "g n");
    assert_eq!(keys.shown(Place::Browser, Action::First, false), "g g");
}

#[test]
fn keys_that_meet_leave_those_of_the_preset() {
    let (settings, _folder) = gathered("[keys.browser]\nnew = \"d\"\nquit = \"Q\"\n", &[], &[]);
    assert_eq!(settings.faults.len(), 1);
    assert!(settings.faults[0].contains("\"d\" is both new and delete in browser"), "{}", settings.faults[0]);
    assert_eq!(settings.keys().0.shown(Place::Browser, Action::Quit, false), "q");
}

#[test]
fn auto_goes_by_the_terminal_and_the_locale() {
    for (environment, depth, ascii, theme) in [
        (&[("TERM", "xterm-256color"), ("LANG", "de_DE.UTF-8")][..], Depth::Full, false, Theme::new(Depth::Full)),
        (
            &[("TERM", "xterm"), ("COLORTERM", "truecolor"), ("LC_CTYPE", "C.utf8")],
            Depth::Full,
            false,
            Theme::new(Depth::Full),
        ),
        (&[("TERM", "xterm"), ("LC_ALL", "C"), ("LANG", "C.UTF-8")], Depth::Sixteen, true, Theme::new(Depth::Sixteen)),
        (&[("TERM", "dumb")], Depth::None, true, Theme::new(Depth::None)),
        (&[("TERM", "xterm-256color"), ("CLICOLOR", "0")], Depth::None, true, Theme::new(Depth::None)),
        (&[("TERM", "xterm-256color"), ("NO_COLOR", "")], Depth::Full, true, Theme::new(Depth::Full)),
        (
            &[("TERM", "xterm"), ("COLORFGBG", "0;15")],
            Depth::Sixteen,
            true,
            Theme::on(crate::tui::theme::Ground::Light, Depth::Sixteen),
        ),
    ] {
        let (settings, _folder) = gathered("", environment, &[]);
        let var = |name: &str| environment.iter().find(|(known, _)| *known == name).map(|(_, text)| (*text).to_owned());
        assert_eq!(settings.preferences(&var).theme, theme.in_ascii(ascii), "{depth:?} by {environment:?}");
    }
}

#[test]
fn a_server_of_its_own_takes_no_notice_of_another_one() {
    let (settings, _folder) = gathered("server = \"http://there\"\nlisten = \"127.0.0.1:7\"\n", &[], &[]);
    let completed = |words: &[&str]| {
        let mut arguments = Arguments::try_parse_from(words).unwrap();
        settings.complete(&mut arguments.common, arguments.command.as_ref());
        (arguments.common.server.clone(), arguments.common.listen().port())
    };
    assert_eq!(completed(&["midair"]), (Some("http://there".into()), 7));
    assert_eq!(completed(&["midair", "--server", "http://here"]), (Some("http://here".into()), 7));
    assert_eq!(completed(&["midair", "--db", "here.db"]).0, None);
    assert_eq!(completed(&["midair", "serve", "--listen", "127.0.0.1:8"]), (None, 8));
    assert_eq!(completed(&["midair", "restore-store", "a.backup"]).0, None);
    assert_eq!(completed(&["midair", "restore", "projects/apollo", "1"]).0, Some("http://there".into()));
}

#[test]
fn the_file_to_start_from_says_what_stands_without_it() {
    let text: String = show::defaults()
        .lines()
        .map(|line| match line.strip_prefix("# ") {
            Some(setting) if setting.contains(" = \"") && !setting.contains('`') => format!("{setting}\n"),
            _ => String::new(),
        })
        .take_while(|line| !line.starts_with("save"))
        .collect();
    let (settings, _folder) = gathered(&text, &[], &[]);
    assert_eq!(settings.faults, [""; 0]);
    for (setting, value) in TABLE.iter().zip(&settings.values).filter(|(setting, _)| setting.name != "as") {
        assert_eq!(value.text, setting.default, "{}", setting.name);
        assert!(matches!(value.source, Source::File(_)), "{} does not stand there", setting.name);
    }
}

#[test]
fn every_default_can_be_read_and_every_option_is_one() {
    use clap::CommandFactory;
    let command = Arguments::command();
    for setting in TABLE {
        assert_eq!(setting.read(setting.default).as_deref(), Ok(setting.default), "{}", setting.name);
        if let Some(option) = setting.option {
            let found = command.get_arguments().find(|one| one.get_id() == option).unwrap();
            assert_eq!(found.get_env().and_then(|name| name.to_str()), Some(setting.variable().as_str()));
        }
    }
}
