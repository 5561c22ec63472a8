//! What may be typed into a field, by what its collection declares of it: its editor, its steps, its choices, its words.

use std::cmp::Ordering;

use jiff::civil::Date;
use midair_record::schema::{Kind, Place, Schema};
use midair_record::{Number, Object, Pointer, Value};
use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::{Editor, rows};
use crate::tui::field::{FieldEditor, Shape, choice_text};
use crate::tui::keys::Action;

impl Editor {
    /// Takes note of what the collection asks of its records. A new record that nothing was typed into begins with it.
    pub fn learn(&mut self, schema: &Schema) {
        if self.schema.as_ref().is_some_and(|known| known.is(schema)) {
            return;
        }
        self.schema = Some(schema.clone());
        let untouched = self.field.as_ref().is_none_or(FieldEditor::is_untouched);
        let pristine = self.draft.base.stored().is_none() && self.draft.fields.is_empty();
        if pristine
            && untouched
            && self.start.is_empty()
            && let Some(Value::Object(start)) = schema.start(&Pointer::root())
        {
            self.start.clone_from(&start);
            self.draft.fields = start;
        }
        let at = self.at().cloned();
        self.lay_rows();
        self.stale = true;
        if pristine && untouched {
            return self.focus_on_lacking(&Pointer::root());
        }
        self.focus = self.rows.iter().position(|row| Some(&row.at) == at.as_ref()).unwrap_or(0);
        if untouched && !self.in_full {
            self.field = self.open_field();
        }
    }

    /// What is declared of a place.
    pub(super) fn place(&self, at: &Pointer) -> Place {
        self.schema.as_ref().map(|schema| schema.place(at)).unwrap_or_default()
    }

    /// What is declared of the place under the caret.
    pub(super) fn place_here(&self) -> Place {
        self.at().map(|at| self.place(at)).unwrap_or_default()
    }

    /// The field editor for the row under the caret, where typing means something there.
    pub(super) fn open_field(&mut self) -> Option<FieldEditor> {
        self.choosing = None;
        let at = self.rows.get(self.focus)?.at.clone();
        if let Some(field) = self.unread.remove(&at) {
            return Some(field);
        }
        let (place, mine) = (self.place(&at), self.mine(&at));
        let nested = matches!(mine, Some(Value::Object(_) | Value::Array(_)));
        if !place.choices.is_empty() && place.kind() != Some(Kind::Bool) && !nested {
            return Some(FieldEditor::open_choice(place.choices, mine));
        }
        let shape = match mine {
            Some(Value::String(_)) if self.was_number(&at, &place) => Shape::Number,
            // A text of many lines is looked at by its first line, and edited in full.
            Some(Value::String(text)) if text.as_str().contains('\n') => return None,
            Some(Value::String(_)) => return Some(self.opened(mine)),
            Some(Value::Number(_)) => Shape::Number,
            None | Some(Value::Null) => self.usual_shape(&at, &place)?,
            _ => return None,
        };
        Some(FieldEditor::open_as(shape, mine))
    }

    /// How something is typed where nothing is: as is declared, else as it was, else as in the record that is a pattern.
    fn usual_shape(&self, at: &Pointer, place: &Place) -> Option<Shape> {
        match place.kind() {
            Some(Kind::Integer | Kind::Number) => return Some(Shape::Number),
            Some(Kind::Text) => return Some(Shape::Text),
            Some(Kind::List) => return self.lists_words(at).then_some(Shape::Words),
            Some(Kind::Bool | Kind::Object | Kind::Null) => return None,
            None => {}
        }
        let something = |value: &&Value| **value != Value::Null;
        let was = self.base_fields().and_then(|base| at.get(base)).filter(something);
        match was.or_else(|| at.get(&self.template)) {
            Some(Value::Number(_)) => Some(Shape::Number),
            None | Some(Value::String(_) | Value::Null) => Some(Shape::Text),
            _ => None,
        }
    }

    fn lists_words(&self, at: &Pointer) -> bool {
        self.place(&at.child("0")).kind() == Some(Kind::Text)
    }

    /// Whether elements of the list at `at` are objects, by what is declared.
    pub(super) fn lists_objects(&self, at: &Pointer) -> bool {
        self.place(at).kind() == Some(Kind::List) && self.place(&at.child("0")).kind() == Some(Kind::Object)
    }

