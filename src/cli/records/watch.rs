//! `midair watch`: every change as it happens; a lost connection is taken up where it broke off.

use futures_util::StreamExt;
use midair_record::wire::{Event, Op};

use super::{missing, say};
use crate::backend::{Backend, Fault, Read};
use crate::cli::arguments::{Common, Scope, Watch};
use crate::cli::exit::{Exit, Failure};
use crate::cli::export;
use crate::cli::jittered;
use crate::cli::target::Target;

/// How long it waits before it connects again, at the most, in milliseconds.
const LONGEST_PAUSE: u64 = 5_000;

/// Tells changes until as many were told as were asked for, or for ever.
pub async fn watch(common: &Common, asked: &Watch) -> Result<Exit, Failure> {
    let target = Target::of(common).await?;
    let told = tokio::select! {
        told = begin(&target.backend, asked) => told,
        _ = tokio::signal::ctrl_c() => Ok(Exit::Interrupted),
    };
    target.leave().await;
    told
}

async fn begin(backend: &Backend, asked: &Watch) -> Result<Exit, Failure> {
    if let Some(nothing) = nothing_yet(backend, asked.of.as_ref()).await {
        say::aside(&nothing);
    }
    follow(backend, asked).await
}

/// That what is watched is not there; it may come to be, so it is waited for.
async fn nothing_yet(backend: &Backend, of: Option<&Scope>) -> Option<String> {
    match of? {
        Scope::Collection(name) => {
            let missing = export::exists(backend, name).await.err().filter(|failure| failure.exit == Exit::NotFound)?;
            Some(format!("{}; waiting for it", missing.sentence))
        }
        Scope::Record(key) => match backend.read(key).await.ok()? {
            Read::Stored(_) => None,
            Read::Gone(gone) => Some(format!("{}; waiting for it", missing(key, Some(&gone)).sentence)),
            Read::Missing => Some(format!("{}; waiting for it", missing(key, None).sentence)),
        },
    }
}

async fn follow(backend: &Backend, asked: &Watch) -> Result<Exit, Failure> {
    let mut since = asked.since;
    let mut left = asked.limit.unwrap_or(usize::MAX);
    let (mut pause, mut opened) = (100, false);
    while left > 0 {
        let mut feed = match backend.clone().open(since).await {
            Ok(feed) => Box::pin(feed),
            Err(fault @ Fault::Unreachable(_)) if since.is_some() || opened => {
                say::aside(&format!("{fault}; trying again"));
                tokio::time::sleep(jittered(pause)).await;
                pause = (2 * pause).min(LONGEST_PAUSE);
                continue;
            }
            Err(fault) => return Err(fault.into()),
        };
        (pause, opened) = (100, true);
        while let Some(Ok(event)) = feed.next().await {
            since = Some(event.seq);
            if !is_meant(&event, asked.of.as_ref()) {
                continue;
            }
            match asked.told.json {
                true => say::json(&event)?,
                false => say::line(&event_line(&event))?,
            }
            left -= 1;
            if left == 0 {
                break;
            }
        }
        if since.is_none() && left > 0 {
            say::aside(&format!("the feed of {} ended; what changes until it is back is not told", backend.name()));
        }
    }
    Ok(Exit::Done)
}

fn is_meant(event: &Event, of: Option<&Scope>) -> bool {
    match of {
        None => true,
        Some(Scope::Collection(name)) => event.collection == *name,
        Some(Scope::Record(key)) => event.collection == key.collection && event.id == key.id,
    }
}

fn event_line(event: &Event) -> String {
    let line = &event.line;
    let fields = if line.op == Op::Update { format!(": {}", say::labels(&line.paths)) } else { String::new() };
    let note = line.why.as_ref().map(|why| format!("  {why:?}")).unwrap_or_default();
    format!(
        "{}  {} {} {}/{} v{}{fields}{note}",
        say::when(&line.at),
        say::who(&line.by),
        say::did(line.op),
        event.collection,
        event.id,
        line.version
    )
}
