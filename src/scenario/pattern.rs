//! How a step is written: words that stand as they are and places for what differs; reads a line by such a pattern.

use midair_record::wire::{Key, check_collection, check_id};
use midair_record::{Pointer, Record, Value};

use super::reading::Statement;
use super::{Scenario, Side, Went, Who};
use crate::nearest;
use crate::tui::keys::chord;
use crate::tui::msg::Press;

/// What was read at the places of a pattern, in order.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Part {
    Who(Who),
    Key(Key),
    Name(String),
    Field(Pointer),
    Value(Value),
    Record(Record),
    Text(String),
    Keys(Vec<Press>),
    Side(Side),
    Number(u64),
    Went(Went),
}

/// The methods by which records are read and written.
const METHODS: [&str; 5] = ["GET", "PUT", "PATCH", "DELETE", "POST"];
const SIDES: [(&str, Side); 4] =
    [("theirs", Side::Theirs), ("mine", Side::Mine), ("base", Side::Base), ("both", Side::Both)];

/// Why a line does not fit a pattern, and what is wrong where it ended to.
#[derive(Clone, Debug)]
pub(super) struct Misfit {
    /// How many of its words fitted, and how many of these stand as they are.
    pub(super) fits: (usize, usize),
    pub(super) why: String,
    /// The word that was expected and did not come, and what came.
    pub(super) expected: Option<(String, String)>,
}

/// Reads a statement by a pattern: words in lower case stand as they are, words in capitals are places.
pub(super) fn read(pattern: &str, statement: &Statement, scenario: &Scenario) -> Result<Vec<Part>, Misfit> {
    let (mut rest, mut parts, mut fits) = (statement.head.as_str(), Vec::new(), (0, 0));
    let mut block_used = false;
    for word in pattern.split(' ') {
        rest = rest.trim_start();
        let misfit = |why: String| Misfit { fits, why, expected: None };
        let is_place = word.chars().all(|letter| letter.is_ascii_uppercase());
        if !is_place {
            let (found, after) = next_word(rest);
            if found != word {
                return Err(Misfit { expected: Some((word.to_owned(), found.to_owned())), ..misfit(String::new()) });
            }
            (rest, fits) = (after, (fits.0 + 1, fits.1 + 1));
            continue;
        }
        let taken = match word {
            "JSON" | "MEMBERS" | "LINES" | "KEYS" => {
                block_used = true;
                let all = whole(rest, &statement.block);
                rest = "";
                match word {
                    "JSON" => value(&all).map(Part::Value),
                    "MEMBERS" => record(&all).map(Part::Record),
                    "LINES" => Ok(Part::Text(statement.block.join("\n"))),
                    _ => keys(&all).map(Part::Keys),
                }
            }
            "TEXT" => quoted(rest).map(|(text, after)| {
                rest = after;
                Part::Text(text)
            }),
            _ => {
                let (found, after) = next_word(rest);
                rest = after;
                place(word, found, scenario)
            }
        };
        parts.push(taken.map_err(misfit)?);
        fits.0 += 1;
    }
    let trailing = rest.trim();
    if !trailing.is_empty() {
        return Err(Misfit {
            fits,
            why: format!("nothing is expected after it, and there is {}", brief(trailing)),
            expected: None,
        });
    }
    if !block_used && !statement.block.is_empty() {
        return Err(Misfit { fits, why: "nothing that is indented can follow it".into(), expected: None });
    }
    Ok(parts)
}

fn next_word(text: &str) -> (&str, &str) {
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    text.split_at(end)
}

fn whole(rest: &str, block: &[String]) -> String {
    let mut all = rest.to_owned();
    for line in block {
        all.push('\n');
        all += line;
    }
    all.trim().to_owned()
}

fn value(text: &str) -> Result<Value, String> {
    if text.is_empty() {
        return Err("a value is missing, as JSON: \"Apollo\", 150, true, null, [\"a\"] or {\"b\": 1}".into());
    }
    Value::parse(text).map_err(|fault| format!("{} is no JSON ({fault}); a text stands in double quotes", brief(text)))
}

/// A record, without the white space that makes the file readable.
fn record(text: &str) -> Result<Record, String> {
    if text.is_empty() {
        return Err("a record is missing, as JSON: {\"name\": \"Apollo\"}".into());
    }
    let record = Record::parse(text).map_err(|fault| format!("{} is no record ({fault})", brief(text)))?;
    Ok(Record::of(record.fields().clone()))
}

fn brief(text: &str) -> String {
    let mut letters = text.chars();
    let start: String = letters.by_ref().take(40).collect();
    if letters.next().is_some() { format!("{start:?}…") } else { format!("{start:?}") }
}

