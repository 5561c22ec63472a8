//! The one table of keys: input, footer, help, palette and the README's key list are all read from it.

mod bound;
pub mod chord;
mod presets;
mod table;

pub use bound::{Bound, Keys, Meaning};
pub use presets::Preset;
pub use table::TABLE;

/// What a person means by a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Up,
    Down,
    PageUp,
    PageDown,
    First,
    Last,
    Left,
    Right,
    OtherList,
    Open,
    Filter,
    New,
    Delete,
    Drafts,
    Reload,
    Help,
    Repaint,
    Palette,
    Suspend,
    Quit,
    QuitNow,
    Save,
    Undo,
    Redo,
    NextField,
    PreviousField,
    EnterField,
    WriteOutside,
    WriteRecord,
    LeaveField,
    AddField,
    RemoveField,
    ChangeType,
    ShowSecret,
    StepUp,
    StepDown,
    MoveUp,
    MoveDown,
    Note,
    LookAtTheirs,
    History,
    Pulse,
    Mark,
    Restore,
    Back,
    TakeTheirs,
    TakeMine,
    TakeBase,
    TakeBoth,
    Split,
    ChangeRule,
    ByHand,
    ShowBase,
    ShowMerged,
    ShowWhole,
    NextUndecided,
    PreviousUndecided,
    AllTheirs,
    AllMine,
    Submit,
    Recreate,
    AcceptDeletion,
    SaveCopy,
    Confirm,
    ThrowAway,
    CaretLeft,
    CaretRight,
    CaretUp,
    CaretDown,
    CaretPageUp,
    CaretPageDown,
    WordLeft,
    WordRight,
    LineStart,
    LineEnd,
    TextStart,
    TextEnd,
    SelectAll,
    Copy,
    Cut,
    Paste,
    EraseLeft,
    EraseRight,
    EraseWordLeft,
    EraseWordRight,
    EraseToLineStart,
    EraseToLineEnd,
    Kill,
    Find,
    FindNext,
    FindPrevious,
    GoToLine,
    Wrap,
    NextStep,
    StepBack,
    Play,
    PassKeyboard,
    GiveBack,
    Scenario,
    Scenarios,
    BeginAnew,
}

impl Action {
    /// The name in `config.toml`: `take-theirs`.
    pub fn name(self) -> String {
        kebab(&format!("{self:?}"))
    }
}

/// `TakeTheirs` as `take-theirs`.
fn kebab(name: &str) -> String {
    let mut out = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !out.is_empty() {
            out.push('-');
        }
        out.push(letter.to_ascii_lowercase());
    }
    out
}

/// Where a key means something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Everywhere,
    Browser,
    Editor,
    Field,
    Choice,
    Collision,
    Deleted,
    Deletion,
    Drafts,
    History,
    Ruling,
    Restoring,
    Pulse,
    Prompt,
    Find,
    Files,
    Help,
    Palette,
    Theatre,
    /// While somebody in the theatre has the keyboard: every other key is theirs.
    Seat,
    Scenarios,
    /// Wherever text is typed, after the keys of the place itself.
    Text,
}

impl Place {
    /// Every place, in the order of the help screen.
    pub const ALL: [Place; 22] = [
        Place::Browser,
        Place::Editor,
        Place::Field,
        Place::Choice,
        Place::Collision,
        Place::Deleted,
        Place::Deletion,
        Place::Drafts,
        Place::Ruling,
        Place::History,
        Place::Restoring,
        Place::Pulse,
        Place::Prompt,
        Place::Find,
        Place::Files,
        Place::Theatre,
        Place::Seat,
        Place::Scenarios,
        Place::Help,
        Place::Palette,
        Place::Text,
        Place::Everywhere,
    ];

    /// The name in `config.toml`: `collision`.
    pub fn name(self) -> String {
        kebab(&format!("{self:?}"))
    }

    /// Whether letters are typed here, so that no letter can be a key.
    pub fn types(self) -> bool {
        use Place as P;
        matches!(
            self,
            P::Editor | P::Field | P::Choice | P::Prompt | P::Find | P::Palette | P::Seat | P::Text | P::Everywhere
        )
    }

