//! A YAML document as a tree that knows where everything stands in its text.

use granit_parser::{Event, Options, Parser, ScalarStyle, Span, StructureStyle};
use midair_record::{Object, Text, Value};

use super::scalar;
use crate::fault::Fault;

/// The deepest nesting that is read.
const MAX_DEPTH: usize = 128;

/// A value in a text.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) kind: Kind,
    /// Where it starts; a block collection on lines of its own with the first line above it that belongs to it.
    pub(super) start: usize,
    /// Where it ends; a block collection after the last line that belongs to it.
    pub(super) end: usize,
    /// Where its last member ends, comments left aside.
    content_end: usize,
    pub(super) value: Value,
    /// The value as canonical JSON.
    pub(super) says: String,
}

#[derive(Clone, Debug)]
pub(super) enum Kind {
    Scalar(ScalarStyle),
    Block(Vec<Entry>),
    Flow(Vec<Entry>),
}

/// A member of a mapping or an item of a sequence.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// The name, in a mapping.
    pub(super) name: Option<String>,
    /// Where the lines above it start that belong to it.
    pub(super) lead: usize,
    /// Where its key or dash starts.
    pub(super) start: usize,
    pub(super) node: Node,
    /// In a block, after its last line.
    pub(super) end: usize,
}

impl Node {
    /// The entries, if it is a collection.
    pub(super) fn entries(&self) -> &[Entry] {
        match &self.kind {
            Kind::Scalar(_) => &[],
            Kind::Block(entries) | Kind::Flow(entries) => entries,
        }
    }

    pub(super) fn is_block(&self) -> bool {
        matches!(self.kind, Kind::Block(_))
    }
}

/// The column of a position, in bytes.
pub(super) fn column(text: &str, pos: usize) -> usize {
    pos - line_start(text, pos)
}

fn line_start(text: &str, pos: usize) -> usize {
    text[..pos].rfind('\n').map_or(0, |at| at + 1)
}

/// The start of the line after the one in which something ends at `pos`.
fn next_line(text: &str, pos: usize) -> usize {
    if pos > 0 && text.as_bytes()[pos - 1] == b'\n' {
        return pos;
    }
    text[pos..].find('\n').map_or(text.len(), |at| pos + at + 1)
}

/// Reads a text with `\n` at the end of every line. `None` for a text without a value.
pub(super) fn parse(text: &str) -> Result<Option<Node>, Fault> {
    let mut options = Options::default();
    options.set_emit_comments(false);
    let mut builder = Builder { text, parser: Parser::new_from_str_with_options(text, options), depth: 0 };
    let mut root = None;
    loop {
        let (event, span) = builder.next()?;
        match event {
            Event::StreamStart | Event::DocumentEnd => {}
            Event::DocumentStart(..) if root.is_some() => {
                return Err(builder.fault("there are several documents in one text", span));
            }
            Event::DocumentStart(explicit, _) => {
                let after = if explicit { range(span).end } else { 0 };
                let (event, span) = builder.next()?;
                let is_empty = matches!(&event, Event::Scalar(_, ScalarStyle::Plain, 0, None)) && span.is_empty();
                let node = builder.node(event, span, after)?;
                if !is_empty && node.value.as_object().is_none() {
                    return Err(builder.fault("the text is no mapping at its top level", span));
                }
                root = Some((node, is_empty));
            }
            Event::StreamEnd => break,
            _ => return Err(builder.fault("the text is no mapping at its top level", span)),
        }
    }
    let Some((mut root, false)) = root else { return Ok(None) };
    layout(text, &mut root, 0, text.len(), true);
    Ok(Some(root))
}

/// What the comments of a text say.
pub(super) fn comments(text: &str) -> Result<Vec<String>, Fault> {
    let mut options = Options::default();
    options.set_emit_comments(true);
    let mut found = Vec::new();
    for next in Parser::new_from_str_with_options(text, options) {
        match next {
            Ok((Event::Comment(says, _), _)) => found.push(says.into_owned()),
            Ok(_) => {}
            Err(fault) => {
                return Err(Fault::at(fault.info(), text, fault.marker().byte_offset().unwrap_or(text.len())));
            }
        }
    }
    Ok(found)
}

struct Builder<'t> {
    text: &'t str,
    parser: Parser<'t, granit_parser::StrInput<'t>>,
    depth: usize,
}

