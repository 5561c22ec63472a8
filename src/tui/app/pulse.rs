//! The pulse in front of the browser: asked for while it is open, and for no longer.

use midair_record::pulse::Pulse as Told;

use super::{App, Over};
use crate::tui::keys::Action;
use crate::tui::msg::Effect;
use crate::tui::screens::pulse::Pulse;

impl App {
    /// Opens the pulse.
    pub(super) fn open_pulse(&mut self) -> Vec<Effect> {
        let (pulse, effects) = Pulse::open(self.clock);
        self.over = Some(Over::Pulse(Box::new(pulse)));
        effects
    }

    /// Keys in the pulse.
    pub(super) fn in_pulse(&mut self, action: Action, page: usize) -> Vec<Effect> {
        let clock = self.clock;
        let Some(Over::Pulse(pulse)) = &mut self.over else { return Vec::new() };
        match action {
            Action::Back => {
                self.over = None;
                Vec::new()
            }
            Action::Open => {
                let Some(key) = pulse.record() else { return Vec::new() };
                self.over = None;
                self.open(key)
            }
            _ => pulse.act(action, page / 2, clock),
        }
    }

    /// Asks for the numbers again, while they are shown.
    pub(super) fn pulse_tick(&mut self) -> Vec<Effect> {
        match &mut self.over {
            Some(Over::Pulse(pulse)) => pulse.tick(self.clock),
            _ => Vec::new(),
        }
    }

    /// The numbers came.
    pub(super) fn pulse_came(&mut self, result: Result<Box<Told>, String>) -> Vec<Effect> {
        if let Some(Over::Pulse(pulse)) = &mut self.over {
            pulse.take(result);
        }
        Vec::new()
    }
}
