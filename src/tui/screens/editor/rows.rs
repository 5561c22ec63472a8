//! Which rows an editor shows for a record: a row a member or element, what is inside an object indented below it.

use midair_record::merge::known_by;
use midair_record::schema::Schema;
use midair_record::{Object, Pointer, Text, Value};

/// A list of more objects than this is one row, and is edited whole.
pub const MOST_ELEMENTS: usize = 100;

/// A row of the editor: a place in the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Where it stands in mine, elements by their place.
    pub at: Pointer,
    /// Where it stands on other sides: elements by what they are known by.
    pub same: Pointer,
    pub depth: u16,
    /// What it is called.
    pub label: String,
    /// Whether it is an element of a list of objects.
    pub element: bool,
    /// Whether the schema wants it to be there.
    pub required: bool,
}

/// The elements of a list that are shown a row each: it is not too long, and all are objects.
pub fn elements(value: Option<&Value>) -> Option<&[Value]> {
    match value {
        Some(Value::Array(elements)) if (1..=MOST_ELEMENTS).contains(&elements.len()) => {
            elements.iter().all(|element| element.as_object().is_some()).then_some(elements)
        }
        _ => None,
    }
}

/// The step to an element on other sides: by what it is known by, else by its place where no element is.
pub fn step(elements: &[Value], key: Option<&str>, index: usize) -> String {
    let says = |key: &str| elements.get(index)?.as_object()?.get(key).filter(|says| is_name(says));
    match key {
        Some(key) => says(key).map_or_else(|| "-".into(), |says| format!("{key}={}", says.canonical())),
        None => index.to_string(),
    }
}

fn is_name(value: &Value) -> bool {
    matches!(value, Value::String(_) | Value::Number(_))
}

/// By what the elements of the list at `at` are known.
pub fn key_of(elements: &[Value], at: &Pointer, schema: Option<&Schema>) -> Option<String> {
    known_by(elements, schema.and_then(|schema| schema.keyword(at, "x-merge-key")?.as_str()))
}

/// The rows of a record: what stands in `mine`, and at its place what only `base` or `template` has, so that a removed
/// member can be seen and an empty one filled in; then what the schema declares beside these, in its order. In a record
/// that is new, which has no `base`, this stands between, so that all of it is in the order of the schema.
pub fn rows(base: Option<&Object>, mine: &Object, template: &Object, schema: Option<&Schema>) -> Vec<Row> {
    let mut walk = Walk { schema, is_new: base.is_none(), rows: Vec::new() };
    let sides: Vec<&Object> = base.into_iter().chain([mine, template]).collect();
    walk.object(&Row::of_record(), 0, &sides, mine);
    walk.rows
}

impl Row {
    fn of_record() -> Row {
        let (at, same) = (Pointer::root(), Pointer::root());
        Row { at, same, depth: 0, label: String::new(), element: false, required: false }
    }
}

struct Walk<'s> {
    schema: Option<&'s Schema>,
    is_new: bool,
    rows: Vec<Row>,
}

impl Walk<'_> {
    fn object(&mut self, parent: &Row, depth: u16, sides: &[&Object], mine: &Object) {
        let declared = self.schema.map(|schema| schema.place(&parent.at).members).unwrap_or_default();
        let mut names: Vec<&str> = names(sides, mine).into_iter().map(Text::as_str).collect();
        let mut place = if self.is_new { 0 } else { names.len() };
        for name in declared.iter().map(String::as_str) {
            match names.iter().position(|known| *known == name) {
                Some(at) if self.is_new => place = at + 1,
                Some(_) => {}
                None => {
                    names.insert(place, name);
                    place += 1;
                }
            }
        }
        for name in names {
            let at = parent.at.child(name);
            let required = self.schema.is_some_and(|schema| schema.place(&at).required);
            let row = Row { same: parent.same.child(name), at, depth, label: name.into(), element: false, required };
            self.rows.push(row.clone());
            match mine.get(name) {
                Some(Value::Object(inside)) => {
                    let sides: Vec<&Object> = sides.iter().filter_map(|side| side.get(name)?.as_object()).collect();
                    self.object(&row, depth + 1, &sides, inside);
                }
                list => {
                    if let Some(elements) = elements(list) {
                        self.list(&row, depth + 1, sides, elements);
                    }
                }
            }
        }
    }

    fn list(&mut self, parent: &Row, depth: u16, sides: &[&Object], elements: &[Value]) {
        let key = key_of(elements, &parent.at, self.schema);
        for (index, element) in elements.iter().enumerate() {
            let Some(mine) = element.as_object() else { continue };
            let step = step(elements, key.as_deref(), index);
            let label = match key.as_ref().and_then(|key| mine.get(key.as_str())) {
                Some(Value::String(name)) if !name.as_str().is_empty() => name.as_str().to_owned(),
                Some(Value::Number(number)) => number.as_str().to_owned(),
                _ => format!("{}.", index + 1),
            };
            let row = Row {
                at: parent.at.child(&index.to_string()),
                same: parent.same.child(&step),
                depth,
                label,
                element: true,
                required: false,
            };
            self.rows.push(row.clone());
            let there = Pointer::new(vec![parent.label.clone(), step]);
            let mut inside: Vec<&Object> = sides.iter().filter_map(|side| there.get(side)?.as_object()).collect();
            // What its neighbour has is offered to a new one.
            inside.extend(index.checked_sub(1).and_then(|before| elements[before].as_object()));
            self.object(&row, depth + 1, &inside, mine);
        }
    }
}

