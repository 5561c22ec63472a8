//! Which server a command works on, and in whose name: the one named, or the local one; refuses to know what for.

use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use super::arguments::{self, Common};
use super::exit::{Exit, Failure};
use super::local::{LocalServer, Standing};
use super::{hosting, places};
use crate::backend::{Backend, Revival};

const ANSWER_WITHIN: Duration = Duration::from_secs(5);

/// A server that answers, and what it takes to let go of it.
pub struct Target {
    pub backend: Backend,
    /// Its address.
    pub server: String,
    /// The local server; `None` for one that was named.
    pub local: Option<LocalServer>,
    /// It runs in this process.
    pub hosting: bool,
}

impl Target {
    /// Finds the server, or starts the local one.
    pub async fn of(common: &Common) -> Result<Self, Failure> {
        let who = who(common)?;
        if let Some(server) = &common.server {
            let backend = Backend::connect(server, &who)?;
            match tokio::time::timeout(ANSWER_WITHIN, backend.hello()).await {
                Ok(hello) => hello?,
                Err(_) => {
                    let sentence = format!("{} does not answer; check the address", backend.name());
                    return Err(Failure { exit: Exit::Unreachable, sentence });
                }
            };
            return Ok(Target { backend, server: server.clone(), local: None, hosting: false });
        }
        let db = common.db.clone().map_or_else(places::database, Ok)?;
        let local = LocalServer::new(common.listen(), db, common.db.is_some(), !common.no_seed);
        let standing = local.ensure().await.map_err(Failure::because)?;
        let server = local.url();
        let backend = Backend::connect(&server, &who)?.revived_by(Some(revival(local.clone())));
        Ok(Target { backend, server, local: Some(local), hosting: standing == Standing::Hosting })
    }

    /// Stops the server where it runs in this process.
    pub async fn leave(self) {
        if let Some(local) = self.local {
            local.stop().await;
        }
    }
}

/// Whoever hosts the local server may end before we do; then it is ours to host.
fn revival(local: LocalServer) -> Revival {
    Revival(Arc::new(move || {
        let local = local.clone();
        Box::pin(async move { local.ensure().await.is_ok() })
    }))
}

/// What the server is called that a command works on; it is not asked.
pub fn address(common: &Common) -> Result<String, Failure> {
    let address = common.server.clone().unwrap_or_else(|| hosting::url(common.listen()));
    Ok(Backend::connect(&address, &who(common)?)?.name().to_owned())
}

/// The name that changes carry: the one given, else the login name.
fn who(common: &Common) -> Result<String, Failure> {
    if let Some(who) = &common.who {
        return Ok(who.clone());
    }
    let named = ["LOGNAME", "USER"].into_iter().find_map(|name| std::env::var(name).ok().filter(|who| !who.is_empty()));
    let found = named.or_else(|| {
        let asked = Command::new("id").arg("-un").output().ok()?;
        String::from_utf8(asked.stdout).ok().map(|name| name.trim().to_owned())
    });
    arguments::name(&found.unwrap_or_default())
        .map_err(|_| Failure::usage("nobody is logged in here under a usable name; say who you are with --as NAME"))
}
