//! How the theatre looks: each screen in a frame with its person's name, the wire, the caption, the keys.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::widgets::Widget;

use super::rooms::{self, Rooms};
use super::{Card, Doing, Exchange, Theatre};
use crate::tui::App;
use crate::tui::app::{SMALLEST, draw_begun, draw_keys};
use crate::tui::keys::{Action, Bound, Place};
use crate::tui::theme::Theme;
use crate::tui::widgets::{glyph, panel, signs};

impl Theatre {
    /// Draws the stage; `apps`: the screen of each person, `None` of a program.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, apps: &[Option<&App>]) {
        match self.rooms(area) {
            Some(rooms) => self.draw_rooms(&rooms, area, buf, apps),
            None => {
                let words = format!(
                    "Too small: midair needs {}×{}, this is {}×{}. Nothing is lost.",
                    SMALLEST.0, SMALLEST.1, area.width, area.height
                );
                for (row, line) in (0..).zip(panel::wrap(&words, area.width)) {
                    panel::line(buf, area, row, &[(&line, self.theme.notice)]);
                }
            }
        }
        signs::settle(buf, area, self.theme.ascii);
    }

    fn draw_rooms(&self, rooms: &Rooms, area: Rect, buf: &mut Buffer, apps: &[Option<&App>]) {
        let theme = &self.theme;
        let body = Rect { height: rooms.foot.y - area.y, ..area };
        match (&self.palette, &self.help) {
            (Some(palette), _) => palette.draw(body, buf, theme),
            (None, Some(help)) => help.draw(self.beneath(), &self.keyboard.keys, body, buf, theme),
            (None, None) => {
                for (person, place) in &rooms.screens {
                    self.draw_name(*person, *place, buf, apps);
                    if let Some(app) = apps.get(*person).copied().flatten() {
                        app.render(rooms::below_name(*place), buf);
                    }
                }
                for (person, place) in &rooms.lines {
                    self.draw_aside(*person, *place, buf, apps);
                }
                self.draw_wire(rooms.wire, buf);
                self.draw_caption(rooms.caption, buf);
                let above = Rect { height: rooms.caption.y - area.y, ..area };
                match &self.card {
                    Some(Card::List(cursor)) => self.draw_list(*cursor, above, buf),
                    Some(Card::Ending) => self.draw_ending(body, buf),
                    None => {}
                }
            }
        }
        self.draw_foot(rooms.foot, buf);
    }

    /// Where the caret stands: at whoever has the keyboard, else at whoever acts.
    pub fn cursor(&self, area: Rect, apps: &[Option<&App>]) -> Option<Position> {
        let rooms = self.rooms(area)?;
        let body = Rect { height: rooms.foot.y - area.y, ..area };
        match (&self.palette, &self.help, &self.card) {
            (Some(palette), ..) => return palette.caret(body),
            (None, Some(help), _) => return help.caret(body),
            (None, None, Some(_)) => return None,
            (None, None, None) => {}
        }
        let active = self.active()?;
        let (_, place) = rooms.screens.iter().find(|(person, _)| *person == active)?;
        apps.get(active).copied().flatten()?.cursor(rooms::below_name(*place))
    }

    /// The sign before a name, and the words after it.
    fn part_of(&self, person: usize) -> (&'static str, &'static str) {
        match () {
            () if self.taken == Some(person) => ("✎ ", " · you have the keyboard"),
            () if self.active() != Some(person) => ("", ""),
            () if self.standing.doing == Doing::Types => ("▶ ", " · acts"),
            () => ("▶ ", ""),
        }
    }

    fn name(&self, person: usize) -> &str {
        self.play.people.get(person).map_or("", |person| &person.name)
    }

    /// Draws the line above a screen: whose it is, what they do, and what is out of the usual.
    fn draw_name(&self, person: usize, place: Rect, buf: &mut Buffer, apps: &[Option<&App>]) {
        let theme = &self.theme;
        let (sign, part) = self.part_of(person);
        let ink = match (self.taken == Some(person), sign.is_empty()) {
            (true, _) => theme.asks,
            (false, false) => theme.title,
            (false, true) => theme.plain,
        };
        let standing = apps.get(person).copied().flatten().map(App::standing).unwrap_or_default();
        let name = signs::held(self.name(person));
        rule(buf, place, &[(sign, ink), (&name, ink), (part, ink)], (&standing, theme.bad), theme);
    }

    /// Draws who has no screen, or no room for it, as one line.
    fn draw_aside(&self, person: usize, place: Rect, buf: &mut Buffer, apps: &[Option<&App>]) {
        let theme = &self.theme;
        let (sign, part) = self.part_of(person);
        let sign = if sign.is_empty() { "  " } else { sign };
        let words = match apps.get(person).copied().flatten() {
            Some(app) => match app.standing() {
                standing if standing.is_empty() => app.in_a_line(),
                standing => format!("{standing} · {}", app.in_a_line()),
            },
            None if self.play.people.get(person).is_some_and(|person| person.screen) => String::new(),
            None => match self.wire.iter().rev().find(|exchange| exchange.who == self.name(person)) {
                Some(last) => format!("a program · {}", last.in_short()),
                None => "a program".to_owned(),
            },
        };
        let ink = if sign.trim().is_empty() { theme.plain } else { theme.title };
        let name = signs::held(self.name(person));
        let words = if words.is_empty() { part.to_owned() } else { format!("{part} · {words}") };
        panel::line(buf, place, 0, &[(sign, ink), (&name, ink), (&words, theme.dim)]);
    }

    fn draw_wire(&self, place: Rect, buf: &mut Buffer) {
        let theme = &self.theme;
        let mut inside = place;
        if place.height > 2 {
            rule(buf, place, &[("on the wire", theme.title)], (&self.pace(), theme.asks), theme);
            inside = rooms::below_name(place);
        }
        if self.wire.is_empty() {
            panel::line(buf, inside, 0, &[("  nothing yet", theme.dim)]);
        }
        let names = self.play.people.iter().map(|person| glyph::width(&person.name, 99)).max().unwrap_or(0);
        let skipped = self.wire.len().saturating_sub(inside.height.into());
        for (row, exchange) in (0..).zip(self.wire.iter().skip(skipped)) {
            draw_exchange(exchange, inside, row, buf, (theme, names), self.clock);
        }
    }

    /// What the step is at, and when the next one comes.
    fn pace(&self) -> String {
        let doing = match self.standing.doing {
            Doing::Nothing => "",
            Doing::SettingUp => "setting up…",
            Doing::Types => "typing…",
            Doing::Settles => "waiting for the answers…",
        };
        match (self.standing.plays, doing) {
            (Some(Some(seconds)), "") => format!("plays · next in {seconds} s"),
            (Some(_), "") => "plays".into(),
            (Some(_), doing) => format!("plays · {doing}"),
            (None, doing) => doing.into(),
        }
    }

    /// What the line below the wire says.
    pub(super) fn caption(&self) -> (String, Style) {
        let (theme, standing, play) = (&self.theme, &self.standing, &self.play);
        if !self.notice.is_empty() {
            return (self.notice.clone(), theme.notice);
        }
        if standing.step == 0 {
            let words = match standing.doing {
                Doing::SettingUp => format!("{}. A moment: it is being set up.", play.title),
                _ => format!("{}. {}", play.title, play.about),
            };
            return (words, theme.notice);
        }
        let step = format!("Step {} of {}", standing.step, play.steps);
        match &standing.misfit {
            Some(why) => (format!("{step} no longer fits, and was passed over. {why}"), theme.asks),
            None => (format!("{step}: {}", standing.caption), theme.notice),
        }
    }

    fn draw_caption(&self, place: Rect, buf: &mut Buffer) {
        let (words, style) = self.caption();
        let words = signs::held(&words).into_owned();
        let mut lines = panel::wrap(&words, place.width.saturating_sub(2));
        if lines.len() > place.height.into() {
            lines.truncate(place.height.into());
            if let Some(last) = lines.last_mut() {
                last.push('…');
            }
        }
        for (row, line) in (0..).zip(&lines) {
            panel::line(buf, place, row, &[(" ", self.theme.plain), (line, style)]);
        }
    }

    fn draw_foot(&self, place: Rect, buf: &mut Buffer) {
        let (here, keys, theme) = (self.place(), &self.keyboard.keys, &self.theme);
        if let Some((pressed, following)) = self.keyboard.begun(here, theme.ascii) {
            return draw_begun(place, buf, theme, &pressed, &following);
        }
        let own = |line: &&&Bound| line.place == here && !line.hint.is_empty() && self.works_now(line.action);
        let all: Vec<Bound> = keys.here(here).iter().filter(own).map(|line| self.said(line)).collect();
        draw_keys(place, buf, theme, keys, here, &all.iter().collect::<Vec<_>>());
    }

    /// A line of the footer, in the words that fit now.
    fn said(&self, line: &Bound) -> Bound {
        let last = self.next_keyboard().is_none();
        let hint = match line.action {
            Action::Play if self.standing.plays.is_some() => "pause",
            Action::NextStep if matches!(self.card, Some(Card::Ending)) => "next scenario",
            Action::NextStep if self.is_over() => "the end",
            Action::NextStep if self.standing.doing != Doing::Nothing => "at once",
            Action::PassKeyboard if line.place == Place::Seat && last => "back to the stage",
            _ => line.hint,
        };
        let mut said = line.clone();
        said.hint = hint;
        said
    }
}

