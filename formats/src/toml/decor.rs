//! The comments and the space around TOML keys and values, of three documents.

use toml_edit::{ArrayOfTables, Decor, Item, Key, RawString, Table};

/// The same thing in three documents, where it stands in them.
pub(super) struct Sides<'a, T: ?Sized> {
    pub(super) base: Option<&'a T>,
    pub(super) mine: Option<&'a T>,
    pub(super) theirs: Option<&'a T>,
}

impl<T: ?Sized> Clone for Sides<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T: ?Sized> Copy for Sides<'_, T> {}

impl<'a, T: ?Sized> Sides<'a, T> {
    /// The part that `part` finds on every side.
    pub(super) fn map<U: ?Sized>(self, part: impl Fn(&'a T) -> Option<&'a U>) -> Sides<'a, U> {
        Sides { base: self.base.and_then(&part), mine: self.mine.and_then(&part), theirs: self.theirs.and_then(&part) }
    }

    /// The side that stands for something that is read from every side: theirs where mine did not change it, mine where
    /// theirs did not, else the one that is asked for.
    pub(super) fn chosen<P: PartialEq>(self, part: impl Fn(&'a T) -> P, rather_theirs: bool) -> Option<&'a T> {
        let (Some(mine), Some(theirs)) = (self.mine, self.theirs) else { return self.mine.or(self.theirs) };
        let base = self.base.map(&part);
        let rather = if rather_theirs && base != Some(part(theirs)) { theirs } else { mine };
        Some(if base == Some(part(mine)) { theirs } else { rather })
    }
}

/// The comments of three, each that of the side that changed it; where both did, of the side that is asked for.
pub(super) fn decor(sides: Sides<'_, Decor>, rather_theirs: bool) -> Decor {
    let part = |which: fn(&Decor) -> Option<&RawString>| {
        let text = |decor: &Decor| which(decor).and_then(RawString::as_str).map(str::to_owned);
        sides.chosen(text, rather_theirs).and_then(text)
    };
    let mut out = Decor::default();
    if let Some(prefix) = part(Decor::prefix) {
        out.set_prefix(prefix);
    }
    if let Some(suffix) = part(Decor::suffix) {
        out.set_suffix(suffix);
    }
    out
}

/// The key of three, spelling and comments.
pub(super) fn key(sides: Sides<'_, Key>, rather_theirs: bool) -> Option<Key> {
    let mut key = sides.chosen(|key| key.display_repr().into_owned(), rather_theirs)?.clone();
    *key.leaf_decor_mut() = decor(sides.map(|key| Some(key.leaf_decor())), rather_theirs);
    *key.dotted_decor_mut() = decor(sides.map(|key| Some(key.dotted_decor())), rather_theirs);
    Some(key)
}

/// The text before.
pub(super) fn prefix(decor: &Decor) -> &str {
    decor.prefix().and_then(RawString::as_str).unwrap_or("")
}

/// The text after.
pub(super) fn suffix(decor: &Decor) -> &str {
    decor.suffix().and_then(RawString::as_str).unwrap_or("")
}

/// Where the comments above an item are kept.
pub(super) fn lead<'i>(key: &'i mut Key, item: &'i mut Item) -> Option<&'i mut Decor> {
    match item {
        Item::None => None,
        Item::Value(_) => Some(key.leaf_decor_mut()),
        Item::Table(table) if table.is_dotted() || table.is_implicit() => None,
        Item::Table(table) => Some(table.decor_mut()),
        Item::ArrayOfTables(tables) => tables.get_mut(0).map(Table::decor_mut),
    }
}

/// Forgets the places of all tables in an item, so that they follow what they follow in their table.
pub(super) fn unplaced(item: &mut Item) {
    match item {
        Item::Table(table) => unplaced_table(table),
        Item::ArrayOfTables(tables) => tables.iter_mut().for_each(unplaced_table),
        _ => {}
    }
}

/// [`unplaced`] for a table.
pub(super) fn unplaced_table(table: &mut Table) {
    table.set_position(None);
    table.iter_mut().for_each(|(_, item)| unplaced(item));
}

/// All text of an item but where its tables stand, for comparisons.
pub(super) fn print(item: &Item) -> String {
    match item {
        Item::None => String::new(),
        Item::Value(value) => value.to_string(),
        Item::Table(table) => print_table(table),
        Item::ArrayOfTables(tables) => print_tables(tables),
    }
}

fn print_tables(tables: &ArrayOfTables) -> String {
    tables.iter().map(|table| format!("[[{}]]", print_table(table))).collect()
}

fn print_table(table: &Table) -> String {
    let mut out = format!("{}{}[", prefix(table.decor()), if table.is_dotted() { "." } else { "" });
    for (name, item) in table.iter() {
        if let Some(key) = table.key(name) {
            out += &format!("{}{}{}=", prefix(key.leaf_decor()), key.display_repr(), suffix(key.leaf_decor()));
        }
        out += &print(item);
        out.push('\n');
    }
    out + "]" + suffix(table.decor())
}
