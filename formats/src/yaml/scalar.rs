//! YAML scalars: what a plain one says by the core schema, and how a value is spelled in a given style.

use granit_parser::ScalarStyle;
use midair_record::{Number, Value};

use crate::literal::{self, Written};

/// What a plain scalar says.
pub(super) fn resolved(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        text => match (Number::parse(text).or_else(|| number(text)), type_of(text)) {
            (Some(number), _) => Value::Number(number),
            (None, Some(kind)) => Value::string(literal::literal(kind, text)),
            (None, None) => string(text),
        },
    }
}

/// What a string says.
pub(super) fn string(says: &str) -> Value {
    Value::string(literal::string(says, type_of))
}

/// A number that JSON spells in another way, where every reader of YAML agrees on its value.
fn number(text: &str) -> Option<Number> {
    if let Some(digits) = text.strip_prefix("0x") {
        let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        return Number::parse(&u128::from_str_radix(digits, 16).ok().filter(|_| plain)?.to_string());
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let sign = if text.starts_with('-') { "-" } else { "" };
    let end = unsigned.find(['e', 'E']).unwrap_or(unsigned.len());
    let (mantissa, exponent) = unsigned.split_at(end);
    let mantissa = match mantissa.split_once('.') {
        None => mantissa.to_owned(),
        Some(("", "")) => return None,
        Some((whole, part)) => format!("{}.{}", or_zero(whole), or_zero(part)),
    };
    Number::parse(&format!("{sign}{mantissa}{exponent}"))
}

fn or_zero(digits: &str) -> &str {
    if digits.is_empty() { "0" } else { digits }
}

/// The type of a plain scalar that is a number without being one in JSON, or not the same one to every reader.
fn type_of(text: &str) -> Option<&'static str> {
    let digits = |text: &str, allowed: fn(&u8) -> bool| !text.is_empty() && text.as_bytes().iter().all(allowed);
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return Some("float");
    }
    let octal = text.strip_prefix("0o").is_some_and(|rest| digits(rest, |byte| (b'0'..=b'7').contains(byte)));
    let hex = text.strip_prefix("0x").is_some_and(|rest| digits(rest, u8::is_ascii_hexdigit));
    if octal || hex && number(text).is_none() {
        return Some("int");
    }
    if !unsigned.starts_with('0') || Number::parse(text).is_some() || number(text).is_some() {
        return None;
    }
    let (mantissa, exponent) = unsigned.split_at(unsigned.find(['e', 'E']).unwrap_or(unsigned.len()));
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let part = part.is_empty() || digits(part, u8::is_ascii_digit);
    let exponent =
        exponent.get(1..).is_none_or(|text| digits(text.strip_prefix(['+', '-']).unwrap_or(text), u8::is_ascii_digit));
    let is_number = digits(whole, u8::is_ascii_digit) && part && exponent;
    is_number.then_some(if unsigned.contains(['.', 'e', 'E']) { "float" } else { "int" })
}

/// Where a scalar is to stand.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// As a value in a block; lines of its own have this indentation.
    Block(usize),
    /// Between brackets.
    Flow,
    /// As a key.
    Key,
}

/// How strings are spelled where nothing else is known.
#[derive(Clone, Copy)]
pub(super) struct Quotes {
    /// The usual quotes of the document.
    pub(super) usual: ScalarStyle,
}

/// A scalar value, in the style of another where it can be.
pub(super) fn spelled(value: &Value, like: Option<ScalarStyle>, quotes: Quotes, place: Place) -> String {
    match value {
        Value::String(text) => match literal::written(text.as_str(), type_of) {
            Written::Literal(text) => text.to_owned(),
            Written::String(says) => quoted(says, like, quotes, place),
        },
        other => other.to_json(),
    }
}

/// A string, in the style of another where it can be.
pub(super) fn quoted(says: &str, like: Option<ScalarStyle>, quotes: Quotes, place: Place) -> String {
    let printable = says.chars().all(is_printable);
    if let Place::Block(indent) = place
        && printable
        && says.contains('\n')
        && !matches!(like, Some(ScalarStyle::DoubleQuoted))
        && let Some(text) = block(says, indent)
    {
        return text;
    }
    let single = printable && !says.contains(['\n', '\t']);
    let double = || Value::string(says).canonical();
    let double = || if printable { double() } else { escaped(says) };
    match like {
        Some(ScalarStyle::SingleQuoted) if single => format!("'{}'", says.replace('\'', "''")),
        Some(ScalarStyle::DoubleQuoted) => double(),
        _ if is_plain(says, place) => says.to_owned(),
        _ if single && quotes.usual == ScalarStyle::SingleQuoted => format!("'{}'", says.replace('\'', "''")),
        _ => double(),
    }
}

