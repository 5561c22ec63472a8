//! What a collection says of its records, as far as merging and saving need it; knows no server.

use midair_record::merge::rule::Rules;
use midair_record::{Object, Record};

/// The definition of a collection, read.
#[derive(Clone, Debug, Default)]
pub struct Definition {
    /// By which rules its records merge.
    pub rules: Rules,
    /// Why the definition is not known or not understood: then nothing merges without being looked at.
    pub fault: Option<String>,
}

impl Definition {
    /// Reads what the server has of `collection`: its definition, `None` where there is none, or why it did not come.
    pub fn of(collection: &str, found: Result<Option<Record>, String>) -> Self {
        let none = Object::new();
        let unread = |why: String| Definition { fault: Some(why), ..Definition::default() };
        match found {
            Err(why) => unread(format!("The merge rules of {collection} are not known: {why}")),
            Ok(definition) => match Rules::of_definition(definition.as_ref().map_or(&none, Record::fields)) {
                Ok(rules) => Definition { rules, fault: None },
                Err(bad) => unread(format!("The merge rules of {collection} cannot be read: {bad}.")),
            },
        }
    }
}
