//! How fast a scenario is shown: keys as a person types them, captions as a person reads them.

use std::time::Duration;

use ratatui::crossterm::event::{KeyCode, KeyModifiers};

use crate::tui::msg::Press;

/// After a letter.
const LETTER: u64 = 70;
/// After a key that does something.
const KEY: u64 = 280;
/// Before somebody begins to do something.
const BEFORE: u64 = 450;
/// Reading: at least, and for each letter of the caption.
const READING: u64 = 1_600;
const READING_A_LETTER: u64 = 55;

/// A pace, so many times as fast as a person's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pace(f64);

impl Pace {
    /// So many times as fast as a person's.
    pub fn of(speed: f64) -> Self {
        Pace(speed)
    }

    fn milliseconds(self, many: u64) -> Duration {
        Duration::try_from_secs_f64(Duration::from_millis(many).as_secs_f64() / self.0).unwrap_or(Duration::MAX / 4)
    }

    /// How long a key stands before the next.
    pub fn after(self, press: Press) -> Duration {
        let types = matches!(press.code, KeyCode::Char(_)) && press.mods.difference(KeyModifiers::SHIFT).is_empty();
        self.milliseconds(if types { LETTER } else { KEY })
    }

    /// How long it takes before somebody begins.
    pub fn before(self) -> Duration {
        self.milliseconds(BEFORE)
    }

    /// How long a sentence and what it is about are looked at.
    pub fn reading(self, caption: &str) -> Duration {
        let letters = u64::try_from(caption.chars().count()).unwrap_or(u64::MAX);
        self.milliseconds(READING.saturating_add(READING_A_LETTER.saturating_mul(letters)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_sentences_take_longer_and_all_is_as_much_faster_as_was_asked() {
        let slow = Pace::of(1.0);
        assert!(slow.reading("bob's save is refused. Nothing was lost.") > slow.reading("bob saves"));
        assert_eq!(Pace::of(10.0).reading("bob saves") * 10, slow.reading("bob saves"));
        let press = |code| Press { code, mods: KeyModifiers::NONE };
        assert!(slow.after(press(KeyCode::Enter)) > slow.after(press(KeyCode::Char('a'))));
        assert!(Pace::of(1e-300).before() > Duration::from_secs(1), "however slow");
    }
}
