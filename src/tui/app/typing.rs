//! What concerns the text that takes what is typed, whichever it is: typing, copying and cutting, finding, going to a line.

use ratatui::crossterm::event::KeyCode;

use super::{App, Notice, Screen};
use crate::tui::clipboard::{self, Taken};
use crate::tui::field::FieldEditor;
use crate::tui::keys::{Action, Place};
use crate::tui::msg::{Effect, Press};
use crate::tui::screens::editor::Saving;
use crate::tui::screens::prompt::{Prompt, Purpose};
use crate::tui::widgets::text::TextArea;

impl App {
    /// The text of the record that is under the caret.
    pub(super) fn text(&mut self) -> Option<&mut TextArea> {
        match &mut self.screen {
            Screen::Editor(editor) => editor.text(),
            Screen::Collision(collision) => collision.text(),
            _ => None,
        }
    }

    /// Whether a line is typed in front of the screen: into the palette, the help or a question.
    fn asks(&self) -> bool {
        self.palette.is_some() || self.help.is_some() || self.prompt.is_some()
    }

    /// Does something with the field that takes what is typed, and takes note where that changed it.
    fn edit<R>(&mut self, does: impl FnOnce(&mut FieldEditor) -> R) -> Option<R> {
        match (&mut self.palette, &mut self.help, &mut self.prompt, &mut self.screen) {
            (Some(palette), ..) => Some(palette.edit(does)),
            (None, Some(help), ..) => help.edit(does),
            (None, None, Some(Prompt { purpose: Purpose::Type, .. }), _) => None,
            (None, None, Some(prompt), _) => {
                prompt.fault = None;
                let before = prompt.answer.area.revision();
                let done = does(&mut prompt.answer);
                if prompt.answer.area.revision() != before {
                    self.look_for();
                }
                Some(done)
            }
            _ if self.over.is_some() => None,
            (.., Screen::Editor(editor)) => editor.edit(does),
            (.., Screen::Collision(collision)) => collision.edit(does),
            _ => None,
        }
    }

    /// Takes a key that types.
    pub(super) fn type_key(&mut self, press: Press) -> Vec<Effect> {
        self.forget_nothing_selected();
        if self.saves.disarm() {
            self.notice = Notice::None;
        }
        self.forget_refusal();
        if self.place() == Place::Prompt && self.chooses_type() {
            self.choose_type(press);
        } else if self.asks() {
            // An answer is one line of words: a Tab in it would not be seen.
            if press.code != KeyCode::Tab {
                self.edit(|field| field.key(press));
            }
        } else if self.over.is_some() {
            // What is in front takes no letters.
        } else if matches!(self.screen, Screen::Editor(_)) {
            self.type_into_record(press);
        } else if let Screen::Collision(collision) = &mut self.screen {
            let taken = collision.key(press);
            return if !taken && press.code == KeyCode::Enter { self.hand_done() } else { Vec::new() };
        }
        Vec::new()
    }

    /// Moves or edits in the text that takes what is typed; a move selects where `selects`.
    pub(super) fn in_typing(&mut self, action: Action, selects: bool) {
        self.forget_nothing_selected();
        self.forget_refusal();
        let page = self.page();
        if let (false, Action::EraseLeft | Action::EraseWordLeft) = (self.asks(), action) {
            self.enter_lines();
        }
        self.edit(|field| field.act(action, selects, page));
    }

    /// A text of many lines is typed into in full.
    fn enter_lines(&mut self) {
        if let Screen::Editor(editor) = &mut self.screen {
            editor.enter_lines();
        }
    }

    fn chooses_type(&self) -> bool {
        matches!(&self.prompt, Some(Prompt { purpose: Purpose::Type, .. }))
    }

    fn choose_type(&mut self, press: Press) {
        let Screen::Editor(editor) = &mut self.screen else { return };
        if let KeyCode::Char(letter) = press.code
            && editor.set_type(letter)
        {
            self.prompt = None;
        }
    }

    /// Takes pasted text, as one step.
    pub(super) fn paste(&mut self, text: &str) -> Vec<Effect> {
        let mut text = clipboard::with_plain_breaks(text);
        self.keyboard.let_go();
        self.forget_nothing_selected();
        self.forget_refusal();
        if self.saves.disarm() {
            self.notice = Notice::None;
        }
        if self.asks() {
            text = text.replace('\n', " ");
        } else {
            self.enter_lines();
        }
        self.edit(|field| field.area.insert(&text));
        Vec::new()
    }

