//! The words of the commands that serve the records, copy them and put a copy back.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::Told;

#[derive(Args, Debug)]
pub struct Serve {
    /// Collide, wait and lose answers on cue, as requests say in Midair-Test: for those who test a client
    /// (docs/test-hooks.md), never for records that matter
    #[arg(long)]
    pub test_hooks: bool,

    /// How much memory the records that are asked for most may take; it is taken as they are asked for
    /// [default: a sixteenth of the machine's, from 16 to 512]
    #[arg(long, value_name = "MIB", env = "MIDAIR_MEMORY", hide_env_values = true, value_parser = clap::value_parser!(u64).range(..=1 << 20))]
    pub memory: Option<u64>,

    /// Log each request to stderr, a line each: who asked what of which record, never what was said
    #[arg(long, value_name = "FORMAT")]
    pub log: Option<LogFormat>,

    /// What is logged: error, warn, info, debug or trace, or that by target, as in warn,midair::request=info
    /// [default: info with --log, else warn]
    #[arg(long, value_name = "LEVEL", env = "MIDAIR_LOG", hide_env_values = true, value_parser = log_level)]
    pub log_level: Option<String>,

    /// Say in JSON where it serves, once it is ready
    #[arg(long)]
    pub json: bool,
}

/// How an event is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people
    Text,
    /// One JSON object a line
    Json,
}

fn log_level(text: &str) -> Result<String, String> {
    let read = tracing_subscriber::EnvFilter::builder().parse(text);
    read.map(|_| text.to_owned()).map_err(|_| "not a level, as info is, nor levels by target".to_owned())
}

#[derive(Args, Debug)]
pub struct Backup {
    /// Where the copy goes; a file that exists is left as it is
    pub file: PathBuf,

    #[command(flatten)]
    pub told: Told,
}

#[derive(Args, Debug)]
pub struct RestoreStore {
    /// The backup
    pub file: PathBuf,

    #[command(flatten)]
    pub told: Told,
}
