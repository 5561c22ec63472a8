//! What a schema says of one place in a record, as plain values; where it is not clear it says too little, never too much.

use super::rooms::Way;
use super::{Schema, walk};
use crate::pointer::Pointer;
use crate::value::{Number, Object, Value};

/// How deep required objects begin inside each other in a new value.
const DEEPEST_START: usize = 16;

/// A type of JSON values (Validation 2020-12 section 6.1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `true` or `false`.
    Bool,
    /// A number without a fraction.
    Integer,
    /// A number.
    Number,
    /// A string.
    Text,
    /// An array.
    List,
    /// An object.
    Object,
    /// `null`.
    Null,
}

impl Kind {
    const ALL: [Kind; 7] = [Kind::Bool, Kind::Integer, Kind::Number, Kind::Text, Kind::List, Kind::Object, Kind::Null];

    fn named(word: &str) -> Option<Kind> {
        Some(match word {
            "boolean" => Kind::Bool,
            "integer" => Kind::Integer,
            "number" => Kind::Number,
            "string" => Kind::Text,
            "array" => Kind::List,
            "object" => Kind::Object,
            "null" => Kind::Null,
            _ => return None,
        })
    }

    /// The type of a value; a number counts as any number.
    #[must_use]
    pub fn of(value: &Value) -> Kind {
        match value {
            Value::Null => Kind::Null,
            Value::Bool(_) => Kind::Bool,
            Value::Number(_) => Kind::Number,
            Value::String(_) => Kind::Text,
            Value::Array(_) => Kind::List,
            Value::Object(_) => Kind::Object,
        }
    }
}

/// What a schema says of a place. Empty where it says nothing, or nothing that holds for every value there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The types that are allowed, `null` last; empty: any.
    pub kinds: Vec<Kind>,
    /// The only values that are allowed, in the order of the schema; empty: any.
    pub choices: Vec<Value>,
    /// `date`, `email`, ...
    pub format: Option<String>,
    /// What people call it.
    pub title: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// What it is where nobody says otherwise.
    pub default: Option<Value>,
    /// The lowest number.
    pub at_least: Option<Number>,
    /// The highest number.
    pub at_most: Option<Number>,
    /// What a number has to be above.
    pub above: Option<Number>,
    /// What a number has to be below.
    pub below: Option<Number>,
    /// What a number has to be a multiple of.
    pub step: Option<Number>,
    /// How many characters a text may have.
    pub longest: Option<Number>,
    /// Whether what it stands in has to have it.
    pub required: bool,
    /// The members that are declared of an object here, in the order of the schema.
    pub members: Vec<String>,
}

impl Place {
    /// The one type beside `null`.
    #[must_use]
    pub fn kind(&self) -> Option<Kind> {
        let mut kinds = self.kinds.iter().filter(|kind| **kind != Kind::Null);
        kinds.next().copied().filter(|_| kinds.next().is_none())
    }

    /// Whether `null` is known to be allowed.
    #[must_use]
    pub fn may_be_null(&self) -> bool {
        self.kinds.contains(&Kind::Null)
    }
}

/// A subschema that holds at a place, and whether `null` is as good there.
#[derive(Clone, Copy)]
struct Holds<'s> {
    room: usize,
    schema: &'s Object,
    or_null: bool,
}

