//! The pulse of the server: writes and conflicts of the last minutes, and what collides most; knows no server.

use midair_record::Pointer;
use midair_record::pulse::{Pulse as Told, Step};
use midair_record::wire::Key;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::{Sparkline, Widget};

use crate::tui::keys::Action;
use crate::tui::msg::{Clock, Effect};
use crate::tui::theme::Theme;
use crate::tui::when::{ago, clock_time};
use crate::tui::widgets::{glyph, panel};

/// How often the numbers are asked for while they are shown: a step of theirs is 5 s.
const EVERY_SECONDS: i64 = 2;
/// How wide the names of the curves are.
const NAMES: u16 = 16;

/// The pulse of the server.
#[derive(Clone, Debug)]
pub struct Pulse {
    told: Option<Box<Told>>,
    trouble: Option<String>,
    /// When it was asked last, in seconds since 1970.
    asked: i64,
    waits: bool,
    focus: usize,
}

/// A line below the curves.
#[derive(Clone, Debug)]
enum Row {
    Heading(&'static str, String),
    Told { words: String, count: String, record: Option<Key> },
}

impl Pulse {
    /// Opens the screen, and asks for the numbers.
    pub fn open(clock: Clock) -> (Self, Vec<Effect>) {
        let mut pulse = Pulse { told: None, trouble: None, asked: 0, waits: false, focus: 0 };
        let effects = pulse.tick(clock);
        (pulse, effects)
    }

    /// Time went on: the numbers are asked for again, never while an answer is waited for.
    pub fn tick(&mut self, clock: Clock) -> Vec<Effect> {
        let now = clock.now.as_second();
        if self.waits || now - self.asked < EVERY_SECONDS {
            return Vec::new();
        }
        (self.asked, self.waits) = (now, true);
        vec![Effect::LoadPulse]
    }

    /// Takes the numbers. Where they could not be had, those that are known stay.
    pub fn take(&mut self, result: Result<Box<Told>, String>) {
        self.waits = false;
        match result {
            Ok(told) => (self.told, self.trouble) = (Some(told), None),
            Err(why) => self.trouble = Some(why),
        }
        let last = self.rows().len().saturating_sub(1);
        self.focus = self.focus.min(last);
    }

    /// Whether the numbers are on their way.
    pub fn waits(&self) -> bool {
        self.waits
    }

    /// The record under the cursor.
    pub fn record(&self) -> Option<Key> {
        match self.rows().into_iter().nth(self.focus)? {
            Row::Told { record, .. } => record,
            Row::Heading(..) => None,
        }
    }

    /// Whether a key does something as things stand; only such keys are advertised.
    pub fn works_now(&self, action: Action) -> bool {
        match action {
            Action::Open => self.record().is_some(),
            _ => true,
        }
    }

    /// Does what a key means here. `page`: how many lines a page has.
    pub fn act(&mut self, action: Action, page: usize, clock: Clock) -> Vec<Effect> {
        let last = self.rows().len().saturating_sub(1);
        self.focus = match action {
            Action::Up => self.focus.saturating_sub(1),
            Action::Down => (self.focus + 1).min(last),
            Action::PageUp => self.focus.saturating_sub(page),
            Action::PageDown => (self.focus + page).min(last),
            Action::First => 0,
            Action::Last => last,
            _ => self.focus,
        };
        if action != Action::Reload {
            return Vec::new();
        }
        self.asked = 0;
        self.tick(clock)
    }

