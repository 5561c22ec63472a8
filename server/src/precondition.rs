//! Reads the conditions of a request (RFC 9110 section 13) from its headers; knows nothing of what stands in a store.

use std::time::SystemTime;

use axum::http::HeaderMap;
use axum::http::header::{HeaderName, IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_UNMODIFIED_SINCE};
use midair_record::wire::Token;

use crate::store::{Expect, Tags};

/// An entity tag as it was sent (RFC 9110 section 8.8.3).
#[derive(Clone, Debug, PartialEq, Eq)]
struct Tag {
    weak: bool,
    /// The tag, quotes included, without `W/`.
    opaque: String,
}

/// `*`, or a list of tags.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Listed {
    Any,
    Tags(Vec<Tag>),
}

/// The conditions of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conditions {
    if_match: Option<Listed>,
    if_none_match: Option<Listed>,
    if_modified_since: Option<SystemTime>,
    if_unmodified_since: Option<SystemTime>,
}

/// What a write says of the record that it goes by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claim {
    /// The first tag of `If-Match` that may match.
    pub presented: Option<String>,
    /// The first that is weak, and never does.
    pub weak: Option<String>,
    /// It is to create the record.
    pub creates: bool,
}

/// A header that is not what RFC 9110 allows, in a sentence that quotes what was read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{header}: {read} is not {wanted}")]
pub struct MalformedCondition {
    header: HeaderName,
    read: String,
    wanted: &'static str,
}

/// What a read with these conditions gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadVerdict {
    /// The record.
    Whole,
    /// 304.
    NotModified,
    /// 412.
    Failed,
}

const WANTED: &str = "*, or a list of entity tags in double quotes, as \"7-abc\"";

impl Conditions {
    /// Reads the headers of a request. Dates that cannot be read are passed over, as RFC 9110 13.1.3 says.
    ///
    /// # Errors
    /// [`MalformedCondition`] for an `If-Match` or `If-None-Match` that is neither `*` nor a list of tags.
    pub fn read(headers: &HeaderMap) -> Result<Self, MalformedCondition> {
        Ok(Conditions {
            if_match: listed(headers, IF_MATCH)?,
            if_none_match: listed(headers, IF_NONE_MATCH)?,
            if_modified_since: date(headers, IF_MODIFIED_SINCE),
            if_unmodified_since: date(headers, IF_UNMODIFIED_SINCE),
        })
    }

    /// What a write must find. `If-Match` compares strongly, so weak tags are left out: they match nothing.
    #[must_use]
    pub fn expect(&self) -> Expect {
        let strong = |tags: &[Tag]| tags.iter().filter(|tag| !tag.weak).map(|tag| tag.opaque.clone()).collect();
        let weak = |tags: &[Tag]| tags.iter().map(|tag| tag.opaque.clone()).collect();
        let read = |listed: &Option<Listed>, pick: &dyn Fn(&[Tag]) -> Vec<String>| {
            listed.as_ref().map(|listed| match listed {
                Listed::Any => Tags::Any,
                Listed::Tags(tags) => Tags::Of(pick(tags)),
            })
        };
        Expect { matches: read(&self.if_match, &strong), none_match: read(&self.if_none_match, &weak) }
    }

    /// What a write says of the record that it goes by, for whoever tells why it was refused.
    #[must_use]
    pub fn claim(&self) -> Claim {
        let tags = if let Some(Listed::Tags(tags)) = &self.if_match { tags.as_slice() } else { &[] };
        Claim {
            presented: tags.iter().find(|tag| !tag.weak).map(|tag| tag.opaque.clone()),
            weak: tags.iter().find(|tag| tag.weak).map(|tag| format!("W/{}", tag.opaque)),
            creates: self.if_match.is_none(),
        }
    }

    /// Whether a write may be done at all: it says what it replaces, or that it creates.
    #[must_use]
    pub fn guard_a_write(&self) -> bool {
        self.if_match.is_some() || self.if_none_match == Some(Listed::Any)
    }

    /// Whether a deletion may be done at all: it says what it deletes.
    #[must_use]
    pub fn guard_a_deletion(&self) -> bool {
        self.if_match.is_some()
    }

    /// Whether there is nothing that a write would have to go by: `If-Modified-Since` is for reads alone (RFC 9110 section
    /// 13.1.3).
    #[must_use]
    pub fn leave_a_write_blind(&self) -> bool {
        self.if_match.is_none() && self.if_none_match.is_none() && self.if_unmodified_since.is_none()
    }

