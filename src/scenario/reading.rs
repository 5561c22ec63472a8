//! Reads a scenario from its text: statements of one line and what is indented below it, each by the pattern it fits.

use super::forms::FORMS;
use super::pattern::{self, Misfit};
use super::{Check, Chore, Deed, Does, Fault, Scenario, Step};
use crate::nearest;

/// A line that begins at its start, and the lines below it that do not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Statement {
    /// The line, from 1.
    pub(super) line: usize,
    pub(super) head: String,
    /// What is indented below it, by as much as all of it is.
    pub(super) block: Vec<String>,
}

/// How many people fit beside each other on a screen.
const MOST_TERMINALS: usize = 3;
/// What a statement that is no step begins with.
const BEFORE_STEPS: [&str; 7] = ["title:", "about:", "lost:", "terminal", "client", "collection", "record"];

/// Reads a whole scenario, or says everything that is wrong with it.
pub(super) fn read(text: &str) -> Result<Scenario, Vec<Fault>> {
    let mut faults = Vec::new();
    let mut scenario = Scenario {
        title: String::new(),
        about: String::new(),
        lost: String::new(),
        terminals: Vec::new(),
        clients: Vec::new(),
        collections: Vec::new(),
        records: Vec::new(),
        steps: Vec::new(),
    };
    let mut caption: Option<String> = None;
    for statement in statements(text, &mut faults) {
        if let Some(words) = statement.head.strip_prefix("--") {
            let words = joined(words.trim(), &statement.block);
            caption = Some(match caption.take() {
                Some(before) => format!("{before} {words}"),
                None => words,
            });
            continue;
        }
        let first = statement.head.split_whitespace().next().unwrap_or_default().to_owned();
        let read = match BEFORE_STEPS.contains(&first.as_str()) {
            true => before_steps(&mut scenario, &first, &statement),
            false => step(&scenario, &statement).map(|does| {
                let text = statement.head.clone();
                scenario.steps.push(Step { line: statement.line, text, caption: caption.take(), does });
            }),
        };
        if let Err(what) = read {
            faults.push(Fault { line: statement.line, what });
        }
    }
    if faults.is_empty() {
        faults.extend(lacking(&scenario, caption, text));
    }
    if faults.is_empty() { Ok(scenario) } else { Err(faults) }
}

/// The statements of a text. Empty lines and lines that begin with `#` are for people.
fn statements(text: &str, faults: &mut Vec<Fault>) -> Vec<Statement> {
    let mut statements: Vec<Statement> = Vec::new();
    for (number, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        if cannot_be_typed(line) {
            faults.push(Fault {
                line: number + 1,
                what: "a control character stands here; in JSON it is written as \\u001b".into(),
            });
        }
        let indented = line.starts_with([' ', '\t']);
        match statements.last_mut() {
            _ if line.starts_with('#') => {}
            Some(statement) if indented || line.trim().is_empty() => statement.block.push(line.trim_end().to_owned()),
            None if line.trim().is_empty() => {}
            None if indented => {
                faults.push(Fault {
                    line: number + 1,
                    what: "an indented line belongs to one above, and none is".into(),
                });
            }
            _ => statements.push(Statement { line: number + 1, head: line.trim().to_owned(), block: Vec::new() }),
        }
    }
    for statement in &mut statements {
        let end = statement.block.iter().rposition(|line| !line.is_empty()).map_or(0, |last| last + 1);
        statement.block.truncate(end);
        let indent = |line: &String| line.len() - line.trim_start_matches([' ', '\t']).len();
        let least = statement.block.iter().filter(|line| !line.is_empty()).map(indent).min().unwrap_or(0);
        for line in &mut statement.block {
            *line = line.get(least..).unwrap_or_default().to_owned();
        }
    }
    statements
}

