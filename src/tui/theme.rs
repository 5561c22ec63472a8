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
}

impl Theme {
    /// The theme for a terminal of this depth. Theirs is blue, mine is orange: they differ for colour-blind eyes too.
    pub fn new(depth: Depth) -> Self {
        let (theirs, mine, asks, good, bad, frame, muted) = match depth {
            Depth::Full => (75, 215, 228, 114, 210, 240, 246),
            Depth::Sixteen => (12, 11, 13, 10, 9, 8, 7),
            Depth::None => (0, 0, 0, 0, 0, 0, 0),
        };
        // Said outright, because a style that names no colour leaves the one of the frame it is drawn over.
        let plain = Style::new().fg(Color::Reset);
        let ink = |index: u8| match depth {
            Depth::None => plain,
            Depth::Full | Depth::Sixteen => plain.fg(Color::Indexed(index)),
        };
        let dim = match depth {
            Depth::None => plain.add_modifier(Modifier::DIM),
            Depth::Full | Depth::Sixteen => ink(muted),
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
        }
    }
}
