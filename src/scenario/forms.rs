//! The one table of steps: how each is written, an example, what it does; reader and documentation are made from it.

use midair_record::wire::Key;
use midair_record::{Record, Text, Value};

use super::pattern::Part;
use super::{Check, Chore, Cue, Deed, Does, Which, Who};

/// A kind of step.
#[derive(Clone, Copy, Debug)]
pub struct Form {
    /// How it is written: words in capitals are places.
    pub pattern: &'static str,
    /// One such step, as it stands in a file.
    pub example: &'static str,
    /// What it does, for the documentation.
    pub help: &'static str,
    /// Makes the step of what was read at its places; a sentence where that is none.
    pub(super) make: fn(Vec<Part>) -> Result<Does, String>,
}

const fn form(
    pattern: &'static str,
    example: &'static str,
    help: &'static str,
    make: fn(Vec<Part>) -> Result<Does, String>,
) -> Form {
    Form { pattern, example, help, make }
}

/// Takes the parts apart as a pattern laid them, and makes a step of them.
macro_rules! of {
    ($($part:pat),+ => $made:expr) => {
        |parts| match <[Part; _]>::try_from(parts) {
            Ok([$($part),+]) => Ok($made),
            _ => Err("it is not written like this".into()),
        }
    };
}

use Part as P;
use Who::{Client, Terminal};

