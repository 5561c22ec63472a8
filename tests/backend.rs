//! What the client can rely on, told against the real server.

mod house;

use futures_util::{StreamExt, pin_mut};
use house::{House, edited, given, key, stored};
use midair::backend::{Creation, Fault, Outcome, Presence, Read, Together, Told};
use midair_record::wire::{Conflict, Current, Delete, Event, Op, Put};
use midair_record::{Draft, Record};

const ODD: &str = "{ \"name\" : \"caf\\u00e9\",\n  \"n\": 1.50, \"quota\":100 , \"note\":\"\" }";

fn version_of(put: Put) -> u64 {
    match put {
        Put::Stored { stored, .. } => stored.version,
        other => panic!("{other:?}"),
    }
}

fn conflict_of(put: Put) -> Conflict {
    match put {
        Put::Stale(conflict) => *conflict,
        other => panic!("{other:?}"),
    }
}

/// What a feed gives, unless it keeps silent.
async fn soon<T>(next: impl Future<Output = T>) -> T {
    tokio::time::timeout(std::time::Duration::from_secs(10), next).await.expect("the feed keeps silent")
}

#[tokio::test]
async fn a_server_says_who_it_is() {
    let house = House::open().await;
    let hello = house.as_("alice").hello().await.expect("an answer");
    assert!(!hello.store.is_empty());
    assert_eq!(house.as_("bob").hello().await.expect("an answer"), hello);
    house.close().await;
}

#[tokio::test]
async fn what_a_save_does_not_touch_keeps_its_bytes() {
    let house = House::open().await;
    let alice = house.as_("alice");
    let loaded = given(&alice, "apollo", ODD).await;
    assert_eq!(loaded.fields.text(), ODD);
    let put = alice.save(&edited(&loaded, "/quota", "150", "e1")).await.expect("an answer");
    let after = stored(&alice, "apollo").await;
    assert_eq!(after.fields.text(), ODD.replace("100", "150"));
    assert_eq!(put, Put::Stored { stored: after, created: false });
    house.close().await;
}

#[tokio::test]
async fn a_save_of_nothing_is_no_version() {
    let house = House::open().await;
    let alice = house.as_("alice");
    let loaded = given(&alice, "apollo", ODD).await;
    let draft = Draft::of("projects", loaded.clone(), "e1".into());
    assert_eq!(alice.save(&draft).await.expect("an answer"), Put::Unchanged(loaded));
    house.close().await;
}

#[tokio::test]
async fn a_refused_save_is_told_by_whom_and_where_and_against_what() {
    let house = House::open().await;
    let (alice, bob) = (house.as_("alice"), house.as_("bob"));
    let loaded = given(&alice, "apollo", ODD).await;
    let mut theirs = edited(&loaded, "/quota", "150", "bobs");
    theirs.note = Some("bump after call — 50 % more\n".into());
    bob.save(&theirs).await.expect("an answer");

    let refused = alice.save(&edited(&loaded, "/quota", "120", "alices")).await.expect("an answer");
    let conflict = conflict_of(refused);
    assert_eq!(conflict.current, Current::Stored(stored(&alice, "apollo").await));
    assert_eq!(conflict.base.map(|base| base.version), Some(1));
    assert_eq!(conflict.overlap.iter().map(ToString::to_string).collect::<Vec<_>>(), ["/quota"]);
    let line = &conflict.changes[0];
    assert_eq!((conflict.changes.len(), line.by.as_str(), line.version, line.op), (1, "bob", 2, Op::Update));
    assert_eq!(line.why.as_deref(), Some("bump after call — 50 % more\n"));
    assert_eq!(line.edit_id.as_deref(), Some("bobs"));
    assert!(!conflict.unknown_token && !conflict.already_applied);
    house.close().await;
}

#[tokio::test]
async fn a_save_that_is_sent_twice_is_written_once() {
    let house = House::open().await;
    let alice = house.as_("alice");
    let draft = edited(&given(&alice, "apollo", ODD).await, "/quota", "150", "e1");
    let first = alice.save(&draft).await.expect("an answer");
    let second = alice.save(&draft).await.expect("an answer");
    assert_eq!(first, second);
    assert_eq!(alice.history(&key("apollo")).await.expect("an answer").len(), 2);
    house.close().await;
}

