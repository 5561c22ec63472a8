//! The presets of keys: what differs from the table in each.

use super::{Action as A, Place as P};

/// A way of having the keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Preset {
    /// As the table says.
    #[default]
    Modern,
    /// Lists move as in vim; where text is typed, letters type.
    Vim,
    /// Text is edited and files are saved as in emacs.
    Emacs,
}

/// A line of the table that has other keys in a preset.
pub(super) type Line = (P, A, &'static [&'static str]);

impl Preset {
    /// Every preset.
    pub const ALL: [Preset; 3] = [Preset::Modern, Preset::Vim, Preset::Emacs];

    /// The name in `config.toml`.
    pub fn name(self) -> &'static str {
        match self {
            Preset::Modern => "modern",
            Preset::Vim => "vim",
            Preset::Emacs => "emacs",
        }
    }

    pub(super) fn lines(self) -> &'static [Line] {
        match self {
            Preset::Modern => &[],
            Preset::Vim => VIM,
            Preset::Emacs => EMACS,
        }
    }
}

const VIM: &[Line] = &[
    (P::Browser, A::First, &["g g", "home"]),
    (P::Browser, A::Last, &["G", "end"]),
    (P::Browser, A::PageUp, &["ctrl-u", "ctrl-b", "pageup"]),
    (P::Browser, A::PageDown, &["ctrl-d", "ctrl-f", "pagedown"]),
    (P::Browser, A::New, &["o", "n"]),
    (P::Browser, A::Delete, &["d d", "delete"]),
    (P::Browser, A::Quit, &["q", "Z Z", "Z Q"]),
    (P::Collision, A::TakeTheirs, &["h", "left"]),
    (P::Collision, A::TakeMine, &["l", "right"]),
    (P::Collision, A::First, &["g g", "home"]),
    (P::Collision, A::Last, &["G", "end"]),
    (P::Collision, A::PageUp, &["ctrl-u", "ctrl-b", "pageup"]),
    (P::Collision, A::PageDown, &["ctrl-d", "ctrl-f", "pagedown"]),
    (P::Collision, A::Undo, &["u"]),
    (P::Collision, A::Redo, &["ctrl-r"]),
    (P::Collision, A::PreviousUndecided, &["N", "p"]),
    (P::Collision, A::ByHand, &["i", "e"]),
    (P::Collision, A::Submit, &["enter", "Z Z", "ctrl-s"]),
    (P::Files, A::Submit, &["enter", "Z Z", "ctrl-s"]),
    (P::Files, A::Back, &["esc", "q", "Z Q"]),
    (P::Drafts, A::First, &["g g", "home"]),
    (P::Drafts, A::Last, &["G", "end"]),
    (P::Help, A::First, &["g g", "home"]),
    (P::Help, A::Last, &["G", "end"]),
    (P::Help, A::PageUp, &["ctrl-u", "ctrl-b", "pageup"]),
    (P::Help, A::PageDown, &["ctrl-d", "ctrl-f", "pagedown", "space"]),
    (P::Palette, A::Up, &["up", "ctrl-p", "ctrl-k"]),
    (P::Palette, A::Down, &["down", "ctrl-n", "ctrl-j"]),
    (P::Everywhere, A::Suspend, &["ctrl-z"]),
];

