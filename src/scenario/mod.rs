//! A scenario: who does what in which order, and what must then be seen, as plain values; knows not how it is carried out.

mod bundled;
mod forms;
mod pattern;
mod reading;

use std::fmt;

use midair_record::wire::Key;
use midair_record::{Pointer, Record, Value};

use crate::tui::msg::Press;

pub use bundled::{BUNDLED, bundled};
pub use forms::{FORMS, Form, markdown};

/// A whole scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// A few words.
    pub title: String,
    /// What happens, in a sentence or two.
    pub about: String,
    /// What would have been lost, and why it was not.
    pub lost: String,
    /// Those who sit at a terminal, in order.
    pub terminals: Vec<String>,
    /// Programs without a screen.
    pub clients: Vec<String>,
    /// The collections that are defined before anything else, and their definitions.
    pub collections: Vec<(String, Record)>,
    /// The records that stand there then.
    pub records: Vec<(Key, Record)>,
    /// What is done, in order.
    pub steps: Vec<Step>,
}

/// One step.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The line of the file on which it begins, from 1.
    pub line: usize,
    /// As it is written, its first line.
    pub text: String,
    /// What is said while it is shown.
    pub caption: Option<String>,
    pub does: Does,
}

/// Somebody who takes part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Who {
    /// The person at this terminal.
    Terminal(usize),
    /// This program without a screen.
    Client(usize),
}

/// What a step does.
#[derive(Clone, Debug, PartialEq)]
pub enum Does {
    /// A person does something at their terminal.
    Deed(usize, Deed),
    /// A program does something.
    Chore(usize, Chore),
    /// The wire between somebody and the server does something.
    Cue(Who, Cue),
    /// Something must be so.
    Check(Check),
}

/// What a person does, by the keys that mean it.
#[derive(Clone, Debug, PartialEq)]
pub enum Deed {
    Open(Key),
    Create(Key),
    Set(Pointer, Value),
    Remove(Pointer),
    Note(String),
    Save,
    LookAtTheirs,
    Take(Side, Which),
    Settle(Pointer, Value),
    Submit,
    AskToDelete(Key),
    Confirm,
    Recreate,
    KeepAsDraft,
    SaveCopy(String),
    GoBack,
    Undo,
    Redo,
    Press(Vec<Press>),
}

/// Whose value is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Theirs,
    Mine,
    Base,
    Both,
}

/// What it is taken for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// A field.
    Field(Pointer),
    /// A part of a text or list, counted from 1.
    Part(Pointer, usize),
    /// All that is still undecided.
    Rest,
}

/// What a program does.
#[derive(Clone, Debug, PartialEq)]
pub enum Chore {
    /// Reads a record, and goes by it from then on.
    Read(Key),
    /// Writes what it read with these members in it, over the version that it read; else as a new record.
    Write(Key, Record),
    /// The same without saying what it replaces.
    Overwrite(Key, Record),
    /// Writes several records of a collection in one request, each over the version that it read.
    Bulk(String, Vec<(String, Record)>),
    /// Deletes the version that it read.
    Delete(Key),
}

/// What the wire between somebody and the server does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cue {
    Offline,
    Online,
    /// The next write arrives, and its answer does not come back.
    LoseAnswer,
    /// The same, and nothing goes through any more after it.
    CutAfterWrite,
    /// Reads are answered as things stand now, until further notice.
    StaleReads,
    /// Reads are answered by the server again.
    FreshReads,
}

/// What must be so.
#[derive(Clone, Debug, PartialEq)]
pub enum Check {
    /// This stands on the screen.
    Sees(usize, String),
    /// This does not, once everything has settled.
    SeesNot(usize, String),
    /// The next exchange of this kind went so.
    Wire { who: Who, method: String, what: String, went: Went },
    /// Nothing else was written.
    NoWrite(Who),
    /// A program was told this status for a record.
    Told(usize, u16, Key),
    /// This stands in the store.
    Stands(Key, Record),
    /// It stands there as this version, counted from the one that the scenario began with.
    Version(Key, u64),
    /// Nothing stands there.
    Gone(Key),
}

/// How an exchange went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Went {
    /// It was answered with this status.
    Answered(u16),
    /// It was answered, and the answer was lost.
    Lost,
}

/// What is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// On which line, from 1.
    pub line: usize,
    /// A sentence without its full stop: what is wrong, and what is meant.
    pub what: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.what)
    }
}

impl Scenario {
    /// Reads a scenario.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn parse(text: &str) -> Result<Self, Vec<Fault>> {
        reading::read(text)
    }

    /// What somebody is called.
    pub fn name(&self, who: Who) -> &str {
        match who {
            Who::Terminal(index) => &self.terminals[index],
            Who::Client(index) => &self.clients[index],
        }
    }

    /// Everybody: those at terminals, then the programs.
    pub fn everybody(&self) -> impl Iterator<Item = Who> + use<> {
        let terminals = (0..self.terminals.len()).map(Who::Terminal);
        terminals.chain((0..self.clients.len()).map(Who::Client))
    }
}

#[cfg(test)]
mod tests;
