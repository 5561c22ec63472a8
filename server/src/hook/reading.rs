//! Reads hooks from a structured field; a hook or parameter that is not known is a fault, never passed over.

use std::time::Duration;

use midair_record::{Patch, PatchKind, Record};
use sfv::{BareItem, Item, List, ListEntry, Parameters, Parser};

use super::script::Turn;
use super::{Hook, Script, Step, Theirs, When};

/// How long a delay may be.
const LONGEST: u64 = 60_000;
/// How many writes one member of a script may be for.
const MOST_TIMES: u64 = 1_000;
/// What `Retry-After` may say, in seconds.
const LATEST: u64 = 3_600;
/// Whom a conflict is by where nobody is named.
const NOBODY: &str = "midair-test";
/// How much of what was read a refusal quotes, in characters.
const QUOTED: usize = 200;

/// Each hook, and the parameters that it takes.
const HOOKS: [(&str, &[&str]); 4] = [
    ("conflict", &["by", "note", "patch", "ops", "fields", "delete"]),
    ("delay", &["ms", "when"]),
    ("drop", &["when"]),
    ("unavailable", &["retry-after"]),
];

/// Hooks that cannot be read: what was read, and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{read:?} is no test hook: {why}")]
pub(crate) struct BadScript {
    read: String,
    why: String,
}

impl Step {
    /// Reads what a request says of itself: one member, since there is one request.
    ///
    /// # Errors
    /// [`BadScript`].
    pub(crate) fn read(text: &str) -> Result<Self, BadScript> {
        let bad = |why: String| BadScript { read: clipped(text), why };
        match members(text).map_err(bad)?.as_slice() {
            [turn] if turn.times() == 1 => Ok(turn.step.clone()),
            [_] => Err(bad("times is for a script; a header is for its own request".into())),
            turns => {
                let count = turns.len();
                Err(bad(format!("it has {count} members, and a header is for one request: put them into parentheses")))
            }
        }
    }
}

impl Script {
    /// Reads what the writes to come get, one after the other. A line may end wherever a space may stand.
    ///
    /// # Errors
    /// [`BadScript`].
    pub(crate) fn read(text: &str) -> Result<Self, BadScript> {
        let line = text.replace("\r\n", " ").replace('\n', " ");
        let turns = members(&line).map_err(|why| BadScript { read: clipped(text), why })?;
        Ok(Script::of(turns))
    }
}

fn clipped(text: &str) -> String {
    match text.char_indices().nth(QUOTED) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn members(text: &str) -> Result<Vec<Turn>, String> {
    let list: List = Parser::new(text).parse().map_err(|fault| format!("{fault}"))?;
    if list.is_empty() {
        return Err("it is empty".into());
    }
    list.into_iter().map(turn).collect()
}

fn turn(mut entry: ListEntry) -> Result<Turn, String> {
    let params = match &mut entry {
        ListEntry::Item(item) => &mut item.params,
        ListEntry::InnerList(list) => &mut list.params,
    };
    let times = match params.shift_remove("times") {
        None => 1,
        Some(said) => whole("times", Some(&said), 1, MOST_TIMES)?,
    };
    let hooks = match &entry {
        ListEntry::Item(item) => vec![hook(item)?],
        ListEntry::InnerList(list) => {
            if let Some(name) = list.params.keys().next() {
                return Err(format!("what stands in parentheses has no parameter {name}; it takes times"));
            }
            list.items.iter().map(hook).collect::<Result<_, _>>()?
        }
    };
    Ok(Turn::new(Step(hooks), times, entry))
}

fn hook(item: &Item) -> Result<Hook, String> {
    let known = || HOOKS.map(|(name, _)| name).join(", ");
    let said = item.bare_item.as_token().map(sfv::TokenRef::as_str).ok_or_else(|| format!("a hook is {}", known()))?;
    let Some((name, takes)) = HOOKS.into_iter().find(|(name, _)| *name == said) else {
        return Err(format!("there is no hook {said}; there are {}", known()));
    };
    let params = &item.params;
    if let Some(odd) = params.keys().find(|key| !takes.contains(&key.as_str())) {
        return Err(format!("{name} has no parameter {odd}; it takes {}", takes.join(", ")));
    }
    Ok(match name {
        "conflict" => conflict(params)?,
        "delay" => Hook::Delay {
            time: Duration::from_millis(whole("ms", params.get("ms"), 0, LONGEST)?),
            when: when(params, When::Before)?,
        },
        "drop" => Hook::Drop { when: when(params, When::After)? },
        _ => {
            let seconds = params.get("retry-after").map(|said| whole("retry-after", Some(said), 0, LATEST));
            let seconds = u16::try_from(seconds.transpose()?.unwrap_or(1)).unwrap_or(u16::MAX);
            Hook::Unavailable { retry_after: seconds }
        }
    })
}

fn conflict(params: &Parameters) -> Result<Hook, String> {
    let patch = |name: &str, kind| -> Result<Option<Theirs>, String> {
        let Some(text) = text(name, params)? else { return Ok(None) };
        let patch = Patch::parse(kind, text.as_bytes()).map_err(|fault| format!("{name}: {}", fault.refusal()))?;
        Ok(Some(Theirs::Patch(patch)))
    };
    let fields = text("fields", params)?.map(|text| Record::parse(text).map_err(|fault| format!("fields: {fault}")));
    let deletion = match params.get("delete") {
        None => None,
        Some(BareItem::Boolean(true)) => Some(Theirs::Deletion),
        Some(_) => return Err("delete takes no value".into()),
    };
    let all = [
        patch("patch", PatchKind::MergePatch)?,
        patch("ops", PatchKind::Ops)?,
        fields.transpose()?.map(Theirs::Fields),
        deletion,
    ];
    let mut said = all.into_iter().flatten();
    let (Some(theirs), None) = (said.next(), said.next()) else {
        return Err("conflict needs one of patch, ops, fields and delete: what somebody else writes".into());
    };
    let by = text("by", params)?.unwrap_or(NOBODY).to_owned();
    Ok(Hook::Conflict { theirs, by, note: text("note", params)?.map(str::to_owned) })
}

/// A string, or one beyond ASCII (`%"…"`).
fn text<'p>(name: &str, params: &'p Parameters) -> Result<Option<&'p str>, String> {
    match params.get(name) {
        None => Ok(None),
        Some(BareItem::String(text)) => Ok(Some(text.as_str())),
        Some(BareItem::DisplayString(text)) => Ok(Some(text)),
        Some(_) => Err(format!("{name} is a string in double quotes, or %\"…\"")),
    }
}

