//! What checking a record costs at most, and which subschemas lead to a member.

use std::collections::{HashMap, HashSet};

use super::rooms::Way;
use super::{MAX_STEPS, Rooms};
use crate::pointer::Pointer;
use crate::value::{Object, Value};

/// What a subschema is applied to, as far as it matters how often.
#[derive(Clone, Copy)]
pub(super) enum Part<'v> {
    Members(&'v Object),
    Elements(&'v Vec<Value>),
    Leaf,
}

impl<'v> Part<'v> {
    pub(super) fn of(value: &'v Value) -> Self {
        match value {
            Value::Object(members) => Part::Members(members),
            Value::Array(elements) => Part::Elements(elements),
            _ => Part::Leaf,
        }
    }

    pub(super) fn id(self) -> usize {
        match self {
            Part::Members(members) => std::ptr::from_ref(members).addr(),
            Part::Elements(elements) => std::ptr::from_ref(elements).addr(),
            Part::Leaf => 0,
        }
    }
}

/// What checking a value costs at most, in applied subschemas.
#[derive(Clone, Copy, Default)]
pub(super) struct Cost {
    /// Asking whether it is valid.
    pub(super) ask: u64,
    /// Gathering what is wrong with it.
    pub(super) gather: u64,
    /// Nested in each other.
    pub(super) depth: u32,
}

impl Cost {
    /// Adds one that is asked for its verdict `asked` times and, if `gathered`, for what is wrong.
    pub(super) fn add(&mut self, other: Cost, asked: u64, gathered: bool) {
        let gather = other.ask.saturating_mul(asked).saturating_add(if gathered { other.gather } else { 0 });
        self.ask = self.ask.saturating_add(other.ask);
        self.gather = self.gather.saturating_add(gather);
        self.depth = self.depth.max(other.depth + 1);
    }
}

/// Why checking a value would cost too much.
pub(super) enum Excess {
    /// It goes deeper than [`MAX_STEPS`].
    Deep,
    /// This room leads back to itself without a step into the value.
    Endless(usize),
}

/// Costs found so far by room and [`Part::id`]; `None` while being found.
pub(super) type Memo = HashMap<(usize, usize), Option<Cost>>;

impl Rooms {
    /// What checking `part` against a room costs at most. The crate gathers without remembering what it has seen: a
    /// recursive schema can make that exponential in the depth of a record.
    pub(super) fn cost(&self, index: usize, part: Part<'_>, depth: u32, memo: &mut Memo) -> Result<Cost, Excess> {
        let key = (index, part.id());
        match memo.get(&key) {
            Some(Some(cost)) if depth + cost.depth <= MAX_STEPS => return Ok(*cost),
            Some(None) => return Err(Excess::Endless(index)),
            Some(Some(_)) => return Err(Excess::Deep),
            None if depth >= MAX_STEPS => return Err(Excess::Deep),
            None => drop(memo.insert(key, None)),
        }
        let room = &self.0[index];
        let mut cost = Cost { ask: 1, gather: 1, depth: 0 };
        let unevaluated = room.unevaluated_members.is_some() || room.unevaluated_elements.is_some();
        for (way, next) in &room.here {
            let next = self.cost(*next, part, depth + 1, memo)?;
            let asked = u64::from(matches!(way, Way::Choice | Way::Test)) + u64::from(unevaluated);
            cost.add(next, asked, *way != Way::Test);
        }
        match part {
            Part::Leaf => {}
            Part::Members(members) => {
                for (name, member) in members {
                    for next in room.for_member(name.as_str()) {
                        cost.add(self.cost(next, Part::of(member), depth + 1, memo)?, 0, true);
                    }
                    if let Some(names) = room.names {
                        cost.add(self.cost(names, Part::Leaf, depth + 1, memo)?, 0, true);
                    }
                }
            }
            Part::Elements(elements) => {
                for (place, element) in elements.iter().enumerate() {
                    for next in room.for_element(Some(place), false) {
                        cost.add(self.cost(next, Part::of(element), depth + 1, memo)?, 0, true);
                    }
                    if let Some(contains) = room.contains {
                        cost.add(self.cost(contains, Part::of(element), depth + 1, memo)?, 1, false);
                    }
                }
            }
        }
        memo.insert(key, Some(cost));
        Ok(cost)
    }

    /// The subschemas that apply to a member, most telling first; with `any`, also those that only may apply.
    pub(super) fn lead(&self, at: &Pointer, any: bool) -> Vec<usize> {
        let mut rooms = self.spread(vec![0], any);
        for name in at.names() {
            let index = name.parse().ok();
            let into_array = index.is_some() || name.contains('=');
            let next = rooms.into_iter().flat_map(|room| {
                let room = &self.0[room];
                let (members, elements) = (room.for_member(name), room.for_element(index, any));
                let named = room.members.contains_key(name);
                if into_array && !named { [elements, members] } else { [members, elements] }.concat()
            });
            rooms = self.spread(next.collect(), any);
        }
        rooms
    }

    /// These rooms, each followed by the ones it applies to the same value, each once.
    pub(super) fn spread(&self, mut rooms: Vec<usize>, any: bool) -> Vec<usize> {
        let (mut seen, mut spread) = (HashSet::new(), Vec::new());
        rooms.reverse();
        while let Some(room) = rooms.pop() {
            if seen.insert(room) {
                spread.push(room);
                let follows = |way: &Way| match way {
                    Way::Reference | Way::All => true,
                    Way::Choice | Way::Branch | Way::Test => any,
                };
                let next = self.0[room].here.iter().rev().filter(|(way, _)| follows(way));
                rooms.extend(next.map(|(_, room)| *room));
            }
        }
        spread
    }
}