    /// The lists below the curves.
    fn rows(&self) -> Vec<Row> {
        let Some(told) = &self.told else { return Vec::new() };
        let mut rows = Vec::new();
        let conflicts = |count: u64| if count == 1 { "1 conflict".to_owned() } else { format!("{count} conflicts") };
        let of = |share: Option<f64>| share.map(|share| format!(" · {} refused", percent(share))).unwrap_or_default();
        rows.push(Row::Heading("Collections", "writes and refused writes".into()));
        for hot in &told.collections {
            let count = format!("{} · {}{}", writes(hot.writes), conflicts(hot.conflicts), of(hot.refused_share()));
            rows.push(Row::Told { words: hot.name.clone(), count, record: None });
        }
        let hottest = &told.hottest;
        rows.push(Row::Heading("Records", "that collide most".into()));
        for hot in &hottest.records {
            let record = Key::new(&hot.collection, &hot.id).ok();
            rows.push(Row::Told {
                words: format!("{}/{}", hot.collection, hot.id),
                count: conflicts(hot.conflicts),
                record,
            });
        }
        rows.push(Row::Heading("Fields", "and which share of their collection's writes they got refused".into()));
        for hot in &hottest.fields {
            let field = match Pointer::parse(&hot.field) {
                Some(at) if !at.is_root() => at.label(),
                _ => format!("({})", hot.field),
            };
            let count = format!("{}{}", conflicts(hot.conflicts), of(told.refused_over(hot)));
            rows.push(Row::Told { words: format!("{} · {field}", hot.collection), count, record: None });
        }
        rows.push(Row::Heading("People", "whose writes met".into()));
        for hot in &hottest.authors {
            let count = format!("refused {} · was first {}", times(hot.refused), times(hot.stood));
            let words = if hot.author.is_empty() { "somebody".into() } else { hot.author.clone() };
            rows.push(Row::Told { words, count, record: None });
        }
        rows
    }

    /// Draws the screen.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, theme: &Theme, clock: Clock) {
        let right =
            self.told.as_ref().map(|told| format!("as of {}, {}", clock_time(&told.at, clock), ago(&told.at, clock)));
        let title = match &self.told {
            Some(told) => format!("Pulse · the last {} · up {}", long(told.window.seconds), long(told.uptime_seconds)),
            None => "Pulse".into(),
        };
        let inside = panel::frame(buf, area, &title, &right.unwrap_or_default(), theme);
        let mut y = 0;
        if let Some(trouble) = &self.trouble {
            let old = if self.told.is_some() { " What stands here is what was known then." } else { "" };
            for line in panel::wrap(&format!("{trouble}{old}"), inside.width.saturating_sub(2)) {
                panel::line(buf, inside, y, &[(" ", theme.plain), (&line, theme.bad)]);
                y += 1;
            }
        }
        let Some(told) = &self.told else {
            if self.trouble.is_none() {
                panel::line(buf, inside, y, &[(" The numbers are on their way…", theme.dim)]);
            }
            return;
        };
        for curve in curves(told, theme) {
            let place = Rect { y: inside.y + y, height: 1, ..inside };
            if y < inside.height {
                draw_curve(&curve, &told.steps, place, buf, theme);
            }
            y += 1;
        }
        let list = Rect { y: inside.y + y, height: inside.height.saturating_sub(y), ..inside };
        self.draw_rows(list, buf, theme);
    }

    fn draw_rows(&self, area: Rect, buf: &mut Buffer, theme: &Theme) {
        let rows = self.rows();
        let top = panel::top_row(self.focus, rows.len(), area.height);
        for (line, (index, row)) in (0..area.height).zip(rows.iter().enumerate().skip(top)) {
            let here = index == self.focus;
            let cursor = if here { "▸" } else { " " };
            match row {
                Row::Heading(name, about) => {
                    let words = format!(" {about}");
                    let pieces = [(cursor, theme.asks), (name, theme.title), (words.as_str(), theme.dim)];
                    panel::line(buf, area, line, &pieces);
                }
                Row::Told { words, count, .. } => {
                    let room = area.width.saturating_sub(4) / 2;
                    let words = format!("{:<width$}", glyph::fit(words, room), width = room.into());
                    let style = if here { theme.selected } else { theme.plain };
                    let pieces = [
                        (cursor, theme.asks),
                        ("  ", theme.plain),
                        (words.as_str(), style),
                        (" ", style),
                        (count, style),
                    ];
                    panel::line(buf, area, line, &pieces);
                }
            }
        }
    }
}

/// A line of numbers: what it is called, its steps, and what they come to.
struct Curve {
    name: &'static str,
    /// How high a stretch of time stands.
    height: fn(&Step) -> u64,
    words: String,
    style: Style,
}

