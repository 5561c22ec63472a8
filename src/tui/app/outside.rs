//! An editor of one's own: which text is given to it, and what becomes of the text that comes back; knows no file and no
//! process.

use midair_record::schema::{MASK, Secrets};
use midair_record::wire::Key;
use midair_record::{Draft, Object, Pointer, Record, Value};

use super::{App, Screen};
use crate::tui::keys::{Action, Place};
use crate::tui::msg::{Effect, Leave, Outside, Written};
use crate::tui::screens::editor::Saving;

/// What a line begins with that says why a text could not be read.
const REASON: &str = "# midair: ";

/// A text that is being written outside.
#[derive(Clone, Debug)]
pub(super) struct Away {
    key: Key,
    target: Target,
    outside: Outside,
    /// What is written, in a sentence: `name`, `projects/prj_1`.
    what: String,
    /// The text as it was first, and as it was given last, without the reason.
    was: String,
    given: String,
    /// It came back before and could not be read.
    again: bool,
    /// Every field as it was, of a record: what stands there for a secret becomes the secret again.
    fields: Object,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Target {
    /// The field under the caret.
    Field,
    /// Every field, as JSON.
    Record,
    /// A unit of a collision.
    Unit,
}

impl App {
    /// Asks for an editor for the field under the caret, for the whole record, or for a unit of a collision.
    pub(super) fn write_outside(&mut self, action: Action) -> Vec<Effect> {
        if let Screen::Editor(editor) = &self.screen
            && editor.saving != Saving::No
        {
            self.say("The save before is not answered yet; wait for it, then write in your editor.");
            return Vec::new();
        }
        if let Some(what) = self.gives_secret(action) {
            self.say(format!(
                "{what} is secret, or holds what is: it is not given to a program outside. Type it here."
            ));
            return Vec::new();
        }
        let mut fields = Object::new();
        let (key, target, what, kind, text) = match (&mut self.screen, action) {
            (Screen::Editor(editor), Action::WriteRecord) => {
                let key = editor.draft.key.clone();
                match editor.ready() {
                    Ok(draft) => {
                        fields.clone_from(&draft.fields);
                        let text = laid_out(&draft, &editor.secrets);
                        (key.clone(), Target::Record, key.to_string(), "json", text)
                    }
                    Err(why) => {
                        self.complain(why);
                        return Vec::new();
                    }
                }
            }
            (Screen::Editor(editor), _) => {
                let Some((at, field)) = editor.outside() else { return Vec::new() };
                (
                    editor.draft.key.clone(),
                    Target::Field,
                    editor.secrets.label(&at),
                    field.shape.extension(),
                    field.area.text(),
                )
            }
            (Screen::Collision(collision), _) => {
                let Some((at, field)) = collision.outside() else { return Vec::new() };
                let key = collision.resolution.draft().key.clone();
                (key, Target::Unit, collision.secrets.label(&at), field.shape.extension(), field.area.text())
            }
            _ => return Vec::new(),
        };
        let mut effects = self.keep_typed();
        let name = if target == Target::Record { key.to_string() } else { format!("{key}-{what}") };
        let outside = Outside { name, kind, text: with_end(&text) };
        effects.push(Effect::WriteOutside(outside.clone()));
        if let Screen::Editor(editor) = &mut self.screen {
            editor.written_outside = true;
        }
        self.away = Some(Away { key, target, what, was: text.clone(), given: text, outside, again: false, fields });
        effects
    }

    /// The place that is asked for, where what stands there is secret or holds what is.
    fn gives_secret(&self, action: Action) -> Option<String> {
        let (at, secrets, sides) = match (&self.screen, action) {
            (Screen::Editor(_), Action::WriteRecord) => return None,
            (Screen::Editor(editor), _) => {
                let at = editor.at()?.clone();
                let mine = at.get(&editor.draft.fields);
                (at, &editor.secrets, vec![mine])
            }
            (Screen::Collision(collision), _) => {
                let (at, _) = collision.outside()?;
                let unit = collision.resolution.units().iter().find(|unit| unit.at == at)?;
                (at, &collision.secrets, vec![unit.base.as_ref(), unit.mine.as_ref(), unit.theirs.as_ref()])
            }
            _ => return None,
        };
        let masked = sides.into_iter().any(|side| secrets.shown(&at, side).is_masked());
        (masked || secrets.is_secret(&at)).then(|| secrets.label(&at))
    }

