//! Answers requests on a listener until told to stop; then ends the feeds, lets the others finish, and gives up the port.

use std::future::Future;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::routes;
use crate::store::Store;

/// How long requests that are under way may take once the server is told to stop.
const DRAIN: Duration = Duration::from_secs(5);

/// What the server takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The largest record, in bytes.
    pub record: usize,
    /// The largest body of a bulk request, in bytes.
    pub bulk: usize,
}

impl Default for Limits {
    /// 2 MiB a record, so that a text of 1 MiB fits with the rest of it; 64 MiB a bulk request.
    fn default() -> Self {
        Limits { record: 2 << 20, bulk: 64 << 20 }
    }
}

/// What every route works with.
#[derive(Clone)]
pub(crate) struct Desk {
    pub(crate) store: Store,
    pub(crate) limits: Limits,
    /// Turns true when the server stops: feeds end then.
    pub(crate) stopping: watch::Receiver<bool>,
}

/// Serves `store` on `listener` until `shutdown` resolves.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    listener: TcpListener,
    store: Store,
    limits: Limits,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let (stop, stopping) = watch::channel(false);
    let router = routes::router(Desk { store, limits, stopping: stopping.clone() });
    let told = async move {
        shutdown.await;
        let _ = stop.send(true);
    };
    let mut stopped = stopping;
    let serving = axum::serve(listener, router).with_graceful_shutdown(told);
    tokio::select! {
        result = serving => result,
        () = async {
            let _ = stopped.wait_for(|stop| *stop).await;
            tokio::time::sleep(DRAIN).await;
        } => Ok(()),
    }
}
