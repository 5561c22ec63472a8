//! How a merge is put together again: which part of the record comes from where, and which unit decides it.

use super::hunk::Side;
use crate::value::{Object, Text, Value};

/// A place of the merged record.
#[derive(Clone, Debug)]
pub(super) enum Node {
    /// It says the same wherever it stands, or only its spelling was changed: as it is on this side.
    Same(Side),
    /// A unit decides it.
    Unit(usize),
    /// A member of a group, which a unit decides.
    Part(usize),
    /// An object whose members are decided one by one, in this order.
    Members(Vec<(Text, Node)>),
    /// An array whose elements are matched by a key, in this order.
    Elements(Vec<Slot>),
}

/// An element of a keyed array: where it stands on each side.
#[derive(Clone, Debug)]
pub(super) struct Slot {
    pub(super) at: [Option<usize>; 3],
    pub(super) node: Node,
}

/// What stands at a place on each side: base, mine, theirs.
pub(super) type Sides<'v> = [Option<&'v Value>; 3];

/// Finds the members of an object on each side; at once where they are asked for in the order in which they stand.
pub(super) struct Finder<'v> {
    sides: [Option<&'v Object>; 3],
    next: [usize; 3],
}

impl<'v> Finder<'v> {
    pub(super) fn of(sides: Sides<'v>) -> Self {
        Finder { sides: sides.map(|side| side.and_then(Value::as_object)), next: [0; 3] }
    }

    /// Where the member `name` stands on each side, and its value there.
    pub(super) fn member(&mut self, name: &str) -> ([Option<usize>; 3], Sides<'v>) {
        let (mut at, mut values) = ([None; 3], [None; 3]);
        for side in 0..3 {
            let Some(members) = self.sides[side] else { continue };
            let next = self.next[side];
            let expected = members.get_index(next).filter(|(other, _)| other.as_str() == name);
            let found = match expected {
                Some((_, value)) => Some((next, value)),
                None => members.get_full(name).map(|(index, _, value)| (index, value)),
            };
            if let Some((index, value)) = found {
                self.next[side] = index + 1;
                (at[side], values[side]) = (Some(index), Some(value));
            }
        }
        (at, values)
    }
}

pub(super) fn element<'v>(sides: Sides<'v>, slot: &Slot) -> Sides<'v> {
    let mut found = [None; 3];
    for (side, place) in found.iter_mut().enumerate() {
        if let (Some(Value::Array(elements)), Some(index)) = (sides[side], slot.at[side]) {
            *place = elements.get(index);
        }
    }
    found
}

/// The value of `node` in which unit `i` is `picks[i]`; `None` for absent.
pub(super) fn assembled(node: &Node, picks: &[Option<Value>], sides: Sides) -> Option<Value> {
    match node {
        Node::Same(side) => sides[*side as usize].cloned(),
        Node::Unit(index) => picks.get(*index)?.clone(),
        Node::Part(_) => None,
        Node::Members(members) => {
            let mut object = Object::with_capacity(members.len());
            let mut finder = Finder::of(sides);
            for (name, node) in members {
                let value = match node {
                    Node::Part(index) => {
                        picks.get(*index).and_then(|pick| pick.as_ref()?.as_object()?.get(name.as_str()).cloned())
                    }
                    node => assembled(node, picks, finder.member(name.as_str()).1),
                };
                if let Some(value) = value {
                    object.insert(name.clone(), value);
                }
            }
            Some(Value::Object(object))
        }
        Node::Elements(slots) => {
            let elements = slots.iter().filter_map(|slot| assembled(&slot.node, picks, element(sides, slot)));
            Some(Value::Array(elements.collect()))
        }
    }
}