fn whole(name: &str, said: Option<&BareItem>, least: u64, most: u64) -> Result<u64, String> {
    let number = said.and_then(BareItem::as_integer).and_then(|number| u64::try_from(number).ok());
    number
        .filter(|number| (least..=most).contains(number))
        .ok_or_else(|| format!("{name} is a whole number from {least} to {most}"))
}

fn when(params: &Parameters, usually: When) -> Result<When, String> {
    match params.get("when").map(|said| said.as_token().map(sfv::TokenRef::as_str)) {
        None => Ok(usually),
        Some(Some("before")) => Ok(When::Before),
        Some(Some("after")) => Ok(When::After),
        Some(_) => Err("when is before or after".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        Step::read(text).unwrap_err().to_string()
    }

    #[test]
    fn what_is_wrong_is_said_and_what_was_read_is_quoted() {
        for (text, why) in [
            ("", "it is empty"),
            ("conflict;", "expected start of key"),
            ("\"conflict\"", "a hook is conflict, delay, drop, unavailable"),
            ("collide", "there is no hook collide; there are conflict, delay, drop, unavailable"),
            ("delay;ms=5;by=\"bob\"", "delay has no parameter by; it takes ms, when"),
            ("delay", "ms is a whole number from 0 to 60000"),
            ("delay;ms=60001", "ms is a whole number from 0 to 60000"),
            ("delay;ms=1.5", "ms is a whole number"),
            ("delay;ms=1;when=during", "when is before or after"),
            ("drop;when=\"after\"", "when is before or after"),
            ("unavailable;retry-after=-1", "retry-after is a whole number from 0 to 3600"),
            ("conflict;by=\"bob\"", "conflict needs one of patch, ops, fields and delete"),
            ("conflict;delete;fields=\"{}\"", "conflict needs one of"),
            ("conflict;delete=1", "delete takes no value"),
            ("conflict;patch={}", "expected start of"),
            ("conflict;patch=7", "patch is a string in double quotes"),
            ("conflict;patch=\"{\"", "patch: "),
            ("conflict;ops=\"[{}]\"", "ops: operation 0"),
            ("conflict;fields=\"7\"", "fields: "),
            ("drop;times=2", "times is for a script"),
            ("drop, drop", "it has 2 members"),
            ("(drop);loud", "has no parameter loud"),
        ] {
            let said = refused(text);
            assert!(said.starts_with(&format!("{text:?} is no test hook: ")) && said.contains(why), "{text}: {said}");
        }
        assert!(Script::read("drop;times=0").unwrap_err().to_string().contains("times is a whole number from 1"));
    }

    #[test]
    fn a_long_text_is_quoted_by_its_beginning() {
        assert!(refused(&"é".repeat(10_000)).chars().count() < 400);
    }

    #[test]
    fn every_hook_is_read_with_what_it_takes() {
        let step = Step::read(
            r#"(unavailable delay;ms=5 conflict;by=%"Zo%c3%ab";note="n";patch="{\"n\":2}" delay;ms=60000;when=after drop)"#,
        )
        .unwrap();
        let [
            Hook::Unavailable { retry_after: 1 },
            Hook::Delay { when: When::Before, .. },
            Hook::Conflict { by, note, theirs: Theirs::Patch(_) },
            Hook::Delay { time, when: When::After },
            Hook::Drop { when: When::After },
        ] = step.0.as_slice()
        else {
            panic!("{step:?}");
        };
        assert_eq!((by.as_str(), note.as_deref(), time.as_secs()), ("Zoë", Some("n"), 60));
    }
}
