//! How long `midair merge` takes as a process, beside `git merge-file` and mergiraf: `cargo bench -p midair`.
#![allow(clippy::unwrap_used)]

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const ROUNDS: usize = 21;
/// What takes longer is measured once.
const SLOW: Duration = Duration::from_secs(2);

/// Base, mine and theirs of a package.json of about `size` bytes: both sides move some dependencies on, each its own,
/// and add one beside the other's; mine moves the version on.
fn package(size: usize) -> [String; 3] {
    let count = (size.saturating_sub(260) / 38).max(4);
    ["base", "mine", "theirs"].map(|side| {
        let version = if side == "mine" { "2.5.0" } else { "2.4.1" };
        let mut text = format!(
            "{{\n  \"name\": \"harbour-ledger\",\n  \"version\": \"{version}\",\n  \"private\": true,\n  \"scripts\": {{\n    \
             \"build\": \"tsc -p .\",\n    \"test\": \"vitest run\",\n    \"lint\": \"eslint src\"\n  }},\n  \"files\": \
             [\"dist\", \"README.md\"],\n  \"dependencies\": {{\n"
        );
        for number in 0..count {
            let moved = match number % 20 {
                3 => side == "mine",
                12 => side == "theirs",
                _ => false,
            };
            let minor = if moved { 9 } else { number % 7 };
            let last = if number + 1 == count { "" } else { "," };
            writeln!(text, "    \"freight-module-{number:05}\": \"^{}.{minor}.2\"{last}", number % 5).unwrap();
            if number == count / 2 {
                match side {
                    "mine" => writeln!(text, "    \"freight-module-{number:05}-a\": \"^1.0.0\",").unwrap(),
                    "theirs" => writeln!(text, "    \"freight-module-{number:05}-b\": \"^3.1.4\",").unwrap(),
                    _ => {}
                }
            }
        }
        text + "  }\n}\n"
    })
}

/// The median time of a process from start to end, and its exit code.
fn timed(folder: &Path, program: &str, words: &[&str]) -> (Duration, Option<i32>) {
    let run = || {
        let mut command = Command::new(program);
        command.args(words).current_dir(folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().unwrap().code()
    };
    let start = Instant::now();
    let code = run();
    let rounds = if start.elapsed() > SLOW { 1 } else { ROUNDS };
    let mut times: Vec<Duration> = (0..rounds)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    (times[rounds / 2], code)
}

fn is_installed(program: &str) -> bool {
    Command::new(program).arg("--version").stdout(Stdio::null()).status().is_ok_and(|status| status.success())
}

fn main() {
    let mergiraf = is_installed("mergiraf");
    if !mergiraf {
        println!("mergiraf is not installed: it is left out");
    }
    println!("three versions of a package.json, whole processes, the median of {ROUNDS}; exit code 0 is a clean merge");
    for size in [1_000, 20_000, 200_000] {
        let folder = tempfile::tempdir().unwrap();
        let sides = package(size);
        for (name, text) in ["base.json", "mine.json", "theirs.json"].into_iter().zip(&sides) {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        println!("{} bytes:", sides[0].len());
        let ours = ["merge", "base.json", "mine.json", "theirs.json"];
        let git = ["merge-file", "-p", "--diff3", "mine.json", "base.json", "theirs.json"];
        let (midair, code) = timed(folder.path(), env!("CARGO_BIN_EXE_midair"), &ours);
        assert_eq!(code, Some(0), "midair merges what both sides did");
        let ms = |time: Duration| time.as_secs_f64() * 1e3;
        println!("  midair merge    {:8.2} ms, exit code 0", ms(midair));
        for (name, program, words) in [("git merge-file", "git", &git[..]), ("mergiraf merge", "mergiraf", &ours)] {
            if program == "mergiraf" && !mergiraf {
                continue;
            }
            let (other, code) = timed(folder.path(), program, words);
            let code = code.map_or("none".to_owned(), |code| code.to_string());
            let ratio = midair.as_secs_f64() / other.as_secs_f64();
            println!("  {name}  {:8.2} ms, exit code {code}; midair takes {ratio:.3} of that", ms(other));
        }
    }
}
