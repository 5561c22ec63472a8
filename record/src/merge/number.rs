//! Exact sums and comparisons of numbers as they are written, and of version strings; refuses what does not fit 128 bits.

use std::cmp::Ordering;

use crate::value::{Number, Value};

/// A decimal: `digits` times ten to the minus `scale`.
#[derive(Clone, Copy)]
struct Decimal {
    digits: i128,
    scale: u32,
}

/// So many places after the point are counted with.
const PLACES: u32 = 30;

impl Decimal {
    fn of(number: &Number) -> Option<Self> {
        let text = number.as_str().to_ascii_lowercase();
        let (mantissa, exponent) = match text.split_once('e') {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
            None => (text.as_str(), 0),
        };
        let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let mut digits: i128 = format!("{whole}{part}").parse().ok()?;
        let mut scale = i32::try_from(part.len()).ok()?.checked_sub(exponent)?;
        while scale < 0 {
            digits = digits.checked_mul(10)?;
            scale += 1;
        }
        let scale = u32::try_from(scale).ok().filter(|scale| *scale <= PLACES)?;
        Some(Decimal { digits, scale })
    }

    fn at(self, scale: u32) -> Option<i128> {
        self.digits.checked_mul(10i128.checked_pow(scale.checked_sub(self.scale)?)?)
    }

    fn text(self) -> String {
        let sign = if self.digits < 0 { "-" } else { "" };
        let digits = self.digits.unsigned_abs().to_string();
        let scale = self.scale as usize;
        if scale == 0 {
            return format!("{sign}{digits}");
        }
        let digits = format!("{digits:0>width$}", width = scale + 1);
        let (whole, part) = digits.split_at(digits.len() - scale);
        format!("{sign}{whole}.{part}")
    }
}

/// `theirs + (mine − base)`, with as many places after the point as the most exact of the three. A missing base counts
/// as 0. `None` for anything but numbers that can be added exactly.
pub(super) fn counted(base: Option<&Value>, mine: &Value, theirs: &Value) -> Option<Value> {
    let decimal = |value: &Value| match value {
        Value::Number(number) => Decimal::of(number),
        _ => None,
    };
    let base = base.map_or(Some(Decimal { digits: 0, scale: 0 }), decimal)?;
    let (mine, theirs) = (decimal(mine)?, decimal(theirs)?);
    let scale = base.scale.max(mine.scale).max(theirs.scale);
    let digits = theirs.at(scale)?.checked_add(mine.at(scale)?.checked_sub(base.at(scale)?)?)?;
    Number::parse(&Decimal { digits, scale }.text()).map(Value::Number)
}

/// Which of two values is higher: numbers by size, texts as versions are compared. `None` where they cannot be compared.
pub(super) fn compared(a: &Value, b: &Value) -> Option<Ordering> {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => sizes(a, b),
        (Value::String(a), Value::String(b)) => versions(a.as_str(), b.as_str()),
        _ => None,
    }
}

/// Which of two numbers is higher. `None` where they are too large or too exact to be compared.
pub(crate) fn sizes(a: &Number, b: &Number) -> Option<Ordering> {
    let (a, b) = (Decimal::of(a)?, Decimal::of(b)?);
    let scale = a.scale.max(b.scale);
    Some(a.at(scale)?.cmp(&b.at(scale)?))
}

/// Compares texts part by part: runs of digits as numbers, the rest as it stands. A pre-release (`1.0.0-rc.1`) is lower
/// than its release, and build data (`+…`) does not count (SemVer 2.0.0, section 11). `None` where the parts are not of
/// the same kind, as in `v1` against `latest`.
pub(super) fn versions(a: &str, b: &str) -> Option<Ordering> {
    let ((a, a_pre), (b, b_pre)) = (release(a), release(b));
    match (parts_compared(a, b)?, a_pre, b_pre) {
        (Ordering::Equal, None, None) => Some(Ordering::Equal),
        (Ordering::Equal, Some(_), None) => Some(Ordering::Less),
        (Ordering::Equal, None, Some(_)) => Some(Ordering::Greater),
        (Ordering::Equal, Some(a), Some(b)) => parts_compared(a, b),
        (release, ..) => Some(release),
    }
}