fn joined(first: &str, block: &[String]) -> String {
    let lines = std::iter::once(first).chain(block.iter().map(|line| line.trim()));
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

/// What stands before the steps: what it is about, who takes part, what there is.
fn before_steps(scenario: &mut Scenario, first: &str, statement: &Statement) -> Result<(), String> {
    if !scenario.steps.is_empty() {
        return Err(format!("{first:?} stands before the first step"));
    }
    let rest = statement.head[first.len()..].trim();
    match first {
        "title:" | "about:" | "lost:" => {
            let place = match first {
                "title:" => &mut scenario.title,
                "about:" => &mut scenario.about,
                _ => &mut scenario.lost,
            };
            if !place.is_empty() {
                return Err(format!("{first:?} stands there already"));
            }
            *place = joined(rest, &statement.block);
            if place.is_empty() { Err(format!("words are missing after {first:?}")) } else { Ok(()) }
        }
        "terminal" | "client" => {
            let name = named(scenario, rest)?;
            let place = if first == "terminal" { &mut scenario.terminals } else { &mut scenario.clients };
            place.push(name);
            match scenario.terminals.len() > MOST_TERMINALS {
                true => Err(format!("no more than {MOST_TERMINALS} terminals fit beside each other")),
                false => Ok(()),
            }
        }
        "collection" => {
            let [name, definition] = two(pattern::read("collection COLLECTION MEMBERS", statement, scenario))?;
            let (pattern::Part::Name(name), pattern::Part::Record(definition)) = (name, definition) else {
                return Err("it is written: collection projects {\"schema\": {}}".into());
            };
            match scenario.collections.iter().any(|(known, _)| *known == name) {
                true => Err(format!("the collection {name} is defined already")),
                false => {
                    scenario.collections.push((name, definition));
                    Ok(())
                }
            }
        }
        _ => {
            let [key, record] = two(pattern::read("record RECORD MEMBERS", statement, scenario))?;
            let (pattern::Part::Key(key), pattern::Part::Record(record)) = (key, record) else {
                return Err("it is written: record projects/prj_1 {\"name\": \"Apollo\"}".into());
            };
            match scenario.records.iter().any(|(known, _)| *known == key) {
                true => Err(format!("there is a record {key} already")),
                false => {
                    scenario.records.push((key, record));
                    Ok(())
                }
            }
        }
    }
}

fn two(parts: Result<Vec<pattern::Part>, Misfit>) -> Result<[pattern::Part; 2], String> {
    let parts = parts.map_err(|misfit| misfit.why)?;
    parts.try_into().map_err(|_| "two things are expected".into())
}

fn named(scenario: &Scenario, name: &str) -> Result<String, String> {
    let good = |letter: char| letter.is_alphanumeric() || "-_".contains(letter);
    if name.is_empty() || !name.chars().all(good) {
        return Err(format!("{name:?} cannot be a name here: a name is one word of letters, digits, - and _"));
    }
    if ["wire", "store"].contains(&name) || BEFORE_STEPS.contains(&name) {
        return Err(format!("nobody can be called {name:?}: lines begin with it that say something else"));
    }
    if scenario.everybody().any(|who| scenario.name(who) == name) {
        return Err(format!("{name} takes part already"));
    }
    Ok(name.to_owned())
}

/// Reads a step by the form that it fits; else says what fits best, and where it ends to.
fn step(scenario: &Scenario, statement: &Statement) -> Result<Does, String> {
    let mut misfits: Vec<(Misfit, &str)> = Vec::new();
    for form in FORMS {
        match pattern::read(form.pattern, statement, scenario) {
            Ok(parts) => {
                let does = (form.make)(parts)?;
                return possible(scenario, &does).map(|()| does);
            }
            Err(misfit) => misfits.push((misfit, form.example)),
        }
    }
    let best = misfits.iter().map(|(misfit, _)| misfit.fits).max().unwrap_or_default();
    let (far, _) = best;
    misfits.retain(|(misfit, _)| misfit.fits == best);
    if let Some((misfit, example)) = misfits.iter().find(|(misfit, _)| misfit.expected.is_none()) {
        let example = example.lines().next().unwrap_or_default();
        // Who it is has been read first, and is the same whatever else the line says.
        return Err(if far == 0 { misfit.why.clone() } else { format!("{}, as in: {example}", misfit.why) });
    }
    let mut known: Vec<&str> = Vec::new();
    for word in misfits.iter().filter_map(|(misfit, _)| misfit.expected.as_ref()).map(|(word, _)| word.as_str()) {
        if !known.contains(&word) {
            known.push(word);
        }
    }
    let found = misfits.iter().find_map(|(misfit, _)| misfit.expected.as_ref()).map_or("", |(_, found)| found);
    let before: Vec<&str> = statement.head.split_whitespace().take(far).collect();
    let what = match found {
        "" => format!("{:?} is not all", statement.head),
        found => format!("{found:?} means nothing after {:?}", before.join(" ")),
    };
    Err(format!("{what}; {}", nearest::known(found, known.into_iter())))
}

/// Whether a step can be done where it stands.
fn possible(scenario: &Scenario, does: &Does) -> Result<(), String> {
    match does {
        Does::Check(Check::Sees(_, words) | Check::SeesNot(_, words)) if words.trim().is_empty() => {
            return Err("words that are looked for stand in the quotes; nothing is on every screen".into());
        }
        Does::Deed(_, Deed::Set(_, value) | Deed::Settle(_, value)) if value.as_str().is_some_and(cannot_be_typed) => {
            return Err("a control character cannot be typed; a program can write it".into());
        }
        _ => {}
    }
    let Does::Chore(_, Chore::Overwrite(key, _)) = does else { return Ok(()) };
    let definition = scenario.collections.iter().find(|(name, _)| *name == key.collection);
    let optional = definition.and_then(|(_, definition)| definition.fields().get("preconditions")?.as_str());
    match optional == Some("optional") {
        true => Ok(()),
        false => Err(format!(
            "{} takes no write that does not say what it replaces; its definition would have to say \
             \"preconditions\": \"optional\"",
            key.collection
        )),
    }
}

fn cannot_be_typed(text: &str) -> bool {
    text.chars().any(|letter| letter.is_control() && !matches!(letter, '\n' | '\t'))
}

/// What a scenario has to have and does not.
fn lacking(scenario: &Scenario, caption: Option<String>, text: &str) -> Vec<Fault> {
    let end = text.lines().count().max(1);
    let mut faults = Vec::new();
    for (name, words) in [("title:", &scenario.title), ("about:", &scenario.about), ("lost:", &scenario.lost)] {
        if words.is_empty() {
            faults.push(Fault { line: 1, what: format!("the line {name:?} is missing") });
        }
    }
    if scenario.terminals.is_empty() {
        faults.push(Fault { line: 1, what: "nobody sits at a terminal; a line says who: terminal alice".into() });
    }
    if scenario.steps.is_empty() {
        faults.push(Fault { line: end, what: "there is no step".into() });
    }
    if let Some(caption) = caption {
        faults.push(Fault { line: end, what: format!("no step follows the words {caption:?}") });
    }
    let checks = scenario.steps.iter().any(|step| matches!(step.does, Does::Check(_)));
    if !scenario.steps.is_empty() && !checks {
        let what = "nothing is looked at, so that it cannot fail; say what is seen, on the wire or in the store";
        faults.push(Fault { line: end, what: what.into() });
    }
    faults
}
