//! Test hooks: what a server is told to do to a request, on cue, as structured fields (RFC 9651); does none of it.

mod reading;
mod script;

use std::time::Duration;

use midair_record::{Patch, Record};
use sfv::{BareItem, FieldType, Item, KeyRef, StringRef, TokenRef};

pub(crate) use script::{Script, Scripts};

/// Whether something is done before the request is carried out, or once it has been.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    Before,
    After,
}

/// One thing that is done to a request.
#[derive(Clone, Debug)]
pub(crate) enum Hook {
    /// Somebody else writes the record first.
    Conflict { theirs: Theirs, by: String, note: Option<String> },
    /// The request, or its answer, waits.
    Delay { time: Duration, when: When },
    /// The connection is closed without an answer.
    Drop { when: When },
    /// 503, and the request is not carried out.
    Unavailable { retry_after: u16 },
}

/// What somebody else writes.
#[derive(Clone, Debug)]
pub(crate) enum Theirs {
    /// A change of what stands there.
    Patch(Patch),
    /// A whole record, created where there is none.
    Fields(Record),
    /// Nothing: the record is deleted.
    Deletion,
}

/// What is done to one request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Step(pub(crate) Vec<Hook>);

/// The hooks that were carried out, as the answer says them.
#[derive(Default)]
pub(crate) struct Applied(Vec<sfv::ListEntry>);

impl Applied {
    /// Somebody else made this version first.
    pub(crate) fn conflict(&mut self, by: &str, version: u64) {
        let by = match StringRef::from_str(by) {
            Ok(plain) => BareItem::from(plain.to_owned()),
            Err(_) => BareItem::DisplayString(by.to_owned()),
        };
        self.say("conflict", [("by", by), ("version", number(version))]);
    }

    pub(crate) fn delay(&mut self, time: Duration, when: When) {
        let ms = number(u64::try_from(time.as_millis()).unwrap_or(u64::MAX));
        self.say("delay", [("ms", ms), ("when", word(if when == When::Before { "before" } else { "after" }))]);
    }

    pub(crate) fn unavailable(&mut self, retry_after: u16) {
        self.say("unavailable", [("retry-after", number(retry_after.into()))]);
    }

    /// As a header says it; `None` where nothing was done.
    pub(crate) fn text(&self) -> Option<String> {
        self.0.serialize()
    }

    fn say<const N: usize>(&mut self, name: &str, params: [(&str, BareItem); N]) {
        let params =
            params.into_iter().filter_map(|(name, value)| Some((KeyRef::from_str(name).ok()?.to_owned(), value)));
        self.0.push(Item::with_params(word(name), params.collect()).into());
    }
}

fn word(text: &str) -> BareItem {
    TokenRef::from_str(text).map_or(BareItem::Boolean(false), |token| BareItem::from(token.to_owned()))
}

fn number(number: u64) -> BareItem {
    sfv::Integer::try_from(number).map_or(BareItem::Boolean(false), BareItem::from)
}
