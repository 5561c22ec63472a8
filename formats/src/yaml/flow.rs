//! YAML collections between brackets, with every comment at the member it stands next to.

use granit_parser::ScalarStyle;
use midair_record::Value;

use super::fresh;
use super::parts::{EntrySrc, Src};
use super::tree::Kind;
use super::write::{Sides, Writer, compatible, matched, members};

/// What stands around a member.
#[derive(Clone, Default, PartialEq)]
struct Around {
    /// Before it: the comments above it and its indentation.
    lead: String,
    /// Between it and its comma.
    before_comma: String,
    /// After its comma, in the same line.
    comment: String,
}

/// What stands between the brackets beside the members.
struct Layout {
    opening: String,
    around: Vec<(usize, Around)>,
    closing: String,
    last_comma: bool,
}

impl Layout {
    fn of(src: Src<'_>) -> Self {
        let (text, node) = (src.text, src.node);
        let mut out = Layout { opening: String::new(), around: Vec::new(), closing: String::new(), last_comma: false };
        let mut at = node.start + 1;
        for entry in node.entries() {
            let gap = &text[at..entry.start];
            let (before, after) = at_comma(gap).unwrap_or(("", gap));
            let (comment, lead) = after_comma(after);
            match out.around.last_mut() {
                Some((_, last)) => (last.before_comma, last.comment) = (before.into(), comment.into()),
                None => out.opening = comment.into(),
            }
            out.around.push((entry.start, Around { lead: lead.into(), ..Around::default() }));
            at = entry.node.end;
        }
        let gap = &text[at..node.end - 1];
        out.last_comma = at_comma(gap).is_some();
        let (before, after) = at_comma(gap).unwrap_or(("", gap));
        let (comment, closing) = after_comma(after);
        if let Some((_, last)) = out.around.last_mut() {
            (last.before_comma, last.comment) = (before.into(), comment.into());
        }
        out.closing = closing.into();
        out
    }

    fn at(&self, start: usize) -> Option<&Around> {
        self.around.iter().find(|(other, _)| *other == start).map(|(_, around)| around)
    }

    /// The white space before a member that is not the first.
    fn usual_lead(&self) -> String {
        let lead = self.around.get(1).or(self.around.first()).map_or("", |(_, around)| &around.lead);
        let white = &lead[lead.rfind('\n').unwrap_or(0)..];
        if self.around.len() < 2 && !white.contains('\n') { " ".into() } else { white.into() }
    }
}

/// The two sides of the first comma that stands in no comment.
fn at_comma(gap: &str) -> Option<(&str, &str)> {
    let mut at = 0;
    for line in gap.split_inclusive('\n') {
        let code = line.find('#').unwrap_or(line.len());
        if let Some(comma) = line[..code].find(',') {
            return Some((&gap[..at + comma], &gap[at + comma + 1..]));
        }
        at += line.len();
    }
    None
}

/// What belongs to the line before, if it is a comment, and the rest.
fn after_comma(text: &str) -> (&str, &str) {
    let line = text.find('\n').unwrap_or(text.len());
    if text[..line].contains('#') { text.split_at(line) } else { ("", text) }
}

/// A collection between brackets, from the opening one to the closing one. Mine has one.
pub(super) fn collection(writer: &Writer<'_>, sides: Sides<Src<'_>>, merged: &Value, path: &mut Vec<usize>) -> String {
    let Some(mine) = sides[1] else { return String::new() };
    let layouts = sides.map(|side| side.filter(|src| matches!(src.node.kind, Kind::Flow(_))).map(Layout::of));
    let layout = Layout::of(mine);
    let many_lines = layout.around.iter().any(|(_, around)| around.lead.contains('\n'));
    let entries = matched(sides, merged);
    let mut out = mine.text[mine.node.start..=mine.node.start].to_owned();
    let mut line = layout.opening.clone();
    let last = entries.len().saturating_sub(1);
    for (index, ((name, value), found)) in members(merged).into_iter().zip(entries).enumerate() {
        path.push(index);
        let (text, from_theirs) = entry(writer, found, mine, name, value, path);
        path.pop();
        let around = |side: usize| layouts[side].as_ref()?.at(found[side]?.entry.start);
        let (in_mine, in_theirs) = (around(1), around(2));
        let stands = match (in_mine, in_theirs) {
            (Some(mine), Some(theirs)) if around(0) == Some(mine) || from_theirs && around(0) != Some(theirs) => theirs,
            (Some(mine), _) => mine,
            (None, Some(theirs)) => theirs,
            (None, None) => &Around::default(),
        };
        let mut around = stands.clone();
        let has_comment = around.lead.contains('#');
        if index == 0 && !has_comment && !many_lines {
            around.lead = layout.around.first().map_or(String::new(), |(_, around)| around.lead.clone());
        } else if in_mine.is_none() && !has_comment
            || around.lead.is_empty() && index > 0 && !has_mine_lead(in_mine, &layout)
        {
            around.lead = layout.usual_lead();
        }
        if line.contains('#') && !around.lead.contains('\n') {
            around.lead.insert(0, '\n');
        }
        out += &line;
        out += &around.lead;
        out += &text;
        if index < last || layout.last_comma {
            out += &around.before_comma;
            out.push(',');
        }
        line = around.comment;
    }
    out += &line;
    if line.contains('#') && !layout.closing.starts_with('\n') {
        out.push('\n');
    }
    out + &layout.closing + &mine.text[mine.node.end - 1..mine.node.end]
}

