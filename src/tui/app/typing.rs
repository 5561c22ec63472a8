//! What concerns the text under the caret, whichever it is: copying and cutting, finding, going to a line.

use ratatui::crossterm::event::KeyCode;

use super::{App, Notice, Screen};
use crate::tui::keys::{self, Action, Place};
use crate::tui::msg::{Effect, Press};
use crate::tui::screens::prompt::{Prompt, Purpose};
use crate::tui::widgets::text::{Found, TextArea};

/// More than this many bytes many terminals do not take into their clipboard.
const CLIPBOARD: usize = 74_000;

/// What is said to who copies nothing; the same key once more leaves.
pub(in crate::tui) const NOTHING_SELECTED: &str =
    "Nothing is selected: Shift with the arrows selects. Ctrl-C once more leaves; what is typed is kept as a draft.";

impl App {
    /// The text of the record that is under the caret.
    fn text(&mut self) -> Option<&mut TextArea> {
        match &mut self.screen {
            Screen::Editor(editor) => editor.text(),
            Screen::Collision(collision) => collision.text(),
            _ => None,
        }
    }

    /// Takes a key that types or moves in the text under the caret.
    pub(super) fn type_key(&mut self, press: Press) -> Vec<Effect> {
        let page = self.page();
        if self.notice == Notice::Good(NOTHING_SELECTED.into()) {
            self.notice = Notice::None;
        }
        if let Some(prompt) = &mut self.prompt {
            if prompt.purpose == Purpose::Type {
                self.choose_type(press);
            } else {
                prompt.fault = None;
                let before = prompt.answer.area.revision();
                prompt.answer.key(press, page);
                if prompt.answer.area.revision() != before {
                    self.look_for();
                }
            }
            return Vec::new();
        }
        match &mut self.screen {
            Screen::Editor(editor) => _ = editor.key(press, page),
            Screen::Collision(collision) => {
                let taken = collision.key(press, page);
                return if !taken && press.code == KeyCode::Enter { self.hand_done() } else { Vec::new() };
            }
            _ => {}
        }
        Vec::new()
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
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        match (&mut self.prompt, &mut self.screen) {
            (Some(prompt), _) => {
                prompt.answer.area.insert(&text.replace('\n', " "));
                self.look_for();
            }
            (None, Screen::Editor(editor)) => editor.paste(&text),
            (None, Screen::Collision(collision)) => collision.paste(&text),
            _ => {}
        }
        Vec::new()
    }

    /// Copies, cuts or inserts what was copied, where `press` means that; `None` where it means something else.
    pub(super) fn clipboard_key(&mut self, place: Place, press: Press) -> Option<Vec<Effect>> {
        if !place.types() {
            return None;
        }
        let action = keys::action_in(Place::Text, press)?;
        let own = keys::action_in(place, press).is_none();
        if !own || !matches!(action, Action::Copy | Action::Cut | Action::Paste) {
            return None;
        }
        let twice = self.notice == Notice::Good(NOTHING_SELECTED.into());
        self.notice = Notice::None;
        let selected = match &mut self.prompt {
            Some(prompt) => prompt.answer.area.selected(),
            None => self.text().and_then(|text| text.selected()),
        };
        match (action, selected) {
            (Action::Paste, _) => {
                let copied = self.clipboard.clone();
                if copied.is_empty() {
                    self.say("Nothing was copied here yet; the terminal has a key of its own for its clipboard.");
                    return Some(Vec::new());
                }
                return Some(self.paste(&copied));
            }
            (Action::Copy, None) if twice => return Some(self.quit()),
            (_, None) => self.say(NOTHING_SELECTED),
            (action, Some(copied)) => return Some(self.take_copy(copied, action == Action::Cut)),
        }
        Some(Vec::new())
    }

    fn take_copy(&mut self, copied: String, cut: bool) -> Vec<Effect> {
        match (&mut self.prompt, &mut self.screen) {
            _ if !cut => {}
            (Some(prompt), _) => _ = prompt.answer.act(Action::EraseRight, false, 1),
            (None, Screen::Editor(editor)) => editor.cut(),
            (None, Screen::Collision(collision)) => collision.hand_act(Action::EraseRight),
            _ => {}
        }
        self.clipboard.clone_from(&copied);
        let did = if cut { "Cut" } else { "Copied" };
        let count = copied.chars().count();
        let what = if count == 1 { "1 character".to_owned() } else { format!("{count} characters") };
        if copied.len() > CLIPBOARD {
            self.say(format!("{did} {what}, for Ctrl-V here; it is too much for the clipboard of a terminal."));
            return Vec::new();
        }
        self.say(format!("{did} {what}."));
        vec![Effect::Copy(copied)]
    }

    /// Finding and going to a line, in a field that is edited in full. `false` where `action` is neither.
    pub(super) fn in_text(&mut self, action: Action) -> bool {
        match action {
            Action::Find => {
                let Some(text) = self.text() else { return false };
                let needle = text.needle();
                text.begin_search();
                let mut prompt = Prompt::ask(Purpose::Find { said: String::new() }, &needle);
                prompt.answer.area.select_all();
                self.prompt = Some(prompt);
                self.look_for();
            }
            Action::FindNext | Action::FindPrevious => match self.text().map(|text| text.has_search()) {
                Some(true) => self.find_again(action),
                _ => self.say("Nothing was looked for yet. Ctrl-F finds."),
            },
            Action::GoToLine => self.prompt = Some(Prompt::ask(Purpose::Line, "")),
            _ => return false,
        }
        true
    }

    fn find_again(&mut self, action: Action) {
        let Some(text) = self.text() else { return };
        let found = if action == Action::FindNext { text.find_next() } else { text.find_previous() };
        self.say_found(found);
    }

    /// What is asked for was typed or changed: goes to the first place that says it.
    pub(super) fn look_for(&mut self) {
        let Some(Prompt { purpose: Purpose::Find { .. }, answer, .. }) = &self.prompt else { return };
        let needle = answer.area.text();
        if let Some(text) = self.text() {
            let found = text.look_for(&needle);
            self.say_found(found);
        }
        if needle.is_empty()
            && let Some(Prompt { purpose: Purpose::Find { said }, .. }) = &mut self.prompt
        {
            said.clear();
        }
    }

    fn say_found(&mut self, found: Found) {
        match &mut self.prompt {
            Some(Prompt { purpose: Purpose::Find { said }, .. }) => *said = found.words(),
            _ => self.say(format!("Found {}.", found.words())),
        }
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
        let Some(text) = self.text() else { return Ok(()) };
        let count = text.line_count();
        match asked.parse() {
            Ok(line) if (1..=count).contains(&line) => text.go_to_line(line),
            _ if count == 1 => return Err("There is only line 1".into()),
            _ => return Err(format!("There are lines 1 to {count}")),
        }
        Ok(())
    }
}
