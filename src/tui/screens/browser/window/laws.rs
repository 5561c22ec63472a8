//! Laws of the window: whatever way leads through a list, and whoever writes meanwhile, it shows what the whole list would.

use std::collections::VecDeque;

use midair_record::Record;
use midair_record::wire::Token;
use proptest::prelude::*;

use super::*;

fn stored(id: &str) -> Stored {
    Stored {
        id: id.into(),
        version: 1,
        token: Token::parse("\"1-t\"").unwrap(),
        updated_at: String::new(),
        updated_by: String::new(),
        note: None,
        fields: Record::parse("{}").unwrap(),
    }
}

/// What a server answers that has these ids, in order, and gives `most` records a page at the most. Of the ids those count
/// that end in one of `ends`; it looks at twenty of them for a page, as one that looks for a rare text does.
fn answer(ids: &[String], ends: &str, most: usize, part: &Part) -> Page {
    let way: Vec<&String> = if part.backwards { ids.iter().rev().collect() } else { ids.iter().collect() };
    let beyond = |id: &String| match &part.after {
        Some(after) if part.backwards => *id < *after,
        Some(after) => *id > *after,
        None => true,
    };
    let way: Vec<&String> = way.into_iter().filter(|id| beyond(id)).collect();
    let (mut items, mut looked) = (Vec::new(), 0);
    for id in &way {
        let passes = id.ends_with(|end| ends.contains(end));
        if (passes && items.len() == most.min(part.limit)) || (looked == 20 && ends.len() < 10) {
            break;
        }
        looked += 1;
        items.extend(passes.then(|| stored(id)));
    }
    let next = (looked < way.len()).then(|| way[looked.max(1) - 1].clone());
    let total = (ends.len() == 10).then_some(ids.len() as u64);
    Page { items, next, total }
}

#[derive(Clone, Debug)]
enum Step {
    Go(isize),
    First,
    Last,
    Creates(u32),
    Deletes(u32),
    Again,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => prop_oneof![-1..=1_isize, -60..=60_isize].prop_map(Step::Go),
        1 => Just(Step::First),
        1 => Just(Step::Last),
        1 => any::<u32>().prop_map(Step::Creates),
        1 => any::<u32>().prop_map(Step::Deletes),
        1 => Just(Step::Again),
    ]
}

fn name(number: u32) -> String {
    format!("r{number:05}")
}

/// Asks for what is lacking, until nothing is.
fn settles(window: &mut Window, ids: &[String], ends: &str, most: usize) {
    let mut rounds = 0;
    while let Some(part) = window.lacks() {
        window.take(&part, answer(ids, ends, most, &part));
        rounds += 1;
        assert!(rounds < 1_000, "it asks for {part:?} again and again");
    }
}

