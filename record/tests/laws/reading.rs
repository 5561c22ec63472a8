//! What the laws look at: the parts of a record, told apart without the code that they are about.

use std::collections::{HashMap, HashSet};

use midair_record::{Object, Pointer, Text, Value};
use serde_json::value::RawValue;

use super::generated::places;

/// What stands at every place where no object stands.
pub fn leaves(fields: &Object) -> Vec<(Pointer, Value)> {
    let leaf = |at: Pointer| at.get(fields).cloned().map(|value| (at, value));
    places(fields).into_iter().filter_map(leaf).filter(|(_, value)| value.as_object().is_none()).collect()
}

/// A step of a path as [`atoms`] writes it: one element of an array is as good as another.
fn place(name: &str) -> String {
    if name.contains('=') { "/*".to_owned() } else { format!("/{name}") }
}

/// The way to a place as [`atoms`] writes it.
pub fn way(at: &Pointer) -> String {
    at.names().iter().map(|name| place(name)).collect()
}

/// Every scalar, and every line of a text, with the names on the way to it.
pub fn atoms(value: &Value, at: &str, found: &mut HashSet<String>) {
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, value)| atoms(value, &format!("{at}{}", place(name.as_str())), found));
        }
        Value::Array(elements) => elements.iter().for_each(|element| atoms(element, &format!("{at}/*"), found)),
        Value::String(text) => found.extend(text.as_str().split('\n').map(|line| format!("{at}: {line:?}"))),
        other => drop(found.insert(format!("{at}: {}", other.to_json()))),
    }
}

/// `value` with the elements of every array in one order.
pub fn without_order(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut members: Object =
                members.iter().map(|(name, value)| (name.clone(), without_order(value))).collect();
            members.sort_by(|a, _, b, _| a.as_str().cmp(b.as_str()));
            Value::Object(members)
        }
        Value::Array(elements) => {
            let mut elements: Vec<Value> = elements.iter().map(without_order).collect();
            elements.sort_by_key(Value::canonical);
            Value::Array(elements)
        }
        other => other.clone(),
    }
}

/// How often each element stands in an array; the order of members in it makes no difference.
pub fn counts(elements: &[Value]) -> HashMap<String, usize> {
    fn sorted(value: &Value) -> Value {
        match value {
            Value::Object(members) => {
                let mut members: Object = members.iter().map(|(name, value)| (name.clone(), sorted(value))).collect();
                members.sort_by(|a, _, b, _| a.as_str().cmp(b.as_str()));
                Value::Object(members)
            }
            Value::Array(elements) => Value::Array(elements.iter().map(sorted).collect()),
            other => other.clone(),
        }
    }
    let mut counts = HashMap::new();
    for element in elements {
        *counts.entry(sorted(element).canonical()).or_insert(0) += 1;
    }
    counts
}

/// The elements of `value`, where it is an array; none where nothing stands there.
pub fn elements(value: Option<&Value>) -> Option<&[Value]> {
    match value {
        None => Some(&[]),
        Some(Value::Array(elements)) => Some(elements),
        Some(_) => None,
    }
}

/// Every array that no other array contains.
pub fn arrays(fields: &Object) -> Vec<Pointer> {
    let mut places = places(fields);
    places.retain(|at| matches!(at.get(fields), Some(Value::Array(_))));
    places
}

/// Every string and every name in `value`.
pub fn strings(value: &Value, found: &mut Vec<Text>) {
    match value {
        Value::String(text) => found.push(text.clone()),
        Value::Array(elements) => elements.iter().for_each(|element| strings(element, found)),
        Value::Object(members) => {
            found.extend(members.keys().cloned());
            members.values().for_each(|member| strings(member, found));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The members of an object with the source of each, as somebody else's reader finds them.
pub fn sources(text: &str) -> HashMap<String, &RawValue> {
    serde_json::from_str(text).unwrap()
}
