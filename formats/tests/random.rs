//! Random records, edited on two sides and written in several styles: the law always holds.
#![allow(clippy::unwrap_used)]

use midair_formats::{Fault, toml, yaml};
use midair_record::{Number, Object, Text, Value};
use proptest::prelude::*;

/// Bytes that decide everything; what is not there is 0, the simplest choice.
struct Choices {
    bytes: Vec<u8>,
    at: usize,
    comments: usize,
}

impl Choices {
    fn below(&mut self, bound: usize) -> usize {
        let byte = self.bytes.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        usize::from(byte) % bound
    }

    fn one_in(&mut self, bound: usize) -> bool {
        self.below(bound) == bound - 1
    }
}

const NAMES: [&str; 12] = ["a", "b", "name", "c d", "é", "1", "true", "x-y", "k.l", "q\"'", "#h", "z: y"];
const TEXTS: [&str; 34] = [
    "x",
    "",
    "two words",
    "yes",
    "12",
    "a: b",
    "a #b",
    "#c",
    "- x",
    "é\u{301}😀",
    "line\nline",
    "l1\nl2\n",
    "l1\n\nl2\n\n",
    "  lead\nx\n",
    "\n",
    "tab\there",
    "\u{0}\u{7f}",
    "'q' \"d\"",
    "back\\slash",
    "trail ",
    "!int 07",
    "!date 2024-05-01",
    "!float inf",
    "!float .inf",
    "!!float .nan",
    "[x, y]",
    "{a}",
    "x, y",
    "\u{2028}\u{85}\u{feff}",
    "0x1F",
    "# not\n# comment\n",
    "'''",
    "\"\"\"\nx",
    "l\n  deep\n\n  more\nend",
];

fn scalar(choices: &mut Choices, null: bool) -> Value {
    match choices.below(6) {
        0 | 1 => {
            Value::Number(Number::parse(["1", "0", "-7", "1.50", "2e5", "12345678901"][choices.below(6)]).unwrap())
        }
        2 => Value::Bool(choices.one_in(2)),
        3 if null => Value::Null,
        _ => Value::string(TEXTS[choices.below(TEXTS.len())]),
    }
}

fn value(choices: &mut Choices, depth: usize, null: bool) -> Value {
    match choices.below(6) {
        4 if depth > 0 => Value::Object(object(choices, depth - 1, null)),
        5 if depth > 0 => {
            let length = choices.below(4);
            Value::Array((0..length).map(|_| value(choices, depth - 1, null)).collect())
        }
        3 if depth > 0 => {
            let length = choices.below(3) + 1;
            let element = |choices: &mut Choices| {
                let mut members = object(choices, depth - 1, null);
                members.insert("id".into(), Value::Number(Number::parse(&choices.below(9).to_string()).unwrap()));
                Value::Object(members)
            };
            Value::Array((0..length).map(|_| element(choices)).collect())
        }
        _ => scalar(choices, null),
    }
}

fn object(choices: &mut Choices, depth: usize, null: bool) -> Object {
    let length = choices.below(if depth == 3 { 9 } else { 5 });
    (0..length).map(|_| (NAMES[choices.below(NAMES.len())].into(), value(choices, depth, null))).collect()
}

/// A few random edits.
fn edited(choices: &mut Choices, old: &Value, depth: usize, null: bool) -> Value {
    match old {
        Value::Object(members) if depth > 0 || !choices.one_in(4) => {
            let mut out = Object::new();
            for (name, old) in members {
                match choices.below(8) {
                    5 => drop(out.insert(name.clone(), value(choices, 1, null))),
                    6 => {}
                    7 => {
                        out.insert(NAMES[choices.below(NAMES.len())].into(), value(choices, 1, null));
                        out.insert(name.clone(), old.clone());
                    }
                    4 | 3 => drop(out.insert(name.clone(), edited(choices, old, depth.saturating_sub(1), null))),
                    _ => drop(out.insert(name.clone(), old.clone())),
                }
            }
            if choices.one_in(6) {
                out.reverse();
            }
            Value::Object(out)
        }
        Value::Array(elements) if depth > 0 || !choices.one_in(4) => {
            let mut out = Vec::new();
            for old in elements {
                match choices.below(8) {
                    5 => out.push(value(choices, 1, null)),
                    6 => {}
                    7 => out.extend([value(choices, 1, null), old.clone()]),
                    3 | 4 => out.push(edited(choices, old, depth.saturating_sub(1), null)),
                    _ => out.push(old.clone()),
                }
            }
            Value::Array(out)
        }
        old if choices.one_in(2) => old.clone(),
        _ => value(choices, 1, null),
    }
}

