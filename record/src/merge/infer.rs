//! Which rule values can follow, and which one they suggest.

use super::hunk::Side;
use super::rule::{Reason, Rule};
use super::tree::Sides;
use super::{Kind, State, Unit, list};
use crate::value::Value;

/// The rules that the values of `unit` can follow, the one in force first.
pub(super) fn fitting(unit: &Unit) -> Vec<Rule> {
    let sides = [unit.base.as_ref(), unit.mine.as_ref(), unit.theirs.as_ref()];
    let mut rules = vec![unit.rule.clone()];
    if unit.is_group() || unit.base.is_none() && unit.state == State::Conflict(Kind::BaseUnknown) {
        return rules;
    }
    let others = Rule::ALL.into_iter().filter(|rule| rule.word() != unit.rule.word());
    rules.extend(others.filter_map(|rule| fitted(&rule, sides)));
    rules
}

/// `rule` as these values can follow it: a map with its key. `None` where they cannot.
pub(super) fn fitted(rule: &Rule, sides: Sides) -> Option<Rule> {
    let present: Vec<&Value> = sides.into_iter().flatten().collect();
    let all = |fits: fn(&Value) -> bool| !present.is_empty() && present.iter().all(|value| fits(value));
    let texts = || all(|value| matches!(value, Value::String(_)));
    let numbers = || all(|value| matches!(value, Value::Number(_)));
    let arrays = || all(|value| matches!(value, Value::Array(_)));
    let fits = match rule {
        Rule::Atomic | Rule::Manual => true,
        Rule::Text => texts(),
        Rule::Set | Rule::List => arrays(),
        Rule::Append => arrays() || texts(),
        Rule::Counter => numbers() && sides[Side::Base as usize].is_some(),
        Rule::Max => texts() || numbers(),
        Rule::Map(key) => {
            let lists = elements_of(sides)?;
            return match key {
                Some(key) => list::is_key(key, &lists).then(|| rule.clone()),
                None => list::inferred_key(&lists).map(|key| Rule::Map(Some(key.to_owned()))),
            };
        }
    };
    fits.then(|| rule.clone())
}

/// The rule that the values themselves suggest.
pub(super) fn inferred(sides: Sides) -> (Rule, Reason) {
    if let Some(lists) = elements_of(sides) {
        if let Some(key) = list::inferred_key(&lists) {
            return (Rule::Map(Some(key.to_owned())), Reason::Inferred);
        }
        let atomic = list::is_tuple(&lists) || list::repeats_scalars(&lists);
        return (if atomic { Rule::Atomic } else { Rule::List }, Reason::Inferred);
    }
    let mut lines = false;
    for side in sides.into_iter().flatten() {
        match side {
            Value::String(text) => lines |= text.as_str().contains('\n'),
            _ => return (Rule::Atomic, Reason::Default),
        }
    }
    if lines { (Rule::Text, Reason::Inferred) } else { (Rule::Atomic, Reason::Default) }
}

/// The elements of the sides there are, where all of those are arrays.
pub(super) fn elements_of(sides: Sides<'_>) -> Option<Vec<&[Value]>> {
    let mut lists = Vec::with_capacity(3);
    for side in sides.into_iter().flatten() {
        match side {
            Value::Array(elements) => lists.push(elements.as_slice()),
            _ => return None,
        }
    }
    (!lists.is_empty()).then_some(lists)
}
