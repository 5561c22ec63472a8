//! `midair edit`: a record in a person's own editor, kept as a draft until it is stored; refuses to lose what was typed.

use std::io::IsTerminal;

use midair_record::wire::{Current, Key};
use midair_record::{Draft, Object, Record};
use tokio::signal::unix::{SignalKind, signal};

use super::arguments::{Common, Edit, OnConflict, Told};
use super::exit::{Exit, Failure};
use super::records::settle::{Ending, edit_id, under};
use super::records::write::told;
use super::records::{missing, say};
use super::settings::Settings;
use super::slot::Slot;
use super::target::Target;
use super::{home, places};
use crate::backend::{Backend, Read};
use crate::draft_box::DraftBox;
use crate::run::outside::Outside;
use crate::run::{self, Errand};
use crate::tui::app::outside::{laid_out, unmasked, with_end, with_reason, without_end, without_reason};
use crate::tui::definition::{Definition, in_words};
use crate::tui::msg::{self, Leave, Written};

/// Opens the editor, and sends what comes back.
pub async fn edit(common: &Common, asked: &Edit, settings: &Settings) -> Result<Exit, Failure> {
    let drafts = home::drafts()?;
    let target = Target::of(common).await?;
    let written = match begun(&target.backend, asked).await {
        Ok((draft, definition)) => written(draft, &definition, asked).await,
        Err(failure) => Err(failure),
    };
    let done = match written {
        Ok(Some(ready)) => send(&target, settings, &drafts, ready, asked).await,
        Ok(None) => Ok(Exit::Done),
        Err(failure) => Err(failure),
    };
    target.leave().await;
    done
}

/// A way to settle a collision: the one that was asked for, else to ask where there is somebody to be asked.
pub fn way(asked: Option<OnConflict>) -> Result<OnConflict, Failure> {
    let terminal = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
    match (asked, terminal) {
        (Some(OnConflict::Ask), false) => Err(Failure::usage("there is no terminal to ask on; name another way")),
        (Some(way), _) => Ok(way),
        (None, true) => Ok(OnConflict::Ask),
        (None, false) => Ok(OnConflict::Fail),
    }
}

/// The draft that is edited, and what its collection says of it.
async fn begun(backend: &Backend, asked: &Edit) -> Result<(Draft, Definition), Failure> {
    let key = asked.key.clone();
    let way = way(asked.on_conflict)?;
    let definition = Definition::of(&key.collection, Ok(backend.definition(&key.collection).await?));
    let mut draft = match (backend.read(&key).await?, asked.create) {
        (Read::Stored(stored), true) => {
            let sentence = format!("{key} is there already (v{}); leave out --create to edit it", stored.version);
            return Err(Failure { exit: Exit::Conflict, sentence });
        }
        (Read::Stored(stored), false) => {
            let named = asked.how.if_match.as_ref();
            if way == OnConflict::Fail && named.is_some_and(|named| *named != stored.token) {
                let by = say::who(&stored.updated_by);
                let sentence =
                    format!("{key} is v{} now, which {by} saved; the etag is of another version", stored.version);
                return Err(Failure { exit: Exit::Conflict, sentence });
            }
            Draft::of(&key.collection, under(stored, named), edit_id())
        }
        (_, true) => Draft::new(key, Object::new(), edit_id()),
        (read, false) => {
            let gone = if let Read::Gone(gone) = &read { Some(gone) } else { None };
            let Failure { exit, sentence } = missing(&key, gone);
            return Err(Failure { exit, sentence: format!("{sentence}; --create makes it") });
        }
    };
    draft.note.clone_from(&asked.how.note);
    Ok((draft, definition))
}

/// What came back from the editor and can be sent; what was written stands in the file of `outside` still.
struct Ready {
    draft: Draft,
    /// The record in just the bytes that were written, where there was none.
    exactly: Option<Record>,
    outside: Outside,
    text: String,
    file: String,
}

