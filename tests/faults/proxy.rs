//! A proxy that loses what passes through it, on cue or by dice; knows where a message ends and not what it says.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::dice::{Dice, stagger};
use super::framing::Line;

/// How long a connection waits for a server that is being started.
const PATIENCE: Duration = Duration::from_secs(30);
/// The longest that dice hold something back.
const LATE: Duration = Duration::from_millis(8);

/// What happens to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// Nothing: it is passed on, and its answer back.
    Pass,
    /// The connection is cut, and the server hears nothing of the request.
    CutBefore,
    /// The server hears half of it.
    CutWithin,
    /// The server answers, and the answer is lost: whatever was done is done.
    LoseAnswer,
    /// Half of the answer comes back.
    TearAnswer,
    /// It is passed on late.
    Delay(Duration),
    /// The connection is cut first, and the request passed on later: it may arrive after its own repetition.
    Straggle(Duration),
    /// The server is told that nothing more will come while it answers.
    HalfClose,
}

impl Fault {
    fn name(self) -> &'static str {
        match self {
            Fault::Pass => "passed",
            Fault::CutBefore => "cut before",
            Fault::CutWithin => "cut within",
            Fault::LoseAnswer => "answer lost",
            Fault::TearAnswer => "answer torn",
            Fault::Delay(_) => "delayed",
            Fault::Straggle(_) => "straggled",
            Fault::HalfClose => "half-closed",
        }
    }
}

/// Stands between clients and a server. It listens until it is dropped; the server behind it may come, go and move.
pub struct Proxy {
    pub address: SocketAddr,
    shared: Arc<Shared>,
    listening: JoinHandle<()>,
}

struct Shared {
    server: watch::Sender<Option<SocketAddr>>,
    plan: Mutex<Plan>,
    requests: watch::Sender<u64>,
    /// Requests under way whose client is gone.
    stragglers: watch::Sender<u64>,
}

#[derive(Default)]
struct Plan {
    cues: VecDeque<Fault>,
    /// The same for requests that write a record, which come first.
    writes: VecDeque<Fault>,
    dice: Option<(Dice, u64)>,
    met: BTreeMap<&'static str, u64>,
}

impl Proxy {
    pub async fn start() -> io::Result<Proxy> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            server: watch::Sender::new(None),
            plan: Mutex::default(),
            requests: watch::Sender::new(0),
            stragglers: watch::Sender::new(0),
        });
        let served = shared.clone();
        let listening = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let shared = served.clone();
                // Whichever side breaks, both connections end here, and that is all that there is to do.
                tokio::spawn(async move { drop(carry(&shared, Line::new(client)).await) });
            }
        });
        Ok(Proxy { address, shared, listening })
    }

    /// Where the server is from now on. Without one, requests wait for the next.
    pub fn leads_to(&self, server: Option<SocketAddr>) {
        self.shared.server.send_replace(server);
    }

    /// What happens to the next request that nothing is meant for yet.
    pub fn cue(&self, fault: Fault) {
        self.shared.plan.lock().unwrap().cues.push_back(fault);
    }

    /// What happens to the next `PUT` that nothing is meant for yet.
    pub fn cue_write(&self, fault: Fault) {
        self.shared.plan.lock().unwrap().writes.push_back(fault);
    }

    /// Where no cue is left, this many requests in a thousand meet a fault, and feeds are cut as often.
    pub fn at_random(&self, dice: Dice, in_a_thousand: u64) {
        self.shared.plan.lock().unwrap().dice = Some((dice, in_a_thousand));
    }

    /// No more faults; resolves when no request is under way any more whose client is gone.
    pub async fn calm(&self) {
        {
            let mut plan = self.shared.plan.lock().unwrap();
            plan.dice = None;
            plan.cues.clear();
            plan.writes.clear();
        }
        let mut stragglers = self.shared.stragglers.subscribe();
        let arrived = tokio::time::timeout(PATIENCE, stragglers.wait_for(|count| *count == 0)).await;
        arrived.expect("a straggler never arrives").unwrap();
    }

    /// How many requests were passed to the server so far, and every later count.
    pub fn requests(&self) -> watch::Receiver<u64> {
        self.shared.requests.subscribe()
    }

    /// How often each fault was met.
    pub fn met(&self) -> BTreeMap<&'static str, u64> {
        self.shared.plan.lock().unwrap().met.clone()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

