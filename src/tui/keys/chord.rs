//! The names of keys: as a terminal reports them, as `config.toml` spells them, as people read them.

use ratatui::crossterm::event::{KeyCode, KeyModifiers};

use crate::tui::msg::Press;

/// Keys that have a name and no letter.
const NAMED: [(&str, KeyCode); 16] = [
    ("enter", KeyCode::Enter),
    ("esc", KeyCode::Esc),
    ("tab", KeyCode::Tab),
    ("backtab", KeyCode::BackTab),
    ("space", KeyCode::Char(' ')),
    ("up", KeyCode::Up),
    ("down", KeyCode::Down),
    ("left", KeyCode::Left),
    ("right", KeyCode::Right),
    ("home", KeyCode::Home),
    ("end", KeyCode::End),
    ("pageup", KeyCode::PageUp),
    ("pagedown", KeyCode::PageDown),
    ("insert", KeyCode::Insert),
    ("delete", KeyCode::Delete),
    ("backspace", KeyCode::Backspace),
];

/// The name of a key: `ctrl-s`, `enter`, `pageup`, `alt-x`, `T`.
pub fn name(press: Press) -> String {
    let press = match press.code {
        // How some terminals report the twelve with Shift.
        KeyCode::F(number @ 13..=24) => Press { code: KeyCode::F(number - 12), mods: press.mods | KeyModifiers::SHIFT },
        _ => press,
    };
    let (mut key, letter) = match press.code {
        KeyCode::Char(' ') => ("space".to_owned(), false),
        KeyCode::Char(plain) => (plain.to_string(), true),
        KeyCode::F(number) => (format!("f{number}"), false),
        other => (format!("{other:?}").to_lowercase(), false),
    };
    let (ctrl, alt) = (press.mods.contains(KeyModifiers::CONTROL), press.mods.contains(KeyModifiers::ALT));
    let shift = press.mods.contains(KeyModifiers::SHIFT) && !letter && key != "backtab";
    if ctrl {
        key = key.to_lowercase();
        // One code in a terminal for all of them, and for these two.
        match key.as_str() {
            "7" | "_" => key = "/".into(),
            "5" => key = "]".into(),
            _ => {}
        }
    }
    let mods = [(ctrl, "ctrl-"), (alt, "alt-"), (shift, "shift-")];
    let mods: String = mods.iter().filter(|(held, _)| *held).map(|(_, word)| *word).collect();
    mods + &key
}

/// Reads a key, or several to be pressed one after the other (`ctrl-x ctrl-s`), as [`name`] spells them.
///
/// # Errors
/// A sentence that says what is no key, and what is.
pub fn parse(text: &str) -> Result<String, String> {
    let chords: Vec<String> = presses(text)?.into_iter().map(name).collect();
    Ok(chords.join(" "))
}

/// The keys that `text` names, one after the other, as they are pressed.
///
/// # Errors
/// As [`parse`].
pub fn presses(text: &str) -> Result<Vec<Press>, String> {
    let presses: Vec<Press> = text.split_whitespace().map(one).collect::<Result<_, _>>()?;
    if presses.is_empty() {
        return Err(format!("{text:?} names no key; the space bar is \"space\""));
    }
    Ok(presses)
}

/// The key that types `letter`; a line break is typed with Enter. `None` for a control character.
pub fn typed(letter: char) -> Option<Press> {
    let code = match letter {
        '\n' => KeyCode::Enter,
        '\t' => KeyCode::Tab,
        letter if letter.is_control() => return None,
        letter => KeyCode::Char(letter),
    };
    Some(Press { code, mods: KeyModifiers::NONE })
}

fn one(text: &str) -> Result<Press, String> {
    let (mut ctrl, mut alt, mut shift) = (false, false, false);
    let mut rest = text;
    loop {
        let lower = rest.to_lowercase();
        let held = [("ctrl-", &mut ctrl), ("alt-", &mut alt), ("shift-", &mut shift)]
            .into_iter()
            .find(|(word, _)| lower.starts_with(word) && rest.len() > word.len());
        let Some((word, held)) = held else { break };
        *held = true;
        rest = &rest[word.len()..];
    }
    let lower = rest.to_lowercase();
    let mut letters = rest.chars();
    let press = |code: KeyCode| {
        let mut mods = KeyModifiers::NONE;
        for (held, flag) in [(ctrl, KeyModifiers::CONTROL), (alt, KeyModifiers::ALT), (shift, KeyModifiers::SHIFT)] {
            mods.set(flag, held);
        }
        Press { code, mods }
    };
    if let (Some(letter), None) = (letters.next(), letters.next())
        && !letter.is_control()
    {
        let twin = match letter.to_ascii_lowercase() {
            'i' => Some("tab"),
            'm' => Some("enter"),
            '[' => Some("esc"),
            _ => None,
        };
        if let (true, false, Some(twin)) = (ctrl, alt, twin) {
            return Err(format!("{text:?} cannot be told from {twin} in a terminal"));
        }
        if shift {
            return Err(format!(
                "{text:?} is written as the letter that comes of it: {:?}",
                letter.to_uppercase().to_string()
            ));
        }
        return Ok(press(KeyCode::Char(letter)));
    }
    let function =
        lower.strip_prefix('f').and_then(|number| number.parse().ok()).filter(|number| (1..=12).contains(number));
    if let Some(number) = function {
        return Ok(press(KeyCode::F(number)));
    }
    if lower == "tab" && shift {
        return Ok(Press { code: KeyCode::BackTab, mods: KeyModifiers::NONE });
    }
    if let Some((_, code)) = NAMED.iter().find(|(named, _)| *named == lower) {
        return Ok(press(*code));
    }
    Err(format!(
        "{text:?} is no key: a key is a letter or sign, or one of {}, f1…f12, with ctrl-, alt- or shift- before it",
        NAMED.map(|(named, _)| named).join(", ")
    ))
}

