//! A record as it was written: its exact text and what the text says; refuses to change either.

use std::borrow::Cow;
use std::sync::Arc;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::json::{self, Literals, Malformed};
use crate::layout::{a_line_a_member, entries};
use crate::pointer::Pointer;
use crate::value::{Object, Text, Value};

/// A JSON object together with the bytes it came as. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Record {
    text: Arc<str>,
    fields: Arc<Object>,
}

impl Record {
    /// Reads the text of a record.
    ///
    /// # Errors
    /// [`Malformed`] where the text is not one JSON object, as [`Value::parse`] and for other kinds of value.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        Self::from_value(json::parse(text)?, text)
    }

    /// Reads the bytes of a record.
    ///
    /// # Errors
    /// As [`Record::parse`], and for invalid UTF-8.
    pub fn parse_bytes(bytes: &[u8]) -> Result<Self, Malformed> {
        match std::str::from_utf8(bytes) {
            Ok(text) => Self::parse(text),
            Err(_) => Self::from_value(json::parse_bytes(bytes)?, ""),
        }
    }

    fn from_value(value: Value, text: &str) -> Result<Self, Malformed> {
        let kind = value.type_name();
        match value {
            Value::Object(fields) => Ok(Record { text: text.into(), fields: Arc::new(fields) }),
            _ => Err(Malformed {
                what: format!("a record is a JSON object, this is a {kind}"),
                line: 1,
                column: 1,
                at: Pointer::root(),
            }),
        }
    }

    /// A record of these fields, written compactly.
    #[must_use]
    pub fn of(fields: Object) -> Self {
        let mut text = String::new();
        json::write_object(&mut text, &fields, Literals::AsWritten);
        Record { text: text.into(), fields: Arc::new(fields) }
    }

    /// The text, byte for byte as it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text for people to edit: as it was written where it has lines, else a line for each member.
    #[must_use]
    pub fn laid_out(&self) -> Cow<'_, str> {
        match self.text.trim().contains('\n') {
            true => Cow::Borrowed(&self.text),
            false => Cow::Owned(a_line_a_member(&self.fields)),
        }
    }

    /// What the text says.
    #[must_use]
    pub fn fields(&self) -> &Object {
        &self.fields
    }

    /// The text without white space and with canonical escapes. Two records with the same canonical text are the same
    /// as far as a write that changes nothing is concerned: member order and number text included.
    #[must_use]
    pub fn canonical(&self) -> String {
        let mut text = String::new();
        json::write_object(&mut text, &self.fields, Literals::Canonical);
        text
    }

    /// A record that says `fields` and is written like this one: every member that did not change keeps its bytes, and
    /// the white space around it.
    #[must_use]
    pub fn rewritten(&self, fields: &Object) -> Self {
        let start = json::skip_space(self.text.as_bytes(), 0);
        let end = self.text.trim_end_matches([' ', '\t', '\n', '\r']).len();
        let mut out = String::with_capacity(self.text.len());
        out.push_str(&self.text[..start]);
        rewrite_object(&mut out, fields, &self.text[start..end], &self.fields);
        out.push_str(&self.text[end..]);
        Record { text: out.into(), fields: Arc::new(fields.clone()) }
    }
}

impl PartialEq for Record {
    fn eq(&self, other: &Self) -> bool {
        self.fields == other.fields
    }
}
impl Eq for Record {}

impl Serialize for Record {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RawValue::from_string(self.text.trim().to_owned()).map_err(serde::ser::Error::custom)?.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Record {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        Record::parse(raw.get()).map_err(serde::de::Error::custom)
    }
}

/// For schemas: any JSON object.
impl JsonSchema for Record {
    fn schema_name() -> Cow<'static, str> {
        "Record".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": format!(
                "A JSON object, kept byte for byte as it was written: the order of its members, the text of its \
                 numbers, the escapes of its strings. No name twice in one object, no lone surrogate, no more than {} \
                 levels.",
                json::MAX_DEPTH
            ),
            "type": "object"
        })
    }
}

