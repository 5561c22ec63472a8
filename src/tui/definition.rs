//! What a collection says of its records, as far as merging and saving need it; knows no server.

use std::collections::HashMap;

use midair_record::merge::known_by;
use midair_record::merge::rule::Rules;
use midair_record::schema::{Schema, Secrets, Violation};
use midair_record::{Object, Pointer, Record, Value};

/// The definition of a collection, read.
#[derive(Clone, Debug, Default)]
pub struct Definition {
    /// By which rules its records merge.
    pub rules: Rules,
    /// What the records have to be like.
    pub schema: Option<Schema>,
    /// What of the records is not shown. As long as that is not known, nothing is.
    pub secrets: Secrets,
    /// Why the definition is not known or not understood: then nothing merges without being looked at.
    pub fault: Option<String>,
}

impl Definition {
    /// Reads what the server has of `collection`: its definition, `None` where there is none, or why it did not come.
    pub fn of(collection: &str, found: Result<Option<Record>, String>) -> Self {
        let none = Object::new();
        let definition = match found {
            Ok(definition) => definition,
            Err(why) => {
                let fault = Some(format!("The merge rules of {collection} are not known: {why}"));
                return Definition { fault, ..Definition::default() };
            }
        };
        let members = definition.as_ref().map_or(&none, Record::fields);
        let written = members.get("schema");
        let (schema, secrets, unread) = match (written.map(Schema::parse), written) {
            (Some(Ok(schema)), _) => {
                let secrets = Secrets::of(&schema);
                (Some(schema), secrets, None)
            }
            (Some(Err(bad)), Some(written)) => {
                (None, Secrets::of_unread(written), Some(format!("Nothing is checked: {bad} (of {collection}).")))
            }
            _ => (None, Secrets::none(), None),
        };
        match Rules::of_definition(members) {
            Ok(rules) => Definition { rules, schema, secrets, fault: unread },
            Err(bad) => {
                let fault = Some(format!("The merge rules of {collection} cannot be read: {bad}."));
                Definition { secrets, fault, ..Definition::default() }
            }
        }
    }

    /// What in `now` breaks the schema and did not in `was`: what was wrong before is not this save's doing.
    pub fn new_faults(&self, was: Option<&Object>, now: &Object) -> Vec<Violation> {
        let Some(schema) = &self.schema else { return Vec::new() };
        judged(schema, was, now).into_iter().filter(|one| one.is_new).map(|one| one.fault).collect()
    }
}

/// Something that breaks the schema, and whether it did not before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    pub fault: Violation,
    pub is_new: bool,
}

/// What in `now` breaks the schema. An element of a list that moved is held against what it was where it stood before.
pub fn judged(schema: &Schema, was: Option<&Object>, now: &Object) -> Vec<Judged> {
    let found = schema.faults(now);
    let Some(was) = was.filter(|_| !found.is_empty()) else {
        return found.into_iter().map(|fault| Judged { fault, is_new: true }).collect();
    };
    let (mut names_was, mut names_now) = (Named::of(was), Named::of(now));
    let before = schema.faults(was).into_iter().map(|fault| (names_was.by_key(&fault.at), fault.what));
    let before: Vec<(Pointer, String)> = before.collect();
    let judge = |fault: Violation| {
        let at = names_now.by_key(&fault.at);
        let is_new = at.get(was) != fault.at.get(now) || !before.contains(&(at, fault.what.clone()));
        Judged { fault, is_new }
    };
    found.into_iter().map(judge).collect()
}

/// The places of a record, and by what the elements of its lists are known, as far as that was asked.
struct Named<'f> {
    fields: &'f Object,
    keys: HashMap<Pointer, Option<String>>,
}

impl<'f> Named<'f> {
    fn of(fields: &'f Object) -> Self {
        Named { fields, keys: HashMap::new() }
    }

    /// The same place, with each element of a list named by what it is known by, where its place is all that is said of it.
    fn by_key(&mut self, at: &Pointer) -> Pointer {
        let mut named = Pointer::root();
        for (depth, name) in at.names().iter().enumerate() {
            let list = Pointer::new(at.names()[..depth].to_vec());
            let step = self.step(list, name);
            named = named.child(step.as_deref().unwrap_or(name));
        }
        named
    }

    fn step(&mut self, list: Pointer, name: &str) -> Option<String> {
        let Value::Array(elements) = list.get(self.fields)? else { return None };
        let key = self.keys.entry(list).or_insert_with(|| known_by(elements, None)).as_ref()?;
        let says = elements.get(name.parse::<usize>().ok()?)?.as_object()?.get(key.as_str())?;
        Some(format!("{key}={}", says.canonical()))
    }
}

/// The faults in a sentence: `quota should be a number; name is missing; and 2 more.`
pub fn in_words(faults: &[Violation]) -> String {
    const SAID: usize = 3;
    let clause = |fault: &Violation| format!("{} {}", fault.at.label(), fault.what).trim().to_owned();
    let said: Vec<String> = faults.iter().take(SAID).map(clause).collect();
    let more = if faults.len() > SAID { format!("; and {} more", faults.len() - SAID) } else { String::new() };
    format!("{}{more}.", said.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(text: &str) -> Object {
        Value::parse(text).unwrap().as_object().unwrap().clone()
    }

    #[test]
    fn what_was_wrong_before_is_not_new_where_its_element_moved() {
        let schema = r#"{"properties":{"list":{"items":{"properties":{"n":{"type":"number"}}}}}}"#;
        let schema = Schema::parse(&Value::parse(schema).unwrap()).unwrap();
        let was = object(r#"{"list":[{"id":"a","n":"x"},{"id":"b","n":2}]}"#);
        let now = object(r#"{"list":[{"id":"b","n":"y"},{"id":"a","n":"x"}]}"#);
        let found = judged(&schema, Some(&was), &now);
        let told: Vec<(String, bool)> = found.iter().map(|one| (one.fault.at.to_string(), one.is_new)).collect();
        assert_eq!(told, [("/list/0/n".to_owned(), true), ("/list/1/n".to_owned(), false)]);
    }
}
