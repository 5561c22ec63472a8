//! Puts what the `jsonschema` crate found into words for people.

use std::collections::HashSet;

use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use jsonschema::paths::{Location, LocationSegment};
use jsonschema::types::JsonType;
use serde_json::Value as Json;

use super::Violation;
use crate::pointer::Pointer;

pub(super) fn pointer(location: &Location) -> Pointer {
    let name = |segment: LocationSegment<'_>| match segment {
        LocationSegment::Property(name) => name.into_owned(),
        LocationSegment::Index(index) => index.to_string(),
    };
    Pointer::new(location.segments().map(name).collect())
}

/// What the crate found, in words.
pub(super) struct Found<'j> {
    pub(super) violations: Vec<Violation>,
    /// What `unevaluatedProperties` and `unevaluatedItems` say here may only come from something wrong inside: by the
    /// standard, a member whose own subschema fails counts as one that no subschema covers (Core 2020-12 section 11).
    pub(super) doubtful: HashSet<Violation>,
    /// What was checked.
    pub(super) root: &'j Json,
}

impl<'j> Found<'j> {
    pub(super) fn new(root: &'j Json) -> Self {
        Found { violations: Vec::new(), doubtful: HashSet::new(), root }
    }

    /// The violations, each once, without those that only come from another.
    pub(super) fn settled(self) -> Vec<Violation> {
        // Where something stands that is wrong itself, and what that is in.
        let mut wrong = HashSet::new();
        for violation in &self.violations {
            let length = violation.at.names().len();
            let own = if self.doubtful.contains(violation) { length } else { length + 1 };
            for length in (0..own).rev() {
                if !wrong.insert(Pointer::new(violation.at.names()[..length].to_vec())) {
                    break;
                }
            }
        }
        let mut told = HashSet::new();
        let follows = |violation: &Violation| self.doubtful.contains(violation) && wrong.contains(&violation.at);
        let violations = self.violations.into_iter();
        violations.filter(|violation| !follows(violation) && told.insert(violation.clone())).collect()
    }
}

