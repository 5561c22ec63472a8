//! What of a record may be shown: a schema's secrets are masked, and as long as nobody knows which they are, everything is.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use super::{Rooms, Schema};
use crate::pointer::{Pointer, key_step};
use crate::value::{Object, Value};

/// What stands in the place of a secret, however long it is.
pub const MASK: &str = "••••";

/// Which places of a collection's records are secret: those of which its schema says `"writeOnly": true` or
/// `"x-secret": true`, by whichever subschema may apply, and everything inside them. The names of members are no secrets.
/// By default: not known yet, so that everything is one. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Secrets(Known);

#[derive(Clone, Debug, Default)]
enum Known {
    #[default]
    Nothing,
    NoSecrets,
    Schema(Schema),
}

/// A value as it may be shown: only [`Secrets::shown`] makes one.
#[derive(Clone)]
pub struct Shown<'v> {
    own: Option<&'v Value>,
    value: Option<Cow<'v, Value>>,
    secret: bool,
    masked: bool,
}

impl fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Shown").field(&self.value).finish()
    }
}

impl Shown<'_> {
    /// Whether both are the same, secrets included.
    #[must_use]
    pub fn is_same(&self, other: &Shown<'_>) -> bool {
        self.own == other.own
    }

    /// What may be shown: [`MASK`] in the place of every secret. `None` where nothing stands, which is no secret.
    #[must_use]
    pub fn value(&self) -> Option<&Value> {
        self.value.as_deref()
    }

    /// Whether the whole of it is one secret.
    #[must_use]
    pub fn is_secret(&self) -> bool {
        self.secret
    }

    /// Whether something of it is masked: it or what is in it.
    #[must_use]
    pub fn is_masked(&self) -> bool {
        self.masked
    }
}

impl Secrets {
    /// Of a collection that has none: one without a schema, or files that are merged.
    #[must_use]
    pub fn none() -> Self {
        Secrets(Known::NoSecrets)
    }

    /// Of a collection with this schema.
    #[must_use]
    pub fn of(schema: &Schema) -> Self {
        let some = schema.0.rooms.0.iter().any(|room| room.secret);
        Secrets(if some { Known::Schema(schema.clone()) } else { Known::NoSecrets })
    }

    /// Of a collection whose schema cannot be read: everything is secret where it speaks of secrets at all.
    #[must_use]
    pub fn of_unread(schema: &Value) -> Self {
        Secrets(if speaks_of_secrets(schema) { Known::Nothing } else { Known::NoSecrets })
    }

    /// Whether it is known which places are secret.
    #[must_use]
    pub fn are_known(&self) -> bool {
        !matches!(self.0, Known::Nothing)
    }

    /// Whether what stands at `at` is secret, or stands in something that is.
    #[must_use]
    pub fn is_secret(&self, at: &Pointer) -> bool {
        match &self.0 {
            Known::Nothing => true,
            Known::NoSecrets => false,
            Known::Schema(schema) => schema.is_secret(at),
        }
    }

    /// What may be shown of `value`, which stands at `at`.
    #[must_use]
    pub fn shown<'v>(&self, at: &Pointer, value: Option<&'v Value>) -> Shown<'v> {
        let Some(value) = value else { return Shown { own: None, value: None, secret: false, masked: false } };
        let veiled = match &self.0 {
            Known::NoSecrets => None,
            Known::Schema(schema) if !schema.is_secret(at) => {
                let rooms = &schema.0.rooms;
                rooms.veiled(&rooms.lead(at, true), value)
            }
            _ => {
                let mask = Some(Cow::Owned(Value::string(MASK)));
                return Shown { own: Some(value), value: mask, secret: true, masked: true };
            }
        };
        let masked = veiled.is_some();
        Shown { own: Some(value), value: Some(veiled.map_or(Cow::Borrowed(value), Cow::Owned)), secret: false, masked }
    }

    /// What may be shown of an element of the list at `at`, wherever in it that stands.
    #[must_use]
    pub fn shown_element<'v>(&self, at: &Pointer, element: &'v Value) -> Shown<'v> {
        self.shown(&at.child("="), Some(element))
    }

    /// Whether a secret may stand at `at`, inside it or around it.
    #[must_use]
    pub fn reach_into(&self, at: &Pointer) -> bool {
        match &self.0 {
            Known::Nothing => true,
            Known::NoSecrets => false,
            Known::Schema(schema) => schema.is_secret(at) || schema.0.rooms.have_secrets(schema.0.rooms.lead(at, true)),
        }
    }

    /// Whether step `place` of `at` finds an element by a secret in it.
    fn is_found_by_secret(&self, at: &Pointer, place: usize) -> bool {
        let step = key_step(&at.names()[place]);
        step.is_some_and(|(key, _)| self.is_secret(&Pointer::new(at.names()[..=place].to_vec()).child(key)))
    }

    /// As much of a place as may be told to others: up to where an element is found by a secret in it.
    #[must_use]
    pub fn told(&self, at: &Pointer) -> Pointer {
        let open = (0..at.names().len()).take_while(|place| !self.is_found_by_secret(at, *place)).count();
        Pointer::new(at.names()[..open].to_vec())
    }

    /// How people read a place, as [`Pointer::label`], with a secret masked by which an element is found.
    #[must_use]
    pub fn label(&self, at: &Pointer) -> String {
        if matches!(self.0, Known::NoSecrets) {
            return at.label();
        }
        let step = |(place, name): (usize, &String)| match key_step(name) {
            Some((key, _)) if self.is_found_by_secret(at, place) => format!("{key}=\"{MASK}\""),
            _ => name.clone(),
        };
        Pointer::new(at.names().iter().enumerate().map(step).collect()).label()
    }
}

