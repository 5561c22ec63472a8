//! Changes in words, as cards list them: each on one line where it fits, else both sides below its name; secrets masked.

use midair_record::diff::Change;
use midair_record::schema::{MASK, Secrets};
use midair_record::{Object, Pointer, Value};
use ratatui::layout::Rect;

use super::collision::sides::{self, SideLine};
use crate::tui::widgets::brief::{ABSENT, brief};
use crate::tui::widgets::signs::held;
use crate::tui::widgets::{glyph, panel};

/// How many columns a card takes at the most, its frame included.
const WIDEST: u16 = 96;

/// The most lines of a value, where there is room for them.
const EASE: [usize; 4] = [24, 6, 3, 1];

/// What a card lists: what changed, or what stands in a record.
#[derive(Clone, Copy, Debug)]
pub enum Listed<'c> {
    Changes(&'c [Change]),
    Record(&'c Object),
}

impl Listed<'_> {
    fn told(&self, secrets: &Secrets, room: u16, most: usize) -> Vec<Vec<String>> {
        match self {
            Listed::Changes(changes) => changes.iter().map(|one| change(one, secrets, room, most)).collect(),
            Listed::Record(fields) => {
                let members = fields.iter().map(|(name, value)| member(name.as_str(), value, secrets, room, most));
                members.collect()
            }
        }
    }
}

/// What a member is in at most `most` lines.
fn member(name: &str, value: &Value, secrets: &Secrets, room: u16, most: usize) -> Vec<String> {
    let shown = secrets.shown(&Pointer::root().child(name), Some(value));
    let line = format!("  {}: {}", held(name), brief(&shown));
    if glyph::width(&line, room + 1) <= room {
        return vec![line];
    }
    let nothing = secrets.shown(&Pointer::root(), None);
    let lines = sides::lines(&shown, &nothing, &nothing, room.saturating_sub(6), most);
    let lines = lines.into_iter().map(|line| format!("      {}", line.text));
    std::iter::once(format!("  {}:", held(name))).chain(lines).collect()
}

/// What a change is in at most `most` lines for each side.
fn change(change: &Change, secrets: &Secrets, room: u16, most: usize) -> Vec<String> {
    let name = secrets.label(&change.at);
    let [was, now] = [&change.was, &change.now].map(|value| secrets.shown(&change.at, value.as_ref()));
    let line = match (now.is_secret(), was.value()) {
        (true, Some(_)) => format!("  {name}: {MASK} changed"),
        _ if was.is_masked() && was.value() == now.value() => format!("  {name}: {MASK} changed in it"),
        _ => format!("  {name}: {} → {}", brief(&was), brief(&now)),
    };
    if glyph::width(&line, room + 1) <= room {
        return vec![line];
    }
    let mut lines = vec![format!("  {name}:")];
    for (sign, value, other) in [("−", &was, &now), ("+", &now, &was)] {
        let side = sides::lines(value, other, other, room.saturating_sub(6), most);
        lines.extend(side.into_iter().enumerate().map(|(row, SideLine { text, .. })| match (row, value.value()) {
            (0, None) => format!("    {sign} {ABSENT}"),
            (0, _) => format!("    {sign} {text}"),
            _ => format!("      {text}"),
        }));
    }
    lines
}

/// What is listed in lines of `room` columns: as much of each as fits in `height` lines, and how many there are more.
pub fn lines(listed: Listed, secrets: &Secrets, room: u16, height: u16) -> Vec<String> {
    let height = usize::from(height);
    let all = |most: usize| listed.told(secrets, room, most);
    let fits = |blocks: &Vec<Vec<String>>| blocks.iter().map(Vec::len).sum::<usize>() <= height;
    let mut blocks = EASE.iter().map(|most| all(*most)).find(fits).unwrap_or_else(|| all(1));
    let mut left = 0;
    while !fits(&blocks) || (left > 0 && blocks.iter().map(Vec::len).sum::<usize>() == height) {
        if blocks.pop().is_none() {
            break;
        }
        left += 1;
    }
    let mut lines = blocks.concat();
    if left > 0 {
        lines.push(format!("  and {left} more"));
    }
    lines
}

/// How large a card is in `area` that says `what`, then what is listed, and `more` lines.
pub fn card(area: Rect, what: &str, listed: Listed, secrets: &Secrets, more: u16) -> (u16, u16) {
    let width = area.width.saturating_sub(4).min(WIDEST);
    let inside = width.saturating_sub(4);
    let above = u16::try_from(panel::wrap(what, inside).len()).unwrap_or(1);
    let room = area.height.saturating_sub(above + more + 2);
    let lines = lines(listed, secrets, inside, room).len();
    (width, u16::try_from(lines).unwrap_or(u16::MAX).saturating_add(above + more + 2))
}