/// Puts what the crate found into words.
pub(super) fn tell(fault: &ValidationError<'_>, found: &mut Found<'_>) {
    let at = pointer(fault.instance_path());
    let what = match fault.kind() {
        Kind::Required { property } => {
            let at = property.as_str().map_or_else(|| at.clone(), |name| at.child(name));
            return found.violations.push(Violation { at, what: "is missing".into() });
        }
        Kind::AdditionalProperties { unexpected } => {
            return found.violations.extend(unexpected.iter().map(|name| surplus(&at, name)));
        }
        Kind::UnevaluatedProperties { unexpected } => {
            found.doubtful.extend(unexpected.iter().map(|name| surplus(&at, name)));
            return found.violations.extend(unexpected.iter().map(|name| surplus(&at, name)));
        }
        Kind::PropertyNames { error } => {
            let mut inner = Found::new(found.root);
            tell(error, &mut inner);
            let name = error.instance().as_str().unwrap_or_default().to_owned();
            let named = |violation: Violation| Violation {
                at: at.child(&name),
                what: format!("has a name that {}", violation.what),
            };
            return found.violations.extend(inner.violations.into_iter().map(named));
        }
        Kind::AnyOf { context } | Kind::OneOfNotValid { context } => match choice(fault, context) {
            Choice::Words(what) => what,
            Choice::Branch(branch) => return branch.iter().for_each(|fault| tell(fault, found)),
        },
        Kind::OneOfMultipleValid { .. } => "fits more than one of the forms allowed here".into(),
        Kind::Type { kind } => format!("should be {}", either(&types(kind))),
        Kind::Enum { options } => match options.as_array().map(Vec::as_slice) {
            Some([only]) => format!("should be {}", shown(only)),
            Some(options) => format!("should be one of {}", listed(options)),
            None => "is not one of the values allowed here".into(),
        },
        Kind::Constant { expected_value } => format!("should be {}", shown(expected_value)),
        Kind::Minimum { limit } => format!("should be at least {}", shown(limit)),
        Kind::Maximum { limit } => format!("should be at most {}", shown(limit)),
        Kind::ExclusiveMinimum { limit } => format!("should be more than {}", shown(limit)),
        Kind::ExclusiveMaximum { limit } => format!("should be less than {}", shown(limit)),
        Kind::MultipleOf { multiple_of } => format!("should be a multiple of {}", shown(multiple_of)),
        Kind::MinLength { limit: 1 } | Kind::MinItems { limit: 1 } | Kind::MinProperties { limit: 1 } => {
            "should not be empty".into()
        }
        Kind::MaxLength { limit: 0 } | Kind::MaxItems { limit: 0 } | Kind::MaxProperties { limit: 0 } => {
            "should be empty".into()
        }
        Kind::MinLength { limit } => format!("should be at least {}", count(*limit, "character")),
        Kind::MaxLength { limit } => format!("should be at most {}", count(*limit, "character")),
        Kind::MinItems { limit } => format!("should have at least {}", count(*limit, "element")),
        Kind::MaxItems { limit } => format!("should have at most {}", count(*limit, "element")),
        Kind::AdditionalItems { limit } => format!("should have at most {}", count(*limit as u64, "element")),
        Kind::MinProperties { limit } => format!("should have at least {}", count(*limit, "field")),
        Kind::MaxProperties { limit } => format!("should have at most {}", count(*limit, "field")),
        Kind::UnevaluatedItems { unexpected } => {
            let what = format!("has {} too many", count(unexpected.len() as u64, "element"));
            found.doubtful.insert(Violation { at: at.clone(), what: what.clone() });
            what
        }
        Kind::UniqueItems => "should not have the same element twice".into(),
        Kind::Contains => match fault.schema_path().segments().last() {
            Some(LocationSegment::Property(keyword)) if keyword == "minContains" => {
                "has too few elements of a kind that is asked for".into()
            }
            Some(LocationSegment::Property(keyword)) if keyword == "maxContains" => {
                "has too many elements of a kind that is limited".into()
            }
            _ => "should have an element of the kind that is asked for".into(),
        },
        Kind::Pattern { pattern } => format!("should match the pattern {}", cut(pattern)),
        Kind::Format { format } => format!("should be {}", in_format(format)),
        Kind::Not { schema } => excluded(schema),
        Kind::FalseSchema => {
            // So the crate tells of `additionalProperties: false` where there is no `properties`.
            let closed = fault.schema_path().as_str().ends_with("/additionalProperties");
            match found.root.pointer(fault.instance_path().as_str()).and_then(Json::as_object) {
                Some(members) if closed && at.last() != "additionalProperties" => {
                    return found.violations.extend(members.keys().map(|name| surplus(&at, name)));
                }
                _ => "is not allowed here".into(),
            }
        }
        Kind::ContentEncoding { content_encoding } => format!("should be encoded as {}", cut(content_encoding)),
        Kind::ContentMediaType { content_media_type } => {
            format!("should be text of the type {}", cut(content_media_type))
        }
        Kind::FromUtf8 { .. } => "should be UTF-8 once decoded".into(),
        Kind::BacktrackLimitExceeded { .. } | Kind::RegexEngineFailure { .. } => {
            "could not be checked against its pattern".into()
        }
        Kind::Custom { keyword, .. } => format!("does not hold to {}", cut(keyword)),
        Kind::Referencing(_) => "could not be checked, its schema has a reference that leads nowhere".into(),
    };
    found.violations.push(Violation { at, what });
}

pub(super) fn surplus(parent: &Pointer, name: &str) -> Violation {
    let what = if parent.is_root() { "is not a field of this collection" } else { "is not a field here" };
    Violation { at: parent.child(name), what: what.into() }
}

pub(super) enum Choice<'f> {
    /// One clause tells it.
    Words(String),
    /// This branch is the one that was meant; what is wrong in there tells more.
    Branch(&'f [ValidationError<'static>]),
}