/// Has the record written until it can be read. `None`: nothing changed, and that was said.
async fn written(draft: Draft, definition: &Definition, asked: &Edit) -> Result<Option<Ready>, Failure> {
    let key = &asked.key;
    let was = laid_out(&draft, &definition.secrets);
    let mut outside = Outside::silent(places::outside()?);
    let mut page = msg::Outside { name: key.to_string(), kind: "json", text: with_end(&was) };
    let (mut given, mut fault) = (was.clone(), None);
    // Ctrl-C is for the editor.
    let _interrupt = signal(SignalKind::interrupt()).map_err(Failure::because)?;
    loop {
        outside.begin(&page);
        let Written { file, text, trouble } = outside.ended().await;
        let Some(text) = text else {
            close(&mut outside, &Leave::AsItIs);
            let why = trouble.unwrap_or_default();
            return Err(Failure::because(format!("{why} Nothing was sent; what you wrote is in {file}")));
        };
        let text = without_end(without_reason(&text, fault.is_some()), &was);
        let (same, empty) = (text == given, text.trim().is_empty());
        let kept = Leave::Text(with_end(if empty { &given } else { &text }));
        let again = fault.take();
        let clean = (same || empty) && again.is_none();
        if let Some(why) = trouble {
            close(&mut outside, if clean { &Leave::Nothing } else { &kept });
            let file = if clean { String::new() } else { format!("; what you wrote is kept in {file}") };
            return Err(Failure::because(format!("{} Nothing was sent{file}", why.trim_end())));
        }
        if clean {
            close(&mut outside, &Leave::Nothing);
            return nothing(
                &draft,
                if empty { "your editor left nothing" } else { "you changed nothing" },
                asked.how.told,
            );
        }
        let taken = match again.filter(|_| same || empty) {
            Some(why) => Err((why, true)),
            None => taken(&draft, definition, &text).map_err(|why| (why, !std::io::stdin().is_terminal())),
        };
        match taken {
            Ok((fields, record)) => {
                let mut draft = draft;
                draft.edit(fields);
                if !draft.has_something_to_send() {
                    close(&mut outside, &Leave::Nothing);
                    return nothing(&draft, "you changed nothing", asked.how.told);
                }
                let exactly = draft.base.stored().is_none().then_some(record);
                return Ok(Some(Ready { draft, exactly, outside, text, file }));
            }
            Err((why, true)) => {
                close(&mut outside, &kept);
                let why = why.trim_end_matches('.');
                return Err(Failure::because(format!("{why}. Nothing was sent; what you wrote is kept in {file}")));
            }
            Err((why, false)) => {
                page.text = with_reason(&why, &text);
                (given, fault) = (text, Some(why));
            }
        }
    }
}

fn close(outside: &mut Outside, leave: &Leave) {
    if let Err(why) = outside.close(leave) {
        say::aside(&why);
    }
}

fn nothing(draft: &Draft, why: &str, how: Told) -> Result<Option<Ready>, Failure> {
    match (how.json, draft.base.stored()) {
        (true, Some(stored)) => {
            told(&draft.key, &Ending::Unchanged(stored.clone()), how)?;
        }
        (true, None) => {
            told(&draft.key, &Ending::Left(Current::Missing), how)?;
        }
        (false, _) => say::line(&format!("{why}; nothing was sent of {}", draft.key))?,
    }
    Ok(None)
}

/// The fields that were written, with the secrets that went out masked, and the record as it was written.
fn taken(draft: &Draft, definition: &Definition, text: &str) -> Result<(Object, Record), String> {
    let record = Record::parse(text).map_err(|fault| format!("not a record yet: {fault}"))?;
    let fields = unmasked(record.fields(), &draft.fields, &definition.secrets)?;
    let faults = definition.new_faults(draft.base.stored().map(|stored| stored.fields.fields()), &fields);
    if faults.is_empty() { Ok((fields, record)) } else { Err(in_words(&faults)) }
}

