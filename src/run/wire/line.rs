//! One participant's line to the server: a proxy at an address of its own, which forwards whole requests and lets answers
//! stream; the feed is one of them.

use std::collections::HashMap;
use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use futures_util::TryStreamExt;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::header::{CONNECTION, CONTENT_LENGTH, HOST, HeaderMap, HeaderName, TRANSFER_ENCODING};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use midair_record::wire::Key;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::Wire;
use super::noted::{self, Asked, Outcome};

/// What concerns one connection and not what is said over it.
const HOP: [HeaderName; 3] = [CONNECTION, TRANSFER_ENCODING, HOST];
/// How many connections may wait to be taken.
const BACKLOG: u32 = 128;

type Fault = Box<dyn std::error::Error + Send + Sync>;
type Body = UnsyncBoxBody<Bytes, Fault>;

/// A line. Dropping it cuts it.
#[derive(Debug)]
pub struct Line {
    address: SocketAddr,
    shared: Arc<Shared>,
    listening: JoinHandle<()>,
}

#[derive(Debug)]
struct Shared {
    wire: Wire,
    who: String,
    cues: Mutex<Cues>,
    /// Whether the line is to stand.
    wanted: watch::Sender<bool>,
    /// Whether it does; the sentence says why it cannot.
    stands: watch::Sender<Result<bool, String>>,
}

#[derive(Debug, Default)]
struct Cues {
    /// What becomes of the answer to the next write.
    next_write: Fate,
    /// What reads of records are answered with, where not by the server.
    replica: HashMap<Key, Copy>,
}

/// What becomes of the answer to a write.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Fate {
    /// It comes back.
    #[default]
    Arrives,
    /// It is lost.
    Lost,
    /// It is lost, and the line is cut.
    Cut,
}

/// An answer as it was, to be given again.
#[derive(Clone, Debug)]
struct Copy {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Line {
    pub(super) async fn open(wire: Wire, who: &str) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            wire,
            who: who.to_owned(),
            cues: Mutex::default(),
            wanted: watch::Sender::new(true),
            stands: watch::Sender::new(Ok(true)),
        });
        let listening = tokio::spawn(shared.clone().listen(listener, address));
        Ok(Line { address, shared, listening })
    }

    /// Where the server is found through this line.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The next write arrives, and its answer is lost.
    pub fn lose_next_answer(&self) {
        self.shared.cues().next_write = Fate::Lost;
    }

    /// The next write arrives, its answer is lost, and the line is cut, until [`Line::come_back`].
    pub fn cut_after_write(&self) {
        self.shared.cues().next_write = Fate::Cut;
    }

    /// Whether it is cut.
    pub fn is_cut(&self) -> bool {
        !*self.shared.wanted.borrow()
    }

    /// Cuts every connection, and takes none until [`Line::come_back`].
    ///
    /// # Errors
    /// A sentence, where the address cannot be kept.
    pub async fn go_offline(&self) -> Result<(), String> {
        self.turn(false).await
    }

    /// Takes connections again, at the same address.
    ///
    /// # Errors
    /// A sentence, where the address was taken by somebody else meanwhile.
    pub async fn come_back(&self) -> Result<(), String> {
        self.turn(true).await
    }

    async fn turn(&self, on: bool) -> Result<(), String> {
        self.shared.wanted.send_replace(on);
        let mut stands = self.shared.stands.subscribe();
        let turned = stands.wait_for(|stands| stands.as_ref().map_or(true, |stands| *stands == on)).await;
        turned.map_err(|_| "the line is gone".to_owned())?.clone().map(drop)
    }

    /// From here on, reads of these records are answered as the server answers now.
    ///
    /// # Errors
    /// A sentence, where the server does not answer.
    pub async fn read_stale(&self, keys: impl IntoIterator<Item = Key>) -> Result<(), String> {
        for key in keys {
            let path = format!("/v1/collections/{}/records/{}", key.collection, key.id);
            let asked = self.shared.forward(Method::GET, &path, &HeaderMap::new(), Bytes::new()).await;
            let answer = asked.map_err(|fault| format!("the server does not answer: {fault}"))?;
            let (status, headers) = (answer.status(), plain(answer.headers()));
            let body = answer.bytes().await.map_err(|fault| format!("the server does not answer: {fault}"))?;
            self.shared.cues().replica.insert(key, Copy { status, headers, body });
        }
        Ok(())
    }

    /// Reads are answered by the server again.
    pub fn read_fresh(&self) {
        self.shared.cues().replica.clear();
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.listening.abort();
        self.shared.wanted.send_replace(false);
    }
}

/// Cut, unless it is noted otherwise first.
struct Noted<'s> {
    shared: &'s Shared,
    number: usize,
}

