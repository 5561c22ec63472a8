//! The scenarios that midair brings along, by name: what `midair play` plays and `midair demo` shows.

/// Name and text, in the order in which they are told.
pub const BUNDLED: &[(&str, &str)] = &[
    ("lost-update", include_str!("../../tests/scenarios/lost-update.scenario")),
    ("prevented", include_str!("../../tests/scenarios/prevented.scenario")),
    ("disjoint", include_str!("../../tests/scenarios/disjoint.scenario")),
    ("same-field", include_str!("../../tests/scenarios/same-field.scenario")),
    ("text-hunks", include_str!("../../tests/scenarios/text-hunks.scenario")),
    ("tags", include_str!("../../tests/scenarios/tags.scenario")),
    ("stock", include_str!("../../tests/scenarios/stock.scenario")),
    ("price", include_str!("../../tests/scenarios/price.scenario")),
    ("price-and-currency", include_str!("../../tests/scenarios/price-and-currency.scenario")),
    ("delete-against-edit", include_str!("../../tests/scenarios/delete-against-edit.scenario")),
    ("create-against-create", include_str!("../../tests/scenarios/create-against-create.scenario")),
    ("second-collision", include_str!("../../tests/scenarios/second-collision.scenario")),
    ("hot-record", include_str!("../../tests/scenarios/hot-record.scenario")),
    ("lost-response", include_str!("../../tests/scenarios/lost-response.scenario")),
    ("offline", include_str!("../../tests/scenarios/offline.scenario")),
    ("stale-intent", include_str!("../../tests/scenarios/stale-intent.scenario")),
    ("bulk", include_str!("../../tests/scenarios/bulk.scenario")),
    ("stale-replica", include_str!("../../tests/scenarios/stale-replica.scenario")),
];

/// The text of a scenario that midair brings along.
#[must_use]
pub fn bundled(name: &str) -> Option<&'static str> {
    BUNDLED.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}
