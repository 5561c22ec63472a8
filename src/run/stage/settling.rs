//! When everything that was done has taken its course: no errand is under way, and every seat was told of every write.

use midair_record::wire::Key;

use super::Stage;
use crate::backend::Read;
use crate::run::wire::Asked;
use crate::scenario::Who;

impl Stage {
    /// Whether everything has settled: `None`, or what is still waited for.
    ///
    /// # Errors
    /// A sentence, where the server itself does not answer.
    pub(super) async fn settled(&mut self) -> Result<Option<String>, String> {
        self.take_in();
        if let Some(why) = self.under_way() {
            return Ok(Some(why));
        }
        let exchanges = self.wire.exchanges();
        let spoken = exchanges.iter().filter_map(|exchange| match &exchange.asked {
            Asked::Record(key) => Some(key.clone()),
            Asked::Many(_) => None,
        });
        self.keys.extend(spoken);
        let offline: Vec<bool> = (0..self.seats.len()).map(|seat| self.is_offline(Who::Terminal(seat))).collect();
        for key in self.keys.clone() {
            let version = self.version(&key).await?;
            for (terminal, seat) in self.seats.iter_mut().enumerate() {
                if offline[terminal] {
                    continue;
                }
                if self.linked[terminal].1 {
                    seat.knows(&key, version);
                } else if version > 0 && !seat.was_told(&key, version) {
                    let name = self.scenario.name(Who::Terminal(terminal));
                    return Ok(Some(format!("{name} is not told of version {version} of {key}")));
                }
            }
        }
        self.linked.iter_mut().for_each(|(_, fresh)| *fresh = false);
        self.take_in();
        Ok(self.under_way())
    }

    fn under_way(&self) -> Option<String> {
        for (terminal, seat) in self.seats.iter().enumerate() {
            let who = Who::Terminal(terminal);
            let name = self.scenario.name(who);
            let offline = self.is_offline(who);
            if seat.app.is_live() == offline {
                let what = if offline { "has not noticed that it is cut off" } else { "is not connected" };
                return Some(format!("{name}'s terminal {what}"));
            }
            if !seat.is_quiet() || (seat.app.is_waiting() && !offline) {
                return Some(format!("{name}'s terminal waits for an answer"));
            }
        }
        None
    }

    /// The version that a record has in the store, also where it is deleted; 0 where there never was one.
    pub(super) async fn version(&self, key: &Key) -> Result<u64, String> {
        match self.server.read(key).await.map_err(|fault| fault.to_string())? {
            Read::Stored(stored) => Ok(stored.version),
            Read::Gone(gone) => Ok(gone.version),
            Read::Missing => Ok(0),
        }
    }

    /// The records that were created over the wire.
    pub(super) fn created(&self) -> Vec<Key> {
        let exchanges = self.wire.exchanges();
        let created = exchanges.iter().filter(|exchange| exchange.answer().is_some_and(|answer| answer.status == 201));
        let by_program = self.programs.iter().flat_map(|program| program.created.iter().cloned());
        let key = |asked: &Asked| match asked {
            Asked::Record(key) => Some(key.clone()),
            Asked::Many(_) => None,
        };
        created.filter_map(|exchange| key(&exchange.asked)).chain(by_program).collect()
    }
}
