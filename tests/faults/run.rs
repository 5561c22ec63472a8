//! The fault run: clients at work, feeds followed, answers lost, and the server killed again and again on one file.

use std::fmt::{self, Display};
use std::path::Path;
use std::str::FromStr;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::audit;
use super::checker::{self, Flaw, Sin};
use super::client::{Client, Shared};
use super::dice::{Dice, stagger};
use super::follower::Follower;
use super::history::{Act, History, Outcome};
use super::proxy::Proxy;
use super::server::{self, Server};

/// How long nothing may happen before the run is stuck.
const PATIENCE: Duration = Duration::from_secs(60);

/// How much, and with which seed.
#[derive(Clone, Copy, Debug)]
pub struct Amount {
    pub seed: u64,
    /// How often the server is killed.
    pub kills: u64,
    /// How many operations there are at the least.
    pub operations: u64,
    pub clients: u32,
    pub records: u32,
    /// How many requests in a thousand meet a fault.
    pub faults: u64,
}

impl Amount {
    /// As the environment says: `MIDAIR_FAULTS_SEED`, `_KILLS`, `_OPERATIONS`, `_CLIENTS`, `_RECORDS`, `_RATE`.
    pub fn from_environment() -> Amount {
        fn of<T: FromStr>(name: &str, otherwise: T) -> T {
            let text = std::env::var(format!("MIDAIR_FAULTS_{name}")).ok();
            text.map_or(otherwise, |text| text.parse().unwrap_or_else(|_| panic!("MIDAIR_FAULTS_{name}={text}")))
        }
        let fresh = std::time::SystemTime::UNIX_EPOCH.elapsed().map_or(0, |time| u64::from(time.subsec_nanos()));
        Amount {
            seed: of("SEED", fresh),
            kills: of("KILLS", 200),
            operations: of("OPERATIONS", 200_000),
            clients: of("CLIENTS", 16),
            records: of("RECORDS", 32),
            faults: of("RATE", 15),
        }
    }
}

/// What came of it.
pub struct Report {
    pub amount: Amount,
    pub flaws: Vec<Flaw>,
    pub operations: u64,
    pub acknowledged: u64,
    pub versions: u64,
    took: Duration,
    text: String,
}

impl Report {
    pub fn count(&self, sin: Sin) -> usize {
        self.flaws.iter().filter(|flaw| flaw.sin == sin).count()
    }
}

impl Display for Report {
    fn fmt(&self, to: &mut fmt::Formatter) -> fmt::Result {
        let [lost, gaps, own] = [
            self.count(Sin::Lost) + self.count(Sin::LostUpdate),
            self.count(Sin::Gap) + self.count(Sin::FeedGap),
            self.count(Sin::RefusedButWritten),
        ];
        write!(
            to,
            "faults: seed={} {} lost={lost} gaps={gaps} self-collisions={own} flaws={} in {:.1} s",
            self.amount.seed,
            self.text,
            self.flaws.len(),
            self.took.as_secs_f64()
        )
    }
}

/// Runs it all on a file in `folder`.
pub async fn run(amount: Amount, folder: &Path) -> Report {
    let began = Instant::now();
    let mut dice = Dice::new(amount.seed);
    let file = folder.join("faults.db");
    let proxy = Proxy::start().await.unwrap();
    proxy.at_random(dice.fork(), amount.faults);
    let shared = Shared::new();
    let clients: Vec<_> = (1..=amount.clients)
        .map(|number| Client::new(number, dice.fork(), proxy.address, shared.clone(), amount.records))
        .map(|client| tokio::spawn(client.work()))
        .collect();
    let followers = [Follower::start(proxy.address), Follower::start(proxy.address)];
    let server = Server::start(&file).await;
    proxy.leads_to(Some(server.address));
    let (server, early) = kill_again_and_again(amount, &mut dice, &proxy, &file, server, || {
        assert!(followers.iter().all(Follower::follows), "a follower was turned away");
        shared.operations.load(Ordering::Relaxed)
    })
    .await;
    shared.stop.store(true, Ordering::Relaxed);
    let mut history = History::default();
    for client in clients {
        history.operations.extend(client.await.unwrap());
    }
    let worked = began.elapsed();
    proxy.calm().await;
    proxy.leads_to(None);
    server.kill().await;
    // What is left must be on disk: the audit asks a server that knows nothing else.
    let server = Server::start(&file).await;
    proxy.leads_to(Some(server.address));
    let audits: Vec<_> =
        (0..amount.records).map(|record| (record, tokio::spawn(audit::kept(server.address, record)))).collect();
    for (record, audit) in audits {
        history.records.insert(record, audit.await.unwrap());
    }
    let versions = history.records.values().map(|kept| kept.versions.len() as u64).sum();
    let mut connections = 0;
    for follower in followers {
        let heard = follower.until(versions).await;
        connections += heard.connections;
        history.feeds.push(heard.events);
    }
    let flaws = checker::check(&history);
    let operations = history.operations.len() as u64;
    let acknowledged = writes(&history, |outcome| matches!(outcome, Outcome::Written { .. }));
    let text = format!(
        "restarts={} (and {early} killed while starting) operations={operations} reads={} acknowledged={acknowledged} \
         refused={} unknown={} unanswered={} replays={} versions={versions} feed-connections={connections} \
         faults={:?} work={:.1} s",
        amount.kills,
        operations - writes(&history, |_| true),
        writes(&history, |outcome| matches!(outcome, Outcome::Refused(_))),
        writes(&history, |outcome| *outcome == Outcome::Unknown),
        shared.unanswered.load(Ordering::Relaxed),
        writes(&history, |outcome| matches!(outcome, Outcome::Written { replayed: true, .. })),
        proxy.met(),
        worked.as_secs_f64(),
    );
    Report { amount, flaws, operations, acknowledged, versions, took: began.elapsed(), text }
}

fn writes(history: &History, which: fn(&Outcome) -> bool) -> u64 {
    history.operations.iter().filter(|one| one.act != Act::Read && which(&one.outcome)).count() as u64
}

/// Kills the server and starts it anew as often as is wanted, while others work, until they have `done` enough. Gives
/// the last server, and how many were killed before they were ready.
async fn kill_again_and_again(
    amount: Amount,
    dice: &mut Dice,
    proxy: &Proxy,
    file: &Path,
    mut server: Server,
    done: impl Fn() -> u64,
) -> (Server, u64) {
    let mut requests = proxy.requests();
    let mut early = 0;
    for kill in 0..amount.kills {
        // The kills share out what is left to do; each falls on any moment of its share.
        let share = (amount.operations.saturating_sub(done()) / (amount.kills - kill)).max(20);
        let target = *requests.borrow() + share / 2 + dice.below(share);
        let moment = tokio::time::timeout(PATIENCE, requests.wait_for(|count| *count >= target)).await;
        moment.expect("nothing happens any more").unwrap();
        stagger(dice.moment(Duration::from_millis(3))).await;
        proxy.leads_to(None);
        server.kill().await;
        if dice.happens(150) {
            server::killed_within(file, dice.moment(Duration::from_millis(30))).await;
            early += 1;
        }
        server = Server::start(file).await;
        proxy.leads_to(Some(server.address));
    }
    while done() < amount.operations {
        tokio::time::timeout(PATIENCE, requests.changed()).await.expect("nothing happens any more").unwrap();
    }
    (server, early)
}
