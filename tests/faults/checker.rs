//! Proves from a history that nothing was lost, doubled, reordered or invented; knows no server, only what happened.

use std::collections::{BTreeMap, HashMap};
use std::fmt::{self, Display};

use super::history::{Act, Event, History, Kept, Name, On, Operation, Outcome, Stands, Time, Write};

/// What a server must never let happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sin {
    /// The versions of a record are not 1, 2, 3 and so on.
    Gap,
    /// One edit made two versions.
    WrittenTwice,
    /// A write was acknowledged, and is not in the history under the version that was told.
    Lost,
    /// A version that nobody wrote, or not so.
    Invented,
    /// A write was refused, and is in the history: its writer collided with itself.
    RefusedButWritten,
    /// A write was refused although it presented what stands there.
    RefusedForNothing,
    /// A version replaced another one than its writer had seen.
    LostUpdate,
    /// What began after something had ended came before it.
    Order,
    /// A read, a refusal or the end shows what no version says.
    WrongSight,
    /// A token names two versions, or a version has two tokens.
    Token,
    /// A feed left a change out.
    FeedGap,
    /// A feed went back or said something again.
    FeedAgain,
    /// A feed said what is not so.
    FeedWrong,
}

/// A sin, and where.
#[derive(Clone, Debug)]
pub struct Flaw {
    pub sin: Sin,
    pub told: String,
}

impl Display for Flaw {
    fn fmt(&self, to: &mut fmt::Formatter) -> fmt::Result {
        write!(to, "{:?}: {}", self.sin, self.told)
    }
}

/// Every flaw of a history; none means that it is proven good.
pub fn check(history: &History) -> Vec<Flaw> {
    let mut checker = Checker { history, flaws: Vec::new(), versions: HashMap::new(), tokens: HashMap::new() };
    checker.versions();
    checker.tokens();
    checker.writers();
    checker.acknowledged_and_refused();
    checker.sights();
    checker.real_time();
    checker.feeds();
    checker.flaws
}

struct Checker<'h> {
    history: &'h History,
    flaws: Vec<Flaw>,
    /// Which version an edit made.
    versions: HashMap<&'h str, (Name, u64)>,
    /// Which version a token names.
    tokens: HashMap<&'h str, (Name, u64)>,
}

impl<'h> Checker<'h> {
    fn flaw(&mut self, sin: Sin, told: String) {
        self.flaws.push(Flaw { sin, told });
    }

