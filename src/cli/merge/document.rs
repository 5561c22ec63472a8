//! Three versions of a file, read as values and written as text, each format in its own way.

use std::fs;
use std::io::{ErrorKind, IsTerminal, Write};
use std::path::Path;

use midair_formats::{toml, yaml};
use midair_record::draft::{Basis, Draft};
use midair_record::merge::hunk::Side;
use midair_record::merge::rule::Rules;
use midair_record::merge::{self as three_way, Merge, Pick, Printed, Texts};
use midair_record::schema::{Schema, Violation};
use midair_record::wire::{Key, Stored, Token};
use midair_record::{Object, Record, Resolution, Value, json};

use crate::cli::arguments::How;
use crate::cli::exit::Failure;
use crate::cli::export::visible;

/// The bytes of base, mine and theirs.
pub type Bytes = [Vec<u8>; 3];

/// Reads base, mine and theirs.
pub fn read_all(files: [&Path; 3]) -> Result<Bytes, Failure> {
    let [base, mine, theirs] = files.map(bytes);
    Ok([base?, mine?, theirs?])
}

/// Three versions of a file, as text without byte order marks.
pub struct Versions {
    pub base: String,
    pub mine: String,
    pub theirs: String,
    /// Whether the result has a byte order mark.
    marked: bool,
}

/// What some editors put before the text of a file.
const BYTE_ORDER_MARK: char = '\u{feff}';

impl Versions {
    /// The bytes as text. `files` are base, mine and theirs, for the fault.
    pub fn of(bytes: &Bytes, files: [&Path; 3]) -> Result<Self, Failure> {
        let [base, mine, theirs] = [0, 1, 2].map(|side| text(files[side], &bytes[side]));
        let mut texts = [base?, mine?, theirs?];
        let [base, mine, theirs] = texts.each_ref().map(|text| text.starts_with(BYTE_ORDER_MARK));
        let marked = if base == mine && !texts[0].is_empty() { theirs } else { mine };
        for text in texts.iter_mut().filter(|text| text.starts_with(BYTE_ORDER_MARK)) {
            text.drain(..BYTE_ORDER_MARK.len_utf8());
        }
        let [base, mine, theirs] = texts;
        Ok(Versions { base, mine, theirs, marked })
    }

    /// `text` as a file: with the byte order mark, where base, mine and theirs come to one.
    pub fn as_file(&self, text: &str) -> String {
        if self.marked { format!("{BYTE_ORDER_MARK}{text}") } else { text.to_owned() }
    }

    fn all(&self) -> [&str; 3] {
        [&self.base, &self.mine, &self.theirs]
    }

    fn texts(&self) -> Texts<'_> {
        Texts { base: self.known_base(), mine: &self.mine, theirs: &self.theirs }
    }

    /// Base as text, where there is one (gitattributes(5): a file added on both sides has an empty base).
    fn known_base(&self) -> Option<&str> {
        Some(self.base.as_str()).filter(|text| !text.trim().is_empty())
    }
}

/// What is needed to write a merge in the way of its files.
pub struct Written {
    pub versions: Versions,
    format: Format,
    rules: Rules,
}

/// A merge as text.
pub struct Output {
    pub parts: Vec<Printed>,
    /// Whether it was merged line by line, for the sake of its comments.
    pub by_line: bool,
}

