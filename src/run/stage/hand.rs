//! A person's hand: what they mean to do, as the keys that do it, one after the other, told from what stands on their screen.

use std::collections::VecDeque;

use midair_record::{Pointer, Value};

use super::reach::{self, Goal, Way, keys, typed};
use super::{filling, reach::up};
use crate::scenario::{Deed, Side, Which};
use crate::tui::App;
use crate::tui::keys::{Action, Place};
use crate::tui::msg::Press;

/// What is to be done next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// This key is pressed; whether that is a step forward, and no new try.
    Press { press: Press, goes_on: bool },
    /// Something has to come first: this is missing.
    Wait(String),
    /// Nothing any more.
    Done,
    /// It cannot be done from here; why.
    Cannot(String),
}

/// One movement of the hand.
#[derive(Clone, Debug)]
pub enum Move {
    Reach(Goal),
    /// The key of this action.
    Does(Action),
    Type(VecDeque<Press>),
    /// This is typed in place of what stands in the field under the caret.
    Fill(Pointer, Option<Value>),
    /// The same, and what stands there is of the right kind.
    FillAsItIs(Pointer, Value),
    /// The same, in a field that is edited in full; what stands there.
    FillInFull(Value, Option<Value>),
}

/// What a hand is still to do.
#[derive(Clone, Debug)]
pub struct Hand {
    moves: VecDeque<Move>,
    /// The last key led nowhere: it is tried again when something came.
    stuck: bool,
    /// Where the person stood when the key before was pressed, and which it was.
    tried: Option<(String, Action)>,
}

impl Move {
    /// Types a text.
    pub fn text(text: &str) -> Self {
        Move::Type(typed(text).collect())
    }
}

impl Hand {
    /// The hand that does this.
    pub fn of(deed: &Deed) -> Self {
        Hand { moves: moves(deed).into(), stuck: false, tried: None }
    }

    /// What is to be done next, where this stands on the screen.
    pub fn next(&mut self, app: &App) -> Next {
        loop {
            let Some(first) = self.moves.front_mut() else { return Next::Done };
            let begun = match first {
                Move::Type(presses) => match presses.pop_front() {
                    Some(press) => return Next::Press { press, goes_on: true },
                    None => Ok(Vec::new()),
                },
                Move::Does(action) => keys(app, *action).map(|presses| vec![Move::Type(presses.into())]),
                Move::Reach(goal) => {
                    let goal = goal.clone();
                    match reach::way(app, &goal) {
                        Way::There => Ok(Vec::new()),
                        Way::By(action) => return self.towards(app, action),
                        Way::Wait(why) => return Next::Wait(why),
                        Way::Lacks(beside) => add(&goal, beside),
                        Way::No(why) => Err(why),
                    }
                }
                Move::Fill(at, value) => filling::fill(app, at, value.clone()),
                Move::FillAsItIs(at, value) => filling::fill_as_it_is(app, at, value.clone()),
                Move::FillInFull(value, now) => filling::fill_in_full(app, value, now.as_ref()),
            };
            match begun {
                Ok(more) => {
                    self.moves.pop_front();
                    (self.stuck, self.tried) = (false, None);
                    more.into_iter().rev().for_each(|one| self.moves.push_front(one));
                }
                Err(why) => return Next::Cannot(why),
            }
        }
    }

    /// Presses the key of an action that leads nearer. Where it led nowhere, something has to come before it is pressed
    /// again.
    fn towards(&mut self, app: &App, action: Action) -> Next {
        let stands = (app.place(), app.up(), app.at(), app.listed(), app.decidable().1);
        let tried = Some((format!("{stands:?}"), action));
        let again = tried == self.tried;
        if again && !self.stuck {
            self.stuck = true;
            return Next::Wait(format!("{} leads nowhere: {} is up", action.name(), up(app)));
        }
        let goes_on = !again;
        self.stuck = false;
        match keys(app, action) {
            Ok(presses) => match presses.as_slice() {
                [press] => {
                    self.tried = tried;
                    Next::Press { press: *press, goes_on }
                }
                _ => {
                    self.moves.push_front(Move::Type(presses.into()));
                    self.next(app)
                }
            },
            Err(why) => Next::Cannot(why),
        }
    }
}

