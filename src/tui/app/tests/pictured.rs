//! How a screen is kept as a picture: its text at four sizes, in UTF-8 and in ASCII, and its styles at every depth of colour,
//! written so that a diff shows what changed. What has to hold of every screen is asserted of each that is kept.

use ratatui::buffer::Cell;
use ratatui::style::{Color, Modifier, Style};

use super::*;

pub(super) const SIZES: [(u16, u16); 4] = [(60, 15), (80, 24), (120, 40), (200, 60)];

/// Keeps the screen of `desk` as `snapshots/NAME.snap` and `snapshots/NAME-styles.snap`.
pub(super) fn pictures(name: &str, desk: Desk) {
    let mut app = desk.app;
    pictures_of(name, &SIZES, |theme, size| drawn(&mut app, theme, size));
}

/// Keeps what is drawn in every look and at these sizes.
pub(in crate::tui) fn pictures_of(
    name: &str,
    sizes: &[(u16, u16)],
    mut drawn: impl FnMut(Theme, (u16, u16)) -> Buffer,
) {
    let (mut words, mut styles) = (String::new(), String::new());
    for &(columns, rows) in sizes {
        let size = format!("{columns}×{rows}");
        let plain = drawn(Theme::new(Depth::None), (columns, rows));
        let ascii = drawn(Theme::new(Depth::None).in_ascii(true), (columns, rows));
        let full = drawn(Theme::new(Depth::Full), (columns, rows));
        let sixteen = drawn(Theme::new(Depth::Sixteen), (columns, rows));
        holds_of_every_screen(&format!("{name} at {size}"), [&full, &sixteen, &plain], &ascii);
        words += &format!("{size}\n{}\n\n{size} in ASCII\n{}\n\n", folded(text(&plain)), folded(text(&ascii)));
        styles += &format!("{size}\n{}\n\n", folded(runs(&full)));
    }
    let settings = || {
        let mut settings = insta::Settings::clone_current();
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings
    };
    settings().bind(|| insta::assert_snapshot!(name, words));
    settings().bind(|| insta::assert_snapshot!(format!("{name}-styles"), styles));
}

/// The screen in a look.
pub(super) fn drawn(app: &mut App, theme: Theme, (columns, rows): (u16, u16)) -> Buffer {
    app.theme = theme;
    app.resize(columns, rows);
    let mut buf = Buffer::empty(Rect::new(0, 0, columns, rows));
    let area = buf.area;
    (&*app).render(area, &mut buf);
    buf
}

fn rows(buf: &Buffer) -> impl Iterator<Item = &[Cell]> {
    buf.content().chunks(buf.area.width.into())
}

/// The lines of a screen.
pub(in crate::tui) fn text(buf: &Buffer) -> Vec<String> {
    let line = |row: &[Cell]| row.iter().map(|cell| cell.symbol()).collect::<String>();
    rows(buf).map(|row| line(row).trim_end().to_owned()).collect()
}

/// Rows that say the same are written once.
fn folded(rows: Vec<String>) -> String {
    let mut lines: Vec<String> = Vec::new();
    for same in rows.chunk_by(|a, b| a == b) {
        lines.push(same[0].clone());
        match same.len() {
            1 => {}
            2 => lines.push(same[0].clone()),
            many => lines.push(format!("⋮ {} more", many - 1)),
        }
    }
    lines.join("\n")
}

/// Of each row, how its columns are styled, from left to right: a bare number is so many columns of plain text.
fn runs(buf: &Buffer) -> Vec<String> {
    let row = |cells: &[Cell]| {
        let mut names: Vec<String> = cells.iter().map(name_of).collect();
        // A space between words of one style is as they are.
        for at in 1..names.len().saturating_sub(1) {
            if cells[at].symbol() == " " && names[at - 1] == names[at + 1] {
                names[at] = names[at - 1].clone();
            }
        }
        let said = names.chunk_by(|a, b| a == b).map(|run| format!("{} {}", run[0], run.len()).trim().to_owned());
        let mut said: Vec<String> = said.collect();
        said.pop_if(|_| names.last().is_some_and(String::is_empty));
        said.join(", ")
    };
    rows(buf).map(row).collect()
}

/// What a theme calls the inks of what is not plain.
fn inks(theme: Theme) -> [(&'static str, Style); 8] {
    [
        ("", theme.plain),
        ("dim", theme.dim),
        ("theirs", theme.theirs),
        ("mine", theme.mine),
        ("asks", theme.asks),
        ("good", theme.good),
        ("bad", theme.bad),
        ("frame", theme.frame),
    ]
}

/// Which of the inks a cell has that is drawn in many colours, and what is added to it.
fn ink_of(cell: &Cell) -> (usize, Modifier) {
    let inks = inks(Theme::new(Depth::Full));
    let at = inks.iter().position(|(_, style)| style.fg == Some(cell.fg)).expect("an ink of the theme");
    (at, cell.modifier - inks[at].1.add_modifier)
}

fn name_of(cell: &Cell) -> String {
    if is_blank(cell) {
        return String::new();
    }
    let (ink, added) = ink_of(cell);
    let added = added.iter_names().map(|(name, _)| name.to_lowercase()).collect::<Vec<_>>().join(" ");
    format!("{} {added}", inks(Theme::new(Depth::Full))[ink].0).trim().to_owned()
}

fn is_blank(cell: &Cell) -> bool {
    cell.symbol() == " " && !cell.modifier.intersects(Modifier::REVERSED | Modifier::UNDERLINED)
}

fn holds_of_every_screen(name: &str, [full, sixteen, none]: [&Buffer; 3], ascii: &Buffer) {
    for (more, (fewer, cell)) in full.content().iter().zip(sixteen.content().iter().zip(none.content())) {
        assert!(cell.fg == Color::Reset && cell.bg == Color::Reset, "{name}: NO_COLOR has {:?}", cell.style());
        let few = |ink: Color| matches!(ink, Color::Reset | Color::Indexed(..16));
        assert!(few(fewer.fg) && few(fewer.bg), "{name}: sixteen colours have {:?}", fewer.style());
        assert_eq!((cell.symbol(), cell.symbol()), (more.symbol(), fewer.symbol()), "{name}: colours change the text");
        let (ink, added) = ink_of(more);
        for (depth, seen) in [(Depth::Sixteen, fewer), (Depth::None, cell)] {
            let style = inks(Theme::new(depth))[ink].1;
            let same = style.fg == Some(seen.fg) && style.add_modifier | added == seen.modifier;
            assert!(
                same || is_blank(seen),
                "{name}: {depth:?} has another style for {more:?}: {seen:?}, in\n{}",
                text(full).join("\n")
            );
        }
    }
    let ascii = text(ascii);
    assert!(ascii.iter().all(|line| line.is_ascii()), "{name} in ASCII:\n{}", ascii.join("\n"));
}
