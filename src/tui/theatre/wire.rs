//! What went over the wire, a line each: who asked what of which record under which condition, and what was answered.

use std::borrow::Cow;

use jiff::Timestamp;
use ratatui::style::Style;

use crate::tui::msg::Clock;
use crate::tui::theme::Theme;
use crate::tui::when::clock_time;
use crate::tui::widgets::{glyph, signs};

/// From this width on, a line names the collection too and stands in columns.
const WIDE: u16 = 90;
/// How much of a token is shown after its version.
const ETAG: usize = 4;
/// How long a token without a version is shown.
const PLAIN_ETAG: usize = 8;

/// A request, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    pub at: Timestamp,
    pub who: String,
    pub method: String,
    /// Which record, `projects/prj_1`; or what else was asked for.
    pub record: String,
    /// The precondition as it was sent, `If-Match "7-…"`; `None` where there was none.
    pub condition: Option<String>,
    pub answer: Answer,
}

/// What became of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// This status, with this ETag.
    Status(u16, Option<String>),
    /// The server did it, and its answer was lost on the way.
    Lost,
    /// It never came to the server.
    Unreachable,
    /// None yet.
    Awaited,
}

impl Exchange {
    fn writes(&self) -> bool {
        !matches!(self.method.as_str(), "GET" | "HEAD")
    }

    /// The sign and the style that say how it went.
    fn mark<'t>(&self, theme: &'t Theme) -> (&'static str, &'t Style) {
        match (&self.answer, self.writes()) {
            (Answer::Lost, _) => ("? ", &theme.asks),
            (Answer::Unreachable, _) => ("! ", &theme.bad),
            (Answer::Awaited, _) => ("… ", &theme.dim),
            (Answer::Status(409 | 412 | 428, _), _) => ("✗ ", &theme.bad),
            (Answer::Status(400.., _), true) => ("! ", &theme.bad),
            (Answer::Status(..), true) => ("✓ ", &theme.good),
            (Answer::Status(..), false) => ("  ", &theme.dim),
        }
    }

    /// The condition, in as many words as there is room for.
    fn asked(&self) -> Cow<'_, str> {
        match &self.condition {
            Some(condition) => shortened(condition),
            None if self.writes() => "without If-Match".into(),
            None => "".into(),
        }
    }

    /// What was asked and answered, without who and when.
    pub(super) fn in_short(&self) -> String {
        format!("{} {} {}", self.method, self.record, self.answered())
    }

    fn answered(&self) -> String {
        match &self.answer {
            Answer::Status(status, etag) => {
                let words = match status {
                    304 => " unchanged",
                    404 => " not there",
                    409 | 412 => " refused",
                    410 => " deleted",
                    428 => " a condition is required",
                    _ => "",
                };
                let etag = etag.as_ref().filter(|_| *status < 300);
                let etag = etag.map(|etag| format!(" {}", shortened(etag))).unwrap_or_default();
                format!("→ {status}{words}{etag}")
            }
            Answer::Lost => "→ stored, but the answer was lost".into(),
            Answer::Unreachable => "→ nobody answers".into(),
            Answer::Awaited => "→ …".into(),
        }
    }

    /// The pieces of the line, for so many columns; `names`: how wide the longest name is.
    pub(super) fn pieces(&self, width: u16, names: u16, theme: &Theme, clock: Clock) -> Vec<(String, Style)> {
        let (sign, style) = self.mark(theme);
        let told = if self.writes() { theme.plain } else { theme.dim };
        let time = clock_time(&self.at.to_string(), clock);
        let wide = width >= WIDE;
        let id = self.record.rsplit('/').next().unwrap_or_default();
        let record = if wide { self.record.as_str() } else { id };
        let gap = " ".repeat(usize::from(names.saturating_sub(glyph::width(&self.who, 99))));
        let method = if wide { format!("{:<7}", self.method) } else { self.method.clone() };
        let asked = self.asked();
        let asked = if asked.is_empty() { String::new() } else { format!(" {asked}") };
        let condition = if self.writes() && self.condition.is_none() { theme.asks } else { told };
        vec![
            (sign.to_owned(), *style),
            (format!("{time} "), theme.dim),
            (format!("{}{gap} ", signs::held(&self.who)), if self.writes() { theme.title } else { theme.dim }),
            (format!("{method} {}", signs::held(record)), told),
            (asked, condition),
            (format!(" {}", self.answered()), *style),
        ]
    }
}

/// A text in which each entity tag is cut: `"7-9f3a…"`.
fn shortened(text: &str) -> Cow<'_, str> {
    let mut parts = text.split('"');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for (place, part) in parts.enumerate() {
        out.push('"');
        let inside = place % 2 == 0;
        let keep = match part.find('-') {
            Some(at) if part[..at].chars().all(|digit| digit.is_ascii_digit()) => at + 1 + ETAG,
            _ => PLAIN_ETAG,
        };
        match part.char_indices().nth(keep) {
            Some((at, _)) if inside => {
                out += &part[..at];
                out.push('…');
            }
            _ => out += part,
        }
    }
    out.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_cut_and_what_stands_around_it_stays() {
        for (tag, short) in [
            (r#"If-Match "7-9f3a61c07b2d44e1""#, r#"If-Match "7-9f3a…""#),
            (r#"If-Match "7-9f3a""#, r#"If-Match "7-9f3a""#),
            ("If-None-Match *", "If-None-Match *"),
            (r#"If-Match W/"0123456789", "a""#, r#"If-Match W/"01234567…", "a""#),
            (r#""ä-ääääääääääää""#, r#""ä-ääääää…""#),
            (r#"odd ""#, r#"odd ""#),
        ] {
            assert_eq!(shortened(tag), short);
        }
    }
}
