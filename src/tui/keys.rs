//! The one table of keys: input, footer, help, palette and the README's key list are all read from it.

mod bound;
pub mod chord;
mod presets;

pub use bound::{Bound, Keys, Meaning};
pub use presets::Preset;

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
    LeaveField,
    AddField,
    RemoveField,
    ChangeType,
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
    /// Wherever text is typed, after the keys of the place itself.
    Text,
}

impl Place {
    /// Every place, in the order of the help screen.
    pub const ALL: [Place; 18] = [
        Place::Browser,
        Place::Editor,
        Place::Field,
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
        matches!(self, P::Editor | P::Field | P::Prompt | P::Find | P::Palette | P::Text | P::Everywhere)
    }

    /// Where a key is looked up, from here outwards.
    pub fn scopes(self) -> &'static [Place] {
        use Place as P;
        match self {
            P::Browser => &[P::Browser, P::Everywhere],
            P::Editor => &[P::Editor, P::Text, P::Everywhere],
            P::Field => &[P::Field, P::Text, P::Everywhere],
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

const fn key(
    place: Place,
    action: Action,
    keys: &'static [&'static str],
    hint: &'static str,
    help: &'static str,
) -> Binding {
    Binding { place, action, keys, hint, help }
}

/// The table.
pub const TABLE: &[Binding] = {
    use Action as A;
    use Place as P;
    &[
        key(P::Browser, A::Up, &["up", "k"], "", "the record or collection above"),
        key(P::Browser, A::Down, &["down", "j"], "", "the record or collection below"),
        key(P::Browser, A::PageUp, &["pageup"], "", "a page up"),
        key(P::Browser, A::PageDown, &["pagedown"], "", "a page down"),
        key(P::Browser, A::First, &["home"], "", "the first record"),
        key(P::Browser, A::Last, &["end"], "", "the last record that is loaded"),
        key(P::Browser, A::Left, &["left"], "", "to the collections"),
        key(P::Browser, A::Right, &["tab", "right", "l"], "Tab collections/records", "between collections and records"),
        key(P::Browser, A::Open, &["enter"], "Enter edit", "edit the record; in the collections: to its records"),
        key(P::Browser, A::Filter, &["/"], "/ filter", "show only records that hold a text"),
        key(P::Browser, A::New, &["n"], "n new", "create a record in this collection"),
        key(P::Browser, A::Delete, &["d", "delete"], "d delete", "delete the record, if it is still the version shown"),
        key(
            P::Browser,
            A::History,
            &["h"],
            "h history",
            "who wrote the record when and why, and what; restore a version",
        ),
        key(
            P::Browser,
            A::Drafts,
            &["i"],
            "i inbox",
            "drafts that wait on this machine, and how they stand against what was saved since",
        ),
        key(
            P::Browser,
            A::Pulse,
            &["m"],
            "m pulse",
            "writes and conflicts of the last minutes, and what collides most",
        ),
        key(P::Browser, A::Reload, &["r", "f5"], "", "ask the server again"),
        key(P::Browser, A::Help, &["?"], "? help", "all keys"),
        key(P::Browser, A::Quit, &["q"], "q quit", "leave; drafts stay on disk"),
        key(P::Browser, A::Palette, &[":"], ": commands", "find a command by its name"),
        key(P::Editor, A::Save, &["ctrl-s"], "Ctrl-S save", "save, if nobody saved since; else both sides are shown"),
        key(P::Editor, A::NextField, &["tab", "down"], "Tab next", "the next field"),
        key(P::Editor, A::PreviousField, &["backtab", "up"], "", "the previous field"),
        key(P::Editor, A::PageUp, &["pageup"], "", "ten fields up"),
        key(P::Editor, A::PageDown, &["pagedown"], "", "ten fields down"),
        key(
            P::Editor,
            A::EnterField,
            &["enter"],
            "Enter open",
            "edit the field in full: texts of many lines, lists, objects; flips true/false",
        ),
        key(
            P::Editor,
            A::LookAtTheirs,
            &["ctrl-r"],
            "Ctrl-R look at theirs",
            "settle with what was saved meanwhile, before saving",
        ),
        key(P::Editor, A::Undo, &["ctrl-z"], "Ctrl-Z undo", "undo"),
        key(P::Editor, A::Redo, &["ctrl-y"], "", "redo"),
        key(
            P::Editor,
            A::ChangeType,
            &["ctrl-t"],
            "Ctrl-T type",
            "make it text, number, true/false, null, list, object or absent",
        ),
        key(P::Editor, A::AddField, &["ctrl-a"], "Ctrl-A add", "add a field beside this one"),
        key(
            P::Editor,
            A::RemoveField,
            &["ctrl-k"],
            "Ctrl-K remove",
            "remove the field: absent, which is not null and not empty",
        ),
        key(P::Editor, A::Note, &["ctrl-n"], "Ctrl-N note", "say why, for the history"),
        key(
            P::Editor,
            A::History,
            &["ctrl-o"],
            "Ctrl-O history",
            "older versions of the record; the draft stays as it is",
        ),
        key(P::Editor, A::Back, &["esc"], "Esc back", "back to the list; the draft is kept"),
        key(P::Field, A::Save, &["ctrl-s"], "Ctrl-S save", "save the record; in a collision: done with the field"),
        key(P::Field, A::LeaveField, &["esc"], "Esc done", "back to the fields; what is typed stays"),
        key(P::Field, A::Undo, &["ctrl-z"], "Ctrl-Z undo", "undo"),
        key(P::Field, A::Redo, &["ctrl-y"], "", "redo"),
        key(P::Field, A::Find, &["ctrl-f"], "Ctrl-F find", "find in this text; capitals count where any are typed"),
        key(P::Field, A::FindNext, &["f3"], "", "the next place that says it"),
        key(P::Field, A::FindPrevious, &["shift-f3"], "", "the place before that says it"),
        key(P::Field, A::GoToLine, &["ctrl-g"], "", "go to a line"),
        key(P::Field, A::SelectAll, &["ctrl-a"], "", "select the whole text"),
        key(P::Field, A::EraseToLineEnd, &["ctrl-k"], "", "delete to the end of the line"),
        key(P::Field, A::Wrap, &["alt-z"], "", "wrap long lines, or stop to"),
        key(
            P::Collision,
            A::TakeTheirs,
            &["left"],
            "← theirs",
            "take theirs for this field; once more: undecided again",
        ),
        key(P::Collision, A::TakeMine, &["right"], "→ mine", "take mine for this field; once more: undecided again"),
        key(P::Collision, A::ByHand, &["e"], "e edit", "write the value of this field by hand"),
        key(P::Collision, A::TakeBase, &["o"], "", "take what both started from"),
        key(
            P::Collision,
            A::Submit,
            &["enter", "ctrl-s"],
            "Enter submit",
            "save the result with the fresh token, when nothing is undecided",
        ),
        key(
            P::Collision,
            A::TakeBoth,
            &["B"],
            "B both",
            "take both, in a text or list: what the rule makes of them, or theirs and then mine",
        ),
        key(P::Collision, A::ShowBase, &["b"], "b base", "show or hide what both started from"),
        key(P::Collision, A::Undo, &["u", "ctrl-z"], "u undo", "undo the last decision"),
        key(P::Collision, A::Redo, &["U", "ctrl-y"], "", "make it again"),
        key(P::Collision, A::NextUndecided, &["n"], "n/p next/previous", "the next undecided field"),
        key(P::Collision, A::PreviousUndecided, &["p"], "", "the previous undecided field"),
        key(
            P::Collision,
            A::Split,
            &["s"],
            "s split",
            "split a part of a text or list after its first line, to decide each half for itself",
        ),
        key(
            P::Collision,
            A::ChangeRule,
            &["r"],
            "r rule",
            "merge this field by the next rule that fits it, in this collision alone",
        ),
        key(P::Collision, A::AllTheirs, &["T"], "T/M all", "theirs for all that is still undecided"),
        key(P::Collision, A::AllMine, &["M"], "", "mine for all that is still undecided"),
        key(P::Collision, A::ShowMerged, &["a"], "a merged", "show or fold what merged by itself; each can be flipped"),
        key(P::Collision, A::ShowWhole, &["v"], "v whole", "show long values whole"),
        key(P::Collision, A::Up, &["up", "k"], "", "the field above"),
        key(P::Collision, A::Down, &["down", "j"], "", "the field below"),
        key(P::Collision, A::PageUp, &["pageup"], "", "ten fields up"),
        key(P::Collision, A::PageDown, &["pagedown"], "", "ten fields down"),
        key(P::Collision, A::First, &["home"], "", "the first field"),
        key(P::Collision, A::Last, &["end"], "", "the last field"),
        key(P::Collision, A::Help, &["?"], "? help", "all keys"),
        key(P::Collision, A::Palette, &[":"], ": commands", "find a command by its name"),
        key(P::Collision, A::Back, &["esc"], "Esc keep draft", "back to the editor; draft and decisions are kept"),
        key(P::Deleted, A::Recreate, &["r"], "r recreate mine", "create the record again with what I have"),
        key(
            P::Deleted,
            A::AcceptDeletion,
            &["k"],
            "k keep as draft",
            "accept the deletion and keep mine as a draft on this machine",
        ),
        key(P::Deleted, A::SaveCopy, &["c"], "c save a copy", "save mine under another id"),
        key(P::Deleted, A::Back, &["esc"], "Esc back", "back to the editor; the draft is kept"),
        key(P::Deletion, A::Confirm, &["y"], "y delete", "delete the version that is shown"),
        key(P::Deletion, A::Back, &["esc", "n"], "Esc cancel", "leave the record as it is"),
        key(P::Drafts, A::Up, &["up", "k"], "", "the draft above"),
        key(P::Drafts, A::Down, &["down", "j"], "", "the draft below"),
        key(P::Drafts, A::First, &["home"], "", "the first draft"),
        key(P::Drafts, A::Last, &["end"], "", "the last draft"),
        key(P::Drafts, A::Palette, &[":"], "", "find a command by its name"),
        key(P::Drafts, A::Open, &["enter"], "Enter go on with it", "open the draft where it was left"),
        key(
            P::Drafts,
            A::AllTheirs,
            &["T"],
            "T/M rule",
            "theirs for one field in every draft that is listed; asks first",
        ),
        key(P::Drafts, A::AllMine, &["M"], "", "mine for one field in every draft that is listed; asks first"),
        key(P::Drafts, A::Undo, &["u", "ctrl-z"], "u undo", "take back what the last rule decided"),
        key(P::Drafts, A::Filter, &["/"], "/ filter", "list only drafts whose record or fields hold a text"),
        key(P::Ruling, A::Confirm, &["y"], "y decide", "decide it so; nothing is sent"),
        key(P::Ruling, A::Back, &["esc", "n"], "Esc cancel", "leave it undecided"),
        key(P::Drafts, A::ThrowAway, &["X"], "X throw away", "throw the draft away for good"),
        key(P::Drafts, A::Back, &["esc"], "Esc later", "leave the drafts where they are"),
        key(P::History, A::Up, &["up", "k"], "", "the newer version, or the change above"),
        key(P::History, A::Down, &["down", "j"], "", "the older version, or the change below"),
        key(P::History, A::PageUp, &["pageup"], "", "a page up"),
        key(P::History, A::PageDown, &["pagedown"], "", "a page down"),
        key(P::History, A::First, &["home"], "", "the newest version"),
        key(P::History, A::Last, &["end"], "", "the oldest version that is loaded"),
        key(
            P::History,
            A::Mark,
            &["space", "m"],
            "Space mark",
            "mark a version, to compare it with any other; once more: with the one before again",
        ),
        key(P::History, A::Restore, &["r"], "r restore", "write this version again as the newest; asks first"),
        key(P::History, A::Right, &["tab"], "Tab versions/changes", "between the versions and what they changed"),
        key(P::History, A::ShowWhole, &["v"], "v whole", "show long values whole"),
        key(P::History, A::Reload, &["f5"], "", "ask the server again"),
        key(P::History, A::Help, &["?"], "? help", "all keys"),
        key(P::History, A::Palette, &[":"], "", "find a command by its name"),
        key(P::History, A::Back, &["esc", "q"], "Esc back", "back to where you were"),
        key(P::Restoring, A::Confirm, &["y"], "y restore", "write the version again, over the one that is shown"),
        key(P::Restoring, A::Back, &["esc", "n"], "Esc cancel", "leave the record as it is"),
        key(P::Pulse, A::Up, &["up", "k"], "↑/↓ move", "the line above"),
        key(P::Pulse, A::Down, &["down", "j"], "", "the line below"),
        key(P::Pulse, A::PageUp, &["pageup"], "", "a page up"),
        key(P::Pulse, A::PageDown, &["pagedown"], "", "a page down"),
        key(P::Pulse, A::First, &["home"], "", "the first line"),
        key(P::Pulse, A::Last, &["end"], "", "the last line"),
        key(P::Pulse, A::Open, &["enter"], "Enter edit", "edit the record under the cursor"),
        key(P::Pulse, A::Reload, &["r", "f5"], "", "ask the server at once"),
        key(P::Pulse, A::Help, &["?"], "? help", "all keys"),
        key(P::Pulse, A::Palette, &[":"], "", "find a command by its name"),
        key(P::Pulse, A::Back, &["esc", "q", "m"], "Esc back", "back to where you were"),
        key(P::Prompt, A::Submit, &["enter"], "Enter ok", "take the answer"),
        key(P::Prompt, A::Back, &["esc"], "Esc cancel", "take the question back"),
        key(P::Find, A::FindNext, &["enter", "down", "f3"], "Enter next", "the next place that says it"),
        key(P::Find, A::FindPrevious, &["up", "shift-f3"], "↑ previous", "the place before that says it"),
        key(P::Find, A::Back, &["esc"], "Esc done", "back to the text, with the place selected"),
        key(
            P::Files,
            A::Submit,
            &["enter", "ctrl-s"],
            "Enter write",
            "write the result into MERGED, when nothing is undecided",
        ),
        key(P::Files, A::Back, &["esc", "q"], "Esc leave", "leave; MERGED stays as it is, the decisions are kept"),
        key(P::Help, A::Up, &["up", "k"], "", "up"),
        key(P::Help, A::Down, &["down", "j"], "↑/↓ scroll", "down"),
        key(P::Help, A::PageUp, &["pageup"], "", "a page up"),
        key(P::Help, A::PageDown, &["pagedown", "space"], "", "a page down"),
        key(P::Help, A::First, &["home"], "", "the top"),
        key(P::Help, A::Last, &["end"], "", "the end"),
        key(P::Help, A::Filter, &["/"], "/ search", "show only lines that hold a text"),
        key(P::Help, A::Back, &["esc", "q", "?", "f1"], "Esc back", "leave the help"),
        key(P::Palette, A::Up, &["up"], "↑/↓ move", "the command above"),
        key(P::Palette, A::Down, &["down"], "", "the command below"),
        key(P::Palette, A::Submit, &["enter"], "Enter do it", "do what the command says, where you were"),
        key(P::Palette, A::Back, &["esc"], "Esc back", "leave the palette"),
        key(P::Text, A::CaretLeft, &["left"], "", "the character before"),
        key(P::Text, A::CaretRight, &["right"], "", "the character after"),
        key(P::Text, A::CaretUp, &["up"], "", "the row above"),
        key(P::Text, A::CaretDown, &["down"], "", "the row below"),
        key(P::Text, A::CaretPageUp, &["pageup"], "", "a page up"),
        key(P::Text, A::CaretPageDown, &["pagedown"], "", "a page down"),
        key(P::Text, A::WordLeft, &["ctrl-left", "alt-left", "alt-b"], "", "the start of the word before"),
        key(P::Text, A::WordRight, &["ctrl-right", "alt-right", "alt-f"], "", "the end of the word after"),
        key(P::Text, A::LineStart, &["home"], "", "the start of the line"),
        key(P::Text, A::LineEnd, &["end"], "", "the end of the line"),
        key(P::Text, A::TextStart, &["ctrl-home"], "", "the start of the text"),
        key(P::Text, A::TextEnd, &["ctrl-end"], "", "the end of the text"),
        key(P::Text, A::SelectAll, &["alt-a"], "", "select everything that is typed here"),
        key(
            P::Text,
            A::Copy,
            &["ctrl-c"],
            "",
            "copy what is selected, for the terminal too; a key that leaves elsewhere leaves when pressed twice for nothing",
        ),
        key(P::Text, A::Cut, &["ctrl-x"], "", "cut what is selected"),
        key(P::Text, A::Paste, &["ctrl-v"], "", "insert what was copied or cut here"),
        key(P::Text, A::EraseLeft, &["backspace"], "", "delete the character before, or what is selected"),
        key(P::Text, A::EraseRight, &["delete"], "", "delete the character after, or what is selected"),
        key(
            P::Text,
            A::EraseWordLeft,
            &["ctrl-w", "ctrl-h", "ctrl-backspace", "alt-backspace"],
            "",
            "delete the word before",
        ),
        key(P::Text, A::EraseWordRight, &["alt-d", "ctrl-delete", "alt-delete"], "", "delete the word after"),
        key(P::Text, A::EraseToLineStart, &["ctrl-u"], "", "delete to the start of the line"),
        key(P::Text, A::EraseToLineEnd, &["alt-k"], "", "delete to the end of the line"),
        key(P::Text, A::Kill, &[], "", "cut the rest of the line, or the line break at its end"),
        key(P::Everywhere, A::Help, &["f1"], "F1 help", "all keys"),
        key(P::Everywhere, A::Repaint, &["ctrl-l"], "", "draw the whole screen again"),
        key(P::Everywhere, A::Suspend, &[], "", "back to the shell; fg goes on here"),
        key(P::Everywhere, A::QuitNow, &["ctrl-q", "ctrl-c"], "Ctrl-Q quit", "leave; what is typed is kept as a draft"),
        key(P::Everywhere, A::Palette, &["ctrl-p"], "Ctrl-P commands", "find a command by its name"),
    ]
};

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