    /// A draft keeps a number that cannot be read yet as text; it goes on as a number.
    fn was_number(&self, at: &Pointer, place: &Place) -> bool {
        match self.base_fields().and_then(|base| at.get(base)) {
            Some(Value::Number(_)) => true,
            None | Some(Value::Null) => matches!(place.kind(), Some(Kind::Integer | Kind::Number)),
            _ => false,
        }
    }

    /// Whether the field under the caret is true or false, or is to be: what it is, false where it is neither yet.
    pub(super) fn truth(&self) -> Option<bool> {
        match self.at().and_then(|at| self.mine(at)) {
            Some(Value::Bool(truth)) => Some(*truth),
            None | Some(Value::Null) if self.place_here().kind() == Some(Kind::Bool) => Some(false),
            _ => None,
        }
    }

    /// What Enter makes of a field that is absent or null, where that is declared and is no text.
    pub(super) fn begin_here(&mut self) -> bool {
        let Some(at) = self.at().cloned() else { return false };
        if !matches!(self.mine(&at), None | Some(Value::Null)) {
            return false;
        }
        if self.lists_objects(&at) {
            return self.add_element();
        }
        if self.place(&at).kind() != Some(Kind::Object) {
            return false;
        }
        let start = self.schema.as_ref().and_then(|schema| schema.start(&at));
        let start = start.filter(|start| start.as_object().is_some());
        self.set_here(Some(start.unwrap_or_else(|| Value::Object(Object::new()))));
        true
    }

    /// Steps the value under the caret up or down: a number, a date, a choice, true/false. `today`: what a date that is
    /// absent begins with.
    pub fn step(&mut self, action: Action, today: Date) {
        let Some(next) = self.stepped(action, today) else { return };
        match next {
            Value::Bool(_) => self.set_here(Some(next)),
            next => {
                let text = match (&next, &self.field) {
                    (value, Some(field)) if field.shape == Shape::Choice => choice_text(value, &field.choices),
                    (Value::String(text), _) => text.as_str().to_owned(),
                    (other, _) => other.to_json(),
                };
                self.edit(|field| field.replace(&text));
            }
        }
    }

    /// What a step leads to; `None` where there is none.
    pub fn stepped(&self, action: Action, today: Date) -> Option<Value> {
        let up = action == Action::StepUp;
        if let Some(truth) = self.truth() {
            return Some(Value::Bool(!truth));
        }
        let field = self.field.as_ref()?;
        let place = self.place_here();
        match (field.shape, field.value()) {
            (Shape::Choice, Ok(now)) => {
                let count = field.choices.len();
                let at = field.choices.iter().position(|value| Some(value) == now.as_ref());
                let next = match (at, up) {
                    (Some(at), true) => (at + 1) % count,
                    (Some(at), false) => (at + count - 1) % count,
                    (None, true) => 0,
                    (None, false) => count - 1,
                };
                field.choices.get(next).filter(|next| Some(*next) != now.as_ref()).cloned()
            }
            (Shape::Number, Ok(Some(Value::Number(now)))) => stepped_number(&now, up, &place).map(Value::Number),
            (Shape::Number, Ok(_)) if field.area.is_empty() => {
                let number = |value: &Option<Value>| match value {
                    Some(Value::Number(number)) => Some(number.clone()),
                    _ => None,
                };
                number(&place.default).or(place.at_least).or_else(|| Number::parse("0")).map(Value::Number)
            }
            (Shape::Text, Ok(now)) => {
                let text = now.as_ref().and_then(Value::as_str).unwrap_or_default();
                stepped_date(text, up, place.format.as_deref()?, today).map(Value::string)
            }
            _ => None,
        }
    }

    /// Whether a value is being chosen from a list.
    pub fn is_choosing(&self) -> bool {
        self.choosing.is_some() && self.choices().is_some()
    }

    fn choices(&self) -> Option<&FieldEditor> {
        self.field.as_ref().filter(|field| field.shape == Shape::Choice)
    }

