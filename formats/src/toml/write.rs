//! Builds the merged document out of the items of mine and theirs.

use midair_record::{Object, Value};
use toml_edit::{ArrayOfTables, Decor, DocumentMut, InlineTable, Item, Key, Table, TableLike};

use super::decor::{self, Sides};
use super::{fresh, list, of_item};
use crate::fault::Fault;
use crate::frame::detached;
use crate::pairing::counterparts;

/// The merged document. The top-level members in `afresh` are written without regard to how they stood.
pub(super) fn document(
    base: Option<&DocumentMut>,
    mine: &DocumentMut,
    theirs: &DocumentMut,
    merged: &Object,
    afresh: &[&str],
) -> Result<DocumentMut, Fault> {
    let sides = Sides { base, mine: Some(mine), theirs: Some(theirs) };
    let roots = sides.map(|document| Some(document.as_item()));
    let mut out = mine.clone();
    if let Item::Table(root) = table(roots, merged, afresh)? {
        *out.as_table_mut() = root;
    }
    let trailing = |document: &DocumentMut| document.trailing().as_str().unwrap_or("").to_owned();
    if let Some(document) = sides.chosen(trailing, false) {
        out.set_trailing(trailing(document));
    }
    Ok(out)
}

/// Where an item is to stand.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Within {
    /// A table whose members stand on lines of their own and can have headers.
    Lines,
    /// A table made of dotted keys.
    Dotted,
    /// An inline table or an array.
    Inline,
}

impl Within {
    fn of(table: &Item) -> Self {
        match table {
            Item::Table(table) if table.is_dotted() => Within::Dotted,
            Item::Table(_) => Within::Lines,
            _ => Within::Inline,
        }
    }

    fn is_inline(self) -> bool {
        self == Within::Inline
    }
}

/// The item of three that says `value`, and whether its text is theirs'.
pub(super) fn item(items: Sides<'_, Item>, value: &Value, within: Within) -> Result<(Item, bool), Fault> {
    let says = |side: Option<&Item>| side.is_some_and(|item| of_item(item) == *value);
    let unchanged =
        matches!((items.base, items.mine), (Some(base), Some(mine)) if decor::print(base) == decor::print(mine));
    let headed = |side: Option<&Item>| match side {
        Some(Item::Table(table)) => !table.is_dotted(),
        Some(Item::ArrayOfTables(_)) => true,
        _ => false,
    };
    let both_headed = headed(items.mine) && headed(items.theirs);
    if says(items.theirs) && (items.mine.is_none() || unchanged && !both_headed) {
        return adopted(items.theirs, value, within).map(|item| (item, true));
    }
    if let Some(built) = built(items, value)? {
        return Ok((built, false));
    }
    if says(items.mine) {
        return Ok((items.mine.cloned().unwrap_or_default(), false));
    }
    if says(items.theirs) {
        return adopted(items.theirs, value, within).map(|item| (item, true));
    }
    if let Some(mut built) = built(Sides { base: None, mine: items.theirs, theirs: None }, value)?
        && fits(&built, within)
    {
        decor::unplaced(&mut built);
        return Ok((built, true));
    }
    let like = items.mine.or(items.theirs).and_then(Item::as_value);
    let item = match value {
        Value::Array(_) | Value::Object(_) if within == Within::Lines && like.is_none() => fresh::item(value)?,
        value => Item::Value(fresh::scalar(value, like)?),
    };
    Ok((item, false))
}

fn fits(item: &Item, within: Within) -> bool {
    match item {
        Item::Value(_) => true,
        Item::Table(table) if table.is_dotted() => !within.is_inline(),
        _ => within == Within::Lines,
    }
}

/// Theirs' item, in another document.
fn adopted(theirs: Option<&Item>, value: &Value, within: Within) -> Result<Item, Fault> {
    match theirs {
        Some(theirs) if fits(theirs, within) => {
            let mut item = theirs.clone();
            decor::unplaced(&mut item);
            Ok(item)
        }
        _ => fresh::inline(value).map(Item::Value),
    }
}

