//! Who else is editing what, as far as the server told; knows no server, and keeps nobody from anything.

use std::collections::{BTreeMap, BTreeSet};

use midair_record::Pointer;
use midair_record::wire::Key;

/// How often it is said that I am still here: the server believes it for 15 s.
const AGAIN_AFTER_SECONDS: i64 = 5;
/// How many of the fields that I said last may still come back to me as news.
const ECHOES: usize = 3;

/// What I am called in other terminals of mine.
pub const ELSEWHERE: &str = "you, in another terminal";

/// Everybody who is editing.
#[derive(Clone, Debug, Default)]
pub struct Company {
    /// Where everybody is, myself in other terminals included.
    there: BTreeMap<(Key, String), Option<Pointer>>,
    mine: Option<Mine>,
}

/// What I said of myself last.
#[derive(Clone, Debug)]
struct Mine {
    key: Key,
    paths: Vec<Option<Pointer>>,
    at: i64,
}

/// What has to be told to the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Word {
    /// I am editing this, here.
    Here(Key, Option<Pointer>),
    /// I am no longer editing this.
    Gone(Key),
}

impl Company {
    /// Somebody came, moved or went. `me`: my own name, under which other terminals of mine are known too.
    pub fn take(&mut self, me: &str, key: Key, by: String, path: Option<Pointer>, here: bool) {
        if let Some(mine) = self.mine.as_mut().filter(|mine| by == me && mine.key == key) {
            if !here {
                // Another terminal of mine left, and took the name with it: it is said again with the next tick.
                mine.at = 0;
            } else if mine.paths.contains(&path) {
                return;
            }
        }
        if here {
            self.there.insert((key, by), path);
        } else {
            self.there.remove(&(key, by));
        }
    }

    /// Nobody is known any more: the connection was lost.
    pub fn forget(&mut self) {
        self.there.clear();
        self.mine = None;
    }

    /// What has to be said, `now` (in seconds) that I am editing `at`: that I came or moved, that I am still here, that
    /// I left.
    pub fn say(&mut self, at: Option<(Key, Option<Pointer>)>, now: i64) -> Vec<Word> {
        let mut words = Vec::new();
        if let Some(mine) = self.mine.take_if(|mine| at.as_ref().is_none_or(|(key, _)| mine.key != *key)) {
            words.push(Word::Gone(mine.key));
        }
        let Some((key, path)) = at else { return words };
        let known = self.mine.as_ref().filter(|mine| mine.paths.last() == Some(&path));
        if known.is_some_and(|mine| now - mine.at < AGAIN_AFTER_SECONDS) {
            return words;
        }
        let mut paths = self.mine.take().map(|mine| mine.paths).unwrap_or_default();
        if paths.last() != Some(&path) {
            paths.push(path.clone());
        }
        if paths.len() > ECHOES {
            paths.remove(0);
        }
        self.mine = Some(Mine { key: key.clone(), paths, at: now });
        words.push(Word::Here(key, path));
        words
    }

    /// Who is at a record, and where in it; what is mine is called so.
    pub fn at(&self, me: &str, key: &Key) -> Vec<(String, Option<Pointer>)> {
        let there = self.there.iter().filter(|((there, _), _)| there == key);
        there.map(|((_, by), path)| (called(me, by), path.clone())).collect()
    }

    /// Who is at which record of a collection, as a list says it: its id, and `carol` or `carol +2`.
    pub fn in_collection(&self, me: &str, collection: &str) -> Vec<(String, String)> {
        let mut rows: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for own in [false, true] {
            let listed = |(key, by): &&(Key, String)| key.collection == collection && (by == me) == own;
            for (key, by) in self.there.keys().filter(listed) {
                rows.entry(&key.id).or_default().push(if own { "you, elsewhere" } else { by });
            }
        }
        let words = |names: Vec<&str>| match names.as_slice() {
            [] | [_] => names.concat(),
            [first, rest @ ..] => format!("{first} +{}", rest.len()),
        };
        rows.into_iter().map(|(id, names)| (id.to_owned(), words(names))).collect()
    }

    /// How many people are here, myself included; 1 where nobody else is.
    pub fn people(&self, me: &str) -> usize {
        1 + self.there.keys().map(|(_, by)| by).filter(|by| *by != me).collect::<BTreeSet<_>>().len()
    }
}

fn called(me: &str, by: &str) -> String {
    if by == me { ELSEWHERE.into() } else { by.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(id: &str) -> Key {
        Key::new("projects", id).unwrap()
    }

    fn at(path: &str) -> Option<Pointer> {
        Pointer::parse(path)
    }

    #[test]
    fn i_say_where_i_am_when_i_move_and_every_five_seconds_and_that_i_left() {
        let mut company = Company::default();
        let here = |id: &str, path: &str| Some((key(id), at(path)));
        assert_eq!(company.say(here("a", "/name"), 100), [Word::Here(key("a"), at("/name"))]);
        assert_eq!(company.say(here("a", "/name"), 104), []);
        assert_eq!(company.say(here("a", "/quota"), 104), [Word::Here(key("a"), at("/quota"))]);
        assert_eq!(company.say(here("a", "/quota"), 109), [Word::Here(key("a"), at("/quota"))]);
        let moved = [Word::Gone(key("a")), Word::Here(key("b"), at("/name"))];
        assert_eq!(company.say(here("b", "/name"), 110), moved);
        assert_eq!(company.say(None, 111), [Word::Gone(key("b"))]);
        assert_eq!(company.say(None, 120), []);
    }

    #[test]
    fn what_i_said_myself_is_no_news_and_my_other_terminals_are_called_mine() {
        let mut company = Company::default();
        company.say(Some((key("a"), at("/name"))), 100);
        company.say(Some((key("a"), at("/quota"))), 101);
        for path in ["/name", "/quota"] {
            company.take("alice", key("a"), "alice".into(), at(path), true);
        }
        assert_eq!(company.at("alice", &key("a")), []);
        company.take("alice", key("a"), "alice".into(), at("/notes"), true);
        assert_eq!(company.at("alice", &key("a")), [(ELSEWHERE.to_owned(), at("/notes"))]);
        assert_eq!(company.people("alice"), 1, "I am one, however many terminals I have");
        company.take("alice", key("a"), "alice".into(), None, false);
        assert_eq!(company.at("alice", &key("a")), []);
        let again = company.say(Some((key("a"), at("/quota"))), 102);
        assert_eq!(again, [Word::Here(key("a"), at("/quota"))], "my other terminal took the name with it");
    }

    #[test]
    fn people_are_counted_once_and_forgotten_with_the_connection() {
        let mut company = Company::default();
        for (id, by) in [("a", "carol"), ("b", "carol"), ("b", "bob")] {
            company.take("alice", key(id), by.into(), None, true);
        }
        assert_eq!(company.people("alice"), 3);
        company.take("alice", key("b"), "bob".into(), None, false);
        assert_eq!(company.people("alice"), 2);
        company.forget();
        assert_eq!(company.people("alice"), 1);
    }
}
