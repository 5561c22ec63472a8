//! One value under the caret: how its text is read back, and what is said when it cannot be.

use midair_record::schema::Secrets;
use midair_record::{Number, Pointer, Value};
use ratatui::crossterm::event::{KeyCode, KeyModifiers};
use ropey::Rope;

use super::keys::Action;
use super::masking::stretches;
use super::msg::Press;
use super::widgets::text::{Mask, Move, TextArea};

/// How the text of a field is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// As it stands.
    Text,
    /// As a number, whose text is kept.
    Number,
    /// As a list of texts, one a line.
    Words,
    /// As one of the values that are allowed.
    Choice,
    /// As JSON.
    Json,
}

impl Shape {
    /// The shape in which `value` is edited best. True/false and nothing are edited as JSON.
    pub fn of(value: Option<&Value>) -> Shape {
        match value {
            Some(Value::String(_)) | None => Shape::Text,
            Some(Value::Number(_)) => Shape::Number,
            Some(Value::Array(elements)) if elements.iter().all(is_word) => Shape::Words,
            _ => Shape::Json,
        }
    }

    /// How the name of a file ends that holds such a text.
    pub fn extension(self) -> &'static str {
        if self == Shape::Json { "json" } else { "txt" }
    }

    /// What the shape is called above the field.
    pub fn words(self) -> &'static str {
        match self {
            Shape::Text => "text",
            Shape::Number => "number",
            Shape::Words => "list, one text a line",
            Shape::Choice => "choice",
            Shape::Json => "JSON",
        }
    }
}

fn is_word(element: &Value) -> bool {
    element.as_str().is_some_and(|word| !word.is_empty() && !word.contains(['\n', '\r']))
}

/// How a value that can be chosen is read and typed: a text as it stands, unless another value is read the same.
pub fn choice_text(value: &Value, choices: &[Value]) -> String {
    match value {
        Value::String(text) if choices.iter().all(|other| other.to_json() != text.as_str()) => text.as_str().to_owned(),
        other => other.to_json(),
    }
}

/// A text that is longer is not read again with each key, but when time goes on.
pub const LONG: usize = 16_384;

/// A value being edited.
#[derive(Clone, Debug)]
pub struct FieldEditor {
    pub shape: Shape,
    pub area: TextArea,
    /// Whether what stands there is secret: then it is masked, and no sentence quotes it.
    secret: bool,
    /// How many secrets were found in the text at the most; and whether one of them is no longer found.
    secrets: usize,
    lost: bool,
    /// What can be chosen, where it is a choice.
    pub choices: Vec<Value>,
    was: Option<Value>,
    text_was: Rope,
    /// Why a long text could not be read when it was looked at last, and at which state of it that was.
    fault: Option<String>,
    looked_at: u64,
}

impl FieldEditor {
    /// Opens `value` in the shape that fits it.
    pub fn open(value: Option<&Value>) -> Self {
        Self::open_as(Shape::of(value), value)
    }

    /// Opens `value` in a given shape.
    pub fn open_as(shape: Shape, value: Option<&Value>) -> Self {
        Self::opened(shape, Vec::new(), value)
    }

    /// Opens `value` as one of `choices`; it may be another one.
    pub fn open_choice(choices: Vec<Value>, value: Option<&Value>) -> Self {
        Self::opened(Shape::Choice, choices, value)
    }

    fn opened(shape: Shape, choices: Vec<Value>, value: Option<&Value>) -> Self {
        let area = match (shape, value) {
            (Shape::Choice, Some(value)) if choices.contains(value) => TextArea::new(&choice_text(value, &choices)),
            (_, None) | (Shape::Text | Shape::Choice, Some(Value::Null)) => TextArea::new(""),
            (Shape::Choice, Some(Value::String(text))) => TextArea::new(text.as_str()),
            (Shape::Text | Shape::Number, Some(Value::String(text))) => TextArea::new(text.as_str()),
            (Shape::Words, Some(Value::Array(elements))) => {
                let words: Vec<&str> = elements.iter().filter_map(Value::as_str).collect();
                TextArea::new(&words.join("\n"))
            }
            (_, Some(value)) => TextArea::new(&value.to_json()),
        };
        Self::on(area, shape, choices, value)
    }

    /// Opens a text that was laid out before as `rope`.
    pub fn open_laid(text: &Value, rope: Rope) -> Self {
        Self::on(TextArea::of(rope), Shape::Text, Vec::new(), Some(text))
    }

    /// What stands in `area`, which says `value`.
    fn on(area: TextArea, shape: Shape, choices: Vec<Value>, value: Option<&Value>) -> Self {
        let (text_was, looked_at) = (area.rope().clone(), area.revision());
        FieldEditor {
            shape,
            choices,
            area,
            secret: false,
            secrets: 0,
            lost: false,
            was: value.cloned(),
            text_was,
            fault: None,
            looked_at,
        }
    }

