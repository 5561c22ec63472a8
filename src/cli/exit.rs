//! How midair ends: the exit codes, declared once, and the failure that carries one; refuses to know who fails.

use std::fmt;
use std::process::ExitCode;

use crate::backend::{BadServer, Fault};

/// How the program ended, for whoever called it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    Done,
    Failed,
    Usage,
    Conflict,
    NotFound,
    Unreachable,
    Unauthorised,
    HungUp,
    Interrupted,
    Terminated,
}

impl Exit {
    const ALL: [Exit; 10] = [
        Exit::Done,
        Exit::Failed,
        Exit::Usage,
        Exit::Conflict,
        Exit::NotFound,
        Exit::Unreachable,
        Exit::Unauthorised,
        Exit::HungUp,
        Exit::Interrupted,
        Exit::Terminated,
    ];

    fn declared(self) -> (u8, &'static str) {
        match self {
            Exit::Done => (0, "done"),
            Exit::Failed => {
                (1, "it failed, faults were listed, or a merge left something open; the reason is on stderr")
            }
            Exit::Usage => {
                (2, "the command line, or a file to merge, is not understood, or such a file cannot be read or written")
            }
            Exit::Conflict => (3, "somebody else's record or change stands in the way; nothing was overwritten"),
            Exit::NotFound => (4, "there is no such collection or record"),
            Exit::Unreachable => (5, "the server cannot be reached"),
            Exit::Unauthorised => (6, "the server does not let you do that"),
            Exit::HungUp => (129, "the terminal went away; what was typed is kept"),
            Exit::Interrupted => (130, "interrupted"),
            Exit::Terminated => (143, "terminated"),
        }
    }

    /// The exit of a program that a signal ended.
    #[must_use]
    pub fn of_signal(number: i32) -> Self {
        match number {
            1 => Exit::HungUp,
            2 => Exit::Interrupted,
            _ => Exit::Terminated,
        }
    }

    /// Every code with its meaning.
    pub fn each() -> impl Iterator<Item = (u8, &'static str)> {
        Self::ALL.into_iter().map(Self::declared)
    }

    /// The table of all codes, for `--help`.
    #[must_use]
    pub fn table() -> String {
        let line = |exit: Exit| {
            let (code, meaning) = exit.declared();
            format!("  {code:>3}  {meaning}\n")
        };
        format!("Exit codes:\n{}", Self::ALL.map(line).concat())
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit.declared().0)
    }
}

/// Why the program stops: the exit code and the sentence for stderr. An empty sentence was told before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub exit: Exit,
    pub sentence: String,
}

impl Failure {
    /// A failure of no particular kind.
    pub fn because(sentence: impl fmt::Display) -> Self {
        Failure { exit: Exit::Failed, sentence: sentence.to_string() }
    }

    /// A command line that cannot be meant.
    pub fn usage(sentence: impl fmt::Display) -> Self {
        Failure { exit: Exit::Usage, sentence: sentence.to_string() }
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        let exit = match &fault {
            Fault::Unreachable(_) | Fault::Uncertain(_) => Exit::Unreachable,
            Fault::Refused { status: 401 | 403, .. } => Exit::Unauthorised,
            Fault::Refused { status: 404 | 410, .. } => Exit::NotFound,
            Fault::Refused { status: 409 | 412, .. } => Exit::Conflict,
            Fault::Refused { .. } | Fault::NotMidair(_) | Fault::OtherContract { .. } | Fault::Broken(_) => {
                Exit::Failed
            }
        };
        Failure { exit, sentence: fault.to_string() }
    }
}

impl From<BadServer> for Failure {
    fn from(fault: BadServer) -> Self {
        Failure::usage(fault)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_help_names_every_code_once() {
        let table = Exit::table();
        for code in [0, 1, 2, 3, 4, 5, 6, 129, 130, 143] {
            assert_eq!(table.matches(&format!("  {code:>3}  ")).count(), 1, "{table}");
        }
    }
}