impl Written {
    /// What merges by itself as text; the rest is open.
    pub fn printed(&self, merge: &Merge) -> Result<Output, Failure> {
        if self.format == Format::Json {
            let pick = |unit: &three_way::Unit| unit.automatic().map_or(Pick::Open, Pick::Value);
            let picks: Vec<Pick> = merge.units().iter().map(pick).collect();
            return Ok(Output { parts: merge.print(&picks, self.versions.texts()), by_line: false });
        }
        let values = |open: fn(&three_way::Unit) -> Option<Value>| {
            let pick = |unit: &three_way::Unit| unit.automatic().unwrap_or_else(|| open(unit));
            let picks: Vec<Option<Value>> = merge.units().iter().map(pick).collect();
            merge.assemble(&picks)
        };
        let mine = values(|unit| unit.leaning(Side::Mine));
        let texts = match merge.conflicts() {
            0 => vec![self.format.rewritten(&self.versions, &mine)?],
            _ => {
                let theirs = values(|unit| unit.leaning(Side::Theirs));
                vec![self.format.rewritten(&self.versions, &mine)?, self.format.rewritten(&self.versions, &theirs)?]
            }
        };
        if self.format.comments_are_contested(&self.versions, &texts) {
            return Ok(Output { parts: self.by_line(merge, mine), by_line: true });
        }
        let parts = match <[String; 2]>::try_from(texts) {
            Ok([mine, theirs]) => three_way::text::open_between(&mine, &theirs),
            Err(texts) => texts.into_iter().map(Printed::Text).collect(),
        };
        Ok(Output { parts, by_line: false })
    }

    /// The texts merged line by line, which asks where comments meet, provided that it asks wherever `merge` does.
    fn by_line(&self, merge: &Merge, clean: Object) -> Vec<Printed> {
        let Versions { base, mine, theirs, .. } = &self.versions;
        let parts = three_way::text::merged_by_line(base, mine, theirs);
        let read = |side: fn(&Printed) -> &str| self.format.parse(&parts.iter().map(side).collect::<String>()).ok();
        let [my, their] = [
            read(|part| match part {
                Printed::Text(text) | Printed::Open { mine: text, .. } => text,
            }),
            read(|part| match part {
                Printed::Text(text) | Printed::Open { theirs: text, .. } => text,
            }),
        ];
        let asks_enough = match (my, their) {
            _ if merge.conflicts() == 0 && parts.iter().any(|part| matches!(part, Printed::Open { .. })) => true,
            (Some(my), _) if merge.conflicts() == 0 => my.canonical() == Value::Object(clean).canonical(),
            (Some(my), Some(their)) => {
                let again = Merge::of(&self.rules, merge.base().cloned(), my, their);
                let asked: Vec<String> = open(&again).collect();
                open(merge).all(|label| asked.contains(&label))
            }
            _ => false,
        };
        if asks_enough {
            return parts;
        }
        let ended = |text: &str| if text.ends_with('\n') { text.to_owned() } else { format!("{text}\n") };
        vec![Printed::Open { base: ended(base), mine: ended(mine), theirs: ended(theirs) }]
    }
}

/// What is open in a merge, by name.
fn open(merge: &Merge) -> impl Iterator<Item = String> {
    merge.units().iter().filter(|unit| unit.is_conflict()).map(three_way::Unit::label)
}

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Json,
    Yaml,
    Toml,
}

impl Format {
    /// The format that the name of a file promises.
    fn named(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "yaml" | "yml" => Some(Format::Yaml),
            "toml" => Some(Format::Toml),
            "json" => Some(Format::Json),
            _ => None,
        }
    }

    fn parse(self, text: &str) -> Result<Value, String> {
        match self {
            Format::Json => json::parse(text).map_err(|fault| fault.to_string()),
            Format::Yaml => yaml::read(text).map(Value::Object).map_err(|fault| fault.to_string()),
            Format::Toml => toml::read(text).map(Value::Object).map_err(|fault| fault.to_string()),
        }
    }

    /// Mine, written so that it says `merged`.
    fn rewritten(self, versions: &Versions, merged: &Object) -> Result<String, Failure> {
        let (base, mine, theirs) = (versions.known_base(), versions.mine.as_str(), versions.theirs.as_str());
        let written = match self {
            Format::Json => return Ok(Record::of(merged.clone()).text().to_owned()),
            Format::Yaml => yaml::rewritten(base, mine, theirs, merged),
            Format::Toml => toml::rewritten(base, mine, theirs, merged),
        };
        written.map_err(|fault| Failure::because(format!("the result cannot be written: {fault}")))
    }
}

