//! Goes through three versions side by side and says of each place which unit it is, or that it is none.

mod group;

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};

use self::group::groups;
use super::hunk::{self, Hunk, Side};
use super::infer::{fitted, inferred};
use super::order::{self, Woven};
use super::rule::{Declared, Reason, Rule, Rules};
use super::tree::{self, Finder, Node, Sides, Slot};
use super::{Kind, State, Unit, list, number, text};
use crate::pointer::Pointer;
use crate::value::{Object, Text, Value};

/// The units of three values, in order, and how the merged value is put together from them.
pub(super) fn compared(rules: &Rules, base: Option<&Value>, mine: &Value, theirs: &Value) -> (Vec<Unit>, Node) {
    let sides = [base, Some(mine), Some(theirs)];
    let mut walk = Walk {
        rules,
        base_known: base.is_some(),
        whole: sides,
        both: None,
        added: false,
        keyed: None,
        path: Vec::new(),
        units: Vec::new(),
    };
    let root = walk.place(sides, Some(rules.declared()));
    (walk.units, root)
}

/// Equal with member order and spelling included.
fn identical(a: Option<&Value>, b: Option<&Value>) -> bool {
    match (a, b) {
        (None, None) => true,
        (Some(a), Some(b)) => a.is_written_like(b),
        _ => false,
    }
}

/// What says the same on both sides: theirs, unless I spelled it anew.
fn same([base, mine, _]: Sides) -> Node {
    Node::Same(if identical(base, mine) { Side::Theirs } else { Side::Mine })
}

struct Walk<'r, 'v> {
    rules: &'r Rules,
    base_known: bool,
    whole: Sides<'v>,
    both: Option<bool>,
    /// Inside an object that both sides added: a difference there is one side's word against the other's.
    added: bool,
    /// How long the path to the innermost keyed element is, and the name of its key; `None` outside of one.
    keyed: Option<(usize, String)>,
    path: Vec<Cow<'v, str>>,
    units: Vec<Unit>,
}