#[tokio::test]
async fn a_new_record_does_not_overwrite_one_that_was_quicker() {
    let house = House::open().await;
    let alice = house.as_("alice");
    let draft = |id: &str, edit_id: &str| {
        Draft::new(key(id), Record::parse("{\"a\":1}").expect("a record").fields().clone(), edit_id.into())
    };
    match alice.save(&draft("new", "e1")).await.expect("an answer") {
        Put::Stored { stored, created: true } => assert_eq!((stored.version, stored.updated_by.as_str()), (1, "alice")),
        other => panic!("{other:?}"),
    }
    given(&alice, "apollo", ODD).await;
    let conflict = conflict_of(alice.save(&draft("apollo", "e2")).await.expect("an answer"));
    assert_eq!(conflict.current, Current::Stored(stored(&alice, "apollo").await));
    house.close().await;
}

#[tokio::test]
async fn a_deletion_takes_only_the_version_that_was_seen() {
    let house = House::open().await;
    let (alice, bob) = (house.as_("alice"), house.as_("bob"));
    let loaded = given(&alice, "apollo", ODD).await;
    bob.save(&edited(&loaded, "/quota", "150", "e1")).await.expect("an answer");
    match alice.delete(&key("apollo"), &loaded.token, None, "e2").await.expect("an answer") {
        Delete::Stale(conflict) => assert_eq!(conflict.changes.len(), 1),
        other => panic!("{other:?}"),
    }
    let seen = stored(&alice, "apollo").await;
    let deleted = alice.delete(&key("apollo"), &seen.token, Some("moved to Zürich"), "e3").await.expect("an answer");
    let Delete::Deleted(tombstone) = deleted else { panic!("{deleted:?}") };
    assert_eq!((tombstone.version, tombstone.by.as_str()), (3, "alice"));
    assert_eq!(tombstone.why.as_deref(), Some("moved to Zürich"));
    assert_eq!(alice.read(&key("apollo")).await.expect("an answer"), Read::Gone(tombstone.clone()));

    let conflict = conflict_of(bob.save(&edited(&seen, "/quota", "1", "e4")).await.expect("an answer"));
    assert_eq!(conflict.current, Current::Deleted(tombstone.clone()));
    let again = bob.delete(&key("apollo"), &seen.token, None, "e5").await.expect("an answer");
    assert_eq!(again, Delete::Gone(tombstone));
    house.close().await;
}

#[tokio::test]
async fn what_never_existed_is_missing_and_has_no_history() {
    let house = House::open().await;
    let alice = house.as_("alice");
    let token = given(&alice, "apollo", ODD).await.token;
    assert_eq!(alice.read(&key("none")).await.expect("an answer"), Read::Missing);
    assert_eq!(alice.history(&key("none")).await.expect("an answer"), []);
    assert_eq!(alice.delete(&key("none"), &token, None, "e1").await.expect("an answer"), Delete::Missing);
    assert!(matches!(alice.version(&key("apollo"), 9).await, Err(Fault::Refused { status: 404, .. })));
    house.close().await;
}

#[tokio::test]
async fn every_version_can_be_had_again() {
    let house = House::open().await;
    let alice = house.as_("alice");
    let first = given(&alice, "apollo", ODD).await;
    alice.save(&edited(&first, "/quota", "150", "e1")).await.expect("an answer");
    let lines = alice.history(&key("apollo")).await.expect("an answer");
    assert_eq!(
        lines.iter().map(|line| (line.version, line.op)).collect::<Vec<_>>(),
        [(1, Op::Create), (2, Op::Update)]
    );
    let again = alice.version(&key("apollo"), 1).await.expect("an answer");
    assert_eq!((again.fields.text(), again.token, again.updated_at), (ODD, first.token, first.updated_at));
    house.close().await;
}

