//! The mouse on the collision screen: a click chooses what is decided next; in a value written by hand it puts the caret.

use ratatui::layout::Rect;

use super::Collision;
use crate::tui::keys::{Action, Keys};
use crate::tui::msg::{Clock, Mouse, Pointed};
use crate::tui::theme::Theme;

impl Collision {
    /// Takes note of where the collision is drawn, so that a value written by hand scrolls as the caret moves.
    pub fn fit(&mut self, area: Rect, look: (&Theme, &Keys), clock: Clock) {
        if self.hand.is_none() {
            self.hidden = self.hidden_lines(area, look, clock);
        }
        self.scroll = self.scroll.min(self.hidden);
        let place = self.hand_area(area);
        if let Some(hand) = &mut self.hand {
            hand.field.area.fit(place);
        }
    }

    /// Does what the mouse did over the collision drawn in `area`. `true`: a second click asks to write by hand.
    pub fn mouse(&mut self, area: Rect, mouse: Mouse, look: (&Theme, &Keys), clock: Clock) -> bool {
        let place = self.hand_area(area);
        if let Some(hand) = &mut self.hand {
            hand.field.area.mouse(place, mouse);
            return false;
        }
        match mouse.kind {
            Pointed::Scroll(notches) => {
                let action = if notches < 0 { Action::Up } else { Action::Down };
                (0..notches.unsigned_abs()).for_each(|_| _ = self.act(action));
            }
            Pointed::Drag => {}
            Pointed::Press { clicks } => {
                if let Some(focus) = self.focus_in(area, mouse.row, look, clock) {
                    let again = self.focus == focus;
                    self.focus = focus;
                    return again && clicks == 2;
                }
            }
        }
        false
    }
}
