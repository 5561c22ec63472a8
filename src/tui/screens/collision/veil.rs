//! What is secret in a collision: masked on both sides, and one unit whatever it is made of.

use midair_record::Value;
use midair_record::schema::{Secrets, Shown};

use super::sides::{Three, shown_in};
use super::{Collision, words};

impl Collision {
    /// Takes which places are secret.
    pub fn veil(&mut self, secrets: &Secrets) {
        self.secrets = secrets.clone();
        self.editor.veil(secrets);
        self.keep_focus_on_screen();
        self.veil_hand();
    }

    /// What may be shown of the three values of unit `index`.
    pub(super) fn three(&self, index: usize) -> Three<'_> {
        Three::of(&self.resolution.units()[index], &self.secrets)
    }

    /// What may be shown of a value that unit `index` has or could have.
    pub(super) fn shown<'v>(&self, index: usize, value: Option<&'v Value>) -> Shown<'v> {
        shown_in(&self.resolution.units()[index], &self.secrets, value)
    }

    /// How people read where unit `index` is.
    pub(super) fn label(&self, index: usize) -> String {
        words::label(&self.resolution.units()[index], &self.secrets)
    }

    /// Whether unit `index` is a secret: then it has no parts.
    pub(super) fn is_secret(&self, index: usize) -> bool {
        let unit = &self.resolution.units()[index];
        !unit.is_group() && self.secrets.is_secret(&unit.at)
    }

    /// Masks the value that is written by hand, where it is a secret or may hold one, and nobody looks at it.
    pub(super) fn veil_hand(&mut self) {
        let Some(hand) = &mut self.hand else { return };
        let Some(unit) = self.resolution.units().get(hand.unit) else { return };
        match unit.is_group() && unit.places().any(|at| self.secrets.reach_into(at)) {
            true => hand.field.veil_all(hand.shows),
            false => hand.field.veil(&self.secrets, &unit.at, hand.shows),
        }
    }

    /// Whether a secret is written by hand.
    pub fn writes_secret(&self) -> bool {
        self.hand.as_ref().is_some_and(|hand| hand.field.is_secret())
    }

    /// Shows the secret that is written by hand, or masks it again.
    pub fn toggle_secret(&mut self) {
        if let Some(hand) = &mut self.hand {
            hand.shows = !hand.shows;
        }
        self.veil_hand();
    }
}
