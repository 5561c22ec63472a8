//! What happened, as plain values: what every client did and was told, what is kept, what the feeds said.

use std::collections::BTreeMap;

/// A record, by its number.
pub type Name = u32;
/// An entity tag, quotes included.
pub type Token = String;
/// Nanoseconds since the run began.
pub type Time = u64;

/// Everything that the checker looks at.
#[derive(Clone, Debug, Default)]
pub struct History {
    pub operations: Vec<Operation>,
    /// What the server keeps at the end.
    pub records: BTreeMap<Name, Kept>,
    /// What each feed said from the first change on, over all its connections.
    pub feeds: Vec<Vec<Event>>,
}

/// One thing that a client wanted, with all the requests that it took.
#[derive(Clone, Debug)]
pub struct Operation {
    pub client: u32,
    pub record: Name,
    /// Before the first request was sent.
    pub start: Time,
    /// After the answer was read, or the client gave up.
    pub end: Time,
    /// How many requests were sent.
    pub tries: u32,
    pub act: Act,
    pub outcome: Outcome,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    Read,
    Write(Write),
}

/// A write, under its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Write {
    pub edit: String,
    pub on: On,
    /// What the record is to be; `None` deletes it.
    pub value: Option<String>,
}

/// What a write replaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum On {
    /// Nothing that stands there (`If-None-Match: *`).
    Nothing,
    /// The version of this token (`If-Match`).
    Token(Token),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A read was answered.
    Read(Stands),
    /// A write was acknowledged. A deletion is told no token.
    Written { version: u64, token: Option<Token>, replayed: bool },
    /// A write was refused, because this stands there.
    Refused(Stands),
    /// No answer came, and the client no longer asks.
    Unknown,
}

/// What stands under a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stands {
    Record(Seen),
    /// Nothing since this version deleted it; 0: nothing ever.
    Gone(u64),
}

impl Stands {
    pub fn version(&self) -> u64 {
        match self {
            Stands::Record(seen) => seen.version,
            Stands::Gone(version) => *version,
        }
    }
}

/// A version of a record, whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    pub version: u64,
    pub token: Token,
    /// Empty where it was not told.
    pub value: String,
}

/// What is kept of a record.
#[derive(Clone, Debug)]
pub struct Kept {
    /// As the history tells them, oldest first.
    pub versions: Vec<Version>,
    pub stands: Stands,
}

/// A line of the history of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    pub number: u64,
    pub op: String,
    pub edit: Option<String>,
    /// What can be read under the number; `None` where it deleted the record.
    pub whole: Option<Seen>,
}

/// What a feed says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub seq: u64,
    pub record: Name,
    pub version: u64,
    pub op: String,
    pub edit: Option<String>,
}
