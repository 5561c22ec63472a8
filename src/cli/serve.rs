//! `midair serve`: the server in the foreground, until a signal ends it; refuses to share its port or its database.

use std::path::Path;

use midair_server::Limits;
use serde::Serialize;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use super::arguments::{Common, Serve};
use super::exit::{Exit, Failure};
use super::hosting::{Hosted, NoHost};
use super::records::say;
use super::supervisor::{self, Pulse};
use super::{log, places, seed};

/// Where it serves, for programs.
#[derive(Serialize)]
struct Ready<'r> {
    server: &'r str,
    db: &'r str,
}

/// Serves, and says on stdout where, when it is ready.
pub async fn serve(common: &Common, how: &Serve) -> Result<Exit, Failure> {
    if common.server.is_some() {
        return Err(Failure::usage("serve runs a server here; --server names one elsewhere: leave it out"));
    }
    let socket = supervisor::socket()?;
    let _log = log::onto_stderr(how.log, how.log_level.as_deref());
    let mut interrupt = signal(SignalKind::interrupt()).map_err(Failure::because)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(Failure::because)?;
    let db = common.db.clone().map_or_else(places::database, Ok)?;
    // Each connection is an open file, and the usual limit is for programs that have few.
    let _ = rlimit::increase_nofile_limit(u64::MAX);
    let limits = Limits { test_hooks: how.test_hooks, ..Limits::default() };
    let memory = how.memory.unwrap_or_else(usual_memory) << 20;
    let mut hosted = match socket {
        Some(socket) => on(socket, &db, limits, memory).await,
        None => Hosted::start(common.listen(), &db, limits, memory).await,
    }
    .map_err(|obstacle| why_not(obstacle, common, &db))?;
    if hosted.empty && !common.no_seed {
        seed::sow(&hosted.url()).await?;
    }
    if !hosted.address.ip().is_loopback() {
        tracing::warn!(address = %hosted.address, "whoever reaches this address can read and change every record");
    }
    if how.test_hooks {
        tracing::warn!("test hooks are on: whoever reaches this server can make it collide and lose answers");
    }
    let (server, db) = (format!("http://{}", hosted.address), db.display().to_string());
    // A server goes on, whoever does not want to know.
    let _ = match how.json {
        true => say::json(&Ready { server: &server, db: &db }),
        false => say::line(&format!("midair server on {server} · {db}")),
    };
    supervisor::ready(hosted.address);
    let mut pulse = Pulse::asked_for();
    let exit = loop {
        tokio::select! {
            _ = interrupt.recv() => break Exit::Interrupted,
            _ = terminate.recv() => break Exit::Terminated,
            why = hosted.ended() => return Err(Failure::because(why)),
            () = pulse.beat() => {}
        }
    };
    supervisor::ending();
    hosted.stop().await;
    Ok(exit)
}

async fn on(socket: std::net::TcpListener, db: &Path, limits: Limits, memory: u64) -> Result<Hosted, NoHost> {
    let listener = socket.set_nonblocking(true).and_then(|()| TcpListener::from_std(socket));
    let listener = listener.map_err(|fault| NoHost::Never(format!("the socket cannot be listened on: {fault}")))?;
    Hosted::on(listener, db, limits, memory).await
}

fn why_not(obstacle: NoHost, common: &Common, db: &Path) -> Failure {
    match obstacle {
        NoHost::PortTaken => Failure::because(format!(
            "{} is taken; is a midair running? choose another address with --listen",
            common.listen()
        )),
        NoHost::DatabaseTaken => Failure::because(format!(
            "another midair serves {} already; stop it, or name another file with --db",
            db.display()
        )),
        NoHost::Never(sentence) => Failure::because(sentence),
    }
}

/// How many MiB records may take where nobody says: a sixteenth of what this process may have.
fn usual_memory() -> u64 {
    let memory = sysinfo::RefreshKind::nothing().with_memory(sysinfo::MemoryRefreshKind::nothing().with_ram());
    let granted = sysinfo::System::new_with_specifics(memory).map_or(0, |system| {
        let limit = system.cgroup_limits().map_or(u64::MAX, |limits| limits.total_memory);
        system.total_memory().min(limit)
    });
    ((granted >> 20) / 16).clamp(16, 512)
}
