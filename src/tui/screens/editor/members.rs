//! Members of a record given a value or another type, added and removed.

use midair_record::{Number, Object, Pointer, Value};

use super::Editor;

impl Editor {
    /// Gives the member under the caret a value, or removes it.
    pub fn set_here(&mut self, value: Option<Value>) {
        let Some(at) = self.at().cloned() else { return };
        self.take_over();
        if value.as_ref() != self.mine(&at) {
            self.change(&at, value);
        }
        self.field = None;
        self.unread.remove(&at);
        let focus = self.focus;
        self.go_to(focus);
    }

    /// Makes the member under the caret what `letter` stands for, with as much of its text as fits. `false` where the
    /// letter stands for nothing.
    pub fn set_type(&mut self, letter: char) -> bool {
        self.take_over();
        let text = match (&self.field, self.at().and_then(|at| self.mine(at))) {
            (Some(field), _) => field.area.text(),
            (None, Some(Value::Bool(truth))) => truth.to_string(),
            (None, Some(value)) => value.to_json(),
            (None, None) => String::new(),
        };
        let value = match letter {
            't' => Some(Value::string(&text)),
            'n' => Number::parse(text.trim()).or_else(|| Number::parse("0")).map(Value::Number),
            'b' => Some(Value::Bool(text.trim() == "true")),
            'z' => Some(Value::Null),
            'l' if text.is_empty() => Some(Value::Array(Vec::new())),
            'l' => Some(Value::Array(vec![Value::string(&text)])),
            'o' => Some(Value::Object(Object::new())),
            'a' => None,
            _ => return false,
        };
        self.set_here(value);
        true
    }

    /// Adds an empty text member named `name` beside the one under the caret; inside it, where that is an empty object.
    ///
    /// # Errors
    /// A sentence where there is such a member.
    pub fn add(&mut self, name: &str) -> Result<(), String> {
        if name.is_empty() {
            return Err("A field needs a name.".into());
        }
        let here = self.at().cloned().unwrap_or_default();
        let parent = match self.mine(&here) {
            Some(Value::Object(members)) if members.is_empty() => here.names().to_vec(),
            _ => here.names().split_last().map(|(_, parents)| parents.to_vec()).unwrap_or_default(),
        };
        let at = Pointer::new(parent).child(name);
        if self.mine(&at).is_some() {
            return Err(format!("There is a field {} already.", self.secrets.label(&at)));
        }
        self.leave_field();
        self.change(&at, Some(Value::string("")));
        self.lay_rows();
        let row = self.rows.iter().position(|row| row.at == at).unwrap_or(0);
        self.focus_on(row);
        Ok(())
    }
}
