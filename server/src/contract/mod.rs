//! What can be asked of the server, and what comes back, as tables that stand beside the routes: the router, the `Allow`
//! lists, `/openapi.json` and `/docs` all come from them; knows nothing of what a route does.

mod document;
pub(crate) mod headers;
mod page;
mod page_parts;
mod problems;

use axum::http::header::{ALLOW, HeaderName, HeaderValue};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use schemars::{JsonSchema, Schema, SchemaGenerator};

pub(crate) use document::document;
pub(crate) use page::page;
pub(crate) use problems::Problem as ProblemMembers;

use crate::problem::{self, Code, Problem};
use crate::serve::Limits;

/// One path, and everything that can be done there.
pub(crate) struct Resource {
    /// As the router takes it; names in braces are those of [`document::path_parameter`].
    pub(crate) path: &'static str,
    pub(crate) group: &'static Group,
    /// `HEAD` goes with every `GET` and is not listed.
    pub(crate) operations: &'static [Operation],
}

/// What resources have in common, for people.
pub(crate) struct Group {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
}

/// One method on one path.
pub(crate) struct Operation {
    pub(crate) method: Method,
    /// Its name for programs that are generated from the contract.
    pub(crate) name: &'static str,
    pub(crate) summary: &'static str,
    /// More, in Markdown.
    pub(crate) about: &'static str,
    pub(crate) headers: &'static [Ask],
    /// The type that the query is read into.
    pub(crate) query: Option<SchemaOf>,
    pub(crate) body: Option<Body>,
    pub(crate) answers: &'static [Answer],
    pub(crate) refusals: &'static [&'static [Code]],
}

/// What an operation says where it says nothing else: no headers, no query, no body, no refusals.
pub(crate) const PLAIN: Operation = Operation {
    method: Method::GET,
    name: "",
    summary: "",
    about: "",
    headers: &[],
    query: None,
    body: None,
    answers: &[],
    refusals: &[],
};

/// A header, of requests, of answers or of both.
pub(crate) struct Header {
    pub(crate) name: HeaderName,
    /// In Markdown.
    pub(crate) about: &'static str,
    pub(crate) schema: fn() -> serde_json::Value,
}

/// A header that a request may carry.
pub(crate) struct Ask {
    header: &'static Header,
    needed: bool,
    example: Option<&'static str>,
}

impl Ask {
    /// It may be left out.
    pub(crate) const fn may(header: &'static Header) -> Ask {
        Ask { header, needed: false, example: None }
    }

    /// It may be left out, and mostly is not.
    pub(crate) const fn mostly(header: &'static Header, example: &'static str) -> Ask {
        Ask { header, needed: false, example: Some(example) }
    }

    /// Nothing is done without it.
    pub(crate) const fn must(header: &'static Header, example: &'static str) -> Ask {
        Ask { header, needed: true, example: Some(example) }
    }
}

/// What an operation takes as its body.
pub(crate) struct Body {
    pub(crate) needed: bool,
    /// The most bytes that it may have.
    pub(crate) limit: fn(&Limits) -> usize,
    pub(crate) media: &'static [Media],
}

/// A media type, and what is in it.
pub(crate) struct Media {
    pub(crate) kind: &'static str,
    pub(crate) schema: SchemaOf,
    /// Without one, what the schema gives as its own.
    pub(crate) example: Option<&'static str>,
}

/// An answer that is no refusal.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) about: &'static str,
    /// Headers that it always has.
    pub(crate) headers: &'static [&'static Header],
    /// Headers that it has sometimes.
    pub(crate) sometimes: &'static [&'static Header],
    pub(crate) media: &'static [Media],
}

/// Gives the schema of a type, by reference where it has a name.
pub(crate) type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

/// The schema of `T`.
pub(crate) fn of<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

/// The schema of `T`, written out.
pub(crate) fn written_out<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    T::json_schema(generator)
}

pub(crate) const JSON: &str = "application/json";

/// What goes wrong with names in the path.
pub(crate) const NAMES: &[Code] = &[problem::MALFORMED_ID];
/// What goes wrong with a body before it is looked into.
pub(crate) const BODY: &[Code] =
    &[problem::MALFORMED_BODY, problem::UNSUPPORTED_TYPE, problem::TOO_LARGE, problem::TOO_SLOW];
/// What goes wrong with whatever needs the store.
pub(crate) const STORE: &[Code] = &[problem::INTERNAL, problem::UNAVAILABLE, problem::STORAGE_FULL];

impl Operation {
    /// The methods that it answers.
    fn methods(&self) -> impl Iterator<Item = &Method> {
        std::iter::once(&self.method).chain((self.method == Method::GET).then_some(&Method::HEAD))
    }
}

impl Resource {
    /// What a method gets that is not among the operations: `OPTIONS` is answered with them, anything else refused with
    /// them.
    pub(crate) fn refuses(&self, method: &Method) -> Option<Response> {
        if self.operations.iter().flat_map(Operation::methods).any(|one| one == method) {
            return None;
        }
        let methods: Vec<&str> = self.operations.iter().flat_map(Operation::methods).map(Method::as_str).collect();
        let allowed = methods.join(", ");
        if method == Method::OPTIONS {
            let mut response = StatusCode::NO_CONTENT.into_response();
            response.headers_mut().extend(HeaderValue::from_str(&allowed).ok().map(|allowed| (ALLOW, allowed)));
            return Some(response);
        }
        let detail = format!("{method} cannot be done here; these can: {allowed}.");
        Some(Problem::new(problem::METHOD_NOT_ALLOWED, detail).header(ALLOW, &allowed).into_response())
    }
}
