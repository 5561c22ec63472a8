//! Good histories made up from a seed, and the ways to break one, each with what the checker must call it.

use super::checker::Sin;
use super::dice::Dice;
use super::history::{Act, Event, History, Kept, Name, On, Operation, Outcome, Seen, Stands, Version, Write};

const RECORDS: u32 = 3;
const OPERATIONS: u64 = 300;

/// What a server without a fault would have made of some operations that overlap.
pub fn good(seed: u64) -> History {
    let mut dice = Dice::new(seed);
    let mut history = History::default();
    let mut feed = Vec::new();
    for record in 0..RECORDS {
        history.records.insert(record, Kept { versions: Vec::new(), stands: Stands::Gone(0) });
    }
    for number in 0..OPERATIONS {
        let record = dice.below(u64::from(RECORDS)) as Name;
        let kept = history.records.get_mut(&record).unwrap();
        // It comes true at its own moment, somewhere between its start and its end.
        let (moment, client) = (1000 + number * 10, dice.below(5) as u32);
        let (start, end) = (moment - dice.below(60), moment + dice.below(60));
        let (act, outcome) = if dice.happens(400) {
            (Act::Read, Outcome::Read(kept.stands.clone()))
        } else {
            let write = write(&mut dice, kept, number, client);
            let outcome = judge(&mut dice, kept, &write);
            if let Some(event) = event(record, kept, &write, feed.len()) {
                feed.push(event);
            }
            (Act::Write(write), outcome)
        };
        history.operations.push(Operation { client, record, start, end, tries: 1, act, outcome });
    }
    history.feeds = vec![feed.clone(), feed];
    history
}

