//! How the seat looks: a line about the connection, the screen, a line about what happened, a line of keys.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::widgets::Widget;

use super::on_stage::Around;
use super::{App, Notice, Over, Screen};
use crate::tui::keys::{Action, Bound, Keys, Place};
use crate::tui::msg::Link;
use crate::tui::theme::Theme;
use crate::tui::when::time_of_day;
use crate::tui::widgets::{glyph, panel, signs};

/// The smallest terminal that midair draws in.
pub const SMALLEST: (u16, u16) = (60, 15);

/// The lines of the screen, from the top.
pub(super) struct Parts {
    head: Rect,
    pub(super) body: Rect,
    pub(super) notice: Rect,
    foot: Rect,
}

/// How many lines a notice may take.
const LONGEST_NOTICE: usize = 3;

pub(super) fn parts(area: Rect, notice: u16, around: Around) -> Option<Parts> {
    let (columns, rows) = around.smallest();
    if area.width < columns || area.height < rows {
        return None;
    }
    let (head, foot) = (u16::from(around.has_head()), u16::from(around.has_keys()));
    Some(Parts {
        head: Rect { height: head, ..area },
        body: Rect { y: area.y + head, height: area.height - head - foot - notice, ..area },
        notice: Rect { y: area.bottom() - foot - notice, height: notice, ..area },
        foot: Rect { y: area.bottom() - foot, height: foot, ..area },
    })
}

fn height_of(lines: &[String]) -> u16 {
    u16::try_from(lines.len()).unwrap_or(1).max(1)
}

impl Widget for &App {
    fn render(self, area: Rect, buf: &mut Buffer) {
        self.draw(area, buf);
        signs::settle(buf, area, self.theme.ascii);
    }
}

impl App {
    fn draw(&self, area: Rect, buf: &mut Buffer) {
        let lines = self.notice_lines(area.width);
        let Some(Parts { head, body, notice, foot }) = parts(area, height_of(&lines), self.around) else {
            let words = format!(
                "Too small: midair needs {}×{}, this is {}×{}. Nothing is lost.",
                self.around.smallest().0,
                self.around.smallest().1,
                area.width,
                area.height
            );
            for (row, line) in (0..).zip(panel::wrap(&words, area.width)) {
                panel::line(buf, area, row, &[(&line, self.theme.notice)]);
            }
            return;
        };
        self.draw_head(head, buf);
        self.draw_screen(body, buf);
        self.draw_notice(notice, &lines, buf);
        self.draw_foot(foot, buf);
    }

    /// Where the caret stands when the app is drawn in `area`; `None` where nothing is typed.
    pub fn cursor(&self, area: Rect) -> Option<Position> {
        let Parts { body, notice, .. } = parts(area, self.notice_height(area.width), self.around)?;
        if let Some(palette) = &self.palette {
            return palette.caret(body);
        }
        if let Some(help) = &self.help {
            return help.caret(body);
        }
        match (&self.prompt, &self.screen) {
            (Some(prompt), _) => prompt.caret(notice),
            (None, _) if self.over.is_some() => None,
            (None, Screen::Editor(editor)) => editor.caret(body),
            (None, Screen::Collision(collision)) => collision.caret(body),
            _ => None,
        }
    }

    fn draw_head(&self, area: Rect, buf: &mut Buffer) {
        let theme = &self.theme;
        let style = match &self.link {
            Link::Connecting => theme.dim,
            Link::Live { .. } => theme.good,
            Link::Lost(_) => theme.bad,
        };
        let (place, state) = self.head(area.width);
        let pieces =
            [(" midair", theme.title.add_modifier(Modifier::BOLD)), (place.as_str(), theme.plain), (&*state, style)];
        let used = panel::line(buf, area, 0, &pieces);
        let beside = self.beside().into_iter().find(|words| used + glyph::width(words, area.width) <= area.width);
        panel::line_right(buf, area, 0, used, (&beside.unwrap_or_default(), theme.asks));
    }

    /// Where midair works and as whom, and how the connection stands: in as many words as leave room for what stands
    /// beside them.
    fn head(&self, width: u16) -> (String, String) {
        let turns = self.turning();
        let (long, short) = match &self.link {
            Link::Connecting => (format!("connecting…{turns}"), format!("connecting…{turns}")),
            Link::Live { hosting } => {
                let turns = if self.waits_long() { turns } else { "" };
                let long = if *hosting { "live, hosted by this terminal" } else { "live" };
                (format!("{long}{turns}"), format!("live{turns}"))
            }
            Link::Lost(_) => {
                let since = time_of_day(&self.known_at.now.to_string(), self.clock);
                (
                    format!("NOT CONNECTED since {since}, trying again{turns}"),
                    format!("NOT CONNECTED since {since}{turns}"),
                )
            }
        };
        let (server, who) = (self.seat.server.as_str(), self.seat.who.as_str());
        let bare = server.trim_start_matches("http://");
        let place = |server: &str| format!("  {server} · you are {who} · ");
        let beside = self.beside().last().map_or(1, |words| glyph::width(words, width));
        let choices = [
            (place(server), &long),
            (place(bare), &long),
            (place(bare), &short),
            (format!("  you are {who} · "), &short),
            ("  ".into(), &short),
        ];
        let wide = |(place, state): &&(String, &String)| 7 + glyph::width(place, width) + glyph::width(state, width);
        let fits = |choice: &&(String, &String)| wide(choice) + beside <= width;
        let (place, state) = choices.iter().find(fits).unwrap_or(&choices[choices.len() - 1]);
        (place.clone(), (*state).clone())
    }

