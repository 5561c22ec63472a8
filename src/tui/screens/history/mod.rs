//! The history of one record: its versions, what any two of them differ in, and one to be restored; knows no server.

mod draw;

use std::collections::HashMap;

use midair_record::diff::{Change, diff};
use midair_record::schema::Secrets;
use midair_record::wire::{Key, Op, Stored, Token, VersionLine};
use midair_record::{Object, Value};

use crate::tui::keys::Action;
use crate::tui::msg::{Effect, HistoryPage, Read};
use crate::tui::widgets::glyph;

/// How near to the end of what is loaded the cursor comes before more is asked for.
const AHEAD: usize = 50;

/// The history of a record.
#[derive(Clone, Debug)]
pub struct History {
    pub key: Key,
    /// What stands there now; `None` before it came.
    pub now: Option<Read>,
    /// The version that is asked to be restored.
    pub asking: Option<u64>,
    /// Whether a restoration is under way.
    pub sent: bool,
    /// Why the list is not whole, as a sentence.
    pub trouble: Option<String>,
    /// What of the record is not shown.
    pub secrets: Secrets,
    /// Newest first.
    lines: Vec<VersionLine>,
    older: bool,
    asked: Option<Option<u64>>,
    focus: usize,
    marked: Option<u64>,
    said: HashMap<u64, Said>,
    side: Side,
    change: usize,
    whole: bool,
}

/// Which list the cursor is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Versions,
    Changes,
}

/// What is known of what a version said.
#[derive(Clone, Debug)]
enum Said {
    Asked,
    Stored(Box<Stored>),
    Trimmed,
    Failed(String),
}

