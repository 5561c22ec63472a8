//! The mouse in the editor, and how large the text under the caret is drawn.

use ratatui::layout::{Position, Rect};

use super::Editor;
use crate::tui::msg::{Mouse, Pointed};

impl Editor {
    /// Takes note of where the editor is drawn, so that its text scrolls as the caret moves.
    pub fn fit(&mut self, area: Rect) {
        if let (Some(place), Some(field)) = (self.text_area(area), &mut self.field) {
            field.area.fit(place);
        }
    }

    /// Does what the mouse did over the editor drawn in `area`. `true`: a second click asks for the field in full.
    pub fn mouse(&mut self, area: Rect, mouse: Mouse) -> bool {
        if let (Pointed::Press { .. }, Some((inside, field))) = (mouse.kind, self.choice_room(area))
            && self.press_choice(inside, field, Position { x: mouse.column, y: mouse.row })
        {
            return false;
        }
        let Some(text) = self.text_area(area).filter(|text| self.in_full() || self.is_over(*text, mouse)) else {
            return self.choose_row(area, mouse);
        };
        if let Some(text_area) = self.text() {
            text_area.mouse(text, mouse);
        }
        false
    }

    fn is_over(&self, text: Rect, mouse: Mouse) -> bool {
        match mouse.kind {
            Pointed::Press { .. } => text.contains(Position { x: mouse.column, y: mouse.row }),
            Pointed::Drag => true,
            Pointed::Scroll(_) => false,
        }
    }

    fn choose_row(&mut self, area: Rect, mouse: Mouse) -> bool {
        match mouse.kind {
            Pointed::Scroll(notches) => {
                self.go_to(self.focus.saturating_add_signed(isize::from(notches)));
                false
            }
            Pointed::Drag => false,
            Pointed::Press { clicks } => {
                let Some(row) = self.row_in(area, mouse.row) else { return false };
                if row != self.focus {
                    self.go_to(row);
                    if let Some((place, text)) = self.text_area(area).zip(self.text()) {
                        text.mouse(place, mouse);
                    }
                    return false;
                }
                clicks == 2
            }
        }
    }
}
