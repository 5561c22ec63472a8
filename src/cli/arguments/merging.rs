//! The words of the commands that merge files.

use std::path::PathBuf;

use clap::Args;
use midair_record::Pointer;
use midair_record::merge::rule::Rule;

#[derive(Args, Debug)]
pub struct Mergetool {
    /// The version that both sides started from (git: $BASE); an empty or missing file where there is none
    pub base: PathBuf,

    /// My version (git: $LOCAL)
    pub mine: PathBuf,

    /// Their version (git: $REMOTE)
    pub theirs: PathBuf,

    /// Where the result goes (git: $MERGED)
    pub merged: PathBuf,

    /// Ask line by line instead of opening the screen
    #[arg(long)]
    pub plain: bool,

    #[command(flatten)]
    pub how: How,
}

/// How files are merged.
#[derive(Args, Debug)]
pub struct How {
    /// A JSON Schema with merge rules (x-merge, x-merge-key, x-merge-groups); the merged file is held against it
    #[arg(long, value_name = "FILE")]
    pub schema: Option<PathBuf>,

    /// Merge one member by this rule: /tags=set, /stock=counter; may stand several times
    #[arg(long = "rule", value_name = "POINTER=RULE", value_parser = rule)]
    pub rules: Vec<(Pointer, Rule)>,
}

#[derive(Args, Debug)]
pub struct Merge {
    /// The version that both sides started from; an empty file where there is none
    pub base: PathBuf,

    /// My version
    pub mine: PathBuf,

    /// Their version
    pub theirs: PathBuf,

    /// Write to this file, which is replaced only when all is written; into a pipe or device
    #[arg(short, long, value_name = "FILE", conflicts_with = "git")]
    pub output: Option<PathBuf>,

    /// Write into MINE, as git expects of a merge driver; what is no JSON, YAML or TOML is merged line by line,
    /// and what is binary stays as it is
    #[arg(long)]
    pub git: bool,

    /// List the units and what becomes of each, as JSON, instead of the merged file
    #[arg(long, conflicts_with = "git")]
    pub json: bool,

    /// The name that the format is told by, where the files have names of their own (git: %P)
    #[arg(long, value_name = "PATH")]
    pub path: Option<PathBuf>,

    #[command(flatten)]
    pub how: How,

    /// How many signs a conflict marker has (git: %L)
    #[arg(long, value_name = "N", default_value_t = 7, value_parser = clap::value_parser!(u8).range(1..=100))]
    pub marker_size: u8,

    /// What a side is called at a marker: the first -L is for mine, the second for base, the third for theirs
    #[arg(short = 'L', value_name = "LABEL")]
    pub labels: Vec<String>,

    /// Show base between the markers as well
    #[arg(long)]
    pub diff3: bool,
}

fn rule(text: &str) -> Result<(Pointer, Rule), String> {
    let (at, word) = text.rsplit_once('=').ok_or("a place and a rule belong here, as in /tags=set")?;
    let at = Pointer::parse(at).ok_or_else(|| format!("{at:?} is no JSON Pointer, as in /tags"))?;
    let words: Vec<&str> = Rule::ALL.iter().map(Rule::word).collect();
    let rule = Rule::named(word).ok_or_else(|| format!("{word:?} is no merge rule; there are {}", words.join(", ")))?;
    Ok((at, rule))
}
