//! What a stage lets those do who show it: take a keyboard over, size the screens, pass over what does not fit any more.

use std::time::Duration;

use super::Stage;
use crate::tui::app::Around;
use crate::tui::{Effect, Msg};

impl Stage {
    /// Tells a terminal what its owner did. Gives back what only the owner of a terminal can do.
    pub fn tell(&mut self, terminal: usize, msg: Msg) -> Vec<Effect> {
        super::tell(&mut self.seats[terminal], msg)
    }

    /// Says what a terminal draws above and below its screen.
    pub fn stand(&mut self, terminal: usize, around: Around) {
        self.seats[terminal].app.stand(around);
    }

    /// Leaves the step that is due undone, and goes on to the next.
    pub fn pass_over(&mut self) {
        self.doing = None;
        self.place = (self.place + 1).min(self.scenario.steps.len());
    }

    /// Gives the step that is under way up; it begins again from what is on the screens.
    pub fn begin_again(&mut self) {
        self.doing = None;
    }

    /// From here on, what must come may take so long.
    pub fn wait_at_most(&mut self, patience: Duration) {
        self.patience = patience;
    }
}