/// A literal block scalar, where it says the text without help.
fn block(says: &str, indent: usize) -> Option<String> {
    let body = says.strip_suffix('\n');
    let lines: Vec<&str> = body.unwrap_or(says).split('\n').collect();
    let bad = |line: &&str| line.starts_with('\t') || !line.is_empty() && line.trim().is_empty();
    let first = lines.first().is_none_or(|line| line.is_empty() || line.starts_with(' '));
    if first || lines.last().is_none_or(|line| line.is_empty()) || lines.iter().any(bad) {
        return None;
    }
    let mut out = String::from(if body.is_some() { "|\n" } else { "|-\n" });
    for line in lines {
        if !line.is_empty() {
            out += &" ".repeat(indent);
        }
        out += line;
        out.push('\n');
    }
    Some(out)
}

fn is_printable(c: char) -> bool {
    matches!(c, '\n' | '\t' | ' '..='~' | '\u{a0}'..='\u{2027}' | '\u{202a}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}')
        || matches!(c, '\u{ff00}'..='\u{fffd}' | '\u{10000}'..)
}

fn escaped(says: &str) -> String {
    let mut out = String::from("\"");
    for c in says.chars() {
        match c {
            '"' => out += "\\\"",
            '\\' => out += "\\\\",
            '\n' => out += "\\n",
            '\t' => out += "\\t",
            '\r' => out += "\\r",
            c if is_printable(c) => out.push(c),
            c if u32::from(c) > 0xffff => out += &format!("\\U{:08x}", u32::from(c)),
            c => out += &format!("\\u{:04x}", u32::from(c)),
        }
    }
    out + "\""
}

/// Whether a plain scalar says this string to every reader, those of YAML 1.1 too.
fn is_plain(says: &str, place: Place) -> bool {
    let mut chars = says.chars();
    let Some(first) = chars.next() else { return false };
    let second = chars.next();
    let starts = match first {
        '-' => second.is_some_and(|c| c.is_alphanumeric() || c == '-') && !says.starts_with("---"),
        first => !",[]{}#&*!|>'\"%@`?:=~<.+ ".contains(first) || first == '.' && second == Some('/'),
    };
    let looks_like_number = says.trim_start_matches(['-', '+', '.']).starts_with(|c: char| c.is_ascii_digit())
        && says.chars().all(|c| c.is_ascii_hexdigit() || "+-_.:xobTtZz ".contains(c));
    let word = says.to_ascii_lowercase();
    let is_word = matches!(word.as_str(), "y" | "n" | "yes" | "no" | "on" | "off" | "true" | "false" | "null");
    let inside = says.chars().all(|c| is_printable(c) && c != '\n' && c != '\t')
        && !says.contains(": ")
        && !says.contains(" #")
        && !says.ends_with([':', ' ']);
    let flow = place == Place::Flow && says.contains([',', '[', ']', '{', '}', ':', '?']);
    let key = place == Place::Key && says.contains([',', '[', ']', '{', '}', ':', '#']);
    starts && inside && !looks_like_number && !is_word && !flow && !key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_scalars_say_what_the_core_schema_says() {
        for (text, json) in [
            ("0x1F", "31"),
            ("+1", "1"),
            (".5", "0.5"),
            ("-1.", "-1.0"),
            ("1e5", "1e5"),
            ("0o7", r#""!int 0o7""#),
            ("0644", r#""!int 0644""#),
            ("-.inf", r#""!float -.inf""#),
            ("00.5", r#""!float 00.5""#),
            ("1_000", r#""1_000""#),
            ("0.5.1", r#""0.5.1""#),
            ("-", r#""-""#),
            (".", r#"".""#),
            ("e5", r#""e5""#),
            ("0x", r#""0x""#),
            ("on", r#""on""#),
            ("~", "null"),
            ("TRUE", "true"),
        ] {
            assert_eq!(resolved(text).to_json(), json, "{text}");
        }
        assert_eq!(string("!int 0644").to_json(), r#""!!int 0644""#);
    }
}
