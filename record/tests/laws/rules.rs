//! The laws of the merge rules: what comes of arrays, groups, counters, and what is always asked.

use std::collections::HashSet;

use midair_record::merge::rule::Rule;
use midair_record::merge::{State, Unit, merge, merge_by};
use midair_record::{Object, Pointer, Value};
use proptest::collection::vec;
use proptest::prelude::*;

use super::generated::schemas::{nothing, schema, schema_with_rules};
use super::generated::{Triple, triple};
use super::reading::{arrays, counts, elements};
use super::{collision, compact, decide, side, thorough};

/// What a schema says of the member `name`.
fn inside<'s>(schema: &'s Object, name: &str) -> Option<&'s Object> {
    let named = schema.get("properties").and_then(|members| members.as_object()?.get(name));
    named.or_else(|| schema.get("additionalProperties"))?.as_object()
}

/// As much of a value as is always asked, in an order of its own.
fn always_asked(schema: &Object, value: &Value) -> Option<Value> {
    if schema.get("x-merge").and_then(Value::as_str) == Some("manual") {
        return Some(value.clone());
    }
    match value {
        Value::Object(members) => {
            let part = |(name, value): (&midair_record::Text, &Value)| {
                Some((name.clone(), always_asked(inside(schema, name.as_str())?, value)?))
            };
            let parts: Object = members.iter().filter_map(part).collect();
            (!parts.is_empty()).then_some(Value::Object(parts))
        }
        Value::Array(elements) => {
            let items = schema.get("items")?.as_object()?;
            let mut parts: Vec<Value> = elements.iter().filter_map(|element| always_asked(items, element)).collect();
            parts.sort_by_key(Value::canonical);
            (!parts.is_empty()).then_some(Value::Array(parts))
        }
        _ => None,
    }
}

/// What stands of a group in an object.
fn part(names: &[Value], members: Option<&Value>) -> Option<Object> {
    let members = members?.as_object()?;
    let of = |name: &Value| Some((name.as_str()?.into(), members.get(name.as_str()?)?.clone()));
    Some(names.iter().filter_map(of).collect())
}

/// The groups that are neither as in base, nor as in mine, nor as in theirs.
fn torn(schema: &Object, merged: &Value, sides: [Option<&Value>; 3], found: &mut Vec<String>) {
    let Some(members) = merged.as_object() else { return };
    if let Some(Value::Array(groups)) = schema.get("x-merge-groups") {
        for group in groups {
            let Value::Array(names) = group else { continue };
            if names.len() < 2 {
                continue;
            }
            let now = part(names, Some(merged));
            if sides.iter().all(|side| part(names, *side).unwrap_or_default() != now.clone().unwrap_or_default()) {
                found.push(group.to_json());
            }
        }
    }
    for (name, value) in members {
        if let Some(schema) = inside(schema, name.as_str()) {
            let sides = sides.map(|side| side?.as_object()?.get(name));
            torn(schema, value, sides, found);
        }
    }
}

/// The arrays that a rule made of both sides: merged, base, mine, theirs.
fn merged_arrays(units: &[Unit]) -> Vec<([&[Value]; 4], &Unit)> {
    fn lists(unit: &Unit) -> Option<[&[Value]; 4]> {
        let [merged, base, mine, theirs] =
            [&unit.merged, &unit.base, &unit.mine, &unit.theirs].map(|side| elements(side.as_ref()));
        Some([merged?, base.unwrap_or_default(), mine?, theirs?])
    }
    let merged = units.iter().filter(|unit| unit.state == State::Merged);
    merged.filter_map(|unit| Some((lists(unit)?, unit))).collect()
}

/// The first member by which the elements of all sides are known.
fn key(sides: &[&[Value]]) -> Option<&'static str> {
    let all = || sides.iter().flat_map(|side| side.iter());
    let fits = |name: &&str| {
        let known =
            |value: &Value| matches!(value.as_object()?.get(*name)?, Value::String(_) | Value::Number(_)).then_some(());
        all().all(|value| known(value).is_some()) && sides.iter().all(|side| is_unique(name, side))
    };
    all().next()?;
    ["id", "name", "value"].into_iter().find(fits)
}

fn keys<'v>(name: &str, elements: &'v [Value]) -> Vec<&'v Value> {
    elements.iter().filter_map(|value| value.as_object()?.get(name)).collect()
}

fn is_unique(name: &str, elements: &[Value]) -> bool {
    let mut seen = HashSet::new();
    keys(name, elements).into_iter().all(|key| seen.insert(key.canonical()))
}

