//! What must be so: on a screen, on the wire, in the store.

use midair_record::wire::Key;

use super::Stage;
use crate::backend::Read;
use crate::run::wire::{Exchange, Outcome};
use crate::scenario::{Check, Does, Went, Who};

/// Whether something is as it must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Met,
    /// It is not, and may become so; why it is not.
    NotYet(String),
    /// It is not, and will not be.
    Never(String),
}

impl Stage {
    /// Whether what a step asks for is so.
    pub(super) async fn look(&mut self, does: &Does) -> Verdict {
        let Does::Check(check) = does else { return Verdict::Met };
        match check {
            Check::Sees(terminal, text) if self.shows(*terminal, text) => Verdict::Met,
            Check::Sees(terminal, text) => {
                Verdict::NotYet(format!("{} does not see {text:?}", self.scenario.terminals[*terminal]))
            }
            Check::SeesNot(terminal, text) if self.shows(*terminal, text) => {
                Verdict::Never(format!("{} sees {text:?}", self.scenario.terminals[*terminal]))
            }
            Check::SeesNot(..) => Verdict::Met,
            Check::Wire { who, method, what, went } => self.next_went(*who, method, what, *went),
            Check::NoWrite(who) => match self.writes_left(*who).into_iter().next() {
                Some(exchange) => Verdict::Never(format!("{exchange}")),
                None => Verdict::Met,
            },
            Check::Told(client, status, key) => match self.programs[*client].told.get(key) {
                Some(told) if told == status => Verdict::Met,
                Some(told) => Verdict::Never(format!("{} was told {told}", self.scenario.clients[*client])),
                None => Verdict::Never(format!("{} was told nothing of {key}", self.scenario.clients[*client])),
            },
            Check::Stands(..) | Check::Version(..) | Check::Gone(_) => {
                self.stands(check).await.unwrap_or_else(Verdict::Never)
            }
        }
    }

    fn shows(&self, terminal: usize, text: &str) -> bool {
        let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let screen = self.screen(terminal);
        screen.contains(text) || plain(&screen).contains(&plain(text))
    }

    /// The exchanges of somebody that were not looked at yet, with their numbers.
    fn left(&self, who: Who) -> Vec<(usize, Exchange)> {
        let name = self.scenario.name(who);
        let from = self.looked.get(&who).copied().unwrap_or(0);
        let exchanges = self.wire.exchanges().into_iter().enumerate().skip(from);
        exchanges.filter(|(_, exchange)| exchange.who == name).collect()
    }

    fn writes_left(&self, who: Who) -> Vec<Exchange> {
        self.left(who).into_iter().map(|(_, exchange)| exchange).filter(Exchange::writes).collect()
    }

    /// Looks at the next exchange of a kind, and takes note that it was looked at.
    fn next_went(&mut self, who: Who, method: &str, what: &str, went: Went) -> Verdict {
        let name = self.scenario.name(who);
        let kind = |exchange: &Exchange| exchange.method == method && exchange.asked.to_string() == what;
        let Some((number, exchange)) = self.left(who).into_iter().find(|(_, exchange)| kind(exchange)) else {
            return Verdict::NotYet(format!("{name} sends no {method} of {what}"));
        };
        let as_asked = match (&exchange.outcome, went) {
            (Outcome::Waiting, _) => return Verdict::NotYet(format!("{exchange}")),
            (Outcome::Answered(answer), Went::Answered(status)) => answer.status == status,
            (Outcome::Lost(_), Went::Lost) => true,
            (Outcome::Answered(_) | Outcome::Lost(_) | Outcome::Cut, _) => false,
        };
        if !as_asked {
            return Verdict::Never(format!("it went otherwise: {exchange}"));
        }
        self.looked.insert(who, number + 1);
        Verdict::Met
    }

    /// Looks at the store.
    async fn stands(&self, check: &Check) -> Result<Verdict, String> {
        let (Check::Stands(key, _) | Check::Version(key, _) | Check::Gone(key)) = check else {
            return Ok(Verdict::Met);
        };
        let read = self.server.read(key).await.map_err(|fault| fault.to_string())?;
        Ok(match (check, read) {
            (Check::Stands(_, record), Read::Stored(stored)) => match stored.fields.fields() == record.fields() {
                true => Verdict::Met,
                false => Verdict::NotYet(format!("{key} says {}", stored.fields.text())),
            },
            (Check::Version(_, number), Read::Stored(stored)) => match self.counted(key, stored.version) {
                counted if counted == *number => Verdict::Met,
                counted if counted > *number => Verdict::Never(format!("{key} is version {counted}")),
                counted => Verdict::NotYet(format!("{key} is version {counted}")),
            },
            (Check::Gone(_), Read::Stored(stored)) => {
                Verdict::NotYet(format!("{key} stands there: {}", stored.fields.text()))
            }
            (Check::Gone(_), _) => Verdict::Met,
            (_, Read::Gone(gone)) => Verdict::NotYet(format!("{key} was deleted by {}", gone.by)),
            (_, _) => Verdict::NotYet(format!("there is no {key}")),
        })
    }

    /// A version, counted from the one that the scenario began with.
    fn counted(&self, key: &Key, version: u64) -> u64 {
        (version + 1).saturating_sub(self.made.first(key))
    }
}
