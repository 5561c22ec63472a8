//! What a collection asks of its records and of those who write them, read from its definition.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use midair_record::merge::rule::Rules;
use midair_record::schema::Schema;
use midair_record::{Pointer, Record, Value};
use rusqlite::{Connection, OptionalExtension};
use schemars::{JsonSchema, SchemaGenerator, json_schema};

use super::trim::Keep;
use super::{StoreError, record, sorted};

/// A definition, read.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// By which rules records merge, and which operations commute.
    pub rules: Rules,
    /// What the records have to be like.
    pub schema: Option<Schema>,
    /// `"preconditions": "optional"`: a write that says nothing of what it replaces is done, and marked as blind.
    pub blind: bool,
    /// `"scope": "field"`: a patch whose token is stale is done where nothing that it touches has changed since.
    pub by_field: bool,
    /// `"history"`: how much of it is kept whole.
    pub history: Keep,
    /// `"indexes"`: by what records are kept in order.
    pub indexes: Vec<Pointer>,
}

/// What a definition may say, for schemas.
pub struct DefinitionSays;

impl JsonSchema for DefinitionSays {
    fn schema_name() -> Cow<'static, str> {
        "Definition".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> schemars::Schema {
        json_schema!({
            "description": "What a collection asks. Members that are not listed here are kept.",
            "type": "object",
            "properties": {
                "schema": {
                    "description": "JSON Schema 2020-12 of the records, with `x-merge`, `x-merge-key` and \
                        `x-merge-groups` for how they merge. What breaks it is refused with 422.",
                    "type": ["object", "boolean"]
                },
                "preconditions": {
                    "description": "`optional`: a write that says nothing of what it replaces is done all the same, to \
                        show what comes of it; the history marks it as blind.",
                    "enum": ["required", "optional"],
                    "default": "required"
                },
                "scope": {
                    "description": "`field`: a patch whose token is stale is done where nothing that it touches has \
                        changed since.",
                    "enum": ["record", "field"],
                    "default": "record"
                },
                "history": {
                    "description": "How much of the history is kept whole: so many versions of a record, that which stands \
                        included, those of the last so many days, or what is both. Who wrote older ones, when, why and \
                        what stays; what they said is forgotten.",
                    "type": "object",
                    "properties": {
                        "versions": { "type": "integer", "minimum": 1, "maximum": u32::MAX },
                        "days": { "type": "integer", "minimum": 1, "maximum": u32::MAX }
                    },
                    "additionalProperties": false,
                    "examples": [{ "versions": 100, "days": 30 }]
                },
                "indexes": {
                    "description": "By what records are kept in order, so that a page with `sort` is found as fast in a \
                        million of them. One that is new is made of all records that stand there before the definition \
                        is answered, which took 12.6 s for a million; nothing else is written meanwhile.",
                    "type": "array",
                    "items": { "type": "string", "pattern": "^(?:/(?:[^~/]|~[01])*)+$" },
                    "uniqueItems": true,
                    "maxItems": sorted::MOST,
                    "examples": [["/name", "/address/city"]]
                }
            }
        })
    }
}

impl Settings {
    /// Reads a definition.
    ///
    /// # Errors
    /// A clause that says what is wrong, and where.
    pub fn of(definition: &Record) -> Result<Self, String> {
        let fields = definition.fields();
        let one_of = |name: &str, usual: &str, other: &str| match fields.get(name) {
            None => Ok(false),
            Some(Value::String(text)) if text.as_str() == usual => Ok(false),
            Some(Value::String(text)) if text.as_str() == other => Ok(true),
            Some(_) => Err(format!("{name} is \"{usual}\" or \"{other}\"")),
        };
        Ok(Settings {
            rules: Rules::of_definition(fields).map_err(|bad| bad.to_string())?,
            schema: fields.get("schema").map(Schema::parse).transpose().map_err(|bad| bad.to_string())?,
            blind: one_of("preconditions", "required", "optional")?,
            by_field: one_of("scope", "record", "field")?,
            history: Keep::of(fields.get("history"))?,
            indexes: sorted::declared(fields.get("indexes"))?,
        })
    }
}

/// Definitions that were read. Cheap to clone; all clones are one.
#[derive(Clone, Default)]
pub(super) struct Known(Arc<Mutex<HashMap<String, Read>>>);

/// The token of the version that was read, and what it says.
type Read = (String, Arc<Settings>);

impl Known {
    /// The settings of a collection as `connection` sees them. A collection that is not there has the usual ones, and
    /// so has one whose definition cannot be read, which only an older midair let in.
    pub(super) fn of(&self, connection: &Connection, collection: &str) -> Result<Arc<Settings>, StoreError> {
        let sql = "SELECT token FROM collections WHERE name = ?1 AND deleted = 0";
        let token =
            connection.prepare_cached(sql)?.query_row([collection], |row| row.get::<_, String>(0)).optional()?;
        let Some(token) = token else { return Ok(Arc::default()) };
        if let Some((read, settings)) = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(collection)
            && *read == token
        {
            return Ok(settings.clone());
        }
        let sql = "SELECT token, definition FROM collections WHERE name = ?1";
        let (token, text): (String, String) =
            connection.prepare_cached(sql)?.query_row([collection], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let settings = Arc::new(Settings::of(&record(&text)?).unwrap_or_default());
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(collection.to_owned(), (token, settings.clone()));
        Ok(settings)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_definition_says_what_is_wrong_with_it() {
        let read = |text: &str| Settings::of(&Record::parse(text).unwrap());
        let usual = read("{}").unwrap();
        assert!(!usual.blind && !usual.by_field && usual.schema.is_none());
        assert!(read(r#"{"preconditions":"optional"}"#).unwrap().blind);
        assert!(read(r#"{"scope":"field"}"#).unwrap().by_field);
        assert_eq!(read(r#"{"scope":1}"#).unwrap_err(), r#"scope is "record" or "field""#);
        assert!(read(r#"{"schema":{"type":"nothing"}}"#).is_err());
        assert!(read(r#"{"schema":{"x-merge":"dance"}}"#).is_err());
    }

    #[test]
    fn what_the_contract_says_of_a_definition_is_what_is_read() {
        let says = SchemaGenerator::default().into_root_schema_for::<DefinitionSays>().to_value();
        let places = [r#"["/a","/b/c~1"]"#, r#"["/a","/a"]"#, r#"["a"]"#, r#"["/~2"]"#, r#"[""]"#, r#"["/a",1]"#, "[]"];
        let words = ["true", "{}", "null", "7", r#""required""#, r#""optional""#, r#""record""#, r#""field""#];
        let kept = [
            r#"{"versions":100,"days":30}"#,
            r#"{"versions":0}"#,
            r#"{"days":1.5}"#,
            r#"{"days":7.0}"#,
            r#"{"versions":1e2}"#,
            r#"{"versions":4294967295}"#,
            r#"{"versions":4294967296}"#,
            r#"{"days":-1}"#,
            r#"{"weeks":2}"#,
            r#"{"days":"30"}"#,
            r#"{"days":null}"#,
        ];
        let names = says["properties"].as_object().unwrap().keys().map(String::as_str).chain(["other"]);
        for name in names {
            for value in words.into_iter().chain(places).chain(kept) {
                let text = format!(r#"{{"{name}":{value}}}"#);
                let fits = jsonschema::is_valid(&says, &serde_json::from_str(&text).unwrap());
                assert_eq!(Settings::of(&Record::parse(&text).unwrap()).is_ok(), fits, "{text}");
            }
        }
    }
}
