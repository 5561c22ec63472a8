//! How a person wants midair to look and behave, as plain values that a seat is made with; knows not where they come from.

use super::keys::Keys;
use super::theme::Theme;

/// What to do when a save was refused and everything fits together by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Disjoint {
    /// Send the merged record, and say what was merged.
    #[default]
    Auto,
    /// Show it first, with nothing left to decide.
    Ask,
}

/// The preferences of one seat.
#[derive(Clone, Debug)]
pub struct Preferences {
    pub keys: Keys,
    pub theme: Theme,
    pub disjoint: Disjoint,
    /// Whether anything moves by itself: signs that turn while something is waited for, marks that fade.
    pub motion: bool,
    /// Whether long lines of a text are wrapped, until a key says otherwise.
    pub wrap: bool,
}

impl From<Theme> for Preferences {
    /// Everything but the theme as it is by default.
    fn from(theme: Theme) -> Self {
        Preferences { keys: Keys::default(), theme, disjoint: Disjoint::Auto, motion: true, wrap: true }
    }
}