#[tokio::test]
async fn a_history_is_read_from_its_newest_page_back() {
    let house = House::open().await;
    let alice = house.as_("alice");
    let mut loaded = given(&alice, "apollo", ODD).await;
    for quota in 1..=6 {
        version_of(
            alice.save(&edited(&loaded, "/quota", &quota.to_string(), &format!("e{quota}"))).await.expect("an answer"),
        );
        loaded = stored(&alice, "apollo").await;
    }
    let page = async |before| -> Vec<u64> {
        let lines = alice.history_before(&key("apollo"), before, 3).await.expect("an answer");
        lines.iter().map(|line| line.version).collect()
    };
    assert_eq!((page(8).await, page(5).await, page(2).await), (vec![5, 6, 7], vec![2, 3, 4], vec![1]));
    assert_eq!(page(1).await, [0; 0]);
    assert_eq!(alice.history_before(&key("none"), 9, 3).await.expect("an answer"), []);
    house.close().await;
}

#[tokio::test]
async fn a_version_is_restored_as_the_newest_and_only_over_the_one_that_was_seen() {
    let house = House::open().await;
    let (alice, bob) = (house.as_("alice"), house.as_("bob"));
    let first = given(&alice, "apollo", ODD).await;
    bob.save(&edited(&first, "/quota", "150", "e1")).await.expect("an answer");
    let stale = alice.restore(&key("apollo"), 1, Some(&first.token), "e2").await.expect("an answer");
    assert_eq!(conflict_of(stale).current, Current::Stored(stored(&alice, "apollo").await));

    let seen = stored(&alice, "apollo").await;
    for _ in 0..2 {
        let put = alice.restore(&key("apollo"), 1, Some(&seen.token), "e3").await.expect("an answer");
        assert_eq!(version_of(put), 3, "sent twice, it is written once");
    }
    let now = stored(&alice, "apollo").await;
    assert_eq!((now.fields.text(), now.note.as_deref()), (ODD, Some("restored v1")));
    let same = alice.restore(&key("apollo"), 1, Some(&now.token), "e4").await.expect("an answer");
    assert_eq!(same, Put::Unchanged(now.clone()));

    bob.delete(&key("apollo"), &now.token, None, "e5").await.expect("an answer");
    let gone = alice.restore(&key("apollo"), 2, Some(&now.token), "e6").await.expect("an answer");
    assert!(matches!(conflict_of(gone).current, Current::Deleted(tombstone) if tombstone.by == "bob"));
    let again = alice.restore(&key("apollo"), 2, None, "e7").await.expect("an answer");
    assert!(matches!(again, Put::Stored { created: true, .. }), "{again:?}");
    assert_eq!(alice.version_if_kept(&key("apollo"), 4).await.expect("an answer"), None, "a deletion left nothing");
    house.close().await;
}

#[tokio::test]
async fn the_last_minutes_tell_of_a_collision() {
    let house = House::open().await;
    let (alice, bob) = (house.as_("alice"), house.as_("bob"));
    let loaded = given(&alice, "apollo", ODD).await;
    bob.save(&edited(&loaded, "/quota", "150", "e1")).await.expect("an answer");
    conflict_of(alice.save(&edited(&loaded, "/quota", "120", "e2")).await.expect("an answer"));
    let pulse = alice.pulse().await.expect("an answer");
    assert_eq!((pulse.window.writes, pulse.window.conflicts), (2, 1));
    assert_eq!((pulse.collections[0].name.as_str(), pulse.collections[0].conflicts), ("projects", 1));
    let hottest = pulse.hottest;
    assert_eq!((hottest.records[0].id.as_str(), hottest.fields[0].field.as_str()), ("apollo", "/quota"));
    assert!(hottest.authors.iter().any(|hot| hot.author == "alice" && hot.refused == 1), "{:?}", hottest.authors);
    house.close().await;
}

#[tokio::test]
async fn who_is_editing_is_told_to_whoever_comes_late_too() {
    let house = House::open().await;
    let (alice, carol) = (house.as_("alice"), house.as_("Zoë 王"));
    given(&alice, "apollo", ODD).await;
    let at = midair_record::Pointer::parse("/quota");
    carol.say_here(&key("apollo"), at.as_ref()).await.expect("an answer");
    let feed = alice.clone().listen(None).await.expect("a feed");
    pin_mut!(feed);
    let there = |path, here| Told::Presence(Presence { key: key("apollo"), by: "Zoë 王".into(), path, here });
    assert_eq!(soon(feed.next()).await, Some(Ok(there(at, true))));
    carol.say_here(&key("apollo"), None).await.expect("an answer");
    assert_eq!(soon(feed.next()).await, Some(Ok(there(None, true))));
    carol.say_gone(&key("apollo")).await.expect("an answer");
    assert_eq!(soon(feed.next()).await, Some(Ok(there(None, false))));
    house.close().await;
}

