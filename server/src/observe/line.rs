//! One line of the log for each request: who asked what of which record, and what came of it; nothing of what was said.

use std::time::Duration;

use axum::http::{HeaderValue, Method, StatusCode};
use midair_record::wire::Key;

use super::trace::Trace;

/// The target under which requests are logged, for filters: at `info`, or at `error` where the server failed.
pub const REQUEST_TARGET: &str = "midair::request";

/// What is said of a request.
pub(super) struct Line<'r> {
    pub(super) id: &'r HeaderValue,
    pub(super) method: &'r Method,
    pub(super) route: &'r str,
    pub(super) status: StatusCode,
    pub(super) took: Duration,
    pub(super) by: &'r str,
    pub(super) key: Option<&'r Key>,
    pub(super) trace: Option<Trace>,
}

/// Whether a line would be written of a request with this outcome.
pub(super) fn is_wanted(status: StatusCode) -> bool {
    if status.is_server_error() {
        tracing::event_enabled!(target: REQUEST_TARGET, tracing::Level::ERROR)
    } else {
        tracing::event_enabled!(target: REQUEST_TARGET, tracing::Level::INFO)
    }
}

impl Line<'_> {
    /// Writes it.
    pub(super) fn write(&self) {
        let id = self.id.to_str().unwrap_or_default();
        let (method, route, status) = (self.method.as_str(), self.route, self.status.as_u16());
        // Milliseconds to the microsecond.
        let ms = f64::from(u32::try_from(self.took.as_micros()).unwrap_or(u32::MAX)) / 1e3;
        let author = Some(self.by).filter(|by| !by.is_empty());
        let record = self.key.map(ToString::to_string);
        let record = record.as_deref();
        let trace = self.trace.map(|trace| format!("{:032x}", trace.id));
        let span = self.trace.map(|trace| format!("{:016x}", trace.span));
        let parent = self.trace.and_then(|trace| trace.parent).map(|parent| format!("{parent:016x}"));
        let (trace, span, parent) = (trace.as_deref(), span.as_deref(), parent.as_deref());
        macro_rules! event {
            ($level:ident) => {
                tracing::event!(
                    target: REQUEST_TARGET, tracing::Level::$level,
                    id, method, route, status, ms, author, record, trace, span, parent, "request"
                )
            };
        }
        if self.status.is_server_error() { event!(ERROR) } else { event!(INFO) }
    }
}
