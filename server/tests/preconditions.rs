//! RFC 9110 section 13 as a table: every condition, alone and beside the others, for every method, on a record that
//! stands there, one that never was, and one that was deleted. In which order the rest is told: order.rs.
#![allow(clippy::unwrap_used)]

mod house;

use house::{Answer, House};
use serde_json::json;

type Headers = &'static [(&'static str, &'static str)];

/// How a request is answered: its status, and the code of its problem.
type Told = (u16, &'static str);

const READ: Told = (200, "");
const HAVE: Told = (304, "");
const DONE: Told = (200, "");
const MADE: Told = (201, "");
const AWAY: Told = (204, "");
const STALE: Told = (412, "version_conflict");
const THERE: Told = (412, "already_exists");
const ALIEN: Told = (412, "unknown_token");
/// RFC 6585 section 3.
const BARE: Told = (428, "precondition_required");
const ODD: Told = (400, "malformed_header");
/// What a request gets that would be refused without its conditions as well: they do not count (section 13.2.1).
const NEVER: Told = (404, "not_found");
const GONE: Told = (410, "gone");

/// The section of RFC 9110, the conditions, how GET, PUT, PATCH and DELETE of a record that stands there are answered,
/// and PUT of one that never was and of one that was deleted. GET, PATCH and DELETE of those are [`NEVER`] and [`GONE`],
/// whatever the conditions; HEAD is answered as GET.
///
/// In headers `{now}` is the current tag, `{old}` that of the version before, `{written}` when the record was written,
/// `{earlier}` a second before that.
type Row = (&'static str, Headers, [Told; 4], Told, Told);

const FIXED_PAST: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
const RFC850_PAST: &str = "Sunday, 06-Nov-94 08:49:37 GMT";
const ASCTIME_PAST: &str = "Sun Nov  6 08:49:37 1994";
const FIXED_FUTURE: &str = "Sat, 06 Nov 2094 08:49:37 GMT";
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

/// What is neither `*` nor a list of tags (sections 13.1.1, 13.1.2 and 8.8.3), by line. It is never taken for absent.
const MALFORMED: &[&[&str]] = &[
    // Nothing.
    &[""],
    &[","],
    &[", ,"],
    &["", ""],
    // Not quoted, or not to the end.
    &["7"],
    &["2-x"],
    &["'7'"],
    &["\""],
    &["\"7"],
    &["7\""],
    &["{now}, 7"],
    &["{now}, \"7"],
    &["7, {now}"],
    // What no tag holds.
    &["\"a b\""],
    &["\"a\tb\""],
    &["\"a\"b\""],
    // Something after a tag.
    &["{now} {old}"],
    &["{now}{old}"],
    &["{now}x"],
    &["{now};q=1"],
    &["{now} x, {old}"],
    // `*` beside something else.
    &["*, {now}"],
    &["{now}, *"],
    &["*, *"],
    &["**"],
    &["*,"],
    &["* {now}"],
    &["*", "{now}"],
    &["{now}", "*"],
    &["*", "*"],
    // Odd ways to say that it is weak.
    &["w/{now}"],
    &["W/"],
    &["W/7"],
    &["W/*"],
    &["W/ {now}"],
    &["W {now}"],
    &["W/W/{now}"],
    // One line of two.
    &["{now}", "7"],
    &["7", "{now}"],
];

/// What stands at a key before the request, with what its headers may name.
#[derive(Clone)]
struct Place {
    path: String,
    now: String,
    old: String,
    written: String,
    earlier: String,
    /// How it is read.
    reads: Told,
}

impl Place {
    fn filled(&self, value: &str) -> String {
        let value = value.replace("{now}", &self.now).replace("{old}", &self.old);
        value.replace("{written}", &self.written).replace("{earlier}", &self.earlier)
    }
}

const AT: &str = "/v1/collections/rows";

/// So many records that were written twice, and so many that were then deleted.
async fn places(house: &House, standing: usize, deleted: usize) -> (Vec<Place>, Vec<Place>) {
    let ids: Vec<String> = (0..standing + deleted).map(|number| format!("r{number}")).collect();
    let bulk = async |items: Vec<serde_json::Value>| {
        let body = json!({ "items": items }).to_string();
        let answer = house.ask("POST", &format!("{AT}/bulk"), &[], &body).await.json();
        let tag = |item: &serde_json::Value| item["etag"].as_str().unwrap_or_default().to_owned();
        answer["items"].as_array().unwrap().iter().map(tag).collect::<Vec<_>>()
    };
    let create = |id| json!({"id": id, "op": "put", "ifNoneMatch": "*", "fields": {"n": 1}});
    let old = bulk(ids.iter().map(create).collect()).await;
    let replace = |(id, tag)| json!({"id": id, "op": "put", "ifMatch": tag, "fields": {"n": 2}});
    let now = bulk(ids.iter().zip(&old).map(replace).collect()).await;
    let written = house.get(&format!("{AT}/records/r0")).await.header("last-modified").to_owned();
    let earlier = httpdate::parse_http_date(&written).unwrap() - std::time::Duration::from_secs(1);
    let earlier = httpdate::fmt_http_date(earlier);
    let delete = |(id, tag)| json!({"id": id, "op": "delete", "ifMatch": tag});
    bulk(ids.iter().zip(&now).skip(standing).map(delete).collect()).await;
    let mut places = Vec::new();
    for ((id, old), now) in ids.iter().zip(old).zip(now) {
        let reads = if places.len() < standing { READ } else { GONE };
        let (written, earlier) = (written.clone(), earlier.clone());
        places.push(Place { path: format!("{AT}/records/{id}"), now, old, written, earlier, reads });
    }
    let gone = places.split_off(standing);
    (places, gone)
}

/// A key where nothing ever stood.
fn nowhere(number: usize, like: &Place) -> Place {
    let (now, old) = ("\"2-none\"".to_owned(), "\"1-none\"".to_owned());
    Place { path: format!("{AT}/records/n{number}"), now, old, reads: NEVER, ..like.clone() }
}

/// Asks for one cell of the table, and says what is wrong with the answer.
async fn cell(house: &House, method: &str, place: &Place, headers: &[(&str, &str)], expected: Told) -> Option<String> {
    let mut all: Vec<(&str, String)> = headers.iter().map(|(name, value)| (*name, place.filled(value))).collect();
    if method == "PATCH" {
        all.push(("content-type", "application/merge-patch+json".into()));
    }
    let body = if matches!(method, "PUT" | "PATCH") { r#"{"n":3}"# } else { "" };
    let all: Vec<(&str, &str)> = all.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let answer = house.ask(method, &place.path, &all, body).await;
    let mut what = fault(method, place, &answer, expected);
    if what.is_none() && !matches!(method, "GET" | "HEAD") {
        what = left_behind(method, place, &answer, &house.get(&place.path).await);
    }
    let what = what?;
    Some(format!("{method} {headers:?}, where reading is {:?}: {what}; {} {}", place.reads, answer.status, answer.text))
}

/// What is wrong with the answer itself.
fn fault(method: &str, place: &Place, answer: &Answer, (status, code): Told) -> Option<String> {
    let reads = matches!(method, "GET" | "HEAD");
    if answer.status != status {
        return Some(format!("expected {status} {code}"));
    }
    if method == "HEAD" && !answer.text.is_empty() {
        return Some("a body".into());
    }
    if method != "HEAD" && answer.code() != code {
        return Some(format!("expected the code {code}"));
    }
    if status >= 400 && answer.header("content-type") != "application/problem+json" {
        return Some("not a problem".into());
    }
    if reads && matches!(status, 200 | 304) && answer.etag() != place.now {
        return Some("not the current tag".into());
    }
    if status == 412 && place.reads == READ && answer.etag() != place.now {
        return Some("a refusal without the current tag".into());
    }
    None
}

/// What is wrong with what stands there after a write: all of it if it was done, and nothing else.
fn left_behind(method: &str, place: &Place, answer: &Answer, after: &Answer) -> Option<String> {
    let right = match (answer.status < 300, method) {
        (true, "DELETE") => after.status == 410,
        (true, _) => after.etag() == answer.etag() && after.etag() != place.now && after.text == r#"{"n":3}"#,
        (false, _) if place.reads == READ => after.etag() == place.now && after.text == r#"{"n":2}"#,
        (false, _) => (after.status, after.code().as_str()) == place.reads,
    };
    (!right).then(|| format!("{} {} stands there now", after.status, after.text))
}

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

#[tokio::test]
async fn a_condition_that_cannot_be_read_is_refused_whatever_stands_there_and_whatever_is_asked() {
    let house = House::open().await;
    let (standing, deleted) = places(&house, 1, 1).await;
    let mut wrong = Vec::new();
    for name in ["if-match", "if-none-match"] {
        for lines in MALFORMED {
            let headers: Vec<(&str, &str)> = lines.iter().map(|line| (name, *line)).collect();
            // A good one beside it does not help.
            let other = if name == "if-match" { ("if-none-match", "*") } else { ("if-match", "*") };
            for headers in [headers.clone(), [headers, vec![other]].concat()] {
                for place in [&standing[0], &deleted[0], &nowhere(0, &standing[0])] {
                    for method in ["GET", "HEAD", "PUT", "PATCH", "DELETE"] {
                        wrong.extend(cell(&house, method, place, &headers, ODD).await);
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong.join("\n"));
    let said = house.ask("PUT", &standing[0].path, &[("if-match", "\"7")], "{}").await;
    let detail = said.json()["detail"].as_str().unwrap().to_owned();
    assert!(detail.starts_with(r#"if-match: "\"7" is not *, or a list of entity tags in double quotes"#), "{detail}");
    // Where no condition counts, none is looked at (section 13.2.1).
    let asked = house.ask("OPTIONS", &standing[0].path, &[("if-match", "7")], "").await;
    assert_eq!(asked.status, 204);
    house.close().await;
}

#[tokio::test]
async fn a_refusal_names_the_weak_tag_that_never_matches() {
    let house = House::open().await;
    let at = format!("{AT}/records/a");
    let tag = house.create(&at, "{}").await;
    let weak = format!("\"x\", W/{tag}, W/\"y\"");
    let missing = format!("{AT}/records/b");
    for (method, path) in [("GET", &at), ("PUT", &at), ("DELETE", &at), ("PUT", &missing)] {
        let refused = house.ask(method, path, &[("if-match", &weak)], "{}").await;
        let detail = refused.json()["detail"].as_str().unwrap().to_owned();
        let named = format!(". W/{tag} is a weak tag, which never matches If-Match.");
        assert!(refused.status == 412 && detail.ends_with(&named), "{method} {path}: {}", refused.text);
    }
    let strong = house.ask("PUT", &at, &[("if-match", "\"x\""), ("if-none-match", "W/\"y\"")], "{}").await;
    assert!(strong.status == 412 && !strong.text.contains("weak"), "{}", strong.text);
    house.close().await;
}

#[tokio::test]
async fn what_counts_for_reads_alone_is_passed_over_in_a_write() {
    let house = House::open().await;
    let lax = r#"{"preconditions":"optional"}"#;
    assert_eq!(house.ask("PUT", AT, &[("if-none-match", "*")], lax).await.status, 201);
    let at = format!("{AT}/records/a");
    // Section 13.1.3: of PUT, PATCH and DELETE it says nothing, so that they are blind, which is allowed here.
    for since in [FIXED_PAST, FIXED_FUTURE, "yesterday"] {
        let since = [("if-modified-since", since)];
        assert_eq!(house.ask("PUT", &at, &since, r#"{"n":1}"#).await.status, 201);
        let patch = [since[0], ("content-type", "application/merge-patch+json")];
        assert_eq!(house.ask("PATCH", &at, &patch, r#"{"n":2}"#).await.status, 200);
        assert_eq!(house.ask("DELETE", &at, &since, "").await.status, 204);
    }
    // Section 13.1.4: what is no date is no condition; what is one would have to hold, and a second is long.
    house.ask("PUT", &at, &[], r#"{"n":1}"#).await;
    assert_eq!(house.ask("PUT", &at, &[("if-unmodified-since", "yesterday")], r#"{"n":2}"#).await.status, 200);
    for since in [FIXED_PAST, FIXED_FUTURE] {
        let refused = house.ask("PUT", &at, &[("if-unmodified-since", since)], r#"{"n":3}"#).await;
        assert_eq!((refused.status, refused.code().as_str()), BARE, "{}", refused.text);
    }
    assert_eq!(house.get(&at).await.text, r#"{"n":2}"#);
    house.close().await;
}
