//! The one table of keys: input, footer, help and the README's key list are all read from it.

use ratatui::crossterm::event::{KeyCode, KeyModifiers};

use super::msg::Press;

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
    Find,
    FindNext,
    FindPrevious,
    GoToLine,
    Wrap,
}

/// Where a key means something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Everywhere,
    Browser,
    Editor,
    Field,
    /// Wherever letters type; what the place itself says of a key goes first.
    Text,
    Collision,
    Deleted,
    Deletion,
    Drafts,
    Prompt,
    Find,
    Files,
    Help,
}

impl Place {
    /// Every place, in the order of the help screen.
    pub const ALL: [Place; 13] = [
        Place::Browser,
        Place::Editor,
        Place::Field,
        Place::Text,
        Place::Collision,
        Place::Deleted,
        Place::Deletion,
        Place::Drafts,
        Place::Prompt,
        Place::Find,
        Place::Files,
        Place::Help,
        Place::Everywhere,
    ];

    /// The heading in the help.
    pub fn title(self) -> &'static str {
        match self {
            Place::Everywhere => "Everywhere",
            Place::Browser => "Browser",
            Place::Editor => "Editor",
            Place::Field => "Editing one field in full",
            Place::Text => "Typing (a move with Shift selects)",
            Place::Collision => "Collision",
            Place::Deleted => "Deleted while you edited",
            Place::Deletion => "Deleting a record",
            Place::Drafts => "Drafts of an earlier session",
            Place::Prompt => "A question in the last line",
            Place::Find => "Finding in a field",
            Place::Files => "Merging files (midair mergetool), beside the keys of a collision",
            Place::Help => "Help",
        }
    }

    /// Whether letters type here.
    pub fn types(self) -> bool {
        matches!(self, Place::Editor | Place::Field | Place::Prompt | Place::Find)
    }
}

/// A line of the table.
#[derive(Debug)]
pub struct Binding {
    pub place: Place,
    pub action: Action,
    /// Names as [`name`] makes them; the first is the one that is shown.
    pub keys: &'static [&'static str],
    /// For the footer; empty where the footer need not say it.
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
        key(P::Browser, A::Left, &["left", "h"], "", "to the collections"),
        key(P::Browser, A::Right, &["right", "l", "tab"], "Tab collections/records", "between collections and records"),
        key(P::Browser, A::Open, &["enter"], "Enter edit", "edit the record; in the collections: to its records"),
        key(P::Browser, A::Filter, &["/"], "/ filter", "show only records that hold a text"),
        key(P::Browser, A::New, &["n"], "n new", "create a record in this collection"),
        key(P::Browser, A::Delete, &["d", "delete"], "d delete", "delete the record, if it is still the version shown"),
        key(P::Browser, A::Drafts, &["i"], "i drafts", "drafts that wait on this machine"),
        key(P::Browser, A::Reload, &["r", "f5"], "", "ask the server again"),
        key(P::Browser, A::Help, &["?"], "? help", "all keys"),
        key(P::Browser, A::Quit, &["q"], "q quit", "leave; drafts stay on disk"),
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
        key(P::Editor, A::Back, &["esc"], "Esc back", "back to the list; the draft is kept"),
        key(P::Field, A::Save, &["ctrl-s"], "Ctrl-S save", "save the record; in a collision: done with the field"),
        key(P::Field, A::LeaveField, &["esc"], "Esc done", "back to the fields; what is typed stays"),
        key(P::Field, A::Undo, &["ctrl-z"], "Ctrl-Z undo", "undo"),
        key(P::Field, A::Redo, &["ctrl-y"], "", "redo"),
        key(P::Field, A::Find, &["ctrl-f"], "Ctrl-F find", "find in this text; capitals count where any are typed"),
        key(P::Field, A::FindNext, &["f3"], "", "the next place that says it"),
        key(P::Field, A::FindPrevious, &["shift-f3", "f15"], "", "the place before that says it"),
        key(P::Field, A::GoToLine, &["ctrl-g"], "", "go to a line"),
        key(P::Field, A::SelectAll, &["ctrl-a"], "", "select the whole text"),
        key(P::Field, A::EraseToLineEnd, &["ctrl-k"], "", "delete to the end of the line"),
        key(P::Field, A::Wrap, &["alt-z"], "", "wrap long lines, or stop to"),
        key(P::Text, A::Left, &["left"], "", "the character before"),
        key(P::Text, A::Right, &["right"], "", "the character after"),
        key(P::Text, A::Up, &["up"], "", "the row above"),
        key(P::Text, A::Down, &["down"], "", "the row below"),
        key(P::Text, A::WordLeft, &["ctrl-left", "alt-left", "alt-b"], "", "the start of the word before"),
        key(P::Text, A::WordRight, &["ctrl-right", "alt-right", "alt-f"], "", "the end of the word after"),
        key(P::Text, A::LineStart, &["home"], "", "the start of the line"),
        key(P::Text, A::LineEnd, &["end"], "", "the end of the line"),
        key(P::Text, A::TextStart, &["ctrl-home"], "", "the start of the text"),
        key(P::Text, A::TextEnd, &["ctrl-end"], "", "the end of the text"),
        key(P::Text, A::PageUp, &["pageup"], "", "a page up"),
        key(P::Text, A::PageDown, &["pagedown"], "", "a page down"),
        key(P::Text, A::SelectAll, &["alt-a"], "", "select everything that is typed here"),
        key(
            P::Text,
            A::Copy,
            &["ctrl-c"],
            "",
            "copy what is selected, for the terminal too; twice with nothing selected: leave, and the draft is kept",
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
        key(P::Collision, A::Help, &["?"], "? help", "all keys"),
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
        key(P::Drafts, A::Open, &["enter"], "Enter go on with it", "open the draft where it was left"),
        key(P::Drafts, A::ThrowAway, &["X"], "X throw away", "throw the draft away for good"),
        key(P::Drafts, A::Back, &["esc"], "Esc later", "leave the drafts where they are"),
        key(P::Prompt, A::Submit, &["enter"], "Enter ok", "take the answer"),
        key(P::Prompt, A::Back, &["esc"], "Esc cancel", "take the question back"),
        key(P::Find, A::FindNext, &["enter", "down", "f3"], "Enter next", "the next place that says it"),
        key(P::Find, A::FindPrevious, &["up", "shift-f3", "f15"], "↑ previous", "the place before that says it"),
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
        key(P::Help, A::Down, &["down", "j"], "↑↓ scroll", "down"),
        key(P::Help, A::PageUp, &["pageup"], "", "a page up"),
        key(P::Help, A::PageDown, &["pagedown", " "], "", "a page down"),
        key(P::Help, A::Back, &["esc", "q", "?", "f1"], "Esc back", "leave the help"),
        key(P::Everywhere, A::Help, &["f1"], "F1 help", "all keys"),
        key(P::Everywhere, A::Repaint, &["ctrl-l"], "", "draw the whole screen again"),
        key(P::Everywhere, A::QuitNow, &["ctrl-q", "ctrl-c"], "Ctrl-Q quit", "leave; what is typed is kept as a draft"),
    ]
};

