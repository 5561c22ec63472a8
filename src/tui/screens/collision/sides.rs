//! The lines in which one side of a unit is shown: from the first difference on, with the changed words marked, and with
//! what is secret masked.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;

use midair_record::merge::hunk::{self, Side};
use midair_record::merge::text::changed_words;
use midair_record::merge::{Span, Unit};
use midair_record::schema::{MASK, Secrets, Shown};
use midair_record::{Pointer, Value};
use unicode_segmentation::UnicodeSegmentation;

use crate::tui::widgets::brief::{self, brief};
use crate::tui::widgets::glyph;
use crate::tui::widgets::signs::held;

/// As many lines as there are.
pub const WHOLE: usize = usize::MAX;

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

    /// The part of it in this range of bytes.
    fn part(&self, range: &Range<usize>) -> Self {
        let cut = |one: &Range<usize>| {
            let [start, end] = [one.start, one.end].map(|at| at.clamp(range.start, range.end) - range.start);
            start..end
        };
        let changed = self.changed.iter().map(cut).filter(|one| !one.is_empty()).collect();
        SideLine { text: self.text[range.clone()].to_owned(), changed }
    }

    /// In lines of at most `room` columns: broken at spaces, a longer word where it must be.
    pub fn wrapped(&self, room: u16) -> Vec<SideLine> {
        let room = room.max(1);
        let (mut start, mut used) = (0, 0);
        let mut gap: Option<(usize, usize)> = None;
        let mut pieces = Vec::new();
        for (at, part) in self.text.grapheme_indices(true) {
            let wide = glyph::visible(part).1;
            if part == " " && used + wide > room {
                pieces.push(start..at);
                (start, used, gap) = (at + 1, 0, None);
                continue;
            }
            if used + wide > room && at > start {
                let (end, next) = gap.take().unwrap_or((at, at));
                pieces.push(start..end);
                (start, used) = (next, glyph::width(&self.text[next..at], room));
                if used + wide > room && at > start {
                    pieces.push(start..at);
                    (start, used) = (at, 0);
                }
            }
            used += wide;
            if part == " " {
                gap = Some((at, at + 1));
            }
        }
        pieces.push(start..self.text.len());
        pieces.iter().map(|range| self.part(range)).collect()
    }
}

/// What may be shown of the three values of a unit.
#[derive(Clone, Debug)]
pub struct Three<'u> {
    pub base: Shown<'u>,
    pub mine: Shown<'u>,
    pub theirs: Shown<'u>,
}

impl<'u> Three<'u> {
    pub fn of(unit: &'u Unit, secrets: &Secrets) -> Self {
        let shown = |value: &'u Option<Value>| shown_in(unit, secrets, value.as_ref());
        Three { base: shown(&unit.base), mine: shown(&unit.mine), theirs: shown(&unit.theirs) }
    }

    fn side(&self, side: Side) -> &Shown<'u> {
        match side {
            Side::Base => &self.base,
            Side::Mine => &self.mine,
            Side::Theirs => &self.theirs,
        }
    }
}

/// What may be shown of a value that a unit has or could have.
pub fn shown_in<'v>(unit: &Unit, secrets: &Secrets, value: Option<&'v Value>) -> Shown<'v> {
    match unit.at.names().split_last() {
        // The values of a group are objects of members that stand side by side.
        Some((_, around)) if unit.is_group() => secrets.shown(&Pointer::new(around.to_vec()), value),
        _ => secrets.shown(&unit.at, value),
    }
}

/// `value` in at most `most` lines of `room` columns. What it has in common with `other` at the start of a long value
/// is folded, so that the difference shows; words that are not in `base` are marked. A secret is told in one line.
pub fn lines(value: &Shown, other: &Shown, base: &Shown, room: u16, most: usize) -> Vec<SideLine> {
    if value.is_secret() {
        return vec![SideLine::plain(secret(value, other, base))];
    }
    // What looks the same may differ in a secret: then nothing is folded.
    let alike = if value.is_masked() { None } else { other.value() };
    let mut lines = open_lines(value.value(), alike, base.value(), room, most);
    if value.is_masked() && value.value() == base.value() && !value.is_same(base) {
        lines.push(SideLine::plain(format!("{MASK} changed in it")));
    }
    lines
}

