//! The screen of `midair mergetool`: one collision of three files, from its first key to its last; knows no file.

mod finding;

use midair_record::draft::Draft;
use midair_record::{Object, Resolution};
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::KeyCode;
use ratatui::layout::{Position, Rect};
use ratatui::widgets::Widget;

use super::app::{SMALLEST, draw_begun, draw_keys};
use super::clipboard::{self, Taken};
use super::field::FieldEditor;
use super::keyboard::{Keyboard, Pressed};
use super::keys::{self, Action, Bound, Place};
use super::msg::{Clock, Mouse, Press};
use super::preferences::Preferences;
use super::screens::collision::{Collision, Files};
use super::screens::editor::Editor;
use super::screens::help::Help;
use super::screens::palette::Palette;
use super::screens::prompt::Prompt;
use super::theme::Theme;
use super::widgets::{panel, signs};

/// What a key led to.
#[derive(Clone, Debug)]
pub enum Next {
    /// Nothing beyond the screen.
    Stay,
    /// The decisions changed: this is kept until the result is written.
    Keep(Box<Draft>),
    /// Everything is decided, and the result is to be written.
    Write(Box<Resolution>),
    /// The person leaves; this is kept.
    Leave(Box<Draft>),
    /// This text goes to the terminal's clipboard.
    Copy(String),
    /// The screen is to be drawn anew.
    Repaint,
    /// The terminal is to be given back until the shell lets midair go on.
    Suspend,
}

/// What files have none of.
const NOT_HERE: &[Action] = &[Action::WriteOutside, Action::ShowSecret];

/// Three files being merged.
#[derive(Clone, Debug)]
pub struct MergeFiles {
    collision: Box<Collision>,
    help: Option<Help>,
    palette: Option<Palette>,
    prompt: Option<Prompt>,
    notice: String,
    keyboard: Keyboard,
    theme: Theme,
    wrap: bool,
    clock: Clock,
    size: (u16, u16),
}

impl MergeFiles {
    /// Opens on the first undecided member. `notice`: what is said at the start.
    pub fn open(resolution: Resolution, files: Files, notice: String, preferences: Preferences, clock: Clock) -> Self {
        let draft = resolution.draft().clone();
        let slot = draft.edit_id.clone();
        let editor = Box::new(Editor::open(draft, slot, Object::new()));
        let collision = Box::new(Collision::of_files(editor, resolution, files));
        let Preferences { keys, theme, wrap, .. } = preferences;
        let keyboard = Keyboard::new(keys.without(NOT_HERE));
        let size = SMALLEST;
        MergeFiles { collision, help: None, palette: None, prompt: None, notice, keyboard, theme, wrap, clock, size }
    }

    /// The terminal has so many columns and rows now.
    pub fn resize(&mut self, columns: u16, rows: u16) {
        self.size = (columns, rows);
        self.fit();
    }

    fn fit(&mut self) {
        if let Some(text) = self.collision.text() {
            text.set_wrap(self.wrap);
        }
        let area = Rect::new(0, 0, self.size.0, self.size.1);
        self.collision.fit(Self::body(area), (&self.theme, &self.keyboard.keys), self.clock);
        if let Some(prompt) = &mut self.prompt {
            prompt.fit(Self::line(area));
        }
    }

    /// What has to be kept when the program ends now.
    pub fn parting(&self) -> Draft {
        self.collision.parked()
    }

    /// Says something in the last line but one.
    pub fn say(&mut self, words: impl Into<String>) {
        self.notice = words.into();
    }

    fn page(&self) -> usize {
        usize::from(self.size.1.saturating_sub(6)).max(1)
    }

    /// A key was pressed.
    pub fn key(&mut self, press: Press) -> Next {
        let next = self.take_key(press);
        self.fit();
        next
    }

    /// The mouse did something.
    pub fn mouse(&mut self, mouse: Mouse) -> Next {
        let body = Self::body(Rect::new(0, 0, self.size.0, self.size.1));
        let look = (&self.theme, &self.keyboard.keys);
        let free = !self.asks();
        if free && self.collision.mouse(body, mouse, look, self.clock) {
            self.collision.act(Action::ByHand);
        }
        self.keyboard.let_go();
        self.fit();
        Next::Stay
    }

    fn take_key(&mut self, press: Press) -> Next {
        let place = self.place();
        match self.keyboard.press(place, press) {
            Pressed::Selects(action) if keys::is_typing(action) => return self.in_typing(action, true),
            Pressed::Does(action) | Pressed::Selects(action) => return self.perform(place, action),
            Pressed::Types(press) => return self.type_key(press),
            Pressed::Nothing(words) => self.notice = words,
            Pressed::Waits => {}
        }
        Next::Stay
    }

