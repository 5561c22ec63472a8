//! What the mouse did, as the screen wants to be told: clicks counted, the wheel in notches, the rest left out.

use std::time::{Duration, Instant};

use ratatui::crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

use crate::tui::msg::{Mouse, Pointed};

/// Clicks at one place that are no further apart belong together.
const TOGETHER: Duration = Duration::from_millis(400);

/// The last click: when, where, and which in a row it was.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pointer {
    last: Option<(Instant, (u16, u16), u8)>,
}

impl Pointer {
    /// What to tell the screen of `event`, which came at `now`; nothing, where it has no meaning there.
    pub fn told(&mut self, event: MouseEvent, now: Instant) -> Option<Mouse> {
        let kind = match event.kind {
            MouseEventKind::Down(MouseButton::Left) => Pointed::Press { clicks: self.click(event, now) },
            MouseEventKind::Drag(MouseButton::Left) => Pointed::Drag,
            MouseEventKind::ScrollUp => Pointed::Scroll(-1),
            MouseEventKind::ScrollDown => Pointed::Scroll(1),
            _ => return None,
        };
        Some(Mouse { kind, column: event.column, row: event.row, mods: event.modifiers })
    }

    fn click(&mut self, event: MouseEvent, now: Instant) -> u8 {
        let place = (event.column, event.row);
        let clicks = match self.last {
            Some((then, there, clicks)) if there == place && now - then <= TOGETHER => clicks % 3 + 1,
            _ => 1,
        };
        self.last = Some((now, place, clicks));
        clicks
    }
}

#[cfg(test)]
mod tests {
    use ratatui::crossterm::event::KeyModifiers;

    use super::*;

    fn event(kind: MouseEventKind, column: u16) -> MouseEvent {
        MouseEvent { kind, column, row: 3, modifiers: KeyModifiers::NONE }
    }

    #[test]
    fn clicks_are_counted_at_one_place_and_in_a_short_time() {
        let mut pointer = Pointer::default();
        let start = Instant::now();
        let mut click = |column: u16, after: u64| {
            let event = event(MouseEventKind::Down(MouseButton::Left), column);
            match pointer.told(event, start + Duration::from_millis(after)).unwrap().kind {
                Pointed::Press { clicks } => clicks,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!([click(5, 0), click(5, 200), click(5, 400), click(5, 500)], [1, 2, 3, 1]);
        assert_eq!([click(6, 600), click(6, 1_100)], [1, 1]);
    }

    #[test]
    fn what_means_nothing_is_not_told() {
        let mut pointer = Pointer::default();
        for kind in [MouseEventKind::Moved, MouseEventKind::Up(MouseButton::Left), MouseEventKind::ScrollLeft] {
            assert_eq!(pointer.told(event(kind, 1), Instant::now()), None);
        }
    }
}
