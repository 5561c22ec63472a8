//! What of a scenario is shown at once: from one caption to the next, or one thing that somebody does.

use crate::scenario::{Check, Does, Scenario, Step, Who};

/// Steps that are shown together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act {
    /// The step after the last of it, from 0.
    pub end: usize,
    /// What is said meanwhile.
    pub caption: String,
}

/// The acts of a scenario. What is looked at belongs to what was done before it.
pub fn acts(scenario: &Scenario) -> Vec<Act> {
    let captioned = scenario.steps.iter().any(|step| step.caption.is_some());
    let mut acts: Vec<Act> = Vec::new();
    for (place, step) in scenario.steps.iter().enumerate() {
        let begins = match &step.caption {
            Some(_) => true,
            None => acts.is_empty() || (!captioned && !matches!(step.does, Does::Check(_))),
        };
        match acts.last_mut() {
            Some(act) if !begins => act.end = place + 1,
            _ => {
                let caption = step.caption.clone().unwrap_or_else(|| step.text.clone());
                acts.push(Act { end: place + 1, caption });
            }
        }
    }
    acts
}

/// Who does a step or looks at their screen in it, counted over terminals and then programs.
pub fn actor(scenario: &Scenario, step: &Step) -> Option<usize> {
    let who = match step.does {
        Does::Deed(terminal, _) => Who::Terminal(terminal),
        Does::Chore(client, _) => Who::Client(client),
        Does::Cue(who, _) => who,
        Does::Check(Check::Sees(terminal, _) | Check::SeesNot(terminal, _)) => Who::Terminal(terminal),
        Does::Check(_) => return None,
    };
    scenario.everybody().position(|other| other == who)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "title: t\nabout: a\nlost: l\nterminal alice\nterminal bob\nrecord notes/n1 {\"a\": 1}\n\n";

    fn of(steps: &str) -> (Scenario, Vec<(usize, String)>) {
        let scenario = Scenario::parse(&format!("{HEAD}{steps}")).unwrap();
        let acts = acts(&scenario).into_iter().map(|act| (act.end, act.caption)).collect();
        (scenario, acts)
    }

    #[test]
    fn an_act_goes_from_caption_to_caption() {
        let (_, acts) = of(
            "alice opens notes/n1\n-- Both look.\nbob opens notes/n1\nbob sees \"n1\"\n-- She saves.\nalice saves\n",
        );
        let named = |end, caption: &str| (end, caption.to_owned());
        assert_eq!(acts, [named(1, "alice opens notes/n1"), named(3, "Both look."), named(4, "She saves.")]);
    }

    #[test]
    fn without_captions_each_deed_is_an_act_with_what_is_looked_at_after_it() {
        let (scenario, acts) =
            of("alice opens notes/n1\nwire: alice GET notes/n1 200\nbob sees \"n1\"\nbob opens notes/n1\n");
        assert_eq!(acts, [(3, "alice opens notes/n1".to_owned()), (4, "bob opens notes/n1".to_owned())]);
        let actors: Vec<Option<usize>> = scenario.steps.iter().map(|step| actor(&scenario, step)).collect();
        assert_eq!(actors, [Some(0), None, Some(1), Some(1)]);
    }
}
