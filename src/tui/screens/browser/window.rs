//! A window on a list of any length: the records around the cursor, and what to ask for as it moves; of a million it keeps no
//! more than of a thousand. Records are in the order of their ids.

use midair_record::wire::Stored;

use crate::tui::msg::{Page, Part};

/// How near to an edge the cursor comes before what lies beyond it is asked for.
pub const AHEAD: usize = 100;

/// How many records are kept, and a page more while they come.
const MOST: usize = 500;

/// The window. By default: on an empty list.
#[derive(Clone, Debug, Default)]
pub struct Window {
    rows: Vec<Stored>,
    focus: usize,
    /// The place before which there is more; `None` where the first row is the first of the list.
    before: Option<String>,
    /// The place after which there is more.
    after: Option<String>,
    /// Rows after this place stand as they were before all was asked for again.
    stale: Option<String>,
    /// How many records stand before the first row, where that is known.
    start: Option<u64>,
    /// How many there are, where that is known.
    total: Option<u64>,
}

impl Window {
    /// The records that are loaded.
    pub fn rows(&self) -> &[Stored] {
        &self.rows
    }

    /// Which of them is under the cursor.
    pub fn focus(&self) -> usize {
        self.focus
    }

    /// The record under the cursor.
    pub fn focused(&self) -> Option<&Stored> {
        self.rows.get(self.focus)
    }

    /// How many records there are, those that are not loaded included, where that is known.
    pub fn total(&self) -> Option<u64> {
        self.total
    }

    /// The place of the cursor in the whole list, counted from 1, where it is known.
    pub fn place(&self) -> Option<u64> {
        let place = self.start? + self.focus as u64 + 1;
        (!self.rows.is_empty() && self.total.is_none_or(|total| place <= total)).then_some(place)
    }

    /// Whether the cursor cannot move on before more comes.
    pub fn waits_for_more(&self) -> bool {
        self.rows.is_empty()
            || self.focus == 0 && self.before.is_some()
            || self.focus + 1 == self.rows.len() && self.after.is_some()
    }

    /// Moves the cursor by so many records, up where negative, as far as they are loaded.
    pub fn go(&mut self, records: isize) {
        self.go_to(self.focus.saturating_add_signed(records));
    }

    /// Puts the cursor on a row, or on the last one.
    pub fn go_to(&mut self, row: usize) {
        self.focus = row.min(self.rows.len().saturating_sub(1));
    }

    /// Goes to the first record of the list. `false`: it is not loaded.
    pub fn go_to_first(&mut self) -> bool {
        if self.before.is_none() {
            self.focus = 0;
        }
        self.before.is_none()
    }

    /// Goes to the last record of the list. `false`: it is not loaded.
    pub fn go_to_last(&mut self) -> bool {
        if self.after.is_none() {
            self.go_to(usize::MAX);
        }
        self.after.is_none()
    }

    /// What to ask for, so that the cursor finds it when it gets there.
    pub fn lacks(&self) -> Option<Part> {
        let part = |after: &String, backwards| Part { after: Some(after.clone()), backwards, limit: AHEAD };
        if let Some(stale) = &self.stale {
            return Some(part(stale, false));
        }
        match (&self.before, &self.after) {
            (_, Some(after)) if self.focus + AHEAD > self.rows.len() => Some(part(after, false)),
            (Some(before), _) if self.focus < AHEAD => Some(part(before, true)),
            _ => None,
        }
    }

    /// What to ask for to have all that is loaded anew; where that begins after the first row, the row itself is not in it.
    pub fn again(&self) -> Part {
        let first = self.rows.first().filter(|_| self.before.is_some());
        Part { after: first.map(|first| first.id.clone()), backwards: false, limit: self.rows.len() + AHEAD }
    }

