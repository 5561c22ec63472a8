//! By which rule a member merges: declared in the collection's schema, chosen by a person, or inferred; always said.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::list;
use crate::pointer::{Pointer, key_step};
use crate::value::{Object, Text, Value};

/// How three versions of one member become one (2-collisions, "merge rules per field").
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Rule {
    /// One side, whole.
    Atomic,
    /// Line by line (diff3).
    Text,
    /// Theirs, with my additions and without my removals; no element twice.
    Set,
    /// Element by element (diff3 on equal elements).
    List,
    /// An array of objects, matched by the member with this name and merged inside; `None`: the first name that fits.
    Map(Option<String>),
    /// Theirs plus what I added to it.
    Counter,
    /// What was there, then their additions, then mine.
    Append,
    /// The higher one.
    Max,
    /// Never by itself: asked as soon as both sides changed the record.
    Manual,
}

impl Rule {
    /// The word for it in a schema (`x-merge`) and on the screen.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Rule::Atomic => "atomic",
            Rule::Text => "text",
            Rule::Set => "set",
            Rule::List => "list",
            Rule::Map(_) => "map",
            Rule::Counter => "counter",
            Rule::Append => "append",
            Rule::Max => "max",
            Rule::Manual => "manual",
        }
    }

    /// The rule of this name.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rule| rule.word() == word)
    }

    /// Every rule.
    pub const ALL: [Rule; 9] = [
        Rule::Atomic,
        Rule::Text,
        Rule::Set,
        Rule::List,
        Rule::Map(None),
        Rule::Counter,
        Rule::Append,
        Rule::Max,
        Rule::Manual,
    ];
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Rule::Map(Some(key)) => write!(f, "map by {key}"),
            rule => f.write_str(rule.word()),
        }
    }
}

/// Where a rule comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// No other rule fits: the default.
    Default,
    /// The schema says so.
    Declared,
    /// The values look like it.
    Inferred,
    /// A person chose it in this collision.
    Chosen,
    /// The schema or a person wants another, which these values cannot follow.
    DoesNotFit,
}

impl Reason {
    /// The reason in words, for a screen.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Reason::Default => "default",
            Reason::Declared => "declared",
            Reason::Inferred => "inferred",
            Reason::Chosen => "chosen here",
            Reason::DoesNotFit => "the declared rule does not fit these values",
        }
    }
}

/// What is wrong with the merge rules of a schema, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} (in {at} of the schema)")]
pub struct BadRule {
    /// What is wrong, as a clause.
    pub what: String,
    /// Where in the schema.
    pub at: Pointer,
}

/// The rules of a collection. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    declared: Arc<Declared>,
    chosen: BTreeMap<Pointer, Rule>,
}

/// What a schema declares of one place and of what is inside it.
#[derive(Debug, Default)]
pub(super) struct Declared {
    pub(super) rule: Option<Rule>,
    members: HashMap<String, Declared>,
    others: Option<Box<Declared>>,
    items: Option<Box<Declared>>,
    pub(super) groups: Vec<Vec<String>>,
    /// Whether the place, or one inside it, is always asked.
    asks: bool,
    /// Whether it, or one inside it, is a counter.
    pub(super) counts: bool,
}

impl Declared {
    pub(super) fn member(&self, name: &str) -> Option<&Declared> {
        self.members.get(name).or(self.others.as_deref())
    }

    pub(super) fn items(&self) -> Option<&Declared> {
        self.items.as_deref()
    }

    fn with_what_is_inside(mut self) -> Self {
        let inside = || self.members.values().chain(self.others.as_deref()).chain(self.items.as_deref());
        self.asks = self.rule == Some(Rule::Manual) || inside().any(|declared| declared.asks);
        self.counts = self.rule == Some(Rule::Counter) || inside().any(|declared| declared.counts);
        self
    }