/// Members from here and there.
fn mixed(choices: &mut Choices, mine: &Value, theirs: &Value) -> Value {
    match (mine, theirs) {
        (Value::Object(mine), Value::Object(theirs)) => {
            let mut out = Object::new();
            for (name, value) in mine {
                match (theirs.get(name.as_str()), choices.below(3)) {
                    (Some(other), _) => drop(out.insert(name.clone(), mixed(choices, value, other))),
                    (None, 0 | 1) => drop(out.insert(name.clone(), value.clone())),
                    _ => {}
                }
            }
            for (index, (name, value)) in theirs.iter().enumerate() {
                if !out.contains_key(name.as_str()) && !choices.one_in(4) {
                    out.shift_insert(index.min(out.len()), name.clone(), value.clone());
                }
            }
            Value::Object(out)
        }
        (Value::Array(mine), Value::Array(theirs)) if choices.one_in(2) => {
            let mut out = Vec::new();
            for index in 0..mine.len().max(theirs.len()) {
                match (mine.get(index), theirs.get(index)) {
                    (Some(mine), Some(theirs)) => out.push(mixed(choices, mine, theirs)),
                    (one, other) => out.extend(one.or(other).cloned()),
                }
            }
            Value::Array(out)
        }
        (mine, theirs) => if choices.one_in(2) { theirs } else { mine }.clone(),
    }
}

/// A comment now and then.
fn remark(choices: &mut Choices) -> String {
    if !choices.one_in(3) {
        return String::new();
    }
    choices.comments += 1;
    format!("# c{}, [x] {{", choices.comments)
}

fn remark_lines(choices: &mut Choices, indent: &str, after: &str) -> String {
    let mut out = String::new();
    // After a block scalar that keeps its last lines a blank line would be one of them.
    if choices.one_in(5) && !after.ends_with("\n\n") {
        out += "\n";
    }
    let text = remark(choices);
    if !text.is_empty() {
        out += &format!("{indent}{text}\n");
        if choices.one_in(4) {
            out += "\n";
        }
    }
    out
}

fn end_of_line(choices: &mut Choices) -> String {
    match remark(choices) {
        text if text.is_empty() => "\n".into(),
        text => format!(" {text}\n"),
    }
}

/// The document of the library's own making that says a record, for pieces of it.
fn yaml_scalar(choices: &mut Choices, value: &Value, col: usize) -> String {
    if let Value::String(text) = value {
        let says = text.as_str();
        let clean = !says.chars().any(|c| c.is_control() && c != '\n' || matches!(c, '\u{2028}' | '\u{feff}'));
        let lines = says.contains('\n') && !says.starts_with(['\n', ' ']);
        match choices.below(6) {
            2 if !says.starts_with('!') => return text.canonical().replace('\u{7f}', "\\x7f").replace('\u{85}', "\\N"),
            3 if clean && !says.contains('\n') && !says.starts_with('!') => {
                return format!("'{}'", says.replace('\'', "''"));
            }
            4 if clean && lines => {
                let chomp = if says.ends_with("\n\n") {
                    "+"
                } else if says.ends_with('\n') {
                    ""
                } else {
                    "-"
                };
                let comment = ["", " # header"][choices.below(2)];
                let pad = " ".repeat(col + 1 + choices.below(3));
                let body: String = says
                    .strip_suffix('\n')
                    .unwrap_or(says)
                    .split('\n')
                    .map(|line| if line.is_empty() { "\n".into() } else { format!("\n{pad}{line}") })
                    .collect();
                return format!("|{chomp}{comment}{body}");
            }
            5 if says == "two words" => return format!(">-\n{0}two\n{0}words", " ".repeat(col + 1)),
            5 if says == "line\nline" => return format!("\"line\n\n{}line\"", " ".repeat(col + 1)),
            1 if says == "two words" => return format!("two\n{}words", " ".repeat(col + 1)),
            _ => {}
        }
    }
    let mut record = Object::new();
    record.insert("k".into(), value.clone());
    let text = yaml::rewritten(None, "", "", &record).unwrap();
    let text = text.strip_prefix("k: ").unwrap().strip_suffix('\n').unwrap();
    text.replace("\n  ", &format!("\n{}", " ".repeat(col + 2)))
}

