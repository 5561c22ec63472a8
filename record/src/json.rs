//! Reads and writes JSON text without losing any of it; refuses duplicate names, lone surrogates and bottomless nesting.
//!
//! A reader of our own, because exact text is what midair exists for: the common ones drop escapes, swallow duplicate
//! names and cannot say at which member a fault stands.

use std::fmt;

use indexmap::map::Entry;

use crate::pointer::Pointer;
use crate::value::{Number, Object, Text, Value};

/// The deepest nesting that is read, counted in opened brackets.
pub const MAX_DEPTH: usize = 128;

/// For how many members room is made in an object at first.
const USUAL_MEMBERS: usize = 8;

/// Why a text is not a record, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Malformed {
    /// What is wrong, as a clause: `the name "a" stands twice in one object`.
    pub what: String,
    /// Line, counted from 1.
    pub line: usize,
    /// Column in characters, counted from 1.
    pub column: usize,
    /// The member in which the fault stands.
    pub at: Pointer,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at line {}, column {}", self.what, self.line, self.column)?;
        if self.at.is_root() { Ok(()) } else { write!(f, " (in {})", self.at) }
    }
}

/// Reads bytes that should be UTF-8 JSON.
///
/// # Errors
/// As [`parse`], and for invalid UTF-8.
pub fn parse_bytes(bytes: &[u8]) -> Result<Value, Malformed> {
    match std::str::from_utf8(bytes) {
        Ok(text) => parse(text),
        Err(fault) => {
            let good = String::from_utf8_lossy(&bytes[..fault.valid_up_to()]);
            let (line, column) = place(&good, good.len());
            Err(Malformed { what: "the text is not valid UTF-8".into(), line, column, at: Pointer::root() })
        }
    }
}

/// Reads one JSON value (RFC 8259); white space around it is allowed.
///
/// # Errors
/// [`Malformed`] with line, column and pointer.
pub fn parse(text: &str) -> Result<Value, Malformed> {
    let mut reader = Reader { text, bytes: text.as_bytes(), pos: 0, depth: 0, path: Vec::new() };
    let read = reader.document();
    read.map_err(|fault| Malformed {
        at: Pointer::new(reader.path.iter().map(Step::name).collect()),
        ..fault.in_text(text)
    })
}

fn place(text: &str, pos: usize) -> (usize, usize) {
    let mut end = pos.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let before = &text[..end];
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    (before.matches('\n').count() + 1, before[start..].chars().count() + 1)
}

pub(crate) struct Fault {
    what: String,
    pos: usize,
}

impl Fault {
    /// The fault as people are told it, with its line and column in `text`.
    pub(crate) fn in_text(self, text: &str) -> Malformed {
        let (line, column) = place(text, self.pos);
        Malformed { what: self.what, line, column, at: Pointer::root() }
    }
}

pub(crate) fn fault<T>(what: impl Into<String>, pos: usize) -> Result<T, Fault> {
    Err(Fault { what: what.into(), pos })
}

/// A step from a value into it.
enum Step {
    Member(Text),
    Element(usize),
}