/// Whether a key types something where text is typed: it is a letter or sign, with nothing held down.
pub fn types(chord: &str) -> bool {
    chord == "space" || chord.chars().count() == 1
}

/// How people read the name of a key, or of several: `Ctrl-S`, `Enter`, `←`, `g g`. In ASCII an arrow is a word.
pub fn shown(name: &str, ascii: bool) -> String {
    let one = |chord: &str| {
        let (held, key) = match chord.char_indices().rev().find(|(at, sign)| *sign == '-' && *at + 1 < chord.len()) {
            Some((at, _)) => chord.split_at(at + 1),
            None => ("", chord),
        };
        let held: String = held.split_inclusive('-').map(capital).collect();
        let key = match (key, ascii) {
            ("up", false) => "↑".into(),
            ("down", false) => "↓".into(),
            ("left", false) => "←".into(),
            ("right", false) => "→".into(),
            ("pageup", _) => "PgUp".into(),
            ("pagedown", _) => "PgDn".into(),
            ("backtab", _) => "Shift-Tab".into(),
            (letter, _) if letter.chars().count() == 1 && held.starts_with("Ctrl-") => letter.to_uppercase(),
            (letter, _) if letter.chars().count() == 1 => letter.into(),
            (word, _) => capital(word),
        };
        held + &key
    };
    name.split(' ').map(one).collect::<Vec<_>>().join(" ")
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_named_as_it_is_spelled() {
        for (code, mods, spelled) in [
            (KeyCode::Char('S'), KeyModifiers::CONTROL | KeyModifiers::SHIFT, "Ctrl-S"),
            (KeyCode::Char('T'), KeyModifiers::SHIFT, "T"),
            (KeyCode::Char(' '), KeyModifiers::NONE, "space"),
            (KeyCode::Char('-'), KeyModifiers::NONE, "-"),
            (KeyCode::Char('-'), KeyModifiers::ALT, "alt--"),
            (KeyCode::Char('7'), KeyModifiers::CONTROL, "ctrl-/"),
            (KeyCode::Char('5'), KeyModifiers::CONTROL, "ctrl-]"),
            (KeyCode::Left, KeyModifiers::SHIFT | KeyModifiers::CONTROL, "Ctrl-Shift-Left"),
            (KeyCode::BackTab, KeyModifiers::SHIFT, "shift-tab"),
            (KeyCode::F(5), KeyModifiers::ALT, "alt-F5"),
            (KeyCode::F(15), KeyModifiers::NONE, "shift-f3"),
            (KeyCode::PageDown, KeyModifiers::NONE, "PageDown"),
        ] {
            assert_eq!(Ok(name(Press { code, mods })), parse(spelled), "{spelled}");
        }
        assert_eq!(parse("ctrl-X  ctrl-s").as_deref(), Ok("ctrl-x ctrl-s"));
        for (named, _) in NAMED {
            assert_eq!(parse(named).as_deref(), Ok(named), "what is pressed is what is named");
        }
    }

    #[test]
    fn what_a_terminal_cannot_send_is_refused_with_the_reason() {
        for (spelled, why) in [
            ("", "names no key"),
            ("ctrl-i", "cannot be told from tab"),
            ("ctrl-M", "cannot be told from enter"),
            ("shift-a", "\"A\""),
            ("crtl-s", "is no key"),
            ("f13", "is no key"),
            ("pgup", "pageup, pagedown"),
        ] {
            let said = parse(spelled).unwrap_err();
            assert!(said.contains(why), "{said}");
        }
    }

    #[test]
    fn people_read_keys_in_their_own_way() {
        for (name, read) in [("ctrl-x ctrl-s", "Ctrl-X Ctrl-S"), ("g g", "g g"), ("left", "←"), ("alt--", "Alt--")] {
            assert_eq!(shown(name, false), read);
        }
        assert_eq!(shown("ctrl-shift-left", true), "Ctrl-Shift-Left");
        assert_eq!(shown("up", true), "Up");
    }
}
