//! How many keys a collision takes: twenty of them, each settled with one key per open question and one to submit, at most.

use super::rules::collided;
use crate::tui::app::Screen;

/// A collision: what the collection asks; mine and theirs, as changes of [`BASE`]; the keys; what is sent must hold this,
/// and nothing is sent where this is empty.
type Case = (&'static str, Changes, Changes, &'static str, &'static str);
type Changes = &'static [(&'static str, &'static str)];

const COUNTED: &str = r#"{"schema":{"properties":{"quota":{"x-merge":"counter"},"tags":{"x-merge":"set"}}}}"#;
const BY_A_PERSON: &str = r#"{"schema":{"properties":{"quota":{"x-merge":"manual"}}}}"#;
const TOGETHER: &str = r#"{"schema":{"x-merge-groups":[["quota","code"]]}}"#;
const WHOLE: &str = r#"{"schema":{"properties":{"billing":{"x-merge":"atomic"}}}}"#;

#[rustfmt::skip]
const CASES: [Case; 20] = [
    ("{}", &[("/name", "\"A\"")], &[("/name", "\"B\"")], "right enter", r#""name":"A""#),
    ("{}", &[("/name", "\"A\"")], &[("/name", "\"B\"")], "left enter", ""),
    ("{}", &[("/name", "\"A\""), ("/quota", "1")], &[("/name", "\"B\""), ("/quota", "2")], "right left enter", r#""name":"A""#),
    ("{}", &[("/name", "\"A\""), ("/quota", "1")], &[("/name", "\"B\""), ("/active", "false")], "right enter", r#""quota":1,"#),
    ("{}", &[("/owner", "\"a\""), ("/code", "\"a\""), ("/quota", "1")], &[("/owner", "\"b\""), ("/code", "\"b\""), ("/quota", "2")],
        "left right left enter", r#""owner":"a""#),
    ("{}", &[("/billing/plan", "\"solo\"")], &[("/billing/plan", "\"firm\"")], "right enter", r#""plan":"solo""#),
    ("{}", &[("/billing/plan", "\"solo\""), ("/billing/contact", "\"a\"")], &[("/billing/plan", "\"firm\""), ("/billing/contact", "\"b\"")],
        "left right enter", r#""billing":{"contact":"b","plan":"solo"}"#),
    ("{}", &[("/notes", "\"Call dana.\\nBook the room.\\n\"")], &[("/notes", "\"Call eve.\\nBook the room.\\n\"")], "right enter", "Call dana."),
    ("{}", &[("/tags", r#"["web","a"]"#)], &[("/tags", r#"["web","b"]"#)], "B enter", r#""tags":["web","b","a"]"#),
    ("{}", &[("/code", "\"X\"")], &[("/code", "")], "right enter", r#""code":"X""#),
    ("{}", &[("/code", "")], &[("/code", "\"X\"")], "left enter", ""),
    ("{}", &[("/extra", "1")], &[("/extra", "2")], "right enter", r#""extra":1"#),
    ("{}", &[("/owner", "\"a\"")], &[("/owner", "")], "right enter", r#""owner":"a""#),
    ("{}", &[("/quota", "\"120\"")], &[("/quota", "150")], "right enter", r#""quota":"120""#),
    ("{}", &[("/name", "\"A\""), ("/quota", "1"), ("/code", "\"a\""), ("/active", "false")],
        &[("/name", "\"B\""), ("/quota", "2"), ("/code", "\"b\"")], "T enter", r#""active":false"#),
    ("{}", &[("/name", "\"A\""), ("/quota", "1"), ("/code", "\"a\"")], &[("/name", "\"B\""), ("/quota", "2"), ("/code", "\"b\"")],
        "M enter", r#""quota":1,"#),
    (COUNTED, &[("/quota", "120"), ("/tags", r#"["web","a"]"#)], &[("/quota", "150"), ("/tags", r#"["web","launch","b"]"#)], "", r#""quota":170"#),
    (BY_A_PERSON, &[("/name", "\"A\"")], &[("/quota", "150")], "left enter", r#""quota":150"#),
    (TOGETHER, &[("/quota", "120")], &[("/code", "\"EUR\"")], "right enter", r#""quota":120"#),
    (WHOLE, &[("/billing/plan", "\"solo\"")], &[("/billing/contact", "\"b\"")], "right enter", r#""contact":"ops@example.org","plan":"solo""#),
];

#[test]
fn a_collision_takes_a_key_for_each_open_question_and_one_to_submit() {
    let (mut pressed, mut questions) = (0, 0);
    for (number, (definition, mine, theirs, keys, sent)) in CASES.iter().enumerate() {
        let mut desk = collided(definition, mine, theirs);
        let open =
            if let Screen::Collision(collision) = &desk.app.screen { collision.resolution.undecided() } else { 0 };
        let needed = if open == 0 { 0 } else { open + 1 };
        let count = keys.split_whitespace().count();
        assert!(count <= needed, "{number}: {count} keys for {open} questions");
        desk.keys(keys);
        let sends = desk.sends() - 1;
        assert_eq!(sends, usize::from(!sent.is_empty()), "{number}: {}", desk.shot(120, 40));
        assert!(desk.sent_text().contains(sent), "{number}: {}", desk.sent_text());
        (pressed, questions) = (pressed + count, questions + needed);
    }
    assert!(pressed < questions, "{pressed} keys where {questions} are allowed: one key settles many");
}
