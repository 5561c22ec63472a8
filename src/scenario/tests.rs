//! How scenarios are read: what is understood, and what is said of what is not.

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