/// Whether a member of mine that is not its first has no space before it, as in `[1,2]`.
fn has_mine_lead(in_mine: Option<&Around>, layout: &Layout) -> bool {
    let first = layout.around.first().map(|(_, around)| around);
    in_mine.is_some_and(|mine| first.is_some_and(|first| !std::ptr::eq(first, mine)))
        && layout.around.get(1).is_some_and(|(_, second)| second.lead.is_empty())
}

/// A member between brackets, and whether its text is theirs'.
fn entry(
    writer: &Writer<'_>,
    sides: Sides<EntrySrc<'_>>,
    skeleton: Src<'_>,
    name: Option<&str>,
    value: &Value,
    path: &mut Vec<usize>,
) -> (String, bool) {
    let key = || name.map_or(String::new(), |name| fresh::flow_key(name, writer.style));
    if writer.is_afresh(path) {
        return (key() + &fresh::flow(value, None, writer.style), false);
    }
    let wanted = value.canonical();
    let says = |side: usize| sides[side].is_some_and(|src| src.entry.node.says == wanted);
    let text =
        |side: usize| sides[side].filter(|src| !src.in_block).map(|src| &src.text[src.entry.start..src.entry.node.end]);
    let [base, mine, theirs] = [0, 1, 2].map(text);
    match (mine, theirs) {
        (None, Some(theirs)) if says(2) => return (theirs.into(), true),
        (Some(mine), Some(theirs)) if says(2) && base == Some(mine) => return (theirs.into(), true),
        (Some(mine), _) if says(1) && (base.is_none() || theirs.is_none() || base == theirs) => {
            return (mine.into(), false);
        }
        _ => {}
    }
    writer.touch(path);
    let head = |src: EntrySrc<'_>| src.text[src.entry.start..src.entry.node.start].to_owned();
    let old = [1, 2].into_iter().filter_map(|side: usize| sides[side].filter(|src| !src.in_block)).next();
    let mut start = match old.map(head) {
        Some(head) if name.is_none() || head.contains(':') => head,
        _ => key(),
    };
    let frame = |side: usize| sides[side].filter(|src| !src.in_block && compatible(&src.entry.node, value));
    let raw = |src: EntrySrc<'_>| src.text[src.entry.node.start..src.entry.node.end].to_owned();
    // A scalar of a block can be spelled in a way that brackets do not bear.
    let bears = |src: &EntrySrc<'_>| {
        let quoted = matches!(src.entry.node.kind, Kind::Scalar(ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted));
        !src.in_block || quoted || matches!(src.entry.node.value, Value::Number(_) | Value::Bool(_))
    };
    let (text, from_theirs) = if frame(1).is_some() {
        (collection(writer, sides.map(|side| side.map(EntrySrc::src)), value, path), false)
    } else if let Some(mine) = sides[1].filter(|_| says(1)) {
        (raw(mine), false)
    } else if let Some(theirs) = sides[2].filter(|src| says(2) && bears(src)) {
        (raw(theirs), true)
    } else if let Some(theirs) = frame(2) {
        (collection(writer, [None, Some(theirs.src()), None], value, path), true)
    } else {
        (fresh::flow(value, Writer::like(&sides, Some(skeleton)), writer.style), false)
    };
    if start.ends_with(':') && !text.is_empty() {
        start.push(' ');
    }
    (start + &text, from_theirs)
}
