//! The bundled versioned server of midair: records, tokens and refusals over HTTP; a library that a client can embed.
#![warn(missing_docs)]
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod alarm;
mod client;
mod contract;
mod front;
mod histogram;
mod hook;
mod observe;
pub mod precondition;
mod presence;
pub mod problem;
mod refusal;
mod routes;
mod serve;
pub mod store;
mod tally;

pub use observe::{REQUEST_TARGET, markdown as metrics_markdown};
pub use serve::{Limits, serve};
pub use store::backup::{BackupError, Restored, backup, restore};
pub use store::check::{Checked, check};
pub use store::{OpenError, Store};
