//! How long a merge takes: of a record beside reading its three texts, and of a long text beside `git merge-file`.
//!
//! `cargo bench -p midair-record` prints the figures and what they have to stay under, and fails where one does not;
//! then criterion measures the same merges for its own comparison with the last run.
#![allow(clippy::unwrap_used)]

use std::fmt::Write as _;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use criterion::{BatchSize, Criterion};
use midair_record::merge::text::merged_by_line;
use midair_record::merge::{Printed, markers, merge};
use midair_record::{Object, Value, json};

/// How many times as long as reading its three texts a merge may take.
const MOST_OF_READING: f64 = 3.0;
/// How long the merge of a text of 1 MiB may take.
const MOST_OF_TEXT: Duration = Duration::from_millis(50);

/// The same numbers in every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 16).unwrap() % end
    }

    fn of<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.below(words.len())]
    }
}

/// The median of the times that `work` takes, the first of which does not count.
fn median<T>(rounds: usize, mut work: impl FnMut() -> T) -> Duration {
    black_box(work());
    let mut times: Vec<Duration> = (0..rounds)
        .map(|_| {
            let start = Instant::now();
            let made = black_box(work());
            let time = start.elapsed();
            drop(made);
            time
        })
        .collect();
    times.sort_unstable();
    times[rounds / 2]
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

const WORDS: [&str; 16] = [
    "account",
    "billing",
    "carrier",
    "delivery",
    "estimate",
    "freight",
    "gateway",
    "harbour",
    "invoice",
    "journal",
    "kilometre",
    "ledger",
    "manifest",
    "notice",
    "order",
    "parcel",
];

/// The value of field `number`, of the kinds that records have, in its `version`.
fn field(number: usize, version: usize) -> String {
    let word = WORDS[(number * 7 + version) % WORDS.len()];
    match number % 8 {
        0 => format!("{}.{version:02}", number * 37 % 10_000),
        1 => format!("{}", (number + version).is_multiple_of(3)),
        2 => format!(
            "{{\"street\": \"{word} road {number}\", \"zip\": \"{:05}\", \"floor\": {version}}}",
            number % 99_999
        ),
        3 => format!("[\"{word}\", \"tag-{version}\", \"{}\"]", WORDS[number % 5]),
        4 => format!("\"2026-{:02}-{:02}T09:{:02}:00Z\"", number % 12 + 1, number % 28 + 1, version % 60),
        _ => format!("\"{word} {number}, as it was noted in version {version}\""),
    }
}

/// The texts of a record of `fields` fields: base, and 100 changes to it on each side, none of them to the same field.
fn record(fields: usize) -> [String; 3] {
    let mut chance = Chance(0x5eed);
    let changes: Vec<usize> = (0..200).map(|place| place * fields / 200 + chance.below(fields / 200)).collect();
    [None, Some(0), Some(1)].map(|side| {
        let mut text = String::from("{\n");
        for number in 0..fields {
            let mine =
                side.is_some_and(|side| changes[number * 200 / fields] == number && number * 200 / fields % 2 == side);
            let name = format!("{}_{number}", WORDS[number % WORDS.len()]);
            match number % 10 {
                3 if mine => continue,
                6 if mine => writeln!(text, "  \"{name}_too\": {},", field(number, 9)).unwrap(),
                _ => {}
            }
            writeln!(text, "  \"{name}\": {},", field(number, if mine { side.unwrap() + 2 } else { 1 })).unwrap();
        }
        text + "  \"end\": true\n}\n"
    })
}

fn read(text: &str) -> Object {
    match json::parse(text).unwrap() {
        Value::Object(fields) => fields,
        other => panic!("{other:?} is no record"),
    }
}

/// A text of about 1 MiB as people write it, with lines that repeat; and 800 edits of it on each side.
fn text() -> [String; 3] {
    let mut chance = Chance(0xfeed);
    let line = |chance: &mut Chance| match chance.below(12) {
        0 | 1 => String::new(),
        2 => "    return None".to_owned(),
        3 => format!("## {}", chance.of(&WORDS)),
        _ => {
            let words: Vec<&str> = (0..chance.below(8) + 5).map(|_| chance.of(&WORDS)).collect();
            words.join(" ") + "."
        }
    };
    let base: Vec<String> = (0..20_000).map(|_| line(&mut chance)).collect();
    let mut edited = || {
        let mut lines = base.clone();
        for _ in 0..800 {
            let at = chance.below(lines.len() - 4);
            let gone = chance.below(4);
            let new: Vec<String> = (0..chance.below(4)).map(|_| line(&mut chance)).collect();
            lines.splice(at..at + gone, new);
        }
        lines.join("\n") + "\n"
    };
    let (mine, theirs) = (edited(), edited());
    [base.join("\n") + "\n", mine, theirs]
}

fn by_line([base, mine, theirs]: &[String; 3]) -> String {
    markers(&merged_by_line(base, mine, theirs), ("mine", Some("base"), "theirs"), 7)
}

/// The three texts as files, for `git merge-file`.
fn files(folder: &Path, sides: &[String; 3]) -> [PathBuf; 3] {
    ["mine", "base", "theirs"].map(|name| folder.join(name)).map(|path| {
        let side = ["base", "mine", "theirs"].iter().position(|name| path.ends_with(name)).unwrap();
        std::fs::write(&path, &sides[side]).unwrap();
        path
    })
}

fn by_git(files: &[PathBuf; 3]) -> Vec<u8> {
    let labels = ["-L", "mine", "-L", "base", "-L", "theirs"];
    Command::new("git").args(["merge-file", "-p", "--diff3"]).args(labels).args(files).output().unwrap().stdout
}

/// Prints one figure and what it has to stay under. Whether it does.
fn held(what: &str, figure: f64, unit: &str, most: f64) -> bool {
    println!("  {what}: {figure:.2}{unit}, at most {most}{unit}{}", if figure < most { "" } else { " - MISSED" });
    figure < most
}

fn records_beside_reading() -> bool {
    let mut good = true;
    for fields in [1_000, 10_000, 100_000] {
        let texts = record(fields);
        let rounds = 400_000 / fields;
        let reading = median(rounds, || texts.each_ref().map(|text| read(text)));
        let [base, mine, theirs] = texts.each_ref().map(|text| read(text));
        let merging = median(rounds, || {
            let merged = merge(Some(&base), &mine, &theirs);
            let clean = merged.clean().unwrap();
            (merged, clean)
        });
        let bytes: usize = texts.iter().map(String::len).sum();
        println!(
            "record of {fields} fields, 100 changes on each side: read three texts ({bytes} bytes) {:.3} ms, merge {:.3} ms, \
             {:.0} ns a field",
            ms(reading),
            ms(merging),
            merging.as_nanos() as f64 / fields as f64
        );
        good &= held("merge to reading", merging.as_secs_f64() / reading.as_secs_f64(), "x", MOST_OF_READING);
    }
    good
}

fn text_beside_git() -> bool {
    let sides = text();
    let folder = tempfile::tempdir().unwrap();
    let files = files(folder.path(), &sides);
    let merging = median(21, || by_line(&sides));
    let git = median(21, || by_git(&files));
    let same = by_line(&sides).as_bytes() == by_git(&files);
    let open = merged_by_line(&sides[0], &sides[1], &sides[2]);
    let open = open.iter().filter(|part| matches!(part, Printed::Open { .. })).count();
    println!(
        "text of {} lines ({} bytes), 800 edits on each side, {open} conflicts: {:.2} ms, git merge-file (whole process) {:.2} ms; \
         the same bytes: {same}",
        sides[0].lines().count(),
        sides[0].len(),
        ms(merging),
        ms(git)
    );
    let mut good = held("text merge", ms(merging), " ms", ms(MOST_OF_TEXT));
    println!("  text merge to git: {:.2}x", merging.as_secs_f64() / git.as_secs_f64());

    let [base, mine, theirs] = sides.map(|text| Object::from_iter([("text".into(), Value::string(text))]));
    let merging = median(21, || merge(Some(&base), &mine, &theirs));
    good &= held("the same text as a member of a record", ms(merging), " ms", ms(MOST_OF_TEXT));
    good
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args().without_plots();
    let good = [records_beside_reading(), text_beside_git()];

    let texts = record(10_000);
    criterion.bench_function("read three records of 10,000 fields", |bench| {
        bench.iter_with_large_drop(|| texts.each_ref().map(|text| read(text)));
    });
    let [base, mine, theirs] = texts.each_ref().map(|text| read(text));
    criterion.bench_function("merge three records of 10,000 fields", |bench| {
        bench.iter_batched(
            || (),
            |()| {
                let merged = merge(Some(&base), &mine, &theirs);
                let clean = merged.clean();
                (merged, clean)
            },
            BatchSize::LargeInput,
        );
    });
    let sides = text();
    criterion.bench_function("merge three texts of 1 MiB", |bench| bench.iter_with_large_drop(|| by_line(&sides)));
    criterion.final_summary();
    assert!(good.into_iter().all(|good| good), "a figure above is MISSED");
}
