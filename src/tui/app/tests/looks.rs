//! Pictures of the main screens as themes draw them: signs as they stand, and beneath them how each place is styled.

use ratatui::style::{Color, Modifier};

use super::*;
use crate::tui::theme::Ground;

fn seat(theme: Theme) -> Desk {
    Desk::sit_with(theme.into())
}

fn in_the_editor(theme: Theme) -> Desk {
    let mut desk = seat(theme);
    desk.opens();
    desk.keys("' site' down down");
    let now = stored(8, "bob", &with(BASE, &[("/name", "\"Launch day\""), ("/active", "false")]));
    let key = midair_record::wire::Key::new("projects", "prj_1").unwrap();
    let changes = refusal(&stored(7, "alice", BASE), &now).changes;
    desk.happens(Msg::Loaded { key, result: Ok(Read::Stored(Box::new(now))), changes });
    desk
}

fn in_a_collision(theme: Theme) -> Desk {
    let mut desk = seat(theme);
    desk.opens();
    desk.keys("' site' down down down down backspace '5' ctrl-s");
    let changes = [("/name", "\"Launch day\""), ("/quota", "150"), ("/owner", "\"dana\"")];
    desk.refused(&stored(7, "alice", BASE), &stored(8, "bob", &with(BASE, &changes)));
    desk.keys("left");
    desk
}

/// One letter for each style that is drawn, and below the screen what each letter stands for.
fn styled(desk: &mut Desk, columns: u16, rows: u16) -> String {
    let words = desk.shot(columns, rows);
    let area = Rect::new(0, 0, columns, rows);
    let mut buf = Buffer::empty(area);
    (&desk.app).render(area, &mut buf);
    let mut known: Vec<(Color, Modifier)> = vec![(Color::Reset, Modifier::empty())];
    let mut map = String::new();
    for y in 0..rows {
        for x in 0..columns {
            let cell = &buf[(x, y)];
            let blank = cell.symbol() == " " && !cell.modifier.contains(Modifier::REVERSED);
            let style = if blank { known[0] } else { (cell.fg, cell.modifier) };
            let at = known.iter().position(|one| *one == style).unwrap_or_else(|| {
                known.push(style);
                known.len() - 1
            });
            map.push(if at == 0 { '.' } else { char::from(b'a' + u8::try_from(at - 1).unwrap()) });
        }
        map.push('\n');
    }
    let legend: Vec<String> = known
        .iter()
        .skip(1)
        .zip('a'..)
        .map(|((colour, weight), letter)| format!("{letter}: {colour} {weight:?}"))
        .collect();
    format!("{words}\n\n{map}\n{}", legend.join("\n"))
}

fn pictures(name: &str, theme: Theme) {
    insta::assert_snapshot!(format!("{name}-browser"), styled(&mut seat(theme), 80, 15));
    insta::assert_snapshot!(format!("{name}-editor"), styled(&mut in_the_editor(theme), 80, 15));
    insta::assert_snapshot!(format!("{name}-collision"), styled(&mut in_a_collision(theme), 100, 20));
}

#[test]
fn in_many_colours_on_dark_and_on_light() {
    pictures("dark", Theme::new(Depth::Full));
    pictures("light", Theme::on(Ground::Light, Depth::Full));
    pictures("high-contrast", Theme::on(Ground::HighContrast, Depth::Full));
}

#[test]
fn in_sixteen_colours() {
    pictures("sixteen", Theme::new(Depth::Sixteen));
    pictures("sixteen-light", Theme::on(Ground::Light, Depth::Sixteen));
}

#[test]
fn without_colours_weights_are_left() {
    let theme = Theme::new(Depth::None);
    pictures("no-colours", theme);
    let mut desk = in_a_collision(theme);
    let told = styled(&mut desk, 100, 20);
    let legend = told.lines().rev().take_while(|line| !line.is_empty());
    assert!(legend.clone().count() > 1 && legend.clone().all(|line| line.contains(": Reset ")), "{told}");
}

#[test]
fn in_ascii_nothing_else_is_drawn() {
    let theme = Theme::new(Depth::None).in_ascii(true);
    pictures("ascii", theme);
    for preset in crate::tui::keys::Preset::ALL {
        for (name, make) in super::ways::PLACES {
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
