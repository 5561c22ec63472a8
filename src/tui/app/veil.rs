//! What is secret: told to every screen after each message, so that none draws what it was not told that it may.

use midair_record::Record;
use midair_record::schema::Secrets;

use super::{App, Over, Screen};
use crate::tui::definition::Definition;
use crate::tui::keys::Action;
use crate::tui::msg::Effect;

/// What is said to who copies or cuts a secret.
const NOT_COPIED: &str = "A secret is not copied; Backspace and Delete erase it.";

impl App {
    /// Which places of a collection's records are secret: all, until its definition came.
    pub(super) fn secrets(&self, collection: &str) -> Secrets {
        self.definitions.get(collection).map(|known| known.secrets.clone()).unwrap_or_default()
    }

    /// A definition came, or did not: then what was known to be secret stays it.
    pub(super) fn defined(&mut self, collection: String, result: Result<Option<Record>, String>) -> Vec<Effect> {
        let known = self.definitions.get(&collection).filter(|_| result.is_err()).map(|known| known.secrets.clone());
        let mut definition = Definition::of(&collection, result);
        definition.secrets = known.unwrap_or(definition.secrets);
        self.definitions.insert(collection, definition);
        Vec::new()
    }

    /// Tells what is on the screen which values are secret.
    pub(super) fn veil(&mut self) {
        let listed = self.browser.collection().map(|collection| self.secrets(collection));
        self.browser.secrets = listed.unwrap_or_default();
        if let Some(Over::History(history)) = &self.over {
            let secrets = self.secrets(&history.key.collection);
            if let Some(Over::History(history)) = &mut self.over {
                history.secrets = secrets;
            }
        }
        let open = match &self.screen {
            Screen::Editor(editor) => &editor.draft.key.collection,
            Screen::Deleted(deleted) => &deleted.editor.draft.key.collection,
            Screen::Collision(collision) => &collision.resolution.draft().key.collection,
            Screen::Deletion(deletion) => &deletion.collection,
            Screen::Drafts(_) | Screen::Browser => "",
        };
        let secrets = self.secrets(open);
        match &mut self.screen {
            Screen::Editor(editor) => editor.veil(&secrets),
            Screen::Deleted(deleted) => deleted.editor.veil(&secrets),
            Screen::Collision(collision) => collision.veil(&secrets),
            Screen::Deletion(deletion) => deletion.secrets = secrets,
            Screen::Drafts(drafts) => {
                let known = self.definitions.iter();
                drafts.secrets = known.map(|(name, known)| (name.clone(), known.secrets.clone())).collect();
            }
            Screen::Browser => {}
        }
    }

    /// Whether the field that takes what is typed is a secret.
    pub(super) fn types_secret(&self) -> bool {
        match &self.screen {
            _ if self.prompt.is_some() || self.palette.is_some() || self.help.is_some() || self.over.is_some() => false,
            Screen::Editor(editor) => editor.at_secret(),
            Screen::Collision(collision) => collision.writes_secret(),
            _ => false,
        }
    }

    /// Shows the secret that is typed, or masks it again.
    pub(super) fn toggle_secret(&mut self) {
        if !self.types_secret() {
            self.say("This is no secret: it is shown.");
            return;
        }
        match &mut self.screen {
            Screen::Editor(editor) => editor.toggle_secret(),
            Screen::Collision(collision) => collision.toggle_secret(),
            _ => {}
        }
    }

    /// Why a secret may not be used so, where it may not.
    pub(super) fn keeps_secret(&self, action: Action) -> Option<&'static str> {
        match action {
            _ if !self.types_secret() => None,
            Action::Copy | Action::Cut | Action::Kill => Some(NOT_COPIED),
            Action::Find | Action::FindNext | Action::FindPrevious => Some("A secret is not searched."),
            _ => None,
        }
    }
}
