//! How a value is typed into a field: in place where it is one line, in full where it is more, as another type where it was
//! one.

use midair_record::{Pointer, Value};
use unicode_segmentation::UnicodeSegmentation;

use super::hand::Move;
use crate::tui::App;
use crate::tui::field::Shape;
use crate::tui::keys::{Action, Place};

/// So many characters are erased one by one; more are erased at once.
const ERASED_ONE_BY_ONE: usize = 24;

/// Types `value` in place of what stands in the field under the caret; `None` makes it absent.
pub fn fill(app: &App, at: &Pointer, value: Option<Value>) -> Result<Vec<Move>, String> {
    let now = app.value(at);
    let Some(value) = value else {
        return Ok(if now.is_none() { Vec::new() } else { vec![Move::Does(Action::RemoveField)] });
    };
    if now.as_ref() == Some(&value) {
        return Ok(Vec::new());
    }
    let nothing = matches!(now, None | Some(Value::Null));
    let fits = match (&value, app.shape()) {
        (Value::Null, _) => false,
        (_, Some(Shape::Choice)) => true,
        (Value::Bool(_), None) => nothing || matches!(now, Some(Value::Bool(_))),
        (Value::Number(_), shape) => shape == Some(Shape::Number),
        (Value::String(_), Some(shape)) => shape == Shape::Text,
        (Value::String(_), None) => matches!(now, Some(Value::String(_))),
        (Value::Array(_), shape) => matches!(now, Some(Value::Array(_))) || shape == Some(Shape::Words),
        (Value::Object(_), _) => matches!(now, Some(Value::Object(_))),
        (Value::Bool(_), Some(_)) => false,
    };
    let as_it_is = Move::FillAsItIs(at.clone(), value.clone());
    if fits {
        return Ok(vec![as_it_is]);
    }
    let kind = match value {
        Value::Null => return Ok(vec![Move::Does(Action::ChangeType), Move::text("z")]),
        Value::Bool(_) => "b",
        Value::Number(_) => "n",
        Value::String(_) => "t",
        Value::Array(_) => "l",
        Value::Object(_) => "o",
    };
    Ok(vec![Move::Does(Action::ChangeType), Move::text(kind), as_it_is])
}

/// The same, where what stands there is of the right kind.
pub fn fill_as_it_is(app: &App, at: &Pointer, value: Value) -> Result<Vec<Move>, String> {
    let now = app.value(at);
    if now.as_ref() == Some(&value) {
        return Ok(Vec::new());
    }
    let in_full = || vec![Move::Does(Action::EnterField), Move::FillInFull(value.clone(), now.clone())];
    Ok(match (&value, app.shape()) {
        (Value::String(text), Some(Shape::Choice)) => vec![Move::text(text.as_str()), Move::Does(Action::Submit)],
        (other, Some(Shape::Choice)) => vec![Move::text(&other.to_json()), Move::Does(Action::Submit)],
        (Value::Bool(truth), _) => vec![Move::text(if *truth { "t" } else { "f" })],
        (Value::Number(number), _) => in_line(now.as_ref(), number.as_str()),
        (Value::String(text), Some(Shape::Text)) if !text.as_str().contains('\n') => {
            in_line(now.as_ref(), text.as_str())
        }
        _ => in_full(),
    })
}

/// Types one line over another: what both begin with stays.
fn in_line(now: Option<&Value>, text: &str) -> Vec<Move> {
    let was = match now {
        Some(Value::String(was)) => was.as_str().to_owned(),
        Some(Value::Number(was)) => was.as_str().to_owned(),
        _ => String::new(),
    };
    let (old, new): (Vec<&str>, Vec<&str>) = (was.graphemes(true).collect(), text.graphemes(true).collect());
    let same = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    let mut moves = vec![Move::Does(Action::LineEnd)];
    if old.len() - same > ERASED_ONE_BY_ONE {
        moves.extend([Move::Does(Action::EraseToLineStart), Move::text(text)]);
    } else {
        moves.extend(std::iter::repeat_n(Move::Does(Action::EraseLeft), old.len() - same));
        moves.push(Move::text(&new[same..].concat()));
    }
    moves
}

/// Types `value` into a field that is edited in full, and leaves it. Of a text, lines that stand there (`now`) stay where
/// they are the same.
pub fn fill_in_full(app: &App, value: &Value, now: Option<&Value>) -> Result<Vec<Move>, String> {
    if app.place() != Place::Field {
        return Err(format!("the field does not open to be written: {} is up", super::reach::up(app)));
    }
    let text = match (value, app.shape()) {
        (Value::String(text), Some(Shape::Text)) => text.as_str().to_owned(),
        (Value::Number(number), Some(Shape::Number)) => number.as_str().to_owned(),
        (Value::Array(words), Some(Shape::Words)) => {
            match words.iter().map(Value::as_str).collect::<Option<Vec<_>>>() {
                Some(words) => words.join("\n"),
                None => return Err("a list of texts is written here, one a line; this is another list".into()),
            }
        }
        (value, Some(Shape::Json)) => value.to_json(),
        (value, shape) => {
            let shape = shape.map_or("nothing", Shape::words);
            return Err(format!("{} cannot be written here, where {shape} is", value.to_json()));
        }
    };
    let mut moves = match (app.shape(), now.and_then(Value::as_str)) {
        (Some(Shape::Text), Some(now)) => changed_lines(now, &text),
        _ => anew(&text),
    };
    moves.push(Move::Does(Action::LeaveField));
    Ok(moves)
}

fn anew(text: &str) -> Vec<Move> {
    let erase = text.is_empty().then_some(Move::Does(Action::EraseLeft));
    [Move::Does(Action::SelectAll), Move::text(text)].into_iter().chain(erase).collect()
}

/// Goes to the first line that differs, erases those that do, and types what stands in their place.
fn changed_lines(now: &str, text: &str) -> Vec<Move> {
    let (old, new): (Vec<&str>, Vec<&str>) = (now.split('\n').collect(), text.split('\n').collect());
    let before = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    let rest = old.len().min(new.len()) - before;
    let after = old.iter().rev().zip(new.iter().rev()).take(rest).take_while(|(old, new)| old == new).count();
    let (gone, come) = (&old[before..old.len() - after], &new[before..new.len() - after]);
    // Lines that only come or only go need a neighbour to hold on to; a text that is all new has none.
    if before + after == 0 || gone.is_empty() || come.is_empty() {
        return anew(text);
    }
    let mut moves = vec![
        Move::Does(Action::GoToLine),
        Move::text(&(before + 1).to_string()),
        Move::Does(Action::Submit),
        Move::Does(Action::LineStart),
    ];
    for (number, line) in gone.iter().enumerate() {
        if number > 0 {
            moves.push(Move::Does(Action::EraseRight));
        }
        if !line.is_empty() {
            moves.push(Move::Does(Action::EraseToLineEnd));
        }
    }
    moves.push(Move::text(&come.join("\n")));
    moves
}
