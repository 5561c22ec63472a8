//! Writes drafts to disk in the order in which they were typed, on a thread of its own; a save waits for its draft.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;

use midair_record::draft::Draft;
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::{Mutex, oneshot};

use super::outside;
use crate::backend::Backend;
use crate::draft_box::{DraftBox, Kept};
use crate::tui::Msg;
use crate::tui::msg::{NotKept, WaitingDraft};

enum Order {
    Keep { slot: String, draft: Box<Draft>, done: Option<oneshot::Sender<Result<(), NotKept>>> },
    Answered { slot: String },
    Drop { slot: String },
    Release { slot: String },
    Find,
    Stop,
}

/// A handle on the thread that writes drafts.
#[derive(Clone)]
pub struct Keeper {
    orders: std::sync::mpsc::Sender<Order>,
    thread: Arc<Mutex<Option<JoinHandle<()>>>>,
}

struct Desk {
    drafts: DraftBox,
    outside: PathBuf,
    server: String,
    who: String,
    send: UnboundedSender<Msg>,
    /// The drafts that are on their way to the server, and whether what stands on disk is what was sent.
    sent: HashMap<String, (Draft, bool)>,
}

impl Keeper {
    /// Starts the thread.
    pub fn start(drafts: DraftBox, outside: &Path, backend: &Backend, send: UnboundedSender<Msg>) -> Self {
        let (orders, waiting) = std::sync::mpsc::channel();
        let (server, who) = (backend.name().to_owned(), backend.who().to_owned());
        let mut desk = Desk { drafts, outside: outside.to_owned(), server, who, send, sent: HashMap::new() };
        let thread = std::thread::spawn(move || {
            waiting.iter().take_while(|order| !matches!(order, Order::Stop)).for_each(|order| desk.carry_out(order));
        });
        Keeper { orders, thread: Arc::new(Mutex::new(Some(thread))) }
    }

    /// Writes a draft; the screen is told how it went.
    pub fn keep(&self, slot: String, draft: Box<Draft>) {
        let _ = self.orders.send(Order::Keep { slot, draft, done: None });
    }

    /// Writes a draft. What is given back resolves when it is on disk, or to a sentence about why it is not.
    pub fn kept(&self, slot: String, draft: Box<Draft>) -> impl Future<Output = Result<(), NotKept>> + Send + use<> {
        let (done, told) = oneshot::channel();
        let _ = self.orders.send(Order::Keep { slot, draft, done: Some(done) });
        async {
            told.await
                .unwrap_or_else(|_| Err(NotKept::Failed("The draft could not be written: midair is stopping.".into())))
        }
    }

    /// A draft that was sent was answered, and does not wait for the server any more.
    pub fn answered(&self, slot: String) {
        let _ = self.orders.send(Order::Answered { slot });
    }

    /// Takes a draft from the disk.
    pub fn drop_draft(&self, slot: String) {
        let _ = self.orders.send(Order::Drop { slot });
    }

    /// Leaves a draft on disk for whoever opens it next.
    pub fn release(&self, slot: String) {
        let _ = self.orders.send(Order::Release { slot });
    }

    /// Looks for drafts that nobody edits; the screen is told.
    pub fn find(&self) {
        let _ = self.orders.send(Order::Find);
    }

    /// Waits until everything ordered so far is on disk.
    pub async fn finish(self) {
        let thread = self.thread.lock().await.take();
        let _ = self.orders.send(Order::Stop);
        if let Some(thread) = thread {
            let _ = tokio::task::spawn_blocking(move || thread.join()).await;
        }
    }
}

impl Desk {
    fn carry_out(&mut self, order: Order) {
        match order {
            Order::Keep { slot, draft, done } => {
                let sends = done.is_some();
                let result = self.keep(&slot, *draft, sends);
                // The screen hears of the draft before whoever waits for it goes on: of a save that fails with its
                // draft, the last word is that it failed.
                let _ = self.send.send(Msg::DraftKept { slot, result: result.clone() });
                if let Some(done) = done {
                    let _ = done.send(result);
                }
            }
            Order::Answered { slot } => {
                if let Some((draft, true)) = self.sent.remove(&slot) {
                    let _ = self.keep(&slot, draft, false);
                }
            }
            Order::Drop { slot } => {
                self.sent.remove(&slot);
                // A draft that another terminal has taken up meanwhile is not ours to throw away.
                if self.drafts.claim(&slot) {
                    self.drafts.forget(&slot);
                    self.drafts.release(&slot);
                }
            }
            Order::Release { slot } => self.drafts.release(&slot),
            Order::Stop => {}
            Order::Find => {
                let drafts = self.drafts.waiting(&self.server).into_iter();
                let drafts = drafts.map(|Kept { id: slot, who, saved_at, sending, draft, .. }| WaitingDraft {
                    slot,
                    who,
                    saved_at,
                    sending,
                    draft,
                });
                let unreadable = self.drafts.unreadable().into_iter().map(|fault| fault.to_string());
                let unreadable = unreadable.chain(outside::left(&self.outside)).collect();
                let _ = self.send.send(Msg::Waiting { drafts: drafts.collect(), unreadable });
            }
        }
    }

