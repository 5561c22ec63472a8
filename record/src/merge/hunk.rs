//! The parts of a text or a list that were changed: what each side has there, and what becomes of it.

use serde::{Deserialize, Serialize};

use super::sequence::Span;
use crate::value::Value;

/// One of the three versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// What I loaded.
    Base,
    /// What I have now.
    Mine,
    /// What the server has now.
    Theirs,
}

/// How a hunk stands between base, mine and theirs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HunkState {
    /// Only I changed it.
    OnlyMine,
    /// Only they changed it.
    OnlyTheirs,
    /// Both changed it to the same.
    Same,
    /// Both changed it, and both changes can stand.
    Merged,
    /// Both changed it, differently: a person decides.
    Conflict,
}

/// Lines or elements in a row that at least one side changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hunk {
    /// Which part of each side.
    pub span: Span,
    /// How they compare.
    pub state: HunkState,
    /// What both changes together come to: which lines or elements, in which order.
    pub both: Vec<(Side, usize)>,
}

impl Hunk {
    /// A hunk in which both together are theirs and then mine.
    pub(super) fn in_turn(span: Span, state: HunkState) -> Self {
        let theirs = span.theirs.clone().map(|index| (Side::Theirs, index));
        let both = theirs.chain(span.mine.clone().map(|index| (Side::Mine, index))).collect();
        Hunk { span, state, both }
    }

    /// Whether a person has to decide it.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        self.state == HunkState::Conflict
    }

    fn automatic(&self) -> HunkChoice {
        match self.state {
            HunkState::OnlyMine | HunkState::Same => HunkChoice::Mine,
            HunkState::OnlyTheirs => HunkChoice::Theirs,
            HunkState::Merged => HunkChoice::Both,
            HunkState::Conflict => HunkChoice::Undecided,
        }
    }
}

/// What a part of a text or list takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HunkChoice {
    /// Not decided yet.
    Undecided,
    /// What the server has.
    Theirs,
    /// What I have.
    Mine,
    /// What I started from.
    Base,
    /// Theirs and mine; never base.
    Both,
}

/// A part of a text or list on its way to being decided: a hunk, or what a hunk was split into.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    /// Which part of each side.
    pub span: Span,
    /// What it takes.
    pub choice: HunkChoice,
    /// Whether a person has a say in it: a conflict, or a part of one.
    pub asks: bool,
}

impl Piece {
    /// The first `lines` of it and the rest, each undecided. `None` where one of the two would hold nothing of either
    /// side.
    fn split(&self, lines: usize) -> Option<[Piece; 2]> {
        let cut = |range: &std::ops::Range<usize>| {
            let at = (range.start + lines).min(range.end);
            [range.start..at, at..range.end]
        };
        let ([b1, b2], [m1, m2], [t1, t2]) = (cut(&self.span.base), cut(&self.span.mine), cut(&self.span.theirs));
        let piece =
            |base, mine, theirs| Piece { span: Span { base, mine, theirs }, choice: HunkChoice::Undecided, asks: true };
        let (first, rest) = (piece(b1, m1, t1), piece(b2, m2, t2));
        let holds = |piece: &Piece| !piece.span.mine.is_empty() || !piece.span.theirs.is_empty();
        (holds(&first) && holds(&rest)).then_some([first, rest])
    }
}

/// The pieces that hunks start as.
#[must_use]
pub fn pieces(hunks: &[Hunk]) -> Vec<Piece> {
    let piece = |hunk: &Hunk| Piece { span: hunk.span.clone(), choice: hunk.automatic(), asks: hunk.is_conflict() };
    hunks.iter().map(piece).collect()
}

/// Splits piece `index` after its first `lines` lines or elements. Whether it could be split.
pub fn split(pieces: &mut Vec<Piece>, index: usize, lines: usize) -> bool {
    let parts = pieces.get(index).filter(|piece| piece.asks).and_then(|piece| piece.split(lines));
    match parts {
        Some(parts) => {
            pieces.splice(index..=index, parts);
            true
        }
        None => false,
    }
}

/// A text as the lines it merges by: what stands between its line feeds.
#[must_use]
pub fn lines(text: &str) -> Vec<&str> {
    text.split('\n').collect()
}

/// Which lines or elements the pieces choose, in order; `None` while one is undecided. `hunks` know in which order both
/// additions stand.
fn chosen(pieces: &[Piece], hunks: &[Hunk], base_len: usize) -> Option<Vec<(Side, usize)>> {
    let mut out = Vec::with_capacity(base_len);
    let mut at = 0;
    for piece in pieces {
        let span = &piece.span;
        out.extend((at..span.base.start).map(|index| (Side::Base, index)));
        at = span.base.end;
        let mut take = |side: Side, range: std::ops::Range<usize>| out.extend(range.map(|index| (side, index)));
        match piece.choice {
            HunkChoice::Undecided => return None,
            HunkChoice::Theirs => take(Side::Theirs, span.theirs.clone()),
            HunkChoice::Mine => take(Side::Mine, span.mine.clone()),
            HunkChoice::Base => take(Side::Base, span.base.clone()),
            HunkChoice::Both => match hunks.iter().find(|hunk| hunk.span == *span) {
                Some(hunk) => out.extend(hunk.both.iter().copied()),
                None => {
                    take(Side::Theirs, span.theirs.clone());
                    take(Side::Mine, span.mine.clone());
                }
            },
        }
    }
    out.extend((at..base_len).map(|index| (Side::Base, index)));
    Some(out)
}

/// The text or list that the pieces make of three values, a missing one counting as empty. `None` while a piece is
/// undecided, and for values that are neither.
#[must_use]
pub fn put_together(pieces: &[Piece], hunks: &[Hunk], sides: [Option<&Value>; 3]) -> Option<Value> {
    let of = |side: Side| sides[side as usize];
    if sides.iter().flatten().all(|value| matches!(value, Value::String(_))) {
        let lines = sides.map(|side| side.and_then(Value::as_str).map(lines).unwrap_or_default());
        let chosen = chosen(pieces, hunks, lines[0].len())?;
        let text: Vec<&str> = chosen.into_iter().map(|(side, index)| lines[side as usize][index]).collect();
        return Some(Value::string(text.join("\n")));
    }
    let elements = |side| match of(side) {
        None => Some(&[][..]),
        Some(Value::Array(elements)) => Some(elements.as_slice()),
        Some(_) => None,
    };
    let lists = [elements(Side::Base)?, elements(Side::Mine)?, elements(Side::Theirs)?];
    let chosen = chosen(pieces, hunks, lists[0].len())?;
    Some(Value::Array(chosen.into_iter().map(|(side, index)| lists[side as usize][index].clone()).collect()))
}