impl<'v> Walk<'_, 'v> {
    /// Whether both sides changed the record.
    fn both_changed(&mut self) -> bool {
        let [base, mine, theirs] = self.whole;
        *self.both.get_or_insert_with(|| base.is_some() && mine != base && theirs != base)
    }

    /// The name of the key, where the place is an element of an array that is matched by one.
    fn element_key(&self) -> Option<&str> {
        self.keyed.as_ref().filter(|(depth, _)| *depth == self.path.len()).map(|(_, key)| key.as_str())
    }

    /// Whether both sides changed the record, and either touched something in here that is always asked.
    fn asks_inside(&mut self, [_, mine, theirs]: Sides, declared: Option<&Declared>) -> bool {
        let asked = |side: Option<&Value>| side.and_then(|value| declared?.always_asked(value));
        asked(mine) != asked(theirs) && self.both_changed()
    }

    fn at(&self) -> Pointer {
        Pointer::new(self.path.iter().map(|name| name.clone().into_owned()).collect())
    }

    /// The rule in force, as far as a person or the schema says one.
    fn said(&self, declared: Option<&Declared>) -> Option<(Rule, Reason)> {
        if !self.rules.chosen().is_empty()
            && let Some(rule) = self.rules.chosen_at(&self.at())
        {
            return Some((rule.clone(), Reason::Chosen));
        }
        declared.and_then(|declared| declared.rule.clone()).map(|rule| (rule, Reason::Declared))
    }

    fn rule(&self, sides: Sides, declared: Option<&Declared>) -> (Rule, Reason) {
        match self.said(declared) {
            Some((rule, reason)) => match fitted(&rule, sides) {
                Some(rule) => (rule, reason),
                None => (Rule::Atomic, Reason::DoesNotFit),
            },
            None => inferred(sides),
        }
    }

    fn unit(&mut self, sides: Sides, state: State, (rule, reason): (Rule, Reason)) -> Node {
        self.push(sides, state, rule, reason, Vec::new(), None)
    }

    fn push(
        &mut self,
        sides: Sides,
        state: State,
        rule: Rule,
        reason: Reason,
        hunks: Vec<Hunk>,
        merged: Option<Value>,
    ) -> Node {
        let [base, mine, theirs] = sides.map(Option::<&Value>::cloned);
        let at = self.at();
        self.units.push(Unit { at, with: Vec::new(), base, mine, theirs, state, rule, reason, hunks, merged });
        Node::Unit(self.units.len() - 1)
    }

    /// Compares what stands at one place.
    fn place(&mut self, sides: Sides<'v>, declared: Option<&Declared>) -> Node {
        let [base, mine, theirs] = sides;
        if let (Some(Value::Object(my)), Some(Value::Object(their))) = (mine, theirs)
            && (matches!(base, Some(Value::Object(_))) || base.is_none() && mine != theirs)
            && !self.said(declared).is_some_and(|(rule, _)| matches!(rule, Rule::Atomic | Rule::Manual))
        {
            let outside = self.added;
            self.added |= self.base_known && base.is_none() && self.element_key().is_none();
            let node = self.members(sides, base.and_then(Value::as_object), my, their, declared);
            self.added = outside;
            return node;
        }
        if mine == theirs && (!self.base_known || base == mine) {
            return same(sides);
        }
        if !self.base_known {
            return self.unit(sides, State::Conflict(Kind::BaseUnknown), (Rule::Atomic, Reason::Default));
        }
        let rule = self.rule(sides, declared);
        if mine == theirs {
            return self.agreed(sides, rule, declared);
        }
        let one_sided = match () {
            () if theirs == base => Some(State::OnlyMine),
            () if mine == base => Some(State::OnlyTheirs),
            () => None,
        };
        match one_sided {
            Some(_) if self.added => self.unit(sides, State::Conflict(Kind::AddAdd), rule),
            Some(_) if matches!(rule.0, Rule::Map(_)) && self.asks_inside(sides, declared) => {
                self.disputed(sides, rule, declared)
            }
            Some(_) if rule.0 == Rule::Manual && self.both_changed() || self.asks_inside(sides, declared) => {
                self.unit(sides, State::Conflict(Kind::Manual), rule)
            }
            Some(state) => self.unit(sides, state, rule),
            None => self.disputed(sides, rule, declared),
        }
    }

    /// Both sides made the same of it. That is one change, except to what is counted: two who took the same number away
    /// took twice as many.
    fn agreed(&mut self, sides: Sides<'v>, (rule, reason): (Rule, Reason), declared: Option<&Declared>) -> Node {
        let counts_inside = || declared.and_then(Declared::items).is_some_and(|items| items.counts);
        match (&rule, sides) {
            (Rule::Counter, [Some(base), Some(mine), Some(theirs)]) => {
                match number::counted(Some(base), mine, theirs) {
                    Some(sum) => self.push(sides, State::Merged, rule, reason, Vec::new(), Some(sum)),
                    None => self.unit(sides, State::Same, (rule, reason)),
                }
            }
            (Rule::Map(Some(key)), _) if counts_inside() => match self.elements(sides, (key, reason), declared) {
                Some(node) => node,
                None => self.unit(sides, State::Same, (rule, reason)),
            },
            _ => self.unit(sides, State::Same, (rule, reason)),
        }
    }

    /// All three differ: what the rule makes of it.
    fn disputed(&mut self, sides: Sides<'v>, (rule, reason): (Rule, Reason), declared: Option<&Declared>) -> Node {
        let [base, mine, theirs] = sides;
        let asks = self.asks_inside(sides, declared);
        let conflict = State::Conflict(if mine == base || theirs == base { Kind::Manual } else { kind(sides) });
        let (Some(mine), Some(theirs)) = (mine, theirs) else {
            return self.unit(sides, conflict, (rule, reason));
        };
        let certain = is_certain(reason);
        let by_hunks = |hunks: Vec<Hunk>| {
            if hunks.iter().any(Hunk::is_conflict) {
                return (hunks, None);
            }
            let merged = hunk::put_together(&hunk::pieces(&hunks), &hunks, sides);
            (hunks, merged)
        };
        let (hunks, merged) = match (&rule, mine, theirs) {
            (Rule::Atomic, ..) => (Vec::new(), None),
            (Rule::Manual, ..) => return self.unit(sides, State::Conflict(Kind::Manual), (rule, reason)),
            (Rule::Text, Value::String(mine), Value::String(theirs)) => {
                by_hunks(text::hunks(base.and_then(Value::as_str), mine.as_str(), theirs.as_str()))
            }
            (Rule::Counter, ..) => (Vec::new(), number::counted(base, mine, theirs)),
            (Rule::Max, ..) => match number::compared(mine, theirs) {
                Some(Ordering::Greater) => (Vec::new(), Some(mine.clone())),
                Some(Ordering::Less) => (Vec::new(), Some(theirs.clone())),
                _ => (Vec::new(), None),
            },
            (Rule::Append, Value::String(mine), Value::String(theirs)) => {
                let base = base.and_then(Value::as_str).unwrap_or("");
                (Vec::new(), text::appended(base, mine.as_str(), theirs.as_str()).map(Value::string))
            }
            (_, Value::Array(mine), Value::Array(theirs)) => {
                let known = match base {
                    Some(Value::Array(base)) => base.as_slice(),
                    _ => &[],
                };
                match &rule {
                    Rule::Set => (Vec::new(), Some(Value::Array(list::set(known, mine, theirs)))),
                    Rule::Append => (Vec::new(), list::appended(known, mine, theirs).map(Value::Array)),
                    Rule::Map(Some(key)) => {
                        if (base.is_some() || certain)
                            && let Some(node) = self.elements(sides, (key, reason), declared)
                        {
                            return node;
                        }
                        let hunks = list::hunks(known, mine, theirs, false);
                        (if hunks.iter().any(Hunk::is_conflict) { hunks } else { Vec::new() }, None)
                    }
                    _ if base.is_none() && !certain => (list::hunks(known, mine, theirs, false), None),
                    _ => {
                        let (hunks, merged) = by_hunks(list::hunks(known, mine, theirs, certain));
                        match merged {
                            Some(Value::Array(elements)) if !list::adds_up(known, mine, theirs, &elements) => {
                                (Vec::new(), list::ordered_set(known, mine, theirs, certain).map(Value::Array))
                            }
                            merged => (hunks, merged),
                        }
                    }
                }
            }
            _ => (Vec::new(), None),
        };
        let (state, merged) = match merged {
            Some(_) if asks => (State::Conflict(Kind::Manual), None),
            Some(merged) => (State::Merged, Some(merged)),
            None => (conflict, None),
        };
        self.push(sides, state, rule, reason, hunks, merged)
    }

    fn members(
        &mut self,
        sides: Sides<'v>,
        base: Option<&'v Object>,
        mine: &'v Object,
        theirs: &'v Object,
        declared: Option<&Declared>,
    ) -> Node {
        let of = |side: &'v Object| side.keys().map(Text::as_str).collect::<Vec<&'v str>>();
        let (of_base, of_mine, of_theirs) = (base.map(of).unwrap_or_default(), of(mine), of(theirs));
        let Woven { names, .. } = order::woven(&of_base, &of_mine, &of_theirs, |name| Some(order::Ranked::Text(name)));
        let mut groups = declared.and_then(groups);
        let mut nodes = Vec::with_capacity(names.len());
        let mut finder = Finder::of(sides);
        let mut left = vec![true; of_base.len()];
        let mut node = |walk: &mut Self, name: &'v Text, values: Sides<'v>| {
            let inside = declared.and_then(|declared| declared.member(name.as_str()));
            if walk.element_key() == Some(name.as_str()) {
                nodes.push((name.clone(), same(values)));
                return;
            }
            let node = match groups.as_mut().and_then(|groups| groups.unit_of(walk, name.as_str(), sides)) {
                Some(unit) => Node::Part(unit),
                None => {
                    walk.path.push(Cow::Borrowed(name.as_str()));
                    let node = walk.place(values, inside);
                    walk.path.pop();
                    node
                }
            };
            nodes.push((name.clone(), node));
        };
        for name in names {
            let (at, values) = finder.member(name);
            if let Some(index) = at[Side::Base as usize] {
                left[index] = false;
            }
            let name_on = |side: Option<&'v Object>, of: Side| Some(side?.get_index(at[of as usize]?)?.0);
            let [was, my, their] =
                [name_on(base, Side::Base), name_on(Some(mine), Side::Mine), name_on(Some(theirs), Side::Theirs)];
            let respelled = my.is_some_and(|my| was.is_none_or(|was| !was.is_written_like(my)));
            if let Some(name) = their.filter(|_| !respelled).or(my) {
                node(self, name, values);
            }
        }
        for (name, value) in base.into_iter().flatten().zip(left).filter_map(|(member, left)| left.then_some(member)) {
            node(self, name, [Some(value), None, None]);
        }
        let whole = |wanted: Side, side: &Object| {
            let same = |node: &Node| matches!(node, Node::Same(of) if *of == wanted);
            let mut both = nodes.iter().zip(side.keys());
            nodes.len() == side.len() && both.all(|((name, node), other)| same(node) && name.is_written_like(other))
        };
        match () {
            () if whole(Side::Theirs, theirs) => Node::Same(Side::Theirs),
            () if whole(Side::Mine, mine) => Node::Same(Side::Mine),
            () => Node::Members(nodes),
        }
    }

    /// Matches the elements of three arrays by `key`. Where they stand in another order on either side, the array is one
    /// unit, so that who takes a side takes its order as well.
    ///
    /// `None` where they cannot be matched: both sides reordered what they have in common, each in its own way; one did,
    /// and something inside is in conflict; both replaced the same element; or both added at one spot, nothing says which
    /// comes first, and no rule is declared by which mine do.
    fn elements(
        &mut self,
        sides: Sides<'v>,
        (key, reason): (&str, Reason),
        declared: Option<&Declared>,
    ) -> Option<Node> {
        let lists = sides.map(|side| match side {
            Some(Value::Array(elements)) => elements.as_slice(),
            _ => &[],
        });
        let keys = lists.map(|side| side.iter().filter_map(|one| list::key_of(one, key)).collect::<Vec<String>>());
        let [base, mine, theirs] = [0, 1, 2].map(|side| keys[side].iter().map(String::as_str).collect::<Vec<&str>>());
        let places = [&base, &mine, &theirs]
            .map(|side| side.iter().enumerate().map(|(index, key)| (*key, index)).collect::<HashMap<&str, usize>>());
        if both_replaced(&base, &mine, &theirs, &places) {
            return None;
        }
        let rank = |name: &str| {
            let found = (0..3).find_map(|side| Some(&lists[side][*places[side].get(name)?]))?;
            found.as_object()?.get(key).and_then(order::ranked)
        };
        let Woven { mut names, moved, disputed, unsure } = order::woven(&base, &mine, &theirs, rank);
        if disputed || unsure && !is_certain(reason) {
            return None;
        }
        let there: HashSet<&str> = names.iter().copied().collect();
        names.extend(base.iter().filter(|name| !there.contains(*name)));
        let items = declared.and_then(Declared::items);
        let first = self.units.len();
        let mut slots = Vec::with_capacity(names.len());
        for name in names {
            let at = [0, 1, 2].map(|side| places[side].get(name).copied());
            let mut element: Sides<'v> = [None; 3];
            for side in 0..3 {
                element[side] = at[side].map(|index| &lists[side][index]);
            }
            self.path.push(Cow::Owned(format!("{key}={name}")));
            let outside = self.keyed.replace((self.path.len(), key.to_owned()));
            let node = self.place(element, items);
            self.keyed = outside;
            self.path.pop();
            slots.push(Slot { at, node });
        }
        let node = Node::Elements(slots);
        if !moved {
            return Some(node);
        }
        let inside = self.units[first..].iter().map(Unit::automatic).collect::<Option<Vec<_>>>();
        let merged = inside.and_then(|inside| {
            let picks = [vec![None; first], inside].concat();
            tree::assembled(&node, &picks, sides)
        });
        self.units.truncate(first);
        Some(self.push(sides, State::Merged, Rule::Map(Some(key.to_owned())), reason, Vec::new(), Some(merged?)))
    }
}

