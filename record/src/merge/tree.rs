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

pub(super) fn member<'v>(sides: Sides<'v>, name: &str) -> Sides<'v> {
    sides.map(|side| side.and_then(Value::as_object).and_then(|members| members.get(name)))
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
            for (name, node) in members {
                let value = match node {
                    Node::Part(index) => {
                        picks.get(*index).and_then(|pick| pick.as_ref()?.as_object()?.get(name.as_str()).cloned())
                    }
                    node => assembled(node, picks, member(sides, name.as_str())),
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
