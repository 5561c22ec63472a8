//! What a server tells of its last minutes, as a client reads it; refuses to know how the numbers come about.

use serde::Deserialize;

/// The last minutes of a server (`GET /v1/stats`).
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Pulse {
    /// When it was told: RFC 3339, UTC.
    pub at: String,
    /// For how long the server has been up.
    pub uptime_seconds: f64,
    /// How many feeds are open.
    pub subscribers: u64,
    /// How many people are editing.
    pub presences: u64,
    /// All of the last minutes together.
    pub window: Step,
    /// Each collection that was written, the most conflicts first.
    pub collections: Vec<HotCollection>,
    /// The last minutes in steps, the oldest first.
    pub steps: Vec<Step>,
    /// Where the last collisions were.
    pub hottest: Hottest,
}

/// What happened in a stretch of time.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// How long it is.
    pub seconds: f64,
    /// Changes that reached the disk.
    pub writes: u64,
    /// Writes of records that were refused because of another.
    pub conflicts: u64,
    /// Writes from somebody whose last one of the record was refused.
    pub resubmitted: u64,
    /// Writes that were sent again because no answer came.
    pub replayed: u64,
    /// Refused writers whose write then got through.
    pub resolved: u64,
    /// How long that took them.
    #[serde(default)]
    pub resolved_seconds: Option<Quantiles>,
}

/// How long half of them, and all but one in a hundred, took at the most, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
pub struct Quantiles {
    /// Half of them.
    pub p50: f64,
    /// All but one in a hundred.
    pub p99: f64,
}

/// What happened in a collection.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct HotCollection {
    /// Its name.
    pub name: String,
    /// Changes that reached the disk.
    pub writes: u64,
    /// Writes that were refused.
    pub conflicts: u64,
}

/// Where the last collisions were, the most first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Hottest {
    /// How many they are.
    pub collisions: u64,
    /// Over which records.
    pub records: Vec<HotRecord>,
    /// Over which fields.
    pub fields: Vec<HotField>,
    /// Of whom.
    pub authors: Vec<HotAuthor>,
}

/// A record over which people collided.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct HotRecord {
    /// Its collection.
    pub collection: String,
    /// Its id.
    pub id: String,
    /// How often.
    pub conflicts: u64,
}

/// A field over which people collided.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct HotField {
    /// The collection of its records.
    pub collection: String,
    /// A pointer, or a word for no field or for all others.
    pub field: String,
    /// How often.
    pub conflicts: u64,
}

/// Somebody who collided with others.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct HotAuthor {
    /// Who; empty when nobody said.
    pub author: String,
    /// How often their write was refused.
    pub refused: u64,
    /// How often theirs stood and another's was refused.
    pub stood: u64,
}

impl Step {
    /// Which share of the writes was refused, of 1; `None` where nothing was written.
    #[must_use]
    pub fn refused_share(&self) -> Option<f64> {
        share(self.conflicts, self.writes)
    }
}

impl HotCollection {
    /// Which share of the writes was refused, of 1; `None` where nothing was written.
    #[must_use]
    pub fn refused_share(&self) -> Option<f64> {
        share(self.conflicts, self.writes)
    }
}

impl Pulse {
    /// Which share of the writes of its collection a field got refused, of 1.
    #[must_use]
    pub fn refused_over(&self, field: &HotField) -> Option<f64> {
        let collection = self.collections.iter().find(|hot| hot.name == field.collection)?;
        (collection.writes + collection.conflicts > 0)
            .then(|| as_f64(field.conflicts) / as_f64(collection.writes + collection.conflicts))
    }
}

fn share(refused: u64, written: u64) -> Option<f64> {
    (refused + written > 0).then(|| as_f64(refused) / as_f64(refused + written))
}

/// A count as a number to divide by: exact up to 2^53.
#[expect(clippy::cast_precision_loss, reason = "a share is shown in tenths of a percent")]
fn as_f64(count: u64) -> f64 {
    count as f64
}
