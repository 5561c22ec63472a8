//! What surrounds the members of a file (byte order mark, line ends, head comment, last newline), apart from them.

/// Which of three versions stands: theirs where mine is what base was, else mine.
pub(crate) fn three<T: PartialEq>(base: Option<T>, mine: T, theirs: T) -> T {
    if base.as_ref() == Some(&mine) { theirs } else { mine }
}

/// A text taken apart. The body has `\n` at the end of every line; a text that mixes line ends counts as what most are.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    bom: bool,
    crlf: bool,
    last_newline: bool,
    head: String,
    /// What is left.
    pub(crate) body: String,
}

impl Frame {
    /// Takes `text` apart. `head` says how many bytes at the start are no member's.
    pub(crate) fn of(text: &str, head: fn(&str) -> usize) -> Self {
        let body = text.strip_prefix('\u{feff}').unwrap_or(text);
        let crlf = body.matches("\r\n").count() * 2 > body.matches('\n').count();
        let mut plain = body.replace("\r\n", "\n");
        let last_newline = plain.is_empty() || plain.ends_with('\n');
        if !last_newline {
            plain.push('\n');
        }
        let body = plain.split_off(head(&plain));
        Frame { bom: text.starts_with('\u{feff}'), crlf, last_newline, head: plain, body }
    }

    /// `body` in the frame that three versions of it agree on.
    pub(crate) fn around(base: Option<&Self>, mine: &Self, theirs: &Self, body: &str) -> String {
        let bom = three(base.map(|frame| frame.bom), mine.bom, theirs.bom);
        let crlf = three(base.map(|frame| frame.crlf), mine.crlf, theirs.crlf);
        let last_newline = three(base.map(|frame| frame.last_newline), mine.last_newline, theirs.last_newline);
        let head = three(base.map(|frame| &frame.head), &mine.head, &theirs.head);
        let mut text = format!("{head}{body}");
        if !last_newline && text.ends_with('\n') {
            text.pop();
        }
        if crlf {
            text = text.replace('\n', "\r\n");
        }
        if bom { format!("\u{feff}{text}") } else { text }
    }
}

/// The length of the comments at the start of `text` that a blank line keeps apart from what follows.
pub(crate) fn head_comment(text: &str) -> usize {
    let (mut at, mut end, mut comment) = (0, 0, false);
    for line in text.split_inclusive('\n') {
        let says = line.trim();
        at += line.len();
        match says.as_bytes().first() {
            None if comment => end = at,
            None => {}
            Some(b'#') => comment = true,
            Some(_) => return end,
        }
    }
    end
}

/// Whether a text is whole lines of comments: what both sides wrote below it is the whole of what they wrote.
pub(crate) fn says_nothing(text: &str) -> bool {
    let mut lines = text.strip_prefix('\u{feff}').unwrap_or(text).lines().map(str::trim_start);
    text.ends_with('\n') && lines.all(|line| line.is_empty() || line.starts_with('#'))
}

/// The part of the lines above a member that a blank line keeps apart from it, if a comment stands there.
pub(crate) fn detached(lead: &str) -> &str {
    let end = head_comment(lead);
    &lead[..end]
}
