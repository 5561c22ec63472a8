//! A write that may be refused: sent under its precondition, merged and sent again as far as that was asked for.

use std::time::Duration;

use midair_record::draft::Basis;
use midair_record::wire::{Conflict, Current, Put, Stored, Token};
use midair_record::{Choice, Draft, Pointer, Record, Resolution};

use super::say;
use crate::backend::{Backend, Fault};
use crate::cli::arguments::OnConflict;
use crate::cli::exit::{Exit, Failure};
use crate::cli::jittered;
use crate::cli::merge::plain;
use crate::tui::definition::{Definition, in_words};
use crate::tui::screens::collision::Files;

/// How often a write is merged and sent again, before it is given up.
const ATTEMPTS: u32 = 50;
/// How often a write without an answer is sent again, under the same edit id.
const SENDINGS: u32 = 5;
/// The longest wait between two attempts, in milliseconds.
const LONGEST_PAUSE: u64 = 200;

/// What became of a write.
#[derive(Debug)]
pub enum Ending {
    /// It stands; `merged`: the versions of others that it was merged with.
    Stored { stored: Stored, created: bool, merged: Vec<u64> },
    /// What was wanted stands there already.
    Unchanged(Stored),
    /// Somebody else's version was left as it stands.
    Left(Current),
}

/// A name for an edit that no other edit has.
pub fn edit_id() -> String {
    uuid::Uuid::new_v4().to_string()
}

/// A wait before the next attempt, longer with each.
fn pause(attempt: u32) -> Duration {
    jittered((1 << attempt.min(16)).min(LONGEST_PAUSE))
}

/// Sends a write; one without an answer, or that the server had no time for, again, which its edit id makes one write.
async fn send(backend: &Backend, draft: &Draft, exactly: Option<&Record>) -> Result<Put, Failure> {
    again(async || match exactly {
        Some(record) => backend.save_exactly(draft, record).await,
        None => backend.save(draft).await,
    })
    .await
}

/// Asks, and asks again a few times where no answer came or the server had no time. What is asked must be one write however
/// often it arrives.
pub async fn again<T>(ask: impl AsyncFn() -> Result<T, Fault>) -> Result<T, Failure> {
    let mut attempt = 0;
    loop {
        match ask().await {
            Err(Fault::Uncertain(_) | Fault::Refused { status: 429 | 503, .. }) if attempt < SENDINGS => attempt += 1,
            Err(fault) => return Err(fault.into()),
            Ok(answer) => return Ok(answer),
        }
        tokio::time::sleep(pause(attempt + 4)).await;
    }
}

/// Writes `draft`, at first in just these bytes where there are any, and does what `ways` says where it is refused.
pub async fn settle(
    backend: &Backend,
    draft: Draft,
    exactly: Option<&Record>,
    ways: OnConflict,
) -> Result<Ending, Failure> {
    settle_kept(backend, draft, exactly, ways, &mut |_| Ok(())).await
}

/// As [`settle`]; `keep` has each draft before it is sent, and stops everything where it fails.
pub async fn settle_kept(
    backend: &Backend,
    mut draft: Draft,
    exactly: Option<&Record>,
    ways: OnConflict,
    keep: &mut dyn FnMut(&Draft) -> Result<(), Failure>,
) -> Result<Ending, Failure> {
    keep(&draft)?;
    let mut put = send(backend, &draft, exactly).await?;
    let mut merged: Vec<u64> = Vec::new();
    let (mut attempt, mut waited) = (1, false);
    loop {
        let conflict = match put {
            Put::Stored { stored, created } => return Ok(Ending::Stored { stored, created, merged }),
            Put::Unchanged(stored) => return Ok(Ending::Unchanged(stored)),
            Put::Stale(conflict) => conflict,
        };
        if let Some(ending) = stands(&draft, &conflict, &merged) {
            return Ok(ending);
        }
        if ways == OnConflict::Theirs && !matches!(conflict.current, Current::Stored(_)) {
            return Ok(Ending::Left(conflict.current));
        }
        if ways == OnConflict::Fail || attempt == ATTEMPTS {
            return Err(refused(&draft, &conflict, &[]));
        }
        if attempt > 1 && !waited {
            // What was told before the wait is old after it, so it is asked for again, by a write that is known to be stale.
            tokio::time::sleep(pause(attempt)).await;
            waited = true;
            put = send(backend, &draft, None).await?;
            continue;
        }
        merged.extend(conflict.changes.iter().map(|line| line.version));
        draft = match over(backend, &draft, &conflict, ways).await? {
            Again::Send(draft) => *draft,
            Again::Nothing(stored) if ways == OnConflict::Theirs => return Ok(Ending::Left(Current::Stored(stored))),
            Again::Nothing(stored) => return Ok(Ending::Unchanged(stored)),
        };
        keep(&draft)?;
        (attempt, waited) = (attempt + 1, false);
        put = send(backend, &draft, None).await?;
    }
}

/// Whether a refused write stands there all the same: its answer was lost, or somebody else wanted the very same.
fn stands(draft: &Draft, conflict: &Conflict, merged: &[u64]) -> Option<Ending> {
    let Current::Stored(stored) = &conflict.current else { return None };
    let arrived = conflict.changes.iter().any(|line| line.edit_id.as_ref() == Some(&draft.edit_id));
    // Who wants to create a record wants to be the one who did.
    let wanted = conflict.already_applied && !conflict.unknown_token && draft.base.stored().is_some();
    match (arrived, wanted) {
        (true, _) => Some(Ending::Stored { stored: stored.clone(), created: false, merged: merged.to_vec() }),
        (false, true) => Some(Ending::Unchanged(stored.clone())),
        (false, false) => None,
    }
}