impl Format {
    /// Whether `merged`, the texts that a merge may end as, decide between comments.
    fn comments_are_contested(self, versions: &Versions, merged: &[String]) -> bool {
        let (texts, merged) = (versions.all(), merged.iter().map(String::as_str).collect::<Vec<_>>());
        // What cannot be told is asked.
        match self {
            Format::Json => false,
            Format::Yaml => yaml::comments_are_contested(texts, &merged).unwrap_or(true),
            Format::Toml => toml::comments_are_contested(texts, &merged).unwrap_or(true),
        }
    }

    fn lost_comments(self, versions: &Versions, merged: &str) -> Vec<String> {
        match self {
            Format::Json => Vec::new(),
            Format::Yaml => yaml::lost_comments(versions.all(), merged).unwrap_or_default(),
            Format::Toml => toml::lost_comments(versions.all(), merged).unwrap_or_default(),
        }
    }
}

/// Three versions of a file as values.
pub struct Document {
    pub versions: Versions,
    format: Format,
    base: Value,
    mine: Value,
    theirs: Value,
}

impl Document {
    /// Reads the values. The format is told by the first of `named` that tells one, else it is JSON. `files` are base,
    /// mine and theirs, for the fault.
    pub fn parse(versions: Versions, named: &[&Path], files: [&Path; 3]) -> Result<Self, Failure> {
        let format = named.iter().find_map(|path| Format::named(path)).unwrap_or(Format::Json);
        let parsed = |path: &Path, text: &str| {
            format.parse(text).map_err(|fault| Failure::usage(format!("{}: {fault}", path.display())))
        };
        let base = match versions.known_base() {
            None => Ok(Value::Object(Object::new())),
            Some(text) => parsed(files[0], text),
        };
        let (base, mine, theirs) = (base?, parsed(files[1], &versions.mine)?, parsed(files[2], &versions.theirs)?);
        Ok(Document { versions, format, base, mine, theirs })
    }

    /// The units of the three, and what is needed to print them.
    pub fn merged(self, rules: &Rules) -> (Merge, Written) {
        let written = Written { versions: self.versions, format: self.format, rules: rules.clone() };
        (Merge::of(rules, Some(self.base), self.mine, self.theirs), written)
    }
}

/// Reads a file.
pub fn bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path).map_err(|fault| Failure::usage(format!("{} cannot be read: {fault}", path.display())))
}

/// The bytes of a file that should be text.
fn text(path: &Path, bytes: &[u8]) -> Result<String, Failure> {
    str::from_utf8(bytes).map(str::to_owned).map_err(|fault| {
        let line = bytes[..fault.valid_up_to()].split(|byte| *byte == b'\n').count();
        Failure::usage(format!("{} is not valid UTF-8, in line {line}", path.display()))
    })
}

/// By which rules files are merged, and what the result is held against.
pub struct Law {
    pub rules: Rules,
    schema: Option<Schema>,
}

impl Law {
    /// What is asked for.
    pub fn of(how: &How) -> Result<Self, Failure> {
        let mut law = Law { rules: Rules::default(), schema: None };
        if let Some(path) = &how.schema {
            let bad = |why: &dyn std::fmt::Display| Failure::usage(format!("{}: {why}", path.display()));
            let schema = json::parse(&text(path, &bytes(path)?)?).map_err(|fault| bad(&fault))?;
            law.rules = Rules::of_schema(&schema).map_err(|fault| bad(&fault))?;
            law.schema = Some(Schema::parse(&schema).map_err(|fault| bad(&fault))?);
        }
        for (at, rule) in &how.rules {
            law.rules.choose(at.clone(), Some(rule.clone()));
        }
        Ok(law)
    }

    /// What breaks the schema in the result, where there is a schema and a result.
    pub fn faults(&self, merged: impl FnOnce() -> Option<Object>) -> Vec<Violation> {
        let found = self.schema.as_ref().and_then(|schema| Some(schema.faults(&merged()?)));
        found.unwrap_or_default()
    }
}

/// Puts `bytes` on stdout, on a terminal so that they cannot steer it; that nobody reads it is no fault.
pub fn to_stdout(bytes: &[u8]) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    let written = match out.is_terminal() {
        true => out.write_all(visible(&String::from_utf8_lossy(bytes)).as_bytes()),
        false => out.write_all(bytes),
    };
    match written {
        Err(fault) if fault.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::because(format!("the result cannot be written: {fault}")))
        }
        _ => Ok(()),
    }
}

