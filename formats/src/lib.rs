//! YAML and TOML as records, and back without losing a comment; refuses to know what a merge is.
#![warn(missing_docs)]
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod comments;
mod fault;
mod frame;
mod literal;
mod pairing;
pub mod toml;
pub mod yaml;

pub use fault::Fault;
