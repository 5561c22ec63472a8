//! The laws of patches: nothing panics, nothing untouched changes, and what may come in any order does.

use midair_record::diff::diff;
use midair_record::{Object, Patch, PatchKind, Pointer, Record, Text, Value};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::generated::{object, value};
use super::{compact, thorough};

fn patch(kind: PatchKind, patch: &Value) -> Patch {
    Patch::parse(kind, patch.to_json().as_bytes()).unwrap()
}

/// A value without members that are null, which a merge patch cannot give.
fn without_nulls(value: &Value) -> Value {
    let Value::Object(members) = value else { return value.clone() };
    let kept = members.iter().filter(|(_, value)| **value != Value::Null);
    Value::Object(kept.map(|(name, value)| (name.clone(), without_nulls(value))).collect())
}

/// The merge patch that leads from `a` to `b`.
fn between(a: &Object, b: &Object) -> Value {
    let mut patch = Object::new();
    for name in a.keys().filter(|name| !b.contains_key(*name)) {
        patch.insert(name.clone(), Value::Null);
    }
    for (name, now) in b {
        match (a.get(name), now) {
            (Some(was), now) if was == now => {}
            (Some(Value::Object(was)), Value::Object(now)) => drop(patch.insert(name.clone(), between(was, now))),
            (_, now) => drop(patch.insert(name.clone(), now.clone())),
        }
    }
    Value::Object(patch)
}

/// Every place in `value`, the whole included, with what stands there.
fn places<'v>(value: &'v Value, at: &Pointer, found: &mut Vec<(Pointer, &'v Value)>) {
    found.push((at.clone(), value));
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, value)| places(value, &at.child(name.as_str()), found))
        }
        Value::Array(elements) => {
            elements.iter().enumerate().for_each(|(index, value)| places(value, &at.child(&index.to_string()), found));
        }
        _ => {}
    }
}

/// The outermost array on the way to `at`, which is written as a whole; `at` itself where there is none.
fn outermost_array(at: &Pointer, fields: &Object) -> Pointer {
    let mut ways = (1..at.names().len()).map(|length| Pointer::new(at.names()[..length].to_vec()));
    ways.find(|way| matches!(way.get(fields), Some(Value::Array(_)))).unwrap_or(at.clone())
}

fn members<const N: usize>(members: [(&str, Value); N]) -> Value {
    Value::Object(members.into_iter().map(|(name, value)| (Text::from(name), value)).collect())
}

/// A pointer that often leads somewhere in a generated record.
fn path() -> impl Strategy<Value = String> {
    let step = select(&["/a", "/b", "/c", "/d.e", "/f~1g", "/~01", "/", "/0", "/1", "/-", "/id=\"x\"", "/~2"][..]);
    vec(step, 0..4).prop_map(|steps| steps.concat())
}

/// Operations of either kind, well-formed or not quite.
fn operations() -> impl Strategy<Value = Value> {
    let verb = select(&["add", "remove", "replace", "move", "copy", "test", "increment", "append"][..]);
    let by = select(&["1", "-0.50", "1e400", "null"][..]).prop_map(|by| Value::parse(by).unwrap());
    let operation = (verb, path(), path(), value(), by).prop_map(|(verb, path, from, value, by)| {
        members([
            ("op", Value::string(verb)),
            ("path", Value::string(path)),
            ("from", Value::string(from)),
            ("value", value),
            ("by", by),
        ])
    });
    vec(operation, 1..4).prop_map(Value::Array)
}

fn any_patch() -> impl Strategy<Value = Value> {
    prop_oneof![1 => value(), 1 => object().prop_map(Value::Object), 4 => operations()]
}

fn number() -> impl Strategy<Value = String> {
    let odd = select(&["0", "-0", "1.50", "1e400", "1E-2", "9007199254740993", "0.00"][..]).prop_map(str::to_owned);
    prop_oneof![odd, (any::<i64>(), 0..1000u16).prop_map(|(whole, part)| format!("{whole}.{part}"))]
}

