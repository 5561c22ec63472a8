//! Text that is not as wide as it has characters: every column and frame stands where it stands with plain letters.

use midair_record::wire::Key;

use super::pictured::{drawn, text};
use super::*;
use crate::tui::msg::HistoryPage;

/// Six columns each: plain, wide, with marks apart, from right to left, and of several characters a glyph.
const PLAIN: &str = "Launch";
const WORDS: [&str; 4] = [
    "日本語",
    "e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}",
    "\u{5e9}\u{5dc}\u{5d5}\u{5dd}\u{5e9}\u{5dc}",
    "👩‍👩‍👧👍🏽🇩🇪",
];

const RECORD: &str = r#"{"name":"Launch","Launch":{"contact":"Launch","Launch":"team"},"quota":100,"tags":["Launch","x"],"notes":"Call Launch on Friday.\nBook Launch.\n","owner":"Launch","id":"Launch Launch"}"#;

fn version(number: u64, record: &str, word: &str) -> Stored {
    let mut stored = stored(number, word, &record.replace(PLAIN, word));
    stored.note = Some(format!("for {word}"));
    stored
}

/// Every screen that shows what a record holds, with `word` in each place of it.
fn screens(word: &str) -> Vec<(&'static str, Desk)> {
    let said = |text: &str| text.replace(PLAIN, word);
    let before = version(7, RECORD, word);
    let changed = RECORD.replace("\"owner\":\"Launch\"", "\"owner\":\"Launch!\"").replace("on Friday", "after Launch");
    let now = version(8, &changed.replace("\"name\":\"Launch\"", "\"name\":\"my Launch\""), word);
    let at_list = || {
        let mut desk = Desk::sit(Depth::None);
        desk.keys("r");
        desk.answers_page(vec![before.clone()]);
        desk
    };
    let loaded = |desk: &mut Desk, stored: &Stored, changes| {
        let key = Key::new("projects", "prj_1").unwrap();
        desk.happens(Msg::Loaded { key, result: Ok(Read::Stored(Box::new(stored.clone()))), changes });
    };
    let edits = || {
        let mut desk = at_list();
        desk.keys("enter");
        loaded(&mut desk, &before, Vec::new());
        desk.happens(Msg::Paste(said(" Launch")));
        desk
    };
    let collides = |keys: &str| {
        let mut desk = edits();
        desk.keys("ctrl-s");
        desk.refused(&before, &now);
        desk.keys(keys);
        desk
    };
    let mut company = at_list();
    company.meets(word, None);
    let mut ghosts = edits();
    let mut changes = refusal(&before, &now).changes;
    changes[0].by = word.into();
    loaded(&mut ghosts, &now, changes);
    let mut field = edits();
    field.keys("down down down down down down enter");
    field.happens(Msg::Paste(said("Launch")));
    let mut history = at_list();
    history.keys("h");
    let lines = (1..=7).map(|number| histories::line(number, word, Op::Update, &["/name"])).collect();
    let page = HistoryPage { now: Some(Read::Stored(Box::new(before.clone()))), lines, older: false };
    let key = Key::new("projects", "prj_1").unwrap();
    history.happens(Msg::History { key: key.clone(), before: None, result: Ok(page) });
    for (number, record) in [(6, &changed), (7, &RECORD.to_owned())] {
        let result = Ok(Some(Box::new(version(number, record, word))));
        history.happens(Msg::Version { key: key.clone(), number, result });
    }
    let mut inbox = at_list();
    let mut draft = Draft::of("projects", before.clone(), "old".into());
    draft.edit(now.fields.fields().clone());
    inbox.waits(draft);
    vec![
        ("browser", company),
        ("editor", ghosts),
        ("field", field),
        ("history", history),
        ("inbox", inbox),
        ("collision", collides("")),
        ("collision with base", collides("left b a")),
        ("by hand", collides("e")),
    ]
}

#[test]
fn columns_and_frames_stand_where_they_stand_with_plain_text() {
    for word in WORDS {
        let of_the_word = |symbol: &str| symbol == "…" || PLAIN.contains(symbol);
        for ((name, mut plain), (_, mut odd)) in screens(PLAIN).into_iter().zip(screens(word)) {
            for size in super::pictured::SIZES {
                let theme = Theme::new(Depth::None);
                let (plain, odd) = (drawn(&mut plain.app, theme, size), drawn(&mut odd.app, theme, size));
                assert!(text(&plain).concat().contains(PLAIN), "{name} shows the word");
                for place in plain.area.positions() {
                    let (told, seen) = (plain[place].symbol(), odd[place].symbol());
                    assert!(
                        of_the_word(told) || told == " " || told == seen,
                        "{name} at {size:?} with {word}: {told} became {seen:?} at {place:?} of\n{}\n{}",
                        text(&plain).join("\n"),
                        text(&odd).join("\n")
                    );
                }
            }
        }
    }
}
