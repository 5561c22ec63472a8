//! `midair demo`: the theatre, on servers that are thrown away; refuses to know what happens on its stage.

use std::io::IsTerminal;
use std::sync::Arc;

use ratatui::crossterm::terminal;
use tempfile::TempDir;

use super::arguments::{self, Common};
use super::exit::{Exit, Failure};
use super::hosting::Hosted;
use super::settings::Settings;
use super::{log, places, play};
use crate::run::{self, Ending, Fresh, Ground, Out, Programme};
use crate::scenario::BUNDLED;

/// What of the environment tells what kind of terminal a recording is of.
const OF_THE_TERMINAL: [&str; 5] = ["SHELL", "TERM", "COLORTERM", "LANG", "NO_COLOR"];

/// Shows scenarios until the person leaves.
pub async fn demo(common: &Common, asked: &arguments::Demo, settings: &Settings) -> Result<Exit, Failure> {
    if asked.list {
        return play::list();
    }
    if common.server.is_some() {
        return Err(Failure::usage(
            "the theatre plays on servers of its own; leave --server out (midair play takes one)",
        ));
    }
    if !(std::io::stdin().is_terminal() && std::io::stdout().is_terminal()) {
        return Err(Failure::usage("the theatre needs a terminal; midair play plays the same scenarios without one"));
    }
    let mut names: Vec<String> = BUNDLED.iter().map(|(name, _)| (*name).to_owned()).collect();
    let first = match &asked.scenario {
        None => 0,
        Some(name) => names.iter().position(|known| known == name).unwrap_or_else(|| {
            names.push(name.clone());
            names.len() - 1
        }),
    };
    let scenarios = play::read(&names)?;
    let out = recorded(asked, &scenarios[first].1.title)?;
    let _log = log::into_file(&places::state()?);
    let programme = Programme {
        scenarios,
        first,
        speed: asked.speed,
        fresh: fresh(),
        preferences: settings.here(),
        out: out.clone(),
        notice: settings.complaint(),
    };
    let ending = run::theatre(programme).await;
    let taped = out.end_tape();
    match (ending, taped) {
        (Err(fault), _) => Err(Failure::because(format!("the screen cannot be shown: {fault:#}"))),
        (Ok(_), Err(fault)) => Err(Failure::because(format!("the recording is not whole: {fault}"))),
        (Ok(Ending::Quit), Ok(())) => Ok(Exit::Done),
        (Ok(Ending::Signal(number)), Ok(())) => Ok(Exit::of_signal(number)),
    }
}

/// Where the screen is written to.
fn recorded(asked: &arguments::Demo, title: &str) -> Result<Out, Failure> {
    let Some(file) = &asked.record else { return Ok(Out::default()) };
    let size = terminal::size().map_err(Failure::because)?;
    let environment: Vec<(&str, String)> =
        OF_THE_TERMINAL.iter().filter_map(|name| Some((*name, std::env::var(name).ok()?))).collect();
    Out::onto_tape(file, &format!("midair demo: {title}"), size, &environment).map_err(|fault| {
        let why = match fault.kind() {
            std::io::ErrorKind::AlreadyExists => "it is there already, and stays as it is".to_owned(),
            _ => fault.to_string(),
        };
        Failure::because(format!("nothing can be recorded into {}: {why}", file.display()))
    })
}

/// Servers with nothing on them, in folders of their own.
fn fresh() -> Fresh {
    Arc::new(|| {
        Box::pin(async {
            let folder =
                TempDir::with_prefix("midair-demo-").map_err(|fault| format!("no folder for its records: {fault}"))?;
            let hosted = play::host(folder.path()).await.map_err(|failure| failure.sentence)?;
            let (url, seats) = (hosted.url(), folder.path().join("seats"));
            // The server first: it still has files open in the folder.
            Ok(Ground { url, folder: seats, keeps: Box::new(Kept { _hosted: hosted, _folder: folder }) })
        })
    })
}

/// A server and its folder, which go in this order.
struct Kept {
    _hosted: Hosted,
    _folder: TempDir,
}
