//! What is copied and cut of a text, and what is said of it; knows no terminal.

use super::field::FieldEditor;
use super::keyboard::Keyboard;
use super::keys::{Action, Place};

/// More than this many bytes many terminals do not take into their clipboard.
const MOST: usize = 74_000;

/// What is said where nothing was copied yet.
pub const EMPTY: &str = "Nothing was copied here yet; the terminal has a key of its own for its clipboard.";

/// A text that was copied or cut.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// What is said of it.
    pub words: String,
    /// What goes to the clipboard of the terminal; nothing, where it is too much for that.
    pub given: Option<String>,
}

/// Copies or cuts what `action` means in `field`, and keeps it for the next insertion. `paste`: how the key of that is
/// read. `None` where there is nothing to take.
pub fn take(keyboard: &mut Keyboard, field: &mut FieldEditor, action: Action, paste: &str) -> Option<Taken> {
    let taken = match action {
        Action::Kill => Some(field.area.kill()).filter(|text| !text.is_empty()),
        _ => field.area.selected(),
    }?;
    if action == Action::Cut {
        field.act(Action::EraseRight, false, 1);
    }
    keyboard.copied.clone_from(&taken);
    let did = if action == Action::Copy { "Copied" } else { "Cut" };
    let what = match taken.chars().count() {
        1 => "1 character".to_owned(),
        many => format!("{many} characters"),
    };
    Some(match taken.len() {
        ..=MOST => Taken { words: format!("{did} {what}."), given: Some(taken) },
        _ => Taken {
            words: format!("{did} {what}, for {paste} here; it is too much for the clipboard of a terminal."),
            given: None,
        },
    })
}

/// What is said to who copies nothing, briefly beside a question. Where the key of copying leaves elsewhere, it leaves
/// when it is pressed once more.
pub fn nothing_selected(keyboard: &Keyboard, place: Place, ascii: bool) -> String {
    let brief = matches!(place, Place::Prompt | Place::Find);
    let copy = keyboard.shown(place, Action::Copy, ascii);
    match (leaves(keyboard, place), brief) {
        (true, true) => format!("Nothing is selected; {copy} once more leaves."),
        (true, false) => {
            format!("Nothing is selected; {copy} once more leaves, and keeps what is typed. A move with Shift selects.")
        }
        (false, true) => "Nothing is selected.".into(),
        (false, false) => "Nothing is selected. A move with Shift selects.".into(),
    }
}

/// Whether the key of copying is one that leaves elsewhere.
pub fn leaves(keyboard: &Keyboard, place: Place) -> bool {
    keyboard.keys.doubles(place, Action::Copy, Action::QuitNow)
}

/// Line breaks as midair writes them.
pub fn with_plain_breaks(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}