    /// The value that stands there: the very one that was opened as long as its text is unchanged.
    ///
    /// # Errors
    /// A sentence that says why the text cannot be read in this shape.
    pub fn value(&self) -> Result<Option<Value>, String> {
        match (self.is_untouched(), self.shape, &self.was) {
            (true, Shape::Number, Some(Value::String(_))) | (false, ..) => match self.read(&self.area.text()) {
                Err(_) if self.secret => Err(format!("cannot be read as {} yet", self.shape.words())),
                read => read.map(Some),
            },
            (true, ..) => Ok(self.was.clone()),
        }
    }

    /// Whether a secret could be read in what stands there, at `at` of a record.
    fn may_tell(&self, secrets: &Secrets, at: &Pointer) -> bool {
        match self.shape {
            Shape::Json | Shape::Words => secrets.reach_into(at),
            _ => secrets.is_secret(at),
        }
    }

    /// Takes what is secret in what stands there, at `at` of a record, and masks that unless it `shows`.
    pub fn veil(&mut self, secrets: &Secrets, at: &Pointer, shows: bool) {
        self.secret = self.may_tell(secrets, at);
        let inside = self.shape == Shape::Json && !self.is_long() && !secrets.is_secret(at);
        let mask = match () {
            () if !self.secret || shows => Mask::default(),
            () if inside => self.inner_mask(secrets, at),
            () => Mask::all(),
        };
        self.area.set_mask(mask);
    }

    /// Masks the secrets in a JSON text. Where one is no longer found, its name is being changed, say, and it may stand
    /// anywhere.
    fn inner_mask(&mut self, secrets: &Secrets, at: &Pointer) -> Mask {
        let found = stretches(&self.area.text(), at, &|place| secrets.is_secret(place));
        self.lost |= found.as_ref().is_some_and(|found| found.len() < self.secrets);
        match found {
            Some(found) if !self.lost => {
                self.secrets = found.len();
                Mask::of(found)
            }
            _ => Mask::all(),
        }
    }

    /// Masks all that stands there, unless it `shows`.
    pub fn veil_all(&mut self, shows: bool) {
        self.secret = true;
        self.area.set_mask(if shows { Mask::default() } else { Mask::all() });
    }

    /// Whether what stands there is secret.
    pub fn is_secret(&self) -> bool {
        self.secret
    }

    fn read(&self, text: &str) -> Result<Value, String> {
        match self.shape {
            Shape::Text => Ok(Value::string(text)),
            Shape::Number => match Number::parse(text.trim()) {
                Some(number) => Ok(Value::Number(number)),
                None => Err(format!("{:?} is not a number", text.trim())),
            },
            Shape::Words => {
                Ok(Value::Array(text.lines().filter(|line| !line.trim().is_empty()).map(Value::string).collect()))
            }
            Shape::Choice => {
                let chosen = self.choices.iter().find(|value| choice_text(value, &self.choices) == text);
                Ok(chosen.cloned().unwrap_or_else(|| Value::string(text)))
            }
            Shape::Json => Value::parse(text).map_err(|fault| format!("not JSON yet: {fault}")),
        }
    }

    fn is_long(&self) -> bool {
        self.area.rope().len_bytes() > LONG
    }

    /// Why the text cannot be read, if it cannot: of a long text, as it was when time went on last.
    pub fn fault(&self) -> Option<String> {
        match self.shape {
            Shape::Text | Shape::Words | Shape::Choice => None,
            Shape::Number | Shape::Json if self.is_long() => self.fault.clone(),
            Shape::Number | Shape::Json => self.value().err(),
        }
    }

    /// Whether the text can be read.
    pub fn is_readable(&self) -> bool {
        matches!(self.shape, Shape::Text | Shape::Words | Shape::Choice) || self.value().is_ok()
    }

    /// Time went on: reads a long text again, where it changed.
    pub fn look(&mut self) {
        if self.is_long() && self.looked_at != self.area.revision() {
            self.looked_at = self.area.revision();
            self.fault = self.value().err();
        }
    }

    /// Whether nothing was typed.
    pub fn is_untouched(&self) -> bool {
        let now = self.area.rope();
        now.is_instance(&self.text_was) || *now == self.text_was
    }

    /// Whether what stands there is `value`, told without reading a long text.
    pub fn says(&self, value: Option<&Value>) -> bool {
        match (self.shape, value) {
            _ if self.is_untouched() => self.was.as_ref() == value,
            (Shape::Text, Some(Value::String(text))) => *self.area.rope() == text.as_str(),
            (Shape::Text, _) => false,
            _ if self.is_long() => false,
            _ => self.value().is_ok_and(|now| now.as_ref() == value),
        }
    }

    /// Puts `text` in the place of what stands there, as one step.
    pub fn replace(&mut self, text: &str) {
        self.area.select_all();
        self.area.insert(text);
    }

    /// The value, or the text as it stands where it cannot be read: what a draft keeps so that nothing is lost.
    pub fn value_or_text(&self) -> Option<Value> {
        self.value().unwrap_or_else(|_| Some(Value::string(self.area.text())))
    }

