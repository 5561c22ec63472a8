//! The theatre: several Apps on one stage, the wire below them, a caption, and the keys of whoever watches; knows no server
//! and does no step by itself.

mod cards;
mod draw;
mod rooms;
mod standing;
mod wire;

use ratatui::layout::Rect;

use super::keyboard::{Keyboard, Pressed};
use super::keys::{self, Action, Bound, Place};
use super::msg::{Clock, Press};
use super::preferences::Preferences;
use super::screens::help::Help;
use super::screens::palette::Palette;
use super::theme::Theme;

pub use standing::{Doing, Listed, Person, Play, Standing};
pub use wire::{Answer, Exchange};

/// What whoever watches wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cue {
    /// Nothing beyond the screen.
    Stay,
    /// The next step, or the rest of the one under way at once.
    Next,
    /// The step before.
    StepBack,
    /// To have it go on by itself, or no longer.
    Play,
    /// The keyboard belongs to somebody else now; [`Theatre::keyboard_of`] says to whom.
    Passed,
    /// A key for whoever has the keyboard.
    Press(usize, Press),
    /// Pasted text for whoever has the keyboard.
    Paste(usize, String),
    /// The scenario of this place in the list.
    Scenario(usize),
    /// This scenario anew.
    Anew,
    /// The screen drawn anew.
    Repaint,
    /// The terminal given back until the shell lets midair go on.
    Suspend,
    /// To leave.
    Leave,
}

/// What is up in front of the stage.
#[derive(Clone, Debug)]
enum Card {
    /// The list of scenarios, with the cursor on one.
    List(usize),
    /// What happened, and what would have been lost.
    Ending,
}

/// What the theatre shows, beside the Apps.
#[derive(Clone, Debug)]
pub struct Theatre {
    listed: Vec<Listed>,
    play: Play,
    standing: Standing,
    wire: Vec<Exchange>,
    /// Whose keyboard whoever watches has.
    taken: Option<usize>,
    /// Who acted last, then who acted before, and so on.
    acted: Vec<usize>,
    card: Option<Card>,
    help: Option<Help>,
    palette: Option<Palette>,
    notice: String,
    keyboard: Keyboard,
    theme: Theme,
    clock: Clock,
    size: (u16, u16),
}

impl Theatre {
    /// Opens on a scenario of which no step is done. `listed`: all that can be chosen.
    pub fn open(listed: Vec<Listed>, play: Play, preferences: &Preferences, clock: Clock) -> Self {
        Theatre {
            listed,
            play,
            standing: Standing::default(),
            wire: Vec::new(),
            taken: None,
            acted: Vec::new(),
            card: None,
            help: None,
            palette: None,
            notice: String::new(),
            keyboard: Keyboard::new(preferences.keys.clone()),
            theme: preferences.theme,
            clock,
            size: (80, 24),
        }
    }

    /// Puts another scenario on, or the same one anew.
    pub fn put_on(&mut self, play: Play) {
        (self.play, self.standing) = (play, Standing::default());
        self.wire.clear();
        self.acted.clear();
        (self.taken, self.card) = (None, None);
    }

    /// The terminal has so many columns and rows now.
    pub fn resize(&mut self, columns: u16, rows: u16) {
        self.size = (columns, rows);
    }

    /// Time went on.
    pub fn tick(&mut self, clock: Clock) {
        self.clock = clock;
    }

    /// Takes how far it is, and what went over the wire.
    pub fn tell(&mut self, standing: Standing, wire: Vec<Exchange>) {
        if let Some(acting) = standing.acting {
            self.comes_first(acting);
        }
        (self.standing, self.wire) = (standing, wire);
    }

    /// Says something in the place of the caption, until the next key.
    pub fn say(&mut self, words: impl Into<String>) {
        self.notice = words.into();
    }

    /// Shows what happened, and what would have been lost.
    pub fn ends(&mut self) {
        self.card = Some(Card::Ending);
    }

    /// Whose keyboard whoever watches has.
    pub fn keyboard_of(&self) -> Option<usize> {
        self.taken
    }

