//! The lines in which one side of a unit is shown: from the first difference on, with the changed words marked.

use std::ops::Range;

use midair_record::Value;
use midair_record::merge::hunk::{self, Side};
use midair_record::merge::text::changed_words;
use midair_record::merge::{Span, Unit};

use crate::tui::widgets::brief::{self, brief};
use crate::tui::widgets::panel;
use crate::tui::widgets::signs::held;

/// A line of a side: its text, and which parts of it (in bytes) are not in base.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SideLine {
    pub text: String,
    pub changed: Vec<Range<usize>>,
}

impl SideLine {
    pub fn plain(text: impl Into<String>) -> Self {
        SideLine { text: text.into(), changed: Vec::new() }
    }

    /// `text`, with the words marked that are not in `base`.
    fn against(text: &str, base: &str) -> Self {
        SideLine { changed: changed_words(text, base), text: text.to_owned() }
    }
}

/// `value` in at most `most` lines of `room` columns. What it has in common with `other` at the start of a long value
/// is folded, so that the difference shows; words that are not in `base` are marked.
pub fn lines(
    value: Option<&Value>,
    other: Option<&Value>,
    base: Option<&Value>,
    room: u16,
    most: usize,
) -> Vec<SideLine> {
    match (value, base) {
        (None, Some(_)) => return vec![SideLine::plain("∅ deleted")],
        (None, None) => return vec![SideLine::plain(brief::ABSENT)],
        _ => {}
    }
    let whole = parts(value);
    if let [one] = whole.as_slice() {
        return one_line(one, &parts(other), &parts(base), room, most);
    }
    let others = parts(other);
    let same = whole.iter().zip(&others).take_while(|(a, b)| a == b).count();
    let context = usize::from(same > 1);
    let skipped = if same > 2 { same - context } else { 0 };
    let mut shown = Vec::new();
    if skipped > 0 {
        shown.push(SideLine::plain(format!("⋯ {skipped} lines the same")));
    }
    let base_lines = parts(base);
    let known: std::collections::HashSet<&str> = base_lines.iter().map(|line| line.as_ref()).collect();
    let room_for = most.saturating_sub(shown.len() + 1).max(1);
    let rest = &whole[skipped..];
    for line in rest.iter().take(room_for) {
        let same = base.is_none() || known.contains(line.as_ref());
        let changed = if same { Vec::new() } else { std::iter::once(0..line.len()).collect() };
        shown.push(SideLine { text: line.to_string(), changed });
    }
    match rest.len().saturating_sub(room_for) {
        0 => {}
        1 if shown.len() < most => shown.push(SideLine::plain(rest[room_for].to_string())),
        left => shown.push(SideLine::plain(format!("⋯ {left} more lines"))),
    }
    shown
}

/// A value as lines: those of a text, the elements of a list, the members of an object; one for anything else.
fn parts(value: Option<&Value>) -> Vec<std::borrow::Cow<'_, str>> {
    match value {
        Some(Value::String(text)) if text.as_str().contains('\n') => text.as_str().lines().map(held).collect(),
        Some(Value::String(text)) if !text.as_str().is_empty() => vec![held(text.as_str())],
        Some(Value::Array(elements)) if elements.len() > 1 && elements.iter().any(|one| one.as_object().is_some()) => {
            elements.iter().map(|one| held(&one.to_json()).into_owned().into()).collect()
        }
        Some(Value::Object(members)) if members.len() > 1 => {
            members.iter().map(|(name, one)| format!("{}: {}", held(name.as_str()), brief(Some(one))).into()).collect()
        }
        other => vec![brief(other).into()],
    }
}