fn range(span: Span) -> std::ops::Range<usize> {
    span.byte_range().unwrap_or(0..0)
}

impl<'t> Builder<'t> {
    fn next(&mut self) -> Result<(Event<'t>, Span), Fault> {
        match self.parser.next() {
            Some(Ok(next)) => Ok(next),
            Some(Err(fault)) => {
                Err(Fault::at(fault.info(), self.text, fault.marker().byte_offset().unwrap_or(self.text.len())))
            }
            None => Err(Fault::at("the text ends too early", self.text, self.text.len())),
        }
    }

    fn fault(&self, what: impl Into<String>, span: Span) -> Fault {
        Fault::at(what, self.text, range(span).start)
    }

    /// The first position at or after `pos` that is neither white space nor comment.
    fn skip(&self, mut pos: usize) -> usize {
        let bytes = self.text.as_bytes();
        loop {
            match bytes.get(pos) {
                Some(b' ' | b'\t' | b'\n') => pos += 1,
                Some(b'#') => pos = next_line(self.text, pos + 1),
                _ => return pos,
            }
        }
    }

    /// The value that an event starts. `after` is where what stands before it ends: the colon or dash.
    fn node(&mut self, event: Event<'t>, span: Span, after: usize) -> Result<Node, Fault> {
        let refused = match &event {
            Event::Alias(_) => Some("an alias stands here, which a record cannot say"),
            Event::Scalar(_, _, 1.., _) | Event::SequenceStart(_, 1.., _) | Event::MappingStart(_, 1.., _) => {
                Some("an anchor stands here, which a record cannot say")
            }
            Event::Scalar(_, _, _, Some(_))
            | Event::SequenceStart(_, _, Some(_))
            | Event::MappingStart(_, _, Some(_)) => Some("a tag stands here, which a record cannot say"),
            _ => None,
        };
        if let Some(what) = refused {
            return Err(self.fault(what, span));
        }
        match event {
            Event::Scalar(says, style, ..) => Ok(self.scalar(&says, style, span, after)),
            Event::SequenceStart(style, ..) => self.collection(style, span, after, false),
            Event::MappingStart(style, ..) => self.collection(style, span, after, true),
            _ => Err(self.fault("a value should stand here", span)),
        }
    }

    fn scalar(&self, says: &str, style: ScalarStyle, span: Span, after: usize) -> Node {
        let mut at = range(span);
        let value = match style {
            ScalarStyle::Plain if at.is_empty() => {
                at = after..after;
                Value::Null
            }
            ScalarStyle::Plain if !self.text[at.clone()].contains('\n') => scalar::resolved(says),
            _ => scalar::string(says),
        };
        if matches!(style, ScalarStyle::Literal | ScalarStyle::Folded) {
            // The parser points at the content; what is wanted starts at the header.
            at.start = self.skip(after);
            let header = self.text[at.start..].find('\n').map_or(self.text.len(), |end| at.start + end + 1);
            // It may point past the indentation of the line that is no content any more.
            let line = line_start(self.text, at.end);
            let past = self.text[line..at.end].trim().is_empty() && at.end < self.text.len();
            at.end = if past { line } else { next_line(self.text, at.end) }.max(header);
            if !self.text[at.start..header].split('#').next().is_some_and(|header| header.contains('+')) {
                let lines = self.text[header..at.end].trim_end_matches([' ', '\t', '\n']);
                let end = header + lines.len();
                at.end = if lines.is_empty() { header } else { next_line(self.text, end) };
            }
        }
        let json = value.canonical();
        Node { kind: Kind::Scalar(style), start: at.start, end: at.end, content_end: at.end, value, says: json }
    }