const EMACS: &[Line] = &[
    (P::Browser, A::Up, &["up", "ctrl-p", "k"]),
    (P::Browser, A::Down, &["down", "ctrl-n", "j"]),
    (P::Browser, A::PageUp, &["pageup", "alt-v"]),
    (P::Browser, A::PageDown, &["pagedown", "ctrl-v"]),
    (P::Browser, A::First, &["home", "alt-<"]),
    (P::Browser, A::Last, &["end", "alt->"]),
    (P::Browser, A::Left, &["left", "ctrl-b", "h"]),
    (P::Browser, A::Right, &["tab", "right", "ctrl-f", "l"]),
    (P::Browser, A::Filter, &["ctrl-s", "/"]),
    (P::Browser, A::New, &["ctrl-x ctrl-f", "n"]),
    (P::Browser, A::Reload, &["g", "f5"]),
    (P::Browser, A::Quit, &["q", "ctrl-x ctrl-c"]),
    (P::Editor, A::Save, &["ctrl-x ctrl-s"]),
    (P::Editor, A::NextField, &["tab", "down", "ctrl-n"]),
    (P::Editor, A::PreviousField, &["backtab", "up", "ctrl-p"]),
    (P::Editor, A::PageUp, &["pageup", "alt-v"]),
    (P::Editor, A::PageDown, &["pagedown", "ctrl-v"]),
    (P::Editor, A::LookAtTheirs, &["alt-r"]),
    (P::Editor, A::Undo, &["ctrl-/", "ctrl-x u"]),
    (P::Editor, A::Redo, &["alt-/"]),
    (P::Editor, A::ChangeType, &["alt-t"]),
    (P::Editor, A::AddField, &["alt-a"]),
    (P::Editor, A::RemoveField, &["alt-k"]),
    (P::Editor, A::Note, &["alt-n"]),
    (P::Editor, A::Back, &["esc", "ctrl-g"]),
    (P::Field, A::Save, &["ctrl-x ctrl-s"]),
    (P::Field, A::LeaveField, &["esc", "ctrl-g"]),
    (P::Field, A::Undo, &["ctrl-/", "ctrl-x u"]),
    (P::Field, A::Redo, &["alt-/"]),
    (P::Field, A::Find, &["ctrl-s"]),
    (P::Field, A::GoToLine, &["alt-g g", "alt-g alt-g"]),
    (P::Field, A::SelectAll, &["ctrl-x h"]),
    (P::Field, A::EraseToLineEnd, &[]),
    (P::Collision, A::Up, &["up", "ctrl-p", "k"]),
    (P::Collision, A::Down, &["down", "ctrl-n", "j"]),
    (P::Collision, A::PageUp, &["pageup", "alt-v"]),
    (P::Collision, A::PageDown, &["pagedown", "ctrl-v"]),
    (P::Collision, A::First, &["home", "alt-<"]),
    (P::Collision, A::Last, &["end", "alt->"]),
    (P::Collision, A::TakeTheirs, &["left", "ctrl-b"]),
    (P::Collision, A::TakeMine, &["right", "ctrl-f"]),
    (P::Collision, A::Undo, &["u", "ctrl-/", "ctrl-x u"]),
    (P::Collision, A::Redo, &["U", "alt-/"]),
    (P::Collision, A::Submit, &["enter", "ctrl-x ctrl-s"]),
    (P::Collision, A::Back, &["esc", "ctrl-g"]),
    (P::Deleted, A::Back, &["esc", "ctrl-g"]),
    (P::Deletion, A::Back, &["esc", "ctrl-g", "n"]),
    (P::Drafts, A::Up, &["up", "ctrl-p", "k"]),
    (P::Drafts, A::Down, &["down", "ctrl-n", "j"]),
    (P::Drafts, A::First, &["home", "alt-<"]),
    (P::Drafts, A::Last, &["end", "alt->"]),
    (P::Drafts, A::Back, &["esc", "ctrl-g"]),
    (P::Prompt, A::Back, &["esc", "ctrl-g"]),
    (P::Find, A::FindNext, &["ctrl-s", "down", "ctrl-n", "f3"]),
    (P::Find, A::FindPrevious, &["ctrl-r", "up", "ctrl-p", "shift-f3"]),
    (P::Find, A::Back, &["enter", "esc", "ctrl-g"]),
    (P::Files, A::Submit, &["enter", "ctrl-x ctrl-s"]),
    (P::Files, A::Back, &["esc", "q", "ctrl-g"]),
    (P::Help, A::Up, &["up", "ctrl-p", "k"]),
    (P::Help, A::Down, &["down", "ctrl-n", "j"]),
    (P::Help, A::PageUp, &["pageup", "alt-v"]),
    (P::Help, A::PageDown, &["pagedown", "ctrl-v", "space"]),
    (P::Help, A::First, &["home", "alt-<"]),
    (P::Help, A::Last, &["end", "alt->"]),
    (P::Help, A::Filter, &["ctrl-s", "/"]),
    (P::Help, A::Back, &["esc", "q", "ctrl-g", "?", "f1"]),
    (P::Palette, A::Up, &["up", "ctrl-p"]),
    (P::Palette, A::Down, &["down", "ctrl-n"]),
    (P::Palette, A::Back, &["esc", "ctrl-g"]),
    (P::Text, A::CaretLeft, &["left", "ctrl-b"]),
    (P::Text, A::CaretRight, &["right", "ctrl-f"]),
    (P::Text, A::CaretUp, &["up", "ctrl-p"]),
    (P::Text, A::CaretDown, &["down", "ctrl-n"]),
    (P::Text, A::CaretPageUp, &["pageup", "alt-v"]),
    (P::Text, A::CaretPageDown, &["pagedown", "ctrl-v"]),
    (P::Text, A::WordLeft, &["alt-b", "ctrl-left", "alt-left"]),
    (P::Text, A::WordRight, &["alt-f", "ctrl-right", "alt-right"]),
    (P::Text, A::LineStart, &["home", "ctrl-a"]),
    (P::Text, A::LineEnd, &["end", "ctrl-e"]),
    (P::Text, A::TextStart, &["ctrl-home", "alt-<"]),
    (P::Text, A::TextEnd, &["ctrl-end", "alt->"]),
    (P::Text, A::SelectAll, &["ctrl-x h"]),
    (P::Text, A::Copy, &["alt-w"]),
    (P::Text, A::Cut, &["ctrl-w"]),
    (P::Text, A::Paste, &["ctrl-y"]),
    (P::Text, A::EraseRight, &["delete", "ctrl-d"]),
    (P::Text, A::EraseWordLeft, &["alt-backspace", "ctrl-backspace", "ctrl-h"]),
    (P::Text, A::EraseToLineEnd, &[]),
    (P::Text, A::Kill, &["ctrl-k"]),
    (P::Everywhere, A::Palette, &["alt-x"]),
    (P::Everywhere, A::Suspend, &["ctrl-z"]),
    (P::Everywhere, A::QuitNow, &["ctrl-x ctrl-c", "ctrl-q", "ctrl-c"]),
];
