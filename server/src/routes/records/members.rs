//! Which members of records a page tells: read from its query, and cut out of each record.

use std::collections::BTreeMap;

use midair_record::{Object, Pointer, Record, Text, Value};

/// What `fields` looks like, for schemas.
pub(super) fn fields() -> String {
    let bare = r#"[^/,"][^,]*|(?:/(?:[^~/,]|~[01])*)+"#;
    let quoted = r#""(?:(?:[^/"]|"")(?:[^"]|"")*|(?:/(?:[^~/"]|""|~[01])*)+)""#;
    format!("^(?:{bare}|{quoted})(?:,(?:{bare}|{quoted}))*$")
}
/// What `sort` looks like, for schemas.
pub(super) const SORT: &str = r"^-?(?:[^/-][\s\S]*|(?:/(?:[^~/]|~[01])*)+)$";

/// Reads a place by the name of a member, `name`, or by a JSON Pointer, `/address/city`. `None` for anything else.
pub(super) fn place(text: &str) -> Option<Pointer> {
    if text.starts_with('/') {
        return Pointer::parse(text).filter(|place| place.to_string() == text);
    }
    (!text.is_empty()).then(|| Pointer::new(vec![text.to_owned()]))
}

/// The first of a list, without the double quotes that may be around it, and what comes after its comma.
fn first(list: &str) -> Option<(String, Option<&str>)> {
    let Some(mut rest) = list.strip_prefix('"') else {
        let (one, rest) = list.split_once(',').map_or((list, None), |(one, rest)| (one, Some(rest)));
        return Some((one.to_owned(), rest));
    };
    let mut one = String::new();
    loop {
        let (part, after) = rest.split_once('"')?;
        one += part;
        rest = match after.strip_prefix('"') {
            Some(rest) => rest,
            None if after.is_empty() => return Some((one, None)),
            None => return Some((one, Some(after.strip_prefix(',')?))),
        };
        one.push('"');
    }
}

/// The members that are wanted of an object, and what is wanted of each; of one that names none, all of it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Members(BTreeMap<String, Members>);

impl Members {
    /// Reads `name,/address/city,"last, first"`.
    ///
    /// # Errors
    /// What of it cannot be read.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let (mut members, mut list) = (Members::default(), Some(text));
        while let Some(rest) = list {
            let (one, more) = first(rest).ok_or(rest)?;
            members.add(place(&one).ok_or(one)?.names());
            list = more;
        }
        Ok(members)
    }

    fn add(&mut self, names: &[String]) {
        let Some((first, rest)) = names.split_first() else { return self.0.clear() };
        match self.0.get_mut(first) {
            // It is wanted whole already.
            Some(inside) if inside.0.is_empty() => {}
            Some(inside) => inside.add(rest),
            None => self.0.entry(first.clone()).or_default().add(rest),
        }
    }

    /// The record with these members alone, in its own order.
    pub(super) fn of(&self, record: &Record) -> Record {
        Record::of(self.cut(record.fields()))
    }

    fn cut(&self, fields: &Object) -> Object {
        let wanted = |(name, value): (&Text, &Value)| {
            let inside = self.0.get(name.as_str())?;
            let value = match value {
                // A list is told whole: an element alone would stand in the place of another.
                value if inside.0.is_empty() || matches!(value, Value::Array(_)) => value.clone(),
                Value::Object(members) => Value::Object(inside.cut(members)),
                _ => return None,
            };
            Some((name.clone(), value))
        };
        fields.iter().filter_map(wanted).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(fields: &str, record: &str) -> String {
        Members::parse(fields).unwrap().of(&Record::parse(record).unwrap()).text().to_owned()
    }

    #[test]
    fn a_record_is_told_in_part_as_it_was_written() {
        let record = r#"{"z": 1.0, "a": {"x": {"p": "é", "q": 2}, "y": 3}, "l": [{"n": 1}, 2], "m": null, "/": 4}"#;
        for (fields, expected) in [
            ("m,z", r#"{"z":1.0,"m":null}"#),
            ("/a/x/q,/a/y", r#"{"a":{"x":{"q":2},"y":3}}"#),
            ("/a/x,/a/x/q", r#"{"a":{"x":{"p":"é","q":2}}}"#),
            ("/a/x/q,a", r#"{"a":{"x":{"p":"é","q":2},"y":3}}"#),
            ("/l/0", r#"{"l":[{"n": 1}, 2]}"#),
            ("/~1,/z/deeper,nothing,/a/nothing", r#"{"a":{},"/":4}"#),
            (r#""l",z"#, r#"{"z":1.0,"l":[{"n": 1}, 2]}"#),
        ] {
            let expected = Record::parse(expected).unwrap();
            assert_eq!(told(fields, record), Record::of(expected.fields().clone()).text(), "{fields}");
        }
    }

    #[test]
    fn any_member_can_be_named_whatever_its_name_is() {
        let names = [r#"a,b"#, ",", r#""a""#, r#"a"b,"#, "/a,b", "~", "", " ", "-a", "#", "%2C", "a&b=c", "\u{e9}\n"];
        for name in names {
            let record = serde_json::json!({ "other": 1, (name): { (name): 2, "other": 3 } }).to_string();
            let inside = serde_json::json!({ (name): { (name): 2 } }).to_string();
            let step = name.replace('~', "~0").replace('/', "~1");
            let quoted = |place: &str| format!("\"{}\"", place.replace('"', "\"\""));
            assert_eq!(told(&quoted(&format!("/{step}/{step}")), &record), inside, "{name}");
            if !name.is_empty() && !name.starts_with('/') {
                let whole = Members::parse(&format!("x,{}", quoted(name))).unwrap();
                assert!(whole.0.contains_key(name) && whole.0.len() == 2, "{name}: {whole:?}");
            }
        }
    }

    #[test]
    fn what_cannot_be_read_is_named_and_the_contract_knows() {
        let allows = |pattern: &str| jsonschema::validator_for(&serde_json::json!({ "pattern": pattern })).unwrap();
        let (fields, sort) = (allows(&super::fields()), allows(SORT));
        for (text, bad) in [
            ("", ""),
            ("a,", ""),
            (",a", ""),
            ("a,/b~2", "/b~2"),
            ("/a~", "/a~"),
            (r#""""#, ""),
            (r#"a,"b"#, r#""b"#),
            (r#""a"b"#, r#""a"b"#),
            (r#""a","#, ""),
            (r#""""a"#, r#""""a"#),
            (r#""/a,~2""#, "/a,~2"),
        ] {
            assert_eq!(Members::parse(text), Err(bad.to_owned()), "{text}");
            assert!(!fields.is_valid(&text.into()), "{text}");
        }
        for text in
            ["a", "a b,/c/d,/~0~1", "/", "-a", "a/b,é", "//", r#""a,b",c"#, r#"/"a",""",""""#, r#""/a,b/""",a"b"#]
        {
            assert!(Members::parse(text).is_ok() && fields.is_valid(&text.into()), "{text}");
        }
        for text in ["", "-", "--a", "/a~2", "-/~", "a", "-a", "id", "/", "-/a/b", "a,b", "a/b", "/-a", "\n"] {
            assert_eq!(super::super::page::order(text).is_some(), sort.is_valid(&text.into()), "{text}");
        }
    }
}
