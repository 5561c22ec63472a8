//! What themes are made of, and what holds of every place in every look: signs and words tell all that colours tell.

use std::collections::HashMap;

use ratatui::style::Style;

use super::pictured::drawn;
use super::ways::PLACES;
use super::*;
use crate::tui::keys::Preset;
use crate::tui::theme::Ground;

fn seat(theme: Theme) -> Desk {
    Desk::sit_with(theme.into())
}

#[test]
fn the_styles_of_every_theme() {
    let said = |style: Style| format!("{:?} {:?}", style.fg.unwrap_or_default(), style.add_modifier);
    let mut lines = Vec::new();
    for ground in [Ground::Dark, Ground::Light, Ground::HighContrast] {
        for depth in [Depth::Full, Depth::Sixteen, Depth::None] {
            let theme = Theme::on(ground, depth);
            lines.push(format!("{ground:?}, {depth:?}"));
            for (name, style) in [
                ("plain", theme.plain),
                ("dim", theme.dim),
                ("title", theme.title),
                ("selected", theme.selected),
                ("key", theme.key),
                ("theirs", theme.theirs),
                ("mine", theme.mine),
                ("asks", theme.asks),
                ("good", theme.good),
                ("bad", theme.bad),
                ("notice", theme.notice),
                ("frame", theme.frame),
            ] {
                lines.push(format!("  {name}: {}", said(style)));
            }
        }
    }
    insta::assert_snapshot!("themes", lines.join("\n"));
}

/// All places, and what comes of each thing that can be done there.
fn all_screens(preset: Preset) -> Vec<(String, Desk)> {
    let mut screens = Vec::new();
    for (name, make) in PLACES {
        let start = make(preset);
        for line in start.app.keyboard.keys.here(start.app.place()) {
            let mut desk = Desk { app: start.app.clone(), effects: start.effects.clone() };
            desk.does(line.action);
            screens.push((format!("{name}, {:?}", line.action), desk));
        }
        screens.push((name.to_owned(), start));
    }
    screens
}

#[test]
fn nothing_is_told_by_colour_alone() {
    let mut seen: HashMap<Buffer, (String, Buffer)> = HashMap::new();
    let mut told_twice = 0;
    for (name, mut desk) in all_screens(Preset::Modern) {
        for size in [(60, 15), (120, 40)] {
            let grey = drawn(&mut desk.app, Theme::new(Depth::None), size);
            let full = drawn(&mut desk.app, Theme::new(Depth::Full), size);
            match seen.get(&grey) {
                Some((other, coloured)) => {
                    assert!(*coloured == full, "{name} and {other} differ at {size:?} by their colours alone");
                    told_twice += 1;
                }
                None => _ = seen.insert(grey, (name.clone(), full)),
            }
        }
    }
    assert!(told_twice > 50 && seen.len() > 100, "{told_twice} screens were like another, {} not", seen.len());
}

#[test]
fn where_nothing_is_to_move_nothing_does() {
    for motion in [true, false] {
        let mut moved = 0;
        for (_, make) in PLACES {
            let mut desk = make(Preset::Modern);
            desk.app.motion = motion;
            desk.happens(Msg::Link(Link::Lost("The server does not answer.".into())));
            let mut before = desk.shot(120, 40);
            // No longer: how long ago something was is told all the same.
            for tick in 1..12 {
                let now = clock().now.checked_add(jiff::SignedDuration::from_millis(400 * tick)).unwrap();
                desk.happens(Msg::Tick(Clock { now, offset_seconds: 0 }));
                let after = desk.shot(120, 40);
                moved += usize::from(after != before);
                before = after;
            }
        }
        assert_eq!(moved > 0, motion, "{moved} pictures moved");
    }
}

#[test]
fn in_ascii_nothing_else_is_drawn() {
    let theme = Theme::new(Depth::None).in_ascii(true);
    for preset in Preset::ALL {
        for (name, make) in PLACES {
            let mut desk = make(preset);
            desk.app.theme = theme;
            for (columns, rows) in [(60, 15), (120, 40)] {
                let shot = desk.shot(columns, rows);
                assert!(shot.is_ascii(), "{name} under {}:\n{shot}", preset.name());
            }
        }
    }
}

#[test]
fn in_ascii_the_signs_of_a_record_stay() {
    let mut desk = seat(Theme::new(Depth::None).in_ascii(true));
    desk.opens();
    desk.keys("' → é'");
    desk.shows("*   Launch → é");
    desk.keys("ctrl-s");
    desk.refused(&stored(7, "alice", BASE), &stored(8, "bob", &with(BASE, &[("/name", "\"Launch > é\"")])));
    desk.shows("Launch → é");
    desk.shows("Launch > é");
    desk.keys("right");
    desk.shows("! replace bob's name: Launch > é > Launch → é");
}
