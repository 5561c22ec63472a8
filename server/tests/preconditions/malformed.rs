//! Conditions that cannot be read: refused, whatever stands there and whatever is asked.

use super::house::House;
use super::place::{cell, nowhere, places};
use super::table::ODD;

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
