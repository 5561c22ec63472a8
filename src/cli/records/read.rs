//! `get`, `ls`, `log`, `show` and `diff`: what stands there, and how it came to.

use midair_record::diff::{self, Change};
use midair_record::schema::{MASK, Secrets};
use midair_record::wire::{Key, Op, Stored, VersionLine};
use midair_record::{Object, Value};
use serde::Serialize;

use super::{missing, say, there};
use crate::backend::Backend;
use crate::cli::arguments::{Common, Diff, Get, List, Log, Show};
use crate::cli::exit::{Exit, Failure};
use crate::cli::export;
use crate::cli::target::Target;
use crate::tui::definition::Definition;
use crate::tui::screens::browser::label;

/// How many records are asked for at once.
const PAGE: usize = 200;

/// `midair get`.
pub async fn get(common: &Common, asked: &Get) -> Result<Exit, Failure> {
    let target = Target::of(common).await?;
    let got = got(&target.backend, asked).await;
    target.leave().await;
    got.map(|()| Exit::Done)
}

async fn got(backend: &Backend, asked: &Get) -> Result<(), Failure> {
    let key = &asked.key;
    let stored = match asked.version {
        None => there(key, backend.read(key).await?)?,
        Some(number) => version(backend, key, number).await?,
    };
    if asked.etag {
        return say::line(stored.token.as_str());
    }
    match &asked.field {
        None if asked.told.json => say::json(&say::Version::of(key, &stored)?),
        None => say::as_it_is(stored.fields.text()),
        Some(at) => {
            let value = at.get(stored.fields.fields()).ok_or_else(|| Failure {
                exit: Exit::NotFound,
                sentence: format!("{key} has no {} (v{})", at.label(), stored.version),
            })?;
            match value {
                Value::String(text) if !asked.told.json => say::as_it_is(&format!("{}\n", text.as_str())),
                value => say::as_it_is(&format!("{}\n", value.to_json())),
            }
        }
    }
}

/// One version, whole.
async fn version(backend: &Backend, key: &Key, number: u64) -> Result<Stored, Failure> {
    match backend.version_if_kept(key, number).await? {
        Some(stored) => Ok(stored),
        None => {
            let lines = backend.history(key).await?;
            let known = lines.iter().find(|line| line.version == number);
            let sentence = match known {
                _ if lines.is_empty() => return Err(missing(key, None)),
                Some(VersionLine { op: Op::Delete, .. }) => {
                    format!("v{number} of {key} is its deletion; it has no fields")
                }
                Some(_) => format!("the fields of v{number} of {key} are no longer kept"),
                None => format!("{key} has no v{number}; midair log {key} lists what it has"),
            };
            Err(Failure { exit: Exit::NotFound, sentence })
        }
    }
}

/// `midair ls`.
pub async fn list(common: &Common, asked: &List) -> Result<Exit, Failure> {
    let target = Target::of(common).await?;
    let listed = match &asked.collection {
        None => collections(&target.backend, asked.told.json).await,
        Some(collection) => records(&target.backend, collection, asked).await,
    };
    target.leave().await;
    listed.map(|()| Exit::Done)
}

async fn collections(backend: &Backend, json: bool) -> Result<(), Failure> {
    #[derive(Serialize)]
    struct Line<'l> {
        name: &'l str,
        records: u64,
    }
    for line in backend.collections().await? {
        match json {
            true => say::json(&Line { name: &line.name, records: line.records })?,
            false => say::line(&format!("{:<24} {:>9}", line.name, line.records))?,
        }
    }
    Ok(())
}

/// Which places of a collection's records are secret: all, where what it declares does not come.
async fn secrets(backend: &Backend, collection: &str) -> Secrets {
    let found = backend.definition(collection).await;
    Definition::of(collection, found.map_err(|fault| fault.to_string())).secrets
}

