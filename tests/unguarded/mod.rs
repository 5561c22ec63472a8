//! A server in front of a server that takes every write for the right one: what names a version says any, what names an
//! edit is gone. What goes well against it does not rest on either.

use std::convert::Infallible;

use bytes::Bytes;
use futures_util::TryStreamExt;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::header::{CONNECTION, CONTENT_LENGTH, HOST, HeaderValue, IF_MATCH, IF_NONE_MATCH, TRANSFER_ENCODING};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use regex::Regex;
use tokio::net::TcpListener;

type Body = UnsyncBoxBody<Bytes, reqwest::Error>;

/// Starts it in front of the server at `server`; it lasts as long as the test. Gives its address.
pub async fn in_front_of(server: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = server.to_owned();
    // It chooses the cryptography of this process, without which there is no client.
    midair::backend::Backend::connect(&server, "nobody").unwrap();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (server, client) = (server.clone(), client.clone());
            let service = service_fn(move |request| answer(client.clone(), server.clone(), request));
            tokio::spawn(hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    });
    format!("http://{address}")
}

async fn answer(
    client: reqwest::Client,
    server: String,
    request: Request<Incoming>,
) -> Result<Response<Body>, Infallible> {
    let (head, body) = request.into_parts();
    let mut headers = head.headers;
    for name in [CONNECTION, HOST, TRANSFER_ENCODING, CONTENT_LENGTH] {
        headers.remove(name);
    }
    let path = head.uri.path_and_query().unwrap().as_str();
    let url = format!("{server}{path}");
    let mut body = body.collect().await.unwrap().to_bytes();
    let writes_a_record = path.contains("/records/") && !path.ends_with("/presence") && head.method != Method::GET;
    let guarded = headers.clone();
    // What a scenario begins with is made as it is asked for.
    if headers.get("midair-author").is_none_or(|author| author != "scenario") {
        headers.remove("idempotency-key");
        if writes_a_record && (headers.contains_key(IF_MATCH) || headers.contains_key(IF_NONE_MATCH)) {
            headers.remove(IF_NONE_MATCH);
            headers.insert(IF_MATCH, HeaderValue::from_static("*"));
        }
        if path.contains("/bulk") {
            let token = Regex::new(r#""ifMatch":"\\"[^"]*\\"""#).unwrap();
            let text = String::from_utf8(body.to_vec()).unwrap();
            body = token.replace_all(&text, r#""ifMatch":"*""#).into_owned().into();
        }
    }
    let ask = |headers| client.request(head.method.clone(), &url).headers(headers).body(body.clone()).send();
    let mut answer = ask(headers).await.unwrap();
    if answer.status() == StatusCode::PRECONDITION_FAILED && guarded.contains_key(IF_NONE_MATCH) {
        // There is nothing to replace.
        answer = ask(guarded).await.unwrap();
    }
    let mut response = Response::builder().status(answer.status());
    for (name, value) in answer.headers().iter().filter(|(name, _)| **name != TRANSFER_ENCODING) {
        response = response.header(name, value);
    }
    let body = StreamBody::new(answer.bytes_stream().map_ok(Frame::data)).boxed_unsync();
    Ok(response.body(body).unwrap())
}