impl Schema {
    /// What is said of a member, an element or the whole record: by the subschemas that hold there whatever else does,
    /// through `properties`, `patternProperties`, `additionalProperties`, `prefixItems`, `items`, `allOf`, `$ref`, and
    /// through an `anyOf` or `oneOf` that only adds `null` to one alternative. Of a text said twice the first counts.
    #[must_use]
    pub fn place(&self, at: &Pointer) -> Place {
        let holds = self.holding(at);
        let text = |keyword: &str| {
            let said = |holds: &Holds| holds.schema.get(keyword).and_then(Value::as_str).map(str::to_owned);
            holds.iter().find_map(said)
        };
        let number = |keyword: &str| {
            let said = |holds: &Holds| match holds.schema.get(keyword) {
                Some(Value::Number(number)) => Some(number.clone()),
                _ => None,
            };
            holds.iter().find_map(said)
        };
        let kinds = kinds(&holds);
        let mut members: Vec<String> = Vec::new();
        for holds in &holds {
            let names = holds.schema.get("properties").and_then(Value::as_object).into_iter().flat_map(Object::keys);
            for name in names.map(|name| name.as_str()) {
                if !members.iter().any(|known| known == name) {
                    members.push(name.to_owned());
                }
            }
        }
        Place {
            choices: choices(&holds, &kinds),
            kinds,
            format: text("format"),
            title: text("title"),
            description: text("description"),
            default: holds.iter().find_map(|holds| holds.schema.get("default")).cloned(),
            at_least: number("minimum"),
            at_most: number("maximum"),
            above: number("exclusiveMinimum"),
            below: number("exclusiveMaximum"),
            step: number("multipleOf"),
            longest: number("maxLength"),
            required: self.requires(at),
            members,
        }
    }

    /// What a new value begins with: its default, its only choice, or an object of the members that have such a start;
    /// an object that is required begins even where it is empty. `None` where nothing is declared to begin with.
    #[must_use]
    pub fn start(&self, at: &Pointer) -> Option<Value> {
        self.start_within(at, 0)
    }

    fn start_within(&self, at: &Pointer, depth: usize) -> Option<Value> {
        let place = self.place(at);
        if place.default.is_some() {
            return place.default;
        }
        if let ([only], true) = (place.choices.as_slice(), place.required) {
            return Some(only.clone());
        }
        let begins = at.is_root() || (place.kind() == Some(Kind::Object) && !place.may_be_null());
        if !begins || depth >= DEEPEST_START {
            return None;
        }
        let start = |name: &String| {
            let at = at.child(name);
            let inside = self.place(&at);
            let wanted = inside.required || inside.default.is_some();
            Some((name.as_str().into(), wanted.then(|| self.start_within(&at, depth + 1))??))
        };
        Some(Value::Object(place.members.iter().filter_map(start).collect()))
    }

    fn requires(&self, at: &Pointer) -> bool {
        let Some((name, parents)) = at.names().split_last() else { return false };
        let said = |holds: &Holds| match holds.schema.get("required") {
            Some(Value::Array(names)) => names.iter().any(|one| one.as_str() == Some(name)),
            _ => false,
        };
        self.holding(&Pointer::new(parents.to_vec())).iter().any(said)
    }

