//! Undo and redo without an end: a snapshot a step, of which most is shared with the text.

use ropey::Rope;

/// What is done again and again, and undone together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Run {
    /// Letters of a word; `spaced` when the last of them was white space, after which a new word begins.
    Typing { spaced: bool },
    /// Taking away before the caret, one character after the other.
    Erasing,
    /// Taking away after the caret, one character after the other.
    Deleting,
    /// Something that is undone by itself.
    Step,
}

/// A text as it was, and where the caret stood.
pub type Was = (Rope, usize);

/// The steps back and forth.
#[derive(Clone, Debug)]
pub struct History {
    back: Vec<Was>,
    forth: Vec<Was>,
    run: Run,
}

impl History {
    /// Nothing happened yet.
    pub fn new() -> Self {
        History { back: Vec::new(), forth: Vec::new(), run: Run::Step }
    }

    /// Something is about to be changed: keeps what it is now, unless it goes on with the run before.
    pub fn remember(&mut self, now: impl FnOnce() -> Was, run: Run) {
        let goes_on = match (self.run, run) {
            (Run::Typing { spaced: true }, Run::Typing { spaced }) => spaced,
            (Run::Typing { .. }, Run::Typing { .. }) => true,
            (Run::Step, _) => false,
            (before, now) => before == now,
        };
        if !goes_on {
            self.back.push(now());
        }
        self.forth.clear();
        self.run = run;
    }

    /// Ends the run: what comes is a step of its own.
    pub fn pause(&mut self) {
        self.run = Run::Step;
    }

    /// The step back, if there is one; `now` is kept for the way forth.
    pub fn back(&mut self, now: Was) -> Option<Was> {
        self.run = Run::Step;
        let was = self.back.pop()?;
        self.forth.push(now);
        Some(was)
    }

    /// The step forth, if there is one; `now` is kept for the way back.
    pub fn forth(&mut self, now: Was) -> Option<Was> {
        self.run = Run::Step;
        let next = self.forth.pop()?;
        self.back.push(now);
        Some(next)
    }

    /// Whether there is a step in either direction.
    pub fn is_empty(&self) -> bool {
        self.back.is_empty() && self.forth.is_empty()
    }
}
