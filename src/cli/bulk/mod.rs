//! `midair bulk`: many writes in few requests, each over a version that is named or was read just before; refuses to send
//! any while a line says none.

mod lines;

use std::collections::HashSet;
use std::io::Write;

use futures_util::{StreamExt, stream};
use midair_record::draft::Basis;
use midair_record::wire::{Key, Stored, Token};
use midair_record::{Draft, Record};
use serde::Serialize;

use super::arguments::{Bulk, Common, OnConflict, OnEdited, Told};
use super::exit::{Exit, Failure};
use super::export::visible;
use super::records::settle::{Ending, again, edit_id, settle, under};
use super::records::write::{self, Deletion, bytes_of};
use super::records::{missing, say};
use super::target::Target;
use crate::backend::{Backend, Condition, Deed, Fault, OneOfMany, Read, Verdict};
use lines::Line;

/// How many writes go in one request at the most, and how many bytes of them.
const MOST: usize = 1_000;
const MOST_BYTES: usize = 8 << 20;
/// How many records are read at a time.
const READS: usize = 8;

/// Reads the writes, has them done, and tells what became of each.
pub async fn bulk(common: &Common, asked: &Bulk) -> Result<Exit, Failure> {
    let called = asked.file.display().to_string();
    let lines = match lines::read(&bytes_of(&asked.file)?, asked.into.as_deref()) {
        Ok(lines) => lines,
        Err(faults) => {
            faults.iter().for_each(|(number, why)| complain(&format!("{called}:{number}: {why}")));
            let many = if faults.len() == 1 { "1 line says".into() } else { format!("{} lines say", faults.len()) };
            return Err(Failure::usage(format!("{many} no write; nothing was sent")));
        }
    };
    let target = Target::of(common).await?;
    let mut report = Report { called, told: asked.told, written: 0, refused: Vec::new() };
    let mut done = Ok(());
    for batch in batches(&lines) {
        done = carry_out(&target.backend, batch, asked, &mut report).await;
        if done.is_err() {
            break;
        }
    }
    target.leave().await;
    done?;
    report.end()
}

fn complain(line: &str) {
    let _ = writeln!(std::io::stderr(), "{}", visible(line));
}

/// Lines that can go together: a record that is written again is read again first.
fn batches(lines: &[Line]) -> Vec<&[Line]> {
    let (mut batches, mut start, mut size) = (Vec::new(), 0, 0);
    let mut keys = HashSet::new();
    for (at, line) in lines.iter().enumerate() {
        if at > start && (keys.contains(&line.key) || at - start == MOST || size + line.size > MOST_BYTES) {
            batches.push(&lines[start..at]);
            (start, size) = (at, 0);
            keys.clear();
        }
        keys.insert(&line.key);
        size += line.size;
    }
    batches.push(&lines[start..]);
    batches.retain(|batch| !batch.is_empty());
    batches
}

/// A line with what it stands on.
struct Ready<'l> {
    line: &'l Line,
    read: Option<Read>,
    condition: Condition,
    edit_id: String,
}

