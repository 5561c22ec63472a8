//! Stories of lists that are longer than what is loaded of them: scrolled, gone to the end of, and changed by others.

use midair_record::wire::Event;

use super::*;
use crate::tui::msg::Part;

const MANY: usize = 1_000;

fn row(number: usize) -> Stored {
    Stored { id: format!("r{number:04}"), ..stored(1, "alice", BASE) }
}

/// At a collection of a thousand records.
fn at_many() -> Desk {
    let mut desk = Desk::sit(Depth::None);
    desk.keys("r");
    desk.server_answers();
    desk
}

impl Desk {
    /// Has a server of a thousand records answer what was asked of it, and what is asked then.
    fn server_answers(&mut self) {
        let number = |id: &String| id[1..].parse::<usize>().unwrap();
        while let Some(at) = self.effects.iter().rposition(|effect| matches!(effect, Effect::LoadPage(_))) {
            let Effect::LoadPage(asked) = self.effects.remove(at) else { unreachable!() };
            let Part { after, backwards, limit } = &asked.part;
            let mut way: Vec<usize> = match (after, backwards) {
                (None, false) => (0..MANY).collect(),
                (None, true) => (0..MANY).rev().collect(),
                (Some(after), false) => (number(after) + 1..MANY).collect(),
                (Some(after), true) => (0..number(after)).rev().collect(),
            };
            let more = way.len() > *limit;
            way.truncate(*limit);
            let items: Vec<Stored> = way.into_iter().map(row).collect();
            let next = items.last().filter(|_| more).map(|last| last.id.clone());
            self.happens(Msg::Page { asked, result: Ok(Page { items, next, total: Some(MANY as u64) }) });
        }
    }

    fn others(&mut self, op: Op, id: &str) {
        let line = histories::line(2, "bob", op, &[]);
        self.happens(Msg::Changed(Event { seq: 1, collection: "projects".into(), id: id.into(), line }));
    }
}

#[test]
fn the_place_in_the_whole_is_told_as_one_scrolls() {
    let mut desk = at_many();
    desk.shows("projects · 1,000 records");
    desk.shows(" 1 of 1,000 ");
    for _ in 0..9 {
        desk.spelled("pagedown");
        desk.server_answers();
    }
    desk.shows(" 307 of 1,000 ");
    desk.shows("▸r0306");
    desk.mouse(Pointed::Scroll(-1), 40, 20);
    desk.shows("▸r0303");
    desk.keys("home");
    desk.server_answers();
    desk.shows("▸r0000");
}

#[test]
fn the_end_is_the_real_end_and_what_is_pressed_meanwhile_counts_from_there() {
    let mut desk = at_many();
    desk.keys("end");
    desk.shows("loading…");
    desk.keys("up up");
    desk.server_answers();
    desk.shows("▸r0997");
    desk.shows(" 998 of 1,000 ");
    desk.keys("home down");
    desk.server_answers();
    desk.shows("▸r0001");
    desk.keys("end home");
    assert!(!desk.shot(120, 40).contains("loading…"), "it is there already");
    desk.server_answers();
    desk.shows("▸r0000");
}

#[test]
fn what_is_loaded_stays_a_few_hundred_records() {
    let mut desk = at_many();
    let mut asked = 0;
    for way in ["pagedown", "pageup"] {
        for _ in 0..40 {
            desk.spelled(way);
            asked += desk.effects.iter().filter(|effect| matches!(effect, Effect::LoadPage(_))).count();
            desk.server_answers();
            assert!(desk.app.browser.loaded() <= 600, "{}", desk.app.browser.loaded());
        }
    }
    desk.shows("▸r0000");
    assert!((10..30).contains(&asked), "{asked} pages were asked for");
}

#[test]
fn what_others_do_before_the_cursor_moves_it_not() {
    let mut desk = at_many();
    desk.keys("end");
    desk.server_answers();
    desk.keys("up");
    desk.shows("▸r0998");
    desk.others(Op::Delete, "r0990");
    desk.shows("▸r0998");
    desk.shows(" 998 of 999 ");
    desk.others(Op::Delete, "r0001");
    desk.shows(" 997 of 998 ");
    desk.others(Op::Create, "r00015");
    desk.shows("▸r0998");
    desk.shows(" 998 of 999 ");
}

#[test]
fn a_record_that_comes_is_looked_for_only_where_it_could_be_seen() {
    let mut desk = at_many();
    let lines = || Msg::Collections(Ok(vec![CollectionLine { name: "projects".into(), records: 1_001 }]));
    let asks = |desk: &Desk| desk.effects.iter().any(|effect| matches!(effect, Effect::LoadPage(_)));
    for (id, seen) in [("r0900a", false), ("r0050a", true)] {
        desk.others(Op::Create, id);
        desk.happens(Msg::Tick(clock()));
        assert!(desk.effects.contains(&Effect::LoadCollections), "they are counted");
        desk.effects.clear();
        desk.happens(lines());
        assert_eq!(asks(&desk), seen, "{id}");
    }
}

#[test]
fn the_mark_of_a_save_goes_after_a_while_where_things_may_move() {
    for motion in [true, false] {
        let mut desk = Desk::sit_with(Preferences { motion, ..Theme::new(Depth::None).into() });
        desk.keys("r");
        desk.server_answers();
        let newer = Stored { version: 2, ..row(3) };
        let key = midair_record::wire::Key::new("projects", "r0003").unwrap();
        desk.happens(Msg::Loaded { key, result: Ok(Read::Stored(Box::new(newer))), changes: Vec::new() });
        desk.shows("↻r0003");
        for _ in 0..24 {
            desk.happens(Msg::Tick(clock()));
        }
        desk.shows("↻r0003");
        desk.happens(Msg::Tick(clock()));
        assert_eq!(desk.shot(120, 40).contains("↻r0003"), !motion);
    }
}

#[test]
fn a_new_record_takes_no_id_that_is_listed() {
    let mut desk = at_many();
    desk.keys("n 'r0001' enter");
    desk.shows("projects/r0001 is there already; choose another id");
    desk.keys("'x' enter");
    desk.shows("projects/r0001x · new");
}