    fn holding(&self, at: &Pointer) -> Vec<Holds<'_>> {
        let mut holds = self.all_of(vec![0]);
        for name in at.names() {
            let index = name.parse().ok();
            let into_array = index.is_some() || name.contains('=');
            let inside = |holds: Holds| {
                let room = &self.0.rooms.0[holds.room];
                let members = room.declared_member(name);
                let elements = if into_array { room.declared_element(index) } else { None };
                match (members.as_slice(), elements) {
                    ([], element) => element.into_iter().collect(),
                    (_, None) => members,
                    // An object or a list: it is not known which, so neither is said.
                    (_, Some(_)) => Vec::new(),
                }
            };
            holds = self.all_of(holds.into_iter().flat_map(inside).collect());
        }
        holds
    }

    /// These subschemas and what holds with them of the same value, each once.
    fn all_of(&self, rooms: Vec<usize>) -> Vec<Holds<'_>> {
        let mut holds: Vec<Holds> = Vec::new();
        let mut waiting: Vec<(usize, bool)> = rooms.into_iter().rev().map(|room| (room, false)).collect();
        while let Some((index, or_null)) = waiting.pop() {
            if holds.iter().any(|known| known.room == index) {
                continue;
            }
            let room = &self.0.rooms.0[index];
            let Some(schema) = walk(&self.0.source, room.place.names()).and_then(Value::as_object) else { continue };
            holds.push(Holds { room: index, schema, or_null });
            for keyword in ["oneOf", "anyOf"] {
                let only = self.only_beside_null(index, schema, keyword);
                waiting.extend(only.map(|(room, beside_null)| (room, or_null || beside_null)));
            }
            let sure = room.here.iter().rev().filter(|(way, _)| matches!(way, Way::Reference | Way::All));
            waiting.extend(sure.map(|(_, room)| (*room, or_null)));
        }
        holds
    }

    /// The one alternative that says more than that `null` is allowed, and whether another says that.
    fn only_beside_null(&self, room: usize, schema: &Object, keyword: &str) -> Option<(usize, bool)> {
        let Some(Value::Array(alternatives)) = schema.get(keyword) else { return None };
        let says_null = |schema: &Value| {
            schema.as_object().is_some_and(|schema| {
                schema.get("type").and_then(Value::as_str) == Some("null") || schema.get("const") == Some(&Value::Null)
            })
        };
        let mut others = alternatives.iter().enumerate().filter(|(_, schema)| !says_null(schema));
        let (place, _) = others.next().filter(|_| others.next().is_none())?;
        let at = self.0.rooms.0[room].place.child(keyword).child(&place.to_string());
        let found = self.0.rooms.0[room].here.iter().map(|(_, room)| *room);
        let only = found.into_iter().find(|room| self.0.rooms.0[*room].place == at)?;
        Some((only, alternatives.len() > 1))
    }
}

/// The types that every subschema allows.
fn kinds(holds: &[Holds]) -> Vec<Kind> {
    let mut all: Option<Vec<Kind>> = None;
    for holds in holds {
        let named = |value: &Value| value.as_str().and_then(Kind::named);
        let mut said: Vec<Kind> = match (holds.schema.get("type"), own_choices(holds.schema)) {
            (Some(Value::Array(words)), _) => words.iter().filter_map(named).collect(),
            (Some(word), _) => named(word).into_iter().collect(),
            (None, Some(values)) => values.iter().map(Kind::of).collect(),
            (None, None) => continue,
        };
        if holds.or_null {
            said.push(Kind::Null);
        }
        all = Some(match all {
            None => said,
            Some(all) => {
                let both = |kind: &Kind| match kind {
                    Kind::Integer => said.iter().any(|other| matches!(other, Kind::Integer | Kind::Number)),
                    Kind::Number if said.contains(&Kind::Integer) && !said.contains(&Kind::Number) => false,
                    kind => said.contains(kind),
                };
                let whole = all.contains(&Kind::Number) && said.contains(&Kind::Integer);
                all.iter().copied().filter(both).chain(whole.then_some(Kind::Integer)).collect()
            }
        });
    }
    let all = all.unwrap_or_default();
    let wider = |kind: &Kind| *kind == Kind::Integer && all.contains(&Kind::Number);
    Kind::ALL.into_iter().filter(|kind| all.contains(kind) && !wider(kind)).collect()
}

fn own_choices(schema: &Object) -> Option<Vec<Value>> {
    match (schema.get("const"), schema.get("enum")) {
        (Some(only), _) => Some(vec![only.clone()]),
        (None, Some(Value::Array(values))) => Some(values.clone()),
        _ => None,
    }
}

/// The values that every subschema allows, as far as they list them.
fn choices(holds: &[Holds], kinds: &[Kind]) -> Vec<Value> {
    let mut all: Option<Vec<Value>> = None;
    for holds in holds {
        let Some(mut said) = own_choices(holds.schema) else { continue };
        if holds.or_null && !said.contains(&Value::Null) {
            said.push(Value::Null);
        }
        all = Some(match all {
            None => said,
            Some(all) => all.into_iter().filter(|value| said.iter().any(|other| same(value, other))).collect(),
        });
    }
    let fits = |value: &Value| match Kind::of(value) {
        Kind::Number => kinds.iter().any(|kind| matches!(kind, Kind::Number | Kind::Integer)),
        kind => kinds.contains(&kind),
    };
    all.unwrap_or_default().into_iter().filter(|value| kinds.is_empty() || fits(value)).collect()
}

