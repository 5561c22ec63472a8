//! Turns what the screen wants done into tasks, and their answers into messages.

use midair_record::wire::Put;
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::watch;

use super::drafts::Keeper;
use super::history;
use crate::backend::{Backend, Fault, Read};
use crate::tui::msg::{self, CollectionLine, Page, PageWanted, Part, Unsaved};
use crate::tui::{Effect, Msg};

/// What errands are run with.
#[derive(Clone)]
pub struct Errands {
    pub backend: Backend,
    keeper: Keeper,
    send: UnboundedSender<Msg>,
    /// How many are under way.
    pub afoot: watch::Sender<usize>,
}

impl Errands {
    /// Errands to `backend`, whose answers go to `send`.
    pub fn new(backend: Backend, keeper: Keeper, send: UnboundedSender<Msg>) -> Self {
        Errands { backend, keeper, send, afoot: watch::Sender::new(0) }
    }

    /// Starts what `effect` asks for; its answer comes as a message.
    pub fn run(&self, effect: Effect) {
        match effect {
            Effect::KeepDraft { slot, draft } => self.keeper.keep(slot, draft),
            Effect::DraftAnswered { slot } => self.keeper.answered(slot),
            Effect::DropDraft { slot } => self.keeper.drop_draft(slot),
            Effect::ReleaseDraft { slot } => self.keeper.release(slot),
            Effect::FindDrafts => self.keeper.find(),
            Effect::Quit | Effect::Repaint | Effect::Suspend | Effect::Copy(_) => {}
            Effect::WriteOutside(_) | Effect::CloseOutside(_) => {}
            Effect::Save { slot, draft } => {
                // Ordered here, not in the task: a draft typed later must not be overwritten by this one.
                let kept = self.keeper.kept(slot, draft.clone());
                let (backend, send) = (self.backend.clone(), self.send.clone());
                self.spawn(async move {
                    let result = match kept.await {
                        Ok(()) => backend.save(&draft).await.map_err(unsaved),
                        Err(why) => Err(Unsaved::Refused(why.to_string())),
                    };
                    if let Ok(Put::Stale(_)) | Err(Unsaved::Refused(_)) = &result {
                        let _ = send.send(defined(&backend, &draft.key.collection).await);
                    }
                    Msg::Saved { sent: draft, result }
                });
            }
            // Nobody waits for these two, and a server that does not know them loses nothing.
            Effect::SayHere { key, path } => {
                let backend = self.backend.clone();
                tokio::spawn(async move { backend.say_here(&key, path.as_ref()).await });
            }
            Effect::SayGone { key } => {
                let backend = self.backend.clone();
                tokio::spawn(async move { backend.say_gone(&key).await });
            }
            Effect::LoadCollections => {
                let backend = self.backend.clone();
                self.spawn(async move {
                    let lines = backend.collections().await.map_err(said);
                    let line = |line: crate::backend::CollectionLine| CollectionLine {
                        name: line.name,
                        records: line.records,
                    };
                    Msg::Collections(lines.map(|lines| lines.into_iter().map(line).collect()))
                });
            }
            Effect::LoadPage(asked) => {
                let (backend, send) = (self.backend.clone(), self.send.clone());
                self.spawn(async move {
                    if asked.part.after.is_none() {
                        let _ = send.send(defined(&backend, &asked.collection).await);
                    }
                    let PageWanted { collection, filter, part: Part { after, backwards, limit } } = &asked;
                    let filter = Some(filter.as_str()).filter(|filter| !filter.is_empty());
                    let limit = u32::try_from(*limit).unwrap_or(u32::MAX);
                    let page = match backwards {
                        false => backend.page(collection, after.as_deref(), limit, filter).await,
                        true => backend.page_from_end(collection, after.as_deref(), limit, filter).await,
                    };
                    let page = page.map(|page| Page { items: page.items, next: page.next, total: page.total });
                    let result = page.map_err(said);
                    Msg::Page { asked, result }
                });
            }
            Effect::Load { key, since } => {
                let (backend, send) = (self.backend.clone(), self.send.clone());
                self.spawn(async move {
                    let _ = send.send(defined(&backend, &key.collection).await);
                    let result = backend.read(&key).await.map_err(said);
                    let changes = match (&result, since) {
                        (Ok(Read::Stored(_)), Some(since)) => {
                            let mut lines = backend.history(&key).await.unwrap_or_default();
                            lines.retain(|line| line.version > since);
                            lines.sort_by_key(|line| line.version);
                            lines
                        }
                        _ => Vec::new(),
                    };
                    Msg::Loaded { key, result: result.map(seen), changes }
                });
            }
            Effect::LoadDefinition { collection } => {
                let backend = self.backend.clone();
                self.spawn(async move { defined(&backend, &collection).await });
            }
            Effect::LoadPulse => {
                let backend = self.backend.clone();
                self.spawn(async move { Msg::Pulse(backend.pulse().await.map(Box::new).map_err(said)) });
            }
            Effect::LoadHistory { key, before } => {
                let backend = self.backend.clone();
                self.spawn(async move {
                    let result = history::page(&backend, &key, before).await.map_err(said);
                    Msg::History { key, before, result }
                });
            }
            Effect::LoadVersion { key, number } => {
                let backend = self.backend.clone();
                self.spawn(async move {
                    let result = backend.version_if_kept(&key, number).await;
                    Msg::Version { key, number, result: result.map(|kept| kept.map(Box::new)).map_err(said) }
                });
            }
            Effect::Restore { key, number, token, edit_id } => {
                let backend = self.backend.clone();
                self.spawn(async move {
                    let result = backend.restore(&key, number, token.as_ref(), &edit_id).await.map_err(unsaved);
                    Msg::Restored { key, number, result }
                });
            }
            Effect::Delete { key, token, edit_id } => {
                let backend = self.backend.clone();
                self.spawn(async move {
                    let result = backend.delete(&key, &token, None, &edit_id).await.map_err(unsaved);
                    Msg::Deleted { key, result }
                });
            }
        }
    }

    fn spawn(&self, errand: impl Future<Output = Msg> + Send + 'static) {
        let (send, afoot) = (self.send.clone(), self.afoot.clone());
        afoot.send_modify(|count| *count += 1);
        tokio::spawn(async move {
            let _ = send.send(errand.await);
            afoot.send_modify(|count| *count -= 1);
        });
    }
}

async fn defined(backend: &Backend, collection: &str) -> Msg {
    let result = backend.definition(collection).await.map_err(said);
    Msg::Defined { collection: collection.to_owned(), result }
}

/// What was read, as the screen takes it.
pub(super) fn seen(read: Read) -> msg::Read {
    match read {
        Read::Stored(stored) => msg::Read::Stored(Box::new(stored)),
        Read::Gone(gone) => msg::Read::Gone(gone),
        Read::Missing => msg::Read::Missing,
    }
}

fn said(fault: Fault) -> String {
    format!("{fault}.")
}

fn unsaved(fault: Fault) -> Unsaved {
    match fault {
        Fault::Unreachable(_) | Fault::Uncertain(_) => Unsaved::NoAnswer(said(fault)),
        Fault::Refused { status: 429 | 503, .. } => Unsaved::NoAnswer(said(fault)),
        Fault::Refused { ref faults, .. } if !faults.is_empty() => {
            Unsaved::Invalid { faults: faults.clone(), why: said(fault) }
        }
        _ => Unsaved::Refused(said(fault)),
    }
}
