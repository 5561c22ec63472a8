//! The text rule beside `git merge-file --diff3`, on texts made at random.
//!
//! Where both merge without a conflict, the bytes are the same. Three kinds of difference are known, counted here and
//! bounded. Of changes that are equally few, `similar` may take others than git does (a repeated line is as good at one
//! place as at the other): then a conflict spans other lines, and once in some hundred texts the one sees a conflict
//! where the other sees none. And the markers may end otherwise: git looks at the line before the conflict for how lines
//! end, midair at the whole text.
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::process::Command;

use midair_record::merge::text::merged_by_line;
use midair_record::merge::{Printed, markers};

/// The same numbers in every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 16).unwrap() % end
    }
}

/// What a text is made of.
struct Kind {
    /// How many lines it has at most.
    lines: usize,
    /// How many different lines there are; the first ten stand more often.
    words: usize,
    /// How many edits each side makes at most, around how many places of both sides.
    edits: usize,
    places: usize,
    newline: &'static str,
}

const SMALL: Kind = Kind { lines: 25, words: 40, edits: 3, places: 3, newline: "\n" };
const REPEATING: Kind = Kind { words: 14, ..SMALL };
const WINDOWS: Kind = Kind { newline: "\r\n", ..SMALL };
const LONG: Kind = Kind { lines: 4_000, words: 1_500, edits: 400, places: 600, newline: "\n" };

impl Kind {
    fn line(&self, chance: &mut Chance) -> String {
        match chance.below(self.words) {
            number @ 0..10 => ["a", "b", "", "}", "end"][number % 5].to_owned(),
            number => format!("line {number}"),
        }
    }

    fn text(&self, lines: &[String], chance: &mut Chance) -> String {
        let ended = !lines.is_empty() && chance.below(5) > 0;
        lines.join(self.newline) + if ended { self.newline } else { "" }
    }

    /// Base and two edits of it, around the same places.
    fn triple(&self, chance: &mut Chance) -> [String; 3] {
        let base: Vec<String> = (0..chance.below(self.lines)).map(|_| self.line(chance)).collect();
        let places: Vec<usize> = (0..chance.below(self.places) + 1).map(|_| chance.below(base.len() + 1)).collect();
        let [mine, theirs] = [(); 2].map(|()| {
            let mut lines = base.clone();
            for _ in 0..chance.below(self.edits + 1) {
                let place = places[chance.below(places.len())] + chance.below(4);
                let at = place.saturating_sub(2).min(lines.len());
                let gone = chance.below(3).min(lines.len() - at);
                let new: Vec<String> = (0..chance.below(3)).map(|_| self.line(chance)).collect();
                lines.splice(at..at + gone, new);
            }
            lines
        });
        [base, mine, theirs].map(|lines| self.text(&lines, chance))
    }
}

/// The merged text, and how many conflicts are in it.
type Merged = (String, usize);

fn ours([base, mine, theirs]: &[String; 3]) -> Merged {
    let parts = merged_by_line(base, mine, theirs);
    let open = parts.iter().filter(|part| matches!(part, Printed::Open { .. })).count();
    (markers(&parts, ("mine", Some("base"), "theirs"), 7), open)
}

fn gits(folder: &Path, sides: &[String; 3]) -> Merged {
    for (name, text) in ["base", "mine", "theirs"].into_iter().zip(sides) {
        std::fs::write(folder.join(name), text).unwrap();
    }
    let words = ["merge-file", "-p", "--diff3", "-L", "mine", "-L", "base", "-L", "theirs", "mine", "base", "theirs"];
    let output = Command::new("git").current_dir(folder).args(words).output();
    let output = output.expect("git merges the same texts in this test, so git has to be installed");
    (String::from_utf8(output.stdout).unwrap(), output.status.code().unwrap().try_into().unwrap())
}

/// How many of some triples both merged without a conflict, and how many differ, by kind of difference. A clean merge to
/// other bytes than git's fails.
#[derive(Debug, Default)]
struct Counts {
    clean: usize,
    one_has_a_conflict: usize,
    other_lines_in_conflict: usize,
    other_marker_ends: usize,
}

fn compared(kind: &Kind, count: usize) -> Counts {
    let folder = tempfile::tempdir().unwrap();
    let mut chance = Chance(0x00d1_ff00 + count as u64);
    let mut counts = Counts::default();
    for _ in 0..count {
        let sides = kind.triple(&mut chance);
        let ((ours, open), (gits, gits_open)) = (ours(&sides), gits(folder.path(), &sides));
        match (open, gits_open) {
            (0, 0) => {
                assert_eq!(ours, gits, "{sides:?}");
                counts.clean += 1;
            }
            (0, _) | (_, 0) => counts.one_has_a_conflict += 1,
            _ if ours == gits => {}
            _ if ours.replace("\r\n", "\n") == gits.replace("\r\n", "\n") => counts.other_marker_ends += 1,
            _ => counts.other_lines_in_conflict += 1,
        }
    }
    counts
}

#[test]
fn small_texts_merge_as_git_merges_them() {
    let counts = compared(&SMALL, 700);
    assert!(counts.one_has_a_conflict <= 7 && counts.other_lines_in_conflict <= 21, "{counts:?}");
    assert!(counts.other_marker_ends == 0 && (200..600).contains(&counts.clean), "{counts:?}");
}

#[test]
fn texts_of_repeated_lines_merge_as_git_merges_them() {
    let counts = compared(&REPEATING, 500);
    assert!(counts.one_has_a_conflict <= 10 && counts.other_lines_in_conflict <= 30, "{counts:?}");
    assert!(counts.other_marker_ends == 0 && (100..400).contains(&counts.clean), "{counts:?}");
}

#[test]
fn texts_with_carriage_returns_do_so_but_for_the_ends_of_some_markers() {
    let counts = compared(&WINDOWS, 200);
    assert!(counts.other_marker_ends <= 10 && (40..160).contains(&counts.clean), "{counts:?}");
    assert!(counts.one_has_a_conflict <= 2 && counts.other_lines_in_conflict <= 6, "{counts:?}");
}

#[test]
fn long_texts_with_many_edits_have_their_conflicts_where_git_has_them() {
    let counts = compared(&LONG, 15);
    assert!(counts.one_has_a_conflict == 0 && counts.other_marker_ends == 0, "{counts:?}");
}

#[test]
fn an_empty_line_beside_a_conflict_stays() {
    let sides = ["\na\n\nb\n", "\nmine\n\n\nb\n", "\n\ntheirs\n\nb\n"].map(str::to_owned);
    assert_eq!(ours(&sides), gits(tempfile::tempdir().unwrap().path(), &sides));
}