#[tokio::test]
async fn pages_follow_each_other_and_can_be_narrowed() {
    let house = House::open().await;
    let alice = house.as_("alice");
    for id in ["a", "b", "c"] {
        given(&alice, id, &format!("{{\"name\":\"100% {id}\"}}")).await;
    }
    let first = alice.page("projects", None, 2, None).await.expect("an answer");
    assert_eq!((first.items.len(), first.total), (2, Some(3)));
    let second = alice.page("projects", first.next.as_deref(), 2, None).await.expect("an answer");
    assert_eq!((second.items[0].id.as_str(), second.next), ("c", None));
    let last = alice.page_from_end("projects", None, 1, None).await.expect("an answer");
    assert_eq!((last.items[0].id.as_str(), last.total), ("c", Some(3)));
    let before = alice.page_from_end("projects", Some("c"), 9, Some("%")).await.expect("an answer");
    let ids: Vec<&str> = before.items.iter().map(|item| item.id.as_str()).collect();
    assert_eq!((ids, before.next), (vec!["b", "a"], None), "an id is a place, either way");
    let found = alice.page("projects", None, 9, Some("% b&")).await.expect("an answer");
    assert_eq!(found.total, Some(0));
    let found = alice.page("projects", None, 9, Some("0% b")).await.expect("an answer");
    assert_eq!((found.items[0].id.as_str(), found.total), ("b", Some(1)));
    let lines = alice.collections().await.expect("an answer");
    assert_eq!(lines.iter().map(|line| (line.name.as_str(), line.records)).collect::<Vec<_>>(), [("projects", 3)]);
    house.close().await;
}

#[tokio::test]
async fn of_many_creations_all_stand_or_none_where_that_was_asked() {
    let house = House::open().await;
    let alice = house.as_("Zoë 王");
    given(&alice, "a", ODD).await;
    let creations: Vec<Creation> =
        ["a", "b"].map(|id| Creation { id: id.into(), fields: Record::parse(ODD).expect("a record") }).into();
    let together = alice.create("projects", &creations, None, Together::AllOrNone).await.expect("an answer");
    assert!(matches!(together[0], Outcome::Refused { status: 412, .. }), "{together:?}");
    assert_eq!(alice.read(&key("b")).await.expect("an answer"), Read::Missing);
    let alone = alice.create("projects", &creations, Some("why"), Together::EachAlone).await.expect("an answer");
    assert_eq!(alone[1], Outcome::Created);
    let created = stored(&alice, "b").await;
    assert_eq!((created.updated_by.as_str(), created.note.as_deref()), ("Zoë 王", Some("why")));
    house.close().await;
}

#[tokio::test]
async fn the_feed_tells_every_change_once_and_goes_on_where_it_was_left() {
    let house = House::open().await;
    let alice = house.as_("alice");
    given(&alice, "before", ODD).await;
    let feed = alice.clone().open(None).await.expect("a feed");
    pin_mut!(feed);
    let loaded = given(&alice, "apollo", ODD).await;
    let Some(Ok(Event { seq, collection, id, line })) = soon(feed.next()).await else { panic!("no event") };
    assert_eq!((collection.as_str(), id.as_str(), line.op, line.version), ("projects", "apollo", Op::Create, 1));

    version_of(alice.save(&edited(&loaded, "/quota", "1", "e1")).await.expect("an answer"));
    given(&alice, "later", ODD).await;
    let resumed = alice.watch(Some(seq));
    pin_mut!(resumed);
    let mut told = Vec::new();
    for _ in 0..2 {
        let event = soon(resumed.next()).await.expect("an event").expect("a good one");
        told.push((event.id, event.line.edit_id));
    }
    assert_eq!(told[0], ("apollo".to_owned(), Some("e1".to_owned())));
    assert_eq!(told[1].0, "later");
    house.close().await;
    assert!(!matches!(soon(resumed.next()).await, Some(Ok(_))), "the feed ends with its server");
}
