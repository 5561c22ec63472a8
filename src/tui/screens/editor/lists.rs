//! Lists of objects in the editor: an element is added, removed or moved as one step that can be taken back.

use midair_record::{Object, Pointer, Value};

use super::{Editor, rows};
use crate::tui::keys::Action;

/// An element under the caret: its list, and its place there.
struct Element {
    list: Pointer,
    index: usize,
}

impl Editor {
    /// The nearest element that the row under the caret is, or is in.
    fn element_here(&self) -> Option<Element> {
        let at = self.at()?;
        let holds = |row: &&rows::Row| row.element && row.at.contains(at);
        let row = self.rows.iter().filter(holds).max_by_key(|row| row.at.names().len())?;
        let (index, list) = row.at.names().split_last()?;
        Some(Element { list: Pointer::new(list.to_vec()), index: index.parse().ok()? })
    }

    fn elements_of(&self, list: &Pointer) -> Vec<Value> {
        match self.mine(list) {
            Some(Value::Array(elements)) => elements.clone(),
            _ => Vec::new(),
        }
    }

    /// Adds an element to the list under the caret: at its end, or after the element under the caret. `false` where the
    /// caret is on neither.
    pub fn add_element(&mut self) -> bool {
        let Some(row) = self.rows.get(self.focus).cloned() else { return false };
        let (list, index) = match self.mine(&row.at) {
            _ if row.element => match self.element_here() {
                Some(Element { list, index }) => (list, index + 1),
                None => return false,
            },
            Some(Value::Array(elements)) if elements.is_empty() && self.lists_objects(&row.at) => (row.at, 0),
            list @ Some(Value::Array(elements)) if rows::elements(list).is_some() => {
                let end = elements.len();
                (row.at, end)
            }
            None | Some(Value::Null) if self.lists_objects(&row.at) => (row.at, 0),
            _ => return false,
        };
        self.leave_field();
        let mut elements = self.elements_of(&list);
        let at = list.child(&index.to_string());
        let start = self.schema.as_ref().and_then(|schema| schema.start(&at)).filter(|one| one.as_object().is_some());
        elements.insert(index, start.unwrap_or_else(|| Value::Object(Object::new())));
        self.remember();
        self.renumber(&list, |place| Some(if place >= index { place + 1 } else { place }));
        self.put(&list, Some(Value::Array(elements)));
        self.lay_rows();
        self.focus_on_lacking(&at);
        true
    }

    /// Puts the caret on what is to be filled in at a place: what is required and absent, else what is absent, else the
    /// first that is there.
    pub(super) fn focus_on_lacking(&mut self, at: &Pointer) {
        let inside = |row: &rows::Row| at.contains(&row.at) && row.at != *at;
        let lacks = |row: &rows::Row| inside(row) && self.mine(&row.at).is_none();
        let rows = &self.rows;
        let lacking = rows.iter().position(|row| row.required && lacks(row)).or_else(|| rows.iter().position(lacks));
        let first = || rows.iter().position(inside).or_else(|| rows.iter().position(|row| row.at == *at));
        let row = lacking.or_else(first).unwrap_or(0);
        self.focus_on(row);
    }

    /// Removes the member or element under the caret.
    pub(super) fn remove_here(&mut self) {
        if !self.remove_element() {
            self.set_here(None);
        }
    }

    /// Removes the element under the caret. `false` where the caret is on none.
    fn remove_element(&mut self) -> bool {
        if !self.rows.get(self.focus).is_some_and(|row| row.element) {
            return false;
        }
        let Some(Element { list, index }) = self.element_here() else { return false };
        let mut elements = self.elements_of(&list);
        self.remember();
        self.field = None;
        elements.remove(index);
        self.renumber(&list, |place| match place.cmp(&index) {
            std::cmp::Ordering::Less => Some(place),
            std::cmp::Ordering::Equal => None,
            std::cmp::Ordering::Greater => Some(place - 1),
        });
        let left = elements.len();
        self.put(&list, Some(Value::Array(elements)));
        self.lay_rows();
        let next = if left == 0 { list } else { list.child(&index.min(left - 1).to_string()) };
        let row = self.rows.iter().position(|row| row.at == next).unwrap_or(0);
        self.focus_on(row);
        true
    }

    /// Whether the element that the caret is in can be moved.
    pub fn can_move(&self, action: Action) -> bool {
        self.other(action).is_some()
    }

    /// The element that the caret is in, and the place that it would move to.
    fn other(&self, action: Action) -> Option<(Element, usize)> {
        let here = self.element_here()?;
        let count = match self.mine(&here.list) {
            Some(Value::Array(elements)) => elements.len(),
            _ => 0,
        };
        let there = match action {
            Action::MoveUp => here.index.checked_sub(1)?,
            _ => Some(here.index + 1).filter(|there| *there < count)?,
        };
        Some((here, there))
    }

    /// Moves the element that the caret is in up or down; the caret goes with it.
    pub(super) fn move_element(&mut self, action: Action) {
        let (Some((here, there)), Some(at)) = (self.other(action), self.at().cloned()) else { return };
        self.leave_field();
        let mut elements = self.elements_of(&here.list);
        elements.swap(here.index, there);
        self.remember();
        let swapped = |place: usize| match place {
            place if place == here.index => there,
            place if place == there => here.index,
            place => place,
        };
        self.renumber(&here.list, |place| Some(swapped(place)));
        self.put(&here.list, Some(Value::Array(elements)));
        self.lay_rows();
        let at = renumbered(&at, &here.list, |place| Some(swapped(place)));
        let row = self.rows.iter().position(|row| Some(&row.at) == at.as_ref()).unwrap_or(self.focus);
        self.focus_on(row);
    }

    /// What could not be read stays with its element, which has another place now, or goes with it.
    fn renumber(&mut self, list: &Pointer, place: impl Fn(usize) -> Option<usize>) {
        let unread = std::mem::take(&mut self.unread);
        let moved = unread.into_iter().filter_map(|(at, field)| Some((renumbered(&at, list, &place)?, field)));
        self.unread = moved.collect();
    }
}

/// `at`, with the place of the element of `list` that it is in made another; `None` where the element goes.
fn renumbered(at: &Pointer, list: &Pointer, place: impl Fn(usize) -> Option<usize>) -> Option<Pointer> {
    let depth = list.names().len();
    let index = at.names().get(depth).filter(|_| list.contains(at)).and_then(|name| name.parse().ok());
    let Some(index) = index else { return Some(at.clone()) };
    let mut names = at.names().to_vec();
    names[depth] = place(index)?.to_string();
    Some(Pointer::new(names))
}
