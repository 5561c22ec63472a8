//! The server inside this process: one port, one database, one lock on it; refuses to look for other servers.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use midair_server::{Limits, Store};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// How long requests under way may take when the server stops; whatever they wrote is on disk by then.
const LAST_ANSWERS: Duration = Duration::from_secs(3);

/// A server that runs in this process. Dropping it stops it at once.
#[derive(Debug)]
pub struct Hosted {
    /// Where it listens.
    pub address: SocketAddr,
    /// The name of its store.
    pub store: String,
    /// The store holds nothing yet.
    pub empty: bool,
    stop: oneshot::Sender<()>,
    task: JoinHandle<io::Result<()>>,
    _alone: File,
}

/// Why this process cannot be the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoHost {
    /// Somebody else has the port: perhaps a server that is about to answer.
    PortTaken,
    /// Somebody else serves the database: perhaps one that is about to stop.
    DatabaseTaken,
    /// It will not work later either; a sentence.
    Never(String),
}

impl Hosted {
    /// Starts a server on the database at `db`, which is made where it is missing. The port comes first: of two that
    /// start at once, the system lets one have it. Up to `memory` bytes of records are kept in memory.
    pub async fn start(listen: SocketAddr, db: &Path, limits: Limits, memory: u64) -> Result<Self, NoHost> {
        let listener = TcpListener::bind(listen).await.map_err(|fault| match fault.kind() {
            io::ErrorKind::AddrInUse => NoHost::PortTaken,
            _ => NoHost::Never(format!("cannot listen on {listen}: {fault}; choose another address with --listen")),
        })?;
        Self::on(listener, db, limits, memory).await
    }

    /// The same, on a socket that listens already.
    pub async fn on(listener: TcpListener, db: &Path, limits: Limits, memory: u64) -> Result<Self, NoHost> {
        let address = listener.local_addr().map_err(|fault| NoHost::Never(fault.to_string()))?;
        let path = db.to_owned();
        let opened = tokio::task::spawn_blocking(move || open(&path, memory)).await;
        let (alone, store) = opened.map_err(|fault| NoHost::Never(fault.to_string()))??;
        let id = store.id().to_owned();
        let collections = store.collections().await.map_err(|fault| NoHost::Never(fault.to_string()))?;
        let (stop, stopped) = oneshot::channel::<()>();
        let stopped = async move {
            let _ = stopped.await;
        };
        let task = tokio::spawn(midair_server::serve(listener, store, limits, stopped));
        tracing::info!(%address, db = %db.display(), "hosting the server");
        Ok(Hosted { address, store: id, empty: collections.is_empty(), stop, task, _alone: alone })
    }

    /// Whether it still serves.
    pub fn is_running(&self) -> bool {
        !self.task.is_finished()
    }

    /// Its address as a client needs it. A server that listens everywhere is found here.
    pub fn url(&self) -> String {
        url(self.address)
    }

    /// Waits for the server to end by itself, which it should not.
    pub async fn ended(&mut self) -> String {
        match (&mut self.task).await {
            Ok(Ok(())) => "the server stopped by itself".into(),
            Ok(Err(fault)) => format!("the server stopped: {fault}"),
            Err(fault) => format!("the server stopped: {fault}"),
        }
    }

    /// Answers what is under way, and stops.
    pub async fn stop(mut self) {
        let _ = self.stop.send(());
        if tokio::time::timeout(LAST_ANSWERS, &mut self.task).await.is_err() {
            self.task.abort();
        }
    }
}

/// Where a server that listens on `address` is reached from this machine.
pub fn url(address: SocketAddr) -> String {
    let mut address = address;
    if address.ip().is_unspecified() {
        let here: std::net::IpAddr = match address {
            SocketAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
        };
        address.set_ip(here);
    }
    format!("http://{address}")
}

/// Opens the database for one server at a time: two on one file would not hear of each other's changes.
fn open(db: &Path, memory: u64) -> Result<(File, Store), NoHost> {
    let lock = alone(db)?;
    let store = Store::open_with(db, memory).map_err(|fault| NoHost::Never(fault.to_string()))?;
    Ok((lock, store))
}

/// Makes sure that no other process serves the database while the lock is held.
pub fn alone(db: &Path) -> Result<File, NoHost> {
    let cannot = |what: &str, path: &Path, fault: &io::Error| {
        NoHost::Never(format!("cannot {what} {} ({fault}); name another place with --db", path.display()))
    };
    if let Some(folder) = db.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
        made.map_err(|fault| cannot("make the folder", folder, &fault))?;
    }
    if db.is_dir() {
        return Err(NoHost::Never(format!("{} is a folder; name a file with --db", db.display())));
    }
    let beside = lock_path(db);
    let lock = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&beside);
    let lock = lock.map_err(|fault| cannot("write", &beside, &fault))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(NoHost::DatabaseTaken),
        Err(TryLockError::Error(fault)) => Err(cannot("lock", &beside, &fault)),
    }
}

/// Whether another process serves the database at this moment. Nothing is made.
pub fn is_served(db: &Path) -> bool {
    let lock = File::open(lock_path(db));
    lock.is_ok_and(|lock| matches!(lock.try_lock_shared(), Err(TryLockError::WouldBlock)))
}

/// The lock stands beside the file itself, whatever link leads there.
fn lock_path(db: &Path) -> PathBuf {
    let mut name = fs::canonicalize(db).unwrap_or_else(|_| db.to_owned()).into_os_string();
    name.push(".lock");
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_database_has_one_server_by_whatever_name_it_is_called() {
        let folder = tempfile::tempdir().unwrap();
        let (db, link) = (folder.path().join("midair.db"), folder.path().join("link.db"));
        assert!(!is_served(&db));
        let first = alone(&db).unwrap();
        assert!(is_served(&db));
        fs::write(&db, "").unwrap();
        std::os::unix::fs::symlink(&db, &link).unwrap();
        for name in [&db, &link] {
            assert_eq!(alone(name).unwrap_err(), NoHost::DatabaseTaken, "{}", name.display());
        }
        drop(first);
        let second = alone(&link).unwrap();
        assert_eq!(alone(&db).unwrap_err(), NoHost::DatabaseTaken);
        drop(second);
    }
}
