//! The keys of one seat: the table, as a preset and a person changed it; every reader of keys asks here.

use super::{Action, Binding, Place, Preset, TABLE, chord};
use crate::nearest;
use crate::tui::msg::Press;

/// A line of the table with the keys that it has here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bound {
    pub place: Place,
    pub action: Action,
    /// Each a key or a sequence, as [`chord::parse`] spells it; the first is the one that is shown.
    pub keys: Vec<String>,
    /// What the footer says, without the key; empty where it need not say it.
    pub hint: &'static str,
    /// For the help.
    pub help: &'static str,
    /// The actions whose keys stand before the hint.
    headed: Vec<Action>,
}

/// What keys mean that were pressed one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// This.
    Does(Action),
    /// They begin something longer.
    Begins,
    /// Nothing.
    Nothing,
}

/// All keys of one seat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keys(Vec<Bound>);

impl Default for Keys {
    fn default() -> Self {
        Keys::of(Preset::Modern)
    }
}

impl Keys {
    /// The keys without those of some actions, where these cannot be done.
    pub fn without(mut self, actions: &[Action]) -> Self {
        self.0.retain(|line| !actions.contains(&line.action));
        self
    }

    /// The keys of a preset.
    pub fn of(preset: Preset) -> Self {
        let mut keys = Keys(TABLE.iter().map(bound).collect());
        for (place, action, named) in preset.lines() {
            keys.set(*place, *action, named.iter().map(|&key| key.into()).collect());
        }
        keys
    }

    /// Every line.
    pub fn lines(&self) -> &[Bound] {
        &self.0
    }

    fn set(&mut self, place: Place, action: Action, keys: Vec<String>) {
        for line in self.0.iter_mut().filter(|line| line.place == place && line.action == action) {
            line.keys.clone_from(&keys);
        }
    }

    /// Gives an action other keys: in one place, or wherever it is known.
    ///
    /// # Errors
    /// A sentence about a name or a key that there is not, or that cannot be used there.
    pub fn remap(&mut self, place: Option<&str>, action: &str, named: &[String]) -> Result<(), String> {
        let place = match place {
            Some(name) => Some(Place::ALL.into_iter().find(|place| place.name() == name).ok_or_else(|| {
                let known = Place::ALL.map(Place::name);
                format!("{name:?} is no place for keys; {}", nearest::known(name, known.iter().map(String::as_str)))
            })?),
            None => None,
        };
        let here = |line: &&Bound| place.is_none_or(|place| line.place == place);
        let found: Vec<(Place, Action)> = self
            .0
            .iter()
            .filter(here)
            .filter(|line| line.action.name() == action)
            .map(|line| (line.place, line.action))
            .collect();
        if found.is_empty() {
            let mut known: Vec<String> = self.0.iter().filter(here).map(|line| line.action.name()).collect();
            known.sort();
            known.dedup();
            let of = place.map(|place| format!(" in {}", place.name())).unwrap_or_default();
            return Err(format!(
                "{action:?} is no action{of}; {}",
                nearest::known(action, known.iter().map(String::as_str))
            ));
        }
        let keys: Vec<String> = named.iter().map(|key| chord::parse(key)).collect::<Result<_, _>>()?;
        for (place, action) in found {
            if let Some(letter) =
                keys.iter().find(|key| place.types() && key.split(' ').next().is_some_and(chord::types))
            {
                return Err(format!(
                    "{letter:?} cannot be {} in {}: letters are typed there; hold ctrl or alt with it",
                    action.name(),
                    place.name()
                ));
            }
            self.set(place, action, keys.clone());
        }
        Ok(())
    }

    /// Whether every key means one thing in its place.
    ///
    /// # Errors
    /// A sentence about the first that means two, or that begins another one.
    pub fn check(&self) -> Result<(), String> {
        for (at, line) in self.0.iter().enumerate() {
            for other in self.0[at..].iter().filter(|other| other.place == line.place) {
                for key in &line.keys {
                    let same = other.keys.iter().filter(|one| !std::ptr::eq(*one, key));
                    for one in same {
                        let (place, first, second) = (line.place.name(), line.action.name(), other.action.name());
                        if one == key {
                            return Err(format!(
                                "{key:?} is both {first} and {second} in {place}; give one of them another key"
                            ));
                        }
                        let begins = |short: &str, long: &str| long.starts_with(&format!("{short} "));
                        if begins(key, one) || begins(one, key) {
                            return Err(format!(
                                "in {place} {key:?} ({first}) and {one:?} ({second}) begin alike, so that the longer one \
                                 never comes; give one of them another key"
                            ));
                        }
                    }
                }
            }
        }
        Ok(())
    }

