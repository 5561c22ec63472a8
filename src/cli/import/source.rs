//! The records in a file, each with its line, as an array, one a line or a table; refuses to know where they go.

use std::path::Path;

use midair_record::Record;
use midair_record::elements::elements;
use midair_record::json::Malformed;

use super::table;
use crate::cli::arguments::{Format, Import};

/// What stands where a record should.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// The line in which it starts, counted from 1.
    pub line: usize,
    /// Which record of the file it is, counted from 1.
    pub number: usize,
    /// The record, byte for byte; else a clause that says why it is none.
    pub record: Result<Record, String>,
}

/// Everything in the file that should be a record; else a sentence about the file as a whole.
pub fn candidates(text: &str, file: &Path, import: &Import) -> Result<Vec<Candidate>, String> {
    match import.format.unwrap_or_else(|| guess(text, file)) {
        Format::Json => array(text),
        Format::Ndjson => Ok(lines(text)),
        Format::Csv => table::rows(text, import.typed, import.nest),
    }
}

/// The format that the name tells; where it tells none, or only JSON of some kind, how the text begins.
fn guess(text: &str, file: &Path) -> Format {
    let kind = file.extension().and_then(|kind| kind.to_str()).unwrap_or_default().to_ascii_lowercase();
    match (kind.as_str(), text.trim_start().chars().next()) {
        ("csv", _) => Format::Csv,
        ("ndjson" | "jsonl", _) => Format::Ndjson,
        (_, Some('[')) => Format::Json,
        (_, Some('{')) if text.trim_start().lines().next().is_some_and(|line| Record::parse(line).is_ok()) => {
            Format::Ndjson
        }
        ("json", _) | (_, Some('{') | None) => Format::Json,
        _ => Format::Csv,
    }
}

fn array(text: &str) -> Result<Vec<Candidate>, String> {
    if text.trim_start().starts_with('{') {
        return Ok(vec![Candidate {
            line: 1,
            number: 1,
            record: Record::parse(text).map_err(|fault| fault.to_string()),
        }]);
    }
    let found = elements(text).map_err(|fault| format!("this is not an array of records: {fault}"))?;
    let candidate = |(index, element): (usize, midair_record::elements::Element)| Candidate {
        line: element.line,
        number: index + 1,
        record: Record::parse(&text[element.text]).map_err(|fault| placed(fault, element.line)),
    };
    Ok(found.into_iter().enumerate().map(candidate).collect())
}

fn lines(text: &str) -> Vec<Candidate> {
    let full = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let candidate = |(number, (index, line)): (usize, (usize, &str))| Candidate {
        line: index + 1,
        number: number + 1,
        record: Record::parse(line).map_err(|fault| placed(fault, index + 1)),
    };
    full.enumerate().map(candidate).collect()
}

/// A fault of a record that starts in `line` of the file, told with its place in the file. A column counts from the
/// start of the record in its first line.
fn placed(mut fault: Malformed, line: usize) -> String {
    fault.line += line - 1;
    fault.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good(candidates: &[Candidate]) -> Vec<(usize, usize, &str)> {
        let told = |candidate: &Candidate| candidate.record.is_ok();
        let line = candidates.iter().filter(|candidate| told(candidate));
        line.map(|candidate| {
            (candidate.line, candidate.number, candidate.record.as_ref().map_or("", |record| record.text()))
        })
        .collect()
    }

    #[test]
    fn an_array_gives_each_record_its_bytes_and_a_bad_one_spoils_only_itself() {
        let found = array("[\n {\"n\": 1.50},\n {\"n\":1,\n  \"n\":2},\n {\"s\":\"\\u00e9\"}\n]").expect("an array");
        assert_eq!(good(&found), [(2, 1, "{\"n\": 1.50}"), (5, 3, "{\"s\":\"\\u00e9\"}")]);
        let fault = found[1].record.as_ref().expect_err("twice");
        assert_eq!(fault, "the name \"n\" stands twice in one object at line 4, column 3");
    }

    #[test]
    fn a_line_is_a_record_and_an_empty_one_is_nothing() {
        let found = lines("{\"n\":1}\r\n\n[2]\n{\"n\":3}");
        assert_eq!(good(&found), [(1, 1, "{\"n\":1}"), (4, 3, "{\"n\":3}")]);
        assert!(found[1].record.as_ref().is_err_and(|why| why.contains("a record is a JSON object")));
    }

    #[test]
    fn the_name_tells_the_format_and_else_the_text_does() {
        for (name, text, format) in [
            ("a.csv", "[", Format::Csv),
            ("a.jsonl", "{}", Format::Ndjson),
            ("a.json", "\n[{}]", Format::Json),
            ("a.json", "{\"a\":1}\n{\"a\":2}", Format::Ndjson),
            ("a.json", "{\n\"a\":1}", Format::Json),
            ("-", "name,age\nx,1", Format::Csv),
            ("-", "", Format::Json),
        ] {
            assert_eq!(guess(text, Path::new(name)), format, "{name} {text}");
        }
    }
}
