//! midair
fn main() {}
