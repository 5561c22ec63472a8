//! `midair` without a command: a server, a place for drafts and a name, put together and handed to the screen; refuses
//! to know what the screen does with them.

use std::sync::Arc;

use super::arguments::Common;
use super::exit::{Exit, Failure};
use super::local::{LocalServer, Standing};
use super::target::Target;
use super::{log, places};
use crate::draft_box::DraftBox;
use crate::run::{self, Ending, Revive, Session};

/// Opens the screen, and stays until the person leaves.
pub async fn home(common: &Common) -> Result<Exit, Failure> {
    let folder = places::drafts()?;
    let drafts = DraftBox::open(&folder).map_err(|fault| {
        Failure::because(format!(
            "drafts cannot be kept in {} ({fault}); set XDG_STATE_HOME to a folder of yours",
            folder.display()
        ))
    })?;
    let _log = log::into_file(&places::state()?);
    let target = Target::of(common).await?;
    let session = Session {
        backend: target.backend.clone(),
        drafts,
        server: target.server.clone(),
        who: target.backend.who().to_owned(),
        revive: target.local.clone().map(revive),
        hosting: target.hosting,
        mouse: !common.no_mouse,
    };
    let ending = run::run(session).await;
    target.leave().await;
    match ending {
        Ok(Ending::Quit) => Ok(Exit::Done),
        Ok(Ending::Signal(number)) => Ok(Exit::of_signal(number)),
        Err(fault) => Err(Failure::because(format!("the screen cannot be shown: {fault:#}"))),
    }
}

fn revive(local: LocalServer) -> Revive {
    Arc::new(move || {
        let local = local.clone();
        Box::pin(async move { Ok(local.ensure().await? == Standing::Hosting) })
    })
}
