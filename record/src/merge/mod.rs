//! Three-way merge, field by field: sorts every difference into what is certain and what a person must decide.

mod order;

use crate::pointer::Pointer;
use crate::value::{Object, Value};

/// Where a unit stands between base, mine and theirs (2-collisions, "classifying a unit").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Only I changed it: merged takes mine.
    OnlyMine,
    /// Only they changed it: merged takes theirs.
    OnlyTheirs,
    /// Both changed it to the same: never a conflict.
    Same,
    /// Both changed it, differently: a person decides.
    Conflict(Kind),
}

/// What kind of conflict it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Both edited the value.
    EditEdit,
    /// I edited what they deleted.
    EditDelete,
    /// I deleted what they edited.
    DeleteEdit,
    /// Both added it, with different values.
    AddAdd,
    /// Both changed it, and at least one side changed its type.
    TypeChange,
    /// One side deleted an object in which the other side edited a member.
    ParentDeleted,
    /// What I started from is not known: every difference is asked.
    BaseUnknown,
}

impl Kind {
    /// The kind in words, for a screen.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Kind::EditEdit => "both edited",
            Kind::EditDelete => "you edited, they deleted",
            Kind::DeleteEdit => "you deleted, they edited",
            Kind::AddAdd => "both added",
            Kind::TypeChange => "type changed",
            Kind::ParentDeleted => "deleted on one side, edited inside on the other",
            Kind::BaseUnknown => "two-way: base unknown",
        }
    }
}

/// What is decided at once: a place, and what stands there on each side. `None` is absent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// Where.
    pub at: Pointer,
    /// What I loaded.
    pub base: Option<Value>,
    /// What I have now.
    pub mine: Option<Value>,
    /// What the server has now.
    pub theirs: Option<Value>,
    /// How the three compare.
    pub state: State,
}

impl Unit {
    /// Whether a person has to decide it.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        matches!(self.state, State::Conflict(_))
    }
}

/// Every difference between three versions of a record, and what is needed to put them together again.
#[derive(Clone, Debug)]
pub struct Merge {
    units: Vec<Unit>,
    base: Option<Object>,
    mine: Object,
    theirs: Object,
}

/// Compares three versions of a record. Without a base nothing is certain: every difference is a conflict.
#[must_use]
pub fn merge(base: Option<&Object>, mine: &Object, theirs: &Object) -> Merge {
    let mut walk = Walk { base_known: base.is_some(), units: Vec::new() };
    walk.members(&Pointer::root(), base, mine, theirs);
    Merge { units: walk.units, base: base.cloned(), mine: mine.clone(), theirs: theirs.clone() }
}

impl Merge {
    /// The differences: conflicts, one-sided changes and equal changes, in the order of the record.
    #[must_use]
    pub fn units(&self) -> &[Unit] {
        &self.units
    }

    /// Whether what I started from is known.
    #[must_use]
    pub fn base_known(&self) -> bool {
        self.base.is_some()
    }

    /// What the server has now.
    #[must_use]
    pub fn theirs(&self) -> &Object {
        &self.theirs
    }

    /// What I have now.
    #[must_use]
    pub fn mine(&self) -> &Object {
        &self.mine
    }

    /// The merged record, when nothing is in conflict.
    #[must_use]
    pub fn clean(&self) -> Option<Object> {
        let automatic = |unit: &Unit| match unit.state {
            State::OnlyMine | State::Same => Some(unit.mine.clone()),
            State::OnlyTheirs => Some(unit.theirs.clone()),
            State::Conflict(_) => None,
        };
        let picks = self.units.iter().map(automatic).collect::<Option<Vec<_>>>()?;
        Some(self.assemble(&picks))
    }

    /// The record in which unit `i` has the value `picks[i]`, `None` for absent; members that are in no unit stay. The
    /// order of members is mine where they kept base's, else theirs.
    #[must_use]
    pub fn assemble(&self, picks: &[Option<Value>]) -> Object {
        let mut merged = self.theirs.clone();
        for (unit, pick) in self.units.iter().zip(picks) {
            if *pick != unit.theirs {
                unit.at.set(&mut merged, pick.clone());
            }
        }
        order::arrange(merged, self.base.as_ref(), &self.mine, &self.theirs)
    }
}

struct Walk {
    base_known: bool,
    units: Vec<Unit>,
}

impl Walk {
    fn members(&mut self, at: &Pointer, base: Option<&Object>, mine: &Object, theirs: &Object) {
        let of_mine = mine.keys().filter(|name| !theirs.contains_key(*name));
        let of_base = base.into_iter().flat_map(Object::keys);
        let of_base = of_base.filter(|name| !theirs.contains_key(*name) && !mine.contains_key(*name));
        for name in theirs.keys().chain(of_mine).chain(of_base) {
            let base = base.and_then(|members| members.get(name));
            self.place(|| at.child(name.as_str()), base, mine.get(name), theirs.get(name));
        }
    }

    fn place(&mut self, at: impl Fn() -> Pointer, base: Option<&Value>, mine: Option<&Value>, theirs: Option<&Value>) {
        if mine == theirs && (!self.base_known || base == mine) {
            return;
        }
        if let (Some(Value::Object(mine)), Some(Value::Object(theirs))) = (mine, theirs)
            && matches!(base, None | Some(Value::Object(_)))
            && mine != theirs
        {
            return self.members(&at(), base.and_then(Value::as_object), mine, theirs);
        }
        let state = if !self.base_known {
            State::Conflict(Kind::BaseUnknown)
        } else if mine == theirs {
            State::Same
        } else if theirs == base {
            State::OnlyMine
        } else if mine == base {
            State::OnlyTheirs
        } else {
            State::Conflict(kind(base, mine, theirs))
        };
        let [base, mine, theirs] = [base, mine, theirs].map(Option::<&Value>::cloned);
        self.units.push(Unit { at: at(), base, mine, theirs, state });
    }
}