/// Whether an action is one of the few that a collision is settled with; they are advertised first.
pub fn decides(action: Action) -> bool {
    matches!(action, Action::TakeTheirs | Action::TakeMine | Action::TakeBoth | Action::ByHand)
}

/// What `press` means in `place`; what it means everywhere where it means nothing there.
pub fn action(place: Place, press: Press) -> Option<Action> {
    action_in(place, press).or_else(|| action_in(Place::Everywhere, press))
}

/// What `press` means in `place` itself. Shift only counts where the table says so.
pub fn action_in(place: Place, press: Press) -> Option<Action> {
    let name = name(press);
    let means = |name: &str| TABLE.iter().find(|line| line.place == place && line.keys.contains(&name));
    let shifted = press.mods.contains(KeyModifiers::SHIFT).then(|| means(&format!("shift-{name}"))).flatten();
    shifted.or_else(|| means(&name)).map(|line| line.action)
}

/// The name of a key as the table spells it: `ctrl-s`, `enter`, `pageup`, `T`.
pub fn name(press: Press) -> String {
    let key = match press.code {
        KeyCode::Char(plain) => plain.to_string(),
        KeyCode::F(number) => format!("f{number}"),
        other => format!("{other:?}").to_lowercase(),
    };
    if press.mods.contains(KeyModifiers::CONTROL) {
        format!("ctrl-{}", key.to_lowercase())
    } else if press.mods.contains(KeyModifiers::ALT) {
        format!("alt-{key}")
    } else {
        key
    }
}

/// How people read the name of a key: `Ctrl-S`, `Enter`, `←`.
pub fn shown(name: &str) -> String {
    match name {
        "up" => "↑".into(),
        "down" => "↓".into(),
        "left" => "←".into(),
        "right" => "→".into(),
        "pageup" => "PgUp".into(),
        "pagedown" => "PgDn".into(),
        "backtab" => "Shift-Tab".into(),
        " " => "Space".into(),
        letter if letter.chars().count() == 1 => letter.into(),
        word => match word.split_once('-') {
            Some((held, key)) if !key.is_empty() => {
                let key = shown(key);
                let key = if key.chars().count() == 1 { key.to_uppercase() } else { key };
                format!("{}-{key}", shown(held))
            }
            _ => word[..1].to_uppercase() + &word[1..],
        },
    }
}

/// The table as Markdown, for the README.
pub fn markdown() -> String {
    let mut text = String::new();
    for place in Place::ALL {
        text += &format!("\n**{}**\n\n| key | what it does |\n| --- | --- |\n", place.title());
        for line in TABLE.iter().filter(|line| line.place == place) {
            let keys: Vec<String> = line.keys.iter().map(|key| format!("`{}`", shown(key))).collect();
            text += &format!("| {} | {} |\n", keys.join(" "), line.help);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_means_two_things_in_one_place() {
        for place in Place::ALL {
            let mut seen = std::collections::HashSet::new();
            for key in TABLE.iter().filter(|line| line.place == place).flat_map(|line| line.keys) {
                assert!(seen.insert(key), "{key} stands twice in {place:?}");
            }
        }
    }

    #[test]
    fn letters_with_ctrl_are_named_without_case() {
        let press = Press { code: KeyCode::Char('S'), mods: KeyModifiers::CONTROL | KeyModifiers::SHIFT };
        assert_eq!(action(Place::Editor, press), Some(Action::Save));
        let press = Press { code: KeyCode::Char('T'), mods: KeyModifiers::SHIFT };
        assert_eq!(action(Place::Collision, press), Some(Action::AllTheirs));
    }
}
