//! One value under the caret: how its text is read back, and what is said when it cannot be.

use midair_record::{Number, Value};
use ratatui::crossterm::event::{KeyCode, KeyModifiers};

use super::msg::Press;
use super::widgets::text::TextArea;

/// How the text of a field is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// As it stands.
    Text,
    /// As a number, whose text is kept.
    Number,
    /// As a list of texts, one a line.
    Words,
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

    /// What the shape is called above the field.
    pub fn words(self) -> &'static str {
        match self {
            Shape::Text => "text",
            Shape::Number => "number",
            Shape::Words => "list, one text a line",
            Shape::Json => "JSON",
        }
    }
}

fn is_word(element: &Value) -> bool {
    element.as_str().is_some_and(|word| !word.is_empty() && !word.contains(['\n', '\r']))
}

/// A value being edited.
#[derive(Clone, Debug)]
pub struct FieldEditor {
    pub shape: Shape,
    pub area: TextArea,
    was: Option<Value>,
    text_was: String,
}

impl FieldEditor {
    /// Opens `value` in the shape that fits it.
    pub fn open(value: Option<&Value>) -> Self {
        Self::open_as(Shape::of(value), value)
    }

    /// Opens `value` in a given shape.
    pub fn open_as(shape: Shape, value: Option<&Value>) -> Self {
        let text_was = match (shape, value) {
            (_, None) => String::new(),
            (Shape::Text | Shape::Number, Some(Value::String(text))) => text.as_str().to_owned(),
            (Shape::Words, Some(Value::Array(elements))) => {
                let words: Vec<&str> = elements.iter().filter_map(Value::as_str).collect();
                words.join("\n")
            }
            (Shape::Text, Some(Value::Null)) => String::new(),
            (_, Some(value)) => value.to_json(),
        };
        FieldEditor { shape, area: TextArea::new(&text_was), was: value.cloned(), text_was }
    }

    /// The value that stands there: the very one that was opened as long as its text is unchanged.
    ///
    /// # Errors
    /// A sentence that says why the text cannot be read in this shape.
    pub fn value(&self) -> Result<Option<Value>, String> {
        let text = self.area.text();
        if text == self.text_was {
            return match (self.shape, &self.was) {
                (Shape::Number, Some(Value::String(_))) => self.read(&text).map(Some),
                _ => Ok(self.was.clone()),
            };
        }
        self.read(&text).map(Some)
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
            Shape::Json => Value::parse(text).map_err(|fault| format!("not JSON yet: {fault}")),
        }
    }

    /// Whether nothing was typed.
    pub fn is_untouched(&self) -> bool {
        self.area.text() == self.text_was
    }

    /// The value, or the text as it stands where it cannot be read: what a draft keeps so that nothing is lost.
    pub fn value_or_text(&self) -> Option<Value> {
        self.value().unwrap_or_else(|_| Some(Value::string(self.area.text())))
    }

    /// Takes a key that edits or moves. `page`: how many lines a page has. `false`: the key means nothing here.
    pub fn key(&mut self, press: Press, page: usize) -> bool {
        let area = &mut self.area;
        let jump = press.mods.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
        match press.code {
            KeyCode::Char('w' | 'h') if press.mods.contains(KeyModifiers::CONTROL) => area.backspace_word(),
            KeyCode::Char(_) if jump => return false,
            KeyCode::Char(letter) => area.insert(letter.encode_utf8(&mut [0; 4])),
            KeyCode::Backspace if jump => area.backspace_word(),
            KeyCode::Backspace => area.backspace(),
            KeyCode::Delete => area.delete(),
            KeyCode::Left if jump => area.word_left(),
            KeyCode::Right if jump => area.word_right(),
            KeyCode::Left => area.left(),
            KeyCode::Right => area.right(),
            KeyCode::Home if jump => area.to_start(),
            KeyCode::Home => area.home(),
            KeyCode::End if jump => {
                area.down(usize::MAX / 2);
                area.end();
            }
            KeyCode::End => area.end(),
            KeyCode::Enter => area.insert("\n"),
            KeyCode::Tab => area.insert("\t"),
            KeyCode::Up => _ = area.up(1),
            KeyCode::Down => _ = area.down(1),
            KeyCode::PageUp => _ = area.up(page),
            KeyCode::PageDown => _ = area.down(page),
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
    fn a_list_of_words_is_one_word_a_line() {
        let mut field = FieldEditor::open(Value::parse(r#"["web","launch"]"#).ok().as_ref());
        field.area.insert("\nnew\n");
        assert_eq!(field.value(), Ok(Value::parse(r#"["web","launch","new"]"#).ok()));
    }
}
