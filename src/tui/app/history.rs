//! The history in front of what it was opened from, which goes on beneath it; and a version that is written again.

use midair_record::wire::{Current, Event, Key, Put};

use super::{App, Over, Screen};
use crate::tui::keys::{Action, Place};
use crate::tui::msg::{Effect, HistoryPage, Read, Unsaved};
use crate::tui::screens::history::History;

impl App {
    /// Opens the history of the record under the cursor, or of the one that is edited.
    pub(super) fn open_history(&mut self) -> Vec<Effect> {
        let key = match &self.screen {
            Screen::Editor(editor) => Some(editor.draft.key.clone()),
            _ => self.browser.key(),
        };
        let Some(key) = key else { return Vec::new() };
        let (history, effects) = History::open(key);
        self.over = Some(Over::History(Box::new(history)));
        effects
    }

    fn history(&mut self) -> Option<&mut History> {
        match &mut self.over {
            Some(Over::History(history)) => Some(history),
            _ => None,
        }
    }

    /// Keys in the history.
    pub(super) fn in_history(&mut self, action: Action, page: usize) -> Vec<Effect> {
        let restore = self.named(Place::History, Action::Restore);
        let edit_id = self.seat.next_edit_id();
        let Some(history) = self.history() else { return Vec::new() };
        match (action, history.asking) {
            (Action::Back, Some(_)) if history.sent => {
                history.asking = None;
                self.say("The restoration goes on; what comes of it is told here.");
                Vec::new()
            }
            (Action::Back, Some(_)) => {
                history.asking = None;
                Vec::new()
            }
            (Action::Back, None) => {
                self.over = None;
                Vec::new()
            }
            (Action::Confirm, Some(number)) if !history.sent => {
                history.sent = true;
                vec![Effect::Restore { key: history.key.clone(), number, token: history.token(), edit_id }]
            }
            (Action::Restore, None) => {
                let Some(number) = history.line().map(|line| line.version) else { return Vec::new() };
                match history.restoring(number) {
                    Ok(_) => history.asking = Some(number),
                    Err(why) => self.complain(format!("{why} {restore} restores the version under the cursor.")),
                }
                Vec::new()
            }
            (_, Some(_)) => Vec::new(),
            (action, None) => history.act(action, page / 3),
        }
    }

    /// A page of a history came.
    pub(super) fn history_came(
        &mut self,
        key: &Key,
        before: Option<u64>,
        result: Result<HistoryPage, String>,
    ) -> Vec<Effect> {
        match self.history() {
            Some(history) if history.key == *key => history.take_page(before, result),
            _ => Vec::new(),
        }
    }

    /// A version came.
    pub(super) fn version_came(
        &mut self,
        key: &Key,
        number: u64,
        result: Result<Option<Box<midair_record::wire::Stored>>, String>,
    ) -> Vec<Effect> {
        match self.history() {
            Some(history) if history.key == *key => history.take_version(number, result),
            _ => Vec::new(),
        }
    }

    /// Somebody wrote the record whose history is shown: it is read anew, and a question about what stood there before
    /// is taken back.
    pub(super) fn history_changed(&mut self, event: &Event) -> Vec<Effect> {
        let Some(history) = self.history() else { return Vec::new() };
        if history.key.collection != event.collection || history.key.id != event.id {
            return Vec::new();
        }
        let asked = history.asking.take_if(|_| !history.sent);
        let effects = history.reload();
        if let Some(number) = asked {
            let who = if event.line.by.is_empty() { "Somebody" } else { &event.line.by };
            let again = self.named(Place::History, Action::Restore);
            self.complain(format!(
                "{who} wrote v{} meanwhile; v{number} was not restored. {again} asks anew, against what stands there now.",
                event.line.version
            ));
        }
        effects
    }

    /// A restoration was answered.
    pub(super) fn restored(&mut self, key: &Key, number: u64, result: Result<Put, Unsaved>) -> Vec<Effect> {
        let restore = self.named(Place::History, Action::Restore);
        let mut effects = Vec::new();
        if let Some(history) = self.history().filter(|history| history.key == *key) {
            history.sent = false;
            history.asking = None;
            effects = history.reload();
        }
        match result {
            Ok(Put::Stored { stored, .. }) => {
                self.browser.refresh(&key.collection, &stored);
                let version = stored.version;
                self.meanwhile(key, Read::Stored(Box::new(stored)), Vec::new());
                self.say(format!("Restored v{number} of {key}; it is v{version} now, and nothing before it is lost."));
            }
            Ok(Put::Unchanged(stored)) => {
                self.say(format!("v{} of {key} already says what v{number} said.", stored.version));
            }
            Ok(Put::Stale(conflict)) => {
                let what = match &conflict.current {
                    Current::Stored(now) => {
                        let who = if now.updated_by.is_empty() { "Somebody" } else { &now.updated_by };
                        format!("{who} saved v{} meanwhile", now.version)
                    }
                    Current::Deleted(gone) => {
                        let who = if gone.by.is_empty() { "Somebody" } else { &gone.by };
                        format!("{who} deleted it meanwhile")
                    }
                    Current::Missing => "It is not there any more".into(),
                };
                self.complain(format!("{what}; v{number} was not restored. Look again: {restore} asks anew."));
            }
            Err(Unsaved::Refused(why) | Unsaved::Invalid { why, .. }) => {
                self.complain(format!("v{number} was not restored: {why}"))
            }
            Err(Unsaved::NoAnswer(why)) => {
                self.complain(format!("Whether v{number} was restored is not known: {why} The list will tell."));
            }
        }
        effects
    }
}
