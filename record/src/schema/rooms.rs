//! Finds its way through a schema: its subschemas, what each applies, and where its `$ref`s lead.

use std::collections::HashMap;

use jsonschema::error::ValidationErrorKind as Kind;
use jsonschema::{ReferencingError, ValidationError, Validator, uri};
use serde_json::Value as Json;

use super::words::{Found, cut, pointer, tell};
use super::{BadSchema, Rooms, Violation, options, walk};
use crate::pointer::Pointer;
use crate::value::{Object, Value};

/// One subschema, with the others that it applies.
#[derive(Default)]
pub(super) struct Room {
    pub(super) place: Pointer,
    pub(super) secret: bool,
    /// To the same value.
    pub(super) here: Vec<(Way, usize)>,
    /// To members.
    pub(super) members: HashMap<String, usize>,
    pub(super) patterns: Vec<(Validator, usize)>,
    pub(super) rest: Option<usize>,
    pub(super) unevaluated_members: Option<usize>,
    pub(super) names: Option<usize>,
    /// To elements.
    pub(super) prefix: Vec<usize>,
    pub(super) elements: Option<usize>,
    pub(super) unevaluated_elements: Option<usize>,
    pub(super) contains: Option<usize>,
}

/// How a subschema gets applied to the value its parent is applied to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// `$ref` and its kin.
    Reference,
    /// `allOf`.
    All,
    /// `anyOf`, `oneOf`.
    Choice,
    /// `then`, `else`, `dependentSchemas`: when something else holds.
    Branch,
    /// `if`, `not`: asked only whether it holds.
    Test,
}

impl Room {
    pub(super) fn refers(&self) -> bool {
        self.here.iter().any(|(way, _)| *way == Way::Reference)
    }

    /// The subschemas for the member `name`, those that name it first.
    pub(super) fn for_member(&self, name: &str) -> Vec<usize> {
        let text = Json::String(name.to_owned());
        let matching = self.patterns.iter().filter(|(pattern, _)| pattern.is_valid(&text)).map(|(_, room)| *room);
        let named: Vec<usize> = self.members.get(name).copied().into_iter().chain(matching).collect();
        if named.is_empty() { self.rest.or(self.unevaluated_members).into_iter().collect() } else { named }
    }

    /// The subschemas that say something of the member `name` whatever else the record holds.
    pub(super) fn declared_member(&self, name: &str) -> Vec<usize> {
        let of = self.for_member(name);
        if self.rest.is_none() && of.len() == 1 && of.first() == self.unevaluated_members.as_ref() {
            Vec::new()
        } else {
            of
        }
    }

    /// The subschema that says something of the element at a step, as for members; `None` for the index: of a later one.
    pub(super) fn declared_element(&self, index: Option<usize>) -> Option<usize> {
        index.and_then(|index| self.prefix.get(index).copied()).or(self.elements)
    }

    /// The subschemas for the element at a step: an index, or something that finds an element by what it says.
    pub(super) fn for_element(&self, index: Option<usize>, all: bool) -> Vec<usize> {
        let rest = self.elements.or(self.unevaluated_elements);
        let some = self.contains.filter(|_| all);
        match index {
            Some(index) => self.prefix.get(index).copied().or(rest).into_iter().chain(some).collect(),
            None if all => rest.into_iter().chain(self.prefix.iter().copied()).chain(some).collect(),
            None => rest.or(self.prefix.first().copied()).into_iter().collect(),
        }
    }
}

/// The resources and names in a schema, for finding where its `$ref`s lead (Core 2020-12 section 8.2).
pub(super) struct Map<'s> {
    pub(super) source: &'s Value,
    /// Absolute address of each resource, to its place.
    pub(super) resources: HashMap<String, Pointer>,
    /// The same the other way round.
    pub(super) bases: HashMap<Pointer, String>,
    /// Address, `#`, anchor, to its place.
    pub(super) anchors: HashMap<String, Pointer>,
    /// Every `$ref` and its kin: where it stands, what it says.
    pub(super) references: Vec<(Pointer, &'s str)>,
}

pub(super) const REFERENCES: [&str; 3] = ["$ref", "$dynamicRef", "$recursiveRef"];

impl<'s> Map<'s> {
    pub(super) fn of(source: &'s Value) -> Self {
        let mut map = Map {
            source,
            resources: HashMap::new(),
            bases: HashMap::new(),
            anchors: HashMap::new(),
            references: Vec::new(),
        };
        let own = "json-schema:///".to_owned();
        map.resources.insert(own.clone(), Pointer::root());
        map.bases.insert(Pointer::root(), own.clone());
        map.survey(source, &Pointer::root(), own);
        map
    }

