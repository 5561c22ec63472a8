//! Records for the laws to be tried on: small, odd, and related the way two edits of one record are.

pub mod arrays;
pub mod schemas;

use std::collections::BTreeMap;
use std::fmt;

use midair_record::json;
use midair_record::{Object, Pointer, Record, Text, Value};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// Three versions of one record.
#[derive(Clone)]
pub struct Triple {
    pub base: Object,
    pub mine: Object,
    pub theirs: Object,
}

impl fmt::Debug for Triple {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [base, mine, theirs] =
            [&self.base, &self.mine, &self.theirs].map(|side| Value::Object(side.clone()).to_json());
        write!(f, "\nbase:   {base}\nmine:   {mine}\ntheirs: {theirs}")
    }
}

/// Literals in which readers, writers and comparisons tend to go wrong.
const ODD: [&str; 26] = [
    "null",
    "true",
    "false",
    "0",
    "-0",
    "1",
    "1.0",
    "1.50",
    "1e400",
    "1E-2",
    "9007199254740993",
    r#""""#,
    r#"" ""#,
    r#""a""#,
    r#""\u0061""#,
    r#""e\u0301""#,
    r#""\u00E9""#,
    r#""é""#,
    r#""\/""#,
    r#""\ud83d\uDE00""#,
    r#""two\nlines""#,
    r#""\u0000\u202e""#,
    r#""\\\"}],:{[""#,
    "[]",
    "{}",
    "[{}]",
];

/// Few, so that members meet; some of them what pointers and escapes stumble over.
const NAMES: [&str; 9] =
    [r#""a""#, r#""b""#, r#""c""#, r#""d.e""#, r#""\u0065""#, r#""f/g""#, r#""~1""#, r#""""#, r#""😀\n""#];

fn read(literal: &str) -> Value {
    json::parse(literal).expect(literal)
}

pub fn name() -> impl Strategy<Value = Text> {
    select(&NAMES[..]).prop_map(|literal| match read(literal) {
        Value::String(text) => text,
        other => panic!("{other:?} is no name"),
    })
}

fn leaf() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => select(&ODD[..]).prop_map(str::to_owned),
        1 => any::<i64>().prop_map(|number| number.to_string()),
        1 => vec(any::<char>(), 0..3).prop_map(|chars| Value::string(chars.into_iter().collect::<String>()).to_json()),
    ]
}

fn object_of(text: impl Strategy<Value = String>, most: usize) -> impl Strategy<Value = String> {
    vec((select(&NAMES[..]), text), 0..=most).prop_map(|members| {
        let members: BTreeMap<_, _> = members.into_iter().collect();
        let members: Vec<_> = members.into_iter().map(|(name, text)| format!("{name}:{text}")).collect();
        format!("{{{}}}", members.join(","))
    })
}

/// Compact JSON, put together without the writer that is tried on it.
pub fn text() -> impl Strategy<Value = String> {
    leaf().prop_recursive(2, 4, 3, |inner| {
        prop_oneof![
            3 => object_of(inner.clone(), 2),
            1 => vec(inner, 0..=2).prop_map(|elements| format!("[{}]", elements.join(","))),
        ]
    })
}

pub fn value() -> impl Strategy<Value = Value> {
    text().prop_map(|text| read(&text))
}

pub fn object() -> impl Strategy<Value = Object> {
    object_text().prop_map(|text| read(&text).as_object().expect("an object").clone())
}

/// An object of odd values and of texts and arrays that people edit by parts.
fn object_text() -> impl Strategy<Value = String> {
    object_of(prop_oneof![1 => text(), 2 => arrays::of_parts()], 3)
}

/// One thing that a person does to a record. `at` counts through the places it can be done at.
#[derive(Clone, Debug)]
pub struct Edit {
    at: usize,
    what: What,
}

#[derive(Clone, Debug)]
enum What {
    Tweak(bool),
    Set(Value),
    Delete,
    Add(Text, Value),
    Nest(Text),
    Wrap,
    Null,
    Empty,
    Reorder(usize),
    Part(arrays::PartEdit),
}

