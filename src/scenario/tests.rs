//! How scenarios are read: what is understood, and what is said of what is not.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample;

use super::*;

const HEADER: &str = "title: T\nabout: A\nlost: L\n";

fn faults(text: &str) -> String {
    let said = Scenario::parse(text).unwrap_err();
    said.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_form_is_read_from_its_own_example() {
    let cast = "terminal alice\nterminal bob\nclient job\ncollection counters {\"preconditions\":\"optional\"}\n";
    for form in FORMS {
        let text = format!("{HEADER}{cast}{}\nstore a/b is gone\n", form.example);
        let scenario = Scenario::parse(&text).unwrap_or_else(|faults| panic!("{}: {faults:?}", form.example));
        assert_eq!(scenario.steps.len(), 2, "{}", form.example);
        assert_eq!(scenario.steps[0].text, form.example.lines().next().unwrap());
    }
}

fn scenario(steps: &str) -> Result<Scenario, Vec<Fault>> {
    Scenario::parse(&format!("{HEADER}terminal alice\nclient job\n{steps}"))
}

/// The fault of one step, on line 6.
fn fault(step: &str) -> String {
    let faults = scenario(&format!("{step}\nstore a/b is gone\n")).unwrap_err();
    assert_eq!(faults.iter().map(|fault| fault.line).collect::<Vec<_>>(), [6], "{faults:?}");
    faults[0].what.clone()
}

#[test]
fn json_stands_on_the_line_or_below_it_and_keeps_its_text() {
    let text = "# for people\nrecord a/b\n    {\n\n      \"n\": 1.0,\n      \"t\": \"two\\nlines\"\n    }\n\n-- First\n   and more.\n\
                -- And on.\nalice writes notes\n      One.\n\n        Two.\n\nstore a/b holds {\"n\":\n  [1, 2]}\n";
    let scenario = scenario(text).unwrap();
    assert_eq!(scenario.records[0].1.text(), r#"{"n":1.0,"t":"two\nlines"}"#);
    assert_eq!(scenario.steps[0].caption.as_deref(), Some("First and more. And on."));
    assert_eq!(
        scenario.steps[0].does,
        Does::Deed(0, Deed::Set(Pointer::parse("/notes").unwrap(), Value::string("One.\n\n  Two.")))
    );
    let Does::Check(Check::Stands(_, record)) = &scenario.steps[1].does else { panic!("{:?}", scenario.steps[1]) };
    assert_eq!((record.text(), scenario.steps[1].line, &scenario.steps[1].caption), (r#"{"n":[1,2]}"#, 22, &None));
}

#[test]
fn what_is_wrong_with_a_step_is_said_with_what_is_meant() {
    for (step, what) in [
        ("alice oppens a/b", "\"oppens\" means nothing after \"alice\"; did you mean \"opens\"?"),
        ("alcie opens a/b", "nobody is called \"alcie\"; did you mean \"alice\"?"),
        ("job opens a/b", "\"opens\" means nothing after \"job\""),
        ("alice overwrites a/b {}", "\"overwrites\" means nothing after \"alice\""),
        ("alice opens", "the record, as collection/id, is missing, as in: alice opens projects/prj_1"),
        ("alice opens prj_1", "\"prj_1\" is no record: a record is named as collection/id"),
        ("alice opens a/b now", "nothing is expected after it, and there is \"now\""),
        ("alice opens a/b\n  {}", "nothing that is indented can follow it"),
        ("alice sets name \"x\"", "\"\\\"x\\\"\" means nothing after \"alice sets name\"; known are to"),
        ("alice sets name to Apollo", "\"Apollo\" is no JSON"),
        ("alice sets name to", "a value is missing"),
        ("alice takes their for name", "\"their\" is no side; did you mean \"theirs\"?"),
        ("alice takes base for the rest", "for the rest there is theirs, or mine"),
        ("alice takes mine for part 0 of x", "\"0\" is no number from 1 on"),
        ("alice presses ctrl-i", "\"ctrl-i\" cannot be told from tab"),
        ("alice presses 'open", "a single quote is opened and not closed"),
        ("alice sees Apollo", "a text in double quotes is expected, not \"Apollo\""),
        ("alice sees \"\"", "nothing is on every screen"),
        ("alice sets name to \"\\u001b\"", "a control character cannot be typed"),
        ("alice goes", "\"alice goes\" is not all; known are back, offline"),
        ("wire: alice PUTS a/b 200", "\"PUTS\" is no method; known are GET, PUT"),
        ("wire: alice PUT a/b 42", "\"42\" is no status"),
        ("store a/b holds [1]", "is no record"),
        ("job overwrites a/b {}", "a takes no write that does not say what it replaces"),
        ("job writes many in a {\"b\": 1}", "the members of \"b\" stand in braces"),
        ("job writes many in a {\"b c\": {}}", "a record id cannot hold ' '"),
    ] {
        let said = fault(step);
        assert!(said.contains(what), "{step}: {said}");
    }
}

#[test]
fn what_is_wrong_around_the_steps_is_said_with_its_line() {
    for (text, what) in [
        ("title: T\nabout: A\nterminal alice\nstore a/b is gone\n", "line 1: the line \"lost:\" is missing"),
        (
            "title: \u{1b}[31m\nabout: A\nlost: L\nterminal alice\nstore a/b is gone\n",
            "line 1: a control character stands here",
        ),
        (&format!("{HEADER}store a/b is gone\n"), "line 1: nobody sits at a terminal"),
        (&format!("{HEADER}terminal alice\n"), "line 4: there is no step"),
        (&format!("{HEADER}terminal alice\nalice saves\n"), "line 5: nothing is looked at, so that it cannot fail"),
        (
            &format!("{HEADER}terminal alice\nstore a/b is gone\n-- And then\n"),
            "line 6: no step follows the words \"And then\"",
        ),
        (
            &format!("{HEADER}terminal alice\nstore a/b is gone\nterminal bob\n"),
            "line 6: \"terminal\" stands before the first step",
        ),
        (&format!("{HEADER}terminal alice\nterminal alice\n"), "line 5: alice takes part already"),
        (&format!("{HEADER}terminal store\n"), "line 4: nobody can be called \"store\""),
        (&format!("{HEADER}terminal a b\n"), "line 4: \"a b\" cannot be a name here"),
        (&format!("{HEADER}terminal a\nterminal b\nterminal c\nterminal d\n"), "line 7: no more than 3 terminals"),
        (&format!("{HEADER}{HEADER}"), "line 4: \"title:\" stands there already"),
        ("  indented\n", "line 1: an indented line belongs to one above"),
        (&format!("{HEADER}record a/b {{}}\nrecord a/b {{}}\n"), "line 5: there is a record a/b already"),
        (&format!("{HEADER}collection A {{}}\n"), "line 4: a collection name starts with a letter a to z"),
        (&format!("{HEADER}collection a {{}}\ncollection a {{}}\n"), "line 5: the collection a is defined already"),
    ] {
        let said = faults(text);
        assert!(said.contains(what), "{said}");
    }
}

#[test]
fn every_fault_of_a_file_is_said_at_once() {
    let said = faults(&format!("{HEADER}terminal alice\nalice oppens a/b\nalice saves\nalice safes\n"));
    assert_eq!(said.lines().count(), 2, "{said}");
    assert!(said.starts_with("line 5: ") && said.contains("\nline 7: "), "{said}");
}

#[test]
fn what_is_typed_between_quotes_is_typed_letter_by_letter() {
    let scenario = scenario("alice presses ctrl-a 'it is' enter\nstore a/b is gone\n").unwrap();
    let Does::Deed(0, Deed::Press(presses)) = &scenario.steps[0].does else { panic!("{:?}", scenario.steps[0]) };
    let names: Vec<String> = presses.iter().map(|press| crate::tui::keys::chord::name(*press)).collect();
    assert_eq!(names, ["ctrl-a", "i", "t", "space", "i", "s", "enter"]);
}

#[test]
fn every_scenario_that_midair_brings_along_is_read() {
    for (name, text) in BUNDLED {
        let scenario = Scenario::parse(text).unwrap_or_else(|faults| panic!("{name}: {faults:?}"));
        assert!(scenario.steps.iter().any(|step| step.caption.is_some()), "{name} says nothing to who watches");
    }
}

proptest! {
    #[test]
    fn whatever_a_file_says_it_is_read_or_refused_with_lines_that_it_has(
        lines in vec(prop_oneof![
            4 => sample::select(FORMS).prop_map(|form| form.example.to_owned()),
            2 => (sample::select(FORMS), any::<prop::sample::Index>(), ".{0,3}").prop_map(|(form, at, odd)| {
                let letters: Vec<char> = form.example.chars().collect();
                let at = at.index(letters.len());
                letters[..at].iter().collect::<String>() + &odd + &letters[at..].iter().collect::<String>()
            }),
            1 => "[ \t\u{3000}]{0,2}(terminal|client|record|collection|title:|--|#)?[ \t\u{3000}]{0,2}.{0,12}",
        ], 0..12)
    ) {
        let text = format!("{HEADER}terminal alice\nterminal bob\nclient job\n{}", lines.join("\n"));
        if let Err(faults) = Scenario::parse(&text) {
            prop_assert!(!faults.is_empty());
            let end = text.lines().count();
            prop_assert!(faults.iter().all(|fault| (1..=end).contains(&fault.line)), "{faults:?} in {text}");
        }
    }
}
