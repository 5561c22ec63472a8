//! What holds whatever is done in an editor: rows lead to what they show, and undo brings back exactly what was.

use jiff::civil::date;
use midair_record::draft::Draft;
use midair_record::schema::Schema;
use midair_record::wire::{Stored, Token};
use midair_record::{Object, Record, Value};
use proptest::prelude::*;
use ratatui::crossterm::event::{KeyCode, KeyModifiers};

use super::Editor;
use crate::tui::keys::Action;
use crate::tui::msg::Press;

const SCHEMA: &str = r#"{"type":"object","required":["name"],"properties":{
    "name":{"type":"string"},"size":{"enum":["low","high",3,null]},"count":{"type":["integer","null"],"minimum":0,"maximum":9},
    "due":{"type":"string","format":"date"},"on":{"type":"boolean"},"tags":{"type":"array","items":{"type":"string"}},
    "inner":{"type":"object","properties":{"a":{"type":"number"},"b":{"default":"x"}}},
    "steps":{"type":"array","items":{"type":"object","properties":{"id":{"type":"string"},"n":{"type":"integer","default":1},
    "parts":{"type":"array","items":{"type":"object","properties":{"k":{"type":"string"}}}}}}}}}"#;

/// Records as people write them: white space, numbers and escapes of their own, members that the schema does not know.
const RECORDS: [&str; 5] = [
    r#"{ "name" : "\u00e9", "count":1.0e0 ,"size":"low","due":"2026-12-31","on":true,"other":[1, {"x":null}] }"#,
    r#"{"name":"n","steps":[ {"id":"a","n":1},{"id":"b", "parts":[{"k":"1"},{"k":"2"}]} , {"id":"c"}],"inner":{"a":1.50}}"#,
    r#"{"steps":[{},{"id":"a"},{"id":"a"}],"size":"gone","count":"3","tags":["x","y"],"inner":{}}"#,
    r#"{"name":"two\nlines","on":null,"count":null,"inner":null,"steps":null,"0":{"1":"x"}}"#,
    "{}",
];

const ACTIONS: [Action; 12] = [
    Action::NextField,
    Action::PreviousField,
    Action::EnterField,
    Action::LeaveField,
    Action::RemoveField,
    Action::MoveUp,
    Action::MoveDown,
    Action::StepUp,
    Action::StepDown,
    Action::AddField,
    Action::Undo,
    Action::Redo,
];

fn edits(record: &str) -> Editor {
    let stored = Stored {
        id: "one".into(),
        version: 1,
        token: Token::parse("\"1\"").unwrap(),
        updated_at: String::new(),
        updated_by: String::new(),
        note: None,
        fields: Record::parse(record).unwrap(),
    };
    let mut editor = Editor::open(Draft::of("things", stored, "edit".into()), "slot".into(), Object::new());
    editor.learn(&Schema::parse(&Value::parse(SCHEMA).unwrap()).unwrap());
    editor
}

/// What a person does: an action, a key that types, or Enter and Esc in the list of what can be chosen.
#[derive(Clone, Debug)]
enum Deed {
    Does(Action),
    Types(char),
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let does = prop::sample::select(ACTIONS.to_vec()).prop_map(Deed::Does);
    let steps = Just(Deed::Does(Action::NextField));
    let types = prop::sample::select(vec!['h', '7', '-', ' ', 't']).prop_map(Deed::Types);
    prop::collection::vec(prop_oneof![4 => does, 3 => steps, 2 => types], 0..40)
}

fn does(editor: &mut Editor, deed: &Deed) {
    match deed {
        Deed::Types(letter) => {
            editor.key(Press { code: KeyCode::Char(*letter), mods: KeyModifiers::NONE });
        }
        Deed::Does(Action::EnterField) if editor.is_choosing() => editor.choosing_act(Action::Submit),
        Deed::Does(_) if editor.is_choosing() => editor.choosing_act(Action::Back),
        Deed::Does(action @ (Action::StepUp | Action::StepDown)) => editor.step(*action, date(2026, 11, 22)),
        Deed::Does(Action::AddField) => _ = editor.add_element(),
        Deed::Does(action) => editor.act(*action, 1),
    }
    editor.judge(true);
}

