//! JSON Patch (RFC 6902): operations at places named strictly by RFC 6901; refuses midair's own steps by key.

use super::decimal;
use super::fault::{PatchFault, Stop, clipped, shown};
use super::operation::{Sent, a, index, lasting, nesting};
use crate::json::MAX_DEPTH;
use crate::pointer::Pointer;
use crate::value::{Object, Value};

/// What one patch may copy in all, in bytes of text: each copy of the whole into itself doubles it.
const MAX_COPIED: usize = 16 << 20;

/// One operation and the place it is about.
#[derive(Clone, Debug)]
pub(super) struct Operation {
    path: Pointer,
    act: Act,
}

#[derive(Clone, Debug)]
enum Act {
    Add(Value),
    Remove,
    Replace(Value),
    Move(Pointer),
    Copy(Pointer),
    Test(Value),
}

impl Act {
    fn verb(&self) -> &'static str {
        match self {
            Act::Add(_) => "add",
            Act::Remove => "remove",
            Act::Replace(_) => "replace",
            Act::Move(_) => "move to",
            Act::Copy(_) => "copy to",
            Act::Test(_) => "test",
        }
    }
}

/// Reads the operations of a patch (RFC 6902 sections 3 and 4).
pub(super) fn read(patch: Value) -> Result<Vec<Operation>, PatchFault> {
    Sent::all(patch)?.into_iter().map(Operation::read).collect()
}

/// `fields` after every operation, in order.
pub(super) fn apply(fields: &Object, operations: &[Operation]) -> Result<Object, PatchFault> {
    let mut root = Value::Object(fields.clone());
    let mut copied = 0;
    for (index, operation) in operations.iter().enumerate() {
        let done = operation.apply(&mut root, &mut copied);
        done.map_err(|stop| stop.of(index, operation.act.verb(), &operation.path))?;
    }
    match root {
        Value::Object(fields) => Ok(fields),
        // In between it may be anything; the last operation that wrote the whole is the one to name.
        other => {
            let wrote = |operation: &Operation| operation.path.is_root() && !matches!(operation.act, Act::Test(_));
            let index = operations.iter().rposition(wrote).unwrap_or_default();
            let verb = operations.get(index).map_or("replace", |operation| operation.act.verb());
            let what = format!("it leaves {}, and a record is an object", a(&other));
            Err(Stop::Cannot(what).of(index, verb, &Pointer::root()))
        }
    }
}

impl Operation {
    fn read(mut sent: Sent) -> Result<Self, PatchFault> {
        let path = sent.pointer("path");
        let act = match sent.text("op")? {
            "add" => Act::Add(sent.take("value")?),
            "remove" => Act::Remove,
            "replace" => Act::Replace(sent.take("value")?),
            "move" => Act::Move(sent.pointer("from")?),
            "copy" => Act::Copy(sent.pointer("from")?),
            "test" => Act::Test(sent.take("value")?),
            other => {
                let what =
                    format!("{:?} is no operation; there are add, remove, replace, move, copy, test", clipped(other));
                return Err(sent.fault("op", &what));
            }
        };
        Ok(Operation { path: path?, act })
    }

    /// The places that this writes.
    pub(super) fn touches(&self) -> impl Iterator<Item = Pointer> {
        let (from, path) = match &self.act {
            Act::Test(_) => (None, None),
            Act::Move(from) => (Some(from), Some(&self.path)),
            _ => (None, Some(&self.path)),
        };
        from.into_iter().chain(path).map(lasting)
    }

    fn apply(&self, root: &mut Value, copied: &mut usize) -> Result<(), Stop> {
        match &self.act {
            Act::Add(value) => self.add(root, value.clone()),
            Act::Remove => remove(root, &self.path).map(drop),
            Act::Replace(value) => {
                self.bounded(value)?;
                *find(root, self.path.names())? = value.clone();
                Ok(())
            }
            Act::Move(from) if from == &self.path => Ok(find(root, from.names()).map(drop)?),
            Act::Move(from) if from.contains(&self.path) => {
                Err(format!("{} cannot be moved into itself", shown(from)).into())
            }
            Act::Move(from) => {
                let value = remove(root, from)?;
                self.add(root, value)
            }
            Act::Copy(from) => {
                let value = find(root, from.names())?;
                *copied = copied.saturating_add(weight(value));
                if *copied > MAX_COPIED {
                    return Err(format!("the patch copies more than {MAX_COPIED} bytes").into());
                }
                let value = value.clone();
                self.add(root, value)
            }
            Act::Test(value) => {
                let found = find(root, self.path.names())?;
                match () {
                    () if same(found, value) => Ok(()),
                    () if a(found) == a(value) => {
                        Err(Stop::Test(format!("another {} stands there", value.type_name())))
                    }
                    () => Err(Stop::Test(format!("{} stands there, not {}", a(found), a(value)))),
                }
            }
        }
    }

