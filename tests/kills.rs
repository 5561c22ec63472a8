//! `kill -9` at random moments while somebody types and resolves: whatever was done a while before is back after each
//! restart. `scripts/kills.sh` does it more often, and with a shorter while.
#![allow(clippy::unwrap_used)]

mod pty;

use std::time::{Duration, Instant};

use pty::{Home, Terminal};

const KEY: &str = "projects/prj_1";
const FIELDS: usize = 12;

fn asked(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().map_or(usual, |text| text.parse().unwrap())
}

/// How many kills there are for each of the two stories.
fn kills() -> u64 {
    asked("MIDAIR_KILLS", 24) / 2
}

/// How long ago something was done that has to be back. Where other tests keep the disk busy, a draft takes its time.
fn age() -> Duration {
    Duration::from_millis(asked("MIDAIR_KILLS_AGE_MS", 3_000))
}

/// Dice that fall again as they fell (xorshift).
struct Dice(u64);

impl Dice {
    fn new() -> Dice {
        let now = u64::try_from(Instant::now().elapsed().as_nanos()).unwrap() + u64::from(std::process::id());
        let seed = asked("MIDAIR_KILLS_SEED", now | 1);
        println!("MIDAIR_KILLS_SEED={seed} rolls the same dice again");
        Dice(seed)
    }

    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

/// Something that a person does at a terminal.
type Thing = Box<dyn FnMut(&mut Terminal)>;

/// A server that nobody kills, with one record.
fn house(fields: &str) -> (Home, Terminal) {
    let home = Home::new();
    let mut server = home.midair(&["serve", "--no-seed"]);
    server.shows("midair server on");
    home.creates(KEY, fields);
    (home, server)
}

/// Does things one after the other, each followed by a random pause, and is killed. How many of them were done long enough
/// before: on the screen at that time, so that the machine's own delays are not held against the program.
fn killed_while(mut terminal: Terminal, dice: &mut Dice, mut things: Vec<Thing>) -> usize {
    let mut done = Vec::new();
    for thing in &mut things {
        thing(&mut terminal);
        done.push(Instant::now());
        terminal.watches(Duration::from_millis(dice.roll(250)));
    }
    let longest = u64::try_from(age().as_millis()).unwrap() * 5 / 4;
    terminal.watches(Duration::from_millis(dice.roll(longest)));
    let at = Instant::now();
    terminal.kill_9();
    done.iter().filter(|moment| at.duration_since(**moment) >= age()).count()
}

/// What a draft says to begin with.
const START: &str = "start";

#[test]
fn what_was_typed_is_back_after_every_kill() {
    let (home, _server) = house(r#"{"name":"","quota":100}"#);
    let (mut dice, mut sure, mut typed) = (Dice::new(), START.to_owned(), 0);
    let mut alice = home.person("alice");
    alice.shows("prj_1").keys("enter").shows("from v1").keys(&format!("'{START}'")).shows(START).shows("draft kept");
    alice.kill_9();
    for kill in 0..kills() {
        let mut alice = home.person("alice");
        alice.shows("never saved").keys("enter").shows("draft kept").shows(&sure);
        let screen = alice.screen();
        let after = screen.lines().find_map(|line| line.split_once(&sure)).unwrap().1;
        // What was typed later may be back as well.
        let mut whole: String = sure.clone() + &after.chars().take_while(char::is_ascii_lowercase).collect::<String>();
        if whole.len() > 50 {
            // Begun anew, so that it stands on one line.
            alice.keys(&"backspace ".repeat(whole.len() - START.len())).hides(&whole).watches(age());
            whole = START.into();
        }
        let before = whole.len();
        let mut things: Vec<Thing> = Vec::new();
        for _ in 0..1 + dice.roll(12) {
            let letter = char::from(b'a' + u8::try_from(dice.roll(26)).unwrap());
            whole.push(letter);
            let shown = whole.clone();
            things.push(Box::new(move |alice| _ = alice.keys(&format!("'{letter}'")).shows(&shown)));
        }
        typed += things.len();
        let old = killed_while(alice, &mut dice, things);
        println!("kill {kill}: {old} of {} letters were old enough", whole.len() - before);
        sure = whole[..before + old].to_owned();
    }
    println!("{} kills, {typed} letters typed, none lost that was {:?} old", kills(), age());
}

/// A record with many fields, each of them saying this.
fn all(what: &str) -> String {
    let members: Vec<String> = (0..FIELDS).map(|n| format!(r#""f{n:02}":"{what}""#)).collect();
    format!("{{{}}}", members.join(","))
}

/// How many fields are undecided on the screen.
fn open(terminal: &Terminal) -> Option<usize> {
    let screen = terminal.screen();
    (0..=FIELDS).find(|open| screen.contains(&format!(" {open} of {FIELDS} undecided")))
}

#[test]
fn what_was_decided_is_back_after_every_kill() {
    let (home, _server) = house(&all("base"));
    let (mut dice, mut sure, mut decided, mut left) = (Dice::new(), 0, 0, 0);
    let mut alice = home.person("alice");
    alice.shows("prj_1").keys("enter").shows("from v1");
    for _ in 0..FIELDS {
        alice.keys("'x' down");
    }
    alice.watches(age()).shows("draft kept");
    alice.kill_9();
    for kill in 0..kills() {
        if left <= 1 {
            // Everything moves again, and is open again.
            home.replaces("bob", KEY, &all(&format!("theirs {kill}")));
            sure = 0;
        }
        let mut alice = home.person("alice");
        alice.shows("never saved").keys("enter").shows("bob saved v").keys("ctrl-s").shows("of 12 undecided");
        let now = open(&alice).unwrap();
        assert!(FIELDS - now >= sure, "{sure} decisions were made, {} are back:\n{}", FIELDS - now, alice.screen());
        left = now;
        let mut things: Vec<Thing> = Vec::new();
        for _ in 0..(1 + dice.roll(3)).min(left as u64 - 1) {
            left -= 1;
            let (key, shown) =
                (if dice.roll(2) == 0 { "left" } else { "right" }, format!(" {left} of {FIELDS} undecided"));
            things.push(Box::new(move |alice| _ = alice.keys(key).shows(&shown)));
        }
        let made = things.len();
        decided += made;
        let old = killed_while(alice, &mut dice, things);
        println!("kill {kill}: {old} of {made} decisions were old enough, {left} left");
        sure = FIELDS - now + old;
    }
    println!("{} kills, {decided} decisions made, none lost that was {:?} old", kills(), age());
}