/// A text in double quotes, as JSON writes it, and what stands after it.
fn quoted(text: &str) -> Result<(String, &str), String> {
    let mut escaped = false;
    let end = text.char_indices().skip(1).find(|(_, letter)| {
        let ends = *letter == '"' && !escaped;
        escaped = *letter == '\\' && !escaped;
        ends
    });
    let missing = || format!("a text in double quotes is expected, not {}", brief(text));
    let (true, Some((end, _))) = (text.starts_with('"'), end) else { return Err(missing()) };
    let (quoted, rest) = text.split_at(end + 1);
    match Value::parse(quoted) {
        Ok(value) => Ok((value.as_str().unwrap_or_default().to_owned(), rest)),
        Err(fault) => Err(format!("{quoted} is no text ({fault})")),
    }
}

/// Keys by their names; what stands in single quotes is typed as it is.
fn keys(text: &str) -> Result<Vec<Press>, String> {
    if text.is_empty() {
        return Err("keys are missing: names as in ctrl-s or enter; what is typed stands in single quotes".into());
    }
    let mut presses = Vec::new();
    for (place, part) in text.split('\'').enumerate() {
        if place % 2 == 1 {
            presses.extend(part.chars().flat_map(chord::typed));
        } else if !part.trim().is_empty() {
            presses.extend(chord::presses(part)?);
        }
    }
    if text.matches('\'').count() % 2 == 1 {
        return Err("a single quote is opened and not closed".into());
    }
    Ok(presses)
}

/// What stands at a place of one word.
fn place(place: &str, found: &str, scenario: &Scenario) -> Result<Part, String> {
    if found.is_empty() {
        return Err(format!("{} is missing", called(place)));
    }
    match place {
        "WHO" | "TERMINAL" | "CLIENT" => who(place, found, scenario).map(Part::Who),
        "RECORD" => key(found).map(Part::Key),
        "COLLECTION" => {
            check_collection(found).map(|()| Part::Name(found.to_owned())).map_err(|fault| fault.to_string())
        }
        "WHAT" if found.contains('/') => key(found).map(|key| Part::Name(key.to_string())),
        "WHAT" => check_collection(found).map(|()| Part::Name(found.to_owned())).map_err(|fault| fault.to_string()),
        "ID" => check_id(found).map(|()| Part::Name(found.to_owned())).map_err(|fault| fault.to_string()),
        "FIELD" => match Pointer::parse(found) {
            Some(at) if !at.is_root() => Ok(Part::Field(at)),
            _ if found.starts_with('/') => Err(format!("{found} is no JSON pointer")),
            _ => Ok(Part::Field(Pointer::new(vec![found.to_owned()]))),
        },
        "METHOD" if METHODS.contains(&found) => Ok(Part::Name(found.to_owned())),
        "METHOD" => Err(format!("{found:?} is no method; {}", nearest::known(found, METHODS.into_iter()))),
        "SIDE" => match SIDES.iter().find(|(word, _)| *word == found) {
            Some((_, side)) => Ok(Part::Side(*side)),
            None => {
                let known = SIDES.iter().map(|(word, _)| *word);
                Err(format!("{found:?} is no side; {}", nearest::known(found, known)))
            }
        },
        "WENT" if found == "lost" => Ok(Part::Went(Went::Lost)),
        "STATUS" | "WENT" => match found.parse() {
            Ok(status @ 100..=599) if place == "WENT" => Ok(Part::Went(Went::Answered(status))),
            Ok(status @ 100..=599) => Ok(Part::Number(status.into())),
            _ => Err(format!("{found:?} is no status; a status is a number as in 412")),
        },
        "NUMBER" => match found.parse() {
            Ok(number @ 1..) => Ok(Part::Number(number)),
            _ => Err(format!("{found:?} is no number from 1 on")),
        },
        _ => Err(format!("nothing can stand at {place}")),
    }
}

fn called(place: &str) -> &'static str {
    match place {
        "WHO" => "who it is",
        "TERMINAL" => "the person at a terminal",
        "CLIENT" => "the program",
        "RECORD" => "the record, as collection/id,",
        "COLLECTION" => "the collection",
        "WHAT" => "the record, as collection/id, or the collection",
        "ID" => "the id",
        "FIELD" => "the field",
        "METHOD" => "the method",
        "SIDE" => "theirs, mine, base or both",
        "STATUS" => "the status",
        "WENT" => "the status, or lost,",
        _ => "a number",
    }
}

fn who(place: &str, found: &str, scenario: &Scenario) -> Result<Who, String> {
    let is = |who: &Who| scenario.name(*who) == found;
    match scenario.everybody().find(is) {
        Some(Who::Client(_)) if place == "TERMINAL" => Err(format!("{found} has no terminal: it is a client")),
        Some(Who::Terminal(_)) if place == "CLIENT" => {
            Err(format!("{found} sits at a terminal; this is what a client does"))
        }
        Some(who) => Ok(who),
        None => {
            let names = scenario.everybody().map(|who| scenario.name(who));
            Err(format!("nobody is called {found:?}; {}", nearest::known(found, names)))
        }
    }
}

pub(super) fn key(found: &str) -> Result<Key, String> {
    let Some((collection, id)) = found.split_once('/') else {
        return Err(format!("{found:?} is no record: a record is named as collection/id"));
    };
    Key::new(collection, id).map_err(|fault| fault.to_string())
}