/// An op on a counter or a set, by its number or by a value of its own.
fn op(own: &'static str) -> impl Strategy<Value = String> {
    prop_oneof![
        number().prop_map(|by| format!(r#"{{"op":"increment","path":"/n","by":{by}}}"#)),
        select(&["add", "remove"][..]).prop_map(move |op| format!(r#"{{"op":"{op}","path":"/s","value":{own}}}"#)),
    ]
}

/// `fields` with the elements of their set in an order of their own.
fn settled(fields: &Object) -> String {
    let mut fields = fields.clone();
    fields.sort_by(|a, _, b, _| a.as_str().cmp(b.as_str()));
    if let Some(Value::Array(elements)) = fields.get_mut("s") {
        elements.sort_by_key(Value::canonical);
    }
    compact(&fields)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(3_000), ..thorough() })]

    #[test]
    fn a_merge_patch_of_the_difference_leads_to_the_other(a in object(), b in object()) {
        let Value::Object(b) = without_nulls(&Value::Object(b)) else { unreachable!() };
        let patch = patch(PatchKind::MergePatch, &between(&a, &b));
        let after = patch.apply(&Record::of(a)).unwrap();
        prop_assert_eq!(after.fields(), &b);
    }

    #[test]
    fn a_merge_patch_applied_twice_is_applied_once(a in object(), b in object()) {
        let patch = patch(PatchKind::MergePatch, &Value::Object(b));
        let once = patch.apply(&Record::of(a)).unwrap();
        let twice = patch.apply(&once).unwrap();
        prop_assert_eq!(once.text(), twice.text());
    }

    #[test]
    fn a_test_of_every_place_succeeds_and_changes_no_byte(fields in object()) {
        let whole = Value::Object(fields.clone());
        let mut found = Vec::new();
        places(&whole, &Pointer::root(), &mut found);
        let test = |(at, value): &(Pointer, &Value)| members([
            ("op", Value::string("test")), ("path", Value::string(at.to_string())), ("value", (*value).clone()),
        ]);
        let patch = patch(PatchKind::JsonPatch, &Value::Array(found.iter().map(test).collect()));
        let record = Record::of(fields);
        let after = patch.apply(&record).unwrap();
        prop_assert_eq!(after.text(), record.text());
        prop_assert!(patch.touches().is_empty());
    }

    #[test]
    fn whatever_the_patch_what_it_does_not_touch_stays_as_written(fields in object(), sent in any_patch()) {
        let record = Record::of(fields);
        for kind in PatchKind::ALL {
            let Ok(patch) = Patch::parse(kind, sent.to_json().as_bytes()) else { continue };
            let Ok(after) = patch.apply(&record) else { continue };
            let read = Record::parse(after.text()).unwrap();
            prop_assert_eq!(compact(read.fields()), compact(after.fields()));
            let touches = patch.touches();
            let touched = |at: &Pointer| touches.iter().any(|other| other.overlaps(at));
            for change in diff(record.fields(), after.fields()) {
                prop_assert!(touched(&change.at), "{} changed, {:?} says it touches {:?}", change.at, patch, touches);
            }
            let whole = Value::Object(record.fields().clone());
            let mut found = Vec::new();
            places(&whole, &Pointer::root(), &mut found);
            for (at, was) in found.into_iter().filter(|(at, _)| !at.names().iter().any(|name| name.contains('='))) {
                if !at.is_root() && !touched(&outermost_array(&at, record.fields())) {
                    let now = at.get(after.fields()).map(Value::to_json);
                    prop_assert_eq!(now, Some(was.to_json()), "{}", at);
                }
            }
            let stayed = |one: &Object, other: &Object| {
                one.keys().filter(|name| other.contains_key(*name)).map(Text::to_json).collect::<Vec<_>>()
            };
            let moves = kind == PatchKind::JsonPatch;
            prop_assert!(
                moves || stayed(record.fields(), after.fields()) == stayed(after.fields(), record.fields()),
                "members moved"
            );
        }
    }

    #[test]
    fn ops_on_counters_and_sets_come_in_any_order(
        n in proptest::option::of(number()),
        s in proptest::option::of(vec(select(&["1", "1.0", "\"web\"", "{}"][..]), 0..4)),
        one in op("1"),
        other in op("\"web\""),
    ) {
        let n = n.map(|n| format!("\"n\":{n}"));
        let s = s.map(|s| format!("\"s\":[{}]", s.join(",")));
        let text = format!("{{{}}}", n.into_iter().chain(s).collect::<Vec<_>>().join(","));
        let record = Record::parse(&text).unwrap();
        let after = |ops: [&String; 2]| {
            let ops = format!("[{},{}]", ops[0], ops[1]);
            let patch = Patch::parse(PatchKind::Ops, ops.as_bytes()).unwrap();
            patch.apply(&record).map(|after| settled(after.fields())).map_err(|_| ())
        };
        prop_assert_eq!(after([&one, &other]), after([&other, &one]));
    }
}
