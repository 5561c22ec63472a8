//! Completions: loaded by the real shell, in which Tab is pressed.

use std::path::Path;

use crate::pty::{Home, Terminal};
use crate::shell;
use crate::tools::are_here;

/// Types half a command line into the shell, Tab after each word, and sees what it comes to; `between` stands between an
/// option and its value.
fn completes(mut terminal: Terminal, between: &str) {
    terminal.shows("READY>");
    terminal.keys("'midair expo' tab").shows("midair export");
    terminal.keys("'projects --form' tab").shows("projects --format");
    terminal.keys("'nd' tab").shows("ndjson");
    terminal.keys("enter").shows(&format!("GOT export projects --format{between}ndjson."));
    terminal.keys("'midair patch projects/apollo --on-conflict thei' tab").shows("theirs");
    terminal.keys("enter").shows("GOT patch projects/apollo --on-conflict theirs.");
    terminal.keys("'exit' enter").ends();
}

/// What midair prints for a shell, as a file of this home.
fn script(home: &Home, name: &str, as_file: &str) -> String {
    let run = shell::Home::new().run(&["completions", name]);
    assert_eq!((run.code, run.err.as_str()), (Some(0), ""));
    std::fs::write(home.path(as_file), run.out).unwrap();
    home.path(as_file).display().to_string()
}

#[test]
fn bash_completes_commands_options_and_their_words() {
    if !are_here(&["bash"], "completions in bash") {
        return;
    }
    let home = Home::new();
    let script = script(&home, "bash", "midair.bash");
    let told = format!("PS1='READY> '; . '{script}'; midair() {{ echo \"GOT $*.\"; }}\nbind 'set bell-style none'\n");
    std::fs::write(home.path("rc"), told).unwrap();
    let rc = home.path("rc").display().to_string();
    completes(home.start(Path::new("bash"), &["--noprofile", "--rcfile", &rc, "-i"], 100, 20, &[]), " ");
}

#[test]
fn zsh_completes_commands_options_and_their_words() {
    if !are_here(&["zsh"], "completions in zsh") {
        return;
    }
    let home = Home::new();
    script(&home, "zsh", "_midair");
    let folder = home.path("").display().to_string();
    let told = format!(
        "PS1='READY> '; fpath=('{folder}' $fpath); autoload -Uz compinit; compinit -u -d '{folder}/dump'\n\
         midair() {{ echo \"GOT $*.\" }}\n"
    );
    std::fs::write(home.path(".zshrc"), told).unwrap();
    completes(home.start(Path::new("zsh"), &["-d", "-i"], 100, 20, &[("ZDOTDIR", &folder)]), "=");
}

#[test]
fn fish_completes_commands_options_and_their_words() {
    if !are_here(&["fish"], "completions in fish") {
        return;
    }
    let home = Home::new();
    std::fs::create_dir_all(home.path("config/fish/completions")).unwrap();
    script(&home, "fish", "config/fish/completions/midair.fish");
    let told =
        "function fish_prompt; echo 'READY> '; end; function midair; echo \"GOT $argv.\"; end; set fish_greeting\n";
    std::fs::write(home.path("config/fish/config.fish"), told).unwrap();
    completes(home.start(Path::new("fish"), &["-i"], 100, 20, &[]), " ");
}