/// What one side of a comparison says.
#[derive(Clone, Copy, Debug)]
enum Shown<'h> {
    Fields(&'h Object),
    /// The record did not stand there: it was deleted, or not created yet.
    Nothing,
    Trimmed,
    Failed(&'h str),
    Coming,
}

impl History {
    /// Opens the history of a record, and asks for it.
    pub fn open(key: Key) -> (Self, Vec<Effect>) {
        let mut history = History {
            key,
            now: None,
            asking: None,
            sent: false,
            trouble: None,
            secrets: Secrets::default(),
            lines: Vec::new(),
            older: false,
            asked: None,
            focus: 0,
            marked: None,
            said: HashMap::new(),
            side: Side::Versions,
            change: 0,
            whole: false,
        };
        let effects = history.reload();
        (history, effects)
    }

    /// Asks for the newest versions again.
    pub fn reload(&mut self) -> Vec<Effect> {
        self.asked = Some(None);
        vec![Effect::LoadHistory { key: self.key.clone(), before: None }]
    }

    /// Whether something of it is on its way.
    pub fn waits(&self) -> bool {
        self.sent || self.asked.is_some() || self.said.values().any(|said| matches!(said, Said::Asked))
    }

    /// The version under the cursor.
    pub fn line(&self) -> Option<&VersionLine> {
        self.lines.get(self.focus)
    }

    /// Takes a page. The cursor stays on its version.
    pub fn take_page(&mut self, before: Option<u64>, result: Result<HistoryPage, String>) -> Vec<Effect> {
        if self.asked == Some(before) {
            self.asked = None;
        }
        let page = match result {
            Ok(page) => page,
            Err(why) => {
                self.trouble = Some(why);
                return Vec::new();
            }
        };
        self.trouble = None;
        let at_the_top = self.focus == 0;
        let focused = self.line().map(|line| line.version);
        let oldest_known = self.lines.last().map(|line| line.version);
        if page.lines.first().map(|line| line.version) < oldest_known || oldest_known.is_none() {
            self.older = page.older;
        }
        for line in page.lines {
            if !self.lines.iter().any(|known| known.version == line.version) {
                self.lines.push(line);
            }
        }
        self.lines.sort_by_key(|line| std::cmp::Reverse(line.version));
        self.now = page.now.or(self.now.take());
        let same = self.lines.iter().position(|line| Some(line.version) == focused);
        self.focus = same.filter(|_| !at_the_top || self.marked.is_some()).unwrap_or(0);
        self.change = 0;
        self.wanted()
    }

    /// Takes what a version said.
    pub fn take_version(&mut self, number: u64, result: Result<Option<Box<Stored>>, String>) -> Vec<Effect> {
        let said = match result {
            Ok(Some(stored)) => Said::Stored(stored),
            Ok(None) => Said::Trimmed,
            Err(why) => Said::Failed(why),
        };
        self.said.insert(number, said);
        self.wanted()
    }

    /// What has to be asked for the two versions that are compared, one after the other; and older versions, where the
    /// cursor comes near them.
    fn wanted(&mut self) -> Vec<Effect> {
        let mut effects = Vec::new();
        let waits = self.said.values().any(|said| matches!(said, Said::Asked));
        if let (Some((older, newer)), false) = (self.pair(), waits) {
            for number in older.into_iter().chain([newer]) {
                if matches!(self.shown(number), Shown::Coming) {
                    self.said.insert(number, Said::Asked);
                    effects.push(Effect::LoadVersion { key: self.key.clone(), number });
                }
            }
        }
        if self.older && self.asked.is_none() && self.focus + AHEAD > self.lines.len() {
            let before = self.lines.last().map(|line| line.version);
            self.asked = Some(before);
            effects.push(Effect::LoadHistory { key: self.key.clone(), before });
        }
        effects
    }

    /// The two versions that are compared: the one under the cursor with the marked one, else with the one before it.
    /// `None` as the older one: before the first version.
    fn pair(&self) -> Option<(Option<u64>, u64)> {
        let here = self.line()?.version;
        match self.marked.filter(|marked| *marked != here) {
            Some(marked) => Some((Some(marked.min(here)), marked.max(here))),
            None => Some((here.checked_sub(1).filter(|before| *before > 0), here)),
        }
    }

    /// What version `number` said.
    fn shown(&self, number: u64) -> Shown<'_> {
        if let Some(Read::Stored(now)) = &self.now
            && now.version == number
        {
            return Shown::Fields(now.fields.fields());
        }
        let deleted = |line: &VersionLine| line.version == number && line.op == Op::Delete;
        if self.lines.iter().any(deleted) {
            return Shown::Nothing;
        }
        match self.said.get(&number) {
            Some(Said::Stored(stored)) => Shown::Fields(stored.fields.fields()),
            Some(Said::Trimmed) => Shown::Trimmed,
            Some(Said::Failed(why)) => Shown::Failed(why),
            Some(Said::Asked) | None => Shown::Coming,
        }
    }

    /// Both sides of the comparison, the older one first.
    fn sides(&self) -> Option<(Shown<'_>, Shown<'_>)> {
        let (older, newer) = self.pair()?;
        Some((older.map_or(Shown::Nothing, |older| self.shown(older)), self.shown(newer)))
    }

    /// What the two versions differ in; `None` while that is not known.
    fn changes(&self) -> Option<Vec<Change>> {
        let none = Object::new();
        let fields = |shown| match shown {
            Shown::Fields(fields) => Some(fields),
            Shown::Nothing => Some(&none),
            _ => None,
        };
        let (older, newer) = self.sides()?;
        Some(diff(fields(older)?, fields(newer)?))
    }

    /// What would change now if `number` were restored.
    ///
    /// # Errors
    /// A sentence about why it cannot be.
    pub fn restoring(&self, number: u64) -> Result<Vec<Change>, String> {
        let then = match self.shown(number) {
            Shown::Fields(fields) => fields,
            Shown::Nothing => return Err(format!("v{number} deleted the record; there is nothing in it to restore.")),
            Shown::Trimmed => {
                return Err(format!("The fields of v{number} are no longer kept, so that it cannot be restored."));
            }
            Shown::Failed(why) => return Err(format!("v{number} could not be read: {why}")),
            Shown::Coming => return Err(format!("v{number} is still on its way; try again.")),
        };
        match &self.now {
            Some(Read::Stored(now)) => {
                let changes = diff(now.fields.fields(), then);
                match changes.is_empty() {
                    true => Err(format!("v{} already says what v{number} says; nothing to restore.", now.version)),
                    false => Ok(changes),
                }
            }
            Some(Read::Gone(_)) => Ok(diff(&Object::new(), then)),
            Some(Read::Missing) | None => Err("What stands there now is not known; try again.".into()),
        }
    }

    /// What a restoration has to name: the token of what stands there; none where it was deleted.
    pub fn token(&self) -> Option<Token> {
        match &self.now {
            Some(Read::Stored(now)) => Some(now.token.clone()),
            _ => None,
        }
    }

    /// Whether a key does something as things stand; only such keys are advertised.
    pub fn works_now(&self, action: Action) -> bool {
        match action {
            Action::Restore => {
                let now =
                    self.token().is_none() || !matches!(&self.now, Some(Read::Stored(now)) if self.is_at(now.version));
                now && self.line().is_some_and(|line| line.op != Op::Delete)
            }
            Action::Mark => self.line().is_some(),
            Action::ShowWhole => self.changes().is_some_and(|changes| changes.iter().any(is_long)),
            _ => true,
        }
    }

    fn is_at(&self, version: u64) -> bool {
        self.line().is_some_and(|line| line.version == version)
    }

    /// Does what a key means here, where it concerns the lists alone. `page`: how many lines a page has.
    pub fn act(&mut self, action: Action, page: usize) -> Vec<Effect> {
        match (action, self.side) {
            (Action::Reload, _) => {
                self.said.retain(|_, said| matches!(said, Said::Stored(_)));
                return self.reload();
            }
            (Action::Mark, _) => {
                let here = self.line().map(|line| line.version);
                self.marked = if self.marked == here { None } else { here };
                self.change = 0;
            }
            (Action::ShowWhole, _) => self.whole = !self.whole,
            (Action::Right, Side::Versions) => self.side = Side::Changes,
            (Action::Right, Side::Changes) => self.side = Side::Versions,
            (_, Side::Versions) => {
                let moved = stepped(action, self.focus, self.lines.len(), page);
                if moved != self.focus {
                    (self.focus, self.change) = (moved, 0);
                }
            }
            (_, Side::Changes) => {
                let count = self.changes().map_or(0, |changes| changes.len());
                self.change = stepped(action, self.change, count, page);
            }
        }
        self.wanted()
    }
}

/// Where a key takes the cursor in a list of `count` rows.
fn stepped(action: Action, from: usize, count: usize, page: usize) -> usize {
    let last = count.saturating_sub(1);
    match action {
        Action::Up => from.saturating_sub(1),
        Action::Down => (from + 1).min(last),
        Action::PageUp => from.saturating_sub(page),
        Action::PageDown => (from + page).min(last),
        Action::First => 0,
        Action::Last => last,
        _ => from,
    }
}

/// Whether a change may be cut where it is drawn.
fn is_long(change: &Change) -> bool {
    let long = |value: &Value| match value {
        Value::String(text) => glyph::width(text.as_str(), 41) > 40 || text.as_str().lines().nth(2).is_some(),
        Value::Array(elements) => elements.len() > 2,
        Value::Object(members) => members.len() > 2,
        _ => false,
    };
    [&change.was, &change.now].into_iter().flatten().any(long)
}