fn yaml_key(name: &Text) -> String {
    let mut record = Object::new();
    record.insert(name.clone(), Value::Null);
    yaml::rewritten(None, "", "", &record).unwrap().replace(" null\n", "")
}

fn yaml_flow(choices: &mut Choices, value: &Value) -> String {
    let pad = ["", " "][choices.below(2)];
    let between = ["", "\n      # in\n      ", " # at\n     "][choices.below(3)];
    match value {
        Value::Object(members) => {
            let members: Vec<String> = members
                .iter()
                .map(|(name, value)| format!("{}: {}", name.canonical(), yaml_flow(choices, value)))
                .collect();
            format!("{{{pad}{}{pad}}}", members.join(&format!(",{} ", between)))
        }
        Value::Array(elements) => {
            let elements: Vec<String> = elements.iter().map(|value| yaml_flow(choices, value)).collect();
            format!("[{pad}{}{pad}]", elements.join(&format!(",{} ", between)))
        }
        Value::String(text) if text.as_str().starts_with('!') => yaml_scalar(choices, value, 0),
        Value::String(_) => value.canonical().replace('\u{7f}', "\\x7f"),
        value => value.to_json(),
    }
}

fn yaml_entries(choices: &mut Choices, value: &Value, col: usize, out: &mut String, compact: bool) {
    let step = 2 + choices.below(2) * 2;
    let indent = " ".repeat(col);
    let members: Vec<(Option<String>, &Value)> = match value {
        Value::Object(members) => members.iter().map(|(name, value)| (Some(yaml_key(name)), value)).collect(),
        Value::Array(elements) => elements.iter().map(|value| (None, value)).collect(),
        _ => unreachable!(),
    };
    for (index, (key, value)) in members.into_iter().enumerate() {
        if index > 0 || !compact {
            *out += &remark_lines(choices, &indent, out);
            *out += &indent;
        }
        *out += key.as_deref().unwrap_or("-");
        let empty = match value {
            Value::Object(members) => members.is_empty(),
            Value::Array(elements) => elements.is_empty(),
            _ => true,
        };
        let deep = matches!(value, Value::Object(_) | Value::Array(_));
        if deep && (empty || choices.one_in(4)) {
            *out += &format!(" {}", yaml_flow(choices, value));
            *out += &end_of_line(choices);
        } else if deep {
            let is_array = matches!(value, Value::Array(_));
            if key.is_none() && !choices.one_in(4) {
                *out += " ";
                yaml_entries(choices, value, col + 2, out, true);
            } else {
                *out += &end_of_line(choices);
                let inner = if key.is_some() && is_array && choices.one_in(2) { col } else { col + step };
                yaml_entries(choices, value, inner, out, false);
            }
        } else {
            let text = yaml_scalar(choices, value, col);
            let text = if value == &Value::Null && choices.one_in(2) { String::new() } else { format!(" {text}") };
            *out += &text;
            *out += &if text.contains('\n') { "\n".to_owned() } else { end_of_line(choices) };
        }
    }
    if choices.one_in(6) {
        *out += &format!("{indent}# end\n");
    }
}