    fn writes(&self) -> impl Iterator<Item = (&'h Operation, &'h Write)> + use<'h> {
        self.history.operations.iter().filter_map(|operation| match &operation.act {
            Act::Write(write) => Some((operation, write)),
            Act::Read => None,
        })
    }

    fn kept(&self, record: Name) -> Option<&'h Kept> {
        self.history.records.get(&record)
    }

    /// Versions are contiguous from 1, and each edit made one.
    fn versions(&mut self) {
        for (&record, kept) in &self.history.records {
            for (expected, version) in (1..).zip(&kept.versions) {
                if version.number != expected {
                    self.flaw(Sin::Gap, format!("r{record} has v{} where v{expected} belongs", version.number));
                }
                let Some(edit) = &version.edit else {
                    self.flaw(Sin::Invented, format!("r{record} v{} has no writer", version.number));
                    continue;
                };
                if let Some((other, first)) = self.versions.insert(edit, (record, version.number)) {
                    let told = format!("{edit} made r{other} v{first} and r{record} v{}", version.number);
                    self.flaw(Sin::WrittenTwice, told);
                }
            }
        }
    }

    /// A token names one version for ever, and a version has one token.
    fn tokens(&mut self) {
        let mut named: HashMap<(Name, u64), &'h str> = HashMap::new();
        let history = self.history;
        let kept = history.records.iter().flat_map(|(&record, kept)| {
            let whole = kept.versions.iter().filter_map(|version| version.whole.as_ref());
            whole.map(move |seen| (record, seen.version, &seen.token))
        });
        let told = history.operations.iter().filter_map(|operation| match &operation.outcome {
            Outcome::Written { version, token: Some(token), .. } => Some((operation.record, *version, token)),
            Outcome::Read(Stands::Record(seen)) | Outcome::Refused(Stands::Record(seen)) => {
                Some((operation.record, seen.version, &seen.token))
            }
            _ => None,
        });
        for (record, version, token) in kept.chain(told) {
            let other = *self.tokens.entry(token).or_insert((record, version));
            if other != (record, version) {
                self.flaw(Sin::Token, format!("{token} names r{} v{} and r{record} v{version}", other.0, other.1));
            }
            let first = *named.entry((record, version)).or_insert(token);
            if first != token {
                self.flaw(Sin::Token, format!("r{record} v{version} has the tokens {first} and {token}"));
            }
        }
    }

    /// Every version says what its writer sent, and replaced what its writer had seen, which is the version before it.
    fn writers(&mut self) {
        let sent: HashMap<&str, (&Operation, &Write)> =
            self.writes().map(|(operation, write)| (write.edit.as_str(), (operation, write))).collect();
        for (&record, kept) in &self.history.records {
            let mut before: Option<&str> = None;
            for version in &kept.versions {
                let place = format!("r{record} v{}", version.number);
                let writer = version.edit.as_deref().and_then(|edit| sent.get(edit));
                if let Some((operation, write)) = writer {
                    let (op, base) = match (&write.on, &write.value) {
                        (On::Nothing, _) => ("create", matches!(before, None | Some("delete"))),
                        (On::Token(token), value) => {
                            let op = if value.is_some() { "update" } else { "delete" };
                            (op, self.tokens.get(token.as_str()) == Some(&(record, version.number - 1)))
                        }
                    };
                    if !base {
                        let told =
                            format!("{place} by {} was written on {:?}, not on the one before", write.edit, write.on);
                        self.flaw(Sin::LostUpdate, told);
                    }
                    let whole = version.whole.as_ref().map(|seen| (seen.version, seen.value.as_str()));
                    let value = write.value.as_deref().map(|value| (version.number, value));
                    if operation.record != record || whole != value || version.op != op {
                        let told = format!("{place} is {} {whole:?}; {} sent {op} {value:?}", version.op, write.edit);
                        self.flaw(Sin::Invented, told);
                    }
                } else {
                    self.flaw(Sin::Invented, format!("{place} is by {:?}, which nobody sent", version.edit));
                }
                before = Some(&version.op);
            }
        }
    }

    fn acknowledged_and_refused(&mut self) {
        for (operation, write) in self.writes() {
            let made = self.versions.get(write.edit.as_str()).copied();
            let place = format!("{} of c{} on r{}", write.edit, operation.client, operation.record);
            match (&operation.outcome, made) {
                (Outcome::Written { version, .. }, made) if made != Some((operation.record, *version)) => {
                    self.flaw(Sin::Lost, format!("{place} was told v{version}; the history has it as {made:?}"));
                }
                (Outcome::Refused(stands), Some((_, version))) => {
                    // A create names no token: one that lost its way may be right again after a later deletion.
                    let straggled = operation.tries > 1 && write.on == On::Nothing && version > stands.version();
                    if !straggled {
                        let told = format!("{place} was refused for {stands:?} and is v{version}");
                        self.flaw(Sin::RefusedButWritten, told);
                    }
                }
                _ => {}
            }
            if let Outcome::Refused(stands) = &operation.outcome {
                let holds = match (&write.on, stands) {
                    (On::Nothing, Stands::Gone(_)) => true,
                    (On::Token(token), Stands::Record(seen)) => *token == seen.token,
                    _ => false,
                };
                if holds {
                    self.flaw(Sin::RefusedForNothing, format!("{place} presented {:?} to {stands:?}", write.on));
                }
            }
        }
    }

    /// Whatever was seen is a version of the record, and the last is what stands.
    fn sights(&mut self) {
        let seen = self.history.operations.iter().filter_map(|operation| match &operation.outcome {
            Outcome::Read(stands) | Outcome::Refused(stands) => Some((operation.record, stands, "seen")),
            _ => None,
        });
        let last = self.history.records.iter().map(|(&record, kept)| (record, &kept.stands, "the end"));
        for (record, stands, when) in seen.chain(last).collect::<Vec<_>>() {
            let at = stands.version();
            let version = at.checked_sub(1).and_then(|index| self.kept(record)?.versions.get(index as usize));
            let right = match (stands, version) {
                (Stands::Record(seen), Some(version)) => version.whole.as_ref().is_some_and(|whole| {
                    let told = !seen.value.is_empty();
                    (whole.version, &whole.token) == (seen.version, &seen.token) && (!told || whole.value == seen.value)
                }),
                (Stands::Gone(_), Some(version)) => version.op == "delete",
                (Stands::Record(_), None) => false,
                (Stands::Gone(number), None) => *number == 0,
            };
            let is_last = when != "the end" || self.kept(record).is_some_and(|kept| kept.versions.len() as u64 == at);
            if !right || !is_last {
                self.flaw(Sin::WrongSight, format!("r{record}, {when}: {stands:?}, where the history has {version:?}"));
            }
        }
    }

    /// What ended before something began comes before it: on a record by its versions, over all by the feed.
    fn real_time(&mut self) {
        let mut seqs: HashMap<(Name, u64), u64> = HashMap::new();
        for event in self.history.feeds.iter().flatten() {
            seqs.insert((event.record, event.version), event.seq);
        }
        let mut all = Vec::new();
        let mut each: BTreeMap<Name, Vec<Span>> = BTreeMap::new();
        for (index, operation) in self.history.operations.iter().enumerate() {
            let (start, mut end) = (operation.start, operation.end);
            let at = match &operation.outcome {
                Outcome::Written { version, .. } => Some((*version, true)),
                Outcome::Read(stands) | Outcome::Refused(stands) => Some((stands.version(), false)),
                // It may have come true at any time after it was sent.
                Outcome::Unknown => {
                    end = Time::MAX;
                    let Act::Write(write) = &operation.act else { continue };
                    self.versions.get(write.edit.as_str()).map(|(_, version)| (*version, true))
                }
            };
            let Some((at, writes)) = at else { continue };
            each.entry(operation.record).or_default().push(Span { start, end, at, writes, index });
            if let Some(&seq) = seqs.get(&(operation.record, at)).filter(|_| writes) {
                all.push(Span { start, end, at: seq, writes, index });
            }
        }
        for spans in each.into_values() {
            self.in_order(spans, "version");
        }
        self.in_order(all, "seq");
    }

    fn in_order(&mut self, mut spans: Vec<Span>, of: &str) {
        let mut ended: Vec<(Time, u64, usize)> = spans.iter().map(|span| (span.end, span.at, span.index)).collect();
        ended.sort_unstable();
        spans.sort_unstable_by_key(|span| span.start);
        let mut ended = ended.into_iter().peekable();
        let mut floor: Option<(u64, usize)> = None;
        for span in spans {
            while let Some((_, at, index)) = ended.next_if(|(end, ..)| *end < span.start) {
                floor = floor.max(Some((at, index)));
            }
            let Some((least, earlier)) = floor else { continue };
            if span.at < least || (span.writes && span.at == least) {
                let [earlier, later] = [earlier, span.index].map(|index| &self.history.operations[index]);
                let told = format!("{of} {} of {later:?} is not after {of} {least} of {earlier:?}", span.at);
                self.flaw(Sin::Order, told);
            }
        }
    }

    fn feeds(&mut self) {
        for (number, feed) in self.history.feeds.iter().enumerate() {
            let mut last = 0;
            let mut told: HashMap<(Name, u64), &Event> = HashMap::new();
            for event in feed {
                if event.seq <= last {
                    self.flaw(Sin::FeedAgain, format!("feed {number} said {} after {last}", event.seq));
                } else if event.seq > last + 1 {
                    self.flaw(Sin::FeedGap, format!("feed {number} said {} after {last}", event.seq));
                }
                last = event.seq.max(last);
                told.insert((event.record, event.version), event);
            }
            for (&record, kept) in &self.history.records {
                let mut before = 0;
                for version in &kept.versions {
                    let place = format!("r{record} v{}", version.number);
                    let Some(event) = told.remove(&(record, version.number)) else {
                        self.flaw(Sin::FeedGap, format!("feed {number} never said {place}"));
                        continue;
                    };
                    if (&event.op, &event.edit) != (&version.op, &version.edit) || event.seq <= before {
                        let told = format!("feed {number} said {event:?}, after {before}, of {version:?}");
                        self.flaw(Sin::FeedWrong, told);
                    }
                    before = event.seq;
                }
            }
            for event in told.into_values() {
                self.flaw(Sin::FeedWrong, format!("feed {number} said {event:?}, which is in no history"));
            }
        }
    }
}

/// When something happened, and at which place in an order.
struct Span {
    start: Time,
    end: Time,
    at: u64,
    writes: bool,
    /// Of the operation.
    index: usize,
}
