//! Writes a merged record as text: every part in the bytes of the side it comes from, so that nothing else changes.
//!
//! White space and spelling merge three-way as well: where my text is still that of base, theirs stands, else mine.

mod layout;

use std::collections::{HashMap, VecDeque};
use std::ops::Range;

use self::layout::{Layout, Member, head};
use super::hunk::Side;
use super::tree::{Finder, Node, Sides, element};
use super::{Merge, Unit};
use crate::json;
use crate::layout::{Entry, entries};
use crate::value::Value;

/// The texts that the three sides were read from.
#[derive(Clone, Copy, Debug)]
pub struct Texts<'t> {
    /// Base, where it is known.
    pub base: Option<&'t str>,
    /// Mine.
    pub mine: &'t str,
    /// Theirs.
    pub theirs: &'t str,
}

/// What a unit takes in a printed record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pick {
    /// Nothing yet: both sides are printed, between markers.
    Open,
    /// This value; `None` for absent.
    Value(Option<Value>),
}

/// A part of a printed record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Printed {
    /// Text that is settled.
    Text(String),
    /// A place that is not: its text on each side.
    Open {
        /// In base.
        base: String,
        /// In mine.
        mine: String,
        /// In theirs.
        theirs: String,
    },
}

/// The text of each side at one place, without the white space around it.
type Spelled<'t> = [Option<&'t str>; 3];

const BASE: usize = Side::Base as usize;
const MINE: usize = Side::Mine as usize;
const THEIRS: usize = Side::Theirs as usize;

impl Merge {
    /// The merged record as text. The values are those that the texts were read as.
    #[must_use]
    pub fn print(&self, picks: &[Pick], texts: Texts) -> Vec<Printed> {
        let whole = [texts.base, Some(texts.mine), Some(texts.theirs)];
        let cut = whole.map(|text| {
            text.map(|text| {
                let start = json::skip_space(text.as_bytes(), 0);
                let end = text.trim_end_matches([' ', '\t', '\n', '\r']).len().max(start);
                (&text[..start], &text[start..end], &text[end..])
            })
        });
        let mut printer = Printer { units: &self.units, picks, out: Vec::new(), settled: String::new() };
        printer.settled.push_str(settled(cut.map(|cut| cut.map(|(before, ..)| before))));
        let sides = [self.base.as_ref(), Some(&self.mine), Some(&self.theirs)];
        printer.value(&self.root, sides, cut.map(|cut| cut.map(|(_, text, _)| text)));
        printer.settled.push_str(settled(cut.map(|cut| cut.map(|(.., after)| after))));
        printer.flush();
        printer.out
    }
}

/// Of three spellings of the same: theirs where mine is base's, else mine; of two, what there is.
fn settled<'t>([base, mine, theirs]: Spelled<'t>) -> &'t str {
    match (mine, theirs) {
        (Some(mine), Some(theirs)) => {
            if base == Some(mine) {
                theirs
            } else {
                mine
            }
        }
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => base.unwrap_or(""),
    }
}

struct Printer<'m> {
    units: &'m [Unit],
    picks: &'m [Pick],
    out: Vec<Printed>,
    settled: String,
}