/// What to say when none of several forms fits.
pub(super) fn choice<'f>(fault: &ValidationError<'_>, branches: &'f [Vec<ValidationError<'static>>]) -> Choice<'f> {
    let here = fault.instance_path();
    // What each branch asks of the value as a whole, where that is what is wrong.
    let asked = |branch: &Vec<ValidationError<'_>>| {
        branch.iter().filter(|fault| fault.instance_path() == here).find_map(|fault| match fault.kind() {
            Kind::Type { kind } => Some(types(kind)),
            Kind::Enum { options } => options.as_array().map(|options| options.iter().map(shown).collect()),
            Kind::Constant { expected_value } => Some(vec![shown(expected_value)]),
            Kind::FalseSchema => Some(Vec::new()),
            _ => None,
        })
    };
    let all: Option<Vec<Vec<String>>> = branches.iter().map(asked).collect();
    if let Some(all) = all {
        let mut told = HashSet::new();
        let mut all: Vec<String> = all.concat().into_iter().filter(|ask| told.insert(ask.clone())).collect();
        all.sort_by_key(|ask| ask == "null");
        if !all.is_empty() {
            return Choice::Words(format!("should be {}", either(&all)));
        }
    }
    // The branch that was meant has the right type, and the right mark in a member that tells branches apart.
    let marked = |branch: &&Vec<ValidationError<'_>>| {
        branch.iter().all(|fault| {
            let inside = fault.instance_path().segments().count() == here.segments().count() + 1;
            !(inside && matches!(fault.kind(), Kind::Constant { .. } | Kind::Enum { .. }))
        })
    };
    let meant: Vec<&Vec<ValidationError<'static>>> = branches.iter().filter(|branch| asked(branch).is_none()).collect();
    let meant = if meant.len() > 1 { meant.into_iter().filter(marked).collect() } else { meant };
    match meant.as_slice() {
        [branch] if !branch.is_empty() => Choice::Branch(branch),
        _ => Choice::Words(format!("fits none of the {} forms allowed here", branches.len())),
    }
}

pub(super) fn types(kind: &TypeKind) -> Vec<String> {
    let name = |kind: JsonType| match kind {
        JsonType::Null => "null",
        JsonType::Boolean => "true/false",
        JsonType::Integer => "a whole number",
        JsonType::Number => "a number",
        JsonType::String => "text",
        JsonType::Array => "a list",
        JsonType::Object => "an object",
    };
    let mut names: Vec<String> = match kind {
        TypeKind::Single(kind) => vec![name(*kind).into()],
        TypeKind::Multiple(kinds) => kinds.iter().map(|kind| name(kind).into()).collect(),
    };
    names.sort_by_key(|name| name == "null");
    names
}

/// What a value should not be.
pub(super) fn excluded(schema: &Json) -> String {
    let only = schema.as_object().filter(|schema| schema.len() == 1).and_then(|schema| schema.iter().next());
    match only.map(|(keyword, value)| (keyword.as_str(), value)) {
        Some(("const", value)) => format!("should not be {}", shown(value)),
        Some(("enum", Json::Array(options))) => format!("should be none of {}", listed(options)),
        Some(("pattern", Json::String(pattern))) => format!("should not match the pattern {}", cut(pattern)),
        Some(("required", Json::Array(names))) if names.len() == 1 => {
            format!("should not have {}", listed(names))
        }
        _ => "is of a form that is not allowed here".into(),
    }
}

pub(super) fn in_format(format: &str) -> String {
    let what = match format {
        "date" => "a date such as 2026-03-31",
        "date-time" => "a date and time such as 2026-03-31T14:30:00Z",
        "time" => "a time such as 14:30:00Z",
        "duration" => "a duration such as P3DT12H",
        "email" | "idn-email" => "an e-mail address",
        "hostname" | "idn-hostname" => "a host name",
        "ipv4" => "an IPv4 address",
        "ipv6" => "an IPv6 address",
        "uri" | "iri" => "a full address such as https://example.com/",
        "uri-reference" | "iri-reference" => "an address, full or relative",
        "uri-template" => "an address template (RFC 6570)",
        "uuid" => "a UUID",
        "json-pointer" => "a JSON Pointer such as /a/b",
        "relative-json-pointer" => "a relative JSON Pointer such as 1/a",
        "regex" => "a regular expression",
        other => return format!("in the format {}", cut(other)),
    };
    what.into()
}

pub(super) fn count(limit: u64, what: &str) -> String {
    format!("{limit} {what}{}", if limit == 1 { "" } else { "s" })
}

/// `a`, `a or b`, `a, b or c`.
pub(super) fn either(words: &[String]) -> String {
    match words {
        [] => "something else".into(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

/// The first dozen, as JSON.
pub(super) fn listed(options: &[Json]) -> String {
    let mut words: Vec<String> = options.iter().take(12).map(shown).collect();
    if options.len() > words.len() {
        words.push(format!("{} more", options.len() - words.len()));
    }
    words.join(", ")
}

/// A value from the schema as JSON.
pub(super) fn shown(value: &Json) -> String {
    match value {
        // serde_json puts a plus sign into every exponent.
        Json::Number(number) => number.to_string().replace("e+", "e"),
        value => cut(&value.to_string()),
    }
}

/// `text` with an end that fits into a line.
pub(super) fn cut(text: &str) -> String {
    match text.char_indices().nth(80) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
