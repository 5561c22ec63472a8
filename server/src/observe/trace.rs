//! The name of a request in the log, and the trace that it is part of (W3C Trace Context); refuses to believe a bad one.

use std::sync::atomic::{AtomicU64, Ordering};

use axum::http::{HeaderMap, HeaderName, HeaderValue};

pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
pub(crate) const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
/// The longest request id that is taken over.
const LONGEST: usize = 128;

/// Gives names to requests that come without one: no two are the same, after a restart neither.
#[derive(Debug)]
pub(super) struct RequestIds {
    run: u64,
    next: AtomicU64,
}

impl RequestIds {
    pub(super) fn new() -> Self {
        RequestIds { run: uuid::Uuid::new_v4().as_u64_pair().0, next: AtomicU64::new(1) }
    }

    /// The id that the request came with, if it is letters, digits and `-._~:+/=@` and not too long; else a new one.
    pub(super) fn of(&self, headers: &HeaderMap) -> HeaderValue {
        let sane = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~:+/=@".contains(byte);
        match headers.get(REQUEST_ID) {
            Some(id) if (1..=LONGEST).contains(&id.len()) && id.as_bytes().iter().all(sane) => id.clone(),
            _ => self.fresh(),
        }
    }

    fn fresh(&self) -> HeaderValue {
        let mut text = *b"0000000000000000-0000000000000000";
        hex(self.run, &mut text[..16]);
        hex(self.next.fetch_add(1, Ordering::Relaxed), &mut text[17..]);
        // Hexadecimal digits are a header value.
        HeaderValue::from_bytes(&text).unwrap_or(HeaderValue::from_static("0"))
    }
}

/// Writes a number as hexadecimal digits.
fn hex(number: u64, digits: &mut [u8]) {
    let mut rest = number;
    for digit in digits.iter_mut().rev() {
        *digit = b"0123456789abcdef"[(rest & 15) as usize];
        rest >>= 4;
    }
}

/// The part of a trace that this server is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Trace {
    pub(super) id: u128,
    /// The step that asked; `None` where the trace begins here.
    pub(super) parent: Option<u64>,
    /// This step.
    pub(super) span: u64,
    flags: u8,
}

impl Trace {
    /// The trace that the request says it is part of, or a new one where what it says is no `traceparent`. `None` where
    /// it says nothing.
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        let mut lines = headers.get_all(TRACEPARENT).iter();
        let first = lines.next()?;
        let said = if lines.next().is_none() { parse(first.as_bytes()) } else { None };
        // The last 64 bits of a version 4 UUID are never all zero, nor is it itself.
        let fresh = uuid::Uuid::new_v4();
        Some(match said {
            Some((id, parent, flags)) => Trace { id, parent: Some(parent), span: fresh.as_u64_pair().1, flags },
            None => {
                let span = uuid::Uuid::new_v4().as_u64_pair().1;
                Trace { id: fresh.as_u128(), parent: None, span, flags: 0 }
            }
        })
    }

    /// What the answer says.
    pub(super) fn header(&self) -> Option<HeaderValue> {
        HeaderValue::try_from(format!("00-{:032x}-{:016x}-{:02x}", self.id, self.span, self.flags)).ok()
    }
}

/// Trace, parent and flags of a `traceparent` (W3C Trace Context 3.2.2). Of a later version, what it shares with 00.
fn parse(text: &[u8]) -> Option<(u128, u64, u8)> {
    let text = std::str::from_utf8(text).ok()?;
    let head = text.get(..55)?;
    let lower = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    let parts: Vec<&str> = head.split('-').collect();
    let [version, id, parent, flags] = parts[..] else { return None };
    let lengths = [version, id, parent, flags].map(str::len) == [2, 32, 16, 2];
    let ends = match version {
        "ff" => false,
        "00" => text.len() == 55,
        _ => text.len() == 55 || text.as_bytes()[55] == b'-',
    };
    if !(lengths && ends && [version, id, parent, flags].into_iter().all(lower)) {
        return None;
    }
    let id = u128::from_str_radix(id, 16).ok().filter(|id| *id != 0)?;
    let parent = u64::from_str_radix(parent, 16).ok().filter(|parent| *parent != 0)?;
    // Sampled, and random: the flags that are defined. The others are not to be passed on (3.3).
    let flags = u8::from_str_radix(flags, 16).ok()? & 3;
    Some((id, parent, flags))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    fn of(lines: &[&str]) -> Option<Trace> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(TRACEPARENT, line.parse().unwrap());
        }
        Trace::of(&headers)
    }

    #[test]
    fn a_trace_goes_on_with_a_step_of_its_own() {
        let trace = of(&[GOOD]).unwrap();
        assert_eq!((trace.id, trace.parent), (0x0af7_6519_16cd_43dd_8448_eb21_1c80_319c, Some(0xb7ad_6b71_6920_3331)));
        let header = trace.header().unwrap();
        let text = header.to_str().unwrap();
        assert!(text.starts_with("00-0af7651916cd43dd8448eb211c80319c-") && text.ends_with("-01"), "{text}");
        assert_ne!(trace.span, 0xb7ad_6b71_6920_3331);
        assert_eq!(parse(text.as_bytes()), Some((trace.id, trace.span, 1)), "what is said can be read");
        assert_eq!(of(&[]), None);
    }

    #[test]
    fn what_is_no_traceparent_begins_a_new_trace() {
        let bad = [
            "",
            "00",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
            "00-0AF7651916CD43DD8448EB211C80319C-B7AD6B7169203331-01",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
            "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01more",
            "00-0af7651916cd43dd8448eb211c80319-cb7ad6b7169203331-01",
            "00-+af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "0a-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0x",
        ];
        for text in bad {
            let trace = of(&[text]).unwrap();
            assert_eq!(trace.parent, None, "{text}");
            assert!(trace.id != 0 && trace.span != 0 && trace.id != 0x0af7_6519_16cd_43dd_8448_eb21_1c80_319c);
        }
        assert_eq!(of(&[GOOD, GOOD]).unwrap().parent, None, "two are none");
    }

    #[test]
    fn a_later_version_is_read_as_far_as_it_is_known_and_unknown_flags_are_not_passed_on() {
        let later = format!("cc{}-what-the-future-will-be-like", &GOOD[2..]);
        assert_eq!(of(&[&later]).unwrap().id, of(&[GOOD]).unwrap().id);
        let flags = format!("{}ff", &GOOD[..53]);
        assert!(of(&[&flags]).unwrap().header().unwrap().to_str().unwrap().ends_with("-03"));
    }

    #[test]
    fn a_request_id_is_taken_over_where_it_is_harmless_and_made_where_it_is_not() {
        let ids = RequestIds::new();
        let of = |id: &str| {
            let value = HeaderValue::from_bytes(id.as_bytes()).unwrap();
            ids.of(&HeaderMap::from_iter([(REQUEST_ID, value)])).to_str().unwrap().to_owned()
        };
        assert_eq!(of("req-1/a:b=="), "req-1/a:b==");
        let made: Vec<String> = ["", "a b", "\"x\"", "é", &"x".repeat(129)].into_iter().map(of).collect();
        assert!(made.iter().all(|id| id.len() == 33 && id.starts_with(&made[0][..17])), "{made:?}");
        assert_eq!(made.iter().collect::<std::collections::HashSet<_>>().len(), made.len());
    }
}