    pub(super) fn survey(&mut self, schema: &'s Value, at: &Pointer, mut base: String) {
        match schema {
            Value::Object(members) => {
                if let Some(id) = members.get("$id").and_then(Value::as_str)
                    && let Some(address) = resolve(&base, id.trim_end_matches('#'))
                {
                    self.resources.insert(address.clone(), at.clone());
                    self.bases.insert(at.clone(), address.clone());
                    base = address;
                }
                for (name, member) in members {
                    match (name.as_str(), member) {
                        ("$anchor" | "$dynamicAnchor", Value::String(anchor)) => {
                            drop(self.anchors.insert(format!("{base}#{}", anchor.as_str()), at.clone()));
                        }
                        (keyword, Value::String(text)) if REFERENCES.contains(&keyword) => {
                            self.references.push((at.child(keyword), text.as_str()));
                        }
                        (name, member) => self.survey(member, &at.child(name), base.clone()),
                    }
                }
            }
            Value::Array(elements) => {
                for (index, element) in elements.iter().enumerate() {
                    self.survey(element, &at.child(&index.to_string()), base.clone());
                }
            }
            _ => {}
        }
    }

    /// Where in the schema a reference that stands at `at` leads; an error tells whether that is elsewhere.
    pub(super) fn target(&self, at: &Pointer, reference: &str) -> Result<Pointer, &'static str> {
        let elsewhere = "and a schema is never fetched from elsewhere";
        let (address, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let base = (0..=at.names().len()).rev().find_map(|length| {
            let parent = Pointer::new(at.names()[..length].to_vec());
            self.bases.get(&parent)
        });
        let base = base.map_or("json-schema:///", String::as_str);
        let address = if address.is_empty() { Some(base.to_owned()) } else { resolve(base, address) };
        let address = address.ok_or("which is not an address (RFC 3986)")?;
        let resource = self.resources.get(&address).ok_or(elsewhere)?;
        let nowhere = "which does not exist";
        let fragment = percent_decoded(fragment).ok_or(nowhere)?;
        if !fragment.is_empty() && !fragment.starts_with('/') {
            return self.anchors.get(&format!("{address}#{fragment}")).cloned().ok_or(nowhere);
        }
        let inside = Pointer::parse(&fragment).ok_or(nowhere)?;
        let target = Pointer::new(resource.names().iter().chain(inside.names()).cloned().collect());
        walk(self.source, target.names()).map(|_| target).ok_or(nowhere)
    }

    /// What the crate has against the schema, in words.
    pub(super) fn explain(&self, fault: &ValidationError<'_>, json: &Json) -> BadSchema {
        let at = pointer(fault.instance_path());
        match fault.kind() {
            Kind::Referencing(ReferencingError::UnknownSpecification { specification }) => BadSchema {
                at: Pointer::root().child("$schema"),
                what: format!("names a dialect that is not known, {}", cut(specification)),
            },
            Kind::Referencing(error) => {
                let lost = self.references.iter().find_map(|(at, text)| Some((at, text, self.target(at, text).err()?)));
                match lost {
                    Some((at, text, why)) => {
                        BadSchema { at: at.clone(), what: format!("leads to {}, {why}", cut(text)) }
                    }
                    None => BadSchema { at, what: format!("has a reference that leads nowhere: {error}") },
                }
            }
            Kind::Format { format } if format == "regex" => {
                let pattern = match walk(self.source, at.names()) {
                    Some(Value::String(pattern)) => pattern.as_str(),
                    _ => at.last(),
                };
                let backtracking = jsonschema::options().build(&pattern_schema(pattern)).is_ok();
                let what = if backtracking {
                    "uses look-around or a back-reference, which cannot be checked in linear time"
                } else {
                    "is not a regular expression, or too large a one"
                };
                BadSchema { at, what: what.into() }
            }
            _ => {
                let mut found = Found::new(json);
                tell(fault, &mut found);
                let violation = found.violations.into_iter().next();
                violation.map_or_else(
                    || BadSchema { at, what: "is not a JSON Schema".into() },
                    |Violation { at, what }| BadSchema { at, what },
                )
            }
        }
    }

