//! `config.toml` as it stands: values and keys with their lines, and what is no setting; refuses to know what they mean.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Remap, Setting};

/// What was read of a file.
#[derive(Debug, Default)]
pub(super) struct Read {
    /// Line, name and text of each value.
    pub values: Vec<(usize, String, String)>,
    pub remaps: Vec<Remap>,
    /// Line and sentence.
    pub faults: Vec<(usize, String)>,
}

/// Reads the text of a file. What is wrong in one place does not hide what stands in another.
pub(super) fn read(text: &str) -> Read {
    let mut read = Read::default();
    let line = |span: Range<usize>| text[..span.start.min(text.len())].matches('\n').count() + 1;
    let (table, faults) = DeTable::parse_recoverable(text);
    if let Some(fault) = faults.first() {
        let at = fault.span().map_or(1, line);
        read.faults.push((at, format!("this is not TOML: {}", fault.message())));
        return read;
    }
    for (name, value) in table.get_ref() {
        let at = line(name.span());
        match (name.get_ref().as_ref(), value.get_ref()) {
            ("keys", DeValue::Table(keys)) => keys_of(keys, None, &line, &mut read),
            ("keys", _) => read.faults.push((at, "keys is a table: [keys], and an action on each line".into())),
            (name, DeValue::String(text)) => read.values.push((at, name.into(), text.as_ref().into())),
            (name, DeValue::Boolean(truth)) => read.values.push((at, name.into(), truth.to_string())),
            (name, DeValue::Integer(number)) => read.values.push((at, name.into(), number.to_string())),
            (name, _) => match Setting::named(name) {
                Ok(_) => read.faults.push((at, format!("{name} is one word, in quotes"))),
                Err(fault) => read.faults.push((at, fault)),
            },
        }
    }
    read
}

/// Keys of actions, and below them those of places.
fn keys_of(keys: &DeTable, place: Option<&str>, line: &impl Fn(Range<usize>) -> usize, read: &mut Read) {
    for (name, value) in keys {
        let at = line(name.span());
        let action = name.get_ref().as_ref();
        match (value.get_ref(), place) {
            (DeValue::Table(inside), None) => keys_of(inside, Some(action), line, read),
            (value, _) => match names(value) {
                Some(keys) => {
                    let place = place.map(str::to_owned);
                    read.remaps.push(Remap { place, action: action.to_owned(), keys, line: at });
                }
                None => read.faults.push((at, format!("the keys of {action} are \"ctrl-s\", or a list of such"))),
            },
        }
    }
}

fn names(value: &DeValue) -> Option<Vec<String>> {
    match value {
        DeValue::String(key) => Some(vec![key.as_ref().to_owned()]),
        DeValue::Array(keys) => {
            let text = |key: &Spanned<DeValue>| match key.get_ref() {
                DeValue::String(key) => Some(key.as_ref().to_owned()),
                _ => None,
            };
            keys.iter().map(text).collect()
        }
        _ => None,
    }
}
