//! The inbox: drafts that wait on this machine, how each stands against the server, and one rule for many of them.
//! Nothing is thrown away unasked, and nothing is sent from here by itself.

mod draw;

use std::collections::HashMap;

use midair_record::Pointer;
use midair_record::draft::Draft;
use midair_record::resolution::{Choice, Resolution, Which};
use midair_record::schema::Secrets;
use midair_record::wire::{Key, VersionLine};

use super::collision::sides::shown_in;
use super::collision::words::label;
use crate::tui::definition::Definition;
use crate::tui::keys::Action;
use crate::tui::msg::{Effect, Read, WaitingDraft};
use crate::tui::widgets::brief::brief;

/// The drafts that wait.
#[derive(Clone, Debug)]
pub struct Drafts {
    pub waiting: Vec<WaitingDraft>,
    pub unreadable: Vec<String>,
    /// Records whose save is on its way, and goes out when the server answers.
    pub queued: Vec<Key>,
    /// The draft that was asked to be thrown away once; the second time it is.
    pub doomed: Option<String>,
    /// The draft of somebody else that was asked to be gone on with once; the second time it is.
    pub lent: Option<String>,
    /// Only drafts whose record or fields hold this text are listed.
    pub filter: String,
    /// A rule that is asked about: what it would decide is shown.
    pub rule: Option<Rule>,
    /// What of the records is not shown, by collection.
    pub secrets: HashMap<String, Secrets>,
    me: String,
    focus: usize,
    standing: HashMap<String, Standing>,
    /// The drafts that each rule decided, the last rule last.
    ruled: Vec<Vec<String>>,
}

/// How a draft stands against what the server has now.
#[derive(Clone, Debug)]
enum Standing {
    /// Nobody saved since: it was only never sent.
    Unsent,
    /// Somebody did, and this is what comes of both.
    Met(Box<Resolution>),
    /// The record was deleted, by this person.
    Gone(String),
    /// It could not be found out, for this reason.
    Unknown(String),
}

/// One choice for a field, in every draft that is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    pub under: Pointer,
    pub theirs: bool,
}

/// A draft that a rule decides something in: which record, and what the field would become.
#[derive(Clone, Debug)]
struct Meant {
    slot: String,
    record: String,
    becomes: String,
}

impl Rule {
    fn choice(&self) -> Choice {
        if self.theirs { Choice::Theirs } else { Choice::Mine }
    }

    fn which(&self) -> Which {
        Which { under: Some(self.under.clone()), open: true, ..Which::default() }
    }
}

impl Drafts {
    /// Opens the list. `me`: whose drafts are mine.
    pub fn open(waiting: Vec<WaitingDraft>, unreadable: Vec<String>, me: &str) -> Self {
        Drafts {
            waiting,
            unreadable,
            queued: Vec::new(),
            doomed: None,
            lent: None,
            me: me.into(),
            filter: String::new(),
            rule: None,
            secrets: HashMap::new(),
            focus: 0,
            standing: HashMap::new(),
            ruled: Vec::new(),
        }
    }

    /// What has to be asked to know how every draft stands.
    pub fn ask(&self) -> Vec<Effect> {
        let since = |draft: &Draft| draft.base.stored().map(|stored| stored.version);
        let mut effects: Vec<Effect> = Vec::new();
        for WaitingDraft { draft, .. } in &self.waiting {
            let effect = Effect::Load { key: draft.key.clone(), since: since(draft) };
            if !effects.contains(&effect) {
                effects.push(effect);
            }
        }
        effects
    }

    /// Takes what stands on the server at a key.
    pub fn take_standing(
        &mut self,
        key: &Key,
        result: &Result<Read, String>,
        changes: &[VersionLine],
        definition: &Definition,
    ) {
        for WaitingDraft { slot, draft, .. } in self.waiting.iter().filter(|one| one.draft.key == *key) {
            let from = draft.base.stored().map(|stored| stored.version);
            let standing = match result {
                Err(why) => Standing::Unknown(why.clone()),
                Ok(Read::Gone(gone)) => match from {
                    Some(_) => Standing::Gone(gone.by.clone()),
                    None => Standing::Unsent,
                },
                Ok(Read::Missing) => Standing::Unsent,
                Ok(Read::Stored(now)) if from == Some(now.version) && draft.settled.is_none() => Standing::Unsent,
                Ok(Read::Stored(now)) => {
                    let newer = |line: &&VersionLine| from.is_none_or(|from| line.version > from);
                    let changes = changes.iter().filter(newer).cloned().collect();
                    let met = draft.rebase_by(&definition.rules, (**now).clone(), None, changes);
                    Standing::Met(Box::new(met))
                }
            };
            self.standing.insert(slot.clone(), standing);
        }
    }

