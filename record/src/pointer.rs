//! Where in a record something stands (RFC 6901); refuses to know what stands there.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::value::{Object, Value};

/// A JSON Pointer (RFC 6901): the names on the way from the record to a member. The empty one is the whole record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Pointer(Vec<String>);

impl Pointer {
    /// The whole record.
    #[must_use]
    pub fn root() -> Self {
        Pointer(Vec::new())
    }

    /// The member at the end of these names.
    #[must_use]
    pub fn new(names: Vec<String>) -> Self {
        Pointer(names)
    }

    /// Reads the text form: empty, or `/name/name` with `~1` for `/` and `~0` for `~`. `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.is_empty() {
            return Some(Self::root());
        }
        let names = text.strip_prefix('/')?.split('/').map(|name| name.replace("~1", "/").replace("~0", "~"));
        Some(Pointer(names.collect()))
    }

    /// Whether this is the whole record.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The names on the way.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.0
    }

    /// The last name on the way, or `""` for the whole record.
    #[must_use]
    pub fn last(&self) -> &str {
        self.0.last().map_or("", String::as_str)
    }

    /// The member `name` of what this points to.
    #[must_use]
    pub fn child(&self, name: &str) -> Self {
        let mut names = self.0.clone();
        names.push(name.to_owned());
        Pointer(names)
    }

    /// Whether `other` is this very place or stands inside it.
    #[must_use]
    pub fn contains(&self, other: &Pointer) -> bool {
        other.0.starts_with(&self.0)
    }

    /// Whether a change at one of the two places can be felt at the other: one contains the other.
    #[must_use]
    pub fn overlaps(&self, other: &Pointer) -> bool {
        self.contains(other) || other.contains(self)
    }

    /// How people read it: the names with dots between, keys of elements in brackets, as in `authors[ada].email`.
    #[must_use]
    pub fn label(&self) -> String {
        let mut label = String::new();
        for name in &self.0 {
            match key_step(name) {
                Some((_, key)) => label += &format!("[{}]", key.trim_matches('"')),
                None if label.is_empty() => label += name,
                None => label += &format!(".{name}"),
            }
        }
        label
    }

    /// What stands here in `fields`. `None` when absent, and for the root.
    ///
    /// In an array, a step is an index (RFC 6901), or `member=value`, the value as canonical JSON, for the element that
    /// has that member: so an element is found again where the order is another.
    #[must_use]
    pub fn get<'v>(&self, fields: &'v Object) -> Option<&'v Value> {
        let (first, rest) = self.0.split_first()?;
        rest.iter().try_fold(fields.get(first.as_str())?, |value, name| match value {
            Value::Object(members) => members.get(name.as_str()),
            Value::Array(elements) => elements.get(place_in(elements, name)?),
            _ => None,
        })
    }

    /// Puts `value` here, or removes what stands here when it is `None`. Parents that are missing or not objects are
    /// made into objects on the way to a value; nothing is made on the way to a removal. In an array, an element that is
    /// not there is put at its end. The root is left alone.
    pub fn set(&self, fields: &mut Object, value: Option<Value>) {
        let Some((first, rest)) = self.0.split_first() else { return };
        if rest.is_empty() {
            match value {
                Some(value) => drop(fields.insert(first.as_str().into(), value)),
                None => drop(fields.shift_remove(first.as_str())),
            }
            return;
        }
        if value.is_none() && !fields.contains_key(first.as_str()) {
            return;
        }
        put(fields.entry(first.as_str().into()).or_insert(Value::Null), rest, value);
    }
}

/// Puts `value` at `names` inside `parent`, as [`Pointer::set`].
fn put(parent: &mut Value, names: &[String], value: Option<Value>) {
    let Some((first, rest)) = names.split_first() else {
        return value.into_iter().for_each(|value| *parent = value);
    };
    if let Value::Array(elements) = parent {
        let place = place_in(elements, first);
        match (place, value) {
            (Some(index), None) if rest.is_empty() => drop(elements.remove(index)),
            (Some(index), value) => put(&mut elements[index], rest, value),
            (None, Some(value)) => {
                let mut element = Value::Object(Object::new());
                if let (Value::Object(members), Some((key, says))) = (&mut element, key_step(first))
                    && let Ok(says) = Value::parse(says)
                {
                    members.insert(key.into(), says);
                }
                put(&mut element, rest, Some(value));
                elements.push(element);
            }
            (None, None) => {}
        }
        return;
    }
    if !matches!(parent, Value::Object(_)) {
        if value.is_none() {
            return;
        }
        *parent = Value::Object(Object::new());
    }
    if let Value::Object(members) = parent {
        match value {
            None if rest.is_empty() => drop(members.shift_remove(first.as_str())),
            None if !members.contains_key(first.as_str()) => {}
            value => put(members.entry(first.as_str().into()).or_insert(Value::Null), rest, value),
        }
    }
}

