//! The pure core of midair: what a record is, how two edits of it merge, how a person settles the rest; does no I/O.
#![warn(missing_docs)]
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod deed;
pub mod diff;
pub mod draft;
pub mod elements;
pub mod json;
mod layout;
pub mod merge;
pub mod patch;
pub mod pointer;
pub mod pulse;
pub mod record;
pub mod resolution;
pub mod schema;
pub mod value;
pub mod wire;

pub use draft::{Basis, Draft};
pub use patch::{Patch, PatchFault, PatchKind};
pub use pointer::Pointer;
pub use record::Record;
pub use resolution::{Choice, Resolution};
pub use value::{Number, Object, Text, Value};