    /// Every subschema that can be reached from the whole.
    pub(super) fn rooms(&self) -> Rooms {
        let mut plan = Plan { rooms: Vec::new(), known: HashMap::new() };
        plan.room(Pointer::root());
        let mut next = 0;
        while next < plan.rooms.len() {
            let place = plan.rooms[next].place.clone();
            if let Some(schema) = walk(self.source, place.names()).and_then(Value::as_object) {
                plan.rooms[next] = self.room(place, schema, &mut plan);
            }
            next += 1;
        }
        Rooms(plan.rooms)
    }

    pub(super) fn room(&self, place: Pointer, schema: &Object, plan: &mut Plan) -> Room {
        let is = |keyword| schema.get(keyword) == Some(&Value::Bool(true));
        let mut room = Room { secret: is("writeOnly") || is("x-secret"), ..Room::default() };
        for (keyword, value) in schema {
            let at = place.child(keyword.as_str());
            let mut each = || -> Vec<(String, usize)> {
                let names: Vec<String> = match value {
                    Value::Object(members) => members.keys().map(|name| name.as_str().to_owned()).collect(),
                    Value::Array(elements) => (0..elements.len()).map(|index| index.to_string()).collect(),
                    _ => Vec::new(),
                };
                names.into_iter().map(|name| (name.clone(), plan.room(at.child(&name)))).collect()
            };
            let mut here = |way, rooms: Vec<(String, usize)>| {
                room.here.extend(rooms.into_iter().map(|(_, room)| (way, room)));
            };
            match (keyword.as_str(), value) {
                (reference, Value::String(text)) if REFERENCES.contains(&reference) => {
                    if let Ok(target) = self.target(&place, text.as_str()) {
                        here(Way::Reference, vec![(String::new(), plan.room(target))]);
                    }
                }
                ("allOf", _) => here(Way::All, each()),
                ("anyOf" | "oneOf", _) => here(Way::Choice, each()),
                ("dependentSchemas" | "dependencies", _) => here(Way::Branch, each()),
                ("then" | "else", _) => here(Way::Branch, vec![(String::new(), plan.room(at))]),
                ("if" | "not", _) => here(Way::Test, vec![(String::new(), plan.room(at))]),
                ("properties", _) => room.members = each().into_iter().collect(),
                ("patternProperties", _) => {
                    let compiled = |(pattern, room): (String, usize)| {
                        Some((options().build(&pattern_schema(&pattern)).ok()?, room))
                    };
                    room.patterns = each().into_iter().filter_map(compiled).collect();
                }
                ("additionalProperties", _) => room.rest = Some(plan.room(at)),
                ("unevaluatedProperties", _) => room.unevaluated_members = Some(plan.room(at)),
                ("propertyNames", _) => room.names = Some(plan.room(at)),
                // Before 2020-12 `items` did what `prefixItems` does, with `additionalItems` for the rest.
                ("prefixItems", _) | ("items", Value::Array(_)) => {
                    room.prefix = each().into_iter().map(|(_, room)| room).collect();
                }
                ("items" | "additionalItems", _) => room.elements = Some(plan.room(at)),
                ("unevaluatedItems", _) => room.unevaluated_elements = Some(plan.room(at)),
                ("contains", _) => room.contains = Some(plan.room(at)),
                _ => {}
            }
        }
        room.place = place;
        room.here.sort_by_key(|(way, _)| *way != Way::Reference);
        room
    }
}

/// The rooms found so far; those at the end are still empty.
pub(super) struct Plan {
    pub(super) rooms: Vec<Room>,
    pub(super) known: HashMap<Pointer, usize>,
}

impl Plan {
    pub(super) fn room(&mut self, place: Pointer) -> usize {
        *self.known.entry(place).or_insert_with_key(|place| {
            self.rooms.push(Room { place: place.clone(), ..Room::default() });
            self.rooms.len() - 1
        })
    }
}

pub(super) fn pattern_schema(pattern: &str) -> Json {
    Json::Object([("pattern".to_owned(), Json::String(pattern.to_owned()))].into_iter().collect())
}

/// `reference` as an absolute address (RFC 3986 section 5).
pub(super) fn resolve(base: &str, reference: &str) -> Option<String> {
    let base = uri::from_str(base).ok()?;
    uri::resolve_against(&base.borrow(), reference).ok().map(|address| address.as_str().to_owned())
}

pub(super) fn percent_decoded(text: &str) -> Option<String> {
    let mut parts = text.split('%');
    let mut bytes = parts.next()?.as_bytes().to_vec();
    for part in parts {
        bytes.push(u8::from_str_radix(part.get(..2)?, 16).ok()?);
        bytes.extend_from_slice(&part.as_bytes()[2..]);
    }
    String::from_utf8(bytes).ok()
}