/// The release and the pre-release of a version, without build data.
fn release(text: &str) -> (&str, Option<&str>) {
    let text = text.split_once('+').map_or(text, |(version, _)| version);
    match text.split_once('-') {
        Some((release, pre)) if !release.is_empty() => (release, Some(pre)),
        _ => (text, None),
    }
}

fn parts_compared(a: &str, b: &str) -> Option<Ordering> {
    let (mut a, mut b) = (parts(a).into_iter(), parts(b).into_iter());
    loop {
        let (one, other) = match (a.next(), b.next()) {
            (None, None) => return Some(Ordering::Equal),
            (None, Some(_)) => return Some(Ordering::Less),
            (Some(_), None) => return Some(Ordering::Greater),
            (Some(one), Some(other)) => (one, other),
        };
        let digits = |part: &str| part.starts_with(|c: char| c.is_ascii_digit());
        let order = match (digits(one), digits(other)) {
            (true, true) => {
                let (one, other) = (one.trim_start_matches('0'), other.trim_start_matches('0'));
                one.len().cmp(&other.len()).then_with(|| one.cmp(other))
            }
            (false, false) => one.cmp(other),
            _ => return None,
        };
        if order != Ordering::Equal {
            return Some(order);
        }
    }
}

/// Runs of digits, and runs of anything else.
fn parts(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let digits = first.is_ascii_digit();
        let end = rest.find(|c: char| c.is_ascii_digit() != digits).unwrap_or(rest.len());
        parts.push(&rest[..end]);
        rest = &rest[end..];
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(base: &str, mine: &str, theirs: &str) -> Option<String> {
        let [base, mine, theirs] = [base, mine, theirs].map(|text| Value::parse(text).unwrap());
        counted(Some(&base), &mine, &theirs).map(|value| value.to_json())
    }

    #[test]
    fn sums_are_exact() {
        assert_eq!(sum("100", "97", "110").as_deref(), Some("107"));
        assert_eq!(sum("0.1", "0.3", "0.2").as_deref(), Some("0.4"));
        assert_eq!(sum("1.50", "1.50", "2.5").as_deref(), Some("2.50"));
        assert_eq!(
            sum("9007199254740993", "9007199254740994", "9007199254740995").as_deref(),
            Some("9007199254740996")
        );
        assert_eq!(sum("1", "0", "0").as_deref(), Some("-1"));
        assert_eq!(sum("1e2", "1e2", "1.5e1").as_deref(), Some("15"));
        assert_eq!(sum("0", "-0.5", "0.25").as_deref(), Some("-0.25"));
    }

    #[test]
    fn what_does_not_fit_is_left_to_a_person() {
        assert_eq!(sum("1", "1e400", "2"), None);
        assert_eq!(sum("1", "1e-400", "2"), None);
        assert_eq!(sum("0", "170141183460469231731687303715884105727", "1"), None);
        assert_eq!(sum("1", "\"2\"", "3"), None);
    }

    #[test]
    fn versions_are_compared_part_by_part() {
        let higher = |a: &str, b: &str| compared(&Value::string(a), &Value::string(b));
        assert_eq!(higher("1.10.0", "1.9.9"), Some(Ordering::Greater));
        assert_eq!(higher("1.0.0-rc.2", "1.0.0"), Some(Ordering::Less));
        assert_eq!(higher("1.0.0-rc.10", "1.0.0-rc.9"), Some(Ordering::Greater));
        assert_eq!(higher("v2", "v10"), Some(Ordering::Less));
        assert_eq!(higher("1.0+a", "1.0+b"), Some(Ordering::Equal));
        assert_eq!(higher("2026-11-20", "2026-9-1"), Some(Ordering::Greater));
        assert_eq!(higher("1.2", "latest"), None);
    }
}
