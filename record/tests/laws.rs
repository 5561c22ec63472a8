//! The algebra of the pure core, each law tried on thousands of small odd records; tells no stories.

#![allow(clippy::unwrap_used)]

mod generated;
#[path = "laws/merging.rs"]
mod merging;
#[path = "laws/patching.rs"]
mod patching;
#[path = "laws/printing.rs"]
mod printing;
#[path = "laws/reading.rs"]
mod reading;
#[path = "laws/rules.rs"]
mod rules;
#[path = "laws/settling.rs"]
mod settling;
#[path = "laws/writing.rs"]
mod writing;

use generated::schemas::Schema;
use generated::{Triple, value};
use midair_record::merge::hunk::HunkChoice;
use midair_record::wire::{Stored, Token};
use midair_record::{Choice, Draft, Object, Record, Resolution, Value};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{RngAlgorithm, RngSeed};

/// Each law on 10,000 records, or on as many more as `PROPTEST_CASES` says; the same ones in every run, or others, as
/// `PROPTEST_RNG_SEED` says. The default generator takes longer, built without optimisation, than the laws themselves.
fn thorough() -> ProptestConfig {
    let rng_algorithm = RngAlgorithm::XorShift;
    let usual = ProptestConfig::default();
    let rng_seed = match usual.rng_seed {
        RngSeed::Random => RngSeed::Fixed(20_261_121),
        RngSeed::Fixed(seed) => RngSeed::Fixed(seed),
    };
    ProptestConfig { cases: usual.cases.max(10_000), failure_persistence: None, rng_algorithm, rng_seed, ..usual }
}

fn stored(version: u64, fields: &Object) -> Stored {
    Stored {
        id: "prj_1".into(),
        version,
        token: Token::parse(&format!("\"{version}-x\"")).unwrap(),
        updated_at: "2026-11-01T14:02:00.000Z".into(),
        updated_by: "bob".into(),
        note: None,
        fields: Record::of(fields.clone()),
    }
}

fn collision(Triple { base, mine, theirs }: &Triple, schema: &Schema) -> Resolution {
    let mut draft = Draft::of("projects", stored(7, base), "edit-1".into());
    draft.edit(mine.clone());
    meets(&draft, schema, &stored(8, theirs))
}

/// `draft` against what the server has now.
fn meets(draft: &Draft, schema: &Schema, theirs: &Stored) -> Resolution {
    draft.rebase_by(&schema.rules(), theirs.clone(), None, vec![])
}

fn compact(fields: &Object) -> String {
    Value::Object(fields.clone()).to_json()
}

/// One side or another.
fn side() -> impl Strategy<Value = Choice> {
    select(&[Choice::Theirs, Choice::Mine, Choice::Base][..])
}

fn choice() -> impl Strategy<Value = Choice> {
    prop_oneof![
        6 => side(),
        1 => Just(Choice::Hand(None)),
        1 => Just(Choice::Hand(Some(Value::Null))),
        1 => Just(Choice::Hand(Some(Value::string("")))),
        2 => value().prop_map(|value| Choice::Hand(Some(value))),
    ]
}

fn choices() -> impl Strategy<Value = Vec<Choice>> {
    vec(choice(), 1..6)
}

fn some_choices() -> impl Strategy<Value = Vec<Choice>> {
    vec(prop_oneof![2 => choice(), 1 => Just(Choice::Undecided)], 1..6)
}

/// Decides every unit by the choices in turn; with `Undecided` among them, some stay open.
fn decide(resolution: &mut Resolution, choices: &[Choice]) {
    for (index, choice) in (0..resolution.units().len()).zip(choices.iter().cycle()) {
        if *choice != Choice::Undecided {
            resolution.choose(index, choice.clone());
        }
    }
}

/// One thing that a person does on the screen of a collision. Units and pieces are counted round.
#[derive(Clone, Debug)]
enum Step {
    Choose(Index, Choice),
    Toggle(Index, Choice),
    All(Choice),
    Both(Index),
    Piece(Index, Index, HunkChoice),
    Split(Index, Index, usize),
    Rule(Index, Index),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let at = any::<Index>;
    let of_a_piece = [HunkChoice::Theirs, HunkChoice::Mine, HunkChoice::Base, HunkChoice::Both];
    let piece = (at(), at(), select(Vec::from(of_a_piece)));
    vec(
        prop_oneof![
            2 => (at(), choice()).prop_map(|(unit, choice)| Step::Choose(unit, choice)),
            1 => (at(), choice()).prop_map(|(unit, choice)| Step::Toggle(unit, choice)),
            1 => side().prop_map(Step::All),
            1 => at().prop_map(Step::Both),
            3 => piece.prop_map(|(unit, piece, choice)| Step::Piece(unit, piece, choice)),
            2 => (at(), at(), 1..3usize).prop_map(|(unit, piece, lines)| Step::Split(unit, piece, lines)),
            2 => (at(), at()).prop_map(|(unit, rule)| Step::Rule(unit, rule)),
        ],
        1..8,
    )
}

/// The units that a step about pieces is for, where there are some.
fn by_pieces(resolution: &Resolution, unit: Index) -> Option<usize> {
    let units: Vec<usize> =
        (0..resolution.units().len()).filter(|&index| !resolution.pieces(index).is_empty()).collect();
    (!units.is_empty()).then(|| units[unit.index(units.len())])
}

impl Step {
    fn take(&self, resolution: &mut Resolution) {
        let count = resolution.units().len();
        if count == 0 {
            return;
        }
        match self {
            Step::Choose(unit, choice) => resolution.choose(unit.index(count), choice.clone()),
            Step::Toggle(unit, choice) => resolution.toggle(unit.index(count), choice.clone()),
            Step::All(choice) => resolution.choose_all(choice),
            Step::Both(unit) => {
                let unit = unit.index(count);
                if resolution.units()[unit].both().is_some() {
                    resolution.choose(unit, Choice::Both);
                }
            }
            Step::Piece(unit, piece, choice) => {
                if let Some(unit) = by_pieces(resolution, *unit) {
                    let pieces = resolution.pieces(unit).len();
                    resolution.toggle_piece(unit, piece.index(pieces), *choice);
                }
            }
            Step::Split(unit, piece, lines) => {
                if let Some(unit) = by_pieces(resolution, *unit) {
                    let pieces = resolution.pieces(unit).len();
                    resolution.split_piece(unit, piece.index(pieces), *lines);
                }
            }
            Step::Rule(unit, rule) => {
                let unit = unit.index(count);
                let rules = resolution.units()[unit].rules();
                resolution.choose_rule(unit, rules[rule.index(rules.len())].clone());
            }
        }
    }
}
