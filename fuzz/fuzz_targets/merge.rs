//! Merges whatever three JSON texts libFuzzer comes up with, and prints what comes of it.
//!
//! An input is a byte for the rules, and three texts with a record separator between them (RFC 7464). Try it with
//! `RUSTC_BOOTSTRAP=1 cargo fuzz run merge fuzz/corpus/merge fuzz/seeds/merge -- -dict=fuzz/json.dict`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use midair_record::Value;
use midair_record::merge::hunk::{HunkChoice, pieces};
use midair_record::merge::rule::{Rule, Rules};
use midair_record::merge::{Merge, Pick, Printed, Texts, Unit, markers};

/// What a unit takes.
type Chosen = Option<Value>;

/// A schema with this rule for every other member and element, some of them in a group.
fn rules(byte: u8) -> Rules {
    let rule = match Rule::ALL.get(usize::from(byte % 16)) {
        Some(rule) => format!(r#"{{"x-merge":"{}"}}"#, rule.word()),
        None => "{}".to_owned(),
    };
    let groups = if byte & 16 == 0 { "" } else { r#""x-merge-groups":[["a","b"],["c","d"]],"# };
    let inside =
        format!(r#"{{{groups}"properties":{{"a":{rule},"c":{rule}}},"items":{{"properties":{{"b":{rule}}}}}}}"#);
    let outside = format!(r#"{{{groups}"properties":{{"a":{rule},"b":{rule}}},"additionalProperties":{inside}}}"#);
    let schema = Value::parse(&outside).expect("the schema is JSON");
    Rules::of_schema(&schema).expect("the rules are well written")
}

/// The text that these picks come to, where none is open.
fn printed(merge: &Merge, picks: &[Chosen], texts: Texts) -> String {
    let picks: Vec<Pick> = picks.iter().cloned().map(Pick::Value).collect();
    let text = |part| match part {
        Printed::Text(text) => text,
        Printed::Open { .. } => panic!("every unit is decided"),
    };
    merge.print(&picks, texts).into_iter().map(text).collect()
}

/// Every unit by `pick`: what is assembled is what is printed.
fn settled(merge: &Merge, texts: Texts, pick: impl Fn(&Unit) -> Chosen) -> Option<Value> {
    let picks: Vec<Chosen> = merge.units().iter().map(pick).collect();
    let merged = merge.assemble_value(&picks)?;
    let text = printed(merge, &picks, texts);
    let read = Value::parse(&text).unwrap_or_else(|fault| panic!("{fault}: {text}"));
    assert_eq!(read.to_json(), merged.to_json(), "printed as {text}");
    Some(merged)
}

/// Every piece of a unit as `choice`, where it has some.
fn by_pieces(unit: &Unit, choice: HunkChoice) -> Option<Value> {
    let mut pieces = pieces(&unit.hunks);
    pieces.iter_mut().for_each(|piece| piece.choice = choice);
    (!pieces.is_empty()).then(|| unit.put_together(&pieces)).flatten()
}

fuzz_target!(|data: &[u8]| {
    let Some((&byte, rest)) = data.split_first() else { return };
    let Ok(rest) = std::str::from_utf8(rest) else { return };
    let mut parts = rest.splitn(3, '\u{1e}');
    let (Some(base), Some(mine), Some(theirs)) = (parts.next(), parts.next(), parts.next()) else { return };
    let texts = Texts { base: Some(base).filter(|_| byte & 32 == 0), mine, theirs };
    let (Ok(base), Ok(mine), Ok(theirs)) = (Value::parse(base), Value::parse(mine), Value::parse(theirs)) else {
        return;
    };
    let base = Some(base).filter(|_| texts.base.is_some());
    let merge = Merge::of(&rules(byte), base.clone(), mine.clone(), theirs.clone());

    for unit in merge.units() {
        let sides = [(HunkChoice::Mine, &unit.mine), (HunkChoice::Theirs, &unit.theirs)];
        for (choice, side) in sides {
            assert!(by_pieces(unit, choice).is_none_or(|put| Some(put) == *side), "{choice:?} at {}", unit.label());
        }
        assert!(!unit.rules().is_empty());
    }
    assert_eq!(settled(&merge, texts, |unit| unit.theirs.clone()), Some(theirs));
    settled(&merge, texts, |unit| unit.mine.clone());
    settled(&merge, texts, |unit| unit.base.clone());
    settled(&merge, texts, |unit| unit.both().or(unit.mine.clone()));
    settled(&merge, texts, |unit| by_pieces(unit, HunkChoice::Both).or(unit.theirs.clone()));
    if merge.conflicts() == 0 {
        settled(&merge, texts, |unit| unit.automatic().flatten());
    }
    if let (Some(base), Some(text)) = (&base, texts.base) {
        let one_sided = Merge::of(&rules(byte), Some(base.clone()), mine.clone(), base.clone());
        let texts = Texts { base: Some(text), mine: texts.mine, theirs: text };
        let merged = settled(&one_sided, texts, |unit| unit.automatic().expect("nobody else changed it"));
        assert_eq!(merged.map(|merged| merged.to_json()), Some(mine.to_json()));
    }
    let open = |unit: &Unit| unit.automatic().map_or(Pick::Open, Pick::Value);
    let picks: Vec<Pick> = merge.units().iter().map(open).collect();
    drop(markers(&merge.print(&picks, texts), ("mine", Some("base"), "theirs"), 7));
});