    /// What can be chosen: all of it, until something is typed that is none of it; then what is called like that, the best
    /// first.
    pub(super) fn found(&self) -> Vec<String> {
        let Some(field) = self.choices() else { return Vec::new() };
        let all: Vec<String> = field.choices.iter().map(|value| choice_text(value, &field.choices)).collect();
        let typed = field.area.text();
        if field.is_untouched() || typed.trim().is_empty() || all.contains(&typed) {
            return all;
        }
        let pattern = Pattern::parse(typed.trim(), CaseMatching::Ignore, Normalization::Smart);
        let mut matcher = Matcher::new(Config::DEFAULT);
        let mut letters = Vec::new();
        let score = |text: String| {
            let score = pattern.score(Utf32Str::new(&text, &mut letters), &mut matcher)?;
            Some((score, text))
        };
        let mut found: Vec<(u32, String)> = all.into_iter().filter_map(score).collect();
        found.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
        found.into_iter().map(|(_, text)| text).collect()
    }

    /// Shows what can be chosen, with what stands there under the cursor.
    pub(super) fn choose(&mut self) {
        let typed = self.field.as_ref().map(|field| field.area.text()).unwrap_or_default();
        self.choosing =
            self.choices().is_some().then(|| self.found().iter().position(|one| *one == typed).unwrap_or(0));
    }

    /// Keys while a value is chosen.
    pub fn choosing_act(&mut self, action: Action) {
        let Some(cursor) = self.choosing else { return };
        let found = self.found();
        match action {
            Action::Up => self.choosing = Some(cursor.saturating_sub(1)),
            Action::Down => self.choosing = Some((cursor + 1).min(found.len().saturating_sub(1))),
            Action::Submit | Action::NextField => {
                if let Some(text) = found.get(cursor) {
                    self.edit(|field| field.replace(text));
                }
                self.choosing = None;
                if action == Action::NextField {
                    self.act(Action::NextField, 1);
                }
            }
            Action::Undo => self.act(Action::Undo, 1),
            _ => self.choosing = None,
        }
        if self.choosing.is_none() {
            self.take_over();
        }
    }

    /// A sentence for a key that types nothing here. `key`: how the key of an action is read.
    pub fn types_nothing(&self, key: impl Fn(Action) -> String) -> Option<String> {
        let row = self.rows.get(self.focus)?;
        let name = self.secrets.label(&row.same);
        let [enter, add, remove] = [Action::EnterField, Action::AddField, Action::RemoveField].map(&key);
        if self.truth().is_some() {
            return Some(format!("{name} is true or false: Space flips it, t and f set it."));
        }
        if row.element {
            let [up, down] = [Action::MoveUp, Action::MoveDown].map(&key);
            return Some(format!(
                "{name} is one of a list, its fields stand below. {add} adds another, {remove} removes it, {up} and {down} move it."
            ));
        }
        Some(match self.mine(&row.at) {
            Some(Value::Object(members)) if members.is_empty() => {
                format!("{name} is an object with nothing in it. {add} adds a field to it.")
            }
            Some(Value::Object(_)) => format!("{name} is an object: its fields stand below. {enter} opens it as JSON."),
            list @ Some(Value::Array(_)) if rows::elements(list).is_some() => {
                format!("{name} is a list: what it holds stands below. {add} adds to it, {enter} opens it as JSON.")
            }
            Some(Value::Array(_)) if self.lists_objects(&row.at) => format!("{name} is a list. {add} adds to it."),
            Some(Value::Array(_)) => format!("{name} is a list. {enter} opens it."),
            None | Some(Value::Null) if self.lists_objects(&row.at) => {
                format!("{name} is to be a list. {enter} adds the first element.")
            }
            None | Some(Value::Null) if self.place(&row.at).kind() == Some(Kind::Object) => {
                format!("{name} is to be an object. {enter} makes it one.")
            }
            _ => format!(
                "Nothing is typed here. {enter} opens {name}, {} makes it something else.",
                key(Action::ChangeType)
            ),
        })
    }

    /// Which element of its list a row is: `2 of 3`.
    fn place_among(&self, row: &rows::Row) -> Option<String> {
        let (index, list) = row.at.names().split_last().filter(|_| row.element)?;
        let count = rows::elements(self.mine(&Pointer::new(list.to_vec())))?.len();
        Some(format!("{} of {count}", index.parse::<usize>().ok()? + 1))
    }