    /// An editor ended.
    pub(super) fn written(&mut self, written: Written) -> Vec<Effect> {
        if let Screen::Editor(editor) = &mut self.screen {
            editor.written_outside = false;
        }
        let Written { file, text, trouble } = written;
        let Some(away) = self.away.take() else { return vec![Effect::CloseOutside(Leave::AsItIs)] };
        let what = away.what.clone();
        let Some(text) = text else {
            let why = trouble.unwrap_or_default();
            self.complain(format!("{why} {what} is as it was; what you wrote is in {file}."));
            return vec![Effect::CloseOutside(Leave::AsItIs)];
        };
        let text = without_reason(&text, away.again);
        let text = without_end(text, &away.was);
        let same = text == away.given;
        let empty = text.trim().is_empty();
        let kept = if empty { away.given.clone() } else { text.clone() };
        let leave = match away.again || !(same || empty) {
            true => Leave::Text(with_end(&kept)),
            false => Leave::Nothing,
        };
        match trouble {
            Some(why) if leave == Leave::Nothing => self.complain(format!("{why} {what} is as it was.")),
            Some(why) => self.complain(format!("{why} {what} is as it was; what you wrote is kept in {file}.")),
            None if (same || empty) && away.again => {
                self.complain(format!("{what} is as it was; what you wrote is kept in {file}."));
            }
            None if same => self.say(format!("You changed nothing in your editor; {what} is as it was.")),
            None if empty => self.say(format!("Your editor left nothing; {what} is as it was.")),
            None => return self.take_in(away, &text, &file),
        }
        vec![Effect::CloseOutside(leave)]
    }

