//! A draft of a command on its way: on disk before the wire, and gone from there only after what it says is stored.

use jiff::Timestamp;
use midair_record::wire::Current;
use midair_record::{Draft, Record};

use super::arguments::OnConflict;
use super::exit::{Exit, Failure};
use super::records::settle::{Ending, settle_kept};
use crate::backend::Backend;
use crate::draft_box::{DraftBox, Kept};

/// The place of one draft in the box, held by this process.
pub struct Slot {
    drafts: DraftBox,
    pub id: String,
    server: String,
    who: String,
}

impl Slot {
    /// Takes the place `id` for a draft to the server of `backend`. `None` where another process has it.
    pub fn claim(drafts: &DraftBox, id: &str, backend: &Backend) -> Option<Self> {
        let (server, who) = (backend.name().to_owned(), backend.who().to_owned());
        drafts.claim(id).then(|| Slot { drafts: drafts.clone(), id: id.to_owned(), server, who })
    }

    /// Writes the draft, as one that is on its way where it `sends`.
    pub fn keep(&self, draft: &Draft, sending: bool) -> Result<(), Failure> {
        let kept = Kept {
            id: self.id.clone(),
            server: self.server.clone(),
            who: self.who.clone(),
            saved_at: Timestamp::now().to_string(),
            sending,
            draft: draft.clone(),
        };
        self.drafts.keep(&kept).map_err(Failure::because)
    }

    /// Sends the draft as [`settle_kept`] does. It stays where it was refused, or what it changes is nowhere else; where
    /// no answer came it stays as one that is on its way, which the next start sends again as the same edit.
    pub async fn send(
        &self,
        backend: &Backend,
        draft: Draft,
        exactly: Option<&Record>,
        ways: OnConflict,
    ) -> Result<Ending, Failure> {
        let mut last = draft.clone();
        let settled = settle_kept(backend, draft, exactly, ways, &mut |draft| {
            last.clone_from(draft);
            self.keep(draft, true)
        })
        .await;
        match &settled {
            Ok(Ending::Left(Current::Deleted(_) | Current::Missing)) => self.keep(&last, false)?,
            Ok(_) => self.drafts.forget(&self.id),
            Err(failure) if failure.exit == Exit::Unreachable => {}
            // What is said is why it was refused; that it still counts as being on its way does no harm.
            Err(_) => _ = self.keep(&last, false),
        }
        self.release();
        settled
    }

    /// Lets go of the draft, which stays.
    pub fn release(&self) {
        self.drafts.release(&self.id);
    }
}