    /// What is declared of the field under the caret, in one line.
    pub(super) fn told(&self) -> String {
        let Some(row) = self.rows.get(self.focus) else { return String::new() };
        let place = self.place(&row.at);
        let title = place.title.clone().filter(|title| !title.eq_ignore_ascii_case(&row.label));
        let required = row.required.then(|| "required".to_owned());
        let parts = self
            .place_among(row)
            .into_iter()
            .chain(title)
            .chain(kind_in_words(&place))
            .chain(required)
            .chain(place.description);
        parts.collect::<Vec<_>>().join(" · ")
    }
}

/// The next number, within its limits.
fn stepped_number(now: &Number, up: bool, place: &Place) -> Option<Number> {
    let one = place.step.clone().or_else(|| Number::parse("1"))?;
    let by = if up { one } else { Number::parse(&format!("-{}", one.as_str()))? };
    let next = now.plus(&by)?;
    let beyond =
        |limit: &Option<Number>, side: Ordering| limit.as_ref().is_some_and(|limit| next.compared(limit) == Some(side));
    let at_limit =
        |limit: &Option<Number>| limit.as_ref().is_some_and(|limit| next.compared(limit) == Some(Ordering::Equal));
    let (limit, side, open) = match up {
        true => (&place.at_most, Ordering::Greater, &place.below),
        false => (&place.at_least, Ordering::Less, &place.above),
    };
    if beyond(open, side) || at_limit(open) {
        return None;
    }
    if beyond(limit, side) {
        return limit.clone().filter(|limit| now.compared(limit) == Some(side.reverse()));
    }
    Some(next)
}

/// The day after or before, with whatever follows the date kept as it is.
fn stepped_date(text: &str, up: bool, format: &str, today: Date) -> Option<String> {
    if !matches!(format, "date" | "date-time") {
        return None;
    }
    if text.is_empty() {
        return Some(if format == "date" { today.to_string() } else { format!("{today}T12:00:00Z") });
    }
    let date: Date = text.get(..10)?.parse().ok()?;
    let next = if up { date.tomorrow() } else { date.yesterday() }.ok()?;
    Some(format!("{next}{}", &text[10..]))
}

/// The type and the limits of a place.
fn kind_in_words(place: &Place) -> Option<String> {
    if !place.choices.is_empty() {
        let words: Vec<String> = place.choices.iter().map(|value| choice_text(value, &place.choices)).collect();
        return Some(format!("one of {}", words.join(", ")));
    }
    let kind = place.kind()?;
    let word = match (kind, place.format.as_deref()) {
        (Kind::Text, Some("date")) => "date, as 2026-03-31",
        (Kind::Text, Some("date-time")) => "date and time, as 2026-03-31T14:30:00Z",
        (Kind::Text, Some("time")) => "time, as 14:30:00Z",
        (Kind::Text, Some("email" | "idn-email")) => "e-mail address",
        (Kind::Text, Some("uri" | "iri")) => "address, as https://example.com/",
        (Kind::Text, _) => "text",
        (Kind::Integer, _) => "whole number",
        (Kind::Number, _) => "number",
        (Kind::Bool, _) => "true or false",
        (Kind::List, _) => "list",
        (Kind::Object | Kind::Null, _) => return None,
    };
    let limits = match kind {
        Kind::Integer | Kind::Number => limits_in_words(place),
        Kind::Text => place.longest.as_ref().map(|most| format!("at most {} characters", most.as_str())),
        _ => None,
    };
    let null = if place.may_be_null() { " or null" } else { "" };
    Some(limits.map_or_else(|| format!("{word}{null}"), |limits| format!("{word}, {limits}{null}")))
}

fn limits_in_words(place: &Place) -> Option<String> {
    let said = |words: &str, limit: &Option<Number>| limit.as_ref().map(|limit| format!("{words} {}", limit.as_str()));
    let range = match (&place.at_least, &place.at_most) {
        (Some(low), Some(high)) => vec![Some(format!("{} to {}", low.as_str(), high.as_str()))],
        (low, high) => vec![said("at least", low), said("at most", high)],
    };
    let rest = [said("more than", &place.above), said("less than", &place.below), said("a multiple of", &place.step)];
    let all: Vec<String> = range.into_iter().chain(rest).flatten().collect();
    (!all.is_empty()).then(|| all.join(", "))
}
