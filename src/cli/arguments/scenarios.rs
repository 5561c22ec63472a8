//! The words of the commands that play scenarios.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::tui::app::SMALLEST;

#[derive(Args, Debug)]
pub struct Play {
    /// Scenarios: files, or names of those that midair brings along [default: all of these]
    #[arg(value_name = "FILE|NAME", conflicts_with = "list")]
    pub scenarios: Vec<String>,

    /// List the scenarios that midair brings along
    #[arg(long, conflicts_with = "format")]
    pub list: bool,

    /// How it is told what came of it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: ReportFormat,

    /// How many seconds something that must come may take
    #[arg(long, value_name = "SECONDS", default_value_t = 15, value_parser = clap::value_parser!(u16).range(1..))]
    pub patience: u16,

    /// How large each terminal is, in columns and rows, from 60x15 on
    #[arg(long, value_name = "COLUMNSxROWS", default_value = "120x30", value_parser = size)]
    pub size: (u16, u16),
}

/// How the results of tests are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// For people
    Text,
    /// The Test Anything Protocol, version 14
    Tap,
    /// JUnit's XML
    Junit,
}

#[derive(Args, Debug)]
pub struct Demo {
    /// A scenario: the name of one that midair brings along, or a file [default: the first of the list]
    #[arg(value_name = "NAME|FILE", conflicts_with = "list")]
    pub scenario: Option<String>,

    /// List the scenarios that midair brings along
    #[arg(long)]
    pub list: bool,

    /// Record what is shown into a new file, as asciinema plays it (asciicast, version 2)
    #[arg(long, value_name = "FILE.cast", conflicts_with = "list")]
    pub record: Option<PathBuf>,

    /// How many times as fast as a person it is typed and played, from 0.1 to 100
    #[arg(long, value_name = "TIMES", default_value_t = 1.0, value_parser = speed)]
    pub speed: f64,
}

fn speed(text: &str) -> Result<f64, String> {
    let times = text.parse().ok().filter(|times| (0.1..=100.0).contains(times));
    times.ok_or_else(|| "a number from 0.1 to 100 belongs here".into())
}

fn size(text: &str) -> Result<(u16, u16), String> {
    let read = text.split_once('x').and_then(|(columns, rows)| Some((columns.parse().ok()?, rows.parse().ok()?)));
    let (columns, rows): (u16, u16) = read.ok_or("columns and rows belong here, as in 120x40")?;
    let (least, lowest) = SMALLEST;
    match columns >= least && rows >= lowest && columns <= 1000 && rows <= 1000 {
        true => Ok((columns, rows)),
        false => Err(format!("a terminal has from {least}x{lowest} to 1000x1000 here")),
    }
}