fn yaml_text(choices: &mut Choices, value: &Value) -> String {
    let mut out = ["", "---\n", "# head\n\n"][choices.below(3)].to_owned();
    yaml_entries(choices, value, 0, &mut out, false);
    if value.as_object().unwrap().is_empty() {
        out += "{}\n";
    }
    out
}

fn toml_value(choices: &mut Choices, value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let members: Vec<String> = members
                .iter()
                .map(|(name, value)| format!("{} = {}", toml_key(name), toml_value(choices, value)))
                .collect();
            format!("{{ {} }}", members.join(", "))
        }
        Value::Array(elements) => {
            let lines = choices.one_in(2);
            let elements: Vec<String> = elements.iter().map(|value| toml_value(choices, value)).collect();
            match lines && !elements.is_empty() {
                true => format!(
                    "[\n  {}{}]",
                    elements.join(", # e\n  # above\n  "),
                    [" # last\n", ",\n", "\n"][choices.below(3)]
                ),
                false => format!("[{}]", elements.join(", ")),
            }
        }
        value => {
            let mut record = Object::new();
            record.insert("k".into(), value.clone());
            let text = toml::rewritten(None, "", "", &record).unwrap();
            text.strip_prefix("k = ").unwrap().strip_suffix('\n').unwrap().to_owned()
        }
    }
}

fn toml_key(name: &Text) -> String {
    let mut record = Object::new();
    record.insert(name.clone(), Value::Bool(true));
    toml::rewritten(None, "", "", &record).unwrap().replace(" = true\n", "")
}

fn toml_entries(choices: &mut Choices, members: &Object, path: &str, out: &mut String) {
    let mut below = Vec::new();
    for (name, value) in members {
        let key = toml_key(name);
        match value {
            Value::Object(inner) if choices.one_in(3) && !inner.is_empty() => {
                for (name, value) in inner {
                    *out += &remark_lines(choices, "", out);
                    *out += &format!("{key}.{} = {}", toml_key(name), toml_value(choices, value));
                    *out += &end_of_line(choices);
                }
            }
            Value::Object(_) if !choices.one_in(3) => below.push((key, value)),
            Value::Array(elements)
                if !elements.is_empty()
                    && elements.iter().all(|one| one.as_object().is_some())
                    && !choices.one_in(3) =>
            {
                below.push((key, value));
            }
            value => {
                *out += &remark_lines(choices, "", out);
                *out += &format!("{key} = {}", toml_value(choices, value));
                *out += &end_of_line(choices);
            }
        }
    }
    for (key, value) in below {
        let path = if path.is_empty() { key } else { format!("{path}.{key}") };
        let elements = match value {
            Value::Array(elements) => elements.iter().collect(),
            value => vec![value],
        };
        for element in elements {
            *out += &remark_lines(choices, "", out);
            let array = matches!(value, Value::Array(_));
            *out += &if array { format!("[[{path}]]") } else { format!("[{path}]") };
            *out += &end_of_line(choices);
            toml_entries(choices, element.as_object().unwrap(), &path, out);
        }
    }
}

fn toml_text(choices: &mut Choices, value: &Value) -> String {
    let mut out = ["", "# head\n\n"][choices.below(2)].to_owned();
    toml_entries(choices, value.as_object().unwrap(), "", &mut out);
    out
}

struct Format {
    null: bool,
    ordered: bool,
    text: fn(&mut Choices, &Value) -> String,
    read: fn(&str) -> Result<Object, Fault>,
    rewritten: fn(Option<&str>, &str, &str, &Object) -> Result<String, Fault>,
}

const YAML: Format =
    Format { null: true, ordered: true, text: yaml_text, read: yaml::read, rewritten: yaml::rewritten };
const TOML: Format =
    Format { null: false, ordered: false, text: toml_text, read: toml::read, rewritten: toml::rewritten };

