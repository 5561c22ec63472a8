//! The lines in which one side of a unit is shown: from the first difference on, with the changed words marked.

use midair_record::Value;
use unicode_segmentation::UnicodeSegmentation;

use crate::tui::widgets::brief::{self, brief};
use crate::tui::widgets::panel;

/// A line of a side: its text, and which part of it (in bytes) is not in base.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SideLine {
    pub text: String,
    pub changed: std::ops::Range<usize>,
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
    let plain = |text: String| SideLine { changed: 0..0, text };
    match (value, base) {
        (None, Some(_)) => return vec![plain("∅ deleted".into())],
        (None, None) => return vec![plain(brief::ABSENT.into())],
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
        shown.push(plain(format!("⋯ {skipped} lines the same")));
    }
    let base_lines = parts(base);
    let known: std::collections::HashSet<&str> = base_lines.iter().map(|line| line.as_ref()).collect();
    let room_for = most.saturating_sub(shown.len() + 1).max(1);
    let rest = &whole[skipped..];
    for line in rest.iter().take(room_for) {
        let changed = if base.is_none() || known.contains(line.as_ref()) { 0..0 } else { 0..line.len() };
        shown.push(SideLine { text: line.to_string(), changed });
    }
    match rest.len().saturating_sub(room_for) {
        0 => {}
        1 if shown.len() < most => shown.push(plain(rest[room_for].to_string())),
        left => shown.push(plain(format!("⋯ {left} more lines"))),
    }
    shown
}

/// A value as lines: those of a text, the elements of a list, the members of an object; one for anything else.
fn parts(value: Option<&Value>) -> Vec<std::borrow::Cow<'_, str>> {
    match value {
        Some(Value::String(text)) if text.as_str().contains('\n') => text.as_str().lines().map(Into::into).collect(),
        Some(Value::String(text)) if !text.as_str().is_empty() => vec![text.as_str().into()],
        Some(Value::Array(elements)) if elements.len() > 1 && elements.iter().any(|one| one.as_object().is_some()) => {
            elements.iter().map(|one| one.to_json().into()).collect()
        }
        Some(Value::Object(members)) if members.len() > 1 => {
            members.iter().map(|(name, one)| format!("{}: {}", name.as_str(), brief(Some(one))).into()).collect()
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
        _ => 0..0,
    };
    let mut lines = Vec::new();
    let mut at = 0;
    for piece in panel::wrap(&window, room) {
        let from = window[at..].find(&piece).map_or(at, |offset| at + offset);
        let to = from + piece.len();
        let marked = changed.start.clamp(from, to) - from..changed.end.clamp(from, to) - from;
        lines.push(SideLine { text: piece, changed: marked });
        at = to;
    }
    lines.truncate(most.max(1));
    lines
}

fn common_start(a: &str, b: &str) -> usize {
    a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count()
}

/// The part of `text`, in whole words, between what it has in common with `base` at its start and at its end.
pub fn changed_words(text: &str, base: &str) -> std::ops::Range<usize> {
    let (new, old): (Vec<_>, Vec<_>) = (text.split_word_bounds().collect(), base.split_word_bounds().collect());
    let start = new.iter().zip(&old).take_while(|(a, b)| a == b).count();
    let left = new.len().min(old.len()) - start;
    let end = new.iter().rev().zip(old.iter().rev()).take(left).take_while(|(a, b)| a == b).count();
    let bytes = |words: &[&str]| words.iter().map(|word| word.len()).sum::<usize>();
    bytes(&new[..start])..text.len() - bytes(&new[new.len() - end..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_that_are_not_in_base_are_marked() {
        let marked = |text: &str, base: &str| text[changed_words(text, base)].to_owned();
        assert_eq!(marked("Launch site", "Launch"), " site");
        assert_eq!(marked("Website launch", "Launch"), "Website launch");
        assert_eq!(marked("call carol before Friday", "call carol on Friday"), "before");
        assert_eq!(marked("same", "same"), "");
    }

    #[test]
    fn a_long_text_is_shown_from_its_first_difference_on() {
        let text = |last: &str| Value::string((0..40).map(|n| format!("line {n}\n")).collect::<String>() + last);
        let (theirs, mine) = (text("theirs"), text("mine"));
        let shown = lines(Some(&theirs), Some(&mine), Some(&mine), 30, 6);
        let texts: Vec<&str> = shown.iter().map(|line| line.text.as_str()).collect();
        assert_eq!(texts, ["⋯ 39 lines the same", "line 39", "theirs"]);
        assert_eq!(shown[2].changed, 0..6);
    }
}
