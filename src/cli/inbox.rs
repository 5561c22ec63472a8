//! `midair inbox`: the drafts that wait on this machine, listed, shown, sent and dropped; refuses to touch one that a living
//! process has open.

use std::time::Duration;

use midair_record::Draft;
use midair_record::schema::Secrets;
use serde::Serialize;

use super::arguments::{Common, Inbox, InboxDoes, InboxSend, OnConflict, Told};
use super::edit::{self, way};
use super::exit::{Exit, Failure};
use super::records::read::masked;
use super::records::say;
use super::settings::Settings;
use super::slot::Slot;
use super::target::{self, Target};
use super::{home, hosting};
use crate::backend::Backend;
use crate::draft_box::{DraftBox, Kept};
use crate::tui::definition::Definition;

/// How long a server may take to say what is secret, before all is.
const PATIENCE: Duration = Duration::from_secs(3);
/// How the server of a draft begins that is of files, and of no server.
const FILES: &str = "file:";

/// Lists the drafts, or does with one what is asked for.
pub async fn inbox(common: &Common, asked: &Inbox, settings: &Settings) -> Result<Exit, Failure> {
    let drafts = home::drafts()?;
    match &asked.does {
        None => list(&drafts, asked.told),
        Some(InboxDoes::Show { draft, told }) => {
            let json = Told { json: told.json || asked.told.json };
            show(common, &one(&drafts, draft)?.0, json).await
        }
        Some(InboxDoes::Drop { draft }) => drop_draft(&drafts, draft),
        Some(InboxDoes::Send(send)) => {
            let told = Told { json: send.told.json || asked.told.json };
            self::send(common, settings, &drafts, send, told).await
        }
    }
}

/// A draft, for programs.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Listed<'k> {
    id: &'k str,
    key: String,
    server: &'k str,
    by: &'k str,
    at: &'k str,
    /// It was on its way to the server, which had not answered.
    sending: bool,
    /// A living process has it.
    open: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<u64>,
    paths: Vec<String>,
}

impl<'k> Listed<'k> {
    fn of(kept: &'k Kept, open: bool) -> Self {
        Listed {
            id: &kept.id,
            key: record(kept),
            server: &kept.server,
            by: &kept.who,
            at: &kept.saved_at,
            sending: kept.sending,
            open,
            from: kept.draft.base.stored().map(|stored| stored.version),
            paths: kept.draft.changes().iter().map(|change| change.at.to_string()).collect(),
        }
    }
}

/// What a draft is of: a record, or the files of a merge.
fn record(kept: &Kept) -> String {
    kept.server.strip_prefix(FILES).map_or_else(|| kept.draft.key.to_string(), str::to_owned)
}

fn list(drafts: &DraftBox, how: Told) -> Result<Exit, Failure> {
    let all = drafts.all();
    for (kept, open) in &all {
        match how.json {
            true => say::json(&Listed::of(kept, *open))?,
            false => say::line(&line(kept, *open))?,
        }
    }
    drafts.unreadable().iter().for_each(|fault| say::aside(&fault.to_string()));
    if all.is_empty() && !how.json {
        say::aside("no drafts wait on this machine");
    }
    Ok(Exit::Done)
}

fn line(kept: &Kept, open: bool) -> String {
    let state = match (open, kept.sending, kept.server.starts_with(FILES)) {
        (true, ..) => "open in another midair",
        (_, true, _) => "sent, not answered",
        (_, _, true) => "midair mergetool, undecided",
        _ => "waits",
    };
    let server = if kept.server.starts_with(FILES) { "" } else { &kept.server };
    let (at, by) = (say::when(&kept.saved_at), say::who(&kept.who));
    format!("{}  {:<24} {at}  {by:<12} {server}  {state}: {}", kept.id, record(kept), changed(&kept.draft))
}

/// Which fields a draft changes.
fn changed(draft: &Draft) -> String {
    let paths: Vec<_> = draft.changes().into_iter().map(|change| change.at).collect();
    match (draft.base.stored(), paths.is_empty()) {
        (None, _) => "a new record".into(),
        (_, true) => "nothing".into(),
        _ => say::labels(&paths),
    }
}

/// The draft that is named by its id, the beginning of it, or its record.
fn one(drafts: &DraftBox, named: &str) -> Result<(Kept, bool), Failure> {
    let mut all = drafts.all();
    let place = |is: &dyn Fn(&Kept) -> bool| {
        let mut places = (0..all.len()).filter(|&at| is(&all[at].0));
        (places.next(), places.next())
    };
    let found = match place(&|kept| kept.id == named) {
        (None, _) => place(&|kept| kept.id.starts_with(named) || record(kept) == named),
        exact => exact,
    };
    match found {
        (Some(at), None) => Ok(all.swap_remove(at)),
        (Some(_), Some(_)) => {
            Err(Failure::usage(format!("{named:?} names several drafts; midair inbox lists their ids")))
        }
        (None, _) => Err(Failure {
            exit: Exit::NotFound,
            sentence: format!("there is no draft {named:?}; midair inbox lists those that wait"),
        }),
    }
}

/// A draft with what it changes, for programs.
#[derive(Serialize)]
struct Shown<'k> {
    #[serde(flatten)]
    listed: Listed<'k>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'k str>,
    changes: Vec<say::Changed>,
}