/// A value of one line: from a little before the first difference on where it is long, wrapped.
fn one_line(
    text: &str,
    other: &[std::borrow::Cow<str>],
    base: &[std::borrow::Cow<str>],
    room: u16,
    most: usize,
) -> Vec<SideLine> {
    let reach = usize::from(room) * most.max(1);
    let other = other.first().map_or("", |line| line.as_ref());
    let same = common_start(text, other);
    let mut start = if text.len() > reach && same > reach / 2 { same - reach / 4 } else { 0 };
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let mut window: String = text[start..].chars().take(reach).collect();
    if start > 0 {
        window.insert(0, '…');
    }
    let changed = match base {
        [base] if start == 0 && window.len() == text.len() => changed_words(text, base),
        _ => Vec::new(),
    };
    let mut lines = Vec::new();
    let mut at = 0;
    for piece in panel::wrap(&window, room) {
        let from = window[at..].find(&piece).map_or(at, |offset| at + offset);
        let to = from + piece.len();
        let cut = |range: &Range<usize>| range.start.clamp(from, to) - from..range.end.clamp(from, to) - from;
        let marked = changed.iter().map(cut).filter(|range| !range.is_empty()).collect();
        lines.push(SideLine { text: piece, changed: marked });
        at = to;
    }
    lines.truncate(most.max(1));
    lines
}

fn common_start(a: &str, b: &str) -> usize {
    a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count()
}

/// Where a side of a part of a text or list stands, and what is shown of it: its lines or elements, with the words
/// marked that are not in the part of base.
pub fn part(unit: &Unit, span: &Span, side: Side, most: usize) -> Vec<SideLine> {
    let of = |side: Side| match side {
        Side::Base => (unit.base.as_ref(), &span.base),
        Side::Mine => (unit.mine.as_ref(), &span.mine),
        Side::Theirs => (unit.theirs.as_ref(), &span.theirs),
    };
    let texts = |side: Side| {
        let (value, range) = of(side);
        elements(value).get(range.clone()).map(<[_]>::to_vec).unwrap_or_default()
    };
    let (lines, base) = (texts(side), texts(Side::Base));
    if lines.is_empty() {
        return vec![SideLine::plain(if base.is_empty() { "∅ nothing" } else { "∅ deleted" })];
    }
    let paired = lines.len() == base.len();
    let whole_base = if paired || side == Side::Base { String::new() } else { base.join("\n") };
    let line = |(index, text): (usize, &std::borrow::Cow<str>)| match side {
        Side::Base => SideLine::plain(text.as_ref()),
        _ if paired => SideLine::against(text, &base[index]),
        _ => SideLine::against(text, &whole_base),
    };
    let mut shown: Vec<SideLine> = lines.iter().enumerate().take(most.max(1)).map(line).collect();
    if lines.len() > shown.len() {
        shown.pop();
        shown.push(SideLine::plain(format!("⋯ {} more lines", lines.len() - shown.len())));
    }
    shown
}

/// What stands before a part of a text or list, where anything does.
pub fn before(unit: &Unit, span: &Span) -> Option<String> {
    let base = elements(unit.base.as_ref());
    span.base.start.checked_sub(1).and_then(|index| base.get(index)).map(ToString::to_string)
}

/// The lines of a text or the elements of a list, each on a line.
fn elements(value: Option<&Value>) -> Vec<std::borrow::Cow<'_, str>> {
    match value {
        Some(Value::String(text)) => hunk::lines(text.as_str()).into_iter().map(held).collect(),
        Some(Value::Array(elements)) => elements
            .iter()
            .map(|one| match one {
                Value::String(text) => held(text.as_str()),
                other => held(&other.to_json()).into_owned().into(),
            })
            .collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_shown_from_its_first_difference_on() {
        let text = |last: &str| Value::string((0..40).map(|n| format!("line {n}\n")).collect::<String>() + last);
        let (theirs, mine) = (text("theirs"), text("mine"));
        let shown = lines(Some(&theirs), Some(&mine), Some(&mine), 30, 6);
        let texts: Vec<&str> = shown.iter().map(|line| line.text.as_str()).collect();
        assert_eq!(texts, ["⋯ 39 lines the same", "line 39", "theirs"]);
        assert_eq!(shown[2].changed, vec![Range { start: 0, end: 6 }]);
    }
}