impl Step {
    fn name(&self) -> String {
        match self {
            Step::Member(name) => name.as_str().to_owned(),
            Step::Element(index) => index.to_string(),
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    bytes: &'a [u8],
    pos: usize,
    depth: usize,
    path: Vec<Step>,
}

impl Reader<'_> {
    fn document(&mut self) -> Result<Value, Fault> {
        self.space();
        let value = self.value()?;
        self.space();
        if self.pos < self.bytes.len() {
            return fault("there is more text after the end of the value", self.pos);
        }
        Ok(value)
    }

    fn space(&mut self) {
        self.pos = skip_space(self.bytes, self.pos);
    }

    fn value(&mut self) -> Result<Value, Fault> {
        match self.bytes.get(self.pos) {
            Some(b'{') => self.nested(Self::object),
            Some(b'[') => self.nested(Self::array),
            Some(b'"') => self.string().map(Value::String),
            Some(b'-' | b'0'..=b'9') => {
                let end = number_end(self.bytes, self.pos)?;
                let text = &self.text[self.pos..end];
                self.pos = end;
                Number::parse(text).map(Value::Number).ok_or(Fault { what: "not a number".into(), pos: end })
            }
            _ => self.word(),
        }
    }

    fn word(&mut self) -> Result<Value, Fault> {
        for (word, value) in [("null", Value::Null), ("true", Value::Bool(true)), ("false", Value::Bool(false))] {
            if self.bytes[self.pos..].starts_with(word.as_bytes()) {
                self.pos += word.len();
                return Ok(value);
            }
        }
        match self.text[self.pos..].chars().next() {
            None => fault("the text ends where a value should stand", self.pos),
            Some(found) => fault(format!("a value should stand here, found {found:?}"), self.pos),
        }
    }

    fn nested(&mut self, read: fn(&mut Self) -> Result<Value, Fault>) -> Result<Value, Fault> {
        if self.depth == MAX_DEPTH {
            return fault(format!("nested deeper than {MAX_DEPTH} levels"), self.pos);
        }
        self.depth += 1;
        self.pos += 1;
        let value = read(self)?;
        self.depth -= 1;
        Ok(value)
    }

    fn object(&mut self) -> Result<Value, Fault> {
        let mut members = Object::new();
        loop {
            self.space();
            match self.bytes.get(self.pos) {
                Some(b'}') if members.is_empty() => break,
                Some(b'"') => {}
                Some(b'}') => return fault("a comma before the closing brace", self.pos),
                _ => return fault("a member name in double quotes should stand here", self.pos),
            }
            if members.is_empty() {
                members.reserve(USUAL_MEMBERS);
            }
            let start = self.pos;
            let name = self.string()?;
            let vacant = match members.entry(name) {
                Entry::Vacant(vacant) => vacant,
                Entry::Occupied(taken) => {
                    return fault(format!("the name {} stands twice in one object", taken.key().canonical()), start);
                }
            };
            self.space();
            if self.bytes.get(self.pos) != Some(&b':') {
                return fault("a colon should stand here", self.pos);
            }
            self.pos += 1;
            self.space();
            self.path.push(Step::Member(vacant.key().clone()));
            vacant.insert(self.value()?);
            self.path.pop();
            self.space();
            match self.bytes.get(self.pos) {
                Some(b',') => self.pos += 1,
                Some(b'}') => break,
                _ => return fault("a comma or a closing brace should stand here", self.pos),
            }
        }
        self.pos += 1;
        Ok(Value::Object(members))
    }

    fn array(&mut self) -> Result<Value, Fault> {
        let mut elements = Vec::new();
        loop {
            self.space();
            if self.bytes.get(self.pos) == Some(&b']') {
                if elements.is_empty() {
                    break;
                }
                return fault("a comma before the closing bracket", self.pos);
            }
            self.path.push(Step::Element(elements.len()));
            elements.push(self.value()?);
            self.path.pop();
            self.space();
            match self.bytes.get(self.pos) {
                Some(b',') => self.pos += 1,
                Some(b']') => break,
                _ => return fault("a comma or a closing bracket should stand here", self.pos),
            }
        }
        self.pos += 1;
        Ok(Value::Array(elements))
    }

    fn string(&mut self) -> Result<Text, Fault> {
        let start = self.pos;
        let end = string_end(self.bytes, start)?;
        let inner = &self.text[start + 1..end - 1];
        self.pos = end;
        if inner.contains('\\') {
            return Ok(Text::escaped(unescape(inner, start + 1)?, &self.text[start..end]));
        }
        Ok(inner.into())
    }
}

/// The first position at or after `pos` that holds no white space.
pub(crate) fn skip_space(bytes: &[u8], mut pos: usize) -> usize {
    while matches!(bytes.get(pos), Some(b' ' | b'\t' | b'\n' | b'\r')) {
        pos += 1;
    }
    pos
}

/// The position after the string literal that starts at `start`.
pub(crate) fn string_end(bytes: &[u8], start: usize) -> Result<usize, Fault> {
    let mut pos = start + 1;
    loop {
        match bytes.get(pos) {
            None => return fault("the text ends inside a string", pos),
            Some(b'"') => return Ok(pos + 1),
            Some(b'\\') => pos += 2,
            Some(0..=0x1f) => {
                return fault("a control character stands in a string; write it as an escape", pos);
            }
            Some(_) => pos += 1,
        }
    }
}

/// The position after the number that starts at `pos`.
pub(crate) fn number_end(bytes: &[u8], mut pos: usize) -> Result<usize, Fault> {
    let digits = |mut at: usize| {
        let start = at;
        while matches!(bytes.get(at), Some(b'0'..=b'9')) {
            at += 1;
        }
        if at == start { fault("a digit should stand here", at) } else { Ok(at) }
    };
    if bytes.get(pos) == Some(&b'-') {
        pos += 1;
    }
    pos = match bytes.get(pos) {
        Some(b'0') => pos + 1,
        _ => digits(pos)?,
    };
    if matches!(bytes.get(pos), Some(b'0'..=b'9')) {
        return fault("a number cannot start with 0", pos);
    }
    if bytes.get(pos) == Some(&b'.') {
        pos = digits(pos + 1)?;
    }
    if matches!(bytes.get(pos), Some(b'e' | b'E')) {
        pos += 1;
        if matches!(bytes.get(pos), Some(b'+' | b'-')) {
            pos += 1;
        }
        pos = digits(pos)?;
    }
    Ok(pos)
}

fn unescape(inner: &str, offset: usize) -> Result<smol_str::SmolStr, Fault> {
    let mut says = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(at) = rest.find('\\') {
        says.push_str(&rest[..at]);
        let here = offset + inner.len() - rest.len() + at;
        let escape = &rest[at + 1..];
        let simple = match escape.as_bytes().first() {
            Some(b'"') => Some('"'),
            Some(b'\\') => Some('\\'),
            Some(b'/') => Some('/'),
            Some(b'b') => Some('\u{8}'),
            Some(b'f') => Some('\u{c}'),
            Some(b'n') => Some('\n'),
            Some(b'r') => Some('\r'),
            Some(b't') => Some('\t'),
            Some(b'u') => None,
            _ => return fault("an unknown escape in a string", here),
        };
        if let Some(plain) = simple {
            says.push(plain);
            rest = &escape[1..];
            continue;
        }
        let high = hex4(escape.get(1..5), here)?;
        rest = &escape[5..];
        let code = match high {
            0xD800..=0xDBFF => {
                let pair = rest.strip_prefix("\\u").and_then(|low| low.get(..4));
                let low = match pair {
                    Some(_) => hex4(pair, here)?,
                    None => return fault("a lone surrogate in a string", here),
                };
                if !(0xDC00..=0xDFFF).contains(&low) {
                    return fault("a lone surrogate in a string", here);
                }
                rest = &rest[6..];
                0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)
            }
            code => code,
        };
        match char::from_u32(code) {
            Some(plain) => says.push(plain),
            None => return fault("a lone surrogate in a string", here),
        }
    }
    says.push_str(rest);
    Ok(says.into())
}