fn rewrite_object(out: &mut String, fields: &Object, text: &str, was: &Object) {
    if fields.is_empty() && was.is_empty() {
        out.push_str(text);
        return;
    }
    let spans = entries(text);
    if spans.is_empty() || spans.len() != was.len() {
        json::write_object(out, fields, Literals::AsWritten);
        return;
    }
    let last_trail = spans.last().map_or(0..0, |member| member.trail.clone());
    out.push('{');
    let mut like = &spans[0];
    for (index, (name, value)) in fields.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        let known = was.get_full(name).and_then(|(at, old_name, old)| Some((spans.get(at)?, old_name, old)));
        if let Some((span, ..)) = known {
            like = span;
        }
        out.push_str(&text[like.lead.clone()]);
        match known {
            Some((span, old_name, old)) if same_spelling(old_name, name) => {
                out.push_str(&text[span.name.clone()]);
                out.push_str(&text[span.gap.clone()]);
                rewrite_value(out, value, &text[span.value.clone()], old);
            }
            _ => {
                out.push_str(&name.to_json());
                out.push_str(&text[like.gap.clone()]);
                out.push_str(&value.to_json());
            }
        }
        let last_of_all = index + 1 == fields.len();
        if !last_of_all && like.trail != last_trail {
            out.push_str(&text[like.trail.clone()]);
        }
    }
    if !fields.is_empty() {
        out.push_str(&text[last_trail]);
    }
    out.push('}');
}

fn same_spelling(old: &Text, new: &Text) -> bool {
    old.to_json() == new.to_json() || new.to_json() == new.canonical()
}

fn rewrite_value(out: &mut String, value: &Value, text: &str, was: &Value) {
    match (value, was) {
        (now, was) if now == was && now.canonical() == was.canonical() => out.push_str(text),
        (Value::Object(now), Value::Object(was)) => rewrite_object(out, now, text, was),
        _ => out.push_str(&value.to_json()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edited(text: &str, edit: impl FnOnce(&mut Object)) -> String {
        let record = Record::parse(text).expect(text);
        let mut fields = record.fields().clone();
        edit(&mut fields);
        let rewritten = record.rewritten(&fields);
        assert_eq!(Record::parse(rewritten.text()).expect("still a record").fields(), &fields);
        rewritten.text().to_owned()
    }

    const PRETTY: &str = "{\n  \"n\" : 1.0,\n  \"s\": \"e\\u0301\",\n  \"o\": { \"x\":[1 , 2], \"y\":2 }\n}\n";

    #[test]
    fn an_untouched_record_keeps_every_byte() {
        assert_eq!(edited(PRETTY, |_| ()), PRETTY);
        assert_eq!(edited(" { } ", |_| ()), " { } ");
    }

    #[test]
    fn a_record_on_one_line_is_laid_out_and_says_what_it_said() {
        let text = r#"{"n":1.0,"e":"\u0301","o":{"x":[1,2],"none":{},"l":[{"a":1},[]]}}"#;
        let record = Record::parse(text).expect(text);
        let laid = record.laid_out();
        assert!(laid.starts_with("{\n  \"n\": 1.0,\n  \"e\": \"\\u0301\",\n  \"o\": {\n    \"x\": [1,2],\n"), "{laid}");
        let again = Record::parse(&laid).expect("still a record");
        assert_eq!(record.rewritten(again.fields()).text(), text);
        assert_eq!(Record::parse(PRETTY).expect(PRETTY).laid_out(), PRETTY);
    }

    #[test]
    fn one_edit_changes_one_place() {
        let text = edited(PRETTY, |fields| {
            Pointer::parse("/o/y").expect("pointer").set(fields, Some(Value::Null));
        });
        assert_eq!(text, PRETTY.replace(":2 }", ":null }"));
    }

    #[test]
    fn members_come_and_go_in_the_style_of_their_neighbours() {
        let text = edited(PRETTY, |fields| {
            fields.shift_remove("s");
            fields.insert("new".into(), Value::Bool(true));
        });
        assert_eq!(text, "{\n  \"n\" : 1.0,\n  \"o\": { \"x\":[1 , 2], \"y\":2 },\n  \"new\": true\n}\n");
        let text = edited(PRETTY, |fields| {
            fields.shift_remove("o");
        });
        assert_eq!(text, "{\n  \"n\" : 1.0,\n  \"s\": \"e\\u0301\"\n}\n");
        assert_eq!(edited("{}", |fields| drop(fields.insert("a".into(), Value::Null))), "{\"a\":null}");
        assert_eq!(edited(PRETTY, Object::clear), "{}\n");
    }
}
