//! Finding and going to a line in a field that is written by hand, as in the editor.

use super::{MergeFiles, Next};
use crate::tui::keys::{Action, Place};
use crate::tui::screens::prompt::{Prompt, Purpose};

impl MergeFiles {
    /// Begins to ask, or goes on to the next place. `false` where `action` is none of these.
    pub(super) fn in_full_text(&mut self, action: Action) -> bool {
        let Some(text) = self.collision.text() else { return false };
        match action {
            Action::Find => self.prompt = Some(Prompt::find(text)),
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
        self.prompt.as_ref().is_some_and(Prompt::is_finding)
    }

    fn find_again(&mut self, action: Action) {
        let Some(text) = self.collision.text() else { return };
        if let Some(words) = Prompt::find_again(self.prompt.as_mut(), text, action == Action::FindNext) {
            self.say(words);
        }
    }

    /// What is asked for was typed or changed.
    pub(super) fn look_for(&mut self) {
        if let (Some(prompt), Some(text)) = (&mut self.prompt, self.collision.text()) {
            prompt.look_in(text);
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
