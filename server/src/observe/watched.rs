//! What stands around every route: takes the time, counts, names the request, logs it; changes nothing of what is done.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderMap, HeaderValue, Method, Uri};
use axum::response::Response;
use midair_record::wire::Key;
use percent_encoding::percent_decode_str;
use pin_project_lite::pin_project;
use tower_layer::{Layer, layer_fn};
use tower_service::Service;

use super::line::{self, Line};
use super::trace::{REQUEST_ID, TRACEPARENT, Trace};
use super::{Noted, Observed};
use crate::routes::{AUTHOR, IDEMPOTENCY_REPLAYED};

/// What a path is counted under that is no route.
const NO_ROUTE: &str = "none";

impl Observed {
    /// Notes a request that goes to a route without the router.
    pub(crate) fn asked<B>(&self, request: &axum::http::Request<B>, route: &'static str) -> Asked {
        Asked::of(request, Route::Known(route), self)
    }

    /// Stands around a route.
    pub(crate) fn layer<S>(&self) -> impl Layer<S, Service = Watched<S>> + Clone + use<S> {
        let observed = self.clone();
        layer_fn(move |inner| Watched { inner, observed: observed.clone() })
    }
}

/// A route that is watched.
#[derive(Clone, Debug)]
pub(crate) struct Watched<S> {
    inner: S,
    observed: Observed,
}

impl<S: Service<Request, Response = Response>> Service<Request> for Watched<S> {
    type Response = Response;
    type Error = S::Error;
    type Future = Watching<S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let route = request.extensions().get().cloned().map_or(Route::None, Route::Matched);
        let asked = Asked::of(&request, route, &self.observed);
        Watching { answer: self.inner.call(request), asked, observed: self.observed.clone() }
    }
}

pin_project! {
    /// A request that is being answered.
    pub(crate) struct Watching<F> {
        #[pin]
        answer: F,
        asked: Asked,
        observed: Observed,
    }
}

impl<F: Future<Output = Result<Response, E>>, E> Future for Watching<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let mut response = ready!(this.answer.poll(context))?;
        this.asked.answered(this.observed, &mut response);
        Poll::Ready(Ok(response))
    }
}

/// What a path is counted under.
enum Route {
    /// What the router found.
    Matched(MatchedPath),
    /// What was found without it.
    Known(&'static str),
    /// There is none such.
    None,
}

impl Route {
    fn template(&self) -> &str {
        match self {
            Route::Matched(path) => path.as_str(),
            Route::Known(path) => path,
            Route::None => NO_ROUTE,
        }
    }
}

/// What is kept of a request until it is answered; clones that copy no text.
pub(crate) struct Asked {
    at: Instant,
    id: HeaderValue,
    trace: Option<Trace>,
    method: Method,
    route: Route,
    uri: Uri,
    author: Option<HeaderValue>,
}

impl Asked {
    fn of<B>(request: &axum::http::Request<B>, route: Route, observed: &Observed) -> Self {
        let headers = request.headers();
        Asked {
            at: Instant::now(),
            id: observed.ids.of(headers),
            trace: Trace::of(headers),
            method: request.method().clone(),
            route,
            uri: request.uri().clone(),
            author: headers.get(AUTHOR).cloned(),
        }
    }

    /// Counts the answer, logs it, and gives it its name.
    pub(crate) fn answered(&self, observed: &Observed, response: &mut Response) {
        let (took, status) = (self.at.elapsed(), response.status());
        let route = self.route.template();
        observed.requests.add(route, &self.method, status.as_u16(), took);
        let noted = response.extensions_mut().remove::<Noted>();
        let writes = matches!(self.method, Method::PUT | Method::PATCH | Method::DELETE | Method::POST);
        if writes && (noted.is_some() || observed.collisions.are_open()) {
            self.judged(observed, noted.unwrap_or_default(), status.is_success());
        }
        if writes && response.headers().contains_key(IDEMPOTENCY_REPLAYED) {
            observed.replayed.fetch_add(1, Ordering::Relaxed);
        }
        if line::is_wanted(status) {
            let (by, key) = (self.by(), record_of(self.uri.path()).map(|(key, _)| key));
            let (id, method, key, trace) = (&self.id, &self.method, key.as_ref(), self.trace);
            Line { id, method, route, status, took, by: &by, key, trace }.write();
        }
        name(response.headers_mut(), self);
    }

    /// Who was refused, and who got through that was refused before.
    fn judged(&self, observed: &Observed, noted: Noted, accepted: bool) {
        let (by, now) = (self.by(), Instant::now());
        let mut tried: Vec<(Key, bool)> = noted.written.into_iter().map(|key| (key, true)).collect();
        tried.extend(noted.refused.iter().map(|collision| (collision.key().clone(), false)));
        if let Some((key, "")) = record_of(self.uri.path())
            && accepted
        {
            tried.push((key, true));
        }
        tried.into_iter().for_each(|(key, accepted)| observed.collisions.tried(key, &by, accepted, now));
        noted.refused.into_iter().for_each(|collision| observed.collisions.refused(collision, &by, now));
    }

    /// In whose name; empty where nobody's.
    fn by(&self) -> String {
        let said = self.author.as_ref().and_then(|author| author.to_str().ok()).unwrap_or_default();
        percent_decode_str(said).decode_utf8_lossy().into_owned()
    }
}

/// Tells the client under which names its request stands in the log.
fn name(headers: &mut HeaderMap, asked: &Asked) {
    headers.insert(REQUEST_ID, asked.id.clone());
    if let Some(trace) = asked.trace.and_then(|trace| trace.header()) {
        headers.insert(TRACEPARENT, trace);
    }
}

/// The record that a path is about, and what of it: empty for the record itself.
fn record_of(path: &str) -> Option<(Key, &str)> {
    let (collection, rest) = path.strip_prefix("/v1/collections/")?.split_once("/records/")?;
    let (id, of_it) = rest.split_once('/').unwrap_or((rest, ""));
    let decoded = |text| percent_decode_str(text).decode_utf8_lossy().into_owned();
    Some((Key::new(&decoded(collection), &decoded(id)).ok()?, of_it))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_known_by_its_path_and_its_presence_is_not_taken_for_it() {
        let read = |path: &'static str| record_of(path).map(|(key, of_it)| (key.to_string(), of_it));
        assert_eq!(read("/v1/collections/c/records/r"), Some(("c/r".into(), "")));
        assert_eq!(read("/v1/collections/c/records/%72.1"), Some(("c/r.1".into(), "")));
        assert_eq!(read("/v1/collections/c/records/r/presence"), Some(("c/r".into(), "presence")));
        for path in ["/v1/collections/c/records", "/v1/collections/c/bulk", "/v1/collections/C/records/r", "/"] {
            assert_eq!(read(path), None, "{path}");
        }
    }
}
