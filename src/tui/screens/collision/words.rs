//! What the save will do, said in a sentence a line; the rules behind it are `record`'s.

use midair_record::Value;
use midair_record::deed::{Deed, Verb};
use midair_record::merge::{Unit, differences};
use midair_record::resolution::Resolution;
use midair_record::schema::{MASK, Secrets, Shown};

use super::sides;
use crate::tui::widgets::brief::brief;
use crate::tui::widgets::glyph;

/// A deed in words, of about `room` columns: `reverts bob's priority: high → low`. Of long values, from where they differ on.
pub fn deed(deed: &Deed, secrets: &Secrets, room: u16) -> String {
    let name = secrets.label(&deed.at);
    let [was, becomes] = [&deed.from, &deed.to].map(|value| secrets.shown(&deed.at, value.as_ref()));
    let (from, to) = both(&was, &becomes, room.saturating_sub(glyph::width(&name, room) + 24));
    let owned = |by: &Option<String>| match by {
        Some(by) => format!("{by}'s {name}"),
        None => format!("their {name}"),
    };
    let parts = match (was.value(), becomes.value()) {
        (Some(_), Some(_)) if was.is_secret() => Some(format!("{MASK} changed")),
        (one, other) if one == other => Some(format!("{MASK} changed in it")),
        _ => parts(deed, secrets),
    };
    if let Some(parts) = parts {
        return match &deed.verb {
            Verb::Revert(by) | Verb::Replace(by) => format!("change {}: {parts}", owned(by)),
            _ => format!("change {name}: {parts}"),
        };
    }
    match &deed.verb {
        Verb::Set => format!("set {name}: {from} → {to}"),
        Verb::Add => format!("add {name}: {to}"),
        Verb::Remove => format!("remove {name} (was {from})"),
        Verb::Revert(by) => format!("revert {}: {from} → {to}", owned(by)),
        Verb::Replace(by) if deed.to.is_none() => format!("remove {} (was {from})", owned(by)),
        Verb::Replace(by) => format!("replace {}: {from} → {to}", owned(by)),
    }
}

/// Both values in about `room` columns.
fn both(was: &Shown, becomes: &Shown, room: u16) -> (String, String) {
    let (from, to) = (brief(was), brief(becomes));
    let [wide_from, wide_to] = [&from, &to].map(|words| glyph::width(words, room + 1));
    if wide_from + wide_to <= room || was.value().is_none() || becomes.value().is_none() {
        return (from, to);
    }
    let half = (room / 2).max(8);
    let window = |value: &Shown, other: &Shown, words: &str| match value.value() {
        Some(Value::String(_)) => {
            sides::lines(value, other, other, half, 1).into_iter().map(|line| line.text).collect()
        }
        _ => glyph::fit(words, half),
    };
    (window(was, becomes, &from), window(becomes, was, &to))
}

/// What changes in a list or in a text of many lines: `add web, remove draft`, `+2 −1 lines`.
fn parts(Deed { at, from, to, .. }: &Deed, secrets: &Secrets) -> Option<String> {
    match (from.as_ref()?, to.as_ref()?) {
        (Value::Array(from), Value::Array(to)) => {
            let (added, removed) = differences(from, to);
            let named = |word: &str, values: &[&Value]| match values {
                [] => None,
                few if few.len() <= 3 => {
                    let words: Vec<String> = few.iter().map(|value| brief(&secrets.shown_element(at, value))).collect();
                    Some(format!("{word} {}", words.join(", ")))
                }
                many => Some(format!("{word} {} elements", many.len())),
            };
            let words: Vec<String> = [named("add", &added), named("remove", &removed)].into_iter().flatten().collect();
            Some(if words.is_empty() { "another order".to_owned() } else { words.join(", ") })
        }
        (Value::String(from), Value::String(to)) if from.as_str().contains('\n') && to.as_str().contains('\n') => {
            let lines = |text: &str| text.lines().map(Value::string).collect::<Vec<_>>();
            let (from, to) = (lines(from.as_str()), lines(to.as_str()));
            let (added, removed) = differences(&from, &to);
            let lines = |count: usize| if count == 1 { "line" } else { "lines" };
            Some(match (added.len(), removed.len()) {
                (0, 0) => "another order".to_owned(),
                (added, 0) => format!("+{added} {}", lines(added)),
                (0, removed) => format!("−{removed} {}", lines(removed)),
                (added, removed) => format!("+{added} −{removed} lines"),
            })
        }
        _ => None,
    }
}

/// The lines of "your save will": what is undecided, then what is done, then what is kept of theirs.
pub fn save_will(resolution: &Resolution, secrets: &Secrets, room: u16) -> Vec<String> {
    let units = 0..resolution.units().len();
    let open: Vec<String> = units
        .filter(|&index| resolution.choice_is_open(index))
        .map(|index| label(&resolution.units()[index], secrets))
        .collect();
    let mut lines = Vec::new();
    if !open.is_empty() {
        lines.push(format!("? undecided: {}", open.join(", ")));
    }
    let deeds = resolution.deeds();
    lines.extend(deeds.iter().map(|deed| deed_line(deed, secrets, room)));
    if deeds.is_empty() && open.is_empty() {
        lines.push("send nothing: what the server has is what you chose".into());
    }
    lines
}

/// How people read where a unit is, as [`Unit::label`], with the secrets in it masked.
pub fn label(unit: &Unit, secrets: &Secrets) -> String {
    let names: Vec<String> = unit.places().map(|at| secrets.label(at)).collect();
    names.join(" + ")
}

fn deed_line(one: &Deed, secrets: &Secrets, room: u16) -> String {
    let sign = if matches!(one.verb, Verb::Revert(_) | Verb::Replace(_)) { "!" } else { "·" };
    format!("{sign} {}", deed(one, secrets, room))
}
