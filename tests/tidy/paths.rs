//! Finds every path that a Rust source names, imports written out; knows just enough of the grammar for that.

/// Whether `name`, one or more segments as in `std::fs`, stands in some path of the source.
pub fn mentions(source: &str, name: &str) -> bool {
    let wanted: Vec<_> = name.split("::").collect();
    paths(&tokens(source)).iter().any(|path| path.windows(wanted.len()).any(|window| window == wanted))
}

/// As [`mentions`], from the first `#[cfg(test)]` on.
pub fn mentions_in_tests(source: &str, name: &str) -> bool {
    source.find("#[cfg(test)]").is_some_and(|start| mentions(&source[start..], name))
}

/// The identifiers and signs of the source; comments, literals and lifetimes are left out.
fn tokens(source: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let name = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        let length = match first {
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => after(rest, 2, "*/"),
            '"' => string_length(rest),
            '\'' => quote_length(rest),
            'r' | 'b' if raw_string(rest).is_some() => raw_string(rest).unwrap_or(1),
            _ if name > 0 => {
                tokens.push(&rest[..name]);
                name
            }
            ':' if rest.starts_with("::") => {
                tokens.push("::");
                2
            }
            sign => {
                if !sign.is_whitespace() {
                    tokens.push(&rest[..sign.len_utf8()]);
                }
                sign.len_utf8()
            }
        };
        rest = &rest[length..];
    }
    tokens
}

fn after(text: &str, from: usize, end: &str) -> usize {
    text[from..].find(end).map_or(text.len(), |at| from + at + end.len())
}

fn string_length(text: &str) -> usize {
    let mut escaped = false;
    for (at, sign) in text.char_indices().skip(1) {
        match sign {
            '"' if !escaped => return at + 1,
            _ => escaped = sign == '\\' && !escaped,
        }
    }
    text.len()
}

/// The length of a character literal or a lifetime.
fn quote_length(text: &str) -> usize {
    let mut signs = text.char_indices().skip(1);
    match signs.next() {
        Some((_, '\\')) => signs.skip(1).find(|(_, sign)| *sign == '\'').map_or(text.len(), |(at, _)| at + 1),
        Some(_) => match signs.next() {
            Some((at, '\'')) => at + 1,
            _ => 1 + text[1..].find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len() - 1),
        },
        None => text.len(),
    }
}

fn raw_string(text: &str) -> Option<usize> {
    let inner = text.strip_prefix('b').unwrap_or(text).strip_prefix('r')?;
    let hashes = inner.len() - inner.trim_start_matches('#').len();
    inner[hashes..].strip_prefix('"')?;
    let start = text.len() - inner.len() + hashes + 1;
    Some(after(text, start, &format!("\"{}", "#".repeat(hashes))))
}

/// Every path, `use a::{b, c::d}` as `a::b` and `a::c::d`. Words that are no paths come out as paths of one segment.
fn paths<'s>(tokens: &[&'s str]) -> Vec<Vec<&'s str>> {
    let is_name = |token: &str| token.starts_with(|c: char| c.is_alphanumeric() || c == '_');
    let mut found = Vec::new();
    let mut prefixes: Vec<Vec<&str>> = Vec::new();
    let mut path: Vec<&str> = Vec::new();
    let mut joined = false;
    for token in tokens {
        match *token {
            "::" => joined = true,
            "{" if joined || !prefixes.is_empty() => {
                let outer = prefixes.last().cloned().unwrap_or_default();
                prefixes.push([outer, std::mem::take(&mut path)].concat());
                joined = false;
            }
            "}" if !prefixes.is_empty() => {
                finish(&mut found, &prefixes, &mut path);
                prefixes.pop();
                joined = false;
            }
            name if is_name(name) => {
                if !joined {
                    finish(&mut found, &prefixes, &mut path);
                }
                path.push(name);
                joined = false;
            }
            _ => {
                finish(&mut found, &prefixes, &mut path);
                joined = false;
            }
        }
    }
    finish(&mut found, &prefixes, &mut path);
    found
}

fn finish<'s>(found: &mut Vec<Vec<&'s str>>, prefixes: &[Vec<&'s str>], path: &mut Vec<&'s str>) {
    if !path.is_empty() {
        found.push([prefixes.last().cloned().unwrap_or_default(), std::mem::take(path)].concat());
    }
}
