//! What a record is made of: JSON values that keep the text they came with; refuses to know where they are stored.

use std::borrow::Borrow;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use indexmap::IndexMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;
use smol_str::SmolStr;

use crate::json;

/// A JSON value. Numbers keep their text, strings keep the escapes they were written with, objects keep the order of
/// their members.
///
/// Two values are equal when they are equal as JSON with number text included: `1.0` is not `1`, `"é"` is `"\u00e9"`,
/// and the order of members does not matter (see [`Value::canonical`] for the comparison in which it does).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// `null`, which is neither absent nor `""`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, as it was written.
    Number(Number),
    /// A string.
    String(Text),
    /// An array.
    Array(Vec<Value>),
    /// An object.
    Object(Object),
}

/// The members of a JSON object, in the order in which they were written.
pub type Object = IndexMap<Text, Value>;

/// A number as the text it was written with: `1.0`, `1e400` and `9007199254740993` stay exactly that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Number(SmolStr);

/// A string: what it says, and how it was written where that is not how midair would write it.
#[derive(Clone, Debug)]
pub struct Text {
    says: SmolStr,
    written: Option<Arc<str>>,
}

impl Number {
    /// Takes `text` if it is a number by the JSON grammar (RFC 8259 section 6), else `None`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let end = json::number_end(text.as_bytes(), 0).ok()?;
        (end == text.len()).then(|| Number(text.into()))
    }

    /// The text of the number.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The exact sum, with as many places after the point as the more exact of the two: `10.50 + 1` is `11.50`. `None`
    /// where a number has more than a thousand digits when it is written out.
    #[must_use]
    pub fn plus(&self, other: &Number) -> Option<Number> {
        crate::patch::sum(self, other)
    }

    /// Which is higher. `None` where they are too large or too exact to be compared.
    #[must_use]
    pub fn compared(&self, other: &Number) -> Option<std::cmp::Ordering> {
        crate::merge::sizes(self, other)
    }
}

impl Text {
    /// A string that says `says`, written as `written`, which has escapes in it.
    pub(crate) fn escaped(says: SmolStr, written: &str) -> Self {
        let plain = Text { says, written: None };
        if plain.to_json() == written { plain } else { Text { written: Some(written.into()), ..plain } }
    }

    /// The decoded characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.says
    }

    /// Whether it says the same and is spelled the same.
    #[must_use]
    pub fn is_written_like(&self, other: &Text) -> bool {
        self.says == other.says && self.written == other.written
    }

    /// The JSON string literal, quotes included, as it was written.
    #[must_use]
    pub fn to_json(&self) -> String {
        match &self.written {
            Some(written) => written.to_string(),
            None => self.canonical(),
        }
    }

    /// The JSON string literal with as few escapes as the grammar allows.
    #[must_use]
    pub fn canonical(&self) -> String {
        let mut out = String::with_capacity(self.says.len() + 2);
        json::write_string(&mut out, &self.says);
        out
    }
}

impl<S: AsRef<str>> From<S> for Text {
    fn from(says: S) -> Self {
        Text { says: says.as_ref().into(), written: None }
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        // A copy of a long text shares it, and need not be read to be known.
        std::ptr::eq(self.as_str(), other.as_str()) || self.says == other.says
    }
}
impl Eq for Text {}
impl Hash for Text {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}
impl Borrow<str> for Text {
    fn borrow(&self) -> &str {
        &self.says
    }
}

impl Value {
    /// Reads one JSON value; white space around it is allowed.
    ///
    /// # Errors
    /// [`json::Malformed`] with the place, for anything RFC 8259 does not allow, for duplicate member names, lone
    /// surrogates and nesting deeper than [`json::MAX_DEPTH`].
    pub fn parse(text: &str) -> Result<Self, json::Malformed> {
        json::parse(text)
    }

    /// A string value.
    #[must_use]
    pub fn string(says: impl AsRef<str>) -> Self {
        Value::String(says.into())
    }

    /// The value as compact JSON, literals as they were written.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut out = String::new();
        json::write(&mut out, self, json::Literals::AsWritten);
        out
    }

    /// The value as compact JSON with canonical escapes. Two values with the same canonical text differ in white space
    /// and escapes at most: number text and member order are part of it.
    #[must_use]
    pub fn canonical(&self) -> String {
        let mut out = String::new();
        json::write(&mut out, self, json::Literals::Canonical);
        out
    }

    /// Whether it says the same in the same order and spelling; only the white space between may differ.
    #[must_use]
    pub fn is_written_like(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::String(a), Value::String(b)) => a.is_written_like(b),
            (Value::Array(a), Value::Array(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.is_written_like(b))
            }
            (Value::Object(a), Value::Object(b)) => {
                let alike = |((name, a), (other, b)): ((&Text, &Value), (&Text, &Value))| {
                    name.is_written_like(other) && a.is_written_like(b)
                };
                a.len() == b.len() && a.iter().zip(b).all(alike)
            }
            (a, b) => a == b,
        }
    }

    /// The members, if this is an object.
    #[must_use]
    pub fn as_object(&self) -> Option<&Object> {
        match self {
            Value::Object(members) => Some(members),
            _ => None,
        }
    }

    /// The characters, if this is a string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(text) => Some(text.as_str()),
            _ => None,
        }
    }

    /// The field's word for the type: `null`, `true/false`, `number`, `text`, `list`, `object`.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "true/false",
            Value::Number(_) => "number",
            Value::String(_) => "text",
            Value::Array(_) => "list",
            Value::Object(_) => "object",
        }
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RawValue::from_string(self.to_json()).map_err(serde::ser::Error::custom)?.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        Value::parse(raw.get()).map_err(serde::de::Error::custom)
    }
}

/// An object as a serde field (`#[serde(with = "crate::value::members")]`).
pub(crate) mod members {
    use super::{Deserialize, Deserializer, Object, Serialize, Serializer, Value};

    pub(crate) fn serialize<S: Serializer>(members: &Object, serializer: S) -> Result<S::Ok, S::Error> {
        Value::Object(members.clone()).serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Object, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::Object(members) => Ok(members),
            other => Err(serde::de::Error::custom(format!("expected an object, found {}", other.type_name()))),
        }
    }
}

/// A value that may be absent as a serde field: a list of none or one, since JSON's `null` is a value here.
pub(crate) mod none_or_one {
    use super::{Deserialize, Deserializer, Serialize, Serializer, Value};

    pub(crate) fn serialize<S: Serializer>(value: &Option<Value>, serializer: S) -> Result<S::Ok, S::Error> {
        value.as_slice().serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
        Ok(Vec::<Value>::deserialize(deserializer)?.pop())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_come_back_as_they_were_written() {
        for text in [r#""e\u0301""#, r#""\/""#, "1.0", "1e400", "9007199254740993", "-0", r#"{"\u0061":[1.50]}"#] {
            assert_eq!(Value::parse(text).expect(text).to_json(), text);
        }
    }

    #[test]
    fn escapes_do_not_make_a_difference_but_number_text_does() {
        assert_eq!(Value::parse(r#""\u00e9""#), Value::parse(r#""é""#));
        assert_ne!(Value::parse("1.0"), Value::parse("1"));
    }

    #[test]
    fn absent_null_and_empty_are_three_things() {
        assert_ne!(Value::Null, Value::string(""));
        assert_eq!(Number::parse(""), None);
        assert_eq!(Number::parse("01"), None);
        assert_eq!(Number::parse("+1"), None);
    }
}
