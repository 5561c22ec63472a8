//! Times as people say them: `3 min ago`, `14:02`; takes the time as an argument and asks no clock.

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};

use super::msg::Clock;

/// How long ago `at` (RFC 3339) was: `just now`, `3 min ago`, `yesterday`, else the date. `at` itself where it cannot be
/// read.
pub fn ago(at: &str, clock: Clock) -> String {
    let Ok(then) = at.parse::<Timestamp>() else { return at.to_owned() };
    let seconds = clock.now.as_second() - then.as_second();
    match seconds {
        ..10 => "just now".into(),
        10..60 => format!("{seconds} s ago"),
        60..3600 => format!("{} min ago", seconds / 60),
        3600..86_400 => format!("{} h ago", seconds / 3600),
        86_400..172_800 => "yesterday".into(),
        _ => local(then, clock, "%Y-%m-%d"),
    }
}

/// The local time of day of `at` (RFC 3339), to the second: `14:02:07`.
pub fn clock_time(at: &str, clock: Clock) -> String {
    at.parse::<Timestamp>().map_or_else(|_| at.to_owned(), |then| local(then, clock, "%H:%M:%S"))
}

/// The local time of day of `at` (RFC 3339): `14:02`.
pub fn time_of_day(at: &str, clock: Clock) -> String {
    at.parse::<Timestamp>().map_or_else(|_| at.to_owned(), |then| local(then, clock, "%H:%M"))
}

fn local(at: Timestamp, clock: Clock, format: &str) -> String {
    let offset = Offset::from_seconds(clock.offset_seconds).unwrap_or(Offset::UTC);
    at.to_zoned(TimeZone::fixed(offset)).strftime(format).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_past_is_told_in_the_unit_that_fits() {
        let clock = Clock { now: "2026-11-02T12:00:00Z".parse().unwrap(), offset_seconds: 3600 };
        for (at, words) in [
            ("2026-11-02T11:59:55.120Z", "just now"),
            ("2026-11-02T11:59:30Z", "30 s ago"),
            ("2026-11-02T11:57:00Z", "3 min ago"),
            ("2026-11-02T09:00:00Z", "3 h ago"),
            ("2026-11-01T11:00:00Z", "yesterday"),
            ("2026-10-01T11:00:00Z", "2026-10-01"),
            ("2026-11-02T12:00:07Z", "just now"),
            ("soon", "soon"),
        ] {
            assert_eq!(ago(at, clock), words, "{at}");
        }
        assert_eq!(time_of_day("2026-11-02T11:57:00Z", clock), "12:57");
    }
}
