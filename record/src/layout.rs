//! Where the parts of a JSON text stand, white space included; refuses to say what they mean.

use std::ops::Range;

use crate::json;
use crate::value::{Object, Text, Value};

/// `members` as JSON, a line for each member and for what it holds, a list without objects on one line.
pub(crate) fn a_line_a_member(members: &Object) -> String {
    let mut out = String::new();
    lay_members(&mut out, members, 0);
    out
}

fn lay_members(out: &mut String, members: &Object, depth: usize) {
    let entries: Vec<_> = members.iter().map(|(name, value)| (Some(name), value)).collect();
    lay(out, ['{', '}'], &entries, depth);
}

fn lay(out: &mut String, [opens, closes]: [char; 2], entries: &[(Option<&Text>, &Value)], depth: usize) {
    out.push(opens);
    for (index, (name, value)) in entries.iter().enumerate() {
        out.push_str(if index > 0 { ",\n" } else { "\n" });
        out.push_str(&"  ".repeat(depth + 1));
        if let Some(name) = name {
            out.push_str(&name.to_json());
            out.push_str(": ");
        }
        match value {
            Value::Object(members) => lay_members(out, members, depth + 1),
            Value::Array(elements) if elements.iter().any(|one| matches!(one, Value::Object(_) | Value::Array(_))) => {
                let entries: Vec<_> = elements.iter().map(|one| (None, one)).collect();
                lay(out, ['[', ']'], &entries, depth + 1);
            }
            other => out.push_str(&other.to_json()),
        }
    }
    if !entries.is_empty() {
        out.push('\n');
        out.push_str(&"  ".repeat(depth));
    }
    out.push(closes);
}

/// Where one member of an object or one element of an array stands: white space, name, colon with its white space,
/// value, white space. Of an element, name and colon are empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) lead: Range<usize>,
    pub(crate) name: Range<usize>,
    pub(crate) gap: Range<usize>,
    pub(crate) value: Range<usize>,
    pub(crate) trail: Range<usize>,
}

/// Finds the entries of the object or array that `text` is; none in an empty one, and none in anything else.
pub(crate) fn entries(text: &str) -> Vec<Entry> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let named = match bytes.first() {
        Some(b'{') => true,
        Some(b'[') => false,
        _ => return found,
    };
    let mut pos = 1;
    loop {
        let lead = pos..json::skip_space(bytes, pos);
        if matches!(bytes.get(lead.end), None | Some(b'}' | b']')) {
            return found;
        }
        let (name, gap) = if named {
            let Ok(name_end) = json::string_end(bytes, lead.end) else { return found };
            let colon = json::skip_space(bytes, name_end);
            (lead.end..name_end, name_end..json::skip_space(bytes, colon + 1))
        } else {
            (lead.end..lead.end, lead.end..lead.end)
        };
        let value = gap.end..value_end(bytes, gap.end);
        let trail = value.end..json::skip_space(bytes, value.end);
        pos = trail.end + 1;
        found.push(Entry { lead, name, gap, value, trail });
    }
}

/// The position after the valid JSON value that starts at `pos`.
fn value_end(bytes: &[u8], mut pos: usize) -> usize {
    let mut depth = 0usize;
    while let Some(byte) = bytes.get(pos) {
        match byte {
            b'"' => pos = json::string_end(bytes, pos).unwrap_or(bytes.len()),
            b'{' | b'[' => {
                depth += 1;
                pos += 1;
            }
            b'}' | b']' if depth == 0 => return pos,
            b'}' | b']' => {
                depth -= 1;
                pos += 1;
            }
            b',' | b' ' | b'\t' | b'\n' | b'\r' if depth == 0 => return pos,
            _ => pos += 1,
        }
        if depth == 0 && matches!(bytes.get(pos - 1), Some(b'"' | b'}' | b']')) {
            return pos;
        }
    }
    pos
}
