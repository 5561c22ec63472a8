//! JSON Merge Patch (RFC 7396): an object laid over another, where null takes away; refuses to know operations.

use indexmap::IndexSet;

use super::fault::PatchFault;
use super::operation::a;
use crate::pointer::Pointer;
use crate::value::{Object, Value};

/// `fields` with `patch` laid over them.
///
/// # Errors
/// Unprocessable where the patch is no object: it would replace the record as a whole, and by none.
pub(super) fn apply(fields: &Object, patch: &Value) -> Result<Object, PatchFault> {
    let Value::Object(patch) = patch else {
        let what = format!("the patch is {} and would replace the record, which must stay an object", a(patch));
        return Err(PatchFault::unfit(&what));
    };
    let mut fields = fields.clone();
    lay_over(&mut fields, patch);
    Ok(fields)
}

/// `MergePatch` of RFC 7396 section 2 for an object. Members stay in place, new ones come last.
fn lay_over(target: &mut Object, patch: &Object) {
    for (name, value) in patch {
        match (value, target.get_mut(name)) {
            (Value::Null, _) => {}
            (value, Some(member)) => laid_over(member, value),
            (value, None) => {
                let mut member = Value::Null;
                laid_over(&mut member, value);
                target.insert(name.clone(), member);
            }
        }
    }
    // All at once: taking members out one by one moves those behind them each time.
    if patch.values().any(|value| *value == Value::Null) {
        target.retain(|name, _| patch.get(name) != Some(&Value::Null));
    }
}

/// `MergePatch` of RFC 7396 section 2 for any value.
fn laid_over(target: &mut Value, patch: &Value) {
    match (target, patch) {
        (Value::Object(target), Value::Object(patch)) => lay_over(target, patch),
        (target, Value::Object(patch)) => {
            let mut members = Object::new();
            lay_over(&mut members, patch);
            *target = Value::Object(members);
        }
        (target, value) => *target = value.clone(),
    }
}

/// The places that `patch` writes: members it gives or takes, and those it makes into an object.
pub(super) fn touches(patch: &Value) -> IndexSet<Pointer> {
    let mut found = IndexSet::new();
    gather(patch, &mut Vec::new(), &mut found);
    found
}

fn gather(patch: &Value, path: &mut Vec<String>, found: &mut IndexSet<Pointer>) {
    match patch {
        Value::Object(members) if !members.is_empty() => {
            for (name, value) in members {
                path.push(name.as_str().to_owned());
                gather(value, path, found);
                path.pop();
            }
        }
        Value::Object(_) if path.is_empty() => {}
        _ => drop(found.insert(Pointer::new(path.clone()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_rfc_hold() {
        // RFC 7396 appendix A.
        for (original, patch, result) in [
            (r#"{"a":"b"}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
            (r#"{"a":"b"}"#, r#"{"b":"c"}"#, r#"{"a":"b","b":"c"}"#),
            (r#"{"a":"b"}"#, r#"{"a":null}"#, r#"{}"#),
            (r#"{"a":"b","b":"c"}"#, r#"{"a":null}"#, r#"{"b":"c"}"#),
            (r#"{"a":["b"]}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
            (r#"{"a":"c"}"#, r#"{"a":["b"]}"#, r#"{"a":["b"]}"#),
            (r#"{"a":{"b":"c"}}"#, r#"{"a":{"b":"d","c":null}}"#, r#"{"a":{"b":"d"}}"#),
            (r#"{"a":[{"b":"c"}]}"#, r#"{"a":[1]}"#, r#"{"a":[1]}"#),
            (r#"["a","b"]"#, r#"["c","d"]"#, r#"["c","d"]"#),
            (r#"{"a":"b"}"#, r#"["c"]"#, r#"["c"]"#),
            (r#"{"a":"foo"}"#, "null", "null"),
            (r#"{"a":"foo"}"#, r#""bar""#, r#""bar""#),
            (r#"{"e":null}"#, r#"{"a":1}"#, r#"{"e":null,"a":1}"#),
            ("[1,2]", r#"{"a":"b","c":null}"#, r#"{"a":"b"}"#),
            ("{}", r#"{"a":{"bb":{"ccc":null}}}"#, r#"{"a":{"bb":{}}}"#),
        ] {
            let [mut target, patch] = [original, patch].map(|text| Value::parse(text).unwrap());
            laid_over(&mut target, &patch);
            assert_eq!(target.to_json(), result, "{original} with {}", patch.to_json());
        }
    }
}