enum Again {
    Send(Box<Draft>),
    Nothing(Stored),
}

/// The draft against what stands there now.
async fn over(backend: &Backend, draft: &Draft, conflict: &Conflict, ways: OnConflict) -> Result<Again, Failure> {
    let theirs = match &conflict.current {
        Current::Stored(theirs) => theirs.clone(),
        Current::Deleted(_) | Current::Missing if ways == OnConflict::Mine => {
            let mut anew = Draft::new(draft.key.clone(), draft.fields.clone(), edit_id());
            anew.note.clone_from(&draft.note);
            return Ok(Again::Send(Box::new(anew)));
        }
        Current::Deleted(_) | Current::Missing => return Err(refused(draft, conflict, &[])),
    };
    let definition = Definition::of(
        &draft.key.collection,
        backend.definition(&draft.key.collection).await.map_err(|fault| fault.to_string()),
    );
    if let Some(fault) = &definition.fault {
        return Err(Failure::because(format!("{fault} Nothing was merged.")));
    }
    let mut origin = draft.clone();
    if origin.base.stored().is_none_or(|base| Some(base.version) != conflict.expected) {
        // The etag that was named stands for another version than the one that was read.
        origin.base = named(draft, conflict);
    }
    let mut resolution = origin.rebase_by(&definition.rules, theirs.clone(), None, conflict.changes.clone());
    match ways {
        OnConflict::Mine => resolution.choose_all(&Choice::Mine),
        OnConflict::Theirs => resolution.choose_all(&Choice::Theirs),
        OnConflict::Ask if resolution.undecided() > 0 => resolution = ask(resolution, conflict)?,
        _ => {}
    }
    if resolution.undecided() > 0 {
        return Err(refused(draft, conflict, &open(&resolution)));
    }
    let now = resolution.merged();
    if now == *theirs.fields.fields() {
        return Ok(Again::Nothing(theirs));
    }
    let faults = definition.new_faults(Some(theirs.fields.fields()), &now);
    if !faults.is_empty() {
        return Err(Failure::because(format!("merged with v{}, {}", theirs.version, in_words(&faults))));
    }
    let finished = resolution.finish(edit_id()).map_err(|_| refused(draft, conflict, &[]))?;
    Ok(Again::Send(Box::new(finished)))
}

/// What the etag that was presented stands for: the version that the refusal tells of, else nothing that is known.
fn named(draft: &Draft, conflict: &Conflict) -> Basis {
    match (&conflict.base, draft.base.stored()) {
        (Some(base), Some(read)) => {
            let stored = Stored { version: base.version, fields: base.fields.clone(), ..read.clone() };
            Basis::Version(Box::new(stored))
        }
        _ => Basis::New,
    }
}

fn open(resolution: &Resolution) -> Vec<String> {
    let units = resolution.units().iter().enumerate();
    units.filter(|(index, _)| resolution.choice_is_open(*index)).map(|(_, unit)| unit.label()).collect()
}

fn ask(resolution: Resolution, conflict: &Conflict) -> Result<Resolution, Failure> {
    if !std::io::IsTerminal::is_terminal(&std::io::stdin()) {
        let Failure { exit, sentence } = refused(resolution.draft(), conflict, &open(&resolution));
        return Err(Failure { exit, sentence: format!("there is no terminal to ask on: {sentence}") });
    }
    let by = say::who(&resolution.theirs().updated_by).to_owned();
    let files = Files {
        base: "what you started from".into(),
        mine: "yours".into(),
        theirs: format!("{by}'s v{}", resolution.theirs().version),
        merged: resolution.draft().key.to_string(),
    };
    match plain::settle(resolution, &files, |_| Ok(()))? {
        Some(resolution) => Ok(resolution),
        None => Err(Failure { exit: Exit::Conflict, sentence: "left undecided; nothing was written".into() }),
    }
}

/// Who saved what meanwhile, and that nothing was written.
pub fn refused(draft: &Draft, conflict: &Conflict, open: &[String]) -> Failure {
    let key = &draft.key;
    let who = match &conflict.current {
        Current::Stored(_) if draft.base.stored().is_none() && conflict.changes.is_empty() => {
            format!("{key} is there already")
        }
        Current::Stored(stored) => {
            format!("{} saved v{} of {key} meanwhile", say::who(&stored.updated_by), stored.version)
        }
        Current::Deleted(gone) => format!("{} deleted {key} as v{} meanwhile", say::who(&gone.by), gone.version),
        Current::Missing => format!("{key} is not there"),
    };
    // Against the version that an old etag stands for, what others changed since is a change of mine as well.
    let mine = draft.changes();
    let shared = conflict.overlap.iter().filter(|at| mine.iter().any(|change| change.at.overlaps(at)));
    let shared: Vec<Pointer> = shared.cloned().collect();
    let places = match (open, shared.as_slice()) {
        ([], []) => String::new(),
        ([], overlap) => format!("; both sides changed {}", say::labels(overlap)),
        (open, _) => {
            format!("; undecided: {} (--on-conflict mine, theirs or ask settles that)", open.join(", "))
        }
    };
    let hint = if conflict.unknown_token { "; the etag was never one of this record" } else { "" };
    Failure { exit: Exit::Conflict, sentence: format!("{who}{places}{hint}. Nothing was written") }
}

/// What a draft stands on, where the caller names its etag: the version that was read, under that etag.
pub fn under(mut base: Stored, token: Option<&Token>) -> Stored {
    if let Some(token) = token {
        base.token = token.clone();
    }
    base
}
