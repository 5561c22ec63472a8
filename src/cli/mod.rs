//! The command line: reads it, starts what it asks for, and turns every ending into a sentence and an exit code.

mod arguments;
mod backup;
mod exit;
mod export;
mod home;
mod hosting;
mod import;
pub mod local;
mod log;
mod merge;
mod places;
mod seed;
mod serve;
mod settings;
mod target;

use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::time::Duration;

use clap::{CommandFactory, FromArgMatches};

use arguments::{Arguments, Command};
use exit::{Exit, Failure};
use settings::Settings;

/// The program.
#[must_use]
pub fn main() -> ExitCode {
    let matches = Arguments::command().get_matches();
    let mut arguments = match Arguments::from_arg_matches(&matches) {
        Ok(arguments) => arguments,
        Err(fault) => fault.exit(),
    };
    if let Some(Command::Merge(merge)) = &arguments.command {
        return report(merge::merge(merge));
    }
    let settings = Settings::of(&matches, &arguments.common);
    if let Some(Command::Config(asked)) = &arguments.command {
        return report(settings::show::config(&settings, asked));
    }
    let has_screen = match &arguments.command {
        None => true,
        Some(Command::Mergetool(asked)) => !asked.plain,
        Some(_) => false,
    };
    if let (false, Err(failure)) = (has_screen, settings.sound()) {
        return report(Err(failure));
    }
    settings.complete(&mut arguments.common, arguments.command.as_ref());
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(fault) => return report(Err(Failure::because(format!("cannot start: {fault}")))),
    };
    let ending = runtime.block_on(carry_out(&arguments, &settings));
    // A blocked read of the terminal must not keep the program alive.
    runtime.shutdown_timeout(Duration::from_millis(200));
    report(ending)
}

async fn carry_out(arguments: &Arguments, settings: &Settings) -> Result<Exit, Failure> {
    let common = &arguments.common;
    match &arguments.command {
        None if !(std::io::stdin().is_terminal() && std::io::stdout().is_terminal()) => {
            Err(Failure::usage("the screen needs a terminal; in scripts, use a command (midair --help lists them)"))
        }
        None => home::home(common, settings).await,
        Some(Command::Serve(serve)) => serve::serve(common, serve).await,
        Some(Command::Import(import)) => import::import(common, import).await,
        Some(Command::Export(export)) => export::export(common, export).await,
        Some(Command::Backup { file }) => backup::backup(common, file),
        Some(Command::Restore { file }) => backup::restore(common, file),
        Some(Command::Merge(files)) => merge::merge(files),
        Some(Command::Mergetool(files)) => merge::tool::mergetool(common, files, settings).await,
        Some(Command::Config(asked)) => settings::show::config(settings, asked),
    }
}

fn report(ending: Result<Exit, Failure>) -> ExitCode {
    match ending {
        Ok(exit) => exit.into(),
        Err(Failure { exit, sentence }) => {
            if !sentence.is_empty() {
                let _ = writeln!(std::io::stderr(), "midair: {sentence}");
            }
            exit.into()
        }
    }
}
