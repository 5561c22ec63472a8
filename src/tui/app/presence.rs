//! Who is here: what I say of myself with every tick, and what is said of others. It is told, and is never a lock.

use midair_record::Pointer;
use midair_record::wire::Key;

use super::{App, Screen};
use crate::tui::company::Word;
use crate::tui::msg::{Effect, Link};

impl App {
    /// Says where I am, where that is news or was said a while ago.
    pub(super) fn say_where(&mut self) -> Vec<Effect> {
        if !matches!(self.link, Link::Live { .. }) {
            return Vec::new();
        }
        let at = match &self.screen {
            Screen::Editor(editor) => Some((editor.draft.key.clone(), editor.here().map(|at| editor.secrets.told(at)))),
            Screen::Collision(collision) => Some((collision.editor.draft.key.clone(), collision.at())),
            _ => None,
        };
        let words = self.company.say(at, self.clock.now.as_second());
        words.into_iter().map(told).collect()
    }

    /// Says that I am nowhere any more.
    pub(super) fn say_gone(&mut self) -> Vec<Effect> {
        self.company.say(None, self.clock.now.as_second()).into_iter().map(told).collect()
    }

    /// Somebody came, moved or went.
    pub(super) fn present(&mut self, key: Key, by: String, path: Option<Pointer>, here: bool) -> Vec<Effect> {
        self.company.take(&self.seat.who, key, by, path, here);
        Vec::new()
    }

    /// Shows in the editor who else is at its record.
    pub(super) fn meet(&mut self) {
        if let Screen::Editor(editor) = &mut self.screen {
            editor.company = self.company.at(&self.seat.who, &editor.draft.key);
        }
    }

    /// Who is at which record of the collection that is shown, as the list says it.
    pub(super) fn here(&self) -> Vec<(String, String)> {
        let Some(collection) = self.browser.collection() else { return Vec::new() };
        self.company.in_collection(&self.seat.who, collection)
    }

    /// How many people are here, where I am not the only one.
    pub(super) fn people(&self) -> Option<usize> {
        Some(self.company.people(&self.seat.who)).filter(|people| *people > 1)
    }
}

fn told(word: Word) -> Effect {
    match word {
        Word::Here(key, path) => Effect::SayHere { key, path },
        Word::Gone(key) => Effect::SayGone { key },
    }
}
