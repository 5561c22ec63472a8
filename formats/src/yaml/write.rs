//! Builds the merged YAML text out of stretches of mine and theirs.

use std::cell::RefCell;
use std::collections::HashSet;

use granit_parser::ScalarStyle;
use midair_record::Value;

use super::flow;
use super::fresh::{self, Style};
use super::parts::{EntrySrc, Part, Shape, Src, chosen};
use super::tree::{Kind, Node};
use crate::frame::detached;
use crate::pairing::counterparts;

/// The same thing in base, mine and theirs.
pub(super) type Sides<T> = [Option<T>; 3];

/// What is written, and what is known on the way.
pub(super) struct Writer<'w> {
    pub(super) style: Style,
    texts: [&'w str; 3],
    /// The members to be written without regard to how they stood.
    afresh: &'w HashSet<Vec<usize>>,
    /// The members that were not taken over as they stand on one side.
    touched: RefCell<Vec<Vec<usize>>>,
}

/// An entry as it is to be written; the body without its first indentation, with the end of its last line.
struct Piece {
    lead: String,
    body: String,
}

/// The merged text, and the members in it that were put together anew.
pub(super) fn document<'t>(
    texts: [&'t str; 3],
    roots: Sides<&'t Node>,
    merged: &Value,
    afresh: &'t HashSet<Vec<usize>>,
) -> (String, Vec<Vec<usize>>) {
    let [_, mine, theirs] = texts;
    let style = Style::of(mine, roots[1].filter(|root| !root.entries().is_empty()));
    let style = if roots[1].is_some() { style } else { Style::of(theirs, roots[2]) };
    let writer = Writer { style, texts, afresh, touched: RefCell::default() };
    let whole = || match fresh::is_inline(merged) {
        true => fresh::document(merged),
        false => fresh::block(merged, 0, style),
    };
    if afresh.contains(&Vec::new()) {
        return (whole(), Vec::new());
    }
    let src = |side: usize| roots[side].map(|node| Src { text: texts[side], node });
    let around = |side: usize, text: String| match roots[side] {
        Some(root) => format!("{}{text}{}", &texts[side][..root.start], &texts[side][root.end..]),
        None => text,
    };
    let mut path = Vec::new();
    let skeleton = |side: usize| roots[side].filter(|root| compatible(root, merged));
    let body = if skeleton(1).is_some() {
        let sides = [src(0), src(1), src(2)];
        around(1, writer.collection(sides, merged, 0, &mut path, false))
    } else {
        // Mine has no members, or is to have none: what stands around them are comments at most.
        let empty = fresh::is_inline(merged);
        if empty && roots[1].is_none_or(|root| root.entries().is_empty()) {
            return (mine.to_owned(), Vec::new());
        }
        let comments = match roots[1] {
            None => mine.to_owned(),
            Some(root) => mine[..root.start].to_owned() + mine[root.end..].trim_start(),
        };
        let body = if skeleton(2).is_some() {
            around(2, writer.collection([None, src(2), None], merged, 0, &mut path, false))
        } else {
            whole()
        };
        format!("{comments}{body}")
    };
    (body, writer.touched.into_inner())
}

/// Whether a node can be the frame of a value: a collection of the same kind, neither of them empty.
pub(super) fn compatible(node: &Node, value: &Value) -> bool {
    let same =
        matches!((&node.value, value), (Value::Object(_), Value::Object(_)) | (Value::Array(_), Value::Array(_)));
    same && !node.entries().is_empty() && !fresh::is_inline(value)
}

/// The entries of three collections by the members of merged.
pub(super) fn matched<'t>(sides: Sides<Src<'t>>, merged: &Value) -> Vec<Sides<EntrySrc<'t>>> {
    match merged {
        Value::Object(members) => {
            let named = |side: &Option<Src<'t>>, name: &str| {
                let src = side.filter(|src| matches!(src.node.value, Value::Object(_)))?;
                src.entries().find(|entry| entry.entry.name.as_deref() == Some(name))
            };
            members.keys().map(|name| [0, 1, 2].map(|side: usize| named(&sides[side], name.as_str()))).collect()
        }
        Value::Array(elements) => {
            let found = sides.map(|side| {
                let src = side.filter(|src| matches!(src.node.value, Value::Array(_)))?;
                let values: Vec<Value> = src.node.entries().iter().map(|entry| entry.node.value.clone()).collect();
                let entries: Vec<EntrySrc<'t>> = src.entries().collect();
                Some(counterparts(elements, &values).into_iter().map(|at| Some(entries[at?])).collect::<Vec<_>>())
            });
            let at = |side: usize, index: usize| found[side].as_ref().and_then(|found| found[index]);
            (0..elements.len()).map(|index| [0, 1, 2].map(|side| at(side, index))).collect()
        }
        _ => Vec::new(),
    }
}

