//! The laws of reading, comparing and rewriting one record.

use midair_record::diff::{apply, diff};
use midair_record::{Record, Value, json};
use proptest::prelude::*;

use super::generated::{edited, edits, object, text, written};
use super::reading::{sources, strings};
use super::thorough;

/// The source of every member that says the same in `now` as in `was`.
fn untouched<'t>(was: &'t str, now: &'t str, found: &mut Vec<(&'t str, &'t str)>) {
    let (was, now) = (sources(was), sources(now));
    for (name, was) in was {
        let Some(now) = now.get(&name) else { continue };
        let [before, after] = [was.get(), now.get()].map(|text| json::parse(text).unwrap());
        if before.canonical() == after.canonical() {
            found.push((was.get(), now.get()));
        } else if let (Value::Object(_), Value::Object(_)) = (before, after) {
            untouched(was.get(), now.get(), found);
        }
    }
}

proptest! {
    #![proptest_config(thorough())]

    #[test]
    fn a_difference_applied_gives_the_other(a in object(), b in object(), edits in edits(4)) {
        prop_assert_eq!(apply(&a, &diff(&a, &b)), b);
        let b = edited(&a, &edits);
        prop_assert_eq!(apply(&a, &diff(&a, &b)), b);
    }

    #[test]
    fn compact_text_comes_back_byte_for_byte(text in text()) {
        let read = json::parse(&text).unwrap();
        prop_assert_eq!(read.to_json(), text.as_str());
        prop_assert_eq!(json::parse(&read.canonical()), Ok(read));
    }

    #[test]
    fn strings_say_what_other_readers_read(text in text()) {
        let mut found = Vec::new();
        strings(&json::parse(&text).unwrap(), &mut found);
        for string in found {
            for literal in [string.to_json(), string.canonical()] {
                prop_assert_eq!(serde_json::from_str::<String>(&literal).unwrap(), string.as_str());
            }
        }
    }

    #[test]
    fn an_unchanged_record_is_rewritten_byte_for_byte(record in written()) {
        let rewritten = record.rewritten(record.fields());
        prop_assert_eq!(rewritten.text(), record.text());
    }

    #[test]
    fn an_edited_record_says_the_edit_and_keeps_every_other_byte(record in written(), edits in edits(3)) {
        let fields = edited(record.fields(), &edits);
        let rewritten = record.rewritten(&fields);
        let read = Record::parse(rewritten.text()).unwrap();
        prop_assert_eq!(read.canonical(), Record::of(fields).canonical());
        let mut same = Vec::new();
        untouched(record.text(), rewritten.text(), &mut same);
        for (was, now) in same {
            prop_assert_eq!(was, now);
        }
        for name in record.fields().keys() {
            if let Some((kept, _)) = read.fields().get_key_value(name) {
                prop_assert_eq!(kept.to_json(), name.to_json());
            }
        }
    }
}
