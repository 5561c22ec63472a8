//! The program as a script meets it: a home of its own, files, pipes, exit codes.
#![allow(dead_code)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

/// A home of its own with a local server's address and database; no server runs unless a command starts one.
pub struct Home {
    pub folder: tempfile::TempDir,
    pub listen: SocketAddr,
}

impl Home {
    pub fn new() -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        Home { folder: tempfile::tempdir().expect("a folder"), listen: listener.local_addr().expect("an address") }
    }

    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_midair"));
        for name in ["MIDAIR_SERVER", "MIDAIR_DB", "MIDAIR_AS", "MIDAIR_LOG"] {
            command.env_remove(name);
        }
        command
            .env("HOME", self.folder.path())
            .env("XDG_DATA_HOME", self.folder.path().join("data"))
            .env("XDG_STATE_HOME", self.folder.path().join("state"))
            .env("XDG_CONFIG_HOME", self.folder.path().join("config"))
            .env("MIDAIR_LISTEN", self.listen.to_string())
            .args(words)
            .stdin(Stdio::null());
        command
    }

    pub fn run(&self, words: &[&str]) -> Run {
        Run::of(self.command(words).output().expect("it runs"))
    }

    pub fn run_with(&self, words: &[&str], stdin: &str) -> Run {
        let mut child = self
            .command(words)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("runs");
        child.stdin.take().expect("a pipe").write_all(stdin.as_bytes()).expect("written");
        Run::of(child.wait_with_output().expect("it ends"))
    }

    pub fn file(&self, name: &str, text: &str) -> String {
        let path: PathBuf = self.folder.path().join(name);
        std::fs::write(&path, text).expect("written");
        path.display().to_string()
    }

    /// Declares what a collection asks of its records; the answer as it came.
    pub fn define(&self, collection: &str, definition: &str) -> String {
        let mut wire = std::net::TcpStream::connect(self.listen).expect("a server");
        write!(
            wire,
            "PUT /v1/collections/{collection} HTTP/1.1\r\nHost: midair\r\nConnection: close\r\nIf-Match: *\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{definition}",
            definition.len()
        )
        .expect("sent");
        let mut answer = String::new();
        wire.read_to_string(&mut answer).expect("an answer");
        answer
    }

    /// A server in the foreground that is ready, and the line with which it said so.
    pub fn serve(&self, words: &[&str]) -> (Serving, String) {
        let mut child = self.command(&[&["serve"], words].concat()).stdout(Stdio::piped()).spawn().expect("it runs");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line).expect("a line");
        (Serving(child), line)
    }
}

/// A server that does not outlive its test, however that ends.
pub struct Serving(pub Child);

impl Serving {
    pub fn code(&mut self) -> Option<i32> {
        self.0.wait().expect("it ends").code()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[derive(Debug, PartialEq, Eq)]
pub struct Run {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Run {
    pub fn of(output: Output) -> Self {
        Run {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).expect("text"),
            err: String::from_utf8(output.stderr).expect("text"),
        }
    }
}