/// Whether a schema takes two values for the same one: numbers are, whatever they are written like.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.compared(b).map_or(a == b, |order| order.is_eq()),
        (a, b) => a == b,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema(text: &str) -> Schema {
        Schema::parse(&Value::parse(text).unwrap()).unwrap()
    }

    fn at(text: &str) -> Pointer {
        Pointer::parse(text).unwrap()
    }

    /// What is said of the member `a` where `of` is asked of it.
    fn said(of: &str) -> Place {
        schema(&format!(r#"{{"properties":{{"a":{of}}}}}"#)).place(&at("/a"))
    }

    fn texts(values: &[Value]) -> String {
        values.iter().map(Value::to_json).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_stands_in_a_subschema_is_said() {
        let place = said(
            r#"{"type":"integer","title":"Quota","description":"Seats.","default":5,"minimum":0,"maximum":500,
                "multipleOf":5,"exclusiveMinimum":-1,"exclusiveMaximum":501,"format":"x","maxLength":9}"#,
        );
        let number = |text| Number::parse(text);
        assert_eq!((place.kind(), place.may_be_null()), (Some(Kind::Integer), false));
        assert_eq!((place.title.as_deref(), place.description.as_deref()), (Some("Quota"), Some("Seats.")));
        assert_eq!(place.default, Value::parse("5").ok());
        assert_eq!((place.at_least, place.at_most), (number("0"), number("500")));
        assert_eq!((place.above, place.below), (number("-1"), number("501")));
        assert_eq!((place.step, place.longest), (number("5"), number("9")));
        assert_eq!(place.format.as_deref(), Some("x"));
    }

    #[test]
    fn types_are_those_that_every_subschema_allows() {
        for (of, kinds) in [
            ("{}", vec![]),
            ("true", vec![]),
            (r#"{"type":"string"}"#, vec![Kind::Text]),
            (r#"{"type":["null","integer"]}"#, vec![Kind::Integer, Kind::Null]),
            (r#"{"type":["number","integer"]}"#, vec![Kind::Number]),
            (r#"{"type":"number","allOf":[{"type":"integer"}]}"#, vec![Kind::Integer]),
            (r#"{"type":"integer","allOf":[{"type":["string","number"]}]}"#, vec![Kind::Integer]),
            (r#"{"type":["integer","string"],"allOf":[{"type":"number"}]}"#, vec![Kind::Integer]),
            (r#"{"enum":["a",null]}"#, vec![Kind::Text, Kind::Null]),
            (r#"{"anyOf":[{"type":"null"},{"type":"string"}]}"#, vec![Kind::Text, Kind::Null]),
            (r#"{"oneOf":[{"type":"boolean"}]}"#, vec![Kind::Bool]),
            (r#"{"type":"string","anyOf":[{"type":"null"},{"minLength":2}]}"#, vec![Kind::Text]),
            (r#"{"anyOf":[{"type":"number"},{"type":"string"}]}"#, vec![]),
            (r#"{"oneOf":[{"const":1},{"const":2},{"type":"null"}]}"#, vec![]),
            (r#"{"if":{"type":"string"},"then":{"type":"number"},"not":{"type":"array"}}"#, vec![]),
        ] {
            assert_eq!(said(of).kinds, kinds, "{of}");
        }
        assert_eq!(said(r#"{"type":["string","number"]}"#).kind(), None);
    }

    #[test]
    fn choices_are_the_values_that_every_subschema_lists() {
        for (of, choices) in [
            (r#"{"enum":["low","high"]}"#, r#""low" "high""#),
            (r#"{"const":7}"#, "7"),
            (r#"{"enum":["a",null],"type":"string"}"#, r#""a""#),
            (r#"{"enum":[1,2,"x"],"allOf":[{"enum":["x",1.0]}]}"#, r#"1 "x""#),
            (r#"{"anyOf":[{"enum":["a"]},{"type":"null"}]}"#, r#""a" null"#),
            (r#"{"anyOf":[{"enum":["a"]},{"enum":["b"]}]}"#, ""),
        ] {
            assert_eq!(texts(&said(of).choices), choices, "{of}");
        }
    }

    #[test]
    fn places_are_found_through_references_and_lists() {
        let schema = schema(
            r##"{"required":["list"],"properties":{"list":{"type":"array","items":{"$ref":"#/$defs/step"}},
                "pair":{"prefixItems":[{"title":"first"}]},"both":{"properties":{"0":{"title":"m"}},"items":{"title":"e"}}},
                "additionalProperties":{"title":"other"},
                "allOf":[{"properties":{"late":{"title":"late"}}}],"unevaluatedProperties":{"title":"never"},
                "$defs":{"step":{"title":"Step","required":["name"],"properties":{"name":{"type":"string"},"done":{}}}}}"##,
        );
        for (place, title) in [
            ("/list/0", Some("Step")),
            (r#"/list/id="a""#, Some("Step")),
            ("/pair/0", Some("first")),
            ("/pair/1", None),
            ("/both/0", None),
            ("/both/1", Some("e")),
            ("/x", Some("other")),
            ("/x/y", None),
        ] {
            assert_eq!(schema.place(&at(place)).title.as_deref(), title, "{place}");
        }
        assert_eq!(schema.place(&at("/list/3")).members, ["name", "done"]);
        assert!(schema.place(&at("/list")).required && schema.place(&at("/list/2/name")).required);
        assert!(!schema.place(&at("/list/2/done")).required && !schema.place(&at("/list/2")).required);
        assert_eq!(schema.place(&Pointer::root()).members, ["list", "pair", "both", "late"]);
    }

    #[test]
    fn what_only_holds_for_the_rest_is_not_said_of_what_is_declared_elsewhere() {
        let of = r#"{"allOf":[{"properties":{"a":{"type":"string"}}}],"unevaluatedProperties":false}"#;
        assert_eq!(schema(of).place(&at("/a")).kinds, [Kind::Text]);
        let of = r#"{"allOf":[{"properties":{"a":{"type":"string"}}}],"unevaluatedProperties":{"type":"number"}}"#;
        assert_eq!(schema(of).place(&at("/a")).kinds, [Kind::Text]);
    }

    #[test]
    fn a_new_value_begins_with_what_is_declared() {
        let start = |of: &str| schema(of).start(&Pointer::root()).map(|value| value.to_json()).unwrap();
        let of = r##"{"required":["kind","billing","name"],"properties":{"name":{"type":"string"},"active":{"default":true},
            "kind":{"const":"project"},"free":{"enum":["only"]},"far":{"type":"object","properties":{"x":{"default":1}}},
            "billing":{"type":"object","required":["contact"],"properties":{"plan":{"default":"team"},
            "contact":{"type":"object"}}}}}"##;
        assert_eq!(start(of), r#"{"active":true,"kind":"project","billing":{"plan":"team","contact":{}}}"#);
        assert_eq!(start("{}"), "{}");
        let endless = r##"{"type":"object","required":["next"],"properties":{"next":{"$ref":"#"}}}"##;
        assert_eq!(start(endless).matches("next").count(), DEEPEST_START - 1);
        let list =
            schema(r#"{"properties":{"l":{"items":{"type":"object","properties":{"done":{"default":false}}}}}}"#);
        assert_eq!(list.start(&at("/l/0")).unwrap().to_json(), r#"{"done":false}"#);
        assert_eq!(list.start(&at("/l")), None);
    }
}
