//! Where a request comes in. One that reads or writes a record by a plain name goes straight to it; all others ask the
//! router, which costs as much as reading the record.

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request};
use axum::response::Response;
use hyper::body::Incoming;
use tower_service::Service;

use crate::client::Client;
use crate::routes::{self, Lost};
use crate::serve::Desk;

/// The way in. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Front {
    desk: Desk,
    router: Router,
    client: Client,
}

impl Front {
    pub(crate) fn new(desk: Desk) -> Self {
        Front { router: routes::router(desk.clone()), desk, client: Client::default() }
    }

    /// The way in for one connection.
    pub(crate) fn for_another(&self) -> Self {
        Front { client: Client::default(), ..self.clone() }
    }

    /// Answers a request.
    ///
    /// # Errors
    /// [`Lost`], which ends the connection: a test hook took the answer away.
    pub(crate) async fn answer(mut self, request: Request<Incoming>) -> Result<Response, Lost> {
        if self.desk.hooks.is_none()
            && let Some((collection, id)) = plain(request.method(), request.uri().path())
            && !request.headers().contains_key(routes::TEST)
        {
            let asked = self.desk.observed.asked(&request, routes::record_path());
            let (collection, id) = (collection.to_owned(), id.to_owned());
            let (parts, body) = request.into_parts();
            // The body of a read is not waited for.
            let body = if parts.method == Method::GET { Body::empty() } else { Body::new(body) };
            let mut answer =
                routes::record(&self.desk, (&collection, &id), &parts.method, &parts.headers, body, Some(&self.client))
                    .await;
            asked.answered(&self.desk.observed, &mut answer);
            return Ok(answer);
        }
        let Ok(answer) = self.router.call(request.map(Body::new)).await;
        answer.extensions().get::<Lost>().copied().map_or(Ok(answer), Err)
    }
}

/// The record that is read or written, where its name is written without escapes.
fn plain<'p>(method: &Method, path: &'p str) -> Option<(&'p str, &'p str)> {
    if !matches!(*method, Method::GET | Method::PUT | Method::PATCH | Method::DELETE) || path.contains('%') {
        return None;
    }
    let (collection, id) = path.strip_prefix("/v1/collections/")?.split_once("/records/")?;
    (!collection.is_empty() && !id.is_empty() && !collection.contains('/') && !id.contains('/'))
        .then_some((collection, id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_plain_name_goes_straight() {
        assert_eq!(plain(&Method::GET, "/v1/collections/c/records/r.1"), Some(("c", "r.1")));
        assert_eq!(plain(&Method::PUT, "/v1/collections/c/records/records"), Some(("c", "records")));
        for path in [
            "/v1/collections/c/records/%72",
            "/v1/collections/c/records/r/presence",
            "/v1/collections/c/records/",
            "/v1/collections/c/records",
            "/v1/collections//records/r",
            "/v1/collections/a/b/records/r",
            "/V1/collections/c/records/r",
            "/",
        ] {
            assert_eq!(plain(&Method::GET, path), None, "{path}");
        }
        assert_eq!(plain(&Method::HEAD, "/v1/collections/c/records/r"), None);
    }
}