fn kind(base: Option<&Value>, mine: Option<&Value>, theirs: Option<&Value>) -> Kind {
    let inside = |side: Option<&Value>| matches!((base, side), (Some(Value::Object(_)), Some(Value::Object(_))));
    match (mine, theirs) {
        (None, edited) | (edited, None) if inside(edited) => Kind::ParentDeleted,
        (None, _) => Kind::DeleteEdit,
        (_, None) => Kind::EditDelete,
        _ if base.is_none() => Kind::AddAdd,
        _ if types_differ([base, mine, theirs]) => Kind::TypeChange,
        _ => Kind::EditEdit,
    }
}

/// `null` goes with every type: a value that is set or cleared has not changed its type.
fn types_differ(sides: [Option<&Value>; 3]) -> bool {
    let mut types = sides.into_iter().flatten().filter(|value| **value != Value::Null).map(Value::type_name);
    types.next().is_some_and(|first| types.any(|other| other != first))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(text: &str) -> Object {
        Value::parse(text).unwrap().as_object().unwrap().clone()
    }

    fn states(base: &str, mine: &str, theirs: &str) -> Vec<(String, State)> {
        let merge = merge(Some(&object(base)), &object(mine), &object(theirs));
        merge.units().iter().map(|unit| (unit.at.to_string(), unit.state)).collect()
    }

    fn only_kind(base: &str, mine: &str, theirs: &str) -> Kind {
        match states(base, mine, theirs)[..] {
            [(_, State::Conflict(kind))] => kind,
            ref other => panic!("expected one conflict, got {other:?}"),
        }
    }

    #[test]
    fn every_kind_of_conflict_is_told_apart() {
        assert_eq!(only_kind(r#"{"a":1}"#, r#"{"a":2}"#, r#"{"a":3}"#), Kind::EditEdit);
        assert_eq!(only_kind(r#"{"a":1}"#, r#"{"a":2}"#, r#"{}"#), Kind::EditDelete);
        assert_eq!(only_kind(r#"{"a":1}"#, r#"{}"#, r#"{"a":3}"#), Kind::DeleteEdit);
        assert_eq!(only_kind(r#"{}"#, r#"{"a":2}"#, r#"{"a":3}"#), Kind::AddAdd);
        assert_eq!(only_kind(r#"{"a":1}"#, r#"{"a":"1"}"#, r#"{"a":3}"#), Kind::TypeChange);
        assert_eq!(only_kind(r#"{"a":{"b":1}}"#, r#"{}"#, r#"{"a":{"b":2}}"#), Kind::ParentDeleted);
        assert_eq!(only_kind(r#"{"a":{"b":1}}"#, r#"{"a":{"b":2}}"#, r#"{}"#), Kind::ParentDeleted);
        assert_eq!(only_kind(r#"{"a":"x"}"#, r#"{"a":null}"#, r#"{"a":"y"}"#), Kind::EditEdit);
    }

    #[test]
    fn absent_null_and_empty_conflict_with_each_other() {
        assert_eq!(only_kind(r#"{"a":"x"}"#, r#"{"a":null}"#, r#"{"a":""}"#), Kind::EditEdit);
        assert_eq!(only_kind(r#"{"a":"x"}"#, r#"{}"#, r#"{"a":null}"#), Kind::DeleteEdit);
    }

    #[test]
    fn a_parent_deleted_with_nothing_edited_inside_is_only_theirs() {
        assert_eq!(
            states(r#"{"a":{"b":1},"c":1}"#, r#"{"a":{"b":1},"c":2}"#, r#"{"c":1}"#),
            [("/c".to_owned(), State::OnlyMine), ("/a".to_owned(), State::OnlyTheirs)]
        );
    }

    #[test]
    fn objects_added_on_both_sides_merge_by_member() {
        assert_eq!(
            states("{}", r#"{"o":{"a":1,"b":2}}"#, r#"{"o":{"a":1,"c":3}}"#),
            [
                ("/o/a".to_owned(), State::Same),
                ("/o/c".to_owned(), State::OnlyTheirs),
                ("/o/b".to_owned(), State::OnlyMine)
            ]
        );
    }

    #[test]
    fn without_a_base_nothing_is_merged_by_itself() {
        let merge = merge(None, &object(r#"{"a":1,"b":2,"c":3}"#), &object(r#"{"a":1,"b":5}"#));
        assert!(merge.units().iter().all(|unit| unit.state == State::Conflict(Kind::BaseUnknown)));
        assert_eq!(merge.units().len(), 2);
        assert_eq!(merge.clean(), None);
    }

    #[test]
    fn my_order_stays_where_they_kept_theirs() {
        let [base, mine, theirs] = [r#"{"a":1,"b":2}"#, r#"{"b":2,"n":0,"a":1}"#, r#"{"a":1,"t":0,"b":2}"#].map(object);
        let merged = merge(Some(&base), &mine, &theirs).clean().unwrap();
        assert_eq!(Value::Object(merged).to_json(), r#"{"b":2,"n":0,"a":1,"t":0}"#);
    }
}
