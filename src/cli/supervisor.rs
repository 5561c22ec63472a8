//! What systemd, or whoever speaks as it does, hands to a server and is told by it: a listening socket, when it is ready,
//! that it is alive, that it ends; knows nothing of what is served.

use std::net::{TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::time::Duration;

use listenfd::ListenFd;
use sd_notify::NotifyState;
use tokio::time::{Interval, MissedTickBehavior, interval};

use super::exit::Failure;

/// The socket that was handed over to listen on; `None` where none was.
pub fn socket() -> Result<Option<TcpListener>, Failure> {
    let mut handed = ListenFd::from_env();
    match handed.len() {
        0 => return Ok(None),
        1 => {}
        many => return Err(Failure::usage(format!("{many} sockets were handed over; midair listens on exactly one"))),
    }
    let listener = handed.take_tcp_listener(0).map_err(|fault| {
        Failure::usage(format!("what was handed over is no TCP socket to listen on ({fault}): ListenStream= names one"))
    })?;
    listener.map(unconnected).transpose()
}

/// Refuses a connection in the place of a listener.
fn unconnected(listener: TcpListener) -> Result<TcpListener, Failure> {
    let stream = TcpStream::from(OwnedFd::from(listener));
    if stream.peer_addr().is_ok() {
        return Err(Failure::usage("a connection was handed over, and a socket to listen on belongs here: Accept=no"));
    }
    Ok(TcpListener::from(OwnedFd::from(stream)))
}

/// Says that whoever connects is answered, and where.
pub fn ready(address: std::net::SocketAddr) {
    tell(&[NotifyState::Ready, NotifyState::Status(&format!("Serving http://{address}"))]);
}

/// Says that no connection is taken any more.
pub fn ending() {
    tell(&[NotifyState::Stopping]);
}

fn tell(states: &[NotifyState]) {
    if let Err(fault) = sd_notify::notify(states) {
        tracing::warn!(%fault, "systemd could not be told how the server is");
    }
}

/// The signs of life that a watchdog asks for.
pub struct Pulse(Option<Interval>);

impl Pulse {
    /// Twice as often as is asked for; never where nothing asks.
    pub fn asked_for() -> Self {
        let often = sd_notify::watchdog_enabled().map(|most| (most / 2).max(Duration::from_millis(1)));
        Pulse(often.map(|often| {
            let mut beats = interval(often);
            beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
            beats
        }))
    }

    /// Waits until the next sign is due, and gives it.
    pub async fn beat(&mut self) {
        match &mut self.0 {
            Some(beats) => {
                beats.tick().await;
                tell(&[NotifyState::Watchdog]);
            }
            None => std::future::pending().await,
        }
    }
}