/// Whether a person or a schema says by which rule.
fn is_certain(reason: Reason) -> bool {
    matches!(reason, Reason::Declared | Reason::Chosen)
}

/// Whether some element of base was taken out by both sides and each put something where it stood that the other has
/// not: then the two may be the same element, known by another key.
fn both_replaced(base: &[&str], mine: &[&str], theirs: &[&str], places: &[HashMap<&str, usize>; 3]) -> bool {
    let [in_base, in_mine, in_theirs] = places;
    let stays = |name: &str| in_mine.contains_key(name) && in_theirs.contains_key(name);
    let own_after = |side: &[&str], from: Option<&str>, at: &HashMap<&str, usize>, other: &HashMap<&str, usize>| {
        let start = from.and_then(|from| at.get(from)).map_or(0, |index| index + 1);
        let run = side[start..].iter().take_while(|name| !(in_base.contains_key(*name) && stays(name)));
        run.into_iter().any(|name| !in_base.contains_key(name) && !other.contains_key(name))
    };
    let mut before = None;
    base.iter().any(|name| {
        if stays(name) {
            before = Some(*name);
            return false;
        }
        let gone = !in_mine.contains_key(name) && !in_theirs.contains_key(name);
        gone && own_after(mine, before, in_mine, in_theirs) && own_after(theirs, before, in_theirs, in_mine)
    })
}

fn kind(sides: Sides) -> Kind {
    let [base, mine, theirs] = sides;
    let inside = |side: Option<&Value>| matches!((base, side), (Some(Value::Object(_)), Some(Value::Object(_))));
    match (mine, theirs) {
        (None, edited) | (edited, None) if inside(edited) => Kind::ParentDeleted,
        (None, _) => Kind::DeleteEdit,
        (_, None) => Kind::EditDelete,
        _ if base.is_none() => Kind::AddAdd,
        _ if types_differ(sides) => Kind::TypeChange,
        _ => Kind::EditEdit,
    }
}

/// `null` goes with every type: a value that is set or cleared has not changed its type.
fn types_differ(sides: Sides) -> bool {
    let mut types = sides.into_iter().flatten().filter(|value| **value != Value::Null).map(Value::type_name);
    types.next().is_some_and(|first| types.any(|other| other != first))
}
