//! The questions of a collision, line by line: for terminals without a screen, for readers of screens, for scripts.

use std::io::{BufRead, Write};

use midair_record::draft::Draft;
use midair_record::merge::hunk::{HunkChoice, Piece, lines};
use midair_record::merge::{State, Unit};
use midair_record::{Choice, Resolution, Value};

use crate::cli::exit::Failure;
use crate::cli::export::visible;
use crate::tui::screens::collision::Files;

/// What is asked of next: a unit, or one part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Question {
    unit: usize,
    piece: Option<usize>,
}

/// Asks until everything is decided. `None`: the person left, or the answers ended.
pub fn settle(
    mut resolution: Resolution,
    files: &Files,
    mut keep: impl FnMut(&Draft) -> Result<(), String>,
) -> Result<Option<Resolution>, Failure> {
    let mut answers = std::io::stdin().lock();
    let mut out = std::io::stdout().lock();
    let mut say = |text: &str| {
        let _ = writeln!(out, "{}", visible(text)).and_then(|()| out.flush());
    };
    say(&format!("{}: mine is {}, theirs is {}.", files.merged, files.mine, files.theirs));
    while let Some(question) = next(&resolution) {
        say(&asked(&resolution, question));
        let mut answer = String::new();
        let read = answers.read_line(&mut answer).map_err(|fault| Failure::because(format!("stdin: {fault}")))?;
        if read == 0 {
            say("");
            return Ok(None);
        }
        match decide(&mut resolution, question, answer.trim_end_matches(['\n', '\r'])) {
            Ok(true) => {
                if let Err(why) = keep(&resolution.park()) {
                    say(&why);
                }
            }
            Ok(false) => return Ok(None),
            Err(why) => say(&why),
        }
    }
    say("Everything is decided.");
    Ok(Some(resolution))
}

fn next(resolution: &Resolution) -> Option<Question> {
    let unit = (0..resolution.units().len()).find(|&unit| resolution.choice_is_open(unit))?;
    let open = |piece: &Piece| piece.asks && piece.choice == HunkChoice::Undecided;
    Some(Question { unit, piece: resolution.pieces(unit).iter().position(open) })
}

/// The question in words: where, by which rule, both sides, and what can be answered.
fn asked(resolution: &Resolution, question: Question) -> String {
    let unit = &resolution.units()[question.unit];
    let kind = match unit.state {
        State::Conflict(kind) => kind.words(),
        _ => "changed again",
    };
    let mut text = format!("\n{} ({kind}; rule: {}, {})", visible(&unit.label()), unit.rule, unit.reason.words());
    let pieces = resolution.pieces(question.unit);
    if let Some(piece) = question.piece {
        let asks: Vec<usize> = (0..pieces.len()).filter(|&index| pieces[index].asks).collect();
        let number = asks.iter().position(|&index| index == piece).map_or(0, |place| place + 1);
        text += &format!(", part {number} of {}", asks.len());
    }
    let piece = question.piece.map(|index| &pieces[index]);
    for (name, side) in [("theirs", Shown::Theirs), ("mine", Shown::Mine), ("base", Shown::Base)] {
        for line in shown(unit, piece, side) {
            text += &format!("\n  {name:>6} | {}", visible(&line));
        }
    }
    let both = if piece.is_some() || unit.both().is_some() { ", h both" } else { "" };
    let split = if piece.is_some() { ", s split" } else { "" };
    text + &format!("\nt theirs, m mine, b base{both}{split}, = JSON by hand, u undo, q leave? ")
}

#[derive(Clone, Copy)]
enum Shown {
    Base,
    Mine,
    Theirs,
}

fn shown(unit: &Unit, piece: Option<&Piece>, side: Shown) -> Vec<String> {
    let (value, range) = match side {
        Shown::Base => (&unit.base, piece.map(|piece| &piece.span.base)),
        Shown::Mine => (&unit.mine, piece.map(|piece| &piece.span.mine)),
        Shown::Theirs => (&unit.theirs, piece.map(|piece| &piece.span.theirs)),
    };
    let nothing = || vec!["(nothing)".to_owned()];
    let Some(value) = value else { return nothing() };
    let Some(range) = range else { return vec![value.to_json()] };
    let parts = match value {
        Value::String(text) => lines(text.as_str()).into_iter().map(str::to_owned).collect(),
        Value::Array(elements) => elements.iter().map(Value::to_json).collect(),
        other => vec![other.to_json()],
    };
    match parts.get(range.clone()) {
        Some(parts) if !parts.is_empty() => parts.to_vec(),
        _ => nothing(),
    }
}

/// Does what was answered. `Ok(false)`: leave.
fn decide(resolution: &mut Resolution, question: Question, answer: &str) -> Result<bool, String> {
    let Question { unit, piece } = question;
    let (choice, part) = match answer.trim() {
        "t" => (Choice::Theirs, HunkChoice::Theirs),
        "m" => (Choice::Mine, HunkChoice::Mine),
        "b" => (Choice::Base, HunkChoice::Base),
        "h" if piece.is_some() || resolution.units()[unit].both().is_some() => (Choice::Both, HunkChoice::Both),
        "h" => return Err("Both goes with texts and lists; here it is one or the other.".into()),
        "s" => {
            let split = piece.is_some_and(|piece| resolution.split_piece(unit, piece, 1));
            return if split { Ok(true) } else { Err("There is nothing to split here.".into()) };
        }
        "u" => {
            return resolution.undo().map(|_| true).ok_or_else(|| "There is nothing to undo.".into());
        }
        "q" => return Ok(false),
        by_hand if by_hand.starts_with('=') => {
            let value = Value::parse(by_hand[1..].trim())
                .map_err(|fault| format!("That is no JSON: {fault}. A text stands in double quotes."))?;
            resolution.choose(unit, Choice::Hand(Some(value)));
            return Ok(true);
        }
        "" => return Err("Answer with one of the letters.".into()),
        other => return Err(format!("{other:?} is none of the answers.")),
    };
    match piece {
        Some(piece) => resolution.toggle_piece(unit, piece, part),
        None => resolution.choose(unit, choice),
    }
    Ok(true)
}
