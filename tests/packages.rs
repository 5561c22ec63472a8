//! What midair is installed with: completions in real shells, manual pages, the units of systemd, the Debian package.
#![allow(clippy::unwrap_used)]

#[path = "packages/completions.rs"]
mod completions;
#[path = "packages/examples.rs"]
mod examples;
#[path = "packages/image.rs"]
mod image;
#[path = "packages/pages.rs"]
mod pages;
mod pty;
mod shell;
#[path = "packages/systemd.rs"]
mod systemd;
mod tools;

#[path = "packages/debian.rs"]
mod debian;

use std::path::{Path, PathBuf};

/// A file of the repository.
fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}