    /// As much of `value` as a person always decides, each element of an array with its key; `None`: nothing of it.
    pub(super) fn always_asked(&self, value: &Value) -> Option<Value> {
        if !self.asks {
            return None;
        }
        if self.rule == Some(Rule::Manual) {
            return Some(value.clone());
        }
        match value {
            Value::Object(members) => {
                let part = |(name, value): (&Text, &Value)| {
                    Some((name.clone(), self.member(name.as_str())?.always_asked(value)?))
                };
                let parts: Object = members.iter().filter_map(part).collect();
                (!parts.is_empty()).then_some(Value::Object(parts))
            }
            Value::Array(elements) => {
                let items = self.items()?;
                let declared = match &self.rule {
                    Some(Rule::Map(key)) => key.as_deref().filter(|key| list::is_key(key, &[elements])),
                    _ => None,
                };
                let key = declared.or_else(|| list::inferred_key(&[elements]));
                let part = |element: &Value| {
                    let key = key.and_then(|key| element.as_object()?.get(key).cloned());
                    Some(Value::Array(key.into_iter().chain([items.always_asked(element)?]).collect()))
                };
                let mut parts: Vec<Value> = elements.iter().filter_map(part).collect();
                if key.is_some() {
                    parts.sort_by_cached_key(Value::canonical);
                }
                (!parts.is_empty()).then_some(Value::Array(parts))
            }
            _ => None,
        }
    }
}

impl Rules {
    /// Reads `x-merge`, `x-merge-key` and `x-merge-groups` from a JSON Schema: through `properties`,
    /// `additionalProperties`, `items`, `allOf` and local `$ref`s.
    ///
    /// # Errors
    /// [`BadRule`] for a rule that is not known or is not written as it should be.
    pub fn of_schema(schema: &Value) -> Result<Self, BadRule> {
        let mut reader = Reader { schema, depth: 0 };
        Ok(Rules { declared: Arc::new(reader.read(schema, &Pointer::root())?), chosen: BTreeMap::new() })
    }

    /// Rules read from a collection's definition: its `schema` member, or the definition itself where it has none.
    ///
    /// # Errors
    /// As [`Rules::of_schema`].
    pub fn of_definition(definition: &Object) -> Result<Self, BadRule> {
        match definition.get("schema") {
            Some(schema) => Self::of_schema(schema),
            None => Self::of_schema(&Value::Object(definition.clone())),
        }
    }

    /// Puts `rule` in force at one place, or takes it back.
    pub fn choose(&mut self, at: Pointer, rule: Option<Rule>) {
        match rule {
            Some(rule) => self.chosen.insert(at, rule),
            None => self.chosen.remove(&at),
        };
    }

    /// What a person chose, by place.
    #[must_use]
    pub fn chosen(&self) -> &BTreeMap<Pointer, Rule> {
        &self.chosen
    }

    /// The same declared rules, with these chosen ones.
    #[must_use]
    pub fn with(&self, chosen: BTreeMap<Pointer, Rule>) -> Self {
        Rules { declared: self.declared.clone(), chosen }
    }

    /// The rule that the schema declares for the member at `at` alone. `None` where it declares none, where the member
    /// is decided together with others (in a group, or inside something `atomic` or `manual`), and where `at` leads into
    /// an array other than by the key it is matched by: an index is another element in another version.
    #[must_use]
    pub fn declared_at(&self, at: &Pointer) -> Option<&Rule> {
        let mut declared = self.declared();
        for name in at.names() {
            let whole = matches!(declared.rule, Some(Rule::Atomic | Rule::Manual));
            if whole || declared.groups.iter().any(|group| group.contains(name)) {
                return None;
            }
            declared = match (&declared.rule, key_step(name), declared.items()) {
                (Some(Rule::Map(by)), Some((key, _)), Some(items)) if by.as_deref().is_none_or(|by| by == key) => items,
                (_, _, Some(_)) if name.bytes().all(|byte| byte.is_ascii_digit()) => return None,
                _ => declared.member(name)?,
            };
        }
        declared.rule.as_ref()
    }

    pub(super) fn declared(&self) -> &Declared {
        &self.declared
    }

    pub(super) fn chosen_at(&self, at: &Pointer) -> Option<&Rule> {
        if self.chosen.is_empty() { None } else { self.chosen.get(at) }
    }
}

