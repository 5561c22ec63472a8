//! Where in a record something stands (RFC 6901); refuses to know what stands there.

use std::fmt;

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

    /// How people read it: the names with dots between, as in `billing.email`.
    #[must_use]
    pub fn label(&self) -> String {
        self.0.join(".")
    }

    /// What stands here in `fields`, through objects only. `None` when absent, and for the root.
    #[must_use]
    pub fn get<'v>(&self, fields: &'v Object) -> Option<&'v Value> {
        let (first, rest) = self.0.split_first()?;
        rest.iter().try_fold(fields.get(first.as_str())?, |value, name| value.as_object()?.get(name.as_str()))
    }

    /// Puts `value` here, or removes what stands here when it is `None`. Parents that are missing or not objects are
    /// made into objects on the way to a value; nothing is made on the way to a removal. The root is left alone.
    pub fn set(&self, fields: &mut Object, value: Option<Value>) {
        let Some((last, parents)) = self.0.split_last() else {
            return;
        };
        let mut members = fields;
        for name in parents {
            if value.is_none() && !matches!(members.get(name.as_str()), Some(Value::Object(_))) {
                return;
            }
            let parent = members.entry(name.as_str().into()).or_insert(Value::Null);
            if !matches!(parent, Value::Object(_)) {
                *parent = Value::Object(Object::new());
            }
            let Value::Object(inside) = parent else {
                return;
            };
            members = inside;
        }
        match value {
            Some(value) => {
                members.insert(last.as_str().into(), value);
            }
            None => {
                members.shift_remove(last.as_str());
            }
        }
    }
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
    fn removing_makes_no_parents() {
        let mut fields = Object::new();
        Pointer::parse("/a/b").expect("pointer").set(&mut fields, None);
        assert!(fields.is_empty());
    }
}
