//! The server under systemd: a socket that is handed over, what it is told, and the units it is run by.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixDatagram;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::file;
use crate::shell::{Home, Run, Serving};
use crate::tools::are_here;

/// How long something that is expected may take on a slow machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// `midair serve` as systemd starts it: with this as its third file, and `sockets` said to be there.
fn handed(home: &Home, what: impl Into<OwnedFd>, sockets: &str) -> Command {
    let midair = home.command(&[]);
    let mut command = Command::new("sh");
    let words = "LISTEN_FDS=$1 LISTEN_PID=$$ exec \"$0\" serve --no-seed 3<&0 4<&0 </dev/null";
    command.args(["-c", words, env!("CARGO_BIN_EXE_midair"), sockets]).stdin(Stdio::from(what.into()));
    for (name, value) in midair.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command
}

fn is_answered(mut connection: TcpStream) {
    connection.set_read_timeout(Some(PATIENCE)).unwrap();
    connection.write_all(b"GET /healthz HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n").unwrap();
    let answer = std::io::read_to_string(&mut connection).expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
}

#[test]
fn a_server_listens_on_the_socket_that_it_is_handed() {
    let home = Home::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    // Whoever connects before the server is there waits in the socket, and is answered.
    let early = TcpStream::connect(address).unwrap();
    let _serving = Serving(handed(&home, listener, "1").stdout(Stdio::null()).spawn().unwrap());
    is_answered(early);
    assert_ne!(address, home.listen);
    TcpStream::connect(home.listen).expect_err("nothing listens where it would have without a socket");
}

#[test]
fn what_is_handed_over_and_cannot_be_listened_on_is_refused_in_a_sentence() {
    let home = Home::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let refused = |mut command: Command| {
        let mut server = Serving(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap());
        let mut line = String::new();
        BufReader::new(server.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "", "it is served");
        Run { code: server.code(), out: line, err: std::io::read_to_string(server.0.stderr.take().unwrap()).unwrap() }
    };
    let two = refused(handed(&home, listener.try_clone().unwrap(), "2"));
    assert_eq!(two.err, "midair: 2 sockets were handed over; midair listens on exactly one\n");
    let udp = refused(handed(&home, UdpSocket::bind("127.0.0.1:0").unwrap(), "1"));
    assert!(udp.err.starts_with("midair: what was handed over is no TCP socket to listen on ("), "{}", udp.err);
    let connection = refused(handed(&home, TcpStream::connect(listener.local_addr().unwrap()).unwrap(), "1"));
    assert!(connection.err.contains("a connection was handed over"), "{}", connection.err);
    assert_eq!([two.code, udp.code, connection.code], [Some(2); 3]);
}

#[test]
fn systemd_is_told_when_a_server_is_ready_that_it_is_alive_and_that_it_ends() {
    let home = Home::new();
    let path = home.folder.path().join("notify");
    let told = UnixDatagram::bind(&path).unwrap();
    told.set_read_timeout(Some(PATIENCE)).unwrap();
    let next = || {
        let mut words = [0; 512];
        let length = told.recv(&mut words).expect("word from the server");
        String::from_utf8_lossy(&words[..length]).into_owned()
    };
    let mut command = home.command(&["serve", "--no-seed"]);
    command.env("NOTIFY_SOCKET", &path).env("WATCHDOG_USEC", "200000").stdout(Stdio::null());
    let mut serving = Serving(command.spawn().unwrap());
    assert_eq!(next(), format!("READY=1\nSTATUS=Serving http://{}\n", home.listen));
    TcpStream::connect(home.listen).expect("it is ready when it says so");
    assert_eq!([next(), next(), next()], ["WATCHDOG=1\n"; 3]);
    assert!(Command::new("kill").args(["-TERM", &serving.0.id().to_string()]).status().unwrap().success());
    let last = std::iter::repeat_with(next).find(|word| word != "WATCHDOG=1\n");
    assert_eq!(last.as_deref(), Some("STOPPING=1\n"));
    assert_eq!(serving.code(), Some(143));
}

#[test]
fn systemds_own_starter_hands_its_socket_over() {
    if !are_here(&["systemd-socket-activate"], "a socket from systemd-socket-activate") {
        return;
    }
    let home = Home::new();
    let port = home.listen.to_string();
    let mut command = Command::new("systemd-socket-activate");
    command.args(["-l", &port, "-E", "HOME", "-E", "MIDAIR_DB", env!("CARGO_BIN_EXE_midair"), "serve", "--no-seed"]);
    command.env("HOME", home.folder.path()).env("MIDAIR_DB", home.folder.path().join("records.db"));
    let _starter = Serving(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
    let end = Instant::now() + PATIENCE;
    let connection = std::iter::repeat_with(|| TcpStream::connect(home.listen)).find(|connection| {
        assert!(Instant::now() < end, "nobody listens");
        connection.is_ok()
    });
    is_answered(connection.unwrap().unwrap());
}

#[test]
fn the_units_are_sound_and_leave_little_to_attack() {
    if !are_here(&["systemd-analyze"], "the units of systemd") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for unit in ["midair.service", "midair.socket"] {
        // The program is not installed here, nor are its pages.
        let text = std::fs::read_to_string(file("packaging").join(unit)).unwrap();
        let text = text.replace("/usr/bin/midair", env!("CARGO_BIN_EXE_midair"));
        let text: String =
            text.lines().filter(|line| !line.starts_with("Documentation=")).map(|l| l.to_owned() + "\n").collect();
        std::fs::write(folder.path().join(unit), text).unwrap();
    }
    let analyze = |words: &[&str]| {
        let run = Command::new("systemd-analyze").args(words).current_dir(folder.path()).output().unwrap();
        (run.status.success(), String::from_utf8_lossy(&[run.stdout, run.stderr].concat()).into_owned())
    };
    assert_eq!(analyze(&["verify", "./midair.service", "./midair.socket"]), (true, String::new()));
    let (safe, said) = analyze(&["security", "--offline=true", "--threshold=20", "--no-pager", "./midair.service"]);
    let exposure = said.lines().find(|line| line.contains("Overall exposure")).unwrap_or(&said);
    println!("{exposure}");
    assert!(safe, "{said}");
}