    fn collection(&mut self, style: StructureStyle, span: Span, after: usize, mapping: bool) -> Result<Node, Fault> {
        if self.depth == MAX_DEPTH {
            return Err(self.fault(format!("nested deeper than {MAX_DEPTH} levels"), span));
        }
        self.depth += 1;
        let flow = style == StructureStyle::Flow;
        let mut at = range(span);
        if flow && !self.text[at.start..].starts_with(['[', '{']) {
            return Err(self.fault("a pair without braces in a list, which cannot be merged", span));
        }
        let mut end = if flow { at.end } else { after };
        let mut entries: Vec<Entry> = Vec::new();
        let mut members = Object::new();
        let mut elements = Vec::new();
        loop {
            let (event, span) = self.next()?;
            let mut start = self.skip(end);
            if flow && self.text[start..].starts_with(',') {
                start = self.skip(start + 1);
            }
            let entry = match event {
                Event::MappingEnd | Event::SequenceEnd => {
                    at.end = range(span).end;
                    break;
                }
                Event::Scalar(..) if mapping => self.member(event, span, start, &mut members)?,
                _ if mapping => return Err(self.fault("only a scalar can be the key of a mapping here", span)),
                event => {
                    let after = if flow { start } else { start + 1 };
                    let node = self.node(event, span, after)?;
                    elements.push(node.value.clone());
                    Entry { name: None, lead: start, start, end: node.end, node }
                }
            };
            end = entry.node.content_end.max(entry.end);
            entries.push(entry);
        }
        self.depth -= 1;
        let value = if mapping { Value::Object(members) } else { Value::Array(elements) };
        let says = value.canonical();
        let start = entries.first().map_or(at.start, |entry| if flow { at.start } else { entry.start });
        let content_end = if flow { at.end } else { end };
        let kind = if flow { Kind::Flow(entries) } else { Kind::Block(entries) };
        Ok(Node { kind, start, end: content_end, content_end, value, says })
    }

    fn member(&mut self, event: Event<'t>, span: Span, start: usize, members: &mut Object) -> Result<Entry, Fault> {
        let key = self.node(event.clone(), span, start)?;
        let Event::Scalar(says, style, ..) = event else { return Err(self.fault("a key should stand here", span)) };
        let empty = style == ScalarStyle::Plain && key.start == key.end;
        if start != key.start || empty {
            return Err(Fault::at("a key written with ? or left out, which cannot be merged", self.text, start));
        }
        let name = says.into_owned();
        let colon = self.skip(key.end);
        let after = if self.text[colon..].starts_with(':') { colon + 1 } else { key.end };
        let (event, span) = self.next()?;
        let node = self.node(event, span, after)?;
        if members.insert(Text::from(&name), node.value.clone()).is_some() {
            return Err(Fault::at(format!("the name {name:?} stands twice in one mapping"), self.text, start));
        }
        Ok(Entry { name: Some(name), lead: start, start, end: node.end, node })
    }
}

/// Gives every block collection the lines around its members. `after` is where what stands before it ends, `limit`
/// where what is not its own starts.
fn layout(text: &str, node: &mut Node, after: usize, limit: usize, root: bool) {
    let Kind::Block(entries) = &mut node.kind else { return };
    let Some(first) = entries.first() else { return };
    let col = column(text, first.start);
    let after_last = next_line(text, node.content_end);
    node.end = if root { limit } else { last_comment(text, after_last, limit, |indent| indent >= col) };
    let mut end = after;
    for entry in entries.iter_mut() {
        let own_line =
            text[line_start(text, entry.start)..entry.start].bytes().all(|byte| byte == b' ' || byte == b'\t');
        entry.lead = if own_line {
            let top = if end == 0 { 0 } else { next_line(text, end) };
            last_comment(text, top, line_start(text, entry.start), |indent| indent > col)
        } else {
            entry.start
        };
        end = entry.node.content_end;
    }
    node.start = if root { 0 } else { entries[0].lead };
    if root {
        entries[0].lead = 0;
    }
    for index in 0..entries.len() {
        let limit = entries.get(index + 1).map_or(node.end, |next| next.lead);
        let is_last = index + 1 == entries.len();
        let entry = &mut entries[index];
        let after = entry.start + text[entry.start..].chars().next().map_or(0, char::len_utf8);
        layout(text, &mut entry.node, after, limit, false);
        entry.end = if is_last { next_line(text, entry.node.end).min(node.end) } else { limit };
    }
}

/// The end of the last comment line between `from` and `to` that is indented as asked, or `from`.
fn last_comment(text: &str, from: usize, to: usize, indented: impl Fn(usize) -> bool) -> usize {
    let (mut at, mut end) = (from, from);
    for line in text.get(from..to).unwrap_or("").split_inclusive('\n') {
        at += line.len();
        let says = line.trim_start();
        if says.starts_with('#') && indented(line.len() - says.len()) {
            end = at;
        }
    }
    end
}