/// The two sides of a step that finds an element by a member, `id="a7"`.
pub(crate) fn key_step(name: &str) -> Option<(&str, &str)> {
    let (key, value) = name.split_once('=')?;
    matches!(Value::parse(value), Ok(Value::String(_) | Value::Number(_))).then_some((key, value))
}

/// Which of `elements` a step leads to.
fn place_in(elements: &[Value], name: &str) -> Option<usize> {
    match key_step(name) {
        Some(_) => place_by_key(elements, name),
        None => name.parse().ok().filter(|index| *index < elements.len()),
    }
}

/// Which of `elements` a step leads to that finds it by a member. `None` for any other step.
pub(crate) fn place_by_key(elements: &[Value], name: &str) -> Option<usize> {
    let (key, says) = key_step(name)?;
    let is = |element: &Value| {
        element.as_object().and_then(|members| members.get(key)).is_some_and(|value| value.canonical() == says)
    };
    elements.iter().position(is)
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for name in &self.0 {
            write!(f, "/{}", name.replace('~', "~0").replace('/', "~1"))?;
        }
        Ok(())
    }
}

impl Serialize for Pointer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Pointer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Pointer::parse(&text).ok_or_else(|| serde::de::Error::custom(format!("{text:?} is not a JSON Pointer")))
    }
}

/// For schemas: a string by the letter of RFC 6901 section 3.
impl JsonSchema for Pointer {
    fn schema_name() -> Cow<'static, str> {
        "Pointer".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A JSON Pointer (RFC 6901): the names on the way from the record to a member, each after a \
                slash; `~1` is a slash in a name, `~0` a tilde. Empty: the whole record. An element of an array that has \
                a key of its own is named by it, `/authors/id=\"a7\"/email`.",
            "type": "string",
            "pattern": "^(?:/(?:[^~/]|~[01])*)*$",
            "examples": ["/name"]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slashes_and_tildes_survive_the_text_form() {
        let odd = Pointer::new(vec!["a/b".into(), "~1".into(), String::new()]);
        assert_eq!(odd.to_string(), "/a~1b/~01/");
        assert_eq!(Pointer::parse(&odd.to_string()), Some(odd));
        assert_eq!(Pointer::parse("name"), None);
        assert_eq!(Pointer::parse(""), Some(Pointer::root()));
    }

    #[test]
    fn overlap_is_containment_either_way() {
        let [a, ab, c] = ["/a", "/a/b", "/c"].map(|text| Pointer::parse(text).expect(text));
        assert!(a.overlaps(&ab) && ab.overlaps(&a) && !c.overlaps(&a));
    }

    #[test]
    fn elements_are_found_by_a_member_or_by_their_place() {
        let mut fields =
            Value::parse(r#"{"a":[{"id":"x","n":1},{"id":7}]}"#).expect("json").as_object().expect("object").clone();
        let at = |text: &str| Pointer::parse(text).expect(text);
        assert_eq!(at(r#"/a/id="x"/n"#).get(&fields).map(Value::to_json).as_deref(), Some("1"));
        assert_eq!(at("/a/1/id").get(&fields).map(Value::to_json).as_deref(), Some("7"));
        assert_eq!(at(r#"/a/id="7""#).get(&fields), None);
        assert_eq!(at("/a/-/id").get(&fields), None);
        at(r#"/a/id="x"/n"#).set(&mut fields, None);
        at("/a/id=7/m/k").set(&mut fields, Some(Value::Null));
        at(r#"/a/id="new"/n"#).set(&mut fields, Some(Value::Bool(true)));
        at(r#"/a/id="gone""#).set(&mut fields, None);
        assert_eq!(
            Value::Object(fields).to_json(),
            r#"{"a":[{"id":"x"},{"id":7,"m":{"k":null}},{"id":"new","n":true}]}"#
        );
        assert_eq!(at(r#"/a/id="x"/n"#).label(), "a[x].n");
    }

    #[test]
    fn removing_makes_no_parents() {
        let mut fields = Object::new();
        Pointer::parse("/a/b").expect("pointer").set(&mut fields, None);
        assert!(fields.is_empty());
    }
}