/// What is told of a secret: not what it is, but how it compares.
fn secret(value: &Shown, other: &Shown, base: &Shown) -> String {
    let differs = other.value().is_some() && !value.is_same(other);
    match base.value() {
        _ if value.is_same(base) => MASK.into(),
        _ if value.is_same(other) => format!("{MASK} same on both"),
        Some(_) => format!("{MASK} changed"),
        None if differs => format!("{MASK} differs"),
        None => MASK.into(),
    }
}

fn open_lines(
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
    let context = usize::from(same > 1 && most > 3);
    let folds = most != WHOLE && same > 0 && (same > 2 || same + 1 >= most);
    let skipped = if folds { (same - context).min(whole.len() - 1) } else { 0 };
    let mut shown = Vec::new();
    match skipped {
        0 => {}
        _ if most < 3 => {}
        1 => shown.push(SideLine::plain("⋯ 1 line the same")),
        many => shown.push(SideLine::plain(format!("⋯ {many} lines the same"))),
    }
    let base_lines = parts(base);
    let known: HashSet<&str> = base_lines.iter().map(AsRef::as_ref).collect();
    let line = |text: &Cow<str>| {
        let same = base.is_none() || known.contains(text.as_ref());
        let changed = if same { Vec::new() } else { std::iter::once(0..text.len()).collect() };
        SideLine { text: text.to_string(), changed }
    };
    fill(&mut shown, whole[skipped..].iter().map(line), room, most);
    shown
}

/// Puts lines after those that are shown, each wrapped, up to `most` in all; then how many there are more.
fn fill(shown: &mut Vec<SideLine>, lines: impl ExactSizeIterator<Item = SideLine>, room: u16, most: usize) {
    let count = lines.len();
    // The line that each piece comes from, and whether it is the last of it.
    let mut from = vec![(0, false); shown.len()];
    for (number, line) in lines.enumerate() {
        if shown.len() > most {
            break;
        }
        let line = if most == WHOLE { line } else { started(line, usize::from(room).saturating_mul(most + 1)) };
        let pieces = line.wrapped(room);
        let last = pieces.len() - 1;
        from.extend((0..=last).map(|piece| (number, piece == last)));
        shown.extend(pieces);
    }
    if shown.len() <= most {
        return;
    }
    let kept = most.saturating_sub(1).max(1);
    let (number, ended) = from[kept - 1];
    shown.truncate(kept);
    let words = match count - number - usize::from(ended) {
        1 if !ended => "⋯ goes on".into(),
        1 => "⋯ 1 more line".into(),
        left => format!("⋯ {left} more lines"),
    };
    if most > 1 {
        shown.push(SideLine::plain(words));
    } else if let Some(line) = shown.last_mut() {
        line.text.push('…');
    }
}

/// As much of a line as there is room for at the most.
fn started(line: SideLine, letters: usize) -> SideLine {
    match line.text.char_indices().nth(letters) {
        Some((end, _)) => line.part(&(0..end)),
        None => line,
    }
}

/// A value out of one whose secrets are masked already.
fn masked(value: Option<&Value>) -> Shown<'_> {
    Secrets::none().shown(&Pointer::root(), value)
}

/// A value as lines: those of a text, the elements of a list, the members of an object; one for anything else.
fn parts(value: Option<&Value>) -> Vec<Cow<'_, str>> {
    match value {
        Some(Value::String(text)) if text.as_str().contains('\n') => text.as_str().lines().map(held).collect(),
        Some(Value::String(text)) if !text.as_str().is_empty() => vec![held(text.as_str())],
        Some(Value::Array(elements)) if elements.len() > 1 && elements.iter().any(|one| one.as_object().is_some()) => {
            elements.iter().map(|one| held(&one.to_json()).into_owned().into()).collect()
        }
        Some(Value::Object(members)) if members.len() > 1 => {
            let line = |(name, one): (&midair_record::Text, &Value)| {
                format!("{}: {}", held(name.as_str()), brief(&masked(Some(one)))).into()
            };
            members.iter().map(line).collect()
        }
        other => vec![brief(&masked(other)).into()],
    }
}

