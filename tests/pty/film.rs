//! Draws what two terminals show, one beside the other, as an SVG that plays by itself; knows nothing of what is on them.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;

use super::Terminal;
use super::svg::{self, CELL, INK, MARGIN, PAPER};

/// Between the two terminals.
const GAP: f32 = 18.0;
/// The names above the terminals, and the words below them.
const TITLE: f32 = 30.0;
const WORDS: f32 = 44.0;

/// A film as it is made: pictures, each with how long it stands.
pub struct Film {
    names: [&'static str; 2],
    /// How many columns and rows each terminal has.
    size: (u16, u16),
    pictures: Vec<Picture>,
    still: usize,
}

struct Picture {
    seconds: f32,
    /// What is drawn, piece by piece.
    pieces: Vec<String>,
}

impl Film {
    /// Of two people at terminals of so many columns and rows.
    pub fn of(names: [&'static str; 2], size: (u16, u16)) -> Film {
        Film { names, size, pictures: Vec::new(), still: 0 }
    }

    /// Takes a picture of both terminals, with words below them, that stands for so long.
    pub fn shoots(&mut self, terminals: [&mut Terminal; 2], words: &str, time: Duration) {
        let mut pieces = Vec::new();
        for (at, terminal) in terminals.into_iter().enumerate() {
            terminal.falls_quiet();
            let screen = terminal.cells();
            for row in 0..self.size.1 {
                pieces.push(svg::row(screen, row, (self.left(at), MARGIN + TITLE)));
            }
        }
        let (x, y) = (self.width() / 2.0, self.height() - MARGIN - 8.0);
        pieces.push(format!(
            "<text x=\"{x:.0}\" y=\"{y:.0}\" class=\"w\">{}</text>\n",
            words.replace('&', "&amp;").replace('<', "&lt;")
        ));
        self.pictures.push(Picture { seconds: time.as_secs_f32(), pieces });
    }

    /// The last picture is the one that stands where nothing moves.
    pub fn stands_still_here(&mut self) {
        self.still = self.pictures.len() - 1;
    }

    fn left(&self, at: usize) -> f32 {
        MARGIN + at as f32 * (f32::from(self.size.0) * CELL.0 + GAP + 2.0 * MARGIN)
    }

    fn width(&self) -> f32 {
        self.left(1) + f32::from(self.size.0) * CELL.0 + MARGIN
    }

    fn height(&self) -> f32 {
        f32::from(self.size.1) * CELL.1 + TITLE + WORDS + 2.0 * MARGIN
    }

    /// The film: what several pictures share is drawn once, and shown while they stand.
    pub fn svg(&self) -> String {
        let mut shown: BTreeMap<(usize, &str), Vec<usize>> = BTreeMap::new();
        for (number, picture) in self.pictures.iter().enumerate() {
            for (place, piece) in picture.pieces.iter().enumerate().filter(|(_, piece)| !piece.is_empty()) {
                shown.entry((place, piece)).or_default().push(number);
            }
        }
        let mut groups: BTreeMap<Vec<usize>, String> = BTreeMap::new();
        for ((_, piece), when) in shown {
            groups.entry(when).or_default().push_str(piece);
        }
        let (width, height) = (self.width(), self.height());
        let mut out = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" width=\"{width:.0}\" height=\"{height:.0}\" \
             font-family=\"DejaVu Sans Mono, Menlo, Consolas, monospace\" font-size=\"14\">\n<style>\n\
             .w{{fill:#ffffff;font-size:17px;text-anchor:middle}}\n.n{{fill:#9aa0ab;font-size:13px}}\n"
        );
        let mut drawn = String::new();
        for (number, (when, pieces)) in groups.iter().enumerate() {
            if when.len() == self.pictures.len() {
                drawn += pieces;
                continue;
            }
            let at_rest = if when.contains(&self.still) { "visible" } else { "hidden" };
            let _ = writeln!(
                out,
                ".g{number}{{visibility:{at_rest};animation:g{number} {:.1}s step-end infinite}}\n@keyframes g{number}{{{}}}",
                self.seconds(self.pictures.len()),
                self.frames(when)
            );
            let _ = writeln!(drawn, "<g class=\"g{number}\">\n{pieces}</g>");
        }
        out += "@media (prefers-reduced-motion:reduce){g{animation:none!important}}\n</style>\n";
        let _ = writeln!(out, "<rect width=\"100%\" height=\"100%\" rx=\"10\" fill=\"#0c0d10\"/>");
        for (at, name) in self.names.into_iter().enumerate() {
            let (x, wide) = (self.left(at) - MARGIN / 2.0, f32::from(self.size.0) * CELL.0 + MARGIN);
            let tall = f32::from(self.size.1) * CELL.1 + MARGIN;
            let _ = writeln!(
                out,
                "<text x=\"{:.0}\" y=\"{:.0}\" class=\"n\">{name}'s terminal</text>\n\
                 <rect x=\"{x:.1}\" y=\"{:.1}\" width=\"{wide:.1}\" height=\"{tall:.1}\" rx=\"6\" fill=\"{PAPER}\" stroke=\"#3a3f4a\"/>",
                x + 4.0,
                MARGIN + TITLE - 16.0,
                MARGIN + TITLE - MARGIN / 2.0,
            );
        }
        format!("{out}<g fill=\"{INK}\">\n{drawn}</g>\n</svg>\n")
    }

    /// How long the first so many pictures stand together.
    fn seconds(&self, pictures: usize) -> f32 {
        self.pictures[..pictures].iter().fold(0.0, |sum, picture| sum + picture.seconds)
    }

    /// When what is seen in some of the pictures comes and goes, in parts of the whole.
    fn frames(&self, when: &[usize]) -> String {
        let whole = self.seconds(self.pictures.len());
        let mut frames = String::new();
        let mut before = None;
        for number in 0..self.pictures.len() {
            let now = when.contains(&number);
            if before != Some(now) {
                let part = self.seconds(number) / whole * 100.0;
                let seen = if now { "visible" } else { "hidden" };
                let _ = write!(frames, "{part:.2}%{{visibility:{seen}}}");
                before = Some(now);
            }
        }
        let last = if before == Some(true) { "visible" } else { "hidden" };
        frames + &format!("100%{{visibility:{last}}}")
    }
}
