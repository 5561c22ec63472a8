//! The laws of a merged record as text: it says what merged is, and is written as the sides are.

use midair_record::merge::rule::Rules;
use midair_record::merge::{Merge, Pick, Printed, Texts, markers};
use midair_record::{Record, Value};
use proptest::collection::vec;
use proptest::prelude::*;

use super::generated::schemas::schema;
use super::generated::{Triple, spaced, spaces, triple};
use super::reading::sources;
use super::{compact, thorough};

/// Three versions of a record as they were written.
#[derive(Clone, Debug)]
struct Written {
    base: String,
    mine: String,
    theirs: String,
}

impl Written {
    fn merge(&self, rules: &Rules) -> Merge {
        let [base, mine, theirs] = [&self.base, &self.mine, &self.theirs].map(|text| Value::parse(text).unwrap());
        Merge::of(rules, Some(base), mine, theirs)
    }

    fn texts(&self) -> Texts<'_> {
        Texts { base: Some(&self.base), mine: &self.mine, theirs: &self.theirs }
    }
}

/// Each side written in its own way.
fn strangers() -> impl Strategy<Value = Written> {
    (triple(), spaces(), spaces(), spaces()).prop_map(|(Triple { base, mine, theirs }, b, m, t)| Written {
        base: spaced(&compact(&base), &b),
        mine: spaced(&compact(&mine), &m),
        theirs: spaced(&compact(&theirs), &t),
    })
}

/// Mine and theirs made of the text of base, as editors do that keep what they do not change.
fn edited() -> impl Strategy<Value = Written> {
    (triple(), spaces()).prop_map(|(Triple { base, mine, theirs }, spaces)| {
        let base = Record::parse(&spaced(&compact(&base), &spaces)).unwrap();
        let [mine, theirs] = [mine, theirs].map(|fields| base.rewritten(&fields).text().to_owned());
        Written { base: base.text().to_owned(), mine, theirs }
    })
}

fn written() -> impl Strategy<Value = Written> {
    prop_oneof![strangers(), edited()]
}

/// The source in all of them of what is written alike on all sides.
fn kept<'t>(base: &'t str, mine: &str, theirs: &str, printed: &'t str, found: &mut Vec<(&'t str, Option<&'t str>)>) {
    let (base, mine, theirs, printed) = (sources(base), sources(mine), sources(theirs), sources(printed));
    for (name, base) in base {
        let (Some(mine), Some(theirs)) = (mine.get(&name), theirs.get(&name)) else { continue };
        let now = printed.get(&name).map(|now| now.get());
        if base.get() == mine.get() && base.get() == theirs.get() {
            found.push((base.get(), now));
        } else if let Some(now) = now
            && [base.get(), mine.get(), theirs.get(), now].iter().all(|text| text.starts_with('{'))
        {
            kept(base.get(), mine.get(), theirs.get(), now, found);
        }
    }
}

fn clean(merge: &Merge) -> Option<Vec<Option<Value>>> {
    merge.units().iter().map(|unit| unit.automatic()).collect()
}

fn settled(merge: &Merge, picks: Vec<Option<Value>>, texts: Texts) -> String {
    let picks: Vec<Pick> = picks.into_iter().map(Pick::Value).collect();
    let printed = merge.print(&picks, texts);
    let text = |part: &Printed| match part {
        Printed::Text(text) => text.clone(),
        Printed::Open { .. } => panic!("nothing is open"),
    };
    printed.iter().map(text).collect()
}

proptest! {
    #![proptest_config(thorough())]

    #[test]
    fn the_printed_text_says_what_merged_is(written in written(), schema in schema(), wanted in vec(0..3u8, 1..5)) {
        let merge = written.merge(&schema.rules());
        let units = merge.units().iter().zip(wanted.iter().cycle());
        let chosen = units.map(|(unit, wanted)| match wanted {
            0 => unit.mine.clone(),
            1 => unit.theirs.clone(),
            _ => unit.base.clone(),
        });
        for picks in clean(&merge).into_iter().chain([chosen.collect()]) {
            if let Some(merged) = merge.assemble_value(&picks) {
                let text = settled(&merge, picks, written.texts());
                let read = Value::parse(&text);
                prop_assert_eq!(read.map(|read| read.to_json()), Ok(merged.to_json()), "{}", text);
            }
        }
    }

    #[test]
    fn a_member_that_nobody_touched_keeps_its_bytes(written in written(), schema in schema()) {
        let merge = written.merge(&schema.rules());
        if let Some(picks) = clean(&merge) {
            let text = settled(&merge, picks, written.texts());
            let mut found = Vec::new();
            kept(&written.base, &written.mine, &written.theirs, &text, &mut found);
            for (was, now) in found {
                prop_assert_eq!(now, Some(was), "in {}", text);
            }
        }
    }

    #[test]
    fn a_text_that_only_one_side_changed_is_that_text(written in edited(), schema in schema(), mine in any::<bool>()) {
        let Written { base, mine: changed, .. } = written;
        let [my, their] = if mine { [&changed, &base] } else { [&base, &changed] };
        let one_sided = Written { base: base.clone(), mine: my.clone(), theirs: their.clone() };
        let merge = one_sided.merge(&schema.rules());
        let picks = clean(&merge).unwrap();
        prop_assert_eq!(settled(&merge, picks, one_sided.texts()), changed);
    }

    #[test]
    fn what_is_open_is_printed_without_a_panic(
        written in written(),
        schema in schema(),
        open in vec(0..4u8, 1..5),
        label in any::<bool>(),
        size in 0..9usize,
        base_known in any::<bool>(),
    ) {
        let known = written.merge(&schema.rules());
        let [mine, theirs] = [&written.mine, &written.theirs].map(|text| Value::parse(text).unwrap());
        let merge = if base_known { known } else { Merge::of(&schema.rules(), None, mine, theirs) };
        let texts = Texts { base: Some(&*written.base).filter(|_| base_known), ..written.texts() };
        let pick = |(unit, open): (&midair_record::merge::Unit, &u8)| match open {
            0 => Pick::Value(unit.theirs.clone()),
            1 => unit.automatic().map_or(Pick::Open, Pick::Value),
            2 => Pick::Value(None),
            _ => Pick::Open,
        };
        let picks: Vec<Pick> = merge.units().iter().zip(open.iter().cycle()).map(pick).collect();
        let printed = merge.print(&picks, texts);
        let any_open = printed.iter().any(|part| matches!(part, Printed::Open { .. }));
        prop_assert_eq!(any_open, picks.contains(&Pick::Open));
        drop(markers(&printed, ("mine", label.then_some("base"), "theirs"), size));
    }
}