impl Printer<'_> {
    fn flush(&mut self) {
        if !self.settled.is_empty() {
            self.out.push(Printed::Text(std::mem::take(&mut self.settled)));
        }
    }

    fn value(&mut self, node: &Node, sides: Sides, texts: Spelled) {
        match node {
            Node::Same(side) => {
                let text = match sides[MINE].zip(sides[THEIRS]) {
                    Some((mine, theirs)) if !mine.is_written_like(theirs) => texts[*side as usize].unwrap_or(""),
                    _ => return self.respelled(texts),
                };
                self.settled.push_str(text);
            }
            Node::Unit(index) => match &self.picks[*index] {
                Pick::Open => {
                    let [base, mine, theirs] = self.versions(*index, texts).map(Option::unwrap_or_default);
                    self.flush();
                    self.out.push(Printed::Open { base, mine, theirs });
                }
                Pick::Value(Some(value)) => {
                    let text = spelled(value, sides, texts);
                    self.settled.push_str(&text);
                }
                Pick::Value(None) => {}
            },
            Node::Part(_) => {}
            Node::Members(members) => self.members(members, sides, texts),
            Node::Elements(slots) => {
                let layout = Layout::of(texts, '[');
                let elements: Vec<_> = slots
                    .iter()
                    .map(|slot| Member { at: slot.at, sides: element(sides, slot), node: &slot.node, name: None })
                    .collect();
                self.entries(&layout, &elements, ('[', ']'));
            }
        }
    }

    /// The same value on all sides: its white space is merged as deep as all three are laid out alike.
    fn respelled(&mut self, texts: Spelled) {
        let [base, mine, theirs] = texts;
        let alike =
            base.is_none() || mine.is_none() || theirs.is_none() || base == mine || base == theirs || mine == theirs;
        let lists = texts.map(|text| text.map(entries).unwrap_or_default());
        if alike || lists[MINE].is_empty() || lists.iter().any(|list| list.len() != lists[MINE].len()) {
            self.settled.push_str(settled(texts));
            return;
        }
        let part = |range: fn(&Entry) -> Range<usize>, index: usize| {
            [BASE, MINE, THEIRS].map(|side| texts[side].map(|text| &text[range(&lists[side][index])]))
        };
        let (open, close) = if mine.is_some_and(|text| text.starts_with('{')) { ('{', '}') } else { ('[', ']') };
        self.settled.push(open);
        for index in 0..lists[MINE].len() {
            if index > 0 {
                self.settled.push(',');
            }
            self.settled.push_str(settled(part(|entry| entry.lead.clone(), index)));
            self.settled.push_str(settled(part(|entry| entry.name.clone(), index)));
            self.settled.push_str(settled(part(|entry| entry.gap.clone(), index)));
            self.respelled(part(|entry| entry.value.clone(), index));
            self.settled.push_str(settled(part(|entry| entry.trail.clone(), index)));
        }
        self.settled.push(close);
    }

    fn members(&mut self, members: &[(crate::value::Text, Node)], sides: Sides, texts: Spelled) {
        let layout = Layout::of(texts, '{');
        let mut finder = Finder::of(sides);
        let members: Vec<_> = members
            .iter()
            .map(|(name, node)| {
                let (at, sides) = finder.member(name.as_str());
                Member { at, sides, node, name: Some(name) }
            })
            .collect();
        self.entries(&layout, &members, ('{', '}'));
    }

    /// What unit `index` says on each side: base, mine, theirs; `None` for absent. What is settled in it is settled on
    /// all three.
    fn versions(&self, index: usize, texts: Spelled) -> [Option<String>; 3] {
        let unit = &self.units[index];
        let sides = [unit.base.as_ref(), unit.mine.as_ref(), unit.theirs.as_ref()];
        let said = |side: Side| unit.leaning(side).map(|value| spelled(&value, sides, texts));
        [said(Side::Base), said(Side::Mine), said(Side::Theirs)]
    }

    fn entries(&mut self, layout: &Layout, members: &[Member], (open, close): (char, char)) {
        self.settled.push(open);
        let there = |member: &Member, printer: &Self| match member.node {
            Node::Unit(index) => !matches!(printer.picks[*index], Pick::Value(None)),
            Node::Part(index) => match &printer.picks[*index] {
                Pick::Open => true,
                Pick::Value(picked) => member.part_of(picked.as_ref()).is_some(),
            },
            _ => true,
        };
        let shown: Vec<&Member> = members.iter().filter(|member| there(member, self)).collect();
        let is_open = |member: &Member| match member.node {
            Node::Unit(index) | Node::Part(index) => self.picks[*index] == Pick::Open,
            _ => false,
        };
        let open_tail = shown.iter().rev().take_while(|member| is_open(member)).count();
        let tail = shown.len() - open_tail;
        let whole = if self.may_end_early(layout, &shown[tail..]) { tail } else { shown.len() };
        let mut before = None;
        for (place, member) in shown.iter().enumerate().take(whole) {
            if is_open(member) {
                self.flush();
                let said = self.open_entry(layout, member, place == 0, place + 1 == shown.len());
                self.out.push(said);
                continue;
            }
            let (parts, start) = (self.out.len(), self.settled.len());
            self.settled += &layout.lead(member.at, place == 0);
            self.settled += &head(layout, member);
            self.entry_value(layout, member);
            let is_whole = self.out.len() == parts;
            if place + 1 == whole && whole < shown.len() && is_whole {
                before = Some((self.settled.split_off(start), layout.trail(member.at)));
            } else if place + 1 < shown.len() {
                self.settled.push_str(layout.trail(member.at));
                self.settled.push(',');
            }
        }
        if whole < shown.len() {
            let said = self.open_end(layout, before, &shown[whole..], whole == 0);
            self.flush();
            self.out.push(said);
        }
        if !shown.is_empty() || layout.entries[layout.style].is_empty() {
            self.settled.push_str(if shown.is_empty() { "" } else { layout.end() });
        }
        self.settled.push(close);
    }

    /// Whether one of these, the open entries at the end, is absent on a side: then a comma before it would be too much.
    fn may_end_early(&self, layout: &Layout, members: &[&Member]) -> bool {
        let absent = |member: &Member| self.open_values(layout, member)[MINE..].iter().any(Option::is_none);
        members.iter().any(|member| absent(member))
    }

    /// The open entries at the end as one, with the entry before them: each side ends without a comma.
    fn open_end(&self, layout: &Layout, before: Option<(String, &str)>, members: &[&Member], first: bool) -> Printed {
        let values: Vec<_> = members.iter().map(|member| self.open_values(layout, member)).collect();
        let side = |side: usize| {
            let (mut text, mut gap) = before.clone().map_or((String::new(), None), |(text, gap)| (text, Some(gap)));
            for (member, values) in members.iter().zip(&values) {
                let Some(value) = &values[side] else { continue };
                if let Some(gap) = gap {
                    text += gap;
                    text.push(',');
                }
                text += &layout.lead(member.at, first && gap.is_none());
                text += &head(layout, member);
                text += value;
                gap = Some(layout.trail(member.at));
            }
            text
        };
        Printed::Open { base: side(BASE), mine: side(MINE), theirs: side(THEIRS) }
    }

    fn open_values(&self, layout: &Layout, member: &Member) -> [Option<String>; 3] {
        let texts = member.texts(layout);
        match member.node {
            Node::Unit(index) => self.versions(*index, texts),
            _ => [BASE, MINE, THEIRS].map(|side| texts[side].map(str::to_owned)),
        }
    }

    /// The text of an entry on each side, white space and comma included.
    fn open_entry(&self, layout: &Layout, member: &Member, first: bool, last: bool) -> Printed {
        let values = self.open_values(layout, member);
        let lead = layout.lead(member.at, first);
        let comma = if last { "" } else { "," };
        let entry = |value: Option<String>| match value {
            Some(value) => format!("{lead}{}{value}{comma}", head(layout, member)),
            None => String::new(),
        };
        let [base, mine, theirs] = values.map(entry);
        Printed::Open { base, mine, theirs }
    }

    fn entry_value(&mut self, layout: &Layout, member: &Member) {
        let texts = member.texts(layout);
        let text = match member.node {
            Node::Part(index) => match &self.picks[*index] {
                Pick::Value(picked) => member.part_of(picked.as_ref()).map(|value| spelled(value, member.sides, texts)),
                Pick::Open => None,
            },
            Node::Unit(index) => match &self.picks[*index] {
                Pick::Value(Some(value)) => Some(spelled(value, member.sides, texts)),
                _ => None,
            },
            _ => return self.value(member.node, member.sides, texts),
        };
        let text = text.unwrap_or_default();
        let only_theirs = texts[MINE] != Some(text.as_str()) && texts[THEIRS] == Some(text.as_str());
        let text = if only_theirs { layout.moved(&text, THEIRS) } else { text };
        self.settled += &text;
    }
}

