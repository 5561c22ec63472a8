//! What a collection says of its records, as far as merging and saving need it; knows no server.

use midair_record::merge::rule::Rules;
use midair_record::schema::{Schema, Secrets, Violation};
use midair_record::{Object, Record};

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
        let mut found = schema.faults(now);
        if !found.is_empty()
            && let Some(was) = was
        {
            let before = schema.faults(was);
            found.retain(|fault| !before.contains(fault) || fault.at.get(was) != fault.at.get(now));
        }
        found
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
