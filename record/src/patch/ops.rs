//! midair's own operations, which say what is meant rather than what comes of it; refuses to know the schema's text.

use super::decimal;
use super::fault::{PatchFault, Stop, clipped, shown};
use super::operation::{Sent, a, index, lasting, nesting};
use crate::json::MAX_DEPTH;
use crate::merge::rule::{Rule, Rules};
use crate::pointer::{Pointer, place_by_key};
use crate::value::{Number, Object, Text, Value};

/// One operation and the place it is about.
#[derive(Clone, Debug)]
pub(super) struct Op {
    path: Pointer,
    act: Act,
}

#[derive(Clone, Debug)]
enum Act {
    Increment(Number),
    Add(Value),
    Remove(Value),
    Append(Value),
}

impl Act {
    fn verb(&self) -> &'static str {
        match self {
            Act::Increment(_) => "increment",
            Act::Add(_) => "add",
            Act::Remove(_) => "remove",
            Act::Append(_) => "append",
        }
    }

    /// Whether operations like this one may be done in any order where the schema declares `rule`.
    fn commutes_under(&self, rule: &Rule) -> bool {
        matches!(
            (self, rule),
            (Act::Increment(_), Rule::Counter)
                | (Act::Add(_) | Act::Remove(_), Rule::Set)
                | (Act::Append(_), Rule::Append)
        )
    }

    /// What there is when there was nothing; `None`: still nothing.
    fn started(&self) -> Result<Option<Value>, String> {
        Ok(match self {
            Act::Increment(by) => {
                let mut value = Value::Number(Number::parse("0").ok_or("0 is a number")?);
                increment(&mut value, by)?;
                Some(value)
            }
            Act::Add(value) | Act::Append(value) => Some(Value::Array(vec![value.clone()])),
            Act::Remove(_) => None,
        })
    }

    /// Does it to `found`.
    fn on(&self, found: &mut Value) -> Result<(), String> {
        match (self, found) {
            (Act::Increment(by), found @ Value::Number(_)) => increment(found, by)?,
            (Act::Add(value), Value::Array(elements)) if !elements.contains(value) => elements.push(value.clone()),
            (Act::Add(_), Value::Array(_)) => {}
            (Act::Remove(value), Value::Array(elements)) => elements.retain(|element| element != value),
            (Act::Append(value), Value::Array(elements)) => elements.push(value.clone()),
            (Act::Append(Value::String(more)), Value::String(text)) => *text = joined(text, more),
            (Act::Append(value), Value::String(_)) => {
                return Err(format!("a text stands there, to which {} cannot be appended", a(value)));
            }
            (Act::Increment(_), found) => return Err(format!("{} stands there, not a number", a(found))),
            (Act::Append(_), found) => return Err(format!("{} stands there, neither a list nor a text", a(found))),
            (_, found) => return Err(format!("{} stands there, not a list", a(found))),
        }
        Ok(())
    }
}

fn increment(value: &mut Value, by: &Number) -> Result<(), String> {
    let Value::Number(number) = value else { return Ok(()) };
    match decimal::sum(number, by) {
        Some(sum) => *number = sum,
        None => return Err("the numbers are too large or too exact to be added".into()),
    }
    Ok(())
}

/// One text after the other, each as it was written.
fn joined(text: &Text, more: &Text) -> Text {
    let (one, other) = (text.to_json(), more.to_json());
    let written = [&one[..one.len() - 1], &other[1..]].concat();
    Text::escaped([text.as_str(), more.as_str()].concat().into(), &written)
}

/// Reads the operations of a patch.
pub(super) fn read(patch: Value) -> Result<Vec<Op>, PatchFault> {
    Sent::all(patch)?.into_iter().map(Op::read).collect()
}

/// `fields` after every operation, in order.
pub(super) fn apply(fields: &Object, ops: &[Op]) -> Result<Object, PatchFault> {
    let mut root = Value::Object(fields.clone());
    for (index, op) in ops.iter().enumerate() {
        op.apply(&mut root).map_err(|what| Stop::Cannot(what).of(index, op.act.verb(), &op.path))?;
    }
    match root {
        Value::Object(fields) => Ok(fields),
        other => Err(PatchFault::unfit(&format!("the patch leaves {}, and a record is an object", a(&other)))),
    }
}

impl Op {
    fn read(mut sent: Sent) -> Result<Self, PatchFault> {
        let path = sent.pointer("path");
        let act = match sent.text("op")? {
            "increment" => match sent.take("by")? {
                Value::Number(by) => Act::Increment(by),
                other => return Err(sent.fault("by", &format!("a number should stand here, this is {}", a(&other)))),
            },
            "add" => Act::Add(sent.take("value")?),
            "remove" => Act::Remove(sent.take("value")?),
            "append" => Act::Append(sent.take("value")?),
            other => {
                let what = format!("{:?} is no operation; there are increment, add, remove, append", clipped(other));
                return Err(sent.fault("op", &what));
            }
        };
        Ok(Op { path: path?, act })
    }

    /// The place that this writes.
    pub(super) fn touches(&self) -> Pointer {
        lasting(&self.path)
    }

    /// The place, unless the schema declares it as one where this operation may come in any order.
    pub(super) fn bound_by(&self, rules: &Rules) -> Option<&Pointer> {
        let commutes = rules.declared_at(&self.path).is_some_and(|rule| self.act.commutes_under(rule));
        (!commutes).then_some(&self.path)
    }

    fn apply(&self, root: &mut Value) -> Result<(), String> {
        let takes_out = matches!(self.act, Act::Remove(_));
        if let Act::Add(value) | Act::Append(value) = &self.act
            && self.path.names().len() + 1 + nesting(value) > MAX_DEPTH
        {
            return Err(format!("the record would be nested deeper than {MAX_DEPTH} levels"));
        }
        let Some((last, parents)) = self.path.names().split_last() else {
            return self.act.on(&mut root.clone());
        };
        match reached(root, parents)? {
            None if takes_out => Ok(()),
            None => Err(format!("there is no {} to hold it", shown(&Pointer::new(parents.to_vec())))),
            Some(Value::Object(members)) => match members.get_mut(last.as_str()) {
                Some(found) => self.act.on(found),
                None => {
                    if let Some(value) = self.act.started()? {
                        members.insert(last.as_str().into(), value);
                    }
                    Ok(())
                }
            },
            Some(Value::Array(elements)) => match element(elements, last) {
                Some(found) => self.act.on(found),
                None if takes_out => Ok(()),
                None => Err(format!("the list has no element {:?}", clipped(last))),
            },
            Some(other) => Err(nothing_inside(parents, other)),
        }
    }
}

/// What stands at the end of `names`; `None` where nothing does.
fn reached<'v>(root: &'v mut Value, names: &[String]) -> Result<Option<&'v mut Value>, String> {
    let mut here = root;
    for (depth, name) in names.iter().enumerate() {
        let next = match here {
            Value::Object(members) => members.get_mut(name.as_str()),
            Value::Array(elements) => element(elements, name),
            other => return Err(nothing_inside(&names[..depth], other)),
        };
        match next {
            Some(next) => here = next,
            None => return Ok(None),
        }
    }
    Ok(Some(here))
}

/// The element that a step leads to: by its index, or by a member, as in [`Pointer::get`].
fn element<'v>(elements: &'v mut [Value], step: &str) -> Option<&'v mut Value> {
    let place = place_by_key(elements, step).or_else(|| index(step))?;
    elements.get_mut(place)
}

fn nothing_inside(parents: &[String], found: &Value) -> String {
    format!("{} is {}, which has nothing inside", shown(&Pointer::new(parents.to_vec())), a(found))
}
