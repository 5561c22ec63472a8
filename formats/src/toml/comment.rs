//! The comments of a TOML document, told from the signs in its strings; knows that the document can be read.

/// What the comments of a document say.
pub(super) fn all(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['#', '"', '\'']) {
        let here = &rest[at..];
        let length = if here.starts_with('#') {
            let line = here.lines().next().unwrap_or(here);
            found.push(&line[1..]);
            line.len()
        } else {
            string(here)
        };
        rest = &here[length..];
    }
    found
}

/// The length of the string at the start of `text`.
fn string(text: &str) -> usize {
    let quote = &text[..1];
    let long = text.starts_with(&quote.repeat(3));
    let open = if long { 3 } else { 1 };
    let mut at = open;
    while let Some(next) = text[at..].chars().next() {
        match next {
            '\\' if quote == "\"" => at += 1 + text[at + 1..].chars().next().map_or(0, char::len_utf8),
            _ if text[at..].starts_with(&quote.repeat(open)) => {
                // A long string may end in one or two quotes of its own.
                let quotes = text[at..].len() - text[at..].trim_start_matches(quote).len();
                return at + if long { quotes } else { 1 };
            }
            other => at += other.len_utf8(),
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_in_a_string_starts_no_comment() {
        let text = concat!(
            "a = \"# no\" # one\n'# no' = '# no\\' # two\n",
            "b = \"\"\"\n# no \\\"\"\" # no \"\"\"\"\" # three\nc = '''\n# no '' '''  #four\n",
            "d = \"\" #\ne = \"\\\\\" # five é\n# six"
        );
        assert_eq!(all(text), [" one", " two", " three", "four", "", " five é", " six"]);
    }
}
