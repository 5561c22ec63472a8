//! The palette over the seat.

use super::App;
use crate::tui::keys::Action;
use crate::tui::msg::Effect;
use crate::tui::screens::palette::Palette;

impl App {
    /// Opens the palette over what is on the screen; closes it where it is open.
    pub(super) fn toggle_palette(&mut self) {
        let place = self.place();
        self.palette = match self.palette {
            Some(_) => None,
            None => Some(Palette::open(place, &self.keyboard.keys, |line| self.works_now(line))),
        };
    }

    /// Keys in the palette.
    pub(super) fn in_palette(&mut self, action: Action) -> Vec<Effect> {
        match Palette::take(&mut self.palette, action) {
            Some((place, chosen)) => self.perform(place, chosen),
            None => Vec::new(),
        }
    }
}
