//! The programs of others that a test needs: where one is missing, the test says what it passed over, or fails.
#![allow(dead_code)]

use std::io::Write;
use std::process::Command;

/// Whether these programs are here; of one that is not, says so past the capture of the test runner. Where everything has
/// to be tried, that is a failure.
pub fn are_here(programs: &[&str], what_for: &str) -> bool {
    let missing = |program: &&&str| {
        Command::new(program).arg("--version").output().map_or(true, |output| !output.status.success())
    };
    match programs.iter().find(missing) {
        Some(program) => {
            passed_over(&format!("{program} is missing here"), what_for);
            false
        }
        None => true,
    }
}

/// Says what is not tried, and why.
pub fn passed_over(why: &str, what: &str) {
    assert!(std::env::var_os("MIDAIR_TESTS_WHOLE").is_none(), "{why}, and MIDAIR_TESTS_WHOLE is set: {what}");
    let _ = writeln!(std::io::stderr(), "NOT RUN, {why}: {what}");
}
