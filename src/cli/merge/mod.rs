//! `midair merge` and `midair mergetool`: three versions of a file become one; knows no server.

mod document;
mod listing;
mod plain;
pub mod tool;

use std::io::Write;
use std::path::Path;

use midair_record::merge::{self as three_way, Printed};
use midair_record::schema::Violation;

use super::arguments::Merge;
use super::exit::{Exit, Failure};
use crate::tui::definition::in_words;
use document::{Document, Law, Versions};

/// Merges, and writes what came of it.
pub fn merge(asked: &Merge) -> Result<Exit, Failure> {
    let versions = Versions::read(&asked.base, &asked.mine, &asked.theirs)?;
    let law = Law::of(&asked.how)?;
    let files = [asked.base.as_path(), &asked.mine, &asked.theirs];
    let named: Vec<&Path> = asked.path.as_deref().into_iter().chain([files[1], files[2], files[0]]).collect();
    let merged = match Document::parse(versions, &named, files) {
        Ok(document) => of_fields(asked, document, &law)?,
        Err((failure, versions)) if asked.git => by_line(asked, &versions, &failure),
        Err((failure, _)) => return Err(failure),
    };
    match (&asked.output, asked.git) {
        (_, true) => document::to_file(&asked.mine, &merged.text)?,
        (Some(path), _) if path != Path::new("-") => document::to_file(path, &merged.text)?,
        _ => document::to_stdout(&merged.text)?,
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
    text: String,
    open: usize,
    names: Vec<String>,
    /// What the merged file breaks of the schema.
    faults: Vec<Violation>,
}

fn of_fields(asked: &Merge, document: Document, law: &Law) -> Result<Merged, Failure> {
    let (merge, written) = document.merged(&law.rules);
    let faults = law.faults(|| merge.clean());
    let open = merge.units().iter().filter(|unit| unit.is_conflict());
    let (open, names) = (merge.conflicts(), open.map(three_way::Unit::label).collect());
    let text = if asked.json {
        listing::of(&merge, &faults)
    } else {
        written.versions.as_file(&marked(asked, &written.printed(&merge)?))
    };
    // The process is about to end: taking thousands of small values apart one by one would be time for nothing.
    std::mem::forget(merge);
    Ok(Merged { text, open, names, faults })
}

/// What is no record is merged line by line, as git would.
fn by_line(asked: &Merge, versions: &Versions, why: &Failure) -> Merged {
    let _ = writeln!(std::io::stderr(), "midair: merged line by line, for {}", why.sentence);
    let printed = three_way::text::merged_by_line(&versions.base, &versions.mine, &versions.theirs);
    let open = printed.iter().filter(|part| matches!(part, Printed::Open { .. })).count();
    Merged { text: versions.as_file(&marked(asked, &printed)), open, names: Vec::new(), faults: Vec::new() }
}

fn marked(asked: &Merge, printed: &[Printed]) -> String {
    // As a merge driver, midair is given files with names that mean nothing.
    let label = |index: usize, word: &str, file: &Path| {
        let otherwise = || if asked.git { word.to_owned() } else { file.display().to_string() };
        asked.labels.get(index).cloned().unwrap_or_else(otherwise)
    };
    let mine = label(0, "mine", &asked.mine);
    let (base, theirs) = (label(1, "base", &asked.base), label(2, "theirs", &asked.theirs));
    let base = asked.diff3.then_some(base.as_str());
    three_way::markers(printed, (&mine, base, &theirs), asked.marker_size.max(1))
}
