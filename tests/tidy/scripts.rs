//! Every shell script of the repository, told by its first line, and what shellcheck says of it.

use std::path::{Path, PathBuf};
use std::process::Command;

const ROOMS: [&str; 5] = [".ci", "scripts", "examples", "packaging", "packaging/debian"];

/// The shell scripts of the repository.
pub fn all(root: &Path) -> Vec<PathBuf> {
    let entries = ROOMS.iter().flat_map(|room| std::fs::read_dir(root.join(room)).unwrap());
    let files = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
    let shells = |path: &PathBuf| {
        let first = std::fs::read(path).unwrap();
        let first = first.split(|&byte| byte == b'\n').next().unwrap_or_default();
        first.starts_with(b"#!") && first.ends_with(b"sh")
    };
    let mut scripts: Vec<_> = files.filter(shells).collect();
    scripts.sort();
    scripts
}

/// What shellcheck has to say of these; nothing where they are sound.
pub fn faults(scripts: &[PathBuf]) -> String {
    let said = Command::new("shellcheck").args(["--norc", "--format=gcc"]).args(scripts).output().unwrap();
    String::from_utf8_lossy(&[said.stdout, said.stderr].concat()).into_owned()
}