    fn nothing_selected(&self) -> String {
        clipboard::nothing_selected(&self.keyboard, self.place(), self.theme.ascii)
    }

    /// Whether that nothing is selected is what was said last.
    fn said_nothing_selected(&self) -> bool {
        self.notice == Notice::Good(self.nothing_selected())
    }

    /// Says something, beside the question where one is asked.
    fn tell(&mut self, words: String) {
        if let Some(prompt) = &mut self.prompt {
            prompt.fault = Some(words.trim_end_matches('.').into());
        }
        self.say(words);
    }

    /// What was refused is being changed: why it was is no longer true.
    fn forget_refusal(&mut self) {
        let changes = match &self.screen {
            Screen::Editor(editor) => editor.saving == Saving::No,
            Screen::Collision(collision) => collision.by_hand(),
            _ => false,
        };
        if changes && matches!(self.notice, Notice::Bad(_)) {
            self.notice = Notice::None;
        }
    }

    /// Something else was done since: the key of copying does not leave.
    fn forget_nothing_selected(&mut self) {
        if self.said_nothing_selected() {
            self.notice = Notice::None;
        }
    }

    /// Copies, cuts or inserts what was copied.
    pub(super) fn in_clipboard(&mut self, place: Place, action: Action) -> Vec<Effect> {
        let twice = self.said_nothing_selected();
        self.notice = Notice::None;
        let paste = self.named(place, Action::Paste);
        let mut keyboard = self.keyboard.clone();
        let taken = match action {
            Action::Paste if keyboard.copied.is_empty() => {
                self.tell(clipboard::EMPTY.into());
                return Vec::new();
            }
            Action::Paste => return self.paste(&keyboard.copied),
            _ => self.edit(|field| clipboard::take(&mut keyboard, field, action, &paste)).flatten(),
        };
        self.keyboard = keyboard;
        match taken {
            Some(Taken { words, given }) => {
                self.tell(words);
                return given.map(Effect::Copy).into_iter().collect();
            }
            None if action == Action::Copy && twice && clipboard::leaves(&self.keyboard, place) => return self.quit(),
            None if action == Action::Kill => {}
            None => self.tell(self.nothing_selected()),
        }
        Vec::new()
    }

    /// Finding, going to a line and wrapping, in a field that is edited in full. `false` where `action` is none of them.
    pub(super) fn in_full_text(&mut self, action: Action) -> bool {
        match action {
            Action::Find => {
                let Some(text) = self.text() else { return false };
                self.prompt = Some(Prompt::find(text));
            }
            Action::FindNext | Action::FindPrevious => match self.text().map(|text| text.has_search()) {
                Some(true) => self.find_again(action),
                _ => {
                    let find = self.named(Place::Field, Action::Find);
                    self.say(format!("Nothing was looked for yet. {find} finds."));
                }
            },
            Action::GoToLine => self.prompt = Some(Prompt::ask(Purpose::Line, "")),
            Action::Wrap => {
                self.wrap = !self.wrap;
                self.say(if self.wrap { "Long lines are wrapped." } else { "Long lines are cut." });
            }
            _ => return false,
        }
        true
    }

    fn find_again(&mut self, action: Action) {
        let mut prompt = self.prompt.take();
        let said = self.text().and_then(|text| Prompt::find_again(prompt.as_mut(), text, action == Action::FindNext));
        self.prompt = prompt;
        if let Some(words) = said {
            self.say(words);
        }
    }

    /// What is asked for was typed or changed.
    pub(super) fn look_for(&mut self) {
        let Some(mut prompt) = self.prompt.take() else { return };
        if let Some(text) = self.text() {
            prompt.look_in(text);
        }
        self.prompt = Some(prompt);
    }

    /// Keys while something is looked for.
    pub(super) fn in_find(&mut self, action: Action) {
        match action {
            Action::FindNext | Action::FindPrevious => self.find_again(action),
            Action::Back => {
                self.prompt = None;
                if let Some(text) = self.text() {
                    text.stop_marking();
                }
            }
            _ => {}
        }
    }

    /// Goes to the line that was asked for.
    ///
    /// # Errors
    /// A sentence where that is no line.
    pub(super) fn go_to_line(&mut self, asked: &str) -> Result<(), String> {
        self.text().map_or(Ok(()), |text| text.go_to_asked(asked))
    }
}
