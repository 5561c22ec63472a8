//! Groups: members that are decided at once.

use std::collections::HashMap;

use super::{Walk, kind};
use crate::merge::rule::{Declared, Reason, Rule};
use crate::merge::tree::Sides;
use crate::merge::{Kind, State, Unit};
use crate::value::{Object, Value};

/// The groups of an object, and the units that were made of them.
pub(super) struct Groups<'d> {
    declared: &'d Declared,
    of: HashMap<&'d str, usize>,
    units: Vec<Option<Option<usize>>>,
}

pub(super) fn groups(declared: &Declared) -> Option<Groups<'_>> {
    let groups = &declared.groups;
    let of = groups.iter().enumerate().flat_map(|(index, names)| names.iter().map(move |name| (name.as_str(), index)));
    (!groups.is_empty()).then(|| Groups { declared, of: of.collect(), units: vec![None; groups.len()] })
}

impl Groups<'_> {
    /// The unit of the group that `name` is in; `None` where it is in none, or nothing in the group differs.
    pub(super) fn unit_of(&mut self, walk: &mut Walk, name: &str, sides: Sides) -> Option<usize> {
        let group = *self.of.get(name)?;
        if let Some(known) = self.units[group] {
            return known;
        }
        let unit = walk.group(&self.declared.groups[group], sides, self.declared);
        self.units[group] = Some(unit);
        unit
    }
}

impl Walk<'_, '_> {
    fn group(&mut self, names: &[String], sides: Sides, declared: &Declared) -> Option<usize> {
        let part = |side: Option<&Value>| {
            let members = side?.as_object()?;
            let part: Object = names
                .iter()
                .filter_map(|name| members.get_key_value(name.as_str()))
                .map(|(n, v)| (n.clone(), v.clone()))
                .collect();
            (!part.is_empty()).then_some(Value::Object(part))
        };
        let [base, mine, theirs] = sides.map(part);
        let parts = [base.as_ref(), mine.as_ref(), theirs.as_ref()];
        let state = match () {
            () if !self.base_known && mine == theirs => return None,
            () if !self.base_known => State::Conflict(Kind::BaseUnknown),
            () if mine == theirs && base == mine => return None,
            () if mine == theirs => State::Same,
            () if theirs != base && mine != base => State::Conflict(kind(parts)),
            () if self.added => State::Conflict(Kind::AddAdd),
            () if self.asks_inside(parts, Some(declared)) => State::Conflict(Kind::Manual),
            () if theirs == base => State::OnlyMine,
            () => State::OnlyTheirs,
        };
        let at = |name: &String| self.at().child(name);
        let with = names.iter().skip(1).map(at).collect();
        let at = at(names.first()?);
        let (rule, reason) = (Rule::Atomic, Reason::Declared);
        self.units.push(Unit { at, with, base, mine, theirs, state, rule, reason, hunks: Vec::new(), merged: None });
        Some(self.units.len() - 1)
    }
}
