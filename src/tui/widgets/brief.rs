//! A value on one line, as people read it; the three kinds of nothing stay three, and what is secret is masked before.

use midair_record::schema::Shown;
use midair_record::{Object, Value};

use super::signs::held;

/// What is shown for a member that is not there.
pub const ABSENT: &str = "∅ absent";

/// What may be shown of a value, on one line. Long texts and lists are not cut here, but looked at only as far as a screen
/// is wide.
pub fn brief(shown: &Shown) -> String {
    words(shown.value())
}

fn words(value: Option<&Value>) -> String {
    match value {
        None => ABSENT.into(),
        Some(Value::Null) => "null".into(),
        Some(Value::Bool(truth)) => truth.to_string(),
        Some(Value::Number(number)) => start(number.as_str()),
        Some(Value::String(text)) => brief_text(text.as_str()),
        Some(Value::Array(elements)) if elements.is_empty() => "[] empty list".into(),
        Some(Value::Array(elements)) => {
            let words: Vec<String> = elements.iter().take(40).map(inside).collect();
            words.join(" · ")
        }
        Some(Value::Object(members)) if members.is_empty() => "{} empty object".into(),
        Some(Value::Object(members)) => brief_object(members),
    }
}

fn brief_text(text: &str) -> String {
    if text.is_empty() {
        return "\"\" empty".into();
    }
    let end = memchr::memchr2(b'\n', b'\r', text.as_bytes());
    match end.map(|end| text.split_at(end)) {
        None => start(text),
        Some((first, _)) => match lines(text) {
            1 => format!("1 line: {}", start(first)),
            many => format!("{many} lines: {}", start(first)),
        },
    }
}

/// How many lines a text has, a line break at its end not counted as one more; told at the speed of memory.
fn lines(text: &str) -> usize {
    let breaks = memchr::memchr_iter(b'\n', text.as_bytes()).count();
    breaks + usize::from(!text.ends_with('\n'))
}

fn brief_object(members: &Object) -> String {
    let words: Vec<String> =
        members.iter().take(20).map(|(name, value)| format!("{}: {}", held(name.as_str()), inside(value))).collect();
    format!("{{ {} }}", words.join(", "))
}

fn inside(value: &Value) -> String {
    match value {
        Value::Array(elements) => format!("[{}]", elements.len()),
        Value::Object(members) => match members.values().find_map(Value::as_str) {
            Some(name) => format!("{{{}…}}", start(name)),
            None => format!("{{{}}}", members.len()),
        },
        other => words(Some(other)),
    }
}

fn start(text: &str) -> String {
    let start: String = text.chars().take(400).collect();
    held(&start).into_owned()
}
