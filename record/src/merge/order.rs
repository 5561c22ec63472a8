//! In which order the members of a merged object stand; never changes what they say.

use std::collections::HashMap;

use crate::value::{Object, Text, Value};

/// `merged` with its members, and those of every object inside, in the order a person would expect: mine where theirs
/// kept the order of base, else theirs; members that are only on the other side follow the neighbour they followed there.
pub(super) fn arrange(merged: Object, base: Option<&Object>, mine: &Object, theirs: &Object) -> Object {
    let theirs_kept_order = base.is_some_and(|base| same_relative_order(base, theirs));
    let (first, second) = if theirs_kept_order { (mine, theirs) } else { (theirs, mine) };
    let order = interleave(&merged, first, second);
    let mut rest = merged;
    let mut arranged = Object::with_capacity(rest.len());
    for name in order {
        let Some((name, value)) = rest.swap_remove_entry(&name) else {
            continue;
        };
        let value = match (value, mine.get(&name), theirs.get(&name)) {
            (Value::Object(inside), Some(Value::Object(mine)), Some(Value::Object(theirs))) => {
                let base = base.and_then(|base| base.get(&name)?.as_object());
                Value::Object(arrange(inside, base, mine, theirs))
            }
            (value, ..) => value,
        };
        arranged.insert(name, value);
    }
    arranged.extend(rest);
    arranged
}

fn same_relative_order(a: &Object, b: &Object) -> bool {
    let in_a = a.keys().filter(|name| b.contains_key(*name));
    let in_b = b.keys().filter(|name| a.contains_key(*name));
    in_a.eq(in_b)
}

fn interleave(merged: &Object, first: &Object, second: &Object) -> Vec<Text> {
    let mut leading = Vec::new();
    let mut followers: HashMap<&Text, Vec<&Text>> = HashMap::new();
    let mut neighbour = None;
    for name in second.keys() {
        if first.contains_key(name) {
            neighbour = Some(name);
        } else if merged.contains_key(name) {
            match neighbour {
                Some(before) => followers.entry(before).or_default().push(name),
                None => leading.push(name),
            }
        }
    }
    let mut order: Vec<Text> = leading.into_iter().cloned().collect();
    for name in first.keys() {
        if merged.contains_key(name) {
            order.push(name.clone());
        }
        order.extend(followers.remove(name).into_iter().flatten().cloned());
    }
    order
}
