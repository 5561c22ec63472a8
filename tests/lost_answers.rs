//! Answers that are lost on the way to a real terminal: what arrived is known to have arrived, and is nobody else's.
#![allow(clippy::unwrap_used)]

#[path = "faults/mod.rs"]
mod faults;
mod pty;

use faults::proxy::{Fault, Proxy};
use pty::{Home, Terminal};
use tokio::runtime::Runtime;

const KEY: &str = "projects/prj_1";
const RECORD: &str = r#"{"name":"Launch","quota":100}"#;

/// A server, and a proxy before it that loses what it is told to.
fn lossy(home: &Home) -> (Runtime, Proxy, Terminal) {
    let mut server = home.midair(&["serve", "--no-seed", "--listen", &home.listen()]);
    server.shows("midair server on http://");
    home.creates(KEY, RECORD);
    let runtime = Runtime::new().unwrap();
    let proxy = runtime.block_on(Proxy::start()).unwrap();
    proxy.leads_to(Some(home.listen().parse().unwrap()));
    (runtime, proxy, server)
}

fn editor(home: &Home, proxy: &Proxy) -> Terminal {
    let mut alice = home.midair(&["--as", "alice", "--server", &format!("http://{}", proxy.address)]);
    alice.shows("prj_1").keys("enter").shows("from v1");
    alice
}

#[test]
fn a_save_whose_answer_is_lost_is_sent_again_and_written_once() {
    let home = Home::new();
    let (_runtime, proxy, _server) = lossy(&home);
    let mut alice = editor(&home, &proxy);
    proxy.cue_write(Fault::LoseAnswer);
    alice.keys("' site' ctrl-s").shows("from v2 · unchanged");
    assert!(!alice.screen().contains("alice saved v2"), "{}", alice.screen());
    assert!(!home.history(KEY).contains(r#""version":3"#), "{}", home.history(KEY));
    assert_eq!(proxy.met().get("answer lost"), Some(&1));
    alice.keys("'!' ctrl-s").shows("as v3");
}

#[test]
fn what_arrived_is_not_shown_as_theirs_where_somebody_wrote_after_it() {
    let home = Home::new();
    let (runtime, proxy, _server) = lossy(&home);
    let mut alice = editor(&home, &proxy);
    proxy.cue_write(Fault::LoseAnswer);
    (0..50).for_each(|_| proxy.cue_write(Fault::CutBefore));
    alice.keys("' site' ctrl-s").shows("waiting for the server");
    home.edits("bob", KEY, "100", "150");
    runtime.block_on(proxy.calm());
    alice.shows("from v3 · unchanged").shows("150");
    assert!(!alice.screen().contains("Mid-air collision") && !alice.screen().contains("theirs now"));
    let history = home.history(KEY);
    assert_eq!(history.matches(r#""by":"alice""#).count(), 1, "{history}");
}

#[test]
fn the_same_person_in_another_terminal_is_called_so() {
    let home = Home::new();
    let (_runtime, proxy, _server) = lossy(&home);
    let mut one = editor(&home, &proxy);
    let mut other = editor(&home, &proxy);
    one.keys("' site'").shows("Launch site");
    other.keys("' day' ctrl-s").shows("as v2");
    one.shows("You, in another terminal, saved v2").keys("ctrl-s").shows("1 of 1 undecided");
    one.shows("You, in another terminal, saved v2 while you were editing");
}
