//! What a collection asks of its records: a JSON Schema (2020-12) and what breaks it; never fetches one from elsewhere.

mod cost;
mod place;
mod rooms;
mod secret;
#[cfg(test)]
mod tests;
mod words;

use std::fmt;
use std::sync::Arc;

use jsonschema::{PatternOptions, ValidationOptions, Validator};
use serde_json::Value as Json;

use cost::{Excess, Memo, Part};
pub use place::{Kind, Place};
use rooms::{Map, Room};
pub use secret::{MASK, Secrets, Shown};
use words::{Found, tell};

use crate::json::MAX_DEPTH;
use crate::pointer::Pointer;
use crate::value::{Object, Value};

/// How many violations [`Schema::faults`] tells at most.
pub const MAX_VIOLATIONS: usize = 100;

/// How many the crate may find before those in front are picked from them.
const MAX_FOUND: usize = 10_000;
/// How deep the check may go, in applied subschemas; measured: unoptimised, it takes up to 1.1 MB of stack to get there.
const MAX_STEPS: u32 = 512;
/// How many subschemas there may be; unoptimised, the crate takes one to two seconds for this many.
const MAX_ROOMS: usize = 10_000;
/// How often subschemas may be applied to one value, by the schema alone.
const MAX_APPLIED: u64 = 10_000;
/// Up to this many applied subschemas, all violations are gathered; beyond it, which costs less memory, the first one.
const MAX_GATHERED: u64 = 1_000_000;
/// Beyond this many applied subschemas, which take seconds, a record is not checked.
const MAX_CHECKED: u64 = 20_000_000;

/// A collection's JSON Schema (2020-12 unless its `$schema` says otherwise), compiled. Cheap to clone.
#[derive(Clone)]
pub struct Schema(Arc<Compiled>);

struct Compiled {
    source: Value,
    check: Validator,
    rooms: Rooms,
}

/// The subschemas of a schema that can be reached; the first is the schema itself.
struct Rooms(Vec<Room>);

/// One thing in a record that breaks the schema.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Violation {
    /// The member concerned: where one is missing, that member; where one is too many, that one.
    pub at: Pointer,
    /// What is wrong, as a short clause that goes on after the name of the member: `should be a number`. It never quotes
    /// what stands in the record, so it gives no secret away.
    pub what: String,
}

/// Why a text is not a schema, or not one that midair takes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct BadSchema {
    /// Where in the schema.
    pub at: Pointer,
    /// What is wrong there, as a clause: `leads to #/$defs/x, which does not exist`.
    pub what: String,
}

impl fmt::Display for BadSchema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.at.is_root() {
            true => write!(f, "the schema {}", self.what),
            false => write!(f, "{} in the schema {}", self.at, self.what),
        }
    }
}

impl fmt::Debug for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Schema").field(&self.0.source).finish()
    }
}

