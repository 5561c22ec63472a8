//! Which rows an editor shows for a record: a row a member, members of objects indented below them.

use midair_record::{Object, Pointer, Text, Value};

/// A row of the editor: a place in the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub at: Pointer,
    pub depth: u16,
}

/// The rows of a record: what stands in `mine`, and at its place what only `base` or `template` has, so that a removed
/// member can be seen and an empty one filled in.
pub fn rows(base: Option<&Object>, mine: &Object, template: &Object) -> Vec<Row> {
    let mut rows = Vec::new();
    let sides: Vec<&Object> = base.into_iter().chain([mine, template]).collect();
    walk(&Pointer::root(), 0, &sides, mine, &mut rows);
    rows
}

fn walk(at: &Pointer, depth: u16, sides: &[&Object], mine: &Object, rows: &mut Vec<Row>) {
    for name in names(sides, mine) {
        let at = at.child(name.as_str());
        rows.push(Row { at: at.clone(), depth });
        if let Some(Value::Object(inside)) = mine.get(name) {
            let sides: Vec<&Object> = sides.iter().filter_map(|side| side.get(name)?.as_object()).collect();
            walk(&at, depth + 1, &sides, inside, rows);
        }
    }
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

    #[test]
    fn a_removed_member_keeps_its_row() {
        let base = object(r#"{"a":1,"b":{"c":1,"d":2},"e":3}"#);
        let mine = object(r#"{"a":1,"b":{"d":2},"new":0}"#);
        let rows = rows(Some(&base), &mine, &Object::new());
        let shown: Vec<String> = rows.iter().map(|row| row.at.to_string()).collect();
        assert_eq!(shown, ["/a", "/b", "/b/c", "/b/d", "/e", "/new"]);
    }
}