    /// Where a key is looked up, from here outwards.
    pub fn scopes(self) -> &'static [Place] {
        use Place as P;
        match self {
            P::Browser => &[P::Browser, P::Everywhere],
            P::Editor => &[P::Editor, P::Text, P::Everywhere],
            P::Field => &[P::Field, P::Text, P::Everywhere],
            P::Choice => &[P::Choice, P::Text, P::Everywhere],
            P::Prompt => &[P::Prompt, P::Text, P::Everywhere],
            P::Find => &[P::Find, P::Text, P::Everywhere],
            P::Palette => &[P::Palette, P::Text, P::Everywhere],
            P::Collision => &[P::Collision, P::Everywhere],
            P::Files => &[P::Files, P::Collision, P::Everywhere],
            P::Deleted => &[P::Deleted, P::Everywhere],
            P::Deletion => &[P::Deletion, P::Everywhere],
            P::Drafts => &[P::Drafts, P::Everywhere],
            P::History => &[P::History, P::Everywhere],
            P::Restoring => &[P::Restoring, P::Everywhere],
            P::Ruling => &[P::Ruling, P::Everywhere],
            P::Pulse => &[P::Pulse, P::Everywhere],
            P::Theatre => &[P::Theatre, P::Everywhere],
            P::Seat => &[P::Seat],
            P::Scenarios => &[P::Scenarios, P::Everywhere],
            P::Help => &[P::Help, P::Everywhere],
            P::Text | P::Everywhere => &[P::Everywhere],
        }
    }

    /// The heading in the help.
    pub fn title(self) -> &'static str {
        match self {
            Place::Everywhere => "Everywhere",
            Place::Browser => "Browser",
            Place::Editor => "Editor",
            Place::Field => "Editing one field in full",
            Place::Choice => "Choosing one of the values that are allowed",
            Place::Collision => "Collision",
            Place::Deleted => "Deleted while you edited",
            Place::Deletion => "Deleting a record",
            Place::Ruling => "One rule for many drafts",
            Place::Drafts => "Inbox",
            Place::History => "History of a record",
            Place::Restoring => "Restoring a version",
            Place::Pulse => "Pulse of the server",
            Place::Prompt => "A question in the last line",
            Place::Find => "Finding in a field",
            Place::Files => "Merging files (midair mergetool), beside the keys of a collision",
            Place::Theatre => "Theatre (midair demo)",
            Place::Seat => "Theatre, while you have somebody's keyboard: every other key is theirs",
            Place::Scenarios => "Theatre, choosing a scenario",
            Place::Help => "Help",
            Place::Palette => "Palette of commands",
            Place::Text => "Wherever text is typed (a move with Shift selects)",
        }
    }
}

/// A line of the table.
#[derive(Debug)]
pub struct Binding {
    pub place: Place,
    pub action: Action,
    /// Names as [`name`] makes them; the first is the one that is shown.
    pub keys: &'static [&'static str],
    /// For the footer, beginning with the key; where it names several (`n/p`), each is the first of its line. Empty where
    /// the footer need not say it.
    pub hint: &'static str,
    /// For the help.
    pub help: &'static str,
}

/// Whether an action is one of the few that a collision is settled with; they are advertised first.
pub fn decides(action: Action) -> bool {
    matches!(action, Action::TakeTheirs | Action::TakeMine | Action::TakeBoth | Action::ByHand)
}

/// The table as Markdown, for the README.
pub fn markdown() -> String {
    let mut text = String::new();
    for place in Place::ALL {
        text += &format!("\n**{}**\n\n| key | what it does |\n| --- | --- |\n", place.title());
        for line in TABLE.iter().filter(|line| line.place == place) {
            let keys: Vec<String> = line.keys.iter().map(|key| format!("`{}`", chord::shown(key, false))).collect();
            let keys = if keys.is_empty() { "in the palette".into() } else { keys.join(" ") };
            text += &format!("| {keys} | {} |\n", line.help);
        }
    }
    text
}

/// Whether an action concerns the text that is typed, wherever that is.
pub fn is_of_text(action: Action) -> bool {
    TABLE.iter().any(|line| line.place == Place::Text && line.action == action)
}

/// Whether an action only moves or erases in a text, and is no command of the palette.
pub fn is_typing(action: Action) -> bool {
    is_of_text(action)
        && !matches!(action, Action::SelectAll | Action::Copy | Action::Cut | Action::Paste | Action::Kill)
}
