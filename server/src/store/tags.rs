//! The tokens of the records that are asked for again and again: whether a reader's copy is fresh, without the file.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use midair_record::wire::Key;
use quick_cache::sync::{Cache, GuardResult};

use super::StoreError;

/// How many tokens are kept; each takes about 200 bytes.
const KEPT: usize = 32_768;

/// The token of a record as it stands.
#[derive(Debug, PartialEq, Eq)]
pub struct Tag {
    /// The entity tag, quotes included.
    pub tag: String,
    /// When the record was written: RFC 3339, UTC, milliseconds.
    pub at: String,
}

/// Tokens that are kept in memory. What is kept is never older than the last commit: the writer takes out what it is
/// about to change before it commits, and nothing comes in while it does.
#[derive(Clone)]
pub(super) struct Tags {
    kept: Arc<Cache<Key, Arc<Tag>>>,
    /// Odd while a commit is under way.
    commits: Arc<AtomicU64>,
}

impl Tags {
    pub(super) fn new() -> Self {
        Tags { kept: Arc::new(Cache::new(KEPT)), commits: Arc::default() }
    }

    /// The token of the record at `key`, from memory or else by `read`.
    pub(super) fn of(
        &self,
        key: &Key,
        read: impl FnOnce() -> Result<Option<Tag>, StoreError>,
    ) -> Result<Option<Arc<Tag>>, StoreError> {
        let guard = match self.kept.get_value_or_guard(key, Some(Duration::ZERO)) {
            GuardResult::Value(tag) => return Ok(Some(tag)),
            GuardResult::Guard(guard) => Some(guard),
            GuardResult::Timeout => None,
        };
        // A commit that begins from here on takes the guard's place away. One that is under way may have done so before.
        let quiet = self.commits.load(Ordering::SeqCst).is_multiple_of(2);
        let read = read()?.map(Arc::new);
        if let (Some(guard), Some(tag), true) = (guard, &read, quiet) {
            let _ = guard.insert(tag.clone());
        }
        Ok(read)
    }

    /// The token of the record at `key`, if it is in memory.
    pub(super) fn known(&self, key: &Key) -> Option<Arc<Tag>> {
        self.kept.get(key)
    }

    /// A commit of these changes begins.
    pub(super) fn begin(&self, written: &[(Key, Option<Tag>)]) {
        self.commits.fetch_add(1, Ordering::SeqCst);
        for (key, _) in written {
            self.kept.remove(key);
        }
    }

    /// The commit has failed, or it is done and these are the tokens now, in the order in which they were written.
    pub(super) fn end(&self, written: Vec<(Key, Option<Tag>)>) {
        for (key, tag) in written {
            match tag {
                Some(tag) => self.kept.insert(key, Arc::new(tag)),
                None => {
                    self.kept.remove(&key);
                }
            }
        }
        self.commits.fetch_add(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(tag: &str) -> Result<Option<Tag>, StoreError> {
        Ok(Some(Tag { tag: tag.into(), at: String::new() }))
    }

    #[test]
    fn what_was_read_before_a_commit_is_never_told_after_it() {
        let (tags, key) = (Tags::new(), Key::new("c", "r").unwrap());
        let told = |read: &str| tags.of(&key, || tag(read)).unwrap().unwrap().tag.clone();
        assert_eq!((told("old"), told("not read")), ("old".into(), "old".into()), "kept");
        let written = |new: Option<&str>| vec![(key.clone(), new.map(|new| tag(new).unwrap().unwrap()))];
        tags.begin(&written(Some("new")));
        assert_eq!(told("old"), "old", "not committed yet");
        tags.end(written(Some("new")));
        assert_eq!(told("not read"), "new");
        tags.begin(&written(None));
        tags.end(Vec::new());
        assert_eq!(told("still new"), "still new", "the commit failed");
        tags.begin(&written(None));
        tags.end(written(None));
        assert_eq!(tags.of(&key, || Ok(None)).unwrap(), None, "deleted");
        // A commit that begins and ends while a reader reads.
        let (tags, key) = (Tags::new(), Key::new("c", "r").unwrap());
        let late = tags.of(&key, || {
            let written = || vec![(key.clone(), tag("new").unwrap())];
            tags.begin(&written());
            tags.end(written());
            tag("old")
        });
        assert_eq!(late.unwrap().unwrap().tag, "old");
        assert_eq!(tags.of(&key, || tag("not read")).unwrap().unwrap().tag, "new");
    }
}