    /// What stands at the right end of the first line: who else is here, and what waits. From many words to few; what waits
    /// goes before who is here.
    fn beside(&self) -> Vec<String> {
        let waits = Some(self.inbox + self.queued()).filter(|inbox| *inbox > 0);
        let people = self.people();
        let told = |people: Option<String>| {
            let waits = waits.map(|inbox| format!("{inbox} in inbox"));
            let both: Vec<String> = people.into_iter().chain(waits).collect();
            format!(" {} ", both.join(" · "))
        };
        let mut choices: Vec<String> = Vec::new();
        if let Some(people) = people {
            choices.extend([told(Some(format!("{people} people here"))), told(Some(format!("{people} here")))]);
        }
        if waits.is_some() {
            choices.push(told(None));
        }
        choices
    }

    fn draw_screen(&self, area: Rect, buf: &mut Buffer) {
        let (theme, keys, clock) = (&self.theme, &self.keyboard.keys, self.clock);
        if let Some(palette) = &self.palette {
            return palette.draw(area, buf, theme);
        }
        if let Some(help) = &self.help {
            return help.draw(self.place_beneath(), keys, area, buf, theme);
        }
        match &self.over {
            Some(Over::History(history)) => return history.draw(area, buf, (theme, keys), clock),
            Some(Over::Pulse(pulse)) => return pulse.draw(area, buf, theme, clock),
            None => {}
        }
        match &self.screen {
            Screen::Browser => self.browser.draw(area, buf, (theme, keys), clock, &self.here()),
            Screen::Editor(editor) => editor.draw(area, buf, (theme, keys), clock),
            Screen::Collision(collision) => collision.draw(area, buf, (theme, keys), clock),
            Screen::Deleted(deleted) => {
                deleted.editor.draw(area, buf, (theme, keys), clock);
                deleted.draw(area, buf, theme, clock);
            }
            Screen::Deletion(deletion) => {
                self.browser.draw(area, buf, (theme, keys), clock, &self.here());
                deletion.draw(area, buf, theme, clock);
            }
            Screen::Drafts(drafts) => {
                self.browser.draw(area, buf, (theme, keys), clock, &self.here());
                drafts.draw(area, buf, (theme, keys), clock);
            }
        }
    }

