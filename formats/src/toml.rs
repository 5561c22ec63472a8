//! TOML as records: reads it, and writes a merged record into a document without touching the rest of it.
//!
//! Integers and floats read as JSON numbers of the same value (`0x1F` is `31`, `1_000` is `1000`, `+1` is `1`), their
//! spelling is style. Dates, times, `inf` and `nan` read as marked strings, `!date 2024-05-01` or `!float inf`, which no
//! TOML string reads as: a string of this form reads with one more `!` in front. Line ends in strings read as `\n`.

use midair_record::{Number, Object, Value};
use toml_edit::{DocumentMut, Item, Table, TableLike, TomlError, Value as Toml};

use crate::comments::{Counted, Versions, counted};
use crate::fault::Fault;
use crate::frame::{Frame, head_comment, says_nothing};
use crate::literal;

mod comment;
mod decor;
mod fresh;
mod list;
mod write;

/// Reads a document as a record.
///
/// # Errors
/// [`Fault`] with line and column, for anything that is not TOML 1.1.
pub fn read(text: &str) -> Result<Object, Fault> {
    let plain = text.replace("\r\n", "\n");
    Ok(object(parse(&plain)?.as_table()))
}

/// `mine`, rewritten so that it says `merged`: comments, blank lines, spelling and every untouched region of mine stay.
/// What only theirs says is taken over with theirs' own text; so is a change of spelling or comment that only theirs
/// made; the rest is written in the style of its neighbours.
///
/// # Errors
/// [`Fault`] when one of the texts cannot be read, and when `merged` has something that TOML has no word for (`null`,
/// integers beyond 64 bits).
pub fn rewritten(base: Option<&str>, mine: &str, theirs: &str, merged: &Object) -> Result<String, Fault> {
    if let Some(head) = base.filter(|base| says_nothing(base))
        && let (Some(mine), Some(theirs)) = (mine.strip_prefix(head), theirs.strip_prefix(head))
    {
        return Ok(head.to_owned() + &rewritten(None, mine, theirs, merged)?);
    }
    let frames = [mine, theirs].map(|text| Frame::of(text, head_comment));
    let base_frame = base.map(|text| Frame::of(text, head_comment));
    if base_frame.as_ref().is_some_and(|base| base.body == frames[0].body) && same(&read(theirs)?, merged) {
        return Ok(Frame::around(base_frame.as_ref(), &frames[0], &frames[1], &frames[1].body));
    }
    if base == Some(theirs) && same(&read(mine)?, merged) {
        return Ok(mine.to_owned());
    }
    fresh::check(merged)?;
    let [mine, theirs] = [parse(&frames[0].body)?, parse(&frames[1].body)?];
    let base = base_frame.as_ref().map(|frame| parse(&frame.body)).transpose()?;
    let framed = |body: &str| Frame::around(base_frame.as_ref(), &frames[0], &frames[1], body);
    let tried = |afresh: &[&str]| -> Result<String, Fault> {
        Ok(framed(&write::document(base.as_ref(), &mine, &theirs, merged, afresh)?.to_string()))
    };
    let right = |text: &str| read(text).is_ok_and(|read| read == *merged);
    let text = tried(&[])?;
    if right(&text) {
        return Ok(text);
    }
    // Where splicing fails, the members that do not come back are written anew, and if need be all.
    let came = read(&text).unwrap_or_default();
    let wrong: Vec<&str> =
        merged.iter().filter(|(name, value)| came.get(*name) != Some(value)).map(|(name, _)| name.as_str()).collect();
    let attempts = wrong.iter().map(std::slice::from_ref).chain([wrong.as_slice()]);
    for text in attempts.map(tried) {
        if let Ok(text) = text
            && right(&text)
        {
            return Ok(text);
        }
    }
    let text = framed(&DocumentMut::from(fresh::table(merged)?).to_string());
    if right(&text) { Ok(text) } else { Err(Fault::of("the merged record cannot be written as TOML")) }
}

/// The comments that mine or theirs wrote and that `merged` has not.
///
/// # Errors
/// [`Fault`] when one of the texts cannot be read.
pub fn lost_comments(sides: [&str; 3], merged: &str) -> Result<Vec<String>, Fault> {
    Ok(Versions::read(sides, comments)?.lost(&[comments(merged)?]))
}

/// Whether the comments of three texts cannot all be had: `merged`, the texts that a merge may end as, decide between
/// two sides that changed the same ones.
///
/// # Errors
/// [`Fault`] when one of the texts cannot be read.
pub fn comments_are_contested(sides: [&str; 3], merged: &[&str]) -> Result<bool, Fault> {
    let merged: Vec<Counted> = merged.iter().map(|text| comments(text)).collect::<Result<_, _>>()?;
    Ok(Versions::read(sides, comments)?.are_contested(&merged))
}

fn comments(text: &str) -> Result<Counted, Fault> {
    parse(&text.replace("\r\n", "\n"))?;
    Ok(counted(comment::all(text).into_iter()))
}

fn same(one: &Object, other: &Object) -> bool {
    one == other && one.keys().eq(other.keys())
}

fn parse(text: &str) -> Result<DocumentMut, Fault> {
    let said = |fault: TomlError| {
        let what = fault.message().trim().replace('\n', ", ");
        Fault::at(what, text, fault.span().map_or(0, |span| span.start))
    };
    text.parse().map_err(said)
}

fn object(table: &dyn TableLike) -> Object {
    table.iter().filter(|(_, item)| !item.is_none()).map(|(name, item)| (name.into(), of_item(item))).collect()
}

/// What an item says.
fn of_item(item: &Item) -> Value {
    match item {
        Item::None => Value::Null,
        Item::Value(value) => of_value(value),
        Item::Table(table) => Value::Object(object(table)),
        Item::ArrayOfTables(tables) => {
            Value::Array(tables.iter().map(|table: &Table| Value::Object(object(table))).collect())
        }
    }
}

/// What a value says.
fn of_value(value: &Toml) -> Value {
    match value {
        Toml::String(text) => Value::string(literal::string(text.value(), type_of)),
        Toml::Boolean(truth) => Value::Bool(*truth.value()),
        Toml::Array(elements) => Value::Array(elements.iter().map(of_value).collect()),
        Toml::InlineTable(table) => Value::Object(object(table)),
        Toml::Datetime(when) => {
            let text = when.value().to_string();
            Value::string(literal::literal(type_of(&text).unwrap_or("datetime"), &text))
        }
        Toml::Integer(number) => decimal(&number.display_repr())
            .or_else(|| Number::parse(&number.value().to_string()))
            .map_or(Value::Null, Value::Number),
        Toml::Float(number) => match decimal(&number.display_repr()) {
            Some(number) => Value::Number(number),
            None => Value::string(literal::literal("float", number.display_repr().trim_start_matches('+'))),
        },
    }
}

/// A number as JSON spells it.
fn decimal(text: &str) -> Option<Number> {
    Number::parse(&text.trim_start_matches('+').replace('_', ""))
}

/// The type of a literal that JSON has no word for.
fn type_of(text: &str) -> Option<&'static str> {
    if matches!(text, "inf" | "-inf" | "nan" | "-nan") {
        return Some("float");
    }
    let when: toml_edit::Datetime = text.parse().ok().filter(|when: &toml_edit::Datetime| when.to_string() == text)?;
    match (when.date, when.time) {
        (Some(_), Some(_)) => Some("datetime"),
        (Some(_), None) => Some("date"),
        _ => Some("time"),
    }
}