async fn carry_out(backend: &Backend, batch: &[Line], asked: &Bulk, report: &mut Report) -> Result<(), Failure> {
    let reads = stream::iter(batch.iter().map(|line| ready(backend, line))).buffered(READS);
    let ready: Vec<Result<Ready<'_>, Failure>> = reads.collect().await;
    let mut fates: Vec<Option<Fate>> = Vec::new();
    let mut sent: Vec<(usize, Ready<'_>)> = Vec::new();
    for (at, ready) in ready.into_iter().enumerate() {
        match ready {
            Ok(ready) => {
                sent.push((at, ready));
                fates.push(None);
            }
            Err(failure) if failure.exit == Exit::NotFound => fates.push(Some(Err(Refused::of(failure)))),
            Err(failure) => return Err(failure),
        }
    }
    let mut collections: Vec<&str> = sent.iter().map(|(_, ready)| ready.line.key.collection.as_str()).collect();
    let mut known = HashSet::new();
    collections.retain(|name| known.insert(*name));
    for collection in collections {
        let (here, others): (Vec<_>, Vec<_>) =
            sent.into_iter().partition(|(_, ready)| ready.line.key.collection == collection);
        let writes: Vec<OneOfMany<'_>> = here.iter().map(|(_, ready)| ready.write(asked)).collect();
        let verdicts = again(|| backend.write_many(collection, &writes)).await?;
        drop(writes);
        for ((at, ready), verdict) in here.into_iter().zip(verdicts) {
            fates[at] = Some(judged(backend, ready, verdict, asked).await?);
        }
        sent = others;
    }
    for (line, fate) in batch.iter().zip(fates) {
        if let Some(fate) = fate {
            report.tell(line, &fate)?;
        }
    }
    Ok(())
}

/// What a line stands on: what it says itself, else what stands there now.
async fn ready<'l>(backend: &Backend, line: &'l Line) -> Result<Ready<'l>, Failure> {
    let name = line.edit_id.clone().unwrap_or_else(edit_id);
    if let Some(condition) = &line.condition {
        return Ok(Ready { line, read: None, condition: condition.clone(), edit_id: name });
    }
    let read = backend.read(&line.key).await?;
    let condition = match (&read, &line.deed) {
        (Read::Stored(stored), _) => Condition::Is(stored.token.as_str().to_owned()),
        (_, Deed::Put(_)) => Condition::Absent,
        (read, _) => return Err(not_there(&line.key, read)),
    };
    Ok(Ready { line, read: Some(read), condition, edit_id: name })
}

fn not_there(key: &Key, read: &Read) -> Failure {
    match read {
        Read::Gone(gone) => missing(key, Some(gone)),
        _ => missing(key, None),
    }
}

impl Ready<'_> {
    fn write<'w>(&'w self, asked: &'w Bulk) -> OneOfMany<'w> {
        OneOfMany {
            id: &self.line.key.id,
            deed: &self.line.deed,
            condition: self.condition.clone(),
            edit_id: self.edit_id.clone(),
            note: self.note(asked),
        }
    }

    fn note<'w>(&'w self, asked: &'w Bulk) -> Option<&'w str> {
        self.line.note.as_deref().or(asked.note.as_deref())
    }

    /// The token that the line names or was read, where it is one.
    fn token(&self) -> Option<Token> {
        match &self.condition {
            Condition::Is(words) => Token::parse(words),
            Condition::Absent => None,
        }
    }
}

/// What became of a line.
type Fate = Result<Wrote, Refused>;

enum Wrote {
    Record(Ending),
    Deletion(Deletion),
}

/// Why a line was not done.
struct Refused {
    exit: Exit,
    code: String,
    reason: String,
}

impl Refused {
    fn of(Failure { exit, sentence: reason }: Failure) -> Self {
        let code = match exit {
            Exit::Conflict => "version_conflict",
            Exit::NotFound => "not_found",
            _ => "refused",
        };
        Refused { exit, code: code.into(), reason }
    }
}

async fn judged(backend: &Backend, ready: Ready<'_>, verdict: Verdict, asked: &Bulk) -> Result<Fate, Failure> {
    match verdict {
        Verdict::Done { version, token: None, .. } => Ok(Ok(Wrote::Deletion(Deletion::Done(version)))),
        Verdict::Done { created, version, token: Some(token) } => {
            Ok(Ok(Wrote::Record(stands(&ready, created, version, token))))
        }
        Verdict::Refused(Fault::Refused { status: 412, .. }) if asked.on_conflict != OnConflict::Fail => {
            match alone(backend, ready, asked).await {
                Ok(wrote) => Ok(Ok(wrote)),
                Err(failure) if failure.exit == Exit::Unreachable => Err(failure),
                Err(failure) => Ok(Err(Refused::of(failure))),
            }
        }
        Verdict::Refused(fault) => {
            let (code, reason) = match &fault {
                Fault::Refused { code, detail, .. } => (code.clone(), detail.clone()),
                other => (String::new(), other.to_string()),
            };
            let Failure { exit, .. } = fault.into();
            Ok(Err(Refused { exit, code, reason }))
        }
    }
}

