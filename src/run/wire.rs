//! The wire between somebody and the server: a proxy that notes what is said of records, and breaks on cue.

mod line;
mod noted;

use std::sync::Arc;

use reqwest::Url;
use tokio::sync::watch;

use crate::backend::Backend;

pub use line::Line;
pub use noted::{Answer, Asked, Exchange, Outcome, Precondition};

/// All lines to one server, and what went over them. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Wire {
    server: Url,
    client: reqwest::Client,
    log: Arc<noted::Log>,
}

impl Wire {
    /// The wire to the server at this address, over which nothing went yet.
    ///
    /// # Errors
    /// A sentence, where that is no address or no client can be set up.
    pub fn to(server: &str) -> Result<Self, String> {
        Backend::connect(server, "wire").map_err(|fault| fault.to_string())?;
        let url = Url::parse(server).map_err(|fault| format!("{server:?} is not a server address: {fault}"))?;
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
        let here = |host: &str| host == "localhost" || host.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback());
        // A proxy from the environment must not stand between two programs on one machine.
        let client = match url.host_str().is_some_and(|host| here(host.trim_matches(['[', ']']))) {
            true => client.no_proxy(),
            false => client,
        };
        let client = client.build().map_err(|fault| format!("cannot set up a client for {server}: {fault}"))?;
        Ok(Wire { server: url, client, log: Arc::default() })
    }

    /// A line for `who`, at an address of its own.
    ///
    /// # Errors
    /// Where no address can be had.
    pub async fn line(&self, who: &str) -> std::io::Result<Line> {
        Line::open(self.clone(), who).await
    }

    /// Everything that was said of records so far, in the order in which it was asked.
    pub fn exchanges(&self) -> Vec<Exchange> {
        self.log.exchanges()
    }

    /// How much was said so far, and whenever more is.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.log.changes()
    }
}