/// Sends what was written, once it is a draft on the disk.
async fn send(
    target: &Target,
    settings: &Settings,
    drafts: &DraftBox,
    ready: Ready,
    asked: &Edit,
) -> Result<Exit, Failure> {
    let Ready { draft, exactly, mut outside, text, file } = ready;
    let backend = &target.backend;
    let slot = Slot::claim(drafts, &draft.edit_id, backend);
    let kept =
        slot.as_ref().ok_or_else(|| Failure::because("no draft can be kept")).and_then(|slot| slot.keep(&draft, false));
    let (Ok(()), Some(slot)) = (kept.clone(), slot) else {
        close(&mut outside, &Leave::Text(with_end(&text)));
        let why = kept.err().map(|failure| failure.sentence).unwrap_or_default();
        return Err(Failure::because(format!("{why}. Nothing was sent; what you wrote is kept in {file}")));
    };
    close(&mut outside, &Leave::Nothing);
    if let Some(local) = &target.local {
        // Whoever hosted it may have left while the editor was open.
        let _ = local.ensure().await;
    }
    let ways = way(asked.on_conflict)?;
    settled(target, settings, (&slot, draft, exactly.as_ref()), ways, asked.how.told).await
}

/// Sends a draft that is kept, opens the screen on it where it collides and somebody can be asked, and tells how it ended.
pub async fn settled(
    target: &Target,
    settings: &Settings,
    (slot, draft, exactly): (&Slot, Draft, Option<&Record>),
    ways: OnConflict,
    how: Told,
) -> Result<Exit, Failure> {
    let key = draft.key.clone();
    let alone = if ways == OnConflict::Ask { OnConflict::Merge } else { ways };
    let waits = |failure: Failure| {
        let sentence = failure.sentence.trim_end_matches('.').to_owned();
        let hint = format!("your edit is kept as draft {} (midair inbox)", slot.id);
        Failure { exit: failure.exit, sentence: format!("{sentence}; {hint}") }
    };
    let mut interrupt = signal(SignalKind::interrupt()).map_err(Failure::because)?;
    let sent = tokio::select! {
        sent = slot.send(&target.backend, draft, exactly, alone) => sent,
        _ = interrupt.recv() => Err(Failure { exit: Exit::Interrupted, sentence: "interrupted".into() }),
    };
    match sent {
        Ok(ending) => {
            let exit = told(&key, &ending, how)?;
            if let Ending::Left(Current::Deleted(_) | Current::Missing) = ending {
                say::aside(&format!("your edit is kept as draft {} (midair inbox)", slot.id));
            }
            Ok(exit)
        }
        Err(failure) if failure.exit == Exit::Conflict && ways == OnConflict::Ask => {
            on_screen(target, settings, slot, key, how).await
        }
        Err(failure) => Err(waits(failure)),
    }
}

/// The collision on the screen: the program itself, opened on the draft.
async fn on_screen(target: &Target, settings: &Settings, slot: &Slot, key: Key, how: Told) -> Result<Exit, Failure> {
    let drafts = home::drafts()?;
    let session = home::session(target, settings, drafts.clone())?;
    let mut errand = Errand { slot: slot.id.clone(), key: key.clone(), saved: None };
    let exit = home::ended(run::run(session, Some(&mut errand)).await)?;
    drafts.release(&slot.id);
    let waits = drafts.waiting(target.backend.name()).iter().any(|kept| kept.id == slot.id);
    match (errand.saved, waits) {
        _ if exit != Exit::Done => Ok(exit),
        (Some(stored), false) => told(&key, &Ending::Stored { created: false, merged: Vec::new(), stored }, how),
        (None, false) => {
            let ending = match target.backend.read(&key).await? {
                Read::Stored(stored) => Ending::Left(Current::Stored(stored)),
                Read::Gone(gone) => Ending::Left(Current::Deleted(gone)),
                Read::Missing => Ending::Left(Current::Missing),
            };
            told(&key, &ending, how)
        }
        (_, true) => {
            let sentence = format!("{key} is not settled; your edit is kept as draft {} (midair inbox)", slot.id);
            Err(Failure { exit: Exit::Conflict, sentence })
        }
    }
}