/// What mine's tables and arrays become, member by member. `None` where mine is no such thing.
fn built(items: Sides<'_, Item>, value: &Value) -> Result<Option<Item>, Fault> {
    Ok(match (items.mine, value) {
        (Some(Item::Table(_)), Value::Object(members)) => Some(table(items, members, &[])?),
        (Some(Item::Value(toml_edit::Value::InlineTable(mine))), Value::Object(members)) if !mine.is_empty() => {
            Some(Item::Value(inline_table(items, mine, members)?.into()))
        }
        (Some(Item::ArrayOfTables(_)), Value::Array(elements)) if fresh::are_tables(elements) => {
            Some(tables(items, elements)?)
        }
        (Some(Item::Value(toml_edit::Value::Array(mine))), Value::Array(elements)) if !mine.is_empty() => {
            Some(Item::Value(list::array(items, mine, elements)?.into()))
        }
        _ => None,
    })
}

/// A table of three. Mine is an [`Item::Table`].
fn table(items: Sides<'_, Item>, merged: &Object, afresh: &[&str]) -> Result<Item, Fault> {
    let Some(Item::Table(mine)) = items.mine else { return Ok(Item::Table(fresh::table(merged)?)) };
    let mut out = mine.clone();
    out.clear();
    *out.decor_mut() = decor::decor(items.map(|item| item.as_table().map(Table::decor)), false);
    for (key, item) in members(items, merged, afresh)? {
        out.insert_formatted(&key, item);
    }
    if out.is_empty() && out.is_dotted() {
        return Ok(Item::Value(InlineTable::new().into()));
    }
    if out.is_empty() {
        out.set_implicit(false);
    }
    Ok(Item::Table(out))
}

fn inline_table(items: Sides<'_, Item>, mine: &InlineTable, merged: &Object) -> Result<InlineTable, Fault> {
    let mut out = mine.clone();
    out.clear();
    let names: Vec<&str> = mine.iter().map(|(name, _)| name).collect();
    let same_names = merged.keys().map(midair_record::Text::as_str).eq(names.iter().copied());
    let mut entries = members(items, merged, &[])?;
    let plain = |text: &str| !text.contains(['#', '\n']);
    let before = |index: usize| {
        let key = names.get(index).and_then(|name| mine.key(name));
        key.map(|key| decor::prefix(key.leaf_decor())).filter(|text| plain(text))
    };
    let end = names.last().and_then(|name| mine.get(name)).map_or("", |value| decor::suffix(value.decor()));
    if !same_names
        && plain(end)
        && let Some(first) = before(0)
    {
        let last = entries.len().saturating_sub(1);
        for (index, (key, item)) in entries.iter_mut().enumerate() {
            let Item::Value(value) = item else { continue };
            if plain(decor::prefix(key.leaf_decor())) {
                key.leaf_decor_mut().set_prefix(if index == 0 { first } else { before(1).unwrap_or(" ") });
            }
            if plain(decor::suffix(value.decor())) {
                value.decor_mut().set_suffix(if index == last { end } else { "" });
            }
        }
    }
    for (key, item) in entries {
        if let Ok(value) = item.into_value() {
            out.insert_formatted(&key, value);
        }
    }
    Ok(out)
}