fn draw_exchange(
    exchange: &Exchange,
    place: Rect,
    row: u16,
    buf: &mut Buffer,
    (theme, names): (&Theme, u16),
    clock: crate::tui::msg::Clock,
) {
    let pieces = exchange.pieces(place.width, names, theme, clock);
    let pieces: Vec<(&str, Style)> = pieces.iter().map(|(text, style)| (text.as_str(), *style)).collect();
    panel::line(buf, place, row, &pieces);
}

/// Draws a line across `place` with words at its left and, where they fit, at its right.
fn rule(buf: &mut Buffer, place: Rect, left: &[panel::Piece], right: panel::Piece, theme: &Theme) {
    let mut used = panel::line(buf, place, 0, &[("─ ", theme.frame)]);
    let after = |used: u16| Rect { x: place.x + used, width: place.width.saturating_sub(used), ..place };
    used += panel::line(buf, after(used), 0, left);
    let wide = glyph::width(right.0, place.width);
    let fits = wide > 0 && used + wide + 5 < place.width;
    let line = place.width.saturating_sub(used + 1 + if fits { wide + 3 } else { 0 });
    let line = "─".repeat(line.into());
    let words = if fits { [" ", right.0, " ─"] } else { ["", "", ""] };
    let rest = [(" ", theme.frame), (&line, theme.frame), (words[0], theme.frame), (words[1], right.1)];
    used += panel::line(buf, after(used), 0, &rest);
    panel::line(buf, after(used), 0, &[(words[2], theme.frame)]);
}
