//! The text rule: three versions of a text, merged line by line; and the words in which two texts differ.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use super::hunk::{Hunk, HunkState, lines};
use super::sequence::{Edit, edits, meetings, numbered};
use super::{Printed, list};

/// The hunks of three texts. Changes that touch are one hunk, as in `git merge-file`.
pub(super) fn hunks(base: Option<&str>, mine: &str, theirs: &str) -> Vec<Hunk> {
    compared(&[base.map(lines).unwrap_or_default(), lines(mine), lines(theirs)])
}

fn compared(sides: &[Vec<&str>; 3]) -> Vec<Hunk> {
    let [b, m, t] = numbered([&sides[0], &sides[1], &sides[2]]);
    let (my_edits, their_edits) = (edits(&b, &m), edits(&b, &t));
    let touch = |one: &Edit, other: &Edit| one.old.start <= other.old.end && other.old.start <= one.old.end;
    let hunk = |met: super::sequence::Meeting| {
        let state = if met.theirs.is_empty() {
            HunkState::OnlyMine
        } else if met.mine.is_empty() {
            HunkState::OnlyTheirs
        } else if m[met.span.mine.clone()] == t[met.span.theirs.clone()] {
            HunkState::Same
        } else {
            HunkState::Conflict
        };
        Hunk::in_turn(met.span, state)
    };
    meetings(&my_edits, &their_edits, touch).into_iter().map(hunk).collect()
}

/// What was there, then their lines, then mine; lines that both added first stand once. `None` where a side did anything
/// but add lines at the end.
pub(super) fn appended(base: &str, mine: &str, theirs: &str) -> Option<String> {
    if !mine.starts_with(base) || !theirs.starts_with(base) {
        return None;
    }
    let [mut base, mine, mut theirs] = [base, mine, theirs].map(lines);
    let line_feed = |last: &mut &str| last.is_empty();
    base.pop_if(line_feed);
    let ended = theirs.pop_if(line_feed).is_some();
    let mut all = list::appended(&base, &mine, &theirs)?;
    if ended && all.len() == theirs.len() {
        all.push("");
    }
    Some(all.join("\n"))
}

/// Merges three texts of any kind line by line, as `git merge-file` does. What is open is whole lines: where a text ends
/// inside of one, that line is ended.
#[must_use]
pub fn merged_by_line(base: &str, mine: &str, theirs: &str) -> Vec<Printed> {
    by_line([base, mine, theirs], |state| *state == HunkState::Conflict)
}

/// Two texts that agree in what is settled: where their lines differ, both stand open.
#[must_use]
pub fn open_between(mine: &str, theirs: &str) -> Vec<Printed> {
    let mut printed = by_line([mine, mine, theirs], |_| true);
    for part in &mut printed {
        if let Printed::Open { base, .. } = part {
            base.clear();
        }
    }
    printed
}

fn by_line(texts: [&str; 3], is_open: impl Fn(&HunkState) -> bool) -> Vec<Printed> {
    let sides = texts.map(|text| text.split_inclusive('\n').collect::<Vec<_>>());
    let newline = if texts.iter().any(|text| text.contains("\r\n")) { "\r\n" } else { "\n" };
    let mut out = Vec::new();
    let mut settled = String::new();
    let mut at = 0;
    for hunk in compared(&sides) {
        let text = |side: usize, range: &Range<usize>| sides[side][range.clone()].concat();
        let ended = |text: String| if text.is_empty() || text.ends_with('\n') { text } else { text + newline };
        let span = &hunk.span;
        settled += &text(0, &(at..span.base.start));
        at = span.base.end;
        match hunk.state {
            ref state if is_open(state) => {
                if !settled.is_empty() {
                    out.push(Printed::Text(std::mem::take(&mut settled)));
                }
                let [base, mine, theirs] =
                    [(0, &span.base), (1, &span.mine), (2, &span.theirs)].map(|(side, range)| ended(text(side, range)));
                out.push(Printed::Open { base, mine, theirs });
            }
            HunkState::OnlyTheirs => settled += &text(2, &span.theirs),
            _ => settled += &text(1, &span.mine),
        }
    }
    settled += &sides[0][at..].concat();
    if !settled.is_empty() {
        out.push(Printed::Text(settled));
    }
    out
}

/// The parts of `text`, in bytes and in whole words, that are not in `base`.
#[must_use]
pub fn changed_words(text: &str, base: &str) -> Vec<Range<usize>> {
    let (new, old): (Vec<_>, Vec<_>) = (text.split_word_bounds().collect(), base.split_word_bounds().collect());
    let mut starts = Vec::with_capacity(new.len() + 1);
    starts.push(0);
    starts.extend(new.iter().scan(0, |end, word| {
        *end += word.len();
        Some(*end)
    }));
    let mut found: Vec<Range<usize>> = Vec::new();
    let [old, new, _] = numbered([&old, &new, &[]]);
    for Edit { new: range, .. } in edits(&old, &new).into_iter().filter(|edit| !edit.deletes()) {
        let bytes = starts[range.start]..starts[range.end];
        match found.last_mut() {
            Some(last) if text[last.end..bytes.start].trim().is_empty() => last.end = bytes.end,
            _ => found.push(bytes),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_lines_are_appended() {
        let lines = |base, mine, theirs| appended(base, mine, theirs);
        assert_eq!(lines("a", "a\nm", "a\nt").as_deref(), Some("a\nt\nm"));
        assert_eq!(lines("a\n", "a\nm\n", "a\nt\n").as_deref(), Some("a\nt\nm\n"));
        assert_eq!(lines("", "m", "t\n").as_deref(), Some("t\nm"));
        assert_eq!(lines("a", "a\nb\nm", "a\nb\n").as_deref(), Some("a\nb\nm"));
        assert_eq!(lines("a", "a\nb", "a\nb\nt\n").as_deref(), Some("a\nb\nt\n"));
        assert_eq!(lines("a,b", "a,b,c", "a,b,d"), None, "it once came to a,b,dc");
        assert_eq!(lines("", "é", "è").as_deref(), Some("è\né"));
        assert_eq!(lines("a\n", "a", "a\nb"), None);
    }

    #[test]
    fn words_that_are_not_in_base_are_found() {
        let words = |text: &str, base: &str| -> Vec<String> {
            changed_words(text, base).into_iter().map(|range| text[range].to_owned()).collect()
        };
        assert_eq!(words("call carol before Friday", "call carol on Friday"), ["before"]);
        assert_eq!(words("Website launch, now", "Website, now or never"), [" launch"]);
        assert_eq!(words("one two three", "zero"), ["one two three"]);
        assert_eq!(words("same", "same"), Vec::<String>::new());
        assert_eq!(words("né 猫 x", "né 犬 x"), ["猫"]);
    }
}