    /// What the keys pressed so far mean in `place`.
    pub fn meaning(&self, place: Place, pressed: &str) -> Meaning {
        for scope in place.scopes() {
            let lines = || self.0.iter().filter(|line| line.place == *scope);
            if let Some(line) = lines().find(|line| line.keys.iter().any(|key| key == pressed)) {
                return Meaning::Does(line.action);
            }
            let longer = format!("{pressed} ");
            if lines().any(|line| line.keys.iter().any(|key| key.starts_with(&longer))) {
                return Meaning::Begins;
            }
        }
        Meaning::Nothing
    }

    /// The keys of a line that mean it in `place`, and nothing nearer.
    pub fn keys_of<'k>(&'k self, place: Place, line: &'k Bound) -> impl Iterator<Item = &'k str> {
        let means = move |key: &&String| self.meaning(place, key) == Meaning::Does(line.action);
        line.keys.iter().filter(means).map(String::as_str)
    }

    /// Whether a key of `action` in `place` would mean `far`, did it not mean that.
    pub fn doubles(&self, place: Place, action: Action, far: Action) -> bool {
        let keys = self.0.iter().filter(|line| line.action == far).flat_map(|line| &line.keys);
        keys.into_iter().any(|key| self.meaning(place, key) == Meaning::Does(action))
    }

    /// Everything that can be meant in `place`, nearest first; each action once.
    pub fn here(&self, place: Place) -> Vec<&Bound> {
        let mut here: Vec<&Bound> = Vec::new();
        for scope in place.scopes() {
            for line in self.0.iter().filter(|line| line.place == *scope) {
                if !here.iter().any(|known| known.action == line.action) {
                    here.push(line);
                }
            }
        }
        here
    }

    /// How the key of an action is read in `place`: the first one, and where to look where there is none.
    pub fn shown(&self, place: Place, action: Action, ascii: bool) -> String {
        let lines = place.scopes().iter().flat_map(|scope| self.0.iter().filter(move |line| line.place == *scope));
        let key = lines.filter(|line| line.action == action).find_map(|line| self.keys_of(place, line).next());
        match key {
            Some(key) => chord::shown(key, ascii),
            None => format!("\"{}\" in the palette", action.name()),
        }
    }

    /// The keys that the footer names before a hint: `n/p`. `None` where there is none to name.
    pub fn advertised(&self, place: Place, line: &Bound, ascii: bool) -> Option<String> {
        self.keys_of(place, line).next()?;
        let first = |action: &Action| {
            let same = self.0.iter().find(|other| other.place == line.place && other.action == *action)?;
            self.keys_of(place, same).next().map(|key| chord::shown(key, ascii))
        };
        Some(line.headed.iter().filter_map(first).collect::<Vec<_>>().join("/"))
    }

    /// Which of the keys of an action was pressed in `place`, counted from 0.
    pub fn which(&self, place: Place, action: Action, press: Press) -> Option<usize> {
        let line = self.0.iter().find(|line| line.place == place && line.action == action)?;
        line.keys.iter().position(|key| *key == chord::name(press))
    }

    /// The key of an action in `place` at this place among them, counted from 0.
    pub fn nth(&self, place: Place, action: Action, at: usize) -> Option<&str> {
        let line = self.0.iter().find(|line| line.place == place && line.action == action)?;
        line.keys.get(at).map(String::as_str)
    }

    /// What can follow on the keys pressed so far: the rest of the keys, and the line.
    pub fn following(&self, place: Place, pressed: &str) -> Vec<(String, &Bound)> {
        let start = format!("{pressed} ");
        let lines = self.here(place).into_iter();
        lines
            .filter_map(|line| {
                let key = self.keys_of(place, line).find_map(|key| key.strip_prefix(&start))?;
                Some((key.to_owned(), line))
            })
            .collect()
    }
}