/// The version that stands now, as far as it is told.
fn stands(ready: &Ready<'_>, created: bool, version: u64, token: Token) -> Ending {
    let fields = match &ready.line.deed {
        Deed::Put(record) => record.clone(),
        _ => Record::of(midair_record::Object::new()),
    };
    let unchanged = ready.token().as_ref() == Some(&token);
    let stored = Stored {
        id: ready.line.key.id.clone(),
        version,
        token,
        updated_at: String::new(),
        updated_by: String::new(),
        note: None,
        fields,
    };
    if unchanged { Ending::Unchanged(stored) } else { Ending::Stored { stored, created, merged: Vec::new() } }
}

/// A line that collided, by itself: merged and sent again as far as that was asked for.
async fn alone(backend: &Backend, ready: Ready<'_>, asked: &Bulk) -> Result<Wrote, Failure> {
    let key = ready.line.key.clone();
    let token = ready.token();
    let (name, note) = (ready.edit_id.clone(), ready.note(asked).map(str::to_owned));
    let read = match ready.read {
        Some(read) => read,
        None => backend.read(&key).await?,
    };
    let mut draft = match (&ready.line.deed, read) {
        (Deed::Delete, Read::Stored(stored)) => {
            let ways = match asked.on_conflict {
                OnConflict::Mine => OnEdited::Mine,
                OnConflict::Theirs => OnEdited::Theirs,
                _ => OnEdited::Fail,
            };
            let token = token.unwrap_or(stored.token.clone());
            return write::delete_over(backend, &key, stored, token, note.as_deref(), ways).await.map(Wrote::Deletion);
        }
        (Deed::Put(record), read) => {
            let mut draft = Draft::new(key, record.fields().clone(), name);
            if let (Read::Stored(stored), Condition::Is(_)) = (read, &ready.condition) {
                draft.base = Basis::Version(Box::new(under(stored, token.as_ref())));
            }
            draft
        }
        (Deed::Patch(..), Read::Stored(stored)) => {
            let applied = ready.line.patch.as_ref().map(|patch| patch.apply(&stored.fields));
            let fields = match applied {
                Some(Ok(record)) => record.fields().clone(),
                Some(Err(fault)) => return Err(Failure::because(format!("the patch does not fit {key}: {fault}"))),
                None => stored.fields.fields().clone(),
            };
            let mut draft = Draft::of(&key.collection, under(stored, token.as_ref()), name);
            draft.edit(fields);
            draft
        }
        (_, read) => return Err(not_there(&key, &read)),
    };
    draft.note = note;
    settle(backend, draft, None, asked.on_conflict).await.map(Wrote::Record)
}

/// What was told so far.
struct Report {
    called: String,
    told: Told,
    written: usize,
    refused: Vec<Exit>,
}

/// A line that was refused, for programs.
#[derive(Serialize)]
struct NotDone<'n> {
    line: usize,
    key: String,
    status: &'static str,
    code: &'n str,
    reason: &'n str,
}

/// What came of all lines, for programs.
#[derive(Serialize)]
struct Sum {
    written: usize,
    refused: usize,
}

impl Report {
    fn tell(&mut self, line: &Line, fate: &Fate) -> Result<(), Failure> {
        let (number, key) = (line.number, &line.key);
        let (mut done, words) = match fate {
            Ok(Wrote::Record(ending)) => write::outcome(key, ending),
            Ok(Wrote::Deletion(deletion)) => write::deleted(key, deletion),
            Err(Refused { exit, code, reason }) => {
                self.refused.push(*exit);
                if self.told.json {
                    return say::json(&NotDone { line: number, key: key.to_string(), status: "refused", code, reason });
                }
                complain(&format!("{}:{number}: {reason}", self.called));
                return Ok(());
            }
        };
        self.written += 1;
        match self.told.json {
            true => {
                done.line = Some(number);
                say::json(&done)
            }
            false => say::line(&format!("{number}: {words}")),
        }
    }

    fn end(self) -> Result<Exit, Failure> {
        let Report { written, refused, told, .. } = self;
        match told.json {
            true => say::json(&Sum { written, refused: refused.len() })?,
            false => complain(&format!("{written} done, {} refused", refused.len())),
        }
        let worst =
            [Exit::Conflict, Exit::Unauthorised, Exit::NotFound].into_iter().find(|exit| refused.contains(exit));
        Ok(worst.unwrap_or(if refused.is_empty() { Exit::Done } else { Exit::Failed }))
    }
}
