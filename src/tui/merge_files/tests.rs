//! Three files in front of a person, without a terminal.

use midair_record::draft::Basis;
use midair_record::merge::rule::Rules;
use midair_record::wire::{Key, Stored, Token};
use midair_record::{Choice, Record};
use ratatui::crossterm::event::KeyModifiers;

use super::*;
use crate::tui::theme::Depth;

fn of(base: &str, mine: &str, theirs: &str) -> MergeFiles {
    let fields = |text: &str| Record::parse(text).unwrap();
    let stored = |version: u64, text: &str| Stored {
        id: "f.json".into(),
        version,
        token: Token::of_file(version),
        updated_at: String::new(),
        updated_by: String::new(),
        note: None,
        fields: fields(text),
    };
    let draft = Draft {
        key: Key { collection: "files".into(), id: "f.json".into() },
        base: Basis::Version(Box::new(stored(1, base))),
        fields: fields(mine).fields().clone(),
        edit_id: "file".into(),
        note: None,
        settled: None,
    };
    let resolution = draft.rebase_by(&Rules::default(), stored(2, theirs), None, Vec::new());
    let name = |side: &str| format!("{side}.json");
    let files = Files { base: name("base"), mine: name("mine"), theirs: name("theirs"), merged: "f.json".into() };
    MergeFiles::open(
        resolution,
        files,
        String::new(),
        Theme::new(Depth::None).into(),
        Clock { now: jiff::Timestamp::UNIX_EPOCH, offset_seconds: 0 },
    )
}

fn press(screen: &mut MergeFiles, keys: &[KeyCode]) {
    for code in keys {
        screen.key(Press { code: *code, mods: KeyModifiers::NONE });
    }
}

fn shown(screen: &MergeFiles, width: u16, height: u16) -> String {
    let area = Rect::new(0, 0, width, height);
    let mut buf = Buffer::empty(area);
    screen.render(area, &mut buf);
    let line = |y: u16| (0..width).map(|x| buf[(x, y)].symbol()).collect::<String>() + "\n";
    (0..height).map(line).collect()
}

