//! The command line: reads it, starts what it asks for, and turns every ending into a sentence and an exit code.

mod arguments;
mod backup;
mod bulk;
mod completions;
mod demo;
mod doctor;
mod edit;
mod exit;
mod export;
mod home;
mod hosting;
mod import;
mod inbox;
pub mod local;
mod log;
mod man;
mod merge;
mod places;
mod play;
mod records;
mod seed;
mod serve;
mod settings;
mod slot;
mod supervisor;
mod target;

use std::io::IsTerminal;
use std::process::ExitCode;
use std::time::Duration;

use clap::parser::ValueSource;
use clap::{ArgMatches, CommandFactory, FromArgMatches};

use arguments::{Arguments, Command};
use exit::{Exit, Failure};
use settings::Settings;

/// The program.
#[must_use]
pub fn main() -> ExitCode {
    let matches = Arguments::command().try_get_matches().unwrap_or_else(|fault| not_understood(&fault));
    let mut arguments = match Arguments::from_arg_matches(&matches) {
        Ok(arguments) => arguments,
        Err(fault) => not_understood(&fault),
    };
    match &arguments.command {
        Some(Command::Merge(merge)) => return report(merge::merge(merge)),
        Some(Command::Completions(asked)) => return report(completions::completions(asked)),
        Some(Command::Man(asked)) => return report(man::man(asked)),
        _ => {}
    }
    let settings = Settings::of(&matches, &arguments.common);
    if let Some(Command::Config(asked)) = &arguments.command {
        return report(settings::show::config(&settings, asked));
    }
    let has_screen = match &arguments.command {
        None | Some(Command::Doctor(_)) => true,
        Some(Command::Mergetool(asked)) => !asked.plain,
        Some(Command::Demo(asked)) => !asked.list,
        Some(_) => false,
    };
    if let (false, Err(failure)) = (has_screen, settings.sound()) {
        return report(Err(failure));
    }
    if let (Some(Command::Play(_) | Command::Demo(_)), false) = (&arguments.command, is_on_the_line(&matches, "server"))
    {
        // What is exported for one's work is no server to try things on.
        arguments.common.server = None;
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

/// Help on stdout, or what is wrong with the command line on stderr. What was typed cannot steer the terminal there.
fn not_understood(fault: &clap::Error) -> ! {
    let text = fault.to_string();
    let shown = export::visible(&text);
    if shown == text {
        fault.exit();
    }
    let _ = std::io::Write::write_all(&mut std::io::stderr(), shown.as_bytes());
    std::process::exit(fault.exit_code())
}

/// Whether an option stands on the command line itself.
fn is_on_the_line(matches: &ArgMatches, option: &str) -> bool {
    matches.value_source(option) == Some(ValueSource::CommandLine)
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
        Some(Command::Backup(asked)) => backup::backup(common, asked).await,
        Some(Command::RestoreStore(asked)) => backup::restore(common, asked).await,
        Some(Command::Get(asked)) => records::get(common, asked).await,
        Some(Command::Ls(asked)) => records::list(common, asked).await,
        Some(Command::Put(asked)) => records::put(common, asked).await,
        Some(Command::Patch(asked)) => records::patch(common, asked).await,
        Some(Command::Rm(asked)) => records::remove(common, asked).await,
        Some(Command::Log(asked)) => records::log(common, asked).await,
        Some(Command::Show(asked)) => records::show(common, asked).await,
        Some(Command::Diff(asked)) => records::diff(common, asked).await,
        Some(Command::Restore(asked)) => records::restore(common, asked).await,
        Some(Command::Watch(asked)) => records::watch(common, asked).await,
        Some(Command::Edit(asked)) => edit::edit(common, asked, settings).await,
        Some(Command::Bulk(asked)) => bulk::bulk(common, asked).await,
        Some(Command::Inbox(asked)) => inbox::inbox(common, asked, settings).await,
        Some(Command::Doctor(told)) => doctor::doctor(common, *told, settings).await,
        Some(Command::Merge(files)) => merge::merge(files),
        Some(Command::Completions(asked)) => completions::completions(asked),
        Some(Command::Man(asked)) => man::man(asked),
        Some(Command::Mergetool(files)) => merge::tool::mergetool(common, files, settings).await,
        Some(Command::Play(asked)) => play::play(common, asked).await,
        Some(Command::Demo(asked)) => demo::demo(common, asked, settings).await,
        Some(Command::Config(asked)) => settings::show::config(settings, asked),
    }
}

/// Between half of so many milliseconds and all of them, so that two who meet once do not meet every time.
fn jittered(milliseconds: u64) -> Duration {
    let random = u64::from(uuid::Uuid::new_v4().as_bytes()[0]);
    Duration::from_micros(milliseconds * (500 + 500 * random / 255))
}

fn report(ending: Result<Exit, Failure>) -> ExitCode {
    match ending {
        Ok(exit) => exit.into(),
        Err(Failure { exit, sentence }) => {
            if !sentence.is_empty() {
                records::say::aside(&sentence);
            }
            exit.into()
        }
    }
}