/// The members of three tables, in merged's order.
fn members(tables: Sides<'_, Item>, merged: &Object, afresh: &[&str]) -> Result<Vec<(Key, Item)>, Fault> {
    let within = tables.mine.map_or(Within::Lines, Within::of);
    let like = tables.map(Item::as_table_like);
    let alien = |side: Option<&Item>| side.is_some_and(|side| Within::of(side).is_inline() != within.is_inline());
    let style = Style::of(like.mine.filter(|table| !table.is_empty()).or(like.theirs));
    let mut kept = kept_comments(like, merged);
    let mut out = Vec::new();
    let (mut order, mut in_order) = (None, true);
    for (name, value) in merged {
        let name = name.as_str();
        let items = like.map(|table| table.get(name).filter(|item| !item.is_none()));
        let place = like.mine.and_then(|table| table.iter().position(|(other, item)| other == name && is_headed(item)));
        in_order &= place.is_none() || place >= order;
        order = place.or(order);
        if afresh.contains(&name) {
            let item = fresh::item(value)?;
            out.push((style.key(name, &item), item));
            continue;
        }
        let (mut item, from_theirs) = item(items, value, within)?;
        let mut keys = like.map(|table| table.key(name));
        let mut values = items.map(Item::as_value);
        if alien(tables.theirs) {
            (keys.theirs, values.theirs) = (None, None);
        }
        if alien(tables.base) {
            (keys.base, values.base) = (None, None);
        }
        // A key in a header says nothing about the space around a key on a line.
        let headed = is_headed(&item);
        let fits = |side: Option<&Item>| side.is_some_and(|side| is_headed(side) == headed);
        keys.base = keys.base.filter(|_| fits(items.base));
        keys.mine = keys.mine.filter(|_| fits(items.mine));
        keys.theirs = keys.theirs.filter(|_| fits(items.theirs));
        let key = decor::key(keys, from_theirs).unwrap_or_else(|| style.key(name, &item));
        if let Item::Value(out) = &mut item {
            *out.decor_mut() = decor::decor(values.map(|value| Some(value.decor())), from_theirs);
            if values.mine.or(values.theirs).is_none() {
                *out.decor_mut() = Decor::new(style.before_value.as_deref().unwrap_or(" "), "");
            }
        }
        out.push((key, item));
        if let Some(comment) = kept.iter().position(|(next, _)| next == name).map(|at| kept.remove(at).1)
            && let Some((key, item)) = out.last_mut()
            && let Some(lead) = decor::lead(key, item)
        {
            let text = format!("{comment}{}", decor::prefix(lead));
            lead.set_prefix(text);
        }
    }
    // A table from the top of theirs has no blank line above it.
    let first = like.theirs.and_then(|theirs| theirs.iter().next());
    let top_of_theirs =
        first.filter(|(_, item)| header(item).and_then(Table::position) <= Some(1)).map(|(name, _)| name);
    for (index, (key, item)) in out.iter_mut().enumerate() {
        if !in_order {
            decor::unplaced(item);
        }
        let new = match item {
            Item::Table(table) if !table.is_dotted() && !table.is_implicit() => Some(table),
            Item::ArrayOfTables(tables) => tables.get_mut(0),
            _ => None,
        };
        let was_on_top = top_of_theirs == Some(key.get());
        if let Some(table) = new.filter(|table| was_on_top && table.position().is_none() && index > 0)
            && let Some(text) = table.decor().prefix().and_then(toml_edit::RawString::as_str)
            && !text.starts_with('\n')
        {
            let text = format!("\n{text}");
            table.decor_mut().set_prefix(text);
        }
    }
    Ok(out)
}

/// The table that the first header of an item is for.
fn header(item: &Item) -> Option<&Table> {
    match item {
        Item::Table(table) => Some(table),
        Item::ArrayOfTables(tables) => tables.get(0),
        _ => None,
    }
}

fn is_headed(item: &Item) -> bool {
    match item {
        Item::Table(table) => !table.is_dotted(),
        item => item.is_array_of_tables(),
    }
}

/// Comments above a member that is gone, which a blank line keeps apart from it, and the member they go to.
fn kept_comments(tables: Sides<'_, dyn TableLike + '_>, merged: &Object) -> Vec<(String, String)> {
    let lead = |table: &dyn TableLike, name: &str| {
        let (mut key, mut item) = (table.key(name)?.clone(), table.get(name)?.clone());
        decor::lead(&mut key, &mut item).map(|lead| decor::prefix(lead).to_owned())
    };
    let Some(mine) = tables.mine else { return Vec::new() };
    let mut out: Vec<(String, String)> = Vec::new();
    let mut waiting = String::new();
    for (name, _) in mine.iter() {
        if merged.contains_key(name) {
            if !waiting.is_empty() {
                out.push((name.to_owned(), std::mem::take(&mut waiting)));
            }
            continue;
        }
        let Some(text) = lead(mine, name) else { continue };
        let comment = detached(&text);
        let dropped = tables.base.and_then(|base| lead(base, name)).is_some_and(|text| text.contains(comment))
            && tables.theirs.is_some_and(|theirs| {
                !theirs.iter().any(|(name, _)| lead(theirs, name).is_some_and(|text| text.contains(comment.trim())))
            });
        if comment.contains('#') && !dropped {
            waiting += comment;
        }
    }
    out
}

