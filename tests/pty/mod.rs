//! The real program in a real pseudo-terminal, a home of its own, and the other person at the wire; never sleeps.
#![allow(dead_code, clippy::unwrap_used)]

pub mod film;
pub mod liar;
pub mod svg;
pub mod wire;

use std::io::{Read, Write};
use std::net::TcpListener;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
use tempfile::TempDir;

/// How long something that is expected may take on a slow machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// A home folder and a port that no other test has.
pub struct Home {
    folder: TempDir,
    pub port: u16,
}

impl Home {
    pub fn new() -> Home {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        Home { folder: tempfile::tempdir().unwrap(), port: listener.local_addr().unwrap().port() }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn listen(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// `midair` with these arguments, in a terminal of 120 by 40.
    pub fn midair(&self, arguments: &[&str]) -> Terminal {
        self.sized(arguments, 120, 40)
    }

    pub fn sized(&self, arguments: &[&str], columns: u16, rows: u16) -> Terminal {
        self.start(Path::new(env!("CARGO_BIN_EXE_midair")), arguments, columns, rows, &[])
    }

    /// A person at a terminal of their own, on the one local server, without the sample records.
    pub fn person(&self, name: &str) -> Terminal {
        self.midair(&["--as", name, "--no-seed"])
    }

    pub fn start(
        &self,
        program: &Path,
        arguments: &[&str],
        columns: u16,
        rows: u16,
        environment: &[(&str, &str)],
    ) -> Terminal {
        let mut command = CommandBuilder::new(program);
        command.env_clear();
        command.args(arguments);
        command.cwd(self.folder.path());
        for (name, folder) in [
            ("HOME", "home"),
            ("XDG_DATA_HOME", "data"),
            ("XDG_STATE_HOME", "state"),
            ("XDG_CONFIG_HOME", "config"),
            ("XDG_CACHE_HOME", "cache"),
        ] {
            command.env(name, self.path(folder));
        }
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("TERM", "xterm-256color");
        command.env("LANG", "C.UTF-8");
        command.env("USER", "tester");
        command.env("MIDAIR_LISTEN", self.listen());
        for (name, value) in environment {
            command.env(name, value);
        }
        Terminal::start(command, columns, rows)
    }
}

/// A program in a pseudo-terminal.
pub struct Terminal {
    parser: vt100::Parser,
    raw: Vec<u8>,
    output: Receiver<Vec<u8>>,
    keyboard: Box<dyn Write + Send>,
    master: Box<dyn MasterPty + Send>,
    child: Box<dyn Child + Send + Sync>,
}

impl Terminal {
    fn start(command: CommandBuilder, columns: u16, rows: u16) -> Terminal {
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let child = pair.slave.spawn_command(command).unwrap();
        let mut reader = pair.master.try_clone_reader().unwrap();
        let keyboard = pair.master.take_writer().unwrap();
        let (send, output) = channel();
        std::thread::spawn(move || {
            let mut chunk = [0; 65_536];
            while let Ok(length @ 1..) = reader.read(&mut chunk) {
                if send.send(chunk[..length].to_vec()).is_err() {
                    return;
                }
            }
        });
        let parser = vt100::Parser::new(size_of(rows), size_of(columns), 0);
        Terminal { parser, raw: Vec::new(), output, keyboard, master: pair.master, child }
    }

    /// Presses keys: names as in `enter ctrl-s left`; what stands in single quotes is typed as it is.
    pub fn keys(&mut self, names: &str) -> &mut Self {
        for (place, part) in names.split('\'').enumerate() {
            if place % 2 == 1 {
                self.keyboard.write_all(part.as_bytes()).unwrap();
            } else {
                part.split_whitespace().for_each(|name| self.key(name));
            }
        }
        self.keyboard.flush().unwrap();
        self
    }

    fn key(&mut self, name: &str) {
        let bytes: &[u8] = match name {
            "enter" => b"\r",
            "esc" => b"\x1b",
            "tab" => b"\t",
            "backspace" => b"\x7f",
            "up" => b"\x1b[A",
            "down" => b"\x1b[B",
            "right" => b"\x1b[C",
            "left" => b"\x1b[D",
            "home" => b"\x1b[H",
            "end" => b"\x1b[F",
            "pageup" => b"\x1b[5~",
            "pagedown" => b"\x1b[6~",
            "f1" => b"\x1bOP",
            "f12" => b"\x1b[24~",
            name => match name.strip_prefix("ctrl-") {
                Some(letter) => &[letter.as_bytes()[0] & 0x1f],
                None => name.as_bytes(),
            },
        };
        self.keyboard.write_all(bytes).unwrap();
        self.keyboard.flush().unwrap();
        if name == "esc" {
            // A lone escape is one only when nothing follows it at once: what is drawn next tells that it was taken.
            self.reads_something();
        }
    }

    fn reads_something(&mut self) {
        if let Ok(chunk) = self.output.recv_timeout(PATIENCE) {
            self.take(&chunk);
        }
    }

    pub fn paste(&mut self, text: &str) -> &mut Self {
        self.keyboard.write_all(format!("\x1b[200~{text}\x1b[201~").as_bytes()).unwrap();
        self.keyboard.flush().unwrap();
        self
    }

    fn take(&mut self, chunk: &[u8]) {
        self.raw.extend_from_slice(chunk);
        self.parser.process(chunk);
    }

    /// Waits until the screen, as it is, is what is expected.
    pub fn waits_until(&mut self, what: &str, expected: impl Fn(&vt100::Screen) -> bool) -> &mut Self {
        let end = Instant::now() + PATIENCE;
        loop {
            if expected(self.parser.screen()) {
                return self;
            }
            match self.output.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(chunk) => self.take(&chunk),
                Err(RecvTimeoutError::Timeout) => panic!("{what} does not come. The screen is:\n{}", self.screen()),
                Err(RecvTimeoutError::Disconnected) if expected(self.parser.screen()) => return self,
                Err(RecvTimeoutError::Disconnected) => {
                    panic!("the program ended before {what} came. The screen was:\n{}", self.screen())
                }
            }
        }
    }

    /// Waits until `text` stands on the screen of just one of two terminals, whichever it is.
    pub fn one_shows(pair: [&mut Terminal; 2], text: &str) {
        let end = Instant::now() + PATIENCE;
        let [left, right] = pair;
        while left.screen().contains(text) == right.screen().contains(text) {
            assert!(
                Instant::now() < end,
                "{text:?} does not come on just one screen. They are:\n{}\n{}",
                left.screen(),
                right.screen()
            );
            for terminal in [&mut *left, &mut *right] {
                if let Ok(chunk) = terminal.output.recv_timeout(Duration::from_millis(20)) {
                    terminal.take(&chunk);
                }
            }
        }
    }

    /// Waits until `text` stands on the screen.
    pub fn shows(&mut self, text: &str) -> &mut Self {
        self.waits_until(&format!("{text:?}"), |screen| screen.contents().contains(text))
    }

    /// Reads what is drawn within this time.
    pub fn watches(&mut self, time: Duration) -> &mut Self {
        let end = Instant::now() + time;
        while let Ok(chunk) = self.output.recv_timeout(end.saturating_duration_since(Instant::now())) {
            self.take(&chunk);
        }
        self
    }

    /// Waits until nothing more is drawn: for pictures, which must not catch half a frame.
    pub fn falls_quiet(&mut self) -> &mut Self {
        while let Ok(chunk) = self.output.recv_timeout(Duration::from_millis(250)) {
            self.take(&chunk);
        }
        self
    }

    /// Waits until `text` stands on the screen no more.
    pub fn hides(&mut self, text: &str) -> &mut Self {
        self.waits_until(&format!("the end of {text:?}"), |screen| !screen.contents().contains(text))
    }

    /// The screen as it is known.
    pub fn screen(&self) -> String {
        self.parser.screen().contents()
    }

    pub fn cells(&self) -> &vt100::Screen {
        self.parser.screen()
    }

    /// Everything that came out of the program so far.
    pub fn raw(&self) -> &[u8] {
        &self.raw
    }

    pub fn resize(&mut self, columns: u16, rows: u16) {
        self.master.resize(PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }).unwrap();
        self.parser.screen_mut().set_size(size_of(rows), size_of(columns));
    }

    /// Kills the program without a warning; the library's own `kill` would hang up first, which is a way to quit.
    pub fn kill_9(mut self) {
        self.signal("KILL");
        self.child.wait().unwrap();
    }

    pub fn signal(&mut self, name: &str) {
        let pid = self.child.process_id().unwrap().to_string();
        let sent = std::process::Command::new("kill").args(["-s", name, &pid]).status().unwrap();
        assert!(sent.success());
    }

    /// Waits until the program has ended, and reads the rest of its output.
    pub fn ends(&mut self) -> ExitStatus {
        let end = Instant::now() + PATIENCE;
        loop {
            match self.output.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(chunk) => self.take(&chunk),
                Err(RecvTimeoutError::Disconnected) => return self.child.wait().unwrap(),
                Err(RecvTimeoutError::Timeout) => panic!("it does not end. The screen is:\n{}", self.screen()),
            }
        }
    }
}

fn size_of(cells: u16) -> NonZero<u16> {
    NonZero::new(cells).unwrap()
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