    fn perform(&mut self, place: Place, action: Action) -> Next {
        match action {
            Action::Copy | Action::Cut | Action::Paste | Action::Kill => return self.in_clipboard(place, action),
            _ if keys::is_of_text(action) => return self.in_typing(action, false),
            _ => self.notice.clear(),
        }
        let page = self.page();
        match (action, place) {
            (Action::Repaint, _) => return Next::Repaint,
            (Action::Suspend, _) => return Next::Suspend,
            (Action::QuitNow, _) => return Next::Leave(Box::new(self.parting())),
            (Action::Palette, Place::Palette) => self.palette = None,
            (Action::Palette, _) => {
                let works = |line: &Bound| place != Place::Files || self.collision.works_now(line.action);
                self.palette = Some(Palette::open(place, &self.keyboard.keys, works));
            }
            (Action::Help, _) => {
                self.palette = None;
                self.help = Some(Help::open());
            }
            (action, Place::Palette) => return self.in_palette(action),
            (action, Place::Find) => return self.in_prompt(action),
            (action, Place::Prompt) if self.help.is_none() => return self.in_prompt(action),
            (action, _) if self.help.is_some() => {
                let beneath = self.beneath();
                Help::take(&mut self.help, action, &self.keyboard.keys, beneath, page);
            }
            (Action::Wrap, _) => self.wrap = !self.wrap,
            (action, Place::Field) if self.in_full_text(action) => {}
            (action, _) => return self.act(action),
        }
        Next::Stay
    }

    fn in_palette(&mut self, action: Action) -> Next {
        match Palette::take(&mut self.palette, action) {
            Some((place, chosen)) => self.perform(place, chosen),
            None => Next::Stay,
        }
    }

    fn asks(&self) -> bool {
        self.palette.is_some() || self.help.is_some() || self.prompt.is_some()
    }

    /// Does something with the field that takes what is typed.
    fn edit<R>(&mut self, does: impl FnOnce(&mut FieldEditor) -> R) -> Option<R> {
        match (&mut self.palette, &mut self.help, &mut self.prompt) {
            (Some(palette), ..) => Some(palette.edit(does)),
            (None, Some(help), _) => help.edit(does),
            (None, None, Some(prompt)) => {
                prompt.fault = None;
                let before = prompt.answer.area.revision();
                let done = does(&mut prompt.answer);
                if prompt.answer.area.revision() != before {
                    self.look_for();
                }
                Some(done)
            }
            (None, None, None) => self.collision.edit(does),
        }
    }

    fn in_typing(&mut self, action: Action, selects: bool) -> Next {
        self.notice.clear();
        let page = self.page();
        self.edit(|field| field.act(action, selects, page));
        if self.asks() { Next::Stay } else { Next::Keep(Box::new(self.parting())) }
    }

    fn in_clipboard(&mut self, place: Place, action: Action) -> Next {
        let nothing = clipboard::nothing_selected(&self.keyboard, place, self.theme.ascii);
        let twice = std::mem::take(&mut self.notice) == nothing;
        let paste = self.keyboard.shown(place, Action::Paste, self.theme.ascii);
        let mut keyboard = self.keyboard.clone();
        let taken = match action {
            Action::Paste if keyboard.copied.is_empty() => {
                self.say(clipboard::EMPTY);
                return Next::Stay;
            }
            Action::Paste => return self.paste(&keyboard.copied),
            _ => self.edit(|field| clipboard::take(&mut keyboard, field, action, &paste)).flatten(),
        };
        self.keyboard = keyboard;
        match taken {
            Some(Taken { words, given }) => {
                self.say(words);
                return given.map_or(Next::Stay, Next::Copy);
            }
            None if action == Action::Copy && twice && clipboard::leaves(&self.keyboard, place) => {
                return Next::Leave(Box::new(self.parting()));
            }
            None if action == Action::Kill => {}
            None => self.say(nothing),
        }
        Next::Stay
    }

    fn place(&self) -> Place {
        match (&self.palette, &self.help) {
            (Some(_), _) => Place::Palette,
            (None, Some(help)) if help.searching() => Place::Prompt,
            (None, Some(_)) => Place::Help,
            (None, None) if self.is_finding() => Place::Find,
            (None, None) if self.prompt.is_some() => Place::Prompt,
            (None, None) => self.beneath(),
        }
    }

    fn beneath(&self) -> Place {
        if self.collision.by_hand() { Place::Field } else { Place::Files }
    }

