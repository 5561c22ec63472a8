//! The scenarios that midair brings along, by name: what `midair play` plays and `midair demo` shows.

/// Name and text, in the order in which they are told.
pub const BUNDLED: &[(&str, &str)] = &[
    ("lost-update", include_str!("../../tests/scenarios/lost-update.scenario")),
    ("prevented", include_str!("../../tests/scenarios/prevented.scenario")),
    ("disjoint", include_str!("../../tests/scenarios/disjoint.scenario")),
    ("same-field", include_str!("../../tests/scenarios/same-field.scenario")),
    ("delete-against-edit", include_str!("../../tests/scenarios/delete-against-edit.scenario")),
    ("lost-response", include_str!("../../tests/scenarios/lost-response.scenario")),
];

/// The text of a scenario that midair brings along.
#[must_use]
pub fn bundled(name: &str) -> Option<&'static str> {
    BUNDLED.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}