/// `fields` with the members of each object in the order of their rows: how a new record is written.
pub fn in_row_order(rows: &[Row], fields: &Object) -> Object {
    ordered(rows, &Pointer::root(), fields)
}

fn ordered(rows: &[Row], at: &Pointer, fields: &Object) -> Object {
    let depth = at.names().len();
    let here = rows.iter().filter(|row| row.at.names().len() == depth + 1 && at.contains(&row.at));
    let rank: indexmap::IndexSet<&str> = here.map(|row| row.at.last()).collect();
    let inside = |(name, value): (&Text, &Value)| match value {
        Value::Object(members) => (name.clone(), Value::Object(ordered(rows, &at.child(name.as_str()), members))),
        other => (name.clone(), other.clone()),
    };
    let mut members: Object = fields.iter().map(inside).collect();
    members.sort_by_cached_key(|name, _| rank.get_index_of(name.as_str()).unwrap_or(usize::MAX));
    members
}

/// The names on all sides: in my order, and the others after the name they follow on their side.
fn names<'o>(sides: &[&'o Object], mine: &'o Object) -> Vec<&'o Text> {
    let mut names: indexmap::IndexSet<&Text> = mine.keys().collect();
    for side in sides {
        let mut place = 0;
        for name in side.keys() {
            match names.get_index_of(name) {
                Some(at) => place = at + 1,
                None => {
                    names.shift_insert(place, name);
                    place += 1;
                }
            }
        }
    }
    names.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(text: &str) -> Object {
        Value::parse(text).unwrap().as_object().unwrap().clone()
    }

    fn shown(rows: &[Row]) -> Vec<String> {
        rows.iter().map(|row| row.at.to_string()).collect()
    }

    #[test]
    fn a_removed_member_keeps_its_row() {
        let base = object(r#"{"a":1,"b":{"c":1,"d":2},"e":3}"#);
        let mine = object(r#"{"a":1,"b":{"d":2},"new":0}"#);
        let rows = rows(Some(&base), &mine, &Object::new(), None);
        assert_eq!(shown(&rows), ["/a", "/b", "/b/c", "/b/d", "/e", "/new"]);
    }

    #[test]
    fn what_is_declared_and_lacking_stands_after_what_is_there_and_what_is_required_is_known() {
        let schema = r#"{"required":["z"],"properties":{"z":{},"b":{"properties":{"y":{},"c":{}}},"a":{}}}"#;
        let schema = Schema::parse(&Value::parse(schema).unwrap()).unwrap();
        let mine = object(r#"{"b":{"c":1},"own":1}"#);
        let rows = rows(Some(&mine), &mine, &Object::new(), Some(&schema));
        assert_eq!(shown(&rows), ["/b", "/b/c", "/b/y", "/own", "/z", "/a"]);
        assert_eq!(rows.iter().filter(|row| row.required).map(|row| row.label.as_str()).collect::<Vec<_>>(), ["z"]);
    }

    #[test]
    fn a_new_record_is_shown_and_written_in_the_order_of_the_schema() {
        let schema = r#"{"properties":{"a":{},"b":{"properties":{"c":{},"d":{}}},"e":{}}}"#;
        let schema = Schema::parse(&Value::parse(schema).unwrap()).unwrap();
        let mine = object(r#"{"own":1,"e":1,"b":{"d":1,"c":2},"a":[{"z":1,"y":2}]}"#);
        let rows = rows(None, &object(r#"{"e":1,"b":{"d":1}}"#), &Object::new(), Some(&schema));
        assert_eq!(shown(&rows), ["/a", "/e", "/b", "/b/c", "/b/d"]);
        let written = Value::Object(in_row_order(&rows, &mine)).to_json();
        assert_eq!(written, r#"{"a":[{"z":1,"y":2}],"e":1,"b":{"c":2,"d":1},"own":1}"#);
    }

    #[test]
    fn an_element_is_called_by_what_it_is_known_by_and_found_on_the_other_sides() {
        let base = object(r#"{"l":[{"name":"a","n":1},{"name":"b","x":2}]}"#);
        let mine = object(r#"{"l":[{"name":"b"},{"n":1},{"name":"a"}]}"#);
        let rows = rows(Some(&base), &mine, &Object::new(), None);
        let told: Vec<String> = rows.iter().map(|row| format!("{} {} {}", row.at, row.label, row.same)).collect();
        assert_eq!(
            told,
            [
                "/l l /l",
                r#"/l/0 b /l/name="b""#,
                r#"/l/0/name name /l/name="b"/name"#,
                r#"/l/0/x x /l/name="b"/x"#,
                "/l/1 2. /l/-",
                "/l/1/name name /l/-/name",
                "/l/1/n n /l/-/n",
                r#"/l/2 a /l/name="a""#,
                r#"/l/2/name name /l/name="a"/name"#,
                r#"/l/2/n n /l/name="a"/n"#,
            ]
        );
    }

    #[test]
    fn a_list_of_anything_else_is_one_row() {
        let many: Vec<&str> = vec!["{}"; MOST_ELEMENTS + 1];
        for list in ["[]", r#"[{},1]"#, r#"["a"]"#, &format!("[{}]", many.join(","))] {
            let rows = rows(None, &object(&format!(r#"{{"l":{list}}}"#)), &Object::new(), None);
            assert_eq!(rows.len(), 1, "{list}");
        }
    }
}
