//! The client of midair, as a library so that its parts can be tested on their own; refuses to be anybody's API.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod backend;
pub mod cli;
pub mod draft_box;
mod nearest;
pub mod run;
pub mod scenario;
pub mod tui;
