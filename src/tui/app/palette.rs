//! The palette over the seat, and what is cut from a text and put into another.

use super::{App, Screen};
use crate::tui::field::FieldEditor;
use crate::tui::keys::Action;
use crate::tui::msg::Effect;
use crate::tui::screens::palette::Palette;

impl App {
    /// Opens the palette over what is on the screen; closes it where it is open.
    pub(super) fn toggle_palette(&mut self) {
        let place = self.place();
        self.palette = match self.palette {
            Some(_) => None,
            None => Some(Palette::open(place, &self.keyboard.keys, |line| self.works_now(line))),
        };
    }

    /// Keys in the palette.
    pub(super) fn in_palette(&mut self, action: Action) -> Vec<Effect> {
        let Some(mut palette) = self.palette.take() else { return Vec::new() };
        match action {
            Action::Back => {}
            Action::Submit => match palette.chosen() {
                Some(chosen) => return self.perform(palette.place, chosen),
                None => self.palette = Some(palette),
            },
            _ => {
                palette.act(action);
                self.palette = Some(palette);
            }
        }
        Vec::new()
    }

    /// Cuts the rest of a line, or puts in what was cut last.
    pub(super) fn cut_or_put(&mut self, action: Action) {
        let cut = self.keyboard.cut.clone();
        match action {
            Action::Yank if !cut.is_empty() => _ = self.paste(&cut),
            Action::Kill => {
                let cut = self.typed().map(|field| field.area.kill()).filter(|cut| !cut.is_empty());
                self.keyboard.cut = cut.unwrap_or(self.keyboard.cut.clone());
            }
            _ => {}
        }
    }

    /// The field that takes what is typed.
    fn typed(&mut self) -> Option<&mut FieldEditor> {
        match (&mut self.palette, &mut self.help, &mut self.prompt, &mut self.screen) {
            (Some(palette), ..) => Some(&mut palette.query),
            (_, Some(help), ..) => Some(help.field()),
            (_, _, Some(prompt), _) => Some(&mut prompt.answer),
            (.., Screen::Editor(editor)) => editor.typed(),
            (.., Screen::Collision(collision)) => collision.typed(),
            _ => None,
        }
    }
}