impl Schema {
    /// Compiles a schema. `true` and `{}` accept everything; keywords it does not know are ignored (JSON Schema Core
    /// 2020-12 section 4.3.1). Patterns run in linear time, so look-around and back-references are refused. A `$ref` may
    /// lead to the schema itself, to what it embeds under an `$id`, or to a published meta-schema.
    ///
    /// # Errors
    /// A sentence: what is wrong with the schema and where. Besides what JSON Schema forbids: a `$ref` to elsewhere,
    /// nesting deeper than [`MAX_DEPTH`], a subschema that applies itself to the same value (Core section 9.4.1), and
    /// subschemas that refer to each other so often that checking one value would take too long.
    pub fn parse(schema: &Value) -> Result<Schema, BadSchema> {
        let bad = |at: Pointer, what: &str| BadSchema { at, what: what.into() };
        let deep = || bad(Pointer::root(), &format!("is nested deeper than {MAX_DEPTH} levels"));
        let json = to_json(schema, 0).ok_or_else(deep)?;
        let map = Map::of(schema);
        let rooms = map.rooms();
        if rooms.0.len() > MAX_ROOMS {
            return Err(bad(Pointer::root(), &format!("has more than {MAX_ROOMS} subschemas")));
        }
        // First, since the crate compiles as deep as references lead.
        let mut memo = Memo::new();
        for (index, room) in rooms.0.iter().enumerate() {
            match rooms.cost(index, Part::Leaf, 0, &mut memo) {
                Ok(cost) if cost.gather <= MAX_APPLIED => {}
                Ok(_) => return Err(bad(room.place.clone(), "repeats its subschemas too many times over")),
                Err(Excess::Endless(room)) => {
                    let place = rooms.0[room].place.clone();
                    return Err(bad(place, "applies itself to the same value again, without end"));
                }
                Err(Excess::Deep) => {
                    return Err(bad(room.place.clone(), "refers from one subschema to the next for too long"));
                }
            }
        }
        let check = options().build(&json).map_err(|fault| map.explain(&fault, &json))?;
        Ok(Schema(Arc::new(Compiled { source: schema.clone(), check, rooms })))
    }

    /// Whether this is the same schema.
    #[must_use]
    pub fn is(&self, other: &Schema) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.source.is_written_like(&other.0.source)
    }

    /// The schema as it was given.
    #[must_use]
    pub fn source(&self) -> &Value {
        &self.0.source
    }

    /// What in `fields` breaks the schema, each on its pointer, in record order, missing members after those that are
    /// there; at most [`MAX_VIOLATIONS`]. Empty: valid.
    ///
    /// `format` is checked for the formats of JSON Schema Validation 2020-12 section 7.3, others are ignored. Lengths are
    /// in Unicode code points (section 6.3.1), numbers are compared by their exact value (Core section 4.2.2).
    #[must_use]
    pub fn faults(&self, fields: &Object) -> Vec<Violation> {
        let mut json = serde_json::Map::new();
        for (name, value) in fields {
            let Some(value) = to_json(value, 1) else {
                let what = format!("is nested deeper than {MAX_DEPTH} levels");
                return vec![Violation { at: Pointer::root().child(name.as_str()), what }];
            };
            json.insert(name.as_str().to_owned(), value);
        }
        let json = Json::Object(json);
        let refused = |what: &str| vec![Violation { at: Pointer::root(), what: what.into() }];
        let mut found = Found::new(&json);
        match self.0.rooms.cost(0, Part::Members(fields), 0, &mut Memo::new()) {
            Err(_) => return refused("is nested too deeply to be checked against the schema of this collection"),
            Ok(cost) if cost.gather > MAX_CHECKED => {
                return refused("is too large to be checked against the schema of this collection");
            }
            Ok(cost) if cost.gather > MAX_GATHERED => {
                self.0.check.validate(&json).err().iter().for_each(|fault| tell(fault, &mut found));
            }
            Ok(_) => {
                for fault in self.0.check.iter_errors(&json) {
                    tell(&fault, &mut found);
                    if found.violations.len() >= MAX_FOUND {
                        break;
                    }
                }
            }
        }
        let mut found = found.settled();
        found.sort_by_cached_key(|violation| rank(&violation.at, fields));
        found.truncate(MAX_VIOLATIONS);
        found
    }

    /// The subschema that applies to a member, as it stands in the schema, at the end of its `$ref`s. `None` when the
    /// schema says nothing about the member.
    ///
    /// Of several that apply, the first: from `properties`, then `patternProperties`, then `additionalProperties`, for a
    /// step into an array from `prefixItems` and `items`; then the same behind `$ref`, then in each of `allOf`. A step
    /// that finds an element by a member (`id="a7"`, see [`Pointer::get`]) takes `items`.
    #[must_use]
    pub fn at(&self, at: &Pointer) -> Option<&Value> {
        let rooms = self.0.rooms.lead(at, false);
        let ends = rooms.iter().map(|room| &self.0.rooms.0[*room]).filter(|room| !room.refers());
        let ends: Vec<&Value> = ends.filter_map(|room| walk(&self.0.source, room.place.names())).collect();
        let first = || rooms.first().and_then(|room| walk(&self.0.source, self.0.rooms.0[*room].place.names()));
        ends.iter().copied().find(|schema| schema.as_object().is_some()).or(ends.first().copied()).or_else(first)
    }

    /// What the schema says about a member under `keyword` (`title`, `enum`, `x-...`): the first of the subschemas that
    /// apply to it, as in [`Schema::at`], that has the keyword; one that stands beside a `$ref` comes before its target.
    #[must_use]
    pub fn keyword(&self, at: &Pointer, keyword: &str) -> Option<&Value> {
        let rooms = self.0.rooms.lead(at, false).into_iter().map(|room| &self.0.rooms.0[room]);
        let mut schemas = rooms.filter_map(|room| walk(&self.0.source, room.place.names())?.as_object());
        schemas.find_map(|schema| schema.get(keyword))
    }

    /// Whether the schema says `"writeOnly": true` or `"x-secret": true` about a member or anything it stands in.
    /// Whatever may apply counts, so also what `anyOf`, `oneOf`, `if`, `then`, `else`, `dependentSchemas` and `contains`
    /// say.
    #[must_use]
    pub fn is_secret(&self, at: &Pointer) -> bool {
        (0..=at.names().len()).any(|length| {
            let rooms = self.0.rooms.lead(&Pointer::new(at.names()[..length].to_vec()), true);
            rooms.into_iter().any(|room| self.0.rooms.0[room].secret)
        })
    }
}

