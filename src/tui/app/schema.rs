//! What a collection declares of its records, and the record on the screen: learned as it comes, held against each change.

use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};
use midair_record::draft::Draft;
use midair_record::schema::Violation;
use ratatui::crossterm::event::{KeyCode, KeyModifiers};

use super::{App, Screen};
use crate::tui::definition::in_words;
use crate::tui::keys::{Action, Place};
use crate::tui::msg::{Effect, Press};

impl App {
    /// Tells the record on the screen what its collection asks, and holds what is typed against it.
    pub(super) fn hold_against_schema(&mut self, time_went_on: bool) {
        let Screen::Editor(editor) = &mut self.screen else { return };
        if let Some(schema) = self.definitions.get(&editor.draft.key.collection).and_then(|known| known.schema.as_ref())
        {
            editor.learn(schema);
        }
        editor.judge(time_went_on);
    }

    /// Asks what a collection declares, where no record of it is asked for with it.
    pub(super) fn ask_definition(collection: &str) -> Effect {
        Effect::LoadDefinition { collection: collection.into() }
    }

    /// A server refused a save for what only it knows: each fault is said on the row of its field, and it is asked again
    /// what it declares.
    pub(super) fn invalid_there(&mut self, sent: &Draft, slot: &str, faults: Vec<Violation>) -> Vec<Effect> {
        let words = format!("{} was not saved: {} What you typed is here.", sent.key, in_words(&faults));
        match &mut self.screen {
            Screen::Editor(editor) if editor.slot == slot => editor.refused_for(&faults),
            Screen::Collision(collision) if collision.editor.slot == slot => collision.show_faults(faults),
            _ => {}
        }
        self.complain(words);
        vec![App::ask_definition(&sent.key.collection)]
    }

    /// Today, where this person is.
    pub(super) fn today(&self) -> Date {
        let offset = Offset::from_seconds(self.clock.offset_seconds).unwrap_or(Offset::UTC);
        self.clock.now.to_zoned(TimeZone::fixed(offset)).date()
    }

    /// Types into the record; where a key types nothing, a sentence says what does.
    pub(super) fn type_into_record(&mut self, press: Press) {
        let Screen::Editor(editor) = &mut self.screen else { return };
        let letter =
            matches!(press.code, KeyCode::Char(_)) && !press.mods.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
        if editor.key(press) || !letter {
            return;
        }
        let (keyboard, ascii) = (&self.keyboard, self.theme.ascii);
        let words = editor.types_nothing(|action| keyboard.shown(Place::Editor, action, ascii));
        if let Some(words) = words {
            self.say(words);
        }
    }

    /// Keys that concern what is declared of a field. `false`: it is none of them.
    pub(super) fn in_declared(&mut self, action: Action) -> bool {
        let today = self.today();
        let Screen::Editor(editor) = &mut self.screen else { return false };
        match action {
            Action::Save => return false,
            _ if editor.is_choosing() => editor.choosing_act(action),
            Action::StepUp | Action::StepDown => editor.step(action, today),
            Action::AddField => return editor.add_element(),
            _ => return false,
        }
        true
    }
}
