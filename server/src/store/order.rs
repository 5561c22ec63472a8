//! In which order a collection is told: by id, or by a member, whose values are turned into bytes that compare as they
//! do; and where in such an order a page begins. Knows no SQL.

use std::cmp::Ordering;

use midair_record::{Object, Pointer, Value};
use sha2::Digest;

/// By what records are put in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum By {
    /// By their ids.
    Id,
    /// By what stands at this place: `null`, `false`, `true`, numbers by value, texts by their characters, lists, objects.
    /// Records that have nothing there come last, in either direction. Where that is the same, by their ids.
    Member(Pointer),
}

/// An order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// By what.
    pub by: By,
    /// Whether the greatest comes first.
    pub descending: bool,
}

/// The key of records that have nothing at the place: after every other.
pub(super) const MISSING: &[u8] = &[0xff];
/// How many bytes of a text count, and how many digits of a number.
const COUNT: usize = 256;

/// What stands at `place` in `fields`, as bytes that compare as it does.
pub(super) fn key(fields: &Object, place: &Pointer) -> Vec<u8> {
    match place.get(fields) {
        None => MISSING.to_vec(),
        Some(Value::Null) => vec![1],
        Some(Value::Bool(says)) => vec![2 + u8::from(*says)],
        Some(Value::Number(number)) => [&[4], decimal(number.as_str()).as_slice()].concat(),
        Some(Value::String(text)) => [&[5], cut(text.as_str().as_bytes())].concat(),
        Some(Value::Array(_)) => vec![6],
        Some(Value::Object(_)) => vec![7],
    }
}

fn cut(bytes: &[u8]) -> &[u8] {
    &bytes[..bytes.len().min(COUNT)]
}

/// A number of JSON as its sign, the power of ten that it stays below, and its digits, so that `1`, `1.0` and `10e-1` are
/// one. What is negative is turned around, and ends on what is greater than any digit.
fn decimal(text: &str) -> Vec<u8> {
    let (negative, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = [whole, fraction].concat();
    let significant = digits.trim_start_matches('0');
    if significant.is_empty() {
        return vec![1];
    }
    let zeros = digits.len() - significant.len();
    // An exponent that no 128 bits hold is as good as endless.
    let endless = if exponent.starts_with('-') { i128::from(i64::MIN) } else { i128::from(i64::MAX) };
    let exponent: i128 = exponent.parse().unwrap_or(endless);
    let below = exponent.saturating_add(whole.len() as i128).saturating_sub(zeros as i128);
    let below = i64::try_from(below).unwrap_or(if below < 0 { i64::MIN } else { i64::MAX });
    let above_zero = below.cast_unsigned() ^ (1 << 63);
    let mut key = vec![2];
    key.extend(above_zero.to_be_bytes());
    key.extend(cut(significant.trim_end_matches('0').as_bytes()));
    if negative {
        key[0] = 0;
        key[1..].iter_mut().for_each(|byte| *byte = !*byte);
        key.push(0xff);
    }
    key
}

/// A place in an order: after this record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cursor {
    /// The key of the record; empty in the order of ids.
    pub(super) key: Vec<u8>,
    pub(super) id: String,
}

/// What a cursor looks like, for schemas.
pub const CURSOR: &str = "^(?:[0-9a-f]{8}:(?:[0-9a-f]{2})*:)?[A-Za-z0-9._~-]+$";

impl Order {
    /// What the cursors of this order begin with, that of another order being refused. Those of ids are ids, either way.
    fn mark(&self) -> Option<String> {
        let By::Member(place) = &self.by else { return None };
        let hash = sha2::Sha256::digest(format!("{}{place}", if self.descending { '-' } else { '+' }));
        Some(hex(&hash[..4]))
    }

    /// Which of two places comes first.
    pub(super) fn compare(&self, a: &Cursor, b: &Cursor) -> Ordering {
        let (missing, other) = (a.key == MISSING, b.key == MISSING);
        let rising = a.key.cmp(&b.key).then_with(|| a.id.cmp(&b.id));
        missing.cmp(&other).then(if self.descending { rising.reverse() } else { rising })
    }

    /// Reads a cursor of this order: an id for that of ids, else what [`Order::cursor`] made. `None` for anything else.
    #[must_use]
    pub fn place(&self, cursor: &str) -> Option<Cursor> {
        let (key, id) = match (cursor.rsplit_once(':'), self.mark()) {
            (None, None) => (Vec::new(), cursor),
            (Some((rest, id)), Some(mark)) => (unhex(rest.strip_prefix(&format!("{mark}:"))?)?, id),
            _ => return None,
        };
        let is_id = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._~-".contains(&byte));
        let fits = key.is_empty() == (self.by == By::Id);
        (is_id && fits).then(|| Cursor { key, id: id.to_owned() })
    }

