//! Why a text is not a record, or a record not a text; refuses to know which format it was.

use std::fmt;

/// A sentence about what is wrong, with its place where it stands in a text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Fault {
    /// What is wrong, as a clause: `the name "a" stands twice in one mapping`.
    pub what: String,
    /// Line and column, both counted from 1, the column in characters. `None` for what cannot be written.
    pub place: Option<(usize, usize)>,
}

impl Fault {
    /// A fault at the byte `pos` of `text`.
    pub(crate) fn at(what: impl Into<String>, text: &str, pos: usize) -> Self {
        let before = text.get(..pos).unwrap_or(text);
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let column = before[start..].trim_start_matches('\u{feff}').chars().count() + 1;
        Fault { what: what.into(), place: Some((before.matches('\n').count() + 1, column)) }
    }

    /// A fault of something to be written.
    pub(crate) fn of(what: impl Into<String>) -> Self {
        Fault { what: what.into(), place: None }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        self.place.map_or(Ok(()), |(line, column)| write!(f, " at line {line}, column {column}"))
    }
}
