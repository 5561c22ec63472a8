//! A save found again in the server's log: one trace over all that belongs to it, and nothing of what was said.

mod house;

use std::io::Write;
use std::sync::{Arc, Mutex};

use house::{House, edited, given, key};
use midair_record::wire::Put;
use serde_json::Value;
use tracing_subscriber::EnvFilter;

/// What was logged on this thread, on which the server runs too.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("whole").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Log {
    fn start(&self) -> tracing::subscriber::DefaultGuard {
        let writer = self.clone();
        let log = tracing_subscriber::fmt().json().flatten_event(true).with_env_filter(EnvFilter::new("info"));
        tracing::subscriber::set_default(log.with_writer(move || writer.clone()).finish())
    }

    fn text(&self) -> String {
        String::from_utf8(self.0.lock().expect("whole").clone()).expect("text")
    }

    fn lines(&self) -> Vec<Value> {
        self.text().lines().map(|line| serde_json::from_str(line).expect(line)).collect()
    }
}

#[tokio::test]
async fn a_save_and_the_same_save_again_are_one_trace_and_another_save_is_another() {
    let (log, house) = (Log::default(), House::open().await);
    let _logging = log.start();
    let (alice, bob) = (house.as_("alice in wonder\u{301}land"), house.as_("bob"));
    let loaded = given(&bob, "apollo", r#"{"name":"Apollo","secret":"swordfish"}"#).await;
    let draft = edited(&loaded, "/name", "\"Artemis\"", "edit-1");
    assert!(matches!(bob.save(&edited(&loaded, "/name", "\"Ares\"", "edit-2")).await, Ok(Put::Stored { .. })));
    for _ in 0..2 {
        assert!(matches!(alice.save(&draft).await, Ok(Put::Stale(_))));
    }
    alice.read(&key("apollo")).await.expect("an answer");
    let lines = log.lines();
    let of = |method: &str, status: u64| -> Vec<&Value> {
        lines.iter().filter(|line| line["method"] == method && line["status"] == status).collect()
    };
    let (accepted, refused) = (of("PUT", 200), of("PUT", 412));
    assert_eq!((accepted.len(), refused.len()), (1, 2), "{}", log.text());
    assert_eq!(refused[0]["trace"], refused[1]["trace"]);
    assert_ne!(refused[0]["trace"], accepted[0]["trace"]);
    let line = refused[0];
    assert_eq!((&line["target"], &line["level"]), (&"midair::request".into(), &"INFO".into()));
    assert_eq!((&line["author"], &line["record"]), (&"alice in wonder\u{301}land".into(), &"projects/apollo".into()));
    assert_eq!(line["route"], "/v1/collections/{collection}/records/{id}");
    let length = |name: &str| line[name].as_str().map_or(0, str::len);
    assert_eq!((length("id"), length("trace"), length("span"), length("parent")), (33, 32, 16, 16), "{line}");
    assert!(line["ms"].as_f64().is_some_and(|ms| ms > 0.0), "{line}");
    let read = of("GET", 200);
    assert!(read.iter().all(|line| line["trace"] != refused[0]["trace"]), "a look is no part of the save");
    for said in ["swordfish", "Artemis", loaded.token.as_str().trim_matches('"')] {
        assert!(!log.text().contains(said), "{said} is in the log");
    }
    house.close().await;
}
