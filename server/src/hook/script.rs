//! Scripts that wait for writes: each write of the record takes what comes next, until nothing is left.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use midair_record::wire::Key;
use sfv::{FieldType, KeyRef, ListEntry};

use super::Step;

/// For how many records scripts may wait at once.
const MOST: usize = 1_000;

/// What some writes in a row get.
#[derive(Clone, Debug)]
pub(super) struct Turn {
    pub(super) step: Step,
    times: u64,
    /// As it was said, without `times`.
    said: ListEntry,
}

impl Turn {
    pub(super) fn new(step: Step, times: u64, said: ListEntry) -> Self {
        Turn { step, times, said }
    }

    pub(super) fn times(&self) -> u64 {
        self.times
    }

    fn said(&self) -> ListEntry {
        let mut said = self.said.clone();
        let params = match &mut said {
            ListEntry::Item(item) => &mut item.params,
            ListEntry::InnerList(list) => &mut list.params,
        };
        if let (2.., Ok(times), Ok(key)) = (self.times, sfv::Integer::try_from(self.times), KeyRef::from_str("times")) {
            params.insert(key.to_owned(), times.into());
        }
        said
    }
}

/// What the writes to come get, one after the other.
#[derive(Clone, Debug, Default)]
pub(crate) struct Script(VecDeque<Turn>);

impl Script {
    pub(super) fn of(turns: Vec<Turn>) -> Self {
        Script(turns.into())
    }

    /// What is left of it, as it would be said anew; empty where nothing is left.
    pub(crate) fn text(&self) -> String {
        self.0.iter().map(Turn::said).collect::<Vec<_>>().serialize().unwrap_or_default()
    }

    fn next(&mut self) -> Option<Step> {
        let turn = self.0.front_mut()?;
        turn.times -= 1;
        if turn.times > 0 { Some(turn.step.clone()) } else { self.0.pop_front().map(|turn| turn.step) }
    }
}

/// Scripts wait for too many records already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("scripts wait for {MOST} records already, which is the limit; delete some first")]
pub(crate) struct TooMany;

/// The scripts of all records. Cheap to clone; all clones are one.
#[derive(Clone, Default)]
pub(crate) struct Scripts(Arc<Mutex<HashMap<Key, Script>>>);

impl Scripts {
    /// Lets a script wait for the writes of a record, in the place of the one that waited.
    ///
    /// # Errors
    /// [`TooMany`].
    pub(crate) fn put(&self, key: Key, script: Script) -> Result<(), TooMany> {
        let mut scripts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if scripts.len() >= MOST && !scripts.contains_key(&key) {
            return Err(TooMany);
        }
        scripts.insert(key, script);
        Ok(())
    }

    /// What is left for a record.
    pub(crate) fn get(&self, key: &Key) -> Script {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned().unwrap_or_default()
    }

    /// Nothing waits for the record any more.
    pub(crate) fn remove(&self, key: &Key) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }

    /// What the next write of a record gets.
    pub(crate) fn take(&self, key: &Key) -> Option<Step> {
        let mut scripts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let script = scripts.get_mut(key)?;
        let step = script.next();
        if script.0.is_empty() {
            scripts.remove(key);
        }
        step
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hook::Hook;

    #[test]
    fn a_script_is_taken_step_by_step_and_says_what_is_left() {
        let (scripts, key) = (Scripts::default(), Key::new("c", "r").unwrap());
        let text = "unavailable;times=2,\r\n (), (delay;ms=1 drop);times=3";
        scripts.put(key.clone(), Script::read(text).unwrap()).unwrap();
        let left = || scripts.get(&key).text();
        assert_eq!(left(), "unavailable;times=2, (), (delay;ms=1 drop);times=3");
        let taken: Vec<usize> = (0..4).map(|_| scripts.take(&key).unwrap().0.len()).collect();
        assert_eq!((taken, left().as_str()), (vec![1, 1, 0, 2], "(delay;ms=1 drop);times=2"));
        assert!(matches!(scripts.take(&key).unwrap().0[1], Hook::Drop { .. }));
        assert!(scripts.take(&key).is_some() && scripts.take(&key).is_none());
        assert_eq!(left(), "");
    }

    #[test]
    fn scripts_for_too_many_records_are_refused_and_a_known_one_may_be_said_anew() {
        let scripts = Scripts::default();
        let put = |id: usize| scripts.put(Key::new("c", &id.to_string()).unwrap(), Script::read("drop").unwrap());
        assert!((0..MOST).all(|id| put(id).is_ok()));
        assert_eq!((put(MOST), put(7)), (Err(TooMany), Ok(())));
        scripts.take(&Key::new("c", "7").unwrap());
        assert_eq!(put(MOST), Ok(()), "a script that is over makes room");
    }
}