fn check(format: &Format, bytes: Vec<u8>) {
    let mut choices = Choices { bytes, at: 0, comments: 0 };
    let choices = &mut choices;
    let base = Value::Object(object(choices, 3, format.null));
    let mine = edited(choices, &base, 2, format.null);
    let theirs = edited(choices, &base, 2, format.null);
    let base_text = (format.text)(choices, &base);
    let read = |text: &str| Value::Object((format.read)(text).unwrap_or_else(|fault| panic!("{fault}\n{text}")));
    assert_eq!(read(&base_text), base, "{base_text}");
    let side = |choices: &mut Choices, value: &Value| match choices.one_in(3) {
        true => (format.text)(choices, value),
        false => (format.rewritten)(Some(&base_text), &base_text, &base_text, value.as_object().unwrap()).unwrap(),
    };
    let mut mine_text = side(choices, &mine);
    let theirs_text = side(choices, &theirs);
    assert_eq!(read(&mine_text), mine, "{base_text}\n=====\n{mine_text}");
    assert_eq!(read(&theirs_text), theirs, "{base_text}\n=====\n{theirs_text}");
    if choices.one_in(3) {
        mine_text = mine_text.replace('\n', "\r\n");
    }
    let merged = mixed(choices, &read(&mine_text), &read(&theirs_text));
    let base_option = (!choices.one_in(4)).then_some(base_text.as_str());
    let told = || format!("BASE\n{base_text}\nMINE\n{mine_text}\nTHEIRS\n{theirs_text}\nMERGED {}", merged.to_json());
    let text = (format.rewritten)(base_option, &mine_text, &theirs_text, merged.as_object().unwrap())
        .unwrap_or_else(|fault| panic!("{fault}\n{}", told()));
    let back = read(&text);
    assert_eq!(back, merged, "{}\nRESULT\n{text}", told());
    if format.ordered {
        assert_eq!(back.canonical(), merged.canonical(), "{}\nRESULT\n{text}", told());
    }
    // A member of mine that only mine has or that all agree on keeps its line, comment and all.
    let top = mine_text.lines().take_while(|line| !line.starts_with('['));
    for line in top.filter(|line| line.contains("# c") && !line.starts_with([' ', '#', '-', '['])) {
        let Some((name, _)) = line.split_once([':', ' ']).filter(|(name, _)| name.chars().all(char::is_alphanumeric))
        else {
            continue;
        };
        let in_mine = read(&mine_text);
        let (old, new) = (in_mine.as_object().unwrap().get(name), merged.as_object().unwrap().get(name));
        let elsewhere = theirs_text.contains(&format!("{name}:")) || theirs_text.contains(&format!("{name} ="));
        if old == new && old.is_some_and(|old| !matches!(old, Value::Object(_) | Value::Array(_))) && !elsewhere {
            assert!(text.lines().any(|other| other == line), "{line}\n{}\nRESULT\n{text}", told());
        }
    }
    let mine_record = read(&mine_text);
    let again = (format.rewritten)(Some(&base_text), &mine_text, &base_text, mine_record.as_object().unwrap()).unwrap();
    assert_eq!(again, mine_text);
    let again = (format.rewritten)(None, &mine_text, &theirs_text, mine_record.as_object().unwrap()).unwrap();
    assert_eq!(again, mine_text, "THEIRS\n{theirs_text}");
    let theirs_record = read(&theirs_text);
    let again =
        (format.rewritten)(Some(&base_text), &base_text, &theirs_text, theirs_record.as_object().unwrap()).unwrap();
    assert_eq!(again, theirs_text);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn yaml_says_what_was_merged(bytes in proptest::collection::vec(any::<u8>(), 0..1500)) {
        check(&YAML, bytes);
    }

    #[test]
    fn toml_says_what_was_merged(bytes in proptest::collection::vec(any::<u8>(), 0..1500)) {
        check(&TOML, bytes);
    }
}

fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(300)
}
