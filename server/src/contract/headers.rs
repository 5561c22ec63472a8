//! The headers of the contract, each declared once: its name, what it says, what it looks like.

use axum::http::header::{self, HeaderName};
use serde_json::{Value, json};

use super::Header;
use crate::observe;
use crate::routes::changes::LAST_EVENT_ID as LAST_EVENT_ID_NAME;
use crate::routes::{self, patch};

pub(crate) static IF_MATCH: Header = Header {
    name: header::IF_MATCH,
    about: "Only if what stands there has one of these tags; `*`: whatever it is. Compared strongly, so a `W/` tag \
            matches nothing (RFC 9110 section 13.1.1).",
    schema: tags,
};
pub(crate) static IF_NONE_MATCH: Header = Header {
    name: header::IF_NONE_MATCH,
    about: "Only if what stands there has none of these tags. `*` on a write: only if nothing stands there. On a read \
            it makes the answer 304 (RFC 9110 section 13.1.2).",
    schema: tags,
};
pub(crate) static IF_MODIFIED_SINCE: Header = Header {
    name: header::IF_MODIFIED_SINCE,
    about: "Only if it was written later than this HTTP date; passed over beside `If-None-Match`, and where it cannot \
            be read.",
    schema: text,
};
pub(crate) static IF_UNMODIFIED_SINCE: Header = Header {
    name: header::IF_UNMODIFIED_SINCE,
    about: "Only if it was not written later than this HTTP date; passed over beside `If-Match`, and where it cannot \
            be read.",
    schema: text,
};
pub(crate) static AUTHOR: Header = Header {
    name: routes::AUTHOR,
    about: "Who writes, or wrote: percent-encoded UTF-8, kept with the version.",
    schema: percent_encoded,
};
pub(crate) static NOTE: Header =
    Header { name: routes::NOTE, about: "Why: percent-encoded UTF-8, kept with the version.", schema: percent_encoded };
