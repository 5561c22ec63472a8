//! YAML as records: reads it, and writes a merged record into a text without touching the rest of it.
//!
//! Plain scalars read by the core schema of YAML 1.2. Integers and floats read as JSON numbers of the same value (`0x1F`
//! is `31`, `.5` is `0.5`, `+1` is `1`), their spelling is style. Numbers that JSON has no word for or that YAML 1.1 and
//! 1.2 read differently (`.inf`, `.nan`, `0644`, `0o7`) read as marked strings, `!float .inf` or `!int 0644`, which no
//! YAML string reads as: a string of this form reads with one more `!` in front. Keys read as the text they have: `1`
//! and `"1"` are the same name.

use std::collections::HashSet;

use midair_record::{Object, Value};

use crate::comments::{Counted, Versions, counted};
use crate::fault::Fault;
use crate::frame::{Frame, head_comment, says_nothing};

mod flow;
mod fresh;
mod parts;
mod scalar;
mod tree;
mod write;

/// So often a text is written again before all of it is written afresh.
const ATTEMPTS: usize = 200;

/// Reads a document as a record. A text without a value is an empty record.
///
/// # Errors
/// [`Fault`] with line and column, for anything that is not YAML and for what a record cannot say: several documents,
/// anchors, aliases, tags, keys that are not scalars or are written with `?`, names that stand twice, a top level that
/// is no mapping, nesting deeper than 128 levels.
pub fn read(text: &str) -> Result<Object, Fault> {
    let plain = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n");
    Ok(tree::parse(&plain)?.and_then(|root| root.value.as_object().cloned()).unwrap_or_default())
}

/// `mine`, rewritten so that it says `merged`: comments, blank lines, quotes and every untouched region of mine stay.
/// What only theirs says is taken over with theirs' own text; so is a change of style or comment that only theirs made;
/// the rest is written in the style of its neighbours.
///
/// # Errors
/// [`Fault`] when one of the texts cannot be read (see [`read`]), and when `merged` cannot be written.
pub fn rewritten(base: Option<&str>, mine: &str, theirs: &str, merged: &Object) -> Result<String, Fault> {
    if let Some(head) = base.filter(|base| says_nothing(base))
        && let (Some(mine), Some(theirs)) = (mine.strip_prefix(head), theirs.strip_prefix(head))
    {
        return Ok(head.to_owned() + &rewritten(None, mine, theirs, merged)?);
    }
    let wanted = Value::Object(merged.clone()).canonical();
    let says = |text: &str| read(text).map(|record| Value::Object(record).canonical() == wanted);
    let frames = [mine, theirs].map(|text| Frame::of(text, head));
    let base_frame = base.map(|text| Frame::of(text, head));
    let framed = |body: &str| Frame::around(base_frame.as_ref(), &frames[0], &frames[1], body);
    if base == Some(theirs) && says(mine)? {
        return Ok(mine.to_owned());
    }
    if base_frame.as_ref().is_some_and(|base| base.body == frames[0].body) && says(theirs)? {
        let text = framed(&frames[1].body);
        if says(&text).unwrap_or(false) {
            return Ok(text);
        }
    }
    for text in [Some(mine), Some(theirs), base].into_iter().flatten() {
        read(text)?;
    }
    let [mine, theirs] = [tree::parse(&frames[0].body)?, tree::parse(&frames[1].body)?];
    let base = base_frame.as_ref().map(|frame| tree::parse(&frame.body)).transpose()?.flatten();
    let texts = [base_frame.as_ref().map_or("", |frame| &frame.body), &frames[0].body, &frames[1].body];
    let roots = [base.as_ref(), mine.as_ref(), theirs.as_ref()];
    let merged = Value::Object(merged.clone());
    let mut afresh: HashSet<Vec<usize>> = HashSet::new();
    let mut alone: Option<Vec<Vec<usize>>> = None;
    for _ in 0..ATTEMPTS {
        let (body, touched) = write::document(texts, roots, &merged, &afresh);
        let text = framed(&body);
        let read = read(&text).map(Value::Object);
        if read.as_ref().is_ok_and(|read| read.canonical() == wanted) {
            return Ok(text);
        }
        match read {
            Ok(read) => {
                // The smallest member that came back wrong, or the one around it.
                let mut path = difference(&read, &merged).unwrap_or_default();
                while !path.is_empty() && afresh.iter().any(|done| path.starts_with(done)) {
                    path.pop();
                }
                if path.is_empty() {
                    break;
                }
                afresh.insert(path);
            }
            Err(_) => {
                // It cannot be said where it went wrong: every member that was touched in turn, the smallest first.
                let rest = alone.get_or_insert_with(|| {
                    let mut touched = touched;
                    touched.sort_by_key(Vec::len);
                    touched
                });
                let Some(next) = rest.pop() else { break };
                afresh = HashSet::from([next]);
            }
        }
    }
    let text = framed(&write::document(texts, roots, &merged, &HashSet::from([Vec::new()])).0);
    let plain = fresh::document(&merged);
    [text, plain]
        .into_iter()
        .find(|text| says(text).unwrap_or(false))
        .ok_or_else(|| Fault::of("the merged record cannot be written as YAML"))
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
    let plain = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n");
    Ok(counted(tree::comments(&plain)?.iter().map(String::as_str)))
}

/// The length of what stands before the members: directives, the start of the document, comments set apart.
fn head(text: &str) -> usize {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        at += line.len();
        let is_start = line.strip_prefix("---").is_some_and(|rest| {
            rest.trim().is_empty() || rest.starts_with([' ', '\t']) && rest.trim_start().starts_with('#')
        });
        if is_start {
            return at + head_comment(&text[at..]);
        }
        if !line.trim().is_empty() && !line.starts_with(['#', '%']) {
            break;
        }
    }
    head_comment(text)
}

/// The way to the smallest member in which two values differ.
fn difference(one: &Value, other: &Value) -> Option<Vec<usize>> {
    let inside = |index: usize, one: &Value, other: &Value| {
        let mut path = difference(one, other)?;
        path.insert(0, index);
        Some(path)
    };
    match (one, other) {
        (Value::Object(one), Value::Object(other)) if one.keys().eq(other.keys()) => {
            one.values().zip(other.values()).enumerate().find_map(|(at, (one, other))| inside(at, one, other))
        }
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            one.iter().zip(other).enumerate().find_map(|(at, (one, other))| inside(at, one, other))
        }
        (one, other) => (one.canonical() != other.canonical()).then(Vec::new),
    }
}
