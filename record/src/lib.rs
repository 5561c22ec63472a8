//! The pure core of midair: what a record is, how two edits of it merge, how a person settles the rest; does no I/O.
#![warn(missing_docs)]
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod diff;
pub mod json;
pub mod pointer;
pub mod record;
pub mod value;
pub mod wire;

pub use pointer::Pointer;
pub use record::Record;
pub use value::{Number, Object, Text, Value};
