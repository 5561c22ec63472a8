//! The mouse: which part of the screen it is over, told by the same reckoning that draws; and how large that part is.

use ratatui::layout::Rect;

use super::draw::{Parts, parts};
use super::{App, Notice, Screen};
use crate::tui::keys::Action;
use crate::tui::msg::{Effect, Mouse, Pointed};

/// How many rows of a list one notch of the wheel moves.
const NOTCH: usize = 3;

impl App {
    fn parts(&self) -> Option<Parts> {
        let (width, height) = self.size;
        let area = Rect::new(0, 0, width, height);
        parts(area, self.notice_height(width), self.around)
    }

    /// Tells the text under the caret where it is drawn, so that it scrolls as the caret moves.
    pub(super) fn fit(&mut self) {
        self.veil();
        let Some(Parts { body, notice, .. }) = self.parts() else { return };
        let wrap = self.wrap;
        if let Some(text) = self.text() {
            text.set_wrap(wrap);
        }
        if let Some(prompt) = &mut self.prompt {
            prompt.fit(notice);
        }
        match &mut self.screen {
            Screen::Editor(editor) => editor.fit(body),
            Screen::Collision(collision) => collision.fit(body, (&self.theme, &self.keyboard.keys), self.clock),
            _ => {}
        }
    }

    /// The mouse did something.
    pub(super) fn mouse(&mut self, mouse: Mouse) -> Vec<Effect> {
        let Some(Parts { body, notice, .. }) = self.parts() else { return Vec::new() };
        self.keyboard.let_go();
        if self.palette.is_some() || self.help.is_some() {
            return self.scroll_by_keys(mouse);
        }
        let below = mouse.row >= notice.y;
        if let Some(prompt) = &mut self.prompt {
            if below {
                prompt.mouse(notice, mouse);
            }
            return Vec::new();
        }
        if below && mouse.kind != Pointed::Drag {
            return Vec::new();
        }
        if mouse.kind != Pointed::Drag {
            self.notice = Notice::None;
        }
        let page = self.page();
        match &mut self.screen {
            Screen::Browser => {
                let (effects, opens) = self.browser.mouse(body, mouse);
                return if opens { self.in_browser(Action::Open, page) } else { effects };
            }
            Screen::Editor(editor) => {
                if editor.mouse(body, mouse) {
                    return self.in_record(Action::EnterField, page);
                }
            }
            Screen::Collision(collision) => {
                if collision.mouse(body, mouse, (&self.theme, &self.keyboard.keys), self.clock) {
                    return self.in_record(Action::ByHand, page);
                }
            }
            _ => return self.scroll_by_keys(mouse),
        }
        Vec::new()
    }

    /// Moves a list that is moved by the arrows.
    fn scroll_by_keys(&mut self, mouse: Mouse) -> Vec<Effect> {
        let Pointed::Scroll(notches) = mouse.kind else { return Vec::new() };
        let action = if notches < 0 { Action::Up } else { Action::Down };
        let (times, page) = (usize::from(notches.unsigned_abs()) * NOTCH, self.page());
        for _ in 0..times {
            match &mut self.screen {
                _ if self.palette.is_some() => _ = self.in_palette(action),
                _ if self.help.is_some() => self.in_help(action, page),
                Screen::Drafts(_) => _ = self.in_drafts(action),
                _ => {}
            }
        }
        Vec::new()
    }
}