impl Noted<'_> {
    fn went(&self, outcome: Outcome) {
        self.shared.wire.log.went(self.number, outcome);
    }
}

impl Drop for Noted<'_> {
    fn drop(&mut self) {
        self.went(Outcome::Cut);
    }
}

impl Shared {
    fn cues(&self) -> MutexGuard<'_, Cues> {
        self.cues.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes connections while the line is to stand, and holds the address while it is not.
    async fn listen(self: Arc<Self>, mut listener: TcpListener, address: SocketAddr) {
        let mut wanted = self.wanted.subscribe();
        loop {
            let _ = self.stands.send_replace(Ok(true));
            loop {
                tokio::select! {
                    taken = listener.accept() => if let Ok((stream, _)) = taken {
                        tokio::spawn(self.clone().serve(stream));
                    },
                    off = wanted.wait_for(|on| !on) => match off {
                        Ok(_) => break,
                        Err(_) => return,
                    }
                }
            }
            drop(listener);
            let held = hold(address);
            let _ = self.stands.send_replace(Ok(false));
            if wanted.wait_for(|on| *on).await.is_err() {
                return;
            }
            match held.and_then(|socket| socket.listen(BACKLOG)) {
                Ok(again) => listener = again,
                Err(fault) => {
                    let _ = self.stands.send_replace(Err(format!("{address} cannot be listened on again: {fault}")));
                    return;
                }
            }
        }
    }

    /// Answers on one connection until either side ends it, or the line is cut.
    async fn serve(self: Arc<Self>, stream: TcpStream) {
        let mut wanted = self.wanted.subscribe();
        let service = service_fn(|request| self.answer(request));
        tokio::select! {
            // Whichever side breaks, the connection ends, and that is all that there is to do.
            _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service) => {}
            _ = wanted.wait_for(|on| !on) => {}
        }
    }

    /// Answers a request with what the server answers. An error cuts the connection.
    async fn answer(&self, request: Request<Incoming>) -> Result<Response<Body>, Fault> {
        let (head, body) = request.into_parts();
        let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
        let asked = noted::asked(head.uri.path(), head.method.as_str());
        let noted = asked.clone().map(|asked| Noted {
            shared: self,
            number: self.wire.log.ask(&self.who, head.method.as_str(), asked, &head.headers),
        });
        if head.method == Method::GET
            && let Some(Asked::Record(key)) = &asked
            && let Some(copy) = self.cues().replica.get(key).cloned()
        {
            if let Some(noted) = &noted {
                noted.went(Outcome::Answered(noted::answer(copy.status.as_u16(), &copy.headers)));
            }
            return Ok(response(copy.status, copy.headers, whole(copy.body)));
        }
        let writes = asked.is_some() && !matches!(head.method, Method::GET | Method::HEAD | Method::OPTIONS);
        let fate = if writes { std::mem::take(&mut self.cues().next_write) } else { Fate::Arrives };
        let body = body.collect().await?.to_bytes();
        let answer = self.forward(head.method, path, &head.headers, body).await?;
        let (status, headers) = (answer.status(), plain(answer.headers()));
        let told = noted::answer(status.as_u16(), &headers);
        if fate != Fate::Arrives {
            answer.bytes().await?;
            if let Some(noted) = &noted {
                noted.went(Outcome::Lost(told));
            }
            if fate == Fate::Cut {
                self.wanted.send_replace(false);
            }
            return Err("asked to lose it".into());
        }
        let stream = answer.bytes_stream().map_ok(Frame::data).map_err(Fault::from);
        if let Some(noted) = &noted {
            noted.went(Outcome::Answered(told));
        }
        Ok(response(status, headers, StreamBody::new(stream).boxed_unsync()))
    }

    /// Asks the server the same.
    async fn forward(
        &self,
        method: Method,
        path: &str,
        headers: &HeaderMap,
        body: Bytes,
    ) -> Result<reqwest::Response, reqwest::Error> {
        let root = self.wire.server.as_str().trim_end_matches('/');
        let mut request = self.wire.client.request(method, format!("{root}{path}")).headers(plain(headers));
        if !body.is_empty() || headers.contains_key(CONTENT_LENGTH) {
            request = request.body(body);
        }
        request.send().await
    }
}

/// Keeps an address without taking connections: whoever asks is refused.
fn hold(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}

/// The headers that are said from one end to the other.
fn plain(headers: &HeaderMap) -> HeaderMap {
    let mut headers = headers.clone();
    for name in HOP {
        headers.remove(name);
    }
    headers
}

fn whole(body: Bytes) -> Body {
    Full::new(body).map_err(|never: Infallible| match never {}).boxed_unsync()
}

fn response(status: StatusCode, headers: HeaderMap, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}