/// The table.
pub const FORMS: &[Form] = &[
    form(
        "TERMINAL opens RECORD",
        "alice opens projects/prj_1",
        "Goes to the record in the list, and opens it in the editor.",
        of!(P::Who(Terminal(who)), P::Key(key) => Does::Deed(who, Deed::Open(key))),
    ),
    form(
        "TERMINAL creates RECORD",
        "alice creates projects/prj_9",
        "Begins a new record under this id; `saves` sends it.",
        of!(P::Who(Terminal(who)), P::Key(key) => Does::Deed(who, Deed::Create(key))),
    ),
    form(
        "TERMINAL sets FIELD to JSON",
        "alice sets name to \"Apollo 2\"",
        "Goes to the field, and types this in place of what stands there. A field is a name, or a JSON pointer as in /price/amount. A field that is not there is added.",
        of!(P::Who(Terminal(who)), P::Field(at), P::Value(value) => Does::Deed(who, Deed::Set(at, value))),
    ),
    form(
        "TERMINAL writes FIELD LINES",
        "alice writes notes\n    Call carol before Friday.\n    Then tell bob.",
        "The same for a text of many lines, which follow, indented. Lines that are the same stay untouched.",
        of!(P::Who(Terminal(who)), P::Field(at), P::Text(text) => Does::Deed(who, Deed::Set(at, Value::string(text)))),
    ),
    form(
        "TERMINAL removes FIELD",
        "alice removes owner",
        "Makes the field absent, which is not null and not empty.",
        of!(P::Who(Terminal(who)), P::Field(at) => Does::Deed(who, Deed::Remove(at))),
    ),
    form(
        "TERMINAL notes TEXT",
        "alice notes \"as agreed on the phone\"",
        "Says why, for the history.",
        of!(P::Who(Terminal(who)), P::Text(text) => Does::Deed(who, Deed::Note(text))),
    ),
    form(
        "TERMINAL saves",
        "alice saves",
        "Saves what is in the editor.",
        of!(P::Who(Terminal(who)) => Does::Deed(who, Deed::Save)),
    ),
    form(
        "TERMINAL looks at theirs",
        "alice looks at theirs",
        "Settles with what was saved meanwhile, before saving.",
        of!(P::Who(Terminal(who)) => Does::Deed(who, Deed::LookAtTheirs)),
    ),
    form(
        "TERMINAL takes SIDE for FIELD",
        "alice takes mine for name",
        "In a collision: theirs, mine, base or both for this field.",
        of!(P::Who(Terminal(who)), P::Side(side), P::Field(at) => Does::Deed(who, Deed::Take(side, Which::Field(at)))),
    ),
    form(
        "TERMINAL takes SIDE for part NUMBER of FIELD",
        "alice takes theirs for part 2 of notes",
        "In a collision: the same for one of the parts of a text or list that ask, counted from the top.",
        of!(P::Who(Terminal(who)), P::Side(side), P::Number(part), P::Field(at) => {
            Does::Deed(who, Deed::Take(side, Which::Part(at, usize::try_from(part).unwrap_or(usize::MAX))))
        }),
    ),
    form(
        "TERMINAL takes SIDE for the rest",
        "alice takes theirs for the rest",
        "In a collision: theirs or mine for all that is still undecided.",
        |parts| match <[Part; 2]>::try_from(parts) {
            Ok([P::Who(Terminal(_)), P::Side(super::Side::Base | super::Side::Both)]) => {
                Err("for the rest there is theirs, or mine".into())
            }
            Ok([P::Who(Terminal(who)), P::Side(side)]) => Ok(Does::Deed(who, Deed::Take(side, Which::Rest))),
            _ => Err("it is not written like this".into()),
        },
    ),
    form(
        "TERMINAL settles FIELD with JSON",
        "alice settles name with \"Apollo and Artemis\"",
        "In a collision: writes the value of this field by hand.",
        of!(P::Who(Terminal(who)), P::Field(at), P::Value(value) => Does::Deed(who, Deed::Settle(at, value))),
    ),
    form(
        "TERMINAL submits",
        "alice submits",
        "In a collision: saves the result.",
        of!(P::Who(Terminal(who)) => Does::Deed(who, Deed::Submit)),
    ),
    form(
        "TERMINAL asks to delete RECORD",
        "alice asks to delete projects/prj_1",
        "Goes to the record in the list, and presses the key that deletes; `confirms` deletes it.",
        of!(P::Who(Terminal(who)), P::Key(key) => Does::Deed(who, Deed::AskToDelete(key))),
    ),
    form(
        "TERMINAL confirms",
        "alice confirms",
        "Says yes to what is asked.",
        of!(P::Who(Terminal(who)) => Does::Deed(who, Deed::Confirm)),
    ),
    form(
        "TERMINAL recreates it",
        "alice recreates it",
        "Where the record was deleted under the editor: creates it again with what stands there.",
        of!(P::Who(Terminal(who)) => Does::Deed(who, Deed::Recreate)),
    ),
    form(
        "TERMINAL keeps it as a draft",
        "alice keeps it as a draft",
        "There, too: accepts the deletion, and keeps what was typed.",
        of!(P::Who(Terminal(who)) => Does::Deed(who, Deed::KeepAsDraft)),
    ),
    form(
        "TERMINAL saves a copy as ID",
        "alice saves a copy as prj_2",
        "There, or in the editor: saves what stands there under another id.",
        of!(P::Who(Terminal(who)), P::Name(id) => Does::Deed(who, Deed::SaveCopy(id))),
    ),
    form(
        "TERMINAL goes back",
        "alice goes back",
        "Leaves the screen, or takes a question back. Nothing that was typed is lost.",
        of!(P::Who(Terminal(who)) => Does::Deed(who, Deed::GoBack)),
    ),
    form(
        "TERMINAL undoes",
        "alice undoes",
        "Undoes the last step.",
        of!(P::Who(Terminal(who)) => Does::Deed(who, Deed::Undo)),
    ),
    form(
        "TERMINAL redoes",
        "alice redoes",
        "Makes it again.",
        of!(P::Who(Terminal(who)) => Does::Deed(who, Deed::Redo)),
    ),
    form(
        "TERMINAL presses KEYS",
        "alice presses ctrl-a 'budget' enter",
        "Presses keys, by the names that config.toml has for them; what stands in single quotes is typed as it is.",
        of!(P::Who(Terminal(who)), P::Keys(keys) => Does::Deed(who, Deed::Press(keys))),
    ),
    form(
        "CLIENT reads RECORD",
        "job reads projects/prj_1",
        "Reads the record, and goes by this version until it reads it again or writes it.",
        of!(P::Who(Client(who)), P::Key(key) => Does::Chore(who, Chore::Read(key))),
    ),
    form(
        "CLIENT writes RECORD MEMBERS",
        "job writes projects/prj_1 {\"quota\": 150}",
        "Writes the version that it read with these members in it, if it is still the one that stands there; creates the record, where it read that there is none, or did not read it.",
        of!(P::Who(Client(who)), P::Key(key), P::Record(members) => Does::Chore(who, Chore::Write(key, members))),
    ),
    form(
        "CLIENT overwrites RECORD MEMBERS",
        "job overwrites counters/cnt_1 {\"visits\": 8}",
        "The same without saying what it replaces: whatever was saved in between is lost. Only in a collection whose definition says \"preconditions\": \"optional\".",
        of!(P::Who(Client(who)), P::Key(key), P::Record(members) => Does::Chore(who, Chore::Overwrite(key, members))),
    ),
    form(
        "CLIENT deletes RECORD",
        "job deletes projects/prj_1",
        "Deletes the record, if the version that it read still stands there.",
        of!(P::Who(Client(who)), P::Key(key) => Does::Chore(who, Chore::Delete(key))),
    ),
    form(
        "CLIENT writes many in COLLECTION MEMBERS",
        "job writes many in projects {\"prj_1\": {\"quota\": 150}, \"prj_2\": {\"quota\": 90}}",
        "As `writes`, for several records in one request; each is written or refused for itself.",
        |parts| match <[Part; 3]>::try_from(parts) {
            Ok([P::Who(Client(who)), P::Name(collection), P::Record(records)]) => {
                let one = |(id, members): (&Text, &Value)| {
                    Key::new(&collection, id.as_str()).map_err(|fault| fault.to_string())?;
                    let members = members
                        .as_object()
                        .ok_or(format!("the members of {id:?} stand in braces", id = id.as_str()))?;
                    Ok((id.as_str().to_owned(), Record::of(members.clone())))
                };
                let records = records.fields().iter().map(one).collect::<Result<Vec<_>, String>>()?;
                Ok(Does::Chore(who, Chore::Bulk(collection, records)))
            }
            _ => Err("it is not written like this".into()),
        },
    ),
    form(
        "WHO goes offline",
        "bob goes offline",
        "Cuts what is open between this one and the server, and lets nothing through.",
        of!(P::Who(who) => Does::Cue(who, Cue::Offline)),
    ),
    form(
        "WHO comes back",
        "bob comes back",
        "Lets everything through again.",
        of!(P::Who(who) => Does::Cue(who, Cue::Online)),
    ),
    form(
        "WHO loses the next answer",
        "bob loses the next answer",
        "The next write of this one arrives, and its answer does not come back.",
        of!(P::Who(who) => Does::Cue(who, Cue::LoseAnswer)),
    ),
    form(
        "WHO is cut off after the next write",
        "bob is cut off after the next write",
        "The same, and nothing goes through any more until this one `comes back`.",
        of!(P::Who(who) => Does::Cue(who, Cue::CutAfterWrite)),
    ),
    form(
        "WHO reads a stale replica",
        "bob reads a stale replica",
        "From here on, reads of records are answered as things stand now.",
        of!(P::Who(who) => Does::Cue(who, Cue::StaleReads)),
    ),
    form(
        "WHO reads the server again",
        "bob reads the server again",
        "Reads are answered by the server again.",
        of!(P::Who(who) => Does::Cue(who, Cue::FreshReads)),
    ),
    form(
        "TERMINAL sees TEXT",
        "bob sees \"Saved projects/prj_1\"",
        "This stands on the screen, or comes within the patience. Line breaks and spaces count as one space.",
        of!(P::Who(Terminal(who)), P::Text(text) => Does::Check(Check::Sees(who, text))),
    ),
    form(
        "TERMINAL does not see TEXT",
        "bob does not see \"Mid-air collision\"",
        "This does not stand on the screen, once everything has settled.",
        of!(P::Who(Terminal(who)), P::Text(text) => Does::Check(Check::SeesNot(who, text))),
    ),
    form(
        "wire: WHO METHOD WHAT WENT",
        "wire: bob PUT projects/prj_1 412",
        "The next exchange of this one with this method and record was answered with this status; `lost`: answered, and the answer did not arrive. Many in one request are named by their collection.",
        of!(P::Who(who), P::Name(method), P::Name(what), P::Went(went) => {
            Does::Check(Check::Wire { who, method, what, went })
        }),
    ),
    form(
        "wire: WHO writes nothing",
        "wire: bob writes nothing",
        "This one wrote nothing, or nothing but what was asked of the wire before, once everything has settled.",
        of!(P::Who(who) => Does::Check(Check::NoWrite(who))),
    ),
    form(
        "CLIENT was told STATUS for RECORD",
        "job was told 412 for projects/prj_1",
        "The program's last write of this record was answered so, also where it was one of many.",
        of!(P::Who(Client(who)), P::Number(status), P::Key(key) => {
            Does::Check(Check::Told(who, u16::try_from(status).unwrap_or_default(), key))
        }),
    ),
    form(
        "store RECORD holds MEMBERS",
        "store projects/prj_1 holds {\"name\": \"Apollo 2\", \"quota\": 150}",
        "The record in the store says just this.",
        of!(P::Key(key), P::Record(record) => Does::Check(Check::Stands(key, record))),
    ),
    form(
        "store RECORD is version NUMBER",
        "store projects/prj_1 is version 3",
        "So many versions of it were written, the one included that the scenario began with.",
        of!(P::Key(key), P::Number(number) => Does::Check(Check::Version(key, number))),
    ),
    form(
        "store RECORD is gone",
        "store projects/prj_1 is gone",
        "There is no such record in the store.",
        of!(P::Key(key) => Does::Check(Check::Gone(key))),
    ),
];

/// The table as Markdown, for docs/scenarios.md.
#[must_use]
pub fn markdown() -> String {
    let mut text = String::from("| step | what it does |\n| --- | --- |\n");
    for Form { pattern, help, .. } in FORMS {
        text += &format!("| `{pattern}` | {help} |\n");
    }
    text += "\nOne of each:\n\n```\n";
    FORMS.iter().for_each(|form| text += &format!("{}\n", form.example));
    text + "```\n"
}