fn options<'s>() -> ValidationOptions<'s> {
    jsonschema::options().offline().should_validate_formats(true).with_pattern_options(PatternOptions::regex())
}

/// The value as the crate wants it. `None` when it is nested deeper than [`MAX_DEPTH`].
fn to_json(value: &Value, depth: usize) -> Option<Json> {
    let nested = matches!(value, Value::Array(_) | Value::Object(_));
    if nested && depth >= MAX_DEPTH {
        return None;
    }
    Some(match value {
        Value::Null => Json::Null,
        Value::Bool(truth) => Json::Bool(*truth),
        // With arbitrary precision every number of the JSON grammar is one for the crate.
        Value::Number(number) => Json::Number(number.as_str().parse().ok()?),
        Value::String(text) => Json::String(text.as_str().to_owned()),
        Value::Array(elements) => {
            Json::Array(elements.iter().map(|element| to_json(element, depth + 1)).collect::<Option<_>>()?)
        }
        Value::Object(members) => {
            let pair = |(name, member): (&crate::value::Text, &Value)| {
                Some((name.as_str().to_owned(), to_json(member, depth + 1)?))
            };
            Json::Object(members.iter().map(pair).collect::<Option<_>>()?)
        }
    })
}

/// What stands at `names` in a schema; a step into an array is an index.
fn walk<'s>(schema: &'s Value, names: &[String]) -> Option<&'s Value> {
    names.iter().try_fold(schema, |value, name| match value {
        Value::Object(members) => members.get(name.as_str()),
        Value::Array(elements) => elements.get(name.parse::<usize>().ok()?),
        _ => None,
    })
}

/// Where a member stands among the others, step by step; missing ones come last.
fn rank(at: &Pointer, fields: &Object) -> Vec<usize> {
    let mut part = Part::Members(fields);
    let mut step = |name: &String| {
        let (place, value) = match part {
            Part::Members(members) => members.get_full(name.as_str()).map(|(place, _, value)| (place, value)),
            Part::Elements(elements) => name.parse().ok().and_then(|place| Some((place, elements.get(place)?))),
            Part::Leaf => None,
        }?;
        part = Part::of(value);
        Some(place)
    };
    at.names().iter().map(|name| step(name).unwrap_or(usize::MAX)).collect()
}
