//! What the save will do, said in a sentence a line; the rules behind it are `record`'s.

use midair_record::deed::{Deed, Verb};
use midair_record::resolution::Resolution;

use crate::tui::widgets::brief::brief;

/// A deed in words: `reverts bob's priority: high → low`.
pub fn deed(deed: &Deed) -> String {
    let (name, from, to) = (deed.at.label(), brief(deed.from.as_ref()), brief(deed.to.as_ref()));
    let owned = |by: &Option<String>| match by {
        Some(by) => format!("{by}'s {name}"),
        None => format!("their {name}"),
    };
    match &deed.verb {
        Verb::Set => format!("set {name}: {from} → {to}"),
        Verb::Add => format!("add {name}: {to}"),
        Verb::Remove => format!("remove {name} (was {from})"),
        Verb::Revert(by) => format!("revert {}: {from} → {to}", owned(by)),
        Verb::Replace(by) if deed.to.is_none() => format!("remove {} (was {from})", owned(by)),
        Verb::Replace(by) => format!("replace {}: {from} → {to}", owned(by)),
    }
}

/// The lines of "your save will": what is undecided, then what is done, then what is kept of theirs.
pub fn save_will(resolution: &Resolution) -> Vec<String> {
    let units = 0..resolution.units().len();
    let open: Vec<String> = units
        .filter(|&index| resolution.choice_is_open(index))
        .map(|index| resolution.units()[index].label())
        .collect();
    let mut lines = Vec::new();
    if !open.is_empty() {
        lines.push(format!("? undecided: {}", open.join(", ")));
    }
    let deeds = resolution.deeds();
    lines.extend(deeds.iter().map(deed_line));
    if deeds.is_empty() && open.is_empty() {
        lines.push("send nothing: what the server has is what you chose".into());
    }
    lines
}

fn deed_line(one: &Deed) -> String {
    let sign = if matches!(one.verb, Verb::Revert(_) | Verb::Replace(_)) { "!" } else { "·" };
    format!("{sign} {}", deed(one))
}
