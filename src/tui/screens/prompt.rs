//! A question in the last line: what is asked, and what is typed so far.

use midair_record::wire::Key;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::tui::field::FieldEditor;
use crate::tui::msg::Mouse;
use crate::tui::theme::Theme;
use crate::tui::widgets::text::TextArea;
use crate::tui::widgets::{glyph, panel};

/// What an answer is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The text that records must hold to be listed.
    Filter,
    /// The id of a record to create in this collection.
    NewId { collection: String },
    /// The name of a field to add.
    AddField,
    /// What to make the field: one letter.
    Type,
    /// Why the record is changed.
    Note,
    /// The text that drafts in the inbox must hold to be listed.
    FilterDrafts,
    /// The field that a rule for many drafts is for.
    Rule { theirs: bool },
    /// What to find in the text; and what there is of it.
    Find { said: String },
    /// The line to go to.
    Line,
    /// The id under which a copy is saved.
    CopyId { of: Key },
}

impl Purpose {
    fn question(&self) -> String {
        match self {
            Purpose::Filter => "Show records that hold: ".into(),
            Purpose::NewId { collection } => format!("Id of the new record in {collection}: "),
            Purpose::AddField => "Name of the new field: ".into(),
            Purpose::Type => {
                "Make it: t text · n number · b true/false · z null · l list · o object · a absent ".into()
            }
            Purpose::Note => "Why (for the history): ".into(),
            Purpose::FilterDrafts => "Show drafts that hold: ".into(),
            Purpose::Rule { theirs: true } => "Theirs for which field, in every draft that is listed: ".into(),
            Purpose::Rule { theirs: false } => "Mine for which field, in every draft that is listed: ".into(),
            Purpose::Find { said } if said.is_empty() => "Find: ".into(),
            Purpose::Find { said } => format!("Find ({said}): "),
            Purpose::Line => "Go to line: ".into(),
            Purpose::CopyId { of } => format!("Save the copy of {of} under the id: "),
        }
    }
}

/// What to make a field, where there is little room, and how much the whole question needs.
const SHORT_TYPES: &str = "t text n number b bool z null l list o object a absent ";
const WIDE_ENOUGH_FOR_TYPES: u16 = 86;

/// A question being answered.
#[derive(Clone, Debug)]
pub struct Prompt {
    pub purpose: Purpose,
    pub answer: FieldEditor,
    pub fault: Option<String>,
}

impl Prompt {
    /// Asks, with `start` as the answer so far.
    pub fn ask(purpose: Purpose, start: &str) -> Self {
        let start = midair_record::Value::string(start);
        Prompt { purpose, answer: FieldEditor::open(Some(&start)), fault: None }
    }

    /// Asks what to find in `text`; offers what was looked for last, and goes there.
    pub fn find(text: &mut TextArea) -> Self {
        let needle = text.needle();
        text.begin_search();
        let mut prompt = Prompt::ask(Purpose::Find { said: String::new() }, &needle);
        prompt.answer.area.select_all();
        prompt.look_in(text);
        prompt
    }

    /// Whether something is looked for.
    pub fn is_finding(&self) -> bool {
        matches!(self.purpose, Purpose::Find { .. })
    }

    /// What is looked for was typed or changed: goes to the first place of `text` that says it.
    pub fn look_in(&mut self, text: &mut TextArea) {
        let needle = self.answer.area.text();
        if let Purpose::Find { said } = &mut self.purpose {
            let found = text.look_for(&needle).words();
            *said = if needle.is_empty() { String::new() } else { found };
        }
    }

    /// Goes to the next place of what was looked for in `text`, or to the one before: a sentence, where it is not said in
    /// the question.
    pub fn find_again(asked: Option<&mut Prompt>, text: &mut TextArea, forth: bool) -> Option<String> {
        let found = if forth { text.find_next() } else { text.find_previous() };
        match asked.map(|prompt| &mut prompt.purpose) {
            Some(Purpose::Find { said }) => {
                *said = found.words();
                None
            }
            _ => Some(format!("Found {}.", found.words())),
        }
    }

    /// The answer so far.
    pub fn text(&self) -> String {
        self.answer.area.text().replace(['\n', '\r'], " ").trim().to_owned()
    }

    fn parts(&self, area: Rect) -> (String, Rect) {
        let question = match (&self.fault, &self.purpose) {
            (Some(fault), purpose) => format!("{fault} · {}", purpose.question()),
            (None, Purpose::Type) if area.width < WIDE_ENOUGH_FOR_TYPES => SHORT_TYPES.into(),
            (None, purpose) => purpose.question(),
        };
        let most = match self.purpose {
            Purpose::Type => area.width,
            _ => area.width.saturating_sub(12).max(area.width / 2),
        };
        let wide = glyph::width(&question, most) + 1;
        (question, Rect { x: area.x + wide, width: area.width.saturating_sub(wide), ..area })
    }

    /// Draws the question and the answer on one line.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, theme: &Theme) {
        let (question, field) = self.parts(area);
        let style = if self.fault.is_some() { theme.bad } else { theme.title };
        let room = Rect { width: field.x - area.x, ..area };
        panel::line(buf, room, 0, &[(" ", theme.plain), (&question, style)]);
        self.answer.area.draw(field, buf, theme.plain);
    }

    /// Takes note of where it is drawn.
    pub fn fit(&mut self, area: Rect) {
        let (_, field) = self.parts(area);
        self.answer.area.fit(field);
    }

    /// Does what the mouse did over it.
    pub fn mouse(&mut self, area: Rect, mouse: Mouse) {
        let (_, field) = self.parts(area);
        self.answer.area.mouse(field, mouse);
    }

    /// Where the caret stands.
    pub fn caret(&self, area: Rect) -> Option<Position> {
        let (_, field) = self.parts(area);
        self.answer.area.caret_in(field)
    }
}