impl Rooms {
    /// Whether these rooms, or any that apply to what is inside, are of secrets.
    fn have_secrets(&self, mut rooms: Vec<usize>) -> bool {
        let mut seen = HashSet::new();
        while let Some(index) = rooms.pop() {
            if !seen.insert(index) {
                continue;
            }
            let room = &self.0[index];
            if room.secret {
                return true;
            }
            rooms.extend(room.here.iter().map(|(_, room)| *room));
            rooms.extend(room.members.values());
            rooms.extend(room.patterns.iter().map(|(_, room)| *room));
            rooms.extend(&room.prefix);
            let rest = [room.rest, room.unevaluated_members, room.elements, room.unevaluated_elements, room.contains];
            rooms.extend(rest.into_iter().flatten());
        }
        false
    }

    /// `value`, to which these rooms apply, with its secrets masked. `None` where it has none.
    fn veiled(&self, here: &[usize], value: &Value) -> Option<Value> {
        if here.is_empty() {
            return None;
        }
        if here.iter().any(|room| self.0[*room].secret) {
            return Some(Value::string(MASK));
        }
        let inside = |rooms: Vec<usize>, value: &Value| self.veiled(&self.spread(rooms, true), value);
        match value {
            Value::Object(members) => {
                let mut veiled: Option<Object> = None;
                for (name, member) in members {
                    let rooms = here.iter().flat_map(|room| self.0[*room].for_member(name.as_str())).collect();
                    if let Some(masked) = inside(rooms, member) {
                        veiled.get_or_insert_with(|| members.clone()).insert(name.clone(), masked);
                    }
                }
                veiled.map(Value::Object)
            }
            Value::Array(elements) => {
                let mut veiled: Option<Vec<Value>> = None;
                for (place, element) in elements.iter().enumerate() {
                    let rooms = here.iter().flat_map(|room| self.0[*room].for_element(Some(place), true)).collect();
                    if let Some(masked) = inside(rooms, element) {
                        veiled.get_or_insert_with(|| elements.clone())[place] = masked;
                    }
                }
                veiled.map(Value::Array)
            }
            _ => None,
        }
    }
}

