//! The real server as a process on one file, started when it says so and killed without warning.

use std::fs::File;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// How long a start may take on a slow machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// A server that is killed with its handle.
pub struct Server {
    pub address: SocketAddr,
    child: Child,
}

/// Begins a start on `file`; the server may not be ready. Every start has another port.
fn spawn(file: &Path) -> Child {
    let log = File::options().create(true).append(true).open(file.with_extension("log")).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_midair"));
    command.env_clear().args(["serve", "--no-seed", "--listen", "127.0.0.1:0", "--db"]).arg(file);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log).kill_on_drop(true);
    command.spawn().unwrap()
}

impl Server {
    /// Starts one, and waits until it says where it is.
    pub async fn start(file: &Path) -> Server {
        let mut child = spawn(file);
        let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = tokio::time::timeout(PATIENCE, said.next_line()).await.expect("no start in time").unwrap();
        let address = line.as_deref().and_then(|line| line.split("http://").nth(1)?.split(' ').next()?.parse().ok());
        let Some(address) = address else {
            let log = std::fs::read_to_string(file.with_extension("log")).unwrap_or_default();
            panic!("the server did not start; it said {line:?} and\n{log}");
        };
        Server { address, child }
    }

    /// `kill -9`; resolves when the process is gone.
    pub async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }
}

/// Starts a server and kills it after `time`, wherever it is then.
pub async fn killed_within(file: &Path, time: Duration) {
    let mut child = spawn(file);
    super::dice::stagger(time).await;
    child.kill().await.unwrap();
}
