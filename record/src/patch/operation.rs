//! Reads the list of operations that two kinds of patch are, member by member; refuses to know what they do.

use super::fault::{PatchFault, clipped};
use crate::pointer::Pointer;
use crate::value::{Object, Value};

/// One operation as it was sent. Members nobody asks for are ignored (RFC 6902 section 4).
pub(super) struct Sent {
    index: usize,
    members: Object,
}

impl Sent {
    /// The operations of a patch, which should be an array of objects.
    pub(super) fn all(patch: Value) -> Result<Vec<Self>, PatchFault> {
        let Value::Array(operations) = patch else {
            return Err(PatchFault::no_patch(&format!(
                "the patch should be a list of operations, this is {}",
                a(&patch)
            )));
        };
        let read = |(index, operation)| match operation {
            Value::Object(members) => Ok(Sent { index, members }),
            other => {
                let what = format!("an operation should be an object, this is {}", a(&other));
                Err(PatchFault::bad_operation(index, None, &what))
            }
        };
        operations.into_iter().enumerate().map(read).collect()
    }

    /// The fault that the member `name` is wrong in.
    pub(super) fn fault(&self, name: &str, what: &str) -> PatchFault {
        PatchFault::bad_operation(self.index, Some(name), what)
    }

    fn missing(&self, name: &str) -> PatchFault {
        PatchFault::bad_operation(self.index, None, &format!("the member {name:?} is missing"))
    }

    /// The text that the member `name` should be.
    pub(super) fn text(&self, name: &str) -> Result<&str, PatchFault> {
        match self.members.get(name) {
            Some(Value::String(text)) => Ok(text.as_str()),
            Some(other) => Err(self.fault(name, &format!("a text should stand here, this is {}", a(other)))),
            None => Err(self.missing(name)),
        }
    }

    /// The JSON Pointer that the member `name` should be, by the letter of RFC 6901 section 3.
    pub(super) fn pointer(&self, name: &str) -> Result<Pointer, PatchFault> {
        let text = self.text(name)?;
        let escaped = text.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']));
        Pointer::parse(text).filter(|_| escaped).ok_or_else(|| {
            let what = format!("{:?} is no JSON Pointer: it starts with / and writes ~ as ~0, / as ~1", clipped(text));
            self.fault(name, &what)
        })
    }

    /// The member `name`, of whatever type.
    pub(super) fn take(&mut self, name: &str) -> Result<Value, PatchFault> {
        self.members.swap_remove(name).ok_or_else(|| self.missing(name))
    }
}

/// The type of a value with its article.
pub(super) fn a(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true/false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// The index that a step is (RFC 6901 section 4): digits, no leading zero. One too large to count is the highest there is.
pub(super) fn index(step: &str) -> Option<usize> {
    let digits = !step.is_empty() && step.bytes().all(|byte| byte.is_ascii_digit());
    let canonical = digits && (step == "0" || !step.starts_with('0'));
    canonical.then(|| step.parse().unwrap_or(usize::MAX))
}

/// As much of `at` as names the same place in every version. A step that reads as an index, or as `-`, may lead into an
/// array, in which other elements move when one comes or goes: then the place is the array. The first step is always a
/// member, for a record is an object.
pub(super) fn lasting(at: &Pointer) -> Pointer {
    let counts = |step: &String| step == "-" || index(step).is_some();
    let end = at.names().iter().skip(1).position(counts).map_or(at.names().len(), |place| place + 1);
    Pointer::new(at.names()[..end].to_vec())
}

/// How many brackets a value opens inside each other.
pub(super) fn nesting(value: &Value) -> usize {
    match value {
        Value::Array(elements) => 1 + elements.iter().map(nesting).max().unwrap_or(0),
        Value::Object(members) => 1 + members.values().map(nesting).max().unwrap_or(0),
        _ => 0,
    }
}
