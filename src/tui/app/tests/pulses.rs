//! Stories of the pulse: what is told of the last minutes, and what stays on the screen when the server is lost.

use midair_record::pulse::{HotAuthor, HotCollection, HotField, HotRecord, Hottest, Pulse, Quantiles, Step};

use super::*;

pub(super) fn pulse() -> Pulse {
    let step = |number: u64| Step {
        seconds: 5.0,
        writes: number % 9,
        conflicts: u64::from(number.is_multiple_of(7)),
        resolved: u64::from(number.is_multiple_of(8)),
        ..Step::default()
    };
    let record = |id: &str, conflicts| HotRecord { collection: "projects".into(), id: id.into(), conflicts };
    let field = |field: &str, conflicts| HotField { collection: "projects".into(), field: field.into(), conflicts };
    let author = |author: &str, refused, stood| HotAuthor { author: author.into(), refused, stood };
    Pulse {
        at: "2026-11-02T14:04:58.120Z".into(),
        uptime_seconds: 7000.0,
        subscribers: 3,
        presences: 2,
        window: Step {
            seconds: 900.0,
            writes: 718,
            conflicts: 26,
            resubmitted: 24,
            replayed: 1,
            resolved: 23,
            resolved_seconds: Some(Quantiles { p50: 0.42, p99: 41.5 }),
        },
        collections: vec![
            HotCollection { name: "projects".into(), writes: 600, conflicts: 25 },
            HotCollection { name: "hotels".into(), writes: 118, conflicts: 1 },
        ],
        steps: (0..180).map(step).collect(),
        hottest: Hottest {
            collisions: 26,
            records: vec![record("prj_1", 20), record("prj_7", 5)],
            fields: vec![field("/name", 15), field("none", 2)],
            authors: vec![author("alice", 20, 3), author("bob", 6, 23)],
        },
    }
}

impl Desk {
    pub(super) fn feels_the_pulse(&mut self) {
        self.keys("m");
        self.happens(Msg::Pulse(Ok(Box::new(pulse()))));
    }

    fn asked_for_the_pulse(&self) -> usize {
        self.effects.iter().filter(|effect| **effect == Effect::LoadPulse).count()
    }

    fn seconds_later(&mut self, seconds: i64) {
        let now = clock().now.checked_add(jiff::SignedDuration::from_secs(seconds)).unwrap();
        self.happens(Msg::Tick(Clock { now, offset_seconds: 0 }));
    }
}

#[test]
fn the_last_minutes_are_told_with_their_units() {
    let mut desk = Desk::sit(Depth::None);
    desk.feels_the_pulse();
    desk.shows("Pulse · the last 15 min · up 117 min");
    desk.shows("718 writes");
    desk.shows("26 writes refused");
    desk.shows("3.5 % of the writes");
    desk.shows("23, half in 420 ms, 99 % in 41.5 s");
    desk.shows("24 after a refusal, 1 after a lost answer");
    desk.shows("600 writes · 25 conflicts · 4.0 % refused");
    desk.shows("15 conflicts · 2.4 % refused");
    desk.shows("refused 20 times · was first 3 times");
}

#[test]
fn it_is_asked_for_while_it_is_open_and_one_question_at_a_time() {
    let mut desk = Desk::sit(Depth::None);
    desk.keys("m");
    assert_eq!(desk.asked_for_the_pulse(), 1);
    desk.seconds_later(1);
    desk.seconds_later(30);
    assert_eq!(desk.asked_for_the_pulse(), 1, "no answer came yet");
    desk.happens(Msg::Pulse(Ok(Box::new(pulse()))));
    desk.seconds_later(30);
    assert_eq!(desk.asked_for_the_pulse(), 2);
    desk.happens(Msg::Pulse(Ok(Box::new(pulse()))));
    desk.seconds_later(31);
    assert_eq!(desk.asked_for_the_pulse(), 2, "not before it can have changed");
    desk.keys("esc");
    desk.seconds_later(60);
    assert_eq!(desk.asked_for_the_pulse(), 2);
}

#[test]
fn with_the_server_lost_what_was_known_stays_and_says_when_it_was() {
    let mut desk = Desk::sit(Depth::None);
    desk.feels_the_pulse();
    desk.seconds_later(60);
    desk.happens(Msg::Pulse(Err("127.0.0.1:4120 does not answer.".into())));
    desk.shows("127.0.0.1:4120 does not answer. What stands here is what was known then.");
    desk.shows("as of 14:04:58, 1 min ago");
    desk.shows("718 writes");
}

#[test]
fn the_record_that_collides_most_is_opened_from_there() {
    let mut desk = Desk::sit(Depth::None);
    desk.feels_the_pulse();
    desk.keys("down down down down enter");
    let key = midair_record::wire::Key::new("projects", "prj_1").unwrap();
    assert_eq!(desk.effects.last(), Some(&Effect::Load { key, since: None }));
}
