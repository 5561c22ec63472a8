//! The `midair` program.
fn main() {}
