//! `midair merge` and `midair mergetool`: three versions of a file become one; knows no server.

mod document;
mod listing;
pub(super) mod plain;
pub mod tool;

use std::path::Path;

use midair_record::merge::{self as three_way, Printed};
use midair_record::schema::Violation;

use super::arguments::Merge;
use super::exit::{Exit, Failure};
use super::records::say;
use crate::tui::definition::in_words;
use document::{Bytes, Document, Law, Versions};

/// Merges, and writes what came of it.
pub fn merge(asked: &Merge) -> Result<Exit, Failure> {
    let files = [asked.base.as_path(), &asked.mine, &asked.theirs];
    let bytes = document::read_all(files)?;
    let law = Law::of(&asked.how)?;
    let named: Vec<&Path> = asked.path.as_deref().into_iter().chain([files[1], files[2], files[0]]).collect();
    let read = Versions::of(&bytes, files).and_then(|versions| Document::parse(versions, &named, files));
    let merged = match read {
        Ok(document) => of_fields(asked, document, &law)?,
        Err(failure) if asked.git => by_line(asked, &bytes, &failure)?,
        Err(failure) => return Err(failure),
    };
    match (&asked.output, asked.git) {
        (_, true) => document::to_file(&asked.mine, &merged.bytes)?,
        (Some(path), _) if path != Path::new("-") => document::to_file(path, &merged.bytes)?,
        _ => document::to_stdout(&merged.bytes)?,
    }
    if !merged.faults.is_empty() {
        return Err(Failure::because(format!("the merged file breaks the schema: {}", in_words(&merged.faults))));
    }
    if merged.open == 0 {
        return Ok(Exit::Done);
    }
    let count =
        if merged.open == 1 { "1 place is open".to_owned() } else { format!("{} places are open", merged.open) };
    let names = if merged.names.is_empty() { String::new() } else { format!(": {}", merged.names.join(", ")) };
    Err(Failure::because(count + &names))
}

/// What came of a merge.
struct Merged {
    bytes: Vec<u8>,
    open: usize,
    names: Vec<String>,
    /// What the merged file breaks of the schema.
    faults: Vec<Violation>,
}

/// Where a unit is; the root of a file has no name of its own.
fn named(unit: &three_way::Unit) -> String {
    let label = unit.label();
    if label.is_empty() { "the whole document".into() } else { label }
}

fn of_fields(asked: &Merge, document: Document, law: &Law) -> Result<Merged, Failure> {
    let (merge, written) = document.merged(&law.rules);
    let faults = law.faults(|| merge.clean());
    let conflicts = merge.units().iter().filter(|unit| unit.is_conflict());
    let (mut open, mut names) = (merge.conflicts(), conflicts.map(named).collect());
    let text = if asked.json {
        listing::of(&merge, &faults)
    } else {
        let printed = written.printed(&merge)?;
        if printed.by_line && places(&printed.parts) > 0 {
            say::aside("merged line by line, for both sides changed the same comments");
            (open, names) = (places(&printed.parts), Vec::new());
        }
        written.versions.as_file(&marked(asked, &printed.parts))
    };
    // The process is about to end: taking thousands of small values apart one by one would be time for nothing.
    std::mem::forget(merge);
    Ok(Merged { bytes: text.into_bytes(), open, names, faults })
}

/// What is no record is merged line by line, as git would: any bytes, but no binary file.
fn by_line(asked: &Merge, bytes: &Bytes, why: &Failure) -> Result<Merged, Failure> {
    if bytes.iter().any(|side| side.contains(&0)) {
        return Err(Failure::because("a side is binary, and cannot be merged; mine stays as it is"));
    }
    say::aside(&format!("merged line by line, for {}", why.sentence));
    let [base, mine, theirs] = bytes.each_ref().map(|side| in_letters(side));
    let printed = three_way::text::merged_by_line(&base, &mine, &theirs);
    let labels = labels(asked).map(|label| in_letters(label.as_bytes()));
    let text = three_way::markers(&printed, shown(asked, &labels), usize::from(asked.marker_size));
    Ok(Merged { bytes: out_of_letters(&text), open: places(&printed), names: Vec::new(), faults: Vec::new() })
}

/// Each byte as the letter with its number, so that any bytes can be merged as text.
fn in_letters(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

/// The bytes that [`in_letters`] made `text` of.
fn out_of_letters(text: &str) -> Vec<u8> {
    text.chars().filter_map(|letter| u8::try_from(letter).ok()).collect()
}

fn places(printed: &[Printed]) -> usize {
    printed.iter().filter(|part| matches!(part, Printed::Open { .. })).count()
}

/// What mine, base and theirs are called at a marker.
fn labels(asked: &Merge) -> [String; 3] {
    // As a merge driver, midair is given files with names that mean nothing.
    let label = |index: usize, word: &str, file: &Path| {
        let otherwise = || if asked.git { word.to_owned() } else { file.display().to_string() };
        asked.labels.get(index).cloned().unwrap_or_else(otherwise)
    };
    [label(0, "mine", &asked.mine), label(1, "base", &asked.base), label(2, "theirs", &asked.theirs)]
}

fn shown<'l>(asked: &Merge, [mine, base, theirs]: &'l [String; 3]) -> (&'l str, Option<&'l str>, &'l str) {
    (mine, asked.diff3.then_some(base.as_str()), theirs)
}

fn marked(asked: &Merge, printed: &[Printed]) -> String {
    three_way::markers(printed, shown(asked, &labels(asked)), usize::from(asked.marker_size))
}