/// The arrays of a merged record that all sides know by one key: the key, merged, and each side.
fn keyed<'v>(merged: &'v Object, sides: [&'v Object; 3]) -> Vec<(Pointer, &'static str, [&'v [Value]; 4])> {
    let known = |at: Pointer| {
        let [base, mine, theirs] = sides.map(|side| elements(at.get(side)));
        let sides = [base?, mine?, theirs?];
        Some((at.clone(), key(&sides)?, [elements(at.get(merged))?, sides[0], sides[1], sides[2]]))
    };
    arrays(merged).into_iter().filter_map(known).collect()
}

proptest! {
    #![proptest_config(thorough())]

    #[test]
    fn what_is_always_asked_is_never_merged_by_itself(
        Triple { base, mine, theirs } in triple(),
        schema in schema_with_rules(),
    ) {
        let rules = schema.rules();
        let value = schema.value();
        let asked = |side: &Object| always_asked(value.as_object().unwrap(), &Value::Object(side.clone()));
        let touched = asked(&mine) != asked(&theirs) && (asked(&mine) != asked(&base) || asked(&theirs) != asked(&base));
        if mine != base && theirs != base && touched {
            let merged = merge_by(&rules, Some(&base), &mine, &theirs).clean();
            prop_assert_eq!(merged.as_ref().map(compact), None);
        }
    }

    #[test]
    fn a_group_is_never_half_one_side_and_half_another(
        triple in triple(),
        schema in schema_with_rules(),
        sides in vec(side(), 1..6),
    ) {
        let mut settling = collision(&triple, &schema);
        decide(&mut settling, &sides);
        let (value, merged) = (schema.value(), Value::Object(settling.merged()));
        let sides = [&triple.base, &triple.mine, &triple.theirs].map(|side| Value::Object(side.clone()));
        let mut found = Vec::new();
        torn(value.as_object().unwrap(), &merged, sides.each_ref().map(Some), &mut found);
        prop_assert!(found.is_empty(), "{:?} in {}", found, merged.to_json());
    }

    /// But for what is appended: two entries of a log that say the same are two entries.
    #[test]
    fn no_list_repeats_a_scalar_that_no_side_repeats(Triple { base, mine, theirs } in triple(), schema in schema()) {
        let merge = merge_by(&schema.rules(), Some(&base), &mine, &theirs);
        let appended = |unit: &Unit| unit.rule == Rule::Append;
        for (lists, unit) in merged_arrays(merge.units()).into_iter().filter(|(_, unit)| !appended(unit)) {
            let [merged, base, mine, theirs] = lists.map(|list| {
                let scalars: Vec<Value> =
                    list.iter().filter(|one| !matches!(one, Value::Array(_) | Value::Object(_))).cloned().collect();
                counts(&scalars)
            });
            for (scalar, count) in merged {
                let most = [&base, &mine, &theirs].map(|side| side.get(&scalar).copied().unwrap_or(0)).into_iter().max();
                prop_assert!(count <= most.unwrap_or(0).max(1), "{} stands {} times at {}", scalar, count, unit.at);
            }
        }
    }

    /// But for elements that are merged inside.
    #[test]
    fn what_one_side_put_into_an_array_or_took_out_of_it_is_in_merged_or_is_not(
        Triple { base, mine, theirs } in triple(),
        schema in schema(),
    ) {
        let merge = merge_by(&schema.rules(), Some(&base), &mine, &theirs);
        let by_element = |unit: &Unit| !matches!(unit.rule, Rule::Map(_));
        for (lists, unit) in merged_arrays(merge.units()).into_iter().filter(|(_, unit)| by_element(unit)) {
            let [merged, base, mine, theirs] = lists.map(counts);
            for element in base.keys().chain(mine.keys()).chain(theirs.keys()) {
                let [now, base, mine, theirs] =
                    [&merged, &base, &mine, &theirs].map(|side| side.get(element).copied().unwrap_or(0));
                let mut wanted = match () {
                    () if theirs == base => mine,
                    () if mine == base => theirs,
                    () => continue,
                };
                if unit.rule == Rule::Set {
                    wanted = wanted.min(1);
                }
                prop_assert_eq!(now, wanted, "of {} at {} by {}", element, &unit.at, &unit.rule);
            }
        }
    }

    #[test]
    fn no_keyed_array_has_a_key_twice(triple in triple(), sides in vec(side(), 1..6)) {
        let mut settling = collision(&triple, &nothing());
        let taken_as_it_is = settling.merged();
        decide(&mut settling, &sides);
        for merged in [taken_as_it_is, settling.merged()] {
            for (at, key, [merged, ..]) in keyed(&merged, [&triple.base, &triple.mine, &triple.theirs]) {
                prop_assert!(is_unique(key, merged), "{} twice at {}", key, at);
            }
        }
    }

    #[test]
    fn an_element_that_one_side_added_is_there_and_one_that_it_removed_is_not(
        Triple { base, mine, theirs } in triple(),
    ) {
        if let Some(merged) = merge(Some(&base), &mine, &theirs).clean() {
            for (at, name, lists) in keyed(&merged, [&base, &mine, &theirs]) {
                let [merged, base, mine, theirs] = lists.map(|list| keys(name, list));
                for key in base.iter().chain(&mine).chain(&theirs) {
                    let [now, base, mine, theirs] = [&merged, &base, &mine, &theirs].map(|side| side.contains(key));
                    let wanted = if theirs == base { mine } else { theirs };
                    prop_assert_eq!(now, wanted, "{} at {}", key.to_json(), at);
                }
            }
        }
    }

    #[test]
    fn what_both_added_to_a_counter_is_added(base in any::<i32>(), mine in any::<i32>(), theirs in any::<i32>()) {
        let schema = Value::parse(r#"{"additionalProperties":{"x-merge":"counter"}}"#).unwrap();
        let rules = midair_record::merge::rule::Rules::of_schema(&schema).unwrap();
        let side = |count: i32| Value::parse(&format!(r#"{{"n":{count}}}"#)).unwrap().as_object().unwrap().clone();
        let merged = merge_by(&rules, Some(&side(base)), &side(mine), &side(theirs)).clean();
        let wanted = i64::from(mine) + i64::from(theirs) - i64::from(base);
        prop_assert_eq!(merged.and_then(|merged| merged.get("n").map(Value::to_json)), Some(wanted.to_string()));
    }
}
