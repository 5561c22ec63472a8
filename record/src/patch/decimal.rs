//! Exact sums of numbers as they are written, and whether two are the same number; refuses more than a thousand digits.
//!
//! Apart from `merge::number`, which counts in 128 bits because it compares many keys, and asks a person where those do
//! not suffice: nobody can be asked while a patch is applied.

use std::cmp::Ordering;

use crate::value::Number;

/// The most digits, before and after the point together, that are added: `1e999999999` would fill the memory.
const MOST_DIGITS: usize = 1_000;

/// A decimal: the digits, highest first, times ten to the minus `scale`.
struct Decimal {
    negative: bool,
    digits: Vec<u8>,
    scale: usize,
}

/// The parts of a number's text: whether it has a minus, the digits, how many of them stand after the point, and the
/// exponent; `None` for an exponent beyond all counting.
fn parts(number: &Number) -> (bool, Vec<u8>, usize, Option<i64>) {
    let text = number.as_str();
    let (negative, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = whole.bytes().chain(part.bytes()).map(|byte| byte - b'0').collect();
    (negative, digits, part.len(), exponent.parse().ok())
}

impl Decimal {
    fn of(number: &Number) -> Option<Self> {
        let (negative, mut digits, places, exponent) = parts(number);
        let exponent = if digits.iter().all(|digit| *digit == 0) { 0 } else { exponent? };
        let mut scale = i64::try_from(places).ok()?.checked_sub(exponent)?;
        let most = i64::try_from(MOST_DIGITS).ok()?;
        if scale.checked_abs()? > most || digits.len() > MOST_DIGITS {
            return None;
        }
        while scale < 0 {
            digits.push(0);
            scale += 1;
        }
        (digits.len() <= MOST_DIGITS).then_some(Decimal { negative, digits, scale: usize::try_from(scale).ok()? })
    }

    /// The digits with `scale` of them after the point, and as many in all as `width`.
    fn laid_out(&self, scale: usize, width: usize) -> Vec<u8> {
        let after = scale - self.scale;
        let before = width - self.digits.len() - after;
        [vec![0; before], self.digits.clone(), vec![0; after]].concat()
    }

    fn text(&self) -> String {
        let width = self.digits.len().max(self.scale + 1);
        let digits = self.laid_out(self.scale, width);
        let (whole, part) = digits.split_at(width - self.scale);
        let lead = whole.iter().take(whole.len() - 1).take_while(|digit| **digit == 0).count();
        let sign = if self.negative { "-" } else { "" };
        let written = |digits: &[u8]| digits.iter().map(|digit| char::from(b'0' + digit)).collect::<String>();
        let point = if part.is_empty() { "" } else { "." };
        format!("{sign}{}{point}{}", written(&whole[lead..]), written(part))
    }
}

/// `a + b` exactly, written out without an exponent, with as many places after the point as the more exact of the two:
/// `10.50 + 1` is `11.50`, `1e2 + 1` is `101`. So sums do not depend on the order in which they are made. `None` where a
/// number has more than a thousand digits when it is written out.
pub(crate) fn sum(a: &Number, b: &Number) -> Option<Number> {
    let (a, b) = (Decimal::of(a)?, Decimal::of(b)?);
    let scale = a.scale.max(b.scale);
    let width = 1 + (a.digits.len() + scale - a.scale).max(b.digits.len() + scale - b.scale);
    let (one, other) = (a.laid_out(scale, width), b.laid_out(scale, width));
    let (negative, digits) = match (a.negative == b.negative, one.cmp(&other)) {
        (true, _) => (a.negative, added(&one, &other)),
        (false, Ordering::Equal) => (false, vec![0; width]),
        (false, Ordering::Greater) => (a.negative, subtracted(&one, &other)),
        (false, Ordering::Less) => (b.negative, subtracted(&other, &one)),
    };
    let negative = negative && digits.iter().any(|digit| *digit > 0);
    Number::parse(&Decimal { negative, digits, scale }.text())
}

/// The sum of two rows of digits that are as long and leave room in front.
fn added(a: &[u8], b: &[u8]) -> Vec<u8> {
    let mut carry = 0;
    let mut digits: Vec<u8> = a
        .iter()
        .zip(b)
        .rev()
        .map(|(a, b)| {
            let digit = a + b + carry;
            carry = digit / 10;
            digit % 10
        })
        .collect();
    digits.reverse();
    digits
}

/// The difference of two rows of digits that are as long, the higher one first.
fn subtracted(a: &[u8], b: &[u8]) -> Vec<u8> {
    let mut borrow = 0;
    let mut digits: Vec<u8> = a
        .iter()
        .zip(b)
        .rev()
        .map(|(a, b)| {
            let digit = 10 + a - b - borrow;
            borrow = u8::from(digit < 10);
            digit % 10
        })
        .collect();
    digits.reverse();
    digits
}

/// Whether two texts are the same number (RFC 6902 section 4.6): `1.0`, `1` and `10e-1` are. Exact, whatever the exponent.
pub(super) fn same(a: &Number, b: &Number) -> bool {
    a == b || plain(a).is_some_and(|a| Some(a) == plain(b))
}

/// A number without zeros at either end: sign, digits, and the exponent of the last of them.
fn plain(number: &Number) -> Option<(bool, Vec<u8>, i64)> {
    let (negative, mut digits, places, exponent) = parts(number);
    let lead = digits.iter().take_while(|digit| **digit == 0).count();
    digits.drain(..lead);
    if digits.is_empty() {
        return Some((false, digits, 0));
    }
    let zeros = digits.iter().rev().take_while(|digit| **digit == 0).count();
    digits.truncate(digits.len() - zeros);
    let last = exponent?.checked_sub(i64::try_from(places).ok()?)?.checked_add(i64::try_from(zeros).ok()?)?;
    Some((negative, digits, last))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn number(text: &str) -> Number {
        Number::parse(text).expect(text)
    }

    fn sum_of(a: &str, b: &str) -> Option<String> {
        sum(&number(a), &number(b)).map(|sum| sum.as_str().to_owned())
    }

    #[test]
    fn sums_keep_the_places_of_the_more_exact_number() {
        for (a, b, sum) in [
            ("10.50", "1", "11.50"),
            ("10.50", "-0.5", "10.00"),
            ("0.1", "0.2", "0.3"),
            ("1", "-2", "-1"),
            ("-0", "0", "0"),
            ("-1.5", "1.5", "0.0"),
            ("1e2", "1", "101"),
            ("1E-2", "0", "0.01"),
            ("0e999999", "1", "1"),
            ("9007199254740993", "1", "9007199254740994"),
            ("999999999999999999999999999999999999999999", "1", "1000000000000000000000000000000000000000000"),
        ] {
            assert_eq!(sum_of(a, b).as_deref(), Some(sum), "{a} + {b}");
        }
        assert_eq!(sum_of("1e400", "1").map(|sum| sum.len()), Some(401));
    }

    #[test]
    fn what_would_fill_the_memory_is_refused() {
        for huge in ["1e999999999", "1e-999999999", "1e99999999999999999999", "1e-9223372036854775808"] {
            assert_eq!(sum_of(huge, "1"), None);
        }
    }

    #[test]
    fn the_same_number_may_be_written_in_many_ways() {
        for (a, b) in [("1.0", "1"), ("10e-1", "1"), ("-0", "0.00"), ("0e99", "0"), ("1e400", "10E+399")] {
            assert!(same(&number(a), &number(b)), "{a} = {b}");
        }
        for (a, b) in [("1", "-1"), ("1e400", "1e401"), ("9007199254740993", "9007199254740992"), ("10", "1")] {
            assert!(!same(&number(a), &number(b)), "{a} ≠ {b}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn sums_are_those_of_whole_numbers(a in any::<i64>(), b in any::<i64>(), places in 0usize..25) {
            let shift = |digits: i128| {
                let text = format!("{:0>width$}", digits.unsigned_abs(), width = places + 1);
                let (whole, part) = text.split_at(text.len() - places);
                let (sign, point) = (if digits < 0 { "-" } else { "" }, if places > 0 { "." } else { "" });
                format!("{sign}{whole}{point}{part}")
            };
            let (a, b) = (i128::from(a), i128::from(b));
            prop_assert_eq!(sum_of(&shift(a), &shift(b)), Some(shift(a + b)));
        }
    }
}