/// A schema that refers to itself is read this deep; rules below are not declared.
const DEEPEST: usize = 24;

struct Reader<'s> {
    schema: &'s Value,
    depth: usize,
}

impl Reader<'_> {
    fn read(&mut self, schema: &Value, at: &Pointer) -> Result<Declared, BadRule> {
        let Some(members) = schema.as_object() else { return Ok(Declared::default()) };
        if self.depth == DEEPEST {
            return Ok(Declared::default());
        }
        self.depth += 1;
        let mut declared = Declared::default();
        if let Some(target) = members.get("$ref").and_then(Value::as_str).and_then(|to| self.resolve(to)) {
            declared = self.read(&target, at)?;
        }
        if let Some(Value::Array(all)) = members.get("allOf") {
            for one in all {
                let read = self.read(one, &at.child("allOf"))?;
                declared = laid_over(declared, read);
            }
        }
        let own = self.own(members, at)?;
        self.depth -= 1;
        Ok(laid_over(declared, own))
    }

    fn own(&mut self, members: &Object, at: &Pointer) -> Result<Declared, BadRule> {
        let mut declared =
            Declared { rule: rule_of(members, at)?, groups: groups_of(members, at)?, ..Declared::default() };
        if let Some(Value::Object(properties)) = members.get("properties") {
            for (name, schema) in properties {
                let at = at.child("properties").child(name.as_str());
                declared.members.insert(name.as_str().to_owned(), self.read(schema, &at)?);
            }
        }
        for (word, place) in [("additionalProperties", &mut declared.others), ("items", &mut declared.items)] {
            if let Some(schema @ Value::Object(_)) = members.get(word) {
                *place = Some(Box::new(self.read(schema, &at.child(word))?));
            }
        }
        Ok(declared.with_what_is_inside())
    }

    fn resolve(&self, to: &str) -> Option<Value> {
        let at = Pointer::parse(to.strip_prefix('#')?)?;
        if at.is_root() {
            return Some(self.schema.clone());
        }
        at.get(self.schema.as_object()?).cloned()
    }
}

fn laid_over(under: Declared, over: Declared) -> Declared {
    let mut members = under.members;
    members.extend(over.members);
    let groups = over.groups.into_iter().fold(under.groups, joined);
    let declared = Declared {
        rule: over.rule.or(under.rule),
        members,
        others: over.others.or(under.others),
        items: over.items.or(under.items),
        groups,
        asks: false,
        counts: false,
    };
    declared.with_what_is_inside()
}

/// `groups` and one more: groups that share a member are decided together, so that they are one.
fn joined(groups: Vec<Vec<String>>, mut group: Vec<String>) -> Vec<Vec<String>> {
    let mut apart = Vec::with_capacity(groups.len() + 1);
    for mut other in groups {
        if other.iter().any(|name| group.contains(name)) {
            other.extend(group.into_iter().filter(|name| !other.contains(name)).collect::<Vec<_>>());
            group = other;
        } else {
            apart.push(other);
        }
    }
    apart.push(group);
    apart
}

fn rule_of(members: &Object, at: &Pointer) -> Result<Option<Rule>, BadRule> {
    let bad = |word: &str, what: String| Err(BadRule { what, at: at.child(word) });
    let key = match members.get("x-merge-key") {
        None => None,
        Some(Value::String(key)) => Some(key.as_str().to_owned()),
        Some(other) => {
            return bad("x-merge-key", format!("the name of a member should stand here, found {}", other.to_json()));
        }
    };
    let rule = match members.get("x-merge") {
        None => return Ok(key.map(|key| Rule::Map(Some(key)))),
        Some(Value::String(word)) => Rule::named(word.as_str()),
        Some(_) => None,
    };
    match (rule, key) {
        (Some(Rule::Map(_)), key) => Ok(Some(Rule::Map(key))),
        (Some(rule), None) => Ok(Some(rule)),
        (Some(rule), Some(_)) => bad("x-merge-key", format!("a key goes with the rule map, not with {rule}")),
        (None, _) => {
            let found = members.get("x-merge").map_or_else(String::new, Value::to_json);
            let words: Vec<&str> = Rule::ALL.iter().map(Rule::word).collect();
            bad("x-merge", format!("{found} is no merge rule; there are {}", words.join(", ")))
        }
    }
}

