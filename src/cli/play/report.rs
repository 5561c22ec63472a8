//! What came of scenarios, for people (text), for test harnesses (TAP 14) and for build servers (JUnit's XML).

use std::fmt::Write as _;
use std::time::Duration;

use super::Outcome;
use crate::cli::arguments::ReportFormat;
use crate::cli::exit::Failure;
use crate::cli::export::visible;
use crate::cli::records::say;
use crate::run::stage::Unmet;

/// A scenario that was played.
#[derive(Clone, Debug)]
pub struct Played {
    /// The name or file by which it was asked for.
    pub name: String,
    pub title: String,
    pub took: Duration,
    pub outcome: Outcome,
}

/// Tells of each scenario when it was played; JUnit's XML has its totals at the top, and is told at the end.
pub struct Report {
    format: ReportFormat,
    count: usize,
    played: Vec<Played>,
}

impl Report {
    /// A report on so many scenarios.
    pub fn new(format: ReportFormat, count: usize) -> Self {
        Report { format, count, played: Vec::new() }
    }

    /// Tells of one.
    ///
    /// # Errors
    /// When standard output cannot be written; of no kind where whoever read it has read enough.
    pub fn tell(&mut self, mut played: Played) -> Result<(), Failure> {
        played.name = visible(&played.name);
        let number = self.played.len() + 1;
        let told = match self.format {
            ReportFormat::Text => text(&played),
            ReportFormat::Tap if number == 1 => format!("TAP version 14\n1..{}\n{}", self.count, tap(number, &played)),
            ReportFormat::Tap => tap(number, &played),
            ReportFormat::Junit => String::new(),
        };
        self.played.push(played);
        say::print(&told)
    }

    /// Tells the rest. Whether all went well.
    ///
    /// # Errors
    /// As [`Report::tell`].
    pub fn end(self) -> Result<bool, Failure> {
        let failed = self.played.iter().filter(|played| played.outcome != Outcome::Well).count();
        let told = match self.format {
            ReportFormat::Text => match failed {
                _ if self.played.len() == 1 => String::new(),
                0 => format!("All {} went well.\n", self.played.len()),
                failed => format!("{failed} of {} failed.\n", self.played.len()),
            },
            ReportFormat::Tap => String::new(),
            ReportFormat::Junit => junit(&self.played, failed),
        };
        say::print(&told)?;
        Ok(failed == 0)
    }
}

/// What went wrong, in one line.
fn message(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Well => String::new(),
        Outcome::Unmet(unmet) => format!("line {}: {}: {}", unmet.line, unmet.step, unmet.why),
        Outcome::Trouble(sentences) => sentences.join("; "),
    }
}

/// The screens and the wire, for people.
fn shown(unmet: &Unmet) -> String {
    let mut text = String::new();
    for (name, screen) in &unmet.screens {
        let _ = writeln!(text, "{name}'s screen:\n{}", indented(screen, "  | "));
    }
    let wire = if unmet.wire.is_empty() { "nothing".into() } else { unmet.wire.join("\n") };
    let _ = writeln!(text, "on the wire:\n{}", indented(&wire, "  | "));
    text
}

fn indented(text: &str, by: &str) -> String {
    text.lines().map(|line| format!("{by}{line}").trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}

fn text(played: &Played) -> String {
    let Played { name, title, took, outcome } = played;
    let head = |word: &str| format!("{word} {name} · {title} ({:.1} s)\n", took.as_secs_f32());
    match outcome {
        Outcome::Well => head("ok  "),
        Outcome::Unmet(unmet) => {
            let told = indented(&shown(unmet), "     ");
            format!("{}     {}\n{told}\n", head("FAIL"), message(outcome))
        }
        Outcome::Trouble(_) => format!("{}     {}\n", head("FAIL"), message(outcome)),
    }
}

/// A text in double quotes, which YAML reads as JSON does.
fn quoted(text: &str) -> String {
    midair_record::Value::string(text).to_json()
}

fn tap(number: usize, played: &Played) -> String {
    let Played { name, title, took, outcome } = played;
    let plain = |text: &str| text.replace('\\', "\\\\").replace('#', "\\#");
    let head = format!("{number} - {}: {}", plain(name), plain(title));
    if *outcome == Outcome::Well {
        return format!("ok {head}\n  ---\n  duration_ms: {}\n  ...\n", took.as_millis());
    }
    let mut yaml =
        format!("message: {}\nseverity: fail\nduration_ms: {}\n", quoted(&message(outcome)), took.as_millis());
    if let Outcome::Unmet(unmet) = outcome {
        let _ = write!(yaml, "at:\n  file: {}\n  line: {}\nstep: {}\n", quoted(name), unmet.line, quoted(&unmet.step));
        yaml += "screens:\n";
        for (who, screen) in &unmet.screens {
            let _ = writeln!(yaml, "  {}: |2\n{}", quoted(who), indented(screen, "    "));
        }
        yaml += "wire:\n";
        for line in &unmet.wire {
            let _ = writeln!(yaml, "  - {}", quoted(line));
        }
    }
    format!("not ok {head}\n  ---\n{}\n  ...\n", indented(&yaml, "  "))
}

/// A text as it stands between tags and in attributes. What XML cannot hold at all is left out.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for letter in text.chars() {
        match letter {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '"' => out += "&quot;",
            '\n' => out += "&#10;",
            '\u{fffe}' | '\u{ffff}' => {}
            letter if letter.is_control() => {}
            letter => out.push(letter),
        }
    }
    out
}

fn junit(played: &[Played], failed: usize) -> String {
    let took: Duration = played.iter().map(|played| played.took).sum();
    let totals =
        format!("tests=\"{}\" failures=\"{failed}\" errors=\"0\" time=\"{:.3}\"", played.len(), took.as_secs_f64());
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites {totals}>\n  <testsuite name=\"midair play\" {totals}>\n"
    );
    for Played { name, title, took, outcome } in played {
        let _ = write!(
            xml,
            "    <testcase classname=\"{}\" name=\"{}\" time=\"{:.3}\"",
            escaped(name),
            escaped(title),
            took.as_secs_f64()
        );
        if *outcome == Outcome::Well {
            xml += "/>\n";
            continue;
        }
        let body = if let Outcome::Unmet(unmet) = outcome { shown(unmet) } else { String::new() };
        let body: Vec<String> = body.lines().map(escaped).collect();
        let message = escaped(&message(outcome));
        let _ = write!(xml, ">\n      <failure message=\"{message}\">{}</failure>\n    </testcase>\n", body.join("\n"));
    }
    xml + "  </testsuite>\n</testsuites>\n"
}