/// The members of a collection with their names.
pub(super) fn members(value: &Value) -> Vec<(Option<&str>, &Value)> {
    match value {
        Value::Object(members) => members.iter().map(|(name, value)| (Some(name.as_str()), value)).collect(),
        Value::Array(elements) => elements.iter().map(|value| (None, value)).collect(),
        _ => Vec::new(),
    }
}

impl Writer<'_> {
    pub(super) fn is_afresh(&self, path: &[usize]) -> bool {
        self.afresh.contains(path)
    }

    pub(super) fn touch(&self, path: &[usize]) {
        self.touched.borrow_mut().push(path.to_vec());
    }

    /// The style of a scalar that is written for the first time: that of what stood there, or of the strings beside it.
    pub(super) fn like(sides: &Sides<EntrySrc<'_>>, skeleton: Option<Src<'_>>) -> Option<ScalarStyle> {
        let style = |node: &Node| match node.kind {
            Kind::Scalar(style) if matches!(node.value, Value::String(_)) => Some(style),
            _ => None,
        };
        let stood = sides[1].or(sides[2]).and_then(|src| style(&src.entry.node));
        let beside = |src: Src<'_>| src.node.entries().iter().find_map(|entry| style(&entry.node));
        stood.or_else(|| {
            skeleton.and_then(beside).filter(|style| !matches!(style, ScalarStyle::Literal | ScalarStyle::Folded))
        })
    }

    /// A collection that mine has, for column `col`, from the line it starts in (or the place, if `compact`) to the end
    /// of its last line.
    fn collection(
        &self,
        sides: Sides<Src<'_>>,
        merged: &Value,
        col: usize,
        path: &mut Vec<usize>,
        compact: bool,
    ) -> String {
        let [base, Some(mine), theirs] = sides else { return String::new() };
        if !mine.node.is_block() {
            return flow::collection(self, sides, merged, path);
        }
        let blocks = [base, Some(mine), theirs].map(|side| side.filter(|src| src.node.is_block()));
        let mine_col = mine.column();
        let col = if path.is_empty() { mine_col } else { col };
        let first_start = mine.node.entries().first().map_or(0, |entry| entry.start);
        let line = mine.text[..first_start].rfind('\n').map_or(0, |at| at + 1);
        let raw_indent = &mine.text[line..first_start];
        let indent = if col == mine_col && raw_indent.trim().is_empty() { raw_indent.into() } else { " ".repeat(col) };
        let spaced = mine.node.entries().get(1).is_some_and(|entry| mine.text[entry.lead..].starts_with('\n'));
        let entries = matched(sides, merged);
        let mut kept = self.kept_comments(mine, &entries, col);
        let mut out = String::new();
        for (index, ((name, value), found)) in members(merged).into_iter().zip(entries).enumerate() {
            path.push(index);
            let mut piece = self.entry(found, mine, name, value, col, path);
            path.pop();
            if spaced && index > 0 && found.iter().all(Option::is_none) {
                piece.lead = "\n".into();
            }
            if let Some(at) = found[1].and_then(|src| kept.iter().position(|(start, _)| *start == src.entry.start)) {
                piece.lead.insert_str(0, &kept.remove(at).1);
            }
            if index == 0 && compact && !piece.lead.contains('#') {
                out += &piece.body;
                continue;
            }
            if index == 0 && compact {
                out.push('\n');
            }
            out += &piece.lead;
            out += &indent;
            out += &piece.body;
        }
        for (_, comment) in kept {
            out += &comment;
        }
        let tail = chosen(blocks.map(|side| side.map(Src::tail)), false);
        out + &tail.map_or(String::new(), |tail| tail.at(col))
    }

    /// Comments above mine's entries that are gone, which a blank line keeps apart from them, by the start of the entry
    /// they go to. Those that theirs took away too are gone.
    fn kept_comments(&self, mine: Src<'_>, found: &[Sides<EntrySrc<'_>>], col: usize) -> Vec<(usize, String)> {
        let stays = |start: usize| found.iter().any(|sides| sides[1].is_some_and(|src| src.entry.start == start));
        let mut out = Vec::new();
        let mut waiting = String::new();
        for src in mine.entries() {
            if stays(src.entry.start) {
                if !waiting.is_empty() {
                    out.push((src.entry.start, std::mem::take(&mut waiting)));
                }
                continue;
            }
            let lead = src.parts().lead.at(col);
            let comment = detached(&lead);
            let dropped = self.texts[0].contains(comment.trim()) && !self.texts[2].contains(comment.trim());
            if comment.contains('#') && !dropped {
                waiting += comment;
            }
        }
        if !waiting.is_empty() {
            out.push((usize::MAX, waiting));
        }
        out
    }

    /// An entry of a block in column `col`.
    fn entry(
        &self,
        sides: Sides<EntrySrc<'_>>,
        skeleton: Src<'_>,
        name: Option<&str>,
        value: &Value,
        col: usize,
        path: &mut Vec<usize>,
    ) -> Piece {
        let key = || name.map_or_else(|| "-".into(), |name| fresh::key(name, self.style));
        if self.is_afresh(path) {
            let (text, shape) = self.fresh(name, value, None, col);
            return Piece { lead: String::new(), body: joined(key(), text, "", shape) };
        }
        let wanted = value.canonical();
        let says = |side: usize| sides[side].is_some_and(|src| src.entry.node.says == wanted);
        let parts = sides.map(|side| side.filter(|src| src.in_block).map(EntrySrc::parts));
        let [base, mine, theirs] = &parts;
        let lead = chosen(parts.map(|parts| Some(parts?.lead)), false).map_or(String::new(), |lead| lead.at(col));
        match (base, mine, theirs) {
            (_, None, Some(theirs)) if says(2) => return Piece { lead, body: ended(theirs.body(col)) },
            (Some(base), Some(mine), Some(theirs)) if says(2) && base.is(mine) => {
                return Piece { lead, body: ended(theirs.body(col)) };
            }
            (None, Some(mine), _) | (_, Some(mine), None) if says(1) => {
                return Piece { lead, body: ended(mine.body(col)) };
            }
            (Some(base), Some(mine), Some(theirs)) if says(1) && base.is(theirs) => {
                return Piece { lead, body: ended(mine.body(col)) };
            }
            _ => {}
        }
        self.touch(path);
        let frame = |side: usize| sides[side].filter(|src| compatible(&src.entry.node, value));
        let shape_of = |src: EntrySrc<'_>| if src.in_block { src.shape() } else { Shape::Inline };
        let inner = |src: EntrySrc<'_>| (col + src.src().column()).saturating_sub(src.col);
        let (text, shape, from_theirs) = if let Some(mine) = frame(1) {
            let nodes = sides.map(|side| side.map(EntrySrc::src));
            let shape = shape_of(mine);
            (self.collection(nodes, value, inner(mine), path, shape == Shape::Compact), shape, false)
        } else if says(1) {
            let part = |side: usize| parts[side].filter(|parts| says(side) && parts.shape == Shape::Inline);
            let text = chosen([part(0), part(1), part(2)].map(|parts| Some(parts?.value)), false);
            let raw = |src: EntrySrc<'_>| src.text[src.entry.node.start..src.entry.node.end].to_owned();
            let text = text.map(|text| text.at(col)).or_else(|| sides[1].map(raw)).unwrap_or_default();
            (text, Shape::Inline, false)
        } else if let Some(theirs) = sides[2].filter(|_| says(2)) {
            let text = match &parts[2] {
                Some(parts) => parts.value.at(col),
                None => theirs.text[theirs.entry.node.start..theirs.entry.node.end].to_owned(),
            };
            (text, shape_of(theirs), true)
        } else if let Some(theirs) = frame(2) {
            let shape = shape_of(theirs);
            let nodes = [None, Some(theirs.src()), None];
            (self.collection(nodes, value, inner(theirs), path, shape == Shape::Compact), shape, true)
        } else {
            let (text, shape) = self.fresh(name, value, Self::like(&sides, Some(skeleton)), col);
            (text, shape, false)
        };
        let alike = |part: for<'a> fn(&super::parts::Parts<'a>) -> Part<'a>| {
            let side = |side: usize| parts[side].as_ref().filter(|parts| parts.shape == shape).map(part);
            chosen([side(0), side(1), side(2)], from_theirs).map(|part| part.at(col))
        };
        let (head, trail) = (alike(|parts| parts.head), alike(|parts| parts.trail));
        let any = mine.or(*theirs);
        let comment = any.filter(|parts| parts.shape == Shape::Inline).map(|parts| parts.trail.at(col));
        let old_key = || any.map(|parts| key_of(&parts.head.at(col)).to_owned());
        match head {
            Some(head) => Piece { lead, body: joined(head, text, &trail.unwrap_or_default(), shape) },
            None => {
                let head = old_key().unwrap_or_else(key);
                Piece { lead, body: joined(head, text, comment.as_deref().unwrap_or(""), shape) }
            }
        }
    }

    /// A value that stands on no side, and how it follows its key or dash.
    fn fresh(&self, name: Option<&str>, value: &Value, like: Option<ScalarStyle>, col: usize) -> (String, Shape) {
        if fresh::is_inline(value) {
            return (fresh::inline(value, like, self.style, col), Shape::Inline);
        }
        if name.is_none() {
            return (fresh::block(value, col + 2, self.style), Shape::Compact);
        }
        let inner = fresh::column_inside(value, col, self.style);
        (format!("{}{}", " ".repeat(inner), fresh::block(value, inner, self.style)), Shape::Below)
    }
}

