//! Values that JSON has no word for (dates, `inf`), as strings that no other value reads as.
//!
//! A literal reads as `!`, its type, a space and its text: `!date 2024-05-01`, `!float inf`. A string that would look
//! like one gets one more `!` in front, so that the two never meet, and loses it again when it is written.

use std::borrow::Cow;

/// Says the type of a text that is such a literal in its canonical form.
pub(crate) type TypeOf = fn(&str) -> Option<&'static str>;

/// How a literal reads.
pub(crate) fn literal(kind: &str, text: &str) -> String {
    format!("!{kind} {text}")
}

/// How a string reads.
pub(crate) fn string(says: &str, type_of: TypeOf) -> Cow<'_, str> {
    if marked(says, type_of).is_some() { format!("!{says}").into() } else { says.into() }
}

/// What a string that was read is to be written as.
pub(crate) enum Written<'s> {
    /// This very text.
    Literal(&'s str),
    /// A string that says this.
    String(&'s str),
}

/// The reverse of [`literal`] and [`string`].
pub(crate) fn written(says: &str, type_of: TypeOf) -> Written<'_> {
    match marked(says, type_of) {
        Some((1, text)) => Written::Literal(text),
        Some(_) => Written::String(&says[1..]),
        None => Written::String(says),
    }
}

fn marked(says: &str, type_of: TypeOf) -> Option<(usize, &str)> {
    let rest = says.trim_start_matches('!');
    let marks = says.len() - rest.len();
    let (kind, text) = rest.split_once(' ')?;
    (marks > 0 && type_of(text) == Some(kind)).then_some((marks, text))
}