/// How the members of a table are spaced.
#[derive(Default)]
struct Style {
    indent: String,
    after_key: Option<String>,
    before_value: Option<String>,
}

impl Style {
    fn of(table: Option<&dyn TableLike>) -> Self {
        let lines = table.into_iter().flat_map(|table| {
            table.iter().filter_map(|(name, item)| Some((table.key(name)?, item.as_value()?))).collect::<Vec<_>>()
        });
        let mut lines = lines;
        let Some((key, value)) = lines.next() else { return Style::default() };
        let prefix = decor::prefix(key.leaf_decor());
        Style {
            indent: prefix.rsplit('\n').next().filter(|text| text.trim().is_empty()).unwrap_or("").to_owned(),
            after_key: key.leaf_decor().suffix().and_then(|text| text.as_str()).map(str::to_owned),
            before_value: value.decor().prefix().and_then(|text| text.as_str()).map(str::to_owned),
        }
    }

    /// A key for a member that stands nowhere yet.
    fn key(&self, name: &str, item: &Item) -> Key {
        let key = Key::new(name);
        match (&self.after_key, item) {
            (Some(after), Item::Value(_)) => key.with_leaf_decor(Decor::new(self.indent.as_str(), after.as_str())),
            _ => key,
        }
    }
}

/// An array of tables of three. Mine is an [`Item::ArrayOfTables`].
fn tables(items: Sides<'_, Item>, elements: &[Value]) -> Result<Item, Fault> {
    let found = Elements::of(items, elements);
    let mut out = ArrayOfTables::new();
    let mine_at: Vec<usize> = found.places.iter().filter_map(|places| places[1]).collect();
    let in_order = mine_at.is_sorted();
    for (index, element) in elements.iter().enumerate() {
        let mut item = item(found.sides(index), element, Within::Lines)?.0;
        if !in_order {
            decor::unplaced(&mut item);
        }
        match item {
            Item::Table(table) if !table.is_dotted() => out.push(table),
            _ => out.push(fresh::table(element.as_object().unwrap_or(&Object::new()))?),
        }
    }
    Ok(Item::ArrayOfTables(out))
}

/// The elements of three lists, by the places of merged's elements in them.
pub(super) struct Elements {
    lists: [Vec<Item>; 3],
    /// For every element of merged where it stands in base, mine and theirs.
    pub(super) places: Vec<[Option<usize>; 3]>,
}

impl Elements {
    pub(super) fn of(items: Sides<'_, Item>, merged: &[Value]) -> Self {
        let lists = [items.base, items.mine, items.theirs].map(|item| match item {
            Some(Item::ArrayOfTables(tables)) => tables.iter().cloned().map(Item::Table).collect(),
            Some(Item::Value(toml_edit::Value::Array(array))) => array.iter().cloned().map(Item::Value).collect(),
            _ => Vec::new(),
        });
        let [base, mine, theirs] =
            [0, 1, 2].map(|side: usize| counterparts(merged, &lists[side].iter().map(of_item).collect::<Vec<_>>()));
        let places = (0..merged.len()).map(|index| [base[index], mine[index], theirs[index]]).collect();
        Elements { lists, places }
    }

    pub(super) fn sides(&self, index: usize) -> Sides<'_, Item> {
        let [base, mine, theirs] = [0, 1, 2].map(|side| self.places[index][side].map(|at| &self.lists[side][at]));
        Sides { base, mine, theirs }
    }
}
