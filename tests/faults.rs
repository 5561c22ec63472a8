//! The server killed and its answers lost while many write: nothing acknowledged is lost, nothing is written twice.
#![allow(clippy::unwrap_used)]

#[path = "faults/mod.rs"]
mod faults;

use std::io::Write;
use std::time::Duration;

use faults::broken::{BREAKS, good};
use faults::checker::check;
use faults::client::{Caller, path};
use faults::dice::Dice;
use faults::proxy::{Fault, Proxy};
use faults::run::{Amount, run};
use faults::server::Server;

const SEEDS: u64 = 50;

/// Past the test's capture: a run that went well is told too.
fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_kills_and_lost_answers() {
    let amount = Amount::from_environment();
    say(&format!("faults: {amount:?}; MIDAIR_FAULTS_SEED={} rolls the same dice again", amount.seed));
    let folder = tempfile::tempdir().unwrap();
    let report = run(amount, folder.path()).await;
    say(&report.to_string());
    if !report.flaws.is_empty() {
        let told: Vec<_> = report.flaws.iter().take(20).map(ToString::to_string).collect();
        panic!("{report}\nthe file is kept in {}\n{}", folder.keep().display(), told.join("\n"));
    }
    assert!(report.operations >= amount.operations && report.acknowledged > 0 && report.versions > 0, "{report}");
}

#[test]
fn a_good_history_has_no_flaw() {
    for seed in 0..SEEDS {
        let flaws = check(&good(seed));
        assert!(flaws.is_empty(), "seed {seed}: {flaws:#?}");
    }
}

#[test]
fn every_way_of_breaking_a_history_is_caught_and_named() {
    for way in BREAKS {
        let mut broken = 0;
        for seed in 0..SEEDS {
            let mut history = good(seed);
            if (way.by)(&mut history, &mut Dice::new(!seed)).is_none() {
                continue;
            }
            broken += 1;
            let flaws = check(&history);
            let found = flaws.iter().any(|flaw| flaw.sin == way.sin);
            assert!(found, "{}, seed {seed}: no {:?} in {flaws:#?}", way.name, way.sin);
        }
        assert!(broken > SEEDS / 2, "{}: only {broken} histories were broken", way.name);
    }
}

/// Creates record `number` under an edit id of its own.
async fn create(caller: &mut Caller, number: u32) -> Option<(u16, bool)> {
    let body = r#"{"n":1}"#;
    let request = format!(
        "PUT {} HTTP/1.1\r\nhost: faults\r\nif-none-match: *\r\nidempotency-key: \"e{number}\"\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        path(number),
        body.len()
    );
    let answer = caller.ask(&request).await?;
    Some((answer.status(), answer.header("idempotency-replayed").is_some()))
}

#[tokio::test]
async fn the_proxy_loses_what_it_is_told_to_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&folder.path().join("faults.db")).await;
    let proxy = Proxy::start().await.unwrap();
    proxy.leads_to(Some(server.address));
    let mut through = Caller::new(proxy.address);
    let mut straight = Caller::new(server.address);
    let late = Duration::from_millis(2);
    let (made, again, unheard) = (Some((201, false)), Some((201, true)), None);
    for (number, (fault, first, there, second)) in (0..).zip([
        (Fault::Pass, made, 200, again),
        (Fault::Delay(late), made, 200, again),
        (Fault::CutBefore, unheard, 404, made),
        (Fault::CutWithin, unheard, 404, made),
        (Fault::LoseAnswer, unheard, 200, again),
        (Fault::TearAnswer, unheard, 200, again),
    ]) {
        proxy.cue(fault);
        assert_eq!(create(&mut through, number).await, first, "{fault:?}");
        assert_eq!(straight.get(&path(number)).await.unwrap().status(), there, "{fault:?}");
        assert_eq!(create(&mut through, number).await, second, "{fault:?}");
    }
    // Which of the two requests arrives first is open; that they make one version is not.
    for (number, fault) in (10..).zip([Fault::HalfClose, Fault::Straggle(late)]) {
        let (mut requests, before) = (proxy.requests(), *proxy.requests().borrow());
        proxy.cue(fault);
        let first = create(&mut through, number).await;
        assert!(first == unheard || (fault == Fault::HalfClose && first == made), "{fault:?}: {first:?}");
        assert_eq!(create(&mut through, number).await.unwrap().0, 201, "{fault:?}");
        requests.wait_for(|count| *count >= before + 2).await.unwrap();
        assert_eq!(create(&mut through, number).await, again, "{fault:?}");
        let versions = straight.get(&format!("{}/versions", path(number))).await.unwrap().text();
        assert_eq!(versions.matches("\"editId\"").count(), 1, "{fault:?}: {versions}");
    }
    server.kill().await;
}
