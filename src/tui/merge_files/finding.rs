//! Finding and going to a line in a field that is written by hand, as in the editor.

use super::{MergeFiles, Next};
use crate::tui::keys::{Action, Place};
use crate::tui::screens::prompt::{Prompt, Purpose};
use crate::tui::widgets::text::Found;

impl MergeFiles {
    /// Begins to ask, or goes on to the next place. `false` where `action` is none of these.
    pub(super) fn in_full_text(&mut self, action: Action) -> bool {
        let Some(text) = self.collision.text() else { return false };
        match action {
            Action::Find => {
                let needle = text.needle();
                text.begin_search();
                let mut prompt = Prompt::ask(Purpose::Find { said: String::new() }, &needle);
                prompt.answer.area.select_all();
                self.prompt = Some(prompt);
                self.look_for();
            }
            Action::FindNext | Action::FindPrevious if text.has_search() => self.find_again(action),
            Action::FindNext | Action::FindPrevious => {
                let find = self.keyboard.shown(Place::Field, Action::Find, self.theme.ascii);
                self.say(format!("Nothing was looked for yet. {find} finds."));
            }
            Action::GoToLine => self.prompt = Some(Prompt::ask(Purpose::Line, "")),
            _ => return false,
        }
        true
    }

    /// Whether something is looked for.
    pub(super) fn is_finding(&self) -> bool {
        matches!(&self.prompt, Some(Prompt { purpose: Purpose::Find { .. }, .. }))
    }

    fn find_again(&mut self, action: Action) {
        let Some(text) = self.collision.text() else { return };
        let found = if action == Action::FindNext { text.find_next() } else { text.find_previous() };
        self.say_found(found);
    }

    /// What is asked for was typed or changed: goes to the first place that says it.
    pub(super) fn look_for(&mut self) {
        let Some(Prompt { purpose: Purpose::Find { .. }, answer, .. }) = &self.prompt else { return };
        let needle = answer.area.text();
        if let Some(text) = self.collision.text() {
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

    /// Keys while a question is asked in the last line but one.
    pub(super) fn in_prompt(&mut self, action: Action) -> Next {
        match (action, &mut self.prompt) {
            (Action::FindNext | Action::FindPrevious, _) => self.find_again(action),
            (Action::Submit, Some(prompt)) => {
                let line = prompt.text();
                match self.collision.text().map_or(Ok(()), |text| text.go_to_asked(&line)) {
                    Ok(()) => self.prompt = None,
                    Err(fault) => prompt.fault = Some(fault),
                }
            }
            _ => {
                self.prompt = None;
                if let Some(text) = self.collision.text() {
                    text.stop_marking();
                }
            }
        }
        Next::Stay
    }
}
