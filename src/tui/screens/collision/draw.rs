//! How a collision looks around its units: whose versions these are, how far the person is, what the save will do.

use midair_record::Pointer;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::list::{WIDE, shows_merged};
use super::{Collision, Saving};
use crate::tui::keys::{Action, Keys, Place};
use crate::tui::msg::Clock;
use crate::tui::theme::Theme;
use crate::tui::when::{ago, time_of_day};
use crate::tui::widgets::{glyph, panel};

impl Collision {
    /// Draws the collision.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, (theme, keys): (&Theme, &Keys), clock: Clock) {
        let title = match &self.files {
            None => format!("Mid-air collision · {}", self.resolution.draft().key),
            Some(files) => format!("Merge · {}", files.merged),
        };
        let room = area.width.saturating_sub(glyph::width(&title, area.width) + 8);
        let inside = panel::frame(buf, area, &title, &self.count(room, theme, keys), theme);
        let versions = self.version_lines(inside, clock);
        for (y, line) in (0..).zip(&versions) {
            panel::line(buf, inside, y, &[(" ", theme.plain), (line, theme.theirs)]);
        }
        let list = self.list_area(inside, versions.len());
        self.draw_units(list, buf, (theme, keys));
        let will = Rect { y: list.bottom(), height: self.will_height(inside), ..inside };
        self.draw_will(will, buf, theme);
        if let Some(hand) = &self.hand {
            let place = hand_place(inside);
            let title = format!("{} by hand · {}", self.label(hand.unit), hand.field.shape.words());
            ratatui::widgets::Widget::render(ratatui::widgets::Clear, place, buf);
            let text = panel::frame(buf, place, &title, "", theme);
            hand.field.area.draw(text, buf, theme.plain);
            if let Some(fault) = hand.field.fault() {
                let last =
                    Rect { x: place.x + 1, y: place.bottom() - 1, width: place.width.saturating_sub(2), height: 1 };
                panel::line(buf, last, 0, &[(" ✗ ", theme.bad), (&fault, theme.bad), (" ", theme.bad)]);
            }
        }
    }

    /// The lines that tell whose versions these are.
    fn version_lines(&self, inside: Rect, clock: Clock) -> Vec<String> {
        let mut versions = match &self.files {
            None => self.versions(clock),
            Some(files) => format!("theirs: {} | mine: {} | base: {}", files.theirs, files.mine, files.base),
        };
        if inside.width < WIDE && self.files.is_none() {
            versions += &format!(" | you, from {}", self.from());
        }
        let mut lines = panel::wrap(&versions, inside.width.saturating_sub(1));
        lines.truncate(usize::from((inside.height / 5).max(1)));
        lines
    }

    /// Where the units stand, below so many lines of versions.
    fn list_area(&self, inside: Rect, versions: usize) -> Rect {
        let (above, below) = (u16::try_from(versions).unwrap_or(1), self.will_height(inside));
        Rect { y: inside.y + above, height: inside.height.saturating_sub(above + below), ..inside }
    }

    /// How far the person is, in as many words as fit in `room` columns.
    fn count(&self, room: u16, theme: &Theme, keys: &Keys) -> String {
        let place = if self.files.is_some() { Place::Files } else { Place::Collision };
        let submit = keys.shown(place, Action::Submit, theme.ascii);
        let (open, asked, merged) = (self.resolution.undecided(), self.resolution.asked(), self.merged_count());
        let enter = if self.files.is_some() { "writes" } else { "saves" };
        let open = match (&self.saving, open, asked) {
            (Saving::Sent, ..) => "saving…".to_owned(),
            (Saving::Waiting(_), ..) => "waiting for the server".to_owned(),
            (_, 0, 0) => format!("nothing to decide · {submit} {enter}"),
            (_, 0, 1) => format!("decided · {submit} {enter}"),
            (_, 0, _) => format!("all {asked} decided · {submit} {enter}"),
            _ => format!("{open} of {asked} undecided"),
        };
        let long = match (merged, self.show.merged) {
            (0, _) => return open,
            (_, true) => format!("{open} · {merged} merged"),
            (_, false) => format!("{open} · {merged} merged ({} to show)", shows_merged(theme, keys)),
        };
        if glyph::width(&long, room + 1) <= room { long } else { open }
    }

    /// Every version since mine, by whom, when and why.
    fn versions(&self, clock: Clock) -> String {
        let theirs = self.resolution.theirs();
        let mut lines: Vec<String> = self
            .resolution
            .changes()
            .iter()
            .map(|line| {
                let why = line.why.as_ref().map(|why| format!(" “{why}”")).unwrap_or_default();
                format!("v{} {} {}, {}{why}", line.version, line.by, time_of_day(&line.at, clock), ago(&line.at, clock))
            })
            .collect();
        if lines.is_empty() {
            lines.push(format!("v{} {} {}", theirs.version, theirs.updated_by, ago(&theirs.updated_at, clock)));
        }
        lines.join(" · ")
    }

    /// Where the units stand, when the collision is drawn in `area`.
    pub(super) fn list_in(&self, area: Rect, clock: Clock) -> Rect {
        let inside = Rect::new(area.x + 1, area.y + 1, area.width.saturating_sub(2), area.height.saturating_sub(2));
        self.list_area(inside, self.version_lines(inside, clock).len())
    }

    /// What I started from.
    pub(super) fn from(&self) -> String {
        self.resolution.base().map_or("scratch".into(), |base| format!("v{}", base.version))
    }

    fn will_height(&self, inside: Rect) -> u16 {
        let lines = u16::try_from(self.will(inside.width).len()).unwrap_or(u16::MAX);
        lines.saturating_add(1).min((inside.height / 3).max(2))
    }

    fn draw_will(&self, area: Rect, buf: &mut Buffer, theme: &Theme) {
        if area.height == 0 {
            return;
        }
        let rule = "─".repeat(area.width.into());
        let heading = if self.files.is_some() { "Against theirs, the result will " } else { "Your save will " };
        panel::line(buf, area, 0, &[(&rule, theme.frame)]);
        panel::line(buf, area, 0, &[("─ ", theme.frame), (heading, theme.title)]);
        let lines = self.will(area.width);
        let room = usize::from(area.height - 1);
        for (row, line) in (1..).zip(lines.iter().take(room)) {
            let style = match line.chars().next() {
                Some('?') => theme.asks,
                Some('!') => theme.bad,
                _ => theme.plain,
            };
            panel::line(buf, area, row, &[(" ", theme.plain), (line, style)]);
        }
        if lines.len() > room {
            panel::line_right(
                buf,
                area,
                area.height - 1,
                0,
                (&format!(" and {} more ", lines.len() - room), theme.dim),
            );
        }
    }

    /// Where the value written by hand is drawn when the collision is drawn in `area`.
    pub(super) fn hand_area(&self, area: Rect) -> Rect {
        let inside = Rect::new(area.x + 1, area.y + 1, area.width.saturating_sub(2), area.height.saturating_sub(2));
        let place = hand_place(inside);
        Rect::new(place.x + 1, place.y + 1, place.width.saturating_sub(2), place.height.saturating_sub(2))
    }

    /// Where the caret stands: in the value written by hand.
    pub fn caret(&self, area: Rect) -> Option<Position> {
        self.hand.as_ref()?.field.area.caret_in(self.hand_area(area))
    }

    /// The place of the unit under the cursor, as far as others may be told.
    pub fn at(&self) -> Option<Pointer> {
        self.resolution.units().get(self.focus.unit).map(|unit| self.secrets.told(&unit.at))
    }
}

/// The lower half of the screen.
fn hand_place(inside: Rect) -> Rect {
    let height = (inside.height / 2).max(3).min(inside.height);
    Rect { y: inside.bottom() - height, height, ..inside }
}
