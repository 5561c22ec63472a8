//! Sends checked records to a server, in one request that holds for all or in many that each hold for a few; refuses to
//! send part of a file where all or nothing was asked for.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use midair_record::Record;

use super::Flaw;
use crate::backend::{Backend, Creation, Outcome, Together};
use crate::cli::arguments::Import;
use crate::cli::exit::Failure;

/// A server takes no larger request. It is measured here with what stands around each record.
const LARGEST_REQUEST: usize = 63 << 20;
const AROUND_A_RECORD: usize = 256;
/// One request of many: large enough to be quick, small enough to show progress.
const CHUNK: usize = 200;
const CHUNK_BYTES: usize = 4 << 20;
/// What the server says of a record that was good itself.
const NOT_WRITTEN: u16 = 424;
const STANDS_ALREADY: u16 = 412;

/// A record that is good as far as the file goes.
pub struct Ready {
    pub line: usize,
    pub number: usize,
    pub id: String,
    pub record: Record,
}

impl Ready {
    fn size(&self) -> usize {
        self.record.text().len() + self.id.len() + AROUND_A_RECORD
    }
}

/// Creates the records; what the server refused comes back.
pub async fn upload(backend: &Backend, import: &Import, ready: Vec<Ready>) -> Result<Vec<Flaw>, Failure> {
    let note = import.note.as_deref();
    let around = note.map_or(0, str::len);
    let size: usize = ready.iter().map(|ready| ready.size() + around).sum();
    if !import.keep_going && size > LARGEST_REQUEST {
        return Err(Failure::because(format!(
            "{} MiB are too much to be created all or none; split the file, or use --keep-going, which writes what is good in parts",
            size >> 20
        )));
    }
    let (most, most_bytes, together) = match import.keep_going {
        true => (CHUNK, CHUNK_BYTES, Together::EachAlone),
        false => (usize::MAX, usize::MAX, Together::AllOrNone),
    };
    let bar = progress(ready.len());
    let mut flaws = Vec::new();
    let mut rest = ready.into_iter().peekable();
    while rest.peek().is_some() {
        let mut chunk: Vec<Ready> = Vec::new();
        let mut bytes = 0;
        while let Some(next) =
            rest.next_if(|next| chunk.is_empty() || (chunk.len() < most && bytes + next.size() <= most_bytes))
        {
            bytes += next.size();
            chunk.push(next);
        }
        let creation = |ready: &Ready| Creation { id: ready.id.clone(), fields: ready.record.clone() };
        let creations: Vec<Creation> = chunk.iter().map(creation).collect();
        let outcomes = match backend.create(&import.into, &creations, note, together).await {
            Ok(outcomes) => outcomes,
            Err(fault) => return Err(broken_off(fault.into(), bar.position())),
        };
        bar.inc(u64::try_from(chunk.len()).unwrap_or(0));
        flaws.extend(chunk.iter().zip(outcomes).filter_map(|(ready, outcome)| flaw(import, ready, outcome)));
    }
    bar.finish_and_clear();
    Ok(flaws)
}

fn broken_off(failure: Failure, sent: u64) -> Failure {
    match sent {
        0 => failure,
        sent => {
            Failure { sentence: format!("{}; {sent} records had been sent before that", failure.sentence), ..failure }
        }
    }
}

fn flaw(import: &Import, ready: &Ready, outcome: Outcome) -> Option<Flaw> {
    let (why, collides) = match outcome {
        Outcome::Created | Outcome::Refused { status: NOT_WRITTEN, .. } => return None,
        Outcome::Refused { status: STANDS_ALREADY, .. } => {
            (format!("{}/{} exists already", import.into, ready.id), true)
        }
        Outcome::Refused { detail, .. } => (detail.trim_end_matches('.').to_owned(), false),
    };
    Some(Flaw { line: ready.line, number: ready.number, why, collides })
}

/// A bar on stderr, where that is a terminal.
fn progress(records: usize) -> ProgressBar {
    let style =
        ProgressStyle::with_template("{bar:30} {pos}/{len} records").unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = ProgressBar::new(u64::try_from(records).unwrap_or(0)).with_style(style);
    // A bar moves the cursor, by the sequences that colours are made of.
    if std::env::var_os("NO_COLOR").is_some_and(|said| !said.is_empty()) {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    bar
}