    /// RFC 6902 section 4.1: a member is set, an element put in front of the one that stands there.
    fn add(&self, root: &mut Value, value: Value) -> Result<(), Stop> {
        self.bounded(&value)?;
        let Some((last, parents)) = self.path.names().split_last() else {
            *root = value;
            return Ok(());
        };
        match find(root, parents)? {
            Value::Object(members) => drop(members.insert(last.as_str().into(), value)),
            Value::Array(elements) => {
                let length = elements.len();
                let place = if last == "-" { Some(length) } else { index(last) };
                let Some(place) = place.filter(|place| *place <= length) else {
                    return Err(no_element(parents, last, length).into());
                };
                elements.insert(place, value);
            }
            other => return Err(nothing_inside(parents, other).into()),
        }
        Ok(())
    }

    /// Whether `value` can stand here in a record that can be read again.
    fn bounded(&self, value: &Value) -> Result<(), Stop> {
        if self.path.names().len().saturating_add(nesting(value)) > MAX_DEPTH {
            return Err(format!("the record would be nested deeper than {MAX_DEPTH} levels").into());
        }
        Ok(())
    }
}

fn remove(root: &mut Value, at: &Pointer) -> Result<Value, Stop> {
    let Some((last, parents)) = at.names().split_last() else {
        return Err("the record as a whole cannot be taken out".to_owned().into());
    };
    match find(root, parents)? {
        Value::Object(members) => members.shift_remove(last.as_str()).ok_or_else(|| no_member(parents, last).into()),
        Value::Array(elements) => {
            let length = elements.len();
            match index(last).filter(|place| *place < length) {
                Some(place) => Ok(elements.remove(place)),
                None => Err(no_element(parents, last, length).into()),
            }
        }
        other => Err(nothing_inside(parents, other).into()),
    }
}

/// What stands at the end of `names` (RFC 6901 section 4), or why nothing does.
fn find<'v>(root: &'v mut Value, names: &[String]) -> Result<&'v mut Value, String> {
    let mut here = root;
    for (depth, name) in names.iter().enumerate() {
        let above = &names[..depth];
        here = match here {
            Value::Object(members) => members.get_mut(name.as_str()).ok_or_else(|| no_member(above, name))?,
            Value::Array(elements) => {
                let length = elements.len();
                let element = index(name).and_then(|place| elements.get_mut(place));
                element.ok_or_else(|| no_element(above, name, length))?
            }
            other => return Err(nothing_inside(above, other)),
        };
    }
    Ok(here)
}

fn named(names: &[String]) -> String {
    shown(&Pointer::new(names.to_vec()))
}

fn no_member(parents: &[String], name: &str) -> String {
    format!("{} has no member {:?}", named(parents), clipped(name))
}

fn no_element(parents: &[String], step: &str, length: usize) -> String {
    let list = named(parents);
    match index(step) {
        Some(_) => format!("{list} has {length} elements, so {} is out of range", clipped(step)),
        None if step == "-" => format!("- is the place after the last element of {list}, where nothing stands"),
        None => format!("{list} is a list, and {:?} is no index", clipped(step)),
    }
}

fn nothing_inside(parents: &[String], found: &Value) -> String {
    format!("{} is {}, which has nothing inside", named(parents), a(found))
}

/// Equal by RFC 6902 section 4.6: numbers by size, strings by characters, objects in any order.
fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => decimal::same(one, other),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            let has = |(name, value): (_, &Value)| other.get(name).is_some_and(|other| same(value, other));
            one.len() == other.len() && one.iter().all(has)
        }
        (one, other) => one == other,
    }
}

/// About as many bytes as the text of `value` has.
fn weight(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) => 5,
        Value::Number(number) => number.as_str().len() + 1,
        Value::String(text) => text.as_str().len() + 3,
        Value::Array(elements) => 3 + elements.iter().map(weight).sum::<usize>(),
        Value::Object(members) => {
            3 + members.iter().map(|(name, value)| name.as_str().len() + 4 + weight(value)).sum::<usize>()
        }
    }
}
