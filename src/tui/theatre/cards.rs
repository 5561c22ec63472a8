//! The two cards of the theatre: the list of scenarios, and what happened with what would have been lost.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::Theatre;
use crate::tui::keys::{Action, Place};
use crate::tui::widgets::panel;

/// How wide the card at the end is.
const ENDING: u16 = 84;

impl Theatre {
    pub(super) fn draw_list(&self, cursor: usize, area: Rect, buf: &mut Buffer) {
        let theme = &self.theme;
        panel::wipe(buf, area);
        let inside = panel::frame(buf, area, "Scenarios", "", theme);
        let top = panel::top_row(cursor, self.listed.len(), inside.height);
        let names = self.listed.iter().map(|listed| listed.name.chars().count()).max().unwrap_or(0);
        for (row, (number, listed)) in (0..inside.height).zip(self.listed.iter().enumerate().skip(top)) {
            let key = self.keyboard.keys.nth(Place::Scenarios, Action::Scenario, number).unwrap_or_default();
            let (sign, style) = if number == cursor { ("▸", theme.selected) } else { (" ", theme.plain) };
            let on = if self.play.listed == number { " · on" } else { "" };
            let name = format!("{:names$}", listed.name);
            let title = format!("  {}{on}", listed.title);
            let key = format!("{key:>2} ");
            panel::line(
                buf,
                inside,
                row,
                &[(sign, theme.plain), (&key, theme.key), (&name, style), (&title, theme.plain)],
            );
        }
    }

    pub(super) fn draw_ending(&self, area: Rect, buf: &mut Buffer) {
        let theme = &self.theme;
        let width = ENDING.min(area.width.saturating_sub(2));
        let room = width.saturating_sub(4);
        let mut lines: Vec<(String, Style)> = Vec::new();
        let mut says = |heading: &str, words: &str, style: Style| {
            if words.is_empty() {
                return;
            }
            if !lines.is_empty() {
                lines.push((String::new(), theme.plain));
            }
            lines.push((heading.to_owned(), theme.title));
            lines.extend(panel::wrap(words, room).into_iter().map(|line| (line, style)));
        };
        says("What happened", &self.play.about, theme.plain);
        says("What was at stake", &self.play.lost, theme.plain);
        if self.standing.taken_over {
            says("You took a keyboard over", &self.aside(), theme.asks);
        }
        if let (Some(next), true) = (self.listed.get(self.following()), self.listed.len() > 1) {
            let key = self.keyboard.shown(Place::Theatre, Action::NextStep, theme.ascii);
            says("Next", &format!("{key}: {}", next.title), theme.plain);
        }
        let high = |lines: &[_]| u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(2);
        if high(&lines) > area.height {
            lines.retain(|(line, _)| !line.is_empty());
        }
        let inside = panel::card(buf, area, (width, high(&lines)), &self.play.title, theme);
        for (row, (line, style)) in (0..inside.height).zip(&lines) {
            panel::line(buf, inside, row, &[(line, *style)]);
        }
    }

    /// What a takeover made of the scenario.
    fn aside(&self) -> String {
        match self.standing.passed_over {
            0 => "Every step still fitted what you left on the screens.".into(),
            1 => "One step did not fit what you left on the screens, and was passed over.".into(),
            many => format!("{many} steps did not fit what you left on the screens, and were passed over."),
        }
    }
}
