//! A collision in little room: nothing is cut that has room, and what has none can be got at.

use super::*;

/// A collision of these three versions.
fn collided(base: &str, mine: &str, theirs: &str) -> Desk {
    let mut desk = Desk::edits();
    desk.does(Action::Back);
    let mut draft = Draft::of("projects", stored(7, "alice", base), "seed-draft".into());
    draft.edit(Record::parse(mine).unwrap().fields().clone());
    desk.waits(draft);
    desk.does(Action::Open);
    desk.does(Action::Save);
    desk.refused(&stored(7, "alice", base), &stored(8, "bob", theirs));
    desk
}

fn text(side: &str, lines: usize) -> String {
    let lines: String = (0..lines).map(|line| format!(r"{side} {line}\n")).collect();
    format!(r#"{{"a":1,"text":"{lines}","z":"{side}"}}"#)
}

#[test]
fn what_is_taller_than_the_screen_is_scrolled_through_before_the_cursor_goes_on() {
    let mut desk = collided(&text("base", 1), &text("mine", 40), &text("theirs", 40));
    desk.shot(60, 15);
    desk.keys("v down");
    let seen = |desk: &mut Desk, words: &str| desk.shot(60, 15).contains(words);
    assert!(seen(&mut desk, "theirs 0") && !seen(&mut desk, "theirs 39"), "{}", desk.shot(60, 15));
    let mut lines: Vec<String> = (0..40).flat_map(|line| [format!("theirs {line}"), format!("mine {line}")]).collect();
    for _ in 0..80 {
        let shot = desk.shot(60, 15);
        lines.retain(|line| !shot.contains(line.as_str()));
        if shot.contains("▸? z") {
            break;
        }
        desk.keys("down");
    }
    assert!(lines.is_empty() && seen(&mut desk, "▸? z"), "{lines:?}\n{}", desk.shot(60, 15));
    desk.keys("up");
    assert!(seen(&mut desk, "theirs 0"), "{}", desk.shot(60, 15));
}

#[test]
fn a_part_of_one_line_is_not_said_to_be_split() {
    let mut desk = collided(&text("base", 1), &text("mine", 1), &text("theirs", 1));
    desk.keys("home down");
    desk.shows("▸? part 1/1");
    assert!(!desk.shot(200, 40).contains("s split"));
    desk.keys("s");
    desk.shows("there is nothing to split");
    let mut desk = collided(&text("base", 2), &text("mine", 2), &text("theirs", 2));
    desk.keys("home down");
    assert!(desk.shot(200, 40).contains("s split"));
    desk.keys("s");
    desk.shows("part 1/2");
}

#[test]
fn a_long_name_and_a_long_value_are_shown_whole_where_there_is_room() {
    let record = |side: &str| {
        let long = "one thing and another ".repeat(8);
        format!(r#"{{"address":{{"of the house":{{"number":"{long}{side}"}}}},"z":"{side}"}}"#)
    };
    let mut desk = collided(&record("base"), &record("mine"), &record("theirs"));
    for (columns, rows) in [(60, 40), (100, 30), (120, 40)] {
        let shot = desk.shot(columns, rows);
        let words: Vec<&str> = shot.split(|one: char| !one.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        let all = words.join(" ");
        assert!(shot.contains("number") && all.contains("house"), "{shot}");
        assert!(all.contains("theirs") && all.contains("mine"), "{shot}");
        assert!(!shot.lines().skip(2).take(12).any(|line| line.contains('…')), "{shot}");
    }
    desk.keys("b");
    let shot = desk.shot(100, 30);
    assert!(shot.contains(" base ") && shot.contains("mine: you, from v7 ▶"), "{shot}");
}

#[test]
fn of_a_long_change_both_sides_are_told_from_where_they_differ() {
    let record = |side: &str| format!(r#"{{"name":"{}{side}"}}"#, "the same beginning of it ".repeat(8));
    let mut desk = collided(&record("base"), &record("mine"), &record("theirs"));
    desk.keys("right");
    for (columns, rows) in [(60, 15), (80, 24)] {
        let shot = desk.shot(columns, rows);
        let will = shot.lines().find(|line| line.contains("! replace bob's name")).unwrap();
        assert!(will.contains("theirs →") && will.contains("mine"), "{shot}");
    }
}