/// A value of one line: from a little before the first difference on where it is long, wrapped.
fn one_line(text: &str, other: &[Cow<str>], base: &[Cow<str>], room: u16, most: usize) -> Vec<SideLine> {
    let reach = usize::from(room).saturating_mul(most.max(1));
    let other = other.first().map_or("", |line| line.as_ref());
    let same = common_start(text, other);
    let mut start = if text.len() > reach && same > reach / 2 { same - reach / 4 } else { 0 };
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let mut window: String = text[start..].chars().take(reach).collect();
    let cut = window.len() < text.len() - start;
    if start > 0 {
        window.insert(0, '…');
    }
    let changed = match base {
        [base] if start == 0 && !cut => changed_words(text, base),
        _ => Vec::new(),
    };
    let mut lines = SideLine { text: window, changed }.wrapped(room);
    if cut || lines.len() > most.max(1) {
        lines.truncate(most.max(1));
        if let Some(last) = lines.last_mut() {
            last.text.push('…');
        }
    }
    lines
}

fn common_start(a: &str, b: &str) -> usize {
    a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count()
}

/// A side of a part of a text or list in at most `most` lines of `room` columns: its lines or elements, with the words
/// marked that are not in the part of base.
pub fn part(three: &Three, span: &Span, side: Side, room: u16, most: usize) -> Vec<SideLine> {
    let texts = |side: Side| {
        let range = match side {
            Side::Base => &span.base,
            Side::Mine => &span.mine,
            Side::Theirs => &span.theirs,
        };
        elements(three.side(side).value()).get(range.clone()).map(<[_]>::to_vec).unwrap_or_default()
    };
    let (lines, base) = (texts(side), texts(Side::Base));
    if lines.is_empty() {
        return vec![SideLine::plain(if base.is_empty() { "∅ nothing" } else { "∅ deleted" })];
    }
    if let ([one], true) = (lines.as_slice(), most != WHOLE) {
        let other = texts(if side == Side::Theirs { Side::Mine } else { Side::Theirs });
        return one_line(one, &other, if side == Side::Base { &[] } else { &base }, room, most);
    }
    let paired = lines.len() == base.len();
    let whole_base = if paired || side == Side::Base { String::new() } else { base.join("\n") };
    let line = |(index, text): (usize, &Cow<str>)| match side {
        Side::Base => SideLine::plain(text.as_ref()),
        _ if paired => SideLine::against(text, &base[index]),
        _ => SideLine::against(text, &whole_base),
    };
    let mut shown = Vec::new();
    fill(&mut shown, lines.iter().enumerate().map(line), room, most.max(1));
    shown
}

/// What stands before a part of a text or list, where anything does.
pub fn before(three: &Three, span: &Span) -> Option<String> {
    let base = elements(three.base.value());
    span.base.start.checked_sub(1).and_then(|index| base.get(index)).map(ToString::to_string)
}

