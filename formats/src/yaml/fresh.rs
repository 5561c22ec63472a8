//! Writes values that stand in neither text as YAML blocks.

use granit_parser::ScalarStyle;
use midair_record::Value;

use super::scalar::{Place, Quotes, quoted, spelled};
use super::tree::{Kind, Node, column};

/// How a document is laid out, for what is new in it.
#[derive(Clone, Copy)]
pub(super) struct Style {
    /// Columns a mapping in a mapping is indented by.
    step: usize,
    /// Columns a sequence in a mapping is indented by.
    sequence_step: usize,
    /// The quotes of strings that need some.
    pub(super) quotes: Quotes,
}

impl Default for Style {
    fn default() -> Self {
        Style { step: 2, sequence_step: 2, quotes: Quotes { usual: ScalarStyle::DoubleQuoted } }
    }
}

impl Style {
    /// What is usual in a document.
    pub(super) fn of(text: &str, root: Option<&Node>) -> Self {
        let (mut step, mut sequence_step, mut usual) = (None, None, None);
        if let Some(root) = root {
            look(text, root, None, &mut |parent, node| match (&node.kind, parent) {
                (Kind::Scalar(style @ (ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted)), _) => {
                    usual = usual.or(Some(*style));
                }
                (Kind::Block(entries), Some(parent)) if !entries.is_empty() => {
                    let by = column(text, entries[0].start).saturating_sub(parent);
                    let slot = if node.value.as_object().is_some() { &mut step } else { &mut sequence_step };
                    *slot = slot.or(Some(by));
                }
                _ => {}
            });
        }
        let step = step.or(sequence_step).filter(|step| *step > 0).unwrap_or(2);
        let usual = usual.unwrap_or(ScalarStyle::DoubleQuoted);
        Style { step, sequence_step: sequence_step.unwrap_or(step), quotes: Quotes { usual } }
    }
}

/// Calls `seen` for all nodes in mappings, with the column of the mapping.
fn look(text: &str, node: &Node, parent: Option<usize>, seen: &mut dyn FnMut(Option<usize>, &Node)) {
    seen(parent, node);
    for entry in node.entries() {
        let parent = entry.name.as_ref().filter(|_| node.is_block()).map(|_| column(text, entry.start));
        look(text, &entry.node, parent, seen);
    }
}

/// A whole document in the usual layout.
pub(super) fn document(value: &Value) -> String {
    let mut out = String::new();
    entries(value, 0, Style::default(), &mut out);
    if out.is_empty() { "{}\n".into() } else { out }
}

/// Whether a value stands on the line of its key.
pub(super) fn is_inline(value: &Value) -> bool {
    match value {
        Value::Object(members) => members.is_empty(),
        Value::Array(elements) => elements.is_empty(),
        _ => true,
    }
}

/// The column of a collection inside a mapping at `col`.
pub(super) fn column_inside(value: &Value, col: usize, style: Style) -> usize {
    col + if matches!(value, Value::Array(_)) { style.sequence_step } else { style.step }
}

/// A value that stands on the line of its key or dash; block scalars have lines of their own, indented below `col`.
pub(super) fn inline(value: &Value, like: Option<ScalarStyle>, style: Style, col: usize) -> String {
    match value {
        Value::Object(_) => "{}".into(),
        Value::Array(_) => "[]".into(),
        value => spelled(value, like, style.quotes, Place::Block(col + style.step)),
    }
}

/// A key with its colon.
pub(super) fn key(name: &str, style: Style) -> String {
    format!("{}:", quoted(name, None, style.quotes, Place::Key))
}

/// The lines of a collection at `col`, the first one without its indentation.
pub(super) fn block(value: &Value, col: usize, style: Style) -> String {
    let mut out = String::new();
    entries(value, col, style, &mut out);
    out[col.min(out.len())..].to_owned()
}

/// The lines of a collection at `col`.
fn entries(value: &Value, col: usize, style: Style, out: &mut String) {
    let indent = " ".repeat(col);
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                *out += &indent;
                *out += &key(name.as_str(), style);
                if is_inline(value) {
                    line(&inline(value, None, style, col), out);
                } else {
                    out.push('\n');
                    entries(value, column_inside(value, col, style), style, out);
                }
            }
        }
        Value::Array(elements) => {
            for value in elements {
                *out += &indent;
                out.push('-');
                if is_inline(value) {
                    line(&inline(value, None, style, col), out);
                } else {
                    *out += " ";
                    *out += &block(value, col + 2, style);
                }
            }
        }
        scalar => line(&inline(scalar, None, style, col), out),
    }
}

fn line(text: &str, out: &mut String) {
    out.push(' ');
    *out += text;
    if !text.ends_with('\n') {
        out.push('\n');
    }
}

/// A value on one line, as it stands between brackets.
pub(super) fn flow(value: &Value, like: Option<ScalarStyle>, style: Style) -> String {
    match value {
        Value::Object(members) => {
            let members = members
                .iter()
                .map(|(name, value)| format!("{}{}", flow_key(name.as_str(), style), flow(value, None, style)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(", "))
        }
        Value::Array(elements) => {
            format!("[{}]", elements.iter().map(|value| flow(value, None, style)).collect::<Vec<_>>().join(", "))
        }
        value => spelled(value, like, style.quotes, Place::Flow),
    }
}

/// A key between braces, with its colon.
pub(super) fn flow_key(name: &str, style: Style) -> String {
    key(name, style) + " "
}
