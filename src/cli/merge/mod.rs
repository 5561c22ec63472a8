//! `midair merge`: three versions of a file become one; knows no server.

mod listing;

use std::fs;
use std::io::Write;
use std::path::Path;

use midair_record::merge::rule::Rules;
use midair_record::merge::{self as three_way, Pick, Printed, Texts};
use midair_record::{Object, Value, json};

use super::arguments::Merge;
use super::exit::{Exit, Failure};

/// Three versions of a file, as text without byte order marks.
struct Versions {
    base: String,
    mine: String,
    theirs: String,
}

/// What some editors put before the text of a file.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// Merges, and writes what came of it.
pub fn merge(asked: &Merge) -> Result<Exit, Failure> {
    let mut versions = Versions { base: read(&asked.base)?, mine: read(&asked.mine)?, theirs: read(&asked.theirs)? };
    let marked = versions.mine.starts_with(BYTE_ORDER_MARK);
    for text in [&mut versions.base, &mut versions.mine, &mut versions.theirs] {
        if text.starts_with(BYTE_ORDER_MARK) {
            text.drain(..BYTE_ORDER_MARK.len_utf8());
        }
    }
    let rules = rules(asked)?;
    let merged = match of_json(asked, &versions, &rules) {
        Ok(merged) => merged,
        Err(failure) if asked.git => by_line(asked, &versions, &failure),
        Err(failure) => return Err(failure),
    };
    if asked.json {
        write(asked, &merged.listing)?;
    } else if marked {
        write(asked, &format!("{BYTE_ORDER_MARK}{}", merged.text))?;
    } else {
        write(asked, &merged.text)?;
    }
    if merged.open == 0 {
        return Ok(Exit::Done);
    }
    let fields =
        if merged.open == 1 { "1 place is open".to_owned() } else { format!("{} places are open", merged.open) };
    let what = if merged.names.is_empty() { fields } else { format!("{fields}: {}", merged.names.join(", ")) };
    Err(Failure::because(what))
}

/// What came of a merge.
struct Merged {
    text: String,
    listing: String,
    open: usize,
    names: Vec<String>,
}

fn of_json(asked: &Merge, versions: &Versions, rules: &Rules) -> Result<Merged, Failure> {
    let parsed = |path: &Path, text: &str| {
        json::parse(text).map_err(|fault| Failure::usage(format!("{}: {fault}", path.display())))
    };
    // A file that was added on both sides has an empty base (gitattributes(5), "Defining a custom merge driver").
    let base = match versions.base.trim() {
        "" => Some(Value::Object(Object::new())),
        _ => Some(parsed(&asked.base, &versions.base)?),
    };
    let (mine, theirs) = (parsed(&asked.mine, &versions.mine)?, parsed(&asked.theirs, &versions.theirs)?);
    let merge = three_way::Merge::of(rules, base, mine, theirs);
    let picks: Vec<Pick> = merge.units().iter().map(|unit| unit.automatic().map_or(Pick::Open, Pick::Value)).collect();
    let known = (!versions.base.trim().is_empty()).then_some(versions.base.as_str());
    let printed = merge.print(&picks, Texts { base: known, mine: &versions.mine, theirs: &versions.theirs });
    let open = merge.units().iter().filter(|unit| unit.is_conflict());
    Ok(Merged {
        text: marked(asked, &printed),
        listing: if asked.json { listing::of(&merge) } else { String::new() },
        open: merge.conflicts(),
        names: open.map(three_way::Unit::label).collect(),
    })
}

/// What is no record is merged line by line, as git would.
fn by_line(asked: &Merge, versions: &Versions, why: &Failure) -> Merged {
    let _ = writeln!(std::io::stderr(), "midair: merged line by line, for {}", why.sentence);
    let printed = three_way::text::merged_by_line(&versions.base, &versions.mine, &versions.theirs);
    let open = printed.iter().filter(|part| matches!(part, Printed::Open { .. })).count();
    Merged { text: marked(asked, &printed), listing: String::new(), open, names: Vec::new() }
}

fn marked(asked: &Merge, printed: &[Printed]) -> String {
    let label = |index: usize, otherwise: &Path| {
        asked.labels.get(index).cloned().unwrap_or_else(|| otherwise.display().to_string())
    };
    let (mine, base, theirs) = (label(0, &asked.mine), label(1, &asked.base), label(2, &asked.theirs));
    let base = asked.diff3.then_some(base.as_str());
    three_way::markers(printed, (&mine, base, &theirs), asked.marker_size.max(1))
}

fn read(path: &Path) -> Result<String, Failure> {
    let bytes =
        fs::read(path).map_err(|fault| Failure::usage(format!("{} cannot be read: {fault}", path.display())))?;
    String::from_utf8(bytes).map_err(|fault| {
        let line = fault.as_bytes()[..fault.utf8_error().valid_up_to()].split(|byte| *byte == b'\n').count();
        Failure::usage(format!("{} is not valid UTF-8, in line {line}", path.display()))
    })
}

fn rules(asked: &Merge) -> Result<Rules, Failure> {
    let mut rules = match &asked.schema {
        None => Rules::default(),
        Some(path) => {
            let schema =
                json::parse(&read(path)?).map_err(|fault| Failure::usage(format!("{}: {fault}", path.display())))?;
            Rules::of_schema(&schema).map_err(|bad| Failure::usage(format!("{}: {bad}", path.display())))?
        }
    };
    for (at, rule) in &asked.rules {
        rules.choose(at.clone(), Some(rule.clone()));
    }
    Ok(rules)
}

fn write(asked: &Merge, text: &str) -> Result<(), Failure> {
    let target = if asked.git {
        Some(asked.mine.as_path())
    } else {
        asked.output.as_deref().filter(|path| *path != Path::new("-"))
    };
    let Some(path) = target else {
        return match std::io::stdout().lock().write_all(text.as_bytes()) {
            Err(fault) if fault.kind() != std::io::ErrorKind::BrokenPipe => {
                Err(Failure::because(format!("the result cannot be written: {fault}")))
            }
            _ => Ok(()),
        };
    };
    replace(path, text.as_bytes())
        .map_err(|fault| Failure::because(format!("{} cannot be written: {fault}", path.display())))
}

/// Puts `bytes` into the place of a file, which keeps its permissions: all of them, or none.
fn replace(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut half = tempfile::Builder::new().permissions(permissions(&path)).tempfile_in(folder)?;
    half.write_all(bytes)?;
    half.persist(&path).map(drop).map_err(|failed| failed.error)
}

fn permissions(path: &Path) -> fs::Permissions {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).map_or_else(|_| fs::Permissions::from_mode(0o666), |found| found.permissions())
}