    /// The drafts that are listed, by their place in `waiting`.
    fn listed(&self) -> Vec<usize> {
        let wanted = self.filter.to_lowercase();
        let holds = |one: &WaitingDraft| {
            one.draft.key.to_string().to_lowercase().contains(&wanted)
                || one.draft.changes().iter().any(|change| change.at.label().to_lowercase().contains(&wanted))
        };
        (0..self.waiting.len()).filter(|&at| wanted.is_empty() || holds(&self.waiting[at])).collect()
    }

    /// The draft under the cursor.
    pub fn focused(&self) -> Option<&WaitingDraft> {
        self.waiting.get(*self.listed().get(self.focus)?)
    }

    /// Whether it is still asked how a draft stands.
    pub fn waits(&self) -> bool {
        self.waiting.iter().any(|one| !self.standing.contains_key(&one.slot))
    }

    /// Whether the draft under the cursor is gone on with now: one of somebody else is only when that is asked for twice.
    pub fn may_open(&mut self) -> bool {
        let Some(one) = self.focused() else { return false };
        let (slot, mine) = (one.slot.clone(), one.who == self.me);
        self.doomed = None;
        mine || self.lent.replace(slot.clone()) == Some(slot)
    }

    /// The listed drafts that are mine.
    fn mine(&self) -> Vec<usize> {
        self.listed().into_iter().filter(|&at| self.waiting[at].who == self.me).collect()
    }

    fn met(&self, slot: &str) -> Option<&Resolution> {
        match self.standing.get(slot) {
            Some(Standing::Met(met)) => Some(met),
            _ => None,
        }
    }

    /// The collision of a draft, where it has one that asks or was decided.
    pub fn collision(&self, slot: &str) -> Option<Resolution> {
        self.met(slot).filter(|met| met.asked() > 0).cloned()
    }

    /// Puts the cursor on the draft `slot`, and takes it up whoever's it is. `false` while it is not known how it stands.
    pub fn go_to_known(&mut self, slot: &str) -> bool {
        let place = self.listed().iter().position(|&at| self.waiting[at].slot == slot);
        let known = self.standing.contains_key(slot) && place.is_some();
        if known {
            self.focus = place.unwrap_or(self.focus);
            self.lent = Some(slot.to_owned());
        }
        known
    }

    /// Takes the draft under the cursor out of the list.
    pub fn take(&mut self) -> Option<WaitingDraft> {
        let at = *self.listed().get(self.focus)?;
        let taken = self.waiting.remove(at);
        self.focus = self.focus.min(self.listed().len().saturating_sub(1));
        Some(taken)
    }

    /// The first undecided field of the draft under the cursor, else of any: what a rule is likely to be for.
    pub fn likely(&self) -> String {
        let first = |one: &WaitingDraft| {
            let met = self.met(&one.slot)?;
            let open = (0..met.units().len()).find(|&unit| met.asks(unit) && met.choice_is_open(unit))?;
            Some(label(&met.units()[open], &self.secrets(&one.draft.key)))
        };
        let all = self.mine();
        let focused = self.focused().filter(|one| one.who == self.me).and_then(first);
        focused.or_else(|| all.iter().find_map(|&at| first(&self.waiting[at]))).unwrap_or_default()
    }

    /// Asks about a rule for the field that a person names. A rule is for what I typed: nobody decides for others.
    ///
    /// # Errors
    /// A sentence where no listed draft is undecided about it.
    pub fn ask_rule(&mut self, field: &str, theirs: bool) -> Result<(), String> {
        let all = self.mine();
        let named = all.iter().find_map(|&at| {
            let WaitingDraft { slot, draft, .. } = &self.waiting[at];
            let secrets = self.secrets(&draft.key);
            let unit = self.met(slot)?.units().iter().find(|unit| label(unit, &secrets) == field)?;
            Some(unit.at.clone())
        });
        let typed = || Pointer::new(field.split(['.', '/']).filter(|name| !name.is_empty()).map(Into::into).collect());
        let rule = Rule { under: named.unwrap_or_else(typed), theirs };
        if self.meant(&rule).is_empty() {
            return Err(format!("No draft here is undecided about {field:?}."));
        }
        self.rule = Some(rule);
        Ok(())
    }