fn is_true(window: &Window, ids: &[String], ends: &str) -> Result<(), TestCaseError> {
    let listed: Vec<&String> = ids.iter().filter(|id| id.ends_with(|end| ends.contains(end))).collect();
    let loaded: Vec<&String> = window.rows().iter().map(|row| &row.id).collect();
    prop_assert!(loaded.len() <= MOST + AHEAD, "{} records are kept", loaded.len());
    let Some(first) = loaded.first() else {
        prop_assert!(listed.is_empty());
        return Ok(());
    };
    let start = listed.iter().position(|id| id == first);
    let start = start.expect("what is loaded is listed");
    prop_assert_eq!(&listed[start..start + loaded.len()], &loaded[..], "a stretch of the list, without a gap");
    let all_before = window.before.is_none();
    prop_assert!(!all_before || start == 0, "the first row is the first record");
    prop_assert!(window.after.is_some() || start + loaded.len() == listed.len(), "the last row is the last record");
    let place = (start + window.focus()) as u64 + 1;
    prop_assert!(window.place().is_none_or(|told| told == place), "{:?} is told, it is {place}", window.place());
    prop_assert!(window.total().is_none_or(|told| told == listed.len() as u64), "{:?} is told", window.total());
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn any_way_through_the_window_shows_what_the_whole_list_would(
        count in 0..3_000_u32, most in 1..120_usize, rare in any::<bool>(), steps in prop::collection::vec(step(), 1..80),
    ) {
        let ends = if rare { "36" } else { "0123456789" };
        let mut ids: Vec<String> = (0..count).map(|number| name(number * 3)).collect();
        let mut window = Window::default();
        let part = window.again();
        window.take(&part, answer(&ids, ends, most, &part));
        settles(&mut window, &ids, ends, most);
        for step in steps {
            let listed: Vec<String> =
                ids.iter().filter(|id| id.ends_with(|end| ends.contains(end))).cloned().collect();
            let at = window.focused().map(|row| listed.iter().position(|id| *id == row.id).unwrap());
            let under = window.focused().map(|row| row.id.clone());
            let last = listed.len().saturating_sub(1);
            let whole = |backwards| Part { after: None, backwards, limit: AHEAD };
            let mut expected = None;
            match step {
                Step::Go(records) => {
                    expected = at.map(|at| at.saturating_add_signed(records).min(last));
                    window.go(records);
                }
                Step::First | Step::Last => {
                    let backwards = matches!(step, Step::Last);
                    expected = at.map(|_| if backwards { last } else { 0 });
                    let there = if backwards { window.go_to_last() } else { window.go_to_first() };
                    if !there {
                        let part = whole(backwards);
                        window.take(&part, answer(&ids, ends, most, &part));
                        window.go_to(if backwards { usize::MAX } else { 0 });
                    }
                }
                Step::Creates(number) => {
                    let id = name(number % 9_000);
                    if let Err(at) = ids.binary_search(&id) {
                        ids.insert(at, id.clone());
                        if window.created(&id, !rare) {
                            let part = window.again();
                            window.take(&part, answer(&ids, ends, most, &part));
                        }
                    }
                }
                Step::Deletes(number) if !ids.is_empty() => {
                    let id = ids.remove(number as usize % ids.len());
                    window.deleted(&id, !rare);
                }
                Step::Deletes(_) => {}
                Step::Again => {
                    let part = window.again();
                    window.take(&part, answer(&ids, ends, most, &part));
                }
            }
            let expected = expected.map(|at| listed[at].clone());
            // Where few records pass, an end may be far from the first record that is found on the way to it.
            settles(&mut window, &ids, ends, most);
            is_true(&window, &ids, ends)?;
            match expected {
                Some(expected) if !rare && most > 60 => prop_assert_eq!(&window.focused().unwrap().id, &expected),
                None if under.as_ref().is_some_and(|id| ids.contains(id)) && !rare => {
                    prop_assert_eq!(window.focused().map(|row| row.id.clone()), under);
                }
                _ => {}
            }
        }
    }
}

#[test]
fn a_million_records_are_scrolled_through_in_a_window_of_a_few_hundred() {
    const MANY: usize = 1_000_000;
    let page = |part: &Part| {
        let number = |id: &String| id[1..].parse::<usize>().unwrap();
        let numbers: Vec<usize> = match (&part.after, part.backwards) {
            (None, false) => (0..part.limit).collect(),
            (None, true) => (MANY - part.limit..MANY).rev().collect(),
            (Some(after), false) => (number(after) + 1..MANY).take(part.limit).collect(),
            (Some(after), true) => (0..number(after)).rev().take(part.limit).collect(),
        };
        let ends = numbers.contains(&(if part.backwards { 0 } else { MANY - 1 }));
        let items: Vec<Stored> = numbers.into_iter().map(|at| stored(&format!("r{at:07}"))).collect();
        let next = (!ends).then(|| items[items.len() - 1].id.clone());
        Page { items, next, total: Some(MANY as u64) }
    };
    let mut window = Window::default();
    let first = window.again();
    let mut waiting: VecDeque<Part> = [first].into();
    let mut most = 0;
    for step in 0..60_000 {
        if let Some(part) = waiting.pop_front() {
            window.take(&part, page(&part));
        }
        waiting.extend(window.lacks());
        assert_eq!(window.place(), Some(step * 20 + 1).filter(|place| *place <= MANY as u64).or(Some(MANY as u64)));
        most = most.max(window.rows().len());
        window.go(20);
    }
    assert!(most <= MOST + AHEAD, "{most}");
    assert!(window.go_to_last() && !window.go_to_first(), "its end is loaded, its start is not");
    assert_eq!(window.focused().unwrap().id, "r0999999");
}
