//! The local server: found where it runs, started where it does not, taken over where it went away; refuses to know
//! what is asked of it.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use midair_server::{Limits, Store};
use tokio::sync::Mutex;

use super::hosting::{self, Hosted, NoHost};
use super::seed;
use crate::backend::{Backend, Fault, Hello};

/// A server on this machine answers in a few milliseconds; one that needs longer than this twice is no help.
const PATIENCE: Duration = Duration::from_secs(1);
/// How many bytes of records a server beside a screen keeps in memory.
const MEMORY: u64 = 32 << 20;
/// Between looks, while somebody else seems to be starting or stopping.
const PAUSES: [u64; 7] = [10, 20, 40, 80, 160, 320, 640];

/// Whose server it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It runs in another process.
    Attached,
    /// It runs in this one.
    Hosting,
}

/// Where the local server is to be found, and how to start it. Cheap to clone.
#[derive(Clone, Debug)]
pub struct LocalServer {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    listen: SocketAddr,
    db: PathBuf,
    /// The database was asked for by name, so that a server on another one will not do.
    insists: bool,
    seeds: bool,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    hosted: Option<Hosted>,
    /// The store that this process has worked on: a takeover must not end up on another one.
    store: Option<String>,
}

impl LocalServer {
    /// A local server at `listen` on the database `db`. With `insists`, one on another database is refused; with
    /// `seeds`, an empty database gets the sample records.
    #[must_use]
    pub fn new(listen: SocketAddr, db: PathBuf, insists: bool, seeds: bool) -> Self {
        LocalServer { inner: Arc::new(Inner { listen, db, insists, seeds, state: Mutex::default() }) }
    }

    /// Where it is reached.
    #[must_use]
    pub fn url(&self) -> String {
        hosting::url(self.inner.listen)
    }

    /// Makes sure that it runs: in this process, if in no other one. May be called again and again, by many processes
    /// at once.
    ///
    /// # Errors
    /// A sentence: what stands in the way, and what to do.
    pub async fn ensure(&self) -> Result<Standing, String> {
        let listen = self.inner.listen;
        if listen.port() == 0 {
            return Err("port 0 is a new port each time, on which no other terminal would find this one".into());
        }
        let mut state = self.inner.state.lock().await;
        if state.hosted.as_ref().is_some_and(Hosted::is_running) {
            return Ok(Standing::Hosting);
        }
        state.hosted = None;
        let mut silent = 0;
        let mut obstacle = NoHost::PortTaken;
        for pause in std::iter::once(0).chain(PAUSES) {
            tokio::time::sleep(super::jittered(pause)).await;
            match self.look().await? {
                Seen::Midair(hello) => {
                    self.check(&hello, &mut state).await?;
                    return Ok(Standing::Attached);
                }
                Seen::Silence if silent == 1 => return Err(self.in_the_way("it does not answer")),
                Seen::Silence => silent += 1,
                Seen::Nobody => match Hosted::start(listen, &self.inner.db, Limits::default(), MEMORY).await {
                    Ok(hosted) => {
                        self.began(&hosted).await;
                        state.store = Some(hosted.store.clone());
                        state.hosted = Some(hosted);
                        return Ok(Standing::Hosting);
                    }
                    Err(NoHost::Never(sentence)) => return Err(sentence),
                    Err(taken) => obstacle = taken,
                },
            }
        }
        Err(match obstacle {
            NoHost::DatabaseTaken => format!(
                "another midair serves {} at an address other than {listen}; use that one, with --listen or --server",
                self.inner.db.display()
            ),
            _ => self.in_the_way("it does not speak HTTP"),
        })
    }

    /// Stops the server, if it runs in this process.
    pub async fn stop(self) {
        let hosted = self.inner.state.lock().await.hosted.take();
        if let Some(hosted) = hosted {
            hosted.stop().await;
        }
    }

    async fn look(&self) -> Result<Seen, String> {
        let backend = Backend::connect(&self.url(), "midair").map_err(|fault| fault.to_string())?;
        match tokio::time::timeout(PATIENCE, backend.hello()).await {
            Ok(Ok(hello)) => Ok(Seen::Midair(hello)),
            Ok(Err(Fault::Unreachable(_))) => Ok(Seen::Nobody),
            Ok(Err(fault)) => Err(self.in_the_way(&fault.to_string())),
            Err(_) => Ok(Seen::Silence),
        }
    }

    fn in_the_way(&self, what: &str) -> String {
        let mut other = self.inner.listen;
        other.set_port(other.port().checked_add(1).unwrap_or(4121));
        format!(
            "something else is at {}: {what}; give midair an address of its own with --listen {other}, or name a server with --server",
            self.inner.listen
        )
    }

    /// Whether the server that answers has the records that are meant.
    async fn check(&self, hello: &Hello, state: &mut State) -> Result<(), String> {
        let meant = match (&state.store, self.inner.insists) {
            (Some(store), _) => Some(store.clone()),
            (None, false) => None,
            (None, true) => {
                let db = self.inner.db.clone();
                let read = tokio::task::spawn_blocking(move || Store::read_id(&db)).await;
                let id = read.map_err(|fault| fault.to_string())?.map_err(|fault| fault.to_string())?;
                Some(id.unwrap_or_default())
            }
        };
        if meant.is_some_and(|meant| meant != hello.store) {
            return Err(
                self.in_the_way(&format!("a midair server on another database than {}", self.inner.db.display()))
            );
        }
        state.store = Some(hello.store.clone());
        Ok(())
    }

    async fn began(&self, hosted: &Hosted) {
        if hosted.empty
            && self.inner.seeds
            && let Err(fault) = seed::sow(&hosted.url()).await
        {
            tracing::warn!(%fault, "the sample records are not all there");
        }
    }
}

enum Seen {
    Midair(Hello),
    Silence,
    Nobody,
}
