//! What happens to the screen and what it wants done: the whole protocol between `tui` and `run`, as plain values.

use jiff::Timestamp;
use midair_record::draft::Draft;
use midair_record::pulse::Pulse;
use midair_record::schema::Violation;
use midair_record::wire::{Delete, Event, Key, Put, Stored, Token, Tombstone, VersionLine};
use midair_record::{Pointer, Record};
use ratatui::crossterm::event::{KeyCode, KeyModifiers};

/// Something that happened.
#[derive(Clone, Debug)]
pub enum Msg {
    /// A key went down.
    Key(Press),
    /// Text was pasted, as one piece.
    Paste(String),
    /// The mouse did something.
    Mouse(Mouse),
    /// Time went on.
    Tick(Clock),
    /// The list of collections came.
    Collections(Result<Vec<CollectionLine>, String>),
    /// A page of records came.
    Page { asked: PageWanted, result: Result<Page, String> },
    /// A record came, with the writes to it since version `since`, where that was asked.
    Loaded { key: Key, result: Result<Read, String>, changes: Vec<VersionLine> },
    /// What a collection is defined as came; it comes before every answer that needs it.
    Defined { collection: String, result: Result<Option<Record>, String> },
    /// A save was answered.
    Saved { sent: Box<Draft>, result: Result<Put, Unsaved> },
    /// A deletion was answered.
    Deleted { key: Key, result: Result<Delete, Unsaved> },
    /// Somebody wrote a record, in this terminal or elsewhere.
    Changed(Event),
    /// Somebody is editing a record, at `path` in it, or no longer is.
    Present { key: Key, by: String, path: Option<Pointer>, here: bool },
    /// The connection came or went.
    Link(Link),
    /// A draft was written to disk, or could not be.
    DraftKept { slot: String, result: Result<(), NotKept> },
    /// A page of a record's history came: the newest one, or the one before version `before`.
    History { key: Key, before: Option<u64>, result: Result<HistoryPage, String> },
    /// A version came; `None` where its fields are no longer kept.
    Version { key: Key, number: u64, result: Result<Option<Box<Stored>>, String> },
    /// A restoration of version `number` was answered.
    Restored { key: Key, number: u64, result: Result<Put, Unsaved> },
    /// The numbers of the last minutes came.
    Pulse(Result<Box<Pulse>, String>),
    /// An editor that a text was written in ended.
    Written(Written),
    /// Drafts that an earlier session left, and what could not be read of them.
    Waiting { drafts: Vec<WaitingDraft>, unreadable: Vec<String> },
}

/// Something to be done.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Ask for the collections.
    LoadCollections,
    /// Ask for a page of records.
    LoadPage(PageWanted),
    /// Ask for a record, and for the writes to it after version `since`.
    Load { key: Key, since: Option<u64> },
    /// Ask what a collection is defined as.
    LoadDefinition { collection: String },
    /// Write the draft to disk under the name `slot`.
    KeepDraft { slot: String, draft: Box<Draft> },
    /// The server answered a draft that was sent, and did not store it: it waits for a person now.
    DraftAnswered { slot: String },
    /// Take the draft from the disk: it was saved, or a person threw it away.
    DropDraft { slot: String },
    /// Leave the draft on the disk for the next session.
    ReleaseDraft { slot: String },
    /// Look for drafts that an earlier session left.
    FindDrafts,
    /// Write the draft to disk, then send it.
    Save { slot: String, draft: Box<Draft> },
    /// Delete the version that the token names.
    Delete { key: Key, token: Token, edit_id: String },
    /// Ask for the numbers of the last minutes.
    LoadPulse,
    /// Ask for a page of a record's history: the newest one, or the one before version `before`.
    LoadHistory { key: Key, before: Option<u64> },
    /// Ask for a version of a record.
    LoadVersion { key: Key, number: u64 },
    /// Write version `number` again as the newest, over the version that the token names, or over a deletion.
    Restore { key: Key, number: u64, token: Option<Token>, edit_id: String },
    /// Tell others that I am editing a record, at `path` in it.
    SayHere { key: Key, path: Option<Pointer> },
    /// Tell them that I no longer am.
    SayGone { key: Key },
    /// Give this text to the terminal's clipboard.
    Copy(String),
    /// Give the terminal to an editor of the person's own, with this text in it.
    WriteOutside(Outside),
    /// Done with the text that was written outside.
    CloseOutside(Leave),
    /// Draw every cell again.
    Repaint,
    /// Give the terminal back and stop, until the shell lets midair go on.
    Suspend,
    /// Leave.
    Quit,
}

