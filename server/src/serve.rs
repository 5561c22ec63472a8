//! Answers requests on a listener until told to stop; then ends the feeds, lets the others finish, and gives up the port.

use std::future::Future;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio_io_timeout::TimeoutStream;

use crate::alarm::Alarm;
use crate::front::Front;
use crate::hook::Scripts;
use crate::observe::Observed;
use crate::presence::Presences;
use crate::store::Store;

/// How long requests that are under way may take once the server is told to stop.
const DRAIN: Duration = Duration::from_secs(5);
/// How long no connection is taken after one could not be.
const AFTER_A_FAULT: Duration = Duration::from_millis(50);

/// What the server takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The largest record, in bytes.
    pub record: usize,
    /// The largest body of a bulk request, in bytes.
    pub bulk: usize,
    /// How many connections may be open at once.
    pub connections: usize,
    /// How long a client may take to send the headers of its next request.
    pub header_time: Duration,
    /// How long a client may take to send a body.
    pub body_time: Duration,
    /// How long a client may take none of the answer that is sent to it.
    pub write_time: Duration,
    /// Whether it does what `Midair-Test` says: collides, waits and loses answers on cue.
    pub test_hooks: bool,
}

impl Default for Limits {
    /// 2 MiB a record, so that a text of 1 MiB fits with the rest of it; 64 MiB a bulk request.
    fn default() -> Self {
        Limits {
            record: 2 << 20,
            bulk: 64 << 20,
            connections: 10_000,
            header_time: Duration::from_secs(60),
            body_time: Duration::from_secs(60),
            write_time: Duration::from_secs(30),
            test_hooks: false,
        }
    }
}

/// What every route works with. Cheap to clone; all clones are one.
#[derive(Clone)]
pub(crate) struct Desk(Arc<OnDesk>);

impl Deref for Desk {
    type Target = OnDesk;

    fn deref(&self) -> &OnDesk {
        &self.0
    }
}

/// What lies on the desk.
pub(crate) struct OnDesk {
    pub(crate) store: Store,
    pub(crate) limits: Limits,
    pub(crate) presences: Presences,
    /// The scripts that wait; `None` where hooks are not taken.
    pub(crate) hooks: Option<Scripts>,
    pub(crate) observed: Observed,
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
    let hooks = limits.test_hooks.then(Scripts::default);
    let observed = Observed::new();
    tokio::spawn(observed.clone().read_on(store.meter(), stopping.clone()));
    let presences = Presences::new();
    let desk = OnDesk { store, limits, presences, hooks, observed: observed.clone(), stopping };
    let front = Front::new(Desk(Arc::new(desk)));
    let mut http = http1::Builder::new();
    let open = GracefulShutdown::new();
    let seats = Arc::new(Semaphore::new(limits.connections));
    tokio::pin!(shutdown);
    loop {
        let next = async {
            // Who finds every seat taken waits at the door, in the system's queue.
            let seat = seats.clone().acquire_owned().await.ok();
            (seat, listener.accept().await)
        };
        let (seat, accepted) = tokio::select! {
            next = next => next,
            () = &mut shutdown => break,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            // One client's broken connection, or too many open files: neither is a reason to stop serving.
            Err(fault) => {
                tracing::warn!(%fault, "a connection could not be taken");
                tokio::time::sleep(AFTER_A_FAULT).await;
                continue;
            }
        };
        let _ = stream.set_nodelay(true);
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(limits.write_time));
        let front = front.for_another();
        let service = service_fn(move |request| front.clone().answer(request));
        // Each connection has an alarm of its own.
        http.timer(Alarm::new()).header_read_timeout(limits.header_time);
        let connection = http.serve_connection(TokioIo::new(Box::pin(stream)), service);
        let (connection, counted) = (open.watch(connection), observed.connected());
        tokio::spawn(async move {
            // What breaks a connection is told to nobody: the client has gone.
            let _ = connection.await;
            drop((seat, counted));
        });
    }
    drop(listener);
    let _ = stop.send(true);
    tokio::select! {
        () = open.shutdown() => {}
        () = tokio::time::sleep(DRAIN) => {}
    }
    Ok(())
}