/// The key up to its colon, or the dash.
fn key_of(head: &str) -> &str {
    let line = head.lines().next().unwrap_or("");
    if line.starts_with('-') && line[1..].trim_start().is_empty() || line.starts_with("- ") {
        return "-";
    }
    let quoted = line.chars().next().filter(|c| matches!(c, '"' | '\''));
    let from = quoted.and_then(|quote| line.rfind(quote)).unwrap_or(0);
    let colon =
        line[from..].find(": ").or_else(|| line.trim_end().ends_with(':').then(|| line.trim_end().len() - 1 - from));
    colon.map_or(line, |at| &line[..=from + at])
}

/// A text with the end of its last line.
fn ended(mut text: String) -> String {
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

/// Key or dash, value and what follows, with the white space between them that the shape needs.
fn joined(head: String, value: String, trail: &str, shape: Shape) -> String {
    let mut out = head;
    let comment = trail.lines().next().filter(|line| line.trim_start().starts_with('#')).unwrap_or("");
    let rest = trail.get(comment.len()..).unwrap_or("");
    let rest = if comment.is_empty() { rest } else { rest.strip_prefix('\n').unwrap_or(rest) };
    match shape {
        Shape::Below => {
            if !out.ends_with('\n') {
                out.truncate(out.trim_end_matches(' ').len());
                out += comment;
                out.push('\n');
                return ended(out + &value + rest);
            }
            ended(out + &value + trail)
        }
        Shape::Compact => {
            if value.starts_with('\n') {
                out.truncate(out.trim_end_matches(' ').len());
            } else if out.ends_with(['-', ':']) {
                out.push(' ');
            }
            let trail = if comment.is_empty() && trail.trim().is_empty() { "" } else { rest };
            ended(out + &value + trail)
        }
        Shape::Inline => {
            if value.is_empty() {
                out.truncate(out.trim_end_matches(' ').len());
            } else if out.ends_with(['-', ':']) {
                out.push(' ');
            }
            if value.ends_with('\n') && !trail.is_empty() {
                // A block scalar: the comment goes to its header.
                let (header, lines) = value.split_once('\n').unwrap_or((&value, ""));
                let comment = if header.contains('#') { "" } else { comment };
                let rest = rest.strip_prefix('\n').unwrap_or(rest);
                return ended(format!("{out}{header}{comment}\n{lines}{rest}"));
            }
            ended(out + &value + trail)
        }
    }
}