pub fn edits(most: usize) -> impl Strategy<Value = Vec<Edit>> {
    let what = prop_oneof![
        7 => any::<bool>().prop_map(What::Tweak),
        2 => value().prop_map(What::Set),
        3 => Just(What::Delete),
        3 => (name(), value()).prop_map(|(name, value)| What::Add(name, value)),
        1 => name().prop_map(What::Nest),
        1 => Just(What::Wrap),
        1 => Just(What::Null),
        1 => Just(What::Empty),
        1 => (0usize..4).prop_map(What::Reorder),
        12 => arrays::part_edit().prop_map(What::Part),
    ];
    let at = prop_oneof![2 => 0..2usize, 2 => 0..6usize, 1 => 0..24usize];
    vec((at, what).prop_map(|(at, what)| Edit { at, what }), 0..=most)
}

pub fn edited(fields: &Object, edits: &[Edit]) -> Object {
    edits.iter().fold(fields.clone(), |fields, edit| edit.of(fields))
}

impl Edit {
    fn of(&self, mut fields: Object) -> Object {
        let mut places = sites(&fields);
        if let What::Part(_) = &self.what {
            places.retain(|at| at.get(&fields).is_some_and(arrays::has_parts));
        }
        let at = places.get(self.at % places.len().max(1)).cloned().unwrap_or_default();
        let was = at.get(&fields).cloned();
        match &self.what {
            What::Tweak(up) => at.set(&mut fields, was.map(|was| tweaked(was, *up))),
            What::Set(value) => at.set(&mut fields, Some(value.clone())),
            What::Delete => at.set(&mut fields, None),
            What::Add(name, value) => {
                let beside = Pointer::new(at.names().iter().rev().skip(1).rev().cloned().collect());
                add(&mut fields, &beside, name, value.clone());
            }
            What::Nest(name) => {
                if let Some(was) = was {
                    at.set(&mut fields, Some(Value::Object(Object::from_iter([(name.clone(), was)]))));
                }
            }
            What::Wrap => at.set(&mut fields, was.map(|was| Value::Array(vec![was]))),
            What::Null => at.set(&mut fields, Some(Value::Null)),
            What::Empty => at.set(&mut fields, Some(Value::string(""))),
            What::Reorder(turns) => {
                if let Some(Value::Object(mut inside)) = was {
                    reorder(&mut inside, *turns);
                    at.set(&mut fields, Some(Value::Object(inside)));
                }
                reorder(&mut fields, *turns);
            }
            What::Part(edit) => at.set(&mut fields, was.map(|was| edit.of(was))),
        }
        fields
    }
}

/// Another value of the same type, where there is one.
fn tweaked(was: Value, up: bool) -> Value {
    match was {
        Value::Null => Value::string(if up { "set" } else { "" }),
        Value::Bool(truth) => Value::Bool(!truth),
        Value::Number(number) => read(&format!("{}{}", if up { "2" } else { "3" }, number.as_str().trim_matches('-'))),
        Value::String(text) => Value::string(format!("{}{}", text.as_str(), if up { "↑" } else { "\u{0}" })),
        Value::Array(mut elements) => {
            elements.push(Value::Bool(up));
            Value::Array(elements)
        }
        Value::Object(mut members) => {
            if members.pop().is_none() {
                members.insert("a".into(), Value::Bool(up));
            }
            Value::Object(members)
        }
    }
}

fn add(fields: &mut Object, beside: &Pointer, name: &Text, value: Value) {
    match beside.get(fields) {
        Some(Value::Object(inside)) => {
            let mut inside = inside.clone();
            inside.insert(name.clone(), value);
            beside.set(fields, Some(Value::Object(inside)));
        }
        _ => drop(fields.insert(name.clone(), value)),
    }
}

fn reorder(members: &mut Object, turns: usize) {
    for turn in 0..turns.min(members.len()) {
        members.move_index(turn, members.len() - 1);
    }
}

