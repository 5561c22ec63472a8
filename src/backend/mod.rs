//! The client's view of a server: what can be asked of it and what it may answer; refuses to know who asks, or why.
//!
//! A refused write is an answer (`Put::Stale`), not an error. A [`Fault`] is what kept an answer from coming.

mod answer;
mod bulk;
mod fault;
mod feed;
mod history;
mod many;
mod midair;
mod presence;
mod trace;
mod write;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use midair_record::wire::{Stored, Tombstone};
use reqwest::Url;

pub use bulk::{Creation, Outcome, Together};
pub use fault::{BadServer, Fault};
pub use feed::Told;
pub use many::{Condition, Deed, OneOfMany, Verdict};
pub use presence::Presence;
use trace::Trace;

/// The contract that this client speaks, as a server names it at `/healthz`.
pub const CONTRACT: u64 = 1;

const CONNECT_WITHIN: Duration = Duration::from_secs(2);
const ANSWER_WITHIN: Duration = Duration::from_secs(30);
/// The server sends a comment every 15 s: after this long without a byte the connection is lost, whatever TCP believes.
const SILENCE: Duration = Duration::from_secs(40);

/// One server, asked in one person's name. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Backend {
    inner: Arc<Inner>,
    /// What all requests from here on are part of; each is by itself where there is none.
    trace: Option<Trace>,
    /// How the server is brought back that cannot be reached.
    revival: Option<Revival>,
}

/// Brings a server back, or says that it cannot.
#[derive(Clone)]
pub struct Revival(pub Arc<dyn Fn() -> Pin<Box<dyn Future<Output = bool> + Send>> + Send + Sync>);

impl std::fmt::Debug for Revival {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Revival")
    }
}

#[derive(Debug)]
struct Inner {
    client: reqwest::Client,
    root: Url,
    name: String,
    who: String,
}

/// What a server says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hello {
    /// Its version.
    pub version: String,
    /// The name of the store behind it, by which two servers on one file are known as one.
    pub store: String,
}

/// One line of the list of collections.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
pub struct CollectionLine {
    /// Its name.
    pub name: String,
    /// How many records stand in it.
    #[serde(default)]
    pub records: u64,
}

/// A page of a collection.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
pub struct Page {
    /// The records, in the order of their ids: fewer than the limit, or none, where finding more would have taken long.
    pub items: Vec<Stored>,
    /// Where the next page starts; `None` on the last one.
    #[serde(default)]
    pub next: Option<String>,
    /// How many records there are on all pages together, where the server says so.
    #[serde(default)]
    pub total: Option<u64>,
}

/// What stands under a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Read {
    /// This version.
    Stored(Stored),
    /// Nothing: it was deleted.
    Gone(Tombstone),
    /// Nothing: it never existed.
    Missing,
}

impl Backend {
    /// Takes the address of a server (`http://host:port`, `https://host/folder`) and the name to write under. Nothing
    /// is sent yet.
    ///
    /// # Errors
    /// [`BadServer`], a sentence, for an address that is not one.
    pub fn connect(server: &str, who: &str) -> Result<Self, BadServer> {
        let root = address(server)?;
        let name = match (root.host_str(), root.port()) {
            (Some(host), Some(port)) => format!("{host}:{port}"),
            (Some(host), None) => host.to_owned(),
            (None, _) => return Err(BadServer(format!("{server:?} names no host"))),
        };
        install_tls_provider();
        let mut client = reqwest::Client::builder()
            .user_agent(concat!("midair/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT_WITHIN)
            .read_timeout(SILENCE)
            .redirect(reqwest::redirect::Policy::none());
        if is_this_machine(&root) {
            client = client.no_proxy();
        }
        let client =
            client.build().map_err(|fault| BadServer(format!("cannot set up a client for {server}: {fault}")))?;
        let inner = Inner { client, root, name, who: who.to_owned() };
        Ok(Backend { inner: Arc::new(inner), trace: None, revival: None })
    }

    /// What people call the server: host and port.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.inner.name
    }

    /// In whose name it is asked.
    #[must_use]
    pub fn who(&self) -> &str {
        &self.inner.who
    }

    /// The same server, asked for the sake of one edit.
    fn for_edit(&self, edit_id: &str) -> Self {
        Backend { trace: Some(Trace::of_edit(edit_id)), ..self.clone() }
    }

    /// The same server, brought back by `revival` where it cannot be reached; without one, that is said at once.
    #[must_use]
    pub fn revived_by(self, revival: Option<Revival>) -> Self {
        Backend { revival, ..self }
    }

    /// A request that says which trace it is part of.
    fn traced(&self, request: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
        request.header(trace::TRACEPARENT, self.trace.unwrap_or_else(Trace::new).header())
    }

    /// `root` and these path segments. Whatever a segment holds, it stays one segment.
    fn url(&self, segments: &[&str]) -> Url {
        let mut url = self.inner.root.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        url
    }
}

fn address(server: &str) -> Result<Url, BadServer> {
    if !server.starts_with("http://") && !server.starts_with("https://") {
        let hint = match server.split_once("://") {
            Some((_, rest)) if !rest.is_empty() => rest,
            _ => server,
        };
        return Err(BadServer(format!(
            "{server:?} is not a server address: it starts with neither http:// nor https:// (http://{hint}?)"
        )));
    }
    let url = Url::parse(server).map_err(|fault| BadServer(format!("{server:?} is not a server address: {fault}")))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(BadServer("a server address cannot carry a user name or a password".into()));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(BadServer(format!("{server:?} is not a server address: leave out what follows the ? or #")));
    }
    Ok(url)
}

/// A proxy from the environment must not stand between two programs on one machine.
fn is_this_machine(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// TLS needs its cryptography chosen once per process; a second choice is the same one, and refused.
fn install_tls_provider() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(server: &str) -> String {
        match Backend::connect(server, "alice") {
            Ok(_) => panic!("{server} was taken for an address"),
            Err(fault) => fault.to_string(),
        }
    }

    #[test]
    fn an_address_without_a_scheme_is_told_what_it_lacks() {
        for server in ["localhost:4120", "127.0.0.1:4120", "ftp://127.0.0.1:4120"] {
            assert!(refused(server).contains("http://"), "{server}");
        }
        assert!(refused("127.0.0.1:4120").ends_with("(http://127.0.0.1:4120?)"));
        assert!(refused("http://").contains("not a server address"));
        assert!(refused("http://h/?x=1").contains('?'));
        assert!(!refused("http://me:secret@h/").contains("secret"));
    }

    #[test]
    fn a_server_is_called_by_host_and_port() {
        let named = |server: &str| Backend::connect(server, "alice").expect(server).name().to_owned();
        assert_eq!(named("http://127.0.0.1:4120"), "127.0.0.1:4120");
        assert_eq!(named("https://records.example/midair/"), "records.example");
        assert_eq!(named("http://[::1]:9"), "[::1]:9");
    }

    #[test]
    fn a_server_may_live_in_a_folder_and_an_id_never_leaves_its_segment() {
        let backend = Backend::connect("https://records.example/midair/", "alice").expect("good");
        assert_eq!(backend.url(&["v1", "a/../b?c#d"]).as_str(), "https://records.example/midair/v1/a%2F..%2Fb%3Fc%23d");
    }
}
