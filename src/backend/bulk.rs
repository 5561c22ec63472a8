//! Many records created in one request, all together or each for itself; refuses to replace a record that exists.

use midair_record::Record;

use super::Backend;
use super::fault::Fault;
use super::many::{Item, Verdict};

/// A record to create.
#[derive(Clone, Debug)]
pub struct Creation {
    /// Its id.
    pub id: String,
    /// What it says, byte for byte.
    pub fields: Record,
}

/// Whether one refusal stops the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Together {
    /// All are created, or none.
    AllOrNone,
    /// Each is created or refused for itself.
    EachAlone,
}

/// What became of one of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was created.
    Created,
    /// It was not, for this reason.
    Refused {
        /// The HTTP status it would have had alone.
        status: u16,
        /// The stable name of the refusal.
        code: String,
        /// One sentence.
        detail: String,
    },
}

impl Backend {
    /// Creates records in one request and says what became of each, in their order. Under [`Together::AllOrNone`] a
    /// refusal of one leaves all of them unwritten.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn create<'r>(
        &self,
        collection: &str,
        records: &'r [Creation],
        note: Option<&'r str>,
        together: Together,
    ) -> Result<Vec<Outcome>, Fault> {
        let item = |record: &'r Creation| Item::creation(&record.id, &record.fields, note);
        let verdicts = self.send_many(collection, records.iter().map(item).collect(), together).await?;
        Ok(verdicts.into_iter().map(Outcome::from).collect())
    }
}

impl From<Verdict> for Outcome {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Done { .. } => Outcome::Created,
            Verdict::Refused(Fault::Refused { status, code, detail, .. }) => Outcome::Refused { status, code, detail },
            Verdict::Refused(fault) => Outcome::Refused { status: 0, code: String::new(), detail: fault.to_string() },
        }
    }
}