/// A write on what stands there, or on what stood there once.
fn write(dice: &mut Dice, kept: &Kept, number: u64, client: u32) -> Write {
    let edit = format!("c{client}-{number}");
    let known: Vec<&Seen> = kept.versions.iter().filter_map(|version| version.whole.as_ref()).collect();
    let stale = known.get(dice.below(known.len().max(1) as u64) as usize).copied().filter(|_| dice.happens(200));
    let on = match (stale, &kept.stands) {
        (Some(seen), _) | (None, Stands::Record(seen)) => On::Token(seen.token.clone()),
        (None, Stands::Gone(_)) => On::Nothing,
    };
    let value = Some(format!(r#"{{"edit":"{edit}"}}"#)).filter(|_| on == On::Nothing || dice.happens(900));
    Write { edit, on, value }
}

/// Does the write, if it may be done, and answers, if the answer is not lost.
fn judge(dice: &mut Dice, kept: &mut Kept, write: &Write) -> Outcome {
    let holds = match (&write.on, &kept.stands) {
        (On::Nothing, Stands::Gone(_)) => true,
        (On::Token(token), Stands::Record(seen)) => *token == seen.token,
        _ => false,
    };
    let arrives = !dice.happens(40);
    if holds && arrives {
        let number = kept.versions.len() as u64 + 1;
        let token = format!("\"{number}-{}\"", dice.roll());
        let whole = write.value.clone().map(|value| Seen { version: number, token, value });
        kept.stands = whole.clone().map_or(Stands::Gone(number), Stands::Record);
        let op = match (&write.on, &write.value) {
            (On::Nothing, _) => "create",
            (_, Some(_)) => "update",
            (_, None) => "delete",
        };
        kept.versions.push(Version { number, op: op.into(), edit: Some(write.edit.clone()), whole });
    }
    if !arrives || dice.happens(40) {
        return Outcome::Unknown;
    }
    match (&kept.stands, holds) {
        (stands, false) => Outcome::Refused(stands.clone()),
        (Stands::Record(seen), true) => {
            Outcome::Written { version: seen.version, token: Some(seen.token.clone()), replayed: false }
        }
        (Stands::Gone(version), true) => Outcome::Written { version: *version, token: None, replayed: false },
    }
}

fn event(record: Name, kept: &Kept, write: &Write, before: usize) -> Option<Event> {
    let last = kept.versions.last().filter(|version| version.edit.as_ref() == Some(&write.edit))?;
    let (op, edit) = (last.op.clone(), last.edit.clone());
    Some(Event { seq: before as u64 + 1, record, version: last.number, op, edit })
}

/// A way to break a history. It gives up (`None`) where the history has nothing to break in this way.
pub struct Break {
    pub name: &'static str,
    pub sin: Sin,
    pub by: fn(&mut History, &mut Dice) -> Option<()>,
}

pub const BREAKS: &[Break] = &[
    Break { name: "an acknowledged write is missing, and the rest moved up", sin: Sin::Lost, by: lose },
    Break { name: "the last acknowledged write of a record is missing", sin: Sin::Lost, by: lose_the_last },
    Break {
        name: "a version is missing",
        sin: Sin::Gap,
        by: |history, dice| {
            kept(history, dice, |versions, at| {
                versions.remove(at);
            })
        },
    },
    Break {
        name: "a version is there twice",
        sin: Sin::Gap,
        by: |history, dice| {
            kept(history, dice, |versions, at| {
                versions.insert(at, versions[at].clone());
            })
        },
    },
    Break {
        name: "an edit made two versions",
        sin: Sin::WrittenTwice,
        by: |history, dice| kept(history, dice, |versions, at| versions[at].edit = versions[at - 1].edit.clone()),
    },
    Break {
        name: "a version has no writer",
        sin: Sin::Invented,
        by: |history, dice| kept(history, dice, |versions, at| versions[at].edit = None),
    },
    Break {
        name: "a version nobody sent",
        sin: Sin::Invented,
        by: |history, dice| kept(history, dice, |versions, at| versions[at].edit = Some("somebody".into())),
    },
    Break {
        name: "another value is kept than was sent",
        sin: Sin::Invented,
        by: |history, dice| {
            kept(history, dice, |versions, at| {
                if let Some(seen) = versions.iter_mut().skip(at - 1).find_map(|version| version.whole.as_mut()) {
                    seen.value.push(' ');
                }
            })
        },
    },
    Break { name: "two versions changed places", sin: Sin::LostUpdate, by: swap },
    Break { name: "a write replaced what its writer had not seen", sin: Sin::LostUpdate, by: overwrite },
    Break { name: "a refused write is kept", sin: Sin::RefusedButWritten, by: refuse },
    Break { name: "a write is refused for nothing", sin: Sin::RefusedForNothing, by: refuse_for_nothing },
    Break { name: "a write began after the next had ended", sin: Sin::Order, by: late_write },
    Break { name: "a read shows what was replaced long ago", sin: Sin::Order, by: stale_read },
    Break { name: "a read shows a version before its time", sin: Sin::Order, by: early_read },
    Break {
        name: "a read shows another value",
        sin: Sin::WrongSight,
        by: |history, dice| sight(history, dice, |seen| seen.value.push('x')),
    },
    Break {
        name: "a token comes back",
        sin: Sin::Token,
        by: |history, dice| sight(history, dice, |seen| seen.version += 1),
    },
    Break {
        name: "a version has two tokens",
        sin: Sin::Token,
        by: |history, dice| sight(history, dice, |seen| seen.token = "\"other\"".into()),
    },
    Break {
        name: "what stands is not the last version",
        sin: Sin::WrongSight,
        by: |history, dice| {
            let kept = history.records.get_mut(&(dice.below(u64::from(RECORDS)) as Name))?;
            let before = kept.versions.iter().rev().skip(1).find_map(|version| version.whole.clone())?;
            kept.stands = Stands::Record(before);
            Some(())
        },
    },
    Break {
        name: "a feed leaves a change out",
        sin: Sin::FeedGap,
        by: |history, dice| {
            feed(history, dice, |feed, at| {
                feed.remove(at);
            })
        },
    },
    Break {
        name: "a feed ends early",
        sin: Sin::FeedGap,
        by: |history, dice| feed(history, dice, |feed, _| drop(feed.pop())),
    },
    Break {
        name: "a feed says a change twice",
        sin: Sin::FeedAgain,
        by: |history, dice| feed(history, dice, |feed, at| feed.insert(at, feed[at].clone())),
    },
    Break {
        name: "a feed turns two changes around",
        sin: Sin::FeedAgain,
        by: |history, dice| feed(history, dice, |feed, at| feed.swap(at, at - 1)),
    },
    Break {
        name: "a feed says what is not so",
        sin: Sin::FeedWrong,
        by: |history, dice| feed(history, dice, |feed, at| feed[at].edit = Some("somebody".into())),
    },
    Break {
        name: "a feed says what never was",
        sin: Sin::FeedWrong,
        by: |history, dice| {
            feed(history, dice, |feed, _| {
                let mut more = feed[feed.len() - 1].clone();
                (more.seq, more.version) = (more.seq + 1, more.version + 1);
                feed.push(more);
            })
        },
    },
];

/// Breaks the versions of a record, at one that is neither the first nor the last.
fn kept(history: &mut History, dice: &mut Dice, by: fn(&mut Vec<Version>, usize)) -> Option<()> {
    let versions = &mut history.records.get_mut(&(dice.below(u64::from(RECORDS)) as Name))?.versions;
    let at = 1 + dice.below((versions.len() as u64).checked_sub(2).filter(|inner| *inner > 0)?);
    by(versions, at as usize);
    Some(())
}

fn feed(history: &mut History, dice: &mut Dice, by: fn(&mut Vec<Event>, usize)) -> Option<()> {
    let feed = &mut history.feeds[dice.below(2) as usize];
    let at = 1 + dice.below(feed.len() as u64 - 2) as usize;
    by(feed, at);
    Some(())
}

/// Breaks what a read showed.
fn sight(history: &mut History, dice: &mut Dice, by: fn(&mut Seen)) -> Option<()> {
    let mut seen: Vec<_> = history
        .operations
        .iter_mut()
        .filter_map(|operation| match &mut operation.outcome {
            Outcome::Read(Stands::Record(seen)) => Some(seen),
            _ => None,
        })
        .collect();
    let at = dice.below(seen.len() as u64) as usize;
    by(seen.swap_remove(at));
    Some(())
}

/// An acknowledged write of which `wanted` holds, and the version it was told.
fn told(history: &History, dice: &mut Dice, wanted: fn(&Write, u64) -> bool) -> Option<(usize, Name, u64)> {
    let all: Vec<_> = (0..)
        .zip(&history.operations)
        .filter_map(|(index, operation)| match (&operation.act, &operation.outcome) {
            (Act::Write(write), Outcome::Written { version, .. }) if wanted(write, *version) => {
                Some((index, operation.record, *version))
            }
            _ => None,
        })
        .collect();
    all.get(dice.below(all.len().max(1) as u64) as usize).copied()
}

fn stands(history: &History, record: Name, number: u64) -> Stands {
    let version = number.checked_sub(1).and_then(|index| history.records[&record].versions.get(index as usize));
    version.and_then(|version| version.whole.clone()).map_or(Stands::Gone(number), Stands::Record)
}

fn lose(history: &mut History, dice: &mut Dice) -> Option<()> {
    let (_, record, number) = told(history, dice, |_, _| true)?;
    let versions = &mut history.records.get_mut(&record)?.versions;
    versions.remove(number as usize - 1);
    for (number, version) in (1..).zip(versions) {
        version.number = number;
        if let Some(seen) = &mut version.whole {
            seen.version = number;
        }
    }
    Some(())
}

fn lose_the_last(history: &mut History, dice: &mut Dice) -> Option<()> {
    let record = dice.below(u64::from(RECORDS)) as Name;
    let last = history.records[&record].versions.len() as u64;
    let acknowledged = history.operations.iter().any(|operation| {
        operation.record == record && matches!(operation.outcome, Outcome::Written { version, .. } if version == last)
    });
    if !acknowledged {
        return None;
    }
    let stands = stands(history, record, last - 1);
    let kept = history.records.get_mut(&record)?;
    kept.versions.pop();
    kept.stands = stands;
    Some(())
}

fn swap(history: &mut History, dice: &mut Dice) -> Option<()> {
    kept(history, dice, |versions, at| {
        versions.swap(at, at - 1);
        for (number, version) in (1..).zip(versions) {
            version.number = number;
            if let Some(seen) = &mut version.whole {
                seen.version = number;
            }
        }
    })
}

fn overwrite(history: &mut History, dice: &mut Dice) -> Option<()> {
    let (index, record, number) =
        told(history, dice, |write, version| version > 2 && matches!(write.on, On::Token(_)))?;
    let Stands::Record(seen) = stands(history, record, number - 2) else { return None };
    if let Act::Write(write) = &mut history.operations[index].act {
        write.on = On::Token(seen.token);
    }
    Some(())
}

fn refuse(history: &mut History, dice: &mut Dice) -> Option<()> {
    let (index, record, number) = told(history, dice, |_, _| true)?;
    history.operations[index].outcome = Outcome::Refused(stands(history, record, number));
    Some(())
}

fn refuse_for_nothing(history: &mut History, _: &mut Dice) -> Option<()> {
    history.operations.iter_mut().find_map(|operation| match (&mut operation.act, &operation.outcome) {
        (Act::Write(write), Outcome::Refused(Stands::Record(seen))) => {
            write.on = On::Token(seen.token.clone());
            Some(())
        }
        _ => None,
    })
}

fn late_write(history: &mut History, dice: &mut Dice) -> Option<()> {
    let (index, record, number) = told(history, dice, |_, _| true)?;
    let next = history.operations.iter().find(|operation| {
        let follows = matches!(operation.outcome, Outcome::Written { version, .. } if version == number + 1);
        operation.record == record && follows
    });
    let end = next?.end;
    (history.operations[index].start, history.operations[index].end) = (end + 1, end + 2);
    Some(())
}

fn stale_read(history: &mut History, dice: &mut Dice) -> Option<()> {
    let (index, record, number) = told(history, dice, |_, _| true)?;
    let end = history.operations[index].end;
    look(history, record, number - 1, end + 1);
    Some(())
}

fn early_read(history: &mut History, dice: &mut Dice) -> Option<()> {
    let (index, record, number) = told(history, dice, |_, _| true)?;
    let start = history.operations[index].start;
    look(history, record, number, start - 2);
    Some(())
}

/// Somebody reads this version at this time.
fn look(history: &mut History, record: Name, number: u64, start: u64) {
    let outcome = Outcome::Read(stands(history, record, number));
    history.operations.push(Operation { client: 9, record, start, end: start + 1, tries: 1, act: Act::Read, outcome });
}