fn says(editor: &mut Editor) -> String {
    let draft = editor.everything_typed();
    let was = draft.base.stored().unwrap().fields.clone();
    was.rewritten(&draft.fields).text().to_owned()
}

proptest! {
    #[test]
    fn undo_brings_back_exactly_what_was_and_redo_what_was_done(record in 0..RECORDS.len(), deeds in deeds()) {
        let mut editor = edits(RECORDS[record]);
        deeds.iter().for_each(|deed| does(&mut editor, deed));
        editor.act(Action::LeaveField, 1);
        // More often than there can be steps: each deed makes two at most, and each of them a run of typing.
        let all_the_way = |editor: &mut Editor, way: Action| (0..200).for_each(|_| editor.act(way, 1));
        all_the_way(&mut editor, Action::Redo);
        let done = says(&mut editor);
        all_the_way(&mut editor, Action::Undo);
        prop_assert_eq!(says(&mut editor), RECORDS[record]);
        all_the_way(&mut editor, Action::Redo);
        prop_assert_eq!(says(&mut editor), done);
    }

    #[test]
    fn each_row_leads_to_another_place_and_every_place_has_one(record in 0..RECORDS.len(), deeds in deeds()) {
        let mut editor = edits(RECORDS[record]);
        deeds.iter().for_each(|deed| does(&mut editor, deed));
        editor.act(Action::LeaveField, 1);
        let places: std::collections::HashSet<_> = editor.rows.iter().map(|row| &row.at).collect();
        prop_assert_eq!(places.len(), editor.rows.len());
        for row in editor.rows.iter().filter(|row| row.element) {
            prop_assert!(row.at.get(&editor.draft.fields).is_some_and(|element| element.as_object().is_some()));
        }
        for (name, _) in &editor.draft.fields {
            let at = midair_record::Pointer::root().child(name.as_str());
            prop_assert!(places.contains(&at), "{} has no row", at);
        }
        for mark in &editor.marks {
            prop_assert!(mark.row < editor.rows.len());
        }
    }

    #[test]
    fn a_record_that_is_only_looked_at_keeps_every_byte(record in 0..RECORDS.len(), ways in prop::collection::vec(0..3usize, 0..60)) {
        let mut editor = edits(RECORDS[record]);
        for way in ways {
            let action = [Action::NextField, Action::NextField, Action::PreviousField][way];
            editor.act(action, 1);
            if editor.truth().is_none() && editor.field.is_some() {
                editor.act(Action::EnterField, 1);
                editor.choosing_act(Action::Back);
            }
        }
        prop_assert_eq!(says(&mut editor), RECORDS[record]);
        prop_assert!(!editor.has_typed());
    }
}

#[test]
fn what_cannot_be_read_is_undone_in_its_turn_when_one_comes_back_to_it() {
    let mut editor = edits(RECORDS[2]);
    let next = || Deed::Does(Action::NextField);
    let typed = [Deed::Types('h'), next(), Deed::Types('h'), Deed::Does(Action::PreviousField)];
    let way = [next(), next(), next(), Deed::Does(Action::StepUp), next(), Deed::Does(Action::Undo)];
    way.iter().chain(&typed).for_each(|deed| does(&mut editor, deed));
    let both = says(&mut editor);
    assert!(both.starts_with(r#"{"steps":[{"n":"h","id":"h"},"#), "{both}");
    assert!(editor.undo());
    let first = says(&mut editor);
    assert!(first.starts_with(r#"{"steps":[{"n":"h"},"#), "what was typed last goes first: {first}");
    assert!(editor.redo());
    assert_eq!(says(&mut editor), both);
}
