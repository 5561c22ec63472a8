//! Finds the elements of a long JSON array without reading them; refuses to judge what an element says.
//!
//! An import reads each element for itself, so that a fault in one is told with its line and leaves the others good.

use std::ops::Range;

use crate::json::{Fault, Malformed, fault, skip_space, string_end};

/// One element of an array: where its text stands, and the line in which it starts, counted from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element {
    /// The bytes of the element, without the white space around it.
    pub text: Range<usize>,
    /// The line in which it starts.
    pub line: usize,
}

/// The elements of the one array that `text` is.
///
/// # Errors
/// [`Malformed`] where brackets, strings and commas do not add up to one array. What stands between two commas is not
/// read: it may still be no JSON.
pub fn elements(text: &str) -> Result<Vec<Element>, Malformed> {
    let mut found = Vec::new();
    split(text, &mut found).map_err(|fault| fault.in_text(text))?;
    Ok(found)
}

fn split(text: &str, found: &mut Vec<Element>) -> Result<(), Fault> {
    let bytes = text.as_bytes();
    let mut pos = skip_space(bytes, 0);
    if bytes.get(pos) != Some(&b'[') {
        return fault("an opening bracket should stand here", pos);
    }
    pos = skip_space(bytes, pos + 1);
    let (mut line, mut counted) = (1, 0);
    if bytes.get(pos) == Some(&b']') {
        return end(bytes, pos);
    }
    loop {
        pos = skip_space(bytes, pos);
        let end_of_value = value_end(bytes, pos)?;
        if end_of_value == pos {
            return fault("a value should stand here", pos);
        }
        line += text[counted..pos].matches('\n').count();
        counted = pos;
        let value = text[pos..end_of_value].trim_end_matches([' ', '\t', '\n', '\r']);
        found.push(Element { text: pos..pos + value.len(), line });
        pos = end_of_value + 1;
        if bytes[end_of_value] == b']' {
            return end(bytes, end_of_value);
        }
    }
}

fn end(bytes: &[u8], bracket: usize) -> Result<(), Fault> {
    let pos = skip_space(bytes, bracket + 1);
    if pos < bytes.len() {
        return fault("there is more text after the end of the array", pos);
    }
    Ok(())
}

/// The position of the comma or bracket that ends the element at `pos`.
fn value_end(bytes: &[u8], mut pos: usize) -> Result<usize, Fault> {
    let mut depth = 0usize;
    loop {
        match bytes.get(pos) {
            None => return fault("the text ends before the array does", pos),
            Some(b'"') => pos = string_end(bytes, pos)?,
            Some(b',' | b']') if depth == 0 => return Ok(pos),
            Some(b'}') if depth == 0 => return fault("a closing brace without an opening one", pos),
            Some(b'{' | b'[') => (depth, pos) = (depth + 1, pos + 1),
            Some(b'}' | b']') => (depth, pos) = (depth - 1, pos + 1),
            Some(_) => pos += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<(usize, &str)> {
        let found = elements(text).expect(text);
        found.into_iter().map(|element| (element.line, &text[element.text])).collect()
    }

    #[test]
    fn every_element_keeps_its_bytes_and_knows_its_line() {
        assert_eq!(
            texts("[\n {\"a\": [1 , 2],\n  \"b\": \"],\\\"\"}\n ,\n 1.50 , \"x\" ]\n"),
            [(2, "{\"a\": [1 , 2],\n  \"b\": \"],\\\"\"}"), (5, "1.50"), (5, "\"x\"")]
        );
        assert_eq!(texts(" [ ] "), []);
    }

    #[test]
    fn a_bad_element_is_left_to_whoever_reads_it() {
        assert_eq!(texts("[{\"a\":1,\"a\":2}, tru, {}]")[1], (1, "tru"));
    }

    #[test]
    fn what_is_no_array_is_told_with_its_place() {
        let says = |text: &str| elements(text).expect_err(text).to_string();
        assert_eq!(says("{}"), "an opening bracket should stand here at line 1, column 1");
        assert_eq!(says("[1,]"), "a value should stand here at line 1, column 4");
        assert_eq!(says("[1,\n,2]"), "a value should stand here at line 2, column 1");
        assert_eq!(says("[1"), "the text ends before the array does at line 1, column 3");
        assert_eq!(says("[1] 2"), "there is more text after the end of the array at line 1, column 5");
        assert_eq!(says("[1}]"), "a closing brace without an opening one at line 1, column 3");
        assert!(says("[\"a").starts_with("the text ends inside a string"));
    }
}
