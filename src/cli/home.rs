//! `midair` without a command: a server, a place for drafts and a name, put together and handed to the screen; refuses
//! to know what the screen does with them.

use std::sync::Arc;

use super::arguments::Common;
use super::exit::{Exit, Failure};
use super::local::{LocalServer, Standing};
use super::settings::Settings;
use super::target::Target;
use super::{log, places};
use crate::draft_box::DraftBox;
use crate::run::{self, Ending, Place, Rest, Revive, Session};

/// Opens the screen, and stays until the person leaves.
pub async fn home(common: &Common, settings: &Settings) -> Result<Exit, Failure> {
    let drafts = drafts()?;
    let _log = log::into_file(&places::state()?);
    let target = Target::of(common).await?;
    let ending = run::run(session(&target, settings, drafts)?, None).await;
    target.leave().await;
    ended(ending)
}

/// Where drafts are kept.
pub fn drafts() -> Result<DraftBox, Failure> {
    let folder = places::drafts()?;
    DraftBox::open(&folder).map_err(|fault| {
        Failure::because(format!(
            "drafts cannot be kept in {} ({fault}); set XDG_STATE_HOME to a folder of yours",
            folder.display()
        ))
    })
}

/// A seat at a server.
pub fn session(target: &Target, settings: &Settings, drafts: DraftBox) -> Result<Session, Failure> {
    Ok(Session {
        place: Place {
            // The screen says itself that the server is away, and brings it back.
            backend: target.backend.clone().revived_by(None),
            drafts,
            outside: places::outside()?,
            server: target.server.clone(),
            who: target.backend.who().to_owned(),
            revive: target.local.clone().map(revive),
            preferences: settings.here(),
        },
        rest: target.local.clone().map(rest),
        mouse: settings.mouse(),
        notice: settings.complaint(),
        hosting: target.hosting,
    })
}

/// How a seat that was left ends the program.
pub fn ended(ending: anyhow::Result<Ending>) -> Result<Exit, Failure> {
    match ending {
        Ok(Ending::Quit) => Ok(Exit::Done),
        Ok(Ending::Signal(number)) => Ok(Exit::of_signal(number)),
        Err(fault) => Err(Failure::because(format!("the screen cannot be shown: {fault:#}"))),
    }
}

fn rest(local: LocalServer) -> Rest {
    Arc::new(move || Box::pin(local.clone().stop()))
}

fn revive(local: LocalServer) -> Revive {
    Arc::new(move || {
        let local = local.clone();
        Box::pin(async move { Ok(local.ensure().await? == Standing::Hosting) })
    })
}
