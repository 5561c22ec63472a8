//! `midair play`: scenarios as tests, each on a server of its own or on a given one; refuses to know what happens in them.

mod report;

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use midair_server::Limits;
use tempfile::TempDir;
use tokio::signal::unix::{SignalKind, signal};

use self::report::{Played, Report};
use super::arguments::{Common, Play};
use super::exit::{Exit, Failure};
use super::hosting::{Hosted, NoHost};
use super::records::say;
use crate::backend::Backend;
use crate::nearest;
use crate::run::stage::{How, Stage, Unmet};
use crate::scenario::{BUNDLED, Scenario, bundled};
use crate::tui::Preferences;
use crate::tui::theme::{Depth, Theme};

/// How many bytes of records the server of a scenario keeps in memory.
const MEMORY: u64 = 1 << 20;

/// Plays what is asked for, and tells what came of it.
pub async fn play(common: &Common, asked: &Play) -> Result<Exit, Failure> {
    if asked.list {
        return list();
    }
    let scenarios = read(&asked.scenarios)?;
    if let Some(server) = &common.server {
        Backend::connect(server, "scenario")?.hello().await?;
    }
    let how = How {
        size: asked.size,
        preferences: Preferences::from(Theme::new(Depth::None)),
        patience: Duration::from_secs(asked.patience.into()),
    };
    let mut interrupt = signal(SignalKind::interrupt()).map_err(Failure::because)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(Failure::because)?;
    let mut report = Report::new(asked.format, scenarios.len());
    for (name, scenario) in scenarios {
        let began = Instant::now();
        let title = scenario.title.clone();
        let mut stopped = None;
        let stop = async {
            tokio::select! {
                _ = interrupt.recv() => Exit::Interrupted,
                _ = terminate.recv() => Exit::Terminated,
            }
        };
        let outcome = one(common.server.as_deref(), scenario, how.clone(), stop, &mut stopped).await?;
        if let Some(exit) = stopped {
            return Ok(exit);
        }
        report.tell(Played { name, title, took: began.elapsed(), outcome })?;
    }
    let all_well = report.end()?;
    Ok(if all_well { Exit::Done } else { Exit::Failed })
}

/// What came of one scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Everything was as it must be.
    Well,
    /// A step was not.
    Unmet(Box<Unmet>),
    /// It could not begin, or did not leave the server as it was: sentences.
    Trouble(Vec<String>),
}

/// Plays one scenario, until `stop` resolves, which is then put into `stopped`.
async fn one(
    server: Option<&str>,
    scenario: Scenario,
    how: How,
    stop: impl Future<Output = Exit>,
    stopped: &mut Option<Exit>,
) -> Result<Outcome, Failure> {
    let folder = TempDir::with_prefix("midair-play-")
        .map_err(|fault| Failure::because(format!("no folder for drafts: {fault}")))?;
    let hosted = match server {
        Some(_) => None,
        None => Some(host(folder.path()).await?),
    };
    let url = match (server, &hosted) {
        (Some(server), _) => server.to_owned(),
        (None, Some(hosted)) => hosted.url(),
        (None, None) => String::new(),
    };
    let mut outcome = Outcome::Well;
    match Stage::set(scenario, &url, &folder.path().join("seats"), how).await {
        Err(why) => outcome = Outcome::Trouble(vec![why]),
        Ok(mut stage) => {
            tokio::pin!(stop);
            loop {
                tokio::select! {
                    went = stage.go_on() => match went {
                        Ok(true) => {}
                        Ok(false) => break,
                        Err(unmet) => {
                            outcome = Outcome::Unmet(unmet);
                            break;
                        }
                    },
                    exit = &mut stop => {
                        *stopped = Some(exit);
                        break;
                    }
                }
            }
            if hosted.is_some() {
                stage.leave().await;
            } else {
                let stays = stage.clear().await;
                if outcome == Outcome::Well && !stays.is_empty() {
                    outcome = Outcome::Trouble(stays);
                }
            }
        }
    }
    if let Some(hosted) = hosted {
        hosted.stop().await;
    }
    Ok(outcome)
}

/// A server on a port and a database of its own.
pub(super) async fn host(folder: &Path) -> Result<Hosted, Failure> {
    let anywhere = SocketAddr::from(([127, 0, 0, 1], 0));
    let hosted = Hosted::start(anywhere, &folder.join("midair.db"), Limits::default(), MEMORY).await;
    hosted.map_err(|obstacle| match obstacle {
        NoHost::Never(sentence) => Failure::because(sentence),
        NoHost::PortTaken | NoHost::DatabaseTaken => Failure::because("no port is free on this machine"),
    })
}

/// Reads every scenario before the first is played.
pub(super) fn read(asked: &[String]) -> Result<Vec<(String, Scenario)>, Failure> {
    let all = || BUNDLED.iter().map(|(name, _)| (*name).to_owned()).collect();
    let asked: Vec<String> = if asked.is_empty() { all() } else { asked.to_vec() };
    let (mut scenarios, mut faults) = (Vec::new(), Vec::new());
    for name in asked {
        let text = match (bundled(&name), std::fs::read_to_string(&name)) {
            (Some(text), _) => text.to_owned(),
            (None, Ok(text)) => text,
            (None, Err(fault)) if fault.kind() == ErrorKind::NotFound => {
                let known = nearest::known(&name, BUNDLED.iter().map(|(name, _)| *name));
                return Err(Failure::usage(format!("there is no file {name}, and no scenario of this name; {known}")));
            }
            (None, Err(fault)) => return Err(Failure::usage(format!("{name} cannot be read: {fault}"))),
        };
        match Scenario::parse(&text) {
            Ok(scenario) => scenarios.push((name, scenario)),
            Err(wrong) => faults.extend(wrong.iter().map(|fault| format!("{name}: {fault}"))),
        }
    }
    if faults.is_empty() { Ok(scenarios) } else { Err(Failure::usage(faults.join("\nmidair: "))) }
}

/// Lists the scenarios that midair brings along.
pub(super) fn list() -> Result<Exit, Failure> {
    let width = BUNDLED.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    for (name, text) in BUNDLED {
        let title = Scenario::parse(text).map(|scenario| scenario.title).unwrap_or_default();
        say::line(&format!("{name:width$}  {title}"))?;
    }
    Ok(Exit::Done)
}