pub(crate) static IDEMPOTENCY_KEY: Header = Header {
    name: routes::IDEMPOTENCY_KEY,
    about: "Your name for this very edit, in double quotes. Sent again with the same write it brings the first answer \
            back, so that a lost answer never becomes a collision with yourself.",
    schema: || {
        json!({
            "type": "string", "format": "sf-string",
            "pattern": format!(r#"^"[\t !#-\[\]-~]{{1,{}}}"$"#, routes::LONGEST_KEY),
            "examples": ["\"8e03978e-40d5-43dd-bc93-6894a57f9324\""]
        })
    },
};
pub(crate) static PREFER: Header = Header {
    name: routes::PREFER,
    about: "`return=minimal` or `return=representation` (RFC 7240): without or with the record, on success and in a \
            refusal. Anything else is passed over.",
    schema: text,
};
pub(crate) static LAST_EVENT_ID: Header = Header {
    name: LAST_EVENT_ID_NAME,
    about: "The `id` of the last event that arrived: the feed goes on after it. Goes before `since`.",
    schema: || json!({ "type": "integer", "minimum": 0, "maximum": u64::MAX }),
};

pub(crate) static ETAG: Header = Header {
    name: header::ETAG,
    about: "The token of what stands there: opaque, strong, never given out twice. Send it back in `If-Match`.",
    schema: || json!({ "type": "string", "pattern": midair_record::wire::TAG }),
};
pub(crate) static LAST_MODIFIED: Header =
    Header { name: header::LAST_MODIFIED, about: "When it was written, in whole seconds.", schema: text };
pub(crate) static UPDATED_AT: Header = Header {
    name: routes::UPDATED_AT,
    about: "When it was written: RFC 3339, UTC, milliseconds, by the server's clock.",
    schema: || json!({ "type": "string", "format": "date-time" }),
};
pub(crate) static VERSION: Header = Header {
    name: routes::VERSION,
    about: "1, 2, 3 …, for people. It goes on counting over delete and re-create.",
    schema: || json!({ "type": "integer", "minimum": 1 }),
};
pub(crate) static LOCATION: Header = Header {
    name: header::LOCATION,
    about: "Where the new record is.",
    schema: || json!({ "type": "string", "format": "uri-reference" }),
};
pub(crate) static IDEMPOTENCY_REPLAYED: Header = Header {
    name: routes::IDEMPOTENCY_REPLAYED,
    about: "This is the first answer once more: the write had been done under the same `Idempotency-Key`.",
    schema: || json!({ "const": "true" }),
};
pub(crate) static PREFERENCE_APPLIED: Header = Header {
    name: routes::PREFERENCE_APPLIED,
    about: "The preference that was honoured.",
    schema: || json!({ "enum": ["return=minimal", "return=representation"] }),
};
pub(crate) static ACCEPT_PATCH: Header = Header {
    name: patch::ACCEPT_PATCH,
    about: "Which patches are taken here.",
    schema: || json!({ "const": patch::media_types() }),
};
pub(crate) static RETRY_AFTER: Header = Header {
    name: header::RETRY_AFTER,
    about: "After how many seconds to try again.",
    schema: || json!({ "type": "integer", "minimum": 0 }),
};
pub(crate) static CACHE_CONTROL: Header = Header {
    name: header::CACHE_CONTROL,
    about: "Whether the answer may be kept.",
    schema: || json!({ "enum": ["no-store", "no-cache"] }),
};

pub(crate) static REQUEST_ID: Header = Header {
    name: observe::REQUEST_ID,
    about: "The name of the request, by which the server's log knows it: yours where it is sane, or a new one.",
    schema: text,
};
pub(crate) static TRACEPARENT: Header = Header {
    name: observe::TRACEPARENT,
    about: "The trace that the request says it is part of (W3C Trace Context), with the server's own span in it.",
    schema: text,
};

/// A header's name as people write it.
pub(super) fn written(name: &HeaderName) -> String {
    if let Some(own) = ["ETag", "Last-Event-ID"].iter().find(|own| name == **own) {
        return (*own).to_owned();
    }
    let capital = |word: &str| word[..1].to_ascii_uppercase() + &word[1..];
    name.as_str().split('-').map(capital).collect::<Vec<_>>().join("-")
}

fn text() -> Value {
    json!({ "type": "string" })
}

/// `*`, or a list of entity tags (RFC 9110 section 8.8.3), as [`crate::precondition`] reads it.
fn tags() -> Value {
    let tag = r#"(?:W/)?"[!#-~\x80-\xff]*""#;
    let pattern = format!(r"^[ \t,]*{tag}(?:[ \t]*,[ \t,]*{tag})*[ \t,]*$");
    json!({ "type": "string", "oneOf": [{ "const": "*" }, { "pattern": pattern }] })
}

/// ASCII, in which two hexadecimal digits follow every percent sign and the bytes they stand for are UTF-8 (RFC 3629
/// section 4).
fn percent_encoded() -> Value {
    let (any, tail) = ("[0-9A-Fa-f]", "%[89ABab][0-9A-Fa-f]");
    let character = [
        "[!-$&-~]".to_owned(),
        format!("%[0-7]{any}"),
        format!("%(?:[Cc][2-9A-Fa-f]|[Dd]{any}){tail}"),
        format!("%[Ee]0%[ABab]{any}{tail}"),
        format!("%[Ee][1-9A-Ca-cEeFf]{tail}{tail}"),
        format!("%[Ee][Dd]%[89]{any}{tail}"),
        format!("%[Ff]0%[9ABab]{any}{tail}{tail}"),
        format!("%[Ff][1-3]{tail}{tail}{tail}"),
        format!("%[Ff]4%8{any}{tail}{tail}"),
    ]
    .join("|");
    json!({ "type": "string", "pattern": format!(r"^(?:(?:{character})(?:[ \t]*(?:{character}))*)?$") })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::precondition::Conditions;
    use axum::http::{HeaderMap, HeaderValue};
    use proptest::prelude::*;

    fn fits(header: &Header, value: &str) -> bool {
        jsonschema::is_valid(&(header.schema)(), &value.into())
    }

    fn sent(header: &Header, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(header.name.clone(), HeaderValue::from_str(value).unwrap())])
    }

    #[test]
    fn names_are_written_as_people_write_them() {
        let names = [&IF_MATCH, &ETAG, &IDEMPOTENCY_KEY].map(|header| written(&header.name));
        assert_eq!(names, ["If-Match", "ETag", "Idempotency-Key"]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1024))]

        #[test]
        fn what_the_contract_says_of_tags_is_what_is_read(value in r#"(W/|"a"|"|,| |\*|7){0,5}"#) {
            let value = value.trim();
            let read = Conditions::read(&sent(&IF_MATCH, value));
            prop_assert_eq!(fits(&IF_MATCH, value), read.is_ok(), "{:?}", value);
        }

        #[test]
        fn what_the_contract_says_of_percent_encoding_is_what_is_read(
            value in "(a| |%|%[0-9a-fA-F]{2}|%(c3|e0|ed|ef|f0|f4)(%[89ab][0-9a-f]){1,3}){0,3}"
        ) {
            let value = value.trim();
            let read = routes::hand(&sent(&AUTHOR, value));
            prop_assert_eq!(fits(&AUTHOR, value), read.is_ok(), "{:?}", value);
        }

        #[test]
        fn what_the_contract_says_of_edit_ids_is_what_is_read(value in r#"("|\\|a|'| |a{254}){0,4}"#) {
            let value = value.trim();
            let read = routes::hand(&sent(&IDEMPOTENCY_KEY, value));
            prop_assert_eq!(fits(&IDEMPOTENCY_KEY, value), read.is_ok(), "{:?}", value);
        }
    }
}