fn speaks_of_secrets(schema: &Value) -> bool {
    match schema {
        Value::Object(members) => members.iter().any(|(name, value)| {
            let says = matches!(name.as_str(), "writeOnly" | "x-secret") && *value == Value::Bool(true);
            says || speaks_of_secrets(value)
        }),
        Value::Array(elements) => elements.iter().any(speaks_of_secrets),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Value {
        Value::parse(text).unwrap()
    }

    fn secrets(schema: &str) -> Secrets {
        Secrets::of(&Schema::parse(&value(schema)).unwrap())
    }

    fn shown(secrets: &Secrets, at: &str, text: &str) -> String {
        secrets.shown(&Pointer::parse(at).unwrap(), Some(&value(text))).value().unwrap().to_json()
    }

    #[test]
    fn what_is_secret_is_masked_wherever_it_stands_and_nothing_else_is() {
        let secrets = secrets(
            r##"{"properties":{"token":{"writeOnly":true},"far":{"$ref":"#/$defs/key"},"login":{"x-secret":true},
            "all":{"allOf":[{},{"properties":{"pin":{"x-secret":true}}}]},
            "maybe":{"oneOf":[{"type":"null"},{"anyOf":[{"properties":{"pin":{"writeOnly":true}}}]}]},
            "users":{"items":{"properties":{"name":{},"pins":{"items":{"$ref":"#/$defs/key"}}}}},
            "pair":{"prefixItems":[{},{"writeOnly":true}]},"some":{"contains":{"writeOnly":true}},
            "map":{"additionalProperties":{"x-secret":true}},
            "when":{"if":{"properties":{"code":{"x-secret":true}}}}},
            "patternProperties":{"^key-":{"x-secret":true}},"$defs":{"key":{"x-secret":true}}}"##,
        );
        let record = r#"{"token":"c4n","far":7,"login":{"c4n":["c4n"]},"all":{"pin":null,"open":1},"maybe":{"pin":"c4n"},
            "users":[{"name":"ann","pins":["c4n","c4n"]},{"name":"bob"}],"pair":[1,"c4n"],"some":["c4n"],
            "map":{"a":true},"when":{"code":"c4n","open":2},"key-1":"c4n","open":"open"}"#;
        let expected = value(
            r#"{"token":"••••","far":"••••","login":"••••","all":{"pin":"••••","open":1},"maybe":{"pin":"••••"},
            "users":[{"name":"ann","pins":["••••","••••"]},{"name":"bob"}],"pair":[1,"••••"],"some":["••••"],
            "map":{"a":"••••"},"when":{"code":"••••","open":2},"key-1":"••••","open":"open"}"#,
        );
        assert_eq!(value(&shown(&secrets, "", record)), expected);
        let record = value(record);
        for name in record.as_object().unwrap().keys() {
            let at = Pointer::root().child(name.as_str());
            let (whole, masked) = (at.get(record.as_object().unwrap()), at.get(expected.as_object().unwrap()));
            let shown = secrets.shown(&at, whole);
            assert_eq!(shown.value(), masked, "{at}");
            assert_eq!(shown.is_secret(), secrets.is_secret(&at), "{at}");
            assert_eq!(shown.is_masked(), name.as_str() != "open", "{at}");
            assert_eq!(secrets.reach_into(&at), name.as_str() != "open", "{at}");
        }
        assert_eq!(shown(&secrets, "/login/c4n/0", r#""c4n""#), r#""••••""#);
        assert_eq!(shown(&secrets, r#"/users/name="bob"/pins"#, r#"["c4n"]"#), r#"["••••"]"#);
        assert_eq!(secrets.shown(&Pointer::parse("/token").unwrap(), None).value(), None);
        let pins = secrets.shown(&Pointer::parse("/users/0/pins").unwrap(), None);
        assert!(pins.is_same(&secrets.shown(&Pointer::parse("/token").unwrap(), None)));
        let (one, two) = (value("\"c4n\""), value("\"c4m\""));
        let token = |value| secrets.shown(&Pointer::root().child("token"), Some(value));
        assert!(token(&one).is_same(&token(&one)) && !token(&one).is_same(&token(&two)));
        assert!(!format!("{:?}", token(&one)).contains("c4n"));
        assert!(secrets.shown_element(&Pointer::root().child("pair"), &one).is_secret());
    }

    #[test]
    fn as_long_as_nothing_is_known_everything_is_secret() {
        let unknown = Secrets::default();
        assert!(!unknown.are_known() && unknown.is_secret(&Pointer::parse("/name").unwrap()));
        assert_eq!(shown(&unknown, "/name", r#""c4n""#), r#""••••""#);
        assert_eq!(shown(&Secrets::none(), "/name", r#""open""#), r#""open""#);
        let bad = |text: &str| Secrets::of_unread(&value(text)).are_known();
        assert!(bad(r#"{"type":7,"properties":{"a":{"x-secret":false}}}"#));
        assert!(!bad(r#"{"type":7,"properties":{"a":[{"writeOnly":true}]}}"#));
    }

    #[test]
    fn a_secret_by_which_an_element_is_found_is_not_in_its_label() {
        let secrets = secrets(
            r#"{"properties":{"keys":{"items":{"properties":{"key":{"x-secret":true}}}},"users":{"items":{}}}}"#,
        );
        let label = |at: &str| secrets.label(&Pointer::parse(at).unwrap());
        assert_eq!(label(r#"/keys/key="c4n"/use"#), "keys[••••].use");
        assert_eq!(label(r#"/users/id="ann"/use"#), "users[ann].use");
        let told = |at: &str| secrets.told(&Pointer::parse(at).unwrap()).to_string();
        assert_eq!(told(r#"/keys/key="c4n"/use"#), "/keys");
        assert_eq!(told(r#"/users/id="ann"/use"#), r#"/users/id="ann"/use"#);
    }
}