fn groups_of(members: &Object, at: &Pointer) -> Result<Vec<Vec<String>>, BadRule> {
    let at = at.child("x-merge-groups");
    let bad = |what: &str| BadRule { what: what.to_owned(), at: at.clone() };
    let groups = match members.get("x-merge-groups") {
        None => return Ok(Vec::new()),
        Some(Value::Array(groups)) => groups,
        Some(_) => return Err(bad("a list of groups should stand here, each a list of names")),
    };
    let mut taken = std::collections::HashSet::new();
    let mut read = Vec::new();
    for group in groups {
        let Value::Array(names) = group else { return Err(bad("a group should be a list of names")) };
        let mut members = Vec::new();
        for name in names {
            let Some(name) = name.as_str() else { return Err(bad("a group should be a list of names")) };
            if !taken.insert(name.to_owned()) {
                return Err(bad(&format!("the member {name:?} stands in two groups, or twice in one")));
            }
            members.push(name.to_owned());
        }
        read.push(members);
    }
    read.retain(|group| group.len() > 1);
    Ok(read)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(schema: &str) -> Result<Rules, String> {
        Rules::of_schema(&Value::parse(schema).unwrap()).map_err(|bad| bad.to_string())
    }

    #[test]
    fn rules_are_found_through_references() {
        let rules = rules(
            r##"{"properties":{"tags":{"x-merge":"set"},"lines":{"$ref":"#/$defs/lines"}},
                "$defs":{"lines":{"x-merge-key":"sku","items":{"properties":{"count":{"x-merge":"counter"}}}}}}"##,
        )
        .unwrap();
        let lines = rules.declared().member("lines").unwrap();
        assert_eq!(rules.declared().member("tags").unwrap().rule, Some(Rule::Set));
        assert_eq!(lines.rule, Some(Rule::Map(Some("sku".into()))));
        assert_eq!(lines.items().unwrap().member("count").unwrap().rule, Some(Rule::Counter));
    }

    #[test]
    fn a_schema_that_refers_to_itself_is_read_to_an_end() {
        let rules = rules(r##"{"x-merge":"atomic","properties":{"child":{"$ref":"#"}}}"##).unwrap();
        assert_eq!(rules.declared().member("child").unwrap().rule, Some(Rule::Atomic));
    }

    #[test]
    fn a_bad_rule_is_named_with_its_place() {
        assert_eq!(
            rules(r#"{"properties":{"a":{"x-merge":"sets"}}}"#).unwrap_err(),
            "\"sets\" is no merge rule; there are atomic, text, set, list, map, counter, append, max, manual \
             (in /properties/a/x-merge of the schema)"
        );
        assert!(rules(r#"{"x-merge":"set","x-merge-key":"id"}"#).unwrap_err().starts_with("a key goes with"));
        assert!(rules(r#"{"x-merge-groups":[["a"],["b","a"]]}"#).unwrap_err().contains("two groups"));
        assert!(rules(r#"{"x-merge-groups":["a"]}"#).unwrap_err().contains("list of names"));
    }

    #[test]
    fn groups_that_share_a_member_are_one_and_one_member_is_no_group() {
        let rules = rules(
            r#"{"x-merge-groups":[["a","b"],["x"],["e","f"]],
                "allOf":[{"x-merge-groups":[["c","d"],["g","h"]]},{"x-merge-groups":[["b","c"]]}]}"#,
        )
        .unwrap();
        let mut groups = rules.declared().groups.clone();
        groups.iter_mut().for_each(|group| group.sort());
        groups.sort();
        assert_eq!(groups, [vec!["a", "b", "c", "d"], vec!["e", "f"], vec!["g", "h"]]);
    }
}
