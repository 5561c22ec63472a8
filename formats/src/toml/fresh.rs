//! Writes values that stand in neither document as TOML, in the style of a neighbour.

use midair_record::{Object, Value};
use toml_edit::{Array, ArrayOfTables, InlineTable, Item, Table, Value as Toml};

use super::type_of;
use crate::fault::Fault;
use crate::literal::{Written, written};

/// Refuses what TOML has no word for.
pub(super) fn check(members: &Object) -> Result<(), Fault> {
    members.iter().try_for_each(|(name, value)| check_value(name.as_str(), value))
}

fn check_value(name: &str, value: &Value) -> Result<(), Fault> {
    match value {
        Value::Null => Err(Fault::of(format!("TOML has no word for null, which {name:?} is or has"))),
        Value::Number(_) => scalar(value, None).map(drop),
        Value::Array(elements) => elements.iter().try_for_each(|element| check_value(name, element)),
        Value::Object(members) => check(members),
        Value::Bool(_) | Value::String(_) => Ok(()),
    }
}

/// A scalar; a string in the quotes of `like` where it can be.
pub(super) fn scalar(value: &Value, like: Option<&Toml>) -> Result<Toml, Fault> {
    match value {
        Value::Bool(truth) => Ok((*truth).into()),
        Value::Number(number) => {
            let what = || Fault::of(format!("TOML has no room for the number {}", number.as_str()));
            number.as_str().parse().map_err(|_| what())
        }
        Value::String(text) => match written(text.as_str(), type_of) {
            Written::Literal(text) => text.parse().map_err(|_| Fault::of(format!("{text} cannot be written as TOML"))),
            Written::String(says) => Ok(quoted_like(says, like).unwrap_or_else(|| says.into())),
        },
        Value::Null => Err(Fault::of("TOML has no word for null")),
        Value::Array(_) | Value::Object(_) => inline(value),
    }
}

/// `says` in the quotes of another string, if it has quotes that are not the usual ones and can have them too.
fn quoted_like(says: &str, like: Option<&Toml>) -> Option<Toml> {
    let Toml::String(like) = like? else { return None };
    let repr = like.display_repr();
    let text = if repr.starts_with("'''") {
        format!("'''{}{says}'''", if repr.starts_with("'''\n") { "\n" } else { "" })
    } else if repr.starts_with("\"\"\"") {
        let escaped = says.replace('\\', "\\\\").replace("\"\"\"", "\"\"\\\"");
        format!("\"\"\"{}{escaped}\"\"\"", if repr.starts_with("\"\"\"\n") { "\n" } else { "" })
    } else if repr.starts_with('\'') {
        format!("'{says}'")
    } else {
        return None;
    };
    text.parse().ok().filter(|value: &Toml| value.as_str() == Some(says))
}

/// A value on one line.
pub(super) fn inline(value: &Value) -> Result<Toml, Fault> {
    match value {
        Value::Array(elements) => {
            let mut array = Array::new();
            for element in elements {
                array.push(inline(element)?);
            }
            Ok(array.into())
        }
        Value::Object(members) => {
            let mut table = InlineTable::new();
            for (name, value) in members {
                table.insert(name.as_str(), inline(value)?);
            }
            Ok(table.into())
        }
        scalar_value => scalar(scalar_value, None),
    }
}

/// A table with headers for the tables in it.
pub(super) fn table(members: &Object) -> Result<Table, Fault> {
    let mut table = Table::new();
    for (name, value) in members {
        table.insert(name.as_str(), item(value)?);
    }
    Ok(table)
}

/// A value as it best stands in a table.
pub(super) fn item(value: &Value) -> Result<Item, Fault> {
    match value {
        Value::Object(members) => Ok(Item::Table(table(members)?)),
        Value::Array(elements) if are_tables(elements) => {
            let mut tables = ArrayOfTables::new();
            for members in elements.iter().filter_map(Value::as_object) {
                tables.push(table(members)?);
            }
            Ok(Item::ArrayOfTables(tables))
        }
        other => Ok(Item::Value(inline(other)?)),
    }
}

/// Whether an array of tables can say this.
pub(super) fn are_tables(elements: &[Value]) -> bool {
    !elements.is_empty() && elements.iter().all(|element| element.as_object().is_some())
}
