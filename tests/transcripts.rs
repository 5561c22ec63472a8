//! Every command as a person at a shell meets it: its help, what it is used for, its errors, its exit codes.
//!
//! `TRYCMD=overwrite cargo test --test transcripts` writes what is said now into tests/transcripts; put `[..]` back where
//! something differs every time.
#![allow(clippy::unwrap_used)]

mod shell;

use std::path::{Path, PathBuf};
use std::time::Duration;

use shell::Home;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/transcripts")
}

fn name(file: &Path) -> String {
    file.file_stem().unwrap().to_string_lossy().into_owned()
}

fn transcripts() -> Vec<PathBuf> {
    let files = std::fs::read_dir(folder()).unwrap().map(|file| file.unwrap().path());
    let mut files: Vec<_> = files.filter(|file| file.extension().is_some_and(|end| end == "trycmd")).collect();
    files.sort();
    files
}

/// The command lines of a transcript, each with the exit code that it ends with.
fn lines(text: &str) -> Vec<(&str, &str)> {
    let mut all: Vec<(&str, &str)> = Vec::new();
    for line in text.lines() {
        if let Some(command) = line.strip_prefix("$ ") {
            all.push((command, "0"));
        } else if let (Some(code), Some(last)) = (line.strip_prefix("? "), all.last_mut()) {
            last.1 = code;
        }
    }
    all
}

/// A server with the sample records, and the files that the transcripts read, for each of them.
#[test]
fn every_transcript_is_what_is_said() {
    let midair = Path::new(env!("CARGO_BIN_EXE_midair"));
    let path = format!("{}:{}", midair.parent().unwrap().display(), std::env::var("PATH").unwrap());
    let mut others = Vec::new();
    for transcript in transcripts() {
        let home = Home::new();
        for file in std::fs::read_dir(folder().join("files")).unwrap() {
            let file = file.unwrap();
            std::fs::copy(file.path(), home.folder.path().join(file.file_name())).unwrap();
        }
        let settings = format!("as = \"alice\"\nlisten = \"{}\"\n", home.listen);
        std::fs::create_dir_all(home.folder.path().join("config/midair")).unwrap();
        std::fs::write(home.folder.path().join("config/midair/config.toml"), settings).unwrap();
        let (_serving, _) = home.serve(&[]);
        std::env::set_current_dir(home.folder.path()).unwrap();
        let cases = trycmd::TestCases::new();
        cases.case(&transcript).register_bin("midair", midair).register_bin("sh", Path::new("/bin/sh"));
        for (name, value) in home.command(&[]).get_envs() {
            let name = name.to_string_lossy();
            match value {
                // It is in the settings: clap would put into its errors what it finds in the environment.
                Some(_) if name == "MIDAIR_LISTEN" => &cases,
                Some(value) => cases.env(name, value.to_string_lossy()),
                None => {
                    assert!(std::env::var_os(&*name).is_none(), "{name} is set, and would change what is said");
                    &cases
                }
            };
        }
        for (name, value) in [("PATH", path.as_str()), ("TERM", "xterm"), ("COLORTERM", ""), ("LC_ALL", "C.UTF-8")] {
            cases.env(name, value);
        }
        cases.env("NO_COLOR", "").env("COLUMNS", "100").timeout(Duration::from_secs(60));
        cases.insert_var("[ADDRESS]", home.listen.to_string()).unwrap();
        // All of them are tried, whatever becomes of one.
        if std::panic::catch_unwind(|| cases.run()).is_err() {
            others.push(name(&transcript));
        }
        std::env::set_current_dir(env!("CARGO_MANIFEST_DIR")).unwrap();
    }
    assert!(others.is_empty(), "what is said is not what these tell: {}", others.join(", "));
}

/// The commands below this one, by their help, each in all its words.
fn commands(home: &Home, words: &str) -> Vec<String> {
    let asked: Vec<&str> = words.split_whitespace().skip(1).chain(["-h"]).collect();
    let help = home.run(&asked).out;
    let listed = help.split_once("\nCommands:\n").map_or("", |(_, after)| after);
    let listed = listed.split("\n\n").next().unwrap_or_default();
    let names = listed.lines().filter_map(|line| line.strip_prefix("  ").filter(|line| !line.starts_with(' ')));
    let names = names.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help");
    let found: Vec<String> = names.map(|name| format!("{words} {name}")).collect();
    let below: Vec<String> = found.iter().flat_map(|words| commands(home, words)).collect();
    [found, below].concat()
}

#[test]
fn every_command_has_a_transcript_with_its_help_its_use_and_an_error() {
    let home = Home::new();
    let commands: Vec<String> = [vec!["midair".to_owned()], commands(&home, "midair")].concat();
    assert!(commands.len() > 20, "{commands:?}");
    let mut faults = Vec::new();
    for words in &commands {
        let file = words.split_whitespace().nth(1).unwrap_or("midair");
        let text = std::fs::read_to_string(folder().join(format!("{file}.trycmd"))).unwrap_or_default();
        let command = words.split_whitespace().last().unwrap_or_default();
        let told = lines(&text);
        let help = told.contains(&(format!("{words} -h").as_str(), "0"));
        let of_it = |line: &str| line.split_whitespace().any(|word| word == command);
        // A server is told to end.
        let well = |line: &str, code: &str| !line.ends_with(" -h") && matches!(code, "0" | "143");
        let used = told.iter().any(|(line, code)| of_it(line) && well(line, code));
        let failed = told.iter().any(|(line, code)| of_it(line) && !matches!(*code, "0" | "143"));
        for (is, what) in [(help, "help"), (used, "use"), (failed, "error")] {
            if !is {
                faults.push(format!("tests/transcripts/{file}.trycmd shows no {what} of {words}"));
            }
        }
    }
    for transcript in transcripts() {
        let name = name(&transcript);
        if !commands.contains(&format!("midair {name}")) && name != "midair" {
            faults.push(format!("there is no command {name}"));
        }
        let text = std::fs::read_to_string(&transcript).unwrap();
        for (line, _) in lines(&text) {
            // What trycmd does not know, it passes over.
            let program = line.split_whitespace().find(|word| word.starts_with("midair") || *word == "sh");
            if program.is_none_or(|program| !["midair", "sh"].contains(&program)) {
                faults.push(format!("{name}: {line:?} is not run"));
            }
        }
    }
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}
