//! `midair import`: the records of a file become records of a collection, all of them or none; refuses to replace any.

mod ids;
mod source;
mod table;
mod upload;

use std::io::{Read, Write};
use std::path::Path;

use serde::Serialize;

use super::arguments::{Common, Import};
use super::exit::{Exit, Failure};
use super::export::visible;
use super::records::say;
use super::target::Target;
use source::Candidate;
use upload::Ready;

/// A record that cannot be imported: where it stands in the file, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Flaw {
    /// The line in which it starts, counted from 1.
    line: usize,
    /// Which record of the file it is, counted from 1.
    number: usize,
    /// Why, as a clause.
    why: String,
    /// It is because of what the store holds, not of what the file says.
    collides: bool,
}

/// Reads, checks, and creates.
pub async fn import(common: &Common, import: &Import) -> Result<Exit, Failure> {
    let called = import.file.display().to_string();
    let text = read(&import.file)?;
    let candidates = source::candidates(&text, &import.file, import)
        .map_err(|fault| Failure::because(format!("{called}: {fault}")))?;
    drop(text);
    let total = candidates.len();
    let (ready, mut flaws) = check(candidates, &import.id);
    if flaws.is_empty() || import.keep_going {
        let target = Target::of(common).await?;
        let uploaded = upload::upload(&target.backend, import, ready).await;
        target.leave().await;
        flaws.extend(uploaded?);
    }
    flaws.sort_by_key(|flaw| flaw.number);
    tell(&called, import, total, &flaws)
}

fn read(file: &Path) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    let read = match file.to_str() {
        Some("-") => std::io::stdin().lock().read_to_end(&mut bytes).map(drop),
        _ => std::fs::read(file).map(|all| bytes = all),
    };
    let called = file.display();
    read.map_err(|fault| Failure::because(format!("{called} cannot be read: {fault}")))?;
    let text = String::from_utf8(bytes).map_err(|fault| {
        let good = &fault.as_bytes()[..fault.utf8_error().valid_up_to()];
        let line = 1 + good.iter().filter(|byte| **byte == b'\n').count();
        Failure::because(format!("{called}:{line}: the text is not valid UTF-8"))
    })?;
    Ok(match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    })
}

/// Separates the records that can be sent from those that cannot.
fn check(candidates: Vec<Candidate>, key: &str) -> (Vec<Ready>, Vec<Flaw>) {
    let mut register = ids::Register::new(key);
    let (mut ready, mut flaws) = (Vec::new(), Vec::new());
    for Candidate { line, number, record } in candidates {
        match record.and_then(|record| Ok((register.enter(&record, line)?, record))) {
            Ok((id, record)) => ready.push(Ready { line, number, id, record }),
            Err(why) => flaws.push(Flaw { line, number, why, collides: false }),
        }
    }
    (ready, flaws)
}

/// Lists the flaws, sums up, and says how it ended.
fn tell(called: &str, import: &Import, total: usize, flaws: &[Flaw]) -> Result<Exit, Failure> {
    for Flaw { line, number, why, .. } in flaws {
        match import.json {
            true => say::json(&Fault { line: *line, record: *number, fault: why })?,
            false => complain(&format!("{called}:{line}: record {number}: {why}")),
        }
    }
    let (into, bad) = (&import.into, flaws.len());
    let written = if flaws.is_empty() || import.keep_going { total - bad } else { 0 };
    let records = if written == 1 { "record" } else { "records" };
    let faults = if bad == 1 { "fault" } else { "faults" };
    let none = if flaws.is_empty() || import.keep_going { "" } else { "; nothing was written (see --keep-going)" };
    match import.json {
        true => say::json(&Sum { collection: into, written, faults: bad })?,
        false => complain(&format!("{written} {records} into {into}, {bad} {faults}{none}")),
    }
    Ok(match flaws {
        [] => Exit::Done,
        flaws if !import.keep_going && flaws.iter().all(|flaw| flaw.collides) => Exit::Conflict,
        _ => Exit::Failed,
    })
}

fn complain(line: &str) {
    let _ = writeln!(std::io::stderr(), "{}", visible(line));
}

/// A record that is not imported, for programs.
#[derive(Serialize)]
struct Fault<'f> {
    line: usize,
    record: usize,
    fault: &'f str,
}

/// What came of all of them, for programs.
#[derive(Serialize)]
struct Sum<'s> {
    collection: &'s str,
    written: usize,
    faults: usize,
}

#[cfg(test)]
mod tests {
    use midair_record::Record;

    use super::*;

    fn candidates(texts: &[&str]) -> Vec<Candidate> {
        let candidate = |(index, text): (usize, &&str)| Candidate {
            line: index + 1,
            number: index + 1,
            record: Record::parse(text).map_err(|fault| fault.to_string()),
        };
        texts.iter().enumerate().map(candidate).collect()
    }

    #[test]
    fn every_record_without_a_good_id_is_named_with_its_line() {
        let texts = [
            r#"{"code":"a"}"#,
            r#"{"code":7}"#,
            r#"{"name":"x"}"#,
            r#"{"code":"a"}"#,
            r#"{"code":"a b"}"#,
            r#"{"code":null}"#,
            r#"{"code":"c","code":"d"}"#,
        ];
        let (ready, flaws) = check(candidates(&texts), "code");
        assert_eq!(ready.iter().map(|ready| ready.id.as_str()).collect::<Vec<_>>(), ["a", "7"]);
        let why: Vec<String> = flaws.iter().map(|flaw| format!("{}: {}", flaw.line, flaw.why)).collect();
        assert_eq!(
            why,
            [
                "3: it has no member \"code\" to take its id from",
                "4: its id \"a\" is that of the record in line 1, too",
                "5: a record id cannot hold ' '; allowed are A-Z a-z 0-9 . _ ~ -",
                "6: its member \"code\" is null; an id is a text or a number",
                "7: the name \"code\" stands twice in one object at line 1, column 13",
            ]
        );
    }

    #[test]
    fn an_id_may_stand_inside_and_a_name_with_dots_comes_first() {
        let (ready, _) = check(candidates(&[r#"{"a":{"b":"in"}}"#, r#"{"a.b":"dots","a":{"b":"in"}}"#]), "a.b");
        assert_eq!(ready.iter().map(|ready| ready.id.as_str()).collect::<Vec<_>>(), ["in", "dots"]);
        let (ready, _) = check(candidates(&[r#"{"a":{"b":1.50}}"#]), "/a/b");
        assert_eq!(ready[0].id, "1.50");
    }
}
