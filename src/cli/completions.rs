//! `midair completions`: what a shell has to know to complete midair's words, made from the command line itself.

use clap::CommandFactory;
use clap_complete::{aot, generate};

use super::arguments::{Arguments, Completions, Shell};
use super::exit::{Exit, Failure};
use super::records::say;

/// Prints the script of a shell.
pub fn completions(asked: &Completions) -> Result<Exit, Failure> {
    let shell = match asked.shell {
        Shell::Bash => aot::Shell::Bash,
        Shell::Zsh => aot::Shell::Zsh,
        Shell::Fish => aot::Shell::Fish,
    };
    let mut script = Vec::new();
    generate(shell, &mut Arguments::command(), "midair", &mut script);
    say::print(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Done)
}
