//! Arrays of TOML, with every comment at the element it stands next to.

use midair_record::Value;
use toml_edit::{Array, Item, RawString, Value as Toml};

use super::decor::{self, Sides};
use super::write::{Elements, Within, item};
use crate::fault::Fault;

/// What stands around an element.
#[derive(Clone, Default, PartialEq)]
struct Around {
    /// Before it: the comments above it and its indentation.
    lead: String,
    /// Between it and its comma.
    before_comma: String,
    /// After its comma, in the same line.
    comment: String,
}

/// What stands in an array beside the elements.
struct Layout {
    /// A comment after the opening bracket.
    opening: String,
    around: Vec<Around>,
    closing: String,
}

impl Layout {
    fn of(array: &Array) -> Self {
        let mut out = Layout { opening: String::new(), around: Vec::new(), closing: String::new() };
        for value in array {
            let (rest, lead) = after_comma(decor::prefix(value.decor()));
            match out.around.last_mut() {
                Some(before) => before.comment = rest.into(),
                None => out.opening = rest.into(),
            }
            let before_comma = decor::suffix(value.decor()).into();
            out.around.push(Around { lead: lead.into(), before_comma, comment: String::new() });
        }
        let mut closing = array.trailing().as_str().unwrap_or("").to_owned();
        if let Some(last) = out.around.last_mut() {
            if !array.trailing_comma() {
                closing = std::mem::take(&mut last.before_comma) + &closing;
            }
            let (comment, rest) = after_comma(&closing);
            last.comment = comment.into();
            closing = rest.into();
        }
        out.closing = closing;
        out
    }

    /// The white space before an element that is not the first.
    fn usual_lead(&self) -> String {
        let lead = self.around.get(1).or(self.around.first()).map_or("", |around| &around.lead);
        let line = lead.rfind('\n').map_or(0, |at| at);
        let white = &lead[line..];
        if self.around.len() < 2 && !white.contains('\n') { " ".into() } else { white.into() }
    }
}

/// What belongs to the line before, if it is a comment, and the rest.
fn after_comma(text: &str) -> (&str, &str) {
    let line = text.find('\n').unwrap_or(text.len());
    if text[..line].contains('#') { text.split_at(line) } else { ("", text) }
}

/// An array of three.
pub(super) fn array(items: Sides<'_, Item>, mine: &Array, elements: &[Value]) -> Result<Array, Fault> {
    let found = Elements::of(items, elements);
    let arrays = items.map(|item| item.as_array());
    let layouts = [arrays.base, arrays.mine, arrays.theirs].map(|array| array.map(Layout::of));
    let layout = Layout::of(mine);
    let many_lines = layout.around.iter().any(|around| around.lead.contains('\n'));
    let mut out = mine.clone();
    out.clear();
    let mut line = layout.opening.clone();
    for (index, element) in elements.iter().enumerate() {
        let (item, from_theirs) = item(found.sides(index), element, Within::Inline)?;
        let around = |side: usize| layouts[side].as_ref()?.around.get(found.places[index][side]?);
        let sides = Sides { base: around(0), mine: around(1), theirs: around(2) };
        let mut around = sides.chosen(Clone::clone, from_theirs).cloned().unwrap_or_default();
        let has_comment = around.lead.contains('#');
        let usual = layout.usual_lead();
        if index == 0 && !has_comment && !many_lines {
            around.lead = layout.around.first().map_or(String::new(), |around| around.lead.clone());
        } else if sides.mine.is_none() && !has_comment
            || !many_lines && around.lead.is_empty()
            || around.lead.is_empty()
        {
            around.lead = usual;
        }
        if line.contains('#') && !around.lead.contains('\n') {
            around.lead.insert(0, '\n');
        }
        let mut value = item.into_value().unwrap_or_else(|_| Toml::from(false));
        value.decor_mut().set_prefix(std::mem::take(&mut line) + &around.lead);
        value.decor_mut().set_suffix(around.before_comma);
        line = around.comment;
        out.push_formatted(value);
    }
    let closing = |array: &Array| array.trailing().as_str().map(str::to_owned).filter(|_| array.trailing_comma());
    let theirs_closes = arrays.chosen(closing, false).is_some_and(|array| array.trailing() != mine.trailing());
    let mut closing = match &layouts[2] {
        Some(theirs) if theirs_closes => theirs.closing.clone(),
        _ => layout.closing,
    };
    if line.contains('#') && !closing.starts_with('\n') {
        closing.insert(0, '\n');
    }
    out.set_trailing(RawString::from(line + &closing));
    out.set_trailing_comma(mine.trailing_comma() && !out.is_empty());
    Ok(out)
}
