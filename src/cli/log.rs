//! The log, into a file while the screen is up and onto stderr for a server; refuses to write on the screen.

use std::path::Path;

use tracing_appender::non_blocking::WorkerGuard;
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::EnvFilter;

/// How many days of it are kept.
const DAYS: usize = 7;

/// Starts the log in `folder`, one file a day. While what is returned lives, it is written. Nothing is returned where
/// it cannot be written: that is no reason not to work.
#[must_use]
pub fn into_file(folder: &Path) -> Option<WorkerGuard> {
    let file = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("midair")
        .filename_suffix("log")
        .max_log_files(DAYS)
        .build(folder)
        .ok()?;
    let (writer, guard) = tracing_appender::non_blocking(file);
    let subscriber =
        tracing_subscriber::fmt().with_env_filter(wanted("warn,midair=info")).with_ansi(false).with_writer(writer);
    subscriber.try_init().ok()?;
    Some(guard)
}

/// Starts the log on stderr.
pub fn onto_stderr() {
    let subscriber =
        tracing_subscriber::fmt().with_env_filter(wanted("warn")).with_ansi(false).with_writer(std::io::stderr);
    let _ = subscriber.try_init();
}

/// What `MIDAIR_LOG` asks for.
fn wanted(otherwise: &str) -> EnvFilter {
    EnvFilter::try_from_env("MIDAIR_LOG").unwrap_or_else(|_| EnvFilter::new(otherwise))
}