    fn act(&mut self, action: Action) -> Next {
        if self.collision.by_hand() {
            match action {
                Action::Save | Action::LeaveField => return self.hand_done(),
                other => self.collision.hand_act(other),
            }
            return Next::Stay;
        }
        match action {
            Action::Back => return Next::Leave(Box::new(self.parting())),
            Action::Submit => match self.collision.resolution.undecided() {
                0 => return Next::Write(Box::new(self.collision.resolution.clone())),
                many => {
                    let next = self.keyboard.shown(Place::Files, Action::NextUndecided, self.theme.ascii);
                    self.say(match many {
                        1 => format!("One field is undecided; {next} goes to it. Nothing was written."),
                        _ => format!("{many} fields are undecided; {next} goes to the next. Nothing was written."),
                    });
                }
            },
            other => match self.collision.refuses(other) {
                Some(why) => self.say(why),
                None if self.collision.act(other) => return Next::Keep(Box::new(self.parting())),
                None => {}
            },
        }
        Next::Stay
    }

    fn hand_done(&mut self) -> Next {
        match self.collision.hand_done() {
            Ok(()) => Next::Keep(Box::new(self.parting())),
            Err(why) => {
                self.say(why);
                Next::Stay
            }
        }
    }

    fn type_key(&mut self, press: Press) -> Next {
        self.notice.clear();
        if self.asks() {
            self.edit(|field| field.key(press));
            return Next::Stay;
        }
        let taken = self.collision.key(press);
        match () {
            () if !taken && press.code == KeyCode::Enter => self.hand_done(),
            () if taken => Next::Keep(Box::new(self.parting())),
            () => Next::Stay,
        }
    }

    /// Text was pasted.
    pub fn paste(&mut self, text: &str) -> Next {
        let mut text = clipboard::with_plain_breaks(text);
        self.notice.clear();
        self.keyboard.let_go();
        if self.asks() {
            text = text.replace('\n', " ");
        }
        self.edit(|field| field.area.insert(&text));
        self.fit();
        Next::Keep(Box::new(self.parting()))
    }

    fn body(area: Rect) -> Rect {
        Rect { height: area.height.saturating_sub(2), ..area }
    }

    /// The last line but one, for what happened and for questions.
    fn line(area: Rect) -> Rect {
        Rect { y: area.bottom().saturating_sub(2), height: 1, ..area }
    }

    /// Where the caret stands, where there is one.
    #[must_use]
    pub fn cursor(&self, area: Rect) -> Option<Position> {
        if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
            return None;
        }
        let body = Self::body(area);
        match (&self.palette, &self.help, &self.prompt) {
            (Some(palette), ..) => palette.caret(body),
            (None, Some(help), _) => help.caret(body),
            (None, None, Some(prompt)) => prompt.caret(Self::line(area)),
            (None, None, None) => self.collision.caret(body),
        }
    }

    fn draw(&self, area: Rect, buf: &mut Buffer) {
        let (theme, keys) = (&self.theme, &self.keyboard.keys);
        if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
            let words = format!("Too small: midair needs {}×{}. Nothing is lost.", SMALLEST.0, SMALLEST.1);
            panel::line(buf, area, 0, &[(&words, theme.notice)]);
            return;
        }
        let body = MergeFiles::body(area);
        match (&self.palette, &self.help) {
            (Some(palette), _) => palette.draw(body, buf, theme),
            (None, Some(help)) => help.draw(Place::Files, keys, body, buf, theme),
            (None, None) => self.collision.draw(body, buf, (theme, keys), self.clock),
        }
        match &self.prompt {
            Some(prompt) => prompt.draw(Self::line(area), buf, theme),
            None => _ = panel::line(buf, Self::line(area), 0, &[(" ", theme.plain), (&self.notice, theme.notice)]),
        }
        let foot = Rect { y: area.bottom() - 1, height: 1, ..area };
        let place = self.place();
        if let Some((pressed, following)) = self.keyboard.begun(place, theme.ascii) {
            return draw_begun(foot, buf, theme, &pressed, &following);
        }
        let here = keys.here(place).into_iter();
        let works = |line: &&Bound| place != Place::Files || self.collision.works_now(line.action);
        let all = here.filter(|line| !line.hint.is_empty()).filter(works);
        let all: Vec<Bound> = all.filter_map(|line| self.collision.said(line)).collect();
        let mut shown: Vec<&Bound> = all.iter().collect();
        if place == Place::Files {
            // The key that ends it, when all is decided; then those that decide, then those of merging files.
            let rank = |line: &&Bound| match () {
                () if self.collision.comes_first(line.action) => 0,
                () if keys::decides(line.action) => 1,
                () if line.place == Place::Files => 2,
                () if line.place == Place::Collision => 3,
                () => 4,
            };
            shown.sort_by_key(rank);
        }
        draw_keys(foot, buf, theme, keys, place, &shown);
    }
}

impl Widget for &MergeFiles {
    fn render(self, area: Rect, buf: &mut Buffer) {
        self.draw(area, buf);
        signs::settle(buf, area, self.theme.ascii);
    }
}

#[cfg(test)]
mod tests;