    /// Keeps a draft; as one that is on its way to the server where it `sends`, or is what was sent.
    fn keep(&mut self, slot: &str, draft: Draft, sends: bool) -> Result<(), NotKept> {
        if !self.drafts.claim(slot) {
            return Err(NotKept::Taken);
        }
        if sends {
            self.sent.insert(slot.to_owned(), (draft.clone(), true));
        }
        let sending = self.sent.get_mut(slot).is_some_and(|(sent, stands)| {
            *stands = sent.edit_id == draft.edit_id && sent.fields == draft.fields;
            *stands
        });
        let saved_at = jiff::Timestamp::now().to_string();
        let kept =
            Kept { id: slot.to_owned(), server: self.server.clone(), who: self.who.clone(), saved_at, sending, draft };
        self.drafts.keep(&kept).map_err(|fault| NotKept::Failed(fault.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use midair_record::Object;
    use midair_record::wire::Key;
    use tokio::sync::mpsc::unbounded_channel;

    use super::*;

    #[tokio::test]
    async fn what_was_sent_is_known_to_wait_until_it_is_answered_or_more_is_typed() {
        let folder = tempfile::tempdir().unwrap();
        let drafts = DraftBox::open(folder.path()).unwrap();
        let backend = Backend::connect("http://127.0.0.1:9", "alice").unwrap();
        let (send, mut messages) = unbounded_channel();
        let keeper = Keeper::start(drafts.clone(), folder.path(), &backend, send);
        let waits = |messages: &mut tokio::sync::mpsc::UnboundedReceiver<Msg>| {
            let _ = std::iter::from_fn(|| messages.try_recv().ok()).count();
            let text = std::fs::read_to_string(folder.path().join("slot.json")).unwrap();
            text.contains("\"sending\":true")
        };
        let of = |text: &str| {
            let key = Key { collection: "notes".into(), id: "n1".into() };
            Box::new(Draft::new(key, midair_record::Record::parse(text).unwrap().fields().clone(), "edit".into()))
        };
        // Answered with the disk's own pace: a save waits for everything that was ordered before it.
        let settled = || keeper.kept("other".into(), of("{}"));
        keeper.kept("slot".into(), of("{}")).await.unwrap();
        assert!(waits(&mut messages));
        keeper.keep("slot".into(), of("{}"));
        settled().await.unwrap();
        assert!(waits(&mut messages), "the same once more");
        keeper.keep("slot".into(), of("{\"a\":1}"));
        settled().await.unwrap();
        assert!(!waits(&mut messages), "more was typed");
        keeper.answered("slot".into());
        settled().await.unwrap();
        assert!(!waits(&mut messages));
        assert!(std::fs::read_to_string(folder.path().join("slot.json")).unwrap().contains("\"a\":1"), "and stays");
        keeper.kept("slot".into(), of("{}")).await.unwrap();
        assert!(waits(&mut messages));
        keeper.answered("slot".into());
        settled().await.unwrap();
        assert!(!waits(&mut messages), "it was answered");
    }

    #[tokio::test]
    async fn the_screen_hears_of_a_draft_before_its_save_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let backend = Backend::connect("http://127.0.0.1:9", "alice").unwrap();
        let (send, mut messages) = unbounded_channel();
        let keeper = Keeper::start(DraftBox::open(folder.path()).unwrap(), folder.path(), &backend, send);
        for number in 0..500 {
            let key = Key { collection: "notes".into(), id: "n1".into() };
            let draft = Draft::new(key, Object::new(), format!("edit-{number}"));
            assert_eq!(keeper.kept("slot".into(), Box::new(draft)).await, Ok(()));
            assert!(matches!(messages.try_recv(), Ok(Msg::DraftKept { .. })), "save {number} went first");
        }
    }
}