fn hex4(digits: Option<&str>, pos: usize) -> Result<u32, Fault> {
    digits
        .filter(|text| text.bytes().all(|byte| byte.is_ascii_hexdigit()))
        .and_then(|text| u32::from_str_radix(text, 16).ok())
        .ok_or(Fault { what: "four hexadecimal digits should follow \\u".into(), pos })
}

/// Which spelling of strings [`write`] uses.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Literals {
    AsWritten,
    Canonical,
}

/// Appends `value` as compact JSON.
pub(crate) fn write(out: &mut String, value: &Value, literals: Literals) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(truth) => out.push_str(if *truth { "true" } else { "false" }),
        Value::Number(number) => out.push_str(number.as_str()),
        Value::String(text) => write_text(out, text, literals),
        Value::Array(elements) => {
            out.push('[');
            for (index, element) in elements.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write(out, element, literals);
            }
            out.push(']');
        }
        Value::Object(members) => write_object(out, members, literals),
    }
}

/// Appends `members` as compact JSON.
pub(crate) fn write_object(out: &mut String, members: &Object, literals: Literals) {
    out.push('{');
    for (index, (name, member)) in members.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        write_text(out, name, literals);
        out.push(':');
        write(out, member, literals);
    }
    out.push('}');
}

fn write_text(out: &mut String, text: &Text, literals: Literals) {
    match literals {
        Literals::AsWritten => out.push_str(&text.to_json()),
        Literals::Canonical => write_string(out, text.as_str()),
    }
}

/// Appends a string literal with as few escapes as RFC 8259 allows.
pub(crate) fn write_string(out: &mut String, says: &str) {
    use fmt::Write as _;
    out.push('"');
    if !says.bytes().any(|byte| byte < b' ' || byte == b'"' || byte == b'\\') {
        out.push_str(says);
        out.push('"');
        return;
    }
    for plain in says.chars() {
        match plain {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            control if control < ' ' => {
                let _ = write!(out, "\\u{:04x}", control as u32);
            }
            other => out.push(other),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(text: &str) -> String {
        parse(text).expect_err(text).to_string()
    }

    #[test]
    fn every_fault_is_named_with_its_place() {
        assert_eq!(says(r#"{"a":1,"a":2}"#), r#"the name "a" stands twice in one object at line 1, column 8"#);
        assert_eq!(
            says("{\n  \"a\": {\"b\": tru}}"),
            "a value should stand here, found 't' at line 2, column 14 (in /a/b)"
        );
        assert_eq!(says("[1,]"), "a comma before the closing bracket at line 1, column 4");
        assert_eq!(says(r#""\ud800""#), "a lone surrogate in a string at line 1, column 2");
        assert_eq!(says(r#""\udc00""#), "a lone surrogate in a string at line 1, column 2");
        assert_eq!(says("NaN"), "a value should stand here, found 'N' at line 1, column 1");
        assert_eq!(says("01"), "a number cannot start with 0 at line 1, column 2");
        assert_eq!(says("{} x"), "there is more text after the end of the value at line 1, column 4");
        assert_eq!(
            says("\"\u{1}\""),
            "a control character stands in a string; write it as an escape at line 1, column 2"
        );
        assert!(says("").starts_with("the text ends"));
        assert!(says("\"abc").starts_with("the text ends inside a string"));
        assert!(says("\"abc\\").starts_with("the text ends inside a string"));
        assert!(parse_bytes(b"{\"a\":\"\xff\"}").is_err());
    }

    #[test]
    fn nesting_stops_at_the_limit() {
        let deep = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
        assert!(parse(&deep(MAX_DEPTH)).is_ok());
        assert!(parse(&deep(MAX_DEPTH + 1)).is_err());
        assert!(parse(&"[".repeat(1_000_000)).is_err());
    }

    #[test]
    fn surrogate_pairs_are_one_character() {
        assert_eq!(parse(r#""\ud83d\ude00""#).ok(), Some(Value::string("😀")));
    }
}