    /// Puts in what came back; where it cannot be read, asks for the editor again, with the reason on top.
    fn take_in(&mut self, mut away: Away, text: &str, file: &str) -> Vec<Effect> {
        let undo = self.named(Place::Editor, Action::Undo);
        let taken = match (&mut self.screen, away.target) {
            (Screen::Editor(editor), Target::Field) if editor.draft.key == away.key => editor.take_text(text),
            (Screen::Editor(editor), Target::Record) if editor.draft.key == away.key => match Record::parse(text) {
                Ok(record) => {
                    unmasked(record.fields(), &away.fields, &editor.secrets).map(|all| editor.take_fields(all))
                }
                Err(fault) => Err(format!("not a record yet: {fault}")),
            },
            (Screen::Collision(collision), Target::Unit) if collision.resolution.draft().key == away.key => {
                let taken = collision.take_text(text);
                if taken.is_ok() {
                    let keep = super::drafts::keep_collision(collision);
                    return vec![Effect::CloseOutside(Leave::Nothing), keep];
                }
                taken
            }
            _ => {
                self.complain(format!("{} is no longer open; what you wrote is kept in {file}.", away.key));
                return vec![Effect::CloseOutside(Leave::Text(with_end(text)))];
            }
        };
        match taken {
            Ok(()) => {
                self.say(format!("Took {} in from your editor; {undo} takes it back.", away.what));
                vec![Effect::CloseOutside(Leave::Nothing)]
            }
            Err(why) => {
                away.outside.text = with_reason(&why, text);
                text.clone_into(&mut away.given);
                away.again = true;
                let effect = Effect::WriteOutside(away.outside.clone());
                if let Screen::Editor(editor) = &mut self.screen {
                    editor.written_outside = true;
                }
                self.away = Some(away);
                vec![effect]
            }
        }
    }
}

/// A record as it was written, with what I changed in it, and with [`MASK`] in the place of each secret.
pub fn laid_out(draft: &Draft, secrets: &Secrets) -> String {
    let whole = Value::Object(draft.fields.clone());
    let shown = secrets.shown(&Pointer::root(), Some(&whole));
    let fields = shown.value().and_then(Value::as_object).unwrap_or(&draft.fields);
    let record = match draft.base.stored() {
        Some(stored) => stored.fields.rewritten(fields),
        None => Record::of(fields.clone()),
    };
    record.laid_out().into_owned()
}

/// The fields that came back, each secret that was masked put back in its place.
///
/// # Errors
/// Where the mask stands for a secret that was not there.
pub fn unmasked(came: &Object, were: &Object, secrets: &Secrets) -> Result<Object, String> {
    let whole = Value::Object(were.clone());
    let shown = secrets.shown(&Pointer::root(), Some(&whole));
    let mut fields = came.clone();
    if let Some(masked) = shown.value().and_then(Value::as_object).filter(|_| shown.is_masked()) {
        for (name, value) in &mut fields {
            put_back(value, masked.get(name.as_str()), were.get(name.as_str()));
        }
    }
    match mask_in(&Pointer::root(), &Value::Object(fields.clone()), secrets) {
        Some(at) => Err(format!("{} is {MASK}, which stands for a secret that was not there", at.label())),
        None => Ok(fields),
    }
}

/// Makes `value` what it was, as far as it is still what was shown of that.
fn put_back(value: &mut Value, masked: Option<&Value>, was: Option<&Value>) {
    let (Some(masked), Some(was)) = (masked, was) else { return };
    if value == masked {
        *value = was.clone();
        return;
    }
    match (value, masked, was) {
        (Value::Object(now), Value::Object(masked), Value::Object(was)) => {
            for (name, value) in now {
                put_back(value, masked.get(name.as_str()), was.get(name.as_str()));
            }
        }
        (Value::Array(now), Value::Array(masked), Value::Array(was)) => {
            for (index, value) in now.iter_mut().enumerate() {
                // An element that was moved is found by what is shown of it; one that was changed, by its place.
                let same = masked.get(index).filter(|shown| *shown == value).map(|_| index);
                let moved = || masked.iter().position(|shown| shown == value);
                let from = same.or_else(moved).unwrap_or(index);
                put_back(value, masked.get(from), was.get(from));
            }
        }
        _ => {}
    }
}

/// Where a mask stands in a secret's place.
fn mask_in(at: &Pointer, value: &Value, secrets: &Secrets) -> Option<Pointer> {
    match value {
        Value::String(text) if text.as_str() == MASK && secrets.is_secret(at) => Some(at.clone()),
        Value::Object(members) => {
            members.iter().find_map(|(name, value)| mask_in(&at.child(name.as_str()), value, secrets))
        }
        Value::Array(elements) => {
            let masked = |value: &Value| secrets.shown_element(at, value).is_masked() && says_mask(value);
            elements.iter().any(masked).then(|| at.clone())
        }
        _ => None,
    }
}

fn says_mask(value: &Value) -> bool {
    match value {
        Value::String(text) => text.as_str() == MASK,
        Value::Object(members) => members.values().any(says_mask),
        Value::Array(elements) => elements.iter().any(says_mask),
        _ => false,
    }
}

/// Editors end a text with a line break: it is put there, so that none comes of it.
pub fn with_end(text: &str) -> String {
    if text.is_empty() || text.ends_with('\n') { text.to_owned() } else { format!("{text}\n") }
}

/// The text without the line break at its end, where it was not there before.
pub fn without_end(text: &str, was: &str) -> String {
    let end = |text: &str| text.ends_with('\n');
    let text = match end(was) {
        true => text,
        false => text.strip_suffix('\n').map_or(text, |text| text.strip_suffix('\r').unwrap_or(text)),
    };
    text.to_owned()
}

/// The text with the reason on top why it could not be read.
#[must_use]
pub fn with_reason(why: &str, text: &str) -> String {
    let reason = why.replace(['\n', '\r'], " ");
    let reason = reason.trim_end_matches('.');
    format!(
        "{REASON}{reason}, this line not counted. It goes by itself. Left as it is, the text is kept.\n{}",
        with_end(text)
    )
}

/// The text without the reason on top, where there was one.
pub fn without_reason(text: &str, again: bool) -> &str {
    match text.split_once('\n') {
        Some((first, rest)) if again && first.starts_with(REASON) => rest,
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_goes_out_masked_and_comes_back_as_it_was() {
        let schema =
            r#"{"properties":{"token":{"x-secret":true},"keys":{"items":{"properties":{"key":{"writeOnly":true}}}}}}"#;
        let secrets = Secrets::of(&midair_record::schema::Schema::parse(&Value::parse(schema).unwrap()).unwrap());
        let record =
            Record::parse(r#"{"name":"a","token":"hunter2","keys":[{"id":1,"key":"k1"},{"id":2,"key":"k2"}]}"#);
        let stored = crate::tui::app::tests::stored(1, "bob", record.unwrap().text());
        let draft = Draft::of("c", stored, "e".into());
        let text = laid_out(&draft, &secrets);
        assert!(!text.contains("hunter2") && !text.contains("k1"), "{text}");
        let came = |text: &str| unmasked(Record::parse(text).unwrap().fields(), &draft.fields, &secrets);
        assert_eq!(came(&text).unwrap(), draft.fields);
        let json = |text: &str| Value::Object(came(text).unwrap()).to_json();
        let swapped =
            format!(r#"{{"keys":[{{"id":2,"key":"{MASK}"}},{{"id":1,"key":"new"}}],"name":"b","token":"{MASK}"}}"#);
        let expected = r#"{"keys":[{"id":2,"key":"k2"},{"id":1,"key":"new"}],"name":"b","token":"hunter2"}"#;
        assert_eq!(json(&swapped), expected);
        let unknown = came(&format!(
            r#"{{"name":"a","keys":[{{"id":9,"key":"x"}},{{"id":8,"key":"{MASK}"}},{{"key":"{MASK}"}}]}}"#
        ));
        assert!(unknown.unwrap_err().starts_with("keys is ••••"));
    }

    #[test]
    fn a_text_comes_back_with_the_line_breaks_it_went_with() {
        for text in ["", "a", "a\nb", "a\n", "a\n\n", "a\r\nb"] {
            assert_eq!(without_end(&with_end(text), text), text, "{text:?}");
        }
        assert_eq!(without_end("b\n", "a"), "b");
        assert_eq!(without_end("b", "a\n"), "b", "who takes the break away means it");
        assert_eq!(without_reason("# midair: x\na", true), "a");
        assert_eq!(without_reason("# midair: x\na", false), "# midair: x\na");
    }
}