    /// The text of a cursor of this order.
    #[must_use]
    pub fn cursor(&self, at: &Cursor) -> String {
        self.mark().map_or_else(|| at.id.clone(), |mark| format!("{mark}:{}:{}", hex(&at.key), at.id))
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let byte = |[high, low]: &[u8; 2]| Some(digit(*high)? << 4 | digit(*low)?);
    pairs.iter().map(byte).collect::<Option<_>>().filter(|_| rest.is_empty())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key_of(value: &str) -> Vec<u8> {
        let fields = Value::parse(&format!(r#"{{"a":{value}}}"#)).unwrap();
        key(fields.as_object().unwrap(), &Pointer::parse("/a").unwrap())
    }

    #[test]
    fn values_of_every_kind_have_one_order() {
        let rising = [
            "null",
            "false",
            "true",
            "-1e400",
            "-9007199254740993",
            "-9007199254740992",
            "-15",
            "-1.5",
            "-1",
            "-0.1e-400",
            "0",
            "1e-400",
            "0.02",
            "0.1",
            "0.15",
            "1",
            "1.000000000000000000001",
            "2",
            "9",
            "10",
            "11",
            "9007199254740992",
            "9007199254740993",
            "1e400",
            "1e401",
            r#""""#,
            r#""10""#,
            r#""9""#,
            r#""A""#,
            r#""a""#,
            r#""aa""#,
            r#""é""#,
            "[]",
            "{}",
        ];
        let keys: Vec<_> = rising.iter().map(|value| key_of(value)).chain([MISSING.to_vec()]).collect();
        for (pair, values) in keys.windows(2).zip(rising.windows(2)) {
            assert!(pair[0] < pair[1], "{values:?}");
        }
        assert!(keys.is_sorted());
        for (one, same) in [("1", "1.0"), ("1", "10e-1"), ("-0", "0.0e9"), (r#""é""#, r#""\u00e9""#), ("[1]", "[]")] {
            assert_eq!(key_of(one), key_of(same), "{one} and {same}");
        }
        let beyond = |digits: &str| key_of(&format!("1e{digits}"));
        assert_eq!(beyond(&"9".repeat(50)), beyond(&"8".repeat(50)), "what no computer counts is not told apart");
        assert!(beyond("-99999999999999999999999999999999999999999") < key_of("1e-400"));
    }

    proptest! {
        #[test]
        fn numbers_have_the_order_of_their_values(
            a in -20_000_i64..20_000, b in -20_000_i64..20_000, at in -8_i32..8, bt in -8_i32..8, zeros in 0_usize..4,
        ) {
            let scaled = |digits: i64, exponent: i32| i128::from(digits) * 10_i128.pow((exponent + 8).cast_unsigned());
            let written = format!("{a}.{}E{at:+}", "0".repeat(zeros + 1));
            let expected: Ordering = scaled(a, at).cmp(&scaled(b, bt));
            prop_assert_eq!(key_of(&written).cmp(&key_of(&format!("{b}e{bt}"))), expected);
        }
    }

    #[test]
    fn a_cursor_is_good_for_its_own_order_and_that_of_ids_either_way() {
        let member = |name: &str| By::Member(Pointer::parse(name).unwrap());
        let orders: Vec<Order> = [By::Id, member("/a"), member("/a/b")]
            .into_iter()
            .flat_map(|by| [false, true].map(|descending| Order { by: by.clone(), descending }))
            .collect();
        let pattern = jsonschema::validator_for(&serde_json::json!({ "pattern": CURSOR })).unwrap();
        for order in &orders {
            let key = if order.by == By::Id { Vec::new() } else { key_of(r#""x:y""#) };
            let at = Cursor { key, id: "prj_1.~-".into() };
            let cursor = order.cursor(&at);
            assert!(pattern.is_valid(&cursor.clone().into()), "{cursor}");
            for other in &orders {
                let good = other == order || (other.by == By::Id && order.by == By::Id);
                assert_eq!(other.place(&cursor), good.then(|| at.clone()), "{cursor} in {other:?}");
            }
        }
        for bad in ["", ":", "a b", "é", "00000000::a", "0:0:"] {
            assert!(orders.iter().all(|order| order.place(bad).is_none()), "{bad}");
        }
    }
}