/// A text for an editor outside midair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outside {
    /// What its file is to be called after.
    pub name: String,
    /// What kind of text it is, as the end of a file's name says it: `txt`.
    pub kind: &'static str,
    pub text: String,
}

/// What came of a text that was given to an editor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Where it stands.
    pub file: String,
    /// What stands there now; `None` where that cannot be read.
    pub text: Option<String>,
    /// What went wrong, as a sentence.
    pub trouble: Option<String>,
}

/// What stays of a file that was given to an editor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Leave {
    /// Nothing.
    Nothing,
    /// The file, as the editor left it.
    AsItIs,
    /// The file, with this text.
    Text(String),
}

/// A key, with what was held down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Press {
    pub code: KeyCode,
    pub mods: KeyModifiers,
}

/// What the mouse did, in which column and row of the screen, and what was held down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mouse {
    pub kind: Pointed,
    pub column: u16,
    pub row: u16,
    pub mods: KeyModifiers,
}

/// What can be done with a mouse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pointed {
    /// The left button went down, for the `clicks`th time in a row at this place.
    Press { clicks: u8 },
    /// The mouse moved with the left button down.
    Drag,
    /// The wheel was turned by so many notches, up where negative.
    Scroll(i8),
}

/// The time, and how far local time is from UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    pub now: Timestamp,
    pub offset_seconds: i32,
}

/// A collection in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CollectionLine {
    pub name: String,
    pub records: u64,
}

/// Which page of records is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageWanted {
    pub collection: String,
    pub filter: String,
    pub part: Part,
}

/// A part of a list: from one of its ends on, or what comes after a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// `None`: from the start of the list on, or from its end.
    pub after: Option<String>,
    /// From the end towards the start; the records come in that order.
    pub backwards: bool,
    /// How many records at the most.
    pub limit: usize,
}

/// A page of records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    pub items: Vec<Stored>,
    pub next: Option<String>,
    pub total: Option<u64>,
}

/// A page of a record's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryPage {
    /// What stands at the key, with the newest page.
    pub now: Option<Read>,
    /// Oldest first.
    pub lines: Vec<VersionLine>,
    /// Whether there are versions before these.
    pub older: bool,
}

/// What stands at a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Read {
    Stored(Box<Stored>),
    Gone(Tombstone),
    Missing,
}

/// Why a write has no verdict, as a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unsaved {
    /// The server did not answer: it is sent again when it does. Whether it arrived may be unknown.
    NoAnswer(String),
    /// The server or the disk said no: sending the same again would not help.
    Refused(String),
    /// The server said no, for these faults of the record.
    Invalid { why: String, faults: Vec<Violation> },
}

/// Why a draft is not on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotKept {
    /// Another terminal has the draft of this name open: it goes on under a name of its own.
    Taken,
    /// It could not be written, for this reason.
    Failed(String),
}

impl std::fmt::Display for NotKept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            NotKept::Taken => f.write_str("This draft is open in another terminal too; try again."),
            NotKept::Failed(why) => f.write_str(why),
        }
    }
}

/// How the connection to the server stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Link {
    /// Not known yet.
    Connecting,
    /// Changes come in. `hosting`: the server runs in this terminal.
    Live { hosting: bool },
    /// Nothing comes in, for this reason.
    Lost(String),
}

/// A draft that an earlier session left.
#[derive(Clone, Debug, PartialEq)]
pub struct WaitingDraft {
    pub slot: String,
    /// In whose name it was typed.
    pub who: String,
    pub saved_at: String,
    /// Whether it was on its way to the server, which had not answered.
    pub sending: bool,
    pub draft: Draft,
}
