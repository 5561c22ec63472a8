//! The tools of the end-to-end tests, tried on programs whose answers are known.
#![allow(clippy::unwrap_used)]

mod pty;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::LazyLock;

use pty::{Home, Terminal, svg};

/// Stays, so that no shell loses the folder it stands in.
static HOME: LazyLock<Home> = LazyLock::new(Home::new);

/// `script` in a terminal of 40 by 5.
fn sh(script: &str) -> Terminal {
    HOME.start(Path::new("/bin/sh"), &["-c", script], 40, 5, &[])
}

/// Shows every byte that it is sent, control characters as `^X`.
fn mirror() -> Terminal {
    let mut terminal = sh("stty raw -echo; echo ready; exec cat -v");
    terminal.shows("ready");
    terminal
}

#[test]
fn keys_arrive_as_a_terminal_sends_them() {
    mirror().keys("'it is' enter").shows("it is^M");
    mirror().keys("up ctrl-s pagedown f1 backspace").shows("^[[A^S^[[6~^[OP^?");
    mirror().keys("esc 'q'").shows("^[q");
    mirror().paste("two\rlines").shows("^[[200~two^Mlines^[[201~");
}

#[test]
fn what_is_expected_is_looked_for_on_the_screen_as_it_is() {
    let mut terminal = sh(r"printf 'old'; read line; printf '\033[2J\033[H\033[1;38;2;1;2;3mnew'; read line");
    terminal.shows("old").keys("enter").shows("new").hides("old");
    assert!(String::from_utf8_lossy(terminal.raw()).contains("old"), "what came before is still known");
    let cell = terminal.cells().cell(0, 0).unwrap();
    assert_eq!((cell.contents(), cell.bold(), cell.fgcolor()), ("n", true, vt100::Color::Rgb(1, 2, 3)));
}

#[test]
fn what_does_not_come_is_told_with_the_screen() {
    let mut terminal = sh("echo only this");
    let told = catch_unwind(AssertUnwindSafe(|| {
        terminal.shows("something else");
    }))
    .unwrap_err();
    let told = told.downcast_ref::<String>().unwrap();
    assert!(told.contains("something else") && told.contains("only this"), "{told}");
}

#[test]
fn a_new_size_reaches_the_program_and_the_screen() {
    let mut terminal = sh("stty size; while read line; do stty size; done");
    terminal.shows("5 40").resize(61, 7);
    terminal.keys("enter").shows("7 61");
    assert_eq!(terminal.cells().size().1.get(), 61);
}

#[test]
fn the_end_of_a_program_is_seen_with_all_it_said() {
    let mut terminal = sh("trap 'echo bye; exit 7' TERM; echo ready; sleep 60 <&- >&- 2>&- & wait");
    terminal.shows("ready").signal("TERM");
    assert_eq!(terminal.ends().exit_code(), 7);
    assert!(terminal.screen().contains("bye"));
}

#[test]
fn every_home_is_its_own() {
    let [a, b] = [Home::new(), Home::new()];
    assert!(a.listen() != b.listen() && a.path("data") != b.path("data"));
    let mut terminal = a.start(Path::new("/bin/sh"), &["-c", "env"], 200, 30, &[("EXTRA", "yes")]);
    terminal.ends();
    let environment = terminal.screen();
    for name in ["XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "HOME"] {
        assert!(environment.contains(&format!("{name}={}", a.path("").display())), "{name} in {environment}");
    }
    assert!(environment.contains("EXTRA=yes") && !environment.contains("CARGO"), "{environment}");
}

#[test]
fn a_picture_holds_what_the_screen_shows_in_its_colours() {
    let mut terminal = sh(r"printf 'a<b\033[31mred\033[0;7mback\033[0;1;4m猫é\033[0;38;5;196;48;5;240mx'; read line");
    terminal.shows("x");
    let picture = svg::picture(terminal.cells());
    for part in
        [">a&lt;b</text>", ">red</text>", ">back</text>", "bold", "underline", ">猫é</text>", "#ff0000", "#585858"]
    {
        assert!(picture.contains(part), "{part} is not in {picture}");
    }
    assert!(picture.ends_with("</svg>\n"));
}
