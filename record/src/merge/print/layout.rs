//! How objects and arrays are laid out on the three sides, and so in the merged record.

use std::ops::Range;

use super::{BASE, MINE, Spelled, THEIRS, settled};
use crate::layout::{Entry, entries};
use crate::merge::tree::{Node, Sides};
use crate::value::Value;

/// The entries of an object or array on each side, and how they are laid out.
pub(super) struct Layout<'t> {
    pub(super) texts: Spelled<'t>,
    pub(super) entries: [Vec<Entry>; 3],
    /// The side whose lay-out the merged one follows.
    pub(super) style: usize,
}

impl<'t> Layout<'t> {
    pub(super) fn of(texts: Spelled<'t>, open: char) -> Self {
        let texts = texts.map(|text| text.filter(|text| text.starts_with(open)));
        let entries = texts.map(|text| text.map(entries).unwrap_or_default());
        let leads = |side: usize| {
            let lead = |index: usize| Some(&texts[side]?[entries[side].get(index)?.lead.clone()]);
            Some((lead(0)?, lead(1).or(lead(0))?))
        };
        let style = match (leads(BASE), leads(MINE), leads(THEIRS)) {
            (_, None, _) => THEIRS,
            (_, _, None) => MINE,
            (base, mine, _) if base == mine => THEIRS,
            _ => MINE,
        };
        let style = if entries[style].is_empty() { BASE } else { style };
        Layout { texts, entries, style }
    }

    pub(super) fn text(&self, side: usize, range: impl Fn(&Entry) -> Range<usize>, index: usize) -> Option<&'t str> {
        Some(&self.texts[side]?[range(self.entries[side].get(index)?)])
    }

    /// The white space before an entry that follows another on this side.
    pub(super) fn usual_lead(&self, side: usize) -> Option<&'t str> {
        let index = usize::from(self.entries[side].len() > 1);
        self.text(side, |entry| entry.lead.clone(), index)
    }

    /// The white space before the entry that stands at `at` on each side, when it is `first` in the merged one.
    pub(super) fn lead(&self, at: [Option<usize>; 3], first: bool) -> String {
        let own = [BASE, MINE, THEIRS].map(|side| self.text(side, |entry| entry.lead.clone(), at[side]?));
        let style = self.style;
        let sources = match (at[MINE], at[THEIRS]) {
            (Some(_), Some(_)) if own[BASE] == own[MINE] => [THEIRS, MINE],
            (Some(_), _) => [MINE, MINE],
            (None, Some(_)) => [THEIRS, THEIRS],
            (None, None) => [BASE, BASE],
        };
        let in_style = |side: usize| self.usual_lead(side) == self.usual_lead(style);
        let stands_there = |side: &usize| in_style(*side) && at[*side].map(|index| index == 0) == Some(first);
        let broken = |side: &usize| in_style(*side) && own[*side].is_some_and(|own| own.contains('\n'));
        let source =
            sources.iter().find(|side| stands_there(side)).or_else(|| sources.iter().find(|side| broken(side)));
        match source.and_then(|side| own[*side]) {
            Some(own) => own.to_owned(),
            _ if first => self.text(style, |entry| entry.lead.clone(), 0).unwrap_or("").to_owned(),
            _ => match self.usual_lead(style) {
                Some(lead) if self.entries[style].len() > 1 || lead.contains('\n') => lead.to_owned(),
                _ => [THEIRS, MINE, BASE]
                    .into_iter()
                    .filter(|side| self.entries[*side].len() > 1)
                    .find_map(|side| self.usual_lead(side))
                    .unwrap_or_else(|| self.space_after_a_colon())
                    .to_owned(),
            },
        }
    }

    /// The white space between a colon and its value: a comma is followed by the same where no comma shows by what.
    pub(super) fn space_after_a_colon(&self) -> &'t str {
        match self.text(self.style, |entry| entry.gap.clone(), 0) {
            Some(gap) if gap.ends_with(':') => "",
            _ => " ",
        }
    }

    /// The white space before the comma of the entry that stands at `at` on each side.
    pub(super) fn trail(&self, at: [Option<usize>; 3]) -> &'t str {
        settled([BASE, MINE, THEIRS].map(|side| {
            let index = at[side].filter(|index| index + 1 < self.entries[side].len())?;
            self.text(side, |entry| entry.trail.clone(), index)
        }))
    }

    /// The white space before the closing bracket.
    pub(super) fn end(&self) -> &'t str {
        let last = |side: usize| self.text(side, |entry| entry.trail.clone(), self.entries[side].len().checked_sub(1)?);
        let [base, mine, theirs] = [last(BASE), last(MINE), last(THEIRS)];
        let side = match () {
            () if base.is_some() && base == mine && theirs.is_some() => THEIRS,
            () if mine.is_some() && self.usual_lead(MINE) == self.usual_lead(self.style) => MINE,
            () => self.style,
        };
        [base, mine, theirs][side].unwrap_or("")
    }

    /// `text` of `side`, its lines moved to where the merged lay-out has them.
    pub(super) fn moved(&self, text: &str, side: usize) -> String {
        let indent =
            |side: usize| self.usual_lead(side).and_then(|lead| lead.rsplit_once('\n')).map(|(_, indent)| indent);
        match (indent(side), indent(self.style)) {
            (Some(old), Some(new)) if old != new => text.replace(&format!("\n{old}"), &format!("\n{new}")),
            _ => text.to_owned(),
        }
    }
}

/// A member or element of the merged record.
pub(super) struct Member<'m, 'v> {
    pub(super) at: [Option<usize>; 3],
    pub(super) sides: Sides<'v>,
    pub(super) node: &'m Node,
    pub(super) name: Option<&'m crate::value::Text>,
}

impl Member<'_, '_> {
    pub(super) fn texts<'t>(&self, layout: &Layout<'t>) -> Spelled<'t> {
        [BASE, MINE, THEIRS].map(|side| layout.text(side, |entry| entry.value.clone(), self.at[side]?))
    }

    pub(super) fn part_of<'v>(&self, picked: Option<&'v Value>) -> Option<&'v Value> {
        picked?.as_object()?.get(self.name?.as_str())
    }
}

/// Name and colon of a member; nothing for an element.
pub(super) fn head(layout: &Layout, member: &Member) -> String {
    let Some(name) = member.name else { return String::new() };
    let part =
        |range: fn(&Entry) -> Range<usize>| [BASE, MINE, THEIRS].map(|side| layout.text(side, range, member.at[side]?));
    let (names, gaps) = (part(|entry| entry.name.clone()), part(|entry| entry.gap.clone()));
    match settled(names) {
        "" => format!("{}: ", name.to_json()),
        name => format!("{name}{}", settled(gaps)),
    }
}
