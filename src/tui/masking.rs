//! Where in a JSON text that is being typed its secrets stand.

use std::ops::Range;

use midair_record::Value;
use midair_record::json::MAX_DEPTH;
use midair_record::pointer::Pointer;

/// The stretches of `text`, in characters, that hold secrets: `text` stands at `at`, and `is_secret` says of a place whether
/// it is one. `None` where `text` cannot be read, so that they may stand anywhere.
pub fn stretches(text: &str, at: &Pointer, is_secret: &dyn Fn(&Pointer) -> bool) -> Option<Vec<Range<usize>>> {
    let mut reader = Reader { letters: text.chars().collect(), place: 0, found: Vec::new(), is_secret };
    reader.value(at, 0)?;
    reader.next().is_none().then_some(reader.found)
}

struct Reader<'s> {
    letters: Vec<char>,
    place: usize,
    found: Vec<Range<usize>>,
    is_secret: &'s dyn Fn(&Pointer) -> bool,
}

impl Reader<'_> {
    /// The next letter that is no space; it is not taken.
    fn next(&mut self) -> Option<char> {
        while let Some(' ' | '\t' | '\n' | '\r') = self.letters.get(self.place) {
            self.place += 1;
        }
        self.letters.get(self.place).copied()
    }

    fn take(&mut self, letter: char) -> Option<()> {
        self.next().filter(|next| *next == letter)?;
        self.place += 1;
        Some(())
    }

    /// Reads the value at `at`.
    fn value(&mut self, at: &Pointer, depth: usize) -> Option<()> {
        let first = self.next();
        let (start, known) = (self.place, self.found.len());
        match first {
            _ if depth > MAX_DEPTH => None,
            Some('{') => self.members(at, depth),
            Some('[') => self.elements(at, depth),
            Some('"') => self.string().map(drop),
            _ => self.scalar(),
        }?;
        if (self.is_secret)(at) {
            self.found.truncate(known);
            self.found.push(start..self.place);
        }
        Some(())
    }

    fn members(&mut self, at: &Pointer, depth: usize) -> Option<()> {
        self.take('{')?;
        if self.next() == Some('}') {
            return self.take('}');
        }
        loop {
            self.next();
            let name = self.string()?;
            self.take(':')?;
            self.value(&at.child(&name), depth + 1)?;
            if self.next() != Some(',') {
                return self.take('}');
            }
            self.place += 1;
        }
    }

    fn elements(&mut self, at: &Pointer, depth: usize) -> Option<()> {
        self.take('[')?;
        if self.next() == Some(']') {
            return self.take(']');
        }
        for index in 0.. {
            self.value(&at.child(&usize::to_string(&index)), depth + 1)?;
            if self.next() != Some(',') {
                break;
            }
            self.place += 1;
        }
        self.take(']')
    }

    fn string(&mut self) -> Option<String> {
        let start = self.place;
        let mut escaped = false;
        let rest = self.letters.get(start + 1..).unwrap_or_default();
        let end = rest.iter().position(|letter| {
            let ends = *letter == '"' && !escaped;
            escaped = *letter == '\\' && !escaped;
            ends
        });
        let end = start + 2 + end?;
        let text: String = self.letters[start..end].iter().collect();
        let name = Value::parse(&text).ok()?.as_str()?.to_owned();
        self.place = end;
        Some(name)
    }

    fn scalar(&mut self) -> Option<()> {
        let start = self.place;
        let rest = self.letters[start..].iter();
        let length = rest.take_while(|letter| !matches!(letter, ',' | ']' | '}' | ' ' | '\t' | '\n' | '\r')).count();
        let text: String = self.letters[start..start + length].iter().collect();
        Value::parse(&text).ok()?;
        self.place = start + length;
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is left of a text in which whatever is called `pin`, and all of `vault`, is secret.
    fn masked(text: &str) -> String {
        let is_secret = |at: &Pointer| at.names().iter().any(|name| name == "pin" || name == "vault");
        let stretches =
            stretches(text, &Pointer::root(), &is_secret).unwrap_or(std::iter::once(0..usize::MAX).collect());
        let hidden = |at: usize| stretches.iter().any(|stretch| stretch.contains(&at));
        text.chars().enumerate().map(|(at, letter)| if hidden(at) { '•' } else { letter }).collect()
    }

    #[test]
    fn the_secrets_in_a_json_text_are_found_and_the_rest_is_left() {
        assert_eq!(
            masked(r#"[{"id":"ann","pin":"a\"b"},{"pin":7411}]"#),
            r#"[{"id":"ann","pin":••••••},{"pin":••••}]"#
        );
        assert_eq!(masked(r#"{"vault": {"a":[1]}, "b" : [ ]}"#), r#"{"vault": •••••••••, "b" : [ ]}"#);
        assert_eq!(masked(r#"{"p\u0069n":"é日","b":{}}"#), r#"{"p\u0069n":••••,"b":{}}"#);
        assert_eq!(masked("7"), "7");
    }

    #[test]
    fn in_what_cannot_be_read_they_may_stand_anywhere() {
        let text = r#"[{"id":"ann","pin":"c4n"},{"vault":{"a":["c4n"]},"pin":"c4n\\"}]"#;
        for end in 0..text.len() {
            assert_eq!(masked(&text[..end]), "•".repeat(end), "{}", &text[..end]);
        }
        for text in [r#"{"id":hunter2}"#, r#"{pin:"x"}"#, r#"{"pin":"x"} "x""#, r#"{"pin":"x",}"#, r#"["a" "b"]"#] {
            assert_eq!(masked(text), "•".repeat(text.len()));
        }
    }
}