async fn show(common: &Common, kept: &Kept, how: Told) -> Result<Exit, Failure> {
    let secrets = match kept.server.starts_with(FILES) {
        true => Secrets::none(),
        false => secrets(common, kept).await,
    };
    if !secrets.are_known() {
        say::aside(&format!("{} does not say what is secret in {}, so no value is shown", kept.server, kept.draft.key));
    }
    let changes: Vec<_> = kept.draft.changes().into_iter().map(|change| masked(change, &secrets)).collect();
    if how.json {
        let changes = changes.iter().map(say::Changed::of).collect();
        say::json(&Shown { listed: Listed::of(kept, false), note: kept.draft.note.as_deref(), changes })?;
        return Ok(Exit::Done);
    }
    let from = kept.draft.base.stored().map(|stored| format!(", from v{}", stored.version)).unwrap_or_default();
    let note = kept.draft.note.as_ref().map(|note| format!("\n    {note}")).unwrap_or_default();
    let (at, by) = (say::when(&kept.saved_at), say::who(&kept.who));
    say::line(&format!("{} {}\n{by} wrote it, {at}{from}, for {}{note}", record(kept), kept.id, kept.server))?;
    changes.iter().try_for_each(|change| say::line(&say::change_lines(change)))?;
    Ok(Exit::Done)
}

/// What of a draft's record is secret: all, where its server does not say. No server is started for that.
async fn secrets(common: &Common, kept: &Kept) -> Secrets {
    let address = common.server.clone().unwrap_or_else(|| hosting::url(common.listen()));
    let asked = async {
        let backend = Backend::connect(&address, "midair").ok().filter(|backend| backend.name() == kept.server)?;
        let collection = &kept.draft.key.collection;
        let found = tokio::time::timeout(PATIENCE, backend.definition(collection)).await.ok()?;
        Some(Definition::of(collection, found.map_err(|fault| fault.to_string())).secrets)
    };
    asked.await.unwrap_or_default()
}

/// Throws a draft away, after it was printed as it stands in its file.
fn drop_draft(drafts: &DraftBox, id: &str) -> Result<Exit, Failure> {
    let (kept, _) = one(drafts, id)?;
    if kept.id != id {
        return Err(Failure::usage(format!("a draft is dropped by its whole id; this one is {}", kept.id)));
    }
    if !drafts.claim(id) {
        return Err(open_elsewhere(&kept));
    }
    let (text, path) =
        drafts.text(id).map_err(|fault| Failure::because(format!("the draft cannot be read: {fault}")))?;
    say::as_it_is(&text)?;
    drafts.forget(id);
    let back = path.display();
    say::aside(&format!(
        "dropped the draft of {}; what was printed, written to {back}, is the draft again",
        record(&kept)
    ));
    Ok(Exit::Done)
}

fn open_elsewhere(kept: &Kept) -> Failure {
    let sentence = format!("the draft {} of {} is open in another midair, and is left alone", kept.id, record(kept));
    Failure { exit: Exit::Conflict, sentence }
}

async fn send(
    common: &Common,
    settings: &Settings,
    drafts: &DraftBox,
    asked: &InboxSend,
    told: Told,
) -> Result<Exit, Failure> {
    let ways = way(asked.on_conflict)?;
    let named: Vec<Kept> = match asked.all {
        false => asked.drafts.iter().map(|named| one(drafts, named).map(|(kept, _)| kept)).collect::<Result<_, _>>()?,
        true => {
            let server = target::address(common)?;
            let all = drafts.all().into_iter().map(|(kept, _)| kept);
            all.filter(|kept| kept.server == server).collect()
        }
    };
    if named.is_empty() {
        say::aside("no drafts wait on this machine for this server");
        return Ok(Exit::Done);
    }
    let target = Target::of(common).await?;
    let mut worst = Exit::Done;
    for kept in &named {
        let sent = sent(&target, settings, drafts, (kept, asked.all), ways, told).await;
        if let Err(Failure { exit, sentence }) = sent {
            say::aside(&sentence);
            worst = if worst == Exit::Done || exit == Exit::Conflict { exit } else { worst };
        }
    }
    target.leave().await;
    Ok(worst)
}

async fn sent(
    target: &Target,
    settings: &Settings,
    drafts: &DraftBox,
    (kept, all): (&Kept, bool),
    ways: OnConflict,
    told: Told,
) -> Result<Exit, Failure> {
    let (backend, key) = (&target.backend, record(kept));
    if kept.server != backend.name() {
        let server = &kept.server;
        let how =
            if server.starts_with(FILES) { "midair mergetool goes on with it" } else { "name that one with --server" };
        return Err(Failure::usage(format!("the draft {} is for {server}; {how}", kept.id)));
    }
    if kept.who != backend.who() && all {
        say::aside(&format!("the draft {} of {key} is {}'s; it goes out only by its id", kept.id, say::who(&kept.who)));
        return Ok(Exit::Done);
    }
    let Some(slot) = Slot::claim(drafts, &kept.id, backend) else { return Err(open_elsewhere(kept)) };
    // It may have changed since it was listed, while another process had it.
    let Some((kept, _)) = drafts.all().into_iter().find(|(now, _)| now.id == kept.id) else {
        slot.release();
        return Err(Failure { exit: Exit::NotFound, sentence: format!("the draft of {key} is gone") });
    };
    edit::settled(target, settings, (&slot, kept.draft, None), ways, told).await
}