fn bound(line: &Binding) -> Bound {
    let (head, hint) = line.hint.split_once(' ').unwrap_or_default();
    let names = |other: &Binding, part: &str| other.keys.iter().any(|key| chord::shown(key, false) == part);
    let headed = match names(line, head) {
        true => vec![line.action],
        false => {
            let parts = head.split('/').filter(|part| !part.is_empty());
            let of = |part| TABLE.iter().find(|other| other.place == line.place && names(other, part));
            parts.filter_map(of).map(|other| other.action).collect()
        }
    };
    let keys = line.keys.iter().map(|&key| key.into()).collect();
    Bound { place: line.place, action: line.action, keys, hint, help: line.help, headed }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_means_two_things_in_one_place() {
        for preset in Preset::ALL {
            assert_eq!(Keys::of(preset).check(), Ok(()), "{}", preset.name());
        }
    }

    #[test]
    fn every_key_of_the_table_and_the_presets_is_spelled_as_it_is_named() {
        for preset in Preset::ALL {
            for (line, key) in Keys::of(preset).0.iter().flat_map(|line| line.keys.iter().map(move |key| (line, key))) {
                assert_eq!(chord::parse(key).as_ref(), Ok(key));
                let types = key.split(' ').next().is_some_and(chord::types);
                assert!(!(types && line.place.types()), "{key} of {:?} types a letter", line.place);
            }
            for (place, action, _) in preset.lines() {
                let known = TABLE.iter().any(|line| line.place == *place && line.action == *action);
                assert!(known, "there is no {action:?} in {place:?}");
            }
        }
    }

    #[test]
    fn every_hint_begins_with_keys_of_its_place() {
        for line in TABLE.iter().filter(|line| !line.hint.is_empty()) {
            let bound = bound(line);
            let head = line.hint.split(' ').next().unwrap_or_default();
            let parts = if bound.headed == [line.action] { 1 } else { head.split('/').count() };
            assert_eq!(bound.headed.len(), parts, "{:?} of {:?}", line.hint, line.place);
            assert!(bound.headed.contains(&line.action), "{:?} of {:?}", line.hint, line.place);
        }
    }

    #[test]
    fn a_key_is_moved_in_one_place_or_wherever_its_action_is_known() {
        let mut keys = Keys::default();
        keys.remap(Some("editor"), "save", &["Ctrl-W".into(), "f2".into()]).unwrap();
        assert_eq!(keys.meaning(Place::Editor, "ctrl-w"), Meaning::Does(Action::Save));
        assert_ne!(keys.meaning(Place::Editor, "ctrl-s"), Meaning::Does(Action::Save));
        assert_eq!(keys.meaning(Place::Field, "ctrl-s"), Meaning::Does(Action::Save));
        keys.remap(None, "save", &["f4".into()]).unwrap();
        assert_eq!(keys.shown(Place::Field, Action::Save, false), "F4");
        assert_eq!(keys.check(), Ok(()));
        keys.remap(None, "suspend", &[]).unwrap();
        assert_eq!(keys.shown(Place::Editor, Action::Suspend, false), "\"suspend\" in the palette");
    }

    #[test]
    fn keys_are_pressed_one_after_the_other() {
        let keys = Keys::of(Preset::Emacs);
        assert_eq!(keys.meaning(Place::Editor, "ctrl-x"), Meaning::Begins);
        assert_eq!(keys.meaning(Place::Editor, "ctrl-x ctrl-s"), Meaning::Does(Action::Save));
        assert_eq!(keys.meaning(Place::Editor, "ctrl-x ctrl-c"), Meaning::Does(Action::QuitNow));
        assert_eq!(keys.meaning(Place::Editor, "ctrl-x k"), Meaning::Nothing);
        let rest: Vec<String> = keys.following(Place::Editor, "ctrl-x").into_iter().map(|(key, _)| key).collect();
        assert_eq!(rest, ["ctrl-s", "u", "h", "ctrl-c"]);
    }

    #[test]
    fn what_cannot_be_meant_is_refused_with_what_can() {
        let mut keys = Keys::default();
        for (place, action, key, why) in [
            (Some("edtor"), "save", "f2", "\"edtor\" is no place for keys; did you mean \"editor\"?"),
            (Some("editor"), "sav", "f2", "\"sav\" is no action in editor; did you mean \"save\"?"),
            (None, "safe", "f2", "\"safe\" is no action; did you mean \"save\"?"),
            (Some("editor"), "save", "s", "\"s\" cannot be save in editor: letters are typed there"),
            (None, "help", "space", "\"space\" cannot be help in everywhere"),
            (Some("editor"), "save", "ctrl-i", "cannot be told from tab"),
        ] {
            let said = keys.remap(place, action, &[key.into()]).unwrap_err();
            assert!(said.contains(why), "{said}");
        }
    }

    #[test]
    fn two_actions_on_one_key_and_keys_that_begin_alike_are_refused() {
        let mut keys = Keys::default();
        keys.remap(Some("browser"), "new", &["d".into()]).unwrap();
        assert_eq!(keys.check().unwrap_err(), "\"d\" is both new and delete in browser; give one of them another key");
        keys.remap(Some("browser"), "new", &["d d".into()]).unwrap();
        assert!(keys.check().unwrap_err().contains("begin alike"));
    }

    #[test]
    fn a_key_that_means_something_nearer_is_not_shown_as_one_from_afar() {
        let mut keys = Keys::default();
        keys.remap(Some("everywhere"), "help", &["ctrl-s".into()]).unwrap();
        assert_eq!(keys.shown(Place::Editor, Action::Help, false), "\"help\" in the palette");
        assert_eq!(keys.shown(Place::Deleted, Action::Help, false), "Ctrl-S");
    }
}
