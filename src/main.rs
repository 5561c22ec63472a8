//! The `midair` program: hands everything to the command line.

use std::process::ExitCode;

/// Answers a seventh more requests on the same processor time than the system's (docs/load.md).
#[global_allocator]
static MEMORY: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    midair::cli::main()
}