    /// A sign that turns while something is waited for; nothing where nothing is to move.
    fn turning(&self) -> &'static str {
        const SIGNS: [&str; 4] = [" -", " \\", " |", " /"];
        let tick = self.clock.now.as_millisecond() / 400;
        if self.motion { SIGNS[usize::try_from(tick.rem_euclid(4)).unwrap_or(0)] } else { "" }
    }

    /// The sentence above the keys: what happened, else that the connection is lost. Its sign, its words, its style.
    fn sentence(&self) -> Option<(&'static str, String, Style)> {
        let theme = &self.theme;
        match (&self.notice, &self.link) {
            (Notice::Bad(words), _) => Some(("! ", words.clone(), theme.bad)),
            (Notice::Good(words), _) => Some(("", words.clone(), theme.notice)),
            (Notice::None, Link::Lost(why)) => {
                let at = time_of_day(&self.known_at.now.to_string(), self.clock);
                let words = format!("{why} What you see was so at {at}; what you type is kept.");
                Some(("! ", words, theme.bad))
            }
            (Notice::None, _) => None,
        }
    }

    /// How many lines the notice takes in a screen of so many columns.
    pub(super) fn notice_height(&self, width: u16) -> u16 {
        height_of(&self.notice_lines(width))
    }

    fn notice_lines(&self, width: u16) -> Vec<String> {
        if self.prompt.is_some() {
            return Vec::new();
        }
        let words = self.sentence().map(|(sign, words, _)| format!("{sign}{words}")).unwrap_or_default();
        let mut lines = panel::wrap(&words, width.saturating_sub(2));
        if lines.len() > LONGEST_NOTICE {
            lines.truncate(LONGEST_NOTICE);
            lines[LONGEST_NOTICE - 1].push('…');
        }
        lines
    }

    fn draw_notice(&self, area: Rect, lines: &[String], buf: &mut Buffer) {
        let theme = &self.theme;
        if let Some(prompt) = &self.prompt {
            return prompt.draw(area, buf, theme);
        }
        let style = self.sentence().map_or(theme.plain, |(.., style)| style);
        for (row, line) in (0..).zip(lines) {
            panel::line(buf, area, row, &[(" ", theme.plain), (line, style)]);
        }
    }

    fn draw_foot(&self, area: Rect, buf: &mut Buffer) {
        let (place, keys, theme) = (self.place(), &self.keyboard.keys, &self.theme);
        if let Some((pressed, following)) = self.keyboard.begun(place, theme.ascii) {
            return draw_begun(area, buf, theme, &pressed, &following);
        }
        let beneath = self.help.is_some() || self.palette.is_some();
        let said = |line: &Bound| match &self.screen {
            Screen::Collision(collision) if place == Place::Field => collision.said(line),
            _ => Some(line.clone()),
        };
        let here = keys.here(place).into_iter().filter(|line| self.advertises(place, line));
        let all: Vec<Bound> = here.filter_map(said).collect();
        let mut all: Vec<&Bound> = all.iter().collect();
        if let (Screen::Collision(collision), Place::Collision, false) = (&self.screen, place, beneath) {
            all.sort_by_key(|line| !collision.comes_first(line.action));
        }
        draw_keys(area, buf, theme, keys, place, &all);
    }

    fn advertises(&self, place: Place, line: &Bound) -> bool {
        let quits = |one: &&Bound| one.place == place && one.action == Action::Quit;
        let twice = line.action == Action::QuitNow && self.keyboard.keys.lines().iter().any(|one| quits(&one));
        let needless = place == Place::Help && line.action == Action::Help;
        !line.hint.is_empty() && !twice && !needless && self.works_now(line)
    }

    /// Whether a key does something as things stand; only such keys are advertised.
    pub(super) fn works_now(&self, line: &Bound) -> bool {
        if self.palette.is_some() || self.help.is_some() || self.prompt.is_some() {
            return true;
        }
        match &self.over {
            Some(Over::History(history)) => return history.works_now(line.action),
            Some(Over::Pulse(pulse)) => return pulse.works_now(line.action),
            None => {}
        }
        match (&self.screen, line.action) {
            (_, Action::ShowSecret) => self.types_secret(),
            (_, action) if self.keeps_secret(action).is_some() => false,
            (Screen::Editor(editor), Action::History) => editor.draft.base.stored().is_some(),
            (Screen::Editor(editor), Action::LookAtTheirs) => editor.theirs.is_some(),
            (Screen::Editor(editor), Action::StepUp | Action::StepDown) => {
                editor.stepped(line.action, self.today()).is_some()
            }
            (Screen::Editor(editor), Action::MoveUp | Action::MoveDown) => editor.can_move(line.action),
            (Screen::Browser, Action::Open | Action::Delete | Action::History) => {
                self.browser.record().is_some() && self.browser.in_records()
            }
            (Screen::Collision(collision), action) if !collision.by_hand() => collision.works_now(action),
            (Screen::Drafts(drafts), action) => drafts.works_now(action),
            _ => true,
        }
    }
}

/// Draws the keys that were pressed of a sequence, and what can follow on them.
pub(in crate::tui) fn draw_begun(
    area: Rect,
    buf: &mut Buffer,
    theme: &Theme,
    pressed: &str,
    following: &[(String, &Bound)],
) {
    let mut used = panel::line(buf, area, 0, &[(" ", theme.plain), (pressed, theme.asks), (" …", theme.dim)]);
    for (key, line) in following {
        let words = line.action.name().replace('-', " ");
        let room = Rect { x: area.x + used, width: area.width.saturating_sub(used), ..area };
        used += panel::line(
            buf,
            room,
            0,
            &[(" · ", theme.frame), (key, theme.key), (" ", theme.plain), (&words, theme.dim)],
        );
    }
}

/// Draws as many keys as there is room for; the way to all of them always is among them, where the
/// place has one, and so is the way out of a collision.
pub(in crate::tui) fn draw_keys(
    area: Rect,
    buf: &mut Buffer,
    theme: &Theme,
    keys: &Keys,
    place: Place,
    lines: &[&Bound],
) {
    let lines = lines.iter().filter_map(|&line| Some((line, keys.advertised(place, line, theme.ascii)?)));
    let lines: Vec<(&Bound, String)> = lines.collect();
    let wide = |(line, key): &(&Bound, String), first: bool| {
        glyph::width(key, 200) + 1 + glyph::width(line.hint, 200) + if first { 0 } else { 3 }
    };
    let always = |(line, _): &(&Bound, String)| match line.action {
        Action::Help => line.place != Place::Everywhere,
        Action::Back => matches!(line.place, Place::Collision | Place::Files | Place::History | Place::Pulse),
        _ => false,
    };
    let mut kept_free: u16 = lines.iter().filter(|line| always(line)).map(|line| wide(line, false)).sum();
    let mut used = 1;
    for said in &lines {
        if always(said) {
            kept_free -= wide(said, false);
        } else if used + wide(said, used == 1) + kept_free > area.width {
            if kept_free > 0 {
                continue;
            }
            break;
        }
        let (line, key) = said;
        let room = Rect { x: area.x + used, width: area.width.saturating_sub(used), ..area };
        let gap = if used > 1 { " · " } else { "" };
        used += panel::line(
            buf,
            room,
            0,
            &[(gap, theme.frame), (key, theme.key), (" ", theme.plain), (line.hint, theme.dim)],
        );
    }
}