impl Shared {
    fn draw(&self, request: &[u8]) -> Fault {
        let mut plan = self.plan.lock().unwrap();
        let write = if request.starts_with(b"PUT ") { plan.writes.pop_front() } else { None };
        let cued = write.or_else(|| plan.cues.pop_front());
        let fault = cued.unwrap_or_else(|| plan.dice.as_mut().map_or(Fault::Pass, |(dice, often)| drawn(dice, *often)));
        *plan.met.entry(fault.name()).or_default() += 1;
        fault
    }

    fn cuts_feed(&self) -> bool {
        let mut plan = self.plan.lock().unwrap();
        let cuts = plan.dice.as_mut().is_some_and(|(dice, often)| dice.happens(*often));
        if cuts {
            *plan.met.entry("feed cut").or_default() += 1;
        }
        cuts
    }

    async fn pass(&self, server: &mut Line, request: &[u8]) -> io::Result<()> {
        server.send(request).await?;
        self.requests.send_modify(|count| *count += 1);
        Ok(())
    }

    /// The connection to the server; a new one, to where the server is now, if there is none.
    async fn behind<'l>(&self, line: &'l mut Option<Line>) -> io::Result<&'l mut Line> {
        match line {
            Some(line) => Ok(line),
            none => Ok(none.insert(self.connect().await?)),
        }
    }

    async fn connect(&self) -> io::Result<Line> {
        let mut server = self.server.subscribe();
        let there = tokio::time::timeout(PATIENCE, server.wait_for(Option::is_some)).await;
        let address = there.map_err(io::Error::from)?.map_err(io::Error::other)?.ok_or(io::ErrorKind::NotConnected)?;
        Ok(Line::new(TcpStream::connect(address).await?))
    }
}

fn drawn(dice: &mut Dice, in_a_thousand: u64) -> Fault {
    if !dice.happens(in_a_thousand) {
        return Fault::Pass;
    }
    match dice.below(10) {
        0 => Fault::CutBefore,
        1 => Fault::CutWithin,
        2..=4 => Fault::LoseAnswer,
        5 => Fault::TearAnswer,
        6 => Fault::Delay(dice.moment(LATE)),
        7..=8 => Fault::Straggle(dice.moment(LATE)),
        _ => Fault::HalfClose,
    }
}

async fn carry(shared: &Shared, mut client: Line) -> io::Result<()> {
    let mut server: Option<Line> = None;
    while let Some(request) = client.message().await? {
        let fault = shared.draw(&request.bytes);
        match fault {
            Fault::CutBefore => return Ok(()),
            Fault::Straggle(time) => {
                shared.stragglers.send_modify(|count| *count += 1);
                drop(client);
                let arrived = straggle(shared, server, &request.bytes, time).await;
                shared.stragglers.send_modify(|count| *count -= 1);
                return arrived;
            }
            Fault::Delay(time) => stagger(time).await,
            _ => {}
        }
        let server = shared.behind(&mut server).await?;
        if fault == Fault::CutWithin {
            return server.send(&request.bytes[..request.bytes.len() / 2]).await;
        }
        shared.pass(server, &request.bytes).await?;
        if fault == Fault::HalfClose {
            server.hush().await?;
        }
        let answer = server.message().await?.ok_or(io::ErrorKind::UnexpectedEof)?;
        match fault {
            Fault::LoseAnswer => return Ok(()),
            Fault::TearAnswer => return client.send(&answer.bytes[..answer.bytes.len() / 2]).await,
            _ => client.send(&answer.bytes).await?,
        }
        if answer.endless {
            return pour(shared, server, &mut client).await;
        }
        if fault == Fault::HalfClose {
            return Ok(());
        }
    }
    Ok(())
}

/// Passes a request on that nobody waits for any more.
async fn straggle(shared: &Shared, mut server: Option<Line>, request: &[u8], time: Duration) -> io::Result<()> {
    stagger(time).await;
    let server = shared.behind(&mut server).await?;
    shared.pass(server, request).await?;
    server.message().await.map(drop)
}

/// Passes on an answer that does not end by itself, until either side ends or dice cut it, in the middle of a piece.
async fn pour(shared: &Shared, server: &mut Line, client: &mut Line) -> io::Result<()> {
    loop {
        let piece = tokio::select! {
            piece = server.piece() => piece?,
            // A client says nothing while it listens: whatever this is, it is the end.
            _ = client.piece() => return Ok(()),
        };
        if piece.is_empty() {
            return Ok(());
        }
        if shared.cuts_feed() {
            return client.send(&piece[..piece.len() / 2]).await;
        }
        client.send(&piece).await?;
    }
}
