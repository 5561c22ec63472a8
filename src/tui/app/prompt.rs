//! Questions in the last line, and what becomes of their answers.

use midair_record::Object;
use midair_record::draft::Draft;
use midair_record::wire::Key;

use super::{App, Screen};
use crate::tui::keys::Action;
use crate::tui::msg::Effect;
use crate::tui::screens::editor::Editor;
use crate::tui::screens::prompt::{Prompt, Purpose};

impl App {
    /// Whether something is looked for in a text.
    pub(super) fn is_finding(&self) -> bool {
        self.prompt.as_ref().is_some_and(Prompt::is_finding)
    }

    /// Keys at a question.
    pub(super) fn in_prompt(&mut self, action: Action) -> Vec<Effect> {
        let Some(mut prompt) = self.prompt.take() else { return Vec::new() };
        if action != Action::Submit {
            return Vec::new();
        }
        match self.answered(&prompt) {
            Ok(effects) => effects,
            Err(fault) => {
                prompt.fault = Some(fault);
                self.prompt = Some(prompt);
                Vec::new()
            }
        }
    }

    fn answered(&mut self, prompt: &Prompt) -> Result<Vec<Effect>, String> {
        let text = prompt.text();
        match (&prompt.purpose, &mut self.screen) {
            (Purpose::Line, _) => self.go_to_line(&text)?,
            (Purpose::Filter, _) => return Ok(self.browser.set_filter(text)),
            (Purpose::NewId { collection }, _) => {
                let edit_id = self.seat.next_edit_id();
                let id = if text.is_empty() { short_id(&edit_id) } else { text };
                let key = Key::new(collection, &id).map_err(|fault| fault.to_string())?;
                if self.browser.lists(&id) {
                    return Err(format!("{key} is there already; choose another id"));
                }
                let draft = Draft::new(key, Object::new(), edit_id.clone());
                self.screen = Screen::Editor(Box::new(Editor::open(draft, edit_id, self.browser.template())));
                return Ok(vec![App::ask_definition(collection)]);
            }
            (Purpose::AddField, Screen::Editor(editor)) => editor.add(&prompt.answer.area.text())?,
            (Purpose::Note, Screen::Editor(editor)) => editor.draft.note = Some(text).filter(|note| !note.is_empty()),
            (Purpose::FilterDrafts, Screen::Drafts(drafts)) => drafts.set_filter(text),
            (Purpose::Rule { theirs }, Screen::Drafts(drafts)) => drafts.ask_rule(&text, *theirs)?,
            (Purpose::CopyId { .. }, _) => return self.save_copy(&text),
            _ => {}
        }
        Ok(Vec::new())
    }
}

/// An id for a record whose maker does not care: the start and the end of an edit's name.
fn short_id(edit_id: &str) -> String {
    let plain: String = edit_id.chars().filter(char::is_ascii_alphanumeric).collect();
    let end = edit_id.rsplit('-').next().unwrap_or_default();
    format!("{}{end}", plain.chars().take(10).collect::<String>())
}
