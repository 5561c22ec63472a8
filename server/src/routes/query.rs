//! Reads the query of a request into what a route wants, and says of what cannot be read which parameter it is, what was
//! read and what is wanted; the words for that come from the schema by which the contract tells of it.

use std::convert::Infallible;

use axum::extract::{FromRequestParts, Query};
use axum::http::Uri;
use axum::http::request::Parts;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::problem::{self, Problem};

/// What the query says, or the refusal of it, which is told in its turn.
pub(super) struct Asked<T>(pub(super) Result<T, Problem>);

impl<T: DeserializeOwned + JsonSchema, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Asked(read(&parts.uri)))
    }
}

fn read<T: DeserializeOwned + JsonSchema>(uri: &Uri) -> Result<T, Problem> {
    Query::try_from_uri(uri).map(|Query(read)| read).map_err(|fault| {
        let said = Query::<Vec<(String, String)>>::try_from_uri(uri).map(|Query(said)| said).unwrap_or_default();
        let why = wrong::<T>(&said).unwrap_or_else(|| format!("{fault}."));
        Problem::new(problem::MALFORMED_QUERY, why)
    })
}

/// The refusal of a value that could be read and is not among those that are taken.
pub(super) fn out_of_range<T: JsonSchema>(name: &str, read: impl ToString) -> Problem {
    let said = [(name.to_owned(), read.to_string())];
    Problem::new(problem::MALFORMED_QUERY, wrong::<T>(&said).unwrap_or_default())
}

/// The first thing that is wrong with a query, in a sentence.
fn wrong<T: JsonSchema>(said: &[(String, String)]) -> Option<String> {
    let schema = schemars::schema_for!(T);
    let known = schema.get("properties").and_then(Value::as_object)?;
    said.iter().enumerate().find_map(|(place, (name, read))| {
        let Some(wanted) = known.get(name) else {
            let mut names: Vec<&str> = known.keys().map(String::as_str).collect();
            names.sort_unstable();
            return Some(format!("{name:?} cannot be asked for here; these can: {}.", names.join(", ")));
        };
        if said[..place].iter().any(|(before, _)| before == name) {
            return Some(format!("{name} stands there twice; once is enough."));
        }
        let kind = wants(wanted, read)?;
        Some(format!("{name}: {read:?} is not {kind}."))
    })
}

/// What a schema wants in place of this value; `None` where it is right.
fn wants(schema: &Value, read: &str) -> Option<String> {
    let is = |kind: &str| match &schema["type"] {
        Value::Array(kinds) => kinds.iter().any(|one| one == kind),
        one => one == kind,
    };
    if is("boolean") {
        return (!["true", "false"].contains(&read)).then(|| "true or false".to_owned());
    }
    if !is("integer") {
        return None;
    }
    let (least, most) = (schema["minimum"].as_u64().unwrap_or(0), schema["maximum"].as_u64().unwrap_or(u64::MAX));
    let fits = read.parse::<u64>().is_ok_and(|number| (least..=most).contains(&number));
    (!fits).then(|| format!("a number from {least} to {most}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, serde::Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields)]
    struct Wanted {
        #[schemars(range(min = 1, max = 9))]
        limit: Option<u32>,
        after: Option<u64>,
        name: Option<String>,
        #[serde(default)]
        whole: bool,
    }

    fn refused(query: &str) -> String {
        let uri: Uri = format!("/things?{query}").parse().unwrap();
        let problem = read::<Wanted>(&uri).unwrap_err();
        let told: Value = serde_json::from_str(&problem.to_json()).unwrap();
        assert_eq!(told["code"], "malformed_query");
        told["detail"].as_str().unwrap().to_owned()
    }

    #[test]
    fn a_query_that_cannot_be_read_is_told_by_its_parameter_what_was_read_and_what_is_wanted() {
        for (query, detail) in [
            ("limit=abc", r#"limit: "abc" is not a number from 1 to 9."#),
            ("limit=", r#"limit: "" is not a number from 1 to 9."#),
            ("limit=-1", r#"limit: "-1" is not a number from 1 to 9."#),
            ("limit=99999999999", r#"limit: "99999999999" is not a number from 1 to 9."#),
            ("name=x&after=1.5", r#"after: "1.5" is not a number from 0 to 18446744073709551615."#),
            ("whole=perhaps", r#"whole: "perhaps" is not true or false."#),
            ("limti=4", r#""limti" cannot be asked for here; these can: after, limit, name, whole."#),
            ("limit=4&limit=5", "limit stands there twice; once is enough."),
            ("%6Cimit=%22", r#"limit: "\"" is not a number from 1 to 9."#),
        ] {
            assert_eq!(refused(query), detail, "{query}");
        }
        let outside: Value = serde_json::from_str(&out_of_range::<Wanted>("limit", 10).to_json()).unwrap();
        assert_eq!(outside["detail"], r#"limit: "10" is not a number from 1 to 9."#);
    }

    #[test]
    fn what_can_be_read_is_read() {
        let uri = Uri::from_static("/things?after=18446744073709551615&name=a%20b&whole=true");
        let wanted = Wanted { limit: None, after: Some(u64::MAX), name: Some("a b".into()), whole: true };
        assert_eq!(read::<Wanted>(&uri).unwrap(), wanted);
    }
}
