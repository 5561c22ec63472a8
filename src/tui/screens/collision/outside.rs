//! A unit of a collision, written in an editor outside.

use midair_record::Pointer;

use super::Collision;
use crate::tui::field::FieldEditor;

impl Collision {
    /// The focused unit, as it is given to an editor outside: what is written by hand, else what writing would begin with.
    pub fn outside(&self) -> Option<(Pointer, FieldEditor)> {
        let hand = self.hand.clone().or_else(|| self.begun_by_hand())?;
        let at = self.resolution.units().get(hand.unit)?.at.clone();
        Some((at, hand.field))
    }

    /// Takes `text` for the focused unit: into what is being written by hand, else as the choice.
    ///
    /// # Errors
    /// Why it cannot be read; the unit stays as it is.
    pub fn take_text(&mut self, text: &str) -> Result<(), String> {
        let Some(mut hand) = self.hand.clone().or_else(|| self.begun_by_hand()) else { return Ok(()) };
        hand.field.area.select_all();
        hand.field.area.insert(text);
        hand.field.value()?;
        let was_open = self.hand.replace(hand).is_some();
        self.veil_hand();
        if was_open {
            return Ok(());
        }
        self.hand_done()
    }
}
