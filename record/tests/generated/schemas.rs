//! Schemas with merge rules for the members that the records have, fitting or not.

use std::collections::BTreeSet;

use midair_record::Value;
use midair_record::merge::rule::Rules;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::{NAMES, read};

const RULES: [&str; 14] = [
    r#""x-merge":"set""#,
    r#""x-merge":"set""#,
    r#""x-merge":"list""#,
    r#""x-merge":"map""#,
    r#""x-merge":"map""#,
    r#""x-merge":"counter""#,
    r#""x-merge":"append""#,
    r#""x-merge":"append""#,
    r#""x-merge":"max""#,
    r#""x-merge":"manual""#,
    r#""x-merge":"text""#,
    r#""x-merge":"atomic""#,
    r#""x-merge-key":"id""#,
    r#""x-merge":"map","x-merge-key":"a""#,
];

/// A JSON Schema of which only the merge rules matter.
#[derive(Clone)]
pub struct Schema(String);

impl std::fmt::Debug for Schema {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl Schema {
    pub fn value(&self) -> Value {
        read(&self.0)
    }

    pub fn rules(&self) -> Rules {
        Rules::of_schema(&self.value()).expect("the rules are well written")
    }
}

/// A schema without rules.
pub fn nothing() -> Schema {
    Schema("{}".to_owned())
}

/// A schema that says nothing, or one with rules.
pub fn schema() -> impl Strategy<Value = Schema> {
    prop_oneof![1 => Just(nothing()), 2 => declared().prop_map(Schema)]
}

/// As [`schema`], always with rules.
pub fn schema_with_rules() -> impl Strategy<Value = Schema> {
    declared().prop_map(Schema)
}

fn declared() -> impl Strategy<Value = String> {
    let leaf = rule().prop_map(|rule| format!("{{{rule}}}")).boxed();
    let inner = object(rule(), leaf.clone());
    object(prop_oneof![12 => Just(String::new()), 1 => rule()], prop_oneof![2 => leaf, 1 => inner])
}

fn rule() -> impl Strategy<Value = String> {
    prop_oneof![1 => Just(String::new()), 3 => select(&RULES[..]).prop_map(str::to_owned)]
}

/// A schema with `rule`, groups, and a schema for some members, for all other members, and for the elements of an array.
fn object(
    rule: impl Strategy<Value = String>,
    inner: impl Strategy<Value = String> + Clone,
) -> impl Strategy<Value = String> {
    let groups = (vec(select(&NAMES[..4]), 0..4), 1..4usize);
    let members = vec((select(&NAMES[..]), inner.clone()), 0..3);
    (rule, groups, members, proptest::option::of(inner), any::<bool>()).prop_map(
        |(rule, (grouped, first), members, inner, others)| {
            let mut parts = Vec::from_iter((!rule.is_empty()).then_some(rule));
            let grouped: Vec<&str> = grouped.into_iter().collect::<BTreeSet<_>>().into_iter().collect();
            let groups: Vec<String> = grouped.chunks(first).map(|names| format!("[{}]", names.join(","))).collect();
            if !groups.is_empty() {
                parts.push(format!(r#""x-merge-groups":[{}]"#, groups.join(",")));
            }
            let mut names = BTreeSet::new();
            let members: Vec<String> = members
                .into_iter()
                .filter(|(name, _)| names.insert(*name))
                .map(|(name, schema)| format!("{name}:{schema}"))
                .collect();
            parts.push(format!(r#""properties":{{{}}}"#, members.join(",")));
            if let Some(inner) = inner {
                let place = if others { "additionalProperties" } else { "items" };
                parts.push(format!(r#""{place}":{inner}"#));
            }
            format!("{{{}}}", parts.join(","))
        },
    )
}
