//! The keyboard of one seat: keys as they are pressed, one after the other, and what was cut last.

use ratatui::crossterm::event::{KeyCode, KeyModifiers};

use super::keys::{Action, Bound, Keys, Meaning, Place, chord};
use super::msg::Press;

/// The keys of a seat, and where a person is within a sequence of them.
#[derive(Clone, Debug)]
pub struct Keyboard {
    pub keys: Keys,
    /// What was cut from a text last.
    pub cut: String,
    pressed: String,
}

/// What a key came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pressed {
    /// It means this.
    Does(Action),
    /// It types or moves as this one does.
    Types(Press),
    /// More keys are to follow, or what was begun is given up.
    Waits,
    /// Nothing, which has to be said.
    Nothing(String),
}

impl Keyboard {
    /// A keyboard on which nothing was pressed yet.
    pub fn new(keys: Keys) -> Self {
        Keyboard { keys, cut: String::new(), pressed: String::new() }
    }

    /// Takes a key.
    pub fn press(&mut self, place: Place, press: Press) -> Pressed {
        let name = chord::name(press);
        let first = self.pressed.is_empty();
        let pressed = if first { name.clone() } else { format!("{} {name}", self.pressed) };
        self.pressed.clear();
        match self.keys.meaning(place, &pressed) {
            Meaning::Does(action) => match typed(action) {
                Some(press) => Pressed::Types(press),
                None => Pressed::Does(action),
            },
            Meaning::Begins => {
                self.pressed = pressed;
                Pressed::Waits
            }
            Meaning::Nothing if first && self.keys.is_taken_away(&name) => Pressed::Waits,
            Meaning::Nothing if first => Pressed::Types(press),
            Meaning::Nothing if press.code == KeyCode::Esc => Pressed::Waits,
            Meaning::Nothing => Pressed::Nothing(format!("{} means nothing here.", chord::shown(&pressed, true))),
        }
    }

    /// Gives up a sequence that was begun.
    pub fn let_go(&mut self) {
        self.pressed.clear();
    }

    /// The keys that were pressed of a sequence, as people read them, and what can follow.
    pub fn begun(&self, place: Place, ascii: bool) -> Option<(String, Vec<(String, &Bound)>)> {
        if self.pressed.is_empty() {
            return None;
        }
        let mut following = self.keys.following(place, &self.pressed);
        following.iter_mut().for_each(|(key, _)| *key = chord::shown(key, ascii));
        Some((chord::shown(&self.pressed, ascii), following))
    }

    /// How the key of an action is read in `place`.
    pub fn shown(&self, place: Place, action: Action, ascii: bool) -> String {
        self.keys.shown(place, action, ascii)
    }
}

/// The key that does in every text what an action says, whichever key it was given.
fn typed(action: Action) -> Option<Press> {
    let (code, mods) = match action {
        Action::CaretLeft => (KeyCode::Left, KeyModifiers::NONE),
        Action::CaretRight => (KeyCode::Right, KeyModifiers::NONE),
        Action::CaretUp => (KeyCode::Up, KeyModifiers::NONE),
        Action::CaretDown => (KeyCode::Down, KeyModifiers::NONE),
        Action::WordLeft => (KeyCode::Left, KeyModifiers::CONTROL),
        Action::WordRight => (KeyCode::Right, KeyModifiers::CONTROL),
        Action::LineStart => (KeyCode::Home, KeyModifiers::NONE),
        Action::LineEnd => (KeyCode::End, KeyModifiers::NONE),
        Action::TextStart => (KeyCode::Home, KeyModifiers::CONTROL),
        Action::TextEnd => (KeyCode::End, KeyModifiers::CONTROL),
        Action::DeleteBefore => (KeyCode::Backspace, KeyModifiers::NONE),
        Action::DeleteAfter => (KeyCode::Delete, KeyModifiers::NONE),
        Action::DeleteWord => (KeyCode::Backspace, KeyModifiers::CONTROL),
        _ => return None,
    };
    Some(Press { code, mods })
}
