//! What stands at a key, and what an answer has to be like that is given there.

use serde_json::json;

use super::house::{Answer, House};
use super::table::{GONE, NEVER, READ, Told};

/// What stands at a key before the request, with what its headers may name.
#[derive(Clone)]
pub struct Place {
    pub path: String,
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

pub const AT: &str = "/v1/collections/rows";

/// So many records that were written twice, and so many that were then deleted.
pub async fn places(house: &House, standing: usize, deleted: usize) -> (Vec<Place>, Vec<Place>) {
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
pub fn nowhere(number: usize, like: &Place) -> Place {
    let (now, old) = ("\"2-none\"".to_owned(), "\"1-none\"".to_owned());
    Place { path: format!("{AT}/records/n{number}"), now, old, reads: NEVER, ..like.clone() }
}

/// Asks for one cell of the table, and says what is wrong with the answer.
pub async fn cell(
    house: &House,
    method: &str,
    place: &Place,
    headers: &[(&str, &str)],
    expected: Told,
) -> Option<String> {
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