fn curves(told: &Told, theme: &Theme) -> Vec<Curve> {
    let window = &told.window;
    let took = match window.resolved_seconds {
        Some(took) if window.resolved == 1 => format!(", in {}", seconds(took.p50)),
        Some(took) => format!(", half in {}, 99 % in {}", seconds(took.p50), seconds(took.p99)),
        None => String::new(),
    };
    let rate = window
        .refused_share()
        .map_or("nothing was written".into(), |share| format!("{} of the writes", percent(share)));
    vec![
        Curve { name: "writes", height: |step| step.writes, words: writes(window.writes), style: theme.good },
        Curve {
            name: "conflicts",
            height: |step| step.conflicts,
            words: format!("{} refused", writes(window.conflicts)),
            style: theme.asks,
        },
        Curve { name: "conflict rate", height: per_mille, words: rate, style: theme.asks },
        Curve {
            name: "resolved",
            height: |step| step.resolved,
            words: format!("{}{took}", window.resolved),
            style: theme.mine,
        },
        Curve {
            name: "retries",
            height: |step| step.resubmitted + step.replayed,
            words: format!("{} after a refusal, {} after a lost answer", window.resubmitted, window.replayed),
            style: theme.theirs,
        },
    ]
}

fn draw_curve(curve: &Curve, steps: &[Step], place: Rect, buf: &mut Buffer, theme: &Theme) {
    let wide = (place.width.saturating_sub(NAMES) / 3).min(60);
    panel::line(buf, place, 0, &[(" ", theme.plain), (curve.name, theme.title)]);
    let bars: Vec<u64> = merged(steps, wide.into()).iter().map(curve.height).collect();
    let width = u16::try_from(bars.len()).unwrap_or(wide).min(wide);
    let spark = Rect { x: place.x + NAMES + (wide - width), width, ..place };
    Sparkline::default().data(&bars).style(curve.style).render(spark, buf);
    let words = Rect { x: place.x + NAMES + wide + 1, width: place.width.saturating_sub(NAMES + wide + 1), ..place };
    panel::line(buf, words, 0, &[(&glyph::fit(&curve.words, words.width), theme.plain)]);
}

/// The steps in at most `room` of them: as many neighbours as must be are one, the newest at the right.
fn merged(steps: &[Step], room: usize) -> Vec<Step> {
    let each = steps.len().div_ceil(room.max(1)).max(1);
    let mut merged: Vec<Step> = steps.rchunks(each).map(together).collect();
    merged.reverse();
    merged
}

fn together(steps: &[Step]) -> Step {
    let sum = |of: fn(&Step) -> u64| steps.iter().map(of).sum();
    Step {
        seconds: steps.iter().map(|step| step.seconds).sum(),
        writes: sum(|step| step.writes),
        conflicts: sum(|step| step.conflicts),
        resubmitted: sum(|step| step.resubmitted),
        replayed: sum(|step| step.replayed),
        resolved: sum(|step| step.resolved),
        resolved_seconds: None,
    }
}

/// The share of refused writes in thousandths.
fn per_mille(step: &Step) -> u64 {
    match step.writes + step.conflicts {
        0 => 0,
        all => step.conflicts * 1000 / all,
    }
}

fn writes(count: u64) -> String {
    if count == 1 { "1 write".into() } else { format!("{count} writes") }
}

fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

fn seconds(seconds: f64) -> String {
    if seconds < 1.0 { format!("{:.0} ms", seconds * 1000.0) } else { format!("{seconds:.1} s") }
}

/// A stretch of time in the unit that fits.
fn long(seconds: f64) -> String {
    match seconds {
        ..120.0 => format!("{seconds:.0} s"),
        120.0..7200.0 => format!("{:.0} min", seconds / 60.0),
        _ => format!("{:.0} h", seconds / 3600.0),
    }
}

fn times(count: u64) -> String {
    if count == 1 { "1 time".into() } else { format!("{count} times") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_that_do_not_fit_are_added_up_and_the_newest_stands_last() {
        let step = |writes, conflicts| Step { writes, conflicts, ..Step::default() };
        let steps = [step(1, 0), step(2, 2), step(3, 1), step(4, 0), step(5, 0)];
        let heights = |room, height: fn(&Step) -> u64| merged(&steps, room).iter().map(height).collect::<Vec<u64>>();
        assert_eq!(heights(5, |step| step.writes), [1, 2, 3, 4, 5]);
        assert_eq!(heights(3, |step| step.writes), [1, 5, 9]);
        assert_eq!(heights(3, per_mille), [0, 375, 0], "a rate is that of the sums, not the sum of rates");
        assert!(merged(&[], 3).is_empty());
    }
}
