//! Every condition, alone and beside the others, for every method, on a record that stands there, one that never was, and
//! one that was deleted.

use super::house::House;
use super::place::{cell, nowhere, places};

type Headers = &'static [(&'static str, &'static str)];

/// How a request is answered: its status, and the code of its problem.
pub type Told = (u16, &'static str);

pub const READ: Told = (200, "");
pub const HAVE: Told = (304, "");
pub const DONE: Told = (200, "");
pub const MADE: Told = (201, "");
pub const AWAY: Told = (204, "");
pub const STALE: Told = (412, "version_conflict");
pub const THERE: Told = (412, "already_exists");
pub const ALIEN: Told = (412, "unknown_token");
/// RFC 6585 section 3.
pub const BARE: Told = (428, "precondition_required");
pub const ODD: Told = (400, "malformed_header");
/// What a request gets that would be refused without its conditions as well: they do not count (section 13.2.1).
pub const NEVER: Told = (404, "not_found");
pub const GONE: Told = (410, "gone");

/// The section of RFC 9110, the conditions, how GET, PUT, PATCH and DELETE of a record that stands there are answered,
/// and PUT of one that never was and of one that was deleted. GET, PATCH and DELETE of those are [`NEVER`] and [`GONE`],
/// whatever the conditions; HEAD is answered as GET.
///
/// In headers `{now}` is the current tag, `{old}` that of the version before, `{written}` when the record was written,
/// `{earlier}` a second before that.
type Row = (&'static str, Headers, [Told; 4], Told, Told);

pub const FIXED_PAST: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
const RFC850_PAST: &str = "Sunday, 06-Nov-94 08:49:37 GMT";
const ASCTIME_PAST: &str = "Sun Nov  6 08:49:37 1994";
pub const FIXED_FUTURE: &str = "Sat, 06 Nov 2094 08:49:37 GMT";
const RFC850_FUTURE: &str = "Saturday, 06-Nov-60 08:49:37 GMT";
const ASCTIME_FUTURE: &str = "Sat Nov  6 08:49:37 2094";
const TWO_DATES: &str = "Sat, 06 Nov 2094 08:49:37 GMT, Sat, 06 Nov 2094 08:49:37 GMT";
const TWO_OLD_DATES: &str = "Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT";

const PASSES: [Told; 4] = [READ, DONE, DONE, AWAY];
const FAILS: [Told; 4] = [STALE; 4];
const UNKNOWN: [Told; 4] = [ALIEN; 4];
/// Nothing that a write could go by: the reader gets the record, or has it.
const READER_READS: [Told; 4] = [READ, BARE, BARE, BARE];
const READER_HAS: [Told; 4] = [HAVE, BARE, BARE, BARE];
const READER_FAILS: [Told; 4] = [STALE, BARE, BARE, BARE];
/// If-Match holds and If-None-Match does not.
const TORN: [Told; 4] = [HAVE, STALE, STALE, STALE];

#[rustfmt::skip]
const ROWS: &[Row] = &[
    ("13.1", &[], READER_READS, BARE, BARE),

    // If-Match: one tag, compared strongly.
    ("13.1.1", &[("if-match", "{now}")], PASSES, ALIEN, STALE),
    ("13.1.1", &[("if-match", " {now}\t")], PASSES, ALIEN, STALE),
    ("13.1.1", &[("if-match", "{old}")], FAILS, ALIEN, STALE),
    ("13.1.1", &[("if-match", "\"9-never\"")], UNKNOWN, ALIEN, ALIEN),
    ("13.1.1", &[("if-match", "\"x\"")], UNKNOWN, ALIEN, ALIEN),
    ("13.1.1", &[("if-match", "\"\"")], UNKNOWN, ALIEN, ALIEN),
    ("8.8.3.2", &[("if-match", "W/{now}")], FAILS, STALE, STALE),
    ("8.8.3.2", &[("if-match", "W/{old}")], FAILS, STALE, STALE),
    ("8.8.3.2", &[("if-match", "W/{now}, W/\"x\"")], FAILS, STALE, STALE),
    ("8.8.3.2", &[("if-match", "W/{now}, \"x\"")], UNKNOWN, ALIEN, ALIEN),
    ("8.8.3.2", &[("if-match", "W/{now}, {old}")], FAILS, ALIEN, STALE),
    ("8.8.3.2", &[("if-match", "W/{now}, {now}")], PASSES, ALIEN, STALE),
    ("8.8.3.2", &[("if-match", "W/{now}"), ("if-match", "{now}")], PASSES, ALIEN, STALE),
    // `*`: whatever stands there.
    ("13.1.1", &[("if-match", "*")], PASSES, STALE, STALE),
    ("13.1.1", &[("if-match", "\t* ")], PASSES, STALE, STALE),
    // Lists of tags.
    ("13.1.1", &[("if-match", "\"x\", {now}")], PASSES, ALIEN, STALE),
    ("13.1.1", &[("if-match", "{now}, {old}")], PASSES, ALIEN, STALE),
    ("13.1.1", &[("if-match", "{old}, \"x\"")], FAILS, ALIEN, STALE),
    ("13.1.1", &[("if-match", "\"x\", \"y\"")], UNKNOWN, ALIEN, ALIEN),
    ("5.6.3", &[("if-match", "\"x\",{now}")], PASSES, ALIEN, STALE),
    ("5.6.3", &[("if-match", "\"x\" \t , \t {now}")], PASSES, ALIEN, STALE),
    ("5.6.1.2", &[("if-match", "\"x\", , {now}")], PASSES, ALIEN, STALE),
    ("5.6.1.2", &[("if-match", ", {now} ,,")], PASSES, ALIEN, STALE),
    ("5.6.1.2", &[("if-match", "\"a\", , \"b\"")], UNKNOWN, ALIEN, ALIEN),
    ("8.8.3", &[("if-match", "\"a,b\", {now}")], PASSES, ALIEN, STALE),
    ("8.8.3", &[("if-match", "\"a\\\", {now}")], PASSES, ALIEN, STALE),
    ("8.8.3", &[("if-match", "\"é\", {now}")], PASSES, ALIEN, STALE),
    ("8.8.3", &[("if-match", "\"W/\", {now}")], PASSES, ALIEN, STALE),
    ("8.8.3", &[("if-match", "\"*\", {now}")], PASSES, ALIEN, STALE),
    ("8.8.3", &[("if-match", "\"*\"")], UNKNOWN, ALIEN, ALIEN),
    // Several lines are one list.
    ("5.3", &[("if-match", "\"x\""), ("if-match", "{now}")], PASSES, ALIEN, STALE),
    ("5.3", &[("if-match", "{now}"), ("if-match", "\"x\", {old}")], PASSES, ALIEN, STALE),
    ("5.3", &[("if-match", ""), ("if-match", "{now}"), ("if-match", "")], PASSES, ALIEN, STALE),
    ("5.3", &[("if-match", "{old}"), ("if-match", "\"x\"")], FAILS, ALIEN, STALE),
    ("5.3", &[("if-match", "\"x\""), ("if-match", "\"y\"")], UNKNOWN, ALIEN, ALIEN),

    // If-None-Match, compared weakly. A write may create by it, and replaces nothing by it.
    ("13.1.2", &[("if-none-match", "*")], [HAVE, THERE, BARE, BARE], MADE, MADE),
    ("13.1.2", &[("if-none-match", " * ")], [HAVE, THERE, BARE, BARE], MADE, MADE),
    ("13.1.2", &[("if-none-match", "{now}")], READER_HAS, BARE, BARE),
    ("13.1.2", &[("if-none-match", "{old}")], READER_READS, BARE, BARE),
    ("13.1.2", &[("if-none-match", "\"x\"")], READER_READS, BARE, BARE),
    ("13.1.2", &[("if-none-match", "\"\"")], READER_READS, BARE, BARE),
    ("8.8.3.2", &[("if-none-match", "W/{now}")], READER_HAS, BARE, BARE),
    ("8.8.3.2", &[("if-none-match", "W/{old}")], READER_READS, BARE, BARE),
    ("13.1.2", &[("if-none-match", "{old}, {now}")], READER_HAS, BARE, BARE),
    ("13.1.2", &[("if-none-match", "{old}, W/{now}")], READER_HAS, BARE, BARE),
    ("13.1.2", &[("if-none-match", "W/{old}, \"x\"")], READER_READS, BARE, BARE),
    ("5.6.1.2", &[("if-none-match", "\"a\", , {now}")], READER_HAS, BARE, BARE),
    ("5.6.1.2", &[("if-none-match", "\"a\", , \"b\"")], READER_READS, BARE, BARE),
    ("5.3", &[("if-none-match", "\"x\""), ("if-none-match", "W/{now}")], READER_HAS, BARE, BARE),
    ("5.3", &[("if-none-match", "\"x\""), ("if-none-match", "{old}")], READER_READS, BARE, BARE),

    // Both: first If-Match, then If-None-Match.
    ("13.2.2", &[("if-match", "{now}"), ("if-none-match", "{old}")], PASSES, ALIEN, STALE),
    ("13.2.2", &[("if-match", "{now}"), ("if-none-match", "W/\"x\", \"y\"")], PASSES, ALIEN, STALE),
    ("13.2.2", &[("if-match", "*"), ("if-none-match", "{old}")], PASSES, STALE, STALE),
    ("13.2.2", &[("if-match", "{now}"), ("if-none-match", "*")], TORN, ALIEN, STALE),
    ("13.2.2", &[("if-match", "{now}"), ("if-none-match", "{now}")], TORN, ALIEN, STALE),
    ("13.2.2", &[("if-match", "{now}"), ("if-none-match", "W/{now}")], TORN, ALIEN, STALE),
    ("13.2.2", &[("if-match", "*"), ("if-none-match", "{now}")], TORN, STALE, STALE),
    ("13.2.2", &[("if-match", "*"), ("if-none-match", "*")], TORN, STALE, STALE),
    ("13.2.2", &[("if-match", "{old}"), ("if-none-match", "{now}")], FAILS, ALIEN, STALE),
    ("13.2.2", &[("if-match", "{old}"), ("if-none-match", "\"x\"")], FAILS, ALIEN, STALE),
    ("13.2.2", &[("if-match", "\"x\""), ("if-none-match", "*")], UNKNOWN, ALIEN, ALIEN),
    ("13.2.2", &[("if-match", "W/{now}"), ("if-none-match", "*")], FAILS, STALE, STALE),

    // If-Modified-Since: for reads alone, and no write goes by it.
    ("13.1.3", &[("if-modified-since", FIXED_FUTURE)], READER_HAS, BARE, BARE),
    ("13.1.3", &[("if-modified-since", FIXED_PAST)], READER_READS, BARE, BARE),
    ("13.1.3", &[("if-modified-since", "{written}")], READER_HAS, BARE, BARE),
    ("13.1.3", &[("if-modified-since", "{earlier}")], READER_READS, BARE, BARE),
    ("5.6.7", &[("if-modified-since", RFC850_FUTURE)], READER_HAS, BARE, BARE),
    ("5.6.7", &[("if-modified-since", RFC850_PAST)], READER_READS, BARE, BARE),
    ("5.6.7", &[("if-modified-since", ASCTIME_FUTURE)], READER_HAS, BARE, BARE),
    ("5.6.7", &[("if-modified-since", ASCTIME_PAST)], READER_READS, BARE, BARE),
    // What is no date is passed over.
    ("13.1.3", &[("if-modified-since", "")], READER_READS, BARE, BARE),
    ("13.1.3", &[("if-modified-since", "yesterday")], READER_READS, BARE, BARE),
    ("13.1.3", &[("if-modified-since", "2094-11-06T08:49:37Z")], READER_READS, BARE, BARE),
    ("13.1.3", &[("if-modified-since", "Sat, 06 Nov 2094 08:49:37")], READER_READS, BARE, BARE),
    ("13.1.3", &[("if-modified-since", "Sat, 06 Nov 2094 08:49:37 CET")], READER_READS, BARE, BARE),
    ("13.1.3", &[("if-modified-since", "Sat, 46 Nov 2094 08:49:37 GMT")], READER_READS, BARE, BARE),
    ("13.1.3", &[("if-modified-since", TWO_DATES)], READER_READS, BARE, BARE),
    ("13.1.3", &[("if-modified-since", FIXED_FUTURE), ("if-modified-since", FIXED_FUTURE)], READER_READS, BARE, BARE),
    // Beside If-None-Match it is passed over.
    ("13.1.3", &[("if-modified-since", FIXED_FUTURE), ("if-none-match", "{old}")], READER_READS, BARE, BARE),
    ("13.1.3", &[("if-modified-since", FIXED_PAST), ("if-none-match", "{now}")], READER_HAS, BARE, BARE),
    ("13.1.3", &[("if-modified-since", FIXED_PAST), ("if-none-match", "*")], [HAVE, THERE, BARE, BARE], MADE, MADE),
    ("13.1.3", &[("if-modified-since", FIXED_FUTURE), ("if-none-match", "*")], [HAVE, THERE, BARE, BARE], MADE, MADE),
    // Beside If-Match it counts for reads.
    ("13.2.2", &[("if-modified-since", FIXED_FUTURE), ("if-match", "{now}")], [HAVE, DONE, DONE, AWAY], ALIEN, STALE),
    ("13.2.2", &[("if-modified-since", FIXED_PAST), ("if-match", "{now}")], PASSES, ALIEN, STALE),
    ("13.2.2", &[("if-modified-since", FIXED_FUTURE), ("if-match", "{old}")], FAILS, ALIEN, STALE),
    ("13.2.2", &[("if-modified-since", FIXED_FUTURE), ("if-match", "*")], [HAVE, DONE, DONE, AWAY], STALE, STALE),

    // If-Unmodified-Since: for reads; a write says what it replaces by a token, for a second is long.
    ("13.1.4", &[("if-unmodified-since", FIXED_PAST)], READER_FAILS, BARE, BARE),
    ("13.1.4", &[("if-unmodified-since", FIXED_FUTURE)], READER_READS, BARE, BARE),
    ("13.1.4", &[("if-unmodified-since", "{written}")], READER_READS, BARE, BARE),
    ("13.1.4", &[("if-unmodified-since", "{earlier}")], READER_FAILS, BARE, BARE),
    ("5.6.7", &[("if-unmodified-since", RFC850_PAST)], READER_FAILS, BARE, BARE),
    ("5.6.7", &[("if-unmodified-since", RFC850_FUTURE)], READER_READS, BARE, BARE),
    ("5.6.7", &[("if-unmodified-since", ASCTIME_PAST)], READER_FAILS, BARE, BARE),
    ("5.6.7", &[("if-unmodified-since", ASCTIME_FUTURE)], READER_READS, BARE, BARE),
    ("13.1.4", &[("if-unmodified-since", "")], READER_READS, BARE, BARE),
    ("13.1.4", &[("if-unmodified-since", "last week")], READER_READS, BARE, BARE),
    ("13.1.4", &[("if-unmodified-since", "1994-11-06T08:49:37Z")], READER_READS, BARE, BARE),
    ("13.1.4", &[("if-unmodified-since", TWO_OLD_DATES)], READER_READS, BARE, BARE),
    ("13.1.4", &[("if-unmodified-since", FIXED_PAST), ("if-unmodified-since", FIXED_PAST)], READER_READS, BARE, BARE),
    // Beside If-Match it is passed over.
    ("13.1.4", &[("if-unmodified-since", FIXED_PAST), ("if-match", "{now}")], PASSES, ALIEN, STALE),
    ("13.1.4", &[("if-unmodified-since", FIXED_PAST), ("if-match", "*")], PASSES, STALE, STALE),
    ("13.1.4", &[("if-unmodified-since", FIXED_FUTURE), ("if-match", "{old}")], FAILS, ALIEN, STALE),
    // Beside If-None-Match it comes first. What does not stand there has no date of its last change.
    ("13.2.2", &[("if-unmodified-since", FIXED_PAST), ("if-none-match", "{now}")], READER_FAILS, BARE, BARE),
    ("13.2.2", &[("if-unmodified-since", FIXED_PAST), ("if-none-match", "{old}")], READER_FAILS, BARE, BARE),
    ("13.2.2", &[("if-unmodified-since", FIXED_FUTURE), ("if-none-match", "{now}")], READER_HAS, BARE, BARE),
    ("13.1.4", &[("if-unmodified-since", FIXED_PAST), ("if-none-match", "*")], [STALE, THERE, BARE, BARE], MADE, MADE),
    ("13.2.2", &[("if-unmodified-since", FIXED_FUTURE), ("if-none-match", "*")], [HAVE, THERE, BARE, BARE], MADE, MADE),
    // Both dates.
    ("13.2.2", &[("if-unmodified-since", FIXED_PAST), ("if-modified-since", FIXED_FUTURE)], READER_FAILS, BARE, BARE),
    ("13.2.2", &[("if-unmodified-since", FIXED_FUTURE), ("if-modified-since", FIXED_FUTURE)], READER_HAS, BARE, BARE),
    ("13.2.2", &[("if-unmodified-since", FIXED_FUTURE), ("if-modified-since", FIXED_PAST)], READER_READS, BARE, BARE),
    ("13.2.2", &[("if-unmodified-since", "{written}"), ("if-modified-since", "{written}")], READER_HAS, BARE, BARE),
    // All four: the tags alone count.
    ("13.2.2", &[("if-match", "{now}"), ("if-unmodified-since", FIXED_PAST), ("if-none-match", "{old}"),
                 ("if-modified-since", FIXED_FUTURE)], PASSES, ALIEN, STALE),
    ("13.2.2", &[("if-match", "{old}"), ("if-unmodified-since", FIXED_FUTURE), ("if-none-match", "{old}"),
                 ("if-modified-since", FIXED_PAST)], FAILS, ALIEN, STALE),

    // If-Range: no ranges are served, so that it is passed over.
    ("13.1.5", &[("range", "bytes=0-0"), ("if-range", "{now}")], READER_READS, BARE, BARE),
    ("13.1.5", &[("range", "bytes=0-0"), ("if-range", "{old}"), ("if-match", "{now}")], PASSES, ALIEN, STALE),
];

#[tokio::test]
async fn every_condition_is_answered_as_section_13_of_rfc_9110_says() {
    let house = House::open().await;
    let (standing, deleted) = places(&house, ROWS.len() * 3, ROWS.len()).await;
    let mut wrong = Vec::new();
    for (number, (section, headers, [get, put, patch, delete], put_new, put_deleted)) in ROWS.iter().enumerate() {
        let [one, two, three] = &standing[number * 3..][..3] else { panic!("three records for each row") };
        let (gone, never) = (&deleted[number], &nowhere(number, one));
        for (method, place, expected) in [
            ("GET", one, get),
            ("HEAD", one, get),
            ("PUT", one, put),
            ("PATCH", two, patch),
            ("DELETE", three, delete),
            ("GET", never, &NEVER),
            ("HEAD", never, &NEVER),
            ("PATCH", never, &NEVER),
            ("DELETE", never, &NEVER),
            ("PUT", never, put_new),
            ("GET", gone, &GONE),
            ("HEAD", gone, &GONE),
            ("PATCH", gone, &GONE),
            ("DELETE", gone, &GONE),
            ("PUT", gone, put_deleted),
        ] {
            let fault = cell(&house, method, place, headers, *expected).await;
            wrong.extend(fault.map(|fault| format!("row {number}, section {section}: {fault}")));
        }
    }
    assert!(wrong.is_empty(), "{} cells are wrong:\n{}", wrong.len(), wrong.join("\n"));
    house.close().await;
}