    /// What of a record is not shown.
    fn secrets(&self, key: &Key) -> Secrets {
        self.secrets.get(&key.collection).cloned().unwrap_or_default()
    }

    /// The listed drafts that a rule decides something in.
    fn meant(&self, rule: &Rule) -> Vec<Meant> {
        let all = self.mine();
        all.iter()
            .filter_map(|&at| {
                let one = &self.waiting[at];
                let mut met = self.met(&one.slot)?.clone();
                let is_open = |met: &Resolution, unit: usize| met.asks(unit) && met.choice_is_open(unit);
                let inside = |unit: &usize| rule.under.contains(&met.units()[*unit].at) && is_open(&met, *unit);
                let first = (0..met.units().len()).find(inside)?;
                (met.choose_where(&rule.which(), &rule.choice()) > 0).then_some(())?;
                let (unit, value) = (&met.units()[first], met.pick(first).flatten());
                let becomes = brief(&shown_in(unit, &self.secrets(&one.draft.key), value.as_ref()));
                Some(Meant { slot: one.slot.clone(), record: one.draft.key.to_string(), becomes })
            })
            .collect()
    }

    /// Applies the rule that was asked about, as choices. Gives how many drafts it decided, and what has to be kept.
    pub fn apply(&mut self) -> (usize, Vec<Effect>) {
        let Some(rule) = self.rule.take() else { return (0, Vec::new()) };
        let slots: Vec<String> = self.meant(&rule).into_iter().map(|one| one.slot).collect();
        for slot in &slots {
            if let Some(Standing::Met(met)) = self.standing.get_mut(slot) {
                met.choose_where(&rule.which(), &rule.choice());
            }
        }
        let effects = self.keep(&slots);
        self.ruled.push(slots);
        (self.ruled.last().map_or(0, Vec::len), effects)
    }

    /// Takes back what the last rule decided. Gives in how many drafts, and what has to be kept.
    pub fn undo(&mut self) -> (usize, Vec<Effect>) {
        let Some(slots) = self.ruled.pop() else { return (0, Vec::new()) };
        for slot in &slots {
            if let Some(Standing::Met(met)) = self.standing.get_mut(slot) {
                met.undo();
            }
        }
        (slots.len(), self.keep(&slots))
    }

    /// Writes the decisions of these drafts into them.
    fn keep(&mut self, slots: &[String]) -> Vec<Effect> {
        let mut effects = Vec::new();
        for slot in slots {
            let Some(parked) = self.met(slot).map(Resolution::park) else { continue };
            if let Some(one) = self.waiting.iter_mut().find(|one| one.slot == *slot) {
                one.draft = parked.clone();
                effects.push(Effect::KeepDraft { slot: slot.clone(), draft: Box::new(parked) });
                effects.push(Effect::ReleaseDraft { slot: slot.clone() });
            }
        }
        effects
    }

    /// Whether a key does something as things stand; only such keys are advertised.
    pub fn works_now(&self, action: Action) -> bool {
        match action {
            Action::Open | Action::ThrowAway => self.focused().is_some(),
            Action::AllTheirs | Action::AllMine => !self.likely().is_empty(),
            Action::Undo => !self.ruled.is_empty(),
            _ => true,
        }
    }

    /// Moves the cursor.
    pub fn act(&mut self, action: Action) {
        (self.doomed, self.lent) = (None, None);
        let last = self.listed().len().saturating_sub(1);
        self.focus = match action {
            Action::Up => self.focus.saturating_sub(1),
            Action::Down => (self.focus + 1).min(last),
            Action::First => 0,
            Action::Last => last,
            _ => self.focus,
        };
    }

    /// Lists only drafts that hold `text`.
    pub fn set_filter(&mut self, text: String) {
        self.filter = text;
        self.focus = 0;
    }
}
