//! Draws a terminal's screen as an SVG picture, cell by cell; knows nothing of what is on it.

use std::fmt::Write;

use vt100::{Cell, Color, Screen};

/// How wide and high a cell is.
pub const CELL: (f32, f32) = (8.4, 16.4);
pub const MARGIN: f32 = 14.0;
pub const PAPER: &str = "#16181d";
pub const INK: &str = "#d8dbe2";

/// The 16 colours; the rest of the 256 are computed.
const SIXTEEN: [&str; 16] = [
    "#1f2229", "#e06c75", "#98c379", "#e5c07b", "#61afef", "#c678dd", "#56b6c2", "#c8ccd4", "#5c6370", "#f08a92",
    "#b5e08f", "#f5d08b", "#7cc4ff", "#dd9bf0", "#74d0dc", "#ffffff",
];

/// The picture of `screen`.
pub fn picture(screen: &Screen) -> String {
    let (rows, columns) = screen.size();
    let (rows, columns) = (rows.get(), columns.get());
    let (width, height) = (f32::from(columns) * CELL.0 + 2.0 * MARGIN, f32::from(rows) * CELL.1 + 2.0 * MARGIN);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" width=\"{width:.0}\" height=\"{height:.0}\" \
         font-family=\"DejaVu Sans Mono, Menlo, Consolas, monospace\" font-size=\"14\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{PAPER}\"/>\n"
    );
    for row in 0..rows {
        svg += &self::row(screen, row, (MARGIN, MARGIN));
    }
    svg + "</svg>\n"
}

/// A row of `screen`, whose upper left corner is drawn at `origin`.
pub fn row(screen: &Screen, row: u16, origin: (f32, f32)) -> String {
    let columns = screen.size().1.get();
    let mut svg = String::new();
    let mut column = 0;
    while column < columns {
        let start = column;
        let style = style(screen, row, column);
        let mut text = String::new();
        while column < columns && (second_half(screen, row, column) || self::style(screen, row, column) == style) {
            match screen.cell(row, column) {
                Some(cell) if cell.is_wide_continuation() => {}
                Some(cell) if cell.has_contents() => text.push_str(cell.contents()),
                _ => text.push(' '),
            }
            column += 1;
        }
        let place = (origin.0 + f32::from(start) * CELL.0, origin.1 + f32::from(row) * CELL.1);
        run(&mut svg, place, column - start, &text, &style);
    }
    svg
}

/// Whether the cell only continues a wide character.
fn second_half(screen: &Screen, row: u16, column: u16) -> bool {
    screen.cell(row, column).is_some_and(Cell::is_wide_continuation)
}

#[derive(PartialEq)]
struct Style {
    ink: String,
    paper: Option<String>,
    bold: bool,
    underline: bool,
}

fn style(screen: &Screen, row: u16, column: u16) -> Style {
    let plain = || Style { ink: INK.into(), paper: None, bold: false, underline: false };
    let Some(cell) = screen.cell(row, column) else { return plain() };
    let (ink, paper) = (color(cell.fgcolor()), color(cell.bgcolor()));
    let (ink, paper) = if cell.inverse() {
        (Some(paper.unwrap_or(PAPER.into())), Some(ink.unwrap_or(INK.into())))
    } else {
        (ink, paper)
    };
    Style { ink: ink.unwrap_or(INK.into()), paper, bold: cell.bold(), underline: underlined(cell) }
}

fn underlined(cell: &Cell) -> bool {
    cell.underline()
}

fn color(color: Color) -> Option<String> {
    match color {
        Color::Default => None,
        Color::Idx(index @ 0..16) => Some(SIXTEEN[usize::from(index)].into()),
        Color::Idx(index @ 232..) => {
            let gray = 8 + 10 * (u32::from(index) - 232);
            Some(format!("#{gray:02x}{gray:02x}{gray:02x}"))
        }
        Color::Idx(index) => {
            let level = |step: u8| if step == 0 { 0 } else { 55 + 40 * u32::from(step) };
            let (red, green, blue) = ((index - 16) / 36, (index - 16) / 6 % 6, (index - 16) % 6);
            Some(format!("#{:02x}{:02x}{:02x}", level(red), level(green), level(blue)))
        }
        Color::Rgb(red, green, blue) => Some(format!("#{red:02x}{green:02x}{blue:02x}")),
    }
}

fn run(svg: &mut String, (x, y): (f32, f32), cells: u16, text: &str, style: &Style) {
    let width = f32::from(cells) * CELL.0;
    if let Some(paper) = &style.paper {
        let _ = writeln!(
            svg,
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{}\" fill=\"{paper}\"/>",
            CELL.1
        );
    }
    if text.trim().is_empty() {
        return;
    }
    let lead = text.len() - text.trim_start().len();
    let cells_of = |text: &str| unicode_width::UnicodeWidthStr::width(text) as f32;
    let (x, text) = (x + cells_of(&text[..lead]) * CELL.0, text.trim());
    let length = cells_of(text) * CELL.0;
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace(' ', "\u{a0}");
    let bold = if style.bold { " font-weight=\"bold\"" } else { "" };
    let underline = if style.underline { " text-decoration=\"underline\"" } else { "" };
    let _ = writeln!(
        svg,
        "<text x=\"{x:.1}\" y=\"{:.1}\" textLength=\"{length:.1}\" lengthAdjust=\"spacingAndGlyphs\" fill=\"{}\"{bold}{underline}>{text}</text>",
        y + 12.6,
        style.ink
    );
}
