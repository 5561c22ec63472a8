//! Finding in a text: without regard to case unless capitals are typed; counts, goes round, marks what is on the screen.

use std::ops::Range;
use std::sync::Arc;

use regex::{Regex, RegexBuilder};

use super::{TextArea, graphemes};

/// More matches than these are not counted.
const COUNTED: usize = 1_000;
/// How far back a match is looked for at once, in bytes.
const STRIDE: usize = 16_384;

/// What is being looked for.
#[derive(Clone, Debug)]
pub(super) struct Search {
    needle: String,
    pattern: Option<Regex>,
    /// Where the caret was when it began.
    origin: usize,
    marking: bool,
    /// The whole text in one piece, at this revision, while the search goes on.
    whole: Option<(u64, Arc<str>)>,
}

/// How many places there are, and which one the caret is at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Counted from 1; 0 where it is at none.
    pub at: usize,
    pub total: usize,
    /// There are more than were counted.
    pub more: bool,
}

impl Found {
    /// How people say it.
    pub fn words(self) -> String {
        match self {
            Found { total: 0, .. } => "nowhere".into(),
            Found { total, more: true, .. } => format!("more than {total}"),
            Found { at, total, .. } => format!("{at} of {total}"),
        }
    }
}

impl TextArea {
    /// What was looked for last, or what is selected, where that is one line: what to offer for finding.
    pub fn needle(&self) -> String {
        let (start, end) = self.range();
        let near = (start < end && end - start < 200).then(|| self.rope.slice(start..end).to_string());
        let near = near.filter(|text| !text.contains(['\n', '\r']));
        near.or_else(|| self.search.as_ref().map(|search| search.needle.clone())).unwrap_or_default()
    }

    /// Begins to look for something, from the caret on.
    pub fn begin_search(&mut self) {
        let origin = self.range().0;
        self.search = Some(Search { needle: String::new(), pattern: None, origin, marking: true, whole: None });
    }

    /// Selects the first place that says `needle`, from where the search began, and past the end from the start.
    pub fn look_for(&mut self, needle: &str) -> Found {
        let origin = self.search.as_ref().map_or(self.caret, |search| search.origin).min(self.rope.len_chars());
        let origin = graphemes::floor(&self.rope, origin);
        let small = !needle.chars().any(char::is_uppercase);
        let pattern = match needle {
            "" => None,
            needle => RegexBuilder::new(&regex::escape(needle)).case_insensitive(small).build().ok(),
        };
        let whole = self.search.take().and_then(|search| search.whole);
        self.search = Some(Search { needle: needle.to_owned(), pattern, origin, marking: true, whole });
        self.anchor = None;
        self.stand_at(origin);
        self.seek(origin, true)
    }

    /// Selects the next place; past the end, the first.
    pub fn find_next(&mut self) -> Found {
        self.seek(self.range().1, true)
    }

    /// Selects the place before; past the start, the last.
    pub fn find_previous(&mut self) -> Found {
        self.seek(self.range().0, false)
    }

    /// Whether there is anything to look for again.
    pub fn has_search(&self) -> bool {
        self.search.as_ref().is_some_and(|search| search.pattern.is_some())
    }

    /// Marks no places any more.
    pub fn stop_marking(&mut self) {
        if let Some(search) = &mut self.search {
            search.marking = false;
            search.whole = None;
        }
    }

    fn seek(&mut self, from: usize, forward: bool) -> Found {
        let Some(pattern) = self.search.as_ref().and_then(|search| search.pattern.clone()) else {
            return Found::default();
        };
        let text = self.whole();
        let from = self.rope.char_to_byte(from);
        let place = if forward {
            self.first(&pattern, &text, from).or_else(|| self.first(&pattern, &text, 0))
        } else {
            self.last(&pattern, &text, from).or_else(|| self.last(&pattern, &text, text.len()))
        };
        if let Some(place) = place {
            self.history.pause();
            self.stand_at(self.rope.byte_to_char(place.end));
            self.anchor = Some(self.rope.byte_to_char(place.start));
        }
        if let Some(search) = &mut self.search {
            search.marking = true;
        }
        self.count(&pattern, &text)
    }

    fn whole(&mut self) -> Arc<str> {
        let revision = self.revision;
        let kept = self.search.as_ref().and_then(|search| search.whole.clone());
        let whole = kept.filter(|(at, _)| *at == revision).unwrap_or_else(|| (revision, self.rope.to_string().into()));
        if let Some(search) = &mut self.search {
            search.whole = Some(whole.clone());
        }
        whole.1
    }

    fn count(&self, pattern: &Regex, text: &str) -> Found {
        let here = self.rope.char_to_byte(self.range().0);
        let mut found = Found::default();
        for place in pattern.find_iter(text).filter(|place| self.is_whole(text, &place.range())) {
            if found.total == COUNTED {
                return Found { more: true, ..found };
            }
            found.total += 1;
            found.at += usize::from(place.start() <= here);
        }
        found
    }

    /// The first place at byte `from` or after it.
    fn first(&self, pattern: &Regex, text: &str, from: usize) -> Option<Range<usize>> {
        let mut from = from;
        loop {
            let place = pattern.find_at(text, from)?.range();
            if self.is_whole(text, &place) {
                return Some(place);
            }
            from = place.start + text[place.start..].chars().next().map_or(1, char::len_utf8);
        }
    }

    /// The last place that ends at byte `to` or before it.
    fn last(&self, pattern: &Regex, text: &str, to: usize) -> Option<Range<usize>> {
        let reach = 4 * self.search.as_ref().map_or(0, |search| search.needle.len());
        let mut end = to;
        loop {
            let start = text.floor_char_boundary(end.saturating_sub(STRIDE));
            // No further than a place that begins before `end` can reach: what comes after it was looked through.
            let near = &text[..text.ceil_char_boundary((end + reach).min(to))];
            let mut last = None;
            let mut from = start;
            while let Some(place) = self.first(pattern, near, from)
                && place.start < end
            {
                from = place.end;
                last = Some(place);
            }
            if last.is_some() || start == 0 {
                return last;
            }
            end = start;
        }
    }

    /// Whether a place begins and ends where a caret can stand: an e is not found in an é that has its mark apart.
    fn is_whole(&self, text: &str, place: &Range<usize>) -> bool {
        let bytes = text.as_bytes();
        let letter = |at: usize| bytes.get(at).is_none_or(|byte| matches!(byte, b' '..=b'~'));
        let caret = |at: usize| {
            at == 0 || (letter(at - 1) && letter(at)) || graphemes::is_boundary(&self.rope, self.rope.byte_to_char(at))
        };
        caret(place.start) && caret(place.end)
    }

    /// The places between two characters, those that reach over either of them included, while they are marked.
    pub(super) fn marks(&self, from: usize, to: usize) -> Vec<Range<usize>> {
        let Some(Search { pattern: Some(pattern), needle, marking: true, .. }) = &self.search else {
            return Vec::new();
        };
        let reach = needle.chars().count();
        let start = from.saturating_sub(reach);
        let near = self.rope.slice(start..(to + reach).min(self.rope.len_chars())).to_string();
        let (mut byte, mut char) = (0, start);
        let mut at = |place: usize| {
            char += near[byte..place].chars().count();
            byte = place;
            char
        };
        let places = pattern.find_iter(&near).map(|place| at(place.start())..at(place.end()));
        let caret = |at: usize| graphemes::is_boundary(&self.rope, at);
        places.filter(|place| caret(place.start) && caret(place.end)).collect()
    }
}