/// The lines of a text or the elements of a list, each on a line.
fn elements(value: Option<&Value>) -> Vec<Cow<'_, str>> {
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

    fn told(value: &Value, other: &Value, room: u16, most: usize) -> Vec<SideLine> {
        let open = Secrets::none();
        let [value, other] = [value, other].map(|value| open.shown(&Pointer::root(), Some(value)));
        lines(&value, &other, &other, room, most)
    }

    fn texts(lines: &[SideLine]) -> Vec<&str> {
        lines.iter().map(|line| line.text.as_str()).collect()
    }

    #[test]
    fn a_long_text_is_shown_from_its_first_difference_on() {
        let text = |last: &str| Value::string((0..40).map(|n| format!("line {n}\n")).collect::<String>() + last);
        let shown = told(&text("theirs"), &text("mine"), 30, 6);
        assert_eq!(texts(&shown), ["⋯ 39 lines the same", "line 39", "theirs"]);
        assert_eq!(shown[2].changed, vec![Range { start: 0, end: 6 }]);
        assert_eq!(told(&text("theirs"), &text("mine"), 30, WHOLE).len(), 41);
    }

    #[test]
    fn where_there_is_hardly_room_the_difference_shows_all_the_same() {
        let [theirs, mine] = ["one\ntwo\ntheirs\nfour", "one\ntwo\nmine\nfour"].map(Value::string);
        assert_eq!(texts(&told(&theirs, &mine, 30, 3)), ["⋯ 2 lines the same", "theirs", "four"]);
        assert_eq!(texts(&told(&theirs, &mine, 30, 1)), ["theirs…"]);
        let more = Value::string("one\ntwo\ntheirs\nfour\nfive");
        assert_eq!(texts(&told(&theirs, &more, 30, 1)), ["four"]);
    }

    #[test]
    fn long_lines_are_wrapped_and_what_is_left_is_counted() {
        let text = Value::string("one two three\nfourfive\nsix\n日本語です");
        let other = Value::string("none\n");
        assert_eq!(
            texts(&told(&text, &other, 6, WHOLE)),
            ["one", "two", "three", "fourfi", "ve", "six", "日本語", "です"]
        );
        assert_eq!(texts(&told(&text, &other, 6, 4)), ["one", "two", "three", "⋯ 3 more lines"]);
        assert_eq!(texts(&told(&text, &other, 6, 5)), ["one", "two", "three", "fourfi", "⋯ 3 more lines"]);
        assert_eq!(texts(&told(&text, &other, 6, 7)), ["one", "two", "three", "fourfi", "ve", "six", "⋯ 1 more line"]);
        let marked = SideLine::against("one two three", "one three").wrapped(7);
        assert_eq!(marked[0], SideLine { text: "one two".into(), changed: vec![Range { start: 4, end: 7 }] });
        assert_eq!(marked[1], SideLine::plain("three"));
    }

    #[test]
    fn a_secret_is_told_by_how_it_compares() {
        let nothing = Secrets::default();
        let [one, two] = ["c4n", "c4m"].map(Value::string);
        let shown = |value| nothing.shown(&Pointer::root(), value);
        let told = |value, other, base| lines(&shown(value), &shown(other), &shown(base), 40, 6).remove(0).text;
        let (one, two) = (Some(&one), Some(&two));
        assert_eq!(told(one, two, one), "••••");
        assert_eq!(told(two, two, one), "•••• same on both");
        assert_eq!(told(two, one, Some(&Value::Null)), "•••• changed");
        assert_eq!(told(two, one, None), "•••• differs");
        assert_eq!(told(None, one, one), "∅ deleted");
    }

    #[test]
    fn lines_that_differ_in_a_secret_alone_are_not_folded() {
        let schema = Value::parse(r#"{"items":{"properties":{"key":{"writeOnly":true}}}}"#).unwrap();
        let secrets = Secrets::of(&midair_record::schema::Schema::parse(&schema).unwrap());
        let list = |key: &str| Value::parse(&format!(r#"[{{"id":1}},{{"id":2}},{{"id":3,"key":"{key}"}}]"#)).unwrap();
        let [one, two] = ["c4n", "c4m"].map(list);
        let [one, two] = [&one, &two].map(|value| secrets.shown(&Pointer::root(), Some(value)));
        let last = r#"{"id":3,"key":"••••"}"#;
        let expected = [r#"{"id":1}"#, r#"{"id":2}"#, last, "•••• changed in it"];
        assert_eq!(texts(&lines(&two, &one, &one, 40, 3)), expected);
    }
}