async fn records(backend: &Backend, collection: &str, asked: &List) -> Result<(), Failure> {
    let secrets = secrets(backend, collection).await;
    let mut left = asked.limit.unwrap_or(usize::MAX);
    let mut after: Option<String> = None;
    while left > 0 {
        let limit = u32::try_from(left.min(PAGE)).unwrap_or(u32::MAX);
        let page = backend.page(collection, after.as_deref(), limit, asked.filter.as_deref()).await?;
        if page.items.is_empty() && after.is_none() && page.next.is_none() {
            return export::exists(backend, collection).await;
        }
        for stored in page.items.iter().take(left) {
            let key = Key { collection: collection.to_owned(), id: stored.id.clone() };
            match asked.told.json {
                true => say::json(&say::Version::of(&key, stored)?)?,
                false => say::line(&record_line(stored, &secrets))?,
            }
        }
        left = left.saturating_sub(page.items.len());
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    Ok(())
}

fn record_line(stored: &Stored, secrets: &Secrets) -> String {
    let version = format!("v{}", stored.version);
    let by = say::who(&stored.updated_by);
    format!(
        "{:<24} {version:>6}  {}  {by:<12} {}",
        stored.id,
        say::when(&stored.updated_at),
        called(stored.fields.fields(), secrets)
    )
}

/// What a record is called, as the browser calls it, in so many columns.
fn called(fields: &Object, secrets: &Secrets) -> String {
    let label = label(fields, secrets);
    let line = label.lines().next().unwrap_or_default();
    if line.chars().count() > 40 {
        format!("{}…", line.chars().take(39).collect::<String>())
    } else {
        line.to_owned()
    }
}

/// `midair log`.
pub async fn log(common: &Common, asked: &Log) -> Result<Exit, Failure> {
    let target = Target::of(common).await?;
    let lines = target.backend.history(&asked.key).await;
    target.leave().await;
    let lines = lines?;
    if lines.is_empty() {
        return Err(missing(&asked.key, None));
    }
    for line in lines.iter().rev().take(asked.limit.unwrap_or(usize::MAX)) {
        match asked.told.json {
            true => say::json(line)?,
            false => say::line(&say::version_line(line))?,
        }
    }
    Ok(Exit::Done)
}

/// A version beside another.
#[derive(Serialize)]
struct Beside {
    key: String,
    from: Option<u64>,
    to: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<VersionLine>,
    changes: Vec<say::Changed>,
}

/// `midair show`.
pub async fn show(common: &Common, asked: &Show) -> Result<Exit, Failure> {
    let target = Target::of(common).await?;
    let shown = shown(&target.backend, asked).await;
    target.leave().await;
    shown.map(|()| Exit::Done)
}

async fn shown(backend: &Backend, asked: &Show) -> Result<(), Failure> {
    let key = &asked.key;
    let lines = backend.history(key).await?;
    let found = match asked.version {
        None => lines.last(),
        Some(number) => lines.iter().find(|line| line.version == number),
    };
    let Some(line) = found else {
        if lines.is_empty() {
            return Err(missing(key, None));
        }
        let sentence =
            format!("{key} has no v{}; midair log {key} lists what it has", asked.version.unwrap_or_default());
        return Err(Failure { exit: Exit::NotFound, sentence });
    };
    let before = lines.iter().rev().find(|other| other.version < line.version && other.op != Op::Delete);
    let before = before.filter(|_| line.op != Op::Create).map(|line| line.version);
    let changes = match line.op {
        Op::Delete => Vec::new(),
        _ => changes(backend, key, before, line.version).await?,
    };
    if asked.told.json {
        let changes = changes.iter().map(say::Changed::of).collect();
        return say::json(&Beside {
            key: key.to_string(),
            from: before,
            to: line.version,
            by: Some(line.clone()),
            changes,
        });
    }
    let note = line.why.as_ref().map(|why| format!("\n    {why}")).unwrap_or_default();
    say::line(&format!(
        "{key} v{}\n{} {} it, {}{note}",
        line.version,
        say::who(&line.by),
        say::did(line.op),
        say::when(&line.at)
    ))?;
    told(&changes)
}

fn told(changes: &[Change]) -> Result<(), Failure> {
    changes.iter().try_for_each(|change| say::line(&say::change_lines(change)))
}

/// What version `to` changed against `from`, or against nothing.
async fn changes(backend: &Backend, key: &Key, from: Option<u64>, to: u64) -> Result<Vec<Change>, Failure> {
    let now = version(backend, key, to).await?;
    let was = match from {
        Some(from) => Some(version(backend, key, from).await?),
        None => None,
    };
    let nothing = Object::new();
    let changes = diff::diff(was.as_ref().map_or(&nothing, |was| was.fields.fields()), now.fields.fields());
    let secrets = secrets(backend, &key.collection).await;
    Ok(changes.into_iter().map(|change| masked(change, &secrets)).collect())
}

/// A change as it may be shown: that a secret changed is said, and not what it was.
pub fn masked(change: Change, secrets: &Secrets) -> Change {
    let shown = |value: &Option<Value>| secrets.shown(&change.at, value.as_ref()).value().cloned();
    let (was, now) = (shown(&change.was), shown(&change.now));
    let now = if was == now { Some(Value::string(format!("{MASK} changed"))) } else { now };
    Change { at: change.at, was, now }
}

/// `midair diff`.
pub async fn diff(common: &Common, asked: &Diff) -> Result<Exit, Failure> {
    let target = Target::of(common).await?;
    let compared = compared(&target.backend, asked).await;
    target.leave().await;
    compared.map(|()| Exit::Done)
}

async fn compared(backend: &Backend, asked: &Diff) -> Result<(), Failure> {
    let key = &asked.key;
    let to = match asked.to {
        Some(to) => to,
        None => there(key, backend.read(key).await?)?.version,
    };
    let from = match asked.from {
        Some(from) => Some(from),
        None => {
            let lines = backend.history(key).await?;
            lines.iter().rev().find(|line| line.version < to && line.op != Op::Delete).map(|line| line.version)
        }
    };
    let changes = changes(backend, key, from, to).await?;
    match asked.told.json {
        true => {
            let changes = changes.iter().map(say::Changed::of).collect();
            say::json(&Beside { key: key.to_string(), from, to, by: None, changes })
        }
        false => told(&changes),
    }
}