    /// Who is shown as the one who does something: has the keyboard, else acts.
    fn active(&self) -> Option<usize> {
        self.taken.or(self.standing.acting.filter(|_| self.standing.step > 0))
    }

    /// Whether every step is done.
    fn is_over(&self) -> bool {
        self.standing.step >= self.play.steps && self.standing.doing == Doing::Nothing
    }

    fn comes_first(&mut self, person: usize) {
        self.acted.retain(|other| *other != person);
        self.acted.insert(0, person);
    }

    /// How large the screen of each person is, in columns and rows; that of one who has no room now, as if they had.
    pub fn screens(&self) -> Vec<(u16, u16)> {
        let area = Rect::new(0, 0, self.size.0, self.size.1);
        let Some(rooms) = self.rooms(area) else { return vec![self.size; self.play.people.len()] };
        let size = |(_, place): &(usize, Rect)| {
            let screen = rooms::below_name(*place);
            (screen.width, screen.height)
        };
        let of = |person: usize| rooms.screens.iter().find(|(other, _)| *other == person).or(rooms.screens.first());
        (0..self.play.people.len()).map(|person| of(person).map_or(self.size, size)).collect()
    }

    fn rooms(&self, area: Rect) -> Option<rooms::Rooms> {
        let people: Vec<bool> = self.play.people.iter().map(|person| person.screen).collect();
        let others = self.acted.iter().copied().filter(|person| Some(*person) != self.taken);
        let first: Vec<usize> = self.taken.into_iter().chain(others).collect();
        rooms::rooms(area, &people, &first, self.taken.is_some())
    }

    /// Where keys mean something now.
    fn place(&self) -> Place {
        match (&self.palette, &self.help, &self.card) {
            (Some(_), ..) => Place::Palette,
            (None, Some(help), _) if help.searching() => Place::Prompt,
            (None, Some(_), _) => Place::Help,
            (None, None, _) if self.taken.is_some() => Place::Seat,
            (None, None, Some(Card::List(_))) => Place::Scenarios,
            (None, None, _) => Place::Theatre,
        }
    }

    /// Where keys mean something beneath the palette and the help.
    fn beneath(&self) -> Place {
        if matches!(self.card, Some(Card::List(_))) { Place::Scenarios } else { Place::Theatre }
    }

    /// A key was pressed.
    pub fn key(&mut self, press: Press) -> Cue {
        let place = self.place();
        self.notice.clear();
        let number = self.keyboard.keys.which(place, Action::Scenario, press);
        match (self.keyboard.press(place, press), self.taken) {
            (Pressed::Does(Action::Scenario), _) => self.scenario(number),
            (Pressed::Does(action) | Pressed::Selects(action), _) => self.perform(place, action),
            (Pressed::Types(press), Some(person)) => Cue::Press(person, press),
            (Pressed::Types(press), None) => {
                self.edit(|field| field.key(press));
                Cue::Stay
            }
            (Pressed::Nothing(words), _) => {
                self.say(words);
                Cue::Stay
            }
            (Pressed::Waits, _) => Cue::Stay,
        }
    }

    /// Text was pasted.
    pub fn paste(&mut self, text: &str) -> Cue {
        self.keyboard.let_go();
        match self.taken {
            Some(person) => Cue::Paste(person, text.to_owned()),
            None => {
                let line = text.replace(['\r', '\n'], " ");
                self.edit(|field| field.area.insert(&line));
                Cue::Stay
            }
        }
    }

    /// Does something with the field that takes what is typed, where there is one.
    fn edit<R>(&mut self, does: impl FnOnce(&mut super::field::FieldEditor) -> R) -> Option<R> {
        match (&mut self.palette, &mut self.help) {
            (Some(palette), _) => Some(palette.edit(does)),
            (None, Some(help)) => help.edit(does),
            (None, None) => None,
        }
    }