    /// Takes a key that types. `false`: it types nothing.
    pub fn key(&mut self, press: Press) -> bool {
        match press.code {
            KeyCode::Char(_) if press.mods.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT) => return false,
            KeyCode::Char(letter) => self.area.insert(letter.encode_utf8(&mut [0; 4])),
            KeyCode::Enter => self.area.insert("\n"),
            KeyCode::Tab => self.area.insert("\t"),
            _ => return false,
        }
        true
    }

    /// Does what an action means in a text; a move selects where `selects`. `page`: how many rows a page has. `false`: it
    /// means nothing here.
    pub fn act(&mut self, action: Action, selects: bool, page: usize) -> bool {
        let way = match action {
            Action::CaretLeft => Move::Left,
            Action::CaretRight => Move::Right,
            Action::CaretUp => Move::Up(1),
            Action::CaretDown => Move::Down(1),
            Action::CaretPageUp => Move::Up(page),
            Action::CaretPageDown => Move::Down(page),
            Action::WordLeft => Move::WordLeft,
            Action::WordRight => Move::WordRight,
            Action::LineStart => Move::LineStart,
            Action::LineEnd => Move::LineEnd,
            Action::TextStart => Move::Start,
            Action::TextEnd => Move::End,
            _ => return self.edit(action),
        };
        if selects {
            self.area.select(way);
        } else {
            self.area.go(way);
        }
        true
    }

    fn edit(&mut self, action: Action) -> bool {
        let area = &mut self.area;
        match action {
            Action::EraseLeft => area.erase(Move::Left),
            Action::EraseRight => area.erase(Move::Right),
            Action::EraseWordLeft => area.erase(Move::WordLeft),
            Action::EraseWordRight => area.erase(Move::WordRight),
            Action::EraseToLineStart => area.erase(Move::LineStart),
            Action::EraseToLineEnd => area.erase(Move::LineEnd),
            Action::SelectAll => area.select_all(),
            Action::Undo => _ = area.undo(),
            Action::Redo => _ = area.redo(),
            _ => return false,
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_is_looked_at_stays_as_it_was_written() {
        for text in [r#""e\u0301""#, "1.0", r#"["a","\u0062"]"#, r#"[1, {"a":null}]"#, "null", r#""""#] {
            let value = Value::parse(text).unwrap();
            let kept = FieldEditor::open(Some(&value)).value().unwrap().unwrap();
            assert_eq!(kept.to_json(), value.to_json(), "{text}");
        }
        assert_eq!(FieldEditor::open(None).value(), Ok(None));
    }

    #[test]
    fn a_number_is_read_as_typed_or_refused_with_what_was_typed() {
        let mut field = FieldEditor::open(Value::parse("1").ok().as_ref());
        field.area.insert(".50");
        assert_eq!(field.value(), Ok(Value::parse("1.50").ok()));
        field.area.insert("x");
        assert_eq!(field.value(), Err("\"1.50x\" is not a number".into()));
        assert_eq!(field.value_or_text(), Some(Value::string("1.50x")));
    }

    #[test]
    fn a_choice_is_read_as_the_value_it_stands_for_and_anything_else_is_kept_as_text() {
        let choices: Vec<Value> = ["\"low\"", "1", "\"1\"", "null"].map(|text| Value::parse(text).unwrap()).into();
        for (typed, value) in [("low", "\"low\""), ("1", "1"), ("\"1\"", "\"1\""), ("null", "null"), ("lo", "\"lo\"")] {
            let mut field = FieldEditor::open_choice(choices.clone(), Some(&Value::string("was")));
            assert_eq!(field.area.text(), "was");
            field.replace(typed);
            assert_eq!(field.value().unwrap().unwrap().to_json(), value, "{typed}");
            let again = FieldEditor::open_choice(choices.clone(), field.value().unwrap().as_ref());
            assert_eq!(again.area.text(), typed);
        }
    }

    #[test]
    fn a_long_text_is_read_again_when_time_goes_on() {
        let list = format!("[[{}1]]", "1,".repeat(LONG));
        let mut field = FieldEditor::open(Value::parse(&list).ok().as_ref());
        field.area.erase(Move::Left);
        assert_eq!(field.fault(), None, "not looked at yet");
        assert!(field.value().is_err(), "a save reads it");
        field.look();
        assert!(field.fault().unwrap().starts_with("not JSON yet"));
        assert!(field.area.undo() && field.fault().is_some());
        field.look();
        assert_eq!(field.fault(), None);
    }

    #[test]
    fn a_list_of_words_is_one_word_a_line() {
        let mut field = FieldEditor::open(Value::parse(r#"["web","launch"]"#).ok().as_ref());
        field.area.insert("\nnew\n");
        assert_eq!(field.value(), Ok(Value::parse(r#"["web","launch","new"]"#).ok()));
    }
}
