//! What `midair merge --json` lists: every unit, how it stands, and what becomes of it.

use midair_record::merge::{Merge, State, Unit};
use midair_record::schema::Violation;
use midair_record::{Object, Value};

/// The units as indented JSON.
pub fn of(merge: &Merge, faults: &[Violation]) -> String {
    let units: Vec<String> =
        merge.units().iter().map(|unit| format!("    {}", Value::Object(described(unit)).to_json())).collect();
    let units = if units.is_empty() { "[]".to_owned() } else { format!("[\n{}\n  ]", units.join(",\n")) };
    let fault = |fault: &Violation| {
        let members = [("at", fault.at.to_string()), ("what", fault.what.clone())];
        let members = members.map(|(name, says)| (name.into(), Value::string(says)));
        Value::Object(Object::from_iter(members))
    };
    let faults = Value::Array(faults.iter().map(fault).collect()).to_json();
    let open = merge.conflicts();
    format!("{{\n  \"clean\": {},\n  \"open\": {open},\n  \"faults\": {faults},\n  \"units\": {units}\n}}\n", open == 0)
}

fn described(unit: &Unit) -> Object {
    let mut members = Object::new();
    let mut put = |name: &str, value: Value| drop(members.insert(name.into(), value));
    put("at", Value::string(unit.at.to_string()));
    if unit.is_group() {
        put("with", Value::Array(unit.with.iter().map(|at| Value::string(at.to_string())).collect()));
    }
    put(
        "state",
        Value::string(match unit.state {
            State::OnlyMine => "only mine",
            State::OnlyTheirs => "only theirs",
            State::Same => "same",
            State::Merged => "merged",
            State::Conflict(_) => "conflict",
        }),
    );
    if let State::Conflict(kind) = unit.state {
        put("kind", Value::string(kind.words()));
    }
    put("rule", Value::string(unit.rule.to_string()));
    put("reason", Value::string(unit.reason.words()));
    for (name, side) in [("base", &unit.base), ("mine", &unit.mine), ("theirs", &unit.theirs), ("merged", &unit.merged)]
    {
        if let Some(value) = side {
            put(name, value.clone());
        }
    }
    members
}