    /// Whether the reader has a copy that may still be fresh.
    #[must_use]
    pub fn may_have_it(&self) -> bool {
        self.if_none_match.is_some() || self.if_modified_since.is_some()
    }

    /// What a GET or HEAD gets of a record with this tag, last written then (RFC 9110 section 13.2.2).
    #[must_use]
    pub fn judge_read(&self, tag: &str, written: Option<SystemTime>) -> ReadVerdict {
        let failed = match (&self.if_match, self.if_unmodified_since, written) {
            (Some(Listed::Any), ..) => false,
            (Some(Listed::Tags(tags)), ..) => !tags.iter().any(|one| !one.weak && one.opaque == tag),
            (None, Some(since), Some(written)) => written > since,
            _ => false,
        };
        if failed {
            return ReadVerdict::Failed;
        }
        let unchanged = match (&self.if_none_match, self.if_modified_since, written) {
            (Some(Listed::Any), ..) => true,
            (Some(Listed::Tags(tags)), ..) => tags.iter().any(|one| one.opaque == tag),
            (None, Some(since), Some(written)) => written <= since,
            _ => false,
        };
        if unchanged { ReadVerdict::NotModified } else { ReadVerdict::Whole }
    }
}

/// One header, which may stand on several lines: they are one list (RFC 9110 section 5.3).
fn listed(headers: &HeaderMap, name: HeaderName) -> Result<Option<Listed>, MalformedCondition> {
    let mut read = String::new();
    for (place, line) in headers.get_all(&name).iter().enumerate() {
        if place > 0 {
            read.push_str(", ");
        }
        read.push_str(&String::from_utf8_lossy(line.as_bytes()));
    }
    if headers.get(&name).is_none() {
        return Ok(None);
    }
    parse(&read).map(Some).ok_or(MalformedCondition { header: name, read: format!("{read:?}"), wanted: WANTED })
}

fn parse(text: &str) -> Option<Listed> {
    let text = text.trim_matches([' ', '\t']);
    if text == "*" {
        return Some(Listed::Any);
    }
    let mut tags = Vec::new();
    let mut rest = text;
    loop {
        // Empty elements are legal in a list (RFC 9110 section 5.6.1).
        rest = rest.trim_start_matches([' ', '\t', ',']);
        if rest.is_empty() {
            break;
        }
        let (weak, quoted) = match rest.strip_prefix("W/") {
            Some(quoted) => (true, quoted),
            None => (false, rest),
        };
        let end = quoted.strip_prefix('"')?.find('"')? + 2;
        let opaque = Token::parse(&quoted[..end])?.as_str().to_owned();
        tags.push(Tag { weak, opaque });
        rest = quoted[end..].trim_start_matches([' ', '\t']);
        if !rest.is_empty() && !rest.starts_with(',') {
            return None;
        }
    }
    if tags.is_empty() { None } else { Some(Listed::Tags(tags)) }
}

/// A date that stands there once and can be read.
fn date(headers: &HeaderMap, name: HeaderName) -> Option<SystemTime> {
    let mut lines = headers.get_all(name).iter();
    let first = lines.next()?.to_str().ok()?;
    if lines.next().is_some() { None } else { httpdate::parse_http_date(first).ok() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tag(weak: bool, opaque: &str) -> Tag {
        Tag { weak, opaque: format!("\"{opaque}\"") }
    }

    #[test]
    fn lists_are_read_with_commas_in_tags_and_empty_elements() {
        let read = parse(r#" , "a,b" ,W/"c",, "" "#).unwrap();
        assert_eq!(read, Listed::Tags(vec![tag(false, "a,b"), tag(true, "c"), tag(false, "")]));
        assert_eq!(parse(" * "), Some(Listed::Any));
    }

    #[test]
    fn what_is_no_list_of_tags_is_malformed_and_never_absent() {
        for text in ["", "7", "\"7", "7\"", "\"a\" \"b\"", "w/\"a\"", "*, \"a\"", "\"a b\"", "W/", ",", "\"a\"x"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_list_of_tags_is_read_back(tags in prop::collection::vec((any::<bool>(), "[!#-~]{0,12}"), 1..6)) {
            let text: Vec<String> =
                tags.iter().map(|(weak, opaque)| format!("{}\"{opaque}\"", if *weak { "W/" } else { "" })).collect();
            let expected = tags.iter().map(|(weak, opaque)| tag(*weak, opaque)).collect();
            prop_assert_eq!(parse(&text.join(", ")), Some(Listed::Tags(expected)));
        }

        #[test]
        fn nothing_makes_the_reader_panic(text in "\\PC*") {
            let _ = parse(&text);
        }
    }
}