/// The text of a value: that of a side which says the same, else the elements of an array as the sides spell them, else
/// compact JSON.
fn spelled(value: &Value, sides: Sides, texts: Spelled) -> String {
    let says = |side: usize| texts[side].filter(|_| sides[side].is_some_and(|other| other.is_written_like(value)));
    match (says(MINE), says(THEIRS), says(BASE)) {
        (None, None, None) => {}
        (None, None, Some(base)) => return base.to_owned(),
        (mine, theirs, _) => return settled([texts[BASE], mine, theirs]).to_owned(),
    }
    match value {
        Value::Array(elements) if sides.iter().flatten().any(|side| matches!(side, Value::Array(_))) => {
            list(elements, sides, texts)
        }
        other => other.to_json(),
    }
}

/// An array of elements of the sides, in the lay-out of the sides.
fn list(elements: &[Value], sides: Sides, texts: Spelled) -> String {
    let layout = Layout::of(texts, '[');
    let mut known: [HashMap<String, VecDeque<usize>>; 3] = Default::default();
    for side in [BASE, MINE, THEIRS] {
        if let (Some(Value::Array(values)), Some(_)) = (sides[side], layout.texts[side]) {
            for (index, value) in values.iter().enumerate() {
                known[side].entry(value.to_json()).or_default().push_back(index);
            }
        }
    }
    let mut out = String::from("[");
    for (place, value) in elements.iter().enumerate() {
        let text = value.to_json();
        let at = [BASE, MINE, THEIRS].map(|side| known[side].get_mut(&text).and_then(VecDeque::pop_front));
        let spelled = [BASE, MINE, THEIRS].map(|side| layout.text(side, |entry| entry.value.clone(), at[side]?));
        out += &layout.lead(at, place == 0);
        match spelled.iter().flatten().next() {
            Some(_) => out += settled(spelled),
            None => out += &text,
        }
        if place + 1 < elements.len() {
            out += layout.trail(at);
            out.push(',');
        }
    }
    if !elements.is_empty() {
        out += layout.end();
    }
    out + "]"
}

