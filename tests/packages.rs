//! What midair is installed with: completions in real shells, manual pages.
#![allow(clippy::unwrap_used)]

#[path = "packages/completions.rs"]
mod completions;
#[path = "packages/pages.rs"]
mod pages;
mod pty;
mod shell;
mod tools;