    /// Takes what was asked for. The cursor stays on its record.
    pub fn take(&mut self, part: &Part, page: Page) {
        let Page { mut items, next, total } = page;
        let focused = self.focused().map(|stored| stored.id.clone());
        if part.backwards {
            items.reverse();
        }
        match (&part.after, part.backwards) {
            (None, true) => {
                *self = Window { rows: items, before: next, focus: self.focus, ..Window::default() };
            }
            (after, false) => {
                let up_to = |place: &String| self.rows.partition_point(|row| row.id <= *place);
                let begins = after.as_ref().map_or(0, up_to);
                let is_near = after.is_some() || self.before.is_none();
                // What stands after the page stays until it is asked for too.
                let ends = next.as_ref().filter(|_| is_near).map_or(self.rows.len(), up_to).max(begins);
                if ends == self.rows.len() {
                    (self.after, self.stale) = (next, None);
                } else {
                    self.stale = next;
                }
                self.rows.splice(begins..ends, items);
                if after.is_none() {
                    self.before = None;
                }
            }
            (Some(_), true) => {
                self.start = self.start.map(|start| start.saturating_sub(items.len() as u64));
                self.rows.splice(..0, items);
                self.before = next;
            }
        }
        if part.after.is_none() {
            (self.start, self.total) = (None, None);
        }
        self.count(total);
        let same = self.rows.iter().position(|stored| Some(&stored.id) == focused.as_ref());
        self.go_to(same.unwrap_or(self.focus));
        self.forget_far_rows(part.backwards);
    }

    /// Works out where the window is in the whole, as far as an end of the list is in it. `told`: how many there are.
    fn count(&mut self, told: Option<u64>) {
        let rows = self.rows.len() as u64;
        self.total = told.or(self.total);
        match (&self.before, &self.after) {
            (None, None) if self.stale.is_none() => (self.start, self.total) = (Some(0), Some(rows)),
            (None, _) => self.start = Some(0),
            (Some(_), None) if self.stale.is_none() => {
                self.start = self.total.map(|total| total.saturating_sub(rows)).or(self.start);
                self.total = self.total.or(self.start.map(|start| start + rows));
            }
            _ => {}
        }
    }

    /// Keeps what is around the cursor; what is behind it in the way that it came goes first.
    fn forget_far_rows(&mut self, backwards: bool) {
        for front in [!backwards, backwards] {
            let excess = self.rows.len().saturating_sub(MOST);
            let beside = if front { self.focus } else { self.rows.len().saturating_sub(self.focus + 1) };
            let many = excess.min(beside.saturating_sub(2 * AHEAD));
            if many == 0 {
                continue;
            }
            if front {
                self.rows.drain(..many);
                self.focus -= many;
                self.start = self.start.map(|start| start + many as u64);
                self.before = self.rows.first().map(|row| row.id.clone());
                if self.stale.is_some() && self.stale < self.before {
                    self.stale.clone_from(&self.before);
                }
            } else {
                self.rows.truncate(self.rows.len() - many);
                self.after = self.rows.last().map(|row| row.id.clone());
                self.stale.take_if(|stale| self.after.as_ref().is_none_or(|last| *last <= *stale));
            }
        }
    }

    /// Puts a newer version of a record in its row. `false`: it has none, or what stands there is as new.
    pub fn refresh(&mut self, newer: &Stored) -> bool {
        let row = self.rows.iter_mut().find(|row| row.id == newer.id && row.version < newer.version);
        row.map(|row| *row = newer.clone()).is_some()
    }

    /// Whether a record is loaded.
    pub fn holds(&self, id: &str) -> bool {
        self.rows.iter().any(|row| row.id == id)
    }

    /// A record was created; `listed`: whether it is in this list, which cannot be told where the list is filtered.
    /// Gives whether it may stand among those that are loaded, which then have to be asked for again.
    pub fn created(&mut self, id: &str, listed: bool) -> bool {
        let beyond = self.beyond(id);
        if beyond {
            self.shift(id, 1, listed);
        }
        !beyond
    }

    /// A record was deleted; `listed` as in [`Window::created`].
    pub fn deleted(&mut self, id: &str, listed: bool) {
        if let Some(at) = self.rows.iter().position(|row| row.id == id) {
            self.rows.remove(at);
            self.go_to(self.focus - usize::from(at < self.focus));
            self.total = self.total.map(|total| total.saturating_sub(1));
        } else if self.beyond(id) {
            self.shift(id, -1, listed);
        }
    }

    /// Whether an id stands in a part of the list that is not loaded.
    fn beyond(&self, id: &str) -> bool {
        self.is_before(id) || self.after.is_some() && self.rows.last().is_some_and(|last| *id > *last.id)
    }

    fn is_before(&self, id: &str) -> bool {
        self.before.is_some() && self.rows.first().is_some_and(|first| *id < *first.id)
    }

    /// So many records more stand beyond the window, where `id` is.
    fn shift(&mut self, id: &str, by: i64, listed: bool) {
        let moved = |count: Option<u64>| count.filter(|_| listed).map(|count| count.saturating_add_signed(by));
        if self.is_before(id) {
            self.start = moved(self.start);
        }
        self.total = moved(self.total);
    }
}

#[cfg(test)]
mod laws;