/// Adds the field that is wanted beside another one.
fn add(goal: &Goal, beside: Option<Pointer>) -> Result<Vec<Move>, String> {
    let Goal::Field(at) = goal else { return Err("only a field can be added".into()) };
    let mut moves = Vec::new();
    moves.extend(beside.map(|beside| Move::Reach(Goal::Field(beside))));
    moves.extend([Move::Does(Action::AddField), Move::text(at.last()), Move::Does(Action::Submit)]);
    Ok(moves)
}

/// The movements that something comes to.
fn moves(deed: &Deed) -> Vec<Move> {
    let does = |action| vec![Move::Does(action)];
    let at = |place: Place, action| vec![Move::Reach(Goal::Place(place)), Move::Does(action)];
    let answer = |text: &str| {
        [
            Move::Does(Action::LineEnd),
            Move::Does(Action::EraseToLineStart),
            Move::text(text),
            Move::Does(Action::Submit),
        ]
    };
    match deed {
        Deed::Open(key) => vec![
            Move::Reach(Goal::Listed(key.clone())),
            Move::Does(Action::Open),
            Move::Reach(Goal::Opened(key.clone())),
        ],
        Deed::Create(key) => vec![
            Move::Reach(Goal::Collection(key.collection.clone())),
            Move::Does(Action::New),
            Move::text(&key.id),
            Move::Does(Action::Submit),
            Move::Reach(Goal::Opened(key.clone())),
        ],
        Deed::Set(at, value) => {
            vec![Move::Reach(Goal::Field(at.clone())), Move::Fill(at.clone(), Some(value.clone()))]
        }
        Deed::Remove(at) => vec![Move::Reach(Goal::Field(at.clone())), Move::Fill(at.clone(), None)],
        Deed::Note(text) => std::iter::once(Move::Does(Action::Note)).chain(answer(text)).collect(),
        Deed::Save => does(Action::Save),
        Deed::LookAtTheirs => does(Action::LookAtTheirs),
        Deed::Take(side, Which::Rest) => {
            let action = if *side == Side::Mine { Action::AllMine } else { Action::AllTheirs };
            at(Place::Collision, action)
        }
        Deed::Take(side, Which::Field(field)) => take(*side, Goal::Unit(field.clone(), None)),
        Deed::Take(side, Which::Part(field, part)) => take(*side, Goal::Unit(field.clone(), Some(*part))),
        Deed::Settle(field, value) => vec![
            Move::Reach(Goal::Unit(field.clone(), None)),
            Move::Does(Action::ByHand),
            Move::Reach(Goal::Place(Place::Field)),
            Move::FillInFull(value.clone(), None),
        ],
        Deed::Submit => at(Place::Collision, Action::Submit),
        Deed::AskToDelete(key) => vec![Move::Reach(Goal::Listed(key.clone())), Move::Does(Action::Delete)],
        Deed::Confirm => does(Action::Confirm),
        Deed::Recreate => does(Action::Recreate),
        Deed::KeepAsDraft => does(Action::AcceptDeletion),
        Deed::SaveCopy(id) => std::iter::once(Move::Does(Action::SaveCopy)).chain(answer(id)).collect(),
        Deed::GoBack => does(Action::Back),
        Deed::Undo => does(Action::Undo),
        Deed::Redo => does(Action::Redo),
        Deed::Press(presses) => vec![Move::Type(presses.iter().copied().collect())],
    }
}

fn take(side: Side, goal: Goal) -> Vec<Move> {
    let action = match side {
        Side::Theirs => Action::TakeTheirs,
        Side::Mine => Action::TakeMine,
        Side::Base => Action::TakeBase,
        Side::Both => Action::TakeBoth,
    };
    vec![Move::Reach(goal), Move::Does(action)]
}