/// The printed record with git's conflict markers, on lines of their own, around what is open. `labels`: mine, base,
/// theirs; base is shown where it has a label. `size`: how many signs a marker has.
///
/// What is open is either whole lines, each with its end, or a part of the text that may bring the line feed before it.
#[must_use]
pub fn markers(printed: &[Printed], labels: (&str, Option<&str>, &str), size: usize) -> String {
    let ends_in_both = |text: &String| text.contains("\r\n");
    let both = printed.iter().any(|part| match part {
        Printed::Text(text) => ends_in_both(text),
        Printed::Open { base, mine, theirs } => [base, mine, theirs].into_iter().any(ends_in_both),
    });
    let newline = if both { "\r\n" } else { "\n" };
    let mut out = String::new();
    let marker = |out: &mut String, sign: char, label: &str| {
        if !out.is_empty() && !out.ends_with('\n') {
            out.push_str(newline);
        }
        out.extend(std::iter::repeat_n(sign, size));
        if !label.is_empty() {
            out.push(' ');
            out.push_str(label);
        }
    };
    let after_marker = |out: &mut String, text: &str, lines: bool| {
        if lines || !text.is_empty() && !text.starts_with(['\n', '\r']) {
            out.push_str(newline);
        }
        out.push_str(text);
    };
    let mut open = None;
    for part in printed {
        match part {
            Printed::Text(text) => match open.take() {
                Some(lines) => after_marker(&mut out, text, lines),
                None => out.push_str(text),
            },
            Printed::Open { base, mine, theirs } => {
                let lines = [base, mine, theirs].iter().any(|text| text.ends_with('\n'));
                marker(&mut out, '<', labels.0);
                after_marker(&mut out, mine, lines);
                if let Some(label) = labels.1 {
                    marker(&mut out, '|', label);
                    after_marker(&mut out, base, lines);
                }
                marker(&mut out, '=', "");
                after_marker(&mut out, theirs, lines);
                marker(&mut out, '>', labels.2);
                open = Some(lines);
            }
        }
    }
    if open.is_some() {
        out.push_str(newline);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merge::rule::Rules;

    /// By a schema in which `a` and `b` are a group.
    fn printed(base: &str, mine: &str, theirs: &str) -> String {
        let value = |text: &str| Value::parse(text).unwrap();
        let rules = Rules::of_schema(&value(r#"{"x-merge-groups":[["a","b"]]}"#)).unwrap();
        let merge = Merge::of(&rules, Some(value(base)), value(mine), value(theirs));
        let picks: Vec<_> = merge.units().iter().map(|unit| Pick::Value(unit.automatic().unwrap())).collect();
        let printed = merge.print(&picks, Texts { base: Some(base), mine, theirs });
        markers(&printed, ("", None, ""), 7)
    }

    #[test]
    fn a_text_that_one_side_changed_is_that_text() {
        for (base, changed) in [
            (r#"{ "a" : null , "c" : null }"#, r#"{ "a" : "" , "c" : null }"#),
            (r#"{ "a":null,"b":null }"#, r#"{"b":null, "a":"" }"#),
            ("[ 1 , 2 ]", "[ 1 , 3 , 2 ]"),
            (r#"{"a":1,"b":[ ]}"#, r#"{"a":2,"b":[]}"#),
        ] {
            assert_eq!(printed(base, changed, base), changed);
            assert_eq!(printed(base, base, changed), changed);
        }
    }
}