/// The same record with the name and the text of one member in other escapes.
fn respell(fields: &mut Object, at: usize) {
    let escaped = |text: &Text| {
        let escape = |sign: char| match u16::try_from(sign) {
            Ok(code) => format!("\\u{code:04X}"),
            Err(_) => sign.to_string(),
        };
        let signs: String = text.as_str().chars().map(escape).collect();
        match read(&format!("\"{signs}\"")) {
            Value::String(text) => text,
            other => panic!("{other:?} is no text"),
        }
    };
    let at = at % fields.len().max(1);
    if let Some((name, value)) = fields.shift_remove_index(at) {
        let value = match &value {
            Value::String(text) => Value::String(escaped(text)),
            _ => value,
        };
        fields.shift_insert(at, escaped(&name), value);
    }
}

/// Every member that a pointer reaches, parents before what is in them.
pub fn places(fields: &Object) -> Vec<Pointer> {
    fn walk(at: &Pointer, fields: &Object, found: &mut Vec<Pointer>) {
        for (name, value) in fields {
            let at = at.child(name.as_str());
            found.push(at.clone());
            if let Value::Object(inside) = value {
                walk(&at, inside, found);
            }
        }
    }
    let mut found = Vec::new();
    walk(&Pointer::root(), fields, &mut found);
    found
}

/// As [`places`], and every element of an array by its index.
fn sites(fields: &Object) -> Vec<Pointer> {
    fn walk(at: Pointer, value: &Value, found: &mut Vec<Pointer>) {
        found.push(at.clone());
        match value {
            Value::Object(members) => {
                members.iter().for_each(|(name, value)| walk(at.child(name.as_str()), value, found));
            }
            Value::Array(elements) => {
                elements.iter().enumerate().for_each(|(index, value)| walk(at.child(&index.to_string()), value, found));
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    for (name, value) in fields {
        walk(Pointer::root().child(name.as_str()), value, &mut found);
    }
    found
}

/// Mostly two edits of one record, some of them the same on both sides; now and then three strangers.
pub fn triple() -> impl Strategy<Value = Triple> {
    let respelled = prop_oneof![6 => Just(None), 1 => (any::<bool>(), 0..4usize).prop_map(Some)];
    let related = (object(), edits(1), edits(3), edits(3), respelled).prop_map(|(base, shared, mine, theirs, anew)| {
        let both = edited(&base, &shared);
        let (mut mine, mut theirs) = (edited(&both, &mine), edited(&both, &theirs));
        if let Some((mine_is_it, at)) = anew {
            respell(if mine_is_it { &mut mine } else { &mut theirs }, at);
        }
        Triple { base, mine, theirs }
    });
    let strangers = (object(), object(), object()).prop_map(|(base, mine, theirs)| Triple { base, mine, theirs });
    prop_oneof![5 => related, 1 => strangers]
}

/// As [`triple`], with something in it to decide or to merge.
pub fn differing() -> impl Strategy<Value = Triple> {
    triple().prop_filter("the sides differ", |triple| triple.mine != triple.theirs)
}

/// White space to be put wherever JSON allows it, in turn.
pub fn spaces() -> impl Strategy<Value = Vec<&'static str>> {
    vec(select(&["", "", " ", "\n", "\n  ", "\t", "\r\n", "  \n\n "][..]), 1..12)
}

/// A record as somebody might have written it: with white space wherever JSON allows it.
pub fn written() -> impl Strategy<Value = Record> {
    (object_text(), spaces())
        .prop_map(|(text, spaces)| Record::parse(&spaced(&text, &spaces)).expect("white space does not matter"))
}

/// Compact JSON with white space put into it.
pub fn spaced(compact: &str, spaces: &[&str]) -> String {
    let mut spaces = spaces.iter().cycle();
    let mut space = || *spaces.next().expect("at least one");
    let mut text = space().to_owned();
    let (mut in_string, mut escaped) = (false, false);
    for sign in compact.chars() {
        let structure = !in_string && "{}[],:".contains(sign);
        if structure {
            text += space();
        }
        text.push(sign);
        if structure {
            text += space();
        }
        in_string ^= sign == '"' && !escaped;
        escaped = in_string && sign == '\\' && !escaped;
    }
    text + space()
}
