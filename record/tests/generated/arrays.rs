//! Texts of several lines and arrays of every sort, and what people do to their lines and elements.

use std::collections::HashSet;

use midair_record::{Object, Value};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::{object_of, read, text};

/// Few, so that both sides add the same.
const LINES: [&str; 7] = ["one", "two", "", "three", "  four", "two\r", "one "];
/// In an order that people keep lists in, some by case and some by the numbers in them.
const WORDS: [&str; 8] = ["a", "b", "B", "c", "d9", "d10", "é", "f"];
/// Keys of elements: a text and a number are two keys.
const KEYS: [&str; 7] = [r#""k1""#, r#""k2""#, r#""k3""#, "7", "8", r#""m/~=\u0022""#, r#""7""#];
const KEY_NAMES: [&str; 4] = [r#""id""#, r#""name""#, r#""a""#, r#""value""#];
const NUMBERS: [&str; 6] = ["0", "7", "7.0", "10", "-1.5", "1e2"];
const VERSIONS: [&str; 4] = [r#""1.2.0""#, r#""1.10""#, r#""1.2.0-rc.1""#, r#""v2""#];
const SCALARS: [&str; 6] = [r#""a""#, r#""b""#, "1", "2", "null", "true"];

/// JSON of something that merges by its parts, or counts.
pub fn of_parts() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => flat(),
        3 => keyed(prop_oneof![3 => flat(), 1 => keyed(flat()), 1 => text()]),
        1 => array_of(object_of(select(&SCALARS[..]).prop_map(str::to_owned), 2), 3),
        1 => object_of(flat(), 3),
        1 => array_of(words(), 2),
    ]
}

fn flat() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => vec(select(&LINES[..]), 0..6).prop_map(|lines| Value::string(lines.join("\n")).to_json()),
        3 => words(),
        1 => array_of(select(&SCALARS[..]), 4),
        1 => select(&NUMBERS[..]).prop_map(str::to_owned),
        1 => select(&VERSIONS[..]).prop_map(str::to_owned),
    ]
}

fn array_of<S: AsRef<str> + std::fmt::Debug>(
    element: impl Strategy<Value = S>,
    most: usize,
) -> impl Strategy<Value = String> {
    vec(element, 0..=most).prop_map(|elements| {
        let elements: Vec<&str> = elements.iter().map(AsRef::as_ref).collect();
        format!("[{}]", elements.join(","))
    })
}

/// An array of strings, each once.
fn words() -> impl Strategy<Value = String> {
    vec(select(&WORDS[..]), 0..6).prop_map(|mut words| {
        let mut seen = HashSet::new();
        words.retain(|word| seen.insert(*word));
        Value::Array(words.into_iter().map(Value::string).collect()).to_json()
    })
}

/// An array of objects, each with a key of its own as its first member.
fn keyed(member: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    let element = (select(&KEYS[..]), object_of(member, 2));
    (select(&KEY_NAMES[..]), vec(element, 0..5)).prop_map(|(name, mut elements)| {
        let mut seen = HashSet::new();
        elements.retain(|(key, _)| seen.insert(*key));
        let element = |(key, members): (&str, String)| {
            let members = members[1..].to_owned();
            let name_is_taken = members.starts_with(name) || members.contains(&format!(",{name}:"));
            let comma = if members == "}" { "" } else { "," };
            if name_is_taken { format!("{{{members}") } else { format!("{{{name}:{key}{comma}{members}") }
        };
        let elements: Vec<String> = elements.into_iter().map(element).collect();
        format!("[{}]", elements.join(","))
    })
}

/// One thing that a person does to a line of a text or an element of an array. The numbers count round.
#[derive(Clone, Debug)]
pub struct PartEdit {
    how: How,
    at: usize,
    other: usize,
}

#[derive(Clone, Copy, Debug)]
enum How {
    Insert,
    Remove,
    Replace,
    Move,
    Rekey,
    Repeat,
    Sort,
    Reverse,
}