    fn perform(&mut self, place: Place, action: Action) -> Cue {
        let page = usize::from(self.size.1.saturating_sub(6)).max(1);
        match (action, place) {
            (Action::QuitNow | Action::Quit, _) => return Cue::Leave,
            (Action::Repaint, _) => return Cue::Repaint,
            (Action::Suspend, _) => return Cue::Suspend,
            (Action::Palette, Place::Palette) => self.palette = None,
            (Action::Palette, _) => {
                self.help = None;
                let works = |line: &Bound| self.works_now(line.action);
                self.palette = Some(Palette::open(self.beneath(), &self.keyboard.keys, works));
            }
            (Action::Help, _) => {
                self.palette = None;
                self.help = Some(Help::open());
            }
            (action, Place::Palette | Place::Prompt) if keys::is_of_text(action) => {
                self.edit(|field| field.act(action, false, page));
            }
            (action, Place::Palette) => return self.in_palette(action),
            (action, _) if self.help.is_some() => {
                let beneath = self.beneath();
                Help::take(&mut self.help, action, &self.keyboard.keys, beneath, page);
            }
            (action, Place::Scenarios) => return self.in_list(action),
            (action, _) => return self.on_stage(action),
        }
        Cue::Stay
    }

    fn in_palette(&mut self, action: Action) -> Cue {
        match Palette::take(&mut self.palette, action) {
            Some((place, chosen)) => self.perform(place, chosen),
            None => Cue::Stay,
        }
    }

    fn on_stage(&mut self, action: Action) -> Cue {
        match action {
            Action::NextStep if matches!(self.card, Some(Card::Ending)) => {
                return self.scenario(Some(self.following()));
            }
            Action::NextStep if self.is_over() => self.ends(),
            Action::Back => self.card = None,
            Action::Scenarios | Action::Scenario => self.card = Some(Card::List(self.play.listed)),
            Action::PassKeyboard => {
                self.taken = self.next_keyboard();
                return self.passed();
            }
            Action::GiveBack => {
                self.taken = None;
                return self.passed();
            }
            _ if !self.works_now(action) => {}
            Action::NextStep => return Cue::Next,
            Action::StepBack => return Cue::StepBack,
            Action::Play => return Cue::Play,
            Action::BeginAnew => return Cue::Anew,
            _ => {}
        }
        Cue::Stay
    }

    /// The keyboard changed hands.
    fn passed(&mut self) -> Cue {
        self.card = None;
        if let Some(person) = self.taken {
            self.comes_first(person);
        }
        Cue::Passed
    }

    /// Whose keyboard is next: of those with a screen, the one after the one who has it; after the last, nobody's.
    fn next_keyboard(&self) -> Option<usize> {
        let from = self.taken.map_or(0, |person| person + 1);
        (from..self.play.people.len()).find(|person| self.play.people[*person].screen)
    }

    /// The scenario after this one; after the last, the first.
    fn following(&self) -> usize {
        (self.play.listed + 1) % self.listed.len().max(1)
    }

    fn scenario(&mut self, number: Option<usize>) -> Cue {
        match number {
            Some(number) if number < self.listed.len() => Cue::Scenario(number),
            Some(number) => {
                self.say(match self.listed.len() {
                    1 => "There is one scenario.".into(),
                    many => format!("There are {many} scenarios; there is no number {}.", number + 1),
                });
                Cue::Stay
            }
            None => Cue::Stay,
        }
    }

    fn in_list(&mut self, action: Action) -> Cue {
        let last = self.listed.len().saturating_sub(1);
        let Some(Card::List(cursor)) = &mut self.card else { return Cue::Stay };
        match action {
            Action::Up => *cursor = cursor.saturating_sub(1),
            Action::Down => *cursor = (*cursor + 1).min(last),
            Action::First => *cursor = 0,
            Action::Last => *cursor = last,
            Action::Open => {
                let chosen = *cursor;
                self.card = None;
                return self.scenario(Some(chosen));
            }
            Action::Back => self.card = None,
            _ => {}
        }
        Cue::Stay
    }

    /// Whether a key does something as things stand; only such keys are advertised.
    fn works_now(&self, action: Action) -> bool {
        match action {
            Action::StepBack => self.standing.step > 0,
            Action::Back => self.card.is_some(),
            Action::PassKeyboard => self.play.people.iter().any(|person| person.screen),
            Action::Scenarios | Action::Scenario => !self.listed.is_empty(),
            Action::Play => !matches!(self.card, Some(Card::Ending)),
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests;
