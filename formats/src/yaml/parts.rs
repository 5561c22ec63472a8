//! The text of one YAML entry, cut into the parts that are merged each for itself.

use super::tree::{Entry, Node, column};

/// A node of one of three texts.
#[derive(Clone, Copy)]
pub(super) struct Src<'t> {
    pub(super) text: &'t str,
    pub(super) node: &'t Node,
}

/// An entry of one of three texts, with the column of its collection.
#[derive(Clone, Copy)]
pub(super) struct EntrySrc<'t> {
    pub(super) text: &'t str,
    pub(super) entry: &'t Entry,
    pub(super) col: usize,
    /// Whether it stands in a block and not between brackets.
    pub(super) in_block: bool,
}

/// How a value follows its key or dash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// On the same line.
    Inline,
    /// A block that starts on the same line, after a dash.
    Compact,
    /// A block on the lines below.
    Below,
}

/// A stretch of a text.
#[derive(Clone, Copy)]
pub(super) struct Part<'t> {
    raw: &'t str,
    /// The column of the collection it is from.
    col: usize,
    /// Whether it starts a line.
    first: bool,
}

impl Part<'_> {
    /// Its text, for a collection in another column.
    pub(super) fn at(self, col: usize) -> String {
        shifted(self.raw, self.col, col, self.first)
    }

    /// Whether it is the same text but for the column.
    pub(super) fn is(self, other: Self) -> bool {
        self.at(0) == other.at(0)
    }
}

/// The one of three that stands: theirs' where mine's is base's, mine's where theirs' is, else the one asked for.
pub(super) fn chosen<'t>(sides: [Option<Part<'t>>; 3], rather_theirs: bool) -> Option<Part<'t>> {
    let [base, mine, theirs] = sides;
    let (Some(mine), Some(theirs)) = (mine, theirs) else { return mine.or(theirs) };
    let is_base = |side: Part<'_>| base.is_some_and(|base| base.is(side));
    Some(if is_base(mine) || rather_theirs && !is_base(theirs) { theirs } else { mine })
}

/// The text of an entry.
#[derive(Clone, Copy)]
pub(super) struct Parts<'t> {
    /// The lines above it.
    pub(super) lead: Part<'t>,
    /// Its key or dash and what follows up to the value.
    pub(super) head: Part<'t>,
    pub(super) value: Part<'t>,
    /// What follows the value.
    pub(super) trail: Part<'t>,
    pub(super) shape: Shape,
}

impl Parts<'_> {
    /// Whether all but the lines above is the same text.
    pub(super) fn is(&self, other: &Self) -> bool {
        let same = self.head.is(other.head) && self.value.is(other.value) && self.trail.is(other.trail);
        same && self.shape == other.shape
    }

    /// All but the lines above, for a collection in another column.
    pub(super) fn body(&self, col: usize) -> String {
        self.head.at(col) + &self.value.at(col) + &self.trail.at(col)
    }
}

impl<'t> Src<'t> {
    /// The column in which a block stands.
    pub(super) fn column(self) -> usize {
        self.node.entries().first().map_or(0, |entry| column(self.text, entry.start))
    }

    /// Its entries.
    pub(super) fn entries(self) -> impl Iterator<Item = EntrySrc<'t>> {
        let in_block = self.node.is_block();
        let col = if in_block { self.column() } else { 0 };
        self.node.entries().iter().map(move |entry| EntrySrc { text: self.text, entry, col, in_block })
    }

    /// The comments after its last entry.
    pub(super) fn tail(self) -> Part<'t> {
        let from = self.node.entries().last().map_or(self.node.start, |entry| entry.end);
        Part { raw: self.text.get(from..self.node.end).unwrap_or(""), col: self.column(), first: true }
    }
}

impl<'t> EntrySrc<'t> {
    pub(super) fn src(self) -> Src<'t> {
        Src { text: self.text, node: &self.entry.node }
    }

    /// How its value follows.
    pub(super) fn shape(self) -> Shape {
        let node = &self.entry.node;
        if !node.is_block() {
            Shape::Inline
        } else if self.text[self.entry.start..node.start].contains('\n') {
            Shape::Below
        } else {
            Shape::Compact
        }
    }

    /// Its text in parts.
    pub(super) fn parts(self) -> Parts<'t> {
        let (entry, node, col) = (self.entry, &self.entry.node, self.col);
        let cut = |from: usize, to: usize, first: bool| Part { raw: self.text.get(from..to).unwrap_or(""), col, first };
        let line = self.text[..entry.start].rfind('\n').map_or(0, |at| at + 1).max(entry.lead);
        let shape = self.shape();
        let ends_line = node.end > 0 && self.text.as_bytes()[node.end - 1] == b'\n';
        Parts {
            lead: cut(entry.lead, line.min(entry.start), true),
            head: cut(entry.start, node.start, false),
            value: cut(node.start, node.end, shape == Shape::Below),
            trail: cut(node.end, entry.end.max(node.end), ends_line),
            shape,
        }
    }
}

/// `text` moved from one column to another; its first line too, if that starts a line.
pub(super) fn shifted(text: &str, from: usize, to: usize, first: bool) -> String {
    if from == to {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let white = line.len() - line.trim_start_matches(' ').len();
        if index == 0 && !first || line.trim().is_empty() {
            out += line;
        } else if to > from {
            out += &" ".repeat(to - from);
            out += line;
        } else {
            out += &line[white.min(from - to)..];
        }
    }
    out
}
