//! The keyboard of one seat: keys as they are pressed, one after the other, and what was copied last.

use ratatui::crossterm::event::{KeyCode, KeyModifiers};

use super::keys::{Action, Bound, Keys, Meaning, Place, chord};
use super::msg::Press;

/// The keys of a seat, and where a person is within a sequence of them.
#[derive(Clone, Debug)]
pub struct Keyboard {
    pub keys: Keys,
    /// What was copied or cut here last.
    pub copied: String,
    pressed: String,
}

/// What a key came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pressed {
    /// It means this.
    Does(Action),
    /// It means this, and Shift is held besides: a move selects.
    Selects(Action),
    /// It types this, where anything is typed.
    Types(Press),
    /// More keys are to follow, or what was begun is given up.
    Waits,
    /// Nothing, which has to be said.
    Nothing(String),
}

impl Keyboard {
    /// A keyboard on which nothing was pressed yet.
    pub fn new(keys: Keys) -> Self {
        Keyboard { keys, copied: String::new(), pressed: String::new() }
    }

    /// Takes a key. Shift only counts where something is on it, and in a move, which selects then.
    pub fn press(&mut self, place: Place, press: Press) -> Pressed {
        let begun = std::mem::take(&mut self.pressed);
        let spelled = |press: Press| match begun.as_str() {
            "" => chord::name(press),
            begun => format!("{begun} {}", chord::name(press)),
        };
        let (with, without) = (spelled(press), spelled(Press { mods: press.mods - KeyModifiers::SHIFT, ..press }));
        let known = self.keys.meaning(place, &with) != Meaning::Nothing;
        let pressed = if known { with.clone() } else { without };
        let selects = press.mods.contains(KeyModifiers::SHIFT)
            && (pressed != with
                || (press.mods.contains(KeyModifiers::CONTROL) && matches!(press.code, KeyCode::Char(_))));
        match self.keys.meaning(place, &pressed) {
            Meaning::Does(action) if selects => Pressed::Selects(action),
            Meaning::Does(action) => Pressed::Does(action),
            Meaning::Begins => {
                self.pressed = pressed;
                Pressed::Waits
            }
            Meaning::Nothing if begun.is_empty() => Pressed::Types(press),
            Meaning::Nothing if press.code == KeyCode::Esc => Pressed::Waits,
            Meaning::Nothing => Pressed::Nothing(format!("{} means nothing here.", chord::shown(&with, true))),
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
