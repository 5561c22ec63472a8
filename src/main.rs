//! The `midair` program: hands everything to the command line.

use std::process::ExitCode;

/// The server frees on one thread what it allocated on another, which the system's allocator is slow at.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    midair::cli::main()
}
