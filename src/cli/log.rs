//! The log, into a file while the screen is up and onto stderr for a server; refuses to write on the screen.

use std::path::Path;

use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::EnvFilter;

use super::arguments::LogFormat;

/// How many lines may wait to be written. There is room for them from the start, 32 bytes each.
const WAITING: usize = 8_192;
/// How many days of it are kept.
const DAYS: usize = 7;
/// What is logged while the screen is up: of the requests to the server inside, only those that it failed at.
const BESIDE_A_SCREEN: &str = "warn,midair=info,midair::request=warn";

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
    let (writer, guard) = waiting().finish(file);
    let subscriber =
        tracing_subscriber::fmt().with_env_filter(wanted(BESIDE_A_SCREEN)).with_ansi(false).with_writer(writer);
    subscriber.try_init().ok()?;
    Some(guard)
}

/// What is written by a thread of its own.
fn waiting() -> NonBlockingBuilder {
    NonBlockingBuilder::default().buffered_lines_limit(WAITING)
}

/// Starts the log on stderr: every request in this format, or just what goes wrong. While what is returned lives, it is
/// written; what stderr does not take in time is dropped, since no answer may wait for it.
pub fn onto_stderr(format: Option<LogFormat>, level: Option<&str>) -> WorkerGuard {
    let (writer, guard) = waiting().finish(std::io::stderr());
    let level = level.unwrap_or(if format.is_some() { "info" } else { "warn" });
    let subscriber =
        tracing_subscriber::fmt().with_env_filter(EnvFilter::new(level)).with_ansi(false).with_writer(writer);
    let _ = match format {
        Some(LogFormat::Json) => subscriber.json().flatten_event(true).with_current_span(false).try_init(),
        Some(LogFormat::Text) | None => subscriber.try_init(),
    };
    guard
}

/// What `MIDAIR_LOG` asks for.
fn wanted(otherwise: &str) -> EnvFilter {
    EnvFilter::try_from_env("MIDAIR_LOG").unwrap_or_else(|_| EnvFilter::new(otherwise))
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    /// What a log with this filter holds.
    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl std::io::Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().expect("whole").extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn beside_a_screen_a_request_is_logged_only_where_the_server_failed() {
        let (kept, filter) = (Kept::default(), EnvFilter::new(BESIDE_A_SCREEN));
        let writer = kept.clone();
        let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(move || writer.clone()).finish();
        tracing::subscriber::with_default(log, || {
            tracing::info!(target: midair_server::REQUEST_TARGET, "a request");
            tracing::error!(target: midair_server::REQUEST_TARGET, "a failure");
            tracing::info!(target: "midair::cli", "an event of the program");
        });
        let text = String::from_utf8(kept.0.lock().expect("whole").clone()).expect("text");
        assert!(!text.contains("a request"), "{text}");
        assert!(text.contains("a failure") && text.contains("an event of the program"), "{text}");
    }
}
