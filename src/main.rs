//! The `midair` program: hands everything to the command line.

use std::process::ExitCode;

/// Does more reads and writes on the same processor time than the system's, in less memory (ARCHITECTURE.md).
#[global_allocator]
static MEMORY: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    midair::cli::main()
}
