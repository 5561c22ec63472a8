//! Which colours and weights the screen uses; every difference they show is also shown by a sign or a word.

use ratatui::style::{Color, Modifier, Style};

/// How many colours the terminal shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// 256 or more.
    Full,
    /// The 16 that every colour terminal has.
    Sixteen,
    /// None: `NO_COLOR`, or a dumb terminal.
    None,
}

/// What the colours stand on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ground {
    /// A dark terminal.
    #[default]
    Dark,
    /// A light one.
    Light,
    /// A dark one, for eyes that need more difference: nothing is grey or dim.
    HighContrast,
}

/// The styles of the screen, by what they mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Theme {
    pub plain: Style,
    pub dim: Style,
    pub title: Style,
    pub selected: Style,
    pub key: Style,
    pub theirs: Style,
    pub mine: Style,
    pub asks: Style,
    pub good: Style,
    pub bad: Style,
    pub notice: Style,
    pub frame: Style,
    /// Whether frames and signs are drawn in ASCII; what a record holds never is.
    pub ascii: bool,
}

impl Theme {
    /// The theme of a dark terminal of this depth.
    pub fn new(depth: Depth) -> Self {
        Theme::on(Ground::Dark, depth)
    }

    /// The theme for a ground and a depth. Theirs is blue, mine is orange: they differ for colour-blind eyes too.
    pub fn on(ground: Ground, depth: Depth) -> Self {
        let (theirs, mine, asks, good, bad, frame, muted) = match (ground, depth) {
            (Ground::Dark, Depth::Full) => (75, 215, 228, 114, 210, 240, 246),
            (Ground::Dark, Depth::Sixteen) => (12, 11, 13, 10, 9, 8, 7),
            (Ground::Light, Depth::Full) => (25, 130, 90, 28, 124, 248, 240),
            (Ground::Light, Depth::Sixteen) => (4, 5, 1, 2, 1, 7, 8),
            (Ground::HighContrast, Depth::Full) => (117, 220, 226, 120, 217, 231, 231),
            (Ground::HighContrast, Depth::Sixteen) => (14, 11, 11, 10, 15, 15, 15),
            (_, Depth::None) => (0, 0, 0, 0, 0, 0, 0),
        };
        // Said outright, because a style that names no colour leaves the one of the frame it is drawn over.
        let plain = Style::new().fg(Color::Reset);
        let ink = |index: u8| match depth {
            Depth::None => plain,
            Depth::Full | Depth::Sixteen => plain.fg(Color::Indexed(index)),
        };
        let dim = match (depth, ground) {
            (Depth::None, Ground::HighContrast) => plain,
            (Depth::None, _) => plain.add_modifier(Modifier::DIM),
            (Depth::Full | Depth::Sixteen, _) => ink(muted),
        };
        Theme {
            plain,
            dim,
            title: plain.add_modifier(Modifier::BOLD),
            selected: plain.add_modifier(Modifier::REVERSED),
            key: plain.add_modifier(Modifier::BOLD),
            theirs: ink(theirs),
            mine: ink(mine),
            asks: ink(asks).add_modifier(Modifier::BOLD),
            good: ink(good),
            bad: ink(bad).add_modifier(Modifier::BOLD),
            notice: plain.add_modifier(Modifier::BOLD),
            frame: ink(frame),
            ascii: false,
        }
    }

    /// The same, with frames and signs in ASCII or not.
    #[must_use]
    pub fn in_ascii(self, ascii: bool) -> Self {
        Theme { ascii, ..self }
    }
}