pub fn part_edit() -> impl Strategy<Value = PartEdit> {
    use How::{Insert, Move, Rekey, Remove, Repeat, Replace, Reverse, Sort};
    let how = [Insert, Insert, Insert, Remove, Remove, Replace, Replace, Move, Move, Rekey, Repeat, Sort, Reverse];
    (select(Vec::from(how)), 0..6usize, 0..8usize).prop_map(|(how, at, other)| PartEdit { how, at, other })
}

/// Whether it is a text or an array.
pub fn has_parts(value: &Value) -> bool {
    matches!(value, Value::String(_) | Value::Array(_))
}

impl PartEdit {
    pub fn of(&self, value: Value) -> Value {
        match value {
            Value::String(text) => {
                let lines = text.as_str().split('\n').map(str::to_owned).collect();
                let fresh = |_: &Vec<String>| LINES[self.other % LINES.len()].to_owned();
                Value::string(self.among(lines, fresh).join("\n"))
            }
            Value::Array(elements) => Value::Array(match self.how {
                How::Rekey => self.rekeyed(elements),
                How::Sort => sorted(elements),
                _ => self.among(elements, |elements| fresh(elements, self.other)),
            }),
            other => other,
        }
    }

    fn among<T: Clone>(&self, mut parts: Vec<T>, fresh: impl Fn(&Vec<T>) -> T) -> Vec<T> {
        let (at, to) = (self.at % parts.len().max(1), self.other % parts.len().max(1));
        match self.how {
            How::Insert => parts.insert(self.at % (parts.len() + 1), fresh(&parts)),
            _ if parts.is_empty() => {}
            How::Remove => drop(parts.remove(at)),
            How::Replace => parts[at] = fresh(&parts),
            How::Move => {
                let part = parts.remove(at);
                parts.insert(to, part);
            }
            How::Repeat => parts.push(parts[at].clone()),
            How::Reverse | How::Rekey | How::Sort => parts.reverse(),
        }
        parts
    }

    /// One element known by another key: the value of its first member is another.
    fn rekeyed(&self, mut elements: Vec<Value>) -> Vec<Value> {
        let key = fresh_key(&elements, self.other);
        let at = self.at % elements.len().max(1);
        if let Some(Value::Object(members)) = elements.get_mut(at)
            && let Some((_, was)) = members.first_mut()
        {
            *was = key;
        }
        elements
    }
}

fn sorted(mut elements: Vec<Value>) -> Vec<Value> {
    elements.sort_by_key(Value::canonical);
    elements
}

/// An element like those that are there, and not one of them.
fn fresh(elements: &[Value], seed: usize) -> Value {
    match elements.first() {
        Some(Value::Object(first)) => {
            let mut element: Object = first.iter().take(1 + seed % 3).map(|(n, v)| (n.clone(), v.clone())).collect();
            if let Some((_, key)) = element.first_mut() {
                *key = fresh_key(elements, seed);
            }
            Value::Object(element)
        }
        Some(Value::Array(_)) => Value::Array(vec![Value::string(WORDS[seed % WORDS.len()])]),
        Some(Value::Number(_)) => read(NUMBERS[seed % NUMBERS.len()]),
        _ => {
            let mut words = WORDS.iter().cycle().skip(seed).take(WORDS.len()).map(Value::string);
            words.find(|word| !elements.contains(word)).unwrap_or(Value::Null)
        }
    }
}

/// A key that no first member of these elements has.
fn fresh_key(elements: &[Value], seed: usize) -> Value {
    let taken: Vec<&Value> = elements.iter().filter_map(|one| one.as_object()?.first().map(|(_, key)| key)).collect();
    let mut keys = KEYS.iter().cycle().skip(seed).take(KEYS.len()).map(|key| read(key));
    keys.find(|key| !taken.contains(&key)).unwrap_or(Value::Null)
}
