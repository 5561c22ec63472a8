//! Which key brings a person nearer to where they want to be, told from where they stand.

use midair_record::Pointer;
use midair_record::wire::Key;

use crate::tui::App;
use crate::tui::keys::{Action, Place, chord};
use crate::tui::msg::Press;

/// Where somebody wants to be.
#[derive(Clone, Debug)]
pub enum Goal {
    /// In the list of this collection.
    Collection(String),
    /// In the list, on this record.
    Listed(Key),
    /// In the editor, on this record.
    Opened(Key),
    /// In the editor, in this field.
    Field(Pointer),
    /// In a collision, on this field or this part of it.
    Unit(Pointer, Option<usize>),
    /// At a place of this kind.
    Place(Place),
}

/// What the way to a goal is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// Here it is.
    There,
    /// This action leads nearer.
    By(Action),
    /// It has to come by itself; what is missing.
    Wait(String),
    /// The field is not there; beside this one it can be added.
    Lacks(Option<Pointer>),
    /// It cannot be reached from here.
    No(String),
}

/// The way from where the person stands.
pub fn way(app: &App, goal: &Goal) -> Way {
    match goal {
        Goal::Collection(collection) => to_collection(app, collection),
        Goal::Listed(key) => to_record(app, key),
        Goal::Opened(key) if app.up().as_ref() == Some(key) => Way::There,
        Goal::Opened(key) => Way::Wait(format!("{key} does not open")),
        Goal::Field(at) => to_field(app, at),
        Goal::Unit(at, part) => to_unit(app, at, *part),
        Goal::Place(place) if app.place() == *place => Way::There,
        Goal::Place(place) => Way::No(format!("this is no place for it: {} is up, not {place:?}", up(app))),
    }
}

/// What is up, in words.
pub fn up(app: &App) -> String {
    format!("\u{201c}{}\u{201d}", app.place().title())
}

fn to_list(app: &App) -> Option<Way> {
    match app.place() {
        Place::Browser => None,
        Place::Field => Some(Way::By(Action::LeaveField)),
        _ => Some(Way::By(Action::Back)),
    }
}

fn to_collection(app: &App, collection: &str) -> Way {
    if let Some(way) = to_list(app) {
        return way;
    }
    let listed = app.listed();
    let place = |name: &str| listed.collections.iter().position(|known| known == name);
    match (place(collection), listed.collection.as_deref().and_then(place)) {
        (None, _) | (_, None) => Way::Wait(format!("the list has no collection {collection}")),
        (Some(wanted), Some(now)) if wanted == now => Way::There,
        _ if listed.in_records => Way::By(Action::Left),
        (Some(wanted), Some(now)) => Way::By(if wanted > now { Action::Down } else { Action::Up }),
    }
}

fn to_record(app: &App, key: &Key) -> Way {
    match to_collection(app, &key.collection) {
        Way::There => {}
        way => return way,
    }
    let listed = app.listed();
    match listed.record {
        _ if !listed.in_records => Way::By(Action::Right),
        None => Way::Wait(format!("the list has no {key}")),
        Some(id) if id == key.id => Way::There,
        Some(id) => Way::By(if id < key.id { Action::Down } else { Action::Up }),
    }
}

fn to_field(app: &App, at: &Pointer) -> Way {
    match app.place() {
        Place::Editor => {}
        Place::Field if app.up().is_some() => return Way::By(Action::LeaveField),
        Place::Choice => return Way::By(Action::Back),
        _ => return Way::No(format!("no record is being edited: {} is up", up(app))),
    }
    let fields = app.fields();
    let place = |at: &Pointer| fields.iter().position(|field| field == at);
    let parent = |at: &Pointer| at.names().split_last().map(|(_, parents)| parents.to_vec());
    match (place(at), app.at().as_ref().and_then(place)) {
        (Some(wanted), Some(now)) if wanted == now => Way::There,
        (Some(wanted), Some(now)) if wanted > now => Way::By(Action::NextField),
        (Some(_), _) => Way::By(Action::PreviousField),
        (None, _) => match fields.iter().find(|field| parent(field) == parent(at)) {
            Some(beside) => Way::Lacks(Some(beside.clone())),
            None if fields.is_empty() => Way::Lacks(None),
            None => Way::No(format!("there is no field {}", at.label())),
        },
    }
}

fn to_unit(app: &App, at: &Pointer, part: Option<usize>) -> Way {
    if app.place() != Place::Collision {
        return Way::No(format!("there is no collision: {} is up", up(app)));
    }
    let (rows, now) = app.decidable();
    match rows.iter().position(|row| row.part == part && row.fields.contains(at)) {
        Some(wanted) if wanted == now => Way::There,
        Some(wanted) => Way::By(if wanted > now { Action::Down } else { Action::Up }),
        None => {
            let named = match part {
                Some(part) => format!("part {part} of {}", at.label()),
                None => at.label(),
            };
            let known: Vec<String> = rows.iter().flat_map(|row| &row.fields).map(Pointer::label).collect();
            Way::No(format!("{named} is not to be decided; on the screen are: {}", known.join(", ")))
        }
    }
}

/// The keys of an action where the person stands.
///
/// # Errors
/// A sentence, where it has none there.
pub fn keys(app: &App, action: Action) -> Result<Vec<Press>, String> {
    let (keys, place) = (app.keys(), app.place());
    let lines = keys.here(place).into_iter().filter(|line| line.action == action);
    let key = lines.flat_map(|line| keys.keys_of(place, line)).next();
    match key {
        Some(key) => chord::presses(key),
        None => Err(format!("{} has no key here: {} is up", action.name(), up(app))),
    }
}

/// The keys that type a text.
pub fn typed(text: &str) -> impl Iterator<Item = Press> + '_ {
    text.chars().filter_map(chord::typed)
}