/// Puts `bytes` into the place of a file, which keeps its permissions: all of them, or none. What is there and is no
/// file (a pipe, a device) stays what it is, and they are written into it.
pub fn to_file(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let is_special = fs::metadata(path).is_ok_and(|found| !found.is_file());
    let written = if is_special { write_into(path, bytes) } else { replace(path, bytes) };
    written.map_err(|fault| Failure::usage(format!("{} cannot be written: {}", path.display(), reason(&fault))))
}

fn write_into(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    fs::OpenOptions::new().write(true).open(path)?.write_all(bytes)
}

fn replace(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut half = tempfile::Builder::new().permissions(permissions(&path)).tempfile_in(folder)?;
    half.write_all(bytes)?;
    half.persist(&path).map(drop).map_err(|failed| failed.error)
}

/// Why, without the name of the file that the result was written to first.
fn reason(fault: &std::io::Error) -> String {
    if fault.kind() == ErrorKind::NotFound {
        return "there is no such folder".into();
    }
    fault.raw_os_error().map_or_else(|| fault.kind().to_string(), |_| fault.to_string())
}

fn permissions(path: &Path) -> fs::Permissions {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).map_or_else(|_| fs::Permissions::from_mode(0o666), |found| found.permissions())
}

/// What a file that is no object is called in its resolution, which is one of records.
const WHOLE: &str = "(the whole file)";

impl Document {
    /// The three as records, to be settled.
    pub fn resolution(&self, rules: &Rules, merged: &Path) -> Resolution {
        let [base, mine, theirs] = self.sides();
        let name = merged.display().to_string();
        let stored = |version: u64, fields| Stored {
            id: name.clone(),
            version,
            token: Token::of_file(version),
            updated_at: String::new(),
            updated_by: String::new(),
            note: None,
            fields: Record::of(fields),
        };
        let key = Key { collection: "files".into(), id: name.clone() };
        let base = Basis::Version(Box::new(stored(1, base)));
        let draft = Draft { key, base, fields: mine, edit_id: "file".into(), note: None, settled: None };
        draft.rebase_by(rules, stored(2, theirs), None, Vec::new())
    }

    /// The settled result as text.
    pub fn settled(&self, resolution: &Resolution) -> Result<String, Failure> {
        if self.format != Format::Json {
            return self.format.rewritten(&self.versions, &resolution.merged());
        }
        if self.is_record() {
            return Ok(whole(&resolution.print(self.versions.texts())));
        }
        let start = format!("{{{}:", Value::string(WHOLE).to_json());
        let wrapped = |text: &str| format!("{start}{text}}}");
        let (base, mine, theirs) =
            (self.versions.known_base().map(wrapped), wrapped(&self.versions.mine), wrapped(&self.versions.theirs));
        let text = whole(&resolution.print(Texts { base: base.as_deref(), mine: &mine, theirs: &theirs }));
        let text = text.strip_prefix(&start).and_then(|text| text.strip_suffix('}')).unwrap_or(&text);
        Ok(text.to_owned())
    }

    /// The comments that one side wrote and that the settled result has no place for.
    pub fn lost_comments(&self, settled: &str) -> Vec<String> {
        self.format.lost_comments(&self.versions, settled)
    }

    fn is_record(&self) -> bool {
        [&self.base, &self.mine, &self.theirs].iter().all(|value| matches!(value, Value::Object(_)))
    }

    fn sides(&self) -> [Object; 3] {
        [&self.base, &self.mine, &self.theirs].map(|value| match value {
            Value::Object(fields) if self.is_record() => fields.clone(),
            other => Object::from_iter([(WHOLE.into(), other.clone())]),
        })
    }
}

/// The text of a result in which nothing is open.
fn whole(printed: &[Printed]) -> String {
    let text = |part: &Printed| match part {
        Printed::Text(text) => text.clone(),
        Printed::Open { mine, .. } => mine.clone(),
    };
    printed.iter().map(text).collect()
}