const THREE: [&str; 3] = [r#"{"a":1,"b":1,"c":1}"#, r#"{"a":2,"b":2,"c":2}"#, r#"{"a":3,"b":3,"c":3}"#];

#[test]
fn one_key_for_all_decides_what_is_undecided_and_nothing_else() {
    for (first, all, others) in [(KeyCode::Right, 'T', Choice::Theirs), (KeyCode::Left, 'M', Choice::Mine)] {
        let [base, mine, theirs] = THREE;
        let mut screen = of(base, mine, theirs);
        press(&mut screen, &[first, KeyCode::Char(all)]);
        let taken = if all == 'T' { Choice::Mine } else { Choice::Theirs };
        let choices = [0, 1, 2].map(|unit| screen.collision.resolution.choice(unit).clone());
        assert_eq!(choices, [taken, others.clone(), others.clone()]);
        press(&mut screen, &[KeyCode::Char('M'), KeyCode::Char('T')]);
        assert_eq!(*screen.collision.resolution.choice(2), others);
        assert!(shown(&screen, 100, 20).contains("Nothing is undecided; what is decided stays."));
    }
    let texts = [r#"{"t":"a\nb\nc\n"}"#, r#"{"t":"m\nb\nm\n"}"#, r#"{"t":"t\nb\nt\n"}"#];
    let mut screen = of(texts[0], texts[1], texts[2]);
    press(&mut screen, &[KeyCode::Right, KeyCode::Char('T')]);
    assert_eq!(Record::of(screen.collision.resolution.merged()).text(), r#"{"t":"m\nb\nt\n"}"#);
}

#[test]
fn a_text_written_by_hand_has_no_undecided_parts() {
    let texts = [r#"{"t":"a\nb\nc\n"}"#, r#"{"t":"m\nb\nm\n"}"#, r#"{"t":"t\nb\nt\n"}"#];
    let mut screen = of(texts[0], texts[1], texts[2]);
    assert!(shown(&screen, 120, 24).contains("2 of 2 parts undecided"));
    press(&mut screen, &[KeyCode::Char('e'), KeyCode::Char('x'), KeyCode::Esc]);
    let said = shown(&screen, 120, 24);
    assert!(said.contains("decided · Enter writes") && said.contains("✎ by hand: "), "{said}");
    assert!(!said.contains('?') || !said.contains("part 1/2"), "{said}");
    assert!(!said.contains("undecided"), "{said}");
    press(&mut screen, &[KeyCode::Char('u')]);
    assert!(shown(&screen, 120, 24).contains("2 of 2 parts undecided"));
}

#[test]
fn what_is_cut_by_hand_is_given_to_the_terminal_and_put_in_again() {
    let mut screen = of(r#"{"t":"a"}"#, r#"{"t":"mine"}"#, r#"{"t":"theirs"}"#);
    let held = |screen: &mut MergeFiles, letter: char| {
        screen.key(Press { code: KeyCode::Char(letter), mods: KeyModifiers::CONTROL })
    };
    press(&mut screen, &[KeyCode::Char('e')]);
    held(&mut screen, 'c');
    assert!(shown(&screen, 120, 24).contains("Ctrl-C once more leaves"));
    press(&mut screen, &[KeyCode::Char('x'), KeyCode::Backspace]);
    assert!(matches!(held(&mut screen, 'c'), Next::Stay), "something else was pressed in between");
    held(&mut screen, 'a');
    assert!(matches!(held(&mut screen, 'x'), Next::Copy(text) if text == "mine"));
    assert!(shown(&screen, 120, 24).contains("Cut 4 characters."));
    held(&mut screen, 'v');
    held(&mut screen, 'v');
    press(&mut screen, &[KeyCode::Esc]);
    assert_eq!(Record::of(screen.collision.resolution.merged()).text(), r#"{"t":"minemine"}"#);
    press(&mut screen, &[KeyCode::Char('e')]);
    held(&mut screen, 'c');
    assert!(matches!(held(&mut screen, 'c'), Next::Leave(_)));
}

#[test]
fn in_a_text_that_is_written_by_hand_things_are_found_as_in_the_editor() {
    let mut screen = of(r#"{"t":"a"}"#, r#"{"t":"one\ntwo\nmine, two"}"#, r#"{"t":"theirs"}"#);
    let ctrl = |screen: &mut MergeFiles, letter: char| {
        screen.key(Press { code: KeyCode::Char(letter), mods: KeyModifiers::CONTROL });
    };
    press(&mut screen, &[KeyCode::Char('e'), KeyCode::F(3)]);
    assert!(shown(&screen, 120, 24).contains("Nothing was looked for yet. Ctrl-F finds."));
    ctrl(&mut screen, 'f');
    press(&mut screen, &[KeyCode::Char('t'), KeyCode::Char('w')]);
    let said = shown(&screen, 120, 24);
    assert!(said.contains("Find (1 of 2): tw") && said.contains("Enter next"), "{said}");
    assert!(screen.cursor(Rect::new(0, 0, 120, 24)).is_some_and(|caret| caret.y == 22), "the caret is in the question");
    press(&mut screen, &[KeyCode::Enter]);
    assert!(shown(&screen, 120, 24).contains("Find (2 of 2): tw"));
    press(&mut screen, &[KeyCode::Esc, KeyCode::Char('X')]);
    ctrl(&mut screen, 'g');
    press(&mut screen, &[KeyCode::Char('x'), KeyCode::Enter]);
    assert!(shown(&screen, 120, 24).contains("There are lines 1 to 3 · Go to line: x"));
    press(&mut screen, &[KeyCode::Backspace, KeyCode::Char('1'), KeyCode::Enter, KeyCode::Char('>'), KeyCode::Esc]);
    let merged = Record::of(screen.collision.resolution.merged()).text().to_owned();
    assert_eq!(merged, r#"{"t":">one\ntwo\nmine, Xo"}"#);
}

#[test]
fn the_smallest_screen_says_how_to_leave_and_where_help_is() {
    for sides in [THREE, [r#"{"t":"a\nb"}"#, r#"{"t":"m\nb"}"#, r#"{"t":"t\nb"}"#]] {
        for (width, height) in [SMALLEST, (80, 24), (120, 30)] {
            let said = shown(&of(sides[0], sides[1], sides[2]), width, height);
            let foot = said.lines().last().unwrap();
            for hint in ["← theirs", "→ mine", "Esc leave", "? help"] {
                assert!(foot.contains(hint), "{width}: {foot}");
            }
            let mut settled = of(sides[0], sides[1], sides[2]);
            press(&mut settled, &[KeyCode::Char('T')]);
            let said = shown(&settled, width, height);
            assert!(said.lines().last().unwrap().starts_with(" Enter write · ← theirs"), "{said}");
        }
    }
}
